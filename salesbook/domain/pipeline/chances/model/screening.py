"""Which columns tell of a deal only once it is closed, or look as if they did?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.chances.model.additive import Block, chance_of, fitted_terms
from salesbook.domain.pipeline.chances.model.columns import Binning, Column
from salesbook.domain.pipeline.chances.model.deal_model import Rows
from salesbook.domain.pipeline.chances.model.known_columns import MAY_COME_WITH_CLOSING

_ALMOST_NONE: Final = 0.1
"""Filled in as many of ten open deals as closed ones let expect, or fewer: it comes with closing."""
_DIFFERS: Final = 0.3
"""Part of the open deals that would have to be others for the column to look as in closed ones."""
_SURE: Final = 4.0
"""Standard errors by which a difference must exceed luck to be told, of any number of columns."""
_MOST_OF_IT: Final = 0.5
_MUCH: Final = 0.2
"""Part of the base's Brier score that a column takes away by itself, if one is to be wary of it."""


def come_with_closing(of_closed: Sequence[Column], of_open: Sequence[Column]) -> list[str]:
    """Name columns that are filled in (almost) only when a deal closes.

    A column that is filled in 90 of 100 closed deals is expected in 90 of 100 open ones. Where it
    stands in a tenth of those or fewer, what it says was not known while the deals were open.

    Args:
        of_open: the same columns of the deals that are open; without any nothing can be told.
    """
    names = []
    for closed, still_open in zip(of_closed, of_open, strict=True):
        may_come = closed.is_own or closed.name in MAY_COME_WITH_CLOSING
        filled = closed.is_filled
        in_open = still_open.is_filled
        if not may_come or not len(in_open) or not filled.any():
            continue
        expected = filled.mean() * len(in_open)
        if in_open.sum() <= _ALMOST_NONE * expected:
            names.append(closed.name)
    return names


def look_different(
    binnings: Sequence[Binning], of_closed: Sequence[Column], of_open: Sequence[Column]
) -> list[str]:
    """Name the user's own columns whose values are others in open deals than in closed ones."""
    closed_by, open_by = ({column.name: column for column in part} for part in (of_closed, of_open))
    names = []
    for binning in binnings:
        if not binning.is_own:
            continue
        closed = _coarse_shares(binning, closed_by[binning.name])
        still_open = _coarse_shares(binning, open_by[binning.name])
        if closed.size and still_open.size and _are_different(closed, still_open):
            names.append(binning.name)
    return names


def _coarse_shares(binning: Binning, column: Column) -> Ints:
    """Deals by coarse bin."""
    return np.bincount(binning.coarse[binning.bins(column)], minlength=binning.coarse_count)


def _are_different(closed: Ints, still_open: Ints) -> bool:
    all_closed, all_open = closed.sum(), still_open.sum()
    if not all_closed or not all_open:
        return False
    apart = 0.5 * np.abs(closed / all_closed - still_open / all_open).sum()

    # What luck alone makes of so many deals: half the sum of the shares' mean absolute errors.
    both = (closed + still_open) / (all_closed + all_open)
    error = np.sqrt(both * (1 - both) * (1 / all_closed + 1 / all_open))
    by_luck = 0.5 * np.sqrt(2 / np.pi) * error.sum()
    spread = 0.5 * np.sqrt((1 - 2 / np.pi) * (error**2).sum())
    return bool(apart > _DIFFERS and apart > by_luck + _SURE * spread)


def says_nearly_all(rows: Rows, binnings: Sequence[Binning], chance: Floats) -> list[str]:
    """Name the user's own column that by itself says most of what all columns say together.

    Such a column may be the best thing that anybody knows, or the outcome under another name.

    Args: chance is what the model says of the closed deals.
    """
    weight = rows.weight / rows.weight.sum()

    def brier(expected: Floats) -> float:
        return float((weight * (expected - rows.won) ** 2).sum())

    of_stage = brier(chance_of(rows.offset))
    gained = of_stage - brier(chance)
    column_of = {column.name: column for column in rows.columns}
    names = []
    for binning in binnings:
        if not binning.is_own:
            continue
        column = column_of[binning.name]
        block = Block(binning.bins(column), binning.count, column.numbers is not None)
        [term] = fitted_terms([block], rows.won, rows.weight, rows.offset)
        alone = of_stage - brier(chance_of(rows.offset + term[block.bins]))
        if alone > max(_MOST_OF_IT * gained, _MUCH * of_stage):
            names.append(binning.name)
    return names
