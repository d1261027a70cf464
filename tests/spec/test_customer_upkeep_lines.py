"""What the Customer board says of the pool, of what waits about customers, and of who matters."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import given

from salesbook.messages import Message
from salesbook.pages.lines import customer_board
from tests.drawn_tables import FEW, SEEDS, day
from tests.spec.page_tables import COMPANY, Lists, attained, context_of, lists_of, rep, team

REPS = [
    {"rep_id": "ann", "name": "Ann Lee", "team": "North"},
    {"rep_id": "bo", "name": "Bo Ek", "team": "South"},
]
SHOWN = [attained("ann", "FY2026", 1), attained("bo", "FY2026", 1)]
TODAY = dt.date(2026, 6, 30)
BECAUSE = Message("care.unserved", {})


def board(**tables) -> Lists:
    customers = [{"customer_id": key, "name": f"Person {key}", "owner_id": "ann"} for key in "pqrs"]
    tiered = {
        "customer_id": "p",
        "tier": "A",
        "value": 100,
        "frequency": 1,
        "monetary": 100,
        "buying_stage": "customer",
        "moved": "same",
        "next_touch_on": day("2026-07-01"),
        "because": Message("tier-no-value", {}),
    }
    rows = {"Reps": REPS, "Attainment": SHOWN, "Customers": customers, "CustomerTiers": [tiered]}
    return lists_of(customer_board.lists, context_of(**(rows | tables)))


def pooled(customer_id: str, days: int, value: int = 0, owner: str | None = "ann"):
    free_on = TODAY + dt.timedelta(days=days)
    return {
        "customer_id": customer_id,
        "rep_id": owner,
        "free_on": free_on,
        "days_left": max(days, 0),
        "since_on": free_on - dt.timedelta(days=90),
        "value": value,
        "again_on": free_on + dt.timedelta(days=30),
        "because": BECAUSE,
    }


def test_the_pool_names_who_is_not_free_yet_and_counts_who_is():
    """The soonest first, marked within a week; those who are free with what they are worth."""
    lists = board(
        PoolPreview=[
            pooled("p", 20, 100_00),
            pooled("q", 7, 50_00),
            pooled("r", 0, 30_00),
            pooled("s", -9, 1_234_00),
        ]
    )
    shown = lists["pool", COMPANY, None]
    assert [(line["subject"], line["days"], line["sign"]) for line in shown] == [
        ("Person q", 7, "●"),
        ("Person p", 20, None),
    ]
    (total,) = lists["pool-total", COMPANY, None]
    assert (total["count"], total["count_down"], total["amount"]) == (2, 2, 1_264_00)
    assert total["says"].params["count"] == 2
    assert float(total["says"].params["amount"]) == 1_264
    assert ("pool", rep("ann"), None) in lists
    assert ("pool", team("South"), None) not in lists


@FEW
@given(SEEDS)
def test_shown_free_and_the_rest_are_the_pool_of_the_scope(seed):
    """At most five, three of a rep; count and value of all three add up to the table."""
    luck = random.Random(seed)
    pool = [
        pooled(
            f"c{n}", luck.randint(-5, 28), luck.randint(0, 900), luck.choice(["ann", "bo", None])
        )
        for n in range(luck.randint(1, 30))
    ]
    context = context_of(
        Reps=REPS,
        Attainment=SHOWN,
        Customers=[{"customer_id": row["customer_id"], "name": "x"} for row in pool],
        PoolPreview=pool,
    )
    lists = lists_of(customer_board.lists, context)
    for scope in context.scopes:
        ours = [
            row for row in pool if scope == COMPANY or scope in context.scopes_of(row["rep_id"])
        ]
        shown = lists.get(("pool", scope, None), ())
        (total,) = lists.get(("pool-total", scope, None), [{"count_down": 0, "amount": 0}])
        (rest,) = lists.get(("pool-rest", scope, None), [{"count": 0, "amount": 0}])
        assert len(shown) <= (3 if scope.kind == "rep" else 5)
        assert len(shown) + total["count_down"] + rest["count"] == len(ours)
        amount = sum(line["amount"] for line in shown) + total["amount"] + rest["amount"]
        assert amount == sum(row["value"] for row in ours)


def cared(customer_id: str, days: int | None, open_amount: int | None = None):
    end = None if days is None else TODAY + dt.timedelta(days=days)
    return {
        "customer_id": customer_id,
        "rep_id": "ann",
        "services": 0,
        "contract_end_on": end,
        "days_left": days,
        "open_amount": open_amount,
        "value": 0,
        "because": BECAUSE,
    }


def test_a_contract_that_ends_soon_is_named_unless_a_deal_is_open():
    """Within the notice of Settings, 60 days; the soonest by name."""
    lists = board(CustomerCare=[cared("p", 60), cared("q", 3, 500), cared("r", 20), cared("s", 61)])
    (line,) = lists["upkeep", COMPANY, None]
    assert line["says"].code == "page.upkeep.contracts"
    assert line["says"].params == {
        "count": 2,
        "day": dt.date(2026, 7, 20),
        "customer": ("Person r",),
    }
    assert (line["table"], line["row_key"]) == ("CustomerCare", "r")


def wanting(customer_id: str, buying_on: str | None, open_amount: int | None = None):
    return {
        "customer_id": customer_id,
        "rep_id": "ann",
        "tier": "A",
        "buying_stage": "customer",
        "value": 0,
        "open_amount": open_amount,
        "buying_on": day(buying_on) if buying_on else None,
        "because": BECAUSE,
    }


def test_a_purchase_that_comes_near_is_named_unless_a_deal_is_open():
    """From today on and within 30 days; a day that has passed is the table's to say."""
    lists = board(
        CustomerPotential=[
            wanting("p", "2026-06-29"),
            wanting("q", "2026-07-30"),
            wanting("r", "2026-06-30"),
            wanting("s", "2026-07-01", 100),
        ]
    )
    (line,) = lists["upkeep", rep("ann"), None]
    assert line["says"].params["count"] == 2
    assert line["says"].params["customer"] == ("Person r",)


