"""A model of what raises and lowers the odds of a deal beside its stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.chances.model.additive import Block, chance_of, fitted_terms
from salesbook.domain.pipeline.chances.model.columns import Binning, Column, binnings_of
from salesbook.domain.pipeline.chances.model.pairs import both_of, telling_pairs

FEWEST_FOR_PAIRS: Final = 1000
"""Closed deals from which on columns are looked at two by two."""


@dataclass(frozen=True)
class Rows:
    """Deals as each stood on one day: one row per deal, the same in every column."""

    columns: Sequence[Column]
    offset: Floats
    """Log odds of the stage that the deal was in."""
    won: Floats
    """1 where it was won in the end, 0 where not; of no meaning while it is open."""
    weight: Floats
    """For how many deals each counts; they add up to as many as they are as sure as."""

    def __len__(self) -> int:
        return len(self.offset)

    def part(self, rows: Ints | Flags) -> Rows:
        """These deals only."""
        return Rows(
            [column.part(rows) for column in self.columns],
            self.offset[rows],
            self.won[rows],
            self.weight[rows],
        )


@dataclass(frozen=True)
class Term:
    """What one column, or two together, add to the log odds."""

    names: tuple[str, ...]
    """One column, or two."""
    by_bin: Floats
    """Of two: by coarse bin of the first, then of the second."""

    @property
    def is_pair(self) -> bool:
        """Whether it is about two columns together."""
        return len(self.names) > 1


@dataclass(frozen=True)
class DealModel:
    """Terms with the bins that they are for."""

    binnings: Mapping[str, Binning]
    terms: tuple[Term, ...]

    def parts(self, columns: Sequence[Column]) -> list[Floats]:
        """What each term adds to the log odds of each deal."""
        bins = {
            column.name: self.binnings[column.name].bins(column)
            for column in columns
            if column.name in self.binnings
        }
        return [term.by_bin[_bins_of_term(term, self.binnings, bins)] for term in self.terms]

    def shift(self, columns: Sequence[Column], size: int) -> Floats:
        """By how much the log odds of each deal differ from those of its stage."""
        shift = np.zeros(size)
        for part in self.parts(columns):
            shift += part
        return shift


def _bins_of_term(term: Term, binnings: Mapping[str, Binning], bins: Mapping[str, Ints]) -> Ints:
    if not term.is_pair:
        return bins[term.names[0]]
    first, second = (binnings[name] for name in term.names)
    return both_of(
        Block(first.coarse[bins[first.name]], first.coarse_count),
        Block(second.coarse[bins[second.name]], second.coarse_count),
    ).bins


def fit_additive(rows: Rows) -> DealModel:
    """Fit a term per column."""
    binnings = binnings_of(rows.columns)
    columns = [column for column in rows.columns if column.name in binnings]
    blocks = [_block(binnings[column.name], column) for column in columns]
    by_bin = fitted_terms(blocks, rows.won, rows.weight, rows.offset)
    terms = (Term((column.name,), term) for column, term in zip(columns, by_bin, strict=True))
    return DealModel(binnings, tuple(terms))


def fit_pairs(rows: Rows, additive: DealModel) -> DealModel:
    """Fit terms of single columns and of those pairs that say more together; else the same model.

    Args: additive is the model of single columns of the same deals.
    """
    if len(rows) < FEWEST_FOR_PAIRS:
        return additive
    names = [term.names[0] for term in additive.terms]
    column_of = {column.name: column for column in rows.columns}
    binnings = additive.binnings
    blocks = [_block(binnings[name], column_of[name]) for name in names]
    parts = [term.by_bin[block.bins] for term, block in zip(additive.terms, blocks, strict=True)]
    log_odds = rows.offset + sum(parts, start=np.zeros(len(rows)))

    coarse = [
        Block(binnings[name].coarse[block.bins], binnings[name].coarse_count)
        for name, block in zip(names, blocks, strict=True)
    ]
    strength = np.array([float(np.var(part)) for part in parts])
    pairs = telling_pairs(coarse, strength, rows.won, rows.weight, chance_of(log_odds))
    if not pairs:
        return additive

    by_bin = fitted_terms(
        [*blocks, *(both_of(coarse[first], coarse[second]) for first, second in pairs)],
        rows.won,
        rows.weight,
        rows.offset,
        start=[term.by_bin for term in additive.terms],
    )
    pair_names = [(names[first], names[second]) for first, second in pairs]
    all_names = [*((name,) for name in names), *pair_names]
    terms = tuple(Term(name, term) for name, term in zip(all_names, by_bin, strict=True))
    return DealModel(binnings, terms)


def _block(binning: Binning, column: Column) -> Block:
    return Block(binning.bins(column), binning.count, is_ordered=column.numbers is not None)
