"""What each button does to the open workbook, and that it is what the command line does to the
file.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
import xlwings as xw
from hypothesis import given
from hypothesis import strategies as st

from salesbook import macros
from salesbook.actions import ACTIONS, BUTTONS
from salesbook.book.backups import Backups
from salesbook.book.files import new_file, run_on_file, undo_file
from salesbook.book.report import Options
from salesbook.book.tabs import SWITCHES, read_switches
from salesbook.cells.sameness import same_cell
from salesbook.cli.app import run
from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language, choice, header, sentence, sheet_name, words
from salesbook.macros import host as macro_host
from salesbook.macros import importing, jobs, press
from salesbook.macros.boxes import fitted
from salesbook.macros.jobs import OTHER_JOBS
from salesbook.messages import Message
from salesbook.store import Cell, Host, TableCells, TableWrite
from salesbook.tables import TABLES, Role, Switch
from tests.engines.excel_cells import refused
from tests.engines.excel_model import BookModel, Program
from tests.engines.fake_com import open_com
from tests.engines.fake_excel import Book, open_fake, write_tables
from tests.small_company import small_company

Opened = tuple[xw.Book, BookModel]
AS_OF = dt.date(2026, 6, 30)
OUTPUTS = [name for name, spec in TABLES.items() if spec.role is Role.OUTPUT and name != "RunLog"]
AS_BEFORE = {
    "screen_updating": True,
    "display_alerts": True,
    "enable_events": True,
    "calculation": "automatic",
    "status_bar": False,
}


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A day that stays, and folders of our own for what is kept and logged."""
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    monkeypatch.setattr(press, "today", lambda: AS_OF)
    yield
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh English workbook."""
    path = tmp_path_factory.mktemp("empty") / "Sales & Co 销售.xlsm"
    new_file(path, "en")
    return path


@pytest.fixture
def caller(empty: Path, tmp_path: Path) -> Opened:
    """The fresh workbook, open in the made-up Excel, its buttons ready to be pressed."""
    return opened(Path(shutil.copy(empty, tmp_path)))


def content(book: xw.Book) -> list[object]:
    """Everything that stands in tables."""
    host = ExcelHost(book)
    return [host.read(table) for table in host.table_codes()]


def put_bad_rows(model: BookModel) -> None:
    """Reps without a name, so that Checks has something to say."""
    sheet = model.sheet("Team")
    (reps,) = sheet.tables
    reps.resize(reps.area.ending_at(reps.area.top + 3))
    for down in (1, 2, 3):
        sheet.cells[reps.area.top + down, reps.area.left].enter(f"R{down}")
    model.program.writes = 0


def opened(path: Path, program: Program | None = None) -> Opened:
    """Open a book and say that its button was pressed."""
    book, model = open_fake(path, program)
    book.set_mock_caller()
    return book, model


def differing(left: Host, right: Host, tables: Iterable[str]) -> list[tuple[str, str]]:
    """Columns of tables that are not the same row for row."""
    found = []
    for name in tables:
        one, other = left.read(name), right.read(name)
        for column, mine, theirs in zip(one.headers, one.columns, other.columns, strict=True):
            if len(mine) != len(theirs) or not all(map(same_cell, mine, theirs)):
                found.append((name, column))
    return found


BY_STEPS = ("validate", "split", "publish", "resplit", "publish", "score", "tier", "funnel")


@pytest.mark.parametrize(
    ("language", "buttons"), [("en", BY_STEPS), ("zh-CN", ("publish", "refresh"))]
)
def test_buttons_do_what_commands_do(
    language: Language, buttons: Sequence[str], tmp_path: Path
) -> None:
    """Each button leaves in every output table, row for row,
    what its command leaves in the file.
    """
    path = small_company(tmp_path / "Sample.xlsm", language, AS_OF)
    # Two books that go their own ways keep their backups apart.
    book, model = opened(Path(shutil.copy(path, tmp_path / "Open.xlsm")))
    for button in buttons:
        getattr(macros, button)()
        action = BUTTONS[button].action
        year = AS_OF.year if button == "resplit" else None
        run_on_file(path, action, Options(AS_OF, publish=button == "publish", year=year), wait=0)
        with open_package(path, for_writing=False) as file:
            assert differing(ExcelHost(book), file, ACTIONS[action].writes) == [], button
    macros.undo()
    undo_file(path, AS_OF, wait=0)
    with open_package(path, for_writing=False) as file:
        assert differing(ExcelHost(book), file, OUTPUTS) == []
    assert len(model.program.alerts) == len(buttons) + 1
    assert model.program.state == AS_BEFORE


def done_calls(host: Host, language: Language) -> None:
    """Somebody types of the first three calls that they are done, and of the fourth a remark."""
    cells = host.read("CallList")
    done: list[Cell] = [None] * cells.row_count
    result: list[Cell] = [None] * cells.row_count
    done[:3] = [choice("shared", "yes", language)] * 3
    result[:4] = ["reached", None, "wants a quote", "try again"]
    typed = {"done": done, "result": result}
    columns = {header("CallList", name, language): typed[name] for name in typed}
    host.write([TableWrite("CallList", columns, list(range(cells.row_count)))])


@pytest.mark.parametrize("language", LANGUAGES)
def test_calls_that_are_done_become_activities_in_excel_and_in_the_file(
    language: Language, tmp_path: Path
) -> None:
    """Both note the same three, and say so; an undo takes them back and puts the typing back."""
    path = small_company(tmp_path / "Sample.xlsm", language, AS_OF)
    book, model = opened(Path(shutil.copy(path, tmp_path / "Open.xlsm")))
    macros.tier()
    run_on_file(path, "tier", Options(AS_OF), wait=0)
    done_calls(ExcelHost(book), language)
    with open_package(path, for_writing=True) as file:
        done_calls(file, language)
        file.save()
        typed = {name: file.read(name) for name in ("CallList", "Activities")}
        listed = typed["CallList"].row_count

    macros.tier()
    run_on_file(path, "tier", Options(AS_OF), wait=0)
    with open_package(path, for_writing=False) as file:
        assert differing(ExcelHost(book), file, ACTIONS["tier"].writes) == []
        keys = file.read("Activities").columns[0]
        assert sum(str(key).startswith("call:") for key in keys) == 3
        assert file.read("CallList").row_count == listed - 3
    assert sentence(Message("calls-noted", {"count": 3}), language) in model.program.alerts[-1]

    macros.undo()
    undo_file(path, AS_OF, wait=0)
    with open_package(path, for_writing=False) as file:
        assert differing(ExcelHost(book), file, OUTPUTS) == []
        for name, before in typed.items():
            after = file.read(name)
            filled = [list(filter(None, column)) for column in after.columns]
            assert filled == [list(filter(None, column)) for column in before.columns]


def test_the_message(caller: Opened) -> None:
    """At the end stands one message: what was written, what needs attention, where to click."""
    _, model = caller
    macros.validate()
    (said,) = model.program.alerts
    assert said.startswith("Validate is done in ")
    assert "as of 2026-06-30" in said
    assert "Checks" in said


def test_steps_are_shown(caller: Opened) -> None:
    """The status bar names each step; afterwards Excel has it back."""
    _, model = caller
    macros.tier()
    shown = model.program.shown
    assert any(text.startswith("Reading Customers … ") for text in shown)
    assert any(text.startswith("Calculating") for text in shown)
    # Sixteen of results, the lists of pages, and the log.
    assert shown[-1] == "Writing 21 tables …"
    assert model.program.state == AS_BEFORE


def test_the_users_state_comes_back(caller: Opened) -> None:
    """What the user had set stays set: manual calculation, a text in the status bar."""
    _, model = caller
    own = AS_BEFORE | {
        "calculation": "manual",
        "status_bar": "Ready, steady",
        "enable_events": False,
    }
    model.program.state.update(own)
    macros.validate()
    assert model.program.state == own


@pytest.mark.parametrize("steps", [1, 3, 8, 20])
def test_cancel(caller: Opened, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Esc between two steps: nothing was written, Excel is as before, one message says so."""
    _, model = caller
    presses = iter([False] * steps + [True] * 1000)
    monkeypatch.setattr(macro_host, "escape_pressed", lambda _: next(presses))
    macros.validate()
    assert model.program.alerts == ["Cancelled. Nothing was changed."]
    assert (model.program.writes, model.program.state) == (0, AS_BEFORE)


