"""The Dashboard: where does the team stand, what is to come, and what is to be done next?"""

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
    Number,
    Setting,
    SettingIs,
    Text,
    Word,
    call,
    count,
    has_rows,
    is_choice,
    is_main,
    total,
)
from salesbook.pages.page import Block, ListOf, Page, Tile

MONTHS: Final = 12
STAGES: Final = 6
AHEAD: Final = 6
TIERS: Final = 4
ALERTS: Final = 8
RESULT_RUNS: Final = ("refresh", "score", "tier", "funnel", "undo")
"""The runs that write what the page shows, as RunLog calls them."""
DASH: Final = "–"
MAIN: Final = "main"
"""What a blank pipeline means."""

_CLOSE: Final = 0.000001
"""Two orders further apart than that are different ones."""
_ROWS_MOST: Final = 100000
_FIRST_DAY: Final = 366
_LAST_DAY: Final = 110000
"""Days before 1901 and after 2200, as a workbook counts them, are no days of a run."""


def dashboard() -> Page:
    """Describe the page."""
    return Page(
        facts=_facts(),
        tiles=(_year(), _month(), _expected(), _open(), *_to_do(), _plan()),
        blocks=(
            Block("months", MONTHS, ("start", "period", "label", "target", "actual"), _month_row),
            Block(
                "funnel",
                STAGES,
                ("order", "stage", "label", "entered", "rate", "open"),
                _stage_row,
            ),
            Block(
                "ahead",
                AHEAD,
                ("start", "period", "label", *_CATEGORIES, "target"),
                _ahead_row,
            ),
            Block("tiers", TIERS, ("order", "label", "customers", "money"), _tier_row),
            Block("urgent_names", ALERTS, ("who", "about"), _urgent_row),
        ),
        heads={"day": _day(), "sold": _what_is_sold()},
        lists=(ListOf("urgent", ALERTS, ("severity", "who", "because", "do"), _alert_row),),
    )


def _if(condition: Expression, this: Expression | str | float, *other: Expression | str) -> Call:
    return call("IF", condition, this, *other)


def _is_number(value: Expression) -> Call:
    return call("ISNUMBER", value)


def _is_day(value: Expression) -> Expression:
    """1 for a day of which a run may be; programs disagree on those at the ends of the calendar."""
    return _is_number(value) * (value > _FIRST_DAY) * (value < _LAST_DAY)


# Single figures.


def _facts() -> Mapping[str, Expression]:
    run_at, run_as_of = Column("RunLog", "at"), Column("RunLog", "as_of")
    # A check or an import changes none of the results, whatever its day. An undo has the day of
    # what stands after it, or none.
    results = tuple(Choice("RunLog.action", action) for action in RESULT_RUNS)
    is_result = Among(Column("RunLog", "action"), results) * _is_day(run_as_of)
    dated_at = _if(is_result.equals(1), run_at)
    last_run = call("MATCH", call("MAX", dated_at), dated_at, 0)

    first_month = call("N", Setting("fiscal_year_start"))
    day, style = Figure("as_of"), Figure("style")
    year, month = call("YEAR", day), call("MONTH", day)
    begins_next_year = month < first_month
    is_undated = day.equals("")
    return {
        "as_of": call("IFERROR", call("INDEX", run_as_of, last_run) + 0, ""),
        "orders_from": call(
            "IFERROR", call("INDEX", Column("RunLog", "orders_from"), last_run) + 0, 0
        ),
        "style": _if(
            SettingIs("number_style", "wan"),
            "wan",
            _if(SettingIs("number_style", "thousands"), "thousands", "plain"),
        ),
        "unit": _if(style.equals("wan"), 10000, _if(style.equals("thousands"), 1000, Number(1))),
        "unit_word": _if(style.equals("wan"), "万", _if(style.equals("thousands"), "K", "")),
        "year_start": _if(
            is_undated, "", call("DATE", year - begins_next_year, first_month, Number(1))
        ),
        "month": _if(is_undated, "", call("DATE", year, month, 1)),
        "currency": Setting("currency").then(""),
        "title_months": _scaled_title("months"),
        "title_funnel": Word("charts.funnel"),
        "title_forecast": _scaled_title("forecast"),
        "title_tiers": Word("charts.tiers"),
    }


