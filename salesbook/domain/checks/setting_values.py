"""Which values of the Policy table can be read, yet name nothing that we know?"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.messages import Finding
from salesbook.policy import Policy, default_setting
from salesbook.tables.settings import Rules

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


def value_faults(policy: Policy) -> Iterator[Finding]:
    """Say which values nothing can be calculated with, in order of the keys."""
    rules = policy.rules
    if rules.currency.strip().upper() not in _CURRENCIES:
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
