"""Every save stores what the pages' formulas give, beside formulas that are still ours."""

from __future__ import annotations

import datetime as dt
import random
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from reliability.pages import (
    choose,
    differences,
    formula_places,
    page_parts,
    shown,
    without_values,
)
from salesbook import __version__
from salesbook.actions import ACTIONS
from salesbook.book.elsewhere import Elsewhere
from salesbook.book.files import new_file, run_on_file, undo_file
from salesbook.book.importing import ImportRequest, import_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.expressions.functions import FUNCTIONS
from salesbook.frames import frame_from_rows
from salesbook.hosts.package import open_package
from salesbook.intake.options import ImportOptions
from salesbook.labels import LANGUAGES, Language, sheet_name, word
from salesbook.pages.common import RESULT_RUNS
from salesbook.pages.lines import PAGE_TABLES
from salesbook.sheets import boards, hidden_sheet
from salesbook.sheets.places import NOTE_CELL
from salesbook.store import KEEP, CellError, TableWrite
from salesbook.tables import TABLES, Role
from workbook.build.office import convert_all, office

DAY = dt.date(2026, 6, 30)
EARLIER = dt.date(2026, 6, 20)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with a published plan, refreshed on two days."""
    path = tmp_path_factory.mktemp("results") / "Book.xlsm"
    new_file(path, "en", sample_as_of=DAY)
    run_on_file(path, "split", Options(dt.date(2026, 1, 5), publish=True), wait=5)
    run_on_file(path, "refresh", Options(EARLIER), wait=5)
    run_on_file(path, "refresh", Options(DAY), wait=5)
    return path


@pytest.fixture
def book(results: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(results, tmp_path / "Book.xlsm"))


def figures(path: Path, language="en", sheet="dashboard") -> dict[str, object]:
    """What an independent reader finds on a page and on the hidden sheet, by the figures' names."""
    found = shown(path, formula_places(path))
    tab = word("book", f"sheets.{sheet}", language)
    said = {
        cell.name: found.get((tab, cell.address.replace("$", "")))
        for cell in boards()[sheet].placed
        if cell.is_formula
    }
    hidden = word("book", "sheets.chart_data", language)
    for cell in hidden_sheet().cells:
        name = cell.name if cell.place is None else f"{cell.name}.{cell.place}"
        said[name] = found.get((hidden, cell.address.replace("$", "")))
    return said


def lines(path: Path, list_name: str, scope="company", period="") -> list[dict[str, object]]:
    """The lines of a list of PageLines, of which a page shows the first."""
    with open_package(path, for_writing=False) as package:
        frame = Session(package).frame("PageLines")
    ours = frame[
        (frame["list"] == list_name) & (frame["scope"] == scope) & (frame["period"] == period)
    ]
    return ours.to_dict("records")


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def sheet(path: Path, code_name: str) -> str:
    """The XML of a sheet that macros know by a name."""
    wanted = f'codeName="{code_name}"'.encode()
    return next(part for part in parts(path).values() if wanted in part[:4000]).decode()


def patched(path: Path, code_name: str, old: str, new: str) -> None:
    """Change a sheet as somebody might in Excel; it is known by its name in macros."""
    content = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            if f'codeName="{code_name}"'.encode() in part[:4000]:
                assert old.encode() in part
                part = part.replace(old.encode(), new.encode(), 1)
            package.writestr(name, part)


def test_a_run_from_the_command_line_stores_what_the_tiles_say(results):
    """The tile of the month says what Attainment and Forecast say of it."""
    with open_package(results, for_writing=False) as package:
        session = Session(package)
        attained, forecast = session.frame("Attainment"), session.frame("Forecast")
    of_month = attained[
        (attained["period"] == "2026-06")
        & (attained["scope_kind"] == "company")
        & (attained["metric"] == "revenue")
    ].iloc[0]
    expected = forecast[(forecast["period"] == "2026-06") & (forecast["slice_kind"] == "all")]
    (landing,) = expected["p50"]
    (tile,) = lines(results, "period", period="2026-06")
    assert (tile["sold"], tile["target"]) == (of_month["actual"], of_month["target"])
    seen = figures(results)
    assert seen["common.day"].startswith("As of 2026-06-30 · calculated 2")
    assert seen["dashboard.tile0.sold.0"] == pytest.approx(of_month["actual"] / 100)
    to_come = max(landing - of_month["actual"], 0) / 100
    assert seen["dashboard.tile0.to_come.0"] == pytest.approx(to_come)


