"""What becomes of closed months' orders, plans and quotas that change later: settled once."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from salesbook.policy import Policy
from tests.drawn_tables import SEEDS
from tests.spec.score_tables import day, order, planned, policy_of
from tests.spec.test_close import Book

ANN: dict[str, Any] = {"rep_id": "r1", "name": "Ann", "plan": "A"}
TO_B = [{"rep_id": "r1", "valid_from": day("2026-02-01"), "plan": "B"}]
LONG_AGO = dt.date(2020, 1, 1)
FEBRUARY = dt.date(2026, 2, 1)
MONTHS = [f"2026-{month:02}" for month in range(1, 13)]


def bracket(plan: str, rate: float, start: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"plan": plan, "valid_from": LONG_AGO, "from_rate": start, "pay_rate": rate, **more}


def rules(*brackets: dict[str, Any], by: str = "year", **sheets: Any) -> Policy:
    keys = [
        {"key": "sales_source", "value": "orders"},
        {"key": "commission_period", "value": by},
    ]
    return policy_of(Brackets=list(brackets), Policy=keys, **sheets)


def book_of(policy: Policy, *orders: dict[str, Any], quota: int = 10_000, **more: Any) -> Book:
    """Ann's book; the quota is of each month, in whole money."""
    tables = {
        "Reps": [dict(ANN)],
        "TargetPlan": planned("r1", dict.fromkeys(MONTHS, quota * 100)),
        **more,
    }
    return Book(list(orders), more=tables, policy=policy)


def sold(order_id: str, on: str, amount: float, rep: str = "r1", **more: Any) -> dict[str, Any]:
    return order(order_id, rep, on, round(amount * 100), **more)


def paid_in(book: Book, month: str, rep: str = "r1") -> list[tuple[float, str, str]]:
    """A statement's lines: amount in whole money, rule and plan."""
    rows = book.commission
    rows = rows[(rows["period"] == month) & (rows["rep_id"] == rep)]
    return [
        (amount / 100, rule, plan)
        for amount, rule, plan in zip(rows["amount"], rows["rule"], rows["plan"], strict=True)
    ]


def because(book: Book, month: str) -> list[str]:
    rows = book.commission
    return [message.code for message in rows.loc[rows["period"] == month, "because"]]


# The plan has changed between the corrected month and the one that settles it


@pytest.mark.parametrize("by", ["quarter", "year"])
@pytest.mark.parametrize(("left", "back"), [(0, -5000.0), (90_000, -500.0)])
def test_what_is_settled_is_not_settled_again_by_the_next_plan(by: str, left: int, back: float):
    """January at 5 %, 8 % from February: February takes back by January's plan, March nothing."""
    policy = rules(bracket("A", 0.05), bracket("B", 0.08), by=by)
    book = book_of(policy, sold("o1", "2026-01-10", 100_000), Assignments=TO_B)
    book.close("2026-01", "2026-02-01")
    book.orders[0]["amount"] = left * 100
    book.close("2026-02", "2026-03-01")
    assert paid_in(book, "2026-02") == [(back, "adjustment:2026-01", "A")]
    book.close("2026-03", "2026-04-01")
    assert paid_in(book, "2026-03") == []


def test_nor_by_brackets_of_a_new_day():
    """Software earns 8 % from February on: what January sold of it was paid at 5 %."""
    products = [{"product": "App", "family": "App"}, {"product": "Box", "family": "Box"}]
    policy = rules(
        bracket("A", 0.05),
        bracket("A", 0.05, valid_from=FEBRUARY),
        bracket("A", 0.08, valid_from=FEBRUARY, family="App"),
        Products=products,
    )
    book = book_of(policy, sold("o1", "2026-01-10", 10_000, product="App"))
    book.close("2026-01", "2026-02-01")
    book.orders[0]["amount"] = 9_000_00
    book.close("2026-02", "2026-03-01")
    book.pay("2026-03-15")
    assert sum(amount for amount, _, _ in paid_in(book, "2026-02")) == -50.0
    assert paid_in(book, "2026-03") == []


