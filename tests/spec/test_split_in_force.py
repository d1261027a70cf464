"""While a new plan is only a draft, the published one holds."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.split import run
from salesbook.domain.targets.plan_in_force import plan_in_force
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.policy import Policy

TODAY = dt.date(2026, 6, 30)
KEY = ["period", "rep_id"]


def split(
    plan: pd.DataFrame, target: int, reps: tuple[str, ...] = ("R1", "R2"), **asked: object
) -> pd.DataFrame:
    tables = {name: empty_frame(name) for name in ("Locks", "Assignments", "Orders", "Deals", "Customers")}
    tables["Targets"] = frame_from_rows(
        "Targets",
        [{"year": 2026, "scope_kind": "company", "scope": "company", "metric": "revenue", "target": target}],
    )
    tables["Reps"] = frame_from_rows("Reps", [{"rep_id": rep, "name": rep} for rep in reps])
    task = Task({**tables, "TargetPlan": plan}, Policy(), TODAY, **asked)  # type: ignore[arg-type]
    return run(task).tables["TargetPlan"]


def held(plan: pd.DataFrame) -> dict[tuple[str, str], int]:
    rows = plan_in_force(plan)
    return {key: int(amount) for key, amount in rows.set_index(KEY)["amount"].items()}


def test_a_first_draft_is_no_target_yet():
    """Nobody has agreed to it."""
    assert held(split(empty_frame("TargetPlan"), 240_000)) == {}


def test_a_draft_changes_nothing_until_it_is_published():
    """Pay goes by what was published, whatever is being tried out."""
    published = split(empty_frame("TargetPlan"), 240_000, publish=True)
    draft = split(published, 480_000)
    assert held(draft) == held(published)
    assert held(split(draft, 600_000)) == held(published)
    assert sum(held(split(draft, 480_000, publish=True)).values()) == 480_000


def test_a_resplit_draft_leaves_the_year_whole():
    """The quota of the year is the published one, not the part of it that the draft left alone."""
    published = split(empty_frame("TargetPlan"), 240_000, publish=True)
    draft = split(published, 240_000, resplit_from="2026-08")
    assert set(draft["status"]) == {"draft", "published"}
    assert held(draft) == held(published)


def test_who_is_in_the_plan_no_more_keeps_the_target_until_it_is_published():
    """A rep taken out of the draft still has a quota today."""
    published = split(empty_frame("TargetPlan"), 240_000, publish=True)
    draft = split(published, 240_000, reps=("R1",))
    assert held(draft) == held(published)
    assert int(draft.loc[draft["rep_id"] == "R2", "amount"].sum()) == 0
    after = split(draft, 240_000, reps=("R1",), publish=True)
    assert "R2" not in set(after["rep_id"])
    assert sum(held(after).values()) == 240_000
