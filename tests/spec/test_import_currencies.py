"""Money in other currencies on its way in: told, converted by the rate of its day, kept beside."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile, UsageError
from salesbook.intake.book_now import BookNow
from salesbook.messages import Finding
from salesbook.tables.settings import Rate
from tests.spec.import_tables import (
    AS_OF,
    book,
    counts,
    draft,
    imported,
    new_rows,
    problems,
)

JANUARY, MARCH = dt.date(2026, 1, 1), dt.date(2026, 3, 1)
RATES = (
    Rate(currency="EUR", valid_from=JANUARY, rate=1.1),
    Rate(currency="EUR", valid_from=MARCH, rate=1.2),
    Rate(currency="JPY", valid_from=JANUARY, rate=0.0065),
)
HEAD = "Order No,Order date,Customer,Rep,Amount,Currency\n"


def with_rates(now: BookNow | None = None, rates=RATES) -> BookNow:
    now = now or book()
    return replace(now, policy=replace(now.policy, rates=tuple(rates)))


def line(number: int, day: str, amount: str, currency: str) -> str:
    return f'{number},{day},Acme,Ann,"{amount}",{currency}\n'


def test_an_amount_is_converted_by_the_rate_of_its_day(tmp_path):
    """February is worth 1.1, the first of March 1.2; the original stands beside."""
    text = (
        HEAD
        + line(1, "2026-02-28", "100", "EUR")
        + line(2, "2026-03-01", "100", "Euro")
        + line(3, "2026-03-01", "100", "US Dollar")
    )
    done = draft(tmp_path, text, "Orders", with_rates())
    assert counts(done) == {"read": 3, "new": 3}
    rows = new_rows(done)
    assert [row["amount"] for row in rows] == [11_000, 12_000, 10_000]
    assert [row.get("original_amount") for row in rows] == [100.0, 100.0, None]
    assert [row.get("original_currency") for row in rows] == ["EUR", "EUR", None]
    assert done.totals is not None
    assert done.totals.accepted == Decimal("330.00")


def test_an_amount_keeps_the_coins_of_its_own_currency(tmp_path):
    """A yen has no coins and a dinar a thousand: neither is rounded as a dollar would be."""
    rates = (*RATES, Rate(currency="KWD", valid_from=JANUARY, rate=3.25))
    text = HEAD + line(1, "2026-02-01", "1000", "JPY") + line(2, "2026-02-01", "1.234", "KWD")
    done = draft(tmp_path, text, "Orders", with_rates(rates=rates), decimal="point")
    assert [row["amount"] for row in new_rows(done)] == [650, 401]
    assert [row["original_amount"] for row in new_rows(done)] == [1000.0, 1.234]


def test_a_refund_and_a_payment_use_their_orders_day(tmp_path):
    """Else the rate would make a remainder of what was given back, or paid, in full."""
    text = (
        HEAD.replace("Currency", "Currency,Refund of")
        + line(1, "2026-02-01", "100", "EUR").replace("\n", ",\n")
        + line(2, "2026-04-01", "-100", "EUR").replace("\n", ",1\n")
    )
    now = with_rates()
    done = draft(tmp_path, text, "Orders", now)
    assert [row["amount"] for row in new_rows(done)] == [11_000, -11_000]

    after = imported(now, done)
    payments = "Payment No,Order No,Payment date,Amount,Currency\nP1,1,2026-05-01,100,EUR\n"
    paid = draft(tmp_path, payments, "Payments", with_rates(after))
    assert [row["amount"] for row in new_rows(paid)] == [11_000]


def test_an_open_deal_takes_the_newest_rate_and_a_closed_one_that_of_its_day(tmp_path):
    """What is won is worth what it was on that day."""
    text = (
        "Deal ID,Rep,Stage,Amount,Currency,Closed on\n"
        "1,Ann,Offer,100,EUR,\n"
        "2,Ann,Won,100,EUR,2026-02-10\n"
    )
    done = draft(tmp_path, text, "Deals", with_rates())
    assert [row["amount"] for row in new_rows(done)] == [12_000, 11_000]


def test_without_a_rate_a_row_is_rejected_and_counted_in_no_total(tmp_path):
    """Never summed unconverted; the reason names the currency and the day."""
    text = HEAD + line(1, "2025-12-31", "100", "EUR") + line(2, "2026-02-01", "5", "USD")
    done = draft(tmp_path, text, "Orders", with_rates())
    assert problems(done) == [(2, "amount", "no-exchange-rate")]
    assert done.rejected[0].faults[0][1].params == {
        "currency": "EUR",
        "expected": "USD",
        "day": "2025-12-31",
    }
    assert done.totals is not None
    assert done.totals.read == Decimal("5.00")


def test_an_unreadable_rate_is_no_blank_one(tmp_path):
    """The rate before it must not stand in for it."""
    now = with_rates()
    fault = Finding("missing-required", "error", "Rates", 1, "rate", row_key="EUR")
    now = replace(now, policy=replace(now.policy, faults=(fault,)))
    done = draft(tmp_path, HEAD + line(1, "2026-02-01", "100", "EUR"), "Orders", now)
    assert problems(done) == [(2, "amount", "rates-unreadable")]


ORDER_IN_EUR = {
    "order_id": "1",
    "customer_id": "C1",
    "rep_id": "R1",
    "ordered_on": dt.date(2026, 2, 1),
    "amount": 11_000,
    "original_amount": 100.0,
    "original_currency": "EUR",
}


def test_an_update_is_converted_by_the_day_that_the_workbook_knows(tmp_path):
    """A file with the key and the amount alone: not today's rate, and not nothing."""
    now = with_rates(book({"Orders": [ORDER_IN_EUR]}))
    head = "Order No,Customer,Amount\n"
    same = draft(tmp_path, head + "1,Acme,€100\n", "Orders", now)
    assert counts(same) == {"read": 1, "unchanged": 1}
    more = draft(tmp_path, head + "1,Acme,€110\n", "Orders", now)
    [change] = more.changes
    assert dict(change.changes[0]) == {"amount": 12_100, "original_amount": 110.0}

    deal = {
        "deal_id": "D1",
        "rep_id": "R1",
        "stage": "Won",
        "closed_on": dt.date(2026, 2, 1),
        "amount": 11_000,
        "original_amount": 100.0,
        "original_currency": "EUR",
    }
    won = with_rates(book({"Deals": [deal]}))
    for text in ("Deal ID,Amount\nD1,€100\n", "Deal ID,Amount,Stage\nD1,€100,Won\n"):
        assert counts(draft(tmp_path, text, "Deals", won)) == {"read": 1, "unchanged": 1}


