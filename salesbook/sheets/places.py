"""Where do the Dashboard's figures stand? On a hidden sheet of fixed size, and on its own.

The hidden sheet holds what takes an array formula, which a merged cell cannot hold, and what charts
draw, whose ranges do not grow when a file is written from outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from salesbook.actions import ACTIONS
from salesbook.expressions import Expression, Figure, Spelling
from salesbook.labels import Language
from salesbook.pages.calculated import VERBS, calculated_note
from salesbook.pages.dashboard import dashboard
from salesbook.pages.page import Block, Page
from salesbook.store import column_letters

CHART_DATA: Final = "chart_data"
DASHBOARD: Final = "dashboard"
"""The sheets, by the word that names each in `book.toml`."""

FACT_COLUMN: Final = 2
TILE_COLUMN: Final = 4
"""On the hidden sheet: a tile's code; its number and the line beneath stand right of it."""
_BLOCK_COLUMNS: Final[Mapping[str, int]] = {
    "months": 1,
    "funnel": 7,
    "ahead": 14,
    "tiers": 23,
    "urgent_names": 28,
    "calculated": 31,
}
_ROWS_BETWEEN: Final = 2
"""Between the single figures and the series: a blank one and one with the series' names."""

TILES_IN_LINE: Final = 4
TILE_COLUMNS: Final = 4
"""Three that a tile is wide, and a gutter."""
TILE_ROWS: Final = (5, 9)
ALERT_ROW: Final = 49
"""The first alert's row."""
ALERT_COLUMNS: Final[Mapping[str, int]] = {"severity": 1, "who": 2, "because": 4, "do": 11}
NOTE_CELL: Final = (3, 2)
"""On the sheet of a table of results: the line that says of which day they are."""
HEAD_CELLS: Final[Mapping[str, tuple[int, int]]] = {"day": (3, 15), "sold": (3, 5)}
STYLE_CELL: Final = (1, 17)


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell of ours: its place, rows and columns from 1, and what its formula says."""

    row: int
    column: int
    name: str
    """The figure's name."""
    place: int | None
    """Which row of a series or list it is; None for a single figure."""
    expression: Expression
    is_array: bool

    @property
    def address(self) -> str:
        """The cell as formulas name it, such as `$B$3`."""
        return f"${column_letters(self.column)}${self.row}"


@dataclass(frozen=True, slots=True)
class PageSheet:
    """A sheet that shows figures of a page."""

    code: str
    cells: tuple[PageCell, ...]


@cache
def dashboard_sheets() -> tuple[PageSheet, PageSheet]:
    """The hidden sheet, and the one that people see."""
    page = dashboard()
    return (
        PageSheet(CHART_DATA, tuple(_hidden_cells(page))),
        PageSheet(DASHBOARD, tuple(_seen_cells(page))),
    )


@cache
def note_sheets() -> Mapping[str, PageSheet]:
    """By table of results, its sheet with the line above the table."""
    sheets = {}
    for verb in VERBS:
        for table in ACTIONS[verb].writes:
            note = calculated_note(verb, table)
            cell = PageCell(*NOTE_CELL, f"{table}.note", None, note, is_array=False)
            sheets[table] = PageSheet(table, (cell,))
    return sheets


def spelling_for(
    sheet: PageSheet,
    language: Language,
    hidden_sheet_name: str,
    headers: Mapping[tuple[str, str], str] | None = None,
) -> Spelling:
    """How formulas of a sheet name the figures of the hidden one.

    Args:
        hidden_sheet_name: as it stands on the tab.
        headers: by table and field, as they stand; None for those of a new workbook.
    """
    # On its own sheet a cell is named without the sheet.
    prefix = "" if sheet.code == CHART_DATA else sheet_prefix(hidden_sheet_name)
    hidden, _ = dashboard_sheets()
    places: dict[tuple[str, int | None], str] = {}
    series: dict[str, list[PageCell]] = {}
    for cell in hidden.cells:
        places[cell.name, cell.place] = prefix + cell.address
        if cell.place is not None:
            series.setdefault(cell.name, []).append(cell)
    for name, cells in series.items():
        places[name, None] = f"{prefix}{cells[0].address}:{cells[-1].address}"
    return Spelling(language, places, headers)


def sheet_prefix(name: str) -> str:
    """A sheet before a cell's name, in quotes where a formula needs them."""
    is_word = re.fullmatch(r"[^\W\d][\w.]*", name) is not None
    is_cell = re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|[RrCc]", name) is not None
    if is_word and not is_cell:
        return f"{name}!"
    return "'" + name.replace("'", "''") + "'!"


def first_block_row(page: Page) -> int:
    """The row of the first month, stage or tier on the hidden sheet."""
    return len(page.facts) + _ROWS_BETWEEN + 1


def block_column(block: Block, series: str) -> int:
    """The column of a series on the hidden sheet."""
    return _BLOCK_COLUMNS[block.code] + block.series.index(series)


def _hidden_cells(page: Page) -> Iterator[PageCell]:
    for row, (name, fact) in enumerate(page.facts.items(), start=1):
        yield PageCell(row, FACT_COLUMN, name, None, fact, is_array=True)
    for row, tile in enumerate(page.tiles, start=1):
        number, beneath = f"{tile.code}.number", f"{tile.code}.beneath"
        yield PageCell(row, TILE_COLUMN + 1, number, None, tile.number, is_array=True)
        yield PageCell(row, TILE_COLUMN + 2, beneath, None, tile.beneath, is_array=True)
    first = first_block_row(page)
    for block in page.blocks:
        for place in range(block.size):
            for series, said in block.row(place).items():
                column = block_column(block, series)
                name = f"{block.code}.{series}"
                yield PageCell(first + place, column, name, place, said, is_array=True)


def _seen_cells(page: Page) -> Iterator[PageCell]:
    for name, head in page.heads.items():
        yield PageCell(*HEAD_CELLS[name], name, None, head, is_array=False)
    # The rules that show amounts in millions look at a cell of their own sheet, unseen.
    yield PageCell(*STYLE_CELL, "style_seen", None, Figure("style"), is_array=False)

    for number, tile in enumerate(page.tiles):
        line, position = divmod(number, TILES_IN_LINE)
        row, column = TILE_ROWS[line], 1 + TILE_COLUMNS * position
        for down, part in enumerate(("number", "beneath"), start=1):
            name = f"{tile.code}.{part}"
            yield PageCell(row + down, column, f"{name}_seen", None, Figure(name), is_array=False)
    for listed in page.lists:
        for place in range(listed.size):
            for field, said in listed.row(place).items():
                name = f"{listed.code}.{field}"
                column = ALERT_COLUMNS[field]
                yield PageCell(ALERT_ROW + place, column, name, place, said, is_array=False)
