"""How long do deals stay in each stage, and from when on is one stuck?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints, Objects
from salesbook.domain.arithmetic.survival import kaplan_meier, time_until, watched_until
from salesbook.domain.pipeline.funnel.slices import ALL, NONE, Cut, groups
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.visits import Visits
from salesbook.frames import frame_of
from salesbook.messages import Finding

_FEWEST: Final = 5
"""Deals that must be watched at an age from which on others are: fewer do not speak for them."""
_MOST_UNWATCHED: Final = 0.1
"""Share of stays found on the day itself beyond which those that are over do not speak for all."""
_MEDIAN: Final = 0.5
_MOST: Final = 0.8
_NO_VERDICTS: Final[Mapping[str, Objects]] = {}
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
    "verdict",
)


@dataclass(frozen=True)
class Stays:
    """One row per deal and open stage that it was in on days that are known; visits add up."""

    deal: Ints
    code: Ints
    days: Floats
    """Days in the stage so far, all visits together."""
    left: Flags
    """False where the deal is still there."""
    seen_at: Floats
    """Days already gone when watching began."""
    gap: Floats
    """Days between the runs that the days were guessed from; 0 where all were typed."""

    @property
    def are_watched(self) -> Flags:
        """True for stays of which some time was seen; those found on `as_of` say nothing yet."""
        watched: Flags = (self.seen_at <= 0) | (self.days > self.seen_at)
        return watched

    def part(self, rows: Flags | Ints) -> Stays:
        """These rows only."""
        return Stays(
            self.deal[rows],
            self.code[rows],
            self.days[rows],
            self.left[rows],
            self.seen_at[rows],
            self.gap[rows],
        )


def stays_of(visits: Visits, codes: StageCodes) -> Stays:
    """Add up the visits of each deal to each stage; a stay with a visit of unknown days is left out."""
    days = np.maximum(visits.end - visits.start, 0.0)
    seen_at = np.maximum(visits.seen_from - visits.start, 0.0)

    # Visits of one deal to one stage add up: `stay` is the number of the pair.
    pair_of_visit = visits.deal * codes.count + visits.code
    pairs, stay = np.unique(pair_of_visit, return_inverse=True)

    def per_stay(values: Flags | Floats) -> Floats:
        """The sum over each stay's visits of a value per visit; nan where one is."""
        return np.asarray(np.bincount(stay, values, len(pairs)), dtype=np.float64)

    widest_gap = np.zeros(len(pairs))
    np.maximum.at(widest_gap, stay, np.nan_to_num(visits.gap))

    total_days = per_stay(days)
    deal, code = np.divmod(pairs, max(codes.count, 1))
    stays = Stays(
        deal=deal,
        code=code,
        days=total_days,
        left=per_stay(~visits.left) == 0,
        seen_at=per_stay(seen_at),
        gap=widest_gap,
    )
    return stays.part(~np.isnan(total_days))


def quantile_days(stays: Stays, share: float) -> float:
    """Give the days after which this share of the stays has ended; nan where that is not known.

    Kaplan and Meier's estimate: deals that are still there count as still going on, and what was
    found at an age counts from that age on.

    It is not known where the curve does not get so far, nor where too few were watched from the
    start. After an import those that are over are the quick ones; until some time has passed they
    say nothing of what was found open, if that is many. And what is shorter than the usual gap
    between the runs that the days were guessed from cannot be told apart.
    """
    days = known_quantile(stays, share)
    return float("nan") if days < usual_gap(stays) else days


def known_quantile(stays: Stays, share: float) -> float:
    """As `quantile_days`, also below the usual gap."""
    was_just_found = ~stays.left & ~stays.are_watched
    if not len(stays.days) or was_just_found.mean() > _MOST_UNWATCHED:
        return float("nan")
    days = time_until(kaplan_meier(stays.days, stays.left, stays.seen_at), share)
    until = watched_until(stays.days, stays.seen_at, _FEWEST)
    return days if days <= until else float("nan")


def usual_gap(stays: Stays) -> float:
    """The median of the stays' gaps: 0 where most days were typed, or where there are none."""
    return float(np.median(stays.gap)) if len(stays.gap) else 0.0


