"""What does a foreign sheet say beside its values? Formats, hidden rows, errors, missing values.

A sheet as nearly all programs write it is looked at in a few passes over its bytes. Any other goes
through a parser, which is slower and takes every spelling that XML has.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from xml.parsers import expat

from salesbook.errors import NotAWorkbook
from salesbook.hosts.area import column_number
from salesbook.hosts.package.extent import rows_span
from salesbook.hosts.package.lost import find_errors, find_uncalculated, may_hold_errors
from salesbook.hosts.package.xmlscan import root_prefix
from salesbook.store import NOT_CALCULATED, CellError

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
"""Matches a cell's reference: `B2`, and `$B$2` as some programs write it."""
_YES = ("1", "true", "on")
_PADDED_VALUE = re.compile(rb"(<(?:[\w.-]+:)?v>)\s*([^<]*?)\s*(</(?:[\w.-]+:)?v>)")
"""Matches a value with the space around it: `<v> 5 </v>`, as pretty printers leave it."""


@dataclass(slots=True)
class SheetLook:
    """What the reader of values does not tell of a sheet; rows and columns from 1."""

    errors: dict[tuple[int, int], CellError] = field(default_factory=dict)
    """Error values, and NOT_CALCULATED for a formula without a value."""
    styled: list[tuple[int, int, int]] = field(default_factory=list)
    """Row, column and format's index of the cells that have one of the wanted formats."""
    hidden: set[int] = field(default_factory=set)


def look_at(data: bytes, part: str, wanted: Collection[int]) -> SheetLook:
    """Look at a sheet.

    Args:
        wanted: indexes of formats; cells that have one of them are listed.

    Raises: NotAWorkbook.
    """
    prefix = root_prefix(data, b"worksheet", part)
    # A cell that names no format has the first: the quick passes look only at named ones.
    if 0 in wanted or not _is_plain(data, prefix):
        return _walked(data, part, wanted)

    look = SheetLook()
    if may_hold_errors(data):
        for error in find_errors(data, prefix)[0]:
            look.errors[error.row, error.column] = CellError(error.code)
    for formula in find_uncalculated(data, prefix):
        look.errors[formula.row, formula.column] = NOT_CALCULATED

    look.hidden = _hidden_rows(data, prefix)
    look.styled = _styled_cells(data, prefix, wanted)
    return look


def without_padding(data: bytes) -> bytes:
    """Take the space around values away."""
    return _PADDED_VALUE.sub(rb"\1\2\3", data)


def _is_plain(data: bytes, prefix: bytes) -> bool:
    """Say whether rows and cells are written as Excel, LibreOffice and most libraries write them."""
    start, end = rows_span(data, prefix)
    if b"<!" in data:
        return False
    # Matches a row that does not begin like `<row r="12"`, and a cell that does not begin like
    # `<c r="B12">`, `<c r="B12" s="3"` or `<c r="B12" t="s">`: the format first, then the type.
    odd_row = re.compile(rb'<%brow(?! r="[0-9]{1,7}")' % prefix)
    odd_cell = re.compile(
        rb'<%bc(?! r="[A-Z]{1,3}[0-9]{1,7}"(?:/?>| s="[0-9]{1,6}"| t="[A-Za-z]+"(?: [cv]m="[0-9]+")*'
        rb" ?/?>))(?=[\s/>])" % prefix
    )
    return not odd_row.search(data, start, end) and not odd_cell.search(data, start, end)


def _hidden_rows(data: bytes, prefix: bytes) -> set[int]:
    # Matches <row r="12" spans="1:3" hidden="1"
    pattern = re.compile(
        rb"""<%brow r="([0-9]{1,7})"[^>]*?\shidden\s*=\s*["'](?:1|true|on)["']""" % prefix
    )
    start, end = rows_span(data, prefix)
    return set(map(int, pattern.findall(data, start, end)))


def _styled_cells(
    data: bytes, prefix: bytes, wanted: Collection[int]
) -> list[tuple[int, int, int]]:
    if not wanted:
        return []
    # Matches <c r="B12" s="3" where 3 is wanted.
    indexes = "|".join(map(str, sorted(wanted))).encode()
    pattern = re.compile(rb'<%bc r="([A-Z]{1,3})([0-9]{1,7})" s="(%b)"' % (prefix, indexes))
    start, end = rows_span(data, prefix)
    columns: dict[bytes, int] = {}
    styled = []
    for letters, row, index in pattern.findall(data, start, end):
        column = columns.get(letters)
        if column is None:
            column = columns[letters] = column_number(letters.decode())
        styled.append((int(row), column, int(index)))
    return styled


class _Walk:
    """Goes through every tag of a sheet; a missing reference counts on from the one before."""

    def __init__(self, wanted: Collection[int]) -> None:
        self.look = SheetLook()
        self._wanted = wanted
        self._row = self._column = 0
        self._kind = ""
        self._has_formula = self._is_in_value = False
        self._value = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdigit() else self._row + 1
            self._column = 0
            if attributes.get("hidden") in _YES:
                self.look.hidden.add(self._row)
        elif name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self._has_formula = True
        elif name in ("v", "is"):
            self._is_in_value = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        if reference:
            self._column = column_number(reference[1])
            self._row = int(reference[2])
        self._kind = attributes.get("t", "n")
        self._has_formula = self._is_in_value = False
        self._value = ""

        index = attributes.get("s") or "0"
        if index.isdigit() and int(index) in self._wanted:
            self.look.styled.append((self._row, self._column, int(index)))

    def text(self, text: str) -> None:
        if self._is_in_value:
            self._value += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in ("v", "is"):
            self._is_in_value = False
        if name != "c":
            return

        value = self._value.strip()
        if self._kind == "e" and value:
            self.look.errors[self._row, self._column] = CellError(value)
        elif self._has_formula and not value and self._kind not in ("str", "inlineStr"):
            self.look.errors[self._row, self._column] = NOT_CALCULATED


def _walked(data: bytes, part: str, wanted: Collection[int]) -> SheetLook:
    walk = _Walk(frozenset(wanted))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotAWorkbook("damaged-part", where=part) from error
    return walk.look
