"""Macros compile, and each press hands over a command that does what its button says."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from functools import cache
from pathlib import Path

import pytest
import xlwings as xw
from lxml import etree
from pyopenvba import ExcelFile
from pyopenvba.vba import VBAReference
from pyvbaanalysis import analyze_module, analyze_office_file

from salesbook import macros
from salesbook.actions import BUTTONS
from salesbook.book.files import new_file
from salesbook.book.template import FILES, template_bytes
from salesbook.labels import LANGUAGES, choice, word
from salesbook.macros import importing, what_if_boxes
from tests.engines.fake_excel import Book
from tests.engines.loading import load_model
from tests.workbook.macro_book import started
from workbook.build.callbacks import MODULE, enabled_callback, sheet_macro
from workbook.build.conf_sheet import function_texts, macro_texts
from workbook.build.ribbon import ribbon_xml
from workbook.build.vba import own_sources, sources, vba_project, xlwings_folder

both = pytest.mark.parametrize("language", LANGUAGES)
SIGNATURE = re.compile(r"^Sub (\w+)\(([^)]*)\)", re.MULTILINE)
SIGNATURES = {
    "onLoad": "ribbon As IRibbonUI",
    "onAction": "control As IRibbonControl",
    "getEnabled": "control As IRibbonControl, ByRef enabled",
}
CALLBACKS = {
    button.get("onAction"): button.get("id")
    for button in etree.fromstring(ribbon_xml("en")).iter("{*}button")
}
ON_SHEETS = {sheet_macro(button): name for name, button in BUTTONS.items() if button.sheets}


@cache
def app_of(language):
    return started(language)


def test_the_analyser_finds_no_error(tmp_path):
    """In no module; in our own ones nothing to remark at all. Both
    languages carry the same macros.
    """
    path = tmp_path / FILES["en"]
    path.write_bytes(template_bytes("en"))
    found = analyze_office_file(path)
    assert [
        (name, one.message)
        for name, all_ in found.items()
        for one in all_
        if one.severity.value == "error"
    ] == []
    ours = own_sources().keys() - {"xlwings_udfs"}
    assert MODULE in ours
    assert [(name, one.message) for name in ours & found.keys() for one in found[name]] == []
    projects = set()
    for language in LANGUAGES:
        with zipfile.ZipFile(io.BytesIO(template_bytes(language))) as package:
            projects.add(package.read("xl/vbaProject.bin"))
    assert len(projects) == 1


def test_the_analyser_would_find_one():
    found = analyze_module('Sub Test()\n    Dim n As Long\n    n = "oops"\nEnd Sub\n')
    assert "error" in {one.severity.value for one in found}


def test_every_callback_of_the_ribbon_has_the_right_signature():
    declared = dict(SIGNATURE.findall(sources()["Salesbook"].replace("\r\n", "\n")))
    root = etree.fromstring(ribbon_xml("en"))
    named = {
        (kind, one.get(kind))
        for one in root.iter(etree.Element)
        for kind in SIGNATURES
        if one.get(kind)
    }
    extra = ["OnRibbonLoad", *filter(None, map(enabled_callback, BUTTONS.values()))]
    assert len(named) == len(macros.__all__) + len(extra)
    assert {name: declared.get(name) for _, name in named} == {
        name: SIGNATURES[kind] for kind, name in named
    }


def test_every_button_of_a_sheet_has_a_macro_without_arguments():
    declared = dict(SIGNATURE.findall(sources()["Salesbook"].replace("\r\n", "\n")))
    assert {declared.get(macro) for macro in ON_SHEETS} == {""}


def pressed(app, macro):
    """The command that a press hands over."""
    before = app.run("PressCount")
    app.run(f"Click{macro}" if macro.startswith("On") else macro)
    assert app.run("PressCount") == before + 1
    return app.run("HandedOver")


@both
@pytest.mark.parametrize("macro", [*CALLBACKS, *ON_SHEETS])
def test_a_press_hands_over_the_command_of_its_button(language, macro, monkeypatch):
    """The command, run by Python, calls the macro of that name and no other."""
    called = []
    for name in macros.__all__:
        monkeypatch.setattr(macros, name, lambda name=name: called.append(name))
    exec(pressed(app_of(language), macro), {})
    button = BUTTONS[(CALLBACKS | ON_SHEETS)[macro]]
    assert called == [button.macro]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "Sales & Co 销售.xlsm"
    new_file(path, "en")
    return path


@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_press_does_what_its_button_says(callback, book, monkeypatch, tmp_path):
    """From the callback to the message on the open workbook: only RunPython and Excel are
    stand-ins.
    """
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    opened = load_model(Path(shutil.copy(book, tmp_path)))
    monkeypatch.setattr(importing, "choose_file", lambda *_: None)
    monkeypatch.setattr(what_if_boxes, "_ask", lambda *_: "")
    opened.active = "Customers"
    monkeypatch.setattr(xw.Book, "_mock_caller", xw.Book(impl=Book(opened)), raising=False)
    exec(pressed(app_of("en"), callback), {})
    (said,) = opened.program.alerts
    button = CALLBACKS[callback]
    others = {
        "import": "Cancelled.",
        "resplit": "expected a fiscal year that has a target",
        "undo": "there is nothing to undo",
        "check_setup": "✓ salesbook",
        "make_report": "The report of ",
        "convert": "no row of Leads is selected",
        "merge": "no row of Duplicates is selected",
        "reassign": "no row of Team is selected",
        "waive": "no row of Checks is selected",
        "what_if": word("macros", "what_if.nothing", "en"),
    }
    assert others.get(button, f"{word('macros', f'button.{button}', 'en')} is done in ") in said


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/Users/ann/Sales & Co 销售/it's (1); 50 % off.xlsm", False),
        ("/Users/ann/$(touch owned).xlsm", True),
        ("/Users/ann/`touch owned`/Book.xlsm", True),
        ('/Users/ann/a" ; touch owned; ".xlsm', True),
        ("/Users/ann/a|b.xlsm", True),
        ("/Users/ann/back\\slash.xlsm", True),
        ("/Users/ann/two\nlines.xlsm", True),
    ],
)
def test_a_name_that_a_shell_would_run_is_known(path, expected):
    """On a Mac xlwings puts the workbook's path into a shell's line: no button is pressed then."""
    assert started("en").run("MeansMoreToAShell", path) is expected
    assert word("ribbon", "path_for_shell", "en") in dict(macro_texts("en")).values()


def test_python_looks_for_no_module_in_excels_folder():
    app = started("en")
    app.run("ClickOnValidate")
    assert app.run("SetVariables") == "PYTHONSAFEPATH=1;"


@both
def test_publish_is_enabled_when_there_is_a_draft(language):
    app = started(language)
    assert app.run("PublishEnabled") is False
    sheet, cell = plan_status_cell(language)
    app.sheet(sheet).set_value(cell, choice("TargetPlan.status", "published", language))
    assert app.run("PublishEnabled") is False
    app.sheet(sheet).set_value(cell, choice("TargetPlan.status", "draft", language))
    assert app.run("PublishEnabled") is True


@cache
def plan_status_cell(language):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(template_bytes(language)))
    sheet = next(one for one in book.worksheets if "TargetPlan" in one.tables)
    table = sheet.tables["TargetPlan"]
    place = [column.name for column in table.tableColumns].index(
        word("tables", "fields.status", language)
    )
    return sheet.title, sheet[table.ref.split(":")[0]].offset(1, place).coordinate


def test_a_plan_that_cannot_be_looked_at_leaves_publish_to_python():
    app = started("en")
    sheet, cell = plan_status_cell("en")
    app.sheet(sheet).set_value(re.sub(r"\d+", "4", cell), "State of things")
    assert app.run("PublishEnabled") is True


def test_opening_describes_the_functions_and_leaves_the_book_unmodified():
    drive = """
