"""A run as of an earlier day: what it must not know, and what it must not lose."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from importlib import import_module
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook.actions import ACTIONS
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.past.at import at
from salesbook.frames import frame_from_rows
from salesbook.policy import Policy, read_policy
from salesbook.tables import TABLES, Kind, Role
from salesbook.tables.base import DayKind
from salesbook.tables.settings import Grade, Metric, Stage, TierRule
from tests.drawn_tables import SEEDS, VERB_TABLES, Rows, day, frames_of
from tests.spec.score_tables import FLAT, policy_of

DAY = dt.date(2026, 1, 31)
FIRST = dt.date(2025, 9, 1)
DAYS = 240
"""Days of a drawn book: from September to the end of April, so that a third of them come later."""

STAGES = (
    Stage(stage="Lead", rank=1),
    Stage(stage="Offer", rank=2, was=("Quote",)),
    Stage(stage="Talks", rank=3),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
OPEN = ("Lead", "Offer", "Talks")
_PAY = policy_of(Brackets=[FLAT])
POLICY = Policy(
    stages=STAGES,
    tier_rules=(
        TierRule(tier="A", up_to_share=0.8, touch_days=14),
        TierRule(tier="B", up_to_share=1, touch_days=30),
    ),
    metrics=(Metric(metric="attainment", weight=60.0), Metric(metric="win_rate", weight=40.0)),
    grades=(Grade(grade="A", from_score=50.0), Grade(grade="B", from_score=0.0)),
    brackets=_PAY.brackets,
)
REPS = ("r1", "r2", "r3", "r4")

Row = dict[str, Any]
Book = dict[str, list[Row]]


def a_day(random: Random, blank: float = 0.0) -> dt.date | None:
    if random.random() < blank:
        return None
    return FIRST + dt.timedelta(days=random.randrange(DAYS))


def a_moment(random: Random, blank: float = 0.0) -> dt.datetime | None:
    moment = a_day(random, blank)
    if moment is None:
        return None
    # The last minute of a day still belongs to it.
    hour, minute = random.choice([(0, 0), (9, 30), (23, 59)])
    return dt.datetime.combine(moment, dt.time(hour, minute))


def a_stage(random: Random) -> str:
    return random.choice([*OPEN, "Quote", "Won", "Won", "Lost"])


def a_deal(number: int, random: Random) -> Row:
    return {
        "deal_id": f"d{number}",
        "customer_id": f"c{random.randrange(8)}",
        "rep_id": random.choice(REPS),
        "stage": a_stage(random),
        "amount": random.choice([None, random.randrange(10_000)]),
        "created_on": a_day(random, 0.2),
        "stage_since": a_day(random, 0.3),
        "expected_on": a_day(random, 0.2),
        "closed_on": a_day(random, 0.4),
        "lost_stage": random.choice([None, *OPEN]),
        "lost_reason": random.choice([None, "price"]),
    }


def some_history(number: int, random: Random) -> list[Row]:
    """What runs noted of a deal: in order of time, now and then of a stage that it is not in now."""
    entered = sorted(FIRST + dt.timedelta(days=random.randrange(DAYS)) for _ in range(3))
    return [
        {
            "deal_id": f"d{number}",
            "seq": seq,
            "stage": a_stage(random),
            "entered_on": on,
            "noticed_on": on + dt.timedelta(days=random.choice([0, 0, 3, 40])),
            "source": random.choice(["typed", "imported", "inferred"]),
        }
        for seq, on in enumerate(entered[: random.randrange(4)], start=1)
    ]


def an_order(number: int, random: Random) -> Row:
    return {
        "order_id": f"o{number}",
        "line_no": 1,
        "deal_id": random.choice([None, f"d{random.randrange(20)}"]),
        "customer_id": f"c{random.randrange(8)}",
        "rep_id": random.choice(REPS),
        "ordered_on": a_day(random),
        "amount": random.randrange(-500, 9_000),
        "due_on": a_day(random, 0.3),
        "delivered_on": a_day(random, 0.4),
        "status": random.choice(["placed", "delivered", "invoiced", "paid", "cancelled", None]),
    }


def a_book(seed: int) -> Book:
    """Every table that tells of days, each with some rows."""
    random = Random(seed)
    book: Book = {
        "Reps": [
            {
                "rep_id": rep,
                "name": rep,
                "team": random.choice(["N", "S", None]),
                "plan": "std",
                "hired_on": a_day(random, 0.5),
                "left_on": a_day(random, 0.6),
            }
            for rep in REPS
        ],
        "Assignments": [
            {"rep_id": rep, "valid_from": a_day(random), "team": random.choice("NS")}
            for rep in REPS[:2]
        ],
        "Customers": [
            {
                "customer_id": f"c{number}",
                "name": f"c{number}",
                "owner_id": random.choice([None, *REPS]),
                "created_on": a_day(random, 0.3),
                "updated_on": a_day(random, 0.3),
                "contract_end_on": a_day(random, 0.5),
            }
            for number in range(8)
        ],
        "Deals": [a_deal(number, random) for number in range(20)],
        "StageHistory": [row for number in range(20) for row in some_history(number, random)],
        "Orders": [an_order(number, random) for number in range(25)],
        "Payments": [
            {
                "payment_id": f"p{number}",
                "order_id": f"o{random.randrange(25)}",
                "paid_on": a_day(random),
                "amount": random.randrange(5_000),
            }
            for number in range(12)
        ],
        "Activities": [
            {
                "activity_id": f"a{number}",
                "done_on": a_day(random),
                "rep_id": random.choice(REPS),
                "customer_id": f"c{random.randrange(8)}",
                "kind": random.choice(["visit", "phone"]),
                "next_on": a_day(random, 0.5),
            }
            for number in range(20)
        ],
        "Feedback": [
            {
                "feedback_id": f"f{number}",
                "customer_id": f"c{random.randrange(8)}",
                "received_at": a_moment(random),
                "kind": random.choice(["survey", "complaint", "visit"]),
                "score": random.choice([None, 3.0, 9.0]),
                "answered_at": a_moment(random, 0.4),
                "resolved_at": a_moment(random, 0.5),
                "action_taken": random.choice([None, "called back"]),
            }
            for number in range(12)
        ],
        "Leads": [
            {
                "lead_id": f"l{number}",
                "name": f"l{number}",
                "received_at": a_moment(random),
                "rep_id": random.choice(REPS),
                "first_contact_at": a_moment(random, 0.5),
                "status": random.choice(["new", "contacted", "qualified", "converted"]),
                "deal_id": random.choice([None, f"d{random.randrange(20)}"]),
                "customer_id": random.choice([None, f"c{random.randrange(8)}"]),
            }
            for number in range(12)
        ],
        "Openings": [
            {
                "opening_id": f"v{number}",
                "team": "N",
                "role": "hunter",
                "opened_on": a_day(random),
                "needed_by": a_day(random, 0.5),
                "filled_on": a_day(random, 0.4),
            }
            for number in range(3)
        ],
        "Courses": [{"course_id": "k", "title": "k", "kind": "onboarding", "due_days": 20.0}],
        "Training": [
            {
                "rep_id": rep,
                "course_id": "k",
                "enrolled_on": a_day(random),
                "completed_on": a_day(random, 0.4),
                "score": random.choice([None, 5.0]),
            }
            for rep in REPS
        ],
        "Initiatives": [
            {
                "plan": "p",
                "step": f"s{number}",
                "start_on": a_day(random, 0.5),
                "due_on": a_day(random),
                "done_on": a_day(random, 0.5),
                "result": random.choice([None, "fine"]),
            }
            for number in range(4)
        ],
        "Targets": [{"year": 2026, "scope_kind": "company", "target": 60_000}],
        "TargetPlan": a_plan(random),
    }
    book["Candidates"], book["CandidateHistory"] = applicants(random)
    return book


def applicants(random: Random) -> tuple[list[Row], list[Row]]:
    candidates: list[Row] = []
    steps: list[Row] = []
    for number in range(8):
        climbed = ["applied", "screened", "interviewed", "hired"][: random.randrange(1, 5)]
        days = sorted(FIRST + dt.timedelta(days=random.randrange(DAYS)) for _ in climbed)
        key = f"b{number}"
        candidates.append(
            {
                "candidate_id": key,
                "opening_id": f"v{random.randrange(3)}",
                "name": key,
                "channel": "web",
                "cost": 100,
                "applied_on": days[0],
                "stage": climbed[-1],
                "hired_rep_id": random.choice(REPS) if climbed[-1] == "hired" else None,
            }
        )
        if random.random() < 0.7:
            steps += [
                {"candidate_id": key, "seq": seq, "stage": stage, "entered_on": on}
                for seq, (stage, on) in enumerate(zip(climbed, days, strict=True), start=1)
            ]
    return candidates, steps


def a_plan(random: Random) -> list[Row]:
    """A plan of 2026; in some books it was published later, in others re-split later."""
    first = random.choice([day("2026-01-02"), day("2026-03-01")])
    return [
        {
            "period": f"2026-{month:02d}",
            "rep_id": rep,
            "metric": "revenue",
            "team": "N",
            "amount": 1_000 * month,
            "locked": False,
            "status": "published",
            "version": 1,
            "published_on": day("2026-04-01") if month > 6 else first,
        }
        for rep in REPS[:3]
        for month in range(1, 13)
    ]


# --- what the book held on the day, told once more and in another way: row by row ------------------


def later(value: Any, on: dt.date) -> bool:
    if value is None:
        return False
    return (value.date() if isinstance(value, dt.datetime) else value) > on


BEGINS = {
    "Reps": ["hired_on"],
    "Assignments": ["valid_from"],
    "Customers": ["created_on"],
    "Deals": ["created_on"],
    "StageHistory": ["entered_on", "noticed_on"],
    "Orders": ["ordered_on"],
    "Payments": ["paid_on"],
    "Activities": ["done_on"],
    "Feedback": ["received_at"],
    "Leads": ["received_at"],
    "Openings": ["opened_on"],
    "Candidates": ["applied_on"],
    "CandidateHistory": ["entered_on"],
    "Training": ["enrolled_on"],
    "OneToOnes": ["held_on"],
}
BLANKED = (
    ("Reps", "left_on", ()),
    ("Customers", "updated_on", ()),
    ("Openings", "filled_on", ()),
    ("Feedback", "answered_at", ("action_taken",)),
    ("Feedback", "resolved_at", ("action_taken",)),
    ("Training", "completed_on", ("score",)),
    ("Initiatives", "done_on", ("result",)),
)


def told_by_rows(book: Book, on: dt.date, *, looks_back: bool = False) -> Book:
    """The book on a day by the words of the rule, without the marks of the tables."""
    then = {}
    for name, rows in book.items():
        fields = BEGINS.get(name, ())
        begun = [row for row in rows if not any(later(row.get(field), on) for field in fields)]
        then[name] = [dict(row) for row in begun]
    told_customers(book, then, on)
    looks_back = looks_back or len(then["StageHistory"]) < len(book["StageHistory"])

    # All rows of the drawn plan are of one year: published by then as soon as one of them is.
    if all(later(row["published_on"], on) for row in book["TargetPlan"]):
        then["TargetPlan"] = []

    for name, field, blanks in BLANKED:
        for row in then[name]:
            if later(row.get(field), on):
                row.update(dict.fromkeys((field, *blanks)))
    for row in then["Deals"]:
        told_deal(row, then["StageHistory"], on, looks_back=looks_back)
    for row in then["Orders"]:
        if later(row["delivered_on"], on):
            row["delivered_on"] = None
            is_done = row["status"] in ("delivered", "invoiced", "paid")
            row["status"] = "placed" if is_done else row["status"]
    told_leads(book, then, on)
    told_candidates(book, then, on)
    return then


def told_customers(book: Book, then: Book, on: dt.date) -> None:
    """Who has done something by then is known, whatever his day of entry says."""
    deeds = (
        ("Orders", "ordered_on"),
        ("Activities", "done_on"),
        ("Deals", "created_on"),
        ("Feedback", "received_at"),
    )
    known = {
        row.get("customer_id")
        for name, field in deeds
        for row in book[name]
        if row.get(field) is not None and not later(row[field], on)
    }
    then["Customers"] = [
        row | ({"created_on": None} if later(row.get("created_on"), on) else {})
        for row in book["Customers"]
        if not later(row.get("created_on"), on) or row["customer_id"] in known
    ]


def told_deal(row: Row, history: list[Row], on: dt.date, *, looks_back: bool) -> None:
    entries = [entry for entry in history if entry["deal_id"] == row["deal_id"]]
    last = max(entries, key=lambda entry: entry["seq"], default=None)
    is_closed = row["stage"] in ("Won", "Lost")
    closed_later = later(row["closed_on"], on)
    moved_later = later(row["stage_since"], on)
    closed_by_then = is_closed and row["closed_on"] is not None and not closed_later
    moved = (is_closed and closed_later) or (moved_later and not closed_by_then)
    if looks_back and last and not closed_by_then and not moved:
        same = {row["stage"], last["stage"]} in ({row["stage"]}, {"Quote", "Offer"})
        since = row["stage_since"]
        moved = not same and not (since and since > last["entered_on"])

    if closed_later:
        row["closed_on"] = None
    if moved_later:
        row["stage_since"] = None
    if not moved:
        return
    row["stage"] = last["stage"] if last else "Lead"
    is_typed = last is not None and last["source"] != "inferred"
    row["stage_since"] = last["entered_on"] if last and is_typed else None
    row["closed_on"] = last["entered_on"] if last and row["stage"] in ("Won", "Lost") else None
    if row["stage"] != "Lost":
        row["lost_stage"] = row["lost_reason"] = None


def told_leads(book: Book, then: Book, on: dt.date) -> None:
    deals = {row["deal_id"] for row in book["Deals"]} - {row["deal_id"] for row in then["Deals"]}
    customers = {row["customer_id"] for row in book["Customers"]}
    customers -= {row["customer_id"] for row in then["Customers"]}
    for row in then["Leads"]:
        if later(row["first_contact_at"], on):
            row["first_contact_at"], row["status"] = None, "new"
        if row["customer_id"] in customers:
            row["customer_id"] = None
        if row["deal_id"] in deals:
            row["deal_id"] = None
            if row["status"] == "converted":
                row["status"] = "contacted"


def told_candidates(book: Book, then: Book, on: dt.date) -> None:
    hired_later = {row["rep_id"] for row in book["Reps"] if later(row.get("hired_on"), on)}
    filled_later = {row["opening_id"] for row in book["Openings"] if later(row["filled_on"], on)}
    for row in then["Candidates"]:
        steps = [s for s in book["CandidateHistory"] if s["candidate_id"] == row["candidate_id"]]
        known = [s for s in steps if not later(s["entered_on"], on)]
        was_hired = any(s["stage"] == "hired" for s in known)
        too_soon = row["stage"] == "hired" and row["opening_id"] in filled_later and not was_hired
        if len(known) < len(steps) or too_soon:
            row["stage"] = max(known, key=lambda s: s["seq"])["stage"] if known else "applied"
            if row["stage"] != "hired":
                row["hired_rep_id"] = None
        if row["hired_rep_id"] in hired_later:
            row["hired_rep_id"] = None


def task_of(book: dict[str, Rows | pd.DataFrame], on: dt.date = DAY, **more: Any) -> Task:
    return Task(frames_of(book), POLICY, on, **more)


PLANS_AHEAD = ("Proposal", "QuotaCheck", "Cushion")
"""Tables for months to come: they know who is to join, move or leave, as a split does."""


ASIDE = ("run-older-than-history", "date-too-far", "order-before-hire", "entered-ahead")
"""Findings about days to come: an order of somebody who is hired later is a mistake on any day."""


def said(outcome: Outcome) -> dict[str, Any]:
    """All that a verb says of the day: its tables but records, and its findings.

    Of what plans ahead see `test_a_proposal_plans_with_who_comes`.
    """
    tables = {
        name: frame.astype(object).where(frame.notna(), None).to_dict("records")
        for name, frame in outcome.tables.items()
        if not TABLES[name].is_record and name not in PLANS_AHEAD
    }
    findings = [
        (found.code, found.table, found.row_key, found.field, found.found, found.params)
        for found in outcome.findings
        if found.code not in ASIDE
    ]
    return tables | {"findings": findings}


def calculated(verb: str, task: Task) -> Outcome:
    """What the verb alone makes of tables, whoever took out what comes later."""
    outcome: Outcome = import_module(f"salesbook.domain.{verb}").run(task)
    return outcome


@pytest.mark.parametrize("verb", ["validate", "score", "tier", "funnel"])
@given(SEEDS)
@settings(max_examples=3)
def test_a_run_knows_nothing_of_later_days(verb: str, seed: int):
    """run(book, D) = run(at(book, D), D), for the book of that day as the rule's words give it."""
    book = a_book(seed)
    ran = said(ACTIONS[verb].run(task_of(book)))
    alone = said(calculated(verb, task_of(told_by_rows(book, DAY))))
    differs = {name for name in ran if ran[name] != alone[name]}
    # Capacity is planned for months to come, with who has signed or given notice, as a split is; a
    # forecast is of the same months and people, and so are the alerts that it leads to.
    assert differs <= {"CapacityPlan", "Forecast", "Alerts"}


