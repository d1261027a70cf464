"""Which rows of a file are new, which change a row of the table, and which are there already?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from salesbook.cells.base import Value
from salesbook.intake.book_now import BookNow, Key, TableNow
from salesbook.intake.kept import Kept
from salesbook.intake.matching import Mark, Matcher, has_made_keys, key_of
from salesbook.intake.register import KeyMaker
from salesbook.intake.resolve import Resolver
from salesbook.intake.rows import FileRow
from salesbook.intake.twins import numbers_lines
from salesbook.intake.usable import needed_fields, reject_broken_orders, reject_unusable
from salesbook.tables import TABLES


class _Placed(NamedTuple):
    """A row of the file and where it goes."""

    row: FileRow
    position: int | None
    """Of the table's row that it is; None for a new one."""


class Merge:
    """Brings a file's rows into a table: by key, else by what names a row, else as new rows.

    A cell that the file leaves empty changes nothing. With `replace` the table's rows go, but a row
    that comes again keeps its key, so that what refers to it still does.
    """

    def __init__(
        self, table: str, book: BookNow, resolver: Resolver, kept: Kept, *, replace: bool
    ) -> None:
        self.table = table
        self.kept = kept
        self.resolver = resolver
        self.replace = replace
        self.now: TableNow = book.table(table)
        self.key_names = TABLES[table].key
        self.matcher = Matcher(self.now, (), resolver.same)

        self.accepted: list[FileRow] = []
        self.new_rows: list[dict[str, Value]] = []
        self.changes: dict[int, dict[str, Value]] = {}
        """What differs, by field, by the position of the table's row."""
        self.new = 0
        self.updated = 0
        self.unchanged = 0
        self.look_alikes = 0

        self._needed = needed_fields(table)
        self._names = frozenset(TABLES[table].field_names)
        self._fields: frozenset[str] = frozenset()
        """The fields that the file fills."""
        self._maker: KeyMaker | None = None
        self._row_of_key: dict[Key, int] = {}
        self._row_of_identity: dict[Mark, int] = {}
        """Number of the file's row, by key and by what names a row without one."""
        self._line_count: dict[Value, int] = {}
        """Lines of each order so far."""

    def run(self, kept: Sequence[FileRow]) -> None:
        """Place every row that has no fault yet, or note why it cannot be."""
        rows = [row for row in kept if not row.faults]
        self._fields = frozenset(name for row in rows for name in row.values)
        self.matcher = Matcher(self.now, tuple(sorted(self._fields)), self.resolver.same)
        self._reserve(rows)

        placed: list[_Placed] = []
        for row in rows:
            self._number_line(row)
            position = self._place(row)
            if not row.faults:
                values = {**self._old_values(position), **row.values}
                reject_unusable(row, self._needed, values)
            if not row.faults:
                placed.append(_Placed(row, position))

        # Only now is it known of every line of an order whether it is rejected.
        if self._numbers_lines:
            reject_broken_orders(kept)
        sound = [place for place in placed if not place.row.faults]
        for row, position in self._with_own_references(sound):
            self._take(row, position)

    def _reserve(self, rows: Sequence[FileRow]) -> None:
        """Keep the keys that the file brings from being made for its rows without."""
        first_key = self.key_names[0]
        in_file = {str(row.values[first_key]) for row in rows if first_key in row.values}
        in_table = {str(key[0]) for key in self.now.by_key}

        register = self.resolver.registers.get(self.table)
        self._maker = register.maker if register else KeyMaker(self.table, in_table)
        self._maker.reserve(in_file | in_table)

    @property
    def _numbers_lines(self) -> bool:
        """Whether an order's lines are numbered by their place, for want of numbers in the file."""
        return numbers_lines(self.table, self._fields)

    def _number_line(self, row: FileRow) -> None:
        """Number an order's line by its place in the file where it has no line numbers."""
        if self._numbers_lines and "order_id" in row.values:
            order = row.values["order_id"]
            self._line_count[order] = self._line_count.get(order, 0) + 1
            row.values["line_no"] = self._line_count[order]

    def _place(self, row: FileRow) -> int | None:
        """The position of the table's row that this one is; None for a new one, which gets its key."""
        key = key_of(self.table, row.values)
        if isinstance(key, tuple):
            if key in self._row_of_key:
                self._reject_repeated(row, key)
                return None
            self._row_of_key[key] = row.number
            return self.matcher.by_key(key)

        missing_field = key
        if not has_made_keys(self.table):
            row.reject(missing_field, "missing-key")
            return None
        return self._place_naturally(row)

    def _place_naturally(self, row: FileRow) -> int | None:
        """As `_place`, for a row without key."""
        first_key = self.key_names[0]
        lacks = self.matcher.lacks(row.values)
        if lacks:
            row.reject(first_key, "no-natural-key", fields=lacks)
            return None

        identity = self.matcher.identity(row.values)
        positions = self.matcher.naturally(row)
        earlier_row = self._row_of_identity.get(identity, 0) if identity else 0
        if len(positions) > 1 or earlier_row:
            code = "key-repeated" if earlier_row else "natural-key-ambiguous"
            words = " / ".join(str(part) for part in identity)
            row.reject(first_key, code, key=words, row=earlier_row)
            return None
        if identity:
            self._row_of_identity[identity] = row.number

        position = next(iter(positions), None)
        key = self._give_key(row, position)
        if key in self._row_of_key:
            self._reject_repeated(row, key)
        self._row_of_key.setdefault(key, row.number)
        return position

    def _give_key(self, row: FileRow, position: int | None) -> Key:
        """Give a row the key of the table's row that it is, or a new one."""
        if position is not None:
            key = self.now.key_of_row(position)
            row.values.update(zip(self.key_names, key, strict=True))
            return key
        row.values[self.key_names[0]] = self._maker.make() if self._maker else ""
        return key_of(self.table, row.values)  # type: ignore[return-value]

    def _reject_repeated(self, row: FileRow, key: Key) -> None:
        words = "|".join(map(str, key))
        row.reject(self.key_names[0], "key-repeated", key=words, row=self._row_of_key[key])

    def _old_values(self, position: int | None) -> dict[str, Value]:
        """What stays of the row that a row of the file is."""
        is_gone = position is None or self.replace
        return {} if is_gone else self.now.held_in_row(position)  # type: ignore[arg-type]

    def _with_own_references(self, placed: list[_Placed]) -> list[_Placed]:
        """Resolve references within the file; a row that refers to a rejected one is rejected too."""
        register = self.resolver.registers.get(self.table)
        if register is None:
            return placed

        first_key = self.key_names[0]
        for row, _ in placed:
            register.know(str(row.values[first_key]), row.values)
        for row, _ in placed:
            self.resolver.resolve_own(row)

        # Each round may reject the managers of other rows, until a round rejects nobody.
        left = [place for place in placed if not place.row.faults]
        while True:
            rejected_keys = {row.values[first_key] for row, _ in placed if row.faults}
            lost = [row for row, _ in left if self.resolver.refers_to(row, rejected_keys)]
            if not lost:
                return left
            left = [place for place in left if not place.row.faults]

    def _take(self, row: FileRow, position: int | None) -> None:
        """Accept a row: as a new one, as a change, or as one that is there already."""
        self.accepted.append(row)
        values = {name: value for name, value in row.values.items() if name in self._names}
        if position is None:
            self.new += 1
            self.look_alikes += not self.replace and self.matcher.looks_known(row)
            self.new_rows.append(values)
            self.kept.add(row)
            return

        old = self.now.held_in_row(position)
        different = {
            name: value
            for name, value in values.items()
            if not self._same(name, old.get(name), value)
        }
        brings_more = self.kept.change(row, position)
        if different or brings_more:
            self.updated += 1
        else:
            self.unchanged += 1

        if self.replace:
            self.new_rows.append(values)
            self.kept.add(row)
        elif different:
            self.changes[position] = different

    def _same(self, name: str, old: Value | None, new: Value) -> bool:
        """Whether a value says what the table says; a blank cell says its field's default."""
        if old is None:
            return TABLES[self.table].field(name).default == new
        return old == new or self.resolver.same(name, old) == new
