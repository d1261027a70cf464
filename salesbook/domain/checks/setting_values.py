"""Which values of the Policy table can be read, yet name nothing that we know?"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.messages import Finding
from salesbook.money import CURRENCY_DECIMALS
from salesbook.policy import Policy, default_setting
from salesbook.tables.settings import Rules


def value_faults(policy: Policy) -> Iterator[Finding]:
    """Say which values nothing can be calculated with, in order of the keys."""
    rules = policy.rules
    if rules.currency.strip().upper() not in CURRENCY_DECIMALS:
        yield _fault(rules, "currency", "currency-unknown")
    if rules.calendar and not _has_calendar(rules.calendar):
        yield _fault(rules, "calendar", "calendar-unknown")


def _fault(rules: Rules, key: str, code: str) -> Finding:
    return Finding(
        code,
        "error",
        "Policy",
        field="value",
        row_key=key,
        found=str(getattr(rules, key)),
        params={"default": str(default_setting(key))},
    )


def _has_calendar(country: str) -> bool:
    import holidays

    return country.strip().upper() in holidays.list_supported_countries()