@given(SEEDS)
@settings(max_examples=10)
def test_the_tables_of_a_day_are_what_the_rules_words_say(seed: int):
    """Table by table, also where runs of later days have been there; and twice is once."""
    book = a_book(seed)
    looks_back = seed % 2 == 0
    tables = frames_of(book)
    then = at(tables, POLICY, DAY, looks_back=looks_back).tables
    expected = frames_of(told_by_rows(book, DAY, looks_back=looks_back))
    for name in VERB_TABLES:
        left, right = then[name].reset_index(drop=True), expected[name].reset_index(drop=True)
        pd.testing.assert_frame_equal(left, right, obj=name)

    again = at(then, POLICY, DAY, looks_back=looks_back)
    assert all(again.tables[name] is then[name] for name in VERB_TABLES)
    assert again.later == {}


@given(SEEDS)
@settings(max_examples=2)
def test_a_split_plans_with_who_comes_and_forgets_no_published_plan(seed: int):
    """A plan is of months to come: who joins in March is in it. What was sold later is not known."""
    book = a_book(seed)
    then = told_by_rows(book, DAY)
    known = then | {name: book[name] for name in ("Reps", "Assignments", "TargetPlan")}
    ran = ACTIONS["split"].run(task_of(book))
    alone = calculated("split", task_of(known))
    pd.testing.assert_frame_equal(ran.tables["TargetPlan"], alone.tables["TargetPlan"])
    assert [one for one in ran.findings if one.code not in ASIDE] == list(alone.findings)


