"""What does a manager see at a glance? Tiles, four charts and the alerts that matter most."""

from __future__ import annotations

from typing import Final

from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from salesbook.expressions import formula_text
from salesbook.pages.page import Tile
from salesbook.sheets import dashboard_sheets, spelling_for
from salesbook.sheets.places import (
    ALERT_COLUMNS,
    ALERT_ROW,
    HEAD_CELLS,
    STYLE_CELL,
    TILE_COLUMNS,
    TILE_ROWS,
    TILES_IN_LINE,
)
from salesbook.tables import Role
from workbook.build import look
from workbook.build.canvas import Canvas, Spot, heading, link_home, page, put_plain_formula
from workbook.build.chart_data import PAGE
from workbook.build.charts import Charts
from workbook.build.sheets import SheetLayout

_UNIT: Final = 12.0
_GUTTER: Final = 2.0
_COLUMNS: Final = TILES_IN_LINE * TILE_COLUMNS
_CHART_ROWS: Final = (12, 29)
_CHART_TALL: Final = 16
_ALERT_WIDTHS: Final = {"severity": 1, "who": 2, "because": 7, "do": 5}
"""Columns that each field of an alert takes."""
_TILE_FORMATS: Final = {"rate": "0.0%", "money": "#,##0", "count": "#,##0", "text": "General"}
_MONEY_FORMATS: Final = {
    "wan": '[>=100000000]0\\.00,,"亿";[>=10000]0\\.0,"万";#,##0',
    "thousands": '[>=1000000]#,##0.00,,"M";[>=1000]#,##0,"K";#,##0',
}


