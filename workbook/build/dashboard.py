"""What does a manager see at a glance? Tiles, four charts and the alerts that matter most."""

from __future__ import annotations

from typing import Final

from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from salesbook.tables import Role
from workbook.build import look
from workbook.build.canvas import Canvas, Spot, heading, link_home, page, put_plain_formula
from workbook.build.chart_data import FACT_ROW
from workbook.build.charts import Charts
from workbook.build.expressions import Expressions, quoted
from workbook.build.sheets import SheetPlan
from workbook.build.tiles import CODES, DASH, KINDS, line_cell, value_cell

_UNIT: Final = 12.0
_GUTTER: Final = 2.0
_COLUMNS: Final = 16
_TILE_ROWS: Final = (4, 8)
_CHART_ROWS: Final = (12, 29)
_CHART_TALL: Final = 16
_ALERT_ROW: Final = 46
_ALERTS: Final = 8
_FORMATS: Final = {
    "wan": '[>=100000000]0\\.00,,"亿";[>=10000]0\\.0,"万";#,##0',
    "thousands": '[>=1000000]#,##0.00,,"M";[>=1000]#,##0,"K";#,##0',
}
_STYLE_CELL: Final = "$Q$1"


class Dashboard:
    """Draws the Dashboard on a grid of four tiles, three columns and a gutter each."""

    def __init__(self, canvas: Canvas, plan: SheetPlan) -> None:
        self.canvas = canvas
        self.name = plan.name
        self.sheet: Worksheet = canvas.book.get_worksheet_by_name(plan.name)
        self.data = canvas.word("sheets.chart_data") + "!"

    def write(self) -> None:
        """Fill the sheet."""
        self._grid()
        self._head()
        for number, code in enumerate(CODES):
            self._tile(_TILE_ROWS[number // 4], 4 * (number % 4), code)
        charts = Charts(self.canvas)
        self._place(_CHART_ROWS[0], 0, charts.months())
        self._place(_CHART_ROWS[0], 8, charts.forecast())
        self._place(_CHART_ROWS[1], 0, charts.funnel())
        self._place(_CHART_ROWS[1], 8, charts.tiers())
        self._alerts()
        page(self.canvas, self.sheet, tall=1)
        self.sheet.center_horizontally()

    def _grid(self) -> None:
        for column in range(_COLUMNS):
            self.sheet.set_column(column, column, _GUTTER if column % 4 == 3 else _UNIT)
        self.sheet.hide_gridlines(2)
        for row in (3, 7, 11):
            self.sheet.set_row(row, 9)

    def _head(self) -> None:
        canvas = self.canvas
        heading(canvas, self.sheet, self.name, canvas.word("dashboard.note"))
        link_home(canvas, self.sheet)
        day = f"{self.data}$B${FACT_ROW['as_of'] + 1}"
        dated = f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)&"-"&RIGHT("0"&DAY({day}),2)'
        as_of, never = (
            quoted(canvas.word("dashboard.as_of") + " "),
            quoted(canvas.word("dashboard.never")),
        )
        formula = f"IF(ISNUMBER({day}),{as_of}&{dated},{never})"
        right = canvas.style(font_color=look.QUIET, align="right")
        put_plain_formula(
            Spot(self.sheet, 2, _COLUMNS - 2), formula, right, canvas.word("dashboard.never")
        )
        style = f"{self.data}$B${FACT_ROW['style'] + 1}"
        hidden = canvas.style(num_format=";;;", font_color=look.PAPER)
        put_plain_formula(Spot(self.sheet, 0, _COLUMNS), style, hidden, "plain")

    def _tile(self, row: int, column: int, code: str) -> None:
        canvas, sheet = self.canvas, self.sheet
        sheet.set_row(row, 19)
        sheet.set_row(row + 1, 33)
        sheet.set_row(row + 2, 19)
        face = {"bg_color": look.MIST, "indent": 1}
        edge = {"left": 5, "left_color": look.BLUE}
        formats = {"rate": "0.0%", "money": "#,##0", "count": "#,##0", "text": "General"}
        name = canvas.style(
            **face, **edge, font_color=look.QUIET, font_size=look.SIZES[canvas.language] - 1
        )
        number = canvas.style(
            **face, **edge, bold=True, font_size=20, align="left", num_format=formats[KINDS[code]]
        )
        beneath = canvas.style(
            **face, **edge, font_color=look.QUIET, font_size=look.SIZES[canvas.language] - 1
        )
        self._wide(row, column, canvas.word(f"tiles.{code}"), name)
        self._wide(row + 1, column, "", number)
        put_plain_formula(Spot(sheet, row + 1, column), self.data + value_cell(code), number, DASH)
        self._wide(row + 2, column, "", beneath)
        put_plain_formula(Spot(sheet, row + 2, column), self.data + line_cell(code), beneath)
        if KINDS[code] == "money":
            self._money_styles(row + 1, column)

    def _wide(self, row: int, column: int, text: str, style: Format) -> None:
        """One line of a tile over its three columns."""
        self.sheet.merge_range(row, column, row, column + 2, text, style)

    def _money_styles(self, row: int, column: int) -> None:
        for code, shown in _FORMATS.items():
            self.sheet.conditional_format(
                row,
                column,
                row,
                column,
                {
                    "type": "formula",
                    "criteria": f'={_STYLE_CELL}="{code}"',
                    "format": self.canvas.book.add_format({"num_format": shown}),
                },
            )

    def _place(self, row: int, column: int, chart: Chart) -> None:
        """Put a chart over seven columns: two tiles and the gutter between them."""
        wide = sum(_pixels(_GUTTER if (column + step) % 4 == 3 else _UNIT) for step in range(7))
        chart.set_size({"width": wide, "height": _CHART_TALL * 20})
        self.sheet.insert_chart(row, column, chart, {"object_position": 1})

    def _alerts(self) -> None:
        canvas, sheet = self.canvas, self.sheet
        e = Expressions(canvas)
        title = canvas.style(bold=True, font_size=13)
        sheet.write_string(_ALERT_ROW, 0, canvas.word("dashboard.alerts"), title)
        sheet.set_row(_ALERT_ROW, 26)
        sheet.set_row(_ALERT_ROW + 1, 21)
        places = (("severity", 0, 1), ("who", 1, 2), ("because", 3, 7), ("do", 10, 5))
        head = canvas.style(
            bold=True, font_color=look.PAPER, bg_color=look.HEADS[Role.OUTPUT][0], indent=1
        )
        body = canvas.style(bottom=1, bottom_color=look.LINE, text_wrap=True, indent=1)
        for name, column, wide in places:
            self._band(_ALERT_ROW + 1, column, wide, head)
            sheet.write_string(_ALERT_ROW + 1, column, canvas.header("Alerts", name), head)
        day = f"{self.data}$B${FACT_ROW['as_of'] + 1}"
        calm = f'IF(ISNUMBER({day}),{quoted(canvas.word("dashboard.calm"))},"")'
        for number in range(1, _ALERTS + 1):
            row = _ALERT_ROW + 1 + number
            sheet.set_row(row, 31)
            for name, column, wide in places:
                formula = self._alert(name, number)
                if (number, name) == (1, "because"):
                    formula = f"IF({e.has_rows('Alerts')},{formula},{calm})"
                self._band(row, column, wide, body)
                put_plain_formula(Spot(sheet, row, column), formula, body)

    def _alert(self, name: str, number: int) -> str:
        """One field of an alert; a person by name."""
        e = Expressions(self.canvas)
        value = f"INDEX({e.column('Alerts', name)},{number})"
        if name == "who":
            found = f"MATCH({value},{e.column('Reps', 'rep_id')},0)"
            value = f"IFERROR(INDEX({e.column('Reps', 'name')},{found}),{value})"
        return f'IFERROR({value}&"","")'

    def _band(self, row: int, column: int, wide: int, style: Format) -> None:
        if wide > 1:
            self.sheet.merge_range(row, column, row, column + wide - 1, "", style)


def _pixels(width: float) -> int:
    return int(width * 7 + 5.5)
