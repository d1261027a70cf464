"""Which known names may somebody have meant who mistyped one? For tables, fields, verbs, options, people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook.names.characters import fold_characters

NEAR_SCORE: Final = 60.0
"""Percent of likeness from which a name may be meant."""
_SHORT: Final = 3
_NEAR_SCORE_OF_SHORT: Final = 50.0
"""Of Chinese words, most of which have two or three characters: one of two is enough."""
_MOST_NAMES: Final = 3
"""Names that are offered; of more nobody learns which is meant."""
_FAR_BEHIND: Final = 8.0
"""Percent of likeness by which a name may be less like than the best one, to be offered beside it."""


def nearest_known(typed: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Find the known names that are most like a typed one, best first; none where none is like it.

    Case, width and what stands between words do not count. Of names that are equally like, the
    first in alphabetical order goes first.

    Args:
        known: by spelling what is to be shown of it; several spellings may show the same.
    """
    # Only who misspells a name waits for the library.
    from rapidfuzz import fuzz, process

    wanted = _plain(typed)
    spellings = sorted(known)
    is_short_chinese = len(wanted) <= _SHORT and not wanted.isascii()
    matches = process.extract(
        wanted,
        [_plain(spelling) for spelling in spellings],
        scorer=fuzz.ratio,
        score_cutoff=_NEAR_SCORE_OF_SHORT if is_short_chinese else NEAR_SCORE,
        limit=None,
    )
    if not matches:
        return ()

    best_score = matches[0][1]
    shown = [
        known[spellings[position]]
        for _, score, position in matches
        if score >= best_score - _FAR_BEHIND
    ]
    return tuple(dict.fromkeys(shown))[:_MOST_NAMES]


def _plain(text: str) -> str:
    """A form in which two spellings of a name are equal: `call_list` is `Call list`."""
    return " ".join(fold_characters(text).replace("_", " ").replace("-", " ").split())
