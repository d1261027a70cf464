"""Which figure of a page stands in which cell of the workbook, and what does each cell show?

`places` says where: the hidden sheet on which figures are calculated, and the sheet that people see.
The workbook is built from it, and a run finds there which cells are ours. `stored` gives their
values.
"""

from salesbook.sheets.places import (
    CHART_DATA,
    DASHBOARD,
    PageCell,
    PageSheet,
    dashboard_sheets,
    note_sheets,
    spelling_for,
)
from salesbook.sheets.stored import PageBook, page_values, shapes_of_ours, without_places

__all__ = [
    "CHART_DATA",
    "DASHBOARD",
    "PageBook",
    "PageCell",
    "PageSheet",
    "dashboard_sheets",
    "note_sheets",
    "page_values",
    "shapes_of_ours",
    "spelling_for",
    "without_places",
]
