"""What the host in Excel does with filters and sortings of the tables that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area
from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.package import open_package
from salesbook.store import KEEP, Annotation, Host, Mark, TableWrite
from tests.engines.excel_model import BookModel, TableModel
from tests.engines.fake_com import open_com
from tests.engines.fake_excel import open_fake
from tests.hosts.excel_books import table, worn_book, worn_host
from tests.hosts.filtered_books import column_filter, filtered_book, shown_rows

WRITE = TableWrite("Deals", {"amount": [1, 2, 3]}, [0, 1, 2])
AND, OR, TOP, VALUES, COLOUR, DYNAMIC = 1, 2, 3, 7, 8, 11

Opened = tuple[Host, BookModel]


@pytest.fixture
def excel(tmp_path: Path) -> Iterator[Opened]:
    """Give the worn book behind xlwings' own Windows engine."""
    with open_com(worn_book(tmp_path / "Worn.xlsx")) as (book, model):
        yield ExcelHost(book, patience=0), model


def filter_column(
    model: BookModel, field: int, operator: int | None, first: Any, second: Any = None
) -> None:
    """Filter a column of Deals as Excel would tell it."""
    values = [text.removeprefix("=") for text in first] if isinstance(first, list) else None
    told = (operator, first, second)
    table(model).criteria[field] = {"field": field, "values": values, "told": told}


def told(model: BookModel) -> dict[int, Any]:
    return {field: one.get("told") for field, one in table(model).criteria.items()}


COMES_BACK = [
    (None, "=R2", None),
    (None, "=a*", None),
    (None, "=a~*", None),
    (None, "=", None),
    (None, "<>", None),
    (AND, ">=5", "<9"),
    (OR, "<5", "=*x*"),
    (VALUES, ["=R1", "=", "=a*b"], None),
    (DYNAMIC, 7, None),
    (TOP, "2", None),
]


@pytest.mark.parametrize(("operator", "first", "second"), COMES_BACK)
def test_what_excel_tells_goes_back_to_it(
    excel: Opened, operator: int | None, first: Any, second: Any
) -> None:
    """A criterion that Excel tells in full is set aside and comes back to the letter, wildcards,
    blanks and moving dates included; Excel evaluates it on the new body.
    """
    host, model = excel
    filter_column(model, 1, operator, first, second)
    assert host.losses(WRITE) == []
    host.write([WRITE])
    assert told(model) == {1: (operator, first, second)}
    assert [model.sheets[0].cells[row, 2].value for row in (2, 3, 4)] == [1, 2, 3]


CLEARED = [
    (COLOUR, None, "cell-colour"),
    (9, object(), "font-colour"),
    (10, None, "icon"),
    (VALUES, None, "dates"),
    (TOP, ">=20", "top"),
    (DYNAMIC, None, "dates"),
]


@pytest.mark.parametrize(("operator", "first", "words"), CLEARED)
def test_what_excel_does_not_tell_is_cleared_and_told(
    excel: Opened, operator: int, first: Any, words: str
) -> None:
    """A filter of colours, icons, days ticked in the list or the top is told beforehand with all
    its columns, and cleared.
    """
    host, model = excel
    filter_column(model, 1, None, "=R2")
    filter_column(model, 2, operator, first)
    assert host.losses(WRITE) == [
        Annotation(None, "rep_id", Mark.FILTER, "= R2"),
        Annotation(None, "amount", Mark.FILTER, words),
    ]
    host.write([WRITE])
    assert told(model) == {}
    assert [model.sheets[0].cells[row, 2].value for row in (2, 3, 4)] == [1, 2, 3]


def test_a_write_that_changes_nothing_clears_nothing(excel: Opened) -> None:
    """What is there already is not written, so that no filter is in the way."""
    host, model = excel
    filter_column(model, 2, COLOUR, None)
    same = TableWrite("Deals", {"amount": [10, 20, KEEP]}, [0, 1, 2])
    assert host.losses(same) == []
    host.write([same])
    assert list(told(model)) == [2]


def test_through_xlwings_alone(tmp_path: Path) -> None:
    """Where only xlwings tells, as on a Mac: values and comparisons come back, wildcards do not."""
    host, model = worn_host(tmp_path)
    values = {"field": 1, "type": "values", "values": ["R2", ""], "operator": None}
    table(model).criteria[1] = dict(values)
    assert host.losses(WRITE) == []
    host.write([WRITE])
    assert table(model).criteria[1]["values"] == ["R2", "="]

    wildcard = {"field": 1, "type": "comparison", "operator": "equal_to", "value1": "a*"}
    table(model).criteria[1] = wildcard
    again = TableWrite("Deals", {"amount": [7, 8, 9]}, [0, 1, 2])
    assert [loss.content for loss in host.losses(again)] == ["= a*"]
    host.write([again])
    assert table(model).criteria == {}


