"""Goals: trees, measured from the facts or typed, as a metric of the score card."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given

from salesbook.actions import ACTIONS
from salesbook.domain.outcome import Outcome
from salesbook.policy import Policy
from tests.drawn_tables import FEW, SEEDS, Rows
from tests.spec.score_tables import at, order, policy_of, rows_of, scored, task_of

TEAM = [
    {"rep_id": "boss", "name": "Boss", "team": "North"},
    {"rep_id": "r1", "name": "Ann", "team": "North", "manager_id": "boss"},
    {"rep_id": "r2", "name": "Bob", "team": "North", "manager_id": "boss"},
]
BY_GOALS = policy_of(Metrics=[{"metric": "goals", "weight": 1.0, "goal": 1.0}])


def goal(goal_id: str, rep: str = "r1", period: str = "2026-01", **more: Any) -> dict[str, Any]:
    return {"goal_id": goal_id, "rep_id": rep, "period": period, "goal": goal_id, **more}


def value_of(
    goals: Rows,
    rep: str = "r1",
    period: str = "2026-01",
    *,
    as_of: str = "2026-01-31",
    policy: Policy = BY_GOALS,
    **tables: Any,
) -> float | None:
    """What the metric Goals says of a rep."""
    out = scored(as_of, policy, Reps=TEAM, Goals=goals, **tables)
    line = at(out.tables["ScorecardLines"], period=period, rep_id=rep, metric="goals")
    value: float | None = line["value"]
    return value


def test_a_parent_is_the_weighted_mean_of_its_children():
    """80 % of weight 3 and 40 % of a blank weight, which is 1: (2.4 + 0.4) / 4 = 70 %."""
    goals = [
        goal("all", result=0.1),
        goal("a", parent_id="all", target=10.0, result=8.0, weight=3.0),
        goal("b", parent_id="all", result=0.4),
    ]
    assert value_of(goals) == pytest.approx(0.7)


def test_a_goal_that_nobody_measured_gives_its_weight_to_the_others():
    """A blank result is missing, not 0; where all are, the metric is, and the card names it."""
    known = [goal("a", result=0.6), goal("b", weight=9.0)]
    assert value_of(known) == pytest.approx(0.6)
    assert value_of([goal("b")]) is None
    out = scored("2026-01-31", BY_GOALS, Reps=TEAM, Goals=[goal("b")])
    assert at(out.tables["Scorecard"], period="2026-01", rep_id="r1")["missing"] == "goals"


def test_a_measured_goal_is_read_from_the_facts_as_of_the_day():
    """Three orders of a target of four; the typed result of it counts for nothing."""
    orders = [order(f"o{n}", "r1", f"2026-01-{n:02d}", 100) for n in (5, 6, 7)]
    goals = [goal("a", metric="orders", target=4.0, result=0.0)]
    assert value_of(goals, Orders=orders) == pytest.approx(0.75)
    assert value_of(goals, as_of="2026-01-31", Orders=orders[:2]) == pytest.approx(0.5)


def test_what_adds_up_is_held_against_the_part_that_is_due():
    """January 2026 has 22 working days, up to the 15th 11 of them: 2 orders of 4 are on course.

    Due on the 15th already, all 4 are.
    """
    orders = [order(f"o{n}", "r1", f"2026-01-{n:02d}", 100) for n in (5, 6)]
    by_the_end = [goal("a", metric="orders", target=4.0)]
    by_the_15th = [goal("a", metric="orders", target=4.0, due_on=dt.datetime(2026, 1, 15))]
    assert value_of(by_the_end, as_of="2026-01-15", Orders=orders) == pytest.approx(1.0)
    assert value_of(by_the_15th, as_of="2026-01-15", Orders=orders) == pytest.approx(0.5)


def test_one_goal_cannot_make_up_for_all_others():
    """Ten times its target counts as 1.2, as every metric of a card does: (1.2 + 0) / 2."""
    goals = [goal("a", target=1.0, result=10.0), goal("b", result=0.0)]
    assert value_of(goals) == pytest.approx(0.6)


def test_a_year_takes_the_goals_of_its_months_only_where_it_has_none():
    """As reviews do."""
    monthly = [goal("jan", result=0.2), goal("feb", period="2026-02", result=0.4)]
    assert value_of(monthly, period="FY2026", as_of="2026-02-28") == pytest.approx(0.3)
    yearly = [*monthly, goal("year", period="FY2026", result=0.9)]
    assert value_of(yearly, period="FY2026", as_of="2026-02-28") == pytest.approx(0.9)
    assert value_of(yearly, period="2026-02", as_of="2026-02-28") == pytest.approx(0.4)


def test_goals_of_months_to_come_do_not_count_yet():
    monthly = [goal("jan", result=0.2), goal("dec", period="2026-12", result=0.0)]
    assert value_of(monthly, period="FY2026", as_of="2026-02-28") == pytest.approx(0.2)


def test_a_part_of_the_managers_goal_counts_for_both():
    """Two orders of four and one of two: 50 % each, and so is what the boss answers for."""
    goals = [
        goal("team", rep="boss"),
        goal("a", rep="r1", parent_id="team", metric="orders", target=4.0),
        goal("b", rep="r2", parent_id="team", metric="orders", target=1.0),
    ]
    orders = [order(f"o{n}", "r1", "2026-01-05", 100) for n in (1, 2)]
    orders += [order("o3", "r2", "2026-01-06", 100), order("o4", "boss", "2026-01-06", 100)]
    assert value_of(goals, "r1", Orders=orders) == pytest.approx(0.5)
    assert value_of(goals, "r2", Orders=orders) == pytest.approx(1.0)
    assert value_of(goals, "boss", Orders=orders) == pytest.approx(0.75)


def test_luck_moves_a_goal_that_is_measured_by_sales():
    """A typed result is certain; orders err by their count."""
    orders = [order(f"o{n}", "r1", "2026-01-05", 100) for n in range(4)]
    goals = [goal("a", metric="orders", target=8.0), goal("b", rep="r2", result=0.5)]
    out = scored("2026-01-31", BY_GOALS, Reps=TEAM[1:], Goals=goals, Orders=orders)
    lines = out.tables["ScorecardLines"]
    lines = lines[(lines["metric"] == "goals") & (lines["period"] == "2026-01")]
    measured, typed = rows_of(lines, "value", "low", "high")
    assert measured[1] < 0.5 < measured[2]
    assert typed == (0.5, None, None)


def found(goals: Rows, as_of: str = "2026-01-20") -> list[tuple[str, str, str | None]]:
    task = task_of(as_of, BY_GOALS, Reps=TEAM, Goals=goals)
    out: Outcome = ACTIONS["validate"].run(task)
    about = [finding for finding in out.findings if finding.table == "Goals"]
    return [(finding.code, finding.row_key, finding.field) for finding in about]


DUE = {"due_on": dt.datetime(2026, 1, 31)}


def test_goals_in_a_circle_are_errors_and_count_by_themselves():
    goals = [
        goal("a", parent_id="b", result=0.2, target=1.0, **DUE),
        goal("b", parent_id="a", result=0.4, target=1.0, **DUE),
    ]
    circles = [row for row in found(goals) if row[0] == "goal-circle"]
    assert circles == [("goal-circle", "a", "parent_id"), ("goal-circle", "b", "parent_id")]
    # Nobody is told to clear what they are measured by.
    assert "goal-has-parts" not in {code for code, *_ in found(goals)}
    assert value_of(goals) == pytest.approx(0.3)


def test_a_goal_whose_parent_is_not_there_counts_as_part_of_none():
    """Reading names it (unknown-goal), and the row stays."""
    assert value_of([goal("a", parent_id="gone", result=0.5)]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"target": 3.0}, "goal-without-due-day", "due_on"),
        ({**DUE}, "goal-not-measurable", "target"),
        ({"metric": "orders", **DUE}, "goal-without-target", "target"),
        ({"metric": "goals", "target": 1.0, **DUE}, "goal-by-goals", "metric"),
        ({"target": 0.0, **DUE}, "goal-of-nothing", "target"),
        (
            {"target": 1.0, "due_on": dt.datetime(2026, 2, 1)},
            "goal-due-outside-period",
            "due_on",
        ),
        ({"target": 1.0, "due_on": dt.datetime(2026, 1, 10)}, "goal-without-result", "result"),
    ],
)
def test_a_goal_that_is_not_smart_is_named(more, code, field):
    assert found([goal("a", **more)]) == [(code, "a", field)]


def test_a_smart_goal_is_not_named():
    goals = [
        goal("year", period="FY2026"),
        goal("a", parent_id="year", metric="orders", target=4.0, **DUE),
        goal("b", parent_id="year", target=2.0, **DUE),
    ]
    assert found(goals) == []


def test_a_part_that_outlasts_its_whole_is_named():
    goals = [
        goal("jan", period="2026-01"),
        goal("year", period="FY2026", parent_id="jan", target=1.0, **DUE),
    ]
    assert found(goals) == [("goal-outlasts-parent", "year", "period")]


def test_a_goal_with_parts_needs_no_measure_of_its_own():
    goals = [goal("all", result=0.5), goal("a", parent_id="all", target=1.0, **DUE)]
    assert found(goals) == [("goal-has-parts", "all", "goal")]


def forest(chance: random.Random) -> list[dict[str, Any]]:
    """Goals of two reps, some without a result or a weight, below any that came before them."""
    goals: list[dict[str, Any]] = []
    for number in range(chance.randint(1, 9)):
        above = chance.randint(-2, number - 1)
        goals.append(
            goal(
                f"g{number}",
                chance.choice(["r1", "r2"]),
                parent_id=None if above < 0 else f"g{above}",
                result=chance.choice([None, 0.0, chance.random(), chance.random()]),
                weight=chance.choice([None, 0.0, 5 * chance.random()]),
            )
        )
    return goals


def told_again(goals: list[dict[str, Any]], rep: str) -> float | None:
    """The rule once more, by recursion over plain rows."""

    def weighted(rows: list[dict[str, Any]]) -> float | None:
        parts = [(share(row), 1.0 if row["weight"] is None else row["weight"]) for row in rows]
        known = [(part, weight) for part, weight in parts if part is not None and weight > 0]
        total = sum(weight for _, weight in known)
        return sum(part * weight for part, weight in known) / total if total else None

    def share(row: dict[str, Any]) -> float | None:
        below = [other for other in goals if other["parent_id"] == row["goal_id"]]
        own: float | None = row["result"]
        return weighted(below) if below else own

    rep_of = {row["goal_id"]: row["rep_id"] for row in goals}
    return weighted(
        [row for row in goals if row["rep_id"] == rep and rep_of.get(row["parent_id"]) != rep]
    )


@FEW
@given(seed=SEEDS)
def test_any_forest_comes_to_what_the_rule_says_in_whatever_order_it_stands(seed):
    """Law."""
    chance = random.Random(seed)
    goals = forest(chance)
    in_disorder = chance.sample(goals, len(goals))
    for rep in ("r1", "r2"):
        expected = told_again(goals, rep)
        value = value_of(in_disorder, rep)
        assert value == (None if expected is None else pytest.approx(expected, abs=1e-9))
        assert value == value_of(goals, rep)
