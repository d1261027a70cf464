"""How likely is an open deal won, judged by what it has in common with closed ones?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats

_START: Final = 0.1
"""Every count starts here, so that nothing seen once on one side only decides alone."""
_LEAST: Final = 0.01
_MOST: Final = 99.99


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
    won = closed["won"].to_numpy(dtype=bool)
    reached = np.where(won, stage_count - 1, closed["place"].to_numpy(dtype=np.int64))
    stages = np.arange(stage_count)
    won_counts = (reached[won][:, None] >= stages).sum(axis=0)
    lost_counts = (reached[~won][:, None] >= stages).sum(axis=0)
    return Frequencies(
        won_counts + _START,
        lost_counts + _START,
        won_counts + lost_counts > 0,
        {name: _shares(closed[name], won) for name in fields},
    )


def _shares(values: pd.Series[Any], won: Flags) -> dict[Any, tuple[float, float]]:
    at, names = pd.factorize(values)
    of_won = np.bincount(at[won & (at >= 0)], minlength=len(names)) + _START
    of_lost = np.bincount(at[~won & (at >= 0)], minlength=len(names)) + _START
    shares = zip(of_won / of_won.sum(), of_lost / of_lost.sum(), strict=True)
    return {name: (float(w), float(lo)) for name, (w, lo) in zip(names, shares, strict=True)}


def naive_bayes_percent(frequencies: Frequencies, deals: pd.DataFrame) -> Floats:
    """Give the chance of each open deal in percent, to two decimals, from 0.01 to 99.99.

    The prior is won of won and lost in the first stage; the stage's factor divides its counts by
    those two. A value, or a stage, that no closed deal had is skipped; nan where no deal is closed.

    Args: deals has `place` and the fields, one row per open deal.

    Source: closed L(c0, s0, src0, stage 0), L(c1, s1, src1, stage 1), W(c2, s2, src2, stage 2),
    open (c0, s1, src2, stage 1) → 33.49.
    """
    if not frequencies.seen.any():
        return np.full(len(deals), np.nan)
    place = deals["place"].to_numpy(dtype=np.int64)
    team_won, team_lost = frequencies.won[0], frequencies.lost[0]
    known = frequencies.seen[place]
    won = (
        np.where(known, frequencies.won[place] / team_won, 1.0) * team_won / (team_won + team_lost)
    )
    lost = (
        np.where(known, frequencies.lost[place] / team_lost, 1.0)
        * team_lost
        / (team_won + team_lost)
    )
    for name, shares in frequencies.fields.items():
        pairs = np.array([shares.get(value, (1.0, 1.0)) for value in deals[name]]).reshape(-1, 2)
        won, lost = won * pairs[:, 0], lost * pairs[:, 1]
    percent: Floats = np.clip(np.round(100 * won / (won + lost), 2), _LEAST, _MOST)
    return percent
