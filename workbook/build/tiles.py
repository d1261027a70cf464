"""Which numbers head the Dashboard? Eight tiles, each a formula with a line that gives it its
measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workbook.build.canvas import Canvas, Spot, put_formula
from workbook.build.chart_data import AHEAD_BLOCK, MONTH_BLOCK, fact
from workbook.build.expressions import Expressions, quoted

DASH: Final = "–"


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: the word for its name, its number and the line beneath."""

    code: str
    value: str
    beneath: str


KINDS: Final = {
    "year": "rate",
    "month": "rate",
    "expected": "money",
    "open": "money",
    "calls": "count",
    "alerts": "count",
    "errors": "count",
    "plan": "text",
}
_EMPTY: Final = {
    "year": "tiles.none_target",
    "month": "tiles.none_target",
    "expected": "tiles.none_funnel",
    "open": "tiles.none_deals",
    "calls": "tiles.none_run",
    "alerts": "tiles.none_run",
    "errors": "tiles.none_run",
    "plan": "tiles.none_plan",
}
"""What the line says in an empty book."""
CODES: Final = tuple(KINDS)
_COLUMN: Final = 3


def value_cell(code: str) -> str:
    """Address of a tile's number inside ChartData."""
    return f"$E${CODES.index(code) + 1}"


def line_cell(code: str) -> str:
    """Address of the line beneath a tile's number inside ChartData."""
    return f"$F${CODES.index(code) + 1}"


class Tiles:
    """Makes the tiles' formulas and writes them into ChartData, for merged cells take no array
    formula.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.e = Expressions(canvas)
        self.data = canvas.word("sheets.chart_data") + "!"

    def write(self) -> None:
        """Put every tile's number and line where the Dashboard looks for them."""
        sheet = self.canvas.book.get_worksheet_by_name(self.canvas.word("sheets.chart_data"))
        plain = self.canvas.style()
        for tile in self.all():
            row = CODES.index(tile.code)
            sheet.write_string(row, _COLUMN, tile.code, plain)
            put_formula(Spot(sheet, row, _COLUMN + 1), tile.value, plain, DASH)
            put_formula(
                Spot(sheet, row, _COLUMN + 2),
                tile.beneath,
                plain,
                self.canvas.word(_EMPTY[tile.code]),
            )

    def all(self) -> list[Tile]:
        """Results first, then what is to come, then what to do."""
        return [
            self._year(),
            self._month(),
            self._expected(),
            self._open(),
            *self._to_do(),
            self._plan(),
        ]

    def _fact(self, name: str) -> str:
        return self.data + fact(name)

    def _year(self) -> Tile:
        target, actual = (self.data + MONTH_BLOCK.whole(name) for name in ("target", "actual"))
        reached = f"IF(ISNUMBER({actual}),IF(ISNUMBER({target}),{target}))"
        done = f"SUM(IF(ISNUMBER({actual}),{actual}))"
        return self._attained("year", done, f"SUM({reached})")

    def _month(self) -> Tile:
        here = f"{self.data}{MONTH_BLOCK.whole('start')}={self._fact('month')}"
        target, actual = (self.data + MONTH_BLOCK.whole(name) for name in ("target", "actual"))
        done = f"SUM(IF({here},IF(ISNUMBER({actual}),{actual})))"
        return self._attained("month", done, f"SUM(IF({here},IF(ISNUMBER({target}),{target})))")

    def _attained(self, code: str, done: str, wanted: str) -> Tile:
        value = f'IF({wanted}>0,{done}/{wanted},"{DASH}")'
        line = f"{self._amount(done)}&{self._text('of')}&{self._amount(wanted)}"
        return Tile(code, value, f"IF({wanted}+{done}=0,{self._text('none_target')},{line})")

    def _expected(self) -> Tile:
        e = self.e
        rows = (
            f"{e.column('Forecast', 'period')}={self.data}{AHEAD_BLOCK.cell('period', 0)}",
            e.is_choice("Forecast", "slice_kind", "all"),
        )
        some = f"{e.count(*rows)}>0"
        low, high = (e.total(e.column("Forecast", name), *rows) for name in ("p10", "p90"))
        unit = self._fact("unit")
        line = (
            f"{self._amount(f'{low}/{unit}')}&{self._text('to')}&{self._amount(f'{high}/{unit}')}"
        )
        value = f'IF({some},{e.total(e.column("Forecast", "p50"), *rows)},"{DASH}")'
        return Tile(
            "expected",
            value,
            f"IF({some},{line}&{self._text('chance')},{self._text('none_funnel')})",
        )

    def _open(self) -> Tile:
        """Straight from the deals, so that it is there before anything was calculated."""
        e = self.e
        open_ones = f"IF({e.is_choice('Stages', 'kind', 'open')},{e.column('Stages', 'stage')})"
        rows = (
            f"ISNUMBER(MATCH({e.column('Deals', 'stage')},{open_ones},0))",
            f'{e.column("Deals", "stage")}<>""',
        )
        value = f'IF({e.has_rows("Deals")},{e.total(e.column("Deals", "amount"), *rows)},"{DASH}")'
        line = f"{e.count(*rows)}&{self._text('open_deals')}"
        return Tile("open", value, f"IF({e.has_rows('Deals')},{line},{self._text('none_deals')})")

    def _to_do(self) -> list[Tile]:
        e = self.e
        late = e.count(
            f"{e.column('CallList', 'days_late')}>0",
            f"ISNUMBER({e.column('CallList', 'days_late')})",
        )
        calls = f'SUM(1*({e.column("CallList", "customer_id")}<>""))'
        high = e.count(e.is_choice("Alerts", "severity", "high"))
        alerts = f'SUM(1*({e.column("Alerts", "kind")}<>""))'
        errors = e.count(e.is_choice("Checks", "severity", "error"))
        warnings = e.count(e.is_choice("Checks", "severity", "warning"))
        ran = f"ISNUMBER({self._fact('as_of')})"
        return [
            self._counted("calls", ran, calls, f"{late}&{self._text('late')}"),
            self._counted("alerts", ran, high, f"{self._text('in_all')}&{alerts}"),
            self._counted("errors", ran, errors, f"{warnings}&{self._text('warnings')}"),
        ]

    def _counted(self, code: str, ran: str, number: str, beneath: str) -> Tile:
        value = f'IF({ran},{number},"{DASH}")'
        return Tile(code, value, f"IF({ran},{beneath},{self._text('none_run')})")

    def _plan(self) -> Tile:
        e = self.e
        rows = e.count(f"ISNUMBER({e.column('TargetPlan', 'version')})")
        draft = e.count(e.is_choice("TargetPlan", "status", "draft"))
        version = f"MAX({e.column('TargetPlan', 'version')})"
        value = (
            f'IF({rows}=0,"{DASH}",IF({draft}>0,{self._text("draft")},{self._text("published")}))'
        )
        return Tile(
            "plan",
            value,
            f"IF({rows}=0,{self._text('none_plan')},{self._text('version')}&{version})",
        )

    def _amount(self, scaled: str) -> str:
        """An amount in the chart's unit as text: one decimal under 100, none above."""
        return f"FIXED({scaled},IF(ABS({scaled})<100,1,0))&{self._fact('unit_word')}"

    def _text(self, name: str) -> str:
        return quoted(self.canvas.word(f"tiles.{name}"))
