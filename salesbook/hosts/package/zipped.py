"""How do packed members come into a zip of their own without being packed anew?"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import replace

from salesbook.hosts.package.archive import CENTRAL, DEFLATED, END, LOCAL, STORED, Packed

_STORED_BLOCK = struct.Struct("<BHH")
_VERSION = 20


def zipped(members: Mapping[str, Packed]) -> bytes:
    """Put members into a zip as they are."""
    body: list[bytes | memoryview] = []
    directory, place = [], 0
    for name, packed in members.items():
        raw = name.encode()
        sizes = (packed.crc, len(packed.data), packed.size)
        head = (
            LOCAL.pack(b"PK\x03\x04", _VERSION, 0, packed.method, 0, 0, *sizes, len(raw), 0) + raw
        )
        named = (_VERSION, _VERSION, 0, packed.method, 0, 0, *sizes, len(raw), 0, 0, 0, 0, 0, place)
        directory.append(CENTRAL.pack(b"PK\x01\x02", *named) + raw)
        body += (head, packed.data)
        place += len(head) + len(packed.data)
    count, size = len(members), sum(map(len, directory))
    return b"".join(
        (*body, *directory, END.pack(b"PK\x05\x06", 0, 0, count, count, size, place, 0))
    )


def stored(content: bytes) -> Packed:
    """Take content into a zip without compressing it."""
    return Packed(STORED, zlib.crc32(content), len(content), content)


def with_head(packed: Packed, head: bytes) -> Packed:
    """Put bytes before a member's content without inflating it: compressed data may begin with a
    plain block.

    Args:
        head: bytes whose own check sum is 0, so that the check sum of what follows stays what it
            is.
    """
    block = head
    if packed.method == DEFLATED:
        block = _STORED_BLOCK.pack(0, len(head), len(head) ^ 0xFFFF) + head
    return replace(packed, size=packed.size + len(head), data=block + bytes(packed.data))
