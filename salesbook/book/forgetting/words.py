"""Which words are a person's own, and what stands in their place where a text has them?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

_SHORTEST: Final = 4
"""Letters and digits of the shortest word that is looked for inside other texts: `Li` is part of
too many words that are not his."""
_SHORTEST_CHINESE: Final = 2
_SHORTEST_ID: Final = 3
_SEVERAL: Final = re.compile(r"[;；/、,，\n]+")
"""What stands between two telephone numbers or names in one cell."""
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_EDGE: Final = "[A-Za-z0-9]"
"""Beside an ASCII letter or digit no other may stand: `Ann` is not in `Annual`. Chinese has no such
edges."""


@dataclass(frozen=True)
class Words:
    """A person's words, each with what takes its place."""

    instead: Mapping[str, str]
    """By word what stands there afterwards."""
    of_others: tuple[str, ...] = ()
    """Names and numbers of his that are not among these, for others have them as well."""

    @property
    def literals(self) -> tuple[str, ...]:
        """What stands in a text, its white space and signs left out, wherever one of the words does."""
        return tuple(_end_of_number(word) or word for word in self.instead)

    @cached_property
    def _longest_first(self) -> list[str]:
        # So that a name does not go out of the middle of an address.
        return sorted(self.instead, key=lambda word: (-len(word), word))

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        parts = [f"({_however_typed(word)})" for word in self._longest_first]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def _matched(self, match: re.Match[str]) -> str:
        """The word that was matched: each stands in a group of its own."""
        return self._longest_first[(match.lastindex or 1) - 1]

    def without(self, text: str) -> str:
        """A text without these words; the same text where none of them stands in it."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self.instead[self._matched(match)], text)

    def are_in(self, text: str) -> bool:
        """Whether one of the words stands in a text."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def named_in(self, text: str) -> Iterator[str]:
        """The words that stand in a text."""
        if self._pattern is not None:
            yield from (self._matched(match) for match in self._pattern.finditer(text))


# --- how a word may be typed ----------------------------------------------------------------------

_NUMBER: Final = re.compile(r"[+\d\s()./\-\u2013]+")
_SHORTEST_NUMBER: Final = 7
"""Digits in which two telephone numbers must agree: a shorter one may be an amount."""
_MOST_BEFORE: Final = 5
"""Digits of a country and of the zeros before it."""
_BETWEEN_DIGITS: Final = r"(?:\(0\)|[\s()./\-\u2013]){0,4}"
_WITH_TOWN: Final = 10
"""Digits of which so many in a row are nobody else's."""
_NO_DIGITS_BEFORE: Final = r"(?<!\d[\s().\-/\u2013])(?<!\d[\s().\-/\u2013]{2})"
_NO_DIGIT: Final = re.compile(r"\(0\)|\D")


def digits_of(typed: str) -> str:
    """A telephone number's digits without zeros before them; blank for what is no number.

    `+44 (0)7700 900123` is 447700900123.
    """
    if not _NUMBER.fullmatch(typed):
        return ""
    digits = _NO_DIGIT.sub("", typed).lstrip("0")
    return digits if len(digits) >= _SHORTEST_NUMBER else ""


def _end_of_number(word: str) -> str:
    return digits_of(word)[-_SHORTEST_NUMBER:]


def _however_typed(word: str) -> str:
    """A pattern for a word in all the ways in which people type it.

    White space may be of any kind and number. A telephone number may have other signs between its
    digits, a country before it, or lack its beginning down to seven digits. Where it lacks much, no other
    digits may stand before it: the end of `158 0013 8000` is that of `138 0013 8000`, and yet another's.
    """
    digits = digits_of(word)
    if not digits:
        return _with_edges(word)
    whole = rf"[+(]{{0,2}}(?:\d{_BETWEEN_DIGITS}){{0,{_MOST_BEFORE}}}" + _spaced(digits)
    ways = [whole]
    for length in range(len(digits) - 1, _SHORTEST_NUMBER - 1, -1):
        alone = _NO_DIGITS_BEFORE if length < _WITH_TOWN else ""
        ways.append(rf"{alone}\(?0{{0,2}}{_BETWEEN_DIGITS}{_spaced(digits[-length:])}")
    return rf"(?<!{_EDGE})(?:{'|'.join(ways)})(?!{_EDGE})"


def _spaced(digits: str) -> str:
    return _BETWEEN_DIGITS.join(digits)


def _with_edges(word: str) -> str:
    before = f"(?<!{_EDGE})" if re.match(_EDGE, word) else ""
    after = f"(?!{_EDGE})" if re.match(_EDGE, word[-1]) else ""
    return before + r"\s+".join(re.escape(part) for part in word.split()) + after


@dataclass(frozen=True)
class Said:
    """What stands in the workbook of one customer."""

    key: str
    """What stands for a name afterwards."""
    ids: Mapping[str, str]
    """By his id, and each that was merged into him, the key that stands for it."""
    names: Iterable[str]
    """Names, companies, telephone numbers and addresses as they are typed."""
    texts: Iterable[str]
    """What was written about him; only whole sentences of it are looked for."""
    deals: Mapping[str, str]
    """By the name of a deal of his its ID."""


def stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text, however it is typed there."""
    return re.search(_however_typed(word), text, re.IGNORECASE) is not None


def words_of(said: Said, of_others: Iterable[str]) -> Words:
    """The words by which a customer is known again, without those that others have as well.

    Args:
        of_others: names of other customers and of people in the team; a word that is part of one
            is not his alone.
    """
    kept = _Kept("\n".join(dict.fromkeys(of_others)))
    for old_id, new_id in said.ids.items():
        # A number alone may be an amount, a day or another row's number.
        if _LETTER.search(old_id):
            kept.add(old_id, new_id, _SHORTEST_ID)
    for name in said.names:
        for piece in pieces_of(name):
            if not kept.add(piece, said.key, _SHORTEST):
                kept.dropped.append(piece)
        # A name that two share reads `Acme Ltd (C017)`, which is nobody but him.
        for old_id in said.ids:
            kept.add(f"{name} ({old_id})", said.key, _SHORTEST)
    for name, deal_id in said.deals.items():
        kept.add(name, deal_id, _SHORTEST)
        kept.add(f"{name} ({deal_id})", deal_id, _SHORTEST)
    for text in said.texts:
        kept.add(text.strip(), "…", _LONG_TEXT)
    return Words(kept.instead, tuple(dict.fromkeys(kept.dropped)))


@dataclass
class _Kept:
    """Collects the words that are his alone."""

    others: str
    """All that others are called."""
    instead: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def add(self, word: str, in_its_place: str, shortest: int) -> bool:
        """Keep a word that is long enough. Returns: False where others have it as well."""
        if len(word) < (_SHORTEST_CHINESE if _CHINESE.search(word) else shortest):
            return True
        if stands_in(word, self.others):
            return False
        self.instead.setdefault(word, in_its_place)
        return True


_LONG_TEXT: Final = 12
"""Characters of a text that nobody else is likely to have typed: `no answer` is no one's own."""


def pieces_of(typed: str) -> list[str]:
    """A cell's text, and the single names or numbers of one that holds several."""
    pieces = [typed, *_SEVERAL.split(typed)]
    return list(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))
