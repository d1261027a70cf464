"""What is a report before it has a shape? Its words and numbers, the same for every face."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

Tone = Literal["good", "attention", "bad", "plain"]

_TONES: Final[dict[str, Tone]] = {
    "✓": "good",
    "▲": "good",
    "●": "attention",
    "→": "attention",
    "▼": "bad",
    "⚠": "bad",
}


def tone_of(sign: str) -> Tone:
    """What a sign of the pages stands for; its colour repeats it."""
    return _TONES.get(sign, "plain")


@dataclass(frozen=True)
class Remark:
    """One sentence with its sign."""

    text: str
    sign: str = ""


@dataclass(frozen=True)
class Fact:
    """A number with its word."""

    word: str
    value: str


@dataclass(frozen=True)
class Meter:
    """Sold and to come beside the target, in minor units; what nobody knows is None."""

    sold: int
    to_come: int
    target: int | None
    low: int | None
    high: int | None
    says: str
    """The same in words, for who does not see it."""

    @property
    def most(self) -> int:
        """The largest amount that it has to show, at least one."""
        amounts = (self.sold + self.to_come, self.target or 0, self.high or 0)
        return max(1, *amounts)


@dataclass(frozen=True)
class Tile:
    """One period at a glance."""

    title: str
    sign: str
    lead: Fact
    """The landing; what was sold where the period is over."""
    chance: Fact | None
    facts: Sequence[Fact]
    meter: Meter | None


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    heading: str
    is_number: bool = False
    width: float = 1.0
    """Beside the other columns: 2 takes twice the place of 1."""
    holds_months: bool = False
    holds_signs: bool = False


@dataclass(frozen=True)
class Cell:
    """What stands in one cell."""

    text: str = ""
    sign: str = ""
    """The whole text is a sign, whose colour repeats what it says."""
    share: float | None = None
    """Of the cell's width that a bar behind the text takes."""
    months: tuple[int, ...] = ()
    """Twelve amounts that are drawn as small columns."""
    months_shown: tuple[str, ...] = ()
    """The same in words, for who does not see them."""


@dataclass(frozen=True)
class Table:
    """A list with its heading."""

    name: str
    title: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    """The lines of the list, and below them its sums."""
    rest: str = ""
    """One line below about what the list does not show."""
    on_slides: bool = True
    sums: int = 0
    """How many of the rows, the last ones, are sums of the list and no lines of it."""
    beyond: int = 0
    """How many lines the list has beside those that are rows here."""
    is_ranked: bool = False
    """Whether it goes from the best to the worst, so that whoever shortens it keeps both ends."""

    @property
    def lines(self) -> Sequence[Sequence[Cell]]:
        """The rows without the sums."""
        return self.rows[: len(self.rows) - self.sums]

    def cut(self, most: int, left_out: Callable[[int], str]) -> Table:
        """The list with so many of its lines at most; its sums stay, for they are those of all lines.

        Of a list that goes from the best to the worst lines are left out in its middle.

        Args:
            left_out: says how many lines are not shown.
        """
        dropped = len(self.lines) - most
        if dropped <= 0:
            return self
        last = most // 2 if self.is_ranked else 0
        lines = [*self.lines[: most - last], *self.lines[len(self.lines) - last :]]
        sums = self.rows[len(self.lines) :]
        beyond = self.beyond + dropped
        return replace(self, rows=[*lines, *sums], beyond=beyond, rest=left_out(beyond))


@dataclass(frozen=True)
class MonthBars:
    """What each month brought or will bring, beside its target; amounts in minor units."""

    title: str
    says: str
    legend: tuple[str, str, str]
    """The words for sold, to come and target."""
    months: Sequence[str]
    sold: Sequence[int]
    to_come: Sequence[int]
    targets: Sequence[int | None]
    shown: Sequence[str]
    """The label of each month's column."""


@dataclass(frozen=True)
class Landing:
    """Where the year was seen to land, week by week; amounts in minor units."""

    title: str
    says: str
    legend: tuple[str, str, str]
    """The words for landing, its range and the target."""
    days: Sequence[str]
    low: Sequence[int]
    middle: Sequence[int]
    high: Sequence[int]
    target: int | None
    shown_first: str
    shown_last: str
    shown_target: str


Chart = MonthBars | Landing


@dataclass(frozen=True)
class Report:
    """Everything that a report says, in the order in which it says it."""

    language: str
    is_of_rep: bool
    title: str
    subtitle: str
    facts: str
    """One line: as of which day, calculated when, from what, in which currency."""
    as_of: dt.date
    answer: Sequence[Remark]
    tiles: Sequence[Tile]
    tables: Sequence[Table]
    charts: Sequence[Chart]
    digest: Sequence[str]
    """The report in at most ten lines, to be pasted into a message."""
    words: Mapping[str, str]
    """What faces say themselves: headings for who hears the page, and what signs mean."""
    left_out: Callable[[int], str] = field(compare=False)
    """What stands below a list of which a face does not show so many lines."""
    decimals: int
