"""What does desktop Excel know of a sheet's notes, threads, links, looks and row heights?

As the model keeps it, and as objects with the names that Excel's own have.
"""

# ruff: noqa: N803 - arguments are called as Excel calls them

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from salesbook.hosts.area import Area
from tests.engines.excel_cells import refused

if TYPE_CHECKING:
    from tests.engines.excel_model import Program, SheetModel

Place = tuple[int, int]
NO_FILL, AUTOMATIC = -4142, -4105
LINK_COLOUR = 0xC16305
STANDARD_HEIGHT = 15.0
NOW = dt.datetime(2026, 7, 1, 9, 30)
ME = "Whoever runs the macro"


@dataclass(frozen=True)
class Look:
    """How a cell looks."""

    fill: int | None = None
    colour: int | None = None
    bold: bool = False
    italic: bool = False
    strikethrough: bool = False
    wraps: bool = False


PLAIN = Look()


@dataclass(frozen=True)
class NoteModel:
    """What Excel calls a note by now, and a comment in its object model."""

    text: str
    author: str = ME


@dataclass(frozen=True)
class MessageModel:
    text: str
    author: str = ME
    at: dt.datetime = NOW


@dataclass
class LinkModel:
    area: Area
    address: str = ""
    place: str = ""
    tip: str = ""


@dataclass(eq=False)
class RuleModel:
    """A conditional format."""

    areas: list[Area]
    kind: str = "dataBar"


