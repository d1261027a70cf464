"""Where does each thing stand on a page? Rows from the top down, on a grid of narrow columns.

A page has a margin, 74 columns of 16 pixels and a margin again, so that blocks of any width stand
flush; what needs more than a column is merged along its row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from salesbook.expressions import Expression, Figure, Text, Word, call
from salesbook.pages.common import chance_shown, if_, is_number
from salesbook.pages.page import Page, Selector
from salesbook.sheets.look import Bar, Look, Shows, Tone
from salesbook.store import column_letters

COLUMNS: Final = 74
COLUMN_PIXELS: Final = 16
MARGIN_PIXELS: Final = 28
ROW_PIXELS: Final = 24
SPACER_PIXELS: Final = 12
EDGE_PIXELS: Final = 3
"""Of the upper edge of a tile, whose colour says from afar how things stand."""
TWO_LINES: Final = 34
"""Pixels of rows whose long texts go on in further lines: written smaller nobody reads them."""
_TITLE_BESIDE_NOTE: Final = 18
"""Columns of a title that has a note beside it."""

SIGN_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "good": ("✓", "▲"),
    "attention": ("●", "→"),
    "bad": ("▼", "⚠"),
}
"""By tone the signs that are shown in it."""


_LEGEND_TONES: Final[Mapping[str, Tone]] = {
    "open_deals": "middle",
    "new_and_repeat": "light",
    "to_come": "light",
    "range": "light",
    "plan": "grey",
}
"""Of what is not drawn in the accent."""
_AS_LISTED: Final[Mapping[str, Expression]] = {}


@dataclass(frozen=True)
class Placed:
    """Something in a cell, or in cells that are merged; rows and columns from 1."""

    row: int
    column: int
    width: int
    height: int
    said: Expression | None
    """What its formula says; None for a cell that only has a look."""
    look: Look
    name: str
    """The figure's name; of a line of a list with its place."""
    signed_by: tuple[int, int] | None = None
    """The cell whose sign gives this one its colour."""
    bar: Bar | None = None
    link_to: str = ""
    """The sheet or table to which a click leads."""
    filled_by: tuple[int, int] | None = None
    """The cell whose sign gives this one its fill."""

    @property
    def is_formula(self) -> bool:
        """Whether something is calculated in it, and not only said."""
        return self.said is not None and not isinstance(self.said, Word | Text)

    @property
    def address(self) -> str:
        """The first cell as formulas name it, such as `$B$3`."""
        return f"${column_letters(self.column)}${self.row}"


