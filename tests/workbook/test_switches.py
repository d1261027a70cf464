"""A switch on the first sheet shows or hides the sheets of its part, whatever these are called."""

from __future__ import annotations

import io
from functools import cache

import openpyxl
import pytest

from salesbook.book.tabs import SWITCHES
from salesbook.book.template import template_bytes
from salesbook.labels import LANGUAGES, sheet_name, word
from salesbook.tables import TABLES, Role, Switch
from tests.workbook.macro_book import started
from workbook.build.names import CHOSEN_SET, SET, SWITCH

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

Public Sub Fill(name As String)
    ThisWorkbook.Worksheets(name).ListObjects(1).DataBodyRange.Cells(1, 1).Value = "x"
End Sub

Public Sub Opened()
    ThisWorkbook.Worksheets(2).Activate
    ThisWorkbook.Worksheets(1).Activate
End Sub

Public Sub Follow(address As String)
    ShowLinked address
End Sub

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
    """Address of each switch, by its name in macros."""
    book = book_of(language)
    area = book.defined_names[SWITCHES].attr_text.split("!")[1].replace("$", "")
    return {code.value: switch.coordinate for switch, code, _ in book.worksheets[0][area]}


@cache
def set_address(language):
    return book_of(language).defined_names[CHOSEN_SET].attr_text.split("!")[1].replace("$", "")


def states(language):
    return [word("book", f"start.{state}", language) for state in ("shown", "hidden")]


def sheets_of(switch, language, *roles):
    """The sheets of a part, by the names of their tabs."""
    return {
        sheet_name(name, language)
        for name, spec in TABLES.items()
        if spec.switch is switch and spec.role in roles
    }


def seen(app):
    return set(app.run("Seen").split("|")) - {""}


@both
def test_every_part_has_one_switch_and_every_table_one_place(language):
    """What everybody needs has none; settings share a sheet that is always there."""
    assert list(switches(language)) == [switch.value for switch in Switch]
    without = {
        name for name, spec in TABLES.items() if spec.switch is None and not spec.is_technical
    }
    settings = {name for name, spec in TABLES.items() if spec.role is Role.SETTING}
    needed = "Targets Reps Customers Activities Deals Orders CallList Checks".split()
    assert without == settings | set(needed)


@both
def test_the_book_begins_as_a_small_team_needs_it(language):
    """Every switch is off until somebody chooses, and the sheets say the same."""
    start = book_of(language).worksheets[0]
    _, hidden = states(language)
    small = word("book", "start.set_small", language)
    assert start[set_address(language)].value == small
    for address in switches(language).values():
        assert start[address].value.startswith(f"=IF({CHOSEN_SET}=")
        assert start[address].offset(0, 2).value == hidden


@both
def test_each_switch_is_a_dropdown_of_two(language):
    rules = book_of(language).worksheets[0].data_validations.dataValidation
    offered = {
        (rule.formula1, f"{area.coord[0]}{row}")
        for rule in rules
        for area in rule.sqref.ranges
        for row in range(area.min_row, area.max_row + 1)
    }
    wanted = {(f"{SWITCH}", address) for address in switches(language).values()}
    assert offered == wanted | {(SET, set_address(language))}


@both
@pytest.mark.parametrize("switch", Switch)
def test_a_changed_switch_shows_and_hides_the_sheets_of_its_part(language, switch):
    """Results wait for their first rows; everything else of the part is there at once."""
    app = opened(language)
    shown, hidden = states(language)
    before = seen(app)
    address = switches(language)[switch.value]
    app.run("Type_", address, shown)
    assert seen(app) == before | sheets_of(switch, language, Role.INPUT)
    app.run("Type_", address, hidden)
    assert seen(app) == before


def test_results_that_have_rows_show_with_their_part():
    app = opened("en")
    app.run("Fill", sheet_name("Funnel", "en"))
    app.run("Type_", switches("en")["process"], "Visible")
    results = seen(app) & sheets_of(Switch.PROCESS, "en", Role.OUTPUT)
    assert results == {sheet_name("Funnel", "en")}


@both
def test_the_set_turns_every_switch(language):
    """Full shows all parts; small team hides them again, whatever was changed by itself since."""
    app = opened(language)
    shown, hidden = states(language)
    before = seen(app)
    everything = {
        sheet_name(name, language) for name, spec in TABLES.items() if spec.role is Role.INPUT
    }
    app.run("Type_", set_address(language), word("book", "start.set_full", language))
    assert seen(app) == before | everything
    app.run("Type_", switches(language)["hiring"], hidden)
    app.run("Type_", switches(language)["hiring"], shown)
    app.run("Type_", set_address(language), word("book", "start.set_small", language))
    assert seen(app) == before
    assert app.run("Switched", switches(language)["hiring"]) == hidden


def test_several_at_once():
    """The first sheet stays whatever is typed, and so do the technical ones hidden."""
    app = opened("en")
    before = seen(app)
    addresses = list(switches("en").values())
    app.run("Paste_", f"{addresses[0]}:{addresses[-1]}", "Visible")
    assert {"Functions", "ChartData", "xlwings.conf"} & seen(app) == set()
    app.run("Paste_", f"{addresses[0]}:{addresses[-1]}", "Hidden")
    assert seen(app) == before


def test_a_renamed_sheet_keeps_its_switch():
    app = opened("en")
    app.run("Rename", sheet_name("Leads", "en"), "Who called us & 销售")
    app.run("Type_", switches("en")["process"], "Visible")
    assert "Who called us & 销售" in seen(app)


def test_other_cells_and_other_words_change_nothing():
    app = opened("en")
    before = seen(app)
    address = switches("en")["process"]
    app.run("Type_", f"D{address[1:]}", "Visible")
    app.run("Type_", address, "perhaps")
    assert (seen(app), app.run("Switched", address)) == (before, "Hidden")


def test_a_sheet_shown_or_hidden_by_hand_stays_as_it_is():
    """A switch is carried out once, when it changes."""
    app = opened("en")
    app.run("Type_", switches("en")["process"], "Visible")
    app.run("Hide", "Leads")
    app.run("See", "Courses", -1)
    app.run("Opened")
    assert "Leads" not in seen(app)
    assert "Courses" in seen(app)


def test_a_locked_structure_leaves_the_switch_where_it_was():
    app = opened("en")
    app.run("Lock_")
    address = switches("en")["process"]
    app.run("Type_", address, "Visible")
    assert app.run("Switched", address) == "Hidden"


@both
def test_a_link_to_a_hidden_sheet_shows_it(language):
    """Excel follows no link there; a sheet that macros alone use stays out of sight."""
    app = opened(language)
    hidden = sheet_name("TrainingGaps", language)
    assert hidden not in seen(app)
    before = seen(app)
    app.run("Follow", f"'{hidden}'!A1")
    assert seen(app) == before | {hidden}


@both
def test_a_link_to_nowhere_or_of_a_locked_book_shows_nothing(language):
    app = opened(language)
    before = seen(app)
    for address in ("", "!", "'Nowhere'!A1", "Nowhere"):
        app.run("Follow", address)
    app.run("Lock_")
    app.run("Follow", f"'{sheet_name('TrainingGaps', language)}'!A1")
    assert seen(app) == before


def test_a_link_may_name_a_sheet_with_an_apostrophe():
    app = opened("en")
    app.run("Rename", "Training gaps", "Ann's gaps")
    app.run("Follow", "'Ann''s gaps'!A1")
    assert "Ann's gaps" in seen(app)
