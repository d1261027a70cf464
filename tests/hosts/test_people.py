"""What people do to a workbook's sheets, columns and rows changes no result, or is one sentence."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from reliability.books import parts
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.errors import ColumnMissing, NoSuchTable, SalesbookError
from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.package import open_package
from salesbook.labels import header
from salesbook.labels.errors import error_advice, error_message
from salesbook.store import Host, TableCells
from tests.book.drawn import book, table
from tests.engines.fake_com import open_com
from tests.engines.fake_excel import open_fake
from tests.hosts.books import bend, put_table
from tests.hosts.filtered_books import column_filter, shown_rows

Tables = Sequence[TableCells]
Edit = Callable[[Tables], Tables]
Opening = Callable[[Path], contextlib.AbstractContextManager[Host]]
AS_OF = dt.date(2026, 6, 30)
RESULTS = ("Checks", "Duplicates", "RunLog")


@contextlib.contextmanager
def package(path: Path) -> Iterator[Host]:
    with open_package(path, for_writing=True) as host:
        yield host


@contextlib.contextmanager
def excel(path: Path) -> Iterator[Host]:
    yield ExcelHost(open_fake(path)[0], patience=0)


@contextlib.contextmanager
def excel_com(path: Path) -> Iterator[Host]:
    with open_com(path) as (opened, _):
        yield ExcelHost(opened, patience=0)


both = pytest.mark.parametrize("opening", [package, excel], ids=lambda one: one.__name__)


def drawn() -> Tables:
    """A small team with a mistake for each check to find: no key, no such manager, the same key
    twice.
    """
    team = {
        "rep_id": ["R1", "R2", None, "R4", "R4"],
        "name": ["Ann", "Bob", "Cy", "Di", "Di"],
        "manager_id": [None, "R1", "R1", "R9", "R9"],
        "email": [None, "bob@example.com", None, None, None],
    }
    customers = {
        "customer_id": ["C1", "C2"],
        "name": ["Müller & Sons", "王伟"],
        "owner_id": ["R1", "R7"],
    }
    host = book(table("Reps", team), table("Customers", customers))
    return [
        host.read(code) for code in ("Reps", "Customers", "Policy", "Stages", "Checks", "RunLog")
    ] + [host.read("Duplicates")]


def put(path: Path, tables: Tables) -> Path:
    """Make the file: a sheet per table, in the tables' order."""
    with xlsxwriter.Workbook(str(path)) as made:
        for cells in tables:
            sheet = made.add_worksheet(cells.sheet)
            rows = list(zip(*cells.columns, strict=True))
            corner = (cells.first_row - 2, cells.first_column - 1)
            put_table(sheet, cells.table, corner, cells.headers, rows)
    return path


def found(host: Host) -> list[tuple[object, ...]]:
    """The checks, without the places where things stand."""
    cells = host.read("Checks")
    wanted = [
        header("Checks", name, "en") for name in ("severity", "code", "table", "row_key", "found")
    ]
    columns = [cells.columns[cells.headers.index(one)] for one in wanted]
    keys = [
        str(key).split("#")[0] for key in columns[3]
    ]  # a row without a key is called by its place
    return sorted(zip(*columns[:3], keys, columns[4], strict=True), key=str)


def validated(host: Host) -> list[tuple[object, ...]]:
    run_action(host, "validate", Options(AS_OF))
    return found(host)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """What the untouched book's checks say."""
    with package(put(tmp_path_factory.mktemp("untouched") / "Book.xlsx", drawn())) as host:
        result = validated(host)
    assert len(result) > 3
    return result


def sheets_renamed_and_moved(tables: Tables) -> Tables:
    return [replace(cells, sheet=f"{cells.table} & Co (2) '销售") for cells in reversed(tables)]


def tables_moved(tables: Tables) -> Tables:
    return [replace(cells, first_row=9, first_column=4) for cells in tables]


def columns_turned(tables: Tables) -> Tables:
    return [
        replace(cells, headers=cells.headers[::-1], columns=cells.columns[::-1]) for cells in tables
    ]


def own_columns(tables: Tables) -> Tables:
    """One in front, one in the middle, one at the end."""
    result = []
    for cells in tables:
        headers, columns = list(cells.headers), list(cells.columns)
        for number, place in enumerate((0, 2, len(headers) + 2)):
            headers.insert(place, f"Own {number} 自己")
            first = None if cells.table in RESULTS else "mine"
            columns.insert(place, [first] + [None] * (cells.row_count - 1))
        result.append(replace(cells, headers=tuple(headers), columns=tuple(columns)))
    return result


def without(code: str, *names: str) -> Edit:
    def edit(tables: Tables) -> Tables:
        gone = {header(code, name, "en") for name in names}
        return [
            cells
            if cells.table != code
            else replace(
                cells,
                headers=tuple(one for one in cells.headers if one not in gone),
                columns=tuple(
                    column
                    for one, column in zip(cells.headers, cells.columns, strict=True)
                    if one not in gone
                ),
            )
            for cells in tables
        ]

    return edit


def rows_turned(tables: Tables) -> Tables:
    """As after sorting from Z to A."""
    return [
        replace(cells, columns=tuple(column[::-1] for column in cells.columns)) for cells in tables
    ]


