"""What do all pages share? The day they are of, what they rest on, and what can be chosen on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook.expressions import (
    Among,
    Call,
    Choice,
    Column,
    Expression,
    Figure,
    NameOfTable,
    Number,
    Setting,
    SettingIs,
    Text,
    Word,
    as_it_is,
    call,
    count,
    is_choice,
    total,
)
from salesbook.pages.page import LineList, Page, Selector, Series

RESULT_RUNS: Final = ("refresh", "score", "tier", "funnel", "split", "propose", "undo")
"""The runs that write what pages show, as RunLog calls them."""
MOST_PERIODS: Final = 64
MOST_TEAMS: Final = 40
MOST_REPS: Final = 320
MOST_YEARS: Final = 6
MOST_MEASURES: Final = 5
MOST_BOARD_PERIODS: Final = 10
"""Choices that a selector has room for."""
DASH: Final = "–"

_OF_TARGETS: Final = ("Targets", "TargetMonths", "Locks", "TargetPlan")
"""Tables of targets: what Checks says of them is counted beside what is wrong with the plan."""
_FIRST_DAY: Final = 366
_LAST_DAY: Final = 110000
"""Days before 1901 and after 2200, as a workbook counts them, are no days of a run."""
_BLOCK: Final = "{list}|company|company|"

_LEAST_IN_UNITS: Final = 10_000
"""From here on amounts are shown in thousands or in 万."""
_NO_TENTHS_FROM: Final = 1_000
"""Of so many units the tenth says nothing."""
_NO_UNIT: Final = 10**15
"""Larger than any amount: it is shown in no larger unit."""


_ROUNDED_TO_NONE: Final = 0.005
"""Below this share of all a percent without decimals is 0%."""


def if_(condition: Expression, this: Expression | str | float, *other: Expression | str) -> Call:
    """One thing or another."""
    return call("IF", condition, this, *other)


def is_number(value: Expression) -> Call:
    """True for a number or a day."""
    return call("ISNUMBER", value)


def common() -> Page:
    """Describe what all pages rest on: it stands on the hidden sheet alone."""
    sizes = {
        "periods": MOST_PERIODS,
        "teams": MOST_TEAMS,
        "reps": MOST_REPS,
        "rep_choices": MOST_REPS,
        "target_years": MOST_YEARS,
        "target_measures": MOST_MEASURES,
        "team_periods": MOST_BOARD_PERIODS,
    }
    lists = tuple(
        LineList(name, Text(_BLOCK.format(list=name)), size) for name, size in sizes.items()
    )
    page = Page("common", (), {}, lists)
    series = tuple(
        Series(f"{name}.shown", size, lambda row, name=name: _choice(page, name, row))  # type: ignore[misc]
        for name, size in sizes.items()
    )
    return Page("common", (), _facts(), lists, series)


def _choice(page: Page, name: str, row: int) -> Expression:
    """What a choice is called: a name, or the words for what is none."""
    subject = page.cell(name, row, "subject")
    return if_(subject.equals(""), page.cell(name, row, "says"), subject)


def _facts() -> Mapping[str, Expression]:
    run_at, run_as_of = Column("RunLog", "at"), Column("RunLog", "as_of")
    # A check or an import changes none of the results, whatever its day. An undo has the day of
    # what stands after it, or none.
    is_result = is_run_of(RESULT_RUNS) * is_day(run_as_of)
    dated_at = if_(is_result.equals(1), run_at)
    newest = call("MAX", dated_at)
    last_run = call("MATCH", newest, dated_at, 0)
    style = fact("style")
    return {
        "as_of": call("IFERROR", call("INDEX", run_as_of, last_run) + 0, ""),
        "run_at": if_(newest > 0, newest, ""),
        "orders_from": call(
            "IFERROR", call("INDEX", Column("RunLog", "orders_from"), last_run) + 0, 0
        ),
        "style": if_(
            SettingIs("number_style", "wan"),
            "wan",
            if_(SettingIs("number_style", "thousands"), "thousands", "plain"),
        ),
        "unit": if_(style.equals("wan"), 10000, if_(style.equals("thousands"), 1000, Number(1))),
        "unit_word": if_(style.equals("wan"), "万", if_(style.equals("thousands"), "K", "")),
        "large": if_(
            style.equals("wan"), 10**8, if_(style.equals("thousands"), 10**6, Number(_NO_UNIT))
        ),
        "large_word": if_(style.equals("wan"), "亿", if_(style.equals("thousands"), "M", "")),
        "currency": Setting("currency").then(""),
        "has_run": is_number(fact("as_of")) * 1,
        "day": _day(),
        "sold": _what_is_sold(),
        "errors": _cells_of_checks("error"),
        "warnings": _cells_of_checks("warning"),
        "about_targets": findings_about(_OF_TARGETS),
    }


def _cells_of_checks(severity: str) -> Expression:
    """Cells that the rows of a severity stand for."""
    return _cells_of(is_choice("Checks", "severity", severity))


def _cells_of(is_asked: Expression) -> Expression:
    """Cells that some rows of Checks stand for; a blank stands for the row's own."""
    cells = Column("Checks", "cell_count")
    return count(is_asked) + total(cells - 1, is_asked, is_number(cells))