class Dashboard:
    """Draws the Dashboard on a grid of four tiles, three columns and a gutter each."""

    def __init__(self, canvas: Canvas, layout: SheetLayout) -> None:
        self.canvas = canvas
        self.name = layout.name
        self.sheet: Worksheet = canvas.book.get_worksheet_by_name(layout.name)
        _, seen = dashboard_sheets()
        spelling = spelling_for(seen, canvas.language, canvas.word("sheets.chart_data"))
        self.formulas = {
            (cell.row - 1, cell.column - 1): formula_text(cell.expression, spelling)
            for cell in seen.cells
        }
        """By row and column from 0, what each cell of ours calculates."""

    def write(self) -> None:
        """Fill the sheet."""
        self._grid()
        self._head()
        for number, tile in enumerate(PAGE.tiles):
            line, position = divmod(number, TILES_IN_LINE)
            self._tile(TILE_ROWS[line] - 1, TILE_COLUMNS * position, tile)

        charts = Charts(self.canvas)
        upper, lower = _CHART_ROWS
        left, right = 0, _COLUMNS // 2
        self._place(upper, left, charts.months())
        self._place(upper, right, charts.forecast())
        self._place(lower, left, charts.funnel())
        self._place(lower, right, charts.tiers())

        self._alerts()
        page(self.canvas, self.sheet, tall=1)
        self.sheet.center_horizontally()

    def _grid(self) -> None:
        for column in range(_COLUMNS):
            self.sheet.set_column(column, column, _column_width(column))
        self.sheet.hide_gridlines(2)
        for row in (3, 7, 11):
            self.sheet.set_row(row, 9)

    def _head(self) -> None:
        canvas = self.canvas
        heading(canvas, self.sheet, self.name, canvas.word("dashboard.note"))
        link_home(canvas, self.sheet)
        for name, align in (("day", "right"), ("sold", "left")):
            row, column = HEAD_CELLS[name]
            self._put(row - 1, column - 1, canvas.style(font_color=look.QUIET, align=align))
        style_row, style_column = STYLE_CELL
        unseen = canvas.style(num_format=";;;", font_color=look.PAPER)
        self._put(style_row - 1, style_column - 1, unseen)

    def _put(self, row: int, column: int, style: Format) -> None:
        """Write the formula of a cell of ours; what it shows is stored once all sheets are there."""
        put_plain_formula(Spot(self.sheet, row, column), self.formulas[row, column], style)

    def _tile(self, row: int, column: int, tile: Tile) -> None:
        """One tile: its name, its number and the line beneath."""
        canvas, sheet = self.canvas, self.sheet
        name_row, number_row, beneath_row = row, row + 1, row + 2
        sheet.set_row(name_row, 19)
        sheet.set_row(number_row, 33)
        sheet.set_row(beneath_row, 19)

        box = {"bg_color": look.MIST, "indent": 1, "left": 5, "left_color": look.BLUE}
        small = look.SIZES[canvas.language] - 1
        quiet_style = canvas.style(**box, font_color=look.QUIET, font_size=small)
        number_style = canvas.style(
            **box, bold=True, font_size=20, align="left", num_format=_TILE_FORMATS[tile.kind]
        )

        self._wide(name_row, column, canvas.word(f"tiles.{tile.code}"), quiet_style)
        self._wide(number_row, column, "", number_style)
        self._wide(beneath_row, column, "", quiet_style)

        self._put(number_row, column, number_style)
        self._put(beneath_row, column, quiet_style)
        if tile.kind == "money":
            self._money_styles(number_row, column)

    def _wide(self, row: int, column: int, text: str, style: Format) -> None:
        """One line of a tile over its three columns."""
        self.sheet.merge_range(row, column, row, column + 2, text, style)

    def _money_styles(self, row: int, column: int) -> None:
        """Show an amount in millions or in 万 where the settings say so."""
        style_cell = xl_rowcol_to_cell(STYLE_CELL[0] - 1, STYLE_CELL[1] - 1, True, True)
        for code, number_format in _MONEY_FORMATS.items():
            rule = {
                "type": "formula",
                "criteria": f'={style_cell}="{code}"',
                "format": self.canvas.book.add_format({"num_format": number_format}),
            }
            self.sheet.conditional_format(row, column, row, column, rule)

    def _place(self, row: int, column: int, chart: Chart) -> None:
        """Put a chart over seven columns: two tiles and the gutter between them."""
        width = sum(_pixels(_column_width(column + step)) for step in range(7))
        chart.set_size({"width": width, "height": _CHART_TALL * 20})
        self.sheet.insert_chart(row, column, chart, {"object_position": 1})

    def _alerts(self) -> None:
        """The first alerts of the sheet Alerts, which has the most urgent on top."""
        canvas, sheet = self.canvas, self.sheet
        head_row = ALERT_ROW - 2
        title_row = head_row - 1
        title_style = canvas.style(bold=True, font_size=13)
        sheet.write_string(title_row, 0, canvas.word("dashboard.alerts"), title_style)
        sheet.set_row(title_row, 26)

        head_color = look.HEADS[Role.OUTPUT][0]
        head_style = canvas.style(bold=True, font_color=look.PAPER, bg_color=head_color, indent=1)
        sheet.set_row(head_row, 21)
        (urgent,) = PAGE.lists
        for name in urgent.fields:
            column = ALERT_COLUMNS[name] - 1
            self._band(head_row, column, _ALERT_WIDTHS[name], head_style)
            sheet.write_string(head_row, column, canvas.header("Alerts", name), head_style)

        body_style = canvas.style(bottom=1, bottom_color=look.LINE, text_wrap=True, indent=1)
        for row in range(head_row + 1, head_row + 1 + urgent.size):
            sheet.set_row(row, 31)
            for name in urgent.fields:
                column = ALERT_COLUMNS[name] - 1
                self._band(row, column, _ALERT_WIDTHS[name], body_style)
                self._put(row, column, body_style)

    def _band(self, row: int, column: int, width: int, style: Format) -> None:
        if width > 1:
            self.sheet.merge_range(row, column, row, column + width - 1, "", style)


def _column_width(column: int) -> float:
    """Of each four columns the last is the gutter."""
    return _GUTTER if column % TILE_COLUMNS == TILE_COLUMNS - 1 else _UNIT


def _pixels(width: float) -> int:
    """Of a column so many characters wide, as Excel counts them in its usual font."""
    return int(width * 7 + 5.5)
