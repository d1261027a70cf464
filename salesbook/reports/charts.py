"""How is a chart drawn as SVG? By hand: a few shapes, and words that are escaped.

HTML and PDF take the same shapes. A page has each chart in a wide form and in a narrow one for a screen
of 360 pixels, on which a wide one would have letters of five pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from salesbook.reports.description import Chart, Landing, Meter, MonthBars

ACCENT: Final = "#0F6CBD"
LIGHT: Final = "#CFE4F7"
GREY: Final = "#C9CFD6"
LINE: Final = "#6B7280"
INK: Final = "#1F2937"
MUTED: Final = "#4B5563"
FONTS: Final = (
    "'Noto Sans','Segoe UI','Helvetica Neue',Arial,'Microsoft YaHei','PingFang SC',"
    "'Noto Sans CJK SC',sans-serif"
)
"""Latin fonts first: no Chinese one has all letters of European names."""

WHOLE: Final = 1120.0
HALF: Final = 540.0
PAPER: Final = 640.0
NARROW: Final = 320.0
"""How wide a chart is: as the page, as half of it, on A4, and on a telephone."""
_LABEL: Final = 11.0
_HEIGHT: Final = 220.0
_ROW: Final = 24.0
"""A month's row where bars lie."""


@dataclass
class Drawing:
    """Shapes of one picture, in pixels from its upper left corner."""

    width: float
    height: float
    says: str
    shapes: list[str] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A filled rectangle; one without a size is left out."""
        if width > 0 and height > 0:
            self.shapes.append(
                f'<rect x="{_px(x)}" y="{_px(y)}" width="{_px(width)}" height="{_px(height)}" '
                f'fill="{fill}"/>'
            )

    def text(
        self, x: float, y: float, text: str, *, anchor: str = "middle", fill: str = MUTED
    ) -> None:
        """Words on a line; `anchor` is what of them stands at x."""
        if text:
            self.shapes.append(
                f'<text x="{_px(x)}" y="{_px(y)}" text-anchor="{anchor}" fill="{fill}" '
                f'font-size="{_px(_LABEL)}">{escape(text)}</text>'
            )

    def path(
        self, points: Sequence[tuple[float, float]], *, stroke: str, width: float = 2.0
    ) -> None:
        """A line through points."""
        if len(points) > 1:
            self.shapes.append(
                f'<polyline points="{_points(points)}" fill="none" stroke="{stroke}" '
                f'stroke-width="{_px(width)}"/>'
            )

    def area(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        """What lies between points."""
        self.shapes.append(f'<polygon points="{_points(points)}" fill="{fill}"/>')

    def dot(self, x: float, y: float, fill: str) -> None:
        """A point of a line."""
        self.shapes.append(f'<circle cx="{_px(x)}" cy="{_px(y)}" r="3.5" fill="{fill}"/>')

    def legend(self, x: float, y: float, words: Sequence[tuple[str, str]]) -> None:
        """What the colours mean, one behind the other: pairs of colour and word."""
        for colour, word in words:
            self.box(x, y - 8, 9, 9, colour)
            self.text(x + 14, y, word, anchor="start", fill=INK)
            x += 14 + _width_of(word) + 16

    def svg(self, *, alone: bool = False) -> str:
        """The picture; one that stands alone, outside a page, names its kind."""
        kind = ' xmlns="http://www.w3.org/2000/svg"' if alone else ""
        size = f'viewBox="0 0 {_px(self.width)} {_px(self.height)}"'
        label = quoteattr(self.says)
        return (
            f'<svg{kind} {size} role="img" aria-label={label} font-family="{FONTS}">'
            f"{''.join(self.shapes)}</svg>"
        )


def drawn(chart: Chart, width: float) -> Drawing:
    """Draw a chart of either kind in one of the widths."""
    return month_bars(chart, width) if isinstance(chart, MonthBars) else landing(chart, width)


def month_bars(chart: MonthBars, width: float) -> Drawing:
    """Standing columns with the target as a line; lying ones where there is little room."""
    return _lying(chart) if width <= NARROW else _standing(chart, width)


def _standing(chart: MonthBars, width: float) -> Drawing:
    drawing = Drawing(width, _HEIGHT, chart.says)
    top, bottom = 46.0, _HEIGHT - 22
    scale = (bottom - top) / _most(chart)
    slot = width / len(chart.months)
    targets: list[tuple[float, float]] = []

    for place, month in enumerate(chart.months):
        left, middle = place * slot + slot * 0.2, (place + 0.5) * slot
        sold, to_come = chart.sold[place] * scale, chart.to_come[place] * scale
        drawing.box(left, bottom - sold, slot * 0.6, sold, ACCENT)
        drawing.box(left, bottom - sold - to_come, slot * 0.6, to_come, LIGHT)
        drawing.text(middle, bottom + 15, month)
        target = chart.targets[place]
        if target is not None:
            targets.append((middle, bottom - target * scale))

    drawing.box(0, bottom, width, 1, GREY)
    drawing.path(targets, stroke=LINE)
    # Labels come last: no line runs through a number.
    for place, label in enumerate(chart.shown):
        height = (chart.sold[place] + chart.to_come[place]) * scale
        target = chart.targets[place]
        above = max(height, (target or 0) * scale if _is_near(height, target, scale) else 0)
        drawing.text((place + 0.5) * slot, bottom - above - 5, label, fill=INK)
    drawing.legend(0, 14, _legend(chart.legend))
    return drawing


def _is_near(height: float, target: int | None, scale: float) -> bool:
    """Whether the target's line runs where the label of a column would stand."""
    return target is not None and -4 < target * scale - height < 20


