"""What the Target board lists: a plan as people and months that adds up both ways, whatever it is."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from salesbook.domain.arithmetic.calendar import months_of_year
from salesbook.pages.lines import helping, target_board
from salesbook.pages.lines.context import PageContext
from salesbook.pages.lines.line import MONTH_FIELDS
from salesbook.pages.lines.target_board.matrix import MOST_REPS, MOST_ROWS
from tests.drawn_tables import FEW, SEEDS
from tests.spec.score_tables import day, order, planned, policy_of
from tests.spec.scored_pages import Lists, context_of, lists_of

MONTHS = months_of_year(2026, 1)
SCORED = policy_of(Metrics=({"metric": "attainment", "weight": 1.0},))
ANN_AND_BO = [
    {"rep_id": "r1", "name": "Ann", "team": "North"},
    {"rep_id": "r2", "name": "Bo", "team": "South"},
]


def boards(context: PageContext) -> Lists:
    return lists_of(target_board.lists, context)


def a_company(seed: int) -> PageContext:
    """A book in which people come, go and change teams, with carried plans, refunds and strangers."""
    draw = random.Random(seed)
    teams = [None, "North", "South", "East"][: draw.randint(1, 4)]
    reps: list[dict[str, Any]] = []
    assignments = []
    for number in range(draw.choice([1, 3, 6, 30])):
        hired_on = dt.datetime(2026, draw.randint(1, 9), draw.randint(1, 28))
        left_on = hired_on + dt.timedelta(days=draw.randint(10, 200))
        reps.append(
            {
                "rep_id": f"r{number:02}",
                "name": draw.choice(["Ann", "Bo", "Cy", f"Rep {number}"]),
                "team": draw.choice(teams),
                "hired_on": draw.choice([None, hired_on]),
                "left_on": draw.choice([None, None, left_on]),
            }
        )
        if draw.random() < 0.4 and teams[-1] is not None:
            moved_on = dt.datetime(2026, draw.randint(1, 12), draw.randint(1, 28))
            assignments.append(
                {"rep_id": f"r{number:02}", "valid_from": moved_on, "team": draw.choice(teams[1:])}
            )
    ids = [rep["rep_id"] for rep in reps]
    plan = []
    for rep in [*ids, "gone"]:
        for month in MONTHS:
            if draw.random() < 0.7:
                carried = draw.choice([None, None, draw.randint(-500, 500)])
                plan += planned(rep, {month: draw.randint(0, 100_000)}, carried=carried)
    orders = []
    for number in range(draw.randint(0, 60)):
        rep = draw.choice([*ids, "stranger"])
        on = f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        shares = {"partner_id": draw.choice(ids), "partner_share": draw.choice([0.3, 0.5])}
        amount = draw.randint(-20_000, 60_000)
        orders.append(order(f"o{number}", rep, on, amount, **draw.choice([{}, shares])))
    as_of = f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    return context_of(
        as_of, SCORED, Reps=reps, Assignments=assignments, TargetPlan=plan, Orders=orders
    )


def months_of(line: Any) -> list[int]:
    return [line[field] or 0 for field in MONTH_FIELDS]


def column_sums(lines: Any) -> list[int]:
    rows = [months_of(line) for line in lines]
    return [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * 12


def groups(heads: Any, lines: Any) -> list[tuple[Any, list[Any]]]:
    """Each team's line with those of its people."""
    found: list[tuple[Any, list[Any]]] = []
    for head, line in zip(heads, lines, strict=True):
        if head["word"] == "team":
            found.append((line, []))
        elif head["word"] != "company":
            found[-1][1].append(line)
    return found


@FEW
@given(SEEDS)
def test_reps_add_up_to_teams_and_teams_to_the_company_in_every_month(seed):
    """To the cent, plan and sales, whoever moved, left, is in nobody's team or in no table."""
    found = boards(a_company(seed))
    for block, heads in found.items():
        name, kind, *_ = block.split("|")
        if not name.startswith("target-plan-"):
            continue
        for list_name in (name, name.replace("target-plan", "target-sold")):
            lines = found[block.replace(name, list_name)]
            of_teams = groups(heads, lines)
            if kind == "company":
                assert column_sums(line for line, _ in of_teams) == months_of(lines[0])
            for line, people in of_teams:
                if people:
                    assert column_sums(people) == months_of(line)