def _scaled_title(chart: str) -> Expression:
    """A title that ends with the currency and the unit, such as `(CNY 万)`."""
    unit = Figure("unit_word")
    scale = _if(unit.equals(""), "", Text(" ").then(unit))
    return Word(f"charts.{chart}").then(" (", Figure("currency"), scale, ")")


def _day() -> Expression:
    """The day of the figures; before the first run, what to do."""
    day = Figure("as_of")
    dated = Word("dashboard.as_of").then(" ", _date_text(day))
    return _if(_is_number(day), dated, Word("dashboard.never"))


def _what_is_sold() -> Expression:
    """Whether won deals or order lines are what was sold, and since when."""
    cut_over = Figure("orders_from")
    both = Word("dashboard.sold_deals_before").then(
        _date_text(cut_over), Word("dashboard.sold_orders_after")
    )
    # Without a day the run found no order that counts, or was one of a version that noted none: a
    # look at all orders would be dear, and what is not known is not said.
    by_itself = _if(_is_day(cut_over).equals(1), both, "")
    source = _if(
        SettingIs("sales_source", "orders"),
        Word("dashboard.sold_orders"),
        _if(SettingIs("sales_source", "deals"), Word("dashboard.sold_deals"), by_itself),
    )
    return _if(_is_number(Figure("as_of")), source, "")


def _date_text(day: Expression) -> Expression:
    """A day as 2026-03-31; in pieces, for TEXT takes date codes in the language of the user's
    Excel.
    """
    return _month_text(day).then("-", _two_digits(call("DAY", day)))


def _month_text(day: Expression) -> Expression:
    """A month as tables name it: 2026-03."""
    return call("YEAR", day).then("-", _two_digits(call("MONTH", day)))


def _two_digits(number: Expression) -> Expression:
    return call("RIGHT", Text("0").then(number), 2)


# Tiles.


def _year() -> Tile:
    """The fiscal year's months that have begun: what was sold against what should have been."""
    target, actual = Figure("months.target"), Figure("months.actual")
    has_begun = _is_number(actual)
    target_so_far = call("SUM", _if(has_begun, _if(_is_number(target), target)))
    actual_so_far = call("SUM", _if(has_begun, actual))
    return _attained("year", actual_so_far, target_so_far)


def _month() -> Tile:
    target, actual = Figure("months.target"), Figure("months.actual")
    is_month = Figure("months.start").equals(Figure("month"))
    actual_of_month = call("SUM", _if(is_month, _if(_is_number(actual), actual)))
    target_of_month = call("SUM", _if(is_month, _if(_is_number(target), target)))
    return _attained("month", actual_of_month, target_of_month)


def _attained(code: str, actual: Expression, target: Expression) -> Tile:
    number = _if(target > 0, actual / target, DASH)
    line = _amount(actual).then(Word("tiles.of"), _amount(target))
    without_target = _if(
        actual.equals(0), Word("tiles.none_target"), _amount(actual).then(Word("tiles.untargeted"))
    )
    return Tile(code, "rate", number, _if(target.equals(0), without_target, line))


def _expected() -> Tile:
    """What the month will have brought, and between which bounds, unless nothing tells of that."""
    middle, low, high = (Column("Forecast", quantile) for quantile in ("p50", "p10", "p90"))
    rows = (
        Column("Forecast", "period").equals(Figure("ahead.period", 0)),
        is_choice("Forecast", "slice_kind", "all"),
    )
    has_forecast = count(*rows) > 0
    has_number = count(*rows, _is_number(middle)) > 0
    lowest, highest = total(low, *rows), total(high, *rows)
    unit = Figure("unit")
    between = _amount(lowest / unit).then(
        Word("tiles.to"), _amount(highest / unit), Word("tiles.chance")
    )
    # Where nothing more can come, a range of one number would be surer than anything is.
    line = _if(lowest.equals(highest), Word("tiles.all_sold"), between)
    # Why there is no number stands in the row itself.
    reasons = _if(_all_hold(*rows), Column("Forecast", "because"), "")
    reason = call("INDEX", reasons, call("MATCH", call("TRUE"), reasons.differs(""), 0))
    because = call("IFERROR", reason.then(""), Word("tiles.none_expected"))
    unsaid = _if(has_forecast, because, Word("tiles.none_funnel"))
    return Tile(
        "expected",
        "money",
        _if(has_number, total(middle, *rows), DASH),
        _if(has_number, line, unsaid),
    )


