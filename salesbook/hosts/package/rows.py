"""Which rows and cells does a sheet part hold, and how are a few of them replaced in place?

Rows that nobody edits keep their bytes; an edited row keeps the bytes of the cells that nobody
sets. So a sheet is not parsed as a whole: it is cut where its rows begin, and only the rows that
are asked for are cut into cells.
"""

from __future__ import annotations

import io
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import lt

from salesbook.errors import CannotWrite, NotAWorkbook
from salesbook.hosts.area import Area, cell_name, column_number
from salesbook.hosts.package.xmlscan import (
    attribute,
    root_prefix,
    start_tag,
    tag_pattern,
    whole_number,
    with_attribute,
)

_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(?:v|f|is)[\s>/]")
"""Matches what makes a cell more than a format: a value `<v>`, formula `<f `, or text `<is>`."""
_ATTRIBUTE_NAME = re.compile(rb"\s([\w:.-]+)\s*=")
"""Matches ` ht=` and ` x14ac:dyDescent =` in a start tag."""
_ATTRIBUTES_OF_ITS_PLACE = (b"r", b"spans", b"hidden", b"collapsed", b"outlineLevel")
"""What a row's tag says of where it stands or whether it is shown, and no other row takes over."""
LOOK = (b"s", b"customFormat", b"ht", b"customHeight")
"""What a row's tag says of how the row looks: its format and its height."""

Look = tuple[tuple[bytes, str], ...]
"""Those of these attributes that a row has, and what they say."""


@lru_cache(maxsize=20_000)
def _column(letters: bytes) -> int:
    return column_number(letters.decode())


@dataclass(slots=True)
class SheetRow:
    """One row: its start tag, and its cells' XML by column."""

    tag: bytes
    """Empty where the sheet has no such row."""
    cells: dict[int, bytes]
    """By column, ascending as they were read."""
    tail: bytes = b""
    """What stands between the last cell and the row's end, as an extension list."""


class _CellPatterns:
    """Regexes for the cells of a sheet whose main namespace goes by one prefix."""

    def __init__(self, prefix: bytes) -> None:
        names = (prefix, prefix)
        self.any = re.compile(
            rb"<%bc(?=[\s/>])([^>]*?)(?:/>|>(.*?)</%bc\s*>)" % names,
            re.DOTALL,
        )
        """Matches a cell however it is spelled, `<c/>` or `<c s='1' r='B2'><v>7</v></c >`; group 1
        holds its attributes."""
        self.usual = re.compile(
            rb'(<%bc r="([A-Z]{1,3})(\d{1,7})"(?:[^>]*?/>|[^>]*>.*?</%bc>))' % names,
            re.DOTALL,
        )
        """Matches a cell as nearly every program spells it, with its reference first:
        `<c r="B2" s="1"><v>7</v></c>`. Groups: the whole, the letters, the digits."""
        self.usual_reference = re.compile(rb'<%bc r="([A-Z]{1,3})(\d{1,7})"' % prefix)
        """Matches the beginning of such a cell."""


