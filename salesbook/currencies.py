"""Which currencies may a text name: a code, a sign, a name in words, or several of them?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
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

_ALSO_WORDS: Final = frozenset("all bam bob cup gel mad mop sos top".split())
"""Codes that spell a word, so that beside words, not numbers, capitals must tell them."""

_LANGUAGES: Final = ("en", "zh", "zh_Hant")
"""Of the names that CLDR has for currencies; those in which files come most."""
_BETWEEN: Final = re.compile(r"\s[-–—]\s|[()（）\[\]【】:：,，/|·]")
"""What stands between a code and a name: `USD - U.S. Dollar`, `人民币（CNY）`."""
_NOT_COMPARED: Final = re.compile(r"[\s.'’]+")


@cache
def currencies_named(text: str) -> frozenset[str]:
    """Tell the currencies that a text may name.

    Returns: ISO codes; several for a sign such as `$`, none for a text that names no currency or
        two that differ.
    """
    whole = _codes(text)
    if whole:
        return whole

    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    return _codes_of(parts) or _codes_of(text.split())


def _codes_of(parts: Sequence[str]) -> frozenset[str]:
    """The codes that every part may stand for; parts that say nothing count beside a code only."""
    known = [codes for codes in map(_codes, parts) if codes]
    # `USD - Federal money`: the code says it, whatever stands beside it.
    has_code = any(map(_is_plain_code, parts))
    if not known or (len(known) < len(parts) and not has_code):
        return frozenset()
    return frozenset.intersection(*known)


def _is_plain_code(text: str) -> bool:
    """True for a code in capitals that is no common word: `ALL deals` are not deals in lek."""
    word = text.strip()
    return word in CURRENCY_DECIMALS and word.casefold() not in _ALSO_WORDS


def _codes(text: str) -> frozenset[str]:
    """The codes of a text without anything beside it."""
    word = unicodedata.normalize("NFKC", text).strip().casefold()
    if not word:
        return frozenset()
    # NFKC makes the full-width yen sign narrow, as it does with letters.
    if word in CURRENCIES:
        return frozenset(CURRENCIES[word].split())
    return _codes_by_name().get(_folded(word), frozenset())


def _folded(name: str) -> str:
    """`U.S. Dollar` and `US dollars` alike, but for the plural."""
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", name).casefold())


@cache
def _codes_by_name() -> Mapping[str, frozenset[str]]:
    """Codes by folded name: singular and plural, in every language of `_LANGUAGES`.

    Source: Unicode CLDR.
    """
    # Babel takes a while to import, and few files spell currencies out.
    from babel.numbers import get_currency_name

    codes: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for code in CURRENCY_DECIMALS:
            for count in (None, 1, 2):
                name = get_currency_name(code, count, locale=language)
                codes.setdefault(_folded(name), set()).add(code)
    return {name: frozenset(found) for name, found in codes.items()}


def names_currency(text: str) -> bool:
    """Whether a text in a header's brackets or a number format is a currency and no other word.

    `Amount (all)` is the whole amount, `Amount (ALL)` is one in lek.
    """
    word = text.strip()
    is_plain_word = word.casefold() in _ALSO_WORDS and not word.isupper()
    return bool(currencies_named(word)) and not is_plain_word


def currency_codes(word: str) -> frozenset[str]:
    """ISO codes that a currency word may stand for."""
    return frozenset(CURRENCIES[word.casefold()].split())
