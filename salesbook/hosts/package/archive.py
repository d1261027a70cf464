"""What does the zip hold, member by member, in raw bytes that a save can copy untouched?

The directory at a zip's end lists its members; each member is a local header and its packed bytes.
Both say names and sizes, and programs believe the one or the other: where they contradict each
other, one program would see another workbook than the next, and the file is refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from salesbook.errors import NotAWorkbook, PasswordProtected, UnsafeFile
from salesbook.hosts.package import guards

LOCAL_MARK, CENTRAL_MARK, END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END64_MARK, _END64_PLACE_MARK = b"PK\x06\x06", b"PK\x06\x07"
LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_PLACE = struct.Struct("<4sLQL")
EXTRA_FIELD = struct.Struct("<2H")
"""What each extra field begins with: its kind and its length."""
ZIP64_KIND = 1

# Where CENTRAL's fields stand.
VERSION_NEEDED, FLAGS, METHOD = 2, 3, 4
CRC, PACKED_SIZE, SIZE = 7, 8, 9
NAME_SIZE, EXTRA_SIZE, COMMENT_SIZE = 10, 11, 12
START = 16

_MAX_COMMENT_BYTES = 0xFFFF
_DESCRIPTOR_BYTES = 24
_BIT_ENCRYPTED, _BIT_DESCRIPTOR, BIT_UTF8 = 0x1, 0x8, 0x800
STORED, DEFLATED = 0, 8
_ESCAPED_SLASH = re.compile("%(?:2f|5c)", re.IGNORECASE)
"""Matches a slash or backslash that is written by its number, which the standard forbids: one
program would see a folder where the next sees none."""
IN_ZIP64 = 0xFFFFFFFF
"""In a 32 bit field: the number did not fit, the zip64 extra field has it."""
RAW_DEFLATE = -15
"""zlib's word for deflated bytes without a header, as a zip holds them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the zip: what its directory entry says and where its bytes lie."""

    name: str
    method: int
    crc: int
    packed: int
    """How many bytes its content takes in the zip."""
    size: int
    """How many bytes its content is."""
    start: int
    """Where its local header begins."""
    body: int
    """Where its packed content begins."""
    end: int
    """Where its raw bytes end, a data descriptor included."""
    record: bytes
    """The directory entry as it stands."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A member's bytes as a zip holds them, and what the zip says of them."""

    method: int
    crc: int
    size: int
    data: bytes | memoryview


