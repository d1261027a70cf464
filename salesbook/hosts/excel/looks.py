"""How do the cells of a table look, and how do highlights follow their rows?

Only what a person does to single cells is looked at: fill, colour, bold, italic, struck through. A
look is set property by property. Pasting whole formats would be fewer calls, but Excel then cuts
conditional formats into pieces, more of them after each run.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from salesbook.hosts.area import MAX_ROW, Area
from salesbook.hosts.excel.calls import assign_native, native

if TYPE_CHECKING:
    import xlwings as xw

    from salesbook.hosts.excel.table import Layout, LiveTable

NO_COLOUR: Final = -1
"""No fill, or the colour that text has by itself."""
_NO_FILL: Final = -4142
_AUTOMATIC: Final = -4105

Value = int | bool | str
Columns = list[list[Value]]
"""One property's values, column by column from the first body row down."""
Spot = tuple[int, int]
"""A cell of the body: its row and its column, counted from 0."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One property of how a cell looks, by the names that Excel has for it on Windows and Mac."""

    part: tuple[str, str]
    name: tuple[str, str]
    no_colour: int | None = None
    """For a colour: the index that says there is none."""
    bare: int | None = None
    """For a colour: how Excel reads it then."""

    @property
    def nothing(self) -> Value:
        """What a cell has to which nobody did anything."""
        return False if self.no_colour is None else NO_COLOUR

    def of(self, cells: xw.Range) -> Value | None:
        """Ask for the value that all cells have; None where they differ or Excel does not say."""
        part = native(cells.api, *self.part)
        if part is None:
            return None
        value = _plain(native(part, *self.name))
        if value != self.bare or self.no_colour is None:
            return value

        # Excel reads white where there is no fill, and black where text has no colour of its own.
        index = native(part, "ColorIndex", "color_index")
        if _says_none(index, self.no_colour):
            return NO_COLOUR
        return value if index is not None or len(cells) == 1 else None

    def put(self, cells: xw.Range, value: Value) -> None:
        """Give all cells one value."""
        part = native(cells.api, *self.part)
        if value == NO_COLOUR and self.no_colour is not None:
            assign_native(part, "ColorIndex", "color_index", self.no_colour)
            return
        is_mac_colour = sys.platform == "darwin" and self.no_colour is not None
        assign_native(part, *self.name, _rgb(int(value)) if is_mac_colour else value)


FILL: Final = Trait(("Interior", "interior_object"), ("Color", "color"), _NO_FILL, bare=0xFFFFFF)
_FONT: Final = ("Font", "font_object")
TRAITS: Final = (
    FILL,
    Trait(_FONT, ("Color", "color"), _AUTOMATIC, bare=0),
    Trait(_FONT, ("Bold", "bold")),
    Trait(_FONT, ("Italic", "italic")),
    Trait(_FONT, ("Strikethrough", "strikethrough")),
)


def _says_none(index: Any, no_colour: int) -> bool:
    """Whether a colour's index says that there is none; on a Mac that is a word of its own."""
    if isinstance(index, int | float):
        return int(index) == no_colour
    return str(index).endswith(("color_index_none", "color_index_automatic"))


def _plain(value: Any) -> Value | None:
    """A property's value; None for whatever stands for cells that differ."""
    if isinstance(value, bool | int | float):
        return value if isinstance(value, bool) else int(value)
    if isinstance(value, list | tuple) and len(value) == 3:
        red, green, blue = (int(part) for part in value)
        return red + (green << 8) + (blue << 16)
    return None


def _rgb(colour: int) -> list[int]:
    return [colour & 255, colour >> 8 & 255, colour >> 16 & 255]


def hex_of(colour: Value) -> str:
    """Spell a colour as `#RRGGBB`; Excel counts blue first."""
    red, green, blue = _rgb(int(colour))
    return f"#{red:02X}{green:02X}{blue:02X}"


def colour_of(text: str) -> int:
    """Read `#RRGGBB`."""
    red, green, blue = (int(text[place : place + 2], 16) for place in (1, 3, 5))
    return red + (green << 8) + (blue << 16)


