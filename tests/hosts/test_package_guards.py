"""What the package host refuses to open, each in little time and memory."""

from __future__ import annotations

import re
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from reliability.books import parts
from salesbook.errors import NotAWorkbook, PasswordProtected, SalesbookError, UnsafeFile
from salesbook.hosts.package import open_package
from tests.hosts.books import bend, plain_book, swap, zipped
from tests.hosts.conftest import values

SHEET, TABLE, STRINGS = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml", "xl/sharedStrings.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_all(path: Path) -> None:
    with open_package(path, for_writing=True) as host:
        for code in host.table_codes():
            host.read(code)


def refusal(path: Path) -> SalesbookError:
    started = time.process_time()
    with pytest.raises(SalesbookError) as caught:
        read_all(path)
    assert time.process_time() - started < 2
    return caught.value


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return plain_book(tmp_path / "Book.xlsx")


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (b"", NotAWorkbook, "empty"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", NotAWorkbook, "html"),
        (b"<?xml version='1.0'?><Workbook/>", NotAWorkbook, "xml"),
        (b"id;name\r\n1;x\r\n", NotAWorkbook, "text"),
        ("id\tname".encode("utf-16"), NotAWorkbook, "text"),
        (b"%PDF-1.7", NotAWorkbook, "pdf"),
        (b"\x00\x01\x02", NotAWorkbook, "unknown"),
        (OLE + b"\x00" * 600, NotAWorkbook, "xls"),
        (OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), PasswordProtected, None),
        (b"PK\x03\x04 cut off", NotAWorkbook, None),
        (zipped([("a.txt", b"x")]), NotAWorkbook, "zip"),
        (
            zipped([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]),
            NotAWorkbook,
            "zip",
        ),
    ],
)
def test_what_is_no_workbook(
    tmp_path: Path, content: bytes, kind: type[SalesbookError], found: str | None
) -> None:
    """Files of another kind are told by their first bytes."""
    path = tmp_path / "Book.xlsm"
    path.write_bytes(content)
    error = refusal(path)
    assert (type(error), error.params.get("found")) == (kind, found)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    """A path without a file, and a folder, are no workbooks."""
    assert refusal(tmp_path / "gone.xlsm").code == "no-such-file"
    (tmp_path / "x.xlsm").mkdir()
    assert refusal(tmp_path / "x.xlsm").params["found"] == "folder"
    assert refusal(tmp_path / ("x" * 300 + ".xlsm")).code == "no-such-file"
    assert refusal(tmp_path / "a\0b.xlsm").code == "no-such-file"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device")
def test_devices() -> None:
    """A device that never ends is no workbook."""
    assert refusal(Path("/dev/zero")).params["found"] == "device"


def test_binary_workbook(book: Path) -> None:
    """An .xlsb says so."""
    bend(
        book,
        {"_rels/.rels": swap(b"xl/workbook.xml", b"xl/workbook.bin"), "xl/workbook.bin": b"\x00"},
    )
    assert refusal(book).code == "binary-workbook"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.xml",
        "/abs.xml",
        "xl\\..\\..\\evil",
        "C:/x.xml",
        "%2e%2e/evil.xml",
        "xl/%2E%2E/%2e%2e/evil.xml",
        "%2Fabs.xml",
        "xl/a%2fb.xml",
        "xl/a%5Cb.xml",
        "xl/a%00b.xml",
    ],
)
def test_names_that_leave_the_package(book: Path, name: str) -> None:
    """Member names cannot lead out of the package."""
    bend(book, {name: b"x"})
    error = refusal(book)
    assert (type(error), error.code) == (UnsafeFile, "unsafe-name")


def test_duplicate_members(book: Path) -> None:
    """Two members of one name, in whatever case, are refused:
    readers would differ on which counts.
    """
    book.write_bytes(zipped([*parts(book).items(), ("xl/WORKBOOK.xml", b"<x/>")]))
    assert refusal(book).code == "duplicate-members"


