"""What becomes of hidden rows, filters and sortings of a sheet whose tables were written?

Rows of a filtered table are hidden by its criteria, evaluated on the new body, as Excel does when a
filter is applied again. A filter that cannot be evaluated with certainty is cleared: its criteria
go, all its rows are shown, its buttons stay. Rows that somebody hid by hand, in a table that is not
filtered, stay hidden wherever they go.

A hidden row is hidden for every table that lies in it. So a row is hidden where any filter that
reaches it says so. A filter of a table beside ours that was not written is not changed; where it
cannot be evaluated, rows that it shares with ours are shown, since a row too many is seen and a
missing one is not.

A table's slicers need nothing: they keep no choice of their own, but show the criteria of the
table's filter (MS-XLSX 2.6.75, CT_TableSlicerCache, has table and column alone).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from salesbook.hosts.area import Area
from salesbook.hosts.package.filters import markup
from salesbook.hosts.package.filters.cells import FilterCell, filter_value
from salesbook.hosts.package.filters.criteria import Mask
from salesbook.hosts.package.filters.markup import Filter
from salesbook.hosts.package.filters.shown import UnsureError
from salesbook.hosts.package.moves import has_formula
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import (
    attribute,
    root_prefix,
    start_tag,
    whole_number,
    with_attribute,
)
from salesbook.hosts.sort_order import SortKey, is_in_order
from salesbook.store import KEEP, Annotation, Cell, Mark, TableCells, TableWrite

_YES = ("1", "true")
_SEEN_BY_FILTERS = (Mark.FORMULA, Mark.COLOUR)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A table of the sheet as it was and is now."""

    table: TablePart
    """As it was."""
    area: Area
    """The whole table as it is now."""
    old: TableCells | None
    """What it held; None for a table that nobody asked for because it is not filtered."""
    write: TableWrite | None
    """None for a table that was not written."""
    part: bytes
    """Its part, with the new area."""

    @property
    def body(self) -> Area:
        """The rows between header and totals as they are now."""
        table = self.table
        top = self.area.top + table.header_rows
        return Area(top, self.area.left, self.area.bottom - table.totals_rows, self.area.right)

    @property
    def sources(self) -> Sequence[int | None]:
        """The old row of each new one."""
        if self.write is None:
            return range(self.table.body.row_count)
        if not self.write.sources and self._was_blank:
            return (0,)
        return self.write.sources or (None,)

    @property
    def _was_blank(self) -> bool:
        """Whether the table had no rows but the blank one that every table has."""
        if self.old is None or self.old.row_count != 1:
            return False
        return all(column[0] is None for column in self.old.columns)

    @property
    def is_moved(self) -> bool:
        """Whether a row came, went or changed its place."""
        return list(self.sources) != list(range(self.table.body.row_count))

    @property
    def is_changed(self) -> bool:
        """Whether any cell holds something else than before."""
        if self.is_moved:
            return True
        return any(self.changes(place) for place in range(len(self.table.headers)))

    def column(self, place: int) -> list[Cell]:
        """Give one column's new values."""
        if self.old is None:
            raise UnsureError
        before = self.old.columns[place]
        given = self.write.columns.get(self.table.headers[place]) if self.write else None
        values = []
        for row, source in enumerate(self.sources):
            value = given[row] if given else KEEP
            if value is KEEP:
                value = None if source is None else before[source]
            values.append(None if value == "" else value)
        return values

    def changes(self, place: int) -> bool:
        """Say whether a column holds something else, or in another order, than before."""
        if self.write is None or self.old is None:
            return False
        if self.is_moved or self._gets_marks(place):
            return True
        before = self.old.columns[place]
        return any(_differ(*pair) for pair in zip(self.column(place), before, strict=True))

    def _gets_marks(self, place: int) -> bool:
        """Say whether a formula or a colour is put on a column's cells."""
        header = self.table.headers[place]
        marks = self.write.annotations if self.write else ()
        return any(mark.header == header and mark.mark in _SEEN_BY_FILTERS for mark in marks)


def _differ(new: Cell, old: Cell) -> bool:
    # True equals 1, and is another value.
    return new != old or isinstance(new, bool) is not isinstance(old, bool)


@dataclass(frozen=True, slots=True)
class Settled:
    """What filters and sortings made of a write."""

    tail: bytes
    """The sheet behind its rows."""
    parts: dict[str, bytes]
    """Table parts that changed, by code in lower case."""
    losses: dict[str, list[Annotation]]
    """The criteria that were cleared, by code in lower case."""
    resized_filter: tuple[Area, Area] | None
    """The sheet's own filter where it got a new area: as it was and is."""