def test_a_correction_and_a_changed_quota_are_settled_each_by_itself():
    """The quota is halved to 120,000: B's 100,000 after 100,000 are worth 9,000, and paid 5,000.

    One less in January takes back 0.05 by A, and B's sales begin one earlier: 0.05 less of 10 %.
    """
    policy = rules(bracket("A", 0.05), bracket("B", 0.05), bracket("B", 0.1, 1.0))
    for corrected, expected in (
        (0, [(4000.0, "true-up", "B")]),
        (
            1,
            [
                (-0.05, "adjustment:2026-01", "A"),
                (-0.05, "adjustment:2026-02", "B"),
                (4000.0, "true-up", "B"),
            ],
        ),
    ):
        orders = [sold("o1", "2026-01-10", 100_000), sold("o2", "2026-02-10", 100_000)]
        book = book_of(policy, *orders, quota=20_000, Assignments=TO_B)
        book.close("2026-01", "2026-02-01")
        book.close("2026-02", "2026-03-01")
        book.more["TargetPlan"] = planned("r1", dict.fromkeys(MONTHS, 10_000_00))
        book.orders[0]["amount"] -= corrected * 100
        book.close("2026-03", "2026-04-01")
        assert paid_in(book, "2026-03") == expected
        book.pay("2026-04-15")
        assert paid_in(book, "2026-04") == []


def test_a_correction_leaves_the_gate_that_opens():
    """March opens the gate for February's 2,000; one less in January moves that by a nickel."""
    brackets = [bracket("A", 0.05), bracket("B", 0.05), bracket("B", 0.1, 0.1, gate_rate=1.0)]
    for corrected, gate in ((0, 75.0), (1, 74.95)):
        orders = [sold("o1", "2026-01-10", 1_000), sold("o2", "2026-02-10", 2_000)]
        orders.append(sold("o3", "2026-03-10", 17_000))
        policy = rules(*brackets, by="quarter")
        book = book_of(policy, *orders, quota=5_000, Assignments=TO_B)
        book.close("2026-01", "2026-02-01")
        book.close("2026-02", "2026-03-01")
        book.orders[0]["amount"] -= corrected * 100
        book.pay("2026-03-15")
        settled = [(-0.05, "adjustment:2026-01", "A")] * corrected
        due = [(gate, "gate", "B"), (1700.0, "marginal", "B")]
        assert paid_in(book, "2026-03") == [*settled, *due]


def test_what_was_only_ever_paid_late_goes_back_too():
    """Nothing of January's stands in its own statement, which was closed empty."""
    book = book_of(rules(bracket("A", 0.05)), sold("o2", "2026-02-10", 1_000))
    book.close("2026-01", "2026-02-01")
    book.orders.append(sold("o1", "2026-01-10", 2_000))
    book.close("2026-02", "2026-03-01")
    book.orders.pop()
    book.statements = book.statements[book.statements["period"] != "2026-01"]
    book.pay("2026-03-15")
    assert paid_in(book, "2026-03") == [(-100.0, "adjustment:2026-01", "A")]


# Settings that say something else by now


def no_plan(book: Book) -> None:
    book.more["Reps"][0]["plan"] = None


def no_quota(book: Book) -> None:
    book.more["TargetPlan"] = []


def later_brackets(book: Book) -> None:
    book.policy = rules(bracket("A", 0.07, valid_from=dt.date(2026, 3, 1)))


