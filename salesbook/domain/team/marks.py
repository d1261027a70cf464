"""What is each rep's score in a period, how sure is it, and does it earn a rank?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.intervals import z_of
from salesbook.domain.team.appraisal import (
    chance_apart,
    chances_above_goal,
    error_points,
    metric_scores,
    scores_by_luck,
    shared_weights,
    shown_range,
    standard_error,
    uncut_scores,
    weighted_mean,
)
from salesbook.domain.team.metric_values import METRICS, due_so_far, measured, quotas_of
from salesbook.domain.team.peers import Peers, peers_of
from salesbook.domain.team.shuffles import StandOut, stand_out
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
    peers: Peers
    metrics: Sequence[str]
    scales: Sequence[float | None]
    """Full marks of each metric as Settings has them; None: as it is measured."""
    lower_is_better: Sequence[bool]
    is_whole: Sequence[bool]
    """Of each metric, whether what it counts was kept all through the window."""
    values: Floats
    value_errors: Floats
    """Standard errors of `values`, in their own units; missing where a metric has none."""
    lows: Floats
    highs: Floats
    goals: Floats
    scores: Floats
    """Points of each metric as shown, from 0 to 120."""
    shares: Floats
    """Each metric's part of the rep's whole."""
    errors: Floats
    """Standard errors of the metrics, in points; missing where a metric has none."""
    total: Floats
    """The score as shown."""
    total_low: Floats
    """The lower end of the range of `total`, see `shown_range`."""
    total_high: Floats
    compared: Floats
    """The score that rank and grade go by: nothing ends at 120, large amounts are cut."""
    error: Floats
    """Standard error of `compared`, in points."""
    low: Floats
    """The lower end of the range of `compared`, which the grade goes by."""
    high: Floats
    real_weight: Floats
    """The part of all weight that metrics with a goal of their own have, which are not missing."""
    closed: Ints
    """Deals closed."""
    cases: Ints
    """Deals closed, or where there are more of them deals and customers that bought."""
    sold: Ints
    """Revenue and its target, in minor units."""
    quota: Ints
    """Of a period that still runs, the part that is due."""
    ranks: Sequence[Rank]
    best_sold: Ints
    """The revenue, in minor units, of who sold most in a month; 0 for all others."""

    @property
    def reps(self) -> Sequence[str]:
        """Who is appraised, in order."""
        return self.peers.reps

    def place_of(self, rep: str) -> int | None:
        """Where a rep stands in the arrays; None for who is not appraised."""
        return self._places.get(rep)

    @cached_property
    def chances_on_goal(self) -> Floats:
        """Each rep's chance to be truly above goal; see `chances_above_goal`."""
        return chances_above_goal(self.compared, self.error)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {rep: place for place, rep in enumerate(self.reps)}


