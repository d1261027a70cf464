"""Which values of the Policy table can be read, yet make no sense?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from salesbook.messages import Fact, Finding
from salesbook.policy import Policy, default_setting
from salesbook.tables.settings import Rules

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CUT_COUNT = 4

_CURRENCIES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD "
    "KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
    "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS "
    "SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UYW UZS VED VES VND VUV "
    "WST XAF XCD XOF XPF YER ZAR ZMW ZWG".split()
)
"""ISO 4217 codes of currencies in use."""


def read_cuts(text: str) -> list[Decimal] | None:
    """The numbers of a list such as `40,30,20,10`; None where it is not four numbers."""
    try:
        cuts = [Decimal(part.strip()) for part in text.replace("，", ",").split(",")]
    except InvalidOperation:
        return None
    return cuts if len(cuts) == _CUT_COUNT and all(cut.is_finite() for cut in cuts) else None


def read_hours(text: str) -> tuple[dt.time, dt.time] | None:
    """First and last minute of the working day from `09:00-18:00`; None where it is none."""
    try:
        start, end = (dt.time.fromisoformat(part.strip().zfill(5)) for part in text.split("-"))
    except ValueError:
        return None
    return (start, end) if start < end else None


def value_faults(policy: Policy) -> Iterator[Finding]:
    """Say which values nothing can be calculated with, in order of the keys."""
    rules = policy.rules
    if rules.currency.strip().upper() not in _CURRENCIES:
        yield _fault(rules, "currency", "currency-unknown")
    if not _is_weekend(rules.weekend):
        yield _fault(rules, "weekend", "weekend-unreadable")
    if rules.calendar and not _has_calendar(rules.calendar):
        yield _fault(rules, "calendar", "calendar-unknown")
    if read_hours(rules.working_hours) is None:
        yield _fault(rules, "working_hours", "hours-unreadable")
    for key, rising in (("recency", True), ("frequency", False), ("money", False)):
        name = f"rfm_{key}_cuts"
        cuts = read_cuts(getattr(rules, name))
        if cuts is None or any(cut < 0 for cut in cuts) or not _is_monotone(cuts, rising):
            yield _fault(rules, name, "cuts-rise" if rising else "cuts-fall")


def _fault(rules: Rules, key: str, code: str) -> Finding:
    params: dict[str, Fact] = {"default": str(default_setting(key))}
    found = str(getattr(rules, key))
    return Finding(code, "error", "Policy", field="value", row_key=key, found=found, params=params)


def _is_monotone(cuts: list[Decimal], rising: bool) -> bool:
    ordered = sorted(set(cuts), reverse=not rising)
    return cuts == ordered


def _is_weekend(text: str) -> bool:
    """True for names of days, comma between, that leave at least one day to work; blank is no
    weekend.
    """
    days = {
        part.strip().casefold()[:3] for part in text.replace("，", ",").split(",") if part.strip()
    }
    return days <= set(_WEEKDAYS) and len(days) < len(_WEEKDAYS)


def _has_calendar(country: str) -> bool:
    import holidays

    return country.strip().upper() in holidays.list_supported_countries()
