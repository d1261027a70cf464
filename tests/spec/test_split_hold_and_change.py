"""Hold and change: a cell is typed into Locks, `split` runs, the rest moves and the sums stay."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd
from hypothesis import given, settings

from salesbook.domain import split
from salesbook.domain.outcome import Task
from tests.drawn_tables import SEEDS
from tests.spec.split_tables import (
    company,
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

SEASON = [10.0, 20.0, 30.0, *[0.0] * 9]
"""A year that is sold in its first quarter."""


def cells(plan: pd.DataFrame) -> dict[tuple[str, str], int]:
    keys = zip(plan["rep_id"], plan["period"], strict=True)
    return dict(zip(keys, plan["amount"].astype(int).tolist(), strict=True))


def months_of(asked: Task) -> list[int]:
    plan = plan_of(split.run(asked))
    return plan.groupby("period")["amount"].sum().astype(int).tolist()


def test_a_quarter_that_grows_leaves_what_is_held() -> None:
    """rules.md: Jan 10, Feb 20 held, Mar 30; from 60 to 100 the quarter becomes 20, 20, 60."""
    asked = task("2025-12-10", policy(season=SEASON), Targets=[company(60_00)], Reps=reps("a"))
    assert months_of(asked)[:3] == [10_00, 20_00, 30_00]

    raised = with_tables(published(asked), Targets=[company(100_00)], Locks=[lock("a", 2, 20_00)])
    changed = months_of(on(raised, "2025-12-20", year=2026))
    assert changed == [20_00, 20_00, 60_00, *[0] * 9]


def test_a_cell_that_is_typed_moves_the_others_in_their_proportions() -> None:
    """Jan to 25 of a quarter of 60: what is left, 35, falls 2 to 3 on Feb and Mar."""
    asked = task("2025-12-10", policy(season=SEASON), Targets=[company(60_00)], Reps=reps("a"))
    held = with_tables(published(asked), Locks=[lock("a", 1, 25_00)])
    assert months_of(on(held, "2025-12-20", year=2026))[:3] == [25_00, 14_00, 21_00]


def test_what_one_person_is_held_to_falls_to_the_others_of_the_month() -> None:
    """Two people with 100 a month each: 160 for Ann in May leave Bo 40 of the month's 200, and each
    keeps a year of 1,200, which her other months make room for."""
    targets = [company(2400_00)]
    asked = published(task("2025-12-10", Targets=targets, Reps=reps("ann", "bo")))
    held = with_tables(asked, Locks=[lock("ann", 5, 160_00)])
    plan = plan_of(split.run(on(held, "2025-12-20", year=2026)))
    amounts = cells(plan)
    assert (amounts["ann", "2026-05"], amounts["bo", "2026-05"]) == (160_00, 40_00)
    assert plan.groupby("rep_id")["amount"].sum().tolist() == [1200_00, 1200_00]
    assert set(plan.groupby("period")["amount"].sum()) == {200_00}
    assert set(plan.loc[plan["locked"], ["rep_id", "period"]].itertuples(index=False)) == {
        ("ann", "2026-05")
    }


def test_holds_remain_in_the_next_split() -> None:
    """Two cells held in turn: the second split keeps the first one, published or not."""
    asked = published(task("2025-12-10", Targets=[company(2400_00)], Reps=reps("ann", "bo")))
    first = with_tables(asked, Locks=[lock("ann", 5, 160_00)])
    draft = plan_of(split.run(on(first, "2025-12-20", year=2026)))
    for plan in (draft, plan_of(split.run(on(first, "2025-12-20", year=2026, publish=True)))):
        both = with_tables(
            first, TargetPlan=plan, Locks=[lock("ann", 5, 160_00), lock("bo", 7, 70_00)]
        )
        amounts = cells(plan_of(split.run(on(both, "2025-12-21", year=2026))))
        assert (amounts["ann", "2026-05"], amounts["bo", "2026-07"]) == (160_00, 70_00)
        assert sum(amounts.values()) == 2400_00


def test_quarters_are_held_by_their_months() -> None:
    """A quarter of 300 is three fixed months; the other nine carry the rest of 1,200."""
    fixed = [
        {
            "year": 2026,
            "scope_kind": "company",
            "scope": "company",
            "metric": "revenue",
            "month": month,
            "amount": 100_00,
            "fixed": True,
        }
        for month in (4, 5, 6)
    ]
    asked = task(
        "2026-01-05", Targets=[company(1200_00)], Reps=reps("a", "b", "c"), TargetMonths=fixed
    )
    months = months_of(asked)
    assert (sum(months[3:6]), sum(months)) == (300_00, 1200_00)


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_sums_stay_and_all_holds_are_kept_whatever_is_typed(seed: int) -> None:
    """In a running year with sales: the months gone stand, every hold is kept to the cent, and months
    gone as sold and months to come as planned make the year's target."""
    random = Random(seed)
    names = ["ann", "bo", "cy"][: random.randint(1, 3)]
    target = random.randint(600, 5_000) * 100
    sold = [
        sale(f"o{number}", random.choice(names), f"2026-0{random.randint(1, 3)}-10", amount)
        for number, amount in enumerate(
            random.randint(1, target // 30) for _ in range(random.randint(0, 6))
        )
    ]
    asked = published(task("2026-01-01", Targets=[company(target)], Reps=reps(*names), Orders=sold))
    held: dict[tuple[str, int], dict[str, Any]] = {}
    for _ in range(3):
        rep, month = random.choice(names), random.randint(4, 12)
        held[rep, month] = lock(rep, month, random.randint(0, target // 60))
        with_holds = with_tables(asked, Locks=list(held.values()))
        outcome = split.run(replace(with_holds, resplit_from="2026-04", as_of=dt.date(2026, 3, 31)))
        plan = plan_of(outcome)
        amounts, before = cells(plan), cells(asked.tables["TargetPlan"])
        for (who, calendar_month), row in held.items():
            assert amounts[who, f"2026-{calendar_month:02}"] == row["amount"]
        gone = {key for key in before if key[1] < "2026-04"}
        assert {key: amounts[key] for key in gone} == {key: before[key] for key in gone}
        to_come = sum(amount for (_, month), amount in amounts.items() if month >= "2026-04")
        assert to_come + sum(row["amount"] for row in sold) == target
        asked = replace(with_holds, tables={**with_holds.tables, "TargetPlan": plan})
