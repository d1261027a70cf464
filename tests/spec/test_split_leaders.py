"""Managers who sell: whom `split` leaves out it names, and what a re-split says has one figure a year."""

from __future__ import annotations

from typing import Any

from salesbook.domain import split
from salesbook.domain.outcome import Outcome, Task
from salesbook.labels import sentence
from tests.spec.split_tables import (
    aim,
    codes,
    company,
    on,
    plan_of,
    published,
    reps,
    sale,
    task,
    with_tables,
)

TEAM = [*reps("wei", "yang"), *reps("a", "b", manager_id="wei"), *reps("c", manager_id="yang")]
MONTHS = [f"2026-{month:02}" for month in range(1, 11)]
SOLD = {"wei": 120_000_25, "yang": 100_000_00, "a": 50_000_00, "b": 40_000_00, "c": 24_400_00}


def sales(by_rep: dict[str, int]) -> list[dict[str, Any]]:
    """One sale a month, from January to October."""
    return [
        sale(f"{rep}-{month}", rep, f"{month}-10", amount)
        for month in MONTHS
        for rep, amount in by_rep.items()
    ]


def a_year(by_rep: dict[str, int], **tables: Any) -> Task:
    """A plan of 6,000,000 that was published in January, and what was sold since."""
    first = published(task("2026-01-10", Targets=[company(6_000_000_00)], Reps=TEAM))
    return on(with_tables(first, Orders=sales(by_rep), **tables), "2026-11-03")


def left_out(outcome: Outcome) -> list[tuple[Any, str]]:
    return [
        (finding.params["names"], str(finding.params["sold"]))
        for finding in outcome.findings
        if finding.code == "leaders-not-planned"
    ]


def test_who_leads_others_and_sells_is_named_by_every_split() -> None:
    """At once, and again as long as there is no row for them: the largest seller first."""
    asked = a_year(SOLD)
    expected = [(("wei", "yang"), "2200002.50")]
    for options in ({}, {"year": 2026}, {"resplit_from": "2026-11"}):
        assert left_out(split.run(on(asked, "2026-11-03", **options))) == expected
    unplanned = with_tables(asked, TargetPlan=plan_of(split.run(asked)).iloc[:0])
    assert left_out(split.run(unplanned)) == expected


def test_a_row_in_targets_plans_them_as_the_advice_says() -> None:
    own = [aim("rep", "wei", 600_000_00), aim("rep", "yang", 600_000_00)]
    asked = a_year(SOLD, Targets=[company(6_000_000_00), *own])
    outcome = split.run(on(asked, "2026-11-03", year=2026))
    assert left_out(outcome) == []
    assert {"wei", "yang"} <= set(plan_of(outcome)["rep_id"])


def test_a_manager_who_closes_a_deal_now_and_then_is_no_matter() -> None:
    """Under a twentieth of all sales; nor is one who has left, or sells nothing."""
    outcome = split.run(a_year({**SOLD, "wei": 1_000_00, "yang": 0}))
    assert left_out(outcome) == []


def test_a_resplit_with_binding_targets_has_one_figure_of_the_year() -> None:
    """The two managers are beyond their own target, which lightens nobody: the year comes to more
    than its target. What it comes to stands in the finding, which holds what the cell holds.
    """
    own = [aim("rep", rep, 600_000_00, binding=True) for rep in ("wei", "yang")]
    asked = a_year(SOLD, Targets=[company(6_000_000_00), *own])
    outcome = split.run(on(asked, "2026-11-03", resplit_from="2026-11"))
    assert codes(outcome) == ["resplit-above-target"]
    (above,) = outcome.findings
    assert above.found == "6,000,000.00"
    sold_then = sum(SOLD.values()) * len(MONTHS)
    assert {name: str(above.params[name]) for name in ("month", "sold", "target")} == {
        "month": "2026-10",
        "sold": f"{sold_then // 100}.{sold_then % 100:02}",
        "target": "6000000.00",
    }

    # The answer speaks of the months that are left, in the finding's own amount.
    (said,) = [sentence(message, "en") for message in outcome.answer]
    assert f"from November 2026 on goes from 1,000,000.00 to {above.params['left']:,}" in said
