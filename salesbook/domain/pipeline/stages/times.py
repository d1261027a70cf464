"""How long do deals stay in each stage, and from when on is one stuck?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.survival import kaplan_meier, time_until
from salesbook.domain.pipeline.funnel.slices import NONE, Cut, groups
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries
from salesbook.frames import frame_of

_ONE_DAY: Final = np.timedelta64(1, "D")
_COLUMNS: Final = (
    "slice_kind",
    "slice",
    "pipeline",
    "stage",
    "count",
    "open",
    "median_days",
    "p80_days",
    "naive_mean_days",
    "limit_days",
)


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
    ends = np.minimum(known.ends(as_of), today)
    days = np.maximum((ends - known.entered) / _ONE_DAY, 0.0)
    age_when_noticed = (known.noticed - known.entered) / _ONE_DAY
    seen_at = np.where(_is_first_seen(known, codes), age_when_noticed, 0.0)

    is_open_row = codes.are_open(known.code)
    is_measured = is_open_row & known.certain & (known.entered <= today)

    # Visits of one deal to one stage add up: `stay` is the number of the pair.
    pair_of_row = known.deal * codes.count + known.code
    pairs, stay = np.unique(pair_of_row[is_open_row], return_inverse=True)

    def per_stay(values: Flags | Floats) -> Floats:
        """The sum over each stay's visits of a value per row."""
        sums = np.bincount(stay, values[is_open_row], len(pairs))
        return np.asarray(sums, dtype=np.float64)

    visits = np.bincount(stay, minlength=len(pairs))
    measured_visits = per_stay(is_measured)
    total_days = per_stay(np.where(is_measured, days, 0.0))
    total_seen_at = per_stay(np.where(is_measured, seen_at, 0.0))
    visits_going_on = per_stay(known.is_last())

    # A stay with one visit of unknown length has no known length.
    is_whole = measured_visits == visits
    deal, code = np.divmod(pairs, max(codes.count, 1))
    return Stays(
        deal=deal[is_whole],
        code=code[is_whole],
        days=total_days[is_whole],
        left=(visits_going_on == 0)[is_whole],
        seen_at=np.maximum(total_seen_at, 0.0)[is_whole],
    )


def _is_first_seen(known: Entries, codes: StageCodes) -> Flags:
    """True on the row of the stage that a deal was in when it was first noticed.

    Nowhere true for deals of a run that brought whole histories, closed deals among them.
    """
    size = len(known.deal)
    is_other_deal = known.deal[1:] != known.deal[:-1]

    # The run that noticed a deal first is the same on all its rows.
    starts_deal = np.append(True, is_other_deal)[:size]
    first_row = np.flatnonzero(starts_deal)
    row_counts = np.diff(np.append(first_row, size))
    first_run = np.repeat(known.noticed[first_row], row_counts)

    # Of the rows that this run wrote for a deal, the last one is where the run found it.
    is_of_first_run = known.noticed == first_run
    goes_on = is_of_first_run[1:] & ~is_other_deal
    is_last_of_run = is_of_first_run & np.append(~goes_on, True)[:size]

    is_seen_closed = is_last_of_run & codes.are_closed(known.code)
    runs_of_histories = np.unique(first_run[is_seen_closed])
    brought_history = np.isin(first_run, runs_of_histories)
    is_first_seen: Flags = is_last_of_run & ~brought_history
    return is_first_seen


def limits_of(
    stays: Stays, deals: KnownDeals, codes: StageCodes, *, quantile: float, few: int
) -> tuple[Floats, Flags]:
    """Days per stage after which a deal is stuck; nan where nothing says.

    The quantile of the days of deals that left the stage and were won in the end; with fewer than
    `few` of these the stage's own `limit_days`. The quantile of n values is the smallest that at
    least this share of them does not exceed.

    Returns: the limits, and whether they come from won deals.
    """
    typed = [stage.limit_days for stage in codes.stages]
    limits = np.array([np.nan if days is None else days for days in typed], dtype=np.float64)
    is_learned = np.zeros(codes.count, dtype=bool)

    is_won = stays.left & deals.is_won[stays.deal]
    for code in codes.open_codes():
        days = stays.days[is_won & (stays.code == code)]
        if len(days) < few:
            continue
        # Not interpolated: the limit is the days of a deal that was, which people can look up.
        limits[code] = np.quantile(days, quantile, method="inverted_cdf")
        is_learned[code] = True

    return limits, is_learned


def stage_times_frame(
    stays: Stays, cuts: Sequence[Cut], limits: Floats, codes: StageCodes
) -> pd.DataFrame:
    """Make the StageTimes table: per slice and open stage with measured deals, in Funnel's order.

    `median_days` and `p80_days` are Kaplan-Meier's, with open deals as still going on; missing
    where the curve does not get there. `naive_mean_days` is the mean of those that left, which
    favours quick deals. `limit_days` is the stage's, for all slices.
    """
    rows = [row for cut in cuts for row in _rows_of(stays, cut, limits, codes)]
    return frame_of("StageTimes", {name: [row[name] for row in rows] for name in _COLUMNS})


def _rows_of(stays: Stays, cut: Cut, limits: Floats, codes: StageCodes) -> Iterator[dict[str, Any]]:
    slice_of_stay = cut.slice_of[stays.deal]
    in_slice = np.flatnonzero(slice_of_stay != NONE)
    cell_of_stay = slice_of_stay[in_slice] * codes.count + stays.code[in_slice]

    for cell, members in groups(cell_of_stay):
        slice_number, code = divmod(cell, codes.count)
        part = in_slice[members]
        stage = codes.stages[code]
        yield {
            "slice_kind": cut.kind,
            "slice": cut.names[slice_number],
            "pipeline": stage.pipeline,
            "stage": stage.stage,
            **_measures(stays.days[part], stays.left[part], stays.seen_at[part]),
            "limit_days": limits[code],
        }


def _measures(days: Floats, left: Flags, seen_at: Floats) -> dict[str, float]:
    """What the days of one slice in one stage come to."""
    curve = kaplan_meier(days, left, seen_at)
    days_of_left = days[left]
    return {
        "count": len(days),
        "open": len(days) - len(days_of_left),
        "median_days": time_until(curve, 0.5),
        "p80_days": time_until(curve, 0.8),
        "naive_mean_days": float(days_of_left.mean()) if len(days_of_left) else float("nan"),
    }