def test_lists_of_a_page_are_those_of_the_table(results):
    """In the table's order, as many as the page has room for."""
    seen = figures(results)
    steps = lines(results, "today")
    assert steps
    for place, step in enumerate(steps):
        for name in ("subject", "customer"):
            # Of a step that stands for many there is none.
            shown = "" if pd.isna(step[name]) else step[name]
            assert seen[f"dashboard.today{place}.{name}"] == shown


def test_a_chosen_team_and_period_change_what_is_shown(book):
    """As the selectors stand when the workbook is saved."""
    board = boards()["dashboard"]
    for chosen in board.chosen:
        text = {"period": "Q1 2026", "team": "South"}[chosen.selector.name]
        choose(book, "SheetDashboard", chosen.address.replace("$", ""), text)
    run_on_file(book, "refresh", Options(DAY), wait=5)
    (quarter,) = lines(book, "period", "South", "FY2026-Q1")
    seen = figures(book)
    assert (seen["dashboard.scope"], seen["dashboard.period"]) == ("team|South", "FY2026-Q1")
    assert seen["dashboard.tile1.sold.0"] == pytest.approx(quarter["sold"] / 100)
    teams = {step["team"] for step in lines(book, "help", "South")}
    assert teams <= {"South"}


def test_a_choice_that_is_gone_is_the_first_one(book):
    """A rep who was deleted, a period of a year ago: the page shows what runs, not nothing."""
    chosen = boards()["dashboard"].chosen[0]
    choose(book, "SheetDashboard", chosen.address.replace("$", ""), "Q3 1999")
    run_on_file(book, "refresh", Options(DAY), wait=5)
    assert figures(book)["dashboard.period"] == "2026-06"


def test_the_pages_day_is_that_of_its_results(book):
    """A check of another day changes none of them; each verb that does is known."""
    run_on_file(book, "validate", Options(dt.date(2026, 5, 31), yes=True), wait=5)
    assert figures(book)["common.as_of"] == 46203
    writers = {
        name
        for name, action in ACTIONS.items()
        if set(action.writes)
        & set(PAGE_TABLES)
        & {t for t in TABLES if TABLES[t].role is Role.OUTPUT}
    }
    # What a month pays stands, whatever day a page is of; a merge and a handover move rows, and
    # leave the results as they were.
    assert {*RESULT_RUNS} == (writers - {"close", "merge", "reassign"}) | {"undo"}


def test_an_undo_brings_back_the_day_of_what_stands(book):
    """That of the run before."""
    run_on_file(book, "refresh", Options(dt.date(2026, 7, 31)), wait=5)
    assert figures(book)["common.day"].startswith("As of 2026-07-31")
    undo_file(book, DAY, wait=5)
    assert figures(book)["common.day"].startswith("As of 2026-06-30")


@pytest.mark.parametrize(
    ("settings", "orders_from", "said"),
    [
        (
            {},
            dt.datetime(2026, 3, 1),
            "Sold = won deals before 2026-03-01, order lines from then on",
        ),
        ({}, None, ""),
        ({"sales_source": "deals"}, None, "Sold = won deals"),
        ({"sales_source": "orders"}, None, "Sold = order lines"),
    ],
)
def test_the_page_says_since_when_orders_count(tmp_path, settings, orders_from, said):
    """As the newest run found it."""
    order = {"order_id": "1", "line_no": 1, "customer_id": "C1", "rep_id": "R1", "amount": 1_00}
    orders = [order | {"ordered_on": orders_from + dt.timedelta(days=9)}] if orders_from else []
    typed = {"made_with": __version__} | settings
    policy = [{"key": key, "value": value} for key, value in typed.items()]
    path = tmp_path / "Book.xlsm"
    new_file(path, "en")
    with open_package(path, for_writing=True) as package:
        session = Session(package)
        for name, made in {"Orders": orders, "Policy": policy}.items():
            package.write([session.prepared_write(name, frame_from_rows(name, made)).write])
        package.save()
    run_on_file(path, "tier", Options(DAY), wait=5)
    assert figures(path)["common.sold"] == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_workbook_says_what_to_do_first(tmp_path, language):
    """Also to a program that does not calculate, and with sample rows."""
    empty, sample = tmp_path / "Empty.xlsm", tmp_path / "Sample.xlsm"
    new_file(empty, language)
    new_file(sample, language, sample_as_of=DAY)
    for path, step in ((empty, "target"), (sample, "refresh")):
        seen = figures(path, language)
        assert seen["common.day"] == word("book", "pages.never", language)
        assert word("book", f"pages.first_steps.{step}", language) in set(seen.values())


