"""How the package host patches a workbook: what changes, what stays, what is refused by name."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from lxml import etree

from reliability.books import members, parts
from salesbook.errors import CannotWrite, ProtectedSheet, SalesbookError
from salesbook.hosts.package import open_package
from salesbook.store import KEEP, NOT_CALCULATED, Annotation, Mark, TableCells, TableWrite
from tests.hosts.books import HEADERS, bend, changed_parts, plain_book, put_table, swap
from tests.hosts.conftest import values

SHEET, TABLE = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"


def write(path: Path, *writes: TableWrite) -> dict[str, TableCells]:
    """Write, save, and read again from the file."""
    with open_package(path, for_writing=True) as host:
        host.write(writes)
        host.save()
    with open_package(path, for_writing=False) as host:
        return {code: host.read(code) for code in host.table_codes()}


def refusal(path: Path, *writes: TableWrite) -> SalesbookError:
    """Write, expect a refusal, and hold the file against what it was."""
    before = path.read_bytes()
    with pytest.raises(SalesbookError) as caught:
        write(path, *writes)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    return caught.value


def sheet_xml(path: Path, part: str = SHEET) -> str:
    return parts(path)[part].decode()


def row_xml(path: Path, number: int) -> str:
    found = re.search(rf'<row r="{number}".*?</row>', sheet_xml(path))
    return found[0] if found else ""


def grow(code: str, header: str, old: int, count: int) -> TableWrite:
    """Keep all old rows and append some."""
    return TableWrite(
        code, {header: [KEEP] * old + ["new"] * count}, [*range(old), *[None] * count]
    )


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return plain_book(tmp_path / "Book.xlsx")


def made(path: Path, fill: Any) -> Path:
    with xlsxwriter.Workbook(str(path)) as target:
        fill(target, target.add_worksheet("S"))
    return path


ABC = ("a", "b", "c")
THREE = (("x", 1, 2), ("y", 3, 4), ("z", 5, 6))


def test_only_the_parts_that_must_change(tmp_path: Path) -> None:
    """All other members keep their raw bytes, their order and the zip its comment."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ABC, THREE)
        other = target.add_worksheet("Charts")
        chart = target.add_chart({"type": "line"})
        chart.add_series({"values": "=S!$B$2:$B$4"})
        other.insert_chart("A1", chart)
        other.add_sparkline("H1", {"range": "S!B2:C2"})
        other.write_comment("A9", "note")
        target.define_name("Later", "=S!$A$1")

    path = made(tmp_path / "b.xlsx", fill)
    path.write_bytes(path.read_bytes()[:-2] + b"\x05\x00hello")
    before = members(path)
    write(path, TableWrite("T", {"a": ["k", "l"]}, [0, None]))
    after = members(path)
    assert list(before) == list(after)
    assert changed_parts(before, after) == {SHEET, TABLE}
    assert path.read_bytes().endswith(b"\x05\x00hello")


def test_recalculation_is_asked_for(tmp_path: Path) -> None:
    """The workbook part only says that Excel shall calculate on load, where it did not say so
    already.
    """
    path = plain_book(tmp_path / "b.xlsx")
    bend(path, {"xl/workbook.xml": lambda data: re.sub(rb"<calcPr[^>]*/>", b"", data)})
    old = parts(path)["xl/workbook.xml"]
    write(path, TableWrite("Deals", {"name": ["k"]}, [0]))
    new = parts(path)["xl/workbook.xml"]
    assert new.replace(b'<calcPr fullCalcOnLoad="1"/>', b"") == old
    assert new.index(b"</sheets>") < new.index(b"<calcPr")