def test_entries_to_mend_count_the_first_five_of_each_rep():
    """The line leads to the one on which most hangs."""

    def entry(customer_id: str, place: int, worth: int):
        return {
            "customer_id": customer_id,
            "rep_id": "ann",
            "place": place,
            "worth": worth,
            "days_stale": 400,
            "because": BECAUSE,
        }

    lists = board(Freshness=[entry("p", 1, 900_00), entry("q", 5, 100_00), entry("r", 6, 50_00)])
    (line,) = lists["upkeep", COMPANY, None]
    assert (line["says"].params["count"], line["row_key"]) == (2, "p")


def test_a_load_that_never_fits_is_the_managers_to_see():
    """Not on the rep's own list."""
    load = {
        "rep_id": "bo",
        "week": dt.date(2026, 6, 29),
        "touches": 90,
        "promised_hours": 40.0,
        "available_hours": 10.0,
        "relax_tier": "C",
        "relax_days": 120,
        "waiting": 50,
    }
    lists = board(TouchLoad=[load])
    (line,) = lists["upkeep", COMPANY, None]
    assert line["says"].params == {"count": 1, "rep": ("Bo Ek",)}
    assert line["row_key"] == "bo|2026-06-29"
    assert ("upkeep", team("South"), None) in lists
    assert ("upkeep", rep("bo"), None) not in lists


def test_who_matters_says_the_best_tier_and_who_stopped_in_the_tables_own_words():
    """Four sentences and what they lead to; a sentence that somebody typed over is left out."""

    def cell(tier: str, stage: str, do: Message | None):
        facts = {"customers": 2, "value": 10, "open_amount": 0, "late": 0, "could_rise": 0}
        return {"tier": tier, "buying_stage": stage, **facts, "to_gain": 0, "do": do}

    def segment(name: str):
        facts = {"customers": 3, "orders": 9, "monetary": 123_456_00}
        return {"segment": name, **facts, "do": Message(f"segment.{name}", {})}

    months = {
        "as_of": TODAY,
        "customers": 4,
        "buyers": 4,
        "value": 10,
        "because": Message("months.half", {"half": 2, "buyers": 4, "largest": 0.5}),
    }
    lists = board(
        TierMonths=[months],
        TierMatrix=[
            cell("A", "customer", Message("matrix.keep", {"count": 2})),
            cell("A", "dormant", Message("matrix.win-back", {"count": 2, "value": 10})),
            cell("B", "dormant", Message("matrix.keep", {"count": 2})),
        ],
        Segments=[segment("cannot-lose"), segment("champions")],
    )
    lines = lists["matters", COMPANY, None]
    assert [(line["says"].code, line["row_key"]) for line in lines] == [
        ("months.half", "2026-06-30"),
        ("matrix.win-back", "A|dormant"),
        ("matrix.keep", "A|customer"),
        ("page.matters.segment", "cannot-lose"),
    ]
    assert float(lines[-1]["says"].params["amount"]) == 123_000
    assert lines[-1]["says"].more == (Message("segment.cannot-lose", {}),)