Public Function OpenBook(saved As Boolean) As Boolean
    ThisWorkbook.Saved = saved
    Application.Run "ThisWorkbook.Workbook_Open"
    OpenBook = ThisWorkbook.Saved
End Function
"""
    app = started("zh-CN", drive)
    assert app.run("OpenBook", True) is True
    assert app.run("OpenBook", False) is False
    shown = app.console[: len(app.console) // 2]
    expected = []
    for name, text, *arguments in function_texts("zh-CN"):
        expected += [
            f"'Sales & Co.xlsm'!{name}|Salesbook|{text}",
            "|".join(filter(None, arguments)),
        ]
    assert shown == expected


def test_the_modules_of_xlwings_are_those_of_the_installed_version():
    text = (xlwings_folder() / "xlwings.bas").read_text(encoding="utf-8")
    assert sources()["xlwings"].split() == text.split()
    assert f'XLWINGS_VERSION As String = "{xw.__version__}"' in text


@both
def test_the_project_refers_to_what_its_types_come_from(language, tmp_path):
    path = tmp_path / FILES[language]
    path.write_bytes(template_bytes(language))
    with ExcelFile(path) as book:
        found = book.vba_project()
        assert "Office" in {one.name for one in found.references if isinstance(one, VBAReference)}
        assert found.validate() == []


def test_the_project_is_always_the_same_bytes():
    assert vba_project(["SheetOne"]) == vba_project(["SheetOne"])
