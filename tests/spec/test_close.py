"""Closing a month: what it is scored on, what stays as it was written, and what opens again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook.actions import ACTIONS
from salesbook.domain import close
from salesbook.domain.arithmetic.calendar import months_in
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.pay.closing import closing_of
from salesbook.domain.pay.month_errors import without_errors
from salesbook.domain.pay.settling import pay_to_date
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.team.staff import Staff
from salesbook.errors import MonthHasErrors, SettingsError, UsageError
from salesbook.frames import frame_from_rows
from salesbook.messages import Finding
from salesbook.policy import Policy
from salesbook.tables import TABLES
from tests.drawn_tables import SEEDS
from tests.spec.score_tables import FLAT, day, order, planned, policy_of, rows_of, task_of

REPS = [
    {"rep_id": "r1", "name": "Ann", "plan": "std"},
    {"rep_id": "r2", "name": "Bo", "plan": "std"},
]
PLAN = [
    *planned("r1", {f"2026-{month:02}": 50_000 for month in range(1, 13)}),
    *planned("r2", {f"2026-{month:02}": 50_000 for month in range(1, 13)}),
]
ORDERS: Any = {"Policy": [{"key": "sales_source", "value": "orders"}]}
TENTH = policy_of(Brackets=[FLAT], **ORDERS)
"""A tenth of every sale, whatever the quota: what an order has paid can be told by itself."""


@dataclass
class Book:
    """A workbook's tables, and the verbs run on them one after the other."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    periods: list[dict[str, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    policy: Policy = TENTH
    commission: pd.DataFrame = field(default_factory=lambda: frame_from_rows("Commission", []))
    statements: pd.DataFrame = field(default_factory=lambda: frame_from_rows("Statements", []))
    awards: pd.DataFrame = field(default_factory=lambda: frame_from_rows("Awards", []))
    last: Outcome = field(default_factory=Outcome)

    def task(self, as_of: str) -> Task:
        return task_of(
            as_of,
            self.policy,
            Orders=self.orders,
            Periods=self.periods,
            Commission=self.commission,
            Statements=self.statements,
            Awards=self.awards,
            **{"Reps": REPS, "TargetPlan": PLAN, **self.more},
        )

    def score(self, as_of: str) -> Outcome:
        return self._keep(ACTIONS["score"].run(self.task(as_of)))

    def pay(self, as_of: str) -> Outcome:
        """What `score` does about pay, which is the smaller part of its work."""
        task = self.task(as_of)
        typed = closing_of(task.tables, start_month=1, as_of=task.as_of)
        closing = without_errors(task, typed)
        credits = credits_of(task.tables, task.policy, as_of=task.as_of)
        staff = Staff(task.tables["Reps"], task.tables["Assignments"])
        plan = plan_in_force(task.tables["TargetPlan"])
        pay = pay_to_date(task, closing, credits, plan, staff)
        paid = {"Commission": pay.lines, "Statements": pay.statements, "Awards": pay.awards}
        return self._keep(Outcome(paid))

    def close(self, month: str, as_of: str) -> Outcome:
        asked = replace(self.task(as_of), period=month, user="Li")
        return self._keep(ACTIONS["close"].run(asked))

    def reopen(self, month: str, as_of: str, reason: str = "a mistake") -> Outcome:
        asked = replace(self.task(as_of), reopen=month, reason=reason)
        return self._keep(ACTIONS["close"].run(asked))

    def _keep(self, out: Outcome) -> Outcome:
        self.commission = out.tables["Commission"]
        self.statements = out.tables["Statements"]
        self.awards = out.tables["Awards"]
        for patch in out.patches.values():
            for row, values in patch.cells.items():
                self.periods[row] = {**self.periods[row], **values}
            self.periods += [
                {name: value for name, value in row.items() if pd.notna(value)}
                for row in patch.new_rows.to_dict("records")
            ]
        self.last = out
        return out

    def paid(self, *fields: str) -> list[tuple[Any, ...]]:
        return rows_of(self.commission, *(fields or ("period", "order_id", "amount", "rule")))

    def codes(self) -> list[str]:
        return [finding.code for finding in self.last.findings]

    def closed(self) -> list[str]:
        months = self.statements.loc[self.statements["closed"], "period"]
        return sorted(set(months))


