"""What holds for every file that is read: no cell comes into another column, no line is passed over.

A table is drawn and written in one of many layouts. It comes back cell for cell, or the file is
refused; a row that cannot be read is told with its reason, and so is every line that is no row.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import AmbiguousFile, ColumnMissing
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import ForeignTable, SourceOptions

HEADERS = ("Order number", "Customer", "Order date", "Amount", "Note")
TEXTS = st.text(alphabet="ab ,;\t|'\"\\-.:#=é客\n1", max_size=8).map(
    lambda text: text.strip(" \t\n'=")
)
"""Cells that do not begin as `'=1+1` and `="001"` do: those are texts in disguise."""
NAMES = st.sampled_from(["Acme", "Acme, Ltd", "O'Neil", '3" pipe', "Öl; Gas", "客户|一", "a\nb, c"])
NUMBERS = st.integers(1, 9999)
ROWS = st.tuples(NUMBERS, NAMES | TEXTS, st.integers(1, 28), NUMBERS, NAMES | TEXTS)
DRAWN = st.lists(ROWS, min_size=1, max_size=6)


@dataclass(frozen=True)
class Written:
    """A file's text, and the rows that it holds."""

    text: str
    rows: list[list[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("layout")


def cells_of(drawn: tuple[int, str, int, int, str]) -> list[str]:
    number, name, day, amount, note = drawn
    return [f"SO-{number}", name, f"2026-03-{day:02}", str(amount), note]


def as_read(cells: list[str]) -> list[str]:
    """Cells as the import takes them: line ends are one sign, blanks around a cell do not count."""
    return [cell.replace("\r\n", "\n").strip() for cell in cells]


def read(folder, text: str, **options) -> ForeignTable | None:
    """The table of a text; None where it is refused."""
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        return read_source(path, "Orders", SourceOptions(**options))
    except (AmbiguousFile, ColumnMissing):
        return None


def sound_rows(table: ForeignTable) -> list[list[str]]:
    """Sound rows by the headers that were written, wherever their columns stand."""
    columns = [table.headers.index(header) for header in HEADERS]
    rows = [row for row in table.rows if row.fault is None]
    return [as_read([str(row.cells[column] or "") for column in columns]) for row in rows]


def lines_told(table: ForeignTable) -> set[int]:
    """All lines of the file that belong to a row or are told apart."""
    spans = [(row.number, row.last_line) for row in table.rows]
    spans += [(part.first, part.last) for part in table.apart]
    return {line for first, last in spans for line in range(first, last + 1)}


def filled_lines(text: str) -> set[int]:
    """Lines that hold more than blanks, delimiters and quotes."""
    lines = text.replace("\r\n", "\n").split("\n")
    return {number for number, line in enumerate(lines, start=1) if line.strip(" ,;\t|\"'")}


def is_part_in_order(some: list[list[str]], whole: list[list[str]]) -> bool:
    rest = iter(whole)
    return all(row in rest for row in some)


def written_csv(rows: list[list[str]], delimiter: str, quoting: int, line_end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=line_end).writerows(rows)
    return out.getvalue()


@st.composite
def files(draw) -> Written:
    """A table under titles, from B2, with repeated headers, sums, notes and another table."""
    rows = [cells_of(row) for row in draw(DRAWN)]
    indent = draw(st.sampled_from([0, 0, 1, 2]))
    trailing = draw(st.sampled_from([0, 0, 1]))
    width = indent + len(HEADERS) + trailing

    def placed(cells):
        return [""] * indent + list(cells) + [""] * trailing

    def alone(text):
        return [text] + [""] * (width - 1) if draw(st.booleans()) else [text]

    lines = [
        alone(title) for title in draw(st.lists(st.sampled_from(["Orders", "As of May", "Page 1"])))
    ]
    lines += [[""]] * draw(st.integers(0, 2))
    lines.append(placed(HEADERS))
    again = draw(st.sampled_from([0, 2, 3]))
    for number, row in enumerate(rows):
        if again and number and number % again == 0:
            lines.append(placed(HEADERS))
        lines.append(placed(row))
        lines += [[""]] * draw(st.sampled_from([0, 0, 0, 1]))
    if draw(st.booleans()):
        lines.append(placed(["Total", "", "", "99", ""]))
    if draw(st.booleans()):
        lines += [[""], alone("Confidential Information - Do Not Distribute")]
    if draw(st.booleans()):
        lines += [[""], placed(["Name", "Company", "Email", "Phone", "City"]), placed("abcde")]

    delimiter = draw(st.sampled_from(",;\t|"))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    return Written(written_csv(lines, delimiter, quoting, line_end), rows)


@settings(max_examples=60, deadline=None)
@given(file=files())
def test_a_table_comes_back_cell_for_cell_or_the_file_is_refused(folder, file):
    """Sound rows are the rows that were written, in their order; none has a cell of another."""
    table = read(folder, file.text)
    if table is not None:
        # A line alone under a narrow table may be a row whose other cells are blank.
        sound = [row for row in sound_rows(table) if any(row[1:])]
        assert is_part_in_order(sound, list(map(as_read, file.rows)))


@settings(max_examples=60, deadline=None)
@given(file=files())
def test_every_line_is_a_row_or_told_apart(folder, file):
    """Titles, headers, sums, notes and other tables: whatever is no row is told with its line."""
    table = read(folder, file.text)
    if table is not None:
        assert filled_lines(file.text) <= lines_told(table)


@settings(max_examples=60, deadline=None)
@given(file=files())
def test_no_row_gets_lost(folder, file):
    """Each row that was written comes back, sound or with the reason why not."""
    table = read(folder, file.text)
    if table is not None:
        assert len(table.rows) >= len(file.rows)


QUOTED = st.text(alphabet="ab ,;\\'\"\n1", max_size=6).map(str.strip)


@settings(max_examples=80, deadline=None)
@given(
    drawn=st.lists(
        st.tuples(NUMBERS, QUOTED, st.integers(1, 28), NUMBERS, QUOTED), min_size=2, max_size=5
    ),
    blank=st.sampled_from(["", " "]),
    quote=st.sampled_from("\"'"),
)
def test_backslashes_blanks_and_apostrophes_shift_no_cell(folder, drawn, blank, quote):
    r"""`\"` and `\\` in quoted cells, a blank behind delimiters, and `'` around cells."""
    rows = [cells_of(row) for row in drawn]

    def line(cells):
        escaped = (cell.replace("\\", "\\\\").replace(quote, f"\\{quote}") for cell in cells)
        return f",{blank}".join(f"{quote}{cell}{quote}" for cell in escaped)

    table = read(folder, "\n".join(map(line, [list(HEADERS), *rows])) + "\n")
    if table is not None:
        sound = sound_rows(table)
        plain = [row for row in rows if not any(sign in "".join(row) for sign in "\\\"'\n")]
        assert [row for row in sound if row in plain] == plain
        assert len(sound) <= len(rows)
        for row in sound:
            assert row[0].startswith("SO-")
            assert row[2].startswith("2026-03-")
            assert row[3].isdecimal()


WORDS = st.text(alphabet="abé客1.-", min_size=1, max_size=9)


@settings(max_examples=60, deadline=None)
@given(
    drawn=st.lists(
        st.tuples(NUMBERS, WORDS, st.integers(1, 28), NUMBERS, WORDS), min_size=1, max_size=6
    ),
    right=st.booleans(),
    rules=st.booleans(),
)
def test_columns_kept_apart_by_blanks_are_read_or_refused(folder, drawn, right, rules):
    """Fixed widths, numbers at the left or at the right, with or without lines of dashes."""
    rows = [cells_of(row) for row in drawn]
    widths = [14, 24, 12, 8, 24]

    def line(cells):
        padded = []
        for cell, width in zip(cells, widths, strict=True):
            room = width - sum(2 if sign == "客" else 1 for sign in cell)
            is_number = right and cell.isdecimal()
            padded.append(" " * (room - 2) + cell + "  " if is_number else cell + " " * room)
        return "".join(padded).rstrip()

    lines = [line(HEADERS)]
    lines += ["-" * 40] if rules else []
    lines += map(line, rows)
    table = read(folder, "\n".join(lines) + "\n")
    if table is not None and set(HEADERS) <= set(table.headers):
        assert is_part_in_order(sound_rows(table), rows)
        assert filled_lines("\n".join(lines)) <= lines_told(table)


@settings(max_examples=100, deadline=None)
@given(
    drawn=st.lists(
        st.tuples(
            NUMBERS,
            st.sampled_from(["Acme", "Hill Ltd"]),
            st.integers(1, 28),
            NUMBERS,
            st.sampled_from(["x", "y z", ""]),
        ),
        min_size=2,
        max_size=7,
    ),
    places=st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 4), st.booleans()), min_size=1, max_size=2
    ),
)
def test_stray_quotes_spoil_only_their_own_lines(folder, drawn, places):
    """However many quotes are never closed, the rows without one are read as they are."""
    rows = [cells_of(row) for row in drawn]
    spoiled = [list(row) for row in rows]
    touched = set()
    for row, column, at_end in places:
        index = row % len(rows)
        touched.add(index)
        cell = spoiled[index][column]
        spoiled[index][column] = f'{cell}"' if at_end else f'"{cell}'
    text = "\n".join(",".join(row) for row in [list(HEADERS), *spoiled]) + "\n"

    table = read(folder, text)
    assert table is not None
    untouched = [row for index, row in enumerate(rows) if index not in touched]
    assert is_part_in_order(untouched, sound_rows(table))
    assert filled_lines(text) <= lines_told(table)
