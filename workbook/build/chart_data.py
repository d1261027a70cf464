"""What do the Dashboard's tiles and charts show? A hidden sheet of fixed size, calculated by the
workbook.

A chart's ranges do not grow when a file is written from outside, so every block has a fixed number
of rows; what is not there is #N/A, which charts leave out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from workbook.build.canvas import Canvas, CellValue, Spot, put_formula
from workbook.build.expressions import Expressions, quoted

NONE: Final = "#N/A"
MONTHS: Final = 12
STAGES: Final = 6
AHEAD: Final = 6
TIERS: Final = 4

FACTS: Final = (
    "as_of", "style", "unit", "unit_word", "year_start", "month", "currency",
    "title_months", "title_funnel", "title_forecast", "title_tiers",
)  # fmt: skip
FACT_ROW: Final = {name: row for row, name in enumerate(FACTS)}


@dataclass(frozen=True, slots=True)
class SeriesBlock:
    """A rectangle of ChartData: one row per month, stage or tier; one column per series."""

    row: int
    column: int
    size: int
    series: tuple[str, ...]

    def cells(self, name: str) -> tuple[int, int, int, int]:
        """First row, first column, last row, last column of a series, as charts take them."""
        column = self.column + self.series.index(name)
        return self.row, column, self.row + self.size - 1, column

    def cell(self, name: str, offset: int) -> str:
        """One cell's address inside ChartData."""
        row, column, _, _ = self.cells(name)
        return f"${chr(65 + column)}${row + offset + 1}"

    def whole(self, name: str) -> str:
        """A series' address inside ChartData."""
        row, column, last, _ = self.cells(name)
        letter = chr(65 + column)
        return f"${letter}${row + 1}:${letter}${last + 1}"


_TOP: Final = len(FACTS) + 2
MONTH_BLOCK: Final = SeriesBlock(_TOP, 0, MONTHS, ("start", "period", "label", "target", "actual"))
FUNNEL_BLOCK: Final = SeriesBlock(
    _TOP, 6, STAGES, ("order", "stage", "label", "entered", "advanced", "open")
)
AHEAD_BLOCK: Final = SeriesBlock(
    _TOP, 13, AHEAD, ("start", "period", "label", "closed", "commit", "best_case", "pipeline", "target")
)  # fmt: skip
TIER_BLOCK: Final = SeriesBlock(_TOP, 22, TIERS, ("order", "label", "customers", "money"))


def fact(name: str) -> str:
    """Address of a single value inside ChartData."""
    return f"$B${FACT_ROW[name] + 1}"


