"""Which deals decide the period, which are stuck, and what moved the forecast?

Lists of the Pipeline board, each for the company, every team and every rep:

- `pipeline-answer`, by period: where it should land, and which deals decide it (of the running quarter).
- `pipeline-late`: how many open deals are stuck or overdue; `count` and `because` for a tile.
- `pipeline-open`: one line. `count`, `amount`, `expected` (in the running quarter) of all open deals; of the
  running quarter `number`, its coverage, `rate`, the one that is needed, `due`, the money of deals
  expected in it, and `target`, what is missing; `sign` is ● where the alert says so. `says` and
  `because` are what stands below the two tiles.
- `stuck`, `track`: open deals, in the first those that are stuck or overdue, be it the deal or its
  next step. `on` is the expected
  day, `expected` what the deal brings in the running quarter, `rate` the win rate, `days` those in
  the stage and `limit_days` its limit, `says` both in words, `sign` their sign; `marks` is the sign of
  the next step.
- `stuck-sum`, `track-sum`: what all of them come to, `because` how many are not shown; `count_up` of
  the first are stuck, `count_down` overdue.
- `stages`: open stages in order. `count`, `amount` of deals open in it, `count_down` of them stuck;
  `count_up` ever reached it, of those `rate` went on, `rate_low` to `rate_high`; `number` are the days
  after which half had left, `limit_days` the limit. ▼ is on the worst leak.
  Its last line, with `says`, is all of them; `count_up` were won, `share` of who reached a first stage.
- `leak`: the stage that costs most; `because` is what it costs and who stands behind it; the
  second line is one thing to do.
- `moved`, by period: kinds of change with `count`, `amount` and the largest deal in `subject`, which
  was expected `since_on` and is now `on`.
- `moved-head`, by period: the landing then, `low`, and now, `middle`, and their difference, `amount`;
  `since_on` is the day of then.
- `ahead`: six months, `word`, with what a chart calls them; their figures stand in the list `period`.

`commit`, `trust` and `review` stand in `proof`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Ints
from salesbook.domain.arithmetic.calendar import last_day
from salesbook.domain.pipeline.moves.forecast_changes import KINDS
from salesbook.domain.pipeline.moves.notes import snapshot_before
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines import answers
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope, slice_of
from salesbook.pages.lines.line import (
    AHEAD,
    ATTENTION,
    BEHIND,
    GOOD,
    LATE,
    Line,
    ListLines,
    present,
    whole,
)
from salesbook.pages.lines.open_pipeline import OpenPipeline, Sums, open_pipeline
from salesbook.pages.lines.periods import PeriodFigures, is_in_sight, period_figures
from salesbook.pages.lines.proof import proof_lists
from salesbook.pages.lines.stage_lines import StageLines

PAGE: Final = "PipelineBoard"
STUCK: Final = 5
TRACK: Final = 8
TRACK_OF_REP: Final = 5
_DECIDING: Final = 2
"""Deals that are named as those on which the quarter hangs."""
_NEARLY: Final = 0.9
"""From this share of the limit on a deal will soon be stuck."""
_SAYS: Final = {
    "won": "page.changed.won",
    "lost": "page.changed.lost",
    "pushed": "page.changed.slipped",
}
"""Kinds of change that the Dashboard knows too, in its words."""
_GAINS: Final = frozenset({"new", "pulled-in", "pushed-in", "grown"})


def lists(context: PageContext) -> Iterator[ListLines]:
    """All lists of the page; none for a book without deals and sales, where the page says what to do."""
    if context.tables["Deals"].empty and context.tables["Orders"].empty:
        return
    figures = period_figures(context)
    pipeline = open_pipeline(context)
    stages = StageLines(context, pipeline)
    moved = Moved(context)
    yield ListLines(PAGE, "ahead", WHOLE_COMPANY, _months_ahead(context))
    for scope in context.scopes:
        for period in _periods(context, figures, scope):
            line = answer(context, figures, pipeline, scope, period)
            yield ListLines(PAGE, "pipeline-answer", scope, [line], period)
            yield ListLines(PAGE, "moved", scope, moved.lines(scope, period), period)
            yield ListLines(PAGE, "moved-head", scope, moved.head(figures, scope, period), period)
        yield ListLines(PAGE, "pipeline-late", scope, [attention(context, pipeline, scope)])
        yield ListLines(PAGE, "pipeline-open", scope, [open_line(context, pipeline, scope)])
        yield from _bands(context, pipeline, scope)
        yield ListLines(PAGE, "stages", scope, stages.lines(scope))
        yield ListLines(PAGE, "leak", scope, stages.leak(scope))
    yield from proof_lists(context, PAGE)


def _periods(context: PageContext, figures: PeriodFigures, scope: Scope) -> list[str]:
    """Periods that can be chosen; of reps those that run, for there are many of them."""
    if scope.kind != "rep":
        return figures.periods(scope)
    return [context.month, context.quarter, context.year]


def _months_ahead(context: PageContext) -> list[Line]:
    """The running month and those after it."""
    return [
        {"says": Message(f"page.month-{int(month[5:])}"), "word": month}
        for month in context.months_ahead
    ]


# What is said first.


def answer(
    context: PageContext,
    figures: PeriodFigures,
    pipeline: OpenPipeline,
    scope: Scope,
    period: str,
) -> Line:
    """Where a period should land beside its target; what became of one that is over."""
    line = figures.line(scope, period)
    is_over = last_day(period, context.first_month) < context.as_of
    if is_over or line["middle"] is None:
        return answers.answer(context, figures, scope, period)[0]

    decimals = context.policy.decimals
    landing = int(line["middle"])
    facts: dict[str, Fact] = {"period": period, "landing": three_digits(landing, decimals)}
    if line["target"] is None:
        said = "lands"
    else:
        over = landing - int(line["target"])
        facts["amount"] = three_digits(abs(over), decimals)
        said = "lands-above" if over >= 0 else "lands-under"
    more = _deciding(context, pipeline, scope) if period == context.quarter else ()
    return {"sign": line["sign"], "says": Message(f"page.pipeline.{said}", facts, more)}


def _deciding(context: PageContext, pipeline: OpenPipeline, scope: Scope) -> tuple[Message, ...]:
    """Whose deals bring the most in the running quarter."""
    in_order = pipeline.in_order(pipeline.of(scope), pipeline.expected)
    bring = in_order[np.nan_to_num(pipeline.expected[in_order]) > 0]
    names: list[str] = []
    for place in bring.tolist():
        customer = context.customer_name(pipeline.cell(place, "customer_id"))
        name = customer or pipeline.name(place)
        if name not in names:
            names.append(name)
        if len(names) == _DECIDING:
            break
    if not names:
        return ()
    facts: dict[str, Fact] = {f"name_{number}": name for number, name in enumerate(names, start=1)}
    return (Message(f"page.pipeline.decides-{len(names)}", facts),)


def attention(context: PageContext, pipeline: OpenPipeline, scope: Scope) -> Line:
    """How many deals are stuck or overdue, next steps among them."""
    places = pipeline.of(scope)
    if not len(places):
        return {"says": Message("page.pipeline.no-deals")}
    late = pipeline.sums(places[pipeline.is_late[places]])
    parts: dict[str, Fact] = {
        "stuck": int(pipeline.stuck[places].sum()),
        "overdue": int(pipeline.overdue[places].sum()),
    }
    said = "stuck-overdue"
    if steps := int(pipeline.step_late[places].sum()):
        said, parts = "stuck-overdue-steps", {**parts, "steps": steps}
    tile: Line = {"count": late.count, "because": Message(f"page.pipeline.{said}", parts)}
    if not late.count:
        facts: dict[str, Fact] = {"count": len(places)}
        return {**tile, "sign": GOOD, "says": Message("page.pipeline.calm", facts)}
    facts = {
        "count": late.count,
        "amount": three_digits(late.amount, context.policy.decimals),
    }
    return {**tile, "sign": ATTENTION, "says": Message("page.pipeline.late", facts)}


def open_line(context: PageContext, pipeline: OpenPipeline, scope: Scope) -> Line:
    """All open deals, and whether those of the running quarter are enough."""
    sums = pipeline.sums(pipeline.of(scope))
    kind, key = slice_of(scope)
    forecast = _forecast_of_quarter(context).get((kind, key), {})
    coverage, needed = present(forecast.get("coverage")), present(forecast.get("coverage_needed"))
    target, closed = whole(forecast.get("target")), whole(forecast.get("closed"))
    parts = [whole(forecast.get(name)) for name in ("commit", "best_case", "pipeline")]
    due = [amount for amount in parts if amount is not None]

    chance = period_figures(context).line(scope, context.quarter)["chance_rate"]
    sign = None
    if (kind, key) in _thin_slices(context):
        sign = ATTENTION
    elif is_in_sight(chance):
        # What is open is enough, be there less of it than such targets usually need.
        sign, needed = GOOD, None
    elif coverage is not None and needed is not None and coverage >= needed:
        sign = GOOD
    return {
        "sign": sign,
        "says": _below_open(context, sums),
        "because": _below_coverage(context, coverage, needed, sum(due), target),
        "count": sums.count,
        "amount": sums.amount,
        "expected": sums.expected,
        "number": coverage,
        "rate": needed,
        "due": sum(due) if due else None,
        "target": None if target is None else max(target - (closed or 0), 0),
    }


def _below_open(context: PageContext, sums: Sums) -> Message:
    facts: dict[str, Fact] = {"count": sums.count}
    if sums.expected is None:
        return Message("page.pipeline.open-plain", facts)
    facts["expected"] = three_digits(sums.expected, context.policy.decimals)
    return Message("page.pipeline.open", {**facts, "period": context.quarter})


def _below_coverage(
    context: PageContext,
    coverage: float | None,
    needed: float | None,
    due: int,
    target: int | None,
) -> Message | None:
    """What is needed, and how much could come; that nothing is missing; None without a target.

    Args: needed is None also where the target will be reached without more.
    """
    if target is None:
        return None
    if coverage is None:
        return Message("page.pipeline.none-needed", {"period": context.quarter})
    facts: dict[str, Fact] = {
        "due": three_digits(due, context.policy.decimals),
        "period": context.quarter,
    }
    if needed is None:
        return Message("page.pipeline.due", facts)
    return Message("page.pipeline.needed", {**facts, "needed": needed})


def _forecast_of_quarter(context: PageContext) -> dict[tuple[str, str], Any]:
    """Rows of Forecast for the running quarter by slice."""

    def gather() -> dict[tuple[str, str], Any]:
        forecast = context.tables["Forecast"]
        rows = forecast[forecast["period"] == context.quarter].to_dict("records")
        return {(row["slice_kind"], row["slice"]): row for row in rows}

    return context.once("forecast of the running quarter", gather)


def _thin_slices(context: PageContext) -> set[tuple[str, str]]:
    """Slices of which an alert says that the pipeline is too small."""

    def gather() -> set[tuple[str, str]]:
        alerts = context.tables["Alerts"]
        keys = alerts.loc[alerts["kind"] == "coverage-low", "row_key"]
        # The key of a row of Forecast: period, kind of slice and slice.
        parts = [str(key).split("|", 2) for key in keys]
        return {(part[1], part[2]) for part in parts if len(part) == 3}

    return context.once("slices with too small a pipeline", gather)


# Open deals.


def _bands(context: PageContext, pipeline: OpenPipeline, scope: Scope) -> Iterator[ListLines]:
    """Deals to be decided, by what hangs on that; deals on track by what they bring."""
    places = pipeline.of(scope)
    is_late = pipeline.is_late[places]
    stuck_size, track_size = STUCK, TRACK
    if scope.kind == "rep":
        stuck_size, track_size = context.room_of_rep(STUCK), context.room_of_rep(TRACK_OF_REP)
    for band, of_band, size, by in (
        ("stuck", places[is_late], stuck_size, pipeline.at_stake),
        ("track", places[~is_late], track_size, pipeline.expected),
    ):
        if not len(of_band):
            continue
        in_order = pipeline.in_order(of_band, by)
        shown = [deal_line(context, pipeline, place) for place in in_order[:size].tolist()]
        yield ListLines(PAGE, band, scope, shown)
        total = _sum_line(context, pipeline, in_order, size)
        if band == "stuck":
            late = {"count_up": int(pipeline.stuck[of_band].sum())}
            total = {**total, **late, "count_down": int(pipeline.overdue[of_band].sum())}
        yield ListLines(PAGE, f"{band}-sum", scope, [total])


def _sum_line(context: PageContext, pipeline: OpenPipeline, in_order: Ints, size: int) -> Line:
    decimals = context.policy.decimals
    sums, rest = pipeline.sums(in_order), pipeline.sums(in_order[size:])
    facts: dict[str, Fact] = {
        "count": sums.count,
        "amount": three_digits(sums.amount, decimals),
    }
    said = "band-plain"
    if sums.expected is not None:
        said = "band"
        facts |= {
            "expected": three_digits(sums.expected, decimals),
            "period": context.quarter,
        }
    line: dict[str, Any] = {
        "says": Message(f"page.pipeline.{said}", facts),
        "count": sums.count,
        "amount": sums.amount,
        "expected": sums.expected,
        "table": "Deals",
    }
    if rest.count:
        left: dict[str, Fact] = {"count": rest.count, "amount": three_digits(rest.amount, decimals)}
        line["because"] = Message("page.pipeline.more", left)
    return line


def deal_line(context: PageContext, pipeline: OpenPipeline, place: int) -> Line:
    """One open deal."""
    sign, says = _standing(context, pipeline, place)
    deal_id = str(pipeline.cell(place, "deal_id"))
    return {
        "sign": sign,
        "subject": pipeline.name(place),
        "customer": context.customer_name(pipeline.cell(place, "customer_id")),
        "rep": context.rep_name(pipeline.cell(place, "rep_id")),
        "stage": context.stages.stages[int(pipeline.cell(place, "code"))].stage,
        "amount": whole(pipeline.cell(place, "amount")),
        "rate": pipeline.cell(place, "win_rate"),
        "on": pipeline.cell(place, "expected_on"),
        "expected": whole(pipeline.cell(place, "quarter_amount")),
        "days": pipeline.cell(place, "days_in_stage"),
        "limit_days": pipeline.cell(place, "limit_days"),
        "says": says,
        "next_step": pipeline.cell(place, "next_step"),
        "next_on": pipeline.cell(place, "next_on"),
        "marks": _sign_of_next_step(context, pipeline, place),
        "table": "Deals",
        "row_key": deal_id,
    }


def _standing(
    context: PageContext, pipeline: OpenPipeline, place: int
) -> tuple[str | None, Message | None]:
    """Whether a deal is overdue, stuck, or soon will be: its sign, and that in words."""
    days, limit = pipeline.cell(place, "days_in_stage"), pipeline.cell(place, "limit_days")
    facts: dict[str, Fact] = {"days": days, "limit": limit}
    if pipeline.overdue[place]:
        late = (context.today - pipeline.cell(place, "expected_on")).days
        said = "overdue-stuck" if pipeline.stuck[place] else "overdue"
        return LATE, Message(f"page.pipeline.{said}", {"late": late})
    if pipeline.stuck[place]:
        return ATTENTION, Message("page.pipeline.stuck", facts)
    if pipeline.step_late[place]:
        late = (context.today - pipeline.cell(place, "next_on")).days
        return LATE, Message("page.pipeline.step-late", {"late": late})
    if days is None:
        return None, None
    if limit is None:
        return None, Message("page.pipeline.day", {"days": days})
    is_nearly_stuck = days >= _NEARLY * limit
    return ATTENTION if is_nearly_stuck else None, Message("page.pipeline.day-of", facts)


def _sign_of_next_step(context: PageContext, pipeline: OpenPipeline, place: int) -> str | None:
    """● where none is planned, or one that comes after the deal should be closed; ⚠ one that is late."""
    step, on = pipeline.cell(place, "next_step"), pipeline.cell(place, "next_on")
    if on is None:
        return ATTENTION if step is None else None
    if on < context.today:
        return LATE
    due = pipeline.cell(place, "expected_on")
    return ATTENTION if due is not None and on > due else None


# What moved the forecast.


class Moved:
    """Lines of ForecastChanges, and the landing of then and now."""

    def __init__(self, context: PageContext) -> None:
        self.context = context
        changes = context.tables["ForecastChanges"]
        self.rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for row in changes.to_dict("records"):
            key = (row["slice_kind"], row["slice"], row["period"])
            self.rows.setdefault(key, {})[str(row["kind"])] = row
        self.since = snapshot_before(context.tables["ForecastHistory"], context.as_of)
        self.landings = self._landings()

    def _landings(self) -> dict[tuple[str, str, str], int]:
        history = self.context.tables["ForecastHistory"]
        if self.since is None:
            return {}
        then = history[(history["as_of"] == self.since) & history["p50"].notna()]
        keys = zip(then["slice_kind"], then["slice"], then["period"], strict=True)
        return dict(zip(keys, then["p50"].astype(int), strict=True))

    def lines(self, scope: Scope, period: str) -> list[Line]:
        """Kinds of change, in the order in which they are shown."""
        by_kind = self.rows.get((*slice_of(scope), period), {})
        return [self._line(kind, by_kind[kind]) for kind in KINDS if kind in by_kind]

    def _line(self, kind: str, row: Any) -> Line:
        sign = BEHIND
        if kind == "won":
            sign = GOOD
        elif kind in _GAINS:
            sign = AHEAD
        deal_id = str(row["largest_id"])
        return {
            "sign": sign,
            "says": Message(_SAYS.get(kind, f"page.moved.{kind}")),
            "count": int(row["deals"]),
            "amount": int(row["amount"]),
            "subject": self.context.name_of("Deals", deal_id) or deal_id,
            "since_on": present(row["before_on"]),
            "on": present(row["now_on"]),
            "table": "Deals",
            "row_key": deal_id,
        }

    def head(self, figures: PeriodFigures, scope: Scope, period: str) -> list[Line]:
        """How the landing moved; nothing where one of the two is not known."""
        then = self.landings.get((*slice_of(scope), period))
        now = whole(figures.forecast(scope, period).get("p50"))
        if then is None or now is None:
            return []
        decimals = self.context.policy.decimals
        before, after = three_digits(then, decimals), three_digits(now, decimals)
        facts: dict[str, Fact] = {"before": before, "now": after}
        sign, said = None, "landing-same"
        if before != after:
            by_deals = (*slice_of(scope), period) in self.rows
            said = "landing-moved" if by_deals else "landing-moved-alone"
            sign = AHEAD if now > then else BEHIND
        return [
            {
                "sign": sign,
                "says": Message(f"page.pipeline.{said}", facts),
                "low": then,
                "middle": now,
                "amount": now - then,
                "since_on": pd.Timestamp(self.since),
            }
        ]
