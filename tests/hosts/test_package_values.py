"""What a sheet says beside plain values: formulas without one,
and rows that its table leaves out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from salesbook.hosts.package import open_package
from salesbook.store import NOT_CALCULATED, CellError, TableCells, TableWrite
from tests.hosts.books import bend, plain_book, swap
from tests.hosts.conftest import values

SHEET = "xl/worksheets/sheet1.xml"


def table(book: Path) -> TableCells:
    with open_package(book, for_writing=False) as host:
        return host.read("Deals")


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="D4"><f>1+1</f></c>',
        b'<c s="1" r="D4" t="n"><f t="shared" si="0"/></c>',
        b'<c r="D4"><f t="array" ref="D4">1+1</f></c>',
    ],
)
def test_a_formula_without_a_value_is_no_blank(tmp_path: Path, cell: bytes) -> None:
    """Programs that do not calculate write such cells; a blank text is a value, and so is 0."""
    book = bend(plain_book(tmp_path / "B.xlsx"), {SHEET: swap(b'<c r="D4"><v>-3</v></c>', cell)})
    assert values(table(book))["amount"] == [1200.5, NOT_CALCULATED, None]
    told = b'<c r="D4" t="str"><f>""</f><v></v></c>'
    assert values(table(bend(book, {SHEET: swap(cell, told)})))["amount"] == [1200.5, None, None]


def test_a_formula_without_a_value_is_no_error_value_when_it_is_written(tmp_path: Path) -> None:
    """Excel knows no error of that name."""
    book = plain_book(tmp_path / "B.xlsx")
    with open_package(book, for_writing=True) as host:
        host.write([TableWrite("Deals", {"amount": [NOT_CALCULATED]}, [0])])
        host.save()
    assert list(values(table(book))["amount"]) == [CellError("#N/A")]


def test_what_stands_right_below_a_table_is_told(tmp_path: Path) -> None:
    """Beside the table, and a row further down, is the user's own ground."""
    book = plain_book(tmp_path / "B.xlsx")
    assert table(book).below == ()
    end = b"</sheetData>"
    far = b'<row r="6"><c r="H6"><v>1</v></c></row><row r="7"><c r="C7"><v>2</v></c></row>' + end
    assert table(bend(book, {SHEET: swap(end, far)})).below == ()
    near = b'<row r="6"><c r="D6"><v>5</v></c><c r="H6"><v>1</v></c></row>'
    cut = b'<row r="6"><c r="H6"><v>1</v></c></row>'
    assert table(bend(book, {SHEET: swap(cut, near)})).below == (None, None, 5.0, None, None)


def test_cells_outside_tables_are_told_together(tmp_path: Path) -> None:
    """A blank cell and one beyond all that the sheet holds are None."""
    book = plain_book(tmp_path / "B.xlsx")
    with open_package(book, for_writing=False) as host:
        sheet = host.read("Deals").sheet
        typed = host.typed(sheet, [(4, 4), (2, 9), (500, 90)])
        assert host.typed(sheet, []) == {}
    assert typed == {(4, 4): -3.0, (2, 9): None, (500, 90): None}
