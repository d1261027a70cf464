"""What people put on rows, as independent readers see it in a file that was written."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from lxml import etree
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from reliability.books import members, parts
from salesbook.errors import CannotWrite
from salesbook.hosts.package import open_package
from salesbook.hosts.package.colours import fill_colour, theme_colours
from salesbook.store import KEEP, Annotation, Mark, TableWrite
from tests.hosts.books import bend, changed_parts, plain_book, put_table, swap
from tests.hosts.marked_books import COLOUR, HEADERS, MARKS, THREAD, WHOLE_ROW, marked_book
from workbook.build.office import convert, office

SHEET, RELATIONS = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"
COMMENTS, BOXES = "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"
THREADS = "xl/threadedComments/threadedComment1.xml"
ABC = ("a", "b", "c")
THREE = (("x", 1, 2), ("y", 3, 4), ("z", 5, 6))

Sources = Sequence[int | None]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return marked_book(tmp_path / "Book.xlsx")


def write(path: Path, *writes: TableWrite) -> None:
    with open_package(path, for_writing=True) as host:
        host.write(writes)
        host.save()


def moved(path: Path, sources: Sources, code: str = "Deals") -> None:
    write(path, TableWrite(code, {}, sources))


def marks_of(path: Path, code: str = "Deals") -> list[Annotation]:
    with open_package(path, for_writing=False) as host:
        return list(host.annotations(code))


def read_elsewhere(path: Path, sheet: str = "Calls") -> Worksheet:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)[sheet]


def made(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    with xlsxwriter.Workbook(str(path)) as target:
        fill(target, target.add_worksheet("S"))
    return path


def valid(path: Path) -> bool:
    return bool(OpenXmlValidator().validate(str(path)).is_valid)


def test_another_reader_finds_everything_with_its_key(book: Path) -> None:
    """As openpyxl reads it: notes, links, heights and fills."""
    moved(book, [4, 2, 1, 5, 0])
    sheet = read_elsewhere(book)
    keys = {sheet.cell(row, 2).value: row for row in range(4, 9)}
    assert list(keys) == ["K4", "K2", "K1", "K5", "K0"]
    assert sheet.cell(keys["K0"], 3).comment.text == "Checked on Monday\nby Ann & Co"
    assert sheet.cell(keys["K5"], 4).comment.text == "备注"
    assert sheet.cell(keys["K2"], 2).comment.text.startswith("[Threaded comment]")
    notes = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]
    assert len(notes) == 5
    link = sheet.cell(keys["K1"], 4).hyperlink
    assert (link.target, link.location) == ("https://example.com/a?b=1&c=2", "part")
    heights = {row: sheet.row_dimensions[row].height for row in range(4, 10)}
    assert {row: height for row, height in heights.items() if height} == {keys["K2"]: 42}
    fills = {key: sheet.cell(row, 2).fill.fgColor.rgb[2:] for key, row in keys.items()}
    assert fills == {"K4": "92D050", "K2": "F4F6F8", "K1": "F4F6F8", "K5": "F4F6F8", "K0": "FFC000"}
    assert valid(book)


def test_only_these_parts_change(book: Path) -> None:
    """The sheet and table, notes, threads and their drawing, and that Excel calculates."""
    before = members(book)
    moved(book, [5, 4, 3, 2, 1, 0])
    calculates = {"xl/workbook.xml"} & changed_parts(before, members(book))
    assert changed_parts(before, members(book)) - calculates == {SHEET, COMMENTS, BOXES, THREADS}


def test_rows_that_stay_leave_these_parts(book: Path) -> None:
    """A value that changes, or a row below, touches no note."""
    before = members(book)
    write(book, TableWrite("Deals", {"amount": [9.5] * 6 + [1]}, [*range(6), None]))
    changed = changed_parts(before, members(book))
    assert changed & {COMMENTS, BOXES, THREADS, RELATIONS} == set()


def test_boxes_are_drawn_beside_their_cells(book: Path) -> None:
    """Each note has one box with an id of its own, as far from its cell as before."""

    def drawn() -> dict[tuple[int, int], tuple[int, int]]:
        shapes = re.findall(r"<v:shape .*?</v:shape>", parts(book)[BOXES].decode(), re.DOTALL)
        identities = [re.findall(r'id="(\w+)"', shape)[0] for shape in shapes]
        assert len(set(identities)) == len(identities)
        found = {}
        for shape in shapes:
            row, column = (
                int(re.findall(f"<x:{name}>(.*?)<", shape)[0]) for name in ("Row", "Column")
            )
            anchor = [int(text) for text in re.findall("<x:Anchor>(.*?)<", shape)[0].split(",")]
            found[row + 1, column + 1] = (anchor[2] - row, anchor[6] - row)
        return found

    before = drawn()
    moved(book, [None, 0, 1, 5])
    assert drawn() == {
        (3, 2): before[3, 2],
        (5, 3): before[4, 3],
        (5, 8): before[5, 8],
        (7, 4): before[9, 4],
    }


def test_rules_of_single_rows_follow(book: Path) -> None:
    """Also those that Excel 2007 did not know; what they compare with shifts along."""
    moved(book, [5, 2, None, 0])
    xml = parts(book)[SHEET].decode()
    assert re.findall(r'<conditionalFormatting sqref="(.*?)"', xml) == ["C5", "C4:C9", "B5:E5"]
    assert re.findall(r"<xm:sqref>(.*?)<", xml) == ["C5"]
    assert "<formula>$B5&gt;1</formula>" in xml
    moved(book, [0, 3])
    xml = parts(book)[SHEET].decode()
    assert re.findall(r'<conditionalFormatting sqref="(.*?)"', xml) == ["C4:C9"]
    assert "x14:conditionalFormatting" not in xml
    assert valid(book)


def test_dropdowns_of_single_rows_follow(tmp_path: Path) -> None:
    """Their list says how many there are; one for most rows is meant for the table."""

    def fill(target: Any, sheet: Any) -> None:
        rows = [(f"k{row}", row, None) for row in range(6)]
        put_table(sheet, "T", (0, 0), ABC, rows)
        for cell, word in (("B2", "one"), ("B4", "> other"), ("C2:C5", "most"), ("C2:C7", "all")):
            sheet.data_validation(cell, {"validate": "list", "source": [word]})

    path = made(tmp_path / "b.xlsx", fill)
    moved(path, [3, 0, 4, 5, None, None, None], "T")
    xml = parts(path)[SHEET].decode()
    assert re.findall(r'sqref="(.*?)".*?"(.*?)"', xml.partition("<dataValidations")[2]) == [
        ("B3", "one"),
        ("C2:C5", "most"),
        ("C2:C8", "all"),
    ]
    assert '<dataValidations count="3">' in xml


def test_a_link_that_goes_leaves_no_relation(book: Path) -> None:
    moved(book, [0, 3])
    assert "example.com" not in parts(book)[RELATIONS].decode()
    assert "hyperlink" in parts(book)[SHEET].decode()
    moved(book, [0])
    assert "hyperlink" not in parts(book)[SHEET].decode()
    assert valid(book)


def test_a_sheet_without_any_gets_all_parts(tmp_path: Path) -> None:
    """Notes, threads and links are put where no such part is yet, on two sheets at once."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "One", (1, 1), ABC, THREE)
        other = target.add_worksheet("Two")
        put_table(other, "Two", (1, 1), ABC, THREE)

    path = made(tmp_path / "b.xlsx", fill)
    put = [
        Annotation(0, "a", Mark.NOTE, 'a "quoted" <note> & 备注\n_x000D_'),
        Annotation(1, "a", Mark.THREAD, THREAD),
        Annotation(2, "b", Mark.LINK, "https://example.com/?q=a&b=<c>"),
        Annotation(2, "c", Mark.COLOUR, "#0072B2"),
    ]
    sources = [0, None, None]
    columns = {"a": [KEEP, "n", "m"]}
    write(path, *[TableWrite(code, columns, sources, annotations=put) for code in ("One", "Two")])
    assert marks_of(path, "One") == put
    assert marks_of(path, "Two") == put
    assert valid(path)
    for title in ("S", "Two"):
        sheet = read_elsewhere(path, title)
        assert sheet["B3"].comment.text == 'a "quoted" <note> & 备注\n_x005F_x000D_'
        assert sheet["B4"].comment.text.endswith("Reply:\n    A discount.")
        assert sheet["C5"].hyperlink.target == "https://example.com/?q=a&b=<c>"
        assert sheet["D5"].fill.fgColor.rgb == "FF0072B2"
    numbers = [
        re.findall(rb'idmap v:ext="edit" data="(\d+)"', data)
        for name, data in parts(path).items()
        if name.endswith(".vml")
    ]
    assert sorted(numbers) == [[b"1"], [b"2"]]


