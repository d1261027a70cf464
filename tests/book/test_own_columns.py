"""Columns of the user's own that an import fills: in the file, and taken back by an undo."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from salesbook.book.files import new_file, run_on_file, undo_file
from salesbook.book.importing import ImportRequest, ImportResult, import_file
from salesbook.book.report import Options
from salesbook.errors import CannotWrite
from salesbook.hosts.package import open_package
from salesbook.intake.options import ImportOptions
from salesbook.store import KEEP, Annotation, Cell, Mark, NewCell, TableCells, TableWrite

DAY = dt.date(2026, 6, 30)
TEXT = "Rep ID,Name,Badge,Joined\nR1,Ann,0301,2026-01-31\nR2,Bo,0302,2026-02-01\n"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh English workbook."""
    path = tmp_path_factory.mktemp("own") / "Book.xlsm"
    new_file(path, "en")
    return path


@pytest.fixture
def path(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty, tmp_path))


def imported(book: Path, text: str = TEXT, **options: object) -> ImportResult:
    file = book.with_name("people.csv")
    file.write_text(text, encoding="utf-8")
    asked = ImportOptions("Reps", **options)  # type: ignore[arg-type]
    return import_file(book, ImportRequest(file, asked, DAY), wait=0)


def read(book: Path, table: str = "Reps") -> TableCells:
    with open_package(book, for_writing=False) as host:
        return host.read(table)


def column(book: Path, header: str) -> list[Cell]:
    cells = read(book)
    return list(cells.columns[cells.headers.index(header)])


def typed(book: Path, header: str, values: Sequence[NewCell]) -> None:
    """What somebody types into a column, with a program that knows nothing of runs."""
    with open_package(book, for_writing=True) as host:
        host.write([TableWrite("Reps", {header: values}, list(range(len(values))))])
        host.save()


def test_the_file_holds_what_excel_would_make_of_it(path: Path) -> None:
    """The table reaches over the new columns, whose header cells say what the table's part says;
    only parts that must change do.
    """
    imported(path, kept=("Badge", "Joined"))
    sheet = openpyxl.load_workbook(path, keep_vba=True)["Team"]
    table = sheet.tables["Reps"]
    top = sheet[table.ref][0]
    assert [cell.value for cell in top] == [column.name for column in table.tableColumns]
    assert [cell.value for cell in top][-2:] == ["Badge", "Joined"]
    assert table.autoFilter.ref == table.ref
    assert len({column.id for column in table.tableColumns}) == len(table.tableColumns)
    assert column(path, "Badge") == ["0301", "0302"]
    assert column(path, "Joined") == [dt.date(2026, 1, 31), dt.date(2026, 2, 1)]
    last = sheet[table.ref][1][-1]
    assert last.is_date


def test_an_undo_takes_them_away(path: Path) -> None:
    """Rows, columns and what was kept in ImportMaps; nothing is parked, since nobody typed it."""
    before = read(path)
    imported(path, kept=("Badge", "Joined"))
    assert read(path, "ImportMaps").columns[0][0] is not None
    report = undo_file(path, DAY, wait=0)
    assert read(path) == before
    assert set(report.written) == {"Reps", "ImportMaps"}
    assert report.notes == ()


def test_an_undo_of_the_undo_brings_them_back(path: Path) -> None:
    """An undo is a run like others."""
    imported(path, kept=("Badge", "Joined"))
    after = read(path)
    undo_file(path, DAY, wait=0)
    undo_file(path, DAY, wait=0)
    assert read(path) == after


def test_cells_of_a_column_that_was_there_become_what_they_were(path: Path) -> None:
    """Of rows that stay too, where the import wrote over what somebody had typed."""
    imported(path, kept=("Badge",))
    typed(path, "Badge", ["mine", KEEP])
    imported(path)
    assert column(path, "Badge") == ["0301", "0302"]
    undo_file(path, DAY, wait=0)
    assert column(path, "Badge") == ["mine", "0302"]


