"""What each rep did on each work day, against what was planned; and the steps of the sales plan."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from salesbook.domain import funnel
from salesbook.labels import LANGUAGES, sentence
from salesbook.tables.settings import Holiday
from tests.drawn_tables import FEW, SEEDS
from tests.pipeline_book import AS_OF, STAGES, day, deal, draw, policy, records

Row = dict[str, Any]
REPS: list[Row] = [
    {"rep_id": "ann", "name": "Ann", "manager_id": "max"},
    {"rep_id": "bo", "name": "Bo", "manager_id": "max"},
    {"rep_id": "max", "name": "Max"},
]
COUNTS = ("visits", "calls", "other")


def activity(on: str, kind: str = "visit", rep: str = "ann", **fields: Any) -> Row:
    key = f"{on} {kind} {rep} {sorted(fields.items())}"
    dated = {name: day(value) for name, value in fields.items() if name == "next_on"}
    base = {"activity_id": key, "done_on": day(on), "kind": kind, "rep_id": rep}
    return base | {"customer_id": "c"} | fields | dated


def rep_days(activities: list[Row], settings: Any = None, **tables: Any) -> pd.DataFrame:
    task = draw(Activities=activities, settings=settings, **{"Reps": REPS, **tables})
    return funnel.run(task).tables["RepDays"]


def on(table: pd.DataFrame, rep: str, text: str) -> Row:
    is_it = (table["rep_id"] == rep) & (table["day"] == pd.Timestamp(text))
    (row,) = table[is_it].to_dict("records")
    return row


def test_each_rep_has_a_row_for_each_of_the_last_sixty_work_days() -> None:
    table = rep_days([activity("2026-06-29")])
    of_ann = table[table["rep_id"] == "ann"]
    assert len(of_ann) == 60
    assert of_ann["day"].min() == pd.Timestamp("2026-04-08")
    assert of_ann["day"].max() == pd.Timestamp(AS_OF)
    assert not of_ann["day"].dt.day_of_week.isin([5, 6]).any()
    # Max manages, and did nothing himself.
    assert set(table["rep_id"]) == {"ann", "bo"}


def test_contacts_are_counted_by_kind_on_free_days_and_by_managers_too() -> None:
    activities = [
        activity("2026-06-26"),
        activity("2026-06-26", "phone"),
        activity("2026-06-26", "email"),
        activity("2026-06-26", "demo"),
        activity("2026-06-27", "visit"),
        activity("2026-06-24", "phone", rep="max"),
    ]
    table = rep_days(activities)
    assert [on(table, "ann", "2026-06-26")[name] for name in COUNTS] == [1, 1, 2]
    saturday = on(table, "ann", "2026-06-27")
    assert (saturday["visits"], saturday["no_log"]) == (1, False)
    assert on(table, "max", "2026-06-24")["calls"] == 1


def test_nothing_logged_is_said_of_days_that_were_worked_and_are_over() -> None:
    """Ann was hired on the 24th and is on leave on the 26th; the log begins on the 23rd."""
    reps = [REPS[0] | {"hired_on": day("2026-06-24")}, *REPS[1:]]
    leave = [
        {"rep_id": "ann", "valid_from": day("2026-06-26"), "capacity_rate": 0.0},
        {"rep_id": "ann", "valid_from": day("2026-06-27"), "capacity_rate": 1.0},
    ]
    table = rep_days([activity("2026-06-23", rep="bo")], Reps=reps, Assignments=leave)
    is_anns = table["rep_id"] == "ann"
    assert records(table[is_anns], "day", "no_log") == [
        (day("2026-06-24"), True),
        (day("2026-06-25"), True),
        (day("2026-06-29"), True),
        (day("2026-06-30"), False),
    ]
    of_bo = table[~is_anns & table["no_log"]]
    assert of_bo["day"].min() == pd.Timestamp("2026-06-24")


def test_holidays_are_no_work_days_and_a_book_without_a_log_blames_nobody() -> None:
    settings = policy()
    settings = type(settings)(
        rules=settings.rules, stages=STAGES, holidays=(Holiday(day=day("2026-06-25")),)
    )
    table = rep_days([], settings)
    assert pd.Timestamp("2026-06-25") not in set(table["day"])
    assert not table["no_log"].any()
    assert table[["planned", "kept"]].isna().all().all()


def test_what_was_sold_is_what_everywhere_counts_as_sold() -> None:
    """A partner has his share; a refund lowers the day on which it was given back."""
    line = {"line_no": 1, "customer_id": "c", "rep_id": "ann", "ordered_on": day("2026-06-29")}
    shared = {"order_id": "a", "amount": 1000, "partner_id": "bo", "partner_share": 0.3}
    back = {"order_id": "x", "amount": -200, "refund_of": "a"}
    orders = [line | shared, line | back | {"ordered_on": day("2026-06-30")}]
    table = rep_days([], Orders=orders)
    assert on(table, "ann", "2026-06-29")["orders_amount"] == 700
    assert on(table, "bo", "2026-06-29")["orders_amount"] == 300
    assert on(table, "ann", "2026-06-30")["orders_amount"] == -200


def test_a_step_is_planned_for_the_day_that_the_newest_activity_named() -> None:
    """Planned for the 25th, moved on the 22nd to the 26th, taken then."""
    activities = [
        activity("2026-06-15", next_on="2026-06-25"),
        activity("2026-06-22", "phone", next_on="2026-06-26"),
        activity("2026-06-26", "phone"),
    ]
    table = rep_days(activities)
    planned = table[table["planned"] > 0]
    assert records(planned, "rep_id", "day", "planned", "kept") == [
        ("ann", day("2026-06-26"), 1, 1)
    ]


@pytest.mark.parametrize(
    ("done_on", "planned", "kept"),
    [("2026-06-25", 1, 1), ("2026-06-26", 1, 1), ("2026-06-29", 1, 0), ("2026-06-24", 0, 0)],
)
def test_a_step_counts_as_taken_on_its_day_or_the_work_day_before(
    done_on: str, planned: int, kept: int
) -> None:
    """Planned for Friday the 26th: taken on Thursday it was taken, on Wednesday it was moved."""
    activities = [activity("2026-06-15", next_on="2026-06-26"), activity(done_on, "phone")]
    row = on(rep_days(activities), "ann", "2026-06-26")
    assert (row["planned"], row["kept"]) == (planned, kept)


def test_a_step_on_a_free_day_is_due_on_the_next_work_day() -> None:
    row = on(rep_days([activity("2026-06-15", next_on="2026-06-27")]), "ann", "2026-06-29")
    assert (row["planned"], row["kept"]) == (1, 0)


def test_the_next_step_of_an_open_deal_is_planned_and_counts_once() -> None:
    deals = [
        deal("d", "Offer", next_on="2026-06-25"),
        deal("e", "Won", next_on="2026-06-25", closed_on="2026-06-01"),
    ]
    planned_before = activity("2026-06-15", deal_id="d", next_on="2026-06-25")
    for activities in ([], [planned_before]):
        row = on(rep_days(activities, Deals=deals), "ann", "2026-06-25")
        assert (row["planned"], row["kept"]) == (1, 0)
    done = activity("2026-06-25", "phone", deal_id="d")
    row = on(rep_days([done], Deals=deals), "ann", "2026-06-25")
    assert (row["planned"], row["kept"]) == (1, 1)


def test_a_visit_led_on_where_the_customer_ordered_or_a_deal_began_or_moved() -> None:
    bought = {"order_id": "o", "line_no": 1, "customer_id": "buys", "rep_id": "ann", "amount": 5}
    history = [
        {"deal_id": "d", "seq": seq, "stage": stage, "entered_on": day(text)}
        | {"noticed_on": day(text), "source": "typed"}
        for seq, (stage, text) in enumerate([("Lead", "2026-01-01"), ("Offer", "2026-06-20")], 1)
    ]
    tables: Row = {
        "Orders": [bought | {"ordered_on": day("2026-06-15")}],
        "Deals": [
            deal("d", "Offer", customer_id="moves", created_on="2026-01-01"),
            deal("n", "Lead", customer_id="begins", created_on="2026-06-02"),
        ],
        "StageHistory": history,
    }
    activities = [
        activity("2026-06-01", customer_id="buys"),
        activity("2026-05-29", customer_id="buys"),
        activity("2026-06-16", customer_id="buys"),
        activity("2026-06-10", customer_id="moves"),
        activity("2026-06-02", customer_id="begins"),
        activity("2026-06-02", "phone", customer_id="begins"),
        activity("2026-06-03", customer_id=None),
        activity("2026-06-11", customer_id=None, deal_id="d"),
    ]
    table = rep_days(activities, **tables)
    led = table[table["visits_followed"] > 0]
    # The 15th is 14 days after the 1st and 17 after May 29.
    assert [str(stamp.date())[5:] for stamp in led["day"]] == ["06-01", "06-02", "06-10", "06-11"]
    assert (table["visits_followed"] <= table["visits"]).all()


@FEW
@given(SEEDS)
def test_rows_add_up_to_all_contacts_of_the_time(seed: int) -> None:
    chance = Random(seed)
    activities = [
        activity(
            str(AS_OF - dt.timedelta(days=chance.randrange(100))),
            chance.choice(["visit", "phone", "message"]),
            chance.choice(["ann", "bo", "max"]),
            customer_id=f"c{chance.randrange(5)}",
            outcome=str(number),
        )
        for number in range(60)
    ]
    for row in activities[::3]:
        row["next_on"] = row["done_on"] + dt.timedelta(days=chance.randrange(1, 9))
    table = rep_days(activities)
    first = min(table["day"])
    counted = [row for row in activities if pd.Timestamp(row["done_on"]) >= first]
    assert table[list(COUNTS)].to_numpy().sum() == len(counted)
    assert (table["kept"] <= table["planned"]).all()
    mixed = rep_days(chance.sample(activities, len(activities)))
    pd.testing.assert_frame_equal(mixed, table)


# --- steps of the sales plan ----------------------------------------------------------------------


def step(name: str, due: str, **fields: Any) -> Row:
    dates = {key: day(value) for key, value in fields.items() if key.endswith("_on")}
    return {"plan": "Plan", "step": name, "due_on": day(due), "owner_id": "ann"} | fields | dates


STEPS = [
    step("Fair", "2026-05-01", done_on="2026-05-04", budget=5000, result="62 leads"),
    step("Prices", "2026-06-20", start_on="2026-06-01", budget=2000),
    step("Partners", "2026-08-01", start_on="2026-06-01", owner_id=None),
    step("Year end", "2026-12-18", start_on="2026-10-05", owner_id="gone"),
]
LEFT = {"rep_id": "gone", "name": "Gil", "left_on": day("2026-05-01"), "manager_id": "max"}


def plans(steps: list[Row], **tables: Any) -> pd.DataFrame:
    task = draw(Initiatives=steps, **{"Reps": [*REPS, LEFT], **tables})
    return funnel.run(task).tables["PlanResults"]


def test_steps_say_where_they_stand_and_whose_they_are() -> None:
    table = plans(STEPS)
    found = records(table, "step", "state", "days_late", "owner_id")
    assert found == [
        ("", "late", 10, None),
        ("Fair", "done", 3, "ann"),
        ("Partners", "running", None, None),
        ("Prices", "late", 10, "ann"),
        ("Year end", "planned", None, "max"),
    ]
    (whole,) = table[table["step"] == ""].to_dict("records")
    assert [whole[name] for name in ("steps", "done", "late", "budget")] == [4, 1, 1, 7000]
    assert sentence(whole["because"], "en") == (
        "1 of 4 steps done, 1 late; first of all: Prices, due on 2026-06-20"
    )
    for language in LANGUAGES:
        assert all("{" not in sentence(message, language) for message in table["because"])


def test_an_owner_who_is_not_at_work_is_named() -> None:
    """Owner is who can act for him, so that the sentence says whom to replace."""
    table = plans(STEPS).set_index("step")
    assert table.loc["Year end", "owner_id"] == "max"
    assert sentence(table.loc["Year end", "because"], "en") == (
        "Not begun; due on 2026-12-18. Its owner Gil is not at work: name another"
    )


def test_what_a_step_brought_is_told_by_sources_that_name_it_and_else_not_at_all() -> None:
    """A lead of the fair and its deal, a deal of the fair, and one of the plan as a whole."""
    leads = [
        {"lead_id": "l", "name": "L", "source": "fair", "received_at": dt.datetime(2026, 5, 2)}
        | {"deal_id": "d1"}
    ]
    deals = [
        deal("d1", "Won", source="fair", amount=700, closed_on="2026-06-01"),
        deal("d2", "Offer", source="FAIR", amount=900, created_on="2026-04-02"),
        deal(
            "old", "Won", source="fair", amount=9, created_on="2026-03-31", closed_on="2026-06-01"
        ),
        deal("d3", "Won", source="plan", amount=50, created_on="2026-04-05")
        | {"closed_on": day("2026-06-01")},
        deal("d4", "Won", source="web", amount=9, closed_on="2026-06-01"),
    ]
    begun = [STEPS[0] | {"start_on": day("2026-04-01")}, *STEPS[1:]]
    table = plans(begun, Leads=leads, Deals=deals)
    found = records(table, "step", "leads", "deals", "won", "won_amount")
    assert found[:3] == [
        ("", 1, 3, 2, 750),
        ("Fair", 1, 2, 1, 700),
        ("Partners", None, None, None, None),
    ]


def test_late_steps_and_steps_of_nobody_are_named() -> None:
    steps = [
        *STEPS,
        step("Old", "2026-05-20", owner_id="gone"),
        step("Nobody's", "2026-06-01", owner_id=None),
        step("Far", "2026-12-01", owner_id=None, start_on="2026-11-01"),
    ]
    task = draw(Initiatives=steps, Reps=[*REPS, LEFT])
    alerts = funnel.run(task).tables["Alerts"]
    of_plans = alerts[alerts["table"] == "Initiatives"]
    assert records(of_plans, "kind", "row_key", "severity", "who", "days") == [
        ("initiative-late", "Plan|Old", "high", "max", 41.0),
        ("initiative-late", "Plan|Nobody's", "medium", None, 29.0),
        ("initiative-late", "Plan|Prices", "medium", "ann", 10.0),
        ("initiative-without-owner", "Plan|Partners", "medium", None, None),
    ]
    said = [sentence(message, "en") for message in of_plans["do"]]
    assert said[1] == "Name an owner and agree on another due date, or delete the step."
