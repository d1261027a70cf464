"""What a new body of a table becomes in its sheet."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook import labels
from salesbook.cells.sameness import same_cell
from salesbook.frames import frame_from_rows
from salesbook.hosts.memory import MemoryHost
from salesbook.reading.table import read_table
from salesbook.store import KEEP, Cell, TableCells
from salesbook.writing.body import RowChanges, prepare_changes, prepare_write
from salesbook.writing.sameness import changes_of, content_fingerprint
from salesbook.writing.values import fifteen_digits
from tests.book.drawn import Drawn, table


def rewritten(
    cells: TableCells, rows: list[dict[str, object]]
) -> tuple[dict[str, list[Cell]], list[str]]:
    """The table's columns after a write of these rows, and the codes of what was lost."""
    host = MemoryHost([cells])
    read = read_table(cells, currency="USD")
    planned = prepare_write(read, frame_from_rows(cells.table, rows), language="en", currency="USD")
    host.write([planned.write])
    after = host.read(cells.table)
    marks = host.annotations(cells.table)
    assert planned.content == content_fingerprint(after, marks, read.field_by_header)
    return {h: list(c) for h, c in zip(after.headers, after.columns, strict=True)}, [
        finding.code for finding in planned.findings
    ]


def calls(own: Drawn | None = None) -> TableCells:
    """A call list with two customers."""
    return table(
        "CallList",
        {
            "customer_id": ["C1", "C2"],
            "due_on": [dt.date(2026, 1, 5), dt.date(2026, 1, 6)],
            "days_late": [1.0, 0.0],
            "tier": ["A", "B"],
            "because": ["x", "y"],
        },
        own=own,
    )


def call(customer: str) -> dict[str, object]:
    return {"customer_id": customer, "due_on": dt.date(2026, 1, 5), "days_late": 1, "tier": "A"}


def test_a_users_column_follows_its_rows_key():
    """Notes typed beside an output row stay with the customer when rows move."""
    after, lost = rewritten(
        calls(own={"My note": ["nice", "rude"]}), [call("C2"), call("C3"), call("C1")]
    )
    assert after["Customer"] == ["C2", "C3", "C1"]
    assert after["My note"] == ["rude", None, "nice"]
    assert lost == []


def test_typing_in_a_row_that_is_gone_is_named():
    """A note whose customer left the list is not lost in silence."""
    after, lost = rewritten(calls(own={"My note": ["nice", None]}), [call("C2")])
    assert after["My note"] == [None]
    assert lost == ["lost-typing"]


def test_no_rows_leave_one_blank_row():
    """A sheet's table keeps one body row."""
    after, _ = rewritten(calls(), [])
    assert all(column == [None] for column in after.values())


def test_what_is_unchanged_is_left_alone():
    """Equal columns and cells are kept, so that formats and files change only where something
    changed.
    """
    read = read_table(calls(), currency="USD")
    frame = read.frame.reset_index(drop=True)
    assert prepare_write(read, frame, language="en", currency="USD").write.columns == {}
    read = read_table(
        table("Products", {"product": ["P", "Q"], "list_price": [1.0, 2.0]}), currency="USD"
    )
    frame = frame_from_rows("Products", [{"product": "P", "list_price": 100}, {"product": "Q"}])
    columns = prepare_write(read, frame, language="en", currency="USD").write.columns
    assert columns == {"List price": [KEEP, None]}


def test_true_is_no_number():
    """Cells are held against each other by kind too: a switch is no 1, a date is its midnight."""
    new: list[Cell] = [1, 0, 3, None, dt.date(2026, 1, 1), "3"]
    old: list[Cell] = [True, 0.0, 3.0, "", dt.datetime(2026, 1, 1), 3]
    assert changes_of(new, old) == [1, KEEP, KEEP, KEEP, KEEP, "3"]
    assert changes_of(new[1:], old[1:]) == [KEEP, KEEP, KEEP, KEEP, "3"]
    assert changes_of([1, 2, None], [1.0, 2.0, None]) == [KEEP, KEEP, KEEP]


