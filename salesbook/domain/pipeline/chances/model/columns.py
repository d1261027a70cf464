"""What is known of deals, column by column, and into which bin does each value fall?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints

MISSING_BIN: Final = 0
_RARE_BIN: Final = 1
"""Words that are seldom met share a bin; what was never met falls into it, too."""
_FEWEST: Final = 10
"""Deals that a word must have for a bin of its own."""
_MOST_WORDS: Final = 200
_MOST_BINS: Final = 64
_FEWEST_BINS: Final = 4
_DEALS_PER_BIN: Final = 40
_COARSE_BINS: Final = 10


@dataclass(frozen=True)
class Column:
    """One thing that is known of deals: a number or a word each.

    Exactly one of `numbers` and `words` says something.
    """

    name: str
    """A choice, `ModelTests.column=` and its code, or the header of a column of the user's own."""
    is_own: bool
    """Whether it is the user's own."""
    numbers: Floats | None = None
    """One per deal; nan where missing."""
    words: Ints | None = None
    """The number of each deal's word, -1 where missing."""
    vocabulary: tuple[str, ...] = ()
    """The words by their numbers."""

    @property
    def is_filled(self) -> Flags:
        """Where a deal has a value."""
        if self.numbers is not None:
            filled: Flags = ~np.isnan(self.numbers)
            return filled
        filled = _words_of(self) >= 0
        return filled

    def part(self, rows: Ints | Flags) -> Column:
        """The column of these deals only."""
        numbers = None if self.numbers is None else self.numbers[rows]
        words = None if self.words is None else self.words[rows]
        return Column(self.name, self.is_own, numbers, words, self.vocabulary)


def _words_of(column: Column) -> Ints:
    return np.zeros(0, dtype=np.int64) if column.words is None else column.words


@dataclass(frozen=True)
class Binning:
    """How values of one column become bins: learned from closed deals, used for all."""

    name: str
    is_own: bool
    edges: Floats
    """Of numbers: the lower bounds of all bins but the first."""
    bin_of_word: Ints
    """Of words: the bin by the word's number."""
    count: int
    """Bins, that of missing values among them."""
    coarse: Ints
    """Per bin: a bin of a coarser cut, in which two columns can be looked at together."""
    coarse_count: int

    def bins(self, column: Column) -> Ints:
        """The bin of each deal."""
        if column.numbers is not None:
            is_missing = np.isnan(column.numbers)
            place = np.searchsorted(self.edges, column.numbers, side="right") + 1
            return np.where(is_missing, MISSING_BIN, place).astype(np.int64)
        words = _words_of(column)
        # The last place stands for -1, a missing word.
        table = np.append(self.bin_of_word, MISSING_BIN)
        bins: Ints = table[words]
        return bins


def binning_of(column: Column) -> Binning | None:
    """Learn bins from the values of closed deals; None where all would fall into one.

    Numbers go by their quantiles into 64 bins, or as many as there are deals for, each with forty.
    A number that is met often has a bin of its own. Words with ten deals have one each.
    """
    if column.numbers is not None:
        edges = _edges(column.numbers)
        bins = np.searchsorted(edges, column.numbers, side="right") + 1
        bins = np.where(np.isnan(column.numbers), MISSING_BIN, bins)
        count, bin_of_word = len(edges) + 2, np.zeros(0, dtype=np.int64)
    else:
        words = _words_of(column)
        edges = np.zeros(0)
        bin_of_word, count = _bins_of_words(words, len(column.vocabulary))
        bins = np.append(bin_of_word, MISSING_BIN)[words]

    deals = np.bincount(bins, minlength=count)
    if (deals > 0).sum() < 2:
        return None
    is_ordered = column.numbers is not None
    coarse = _coarse_by_order(deals) if is_ordered else _coarse_by_size(deals)
    return Binning(
        name=column.name,
        is_own=column.is_own,
        edges=edges,
        bin_of_word=bin_of_word,
        count=count,
        coarse=coarse,
        coarse_count=int(coarse.max()) + 1,
    )


def _edges(numbers: Floats) -> Floats:
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return np.zeros(0)
    most = int(np.clip(len(known) // _DEALS_PER_BIN, _FEWEST_BINS, _MOST_BINS))
    values = np.unique(known)
    if len(values) <= most:
        return np.asarray((values[1:] + values[:-1]) / 2, dtype=np.float64)

    levels = np.arange(1, most) / most
    quantiles, times = np.unique(
        np.quantile(known, levels, method="inverted_cdf"), return_counts=True
    )
    # A value on which several quantiles fall is met often. Its bin holds nothing else: the next one
    # begins with the next larger value.
    often = quantiles[(times > 1) & (quantiles < values[-1])]
    following = values[np.searchsorted(values, often, side="right")]
    edges = np.unique(np.concatenate([quantiles, following]))
    return np.asarray(edges[edges > values[0]], dtype=np.float64)


def _bins_of_words(words: Ints, vocabulary_size: int) -> tuple[Ints, int]:
    """A bin per word: the most frequent ones have their own, in the order of their numbers."""
    deals = np.bincount(words[words >= 0], minlength=vocabulary_size)
    is_frequent = deals >= _FEWEST
    if is_frequent.sum() > _MOST_WORDS:
        least = np.sort(deals)[-_MOST_WORDS]
        is_frequent &= deals >= least
    bins = np.full(vocabulary_size, _RARE_BIN, dtype=np.int64)
    bins[is_frequent] = _RARE_BIN + 1 + np.arange(is_frequent.sum())
    return bins, int(is_frequent.sum()) + 2


def _coarse_by_order(deals: Ints) -> Ints:
    """Neighbouring bins put together, about as many deals in each; missing stays apart."""
    before = np.cumsum(deals[1:]) - deals[1:]
    total = max(int(deals[1:].sum()), 1)
    group = 1 + (before * _COARSE_BINS) // total
    _, numbered = np.unique(np.minimum(group, _COARSE_BINS), return_inverse=True)
    return np.append(0, numbered + 1).astype(np.int64)


def _coarse_by_size(deals: Ints) -> Ints:
    """The largest bins stay, the others are one; missing stays apart."""
    coarse = np.ones(len(deals), dtype=np.int64)
    coarse[MISSING_BIN] = 0
    # Of equally large ones the first: the order of words is that of their names.
    largest = 1 + np.argsort(-deals[1:], kind="stable")[:_COARSE_BINS]
    coarse[np.sort(largest)] = 2 + np.arange(len(largest))
    return coarse


def binnings_of(columns: Sequence[Column]) -> dict[str, Binning]:
    """By name: the bins of each column that tells deals apart."""
    found = {column.name: binning_of(column) for column in columns}
    return {name: binning for name, binning in found.items() if binning is not None}