def test_the_same_write_makes_the_same_bytes(tmp_path: Path) -> None:
    """Also the ids of new comments."""
    books = []
    for name in ("one", "two"):
        path = plain_book(tmp_path / f"{name}.xlsx")
        mark = Annotation(0, "name", Mark.THREAD, THREAD)
        bend(path, {"docProps/core.xml": None, "_rels/.rels": _without_core})
        write(path, TableWrite("Deals", {}, [None], annotations=[mark]))
        books.append(parts(path))
    assert books[0] == books[1]


def _without_core(data: bytes) -> bytes:
    return re.sub(rb"<Relationship [^>]*core.xml[^>]*/>", b"", data)


def test_what_goes_and_comes_back_does_not_grow_the_book(book: Path) -> None:
    """Parked and put back again and again, formats, authors and ids are the same."""
    mine = [mark for mark in MARKS if mark.row is not None and mark.mark is not Mark.VALUE]
    keys = {"key": [f"K{row}" for row in range(6)]}
    sizes = []
    for _ in range(4):
        write(book, TableWrite("Deals", {}, []))
        write(book, TableWrite("Deals", keys, [None] * 6, annotations=mine))
        assert set(marks_of(book)) == set(mine)
        sizes.append({name: len(data) for name, data in parts(book).items()})
    assert sizes[1] == sizes[2] == sizes[3]
    assert valid(book)