class Archive:
    """A zip in memory. Opening it reads the directory and inflates nothing.

    Raises: NotAWorkbook, PasswordProtected, UnsafeFile.
    """

    def __init__(self, data: bytes, path: str) -> None:
        guards.refuse_unless_zip(data, path)
        self.data = data
        self.path = path
        count, directory_start, self.comment = self._directory()
        if count > guards.MAX_MEMBERS:
            raise UnsafeFile("too-many-members", where=path, count=count)
        entries = self._entries(count, directory_start)
        self.members = self._placed(entries, directory_start)
        self._refuse_unsafe()

    def _damaged(self, member: str = "") -> NotAWorkbook:
        return NotAWorkbook("damaged-zip", where=self.path, member=member)

    def _directory(self) -> tuple[int, int, bytes]:
        """Find the directory: how many entries, where it starts, and the zip's comment."""
        # The end record is the last thing but for a comment, which may be up to 64 kB long.
        earliest = len(self.data) - _MAX_COMMENT_BYTES - END.size
        end_start = self.data.rfind(END_MARK, max(0, earliest))
        if end_start < 0 or end_start + END.size > len(self.data):
            raise self._damaged()

        fields = END.unpack_from(self.data, end_start)
        count, directory_start, comment_size = fields[4], fields[6], fields[7]
        comment_start = end_start + END.size
        comment = self.data[comment_start : comment_start + comment_size]

        # A zip64 has a second end record, whose place stands right before the first.
        place64_start = end_start - _END64_PLACE.size
        if place64_start >= 0 and self.data.startswith(_END64_PLACE_MARK, place64_start):
            _, _, end64_start, _ = _END64_PLACE.unpack_from(self.data, place64_start)
            is_inside = end64_start + _END64.size <= len(self.data)
            if not is_inside or not self.data.startswith(_END64_MARK, end64_start):
                raise self._damaged()
            fields = _END64.unpack_from(self.data, end64_start)
            count, directory_start = fields[7], fields[9]

        if directory_start > end_start:
            raise self._damaged()
        return count, directory_start, comment

    def _entries(self, count: int, directory_start: int) -> list[Member]:
        """Read the directory's entries; where their bytes lie is still as they claim."""
        entries = []
        place = directory_start
        for _ in range(count):
            is_inside = place + CENTRAL.size <= len(self.data)
            if not is_inside or not self.data.startswith(CENTRAL_MARK, place):
                raise self._damaged()
            entry = self._entry(place)
            entries.append(entry)
            place += len(entry.record)

        return entries

    def _entry(self, place: int) -> Member:
        """Read one entry of the directory.

        Its `end` is as yet only the room that a data descriptor may take behind the content.
        """
        fields = CENTRAL.unpack_from(self.data, place)
        flags, method = fields[FLAGS], fields[METHOD]
        name_start = place + CENTRAL.size
        name_end = name_start + fields[NAME_SIZE]
        extra_end = name_end + fields[EXTRA_SIZE]
        record_end = extra_end + fields[COMMENT_SIZE]

        encoding = "utf-8" if flags & BIT_UTF8 else "cp437"
        name = self.data[name_start:name_end].decode(encoding, "replace")
        if flags & _BIT_ENCRYPTED:
            raise PasswordProtected("password-protected", where=self.path)
        if method not in (STORED, DEFLATED):
            raise self._damaged(name)

        extra = self.data[name_end:extra_end]
        size, packed, start = wide_sizes(extra, fields[SIZE], fields[PACKED_SIZE], fields[START])
        return Member(
            name=name,
            method=method,
            crc=fields[CRC],
            packed=packed,
            size=size,
            start=start,
            body=0,
            end=_DESCRIPTOR_BYTES if flags & _BIT_DESCRIPTOR else 0,
            record=self.data[place:record_end],
        )

    def _placed(self, entries: list[Member], directory_start: int) -> dict[str, Member]:
        """Find each member's bytes and hold them against their neighbours and the local header.

        Members that overlap are how a small zip inflates to petabytes; so each must end before the
        next begins. They are gone through from the last one to the first.

        Returns: the members in the directory's order, by part name in lower case.
        """
        limit = directory_start
        by_start: dict[int, Member] = {}
        for member in sorted(entries, key=lambda entry: entry.start, reverse=True):
            start = member.start
            is_inside = start + LOCAL.size <= len(self.data)
            if not self.data.startswith(LOCAL_MARK, start) or not is_inside:
                raise self._damaged(member.name)
            name_size, extra_size = LOCAL.unpack_from(self.data, start)[9:11]
            name_start = start + LOCAL.size
            name = self.data[name_start : name_start + name_size]
            body = name_start + name_size + extra_size
            end = body + member.packed
            if end > limit:
                raise UnsafeFile("overlapping-members", where=self.path, member=member.name)
            directory_name = member.record[CENTRAL.size : CENTRAL.size + name_size]
            if name != directory_name or not name:
                raise UnsafeFile("names-differ", where=self.path, member=member.name)
            end_with_descriptor = min(limit, end + member.end)
            by_start[start] = replace(member, body=body, end=end_with_descriptor)
            limit = start

        members = {}
        for member in entries:
            members[part_name(member.name).lower()] = by_start[member.start]

        if len(members) < len(entries):
            raise UnsafeFile("duplicate-members", where=self.path)
        return members

    def _refuse_unsafe(self) -> None:
        total = 0
        for member in self.members.values():
            guards.refuse_odd_name(member.name, self.path)
            # `%2e%2e%2f` leads out of the package as `../` does.
            guards.refuse_odd_name(part_name(member.name), self.path)
            if _ESCAPED_SLASH.search(member.name):
                raise UnsafeFile("unsafe-name", where=self.path, member=member.name[:200])
            guards.refuse_bomb(member.name, member.packed, member.size, self.path)
            total += member.size
        if total > guards.MAX_INFLATED_BYTES:
            megabytes = total // guards.MEGABYTE
            raise UnsafeFile("zip-bomb", where=self.path, member="", megabytes=megabytes)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.members

    def packed(self, name: str) -> Packed:
        """Hand out a member as it is, unchecked: who reads it has `inflate` look at it first."""
        member = self.members[name.lower()]
        data = memoryview(self.data)[member.body : member.body + member.packed]
        return Packed(member.method, member.crc, member.size, data)

    def inflate(self, name: str) -> bytes:
        """Hand out a member's content, never more of it than its entry says.

        Raises: UnsafeFile, NotAWorkbook.
        """
        member = self.members[name.lower()]
        raw = self.data[member.body : member.body + member.packed]
        content = raw
        if member.method == DEFLATED:
            stream = zlib.decompressobj(RAW_DEFLATE)
            try:
                # One byte more than it claims is enough to know that it lies.
                content = stream.decompress(raw, member.size + 1)
            except zlib.error as error:
                raise self._damaged(member.name) from error

        if len(content) > member.size:
            raise UnsafeFile("lying-size", where=self.path, member=member.name)
        if len(content) < member.size or zlib.crc32(content) != member.crc:
            raise self._damaged(member.name)
        return content

    def head(self, name: str, size: int) -> bytes:
        """Hand out the first bytes of a member's content, unchecked: a quick look at a large part.

        Raises: NotAWorkbook.
        """
        packed = self.packed(name)
        if packed.method != DEFLATED:
            return bytes(packed.data[:size])
        try:
            return zlib.decompressobj(RAW_DEFLATE).decompress(packed.data, size)
        except zlib.error as error:
            raise self._damaged(name) from error


