"""Which modules does a VBA project hold, as text, and are they ours?

A project is a container of the old .xls kind (MS-CFB). The stream `dir` lists the modules, each
stream of a module holds compiled code and, behind it, the packed text (MS-OVBA 2.3.4, 2.4.1).
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import olefile

from salesbook.errors import NotAWorkbook

_CODE_PAGE, _STREAM_NAME, _TEXT_OFFSET, _VERSION = 0x0003, 0x001A, 0x0031, 0x0009
_VERSION_BYTES: Final = 6
"""What the record of the project's version really takes; its length says 4."""
_CHUNK: Final = 4096
_HEADER: Final = re.compile(
    r"^(?:Attribute VB_.*|VERSION .*CLASS|BEGIN|END|  MultiUse = .*|Option ClassModule)$",
    re.MULTILINE,
)
"""Matches the lines that say what kind of module it is, which the editor does not show."""
_OF_MEMBERS: Final = re.compile(r"^Attribute \w+\.VB_.*$", re.MULTILINE)
_BROKEN: Final = "Rem removed unmatched Sub/End: "
"""What LibreOffice writes before every procedure that stands on one line, so that none works."""
_BLANKS: Final = re.compile(r"\s+(?:_\s+)?")


def modules_of(project: bytes, part: str) -> dict[str, str]:
    """Read the text of every module by name.

    Raises: NotAWorkbook where the project is damaged.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(project)) as container:
            folder = _folder(container)
            directory = _unpacked(container.openstream([*folder, "dir"]).read())
            code_page, places = _directory(directory)
            modules = {}
            for name, offset in places.items():
                stream = container.openstream([*folder, name]).read()
                modules[name] = _unpacked(stream[offset:]).decode(code_page, "replace")
            return modules
    except (OSError, ValueError, IndexError, struct.error, LookupError) as error:
        raise NotAWorkbook("damaged-part", where=part) from error


def _folder(container: olefile.OleFileIO) -> list[str]:
    for path in container.listdir():
        if path[-1].lower() == "dir":
            return list(path[:-1])
    raise ValueError("no stream dir")


def _directory(data: bytes) -> tuple[str, dict[str, int]]:
    """Read from the directory the texts' encoding and where each module's text begins."""
    code_page = "cp1252"
    name = ""
    places: dict[str, int] = {}
    for kind, content in _records(data):
        if kind == _CODE_PAGE:
            code_page = f"cp{struct.unpack('<H', content)[0]}"
        elif kind == _STREAM_NAME:
            name = content.decode(code_page, "replace")
        elif kind == _TEXT_OFFSET:
            places[name] = struct.unpack("<L", content)[0]
    return code_page, places


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 6 <= len(data):
        kind, size = struct.unpack_from("<HL", data, place)
        if kind == _VERSION:
            size = _VERSION_BYTES
        yield kind, data[place + 6 : place + 6 + size]
        place += 6 + size


def _unpacked(data: bytes) -> bytes:
    """Undo the packing of MS-OVBA 2.4.1: chunks of up to 4,096 bytes, each with its own history."""
    if not data or data[0] != 1:
        raise ValueError("no packed text")
    out = bytearray()
    place = 1
    while place + 2 <= len(data):
        header = struct.unpack_from("<H", data, place)[0]
        end = min(place + (header & 0x0FFF) + 3, len(data))
        place += 2
        if not header & 0x8000:
            out += data[place : place + _CHUNK]
            place += _CHUNK
            continue
        _unpack_chunk(data, place, end, out)
        place = end
    return bytes(out)


def _unpack_chunk(data: bytes, place: int, end: int, out: bytearray) -> None:
    start = len(out)
    while place < end:
        flags = data[place]
        place += 1
        for bit in range(8):
            if place >= end:
                break
            if not flags >> bit & 1:
                out.append(data[place])
                place += 1
                continue
            token = struct.unpack_from("<H", data, place)[0]
            place += 2
            # The more of the chunk is there, the more bits the distance takes, and the fewer the length.
            distance_bits = max((len(out) - start - 1).bit_length(), 4)
            length = (token & (0xFFFF >> distance_bits)) + 3
            distance = (token >> (16 - distance_bits)) + 1
            if distance > len(out) - start:
                raise ValueError("packed text refers before its chunk")
            for _ in range(length):
                out.append(out[-distance])


def module_mark(text: str) -> str:
    """Make a short mark of a module's code; empty where it holds none.

    Excel's editor writes names in the case of their last use and blanks as it likes, so neither
    counts.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    code = _BLANKS.sub("", _HEADER.sub("", lines)).casefold()
    if code.replace("optionvbasupport1", "") in ("", "optionexplicit"):
        return ""
    return hashlib.blake2b(code.encode(), digest_size=8).hexdigest()


def typed_mark(text: str) -> str:
    """Make a mark of what somebody typed into a module, whatever LibreOffice did to it since."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return module_mark(_OF_MEMBERS.sub("", lines).replace(_BROKEN, ""))


def own_modules(modules: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """The modules with code that no released version has, by name.

    Args:
        known: what `typed_mark` gives for the modules of every released version.
    """
    return {
        name: text
        for name, text in modules.items()
        if typed_mark(text) and typed_mark(text) not in known
    }