def test_a_sheet_whose_elements_have_a_prefix(tmp_path: Path) -> None:
    """Some programs write `<x:worksheet>` and `<x:comments>`: all is found and moved there too."""
    plain = marked_book(tmp_path / "plain.xlsx")
    path = marked_book(tmp_path / "Book.xlsx")
    bend(path, dict.fromkeys((SHEET, COMMENTS, "xl/styles.xml"), _with_prefix))
    put = [Annotation(0, "own", Mark.NOTE, "new"), Annotation(0, "key", Mark.LINK, "#Other!A1")]
    for book in (plain, path):
        write(book, TableWrite("Deals", {}, [None, 5, 4, 2, 1, 0], annotations=put))
    assert marks_of(path) == marks_of(plain)
    assert valid(path)


def _with_prefix(data: bytes) -> bytes:
    old = etree.fromstring(data)
    names = {prefix: name for prefix, name in old.nsmap.items() if prefix}
    new = etree.Element(old.tag, dict(old.attrib), nsmap={"x": old.nsmap[None], **names})
    new.extend(list(old))
    etree.cleanup_namespaces(new, keep_ns_prefixes=list(names))
    return etree.tostring(new, xml_declaration=True, encoding="UTF-8", standalone=True)


def test_a_second_mark_on_a_cell_is_added_to_the_first(book: Path) -> None:
    """A cell has one note and one thread; nothing of what stands there is lost."""
    put = [
        Annotation(0, "amount", Mark.NOTE, "later"),
        Annotation(2, "key", Mark.THREAD, '[{"author": "王伟", "at": "", "text": "Again"}]'),
        Annotation(2, "own", Mark.THREAD, "no list of comments"),
    ]
    write(book, TableWrite("Deals", {}, range(6), annotations=put))
    found = {(mark.row, mark.header, mark.mark): mark.content for mark in marks_of(book)}
    assert found[0, "amount", Mark.NOTE] == "Checked on Monday\nby Ann & Co\nlater"
    assert str(found[2, "key", Mark.THREAD]).count('"text"') == 3
    assert '"text": "no list of comments"' in str(found[2, "own", Mark.THREAD])
    assert read_elsewhere(book)["B6"].comment.text.endswith("Reply:\n    Again")
    assert len(re.findall("<v:shape ", parts(book)[BOXES].decode())) == 6


def test_a_note_below_a_table_that_grows_goes_down_before_it(book: Path) -> None:
    """It was on none of the rows and is on none of the new ones."""
    bend(
        book,
        {COMMENTS: swap(b'ref="H5"', b'ref="C10"'), BOXES: _box_from((5, 8), (10, 3))},
    )
    write(book, TableWrite("Deals", {}, [*range(6), None, None]))
    assert [mark.row for mark in marks_of(book) if mark.mark is Mark.NOTE] == [0, 5]
    assert read_elsewhere(book)["C12"].comment.text == "Beside the table"


def _box_from(old: tuple[int, int], new: tuple[int, int]) -> Callable[[bytes], bytes]:
    def names(place: tuple[int, int]) -> bytes:
        return b"<x:Row>%d</x:Row><x:Column>%d</x:Column>" % (place[0] - 1, place[1] - 1)

    return swap(names(old), names(new))


