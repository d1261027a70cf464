"""Which rows of a file say nothing but what rows of the table say, one for one?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.cells.base import Value
from salesbook.intake.book_now import TableNow
from salesbook.intake.matching.identity import Row, SameRef
from salesbook.tables import TABLES

Content = tuple[Value | None, ...]
"""What a row says in each field of the file, in a form that can be compared."""

_MOST_ANCHORS: Final = 3
"""Fields by which rows of the table that cannot be meant are passed over; more find no fewer."""


def comparable(value: Value | None) -> Value | None:
    """A value as it is compared: a letter with its accent is one, however many characters it has."""
    if isinstance(value, str) and not value.isascii():
        return unicodedata.normalize("NFC", value)
    return value


@dataclass(frozen=True)
class Contents:
    """Compares rows of a file with rows of the table by what they say."""

    now: TableNow
    fields: tuple[str, ...]
    """The fields that are compared: those that the file fills."""
    same_ref: SameRef

    def of(self, row: Row) -> Content:
        """What a row says; a blank cell says what its field means by it."""
        return tuple(self._said(name, row) for name in self.fields)

    def _said(self, name: str, row: Row) -> Value | None:
        value = row.get(name)
        if value is None:
            default = TABLES[self.now.table].field(name).default
            return default if isinstance(default, str | int | float) else None
        return comparable(self.same_ref(name, value))

    def pair(self, rows: Sequence[Row], positions: Iterable[int]) -> dict[int, int]:
        """Find the rows of the file that are there already, each in another row of the table.

        What the file leaves empty says nothing, so that a row of the table may say more. Rows that
        say the same are taken one for one: of three equal ones in the file and two in the table one
        is left over. The problem is a matching of the file's rows with rows of the table that say
        all they say. Pairs that are equal in every field go first; they exist for every row that an
        earlier import of the same rows has written, so that importing again finds all of them.
        Then those rows choose that say most, each the row of the table that says least beside it.

        Args:
            rows: of the file; whether one is first among equals makes no difference.
            positions: of the table's rows that may be meant.

        Returns: position of the table's row, by place in `rows`.
        """
        if not rows:
            return {}
        said = [self.of(row) for row in rows]
        anchors = self._always_filled(rows)[:_MOST_ANCHORS]
        wanted = {tuple(content[place] for place in anchors) for content in said}

        # Most rows of a long table are no row of the file: one look at few fields passes over them.
        content_at: dict[int, Content] = {}
        for position in sorted(positions):
            known = self.now.rows[position]
            anchor = tuple(self._said(self.fields[place], known) for place in anchors)
            if anchor in wanted:
                content_at[position] = self.of(known)

        pairs = self._equal_pairs(said, content_at)
        taken = set(pairs.values())
        left_over = [place for place in range(len(rows)) if place not in pairs]
        free = {
            position: content for position, content in content_at.items() if position not in taken
        }
        pairs.update(self._fuller_rows(rows, said, left_over, free))
        return pairs

    def _always_filled(self, rows: Sequence[Row]) -> tuple[int, ...]:
        """Places of the fields that every row fills: who says other things there is not meant."""
        return tuple(
            place for place, name in enumerate(self.fields) if all(name in row for row in rows)
        )

    def _equal_pairs(
        self, said: Sequence[Content], content_at: dict[int, Content]
    ) -> dict[int, int]:
        """Pairs that say the same in every field, in order of the rows and of the positions."""
        positions_of: dict[Content, list[int]] = {}
        for position in reversed(content_at):
            positions_of.setdefault(content_at[position], []).append(position)

        pairs: dict[int, int] = {}
        for place, content in enumerate(said):
            positions = positions_of.get(content)
            if positions:
                pairs[place] = positions.pop()
        return pairs

    def _fuller_rows(
        self,
        rows: Sequence[Row],
        said: Sequence[Content],
        left_over: Sequence[int],
        free: dict[int, Content],
    ) -> dict[int, int]:
        """Pairs in which the table's row says all that the file's row says, and more.

        Args:
            left_over: places of the rows that have no pair yet.
            free: content by position of the table's rows that have none.
        """
        if not left_over or not free:
            return {}
        anchors = self._always_filled([rows[place] for place in left_over])
        positions_of: dict[Content, list[int]] = {}
        for position, content in free.items():
            anchor = tuple(content[place] for place in anchors)
            positions_of.setdefault(anchor, []).append(position)

        pairs: dict[int, int] = {}
        # By what they say, never by their place: the file's order must not matter.
        most_said_first = sorted(left_over, key=lambda place: (-len(rows[place]), str(said[place])))
        for place in most_said_first:
            content = said[place]
            candidates = positions_of.get(tuple(content[at] for at in anchors), [])
            filled = [at for at, name in enumerate(self.fields) if name in rows[place]]
            fitting = [
                position
                for position in candidates
                if all(free[position][at] == content[at] for at in filled)
            ]
            if fitting:
                best = min(fitting, key=lambda position: (self._filled(position), position))
                pairs[place] = best
                candidates.remove(best)
        return pairs

    def _filled(self, position: int) -> int:
        """How many of the file's fields a row of the table fills."""
        row = self.now.rows[position]
        return sum(name in row for name in self.fields)