def test_sentences_choices_and_amounts_are_in_the_books_words():
    """Codes become labels of the language, messages sentences, cents decimals."""
    frame = frame_from_rows(
        "Products", [{"product": "P", "list_price": 123450, "cost": 99, "active": True}]
    )
    read = read_table(table("Products", {}, language="zh-CN"), currency="USD")
    columns = prepare_write(read, frame, language="zh-CN", currency="USD").write.columns
    shown = {
        field: columns[labels.header("Products", field, "zh-CN")]
        for field in ("list_price", "cost", "active")
    }
    assert shown == {"list_price": [1234.5], "cost": [0.99], "active": ["是"]}


def test_changes_touch_single_cells():
    """An import changes what it must; users' cells and formulas stay."""
    cells = table(
        "Products", {"product": ["P", "Q"], "list_price": [1.0, 2.0]}, own={"Mine": ["a", "b"]}
    )
    read = read_table(cells, currency="USD")
    new = frame_from_rows("Products", [{"product": "R", "list_price": 300}])
    changes = RowChanges(new, {1: {"list_price": 250}})
    planned = prepare_changes(read, changes, language="en", currency="USD")
    host = MemoryHost([cells])
    host.write([planned.write])
    after = dict(zip(host.read("Products").headers, host.read("Products").columns, strict=True))
    assert list(after["List price"]) == [1.0, 2.5, 3]
    assert list(after["Mine"]) == ["a", "b", None]
    assert planned.write.columns["List price"] == [KEEP, 2.5, 3]
    ours = read.field_by_header
    assert planned.content == content_fingerprint(host.read("Products"), (), ours)


def fingerprint(columns: list[list[Cell]]) -> str:
    """The fingerprint of a table of these columns on which nobody put anything."""
    headers = tuple(f"column {number}" for number in range(len(columns)))
    return content_fingerprint(TableCells("T", "Sheet", headers, tuple(columns), 2, 1), ())


def test_the_same_content_has_the_same_fingerprint():
    """Whole floats are ints, a blank text is nothing, a bare date its midnight."""
    left: list[list[Cell]] = [[1, None, dt.date(2026, 1, 1), True]]
    right: list[list[Cell]] = [[1.0, "", dt.datetime(2026, 1, 1), True]]
    assert fingerprint(left) == fingerprint(right)
    assert fingerprint(left) != fingerprint([[1, None, dt.date(2026, 1, 1), 1]])
    assert same_cell(1, 1.0)
    assert not same_cell(True, 1)
    assert not same_cell("1", 1)


@pytest.mark.parametrize(
    ("saved", "same"),
    [(0.333333333333333, True), (0.3333333333333333, True), (0.333333333333334, False)],
)
def test_numbers_are_those_that_a_sheet_shows(saved, same):
    """A program that saves 15 or 16 digits of a number typed nothing;
    another 15th digit is typing.
    """
    assert (fingerprint([[1 / 3, None]]) == fingerprint([[saved, None]])) is same
    assert (fingerprint([[1 / 3, "x"]]) == fingerprint([[saved, "x"]])) is same
    assert same_cell(1 / 3, saved) is same


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-20, 20))
def test_a_number_of_15_digits_stays_and_another_becomes_one(digits: int, power: int) -> None:
    """To the last digit, also right below a power of ten, whose logarithm is that of the power."""
    number = float(f"{digits}e{power}")
    longer = np.array([number, float(np.nextafter(number, np.inf)), math.pi * 10.0**power])
    kept, next_one, circle = fifteen_digits(longer).tolist()
    assert kept == number
    for value in (next_one, circle):
        assert float(f"{value:.15g}") == value
    assert next_one == pytest.approx(number, rel=1e-14)


@pytest.mark.parametrize(
    "text", ["9999999999999.99", "0.999999999999999", "1e15", "-0.1", "1e-300"]
)
def test_numbers_at_the_edge_of_15_digits_stay(text: str) -> None:
    assert fifteen_digits(np.array([float(text)])).tolist() == [float(text)]
