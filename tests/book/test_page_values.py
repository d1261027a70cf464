"""Every save stores what the Dashboard's formulas give, beside formulas that are still ours."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from reliability.pages import differences, formula_places, page_parts, shown, without_values
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
from salesbook.labels import header as field_header
from salesbook.messages import Message
from salesbook.pages.dashboard import RESULT_RUNS
from salesbook.sheets import dashboard_sheets
from salesbook.sheets.places import NOTE_CELL
from salesbook.store import KEEP, CellError, TableWrite
from salesbook.tables import TABLES, Role
from workbook.build.office import convert_all, office

DAY = dt.date(2026, 6, 30)


def attained(month: int, target: int | None, actual: int) -> dict[str, object]:
    return {
        "period": f"2026-{month:02d}",
        "scope_kind": "company",
        "scope": "company",
        "metric": "revenue",
        "target": target,
        "actual": actual,
    }


def forecast(**quantiles: int) -> dict[str, object]:
    amounts = {"closed": 9_000_00, "commit": 0, "best_case": 0, "pipeline": 5_000_00, "weighted": 0}
    return {"period": "2026-06", "slice_kind": "all", "slice": "all"} | amounts | quantiles


def run(day: int, as_of: dt.datetime | None, **more: object) -> dict[str, object]:
    counts = {"seconds": 1.0, "rows_in": 1, "rows_out": 1, "findings": 0, "version": "1"}
    made = {"at": dt.datetime(2026, 7, day, 9), "action": "refresh", "as_of": as_of}
    return made | counts | more


JUNE = dt.datetime(2026, 6, 30)
RESULTS = {
    "Reps": [{"rep_id": "R1", "name": "Ann"}, {"rep_id": "R2", "name": "Ben"}],
    "Customers": [{"customer_id": "C1", "name": "Acme"}],
    "Attainment": [attained(1, 10_000_00, 8_000_00), attained(6, 10_000_00, 9_000_00)],
    "Forecast": [forecast(p10=9_000_00, p50=11_000_00, p90=14_000_00)],
    "Deals": [
        {"deal_id": "1", "stage": "Lead", "amount": 3_500_00},
        {"deal_id": "2", "stage": "Won", "amount": 1_000_00, "closed_on": dt.datetime(2026, 7, 2)},
        {"deal_id": "3", "stage": "Won", "amount": 9_000_00, "closed_on": dt.datetime(2026, 6, 2)},
        {
            "deal_id": "4",
            "stage": "Lead",
            "amount": 2_000_00,
            "created_on": dt.datetime(2026, 7, 1),
        },
    ],
    "Alerts": [
        {
            "kind": "coverage-low",
            "table": "Forecast",
            "row_key": row_key,
            "severity": "high",
            "who": who,
            "because": None,
            "do": None,
        }
        for row_key, who in (
            ("FY2026-Q2|team|South", None),
            ("FY2026-Q2|rep|R2", "R1"),
            ("FY2026-Q2|rep|R1", "R1"),
            ("all|all|main|Lead", None),
        )
    ],
    "RunLog": [run(1, JUNE, orders_from=dt.datetime(2026, 3, 1)), run(2, None, action="import")],
}
"""Results of a book that never saw them: each verb has tests of its own."""


def filled(path: Path, rows=RESULTS, language="en") -> Path:
    """A new workbook with these rows, saved as a run saves it."""
    new_file(path, language)
    with open_package(path, for_writing=True) as package:
        session = Session(package)
        writes = [
            session.prepared_write(name, frame_from_rows(name, made)).write
            for name, made in rows.items()
        ]
        package.write(writes)
        package.save()
    return path


def saved(path: Path) -> Path:
    """The workbook after a run that writes none of these results."""
    run_on_file(path, "tier", Options(DAY), wait=5)
    return path


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(filled(tmp_path_factory.mktemp("results") / "Book.xlsm"))


@pytest.fixture
def book(results: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(results, tmp_path / "Book.xlsm"))


def dashboard(path: Path) -> dict[str, object]:
    """What an independent reader finds on the Dashboard, by cell."""
    found = shown(path, formula_places(path))
    return {cell: value for (sheet, cell), value in found.items() if sheet == "Dashboard"}


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
    """By hand: 17,000 of 20,000 in the months with a target; the deal that is won in July was open
    in June, the one that is created in July was not there.
    """
    seen = dashboard(results)
    assert seen["O3"] == "As of 2026-06-30"
    assert seen["A6"] == pytest.approx(0.85)
    assert seen["A7"] == "17,000 of 20,000"
    assert seen["E7"] == "9,000 of 10,000"
    assert (seen["I6"], seen["I7"]) == (11000, "9,000 to 14,000, 8 times in 10")
    assert (seen["M6"], seen["M7"]) == (4500, "2 open deals")
    assert (seen["E10"], seen["E11"]) == (4, "Alerts in all: 4")


def test_the_pages_day_is_that_of_its_results(book):
    """A check of another day changes none of them; each verb that does is known."""
    run_on_file(book, "validate", Options(dt.date(2026, 5, 31), yes=True), wait=5)
    assert dashboard(book)["O3"] == "As of 2026-06-30"
    hidden, _ = dashboard_sheets()
    shown_tables = {table for table in TABLES for cell in hidden.cells if table in repr(cell)}
    results = {name for name in shown_tables if TABLES[name].role is Role.OUTPUT}
    of_other_verbs = {"RunLog", "Checks", "TargetPlan"}
    writers = {
        name for name, action in ACTIONS.items() if {*action.writes} & (results - of_other_verbs)
    }
    assert {*RESULT_RUNS} == writers | {"undo"}


def test_an_undo_brings_back_the_day_of_what_stands(tmp_path):
    """That of the run before."""
    path = tmp_path / "Book.xlsm"
    new_file(path, "en")
    run_on_file(path, "tier", Options(DAY), wait=5)
    assert dashboard(path)["O3"] == "As of 2026-06-30"
    with open_package(path, for_writing=True) as package:
        session = Session(package)
        made = frame_from_rows("Customers", RESULTS["Customers"])
        package.write([session.prepared_write("Customers", made).write])
        package.save()
    run_on_file(path, "tier", Options(dt.date(2026, 7, 31)), wait=5)
    assert dashboard(path)["O3"] == "As of 2026-07-31"
    undo_file(path, DAY, wait=5)
    assert dashboard(path)["O3"] == "As of 2026-06-30"


def test_an_alert_says_whom_it_is_about(results):
    """A team where nobody is named, the rep beside whoever acts for one who left."""
    seen = dashboard(results)
    assert [seen[f"B{row}"] for row in range(49, 54)] == ["South", "Ann (Ben)", "Ann", "", ""]


def test_an_alert_says_which_deal_it_is_about(tmp_path):
    """By the name that stands in the table of alerts; one about a team has none."""
    said = Message("alert.no-next-step.because", {"stage": "Offer"})
    alert = {"kind": "no-next-step", "table": "Deals", "severity": "low", "because": said}
    alerts = [
        alert | {"row_key": row_key, "row_name": name, "do": Message("alert.no-next-step.do")}
        for row_key, name in (("d1", "Fleet"), ("d2", None))
    ]
    seen = dashboard(saved(filled(tmp_path / "Book.xlsm", {"Alerts": alerts})))
    assert seen["D49"] == "Fleet: In Offer with no next step planned"
    assert seen["D50"] == "In Offer with no next step planned"


def test_the_chart_of_stages_shows_the_rate_that_funnel_has(tmp_path):
    """Of 90 deals 40 went on and 30 were lost: 57 % of those decided, not 44 % of all."""
    stage = {"slice_kind": "all", "slice": "all", "pipeline": "main", "worst": False, "amount": 0}
    decided = {"entered": 90, "advanced": 40, "lost": 30, "open": 20, "rate": 40 / 90}
    open_stages = ("Lead", "Qualified", "Proposal")
    rows = [stage | decided | {"stage": name, "resolved_rate": 40 / 70} for name in open_stages]
    rows[0]["resolved_rate"] = None
    path = saved(filled(tmp_path / "Book.xlsm", {"Funnel": rows}))
    seen = {value for value in shown(path, formula_places(path)).values() if value is not None}
    assert {"Lead  90", "Proposal  90 → 57%"} <= seen


def test_one_open_deal_is_one(tmp_path):
    deals = [{"deal_id": "1", "stage": "Lead", "amount": 1_00}]
    assert dashboard(saved(filled(tmp_path / "Book.xlsm", {"Deals": deals})))["M7"] == "1 open deal"


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
    rows = {"Orders": orders, "Policy": policy}
    assert dashboard(saved(filled(tmp_path / "Book.xlsm", rows)))["E3"] == said


def test_what_nobody_knows_is_said_and_not_0(tmp_path):
    """No target is none, a forecast without numbers is none, and a range of one number is no
    range.
    """
    rows = {
        "RunLog": [run(1, JUNE)],
        "Attainment": [attained(6, None, 9_000_00)],
        "Forecast": [forecast(p10=9_000_00, p50=9_000_00, p90=9_000_00)],
    }
    path = filled(tmp_path / "Book.xlsm", rows)
    seen = dashboard(saved(path))
    assert (seen["A6"], seen["A7"]) == ("–", "9,000 sold; no target")
    assert (seen["I6"], seen["I7"]) == (9000, "That is what is sold so far")

    with open_package(path, for_writing=True) as package:
        unsaid = {header: [None] for header in ("P10", "P50", "P90")}
        because = {field_header("Forecast", "because", "en"): ["Too few deals are closed"]}
        package.write([TableWrite("Forecast", unsaid | because, [0])])
        package.save()
    seen = dashboard(saved(path))
    assert (seen["I6"], seen["I7"]) == ("–", "Too few deals are closed")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_workbook_says_what_to_do_first(tmp_path, language):
    """Also to a program that does not calculate, and with sample rows."""
    path = tmp_path / "Book.xlsm"
    new_file(path, language, sample_as_of=DAY)
    found = shown(path, formula_places(path))
    tab = word("book", "sheets.dashboard", language)
    assert found[tab, "O3"] == word("book", "dashboard.never", language)
    assert found[tab, "A7"] == word("book", "tiles.none_target", language)
    assert found[tab, "M6"] > 0


def test_an_import_and_an_undo_store_them_as_well(book, tmp_path):
    """The page is always that of the tables as they are."""
    before = dashboard(book)
    file = tmp_path / "deals.csv"
    row = "9,C1,R1,Lead,500,2026-06-01"
    file.write_text(
        f"deal_id,customer_id,rep_id,stage,amount,created_on\n{row}\n", encoding="utf-8"
    )
    import_file(book, ImportRequest(file, ImportOptions(into="Deals"), DAY), wait=5)
    assert dashboard(book)["M6"] == before["M6"] + 500
    undo_file(book, DAY, wait=5)
    assert dashboard(book) == before


def test_a_result_elsewhere_has_them_and_the_book_stays(book, tmp_path):
    """As with every run."""
    before, out = book.read_bytes(), tmp_path / "Out.xlsm"
    place = Elsewhere(out, may_replace=False)
    run_on_file(book, "tier", Options(dt.date(2026, 5, 31)), wait=5, out=place)
    assert dashboard(out)["O3"] == "As of 2026-05-31"
    assert book.read_bytes() == before


def test_only_values_change(book):
    """Formulas, formats and every other part stay byte for byte; charts draw the new values."""
    before = parts(book)
    run_on_file(book, "tier", Options(dt.date(2026, 1, 31), yes=True), wait=5)
    after = parts(book)
    changed = {name for name in before if before[name] != after[name]}
    sheets = {name for name in changed if name.startswith("xl/worksheets/sheet")}
    named = {re.search(rb'codeName="([^"]*)"', after[name])[1].decode() for name in sheets}
    assert named <= {
        "SheetDashboard",
        "SheetChartData",
        "SheetRunLog",
        "SheetCustomerTiers",
        "SheetCallList",
        "SheetTierHistory",
    }
    others = changed - sheets
    assert all(
        re.match(r"xl/(charts/chart\d|tables/table\d+|workbook)\.xml", one) for one in others
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
    assert drawn > 150


def test_a_tile_that_somebody_moved_has_its_value_and_an_own_formula_keeps_its(book):
    """Ours is a cell whose formula says what ours says, wherever it stands."""
    moved = '<row r="90"><c r="B90"><f>ChartData!$E$8</f><v>9</v></c></row></sheetData>'
    patched(book, "SheetDashboard", "</sheetData>", moved)
    patched(
        book,
        "SheetDashboard",
        "<f>ChartData!$E$1</f><v>0.85</v>",
        "<f>ChartData!$E$1*2</f><v>1.7</v>",
    )
    run_on_file(book, "split", Options(DAY, publish=True), wait=5)
    seen = dashboard(book)
    assert seen["A6"] == 1.7
    assert seen["B90"] == "–"


def test_what_rests_on_an_own_formula_has_no_value_rather_than_a_wrong_one(book):
    """Whoever loads the workbook calculates it."""
    day = re.search(r'<c r="B1"[^>]*>.*?</c>', sheet(book, "SheetChartData"))[0]
    own = re.sub(r"<f[^>]*>.*?</f><v>.*?</v>", "<f>DATE(2026,1,31)</f><v>46053</v>", day)
    patched(book, "SheetChartData", day, own)
    saved(book)
    seen = dashboard(book)
    assert seen["O3"] == ""
    assert seen["A7"] == ""
    assert seen["M6"] == ""
    assert own in sheet(book, "SheetChartData")


def test_a_column_with_a_formula_that_nobody_calculated_is_unknown(book):
    """The deals' sum rests on it; the rest of the page does not."""
    amount = re.search(r'<c r="[A-Z]+\d+"[^>]*><v>3500</v></c>', sheet(book, "SheetDeals"))[0]
    patched(book, "SheetDeals", amount, amount.replace("<v>3500</v>", "<f>7*500</f>"))
    saved(book)
    seen = dashboard(book)
    assert (seen["M6"], seen["M7"]) == ("", "2 open deals")
    assert seen["A6"] == pytest.approx(0.85)


