"""Whose entry is old or incomplete, since when, and what a rep mends first: in tables drawn here."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.actions import ACTIONS
from salesbook.domain.outcome import Outcome, Task
from salesbook.labels import LANGUAGES, sentence
from salesbook.policy import Policy
from salesbook.tables.lists import list_items
from salesbook.tables.settings import Stage, TierRule
from tests.drawn_tables import day, frames_of

Row = dict[str, Any]
DAY = dt.date(2026, 6, 30)
STAGES = (
    Stage(stage="New", rank=1),
    Stage(stage="Offer", rank=2, needs=("amount", "expected_on")),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
TIERS = (
    TierRule(tier="A", up_to_share=0.8, touch_days=14, channel="phone", needs=("budget",)),
    TierRule(tier="B", up_to_share=1, touch_days=30, channel="email"),
)
POLICY = Policy(stages=STAGES, tier_rules=TIERS)
REPS: list[Row] = [
    {"rep_id": "R1", "name": "Ann", "manager_id": "R3"},
    {"rep_id": "R2", "name": "Bo", "manager_id": "R3", "left_on": day("2026-05-01")},
    {"rep_id": "R3", "name": "Max"},
]
WHOLE: Row = {"phone": "+1 202 555 0143", "email": "kim@acme.test", "owner_id": "R1"}


def customer(key: str, **fields: Any) -> Row:
    return {"customer_id": key, "name": key, **fields}


def order(customer_id: str, amount: int) -> Row:
    fields = {"line_no": 1, "rep_id": "R1", "ordered_on": day("2026-06-01"), "amount": amount}
    return {"order_id": f"O-{customer_id}", "customer_id": customer_id, **fields}


def deal(key: str, customer_id: str, stage: str = "Offer", **fields: Any) -> Row:
    return {"deal_id": key, "customer_id": customer_id, "rep_id": "R1", "stage": stage, **fields}


def ran(
    customers: list[Row],
    *,
    as_of: dt.date = DAY,
    policy: Policy = POLICY,
    history: pd.DataFrame | None = None,
    looks_back: bool = False,
    **rows: list[Row],
) -> Outcome:
    frames = frames_of({"Reps": REPS, "Customers": customers, **rows}, ACTIONS["tier"].reads)
    if history is not None:
        frames |= {"CustomerHistory": history}
    task = replace(Task(frames, policy, as_of), looks_back=looks_back)
    return ACTIONS["tier"].run(task)


def freshness(*args: Any, **more: Any) -> pd.DataFrame:
    return ran(*args, **more).tables["Freshness"].set_index("customer_id")


def missing(*args: Any, **more: Any) -> dict[str, list[str]]:
    lacking = freshness(*args, **more)["missing_fields"].dropna()
    return {str(key): list(list_items(fields)) for key, fields in lacking.items()}


def test_a_whole_entry_that_was_seen_today_is_not_listed() -> None:
    assert freshness([customer("C1", **WHOLE, budget=5)]).empty


def test_a_tier_needs_what_it_names_and_the_way_to_reach_him() -> None:
    """A on the phone with a budget, B by e-mail; everybody has an owner."""
    customers = [customer("C1", owner_id="R1"), customer("C2", owner_id="R1"), customer("C3")]
    orders = [order("C1", 9_000), order("C2", 10)]
    assert missing(customers, Orders=orders) == {
        "C1": ["phone", "budget"],
        "C2": ["email"],
        "C3": ["owner_id", "email"],
    }


def test_a_customers_own_channel_goes_before_that_of_his_tier() -> None:
    by_mail = customer("C1", owner_id="R1", channel="email", phone="+1 202 555 0143", budget=1)
    assert missing([by_mail], Orders=[order("C1", 9_000)]) == {"C1": ["email"]}


def test_a_visit_needs_one_of_the_two_to_be_arranged() -> None:
    visited = customer("C1", owner_id="R1", channel="visit")
    assert missing([visited]) == {"C1": ["phone"]}
    assert missing([visited | {"email": "kim@acme.test"}]) == {}


def test_where_no_tier_names_fields_who_means_to_buy_needs_what_an_offer_is_made_of() -> None:
    plain = tuple(rule.model_copy(update={"needs": ()}) for rule in TIERS)
    policy = Policy(stages=STAGES, tier_rules=plain)
    customers = [customer("C1", **WHOLE, budget=5), customer("C2", **WHOLE)]
    deals = [deal("D1", "C1", "New"), deal("D2", "C2", "Won", closed_on=day("2026-06-01"))]
    assert missing(customers, policy=policy, Deals=deals) == {"C1": ["needs", "buying_on"]}


def test_the_largest_open_deal_that_lacks_what_its_stage_needs_is_named() -> None:
    deals = [
        deal("D1", "C1", amount=100),
        deal("D2", "C1", amount=900),
        deal("D3", "C1", "New", amount=5_000),
        deal("D4", "C1", "Lost", amount=9_000, closed_on=day("2026-06-01"), lost_reason="price"),
        deal("D5", "C2", amount=900, expected_on=day("2026-07-01")),
    ]
    listed = freshness([customer("C1", **WHOLE), customer("C2", **WHOLE)], Deals=deals)
    assert listed.index.tolist() == ["C1"]
    row = listed.loc["C1"]
    assert (row["deal_id"], row["deal_fields"], row["worth"]) == ("D2", "expected_on", 6_000)


def test_the_five_worth_mending_first_are_those_on_which_most_hangs() -> None:
    """Sales of the last months and open deals together; each rep has places of his own."""
    owners = {"C1": "R1", "C2": "R1", "C3": "R3", "C4": "R2", "C5": None}
    customers = [customer(key, owner_id=owner) for key, owner in owners.items()]
    orders = [order("C1", 500), order("C3", 10)]
    deals = [deal("D1", "C2", "New", amount=700), deal("D2", "C4", "New", amount=20)]
    frame = freshness(customers, Orders=orders, Deals=deals)
    found = {key: (row["rep_id"], row["place"], row["worth"]) for key, row in frame.iterrows()}
    # R2 has left: his manager mends the entry.
    assert found["C2"] == ("R1", 1, 700)
    assert found["C1"] == ("R1", 2, 500)
    assert found["C4"] == ("R3", 1, 20)
    assert found["C3"] == ("R3", 2, 10)
    assert pd.isna(found["C5"][0])
    assert found["C5"][1:] == (1, 0)


def test_a_typed_date_makes_nothing_fresh_and_a_changed_entry_does() -> None:
    before = customer("C1", **WHOLE, budget=5, created_on=day("2025-01-01"))
    first = ran([before], as_of=dt.date(2026, 1, 31))
    history = first.tables["CustomerHistory"]
    assert history["changed_fields"].isna().all()
    # Since the day he was entered nobody saw it change.
    (row,) = first.tables["Freshness"].to_dict("records")
    assert (pd.isna(row["changed_on"]), row["days_stale"]) == (True, 395)

    retyped = before | {"updated_on": day("2026-06-29"), "owner_id": "R3"}
    (row,) = ran([retyped], history=history).tables["Freshness"].to_dict("records")
    assert (pd.isna(row["changed_on"]), row["days_stale"]) == (True, 545)

    changed = before | {"budget": 7, "industry": "Steel"}
    outcome = ran([changed], history=history)
    assert outcome.tables["Freshness"].empty
    note = outcome.tables["CustomerHistory"].iloc[-1]
    assert list_items(note["changed_fields"]) == ("industry", "budget")
    # Half a year later that is the day of the last change.
    later = ran([changed], as_of=dt.date(2027, 1, 1), history=outcome.tables["CustomerHistory"])
    (row,) = later.tables["Freshness"].to_dict("records")
    assert (row["changed_on"], row["days_stale"]) == (pd.Timestamp(DAY), 185)
    assert list_items(row["changed_fields"]) == ("industry", "budget")


def test_a_field_that_is_cleared_is_a_change_and_spaces_are_none() -> None:
    before = customer("C1", **WHOLE, needs="Ten  pumps", region="North")
    history = ran([before], as_of=dt.date(2026, 1, 1)).tables["CustomerHistory"]
    spaced = before | {"needs": "Ten pumps"}
    assert len(ran([spaced], history=history).tables["CustomerHistory"]) == 1
    cleared = {name: value for name, value in spaced.items() if name != "region"}
    notes = ran([cleared], history=history).tables["CustomerHistory"]
    assert notes["changed_fields"].tolist()[1:] == ["region"]


FIELDS = ("phone", "email", "budget", "needs", "region")


@st.composite
def books(draw: st.DrawFn) -> tuple[list[list[Row]], list[Row]]:
    """The customers as they stood on four days, and deals."""
    keys = [f"C{number}" for number in range(draw(st.integers(1, 6)))]
    states = []
    for _ in range(4):
        rows = []
        for key in keys:
            if not draw(st.booleans()) and states:
                continue
            fields = {
                name: draw(st.sampled_from([None, 1, 2]))
                if name == "budget"
                else draw(st.sampled_from([None, "a", "b"]))
                for name in FIELDS
            }
            owner = draw(st.sampled_from([None, "R1", "R2", "R3"]))
            rows.append(customer(key, owner_id=owner, **fields))
        states.append(rows)
    deals = [
        deal(f"D{number}", key, draw(st.sampled_from(["New", "Offer"])), amount=number)
        for number, key in enumerate(keys)
    ]
    return states, deals


DAYS = [dt.date(2026, month, 28) for month in (1, 3, 5, 12)]


@settings(max_examples=6, deadline=None)
@given(books(), st.integers(0, 10_000))
def test_a_run_that_is_repeated_in_any_order_of_rows_says_the_same(
    book: tuple[list[list[Row]], list[Row]], seed: int
) -> None:
    """And a run that looks back sees what the run of that day saw, and adds no row."""
    states, deals = book
    history = None
    for as_of, customers in zip(DAYS, states, strict=True):
        known = [
            row for row in deals if row["customer_id"] in {c["customer_id"] for c in customers}
        ]
        first = ran(customers, as_of=as_of, history=history, Deals=known)
        shuffled = Random(seed).sample(customers, len(customers))
        noted = first.tables["CustomerHistory"]
        again = ran(shuffled, as_of=as_of, history=noted, Deals=known[::-1])
        for name in ("Freshness", "CustomerHistory"):
            pd.testing.assert_frame_equal(again.tables[name], first.tables[name])
        # One row a customer and day, and only for another content than before.
        assert not noted.duplicated(["customer_id", "noticed_on"]).any()
        in_order = noted.sort_values(["customer_id", "noticed_on"])
        same = in_order["content"].eq(in_order.groupby("customer_id")["content"].shift())
        assert not same.any()
        history = noted

    back = ran(states[1], as_of=DAYS[1], history=history, Deals=[], looks_back=True)
    then = ran(
        states[1],
        as_of=DAYS[1],
        history=history[history["noticed_on"] <= pd.Timestamp(DAYS[1])],
        Deals=[],
        looks_back=True,
    )
    pd.testing.assert_frame_equal(back.tables["Freshness"], then.tables["Freshness"])
    pd.testing.assert_frame_equal(back.tables["CustomerHistory"], history)


def test_places_count_on_within_each_rep_and_worth_falls() -> None:
    random = Random(3)
    customers = [
        customer(f"C{n:03}", owner_id=random.choice(["R1", "R3", None])) for n in range(60)
    ]
    orders = [order(f"C{n:03}", random.randrange(1, 90)) for n in range(60)]
    frame = ran(customers, Orders=orders).tables["Freshness"]
    for _, rows in frame.groupby("rep_id", dropna=False):
        assert rows["place"].tolist() == list(range(1, len(rows) + 1))
        assert rows["worth"].is_monotonic_decreasing


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_names_the_columns_the_deal_and_what_hangs_on_it(language: Any) -> None:
    before = customer("C1", owner_id="R1", created_on=day("2025-01-01"))
    frame = freshness([before], Deals=[deal("D1", "C1", amount=1_234_500)])
    text = sentence(frame.loc["C1", "because"], language)
    words = {
        "en": ("E-mail", "D1", "Offer", "Expected on", "545 days", "12,300"),
        "zh-CN": ("邮箱", "D1", "Offer", "预计成交日期", "545", "1.23万"),
    }
    for word in words[language]:
        assert word in text, text