@given(SEEDS)
@settings(max_examples=2)
def test_capacity_counts_who_comes_and_goes_and_knows_nothing_else_of_later_days(seed: int):
    """What was sold later is not known, nor a stage that an applicant reached later."""
    book = a_book(seed)
    then = told_by_rows(book, DAY)
    known = then | {name: book[name] for name in ("Reps", "Assignments", "Openings")}
    ran = ACTIONS["score"].run(task_of(book)).tables["CapacityPlan"]
    task = task_of(then)
    alone = calculated("score", replace(task, whole=frames_of(known))).tables["CapacityPlan"]
    pd.testing.assert_frame_equal(ran, alone)


@given(SEEDS)
@settings(max_examples=2)
def test_a_proposal_plans_with_who_comes(seed: int):
    """What was sold later is not known to it; who joins in March is, in `score` and in `propose`."""
    book = a_book(seed)
    then = told_by_rows(book, DAY)
    people = {name: frames_of(book)[name] for name in ("Reps", "Assignments")}
    for verb in ("score", "propose"):
        ran = ACTIONS[verb].run(task_of(book)).tables
        alone = calculated(verb, task_of(then, whole=people)).tables
        for name in PLANS_AHEAD if verb == "score" else ("Proposal",):
            pd.testing.assert_frame_equal(ran[name], alone[name])


