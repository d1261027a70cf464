"""How do lines of PageLines become a report? Looked up, put into words, and laid out.

No figure is made here but what is left between two that are shown, such as what is still to go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from salesbook.domain.arithmetic.calendar import months_in, quarter_of_month, year_of_month
from salesbook.messages import Message
from salesbook.pages.lines.context import Scope
from salesbook.pages.lines.line import FEWEST_SNAPSHOTS, MONTH_FIELDS
from salesbook.reports.contents import ANSWERS, DASHBOARD, LISTS, NUMBERS, ListBlock, ListColumn
from salesbook.reports.description import (
    Cell,
    Chart,
    Column,
    Fact,
    Landing,
    Meter,
    MonthBars,
    Remark,
    Report,
    Table,
    Tile,
)
from salesbook.reports.lines import EVERY_PAGE, Line, Lines, printable
from salesbook.reports.numbers import Numbers
from salesbook.reports.wording import Words

"""With fewer a line through time says nothing."""
_FULL_BAR: Final = 3.0
"""The pace at which a bar takes its whole cell: the text in front of it stays clear."""
_MOST_DIGEST_LINES: Final = 10
_MOST_REPS_IN_DIGEST: Final = 4
_FACE_WORDS: Final = ("answer", "tiles", "good", "attention", "bad")


_TOO_FEW_DAYS: Final = 5
"""Days from Monday to Friday that are gone of a month: up to so many tell nothing of people."""


@dataclass(frozen=True)
class Made:
    """When and of what the lines were made."""

    as_of: dt.date
    at: dt.datetime | None
    """When the run was that made them; None where no run has been there."""
    book: str
    version: str
    first_month: int = 1
    """In which a fiscal year of the workbook begins."""


@dataclass(frozen=True)
class Asked:
    """Whose report it is, and of which period."""

    scope: Scope
    name: str
    """What people call the team or the rep; blank for the company."""
    period: str


def report_of(lines: Lines, asked: Asked, made: Made, words: Words, numbers: Numbers) -> Report:
    """Make one report of the lines of PageLines; only those of the asked scope are looked at."""
    return Composer(lines, asked, made, words, numbers).report()


@dataclass(frozen=True)
class Composer:
    """Puts the lines of a scope into words and tables."""

    lines: Lines
    asked: Asked
    made: Made
    words: Words
    numbers: Numbers

    def report(self) -> Report:
        """Make the whole report."""
        answer, tiles, tables = list(self._answer()), list(self._tiles()), list(self.tables())
        charts = list(self._charts())
        if not tiles and not answer:
            answer = [Remark(self.words.say("nothing"))]
        title, subtitle = self._title(), self._subtitle()
        return Report(
            language=self.words.language,
            is_of_rep=self.asked.scope.kind == "rep",
            title=title,
            subtitle=subtitle,
            facts=self._facts(),
            as_of=self.made.as_of,
            answer=answer,
            tiles=tiles,
            tables=tables,
            charts=charts,
            digest=self._digest(f"{title} · {subtitle}", answer, tiles),
            words={name: self.words.say(f"face.{name}") for name in _FACE_WORDS},
            left_out=lambda count: left_out(self.words, count),
            decimals=self.numbers.decimals,
        )

    def sentence(self, cell: str | Message) -> str:
        """What a cell says, without what no page can show."""
        return printable(self.words.sentence(cell))

    # What it is about.

    def _title(self) -> str:
        return self.asked.name or self.words.say("company")

    def _subtitle(self) -> str:
        return self.words.say("subtitle", period=self.words.period(self.asked.period))

    def _facts(self) -> str:
        facts = {
            "as_of": self.made.as_of.isoformat(),
            "book": printable(self.made.book),
            "currency": self._currency(),
            "version": self.made.version,
        }
        if self.made.at is None:
            return self.words.say("facts.never", **facts)
        return self.words.say("facts.made", at=f"{self.made.at:%Y-%m-%d %H:%M}", **facts)

    def _currency(self) -> str:
        """The currency as people call it: a Chinese report is in 元, not in CNY."""
        code = self.numbers.currency
        return self.words.say("currency.CNY") if code == "CNY" else code

    # Will we make the number?

    def _answer(self) -> Iterator[Remark]:
        page, list_name, has_periods = ANSWERS[self.asked.scope.kind]
        period = self.asked.period if has_periods else ""
        for line in self.lines.of(page, list_name, self.asked.scope, period):
            yield Remark(self.sentence(line["says"]), str(line.get("sign", "")))

    def _tiles(self) -> Iterator[Tile]:
        for period in self.spans():
            line = self._period_line(period)
            if line is not None:
                yield self._tile(period, line)

    def spans(self) -> tuple[str, ...]:
        """The period asked for and the longer ones that hold it."""
        period = self.asked.period
        if period.startswith("FY"):
            year = period.partition("-")[0]
            return (period,) if year == period else (period, year)
        first_month = self.made.first_month
        return (
            period,
            quarter_of_month(period, first_month),
            year_of_month(period, first_month),
        )

    def _period_line(self, period: str) -> Line | None:
        return next(iter(self.lines.of(EVERY_PAGE, "period", self.asked.scope, period)), None)

    def _tile(self, period: str, line: Line) -> Tile:
        say, short = self.words.say, self.numbers.short
        landing = _landing_in(line)
        is_over = line["on"].date() < self.made.as_of
        sold = Fact(say("tile.sold"), short(line.get("sold", 0)))
        facts = [
            *self._fact("tile.target", line.get("target")),
            *self._fact("tile.to_go", _still_missing(line)),
        ]
        if is_over or landing is None:
            lead = sold
        else:
            lead = Fact(say("tile.landing"), short(landing))
            facts = [sold, *facts]
            if "low" in line and "high" in line:
                low, high = short(line["low"]), short(line["high"])
                facts.append(Fact(say("tile.range"), f"{low} – {high}"))

        chance = line.get("chance_rate")
        return Tile(
            title=self.words.period(period),
            sign=str(line.get("sign", "")),
            lead=lead,
            chance=None
            if chance is None
            else Fact(say("tile.chance"), self.numbers.chance(chance)),
            facts=facts,
            meter=self._meter(line),
        )

    def _fact(self, word: str, amount: int | None) -> Iterator[Fact]:
        if amount is not None:
            yield Fact(self.words.say(word), self.numbers.short(amount))

    def _meter(self, line: Line) -> Meter | None:
        sold, landing, target = line.get("sold", 0), _landing_in(line), line.get("target")
        if not sold and not landing and not target:
            return None
        short, unknown = self.numbers.short, "–"
        says = self.words.say(
            "tile.meter",
            sold=short(sold),
            landing=unknown if landing is None else short(landing),
            target=unknown if target is None else short(target),
        )
        to_come = max(0, landing - sold) if landing is not None else 0
        low, high = (None, None) if landing is None else (line.get("low"), line.get("high"))
        return Meter(max(0, sold), to_come, target, low, high, says)

    # The lists.

    def tables(self, *, of_pages: bool = False) -> Iterator[Table]:
        """The lists of a report; of pages, also what stands in no report."""
        for block in LISTS:
            is_left_out = not block.in_reports and not of_pages
            if is_left_out or self.asked.scope.kind not in block.kinds:
                continue
            lines = self.lines_of(block, block.list)
            if lines:
                yield self.table(block, lines)

    def lines_of(self, block: ListBlock, list_name: str) -> Sequence[Line]:
        """The lines of a list, or of one that goes with it: of the same page, scope and period."""
        periods = {
            "today": "",
            "period": self.asked.period,
            "year": self.spans()[-1],
            "period-or-year": self._period_or_year(),
        }
        period = periods[block.of]
        return self.lines.of(block.page, list_name, self.asked.scope, period)

    def _period_or_year(self) -> str:
        """The period asked for; the fiscal year where it is a month that has only just begun.

        On its first days nobody has sold or is paid anything yet: a table of zeros tells nothing of
        people. What runs on the Team board is the year, too.
        """
        first = self.made.as_of.replace(day=1)
        is_running = self.asked.period == f"{first:%Y-%m}"
        days_gone = int(np.busday_count(first, self.made.as_of))
        return self.spans()[-1] if is_running and days_gone <= _TOO_FEW_DAYS else self.asked.period

    def _today(self, list_name: str) -> Sequence[Line]:
        """The lines of a list of the Dashboard that no period changes."""
        return self.lines.of(DASHBOARD, list_name, self.asked.scope)

    def table(self, block: ListBlock, lines: Sequence[Line]) -> Table:
        """Lay a list out, with its sums below it."""
        kind = self.asked.scope.kind
        sums = self.lines_of(block, block.total) if block.total else ()
        in_all = [*lines, *sums]
        columns = [
            column
            for column in block.columns
            # A column in which nothing stands takes room and says nothing.
            if kind in column.kinds and any(_is_filled(column, line) for line in in_all)
        ]
        beyond = self._beyond(block, len(lines))
        return Table(
            name=block.list,
            title=self.words.say(f"lists.{block.list}"),
            caption=self._caption(block),
            columns=[self._column(column) for column in columns],
            rows=[self._row(columns, line) for line in in_all],
            rest=self._rest(block, beyond),
            on_slides=block.on_slides,
            sums=len(sums),
            beyond=beyond,
            is_ranked=block.is_ranked,
        )

    def _beyond(self, block: ListBlock, shown: int) -> int:
        """How many lines a list has beside those that stand in PageLines; 0 where nobody counted."""
        counted = block.rest or block.caption
        if not block.counts:
            return 0
        count = sum(int(line.get("count", 0)) for line in self.lines_of(block, counted))
        return count if block.counts == "rest" else max(0, count - shown)

    def _rest(self, block: ListBlock, beyond: int) -> str:
        """What the pages say of the lines that they leave out; else how many there are."""
        rest = self.lines_of(block, block.rest) if block.rest else ()
        said = [self.sentence(line[block.rest_field]) for line in rest if block.rest_field in line]
        says_how_many = bool(said) and block.counts != "all"
        if beyond and not says_how_many:
            said.append(left_out(self.words, beyond))
        return self.words.say("digest.semicolon").join(said)

    def _caption(self, block: ListBlock) -> str:
        """How many there are, since when, or of which period a list is."""
        if block.is_to_date:
            year = year_of_month(f"{self.made.as_of:%Y-%m}", self.made.first_month)
            return self.words.say("captions.to-date", year=self.words.period(year))
        if block.of == "period-or-year" and self._period_or_year() != self.asked.period:
            year_name = self.words.period(self._period_or_year())
            return self.words.say("captions.to-date", year=year_name)
        if block.of in ("period", "period-or-year"):
            return self.words.period(self.asked.period)
        line = next(iter(self.lines_of(block, block.caption)), None) if block.caption else None
        if line is None:
            return ""
        if "says" in line:
            return self.sentence(line["says"])
        facts: dict[str, Any] = {}
        if "count" in line:
            facts["count"] = int(line["count"])
        if "on" in line:
            facts["day"] = self.numbers.day(line["on"])
        return self.words.say(f"captions.{block.caption}", **facts)

    def _column(self, column: ListColumn) -> Column:
        heading = (
            self.words.say(f"columns.{column.heading}")
            if column.heading
            else self.words.heading(column.field)
        )
        return Column(
            heading=heading,
            is_number=column.form in NUMBERS,
            width=column.width,
            holds_months=column.form == "months",
            holds_signs=column.form == "sign",
        )

    def _row(self, columns: Sequence[ListColumn], line: Line) -> list[Cell]:
        row: list[Cell] = []
        stood_in: set[str] = set()
        for column in columns:
            is_blank = column.otherwise and column.field not in line
            if is_blank and column.otherwise in stood_in:
                row.append(Cell())
                continue
            if is_blank:
                stood_in.add(column.otherwise)
            row.append(self._cell(column, line))
        return row

    def _cell(self, column: ListColumn, line: Line) -> Cell:
        if column.form == "months":
            months = tuple(int(line.get(field, 0)) for field in MONTH_FIELDS)
            return Cell(months=months, months_shown=tuple(map(self.numbers.short, months)))
        cell = line.get(column.field)
        if cell is None:
            says = line.get(column.otherwise) if column.otherwise else None
            return Cell() if says is None else Cell(self.sentence(says))
        if column.form == "sign":
            return Cell(str(cell), sign=str(cell))
        if column.form == "sentence":
            return Cell(self.sentence(cell))
        if column.form == "choice":
            return Cell(self.words.choice(column.owner or f"PageLines.{column.field}", str(cell)))
        if column.form == "pace":
            share = min(1.0, max(0.0, float(cell)) / _FULL_BAR)
            return Cell(self.numbers.percent(cell), share=share)
        is_counted = column.form == "money" and line.get("metric", "revenue") != "revenue"
        return Cell(self.numbers.form("count" if is_counted else column.form)(cell))

    # The charts.

    def _charts(self) -> Iterator[Chart]:
        for chart in (self._month_bars(), self._landing()):
            if chart is not None:
                yield chart

    def _month_bars(self) -> MonthBars | None:
        """The months of the year that holds the period; None where nothing is known of them."""
        year = self.spans()[-1]
        months = months_in(year, self.made.first_month)
        lines = {month: self._period_line(month) or {} for month in months}
        if not any(line.get("sold") or line.get("target") for line in lines.values()):
            return None

        sold = [max(0, line.get("sold", 0)) for line in lines.values()]
        landings = [_landing_in(line) for line in lines.values()]
        to_come = [
            0 if landing is None else max(0, landing - line.get("sold", 0))
            for landing, line in zip(landings, lines.values(), strict=True)
        ]
        say, short = self.words.say, self.numbers.short
        year_name = self.words.period(year)
        said = [
            say(
                "chart.month",
                month=self.words.period(month),
                sold=short(line.get("sold", 0)),
                target=short(line["target"]) if "target" in line else "–",
            )
            for month, line in lines.items()
        ]
        return MonthBars(
            title=say("chart.months", year=year_name),
            says=say("chart.list").join(said),
            legend=(say("tile.sold"), say("chart.to_come"), say("tile.target")),
            months=[say(f"month.{int(month[-2:])}") for month in months],
            sold=sold,
            to_come=to_come,
            targets=[line.get("target") for line in lines.values()],
            shown=[
                short(both) if (both := a + b) else "" for a, b in zip(sold, to_come, strict=True)
            ],
        )

    def _landing(self) -> Landing | None:
        """How the running year's landing moved; None for another year, or before it could."""
        lines = self.lines.of(DASHBOARD, "landing", self.asked.scope)
        year = self.spans()[-1]
        is_running = year_of_month(f"{self.made.as_of:%Y-%m}", self.made.first_month) == year
        if not is_running or len(lines) < FEWEST_SNAPSHOTS:
            return None
        say, short = self.words.say, self.numbers.short
        target = (self._period_line(year) or {}).get("target")
        first, last = lines[0], lines[-1]
        return Landing(
            title=say("chart.landing", year=self.words.period(year)),
            says=say(
                "chart.landing_says",
                first=self.numbers.day(first["on"]),
                before=short(first["middle"]),
                last=self.numbers.day(last["on"]),
                now=short(last["middle"]),
                low=short(last["low"]),
                high=short(last["high"]),
            ),
            legend=(say("tile.landing"), say("tile.range"), say("tile.target")),
            days=[self.numbers.day(line["on"]) for line in lines],
            low=[line["low"] for line in lines],
            middle=[line["middle"] for line in lines],
            high=[line["high"] for line in lines],
            target=target,
            shown_first=short(first["middle"]),
            shown_last=short(last["middle"]),
            shown_target="" if target is None else short(target),
        )

    # Ten lines.

    def _digest(
        self, head: str, answer: Sequence[Remark], tiles: Sequence[Tile]
    ) -> tuple[str, ...]:
        lines = [head, " ".join(_with_sign(remark.sign, remark.text) for remark in answer)]
        lines += [self._tile_in_a_line(tile) for tile in tiles]
        lines.append(self._help_in_a_line())
        lines.append(self._changes_in_a_line())
        room = _MOST_DIGEST_LINES - len([line for line in lines if line]) - 1
        lines += self._steps_in_lines(room)
        lines.append(self._facts())
        # A name may hold a line break; a line of a message must stay one.
        return tuple(" ".join(line.split()) for line in lines if line)

    def _tile_in_a_line(self, tile: Tile) -> str:
        parts = [tile.lead, *([tile.chance] if tile.chance else []), *tile.facts]
        facts = self.words.say("digest.comma").join(f"{part.word} {part.value}" for part in parts)
        return self.words.say("digest.tile", period=_with_sign(tile.sign, tile.title), facts=facts)

    def _help_in_a_line(self) -> str:
        lines = self._today("help")[:_MOST_REPS_IN_DIGEST]
        reps = [
            _with_sign(
                str(line.get("sign", "")), f"{line['subject']} {self.numbers.percent(line['rate'])}"
            )
            for line in lines
            if "rate" in line and "subject" in line
        ]
        if not reps:
            return ""
        return self.words.say("digest.help", reps=self.words.say("digest.comma").join(reps))

    def _changes_in_a_line(self) -> str:
        changes = [
            f"{self.sentence(line['says'])} {self.sentence(line['because'])}"
            for line in self._today("changed")
        ]
        if not changes:
            return ""
        return self.words.say(
            "digest.changed", changes=self.words.say("digest.semicolon").join(changes)
        )

    def _steps_in_lines(self, room: int) -> list[str]:
        """As many of the day's steps as there is room for, one a line."""
        lines = []
        for line in self._today("today")[: max(0, room)]:
            step = self.words.say(
                "digest.step",
                step=self.sentence(line["says"]),
                subject=line.get("subject") or self.sentence(line["because"]),
            )
            is_leader = self.asked.scope.kind != "rep"
            rep = (
                self.words.say("digest.rep", rep=line["rep"]) if is_leader and "rep" in line else ""
            )
            lines.append(_with_sign(str(line.get("sign", "")), f"{step}{rep}"))
        return lines


def left_out(words: Words, count: int) -> str:
    """What stands below a list of which a face does not show all lines."""
    return words.say("face.more", count=count)


def _with_sign(sign: str, text: str) -> str:
    return f"{sign} {text}" if sign else text


def _is_filled(column: ListColumn, line: Line) -> bool:
    if column.form == "months":
        return any(field in line for field in MONTH_FIELDS)
    return column.field in line


def _landing_in(line: Line) -> int | None:
    """Where a period lands; None where nobody knows.

    Versions before 0.3.0 forecast only what was still to come. A landing below what is sold already
    is one of theirs, and none.
    """
    landing = line.get("middle")
    return None if landing is None or landing < line.get("sold", 0) else int(landing)


def _still_missing(line: Line) -> int | None:
    """What is missing to the target; None without one, or where it is reached."""
    if "target" not in line:
        return None
    missing = int(line["target"]) - int(line.get("sold", 0))
    return missing if missing > 0 else None
