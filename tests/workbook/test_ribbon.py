"""The ribbon is the tab of the product: its groups, its words in both languages, what Excel
accepts.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile

import click
import pytest
import xlsxwriter
from lxml import etree

from salesbook import macros
from salesbook.actions import ACTIONS, BUTTONS
from salesbook.book.template import template_bytes
from salesbook.labels import LANGUAGES, sheet_name, word, words
from salesbook.tables import TABLES, Role
from workbook.build.callbacks import sheet_macro
from workbook.build.canvas import Canvas
from workbook.build.ribbon import EVERYTHING, PART, RELATION_TYPE, ribbon_xml
from workbook.build.sheets import sheet_layouts

both = pytest.mark.parametrize("language", LANGUAGES)
OTHER_COMMANDS = {
    "import": "import",
    "undo": "undo",
    "make_report": "report",
    "check_setup": "doctor",
    "what_if": "whatif",
}
"""What buttons do that are no verbs, as the command line calls it."""
WITHOUT_BUTTON = {
    "close": "a month is closed by a row in Periods and the button Score: a slip closes none",
    "forget": "cannot be undone, and clears the backups of a workbook that must be closed for it",
    "install": "tells Excel where Python is; without it no button works",
    "new": "makes another workbook",
    "show": "prints what the sheets show",
    "upgrade": "exchanges the macros, which run while a button is pressed",
}
"""Commands that no button presses, and why."""
UI = "{http://schemas.microsoft.com/office/2009/07/customui}"
GROUPS = {
    "data": ["import", "validate", "waive"],
    "targets": ["propose", "split", "resplit", "publish"],
    "team": ["score", "reassign"],
    "customers": ["tier", "merge"],
    "pipeline": ["convert", "funnel", "what_if"],
    "report": ["refresh", "make_report", "undo", "check_setup"],
}
CHILDREN = {
    "customUI": {"ribbon"},
    "ribbon": {"tabs"},
    "tabs": {"tab"},
    "tab": {"group"},
    "group": {"button"},
    "button": set(),
}
ATTRIBUTES = {
    "customUI": {"onLoad"},
    "ribbon": {"startFromScratch"},
    "tabs": set(),
    "tab": {"id", "insertAfterMso", "keytip", "label"},
    "group": {"id", "label"},
    "button": {
        "id",
        "size",
        "imageMso",
        "keytip",
        "onAction",
        "getEnabled",
        "label",
        "screentip",
        "supertip",
    },
}
"""What the schema of customUI14 allows of the elements we use."""
ICONS = set(
    "GetExternalDataFromText DataValidation PivotTableInsert CalculateNow FileMarkAsFinal"
    " SortDescendingExcel Filter ConditionalFormattingIconSetsGallery RefreshAll"
    " FilePrintPreview Undo ErrorChecking WhatIfAnalysisMenu GoalSeek NameCreateFromSelection"
    " ReviewShareWorkbook MergeCells ReviewNewComment".split()
)
"""Looked up in Microsoft's lists of controls for Excel 2013 to 365."""


def root_of(language):
    return etree.fromstring(ribbon_xml(language))


def buttons_of(language):
    return {button.get("id"): button for button in root_of(language).iter(f"{UI}button")}


@both
def test_the_tab_has_the_groups_in_the_order_of_the_work(language):
    root = root_of(language)
    assert {
        group.get("id"): [button.get("id") for button in group] for group in root.iter(f"{UI}group")
    } == GROUPS
    assert [tab.get("label") for tab in root.iter(f"{UI}tab")] == [word("ribbon", "tab", language)]


def test_the_tab_is_called_as_the_product_says():
    assert [word("ribbon", "tab", language) for language in LANGUAGES] == ["Sales", "销售管理"]


def test_there_is_a_button_for_every_macro():
    names = {"import" if name == "import_file" else name for name in macros.__all__}
    assert buttons_of("en").keys() == names


def test_every_command_has_a_button_or_a_reason_for_none():
    from salesbook.cli.app import app

    commands = set(app.list_commands(click.Context(app)))
    pressed = {button.action or OTHER_COMMANDS[button.name] for button in BUTTONS.values()}
    assert pressed <= commands
    assert commands - pressed == WITHOUT_BUTTON.keys()
    assert ACTIONS.keys() <= commands