@pytest.mark.parametrize("gone", [no_plan, no_quota, later_brackets])
def test_what_an_order_was_paid_comes_back_whatever_is_gone(gone: Any):
    """Cancelled, all of it; a quarter less, a quarter; and once it counts again, it is paid again."""
    book = book_of(rules(bracket("A", 0.05)), sold("o1", "2026-01-10", 10_000))
    book.close("2026-01", "2026-02-01")
    gone(book)
    steps = [("2026-02", 7_500, -125.0), ("2026-03", 0, -375.0), ("2026-04", 10_000, 500.0)]
    for month, amount, due in steps:
        book.orders[0]["amount"] = amount * 100
        until = MONTHS[MONTHS.index(month) + 1]
        book.close(month, f"{until}-01")
        assert paid_in(book, month) == [(due, "adjustment:2026-01", "A")]
    by_month = book.statements.set_index("period")
    assert by_month.loc["2026-02", ["sold", "paid"]].tolist() == [-2_500_00, -125_00]


def test_who_is_gone_from_the_team_is_named_with_what_would_come_back():
    book = book_of(rules(bracket("A", 0.05)), sold("o1", "2026-01-10", 10_000))
    book.close("2026-01", "2026-02-01")
    book.orders[0]["status"] = "cancelled"
    book.more["Reps"] = [{"rep_id": "r2", "name": "Bo", "plan": "A"}]
    book.score("2026-03-15")
    [finding] = [one for one in book.last.findings if one.code == "closed-pay-of-nobody"]
    facts = (finding.found, finding.params["order"], str(finding.params["amount"]))
    assert facts == ("r1", "o1", "-500.00")


def test_a_closed_month_keeps_the_plan_that_paid_it():
    """Assignments typed for the past pay nothing anew; reopening the month does."""
    policy = rules(bracket("A", 0.05), bracket("B", 0.08))
    book = book_of(policy, sold("o1", "2026-01-10", 10_000), sold("o2", "2026-02-10", 10_000))
    book.close("2026-01", "2026-02-01")
    book.more["Assignments"] = [{**TO_B[0], "valid_from": day("2026-01-01")}]
    book.pay("2026-02-15")
    assert paid_in(book, "2026-02") == [(800.0, "marginal", "B")]
    book.reopen("2026-01", "2026-02-16")
    assert paid_in(book, "2026-01") == [(800.0, "marginal", "B")]


@pytest.mark.parametrize("by", ["month", "year"])
def test_a_family_changed_in_products_reckons_no_closed_order_anew(by: str):
    """Boxes become software, at 8 % and no longer 5 %: what was paid stays as it was."""
    brackets = [bracket("A", 0.05), bracket("A", 0.08, family="App")]
    books = [{"product": "App", "family": "App"}, {"product": "Box", "family": "Box"}]
    after = [books[0], {**books[1], "family": "App"}]
    orders = [sold("o1", "2026-01-10", 10_000, product="App")]
    orders.append(sold("o2", "2026-01-11", 10_000, product="Box"))
    book = book_of(rules(*brackets, by=by, Products=books), *orders)
    book.close("2026-01", "2026-02-01")
    book.policy = rules(*brackets, by=by, Products=after)
    book.pay("2026-02-15")
    assert paid_in(book, "2026-02") == []


def test_a_true_up_says_what_has_changed():
    """A quota that did; brackets that were typed over, in a year that is paid as a whole."""
    book = book_of(rules(bracket("A", 0.05)), sold("o1", "2026-01-10", 10_000))
    book.close("2026-01", "2026-02-01")
    book.policy = rules(bracket("A", 0.06))
    book.pay("2026-02-15")
    assert paid_in(book, "2026-02") == [(100.0, "true-up", "A")]
    assert because(book, "2026-02") == ["commission-true-up-brackets"]

    rising = rules(bracket("A", 0.05), bracket("A", 0.1, 1.0))
    book = book_of(rising, sold("o1", "2026-01-10", 120_000))
    book.close("2026-01", "2026-02-01")
    book.more["TargetPlan"] = planned("r1", dict.fromkeys(MONTHS, 5_000_00))
    book.pay("2026-02-15")
    assert paid_in(book, "2026-02") == [(3000.0, "true-up", "A")]
    assert because(book, "2026-02") == ["commission-true-up"]


