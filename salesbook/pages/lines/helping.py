"""Who needs help? Reps behind pace, first those whom luck alone cannot explain, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import next_month
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import (
    AHEAD,
    ATTENTION,
    BEHIND,
    MONTH_FIELDS,
    Line,
    present,
    whole,
)
from salesbook.pages.lines.measures import (
    SHARES,
    goal_kind,
    measures_of_the_year,
    scale_of,
    shown_value,
)
from salesbook.pages.lines.periods import PeriodFigures, period_figures

_SHOWN: Final = 4
_WATCHED_UNDER: Final = 0.95
"""Under this share of pace a rep is watched, though it may be luck."""
_FAR_BEHIND_UNDER: Final = 0.5
"""Under half of pace a rep is far behind in sales, which is plain; luck may be why, which is not."""
_MONTHS: Final = 12
_TELLS_NOTHING: Final = 0.75
"""A swing as wide as this part of the pace holds who sells nearly nothing and who is on pace."""

LuckRanges = dict[str, tuple[float | None, float | None]]
"""By rep the lowest and the highest pace that luck alone leaves him; None where nobody knows."""


@dataclass(frozen=True)
class RepPace:
    """How a rep stands in the running year."""

    rep_id: str
    sold: int
    due: int
    low: float | None
    """The range of the pace that luck alone leaves; None where nobody knows."""
    high: float | None
    is_judged: bool = True
    """False while nothing is sold and no deal is made in the whole book."""
    is_watched: bool = True
    """False while less than a month's part of the year's target is due: a day tells nothing."""

    @property
    def rate(self) -> float:
        """Sold over what was due by now."""
        return self.sold / self.due

    @property
    def swing(self) -> tuple[float, float] | None:
        """The range that luck alone leaves; None where nobody knows it."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def is_too_early(self) -> bool:
        """Whether luck leaves so much open that nobody can tell anything of the rep yet."""
        return self.swing is None or self.swing[1] - self.swing[0] >= _TELLS_NOTHING

    @property
    def is_far_behind(self) -> bool:
        """Whether so little is sold that no page may call it normal, whatever luck explains."""
        return self.is_judged and self.is_watched and self.rate < _FAR_BEHIND_UNDER

    @property
    def need(self) -> tuple[float, int, str]:
        """By this who needs help most comes first: the slowest; of equals whose target is larger."""
        return (self.rate, -self.due, self.rep_id)

    @property
    def sign(self) -> str | None:
        """▼ and ▲ only beyond luck; ● for who is watched."""
        if not self.is_judged:
            return None
        if self.high is not None and self.high < 1:
            return BEHIND
        if self.low is not None and self.low > 1:
            return AHEAD
        return ATTENTION if self.is_watched and self.rate < _WATCHED_UNDER else None


@dataclass(frozen=True)
class RepsOfScope:
    """Who is shown, and who is left."""

    shown: Sequence[RepPace]
    rest: Sequence[RepPace]

    def rest_line(self) -> Line | None:
        """One line about those who are not shown; None where nobody is left, or is judged."""
        if not any(pace.is_judged for pace in (*self.rest, *self.shown)):
            return None
        ahead = sum(rep.sign == AHEAD for rep in self.rest)
        behind = sum(rep.sign in (BEHIND, ATTENTION) for rep in self.rest)
        fine = len(self.rest) - behind
        if not self.rest:
            return {"says": Message("page.help.all"), "count": 0, "count_up": 0}
        kind = "rest" if self.shown else "nobody"
        says = Message(f"page.help.{kind}", {"fine": fine})
        if ahead:
            says = Message(f"page.help.{kind}-ahead", {"fine": fine, "ahead": ahead})
        if behind and self.shown:
            says = Message("page.help.rest-behind", {"behind": behind, "fine": fine})
        return {"says": says, "count": behind, "count_up": ahead}


