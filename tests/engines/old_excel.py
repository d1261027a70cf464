"""Workbooks of the old and the binary formats, made record by record: no library writes them."""

from __future__ import annotations

import io
import struct
import zipfile

SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def ole(streams: dict[str, bytes]) -> bytes:
    """A container of old Office files. Each stream is padded to where no small sectors are used."""
    body = b""
    fat: list[int] = []
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    names = list(streams)
    for place, name in enumerate(names):
        content = streams[name].ljust(4096, b"\0")
        count = -(-len(content) // SECTOR)
        start = len(fat)
        fat += [*range(start + 1, start + count), _END]
        body += content.ljust(count * SECTOR, b"\0")
        right = place + 2 if place + 1 < len(names) else _FREE
        entries.append(_entry(name, 2, start, len(content), right=right))
    directory_start = len(fat)
    directory = b"".join(entries).ljust(-(-len(entries) // 4) * SECTOR, b"\0")
    count = len(directory) // SECTOR
    fat += [*range(directory_start + 1, directory_start + count), _END]
    fat_start = len(fat)
    fat.append(_FAT)
    packed_fat = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    assert len(packed_fat) == SECTOR
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, directory_start, 0, 4096, _END, 0, _END, 0,
    )  # fmt: skip
    head += struct.pack("<109I", fat_start, *[_FREE] * 108)
    return head + body + directory + packed_fat


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE, right: int = _FREE):
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        raw, len(raw), kind, 1, _FREE, right, child, b"", 0, 0, 0, start, size,
    )  # fmt: skip


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def xls(
    rows: list[list[object]],
    formats: dict[tuple[int, int], str] | None = None,
    hidden: tuple[int, ...] = (),
    *,
    password: bool = False,
    extent: tuple[int, int, int, int] | None = None,
) -> bytes:
    """An .xls workbook of one sheet; an error is `("error", code)`, a formula `("formula", kind)`."""
    formats = formats or {}
    codes = list(dict.fromkeys(formats.values()))
    head = _begin(5)
    if password:
        head += _record(0x002F, struct.pack("<HH", 1, 1) + bytes(50))
    for place, code in enumerate(codes):
        text = code.encode("utf-16-le")
        head += _record(0x041E, struct.pack("<HHB", 164 + place, len(code), 1) + text)
    for format_id in (0, *range(164, 164 + len(codes))):
        head += _record(0x00E0, struct.pack("<HHH14x", 0, format_id, 0))
    end = _record(0x000A, b"")
    # Where the sheet begins is known once the length of what comes before it is.
    named = _record(0x0085, struct.pack("<IBBBB", 0, 0, 0, 1, 0) + b"S")
    sheet_place = len(head) + len(named) + len(end)
    head += _record(0x0085, struct.pack("<IBBBB", sheet_place, 0, 0, 1, 0) + b"S") + end

    body = _begin(0x10)
    if extent:
        body += _record(0x0200, struct.pack("<IIHHH", *extent, 0))
    for row_number, row in enumerate(rows):
        flags = 0x20 if row_number + 1 in hidden else 0
        body += _record(
            0x0208, struct.pack("<HHHHHHI", row_number, 0, len(row), 255, 0, 0, 0x100 | flags)
        )
        for column, cell in enumerate(row):
            code = formats.get((row_number + 1, column))
            index = codes.index(code) + 1 if code else 0
            body += _cell(row_number, column, index, cell)
    return ole({"Workbook": head + body + end})


def _cell(row: int, column: int, index: int, cell: object) -> bytes:
    place = struct.pack("<HHH", row, column, index)
    if cell is None:
        return b""
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    if isinstance(cell, bool):
        return _record(0x0205, place + bytes((cell, 0)))
    if isinstance(cell, tuple):
        kind, value = cell
        if kind == "error":
            return _record(0x0205, place + bytes((value, 1)))
        result = bytes((value, 0, 0, 0, 0, 0)) + b"\xff\xff"
        return _record(0x0006, place + result + struct.pack("<HIH", 0, 0, 3) + b"\x1e\x01\x00")
    return _record(0x0203, place + struct.pack("<d", cell))