def test_two_tables_side_by_side(tmp_path: Path) -> None:
    """Each takes its own marks along; a height belongs to both tables' row and stays."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "Left", (0, 0), ABC, THREE)
        put_table(sheet, "Right", (0, 4), ABC, THREE)
        sheet.set_row(1, 40)
        for cell in ("A2", "E2", "G4"):
            sheet.write_comment(cell, f"note of {cell}")
        sheet.write_url("F2", "https://example.com", string="x")

    path = made(tmp_path / "b.xlsx", fill)
    assert [mark.mark for mark in marks_of(path, "Right")] == [Mark.NOTE, Mark.LINK, Mark.NOTE]
    write(path, TableWrite("Left", {}, [None, 2, 1, 0]), TableWrite("Right", {}, [2, 0]))
    sheet = read_elsewhere(path, "S")
    notes = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert notes == {"A5", "E3", "G2"}
    assert sheet["F3"].hyperlink.target == "https://example.com"
    assert sheet.row_dimensions[2].height == 39.75
    assert marks_of(path, "Left") == [Annotation(3, "a", Mark.NOTE, "note of A2")]


def test_a_totals_row_takes_its_marks_along(tmp_path: Path) -> None:
    """Its formulas go on naming what they named; what they cannot is told without a row."""

    def fill(target: Any, sheet: Any) -> None:
        columns = [{"header": "a"}, {"header": "b", "total_function": "sum"}, {"header": "c"}]
        put_table(sheet, "T", (0, 0), ABC, THREE, columns=columns, total_row=True)
        sheet.write_formula("C5", "=SUM(C2:C4)/C3", None, 3)
        sheet.write_comment("B5", "total")
        sheet.set_row(4, 33)

    path = made(tmp_path / "b.xlsx", fill)
    moved(path, [1, None, 0, 2, None], "T")
    sheet = read_elsewhere(path, "S")
    assert sheet["C7"].value == "=SUM(C2:C6)/C2"
    assert sheet["B7"].comment.text == "total"
    assert {row: sheet.row_dimensions[row].height for row in (5, 7)} == {5: None, 7: 33}
    with open_package(path, for_writing=False) as host:
        told = host.losses(TableWrite("T", {}, [1]))
    assert told == [Annotation(None, "c", Mark.FORMULA, "=SUM(C2:C6)/C2")]
    moved(path, [1], "T")
    assert read_elsewhere(path, "S")["C3"].value is None
    assert read_elsewhere(path, "S")["B3"].comment.text == "total"


def test_a_highlighted_row_paints_no_new_ones(tmp_path: Path) -> None:
    """Neither the first nor the last nor half of them, also where the sheet's columns are plain."""

    def fill(target: Any, sheet: Any) -> None:
        yellow = target.add_format({"bg_color": "yellow", "num_format": "0.00"})
        plain = target.add_format({"num_format": "0.00"})
        put_table(sheet, "T", (0, 0), ABC, [*THREE, THREE[0]])
        for row in range(1, 5):
            for column in range(3):
                sheet.write(row, column, row + column, yellow if row in (1, 4) else plain)

    path = made(tmp_path / "b.xlsx", fill)
    write(path, TableWrite("T", {"a": [KEEP] * 2 + [7, 8]}, [0, 3, None, None]))
    sheet = read_elsewhere(path, "S")
    shown = [
        (sheet.cell(row, 1).fill.fill_type, sheet.cell(row, 1).number_format) for row in (2, 4)
    ]
    assert shown == [("solid", "0.00"), (None, "0.00")]
    assert sheet["C5"].fill.fill_type is None


def test_a_wholly_highlighted_column_goes_on(tmp_path: Path) -> None:
    """Its colour is the column's, and nobody's remark on a row."""

    def fill(target: Any, sheet: Any) -> None:
        yellow = target.add_format({"bg_color": "yellow"})
        put_table(sheet, "T", (0, 0), ABC, THREE)
        for row in range(1, 4):
            sheet.write(row, 1, row, yellow)

    path = made(tmp_path / "b.xlsx", fill)
    assert marks_of(path, "T") == []
    write(path, TableWrite("T", {"b": [KEEP] * 3 + [7]}, [0, 1, 2, None]))
    assert read_elsewhere(path, "S")["B5"].fill.fill_type == "solid"


