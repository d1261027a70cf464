"""How do members come into a new zip, packed anew only where their content changed?"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from salesbook.hosts.package.archive import (
    BIT_UTF8,
    CENTRAL,
    CENTRAL_MARK,
    CRC,
    DEFLATED,
    END,
    END_MARK,
    EXTRA_FIELD,
    EXTRA_SIZE,
    FLAGS,
    IN_ZIP64,
    LOCAL,
    LOCAL_MARK,
    METHOD,
    NAME_SIZE,
    PACKED_SIZE,
    RAW_DEFLATE,
    SIZE,
    START,
    STORED,
    VERSION_NEEDED,
    ZIP64_KIND,
    Archive,
    Member,
    Packed,
)

_VERSION = 20
"""Of the zip format: the first that knows deflate."""
_TIME, _DAY = 5, 6
"""Where CENTRAL has a member's time and date."""
_FIRST_DAY = 1 << 5 | 1
"""1 January 1980, the first day that a zip can name."""
_LEVEL, _LEVEL_OF_LARGE, _LARGE = 6, 2, 8 << 20
"""Sheets of many megabytes are packed a third as fast at level 6, and hardly smaller."""
_WIDE_NUMBER = struct.Struct("<Q")
_STORED_BLOCK = struct.Struct("<BHH")


def assemble(archive: Archive, changes: Mapping[str, bytes | None]) -> bytes:
    """Build the zip anew: new content by member name, None for a member to leave out.

    Order of members, their names, attributes, times and the comment stay; so do the compressed
    bytes of every member that does not change.
    """
    contents = {key: content for key, content in changes.items() if content is not None}
    deflated = _deflated_all(contents)
    members: list[bytes] = []
    directory: list[bytes] = []
    place = 0
    for key, member in archive.members.items():
        if key in changes:
            content = changes[key]
            if content is None:
                continue
            raw, record = _packed_anew(member, content, deflated.pop(key), place)
        else:
            raw = archive.data[member.start : member.end]
            record = _record_at(member, place)
        members.append(raw)
        directory.append(record)
        place += len(raw)

    # What is still there is new in the package.
    for key, packed in sorted(deflated.items()):
        raw, record = _packed_anew(_new_member(key), contents[key], packed, place)
        members.append(raw)
        directory.append(record)
        place += len(raw)

    count = len(directory)
    size = sum(map(len, directory))
    end = END.pack(END_MARK, 0, 0, count, count, size, place, len(archive.comment))
    return b"".join((*members, *directory, end, archive.comment))