@dataclass(frozen=True)
class Rule:
    """A look that cells take where a helper cell of their row, out of sight, says so.

    A helper holds a word for its row, a sign for each of several places of it, or the number of one
    place; `step` is how many columns a place has.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    helper: int
    """Its column."""
    says: str = ""
    step: int = 0
    is_place: bool = False
    """Whether the helper holds the number of the place that takes the look."""
    tone: Tone | None = None
    bold: bool = False
    fill: Literal["", "panel", "band", "lock", "accent"] = ""
    before: str = ""
    """A sign in front of the number."""
    after: str = ""
    """A sign behind it."""
    shows: Shows = "money"
    """What the number is, where a sign stands beside it."""
    bottom: bool = False
    """A hairline below."""
    left: bool = False
    """A hairline at the left."""
    is_of_rows: bool = False
    """Whether it is of whole rows: of rules for one cell some programs take the first alone, so that
    what marks single cells goes before it."""


@dataclass(frozen=True)
class Chosen:
    """The cell of a selector."""

    selector: Selector
    row: int
    column: int
    width: int

    @property
    def address(self) -> str:
        """The cell as formulas name it."""
        return f"${column_letters(self.column)}${self.row}"


@dataclass(frozen=True)
class Line:
    """One series of a chart."""

    series: str
    """By its whole name on the hidden sheet."""
    kind: Literal["column", "bar", "line", "unseen_line", "mark"]
    tone: Literal["accent", "light", "grey", "ink", "good", "bad", "middle", "unseen"]
    labels: Literal["none", "all", "ends", "last"] = "none"
    errors: tuple[str, str] | None = None
    """Series that hold how far it may lie higher and lower."""
    band: bool = False
    """Whether that is drawn as a broad band and not as thin whiskers."""


@dataclass(frozen=True)
class PlacedChart:
    """A native chart, from one cell on, so many columns and pixels large."""

    row: int
    column: int
    width: int
    pixels: int
    kind: Literal["column", "bar", "stacked", "stacked_bar", "line"]
    categories: str
    lines: tuple[Line, ...]
    gap: int = 45
    label_format: str = "#,##0;-#,##0;"
    of_days: bool = False
    """Whether the categories are days."""
    says: str = ""
    """The word of `book.toml` that says what the chart shows, for who cannot see it."""
    edge_to_edge: bool = False
    """Whether it has no axes and fills its place, so that it stands over cells as these do."""
    end: float | None = None
    """Where its axis of values ends; None where the figures decide."""
    is_two_sided: bool = False
    """Whether what is less than 0 is drawn, too: of amounts and counts the axis begins at 0."""


@dataclass(frozen=True)
class PlacedSpark:
    """A sparkline of columns in a cell, over a series."""

    row: int
    column: int
    series: str


@dataclass(frozen=True)
class ListColumn:
    """One column of a list on a page."""

    field: str
    """Of PageLines."""
    head: str
    """Its word in `pages.heads` of `book.toml`; blank for none."""
    width: int
    look: Look = dataclasses.field(default_factory=Look)
    is_link: bool = False
    is_signed: bool = False
    """Whether it takes the colour of the line's sign."""
    bar: Bar | None = None
    blank: str = ""
    """What it shows where a line has nothing to say."""
    said: str = ""
    """Where it shows another figure than the field: a series, or `spark`."""
    is_sign: bool = False
    """Whether it holds a sign of its own, for the columns right of it; `sign` always does."""


SIGN_LOOK: Final = Look(size=9.5, bold=True, align="right")
"""The look of a sign in a list or beside a line of text."""
SIGN_COLUMN: Final = ListColumn("sign", "", 2, SIGN_LOOK)
"""The sign of each line, in whose colour further columns of the line may stand."""


def sheet_columns(left: int, width: int) -> tuple[int, int]:
    """The first and last column of the sheet, from 1, of so many of the grid from one on, from 0."""
    # Before the grid stands the margin.
    return (left + 2, left + width + 1)


def width_of(columns: Sequence[ListColumn]) -> int:
    """How many columns of the grid a list takes."""
    return sum(column.width for column in columns)


@dataclass(frozen=True)
class Barred:
    """Cells below each other with data bars, from 0 to the largest of them."""

    first_row: int
    last_row: int
    column: int
    tone: Literal["light", "accent"] = "light"


