"""Every kind of spreadsheet tells the same of the same cells: values, formats, hidden rows, errors."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from xml.sax.saxutils import escape

import olefile
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import NotAWorkbook, PasswordProtected, SalesbookError, UnsafeFile
from salesbook.hosts.package import sheet_look
from salesbook.intake.file.spreadsheets import open_spreadsheet, read_format, tells_something
from salesbook.intake.file.spreadsheets.container import container_of
from salesbook.store import NOT_CALCULATED, CellError
from tests.engines.old_excel import ole, xls, xlsb

FORMATS = ("General", "0.00", "0%", '#,##0 "€"', '#,##0;[Red]-#,##0 "€"', "[$£-809]#,##0", '0"元"')
TEXTS = st.one_of(
    st.text(
        st.characters(
            codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff"
        ),
        min_size=1,
        max_size=9,
    ),
    st.sampled_from(["007", "=1+1", "_x000D_", " a ", "#N/A", "1e5", "<&>", "]]>"]),
).filter(str.strip)
NUMBERS = st.one_of(
    st.floats(-1e12, 1e12, allow_nan=False).map(lambda number: round(number, 4) + 0.0),
    st.integers(-(10**12), 10**12).map(float),
)
CELLS = st.one_of(st.none(), TEXTS, NUMBERS, st.booleans(), st.just(("error", 7)))
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6)
STYLES = st.dictionaries(
    st.tuples(st.integers(1, 6), st.integers(0, 2)), st.sampled_from(FORMATS[1:]), max_size=8
)
HIDDEN = st.sets(st.integers(1, 6))


def xlsx(rows, formats, hidden):
    """The rows as XlsxWriter writes them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("S")
        looks = {code: book.add_format({"num_format": code}) for code in set(formats.values())}
        for row, cells in enumerate(rows):
            if row + 1 in hidden:
                sheet.set_row(row, None, None, {"hidden": True})
            for column, cell in enumerate(cells):
                look = looks.get(formats.get((row + 1, column)))
                if isinstance(cell, tuple):
                    sheet.write_formula(row, column, "=1/0", look, "#DIV/0!")
                elif isinstance(cell, bool):
                    sheet.write_boolean(row, column, cell, look)
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell, look)
                elif cell is not None:
                    sheet.write_number(row, column, cell, look)
    return out.getvalue()


def ods(rows, formats, hidden):
    """The rows as LibreOffice writes them, with the formats in data styles."""
    sections = {
        "0.00": "<number:number/>",
        "0%": "<number:number/><number:text>%</number:text>",
        '#,##0 "€"': "<number:number/><number:text> €</number:text>",
        "[$£-809]#,##0": "<number:currency-symbol>£</number:currency-symbol><number:number/>",
        '0"元"': "<number:number/><number:text>元</number:text>",
    }
    styles = ""
    for place, (code, content) in enumerate(sections.items()):
        kind = "percentage" if code == "0%" else "currency" if "£" in code else "number"
        styles += f'<number:{kind}-style style:name="N{place}">{content}</number:{kind}-style>'
    place = len(sections)
    styles += (
        f'<number:number-style style:name="N{place}P0"><number:number/></number:number-style>'
        f'<number:number-style style:name="N{place}"><number:text>-</number:text><number:number/>'
        "<number:text> €</number:text>"
        f'<style:map style:condition="value()&gt;=0" style:apply-style-name="N{place}P0"/>'
        "</number:number-style>"
    )
    codes = [*sections, FORMATS[4]]
    for number, _ in enumerate(codes):
        styles += (
            f'<style:style style:name="c{number}" style:family="table-cell" '
            f'style:data-style-name="N{number}"/>'
        )
    body = ""
    for row, cells in enumerate(rows):
        look = ' table:visibility="filter"' if row + 1 in hidden else ""
        body += f"<table:table-row{look}>"
        for column, cell in enumerate(cells):
            code = formats.get((row + 1, column))
            style = f' table:style-name="c{codes.index(code)}"' if code else ""
            body += _ods_cell(cell, style, is_per_cent=code == "0%")
        body += "</table:table-row>"
    return ods_of(f'<table:table table:name="S">{body}</table:table>', styles)