def test_the_grid_has_a_line_for_each_of_25_places():
    """Recency 5 first; a place without customers is blank."""
    cells = [
        {"recency": 5, "frequency": 1, "customers": 3, "monetary": 10},
        {"recency": 1, "frequency": 5, "customers": 4, "monetary": 20},
    ]
    lines = board(RfmGrid=cells)["rfm", COMPANY, None]
    assert [line.get("count") for line in lines] == [3, *[None] * 23, 4]


def test_months_without_one_before_have_no_moves_to_draw():
    """The last twelve that have."""

    def month(number: int, up: int | None):
        as_of = dt.date(2025 + number // 12, number % 12 + 1, 28)
        facts = {"customers": 4, "buyers": 4, "value": 10, "because": BECAUSE}
        return {"as_of": as_of, **facts, "up": up, "down": up}

    lines = board(TierMonths=[month(n, n or None) for n in range(15)])["tier-months", COMPANY, None]
    assert [line["count_up"] for line in lines] == list(range(3, 15))
    assert lines[0]["word"] == "25-04"


def test_whom_to_ask_begins_with_who_complained():
    """There the largest customer; two of a rep, the rest counted."""

    def due(customer_id: str, occasion: str, value: int):
        facts = {"tier": "A", "due_on": TODAY, "value": value, "because": BECAUSE}
        return {"customer_id": customer_id, "rep_id": "ann", "occasion": occasion, **facts}

    lists = board(
        FeedbackDue=[
            due("p", "rhythm", 900),
            due("q", "after-complaint", 1),
            due("r", "delivered", 5),
            due("s", "delivered", 7),
        ]
    )
    shown = [(line["row_key"], line["says"].code) for line in lists["ask", COMPANY, None]]
    assert shown == [
        ("q", "page.ask.after-complaint"),
        ("s", "page.ask.delivered"),
        ("r", "page.ask.delivered"),
        ("p", "page.ask.rhythm"),
    ]
    assert len(lists["ask", rep("ann"), None]) == 2
    (rest,) = lists["ask-rest", rep("ann"), None]
    assert rest["count"] == 2


def test_unhappy_customers_who_buy_less_come_first():
    """One sign alone is no line."""

    def risk(customer_id: str, signs: str, value: int):
        none = {"complaints_open": 0, "complaints_late": 0, "complaints_repeated": 0}
        facts = {"tier": "A", "signs": signs, "value": value, "because": BECAUSE, "do": BECAUSE}
        return {"customer_id": customer_id, "rep_id": "ann", **none, **facts}

    lists = board(
        CustomerCare=[cared("p", 20)],
        CustomersAtRisk=[
            risk("p", "both", 100_00),
            risk("q", "both", 300_00),
            risk("r", "feedback", 900_00),
        ],
    )
    first, unhappy, second = lists["upkeep", COMPANY, None]
    assert (unhappy["sign"], unhappy["table"], unhappy["row_key"]) == ("●", "CustomersAtRisk", "r")
    assert unhappy["says"].code == "page.upkeep.unhappy"
    assert unhappy["says"].params["count"] == 1
    assert float(unhappy["says"].params["amount"]) == 900
    assert (first["sign"], first["row_key"]) == ("⚠", "q")
    assert first["says"].params["count"] == 2
    assert float(first["says"].params["amount"]) == 400
    assert second["says"].code == "page.upkeep.contracts"