def test_a_new_amount_of_our_own_leaves_no_foreign_one_beside_it(tmp_path):
    """What was agreed is now that; an equal amount changes nothing."""
    now = with_rates(book({"Orders": [ORDER_IN_EUR]}))
    head = "Order No,Customer,Amount\n"
    [change] = draft(tmp_path, head + "1,Acme,120\n", "Orders", now).changes
    assert dict(change.changes[0]) == {
        "amount": 12_000,
        "original_amount": 120.0,
        "original_currency": "USD",
    }
    assert counts(draft(tmp_path, head + "1,Acme,110\n", "Orders", now)) == {
        "read": 1,
        "unchanged": 1,
    }


def test_foreign_money_of_no_day_is_rejected(tmp_path):
    """A payment of an order that nobody knows, without a day of its own."""
    paid = draft(tmp_path, "Payment No,Order No,Amount\nP1,9,€5\n", "Payments", with_rates())
    assert "no-day-for-rate" in [code for *_, code in problems(paid)]


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("100", "Federal", "currency-not-known"),
        ("€100", "USD", "currencies-differ"),
        ("¥100", "", "currency-unclear"),
    ],
)
def test_a_currency_that_cannot_be_told_rejects_its_row(tmp_path, amount, currency, code):
    """An unknown word is said to be unknown; two that differ, and a sign of many, are not chosen."""
    text = HEAD + line(1, "2026-02-01", amount, currency) + line(2, "2026-02-01", "5", "USD")
    done = draft(tmp_path, text, "Orders", with_rates())
    assert [(row, reason) for row, _, reason in problems(done)] == [(2, code)]


def test_the_users_word_decides_a_sign_and_money_without_one(tmp_path):
    """`--currency JPY` makes ¥ yen, and a bare number as well; a dollar stays one."""
    text = (
        HEAD
        + line(1, "2026-02-01", "¥100", "")
        + line(2, "2026-02-01", "100", "")
        + line(3, "2026-02-01", "100", "USD")
    )
    done = draft(tmp_path, text, "Orders", with_rates(), currency="Japanese Yen")
    assert [row["amount"] for row in new_rows(done)] == [65, 65, 10_000]


def test_a_currency_that_is_none_is_refused(tmp_path):
    """The option's own word is read as any other."""
    with pytest.raises(UsageError) as refused:
        draft(tmp_path, HEAD + line(1, "2026-02-01", "1", ""), "Orders", currency="Federal")
    assert refused.value.code == "no-such-currency"


