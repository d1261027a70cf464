"""What people put on rows: a file and a running Excel tell, carry and lose the same."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwings as xw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.package import open_package
from salesbook.store import KEEP, Annotation, Mark, TableWrite
from tests.engines.fake_excel import Book
from tests.engines.loading import load_model
from tests.hosts.conftest import values

HEADERS = ("key", "amount", "twice", "own", "note")
ROWS = 8
"""Body rows, from row 3 on, beside a table of one row."""
FORMULAS = (
    "=[@amount]*2",
    "=C3*10",
    "=C4+C5",
    "=SUM($C$3:$C$10)",
    "=SUM(C3:C4)",
    "=Other!A1",
    "=C2",
)


@st.composite
def books(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what lies on the rows: exceptions, formulas, notes, links, fills, heights."""
    rows = st.integers(0, ROWS - 1)
    spots = st.tuples(rows, st.integers(0, len(HEADERS) - 1))
    return {
        "exceptions": draw(
            st.dictionaries(rows, st.sampled_from(["DO NOT CALL", 7.0]), max_size=3)
        ),
        "formulas": draw(st.dictionaries(rows, st.sampled_from(FORMULAS), max_size=3)),
        "notes": draw(st.dictionaries(spots, st.sampled_from(["call", "two\nlines"]), max_size=4)),
        "links": draw(
            st.dictionaries(
                st.tuples(rows, st.just(4)),
                st.sampled_from(["https://x.example/a", "internal:Other!A1"]),
                max_size=3,
            )
        ),
        "fills": draw(st.dictionaries(spots, st.sampled_from(["#FFFF00", "#FF0000"]), max_size=5)),
        "heights": draw(st.dictionaries(rows, st.sampled_from([30, 12.75]), max_size=2)),
    }


def drawn_book(path: Path, drawn: dict[str, Any]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, other = book.add_worksheet("Own"), book.add_worksheet("Other")
        other.write("A1", 5)
        columns: list[dict[str, Any]] = [{"header": header} for header in HEADERS]
        columns[2]["formula"] = "=[@amount]*2"
        sheet.add_table(1, 1, 1 + ROWS, len(HEADERS), {"name": "Deals", "columns": columns})
        for row in range(ROWS):
            _draw_row(book, sheet, row, drawn)


def _draw_row(book: Any, sheet: Any, row: int, drawn: dict[str, Any]) -> None:
    contents: list[Any] = [f"D{row}", row + 1.5, None, None, f"n{row}"]
    contents[2] = drawn["exceptions"].get(row)
    contents[3] = drawn["formulas"].get(row)
    for place, content in enumerate(contents):
        cell = row + 2, place + 1
        fill = drawn["fills"].get((row, place))
        style = book.add_format({"bg_color": fill}) if fill else None
        if (row, place) in drawn["links"]:
            sheet.write_url(*cell, drawn["links"][row, place], style, str(content))
        elif place == 2 and content is None:
            sheet.write_formula(*cell, "=Deals[[#This Row],[amount]]*2", style, (row + 1.5) * 2)
        elif isinstance(content, str) and content.startswith("="):
            sheet.write_formula(*cell, content.replace("[@", "Deals[[#This Row],["), style, 1)
        elif content is None:
            sheet.write_blank(*cell, None, style)
        else:
            sheet.write(*cell, content, style)
        if (row, place) in drawn["notes"]:
            sheet.write_comment(*cell, drawn["notes"][row, place], {"author": "Ann"})
    if row in drawn["heights"]:
        sheet.set_row(row + 2, drawn["heights"][row])


@st.composite
def new_marks(draw: st.DrawFn, rows: list[int]) -> list[Annotation]:
    """Draw at most one mark for each of some cells of new rows."""
    if not rows:
        return []
    spots = draw(st.sets(st.tuples(st.sampled_from(rows), st.sampled_from(HEADERS)), max_size=3))
    kinds = st.sampled_from(
        [
            (Mark.NOTE, "put back"),
            (Mark.LINK, "#Other!B2"),
            (Mark.COLOUR, "#123456"),
        ]
    )
    marks = [Annotation(row, header, *draw(kinds)) for row, header in sorted(spots)]
    formulas = draw(st.sets(st.sampled_from(rows), max_size=1))
    return [*marks, *(Annotation(row, "own", Mark.FORMULA, "=1+1") for row in formulas)]


def told(annotations: Any) -> list[tuple[object, ...]]:
    return sorted((it.row, HEADERS.index(it.header), it.mark, _plain(it)) for it in annotations)


def _plain(annotation: Annotation) -> object:
    content = annotation.content
    return float(content) if isinstance(content, int | float) else content


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_both_hosts_carry_the_same(data: st.DataObject) -> None:
    """After two random writes both tell the same marks, values and losses of the same rows."""
    drawn = data.draw(books())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Book.xlsx"
        drawn_book(path, drawn)
        excel = ExcelHost(xw.Book(impl=Book(load_model(path))), patience=0)
        with open_package(path, for_writing=True) as package:
            assert told(package.annotations("Deals")) == told(excel.annotations("Deals"))
            for _ in range(2):
                rows = package.read("Deals").row_count
                sources = data.draw(
                    st.lists(
                        st.none() | st.integers(0, rows - 1), min_size=1, max_size=9, unique_by=id
                    )
                )
                new_rows = [row for row, source in enumerate(sources) if source is None]
                put = data.draw(new_marks(new_rows))
                columns = {"key": [KEEP] * len(sources)}
                write = TableWrite("Deals", columns, sources, annotations=put)
                assert told(package.losses(write)) == told(excel.losses(write))
                package.write([write])
                excel.write([write])
                assert told(package.annotations("Deals")) == told(excel.annotations("Deals"))
                mine, theirs = values(excel.read("Deals")), values(package.read("Deals"))
                for header in ("key", "amount", "note"):
                    assert mine[header] == theirs[header]