def _all_hold(one: Expression, other: Expression) -> Expression:
    return (one * other).equals(1)


def _open() -> Tile:
    """The deals that were open on the page's day; before the first run, those that are open.

    Straight from the deals, since no table of results holds the sum of all of them. A deal that was
    closed later was open, and one that was created later was not there.
    """
    stage, as_of = Column("Deals", "stage"), Figure("as_of")
    open_stages = _if(is_choice("Stages", "kind", "open"), _stage_key("Stages"))
    stands_open = _is_number(call("MATCH", _stage_key("Deals"), open_stages, 0))
    # Before the first run the day is an empty text, than which no day is later.
    is_open = (
        stands_open + _is_later("Deals", "closed_on", as_of) > 0,
        _is_later("Deals", "created_on", as_of).equals(0),
        stage.differs(""),
    )
    has_deals = has_rows("Deals", "deal_id")
    amount = total(Column("Deals", "amount"), *is_open)
    number = count(*is_open)
    line = number.then(_if(number.equals(1), Word("tiles.open_deal"), Word("tiles.open_deals")))
    return Tile(
        "open",
        "money",
        _if(has_deals, amount, DASH),
        _if(has_deals, line, Word("tiles.none_deals")),
    )


def _stage_key(table: str) -> Expression:
    """Pipeline and stage: two pipelines may have a stage of one name. A blank pipeline is main."""
    return _if(is_main(table), MAIN, Column(table, "pipeline")).then("|", Column(table, "stage"))


def _is_later(table: str, field: str, day: Expression) -> Expression:
    """1 for the rows of which something happened after a day, else 0."""
    date = Column(table, field)
    return (date > day) * _is_number(date)


def _to_do() -> tuple[Tile, ...]:
    """Calls, alerts and errors; before the first run their tables say nothing."""
    days_late = Column("CallList", "days_late")
    late = count(days_late > 0, _is_number(days_late))
    calls = _filled("CallList", "customer_id")

    high = count(is_choice("Alerts", "severity", "high"))
    alerts = _filled("Alerts", "kind")

    errors, warnings = _cells_of_checks("error"), _cells_of_checks("warning")
    return (
        _counted("calls", calls, late.then(Word("tiles.late"))),
        _counted("alerts", high, Word("tiles.in_all").then(alerts)),
        _counted("errors", errors, warnings.then(Word("tiles.warnings"))),
    )


def _cells_of_checks(severity: str) -> Expression:
    """Cells that the rows of a severity stand for; a blank stands for the row's own."""
    is_of_severity, cells = (
        is_choice("Checks", "severity", severity),
        Column("Checks", "cell_count"),
    )
    more = total(cells - 1, is_of_severity, _is_number(cells))
    return count(is_of_severity) + more


def _filled(table: str, field: str) -> Expression:
    """How many rows hold something in a field."""
    return call("SUM", 1 * Column(table, field).differs(""))


def _counted(code: str, number: Expression, beneath: Expression) -> Tile:
    ran = _is_number(Figure("as_of"))
    return Tile(code, "count", _if(ran, number, DASH), _if(ran, beneath, Word("tiles.none_run")))


def _plan() -> Tile:
    """Whether the quota plan is a draft or published, and its version; of one that was published
    only after the page's day, when that was: there its targets do not count yet.
    """
    version, published_on = Column("TargetPlan", "version"), Column("TargetPlan", "published_on")
    has_none = count(_is_number(version)).equals(0)
    is_draft = count(is_choice("TargetPlan", "status", "draft")) > 0
    state = _if(is_draft, Word("tiles.draft"), Word("tiles.published"))
    newest = Word("tiles.version").then(call("MAX", version))

    # A plan is that of a year and begins with its first publication: a re-split since changes
    # targets of a plan that stood.
    period = Column("TargetPlan", "period")
    is_of_year = _is_number(call("MATCH", period, Figure("months.period"), 0))
    is_later = _is_later("TargetPlan", "published_on", Figure("as_of"))
    to_come = count(is_of_year, is_later.equals(1))
    has_begun = count(is_of_year, is_later.equals(0), _is_number(published_on))
    comes_later = (to_come > 0) * has_begun.equals(0)
    first_day = call("SMALL", _if(_all_hold(is_of_year, is_later.equals(1)), published_on), 1)
    on_which_day = Word("tiles.published_later").then(_date_text(first_day))
    return Tile(
        "plan",
        "text",
        _if(has_none, DASH, _if(comes_later.equals(1), DASH, state)),
        _if(has_none, Word("tiles.none_plan"), _if(comes_later.equals(1), on_which_day, newest)),
    )


