"""How did each rep do, over all metrics, and who can be told apart from the team's middle?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.team.card_moves import CardMoves, gain_at_goal
from salesbook.domain.team.card_words import Card, because
from salesbook.domain.team.grading import GradeGiven, grade_given
from salesbook.domain.team.marks import Marks, luck_of, mark
from salesbook.domain.team.metric_values import METRICS
from salesbook.domain.team.shuffles import StandOut
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import (
    Window,
    last_twelve_months,
    months_window,
    window_before,
    windows_until,
)
from salesbook.frames import empty_frame, frame_from_rows, frame_of, sorted_by_key
from salesbook.messages import Finding, Message
from salesbook.policy import Policy
from salesbook.tables.lists import list_text

_PARTS: Final = {
    "value": "values",
    "goal": "goals",
    "score": "scores",
    "weight": "shares",
    "low": "lows",
    "high": "highs",
}
"""Fields of ScorecardLines and the marks they show."""


def appraise(
    sources: Sources, *, as_of: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Score every rep for each month, quarter and the year to date of the fiscal year of `as_of`.

    A rep is appraised where employed on some day of the period; who manages others only with own
    targets or sales. A metric's score sets its value against its goal, or the peers' median where
    it has none; the whole is the weighted mean of the metrics present, those missing named.

    Every metric has a standard error from what luck does to it, and so has the whole. A rank among
    the peers is given only where the chance to be above, or below, the peers' median is over
    `rank_chance` and at least `few` deals were closed; a grade only as `grade_given` says.

    Returns: Scorecard and ScorecardLines, by key, and findings about the Metrics.
    """
    book = _MarkedWindows(sources, {})
    windows = windows_until(as_of, sources.policy.rules.fiscal_year_start)
    appraisals = [book.appraisal(window) for window in windows]
    appraised = [appraisal for appraisal in appraisals if appraisal is not None]

    rows: list[dict[str, Any]] = []
    for appraisal in appraised:
        rows += _card_rows(appraisal, sources.policy)
    cards = frame_from_rows("Scorecard", rows)
    lines = _metric_lines([appraisal.marks for appraisal in appraised])
    return (
        sorted_by_key("Scorecard", cards),
        sorted_by_key("ScorecardLines", lines),
        [*_unknown_metrics(sources.policy), *_goals_from_peers(sources.policy)],
    )


@dataclass(frozen=True)
class _Appraisal:
    """A period's marks, and the marks of other windows that its cards speak of."""

    marks: Marks
    luck: StandOut
    year: Marks | None
    """Of the four quarters to the period's end; None where the period is as long."""
    before: Marks | None
    """Of the period before."""


@dataclass(frozen=True)
class _MarkedWindows:
    """Marks of windows, each worked out once: a month is also the one before the next."""

    sources: Sources
    known: dict[Window, Marks | None]

    def appraisal(self, window: Window) -> _Appraisal | None:
        """All that the cards of a period need; None where there is nobody to appraise."""
        marks = self._marks(window)
        if marks is None:
            return None
        start_month = self.sources.policy.rules.fiscal_year_start
        return _Appraisal(
            marks=marks,
            luck=luck_of(self.sources, marks),
            year=self._year(window),
            before=self._marks(window_before(window, start_month)),
        )

    def _year(self, window: Window) -> Marks | None:
        """Marks of the four quarters to a window's end.

        Months before there was any target are left out: sales of a time without targets would
        count as attained.
        """
        year = last_twelve_months(window)
        months = self.sources.months_planned(year.months)
        if set(months) <= set(window.months):
            return None
        return self._marks(months_window(months, window.end, is_year=True))

    def _marks(self, window: Window) -> Marks | None:
        if window not in self.known:
            self.known[window] = mark(self.sources, window)
        return self.known[window]


def _unknown_metrics(policy: Policy) -> list[Finding]:
    """Name the metrics of Settings that no rule measures, with those that one does."""
    known = list_text(METRICS)
    return [
        Finding(
            "unknown-metric",
            "warning",
            "Metrics",
            field="metric",
            row_key=row.metric,
            found=row.metric,
            params={"known": known},
        )
        for row in policy.metrics
        if row.metric not in METRICS
    ]


def _goals_from_peers(policy: Policy) -> list[Finding]:
    """Name the metrics that are measured against the peers' median, for want of a goal."""
    return [
        Finding("goal-from-peers", "warning", "Metrics", field="goal", row_key=row.metric)
        for row in policy.metrics
        if row.metric in METRICS and row.goal is None and row.weight > 0
    ]


def _card_rows(appraisal: _Appraisal, policy: Policy) -> Iterator[dict[str, Any]]:
    """One row of Scorecard per rep."""
    marks, before = appraisal.marks, appraisal.before
    names = sorted(marks.metrics)
    name_places = [marks.metrics.index(name) for name in names]
    scores_by_rep = marks.scores[name_places].T.tolist()
    moves = CardMoves(marks, before)

    for place, rep in enumerate(marks.reps):
        scores = dict(zip(names, scores_by_rep[place], strict=True))
        known = {name: score for name, score in scores.items() if not math.isnan(score)}
        missing = [name for name in names if name not in known]
        given = grade_given(marks, appraisal.year, place, policy.grades)
        place_before = before.place_of(rep) if before is not None else None
        card = Card(marks, place, known, given, appraisal.luck, before, place_before)
        gain = gain_at_goal(marks, place)
        yield {
            "period": marks.window.period,
            "rep_id": rep,
            "score": float(marks.total[place]),
            "low": marks.total_low[place],
            "high": marks.total_high[place],
            "rank": marks.ranks[place].rank,
            "grade": given.grade,
            "grade_score": given.graded_score,
            "grade_range": _range(given),
            "missing": list_text(missing) or None,
            "moved": moves.sentence(rep),
            "helps_most": gain.metric if gain is not None else None,
            "helps_by": gain.points if gain is not None else None,
            "because": because(card, policy),
        }


def _range(given: GradeGiven) -> Message | None:
    """What the grade may be, where chance reaches over more than two neighbours."""
    if given.reason != "wide":
        return None
    return Message("grade-range", {"best": given.best, "worst": given.worst})


def _metric_lines(all_marks: Sequence[Marks]) -> pd.DataFrame:
    """ScorecardLines: one row per window, rep and metric."""
    if not all_marks:
        return empty_frame("ScorecardLines")

    keys = [
        (marks.window.period, rep, metric)
        for marks in all_marks
        for rep in marks.reps
        for metric in marks.metrics
    ]
    periods, reps, metrics = zip(*keys, strict=True)
    columns: dict[str, Any] = {"period": periods, "rep_id": reps, "metric": metrics}
    for field, part in _PARTS.items():
        # Marks have metrics down and reps across; the keys go through the metrics of each rep.
        by_rep = [getattr(marks, part).T.ravel() for marks in all_marks]
        columns[field] = np.concatenate(by_rep)
    return frame_of("ScorecardLines", columns)
