"""What is each rep's score in a period, how sure is it, and does it earn a rank?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.team.appraisal import (
    chance_apart,
    metric_scores,
    shared_weights,
    spread,
    weighted_mean,
)
from salesbook.domain.team.metric_values import FULL, METRICS, Measured, unknown
from salesbook.domain.team.peers import Peers, peers_of
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import Window
from salesbook.tables.settings import Metric

_SHOWN: Final = 2
"""Decimals of a score that count: a grade goes by the score that people see."""


@dataclass(frozen=True, slots=True)
class Rank:
    """A rep's rank among the peers, or why there is none."""

    rank: int | None
    reason: Literal["", "few", "middle"]
    count: int
    """Peers with a score."""


@dataclass(frozen=True)
class Marks:
    """One window's appraisal; arrays of metrics down and reps across,
    or with a place for each rep.
    """

    window: Window
    reps: Sequence[str]
    metrics: Sequence[str]
    values: Floats
    lows: Floats
    highs: Floats
    goals: Floats
    scores: Floats
    shares: Floats
    """Each metric's part of the rep's whole."""
    total: Floats
    low: Floats
    high: Floats
    closed: Ints
    """Deals closed."""
    ranks: Sequence[Rank]
    best_sold: Ints
    """The revenue, in minor units, of who sold most in a month; 0 for all others."""


def mark(sources: Sources, window: Window) -> Marks | None:
    """Appraise one window; None where there is nobody or nothing to appraise."""
    metrics = [
        m for m in sources.policy.metrics if m.valid_from is None or m.valid_from <= window.end
    ]
    peers = peers_of(sources.staff, window, sources.sellers(window))
    if not metrics or not peers.reps:
        return None
    found = [_measured(metric, sources, window, peers) for metric in metrics]
    values, lows, highs, errors = np.stack(found, axis=1)
    goals = np.array([_goal(m, own, peers) for m, own in zip(metrics, values, strict=True)])

    def scored(values: Floats) -> Floats:
        rows = zip(metrics, values, goals, strict=True)
        return np.array([metric_scores(own, goal, metric.better) for metric, own, goal in rows])

    scores, weights = scored(values), np.array([metric.weight for metric in metrics])
    total, shares = weighted_mean(scores, weights), shared_weights(scores, weights)
    ends = (
        scored(np.where(np.isnan(lows), values, lows)),
        scored(np.where(np.isnan(highs), values, highs)),
    )
    low, high = spread(total, scores, shares, ends)
    total, off = total.round(_SHOWN), np.nan_to_num(errors)
    below, above = spread(total, scores, shares, (scored(values - off), scored(values + off)))
    error = np.maximum(above - total, total - below)
    closed = sources.closed_deals.count(window, peers, hits=False)
    needed = _deals_needed(metrics, sources, window)
    return Marks(
        window=window,
        reps=peers.reps,
        metrics=[metric.metric for metric in metrics],
        values=values,
        lows=lows,
        highs=highs,
        goals=goals,
        scores=scores,
        shares=shares,
        total=total,
        low=low.round(_SHOWN),
        high=high.round(_SHOWN),
        closed=closed,
        ranks=_ranks(
            total, error, peers, too_few=closed < needed, chance=sources.policy.rules.rank_chance
        ),
        best_sold=_best_sold(sources, window, peers),
    )


def _measured(metric: Metric, sources: Sources, window: Window, peers: Peers) -> Measured:
    """The metric on its own scale; all missing where nobody knows the metric."""
    measure, full = METRICS.get(metric.metric, unknown), FULL.get(metric.metric)
    found = measure(sources, window, peers)
    return found.times(metric.scale / full) if full and metric.scale else found


def _goal(metric: Metric, values: Floats, peers: Peers) -> Floats:
    """The metric's goal, or the median of the peers."""
    return (
        peers.medians(values) if metric.goal is None else np.full(len(values), float(metric.goal))
    )


def _deals_needed(metrics: Sequence[Metric], sources: Sources, window: Window) -> int:
    """How many closed deals a rank takes; none where nobody closed any or the win rate has no
    weight.
    """
    weighs = any(metric.metric == "win_rate" and metric.weight > 0 for metric in metrics)
    return sources.policy.rules.few if weighs and window.holds(sources.closed_deals.on).any() else 0


def _ranks(
    total: Floats, error: Floats, peers: Peers, *, too_few: Flags, chance: float
) -> list[Rank]:
    """Rank who is above or below the peers' median by more than chance and closed enough deals."""
    groups = [np.sort(total[group][~np.isnan(total[group])]) for group in peers.groups]
    distance = total - peers.medians(total)
    ranks = []
    for place, group in enumerate(peers.group_of):
        scores = groups[group]
        above = scores.size - int(np.searchsorted(scores, total[place], side="right"))
        apart = chance_apart(float(distance[place]), float(error[place])) > chance
        reason: Literal["", "few", "middle"] = (
            "few" if too_few[place] else "" if apart else "middle"
        )
        ranks.append(Rank(None if reason else above + 1, reason, scores.size))
    return ranks


def _best_sold(sources: Sources, window: Window, peers: Peers) -> Ints:
    """Keep the best seller's revenue; several who sold the same are all the best."""
    revenue = sources.actual("revenue", (window.period,), peers)[0]
    return np.where(revenue == revenue.max(), revenue, 0).clip(min=0)