def _lying(chart: MonthBars) -> Drawing:
    top, label_width, value_width = 32.0, 44.0, 62.0
    drawing = Drawing(NARROW, top + _ROW * len(chart.months), chart.says)
    room = NARROW - label_width - value_width
    scale = room / _most(chart)

    for place, month in enumerate(chart.months):
        y = top + place * _ROW
        sold, to_come = chart.sold[place] * scale, chart.to_come[place] * scale
        drawing.text(label_width - 8, y + 13, month, anchor="end", fill=INK)
        drawing.box(label_width, y + 3, sold, 13, ACCENT)
        drawing.box(label_width + sold, y + 3, to_come, 13, LIGHT)
        target = chart.targets[place]
        if target is not None:
            drawing.box(label_width + target * scale - 1, y, 2, 19, LINE)
        drawing.text(NARROW, y + 13, chart.shown[place], anchor="end", fill=INK)
    drawing.legend(0, 14, _legend(chart.legend))
    return drawing


def _most(chart: MonthBars) -> float:
    columns = [sold + more for sold, more in zip(chart.sold, chart.to_come, strict=True)]
    return float(max(1, *columns, *(target or 0 for target in chart.targets)))


def _legend(words: tuple[str, str, str]) -> list[tuple[str, str]]:
    return list(zip((ACCENT, LIGHT, LINE), words, strict=True))


def landing(chart: Landing, width: float) -> Drawing:
    """The landing as a line in the band of its range, with the target."""
    drawing = Drawing(width, _HEIGHT, chart.says)
    left, right, top, bottom = 4.0, width - 62, 34.0, _HEIGHT - 24
    amounts = [*chart.low, *chart.high]
    if chart.target is not None:
        amounts.append(chart.target)
    least, most = min(amounts), max(amounts)
    span = max(1, most - least)
    step = (right - left) / max(1, len(chart.days) - 1)

    def at(place: int, amount: int) -> tuple[float, float]:
        return left + place * step, bottom - (amount - least) / span * (bottom - top)

    places = range(len(chart.days))
    upper = [at(place, chart.high[place]) for place in places]
    lower = [at(place, chart.low[place]) for place in reversed(places)]
    middle = [at(place, chart.middle[place]) for place in places]
    drawing.area([*upper, *lower], LIGHT)
    if chart.target is not None:
        _, y = at(0, chart.target)
        drawing.path([(left, y), (right, y)], stroke=LINE)
    drawing.path(middle, stroke=ACCENT, width=2.5)
    drawing.dot(*middle[0], ACCENT)
    drawing.dot(*middle[-1], ACCENT)

    # The first label stands on the side to which the line does not run.
    is_rising = middle[1][1] < middle[0][1]
    y_of_first = middle[0][1] + (18 if is_rising else -9)
    drawing.text(middle[0][0], y_of_first, chart.shown_first, anchor="start", fill=INK)
    y_of_landing = middle[-1][1] + 4
    drawing.text(right + 8, y_of_landing, chart.shown_last, anchor="start", fill=ACCENT)
    if chart.target is not None:
        _, y = at(0, chart.target)
        # The two labels at the right stay a line apart, whichever is higher.
        gap = y + 4 - y_of_landing
        if abs(gap) < _LABEL + 2:
            y = y_of_landing - 4 + (_LABEL + 2 if gap >= 0 else -_LABEL - 2)
        drawing.text(right + 8, y + 4, chart.shown_target, anchor="start")
    drawing.text(left, bottom + 17, chart.days[0], anchor="start")
    drawing.text(right, bottom + 17, chart.days[-1], anchor="end")
    drawing.legend(0, 14, _legend(chart.legend))
    return drawing


def meter(meter: Meter) -> Drawing:
    """Sold and to come with their range, above the target."""
    width, height = 300.0, 34.0
    drawing = Drawing(width, height, meter.says)
    scale = width / (meter.most * 1.02)
    drawing.box(0, 4, meter.sold * scale, 13, ACCENT)
    drawing.box(meter.sold * scale, 4, meter.to_come * scale, 13, LIGHT)
    if meter.target is not None:
        drawing.box(0, 22, meter.target * scale, 7, GREY)
    if meter.low is not None and meter.high is not None:
        low, high = max(0, meter.low) * scale, max(0, meter.high) * scale
        drawing.box(low, 10, high - low, 1.5, INK)
        drawing.box(low, 6, 1.5, 9, INK)
        drawing.box(high - 1.5, 6, 1.5, 9, INK)
    return drawing


def sparkline(months: Sequence[int], says: str) -> Drawing:
    """Twelve small columns; the last one, which still runs, in the accent."""
    width, height = 84.0, 20.0
    drawing = Drawing(width, height, says)
    most = max(1, *months)
    slot = width / len(months)
    for place, amount in enumerate(months):
        size = max(0, amount) / most * (height - 2)
        is_last = place == len(months) - 1
        drawing.box(
            place * slot + 1, height - 1 - size, slot - 2, size, ACCENT if is_last else GREY
        )
    drawing.box(0, height - 1, width, 1, GREY)
    return drawing


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_px(x)},{_px(y)}" for x, y in points)


def _width_of(text: str) -> float:
    """About how wide words are: a Chinese character takes a square, a letter little more than half."""
    return sum(_LABEL if ord(character) > 0x2E7F else _LABEL * 0.56 for character in text)