def test_interrupted_while_writing(caller: Opened) -> None:
    """An interrupt in the middle of a write takes everything back."""
    book, model = caller
    put_bad_rows(model)
    before = content(book)
    model.program.fail_at, model.program.fault = 3, KeyboardInterrupt()
    macros.validate()
    assert model.program.writes > 3
    assert content(book) == before
    assert model.program.alerts == ["Cancelled. Nothing was changed."]
    assert model.program.state == AS_BEFORE


def test_refused_while_writing(caller: Opened) -> None:
    """Where Excel refuses a write, the message says so and everything is as it was."""
    book, model = caller
    put_bad_rows(model)
    before = content(book)
    model.program.fail_at = 3
    macros.validate()
    (said,) = model.program.alerts
    assert "everything is as it was" in said
    assert (content(book), model.program.state) == (before, AS_BEFORE)


def test_refusals_speak_of_excel(caller: Opened) -> None:
    """A refusal is one message that says where to click in Excel,
    not what to type in a terminal.
    """
    _, model = caller
    model.sheet("Checks").is_protected = True
    macros.validate()
    (said,) = model.program.alerts
    assert said == (
        "Checks: the sheet Checks is protected.\n\nReview, Unprotect Sheet; then press the button again."
    )
    assert model.program.state == AS_BEFORE


