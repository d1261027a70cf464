"""Results that a run writes for the first time are seen: their hidden sheets come to light."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from salesbook.book.files import run_on_file, undo_file
from salesbook.book.report import Options
from salesbook.hosts.package import open_package
from salesbook.labels import sheet_name
from tests.small_company import small_company

MADE_ON = dt.date(2026, 6, 1)
WORKBOOK = "xl/workbook.xml"
STAGE_TIMES = sheet_name("StageTimes", "en")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample workbook on which nothing has run."""
    return small_company(tmp_path_factory.mktemp("sample") / "Sales.xlsm", "en", MADE_ON)


@pytest.fixture
def book(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample, tmp_path))


@pytest.fixture(scope="module")
def ran(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample after its first run, with what that run kept."""
    folder = tmp_path_factory.mktemp("ran")
    funnel(Path(shutil.copy(sample, folder)))
    return folder


@pytest.fixture
def book_with_rows(ran: Path, tmp_path: Path) -> Path:
    shutil.copytree(ran, tmp_path, dirs_exist_ok=True)
    return tmp_path / "Sales.xlsm"


def states(book: Path) -> dict[str, str]:
    """Whether a sheet is seen, as another program reads it."""
    opened = openpyxl.load_workbook(book, read_only=True)
    return {sheet.title: sheet.sheet_state for sheet in opened.worksheets}


def changed(book: Path, part: str, change: Callable[[str], str]) -> None:
    """Have another program change a part of the file."""
    with zipfile.ZipFile(book) as package:
        contents = {name: package.read(name) for name in package.namelist()}
    new = change(contents[part].decode())
    assert new.encode() != contents[part]
    contents[part] = new.encode()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in contents.items():
            package.writestr(name, data)


def tab(text: str, change: Callable[[str], str]) -> str:
    """Change the tab of the sheet Stage times in a workbook's part."""
    found = re.search(rf'<sheet name="{STAGE_TIMES}"[^>]*>', text)
    assert found
    return text.replace(found[0], change(found[0]))


def part_of(book: Path, sheet: str) -> str:
    with open_package(book, for_writing=False) as host:
        return next(one.part for one in host._book.sheets if one.name == sheet)


def funnel(book: Path) -> None:
    run_on_file(book, "funnel", Options(MADE_ON), wait=0)


def hidden(book: Path) -> None:
    """Hide the sheet as somebody does in Excel."""
    changed(
        book,
        WORKBOOK,
        lambda text: tab(text, lambda one: one.replace(" r:id", ' state="hidden" r:id')),
    )


def test_first_rows_show_their_sheet(sample: Path, book_with_rows: Path) -> None:
    """Only the sheets of what was written: Training waits on, and what was visible stays so."""
    before = states(sample)
    assert before[STAGE_TIMES] == "hidden"
    after = states(book_with_rows)
    assert after[STAGE_TIMES] == "visible"
    assert after[sheet_name("Training", "en")] == "hidden"
    came_to_light = {name for name in before if before[name] != after[name]}
    assert {before[name] for name in came_to_light} == {"hidden"}
    with open_package(book_with_rows, for_writing=False) as host:
        sheets_with_tables = {host.read(code).sheet for code in host.table_codes()}
    assert came_to_light <= sheets_with_tables


def test_a_sheet_hidden_while_it_has_rows_stays_hidden(book_with_rows: Path) -> None:
    """Whoever does not want to see it need not hide it anew after each run."""
    hidden(book_with_rows)
    funnel(book_with_rows)
    assert states(book_with_rows)[STAGE_TIMES] == "hidden"


def test_an_undo_hides_nothing(book_with_rows: Path) -> None:
    """What was taken back leaves an empty sheet where it was, and no sheet jumps."""
    after = states(book_with_rows)
    undo_file(book_with_rows, MADE_ON, wait=0)
    assert states(book_with_rows) == after


def test_a_very_hidden_sheet_stays_hidden(book: Path) -> None:
    """Excel's own menu does not offer it: somebody wants it out of sight."""
    changed(book, WORKBOOK, lambda text: tab(text, lambda one: one.replace("hidden", "veryHidden")))
    funnel(book)
    assert states(book)[STAGE_TIMES] == "veryHidden"


def test_a_protected_structure_is_left_alone(book: Path) -> None:
    """As in Excel, where the run goes through and shows nothing."""
    lock = '<workbookProtection lockStructure="1"/><bookViews>'
    changed(book, WORKBOOK, lambda text: text.replace("<bookViews>", lock))
    before = states(book)
    funnel(book)
    assert states(book) == before
    with open_package(book, for_writing=False) as host:
        assert host.read("StageTimes").row_count > 1


def test_a_sheet_that_comes_to_light_is_in_no_group(book: Path) -> None:
    """Grouped with the active sheet, it would take what is typed there."""
    part = part_of(book, STAGE_TIMES)
    changed(book, part, lambda text: text.replace("<sheetView ", '<sheetView tabSelected="1" ', 1))
    funnel(book)
    opened = openpyxl.load_workbook(book)
    selected = [sheet.title for sheet in opened.worksheets if sheet.sheet_view.tabSelected]
    assert selected == [opened.active.title]


def test_the_rest_of_the_workbook_part_stays(sample: Path, book_with_rows: Path) -> None:
    """Names, views and the order of the tabs are byte for byte as before."""

    def rest(path: Path) -> str:
        with zipfile.ZipFile(path) as package:
            text = package.read(WORKBOOK).decode()
        return re.sub(r'<calcPr[^>]*>| state="hidden"', "", text)

    assert rest(book_with_rows) == rest(sample)
