"""Awards: who wins them, and that their money is paid once, traced, and stays."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from salesbook.domain.checks.settings_checks import check_settings
from salesbook.labels import LANGUAGES, message_of, sentence
from tests.drawn_tables import SEEDS
from tests.spec.score_tables import FLAT, at, order, planned, policy_of, rows_of
from tests.spec.test_close import MONTHS, ORDERS, REPS, TENTH, Book, act, change, last_month

LONG_AGO = dt.date(2020, 1, 1)
TEAM = [
    {"rep_id": "r1", "name": "Ann", "plan": "std", "hired_on": dt.datetime(2020, 1, 1)},
    {"rep_id": "r2", "name": "Bo", "plan": "std", "hired_on": dt.datetime(2025, 9, 1)},
    {"rep_id": "r3", "name": "Cy", "plan": "std", "hired_on": dt.datetime(2025, 10, 1)},
]


def rule(
    award: str, amount: int | None = None, every: str = "month", **more: Any
) -> dict[str, Any]:
    kind = "praise" if amount is None else "money"
    facts = {"award": award, "period_kind": every, "valid_from": LONG_AGO, "kind": kind}
    return {**facts, **({} if amount is None else {"amount": amount}), **more}


def book_of(*rules: dict[str, Any], orders: list[dict[str, Any]], **more: Any) -> Book:
    policy = policy_of(Brackets=[FLAT], AwardRules=rules, **ORDERS)
    return Book(list(orders), more={"Reps": TEAM, **more}, policy=policy)


def won(book: Book) -> list[tuple[Any, ...]]:
    return rows_of(book.awards, "period", "award", "rep_id", "amount")


def award_lines(book: Book) -> list[tuple[Any, ...]]:
    lines = book.commission[book.commission["rule"].str.startswith("award:")]
    return rows_of(lines, "period", "rep_id", "rule", "amount")


def test_the_largest_sum_of_a_month_wins_once_it_is_over():
    """A sum is a fact: one order decides. February still runs on the 27th."""
    orders = [
        order("o1", "r1", "2026-01-10", 1000),
        order("o2", "r2", "2026-01-11", 999),
        order("o3", "r2", "2026-02-11", 5000),
    ]
    book = book_of(rule("best-seller", 300), orders=orders)
    book.score("2026-02-27")
    assert won(book) == [("2026-01", "best-seller", "r1", 300)]
    book.score("2026-02-28")
    assert won(book)[1:] == [("2026-02", "best-seller", "r2", 300)]
    assert award_lines(book) == [
        ("2026-01", "r1", "award:2026-01", 300),
        ("2026-02", "r2", "award:2026-02", 300),
    ]
    because = at(book.awards, period="2026-01")["because"]
    sold_most = (
        "Sold most: 10.00, booked in the period; corrections of earlier months are not in it."
    )
    assert sentence(because, "en") == sold_most
    line = book.commission[book.commission["rule"] == "award:2026-01"].iloc[0]
    assert sentence(line["because"], "en") == f"Best seller, January 2026. {sold_most}"
    for language in LANGUAGES:
        again = message_of(sentence(line["because"], language))
        assert again is not None
        assert again.code == "commission-award"


def test_those_who_sold_the_same_share_to_the_cent():
    """100.00 among three: 33.34, 33.33, 33.33."""
    orders = [order(f"o{rep}", rep, "2026-01-10", 500) for rep in ("r1", "r2", "r3")]
    book = book_of(rule("best-seller", 10_000), orders=orders)
    book.score("2026-01-31")
    assert [row[3] for row in award_lines(book)] == [3334, 3333, 3333]
    shared = at(book.awards, rep_id="r1")["because"]
    assert sentence(shared, "en").endswith("Shared by 3 who did equally well.")


NEWCOMERS = [
    {"rep_id": f"n{n}", "name": f"New {n}", "plan": "std", "hired_on": dt.datetime(2025, 10, n)}
    for n in (1, 2, 3)
]


def test_a_newcomer_was_hired_within_a_year_before_the_end():
    """On 30 September 2026 Bo, hired on 1 September 2025, is new no more; the three others are."""
    orders = [order(f"o{rep}", rep, "2026-09-10", 500) for rep in ("r1", "r2", "n1")]
    orders += [order("aug", "r2", "2026-08-10", 1)]
    book = book_of(
        rule("best-newcomer"),
        orders=orders,
        Reps=[*TEAM[:2], *NEWCOMERS],
        TargetPlan=planned("r1", {"2026-01": 400}),
    )
    book.score("2026-09-30")
    assert won(book) == [
        ("2026-08", "best-newcomer", "r2", None),
        ("2026-09", "best-newcomer", "n1", None),
    ]


@pytest.mark.parametrize(
    ("newcomers", "target", "winners"), [(3, 400, 1), (3, 600, 0), (2, 400, 0), (1, 0, 0)]
)
def test_no_newcomer_is_the_best_of_few_or_below_his_target(
    newcomers: int, target: int, winners: int
) -> None:
    """The only one, or one who missed his target, has won nothing."""
    book = book_of(
        rule("best-newcomer"),
        orders=[order("o1", "n1", "2026-01-10", 500)],
        Reps=[TEAM[0], *NEWCOMERS[:newcomers]],
        TargetPlan=planned("n1", {"2026-01": target}),
    )
    book.score("2026-01-31")
    assert len(won(book)) == winners


def test_new_customers_are_counted_not_their_money():
    orders = [
        order("o1", "r1", "2026-01-10", 9000),
        order("o2", "r2", "2026-01-10", 1),
        order("o3", "r2", "2026-01-11", 1),
    ]
    book = book_of(rule("most-new-customers"), orders=orders)
    book.score("2026-01-31")
    assert won(book) == [("2026-01", "most-new-customers", "r2", None)]
    assert at(book.awards)["because"].params == {"count": 2}


def skill_book(sales: dict[str, int]) -> Book:
    """Orders of 100 of different customers, with equal quotas for all."""
    orders = [
        order(f"{rep}-{n}", rep, f"2026-01-{n % 28 + 1:02d}", 100)
        for rep, count in sales.items()
        for n in range(count)
    ]
    team = [{"rep_id": rep, "name": rep, "plan": "std"} for rep in sales]
    plan = [row for rep in sales for row in planned(rep, {"2026-01": 5000})]
    return book_of(rule("ahead-of-luck"), orders=orders, Reps=team, TargetPlan=plan)


def test_skill_is_only_given_beyond_the_best_of_equals():
    """Of 50 deals each, 60 may be luck; 120 are not. The card of the month says the same."""
    by_luck = skill_book({"r1": 60, "r2": 50, "r3": 45, "r4": 50})
    by_luck.score("2026-01-31")
    assert won(by_luck) == []
    by_skill = skill_book({"r1": 120, "r2": 50, "r3": 45, "r4": 50})
    out = by_skill.score("2026-01-31")
    assert won(by_skill) == [("2026-01", "ahead-of-luck", "r1", None)]
    assert [row.code for row in out.findings if row.code.startswith("award")] == []


def test_nobody_is_ahead_of_a_quota_that_is_not_there():
    book = skill_book({"r1": 120, "r2": 50, "r3": 45})
    book.more["TargetPlan"] = []
    book.score("2026-01-31")
    assert won(book) == []


def test_among_equals_a_skill_award_is_rare():
    """60 books of eight reps who are alike: the 95 % point of the shuffle lets 1 in 20 through."""
    given = 0
    for seed in range(60):
        chance = np.random.default_rng(seed)
        book = skill_book({f"r{n}": int(chance.poisson(25)) for n in range(8)})
        book.pay("2026-01-31")
        given += bool(won(book))
    assert given <= 8


def test_a_quarter_is_paid_with_its_last_month_and_beside_the_months_award():
    orders = [order(month, "r1", f"{month}-10", 1000) for month in MONTHS[:3]]
    book = book_of(
        rule("best-seller", 300), rule("best-seller", 500, every="quarter"), orders=orders
    )
    book.score("2026-03-31")
    assert award_lines(book)[2:] == [
        ("2026-03", "r1", "award:2026-03", 300),
        ("2026-03", "r1", "award:FY2026-Q1", 500),
    ]
    march = at(book.statements, period="2026-03", rep_id="r1")
    assert (march["earned"], march["award"], march["paid"]) == (100, 800, 900)


def test_the_newest_rule_holds_for_periods_that_begin_on_its_day_or_later():
    """300 from January, 400 from 15 February: February began before it. None after March."""
    orders = [order(month, "r1", f"{month}-10", 1000) for month in MONTHS[:5]]
    rules = (
        rule("best-seller", 300),
        rule(
            "best-seller",
            400,
            valid_from=dt.date(2026, 2, 15),
            valid_to=dt.date(2026, 3, 31),
        ),
    )
    book = book_of(*rules, orders=orders)
    book.score("2026-05-31")
    assert [row[3] for row in award_lines(book)] == [300, 300, 400]


def test_an_award_neither_counts_for_a_draw_nor_pays_one_back():
    """Draw 2,000 and an award of 300: earned 100, advanced 1,900, paid 2,300, owed 1,900."""
    policy = policy_of(
        Brackets=[{**FLAT, "draw": 2000}], AwardRules=[rule("best-seller", 300)], **ORDERS
    )
    book = Book([order("o1", "r1", "2026-01-10", 1000)], more={"Reps": TEAM[:1]}, policy=policy)
    book.score("2026-01-31")
    january = at(book.statements, period="2026-01")
    fields = ("earned", "award", "drawn", "paid", "debt")
    assert [january[name] for name in fields] == [100, 300, 1900, 2300, 1900]


def test_who_has_no_plan_is_named_and_not_paid():
    team = [{"rep_id": "r1", "name": "Ann"}]
    orders = [order("o1", "r1", "2026-01-10", 1000)]
    book = book_of(rule("best-seller", 300), orders=orders, Reps=team)
    book.score("2026-01-31")
    assert won(book) == [("2026-01", "best-seller", "r1", None)]
    assert award_lines(book) == []
    assert "award-without-plan" in book.codes()


def test_what_a_closed_month_has_given_stands():
    """Ann's order is cancelled in February: her commission goes back, her prize does not."""
    orders = [order("o1", "r1", "2026-01-10", 1000), order("o2", "r2", "2026-01-11", 900)]
    book = book_of(rule("best-seller", 300), orders=orders)
    book.close("2026-01", "2026-02-02")
    assert won(book) == [("2026-01", "best-seller", "r1", 300)]
    book.orders[0]["status"] = "cancelled"
    book.score("2026-02-28")
    assert won(book)[0] == ("2026-01", "best-seller", "r1", 300)
    assert award_lines(book) == [("2026-01", "r1", "award:2026-01", 300)]
    assert at(book.statements, period="2026-02", rep_id="r1")["earned"] == -100


