"""What stands out on the sheets of tables: for every row to come, by a sign, of the newest run's day."""

from __future__ import annotations

import io
import re
from functools import cache

import openpyxl
import pytest
from openpyxl.formatting.rule import Rule

from salesbook import labels
from salesbook.book.template import template_bytes
from salesbook.labels import LANGUAGES, Language, word
from salesbook.tables import TABLES, Kind, Role
from workbook.build.canvas import HEADER_ROW
from workbook.build.office import convert, office

both = pytest.mark.parametrize("language", LANGUAGES)
VOLATILE = re.compile(r"\b(TODAY|NOW|OFFSET|INDIRECT|RAND\w*)\(")


@cache
def book_of(language: Language) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template_bytes(language)))


def rules_of(language: Language, table: str) -> dict[str, list[Rule]]:
    """The rules of a table's sheet by field."""
    sheet = book_of(language)[labels.sheet_name(table, language)]
    found: dict[str, list[Rule]] = {}
    for areas, rules in sheet.conditional_formatting._cf_rules.items():
        for area in areas.sqref.ranges:
            assert (area.min_row, area.max_row) == (HEADER_ROW + 2, 200_000)
            field = TABLES[table].field_names[area.min_col - 1]
            found.setdefault(field, []).extend(rules)
    return found


@both
def test_rules_are_not_calculated_anew_with_every_key(language: Language) -> None:
    formulas = [
        formula
        for sheet in book_of(language).worksheets
        for rules in sheet.conditional_formatting._cf_rules.values()
        for rule in rules
        for formula in rule.formula
    ]
    assert len(formulas) > 20
    assert not [formula for formula in formulas if VOLATILE.search(formula)]


@both
def test_open_deals_stand_out_by_a_sign(language: Language) -> None:
    """A blank next step alone has no room for a sign: it is filled, as is what Checks names, by key."""
    rules = rules_of(language, "Deals")
    assert set(rules) == {"deal_id", "stage", "expected_on", "next_on", "next_step"}
    signs = {
        field: rule.dxf.numFmt.formatCode[1]
        for field, (rule, *others) in rules.items()
        if not others and rule.dxf.numFmt is not None
    }
    assert signs == {"stage": "●", "expected_on": "▼", "next_on": "▼"}


@both
def test_amounts_show_their_decimals_only_where_they_have_some(language: Language) -> None:
    """1,000.50 does not look like 1,001, and 1,000 stays 1,000."""
    for table, spec in TABLES.items():
        if spec.role is Role.SETTING:
            continue
        for field in spec.fields:
            if field.kind is Kind.MEASURE:
                (rule,) = rules_of(language, table)[field.name]
                assert rule.dxf.numFmt.formatCode == "#,##0.00"


@both
def test_every_cell_of_a_row_stands_on_one_line(language: Language) -> None:
    for sheet in book_of(language).worksheets:
        for table in sheet.tables.values():
            cells = sheet[table.ref][1]
            looks = {(cell.alignment.vertical, cell.font.sz, cell.font.name) for cell in cells}
            assert looks == {("top", cells[0].font.sz, cells[0].font.name)}, table.name


@both
def test_tables_print_across_with_their_headers_on_every_page(language: Language) -> None:
    for name, spec in TABLES.items():
        if spec.role is Role.SETTING:
            continue
        sheet = book_of(language)[labels.sheet_name(name, language)]
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == f"${HEADER_ROW + 1}:${HEADER_ROW + 1}"
        assert sheet.freeze_panes is not None


@both
def test_every_section_of_the_settings_is_linked_there_and_back(language: Language) -> None:
    """No note runs over the table beside it."""
    sheet = book_of(language)[word("book", "sheets.settings", language)]
    heads = {sheet[table.ref][0][0].coordinate for table in sheet.tables.values()}
    links = [cell.hyperlink for row in sheet[3:5] for cell in row if cell.hyperlink]
    targets = [link.location.rpartition("!")[2] for link in links]
    sections = [target for target in targets if target in heads]
    assert len(sections) == len(set(sections)) == 5
    assert targets.count("A1") == len(sections) + 1
    notes = [cell for cell in sheet[5] if cell.value and not cell.hyperlink]
    assert len(notes) == len(sheet.tables)
    assert all(cell.alignment.wrap_text for cell in notes)


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_another_program_keeps_the_rules(tmp_path) -> None:
    """LibreOffice reads each of them, with the cells and the format that it has."""
    book = tmp_path / "Book.xlsm"
    book.write_bytes(template_bytes("en"))
    made = openpyxl.load_workbook(convert(book, "xlsx", tmp_path))
    sheet = made[labels.sheet_name("Deals", "en")]
    codes = [
        rule.dxf.numFmt.formatCode
        for rules in sheet.conditional_formatting._cf_rules.values()
        for rule in rules
        if rule.dxf.numFmt is not None
    ]
    assert len(codes) == 3