def test_calc_chain_goes(book: Path) -> None:
    """The chain of formulas goes with its relation and type; Excel makes a new one."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    chain = b'<calcChain xmlns="' + main + b'"><c r="H4" i="1"/></calcChain>'
    kind = b'<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.ms-excel.calcChain+xml"/>'
    link = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'calcChain" Target="calcChain.xml"/>'
    )
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    old = parts(book)
    bend(
        book,
        {
            "xl/calcChain.xml": chain,
            types: swap(b"</Types>", kind + b"</Types>"),
            relations: swap(b"</Relationships>", link + b"</Relationships>"),
        },
    )
    write(book, TableWrite("Deals", {"name": ["k"]}, [0]))
    new = parts(book)
    assert "xl/calcChain.xml" not in new
    assert (new[types], new[relations]) == (old[types], old[relations])


def test_untouched_rows_keep_their_bytes(book: Path) -> None:
    """Appending changes no row that was there."""
    before = [row_xml(book, number) for number in (2, 3, 4, 5)]
    write(book, grow("Deals", "name", 3, 2))
    assert [row_xml(book, number) for number in (2, 3, 4, 5)] == before
    assert row_xml(book, 7) != ""


def test_same_values_change_nothing(book: Path) -> None:
    """Writing what is there already leaves the file as it is."""
    before = book.read_bytes()
    with open_package(book, for_writing=True) as host:
        cells = host.read("Deals")
        host.write([TableWrite("Deals", values(cells), [0, 1, 2])])
        host.save()
    assert book.read_bytes() == before


def test_neighbours_in_the_same_rows_stay(tmp_path: Path) -> None:
    """Tables side by side grow and shrink without touching each other, in one write."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "Left", (0, 0), ABC, THREE)
        put_table(sheet, "Right", (0, 4), ABC, THREE)
        sheet.write("K3", "note")

    path = made(tmp_path / "b.xlsx", fill)
    right = TableWrite("Right", {"a": ["only"]}, [2])
    found = write(path, grow("Left", "a", 3, 3), right)
    assert values(found["Left"])["b"] == [1, 3, 5, None, None, None]
    assert values(found["Right"]) == {"a": ["only"], "b": [5], "c": [6]}
    assert 'r="K3"' in sheet_xml(path)


def test_cells_below_are_in_the_way(book: Path) -> None:
    """A table does not grow over other content; the refusal names the cell."""
    bend(
        book, {SHEET: swap(b"</sheetData>", b'<row r="8"><c r="C8"><v>1</v></c></row></sheetData>')}
    )
    error = refusal(book, grow("Deals", "name", 3, 3))
    assert (type(error), error.code, error.where) == (
        CannotWrite,
        "cells-in-the-way",
        "Pipeline!C8",
    )
    assert write(book, grow("Deals", "name", 3, 2))["Deals"].row_count == 5


def test_a_table_below_is_in_the_way(tmp_path: Path) -> None:
    """A table does not grow into another one, even where that one is blank."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "Up", (0, 0), ABC, THREE)
        put_table(sheet, "Down", (6, 0), ABC, ())

    path = made(tmp_path / "b.xlsx", fill)
    error = refusal(path, grow("Up", "a", 3, 5))
    assert (error.code, error.params) == ("table-in-the-way", {"table": "Up", "other": "Down"})


def test_shrinking(book: Path) -> None:
    """Freed cells go; what else stands in their rows stays."""
    write(book, TableWrite("Deals", {"name": ["k"]}, [0]))
    assert "H4" in row_xml(book, 4)
    assert 'r="C4"' not in sheet_xml(book)
    assert '<row r="5"' not in sheet_xml(book)
    assert b'ref="B2:F3"' in parts(book)[TABLE]


def test_totals_row_moves(tmp_path: Path) -> None:
    """The totals row stays the table's last row, whether it grows or shrinks."""
    columns = [
        {"header": "a", "total_string": "Total"},
        {"header": "b", "total_function": "sum"},
        {"header": "c"},
    ]

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ABC, THREE, columns=columns, total_row=True)

    path = made(tmp_path / "b.xlsx", fill)
    write(path, grow("T", "a", 3, 2))
    assert "SUBTOTAL(109,[b])" in row_xml(path, 7)
    assert "SUBTOTAL" not in row_xml(path, 5)
    assert b'ref="A1:C7"' in parts(path)[TABLE]
    assert b'<autoFilter ref="A1:C6"' in parts(path)[TABLE]
    found = write(path, TableWrite("T", {"a": ["q"]}, [1]))["T"]
    assert values(found) == {"a": ["q"], "b": [3], "c": [4]}
    assert "SUBTOTAL" in row_xml(path, 3)
    assert sheet_xml(path).count("SUBTOTAL") == 1


