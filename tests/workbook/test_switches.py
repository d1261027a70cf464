"""A switch on the first sheet shows or hides its sheet, whatever that sheet is called by now."""

from __future__ import annotations

import io
from functools import cache

import openpyxl
import pytest

from salesbook.book.template import template_bytes
from salesbook.labels import LANGUAGES, sheet_name, word
from salesbook.tables import TABLES, Role
from tests.workbook.macro_book import started
from workbook.build.names import SWITCH
from workbook.build.start import SWITCHES

both = pytest.mark.parametrize("language", LANGUAGES)
DRIVE = """
Public Sub Type_(address As String, text As String)
    Dim one As Range
    For Each one In ThisWorkbook.Worksheets(1).Range(address).Cells
        one.Value = text
    Next one
End Sub

Public Sub Paste_(address As String, text As String)
    ThisWorkbook.Worksheets(1).Range(address).Value = text
End Sub

Public Sub Hide(name As String)
    ThisWorkbook.Worksheets(name).Visible = xlSheetHidden
End Sub

Public Sub See(name As String, state As Long)
    ThisWorkbook.Worksheets(name).Visible = state
    ThisWorkbook.Worksheets(2).Activate
    ThisWorkbook.Worksheets(1).Activate
End Sub

Public Sub Rename(name As String, other As String)
    ThisWorkbook.Worksheets(name).Name = other
End Sub

Public Sub Lock_()
    ThisWorkbook.Protect Structure:=True
End Sub

Public Function Seen() As String
    Dim one As Worksheet
    For Each one In ThisWorkbook.Worksheets
        If one.Visible = xlSheetVisible Then Seen = Seen & one.Name & "|"
    Next one
End Function

Public Function Switched(address As String) As String
    Switched = ThisWorkbook.Worksheets(1).Range(address).Value
End Function
"""


@cache
def book_of(language):
    return openpyxl.load_workbook(io.BytesIO(template_bytes(language)))


def opened(language):
    """The workbook with its macros; the interpreter does not load what is hidden."""
    app = started(language, DRIVE)
    for sheet in book_of(language).worksheets:
        if sheet.sheet_state != "visible":
            app.run("Hide", sheet.title)
    return app


@cache
def switches(language):
    """Address and state of each switch by the macro name of its sheet."""
    book = book_of(language)
    area = book.defined_names[SWITCHES].attr_text.split("!")[1].replace("$", "")
    start = book.worksheets[0]
    return {
        start.cell(cell.row, cell.column + 1).value: (cell.coordinate, cell.value)
        for (cell,) in start[area]
        if cell.value
    }


def states(language):
    return [word("book", f"start.{state}", language) for state in ("shown", "hidden")]


def seen(app):
    return set(app.run("Seen").split("|")) - {""}


@both
def test_every_sheet_of_a_table_has_a_switch_that_says_what_is(language):
    """Technical sheets have none, nor has the first."""
    shown, hidden = states(language)
    own = {
        f"Sheet{name}": spec.shown for name, spec in TABLES.items() if spec.role is not Role.SETTING
    }
    expected = {name: shown if visible else hidden for name, visible in own.items()}
    assert {name: state for name, (_, state) in switches(language).items()} == expected | {
        "SheetSettings": shown
    }


@both
def test_each_switch_is_a_dropdown_of_two(language):
    cells = {address for address, _ in switches(language).values()}
    rules = book_of(language).worksheets[0].data_validations.dataValidation
    offered = {
        f"{area.coord[0]}{row}"
        for rule in rules
        if rule.formula1 == SWITCH
        for area in rule.sqref.ranges
        for row in range(area.min_row, area.max_row + 1)
    }
    assert offered == cells


@both
def test_a_changed_switch_shows_and_hides_its_sheet_alone(language):
    app = opened(language)
    shown, hidden = states(language)
    before = seen(app)
    address, _ = switches(language)["SheetStageTimes"]
    name = sheet_name("StageTimes", language)
    app.run("Type_", address, shown)
    assert seen(app) == before | {name}
    app.run("Type_", address, hidden)
    assert seen(app) == before


def test_several_at_once():
    """All switches filled with one word: the first sheet stays, and so do the technical ones
    hidden.
    """
    app = opened("en")
    addresses = [address for address, _ in switches("en").values()]
    app.run("Paste_", f"{addresses[0]}:{addresses[-1]}", "Hidden")
    assert seen(app) == {"Start", "Dashboard"}
    app.run("Paste_", f"{addresses[0]}:{addresses[-1]}", "Visible")
    assert {"Functions", "ChartData", "xlwings.conf"} & seen(app) == set()
    assert len(seen(app)) == len(addresses) + 2


def test_a_renamed_sheet_keeps_its_switch():
    app = opened("en")
    app.run("Rename", "StageTimes", "How long & where 销售")
    app.run("Type_", switches("en")["SheetStageTimes"][0], "Visible")
    assert "How long & where 销售" in seen(app)


def test_other_cells_change_nothing():
    app = opened("en")
    before = seen(app)
    address, _ = switches("en")["SheetStageTimes"]
    app.run("Type_", f"D{address[1:]}", "Visible")
    app.run("Type_", address, "perhaps")
    assert (seen(app), app.run("Switched", address)) == (before, "Hidden")


def test_switches_follow_what_was_done_without_them():
    app = opened("en")
    address, _ = switches("en")["SheetStageTimes"]
    app.run("See", "StageTimes", -1)
    assert app.run("Switched", address) == "Visible"


def test_a_locked_structure_leaves_the_switch_where_it_was():
    app = opened("en")
    app.run("Lock_")
    address, _ = switches("en")["SheetStageTimes"]
    app.run("Type_", address, "Visible")
    assert app.run("Switched", address) == "Hidden"