def findings_about(tables: tuple[str, ...]) -> Expression:
    """Cells of some tables that Checks names, be it with an error or a warning."""
    is_about = Among(Column("Checks", "table"), tuple(NameOfTable(table) for table in tables))
    return _cells_of(is_about)


def framed(words: str, said: Expression) -> Expression:
    """What is said between two words of `book.toml`, `before` and `after`; one may be blank."""
    return Word(f"{words}.before").then(said, Word(f"{words}.after"))


def fact(name: str) -> Figure:
    """A single figure that all pages share."""
    return Figure(f"common.{name}")


def is_run_of(actions: tuple[str, ...]) -> Expression:
    """True for the rows of RunLog that are runs of these commands, whatever they are called there."""
    named = tuple(Choice("RunLog.action", action) for action in actions)
    return Among(Column("RunLog", "action"), named)


def is_day(value: Expression) -> Expression:
    """1 for a day of which a run may be; programs disagree on those at the ends of the calendar."""
    return is_number(value) * (value > _FIRST_DAY) * (value < _LAST_DAY)


def _day() -> Expression:
    """Of which day the figures are and when they were calculated; before the first run, what to do."""
    day, moment = fact("as_of"), fact("run_at")
    clock = two_digits(call("HOUR", moment)).then(":", two_digits(call("MINUTE", moment)))
    calculated = Word("pages.calculated").then(" ", date_text(moment), " ", clock)
    dated = Word("pages.as_of").then(
        " ", date_text(day), " · ", calculated, " · ", fact("currency")
    )
    errors = if_(fact("errors") > 0, Text(" · ").then(Word("pages.errors"), fact("errors")), "")
    return if_(is_number(day), dated.then(errors), Word("pages.never"))


def _what_is_sold() -> Expression:
    """Whether won deals or order lines are what was sold, and since when."""
    cut_over = fact("orders_from")
    both = Word("pages.sold_deals_before").then(
        date_text(cut_over), Word("pages.sold_orders_after")
    )
    # Without a day the run found no order that counts, or was one of a version that noted none: a
    # look at all orders would be dear, and what is not known is not said.
    by_itself = if_(is_day(cut_over).equals(1), both, "")
    source = if_(
        SettingIs("sales_source", "orders"),
        Word("pages.sold_orders"),
        if_(SettingIs("sales_source", "deals"), Word("pages.sold_deals"), by_itself),
    )
    return if_(is_number(fact("as_of")), source, "")


def date_text(day: Expression) -> Expression:
    """A day as 2026-03-31; in pieces, for TEXT takes date codes in the language of the user's
    Excel.
    """
    return call("YEAR", day).then(
        "-", two_digits(call("MONTH", day)), "-", two_digits(call("DAY", day))
    )


def two_digits(number: Expression) -> Expression:
    """A number below 100 as two digits."""
    return call("RIGHT", Text("0").then(number), 2)


def amount_text(amount: Expression) -> Expression:
    """An amount as text in the unit of the settings: 1.97M, 239.5K, 9,600; 1,525万, 38.4万.

    As reports write it: no decimal that is zero, and none of a thousand units and more.
    """
    large, unit = fact("large"), fact("unit")
    size = call("ABS", amount)
    is_in_units = (Number(_LEAST_IN_UNITS) <= size) * (unit > 1)
    scaled = amount / unit
    tenths = if_(Number(_NO_TENTHS_FROM) <= call("ABS", scaled), 0, _decimal(scaled, 1))
    in_units = call("FIXED", scaled, tenths).then(fact("unit_word"))
    small = if_(is_in_units.equals(1), in_units, call("FIXED", amount, 0))
    in_large = amount / large
    has_hundredths = _decimal(in_large, 2).equals(1)
    decimals = if_(has_hundredths, 2, _decimal(in_large, 1))
    hundredths = if_(Number(_NO_TENTHS_FROM) <= call("ABS", in_large), 0, decimals)
    long = call("FIXED", in_large, hundredths).then(fact("large_word"))
    return if_(large <= size, long, small)