# Overrides


TEAM = [{**ANN, "manager_id": "m"}, {"rep_id": "m", "name": "Mo", "plan": "C"}]
LEAD = rules(bracket("A", 0.05), bracket("C", 0.0, override_rate=0.02), by="month")


def test_a_late_order_pays_its_override_though_none_was_paid_before():
    """The brackets of January had it, and no rep sold anything. It is paid once."""
    book = book_of(LEAD, Reps=TEAM)
    book.close("2026-01", "2026-02-01")
    book.orders.append(sold("o1", "2026-01-20", 10_000))
    book.close("2026-02", "2026-03-01")
    assert paid_in(book, "2026-02", "m") == [(200.0, "override:r1", "C")]
    book.close("2026-03", "2026-04-01")
    assert paid_in(book, "2026-03", "m") == []
    book.orders[0]["status"] = "cancelled"
    book.pay("2026-04-15")
    assert paid_in(book, "2026-04", "m") == [(-200.0, "override:r1", "C")]


@pytest.mark.parametrize(
    "policy",
    [rules(bracket("A", 0.05), by="month"), rules(bracket("A", 0.05), bracket("C", 0.0))],
)
def test_an_override_that_the_settings_lost_goes_back_with_its_order_only(policy: Policy):
    """The brackets of the manager's plan, or their override, are gone: half the order, half of it."""
    book = book_of(LEAD, sold("o1", "2026-01-20", 10_000), Reps=TEAM)
    book.close("2026-01", "2026-02-01")
    book.policy = policy
    book.pay("2026-02-15")
    assert paid_in(book, "2026-02", "m") == []
    book.orders[0]["amount"] = 5_000_00
    book.pay("2026-02-15")
    assert paid_in(book, "2026-02", "m") == [(-100.0, "override:r1", "C")]


def test_an_override_of_a_family_goes_back_once():
    """Its correction is of the same family, and finds what it corrects."""
    brackets = [
        bracket("A", 0.05),
        bracket("C", 0.0),
        bracket("C", 0.0, family="App", override_rate=0.02),
    ]
    policy = rules(*brackets, by="month", Products=[{"product": "App", "family": "App"}])
    book = book_of(policy, sold("o1", "2026-01-20", 10_000, product="App"), Reps=TEAM)
    book.close("2026-01", "2026-02-01")
    book.orders[0]["status"] = "cancelled"
    book.close("2026-02", "2026-03-01")
    assert paid_in(book, "2026-02", "m") == [(-200.0, "override:r1", "C")]
    book.pay("2026-03-15")
    assert paid_in(book, "2026-03", "m") == []


# The law


SELLERS = ("r1", "r2")
RATES = (0.02, 0.05, 0.08, 0.11)
PRODUCTS = [{"product": "App", "family": "App", "cost": 7}, {"product": "Box"}]


def drawn_brackets(random: Random) -> list[dict[str, Any]]:
    """Plans A and B, each with brackets of one or two days, and a manager's plan with overrides."""
    rows = []
    for plan in ("A", "B"):
        for begun in (LONG_AGO, dt.date(2026, random.randint(2, 4), 1)):
            low, high = sorted(random.sample(RATES, 2))
            kind = random.choice(["marginal", "whole"])
            basis = random.choice(["revenue", "revenue", "net"])
            more = {"valid_from": begun, "kind": kind, "basis": basis}
            rows += [bracket(plan, low, **more), bracket(plan, high, 0.3, **more)]
            if random.random() < 0.4:
                rows.append(bracket(plan, high, **more, family="App"))
    # An order that moves between closed months keeps its override: one rate, for all of them.
    rows.append(bracket("C", 0.0, override_rate=0.02))
    return rows


