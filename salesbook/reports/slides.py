"""How does a report look on a wall? At most six slides, whose charts and tables can be edited."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any, Final

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE

from salesbook.reports import charts
from salesbook.reports.description import Chart, Fact, Meter, Report, Table, Tile
from salesbook.reports.slide_charts import ChartPen
from salesbook.reports.slide_parts import (
    FEW_ROWS,
    MUTED,
    Pen,
    Place,
    Style,
    box,
    colour_of_sign,
    describe,
)
from salesbook.reports.stamped import stamped

_MOST_TITLE: Final = 255
"""Characters of a title in a file's properties."""
_MOST_SLIDES: Final = 6
_MOST_ROWS: Final = 14
"""Rows of a table: as many as a slide has room for where each takes one line."""
_MOST_TOGETHER: Final = 7
"""Rows of the short lists that share a slide."""
_SLIDE: Final = Place(0, 0, 339, 190)
_LEFT: Final = 16.0
_ROOM: Final = _SLIDE.width - 2 * _LEFT
_TOP: Final = 38.0
"""Where what a slide holds begins, below its title."""
_BOTTOM: Final = 178.0
"""Where it ends, above the line of facts."""
_REST: Final = 8.0
"""How high the line below a table is that says what it leaves out."""
_TITLE_ONLY: Final = 5
"""The layout of python-pptx's template that has a title and nothing else."""
_SIGNS_A_LINE: Final = 90
"""Characters of an answer that stand on one line."""

_WORD: Final = Style(11, colour=MUTED)
_NUMBER: Final = Style(28, is_bold=True)


def slides_of(report: Report) -> bytes:
    """Make the deck: the answer first, then the charts, then as many lists as there is room for."""
    deck = _Deck(report)
    deck.first_slide()
    for chart in report.charts[: _MOST_SLIDES - 2]:
        deck.chart_slide(chart)
    tables = [table for table in report.tables if table.on_slides]
    for together in _packed(tables)[: _MOST_SLIDES - deck.size]:
        deck.table_slide(together)
    return stamped(deck.content(), report.as_of)


