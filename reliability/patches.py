"""Are the hard cases of patching a package right, or refused by name? The same run on a plain book
tells.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures.results import Figures, Result, none_of
from reliability import runs
from reliability.books import content, day, fill, new_book, parts
from reliability.words import told
from reliability.zoo_book import TABLE, book_parts
from salesbook.book.template import template_bytes
from salesbook.sample.tables import sample_tables
from salesbook.store import column_letters

Parts = dict[str, bytes]
_TIER = ("tier", "--as-of", day(1), "--json")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"),
    (b"http://schemas.openxmlformats.org/drawingml/2006", b"http://purl.oclc.org/ooxml/drawingml"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where the output table lies that the cases bend: its parts, first and last body row,
    columns.
    """

    part: str
    sheet: str
    top: int
    bottom: int
    left: str
    right: str
    count: int

    @property
    def beside(self) -> str:
        """The column to its right."""
        letters = self.right
        return letters[:-1] + chr(ord(letters[-1]) + 1)


def place_of(book: Path) -> Place:
    """Find the output table."""
    table = book_parts(book).tables[TABLE.lower()]
    area = table.area
    left, right = column_letters(area.left), column_letters(area.right)
    return Place(
        table.part, table.sheet.part, area.top + 1, area.bottom, left, right, len(table.headers)
    )


def _edit(content: Parts, part: str, pattern: str, new: str) -> None:
    changed, count = re.subn(
        pattern.encode(), new.encode(), content[part], count=1, flags=re.DOTALL
    )
    if not count:
        raise ValueError(f"{part} has no {pattern}")
    content[part] = changed


def _totals(content: Parts, at: Place) -> None:
    below = at.bottom + 1
    old, new = (
        f"{at.left}{at.top - 1}:{at.right}{at.bottom}",
        f"{at.left}{at.top - 1}:{at.right}{below}",
    )
    _edit(content, at.part, f' ref="{old}"', f' ref="{new}" totalsRowCount="1"')
    row = f'<row r="{below}"><c r="{at.left}{below}" t="inlineStr"><is><t>Sum</t></is></c></row></sheetData>'
    _edit(content, at.sheet, "</sheetData>", row)


def _formulas(first: str, other: str, calculated: str = "") -> Callable[[Parts, Place], None]:
    """A column of the user's with a formula in every row; {row} is the row's number."""

    def bend(content: Parts, at: Place) -> None:
        old, new = (f"{at.left}{at.top - 1}:{right}{at.bottom}" for right in (at.right, at.beside))
        data = content[at.part].decode().replace(f'"{old}"', f'"{new}"')
        column = f'<tableColumn id="900" name="Mine">{calculated}</tableColumn></tableColumns>'
        data = data.replace("</tableColumns>", column)
        data = data.replace(
            f'<tableColumns count="{at.count}"', f'<tableColumns count="{at.count + 1}"'
        )
        content[at.part] = data.encode()
        cell = f'<c r="{at.beside}{at.top - 1}" t="inlineStr"><is><t>Mine</t></is></c>'
        _into_row(content, at, at.top - 1, cell)
        for row in range(at.top, at.bottom + 1):
            formula = (first if row == at.top else other).format(
                row=row, top=at.top, bottom=at.bottom, c=at.beside
            )
            _into_row(content, at, row, f'<c r="{at.beside}{row}">{formula}<v>0</v></c>')

    return bend


def _into_row(content: Parts, at: Place, row: int, cell: str) -> None:
    """Put a cell at the end of a row."""
    _edit(
        content,
        at.sheet,
        rf'<c r="{at.beside}{row}"[^>]*/>|(?=</row><row r="{row + 1}"|</row></sheetData>)',
        cell,
    )


def _merged(first: int, last: int) -> Callable[[Parts, Place], None]:
    def bend(content: Parts, at: Place) -> None:
        area = f"{at.left}{at.top + first}:{at.left}{at.top + last}"
        _edit(
            content,
            at.sheet,
            "</sheetData>",
            f'</sheetData><mergeCells><mergeCell ref="{area}"/></mergeCells>',
        )

    return bend


