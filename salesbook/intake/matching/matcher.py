"""Which row of the table is a row of the file: by key, by what names it naturally, or by content?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from salesbook.cells.base import Value
from salesbook.intake.book_now import Key, TableNow
from salesbook.intake.matching.contents import Contents
from salesbook.intake.matching.identity import (
    NATURAL,
    Row,
    SameRef,
    goes_by_names,
    marks_of,
)
from salesbook.intake.rows import FileRow
from salesbook.names.customer_marks import Mark, may_be_one
from salesbook.tables import TABLES


def has_made_keys(table: str) -> bool:
    """True where a row without key can be given one: its key is one made-up id."""
    key = TABLES[table].key
    if not key:
        return False

    first, *others = (TABLES[table].field(name) for name in key)
    is_own_id = first.name.endswith("_id") and first.ref is None
    return is_own_id and all(spec.default is not None for spec in others)


def key_of(table: str, values: Mapping[str, Value]) -> Key | str:
    """The row's key, blank parts taken as their defaults, or the field whose value is missing."""
    spec = TABLES[table]
    parts: list[Value] = []
    for name in spec.key:
        value = values.get(name, spec.field(name).default)
        if value is None:
            return name
        parts.append(value)  # type: ignore[arg-type]
    return tuple(parts)


class Match(NamedTuple):
    """What a row of the file without key is in the table."""

    position: int | None
    """Of the table's row that it is; None for a new one."""
    rivals: frozenset[int] = frozenset()
    """Positions of the rows that it may be as well as a new one: for a person to decide."""


_NEW = Match(None)


class LookAlike(NamedTuple):
    """A row of the table that a new row shares a mark with."""

    position: int
    mark: Mark