def calculated(tmp_path: Path) -> Path:
    def fill(target: Any, sheet: Any) -> None:
        columns = [{"header": "a"}, {"header": "b"}, {"header": "c", "formula": "=[@b]*2 & [@a]"}]
        put_table(sheet, "T", (0, 0), ABC, (("x", 1), ("y", 3), ("z", 5)), columns=columns)

    return made(tmp_path / "b.xlsx", fill)


def test_calculated_columns(tmp_path: Path) -> None:
    """New rows get the column's formula, old ones keep theirs, also where they move."""
    path = calculated(tmp_path)
    with open_package(path, for_writing=False) as host:
        assert host.read("T").calculated == {"c"}
    formula = re.findall(r'r="C2".*?<f>(.*?)</f>', sheet_xml(path))[0]
    assert "&amp;" in formula
    write(path, TableWrite("T", {"a": [KEEP, KEEP, KEEP, "n"]}, [2, 1, 0, None]))
    assert re.findall(r"<f>(.*?)</f>", sheet_xml(path)) == [formula] * 4
    write(path, TableWrite("T", {"a": []}, []))
    assert re.findall(r"<f>(.*?)</f>", sheet_xml(path)) == [formula]


def test_a_value_replaces_a_formula(tmp_path: Path) -> None:
    """A value that a write gives replaces the formula, even where it equals the formula's last
    result.
    """
    path = calculated(tmp_path)
    with open_package(path, for_writing=False) as host:
        results = values(host.read("T"))["c"]
    write(path, TableWrite("T", {"c": results}, [0, 1, 2]))
    assert "<f>" not in sheet_xml(path)


def with_formula(book: Path, *formulas: bytes) -> Path:
    """Put formulas into column D, one a row from 3 on."""
    for at, formula in enumerate(formulas):
        name = f"D{3 + at}".encode()
        edit = re.compile(rb'<c r="' + name + rb'".*?</c>|<c r="' + name + rb'"[^>]*/>')
        new = b'<c r="' + name + b'">' + formula + b"<v>1</v></c>"

        def put(
            data: bytes, edit: re.Pattern[bytes] = edit, new: bytes = new, row: int = 3 + at
        ) -> bytes:
            if edit.search(data):
                return edit.sub(new, data, count=1)
            return re.sub(
                rb'(<c r="C%d".*?</c>|(?=<c r="E%d"))' % (row, row), rb"\1" + new, data, count=1
            )

        bend(book, {SHEET: put})
    return book


def test_formulas_follow_their_own_row(book: Path) -> None:
    """A formula that moves with its row keeps naming its own row, and fixed rows."""
    with_formula(book, b"<f>B3&amp;$C3&amp;$B$1&amp;Other!$A$1&amp;LOG10(2)</f>")
    write(book, TableWrite("Deals", {}, [1, 0, 2]))
    assert "<f>B4&amp;$C4&amp;$B$1&amp;Other!$A$1&amp;LOG10(2)</f>" in row_xml(book, 4)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (b"B2", "B2"),
        (b"SUM(D$3:D4)+B5", "SUM(D$3:D4)+B5"),
        (b"Other!A3", "Other!A3"),
        (b"SUM(B3:B5)", "SUM(B3:B5)"),
        (b"'a b'!B3", "'a b'!B3"),
        (b"Pipeline!B4", "Pipeline!B3"),
    ],
)
def test_formulas_go_on_naming_other_rows(book: Path, formula: bytes, expected: str) -> None:
    """A formula names the cells that it named, wherever their rows went."""
    with_formula(book, b"<f>" + formula + b"</f>")
    with open_package(book, for_writing=False) as host:
        assert host.losses(TableWrite("Deals", {}, [1, 0, 2])) == []
    write(book, TableWrite("Deals", {}, [1, 0, 2]))
    assert f"<f>{expected}</f>" in row_xml(book, 4)