def test_fresh_books_have_no_marks() -> None:
    """What the template paints is nobody's highlight; header notes are on no row."""
    for name in ("SalesManagement.xlsm", "SalesManagement.zh-CN.xlsm"):
        path = Path(__file__).parents[2] / "workbook" / name
        with open_package(path, for_writing=False) as host:
            for code in host.table_codes():
                assert list(host.annotations(code)) == [], code


def test_shared_formulas_are_told_as_they_read(tmp_path: Path) -> None:
    """Each in its own cell, whoever wrote the file."""
    path = plain_book(tmp_path / "b.xlsx")
    master = b'<c r="D3"><f t="shared" ref="D3:D4" si="0">LEN(C3)+$B$3</f><v>1</v></c>'
    bend(
        path,
        {
            SHEET: lambda data: re.sub(
                rb'<c r="D4">.*?</c>',
                b'<c r="D4"><f t="shared" si="0"/><v>1</v></c>',
                re.sub(rb'<c r="D3">.*?</c>', master, data),
            )
        },
    )
    with open_package(path, for_writing=False) as host:
        assert host.read("Deals").calculated == {"amount"}
    bend(path, {SHEET: swap(b">LEN(C3)", b">_xlfn.XLOOKUP(1,B3:B5,C3:C5)+LEN(C3)")})
    bend(path, {SHEET: swap(b'<c r="D4"><f t="shared" si="0"/>', b'<c r="D4"><f>B4</f>')})
    told = [(mark.row, mark.content) for mark in marks_of(path)]
    assert told == [(1, "=B4")] or told == [
        (0, "=XLOOKUP(1,B3:B5,C3:C5)+LEN(C3)+$B$3"),
        (1, "=B4"),
    ]


def test_a_formula_is_spelled_as_files_have_it(book: Path) -> None:
    """Excel shows #NAME? for a newer function without its prefix, and calls `[@x]` damage."""
    formula = '=XLOOKUP([@key],Deals[key],Deals[amount])&"[@key]"'
    put = [Annotation(0, "own", Mark.FORMULA, formula)]
    write(book, TableWrite("Deals", {"own": [None] + [KEEP] * 5}, range(6), annotations=put))
    assert (
        '<f>_xlfn.XLOOKUP(Deals[[#This Row],[key]],Deals[key],Deals[amount])&amp;"[@key]"</f>'
        in parts(book)[SHEET].decode()
    )
    told = [mark.content for mark in marks_of(book) if mark.mark is Mark.FORMULA]
    assert told[0] == '=XLOOKUP(Deals[[#This Row],[key]],Deals[key],Deals[amount])&"[@key]"'


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_another_program_calculates_what_was_said_before(tmp_path: Path) -> None:
    """Exceptions name the same customers, a share stays one of all, totals run on from above."""
    rows = [(f"k{row}", float(10**row), None, None, None) for row in range(5)]
    headers = ("key", "amount", "other", "share", "running")

    def fill(target: Any, sheet: Any) -> None:
        columns: list[dict[str, Any]] = [{"header": header} for header in headers]
        columns[3]["formula"] = "=T[[#This Row],[amount]]/SUM($C$3:$C$7)"
        put_table(sheet, "T", (1, 1), headers, rows, columns=columns)
        sheet.write_formula("D4", '=B7&" "&SUM(C5:C6)&" "&$C$3&" "&S!B3')
        sheet.write_formula("F3", "=C3")
        for row in range(3, 7):
            sheet.write_formula(row, 5, f"=F{row}+C{row + 1}")

    path = made(tmp_path / "b.xlsx", fill)
    write(path, TableWrite("T", {"key": [KEEP] * 5 + ["new"]}, [0, 4, 2, 3, 1, None]))
    assert b"/SUM($C$3:$C$8)</calculatedColumnFormula>" in parts(path)["xl/tables/table1.xml"]
    bend(path, {SHEET: lambda data: re.sub(rb"(</f>|<f>[^<]*</f>)<v>[^<]*</v>", rb"\1", data)})
    sheet = openpyxl.load_workbook(convert(path, "xlsx", tmp_path / "out"), data_only=True)["S"]
    by_key = {sheet.cell(row, 2).value: row for row in range(3, 9)}
    assert list(by_key) == ["k0", "k4", "k2", "k3", "k1", "new"]
    assert sheet.cell(by_key["k1"], 4).value == "k4 1100 1 k0"
    shares = [sheet.cell(row, 5).value for row in range(3, 9)]
    assert shares == pytest.approx([10**power / 11111 for power in (0, 4, 2, 3, 1)] + [0])
    running = [sheet.cell(row, 6).value for row in range(3, 9)]
    assert running == pytest.approx([1, 10001, 10101, 11101, 11111, 11111])