def test_bugs_go_to_the_log(caller: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own bug: no traceback on the screen, but in a log whose path is named."""
    _, model = caller

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("salesbook.book.run.run_action", broken)
    macros.validate()
    (said,) = model.program.alerts
    log = Path(said.splitlines()[-1])
    assert "builtins.ZeroDivisionError" in log.read_text(encoding="utf-8")
    assert model.program.state == AS_BEFORE


def test_a_message_even_while_excel_is_busy(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that stays in edit mode ends in one message."""
    _, model = opened(empty)
    excel_host = macro_host.ExcelHost
    monkeypatch.setattr(macro_host, "ExcelHost", lambda book: excel_host(book, patience=0))
    model.program.rejections = 1
    macros.validate()
    (said,) = model.program.alerts
    assert "a cell is being edited" in said or "正在编辑" in said


def test_a_table_turned_into_a_range(caller: Opened) -> None:
    """A missing table is named, with the way to get it back; the rest of the run is done."""
    _, model = caller
    sheet = model.sheet("Checks")
    sheet.tables = []
    macros.validate()
    (said,) = model.program.alerts
    assert "Written: Duplicates" in said
    assert "There is no table Checks" in said
    assert "Insert, Table" in said


DEALS = """Deal ID,Rep,Stage,Created on,Stage since
D1,Ann Lee,Contact,2026-05-01,2026-05-01
D2,Ann Lee,Offer,2026-05-01,2026-05-20
"""


@pytest.fixture(scope="module")
def with_deals(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with two deals and nothing else."""
    path = Path(shutil.copy(empty, tmp_path_factory.mktemp("deals")))
    file = path.with_name("deals.csv")
    file.write_text(DEALS, encoding="utf-8")
    stages = ["--stages", "Contact>Offer>Won|Lost", "--add-missing"]
    assert run(["import", str(path), str(file), "--into", "Deals", *stages]) == 0
    return path


def switched_on(book: Path, switch: Switch) -> None:
    """Have somebody choose a part of the work where no macros run."""
    with open_package(book, for_writing=True) as host:
        host.put_named(SWITCHES, {(read_switches(host)[switch].place, 0): "Visible"})
        host.save()


@pytest.mark.parametrize("locked", [False, True])
def test_first_rows_show_their_sheet(locked: bool, with_deals: Path) -> None:
    """A hidden sheet of results comes to light with its first rows, once, and only where Excel lets
    it.
    """
    switched_on(with_deals, Switch.PROCESS)
    _, model = opened(with_deals)
    stage_times = model.sheet(sheet_name("StageTimes", "en"))
    stage_times.is_locked = locked
    macros.funnel()
    assert stage_times.is_hidden is locked
    assert model.sheet(sheet_name("Training", "en")).is_hidden
    assert model.program.alerts[0].startswith("Funnel is done")
    stage_times.is_hidden, stage_times.is_locked = True, False
    macros.funnel()
    assert stage_times.is_hidden


def test_button_and_command_show_the_same_sheets(with_deals: Path, tmp_path: Path) -> None:
    """What comes to light with first rows does not depend on who asked for the run."""
    switched_on(with_deals, Switch.PROCESS)
    _, model = opened(with_deals)
    macros.funnel()
    path = Path(shutil.copy(with_deals, tmp_path))
    run_on_file(path, "funnel", Options(AS_OF), wait=0)

    file = openpyxl.load_workbook(path, read_only=True)
    in_the_file = {sheet.title for sheet in file.worksheets if sheet.sheet_state == "visible"}
    assert {sheet.name for sheet in model.sheets if not sheet.is_hidden} == in_the_file


def test_renamed_sheets(caller: Opened) -> None:
    """Sheets may be renamed; the message names them as they are called now."""
    _, model = caller
    model.sheet("Checks").name = "What is wrong"
    macros.validate()
    assert model.program.alerts[0].startswith("Validate is done")


def test_nothing_to_undo(caller: Opened) -> None:
    """Without a run before there is nothing to undo."""
    _, model = caller
    macros.undo()
    (said,) = model.program.alerts
    assert said.startswith(f"{model.name}: there is nothing to undo")


def test_an_undo_can_be_undone(caller: Opened) -> None:
    """A second press brings back what the run wrote."""
    book, model = caller
    put_bad_rows(model)
    macros.validate()
    after = ExcelHost(book).read("Checks")
    macros.undo()
    assert ExcelHost(book).read("Checks").row_count == 1
    macros.undo()
    assert ExcelHost(book).read("Checks").columns == after.columns
    said = [text.split(" of ")[0] for text in model.program.alerts[1:]]
    assert said == [f"Put back as before the last run ({run}" for run in ("validate", "undo")]


def test_undo_after_typing(caller: Opened) -> None:
    """Undo refuses where somebody typed since, and changes nothing."""
    book, model = caller
    put_bad_rows(model)
    macros.validate()
    checks = next(one for one in model.sheet("Checks").tables if one.name == "Checks")
    model.sheet("Checks").cells[checks.area.top + 1, checks.area.left + 1].enter("typed")
    before = content(book)
    macros.undo()
    assert "undoing would lose that" in model.program.alerts[-1]
    assert content(book) == before


def test_undo_of_another_book(empty: Path, tmp_path: Path) -> None:
    """What was kept of one book is not put into its copy."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        shutil.copy(empty, tmp_path / name / "Book.xlsm")
    opened(tmp_path / "a" / "Book.xlsm")
    macros.validate()
    _, model = opened(tmp_path / "b" / "Book.xlsm")
    macros.undo()
    assert "there is nothing to undo" in model.program.alerts[0]


def test_a_book_in_the_cloud(caller: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book that has no path on this computer is known by its name."""
    _, model = caller

    def no_path(_: Book) -> str:
        raise FileNotFoundError("https://example.sharepoint.com/Book.xlsm")

    monkeypatch.setattr(Book, "fullname", property(no_path))
    put_bad_rows(model)
    macros.validate()
    macros.undo()
    assert model.program.alerts[1].startswith("Put back as before the last run (")


def test_a_failed_run_keeps_the_undo_before_it(caller: Opened) -> None:
    """A run that came to nothing does not take away what could be undone before it."""
    _, model = caller
    put_bad_rows(model)
    macros.validate()
    model.sheet("Tiers").is_protected = True
    macros.tier()
    macros.undo()
    assert model.program.alerts[2].startswith("Put back as before the last run (")


def test_no_copy_for_undo(caller: Opened) -> None:
    """Where Excel cannot copy the open workbook, the run goes on and says so, once."""
    book, model = caller
    put_bad_rows(model)
    model.copy_fault = refused("Method 'SaveCopyAs' of object '_Workbook' failed")
    macros.validate()
    (said,) = model.program.alerts
    assert said.count("This run cannot be undone") == 1
    assert "SaveCopyAs" in said
    assert ExcelHost(book).read("Checks").row_count > 1
    assert not Backups(model.path).all()
    macros.undo()
    assert "is not among this computer's backups" in model.program.alerts[1]


def test_the_file_will_do_where_excel_cannot_copy(caller: Opened) -> None:
    """Nothing was typed since the last save, so the workbook's file holds the same."""
    _, model = caller
    model.copy_fault, model.is_saved = AttributeError("SaveCopyAs"), True
    put_bad_rows(model)
    macros.validate()
    assert "cannot be undone" not in model.program.alerts[0]
    (kept,) = Backups(model.path).all()
    assert kept.path.read_bytes() == Path(model.path).read_bytes()


def test_a_book_in_the_cloud_is_kept_elsewhere_and_that_is_said_once(
    empty: Path, tmp_path: Path
) -> None:
    """Its backups would go through somebody's line each day."""
    folder = tmp_path / "OneDrive - Contoso"
    folder.mkdir()
    _, model = opened(Path(shutil.copy(empty, folder)))
    put_bad_rows(model)
    macros.validate()
    macros.undo()
    assert ["The state before each run is kept in" in text for text in model.program.alerts] == [
        True,
        False,
    ]
    assert len(Backups(model.path).all()) == 2
    assert sorted(path.name for path in folder.iterdir()) == [empty.name]


def excel_saves(model: BookModel) -> None:
    """Press Ctrl+S."""
    path = Path(model.path)
    new = path.with_name("new.xlsm")
    model.save_copy(new, write_tables)
    new.replace(path)


def test_the_command_line_undoes_a_buttons_run(caller: Opened) -> None:
    """Both faces keep what was before in one place."""
    book, model = caller
    put_bad_rows(model)
    before = content(book)
    macros.validate()
    excel_saves(model)
    undo_file(Path(model.path), AS_OF, wait=0)
    with open_package(Path(model.path), for_writing=False) as file:
        found = [file.read(table) for table in file.table_codes()]
    assert differing_cells(found, before) == ["RunLog"]


def test_a_button_undoes_the_command_lines_run(empty: Path, tmp_path: Path) -> None:
    """Both faces keep what was before in one place."""
    path = Path(shutil.copy(empty, tmp_path))
    with open_package(path, for_writing=False) as file:
        before = [file.read(table) for table in file.table_codes()]
    run_on_file(path, "refresh", Options(AS_OF), wait=0)
    book, model = opened(path)
    macros.undo()
    assert model.program.alerts[0].startswith("Put back as before the last run (refresh of ")
    assert differing_cells(content(book), before) == ["RunLog"]


def differing_cells(found: Sequence[TableCells], before: Sequence[TableCells]) -> list[str]:
    """Tables whose rows are not the same; a blank row is no row."""

    def rows(cells: TableCells) -> list[tuple[object, ...]]:
        every = zip(*cells.columns, strict=True)
        return [row for row in every if any(cell not in (None, "") for cell in row)]

    pairs = zip(found, before, strict=True)
    return [one.table for one, other in pairs if rows(one) != rows(other)]


@pytest.mark.parametrize(("starts", "said"), [(True, "open in your browser"), (False, "yourself")])
def test_report(starts: bool, said: str, caller: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report lies beside the workbook and is shown; where no browser starts, it is said."""
    book, model = caller
    shown: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: shown.append(address) or starts)
    before = content(book)
    macros.make_report()
    (path,) = Path(book.fullname).parent.glob("*.html")
    assert shown == [path.resolve().as_uri()]
    assert said in model.program.alerts[0]
    assert str(path) in model.program.alerts[0]
    assert content(book) == before


def test_report_of_a_book_in_the_cloud(
    caller: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It has no folder to write into: the report goes to the user's documents."""
    _, model = caller
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    monkeypatch.setattr(jobs, "full_name", lambda _: "https://example.invalid/Sales.xlsm")
    monkeypatch.setattr(jobs, "documents_folder", lambda: tmp_path)
    macros.make_report()
    (path,) = tmp_path.glob("Sales*.html")
    assert str(path) in model.program.alerts[0]


def test_set_up(caller: Opened) -> None:
    """Check set-up lists what it looked at."""
    _, model = caller
    macros.check_setup()
    assert "✓ xlwings" in model.program.alerts[0]


def chosen(monkeypatch: pytest.MonkeyPatch, file: Path | None) -> None:
    monkeypatch.setattr(importing, "choose_file", lambda *_: file)


def test_import(caller: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The rows of the chosen file go into the table of the sheet that is shown; undo takes them
    out.
    """
    book, model = caller
    file = tmp_path / "people.csv"
    file.write_text(
        "Rep ID,Name,Hired on\nR1,Ann Lee,05/06/2024\nR2,=1+1,07/08/2024\n", encoding="utf-8"
    )
    chosen(monkeypatch, file)
    model.active = "Team"
    model.program.answers = ["no", "yes", "ok"]
    macros.import_file()
    assert 'Yes: day, month, year: "05/06/2024" is 2024-06-05' in model.program.alerts[0]
    assert 'No: month, day, year: "05/06/2024" is 2024-05-06' in model.program.alerts[0]
    assert "Hired on → Hired on" in model.program.alerts[1]
    assert model.program.alerts[2].startswith("Rows: 2. New: 2; changing what is there: 0;")
    assert "Read 2 rows: 2 new" in model.program.alerts[3]
    reps = ExcelHost(book).read("Reps")
    found = dict(zip(reps.headers, reps.columns, strict=True))
    name, hired = (header("Reps", field, "en") for field in ("name", "hired_on"))
    assert found[name] == ["Ann Lee", "=1+1"]
    assert found[hired] == [dt.date(2024, 5, 6), dt.date(2024, 7, 8)]
    macros.undo()
    assert ExcelHost(book).read("Reps").columns[0] == [None]


def deals_to_import(model: BookModel, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A file of reps whose headers say little, chosen for the sheet Team."""
    file = folder / "people 7.csv"
    file.write_text("Code,Full,Phone no.\nR1,Ann Lee,0301\nR2,Bo,0302\n", encoding="utf-8")
    chosen(monkeypatch, file)
    model.active = "Team"


def put_map(model: BookModel, header: str, column: str) -> None:
    """Type into ImportMaps where a header goes."""
    sheet = model.sheet("Import maps")
    (table,) = sheet.tables
    heads = {sheet.cells[table.area.top, at].value: at for at in table.area.columns}
    for row in range(table.area.top + 1, table.area.bottom + 1):
        if sheet.cells[row, heads["Header in the file"]].value == header:
            sheet.cells[row, heads["Goes into column"]].enter(column)


def test_the_user_says_in_a_sheet_where_columns_go(
    caller: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No puts all columns into Import maps; what he types there counts at the next press, also for
    a column of his own; undo takes all of it back.
    """
    book, model = caller
    deals_to_import(model, monkeypatch, tmp_path)
    before = content(book)
    # Is the name in Code? In Full, then. But the columns are not right yet.
    model.program.answers = ["no", "yes", "no"]
    macros.import_file()
    *_, columns, lead = model.program.alerts
    assert "Full → Name" in columns
    assert "Not taken: Code, Phone no." in columns
    assert "stand on sheet Import maps now" in lead
    assert lead.endswith("Then click sheet Team and press Import again.")
    assert not model.sheet("Import maps").is_hidden
    assert ExcelHost(book).read("Reps").columns[0] == [None]

    for name, column in (("Code", "Rep ID"), ("Phone no.", "Phone no.")):
        put_map(model, name, column)
    model.active, model.program.answers = "Team", ["ok", "ok"]
    macros.import_file()
    *_, columns, _, done = model.program.alerts
    assert "Phone no. → Phone no." in columns
    assert columns.endswith("To change where columns go, cancel and edit sheet Import maps.")
    assert "The mapping of 2026-06-30 was used for: Code, Full" in done
    reps = ExcelHost(book).read("Reps")
    assert reps.headers[-1] == "Phone no."
    assert [list(column) for column in reps.columns[:2]] == [["R1", "R2"], ["Ann Lee", "Bo"]]
    assert list(reps.columns[-1]) == ["0301", "0302"]

    macros.undo()
    assert ExcelHost(book).read("Reps") == next(
        cells for cells in before if isinstance(cells, TableCells) and cells.table == "Reps"
    )


@pytest.mark.parametrize("answers", [["cancel"], ["yes", "cancel"]])
def test_nothing_is_written_before_the_user_says_go(
    answers: list[str], caller: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """He may cancel when he sees the columns, and when he sees the rows."""
    _, model = caller
    file = tmp_path / "people.csv"
    file.write_text("Rep ID,Name\nR1,Ann Lee\n", encoding="utf-8")
    chosen(monkeypatch, file)
    model.active = "Team"
    model.program.answers = list(answers)
    macros.import_file()
    assert model.program.alerts[-1] == "Cancelled. Nothing was changed."
    assert model.program.writes == 0


@given(
    title=st.text(max_size=200),
    lines=st.lists(st.text(st.characters(codec="utf-8"), max_size=400), max_size=80),
    question=st.text(max_size=300),
)
def test_a_box_shows_its_question_whole(title: str, lines: list[str], question: str) -> None:
    """A message box of Excel ends after 1,024 characters; the question is never among the rest."""
    text = fitted(title, lines, question, more="and more")
    assert len(text) <= 1024
    assert text.endswith(question)


HOSTILE_SHEETS = (
    '" & (do shell script "touch /tmp/owned") & "',
    "it's $(touch owned) `touch owned`",
    "back\\slash\nand a new line",
    "-e",
)


@pytest.mark.parametrize("name", HOSTILE_SHEETS)
def test_a_sheets_name_is_no_program(
    name: str, caller: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a Mac the box's title reaches the script as an argument, so that no name is ever run."""
    book, model = caller
    model.sheet("Team").name, model.active = name, name
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, f"{tmp_path}/a file .csv\n", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "platform", "darwin")
    chosen_file = importing.choose_file(SimpleNamespace(book=book, language="en"), "Reps")
    assert chosen_file == tmp_path / "a file .csv"
    ((program, *words),) = commands
    *lines, title = words
    assert program == "osascript"
    assert title == f"Import into {name}"
    # Each line of the script stands behind its -e, and none of them is made of what people type.
    assert lines[::2] == ["-e"] * (len(lines) // 2)
    assert name not in " ".join(lines[1::2])
    assert "item 1 of arguments" in " ".join(lines)


@pytest.mark.parametrize("active", ["Start", "Dashboard", "Checks"])
def test_a_file_tells_its_sheet_where_the_shown_one_takes_no_rows(
    active: str, caller: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its headers say into which table its rows go; the box of the columns names that sheet."""
    book, model = caller
    file = tmp_path / "people.csv"
    file.write_text("Rep ID,Rep name,Hired on,Team\nR1,Ann Lee,2024-06-05,North\n", "utf-8")
    chosen(monkeypatch, file)
    model.active = active
    model.program.answers = ["yes", "ok"]
    macros.import_file()
    assert "people.csv → sheet Team" in model.program.alerts[0]
    assert "Read 1 row: 1 new" in model.program.alerts[-1]
    assert ExcelHost(book).read("Reps").columns[0] == ["R1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_tells_no_sheet_is_asked_for_it(
    language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each box offers a sheet by its name; cancel leaves everything as it was."""
    path = tmp_path / "book.xlsm"
    new_file(path, language)
    _, model = opened(path)
    file = tmp_path / "list.csv"
    file.write_text("Alpha,Beta,Gamma\n1,2,3\n", encoding="utf-8")
    chosen(monkeypatch, file)
    model.active = sheet_name("Checks", language)
    model.program.answers = ["no", "cancel"]
    macros.import_file()
    assert len(model.program.alerts) == 3, model.program.alerts
    first, second, last = model.program.alerts
    ask = {"en": "Which table takes the rows?", "zh-CN": "各行进哪张表？"}[language]
    assert ask in first
    assert ask in second
    assert last == words("macros", language)["cancelled"]
    assert model.program.writes == 0


@pytest.mark.parametrize(
    ("active", "table"), [("Checks", ""), ("Import maps", ""), ("Team", "Reps")]
)
def test_the_shown_sheet_takes_rows_if_people_type_rows_there(
    active: str, table: str, caller: Opened
) -> None:
    """On Import maps somebody has just said where a file's columns go: no file of rows goes there."""
    book, model = caller
    model.active = active
    assert importing.table_of_sheet(macro_host.MacroHost(book)) == table


def test_import_cancelled(caller: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file chosen: nothing happens."""
    _, model = caller
    chosen(monkeypatch, None)
    model.active = "Team"
    macros.import_file()
    assert model.program.alerts == ["Cancelled. Nothing was changed."]
    assert model.program.writes == 0


def test_through_the_windows_engine(empty: Path) -> None:
    """The same runs through xlwings' own Windows engine, over stand-ins of Excel's objects."""
    with open_com(empty) as (book, model):
        put_bad_rows(model)
        book.set_mock_caller()
        macros.validate()
        macros.undo()
        assert model.program.alerts[0].startswith("Validate is done in ")
        assert model.program.alerts[1].startswith("Put back as before the last run (")
        assert model.program.state == AS_BEFORE
        assert ExcelHost(book).read("Checks").row_count == 1


def test_words_have_their_twins() -> None:
    """Every text of the buttons exists in both languages, with the same facts in it."""

    def flat(tree: dict[str, object], path: str = "") -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for name, value in tree.items():
            if isinstance(value, dict):
                found |= flat(value, f"{path}{name}.")
            else:
                found[path + name] = frozenset(re.findall(r"\{\w+(?::\w+)?\}", str(value)))
        return found

    assert flat(words("macros", "en")) == flat(words("macros", "zh-CN"))


def test_every_button_has_its_words() -> None:
    """A name, and where it leads somewhere, the sentence that says so."""
    assert BUTTONS.keys() == words("macros", "en")["button"].keys()
    leading = {button.name for button in BUTTONS.values() if button.look_at}
    assert leading == words("macros", "en")["look"].keys()


def test_every_button_is_a_macro_with_work() -> None:
    """What is no verb has a job of its own, and no job is without a button."""
    assert all(callable(getattr(macros, name)) for name in macros.__all__)
    others = {button.name for button in BUTTONS.values() if not button.action}
    assert others == OTHER_JOBS.keys()


def test_a_press_asks_for_what_the_verb_knows() -> None:
    """A button presses with options of its verb, and looks at a table that the verb writes."""
    for button in BUTTONS.values():
        if button.action:
            action = ACTIONS[button.action]
            names = {option.name for option in action.options}
            # Rows are marked on the sheet: only a button asks for them.
            assert button.options.keys() <= names | {"take_marked"}
            assert button.look_at in {"", *action.writes}


def test_no_module_is_called_as_a_button():
    """The module, once it is imported, would be called instead of the button's function."""
    folder = Path(macros.__file__).parent
    assert not {path.stem for path in folder.iterdir()} & set(macros.__all__)
