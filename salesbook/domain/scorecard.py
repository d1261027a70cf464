"""How did each rep do, over all metrics, and who can be told apart from the team's middle?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.intervals import z_of
from salesbook.domain.metric_values import (
    FULL,
    METRICS,
    VALUE,
    Sources,
    Window,
    closed_deals,
    peers_of,
    windows_until,
)
from salesbook.domain.money import currency_decimals, to_decimal
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Finding, Message
from salesbook.policy import Policy
from salesbook.tables.settings import Grade, Metric

BEST: Final = 120.0
"""A metric's score ends here, so that one cannot make up for all others."""

_SHOWN: Final = 2
"""Decimals of a score that count: a grade goes by the score that people see."""


def metric_scores(value: pd.Series[Any], goal: pd.Series[Any], better: str) -> pd.Series[Any]:
    """100 × value / goal where higher is better, else 100 × goal / value, from 0 to 120.

    A missing value or goal, or a goal that is not above 0, gives no score.
    """
    real = goal.where(goal > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if better == "lower":
            raw = 100 * real / value.clip(lower=0)
            raw = raw.where(value.notna())
        else:
            raw = 100 * value / real
    return raw.clip(0, BEST)


def weighted_mean(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series[Any]:
    """Mean of the scores that are there; the weight of missing ones is shared out among them.

    Source: peoplegoal, weighted performance score: weights 30/70, scores 5 and 3 → 3.6.
    """
    share = shared_weights(scores, weights)
    return (share * scores.fillna(0)).sum(axis=1).where(share.sum(axis=1) > 0)


def shared_weights(scores: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Each present metric's part of the whole, per row; 0 where it is missing, rows add up to 1."""
    weight = scores.notna() * pd.Series(weights).reindex(scores.columns)
    total = weight.sum(axis=1)
    return weight.div(total.where(total > 0), axis=0).fillna(0.0)


def grade_of(score: float, grades: Sequence[Grade]) -> str | None:
    """The highest grade whose `from_score` the score reaches; None below all, or without a score."""
    reached = [grade for grade in grades if not np.isnan(score) and score >= grade.from_score]
    return max(reached, key=lambda grade: (grade.from_score, grade.grade)).grade if reached else None


@dataclass(frozen=True)
class _Marks:
    """One window's appraisal: reps down, metrics across, and one row per rep."""

    window: Window
    values: pd.DataFrame
    lows: pd.DataFrame
    highs: pd.DataFrame
    goals: pd.DataFrame
    scores: pd.DataFrame
    shares: pd.DataFrame
    total: pd.DataFrame
    """Per rep: score, low, high, rank, reason, peers, closed, seller (best seller's amount)."""


def appraise(sources: Sources, *, as_of: dt.date) -> tuple[pd.DataFrame, pd.DataFrame, list[Finding]]:
    """Score every rep for each month, quarter and the year to date of the fiscal year of `as_of`.

    A rep is appraised where employed on some day of the period; who manages others only with own targets
    or sales. A metric's score sets its value against its goal, or the peers' median where it has none;
    the whole is the weighted mean of the metrics present, those missing named. Intervals of the values
    carry over to the score as independent errors. A rank among the peers is given only where the chance
    to be above, or below, the peers' median is over `rank_chance` and at least `few` deals were closed.

    Returns: Scorecard and ScorecardLines, by key, and findings about the Metrics.
    """
    rules = sources.policy.rules
    cards: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for window in windows_until(as_of, rules.fiscal_year_start):
        marks = _mark(sources, window)
        if marks is not None:
            cards += _card_rows(marks, sources.policy)
            lines += _line_rows(marks)
    return (
        sorted_by_key("Scorecard", frame_from_rows("Scorecard", cards)),
        sorted_by_key("ScorecardLines", frame_from_rows("ScorecardLines", lines)),
        _unknown_metrics(sources.policy),
    )


def checked_metrics(policy: Policy) -> None:
    """Refuse Metrics whose weights are all 0. Raises: SettingsError."""
    if policy.metrics and not any(metric.weight > 0 for metric in policy.metrics):
        names = ", ".join(metric.metric for metric in policy.metrics)
        fault = Finding("metrics-without-weight", "error", "Metrics", field="weight", found=names)
        policy.refuse_faults([fault])


def _unknown_metrics(policy: Policy) -> list[Finding]:
    return [
        Finding("unknown-metric", "warning", "Metrics", field="metric", row_key=row.metric, found=row.metric)
        for row in policy.metrics
        if row.metric not in METRICS
    ]


def _mark(sources: Sources, window: Window) -> _Marks | None:
    """Appraise one window; None where there is nobody or nothing to appraise."""
    end = pd.Timestamp(window.end)
    metrics = [m for m in sources.policy.metrics if m.valid_from is None or pd.Timestamp(m.valid_from) <= end]
    reps = _appraised(sources, window)
    if not reps or not metrics:
        return None
    peers = peers_of(reps, sources.staff, window.end)
    found = {metric.metric: _measured(metric, sources, window, peers=peers) for metric in metrics}
    values, lows, highs = (pd.DataFrame({m: frame[part] for m, frame in found.items()}) for part in VALUE)
    goals = pd.DataFrame({m.metric: _goal(m, values[m.metric], peers) for m in metrics})
    scores = _scored(metrics, values, goals)
    weights = {metric.metric: metric.weight for metric in metrics}
    total = pd.DataFrame({"score": weighted_mean(scores, weights)})
    shares = shared_weights(scores, weights)
    bounds = (_scored(metrics, lows.fillna(values), goals), _scored(metrics, highs.fillna(values), goals))
    total["low"], total["high"] = _spread(total["score"], scores, shares, bounds=bounds)
    total = total.round(_SHOWN)
    deals = closed_deals(sources, window)["closed"]
    total["closed"] = deals.reindex(reps).fillna(0).astype(np.int64)
    total["needs_deals"] = bool(deals.sum()) and weights.get("win_rate", 0) > 0
    total = _ranked(total, peers, sources.policy)
    total["seller"] = _best_seller(sources, window, reps)
    return _Marks(window, values, lows, highs, goals, scores, shares, total)


def _appraised(sources: Sources, window: Window) -> list[str]:
    reps = sources.staff.employed(window.start, window.end)
    facts = sources.facts[sources.facts["month"].isin(window.months)]
    own = set(facts["rep_id"])
    managers = sources.staff.managers(window.end)
    return [rep for rep in reps if rep not in managers or rep in own]


def _measured(
    metric: Metric, sources: Sources, window: Window, *, peers: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Value, low and high by rep on the metric's own scale; all missing where nobody knows the metric."""
    measure = METRICS.get(metric.metric)
    if measure is None:
        return pd.DataFrame(np.nan, index=sorted(peers), columns=list(VALUE))
    found = measure(sources, window, peers)
    full = FULL.get(metric.metric)
    return found * (metric.scale / full) if full and metric.scale else found


def _goal(metric: Metric, values: pd.Series[Any], peers: Mapping[str, list[str]]) -> pd.Series[Any]:
    if metric.goal is not None:
        return pd.Series(float(metric.goal), index=values.index)
    return pd.Series({rep: values[peers[rep]].median() for rep in values.index}, dtype="float64")


def _scored(metrics: Sequence[Metric], values: pd.DataFrame, goals: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {m.metric: metric_scores(values[m.metric], goals[m.metric], m.better) for m in metrics}
    )


def _spread(
    total: pd.Series[Any],
    scores: pd.DataFrame,
    shares: pd.DataFrame,
    *,
    bounds: tuple[pd.DataFrame, pd.DataFrame],
) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """Carry the metrics' intervals over to the score: weighted distances, squared and added."""
    below = pd.concat(bounds).groupby(level=0).min().reindex(scores.index)
    above = pd.concat(bounds).groupby(level=0).max().reindex(scores.index)
    down = np.sqrt(((shares * (scores - below).clip(lower=0)).fillna(0) ** 2).sum(axis=1))
    up = np.sqrt(((shares * (above - scores).clip(lower=0)).fillna(0) ** 2).sum(axis=1))
    return (total - down).clip(0, BEST), (total + up).clip(0, BEST)


def _ranked(total: pd.DataFrame, peers: Mapping[str, list[str]], policy: Policy) -> pd.DataFrame:
    """Add rank, or the reason why there is none: `few` or `middle`, and the number of peers with a score."""
    level, bar = policy.rules.interval_level, policy.rules.rank_chance
    ranks, reasons, sizes = [], [], []
    for rep, row in total.iterrows():
        others = total.loc[peers[str(rep)], "score"].dropna()
        sizes.append(len(others))
        few = row["needs_deals"] and row["closed"] < policy.rules.few
        apart = not np.isnan(row["score"]) and _chance_apart(row, float(others.median()), level) > bar
        reasons.append("few" if few else "" if apart else "middle")
        ranks.append(int((others > row["score"]).sum()) + 1 if apart and not few else None)
    return total.assign(rank=pd.array(ranks, dtype="Int64"), reason=reasons, peers=sizes)


def _chance_apart(row: pd.Series[Any], median: float, level: float) -> float:
    """Chance to be on the side of the median where the score is, by a normal error on that side."""
    distance = abs(row["score"] - median)
    width = row["score"] - row["low"] if row["score"] > median else row["high"] - row["score"]
    if distance <= 1e-9:
        return 0.5
    return NormalDist().cdf(distance * z_of(level) / width) if width > 0 else 1.0


def _best_seller(sources: Sources, window: Window, reps: list[str]) -> pd.Series[Any]:
    """The revenue, in minor units, of who sold most in a month; missing for all others."""
    facts = sources.facts[(sources.facts["metric"] == "revenue") & (sources.facts["month"] == window.period)]
    revenue = facts.groupby("rep_id")["actual"].sum().reindex(reps)
    return revenue.where((revenue == revenue.max()) & (revenue > 0))


def _card_rows(marks: _Marks, policy: Policy) -> list[dict[str, Any]]:
    rows = []
    for rep, row in marks.total.iterrows():
        missing = [metric for metric in marks.scores if pd.isna(marks.scores.at[rep, metric])]
        rows.append(
            {
                "period": marks.window.period,
                "rep_id": rep,
                **{name: row[name] for name in ("score", "low", "high", "rank")},
                "grade": grade_of(float(row["score"]), policy.grades),
                "missing": ", ".join(sorted(missing)) or None,
                "because": _because(marks.scores.loc[rep], row, policy),
            }
        )
    return rows


def _because(scores: pd.Series[Any], row: pd.Series[Any], policy: Policy) -> Message:
    present = scores.dropna().sort_index()
    if present.empty:
        return Message("score-nothing")
    facts: dict[str, Fact] = {
        "score": float(row["score"]),
        "best": f"Metrics.metric={present.idxmax()}",
        "worst": f"Metrics.metric={present.idxmin()}",
    }
    if row["reason"] == "few":
        code, facts = "score-few-deals", facts | {"closed": int(row["closed"]), "few": policy.rules.few}
    elif row["reason"] == "middle":
        code = "score-near-median"
    else:
        code, facts = "score-ranked", facts | {"rank": int(row["rank"]), "count": int(row["peers"])}
    if pd.isna(row["seller"]):
        return Message(code, facts)
    amount = to_decimal(int(row["seller"]), currency_decimals(policy.rules.currency))
    return Message(f"{code}-best-seller", facts | {"amount": amount})


def _line_rows(marks: _Marks) -> list[dict[str, Any]]:
    return [
        {
            "period": marks.window.period,
            "rep_id": rep,
            "metric": metric,
            "value": marks.values.at[rep, metric],
            "goal": marks.goals.at[rep, metric],
            "score": marks.scores.at[rep, metric],
            "weight": marks.shares.at[rep, metric],
            "low": marks.lows.at[rep, metric],
            "high": marks.highs.at[rep, metric],
        }
        for rep in marks.scores.index
        for metric in marks.scores
    ]
