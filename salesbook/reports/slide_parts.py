"""What is a slide made of? Boxes, words and tables, placed in millimetres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from salesbook.reports import charts
from salesbook.reports.description import Cell, Column, tone_of

_MM: Final = 36_000
_TONES: Final = {"good": "0B7A5E", "attention": "A65B00", "bad": "B42335", "plain": "C9CFD6"}
_LATIN: Final = "Calibri"
_CHINESE: Final = "Microsoft YaHei"
_LAST_NARROW: Final = 0x2E7F
"""Behind it come characters that take a square."""
INK: Final = charts.INK[1:]
MUTED: Final = charts.MUTED[1:]


class Place(NamedTuple):
    """Where a shape stands on its slide, in millimetres."""

    left: float
    top: float
    width: float
    height: float

    @property
    def emus(self) -> list[Any]:
        """The same in PowerPoint's own units."""
        return [Emu(round(millimetres * _MM)) for millimetres in self]


@dataclass(frozen=True)
class Style:
    """How words look."""

    size: float
    is_bold: bool = False
    colour: str = INK


def colour_of_sign(sign: str) -> str:
    """The colour that repeats what a sign says."""
    return _TONES[tone_of(sign)]


@dataclass(frozen=True)
class Pen:
    """Writes on slides in one language."""

    language: str

    def text(self, slide: Any, place: Place, text: str, style: Style, sign: str = "") -> None:
        """A text box without margins: it begins where its place does."""
        frame = slide.shapes.add_textbox(*place.emus).text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        self.write(frame.paragraphs[0], text, style, sign)

    def title(self, slide: Any, place: Place, text: str, style: Style) -> None:
        """The slide's title, by which it is called where slides are listed or read aloud."""
        head = slide.shapes.title
        head.left, head.top, head.width, head.height = place.emus
        frame = head.text_frame
        frame.vertical_anchor = MSO_ANCHOR.BOTTOM
        frame.margin_left = frame.margin_right = 0
        self.write(frame.paragraphs[0], text, style)

    def write(self, paragraph: Any, text: str, style: Style, sign: str = "") -> None:
        """Words of one paragraph, a sign before them in its own colour."""
        paragraph.alignment = paragraph.alignment or PP_ALIGN.LEFT
        if sign:
            of_sign = replace(style, is_bold=True, colour=colour_of_sign(sign))
            self.run(paragraph, f"{sign} ", of_sign)
        if text:
            self.run(paragraph, text, style)

    def run(self, paragraph: Any, text: str, style: Style) -> None:
        """Words of one look."""
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.name = Pt(style.size), style.is_bold, _LATIN
        run.font.color.rgb = RGBColor.from_string(style.colour)
        # PowerPoint takes the font of a Chinese character from here, whatever the Latin one is.
        properties = run._r.get_or_add_rPr()
        properties.set("lang", "zh-CN" if self.language.startswith("zh") else "en-US")
        east_asian = properties.makeelement(qn("a:ea"), {"typeface": _CHINESE})
        properties.find(qn("a:latin")).addnext(east_asian)

    def table(
        self, slide: Any, place: Place, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]
    ) -> Any:
        """A table with a line of headings, its rows as high as their words need.

        PowerPoint makes a row higher that is too low, but other programs do not.
        """
        graphic = slide.shapes.add_table(len(rows) + 1, len(columns), *place.emus)
        table = graphic.table
        table.horz_banding = False
        size = size_of_text(len(rows))
        for place_of_column, (column, width) in enumerate(
            zip(columns, _widths(place.width, columns), strict=True)
        ):
            table.columns[place_of_column].width = Emu(round(width * _MM))
            heading = Cell("" if column.holds_signs else column.heading)
            style = Style(size, is_bold=True, colour=MUTED)
            self._cell(table.cell(0, place_of_column), heading, column, style)
            for place_of_row, row in enumerate(rows, start=1):
                target = table.cell(place_of_row, place_of_column)
                self._cell(target, row[place_of_column], column, Style(size))

        heights = self.heights(place.width, columns, rows)
        for height, target in zip(heights, table.rows, strict=True):
            target.height = Emu(round(height * _MM))
        graphic.height = sum(target.height for target in table.rows)
        return graphic

    def heights(
        self, width: float, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]
    ) -> list[float]:
        """How high the headings and each row of a table are, in millimetres."""
        size = size_of_text(len(rows))
        widths = _widths(width, columns)
        heights = []
        for row in [(), *rows]:
            lines = [
                _lines_of(cell.text, width - 4, size)
                for cell, width in zip(row, widths, strict=bool(row))
            ]
            heights.append(max(lines, default=1) * size * 0.46 + 3.4)
        return heights

    def _cell(self, target: Any, cell: Cell, column: Column, style: Style) -> None:
        is_heading = style.is_bold
        target.fill.solid()
        target.fill.fore_color.rgb = RGBColor.from_string("F1F5F9" if is_heading else "FFFFFF")
        target.margin_left = target.margin_right = Emu(2 * _MM)
        target.margin_top = target.margin_bottom = Emu(_MM)
        paragraph = target.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.RIGHT if column.is_number else PP_ALIGN.LEFT
        self.write(paragraph, "" if cell.sign else cell.text, style, cell.sign)
        # A cell without words is as high as its end mark, which else has the letters of a title.
        end = paragraph._p.get_or_add_endParaRPr()
        end.set("sz", str(round(style.size * 100)))


FEW_ROWS: Final = 4
"""A list as short as that has larger letters."""


def size_of_text(rows: int) -> float:
    """How large the letters of a table are, in points."""
    return 13 if rows <= FEW_ROWS else 11


def box(slide: Any, place: Place, fill: str) -> Any:
    """A filled rectangle; None for one without a size."""
    if place.width * _MM < 1:
        return None
    shape = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *place.emus)
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(fill)
    shape.line.fill.background()
    # The template's style gives shapes a shadow.
    shape._element.remove(shape._element.find(qn("p:style")))
    return shape


def describe(shape: Any, name: str, says: str) -> None:
    """What a program says of a shape that it reads aloud."""
    properties = shape._element.xpath(".//p:cNvPr")[0]
    properties.set("name", name)
    properties.set("descr", says)


def _widths(width: float, columns: Sequence[Column]) -> list[float]:
    """How wide each column of a table is, in millimetres."""
    all_widths = sum(_width_of(column) for column in columns)
    return [width * _width_of(column) / all_widths for column in columns]


def _width_of(column: Column) -> float:
    """How wide a column of a table is beside the others; a sign and a number need little."""
    if column.holds_signs:
        return 0.35
    return 1.15 if column.is_number else column.width


def _lines_of(text: str, width: float, size: float) -> int:
    """About how many lines words take in a cell: a Chinese character is as wide as it is high."""
    millimetres = sum(size * (0.36 if ord(sign) > _LAST_NARROW else 0.2) for sign in text)
    return max(1, math.ceil(millimetres / max(width, 1)))
