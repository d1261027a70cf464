"""Amounts that a file lacks: proposed from quantity and price, made only when the user says so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile, ColumnMissing, UsageError
from salesbook.intake.draft import ImportDraft, draft_import
from salesbook.intake.money.amount_expression import parse_amount
from salesbook.intake.money.amounts import propose
from salesbook.intake.options import ImportOptions
from tests.spec.wide_files import book, draft, rows_of

HEAD = "Order number,Customer,Rep,Date,Quantity,Price,Discount"
EXPRESSION = "Quantity*Price*(1-Discount)"


def orders(tmp_path: Path, lines: list[str], head: str = HEAD, **options: Any) -> ImportDraft:
    numbered = [f"O{n},Acme,Ann Lee,2026-03-05,{line}" for n, line in enumerate(lines, start=1)]
    text = "\n".join([head, *numbered]) + "\n"
    return draft(tmp_path, text, "Orders", book({"Customers": []}), add_missing=True, **options)


def amounts(drafted: ImportDraft) -> list[int]:
    return [row["amount"] for row in rows_of(drafted, "Orders")]


def fault_codes(drafted: ImportDraft) -> list[str]:
    return [row.faults[0][1].code for row in drafted.rejected]


def test_amounts_are_made_as_the_user_says_and_rounded_once(tmp_path: Path) -> None:
    """3 × 19.99 less 10 % is 53.973; 0.335 × 1 is 0.335, half away from zero 0.34."""
    drafted = orders(tmp_path, ["3,19.99,10%", "1,0.335,", "-1,0.335,0%"], amount_from=EXPRESSION)
    assert amounts(drafted) == [53_97, 34, -34]
    assert drafted.amount_proposal == ""
    assert drafted.totals is not None
    assert drafted.totals.accepted == Decimal("53.97")


def test_a_file_without_amounts_proposes_them(tmp_path: Path) -> None:
    """The draft shows what the expression would give; the book refuses to write it unsaid."""
    drafted = orders(tmp_path, ["2,10,0.1"])
    assert drafted.amount_proposal == EXPRESSION
    assert amounts(drafted) == [18_00]
    assert [note.code for note in drafted.notes][:2] == ["amount.proposed", "amount.share"]


@pytest.mark.parametrize(
    ("headers", "expression"),
    [
        (("Qty", "Unit price"), "Qty*{Unit price}"),
        (("Qty", "Unit price (EUR)", "Discount %"), "Qty*{Unit price (EUR)}*(1-{Discount %})"),
        (("数量", "单价", "折扣率"), "数量*单价*(1-折扣率)"),
        (("数量", "单价", "折扣"), "数量*单价*折扣"),
        (("Menge", "Einzelpreis", "Rabatt"), "Menge*Einzelpreis*(1-Rabatt)"),
        (("Quantity", "Price", "Discount amount"), "Quantity*Price-{Discount amount}"),
        (("Quantity", "Price", "List price"), ""),
        (("Quantity", "Amount"), ""),
    ],
)
def test_what_is_proposed(headers: tuple[str, ...], expression: str) -> None:
    """Nothing is proposed where two columns may be the price."""
    assert propose(headers) == expression
    if expression:
        assert set(parse_amount(expression).headers) == set(headers)


@pytest.mark.parametrize(
    ("discounts", "expected"),
    [
        (["10", "1", ""], [90_00, 99_00, 100_00]),
        (["0.1", "0.5", ""], [90_00, 50_00, 100_00]),
        (["10%", "0.5%", "0"], [90_00, 99_50, 100_00]),
    ],
)
def test_the_column_tells_whether_a_discount_is_in_per_cent(
    tmp_path: Path, discounts: list[str], expected: list[int]
) -> None:
    """With a 10 in it 1 is one per cent; 0.5 beside nothing above 1 is half of the price."""
    drafted = orders(tmp_path, [f"1,100,{cell}" for cell in discounts], amount_from=EXPRESSION)
    assert amounts(drafted) == expected


def test_a_discount_that_may_be_one_per_cent_or_all_is_not_guessed(tmp_path: Path) -> None:
    drafted = orders(tmp_path, ["1,100,0.1", "1,100,1"], amount_from=EXPRESSION)
    assert amounts(drafted) == [90_00]
    assert fault_codes(drafted) == ["share-unclear"]


def test_a_column_of_tenths_and_per_cents_contradicts_itself(tmp_path: Path) -> None:
    """15 can only be per cent; 0.1 beside it is never taken for a tenth of one per cent."""
    lines = ["1,100,15", "1,100,0.1", "1,100,1", "1,100,0", "1,100,20%"]
    drafted = orders(tmp_path, lines, amount_from=EXPRESSION)
    assert amounts(drafted) == [85_00, 100_00, 80_00]
    assert fault_codes(drafted) == ["share-unclear", "share-unclear"]

    head = HEAD.replace("Discount", "Discount %")
    drafted = orders(tmp_path, lines[:2], head, amount_from="Quantity*Price*(1-{Discount %})")
    assert amounts(drafted) == [85_00, 99_90]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(per_cents=st.lists(st.integers(0, 100), min_size=1, max_size=5), data=st.data())
def test_a_discount_is_what_it_says_or_the_row_is_rejected(
    tmp_path: Path, per_cents: list[int], data: st.DataObject
) -> None:
    """However the discounts of a column are written: no row gets an amount of another one."""
    written = []
    for per_cent in per_cents:
        # A whole price off is not written as 1: beside 20 that is one per cent.
        as_fraction = [f"{per_cent / 100}"] if per_cent < 100 else []
        ways = [f"{per_cent}%", str(per_cent), *as_fraction]
        written.append(data.draw(st.sampled_from(ways)))
    drafted = orders(
        tmp_path, [f"1,100,{cell}" for cell in written], amount_from=EXPRESSION, decimal="point"
    )
    for row in rows_of(drafted, "Orders"):
        place = int(row["order_id"].removeprefix("O")) - 1
        assert row["amount"] == 100_00 - 100 * per_cents[place]


@pytest.mark.parametrize("cell", ["10%", "10 %", "10％"])
def test_a_percent_sign_and_a_division_by_100_are_one_too_many(tmp_path: Path, cell: str) -> None:
    """The cell is 0.1 already: a hundredth of that is not what anybody means."""
    said = "Quantity*Price*(1-Discount/100)"
    drafted = orders(tmp_path, [f"1,100,{cell}", "1,100,10"], amount_from=said)
    assert amounts(drafted) == [90_00]
    assert fault_codes(drafted) == ["share-unclear"]


@pytest.mark.parametrize(
    ("header", "said", "cells", "expected"),
    [
        ("Discount", "Quantity*Price-Discount", ["10%", "10", "0%"], [90_00, 100_00]),
        ("Discount %", "Quantity*Price-{Discount %}", ["10", "10%", "0"], [100_00]),
        ("Paid %", "Quantity*Price*{Paid %}", ["90", "90%"], [90_00]),
        ("Paid %", "Quantity*Price*{Paid %}/100", ["90", "90%"], [90_00]),
        ("Tax", "Quantity*Price*(1+Tax)", ["19", "19%", ""], [119_00, 119_00, 100_00]),
        ("Tax", "Quantity*Price*(Tax+1)", ["0.19"], [119_00]),
    ],
)
def test_per_cents_are_taken_for_per_cents_or_not_at_all(
    tmp_path: Path, header: str, said: str, cells: list[str], expected: list[int]
) -> None:
    """No price less 0.1 for 10 % off, none times 90, and no tax of twenty prices."""
    head = f"Order number,Customer,Rep,Date,Quantity,Price,{header}"
    drafted = orders(tmp_path, [f"1,100,{cell}" for cell in cells], head, amount_from=said)
    assert amounts(drafted) == expected
    assert set(fault_codes(drafted)) <= {"share-unclear"}
    assert len(drafted.rejected) == len(cells) - len(expected)


@pytest.mark.parametrize(
    ("cells", "said", "expected"),
    [
        (["0.85", "1", "90%"], "数量*单价*折扣", [85_00, 100_00, 90_00]),
        (["85", "1", "90%"], "数量*单价*折扣", [90_00]),
        (["8.5"], "数量*单价*折扣", []),
        (["8.5", "9"], "数量*单价*折扣/10", [85_00, 90_00]),
        (["85", "90%"], "数量*单价*折扣/100", [85_00]),
    ],
)
def test_a_price_is_never_multiplied_by_85(
    tmp_path: Path, cells: list[str], said: str, expected: list[int]
) -> None:
    """Under 折扣 85 and 8.5 both mean that 85 % are paid; what divides by 100 or 10 says which."""
    head = "Order number,Customer,Rep,Date,数量,单价,折扣"
    drafted = orders(tmp_path, [f"1,100,{cell}" for cell in cells], head, amount_from=said)
    assert amounts(drafted) == expected
    assert set(fault_codes(drafted)) <= {"share-unclear"}
    assert len(drafted.rejected) == len(cells) - len(expected)


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        ("Price (EUR),Shipping (USD)", "10,5", "{Price (EUR)}+{Shipping (USD)}"),
        ("Price,Shipping", "€10,US$5", "Price+Shipping"),
        ("Price (EUR),Shipping", "10,US$5", "{Price (EUR)}+Shipping"),
    ],
)
def test_two_currencies_are_never_one_sum(tmp_path: Path, head: str, line: str, said: str) -> None:
    drafted = orders(tmp_path, [line], f"Order number,Customer,Rep,Date,{head}", amount_from=said)
    assert amounts(drafted) == []
    assert fault_codes(drafted) == ["currencies-differ"]


def test_a_price_in_another_currency_makes_no_amount_in_ours(tmp_path: Path) -> None:
    """The workbook sells in euros: 10 dollars are not 10 euros."""
    head = "Order number,Customer,Rep,Date,Quantity,Price"
    text = f"{head}\nO1,Acme,Ann Lee,2026-03-05,2,US$10\nO2,Acme,Ann Lee,2026-03-05,2,€10\n"
    now = book({"Customers": []}, currency="EUR")
    drafted = draft(tmp_path, text, "Orders", now, add_missing=True, amount_from="Quantity*Price")
    assert amounts(drafted) == [20_00]
    assert len(drafted.rejected) == 1


def test_two_columns_of_one_name_are_asked_about(tmp_path: Path) -> None:
    head = "Order number,Customer,Rep,Date,Quantity,Price,Price"
    with pytest.raises(AmbiguousFile) as refused:
        orders(tmp_path, ["2,10,7"], head, amount_from="Quantity*Price")
    assert refused.value.code == "two-operands"
    assert refused.value.params["headers"] == ("{Price#1}", "{Price#2}")
    for said, expected in (("{Price#1}", 20_00), ("{Price#2}", 14_00)):
        drafted = orders(tmp_path, ["2,10,7"], head, amount_from=f"Quantity*{said}")
        assert amounts(drafted) == [expected]


def test_an_amount_that_is_replaced_is_told_as_not_taken(tmp_path: Path) -> None:
    head = "Order number,Customer,Rep,Date,Quantity,Price,Amount"
    assert orders(tmp_path, ["2,10,7"], head, amount_from="Quantity*Price").not_taken == ("Amount",)
    used = orders(tmp_path, ["2,10,7"], head, amount_from="Amount+Price")
    assert (used.not_taken, amounts(used)) == ((), [17_00])


def test_a_part_that_cannot_be_read_rejects_the_row_and_names_it(tmp_path: Path) -> None:
    drafted = orders(tmp_path, ["x,100,0", ",100,0", "1,100,0"], amount_from=EXPRESSION)
    reasons = [row.faults[0][1] for row in drafted.rejected]
    assert [reason.code for reason in reasons] == ["amount-part-unreadable", "missing-required"]
    assert reasons[0].params == {"header": "Quantity", "found": "x"}
    assert amounts(drafted) == [100_00]


def test_what_the_user_says_goes_before_a_column_of_amounts(tmp_path: Path) -> None:
    head = "Order number,Customer,Rep,Date,Quantity,Price,Amount"
    assert amounts(orders(tmp_path, ["2,10,7"], head)) == [7_00]
    assert amounts(orders(tmp_path, ["2,10,7"], head, amount_from="Quantity*Price")) == [20_00]


def test_a_discount_shown_in_per_cent_in_a_sheet_is_a_share(tmp_path: Path) -> None:
    """Excel keeps 10 % as 0.1, whatever the other cells are."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(HEAD.split(","))
    sheet.append(["O1", "Acme", "Ann Lee", "2026-03-05", 1, 100, 0.1])
    sheet.cell(2, 7).number_format = "0%"
    made.save(tmp_path / "lines.xlsx")
    options = ImportOptions(into="Orders", amount_from=EXPRESSION, add_missing=True)
    drafted = draft_import(tmp_path / "lines.xlsx", options, book({"Customers": []}))
    assert amounts(drafted) == [90_00]


