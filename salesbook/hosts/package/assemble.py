"""How does a new package come from the old one and a few changed parts? All other members are
copied raw.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from salesbook.hosts.package.archive import CENTRAL, DEFLATED, END, LOCAL, Archive, Member

_FULL = 0xFFFFFFFF
_LEVEL, _LEVEL_OF_LARGE, _LARGE = 6, 2, 8 << 20
_FLAGS_TO_KEEP = 0x800


def assemble(archive: Archive, changes: Mapping[str, bytes | None]) -> bytes:
    """Build the zip anew: `changes` gives new content by member name, None for a member to leave
    out.

    Order of members, their names, attributes, times and the comment stay; so do the compressed
    bytes of every member that does not change.
    """
    body, directory, place, count = [], [], 0, 0
    squeezed = _squeezed({key: content for key, content in changes.items() if content is not None})
    for key, member in archive.members.items():
        content = changes.get(key, b"")
        if content is None:
            continue
        if key in changes:
            raw, record = _packed(member, content, squeezed.pop(key), place)
        else:
            raw = archive.data[member.start : member.end]
            record = _moved(member, place)
        body.append(raw)
        directory.append(record)
        place += len(raw)
        count += 1
    size = sum(map(len, directory))
    end = END.pack(b"PK\x05\x06", 0, 0, count, count, size, place, len(archive.comment))
    return b"".join((*body, *directory, end, archive.comment))


def _squeezed(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Compress several parts at the same time, the largest first."""
    keys = sorted(contents, key=lambda key: len(contents[key]), reverse=True)
    with ThreadPoolExecutor(min(len(keys), os.cpu_count() or 1) or 1) as pool:
        return dict(zip(keys, pool.map(_deflated, map(contents.__getitem__, keys)), strict=True))


def _deflated(content: bytes) -> bytes:
    level = _LEVEL if len(content) < _LARGE else _LEVEL_OF_LARGE
    squeezer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return squeezer.compress(content) + squeezer.flush()


def _packed(member: Member, content: bytes, squeezed: bytes, place: int) -> tuple[bytes, bytes]:
    """Put compressed new content under the old name: the local header with it, and the directory
    entry.
    """
    fields = list(CENTRAL.unpack_from(member.record))
    name = member.record[CENTRAL.size : CENTRAL.size + fields[10]]
    comment = member.record[CENTRAL.size + fields[10] + fields[11] :]
    flags, crc = fields[3] & _FLAGS_TO_KEEP, zlib.crc32(content)
    sizes = (crc, len(squeezed), len(content))
    local = LOCAL.pack(
        b"PK\x03\x04", 20, flags, DEFLATED, fields[5], fields[6], *sizes, len(name), 0
    )
    fields[2:5] = [20, flags, DEFLATED]
    fields[7:10] = sizes
    fields[11] = 0
    fields[16] = place
    return local + name + squeezed, CENTRAL.pack(*fields) + name + comment


def _moved(member: Member, place: int) -> bytes:
    """Give a directory entry the member's new place."""
    fields = list(CENTRAL.unpack_from(member.record))
    rest = member.record[CENTRAL.size :]
    if fields[16] != _FULL:
        fields[16] = place
        return CENTRAL.pack(*fields) + rest
    return CENTRAL.pack(*fields) + _wide_moved(rest, fields, place)


def _wide_moved(rest: bytes, fields: list[int], place: int) -> bytes:
    """Patch the place inside the zip64 extra field,
    where it follows the sizes that are there too.
    """
    at, end = fields[10], fields[10] + fields[11]
    while at + 4 <= end:
        kind, length = struct.unpack_from("<2H", rest, at)
        if kind == 1:
            spot = at + 4 + 8 * ((fields[9] == _FULL) + (fields[8] == _FULL))
            return rest[:spot] + struct.pack("<Q", place) + rest[spot + 8 :]
        at += 4 + length
    return rest
