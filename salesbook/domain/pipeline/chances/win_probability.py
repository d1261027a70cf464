"""How likely is an open deal won, judged by what it has in common with closed ones?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.arrays import Flags, Floats

_START: Final = 0.1
"""Every count starts here, so that nothing seen once on one side only decides alone."""
_LEAST: Final = 0.01
_MOST: Final = 99.99
"""No open deal is certain, in percent, whatever the closed ones were."""


@dataclass(frozen=True)
class Frequencies:
    """How often closed deals were won and lost, by stage and by the values of other fields."""

    won: Floats
    """Per stage place: deals won that were there, smoothed."""
    lost: Floats
    seen: Flags
    """Per stage place: some closed deal was there."""
    fields: Mapping[str, Mapping[Any, tuple[float, float]]]
    """Per field and value: the shares of won and of lost deals that have it."""


def count_frequencies(
    closed: pd.DataFrame, fields: Sequence[str], *, stage_count: int
) -> Frequencies:
    """Count closed deals.

    A won deal counts in every stage, a lost one up to its own. A field's counts are divided by the
    sum of all its smoothed counts.

    Args:
        closed: one row per closed deal: `won`, `place` (of the stage it was lost at, from 0; any
            where won) and the fields; a missing value counts nowhere.
        stage_count: open stages and the won one.

    Source: Odoo, addons/crm, predictive lead scoring (`_pls_get_naive_bayes_probabilities`).
    """
    is_won = closed["won"].to_numpy(dtype=bool)
    lost_place = closed["place"].to_numpy(dtype=np.int64)
    reached = np.where(is_won, stage_count - 1, lost_place)

    # A row per deal and a column per stage: did the deal get as far?
    was_there = reached[:, None] >= np.arange(stage_count)
    won_counts = was_there[is_won].sum(axis=0)
    lost_counts = was_there[~is_won].sum(axis=0)

    return Frequencies(
        won=won_counts + _START,
        lost=lost_counts + _START,
        seen=won_counts + lost_counts > 0,
        fields={name: _shares(closed[name], is_won) for name in fields},
    )


def _shares(values: pd.Series[Any], is_won: Flags) -> dict[Any, tuple[float, float]]:
    """Per value: which share of the won and of the lost deals have it, smoothed."""
    number, names = pd.factorize(values)
    has_value = number >= 0
    won = _smoothed_shares(number[has_value & is_won], len(names))
    lost = _smoothed_shares(number[has_value & ~is_won], len(names))

    pairs = zip(won, lost, strict=True)
    return dict(zip(names, pairs, strict=True))


def _smoothed_shares(numbers: npt.NDArray[Any], size: int) -> list[float]:
    """Which share of all counts each number has, where every count starts a little above 0."""
    counts = np.bincount(numbers, minlength=size)
    smoothed = counts + _START
    shares: list[float] = (smoothed / smoothed.sum()).tolist()
    return shares


def naive_bayes_percent(frequencies: Frequencies, deals: pd.DataFrame) -> Floats:
    """Give the chance of each open deal in percent, to two decimals, from 0.01 to 99.99.

    Naive Bayes: the score of winning is the share won of all closed deals, times the share of won
    deals that were in the stage, times for each field the share of won deals with the deal's value;
    that of losing likewise; the chance is the first of both. The first stage stands for all closed
    deals. A value, or a stage, that no closed deal had is skipped; nan where no deal is closed.

    Args: deals has `place` and the fields, one row per open deal.

    Source: closed L(c0, s0, src0, stage 0), L(c1, s1, src1, stage 1), W(c2, s2, src2, stage 2),
    open (c0, s1, src2, stage 1) → 33.49.
    """
    if not frequencies.seen.any():
        return np.full(len(deals), np.nan)

    all_won, all_lost = frequencies.won[0], frequencies.lost[0]
    all_closed = all_won + all_lost

    place = deals["place"].to_numpy(dtype=np.int64)
    is_seen = frequencies.seen[place]
    won_in_stage = np.where(is_seen, frequencies.won[place] / all_won, 1.0)
    lost_in_stage = np.where(is_seen, frequencies.lost[place] / all_lost, 1.0)
    won = won_in_stage * all_won / all_closed
    lost = lost_in_stage * all_lost / all_closed

    for name, shares in frequencies.fields.items():
        pairs = [shares.get(value, (1.0, 1.0)) for value in deals[name]]
        factors = np.array(pairs).reshape(-1, 2)
        won = won * factors[:, 0]
        lost = lost * factors[:, 1]

    rounded = np.round(100 * won / (won + lost), 2)
    percent: Floats = np.clip(rounded, _LEAST, _MOST)
    return percent
