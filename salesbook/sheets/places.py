"""Which sheets show pages, and in which cell of the hidden one does each figure stand?

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
from salesbook.expressions import Expression, Spelling
from salesbook.labels import Language
from salesbook.pages.calculated import VERBS, calculated, calculated_note
from salesbook.pages.common import common
from salesbook.pages.page import Page
from salesbook.sheets.board import Board
from salesbook.sheets.customer_board import customer_board_sheet
from salesbook.sheets.dashboard import dashboard_sheet
from salesbook.sheets.pipeline_board import pipeline_board_sheet
from salesbook.sheets.rep_page import rep_page_sheet
from salesbook.sheets.target_board import target_board_sheet
from salesbook.sheets.team_board import team_board_sheet
from salesbook.store import column_letters
from salesbook.tables import TABLES, Role

CHART_DATA: Final = "chart_data"
"""The hidden sheet, by the word that names it in `book.toml`."""
NOTE_CELL: Final = (3, 2)
"""On the sheet of a table of results: the line that says of which day they are."""
_FIRST_ROW: Final = 2
"""Of figures on the hidden sheet; above them stand their names."""


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell of ours: its place, rows and columns from 1, and what its formula says."""

    row: int
    column: int
    name: str
    """The figure's name."""
    place: int | None
    """Which row of a series it is; None for a single figure."""
    expression: Expression
    is_array: bool

    @property
    def address(self) -> str:
        """The cell as formulas name it, such as `$B$3`."""
        return f"${column_letters(self.column)}${self.row}"


@dataclass(frozen=True, slots=True)
class PageSheet:
    """A sheet that shows figures of a page, or holds those of all."""

    code: str
    cells: tuple[PageCell, ...]


@cache
def boards() -> Mapping[str, Board]:
    """Every page as it is laid out, by the code of its sheet."""
    laid_out = (
        dashboard_sheet(),
        target_board_sheet(),
        team_board_sheet(),
        rep_page_sheet(),
        pipeline_board_sheet(),
        customer_board_sheet(),
    )
    return {board.page.code: board for board in laid_out}


def pages() -> tuple[Page, ...]:
    """What all pages share, then every page, then of which day results are."""
    return (common(), *(board.page for board in boards().values()), calculated())


@cache
def hidden_sheet() -> PageSheet:
    """The hidden sheet: page beside page, each its single figures, then a column per series."""
    cells: list[PageCell] = []
    column = 1
    for page in pages():
        column = _put_page(cells, page, column)
    return PageSheet(CHART_DATA, tuple(cells))


def _put_page(cells: list[PageCell], page: Page, column: int) -> int:
    """Give each figure of a page its cell. Returns: the first column that is free."""
    is_array = page.code in ("common", "calculated")
    for row, (name, said) in enumerate(page.hidden_facts.items(), start=_FIRST_ROW):
        cells.append(PageCell(row, column + 1, name, None, said, is_array))
    column += 2
    for series in page.hidden_series:
        for place in range(series.size):
            said = series.row(place)
            cells.append(PageCell(_FIRST_ROW + place, column, series.name, place, said, False))
        column += 1
    return column + 1


@cache
def seen_sheet(code: str) -> PageSheet:
    """The sheet that people see, with its formulas."""
    cells = [
        PageCell(cell.row, cell.column, cell.name, None, cell.said, False)
        for cell in boards()[code].placed
        if cell.is_formula and cell.said is not None
    ]
    return PageSheet(code, tuple(cells))


@cache
def page_sheets() -> tuple[PageSheet, ...]:
    """The hidden sheet, then those that people see."""
    return (hidden_sheet(), *(seen_sheet(code) for code in boards()))


@cache
def note_sheets() -> Mapping[str, PageSheet]:
    """By table of results, its sheet with the line above the table.

    What a verb adds to a table that people fill does not make that a result.
    """
    sheets = {}
    for verb in VERBS:
        for table in ACTIONS[verb].writes:
            if TABLES[table].role is Role.INPUT:
                continue
            note = calculated_note(verb, table)
            cell = PageCell(*NOTE_CELL, f"{table}.note", None, note, is_array=False)
            sheets[table] = PageSheet(table, (cell,))
    return sheets


def code_name(code: str) -> str:
    """The name by which macros know a sheet that holds no table of its own."""
    return "Sheet" + "".join(word.capitalize() for word in code.split("_"))


def selector_cells() -> Iterator[tuple[str, str, int, int]]:
    """Every selector: its name as a figure, its sheet's code, its row and column."""
    for code, board in boards().items():
        for chosen in board.chosen:
            name = f"{code}.{chosen.selector.name}_chosen"
            yield name, code, chosen.row, chosen.column


def spelling_for(
    sheet: PageSheet,
    language: Language,
    sheet_names: Mapping[str, str],
    headers: Mapping[tuple[str, str], str] | None = None,
) -> Spelling:
    """How formulas of a sheet name the figures of the hidden one, and what is chosen.

    Args:
        sheet_names: by code as they stand on the tabs.
        headers: by table and field, as they stand; None for those of a new workbook.
    """

    def prefix(code: str) -> str:
        # On its own sheet a cell is named without the sheet.
        return "" if code == sheet.code else sheet_prefix(sheet_names[code])

    hidden = prefix(CHART_DATA)
    places: dict[tuple[str, int | None], str] = {}
    series: dict[str, list[PageCell]] = {}
    for cell in hidden_sheet().cells:
        places[cell.name, cell.place] = hidden + cell.address
        if cell.place is not None:
            series.setdefault(cell.name, []).append(cell)
    for name, cells in series.items():
        places[name, None] = f"{hidden}{cells[0].address}:{cells[-1].address}"
    for name, code, row, column in selector_cells():
        if code in sheet_names:
            places[name, None] = f"{prefix(code)}${column_letters(column)}${row}"
    return Spelling(language, places, headers)


def sheet_prefix(name: str) -> str:
    """A sheet before a cell's name, in quotes where a formula needs them."""
    is_word = re.fullmatch(r"[^\W\d][\w.]*", name) is not None
    is_cell = re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|[RrCc]", name) is not None
    if is_word and not is_cell:
        return f"{name}!"
    return "'" + name.replace("'", "''") + "'!"
