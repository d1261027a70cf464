"""What did people put on the rows of a table, and what of it would a write lose?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from salesbook.hosts.area import Area
from salesbook.hosts.formulas import Carrying, UnsureError, as_people_read
from salesbook.hosts.package.beside.sheet import Beside
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.parts import BookParts, Parts, TablePart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.sheet_formulas import SheetFormulas, read_formulas
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.usual_formats import UsualFormats
from salesbook.hosts.package.xmlscan import attribute, whole_number
from salesbook.hosts.row_map import RowMap
from salesbook.store import Annotation, Mark, TableCells, TableWrite

_MARKS = list(Mark)


def has_own_rows(table: TablePart, others: Iterable[TablePart], area: Area | None = None) -> bool:
    """Say whether no other table of a sheet lies beside one, so that its rows are its own.

    Args:
        area: where the table lies after a write.
    """
    areas = [table.area, area or table.area]
    return not any(
        other != table and mine.top <= other.area.bottom and other.area.top <= mine.bottom
        for other in others
        for mine in areas
    )


def read_marks(
    parts: Parts, book: BookParts, table: TablePart, cells: TableCells, styles: Styles
) -> list[Annotation]:
    """List what people put on the rows of a table, by row, then by column.

    Raises: CannotWrite, NotAWorkbook for a sheet that no write would take.
    """
    sheet = table.sheet
    rows = SheetRows(parts.content(sheet.part), sheet.part, sheet.name)
    formulas = read_formulas(rows).of_table(table, cells)
    beside = Beside(Edits(parts), book, sheet, rows.tail, rows.prefix)
    marks = [*_as_read(formulas.annotations()), *beside.annotations(table)]
    marks += _colours(rows, table, styles)
    if has_own_rows(table, book.tables_of(sheet)):
        marks += _heights(rows, table)
    return in_order(marks, table)


def in_order(marks: Iterable[Annotation], table: TablePart) -> list[Annotation]:
    """Sort by row, then by column; what is about the table as a whole comes last."""
    places = {header: place for place, header in enumerate(table.headers)}

    def place_of(mark: Annotation) -> tuple[bool, int, int, int]:
        kind = _MARKS.index(mark.mark)
        return mark.row is None, mark.row or 0, places.get(mark.header, 0), kind

    return sorted(marks, key=place_of)


def _as_read(marks: Iterable[Annotation]) -> Iterator[Annotation]:
    """Spell formulas as people read them."""
    for mark in marks:
        if mark.mark is Mark.FORMULA:
            mark = replace(mark, content=as_people_read(str(mark.content)))
        yield mark


def _colours(rows: SheetRows, table: TablePart, styles: Styles) -> Iterator[Annotation]:
    body = table.body
    for row, column, colour in UsualFormats(rows, body, styles).highlighted():
        yield Annotation(row - body.top, table.headers[column - body.left], Mark.COLOUR, colour)


def _heights(rows: SheetRows, table: TablePart) -> Iterator[Annotation]:
    """List the rows whose height somebody set; others have the height that their texts need."""
    body = table.body
    region = rows.region(body.top, body.bottom)
    if b"customHeight" not in region:
        return

    # Matches <row r="5" ht="30" customHeight="1">
    tag = re.compile(rb"<%brow\s[^<>]*\bcustomHeight\s*=[^<>]*>" % rows.prefix)
    for match in tag.findall(region):
        height = attribute(match, b"ht")
        number = whole_number(attribute(match, b"r"))
        is_set = attribute(match, b"customHeight") in ("1", "true")
        if height and is_set and body.top <= number <= body.bottom:
            yield Annotation(number - body.top, table.headers[0], Mark.HEIGHT, height)


def read_losses(
    parts: Parts, table: TablePart, cells: TableCells, write: TableWrite
) -> Sequence[Annotation]:
    """List the formulas that a write could not take along though their row stays.

    One of the totals row is told without a row.
    """
    sheet = table.sheet
    row_map = RowMap(table.body, write.sources or (None,), table.totals_rows)
    if row_map.is_still:
        return ()

    rows = SheetRows(parts.content(sheet.part), sheet.part, sheet.name)
    formulas = read_formulas(rows)
    carrying = Carrying(sheet.name, row_map)
    losses = formulas.of_table(table, cells).losses(carrying, write)
    losses += _lost_totals(formulas, table, carrying)
    return in_order(_as_read(losses), table)


def _lost_totals(
    formulas: SheetFormulas, table: TablePart, carrying: Carrying
) -> Iterator[Annotation]:
    for (row, column), text in formulas.texts.items():
        is_ours = column in table.area.columns and table.body.bottom < row <= table.area.bottom
        if not is_ours:
            continue
        try:
            carrying.exception(text)
        except UnsureError:
            header = table.headers[column - table.area.left]
            yield Annotation(None, header, Mark.FORMULA, f"={text}")