@pytest.mark.parametrize(
    "text",
    ["", "2*3", "Price**2", "Price*", "(Price", "Price)", "Price;1", "a b c{", "=Price", "1e9x"],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_amount(text)
    assert refused.value.code == "bad-amount-from"


def test_a_deep_expression_is_refused_not_a_crash() -> None:
    for text in ("(" * 400 + "Price" + ")" * 90, "-" * 400 + "Price"):
        with pytest.raises(UsageError):
            parse_amount(text)


def test_a_column_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing):
        orders(tmp_path, ["1,2,3"], amount_from="Quantity*Preis")


def test_division_by_zero_rejects_the_row(tmp_path: Path) -> None:
    drafted = orders(tmp_path, ["0,10,0", "4,10,0"], amount_from="Price/Quantity")
    assert [row.faults[0][1].code for row in drafted.rejected] == ["amount-not-calculable"]
    assert amounts(drafted) == [2_50]


@settings(deadline=None)
@given(
    quantity=st.decimals(-999, 999, places=3),
    price=st.decimals(0, 99_999, places=4),
    per_cent=st.decimals(0, 100, places=2),
)
def test_an_expression_is_exact(quantity: Decimal, price: Decimal, per_cent: Decimal) -> None:
    """As Python's own decimal numbers calculate it, with no digit lost on the way."""
    value = parse_amount("Quantity × {Price} × (1 − Discount/100)").value(
        {
            "Quantity": Fraction(quantity),
            "Price": Fraction(price),
            "Discount": Fraction(per_cent),
        }
    )
    assert value == Fraction(quantity * price * (100 - per_cent)) / 100
    rounded = Decimal(value.numerator) / Decimal(value.denominator)
    assert abs(rounded - rounded.quantize(Decimal("0.01"), ROUND_HALF_UP)) <= Decimal("0.005")


