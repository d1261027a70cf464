"""How do goals hang together, and what does each come to?

Goals are trees: a goal with children is as far as they are, by their weights; only those without are
measured, or have a typed result. A goal that is missing is left out, and its weight goes to its
siblings, as a metric that is missing gives its weight to the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.chains import circle_from

GoalRow = Mapping[Hashable, Any]
"""A row of Goals by field."""


class Reached(NamedTuple):
    """How much of a goal is reached: 1 is all of it."""

    share: float
    """As shown, from 0 to 1.2; nan where it is missing."""
    compared: float
    """The same without an end, by which reps are compared."""
    error_of_deals: float = 0.0
    """Standard error of what is made of deals: such goals have their luck in common."""
    other_variance: float = 0.0
    """Variance of the rest, whose luck is independent."""

    @property
    def error(self) -> float:
        """Standard error of the whole; 0 where nothing about it is luck."""
        return math.sqrt(self.error_of_deals**2 + self.other_variance)


MISSING = Reached(math.nan, math.nan)

MeasureGoal = Callable[[GoalRow], Reached]
"""Says what a goal without children comes to."""


def weighted(parts: Iterable[tuple[Reached, float]]) -> Reached:
    """The weighted mean of goals; missing ones, and those without weight, are left out.

    Source: by hand, 80 % of weight 3 and 40 % of weight 1: (2.4 + 0.4) / 4 = 70 %.
    """
    present = [
        (part, weight) for part, weight in parts if not math.isnan(part.share) and weight > 0
    ]
    total = sum(weight for _, weight in present)
    if not total:
        return MISSING
    shares = [(part, weight / total) for part, weight in present]
    return Reached(
        share=math.fsum(part.share * share for part, share in shares),
        compared=math.fsum(part.compared * share for part, share in shares),
        error_of_deals=math.fsum(part.error_of_deals * share for part, share in shares),
        other_variance=math.fsum(part.other_variance * share**2 for part, share in shares),
    )


def weight_of(row: GoalRow) -> float:
    """What a goal counts for among its siblings; a blank weight is 1."""
    return 1.0 if pd.isna(row["weight"]) else float(row["weight"])


@dataclass(frozen=True)
class GoalTrees:
    """All goals of the workbook, by how they hang together."""

    rows: Mapping[str, GoalRow]
    """By goal."""

    @classmethod
    def of(cls, goals: pd.DataFrame) -> GoalTrees:
        """Read the table; its order says nothing."""
        in_order = goals.sort_values("goal_id")
        return cls({str(row["goal_id"]): row for row in in_order.to_dict("records")})

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """The parent of each goal that has one which is there.

        A goal that is, over others, its own parent counts as one without: nobody can say what it
        comes to, and `validate` names it.
        """
        typed = {goal: str(row["parent_id"]) for goal, row in self.rows.items()}
        return {
            goal: parent
            for goal, parent in typed.items()
            if parent in self.rows and not circle_from(goal, typed)
        }

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The goals below each goal that has any, by key."""
        below: dict[str, list[str]] = {}
        for goal, parent in self.parents.items():
            below.setdefault(parent, []).append(goal)
        return {parent: tuple(goals) for parent, goals in below.items()}

    @cached_property
    def tops(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """By rep and period, the goals that count for the rep: those below no goal of his own.

        A rep's part of his manager's goal counts for both.
        """
        tops: dict[tuple[str, str], list[str]] = {}
        for goal, row in self.rows.items():
            parent = self.parents.get(goal)
            is_below_own = parent is not None and self.rows[parent]["rep_id"] == row["rep_id"]
            if not is_below_own:
                tops.setdefault((str(row["rep_id"]), str(row["period"])), []).append(goal)
        return {key: tuple(goals) for key, goals in tops.items()}

    def reached(
        self, goals: Iterable[str], measure: MeasureGoal, known: dict[str, Reached]
    ) -> Reached:
        """What some goals come to together, by their weights.

        Args:
            known: what was worked out before; filled further.
        """
        parts = []
        for goal in goals:
            self._settle(goal, measure, known)
            parts.append((known[goal], weight_of(self.rows[goal])))
        return weighted(parts)

    def _settle(self, top: str, measure: MeasureGoal, known: dict[str, Reached]) -> None:
        """Work out a goal and all below it, the lowest first: no chain is too long."""
        waiting = [top]
        while waiting:
            goal = waiting[-1]
            below = self.children.get(goal, ())
            unknown = [child for child in below if child not in known]
            if unknown:
                waiting += unknown
                continue
            if below:
                parts = [(known[child], weight_of(self.rows[child])) for child in below]
                known[goal] = weighted(parts)
            else:
                known[goal] = measure(self.rows[goal])
            waiting.pop()
