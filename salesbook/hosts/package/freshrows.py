"""How do thousands of new rows come below everything a sheet holds, without a look at each?"""

from __future__ import annotations

from dataclasses import dataclass

from salesbook.hosts.package.newcells import NewCells
from salesbook.hosts.package.rows import Row, SheetRows
from salesbook.store import TableWrite

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class FreshRows:
    """The last rows of a write, of which the sheet holds nothing yet; they come out as if edited singly."""

    rows: SheetRows
    write: TableWrite
    cells: NewCells
    headers: tuple[str, ...]
    like: bytes
    """Start tag of the row whose height and format the new ones take."""

    def append(self, start: int, first_number: int) -> None:
        """Add the write's rows from index `start` on, as rows from `first_number` on.

        Raises: CannotWrite.
        """
        end = len(self.write.sources)
        pieces = [
            self._piece(range(at, min(at + _ROWS_AT_ONCE, end)), first_number - start)
            for at in range(start, end, _ROWS_AT_ONCE)
        ]
        self.rows.append(range(first_number, first_number + end - start), pieces)

    def _piece(self, indices: range, shift: int) -> bytes:
        """Write some rows, column by column."""
        numbers = [str(index + shift) for index in indices]
        columns = [
            self.cells.column(given[indices.start : indices.stop] if given else None, numbers, place)
            for place, given in enumerate(map(self.write.columns.get, self.headers))
        ]
        before, after = self.rows.tag_like(self.like, 0).decode().split(' r="0"')
        close = f"</{self.rows.prefix.decode()}row>"
        rows = []
        for number, cells in zip(numbers, zip(*columns, strict=True), strict=True):
            content = "".join(cells)
            if content:
                rows.append(f'{before} r="{number}"{after}{content}{close}')
            else:
                empty = Row(self.rows.tag_like(self.like, int(number)), {})
                rows.append(self.rows.rendered(empty).decode())
        return "".join(rows).encode()
