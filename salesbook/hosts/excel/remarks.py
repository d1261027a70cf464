"""Which notes and threaded comments lie on a table's cells, and how do they follow their rows?

Excel lets nobody say who wrote a remark: whatever is typed anew is by whoever runs the macro, now.
So remarks are copied: first to cells far right of the table, from there to their new place, with
Paste Special, Comments and Notes. After each step Excel is asked what lies there. Where a copy has
not the same text and authors, the remark is typed anew, with the authors' names in the text.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from salesbook.errors import CannotWrite
from salesbook.hosts.area import MAX_ROW, cell_name
from salesbook.hosts.excel.calls import is_busy, is_program_error, native
from salesbook.hosts.excel.looks import Spot
from salesbook.store import Mark

if TYPE_CHECKING:
    import xlwings as xw

    from salesbook.hosts.excel.table import Layout, LiveTable

_ASIDE: Final = 16_300
"""The column in which copies wait, far right of what anybody types."""
_COMMENTS: Final = -4144
"""Excel's number for cells with comments."""
_ATTEMPTS: Final = 3
"""So often a copy is attempted."""
_AT_ONCE: Final = 255
"""So many letters of a note Excel takes in one go, in every version."""

_RETOLD: Final = re.compile(r".{1,100}, \d{4}-\d\d-\d\d \d\d:\d\d: ")
"""Matches how a message begins that was typed anew: `Ann Lee, 2026-06-01 10:00: `."""
_UNKNOWN: Final = object()
"""In place of a thread: this Excel does not tell of any."""


@dataclass(frozen=True, slots=True)
class Message:
    """One comment or reply of a thread."""

    author: str
    at: str
    text: str

    @property
    def retold(self) -> str:
        """The text with who wrote it and when, once, however often it is typed anew."""
        if not self.author or _RETOLD.match(self.text):
            return self.text
        # `2026-06-01T10:00:00.00` to the minute.
        moment = self.at[:16].replace("T", " ")
        return f"{self.author}, {moment}: {self.text}"


@dataclass(frozen=True, slots=True)
class Remark:
    """A note, or a thread of messages from the first comment to the last reply."""

    text: str = ""
    messages: tuple[Message, ...] = ()

    @property
    def mark(self) -> Mark:
        """Which of the two it is."""
        return Mark.THREAD if self.messages else Mark.NOTE

    @property
    def content(self) -> str:
        """The remark as an annotation holds it."""
        if not self.messages:
            return self.text
        messages = [
            {"author": message.author, "at": message.at, "text": message.text}
            for message in self.messages
        ]
        return json.dumps(messages, ensure_ascii=False)

    @classmethod
    def of(cls, mark: Mark, content: str) -> Remark:
        """Read a remark as an annotation holds it."""
        if mark is Mark.NOTE:
            return cls(content)
        try:
            items = json.loads(content)
        except ValueError:
            items = None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            # What is no thread was at least said.
            items = [{"text": content}]
        fields = [[str(item.get(name, "")) for name in ("author", "at", "text")] for item in items]
        return cls(messages=tuple(Message(*texts) for texts in fields))

    def says_the_same(self, other: Remark | None) -> bool:
        """Whether two remarks have the same words by the same people; a copy may be of today."""
        return other is not None and self._said() == other._said()

    def _said(self) -> object:
        if self.messages:
            return [(message.author, _lines(message.text)) for message in self.messages]
        return _lines(self.text)

    def retold(self) -> Remark:
        """The thread as it is typed anew: who wrote a message, and when, stands in its text."""
        messages = [Message("", "", message.retold) for message in self.messages]
        return Remark(self.text, messages=tuple(messages))

    def has_words_of(self, other: Remark | None) -> bool:
        """Whether another remark has all words of this, whoever is said to have written it."""
        return other is not None and _lines(self.words) == _lines(other.words)

    @property
    def words(self) -> str:
        """All that was said, by whomever."""
        return "\n".join([message.text for message in self.messages] or [self.text])


def _lines(text: str) -> list[str]:
    """A text without regard to which sign ends a line."""
    return text.splitlines()


Remarks = Mapping[Spot, Remark]


def read_remarks(live: LiveTable, layout: Layout, rows: int) -> dict[Spot, Remark]:
    """Ask for the remarks of the first so many rows."""
    remarks = {
        spot: _thread(live, comment) for spot, comment in _spots(live, layout, rows, _threads(live))
    }
    for spot, note in _spots(live, layout, rows, _notes(live, layout, rows)):
        if spot not in remarks:
            text = live.calls(lambda note=note: str(note.text))  # type: ignore[misc]
            remarks[spot] = Remark(text)
    return remarks


