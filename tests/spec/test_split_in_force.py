"""While a new plan is only a draft, the published one holds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings

from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.split import run
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.errors import SplitInfeasible
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.policy import Policy
from tests.drawn_tables import SEEDS

TODAY = dt.date(2026, 6, 30)
KEY = ["period", "rep_id"]


REPS = ("R1", "R2")


def outcome(
    plan: pd.DataFrame,
    target: int,
    reps: tuple[str, ...] = REPS,
    *,
    publish: bool = False,
    resplit_from: str | None = None,
    year: int | None = None,
    own: dict[str, int] | None = None,
    **drawn: pd.DataFrame,
) -> Outcome:
    """Split a year's revenue; `own` are binding targets of reps."""
    tables = {
        name: empty_frame(name)
        for name in (
            "TargetMonths",
            "Locks",
            "Periods",
            "Assignments",
            "Orders",
            "Deals",
            "Customers",
        )
    }
    shared = {"year": 2026, "metric": "revenue"}
    targets = [{"scope_kind": "company", "scope": "company", "target": target}]
    targets += [
        {"scope_kind": "rep", "scope": rep, "target": part, "binding": True}
        for rep, part in (own or {}).items()
    ]
    tables["Targets"] = frame_from_rows("Targets", [{**shared, **row} for row in targets])
    tables["Reps"] = frame_from_rows("Reps", [{"rep_id": rep, "name": rep} for rep in reps])
    tables |= {"TargetPlan": plan, **drawn}
    return run(Task(tables, Policy(), TODAY, publish=publish, resplit_from=resplit_from, year=year))


def split(
    plan: pd.DataFrame, target: int, reps: tuple[str, ...] = REPS, **asked: Any
) -> pd.DataFrame:
    return outcome(plan, target, reps, **asked).tables["TargetPlan"]


def held(plan: pd.DataFrame) -> dict[tuple[str, str], int]:
    rows = plan_in_force(plan)
    return {key: int(amount) for key, amount in rows.set_index(KEY)["amount"].items()}


def test_a_first_draft_is_no_target_yet():
    """Nobody has agreed to it."""
    assert held(split(empty_frame("TargetPlan"), 240_000)) == {}


def test_a_draft_changes_nothing_until_it_is_published():
    """Pay goes by what was published, whatever is being tried out."""
    published = split(empty_frame("TargetPlan"), 240_000, publish=True)
    draft = split(published, 480_000, year=2026)
    assert held(draft) == held(published)
    assert held(split(draft, 600_000)) == held(published)
    after = split(draft, 480_000, publish=True)
    assert sum(quotas(after).values()) == 480_000


def test_a_resplit_draft_leaves_the_year_whole():
    """The quota of the year is the published one, not the part of it that the draft left alone."""
    published = split(empty_frame("TargetPlan"), 240_000, publish=True)
    draft = split(published, 240_000, resplit_from="2026-08")
    assert set(draft["status"]) == {"draft", "published"}
    assert held(draft) == held(published)


def quotas(plan: pd.DataFrame) -> dict[str, int]:
    """What counts for each rep's year."""
    sums = plan_in_force(plan).groupby("rep_id")["quota"].sum()
    return {str(rep): int(quota) for rep, quota in sums.items()}


def sold(amounts: dict[tuple[str, str], int]) -> pd.DataFrame:
    rows = [
        {
            "order_id": f"{rep} {month}",
            "line_no": 1,
            "customer_id": "c",
            "rep_id": rep,
            "ordered_on": dt.datetime.fromisoformat(f"{month}-10"),
            "amount": amount,
        }
        for (rep, month), amount in amounts.items()
    ]
    return frame_from_rows("Orders", rows)


MONTHS = [f"2026-{month:02}" for month in range(1, 8)]


def a_half_year(seed: int) -> tuple[dict[tuple[str, str], int], int]:
    """What each rep sold in some of the months, and a target of R1's own."""
    random = Random(seed)
    pairs = [(rep, month) for rep in REPS for month in MONTHS if random.random() < 0.7]
    return {pair: random.randint(0, 90_000) for pair in pairs}, random.randint(0, 200_000)