def _amount(scaled: Expression) -> Expression:
    """An amount in the page's unit as text: of thousands under 100 with one decimal."""
    is_small = (call("ABS", scaled) < 100) * (Figure("unit") > 1)
    digits = _if(is_small.equals(1), 1, Number(0))
    return call("FIXED", scaled, digits).then(Figure("unit_word"))


# What the charts show.


def _months_from(block: str, start: Expression, row: int) -> Mapping[str, Expression]:
    """First day, period and axis label of the month so many months after `start`."""
    day = Figure(f"{block}.start", row)
    names = [Word(f"months.{number}") for number in range(1, MONTHS + 1)]
    return {
        "start": _if(start.equals(""), "", call("EDATE", start, row)),
        "period": _if(day.equals(""), "", _month_text(day)),
        "label": _if(day.equals(""), "", call("CHOOSE", call("MONTH", day), *names)),
    }


def _month_row(row: int) -> Mapping[str, Expression]:
    """The company's target and revenue of a month; months to come have no revenue yet."""
    rows = (
        Column("Attainment", "period").equals(Figure("months.period", row)),
        is_choice("Attainment", "scope_kind", "company"),
        is_choice("Attainment", "metric", "revenue"),
    )
    has_none, unit = count(*rows).equals(0), Figure("unit")
    targets = Column("Attainment", "target")
    has_no_target = count(*rows, _is_number(targets)).equals(0)
    target = total(targets, *rows)
    actual = total(Column("Attainment", "actual"), *rows)

    day = Figure("months.start", row)
    has_begun = call("AND", day.differs(""), call("N", day) <= call("N", Figure("as_of")))
    return {
        **_months_from("months", Figure("year_start"), row),
        "target": _if(has_no_target, call("NA"), target / unit),
        "actual": _if(has_begun, _if(has_none, call("NA"), actual / unit), call("NA")),
    }


def _stage_row(row: int) -> Mapping[str, Expression]:
    """The main pipeline's open stages by rank, how many deals entered, and which part went on.

    The part is Funnel's rate of resolved deals, which alerts name too: of those that are open nobody
    knows yet.
    """
    rank, name = Column("Stages", "rank"), Column("Stages", "stage")
    # Two stages may have one rank: the row's number makes each order another.
    orders = rank + call("ROW", rank) / _ROWS_MOST
    is_open = is_main("Stages") * is_choice("Stages", "kind", "open")
    order, stage = Figure("funnel.order", row), Figure("funnel.stage", row)
    rows = (
        Column("Funnel", "stage").equals(stage),
        is_choice("Funnel", "slice_kind", "all"),
        is_main("Funnel"),
    )
    entered, resolved = Figure("funnel.entered", row), Figure("funnel.rate", row)
    percent = call("ROUND", 100 * resolved, 0)
    rate = _if(_is_number(resolved), Text(" → ").then(percent, "%"), "")

    def of_stage(series: str) -> Expression:
        values = Column("Funnel", series)
        has_none = count(*rows, _is_number(values)).equals(0)
        number = _if(has_none, call("NA"), total(values, *rows))
        return _if(stage.equals(""), call("NA"), number)

    is_named = (is_open * name.differs("")).equals(1)
    return {
        "order": call("IFERROR", call("SMALL", _if(is_named, orders), row + 1), ""),
        "stage": _if(order.equals(""), "", _of_order(name, orders, order)),
        "label": _if(_is_number(entered), stage.then("  ", entered, rate), stage),
        "entered": of_stage("entered"),
        "rate": of_stage("resolved_rate"),
        "open": of_stage("open"),
    }


def _of_order(name: Expression, orders: Expression, order: Expression) -> Expression:
    """The name whose order is the one that was found."""
    is_it = call("ABS", orders - order) < _CLOSE
    return call("INDEX", name, call("MATCH", call("TRUE"), is_it, 0))


_CATEGORIES: Final = ("closed", "commit", "best_case", "pipeline")