def _ods_cell(cell, style, *, is_per_cent):
    if cell is None:
        return f"<table:table-cell{style}/>"
    if isinstance(cell, tuple):
        kind = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
        return f"<table:table-cell{style} {kind}><text:p>#DIV/0!</text:p></table:table-cell>"
    if isinstance(cell, bool):
        word = str(cell).lower()
        value = f'office:value-type="boolean" office:boolean-value="{word}"'
        return (
            f"<table:table-cell{style} {value}><text:p>{word.upper()}</text:p></table:table-cell>"
        )
    if isinstance(cell, str):
        text = f"<text:p>{escape(cell)}</text:p>"
        return f'<table:table-cell{style} office:value-type="string">{text}</table:table-cell>'
    kind = "percentage" if is_per_cent else "float"
    value = f'office:value-type="{kind}" office:value="{cell!r}"'
    return f"<table:table-cell{style} {value}><text:p>{cell}</text:p></table:table-cell>"


def ods_of(tables, styles="", extra=()):
    names = ("office", "table", "text", "style", "number", "calcext")
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in names)
    spaces = spaces.replace("urn:calcext", "urn:org:documentfoundation:names:calcext:1.0")
    for name in names[:-2]:
        spaces = spaces.replace(
            f'"urn:{name}"', f'"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        )
    content = (
        f"<office:document-content {spaces}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", content)
        if "META-INF/manifest.xml" not in dict(extra):
            file.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        for name, text in extra:
            file.writestr(name, text)
    return out.getvalue()


def cells_of(data, name="f"):
    return open_spreadsheet(data, name).cells(0, tells_something)


def plain(cells, rows):
    """The cells as values alone, as many as there are rows; texts without outer space."""
    found = []
    for number, row in enumerate(rows, start=1):
        values = [cells.cell(number, place) for place, _ in enumerate(row)]
        found.append([value.strip() if isinstance(value, str) else value for value in values])
    return found


def expected(rows):
    def value(cell):
        if isinstance(cell, tuple):
            return CellError("#DIV/0!")
        return cell.strip() if isinstance(cell, str) else cell

    return [list(map(value, row)) for row in rows]


def meanings(cells):
    found = {}
    for place, code in cells.formats.items():
        number = cells.cell(*place)
        if isinstance(number, float):
            found[place] = read_format(code).meaning_of(number)
    return {place: meaning for place, meaning in found.items() if meaning}


MAKERS = {"xlsx": xlsx, "xlsb": xlsb, "xls": xls, "ods": ods}


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=25)
@given(rows=ROWS, formats=STYLES, hidden=HIDDEN)
def test_each_kind_gives_back_what_was_written(kind, rows, formats, hidden):
    """Values with their types, errors, hidden rows, and what formats say of each number."""
    if kind == "ods":
        # It writes runs of blanks in an element of their own, which this writer does not.
        rows = [[" ".join(c.split()) if isinstance(c, str) else c for c in row] for row in rows]
    cells = cells_of(MAKERS[kind](rows, formats, tuple(hidden)))
    assert plain(cells, rows) == expected(rows)
    filled = {at for at, row in enumerate(rows, 1) if any(cell is not None for cell in row)}
    assert cells.hidden & filled == hidden & filled
    wanted = {}
    for (row, column), code in formats.items():
        cell = rows[row - 1][column] if row <= len(rows) else None
        if isinstance(cell, float):
            wanted[row, column] = read_format(code).meaning_of(cell)
    assert meanings(cells) == {place: meaning for place, meaning in wanted.items() if meaning}


