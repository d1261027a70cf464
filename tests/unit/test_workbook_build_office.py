"""LibreOffice opens the workbooks and calculates every formula without an error."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from salesbook.book.session import Session
from salesbook.book.template import FILES, template_bytes
from salesbook.frames import frame_from_rows
from salesbook.hosts.package import open_package
from salesbook.labels.words import word
from salesbook.sheets import hidden_sheet
from salesbook.writing.body import prepare_write
from workbook.build.office import convert_all, office

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(office() is None, reason="LibreOffice is not installed"),
]
AS_OF = dt.datetime(2026, 6, 30)


def errors(book, chart_data):
    """Cells that show an error, but for the #N/A that pad the charts' ranges."""
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e" and not (sheet.title == chart_data and cell.value == "#N/A")
    ]


@pytest.fixture(scope="module")
def calculated(tmp_path_factory):
    """An empty Chinese workbook and a filled English one, from one start of LibreOffice."""
    folder = tmp_path_factory.mktemp("office")
    books = {language: folder / FILES[language] for language in ("zh-CN", "en")}
    for language, path in books.items():
        path.write_bytes(template_bytes(language))
    filled(books["en"])
    made = convert_all([*books.values()], "xlsx", folder)
    return {
        language: openpyxl.load_workbook(path, data_only=True)
        for language, path in zip(books, made, strict=True)
    }


def test_an_empty_workbook_shows_no_error(calculated):
    book = calculated["zh-CN"]
    assert errors(book, word("book", "sheets.chart_data", "zh-CN")) == []


def attained(month, kind, actual):
    amounts = {"target": 10_000_00, "actual": actual, "gap": actual - 10_000_00}
    return {
        "period": f"2026-{month:02d}",
        "scope_kind": kind,
        "scope": kind,
        "metric": "revenue",
    } | amounts


def forecast(kind):
    amounts = {"closed": 9_000_00, "commit": 0, "best_case": 0, "pipeline": 5_000_00, "weighted": 0}
    quantiles = {"p10": 9_000_00, "p50": 11_000_00, "p90": 14_000_00, "target": 10_000_00}
    return {"period": "2026-06", "slice_kind": kind, "slice": kind} | amounts | quantiles


def entered(kind):
    counts = {
        "entered": 10,
        "advanced": 6,
        "lost": 2,
        "open": 2,
        "amount": 5_000_00,
        "worst": False,
    }
    return {"slice_kind": kind, "slice": kind, "pipeline": "main", "stage": "Lead"} | counts


def run(day, action, as_of):
    counts = {
        "seconds": 1.0,
        "rows_in": 1,
        "rows_out": 1,
        "findings": 0,
        "version": "1",
        "input_hash": "x",
    }
    return {"at": dt.datetime(2026, 7, day, 9), "action": action, "as_of": as_of} | counts


OUTPUTS = {
    "Attainment": [
        attained(month, kind, actual)
        for month, actual in ((1, 8_000_00), (6, 9_000_00), (7, 0))
        for kind in ("company", "team")
    ],
    "Forecast": [forecast("all"), forecast("team")],
    "Funnel": [entered("all"), entered("team")],
    "Deals": [
        {"deal_id": str(place), "rep_id": "R1", "stage": stage, "amount": 3_500_00}
        for place, stage in enumerate(("Lead", "Won", "Proposal"))
    ],
    "RunLog": [run(1, "refresh", AS_OF), run(2, "import", None)],
}


def filled(path):
    """Put the outputs into a new workbook."""
    with open_package(path, for_writing=True) as host:
        session = Session(host)
        plans = [
            prepare_write(
                session.table(name), frame_from_rows(name, rows), language="en", currency="USD"
            )
            for name, rows in OUTPUTS.items()
        ]
        host.write([plan.write for plan in plans])
        host.save()


def test_the_hidden_sheet_has_no_error(calculated):
    """Of a book with results either; what a chart leaves out is #N/A."""
    assert errors(calculated["en"], "ChartData") == []
    shown = calculated["en"]["ChartData"]
    places = {cell.name: cell.address.replace("$", "") for cell in hidden_sheet().cells}
    assert shown[places["common.day"]].value.startswith("As of 2026-06-30")