def _ahead_row(row: int) -> Mapping[str, Expression]:
    """What is closed and still open for a month to come, and its target where there is one."""
    rows = (
        Column("Forecast", "period").equals(Figure("ahead.period", row)),
        is_choice("Forecast", "slice_kind", "all"),
    )
    has_none, unit = count(*rows).equals(0), Figure("unit")

    def amount(series: str) -> Expression:
        return _if(has_none, call("NA"), total(Column("Forecast", series), *rows) / unit)

    targets = Column("Forecast", "target")
    with_target = count(*rows, _is_number(targets))
    target = _if(with_target.equals(0), call("NA"), total(targets, *rows) / unit)
    return {
        **_months_from("ahead", Figure("month"), row),
        **{series: amount(series) for series in _CATEGORIES},
        "target": target,
    }


def _tier_row(row: int) -> Mapping[str, Expression]:
    """The tiers from the best down, and each one's share of the customers and of the value."""
    share, name = Column("TierRules", "up_to_share"), Column("TierRules", "tier")
    # Two tiers may be typed with one share: the row's number makes each order another.
    orders = share + call("ROW", name) / _ROWS_MOST
    order, label = Figure("tiers.order", row), Figure("tiers.label", row)

    tiers, values = Column("CustomerTiers", "tier"), Column("CustomerTiers", "value")
    of_tier, of_any = tiers.equals(label), tiers.differs("")
    customers = count(of_tier) / count(of_any)
    money = total(values, of_tier) / total(values, of_any)

    def share_of(part: Expression) -> Expression:
        return _if(label.equals(""), call("NA"), call("IFERROR", part, call("NA")))

    return {
        "order": call("IFERROR", call("SMALL", _if(name.differs(""), orders), row + 1), ""),
        "label": _if(order.equals(""), "", _of_order(name, orders, order)),
        "customers": share_of(customers),
        "money": share_of(money),
    }


# What to do next.


def _urgent_row(row: int) -> Mapping[str, Expression]:
    """Who is to act on one of the first alerts, and whom or which team it is about, by name."""
    who = call("INDEX", Column("Alerts", "who"), row + 1)
    row_key = Text("|").then(call("INDEX", Column("Alerts", "row_key"), row + 1), "|")
    rep, team = _part_after("|rep|", row_key), _part_after("|team|", row_key)
    return {
        "who": call("IFERROR", _rep_name(who).then(""), ""),
        "about": call("IFERROR", _rep_name(rep).then(""), call("IFERROR", team, "")),
    }


def _rep_name(rep_id: Expression) -> Expression:
    """A rep by name; one who is not in the team as typed."""
    rep_row = call("MATCH", rep_id, Column("Reps", "rep_id"), 0)
    return call("IFERROR", call("INDEX", Column("Reps", "name"), rep_row), rep_id)


def _part_after(mark: str, row_key: Expression) -> Expression:
    """The part of `|FY2026-Q4|team|South|` that follows a mark; an error where it lacks the mark."""
    start = call("FIND", mark, row_key) + len(mark)
    end = call("FIND", "|", row_key, start)
    return call("MID", row_key, start, end - start)


def _alert_row(row: int) -> Mapping[str, Expression]:
    """One of the first alerts: the table has the most urgent on top."""
    who, about = Figure("urgent_names.who", row), Figure("urgent_names.about", row)
    is_own = call("OR", about.equals(""), about.equals(who))
    for_another = _if(
        is_own, who, who.then(Word("dashboard.about_before"), about, Word("dashboard.about_after"))
    )
    subject, reason = _alert("row_name", row), _alert("because", row)
    because = _if(subject.equals(""), reason, subject.then(Word("dashboard.subject_end"), reason))
    if row == 0:
        # Only once something was calculated is an empty list good news.
        calm = _if(_is_number(Figure("as_of")), Word("dashboard.calm"), "")
        because = _if(has_rows("Alerts", "kind"), because, calm)
    return {
        "severity": _alert("severity", row),
        # What nobody is named for is said of whom it is about.
        "who": _if(who.equals(""), about, for_another),
        "because": because,
        "do": _alert("do", row),
    }


def _alert(name: str, row: int) -> Expression:
    """One field of an alert; nothing beyond the last."""
    return call("IFERROR", call("INDEX", Column("Alerts", name), row + 1).then(""), "")
