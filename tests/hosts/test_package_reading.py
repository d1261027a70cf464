"""Whatever cells a sheet holds, and however it is written and packed,
they read as they are meant.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.books import parts
from salesbook.hosts.package import open_package
from salesbook.hosts.package.extent import _up_to
from salesbook.hosts.package.reader import HEAD
from salesbook.store import Cell, CellError
from tests.hosts.books import bend, plain_book, put_table, swap
from tests.hosts.conftest import values

SHEETS = {"First": "xl/worksheets/sheet1.xml", "Second": "xl/worksheets/sheet2.xml"}
STRINGS = "xl/sharedStrings.xml"
KEPT = '<t xml:space="preserve">'
AID = '<rPh sb="0" eb="1"><t>aid</t></rPh><phoneticPr fontId="1"/>'
ESCAPES = {
    "_x000D_": "\r",
    "_x005F_x000D_": "_x000D_",
    "&amp;lt;": "&lt;",
    "&#10;": "\n",
    "&lt;": "<",
    "": "",
}
DAY_ZERO = dt.date(1899, 12, 30)

Drawn = tuple[str, str, Cell]
"""A cell: its attributes, its content with a shared text in braces, and what it means."""

words = st.text(st.sampled_from("aé中😀 .'\"-_"), max_size=6)
texts = st.tuples(words, st.sampled_from([*ESCAPES]), words).map(
    lambda text: ("".join(text), text[0] + ESCAPES[text[1]] + text[2])
)
items = st.one_of(
    texts.map(lambda text: (f"{KEPT}{text[0]}</t>", text[1])),
    texts.map(lambda text: (f"<t>a{text[0]}.</t>{AID}", f"a{text[1]}.")),
    st.tuples(texts, texts).map(
        lambda two: (
            f"<r><rPr><b/></rPr>{KEPT}{two[0][0]}</t></r><r>{KEPT}{two[1][0]}</t></r>{AID}",
            two[0][1] + two[1][1],
        )
    ),
    st.sampled_from([("", ""), ("<t/>", ""), ("<t></t>", "")]),
)
"""What stands in a shared or inline text, and how it reads: one run or several, or with a reading
aid.
"""

cells = st.one_of(
    items.map(lambda item: (' t="s"', "{" + item[0] + "}", item[1] or None)),
    items.map(lambda item: (' t="inlineStr"', f"<is>{item[0]}</is>", item[1] or None)),
    texts.map(lambda text: (' t="str"', f"<f>A1</f><v>{text[0]}</v>", text[1] or None)),
    st.integers(-(10**9), 10**9).map(lambda n: ("", f"<v>{n}</v>", float(n))),
    st.floats(-1e6, 1e6).map(lambda n: (' t="n"', f"<v>{n!r}</v>", n)),
    st.integers(61, 60_000).map(lambda n: (' s="1"', f"<v>{n}</v>", DAY_ZERO + dt.timedelta(n))),
    st.integers(1, 86_399).map(lambda n: (' s="1"', f"<v>{n / 86_400!r}</v>", n / 86_400)),
    st.booleans().map(lambda is_on: (' t="b"', f"<v>{int(is_on)}</v>", is_on)),
    st.sampled_from(["#N/A", "#DIV/0!", "#REF!"]).map(
        lambda code: (' t="e"', f"<f>1/0</f><v>{code}</v>", CellError(code))
    ),
    st.sampled_from([("", "", None), (' s="1"', "", None)]),
)
rows = st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5)


@cache
def empty_book() -> bytes:
    """A book of two sheets, each with a table of five blank rows and a date beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Book.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            date = book.add_format({"num_format": "yyyy-mm-dd"})
            for code in SHEETS:
                sheet = book.add_worksheet(code)
                put_table(sheet, code, (0, 0), ("a", "b", "c"), [(None,) * 3] * 5)
                sheet.write_datetime("E1", dt.datetime(2026, 1, 1), date)
        return path.read_bytes()