@dataclass(frozen=True, slots=True)
class Usual:
    """How a column looks where nobody did anything."""

    new: Value
    """What a new row has."""
    values: frozenset[Value]
    """What does not strike in it."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How the cells of some rows look, one table of values for each property that can be asked."""

    values: Mapping[Trait, Columns]
    usual: Mapping[Trait, Sequence[Usual]]
    """By property, how each column looks where nobody did anything."""

    def odd(self, trait: Trait) -> Iterator[tuple[Spot, Value]]:
        """Cells that do not look as is usual in their column, by row, then by column."""
        columns = self.values.get(trait, [])
        odd_cells = []
        for place, (column, usual) in enumerate(
            zip(columns, self.usual.get(trait, ()), strict=True)
        ):
            if column.count(usual.new) == len(column):
                continue
            odd_cells += [
                ((row, place), value)
                for row, value in enumerate(column)
                if value not in usual.values
            ]
        yield from sorted(odd_cells)

    def moved(self, sources: Sequence[int | None], rows: int) -> dict[Trait, Columns]:
        """How so many rows shall look once their rows lie elsewhere.

        A look goes to the first row that comes from its row; all others look as new ones do, also
        where Excel made a new row look like the one above.
        """
        seen: set[int] = set()
        origins: list[int | None] = []
        for source in sources:
            is_first = source is not None and source not in seen
            origins.append(source if is_first else None)
            if source is not None:
                seen.add(source)
        origins += [None] * (rows - len(origins))

        return {
            trait: [
                _moved_column(column, usual.new, origins)
                for column, usual in zip(columns, self.usual[trait], strict=True)
            ]
            for trait, columns in self.values.items()
        }


def _moved_column(column: list[Value], new: Value, origins: Sequence[int | None]) -> list[Value]:
    # Nearly every column looks alike from top to bottom, and then stays as it is.
    if column.count(new) == len(column):
        return column
    return [new if origin is None else column[origin] for origin in origins]


def read_looks(live: LiveTable, layout: Layout, body_rows: int, rows: int) -> Looks:
    """Ask how the first so many rows look; what is usual goes by the body's rows alone."""
    values: dict[Trait, Columns] = {}
    usual: dict[Trait, Sequence[Usual]] = {}
    for trait in TRAITS:
        columns = read_trait(live, layout, trait, rows)
        if columns is None:
            continue
        values[trait] = columns
        usual[trait] = _usual_values(live, layout, trait, [it[:body_rows] for it in columns])
    return Looks(values, usual)


def read_trait(live: LiveTable, layout: Layout, trait: Trait, rows: int) -> Columns | None:
    """One property of the first so many rows; None where this Excel does not tell it."""
    area = Area(layout.top, layout.left, layout.top + rows - 1, layout.right)
    value = _ask(live, trait, area)
    if value is not None:
        return [[value] * rows] * len(layout.headers)
    # Cells that differ and a property that nobody knows get the same answer; one cell tells them apart.
    if _ask(live, trait, Area.one_cell(area.top, area.left)) is None:
        return None

    columns: Columns = [[NO_COLOUR] * rows for _ in layout.headers]
    for part, answer in _parts(live, trait, area, value):
        for place in range(part.left - area.left, part.right - area.left + 1):
            first = part.top - area.top
            columns[place][first : first + part.row_count] = [answer] * part.row_count
    return columns


def _ask(live: LiveTable, trait: Trait, area: Area) -> Value | None:
    cells = live.span(area.top, area.left, area.bottom, area.right)
    return live.calls(lambda: trait.of(cells))


def _parts(
    live: LiveTable, trait: Trait, area: Area, value: Value | None
) -> Iterator[tuple[Area, Value]]:
    """Cut an area into parts with one value each.

    Columns are told apart first, because a column mostly looks alike. Where that does not help,
    rows were highlighted: one column then shows where they begin and end, for all.
    """
    if value is not None or area.is_one_cell:
        yield area, NO_COLOUR if value is None else value
        return
    if area.width == 1:
        yield from _all_parts(live, trait, _upper_and_lower(area))
        return

    halves = [(half, _ask(live, trait, half)) for half in _left_and_right(area)]
    are_both_mixed = all(answer is None for _, answer in halves)
    if not are_both_mixed or area.row_count == 1:
        for half, answer in halves:
            yield from _parts(live, trait, half, answer)
        return

    column = Area(area.top, area.left, area.bottom, area.left)
    for part, answer in _joined(_all_parts(live, trait, [column])):
        yield part, answer
        yield from _all_parts(live, trait, [Area(part.top, area.left + 1, part.bottom, area.right)])


def _all_parts(
    live: LiveTable, trait: Trait, areas: Iterable[Area]
) -> Iterator[tuple[Area, Value]]:
    for area in areas:
        yield from _parts(live, trait, area, _ask(live, trait, area))