def test_a_neighbour_that_could_not_come_back(excel: Opened) -> None:
    """A filter of a table in the same rows, which is not written, is not ours to clear: refused.
    One below is left alone.
    """
    host, model = excel
    sheet = model.sheets[0]
    beside = TableModel(sheet, "Own", Area(1, 8, 4, 9), criteria={1: {"field": 1}})
    sheet.tables.append(beside)
    with pytest.raises(CannotWrite) as caught:
        host.write([WRITE])
    assert (caught.value.code, caught.value.params["table"]) == ("filtered-table", "Own")
    assert model.program.writes == 0

    beside.area = Area(20, 1, 24, 2)
    host.write([WRITE])
    assert beside.criteria == {1: {"field": 1}}


def test_a_filter_of_the_sheet_beside_the_table(excel: Opened) -> None:
    """A filter that is no table's refuses where it hides rows of the table that is written."""
    host, model = excel
    model.sheets[0].own_filter = Area(3, 8, 9, 9)
    with pytest.raises(CannotWrite) as caught:
        host.write([WRITE])
    assert (caught.value.code, model.program.writes) == ("filtered-table", 0)
    model.sheets[0].own_filter = Area(30, 1, 40, 2)
    host.write([WRITE])
    assert model.sheets[0].cells[2, 2].value == 1


@pytest.mark.parametrize(
    ("amounts", "order", "sort_on", "stays"),
    [
        ([1, 2, 3], 1, 0, True),
        ([3, 2, 1], 1, 0, False),
        ([3, 2, 1], 2, 0, True),
        ([1, 2, 3], 1, 1, False),
    ],
)
def test_a_sorting_stays_while_it_holds(
    excel: Opened, amounts: list[int], order: int, sort_on: int, stays: bool
) -> None:
    """What Excel says of a table's order goes where the new body has another, or by colours."""
    host, model = excel
    table(model).sort_fields.append((2, order, sort_on))
    host.write([TableWrite("Deals", {"amount": amounts}, [2, 0, 1])])
    assert bool(table(model).sort_fields) is stays


def test_the_hosts_agree_on_what_is_lost(tmp_path: Path) -> None:
    """For a colour, and for a comparison beside it, both hosts tell the same beforehand."""
    rows = [["x", 1, None, None], ["y", 2, None, None]]
    xml = column_filter(0, '<colorFilter dxfId="0"/>')
    xml += column_filter(
        1,
        '<customFilters and="1"><customFilter operator="greaterThan" val="0"/>'
        '<customFilter operator="lessThanOrEqual" val="5"/></customFilters>',
    )
    path = filtered_book(tmp_path / "b.xlsx", rows, xml)
    write = TableWrite("T", {}, [1, 0])
    with open_package(path, for_writing=False) as package:
        expected = list(package.losses(write))

    with open_com(path) as (book, model):
        one = model.sheets[0].tables[0]
        one.criteria[1] = {"field": 1, "told": (COLOUR, None, None)}
        one.criteria[2] = {"field": 2, "told": (AND, ">0", "<=5")}
        assert list(ExcelHost(book, patience=0).losses(write)) == expected
    assert [loss.content for loss in expected] == ["cell-colour", "> 0 & <= 5"]


def test_the_hosts_hide_the_same_rows(tmp_path: Path) -> None:
    """A filter by values shows the same rows of the new body in both."""
    rows = [["x", 1, None, None], ["y", 2, None, None], ["x", 3, None, None]]
    xml = column_filter(0, '<filters><filter val="x"/></filters>')
    path = filtered_book(tmp_path / "b.xlsx", rows, xml, hidden=[1])
    write = TableWrite("T", {"name": [KEEP, "x", KEEP]}, [1, None, 2])

    book, model = open_fake(path)
    model.sheets[0].tables[0].criteria[1] = {"field": 1, "type": "values", "values": ["x"]}
    ExcelHost(book, patience=0).write([write])
    hidden_in_excel = {row - 2 for row in model.sheets[0].tables[0].hidden_rows()}

    with open_package(path, for_writing=True) as host:
        host.write([write])
        host.save()
    assert {0, 1, 2} - hidden_in_excel == set(shown_rows(path)) == {1, 2}
