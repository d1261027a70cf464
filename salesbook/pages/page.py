"""What is a page made of? Selectors, single figures, lists of lines that stand ready, and series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from salesbook.expressions import (
    CellOf,
    Column,
    Expression,
    Figure,
    Text,
    as_it_is,
    call,
    expression,
)
from salesbook.expressions.expression import Plain

PAGE_LINES = "PageLines"


@dataclass(frozen=True, slots=True)
class Selector:
    """A cell in which somebody chooses: a period, a team or a rep, as the list calls it."""

    name: str
    choices: str
    """The list of PageLines that holds what can be chosen, of the company."""
    size: int
    """Choices at most; a dropdown's range does not grow."""


@dataclass(frozen=True)
class LineList:
    """A list of PageLines as a page looks it up: its first lines, for what is chosen."""

    name: str
    """On the page."""
    block: Expression
    """The text by which its first line is found; see `lines.line.block_of`."""
    size: int
    """Lines that the page has room for."""


@dataclass(frozen=True)
class Series:
    """Figures below each other on the hidden sheet: what a chart draws, or what cells rest on."""

    name: str
    size: int
    row: Callable[[int], Expression]
    """What a row says, rows from 0."""


@dataclass(frozen=True)
class Page:
    """One page, without the places of its cells: `salesbook.sheets` has those."""

    code: str
    """Its name among the sheets."""
    selectors: tuple[Selector, ...]
    facts: Mapping[str, Expression]
    """Single figures by name, on which others rest."""
    lists: tuple[LineList, ...]
    series: tuple[Series, ...] = ()

    def name(self, name: str) -> str:
        """A figure's name among those of all pages."""
        return f"{self.code}.{name}"

    def fact(self, name: str) -> Figure:
        """A single figure of this page."""
        return Figure(self.name(name))

    def of_series(self, name: str, row: int | None = None) -> Figure:
        """A row of a series of this page, or all of them."""
        return Figure(self.name(name), row)

    @cached_property
    def hidden_facts(self) -> Mapping[str, Expression]:
        """All single figures by their whole names: the page's own, and where each list begins."""
        facts = {self.name(name): said for name, said in self.facts.items()}
        for listed in self.lists:
            facts[self.name(f"{listed.name}.block")] = listed.block
            facts[self.name(f"{listed.name}.first")] = call(
                "IFERROR",
                call(
                    "MATCH",
                    as_it_is(Figure(self.name(f"{listed.name}.block"))),
                    Column(PAGE_LINES, "block"),
                    0,
                ),
                0,
            )
        return facts

    @cached_property
    def hidden_series(self) -> tuple[Series, ...]:
        """All series by their whole names: of each list the row of PageLines of each line."""
        series = [Series(self.name(one.name), one.size, one.row) for one in self.series]
        for listed in self.lists:
            series.append(Series(self.name(f"{listed.name}.at"), listed.size, self._places(listed)))
        return tuple(series)

    def _places(self, listed: LineList) -> Callable[[int], Expression]:
        """The row of PageLines that holds a line, 0 where the list has no such line."""
        block = Figure(self.name(f"{listed.name}.block"))
        first = Figure(self.name(f"{listed.name}.first"))

        def place(row: int) -> Expression:
            # Lines of one list stand below each other: the next row is its next line, or another's.
            there = call("INDEX", Column(PAGE_LINES, "block"), first + row)
            is_ours = call("IFERROR", there.equals(block), 0)
            return call("IF", first.equals(0), 0, call("IF", is_ours, first + row, 0))

        return place

    def cell(
        self, listed: str, row: int, name: str, otherwise: Plain = "", *, blank: Plain | None = None
    ) -> Expression:
        """What a field of a list's line says; `otherwise` where there is no line, or nothing in it.

        Args:
            blank: what a line says with nothing in the field, where that is another thing.
        """
        place = Figure(self.name(f"{listed}.at"), row)
        column = Column(PAGE_LINES, name)
        if blank is None:
            return CellOf(column, place, expression(otherwise))
        return call("IF", place.equals(0), otherwise, CellOf(column, place, expression(blank)))

    def link(self, listed: str, row: int, name: str) -> Expression:
        """The same as a link to the row that the line is about; plain where it leads nowhere."""
        place = Figure(self.name(f"{listed}.at"), row)
        text = call("INDEX", Column(PAGE_LINES, name), place)
        sheet = call("INDEX", Column(PAGE_LINES, "sheet"), place)
        cell = call("INDEX", Column(PAGE_LINES, "cell"), place)
        # Inside the quotes of a sheet's name an apostrophe stands twice.
        quoted = call("SUBSTITUTE", sheet, "'", "''")
        target_cell = call("IF", cell.equals(""), "A1", cell)
        target = call("HYPERLINK", Text("#'").then(quoted, "'!", target_cell), text)
        shown = call("IF", sheet.equals(""), text, target)
        shown = call("IF", text.equals(""), "", shown)
        return call("IF", place.equals(0), "", shown)

    def has_line(self, listed: str, row: int = 0) -> Expression:
        """Whether a list has a line in this place."""
        return Figure(self.name(f"{listed}.at"), row) > 0

    def figures(self) -> Iterator[tuple[str, int | None, Expression]]:
        """Every figure of the hidden sheet: its name, its row in a series, and what it says."""
        for name, fact in self.hidden_facts.items():
            yield name, None, fact
        for series in self.hidden_series:
            for row in range(series.size):
                yield series.name, row, series.row(row)
