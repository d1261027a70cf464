"""How did each rep do, over all metrics, and who can be told apart from the team's middle?"""

from __future__ import annotations

import datetime as dt
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
from salesbook.money import currency_decimals, to_decimal
from salesbook.policy import Policy

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
    windows = windows_until(as_of, sources.policy.rules.fiscal_year_start)
    marks = [found for window in windows if (found := mark(sources, window))]
    cards = frame_from_rows(
        "Scorecard", [row for one in marks for row in _cards(one, sources.policy)]
    )
    return (
        sorted_by_key("Scorecard", cards),
        sorted_by_key("ScorecardLines", _lines(marks)),
        _unknown_metrics(sources.policy),
    )


def _unknown_metrics(policy: Policy) -> list[Finding]:
    return [
        Finding(
            "unknown-metric",
            "warning",
            "Metrics",
            field="metric",
            row_key=row.metric,
            found=row.metric,
        )
        for row in policy.metrics
        if row.metric not in METRICS
    ]


def _cards(marks: Marks, policy: Policy) -> Iterator[dict[str, Any]]:
    names = sorted(marks.metrics)
    scores = marks.scores[[marks.metrics.index(name) for name in names]].T.tolist()
    for place, rep in enumerate(marks.reps):
        known = {
            name: score for name, score in zip(names, scores[place], strict=True) if score == score
        }
        yield {
            "period": marks.window.period,
            "rep_id": rep,
            "score": marks.total[place],
            "low": marks.low[place],
            "high": marks.high[place],
            "rank": marks.ranks[place].rank,
            "grade": grade_of(float(marks.total[place]), policy.grades),
            "missing": ", ".join(name for name in names if name not in known) or None,
            "because": _because(marks, place, known, policy),
        }


def _because(marks: Marks, place: int, scores: Mapping[str, float], policy: Policy) -> Message:
    """Say which metrics lift and lower the rep's score,
    and what the rank is or why there is none.
    """
    if np.isnan(marks.total[place]):
        return Message("score-nothing")
    facts: dict[str, Fact] = {
        "score": float(marks.total[place]),
        "best": f"Metrics.metric={max(scores, key=lambda metric: scores[metric])}",
        "worst": None,
    }
    if len(scores) > 1:
        facts["worst"] = f"Metrics.metric={min(scores, key=lambda metric: scores[metric])}"
    rank, sold = marks.ranks[place], int(marks.best_sold[place])
    if rank.reason == "few":
        code, facts = (
            "score-few-deals",
            facts | {"closed": int(marks.closed[place]), "few": policy.rules.few},
        )
    elif rank.reason == "middle":
        code = "score-near-median"
    else:
        code, facts = "score-ranked", facts | {"rank": rank.rank, "count": rank.count}
    if not sold:
        return Message(code, facts)
    amount = to_decimal(sold, currency_decimals(policy.rules.currency))
    return Message(f"{code}-best-seller", facts | {"amount": amount})


def _lines(marks: Sequence[Marks]) -> pd.DataFrame:
    """One row per window, rep and metric."""
    if not marks:
        return empty_frame("ScorecardLines")
    keys = [
        (one.window.period, rep, metric)
        for one in marks
        for rep in one.reps
        for metric in one.metrics
    ]
    periods, reps, metrics = zip(*keys, strict=True)
    columns = {
        field: np.concatenate([getattr(one, part).T.ravel() for one in marks])
        for field, part in _PARTS.items()
    }
    return frame_of(
        "ScorecardLines", {"period": periods, "rep_id": reps, "metric": metrics, **columns}
    )