def test_errors_and_texts_among_amounts_show_as_in_excel(tmp_path):
    """A text counts nothing, an error makes the sum one."""
    path = filled(tmp_path / "Book.xlsm")
    for cell, expected in (("many", 1000), (CellError("#N/A"), "#N/A")):
        with open_package(path, for_writing=True) as package:
            deals = package.read("Deals")
            column = [cell, *[KEEP] * (deals.row_count - 1)]
            package.write([TableWrite("Deals", {"Amount": column}, range(deals.row_count))])
            package.save()
        assert dashboard(saved(path))["M6"] == expected


@pytest.mark.parametrize(
    ("days", "seen_plan"),
    [
        ((dt.datetime(2026, 7, 9), dt.datetime(2026, 7, 5)), ("–", "Published later: 2026-07-05")),
        # A re-split of later changes a plan that stood.
        ((dt.datetime(2026, 1, 2), dt.datetime(2026, 7, 5)), ("Published", "Version 2")),
        ((None, None), ("Published", "Version 2")),
    ],
)
def test_a_plan_that_was_published_after_the_pages_day_says_so(tmp_path, days, seen_plan):
    """Its targets do not count there; that of another year says nothing."""
    plan = {"metric": "revenue", "amount": 9_00, "status": "published"}
    last_year = {"period": "2025-06", "rep_id": "R1", "version": 1, "published_on": JUNE}
    this_year = [
        {"period": "2026-06", "rep_id": rep, "version": 2, "published_on": on}
        for rep, on in zip(("R1", "R2"), days, strict=True)
    ]
    rows = RESULTS | {"TargetPlan": [plan | row for row in (last_year, *this_year)]}
    seen = dashboard(saved(filled(tmp_path / "Book.xlsm", rows)))
    assert (seen["M10"], seen["M11"]) == seen_plan


