"""What a table of raw cells is read as."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from salesbook.errors import ColumnMissing
from salesbook.reading.table import ReadTable, read_table
from salesbook.store import NOT_CALCULATED, CellError, TableCells, column_letters
from tests.book.drawn import table


def read(cells: TableCells, currency: str = "USD") -> ReadTable:
    return read_table(cells, currency=currency)


def codes(found: ReadTable) -> list[tuple[str, str | None, int | None]]:
    return [(finding.code, finding.field, finding.row) for finding in found.findings]


def test_money_becomes_minor_units_of_the_currency():
    """1,234.50 dollars are 123450 cents, and 1,235 yen are 1235 yen."""
    cells = table("Products", {"product": ["P"], "list_price": [1234.5]})
    assert read(cells).frame["list_price"].tolist() == [123450]
    assert read(cells, "JPY").frame["list_price"].tolist() == [1235]


def test_a_number_in_a_text_cell_counts_and_is_named():
    """The sheet's own sums leave text out, so that somebody must know;
    a real number is in peace.
    """
    found = read(table("Products", {"product": ["P", "Q"], "list_price": ["１２３", 5.0]}))
    assert found.frame["list_price"].tolist() == [12300, 500]
    assert [(one.code, one.severity, one.row, one.found) for one in found.findings] == [
        ("number-as-text", "warning", 0, "１２３")
    ]


def test_text_of_ours_is_read_as_it_was_written():
    """A finding that quotes an error cell quotes it still when Checks is read."""
    checks = {
        "severity": ["Error"],
        "code": ["cell-error"],
        "table": ["Deals"],
        "row_key": ["D1"],
        "field": ["Amount"],
        "found": ["#REF!"],
        "expected": ["a"],
        "advice": ["b"],
    }
    found = read(table("Checks", checks))
    assert found.frame["found"].tolist() == ["#REF!"]
    assert found.findings == ()


def test_a_measure_has_the_unit_of_its_metric():
    """A revenue target is money, an order target a count."""
    cells = table(
        "Targets",
        {
            "year": [2026.0, 2026.0],
            "scope_kind": ["Company", "公司"],
            "metric": ["revenue", "订单数"],
            "target": [1000.0, 12.0],
        },
    )
    frame = read(cells).frame
    assert frame["target"].tolist() == [100000, 12]
    assert frame["scope"].tolist() == ["company", "company"]


def test_half_an_order_is_no_target():
    """A count that is not whole is a finding and counts as missing: the row cannot be used."""
    cells = table(
        "Targets",
        {
            "year": [2026.0],
            "scope_kind": ["team"],
            "scope": ["A"],
            "metric": ["orders"],
            "target": [7.5],
        },
    )
    found = read(cells)
    assert (found.rows_in, found.rows_skipped) == (1, 1)
    assert codes(found) == [("number-not-whole", "target", 0)]


def test_blank_rows_are_no_rows():
    """Rows in which no field of ours holds anything are not counted, wherever they stand."""
    cells = table("Reps", {"rep_id": [None, "R1", "  "], "name": ["", "Ann", None]})
    found = read(cells)
    assert (found.rows_in, found.frame.index.tolist(), codes(found)) == (1, [1], [])


def test_a_row_without_key_is_skipped_with_a_finding():
    """A missing or unreadable key or required field skips the row;
    its position leads to the cell.
    """
    cells = table("Reps", {"rep_id": ["R1", None, "R3"], "name": ["Ann", "Bob", CellError("#N/A")]})
    found = read(cells)
    assert found.frame["rep_id"].tolist() == ["R1"]
    assert codes(found) == [("missing-key", "rep_id", 1), ("cell-error", "name", 2)]
    assert found.address(1, "rep_id") == "A5"
    assert found.findings[0].row_key == "#5"


def test_an_optional_field_that_cannot_be_read_counts_as_missing():
    """The row is used, the cell is named."""
    cells = table("Reps", {"rep_id": ["R1"], "name": ["Ann"], "hired_on": ["soon"]})
    found = read(cells)
    assert found.frame["hired_on"].isna().tolist() == [True]
    assert found.rows_skipped == 0
    assert [finding.field for finding in found.findings] == ["hired_on"]
    assert found.findings[0].found == "soon"


DAY = dt.datetime(2026, 1, 5)
PEOPLE = {"customer_id": "C1", "rep_id": "R1"}
COMPANY = {"scope_kind": "Company", "scope": "Company"}


@pytest.mark.parametrize(
    ("name", "cells", "field", "wrong"),
    [
        ("Targets", {"year": 2026, **COMPANY, "target": 5}, "metric", "New custmers"),
        ("TargetMonths", {"year": 2026, **COMPANY, "month": 1, "amount": 5}, "metric", "Custmers"),
        ("Outlook", {"year": 2026, **COMPANY}, "metric", "New custmers"),
        ("Locks", {"year": 2026, "rep_id": "R1", "month": 12, "amount": 5}, "kind", "Up to"),
        ("AwardRules", {"award": "Best seller", "valid_from": DAY}, "period_kind", "Yearly"),
        (
            "Orders",
            {"order_id": "O1", **PEOPLE, "ordered_on": DAY, "amount": 5},
            "line_no",
            "second",
        ),
    ],
)
def test_a_key_field_that_cannot_be_read_is_not_blank(name, cells, field, wrong):
    """A mistyped metric is no revenue: it would take the place of the row that is right."""
    both = {key: [value, value] for key, value in cells.items()}
    found = read(table(name, {**both, field: [None, wrong]}))
    assert found.frame.index.tolist() == [0]
    assert found.rows_skipped == 1
    assert [(finding.field, finding.row) for finding in found.findings] == [(field, 1)]


def test_a_value_out_of_its_range_counts_as_missing():
    """A deal's amount is never negative."""
    cells = table(
        "Deals", {"deal_id": ["D1"], "rep_id": ["R1"], "stage": ["Lead"], "amount": [-5.0]}
    )
    found = read(cells)
    assert found.frame["amount"].isna().tolist() == [True]
    assert codes(found) == [("below-minimum", "amount", 0)]