def put_drawn(path: Path, drawn: Sequence[Sequence[Sequence[Drawn]]]) -> None:
    """Put the drawn cells into the sheets, and their texts behind the
    shared ones that are there.
    """
    known, found = parts(path)[STRINGS].count(b"<si>"), []
    edits: dict[str, Callable[[bytes], bytes]] = {}
    for part, sheet in zip(SHEETS.values(), drawn, strict=True):
        xml = ""
        for number, row in enumerate(sheet, start=2):
            xml += f'<row r="{number}">'
            for column, (attributes, content, _) in zip("ABC", row, strict=True):
                if content.startswith("{"):
                    found.append(f"<si>{content[1:-1]}</si>")
                    content = f"<v>{known + len(found) - 1}</v>"
                xml += (
                    f'<c r="{column}{number}"{attributes}>{content}</c>'
                    if attributes + content
                    else ""
                )
            xml += "</row>"
        edits[part] = swap(b"</sheetData>", f"{xml}</sheetData>".encode())
    bend(path, edits)
    if found:
        bend(path, {STRINGS: swap(b"</sst>", "".join(found).encode() + b"</sst>")})


def in_sheets(path: Path, edit: Callable[[bytes], bytes]) -> None:
    bend(path, dict.fromkeys(SHEETS.values(), edit))


def as_stored(path: Path) -> None:
    content = parts(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as book:
        for name, data in content.items():
            book.writestr(name, data)


def with_odd_extent(path: Path) -> None:
    in_sheets(
        path, lambda data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="nonsense"', data)
    )


def with_odd_error(path: Path) -> None:
    in_sheets(
        path,
        swap(b"</sheetData>", b'<row r="8"><c r="A8" t="e"><v>#SPILL!</v></c></row></sheetData>'),
    )


def with_prefix(path: Path) -> None:
    """Name the main namespace, as some programs do."""

    def edit(data: bytes) -> bytes:
        return re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", data).replace(b"xmlns=", b"xmlns:x=", 1)

    in_sheets(path, edit)
    bend(path, {STRINGS: edit})


def with_false_count(path: Path) -> None:
    bend(
        path,
        {STRINGS: lambda data: re.sub(rb'uniqueCount="\d+"', b'uniqueCount="4294967295"', data)},
    )


WAYS = (
    lambda path: None,
    as_stored,
    with_odd_extent,
    with_odd_error,
    with_prefix,
    with_false_count,
)


@settings(max_examples=150, deadline=None)
@given(drawn=st.tuples(rows, rows), way=st.sampled_from(WAYS))
def test_drawn_cells_read_as_they_are_meant(
    drawn: tuple[list[tuple[Drawn, ...]], ...], way: Callable[[Path], None]
) -> None:
    """Shared, inline and rich texts, numbers, dates, times, flags, errors and gaps, last sheet
    first.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Book.xlsx"
        path.write_bytes(empty_book())
        put_drawn(path, drawn)
        way(path)
        with open_package(path, for_writing=False) as host:
            for code, sheet in reversed([*zip(SHEETS, drawn, strict=True)]):
                meant = [[meaning for _, _, meaning in row] for row in sheet] + [[None] * 3] * (
                    5 - len(sheet)
                )
                assert [*zip(*host.read(code).columns, strict=True)] == [
                    tuple(row) for row in meant
                ]


def test_what_goes_before_a_sheet_leaves_its_check_sum() -> None:
    """A member with it has the check sum that the file gives for the sheet alone."""
    assert zlib.crc32(HEAD) == 0
    assert zlib.crc32(HEAD + b"<worksheet/>") == zlib.crc32(b"<worksheet/>")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (STRINGS, b"<si>", b"<!-- <si> note --><si>"),
        (SHEETS["First"], b' t="s"><v>', b' t="s" ><!-- note --><v>'),
        (SHEETS["First"], b' t="s"><v>', b" t = 's'><v>"),
        (SHEETS["First"], b"<?xml", b"\xef\xbb\xbf<?xml"),
        (STRINGS, b"<?xml", b"\xef\xbb\xbf<?xml"),
    ],
)
def test_unusual_xml_reads_the_same(tmp_path: Path, part: str, old: bytes, new: bytes) -> None:
    """Comments, spaces and marks where programs seldom write them change nothing."""
    path = plain_book(tmp_path / "Book.xlsx")
    with open_package(path, for_writing=False) as host:
        before = values(host.read("Deals"))
    bend(path, {part: lambda data: data.replace(old, new)})
    with open_package(path, for_writing=False) as host:
        assert values(host.read("Deals")) == before


@pytest.mark.parametrize("last", [1, 9, 10, 99, 100, 205, 999, 1000, 30004])
def test_the_bound_on_row_numbers_is_exact(last: int) -> None:
    within = re.compile(rb"(?:%b)" % _up_to(last))
    found = [number for number in range(1, 40_000) if within.fullmatch(b"%d" % number)]
    assert found == list(range(1, last + 1))