def _spots(
    live: LiveTable, layout: Layout, rows: int, remarks: Iterable[Any]
) -> Iterator[tuple[Spot, Any]]:
    """Those that lie on the first so many rows, with their cell."""
    for remark in remarks:
        row, column = live.calls(
            lambda remark=remark: (remark.location.row, remark.location.column)  # type: ignore[misc]
        )
        spot = row - layout.top, column - layout.left
        if 0 <= spot[0] < rows and 0 <= spot[1] < len(layout.headers):
            yield spot, remark


def _threads(live: LiveTable) -> list[Any]:
    """All threads of the sheet; none where this version of Excel, or a Mac, does not tell them."""
    sheet = live.sheet
    count = live.calls(lambda: native(native(sheet.api, "CommentsThreaded", ""), "Count", ""))
    if count == 0:
        return []
    try:
        return live.calls(lambda: list(sheet.comments))
    except Exception as error:
        is_untold = isinstance(error, NotImplementedError | AttributeError)
        if is_busy(error) or not (is_untold or is_program_error(error)):
            raise
        return []


def _notes(live: LiveTable, layout: Layout, rows: int) -> list[Any]:
    """The notes of the body, and perhaps more of the sheet's.

    Our headers have notes, so that almost every sheet has some: the body's cells are asked for by
    themselves where Excel can do that.
    """
    sheet = live.sheet
    count = live.calls(lambda: native(native(sheet.api, "Comments", ""), "Count", ""))
    if count == 0:
        return []
    is_one_cell = rows == 1 and len(layout.headers) == 1
    if count is None or is_one_cell or live.is_protected():
        # Of a single cell Excel makes the whole sheet, and of a protected sheet it says nothing.
        return live.calls(lambda: list(sheet.notes))

    body = live.span(layout.top, layout.left, layout.top + rows - 1, layout.right)
    try:
        noted = live.calls(lambda: body.api.SpecialCells(_COMMENTS))
    except Exception as error:
        if is_busy(error) or not is_program_error(error):
            raise
        # Excel's way to say that no cell has one.
        return []
    notes = live.calls(lambda: [_note_of(sheet, *cell) for cell in _cells(noted)])
    return [note for note in notes if note is not None]


def _cells(cells: Any) -> Iterator[tuple[int, int]]:
    """Row and column of each cell of a range that may have several areas."""
    for number in range(1, cells.Areas.Count + 1):
        area = cells.Areas.Item(number)
        for row in range(area.Row, area.Row + area.Rows.Count):
            for column in range(area.Column, area.Column + area.Columns.Count):
                yield row, column


def _note_of(sheet: xw.Sheet, row: int, column: int) -> Any:
    return sheet.range((row, column)).note


def _thread(live: LiveTable, comment: Any) -> Remark:
    """A thread with its replies, which xlwings hands out without their authors."""
    messages = [live.calls(lambda: _message(comment.api))]
    replies = live.calls(lambda: list(comment.api.Replies))
    messages += [live.calls(lambda reply=reply: _message(reply)) for reply in replies]  # type: ignore[misc]
    return Remark(messages=tuple(messages))


def _message(comment: Any) -> Message:
    return Message(str(comment.Author.Name), _moment(comment.Date), str(comment.Text()))


def _moment(at: Any) -> str:
    """When a message was written, as files spell it: `2026-06-01T10:00:00.00`."""
    if not isinstance(at, dt.datetime):
        return str(at)
    hundredths = at.microsecond // 10_000
    return f"{at:%Y-%m-%dT%H:%M:%S}.{hundredths:02d}"


def moved_remarks(remarks: Remarks, new_row_of: Mapping[int, int]) -> dict[Spot, Spot]:
    """Where remarks lie once their rows lie elsewhere: by new cell the old one."""
    return {(new_row_of[row], place): (row, place) for row, place in remarks if row in new_row_of}