@FEW
@given(SEEDS)
def test_the_months_add_up_to_the_year_in_every_row(seed):
    """A plan's months come to its year and what they carry; months of sales to what was sold."""
    found = boards(a_company(seed))
    for block, lines in found.items():
        if block.startswith("target-plan-"):
            for line in lines:
                has_months = any(line[field] is not None for field in MONTH_FIELDS)
                assert (line["target"] is not None) == has_months
                assert sum(months_of(line)) == (line["target"] or 0) + (line["amount"] or 0)
        elif block.startswith("target-sold-"):
            for line in lines:
                assert sum(months_of(line)) == (line["sold"] or 0)


@FEW
@given(SEEDS)
def test_the_company_and_the_teams_stand_as_in_attainment(seed):
    """Sold, due and the year's target of a row are those of the table, where the year is planned."""
    context = a_company(seed)
    found = boards(context)
    attained = context.tables["Attainment"]
    of_year = attained[(attained["period"] == "FY2026") & (attained["metric"] == "revenue")]
    for row in of_year[of_year["scope_kind"] != "rep"].itertuples():
        block = f"target-plan-revenue|{row.scope_kind}|{row.scope}|FY2026"
        for line in found.get(block, [])[:1]:
            assert (line["sold"] or 0) == row.actual
            if row.target is not None and row.target == row.target:
                assert line["target"] == row.target
                assert line["due"] == row.due


@FEW
@given(SEEDS)
def test_a_pace_is_the_same_on_every_page_and_on_the_score_card(seed):
    """What the board says of a rep is what the Dashboard ranks him by and his card is scored by."""
    context = a_company(seed)
    lines = boards(context)["target-plan-revenue|company|company|FY2026"]
    by_rep = {line["row_key"]: line for line in lines if line["word"] == "rep"}
    cards = context.tables["ScorecardLines"]
    of_year = cards[(cards["period"] == "FY2026") & (cards["metric"] == "attainment")]
    on_card = dict(zip(of_year["rep_id"], of_year["value"], strict=True))
    for pace in helping.paces(context).values():
        if pace.rep_id in by_rep:
            line = by_rep[pace.rep_id]
            assert line["rate"] == pace.rate
            assert line["sign"] == (pace.sign if pace.sign in ("▲", "▼") else None)
            # The card goes by the exact part of a running month, the table by whole cents.
            value = on_card[pace.rep_id]
            assert value * pace.due == pytest.approx(pace.sold, abs=abs(value) + 1e-6)


@FEW
@given(SEEDS)
def test_a_page_has_room_for_every_row(seed):
    """More than two dozen people are shown team by team, a team's last ones as one row."""
    context = a_company(seed)
    for block, lines in boards(context).items():
        if block.startswith("target-plan-"):
            assert len(lines) <= MOST_ROWS
            assert sum(line["word"] == "rep" for line in lines) <= MOST_REPS


def test_a_team_with_too_many_people_counts_the_rest():
    """30 reps of 1,000 a month each: 24 are named, 6 are one row of 6,000; the company shows teams."""
    reps = [{"rep_id": f"r{n:02}", "name": f"Rep {n:02}", "team": "North"} for n in range(30)]
    plan = [row for n in range(30) for row in planned(f"r{n:02}", dict.fromkeys(MONTHS, 1000))]
    found = boards(context_of("2026-03-31", Reps=reps, TargetPlan=plan))
    team = found["target-plan-revenue|team|North|FY2026"]
    assert [line["word"] for line in team] == ["team", *["rep"] * 24, "more"]
    assert (team[-1]["count"], team[-1]["m01"], team[-1]["target"]) == (6, 6000, 72_000)
    company = found["target-plan-revenue|company|company|FY2026"]
    assert [line["word"] for line in company] == ["company", "team"]
    assert found["target-hint-revenue|company|company|FY2026"][0]["says"].params == {"count": 30}


