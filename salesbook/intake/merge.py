"""Which rows of a file are new, which change a row of the table, and which are there already?"""

from __future__ import annotations

from collections.abc import Sequence

from salesbook.cells.field import Value
from salesbook.intake.book_now import BookNow, Key, TableNow
from salesbook.intake.directory import KeyMaker
from salesbook.intake.matching import Matcher, has_made_keys, key_of
from salesbook.intake.resolve import Resolver
from salesbook.intake.rows import FileRow
from salesbook.intake.usable import needed_fields, reject_broken_orders, reject_unusable
from salesbook.tables import TABLES


class Merge:
    """Brings a file's rows into a table: by key, else by what names a row, else as new rows.

    A cell that the file leaves empty changes nothing. With `replace` the table's rows go, but a row
    that comes again keeps its key, so that what refers to it still does.
    """

    def __init__(self, table: str, book: BookNow, resolver: Resolver, *, replace: bool) -> None:
        self.table, self.resolver, self.replace = table, resolver, replace
        self.now: TableNow = book.table(table)
        self.key_names = TABLES[table].key
        self._needed = needed_fields(table)
        self.matcher = Matcher(self.now, (), resolver.same)
        self.new_rows: list[dict[str, Value]] = []
        self.changes: dict[int, dict[str, Value]] = {}
        self.new = self.updated = self.unchanged = self.look_alikes = 0
        self._fields: frozenset[str] = frozenset()
        self.accepted: list[FileRow] = []
        self._seen: dict[Key, int] = {}
        self._identities: dict[tuple[object, ...], int] = {}
        self._lines: dict[Value, int] = {}
        self._maker: KeyMaker | None = None
        self._names = frozenset(TABLES[table].field_names)

    def run(self, kept: Sequence[FileRow]) -> None:
        """Place every row that has no fault yet, or note why it cannot be."""
        rows = [row for row in kept if not row.faults]
        self._fields = frozenset(name for row in rows for name in row.values)
        self.matcher = Matcher(self.now, tuple(sorted(self._fields)), self.resolver.same)
        self._reserve(rows)
        placed: list[tuple[FileRow, int | None]] = []
        for row in rows:
            self._complete(row)
            at = self._place(row)
            if not row.faults:
                reject_unusable(row, self._needed, {**self._old(at), **row.values})
            if not row.faults:
                placed.append((row, at))
        if self._numbers_lines:
            reject_broken_orders(kept)
        for row, at in self._with_own_references(
            [(row, at) for row, at in placed if not row.faults]
        ):
            self._take(row, at)

    def _reserve(self, rows: Sequence[FileRow]) -> None:
        """Keep the keys that the file brings from being made for its rows without."""
        keys = {
            str(row.values[self.key_names[0]]) for row in rows if self.key_names[0] in row.values
        }
        taken = {str(key[0]) for key in self.now.by_key}
        own = self.resolver.directories.get(self.table)
        self._maker = own.maker if own else KeyMaker(self.table, taken)
        self._maker.reserve(keys | taken)

    @property
    def _numbers_lines(self) -> bool:
        return self.table == "Orders" and "line_no" not in self._fields

    def _complete(self, row: FileRow) -> None:
        """Number an order's lines by their place in the file where it has no line numbers."""
        if self._numbers_lines and "order_id" in row.values:
            order = row.values["order_id"]
            self._lines[order] = self._lines.get(order, 0) + 1
            row.values["line_no"] = self._lines[order]

    def _place(self, row: FileRow) -> int | None:
        """The position of the row that this one is;
        None for a new one. Gives new rows their keys.
        """
        key = key_of(self.table, row.values)
        if isinstance(key, tuple):
            if key in self._seen:
                row.reject(
                    self.key_names[0],
                    "key-repeated",
                    key="|".join(map(str, key)),
                    row=self._seen[key],
                )
                return None
            self._seen[key] = row.number
            return self.matcher.by_key(key)
        if not has_made_keys(self.table):
            row.reject(key, "missing-key")
            return None
        return self._place_naturally(row)

    def _place_naturally(self, row: FileRow) -> int | None:
        lacks = self.matcher.lacks(row.values)
        if lacks:
            row.reject(self.key_names[0], "no-natural-key", fields=lacks)
            return None
        identity = self.matcher.identity(row.values)
        found = self.matcher.naturally(row)
        if len(found) > 1 or (identity and identity in self._identities):
            twin = self._identities.get(identity, 0)
            code = "key-repeated" if twin else "natural-key-ambiguous"
            row.reject(
                self.key_names[0], code, key=" / ".join(str(part) for part in identity), row=twin
            )
            return None
        if identity:
            self._identities[identity] = row.number
        if found:
            at = next(iter(found))
            key = self.now.key_at(at)
            row.values.update(dict(zip(self.key_names, key, strict=True)))
        else:
            at = None
            row.values[self.key_names[0]] = self._maker.make() if self._maker else ""
            key = key_of(self.table, row.values)  # type: ignore[assignment]
        if key in self._seen:
            row.reject(
                self.key_names[0], "key-repeated", key="|".join(map(str, key)), row=self._seen[key]
            )
        self._seen.setdefault(key, row.number)
        return at

    def _old(self, at: int | None) -> dict[str, Value]:
        """What stays of the row that a row of the file is."""
        return {} if at is None or self.replace else self.now.held_at(at)

    def _with_own_references(
        self, placed: list[tuple[FileRow, int | None]]
    ) -> list[tuple[FileRow, int | None]]:
        """Resolve references among the file's own rows; who refers to a rejected row is rejected
        too.
        """
        own = self.resolver.directories.get(self.table)
        if own is None:
            return placed
        for row, _ in placed:
            own.know(str(row.values[self.key_names[0]]), row.values)
        for row, _ in placed:
            self.resolver.resolve_own(row)
        left = [(row, at) for row, at in placed if not row.faults]
        while True:
            gone = {row.values[self.key_names[0]] for row, _ in placed if row.faults}
            lost = [row for row, _ in left if self.resolver.refers_to(row, gone)]
            if not lost:
                return left
            left = [(row, at) for row, at in left if not row.faults]

    def _take(self, row: FileRow, at: int | None) -> None:
        self.accepted.append(row)
        values = {name: value for name, value in row.values.items() if name in self._names}
        if at is None:
            self.new += 1
            self.look_alikes += not self.replace and self.matcher.looks_known(row)
            self.new_rows.append(values)
            return
        old = self.now.held_at(at)
        different = {
            name: value
            for name, value in values.items()
            if not self._same(name, old.get(name), value)
        }
        self.updated += bool(different)
        self.unchanged += not different
        if self.replace:
            self.new_rows.append(values)
        elif different:
            self.changes[at] = different

    def _same(self, name: str, old: Value | None, new: Value) -> bool:
        if old is None:
            return TABLES[self.table].field(name).default == new
        return old == new or self.resolver.same(name, old) == new