def test_an_import_and_an_undo_store_them_as_well(book, tmp_path):
    """The page is always that of the tables as they are: an error more in Checks is counted."""
    before = figures(book)
    file = tmp_path / "targets.csv"
    file.write_text("year,scope_kind,scope,metric,target\n2026,team,Nowhere,revenue,5\n", "utf-8")
    import_file(book, ImportRequest(file, ImportOptions(into="Targets"), DAY), wait=5)
    undo_file(book, DAY, wait=5)
    after = figures(book)
    # Only when it was calculated is another moment.
    changed = {name for name in after if after[name] != before[name]}
    assert all(
        "calculated" in str(after[name]) or name in ("common.run_at", "common.day")
        for name in changed
    ), {name: (before[name], after[name]) for name in changed}


def test_a_result_elsewhere_has_them_and_the_book_stays(book, tmp_path):
    """As with every run."""
    before, out = book.read_bytes(), tmp_path / "Out.xlsm"
    place = Elsewhere(out, may_replace=False)
    run_on_file(book, "tier", Options(dt.date(2026, 5, 31)), wait=5, out=place)
    assert figures(out)["common.day"].startswith("As of 2026-05-31")
    assert book.read_bytes() == before


def test_only_values_change(book):
    """Formulas, formats and every other part stay byte for byte; charts draw the new values."""
    before = parts(book)
    run_on_file(book, "tier", Options(dt.date(2026, 1, 31), yes=True), wait=5)
    after = parts(book)
    changed = {name for name in before if before[name] != after[name]}
    sheets = {name for name in changed if name.startswith("xl/worksheets/sheet")}
    named = {re.search(rb'codeName="([^"]*)"', after[name])[1].decode() for name in sheets}
    tables = (*ACTIONS["tier"].writes, "RunLog", "PageLines")
    pages = {"Sheet" + "".join(part.capitalize() for part in code.split("_")) for code in boards()}
    assert named <= {"SheetChartData", *pages, *(f"Sheet{table}" for table in tables)}
    others = changed - sheets
    assert all(
        re.match(r"xl/(charts/chart\d|tables/table\d+|workbook|styles)\.?", one) for one in others
    )

    for name in changed:
        if name in page_parts(after):
            assert without_values(before[name]) == without_values(after[name])


def test_charts_hold_what_their_cells_show(results):
    """Every point of every chart."""
    found = shown(results, formula_places(results))
    drawn = 0
    for name, content in parts(results).items():
        if not name.startswith("xl/charts/chart"):
            continue
        blocks = re.findall(
            r"<c:f>'?ChartData'?!\$([A-Z]+)\$(\d+)[^<]*</c:f><c:\w+Cache>(.*?)</c:\w+Cache>",
            content.decode(),
        )
        for column, first, cache in blocks:
            for index, text in re.findall(r'<c:pt idx="(\d+)"><c:v>([^<]*)</c:v>', cache):
                value = found["ChartData", f"{column}{int(first) + int(index)}"]
                assert str(value) == text or float(text) == pytest.approx(value)
                drawn += 1
    assert drawn > 60


def place_of(name: str) -> str:
    """The cell of a single figure on the hidden sheet."""
    cell = next(cell for cell in hidden_sheet().cells if cell.name == name)
    return cell.address


def test_a_figure_that_somebody_moved_has_its_value_and_an_own_formula_keeps_its(book):
    """Ours is a cell whose formula says what ours says, wherever it stands."""
    day = place_of("common.day")
    moved = f'<row r="990"><c r="B990"><f>ChartData!{day}</f><v>9</v></c></row></sheetData>'
    patched(book, "SheetDashboard", "</sheetData>", moved)
    own = '<row r="991"><c r="B991"><f>LEN("ab")*2</f><v>1.7</v></c></row></sheetData>'
    patched(book, "SheetDashboard", "</sheetData>", own)
    run_on_file(book, "split", Options(DAY, publish=True), wait=5)
    seen = shown(book, [("Dashboard", "B990"), ("Dashboard", "B991")])
    assert str(seen["Dashboard", "B990"]).startswith("As of 2026-06-30")
    assert seen["Dashboard", "B991"] == 1.7


def test_what_rests_on_an_own_formula_has_no_value_rather_than_a_wrong_one(book):
    """Whoever loads the workbook calculates it."""
    cell = place_of("common.as_of").replace("$", "")
    day = re.search(rf'<c r="{cell}"[^>]*>.*?</c>', sheet(book, "SheetChartData"))[0]
    own = re.sub(r"<f[^>]*>.*?</f><v>.*?</v>", "<f>DATE(2026,1,31)</f><v>46053</v>", day)
    patched(book, "SheetChartData", day, own)
    run_on_file(book, "tier", Options(DAY), wait=5)
    seen = figures(book)
    assert seen["common.day"] == ""
    assert own in sheet(book, "SheetChartData")