@pytest.mark.parametrize("formula", [b"3:3", b"SUM(B4:B5)", b"SUM(B2:B3)", b"B4:INDEX(B:B,9)"])
def test_a_lost_formula_leaves_a_blank_cell(book: Path, formula: bytes) -> None:
    """What no formula can say any more is told beforehand, and nothing is made up in its place."""
    with_formula(book, b"<f>" + formula + b"</f>")
    change = TableWrite("Deals", {}, [1, 0, 2])
    told = [Annotation(0, "amount", Mark.FORMULA, f"={formula.decode()}")]
    with open_package(book, for_writing=False) as host:
        assert host.losses(change) == told
        given = TableWrite("Deals", {"amount": [KEEP, 7, KEEP]}, [1, 0, 2])
        assert host.losses(given) == []
    found = write(book, change)["Deals"]
    assert values(found)["amount"][1] is None
    assert 'r="D4"' not in row_xml(book, 4)


def test_shared_formulas_are_written_out(book: Path) -> None:
    """A shared formula whose rows move is written out in each cell of the table."""
    with_formula(
        book,
        b'<f t="shared" ref="D3:D5" si="0">B3&amp;"A1"&amp;Deals[[#Totals],[name]]</f>',
        b'<f t="shared" si="0"/>',
        b'<f t="shared" si="0"/>',
    )
    write(book, TableWrite("Deals", {}, [2, 0, 1]))
    assert "shared" not in sheet_xml(book)
    for number in (3, 4, 5):
        assert f'<f>B{number}&amp;"A1"&amp;Deals[[#Totals],[name]]</f>' in row_xml(book, number)


def test_shared_formulas_of_others_are_not_broken(book: Path) -> None:
    """A formula that cells outside the table share is written out there as well."""
    with_formula(book, b'<f t="shared" ref="D3:H5" si="0">B3</f>')
    bend(book, {SHEET: swap(b"<f>SUM(D3:D5)</f>", b'<f t="shared" si="0"/>')})
    write(book, TableWrite("Deals", {}, [1, 0, 2]))
    assert "<f>F4</f>" in row_xml(book, 4)
    assert "<f>B4</f>" in row_xml(book, 4)


def test_array_formulas(book: Path) -> None:
    """A formula that fills one cell moves; one that fills several is refused."""
    with_formula(book, b'<f t="array" ref="D3">SUM(B3*1)</f>')
    write(book, TableWrite("Deals", {}, [1, 0, 2]))
    assert '<f t="array" ref="D4">SUM(B4*1)</f>' in row_xml(book, 4)
    bend(book, {SHEET: swap(b'ref="D4">', b'ref="D4:D5">')})
    error = refusal(book, TableWrite("Deals", {}, [1, 0, 2]))
    assert (error.code, error.where) == ("array-formula", "Pipeline!D4:D5")


def test_merged_cells(book: Path) -> None:
    """Merged cells in rows that change are refused by name;
    elsewhere they are reported and stay.
    """
    merge = b'<mergeCells count="1"><mergeCell ref="C4:D4"/></mergeCells>'
    bend(book, {SHEET: swap(b"</sheetData>", b"</sheetData>" + merge)})
    with open_package(book, for_writing=False) as host:
        assert host.read("Deals").merged == ((4, 3, 4, 4),)
    error = refusal(book, TableWrite("Deals", {"name": ["a", "b", "c"]}, [0, 1, 2]))
    assert (error.code, error.where) == ("merged-cells", "Pipeline!C4:D4")
    write(book, grow("Deals", "name", 3, 1))


