"""How do thousands of new rows come below everything a sheet holds, without a look at each?"""

from __future__ import annotations

from dataclasses import dataclass

from salesbook.hosts.package.newcells import NewCells
from salesbook.hosts.package.rows import Row, SheetRows
from salesbook.store import TableWrite

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class FreshRows:
    """The last rows of a write, of which the sheet holds nothing yet; they come out as if edited
    singly.
    """

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
        before, after = self.rows.tag_like(self.like, 0).decode().replace("%", "%%").split(' r="0"')
        pattern, streams, has_blank_rows = f'{before} r="%s"{after}', [numbers], True
        for place, given in enumerate(map(self.write.columns.get, self.headers)):
            values = given[indices.start : indices.stop] if given else None
            start, cells = self.cells.column(values, numbers, place)
            pattern += f"{start}%s%s" if start else "%s"
            streams += [numbers, cells] if start else [cells]
            has_blank_rows = has_blank_rows and not start
        pattern += f"</{self.rows.prefix.decode()}row>"
        rows = zip(*streams, strict=True)
        if has_blank_rows:
            return "".join(
                pattern % row if any(row[1:]) else self._blank(row[0]) for row in rows
            ).encode()
        return "".join(map(pattern.__mod__, rows)).encode()

    def _blank(self, number: str) -> str:
        """Write a row without cells."""
        return self.rows.rendered(Row(self.rows.tag_like(self.like, int(number)), {})).decode()