@given(SEEDS)
@settings(max_examples=2)
def test_a_forecast_counts_who_comes_and_goes_and_knows_nothing_else_of_later_days(seed: int):
    """Neither does an alert that goes by it."""
    book = a_book(seed)
    people = {name: frames_of(book)[name] for name in ("Reps", "Assignments")}
    ran = ACTIONS["funnel"].run(task_of(book)).tables
    alone = calculated("funnel", task_of(told_by_rows(book, DAY), whole=people)).tables
    for name in ("Forecast", "Alerts"):
        left, right = (
            tables[name].astype(object).where(tables[name].notna(), None).to_dict("records")
            for tables in (ran, alone)
        )
        assert left == right, name


def test_every_day_of_every_table_says_what_it_tells():
    """A new table or date cannot be forgotten: the past needs to know what to do with it."""
    for name, spec in TABLES.items():
        if spec.role is Role.SETTING or (spec.role is Role.OUTPUT and not spec.is_record):
            continue
        for field in spec.fields:
            is_day = field.kind in (Kind.DATE, Kind.DATETIME)
            assert not is_day or field.day is not None, f"{name}.{field.name}: what does it tell?"
            mark = field.day or field.named
            if mark is None:
                continue
            blanks = mark.blanks if field.day and mark is field.day else ()
            for blank in blanks:
                assert not spec.field(blank).required, f"{name}.{blank} cannot be blank"
            if mark.was:
                choices = spec.field("status").choices
                assert {mark.was, *mark.ends} <= set(choices), f"{name}.{field.name}"
            if field.day and field.day.kind is DayKind.HAPPENS:
                assert not field.required, f"{name}.{field.name} cannot be blank"


