"""What does the zip hold, member by member, in raw bytes that a save can copy untouched?"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace

from salesbook.errors import NotAWorkbook, PasswordProtected, UnsafeFile
from salesbook.hosts.package import guards

END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
CENTRAL = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR_BYTES = 24
_BIT_ENCRYPTED, _BIT_DESCRIPTOR, _BIT_UTF8 = 0x1, 0x8, 0x800
STORED, DEFLATED = 0, 8
_FULL = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the zip: what its directory entry says and where its bytes lie."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int
    body: int
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
        guards.refuse_foreign(data, path)
        self.data = data
        self.path = path
        count, place, self.comment = self._directory()
        if count > guards.MAX_MEMBERS:
            raise UnsafeFile("too-many-members", where=path, count=count)
        self.members = self._placed(self._entries(count, place), place)
        self._refuse_unsafe()

    def _damaged(self, member: str = "") -> NotAWorkbook:
        return NotAWorkbook("damaged-zip", where=self.path, member=member)

    def _directory(self) -> tuple[int, int, bytes]:
        """Find the directory: how many entries, where it starts, and the zip's comment."""
        at = self.data.rfind(b"PK\x05\x06", max(0, len(self.data) - 65_557))
        if at < 0 or at + END.size > len(self.data):
            raise self._damaged()
        _, _, _, _, count, _, place, comment_size = END.unpack_from(self.data, at)
        comment = self.data[at + END.size : at + END.size + comment_size]
        before = at - _END64_PLACE.size
        if before >= 0 and self.data.startswith(b"PK\x06\x07", before):
            _, _, end64, _ = _END64_PLACE.unpack_from(self.data, before)
            if end64 + _END64.size > len(self.data) or not self.data.startswith(
                b"PK\x06\x06", end64
            ):
                raise self._damaged()
            count, _, place = _END64.unpack_from(self.data, end64)[7:10]
        if place > at:
            raise self._damaged()
        return count, place, comment

    def _entries(self, count: int, place: int) -> list[Member]:
        """Read the directory's entries; where their bytes lie is still as they claim."""
        found = []
        for _ in range(count):
            if not self.data.startswith(b"PK\x01\x02", place) or place + CENTRAL.size > len(
                self.data
            ):
                raise self._damaged()
            fields = CENTRAL.unpack_from(self.data, place)
            flags, method = fields[3], fields[4]
            name_size, extra_size, comment_size = fields[10:13]
            name_at = place + CENTRAL.size
            end = name_at + name_size + extra_size + comment_size
            raw = self.data[name_at : name_at + name_size]
            name = raw.decode("utf-8" if flags & _BIT_UTF8 else "cp437", "replace")
            if flags & _BIT_ENCRYPTED:
                raise PasswordProtected("password-protected", where=self.path)
            if method not in (STORED, DEFLATED):
                raise self._damaged(name)
            extra = self.data[name_at + name_size : name_at + name_size + extra_size]
            size, packed, start = wide_sizes(extra, fields[9], fields[8], fields[16])
            tail = _DESCRIPTOR_BYTES if flags & _BIT_DESCRIPTOR else 0
            record = self.data[place:end]
            found.append(Member(name, method, fields[7], packed, size, start, 0, tail, record))
            place = end
        return found

    def _placed(self, entries: list[Member], directory: int) -> dict[str, Member]:
        """Find each member's bytes and hold them against their neighbours and against the local
        header.
        """
        ordered = sorted(entries, key=lambda member: member.start, reverse=True)
        limit, placed = directory, {}
        for member in ordered:
            at = member.start
            if not self.data.startswith(b"PK\x03\x04", at) or at + LOCAL.size > len(self.data):
                raise self._damaged(member.name)
            name_size, extra_size = LOCAL.unpack_from(self.data, at)[9:11]
            name = self.data[at + LOCAL.size : at + LOCAL.size + name_size]
            body = at + LOCAL.size + name_size + extra_size
            end = body + member.packed
            if end > limit:
                raise UnsafeFile("overlapping-members", where=self.path, member=member.name)
            if name != member.record[CENTRAL.size : CENTRAL.size + len(name)] or not name:
                raise UnsafeFile("names-differ", where=self.path, member=member.name)
            end = min(limit, end + member.end)
            placed[at] = replace(member, body=body, end=end)
            limit = at
        # Some programs write names with backslashes.
        by_name = {
            member.name.lower().replace("\\", "/"): placed[member.start] for member in entries
        }
        if len(by_name) < len(entries):
            raise UnsafeFile("duplicate-members", where=self.path)
        return by_name

    def _refuse_unsafe(self) -> None:
        total = 0
        for member in self.members.values():
            guards.refuse_odd_name(member.name, self.path)
            guards.refuse_bomb(member.name, member.packed, member.size, self.path)
            total += member.size
        if total > guards.MAX_INFLATED_BYTES:
            raise UnsafeFile(
                "zip-bomb", where=self.path, member="", megabytes=total // guards.MEGABYTE
            )

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.members

    def packed(self, name: str) -> Packed:
        """Hand out a member as it is, unchecked:
        whoever reads it has `inflate` look at it first.
        """
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
            stream = zlib.decompressobj(-15)
            try:
                content = stream.decompress(raw, member.size + 1)
            except zlib.error as error:
                raise self._damaged(member.name) from error
        if len(content) > member.size:
            raise UnsafeFile("lying-size", where=self.path, member=member.name)
        if len(content) < member.size or zlib.crc32(content) != member.crc:
            raise self._damaged(member.name)
        return content


def wide_sizes(extra: bytes, size: int, packed: int, start: int) -> tuple[int, int, int]:
    """Replace the fields that did not fit 32 bits by those of the zip64 extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            numbers = iter(struct.unpack_from(f"<{length // 8}Q", extra[: at + 4 + length], at + 4))
            size = next(numbers, size) if size == _FULL else size
            packed = next(numbers, packed) if packed == _FULL else packed
            start = next(numbers, start) if start == _FULL else start
            break
        at += 4 + length
    return size, packed, start
