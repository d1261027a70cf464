"""In which format is a column's next cell written, and which fills did somebody put on cells?

A new row must not take the colour of the row above it that somebody highlighted. So what is *usual*
in a column is asked of all its cells, and of the format of the whole sheet column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from salesbook.hosts.area import MAX_COLUMN, Area, column_number
from salesbook.hosts.package.cellxml import style_of
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import attribute, tag_pattern, whole_number
from salesbook.store import column_letters

_SAMPLE = 9
"""So many rows are looked at before all are: in nearly every table they are alike."""


@dataclass(frozen=True)
class UsualFormats:
    """What cells of a table's body look like, as they were read."""

    rows: SheetRows
    body: Area
    styles: Styles

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The format of each column's new cells."""
        sample = self._sampled()
        return tuple(
            self._of_sample(column, sample[column])
            if len(sample[column]) <= 1
            else self._of_all(column)
            for column in self.body.columns
        )

    def _sampled(self) -> dict[int, list[int]]:
        """List the formats that the cells of a few rows have, each once, by column."""
        step = max(1, (self.body.row_count - 1) // (_SAMPLE - 1))
        numbers = {*range(self.body.top, self.body.bottom + 1, step), self.body.bottom}
        found: dict[int, list[int]] = {column: [] for column in self.body.columns}
        for number in sorted(numbers):
            for column, cell in self.rows.as_read(number).cells.items():
                style = style_of(cell)
                if column in found and style not in found[column]:
                    found[column].append(style)
        return found

    def _of_sample(self, column: int, sample: list[int]) -> int:
        sheet_style = self.sheet_columns.get(column)
        if not sample:
            return sheet_style or 0
        (style,) = sample
        colour = self.styles.fill_colour(style)
        is_unfilled = colour is None or colour == self._sheet_colour(column)
        if is_unfilled:
            return style
        # Few rows may be highlighted where all are not.
        return self._of_all(column)

    def _of_all(self, column: int) -> int:
        """Choose the format that most cells have, of those that nobody highlighted."""
        counts = Counter(
            {style: count for (place, style), count in self._counts.items() if place == column}
        )
        usual_colours = self._usual_colours(column, counts)
        for style, _ in counts.most_common():
            if self.styles.fill_colour(style) in usual_colours:
                return style

        sheet_style = self.sheet_columns.get(column)
        if sheet_style:
            return sheet_style
        ((style, _),) = counts.most_common(1) or [(0, 0)]
        return self.styles.unfilled(style)

    def _usual_colours(self, column: int, counts: Mapping[int, int]) -> set[str | None]:
        """Say which fills are the column's own, none being one of them."""
        colours: Counter[str | None] = Counter()
        for style, count in counts.items():
            colours[self.styles.fill_colour(style)] += count
        usual = {None, self._sheet_colour(column)}
        return usual | {
            colour for colour, count in colours.items() if self._is_usual(column, count)
        }

    def _is_usual(self, column: int, count: int) -> bool:
        """Say whether a fill that so many cells of a column have is the column's own.

        Of a single row nobody can tell, unless the sheet column looks otherwise.
        """
        rows = self.body.row_count
        if rows == 1:
            return column not in self.sheet_columns
        return count * 2 > rows

    @cached_property
    def _counts(self) -> Counter[tuple[int, int]]:
        """How many cells of the body have a format, by column and format."""
        # Matches `<c r="B2" s="3"`, and `<c r="B2"` of a cell without a format.
        cell = re.compile(rb'<%bc r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]{1,9})")?' % self.rows.prefix)
        region = self.rows.region(self.body.top, self.body.bottom)
        counts = Counter(cell.findall(region))
        return Counter(
            {
                (column_number(letters.decode()), int(style or 0)): count
                for (letters, style), count in counts.items()
            }
        )

    def highlighted(self) -> Iterator[tuple[int, int, str]]:
        """Go through the cells that somebody filled with a colour: row, column, `#RRGGBB`."""
        region = self.rows.region(self.body.top, self.body.bottom)
        used = {int(style) for style in set(re.findall(rb'\ss="([0-9]{1,9})"', region))}
        sheet_colours = {self._sheet_colour(column) for column in self.body.columns}
        common = sheet_colours if len(sheet_colours) == 1 else set()
        odd = [
            style
            for style in used
            if self.styles.fill_colour(style) is not None
            and self.styles.fill_colour(style) not in common
        ]
        if not odd:
            return
        if self._are_as_usual(region):
            yield from self._usual_cells_of(region)
            return

        coloured = [cell for cell in self._cells_of(region, odd) if cell[1] in self.body.columns]
        counts = Counter((column, colour) for _, column, colour in coloured)
        for row, column, colour in coloured:
            is_own = colour != self._sheet_colour(column)
            if is_own and not self._is_usual(column, counts[column, colour]):
                yield row, column, colour

    def _are_as_usual(self, region: bytes) -> bool:
        """Say whether `_counts` knows every cell of a region: all are spelled as most programs do."""
        # Matches the start of a cell that is not `<c r="B2" s="3" t="s">`, less what it lacks.
        unusual = re.compile(
            rb"<%bc(?=[\s/>])"
            rb'(?! r="[A-Z]{1,3}[0-9]+"(?: s="[0-9]{1,9}")?(?: t="[A-Za-z]+")?/?>)'
            % self.rows.prefix
        )
        return unusual.search(region) is None

    def _usual_cells_of(self, region: bytes) -> Iterator[tuple[int, int, str]]:
        """Go through the filled cells of a region that is spelled as usual, column by column.

        A column in which nobody filled a cell takes no look at its cells, however many there are.
        """
        for column in self.body.columns:
            counts = {style: count for (at, style), count in self._counts.items() if at == column}
            usual_colours = self._usual_colours(column, counts)
            colours = {style: self.styles.fill_colour(style) for style in counts}
            odd = {
                style: colour for style, colour in colours.items() if colour not in usual_colours
            }
            if not odd:
                continue
            # Matches `<c r="B2" s="7"`
            letters = column_letters(column).encode()
            numbers = b"|".join(b"%d" % style for style in odd)
            cell = re.compile(
                rb'<%bc r="%b([0-9]+)" s="(%b)"' % (self.rows.prefix, letters, numbers)
            )
            for row, style in cell.findall(region):
                colour = odd[int(style)]
                if colour:
                    yield int(row), column, colour

    def _cells_of(self, region: bytes, styles: list[int]) -> Iterator[tuple[int, int, str]]:
        """Go through the cells of some formats."""
        # Matches <c r="B2" s="7"> and <c t="s" s="7" r="B2">; group 1 is all attributes.
        numbers = b"|".join(b"%d" % style for style in styles)
        cell = re.compile(rb'<%bc(\s[^<>]*?\bs="(?:%b)"[^<>]*)>' % (self.rows.prefix, numbers))
        for match in cell.finditer(region):
            tag = b"<c" + match[1] + b">"
            area = Area.parse(attribute(tag, b"r") or "")
            colour = self.styles.fill_colour(whole_number(attribute(tag, b"s")))
            if area and colour:
                yield area.top, area.left, colour

    def _sheet_colour(self, column: int) -> str | None:
        return self.styles.fill_colour(self.sheet_columns.get(column, 0))

    @cached_property
    def sheet_columns(self) -> dict[int, int]:
        """The formats that whole sheet columns have: `<col min="3" max="4" style="1"/>`."""
        styles: dict[int, int] = {}
        for match in tag_pattern(self.rows.prefix, b"col").finditer(self.rows.head):
            style = whole_number(attribute(match[0], b"style"))
            if not style:
                continue
            first = whole_number(attribute(match[0], b"min"))
            last = whole_number(attribute(match[0], b"max"))
            columns = range(first, min(last, MAX_COLUMN) + 1)
            styles |= dict.fromkeys(columns, style)

        return styles