class _Deck:
    """A presentation that is being made."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.about = f"{report.title} · {report.subtitle}"
        self.pen = Pen(report.language)
        self.file = Presentation()
        _, _, self.file.slide_width, self.file.slide_height = _SLIDE.emus
        _leave_out_thumbnail(self.file)
        properties = self.file.core_properties
        properties.title = self.about[:_MOST_TITLE]
        properties.author = properties.last_modified_by = "salesbook"
        properties.language = report.language
        properties.created = properties.modified = dt.datetime.combine(report.as_of, dt.time())

    @property
    def size(self) -> int:
        """How many slides there are."""
        return len(self.file.slides)

    def content(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self.file.save(out)
        return out.getvalue()

    # Slides.

    def first_slide(self) -> None:
        """Title, answer and tiles."""
        slide = self._slide(self.report.title, self.report.subtitle)
        top = _TOP
        for remark in self.report.answer:
            place = Place(_LEFT, top, _ROOM, 9)
            self.pen.text(slide, place, remark.text, Style(18), remark.sign)
            top += 10 if len(remark.text) < _SIGNS_A_LINE else 18
        gap = 8.0
        width = (_ROOM - 2 * gap) / 3
        for place_of_tile, tile in enumerate(self.report.tiles):
            left = _LEFT + place_of_tile * (width + gap)
            self._tile(slide, tile, Place(left, max(top + 6, 64), width, 80))

    def chart_slide(self, chart: Chart) -> None:
        """One chart, as a chart of PowerPoint."""
        slide = self._slide(chart.title, self.about)
        charts_of = ChartPen(self.pen, self.report.decimals)
        graphic = charts_of.draw(slide, chart, Place(_LEFT, _TOP, _ROOM, 136))
        describe(graphic, chart.title, chart.says)

    def table_slide(self, tables: Sequence[Table]) -> None:
        """One list, or several short ones below each other, as tables of PowerPoint."""
        title = " · ".join(table.title for table in tables)
        is_alone = len(tables) == 1
        caption = tables[0].caption if is_alone else ""
        if caption in self.about:
            caption = ""
        slide = self._slide(title, f"{self.about} · {caption}" if caption else self.about)
        top = _TOP
        for table in tables:
            if not is_alone:
                heading = f"{table.title}  {table.caption}"
                place = Place(_LEFT, top, _ROOM, 8)
                self.pen.text(slide, place, heading, Style(14, is_bold=True))
                top += 9
            top = self._table(slide, table, top) + 6

    # Parts of slides.

    def _slide(self, title: str, subtitle: str) -> Any:
        slide = self.file.slides.add_slide(self.file.slide_layouts[_TITLE_ONLY])
        self.pen.title(slide, Place(_LEFT, 10, _ROOM, 14), title, _NUMBER)
        self.pen.text(slide, Place(_LEFT, 25, _ROOM, 8), subtitle, Style(14, colour=MUTED))
        self.pen.text(
            slide, Place(_LEFT, 180, _ROOM, 6), self.report.facts, Style(10, colour=MUTED)
        )
        return slide

    def _tile(self, slide: Any, tile: Tile, place: Place) -> None:
        left, top, width, _ = place
        half = width / 2
        box(slide, Place(left, top, width, 1.2), colour_of_sign(tile.sign))
        self.pen.text(slide, Place(left, top + 3, width, 8), tile.title, Style(14, is_bold=True))
        self._big(slide, tile.lead, Place(left, top + 12, half, 19))
        if tile.chance is not None:
            self._big(slide, tile.chance, Place(left + half, top + 12, half, 19), tile.sign)
        if tile.meter is not None:
            self._meter(slide, tile.meter, Place(left, top + 34, width, 8))
        for number, fact in enumerate(tile.facts):
            row, column = divmod(number, 2)
            x, y = left + column * half, top + 48 + row * 15
            self.pen.text(slide, Place(x, y, half, 6), fact.word, _WORD)
            self.pen.text(slide, Place(x, y + 5, half, 8), fact.value, Style(13))

    def _big(self, slide: Any, fact: Fact, place: Place, sign: str = "") -> None:
        left, top, width, _ = place
        self.pen.text(slide, Place(left, top, width, 6), fact.word, _WORD)
        self.pen.text(slide, Place(left, top + 6, width, 13), fact.value, _NUMBER, sign)

    def _meter(self, slide: Any, meter: Meter, place: Place) -> None:
        left, top, width, _ = place
        scale = width / meter.most
        sold, to_come, target = meter.sold * scale, meter.to_come * scale, meter.target or 0
        shapes = [
            box(slide, Place(left, top, sold, 4), charts.ACCENT[1:]),
            box(slide, Place(left + sold, top, to_come, 4), charts.LIGHT[1:]),
            box(slide, Place(left, top + 5.5, target * scale, 2.5), charts.GREY[1:]),
        ]
        # All three say one thing, which is enough to hear once.
        drawn = [shape for shape in shapes if shape is not None]
        for shape in drawn:
            describe(shape, meter.says, meter.says if shape is drawn[0] else "")

    def _table(self, slide: Any, table: Table, top: float) -> float:
        """A list and, below it, what it leaves out. Returns: about where it ends."""
        shown = [place for place, column in enumerate(table.columns) if not column.holds_months]
        columns = [table.columns[place] for place in shown]
        most = max(1, _MOST_ROWS - table.sums)
        # Rows of several lines take more room than a slide has: what does not fit is counted below.
        for lines in reversed(range(1, most + 1)):
            fitting = table.cut(lines, self.report.left_out)
            rows = [[row[place] for place in shown] for row in fitting.rows]
            height = sum(self.pen.heights(_ROOM, columns, rows))
            room_below = _REST if fitting.rest else 0.0
            if top + height + room_below <= _BOTTOM:
                break
        graphic = self.pen.table(slide, Place(_LEFT, top, _ROOM, 0), columns, rows)
        describe(graphic, table.title, table.title)

        bottom = top + height
        if fitting.rest:
            place = Place(_LEFT, bottom + 2, _ROOM, 7)
            self.pen.text(slide, place, fitting.rest, Style(12, colour=MUTED))
            bottom += 8
        return bottom


def _packed(tables: Sequence[Table]) -> list[list[Table]]:
    """Lists slide by slide, in their order: short ones that follow each other share a slide."""
    slides: list[list[Table]] = []
    for table in tables:
        size = len(table.rows)
        last = slides[-1] if slides else []
        used = sum(len(other.rows) for other in last)
        if last and used + size <= _MOST_TOGETHER and max(used, size) <= FEW_ROWS:
            last.append(table)
        else:
            slides.append([table])
    return slides


def _leave_out_thumbnail(file: Any) -> None:
    """python-pptx's template brings a picture of itself, which would stand for our deck."""
    package = file.part.package
    for number, relation in list(package._rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            package._rels.pop(number)
