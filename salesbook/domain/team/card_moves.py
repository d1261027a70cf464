"""What moved on a score card since the period before, and which metric would lift it most?

Of a team that stays as it is many values rise and as many fall. A move is only told where chance
would rarely make one so large: two-sided 95 %, shared out among the metrics that are compared, so
that of people who stay as they are at most one card in twenty names any metric.

Source: Bonferroni's inequality; by hand, 4 metrics: each needs |change| > 2.498 standard errors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.team.appraisal import ON_GOAL
from salesbook.domain.team.goals import GOALS
from salesbook.domain.team.marks import Marks
from salesbook.domain.team.metric_values import METRICS
from salesbook.messages import Fact, Message, joined

_BY_CHANCE: Final = 0.05
"""How often, at most, a card of somebody who stays as he is names a move."""
_AS_SHARE: Final = ("win_rate", "attainment", GOALS)
"""Metrics whose values are shares where Settings puts them on no other scale."""
_LEAST_GAIN: Final = 0.05
"""A smaller gain, or move, would be shown as 0."""
_WHOLE_FROM: Final = 10


@dataclass(frozen=True)
class MetricMove:
    """A metric that moved by more than chance, in its own values."""

    metric: str
    before: float
    now: float
    is_better: bool


@dataclass(frozen=True)
class Gain:
    """What a score would gain if one metric reached its goal and all others stayed."""

    metric: str
    points: float


@dataclass(frozen=True)
class CardMoves:
    """The marks of a period beside those of the period before."""

    marks: Marks
    before: Marks | None

    def sentence(self, rep: str) -> Message | None:
        """Say what moved by more than chance; None where the rep has no score.

        Where nothing can be compared, the sentence says that.
        """
        place = self.marks.place_of(rep)
        if place is None or math.isnan(float(self.marks.total[place])):
            return None
        place_before = None if self.before is None else self.before.place_of(rep)
        if self.before is None or place_before is None:
            return Message("moved.no-before")
        period_before = self.before.window.period
        compared = {metric for metric, *_ in self._compared(place, place_before)}
        if not compared:
            return Message("moved.not-comparable", {"period": period_before})

        said = [self._said(move, period_before) for move in self.of_metrics(rep)]
        # A score moves by itself where a metric of it cannot be compared.
        if metrics_present(self.marks, place) <= compared:
            said = [*score_move(self.marks, place, self.before, place_before), *said]
        return joined(said or [Message("moved.nothing", {"period": period_before})])

    def of_metrics(self, rep: str) -> Iterator[MetricMove]:
        """The metrics that moved by more than chance, in the order of Settings.

        What somebody typed, a review's mark, has no error of chance: any change of it is one.
        """
        before, place = self.before, self.marks.place_of(rep)
        place_before = None if before is None else before.place_of(rep)
        if before is None or place is None or place_before is None:
            return
        compared = self._compared(place, place_before)
        if not compared:
            return
        errors_needed = NormalDist().inv_cdf(1 - _BY_CHANCE / 2 / len(compared))
        for metric, now, was, error in compared:
            change = now - was
            if abs(change) <= errors_needed * error or math.isclose(now, was):
                continue
            is_lower_better = self.marks.lower_is_better[self.marks.metrics.index(metric)]
            yield MetricMove(metric, was, now, is_better=(change > 0) != is_lower_better)

    def _compared(self, place: int, place_before: int) -> list[tuple[str, float, float, float]]:
        """Metric, value now and before, and the error of their difference, where both are there.

        A sum of a period that still runs is not compared with that of a whole one, nor anything with
        a period in which it was only kept since some day.
        """
        if self.before is None:
            return []
        compared = []
        for row, metric in enumerate(self.marks.metrics):
            rule = METRICS.get(metric)
            row_before = self._row_before.get(metric)
            is_unfinished_sum = rule is not None and rule.adds_up and self.marks.window.is_running
            if row_before is None or is_unfinished_sum or not self.before.is_whole[row_before]:
                continue
            now = float(self.marks.values[row, place])
            was = float(self.before.values[row_before, place_before])
            if math.isnan(now) or math.isnan(was):
                continue
            error = math.hypot(
                _error(self.marks.value_errors, row, place),
                _error(self.before.value_errors, row_before, place_before),
            )
            compared.append((metric, now, was, error))
        return compared

    @cached_property
    def _row_before(self) -> dict[str, int]:
        """Where each metric stands in the marks of the period before."""
        return {} if self.before is None else {m: row for row, m in enumerate(self.before.metrics)}

    def _said(self, move: MetricMove, period_before: str) -> Message:
        scale = self.marks.scales[self.marks.metrics.index(move.metric)]
        kind = "rate" if move.metric in _AS_SHARE and not scale else "number"
        way = "better" if move.is_better else "worse"
        facts: dict[str, Fact] = {
            "metric": f"metrics={move.metric}",
            "period": period_before,
            "before": round(move.before, 2),
            "now": round(move.now, 2),
        }
        return Message(f"moved.{kind}-{way}", facts)


def score_move(marks: Marks, place: int, before: Marks, place_before: int) -> Iterator[Message]:
    """Say by how much the score moved, where that is more than chance.

    Only where both rest on the same metrics: one that comes or goes moves a score by itself.
    """
    if metrics_present(marks, place) != metrics_present(before, place_before):
        return
    change, is_more_than_luck = score_change(marks, place, before, place_before)
    if not is_more_than_luck:
        return
    facts: dict[str, Fact] = {
        "period": before.window.period,
        "points": shown_points(abs(change)),
    }
    yield Message("moved.score-up" if change > 0 else "moved.score-down", facts)


def score_change(marks: Marks, place: int, before: Marks, place_before: int) -> tuple[float, bool]:
    """How many points the score moved, and whether that is more than chance.

    Told are the points that people see, from 0 to 120. Whether chance explains them is tried by the
    score that nothing ends in, two-sided at 95 %; where that one went the other way, or the one
    shown stayed, there is no move to tell of.
    """
    change = float(marks.total[place]) - float(before.total[place_before])
    compared_change = float(marks.compared[place]) - float(before.compared[place_before])
    error = math.hypot(float(marks.error[place]), float(before.error[place_before]))
    is_beyond = abs(compared_change) > NormalDist().inv_cdf(1 - _BY_CHANCE / 2) * error
    is_seen = abs(change) >= _LEAST_GAIN and (change > 0) == (compared_change > 0)
    return change, is_beyond and is_seen


def shown_points(points: float) -> float:
    """Points as a sentence says them: whole from 10 on, with one decimal below."""
    return float(round(points)) if abs(points) >= _WHOLE_FROM else round(points, 1)


def metrics_present(marks: Marks, place: int) -> set[str]:
    """The metrics that a rep's score rests on."""
    shares = marks.shares[:, place].tolist()
    return {name for name, share in zip(marks.metrics, shares, strict=True) if share > 0}


def gain_at_goal(marks: Marks, place: int) -> Gain | None:
    """The metric that would lift the score most if it alone reached its goal.

    The gain is its part of the weight times the points that it lacks to 100. A goal that is the
    peers' median counts as one. None where every metric is at its goal.

    Source: by hand: weights 60 and 40, scores 90 and 70: 0.6 · 10 = 6 and 0.4 · 30 = 12.
    """
    gains = marks.shares[:, place] * (ON_GOAL - np.nan_to_num(marks.scores[:, place], nan=ON_GOAL))
    best = min(
        range(len(gains)), key=lambda row: (-round(float(gains[row]), 9), marks.metrics[row])
    )
    points = float(gains[best])
    return Gain(marks.metrics[best], round(points, 2)) if points >= _LEAST_GAIN else None


def _error(errors: Floats, row: int, place: int) -> float:
    """A value's standard error; nothing where it has none."""
    error = float(errors[row, place])
    return 0.0 if math.isnan(error) else error
