"""What got better last month and last quarter, what worse, by how much, and how sure is that?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Ints
from salesbook.domain.arithmetic.calendar import (
    first_day,
    last_day,
    last_whole_months,
    months_in,
    next_month,
    quarter_of_month,
)
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.forecast.table import number_of_month
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.domain.pipeline.now import PipelineNow
from salesbook.domain.pipeline.review.added_up import AddedUp
from salesbook.domain.pipeline.review.happened import happened
from salesbook.domain.pipeline.review.rule import MONTHS_BEFORE, Months, compared, has_enough
from salesbook.domain.pipeline.review.words import Case, Words, row_of
from salesbook.domain.sales.credit import Credits
from salesbook.domain.team.staff import NO_TEAM, Staff, staff_of_run
from salesbook.frames import frame_from_rows

_MONTHS: Final = 18
"""Months that are added up: a quarter that ended up to two months ago, the twelve before it, and one more."""
_KINDS: Final = ("all", "team", "rep")


class _Span(NamedTuple):
    """A period that is reviewed, and the places among the months of it and the twelve before it."""

    period: str
    columns: slice
    length: int


@dataclass(frozen=True)
class _Slice:
    """A team or rep, or the company."""

    name: str
    first_month: float
    """The month, since year 0, after which its months are whole ones of its own."""


@dataclass(frozen=True)
class _Measured:
    """One measure of the slices of a kind, and of stages where it has stages: a row for each."""

    added_up: AddedUp
    names: Sequence[str]
    """Slice of each row."""
    stages: Ints
    """Number of the stage of each row; NO_STAGE for a measure of no single one."""
    months: Months
    """The twelve months before, then those of the period."""
    known: Ints
    """Whole months that are known up to the last one of the period."""
    length: int

    @property
    def has_months(self) -> Flags:
        """Which rows know all months that are compared."""
        return np.asarray(self.known >= MONTHS_BEFORE + self.length)

    @property
    def is_compared(self) -> Flags:
        """Which rows know enough months, with enough in them."""
        enough = has_enough(self.added_up.events.quantity, self.months, self.length)
        return self.has_months & enough


def process_review(task: Task, now: PipelineNow, sales: Credits) -> pd.DataFrame:
    """Compare the last whole month, and the last whole fiscal quarter, with the year before it.

    Measures of the company, of teams, and of reps at work are each compared as `rule.compared` says.
    All rows of a kind of slice and period are looked at together: with nothing going on, anything of
    the company is called better or worse in 5 of 100 months, and so of the teams, and of the reps.
    *No difference* is said only where a change by a half would have been told; else there are too
    few. Rows of teams and reps need twelve months before that are their own: a team that was made in
    spring did not grow in summer. Of teams those rows are given that have enough to compare, of reps
    those that tell something.

    Returns: ProcessReview: month, then quarter; in each the company, teams and reps by name; in the
        order of the measures, of stages by rank.
    """
    last = last_whole_months(task.as_of, 1)[0]
    first_month = number_of_month(last) - _MONTHS + 1
    since = pd.Timestamp(first_day(next_month(last, 1 - _MONTHS), 1))
    staff = staff_of_run(task)
    added_up = [
        AddedUp.of(events, first_month, _MONTHS, staff)
        for events in happened(task, now, sales, since)
    ]
    used = [events for events in added_up if events.has_any]
    slices = _slices(used, staff, task.as_of)
    words = Words(task.policy.decimals, now.pipeline.codes)

    rows: list[dict[str, Any]] = []
    for span in _spans(last, task.policy.rules.fiscal_year_start):
        for kind in _KINDS:
            measured = [_measured(events, kind, slices[kind], span) for events in used]
            looked_at = sum(int(part.is_compared.sum()) for part in measured)
            parts = [_rows(part, kind, span, looked_at, words) for part in measured]
            rows += sorted(chain.from_iterable(parts), key=lambda row: str(row["slice"]))
    return frame_from_rows("ProcessReview", rows)


def _spans(last: str, start_month: int) -> Iterator[_Span]:
    """The last whole month, and the last whole fiscal quarter."""
    yield _Span(last, slice(_MONTHS - MONTHS_BEFORE - 1, _MONTHS), 1)

    quarter = quarter_of_month(last, start_month)
    if last_day(quarter, start_month) > last_day(last, 1):
        before = next_month(months_in(quarter, start_month)[0], -1)
        quarter = quarter_of_month(before, start_month)
    months = months_in(quarter, start_month)
    end = _MONTHS - number_of_month(last) + number_of_month(months[-1])
    yield _Span(quarter, slice(end - MONTHS_BEFORE - len(months), end), len(months))


def _slices(
    used: Sequence[AddedUp], staff: Staff, as_of: dt.date
) -> Mapping[str, Sequence[_Slice]]:
    """The company, its teams, and its reps at work, each with the month from which it is itself."""
    first_of_team = _first_months(used, "team")
    first_of_rep = _first_months(used, "rep")
    for rep, (hired_on, _) in staff.employment.items():
        if hired_on is not None:
            first_of_rep[rep] = hired_on.year * 12 + hired_on.month - 1
    teams = sorted(first_of_team.keys() - {NO_TEAM})
    reps = sorted(rep for rep in first_of_rep if rep in staff.employment)
    return {
        "all": [_Slice(ALL, -math.inf)],
        "team": [_Slice(team, first_of_team[team]) for team in teams],
        "rep": [_Slice(rep, first_of_rep[rep]) for rep in reps if staff.is_at_work(rep, as_of)],
    }


def _first_months(used: Sequence[AddedUp], kind: str) -> dict[str, float]:
    """By team or rep: the first of the months looked at in which anything happened."""
    first: dict[str, float] = {}
    for events in used:
        column = events.team if kind == "team" else events.rep
        earliest = pd.Series(events.month).groupby(column).min() + events.first_place
        for name, month in earliest.items():
            first[str(name)] = min(first.get(str(name), math.inf), float(month))
    return first


def _measured(events: AddedUp, kind: str, slices: Sequence[_Slice], span: _Span) -> _Measured:
    place, stages, months = events.of_slices(kind, [entry.name for entry in slices])
    own_from = np.array([entry.first_month for entry in slices], dtype=np.float64)[place]
    known_from = np.maximum(own_from, events.first_month)
    end = events.first_place + span.columns.stop - 1
    return _Measured(
        added_up=events,
        names=[slices[number].name for number in place],
        stages=stages,
        months=months.part(span.columns),
        known=np.maximum(end - known_from, 0).astype(np.int64),
        length=span.length,
    )


def _rows(
    measured: _Measured, kind: str, span: _Span, looked_at: int, words: Words
) -> Iterator[dict[str, Any]]:
    """Rows of one measure: all of the company, of teams those with enough, of reps what tells."""
    events = measured.added_up.events
    is_compared, has_months = measured.is_compared, measured.has_months
    comparison = compared(events.quantity, measured.months.of(is_compared), span.length, looked_at)
    place_compared = np.cumsum(is_compared) - 1
    tells = np.zeros(len(is_compared), dtype=bool)
    tells[is_compared] = comparison.is_up | comparison.is_down | comparison.would_show
    is_shown = {"all": np.ones(len(is_compared), dtype=bool), "team": is_compared, "rep": tells}
    before, now = np.split(measured.months.count, [MONTHS_BEFORE], axis=1)
    for place, name in enumerate(measured.names):
        if not is_shown[kind][place]:
            continue
        known = int(measured.known[place]) - span.length
        case = Case(
            events=events,
            stage=int(measured.stages[place]),
            comparison=comparison if is_compared[place] else None,
            place=int(place_compared[place]),
            months_before=None if has_months[place] else max(known, 0),
            cases=(now[place].mean(), before[place].mean(), before[place].min()),
        )
        yield {"period": span.period, "slice_kind": kind, "slice": name, **row_of(case, words)}