def test_a_month_is_closed_on_its_last_day_not_on_the_last_run():
    """A score in the middle of January has not seen what was sold after it."""
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.score("2026-01-15")
    book.orders.append(order("o2", "r1", "2026-01-30", 500))
    book.close("2026-01", "2026-02-05")
    assert book.paid() == [("2026-01", "o1", 100, "marginal"), ("2026-01", "o2", 50, "marginal")]
    assert book.closed() == ["2026-01"]


def test_a_row_that_somebody_types_closes_the_same_way():
    """The next score closes it; the rest of a stale statement is no adjustment of February."""
    typed, closed = (Book([order("o1", "r1", "2026-01-10", 1000)]) for _ in range(2))
    for book in (typed, closed):
        book.score("2026-01-15")
        book.orders.append(order("o2", "r1", "2026-01-30", 500))
    typed.periods.append({"period": "2026-01"})
    typed.score("2026-02-05")
    closed.close("2026-01", "2026-02-05")
    assert typed.paid() == closed.paid()
    pd.testing.assert_frame_equal(typed.statements, closed.statements)


def test_what_is_dated_later_belongs_to_later_months():
    """A spiff of January is paid in January, and taken back in February when its order is."""
    january = {"valid_from": dt.date(2026, 1, 1), "valid_to": dt.date(2026, 1, 31)}
    spiff = {"spiff": "launch", "amount": 70, **january}
    book = Book(
        [
            order("o1", "r1", "2026-01-10", 1000),
            order("o9", "r1", "2026-02-03", -1000, refund_of="o1"),
        ],
        policy=policy_of(Brackets=[FLAT], Spiffs=[spiff]),
    )
    book.close("2026-01", "2026-02-05")
    assert book.paid() == [
        ("2026-01", "o1", 100, "marginal"),
        ("2026-01", "o1", 70, "spiff:launch"),
        ("2026-02", "o1", -70, "spiff:launch"),
        ("2026-02", "o9", -100, "refund"),
    ]


def test_a_month_closes_those_before_it():
    """Nobody closes two years month by month before the first one that is paid with salesbook."""
    book = Book(
        [order("o1", "r1", "2025-11-10", 1000), order("o2", "r1", "2026-01-10", 500)],
        more={"TargetPlan": [*PLAN, *planned("r1", {"2025-11": 50_000})]},
    )
    book.close("2026-01", "2026-02-05")
    assert book.closed() == ["2025-11", "2025-12", "2026-01"]
    book.orders[0]["amount"] = 900
    book.score("2026-02-05")
    assert book.paid()[-1] == ("2026-02", "o1", -10, "adjustment:2025-11")


def test_an_order_of_an_earlier_month_is_paid_once_whatever_is_reopened():
    """January's late order is settled in February, and both are closed: January stays closed when
    its row goes or says that it is open, for else it would pay the order a second time.
    """
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.close("2026-01", "2026-02-01")
    book.orders.append(order("o2", "r1", "2026-01-20", 1200))
    book.close("2026-02", "2026-03-01")
    before = book.paid()
    assert before[-1] == ("2026-02", "o2", 120, "adjustment:2026-01")

    with pytest.raises(SettingsError) as refused:
        book.reopen("2026-01", "2026-03-02")
    assert refused.value.code == "later-months-closed"
    assert refused.value.params["later"] == ("2026-02",)

    book.periods[0]["reopened_on"] = day("2026-03-02")
    book.score("2026-03-02")
    assert (book.paid(), book.codes()) == (before, ["reopened-before-closed"])
    del book.periods[0]
    book.score("2026-03-02")
    assert (book.paid(), book.codes()) == (before, [])

    book.reopen("2026-02", "2026-03-02")
    book.periods.append({"period": "2026-01"})
    book.reopen("2026-01", "2026-03-02")
    amounts = {order: amount for _, order, amount, _ in book.paid()}
    assert amounts == {"o1": 100, "o2": 120}
    assert {rule for *_, rule in book.paid()} == {"marginal"}