def test_a_workbook_without_money_asks_for_the_files_currency(tmp_path):
    """One question for the file, and with its answer the workbook's currency is the file's."""
    empty = replace(book(), has_amounts=lambda: False)
    text = HEAD + line(1, "2026-02-01", "1.000,50", "EUR") + line(2, "2026-02-02", "2,25", "€")
    with pytest.raises(AmbiguousFile) as asked:
        draft(tmp_path, text, "Orders", empty)
    assert asked.value.code == "file-currency"
    assert asked.value.params["option"] == "--currency EUR"

    done = draft(tmp_path, text, "Orders", empty, currency="EUR")
    assert done.policy.rules.currency == "EUR"
    assert [row["amount"] for row in new_rows(done)] == [100_050, 225]
    (told,) = [note for note in done.notes if note.code == "import.currency-set"]
    assert told.params == {"before": "USD", "now": "EUR"}
    assert new_rows(done, "Policy") == [{"key": "currency", "value": "EUR"}]


def test_a_workbook_with_money_keeps_its_currency(tmp_path):
    """Its amounts would mean something else: the file's are converted, or rejected."""
    text = HEAD + line(1, "2026-02-01", "100", "")
    done = draft(tmp_path, text, "Orders", with_rates(), currency="EUR")
    assert done.policy.rules.currency == "USD"
    assert [row["amount"] for row in new_rows(done)] == [11_000]
    assert new_rows(done, "Policy") == []


def test_money_without_a_place_for_its_original_is_not_converted(tmp_path):
    """A target of 100 euros is not known to be 110 dollars."""
    text = "Year,Scope kind,Target\n2026,company,€100\n"
    done = draft(tmp_path, text, "Targets", with_rates())
    assert [code for *_, code in problems(done)] == ["money-other-currency"]


amounts = st.decimals("-9999.99", "9999.99", places=2, allow_nan=False)
days = st.dates(JANUARY, AS_OF)
rates = st.decimals("0.0001", "900", places=4, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(
    orders=st.lists(st.tuples(days, amounts, st.sampled_from(["USD", "EUR", "CHF"])), min_size=1),
    first=rates,
    later=rates,
)
def test_every_order_is_converted_once_by_its_own_day(tmp_path_factory, orders, first, later):
    """Against exact arithmetic; importing again changes nothing; no row without rate is summed."""
    folder = tmp_path_factory.mktemp("law")
    table = (
        Rate(currency="EUR", valid_from=JANUARY, rate=float(first)),
        Rate(currency="EUR", valid_from=MARCH, rate=float(later)),
    )
    now = with_rates(rates=table)
    text = HEAD + "".join(
        line(number, day.isoformat(), f"{amount}", currency)
        for number, (day, amount, currency) in enumerate(orders, start=1)
    )

    done = draft(folder, text, "Orders", now, decimal="point")
    expected = {}
    for number, (day, amount, currency) in enumerate(orders, start=1):
        if currency == "CHF":
            continue
        rate = {"USD": Decimal(1), "EUR": later if day >= MARCH else first}[currency]
        worth = (amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
        expected[str(number)] = int(worth * 100)
    assert {row["order_id"]: row["amount"] for row in new_rows(done)} == expected
    assert done.read == done.accepted + len(done.rejected)
    if done.accepted:
        assert done.totals is not None
        assert done.totals.accepted * 100 == sum(expected.values())

    again = draft(folder, text, "Orders", with_rates(imported(now, done), table), decimal="point")
    assert again.changes == ()


NAMED_ALONE = ("importe_eur", "Deal value EUR")
"""Of orders' amounts only where the user says so."""


@pytest.mark.parametrize(
    ("header", "is_said"),
    [
        *((header, True) for header in NAMED_ALONE),
        *(
            (header, is_said)
            for header in ("Amount_EUR", "amount_eur", "EUR Amount", "金额_欧元")
            for is_said in (True, False)
        ),
    ],
)
def test_a_currency_beside_a_headers_name_is_the_moneys(tmp_path, header, is_said):
    """Whether the user names the column or the header is known: no euro is taken for a dollar."""
    text = f"Order number,Customer,Rep,Order date,{header}\nO1,Acme,Ann,2026-03-04,100\n"
    columns = {"amount": header} if is_said else {}
    done = draft(tmp_path, text, "Orders", columns=columns)
    assert [code for *_, code in problems(done)] == ["no-exchange-rate"]
    rows = new_rows(draft(tmp_path, text, "Orders", with_rates(), columns=columns))
    assert (rows[0]["amount"], rows[0]["original_currency"]) == (12_000, "EUR")


def test_the_amount_without_a_currency_goes_first(tmp_path):
    """A file that has the amount once more in dollars means the same money by both."""
    text = "Order number,Customer,Rep,Order date,Amount,amount_usd\nO1,Acme,Ann,2026-03-04,100,90\n"
    done = draft(tmp_path, text, "Orders")
    assert (new_rows(done)[0]["amount"], done.not_taken) == (10000, ("amount_usd",))
