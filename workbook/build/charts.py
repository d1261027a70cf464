"""How are the Dashboard's charts drawn? Native charts over ChartData, in the sheets' colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xlsxwriter.chart import Chart

from salesbook.pages.page import Block
from workbook.build import look
from workbook.build.canvas import Canvas
from workbook.build.chart_data import BLOCKS, fact, series_cells

_FORECAST: Final[Mapping[str, str]] = {
    "closed": look.BLUE,
    "commit": look.SKY,
    "best_case": look.AMBER,
    "pipeline": "#D0D5DD",
}


class Charts:
    """Makes the four charts."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.data = canvas.word("sheets.chart_data")

    def months(self) -> Chart:
        """Target and actual of each month of the fiscal year."""
        chart = self._chart({"type": "column"}, "months")
        self._add(chart, BLOCKS["months"], "target", "#D0D5DD", gap=60)
        self._add(chart, BLOCKS["months"], "actual", look.BLUE)
        return chart

    def funnel(self) -> Chart:
        """How many deals entered each stage, the first one on top."""
        chart = self._chart({"type": "bar"}, "funnel")
        self._add(chart, BLOCKS["funnel"], "entered", look.BLUE, gap=40)
        self._add(chart, BLOCKS["funnel"], "open", look.AMBER)
        chart.set_y_axis(self._axis() | {"reverse": True})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        return chart

    def forecast(self) -> Chart:
        """What is closed and still open for the next months, against the target."""
        chart = self._chart({"type": "column", "subtype": "stacked"}, "forecast")
        for name, colour in _FORECAST.items():
            self._add(chart, BLOCKS["ahead"], name, colour, gap=60)
        line = self.canvas.book.add_chart({"type": "line"})
        line.add_series(
            self._series(BLOCKS["ahead"], "target")
            | {
                "line": {"none": True},
                "marker": {
                    "type": "long_dash",
                    "size": 14,
                    "fill": {"color": look.RED},
                    "border": {"color": look.RED},
                },
            }
        )
        chart.combine(line)
        return chart

    def tiers(self) -> Chart:
        """Each tier's share of the customers and of the value."""
        chart = self._chart({"type": "column"}, "tiers")
        self._add(chart, BLOCKS["tiers"], "customers", "#D0D5DD", gap=80)
        self._add(chart, BLOCKS["tiers"], "money", look.GREEN)
        chart.set_y_axis(
            self._axis() | {"num_format": "0%", "min": 0, "max": 1, "line": {"none": True}}
        )
        return chart

    def _chart(self, kind: dict[str, str], code: str) -> Chart:
        chart = self.canvas.book.add_chart(kind)
        title = f"='{self.data}'!{fact(f'title_{code}')}"
        font = self._font(11, bold=True)
        chart.set_title(
            {"name": title, "name_font": font, "overlay": False, "layout": {"x": 0.02, "y": 0.03}}
        )
        chart.set_legend({"position": "bottom", "font": self._font(9)})
        chart.set_chartarea({"border": {"color": look.LINE}, "fill": {"color": look.PAPER}})
        chart.set_plotarea({"fill": {"none": True}})
        chart.set_x_axis(self._axis())
        chart.set_y_axis(self._axis() | {"num_format": "#,##0", "min": 0, "line": {"none": True}})
        return chart

    def _axis(self) -> dict[str, Any]:
        return {
            "num_font": self._font(9),
            "line": {"color": look.LINE},
            "major_tick_mark": "none",
            "minor_tick_mark": "none",
            "major_gridlines": {"visible": False},
        }

    def _font(self, size: int, *, bold: bool = False) -> dict[str, Any]:
        return {
            "name": look.FONTS[self.canvas.language],
            "size": size,
            "bold": bold,
            "color": look.INK,
        }

    def _series(self, block: Block, name: str) -> dict[str, Any]:
        return {
            "name": self.canvas.word(f"series.{name}"),
            "categories": [self.data, *series_cells(block, "label")],
            "values": [self.data, *series_cells(block, name)],
        }

    def _add(
        self, chart: Chart, block: Block, name: str, colour: str, gap: int | None = None
    ) -> None:
        series = self._series(block, name) | {"fill": {"color": colour}, "border": {"none": True}}
        chart.add_series(series if gap is None else series | {"gap": gap})
