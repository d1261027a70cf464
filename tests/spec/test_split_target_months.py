"""TargetMonths: months of a target as weights of its season, or as sums that are held exactly."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook.domain import split, validate
from salesbook.domain.outcome import Outcome, Task
from salesbook.errors import SplitInfeasible
from tests.drawn_tables import SEEDS
from tests.spec.split_tables import (
    aim,
    by_month,
    by_rep,
    company,
    lock,
    plan_of,
    reps,
    sale,
    task,
    with_tables,
)


def months(
    kind: str, scope: str, amounts: dict[int, int], *, fixed: bool = False
) -> list[dict[str, Any]]:
    """Rows of TargetMonths of one target of 2026, by calendar month."""
    common = {"year": 2026, "scope_kind": kind, "scope": scope, "metric": "revenue"}
    return [
        {**common, "month": month, "amount": amount, "fixed": fixed or None}
        for month, amount in amounts.items()
    ]


def of_company(amounts: dict[int, int], *, fixed: bool = False) -> list[dict[str, Any]]:
    return months("company", "company", amounts, fixed=fixed)


def even(amount: int, but: dict[int, int] | None = None) -> dict[int, int]:
    return dict.fromkeys(range(1, 13), amount) | (but or {})


def sums(outcome: Outcome) -> list[int]:
    return by_month(outcome)


def of_team(outcome: Outcome, team: str) -> list[int]:
    plan = plan_of(outcome)
    return plan[plan["team"] == team].groupby("period")["amount"].sum().astype(int).tolist()


def test_months_are_the_weights_of_their_targets_season() -> None:
    """100 in December, 50 in each other month: 650 asked, 1,300 to split: each is doubled."""
    asked = task(
        "2026-01-10",
        Targets=[company(1_300_00)],
        Reps=reps("a", "b"),
        TargetMonths=of_company(even(50_00, {12: 100_00})),
    )
    outcome = split.run(asked)
    assert sums(outcome) == [100_00] * 11 + [200_00]
    assert by_rep(outcome) == {"a": 650_00, "b": 650_00}


def test_months_without_a_row_take_what_the_others_leave() -> None:
    """1,200 a year, 300 typed for January to March: 900 for nine months."""
    asked = task(
        "2026-01-10",
        Targets=[company(1_200_00)],
        Reps=reps("a"),
        TargetMonths=of_company({1: 50_00, 2: 50_00, 3: 200_00}),
    )
    assert sums(split.run(asked)) == [50_00, 50_00, 200_00] + [100_00] * 9


def test_a_team_and_a_rep_lean_to_their_own_months() -> None:
    """Without months of the company its months are what its parts ask for."""
    asked = task(
        "2026-01-10",
        Targets=[
            aim("team", "north", 1_200_00, binding=True),
            aim("team", "south", 1_200_00, binding=True),
        ],
        Reps=[*reps("a", team="north"), *reps("b", team="south")],
        TargetMonths=[
            *months("team", "north", even(100_00, {1: 50_00, 12: 150_00})),
            *months("rep", "b", even(1)),
        ],
    )
    outcome = split.run(asked)
    assert of_team(outcome, "north") == [50_00] + [100_00] * 10 + [150_00]
    assert of_team(outcome, "south") == [100_00] * 12


def test_a_fixed_month_of_the_company_is_held_exactly() -> None:
    """Only March is fixed; the other eleven months share the rest by the season."""
    asked = task(
        "2026-01-10",
        Targets=[company(1_200_00)],
        Reps=reps("a", "b", "c"),
        TargetMonths=of_company({3: 210_00}, fixed=True),
    )
    assert sums(split.run(asked)) == [90_00, 90_00, 210_00] + [90_00] * 9


def test_a_fixed_month_of_a_team_is_held_exactly() -> None:
    """The team sums to the fixed 70 in May, whoever carries it; the rest of the company gives way."""
    asked = task(
        "2026-01-10",
        Targets=[company(2_400_00), aim("team", "north", 1_200_00)],
        Reps=[*reps("a", "b", team="north"), *reps("c", team="south")],
        TargetMonths=months("team", "north", {5: 70_00}, fixed=True),
        Locks=[lock("a", 5, 60_00)],
    )
    outcome = split.run(asked)
    assert of_team(outcome, "north")[4] == 70_00
    assert sum(of_team(outcome, "north")) == 1_200_00
    assert sum(sums(outcome)) == 2_400_00
    plan = plan_of(outcome)
    locked = plan.loc[plan["locked"], ["rep_id", "period"]]
    assert locked.to_numpy().tolist() == [["a", "2026-05"]]


def test_a_fixed_month_of_a_rep_is_a_lock() -> None:
    asked = task(
        "2026-01-10",
        Targets=[company(2_400_00), aim("rep", "a", 1_200_00)],
        Reps=reps("a", "b"),
        TargetMonths=months("rep", "a", {7: 10_00}, fixed=True),
    )
    plan = plan_of(split.run(asked))
    july = plan[(plan["rep_id"] == "a") & (plan["period"] == "2026-07")]
    assert july[["amount", "locked"]].to_numpy().tolist() == [[10_00, True]]


def test_twelve_fixed_months_make_the_year() -> None:
    """Fixed months of 110 come to 1,320, the target says 1,200: the months count, and it is told."""
    asked = task(
        "2026-01-10",
        Targets=[company(1_200_00)],
        Reps=reps("a", "b"),
        TargetMonths=of_company(even(110_00), fixed=True),
    )
    assert sums(split.run(asked)) == [110_00] * 12
    [finding] = [one for one in validate.run(asked).findings if one.code.endswith("-apart")]
    assert (finding.code, finding.found, str(finding.params["total"])) == (
        "fixed-months-apart",
        "1200.00",
        "1320.00",
    )


def test_weights_that_do_not_add_up_leave_the_year_as_it_is() -> None:
    asked = task(
        "2026-01-10",
        Targets=[company(1_200_00)],
        Reps=reps("a"),
        TargetMonths=of_company(even(110_00)),
    )
    assert sums(split.run(asked)) == [100_00] * 12
    [finding] = [one for one in validate.run(asked).findings if one.code.endswith("-apart")]
    assert finding.code == "month-weights-apart"


def test_months_that_say_only_how_a_year_lies_need_not_add_up() -> None:
    """100, 120 ... 320 of a target of 1,900,000: their proportions are all that is meant."""
    rising = {month: 80 + 20 * month for month in range(1, 13)}
    asked = task(
        "2026-01-10",
        Targets=[company(1_900_000_00)],
        Reps=reps("a"),
        TargetMonths=of_company(rising),
    )
    assert not [one for one in validate.run(asked).findings if one.code.endswith("-apart")]
    fixed = with_tables(asked, TargetMonths=of_company(rising, fixed=True))
    [finding] = [one for one in validate.run(fixed).findings if one.code.endswith("-apart")]
    assert finding.code == "fixed-months-apart"


def test_months_of_no_target_are_a_finding_and_count_for_nothing() -> None:
    asked = task(
        "2026-01-10",
        Targets=[company(1_200_00)],
        Reps=reps("a", team="north"),
        TargetMonths=months("team", "north", {1: 600_00}, fixed=True),
    )
    assert sums(split.run(asked)) == [100_00] * 12
    codes = [one.code for one in validate.run(asked).findings if one.table == "TargetMonths"]
    assert codes == ["months-without-target"]


def test_fixed_months_that_a_lock_contradicts_are_refused_by_name() -> None:
    asked = task(
        "2026-01-10",
        Targets=[company(1_200_00)],
        Reps=reps("a"),
        TargetMonths=of_company({3: 50_00}, fixed=True),
        Locks=[lock("a", 3, 60_00)],
    )
    with pytest.raises(SplitInfeasible) as refused:
        split.run(asked)
    assert "2026-03 = 50.00" in refused.value.params["clashes"]


def test_a_resplit_keeps_fixed_months_and_the_free_ones_carry_the_gap() -> None:
    """Nothing sold in January (100): December is fixed, the ten months between carry 10 each."""
    tables: dict[str, Any] = {
        "Targets": [company(1_200_00)],
        "Reps": reps("a"),
        "TargetMonths": of_company({12: 100_00}, fixed=True),
    }
    first = split.run(task("2026-01-10", **tables))
    published = plan_of(first).assign(status="published")
    asked = task("2026-02-03", **tables, TargetPlan=published)
    again = split.run(_with_resplit(asked, "2026-02"))
    assert sums(again) == [100_00] + [110_00] * 10 + [100_00]


def test_a_resplit_of_nothing_but_fixed_months_moves_none() -> None:
    tables: dict[str, Any] = {
        "Targets": [company(1_200_00)],
        "Reps": reps("a", "b"),
        "TargetMonths": of_company(even(100_00), fixed=True),
        "Orders": [sale("o1", "a", "2026-01-20", 30_00)],
    }
    first = split.run(task("2026-01-10", **tables))
    published = plan_of(first).assign(status="published")
    again = split.run(_with_resplit(task("2026-02-03", **tables, TargetPlan=published), "2026-02"))
    assert sums(again) == [100_00] * 12


def _with_resplit(asked: Task, since: str) -> Task:
    return replace(asked, resplit_from=since)


def test_a_teams_other_months_give_way_to_the_companys() -> None:
    """The team's even year would put 100 into March; the company has room for 60 there."""
    asked = task(
        "2026-01-10",
        Targets=[company(1_300_00), aim("team", "north", 1_200_00)],
        Reps=[*reps("a", "b", team="north"), *reps("c", team="south")],
        TargetMonths=[
            *months("team", "north", {5: 70_00}, fixed=True),
            *of_company({3: 60_00}, fixed=True),
        ],
    )
    outcome = split.run(asked)
    assert (sums(outcome)[2], of_team(outcome, "north")[4]) == (60_00, 70_00)
    assert (sum(sums(outcome)), sum(of_team(outcome, "north"))) == (1_300_00, 1_200_00)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_totals_are_exact_and_fixed_months_are_exact(seed: int) -> None:
    """Whatever is drawn: the company sums to its year, and every fixed month to its amount."""
    random = Random(seed)
    people = [
        *reps("a", "b", team="north"),
        *reps("c", *(["d"] if random.random() < 0.5 else []), team="south"),
    ]
    of_north = {
        month: random.randint(0, 500_00)
        for month in random.sample(range(1, 13), random.randint(1, 12))
    }
    north = max(sum(of_north.values()), random.randint(1_000_00, 9_000_00))
    if len(of_north) == 12:
        north = sum(of_north.values())
    fixed_of_all = {
        month: of_north.get(month, 0) + random.randint(0, 900_00)
        for month in random.sample(range(1, 13), random.randint(0, 6))
    }
    # What the team's fixed months leave of its year needs a month that nobody has fixed.
    free = [month for month in range(1, 13) if month not in of_north]
    if free:
        fixed_of_all.pop(random.choice(free), None)
    total = north + sum(fixed_of_all.values()) + random.randint(12_000_00, 20_000_00)
    asked = task(
        "2026-01-10",
        Targets=[company(total), aim("team", "north", north)],
        Reps=people,
        TargetMonths=[
            *months("team", "north", of_north, fixed=True),
            *of_company(fixed_of_all, fixed=True),
            *months("rep", "c", {month: random.randint(0, 9) for month in range(1, 13)}),
        ],
    )
    outcome = split.run(asked)
    assert sum(sums(outcome)) == total
    assert sum(of_team(outcome, "north")) == north
    by_period: pd.Series[int] = pd.Series(sums(outcome), index=range(1, 13))
    assert {month: int(by_period[month]) for month in fixed_of_all} == fixed_of_all
    team = pd.Series(of_team(outcome, "north"), index=range(1, 13))
    assert {month: int(team[month]) for month in of_north} == of_north