def part_name(written: str) -> str:
    """Name the part that a zip's member, a relation's target or a content type means.

    A part's name is a URI, so that `sheet 1.xml` may be written `sheet%201.xml`, in the zip as well
    as where it is named; programs do the one here and the other there. In the house parts go by
    their plain names. Some programs write backslashes.

    Source: ECMA-376 part 2, 6.2.2 (part names), 7.3.4 (names in the zip).
    """
    return unquote(written).replace("\\", "/")


def wide_sizes(extra: bytes, size: int, packed: int, start: int) -> tuple[int, int, int]:
    """Replace the fields that did not fit 32 bits by those of the zip64 extra field.

    That field holds 64 bit numbers only for what did not fit, in this order.
    """
    place = 0
    while place + EXTRA_FIELD.size <= len(extra):
        kind, length = EXTRA_FIELD.unpack_from(extra, place)
        content = place + EXTRA_FIELD.size
        if kind == ZIP64_KIND:
            layout = f"<{length // 8}Q"
            numbers = iter(struct.unpack_from(layout, extra[: content + length], content))
            if size == IN_ZIP64:
                size = next(numbers, size)
            if packed == IN_ZIP64:
                packed = next(numbers, packed)
            if start == IN_ZIP64:
                start = next(numbers, start)
            break
        place = content + length

    return size, packed, start


class Staged:
    """The parts of a package as they would be saved now: the archive's, and changed ones over them.

    Args:
        changes: new content by part name in lower case; None for a part that goes.
    """

    def __init__(self, archive: Archive, changes: Mapping[str, bytes | None] | None = None) -> None:
        self.archive = archive
        self.changes = dict(changes or {})

    def __contains__(self, name: str) -> bool:
        if name.lower() in self.changes:
            return self.changes[name.lower()] is not None
        return name in self.archive

    def content(self, name: str) -> bytes:
        """Hand out a part."""
        changed = self.changes.get(name.lower())
        return self.archive.inflate(name) if changed is None else changed

    def head(self, name: str, size: int) -> bytes:
        """Hand out a part's first bytes, unchecked."""
        changed = self.changes.get(name.lower())
        return self.archive.head(name, size) if changed is None else changed[:size]

    def packed(self, name: str) -> Packed | None:
        """Hand out a part as the archive holds it, unchecked; None where it was changed."""
        return None if name.lower() in self.changes else self.archive.packed(name)
