"""How is a chart of a page drawn? Native, over the hidden sheet, without a frame or a grid."""

from __future__ import annotations

from typing import Any, Final

from xlsxwriter.chart import Chart

from salesbook.sheets import CHART_DATA
from salesbook.sheets.board import Line, PlacedChart
from workbook.build import look
from workbook.build.canvas import Canvas
from workbook.build.chart_data import series_cells

_COLOURS: Final = {
    "accent": "#0F6CBD",
    "light": "#B5D6F3",
    "grey": "#C9CFD6",
    "middle": "#7FB3E2",
    "ink": "#6B7280",
    "good": "#0B7A5E",
    "bad": "#B42335",
}
_TYPES: Final[dict[str, dict[str, str]]] = {
    "column": {"type": "column"},
    "bar": {"type": "bar"},
    "stacked": {"type": "column", "subtype": "stacked"},
    "stacked_bar": {"type": "bar", "subtype": "stacked"},
    "line": {"type": "line"},
}
_ON_LINE: Final = frozenset({"line", "unseen_line", "mark"})


class PageCharts:
    """Makes charts."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.data = canvas.word(f"sheets.{CHART_DATA}")

    def drawn(self, placed: PlacedChart) -> Chart:
        """Make one."""
        chart = self.canvas.book.add_chart(_TYPES[placed.kind])
        above = None
        for line in placed.lines:
            drawn = self._series(line, placed)
            if line.kind in _ON_LINE and placed.kind != "line":
                above = above or self.canvas.book.add_chart({"type": "line"})
                above.add_series(drawn)
            else:
                chart.add_series(drawn)
        if above is not None:
            chart.combine(above)

        self._set_axes(chart, placed)
        chart.set_legend({"none": True})
        chart.set_title({"none": True})
        chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
        # Without a word on it LibreOffice draws what is not there as 0.
        chart.show_blanks_as("span")
        plot: dict[str, Any] = {"fill": {"none": True}}
        if placed.edge_to_edge:
            plot["layout"] = {"x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0}
        chart.set_plotarea(plot)
        return chart

    def _set_axes(self, chart: Chart, placed: PlacedChart) -> None:
        """Show the categories alone, and none where the chart stands over cells that name them."""
        unseen = {"visible": False, "major_gridlines": {"visible": False}}
        small = {"name": look.FONTS[self.canvas.language], "size": 8, "color": "#667085"}
        categories: dict[str, Any] = {
            "num_font": small,
            # Nothing of an empty chart is seen.
            "line": {"none": True},
            "major_tick_mark": "none",
            "minor_tick_mark": "none",
            "label_position": "low",
        }
        if placed.of_days:
            days = {"en": "d mmm", "zh-CN": "mm-dd"}[self.canvas.language]
            categories |= {"num_format": days, "text_axis": True}
        values: dict[str, Any] = dict(unseen)
        if placed.kind != "line" and not placed.is_two_sided:
            values["min"] = 0
        if placed.end is not None:
            values["max"] = placed.end
        if placed.edge_to_edge and placed.kind == "column":
            categories = {"visible": False}
        if placed.kind == "stacked_bar":
            categories = {"visible": False, "reverse": True}
        elif placed.kind == "bar":
            categories |= {"reverse": True}
        # Of bars that lie the categories stand along the y axis.
        is_lying = placed.kind in ("bar", "stacked_bar")
        chart.set_x_axis(values if is_lying else categories)
        chart.set_y_axis(categories if is_lying else values)

    def _series(self, line: Line, placed: PlacedChart) -> dict[str, Any]:
        colour = _COLOURS.get(line.tone, "#FFFFFF")
        drawn: dict[str, Any] = {
            "name": line.series,
            "values": [self.data, *series_cells(line.series)],
        }
        if placed.categories:
            drawn["categories"] = [self.data, *series_cells(placed.categories)]
        match line.kind:
            case "column" | "bar":
                fill = {"none": True} if line.tone == "unseen" else {"color": colour}
                drawn |= {"fill": fill, "border": {"none": True}, "gap": placed.gap}
                if placed.is_two_sided:
                    # What rose and what fell stand above and below the same place.
                    drawn["overlap"] = 100
            case "line":
                drawn |= {"line": {"color": colour, "width": 1.5}, "marker": {"type": "none"}}
            case "unseen_line":
                drawn |= {"line": {"none": True}, "marker": {"type": "none"}}
            case "mark":
                mark = {"type": "long_dash", "size": 12, "fill": {"color": colour}}
                drawn |= {"line": {"none": True}, "marker": mark | {"border": {"color": colour}}}
        drawn |= self._labels(line, placed)
        if line.errors:
            drawn["y_error_bars"] = {
                "type": "custom",
                "plus_values": self._range(line.errors[0]),
                "minus_values": self._range(line.errors[1]),
                "end_style": 0 if line.band else 1,
                "line": (
                    {"color": _COLOURS["light"], "width": 9}
                    if line.band
                    else {"color": "#374151", "width": 1}
                ),
            }
        return drawn

    def _range(self, series: str) -> str:
        from salesbook.sheets import sheet_prefix
        from salesbook.store import column_letters

        first_row, first_column, last_row, last_column = series_cells(series)
        first = f"${column_letters(first_column + 1)}${first_row + 1}"
        last = f"${column_letters(last_column + 1)}${last_row + 1}"
        return f"={sheet_prefix(self.data)}{first}:{last}"

    def _labels(self, line: Line, placed: PlacedChart) -> dict[str, Any]:
        if line.labels == "none":
            return {}
        font = {"name": look.FONTS[self.canvas.language], "size": 8, "color": "#374151"}
        labels: dict[str, Any] = {"value": True, "font": font, "num_format": placed.label_format}
        if not any(other.kind == "mark" for other in placed.lines):
            # The line of the target may run through a label; a mark of it must not be hidden.
            labels["fill"] = {"color": "#FFFFFF"}
        if line.kind in _ON_LINE:
            labels["position"] = "above"
        if line.labels in ("ends", "last"):
            first_row, _, last_row, _ = series_cells(line.series)
            size = last_row - first_row + 1
            # Beside the last point it would run into the label of the column that stands there.
            labels["position"] = "above"
            kept = {size - 1} if line.labels == "last" else {0, size - 1}
            labels["custom"] = [None if at in kept else {"delete": True} for at in range(size)]
        return {"data_labels": labels}