def test_of_rows_with_one_key_the_sheet_order_decides_nothing():
    """The same row of two twins is used whatever their order."""
    rows = {"rep_id": ["R1", "R1"], "name": ["Zoe", "Ann"]}
    turned = {"rep_id": ["R1", "R1"], "name": ["Ann", "Zoe"]}
    names = [read(table("Reps", drawn)).frame["name"].tolist() for drawn in (rows, turned)]
    assert names == [["Ann"], ["Ann"]]
    assert codes(read(table("Reps", rows))) == [("duplicate-key", "rep_id", 0)]


def test_headers_are_known_in_both_languages_and_in_any_order():
    """A Chinese book reads as an English one does."""
    english = table("Reps", {"rep_id": ["R1"], "name": ["Ann"], "hired_on": [dt.date(2026, 1, 5)]})
    chinese = table(
        "Reps", {"rep_id": ["R1"], "name": ["Ann"], "hired_on": ["2026年1月5日"]}, language="zh-CN"
    )
    pd.testing.assert_frame_equal(read(english).frame, read(chinese).frame)


def test_a_key_column_that_is_gone_is_refused_by_name():
    """Without its key column a table cannot be read at all."""
    cells = table("Reps", {"rep_id": ["R1"], "name": ["Ann"]})
    headers = tuple(header.replace("Rep ID", "Number") for header in cells.headers)
    broken = TableCells("Reps", cells.sheet, headers, cells.columns, 4, 1)
    with pytest.raises(ColumnMissing) as refused:
        read(broken)
    assert refused.value.params["field"] == "Reps.rep_id"


def test_an_optional_column_that_is_gone_counts_as_missing():
    """Users may delete what they do not need."""
    whole = table("Reps", {"rep_id": ["R1"], "name": ["Ann"], "team": ["A"]})
    keep = [place for place, header in enumerate(whole.headers) if header != "Team"]
    cut = TableCells(
        "Reps",
        whole.sheet,
        tuple(whole.headers[place] for place in keep),
        tuple(whole.columns[place] for place in keep),
        4,
        1,
    )
    assert read(cut).frame["team"].isna().all()


