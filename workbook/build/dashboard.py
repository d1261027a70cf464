"""What does a manager see at a glance? Tiles, four charts and the alerts that matter most."""

from __future__ import annotations

from typing import Final

from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from salesbook.tables import Role
from workbook.build import look
from workbook.build.canvas import Canvas, Spot, heading, link_home, page, put_plain_formula
from workbook.build.chart_data import fact
from workbook.build.charts import Charts
from workbook.build.expressions import Expressions, quoted
from workbook.build.sheets import SheetLayout
from workbook.build.tiles import CODES, DASH, KINDS, line_cell, value_cell

_UNIT: Final = 12.0
_GUTTER: Final = 2.0
_TILES_IN_LINE: Final = 4
_TILE_COLUMNS: Final = 4
"""Three that a tile is wide, and a gutter."""
_COLUMNS: Final = _TILES_IN_LINE * _TILE_COLUMNS
_TILE_ROWS: Final = (4, 8)
_CHART_ROWS: Final = (12, 29)
_CHART_TALL: Final = 16
_ALERT_ROW: Final = 46
_ALERTS: Final = 8
_ALERT_FIELDS: Final = (("severity", 0, 1), ("who", 1, 2), ("because", 3, 7), ("do", 10, 5))
"""A field of Alerts, its first column, and how many it takes."""
_TILE_FORMATS: Final = {"rate": "0.0%", "money": "#,##0", "count": "#,##0", "text": "General"}
_MONEY_FORMATS: Final = {
    "wan": '[>=100000000]0\\.00,,"亿";[>=10000]0\\.0,"万";#,##0',
    "thousands": '[>=1000000]#,##0.00,,"M";[>=1000]#,##0,"K";#,##0',
}
_STYLE_CELL: Final = "$Q$1"


class Dashboard:
    """Draws the Dashboard on a grid of four tiles, three columns and a gutter each."""

    def __init__(self, canvas: Canvas, layout: SheetLayout) -> None:
        self.canvas = canvas
        self.name = layout.name
        self.sheet: Worksheet = canvas.book.get_worksheet_by_name(layout.name)
        self.data = canvas.word("sheets.chart_data") + "!"

    def write(self) -> None:
        """Fill the sheet."""
        self._grid()
        self._head()
        for number, code in enumerate(CODES):
            line, position = divmod(number, _TILES_IN_LINE)
            self._tile(_TILE_ROWS[line], _TILE_COLUMNS * position, code)

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
        # In pieces: TEXT takes date codes in the language of the user's Excel.
        day = self.data + fact("as_of")
        dated = f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)&"-"&RIGHT("0"&DAY({day}),2)'
        as_of = quoted(canvas.word("dashboard.as_of") + " ")
        never = canvas.word("dashboard.never")
        formula = f"IF(ISNUMBER({day}),{as_of}&{dated},{quoted(never)})"
        date_style = canvas.style(font_color=look.QUIET, align="right")
        put_plain_formula(Spot(self.sheet, 2, _COLUMNS - 2), formula, date_style, never)

        # The rules that show amounts in millions look at a cell of their own sheet, unseen.
        number_style = self.data + fact("style")
        unseen = canvas.style(num_format=";;;", font_color=look.PAPER)
        put_plain_formula(Spot(self.sheet, 0, _COLUMNS), number_style, unseen, "plain")

    def _tile(self, row: int, column: int, code: str) -> None:
        """One tile: its name, its number and the line beneath."""
        canvas, sheet = self.canvas, self.sheet
        kind = KINDS[code]
        name_row, number_row, beneath_row = row, row + 1, row + 2
        sheet.set_row(name_row, 19)
        sheet.set_row(number_row, 33)
        sheet.set_row(beneath_row, 19)

        tile = {"bg_color": look.MIST, "indent": 1, "left": 5, "left_color": look.BLUE}
        small = look.SIZES[canvas.language] - 1
        quiet_style = canvas.style(**tile, font_color=look.QUIET, font_size=small)
        number_style = canvas.style(
            **tile, bold=True, font_size=20, align="left", num_format=_TILE_FORMATS[kind]
        )

        self._wide(name_row, column, canvas.word(f"tiles.{code}"), quiet_style)
        self._wide(number_row, column, "", number_style)
        self._wide(beneath_row, column, "", quiet_style)

        number = self.data + value_cell(code)
        put_plain_formula(Spot(sheet, number_row, column), number, number_style, DASH)
        beneath = self.data + line_cell(code)
        put_plain_formula(Spot(sheet, beneath_row, column), beneath, quiet_style)
        if kind == "money":
            self._money_styles(number_row, column)

    def _wide(self, row: int, column: int, text: str, style: Format) -> None:
        """One line of a tile over its three columns."""
        self.sheet.merge_range(row, column, row, column + 2, text, style)

    def _money_styles(self, row: int, column: int) -> None:
        """Show an amount in millions or in 万 where the settings say so."""
        for code, number_format in _MONEY_FORMATS.items():
            rule = {
                "type": "formula",
                "criteria": f'={_STYLE_CELL}="{code}"',
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
        title_style = canvas.style(bold=True, font_size=13)
        sheet.write_string(_ALERT_ROW, 0, canvas.word("dashboard.alerts"), title_style)
        sheet.set_row(_ALERT_ROW, 26)

        head_row = _ALERT_ROW + 1
        head_color = look.HEADS[Role.OUTPUT][0]
        head_style = canvas.style(bold=True, font_color=look.PAPER, bg_color=head_color, indent=1)
        sheet.set_row(head_row, 21)
        for name, column, width in _ALERT_FIELDS:
            self._band(head_row, column, width, head_style)
            sheet.write_string(head_row, column, canvas.header("Alerts", name), head_style)

        body_style = canvas.style(bottom=1, bottom_color=look.LINE, text_wrap=True, indent=1)
        for number in range(1, _ALERTS + 1):
            row = head_row + number
            sheet.set_row(row, 31)
            for name, column, width in _ALERT_FIELDS:
                self._band(row, column, width, body_style)
                formula = self._alert(name, number)
                put_plain_formula(Spot(sheet, row, column), formula, body_style)

    def _alert(self, name: str, number: int) -> str:
        """One field of an alert; a person by name, and a word of calm where there is no alert."""
        e = Expressions(self.canvas)
        value = f"INDEX({e.column('Alerts', name)},{number})"
        if name == "who":
            rep_row = f"MATCH({value},{e.column('Reps', 'rep_id')},0)"
            value = f"IFERROR(INDEX({e.column('Reps', 'name')},{rep_row}),{value})"
        shown = f'IFERROR({value}&"","")'

        if (number, name) == (1, "because"):
            # Only once something was calculated is an empty list good news.
            calm = quoted(self.canvas.word("dashboard.calm"))
            otherwise = f'IF(ISNUMBER({self.data}{fact("as_of")}),{calm},"")'
            return f"IF({e.has_rows('Alerts')},{shown},{otherwise})"
        return shown

    def _band(self, row: int, column: int, width: int, style: Format) -> None:
        if width > 1:
            self.sheet.merge_range(row, column, row, column + width - 1, "", style)


def _column_width(column: int) -> float:
    """Of each four columns the last is the gutter."""
    return _GUTTER if column % _TILE_COLUMNS == _TILE_COLUMNS - 1 else _UNIT


def _pixels(width: float) -> int:
    """Of a column so many characters wide, as Excel counts them in its usual font."""
    return int(width * 7 + 5.5)