def _below(content: Parts, at: Place) -> None:
    row = at.bottom + 1
    cell = f'<row r="{row}"><c r="{at.left}{row}" t="inlineStr"><is><t>my note</t></is></c></row></sheetData>'
    _edit(content, at.sheet, "</sheetData>", cell)


def _prefixed(content: Parts, at: Place) -> None:
    data = content[at.sheet].decode()
    data = re.sub(r"<(/?)(?=[a-zA-Z]+[\s/>])", r"<\1x:", data).replace(
        f'xmlns="{_MAIN}"', f'xmlns:x="{_MAIN}"'
    )
    content[at.sheet] = data.encode()


def _strict(content: Parts, _: Place) -> None:
    for name, data in content.items():
        if name.endswith((".xml", ".rels")) and not name.startswith(("docProps", "[")):
            for old, new in _STRICT:
                data = data.replace(old, new)
            content[name] = data


def _filtered(content: Parts, at: Place) -> None:
    column = '<filterColumn colId="0"><filters><filter val="C001"/></filters></filterColumn>'
    _edit(
        content, at.part, r'<autoFilter (ref="[^"]*")/>', rf"<autoFilter \1>{column}</autoFilter>"
    )
    for row in range(at.top, at.bottom):
        _edit(content, at.sheet, f'<row r="{row}"', f'<row r="{row}" hidden="1"')


def _protected(content: Parts, at: Place) -> None:
    _edit(content, at.sheet, "</sheetData>", '</sheetData><sheetProtection sheet="1"/>')


def _signed(content: Parts, _: Place) -> None:
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    new = f'<Relationship Id="sig" Type="{kind}" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    _edit(content, "_rels/.rels", "</Relationships>", new)
    content["_xmlsignatures/origin.sigs"] = b""


Bend = Callable[[Parts, Place], None]
BENT: dict[str, tuple[Bend, tuple[str, ...]]] = {
    "totals row": (_totals, ("",)),
    "calculated column": (
        _formulas("<f>1+{row}</f>", "<f>1+{row}</f>", "<calculatedColumnFormula>1+1</calculatedColumnFormula>"),
        ("",),
    ),
    "shared formulas": (
        _formulas('<f t="shared" ref="{c}{top}:{c}{bottom}" si="0">1+A{row}</f>', '<f t="shared" si="0"/>'),
        ("",),
    ),
    "array formula over rows": (
        _formulas('<f t="array" ref="{c}{top}:{c}{bottom}">1+1</f>', ""),
        ("", "array-formula"),
    ),
    "merged cells in the table": (_merged(0, 2), ("merged-cells",)),
    "merged cells below the table": (_merged(500, 501), ("", "cells-in-the-way")),
    "cells right below the table": (_below, ("", "cells-in-the-way")),
    "prefixed namespace": (_prefixed, ("",)),
    "strict OOXML": (_strict, ("",)),
    "filtered, rows hidden": (_filtered, ("",)),
    "protected sheet": (_protected, ("protected-sheet",)),
    "signed package": (_signed, ("signed-package",)),
}  # fmt: skip


def run(work: Path, *, names: Sequence[str] = tuple(BENT), grown: int = 20_000) -> Result:
    """Run `tier` on every bent book, with a new customer first, so that the table has to grow."""
    plain = _with_results(work / "patches")
    wanted = _tiers(plain, None)
    rows = [(name, *_tried(plain, name, wanted)) for name in names]
    rows.append(("64-bit zip", *_zip64(plain, wanted)))
    rows.append(("1904 dates", *_epoch(work / "patches")))
    rows.append(("shrink to 0 rows", *_shrink(plain)))
    rows.append((f"grow to {grown:,} rows", *_grow(work / "patches", grown)))
    return Result(
        *told("patches"),
        (Figures(("case", "what became of it", "as it should be"), tuple(rows)),),
        (none_of("right, or refused by name", [f"{n}: {f}" for n, f, is_good in rows if not is_good], of=len(rows)),),
    )  # fmt: skip