def _joined(parts: Iterable[tuple[Area, Value]]) -> Iterator[tuple[Area, Value]]:
    """Join parts of one column that lie below each other and look alike."""
    last: tuple[Area, Value] | None = None
    for part, value in parts:
        if last is not None and last[1] == value:
            part = last[0].ending_at(part.bottom)
        elif last is not None:
            yield last
        last = part, value
    if last is not None:
        yield last


def _left_and_right(area: Area) -> tuple[Area, Area]:
    top, left, bottom, right = area.top, area.left, area.bottom, area.right
    middle = (left + right) // 2
    return Area(top, left, bottom, middle), Area(top, middle + 1, bottom, right)


def _upper_and_lower(area: Area) -> tuple[Area, Area]:
    top, left, bottom, right = area.top, area.left, area.bottom, area.right
    middle = (top + bottom) // 2
    return Area(top, left, middle, right), Area(middle + 1, left, bottom, right)


def _usual_values(
    live: LiveTable, layout: Layout, trait: Trait, columns: Columns
) -> Sequence[Usual]:
    """What is usual in each column.

    That is what its cell in the sheet's last row has, which has the format of the whole column; and
    what more than half of its rows have. Of a single row nobody can tell, unless the whole column
    looks otherwise.
    """
    has_rows = len(columns[0]) > 1
    if has_rows and all(column.count(column[0]) == len(column) for column in columns):
        return [Usual(column[0], frozenset({column[0]})) for column in columns]

    by_column = _last_row(live, layout, trait)
    return [
        _usual_value(column, whole, trait.nothing)
        for column, whole in zip(columns, by_column, strict=True)
    ]


def _usual_value(column: Sequence[Value], whole: Value, nothing: Value) -> Usual:
    """What is usual in one column.

    Args:
        whole: what the whole sheet column has.
        nothing: what a cell has to which nobody did anything.
    """
    counts = Counter(column)
    (most_common, count), *_ = counts.most_common(1)
    is_majority = count * 2 > len(column) if len(column) > 1 else whole == nothing
    usual = frozenset({whole, nothing, *([most_common] if is_majority else [])})
    # Of what is usual, a new row has what most rows have.
    ranked = [value for value, _ in counts.most_common() if value in usual]
    return Usual(ranked[0] if ranked else whole, usual)


def _last_row(live: LiveTable, layout: Layout, trait: Trait) -> list[Value]:
    area = Area(MAX_ROW, layout.left, MAX_ROW, layout.right)
    values: list[Value] = []
    for part, value in _parts(live, trait, area, _ask(live, trait, area)):
        values += [value] * part.width
    return values


def put_trait(live: LiveTable, layout: Layout, trait: Trait, have: Columns, want: Columns) -> bool:
    """Give cells the values they should have, in as few rectangles as they form.

    Returns: whether anything had to be set.
    """
    changes: dict[Spot, Value] = {}
    for place, (old, new) in enumerate(zip(have, want, strict=True)):
        if old == new:
            continue
        pairs = enumerate(zip(old, new, strict=True))
        changes |= {(row, place): after for row, (before, after) in pairs if before != after}

    for (top, left, bottom, right), value in _rectangles(changes):
        cells = live.span(
            layout.top + top, layout.left + left, layout.top + bottom, layout.left + right
        )
        live.calls(lambda cells=cells, value=value: trait.put(cells, value))  # type: ignore[misc]
    return bool(changes)


def _rectangles(
    changes: Mapping[Spot, Value],
) -> Iterator[tuple[tuple[int, int, int, int], Value]]:
    """Cut cells into rectangles of one value: first along rows, then equal runs below each other."""
    runs: dict[tuple[int, int, Value], list[int]] = {}
    start = end = (-1, -1)
    for row, place in sorted(changes):
        value = changes[row, place]
        goes_on = (row, place - 1) == end and changes[end] == value
        if not goes_on:
            if start != (-1, -1):
                runs.setdefault((start[1], end[1], changes[start]), []).append(start[0])
            start = (row, place)
        end = (row, place)
    if start != (-1, -1):
        runs.setdefault((start[1], end[1], changes[start]), []).append(start[0])

    for (left, right, value), rows in runs.items():
        top = bottom = rows[0]
        for row in rows[1:]:
            if row > bottom + 1:
                yield (top, left, bottom, right), value
                top = row
            bottom = row
        yield (top, left, bottom, right), value
