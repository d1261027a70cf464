"""The committed workbooks are what their sources build, and what they build is a sound workbook."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import get_column_letter, range_boundaries
from openxml_audit import OpenXmlValidator
from pyopenvba import ExcelFile

from salesbook import __version__, labels
from salesbook.actions import BUTTONS
from salesbook.book.session import Session
from salesbook.book.template import FILES, template_bytes
from salesbook.domain.checks.settings_checks import check_settings
from salesbook.frames import DTYPES, frame_from_rows
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES
from salesbook.labels.words import word
from salesbook.sheets import boards
from salesbook.tables import TABLES, Kind, Role
from salesbook.tables.settings import Rules
from workbook.build.book import build_book
from workbook.build.defaults import _RULES
from workbook.build.look import column_width, number_format
from workbook.build.names import choice_name
from workbook.build.vba import sources

both = pytest.mark.parametrize("language", LANGUAGES)


@cache
def built(language):
    return build_book(language)


@cache
def opened(language):
    return openpyxl.load_workbook(io.BytesIO(built(language)), keep_vba=True)


@cache
def sheet_of(language, table):
    for sheet in opened(language).worksheets:
        if table in sheet.tables:
            return sheet
    raise KeyError(table)


def parts(book):
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        return {name: package.read(name) for name in package.namelist()}


@both
def test_the_committed_workbook_is_what_its_sources_build(language):
    """Compared part by part: `python -m workbook.build` makes it anew."""
    committed, made = parts(template_bytes(language)), parts(built(language))
    assert list(committed) == list(made)
    assert [name for name in made if committed[name] != made[name]] == []


@both
def test_built_twice_are_the_same_bytes(language):
    assert build_book(language) == built(language)


@both
def test_an_audit_of_the_package_finds_nothing(language, tmp_path):
    book = tmp_path / FILES[language]
    book.write_bytes(built(language))
    assert [str(error) for error in OpenXmlValidator().validate(str(book)).errors] == []


@both
def test_every_part_is_well_formed(language):
    for name, content in parts(built(language)).items():
        if name.endswith((".xml", ".rels")):
            etree.fromstring(content)


@both
def test_every_table_is_there_with_its_headers(language):
    for table, spec in TABLES.items():
        found = sheet_of(language, table).tables[table]
        headers = [column.name for column in found.tableColumns]
        assert headers == [labels.header(table, name, language) for name in spec.field_names]


def headers_of(language):
    """Every header cell of the workbook with its table and field."""
    for table, spec in TABLES.items():
        sheet = sheet_of(language, table)
        first = sheet[sheet.tables[table].ref.split(":")[0]]
        for offset, one in enumerate(spec.fields):
            yield table, one.name, sheet.cell(first.row, first.column + offset)


@both
def test_every_header_carries_its_note(language):
    """openpyxl reads them; nothing else in the workbook has a note, and no header a prompt too."""
    noted = 0
    for table, name, cell in headers_of(language):
        assert cell.comment is not None, (table, name)
        assert cell.comment.text == labels.field_note(table, name, language)
        assert cell.comment.author == "salesbook"
        rules = cell.parent.data_validations.dataValidation
        assert not any(cell.coordinate in rule.sqref for rule in rules), (table, name)
        noted += 1
    content = parts(built(language))
    everywhere = [text for name, text in content.items() if name.startswith("xl/comments")]
    assert sum(text.count(b"<comment ") for text in everywhere) == noted


@both
def test_notes_wait_until_the_mouse_rests_on_a_header_and_leave_buttons_alone(language):
    """Notes and buttons of a sheet are shapes of the one old-fashioned drawing it may have."""
    content = parts(built(language))
    drawings = [text.decode() for name, text in content.items() if "vmlDrawing" in name]
    shapes = [shape for text in drawings for shape in text.split("<v:shape ")[1:]]
    notes = [shape for shape in shapes if 'ObjectType="Note"' in shape]
    assert len(notes) == sum(len(spec.fields) for spec in TABLES.values())
    assert [shape for shape in notes if "visibility:hidden" not in shape] == []
    buttons = [shape for shape in shapes if 'ObjectType="Button"' in shape]
    assert len(buttons) == sum(len(button.sheets) for button in BUTTONS.values())
    for name, text in content.items():
        if name.startswith("xl/worksheets/sheet"):
            assert text.count(b"<legacyDrawing ") <= 1, name


@both
def test_a_run_leaves_the_notes_of_the_sheet_that_it_writes(language, tmp_path):
    path = tmp_path / FILES[language]
    path.write_bytes(built(language))
    with open_package(path, for_writing=True) as host:
        session = Session(host)
        rows = [
            {"deal_id": f"D{number}", "rep_id": "R1", "stage": "Lead"} for number in range(1, 40)
        ]
        host.write([session.prepared_write("Deals", frame_from_rows("Deals", rows)).write])
        host.save()
    before, after = parts(built(language)), parts(path.read_bytes())
    kept = [name for name in before if name.startswith(("xl/comments", "xl/drawings/vml"))]
    assert [name for name in kept if after[name] != before[name]] == []
    book = openpyxl.load_workbook(path)
    sheet = book[labels.sheet_name("Deals", language)]
    first = sheet[sheet.tables["Deals"].ref.split(":")[0]]
    names = TABLES["Deals"].field_names
    shown = [sheet.cell(first.row, first.column + at).comment.text for at in range(len(names))]
    assert shown == [labels.field_note("Deals", name, language) for name in names]


@both
def test_a_table_without_rows_has_one_blank_row_that_carries_its_formats(language):
    currency = "CNY" if language == "zh-CN" else "USD"
    for table, spec in TABLES.items():
        if spec.role is Role.SETTING:
            continue
        sheet = sheet_of(language, table)
        first, last = sheet.tables[table].ref.split(":")
        top = sheet[first].row
        assert sheet[last].row == top + 1
        for offset, one in enumerate(spec.fields):
            cell = sheet.cell(top + 1, sheet[first].column + offset)
            assert cell.value is None
            assert cell.number_format == number_format(one, currency, spec.role), (table, one.name)


@both
def test_rows_to_come_have_the_same_format(language):
    """Whole columns are formatted, so that a pasted row looks like the others."""
    sheet = sheet_of(language, "Deals")
    groups = [dimension for dimension in sheet.column_dimensions.values() if dimension.min]
    for place, one in enumerate(TABLES["Deals"].fields, start=1):
        shown = next(group.number_format for group in groups if group.min <= place <= group.max)
        assert shown == number_format(one, "CNY" if language == "zh-CN" else "USD"), one.name


@both
def test_a_manager_sees_only_the_sheets_that_everybody_needs(language):
    visible = {
        sheet.title for sheet in opened(language).worksheets if sheet.sheet_state == "visible"
    }
    front = {word("book", f"sheets.{code}", language) for code in ("start", *boards(), "settings")}
    shown = {
        labels.sheet_name(name, language)
        for name, spec in TABLES.items()
        if spec.shown and spec.role is not Role.SETTING
    }
    assert visible == front | shown


@both
def test_every_dropdown_names_a_list_that_is_there(language):
    names = set(opened(language).defined_names)
    used = {
        rule.formula1.removeprefix("=")
        for sheet in opened(language).worksheets
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert used - names == set()
    assert {name for name in names if name.startswith(("choices_", "keys_"))} - used == set()


@both
def test_a_dropdown_of_keys_warns_and_one_of_choices_stops(language):
    for sheet in opened(language).worksheets:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list":
                expected = "warning" if rule.formula1.startswith("keys_") else None
                assert rule.errorStyle == expected, (sheet.title, rule.formula1)


@both
def test_choices_are_listed_in_the_books_language(language):
    book = opened(language)
    owner = "Activities.kind"
    place = book.defined_names[choice_name(owner)].attr_text
    name, cells = place.split("!")
    found = [row[0].value for row in book[name.strip("'")][cells.replace("$", "")]]
    assert found == [
        labels.choice(owner, code, language) for code in TABLES["Activities"].field("kind").choices
    ]


@both
def test_messages_fit_into_excel_and_rules_reach_far(language):
    for sheet in opened(language).worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.promptTitle or "") <= 32
            assert len(rule.errorTitle or "") <= 32
            assert len(rule.prompt or "") <= 255
            assert len(rule.error or "") <= 255
            if rule.type in ("list", "decimal", "whole", "date") and sheet.title not in few_rows(
                language
            ):
                assert max(area.max_row for area in rule.sqref.ranges) >= 20_000


def few_rows(language):
    return [word("book", f"sheets.{code}", language) for code in ("start", "settings", *boards())]


@both
def test_no_cell_has_two_rules(language):
    for sheet in opened(language).worksheets:
        areas = [
            area for rule in sheet.data_validations.dataValidation for area in rule.sqref.ranges
        ]
        areas.sort(key=lambda area: (area.min_col, area.min_row))
        for one, following in pairwise(areas):
            apart = one.max_col < following.min_col or one.max_row < following.min_row
            assert apart, (sheet.title, str(one), str(following))


@both
def test_excel_calculates_everything_on_load(language):
    assert b'fullCalcOnLoad="1"' in parts(built(language))["xl/workbook.xml"]


@both
def test_the_settings_read_back_as_the_defaults(language, tmp_path):
    book = tmp_path / FILES[language]
    book.write_bytes(built(language))
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        policy = session.policy
    assert policy.rules == Rules.model_validate({**_RULES[language], "made_with": __version__})
    assert session.policy_findings == []
    assert [*policy.faults, *check_settings(policy)] == []
    assert [stage.kind for stage in policy.stages] == ["open"] * 4 + ["won", "lost"]
    assert [step.share for step in policy.ramp] == [0.25, 0.5, 0.75, 1.0]
    assert len(policy.season) == 12


@both
def test_what_a_stage_needs_is_named_as_deals_heads_its_columns(language, tmp_path):
    """A person reads the headers of the book's language; frames, and so JSON, hold the codes."""
    book = tmp_path / FILES[language]
    book.write_bytes(built(language))
    with open_package(book, for_writing=False) as host:
        stages = Session(host).table("Stages")
    typed = stages.column(labels.header("Stages", "needs", language))
    headers = [labels.header("Deals", name, language) for name in ("amount", "expected_on")]
    comma = {"en": ", ", "zh-CN": "、"}[language]
    assert typed[:4] == [None, headers[0], comma.join(headers), typed[3]]
    assert typed[3].startswith(comma.join(headers) + comma)
    assert stages.frame["needs"][3] == "amount, expected_on, next_step"