@both
def test_no_key_tip_begins_another(language):
    """Excel would press the shorter one before the longer is typed."""
    keys = [button.get("keytip") for button in buttons_of(language).values()]
    assert [
        (short, long) for short in keys for long in keys if short != long and long.startswith(short)
    ] == []


@both
def test_every_element_and_attribute_is_one_of_the_schema(language):
    for element in root_of(language).iter(etree.Element):
        name = etree.QName(element).localname
        assert {etree.QName(child).localname for child in element} <= CHILDREN[name]
        assert set(element.attrib) <= ATTRIBUTES[name]


@both
def test_texts_fit_and_are_no_placeholders(language):
    for element in root_of(language).iter(f"{UI}tab", f"{UI}group", f"{UI}button"):
        for name in {"label", "screentip", "supertip"} & set(element.attrib):
            assert 0 < len(element.get(name)) <= 1024
            assert "{" not in element.get(name)


@both
def test_ids_and_key_tips_are_each_used_once(language):
    ids = [
        element.get("id") for element in root_of(language).iter(etree.Element) if element.get("id")
    ]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z_]\w*", one) for one in ids)
    keys = [button.get("keytip") for button in buttons_of(language).values()]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[A-Z0-9]{1,3}", key) for key in keys)


def test_icons_are_built_in():
    assert {button.get("imageMso") for button in buttons_of("en").values()} == ICONS


@both
@pytest.mark.parametrize("name", [name for name, action in ACTIONS.items() if action.buttons])
def test_a_tip_names_every_table_read_and_written(language, name):
    tip = buttons_of(language)[name].get("supertip")
    _, reads, writes = re.split(r"\n\n|\n(?=\S+[：:])", tip)
    comma = word("ribbon", "comma", language)
    settings = word("book", "sheets.settings", language)
    for line, tables in ((reads, ACTIONS[name].reads), (writes, [*ACTIONS[name].writes, "RunLog"])):
        if word("ribbon", f"places.{EVERYTHING}", language) in line:
            # Too many to be named: only what goes through all parts reads so much.
            assert name == "refresh"
            continue
        shown = re.split(re.escape(comma), re.sub(r"^.*?[:：]\s*|[.。]$", "", line))
        expected = [
            sheet_name(table, language)
            for table in tables
            if TABLES[table].role is not Role.SETTING
        ]
        assert [one for one in shown if one != settings] == expected


@both
def test_the_part_is_in_the_package_and_related(language):
    with zipfile.ZipFile(io.BytesIO(template_bytes(language))) as package:
        assert package.read(PART) == ribbon_xml(language)
        relations = etree.fromstring(package.read("_rels/.rels"))
        types = etree.fromstring(package.read("[Content_Types].xml"))
    found = [one.get("Target") for one in relations if one.get("Type") == RELATION_TYPE]
    assert [posixpath.normpath(target) for target in found] == [PART]
    assert len({one.get("Id") for one in relations}) == len(relations)
    assert "xml" in {one.get("Extension") for one in types}


@both
def test_sheets_have_the_buttons_that_help_there(language):
    with zipfile.ZipFile(io.BytesIO(template_bytes(language))) as package:
        drawings = [
            package.read(name).decode() for name in package.namelist() if name.endswith(".vml")
        ]
    started = [
        macro for text in drawings for macro in re.findall(r"<x:FmlaMacro>\[0\]!(\w+)<", text)
    ]
    wanted = [sheet_macro(button) for button in BUTTONS.values() for _ in button.sheets]
    assert sorted(started) == sorted(wanted)
    assert all(
        word("macros", "button.split", language) in text
        for text in drawings
        if "PressSplit" in text
    )


def test_buttons_stand_on_sheets_that_are_there():
    """Else a renamed table would lose its button without a word."""
    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as book:
        book.add_worksheet()
        codes = {layout.code for layout in sheet_layouts(Canvas(book, "en", "USD"))}
    assert {code for button in BUTTONS.values() for code in button.sheets} <= codes


def test_a_tip_names_tables_or_places_that_have_a_word():
    for button in BUTTONS.values():
        for place in (*button.reads, *button.writes):
            assert place in TABLES or place in words("ribbon", "en")["places"]