def test_a_month_that_is_opened_again_gives_its_award_anew_and_once():
    orders = [order("o1", "r1", "2026-01-10", 1000), order("o2", "r2", "2026-01-11", 900)]
    book = book_of(rule("best-seller", 300), orders=orders)
    book.close("2026-01", "2026-02-02")
    book.orders[0]["status"] = "cancelled"
    book.reopen("2026-01", "2026-02-03")
    assert award_lines(book) == [("2026-01", "r2", "award:2026-01", 300)]
    book.close("2026-01", "2026-02-04")
    book.score("2026-02-28")
    assert award_lines(book) == [("2026-01", "r2", "award:2026-01", 300)]


def test_a_rule_that_is_typed_later_pays_no_closed_month():
    orders = [order(month, "r1", f"{month}-10", 1000) for month in MONTHS[:2]]
    book = book_of(orders=orders)
    book.close("2026-01", "2026-02-02")
    book.policy = policy_of(Brackets=[FLAT], AwardRules=[rule("best-seller", 300)], **ORDERS)
    book.score("2026-02-28")
    assert award_lines(book) == [("2026-02", "r1", "award:2026-02", 300)]


def test_a_statement_that_was_lost_is_written_again_with_its_award():
    """As the lines say: earned 100, award 300."""
    book = book_of(rule("best-seller", 300), orders=[order("o1", "r1", "2026-01-10", 1000)])
    book.close("2026-01", "2026-02-02")
    book.close("2026-02", "2026-03-02")
    book.statements = book.statements[book.statements["period"] > "2026-01"]
    book.score("2026-03-02")
    january = at(book.statements, period="2026-01", rep_id="r1")
    assert (january["earned"], january["award"], january["paid"]) == (100, 300, 400)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (rule("best-seller", kind="money"), "award-without-amount"),
        (rule("best-seller", 100, kind="praise"), "award-not-in-money"),
        (rule("best-seller", valid_to=dt.date(2019, 1, 1)), "date-before"),
    ],
)
def test_rules_that_make_no_sense_are_named(row: dict[str, Any], code: str):
    found = [f.code for f in check_settings(policy_of(AwardRules=[row])) if f.table == "AwardRules"]
    assert found == [code]


