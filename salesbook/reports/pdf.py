"""How does a report look on paper? A4, made by Typst, with its own fonts.

Words reach the page as data and never as mark-up: `#panic()` in a name is printed as typed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from bisect import bisect_left
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import typst

from salesbook.reports import charts
from salesbook.reports.description import (
    Cell,
    Chart,
    Fact,
    Report,
    Table,
    Tile,
    tone_of,
)

_FONTS: Final = Path(str(files("salesbook.reports"))) / "fonts"
_STANDARD: Final = "ua-1"
"""PDF/UA: a program can read the page aloud. It also refuses a character that no font has."""
_MOST_PAGES_OF_REP: Final = 2
_FEWEST_ROWS: Final = 3
"""Rows that a list keeps while another one, or a chart, can give way."""
_MOST_MISSING: Final = 20
_PAGES: Final = re.compile(rb"/Type\s*/Pages\b.*?/Count\s+(\d+)", re.DOTALL)
_NO_GLYPH: Final = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
"""Matches the text `"\\u{50000}"` could not be displayed with font `"Noto Sans"`."""
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
"""Matches `\\u{50000}` and `\\"`."""
_LONG_WORD: Final = re.compile(r"[!-\u02ff]{8}(?=[!-\u02ff]{4})")
"""Matches each eight letters of Latin script behind which as many as four follow without a break."""
_MAY_BREAK: Final = "\u200b"
_JOINING: Final = dict.fromkeys((0x200D, 0xFE0E, 0xFE0F))


def pdf_of(report: Report) -> tuple[bytes, str]:
    """Make the PDF; one of a rep's has at most two pages.

    Returns: the file, and the characters that no font has: they show as boxes.
    """
    made = _compiled(report)
    if not report.is_of_rep or pages_of(made[0]) <= _MOST_PAGES_OF_REP:
        return made

    # Each has a line less than the one before it: the first that fits is found by halving.
    shorter = _shorter_ones(report)
    fits: dict[int, tuple[bytes, str]] = {}

    def does_fit(place: int) -> bool:
        fits[place] = _compiled(shorter[place])
        return pages_of(fits[place][0]) <= _MOST_PAGES_OF_REP

    place = bisect_left(range(len(shorter) - 1), True, key=does_fit)
    return fits[place] if place in fits else _compiled(shorter[place])


def pages_of(content: bytes) -> int:
    """How many pages a PDF of Typst has, which leaves its tree of pages uncompressed."""
    return max(int(count) for count in _PAGES.findall(content))


def _shorter_ones(report: Report) -> list[Report]:
    """The report with ever less in it: what stands first matters most, and goes last."""
    shorter: list[Report] = [report]
    for place in reversed(range(len(report.tables))):
        table = report.tables[place]
        for most in reversed(range(_FEWEST_ROWS, len(table.lines))):
            tables = list(shorter[-1].tables)
            tables[place] = table.cut(most, report.left_out)
            shorter.append(replace(report, tables=tables))
    for charts_left in reversed(range(len(report.charts))):
        shorter.append(replace(shorter[-1], charts=report.charts[:charts_left]))
    for tables_left in reversed(range(len(report.tables))):
        shorter.append(replace(shorter[-1], tables=shorter[-1].tables[:tables_left]))
    return shorter


def _compiled(report: Report) -> tuple[bytes, str]:
    """The PDF, and the characters that are missing in it.

    A rare character in one name must not cost anybody the report. Where our fonts lack it, those of
    the machine may have it; where these do too, the PDF is made all the same, without the standard
    that would refuse it.
    """
    data = json.dumps(_page(report), ensure_ascii=False)
    for compiler in (_with_our_fonts(), _with_all_fonts()):
        try:
            return _compile(compiler, data, report.as_of, standard=True), ""
        except typst.TypstError as refused:
            if _missing_in(refused) is None:
                raise
    missing = _all_missing(data, report.as_of)
    return _compile(_with_all_fonts(), data, report.as_of, standard=False), missing


def _all_missing(data: str, as_of: dt.date) -> str:
    """Every character that no font of this machine has; each refusal names some of them."""
    # One picture may be made of several characters: each is looked for by itself.
    data = data.translate(_JOINING)
    missing = ""
    for _ in range(_MOST_MISSING):
        try:
            _compile(_with_all_fonts(), data, as_of, standard=True)
        except typst.TypstError as refused:
            found = set(_missing_in(refused) or "") - set(missing)
            if not found:
                break
            missing += "".join(sorted(found))
            for character in found:
                data = data.replace(character, "?")
        else:
            break
    return missing


def _missing_in(refused: Exception) -> str | None:
    """The characters that a refusal names; None where it is about something else."""
    match = _NO_GLYPH.search(str(refused))
    if match is None:
        return None
    return _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)) if sign[1] else sign[2], match[1])


def _compile(compiler: Any, data: str, as_of: dt.date, *, standard: bool) -> bytes:
    moment = dt.datetime.combine(as_of, dt.time(), dt.UTC)
    content: bytes = compiler.compile(
        # A compiler that is handed its text once finds it only once.
        _template(),
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=_STANDARD if standard else [],
        timestamp=int(moment.timestamp()),
    )
    return content


@cache
def _with_our_fonts() -> Any:
    return typst.Compiler(font_paths=[str(_FONTS)], ignore_system_fonts=True)


@cache
def _with_all_fonts() -> Any:
    return typst.Compiler(font_paths=[str(_FONTS)], ignore_system_fonts=False)


@cache
def _template() -> bytes:
    return (files("salesbook.reports") / "page.typ").read_bytes()


# The report as data for the template.


def _page(report: Report) -> dict[str, Any]:
    return {
        "lang": report.language.partition("-")[0],
        "title": report.title,
        "subtitle": report.subtitle,
        "facts": report.facts,
        "answer": [
            {"sign": remark.sign, "tone": tone_of(remark.sign), "text": remark.text}
            for remark in report.answer
        ],
        "tiles": [_tile(tile) for tile in report.tiles],
        "tables": [_table(table) for table in report.tables],
        "charts": [_chart(chart) for chart in report.charts],
    }


def _tile(tile: Tile) -> dict[str, Any]:
    return {
        "title": tile.title,
        "sign": tile.sign,
        "tone": tone_of(tile.sign),
        "lead": _fact(tile.lead),
        "chance": None if tile.chance is None else _fact(tile.chance),
        "facts": [_fact(fact) for fact in tile.facts],
        "meter": None
        if tile.meter is None
        else {"svg": charts.meter(tile.meter).svg(alone=True), "says": tile.meter.says},
    }


def _fact(fact: Fact) -> dict[str, str]:
    return {"word": fact.word, "value": fact.value}


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "caption": table.caption,
        # Numbers and signs take what they need, words share the rest.
        "widths": [
            0 if column.is_number or column.holds_signs or column.holds_months else column.width
            for column in table.columns
        ],
        "right": [column.is_number for column in table.columns],
        # A sign's column is as narrow as a sign.
        "headings": ["" if column.holds_signs else column.heading for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "rest": table.rest,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    says = ", ".join(cell.months_shown)
    svg = charts.sparkline(cell.months, says).svg(alone=True) if cell.months else None
    return {
        "text": _breakable(cell.text),
        "sign": cell.sign,
        "tone": tone_of(cell.sign),
        "share": cell.share,
        "svg": svg,
        "says": says,
    }


def _breakable(text: str) -> str:
    """The text with places at which a word may break that is wider than its column."""
    return _LONG_WORD.sub(lambda part: f"{part[0]}{_MAY_BREAK}", text)


def _chart(chart: Chart) -> dict[str, str]:
    return {
        "title": chart.title,
        "svg": charts.drawn(chart, charts.PAPER).svg(alone=True),
        "says": chart.says,
    }
