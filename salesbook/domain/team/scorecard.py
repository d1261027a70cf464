"""How did each rep do, over all metrics, and who can be told apart from the team's middle?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.team.appraisal import grade_of
from salesbook.domain.team.marks import Marks, mark
from salesbook.domain.team.metric_values import METRICS
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import windows_until
from salesbook.frames import empty_frame, frame_from_rows, frame_of, sorted_by_key
from salesbook.messages import Fact, Finding, Message
from salesbook.money import to_decimal
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
    Intervals of the values carry over to the score as independent errors. A rank among the peers is
    given only where the chance to be above, or below, the peers' median is over `rank_chance` and
    at least `few` deals were closed.

    Returns: Scorecard and ScorecardLines, by key, and findings about the Metrics.
    """
    all_marks = []
    for window in windows_until(as_of, sources.policy.rules.fiscal_year_start):
        marks = mark(sources, window)
        if marks is not None:
            all_marks.append(marks)

    rows: list[dict[str, Any]] = []
    for marks in all_marks:
        rows += _card_rows(marks, sources.policy)
    cards = frame_from_rows("Scorecard", rows)
    return (
        sorted_by_key("Scorecard", cards),
        sorted_by_key("ScorecardLines", _metric_lines(all_marks)),
        _unknown_metrics(sources.policy),
    )


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


def _card_rows(marks: Marks, policy: Policy) -> Iterator[dict[str, Any]]:
    """One row of Scorecard per rep."""
    names = sorted(marks.metrics)
    name_places = [marks.metrics.index(name) for name in names]
    scores_by_rep = marks.scores[name_places].T.tolist()

    for place, rep in enumerate(marks.reps):
        scores = dict(zip(names, scores_by_rep[place], strict=True))
        known = {name: score for name, score in scores.items() if not math.isnan(score)}
        missing = [name for name in names if name not in known]
        score = float(marks.total[place])
        yield {
            "period": marks.window.period,
            "rep_id": rep,
            "score": score,
            "low": marks.low[place],
            "high": marks.high[place],
            "rank": marks.ranks[place].rank,
            "grade": grade_of(score, policy.grades),
            "missing": list_text(missing) or None,
            "because": _because(marks, place, known, policy),
        }


def _because(marks: Marks, place: int, scores: Mapping[str, float], policy: Policy) -> Message:
    """Say which metrics lift and lower the score, and what the rank is or why there is none."""
    score = float(marks.total[place])
    if math.isnan(score):
        return Message("score-nothing")

    best = max(scores, key=lambda metric: scores[metric])
    worst = min(scores, key=lambda metric: scores[metric])
    facts: dict[str, Fact] = {"score": score, "best": f"Metrics.metric={best}", "worst": None}
    # A single metric is not both what lifts and what lowers.
    if len(scores) > 1:
        facts["worst"] = f"Metrics.metric={worst}"

    rank = marks.ranks[place]
    if rank.reason == "few":
        code = "score-few-deals"
        facts |= {"closed": int(marks.closed[place]), "few": policy.rules.few}
    elif rank.reason == "middle":
        code = "score-near-median"
    else:
        code = "score-ranked"
        facts |= {"rank": rank.rank, "count": rank.count}

    best_sold = int(marks.best_sold[place])
    if not best_sold:
        return Message(code, facts)
    facts["amount"] = to_decimal(best_sold, policy.decimals)
    return Message(f"{code}-best-seller", facts)


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
