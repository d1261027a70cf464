"""Which rows and cells does a sheet part hold, and how are a few of them replaced in place?

Rows that nobody edits keep their bytes; an edited row keeps the bytes of the cells that nobody
sets.
"""

from __future__ import annotations

import io
import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import lt

from salesbook.errors import CannotWrite, NotAWorkbook
from salesbook.hosts.package.refs import Area, cell_name, column_number
from salesbook.hosts.package.xmlscan import (
    attribute,
    root_prefix,
    tag_pattern,
    whole_number,
    with_attribute,
)

_column = lru_cache(maxsize=20_000)(lambda letters: column_number(letters.decode()))
_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(?:v|f|is)[\s>/]")


@dataclass(slots=True)
class Row:
    """One row: its start tag, and its cells' XML by column."""

    tag: bytes
    cells: dict[int, bytes]
    tail: bytes = b""


class SheetRows:
    """A sheet part cut into what comes before its rows, the rows, and what comes after.

    Raises: CannotWrite, NotAWorkbook.
    """

    def __init__(self, data: bytes, part: str, sheet: str) -> None:
        self.sheet = sheet
        self.prefix = root_prefix(data, b"worksheet", part)
        self._cell = re.compile(
            rb"<%bc(?=[\s/>])([^>]*?)(?:/>|>(.*?)</%bc\s*>)" % (self.prefix, self.prefix), re.DOTALL
        )
        self._usual = re.compile(
            rb'(<%bc r="([A-Z]{1,3})(\d{1,7})"(?:[^>]*?/>|[^>]*>.*?</%bc>))'
            % (self.prefix, self.prefix),
            re.DOTALL,
        )
        self._reference = re.compile(rb'<%bc r="([A-Z]{1,3})(\d{1,7})"' % self.prefix)
        opening = tag_pattern(self.prefix, b"sheetData").search(data)
        if not opening:
            raise NotAWorkbook("damaged-part", where=part)
        self.data = data
        self.head = data[: opening.start()]
        if opening[2]:
            self._start = self._end = opening.end()
            self.tail = data[opening.end() :]
        else:
            self._start = opening.end()
            self._end = data.find(b"</" + self.prefix + b"sheetData", self._start)
            self.tail = data[data.find(b">", self._end) + 1 :]
        self._edited: dict[int, Row] = {}
        self._block: list[bytes] = []
        self._block_rows = range(0)
        self._last = (0, Row(b"", {}))

    @cached_property
    def _index(self) -> tuple[array[int], array[int]]:
        """Find every row's number, and where it starts; rows must ascend.

        Raises: CannotWrite.
        """
        data, start, end = self.data, self._start, self._end
        for sign in (b"!", b"?"):  # seldom there, and alone found at once
            if data.find(sign, start, end) >= 0 and data.find(b"<" + sign, start, end) >= 0:
                raise CannotWrite("unusual-xml", where=self.sheet, found="comment or CDATA")
        tag = re.compile(rb'<%brow(?=[\s/>])(?: r="(\d{1,7})")?' % self.prefix)
        numbers, starts, last = array("Q"), array("Q"), 0
        for found in tag.finditer(data, start, end):
            told = found[1]
            number = int(told) if told else self._number_told(found.start(), last + 1)
            if number <= last:
                raise CannotWrite("rows-out-of-order", where=f"{self.sheet}!{number}", row=number)
            numbers.append(number)
            starts.append(found.start())
            last = number
        return numbers, starts

    def _number_told(self, start: int, default: int) -> int:
        """Read a row's number where it is missing or not written the usual way."""
        return whole_number(
            attribute(self.data[start : self.data.find(b">", start) + 1], b"r"), default
        )

    @property
    def numbers(self) -> array[int]:
        """The numbers of the rows that were read, ascending."""
        return self._index[0]

    def _span(self, spot: int) -> tuple[int, int]:
        """Find where a row starts and ends.

        Raises: CannotWrite.
        """
        starts = self._index[1]
        start, limit = starts[spot], starts[spot + 1] if spot + 1 < len(starts) else self._end
        opened = self.data.find(b">", start, limit) + 1
        if self.data.startswith(b"/>", opened - 2):
            return start, opened
        close = b"</" + self.prefix + b"row>"
        end = self.data.find(close, opened, limit) + len(close)
        if end < opened:
            raise CannotWrite(
                "unusual-xml", where=f"{self.sheet}!{self.numbers[spot]}", found="row"
            )
        return start, end

    def xml(self, number: int) -> bytes:
        """Hand out a row's bytes as they were read; empty where the sheet has no such row."""
        at = bisect_left(self.numbers, number)
        if at == len(self.numbers) or self.numbers[at] != number:
            return b""
        start, end = self._span(at)
        return self.data[start:end]

    def row(self, number: int) -> Row:
        """Parse a row, edits included. The result may be changed only after `edit`."""
        if number in self._edited:
            return self._edited[number]
        if self._last[0] != number:
            self._last = (number, self._parsed(number, self.xml(number)))
        return self._last[1]

    def edit(self, number: int, like: bytes = b"") -> Row:
        """Parse a row in order to change it; a missing row is made with the attributes of the tag
        `like`.
        """
        if number not in self._edited:
            row = self.row(number)
            if not row.tag:
                row.tag = self.tag_like(like, number)
            self._edited[number] = row
        return self._edited[number]

    def append(self, numbers: range, block: list[bytes]) -> None:
        """Add whole rows below all that were read: pieces of XML for these rows, in order. Only
        once.
        """
        self._block_rows, self._block = numbers, block

    def tag_like(self, like: bytes, number: int) -> bytes:
        """Make a row's start tag with the attributes of another's that say nothing of its place."""
        tag = like or b"<" + self.prefix + b"row>"
        for name in (b"r", b"spans", b"hidden", b"collapsed", b"outlineLevel"):
            tag = with_attribute(tag, name, None)
        start = len(b"<" + self.prefix + b"row")
        return tag[:start] + b' r="%d"' % number + tag[start:].replace(b"/>", b">")

    def _parsed(self, number: int, xml: bytes) -> Row:
        if not xml:
            return Row(b"", {})
        end = xml.index(b">") + 1
        if xml[:end].endswith(b"/>"):
            return Row(xml[: end - 2].rstrip() + b">", {})
        content = xml[end : xml.rindex(b"</")]
        usual = self._usual.findall(content)
        if sum([len(whole) for whole, _, _ in usual]) == len(content):
            own = b"%d" % number
            cells = {_column(letters): whole for whole, letters, digits in usual if digits == own}
            if len(cells) == len(usual) and sorted(cells) == list(cells):
                return Row(xml[:end], cells)
        return self._parsed_with_care(number, xml[:end], content)

    def _parsed_with_care(self, number: int, tag: bytes, content: bytes) -> Row:
        """Parse cells that lack references, stand among other elements or are written in an unusual
        way.
        """
        cells: dict[int, bytes] = {}
        column = at = 0
        for found in self._cell.finditer(content):
            if content[at : found.start()].strip():
                raise CannotWrite("unusual-xml", where=f"{self.sheet}!{number}", found="row")
            reference = Area.parse(
                attribute(b"<c" + found[1] + b">", b"r") or cell_name(number, column + 1)
            )
            if not reference or reference.top != number or reference.left <= column:
                raise CannotWrite("cells-out-of-order", where=f"{self.sheet}!{number}", row=number)
            column, at = reference.left, found.end()
            cells[column] = found[0]
        return Row(tag, cells, content[at:].strip())

    def refuse_disorder(self, number: int) -> None:
        """Refuse a row that does not hold each of its cells once, in their order.

        Raises: CannotWrite.
        """
        xml = self.xml(number)
        found = self._reference.findall(xml)
        columns = [_column(letters) for letters, digits in found if int(digits) == number]
        ascend = all(map(lt, columns, columns[1:]))
        if len(columns) < xml.count(b"<" + self.prefix + b"c") or not ascend:
            self._parsed(number, xml)

    def has_content(self, cell: bytes) -> bool:
        """Say whether a cell holds more than a format."""
        return bool(_CONTENT.search(cell))

    @property
    def last_read(self) -> int:
        """Number the last row of the sheet as it was read."""
        return self.numbers[-1] if self.numbers else 0

    @property
    def is_edited(self) -> bool:
        """True where something would be rendered anew."""
        return bool(self._edited or self._block_rows)

    @property
    def appended_ends(self) -> list[int]:
        """The first and the last row that `append` added."""
        return [self._block_rows[0], self._block_rows[-1]] if self._block_rows else []

    @property
    def edited_numbers(self) -> list[int]:
        """The rows that `edit` was called for, ascending."""
        return sorted(self._edited)

    def render(self, head: bytes, tail: bytes) -> bytes:
        """Put the sheet together again around what comes before and after its rows. Only once."""
        out, at = io.BytesIO(), self._start
        out.write(head + b"<" + self.prefix + b"sheetData>")
        whole = memoryview(self.data)
        for number in self.edited_numbers:
            if self._block and number > self._block_rows[0]:
                out.write(whole[at : self._end])
                self._write_block(out)
                at = self._end
            spot = bisect_left(self.numbers, number)
            exists = spot < len(self.numbers) and self.numbers[spot] == number
            start = self._index[1][spot] if spot < len(self.numbers) else self._end
            out.write(whole[at:start])
            out.write(self.rendered(self._edited[number]))
            at = self._span(spot)[1] if exists else start
        out.write(whole[at : self._end])
        self._write_block(out)
        out.write(b"</" + self.prefix + b"sheetData>" + tail)
        return out.getvalue()

    def _write_block(self, out: io.BytesIO) -> None:
        """Write the appended rows and let go of them: there may be hundreds of megabytes."""
        self._block.reverse()
        while self._block:
            out.write(self._block.pop())

    def rendered(self, row: Row) -> bytes:
        """Put a row together; nothing for one without cells whose tag says nothing of note."""
        cells = b"".join(row.cells[column] for column in sorted(row.cells))
        if not cells and not row.tail:
            told = set(re.findall(rb"\s([\w:.-]+)\s*=", row.tag)) - {b"r", b"spans"}
            if all(b":" in name for name in told):
                return b""
            return row.tag[:-1] + b"/>"
        tag = with_attribute(row.tag, b"spans", None)
        return tag + cells + row.tail + b"</" + self.prefix + b"row>"

    def last_number(self) -> int:
        """Number the last row that will be there."""
        numbers = reversed(self.edited_numbers)
        edited = next((number for number in numbers if self.rendered(self._edited[number])), 0)
        kept = next((number for number in reversed(self.numbers) if number not in self._edited), 0)
        return max(kept, edited, self._block_rows[-1] if self._block_rows else 0)
