"""Where does each cell of a sheet go when tables on it are written?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from salesbook.hosts.area import Area
from salesbook.hosts.row_map import RowMap

Place = tuple[int, int]
"""A cell's row and column."""


@dataclass(frozen=True, slots=True)
class SheetMoves:
    """The ways of all tables that are written on one sheet."""

    maps: Sequence[RowMap]

    @property
    def is_still(self) -> bool:
        """Whether nothing on the sheet goes anywhere."""
        return all(rows.is_still for rows in self.maps)

    def place(self, place: Place) -> Place | None:
        """Say where a cell goes; None where it leaves the sheet.

        A blank cell right below a table that grows goes down before it: what somebody put on it
        would else be on a new row.
        """
        row, column = place
        for rows in self.maps:
            if rows.holds(row, column):
                new_row = rows.row(row)
                return None if new_row is None else (new_row, column)
            table_bottom = rows.body.bottom + rows.totals_rows
            lies_in_the_way = table_bottom < row <= table_bottom + rows.shift
            if lies_in_the_way and column in rows.body.columns:
                return row + rows.shift, column
        return place

    def places(self, places: Iterable[Place]) -> dict[Place, Place | None]:
        """Say where several cells go of which no two may meet, as two notes on one cell."""
        ways = {place: self.place(place) for place in dict.fromkeys(places)}
        taken = {new for place, new in ways.items() if new and not self._is_pushed(place)}
        for place, new in ways.items():
            if new is None or not self._is_pushed(place):
                continue
            while new in taken:
                new = (new[0] + 1, new[1])
            ways[place] = new
            taken.add(new)
        return ways

    def _is_pushed(self, place: Place) -> bool:
        """Say whether a cell lies outside of all tables and goes down before one that grows."""
        is_outside = not any(rows.holds(*place) for rows in self.maps)
        return is_outside and self.place(place) != place

    def areas(self, area: Area) -> Iterator[Area]:
        """Say where the cells of an area go that something is said of, each row for itself.

        What is meant for the table and not for these rows stays, as does what reaches out of it.
        """
        rows = self._map_around(area)
        if rows is None or rows.is_still or is_for_table(area, rows):
            yield area
        else:
            yield from rows.pieces(area)

    def _map_around(self, area: Area) -> RowMap | None:
        """Find the table in whose body or totals row an area lies."""
        for rows in self.maps:
            holds_top = rows.holds(area.top, area.left)
            holds_bottom = rows.holds(area.bottom, area.right)
            if holds_top and holds_bottom:
                return rows
        return None


def is_for_table(area: Area, rows: RowMap) -> bool:
    """Say whether an area takes in most of a body's rows: it is not meant for single ones."""
    is_in_body = area.bottom <= rows.body.bottom
    return is_in_body and area.row_count * 2 > rows.body.row_count