def test_protected_sheet(book: Path) -> None:
    """A protected sheet is not written to."""
    bend(
        book,
        {SHEET: swap(b"</sheetData>", b'</sheetData><sheetProtection sheet="1" objects="1"/>')},
    )
    error = refusal(book, TableWrite("Deals", {}, [0]))
    assert (type(error), error.code) == (ProtectedSheet, "protected-sheet")


def test_signed_package(book: Path) -> None:
    """A signed package is not written to, since its signature would no longer hold."""
    link = b'<Relationship Id="rIdS" Type="http://x/digital-signature/origin" Target="_xmlsignatures/o.sigs"/>'
    bend(book, {"_rels/.rels": swap(b"</Relationships>", link + b"</Relationships>")})
    assert refusal(book, TableWrite("Deals", {}, [0])).code == "signed-package"


def test_rules_grow_with_the_table(tmp_path: Path) -> None:
    """Dropdowns and conditional formats that covered the whole body cover the new one;
    others stay.
    """

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ABC, THREE)
        sheet.data_validation(
            "A2:A4", {"validate": "list", "source": ["x"], "other_cells": [[1, 2, 3, 2]]}
        )
        sheet.data_validation("B2:B1000", {"validate": "integer", "criteria": ">", "value": 0})
        sheet.data_validation("B3", {"validate": "any", "input_title": "one"})
        sheet.conditional_format("A2:C4", {"type": "formula", "criteria": "=$A2=1"})
        sheet.conditional_format("F2:F4", {"type": "data_bar"})
        sheet.conditional_format("B2:B4", {"type": "data_bar", "data_bar_2010": True})
        sheet.add_sparkline("C2", {"range": "S!A2:B2"})

    path = made(tmp_path / "b.xlsx", fill)
    write(path, grow("T", "a", 3, 6))
    found = re.findall(r'sqref="(.*?)"', sheet_xml(path)) + re.findall(
        r"<\w+:sqref>(.*?)<", sheet_xml(path)
    )
    assert sorted(found) == sorted(
        ["A2:A10 C2:C10", "B2:B1000", "B3", "A2:C10", "F2:F4", "B2:B10", "B2:B10", "C2"]
    )
    assert '<dimension ref="A1:C10"' in sheet_xml(path)
    etree.fromstring(parts(path)[SHEET])