def settled(
    rows: SheetRows, tail: bytes, tables: Sequence[Rewritten], styles: Styles, today: dt.date
) -> Settled:
    """Hide and show the sheet's rows, after all its tables were written.

    Args:
        rows: the sheet's rows, edited; those whose visibility changes are edited further.
        tail: the sheet behind its rows.
        tables: all tables of the sheet.
        today: the day from which filters by moving dates count.
    """
    if all(table.write is None for table in tables):
        return Settled(tail, {}, {}, None)
    return _Sheet(rows, tail, tables, styles, today).settle()


@dataclass
class _Active:
    """A filter with criteria, over a table or part of one."""

    filter: Filter
    owner: Rewritten | None
    """The table in whose rows it lies; None where it reaches beyond one."""
    is_of_sheet: bool
    is_concerned: bool
    """Whether what it goes by was written."""

    @property
    def rows(self) -> range:
        """The sheet rows that it filters."""
        if self.owner is not None:
            return range(self.owner.body.top, self.owner.body.bottom + 1)
        return range(self.filter.area.top + 1, self.filter.area.bottom + 1)

    @property
    def rows_before(self) -> range:
        """The sheet rows that it filtered, and the totals rows that stand there now."""
        if self.owner is None:
            return self.rows
        before = self.owner.table.area
        return range(self.owner.body.top, max(before.bottom, self.owner.area.bottom) + 1)