def test_a_row_that_is_deleted_opens_nothing():
    """The statements stand; the finding says how a month is opened."""
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.close("2026-01", "2026-02-05")
    book.periods.clear()
    book.orders[0]["amount"] = 2000
    book.score("2026-02-05")
    assert book.paid("period", "amount") == [("2026-01", 100), ("2026-02", 100)]
    assert book.codes() == ["closed-without-row"]
    book.reopen("2026-01", "2026-02-06")
    assert book.paid("period", "amount") == [("2026-01", 200)]


def test_a_reopened_month_keeps_every_reason_and_closes_again():
    """It is reckoned anew until then, and the cell that opened it is cleared."""
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.close("2026-01", "2026-02-05")
    book.reopen("2026-01", "2026-02-06", "wrong amount")
    assert book.closed() == []
    book.orders[0]["amount"] = 2000
    book.score("2026-02-07")
    assert book.paid("period", "amount") == [("2026-01", 200)]
    book.close("2026-01", "2026-02-08")
    (row,) = book.periods
    assert (row["reopened_on"], row["reason"]) == (None, "wrong amount")
    assert (row["closed_on"], row["closed_by"]) == (day("2026-02-08"), "Li")
    book.reopen("2026-01", "2026-02-09", "an order was missing")
    assert book.periods[0]["reason"] == "wrong amount; an order was missing"


def test_what_somebody_typed_into_the_row_stays():
    book = Book(
        [order("o1", "r1", "2026-01-10", 1000)],
        [{"period": "2026-01", "closed_by": "the boss"}],
    )
    book.close("2026-01", "2026-02-05")
    assert book.periods == [
        {"period": "2026-01", "closed_by": "the boss", "closed_on": day("2026-02-05")}
    ]


def test_a_quarter_closes_and_one_of_its_months_opens():
    """Of two rows about a month the narrower decides."""
    book = Book([order("o1", "r1", "2026-03-10", 1000)], [{"period": "FY2026-Q1"}])
    book.score("2026-04-05")
    assert book.closed()[-1] == "2026-03"
    book.reopen("2026-03", "2026-04-06")
    assert book.paid("period", "amount") == [("2026-03", 100)]
    assert book.closed() == ["2026-02"]
    book.close("2026-03", "2026-04-07")
    assert book.closed() == ["2026-02", "2026-03"]


def test_a_month_that_is_not_over_stays_open():
    """Its row says so until then; the verb refuses."""
    book = Book([order("o1", "r1", "2026-02-10", 1000)], [{"period": "2026-02"}])
    book.score("2026-02-15")
    assert book.codes() == ["period-not-over"]
    assert book.closed() == []
    with pytest.raises(UsageError) as refused:
        book.close("2026-02", "2026-02-27")
    assert refused.value.code == "month-not-over"
    book.close("2026-02", "2026-02-28")
    assert book.closed() == ["2026-02"]


def test_months_close_in_their_order():
    """While January is open again, February does not close: neither typed nor asked for."""
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.close("2026-01", "2026-02-05")
    book.reopen("2026-01", "2026-03-01")
    with pytest.raises(SettingsError) as refused:
        book.close("2026-02", "2026-03-01")
    assert (refused.value.code, refused.value.params["expected"]) == (
        "earlier-month-open",
        "2026-01",
    )
    book.periods.append({"period": "2026-02"})
    book.score("2026-03-01")
    assert (book.closed(), book.codes()) == ([], ["period-after-reopened"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "close-what"),
        ({"period": "2026-02", "reopen": "2026-01", "reason": "x"}, "close-what"),
        ({"period": "2026-01"}, "month-closed"),
        ({"reopen": "2026-02", "reason": "x"}, "month-not-closed"),
        ({"reopen": "2026-01", "reason": " "}, "reopen-needs-reason"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, str], code: str):
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.close("2026-01", "2026-02-05")
    with pytest.raises(UsageError) as refused:
        close.run(replace(book.task("2026-03-05"), **asked))
    assert refused.value.code == code