def test_what_somebody_typed_there_since_stays(path: Path) -> None:
    """The column stays as it is, and that is told; the rows stay too where the undo keeps them."""
    imported(path, "Rep ID,Name\nR1,Ann\nR2,Bo\n")
    imported(path, kept=("Badge",))
    typed(path, "Badge", [KEEP, "since"])
    report = undo_file(path, DAY, wait=0)
    assert column(path, "Badge") == ["0301", "since"]
    assert [(note.code, note.params["columns"]) for note in report.notes] == [
        ("book.own-stays", ("Badge",))
    ]


def test_a_column_that_a_formula_names_stays_and_is_emptied(path: Path) -> None:
    """Else the formula would name nothing, and Excel would repair the file."""
    imported(path, "Rep ID,Name\nR1,Ann\nR2,Bo\n")
    imported(path, kept=("Badge", "Joined"))
    with open_package(path, for_writing=True) as host:
        leads = host.read("Openings")
        formula = Annotation(0, leads.headers[0], Mark.FORMULA, "=COUNTA(Reps[Joined])")
        host.write([TableWrite("Openings", {}, [0], annotations=[formula])])
        host.save()
    undo_file(path, DAY, wait=0)
    assert read(path).headers[-2:] == ("Badge", "Joined")
    assert column(path, "Joined") == column(path, "Badge") == [None, None]


def test_no_room_beside_the_table(path: Path) -> None:
    """What stands right of the table is not written over; nothing is imported at all."""
    workbook = openpyxl.load_workbook(path, keep_vba=True)
    sheet = workbook["Team"]
    right = sheet.tables["Reps"].ref.partition(":")[2]
    beside = sheet[right].offset(column=2).coordinate
    workbook.close()
    with open_package(path, for_writing=False) as host:
        assert host.read("Reps").row_count == 1
    edited = openpyxl.load_workbook(path, keep_vba=True)
    edited["Team"][beside] = "a remark"
    edited.save(path)
    data = path.read_bytes()
    with pytest.raises(CannotWrite) as caught:
        imported(path, kept=("Badge", "Joined"))
    assert caught.value.code == "cells-right-in-the-way"
    assert path.read_bytes() == data
    imported(path, kept=("Badge",))
    assert column(path, "Badge") == ["0301", "0302"]


def test_verbs_go_on_as_before(path: Path) -> None:
    """A column more is no matter to a run, and validate finds nothing in what was kept."""
    imported(path, kept=("Badge",))
    report = run_on_file(path, "validate", Options(DAY), wait=0)
    assert [finding for finding in report.findings if finding.table == "ImportMaps"] == []
    assert column(path, "Badge") == ["0301", "0302"]


def test_two_imports_are_taken_back_at_once(path: Path) -> None:
    """The column goes with the import that brought it."""
    before = read(path)
    imported(path, kept=("Badge",))
    imported(path, TEXT.replace("0302", "0399"))
    assert column(path, "Badge") == ["0301", "0399"]
    undo_file(path, DAY, wait=0, number=2)
    assert read(path) == before


def test_what_was_typed_between_two_imports_stays(path: Path) -> None:
    """Nothing says any more where it stood before the first of them."""
    imported(path, "Rep ID,Name\nR1,Ann\nR2,Bo\n")
    imported(path, kept=("Badge",))
    typed(path, "Badge", ["typed", KEEP])
    imported(path, TEXT.replace("0302", "0399").replace("0301", ""))
    assert column(path, "Badge") == ["typed", "0399"]
    report = undo_file(path, DAY, wait=0, number=2)
    assert column(path, "Badge") == ["typed", "0399"]
    assert [note.code for note in report.notes] == ["book.own-stays"]


def test_a_new_body_brings_its_columns_too(path: Path) -> None:
    """With `--replace` a cell goes to the row of its key; what the file leaves empty stays."""
    imported(path, kept=("Badge",))
    text = "Rep ID,Name,Badge\nR3,Cy,0303\nR2,Bo,\n"
    imported(path, text, kept=("Badge",), replace=True)
    cells = read(path)
    badge = dict(zip(cells.columns[0], column(path, "Badge"), strict=True))
    assert badge == {"R3": "0303", "R2": "0302"}
