"""What did people put on a table's rows beside values, and how does it go where the rows go?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from salesbook.hosts.excel.body import Contents
from salesbook.hosts.excel.formats import ColumnFormats, FormatChange
from salesbook.hosts.excel.heights import HIDDEN, put_heights, read_heights
from salesbook.hosts.excel.links import Link, Links, moved_links, put_links, read_links
from salesbook.hosts.excel.looks import (
    FILL,
    NO_COLOUR,
    Columns,
    Looks,
    Spot,
    Trait,
    colour_of,
    hex_of,
    put_trait,
    read_looks,
    read_trait,
)
from salesbook.hosts.excel.remarks import (
    Remark,
    RemarkMover,
    Remarks,
    moved_remarks,
    read_remarks,
)
from salesbook.hosts.excel.rules import RuleMover, read_rules
from salesbook.store import KEEP, Annotation, Mark, TableWrite

if TYPE_CHECKING:
    from salesbook.hosts.excel.table import Layout, LiveTable


@dataclass(frozen=True)
class Marks:
    """All that lies on the first rows of a table, as it stands now."""

    layout: Layout
    links: Links
    looks: Looks
    heights: Mapping[int, float]
    remarks: Remarks

    def annotations(self) -> Iterator[Annotation]:
        """The marks as the contract tells them, in no order."""
        for spot, remark in self.remarks.items():
            yield self._annotation(spot, remark.mark, remark.content)
        for spot, link in self.links.items():
            yield self._annotation(spot, Mark.LINK, link.content)
        for spot, colour in self.looks.odd(FILL):
            # A fill that somebody took away has no colour to tell.
            if colour != NO_COLOUR:
                yield self._annotation(spot, Mark.COLOUR, hex_of(colour))
        for row, height in self.heights.items():
            if height != HIDDEN:
                yield self._annotation((row, 0), Mark.HEIGHT, f"{height:g}")

    def _annotation(self, spot: Spot, mark: Mark, content: str) -> Annotation:
        row, place = spot
        return Annotation(row, self.layout.headers[place], mark, content)


def read_marks(live: LiveTable, layout: Layout, contents: Contents, rows: int) -> Marks:
    """Look at the first so many rows; those beyond the body say nothing of what is usual there."""
    body_rows = min(rows, max(1, layout.rows))
    return Marks(
        layout,
        links=read_links(live, layout, rows),
        looks=read_looks(live, layout, body_rows, rows),
        heights=read_heights(live, layout, contents, body_rows),
        remarks=read_remarks(live, layout, rows),
    )


@dataclass
class MarkMove:
    """How one write moves the marks of its table, in two steps, and how it takes them back.

    Before the values come what a value must be fitted to: links, which format their cells, and
    looks. After them what Excel changes when values are written: the heights of rows. Each step
    asks what is there and changes only what differs, so that it can be done twice.
    """

    live: LiveTable
    layout: Layout
    write: TableWrite
    contents: Contents
    rows: int
    """Rows that are looked at: those of the old body and of the new one."""

    @cached_property
    def is_needed(self) -> bool:
        """Whether any row goes elsewhere, or gets something new."""
        is_still = list(self.write.sources) == list(range(max(1, self.layout.rows)))
        return not is_still or any(True for _ in self._given())

    def look(self) -> None:
        """Remember how all is, before anything changes."""
        if self.is_needed:
            _ = self._before, self._mover, self._rules, self._number_formats

    def put_beneath(self) -> set[Spot]:
        """Put what values rest on. Returns: the cells that Excel may have written into."""
        if not self.is_needed:
            return set()
        changed = put_links(self.live, self.layout, self._before.links, self._wanted_links())
        # A link colours its cell, and Excel formats new rows; else all looks as it did.
        is_resized = len(self.write.sources) != max(1, self.layout.rows)
        looks_differ = is_resized or bool(changed)
        self._put_looks(self._wanted_looks(), {} if looks_differ else self._before.looks.values)
        formats = {} if is_resized else self._number_formats
        self._put_number_formats(self._wanted_number_formats(), formats)
        return changed

    def put_above(self) -> None:
        """Put remarks and heights."""
        if not self.is_needed:
            return
        self._rules.move(self._new_row_of)
        self._mover.move(self._wanted_remarks())
        put_heights(self.live, self.layout, self._before.heights, self._wanted_heights())

    def take_back_beneath(self) -> None:
        """Give cells their links, looks and formats again."""
        if not self.is_needed:
            return
        have = read_links(self.live, self.layout, self.rows)
        put_links(self.live, self.layout, have, self._before.links)
        self._put_looks(self._before.looks.values)
        self._put_number_formats(self._number_formats)

    def take_back_above(self) -> None:
        """Put remarks and heights back to where they were."""
        if not self.is_needed:
            return
        self._rules.take_back()
        self._mover.take_back()
        put_heights(self.live, self.layout, self._wanted_heights(), self._before.heights)
        put_heights(self.live, self.layout, {}, self._before.heights)

    def forget(self) -> None:
        """Clear away what was kept in case that all had to be taken back."""
        if self.is_needed:
            self._mover.forget()
            self._rules.forget()

    @cached_property
    def _before(self) -> Marks:
        return read_marks(self.live, self.layout, self.contents, self.rows)

    @cached_property
    def _mover(self) -> RemarkMover:
        return RemarkMover(self.live, self.layout, self._before.remarks)

    @cached_property
    def _rules(self) -> RuleMover:
        return RuleMover(self.live, self.layout, read_rules(self.live, self.layout))

    @cached_property
    def _new_row_of(self) -> dict[int, int]:
        """By old row, the first new row that comes from it."""
        new_row_of: dict[int, int] = {}
        for row, source in enumerate(self.write.sources):
            if source is not None:
                new_row_of.setdefault(source, row)
        return new_row_of

    def _given(self, *marks: Mark) -> Iterator[tuple[Spot, Mark, str]]:
        """What the write puts on rows anew."""
        beside_values = marks or tuple(set(Mark) - {Mark.VALUE, Mark.FORMULA, Mark.FILTER})
        for annotation in self.write.annotations:
            if annotation.mark in beside_values and annotation.row is not None:
                spot = annotation.row, self.layout.headers.index(annotation.header)
                yield spot, annotation.mark, str(annotation.content)

    def _wanted_links(self) -> dict[Spot, Link]:
        wanted = moved_links(self._before.links, self._new_row_of)
        return wanted | {spot: Link.of(content) for spot, _, content in self._given(Mark.LINK)}

    def _wanted_looks(self) -> dict[Trait, Columns]:
        wanted = self._before.looks.moved(self.write.sources, self.rows)
        for (row, place), _, content in self._given(Mark.COLOUR):
            if FILL in wanted:
                # A copy: columns that look alike may be one list.
                column = list(wanted[FILL][place])
                column[row] = colour_of(content)
                wanted[FILL][place] = column
        return wanted

    def _wanted_remarks(self) -> dict[Spot, Spot | Remark]:
        wanted: dict[Spot, Spot | Remark] = {
            **moved_remarks(self._before.remarks, self._new_row_of)
        }
        for spot, mark, content in self._given(Mark.NOTE, Mark.THREAD):
            remark = Remark.of(mark, content)
            origin = wanted.get(spot)
            is_carried = isinstance(origin, tuple) and remark.says_the_same(
                self._before.remarks[origin]
            )
            # What is carried is still by whoever wrote it.
            if not is_carried:
                wanted[spot] = remark
        return wanted

    def _wanted_heights(self) -> dict[int, float]:
        before = self._before.heights
        new_rows = self._new_row_of
        wanted = {new_rows[row]: height for row, height in before.items() if row in new_rows}
        for (row, _), _, content in self._given(Mark.HEIGHT):
            wanted[row] = float(content)
        return wanted

    def _put_looks(
        self, want: Mapping[Trait, Columns], known: Mapping[Trait, Columns] | None = None
    ) -> None:
        """Give cells their looks; how they look now is asked where it is not known."""
        for trait, columns in want.items():
            have = (known or {}).get(trait)
            if have is None:
                have = read_trait(self.live, self.layout, trait, self.rows)
            if have is not None:
                put_trait(self.live, self.layout, trait, have, columns)

    @cached_property
    def _number_formats(self) -> dict[int, list[str]]:
        """Formats by column, of columns in which a cell that is kept goes to another row."""
        moves = [row != source for row, source in enumerate(self.write.sources)]
        formats = {}
        for place, header in enumerate(self.layout.headers):
            given = self.write.columns.get(header, ())
            is_kept = [not given or given[row] is KEEP for row in range(len(moves))]
            if any(kept and move for kept, move in zip(is_kept, moves, strict=True)):
                formats[place] = list(self._column_formats(place).codes)
        return formats

    def _wanted_number_formats(self) -> dict[int, list[str]]:
        """A kept cell brings its number format along; a date without it is a number."""
        wanted = {}
        for place, before in self._number_formats.items():
            after = list(before)
            given = self.write.columns.get(self.layout.headers[place], ())
            for row, source in enumerate(self.write.sources):
                is_kept = not given or given[row] is KEEP
                if source is not None and is_kept:
                    after[row] = before[source]
            wanted[place] = after
        return wanted

    def _put_number_formats(
        self, want: Mapping[int, list[str]], known: Mapping[int, list[str]] | None = None
    ) -> None:
        """Give cells their number formats; what they have now is asked where it is not known."""
        for place, codes in want.items():
            have = (known or {}).get(place) or self._column_formats(place).codes
            for change in self._format_changes(place, have, codes):
                change.put(self.live.calls, self.live.sheet, change.after)

    def _column_formats(self, place: int) -> ColumnFormats:
        top, column = self.layout.top, self.layout.left + place
        return ColumnFormats(self.live.calls, self.live.sheet, column, top, top + self.rows - 1)

    def _format_changes(
        self, place: int, have: Sequence[str], want: Sequence[str]
    ) -> list[FormatChange]:
        """What must change in one column, cells below each other as one."""
        column = self.layout.left + place
        changes: list[FormatChange] = []
        for row, (before, after) in enumerate(zip(have, want, strict=True), start=self.layout.top):
            if before == after:
                continue
            change = FormatChange(column, row, row, before, after)
            if changes and changes[-1].goes_on_in(change):
                change = changes.pop().down_to(row)
            changes.append(change)
        return changes
