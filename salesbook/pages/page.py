"""What is a page made of? Single figures, tiles, blocks of series, and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from salesbook.expressions import Expression

TileKind = Literal["rate", "money", "count", "text"]


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its name above it and a line beneath that gives it its measure."""

    code: str
    kind: TileKind
    number: Expression
    beneath: Expression


@dataclass(frozen=True, slots=True)
class Block:
    """What a chart shows: one row per month, stage or tier, one column per series."""

    code: str
    size: int
    """A chart's ranges do not grow, so each block has all its rows; what is not there is #N/A."""
    series: tuple[str, ...]
    row: Callable[[int], Mapping[str, Expression]]
    """Gives by series what a row says, rows from 0."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """The first rows of a table, some of its fields."""

    code: str
    size: int
    fields: tuple[str, ...]
    row: Callable[[int], Mapping[str, Expression]]
    """Gives by field what a row says, rows from 0."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page."""

    facts: Mapping[str, Expression]
    """Single figures by name, on which the others rest."""
    tiles: tuple[Tile, ...]
    blocks: tuple[Block, ...]
    heads: Mapping[str, Expression]
    """Single figures that are seen as they are, as the line that says of which day the page is."""
    lists: tuple[ListOf, ...]

    def figures(self) -> Iterator[tuple[str, int | None, Expression]]:
        """Every figure: its name, its row in a series or a list, and what it says."""
        for name, fact in self.facts.items():
            yield name, None, fact
        for tile in self.tiles:
            yield f"{tile.code}.number", None, tile.number
            yield f"{tile.code}.beneath", None, tile.beneath
        for block in self.blocks:
            for row in range(block.size):
                for series, said in block.row(row).items():
                    yield f"{block.code}.{series}", row, said
        for name, head in self.heads.items():
            yield name, None, head
        for listed in self.lists:
            for row in range(listed.size):
                for name, said in listed.row(row).items():
                    yield f"{listed.code}.{name}", row, said