@dataclass
class _Sheet:
    """A sheet while its rows are hidden and shown."""

    rows: SheetRows
    tail: bytes
    tables: Sequence[Rewritten]
    styles: Styles
    today: dt.date
    parts: dict[str, bytes] = field(default_factory=dict)
    losses: dict[str, list[Annotation]] = field(default_factory=dict)

    def settle(self) -> Settled:
        resized = self._resize_filter_of_sheet()
        active = list(self._active_filters())
        decisions = self._decide_by_filters(active)
        filtered_rows = {row for one in active for row in one.rows}
        for table in self.tables:
            if table.write is not None and table.is_moved:
                self._decide_by_hand(table, filtered_rows, decisions)

        self._hide(decisions)
        for table in self.tables:
            if table.write is not None:
                self._settle_sorting(table)
        return Settled(self.tail, self.parts, self.losses, resized)

    # The filters that are there.

    def _active_filters(self) -> Iterator[_Active]:
        for table in self.tables:
            prefix = root_prefix(table.part, b"table", table.table.part)
            found = markup.read_filter(table.part, prefix)
            if found:
                yield _Active(found, table, is_of_sheet=False, is_concerned=_concerns(table, found))

        found = markup.read_filter(self.tail, self.rows.prefix)
        if found:
            owner = self._owner(found)
            if owner is not None:
                is_concerned = _concerns(owner, found)
            else:
                is_concerned = any(
                    table.write is not None and table.area.meets(found.area) and table.is_changed
                    for table in self.tables
                )
            yield _Active(found, owner, is_of_sheet=True, is_concerned=is_concerned)

    def _owner(self, found: Filter) -> Rewritten | None:
        """Find the table over whose rows, and no others, the sheet's own filter lies."""
        for table in self.tables:
            lies_in_columns = (
                table.area.left <= found.area.left and found.area.right <= table.area.right
            )
            has_its_rows = found.area.top + 1 == table.body.top
            if lies_in_columns and has_its_rows and found.area.bottom == table.body.bottom:
                return table
        return None

    def _resize_filter_of_sheet(self) -> tuple[Area, Area] | None:
        """Let a filter of the sheet itself, which lay over a table's rows, go on doing so."""
        match = re.search(rb"<%bautoFilter[\s>][^>]*>" % self.rows.prefix, self.tail)
        old = Area.parse(attribute(match[0], b"ref") or "") if match else None
        if not old:
            return None

        for table in self.tables:
            body = table.table.body
            lay_over = old.top + 1 == body.top and old.bottom == body.bottom
            in_columns = body.left <= old.left and old.right <= body.right
            if lay_over and in_columns and table.body.bottom != body.bottom:
                new = old.ending_at(table.body.bottom)
                self.tail = markup.resized(self.tail, self.rows.prefix, old, new)
                return old, new
        return None

    # What they hide.

    def _decide_by_filters(self, active: Sequence[_Active]) -> dict[int, bool]:
        """Decide which rows are hidden, for all rows that a concerned filter reached or reaches.

        Returns: whether a row is hidden, by its number.
        """
        concerned = [one for one in active if one.is_concerned]
        span = {row for one in concerned for row in (*one.rows_before, *one.rows)}
        decisions = dict.fromkeys(span, False)
        for one in active:
            if not one.is_concerned and span.isdisjoint(one.rows):
                continue
            mask = self._mask(one)
            if mask is None:
                if one.is_concerned:
                    self._clear(one)
                continue
            for row, is_shown in zip(one.rows, mask, strict=True):
                if not is_shown and row in decisions:
                    decisions[row] = True

        return decisions

    def _mask(self, one: _Active) -> Mask | None:
        """Evaluate a filter; None where nobody here knows what it shows."""
        shown = [True] * len(one.rows)
        facts: dict[int, dict[str, str]] = {}
        try:
            for column, criterion in one.filter.criteria.items():
                cells = self._filter_cells(one, column)
                # All columns are asked in full, so that a doubtful one is found.
                mask = criterion.mask(cells, self.today)
                facts[column] = criterion.facts(cells, self.today)
                shown = [before and is_shown for before, is_shown in zip(shown, mask, strict=True)]
        except UnsureError:
            return None

        if one.is_concerned:
            self._note_facts(one, facts)
        return shown

    def _filter_cells(self, one: _Active, column: int) -> list[FilterCell]:
        owner = one.owner
        if owner is None or owner.old is None or column not in owner.body.columns:
            raise UnsureError

        is_1904 = owner.old.epoch_1904
        cells = []
        for value, xml in self._values(owner, column - owner.body.left):
            style = whole_number(attribute(start_tag(xml), b"s")) if xml else 0
            code, is_date = self._format(style)
            stored = filter_value(value, is_1904=is_1904)
            cells.append(FilterCell(stored, code, is_date, is_1904))
        return cells

    def _values(self, table: Rewritten, place: int) -> Iterator[tuple[Cell, bytes]]:
        """Give the values of a column's cells with their XML.

        Raises: UnsureError for a formula: what it shows is known when Excel calculates it anew.
        """
        column = table.body.left + place
        for number, value in enumerate(table.column(place), start=table.body.top):
            xml = self.rows.row(number).cells.get(column, b"")
            if has_formula(xml):
                raise UnsureError
            # A formula that could not go along has left a blank cell.
            yield (value if self.rows.has_content(xml) else None), xml

    def _format(self, style: int) -> tuple[str | None, bool]:
        if style not in self._formats:
            code = self.styles.number_format(style)
            self._formats[style] = (code, self.styles.shows_date(style))
        return self._formats[style]

    @cached_property
    def _formats(self) -> dict[int, tuple[str | None, bool]]:
        """Number formats by style, and whether they show a date."""
        return {}

    # What is written of them.

    def _part(self, table: Rewritten) -> bytes:
        return self.parts.get(table.table.code.lower(), table.part)

    def _set_part(self, table: Rewritten, data: bytes) -> None:
        if data != self._part(table):
            self.parts[table.table.code.lower()] = data

    def _note_facts(self, one: _Active, facts: Mapping[int, Mapping[str, str]]) -> None:
        left = one.filter.area.left
        if one.is_of_sheet:
            self.tail = markup.with_facts(self.tail, self.rows.prefix, left, facts)
        elif one.owner is not None:
            data = self._part(one.owner)
            prefix = root_prefix(data, b"table", one.owner.table.part)
            self._set_part(one.owner, markup.with_facts(data, prefix, left, facts))

    def _clear(self, one: _Active) -> None:
        """Clear a filter and remember its criteria under the table that was written."""
        if one.is_of_sheet:
            self.tail = markup.cleared(self.tail, self.rows.prefix)
            self.rows.head = markup.without_filter_mode(self.rows.head, self.rows.prefix)
        elif one.owner is not None:
            data = self._part(one.owner)
            prefix = root_prefix(data, b"table", one.owner.table.part)
            self._set_part(one.owner, markup.cleared(data, prefix))

        told_to = one.owner or self._written_table_in(one.filter.area)
        if told_to is None:
            return
        table = told_to.table
        for column, criterion in one.filter.criteria.items():
            place = column - table.area.left
            header = table.headers[place if 0 <= place < len(table.headers) else 0]
            loss = Annotation(None, header, Mark.FILTER, str(criterion))
            self.losses.setdefault(table.code.lower(), []).append(loss)

    def _written_table_in(self, area: Area) -> Rewritten | None:
        written = [table for table in self.tables if table.write is not None]
        return next((table for table in written if table.area.meets(area)), None)

    def _settle_sorting(self, table: Rewritten) -> None:
        """Drop what a part says of how the table is sorted, unless the new body still is."""
        data = self._part(table)
        prefix = root_prefix(data, b"table", table.table.part)
        if not self._is_sorted(table, markup.read_sorting(data, prefix)):
            self._set_part(table, markup.without_sorting(data, prefix))

        own_filter = re.search(rb"<%bsortState[\s>][^>]*>" % self.rows.prefix, self.tail)
        area = Area.parse(attribute(own_filter[0], b"ref") or "") if own_filter else None
        if area and area.meets(table.body):
            sorting = markup.read_sorting(self.tail, self.rows.prefix)
            if not self._is_sorted(table, sorting):
                self.tail = markup.without_sorting(self.tail, self.rows.prefix)

    def _is_sorted(self, table: Rewritten, sorting: Sequence[markup.SortCondition] | None) -> bool:
        """Say whether a sorting still holds, or has nothing to do with what was written."""
        if sorting is None or not table.is_changed:
            return True
        body = table.body
        places = [condition.column - body.left for condition in sorting]
        is_inside = all(0 <= place < body.width for place in places)
        is_known = is_inside and bool(sorting)
        if is_known and not any(table.changes(place) for place in places):
            return True
        if not is_inside:
            return False

        try:
            keys = [
                SortKey([value for value, _ in self._values(table, place)], condition.descends)
                for place, condition in zip(places, sorting, strict=True)
            ]
        except UnsureError:
            return False
        return is_in_order(keys)

    # Rows that somebody hid by hand.

    @cached_property
    def _hidden_before(self) -> frozenset[int]:
        """The rows that were hidden, but for those in a closed group: a group belongs to its place."""
        # Matches the start tag of a row up to ` hidden=`.
        hidden_row = rb"<%brow\s(?:[^>]*?\s)?hidden\s*=" % self.rows.prefix
        if not re.search(hidden_row, self.rows.data):
            return frozenset()
        hidden = set()
        for number in self.rows.numbers:
            tag = start_tag(self.rows.xml(number))
            is_in_group = attribute(tag, b"outlineLevel") is not None
            if attribute(tag, b"hidden") in _YES and not is_in_group:
                hidden.add(number)
        return frozenset(hidden)

    def _decide_by_hand(
        self, table: Rewritten, filtered_rows: Iterable[int], decisions: dict[int, bool]
    ) -> None:
        """Let rows that are hidden by hand go on being so where they go.

        Rows that a filter reaches, or that another table lies in too, stay as they are: nobody can
        say for whom they were hidden.
        """
        last = max(table.table.area.bottom, table.area.bottom)
        rows = range(table.body.top, last + 1)
        if not self._hidden_before.intersection(rows):
            return

        shared = set(filtered_rows)
        for other in self.tables:
            if other is not table:
                shared.update(range(other.area.top, other.area.bottom + 1))

        hidden_now = self._hidden_by_hand(table)
        for row in rows:
            is_in_group = attribute(self.rows.row(row).tag, b"outlineLevel") is not None
            if row not in shared and row not in decisions and not is_in_group:
                decisions[row] = row in hidden_now

    def _hidden_by_hand(self, table: Rewritten) -> set[int]:
        """Find where the rows are now that were hidden; of a row that is there twice, the first."""
        old, new = table.table.body, table.body
        hidden_now = set()
        carried = set()
        for index, source in enumerate(table.sources):
            if source is None or source in carried:
                continue
            carried.add(source)
            if old.top + source in self._hidden_before:
                hidden_now.add(new.top + index)

        for number in range(1, table.table.totals_rows + 1):
            if old.bottom + number in self._hidden_before:
                hidden_now.add(new.bottom + number)
        return hidden_now

    def _hide(self, decisions: Mapping[int, bool]) -> None:
        for number in sorted(decisions):
            is_hidden = decisions[number]
            tag = self.rows.row(number).tag
            if is_hidden == (attribute(tag, b"hidden") in _YES):
                continue
            row = self.rows.edit(number)
            row.tag = with_attribute(row.tag, b"hidden", "1" if is_hidden else None)


def _concerns(table: Rewritten, found: Filter) -> bool:
    """Say whether a write changed what a table's filter goes by.

    Also where rows only changed their place: a colour goes with its row.
    """
    if table.write is None:
        return False
    places = [column - table.area.left for column in found.criteria]
    return table.is_moved or any(
        table.changes(place) for place in places if 0 <= place < table.area.width
    )
