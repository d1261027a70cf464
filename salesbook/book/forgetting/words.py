"""Which words are a person's own, and what stands in their place where a text has them?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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

    @property
    def literals(self) -> tuple[str, ...]:
        """The words themselves."""
        return tuple(self.instead)

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {word.casefold(): instead for word, instead in self.instead.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        # The longest first, so that a name does not go out of the middle of an address.
        words = sorted(self.instead, key=lambda word: (-len(word), word))
        parts = [_with_edges(word) for word in words]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def without(self, text: str) -> str:
        """A text without these words; the same text where none of them stands in it."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._folded.get(match[0].casefold(), ""), text)

    def are_in(self, text: str) -> bool:
        """Whether one of the words stands in a text."""
        return self._pattern is not None and self._pattern.search(text) is not None


def _with_edges(word: str) -> str:
    before = f"(?<!{_EDGE})" if re.match(_EDGE, word) else ""
    after = f"(?!{_EDGE})" if re.match(_EDGE, word[-1]) else ""
    return before + re.escape(word) + after


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


def words_of(said: Said, of_others: Iterable[str]) -> Words:
    """The words by which a customer is known again, without those that others have as well.

    Args:
        of_others: names of other customers and of people in the team; a word that is part of one
            is not his alone.
    """
    others = "\n".join(dict.fromkeys(of_others))
    instead: dict[str, str] = {}

    def add(word: str, in_its_place: str, shortest: int) -> None:
        is_long = len(word) >= (_SHORTEST_CHINESE if _CHINESE.search(word) else shortest)
        if is_long and not re.search(_with_edges(word), others, re.IGNORECASE):
            instead.setdefault(word, in_its_place)

    for old_id, new_id in said.ids.items():
        # A number alone may be an amount, a day or another row's number.
        if _LETTER.search(old_id):
            add(old_id, new_id, _SHORTEST_ID)
    for name in said.names:
        for piece in _pieces(name):
            add(piece, said.key, _SHORTEST)
        # A name that two share reads `Acme Ltd (C017)`, which is nobody but him.
        for old_id in said.ids:
            add(f"{name} ({old_id})", said.key, _SHORTEST)
    for name, deal_id in said.deals.items():
        add(name, deal_id, _SHORTEST)
        add(f"{name} ({deal_id})", deal_id, _SHORTEST)
    for text in said.texts:
        add(text.strip(), "…", _LONG_TEXT)
    return Words(instead)


_LONG_TEXT: Final = 12
"""Characters of a text that nobody else is likely to have typed: `no answer` is no one's own."""


def _pieces(typed: str) -> list[str]:
    """A cell's text, and the single names or numbers of one that holds several."""
    pieces = [typed, *_SEVERAL.split(typed)]
    return list(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))
