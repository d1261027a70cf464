"""Which figure of a page stands in which cell of the workbook, and what does each cell show?

`board` lays pages out and `dashboard` and its neighbours say how, `places` gives every figure of the
hidden sheet its cell. The workbook is built from it, and a run finds there which cells are ours.
`stored` gives their values.
"""

from salesbook.sheets.places import (
    CHART_DATA,
    PageCell,
    PageSheet,
    boards,
    code_name,
    hidden_sheet,
    note_sheets,
    page_sheets,
    pages,
    seen_sheet,
    selector_cells,
    sheet_prefix,
    spelling_for,
)
from salesbook.sheets.stored import PageBook, page_values, shapes_of_ours, without_places

__all__ = [
    "CHART_DATA",
    "PageBook",
    "PageCell",
    "PageSheet",
    "boards",
    "code_name",
    "hidden_sheet",
    "note_sheets",
    "page_sheets",
    "page_values",
    "pages",
    "seen_sheet",
    "selector_cells",
    "shapes_of_ours",
    "sheet_prefix",
    "spelling_for",
    "without_places",
]