def test_who_changed_teams_stands_whole_in_the_new_one():
    """Ann sold 300 in North, moved to South in March and sold 500: her row holds 800, North has a
    row with 300 and South one with −300, so that both sums stay true.
    """
    found = boards(
        context_of(
            "2026-03-31",
            Reps=[{"rep_id": "r1", "name": "Ann", "team": "North"}],
            Assignments=[{"rep_id": "r1", "valid_from": day("2026-03-01"), "team": "South"}],
            TargetPlan=planned("r1", {"2026-01": 100, "2026-02": 100, "2026-03": 100}),
            Orders=[order("o1", "r1", "2026-02-10", 300), order("o2", "r1", "2026-03-10", 500)],
        )
    )
    heads = found["target-plan-revenue|company|company|FY2026"]
    sold = found["target-sold-revenue|company|company|FY2026"]
    rows = [
        (head["word"], head.get("team"), line["sold"], line["m02"], line["m03"])
        for head, line in zip(heads, sold, strict=True)
    ]
    assert rows == [
        ("company", None, 800, 300, 500),
        ("team", "North", 300, 300, 0),
        ("moved", None, 300, 300, None),
        ("team", "South", 500, 0, 500),
        ("rep", "South", 800, 300, 500),
        ("moved", None, -300, -300, None),
    ]


def test_months_outside_employment_are_empty():
    """Bo came in March and left in June: nothing before and after, 0 where he sold nothing."""
    reps = [
        {
            "rep_id": "r1",
            "name": "Bo",
            "team": "North",
            "hired_on": day("2026-03-09"),
            "left_on": day("2026-06-15"),
        }
    ]
    plan = planned("r1", dict.fromkeys(MONTHS[2:6], 1000))
    found = boards(context_of("2026-08-15", Reps=reps, TargetPlan=plan))
    sold = found["target-sold-revenue|company|company|FY2026"][2]
    assert [sold[field] for field in MONTH_FIELDS] == [None] * 2 + [0] * 4 + [None] * 6
    planned_line = found["target-plan-revenue|company|company|FY2026"][2]
    assert [planned_line[field] for field in MONTH_FIELDS] == [None] * 2 + [1000] * 4 + [None] * 6


def test_a_rep_at_work_without_a_plan_is_named():
    """He has a row without figures, and stands among what is wrong; a manager does not."""
    reps = [
        *ANN_AND_BO,
        {"rep_id": "r3", "name": "Cy", "team": "North", "manager_id": "r4"},
        {"rep_id": "r4", "name": "Di", "team": "North"},
    ]
    plan = planned("r1", dict.fromkeys(MONTHS, 100)) + planned("r2", dict.fromkeys(MONTHS, 100))
    found = boards(context_of("2026-03-31", Reps=reps, TargetPlan=plan))
    lines = found["target-plan-revenue|company|company|FY2026"]
    (cy,) = [line for line in lines if line.get("row_key") == "r3"]
    assert (cy["sign"], cy["says"].code, cy["target"]) == ("●", "page.target.no-plan", None)
    wrong = found["target-faults-revenue|company|company|FY2026"]
    assert [(line["subject"], line["says"].code) for line in wrong] == [
        ("Cy", "page.target.has-no-plan")
    ]


def test_who_leaves_before_the_year_needs_no_plan_in_it():
    """Cy leaves in October 2026: he has no plan in 2026, and none is missed in 2027."""
    cy = {"rep_id": "r3", "name": "Cy", "team": "North"}
    plan = [row for name in ("r1", "r2") for row in planned(name, dict.fromkeys(MONTHS, 100))]
    next_year = [f"2027-{month:02d}" for month in range(1, 13)]
    plan += planned("r1", dict.fromkeys(next_year, 100))
    tables = {"Reps": [*ANN_AND_BO, cy], "TargetPlan": plan}
    leaves = context_of("2026-03-31", **tables)
    reps = leaves.tables["Reps"]
    last_days = reps["left_on"].mask(reps["rep_id"] == "r3", pd.Timestamp("2026-10-29"))
    leaves = replace(leaves, to_come={"Reps": reps.assign(left_on=last_days)})
    named = {
        name: [
            line["subject"]
            for line in boards(leaves)[f"target-faults-revenue|company|company|{name}"]
        ]
        for name in ("FY2026", "FY2027")
    }
    assert ("Cy" in named["FY2026"], "Cy" in named["FY2027"]) == (True, False)
    assert "Bo" in named["FY2027"]