class ChartData:
    """Writes the hidden sheet."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.name = canvas.word("sheets.chart_data")
        self.sheet: Worksheet = canvas.book.get_worksheet_by_name(self.name)
        self.e = Expressions(canvas)
        self.plain: Format = canvas.style()

    def write(self) -> None:
        """Fill every block."""
        self._facts()
        self._block(MONTH_BLOCK, self._month_formulas, label=2)
        self._block(FUNNEL_BLOCK, self._funnel_formulas, label=2)
        self._block(AHEAD_BLOCK, self._ahead_formulas, label=2)
        self._block(TIER_BLOCK, self._tier_formulas, label=1)

    def _facts(self) -> None:
        formulas = self._fact_formulas()
        dates = self.canvas.style(num_format="yyyy-mm-dd")
        for name, row in FACT_ROW.items():
            formula, in_empty_book = formulas[name]
            style = dates if name in ("as_of", "year_start", "month") else self.plain
            self.sheet.write_string(row, 0, name, self.plain)
            put_formula(Spot(self.sheet, row, 1), formula, style, in_empty_book)
        self.sheet.set_column(0, 30, 13)

    def _fact_formulas(self) -> dict[str, tuple[str, CellValue]]:
        """Each single value as a formula, with what it is in an empty book."""
        e = self.e
        run_at, run_as_of = e.column("RunLog", "at"), e.column("RunLog", "as_of")
        # An undo has no day that it calculated for, so only dated runs count.
        dated_at = f"IF(ISNUMBER({run_as_of}),{run_at})"
        last_run = f"MATCH(MAX({dated_at}),{dated_at},0)"
        first_month = f"N({e.setting('fiscal_year_start')})"
        day, style = fact("as_of"), fact("style")
        is_next_year = f"MONTH({day})<{first_month}"
        # A Chinese book counts in ten thousands from the beginning.
        wan = self.canvas.language == "zh-CN"
        return {
            "as_of": (f'IFERROR(INDEX({run_as_of},{last_run})+0,"")', ""),
            "style": (
                f'IF({e.setting_is("number_style", "wan")},"wan",'
                f'IF({e.setting_is("number_style", "thousands")},"thousands","plain"))',
                "wan" if wan else "plain",
            ),
            "unit": (
                f'IF({style}="wan",10000,IF({style}="thousands",1000,1))',
                10000 if wan else 1,
            ),
            "unit_word": (
                f'IF({style}="wan","万",IF({style}="thousands","K",""))',
                "万" if wan else "",
            ),
            "year_start": (
                f'IF({day}="","",DATE(YEAR({day})-({is_next_year}),{first_month},1))',
                "",
            ),
            "month": (f'IF({day}="","",DATE(YEAR({day}),MONTH({day}),1))', ""),
            "currency": (f'{e.setting("currency")}&""', self.canvas.currency),
            "title_months": self._scaled_title("months"),
            "title_forecast": self._scaled_title("forecast"),
            "title_funnel": self._title("funnel"),
            "title_tiers": self._title("tiers"),
        }

    def _title(self, chart: str) -> tuple[str, CellValue]:
        """A chart's title as a formula, with what it is in an empty book."""
        text = self.canvas.word(f"charts.{chart}")
        return quoted(text), text

    def _scaled_title(self, chart: str) -> tuple[str, CellValue]:
        """A title that ends with the currency and the unit, such as `(CNY 万)`."""
        text = self.canvas.word(f"charts.{chart}")
        currency, unit = fact("currency"), fact("unit_word")
        scale = f'" ("&{currency}&IF({unit}="",""," "&{unit})&")"'
        unit_in_empty_book = " 万" if self.canvas.language == "zh-CN" else ""
        in_empty_book = f"{text} ({self.canvas.currency}{unit_in_empty_book})"
        return f"{quoted(text)}&{scale}", in_empty_book

    def _block(
        self, block: SeriesBlock, make: Callable[[int], Sequence[str]], *, label: int
    ) -> None:
        """Fill a block.

        Args: make gives the formulas of one row; label is the position of the series up to which
            an empty book shows nothing, while its numbers are #N/A.
        """
        dates = self.canvas.style(num_format="yyyy-mm-dd")
        for offset, name in enumerate(block.series):
            self.sheet.write_string(block.row - 1, block.column + offset, name, self.plain)

        first = Spot(self.sheet, block.row, block.column)
        for row in range(block.size):
            for offset, formula in enumerate(make(row)):
                style = dates if block.series[offset] == "start" else self.plain
                in_empty_book = "" if offset <= label else NONE
                put_formula(first.moved(row, offset), formula, style, in_empty_book)

    def _months_from(self, block: SeriesBlock, start: str, down: int) -> tuple[str, str, str]:
        """First day, period text and axis label of the month `down` months after `start`."""
        day = block.cell("start", down)
        text = f'YEAR({day})&"-"&RIGHT("0"&MONTH({day}),2)'
        names = ",".join(quoted(name) for name in self.canvas.word("dashboard.months").split())
        return (
            f'IF({start}="","",EDATE({start},{down}))',
            f'IF({day}="","",{text})',
            f'IF({day}="","",CHOOSE(MONTH({day}),{names}))',
        )

    def _month_formulas(self, down: int) -> list[str]:
        """The company's target and revenue of a month; months to come have no revenue yet."""
        e = self.e
        start, period, label = self._months_from(MONTH_BLOCK, fact("year_start"), down)
        rows = (
            f"{e.column('Attainment', 'period')}={MONTH_BLOCK.cell('period', down)}",
            e.is_choice("Attainment", "scope_kind", "company"),
            e.is_choice("Attainment", "metric", "revenue"),
        )
        has_none, unit = f"{e.count(*rows)}=0", fact("unit")
        target = e.total(e.column("Attainment", "target"), *rows)
        actual = e.total(e.column("Attainment", "actual"), *rows)

        day = MONTH_BLOCK.cell("start", down)
        has_begun = f'AND({day}<>"",N({day})<=N({fact("as_of")}))'
        return [
            start,
            period,
            label,
            f"IF({has_none},NA(),{target}/{unit})",
            f"IF({has_begun},IF({has_none},NA(),{actual}/{unit}),NA())",
        ]

    def _funnel_formulas(self, down: int) -> list[str]:
        """The main pipeline's open stages by rank, and how many deals entered and went on."""
        e = self.e
        rank, name = e.column("Stages", "rank"), e.column("Stages", "stage")
        # Two stages may have one rank: the row's number makes each order another.
        orders = f"{rank}+ROW({rank})/100000"
        is_open = f"({e.is_main('Stages')})*({e.is_choice('Stages', 'kind', 'open')})"
        order, stage = FUNNEL_BLOCK.cell("order", down), FUNNEL_BLOCK.cell("stage", down)
        rows = (
            f"{e.column('Funnel', 'stage')}={stage}",
            e.is_choice("Funnel", "slice_kind", "all"),
            e.is_main("Funnel"),
        )
        entered, advanced = FUNNEL_BLOCK.cell("entered", down), FUNNEL_BLOCK.cell("advanced", down)
        rate = f'IF({entered}>0," → "&ROUND(100*{advanced}/{entered},0)&"%","")'
        with_counts = f'{stage}&"  "&{entered}&{rate}'

        counts = []
        for series in ("entered", "advanced", "open"):
            total = e.total(e.column("Funnel", series), *rows)
            counts.append(f'IF({stage}="",NA(),IF({e.count(*rows)}=0,NA(),{total}))')
        return [
            f'IFERROR(SMALL(IF(({is_open})*({name}<>"")=1,{orders}),{down + 1}),"")',
            f'IF({order}="","",INDEX({name},MATCH(TRUE,ABS({orders}-{order})<0.000001,0)))',
            f"IF(ISNUMBER({entered}),{with_counts},{stage})",
            *counts,
        ]

    def _ahead_formulas(self, down: int) -> list[str]:
        """What is closed and still open for a month to come, and its target where there is one."""
        e = self.e
        start, period, label = self._months_from(AHEAD_BLOCK, fact("month"), down)
        rows = (
            f"{e.column('Forecast', 'period')}={AHEAD_BLOCK.cell('period', down)}",
            e.is_choice("Forecast", "slice_kind", "all"),
        )
        has_none, unit = f"{e.count(*rows)}=0", fact("unit")
        amounts = []
        for series in ("closed", "commit", "best_case", "pipeline"):
            total = e.total(e.column("Forecast", series), *rows)
            amounts.append(f"IF({has_none},NA(),{total}/{unit})")

        targets = e.column("Forecast", "target")
        with_target = e.count(*rows, f"ISNUMBER({targets})")
        target = f"IF({with_target}=0,NA(),{e.total(targets, *rows)}/{unit})"
        return [start, period, label, *amounts, target]

    def _tier_formulas(self, down: int) -> list[str]:
        """The tiers from the best down, and each one's share of the customers and of the value."""
        e = self.e
        share, name = e.column("TierRules", "up_to_share"), e.column("TierRules", "tier")
        # Two tiers may be typed with one share: the row's number makes each order another.
        orders = f"{share}+ROW({name})/100000"
        order, label = TIER_BLOCK.cell("order", down), TIER_BLOCK.cell("label", down)

        tiers, values = e.column("CustomerTiers", "tier"), e.column("CustomerTiers", "value")
        of_tier, of_any = f"{tiers}={label}", f'{tiers}<>""'
        customers = f"{e.count(of_tier)}/{e.count(of_any)}"
        money = f"{e.total(values, of_tier)}/{e.total(values, of_any)}"
        return [
            f'IFERROR(SMALL(IF({name}<>"",{orders}),{down + 1}),"")',
            f'IF({order}="","",INDEX({name},MATCH(TRUE,ABS({orders}-{order})<0.000001,0)))',
            f'IF({label}="",NA(),IFERROR({customers},NA()))',
            f'IF({label}="",NA(),IFERROR({money},NA()))',
        ]
