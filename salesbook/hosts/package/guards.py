"""Is this file a workbook that is safe to open? Asked before any of it is parsed."""

from __future__ import annotations

import re

from salesbook.errors import NotAWorkbook, PasswordProtected, UnsafeFile

MEGABYTE = 1 << 20
MAX_FILE_BYTES = 256 * MEGABYTE
MAX_MEMBERS = 10_000
MAX_INFLATED_BYTES = 1024 * MEGABYTE
MAX_SMALL_PART_BYTES = 16 * MEGABYTE
"""For parts that are read into a tree: relations, tables, the workbook part."""
MAX_STYLES_BYTES = 32 * MEGABYTE
MAX_STYLES_FORMATS, MAX_STYLES_TAGS = 131_000, 800_000
"""Excel itself knows 65,490 cell formats; every reader pays for each of them."""
RATIO_CAPS = ((64 * MEGABYTE, 50), (4 * MEGABYTE, 200))
"""Above so many inflated bytes a member may inflate at most so many times.

Honest sheets reach about 15.
"""

_FORMAT = re.compile(rb"[<:]xf[\s/>]")
"""Matches where a cell format begins: `<xf numFmtId=...`, `<x:xf>`."""
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
"""Matches where a document type begins: `<!DOCTYPE lolz [<!ENTITY ...`."""
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ENCODINGS = (b"", b"utf-8", b"us-ascii", b"ascii", b"utf8")


def refuse_unless_zip(data: bytes, path: str) -> None:
    """Refuse what is no zip by saying what it is instead.

    An encrypted workbook is no zip either: Excel puts it into the container of the old .xls files.

    Raises: NotAWorkbook, PasswordProtected.
    """
    if data.startswith(_ZIP):
        return
    if data.startswith(_OLE):
        if _ENCRYPTED_STREAM in data:
            raise PasswordProtected("password-protected", where=path)
        raise NotAWorkbook("not-a-workbook", where=path, found="xls")

    raise NotAWorkbook("not-a-workbook", where=path, found=_kind(data))


def _kind(data: bytes) -> str:
    """Name what a file that is no zip seems to be: empty, html, xml, pdf, text or unknown."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "empty"
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        return "html"
    if head.startswith(b"<"):
        return "xml"
    if head.startswith(b"%pdf"):
        return "pdf"
    if data.startswith(_UTF_16_MARKS) or b"\x00" not in data[:4096]:
        return "text"
    return "unknown"


def refuse_odd_name(name: str, path: str) -> None:
    """Refuse member names that would leave the package.

    Raises: UnsafeFile.
    """
    folders = name.replace("\\", "/").split("/")
    is_absolute = not name or name[0] in "/\\" or ":" in folders[0]
    if is_absolute or ".." in folders or "\x00" in name:
        raise UnsafeFile("unsafe-name", where=path, member=name[:200])


def refuse_bomb(name: str, packed: int, inflated: int, path: str) -> None:
    """Refuse a member that inflates more than any honest one.

    Raises: UnsafeFile.
    """
    for size, ratio in RATIO_CAPS:
        if inflated > size and inflated > packed * ratio:
            megabytes = inflated // MEGABYTE
            raise UnsafeFile("zip-bomb", where=path, member=name, megabytes=megabytes)


def refuse_styles(data: bytes, part: str) -> None:
    """Refuse a styles part that only takes time to read.

    Raises: UnsafeFile, NotAWorkbook.
    """
    formats = sum(1 for _ in _FORMAT.finditer(data))
    if (
        len(data) > MAX_STYLES_BYTES
        or formats > MAX_STYLES_FORMATS
        or data.count(b"<") > MAX_STYLES_TAGS
    ):
        raise UnsafeFile("part-too-large", where=part, megabytes=len(data) // MEGABYTE)

    refuse_entities(data, part)


def refuse_entities(data: bytes, part: str) -> None:
    """Refuse XML that declares a document type, or that is not UTF-8.

    A document type is what entity bombs and external entities need; no workbook has one. In another
    encoding it could hide from whoever looks for its bytes.

    Raises: UnsafeFile, NotAWorkbook.
    """
    head = data[:200]
    if head.startswith(_UTF_16_MARKS) or b"\x00" in head:
        raise NotAWorkbook("unsupported-encoding", where=part, found="UTF-16")

    encoding = _declared_encoding(head)
    if head.startswith(b"<?xml") and encoding not in _ENCODINGS:
        name = encoding.decode("ascii", "replace")[:40]
        raise NotAWorkbook("unsupported-encoding", where=part, found=name)
    if _DECLARED.search(data):
        raise UnsafeFile("xml-entities", where=part)


def _declared_encoding(head: bytes) -> bytes:
    """Read what `<?xml version="1.0" encoding="UTF-8"?>` declares, in lower case."""
    declaration = head.partition(b"?>")[0].lower()
    after_word = declaration.partition(b"encoding")[2]
    name = after_word.strip(b" =\"'")
    return name.split(b'"')[0].split(b"'")[0]