def test_every_stage_that_a_history_tells_is_put_back():
    """Who marks a stage with its history must also say how it is found, as for deals."""
    told = {name for name, spec in TABLES.items() if any(field.stage_in for field in spec.fields)}
    assert told == {"Deals", "Candidates"}


# --- worked examples ------------------------------------------------------------------------------


def a_won_deal(**fields: Any) -> Row:
    return {"deal_id": "d", "rep_id": "r1", "stage": "Won", "amount": 5_000} | fields


def test_four_deals_created_later_are_not_there():
    """`funnel --as-of 2026-01-02` on four deals created on 2026-01-05 says nothing of them."""
    deals = [
        {"deal_id": f"d{at}", "rep_id": "r1", "stage": stage, "created_on": day("2026-01-05")}
        for at, stage in enumerate(["Won", "Won", "Won", "Offer"])
    ]
    outcome = ACTIONS["funnel"].run(task_of({"Deals": deals}, day("2026-01-02")))
    for name in ("StageHistory", "Alerts", "Forecast"):
        assert outcome.tables[name].empty
    assert outcome.tables["Funnel"]["entered"].sum() == 0
    assert outcome.later == {"Deals": 4}


def test_a_customer_who_has_ordered_counts_whatever_his_day_of_entry_says():
    """A year that was mistyped in *Created on* takes nobody out of Tiers; its cell is a warning.

    Who is entered ahead and did nothing yet is not there, and the note names him.
    """
    tables = {
        "Customers": [
            {"customer_id": "C1", "created_on": day("2027-01-08")},
            {"customer_id": "C2", "created_on": day("2027-01-08")},
            {"customer_id": "C3", "created_on": day("2025-01-08")},
        ],
        "Orders": [
            {
                "order_id": "O1",
                "line_no": 1,
                "customer_id": "C1",
                "rep_id": "r1",
                "ordered_on": day("2025-12-01"),
                "amount": 5_000,
            },
            {
                "order_id": "O2",
                "line_no": 1,
                "customer_id": "C2",
                "rep_id": "r1",
                "ordered_on": day("2026-02-01"),
                "amount": 5_000,
            },
        ],
    }
    outcome = ACTIONS["tier"].run(task_of(tables, DAY))
    assert list(outcome.tables["CustomerTiers"]["customer_id"]) == ["C1", "C3"]
    assert outcome.tables["CustomerTiers"]["value"].sum() == 5_000
    (warning,) = [one for one in outcome.findings if one.code == "entered-ahead"]
    assert (warning.row_key, warning.field) == ("C1", "created_on")
    assert warning.params == {"first": dt.date(2025, 12, 1)}
    assert outcome.first_later == {"Customers": ("C1", "C2"), "Orders": ("O2|1",)}