def limits_of(
    stays: Stays, deals: KnownDeals, codes: StageCodes, *, quantile: float, few: int
) -> tuple[Floats, Flags]:
    """Days per stage after which a deal is stuck; nan where nothing says.

    The quantile of the days of deals that left the stage and were won in the end; with fewer than
    `few` of these that were watched, or where the quantile is not known, the stage's own
    `limit_days`. The deals that a first import finds open are the slow ones: as in
    `quantile_days`, they count from the age at which they were found.

    Returns: the limits, and whether they come from won deals.
    """
    typed = [stage.limit_days for stage in codes.stages]
    limits = np.array([np.nan if days is None else days for days in typed], dtype=np.float64)
    is_learned = np.zeros(codes.count, dtype=bool)

    is_won = stays.left & deals.is_won[stays.deal]
    for code in codes.open_codes():
        won = stays.part(is_won & stays.are_watched & (stays.code == code))
        if len(won.days) < few:
            continue

        days = quantile_days(won, quantile)
        if not np.isnan(days):
            limits[code] = days
            is_learned[code] = True

    return limits, is_learned


def stage_times_frame(
    stays: Stays,
    cuts: Sequence[Cut],
    limits: Floats,
    codes: StageCodes,
    verdicts: Mapping[str, Objects] = _NO_VERDICTS,
) -> pd.DataFrame:
    """Make the StageTimes table: per slice and open stage with measured deals, in Funnel's order.

    `median_days` and `p80_days` are those of `quantile_days`. `naive_mean_days` is the mean of
    those that left, which favours quick deals. `limit_days` is the stage's, for all slices.

    Args:
        verdicts: by slice kind, how each slice differs from the others in each stage.
    """
    rows = [
        {**row, "verdict": None if verdict is None else verdict[place]}
        for cut in cuts
        for verdict in (verdicts.get(cut.kind),)
        for place, row in _rows_of(stays, cut, limits, codes)
    ]
    return frame_of("StageTimes", {name: [row[name] for row in rows] for name in _COLUMNS})


def _rows_of(
    stays: Stays, cut: Cut, limits: Floats, codes: StageCodes
) -> Iterator[tuple[tuple[int, int], dict[str, Any]]]:
    """The numbers of slice and stage, and the row."""
    slice_of_stay = cut.slice_of[stays.deal]
    in_slice = np.flatnonzero(slice_of_stay != NONE)
    cell_of_stay = slice_of_stay[in_slice] * codes.count + stays.code[in_slice]

    for cell, members in groups(cell_of_stay):
        slice_number, code = divmod(cell, codes.count)
        stage = codes.stages[code]
        row = {
            "slice_kind": cut.kind,
            "slice": cut.names[slice_number],
            "pipeline": stage.pipeline,
            "stage": stage.stage,
            **_measures(stays.part(in_slice[members])),
            "limit_days": limits[code],
        }
        yield (slice_number, code), row


def _measures(stays: Stays) -> dict[str, float]:
    """What the days of one slice in one stage come to."""
    days_of_left = stays.days[stays.left]
    return {
        "count": len(stays.days),
        "open": len(stays.days) - len(days_of_left),
        "median_days": quantile_days(stays, _MEDIAN),
        "p80_days": quantile_days(stays, _MOST),
        "naive_mean_days": float(days_of_left.mean()) if len(days_of_left) else float("nan"),
    }


def seldom_seen(stays: Stays, codes: StageCodes) -> list[Finding]:
    """Warn of each stage that most deals leave between two runs, without a typed day."""
    findings = []
    for code in codes.open_codes():
        of_stage = stays.part(stays.code == code)
        gap = usual_gap(of_stage)
        if known_quantile(of_stage, _MEDIAN) < gap:
            findings.append(_below_gap(codes, int(code), gap))
    return findings


def _below_gap(codes: StageCodes, code: int, gap: float) -> Finding:
    stage = codes.stages[code]
    return Finding(
        "days-below-gap",
        "warning",
        "StageTimes",
        field="median_days",
        row_key=f"all|{ALL}|{stage.pipeline}|{stage.stage}",
        found=f"< {gap:g}",
        params={"stage": stage.stage, "gap": gap},
    )