def test_numbers_that_no_sheet_can_add_up_are_errors_and_refuse_nothing(book):
    """A run on a book with absurd cells is a run like any other."""
    absurd = {"PageLines": {"Middle": 1e30, "Sold": 9.9e307}, "RunLog": {"As of": 9e9}}
    with open_package(book, for_writing=True) as package:
        for table, cells in absurd.items():
            count = package.read(table).row_count
            columns = {header: [cell] * count for header, cell in cells.items()}
            package.write([TableWrite(table, columns, range(count))])
        package.save()
    report = run_on_file(book, "validate", Options(DAY), wait=5)
    # Validate lists no more what only the other verbs judge, and says so.
    assert {note.code for note in report.notes} == {"book.listed-no-more"}
    assert figures(book)["common.day"] == word("book", "pages.never", "en")


def test_errors_and_texts_among_results_show_as_in_excel(book):
    """A text is shown, an error is one."""
    for cell in ("many", CellError("#N/A")):
        with open_package(book, for_writing=True) as package:
            page_lines = package.read("PageLines")
            row = page_lines.columns[page_lines.headers.index("List")].index("today")
            column = [KEEP] * page_lines.row_count
            column[row] = cell
            package.write([TableWrite("PageLines", {"About": column}, range(len(column)))])
            package.save()
        run_on_file(book, "validate", Options(DAY), wait=5)
        expected = cell.code if isinstance(cell, CellError) else cell
        assert figures(book)["dashboard.today0.subject"] == expected


@pytest.mark.parametrize("broken", ["FIXED", "whole page", "lists"])
def test_a_fault_of_ours_with_a_page_stops_no_run(book, tmp_path, monkeypatch, broken):
    """What rests on it has no value; the rest does. The run says so, and the log says where."""
    before = figures(book)
    secret = "R1 earns 7"

    def fails(*_: object) -> None:
        raise ZeroDivisionError(secret)

    if broken == "FIXED":
        monkeypatch.setattr(
            "salesbook.expressions.calculation.FUNCTIONS", {**FUNCTIONS, "FIXED": fails}
        )
    elif broken == "lists":
        monkeypatch.setattr("salesbook.book.page_lines.page_lines", fails)
    else:
        monkeypatch.setattr("salesbook.book.page_values.page_values", fails)
    monkeypatch.setattr("platformdirs.user_log_path", lambda *_, **__: tmp_path / "logs")
    report = run_on_file(book, "tier", Options(dt.date(2026, 7, 31)), wait=5)
    said = [*report.notes, *report.answer]
    assert [note.code for note in said] == ["book.page-not-calculated"]
    log = Path(str(said[0].params["log"])).read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log
    assert secret not in log

    seen = figures(book)
    if broken == "whole page":
        assert seen == before
    else:
        assert seen["common.day"].startswith("As of 2026-07-31")


def with_a_row_inserted(path: Path) -> None:
    """Insert a row on top of the hidden sheet, as in Excel: all that names its cells follows."""

    def lower(match: re.Match[bytes]) -> bytes:
        return match[1] + str(int(match[2]) + 1).encode()

    content = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            if b'codeName="SheetChartData"' in part[:4000]:
                part = re.sub(rb"((?<![A-Za-z]!)\$[A-Z]+\$)(\d+)", lower, part)
                part = re.sub(rb'(<row r=")(\d+)', lower, part)
                part = re.sub(rb'(<c r="[A-Z]+)(\d+)', lower, part)
                part = re.sub(rb'(<f [^>]*ref="[A-Z]+)(\d+)', lower, part)
                part = re.sub(rb'(<f [^>]*ref="[A-Z]+\d+:[A-Z]+)(\d+)', lower, part)
            elif name.startswith(("xl/worksheets/sheet", "xl/charts/")):
                part = re.sub(rb"('?ChartData'?!\$[A-Z]+\$)(\d+)", lower, part)
                part = re.sub(rb"('?ChartData'?!\$[A-Z]+\$\d+:\$[A-Z]+\$)(\d+)", lower, part)
            package.writestr(name, part)