@both
def test_the_workbook_carries_a_vba_project_with_a_module_per_sheet(language, tmp_path):
    book = tmp_path / FILES[language]
    book.write_bytes(built(language))
    with ExcelFile(book) as file:
        modules = set(file.module_names())
    content = parts(built(language))
    sheets = [
        text for name, text in content.items() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)
    ]
    codes = {re.search(rb'codeName="(\w+)"', text)[1].decode() for text in sheets}
    assert codes | set(sources()) == modules
    assert len(codes) == len(sheets)


def test_both_books_have_the_same_tables_places_and_names():
    english, chinese = (opened(language) for language in LANGUAGES)
    assert set(english.defined_names) == set(chinese.defined_names)
    places = [
        {name: sheet_of(language, name).tables[name].ref for name in TABLES}
        for language in LANGUAGES
    ]
    assert places[0] == places[1]


def test_every_kind_of_field_has_a_number_format():
    assert set(DTYPES) == set(Kind)
    assert all(number_format(one, "JPY") for spec in TABLES.values() for one in spec.fields)


def test_the_workbook_is_found_beside_its_sources():
    assert all((Path(__file__).parents[2] / "workbook" / name).is_file() for name in FILES.values())


@both
def test_parked_notes_have_room_for_what_people_wrote(language):
    """What was parked is the widest column and breaks into lines; keys and kinds need little."""
    sheet = opened(language)[labels.sheet_name("ParkedNotes", language)]
    names = TABLES["ParkedNotes"].field_names
    widths = {
        name: sheet.column_dimensions[get_column_letter(place)].width
        for place, name in enumerate(names, start=1)
    }
    assert max(widths, key=widths.__getitem__) == "content"
    assert max(widths["row_key"], widths["what"]) < widths["content"] / 5
    area = next(iter(sheet.tables.values())).ref
    first_row = range_boundaries(area)[1] + 1
    assert sheet.cell(first_row, names.index("content") + 1).alignment.wrap_text