def test_a_rule_on_one_blank_row_grows(tmp_path: Path) -> None:
    """A dropdown on a table's blank row covers all rows that come."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ABC, ())
        sheet.data_validation("B2", {"validate": "integer", "criteria": ">", "value": 0})

    path = made(tmp_path / "b.xlsx", fill)
    write(path, TableWrite("T", {"a": ["x"] * 5}, [None] * 5))
    assert 'sqref="B2:B6"' in sheet_xml(path)


def test_new_rows_look_like_the_first(tmp_path: Path) -> None:
    """New cells take the source row's format, else the first body row's,
    else the sheet column's.
    """

    def fill(target: Any, sheet: Any) -> None:
        bold, red = target.add_format({"bold": True}), target.add_format({"font_color": "red"})
        sheet.set_column("C:C", 10, red)
        put_table(sheet, "T", (0, 0), ABC, ())
        sheet.write_blank("A2", None, bold)

    path = made(tmp_path / "b.xlsx", fill)
    write(path, TableWrite("T", {h: ["v", "w"] for h in ABC}, [0, None]))
    styles = dict(re.findall(r'<c r="(\w+)" s="(\d+)"', sheet_xml(path)))
    assert styles["A2"] == styles["A3"]
    assert styles["C2"] == styles["C3"]
    assert "B2" not in styles


def test_styles_are_appended_only(book: Path) -> None:
    """A date where the format shows none gets a clone of the format; nothing else in the part
    changes.
    """
    old = parts(book)["xl/styles.xml"].decode()
    days = [dt.date(2026, 1, 1), dt.date(2026, 1, 2)]
    with open_package(book, for_writing=True) as host:
        host.write([TableWrite("Deals", {"amount": days}, [0, 1], {"amount": 'yyyy"年"'})])
        host.save()
        assert values(host.read("Deals"))["amount"] == days
    new = parts(book)["xl/styles.xml"].decode()
    count = int(re.findall(r'<cellXfs count="(\d+)"', old)[0])
    assert f'<cellXfs count="{count + 1}"' in new
    assert 'formatCode="yyyy&quot;年&quot;"' in new or "formatCode='yyyy\"年\"'" in new
    assert new.startswith(old[: old.index("<numFmts")])
    assert new.endswith(old[old.index("</cellXfs>") :])
    formats = [re.findall(r"<xf .*?>", text[text.index("<cellXfs") :]) for text in (old, new)]
    assert formats[0][:count] == formats[1][:count]


def test_epoch_of_1904(tmp_path: Path) -> None:
    """Dates are read and written by the workbook's own count."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as target:
        date = target.add_format({"num_format": "yyyy-mm-dd"})
        put_table(target.add_worksheet("S"), "T", (0, 0), ("d",), [(dt.date(2026, 1, 31),)], date)
    days = [dt.date(1904, 1, 2), dt.date(2026, 3, 5), dt.datetime(2026, 1, 1, 6, 0)]
    found = write(path, TableWrite("T", {"d": [KEEP, *days]}, [0, None, None, None]))["T"]
    assert found.epoch_1904
    assert values(found)["d"] == [dt.date(2026, 1, 31), *days]
    error = refusal(path, TableWrite("T", {"d": [dt.date(1903, 12, 31)]}, [0]))
    assert (error.code, error.where) == ("date-before-epoch", "S!A2")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * 32_768, "text-too-long"),
        ("😀" * 16_384, "text-too-long"),
        ("\ud800", "text-not-unicode"),
    ],
)
def test_text_that_no_cell_holds(book: Path, value: str, code: str) -> None:
    """Text that does not fit a cell is refused, never cut, and the cell is named."""
    error = refusal(book, TableWrite("Deals", {"name": ["a", value]}, [0, None]))
    assert (error.code, error.where) == (code, "Pipeline!C4")


def test_no_number_is_a_bug(book: Path) -> None:
    """Not-a-number and infinity never reach a cell."""
    with open_package(book, for_writing=True) as host:
        for number in (float("nan"), float("inf")):
            with pytest.raises(ValueError, match="no number"):
                host.write([TableWrite("Deals", {"amount": [number]}, [0])])


def test_prefixed_namespace(book: Path) -> None:
    """A sheet whose elements carry a prefix is patched in its own manner."""

    def prefixed(data: bytes) -> bytes:
        data = re.sub(rb"<(/?)(?![?!/])(\w)", rb"<\1x:\2", data)
        return data.replace(b"xmlns=", b"xmlns:x=")

    bend(
        book,
        {SHEET: prefixed, TABLE: prefixed, "xl/workbook.xml": prefixed, "xl/styles.xml": prefixed},
    )
    found = write(
        book,
        TableWrite("Deals", {"name": ["a", "b"], "amount": [KEEP, dt.date(2026, 1, 1)]}, [1, None]),
    )
    assert values(found["Deals"])["name"] == ["a", "b"]
    assert values(found["Deals"])["amount"] == [-3, dt.date(2026, 1, 1)]
    for name in (SHEET, TABLE, "xl/workbook.xml", "xl/styles.xml"):
        assert re.findall(rb"<\w+[ />]", parts(book)[name]) == []