def test_a_plan_that_misses_its_target_says_by_how_much():
    """The target was raised to 3,000 since the plan of 2,400 was published."""
    plan = planned("r1", dict.fromkeys(MONTHS, 100)) + planned("r2", dict.fromkeys(MONTHS, 100))
    target = {"year": 2026, "scope_kind": "company", "scope": "company", "target": 3000}
    found = boards(
        context_of(
            "2026-03-31",
            Reps=ANN_AND_BO,
            TargetPlan=plan,
            Targets=[{**target, "metric": "revenue"}],
        )
    )
    year = found["target-year-revenue|company|company|FY2026"][0]
    assert (year["sign"], year["target"], year["amount"]) == ("⚠", 2400, -600)
    answer = found["target-answer-revenue|company|company|FY2026"][0]
    assert (answer["sign"], answer["says"].code) == ("⚠", "page.target.off")
    wrong = found["target-faults-revenue|company|company|FY2026"][0]
    assert (wrong["table"], wrong["row_key"]) == ("Targets", "2026|company|company|revenue")


def test_a_plan_that_comes_to_its_target_adds_up():
    """The carried part of a re-split is no part of the year's target."""
    plan = planned("r1", dict.fromkeys(MONTHS[:11], 100)) + planned(
        "r1", {"2026-12": 150}, carried=50
    )
    target = {"year": 2026, "scope_kind": "company", "scope": "company", "target": 1200}
    found = boards(
        context_of(
            "2026-03-31",
            Reps=ANN_AND_BO[:1],
            TargetPlan=plan,
            Targets=[{**target, "metric": "revenue"}],
        )
    )
    company = found["target-plan-revenue|company|company|FY2026"][0]
    assert (company["target"], company["amount"], company["m12"]) == (1200, 50, 150)
    answer = found["target-answer-revenue|company|company|FY2026"][0]
    assert (answer["sign"], answer["says"].code) == ("✓", "page.target.adds-up")
    # The months come to 1250, and the page says why.
    (carried,) = answer["says"].more
    assert carried.code == "page.target.months-carry-more"
    assert [str(fact) for fact in carried.params.values()] == ["0.50", "12.50"]


def test_before_anybody_counted_nothing_is_said_to_be_sold():
    """After a split alone there is no Attainment: 0 would contradict what everybody knows."""
    scored = context_of(
        "2026-03-31",
        Reps=ANN_AND_BO[:1],
        TargetPlan=planned("r1", dict.fromkeys(MONTHS, 100)),
        Orders=[order("o1", "r1", "2026-02-10", 70)],
    )
    not_scored = {**scored.tables, "Attainment": scored.tables["Attainment"].iloc[:0]}
    found = boards(replace(scored, tables=not_scored))
    (year,) = found["target-year-revenue|company|company|FY2026"]
    assert [year[name] for name in ("target", "sold", "rate", "expected")] == [1200, *[None] * 3]
    assert found["target-sold-revenue|company|company|FY2026"][0]["m02"] is None
    _, says = found["target-answer-revenue|company|company|FY2026"]
    assert says["says"].code == "page.target.not-counted"
    (counted,) = boards(scored)["target-year-revenue|company|company|FY2026"]
    assert [counted[name] for name in ("sold", "expected")] == [70, 1130]


