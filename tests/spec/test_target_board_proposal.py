"""What the Target board says of proposals: beside the plan, the gap, who carries too much."""

from __future__ import annotations

import datetime as dt
from typing import Any

from salesbook.labels import sentence
from salesbook.pages.lines import helping, target_board
from salesbook.pages.lines.line import ATTENTION, GOOD, LATE
from tests.spec.score_tables import order, planned, scored
from tests.spec.scored_pages import context_of, lists_of
from tests.spec.test_proposals import months_back, plain, rep, steady

MONTHS = {f"2026-{month:02d}": 1_000 for month in range(1, 13)}
AS_OF = "2026-06-30"
NAMES = ("r1", "r2", "r3")


def lines(scope: str = "company|company", **tables: Any) -> list[Any]:
    months = months_back("2026-07-01", 30)
    drawn = {
        "Reps": [rep(name, team="S" if name == "r3" else "N") for name in NAMES],
        "Orders": [line for name in NAMES for line in steady(name, months, 1_000)],
        "TargetPlan": [row for name in NAMES for row in planned(name, MONTHS)],
        **tables,
    }
    found = lists_of(target_board.lists, context_of(AS_OF, plain(), **drawn))
    return found[f"target-proposal-revenue|{scope}|FY2026"]


def codes(listed: list[Any]) -> list[str]:
    return [line["says"].code.removeprefix("page.target.") for line in listed]


def test_a_plan_that_is_what_is_proposed_is_good_in_every_line():
    listed = lines()
    assert codes(listed) == ["proposed-running", "gap-enough", "loads-even", "proposed-next"]
    assert [line.get("sign") for line in listed] == [GOOD, GOOD, GOOD, None]
    assert listed[0]["says"].more[0].code == "page.target.plan-same"


def test_a_plan_beyond_the_stretch_is_late_and_names_the_difference():
    double = [row for name in NAMES for row in planned(name, dict.fromkeys(MONTHS, 2_000))]
    first = lines(TargetPlan=double)[0]
    assert first["sign"] == LATE
    beside = first["says"].more[0]
    assert beside.code == "page.target.plan-above"
    assert float(str(beside.params["amount"])) == 360.0


def test_growth_that_nothing_brings_is_a_gap():
    outlook = {"year": 2026, "scope_kind": "company", "metric": "revenue", "market_rate": 0.2}
    second = lines(Outlook=[outlook])[1]
    assert (second["sign"], second["amount"]) == (ATTENTION, -7_200)
    assert second["says"].code == "page.target.gap-short"


def test_who_carries_too_much_is_named_with_what_evens_it():
    heavy = [
        row
        for name in NAMES
        for row in planned(name, dict.fromkeys(MONTHS, 3_000 if name == "r1" else 1_000))
    ]
    third = lines(TargetPlan=heavy)[2]
    assert third["says"].code == "page.target.overloaded"
    assert third["says"].params["names"] == ("r1",)
    # Even are 20,000 each of 60,000: 24,000 is the most, so that 12,000 of 36,000 have to go.
    assert float(str(third["says"].params["amount"])) == 120.0
    of_team = lines("team|S", TargetPlan=heavy)
    assert codes(of_team)[2] == "loads-even"


def test_with_too_few_months_it_says_so_and_nothing_else():
    months = months_back("2026-07-01", 3)
    listed = lines(
        Orders=steady("r1", months, 1_000),
        Deals=[],
    )
    assert [line["says"].code for line in listed] == ["proposal.few-months"]


def test_a_year_that_is_over_has_no_proposal():
    past = [row for name in NAMES for row in planned(name, {"2025-03": 1_000})]
    drawn = context_of(
        AS_OF,
        plain(),
        Reps=[rep(name) for name in NAMES],
        Orders=[order("o", "r1", dt.date(2025, 3, 3).isoformat(), 100)],
        TargetPlan=past,
    )
    found = lists_of(target_board.lists, drawn)
    assert "target-answer-revenue|company|company|FY2025" in found
    assert "target-proposal-revenue|company|company|FY2025" not in found


def test_the_board_names_the_targets_that_checks_calls_out_of_reach():
    """36,000 a year are sold by three, 24,000 of it in N: the company's target and S's are too high."""
    target = {"year": 2026, "scope_kind": "company", "metric": "revenue", "target": 60_000}
    drawn = {
        "Reps": [rep(name, team="S" if name == "r3" else "N") for name in NAMES],
        "Orders": [
            line for name in NAMES for line in steady(name, months_back("2026-07-01", 30), 1_000)
        ],
        "TargetPlan": [row for name in NAMES for row in planned(name, MONTHS)],
        "Targets": [
            target,
            {**target, "scope_kind": "team", "scope": "n", "target": 24_000},
            {**target, "scope_kind": "team", "scope": "S", "target": 36_000},
        ],
    }
    found = [
        finding.row
        for finding in scored(AS_OF, plain(), **drawn).findings
        if finding.code == "target-out-of-reach"
    ]
    assert found == [0, 2]

    lists = lists_of(target_board.lists, context_of(AS_OF, plain(), **drawn))

    def too_high(scope: str) -> list[Any]:
        listed = lists[f"target-faults-revenue|{scope}|FY2026"]
        return [line for line in listed if line["says"].code.startswith("page.target.out-of-reach")]

    of_company = too_high("company|company")
    assert [(line.get("subject"), line["amount"]) for line in of_company] == [
        (None, -24_000),
        ("S", -24_000),
    ]
    # Beside the company stands no name: its sentence has it.
    assert of_company[0]["says"].code == "page.target.out-of-reach-company"
    assert float(str(of_company[0]["says"].params["most"])) == 360.0
    assert [line["subject"] for line in too_high("team|S")] == ["S"]
    assert too_high("team|N") == []


def test_a_quota_far_too_heavy_is_a_reason_why_somebody_is_behind():
    """r1 has to give 12,000 of 36,000 to be even, as the Target board says; the others are fine."""
    heavy = [
        row
        for name in NAMES
        for row in planned(name, dict.fromkeys(MONTHS, 3_000 if name == "r1" else 1_000))
    ]
    drawn = {
        "Reps": [rep(name) for name in NAMES],
        "Orders": [
            line for name in NAMES for line in steady(name, months_back("2026-07-01", 30), 1_000)
        ],
        "TargetPlan": heavy,
    }
    context = context_of(AS_OF, plain(), **drawn)
    why = {rep: helping.cause_of(context, pace) for rep, pace in helping.paces(context).items()}
    assert why["r1"].code == "page.why.overloaded"
    assert float(str(why["r1"].params["quota"])) == 120.0
    assert not why["r2"].code.endswith("overloaded")


def test_where_no_month_is_left_to_move_quota_in_that_is_said():
    """In December nothing is moved: "Moving 0 to others evens it" is no advice."""
    heavy = [
        row
        for name in NAMES
        for row in planned(name, dict.fromkeys(MONTHS, 3_000 if name == "r1" else 1_000))
    ]
    drawn = {
        "Reps": [rep(name) for name in NAMES],
        "Orders": [
            line for name in NAMES for line in steady(name, months_back("2026-12-01", 30), 1_000)
        ],
        "TargetPlan": heavy,
    }
    context = context_of("2026-12-15", plain(), **drawn)
    says = [
        line["says"]
        for found in lists_of(target_board.lists, context).values()
        for line in found
        if getattr(line.get("says"), "code", "").startswith("page.target.overloaded")
    ]
    assert {message.code for message in says} == {"page.target.overloaded-late"}
    assert "No whole month of the year is left" in sentence(says[0], "en")