@given(SEEDS)
@settings(max_examples=4, deadline=None)
def test_every_award_is_paid_once_to_the_cent_whatever_was_closed_and_opened(seed: int):
    """Law, over half a year of orders, corrections, runs, closings and reopenings.

    Each period's awards come to their amount, or to nothing where nobody sold; Awards, Commission
    and Statements say the same; and orders are paid as if there were no awards.
    """
    amounts = {"best-seller": 701, "most-new-customers": 101}
    rules = [
        rule(award, amount, every=every)
        for award, amount in amounts.items()
        for every in ("month", "quarter")
    ]
    random = Random(seed)
    book = Book(policy=policy_of(Brackets=[FLAT], AwardRules=rules, **ORDERS))
    for number, month in enumerate(MONTHS):
        for step in range(random.randint(1, 2)):
            today = f"{month}-{random.randint(1, 14) + 14 * step:02}"
            change(book, random, today)
            change(book, random, today)
            act(book, random, today, number)
    book.pay("2026-07-01")

    by_award = book.awards.groupby(["period", "award"])["amount"].sum()
    assert all(amount == amounts[award] for (_, award), amount in by_award.items())
    lines = book.commission[book.commission["rule"].str.startswith("award:")]
    given_by = book.awards.assign(
        month=book.awards["period"].map(last_month), rule="award:" + book.awards["period"]
    )
    by_rep = ["rep_id", "rule"]
    assert (
        lines.groupby(["period", *by_rep])["amount"].sum().to_dict()
        == given_by.groupby(["month", *by_rep])["amount"].sum().to_dict()
    )
    by_statement = book.statements.set_index(["period", "rep_id"])["award"]
    paid = lines.groupby(["period", "rep_id"])["amount"].sum()
    assert {key: amount for key, amount in by_statement.items() if amount} == paid.to_dict()

    plain = Book(book.orders, policy=TENTH, more={"Reps": REPS})
    plain.pay("2026-07-01")
    of_orders = book.commission.drop(index=lines.index)
    assert (
        of_orders.groupby("rep_id")["amount"].sum().to_dict()
        == plain.commission.groupby("rep_id")["amount"].sum().to_dict()
    )
