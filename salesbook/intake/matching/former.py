"""Which rows of a file are rows that were merged away, and how much of them is not taken?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from salesbook.intake.matching.identity import Row
from salesbook.messages import Message, some_of
from salesbook.names.customer_marks import Mark, customer_marks
from salesbook.names.folding import fold_name
from salesbook.names.merged_ids import FormerRow

_BY_NAME: Final = ("Customers", "Reps")
"""Tables whose rows a file may name by words alone."""
_MOST_NAMED: Final = 6


@dataclass
class FormerRows:
    """The rows of one table that were merged away, as other systems go on sending them."""

    table: str
    rows: Sequence[FormerRow] = ()
    _dropped: dict[str, dict[str, int]] = field(default_factory=dict)
    """Values that were not taken: how many, by the row that stays and by the former one."""

    @cached_property
    def by_id(self) -> Mapping[str, FormerRow]:
        """The former rows by their ids."""
        return {row.old_id: row for row in self.rows}

    @cached_property
    def _by_mark(self) -> dict[Mark, list[FormerRow]]:
        former: dict[Mark, list[FormerRow]] = {}
        for row in self.rows:
            called = {"name": row.name, "company": row.company}
            said = {name: text for name, text in called.items() if text is not None}
            mark = self.name_mark(said)
            if mark is not None:
                former.setdefault(mark, []).append(row)
        return former

    def name_mark(self, row: Row) -> Mark | None:
        """What names a row by words alone: a customer by name and company, a rep by the name."""
        if self.table not in _BY_NAME or "name" not in row:
            return None
        if self.table == "Reps":
            return (fold_name(str(row["name"])),)
        return next((mark for mark in customer_marks(row) if mark[0] == "name"), None)

    def called(self, row: Row) -> FormerRow | None:
        """The former row that was called as a row of a file is; None where several became several."""
        mark = self.name_mark(row)
        former = [] if mark is None else self._by_mark.get(mark, [])
        living = {row.living_id for row in former}
        return former[0] if len(living) == 1 else None

    def note_dropped(self, former: FormerRow, count: int) -> None:
        """Count values of a former row that say otherwise than the row which stays."""
        if count:
            of_living = self._dropped.setdefault(former.living_id, {})
            of_living[former.old_id] = of_living.get(former.old_id, 0) + count

    def told(self) -> Iterator[Message]:
        """Say of each row that stays how much of the former ones was not taken."""
        for living_id in sorted(self._dropped):
            counts = self._dropped[living_id]
            yield Message(
                "import.merged-away",
                {
                    "ids": some_of(sorted(counts), _MOST_NAMED),
                    "keep": living_id,
                    "count": sum(counts.values()),
                    "table": "Aliases",
                },
            )
