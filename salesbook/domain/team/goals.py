"""How far is each rep with the goals that were agreed?

A goal with a metric and a target is read from the facts as of the day; any other from its typed
result, as a part of its target, or of 1 where it has none. What nobody measured is missing, not 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day, months_in
from salesbook.domain.team.appraisal import ON_GOAL, metric_scores, uncut_scores
from salesbook.domain.team.goal_trees import MISSING, GoalRow, Reached
from salesbook.domain.team.peers import Peers
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.windows import Window, window_of

if TYPE_CHECKING:
    from salesbook.domain.team.metric_values import Measured

GOALS: Final = "goals"
"""The metric of this module, which no goal may be measured by."""

MeasureMetric = Callable[[str, Window], "Measured"]
"""Measures a metric of all appraised reps in a window."""


@dataclass(frozen=True, slots=True)
class MetricFacts:
    """What has to be known of a metric that goals are measured by."""

    of_deals: bool
    adds_up: bool


@dataclass(frozen=True)
class GoalProgress:
    """How far the appraised reps are with their goals in a window."""

    sources: Sources
    window: Window
    peers: Peers
    measure_metric: MeasureMetric
    facts_of: Callable[[str], MetricFacts | None]
    """None for what no rule measures."""
    measured: dict[tuple[str, str], Measured] = field(default_factory=dict)
    """By metric and period, each worked out once for all reps."""

    def by_rep(self) -> list[Reached]:
        """What each rep's goals of the window come to.

        Goals of the window's own period count; where a rep has none, those of periods inside it
        that have begun, as of a year whose goals are set by quarter.
        """
        trees = self.sources.goal_trees
        inside = self._periods_inside()
        known: dict[str, Reached] = {}
        by_rep = []
        for rep in self.peers.reps:
            goals = trees.tops.get((rep, self.window.period), ())
            if not goals:
                goals = tuple(
                    goal for period in inside for goal in trees.tops.get((rep, period), ())
                )
            by_rep.append(trees.reached(goals, self._reached, known))
        return by_rep

    def _periods_inside(self) -> list[str]:
        """Periods of goals that lie in the window and have begun, in order."""
        start_month = self._start_month
        window = self.window
        whole = months_in(window.period, start_month) if window.is_running else window.months
        inside = []
        for period in sorted({period for _, period in self.sources.goal_trees.tops}):
            months = months_in(period, start_month)
            has_begun = first_day(period, start_month) <= window.end
            if has_begun and set(months) < set(whole):
                inside.append(period)
        return inside

    def _reached(self, row: GoalRow) -> Reached:
        """What a goal without children comes to."""
        metric, target = row["metric"], row["target"]
        if pd.notna(metric) and pd.notna(target):
            return self._measured(row, str(metric), float(target))
        if pd.isna(row["result"]):
            return MISSING
        whole = 1.0 if pd.isna(target) else float(target)
        return _held_against(float(row["result"]), whole, "higher")

    def _measured(self, row: GoalRow, metric: str, target: float) -> Reached:
        """Hold a metric's value as of the day against the goal's target.

        What adds up day by day is held against the part of the target that is due: by half of the
        goal's working days half of it. Without that everybody would look far behind until the last
        day.
        """
        facts = self.facts_of(metric)
        owner = self._places.get(str(row["rep_id"]))
        window = self._window_of(str(row["period"]))
        if facts is None or owner is None or window is None:
            return MISSING

        key = (metric, window.period)
        if key not in self.measured:
            self.measured[key] = self.measure_metric(metric, window)
        of_all = self.measured[key]
        due = target * self._share_due(row) if facts.adds_up else target
        better = self.sources.better_of(metric)
        shown = _held_against(float(of_all.value[owner]), due, better)
        if math.isnan(shown.share):
            return MISSING

        # A rate of too few deals to compare is still what the rep reached of his goal.
        is_compared = not math.isnan(float(of_all.compared[owner]))
        errors = of_all.error if is_compared else of_all.value_error
        compared = shown.compared
        if is_compared:
            compared = _held_against(float(of_all.compared[owner]), due, better).compared
        error = float(np.nan_to_num(errors[owner])) / due
        if facts.of_deals:
            return Reached(shown.share, compared, error_of_deals=error)
        return Reached(shown.share, compared, other_variance=error**2)

    def _share_due(self, row: GoalRow) -> float:
        """The part of a goal's working days that is gone: up to its due day, else its period's end."""
        period = str(row["period"])
        first, last = first_day(period, self._start_month), last_day(period, self._start_month)
        if pd.notna(row["due_on"]) and first <= row["due_on"].date() < last:
            last = row["due_on"].date()
        return self.sources.calendar.share_gone(first, last, self.window.end)

    def _window_of(self, period: str) -> Window | None:
        """A goal's period as far as it has gone; None before its first day."""
        start_month = self._start_month
        if first_day(period, start_month) > self.window.end:
            return None
        return window_of(period, self.window.end, start_month)

    @property
    def _start_month(self) -> int:
        return self.sources.policy.rules.fiscal_year_start

    @cached_property
    def _places(self) -> dict[str, int]:
        return {rep: place for place, rep in enumerate(self.peers.reps)}


def _held_against(value: float, goal: float, better: str) -> Reached:
    """A value as a part of its goal: 1 is all of it; missing where one of the two is."""
    values, goals = np.array([value]), np.array([goal])
    share = float(metric_scores(values, goals, better)[0]) / ON_GOAL
    return Reached(share, float(uncut_scores(values, goals, better)[0]) / ON_GOAL)