def test_a_deal_won_in_february_is_open_in_january():
    """It stands where StageHistory had it, with its day; without history in its first open stage."""
    won = a_won_deal(created_on=day("2025-12-01"), closed_on=day("2026-02-20"))
    seen = {
        "deal_id": "d",
        "seq": 1,
        "stage": "Talks",
        "entered_on": day("2026-01-07"),
        "noticed_on": day("2026-01-09"),
        "source": "typed",
    }
    for history, stage, since in (([seen], "Talks", day("2026-01-07")), ([], "Lead", None)):
        tables = frames_of({"Deals": [won], "StageHistory": history})
        deal = at(tables, POLICY, DAY).tables["Deals"].iloc[0]
        assert deal["stage"] == stage
        assert pd.isna(deal["closed_on"])
        assert (None if pd.isna(deal["stage_since"]) else deal["stage_since"].date()) == since

        forecast = ACTIONS["funnel"].run(Task(tables, POLICY, DAY)).tables["Forecast"]
        assert not forecast["closed"].any()


def test_an_entry_noticed_later_does_not_count():
    """A deal seen in Offer in January, and in Talks in March, is in Offer in February."""
    entries = [
        {"seq": 1, "stage": "Offer", "entered_on": day("2026-01-10"), "source": "inferred"},
        {"seq": 2, "stage": "Talks", "entered_on": day("2026-03-10"), "source": "inferred"},
    ]
    history = [{"deal_id": "d", "noticed_on": entry["entered_on"], **entry} for entry in entries]
    deals = [{"deal_id": "d", "rep_id": "r1", "stage": "Talks", "created_on": day("2026-01-10")}]
    tables = frames_of({"Deals": deals, "StageHistory": history})
    assert list(at(tables, POLICY, day("2026-02-10")).tables["Deals"]["stage"]) == ["Offer"]
    assert list(at(tables, POLICY, day("2026-03-10")).tables["Deals"]["stage"]) == ["Talks"]


