"""Who must sell what by when, in words and one table: the Target board of whoever has no sheet.

The table has people and months, plan above sold. A terminal may be too narrow for twelve months:
there are twins with quarters, and with the year alone, whole or short, of which a face shows the
first that fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from salesbook.pages.lines.context import WHOLE_COMPANY
from salesbook.pages.lines.line import GOOD, MONTH_FIELDS
from salesbook.pages.lines.periods import sign_of_chance
from salesbook.reports.compose import Composer
from salesbook.reports.contents import SIGN, ListBlock, ListColumn
from salesbook.reports.description import Cell, Column, Fact, Remark, Table, Tile
from salesbook.reports.lines import Line
from salesbook.reports.numbers import Numbers

PAGE: Final = "TargetBoard"
_METRIC: Final = "revenue"
"""What the page shows until something else is chosen on the sheet."""
_MONTHS_OF_QUARTER: Final = 3
_UNMARKED: Final = "."
_SHOWN_MARKS: Final[Mapping[str, str]] = {">": "≥", "<": "≤", _UNMARKED: ""}
"""Marks that PageLines has in another form than people see."""
_BELOW: Final = "· "
"""Before a rep, who stands below his team."""

_LISTS: Final = (
    ListBlock(
        f"target-faults-{_METRIC}",
        (
            SIGN,
            ListColumn("subject", width=1.5),
            ListColumn("says", "sentence", 3.0, heading="to_do"),
        ),
        page=PAGE,
        of="year",
        caption=f"target-faults-count-{_METRIC}",
        counts="all",
    ),
    ListBlock(
        f"target-locks-{_METRIC}",
        (
            SIGN,
            ListColumn("subject", width=1.5, heading="rep"),
            ListColumn("says", "sentence", heading="month"),
            ListColumn("because", "sentence", heading="lock"),
            ListColumn("amount", "money"),
            ListColumn("target", "money", heading="in_plan"),
        ),
        page=PAGE,
        of="year",
        caption=f"target-locks-count-{_METRIC}",
        counts="all",
    ),
)


class _ShortNumbers(Numbers):
    """Numbers of a table that has little room."""

    def money(self, minor: int) -> str:
        """An amount as tiles show it."""
        return self.short(minor)


@dataclass(frozen=True)
class TargetBoard:
    """What the page says."""

    answer: Sequence[Remark]
    tiles: Sequence[Tile]
    matrix: Sequence[Table]
    """One table with ever fewer columns; none without a plan."""
    tables: Sequence[Table]


def target_board_of(composer: Composer) -> TargetBoard:
    """Describe the page for the running year and the scope that is asked for."""
    return _Page(composer).described()


def _unless_good(sign: object) -> object:
    return "" if sign in (None, GOOD) else sign


def _without_kinds(table: Table) -> Table:
    """The table without the column that says plan or sold; sold stands where the name would."""
    rows = []
    for name, kind, *amounts in table.rows:
        rows.append([name if name.text else kind, *amounts])
    name_column, _, *others = table.columns
    return replace(table, columns=[name_column, *others], rows=rows)


@dataclass(frozen=True)
class _Page:
    composer: Composer

    @property
    def _year(self) -> str:
        return self.composer.spans()[-1]

    def _of(self, name: str) -> Sequence[Line]:
        composer = self.composer
        return composer.lines.of(PAGE, f"target-{name}-{_METRIC}", composer.asked.scope, self._year)

    def _say(self, name: str, **facts: Any) -> str:
        return self.composer.words.say(name, **facts)

    def described(self) -> TargetBoard:
        """Put the page together."""
        remarks = [
            *self._of("answer"),
            *self._of("draft"),
            *self._of("hint"),
            *self._of("proposal"),
        ]
        composer = self.composer
        return TargetBoard(
            answer=[
                Remark(composer.sentence(line["says"]), str(line.get("sign", "")))
                for line in remarks
            ],
            tiles=[self._tile(line) for line in self._of("year")],
            matrix=list(self._matrices()),
            tables=[
                composer.table(block, lines)
                for block in _LISTS
                if (lines := composer.lines_of(block, block.list))
            ],
        )

    def _tile(self, line: Line) -> Tile:
        """The year at a glance: target, sold, pace, what is to go, and where it lands."""
        composer, short = self.composer, self.composer.numbers.short
        sold = line.get("sold")
        facts = [Fact(self._say("tile.sold"), "–" if sold is None else short(sold))]
        if "rate" in line:
            percent = composer.numbers.percent(line["rate"])
            facts.append(Fact(self._say("columns.pace"), percent))
        if line.get("expected"):
            facts.append(Fact(self._say("tile.to_go"), short(line["expected"])))
        if "middle" in line:
            facts.append(Fact(self._say("tile.landing"), short(line["middle"])))
        if "low" in line and "high" in line:
            span = f"{short(line['low'])} – {short(line['high'])}"
            facts.append(Fact(self._say("tile.range"), span))
        # A sign beside a chance is the chance's: that the plan adds up the answer says, and a tick
        # beside half the pace would say another thing.
        chance = line.get("chance_rate")
        target = line.get("target")
        return Tile(
            title=composer.words.period(self._year),
            sign=str(sign_of_chance(chance) or _unless_good(line.get("sign"))),
            lead=Fact(self._say("tile.target"), "–" if target is None else short(target)),
            chance=None
            if chance is None
            else Fact(self._say("tile.chance"), composer.numbers.chance(chance)),
            facts=facts,
            meter=None,
        )

    def _parts(self, size: int | None) -> list[tuple[str, tuple[str, ...]]]:
        """The parts of the year that have columns: what each is called, and its months' fields."""
        if size is None:
            return []
        if size == 1:
            # They are the company's alone, whichever team is asked for.
            named = self.composer.lines.of(PAGE, "target-months", WHOLE_COMPANY, self._year)
            names = [self.composer.sentence(line["says"]) for line in named]
        else:
            count = len(MONTH_FIELDS) // size
            names = [self._say("quarter", number=number) for number in range(1, count + 1)]
        fields = [MONTH_FIELDS[first : first + size] for first in range(0, 12, size)]
        return list(zip(names, fields, strict=True))

    def _matrices(self) -> Iterator[Table]:
        """By month, by quarter, of the year alone, and that in short amounts."""
        rows = list(zip(self._of("plan"), self._of("sold"), strict=True))
        if not rows:
            return
        for size in (1, _MONTHS_OF_QUARTER, None):
            yield self._matrix(rows, self._parts(size))
        numbers = _ShortNumbers(self.composer.numbers.language, self.composer.numbers.currency)
        narrow = _Page(replace(self.composer, numbers=numbers))._matrix(rows, [])
        yield _without_kinds(narrow)

    def _matrix(
        self, rows: Sequence[tuple[Line, Line]], parts: Sequence[tuple[str, tuple[str, ...]]]
    ) -> Table:
        """Two rows for each line of the matrix: the plan, and below it what was sold."""
        is_by_month = bool(parts) and len(parts[0][1]) == 1
        version = [
            self.composer.sentence(line["says"]) for line in self._of("year") if "says" in line
        ]
        cells: list[list[Cell]] = []
        for plan, sold in rows:
            cells += [self._plan_row(plan, parts), self._sold_row(sold, parts)]
        headings = [("rep", False), ("", False)]
        of_year = [("year", True), ("pace", True)]
        return Table(
            name=f"target-plan-{_METRIC}",
            title=self._say(f"lists.target-plan-{_METRIC}"),
            caption=" ".join(version),
            columns=[
                *(Column(self._heading(name), is_number) for name, is_number in headings),
                *(Column(name, is_number=True) for name, _ in parts),
                *(Column(self._heading(name), is_number) for name, is_number in of_year),
            ],
            rows=cells,
            rest=self._say("target_marks") if is_by_month and self._has_marks(rows) else "",
        )

    def _heading(self, name: str) -> str:
        return self._say(f"columns.{name}") if name else ""

    def _plan_row(self, line: Line, parts: Sequence[tuple[str, tuple[str, ...]]]) -> list[Cell]:
        name = line.get("subject") or self.composer.sentence(line["says"])
        is_below = line.get("word") not in ("company", "team")
        pace = ""
        if "rate" in line:
            sign = str(line.get("sign", ""))
            pace = f"{sign} {self.composer.numbers.percent(line['rate'])}".strip()
        return [
            Cell(f"{_BELOW if is_below else ''}{name}"),
            Cell(self._say("columns.plan")),
            *self._amounts(line, parts),
            Cell(self._amount(line.get("target"))),
            Cell(pace),
        ]

    def _sold_row(self, line: Line, parts: Sequence[tuple[str, tuple[str, ...]]]) -> list[Cell]:
        return [
            Cell(),
            Cell(self._say("tile.sold")),
            *self._amounts(line, parts),
            Cell(self._amount(line.get("sold"))),
            Cell(),
        ]

    def _amounts(self, line: Line, parts: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[Cell]:
        """What stands in the months or quarters; a month with its mark, such as `=` of a lock."""
        marks = str(line.get("marks") or "")
        for place, (_, fields) in enumerate(parts):
            known = [int(line[field]) for field in fields if field in line]
            amount = self._amount(sum(known)) if known else ""
            has_mark = len(fields) == 1 and place < len(marks)
            mark = marks[place] if has_mark else _UNMARKED
            yield Cell(f"{_SHOWN_MARKS.get(mark, mark)}{amount}" if amount else "")

    def _amount(self, amount: int | None) -> str:
        return "" if amount is None else self.composer.numbers.money(amount)

    @staticmethod
    def _has_marks(rows: Sequence[tuple[Line, Line]]) -> bool:
        marks = {str(line.get("marks") or "") for pair in rows for line in pair}
        return bool(set("".join(marks)) - {_UNMARKED})
