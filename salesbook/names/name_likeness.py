"""How alike are the cores of many names, each compared with each?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from salesbook.names.company_names import name_core

Likeness = dict[tuple[str, str], float]
"""Likeness of two different cores, the smaller one first; only those at least as alike as asked."""

_ROWS_AT_ONCE = 64
"""So few that a block's marks stay in the processor's cache."""
_ROUNDING = 1e-6
_SHORTEST = 2
_MARK_BITS = 64
_PERCENT = 100

_Pairs = tuple[list[int], list[int]]
"""Places of the left and of the right text of each pair."""


def alike_names(cores: Collection[str], least: float) -> Likeness:
    """Compare every core with every other; symmetric.

    Likeness is 1 minus the insertions and deletions that turn one into the other, as a share of
    both lengths, words in their order or in alphabetical order, whichever is more alike. Different
    numbers make different names.

    Args:
        cores: `NameCore.plain` of the names.
        least: 0 to 1.

    Source: rapidfuzz, `fuzz.ratio` (normalised indel similarity) and `fuzz.token_sort_ratio`.
    """
    long_enough = {core for core in cores if len(core) >= _SHORTEST}
    in_order = sorted(long_enough, key=lambda core: (len(core), core))
    alphabetical = [" ".join(sorted(core.split())) for core in in_order]

    likeness: Likeness = {}
    for pairs in _may_be_alike(in_order, least):
        score_in_order = _scores(in_order, pairs, least)
        score_alphabetical = _scores(alphabetical, pairs, least)
        scores = np.maximum(score_in_order, score_alphabetical)

        lefts, rights = pairs
        for place in np.flatnonzero(scores).tolist():
            left = in_order[lefts[place]]
            right = in_order[rights[place]]
            pair = (left, right) if left < right else (right, left)
            likeness[pair] = round(float(scores[place]) / _PERCENT, 4)
    return _of_same_numbers(likeness)


def _of_same_numbers(likeness: Likeness) -> Likeness:
    """Without pairs such as `store 12` and `store 13`, which differ in a digit and are two."""
    numbers = {core: name_core(core).numbers for pair in likeness for core in pair}
    return {
        (left, right): score
        for (left, right), score in likeness.items()
        if numbers[left] == numbers[right]
    }


def _scores(texts: list[str], pairs: _Pairs, least: float) -> Any:
    """The likeness of pairs of texts in percent; 0 where it is too small."""
    from rapidfuzz import fuzz, process

    lefts, rights = pairs
    return process.cpdist(
        [texts[place] for place in lefts],
        [texts[place] for place in rights],
        scorer=fuzz.ratio,
        score_cutoff=least * _PERCENT,
        dtype=np.float32,
    )


def _may_be_alike(texts: list[str], least: float) -> Iterator[_Pairs]:
    """Pairs of places, block by block, that a bound on insertions and deletions does not rule out.

    The problem: of all pairs of texts, find a small set that surely holds every pair at least so
    alike. Two texts of lengths m and n are that alike only if at most (1 - least) * (m + n)
    characters are inserted or deleted. Each of these flips one bit of a text's mark, so the marks
    of such a pair differ in no more bits. The order of words changes neither mark nor length.

    Args:
        texts: shortest first.
    """
    marks = np.array([_mark(text) for text in texts], dtype=np.uint64)
    lengths = np.array([len(text) for text in texts])
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, len(texts))
        longest_left = int(lengths[stop - 1])
        end = int(np.searchsorted(lengths, _longest_partner(longest_left, least), "right"))

        most_edits = (1 - least) * (longest_left + lengths[start:end])
        most_bits = np.minimum(most_edits + _ROUNDING, _MARK_BITS).astype(np.uint8)
        left_marks = marks[start:stop, None]
        right_marks = marks[start:end]
        different_bits = np.bitwise_count(left_marks ^ right_marks)
        within_bound = np.flatnonzero(different_bits <= most_bits)

        # Each pair once: the right text stands behind the left one.
        lefts, rights = np.divmod(within_bound, end - start)
        is_behind = rights > lefts
        left_places = lefts[is_behind] + start
        right_places = rights[is_behind] + start
        yield left_places.tolist(), right_places.tolist()


def _longest_partner(length: int, least: float) -> float:
    """How long a text may be that is still so alike to one of this length.

    All n - m characters that it has more must be inserted: n - m <= (1 - least) * (m + n).
    """
    if least <= 0:
        return np.inf
    return length * (2 - least) / least + 1


def _mark(text: str) -> int:
    """64 bits that stand for a text's characters in any order.

    Each character flips one bit, the second `a` another than the first. Two characters may share a
    bit: then marks differ in fewer bits than texts in characters, which never rules out a pair.
    """
    mark = 0
    seen: dict[str, int] = {}
    for character in text:
        count = seen.get(character, 0) + 1
        seen[character] = count
        bit = (ord(character) * 31 + count * 11) % _MARK_BITS
        mark ^= 1 << bit
    return mark
