"""Which numbers head the Dashboard? Eight tiles, each with a line that gives it its measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workbook.build.canvas import Canvas, Spot, put, put_formula
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
    """Makes the tiles' formulas and writes them into ChartData.

    The Dashboard's tiles are merged cells, which take no array formula.
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
            spot = Spot(sheet, row, _COLUMN)
            in_empty_book = self.canvas.word(_EMPTY[tile.code])
            put(spot, tile.code, plain)
            put_formula(spot.moved(0, 1), tile.value, plain, DASH)
            put_formula(spot.moved(0, 2), tile.beneath, plain, in_empty_book)

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
        """The fiscal year's months that have begun: what was sold against what should have been."""
        target = self.data + MONTH_BLOCK.whole("target")
        actual = self.data + MONTH_BLOCK.whole("actual")
        target_so_far = f"SUM(IF(ISNUMBER({actual}),IF(ISNUMBER({target}),{target})))"
        actual_so_far = f"SUM(IF(ISNUMBER({actual}),{actual}))"
        return self._attained("year", actual_so_far, target_so_far)

    def _month(self) -> Tile:
        target = self.data + MONTH_BLOCK.whole("target")
        actual = self.data + MONTH_BLOCK.whole("actual")
        is_month = f"{self.data}{MONTH_BLOCK.whole('start')}={self._fact('month')}"
        actual_of_month = f"SUM(IF({is_month},IF(ISNUMBER({actual}),{actual})))"
        target_of_month = f"SUM(IF({is_month},IF(ISNUMBER({target}),{target})))"
        return self._attained("month", actual_of_month, target_of_month)

    def _attained(self, code: str, actual: str, target: str) -> Tile:
        value = f'IF({target}>0,{actual}/{target},"{DASH}")'
        line = f"{self._amount(actual)}&{self._text('of')}&{self._amount(target)}"
        beneath = f"IF({target}+{actual}=0,{self._text('none_target')},{line})"
        return Tile(code, value, beneath)

    def _expected(self) -> Tile:
        e = self.e
        rows = (
            f"{e.column('Forecast', 'period')}={self.data}{AHEAD_BLOCK.cell('period', 0)}",
            e.is_choice("Forecast", "slice_kind", "all"),
        )
        has_forecast = f"{e.count(*rows)}>0"
        middle = e.total(e.column("Forecast", "p50"), *rows)
        value = f'IF({has_forecast},{middle},"{DASH}")'

        unit = self._fact("unit")
        low = self._amount(f"{e.total(e.column('Forecast', 'p10'), *rows)}/{unit}")
        high = self._amount(f"{e.total(e.column('Forecast', 'p90'), *rows)}/{unit}")
        line = f"{low}&{self._text('to')}&{high}&{self._text('chance')}"
        beneath = f"IF({has_forecast},{line},{self._text('none_funnel')})"
        return Tile("expected", value, beneath)

    def _open(self) -> Tile:
        """Straight from the deals, so that it is there before anything was calculated."""
        e = self.e
        open_stages = f"IF({e.is_choice('Stages', 'kind', 'open')},{e.column('Stages', 'stage')})"
        stage = e.column("Deals", "stage")
        is_open = (f"ISNUMBER(MATCH({stage},{open_stages},0))", f'{stage}<>""')

        has_deals = e.has_rows("Deals")
        amount = e.total(e.column("Deals", "amount"), *is_open)
        line = f"{e.count(*is_open)}&{self._text('open_deals')}"
        beneath = f"IF({has_deals},{line},{self._text('none_deals')})"
        return Tile("open", f'IF({has_deals},{amount},"{DASH}")', beneath)

    def _to_do(self) -> list[Tile]:
        """Calls, alerts and errors; before the first run their tables say nothing."""
        e = self.e
        ran = f"ISNUMBER({self._fact('as_of')})"

        days_late = e.column("CallList", "days_late")
        late = e.count(f"{days_late}>0", f"ISNUMBER({days_late})")
        calls = f'SUM(1*({e.column("CallList", "customer_id")}<>""))'

        high = e.count(e.is_choice("Alerts", "severity", "high"))
        alerts = f'SUM(1*({e.column("Alerts", "kind")}<>""))'

        errors = e.count(e.is_choice("Checks", "severity", "error"))
        warnings = e.count(e.is_choice("Checks", "severity", "warning"))

        return [
            self._counted("calls", ran, calls, f"{late}&{self._text('late')}"),
            self._counted("alerts", ran, high, f"{self._text('in_all')}&{alerts}"),
            self._counted("errors", ran, errors, f"{warnings}&{self._text('warnings')}"),
        ]

    def _counted(self, code: str, ran: str, number: str, beneath: str) -> Tile:
        value = f'IF({ran},{number},"{DASH}")'
        return Tile(code, value, f"IF({ran},{beneath},{self._text('none_run')})")

    def _plan(self) -> Tile:
        """Whether the quota plan is a draft or published, and its version."""
        e = self.e
        rows = e.count(f"ISNUMBER({e.column('TargetPlan', 'version')})")
        draft = e.count(e.is_choice("TargetPlan", "status", "draft"))
        version = f"MAX({e.column('TargetPlan', 'version')})"
        state = f"IF({draft}>0,{self._text('draft')},{self._text('published')})"
        value = f'IF({rows}=0,"{DASH}",{state})'
        beneath = f"IF({rows}=0,{self._text('none_plan')},{self._text('version')}&{version})"
        return Tile("plan", value, beneath)

    def _amount(self, scaled: str) -> str:
        """An amount in the chart's unit as text: one decimal under 100, none above."""
        return f"FIXED({scaled},IF(ABS({scaled})<100,1,0))&{self._fact('unit_word')}"

    def _text(self, name: str) -> str:
        return quoted(self.canvas.word(f"tiles.{name}"))