def test_errors_in_the_months_orders_refuse_it():
    """Those of other months do not, and a row whose day cannot be read may be of this one."""
    late = order("o1", "r1", "2026-01-10", 1000, delivered_on=day("2026-01-09"))
    for orders, is_refused in (
        ([late], True),
        ([{**late, "ordered_on": day("2026-02-10"), "delivered_on": day("2026-02-09")}], False),
    ):
        book = Book([order("o2", "r1", "2026-01-11", 500), *orders])
        if is_refused:
            with pytest.raises(MonthHasErrors) as refused:
                book.close("2026-01", "2026-03-05")
            assert (refused.value.exit_code, refused.value.params["errors"]) == (1, 1)
        else:
            book.close("2026-01", "2026-03-05")


def test_a_typed_row_waits_until_the_errors_are_gone():
    """And so do the rows after it, for months close in their order."""
    late = order("o1", "r1", "2026-01-10", 1000, delivered_on=day("2026-01-09"))
    rows = [{"period": "2025-12"}, {"period": "2026-01"}, {"period": "2026-02"}]
    book = Book([order("o0", "r1", "2025-12-10", 10), late], rows)
    book.score("2026-03-05")
    assert (book.closed(), book.codes()) == (["2025-12"], ["period-has-errors"])
    late["delivered_on"] = day("2026-01-11")
    book.score("2026-03-05")
    assert (book.closed()[-1], book.codes()) == ("2026-02", [])


@pytest.mark.parametrize(
    ("ordered_on", "is_refused"),
    [(None, True), (day("2026-01-10"), True), (day("2025-12-10"), False)],
)
def test_a_row_that_cannot_be_read_refuses_the_month_that_it_may_be_of(ordered_on, is_refused):
    book = Book([order("o1", "r1", "2026-01-11", 500)])
    row = {"order_id": "o2", "line_no": 1, "rep_id": "r1", "ordered_on": ordered_on}
    left_out = frame_from_rows("Orders", [row]).set_axis([7], axis=0)
    finding = Finding("missing-required", "error", "Orders", 7, "amount", "o2|1")
    task = replace(
        book.task("2026-02-05"), period="2026-01", found=[finding], left_out={"Orders": left_out}
    )
    if is_refused:
        with pytest.raises(MonthHasErrors):
            close.run(task)
    else:
        close.run(task)


def test_a_book_of_before_there_were_statements_keeps_what_it_closed():
    """Its rows of Periods alone say what is closed; the first score puts that into Statements."""
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.score("2026-02-05")
    book.statements = book.statements.iloc[:0]
    book.periods = [{"period": "2026-01"}]
    book.orders[0]["amount"] = 2000
    book.score("2026-02-05")
    assert book.paid("period", "amount") == [("2026-01", 100), ("2026-02", 100)]
    assert book.closed() == ["2026-01"]
    fields = ("period", "sold", "earned", "paid", "closed")
    of_ann = book.statements[book.statements["rep_id"] == "r1"]
    assert rows_of(of_ann, *fields) == [
        ("2026-01", 1000, 100, 100, True),
        ("2026-02", 1000, 100, 100, False),
    ]


def test_the_verb_scores_the_month_first_also_in_such_a_book():
    """Nothing but the new row would close it there, and its lines are of the middle of the month."""
    book = Book([order("o1", "r1", "2026-01-10", 1000)])
    book.score("2026-01-15")
    book.statements = book.statements.iloc[:0]
    book.orders.append(order("o2", "r1", "2026-01-30", 500))
    book.close("2026-01", "2026-02-05")
    assert book.paid() == [("2026-01", "o1", 100, "marginal"), ("2026-01", "o2", 50, "marginal")]


