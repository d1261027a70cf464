"""Whom the call list names, in which order, what it says of them, and whether the hours suffice."""

import datetime as dt
from dataclasses import replace
from random import Random

import pandas as pd
import pytest
from hypothesis import given

from salesbook.actions import ACTIONS
from salesbook.domain.customers.touch_load import week_of
from salesbook.domain.outcome import Task
from salesbook.domain.tier import run
from salesbook.messages import Message
from salesbook.policy import Policy
from salesbook.tables.settings import Holiday, Rules, Stage, TierRule
from tests.drawn_tables import FEW, SEEDS, day, frames_of

MONDAY = dt.date(2026, 6, 29)
FRIDAY = pd.Timestamp(2026, 7, 3)
STAGES = (
    Stage(stage="New", rank=1),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
TIERS = (
    TierRule(tier="A", up_to_share=0.8, touch_days=7, channel="visit"),
    TierRule(tier="B", up_to_share=0.95, touch_days=30, channel="phone"),
    TierRule(tier="C", up_to_share=1, touch_days=90),
)
READS = ACTIONS["tier"].reads


def policy(hours=20.0, **more):
    rules = Rules(visit_hours_a_week=hours, touch_minutes="phone 15, email 10, message 5, visit 90")
    return Policy(rules=rules, stages=STAGES, tier_rules=TIERS, **more)


def customers_of(rep, count, **more):
    return [
        {"customer_id": f"{rep}C{number:02d}", "name": f"C{number}", "owner_id": rep} | more
        for number in range(count)
    ]


def outcome(settings=None, as_of=MONDAY, **rows):
    return run(Task(frames_of(rows, READS), settings or policy(), as_of))


def rows_of(frame, *names):
    shown = frame[list(names)].astype("object")
    return shown.where(shown.notna(), None).values.tolist()


def ordered(key, customer, amount, on="2026-05-01"):
    facts = {"line_no": 1, "rep_id": "R1", "ordered_on": day(on)}
    return {"order_id": key, "customer_id": customer, "amount": amount} | facts


# --- laws -----------------------------------------------------------------------------------------


def drawn(seed):
    """A team with customers of all kinds, some touched lately, and with few hours or many."""
    random = Random(seed)
    reps = [
        {
            "rep_id": f"R{number}",
            "name": f"Rep {number}",
            "capacity_rate": random.choice([None, 0.0, 0.5, 1.0]),
            "left_on": random.choice([None, None, None, day("2026-06-01")]),
            "manager_id": random.choice([None, "R0"]),
        }
        for number in range(4)
    ]
    customers = [
        {
            "customer_id": f"C{number:02d}",
            "name": f"C{number}",
            "owner_id": random.choice([None, "R0", "R1", "R2", "R3"]),
            "channel": random.choice([None, "phone", "visit", "email", "message"]),
            "buying_on": random.choice([None, day("2026-08-01")]),
        }
        for number in range(40)
    ]
    random.shuffle(customers)
    touches = [
        {
            "activity_id": f"A{number:02d}",
            "done_on": MONDAY - dt.timedelta(days=random.randrange(120)),
            "rep_id": "R1",
            "customer_id": f"C{random.randrange(40):02d}",
            "kind": "phone",
            "outcome": random.choice([None, "reached"]),
        }
        for number in range(20)
    ]
    orders = [
        ordered(f"O{number}", f"C{number:02d}", random.randrange(1, 5) * 1000)
        for number in range(20)
    ]
    hours = random.choice([1.0, 3.0, 20.0])
    return policy(hours), {
        "Reps": reps,
        "Customers": customers,
        "Activities": touches,
        "Orders": orders,
    }


@FEW
@given(seed=SEEDS)
def test_what_is_listed_and_what_waits_are_what_is_due(seed):
    """Each customer whose next touch is due, and who was not called today, is one or the other."""
    settings, rows = drawn(seed)
    found = outcome(settings, **rows).tables
    tiers, load = found["CustomerTiers"], found["TouchLoad"]
    today = pd.Timestamp(MONDAY)
    is_late = (tiers["next_touch_on"] <= today) & (tiers["last_touch_on"] != today)
    falls_due = (tiers["next_touch_on"] > today) & (tiers["next_touch_on"] <= FRIDAY)
    due = tiers[is_late | falls_due]
    listed = found["CallList"]
    assert set(listed["customer_id"]) <= set(due["customer_id"])
    assert listed["customer_id"].is_unique
    assert len(listed) + load["waiting"].sum() == len(due)
    assert load["listed"].sum() == listed["rep_id"].notna().sum()
    has_day = listed[listed["call_on"].notna()]
    assert (has_day["call_on"] >= has_day["due_on"]).all()


@FEW
@given(seed=SEEDS)
def test_no_rep_has_calls_above_the_hours_unless_a_single_one_is(seed):
    settings, rows = drawn(seed)
    found = outcome(settings, **rows).tables
    minutes = settings.rules.touch_minutes._asdict()
    load = found["TouchLoad"]
    hours = load[load["listed"].notna()].set_index("rep_id")["available_hours"]
    for rep, calls in found["CallList"].groupby("rep_id"):
        needed = calls["channel"].fillna("phone").map(minutes).sum()
        assert hours[rep] > 0
        assert needed <= hours[rep] * 60 or len(calls) == 1


@FEW
@given(seed=SEEDS)
def test_who_waits_is_less_important_than_whoever_took_the_time(seed):
    """What waits would not have fitted before those of its rep that are listed after it."""
    settings, rows = drawn(seed)
    found = outcome(settings, **rows).tables
    free = outcome(policy(168.0), **rows).tables["CallList"]
    in_order = [key for key in free["customer_id"] if key in set(found["CallList"]["customer_id"])]
    first_of_each = found["CallList"].drop_duplicates("rep_id")["customer_id"]
    assert in_order == found["CallList"]["customer_id"].tolist()
    at_work = found["TouchLoad"].query("listed > 0")["rep_id"]
    assert set(at_work) <= set(found["CallList"]["rep_id"].dropna())
    firsts = free[free["rep_id"].isin(at_work)].drop_duplicates("rep_id")["customer_id"]
    assert set(firsts) <= set(first_of_each)


@FEW
@given(seed=SEEDS)
def test_the_order_of_rows_says_nothing(seed):
    settings, rows = drawn(seed)
    turned = {name: list(reversed(body)) for name, body in rows.items()}
    found, again = outcome(settings, **rows).tables, outcome(settings, **turned).tables
    for name in ("CallList", "TouchLoad"):
        pd.testing.assert_frame_equal(found[name], again[name])


def test_who_falls_due_later_in_the_week_is_listed_where_hours_are_free():
    """Contacted on 2 and 4 April, every 90 days: due on Wednesday and Friday, called then, not late."""
    contacts = [
        {
            "activity_id": key,
            "done_on": day(on),
            "rep_id": "R1",
            "customer_id": key,
            "kind": "phone",
        }
        for key, on in (("R1C00", "2026-04-02"), ("R1C01", "2026-04-04"), ("R1C02", "2026-04-07"))
    ]
    rows = {
        "Reps": [{"rep_id": "R1", "name": "Ann"}],
        "Customers": customers_of("R1", 3),
        "Activities": contacts,
    }
    found = outcome(**rows).tables
    calls = found["CallList"]
    shown = calls.assign(due_on=calls["due_on"].dt.date, call_on=calls["call_on"].dt.date)
    assert rows_of(shown, "customer_id", "due_on", "call_on", "days_late") == [
        ["R1C00", dt.date(2026, 7, 1), dt.date(2026, 7, 1), 0],
        ["R1C01", dt.date(2026, 7, 3), dt.date(2026, 7, 3), 0],
    ]
    # A quarter of an hour is one call: who is due first has it.
    rows["Reps"] = [{"rep_id": "R1", "name": "Ann", "capacity_rate": 0.25}]
    few = outcome(policy(1.0), **rows).tables
    assert few["CallList"]["customer_id"].tolist() == ["R1C00"]
    assert few["TouchLoad"]["waiting"].dropna().tolist() == [1]


# --- order and what a caller knows ----------------------------------------------------------------


def test_the_order_is_tier_value_lateness_chance_of_loss_buying_time():
    """Each pair differs in one of them alone; without orders it goes by lateness."""
    customers = customers_of("R1", 6)
    customers[4]["buying_on"] = day("2026-08-01")
    customers[5]["buying_on"] = day("2026-07-01")
    orders = [ordered("O0", "R1C00", 100), ordered("O1", "R1C01", 900)]
    touches = [
        {"activity_id": key, "done_on": day(on), "rep_id": "R1", "customer_id": customer}
        | {"kind": "phone"}
        for key, customer, on in [("A2", "R1C02", "2026-01-05"), ("A3", "R1C03", "2026-01-12")]
    ]
    found = outcome(Customers=customers, Orders=orders, Activities=touches).tables["CallList"]
    assert found["customer_id"].tolist() == [
        "R1C01",
        "R1C00",
        "R1C02",
        "R1C03",
        "R1C05",
        "R1C04",
    ]


def test_a_row_tells_what_a_caller_has_to_know():
    """Phone and company, the last word, the open deals and the next step of the largest one."""
    [customer] = customers_of("R1", 1, company="Acme", phone="138", buying_on=day("2026-09-01"))
    touch = {"rep_id": "R1", "customer_id": "R1C00", "kind": "phone"}
    touches = [
        touch | {"activity_id": "A1", "done_on": day("2026-01-05"), "outcome": "wants a quote"},
        touch | {"activity_id": "A2", "done_on": day("2026-01-06"), "next_step": "send it"},
    ]
    deal = {"customer_id": "R1C00", "rep_id": "R1", "stage": "New"}
    deals = [
        deal | {"deal_id": "D1", "amount": 500, "next_step": "offer", "next_on": day("2026-07-01")},
        deal | {"deal_id": "D2", "amount": 300, "next_step": "visit"},
        deal | {"deal_id": "D3", "amount": 900, "stage": "Won", "closed_on": day("2026-05-01")},
    ]
    names = ("contact", "phone", "last_word", "last_word_on", "open_amount", "deal_id", "next_step")
    with_deals = outcome(Customers=[customer], Activities=touches, Deals=deals).tables["CallList"]
    assert rows_of(with_deals, *names) == [
        ["C0", "138", "wants a quote", pd.Timestamp("2026-01-05"), 800, "D1", "offer"]
    ]
    assert rows_of(with_deals, "next_on", "buying_on") == [
        [pd.Timestamp("2026-07-01"), pd.Timestamp("2026-09-01")]
    ]
    without = outcome(Customers=[customer], Activities=touches).tables["CallList"]
    assert rows_of(without, "open_amount", "deal_id", "next_step") == [[None, None, "send it"]]


def test_who_has_left_is_not_asked_to_call_but_his_manager_is():
    """Without a manager at work nobody is: the row has no rep, and takes nobody's hours."""
    reps = [
        {"rep_id": "M1", "name": "Mo"},
        {"rep_id": "R1", "name": "Ann", "manager_id": "M1", "left_on": day("2026-06-01")},
        {"rep_id": "R2", "name": "Bo", "left_on": day("2026-06-01")},
    ]
    customers = [*customers_of("R1", 1), *customers_of("R2", 1)]
    found = outcome(Reps=reps, Customers=customers).tables["CallList"]
    assert rows_of(found, "customer_id", "rep_id") == [["R1C00", "M1"], ["R2C00", None]]


def test_nobody_is_called_twice_on_one_day():
    """The tier asks for a call every day; who was called today is due tomorrow."""
    daily = (TierRule(tier="A", up_to_share=1, touch_days=0),)
    settings = Policy(rules=Rules(), stages=STAGES, tier_rules=daily)
    touch = {"activity_id": "A1", "done_on": MONDAY, "rep_id": "R1", "customer_id": "R1C00"}
    rows = {"Customers": customers_of("R1", 1), "Activities": [touch | {"kind": "phone"}]}
    assert outcome(settings, **rows).tables["CallList"].empty
    assert len(outcome(settings, MONDAY + dt.timedelta(days=1), **rows).tables["CallList"]) == 1


# --- hours ----------------------------------------------------------------------------------------

ANN = {"rep_id": "R1", "name": "Ann Lee"}
NAMES = ("week", "touches", "promised_hours", "available_hours", "listed", "waiting")


def this_week(found):
    load = found.tables["TouchLoad"]
    [row] = rows_of(load[load["listed"].notna()], *NAMES)
    return row


def test_ten_calls_of_a_quarter_of_an_hour_fit_into_two_hours_and_a_half():
    """2 of 12 wait, and the run says whose."""
    found = outcome(policy(2.5), Reps=[ANN], Customers=customers_of("R1", 12))
    assert this_week(found) == [pd.Timestamp(MONDAY), 12, 3.0, 2.5, 10, 2]
    assert found.answer == (Message("calls-wait-for-hours", {"count": 2, "reps": ("Ann Lee 2",)}),)


def test_a_visit_that_does_not_fit_leaves_room_for_calls_after_it():
    """Two hours: a visit, then 30 minutes: no second visit, but two calls."""
    visits = customers_of("R1", 2, channel="visit")
    calls = [one | {"customer_id": f"Z{one['customer_id']}"} for one in customers_of("R1", 3)]
    found = outcome(policy(2.0), Reps=[ANN], Customers=[*visits, *calls])
    listed = found.tables["CallList"]["customer_id"].tolist()
    assert listed == ["R1C00", "ZR1C00", "ZR1C01"]


@pytest.mark.parametrize(
    ("of_tier", "known", "channel"),
    [
        ("email", {"phone": "1"}, "phone"),
        ("email", {"phone": "1", "email": "a@b.com"}, "email"),
        ("email", {}, "email"),
        ("phone", {"email": "a@b.com"}, "email"),
        ("message", {"email": "a@b.com"}, "email"),
        ("visit", {"email": "a@b.com"}, "visit"),
        ("email", {"phone": "1", "channel": "email"}, "email"),
    ],
)
def test_nobody_is_to_be_reached_by_an_address_that_we_do_not_have(of_tier, known, channel):
    """The tier's channel gives way to the only one that is possible; a customer's own never does."""
    rule = TierRule(tier="A", up_to_share=1.0, touch_days=7, channel=of_tier)
    settings = replace(policy(), tier_rules=(rule,))
    found = outcome(settings, Reps=[ANN], Customers=customers_of("R1", 1, **known))
    assert found.tables["CallList"]["channel"].tolist() == [channel]


def test_a_visit_longer_than_the_week_is_made_all_the_same():
    found = outcome(policy(1.0), Reps=[ANN], Customers=customers_of("R1", 2, channel="visit"))
    assert this_week(found)[4:] == [1, 1]


@pytest.mark.parametrize(
    ("rep", "holidays", "hours"),
    [
        ({}, (), 20.0),
        ({"capacity_rate": 0.5}, (), 10.0),
        ({"left_on": day("2026-06-30")}, (), 8.0),
        ({}, (Holiday(day=day("2026-07-01")),), 16.0),
        ({"capacity_rate": 0.0}, (), 0.0),
    ],
)
def test_the_hours_of_a_week_are_those_that_somebody_works(rep, holidays, hours):
    """Part-time, last days, holidays: 20 hours times what is left of a full week."""
    found = outcome(
        policy(holidays=holidays), Reps=[ANN | rep], Customers=customers_of("R1", 1)
    ).tables["TouchLoad"]
    first = found[found["week"] == pd.Timestamp(MONDAY)]
    assert first["available_hours"].tolist() == pytest.approx([hours])


def test_an_assignment_changes_what_somebody_can_take_on():
    change = {"rep_id": "R1", "valid_from": day("2026-06-01"), "capacity_rate": 0.25}
    found = outcome(Reps=[ANN], Assignments=[change], Customers=customers_of("R1", 1))
    assert this_week(found)[3] == 5.0


def test_weeks_to_come_hold_the_touches_that_follow():
    """Of value, so tier A: a visit every seven days, 1.5 hours in each of four weeks."""
    rows = {"Reps": [ANN], "Customers": customers_of("R1", 1)}
    load = outcome(**rows, Orders=[ordered("O1", "R1C00", 100)]).tables["TouchLoad"]
    assert rows_of(load, "touches", "promised_hours", "load_rate") == [[1, 1.5, 0.075]] * 4
    assert load["waiting"].tolist()[1:] == [pd.NA] * 3


@pytest.mark.parametrize(
    ("today", "weekend", "first"),
    [
        ("2026-06-29", "sat,sun", "2026-06-29"),
        ("2026-07-03", "sat,sun", "2026-06-29"),
        ("2026-07-04", "sat,sun", "2026-07-06"),
        ("2026-07-03", "fri,sat", "2026-07-05"),
        ("2026-07-02", "fri,sat", "2026-06-28"),
        ("2026-07-05", "", "2026-06-29"),
    ],
)
def test_a_week_begins_after_the_weekend(today, weekend, first):
    """On a day off the week to come is meant; where nobody is ever off, weeks begin on Monday."""
    settings = Policy(rules=Rules(weekend=weekend))
    calendar = Task({}, settings, MONDAY).calendar
    assert week_of(day(today), calendar) == day(first)
