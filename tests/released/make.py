"""Makes a filled workbook of a release: `python -m tests.released.make CHECKOUT` where that lies.

The release's own code makes it, takes rows in, and runs its verbs; then come the things that people
put into such a book: a column, a sheet, a chart, a note, a colour, a name, a dropdown of their own.
Run it when a version is released; `tests/book/test_released.py` asks for it.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import xlsxwriter

from salesbook.hosts.area import Area
from salesbook.hosts.formulas.naming import Names
from salesbook.hosts.package.archive import Archive, Staged
from salesbook.hosts.package.parts import read_parts, read_table
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.upgrading import tables
from salesbook.hosts.package.upgrading.copying import Copying, source_of
from salesbook.hosts.package.upgrading.edit import PackageEdit
from salesbook.hosts.package.upgrading.formats import Formats
from salesbook.hosts.package.upgrading.notes import Notes
from salesbook.hosts.package.upgrading.sheets import SheetXml, escaped
from salesbook.hosts.package.upgrading.workbook import SHEET_TYPE, Workbook
from salesbook.hosts.package.xmlscan import attribute, start_tag
from salesbook.hosts.package.zipping import assemble

FOLDER = Path(__file__).resolve().parent.parent / "data" / "released"
LANGUAGES = ("en", "zh-CN")
AS_OF = "2026-06-30"
OWN_SHEET = {"en": "My view", "zh-CN": "我的视图"}
OWN_COLUMN = {"en": "Partner code", "zh-CN": "伙伴代码"}
OWN_RESULT = {"en": "Twice", "zh-CN": "两倍"}
TAKEN = {"en": "Buying stage", "zh-CN": "购买阶段"}
"""A column of people's own in TierHistory that has the name of a later field."""
AMOUNT = {"en": "Amount", "zh-CN": "金额"}

ROWS = {
    "Reps": "rep_id,name,team,status,hired_on\nR1,Ann Ba,North,active,2024-01-01\n"
    "R2,Li Wei,South,active,2025-03-01\nR3,Zoe Q,South,active,2026-02-01\n",
    "Customers": "customer_id,name,email,phone,owner\n"
    + "".join(
        f"C{n},Firm {n},f{n}@firm{n}.example,+49 30 55{n:04},R{n % 3 + 1}\n" for n in range(1, 16)
    ),
    "Targets": "year,scope_kind,scope,metric,target\n2026,company,,revenue,900000\n",
    "Orders": "order_id,ordered_on,customer_id,rep_id,amount,quantity\n"
    + "".join(
        f"O{n},2026-{n % 6 + 1:02}-15,C{n % 15 + 1},R{n % 3 + 1},{n * 137.25 + 900},1\n"
        for n in range(1, 41)
    ),
    "Deals": "deal_id,name,customer_id,rep_id,stage,amount,created_on,expected_on\n"
    + "".join(
        f"D{n},Deal {n},C{n % 15 + 1},R{n % 3 + 1},{stage},{n * 500},2026-0{n % 5 + 1}-03,2026-09-01\n"
        for n, stage in zip(
            range(1, 31), ["Lead", "Qualified", "Proposal", "Won", "Lost"] * 6, strict=True
        )
    ),
    "Activities": "activity_id,done_on,rep_id,customer_id,kind\n"
    + "".join(
        f"A{n},2026-06-{n % 28 + 1:02},R{n % 3 + 1},C{n % 15 + 1},call\n" for n in range(1, 30)
    ),
}


def make(checkout: Path, language: str, target: Path) -> None:
    """Make one book, with the code of a release's checkout."""
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "Book.xlsm"
        _run(checkout, "new", str(book), "--lang", language)
        for table, text in ROWS.items():
            source = Path(folder) / f"{table}.csv"
            source.write_text(text, encoding="utf-8")
            _run(
                checkout,
                "import",
                str(book),
                str(source),
                "--into",
                table,
                "--add-missing",
                "--stages",
                "Lead>Qualified>Proposal>Won|Lost",
                "--date-order",
                "ymd",
                "--as-of",
                AS_OF,
            )
        _run(checkout, "split", str(book), "--as-of", AS_OF, "--publish")
        _run(checkout, "refresh", str(book), "--as-of", AS_OF)
        target.write_bytes(with_things_of_ones_own(book.read_bytes(), language))


