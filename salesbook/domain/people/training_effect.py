"""Do reps do better after a course than those who have not taken it?"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.calendar import month_of, months_between
from salesbook.domain.arithmetic.intervals import z_of
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message

SPAN: Final = 3
"""Months before and after the month of completion that are compared."""
FEWEST_REPS: Final = 5
"""Trained reps, and reps to compare them with, below which nothing is said."""
FALSE_ALARM: Final = 0.10
"""Chance that any course at all is said to help or harm where none does."""
WORTH_KNOWING: Final = 0.25
"""Part of what reps do otherwise: a range that leaves so much open does not say there is none."""
_DRAWS: Final = 200
_MOST_CELLS: Final = 2_000_000
"""Reps × months × draws that are held at once."""
_NEVER: Final = 10**6
"""As the month in which somebody completes a course."""


@dataclass(frozen=True)
class Measured:
    """A metric of every rep in every complete month: what is summed, over what it is a part of.

    Arrays are (reps, months); nan where the rep was not there, was on the ramp, or nothing could be
    measured.
    """

    metric: str
    parts: Floats
    wholes: Floats
    scale: float = 1.0
    """What a value is shown times: 100 for rates."""


class _Case(NamedTuple):
    """One course and metric."""

    course_id: str
    metric: str
    trained: int
    untrained: int
    scale: float
    difference: float = np.nan
    error: float = np.nan
    same_start: float = np.nan
    """The difference if reps who did equally well before are compared."""
    same_start_error: float = np.nan
    usual: float = np.nan
    """What reps do without the course."""


def training_effect(
    courses: pd.DataFrame,
    training: pd.DataFrame,
    rep_ids: Sequence[str],
    months: Sequence[str],
    measures: Sequence[Measured],
) -> pd.DataFrame:
    """Compare how trained reps changed with how others changed in the same months.

    A rep's change is his value in the three months after the month of completion less that in the
    three before. From it goes the mean change, over the same months, of those who had not taken the
    course by then: season, prices and markets move both. `difference` is the mean over the trained
    reps; each of them counts once, so that months of one rep are no independent witnesses.

    Its error is what it would spread over if the days of completion had fallen to other reps by lot,
    in 200 seeded shuffles of who completed when. Who are sent to a course are often those who have
    just done badly, and come back by themselves; so the difference is also taken between reps with
    an equal start, by the slope of the months after on the months before. A course *helps* or *harms*
    only where both ranges leave out 0; all courses and metrics are looked at together, so that the
    chance of any false alarm is 10 % (Bonferroni). *No difference* is said where the range leaves out
    a quarter of what reps usually do; else there are *too few*.

    Args:
        rep_ids: of the rows of the measures.
        months: of their columns, rising without a gap, all complete.

    Returns: TrainingEffect, by key: a row for each course that somebody has completed, and metric.

    Source: difference in differences with staggered dates against the not yet treated (B. Callaway
        and P. Sant'Anna, Journal of Econometrics 2021); inference by permutation, as R. Fisher; that
        the two differences bracket the truth, P. Ding and F. Li, Political Analysis 2019.
    """
    completed = training[training["completed_on"].notna()]
    known = completed[completed["course_id"].isin(set(courses["course_id"]))]
    changes = [_changes(measure) for measure in measures]
    cases = [
        case
        for course_id, records in known.groupby("course_id")
        for case in _cases(str(course_id), _months_taken(records, rep_ids, months), changes)
    ]
    looked_at = sum(not np.isnan(case.difference) for case in cases)
    rows = [_row(case, looked_at) for case in cases]
    return sorted_by_key("TrainingEffect", frame_from_rows("TrainingEffect", rows))


def _months_taken(records: pd.DataFrame, rep_ids: Sequence[str], months: Sequence[str]) -> Ints:
    """By rep: the place among the months of the month of completion.

    Before the first month a negative one, so that nobody is taken for untrained who was trained long
    ago; _NEVER for who has not completed the course.
    """
    first = months[0]
    taken: Mapping[str, int] = {
        str(record.rep_id): months_between(first, month_of(record.completed_on.date()))
        for record in records.itertuples()
    }
    return np.array([taken.get(rep, _NEVER) for rep in rep_ids], dtype=np.int64)


def _cases(course_id: str, taken: Ints, changes: Sequence[_Changes]) -> list[_Case]:
    """All metrics of one course."""
    cases = []
    for change in changes:
        trained, untrained = _who_counts(change.plain, taken)
        counts = (int(trained.sum()), int(untrained.sum()))
        cases.append(_Case(course_id, change.measure.metric, *counts, change.measure.scale))

    is_enough = [min(case.trained, case.untrained) >= FEWEST_REPS for case in cases]
    looked_at = [place for place, enough in enumerate(is_enough) if enough]
    if not looked_at:
        return cases
    both = np.concatenate([np.stack([changes[n].plain, changes[n].same_start]) for n in looked_at])
    found, errors = _with_errors(both, taken, course_id)
    for turn, place in enumerate(looked_at):
        plain, same_start = 2 * turn, 2 * turn + 1
        cases[place] = cases[place]._replace(
            difference=float(found[plain]),
            error=float(errors[plain]),
            same_start=float(found[same_start]),
            same_start_error=float(errors[same_start]),
            usual=changes[place].usual,
        )
    return cases


class _Changes(NamedTuple):
    """How reps changed around each month, whatever course they took: (reps, months)."""

    measure: Measured
    plain: Floats
    """After less before."""
    same_start: Floats
    """After less what a rep who did as well before usually does."""
    usual: float
    """What reps do before."""


def _changes(measure: Measured) -> _Changes:
    before, after = _before(measure), _after(measure)
    usual = float(np.nanmean(before)) if not np.isnan(before).all() else np.nan
    return _Changes(measure, after - before, after - _slope(before, after) * before, usual)


def _before(measure: Measured) -> Floats:
    """By rep and month: the value of the months before it; nan where one of them is missing."""
    return _windows(measure, -SPAN)


def _after(measure: Measured) -> Floats:
    """By rep and month: the value of the months after it."""
    return _windows(measure, 1)


def _windows(measure: Measured, start: int) -> Floats:
    parts = _sums(measure.parts, start)
    wholes = _sums(measure.wholes, start)
    with np.errstate(divide="ignore", invalid="ignore"):
        values: Floats = np.where(wholes > 0, parts / wholes, np.nan)
    return values


def _sums(values: Floats, start: int) -> Floats:
    """By month: the sum of SPAN months from so many months after it; nan beyond the ends."""
    count = values.shape[1]
    sums = np.full(values.shape, np.nan)
    for place in range(count):
        first = place + start
        if first >= 0 and first + SPAN <= count:
            sums[:, place] = values[:, first : first + SPAN].sum(axis=1)
    return sums


def _controls(taken: Ints, months: int) -> Flags:
    """By rep and month: who takes the course only after the months that are compared, or never."""
    places = np.arange(months)
    later: Flags = taken[..., :, None] > places + SPAN
    return later


def _who_counts(change: Floats, taken: Ints) -> tuple[Flags, Flags]:
    """Reps who count as trained, and those whom they are compared with."""
    reps, months = change.shape
    is_known = ~np.isnan(change)
    is_control = _controls(taken, months) & is_known
    in_range = (taken >= 0) & (taken < months)
    place = np.where(in_range, taken, 0)
    has_others: Flags = np.logical_or.reduce(is_control, axis=0)
    trained: Flags = in_range & is_known[np.arange(reps), place] & has_others[place]
    used = np.zeros(months, dtype=bool)
    used[taken[trained]] = True
    untrained: Flags = np.logical_or.reduce(is_control[:, used], axis=1)
    return trained, untrained


def _slope(before: Floats, after: Floats) -> float:
    """How much of a rep's distance from the others stays, month by month; between 0 and 1."""
    known = ~np.isnan(before) & ~np.isnan(after)
    first, then = np.where(known, before, 0.0), np.where(known, after, 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    first = np.where(known, first - first.sum(axis=0) / count, 0.0)
    then = np.where(known, then - then.sum(axis=0) / count, 0.0)
    squares = float((first * first).sum())
    return min(max(float((first * then).sum()) / squares, 0.0), 1.0) if squares else 0.0


def _with_errors(changes: Floats, taken: Ints, seed: str) -> tuple[Floats, Floats]:
    """The differences of several kinds of change, and what each spreads over by lot.

    Args:
        changes: (kinds, reps, months).
        seed: what the shuffles are seeded by, so that the same table says the same.
    """
    # Who is never known in any month takes no part in the lot.
    takes_part = np.flatnonzero(~np.isnan(changes).all(axis=(0, 2)))
    chance = np.random.default_rng(zlib.crc32(seed.encode()))
    shuffled = np.repeat(taken[None, :], _DRAWS, axis=0)
    lots = np.repeat(taken[None, takes_part], _DRAWS, axis=0)
    shuffled[:, takes_part] = chance.permuted(lots, axis=1)

    found = _differences(changes, taken[None, :])[0]
    parts = np.array_split(shuffled, math.ceil(changes[0].size * _DRAWS / _MOST_CELLS))
    drawn = np.concatenate([_differences(changes, part) for part in parts])
    spread: Floats = np.nanstd(drawn, axis=0)
    return found, spread


def _differences(changes: Floats, taken: Ints) -> Floats:
    """Mean change of the trained less that of the others in the same months.

    Args:
        changes: (kinds, reps, months); nan where nothing is known.
        taken: (draws, reps), who completes the course when.

    Returns: (draws, kinds).
    """
    kinds, _, months = changes.shape
    is_known = ~np.isnan(changes)
    known = np.where(is_known, changes, 0.0)

    # By month one product of matrices adds up, for all draws, the changes of the others and how many
    # there are: who is another (draws, reps) times what is added up (reps, kinds and counts).
    is_other = _controls(taken, months).transpose(2, 0, 1).astype(np.float64)
    added = np.concatenate([known, is_known.astype(np.float64)])
    sums = is_other @ added.transpose(2, 1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = sums[:, :, :kinds] / sums[:, :, kinds:]

    draw, rep = np.nonzero((taken >= 0) & (taken < months))
    place = taken[draw, rep]
    means = np.empty((len(taken), kinds))
    for kind in range(kinds):
        own = changes[kind, rep, place] - usual[place, draw, kind]
        is_usable = ~np.isnan(own)
        totals = np.bincount(draw[is_usable], weights=own[is_usable], minlength=len(taken))
        with np.errstate(invalid="ignore", divide="ignore"):
            means[:, kind] = totals / np.bincount(draw[is_usable], minlength=len(taken))
    return means


def _row(case: _Case, looked_at: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "course_id": case.course_id,
        "metric": case.metric,
        "trained": case.trained,
        "untrained": case.untrained,
        "verdict": "too-few",
    }
    facts: dict[str, Fact] = {"trained": case.trained, "untrained": case.untrained}
    if np.isnan(case.difference) or not case.error > 0:
        return {**row, "because": Message("effect-too-few", facts | {"needed": FEWEST_REPS})}

    quantile = _quantile(FALSE_ALARM / looked_at, case.trained + case.untrained - 2)
    low, high = (case.difference + side * quantile * case.error for side in (-1, 1))
    row |= {
        "difference": case.difference * case.scale,
        "low": low * case.scale,
        "high": high * case.scale,
    }
    facts |= {"low": round(low * case.scale, 2), "high": round(high * case.scale, 2)}
    if low > 0 or high < 0:
        side = 1 if low > 0 else -1
        if side * case.same_start <= quantile * case.same_start_error:
            return {**row, "because": Message("effect-uneven", facts)}
        code = "helps" if side > 0 else "harms"
        return {**row, "verdict": code, "because": Message(f"effect-{code}", facts)}
    if max(abs(low), abs(high)) <= WORTH_KNOWING * abs(case.usual):
        return {**row, "verdict": "no-difference", "because": Message("effect-none", facts)}
    return {**row, "because": Message("effect-unclear", facts)}


def _quantile(error: float, freedom: int) -> float:
    """Student's quantile that leaves `error` outside on both sides, by its first two terms.

    Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = z_of(1 - error)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2
