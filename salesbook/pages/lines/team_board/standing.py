"""How does each rep of a scope stand in a period, and what else does the scope's total hold?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from salesbook.domain.arithmetic.calendar import months_in, next_month
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.helping import RepPace, pace_of
from salesbook.pages.lines.line import AHEAD, ATTENTION, BEHIND, whole
from salesbook.pages.lines.periods import PeriodFigures
from salesbook.pages.lines.team_board.training import late_gaps

MOST_REPS: Final = 20
"""Reps that the table has room for."""
_EARLIER_YEARS: Final = 2
FAR_BELOW: Final = 0.8
"""Under this share of its goal a pace, or the number of visits and calls, deserves a look."""


def board_periods(context: PageContext, figures: PeriodFigures) -> list[str]:
    """The periods that can be chosen: what runs, last month, and earlier years with a plan."""
    running = [context.month, context.quarter, context.year]
    of_company = Scope(COMPANY, COMPANY)
    earlier = [
        period
        for period in reversed(figures.periods(of_company))
        if len(period) == len(context.year)
        and period < context.year
        and figures.attained(of_company, period).get("due") is not None
    ]
    return [*running, next_month(context.month, -1), *earlier[:_EARLIER_YEARS]]


@dataclass(frozen=True)
class Amounts:
    """What a rep, or several, sold, should have sold, and are paid."""

    sold: int
    due: int | None
    pay: int | None
    """None where no statement knows of them."""

    @property
    def rate(self) -> float | None:
        """Sold over what was due by now; None where nothing was due."""
        return self.sold / self.due if self.due is not None and self.due > 0 else None


def less(total: Amounts, parts: Sequence[Amounts]) -> Amounts:
    """What of a total its parts do not hold."""
    due = (total.due or 0) - sum(part.due or 0 for part in parts)
    pay = (total.pay or 0) - sum(part.pay or 0 for part in parts)
    return Amounts(total.sold - sum(part.sold for part in parts), due or None, pay or None)


@dataclass(frozen=True)
class Standing:
    """A scope in a period."""

    context: PageContext
    figures: PeriodFigures
    scope: Scope
    period: str

    @cached_property
    def people(self) -> list[str]:
        """Who works here and sells: everybody with a target or a sale, and who leads nobody."""
        managers = self.context.staff.managers(self.context.as_of)
        return [
            str(rep)
            for rep in self.context.reps.index
            if self._is_in_scope(str(rep))
            and self.context.is_at_work(rep)
            and (self._has_figures(str(rep)) or rep not in managers)
        ]

    def _is_in_scope(self, rep: str) -> bool:
        return self.scope.kind == COMPANY or self.context.team_of(rep) == self.scope.key

    def _has_figures(self, rep: str) -> bool:
        attained = self.figures.attained(Scope("rep", rep), self.period)
        return bool(whole(attained.get("target")) or whole(attained.get("actual")))

    @cached_property
    def paces(self) -> Mapping[str, RepPace]:
        """The pace of everybody who has a target that is due, the fastest first."""
        known = [
            pace
            for rep in self.people
            if (pace := pace_of(self.context, self.figures, rep, self.period)) is not None
        ]
        known.sort(key=lambda pace: pace.need, reverse=True)
        return {pace.rep_id: pace for pace in known}

    @cached_property
    def behind(self) -> list[RepPace]:
        """Who is behind by more than luck explains, the slowest first."""
        return [pace for pace in reversed(list(self.paces.values())) if pace.sign == BEHIND]

    @cached_property
    def watched(self) -> list[RepPace]:
        """Who is behind, though it may be luck, the slowest first: whom the Dashboard marks with ●."""
        return [pace for pace in reversed(list(self.paces.values())) if pace.sign == ATTENTION]

    @cached_property
    def far_behind(self) -> list[RepPace]:
        """Who of those watched sold under half of what was due, the slowest first."""
        return [pace for pace in self.watched if pace.is_far_behind]

    @cached_property
    def ahead(self) -> list[RepPace]:
        """Who is ahead by more than luck explains, the fastest first."""
        return [pace for pace in self.paces.values() if pace.sign == AHEAD]

    @cached_property
    def in_order(self) -> list[str]:
        """Everybody by pace; last, by name, who has none."""
        names = self.context.rep_name
        without = [rep for rep in self.people if rep not in self.paces]
        return [*self.paces, *sorted(without, key=lambda rep: (names(rep) or "", rep))]

    @cached_property
    def shown(self) -> list[str]:
        """For whom the table has room, by pace: who is clearly behind or ahead is always among them."""
        behind_or_ahead = [pace.rep_id for pace in (*self.behind, *self.ahead)]
        by_need = list(dict.fromkeys([*behind_or_ahead, *self.in_order]))
        has_room = set(by_need[:MOST_REPS])
        return [rep for rep in self.in_order if rep in has_room]

    @cached_property
    def not_shown(self) -> list[str]:
        """Who works here, and is counted only."""
        return [rep for rep in self.in_order if rep not in set(self.shown)]

    # Amounts.

    @cached_property
    def _pay_by_rep(self) -> dict[str, int]:
        """What each is paid for the months of the period, by his statements."""
        return self._by_statements("paid")

    def _by_statements(self, field: str) -> dict[str, int]:
        """The sum of a column of each rep's statements of the period."""

        def gather() -> dict[str, int]:
            statements = self.context.tables["Statements"]
            months = months_in(self.period, self.context.first_month)
            sums = statements[statements["period"].isin(months)].groupby("rep_id")[field].sum()
            return {str(rep): int(amount) for rep, amount in sums.items()}

        return self.context.once(f"{field} by statements of {self.period}", gather)

    @cached_property
    def pay_base(self) -> int:
        """What the statements that make up the total's pay count for, minor units."""
        bases = self._by_statements("sold")
        return sum(amount for rep, amount in bases.items() if self._is_in_scope(rep))

    def amounts(self, rep: str) -> Amounts:
        """Those of a rep."""
        attained = self.figures.attained(Scope("rep", rep), self.period)
        sold, due = whole(attained.get("actual")), whole(attained.get("due"))
        return Amounts(sold or 0, due, self._pay_by_rep.get(rep))

    @cached_property
    def total(self) -> Amounts:
        """Those of the scope: whoever left or moved counts for the time that he was in it."""
        attained = self.figures.attained(self.scope, self.period)
        sold, due = whole(attained.get("actual")), whole(attained.get("due"))
        paid = [amount for rep, amount in self._pay_by_rep.items() if self._is_in_scope(rep)]
        return Amounts(sold or 0, due, sum(paid) if paid else None)

    @cached_property
    def more(self) -> Amounts:
        """Those of people for whom there is no room."""
        rest = [self.amounts(rep) for rep in self.not_shown]
        dues = [amounts.due for amounts in rest if amounts.due is not None]
        pays = [amounts.pay for amounts in rest if amounts.pay is not None]
        return Amounts(
            sum(amounts.sold for amounts in rest),
            sum(dues) if dues else None,
            sum(pays) if pays else None,
        )

    @cached_property
    def others(self) -> Amounts:
        """What the total holds of people who left, came from another team or lead."""
        return less(self.total, [*(self.amounts(rep) for rep in self.shown), self.more])

    @cached_property
    def courses_late(self) -> Mapping[str, int]:
        """By rep of the scope, managers too, how many courses are late; who has none is not in it."""
        late = late_gaps(self.context, self.scope)["rep_id"].value_counts()
        return {str(rep): int(count) for rep, count in late.items()}

    # Score cards.

    @cached_property
    def _cards(self) -> Mapping[str, Any]:
        """By rep his score card of the period."""

        def gather() -> dict[str, Any]:
            cards = self.context.tables["Scorecard"]
            of_period = cards[cards["period"] == self.period]
            return {str(card.rep_id): card for card in of_period.itertuples()}

        return self.context.once(f"score cards of {self.period}", gather)

    def card(self, rep: str) -> Any:
        """A rep's score card of the period; None without one."""
        return self._cards.get(rep)

    @cached_property
    def _measures(self) -> Mapping[tuple[str, str], Any]:
        """By rep and metric the line of the period's score card."""

        def gather() -> dict[tuple[str, str], Any]:
            lines = self.context.tables["ScorecardLines"]
            of_period = lines[lines["period"] == self.period]
            return {(str(line.rep_id), str(line.metric)): line for line in of_period.itertuples()}

        return self.context.once(f"measures of {self.period}", gather)

    def measure(self, rep: str, *metrics: str) -> Any:
        """A rep's line of a metric, by any of its names; None without one."""
        lines = (self._measures.get((rep, metric)) for metric in metrics)
        return next((line for line in lines if line is not None), None)