def _deflated_all(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Compress several parts at the same time, the largest first."""
    keys = sorted(contents, key=lambda key: len(contents[key]), reverse=True)
    workers = min(len(keys), os.cpu_count() or 1)
    with ThreadPoolExecutor(workers or 1) as pool:
        deflated = pool.map(_deflated, [contents[key] for key in keys])
        return dict(zip(keys, deflated, strict=True))


def _deflated(content: bytes) -> bytes:
    level = _LEVEL if len(content) < _LARGE else _LEVEL_OF_LARGE
    stream = zlib.compressobj(level, zlib.DEFLATED, RAW_DEFLATE)
    return stream.compress(content) + stream.flush()


def _packed_anew(
    member: Member, content: bytes, deflated: bytes, place: int
) -> tuple[bytes, bytes]:
    """Put compressed new content under a member's old name.

    Returns: the local header with the content, and the directory entry.
    """
    fields = list(CENTRAL.unpack_from(member.record))
    name_end = CENTRAL.size + fields[NAME_SIZE]
    extra_end = name_end + fields[EXTRA_SIZE]
    name = member.record[CENTRAL.size : name_end]
    comment = member.record[extra_end:]

    # Of the flags only that for names in UTF-8 still holds; extra fields are of the old content.
    flags = fields[FLAGS] & BIT_UTF8
    crc = zlib.crc32(content)
    local_header = LOCAL.pack(
        LOCAL_MARK,
        _VERSION,
        flags,
        DEFLATED,
        fields[_TIME],
        fields[_DAY],
        crc,
        len(deflated),
        len(content),
        len(name),
        0,
    )
    fields[VERSION_NEEDED] = _VERSION
    fields[FLAGS] = flags
    fields[METHOD] = DEFLATED
    fields[CRC] = crc
    fields[PACKED_SIZE] = len(deflated)
    fields[SIZE] = len(content)
    fields[EXTRA_SIZE] = 0
    fields[START] = place
    return local_header + name + deflated, CENTRAL.pack(*fields) + name + comment


def _new_member(name: str) -> Member:
    """Make the directory entry of a member that no archive has yet; its time is that of no clock."""
    raw_name = name.encode()
    fields = (_VERSION, _VERSION, BIT_UTF8, DEFLATED, 0, _FIRST_DAY, 0, 0, 0, len(raw_name))
    record = CENTRAL.pack(CENTRAL_MARK, *fields, 0, 0, 0, 0, 0, 0) + raw_name
    return Member(name, DEFLATED, 0, 0, 0, 0, 0, 0, record)


def _record_at(member: Member, place: int) -> bytes:
    """Give a directory entry the member's new place."""
    fields = list(CENTRAL.unpack_from(member.record))
    rest = member.record[CENTRAL.size :]
    if fields[START] == IN_ZIP64:
        return CENTRAL.pack(*fields) + _with_wide_start(rest, fields, place)
    fields[START] = place
    return CENTRAL.pack(*fields) + rest


def _with_wide_start(rest: bytes, fields: list[int], new_start: int) -> bytes:
    """Patch the place in the zip64 extra field, where it follows those sizes that are there too."""
    place = fields[NAME_SIZE]
    end = place + fields[EXTRA_SIZE]
    while place + EXTRA_FIELD.size <= end:
        kind, length = EXTRA_FIELD.unpack_from(rest, place)
        content = place + EXTRA_FIELD.size
        if kind == ZIP64_KIND:
            sizes = (fields[SIZE], fields[PACKED_SIZE])
            start_place = content + _WIDE_NUMBER.size * sizes.count(IN_ZIP64)
            start_end = start_place + _WIDE_NUMBER.size
            return rest[:start_place] + _WIDE_NUMBER.pack(new_start) + rest[start_end:]
        place = content + length

    return rest


def zipped(members: Mapping[str, Packed]) -> bytes:
    """Put members into a zip of their own as they are packed."""
    body: list[bytes | memoryview] = []
    directory: list[bytes] = []
    place = 0
    for name, packed in members.items():
        raw_name = name.encode()
        shared = (
            _VERSION,
            0,  # flags
            packed.method,
            0,  # time
            0,  # date
            packed.crc,
            len(packed.data),
            packed.size,
            len(raw_name),
            0,  # size of the extra fields
        )
        local_header = LOCAL.pack(LOCAL_MARK, *shared) + raw_name
        record = CENTRAL.pack(CENTRAL_MARK, _VERSION, *shared, 0, 0, 0, 0, place) + raw_name
        body += (local_header, packed.data)
        directory.append(record)
        place += len(local_header) + len(packed.data)

    count = len(members)
    size = sum(map(len, directory))
    end = END.pack(END_MARK, 0, 0, count, count, size, place, 0)
    return b"".join((*body, *directory, end))


def stored(content: bytes) -> Packed:
    """Take content into a zip without compressing it."""
    return Packed(STORED, zlib.crc32(content), len(content), content)


def with_head(packed: Packed, head: bytes) -> Packed:
    """Put bytes before a member's content without inflating it.

    Compressed data may begin with a block that is not compressed: the head becomes that block.

    Args:
        head: bytes whose own check sum is 0, so that the check sum of what follows stays what it
            is.
    """
    block = head
    if packed.method == DEFLATED:
        size = len(head)
        block = _STORED_BLOCK.pack(0, size, size ^ 0xFFFF) + head

    return replace(packed, size=packed.size + len(head), data=block + bytes(packed.data))