def test_heights_go_along(tmp_path: Path) -> None:
    """Row heights go with their rows; new rows have none, wherever they lie."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ABC, THREE)
        sheet.set_row(3, 40)

    path = made(tmp_path / "b.xlsx", fill)
    write(path, TableWrite("T", {"a": [KEEP] * 3 + ["n"]}, [2, 1, 0, None]))
    assert [number for number in range(1, 6) if 'ht="39.75"' in row_xml(path, number)] == [2]


def test_errors_times_and_blanks_are_read(tmp_path: Path) -> None:
    """Error values are errors, bare times and durations numbers, formulas their last results; one
    with neither a value nor the type of texts was never calculated.
    """

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ABC, THREE)
        sheet.write_formula("A2", "=1/0", None, "#DIV/0!")
        sheet.write_formula("A3", '=""', None, "")
        sheet.write_number("B2", 0.75, target.add_format({"num_format": "hh:mm"}))
        sheet.write_number("B3", 1.5, target.add_format({"num_format": "[h]:mm"}))
        sheet.write_number("B4", -2, target.add_format({"num_format": "yyyy-mm-dd"}))

    path = made(tmp_path / "b.xlsx", fill)
    with open_package(path, for_writing=False) as host:
        found = values(host.read("T"))
    assert [str(getattr(value, "code", value)) for value in found["a"]] == [
        "#DIV/0!",
        NOT_CALCULATED.code,
        "z",
    ]
    assert found["b"] == [0.75, 1.5, -2]


def test_headers_with_line_breaks(tmp_path: Path) -> None:
    """A header's line break is a line break, not its escape."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ("one\ntwo",), [("x",)])

    with open_package(made(tmp_path / "b.xlsx", fill), for_writing=False) as host:
        assert host.read("T").headers == ("one\ntwo",)


def test_table_without_header_row(book: Path) -> None:
    """A table that shows no header row begins with its body."""
    bend(
        book,
        {
            TABLE: lambda data: re.sub(rb"<autoFilter[^>]*/>", b"", data).replace(
                b" ref=", b' headerRowCount="0" ref='
            )
        },
    )
    with open_package(book, for_writing=False) as host:
        assert host.read("Deals").first_row == 2
        assert host.read("Deals").row_count == 4


def test_names_are_not_headers(book: Path) -> None:
    """Headers come from the table, in its order."""
    with open_package(book, for_writing=False) as host:
        assert host.read("Deals").headers == HEADERS


def test_zip64(tmp_path: Path) -> None:
    """A package with 64-bit fields is read and copied like any other."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as target:
        put_table(target.add_worksheet("S"), "T", (0, 0), ABC, THREE)
    content = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in content.items():
            with package.open(name, "w", force_zip64=True) as member:
                member.write(data)
    before = members(path)
    assert values(write(path, grow("T", "a", 3, 1))["T"])["a"] == ["x", "y", "z", "new"]
    assert changed_parts(before, members(path)) == {SHEET, TABLE}


def test_strict_namespace(book: Path) -> None:
    """A workbook in the strict form of the standard is patched in its own manner."""
    loose, strict = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"

    def stricter(data: bytes) -> bytes:
        data = data.replace(loose + b"spreadsheetml/2006/main", strict + b"spreadsheetml/main")
        return data.replace(loose + b"officeDocument/2006/", strict + b"officeDocument/")

    relations = ("_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet1.xml.rels")
    names = (SHEET, TABLE, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", *relations)
    bend(book, dict.fromkeys(names, stricter))
    days = [dt.date(2026, 1, 1), KEEP]
    found = write(book, TableWrite("Deals", {"name": ["a", "b"], "amount": days}, [1, 0]))["Deals"]
    assert values(found)["name"] == ["a", "b"]
    assert values(found)["amount"] == [dt.date(2026, 1, 1), 1200.5]
    assert loose + b"spreadsheetml" not in parts(book)[SHEET]