def _run(checkout: Path, *arguments: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    result = subprocess.run(
        [sys.executable, "-m", "salesbook", *arguments],
        env=environment,
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SystemExit(f"{arguments}: {result.stdout} {result.stderr}")


def with_things_of_ones_own(package: bytes, language: str) -> bytes:
    """Put into a book what its user puts there."""
    parts = Staged(Archive(package, "book"))
    book = read_parts(parts, "book")
    edit = PackageEdit(parts)
    deals, history = book.tables["deals"], book.tables["tierhistory"]
    amount = deals.area.left + deals.headers.index(AMOUNT[language])
    own = {row: f"P-{row}" for row in range(deals.body.top, deals.body.bottom + 1, 3)}
    _add_column(edit, deals, OWN_COLUMN[language], own)
    wider = read_table(edit.content(deals.part), deals.part, deals.sheet)
    letter = chr(ord("A") + amount - 1)
    twice = {row: f"={letter}{row}*2" for row in range(deals.body.top, deals.body.bottom + 1)}
    twice[deals.body.top + 1] = "ask first"
    _add_column(edit, wider, OWN_RESULT[language], twice, f"{letter}{deals.body.top}*2")
    stages = dict.fromkeys(range(history.body.top, history.body.bottom + 1), "mine")
    _add_column(edit, history, TAKEN[language], stages)

    _note(edit, book.tables["customers"].sheet.part, Area.parse("B6"), "Ask for the old contract")
    _colour(edit, book, book.tables["customers"].sheet, 7, 2)
    _own_sheet(edit, book, language)
    return assemble(parts.archive, edit.changes)


def _add_column(edit, table, header, cells, formula=""):
    place = len(table.headers)
    column = table.area.right + 1
    data = tables.with_column(edit.content(table.part), table, place, header)
    if formula:
        new = f'name="{header}"><calculatedColumnFormula>{formula}</calculatedColumnFormula></tableColumn>'
        data = data.replace(f'name="{header}"/>'.encode(), new.encode())
    area = Area(table.area.top, table.area.left, table.area.bottom, column)
    edit.set(table.part, tables.with_area(data, area, table.totals_rows))
    rows = SheetRows(edit.content(table.sheet.part), table.sheet.part, table.sheet.name)
    letters = Area.one_cell(1, column)
    name = str(letters).rstrip("1")
    for row, text in {table.area.top: header, **cells}.items():
        if text.startswith("="):
            xml = f'<c r="{name}{row}"><f>{text[1:]}</f></c>'.encode()
        else:
            content = b"<is><t>" + escaped(text) + b"</t></is></c>"
            xml = f'<c r="{name}{row}" t="inlineStr">'.encode() + content
        rows.edit(row).cells[column] = xml
    edit.set(table.sheet.part, rows.render(rows.head, rows.tail))


def _note(edit, part, cell, text):
    source = _xlsxwriter_book(lambda book, sheet: sheet.write_comment(0, 0, text))
    notes, theirs = Notes(edit, part), Notes(source, "xl/worksheets/sheet1.xml")
    notes.put(cell, theirs.by_cell["A1"], theirs.box("A1"), cell.left - 1, theirs.shape_type())
    key = notes.keep()
    if key:
        sheet = SheetXml(edit, part)
        sheet.put("legacyDrawing", f'<legacyDrawing r:id="{key}"/>'.encode())
        edit.set(part, sheet.render())


def _colour(edit, book, sheet, row, column):
    """Fill a cell with yellow."""
    rows = SheetRows(edit.content(sheet.part), sheet.part, sheet.name)
    styles = edit.content(book.styles)
    fills = int(re.search(rb'<fills count="(\d+)"', styles)[1])
    yellow = (
        b'<fill><patternFill patternType="solid"><fgColor rgb="FFFFFF00"/></patternFill></fill>'
    )
    styles = styles.replace(b'<fills count="%d"' % fills, b'<fills count="%d"' % (fills + 1))
    styles = styles.replace(b"</fills>", yellow + b"</fills>")
    cell = rows.edit(row).cells[column]
    old = int(attribute(start_tag(cell), b"s") or 0)
    formats = re.search(rb'<cellXfs count="(\d+)">(.*?)</cellXfs>', styles, re.DOTALL)
    xf = Styles(styles, book.styles)._formats[old]
    new = re.sub(rb'fillId="\d+"', b'fillId="%d"' % fills, xf)
    count = int(formats[1])
    body = b'<cellXfs count="%d">' % (count + 1) + formats[2] + new + b"</cellXfs>"
    edit.set(book.styles, styles.replace(formats[0], body))
    rows.row(row).cells[column] = re.sub(rb'\bs="\d+"', b's="%d"' % count, cell, count=1)
    edit.set(sheet.part, rows.render(rows.head, rows.tail))


def _own_sheet(edit, book, language):
    """A sheet with formulas over our tables, a chart of them, a dropdown and a name."""
    amount, deals = AMOUNT[language], book.tables["deals"]

    def fill(workbook, sheet):
        sheet.write_formula("A1", f"=SUM(Deals[{amount}])")
        sheet.write_formula("A2", f"=COUNTA(TierHistory[{TAKEN[language]}])")
        sheet.write_formula("A3", f"='{deals.sheet.name}'!$B${deals.body.top}")
        sheet.write_formula("A4", "=ROWS(Customers[])")
        sheet.write_string("B1", "my words")
        sheet.data_validation("B2", {"validate": "list", "source": ["a", "b"]})
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": f"='{deals.sheet.name}'!$K$5:$K$12"})
        sheet.insert_chart("D2", chart)

    source = _xlsxwriter_book(fill)
    their_book = read_parts(source, "mine")
    workbook = Workbook(edit, book.workbook)
    formats = Formats(edit.content(book.styles), source.content(their_book.styles), book.styles)
    copying = Copying(
        source_of(source, their_book.workbook, their_book.strings),
        edit,
        book.workbook,
        formats,
        Names(),
    )
    part = edit.free_name("xl/worksheets/sheet1.xml")
    edit.changes[part] = b""
    content = copying.sheet(their_book.sheets[0].part, part, "Sheet1")
    del edit.changes[part]
    edit.add(part, content, SHEET_TYPE)
    workbook.insert(3, OWN_SHEET[language], part, "visible")
    edit.set(book.styles, formats.render())
    workbook.set_names({("my_total", None): f"'{OWN_SHEET[language]}'!$A$1"})


def _xlsxwriter_book(fill):
    package = io.BytesIO()
    with xlsxwriter.Workbook(package, {"in_memory": True}) as book:
        fill(book, book.add_worksheet("Mine"))
    return PackageEdit(Staged(Archive(package.getvalue(), "mine")))


if __name__ == "__main__":
    checkout = Path(sys.argv[1])
    version = re.search(
        r'__version__ = "(.+?)"', (checkout / "salesbook" / "__init__.py").read_text()
    )[1]
    for language in LANGUAGES:
        make(checkout, language, FOLDER / f"{version}-{language}.xlsm")