SHEET_CELLS = st.tuples(
    st.sampled_from(["", ' t="s"', ' t="e"', ' t="str"', ' t="b"']),
    st.sampled_from(["", ' s="0"', ' s="1"', ' s="2"']),
    st.sampled_from(["", "<f>A1*2</f>", '<f t="shared" si="0"/>']),
    st.sampled_from(["", "<v></v>", "<v/>", "<v>0</v>", "<v>#N/A</v>"]),
)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.booleans(), st.lists(SHEET_CELLS, max_size=4)), max_size=4),
    st.sampled_from(["", "x:"]),
)
def test_the_quick_look_at_a_sheet_finds_what_a_parser_finds(rows, prefix):
    """Formats, hidden rows, errors and formulas without a value, however the sheet is drawn."""
    body = ""
    for number, (is_hidden, cells) in enumerate(rows, start=1):
        body += f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if is_hidden else ""}>'
        for letter, (kind, style, formula, value) in zip("ABCD", cells, strict=False):
            is_error = kind == ' t="e"' and not value.strip("<v/>")
            value = "<v>#REF!</v>" if is_error else value
            body += f'<c r="{letter}{number}"{style}{kind}>{formula}{value}</c>'
        body += "</row>"
    sheet = f"<worksheet><sheetData>{body}</sheetData></worksheet>"
    data = re.sub(r"<(/?)(?=[a-z])", rf"<\1{prefix}", sheet).encode()
    data = data.replace(b"<x:worksheet>", b'<x:worksheet xmlns:x="m">')
    assert sheet_look._is_plain(data, prefix.encode())
    quick = sheet_look.look_at(data, "s", {1, 2})
    walked = sheet_look._walked(data, "s", {1, 2})
    assert quick == walked


@pytest.mark.parametrize(
    "cells",
    [
        '<row><c s="1"><v>5</v></c><c t="e"><v>#N/A</v></c></row><row hidden="true"><c/></row>',
        '<!-- <c r="Z9"> --><row r="1"><c s="1" r="A1"><v>5</v></c><c r="B1" t="e">'
        '<v>#N/A</v></c></row><row hidden="1" r="2"/>',
    ],
)
def test_a_sheet_in_another_spelling_tells_the_same(cells):
    """References may be missing, attributes in any order; what a comment holds is no cell."""
    data = f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()
    look = sheet_look.look_at(data, "s", {1})
    assert look.errors == {(1, 2): CellError("#N/A")}
    assert look.styled == [(1, 1, 1)]
    assert look.hidden == {2}


@pytest.mark.parametrize(
    ("code", "meaning_by_number"),
    [
        ('#,##0 "€";[Red]-#,##0 "€"', {5: "€", -5: "€", 0: "€"}),
        ('#,##0;[Red]-#,##0 "€"', {-5: "€", 5: "€"}),
        ('[>=100]#,##0 "$";0%', {150: "$", 5: "%", -5: "%"}),
        ("[<1]0%;0.00", {0.5: "%", 5: "", -1: "%"}),
        ('0.00;-0.00;"-"', {0: "", 5: ""}),
        ('0" €";-0" €";"-"', {0: "€"}),
        (r"\U\S\D\ #,##0", {5: "USD"}),
        (r"#,##0\€", {5: "€"}),
        ("0元", {5: "元"}),
        ("[$kr.-406] #,##0", {5: "kr"}),
        ("[$XYZ] 0", {5: "XYZ"}),
        ('0"%"', {0.5: ""}),
        (r"0\%", {0.5: ""}),
        ('"a;b €"0', {5: ""}),
        ('#,##0 "US$"', {5: "US$"}),
    ],
)
def test_the_section_that_shows_a_number_says_what_it_is(code, meaning_by_number):
    """A negative shown in euros is euros, and money keeps its currency whatever its sign."""
    shown = read_format(code)
    found = {number: shown.meaning_of(number) for number in meaning_by_number}
    assert found == meaning_by_number
    if shown.only_meaning is not None:
        assert set(meaning_by_number.values()) == {shown.only_meaning}


@settings(max_examples=100)
@given(st.text('0#?.,%;"\\[]$€-<>=1_*@ UD元', max_size=25), NUMBERS)
def test_no_number_format_is_too_odd_to_be_read(code, number):
    """And what all sections say is what the section of any number says."""
    shown = read_format(code)
    meaning = shown.meaning_of(number)
    assert bool(meaning) <= shown.tells_something
    if shown.only_meaning is not None:
        assert meaning == shown.only_meaning