def test_a_resplit_later_leaves_the_plan_of_the_year_whole():
    """November and December published anew in November are in the year's plan in January, too."""
    rows = [
        {
            "period": f"2026-{month:02d}",
            "rep_id": "r1",
            "metric": "revenue",
            "amount": 100,
            "locked": False,
            "status": "published",
            "version": 2,
            "published_on": day("2026-11-05") if month > 10 else day("2026-01-02"),
        }
        for month in range(1, 13)
    ]
    tables = frames_of({"TargetPlan": rows})
    assert len(at(tables, POLICY, DAY).tables["TargetPlan"]) == 12
    assert at(tables, POLICY, day("2026-01-01")).tables["TargetPlan"].empty


def test_nothing_ahead_costs_nothing():
    """Where no date lies ahead the very frames are given back."""
    tables = frames_of(a_book(1))
    then = at(tables, POLICY, day("2030-01-01"))
    assert all(then.tables[name] is tables[name] for name in VERB_TABLES)
    assert then.later == {}


def test_a_year_that_cannot_be_meant_is_found_though_its_row_does_not_count():
    """An order entered for 2206 counts nowhere, and `validate` says why."""
    order = {"order_id": "o", "customer_id": "c", "rep_id": "r1", "amount": 5}
    book = {"Orders": [{**order, "line_no": 1, "ordered_on": day("2206-01-05")}]}
    outcome = ACTIONS["validate"].run(task_of(book))
    assert ("date-too-far", "o|1") in [(found.code, found.row_key) for found in outcome.findings]


@given(SEEDS)
@settings(max_examples=3)
def test_closed_months_outlive_a_run_that_looks_back(seed: int):
    """Their lines stay to the cent, those of later months too; and the next run pays what it would
    have paid.
    """
    book = a_book(seed)
    closed = ["2026-01", "2026-02", "2026-03"]
    earlier, now = day("2026-01-31"), day("2026-04-30")
    first = ACTIONS["score"].run(task_of(book, now)).tables["Commission"]
    typed = {**book, "Periods": [{"period": period} for period in closed]}

    looked_back = ACTIONS["score"].run(
        task_of({**typed, "Commission": first}, earlier, looks_back=True)
    )
    lines = looked_back.tables["Commission"]
    assert first["period"].max() > "2026-01"
    pd.testing.assert_frame_equal(of_months(lines, closed), of_months(first, closed))

    at_once = ACTIONS["score"].run(task_of({**typed, "Commission": first}, now))
    after = ACTIONS["score"].run(task_of({**typed, "Commission": lines}, now))
    pd.testing.assert_frame_equal(after.tables["Commission"], at_once.tables["Commission"])


def of_months(lines: pd.DataFrame, months: list[str]) -> pd.DataFrame:
    return lines[lines["period"].isin(months)].reset_index(drop=True)


# --- a book that grew -----------------------------------------------------------------------------

RUNS = (day("2026-01-31"), day("2026-04-30"))


