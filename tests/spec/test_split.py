"""`split`: targets by month and rep, as a draft, published, or for the rest of a year."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook.domain import split
from salesbook.domain.outcome import Outcome, Task
from salesbook.errors import PlanNotPublished, SplitInfeasible
from salesbook.frames import frame_from_rows, sorted_by_key
from tests.drawn_tables import SEEDS
from tests.spec.split_tables import (
    aim,
    by_month,
    by_rep,
    codes,
    company,
    day,
    lock,
    on,
    plan_of,
    policy,
    published,
    reps,
    sale,
    task,
    with_tables,
)


def test_a_draft_has_a_row_per_month_and_rep_in_order_of_the_key() -> None:
    asked = task("2026-01-10", Targets=[company(1_200_000_00)], Reps=reps("b", "a", team="north"))
    outcome = split.run(asked)
    plan = plan_of(outcome)
    assert len(plan) == 24
    assert plan.equals(sorted_by_key("TargetPlan", plan))
    assert plan.loc[0].dropna().to_dict() == {
        "period": "2026-01",
        "rep_id": "a",
        "metric": "revenue",
        "team": "north",
        "amount": 50_000_00,
        "locked": False,
        "status": "draft",
        "version": 1,
    }
    assert outcome.findings == []


def test_amounts_are_whole_in_the_unit_of_the_settings() -> None:
    """1,000,000 in whole units of the currency: four months of 83,334, eight of 83,333."""
    outcome = split.run(task("2026-01-10", Targets=[company(1_000_000_00)], Reps=reps("a")))
    assert plan_of(outcome)["amount"].tolist() == [83_334_00] * 4 + [83_333_00] * 8
    outcome = split.run(
        task(
            "2026-01-10",
            policy(split_unit=10_000),
            Targets=[company(1_000_000_00)],
            Reps=reps("a", "b"),
        )
    )
    assert (plan_of(outcome)["amount"] % 10_000_00 == 0).all()


def test_a_target_in_cents_shrinks_the_unit_and_says_why() -> None:
    outcome = split.run(task("2026-01-10", Targets=[company(1_000_50)], Reps=reps("a")))
    assert int(plan_of(outcome)["amount"].sum()) == 1_000_50
    assert [
        (one.code, str(one.params["used"]), one.params["because"]) for one in outcome.findings
    ] == [("split-unit-smaller", "0.50", "FY2026 = 1,000.50")]


def test_a_fiscal_year_is_named_after_the_year_it_ends_in() -> None:
    outcome = split.run(
        task("2025-05-01", policy(fiscal_year_start=4), Targets=[company(1200)], Reps=reps("a"))
    )
    assert plan_of(outcome)["period"].tolist()[0] == "2025-04"
    assert plan_of(outcome)["period"].tolist()[-1] == "2026-03"


def test_the_season_shapes_the_months() -> None:
    season = [2.0] + [1.0] * 10 + [0.0]
    outcome = split.run(
        task("2026-01-10", policy(season=season), Targets=[company(1200_00)], Reps=reps("a", "b"))
    )
    assert by_month(outcome) == [200_00] + [100_00] * 10 + [0]


def test_locks_and_bounds_are_kept_and_locks_are_marked() -> None:
    locks = [lock("a", 1, 7_00), lock("a", 2, 80_00, "min"), lock("b", 3, 10_00, "max")]
    outcome = split.run(
        task("2026-01-10", Targets=[company(1200_00)], Reps=reps("a", "b"), Locks=locks)
    )
    cells = plan_of(outcome).set_index(["rep_id", "period"])
    assert cells.loc[("a", "2026-01"), "amount"] == 7_00
    assert cells.loc[("a", "2026-02"), "amount"] >= 80_00
    assert cells.loc[("b", "2026-03"), "amount"] <= 10_00
    assert cells.index[cells["locked"]].tolist() == [("a", "2026-01")]
    assert by_rep(outcome) == {"a": 600_00, "b": 600_00}
    assert by_month(outcome) == [100_00] * 12


def test_who_comes_or_goes_in_the_year_carries_the_months_worked() -> None:
    """Hired on 16 March counts from April; left on 15 October counts to September."""
    people = [
        {"rep_id": "a", "name": "a"},
        {"rep_id": "b", "name": "b", "hired_on": day("2026-03-16"), "left_on": day("2026-10-15")},
        {"rep_id": "c", "name": "c", "left_on": day("2025-06-30")},
    ]
    outcome = split.run(task("2026-01-10", Targets=[company(1800_00)], Reps=people))
    plan = plan_of(outcome)
    assert plan.loc[plan["rep_id"] == "b", "period"].tolist() == [
        f"2026-{month:02d}" for month in range(4, 10)
    ]
    assert by_rep(outcome) == {"a": 1200_00, "b": 600_00}
    assert by_month(outcome) == [150_00] * 12


def test_capacity_follows_rate_and_ramp() -> None:
    people = [
        {"rep_id": "full", "name": "x"},
        {"rep_id": "half", "name": "y", "capacity_rate": 0.5},
        {"rep_id": "new", "name": "z", "hired_on": day("2026-07-01")},
    ]
    chosen = policy(split_by="capacity", ramp=[0.0, 0.5, 1.0])
    outcome = split.run(task("2026-01-10", chosen, Targets=[company(2250_00)], Reps=people))
    assert by_rep(outcome) == {"full": 1200_00, "half": 600_00, "new": 450_00}


def test_a_leave_in_assignments_weighs_nothing() -> None:
    leave = [
        {"rep_id": "a", "valid_from": day("2026-07-01"), "capacity_rate": 0.0},
    ]
    outcome = split.run(
        task("2026-01-10", Targets=[company(1800_00)], Reps=reps("a", "b"), Assignments=leave)
    )
    assert by_rep(outcome) == {"a": 600_00, "b": 1200_00}


def test_history_weighs_sales_per_month_worked() -> None:
    people = [
        {"rep_id": "a", "name": "a"},
        {"rep_id": "b", "name": "b", "hired_on": day("2025-07-01")},
        {"rep_id": "new", "name": "new", "hired_on": day("2026-01-01")},
    ]
    orders = [sale("o1", "a", "2025-05-05", 2400_00), sale("o2", "b", "2025-09-09", 600_00)]
    outcome = split.run(
        task(
            "2026-01-10",
            policy(split_by="history"),
            Targets=[company(4500_00)],
            Reps=people,
            Orders=orders,
        )
    )
    assert by_rep(outcome) == {"a": 2000_00, "b": 1000_00, "new": 1500_00}


def test_without_history_the_split_is_equal_and_says_so() -> None:
    outcome = split.run(
        task(
            "2026-01-10",
            policy(split_by="history"),
            Targets=[company(1200_00)],
            Reps=reps("a", "b"),
        )
    )
    assert by_rep(outcome) == {"a": 600_00, "b": 600_00}
    assert codes(outcome) == ["split-nothing-to-weigh"]


def test_potential_weighs_budgets_and_a_blend_adds_equal_shares() -> None:
    customers = [
        {"customer_id": "c1", "name": "x", "owner_id": "a", "budget": 300},
        {"customer_id": "c2", "name": "y", "owner_id": "b", "budget": 100},
    ]
    chosen = policy(split_by="potential", split_blend_rate=0.5)
    outcome = split.run(
        task(
            "2026-01-10",
            chosen,
            Targets=[company(1600_00)],
            Reps=reps("a", "b"),
            Customers=customers,
        )
    )
    assert by_rep(outcome) == {"a": 1000_00, "b": 600_00}


def test_binding_targets_are_fixed_and_others_are_weights() -> None:
    people = [*reps("a", "b", team="north"), *reps("c", "d", team="south")]
    targets = [
        company(1000_00),
        aim("team", "North", 700_00, binding=True),
        aim("rep", "a", 100_00, binding=True),
        aim("rep", "c", 200_00),
        aim("rep", "d", 100_00),
    ]
    outcome = split.run(task("2026-01-10", Targets=targets, Reps=people))
    assert by_rep(outcome) == {"a": 100_00, "b": 600_00, "c": 200_00, "d": 100_00}


def test_a_loose_team_target_weighs_against_the_other_teams() -> None:
    people = [*reps("a", "b", team="north"), *reps("c", "d", team="south")]
    targets = [company(1000_00), aim("team", "north", 900_00), aim("team", "south", 300_00)]
    outcome = split.run(task("2026-01-10", Targets=targets, Reps=people))
    assert by_rep(outcome) == {"a": 375_00, "b": 375_00, "c": 125_00, "d": 125_00}


def test_without_a_company_target_the_parts_are_fixed() -> None:
    people = [*reps("a", "b", team="north"), *reps("c", "d", team="south")]
    targets = [aim("team", "north", 600_00), aim("rep", "c", 100_00)]
    outcome = split.run(task("2026-01-10", Targets=targets, Reps=people))
    assert by_rep(outcome) == {"a": 300_00, "b": 300_00, "c": 100_00}


def test_without_a_company_target_a_loose_rep_is_scaled_to_the_team() -> None:
    """The team's 700 are fixed, and the 1,050 asked of `a` stand to the rule's 350 as 3 to 1."""
    targets = [aim("team", "north", 700_00), aim("rep", "a", 1050_00)]
    outcome = split.run(task("2026-01-10", Targets=targets, Reps=reps("a", "b", team="north")))
    assert by_rep(outcome) == {"a": 525_00, "b": 175_00}


def test_a_manager_has_a_quota_only_where_targets_say_so() -> None:
    people = [*reps("a", "b", manager_id="m"), *reps("m"), *reps("boss", role="Manager")]
    asked = task("2026-01-10", Targets=[company(1200_00)], Reps=people)
    assert by_rep(split.run(asked)) == {"a": 600_00, "b": 600_00}
    asked = task(
        "2026-01-10", Targets=[company(1200_00), aim("rep", "m", 200_00, binding=True)], Reps=people
    )
    assert by_rep(split.run(asked)) == {"a": 500_00, "b": 500_00, "m": 200_00}


def test_who_changes_teams_carries_a_part_of_each_teams_target() -> None:
    people = [*reps("a", team="north"), *reps("b", team="south")]
    move = [{"rep_id": "a", "valid_from": day("2026-07-01"), "team": "south"}]
    targets = [
        company(1200_00),
        aim("team", "north", 300_00, binding=True),
        aim("team", "south", 900_00, binding=True),
    ]
    outcome = split.run(task("2026-01-10", Targets=targets, Reps=people, Assignments=move))
    plan = plan_of(outcome)
    teams = plan[plan["rep_id"] == "a"].groupby("team")["amount"].sum().to_dict()
    assert teams == {"north": 300_00, "south": 300_00}
    assert plan.groupby("team")["amount"].sum().to_dict() == {"north": 300_00, "south": 900_00}


def test_a_lock_of_who_changes_teams_is_for_the_team_of_that_month() -> None:
    move = [{"rep_id": "a", "valid_from": day("2026-07-01"), "team": "south"}]
    outcome = split.run(
        task(
            "2026-01-10",
            Targets=[company(1200_00)],
            Reps=reps("a", team="north"),
            Assignments=move,
            Locks=[lock("a", 3, 40_00), lock("a", 9, 70_00)],
        )
    )
    plan = plan_of(outcome)
    locked = plan[plan["locked"]]
    assert list(zip(locked["period"], locked["team"], locked["amount"], strict=True)) == [
        ("2026-03", "north", 40_00),
        ("2026-09", "south", 70_00),
    ]


def test_counts_are_split_in_whole_ones() -> None:
    outcome = split.run(
        task("2026-01-10", Targets=[company(100, metric="orders")], Reps=reps("a", "b", "c"))
    )
    assert by_rep(outcome) == {"a": 34, "b": 33, "c": 33}


def test_targets_and_locks_that_nobody_can_carry_are_findings() -> None:
    targets = [company(1200_00), aim("team", "west", 5_00, binding=True), aim("rep", "gone", 5_00)]
    outcome = split.run(
        task("2026-01-10", Targets=targets, Reps=reps("a"), Locks=[lock("nobody", 1, 5)])
    )
    assert codes(outcome) == [
        "target-without-people",
        "target-without-people",
        "lock-without-target",
    ]
    assert by_rep(outcome) == {"a": 1200_00}


def test_without_people_there_is_no_plan() -> None:
    outcome = split.run(task("2026-01-10", Targets=[company(1200_00)]))
    assert codes(outcome) == ["nobody-to-plan"]
    assert plan_of(outcome).empty


def test_without_targets_nothing_is_split() -> None:
    assert codes(split.run(task("2026-01-10", Reps=reps("a")))) == ["nothing-to-split"]


def test_constraints_that_clash_are_named_and_nothing_is_planned() -> None:
    targets = [company(1200_00), aim("rep", "a", 100_00, binding=True)]
    locks = [lock("a", 1, 60_00, "min"), lock("a", 2, 50_00)]
    with pytest.raises(SplitInfeasible) as refusal:
        split.run(task("2026-01-10", Targets=targets, Reps=reps("a", "b"), Locks=locks))
    assert refusal.value.where == "FY2026 revenue"
    own = {"kind": "rep", "key": "a", "amount": 100.0, "text": "a = 100.00"}
    least = {"kind": "min", "key": "a 2026-01", "amount": 60.0, "text": "a 2026-01 ≥ 60.00"}
    held = {"kind": "lock", "key": "a 2026-02", "amount": 50.0, "text": "a 2026-02 = 50.00"}
    assert refusal.value.params == {
        "clashes": "a = 100.00 + a 2026-01 ≥ 60.00 + a 2026-02 = 50.00",
        "releases": "a 2026-01 ≥ 60.00",
        "clash_list": [[own, least, held]],
        "release_list": [least],
    }


def test_a_lock_after_leaving_clashes_with_the_months_away() -> None:
    people = [*reps("a"), *reps("b", hired_on=day("2026-03-01"), left_on=day("2026-06-30"))]
    with pytest.raises(SplitInfeasible) as refusal:
        split.run(
            task("2026-01-10", Targets=[company(1200_00)], Reps=people, Locks=[lock("b", 9, 50_00)])
        )
    assert (
        refusal.value.params["clashes"]
        == "b 2026-09 = 50.00 + b 2026-01…2026-02, 2026-07…2026-12 = 0.00"
    )


def test_months_that_nobody_can_work_are_named() -> None:
    people = reps("a", "b", hired_on=day("2026-02-01"))
    outcome = split.run(task("2026-01-10", Targets=[company(1200_00)], Reps=people))
    (finding,) = outcome.findings
    assert (finding.code, finding.params["name"], finding.params["count"]) == (
        "split-months-moved",
        "2026-01",
        12,
    )
    assert by_month(outcome)[0] == 110_00


def test_publishing_freezes_the_draft_as_it_stands() -> None:
    asked = task("2026-01-10", Targets=[company(1200_00)], Reps=reps("a", "b"))
    draft = plan_of(split.run(asked))
    later = task("2026-01-20", Targets=[company(2400_00)], Reps=reps("a", "b"), TargetPlan=draft)
    outcome = split.run(replace(later, publish=True))
    plan = plan_of(outcome)
    assert int(plan["amount"].sum()) == 1200_00
    assert set(plan["status"]) == {"published"}
    assert set(plan["version"]) == {1}
    assert set(plan["published_on"]) == {pd.Timestamp("2026-01-20")}
    assert codes(outcome) == ["draft-differs"]


def test_a_new_draft_of_a_published_plan_has_the_next_version() -> None:
    asked = published(task("2026-01-10", Targets=[company(1200_00)], Reps=reps("a")))
    asked = replace(
        asked, tables={**asked.tables, "Targets": frame_from_rows("Targets", [company(2400_00)])}
    )
    once = plan_of(split.run(replace(asked, year=2026)))
    assert set(zip(once["status"], once["version"], strict=True)) == {("draft", 2)}
    again = split.run(replace(asked, tables={**asked.tables, "TargetPlan": once}))
    assert plan_of(again).equals(once)


def test_publishing_what_would_not_change_changes_nothing() -> None:
    asked = published(task("2026-01-10", Targets=[company(1200_00)], Reps=reps("a")))
    later = replace(asked, publish=True, as_of=dt.date(2026, 2, 2))
    assert plan_of(split.run(later)).equals(asked.tables["TargetPlan"])


def test_a_year_that_is_over_keeps_its_published_plan() -> None:
    asked = published(task("2025-01-10", Targets=[company(1200_00, 2025)], Reps=reps("a")))
    targets = frame_from_rows("Targets", [company(5, 2025), company(2400_00)])
    later = replace(asked, as_of=dt.date(2026, 1, 5), tables={**asked.tables, "Targets": targets})
    plan = plan_of(split.run(later))
    sums = plan.groupby([plan["period"].str[:4], "status"])["amount"].sum().to_dict()
    assert sums == {("2025", "published"): 1200_00, ("2026", "draft"): 2400_00}


def resplit(asked: Task, since: str, as_of: str) -> Outcome:
    return split.run(replace(asked, resplit_from=since, as_of=dt.date.fromisoformat(as_of)))


def test_a_resplit_carries_the_gap_and_leaves_earlier_months_alone() -> None:
    """Six months of 100 planned, 400 sold: 800 are left for six months;
    who is behind carries more.
    """
    orders = [sale("o1", "a", "2026-02-02", 300_00), sale("o2", "b", "2026-03-03", 100_00)]
    asked = published(
        task("2026-01-01", Targets=[company(1200_00)], Reps=reps("a", "b"), Orders=orders)
    )
    outcome = resplit(asked, "2026-07", "2026-06-30")
    plan = plan_of(outcome)
    early = plan[plan["period"] < "2026-07"]
    before = asked.tables["TargetPlan"]
    assert early.equals(before[before["period"] < "2026-07"])
    late = plan[plan["period"] >= "2026-07"]
    assert late.groupby("rep_id")["amount"].sum().to_dict() == {"a": 300_00, "b": 500_00}
    assert set(zip(late["status"], late["version"], strict=True)) == {("draft", 2)}


def test_a_resplit_never_touches_a_lock() -> None:
    orders = [sale("o1", "a", "2026-02-02", 1000_00)]
    locks = [lock("a", 8, 33_00), lock("b", 2, 1_00)]
    asked = published(
        task(
            "2026-01-01",
            Targets=[company(1200_00)],
            Reps=reps("a", "b"),
            Orders=orders,
            Locks=locks,
        )
    )
    plan = plan_of(resplit(asked, "2026-07", "2026-06-30")).set_index(["rep_id", "period"])
    assert plan.loc[("a", "2026-08"), "amount"] == 33_00
    late = plan[plan.index.get_level_values("period") >= "2026-07"]
    assert int(late["amount"].sum()) == 200_00


def test_cents_that_were_sold_are_no_fault_of_a_target() -> None:
    """2,400 in whole ones, of which 100.01 are sold: the rest is not whole, and nothing is to mend."""
    sold = [sale("o1", "a", "2026-02-02", 100_01)]
    asked = published(
        task("2026-01-01", Targets=[company(2400_00)], Reps=reps("a", "b"), Orders=sold)
    )
    outcome = resplit(asked, "2026-07", "2026-06-30")
    plan = plan_of(outcome)
    assert int(plan.loc[plan["period"] >= "2026-07", "amount"].sum()) == 2299_99
    assert "split-unit-smaller" not in codes(outcome)

    # A lock in cents is somebody's doing, as ever, and stands there by his name.
    locked = with_tables(asked, Reps=[*reps("a"), {"rep_id": "b", "name": "Bo"}])
    locked = with_tables(locked, Locks=[lock("b", 9, 1234_50)])
    found = resplit(locked, "2026-07", "2026-06-30").findings
    [said] = [finding for finding in found if finding.code == "split-unit-smaller"]
    assert said.params["because"] == "Bo 2026-09 = 1,234.50"


def test_locks_that_wait_for_a_split_of_the_year_are_said() -> None:
    """Plain split changes no published month; the lock of June, which is over, waits for nothing."""
    asked = published(task("2026-01-01", Targets=[company(1200_00)], Reps=reps("a", "b")))
    locks = [
        lock("a", 6, 1_00),
        lock("a", 8, 33_00),
        lock("b", 9, 50_00),
        lock("b", 9, 9_00, "max"),
    ]
    locked = with_tables(asked, Locks=locks)
    answer = split.run(on(locked, "2026-07-10")).answer
    waiting = [message.params for message in answer if message.code == "plan.locks-wait"]
    assert waiting == [{"year": "2026", "count": 2}]

    of_year = with_tables(locked, Locks=locks[1:3])
    anew = split.run(on(of_year, "2026-07-10", year=2026)).answer
    assert "plan.locks-wait" not in [message.code for message in anew]


def test_a_target_that_is_reached_leaves_nothing_but_locks() -> None:
    orders = [sale("o1", "a", "2026-02-02", 5000_00)]
    asked = published(
        task(
            "2026-01-01",
            Targets=[company(1200_00)],
            Reps=reps("a", "b"),
            Orders=orders,
            Locks=[lock("b", 9, 7_00)],
        )
    )
    plan = plan_of(resplit(asked, "2026-07", "2026-06-30"))
    assert int(plan.loc[plan["period"] >= "2026-07", "amount"].sum()) == 7_00


def test_a_running_month_counts_as_planned() -> None:
    """On 10 June, May is over and June is not: June's plan stays in force beside May's actuals."""
    asked = published(task("2026-01-01", Targets=[company(1200_00)], Reps=reps("a")))
    plan = plan_of(resplit(asked, "2026-07", "2026-06-10"))
    assert int(plan.loc[plan["period"] >= "2026-07", "amount"].sum()) == 1100_00


def test_what_a_leaver_missed_falls_to_the_others() -> None:
    asked = published(task("2026-01-01", Targets=[company(1200_00)], Reps=reps("a", "b")))
    people = frame_from_rows("Reps", [*reps("a"), *reps("b", left_on=day("2026-06-30"))])
    outcome = resplit(
        replace(asked, tables={**asked.tables, "Reps": people}), "2026-07", "2026-06-30"
    )
    plan = plan_of(outcome)
    late = plan[plan["period"] >= "2026-07"]
    assert late.groupby("rep_id")["amount"].sum().to_dict() == {"a": 1200_00, "b": 0}


def test_what_a_leaver_missed_falls_to_the_others_while_he_is_still_there() -> None:
    """Planned anew on b's last day: the year of both is missing, and b has no days left for it.

    Nothing is sold. Of November and December b's quota is a third of 400, and all else is a's.
    """
    asked = published(task("2026-01-01", Targets=[company(2400_00)], Reps=reps("a", "b")))
    leaves = with_tables(asked, Reps=[*reps("a"), *reps("b", left_on=day("2026-11-30"))])
    plan = plan_of(split.run(on(leaves, "2026-11-30", year=2026)))
    late = plan[plan["period"] >= "2026-11"]
    assert late.groupby("rep_id")["amount"].sum().to_dict() == {"a": 2267_00, "b": 133_00}
    assert late.set_index(["rep_id", "period"]).loc[("b", "2026-11"), "carried"] == 0


def test_who_may_not_do_more_in_the_days_to_come_makes_up_for_nothing() -> None:
    """On 30 November b may do 100 in December: his November stays 100, and a carries the year."""
    asked = published(
        task(
            "2026-01-01",
            Targets=[company(2400_00)],
            Reps=reps("a", "b"),
            Locks=[lock("b", 12, 100_00, "max")],
        )
    )
    plan = plan_of(split.run(on(asked, "2026-11-30", year=2026))).set_index(["rep_id", "period"])
    assert plan.loc[("b", "2026-11"), "amount"] == 100_00
    assert plan.loc[("b", "2026-12"), "amount"] == 100_00
    assert plan.loc[("a", "2026-11"), "amount"] == 100_00
    assert plan.loc[("a", "2026-12"), "amount"] == 2100_00


def test_a_gap_falls_to_the_days_that_are_to_come() -> None:
    """On the last day of November, November stays what it was and December carries the gap.

    On 10 November the part of its 21 work days that is left, 14, carries as much as such a part of
    December does, of 23.
    """
    asked = published(task("2026-01-01", Targets=[company(1200_00)], Reps=reps("a")))
    for as_of, november in (("2026-11-30", 100_00), ("2026-11-10", 500_00)):
        plan = plan_of(split.run(on(asked, as_of, year=2026))).set_index("period")
        late = plan[plan.index >= "2026-11"]
        assert late["amount"].sum() == 1200_00
        assert late.loc["2026-11", "amount"] == november, as_of
        assert late.loc["2026-11", "amount"] - late.loc["2026-11", "carried"] == 100_00


def test_fixed_parts_carry_their_own_gap() -> None:
    orders = [sale("o1", "a", "2026-02-02", 700_00), sale("o2", "b", "2026-02-02", 100_00)]
    targets = [
        company(1200_00),
        aim("rep", "a", 600_00, binding=True),
        aim("rep", "b", 600_00, binding=True),
    ]
    asked = published(task("2026-01-01", Targets=targets, Reps=reps("a", "b"), Orders=orders))
    plan = plan_of(resplit(asked, "2026-07", "2026-06-30"))
    late = plan[plan["period"] >= "2026-07"]
    assert late.groupby("rep_id")["amount"].sum().to_dict() == {"a": 0, "b": 500_00}


def test_there_is_nothing_to_resplit_without_a_plan() -> None:
    with pytest.raises(PlanNotPublished):
        resplit(
            task("2026-01-01", Targets=[company(1200_00)], Reps=reps("a")), "2026-07", "2026-06-30"
        )


def test_a_draft_that_was_never_published_cannot_be_resplit() -> None:
    asked = task("2026-01-01", Targets=[company(1200_00)], Reps=reps("a"))
    draft = replace(asked, tables={**asked.tables, "TargetPlan": plan_of(split.run(asked))})
    with pytest.raises(PlanNotPublished):
        resplit(draft, "2026-07", "2026-06-30")


def a_rep(number: int, random: Random) -> dict[str, Any]:
    """Half of the reps are hired in the second half of the year."""
    month = random.randint(1, 12)
    return {
        "rep_id": f"r{number}",
        "name": f"n{number}",
        "team": random.choice(["north", "south", None]),
        "capacity_rate": random.choice([None, 0.5, 1.0]),
        "hired_on": day(f"2026-{month:02d}-01") if month > 6 else None,
    }


def a_lock(rep: str, random: Random) -> dict[str, Any]:
    """A lock of December, when everybody is there."""
    return lock(rep, 12, random.randint(0, 5_000), random.choice(["lock", "min"]))


@pytest.mark.parametrize("rule", ["equal", "capacity"])
@settings(max_examples=3, deadline=None)
@given(seed=SEEDS)
def test_every_draft_adds_up_keeps_locks_and_does_not_depend_on_the_order_of_rows(
    rule: str, seed: int
) -> None:
    random = Random(seed)
    rows = [a_rep(number, random) for number in range(random.randint(4, 12))]
    locks = [a_lock(row["rep_id"], random) for row in rows if random.random() < 0.5]
    total = random.randint(10**6, 10**9)
    chosen = policy(split_by=rule, season=[float(2 + month % 3) for month in range(12)])
    asked = task("2026-01-10", chosen, Targets=[company(total)], Reps=rows, Locks=locks)
    outcome = split.run(asked)
    plan = plan_of(outcome)
    assert int(plan["amount"].sum()) == total
    assert (plan["amount"] >= 0).all()
    placed = plan.set_index(["rep_id", "period"])["amount"]
    for one in locks:
        amount = placed[one["rep_id"], f"2026-{one['month']:02d}"]
        assert amount == one["amount"] if one["kind"] == "lock" else amount >= one["amount"]
    shuffled = {
        name: frame.sample(frac=1, random_state=random.randrange(99))
        for name, frame in asked.tables.items()
    }
    assert plan_of(split.run(replace(asked, tables=shuffled))).equals(plan)


def test_inputs_are_left_as_they_were() -> None:
    asked = task(
        "2026-01-10", Targets=[company(1200_00)], Reps=reps("a", "b"), Locks=[lock("a", 1, 5_00)]
    )
    before = {name: frame.copy(deep=True) for name, frame in asked.tables.items()}
    split.run(asked)
    assert all(frame.equals(before[name]) for name, frame in asked.tables.items())


def test_three_hundred_reps_with_three_metrics_are_planned() -> None:
    rng = np.random.default_rng(3)
    people = [
        {
            "rep_id": f"r{at:03d}",
            "name": f"n{at}",
            "team": f"t{at % 9}",
            "capacity_rate": float(rng.uniform(0.5, 1)),
        }
        for at in range(300)
    ]
    targets = [
        company(10**11),
        company(50_000, metric="orders"),
        company(9_000, metric="new_customers"),
    ]
    outcome = split.run(
        task("2026-01-10", policy(split_by="capacity"), Targets=targets, Reps=people)
    )
    sums = plan_of(outcome).groupby("metric")["amount"].sum().to_dict()
    assert sums == {"revenue": 10**11, "orders": 50_000, "new_customers": 9_000}
