"""Which currency does a header say without brackets: `Amount_EUR`, `EUR Amount`, `金额_美元`?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from salesbook.currencies import CURRENCIES, currencies_named, names_currency
from salesbook.money import CURRENCY_DECIMALS

_PARTS: Final = re.compile(r"[\s_\-/.:]+|(?<=[a-z])(?=[A-Z]{3}$)")
"""What stands between the words of a header; in `AmountEUR` nothing but a capital does."""
_WORDS_IN_HEADERS: Final = frozenset("svc shp mnt std".split())
"""Codes of rare currencies that shorten service, shipping, maintenance and standard."""
_SHORTEST_WORD: Final = 3
"""In Latin letters: `RM` beside an amount may be a relationship manager, `ft` are feet."""
_SHORTEST_CHINESE: Final = 2
"""Without anything between: `金额美元`, where 元 alone may be the end of another word."""


class Beside(NamedTuple):
    """A header taken apart."""

    rest: str
    """The header without the currency."""
    currency: str
    """The word, as it stands there."""


def currency_beside(header: str) -> Beside | None:
    """Take a header apart that begins or ends with a currency; None for others.

    A word such as `all`, `top` or `cup` is a currency in capitals alone, where the rest has none.
    """
    text = unicodedata.normalize("NFKC", header).strip()
    spans = list(_PARTS.finditer(text))
    if spans:
        first, last = spans[0], spans[-1]
        candidates = [
            Beside(text[: last.start()], text[last.end() :]),
            Beside(text[first.end() :], text[: first.start()]),
        ]
        for candidate in candidates:
            if candidate.rest and _is_currency(candidate.currency, candidate.rest):
                return candidate
    return _chinese_currency_beside(text)


def _is_currency(word: str, rest: str) -> bool:
    """Whether a word of a header is a currency and nothing else."""
    folded = word.casefold()
    is_known = folded in CURRENCIES or word.upper() in CURRENCY_DECIMALS
    if not is_known or not currencies_named(word):
        return False
    if word.isascii() and word.isalpha() and len(word) < _SHORTEST_WORD:
        return False

    is_plain_word = folded in _WORDS_IN_HEADERS or not names_currency(folded)
    return not is_plain_word or (word.isupper() and not rest.isupper())


def _chinese_currency_beside(text: str) -> Beside | None:
    """`金额美元` and `美元金额`: Chinese puts nothing between words."""
    for word in CURRENCIES:
        is_chinese = "\u4e00" <= word[0] <= "\u9fff" and len(word) >= _SHORTEST_CHINESE
        if not is_chinese or len(word) >= len(text):
            continue
        if text.endswith(word):
            return Beside(text.removesuffix(word), word)
        if text.startswith(word):
            return Beside(text.removeprefix(word), word)
    return None