def test_a_column_that_looks_like_the_orders_key_is_named(tmp_path: Path) -> None:
    """Two lines of one order would become two orders."""
    head = "Belegnr,Customer,Rep,Date,Amount"
    lines = (
        "B7,Acme,Ann Lee,2026-03-05,1\nB7,Acme,Ann Lee,2026-03-05,2\nB8,Beta,Ann Lee,2026-03-06,3\n"
    )
    now = book({"Customers": []})
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, f"{head}\n{lines}", "Orders", now, add_missing=True)
    facts = refused.value.params
    assert (refused.value.code, facts["field"], facts["choices"]) == (
        "order-key-unsaid",
        "order_id",
        ("Belegnr",),
    )

    said = {"order_id": "Belegnr"}
    drafted = draft(tmp_path, f"{head}\n{lines}", "Orders", now, add_missing=True, columns=said)
    keys = [(row["order_id"], row["line_no"]) for row in rows_of(drafted, "Orders")]
    assert keys == [("B7", 1), ("B7", 2), ("B8", 1)]
    made = draft(tmp_path, f"{head}\n{lines}", "Orders", now, add_missing=True, make_keys=True)
    assert len({row["order_id"] for row in rows_of(made, "Orders")}) == 3


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("No", ("1", "2")),
        ("Phone number", ("555123", "555124")),
        ("Customer no", ("K7", "K8")),
        ("Item no", ("P1", "P2")),
        ("Doc no", ("B7", "B7")),
        ("Comment", ("B7", "B8")),
    ],
)
def test_what_is_no_key_of_an_order(tmp_path: Path, header: str, values: tuple[str, str]) -> None:
    """A counter of lines, numbers of other things, one value for two customers, any other text."""
    text = (
        f"{header},Customer,Rep,Date,Amount\n"
        f"{values[0]},Acme,Ann Lee,2026-03-05,1\n{values[1]},Beta,Ann Lee,2026-03-06,2\n"
    )
    drafted = draft(tmp_path, text, "Orders", book({"Customers": []}), add_missing=True)
    assert drafted.new == 2
    [told] = [note for note in drafted.notes if note.code == "orders.each-line"]
    assert told.params == {"count": 2}


def test_a_line_without_key_among_lines_with_keys_is_rejected(tmp_path: Path) -> None:
    text = "Order number,Customer,Rep,Date,Amount\nO1,Acme,Ann Lee,2026-03-05,1\n,Acme,Ann Lee,2026-03-05,2\n"
    now = book({"Customers": []})
    drafted = draft(tmp_path, text, "Orders", now, add_missing=True)
    assert [row.faults[0][1].code for row in drafted.rejected] == ["order-without-key"]
    made = draft(tmp_path, text, "Orders", now, add_missing=True, make_keys=True)
    assert made.new == 2