class SheetRows:
    """A sheet part cut into what comes before its rows, the rows, and what comes after.

    Raises: CannotWrite, NotAWorkbook.
    """

    def __init__(self, data: bytes, part: str, sheet: str) -> None:
        self.sheet = sheet
        self.prefix = root_prefix(data, b"worksheet", part)
        self._patterns = _CellPatterns(self.prefix)
        opening = tag_pattern(self.prefix, b"sheetData").search(data)
        if not opening:
            raise NotAWorkbook("damaged-part", where=part)

        self.data = data
        self.head = data[: opening.start()]
        is_empty = bool(opening[2])
        if is_empty:
            self._start = self._end = opening.end()
            self.tail = data[opening.end() :]
        else:
            self._start = opening.end()
            self._end = data.find(b"</" + self.prefix + b"sheetData", self._start)
            closing_end = data.find(b">", self._end) + 1
            self.tail = data[closing_end:]

        self._edited: dict[int, SheetRow] = {}
        self._appended: Iterator[bytes] = iter(())
        self._appended_numbers = range(0)
        self._last_parsed = (0, SheetRow(b"", {}))

    @cached_property
    def _index(self) -> tuple[array[int], array[int]]:
        """Find every row's number, and where it starts; rows must ascend.

        Raises: CannotWrite.
        """
        self._refuse_markup()
        # Matches `<row r="12"`, or `<row` of a row that says its number later or not at all.
        tag = re.compile(rb'<%brow(?=[\s/>])(?: r="(\d{1,7})")?' % self.prefix)
        numbers, starts = array("Q"), array("Q")
        last = 0
        for match in tag.finditer(self.data, self._start, self._end):
            digits = match[1]
            number = int(digits) if digits else self._number_at(match.start(), last + 1)
            if number <= last:
                raise CannotWrite("rows-out-of-order", where=f"{self.sheet}!{number}", row=number)
            numbers.append(number)
            starts.append(match.start())
            last = number

        return numbers, starts

    def _refuse_markup(self) -> None:
        """Refuse comments, CDATA and processing instructions, in which `<row` would be no row."""
        for sign in (b"!", b"?"):
            # A text may hold the sign alone; that is seldom and found at once.
            has_sign = self.data.find(sign, self._start, self._end) >= 0
            if has_sign and self.data.find(b"<" + sign, self._start, self._end) >= 0:
                raise CannotWrite("unusual-xml", where=self.sheet, found="comment or CDATA")

    def _number_at(self, start: int, default: int) -> int:
        """Read a row's number where it is missing or not written the usual way."""
        tag_end = self.data.find(b">", start) + 1
        return whole_number(attribute(self.data[start:tag_end], b"r"), default)

    @property
    def span(self) -> tuple[int, int]:
        """Where in `data` the rows begin and end."""
        return self._start, self._end

    def may_hold(self, name: bytes) -> bool:
        """Say whether the rows may hold an element of the main namespace; a quick look."""
        return self.data.find(b"<" + self.prefix + name, self._start, self._end) >= 0

    def region(self, first: int, last: int) -> bytes:
        """Hand out the bytes of some rows as they were read, from the first number to the last."""
        start = self._start_of(self._spot(first)[0])
        return self.data[start : self._start_of(self._spot(last + 1)[0])]

    @property
    def numbers(self) -> array[int]:
        """The numbers of the rows that were read, ascending."""
        return self._index[0]

    def _spot(self, number: int) -> tuple[int, bool]:
        """Find a row's place among those that were read, and whether it is there.

        One that is not has the place where it would stand.
        """
        numbers = self.numbers
        spot = bisect_left(numbers, number)
        exists = spot < len(numbers) and numbers[spot] == number
        return spot, exists

    def _start_of(self, spot: int) -> int:
        """Find where a row starts; behind the last one, where all rows end."""
        starts = self._index[1]
        return starts[spot] if spot < len(starts) else self._end

    def _end_of(self, spot: int) -> int:
        """Find where a row ends.

        Raises: CannotWrite.
        """
        start = self._start_of(spot)
        limit = self._start_of(spot + 1)
        tag_end = self.data.find(b">", start, limit) + 1
        if self.data.startswith(b"/>", tag_end - 2):
            return tag_end

        closing = b"</" + self.prefix + b"row>"
        end = self.data.find(closing, tag_end, limit) + len(closing)
        if end < tag_end:
            where = f"{self.sheet}!{self.numbers[spot]}"
            raise CannotWrite("unusual-xml", where=where, found="row")
        return end

    def xml(self, number: int) -> bytes:
        """Hand out a row's bytes as they were read; empty where the sheet has no such row."""
        spot, exists = self._spot(number)
        if not exists:
            return b""
        return self.data[self._start_of(spot) : self._end_of(spot)]

    def row(self, number: int) -> SheetRow:
        """Parse a row, edits included. The result may be changed only after `edit`."""
        if number in self._edited:
            return self._edited[number]
        if self._last_parsed[0] != number:
            self._last_parsed = (number, self._parsed(number, self.xml(number)))
        return self._last_parsed[1]

    def as_read(self, number: int) -> SheetRow:
        """Parse a row as it was read, whatever was edited since."""
        return self._parsed(number, self.xml(number))

    def edit(self, number: int, like: bytes = b"") -> SheetRow:
        """Parse a row in order to change it.

        Args:
            like: the start tag whose attributes a row gets that the sheet does not have yet.
        """
        if number not in self._edited:
            row = self.row(number)
            if not row.tag:
                row.tag = self.tag_like(like, number)
            self._edited[number] = row

        return self._edited[number]

    def append(self, numbers: range, pieces: Iterator[bytes]) -> None:
        """Add whole rows below all that were read. Only once.

        Args:
            pieces: the XML of these rows, in order, cut between rows; made when they are rendered.
        """
        self._appended_numbers = numbers
        self._appended = pieces

    def tag_like(self, like: bytes, number: int) -> bytes:
        """Make a row's start tag with the attributes of another's that any row may have.

        Where that one stands, and the look that somebody gave it, are its own.
        """
        tag = like or b"<" + self.prefix + b"row>"
        for name in (*_ATTRIBUTES_OF_ITS_PLACE, *LOOK):
            tag = with_attribute(tag, name, None)
        name_end = len(b"<" + self.prefix + b"row")
        attributes_and_end = tag[name_end:].replace(b"/>", b">")
        return tag[:name_end] + b' r="%d"' % number + attributes_and_end

    def _parsed(self, number: int, xml: bytes) -> SheetRow:
        """Cut a row into its cells."""
        if not xml:
            return SheetRow(b"", {})

        tag = start_tag(xml)
        if tag.endswith(b"/>"):
            return SheetRow(tag[: -len(b"/>")].rstrip() + b">", {})

        content = xml[len(tag) : xml.rindex(b"</")]
        cells = self._usual_cells(number, content)
        if cells is None:
            return self._parsed_with_care(number, tag, content)
        return SheetRow(tag, cells)

    def _usual_cells(self, number: int, content: bytes) -> dict[int, bytes] | None:
        """Cut a row of usual spelling into its cells with one pass of one pattern.

        Returns: None unless the usual cells make up the whole row, each says this row's number, and
        their columns ascend.
        """
        usual = self._patterns.usual.findall(content)
        matched_bytes = sum([len(cell) for cell, _, _ in usual])
        if matched_bytes != len(content):
            return None

        row_digits = b"%d" % number
        cells = {_column(letters): cell for cell, letters, digits in usual if digits == row_digits}
        is_complete = len(cells) == len(usual)
        ascends = sorted(cells) == list(cells)
        return cells if is_complete and ascends else None

    def _parsed_with_care(self, number: int, tag: bytes, content: bytes) -> SheetRow:
        """Cut a row that has cells without a reference, odd spelling or other elements.

        Raises: CannotWrite where the cells are not in order, or something stands between them.
        """
        cells: dict[int, bytes] = {}
        column = 0
        end_of_last = 0
        for match in self._patterns.any.finditer(content):
            if content[end_of_last : match.start()].strip():
                raise CannotWrite("unusual-xml", where=f"{self.sheet}!{number}", found="row")
            tag_as_plain = b"<c" + match[1] + b">"
            # A cell without a reference stands right of the one before.
            reference = attribute(tag_as_plain, b"r") or cell_name(number, column + 1)
            place = Area.parse(reference)
            if not place or place.top != number or place.left <= column:
                raise CannotWrite("cells-out-of-order", where=f"{self.sheet}!{number}", row=number)
            column = place.left
            cells[column] = match[0]
            end_of_last = match.end()

        return SheetRow(tag, cells, content[end_of_last:].strip())

    def refuse_disorder(self, number: int) -> None:
        """Refuse a row that does not hold each of its cells once, in their order.

        Raises: CannotWrite.
        """
        xml = self.xml(number)
        references = self._patterns.usual_reference.findall(xml)
        columns = [_column(letters) for letters, digits in references if int(digits) == number]
        ascend = all(map(lt, columns, columns[1:]))
        cell_count = xml.count(b"<" + self.prefix + b"c")
        if len(columns) < cell_count or not ascend:
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
        return bool(self._edited or self._appended_numbers)

    @property
    def appended_ends(self) -> list[int]:
        """The first and the last row that `append` added."""
        numbers = self._appended_numbers
        return [numbers[0], numbers[-1]] if numbers else []

    @property
    def edited_numbers(self) -> list[int]:
        """The rows that `edit` was called for, ascending."""
        return sorted(self._edited)

    def render(self, head: bytes, tail: bytes) -> bytes:
        """Put the sheet together again. Only once.

        Args:
            head: what comes before the rows.
            tail: what comes after them.

        Raises: CannotWrite for a value of an appended row that no cell can hold.
        """
        sheet = io.BytesIO()
        sheet.write(head + b"<" + self.prefix + b"sheetData>")
        read = memoryview(self.data)
        copied_to = self._start
        for number in self.edited_numbers:
            # An edited row below the appended ones is a totals row that moved.
            if self._appended_numbers and number > self._appended_numbers[0]:
                sheet.write(read[copied_to : self._end])
                sheet.writelines(self._appended)
                copied_to = self._end
            spot, exists = self._spot(number)
            start = self._start_of(spot)
            sheet.write(read[copied_to:start])
            sheet.write(self.rendered(self._edited[number]))
            copied_to = self._end_of(spot) if exists else start

        sheet.write(read[copied_to : self._end])
        sheet.writelines(self._appended)
        sheet.write(b"</" + self.prefix + b"sheetData>" + tail)
        return sheet.getvalue()

    def rendered(self, row: SheetRow) -> bytes:
        """Put a row together; nothing for one without cells whose tag says nothing of note."""
        if not row.cells and not row.tail:
            return _rendered_blank(row.tag)

        cells = [row.cells[column] for column in sorted(row.cells)]
        # The columns it spans may have changed, and nobody needs to be told of them.
        tag = with_attribute(row.tag, b"spans", None)
        closing = b"</" + self.prefix + b"row>"
        return b"".join((tag, *cells, row.tail, closing))

    def last_number(self) -> int:
        """Number the last row that will be there."""
        last_edited = last_kept = 0
        for number in reversed(self.edited_numbers):
            if self.rendered(self._edited[number]):
                last_edited = number
                break

        for number in reversed(self.numbers):
            if number not in self._edited:
                last_kept = number
                break

        last_appended = self._appended_numbers[-1] if self._appended_numbers else 0
        return max(last_kept, last_edited, last_appended)


def _rendered_blank(tag: bytes) -> bytes:
    """Put a row without cells together; nothing where its tag says nothing of note."""
    names = set(_ATTRIBUTE_NAME.findall(tag))
    names -= {b"r", b"spans"}
    # Attributes of other namespaces, as x14ac:dyDescent, are hints for Excel alone.
    if all(b":" in name for name in names):
        return b""
    return tag.removesuffix(b">") + b"/>"


def look_of(tag: bytes) -> Look:
    """Read how a row looks from its start tag."""
    # Nearly no row looks like anything, which two quick looks show.
    if b" ht" not in tag and b"custom" not in tag:
        return ()
    values = ((name, attribute(tag, name)) for name in LOOK)
    return tuple((name, value) for name, value in values if value is not None)


def with_look(tag: bytes, look: Look) -> bytes:
    """Let a row look like another."""
    values = dict(look)
    for name in LOOK:
        tag = with_attribute(tag, name, values.get(name))
    return tag