def mark(sources: Sources, window: Window) -> Marks | None:
    """Appraise one window; None where there is nobody or nothing to appraise."""
    metrics = _metrics_in_force(sources, window)
    peers = peers_of(sources.staff, window, sources.sellers(window))
    if not metrics or not peers.reps:
        return None

    by_metric = [
        measured(metric.metric, metric.scale, sources, window, peers) for metric in metrics
    ]
    values, lows, highs, value_errors, compared_errors, compared_values = np.stack(
        by_metric, axis=1
    )
    weights = np.array([metric.weight for metric in metrics])

    # What is shown: plain values against their goals, none above 120 points. Of what is too little
    # to compare anybody by the value is shown, but it earns no points.
    earns_points = ~np.isnan(compared_values)
    goals = _goals(metrics, np.where(earns_points, values, np.nan), peers)
    ways = [metric.better for metric in metrics]
    by_way = zip(np.where(earns_points, values, np.nan), goals, ways, strict=True)
    scores = np.array([metric_scores(*metric) for metric in by_way])
    shares = shared_weights(scores, weights)
    total = weighted_mean(scores, weights).round(_SHOWN)
    is_of_deals = np.array([_is_of_deals(metric) for metric in metrics])
    z = z_of(sources.policy.rules.interval_level)
    worst, best = _ends(values, lows, highs, z * np.nan_to_num(value_errors))
    by_end_and_way = zip(worst, best, goals, ways, strict=True)
    by_luck = np.array([scores_by_luck(*metric) for metric in by_end_and_way])
    total_low, total_high = shown_range(scores, by_luck[:, 0], by_luck[:, 1], shares, is_of_deals)

    # What reps are compared and graded by.
    compared_goals = _goals(metrics, compared_values, peers)
    by_way = zip(compared_values, compared_goals, ways, strict=True)
    uncut = np.array([uncut_scores(*metric) for metric in by_way])
    compared = weighted_mean(uncut, weights).round(_SHOWN)
    errors = error_points(compared_errors, compared_goals)
    error = standard_error(shared_weights(uncut, weights), errors, is_of_deals)
    half = z * error

    closed = sources.closed_deals.count(window, peers, hits=False)
    too_few = closed < _deals_needed(metrics, sources, window)
    chance = sources.policy.rules.rank_chance
    ranks = _ranks(compared, error, peers, too_few=too_few, chance=chance)
    return Marks(
        window=window,
        peers=peers,
        metrics=[metric.metric for metric in metrics],
        scales=[metric.scale for metric in metrics],
        lower_is_better=[metric.better == "lower" for metric in metrics],
        is_whole=[_is_whole(metric, sources, window) for metric in metrics],
        values=values,
        value_errors=value_errors,
        lows=lows,
        highs=highs,
        goals=goals,
        scores=scores,
        shares=shares,
        errors=errors,
        total=total,
        total_low=total_low.round(_SHOWN),
        total_high=total_high.round(_SHOWN),
        compared=compared,
        error=error,
        # Nobody is worth less than no points.
        low=np.maximum(compared - half, 0).round(_SHOWN),
        high=np.maximum(compared + half, 0).round(_SHOWN),
        real_weight=_real_weight(metrics, scores),
        closed=closed,
        cases=np.maximum(closed, sources.revenue_credits.groups(window, peers.places)),
        sold=sources.actual("revenue", window.months, peers).sum(axis=0),
        quota=due_so_far("revenue", sources, window, peers),
        ranks=ranks,
        best_sold=_best_sold(sources, window, peers),
    )


def _ends(values: Floats, lows: Floats, highs: Floats, luck: Floats) -> tuple[Floats, Floats]:
    """Where luck may leave each value: the ends of its range, else as far off as luck goes.

    Where nothing was ever sold no range is known, and luck may move a value all the same.
    """
    return (
        np.where(np.isnan(lows), values - luck, lows),
        np.where(np.isnan(highs), values + luck, highs),
    )


def luck_of(sources: Sources, marks: Marks) -> StandOut:
    """Say who of the appraised sold more, or less, against quota than luck explains."""
    return luck_in(sources, marks.window, marks.peers)


def luck_in(sources: Sources, window: Window, peers: Peers) -> StandOut:
    """Say who sold more, or less, in a window against quota than luck explains; see `stand_out`."""
    sales = sources.revenue_credits
    cut = sales.cut(window)
    sold = sales.sums(window, cut.values)[peers.places]
    deals = sales.whole_groups(window, peers.places, cut.values)
    quotas = quotas_of("revenue", sources, window, peers)
    return stand_out(sold, quotas, deals)


def _metrics_in_force(sources: Sources, window: Window) -> list[Metric]:
    """The metrics of Settings that hold at the end of the window."""
    return [
        metric
        for metric in sources.policy.metrics
        if metric.valid_from is None or metric.valid_from <= window.end
    ]


def _goals(metrics: Sequence[Metric], values: Floats, peers: Peers) -> Floats:
    """Each metric's goal, or the median of the peers, for each rep."""
    goals = [
        peers.medians(of_reps) if metric.goal is None else np.full(len(of_reps), float(metric.goal))
        for metric, of_reps in zip(metrics, values, strict=True)
    ]
    return np.array(goals)


def _real_weight(metrics: Sequence[Metric], scores: Floats) -> Floats:
    """Say how much of all weight rests on goals that somebody set; a peers' median is none."""
    weights = np.array([metric.weight for metric in metrics])
    has_goal = np.array([metric.goal is not None for metric in metrics])
    is_real = ~np.isnan(scores) & has_goal[:, None]
    weight: Floats = (is_real * weights[:, None]).sum(axis=0)
    return weight / weights.sum() if weights.sum() > 0 else weight


def _is_of_deals(metric: Metric) -> bool:
    rule = METRICS.get(metric.metric)
    return rule is not None and rule.of_deals


def _is_whole(metric: Metric, sources: Sources, window: Window) -> bool:
    rule = METRICS.get(metric.metric)
    return rule is None or sources.is_whole(rule.begins, window)


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
