"""How is a page printed? Its answer, its tiles and its lists, as wide as the terminal is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from salesbook.book.page_shown import PageShown
from salesbook.cli.layout import Column, fits, fitted, wrap
from salesbook.labels.messages import fill
from salesbook.labels.words import Language, inert, word
from salesbook.reports.description import Table, Tile

_INDENT: Final = "  "
"""Before what goes on in a further line."""


def page_lines_of(page: PageShown, width: int) -> Iterator[str]:
    """The lines of a page, none wider than the terminal."""
    remarks = [f"{remark.sign} {remark.text}".strip() for remark in page.answer]
    head = [*remarks, *(_tile(tile, page.language) for tile in page.tiles)]

    yield from _wrapped([page.title, page.facts], width)
    if head:
        yield ""
        yield from _wrapped(head, width)
    if page.matrix:
        yield ""
        yield from _table(_widest_that_fits(page.matrix, width), width)
    for table in page.tables:
        if table.rows:
            yield ""
            yield from _table(table, width)


def _wrapped(lines: Sequence[str], width: int) -> Iterator[str]:
    for line in lines:
        yield from wrap(inert(line), width, indent=_INDENT)


def _tile(tile: Tile, language: Language) -> str:
    facts = [tile.lead, *([tile.chance] if tile.chance else []), *tile.facts]
    said = " · ".join(f"{fact.word} {fact.value}" for fact in facts)
    period = f"{tile.sign} {tile.title}".strip()
    template = word("reports", "digest.tile", language)
    return fill(template, {"period": period, "facts": said}, language)


def _widest_that_fits(tables: Sequence[Table], width: int) -> Table:
    """The first table whose columns fit beside each other; else the one with the fewest."""
    for table in tables:
        if fits(_columns(table), width):
            return table
    return tables[-1]


def _table(table: Table, width: int) -> Iterator[str]:
    yield from _wrapped([f"{table.title}  {table.caption}".rstrip()], width)
    yield from fitted(_columns(table), width)
    if table.rest:
        yield from _wrapped([table.rest], width)


def _columns(table: Table) -> list[Column]:
    columns = []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in table.rows]
        # Twelve small columns are a picture; a terminal has none.
        if not column.holds_months:
            texts = [cell.text or cell.sign for cell in cells]
            columns.append(Column(column.heading, texts, is_number=column.is_number).inert())
    return columns
