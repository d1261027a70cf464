"""How long do deals stay in each stage, and from when on is one stuck?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.survival import kaplan_meier, time_until
from salesbook.domain.pipeline.funnel.slices import NONE, Cut, groups
from salesbook.domain.pipeline.stages.codes import OPEN, UNKNOWN, WON, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries
from salesbook.frames import frame_of

_ONE_DAY: Final = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Stays:
    """One row per deal and open stage that it was in on certain days; visits to a stage add up."""

    deal: Ints
    code: Ints
    days: Floats
    """Days in the stage so far, all visits together."""
    left: Flags
    """False where the deal is still there."""
    seen_at: Floats
    """Days already gone when watching began."""


def stays_of(deals: KnownDeals, known: Entries, codes: StageCodes, *, as_of: dt.date) -> Stays:
    """Measure how long each deal has been in each open stage.

    A visit lasts from its day to that of the deal's next row, or to `as_of` where there is none;
    visits on inferred days, or after `as_of`, are left out with all of the deal's time in that
    stage. A deal that was found in a stage when it was first noticed is watched from that age on,
    for deals that left the stage sooner were never seen; unless closed deals were noticed on the
    same day, which then brought a whole history, not only what was open.
    """
    today = np.datetime64(as_of, "D")
    last = known.is_last()
    until = np.where(last, today, np.append(known.entered[1:], today)[: len(last)])
    until = np.minimum(until, today)
    open_row = (known.code != UNKNOWN) & (codes.kind[known.code] == OPEN)
    usable = open_row & known.certain & (known.entered <= today)
    days = np.maximum((until - known.entered) / _ONE_DAY, 0.0)
    seen_at = np.where(_found_there(known, codes), (known.noticed - known.entered) / _ONE_DAY, 0.0)
    pair = known.deal * codes.count + known.code
    keys, at = np.unique(pair[open_row], return_inverse=True)
    whole = np.bincount(at, usable[open_row], len(keys)) == np.bincount(at, minlength=len(keys))
    deal, code = np.divmod(keys, max(codes.count, 1))
    return Stays(
        deal[whole],
        code[whole],
        np.bincount(at, np.where(usable, days, 0.0)[open_row], len(keys))[whole],
        (np.bincount(at, last[open_row], len(keys)) == 0)[whole],
        np.maximum(np.bincount(at, np.where(usable, seen_at, 0.0)[open_row], len(keys)), 0.0)[
            whole
        ],
    )


def _found_there(known: Entries, codes: StageCodes) -> Flags:
    """True on the row of the stage that a deal was in when first noticed, unless whole histories
    came in.
    """
    first_row = np.flatnonzero(
        np.append(True, known.deal[1:] != known.deal[:-1])[: len(known.deal)]
    )
    size = np.diff(np.append(first_row, len(known.deal)))
    first_noticed = np.repeat(known.noticed[first_row], size)
    at_first = known.noticed == first_noticed
    final = (
        at_first
        & np.append(~at_first[1:] | (known.deal[1:] != known.deal[:-1]), True)[: len(at_first)]
    )
    closed = final & (known.code != UNKNOWN) & (codes.kind[known.code] != OPEN)
    found: Flags = final & ~np.isin(first_noticed, np.unique(first_noticed[closed]))
    return found


def limits_of(
    stays: Stays, deals: KnownDeals, codes: StageCodes, *, quantile: float, few: int
) -> tuple[Floats, Flags]:
    """Days per stage after which a deal is stuck; nan where nothing says.

    The quantile of the days of deals that left the stage and were won in the end; with fewer than
    `few` of these the stage's own `limit_days`. The quantile of n values is the smallest that at
    least this share of them does not exceed.

    Returns: the limits, and whether they come from won deals.
    """
    limits = np.array(
        [np.nan if stage.limit_days is None else stage.limit_days for stage in codes.stages],
        dtype=np.float64,
    )
    learned = np.zeros(codes.count, dtype=bool)
    won = stays.left & (deals.kind[stays.deal] == WON)
    for code in codes.open_codes():
        days = stays.days[won & (stays.code == code)]
        if len(days) >= few:
            limits[code] = np.quantile(days, quantile, method="inverted_cdf")
            learned[code] = True
    return limits, learned


def stage_times_frame(
    stays: Stays, cuts: Sequence[Cut], limits: Floats, codes: StageCodes
) -> pd.DataFrame:
    """Make the StageTimes table: per slice and open stage with measured deals, as in Funnel's
    order.

    `median_days` and `p80_days` are Kaplan-Meier's, with open deals as still going on; missing
    where the curve does not get there. `naive_mean_days` is the mean of those that left, which
    favours quick deals. `limit_days` is the stage's, for all slices.
    """
    rows = [row for cut in cuts for row in _rows_of(stays, cut, limits, codes)]
    columns = ("slice_kind", "slice", "pipeline", "stage", "count", "open")
    names = (*columns, "median_days", "p80_days", "naive_mean_days", "limit_days")
    return frame_of(
        "StageTimes", {name: [row[at] for row in rows] for at, name in enumerate(names)}
    )


def _rows_of(stays: Stays, cut: Cut, limits: Floats, codes: StageCodes) -> list[tuple[Any, ...]]:
    slice_at = cut.at[stays.deal]
    rows = np.flatnonzero(slice_at != NONE)
    found = []
    for cell, members in groups(slice_at[rows] * codes.count + stays.code[rows]):
        slice_number, code = divmod(cell, codes.count)
        part = rows[members]
        stage = codes.stages[code]
        measured = _measured(stays.days[part], stays.left[part], stays.seen_at[part])
        found.append(
            (
                cut.kind,
                cut.names[slice_number],
                stage.pipeline,
                stage.stage,
                *measured,
                limits[code],
            )
        )
    return found


def _measured(days: Floats, left: Flags, seen_at: Floats) -> tuple[int, int, float, float, float]:
    """Count, open, median, 80th percentile and plain mean of one slice and stage."""
    curve = kaplan_meier(days, left, seen_at)
    mean = float(days[left].mean()) if left.any() else float("nan")
    return len(days), int((~left).sum()), time_until(curve, 0.5), time_until(curve, 0.8), mean