@dataclass(frozen=True)
class Matcher:
    """Finds a file's rows in the table as it is."""

    now: TableNow
    fields: tuple[str, ...]
    """The fields that the file fills."""
    same_ref: SameRef
    by_fewer_fields: dict[tuple[str, ...], Matcher] = field(default_factory=dict)
    """By fields, what finds rows of which not everything can be read."""

    @property
    def _table(self) -> str:
        return self.now.table

    def by_key(self, key: Key) -> int | None:
        """The position of the row with that key."""
        return self.now.by_key.get(key)

    def marks(self, row: Row) -> list[Mark]:
        """What names a row, best first; nothing where it goes by content."""
        return marks_of(self._table, row, self._field_set, self.same_ref)

    def bears(self, mark: Mark | None) -> bool:
        """Whether a row of the table is named so today."""
        return mark in self._by_mark

    def known_but_for(self, row: FileRow) -> bool:
        """Whether a row of the table is called as this one is, but for what cannot be read of it.

        Then nobody can tell whether they are one: its deal may have been created on that very day.
        """
        unread = {name for name, _, _ in row.gaps}.intersection(NATURAL.get(self._table, ()))
        if not unread:
            return False
        rest = tuple(sorted(set(self.fields) - unread))
        if rest not in self.by_fewer_fields:
            self.by_fewer_fields[rest] = Matcher(self.now, rest, self.same_ref)
        others = self.by_fewer_fields[rest]
        return any(mark in others._by_mark for mark in others.marks(row.values))

    @cached_property
    def _field_set(self) -> frozenset[str]:
        return frozenset(self.fields)

    def match(self, rows: Sequence[Row], claimed: frozenset[int]) -> list[Match]:
        """Say of every row of the file without key which row of the table it is.

        By natural name: one row of the file and one of the table are one thing, which the file
        changes. Where several rows share names on either side, those that say the same are one and
        the other; what remains is new if the table has no row left that it may be, and else for a
        person to decide. Rows without a natural name go by content: as many of them are new as the
        file has more of one content than the table.

        All pairs that say the same are found before any row is changed, in whatever group it is: a
        row that an earlier import of the same file wrote must not stand between a row of the file
        and the one that it asked about then.

        The order of the rows makes no difference.

        Args:
            claimed: positions of rows that other rows of the file are by their keys.

        Returns: one match per row.
        """
        matches = [_NEW] * len(rows)
        marks_of_row = [self.marks(row) for row in rows]
        named = [place for place, marks in enumerate(marks_of_row) if marks]
        nameless = [place for place, marks in enumerate(marks_of_row) if not marks]

        def bearers(places: Iterable[int], gone: frozenset[int]) -> dict[int, frozenset[int]]:
            known: dict[Mark, frozenset[int]] = {}
            return {
                place: self._named_by(marks_of_row[place], rows[place], gone, known)
                for place in places
            }

        # What says the same bears the same names, so that a pair is always one that may be.
        are_several: set[int] = set()
        for places, positions in _groups(bearers(named, claimed)):
            if len(places) > 1 or len(positions) > 1:
                are_several.update(places)
            pairs = self._contents.pair([rows[place] for place in places], positions)
            for place, position in pairs.items():
                matches[places[place]] = Match(position)

        # Whose best name is taken by now may still be a row that bears his next one.
        taken = claimed.union(match.position for match in matches if match.position is not None)
        left_over = [place for place in named if matches[place].position is None]
        may_be = bearers(left_over, taken)
        for places, positions in _groups(may_be):
            for place in places:
                is_sure = len(places) == len(positions) == 1 and place not in are_several
                matches[place] = (
                    Match(next(iter(positions))) if is_sure else Match(None, may_be[place])
                )

        unclaimed = self.now.rows.keys() - taken
        of_nameless = [rows[place] for place in nameless]
        for place, position in self._contents.pair(of_nameless, unclaimed).items():
            matches[nameless[place]] = Match(position)
        return matches

    @cached_property
    def _contents(self) -> Contents:
        return Contents(self.now, self.fields, self.same_ref)

    def _named_by(
        self,
        marks: Sequence[Mark],
        row: Row,
        gone: frozenset[int],
        known: dict[Mark, frozenset[int]],
    ) -> frozenset[int]:
        """Positions of the rows that the best mark finds which any row has.

        Args:
            gone: positions of rows that are somebody else already.
            known: what was found for a mark so far; grows.
        """
        for mark in marks:
            if mark not in known:
                known[mark] = self._by_mark.get(mark, frozenset()) - gone
            positions = known[mark]
            if self._table == "Customers":
                positions = frozenset(
                    position
                    for position in positions
                    if may_be_one(mark, self.now.rows[position], row)
                )
            if positions:
                return positions
        return frozenset()

    @cached_property
    def _by_mark(self) -> dict[Mark, frozenset[int]]:
        positions: dict[Mark, list[int]] = {}
        for position, row in self.now.rows.items():
            for mark in self.marks(row):
                positions.setdefault(mark, []).append(position)
        return {mark: frozenset(bearers) for mark, bearers in positions.items()}

    def look_alike(self, row: Row) -> LookAlike | None:
        """The first row of the table that has the name, e-mail or phone of a new row."""
        if not goes_by_names(self._table):
            return None
        for mark in self.marks(row):
            positions = self._by_mark.get(mark)
            if positions:
                return LookAlike(min(positions), mark)
        return None


def _groups(may_be: Mapping[int, frozenset[int]]) -> list[tuple[list[int], set[int]]]:
    """Part rows of the file into groups that have no row of the table in common.

    Args:
        may_be: positions in the table by place in the file.

    Returns: places and positions of each group; rows that can be nobody are in none.
    """
    # Rows that may be the very same rows stand together at once.
    places_of: dict[frozenset[int], list[int]] = {}
    for place, positions in may_be.items():
        if positions:
            places_of.setdefault(positions, []).append(place)

    group_of: dict[int, tuple[list[int], set[int]]] = {}
    for positions, places in places_of.items():
        joined: tuple[list[int], set[int]] = (list(places), set(positions))
        for position in positions:
            group = group_of.get(position)
            if group is not None and group is not joined:
                # The smaller group joins the larger one, so that a long chain takes no time.
                smaller, larger = sorted((group, joined), key=lambda one: len(one[1]))
                larger[0].extend(smaller[0])
                larger[1].update(smaller[1])
                group_of.update(dict.fromkeys(smaller[1], larger))
                joined = larger
        group_of.update(dict.fromkeys(positions, joined))

    different = {id(group): group for group in group_of.values()}
    return [(sorted(places), positions) for places, positions in different.values()]
