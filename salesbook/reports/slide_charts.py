"""How is a chart of a report drawn by PowerPoint itself, so that people can edit it?

The numbers behind a chart travel in the file, in a workbook of their own: those that it shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
)
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from salesbook.money import to_float
from salesbook.reports import charts
from salesbook.reports.description import Chart, Landing, MonthBars
from salesbook.reports.slide_parts import INK, Pen, Place, Style

_NAMES: Final = nsdecls("c", "a")
_LEAST_FOR_LABEL: Final = 0.08
"""Of the highest column: a part as high as that has room for a label."""
_WHOLE: Final = "#,##0"


@dataclass(frozen=True)
class ChartPen:
    """Draws charts whose amounts are in one currency."""

    pen: Pen
    decimals: int

    def draw(self, slide: Any, chart: Chart, place: Place) -> Any:
        """Put a chart of either kind on a slide."""
        if isinstance(chart, MonthBars):
            return self._month_bars(slide, chart, place)
        return self._landing(slide, chart, place)

    def _month_bars(self, slide: Any, chart: MonthBars, place: Place) -> Any:
        """Columns of sold and to come, with the target as a line."""
        data = CategoryChartData(number_format=_WHOLE)
        data.categories = list(chart.months)
        series = (chart.sold, chart.to_come, chart.targets)
        for word, amounts in zip(chart.legend, series, strict=True):
            data.add_series(word, [self._amount(amount) for amount in amounts])
        graphic = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_STACKED, *place.emus, data)
        drawn = graphic.chart
        _look_as_all(drawn)
        columns = drawn.plots[0]
        columns.gap_width, columns.overlap = 40, 100
        _fill(columns.series[0], charts.ACCENT)
        _fill(columns.series[1], charts.LIGHT)
        self._label_columns(columns, chart)
        _last_series_as_line(drawn, charts.LINE)
        return graphic

    def _label_columns(self, columns: Any, chart: MonthBars) -> None:
        """Say in each column what it is worth in all, in its upper part if that has the room."""
        most = max(a + b for a, b in zip(chart.sold, chart.to_come, strict=True))
        for place, label in enumerate(chart.shown):
            if not label:
                continue
            is_sold = chart.to_come[place] < most * _LEAST_FOR_LABEL
            point = columns.series[0 if is_sold else 1].points[place].data_label
            style = Style(10, colour="FFFFFF" if is_sold else INK)
            self.pen.run(point.text_frame.paragraphs[0], label, style)
            point.position = XL_LABEL_POSITION.INSIDE_END

    def _landing(self, slide: Any, chart: Landing, place: Place) -> Any:
        """Lines of the landing, both ends of its range, and the target."""
        data = CategoryChartData(number_format=_WHOLE)
        data.categories = list(chart.days)
        landing, range_word, target = chart.legend
        data.add_series(landing, [self._amount(amount) for amount in chart.middle])
        data.add_series(f"{range_word} ↓", [self._amount(amount) for amount in chart.low])
        data.add_series(f"{range_word} ↑", [self._amount(amount) for amount in chart.high])
        colours = [charts.ACCENT, charts.GREY, charts.GREY]
        if chart.target is not None:
            data.add_series(target, [self._amount(chart.target)] * len(chart.days))
            colours.append(charts.LINE)
        graphic = slide.shapes.add_chart(XL_CHART_TYPE.LINE, *place.emus, data)
        drawn = graphic.chart
        _look_as_all(drawn)
        # Columns have labels; of a line the axis tells what its heights mean.
        drawn.value_axis.visible = True
        labels = drawn.value_axis.tick_labels
        labels.font.size = Pt(11)
        labels.number_format, labels.number_format_is_linked = _WHOLE, False
        drawn.value_axis.minimum_scale = _begin_of_axis(chart, self.decimals)
        for series, colour in zip(drawn.plots[0].series, colours, strict=True):
            series.smooth = False
            series.format.line.color.rgb = RGBColor.from_string(colour[1:])
            series.format.line.width = Pt(2.25)
            series.marker.style = XL_MARKER_STYLE.NONE
        return graphic

    def _amount(self, minor: int | None) -> float | None:
        return None if minor is None else to_float(minor, self.decimals)


def _begin_of_axis(chart: Landing, decimals: int) -> float:
    """Where the axis of a line begins: a round number below it. From zero every line is flat."""
    amounts = [*chart.low, *chart.high, *([] if chart.target is None else [chart.target])]
    least, most = (to_float(amount, decimals) for amount in (min(amounts), max(amounts)))
    span = most - least or max(abs(most), 1.0)
    unit = 10.0 ** math.floor(math.log10(span))
    begin = math.floor((least - span / 4) / unit) * unit
    return begin if least < 0 else max(0.0, begin)


def _look_as_all(drawn: Any) -> None:
    """What all charts share: no title, no grid, the legend above, no axis of values."""
    drawn.has_title = False
    drawn.has_legend = True
    drawn.legend.position = XL_LEGEND_POSITION.TOP
    drawn.legend.include_in_layout = False
    drawn.font.size = Pt(12)
    drawn.font.color.rgb = RGBColor.from_string(INK)
    drawn.value_axis.has_major_gridlines = False
    drawn.value_axis.visible = False
    drawn.category_axis.has_major_gridlines = False


def _fill(series: Any, colour: str) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = RGBColor.from_string(colour[1:])


def _last_series_as_line(drawn: Any, colour: str) -> None:
    """Draw the last series of a column chart as a line on the same axes.

    python-pptx makes charts of one kind; one of two holds a `c:lineChart` beside its `c:barChart`.
    """
    bars = drawn._chartSpace.xpath(".//c:barChart")[0]
    series = bars.findall(qn("c:ser"))[-1]
    bars.remove(series)
    # What only a column has gives way to the look of a line, in the order of the standard.
    for name in ("c:invertIfNegative", "c:spPr"):
        for element in series.findall(qn(name)):
            series.remove(element)
    look = parse_xml(
        f'<c:spPr {_NAMES}><a:ln w="22225"><a:solidFill><a:srgbClr val="{colour[1:]}"/>'
        "</a:solidFill></a:ln></c:spPr>"
    )
    marker = parse_xml(f'<c:marker {_NAMES}><c:symbol val="none"/></c:marker>')
    series.find(qn("c:tx")).addnext(look)
    look.addnext(marker)
    series.append(parse_xml(f'<c:smooth {_NAMES} val="0"/>'))

    lines = parse_xml(
        f'<c:lineChart {_NAMES}><c:grouping val="standard"/><c:varyColors val="0"/>'
        '<c:marker val="1"/></c:lineChart>'
    )
    lines.find(qn("c:varyColors")).addnext(series)
    for axis in bars.findall(qn("c:axId")):
        lines.append(parse_xml(f'<c:axId {_NAMES} val="{axis.get("val")}"/>'))
    bars.addnext(lines)