@dataclass
class RemarkMover:
    """Takes the remarks of one table to their new cells, and back if need be."""

    live: LiveTable
    layout: Layout
    before: Remarks
    """All remarks as they were."""
    _aside: dict[Spot, tuple[int, int]] = field(default_factory=dict)
    """Cells of the sheet in which a true copy waits, by the spot it comes from."""
    _touched: set[Spot] = field(default_factory=set)
    _has_copied: bool = False

    def move(self, want: Mapping[Spot, Spot | Remark]) -> None:
        """Put remarks in place: those from other spots, and new ones.

        Raises: CannotWrite where Excel does not take one.
        """
        leaving = [spot for spot in sorted(self.before) if want.get(spot) != spot]
        for number, spot in enumerate(leaving):
            self._set_aside(spot, number)
        self._touched.update(leaving)
        for spot in leaving:
            self._clear(spot)

        for spot, origin in sorted(want.items(), key=lambda item: item[0]):
            if origin == spot:
                continue
            self._touched.add(spot)
            remark = origin if isinstance(origin, Remark) else self.before[origin]
            waits_at = None if isinstance(origin, Remark) else self._aside.get(origin)
            self._put(spot, remark, waits_at)

    def take_back(self) -> None:
        """Put every remark back to where it was. Raises: CannotWrite."""
        for spot in sorted(self._touched):
            there = self._at(self._cell(spot))
            remark = self.before.get(spot)
            if remark is None:
                if there is not None:
                    self._clear(spot)
            elif not remark.says_the_same(there):
                if there is not None:
                    self._clear(spot)
                self._put(spot, remark, self._aside.get(spot))

    def forget(self) -> None:
        """Take the waiting copies away, once all is well."""
        while self._aside:
            _, place = self._aside.popitem()
            self._empty(self.live.sheet.range(place))
        if self._has_copied:
            app = self.live.sheet.book.app
            self.live.calls(lambda: setattr(app, "cut_copy_mode", False))

    def _set_aside(self, spot: Spot, number: int) -> None:
        """Copy a remark to a cell of its own, and remember it if the copy is true."""
        row = self.layout.top + number
        row = row if row <= MAX_ROW else number + 1
        aside = self.live.sheet.range((row, _ASIDE))
        self._aside[spot] = row, _ASIDE
        self._copy(self._cell(spot), aside)
        if not self.before[spot].says_the_same(self._at(aside)):
            self._empty(aside)
            del self._aside[spot]

    def _put(self, spot: Spot, remark: Remark, waits_at: tuple[int, int] | None) -> None:
        cell = self._cell(spot)
        if self._at(cell) is not None:
            self._empty(cell)
        if waits_at is not None:
            self._copy(self.live.sheet.range(waits_at), cell)
            there = self._at(cell)
            if remark.says_the_same(there):
                return
            if there is not None:
                self._empty(cell)

        retold = remark.retold()
        self._type(cell, retold)
        if not retold.has_words_of(self._at(cell)):
            name = cell_name(self.layout.top + spot[0], self.layout.left + spot[1])
            where = f"{self.live.sheet_name}!{name}"
            raise CannotWrite("excel-refused", where=where, found=retold.content[:200])

    def _copy(self, source: xw.Range, target: xw.Range) -> None:
        """Copy a remark, if need be in several attempts: other programs use the clipboard as well."""
        self._has_copied = True
        for _ in range(_ATTEMPTS - 1):
            try:
                self._copy_once(source, target)
                return
            except Exception as error:
                if not is_program_error(error):
                    raise
            self.live.calls.rest()
        self._copy_once(source, target)

    def _copy_once(self, source: xw.Range, target: xw.Range) -> None:
        self.live.calls(lambda: source.copy())
        self.live.calls(lambda: target.paste("comments"))

    def _type(self, cell: xw.Range, remark: Remark) -> None:
        """Write a remark as the person who runs the macro."""
        calls = self.live.calls
        if remark.messages and self._knows_threads(cell):
            first, *replies = remark.messages
            comment = calls(lambda: cell.add_comment(first.text))
            for reply in replies:
                calls(lambda reply=reply: comment.add_reply(reply.text))  # type: ignore[misc]
            return

        # Where Excel makes no threads, a note keeps the words.
        words = remark.words
        note = calls(lambda: cell.add_note(words[:_AT_ONCE]))
        for start in range(_AT_ONCE, len(words), _AT_ONCE):
            part = words[start : start + _AT_ONCE]
            calls(lambda start=start, part=part: note.api.Text(part, start + 1, False))  # type: ignore[misc]

    def _knows_threads(self, cell: xw.Range) -> bool:
        return self._comment_at(cell) is not _UNKNOWN

    def _comment_at(self, cell: xw.Range) -> Any:
        """The thread of one cell; a sign of its own where this Excel does not know threads."""
        try:
            return self.live.calls(lambda: cell.comment)
        except Exception as error:
            is_untold = isinstance(error, NotImplementedError | AttributeError)
            if is_busy(error) or not (is_untold or is_program_error(error)):
                raise
            return _UNKNOWN

    def _clear(self, spot: Spot) -> None:
        self._empty(self._cell(spot))

    def _empty(self, cell: xw.Range) -> None:
        """Take a cell's remark away, of whichever kind."""
        calls = self.live.calls
        clear = native(cell.api, "ClearComments", "clear_Excel_comments")
        calls(lambda: clear())
        comment = self._comment_at(cell)
        if comment is not None and comment is not _UNKNOWN:
            # Excel's words for it say comments, which notes were called when threads were not yet.
            calls(lambda: comment.delete())

    def _at(self, cell: xw.Range) -> Remark | None:
        """What lies on one cell."""
        calls = self.live.calls
        comment = self._comment_at(cell)
        if comment is not None and comment is not _UNKNOWN:
            return _thread(self.live, comment)
        note = calls(lambda: cell.note)
        return None if note is None else Remark(calls(lambda: str(note.text)))

    def _cell(self, spot: Spot) -> xw.Range:
        return self.live.cell(self.layout, spot)
