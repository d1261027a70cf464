"""What always holds for `score`, whatever the tables hold."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from salesbook.domain import score
from salesbook.domain.outcome import Outcome, Task
from salesbook.labels import LANGUAGES, message_of, sentence
from salesbook.tables import TABLES
from tests.drawn_tables import SEEDS
from tests.spec.score_tables import FLAT, day, order, planned, policy_of, rows_of, task_of

REP_IDS = ("r1", "r2", "r3", "r4")
MONTHS = ("2026-01", "2026-02", "2026-03")
METRICS = [
    {"metric": "attainment", "weight": 50.0},
    {"metric": "win_rate", "weight": 20.0, "goal": 0.5},
]
SPIFF = {
    "spiff": "s",
    "amount": 33,
    "valid_from": day("2026-01-15").date(),
    "valid_to": day("2026-02-15").date(),
}
PAY: dict[str, Any] = {
    "Brackets": [
        FLAT,
        {**FLAT, "from_rate": 1.0, "pay_rate": 0.2},
        {**FLAT, "plan": "all", "kind": "whole"},
    ],
    "Spiffs": [SPIFF],
}
PAY_ONLY = policy_of(**PAY)
POLICY = policy_of(**PAY, Metrics=METRICS, Grades=[{"grade": "A", "from_score": 50.0}])
CLOSED = ((), ("2026-01",), ("2026-01", "2026-02"), ("2026-02",), ("FY2026-Q1",))
EMPTY = task_of("2026-03-20", POLICY)


def a_day(random: Random) -> str:
    """A day from December 2025, before the plan begins, to April 2026, after the day of the run."""
    return str(day("2025-12-01").date() + dt.timedelta(days=random.randint(0, 130)))


def an_order(number: int, random: Random) -> dict[str, Any]:
    return order(
        f"o{number}",
        random.choice(REP_IDS),
        a_day(random),
        random.choice([0, random.randint(-5000, 50_000)]),
        partner_id=random.choice([None, *REP_IDS]),
        partner_share=random.choice([None, 0.0, 0.3, 0.5, 1.0]),
        status=random.choice([None, "cancelled", "paid"]),
        customer_id=f"c{number % 5}",
    )


def a_deal(number: int, random: Random) -> dict[str, Any]:
    return {
        "deal_id": f"d{number}",
        "rep_id": random.choice(REP_IDS),
        "stage": random.choice(["Won", "Lost"]),
        "closed_on": day(a_day(random)),
    }


def a_plan(rep: str, random: Random) -> list[dict[str, Any]]:
    months = [month for month in MONTHS if random.random() < 0.7]
    return planned(rep, {month: random.choice([0, random.randint(0, 30_000)]) for month in months})


def a_book(seed: int) -> Task:
    """A book of four reps with 15 to 40 orders, up to 25 deals, a plan and a move."""
    random = Random(seed)
    reps = [
        {"rep_id": rep, "name": rep, "team": random.choice([None, "N", "S"]), "plan": plan}
        for rep, plan in zip(REP_IDS, ("std", "std", "all", None), strict=True)
    ]
    moves = [{"rep_id": "r1", "valid_from": day("2026-02-10"), "team": "S", "plan": "all"}]
    tables: dict[str, Any] = {
        "Reps": reps,
        "Orders": [an_order(number, random) for number in range(random.randint(15, 40))],
        "Deals": [a_deal(number, random) for number in range(random.randint(0, 25))],
        "TargetPlan": [row for rep in REP_IDS for row in a_plan(rep, random)],
    }
    return task_of("2026-03-20", POLICY, Assignments=moves, **tables)


BOOKS = SEEDS.map(a_book)


def shown(out: Outcome) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows_of(frame, *frame.columns) for name, frame in out.tables.items()}


def shown_open(out: Outcome) -> dict[str, list[tuple[Any, ...]]]:
    """Everything but which months are closed."""
    statements = out.tables["Statements"].drop(columns="closed")
    return shown(Outcome({**out.tables, "Statements": statements}))


@example(EMPTY)
@given(BOOKS)
@settings(max_examples=4)
def test_members_add_up_and_nothing_is_counted_twice(task: Task):
    """The company is the sum of its reps, a team of the facts of its members, a quarter of its
    months.
    """
    found = score.run(task).tables["Attainment"]
    measures = ["target", "actual"]
    sums = found.groupby(["scope_kind", "period", "metric"])[measures].sum()
    if "rep" in sums.index:
        pd.testing.assert_frame_equal(sums.loc["company"], sums.loc["rep"])
        pd.testing.assert_frame_equal(sums.loc["company"], sums.loc["team"])
    months = found[found["period"].str.startswith("2026-")]
    slices = ["scope_kind", "scope", "metric"]
    parts = months.groupby(slices)[measures].sum()
    quarter = found[found["period"] == "FY2026-Q1"].set_index(slices)[measures]
    pd.testing.assert_frame_equal(parts, quarter.sort_index().fillna(0))
    orders = task.tables["Orders"]
    kept = orders[
        (orders["status"] != "cancelled").fillna(True) & (orders["ordered_on"] <= "2026-03-20")
    ]
    years = found[(found["scope_kind"] == "company") & found["period"].isin(["FY2025", "FY2026"])]
    assert years.loc[years["metric"] == "revenue", "actual"].sum() == kept["amount"].sum()


@given(BOOKS, st.integers(0, 99).map(Random))
@settings(max_examples=3)
def test_order_of_rows_is_irrelevant_and_inputs_stay(task: Task, random: Any):
    """Every table shuffled, index and all, gives the same rows."""
    before = {name: frame.copy() for name, frame in task.tables.items()}
    mixed = {}
    for name, frame in task.tables.items():
        places = list(range(len(frame)))
        random.shuffle(places)
        mixed[name] = frame.iloc[places]
    assert shown(score.run(Task(mixed, task.policy, task.as_of))) == shown(score.run(task))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(task.tables[name], frame)


@given(BOOKS)
@settings(max_examples=2)
def test_running_again_changes_nothing(task: Task):
    """With open and with closed months, also after what was written is read again.

    Each run reads what the one before it wrote, so that closing months changes nothing either.
    """
    first = score.run(Task(task.tables, PAY_ONLY, task.as_of))
    written = first.tables
    for closed in CLOSED:
        rows = [{"period": period} for period in closed]
        periods = task_of("2026-03-20", Periods=rows).tables["Periods"]
        tables = {**task.tables, **written, "Periods": periods}
        again = score.run(Task(tables, PAY_ONLY, task.as_of))
        assert shown_open(again) == shown_open(first), closed
        written = again.tables


@example(EMPTY, a_book(1))
@given(BOOKS, BOOKS)
@settings(max_examples=4)
def test_late_changes_settle_to_the_cent(before: Task, after: Task):
    """Whatever changes in the orders of a closed January: what is paid in all is what is due in
    all.
    """
    reps = {name: before.tables[name] for name in ("Reps", "Assignments", "TargetPlan", "Deals")}
    first = score.run(Task(before.tables, PAY_ONLY, before.as_of)).tables["Commission"]
    tables = {**after.tables, **reps}
    closed = task_of("2026-03-20", Periods=[{"period": "2025-12"}, {"period": "2026-01"}]).tables[
        "Periods"
    ]
    settled = score.run(
        Task({**tables, "Commission": first, "Periods": closed}, PAY_ONLY, after.as_of)
    )
    fresh = score.run(Task(tables, PAY_ONLY, after.as_of))
    months = settled.tables["Commission"]["period"]
    frozen = settled.tables["Commission"][months <= "2026-01"]
    if len(first):
        assert rows_of(frozen, *frozen.columns) == rows_of(
            first[first["period"] <= "2026-01"], *frozen.columns
        )
    same_plan = ["r2", "r3"]
    sums = [
        out.tables["Commission"]
        .groupby("rep_id")["amount"]
        .sum()
        .reindex(same_plan)
        .fillna(0)
        .tolist()
        for out in (settled, fresh)
    ]
    assert sums[0] == sums[1]


@given(BOOKS)
@settings(max_examples=3)
def test_a_score_lies_within_its_range(task: Task):
    """On every card, and the range has the ends that a score has."""
    cards = score.run(task).tables["Scorecard"]
    known = cards[cards["score"].notna()]
    assert (known["low"] <= known["score"]).all()
    assert (known["score"] <= known["high"]).all()
    assert (known["low"] >= 0).all()
    assert (known["high"] <= 120).all()


@given(BOOKS)
@settings(max_examples=3)
def test_every_sentence_can_be_said_and_read_back(task: Task):
    """In both languages; and every required field is filled."""
    out = score.run(task)
    for name, frame in out.tables.items():
        for field in TABLES[name].fields:
            assert not field.required or frame[field.name].notna().all(), f"{name}.{field.name}"
        for message in frame["because"].dropna() if "because" in frame else ():
            for language in LANGUAGES:
                read = message_of(sentence(message, language))
                assert read is not None
                assert read.code == message.code
    for finding in out.findings:
        for language in LANGUAGES:
            for part in ("expected", "advice"):
                assert sentence_of(f"{finding.code}.{part}", finding.params, language)


def sentence_of(code: str, params: dict[str, Any], language: Any) -> str:
    from salesbook.messages import Message

    return sentence(Message(code, params), language)
