"""What the Target board says of targets and locks that no plan can keep together."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given

from salesbook import labels
from salesbook.domain import split
from salesbook.errors import SplitInfeasible
from salesbook.pages.lines import target_board
from tests.drawn_tables import FEW, SEEDS
from tests.spec.scored_pages import context_of, lists_of
from tests.spec.split_tables import aim, company, lock, policy, reps, task

AS_OF = "2026-04-10"


def said(tables: dict[str, Any], as_of: str = AS_OF) -> list[str]:
    """The sentences about clashes on the company's board."""
    found = lists_of(target_board.lists, context_of(as_of, policy(), **tables))
    lines = found["target-faults-revenue|company|company|FY2026"]
    return [
        labels.sentence(line["says"], "en")
        for line in lines
        if line["says"].code in ("page.target.clash", "page.target.release")
    ]


def test_what_a_first_split_refuses_stands_on_the_board():
    """Ann's year of 100 holds neither 60 in May with 50 in June; the least of May has to go."""
    tables = {
        "Targets": [company(1200_00), aim("rep", "ann", 100_00, binding=True)],
        "Reps": reps("ann", "bo"),
        "Locks": [lock("ann", 5, 60_00, "min"), lock("ann", 6, 50_00)],
    }
    assert said(tables) == [
        "Split cannot keep these together: ann = 100.00 + ann 2026-05 ≥ 60.00 + ann 2026-06 = 50.00.",
        "Give up or change: ann 2026-05 ≥ 60.00; then Split works.",
    ]
    tables["Locks"] = tables["Locks"][1:]
    assert said(tables) == []


def test_a_lock_typed_into_a_published_year_is_tried_on_what_is_left():
    tables = {"Targets": [company(1200_00)], "Reps": reps("ann")}
    asked = replace(task("2026-01-10", **tables), publish=True)
    plan = split.run(asked).tables["TargetPlan"]
    tables = {**tables, "TargetPlan": plan, "Locks": [lock("ann", 5, 2000_00)]}
    assert said(tables)[-1] == "Give up or change: ann 2026-05 = 2,000.00; then Split works."
    # Something else may take what a lock leaves: that waits for the next split, and clashes with nothing.
    assert said({**tables, "Locks": [lock("ann", 5, 200_00)]}) == []


@given(SEEDS)
@FEW
def test_the_board_names_a_clash_exactly_where_split_refuses(seed: int):
    """One line a clash, and one that says what to give up."""
    random = Random(seed)
    names = ["ann", "bo", "cy"]
    locks = {
        (rep, month): lock(rep, month, random.randint(0, 900_00), random.choice(["lock", "min"]))
        for rep in names
        for month in range(1, 13)
        if random.random() < 0.15
    }
    tables = {
        "Targets": [company(random.randint(1, 3_000_00)), aim("rep", "bo", 300_00, binding=True)],
        "Reps": reps(*names),
        "Locks": list(locks.values()),
    }
    on_board = said(tables, "2026-01-10")
    clashes = refused(tables)
    assert len(on_board) == (len(clashes) + 1 if clashes else 0)


def refused(tables: dict[str, Any]) -> list[Any]:
    """The clashes for which `split` refuses the tables; none where it makes a plan."""
    try:
        split.run(task("2026-01-10", **tables))
    except SplitInfeasible as refusal:
        found: list[Any] = refusal.params["clash_list"]
        return found
    return []


@pytest.mark.parametrize("typed", [[], [lock("ann", 1, 0)]])
def test_a_year_that_is_over_clashes_with_nothing(typed: list[dict[str, Any]]):
    tables = {"Targets": [company(1_00)], "Reps": reps("ann"), "Locks": typed}
    assert said(tables, "2027-02-01") == []