def repacked(data, change, more=()):
    """The zip with parts changed by name, and parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more:
            new.writestr(name, content)
    return out.getvalue()


BOOK = xlsx([["Deal name", "Amount"], ["A", 5.5]], {(2, 1): "0%"}, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"<fills.*</fills>", b"<fills><fill/></fills>"),
        (rb"<fonts.*</fonts>", b'<fonts><font><color rgb="FFF"/><sz val="x"/></font></fonts>'),
        (rb"<cellStyles.*</cellStyles>", b"<cellStyles><cellStyle/></cellStyles>"),
        (rb"<cellXfs count", b'<cellXfs odd="1" count'),
    ],
)
def test_an_odd_style_sheet_matters_to_no_value(old, new):
    """Values need the number formats alone: fills, fonts and named styles may be as they like."""

    def change(name, content):
        if not name.endswith("styles.xml"):
            return content
        changed = re.sub(old, new, content, flags=re.DOTALL)
        assert changed != content
        return changed

    cells = cells_of(repacked(BOOK, change))
    assert (cells.rows[1], meanings(cells)) == (["A", 5.5], {(2, 1): "%"})


def test_a_strict_workbook_is_read():
    """Strict Open XML has other namespaces, and dates as texts of their own type."""

    def strict(name, content):
        content = content.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        return re.sub(rb'<c r="A2"[^/]*</v></c>', b'<c r="A2" t="d"><v>2026-03-05</v></c>', content)

    cells = cells_of(repacked(BOOK, strict))
    assert cells.rows == [["Deal name", "Amount"], [dt.date(2026, 3, 5), 5.5]]


def test_parts_that_hold_no_cells_are_in_nobodys_way():
    """Excel writes queries and data models in UTF-16, and drawings need not even be XML."""
    query = '\ufeff<?xml version="1.0" encoding="utf-16"?><DataMashup/>'.encode("utf-16-le")
    more = [
        ("customXml/item1.xml", query),
        ("xl/drawings/d.vml", b"<br>"),
        ("xl/model/item.data", b""),
    ]
    assert cells_of(repacked(BOOK, lambda _, content: content, more)).rows[1] == ["A", 5.5]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1", "gb18030"])
def test_parts_in_other_encodings_are_read(encoding):
    def change(name, content):
        if not name.endswith(".xml") or "sheet1" not in name:
            return content
        text = re.sub(r"<\?xml.*?\?>", "", content.decode())
        text = text.replace("<worksheet", '<worksheet a="é"', 1)
        declared = encoding.removesuffix("-sig")
        return f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)

    assert cells_of(repacked(BOOK, change)).rows[1] == ["A", 5.5]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_another_encoding_hides_no_entities(encoding):
    def change(name, content):
        if "sheet1" not in name:
            return content
        text = re.sub(r"<\?xml.*?\?>", "", content.decode())
        doctype = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
        return f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{text}'.encode(encoding)

    with pytest.raises(UnsafeFile, match="xml-entities"):
        cells_of(repacked(BOOK, change))


def test_an_encoding_that_nobody_knows_is_refused_by_name():
    def change(name, content):
        head = b'<?xml version="1.0" encoding="utf-7"?>'
        return re.sub(rb"<\?xml.*?\?>", head, content) if "sheet1" in name else content

    with pytest.raises(NotAWorkbook, match="unsupported-encoding"):
        cells_of(repacked(BOOK, change))


@pytest.mark.parametrize(
    "data",
    [
        ole({"EncryptedPackage": b"x", "EncryptionInfo": b"y"}),
        xls([["Deal name"]], password=True),
        ods_of("", extra=[("META-INF/manifest.xml", "<manifest:encryption-data/>")]),
        ods_of("", extra=[("encrypted-package", "x")]),
    ],
    ids=["xlsx and xlsb", "xls", "ods", "ods as a whole"],
)
def test_a_password_is_told_in_every_kind(data):
    with pytest.raises(PasswordProtected) as refused:
        open_spreadsheet(data, "f")
    assert refused.value.exit_code == 11


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=25)
@given(place=st.floats(0, 1), byte=st.integers(0, 255), is_cut=st.booleans())
def test_a_damaged_file_is_read_or_refused(kind, place, byte, is_cut):
    """One wrong byte, or an end that is missing: never anything but cells or a sentence."""
    data = MAKERS[kind]([["Deal name", "Amount"], ["A", 5.5]], {(2, 1): "0%"}, (2,))
    at = int(place * (len(data) - 1))
    data = data[:at] if is_cut else data[:at] + bytes((byte,)) + data[at + 1 :]
    try:
        book = open_spreadsheet(data, "f")
        for number, _ in enumerate(book.tabs):
            book.cells(number, tells_something)
    except SalesbookError:
        pass


@pytest.mark.parametrize(
    "data",
    [
        ods_of(
            '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell table:number-columns-repeated="16384" office:value-type="float"'
            ' office:value="1"/></table:table-row></table:table>'
        ),
        xlsb([["a"], *[[]] * 60_000, [None] * 16_383 + [1.0]]),
    ],
    ids=["ods", "xlsb"],
)
def test_a_lone_cell_far_away_is_refused_before_memory_is_taken(data):
    with pytest.raises(UnsafeFile, match="sheet-too-sparse"):
        open_spreadsheet(data, "f").cells(0, tells_something)


def test_blank_rows_to_the_sheets_end_cost_nothing():
    """LibreOffice writes them, and hidden ones too: they are no rows."""
    blank = '<table:table-row table:number-rows-repeated="1048570" table:visibility="collapse">'
    blank += '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    row = '<table:table-row><table:table-cell office:value-type="float" office:value="1"/>'
    data = ods_of(f'<table:table table:name="S">{row}</table:table-row>{blank}</table:table>')
    cells = cells_of(data)
    assert (cells.rows, cells.hidden) == ([[1.0]], frozenset())


def test_formulas_without_values_are_told_in_every_kind():
    """As programs write them that do not calculate; one that gives a blank text has a value."""
    book = openpyxl.Workbook()
    book.active.append(["=1+1"])
    out = io.BytesIO()
    book.save(out)
    assert cells_of(out.getvalue()).rows == [[NOT_CALCULATED]]
    assert cells_of(xls([[("formula", 3)]])).rows == [[NOT_CALCULATED]]
    # Where another formula has a value, somebody has calculated.
    assert plain(cells_of(xls([[("formula", 3), ("formula", 1)]])), [[0]]) == [[None]]
    formula = '<table:table-row><table:table-cell table:formula="of:=1"/></table:table-row>'
    assert cells_of(ods_of(f'<table:table table:name="S">{formula}</table:table>')).rows == [
        [NOT_CALCULATED]
    ]

    def blank_text(name, content):
        cell = b'<c r="A1" t="str"><f>""</f><v></v></c>'
        return re.sub(rb'<c r="A1".*?</c>', cell, content) if "sheet1" in name else content

    assert plain(cells_of(repacked(out.getvalue(), blank_text)), [[0]]) == [[None]]


def test_days_of_1904_are_told():
    assert open_spreadsheet(xlsb([[1.0]], is_1904=True), "f").is_1904
    assert not open_spreadsheet(xlsb([[1.0]]), "f").is_1904


@pytest.mark.parametrize("name", ["document", "text"])
def test_other_office_files_are_refused_as_what_they_are(name):
    """A letter is neither text nor a spreadsheet, whatever its container."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        if name == "text":
            file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        else:
            file.writestr("word/document.xml", "<w:document/>")
    with pytest.raises(NotAWorkbook, match="no-table-file"):
        open_spreadsheet(out.getvalue(), "f")
    with pytest.raises(NotAWorkbook, match="no-table-file"):
        open_spreadsheet(ole({"WordDocument": b"x"}), "f")


@pytest.mark.parametrize("size", [0, 4096, 5_000_000])
def test_the_reader_gets_a_container_that_others_read_too(size):
    """Of streams with few sectors and with thousands."""
    stream = bytes(range(256)) * 20 + bytes(size)
    with olefile.OleFileIO(io.BytesIO(container_of("Workbook", stream))) as container:
        assert container.openstream("Workbook").read() == stream


def test_what_an_old_sheet_claims_as_its_extent_is_not_believed():
    """The reader would take 170 gigabytes for it and end the process."""
    data = xls([["Deal name"], ["A"]], extent=(0, 0xFFFFFFF0, 0, 255))
    assert cells_of(data).rows == [["Deal name"], ["A"]]