def test_a_statement_adds_up_the_months_lines():
    """Draw 2,000: earned 2,750, 1,500 and 2,375 of sales of ten times that, quota 600,000."""
    sold = {"2026-01": 2_750_000, "2026-02": 1_500_000, "2026-03": 2_375_000}
    book = Book(
        [order(month, "r1", f"{month}-10", amount) for month, amount in sold.items()],
        more={"TargetPlan": planned("r1", {"2026-01": 60_000_000}), "Reps": REPS[:1]},
        policy=policy_of(Brackets=[{**FLAT, "draw": 200_000}]),
    )
    book.score("2026-03-31")
    fields = ("period", "sold", "earned", "award", "drawn", "paid", "debt")
    assert rows_of(book.statements, *fields) == [
        ("2026-01", 2_750_000, 275_000, 0, 0, 275_000, 0),
        ("2026-02", 1_500_000, 150_000, 0, 50_000, 200_000, 50_000),
        ("2026-03", 2_375_000, 237_500, 0, -37_500, 200_000, 12_500),
    ]
    rates = [round(rate, 6) for rate in book.statements["attainment_rate"]]
    assert rates == [0.045833, 0.070833, 0.110417]


def test_who_cannot_be_paid_has_a_statement_all_the_same():
    """What was sold, no pay, no quota."""
    book = Book(
        [order("o1", "r1", "2026-01-10", 1000)],
        more={"Reps": [{"rep_id": "r1", "name": "Ann"}], "TargetPlan": []},
    )
    book.close("2026-01", "2026-02-01")
    fields = ("period", "rep_id", "plan", "sold", "quota", "attainment_rate", "paid", "closed")
    assert rows_of(book.statements, *fields)[0] == (
        "2026-01",
        "r1",
        None,
        1000,
        None,
        None,
        0,
        True,
    )


# What people do to a book in half a year, in any order. Every step is one that the verbs allow, so
# that a refusal is never what keeps the books right.
MONTHS = [f"2026-{month:02}" for month in range(1, 7)]
STEEP = {**FLAT, "from_rate": 0.4, "pay_rate": 0.2}
RISING = policy_of(Brackets=[FLAT, STEEP], **ORDERS)


def lived(seed: int, policy: Policy) -> Book:
    """A book after six months of orders, corrections, runs, closings and reopenings.

    After each step the closed months must hold what they held, unless it reopened them.
    """
    random = Random(seed)
    book = Book(policy=policy)
    for number, month in enumerate(MONTHS):
        for step in range(random.randint(1, 2)):
            today = f"{month}-{random.randint(1, 14) + 14 * step:02}"
            change(book, random, today)
            change(book, random, today)
            act(book, random, today, number)
    book.pay("2026-07-01")
    return book