THEME = (
    b'<a:clrScheme name="Office"><a:dk1><a:sysClr val="windowText" lastClr="000000"/></a:dk1>'
    b'<a:lt1><a:sysClr val="window" lastClr="FFFFFF"/></a:lt1><a:dk2><a:srgbClr val="1F497D"/>'
    b'</a:dk2><a:lt2><a:srgbClr val="EEECE1"/></a:lt2><a:accent1><a:srgbClr val="4F81BD"/>'
    b"</a:accent1></a:clrScheme>"
)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        (b'<fgColor rgb="FF92d050"/>', "#92D050"),
        (b'<fgColor theme="0"/>', "#FFFFFF"),
        (b'<fgColor theme="4"/>', "#4F81BD"),
        (b'<fgColor theme="4" tint="0.79998168889431442"/>', "#DCE6F1"),
        (b'<fgColor theme="0" tint="-0.14999847407452621"/>', "#D9D9D9"),
        (b'<fgColor theme="4" tint="0.39997558519241921"/>', "#95B3D7"),
        (b'<fgColor theme="4" tint="-0.249977111117893"/>', "#366092"),
        (b'<fgColor theme="3" tint="x"/>', "#1F497D"),
        (b'<fgColor indexed="13"/>', "#FFFF00"),
        (b'<fgColor indexed="64"/>', None),
        (b'<fgColor theme="99"/>', None),
        (b"", "#000000"),
    ],
)
def test_colours_as_excel_shows_them(front: bytes, expected: str | None) -> None:
    """Given themselves, by the theme with a tint, or by the old palette."""
    fill = b'<fill><patternFill patternType="solid">' + front + b"</patternFill></fill>"
    assert fill_colour(fill, b"", theme_colours(THEME)) == expected


def test_no_pattern_is_no_colour() -> None:
    assert fill_colour(b'<fill><patternFill patternType="none"/></fill>', b"", []) is None
    assert fill_colour(b"<fill><gradientFill/></fill>", b"", []) is None


def test_what_nobody_could_have_put_is_not_put(book: Path) -> None:
    """A colour or height that is none would make Excel repair the file."""
    put = [
        Annotation(1, "key", Mark.COLOUR, "red"),
        Annotation(1, "key", Mark.HEIGHT, "tall"),
        Annotation(1, "own", Mark.FORMULA, "no formula"),
    ]
    write(book, TableWrite("Deals", {}, range(6), annotations=put))
    assert tuple(marks_of(book)) == MARKS


def test_a_drawing_that_is_no_xml_is_carried_all_the_same(book: Path) -> None:
    """Excel itself once wrote line breaks into boxes that no XML reader takes."""
    bend(
        book, {BOXES: swap(b'<div style="text-align:left">', b'<div style="text-align:left"><br>')}
    )
    moved(book, [1, 0])
    assert [mark.row for mark in marks_of(book) if mark.mark is Mark.NOTE] == [1]


def test_marks_survive_a_refusal(book: Path) -> None:
    """A write that is refused leaves the file as it was."""
    before = book.read_bytes()
    bad = TableWrite("Deals", {"key": ["x" * 40_000]}, [1])
    with pytest.raises(CannotWrite):
        write(book, bad)
    assert book.read_bytes() == before


def test_colours_are_not_lost_in_rows_formatted_as_a_whole(tmp_path: Path) -> None:
    """A row that somebody selected and filled takes the fill of its blank cells along."""

    def fill(target: Any, sheet: Any) -> None:
        put_table(sheet, "T", (0, 0), ABC, THREE)
        sheet.set_row(1, None, target.add_format({"bg_color": WHOLE_ROW}))

    path = made(tmp_path / "b.xlsx", fill)
    moved(path, [1, 0, 2], "T")
    styles = [
        re.findall(rf'<row r="{row}"[^>]*?( s="\d+" customFormat="1")?[ >]', data)[0]
        for data in [parts(path)[SHEET].decode()]
        for row in (2, 3)
    ]
    assert [bool(style) for style in styles] == [False, True]


def test_marks_of_the_module_are_complete() -> None:
    """The book on which these tests rest has every mark that a row can have."""
    assert {mark.mark for mark in MARKS} == set(Mark) - {Mark.FILTER}
    assert {COLOUR, WHOLE_ROW} <= {str(mark.content) for mark in MARKS}
    assert len(HEADERS) == 4