@pytest.mark.parametrize("since", ["2026-07", "2026-08"])
@settings(max_examples=3, deadline=None)
@example(({}, 0))
@given(SEEDS.map(a_half_year))
def test_a_resplit_moves_when_and_not_how_much_counts_for_the_year(
    since: str, year: tuple[dict[tuple[str, str], int], int]
):
    """Also while it is a draft, and after another one: quotas of the year add up to its target."""
    amounts, own = year
    asked = {"own": {"R1": own}, "Orders": sold(amounts)}
    plan = split(empty_frame("TargetPlan"), 240_000, REPS, publish=True, **asked)
    before = quotas(plan)
    for from_month in (since, "2026-10"):
        draft = split(plan, 240_000, REPS, resplit_from=from_month, **asked)
        assert quotas(draft) == quotas(plan)
        plan = split(draft, 240_000, REPS, publish=True, **asked)
        after = quotas(plan)
        assert sum(after.values()) == 240_000
        assert after["R1"] == own
        assert all(abs(after[rep] - before[rep]) <= 100 for rep in REPS)


def test_a_raised_target_raises_the_quotas_of_the_year():
    plan = split(empty_frame("TargetPlan"), 240_000, publish=True)
    asked = {"Orders": sold({("R1", "2026-01"): 90_000})}
    plan = split(plan, 300_000, resplit_from="2026-07", publish=True, **asked)
    assert quotas(plan) == {"R1": 150_000, "R2": 150_000}


def test_publishing_a_resplit_leaves_no_draft_behind():
    """A draft of earlier months is published with it: half a plan is none."""
    plan = split(empty_frame("TargetPlan"), 240_000, publish=True)
    draft = split(plan, 240_000, resplit_from="2026-07")
    plan = split(draft, 240_000, resplit_from="2026-09", publish=True)
    assert set(plan["status"]) == {"published"}
    assert plan["in_force"].isna().all()


def test_a_locked_zero_is_published_too():
    lock = {
        "year": 2026,
        "metric": "revenue",
        "rep_id": "R1",
        "month": 12,
        "kind": "lock",
        "amount": 0,
    }
    asked = {"Locks": frame_from_rows("Locks", [lock])}
    plan = split(empty_frame("TargetPlan"), 240_000, publish=True)
    plan = split(split(plan, 240_000, year=2026, **asked), 240_000, publish=True, **asked)
    assert len(plan) == 24
    assert plan.loc[plan["locked"], "amount"].tolist() == [0]


def test_a_resplit_refuses_locks_that_the_targets_have_no_room_for():
    """As the split of the whole year does."""
    lock = {
        "year": 2026,
        "metric": "revenue",
        "rep_id": "R1",
        "month": 12,
        "kind": "lock",
        "amount": 500_000,
    }
    plan = split(empty_frame("TargetPlan"), 240_000, publish=True)
    with pytest.raises(SplitInfeasible):
        split(plan, 240_000, resplit_from="2026-07", Locks=frame_from_rows("Locks", [lock]))


def test_a_resplit_above_the_target_is_said():
    """Who is beyond a target of their own lightens nobody else."""
    asked = {"own": {"R1": 60_000}, "Orders": sold({("R1", "2026-01"): 90_000})}
    plan = split(empty_frame("TargetPlan"), 240_000, publish=True, **asked)
    found = outcome(plan, 240_000, resplit_from="2026-07", **asked).findings
    (above,) = [finding for finding in found if finding.code == "resplit-above-target"]
    said = {name: str(value) for name, value in above.params.items()}
    assert (said["sum"], said["target"], said["month"]) == ("2700.00", "2400.00", "2026-06")
    assert Decimal(said["sold"]) + Decimal(said["left"]) == Decimal(said["sum"])
    assert above.found == "2,400.00", "what the cell holds, grouped as the sentence groups"


def test_who_is_in_the_plan_no_more_keeps_the_target_until_it_is_published():
    """A rep taken out of the draft still has a quota today."""
    published = split(empty_frame("TargetPlan"), 240_000, publish=True)
    draft = split(published, 240_000, reps=("R1",), year=2026)
    assert held(draft) == held(published)
    from_june = draft["period"] >= "2026-06"
    assert int(draft.loc[from_june & (draft["rep_id"] == "R2"), "amount"].sum()) == 0
    after = split(draft, 240_000, reps=("R1",), publish=True)
    assert max(after.loc[after["rep_id"] == "R2", "period"]) == "2026-05"
    assert sum(quotas(after).values()) == 240_000
