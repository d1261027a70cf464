"""Which words beside a number are currencies and which are multipliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook.money import CURRENCY_DECIMALS

_DOLLARS = "USD HKD TWD SGD CAD AUD NZD MXN BRL CLP COP ARS"
_WORDS = {
    "$ ＄ dollar dollars": _DOLLARS,
    "¥ ￥": "CNY JPY",
    "元 块": "CNY TWD HKD",
    "圆 圓": "CNY TWD HKD JPY",
    "CN¥ RMB RMB¥ 人民币 人民幣 元整 块钱 yuan renminbi": "CNY",
    "JP¥ 円 日元 日圆 yen": "JPY",
    "US$ U$ 美元 美金": "USD",
    "HK$ 港元 港币 港幣": "HKD",
    "NT$ 新台币 新臺幣 新台幣 台币": "TWD",
    "S$ SG$ 新加坡元": "SGD",
    "C$ CA$ 加元": "CAD",
    "A$ AU$ 澳元": "AUD",
    "NZ$": "NZD",
    "R$": "BRL",
    "€ euro euros 欧元": "EUR",
    "£ pound pounds": "GBP EGP",
    "sterling 英镑 英鎊": "GBP",
    "₹ Rs Rs. rupee rupees": "INR PKR",
    "₩ 韩元": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "₫": "VND",
    "฿": "THB",
    "₱": "PHP",
    "₪": "ILS",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "kr": "SEK NOK DKK",
    "Rp": "IDR",
    "RM": "MYR",
    "Fr.": "CHF",
}
CURRENCIES: Final[Mapping[str, str]] = {
    word.casefold(): codes for words, codes in _WORDS.items() for word in words.split()
} | {code.casefold(): code for code in CURRENCY_DECIMALS}
"""ISO codes, blank between, that a folded currency word may stand for."""

ALSO_WORDS: Final = frozenset("all bam bob cup gel mad mop sos top".split())
"""Codes that spell a word, so that beside words, not numbers, capitals must tell them."""

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


def currency_codes(word: str) -> frozenset[str]:
    """ISO codes that a currency word may stand for."""
    return frozenset(CURRENCIES[word.casefold()].split())
