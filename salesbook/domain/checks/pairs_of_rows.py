"""Which pairs does a group of rows make that share something?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from typing import Final

from salesbook.messages import Message
from salesbook.names.name_likeness import Likeness

_LARGE_GROUP: Final = 20
"""Rows of one group up to which each pair is named; in larger ones each row with the first."""

Pair = tuple[str, str]
"""Keys of two rows, the smaller one first."""
Reason = tuple[float, Message]
"""How sure it is that two rows are one, and why."""


def pairs_of_groups(groups: Mapping[str, list[str]]) -> Iterator[tuple[str, Pair]]:
    """The pairs of each group, with what the group shares."""
    for value in sorted(groups):
        for pair in within(groups[value]):
            yield value, pair


def within(keys: Iterable[str]) -> Iterator[Pair]:
    """Pairs of a group, the smaller key left; a large group is tied to its first row only.

    A thousand rows with one switchboard's number would be half a million pairs.
    """
    ordered = sorted(set(keys))
    if len(ordered) <= _LARGE_GROUP:
        yield from combinations(ordered, 2)
        return

    first, *others = ordered
    for other in others:
        yield first, other


def between(lefts: list[str], rights: list[str]) -> Iterator[Pair]:
    """Pairs of two groups; of large ones only the first rows."""
    is_large = len(lefts) * len(rights) > _LARGE_GROUP**2
    if is_large:
        lefts, rights = [min(lefts)], [min(rights)]

    for left, right in product(lefts, rights):
        if left != right:
            yield (left, right) if left < right else (right, left)


def alike_rows(
    lefts: Mapping[str, list[str]], rights: Mapping[str, list[str]], alike: Likeness
) -> Iterator[tuple[Pair, float]]:
    """Pairs of a row of a left and a row of a right group whose cores are alike, with the likeness.

    Args:
        lefts, rights: keys of rows by the core of a name; the same mapping for pairs of one table.
    """
    is_one_side = lefts is rights

    # One core on both sides: the same name.
    for core in sorted(lefts.keys() & rights.keys()):
        pairs = within(lefts[core]) if is_one_side else between(lefts[core], rights[core])
        for pair in pairs:
            yield pair, 1.0

    # Two cores that are alike; each of them may stand on either side.
    for (core, other_core), score in sorted(alike.items()):
        for pair in between(lefts.get(core, []), rights.get(other_core, [])):
            yield pair, score
        if is_one_side:
            continue
        for pair in between(lefts.get(other_core, []), rights.get(core, [])):
            yield pair, score


def best_reasons(*reasons: Iterable[tuple[Pair, Reason]]) -> dict[Pair, Reason]:
    """The strongest reason of each pair; of equal ones the first given."""
    strongest: dict[Pair, Reason] = {}
    for group in reasons:
        for pair, reason in group:
            if pair not in strongest or reason[0] > strongest[pair][0]:
                strongest[pair] = reason
    return strongest