@pytest.mark.parametrize("megabytes", [40, 300])
def test_zip_bomb(book: Path, megabytes: int) -> None:
    """A member that inflates a thousand times is refused before it is inflated."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block, crc = b" " * (1 << 20), 0
    squeezed = b"".join(squeezer.compress(block) for _ in range(megabytes)) + squeezer.flush()
    book.write_bytes(
        with_member(book.read_bytes(), SHEET, squeezed, (crc, len(squeezed), megabytes << 20))
    )
    error = refusal(book)
    assert (error.code, error.params["member"]) == ("zip-bomb", SHEET)


def with_member(data: bytes, name: str, squeezed: bytes, sizes: tuple[int, int, int]) -> bytes:
    """Append a member in place of the one of that name, with any sizes."""
    end = data.rindex(b"PK\x05\x06")
    count, size, place = struct.unpack_from("<H2L", data, end + 10)
    directory, at = data[place : place + size], 0
    while True:
        length = sum(struct.unpack_from("<3H", directory, at + 28)) + 46
        if directory[at + 46 :].startswith(name.encode()):
            break
        at += length
    record = bytearray(directory[at : at + length])
    struct.pack_into("<3L", record, 16, *sizes)
    struct.pack_into("<L", record, 42, place)
    struct.pack_into("<H", record, 8, struct.unpack_from("<H", record, 8)[0] & ~8)
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes, len(name), 0)
        + name.encode()
        + squeezed
    )
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, place + len(local), 0)
    return data[:place] + local + directory[:at] + bytes(record) + directory[at + length :] + tail


def test_lying_sizes(book: Path) -> None:
    """A member that holds more than its entry says is refused; one that holds less, or other, is
    damaged.
    """
    content = parts(book)[SHEET]
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = squeezer.compress(content) + squeezer.flush()
    honest, crc = book.read_bytes(), zlib.crc32(content)
    for size, check, code in (
        (100, crc, "lying-size"),
        (10**6, crc, "damaged-zip"),
        (len(content), 1, "damaged-zip"),
    ):
        book.write_bytes(with_member(honest, SHEET, squeezed, (check, len(squeezed), size)))
        assert refusal(book).code == code
    book.write_bytes(with_member(honest, SHEET, squeezed, (crc, len(squeezed), len(content))))
    with open_package(book, for_writing=False) as host:
        assert host.read("Deals").row_count == 3


def test_overlapping_members(book: Path) -> None:
    """Members that share their bytes are refused: that is how small zips hold petabytes."""
    content = parts(book)[SHEET]
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = squeezer.compress(content) + squeezer.flush()
    data = with_member(book.read_bytes(), SHEET, squeezed, (1, len(squeezed) + 10, len(content)))
    book.write_bytes(data)
    assert refusal(book).code == "overlapping-members"


def test_too_many_members(tmp_path: Path) -> None:
    """Tens of thousands of members are refused."""
    path = tmp_path / "b.xlsx"
    path.write_bytes(zipped((f"{number}", b"") for number in range(10_001)))
    assert refusal(path).code == "too-many-members"


def test_encrypted_members(book: Path) -> None:
    """Members that the zip itself encrypts are a password matter."""
    data = bytearray(book.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    book.write_bytes(data)
    assert isinstance(refusal(book), PasswordProtected)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", SHEET, TABLE, STRINGS, "xl/styles.xml", "_rels/.rels"]
)
def test_entities(book: Path, part: str) -> None:
    """No part that is parsed may declare a document type."""
    bend(book, {part: lambda data: re.sub(rb"(<\?xml[^>]*\?>)", rb"\1" + ENTITIES, data)})
    error = refusal(book)
    assert (error.code, error.where) == ("xml-entities", part)


@pytest.mark.parametrize("part", ["xl/workbook.xml", SHEET, TABLE])
def test_other_encodings(book: Path, part: str) -> None:
    """Parts that are not UTF-8 could hide anything from a scan; Excel writes none."""
    bend(book, {part: lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16")})
    assert refusal(book).code == "unsupported-encoding"


def sparse(*cells: str) -> Callable[[bytes], bytes]:
    rows = "".join(cells)
    return lambda data: data.replace(b"</sheetData>", rows.encode() + b"</sheetData>")


@pytest.mark.parametrize(
    "cell",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="9"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c s='1' r='XFD1048576'><v>1</v></c></row>",
        '<row\nr = "1048576"><c\tr = "XFD1048576"/></row>',
        '<row r="1048576"><c/><c/></row>' * 2 + '<row r="900000">' + "<c/>" * 16_384 + "</row>",
        '<row r="2000000"><c r="ZZZ2000000"><v>1</v></c></row>',
        '<row r="99999999999"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>',
    ],
)
def test_sparse_sheets(book: Path, cell: str) -> None:
    """A lone cell far out, which makes the reader abort the process, is refused first,
    and named.
    """
    bend(book, {SHEET: sparse(cell)})
    error = refusal(book)
    assert (type(error), error.code) == (UnsafeFile, "sheet-too-sparse")


def test_a_note_far_below_is_no_reason(book: Path) -> None:
    """An honest stray cell does not make a sheet unreadable."""
    bend(book, {SHEET: sparse('<row r="60000"><c r="Z60000"><v>1</v></c></row>')})
    with open_package(book, for_writing=False) as host:
        assert host.read("Deals").row_count == 3


def test_a_million_formats(book: Path) -> None:
    """Formats without end, which every reader of the styles pays for, are refused;
    100,000 are not.
    """
    before = book.read_bytes()
    for count, refused in ((100_000, False), (1_000_000, True)):
        book.write_bytes(before)
        many = b"".join(b'<xf numFmtId="%d"/>' % (n * n % 997) for n in range(count))
        bend(book, {"xl/styles.xml": swap(b"</cellXfs>", many + b"</cellXfs>")})
        with open_package(book, for_writing=False) as host:
            if not refused:
                assert host.read("Deals").row_count == 3
                continue
            with pytest.raises(UnsafeFile) as caught:
                host.read("Deals")
        assert caught.value.code == "part-too-large"


def test_claims_of_size_are_not_believed(book: Path) -> None:
    """What a part claims about its counts and extent is ignored."""
    bend(
        book,
        {
            STRINGS: lambda data: re.sub(
                rb'uniqueCount="\d+"', b'uniqueCount="4294967295"', data
            ).replace(b"<sst", b"<!--" + b" " * 5000 + b"--><sst"),
            "xl/styles.xml": lambda data: re.sub(rb'count="\d+"', b'count="4294967295"', data),
            SHEET: lambda data: re.sub(
                rb'<dimension ref="[^"]*"', b'<dimension ref="nonsense"', data
            ),
        },
    )
    with open_package(book, for_writing=False) as host:
        assert values(host.read("Deals"))["deal_id"] == ["D1", "D2", "D3"]


@pytest.mark.parametrize(
    ("part", "edit"),
    [
        (TABLE, swap(b'ref="B2:F5"', b'ref="nonsense"')),
        (TABLE, swap(b'ref="B2:F5"', b'ref="B2:F2"')),
        (TABLE, swap(b'ref="B2:F5"', b'ref="B2:Z5"')),
        (TABLE, swap(b'name="name"', b'name="amount"')),
        (TABLE, swap(b"</table>", b"")),
        ("xl/workbook.xml", swap(b"</workbook>", b"")),
        (SHEET, swap(b"<sheetData>", b"<sheetData")),
        (SHEET, lambda data: data.replace(b"sheetData", b"otherData")),
        (SHEET, swap(b"</sheetData>", b"")),
    ],
)
def test_damaged_parts(book: Path, part: str, edit: Callable[[bytes], bytes]) -> None:
    """Parts that contradict themselves, or are cut off, are damage, named by the part."""
    bend(book, {part: edit})
    error = refusal(book)
    assert (type(error), error.code, error.where) == (NotAWorkbook, "damaged-part", part)


def test_truncated_at_every_length(book: Path) -> None:
    """A file cut off anywhere is refused as damage."""
    data = book.read_bytes()
    for length in range(4, len(data) - 1, 97):
        book.write_bytes(data[:length])
        assert isinstance(refusal(book), NotAWorkbook)


def test_one_bit_changed_anywhere(book: Path) -> None:
    """A file with a changed byte is read, or refused with a reason; nothing else happens."""
    data = book.read_bytes()
    for at in range(0, len(data), 31):
        book.write_bytes(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :])
        try:
            with open_package(book, for_writing=False) as host:
                for code in host.table_codes():
                    host.read(code)
        except SalesbookError:
            pass


def test_no_tables(book: Path) -> None:
    """A workbook whose table was turned back into cells simply has none."""
    bend(book, {"xl/worksheets/_rels/sheet1.xml.rels": None})
    with open_package(book, for_writing=False) as host:
        assert host.table_codes() == ()