@pytest.mark.parametrize(
    ("kind", "locked", "mark", "is_unkept"),
    [
        ("lock", 100, "=", False),
        ("lock", 90, ".", True),
        ("min", 90, ">", False),
        ("min", 110, ".", True),
        ("max", 110, "<", False),
        ("max", 90, ".", True),
    ],
)
def test_a_lock_is_marked_where_the_plan_keeps_it(kind, locked, mark, is_unkept):
    """A lock typed since the plan was made waits for the next split, and is said to."""
    lock = {"year": 2026, "rep_id": "r1", "month": 5, "metric": "revenue", "kind": kind}
    plan = planned("r1", dict.fromkeys(MONTHS, 100))
    found = boards(
        context_of(
            "2026-03-31",
            Reps=ANN_AND_BO[:1],
            TargetPlan=plan,
            Locks=[{**lock, "amount": locked}],
        )
    )
    line = found["target-plan-revenue|company|company|FY2026"][2]
    assert line["marks"] == f"....{mark}......."
    (listed,) = found["target-locks-revenue|company|company|FY2026"]
    assert (listed["sign"], listed["amount"], listed["target"]) == (
        "●" if is_unkept else None,
        locked,
        100,
    )
    wrong = found["target-faults-revenue|company|company|FY2026"]
    assert [line["says"].code for line in wrong] == ["page.target.unkept-locks"] * is_unkept


def test_a_lock_of_a_month_that_is_over_is_nothing_to_mend():
    """What was published for January stands, whatever is locked now."""
    lock = {"year": 2026, "rep_id": "r1", "month": 1, "metric": "revenue", "amount": 500}
    plan = planned("r1", dict.fromkeys(MONTHS, 100))
    found = boards(context_of("2026-03-31", Reps=ANN_AND_BO[:1], TargetPlan=plan, Locks=[lock]))
    assert found["target-faults-revenue|company|company|FY2026"] == []


def test_a_cell_that_the_draft_changes_shows_what_is_published():
    """May is 100 as published and 250 in the draft, by a lock: 100, with a mark, and one line that
    says so; the lock waits for no other split.
    """
    lock = {"year": 2026, "rep_id": "r1", "month": 5, "metric": "revenue", "amount": 250}
    plan = planned("r1", dict.fromkeys(MONTHS, 100))
    plan[4] |= {"status": "draft", "amount": 250, "in_force": 100, "version": 2}
    changes = [
        {"period": "2026-05", "rep_id": "r1", "metric": "revenue", "before": 100, "after": 250}
    ]
    found = boards(
        context_of(
            "2026-03-31", Reps=ANN_AND_BO[:1], TargetPlan=plan, PlanChanges=changes, Locks=[lock]
        )
    )
    line = found["target-plan-revenue|company|company|FY2026"][2]
    assert (line["m05"], line["marks"]) == (100, "....●.......")
    assert found["target-faults-revenue|company|company|FY2026"] == []
    (draft,) = found["target-draft-revenue|company|company|FY2026"]
    assert (draft["count"], draft["count_up"], draft["amount"]) == (1, 1, 150)
    # What is shown is the plan that holds, and not the one that may follow it.
    assert found["target-year-revenue|company|company|FY2026"][0]["number"] == 1


def test_a_first_draft_is_shown_as_what_it_would_be():
    """Nothing was published yet: the draft's figures stand, and the answer says that they don't count."""
    plan = planned("r1", dict.fromkeys(MONTHS, 100), status="draft")
    found = boards(context_of("2026-03-31", Reps=ANN_AND_BO[:1], TargetPlan=plan))
    line = found["target-plan-revenue|company|company|FY2026"][0]
    assert (line["target"], line["due"]) == (1200, None)
    (answer,) = found["target-answer-revenue|company|company|FY2026"]
    assert (answer["sign"], answer["says"].code) == ("●", "page.target.first-draft")


