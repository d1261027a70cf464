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
    distinct = sorted(
        {core for core in cores if len(core) >= _SHORTEST}, key=lambda core: (len(core), core)
    )
    ordered = [" ".join(sorted(core.split())) for core in distinct]
    found: Likeness = {}
    for lefts, rights in _may_be_alike(distinct, least):
        in_order = _scores(distinct, lefts, rights, least)
        scores = np.maximum(in_order, _scores(ordered, lefts, rights, least))
        for at in np.flatnonzero(scores).tolist():
            one, other = sorted((distinct[lefts[at]], distinct[rights[at]]))
            found[one, other] = round(float(scores[at]) / 100, 4)
    numbers = {core: name_core(core).numbers for pair in found for core in pair}
    return {pair: score for pair, score in found.items() if numbers[pair[0]] == numbers[pair[1]]}


def _scores(texts: list[str], lefts: list[int], rights: list[int], least: float) -> Any:
    """The likeness of texts at these places, in percent; 0 where it is too small."""
    from rapidfuzz import fuzz, process

    return process.cpdist(
        [texts[place] for place in lefts],
        [texts[place] for place in rights],
        scorer=fuzz.ratio,
        score_cutoff=least * 100,
        dtype=np.float32,
    )


def _may_be_alike(texts: list[str], least: float) -> Iterator[tuple[list[int], list[int]]]:
    """Pairs of places, block by block, that a bound on insertions and deletions does not rule out.

    Each insertion or deletion flips one bit of a text's mark, and the alike differ in few. The
    order of words changes neither mark nor length.

    Args:
        texts: shortest first.
    """
    marks = np.array([_mark(text) for text in texts], dtype=np.uint64)
    lengths = np.array([len(text) for text in texts])
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        stop = min(start + _ROWS_AT_ONCE, len(texts))
        longest = lengths[stop - 1] * (2 - least) / least + 1 if least > 0 else np.inf
        end = int(np.searchsorted(lengths, longest, "right"))
        most = np.minimum((1 - least) * (lengths[stop - 1] + lengths[start:end]) + _ROUNDING, 64)
        differing = np.bitwise_count(marks[start:stop, None] ^ marks[start:end])
        rows, columns = np.divmod(np.flatnonzero(differing <= most.astype(np.uint8)), end - start)
        later = columns > rows
        yield (rows[later] + start).tolist(), (columns[later] + start).tolist()


def _mark(text: str) -> int:
    """64 bits that stand for a text's characters in any order, the second `a` another than the
    first.
    """
    mark, seen = 0, dict[str, int]()
    for character in text:
        count = seen[character] = seen.get(character, 0) + 1
        mark ^= 1 << ((ord(character) * 31 + count * 11) % 64)
    return mark