def _with_results(folder: Path) -> Path:
    book = new_book(folder, name="Plain.xlsm")
    runs.salesbook("refresh", book, "--as-of", day(), "-q")
    file = folder / "customers.csv"
    file.write_text("Name,Company\nZoe Zoo,Zoo Ltd\n", "utf-8")
    runs.salesbook("import", book, file, "--into", "Customers", "-q")
    return book


def _tiers(book: Path, bend: Bend | None, name: str = "Bent.xlsm") -> Any:
    """Run on a bent copy. Returns: the table's rows as JSON, or the code of the refusal."""
    copy = book.with_name(name)
    copy.write_bytes(book.read_bytes())
    if bend:
        held = parts(copy)
        bend(held, place_of(copy))
        pack(copy, held)
    before = copy.read_bytes()
    done = runs.salesbook(_TIER[0], copy, *_TIER[1:])
    if done.code == 0:
        return runs.salesbook("show", copy, TABLE, "--json").document
    return done.error_code if copy.read_bytes() == before else f"{done.error_code}, yet changed"


def pack(path: Path, held: Parts, *, wide: bool = False) -> None:
    """Write a package of these parts, with 64-bit sizes if asked."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in held.items():
            with package.open(name, "w", force_zip64=wide) as member:
                member.write(data)


def _tried(plain: Path, name: str, wanted: Any) -> tuple[str, bool]:
    bend, allowed = BENT[name]
    found = _tiers(plain, bend)
    if isinstance(found, str):
        return f"refused: {found}", found in allowed
    is_right = found == wanted
    return ("right" if is_right else "wrong rows"), is_right and "" in allowed


def _zip64(plain: Path, wanted: Any) -> tuple[str, bool]:
    wide = plain.with_name("Wide.xlsm")
    pack(wide, parts(plain), wide=True)
    found = _tiers(wide, None)
    return ("right" if found == wanted else f"{found}"[:80]), found == wanted


def _epoch(folder: Path) -> tuple[str, bool]:
    """The same rows in a book that counts days from 1904: the results must be the same."""
    found = []
    for name, flag in (
        ("From1900.xlsm", b"<workbookPr "),
        ("From1904.xlsm", b'<workbookPr date1904="1" '),
    ):
        book = folder / name
        book.write_bytes(template_bytes("en"))
        held = parts(book)
        held["xl/workbook.xml"] = held["xl/workbook.xml"].replace(b"<workbookPr ", flag, 1)
        pack(book, held)
        fill(book, sample_tables("en"))
        found.append(_tiers(book, None))
    is_same = found[0] == found[1] and not isinstance(found[0], str)
    return ("right" if is_same else "other rows"), is_same


def _shrink(plain: Path) -> tuple[str, bool]:
    """No customers any more: the table keeps one blank row."""
    book = plain.with_name("Shrunk.xlsm")
    book.write_bytes(plain.read_bytes())
    fill(book, {"Customers": sample_tables("en")["Customers"][:0]})
    found = _tiers(book, None, "Shrunk2.xlsm")
    columns = content(book.with_name("Shrunk2.xlsm"))[TABLE]
    is_blank = all(list(column) == [None] for column in columns)
    is_right = not isinstance(found, str) and found["rows"] == [] and is_blank
    return ("right" if is_right else f"{found}"[:80]), is_right


def _grow(folder: Path, rows: int) -> tuple[str, bool]:
    """So many customers imported at once, then tiered."""
    book = new_book(folder, name="Grown.xlsm")
    file = folder / "many.csv"
    lines = "".join(f"Person {n},Company {n},p{n}@x.example\n" for n in range(rows))
    file.write_text(f"Name,Company,E-mail\n{lines}", "utf-8")
    done = runs.salesbook("import", book, file, "--into", "Customers", "--json")
    found = _tiers(book, None, "Grown2.xlsm")
    is_right = done.code == 0 and not isinstance(found, str) and len(found["rows"]) > rows
    return ("right" if is_right else f"{done.code} {found}"[:80]), is_right