email_deleted = without("Reps", "email")
email_deleted.__name__ = "email_deleted"


@both
@pytest.mark.parametrize(
    "edit",
    [
        sheets_renamed_and_moved,
        tables_moved,
        columns_turned,
        own_columns,
        rows_turned,
        email_deleted,
    ],
    ids=lambda edit: edit.__name__,
)
def test_results_do_not_change(
    opening: Opening, edit: Edit, expected: list[tuple[object, ...]], tmp_path: Path
) -> None:
    """Renamed and moved sheets, moved tables, reordered, extra and deleted columns, sorted rows."""
    with opening(put(tmp_path / "Book.xlsx", edit(drawn()))) as host:
        assert validated(host) == expected


@both
def test_a_book_under_any_name(
    opening: Opening, expected: list[tuple[object, ...]], tmp_path: Path
) -> None:
    """Spaces, `&`, brackets, quotes and Chinese characters in a file's name."""
    name = "Copy of Sales & Co (2) - 销售 副本, it's 100% [new] #1.xlsx"
    with opening(put(tmp_path / name, drawn())) as host:
        assert validated(host) == expected


def test_what_stands_in_own_columns_stays(tmp_path: Path) -> None:
    """In a table that people fill, every cell is where it was."""
    for opening in (package, excel, excel_com):
        folder = tmp_path / opening.__name__
        folder.mkdir()
        with opening(put(folder / "Book.xlsx", own_columns(drawn()))) as host:
            before = host.read("Reps")
            validated(host)
            assert host.read("Reps") == before
            assert [one for one in host.read("Checks").headers if one.startswith("Own")] == [
                "Own 0 自己",
                "Own 1 自己",
                "Own 2 自己",
            ]


def test_filtered_tables(expected: list[tuple[object, ...]], tmp_path: Path) -> None:
    """Rows that a filter hides count, and the filter is still there after the run."""
    opened, model = open_fake(put(tmp_path / "Book.xlsx", drawn()))
    host = ExcelHost(opened, patience=0)
    assert validated(host) == expected
    shown = {"field": 1, "type": "values", "values": ["R1"], "operator": None}
    for sheet in model.sheets:
        for one in sheet.tables:
            if one.name in ("Reps", "Checks"):
                one.criteria[1] = dict(shown)
    assert validated(host) == expected
    kept = [one.criteria for sheet in model.sheets for one in sheet.tables if one.criteria]
    assert [one[1]["values"] for one in kept] == [["R1"], ["R1"]]


def test_filtered_results_in_the_file(expected: list[tuple[object, ...]], tmp_path: Path) -> None:
    """A filter on results shows, after a run without Excel, just the rows that it is for."""
    path = put(tmp_path / "Book.xlsx", drawn())
    code = header("Checks", "code", "en")
    wanted = str(expected[0][1])
    with package(path) as host:
        place = host.read("Checks").headers.index(code)
    is_checks = b'name="Checks"'
    part = next(name for name, data in parts(path).items() if is_checks in data[:400])
    criterion = f'<filters><filter val="{wanted}"/></filters>'
    new = rf"<autoFilter \1>{column_filter(place, criterion)}</autoFilter>".encode()
    bend(path, {part: lambda data: re.sub(rb'<autoFilter (ref="[^"]*")/>', new, data)})

    with open_package(path, for_writing=True) as host:
        assert validated(host) == expected
        host.save()
        codes = list(host.read("Checks").columns[place])
    shown = shown_rows(path, "Checks")
    assert shown == [row for row, found_code in enumerate(codes) if found_code == wanted]
    assert 0 < len(shown) < len(codes)


def test_two_books_open(expected: list[tuple[object, ...]], tmp_path: Path) -> None:
    """A run in one leaves its copy, under another name, as it is."""
    one, _ = open_fake(put(tmp_path / "Sales.xlsx", drawn()))
    two, model = open_fake(put(tmp_path / "Sales (2) & 副本.xlsx", drawn()))
    assert validated(ExcelHost(one)) == expected
    assert model.program.writes == 0
    assert validated(ExcelHost(two)) == expected


@both
@pytest.mark.parametrize(
    ("edit", "error", "names"),
    [
        (lambda tables: [one for one in tables if one.table != "Checks"], NoSuchTable, "Checks"),
        (without("Reps", "rep_id"), ColumnMissing, header("Reps", "rep_id", "en")),
        (without("Checks", "code"), ColumnMissing, header("Checks", "code", "en")),
    ],
    ids=["a table turned into a range", "a key column deleted", "a column of results deleted"],
)
def test_one_sentence(
    opening: Opening, edit: Edit, error: type[SalesbookError], names: str, tmp_path: Path
) -> None:
    """What cannot work is refused before anything is written: what is missing, and what to do."""
    path = put(tmp_path / "Book.xlsx", edit(drawn()))
    before = path.read_bytes()
    with opening(path) as host, pytest.raises(error) as refused:
        validated(host)
    assert names in error_message(refused.value, "en")
    assert error_advice(refused.value, "en")
    assert path.read_bytes() == before
