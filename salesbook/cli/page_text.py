"""How is a page printed? Its answer, its tiles and its lists, as wide as the terminal is."""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.book.page_shown import PageShown
from salesbook.cli.layout import Column, fitted
from salesbook.labels.words import inert
from salesbook.reports.description import Table, Tile


def page_lines_of(page: PageShown, width: int) -> Iterator[str]:
    """The lines of a page, none wider than the terminal where words can be parted."""
    yield inert(page.title)
    yield inert(page.facts)
    yield ""
    for remark in page.answer:
        yield inert(f"{remark.sign} {remark.text}".strip())
    for tile in page.tiles:
        yield inert(_tile(tile))
    for table in page.tables:
        if table.rows:
            yield ""
            yield from _table(table, width)


def _tile(tile: Tile) -> str:
    facts = [tile.lead, *([tile.chance] if tile.chance else []), *tile.facts]
    said = " · ".join(f"{fact.word} {fact.value}" for fact in facts)
    return f"{tile.sign} {tile.title}: {said}".strip()


def _table(table: Table, width: int) -> Iterator[str]:
    yield inert(f"{table.title}  {table.caption}".rstrip())
    columns = []
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in table.rows]
        # Twelve small columns are a picture; a terminal has none.
        if not column.holds_months:
            texts = [cell.text or cell.sign for cell in cells]
            columns.append(Column(column.heading, texts, is_number=column.is_number))
    yield from fitted([column.inert() for column in columns], width)
    if table.rest:
        yield inert(table.rest)