def test_numbers_that_no_sheet_can_add_up_are_errors_and_refuse_nothing(tmp_path):
    """A run on a book with absurd cells is a run like any other."""
    absurd = {
        "Forecast": {"P50": 1e30, "Closed": 1e30},
        "Attainment": {"Target": 1e30, "Actual": 1e30},
        "Deals": {"Amount": 9.9e307},
        "RunLog": {"As of": 9e9},
    }
    path = filled(tmp_path / "Book.xlsm")
    with open_package(path, for_writing=True) as package:
        for table, cells in absurd.items():
            count = package.read(table).row_count
            columns = {header: [cell] * count for header, cell in cells.items()}
            package.write([TableWrite(table, columns, range(count))])
        package.save()
    report = run_on_file(path, "validate", Options(DAY), wait=5)
    assert not report.notes
    seen = dashboard(path)
    assert seen["M6"] == "#NUM!"
    assert seen["O3"] == word("book", "dashboard.never", "en")


@pytest.mark.parametrize("broken", ["FIXED", "whole page"])
def test_a_fault_of_ours_with_a_page_stops_no_run(book, tmp_path, monkeypatch, broken):
    """What rests on it has no value; the rest does. The run says so, and the log says where."""
    before = dashboard(book)

    secret = "R1 earns 7"

    def fails(*_: object) -> None:
        raise ZeroDivisionError(secret)

    if broken == "FIXED":
        monkeypatch.setattr(
            "salesbook.expressions.calculation.FUNCTIONS", {**FUNCTIONS, "FIXED": fails}
        )
    else:
        monkeypatch.setattr("salesbook.book.page_values.page_values", fails)
    monkeypatch.setattr("platformdirs.user_log_path", lambda *_, **__: tmp_path / "logs")
    report = run_on_file(book, "tier", Options(dt.date(2026, 7, 31)), wait=5)
    assert [note.code for note in report.notes] == ["book.page-not-calculated"]
    log = Path(str(report.notes[0].params["log"])).read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log
    assert secret not in log

    seen = dashboard(book)
    if broken == "FIXED":
        assert (seen["O3"], seen["I7"]) == ("As of 2026-07-31", "")
    else:
        assert seen == before