def _varied(number: int, most: int) -> bytes:
    out = b""
    for _ in range(most):
        byte, number = number & 0x7F, number >> 7
        out += bytes((byte | (0x80 if number else 0),))
        if not number:
            break
    return out


def _part(kind: int, content: bytes = b"") -> bytes:
    head = bytes((kind,)) if kind < 0x80 else bytes((kind & 0x7F | 0x80, kind >> 7))
    return head + _varied(len(content), 4) + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def xlsb(
    rows: list[list[object]],
    formats: dict[tuple[int, int], str] | None = None,
    hidden: tuple[int, ...] = (),
    *,
    hidden_sheet: bool = False,
    is_1904: bool = False,
) -> bytes:
    """An .xlsb workbook of one sheet; an error is `("error", code)`."""
    formats = formats or {}
    codes = list(dict.fromkeys(formats.values()))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"

    styles = _part(278) + _part(615, struct.pack("<I", len(codes)))
    styles += b"".join(
        _part(44, struct.pack("<H", 164 + at) + _wide(c)) for at, c in enumerate(codes)
    )
    styles += _part(616) + _part(617, struct.pack("<I", len(codes) + 1))
    for format_id in (0, *range(164, 164 + len(codes))):
        styles += _part(47, struct.pack("<HH12x", 0, format_id))
    styles += _part(618) + _part(279)

    book = _part(131) + _part(153, struct.pack("<II", int(is_1904), 0) + _wide("")) + _part(143)
    book += _part(156, struct.pack("<II", int(hidden_sheet), 1) + _wide("rId1") + _wide("S"))
    book += _part(144) + _part(132)

    sheet = _part(129)
    width = max(map(len, rows), default=1)
    sheet += _part(148, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, width - 1)) + _part(145)
    for number, row in enumerate(rows):
        flags = 0x10 if number + 1 in hidden else 0
        sheet += _part(0, struct.pack("<IIHBBBI", number, 0, 300, 0, flags, 0, 0))
        for column, cell in enumerate(row):
            code = formats.get((number + 1, column))
            place = struct.pack("<II", column, codes.index(code) + 1 if code else 0)
            if isinstance(cell, str):
                sheet += _part(6, place + _wide(cell))
            elif isinstance(cell, bool):
                sheet += _part(4, place + bytes((cell,)))
            elif isinstance(cell, tuple):
                sheet += _part(3, place + bytes((cell[1],)))
            elif cell is not None:
                sheet += _part(5, place + struct.pack("<d", cell))
    sheet += _part(146) + _part(130)

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
        binary = "application/vnd.ms-excel"
        parts = {
            "workbook.bin": f"{binary}.sheet.binary.macroEnabled.main",
            "styles.bin": f"{binary}.styles",
            "worksheets/sheet1.bin": f"{binary}.worksheet",
        }
        types = "".join(
            f'<Override PartName="/xl/{name}" ContentType="{kind_of_part}"/>'
            for name, kind_of_part in parts.items()
        )
        rels = "application/vnd.openxmlformats-package.relationships+xml"
        types = f'<Default Extension="rels" ContentType="{rels}"/>{types}'
        file.writestr("[Content_Types].xml", f'<Types xmlns="{kinds}">{types}</Types>')
        root = f'<Relationship Id="r" Type="{kind}/officeDocument" Target="xl/workbook.bin"/>'
        file.writestr("_rels/.rels", f'<Relationships xmlns="{package}">{root}</Relationships>')
        links = f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.bin"/>'
        links += f'<Relationship Id="rId2" Type="{kind}/styles" Target="styles.bin"/>'
        file.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{package}">{links}</Relationships>',
        )
        file.writestr("xl/workbook.bin", book)
        file.writestr("xl/styles.bin", styles)
        file.writestr("xl/worksheets/sheet1.bin", sheet)
    return out.getvalue()