def test_without_a_plan_the_page_says_the_next_step():
    """Nothing typed: what to type; a target typed: run Split, and the company's sales stand."""
    empty = boards(context_of("2026-03-31"))
    assert list(empty) == [
        "target_years|company|company|",
        "target_measures|company|company|",
        "target-months|company|company|FY2026",
        "target-answer-revenue|company|company|FY2026",
    ]
    (answer,) = empty["target-answer-revenue|company|company|FY2026"]
    assert answer["says"].code == "page.target.nothing"

    target = {"year": 2026, "scope_kind": "company", "scope": "company", "target": 3000}
    found = boards(
        context_of(
            "2026-03-31",
            Reps=ANN_AND_BO,
            Targets=[{**target, "metric": "revenue"}],
            Orders=[order("o1", "r1", "2026-02-10", 300)],
        )
    )
    (answer,) = found["target-answer-revenue|company|company|FY2026"]
    assert answer["says"].code == "page.target.not-split"
    assert found["target-year-revenue|company|company|FY2026"][0]["target"] == 3000
    (sold,) = found["target-sold-revenue|company|company|FY2026"]
    assert (sold["sold"], sold["m02"], sold["m04"]) == (300, 300, None)


def test_a_fiscal_year_begins_with_its_own_first_month():
    """From April on: m01 is April 2026, and the year is called 2027."""
    policy = policy_of(Policy=({"key": "fiscal_year_start", "value": "4"},))
    plan = planned("r1", {"2026-04": 100, "2027-03": 200})
    found = boards(context_of("2026-05-15", policy, Reps=ANN_AND_BO[:1], TargetPlan=plan))
    line = found["target-plan-revenue|company|company|FY2027"][0]
    assert (line["m01"], line["m12"]) == (100, 200)
    assert found["target-year-revenue|company|company|FY2027"][0]["days"] == 2
    months = found["target-months|company|company|FY2027"]
    assert (months[0]["word"], months[0]["says"].code) == ("2026-04", "page.month-4")


def test_one_month_is_marked_only_beyond_luck():
    """Twice the plan is no news where a single deal makes it; steady people who sell nothing are."""
    reps = [{"rep_id": f"r{n}", "name": f"Rep {n}", "team": "North"} for n in range(6)]
    plan = [
        row for rep in reps for row in planned(str(rep["rep_id"]), dict.fromkeys(MONTHS, 10_000))
    ]
    orders = [
        order(
            f"o{rep['rep_id']}{month}{number}", str(rep["rep_id"]), f"{month}-{number + 1:02}", 500
        )
        for rep in reps
        for month in MONTHS[:2]
        for number in range(20)
        if rep["rep_id"] != "r0" or month == "2026-01"
    ]
    found = boards(context_of("2026-03-15", SCORED, Reps=reps, TargetPlan=plan, Orders=orders))
    heads = found["target-plan-revenue|company|company|FY2026"]
    sold = found["target-sold-revenue|company|company|FY2026"]
    marks = {head.get("row_key"): line["marks"] for head, line in zip(heads, sold, strict=True)}
    assert marks["r0"] == ".▼.........."
    assert marks["r1"] == "............"


def test_the_same_month_of_a_rep_is_marked_alike_whatever_the_others_sold():
    """Nothing sold in January and in March: one swing for all his months marks both or neither."""
    reps = [{"rep_id": f"r{n}", "name": f"Rep {n}", "team": "North"} for n in range(6)]
    plan = [
        row for rep in reps for row in planned(str(rep["rep_id"]), dict.fromkeys(MONTHS, 10_000))
    ]
    # In March the others sell in few large orders, so that the swing of that month is wide.
    orders = [
        order(
            f"o{rep['rep_id']}{month}{number}", str(rep["rep_id"]), f"{month}-{number + 1:02}", size
        )
        for rep in reps
        for month, count, size in (
            ("2026-01", 20, 500),
            ("2026-02", 20, 500),
            ("2026-03", 1, 10_000),
        )
        for number in range(count)
        if rep["rep_id"] != "r0" or month == "2026-02"
    ]
    found = boards(context_of("2026-04-15", SCORED, Reps=reps, TargetPlan=plan, Orders=orders))
    heads = found["target-plan-revenue|company|company|FY2026"]
    sold = found["target-sold-revenue|company|company|FY2026"]
    [marks] = [
        line["marks"] for head, line in zip(heads, sold, strict=True) if head.get("row_key") == "r0"
    ]
    assert marks == "▼.▼........."
