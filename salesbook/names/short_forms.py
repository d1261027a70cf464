"""Which names may be short for another: `charlie` and `C. Chapelin` for `Charlie Chapelin`?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final

ShortForms = dict[tuple[str, str], bool]
"""Pairs of cores, the smaller one first, of which one is short for the other; true for an initial."""

_SHORTEST_WORD: Final = 3
"""Letters of a single word that may stand for a name: `al` may be too many."""
_MOST_WORDS: Final = 2
"""Words of a person's name with an initial."""


def short_forms(cores: Collection[str]) -> ShortForms:
    """Find the cores that are short for exactly one other one; symmetric.

    A name is short for another that begins with its words, or whose last word it is, or that differs
    in an initial. Where it may stand for two names it says nothing: of `Charlie Chapelin` and
    `Charlie Brown`, neither is `charlie`.

    Args:
        cores: `NameCore.plain` of the names.
    """
    longer_by_form: dict[str, set[str]] = defaultdict(set)
    for core in set(cores):
        for form in _forms_of(core):
            longer_by_form[form].add(core)

    found: ShortForms = {}
    for core in set(cores):
        of_initial = _as_initial(core)
        longer = longer_by_form.get(of_initial or core, set()) - {core}
        if len(longer) == 1:
            (other,) = longer
            pair = (core, other) if core < other else (other, core)
            found[pair] = of_initial is not None
    return found


def is_short_for(left: str, right: str) -> bool:
    """Whether one of two cores may be short for the other, whoever else is called so; symmetric."""
    is_as_long = left.count(" ") == right.count(" ")
    if is_as_long and _as_initial(left) is None and _as_initial(right) is None:
        return False
    for short, longer in ((left, right), (right, left)):
        if (_as_initial(short) or short) in _forms_of(longer):
            return True
    return False


def _forms_of(core: str) -> set[str]:
    """All that a name may be shortened to."""
    words = core.split()
    if len(words) < _MOST_WORDS or not core.isascii():
        return set()
    beginnings = {" ".join(words[:count]) for count in range(1, len(words))}
    forms = {form for form in (*beginnings, words[-1]) if len(form) >= _SHORTEST_WORD}
    if len(words) == _MOST_WORDS and all(len(word) > 1 for word in words):
        # A given name may stand before or behind the family's.
        first, last = words
        forms |= {f"{first[0]}. {last}", f"{last[0]}. {first}"}
    return forms


def _as_initial(core: str) -> str | None:
    """`C. chapelin` of `c chapelin` and `chapelin c`; None for a name without an initial."""
    words = core.split()
    if len(words) != _MOST_WORDS:
        return None
    for initial, name in (words, reversed(words)):
        if len(initial) == 1 and initial.isalpha() and len(name) > 1:
            return f"{initial}. {name}"
    return None
