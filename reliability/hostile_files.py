"""Which files want to harm whoever opens them, or are damaged? Made here, one by one."""

from __future__ import annotations

import io
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from reliability.books import book_bytes, parts

MEGABYTE = 1 << 20
SHEET = "xl/worksheets/sheet8.xml"
_ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
_EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def hostile_files(folder: Path, *, bombs: bool = True) -> Iterator[Path]:
    """Make every file in a folder; the name says what it is. Bombs take a while to make."""
    book = folder / "plain.xlsm"
    book.write_bytes(book_bytes())
    content = parts(book)
    data = book.read_bytes()
    made: dict[str, bytes] = {}
    for group in (_xml(content), _sheets(content), _zips(content, data), _no_zips(data)):
        made |= group
    made |= _bombs(content) if bombs else {}
    book.unlink()
    for name, what in made.items():
        path = folder / name
        path.write_bytes(what)
        yield path


def _zip(content: Mapping[str, bytes], extra: Mapping[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in [*content.items(), *(extra or {}).items()]:
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _bent(content: Mapping[str, bytes], name: str, edit: Callable[[bytes], bytes]) -> bytes:
    return _zip({**content, name: edit(content[name])})


def _bombs(content: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files that grow when they are opened."""
    spaces = b" " * (200 * MEGABYTE)
    gap = b"<v>1</v>" + b" " * (70 * MEGABYTE)
    bomb = _zip({"xl/x.xml": spaces})
    return {
        "bomb in a foreign part.xlsm": _zip(content, {"xl/media/image.bin": spaces}),
        "bomb in a sheet.xlsm": _bent(
            content, SHEET, lambda x: x.replace(b"</sheetData>", gap + b"</sheetData>")
        ),
        "bomb in styles.xlsm": _bent(
            content, "xl/styles.xml", lambda x: x + spaces[: 40 * MEGABYTE]
        ),
        "bomb in strings.xlsm": _bent(content, "xl/sharedStrings.xml", lambda x: x + spaces),
        "bomb in relations.xlsm": _bent(
            content, "_rels/.rels", lambda x: x + spaces[: 60 * MEGABYTE]
        ),
        "bomb in content types.xlsm": _bent(content, "[Content_Types].xml", lambda x: x + spaces),
        "zip in a zip in a zip.xlsm": _zip({"a.zip": _zip({"b.zip": bomb})}),
        "a hundred bombs.xlsm": _zip(
            content, {f"xl/m{n}.bin": spaces[: 12 * MEGABYTE] for n in range(100)}
        ),
        "twenty thousand members.xlsm": _zip(content, {f"xl/m{n}.bin": b"" for n in range(20_000)}),
    }


def _xml(content: Mapping[str, bytes]) -> dict[str, bytes]:
    """XML that attacks its parser."""
    made = {}
    for part in (
        "xl/workbook.xml",
        SHEET,
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/tables/table8.xml",
    ):
        short = part.rpartition("/")[2].removesuffix(".xml")
        for kind, entities in (("entity bomb", _ENTITIES), ("external entity", _EXTERNAL)):
            declared = partial(_declared, doctype=entities)
            made[f"{kind} in {short}.xlsm"] = _bent(content, part, declared)
    deep = b"<a>" * 200_000
    made["deep nesting in workbook.xlsm"] = _bent(
        content, "xl/workbook.xml", lambda x: x.replace(b"</workbook>", deep + b"</workbook>")
    )
    made["deep nesting in a table.xlsm"] = _bent(
        content, "xl/tables/table8.xml", lambda x: x + deep
    )
    made["million attributes.xlsm"] = _bent(
        content,
        "xl/tables/table8.xml",
        lambda x: x.replace(
            b"<table ", b"<table " + b"".join(b'a%d="" ' % n for n in range(300_000)), 1
        ),
    )
    made["sheet in UTF-16.xlsm"] = _bent(content, SHEET, lambda x: x.decode().encode("utf-16"))
    made["sheet that claims UTF-7.xlsm"] = _bent(
        content, SHEET, lambda x: x.replace(b"UTF-8", b"UTF-7", 1)
    )
    made["sheet that is no UTF-8.xlsm"] = _bent(
        content, SHEET, lambda x: x.replace(b"<sheetData>", b"<sheetData>\xff\xfe")
    )
    made["sheet cut in the middle.xlsm"] = _bent(content, SHEET, lambda x: x[: len(x) // 2])
    made["sheet that is empty.xlsm"] = _bent(content, SHEET, lambda _: b"")
    made["sheet that is HTML.xlsm"] = _bent(
        content, SHEET, lambda _: b"<html><body>no sheet</body></html>"
    )
    return made


def _declared(data: bytes, doctype: bytes) -> bytes:
    start = data.index(b"?>") + 2 if data.startswith(b"<?xml") else 0
    changed = re.sub(
        rb"<(v|t|t xml:space=\"preserve\")>[^<]*<", rb"<\1>&a;<", data[start:], count=1
    )
    return data[:start] + doctype + changed


def _sheets(content: Mapping[str, bytes]) -> dict[str, bytes]:
    """Sheets that claim, or are, more than fits."""

    def cell(place: str, row: int) -> Callable[[bytes], bytes]:
        new = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
        return lambda x: x.replace(b"</sheetData>", new)

    merged = b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (n, n) for n in range(9000, 60_000))
    styles = b"".join(b'<xf numFmtId="%d"/>' % (n % 160) for n in range(1_000_000))
    return {
        "one cell at XFD1048576.xlsm": _bent(content, SHEET, cell("XFD1048576", 1_048_576)),
        "one cell at A1048576.xlsm": _bent(content, SHEET, cell("A1048576", 1_048_576)),
        "one cell beyond the last row.xlsm": _bent(content, SHEET, cell("A9999999", 9_999_999)),
        "cells in rows out of order.xlsm": _bent(content, SHEET, cell("A2", 2)),
        "dimension that lies.xlsm": _bent(content, SHEET, lambda x: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', x)),
        "everything merged.xlsm": _bent(content, SHEET, lambda x: x.replace(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')),
        "fifty thousand merged rows.xlsm": _bent(content, SHEET, lambda x: x.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merged + b"</mergeCells>")),
        "a million styles.xlsm": _bent(content, "xl/styles.xml", lambda x: x.replace(b"</cellXfs>", styles + b"</cellXfs>")),
        "style 4294967295.xlsm": _bent(content, SHEET, lambda x: re.sub(rb' s="\d+"', b' s="4294967295"', x)),
        "string 4294967295.xlsm": _bent(content, SHEET, lambda x: re.sub(rb't="s"><v>\d+', b't="s"><v>4294967295', x)),
        "table over the whole sheet.xlsm": _bent(content, "xl/tables/table8.xml", lambda x: re.sub(rb' ref="[^"]*"', b' ref="A1:XFD1048576"', x)),
        "table upside down.xlsm": _bent(content, "xl/tables/table8.xml", lambda x: re.sub(rb' ref="([A-Z]+\d+):([A-Z]+\d+)"', rb' ref="\2:\1"', x)),
        "table that is nowhere.xlsm": _bent(content, "xl/tables/table8.xml", lambda x: re.sub(rb' ref="[^"]*"', b' ref="nowhere"', x)),
    }  # fmt: skip


def _zips(content: Mapping[str, bytes], data: bytes) -> dict[str, bytes]:
    """Zips that lie."""
    chance = random.Random(7)
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as package:
        for name in ("xl/workbook.xml", "xl/Workbook.xml", "[Content_Types].xml"):
            package.writestr(name, content.get(name, content["xl/workbook.xml"]))
    again = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as package:
        warnings.simplefilter("ignore")  # zipfile's own, that this is no good idea
        for name, one in [*content.items(), (SHEET, content[SHEET])]:
            package.writestr(name, one)
    noisy = bytearray(data)
    for _ in range(200):
        noisy[chance.randrange(len(noisy))] = chance.randrange(256)
    return {
        "name with dots.xlsm": _zip(content, {"../../evil.xml": b"x"}),
        "name with dots and backslashes.xlsm": _zip(content, {"..\\..\\evil.xml": b"x"}),
        "two members of one name.xlsm": again.getvalue(),
        "name from the root.xlsm": _zip(content, {"/etc/evil": b"x"}),
        "name with a drive.xlsm": _zip(content, {"C:/evil.xml": b"x"}),
        "names that differ in case alone.xlsm": twice.getvalue(),
        "sizes that lie.xlsm": _lying(data, 24, 100),
        "sizes that lie hugely.xlsm": _lying(data, 24, 0xFFFFFFF0),
        "packed sizes that lie.xlsm": _lying(data, 20, 0x7FFFFFFF),
        "places that lie.xlsm": _lying(data, 42, 0),
        "members marked as encrypted.xlsm": _lying(data, 8, 1),
        "unknown compression.xlsm": _lying(data, 10, 99),
        "truncated in the directory.xlsm": data[:-40],
        "truncated in the middle.xlsm": data[: len(data) // 2],
        "first hundred bytes.xlsm": data[:100],
        "two hundred random bytes changed.xlsm": bytes(noisy),
        "empty zip.xlsm": b"PK\x05\x06" + bytes(18),
        "a zip of no workbook.xlsm": _zip({"readme.txt": b"hello"}),
        "a Word document.xlsm": _zip({k: v.replace(b"xl/workbook.xml", b"word/document.xml") for k, v in content.items()}),
    }  # fmt: skip


def _lying(data: bytes, offset: int, value: int) -> bytes:
    """Change one field of every directory entry."""
    bent = bytearray(data)
    form = "<H" if offset in (8, 10) else "<L"
    at = bytes(data).find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into(form, bent, at + offset, value)
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(bent)


def _no_zips(data: bytes) -> dict[str, bytes]:
    """Files that are something else."""
    encrypted = _OLE + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(3000)
    return {
        "encrypted.xlsx": encrypted,
        "old binary workbook.xls": _OLE + bytes(4000),
        "HTML called xlsx.xlsx": b"<html><table><tr><td>Name</td></tr></table></html>",
        "XML called xls.xls": b'<?xml version="1.0"?><Workbook/>',
        "CSV called xlsx.xlsx": b"Anything,at all\n1,2\n",
        "PDF called xlsx.xlsx": b"%PDF-1.7\n" + bytes(500),
        "lock file.xlsx": b"\x03Mei" + bytes(161),
        "empty.xlsx": b"",
        "nulls.xlsx": bytes(100_000),
        "noise.xlsx": random.Random(1).randbytes(200_000),
        "a picture.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(1000),
        "zip after noise.xlsx": b"noise" * 100 + data,
        "only quotes.csv": b'"' * 300_000,
        "one endless line.csv": b"Name," * 400_000,
        "a cell of ten megabytes.csv": b'Name,Company\n"' + b"x" * (10 * MEGABYTE) + b'",y\n',
        "nul bytes.csv": b"Name,Company\nA\x00nna,Acme\n",
        "half a surrogate.csv": b"\xff\xfe" + "Name,Company\nA".encode("utf-16-le") + b"\x00\xd8",
    }