@both
@pytest.mark.parametrize("table", ["ProcessReview", "RepEfficiency", "ScorecardLines"])
def test_a_number_that_may_be_an_amount_has_the_room_of_one(table, language):
    """Seven digits, their commas and two decimals: a number without room shows as ###."""
    fields = [
        field
        for field in TABLES[table].fields
        if field.name in ("value", "before", "peers", "goal") and field.kind is Kind.NUMBER
    ]
    assert fields
    for field in fields:
        assert column_width(table, field, language) >= len("-1,234,567.89") + 1, field.name


@both
def test_charts_name_a_font_for_chinese_beside_every_font(language):
    """`a:latin` alone leaves Chinese letters to the language of whoever opens the workbook."""
    charts = {name: part for name, part in parts(built(language)).items() if "/chart" in name}
    fonts = 0
    for name, part in charts.items():
        for latin in etree.fromstring(part).iter("{*}latin"):
            eastern = latin.getnext()
            assert eastern is not None, name
            assert etree.QName(eastern).localname == "ea"
            assert eastern.get("typeface") == "Microsoft YaHei"
            fonts += 1
    assert fonts > 10


@both
def test_charts_of_peoples_own_get_a_font_for_chinese_from_the_theme(language):
    theme = etree.fromstring(parts(built(language))["xl/theme/theme1.xml"])
    found = [font.get("typeface") for font in theme.iter("{*}ea")]
    assert found == ["Microsoft YaHei"] * 2
