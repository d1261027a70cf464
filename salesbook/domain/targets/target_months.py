"""Which months does a target have by TargetMonths, and what do they make of it?

A target's months come in two kinds. Those that are not fixed are *weights*: they take the place of
the season for that target, and the year's target counts. Those that are fixed are *hard*: the
people of the scope sum to exactly that in the month, and where hard months say what the year comes
to, they count and not the year's target (docs/decisions/0036).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.checks.entry_checks import flag, has_rows, measure_of
from salesbook.domain.outcome import Task
from salesbook.domain.targets.season import MONTHS, calendar_month
from salesbook.messages import Finding
from salesbook.names.folding import fold_name

TargetKey = tuple[int, str, str, str]
"""Year, kind of scope, folded scope (blank for the company) and metric of a target."""


_NEARLY: Final = 0.25
"""Months that come so near to their target are amounts, and not weights alone."""


@dataclass(frozen=True)
class MonthsOfTarget:
    """The months of one target, by calendar month."""

    target: int
    """Of the year, as it counts."""
    weights: Mapping[int, int] = field(default_factory=dict)
    hard: Mapping[int, int] = field(default_factory=dict)

    @property
    def year_by_months(self) -> int | None:
        """What the year comes to by its months alone: all twelve are there, or they are above it.

        None where months without a row take what is left of the year's target.
        """
        given = sum(self.weights.values()) + sum(self.hard.values())
        is_complete = len(self.weights) + len(self.hard) == MONTHS
        return given if is_complete or given > self.target else None

    @property
    def hard_year(self) -> int | None:
        """What the year comes to where hard months decide it; None where the year's target does."""
        hard_sum = sum(self.hard.values())
        is_complete = len(self.hard) == MONTHS
        return hard_sum if is_complete or hard_sum > self.target else None

    def season(self, months: tuple[str, ...], ordinary: Floats) -> Floats:
        """Weigh the months by their amounts.

        Months without a row share what the others leave of the target, by the ordinary season.

        Args:
            ordinary: the season that holds without TargetMonths, (months,).
        """
        amounts = {**self.weights, **self.hard}
        numbers = [calendar_month(month) for month in months]
        is_given = np.array([number in amounts for number in numbers], dtype=bool)
        given = np.array([float(amounts.get(number, 0)) for number in numbers])

        left = max(self.target - sum(amounts.values()), 0)
        spare = np.where(is_given, 0.0, ordinary)
        if spare.sum() > 0:
            given = given + left * spare / spare.sum()
        return given if given.sum() > 0 else ordinary


def hard_sum(of_target: MonthsOfTarget | None, months: tuple[str, ...]) -> tuple[int, int]:
    """What the hard ones of these months come to, and how many they are."""
    if of_target is None:
        return 0, 0
    amounts = [
        of_target.hard[calendar_month(month)]
        for month in months
        if calendar_month(month) in of_target.hard
    ]
    return sum(amounts), len(amounts)


def months_of_targets(
    targets: pd.DataFrame, target_months: pd.DataFrame
) -> dict[TargetKey, MonthsOfTarget]:
    """Collect the months of every target that has some, by the target's key.

    Args:
        targets: the Targets table; TargetMonths without a row in it are no target's.
        target_months: the TargetMonths table; both with their references resolved.
    """
    if target_months.empty:
        return {}
    weights: dict[TargetKey, dict[int, int]] = {}
    hard: dict[TargetKey, dict[int, int]] = {}
    for row in target_months.itertuples():
        is_fixed = row.fixed is not pd.NA and bool(row.fixed)
        of_kind = hard if is_fixed else weights
        of_kind.setdefault(target_key(row), {})[int(row.month)] = int(row.amount)

    found: dict[TargetKey, MonthsOfTarget] = {}
    for row in targets.itertuples():
        key = target_key(row)
        if key in weights or key in hard:
            found[key] = MonthsOfTarget(int(row.target), weights.get(key, {}), hard.get(key, {}))
    return found


def target_key(row: Any) -> TargetKey:
    """The target that a row of Targets or TargetMonths is about."""
    kind = str(row.scope_kind)
    scope = "" if kind == "company" else fold_name(str(row.scope))
    return int(row.year), kind, scope, str(row.metric)


def targets_as_they_count(targets: pd.DataFrame, target_months: pd.DataFrame) -> pd.DataFrame:
    """Targets with what hard months make of them.

    A target with hard months binds: its people could not keep the months if it only weighed. Where
    hard months decide what the year comes to, that is its target.
    """
    months = months_of_targets(targets, target_months)
    amounts = targets["target"].tolist()
    binding = targets["binding"].tolist()
    for position, row in enumerate(targets.itertuples()):
        of_target = months.get(target_key(row))
        if of_target is None or not of_target.hard:
            continue
        binding[position] = True
        if of_target.hard_year is not None:
            amounts[position] = of_target.hard_year
    if not months:
        return targets
    return targets.assign(
        target=pd.array(amounts, dtype="Int64"), binding=pd.array(binding, dtype="boolean")
    )


def months_that_differ(task: Task) -> Iterator[Finding]:
    """Months of a target belong to a row of Targets and add up to it.

    Where they do not, the year's target counts for months that are weights, and the months count
    where they are fixed (docs/decisions/0036). Months without a row take what is left, so only
    twelve months, or months above the target, can be apart from it. Weights need not come to the
    target: 100, 120, 140 ... say how months lie. Only where they nearly do are they amounts, one of
    which may be mistyped.
    """
    if not has_rows(task, "TargetMonths") or "Targets" not in task.tables:
        return
    targets = task.tables["Targets"]
    target_months = task.tables["TargetMonths"]
    of_row = [target_key(row) for row in target_months.itertuples()]
    keys = pd.Series(of_row, index=target_months.index, dtype="object")

    known = {target_key(row) for row in targets.itertuples()}
    is_orphan = ~keys.isin(known)
    yield from flag(
        task, "TargetMonths.scope", is_orphan, "months-without-target", "error", table="Targets"
    )

    found = months_of_targets(targets, target_months)
    target_keys = pd.Series(
        [target_key(row) for row in targets.itertuples()], index=targets.index, dtype="object"
    )
    sums: dict[int, Decimal] = {}
    hard_rows: list[int] = []
    for row, key in target_keys.items():
        of_target = found.get(key)
        total = of_target.year_by_months if of_target else None
        if of_target is None or total is None or total == of_target.target:
            continue
        is_near = abs(total - of_target.target) <= _NEARLY * of_target.target
        if of_target.hard_year is None and not is_near:
            continue
        sums[int(str(row))] = measure_of(task, total, key[3])
        if of_target.hard_year is not None:
            hard_rows.append(int(str(row)))

    facts = pd.Series(sums, index=targets.index, dtype="object")
    is_apart = pd.Series(targets.index.isin(list(sums)), index=targets.index)
    is_hard = pd.Series(targets.index.isin(hard_rows), index=targets.index)
    yield from flag(task, "Targets.target", is_apart & ~is_hard, "month-weights-apart", total=facts)
    yield from flag(task, "Targets.target", is_apart & is_hard, "fixed-months-apart", total=facts)
