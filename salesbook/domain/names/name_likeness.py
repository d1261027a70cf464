"""How alike are the cores of many names, each compared with each?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection
from typing import Any

import numpy as np

from salesbook.domain.names.company_names import name_core

Likeness = dict[tuple[str, str], float]
"""Likeness of two different cores, the smaller one first; only those at least as alike as asked."""

_ROWS_AT_ONCE = 1000
_SHORTEST = 2


def alike_names(cores: Collection[str], least: float) -> Likeness:
    """Compare every core with every other; symmetric.

    Likeness is 1 minus the insertions and deletions that turn one into the other, as a share of both
    lengths, words in their order or in alphabetical order, whichever is more alike. Different numbers make
    different names.

    Args:
        cores: `NameCore.plain` of the names.
        least: 0 to 1.

    Source: rapidfuzz, `fuzz.ratio` (normalised indel similarity) and `fuzz.token_sort_ratio`.
    """
    distinct = sorted({core for core in cores if len(core) >= _SHORTEST})
    ordered = [" ".join(sorted(core.split())) for core in distinct]
    found = _compare(distinct, distinct, least)
    if ordered != distinct:
        for pair, score in _compare(distinct, ordered, least).items():
            found[pair] = max(score, found.get(pair, 0.0))
    numbers = {core: name_core(core).numbers for pair in found for core in pair}
    return {pair: score for pair, score in found.items() if numbers[pair[0]] == numbers[pair[1]]}


def _compare(names: list[str], texts: list[str], least: float) -> Likeness:
    """Compare the texts of the names, shortest first: what is much longer cannot be alike enough."""
    from rapidfuzz import fuzz, process

    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    names, texts = [names[place] for place in order], [texts[place] for place in order]
    lengths = [len(text) for text in texts]
    found: Likeness = {}
    for start in range(0, len(texts), _ROWS_AT_ONCE):
        block = texts[start : start + _ROWS_AT_ONCE]
        end = bisect_right(lengths, _longest_alike(len(block[-1]), least))
        scores: Any = process.cdist(
            block, texts[start:end], scorer=fuzz.ratio, score_cutoff=least * 100, dtype=np.float32, workers=-1
        )
        rows, columns = np.divmod(np.flatnonzero(scores.ravel() > 0), end - start)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if column > row:
                one, other = sorted((names[start + row], names[start + column]))
                found[one, other] = round(float(scores[row, column]) / 100, 4)
    return found


def _longest_alike(length: int, least: float) -> float:
    """The length up to which a text can be so alike: it has all of the shorter one's characters, and more."""
    return length * (2 - least) / least + 1 if least > 0 else float("inf")