def _decimal(value: Expression, place: int) -> Expression:
    """1 where the decimal at a place, from 1, is not zero."""
    return if_(call("ROUND", value, place).equals(call("ROUND", value, place - 1)), 0, Number(1))


def chance_shown(chance: Expression) -> Expression:
    """A chance as a number, or as <1% and >99% where it would be rounded to a certainty."""
    is_hardly = (Number(0) < chance) * (chance < _ROUNDED_TO_NONE)
    is_nearly = (chance < 1) * (Number(1 - _ROUNDED_TO_NONE) <= chance)
    nearly = if_(is_nearly.equals(1), ">99%", chance)
    return if_(is_hardly.equals(1), "<1%", nearly)


def landing_word(page: str, landing: Expression, sold: Expression, low: Expression) -> Expression:
    """Whether an amount is where a period lands, or its result.

    A period that is over, or of which nothing more is to come, has a result and no range.

    Args: page is under which the labels have both words.
    """
    to_land, ended = (Word(f"pages.{page}.{word}") for word in ("landing", "result"))
    has_landed = if_(landing.equals(sold), ended, to_land)
    return if_(is_number(low), to_land, has_landed)


def amount_or(amount: Expression, otherwise: Expression | str = DASH) -> Expression:
    """An amount as text, or what is said where there is none."""
    return if_(is_number(amount), amount_text(amount), otherwise)


def unit_in_brackets() -> Expression:
    """The unit of the settings behind a title, as ` (K)`; nothing where amounts are plain."""
    unit = fact("unit_word")
    return if_(unit.equals(""), "", framed("pages.unit", unit))


def charted(figure: Expression, shown: Expression | None = None) -> Expression:
    """What a chart draws of a figure: #N/A, which it leaves out, where there is no number.

    Args:
        shown: what it draws of a number; missing: the number.
    """
    return if_(is_number(figure), figure if shown is None else shown, call("NA"))


# What is chosen.

PERIOD: Final = Selector("period", "periods", MOST_PERIODS)
TEAM: Final = Selector("team", "teams", MOST_TEAMS)
REP: Final = Selector("rep", "reps", MOST_REPS)
YEAR: Final = Selector("year", "target_years", MOST_YEARS)
MEASURE: Final = Selector("measure", "target_measures", MOST_MEASURES)
BOARD_PERIOD: Final = Selector("period", "team_periods", MOST_BOARD_PERIODS)


def meant(page_code: str, selector: Selector) -> Expression:
    """What a selector means: a period, a team, a rep's id; the first choice where nobody knows it."""
    typed = Figure(f"{page_code}.{selector.name}_chosen")
    shown = Figure(f"common.{selector.choices}.shown")
    # Room for further choices is filled with empty texts, which an empty selector must not find.
    place = if_(typed.equals(""), 1, call("MATCH", as_it_is(typed), shown, 0))
    first = Figure(f"common.{selector.choices}.first")
    line = first + call("IFERROR", place, 1) - 1
    word = call("INDEX", Column("PageLines", "word"), line)
    return call("IFERROR", if_(first.equals(0), "", word.then("")), "")


def scope_text(team: Expression, rep: Expression | None = None) -> Expression:
    """Kind and key of what is chosen, as blocks name it; the rep before the team."""
    of_team = if_(team.equals(""), "company|company", Text("team|").then(team))
    if rep is None:
        return of_team
    return if_(rep.equals(""), of_team, Text("rep|").then(rep))


def block(name: str, scope: Expression, period: Expression | str = "") -> Expression:
    """The text by which a list's first line is found."""
    return Text(f"{name}|").then(scope, "|", period)


def first_step() -> Expression:
    """Which words say what to do first, from 1: targets, then sales, then a run."""
    has_targets = call("COUNTA", Column("Targets", "year")) > 0
    has_sales = call("COUNTA", Column("Orders", "order_id")) + call(
        "COUNTA", Column("Deals", "deal_id")
    )
    without_sales = if_(has_sales > 0, 3, Number(2))
    return if_(has_targets, without_sales, Number(1))