@dataclass
class Marks:
    """All of it on one sheet."""

    program: Program
    looks: dict[Place, Look] = field(default_factory=dict)
    column_looks: dict[int, Look] = field(default_factory=dict)
    notes: dict[Place, NoteModel] = field(default_factory=dict)
    threads: dict[Place, tuple[MessageModel, ...]] = field(default_factory=dict)
    links: list[LinkModel] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    rules: list[RuleModel] = field(default_factory=list)

    def look(self, place: Place) -> Look:
        return self.looks.get(place) or self.column_looks.get(place[1], PLAIN)

    def everything(self) -> object:
        """All that a roll-back must bring back."""
        looks = {
            place: look
            for place, look in self.looks.items()
            if look != self.column_looks.get(place[1], PLAIN)
        }
        links = sorted((str(it.area), it.address, it.place, it.tip) for it in self.links)
        rules = sorted((rule.kind, sorted(map(str, rule.areas))) for rule in self.rules)
        return looks, dict(self.notes), dict(self.threads), links, dict(self.heights), rules

    def ask(self, area: Area, name: str) -> Any:
        """What all cells have; None where they differ."""
        self.program.called()
        found = {getattr(self.look(place), name) for place in places(area)}
        return Differing if len(found) > 1 else found.pop()

    def dress(self, area: Area, **looks: Any) -> None:
        """Change how cells look; half of them where this is the write that fails."""
        fails = self.program.written()
        targets = list(places(area))
        for place in targets[: len(targets) // 2] if fails else targets:
            self.looks[place] = replace(self.look(place), **looks)
        if fails:
            self.program.fail()

    def height(self, area: Area) -> float | None:
        self.program.called()
        rows = range(area.top, area.bottom + 1)
        found = {self.heights.get(row, STANDARD_HEIGHT) for row in rows}
        return found.pop() if len(found) == 1 else None

    def set_height(self, area: Area, height: float | None) -> None:
        """Give rows a height; None fits them to their text, but shows no hidden row."""
        with _Writing(self.program):
            for row in range(area.top, area.bottom + 1):
                if height is not None:
                    self.heights[row] = height
                elif self.heights.get(row) != 0:
                    self.heights.pop(row, None)

    def clear_remarks(self, area: Area) -> None:
        with _Writing(self.program):
            for place in places(area):
                self.notes.pop(place, None)
                if self.program.clears_threads:
                    self.threads.pop(place, None)

    def delete_thread(self, place: Place) -> None:
        with _Writing(self.program):
            del self.threads[place]

    def clear_links(self, area: Area) -> None:
        with _Writing(self.program):
            self.links = [link for link in self.links if not link.area.meets(area)]

    def add_note(self, place: Place, text: str) -> None:
        if place in self.notes or place in self.threads:
            raise refused("Application-defined or object-defined error")
        if len(text) > 255:
            raise refused("a text of over 255 letters")
        with _Writing(self.program):
            self.notes[place] = NoteModel(text)

    def add_thread(self, place: Place, text: str) -> None:
        if not self.program.knows_threads:
            raise refused("This version does not support the object model of threaded comments.")
        if place in self.notes or place in self.threads:
            raise refused("Application-defined or object-defined error")
        with _Writing(self.program):
            self.threads[place] = (MessageModel(text),)

    def paste_remark(self, place: Place, source: Marks, origin: Place) -> None:
        """Paste Special, Comments and Notes."""
        with _Writing(self.program):
            if origin in source.notes:
                self.threads.pop(place, None)
                self.notes[place] = source.notes[origin]
            elif origin in source.threads and self.program.pastes_threads != "not":
                self.notes.pop(place, None)
                messages = source.threads[origin]
                if self.program.pastes_threads == "as its own":
                    messages = tuple(replace(message, author=ME) for message in messages)
                self.threads[place] = messages


class _Differing:
    """Null: what Excel answers where cells differ."""


Differing = _Differing()


class _Writing:
    """A write that, where it is the one to fail, is done in every second case."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.fails = program.written()
        if self.fails and program.writes % 2:
            program.fail()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        if self.fails:
            self.program.fail()


def places(area: Area) -> Iterator[Place]:
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            yield row, column


def _answer(value: Any) -> Any:
    return None if value is Differing else value


class _Part:
    """Interior or Font of a range, as Excel's object."""

    NAMES: dict[str, str] = {}  # noqa: RUF012
    NONE = 0
    BARE = 0

    def __init__(self, marks: Marks, area: Area) -> None:
        object.__setattr__(self, "marks", marks)
        object.__setattr__(self, "area", area)

    def __getattr__(self, name: str) -> Any:
        if name == "ColorIndex":
            value = self.marks.ask(self.area, self.NAMES["Color"])
            return self.NONE if value is None else None if value is Differing else 6
        if name not in self.NAMES:
            raise AttributeError(name)
        value = self.marks.ask(self.area, self.NAMES[name])
        if name == "Color" and value is None:
            return float(self.BARE)
        value = _answer(value)
        return float(value) if name == "Color" and value is not None else value

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "ColorIndex":
            if value != self.NONE:
                raise refused("Unable to set the ColorIndex property")
            self.marks.dress(self.area, **{self.NAMES["Color"]: None})
            return
        if name not in self.NAMES:
            raise AttributeError(f"Property '<unknown>.{name}' can not be set.")
        plain = int(value) if name == "Color" else bool(value)
        self.marks.dress(self.area, **{self.NAMES[name]: plain})


class Interior(_Part):
    NAMES = {"Color": "fill"}  # noqa: RUF012
    NONE, BARE = NO_FILL, 0xFFFFFF


class Font(_Part):
    NAMES = {  # noqa: RUF012
        "Color": "colour",
        "Bold": "bold",
        "Italic": "italic",
        "Strikethrough": "strikethrough",
    }
    NONE, BARE = AUTOMATIC, 0


class _Ranges:
    """The cells of a link as Excel's range; enough of one to ask where it lies."""

    def __init__(self, area: Area) -> None:
        self.Row, self.Column = area.top, area.left
        self.Rows, self.Columns = _Counted(area.row_count), _Counted(area.width)


class _Counted:
    def __init__(self, count: int) -> None:
        self.Count = count


class Hyperlink:
    def __init__(self, marks: Marks, model: LinkModel) -> None:
        marks.program.called()
        self.Range = _Ranges(model.area)
        self.Address, self.SubAddress = model.address, model.place
        self.ScreenTip = model.tip


class Hyperlinks:
    """The links of a range or a sheet."""

    def __init__(self, sheet: SheetModel, area: Area | None = None) -> None:
        self.sheet, self.area = sheet, area

    def _models(self) -> list[LinkModel]:
        links = self.sheet.marks.links
        return [it for it in links if self.area is None or it.area.meets(self.area)]

    @property
    def Count(self) -> int:
        self.sheet.program.called()
        return len(self._models())

    def Item(self, number: int) -> Hyperlink:
        return Hyperlink(self.sheet.marks, self._models()[number - 1])

    def Add(self, Anchor: Any, Address: str, SubAddress: str = "", ScreenTip: str = "") -> None:
        """A blank cell gets the address as its text, and every cell the look of a link."""
        area = getattr(Anchor, "_inner", Anchor).area
        marks = self.sheet.marks
        with _Writing(marks.program):
            marks.links = [link for link in marks.links if not link.area.meets(area)]
            marks.links.append(LinkModel(area, Address, SubAddress, ScreenTip))
            for place in places(area):
                marks.looks[place] = replace(marks.look(place), colour=LINK_COLOUR)
                slot = self.sheet.cells[place]
                if slot.value is None:
                    slot.enter(Address or SubAddress)


class FormatCondition:
    """A conditional format as Excel's object."""

    def __init__(self, sheet: Any, model: RuleModel) -> None:
        self.sheet, self.model = sheet, model

    @property
    def AppliesTo(self) -> Any:
        self.sheet.model.program.called()
        return self.sheet.Range(",".join(map(str, self.model.areas)))

    def ModifyAppliesToRange(self, Range: Any) -> None:
        with _Writing(self.sheet.model.program):
            self.model.areas = list(getattr(Range, "_inner", Range).areas)

    def Delete(self) -> None:
        with _Writing(self.sheet.model.program):
            self.sheet.model.marks.rules.remove(self.model)


class Author:
    def __init__(self, name: str) -> None:
        self.Name = name


class Comment:
    """A note as Excel's object."""

    def __init__(self, sheet: Any, model: SheetModel, place: Place) -> None:
        self.sheet, self.model, self.place = sheet, model, place

    @property
    def Parent(self) -> Any:
        return self.sheet.Cells(*self.place)

    @property
    def Author(self) -> str:
        return self.model.marks.notes[self.place].author

    def Text(
        self, Text: str | None = None, Start: int | None = None, Overwrite: bool = True
    ) -> str:
        self.model.program.called()
        note = self.model.marks.notes[self.place]
        if Text is not None:
            if len(Text) > 255:
                raise refused("a text of over 255 letters")
            with _Writing(self.model.program):
                kept = note.text[: Start - 1] if Start else ""
                self.model.marks.notes[self.place] = replace(note, text=kept + Text)
        return self.model.marks.notes[self.place].text


class ThreadMessage:
    """A comment or a reply as Excel's object."""

    def __init__(self, sheet: Any, model: SheetModel, place: Place, number: int = 0) -> None:
        self.sheet, self.model, self.place, self.number = sheet, model, place, number

    @property
    def _message(self) -> MessageModel:
        self.model.program.called()
        return self.model.marks.threads[self.place][self.number]

    Author = property(lambda self: Author(self._message.author))
    Date = property(lambda self: self._message.at)

    @property
    def Parent(self) -> Any:
        return self.sheet.Cells(*self.place)

    def Text(self) -> str:
        return self._message.text

    @property
    def Replies(self) -> Any:
        count = len(self.model.marks.threads[self.place])
        return [
            ThreadMessage(self.sheet, self.model, self.place, number) for number in range(1, count)
        ]

    def Delete(self) -> None:
        self.model.marks.delete_thread(self.place)

    def AddReply(self, text: str) -> None:
        with _Writing(self.model.program):
            threads = self.model.marks.threads
            threads[self.place] = (*threads[self.place], MessageModel(text))