def paces(context: PageContext) -> Mapping[str, RepPace]:
    """By rep the pace of every seller who has a target that is due this year, the slowest first."""

    def gather() -> Mapping[str, RepPace]:
        figures = period_figures(context)
        known = (pace_of(context, figures, rep) for rep in context.sellers)
        found = [pace for pace in known if pace is not None]
        found.sort(key=lambda pace: pace.need)
        return {pace.rep_id: pace for pace in found}

    return context.once("paces of the running year", gather)


def pace_of(
    context: PageContext, figures: PeriodFigures, rep: str, period: str | None = None
) -> RepPace | None:
    """The pace of one rep; None where no target of his is due."""
    period = period or context.year
    attained = figures.attained(Scope("rep", rep), period)
    due = present(attained.get("due"))
    if not due or due <= 0:
        return None
    low, high = luck_ranges(context, period).get(rep, (None, None))
    of_year = whole(figures.attained(Scope("rep", rep), context.year).get("target")) or 0
    return RepPace(
        rep,
        int(attained["actual"]),
        int(due),
        low,
        high,
        is_judged=context.has_begun,
        is_watched=due * _MONTHS >= of_year,
    )


def luck_ranges(context: PageContext, period: str) -> LuckRanges:
    """By rep between which bounds of pace luck alone leaves him, as the period's score cards say."""
    by_period = context.once("ranges of luck", lambda: _luck_ranges_by_period(context))
    return by_period.get(period, {})


def _luck_ranges_by_period(context: PageContext) -> dict[str, LuckRanges]:
    lines = context.tables["ScorecardLines"]
    scale = scale_of(context, "attainment")
    by_period: dict[str, LuckRanges] = {}
    for line in lines[lines["metric"] == "attainment"].itertuples():
        low, high = present(line.low), present(line.high)
        bounds = (
            None if low is None else low / scale,
            None if high is None else high / scale,
        )
        by_period.setdefault(str(line.period), {})[str(line.rep_id)] = bounds
    return by_period


def reps_of(context: PageContext, scope: Scope) -> RepsOfScope:
    """Who of a scope is behind: beyond luck first, then who is watched; the slowest first."""
    of_scope = [
        pace
        for pace in paces(context).values()
        if scope.kind == "company" or context.team_of(pace.rep_id) == scope.key
    ]
    asked = [pace for pace in of_scope if pace.sign in (BEHIND, ATTENTION)]
    in_order = sorted(asked, key=lambda pace: pace.sign != BEHIND)
    shown = in_order[:_SHOWN]
    return RepsOfScope(shown, [pace for pace in of_scope if pace not in shown])


def line_of(context: PageContext, pace: RepPace) -> Line:
    """One rep: how far, since a year, and why."""
    return {
        "sign": pace.sign,
        "subject": context.rep_name(pace.rep_id),
        "team": context.team_of(pace.rep_id),
        "sold": pace.sold,
        "due": pace.due,
        "rate": pace.rate,
        "rate_low": pace.low,
        "rate_high": pace.high,
        "because": cause_of(context, pace),
        "table": "Reps",
        "row_key": pace.rep_id,
        **twelve_months(context, pace.rep_id),
    }


def twelve_months(context: PageContext, rep_id: str) -> dict[str, int]:
    """What a rep sold in each of the last twelve months, the running one last."""
    months = [next_month(context.month, step) for step in range(-11, 1)]
    sold = _sold_by_month(context)
    return {
        field: sold.get((rep_id, month), 0)
        for field, month in zip(MONTH_FIELDS, months, strict=True)
    }


def _sold_by_month(context: PageContext) -> dict[tuple[str, str], int]:
    """Revenue by rep and period."""

    def gather() -> dict[tuple[str, str], int]:
        attained = context.tables["Attainment"]
        is_ours = (attained["scope_kind"] == "rep") & (attained["metric"] == "revenue")
        rows = attained[is_ours]
        keys = zip(rows["scope"], rows["period"], strict=True)
        return dict(zip(keys, rows["actual"].astype(int), strict=True))

    return context.once("revenue by rep and period", gather)


