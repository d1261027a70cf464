"""Which rows of a file are new, which change a row of the table, and which are there already?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import nsmallest
from typing import Final, Literal, NamedTuple

from salesbook.cells.base import Value
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow, Key, TableNow
from salesbook.intake.changes import TableChange
from salesbook.intake.maps.kept import Kept
from salesbook.intake.matching.contents import comparable
from salesbook.intake.matching.former import FormerRows
from salesbook.intake.matching.identity import goes_by_names, lacking_fields, names_people
from salesbook.intake.matching.matcher import LookAlike, Match, Matcher, has_made_keys, key_of
from salesbook.intake.matching.order_lines import number_lines, reject_unnumbered
from salesbook.intake.matching.twins import numbers_lines
from salesbook.intake.people.resolve import Resolver
from salesbook.intake.rows import FileRow
from salesbook.intake.usable import (
    needed_fields,
    reject_broken_orders,
    reject_gaps,
    reject_unusable,
)
from salesbook.messages import Message
from salesbook.names.contact_data import phone_numbers
from salesbook.names.customer_marks import Mark, may_be_former
from salesbook.names.made_keys import KeyMaker
from salesbook.names.merged_ids import FormerRow
from salesbook.names.nobody import is_nobodys_name
from salesbook.tables import TABLES

Fate = Literal["new", "updated", "unchanged"]


class _Placed(NamedTuple):
    """A row of the file and where it goes."""

    row: FileRow
    position: int | None
    """Of the table's row that it is; None for a new one."""


class AlikeRow(NamedTuple):
    """A new row that shares a name, e-mail or phone with a row of another key."""

    row: FileRow
    key: Key
    """Of the table's row that it is like."""
    words: str
    """What they share."""


_MOST_KEYS_SHOWN: Final = 5


