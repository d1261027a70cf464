"""How did each rep do, over all metrics, and who can be told apart from the team's middle?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.money import currency_decimals, to_decimal
from salesbook.domain.team.appraisal import (
    chance_apart,
    grade_of,
    metric_scores,
    shared_weights,
    spread,
    weighted_mean,
)
from salesbook.domain.team.metric_values import (
    FULL,
    METRICS,
    VALUE,
    Peers,
    Sources,
    Window,
    closed_deals,
    peers_of,
    windows_until,
)
from salesbook.frames import empty_frame, frame_of, sorted_by_key
from salesbook.messages import Fact, Finding, Message
from salesbook.policy import Policy
from salesbook.tables.settings import Metric

_SHOWN: Final = 2
"""Decimals of a score that count: a grade goes by the score that people see."""


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
    """Per rep: score, low, high, error, rank, reason, peers, closed, seller (best seller's amount)."""


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
    cards = [empty_frame("Scorecard")]
    lines = [empty_frame("ScorecardLines")]
    for window in windows_until(as_of, rules.fiscal_year_start):
        marks = _mark(sources, window)
        if marks is not None:
            cards.append(_cards(marks, sources.policy))
            lines.append(_lines(marks))
    return (
        sorted_by_key("Scorecard", _joined(cards)),
        sorted_by_key("ScorecardLines", _joined(lines)),
        _unknown_metrics(sources.policy),
    )


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """One frame of all; the empty one stands for none."""
    return pd.concat(frames[1:] or frames, ignore_index=True)


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
    reps = _appraised(sources, window) if metrics else []
    if not reps:
        return None
    peers = peers_of(reps, sources.staff, window.end)
    found = {metric.metric: _measured(metric, sources, window, peers=peers) for metric in metrics}
    values, lows, highs, errors = (
        pd.DataFrame({m: frame[part] for m, frame in found.items()}) for part in VALUE
    )
    goals = pd.DataFrame({m.metric: _goal(m, values[m.metric], peers) for m in metrics})
    scores = _scored(metrics, values, goals)
    weights = {metric.metric: metric.weight for metric in metrics}
    total = pd.DataFrame({"score": weighted_mean(scores, weights)})
    shares = shared_weights(scores, weights)
    bounds = (_scored(metrics, lows.fillna(values), goals), _scored(metrics, highs.fillna(values), goals))
    total["low"], total["high"] = spread(total["score"], scores, shares, bounds=bounds)
    total = total.round(_SHOWN)
    off = errors.fillna(0)
    bounds = (_scored(metrics, values - off, goals), _scored(metrics, values + off, goals))
    below, above = spread(total["score"], scores, shares, bounds=bounds)
    total["error"] = np.maximum(above - total["score"], total["score"] - below)
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


def _measured(metric: Metric, sources: Sources, window: Window, *, peers: Peers) -> pd.DataFrame:
    """Value, low and high by rep on the metric's own scale; all missing where nobody knows the metric."""
    measure = METRICS.get(metric.metric)
    if measure is None:
        return pd.DataFrame(np.nan, index=sorted(peers), columns=list(VALUE))
    found = measure(sources, window, peers)
    full = FULL.get(metric.metric)
    return found * (metric.scale / full) if full and metric.scale else found


def _goal(metric: Metric, values: pd.Series[Any], peers: Peers) -> pd.Series[Any]:
    if metric.goal is not None:
        return pd.Series(float(metric.goal), index=values.index)
    medians = {group: values[list(group)].median() for group in set(peers.values())}
    return pd.Series({rep: medians[peers[rep]] for rep in values.index}, dtype="float64")


def _scored(metrics: Sequence[Metric], values: pd.DataFrame, goals: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {m.metric: metric_scores(values[m.metric], goals[m.metric], m.better) for m in metrics}
    )


def _ranked(total: pd.DataFrame, peers: Peers, policy: Policy) -> pd.DataFrame:
    """Add rank, or the reason why there is none: `few` or `middle`, and the number of peers with a score."""
    rules = policy.rules
    groups = {group: np.sort(total.loc[list(group), "score"].dropna()) for group in set(peers.values())}
    medians = {group: float(np.median(scores)) if scores.size else np.nan for group, scores in groups.items()}
    ranks, reasons, sizes = [], [], []
    for row in total.itertuples():
        group = peers[str(row.Index)]
        scores = groups[group]
        few = row.needs_deals and row.closed < rules.few
        apart = chance_apart(row.score - medians[group], row.error) > rules.rank_chance
        sizes.append(scores.size)
        reasons.append("few" if few else "" if apart else "middle")
        above = scores.size - int(np.searchsorted(scores, row.score, side="right"))
        ranks.append(above + 1 if apart and not few else None)
    return total.assign(rank=pd.array(ranks, dtype="Int64"), reason=reasons, peers=sizes)


def _best_seller(sources: Sources, window: Window, reps: list[str]) -> pd.Series[Any]:
    """The revenue, in minor units, of who sold most in a month; missing for all others."""
    facts = sources.facts[(sources.facts["metric"] == "revenue") & (sources.facts["month"] == window.period)]
    revenue = facts.groupby("rep_id")["actual"].sum().reindex(reps)
    return revenue.where((revenue == revenue.max()) & (revenue > 0))


def _cards(marks: _Marks, policy: Policy) -> pd.DataFrame:
    total = marks.total
    scores = [
        {metric: score for metric, score in row.items() if score == score}
        for row in marks.scores[sorted(marks.scores)].to_dict("records")
    ]
    missing = [", ".join(sorted(set(marks.scores) - set(present))) or None for present in scores]
    rows = total.to_dict("records")
    columns = {
        "period": [marks.window.period] * len(total),
        "rep_id": total.index.to_list(),
        **{name: total[name] for name in ("score", "low", "high", "rank")},
        "grade": [grade_of(float(row["score"]), policy.grades) for row in rows],
        "missing": missing,
        "because": [_because(present, row, policy) for present, row in zip(scores, rows, strict=True)],
    }
    return frame_of("Scorecard", columns)


def _because(scores: Mapping[Hashable, float], row: Mapping[Hashable, Any], policy: Policy) -> Message:
    if not scores or pd.isna(row["score"]):
        return Message("score-nothing")
    facts: dict[str, Fact] = {
        "score": float(row["score"]),
        "best": f"Metrics.metric={max(scores, key=lambda metric: scores[metric])}",
        "worst": None,
    }
    if len(scores) > 1:
        facts["worst"] = f"Metrics.metric={min(scores, key=lambda metric: scores[metric])}"
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


def _lines(marks: _Marks) -> pd.DataFrame:
    reps, metrics = list(marks.scores.index), list(marks.scores)
    parts = {
        "value": marks.values,
        "goal": marks.goals,
        "score": marks.scores,
        "weight": marks.shares,
        "low": marks.lows,
        "high": marks.highs,
    }
    columns = {name: frame.loc[reps, metrics].to_numpy().ravel() for name, frame in parts.items()}
    names = {"rep_id": np.repeat(reps, len(metrics)), "metric": np.tile(metrics, len(reps))}
    period = [marks.window.period] * len(names["rep_id"])
    return frame_of("ScorecardLines", {"period": period, **names, **columns})