def cause_of(context: PageContext, pace: RepPace) -> Message:
    """The strongest cause that luck does not explain; else that it may be luck, with one fact.

    A swing so wide that it holds everything explains nothing: then it is too early to tell. A quota
    far heavier than that of others is a cause, too, and is said beside any other.
    """
    too_much = _quota_too_high(context).get(pace.rep_id)
    overload: dict[str, Fact] = {}
    if too_much is not None:
        overload["quota"] = three_digits(too_much, context.policy.decimals)
    worst = worst_metric(context, pace.rep_id)
    if worst is not None:
        kind = "rate" if worst["metric"] in SHARES else "number"
        said = shown_value(context, worst["metric"])
        facts: dict[str, Fact] = {
            "metric": f"metrics={worst['metric']}",
            "value": said(float(worst["value"])),
            "goal": said(float(worst["goal"])),
        }
        kind += goal_kind(context, str(worst["metric"]))
        if overload:
            return Message(f"page.why.{kind}-overloaded", facts | overload)
        return Message(f"page.why.{kind}", facts)
    if overload:
        return Message("page.why.overloaded", overload)

    largest = largest_open_deal(context, pace.rep_id)
    kind, said_of_luck = _part_of_luck(pace)
    if largest is None:
        return Message(f"page.why.{kind}-no-deal", said_of_luck)
    amount = three_digits(int(largest.amount), context.policy.decimals)
    name = context.name_of("Deals", largest.deal_id)
    return Message(f"page.why.{kind}-deal", {**said_of_luck, "amount": amount, "name": name})


def _quota_too_high(context: PageContext) -> Mapping[str, int]:
    """By overloaded rep how much less quota would be even, as QuotaCheck and the Target board say."""

    def gather() -> dict[str, int]:
        table = context.tables["QuotaCheck"]
        year = int(context.year.removeprefix("FY"))
        is_asked = (table["year"] == year) & (table["metric"] == "revenue")
        is_heavy = table["overloaded"].fillna(False).astype(bool) & table["change_to_even"].notna()
        heavy = table[is_asked.fillna(False).astype(bool) & is_heavy]
        rows = zip(heavy["rep_id"], heavy["change_to_even"], strict=True)
        return {str(rep): -int(change) for rep, change in rows if change < 0}

    return context.once("quotas that are too high", gather)


def _part_of_luck(pace: RepPace) -> tuple[str, dict[str, Fact]]:
    """Whether luck may be all of it, is not, or whether nobody can tell yet."""
    if pace.sign == BEHIND:
        return "unknown", {}
    if pace.swing is None:
        return "new", {}
    if pace.is_too_early or pace.is_far_behind:
        low, high = pace.swing
        return "few", {"low": low, "high": high}
    return "luck", {}


def worst_metric(context: PageContext, rep_id: str) -> Any:
    """Of the rep's measures that lie wholly under their goal that which is farthest below."""
    lines = measures_of_the_year(context)
    measures = lines[(lines["rep_id"] == rep_id) & (lines["goal"] > 0)]
    behind = measures[measures["high"] < measures["goal"]]
    if behind.empty:
        return None
    share = behind["value"] / behind["goal"]
    return behind.loc[share.idxmin()]


def largest_open_deal(context: PageContext, rep_id: str) -> Any:
    """The rep's largest open deal that a forecast counts and expects this year; None without one."""
    deals = context.counted_deals
    end = pd.Timestamp(f"{context.months_of_this_year[-1]}-01") + pd.offsets.MonthEnd(1)
    own = deals[(deals["rep_id"] == rep_id) & (deals["expected_on"] <= end)]
    own = own[own["amount"].notna()]
    if own.empty:
        return None
    return next(own.sort_values("amount", ascending=False).itertuples())