def change(book: Book, random: Random, today: str) -> None:
    """Type an order, a refund or a correction; also of months gone."""
    earlier = [order for order in book.orders if order["amount"] > 0]
    kind = random.choice(["sale", "sale", "refund", "correct", "move", "cancel"])
    number = len(book.orders)
    on = random.choice(MONTHS[: MONTHS.index(today[:7]) + 1]) + "-05"
    if kind == "sale" or not earlier:
        amount = random.randint(1, 9000) * 10
        book.orders.append(order(f"o{number}", random.choice(["r1", "r2"]), on, amount))
        return
    chosen = random.choice(earlier)
    if kind == "refund":
        back = -random.randint(1, chosen["amount"] // 10) * 10
        later = f"{today[:7]}-28"
        refund = order(f"o{number}", chosen["rep_id"], later, back, refund_of=chosen["order_id"])
        book.orders.append(refund)
    elif kind == "correct":
        chosen["amount"] = random.randint(1, 9000) * 10
    elif kind == "move":
        # Not behind its refund: that is an error, with which no month closes.
        if all(one.get("refund_of") != chosen["order_id"] for one in book.orders):
            chosen["ordered_on"] = day(on)
    else:
        chosen["status"] = "cancelled"


def act(book: Book, random: Random, today: str, number: int) -> None:
    """Score, close, reopen, type or delete rows of Periods; check what was closed before."""
    before = closed_rows(book)
    newest = max(book.closed(), default="")
    done = random.choice(["score", "score", "close", "close", "type", "delete", "reopen"])
    last_over = MONTHS[number - 1] if number else ""
    reopened = sorted(row["period"] for row in book.periods if pd.notna(row.get("reopened_on")))
    if done == "reopen" and newest:
        book.reopen(newest, today)
        before = [rows[rows["period"].map(last_month) < newest] for rows in before]
    elif done == "close" and (reopened or last_over > newest):
        book.close(reopened[0] if reopened else last_over, today)
    else:
        if done == "type" and last_over and all(row["period"] != last_over for row in book.periods):
            book.periods.append({"period": last_over})
        if done == "delete":
            book.periods = [row for row in book.periods if pd.notna(row.get("reopened_on"))]
        book.pay(today)
    tables = ("Commission", "Statements", "Awards")
    for table, old, new in zip(tables, before, closed_rows(book), strict=True):
        kept = new.merge(old[list(TABLES[table].key)], how="inner")
        assert rows_of(kept, *new.columns) == rows_of(old, *new.columns)


def closed_rows(book: Book) -> list[pd.DataFrame]:
    """The rows of Commission, Statements and Awards that closed months have."""
    newest = max(book.closed(), default="")
    commission = book.commission[book.commission["period"] <= newest].drop(columns="because")
    awards = book.awards[book.awards["period"].map(last_month) <= newest].drop(columns="because")
    return [commission, book.statements[book.statements["period"] <= newest], awards]


def last_month(period: str) -> str:
    """The month that ends a period."""
    return months_in(period, 1)[-1]


@given(SEEDS)
@settings(max_examples=3)
def test_an_order_is_paid_once_whatever_was_closed_and_opened(seed: int):
    """At a tenth of every sale the lines of an order add up to a tenth of it."""
    book = lived(seed, TENTH)
    paid = book.commission.groupby(["rep_id", "order_id"])["amount"].sum()
    due: dict[tuple[str, str], int] = {}
    for one in book.orders:
        if one.get("status") != "cancelled":
            due[one["rep_id"], one["order_id"]] = one["amount"] // 10
    assert {key: amount for key, amount in paid.items() if amount} == due


@given(SEEDS)
@settings(max_examples=3)
def test_all_that_is_paid_is_what_the_rules_say_once(seed: int):
    """With rising brackets, whose pay depends on all of a rep's orders together."""
    book = lived(seed, RISING)
    fresh = Book(book.orders, policy=RISING)
    fresh.pay("2026-07-01")
    sums = [one.commission.groupby("rep_id")["amount"].sum().to_dict() for one in (book, fresh)]
    assert sums[0] == sums[1]
    by_statement = book.statements.groupby("rep_id")["paid"].sum()
    assert {rep: paid for rep, paid in by_statement.items() if paid} == {
        rep: paid for rep, paid in sums[0].items() if paid
    }


@given(SEEDS)
@settings(max_examples=2)
def test_a_score_after_it_changes_nothing(seed: int):
    """Closing reckons the open months as score does, on the same day."""
    random = Random(seed)
    book = Book(policy=RISING)
    for _ in range(12):
        change(book, random, "2026-03-20")
    book.score("2026-02-20")
    for _ in range(4):
        change(book, random, "2026-03-20")
    book.close(random.choice(["2026-01", "2026-02"]), "2026-03-20")
    commission, statements = book.commission, book.statements
    book.score("2026-03-20")
    pd.testing.assert_frame_equal(book.commission, commission)
    pd.testing.assert_frame_equal(book.statements, statements)