def change(book: Book, random: Random, months: list[str]) -> None:
    """Sell, correct, move or cancel, in any month so far."""
    kind = random.choice(["sell", "sell", "correct", "move", "cancel"])
    on = f"{random.choice(months)}-05"
    if kind == "sell" or not book.orders:
        product = random.choice(["App", "Box"])
        amount = random.randint(1, 400) * 100
        number = f"o{len(book.orders)}"
        book.orders.append(sold(number, on, amount, random.choice(SELLERS), product=product))
        return
    chosen = random.choice(book.orders)
    if kind == "correct":
        chosen["amount"] = random.randint(1, 400) * 100_00
    elif kind == "move":
        chosen["ordered_on"] = day(on)
    else:
        chosen["status"] = random.choice(["cancelled", None])


@given(SEEDS)
@settings(max_examples=2)
def test_all_that_is_paid_is_what_the_plans_say_once(seed: int):
    """Plans, and the days of their brackets, change while months close: to the cent, what a book in
    which nothing was ever closed pays, for each rep's own sales and for his manager's overrides."""
    random = Random(seed)
    policy = rules(
        *drawn_brackets(random),
        by=random.choice(["month", "quarter", "year"]),
        Products=PRODUCTS,
    )
    moves = [
        {
            "rep_id": rep,
            "valid_from": day(f"2026-0{random.randint(2, 5)}-01"),
            "plan": random.choice("AB"),
        }
        for rep in SELLERS
    ]
    more = {
        "Reps": [
            {"rep_id": "m", "name": "Mo", "plan": "C"},
            *({"rep_id": rep, "name": rep, "plan": "A", "manager_id": "m"} for rep in SELLERS),
        ],
        "Assignments": moves,
        "TargetPlan": [
            row for rep in SELLERS for row in planned(rep, dict.fromkeys(MONTHS, 3_000_00))
        ],
    }
    book = Book(more=more, policy=policy)
    for number, month in enumerate(MONTHS[:4]):
        for _ in range(4):
            change(book, random, MONTHS[: number + 1])
        if number and random.random() < 0.8:
            book.close(month, f"{MONTHS[number + 1]}-01")
    book.pay("2026-05-20")

    fresh = Book(book.orders, more=more, policy=policy)
    fresh.pay("2026-05-20")
    sums = [one.commission.groupby("rep_id")["amount"].sum() for one in (book, fresh)]
    for rep in (*SELLERS, "m"):
        assert sums[0].get(rep, 0) == sums[1].get(rep, 0), rep

    # And it stays so, whatever is closed from here on.
    book.close("2026-05", "2026-06-01")
    book.pay("2026-06-15")
    assert (book.commission["period"] <= "2026-05").all()


def test_what_a_closed_month_counted_without_a_quota_is_counted_once_when_one_comes():
    """January sold 1,000 and paid nothing; in February a quota of 10,000 a month is published.

    February pays January's 100 at 10 %. Sold to date is 1,000 and then 1,250, not 2,000 and more.
    """
    policy = rules(bracket("A", 0.1))
    book = book_of(policy, sold("o1", "2026-01-10", 1_000), quota=0)
    book.close("2026-01", "2026-02-01")
    book.more["TargetPlan"] = planned("r1", dict.fromkeys(MONTHS, 10_000_00))
    book.pay("2026-02-28")
    shown = book.statements[["period", "sold", "earned", "attainment_rate"]].values.tolist()
    january, february = shown
    assert january[:3] == ["2026-01", 1_000_00, 0]
    assert february[:3] == ["2026-02", 0, 100_00]
    assert february[3] == pytest.approx(1_000 / 120_000)

    book.close("2026-02", "2026-03-01")
    book.orders.append(sold("o2", "2026-03-05", 250))
    book.pay("2026-03-15")
    march = book.statements.iloc[-1]
    assert (march["sold"], march["earned"]) == (250_00, 25_00)
    assert march["attainment_rate"] == pytest.approx(1_250 / 120_000)
