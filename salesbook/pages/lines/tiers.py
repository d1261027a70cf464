"""What is each tier worth, is it kept in touch with, and who moved between tiers?

Lists, each for the company, every team and every rep, whose customers are those they own:

- `tiers`: a line per tier, the best first, and `tiers-total` one for all. `count` customers, `amount`
  their value of `tier_months`, `share` its part of all value, `days` the rhythm of touches, `number`
  how many wait longer than that, `rate` the part of those who don't.
- `tier-moves`: by period; a line per tier in the same order: `count_up` who came up into it, and
  `count_down` who came down into it; in `tier-moves-total` all of them, `since_on` the day with which
  the tiers are compared, `says` who came into the best tier and who left it.
- `moves`: by period; customers who moved, ups first, each by value; `word` is from where to where.
- `moves-rest`: by period; how many more moved, `count_up` and `count_down`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    first_day,
    last_day,
    next_month,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.customers.snapshots import TierPast
from salesbook.messages import Message
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.line import AHEAD, ATTENTION, BEHIND, Line, ListLines
from salesbook.pages.lines.scoped import Record, RecordsByScope, by_scope, records_of

_ON_TIME: Final = 0.7
"""Under this share of customers who were touched in time, somebody should look."""
_SHOWN: Final = 5
_SHOWN_OF_REP: Final = 3
_FIELDS: Final = [
    "customer_id",
    "tier",
    "value",
    "recency_days",
    "buying_stage",
    "p_alive",
    "next_touch_on",
]
"""What the lists say of a customer."""


@dataclass(frozen=True)
class Tiers:
    """The customers' tiers as they are, told apart by who owns the customers."""

    context: PageContext

    @cached_property
    def _by_scope(self) -> RecordsByScope:
        tiers = self.context.tables["CustomerTiers"]
        is_late = (tiers["next_touch_on"] < self.context.today) & self.context.has_contacts
        owner = tiers["customer_id"].map(owners(self.context))
        owned = tiers[_FIELDS].assign(owner_id=owner, is_late=is_late)
        return by_scope(self.context, records_of(owned), "owner_id")

    def of(self, scope: Scope) -> Sequence[Record]:
        """CustomerTiers of a scope's customers, with `owner_id` and `is_late`."""
        return self._by_scope.get(scope, ())

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists `tiers` and `tiers-total` of a scope; none for one without customers."""
        customers = self.of(scope)
        if not customers:
            return
        value = sum(customer["value"] for customer in customers)
        lines = []
        for rule in self.context.policy.tier_rules:
            of_tier = [customer for customer in customers if customer["tier"] == rule.tier]
            line = self._figures(of_tier, value)
            lines.append({**line, "tier": rule.tier, "days": float(rule.touch_days)})
        yield ListLines(page, "tiers", scope, lines)

        total: dict[str, Any] = {**self._figures(customers, value), "says": self._says(lines)}
        yield ListLines(page, "tiers-total", scope, [total])

    def _figures(self, customers: Sequence[Record], value_of_all: int) -> dict[str, Any]:
        """Those of a tier; without any contact typed nothing of who waits."""
        figures = _figures(customers, value_of_all)
        untold = {"sign": None, "number": None, "rate": None}
        return figures if self.context.has_contacts else {**figures, **untold}

    def _says(self, lines: list[dict[str, Any]]) -> Message:
        return _late(lines) if self.context.has_contacts else Message("page.tiers.no-contacts")


def owners(context: PageContext) -> pd.Series[Any]:
    """By customer the rep who owns him."""
    return context.tables["Customers"].set_index("customer_id")["owner_id"]


def _figures(customers: Sequence[Record], value_of_all: int) -> dict[str, Any]:
    value = sum(customer["value"] for customer in customers)
    late = sum(customer["is_late"] for customer in customers)
    on_time = 1 - late / len(customers) if customers else None
    return {
        "sign": ATTENTION if on_time is not None and on_time < _ON_TIME else None,
        "count": len(customers),
        "amount": value,
        "share": value / value_of_all if value_of_all > 0 else None,
        "number": late,
        "rate": on_time,
    }


def _late(lines: list[dict[str, Any]]) -> Message:
    """How many customers wait, tier by tier."""
    late = [(line["tier"], line["number"]) for line in lines if line["number"]]
    count = sum(number for _, number in late)
    if not count:
        return Message("page.tiers.none-late")
    by_tier = " · ".join(f"{tier} {number}" for tier, number in late)
    return Message("page.tiers.late", {"count": count, "by_tier": by_tier})


@dataclass(frozen=True)
class TierMoves:
    """Who moved between tiers in a period, as the snapshots of TierHistory tell."""

    context: PageContext

    @cached_property
    def _past(self) -> TierPast:
        return TierPast(self.context.tables["TierHistory"])

    @cached_property
    def _places(self) -> dict[str, int]:
        """By tier its place, 0 the best."""
        return {rule.tier: place for place, rule in enumerate(self.context.policy.tier_rules)}

    def lists(self, scope: Scope, page: str) -> Iterator[ListLines]:
        """The lists of a scope for each period of which its moves are kept."""
        if not self._places:
            return
        for period in periods_of(self.context, scope):
            compared = self._days(period)
            if compared is None:
                continue
            moved = self._moved(*compared).get(scope, ())
            if scope.kind == "rep" and not moved:
                # Most reps have no move in most periods, and there may be hundreds of them.
                continue
            yield from self._totals(scope, page, period, moved, compared[0])
            yield from self._movers(scope, page, period, moved)

    def _days(self, period: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """The snapshots before a period and at its end; None where there are no two.

        Where no snapshot is as old, the first one of the period stands in.
        """
        first_month = self.context.first_month
        begin = pd.Timestamp(first_day(period, first_month))
        end = min(pd.Timestamp(last_day(period, first_month)), self.context.today)
        days = [day for day in self._past.days if day <= end]
        before = [day for day in days if day < begin]
        inside = [day for day in days if day >= begin]
        if not inside:
            return None
        start = before[-1] if before else inside[0]
        return (start, inside[-1]) if start < inside[-1] else None

    def _moved(self, start: pd.Timestamp, end: pd.Timestamp) -> RecordsByScope:
        """Customers whose tier was another one on the first of the days than on the last.

        Returns: `customer_id`, `owner_id`, `before`, `now`, `value`, `is_up`; ups first, each by
            value.
        """

        def gather() -> RecordsByScope:
            tier_before = self._past.on(start).set_index("customer_id")["tier"]
            both = self._past.on(end).rename(columns={"tier": "now"})
            both = both.assign(before=both["customer_id"].map(tier_before))
            # A customer who is new has not moved; nor can a tier that is gone be compared.
            before, now = both["before"].map(self._places), both["now"].map(self._places)
            is_moved = before.notna() & now.notna() & (before != now)

            owner = both["customer_id"].map(owners(self.context))
            moved = both.assign(is_up=now < before, owner_id=owner)[is_moved]
            in_order = moved.sort_values(
                ["is_up", "value", "customer_id"], ascending=[False, False, True]
            )
            return by_scope(self.context, records_of(in_order), "owner_id")

        return self.context.once(f"moves between tiers {start} {end}", gather)

    def _totals(
        self,
        scope: Scope,
        page: str,
        period: str,
        moved: Sequence[Record],
        since: pd.Timestamp,
    ) -> Iterator[ListLines]:
        ups = [row for row in moved if row["is_up"]]
        downs = [row for row in moved if not row["is_up"]]
        names = [rule.tier for rule in self.context.policy.tier_rules]
        came_up = Counter(row["now"] for row in ups)
        came_down = Counter(row["now"] for row in downs)
        if scope.kind != "rep":
            lines = [
                {"tier": tier, "count_up": came_up[tier], "count_down": came_down[tier]}
                for tier in names
            ]
            yield ListLines(page, "tier-moves", scope, lines, period)

        best = names[0]
        lost = sum(row["before"] == best for row in downs)
        total: Line = {
            "count_up": len(ups),
            "count_down": len(downs),
            "since_on": since,
            "says": Message("page.moves.best", {"tier": best, "up": came_up[best], "down": lost}),
        }
        yield ListLines(page, "tier-moves-total", scope, [total], period)

    def _movers(
        self, scope: Scope, page: str, period: str, moved: Sequence[Record]
    ) -> Iterator[ListLines]:
        limit = _SHOWN_OF_REP if scope.kind == "rep" else _SHOWN
        lines = [
            {
                "sign": AHEAD if row["is_up"] else BEHIND,
                "subject": self.context.customer_name(row["customer_id"]),
                "word": f"{row['before']} → {row['now']}",
                "amount": row["value"],
                "rep": self.context.rep_name(row["owner_id"]),
                "table": "Customers",
                "row_key": row["customer_id"],
            }
            for row in moved[:limit]
        ]
        yield ListLines(page, "moves", scope, lines, period)

        rest = moved[limit:]
        if rest:
            up = sum(row["is_up"] for row in rest)
            down = len(rest) - up
            line: Line = {
                "says": Message("page.moves.rest", {"up": up, "down": down}),
                "count_up": up,
                "count_down": down,
                "table": "CustomerTiers",
            }
            yield ListLines(page, "moves-rest", scope, [line], period)


def periods_of(context: PageContext, scope: Scope) -> list[str]:
    """The periods for which lists that depend on one are kept.

    Of the company all of the running fiscal year and of the one before; of a team the month, quarter and
    year that run and the month and quarter before; of a rep those that run: there may be hundreds.
    """
    first_month = context.first_month
    running = [context.month, context.quarter, context.year]
    if scope.kind == "rep":
        return running
    if scope.kind != COMPANY:
        month_before = next_month(context.month, -1)
        quarter_before = quarter_of_month(next_month(context.month, -3), first_month)
        return [month_before, quarter_before, *running]

    this_year = context.months_of_this_year
    months = [next_month(month, -12) for month in this_year]
    months += [month for month in this_year if month <= context.month]
    quarters = {quarter_of_month(month, first_month) for month in months}
    years = {year_of_month(month, first_month) for month in months}
    return [*months, *sorted(quarters), *sorted(years)]