@dataclass
class Board:
    """A page being laid out."""

    page: Page
    placed: list[Placed] = dataclasses.field(default_factory=list)
    chosen: list[Chosen] = dataclasses.field(default_factory=list)
    charts: list[PlacedChart] = dataclasses.field(default_factory=list)
    sparks: list[PlacedSpark] = dataclasses.field(default_factory=list)
    rules: list[Rule] = dataclasses.field(default_factory=list)
    heights: dict[int, int] = dataclasses.field(default_factory=dict)
    """By row its pixels, where it has not the usual ones."""
    lined: list[tuple[int, int, int, int]] = dataclasses.field(default_factory=list)
    """Rows, first and last, and columns, first and last, that have a hairline below where they hold
    something."""
    barred: list[Barred] = dataclasses.field(default_factory=list)
    heated: list[tuple[int, int, int, int]] = dataclasses.field(default_factory=list)
    """Rows, first and last, and columns, first and last, whose cells are the darker the larger their
    number is among them."""
    filled: list[tuple[int, int, int, str]] = dataclasses.field(default_factory=list)
    """Row, columns and fill of heads that are only there where they say something."""
    row: int = 1
    """Where the next thing stands."""

    def put(  # noqa: PLR0913 - each is a word of the cell that is placed
        self,
        left: int,
        width: int,
        said: Expression | str | None,
        look: Look,
        *,
        row: int | None = None,
        height: int = 1,
        name: str = "",
        signed_by: Placed | None = None,
        bar: Bar | None = None,
        link_to: str = "",
    ) -> Placed:
        """Place something in the present row.

        Args:
            left: how many columns from the margin, from 0.
            said: an expression, or a text that no language changes.
        """
        row = self.row if row is None else row
        expression = Text(said) if isinstance(said, str) else said
        cell = Placed(
            row=row,
            column=left + 2,
            width=width,
            height=height,
            said=expression,
            look=look,
            name=self.page.name(name or f"at{row}.{left}"),
            signed_by=(signed_by.row, signed_by.column) if signed_by else None,
            bar=bar,
            link_to=link_to,
        )
        self.placed.append(cell)
        return cell

    def sign(self, left: int, width: int, said: Expression, look: Look, **where: int) -> Placed:
        """Place a sign, which has its own colour."""
        cell = self.put(left, width, said, look, **where)  # type: ignore[arg-type]
        self.placed[-1] = replace(cell, signed_by=(cell.row, cell.column))
        return self.placed[-1]

    @staticmethod
    def helper_column(number: int) -> int:
        """Which column of the sheet a hidden column right of the page is, both margins before it."""
        return COLUMNS + 3 + number

    def helper(self, number: int, said: Expression, *, row: int | None = None) -> Placed:
        """Place what rules look at, in a hidden column right of the page.

        Args:
            number: which of the hidden columns, from 0.
        """
        left = COLUMNS + 1 + number
        row = self.row if row is None else row
        return self.put(left, 1, said, Look(), row=row, name=f"helper{number}.{row}")

    def next_row(self, pixels: int | None = None) -> None:
        """Go to the row below; `pixels` is the height of the one that is left."""
        if pixels is not None:
            self.heights[self.row] = pixels
        self.row += 1

    # What every page says.

    def word_with(self, listed: str, word: str) -> Expression:
        """A word of this page where a list has a line, else nothing."""
        return if_(self.page.has_line(listed), Word(f"pages.{self.page.code}.{word}"), "")

    def first_step(self, *steps: str) -> Expression:
        """What to do first while there are no figures.

        Args:
            steps: words of `pages.first_steps`; the page's fact `first_step` has the number, from 1,
                of the one that comes next.
        """
        words = [Word(f"pages.first_steps.{step}") for step in steps]
        return call("CHOOSE", self.page.fact("first_step"), *words)

    # What every page has.

    def head(
        self, title: Expression, selectors: Sequence[Selector], note: Expression | None = None
    ) -> None:
        """Title and selectors; below, links to all pages, and of which day the figures are.

        Args:
            note: what is said beside the title.
        """
        wide = 12 if len(selectors) < 3 else 10
        label = 4
        title_width = COLUMNS - len(selectors) * (wide + label)
        words_width = title_width if note is None else _TITLE_BESIDE_NOTE
        self.put(0, words_width, title, Look(size=16, bold=True, shrink=note is not None))
        if note is not None:
            look = Look(size=9.5, tone="muted")
            self.put(words_width, title_width - words_width, note, look)
        left = title_width
        for selector in selectors:
            muted = Look(tone="muted", size=8.5, align="right", indent=1)
            self.put(left, label, Word(f"pages.selectors.{selector.name}"), muted)
            self.chosen.append(Chosen(selector, self.row, left + label + 2, wide))
            left += label + wide
        self.next_row(34)
        self.links_row = self.row
        day = Figure("common.day")
        self.put(COLUMNS - 26, 26, day, Look(tone="muted", size=8.5, align="right"))
        self.next_row(22)
        self.next_row(8)

    def answer(self, listed: str, otherwise: Expression, second: str = "") -> None:
        """The answer in a band: one or two sentences, each with its sign.

        Args:
            otherwise: what is said where there is none: the first step.
            second: the list whose first line is the second sentence, where that is another one.
        """
        half = COLUMNS // 2 - 2
        sentences = ((listed, 0), (second, 0) if second else (listed, 1))
        for number, (of_list, place) in enumerate(sentences):
            left, width = (0, half) if number == 0 else (half, COLUMNS - half)
            edge: Tone | None = "accent" if number == 0 else None
            sign_look = Look(size=11, bold=True, fill="band", align="right", left=edge)
            self.sign(left, 2, self.page.cell(of_list, place, "sign"), sign_look)
            said = self.page.cell(of_list, place, "says")
            if number == 0:
                said = call("IF", self.page.has_line(listed), said, otherwise)
            self.put(
                left + 2, width - 2, said, Look(size=10.5, bold=number == 0, fill="band", wrap=True)
            )
        self.next_row(40)
        self.next_row(SPACER_PIXELS)

    def title(  # noqa: PLR0913 - each is a piece of the line
        self,
        left: int,
        width: int,
        words: Expression,
        *,
        title_width: int = 9,
        note: Expression | None = None,
        link: tuple[str, str] | None = None,
        link_width: int = 12,
    ) -> None:
        """A block's title with a note beside it, and at its right a link to a sheet.

        Args:
            words: blank where the block has nothing to say.
            link: the word of the link, and the code of the sheet or table that it leads to.
        """
        right = link_width if link else 0
        title_width = width - right if note is None else title_width
        self.put(left, title_width, words, Look(size=11.5, bold=True, shrink=True))
        if note is not None:
            look = Look(size=8.5, tone="muted", shrink=True)
            self.put(left + title_width, width - right - title_width, note, look)
        if link:
            self.link(left + width - right, right, *link)

    def link(self, left: int, width: int, word: str, code: str) -> None:
        """A link to a sheet, at the right of its place, once there is something to see there."""
        look = Look(tone="accent", size=8.5, align="right", shrink=True)
        self.put(left, width, self.once_run(Word(word)), look, link_to=code)

    def once_run(self, said: Expression | str, before: Expression | str = "") -> Expression:
        """What is said once a run has calculated something, and what before that."""
        return if_(is_number(Figure("common.as_of")), said, before)

    def list_heads(self, left: int, columns: Sequence[ListColumn], listed: str) -> None:
        """The heads of a list's columns, where it has a line."""
        column_left = left
        for column in columns:
            if column.head:
                look = Look(
                    size=9,
                    bold=True,
                    tone="muted",
                    align=column.look.align,
                    indent=column.look.indent,
                    shrink=True,
                )
                head = call(
                    "IF", self.page.has_line(listed), Word(f"pages.heads.{column.head}"), ""
                )
                self.put(column_left, column.width, head, look)
            column_left += column.width
        self.fill_head(left, column_left - left, listed)

    def list_line(
        self,
        left: int,
        columns: Sequence[ListColumn],
        listed: str,
        place: int,
        instead: Mapping[str, Expression] = _AS_LISTED,
    ) -> None:
        """One line of a list; what is longer than its column goes on below or is written smaller.

        Args: instead is what columns show that show no field as it is, by what they say (`said`) or
            else by their field.
        """
        sign: Placed | None = None
        column_left = left
        for column in columns:
            name = f"{listed}{place}.{column.field}"
            if column.said == "spark":
                self.sparks.append(
                    PlacedSpark(
                        self.row, column_left + 2, self.page.name(f"{listed}{place}.{column.field}")
                    )
                )
                self.put(column_left, column.width, None, column.look, name=name)
            elif column.field == "sign" or column.is_sign:
                shown_sign = self.page.cell(listed, place, column.field)
                sign = self.sign(column_left, column.width, shown_sign, column.look)
            else:
                if (column.said or column.field) in instead:
                    said = instead[column.said or column.field]
                elif column.is_link:
                    said = self.page.link(listed, place, column.field)
                else:
                    said = self.page.cell(listed, place, column.field, blank=column.blank or None)
                    if column.field == "chance_rate":
                        said = chance_shown(said)
                self.put(
                    column_left,
                    column.width,
                    said,
                    replace(column.look, shrink=not column.look.wrap),
                    name=name,
                    signed_by=sign if column.is_signed else None,
                    bar=column.bar,
                )
            column_left += column.width

    def lists_beside(
        self,
        blocks: Sequence[tuple[int, Sequence[ListColumn], str]],
        size: int,
        pixels: int | None = None,
    ) -> None:
        """Lists beside each other, each with its heads: left end, columns, list.

        Args:
            pixels: the height of their lines, where it is not the usual one.
        """
        for left, columns, listed in blocks:
            self.list_heads(left, columns, listed)
        self.next_row(22)
        first = self.row
        sizes = {listed.name: listed.size for listed in self.page.lists}
        for place in range(size):
            for left, columns, listed in blocks:
                if place < sizes[listed]:
                    self.list_line(left, columns, listed, place)
            self.next_row(pixels)
        for left, columns, listed in blocks:
            width = width_of(columns)
            last = first + min(size, sizes[listed]) - 1
            self.hairlines((first, last), left, width)

    def hairlines(self, rows: tuple[int, int], left: int, width: int) -> None:
        """Lines below those of the rows, first and last, that hold something."""
        self.lined.append((*rows, *sheet_columns(left, width)))

    def fill_head(self, left: int, width: int, listed: str) -> None:
        """The fill of heads in the present row, which is there where the list has a line."""
        self.filled.append((self.row, *sheet_columns(left, width), listed))

    def begin_tiles(self) -> int:
        """Leave the row of the tiles' upper edges; return the first row of the tiles themselves."""
        self.next_row(EDGE_PIXELS)
        return self.row

    def edge(
        self, first: int, left: int, width: int, sign: Placed | None = None, tone: Tone = "accent"
    ) -> None:
        """The upper edge of a tile, in the colour of its sign.

        A row of its own and no border: rules can fill a cell, but draw only thin lines.

        Args:
            first: the tile's first row.
            tone: its colour without a sign.
        """
        cell = self.put(left, width, None, Look(fill=tone), row=first - 1)
        by = (sign.row, sign.column) if sign else None
        self.placed[-1] = replace(cell, filled_by=by)

    def leave_tiles(self, first: int, pixels: Sequence[int]) -> None:
        """Go below tiles that stand beside each other.

        Args:
            first: their first row.
            pixels: the height of each of their rows.
        """
        for step, height in enumerate(pixels):
            self.heights[first + step] = height
        self.row = first + len(pixels)
        self.next_row(SPACER_PIXELS)

    def legend(
        self,
        left: int,
        marks: Sequence[tuple[str, str, int]],
        shown: Expression,
        *,
        row: int | None = None,
    ) -> None:
        """What a chart's colours mean: sign, word and width of each; the sign in the chart's colour."""
        for sign, word, width in marks:
            tone: Tone = _LEGEND_TONES.get(word, "accent") if sign == "■" else "muted"
            mark = Look(size=9, tone=tone, align="right")
            self.put(left, 1, if_(shown, sign, ""), mark, row=row)
            name = Look(size=8.5, tone="muted", shrink=True)
            said = if_(shown, Word(f"pages.legends.{word}"), "")
            self.put(left + 1, width - 1, said, name, row=row)
            left += width
