"""What is in the container of an old Office file, and how is one stream given to the reader?

The container is a small file system: sectors, a table of which sector follows which (FAT), and a
directory. The reader believes the counts in its head and follows chains without end, so it is given
a container made here, with the one stream that it needs. Source: MS-CFB 2.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Final

from olefile import OleFileIO

from salesbook.errors import NotAWorkbook, PasswordProtected
from salesbook.intake.file.spreadsheets.calamine import damaged

_ENCRYPTED: Final = "EncryptedPackage"
"""The stream of an encrypted .xlsx, .xlsm or .xlsb."""
_SECTOR: Final = 4096
"""Of version 4; in the 512 bytes of version 3 the head names too few sectors for a large file."""
_END_OF_CHAIN, _FREE, _IS_FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_HEAD: Final = struct.Struct("<8s16sHHHHH6xIIIIIIIII")
_ENTRY: Final = struct.Struct("<64sHBBIII16sIQQIQ")
_ENTRIES_OF_SECTOR: Final = _SECTOR // 4
_FATS_IN_HEAD: Final = 109
_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ROOT, _STREAM = 5, 2
_SMALLEST: Final = 4096
"""A shorter stream would lie among small sectors: it is filled up."""


def stream_of(data: bytes, names: Sequence[str], where: str) -> tuple[str, bytes]:
    """Read the first of these streams that a container has.

    Returns: its name and its content. Raises: NotAWorkbook, PasswordProtected.
    """
    try:
        with OleFileIO(io.BytesIO(data)) as container:
            if container.exists(_ENCRYPTED):
                raise PasswordProtected("password-protected", where=where)
            for name in names:
                if container.exists(name):
                    return name, container.openstream(name).read()
    except (OSError, ValueError, ArithmeticError, LookupError, TypeError, struct.error) as error:
        if _ENCRYPTED.encode("utf-16-le") in data:
            raise PasswordProtected("password-protected", where=where) from error
        raise damaged(where, str(error)) from error
    raise NotAWorkbook("no-table-file", where=where)


def container_of(name: str, stream: bytes) -> bytes:
    """Make a container of one stream."""
    stream = stream.ljust(_SMALLEST, b"\0")
    stream_sectors = -(-len(stream) // _SECTOR)
    directory_place = stream_sectors

    # The table has a place for each sector, its own included.
    fat_sectors = 1
    while stream_sectors + 1 + fat_sectors > fat_sectors * _ENTRIES_OF_SECTOR:
        fat_sectors += 1
    chain = [*range(1, stream_sectors), _END_OF_CHAIN, _END_OF_CHAIN, *[_IS_FAT] * fat_sectors]
    chain += [_FREE] * (fat_sectors * _ENTRIES_OF_SECTOR - len(chain))
    fat = struct.pack(f"<{len(chain)}I", *chain)

    # The root names where small sectors lie. There are none; a root that says so is refused.
    root = _entry("Root Entry", _ROOT, 0, 0, child=1)
    directory = (root + _entry(name, _STREAM, 0, len(stream))).ljust(_SECTOR, b"\0")
    fat_places = [directory_place + 1 + number for number in range(fat_sectors)]
    head = _HEAD.pack(
        _MAGIC,
        b"",
        0x3E,  # minor version
        4,  # major version
        0xFFFE,  # little-endian
        12,  # sectors of 2 ** 12 bytes
        6,  # small sectors of 2 ** 6 bytes
        1,  # sectors of the directory
        fat_sectors,
        directory_place,
        0,  # transaction
        _SMALLEST,
        _END_OF_CHAIN,  # no small sectors
        0,
        _END_OF_CHAIN,  # no more of the table than the head names
        0,
    )
    named = [*fat_places, *[_FREE] * (_FATS_IN_HEAD - fat_sectors)]
    head += struct.pack(f"<{_FATS_IN_HEAD}I", *named)
    body = stream.ljust(stream_sectors * _SECTOR, b"\0")
    return head.ljust(_SECTOR, b"\0") + body + directory + fat


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    """Make an entry of the directory."""
    raw_name = name.encode("utf-16-le") + b"\0\0"
    black = 1
    times = (0, 0)
    return _ENTRY.pack(
        raw_name, len(raw_name), kind, black, _FREE, _FREE, child, b"", 0, *times, start, size
    )
