"""When are two typed names the same name, and which known name is nearest to an unknown one?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import numpy as np

from salesbook.names.characters import fold_characters
from salesbook.names.nearest import NEAR_SCORE

_BETWEEN_CHINESE: Final = re.compile(
    r"(?<=[\u3007\u3400-\u9fff\U00020000-\U0003ffff]) (?=[\u3007\u3400-\u9fff\U00020000-\U0003ffff])"
)
"""The space of `刘 伟`; that of `ABC 公司` parts two scripts, and stays."""
_MOST_LOOKED_UP: Final = 200
"""Unknown names for which the nearest is looked up; a column full of them has another cause."""
_AT_ONCE: Final = 16
"""Unknown names compared in one go, so that their scores need little memory."""


def fold_name(text: str) -> str:
    """A form in which names are equal that differ only in how they are written.

    Case, width and the amount of white space do not count: `ACME  Ltd` equals `Acme ltd`; `GTXPro`
    and `GTX Pro` stay two names. Between Chinese characters white space does not count at all: `刘 伟` is
    `刘伟`, typed as wide as a name of three. What else does not count, `characters.fold_characters` says.
    """
    words = " ".join(fold_characters(text).split())
    return words if words.isascii() else _BETWEEN_CHINESE.sub("", words)


def keys_by_name(pairs: Iterable[tuple[object, str]]) -> dict[str, tuple[str, ...]]:
    """Group keys by folded name; a name that several keys share has them all, in order of the keys.

    Args:
        pairs: name and key of each row; a name that is no text is missing.
    """
    keys_of: dict[str, set[str]] = {}
    for name, key in pairs:
        if isinstance(name, str):
            keys_of.setdefault(fold_name(name), set()).add(key)
    return {name: tuple(sorted(keys)) for name, keys in keys_of.items()}


def nearest_names(unknown: Collection[str], known: Mapping[str, str]) -> dict[str, str]:
    """Find the known name that is most like each unknown one; none where none is at all like it.

    Args:
        unknown: names as typed.
        known: shown name by folded name. Ties go to the first in alphabetical order.
    """
    if not known or not unknown:
        return {}
    # Only who misspells a name waits for the library.
    from rapidfuzz import fuzz, process

    choices = sorted(known)
    looked_up = sorted(unknown)[:_MOST_LOOKED_UP]
    nearest: dict[str, str] = {}
    for start in range(0, len(looked_up), _AT_ONCE):
        names = looked_up[start : start + _AT_ONCE]
        scores = process.cdist(
            [fold_name(name) for name in names],
            choices,
            scorer=fuzz.ratio,
            score_cutoff=NEAR_SCORE,
            dtype=np.float64,
        )
        best_choices = scores.argmax(axis=1)
        for name, row, best in zip(names, scores, best_choices, strict=True):
            if row[best] > 0:
                nearest[name] = known[choices[best]]
    return nearest
