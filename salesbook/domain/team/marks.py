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
from salesbook.domain.team.metric_values import measured
from salesbook.domain.team.peers import Peers, peers_of
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import Window
from salesbook.tables.settings import Metric

_SHOWN: Final = 2
"""Decimals of a score that count: a grade goes by the score that people see."""

RankReason = Literal["", "few", "middle"]
"""Why there is no rank: too few closed deals, or too near to the middle; empty where there is."""


@dataclass(frozen=True, slots=True)
class Rank:
    """A rep's rank among the peers, or why there is none."""

    rank: int | None
    reason: RankReason
    count: int
    """Peers with a score."""


@dataclass(frozen=True)
class Marks:
    """One window's appraisal: arrays of metrics down and reps across, or a place for each rep."""

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
    metrics = _metrics_in_force(sources, window)
    peers = peers_of(sources.staff, window, sources.sellers(window))
    if not metrics or not peers.reps:
        return None

    by_metric = [
        measured(metric.metric, metric.scale, sources, window, peers) for metric in metrics
    ]
    values, lows, highs, errors = np.stack(by_metric, axis=1)
    goals = np.array(
        [_goals(metric, value, peers) for metric, value in zip(metrics, values, strict=True)]
    )
    scale = _Scale(metrics, goals)
    scores = scale.scores(values)
    weights = np.array([metric.weight for metric in metrics])
    shares = shared_weights(scores, weights)
    exact_total = weighted_mean(scores, weights)
    total = exact_total.round(_SHOWN)

    # A metric without an interval counts as certain: both its ends are its value.
    at_lows = scale.scores(np.where(np.isnan(lows), values, lows))
    at_highs = scale.scores(np.where(np.isnan(highs), values, highs))
    low, high = spread(exact_total, scores, shares, (at_lows, at_highs))

    # The interval tells about a rep alone; ranks compare reps and go by the standard errors.
    one_error_down = scale.scores(values - np.nan_to_num(errors))
    one_error_up = scale.scores(values + np.nan_to_num(errors))
    below, above = spread(total, scores, shares, (one_error_down, one_error_up))
    standard_error = np.maximum(above - total, total - below)

    closed = sources.closed_deals.count(window, peers, hits=False)
    too_few = closed < _deals_needed(metrics, sources, window)
    chance = sources.policy.rules.rank_chance
    ranks = _ranks(total, standard_error, peers, too_few=too_few, chance=chance)
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
        ranks=ranks,
        best_sold=_best_sold(sources, window, peers),
    )


def _metrics_in_force(sources: Sources, window: Window) -> list[Metric]:
    """The metrics of Settings that hold at the end of the window."""
    return [
        metric
        for metric in sources.policy.metrics
        if metric.valid_from is None or metric.valid_from <= window.end
    ]


def _goals(metric: Metric, values: Floats, peers: Peers) -> Floats:
    """The metric's goal, or the median of the peers, for each rep."""
    if metric.goal is None:
        return peers.medians(values)
    return np.full(len(values), float(metric.goal))


@dataclass(frozen=True, slots=True)
class _Scale:
    """What turns values into scores: metrics down, reps across."""

    metrics: Sequence[Metric]
    goals: Floats

    def scores(self, values: Floats) -> Floats:
        rows = zip(self.metrics, values, self.goals, strict=True)
        return np.array([metric_scores(value, goal, metric.better) for metric, value, goal in rows])


def _deals_needed(metrics: Sequence[Metric], sources: Sources, window: Window) -> int:
    """How many closed deals a rank takes; none where that says nothing about the score.

    That is so where the win rate has no weight, or where nobody closed any deal.
    """
    win_rate_weighs = any(metric.metric == "win_rate" and metric.weight > 0 for metric in metrics)
    any_closed = window.holds(sources.closed_deals.days).any()
    return sources.policy.rules.few if win_rate_weighs and any_closed else 0


def _ranks(
    total: Floats, error: Floats, peers: Peers, *, too_few: Flags, chance: float
) -> list[Rank]:
    """Rank who is above or below the peers' median by more than chance and closed enough deals.

    To rank everybody would tell people apart whom only luck divides.
    """
    has_score = ~np.isnan(total)
    scores_of_groups = []
    for group in peers.groups:
        members = group[has_score[group]]
        scores_of_groups.append(np.sort(total[members]))
    distance = total - peers.medians(total)

    ranks = []
    for place, group_number in enumerate(peers.group_of):
        score = float(total[place])
        chance_to_differ = chance_apart(float(distance[place]), float(error[place]))
        reason: RankReason = ""
        if too_few[place]:
            reason = "few"
        elif not chance_to_differ > chance:
            reason = "middle"

        # Who has the same score shares the rank.
        scores = scores_of_groups[group_number]
        not_above = int(np.searchsorted(scores, score, side="right"))
        peers_above = scores.size - not_above
        rank = None if reason else peers_above + 1
        ranks.append(Rank(rank, reason, scores.size))
    return ranks


def _best_sold(sources: Sources, window: Window, peers: Peers) -> Ints:
    """Keep the best seller's revenue; several who sold the same are all the best.

    Only a month's window finds any: the best of a quarter or year is none of the month.
    """
    revenue = sources.actual("revenue", (window.period,), peers)[0]
    return np.where(revenue == revenue.max(), revenue, 0).clip(min=0)
