"""Results that a run writes for the first time are seen where the switch of their part is on."""

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
from salesbook.book.first_rows import has_rows
from salesbook.book.report import Options
from salesbook.book.tabs import SWITCHES, read_switches
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, sheet_name, word
from salesbook.tables import TABLES, Role, Switch
from tests.small_company import small_company

MADE_ON = dt.date(2026, 6, 1)
WORKBOOK = "xl/workbook.xml"
STAGE_TIMES = sheet_name("StageTimes", "en")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample workbook on which nothing has run, with the switch of the sales process on."""
    book = small_company(tmp_path_factory.mktemp("sample") / "Sales.xlsm", "en", MADE_ON)
    typed(book, Switch.PROCESS, "Visible", "Visible")
    return book


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


def typed(book: Path, switch: Switch, said: str, done: str) -> None:
    """Have somebody choose a switch's word, `done` being the one that was carried out last."""
    with open_package(book, for_writing=True) as host:
        place = read_switches(host)[switch].place
        host.put_named(SWITCHES, {(place, 0): said, (place, 2): done})
        host.save()


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


def sheets_of(switch: Switch, role: Role, language: str = "en") -> set[str]:
    """The sheets of a part that people fill, or that runs do."""
    return {
        sheet_name(name, language)
        for name, spec in TABLES.items()
        if spec.switch is switch and spec.role is role
    }


def seen(book: Path) -> set[str]:
    return {name for name, state in states(book).items() if state == "visible"}


def test_results_wait_while_their_switch_is_off(sample: Path, book: Path) -> None:
    """No sheet of a part comes to light that the team does not use."""
    typed(book, Switch.PROCESS, "Hidden", "Hidden")
    before = seen(book)
    run_on_file(book, "refresh", Options(MADE_ON), wait=0)
    assert seen(book) == before


@pytest.mark.parametrize("switch", Switch)
def test_a_switch_typed_where_no_macros_run_holds_from_the_next_run(
    book: Path, switch: Switch
) -> None:
    """What people fill shows at once, results where they have rows; and back again."""
    typed(book, Switch.PROCESS, "Hidden", "Hidden")
    run_on_file(book, "refresh", Options(MADE_ON), wait=0)
    before = seen(book)
    typed(book, switch, "Visible", "Hidden")
    funnel(book)
    came = seen(book) - before
    with open_package(book, for_writing=False) as host:
        assert not read_switches(host)[switch].is_flipped
        filled = {
            host.read(code).sheet
            for code, spec in TABLES.items()
            if spec.switch is switch and spec.role is Role.OUTPUT and has_rows(host.read(code))
        }
    assert came == sheets_of(switch, Role.INPUT) | filled
    typed(book, switch, "Hidden", "Visible")
    funnel(book)
    assert seen(book) == before


def test_hiding_the_sheet_that_is_looked_at_shows_another(book: Path) -> None:
    """Excel opens no workbook on a hidden sheet."""
    with open_package(book, for_writing=False) as host:
        place = [sheet.name for sheet in host._book.sheets].index("Leads")
    typed(book, Switch.PROCESS, "Visible", "Hidden")
    funnel(book)
    changed(
        book, WORKBOOK, lambda text: re.sub(r"<workbookView ", f'\\g<0>activeTab="{place}" ', text)
    )
    typed(book, Switch.PROCESS, "Hidden", "Visible")
    funnel(book)
    opened = openpyxl.load_workbook(book)
    assert opened.active.sheet_state == "visible"
    assert states(book)["Leads"] == "hidden"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_switch_is_understood_in_either_language(language: str, tmp_path: Path) -> None:
    book = small_company(tmp_path / "Sales.xlsm", language, MADE_ON)
    for said_in in LANGUAGES:
        typed(book, Switch.HIRING, word("book", "start.shown", said_in), "")
        with open_package(book, for_writing=False) as host:
            assert read_switches(host)[Switch.HIRING].is_on
