"""Where does each row of a table lie after a write?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from salesbook.hosts.area import Area


@dataclass(frozen=True)
class RowMap:
    """The way of a table's rows from the old body into the new one, in sheet rows.

    A row goes where the first new row lies that names it as source. The totals rows go along with
    the table's end. Whatever lies outside the table stays.
    """

    body: Area
    """The old body."""
    sources: Sequence[int | None]
    """The old row of each new one, counted from 0."""
    totals_rows: int = 0

    @cached_property
    def new_body(self) -> Area:
        """The new body; it is never without a row."""
        return self.body.ending_at(self.body.top + max(1, len(self.sources)) - 1)

    @property
    def shift(self) -> int:
        """How far the totals rows go down."""
        return self.new_body.bottom - self.body.bottom

    @cached_property
    def is_still(self) -> bool:
        """Whether every row stays where it is and none is added."""
        return list(self.sources) == list(range(self.body.row_count))

    @cached_property
    def new_rows(self) -> dict[int, int]:
        """The new sheet row of every old one that stays, in the order of the new body."""
        new_rows: dict[int, int] = {}
        for index, source in enumerate(self.sources):
            if source is not None:
                new_rows.setdefault(self.body.top + source, self.body.top + index)
        return new_rows

    def holds(self, row: int, column: int) -> bool:
        """Say whether a cell lies in the old body or in its totals rows."""
        return column in self.body.columns and self.body.top <= row <= self._table_bottom

    @property
    def _table_bottom(self) -> int:
        return self.body.bottom + self.totals_rows

    def row(self, row: int) -> int | None:
        """Say where a row of the table's columns goes; None for one that leaves the sheet."""
        if row < self.body.top or row > self._table_bottom:
            return row
        if row > self.body.bottom:
            return row + self.shift
        return self.new_rows.get(row)

    def cell(self, area: Area) -> Area | None:
        """Say where a cell goes; None where it leaves the sheet."""
        if not self.holds(area.top, area.left):
            return area
        new_row = self.row(area.top)
        return None if new_row is None else Area.one_cell(new_row, area.left)

    def range(self, area: Area) -> Area | None:
        """Say where a range of cells goes.

        One over all rows of the body becomes one over all rows of the new body. One over some of
        them goes along as long as just these rows lie side by side again.

        Returns: None where no range names the same cells any more.
        """
        meets_columns = area.left <= self.body.right and self.body.left <= area.right
        meets_rows = area.top <= self._table_bottom and self.body.top <= area.bottom
        if not meets_columns or not meets_rows or self.is_still:
            return area

        if self._covers_body(area):
            return Area(area.top, area.left, self._new_bottom(area.bottom), area.right)

        rows = self._rows_of_part(area)
        # Cells beside the table stay, so that a range over both must stay as well.
        is_inside = self.body.left <= area.left and area.right <= self.body.right
        stays = rows == (area.top, area.bottom)
        if rows is None or not (is_inside or stays):
            return None
        return Area(rows[0], area.left, rows[1], area.right)

    def _covers_body(self, area: Area) -> bool:
        covers_rows = area.top <= self.body.top and self.body.bottom <= area.bottom
        # Of a table with a single row, `B3:F3` means that row, and `B3:B3` the whole column.
        is_a_row = area.row_count == 1 and area.width > 1
        return covers_rows and not is_a_row

    def _new_bottom(self, bottom: int) -> int:
        """Say where a range ends that takes in the whole body."""
        if bottom <= self._table_bottom:
            return bottom + self.shift
        return max(bottom, self._table_bottom + self.shift)

    def _rows_of_part(self, area: Area) -> tuple[int, int] | None:
        """Find the first and last row of a range that takes in some rows of the body, or none."""
        # What lies above and below the table stays, so that one row of it stands for all.
        top = max(area.top, self.body.top - 1)
        bottom = min(area.bottom, self._table_bottom + 1)
        new_rows = []
        for row in range(top, bottom + 1):
            new_row = self.row(row)
            if new_row is None:
                return None
            new_rows.append(new_row)

        new_rows.sort()
        if any(lower - upper != 1 for upper, lower in pairwise(new_rows)):
            return None
        new_top = area.top if area.top < top else new_rows[0]
        new_bottom = area.bottom if area.bottom > bottom else new_rows[-1]
        return new_top, new_bottom

    def pieces(self, area: Area) -> Iterator[Area]:
        """Say where the rows of an area within the table's columns go, each for itself.

        Rows that lie side by side come as one area, from above; rows that leave come not at all.
        """
        new_rows = sorted(
            new_row
            for new_row in map(self.row, range(area.top, area.bottom + 1))
            if new_row is not None
        )
        first = 0
        for index, row in enumerate(new_rows):
            is_last = index + 1 == len(new_rows) or new_rows[index + 1] > row + 1
            if is_last:
                yield Area(new_rows[first], area.left, row, area.right)
                first = index + 1
