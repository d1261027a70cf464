"""Which words beside a number are multipliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNITS: Final[Mapping[str, int]] = (
    {"k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9}
    | dict.fromkeys(("thousand", "Thousand", "tsd", "Tsd", "千", "仟"), 10**3)
    | dict.fromkeys("mn mln Mn Mio mio million Million millions 百万 百萬".split(), 10**6)
    | dict.fromkeys(("bn", "Bn", "billion", "Billion", "Mrd", "mrd", "十亿", "十億"), 10**9)
    | {"lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7, "百": 100}
    | {"万": 10**4, "萬": 10**4, "十万": 10**5, "千万": 10**7, "千萬": 10**7}
    | {"亿": 10**8, "億": 10**8, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12, "萬億": 10**12}
)
"""Multiplier by word, case as it is written."""

UNCLEAR_UNITS: Final = frozenset("m mm MM t T b L Cr cr CR DR Dr dr kk w W".split())
"""Words that mean different multipliers, or debit and credit, to different people."""