class Merge:
    """Brings a file's rows into a table: by key, else by what names a row, else as new rows.

    A cell that the file leaves empty changes nothing. With `replace` the table's rows go, but a row
    that comes again keeps its key, so that what refers to it still does. With `always_new` a row
    that may be one of several rows becomes a new one.
    """

    def __init__(
        self,
        table: str,
        book: BookNow,
        resolver: Resolver,
        *,
        replace: bool,
        always_new: bool = False,
    ) -> None:
        self.table = table
        self.kept = Kept()
        """Columns that come along as the user's own, none unless somebody says so."""
        self.resolver = resolver
        self.replace = replace
        self.always_new = always_new
        self.now: TableNow = book.table(table)
        self.key_names = TABLES[table].key
        self.matcher = Matcher(self.now, (), resolver.same)
        former = () if replace else book.former_rows.get(table, ())
        self._merged_away = FormerRows(table, former)
        self._former: set[int] = set()
        """Identities of rows that went into others of the table."""

        self.accepted: list[FileRow] = []
        self.new_rows: list[dict[str, Value]] = []
        self.changes: dict[int, dict[str, Value]] = {}
        """What differs, by field, by the position of the table's row."""
        self.new = 0
        self.updated = 0
        self.unchanged = 0
        self.nobodys_names = 0
        """Rows whose name is a placeholder and stands for a real one, which stays."""
        self.look_alikes: list[AlikeRow] = []
        """New rows that may be one with a row of another key."""
        self.fates: list[Fate] = []
        """Of each accepted row, in their order."""

        self._needed = needed_fields(table)
        self._names = frozenset(TABLES[table].field_names)
        self._fields: frozenset[str] = frozenset()
        """The fields that the file fills."""
        self._maker: KeyMaker | None = None
        self._further: dict[int, tuple[int, ...]] = {}
        """By a row's identity, the other lines of an order of which it says what all of them have."""

    def table_change(self, additions: Sequence[Mapping[str, Value]]) -> TableChange:
        """What happens to the table.

        Args:
            additions: rows that are added to it because others refer to them.
        """
        new_rows = [*self.new_rows, *additions]
        return TableChange(
            self.table,
            self.changes,
            frame_from_rows(self.table, new_rows),
            self.replace,
            self.kept.written(len(new_rows), is_new_body=self.replace),
        )

    def beside(self) -> tuple[TableChange, ...]:
        """What happens to tables beside it."""
        return ()

    def told(self) -> tuple[Message, ...]:
        """What to say of how the rows were placed."""
        named_nobody = Message("import.nobodys-names", {"count": self.nobodys_names})
        return (*((named_nobody,) if self.nobodys_names else ()), *self._merged_away.told())

    def run(self, kept: Sequence[FileRow]) -> None:
        """Place every row that has no fault yet, or note why it cannot be."""
        rows = [row for row in kept if not row.faults]
        # A column of which no cell can be read is still one that names rows.
        unread = {name for row in rows for name, _, _ in row.gaps}
        filled = {name for row in rows for name in row.values}
        self._fields = frozenset(filled | unread) & self._names
        compared = sorted(self._fields - {self.key_names[0]})
        self.matcher = Matcher(self.now, tuple(compared), self.resolver.same)
        self._reserve(rows)
        if self._numbers_lines:
            self._number_lines(rows, compared)
        elif self.table == "Orders" and not self.replace:
            reject_unnumbered(rows, self.now, compared, self.resolver.same)

        placed: list[_Placed] = []
        # By place and not by number: a wide file makes several rows of one line.
        position_of = self._positions(rows)
        for place, row in enumerate(rows):
            position = None if row.faults else position_of.get(place)
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

    def _number_lines(self, rows: Sequence[FileRow], compared: Sequence[str]) -> None:
        """Number the lines of orders, and note what a line cannot say by itself."""
        # Where the table goes, a line can be none of its lines.
        adds = self.always_new or self.replace
        numbering = number_lines(rows, self.now, compared, self.resolver.same, always_new=adds)
        for place, positions in numbering.unclear.items():
            self._reject_ambiguous(rows[place], Match(None, positions))
        if not self.replace:
            self._further = {id(rows[place]): more for place, more in numbering.further.items()}

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

    def _positions(self, rows: Sequence[FileRow]) -> dict[int, int]:
        """Find the table's row that each row of the file is, and give every other one its key.

        Returns: position by place among the rows, none for new rows and for rejected ones.
        """
        position_of: dict[int, int] = {}
        row_of_key: dict[Key, int] = {}
        without_key: list[int] = []
        for place, row in enumerate(rows):
            merged_into = self._merged_into(row)
            if merged_into is not None:
                position_of[place] = merged_into
                continue
            key = self._key_of(row)
            if not isinstance(key, tuple):
                self._reject_without_key(row, key)
                without_key.append(place)
            elif key in row_of_key:
                self._reject_repeated(row, key, row_of_key[key])
            else:
                row_of_key[key] = row.number
                position = self.matcher.by_key(key)
                if position is not None:
                    position_of[place] = position

        nameable = [place for place in without_key if not rows[place].faults]
        self._place_without_key(rows, nameable, position_of)
        return position_of

    def _merged_into(self, row: FileRow) -> int | None:
        """The position of the row into which a row of the file was merged; None for any other.

        Somebody has decided then which of both is right in every field. The other system does not know,
        and sends the row as it was: it fills what is still blank, and changes nothing.
        """
        former = self._former_of(row)
        position = None if former is None else self.matcher.by_key((former.living_id,))
        if former is None or position is None:
            return None
        held = self.now.held_in_row(position)
        said = {name: value for name, value in row.values.items() if name not in self.key_names}
        says_otherwise = [
            name
            for name, value in said.items()
            if name in held and not self._is_told(name, held[name], value)
        ]
        self._merged_away.note_dropped(former, len(says_otherwise))
        row.values = {name: value for name, value in said.items() if name not in held}
        row.values[self.key_names[0]] = former.living_id
        self._former.add(id(row))
        return position

    def _is_told(self, name: str, held: Value, value: Value) -> bool:
        """Whether a row says all that a former one says; its telephone numbers are among its own."""
        if name == "phone" and phone_numbers(str(value)) <= phone_numbers(str(held)):
            return True
        return self._same(name, held, value)

    def _former_of(self, row: FileRow) -> FormerRow | None:
        """The row that was merged away which a row of the file is: by its id, else by its name."""
        key = row.values.get(self.key_names[0])
        if key is not None:
            return self._merged_away.by_id.get(str(key))
        former = self._former_by_name(row)
        if former is None or not self._is_reached_as(former, row):
            return None
        return former

    def _former_by_name(self, row: FileRow) -> FormerRow | None:
        """The row that was called so before it was merged, where no row is called so today."""
        former = self._merged_away.called(row.values)
        mark = self._merged_away.name_mark(row.values)
        return None if former is None or self.matcher.bears(mark) else former

    def _is_reached_as(self, former: FormerRow, row: FileRow) -> bool:
        """Whether nothing tells a row of the file from the row that was called so."""
        position = self.matcher.by_key((former.living_id,))
        if position is None or self.table != "Customers":
            return True
        return may_be_former(self.now.rows.get(position, {}), row.values)

    def _may_be_former(self, row: FileRow, match: Match) -> Match:
        """A new row that is called as one which was merged away may be that: a person decides."""
        if match.position is not None or match.rivals:
            return match
        former = self._former_by_name(row)
        position = None if former is None else self.matcher.by_key((former.living_id,))
        return match if position is None else Match(None, frozenset((position,)))

    def _place_without_key(
        self, rows: Sequence[FileRow], nameable: Sequence[int], position_of: dict[int, int]
    ) -> None:
        """Find the table's row that each row without key is, or give it its key.

        Args:
            nameable: places of the rows that can be told from others.
            position_of: position by place of the rows that are known already; grows.
        """
        if not nameable:
            return
        # The row that stays may come beside one that went into it, and is still itself.
        claimed = frozenset(
            position
            for place, position in position_of.items()
            if id(rows[place]) not in self._former
        )
        matches = self.matcher.match([rows[place].values for place in nameable], claimed)
        for place, match in zip(nameable, matches, strict=True):
            row = rows[place]
            match = self._may_be_former(row, match)
            if row.own_key:
                match = self._match_of_mended(row, match)
            if match.rivals and not self.always_new:
                self._reject_ambiguous(row, match)
                continue
            if match.position is None and self.matcher.known_but_for(row):
                reject_gaps([row])
                continue
            self._give_key(row, match.position)
            if match.position is not None:
                position_of[place] = match.position

    def _key_of(self, row: FileRow) -> Key | str:
        """The row's key; of a mended row that came in before, the one that it was given then."""
        key = key_of(self.table, row.values)
        if isinstance(key, tuple) or not row.own_key or not has_made_keys(self.table):
            return key
        own = {**row.values, self.key_names[0]: row.own_key}
        own_key = key_of(self.table, own)
        if isinstance(own_key, str) or self.matcher.by_key(own_key) is None:
            return key
        row.values.update(own)
        return own_key

    def _match_of_mended(self, row: FileRow, match: Match) -> Match:
        """What a row may be that an earlier import of its file rejected.

        The rows that were taken then are in the table by now. A row that may be one of them is
        never taken for it: nobody knows whether it was the other one, or is one more. Only a row of
        a thing with a name that says the very same is that thing once more.
        """
        if match.position is None:
            return match
        if goes_by_names(self.table) and self._says_all(row, match.position):
            return match
        return Match(None, frozenset((match.position,)))

    def _says_all(self, row: FileRow, position: int) -> bool:
        """Whether a row says in each of the file's fields what the table's row says."""
        old = self.now.held_in_row(position)
        names = self._fields - set(self.key_names)
        return all(
            self._same(name, old.get(name), row.values[name])
            if name in row.values
            else old.get(name) in (None, TABLES[self.table].field(name).default)
            for name in names
        )

    def _reject_without_key(self, row: FileRow, missing_field: str) -> None:
        """Reject a row without key that can neither be given one nor be told from others."""
        if not has_made_keys(self.table):
            row.reject(missing_field, "missing-key")
            return
        lacks = lacking_fields(self.table, row.values)
        if lacks:
            row.reject(self.key_names[0], "no-natural-key", fields=lacks)

    def _reject_ambiguous(self, row: FileRow, match: Match) -> None:
        """Reject a row that may be one of several rows, or one row that others may be as well."""
        code = "ambiguous-deal" if self.table == "Deals" else "natural-key-ambiguous"
        rivals = nsmallest(_MOST_KEYS_SHOWN, match.rivals)
        keys = ["|".join(map(str, self.now.key_of_row(position))) for position in rivals]
        marks = self.matcher.marks(row.values)
        by_itself = row.own_key or str(row.values.get(self.key_names[0], ""))
        words = _words_of(marks[0]) if marks else by_itself
        row.reject(self.key_names[0], code, key=words, keys=tuple(keys))

    def _give_key(self, row: FileRow, position: int | None) -> Key:
        """Give a row the key of the table's row that it is, or a new one."""
        if position is not None:
            key = self.now.key_of_row(position)
            row.values.update(zip(self.key_names, key, strict=True))
            return key
        made_key = self._maker.make() if self._maker and not row.own_key else ""
        row.values[self.key_names[0]] = row.own_key or made_key
        return key_of(self.table, row.values)  # type: ignore[return-value]

    def _reject_repeated(self, row: FileRow, key: Key, first_row: int) -> None:
        words = "|".join(map(str, key))
        row.reject(self.key_names[0], "key-repeated", key=words, row=first_row)

    @property
    def _says_only_keys(self) -> bool:
        """Whether the file names rows and says nothing of them: its columns were not understood."""
        return self._fields <= set(self.key_names) and not self.kept.columns

    def _old_values(self, position: int | None) -> dict[str, Value]:
        """What stays of the row that a row of the file is; nothing where the file has no say."""
        is_gone = position is None or self.replace or self._says_only_keys
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
        values = row.values
        # A copy of each row of a large file would take as much memory as all its values.
        if not values.keys() <= self._names:
            values = {name: value for name, value in values.items() if name in self._names}
        if position is None:
            self.new += 1
            self.fates.append("new")
            self.new_rows.append(values)
            self._note_look_alike(row)
            self.kept.add(row)
            return

        different = self._different(values, position)
        brings_more = self.kept.change(row, position)
        changes_others = self._change_further_lines(row, values)
        if different or brings_more or changes_others:
            self.updated += 1
            self.fates.append("updated")
        else:
            self.unchanged += 1
            self.fates.append("unchanged")

        if self.replace:
            self.new_rows.append(values)
            self.kept.add(row)
        elif different:
            before = self.changes.get(position, {})
            is_former = id(row) in self._former
            # What the row itself says in the file goes before what one says that went into it.
            self.changes[position] = (
                {**different, **before} if is_former else {**before, **different}
            )

    def _change_further_lines(self, row: FileRow, values: Mapping[str, Value]) -> bool:
        """Bring what a row says of a whole order into its other lines; whether it changes any."""
        of_order = {name: value for name, value in values.items() if name not in self.key_names}
        changes_any = False
        for position in self._further.get(id(row), ()):
            different = self._different(of_order, position)
            changes_any |= bool(different)
            if different:
                self.changes[position] = different
        return changes_any

    def _different(self, values: Mapping[str, Value], position: int) -> dict[str, Value]:
        """The values that differ from those of a row of the table.

        A name that nobody has, such as `Unknown`, is no news of somebody who has one.
        """
        old = self.now.held_in_row(position)
        different = {
            name: value
            for name, value in values.items()
            if not self._same(name, old.get(name), value)
        }
        if names_people(self.table) and "name" in different:
            loses_name = is_nobodys_name(str(different["name"])) and not is_nobodys_name(
                str(old.get("name", ""))
            )
            if loses_name:
                del different["name"]
                self.nobodys_names += 1
        return different

    def _note_look_alike(self, row: FileRow) -> None:
        """Note the row of another key that a new row may be; in a table that goes nobody is there."""
        alike: LookAlike | None = None if self.replace else self.matcher.look_alike(row.values)
        if alike is not None:
            key = self.now.key_of_row(alike.position)
            self.look_alikes.append(AlikeRow(row, key, _words_of(alike.mark)))

    def _same(self, name: str, old: Value | None, new: Value) -> bool:
        """Whether a value says what the table says; a blank cell says its field's default."""
        if old is None:
            return TABLES[self.table].field(name).default == new
        is_equal = comparable(old) == comparable(new)
        return is_equal or self.resolver.same(name, old) == new


def _words_of(mark: Mark) -> str:
    """What a mark says, as a person reads it: the name, the address, the number."""
    words = mark[1:] if mark[0] in ("email", "phone", "name") else mark
    return " / ".join(str(word) for word in dict.fromkeys(words) if word is not None)