def test_merged_cells_are_named():
    """Merged cells hide what should be there."""
    cells = table("Reps", {"rep_id": ["R1", "R2"], "name": ["Ann", "Bob"]}, merged=((4, 2, 5, 2),))
    assert ("merged-cells", "name", 0) in codes(read(cells))


@pytest.mark.parametrize(
    ("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA"), (16384, "XFD")]
)
def test_column_letters(number: int, letters: str):
    """Columns are named as a sheet names them."""
    assert column_letters(number) == letters


def test_a_formula_without_its_value_is_no_blank_cell():
    """A program that does not calculate wrote it: the amount is missing, and somebody must know."""
    found = read(table("Products", {"product": ["P", "Q"], "list_price": [NOT_CALCULATED, 5.0]}))
    assert codes(found) == [("formula-without-value", "list_price", 0)]
    assert found.frame["list_price"].isna().tolist() == [True, False]


def test_a_row_typed_below_the_table_is_named():
    """Programs that do not know tables do not let them grow; the row is not used, and not passed
    over.
    """
    cells = table("Products", {"product": ["P"], "list_price": [5.0]})
    found = read(replace(cells, below=(None, 7.0)))
    assert [(one.code, one.severity, one.row, one.found) for one in found.findings] == [
        ("row-below-table", "warning", 1, "7.0")
    ]
    assert found.rows_in == 1


def test_a_column_under_another_header_is_named():
    """A renamed header would make all its values missing without a word; a removed column is a
    choice.
    """
    cells = table("Products", {"product": ["P"], "list_price": [5.0]})
    renamed = replace(cells, headers=(cells.headers[0], "Our price"))
    found = {
        one.field: one.found for one in read(renamed).findings if one.code == "column-not-there"
    }
    assert found["list_price"] == "Our price"
    assert read(cells).findings == ()


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        (9_999_999_999_999.99, "USD", 999_999_999_999_999),
        (99_999_999_999.9999, "CLF", 999_999_999_999_999),
        (10_000_000_000_000.0, "USD", None),
        (1_000_000_000_000.0, "KWD", None),
        (9_999_999_999_999_999.0, "JPY", None),
    ],
)
def test_an_amount_with_more_digits_than_a_sheet_keeps_is_refused(typed, currency, minor):
    """A cent would be lost without a word."""
    found = read(table("Products", {"product": ["P"], "list_price": [typed]}), currency)
    assert found.frame["list_price"].fillna(-1).tolist() == [-1 if minor is None else minor]
    assert codes(found) == ([("number-too-large", "list_price", 0)] if minor is None else [])


@pytest.mark.parametrize(
    ("currency", "typed", "counts"),
    [("USD", 0.015, "0.02"), ("USD", 33.3333, "33.33"), ("JPY", 10.5, "11")],
)
def test_an_amount_of_parts_of_a_coin_is_rounded_and_named(currency, typed, counts):
    """What counts is said, for sums on the sheet go by what is typed."""
    columns = {"payment_id": ["P"], "order_id": ["O"], "paid_on": ["2026-05-13"], "amount": [typed]}
    (found,) = read(table("Payments", columns), currency).findings
    assert (found.code, found.severity, found.field) == ("money-rounded", "warning", "amount")
    assert str(found.params["counts"]) == counts


@pytest.mark.parametrize("typed", [0.1 + 0.2, 1234.56, 99_999_999_999.99, 0.29 * 100, None])
def test_noise_of_a_calculation_is_no_part_of_a_coin(typed):
    columns = {"deal_id": ["D"], "rep_id": ["R"], "stage": ["S"], "amount": [typed]}
    assert read(table("Deals", columns)).findings == ()


def test_a_target_of_parts_of_a_coin_is_named_and_a_count_is_none():
    columns = {
        "year": [2026.0, 2026.0],
        "scope_kind": ["Company", "Company"],
        "metric": ["Revenue", "Orders"],
        "target": [1000.005, 10.0],
    }
    found = read(table("Targets", columns)).findings
    assert [(one.code, one.row) for one in found] == [("money-rounded", 0)]