def a_life(number: int, random: Random) -> list[tuple[dt.date, Row]]:
    """A deal as it stood from day to day: what was typed when, with or without the day."""
    on = FIRST + dt.timedelta(days=random.randrange(DAYS))
    row: Row = {
        "deal_id": f"d{number}",
        "customer_id": f"c{number % 5}",
        "rep_id": random.choice(REPS),
        "stage": "Lead",
        "amount": random.randrange(1, 9_000),
        "created_on": on,
        "expected_on": on + dt.timedelta(days=60),
    }
    life = [(on, row)]
    for stage in random.sample(["Offer", "Talks"], random.randrange(3)):
        on += dt.timedelta(days=random.randrange(1, 60))
        since = random.choice([on, None])
        life.append((on, row := {**row, "stage": stage, "stage_since": since}))
    if random.random() < 0.6:
        on += dt.timedelta(days=random.randrange(1, 60))
        lost = random.random() < 0.4
        ends: Row = {"stage": "Lost" if lost else "Won", "closed_on": on, "stage_since": on}
        if lost:
            ends |= {"lost_reason": "price"}
        life.append((on, {**row, **ends}))
    return life


def grown(lives: list[list[tuple[dt.date, Row]]], on: dt.date) -> list[Row]:
    """Deals as they stand on a day."""
    known = [[row for typed_on, row in life if typed_on <= on] for life in lives]
    return [rows[-1] for rows in known if rows]


@given(SEEDS)
@settings(max_examples=2)
def test_the_same_day_later_is_the_same(seed: int):
    """What a run said on its day, a run as of that day says when the book has grown since."""
    random = Random(seed)
    book = a_book(seed)
    lives = [a_life(number, random) for number in range(25)]
    customers = [{"customer_id": f"c{number}", "name": f"c{number}"} for number in range(8)]
    fixed = {"Customers": customers, "Reps": [{"rep_id": rep, "name": rep} for rep in REPS]}
    typed = {name: book[name] for name in ("Orders", "Payments", "Activities")} | fixed

    records: dict[str, Any] = {}
    on_its_day = {}
    for run_day in RUNS:
        begun = told_by_rows({**a_book(0), **typed, "Deals": [], "StageHistory": []}, run_day)
        known = {name: begun[name] for name in typed} | {"Deals": grown(lives, run_day)}
        for verb in ("tier", "funnel"):
            outcome = ACTIONS[verb].run(task_of({**known, **records}, run_day))
            on_its_day[verb, run_day] = outcome
            new = outcome.tables.items()
            records |= {name: frame for name, frame in new if TABLES[name].is_record}

    history = records["StageHistory"]
    assert (history["entered_on"] <= history["noticed_on"]).all()

    now = {**typed, "Deals": grown(lives, RUNS[-1]), **records}
    for (verb, run_day), outcome in on_its_day.items():
        if run_day == RUNS[-1]:
            continue
        later_on = ACTIONS[verb].run(task_of(now, run_day, looks_back=True))
        then, on_that_day = said(later_on), said(outcome)
        differs = [name for name in then if then[name] != on_that_day[name]]
        assert not differs, (verb, run_day)

        # What was noted of the deals stays to the letter.
        kept = later_on.tables.get("StageHistory", history)
        pd.testing.assert_frame_equal(kept, history, obj="StageHistory")


def test_the_history_of_a_book_that_looks_back_is_not_taken_for_runs_of_that_day():
    """A forecast of January made in March is no run that saw the deals in January."""
    from salesbook.domain.pipeline.forecast.table import days_of_forecasts

    forecast = {"period": "2026-01", "slice_kind": "all", "slice": "all"}
    money = dict.fromkeys(
        ("closed", "commit", "best_case", "pipeline", "weighted", "p10", "p50", "p90"), 0
    )
    made = [("2026-01-05", None), ("2026-01-07", "2026-01-07"), ("2026-01-09", "2026-03-09")]
    rows = [
        {**forecast, **money, "as_of": day(on), "made_on": day(made_on) if made_on else None}
        for on, made_on in made
    ]
    days = days_of_forecasts(frame_from_rows("ForecastHistory", rows))
    assert [str(on.date()) for on in days] == ["2026-01-05", "2026-01-07"]


def test_settings_are_todays():
    """A bracket that holds from later on is in the settings on any day; the verbs go by its own."""
    assert all(
        field.day is None
        for spec in TABLES.values()
        if spec.role is Role.SETTING
        for field in spec.fields
    )
    assert read_policy({}) == Policy()
