"""What does a target say that is taken from a proposal: does it bind, and who answers for it?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.targets.attainment import COMPANY
from salesbook.domain.targets.target_months import TargetKey, target_key
from salesbook.domain.team.staff import Staff
from salesbook.names.folding import fold_name


def binding_targets(task: Task, taken: pd.DataFrame) -> dict[TargetKey, bool]:
    """Whether a split keeps to each of the rows taken.

    Who takes 580,000 for North wants North to get 580,000. So a new row of a team or rep binds, as
    long as the target above has room for it beside others that bind: else a split could not keep
    all of them, and the row is a weight. A row that Targets has already stays what it is. Where no
    target stands above, every target is kept.

    Args: taken as Proposal has them, the company before teams before reps.
    """
    targets = task.tables["Targets"]
    rows: dict[TargetKey, tuple[int, bool]] = {
        target_key(row): (int(row.target), row.binding is not pd.NA and bool(row.binding))
        for row in targets.itertuples()
        if not pd.isna(row.target)
    }
    binding: dict[TargetKey, bool] = {}
    team_of = _teams(task)
    for row in taken.itertuples():
        key, amount = target_key(row), int(row.target)
        is_binding = rows[key][1] if key in rows else True
        if key not in rows and row.scope_kind != COMPANY:
            is_binding = _has_room(row, amount, rows, team_of)
        rows[key] = (amount, is_binding)
        binding[key] = is_binding or row.scope_kind == COMPANY or not _above(row, rows, team_of)
    return binding


def _teams(task: Task) -> dict[str, str]:
    """The team of each rep who sells, on the day of the run, both folded."""
    staff = Staff(task.as_it_stands("Reps"), task.as_it_stands("Assignments"))
    state = staff.on_day(task.as_of)
    managers = staff.managers(task.as_of)
    return {
        fold_name(str(rep)): fold_name(str(team))
        for rep, team in state["team"].dropna().items()
        if rep not in managers and not _has_left(staff, str(rep), task)
    }


def _has_left(staff: Staff, rep: str, task: Task) -> bool:
    _, last_day = staff.employment[rep]
    return last_day is not None and last_day < task.as_of


def _above(
    row: Any, rows: dict[TargetKey, tuple[int, bool]], team_of: dict[str, str]
) -> TargetKey | None:
    """The target that a row is a part of: of a rep that of his team, else the company's."""
    year, kind, scope, metric = target_key(row)
    team = (year, "team", team_of.get(scope, ""), metric)
    if kind == "rep" and team in rows:
        return team
    company = (year, COMPANY, "", metric)
    return company if company in rows else None


def _has_room(
    row: Any,
    amount: int,
    rows: dict[TargetKey, tuple[int, bool]],
    team_of: dict[str, str],
) -> bool:
    """Whether the target above can hold a new part beside those that bind.

    Where all parts bind they must come to the whole, else they may stay under it.
    """
    above = _above(row, rows, team_of)
    if above is None:
        return True
    year, kind, scope, metric = target_key(row)
    parts = set(team_of.values()) if kind == "team" else set(team_of)
    if above[1] == "team":
        parts = {rep for rep in parts if team_of[rep] == above[2]}
    others = {part: rows.get((year, kind, part, metric), (0, False)) for part in parts - {scope}}
    held = sum(target for target, binds in others.values() if binds)
    has_free_part = any(not binds for _, binds in others.values())
    whole = rows[above][0]
    return held + amount <= whole if has_free_part else held + amount == whole


def owner_of_target(task: Task, kind: str, scope: str) -> str | None:
    """Who answers for a target: a rep for his own, the manager of a team's people for the team's.

    For the company's whoever manages and is managed by nobody. None where that is not one person.
    """
    if kind == "rep":
        return scope
    staff = Staff(task.tables["Reps"], task.tables["Assignments"])
    state = staff.on_day(task.as_of)
    at_work = [rep for rep in state.index if staff.is_at_work(str(rep), task.as_of)]
    state = state.loc[at_work]
    if kind == COMPANY:
        managers = staff.managers(task.as_of)
        found = {str(rep) for rep in state.index[state["manager_id"].isna()] if rep in managers}
    else:
        in_team = state["team"].map(fold_name, na_action="ignore") == fold_name(scope)
        members = set(state.index[in_team])
        found = set(state.loc[in_team, "manager_id"].dropna().astype(str)) & set(state.index)
        # Of several managers of a team it is the one who is managed by no other of them.
        found = {rep for rep in found if str(state.loc[rep, "manager_id"]) not in found & members}
    return found.pop() if len(found) == 1 else None