def with_a_row_inserted(path: Path) -> None:
    """Insert a row on top of the hidden sheet, as in Excel: all that names its cells follows."""

    def lower(match: re.Match[bytes]) -> bytes:
        return match[1] + str(int(match[2]) + 1).encode()

    content = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            if b'codeName="SheetChartData"' in part[:4000]:
                part = re.sub(rb"(\$[A-Z]+\$)(\d+)", lower, part)
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
    own = '<row r="90"><c r="B90"><f>LEN("ab")</f><v>2</v></c></row></sheetData>'
    patched(book, "SheetDashboard", "</sheetData>", own)
    with_a_row_inserted(book)
    run_on_file(book, "tier", Options(dt.date(2026, 7, 31)), wait=5)
    seen = dashboard(book)
    assert seen.pop("B90") == 2
    # An alert's severity rests on its table alone, so that it is known.
    assert set(seen.values()) == {"", "High"}
    hidden = shown(book, formula_places(book))
    assert {value for (tab, _), value in hidden.items() if tab == "ChartData"} <= {"", "#N/A"}


def test_a_renamed_and_a_deleted_sheet_are_no_obstacle(book):
    """A sheet is known by its name in macros; without the Dashboard a run runs."""
    content = parts(book)
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            if name == "xl/workbook.xml":
                part = part.replace(b'name="ChartData"', b'name="Data, hidden"')
            if name.startswith(("xl/worksheets/sheet", "xl/charts/")):
                part = re.sub(rb"'?ChartData'?!", b"'Data, hidden'!", part)
            package.writestr(name, part)
    run_on_file(book, "tier", Options(dt.date(2026, 5, 31), yes=True), wait=5)
    assert dashboard(book)["O3"] == "As of 2026-05-31"

    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            part = part.replace(b'codeName="SheetChartData"', b"")
            if name == "xl/workbook.xml":
                part = part.replace(b'name="ChartData"', b'name="Gone"')
            package.writestr(name, part)
    run_on_file(book, "tier", Options(dt.date(2026, 5, 31), yes=True), wait=5)
    assert dashboard(book)["O3"] == "As of 2026-06-30"


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_calculates_what_is_stored(book, tmp_path):
    """Every formula of a book with results, and of a Chinese one with cells as people fill them.

    `python -m reliability pages` does the same for samples as of five days, and more.
    """
    chinese = filled(tmp_path / "Chinese.xlsm", RESULTS, "zh-CN")
    with open_package(chinese, for_writing=True) as package:
        deals = package.read("Deals")
        odd = {
            deals.headers[10]: ["12", "many", None, -3.5],
            deals.headers[9]: ["线索", "线索", "*", None],
            deals.headers[8]: ["MAIN", "main", None, "other"],
            deals.headers[15]: ["soon", None, dt.datetime(2026, 7, 1, 12), 46300],
        }
        package.write([TableWrite("Deals", odd, range(deals.row_count))])
        package.save()
    saved(chinese)

    books = [book, chinese]
    for path, made in zip(books, convert_all(books, "xlsx", tmp_path), strict=True):
        places = formula_places(path)
        assert len(places) > 280
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
    assert word("book", "calculated.funnel", language) in note("Funnel")
    assert note("Scorecard") == never