def test_what_a_moved_formula_showed_goes_rather_than_stays(book):
    """After a row was inserted on the hidden sheet none of our formulas is where we know it. No old
    number stands beside new results; a person's own formula keeps its value.
    """
    own = '<row r="990"><c r="B990"><f>LEN("ab")</f><v>2</v></c></row></sheetData>'
    patched(book, "SheetDashboard", "</sheetData>", own)
    with_a_row_inserted(book)
    run_on_file(book, "tier", Options(dt.date(2026, 7, 31)), wait=5)
    found = shown(book, formula_places(book))
    assert found.pop(("Dashboard", "B990")) == 2
    on_pages = {value for (tab, _), value in found.items() if tab == "Dashboard"}
    assert on_pages == {""}
    hidden = {value for (tab, _), value in found.items() if tab == "ChartData"}
    assert hidden <= {"", "#N/A", 0}


def test_a_renamed_and_a_deleted_sheet_are_no_obstacle(book):
    """A sheet is known by its name in macros; without the hidden sheet a run runs."""
    content = parts(book)
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            if name == "xl/workbook.xml":
                part = part.replace(b'name="ChartData"', b'name="Data, hidden"')
            if name.startswith(("xl/worksheets/sheet", "xl/charts/")):
                part = re.sub(rb"'?ChartData'?!", b"'Data, hidden'!", part)
            package.writestr(name, part)
    run_on_file(book, "tier", Options(dt.date(2026, 5, 31), yes=True), wait=5)
    found = shown(book, formula_places(book))
    assert any(str(value).startswith("As of 2026-05-31") for value in found.values())

    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            part = part.replace(b'codeName="SheetChartData"', b"")
            if name == "xl/workbook.xml":
                part = part.replace(b'name="ChartData"', b'name="Gone"')
            package.writestr(name, part)
    run_on_file(book, "tier", Options(dt.date(2026, 5, 31), yes=True), wait=5)
    assert "2026-06-30" in str(shown(book, formula_places(book)))


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_calculates_what_is_stored(book, tmp_path):
    """Every formula of a book with results, for several choices of the selectors.

    `python -m reliability pages` does the same for samples as of five days, with every scope and
    every period.
    """
    luck = random.Random(7)
    with open_package(book, for_writing=False) as package:
        frame = Session(package).frame("PageLines")
    periods = [row["period"] for row in frame.to_dict("records") if row["list"] == "spans"]
    named = {"FY2026": "Year 2026", "FY2026-Q1": "Q1 2026", "2026-02": "February 2026"}
    books = [book]
    for number, period in enumerate(luck.sample(sorted(named.keys() & set(periods)), 2)):
        other = Path(shutil.copy(book, tmp_path / f"Chosen{number}.xlsm"))
        for chosen in boards()["dashboard"].chosen:
            text = named[period] if chosen.selector.name == "period" else "North"
            choose(other, "SheetDashboard", chosen.address.replace("$", ""), text)
        run_on_file(other, "tier", Options(DAY), wait=5)
        books.append(other)
    for path, made in zip(books, convert_all(books, "xlsx", tmp_path), strict=True):
        places = formula_places(path)
        assert len(places) > 500
        assert differences(shown(path, places), shown(made, places)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_say_of_which_day_they_are(language: Language, tmp_path: Path) -> None:
    """Each verb's results name the day of its own newest run, before the first one that there is none."""
    book = tmp_path / "Book.xlsm"
    new_file(book, language, sample_as_of=DAY)

    def note(table: str) -> str:
        sheet = openpyxl.load_workbook(book, data_only=True)[sheet_name(table, language)]
        return str(sheet.cell(*NOTE_CELL).value)

    never = word("book", "calculated.never", language)
    assert note("Funnel") == note("Checks") == never
    run_on_file(book, "tier", Options(DAY), wait=0)
    run_on_file(book, "funnel", Options(DAY + dt.timedelta(days=3)), wait=0)
    assert "2026-06-30" in note("CallList")
    assert "2026-07-03" in note("Funnel")
    assert "2026-07-03" in note("Alerts")
    assert word("book", "calculated.stages", language) in note("Funnel")
    assert word("book", "calculated.funnel", language) in note("Alerts")
    assert note("Scorecard") == never


@pytest.mark.parametrize(
    ("text", "scope"),
    [("South", "team|South"), ("Sou*", "company|company"), ("", "company|company")],
)
def test_a_selector_is_taken_for_what_it_says(book, text, scope):
    """No pattern, and an empty one is the first choice, not the room behind the last."""
    chosen = {cell.selector.name: cell for cell in boards()["dashboard"].chosen}["team"]
    choose(book, "SheetDashboard", chosen.address.replace("$", ""), text)
    run_on_file(book, "validate", Options(DAY), wait=5)
    assert figures(book)["dashboard.scope"] == scope
