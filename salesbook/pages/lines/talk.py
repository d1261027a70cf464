"""What is worth talking about with a rep, and what goes well?

List `talk`, for every rep at most six lines, `says` the fact and `because` what to ask or offer: what
was agreed in the last talk, what became of it and when the next is due; a week without a word in the
log, the largest deal lost in the last 30 days, measures that are behind by more than luck explains,
goals, the metric that would help most, too little pipeline, deals that need a step; then what goes
well, at least one line of it where there is any: measures beyond luck, readiness for the next level,
awards, the largest deal won, the best month of half a year, courses passed. Of who has left, what has
to be handed over is all that is left to settle: open deals and customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import next_month
from salesbook.domain.pipeline.stages.codes import known_deals, stage_codes
from salesbook.domain.team.goals import GOALS
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines import agreed, own_work
from salesbook.pages.lines.context import PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, BEHIND, GOOD, Line
from salesbook.pages.lines.measures import SHARES, goal_kind, measures_of_the_year, shown_value
from salesbook.pages.lines.open_pipeline import open_pipeline
from salesbook.pages.lines.periods import PeriodFigures
from salesbook.pages.lines.scoped import Record, by_rep, records_of

_SHOWN: Final = 6
_LATELY: Final = 30
_MEASURES: Final = 2
_MONTHS: Final = 6
_OF_DEALS: Final = ("no-next-step", "deal-stuck", "close-date-passed", "next-step-overdue")
"""Alerts about open deals that need a step, the one to ask about first first."""


def alerts_of(context: PageContext, kind: str) -> dict[str, dict[Any, Any]]:
    """By rep the first alert of a kind that he should act on."""

    def gather() -> dict[str, dict[Any, Any]]:
        alerts = context.tables["Alerts"]
        of_kind = alerts[(alerts["kind"] == kind) & alerts["who"].notna()]
        first = of_kind.drop_duplicates("who")
        return dict(zip(first["who"], first.to_dict("records"), strict=True))

    return context.once(f"first alerts {kind}", gather)


def step_of_coverage(alert: Mapping[str, Any]) -> Message:
    """What an alert about too little pipeline asks for, in short."""
    advice = alert["do"]
    if not isinstance(advice, Message):
        return Message("page.todo.coverage-low")
    return Message(f"page.todo.coverage-low{advice.code.removeprefix('alert.coverage-low.do')}")


@dataclass(frozen=True)
class Talks:
    """What there is to say about every rep."""

    context: PageContext
    figures: PeriodFigures

    def lines(self, rep: str) -> list[Line]:
        """What to talk about, then what goes well; of who has left, what is to be handed over."""
        if self.context.has_left(rep):
            return [*self._deals_to_hand_over(rep), *self._customers_to_hand_over(rep)]
        people = agreed.Agreed(self.context)
        to_mend = [
            *people.last_talk(rep),
            *own_work.silence(self.context, rep),
            *self._lost(rep),
            *self._measures(rep, is_good=False),
            *own_work.beside_others(self.context, rep, is_good=False),
            *people.goals(rep),
            *self._would_help(rep),
            *self._coverage(rep),
            *self._deals(rep),
        ]
        goes_well = [
            *self._measures(rep, is_good=True),
            *own_work.beside_others(self.context, rep, is_good=True),
            *people.ready(rep),
            *people.awards(rep),
            *self._won(rep),
            *self._best_month(rep),
            *self._courses(rep),
        ]
        shown = self.context.room_of_rep(_SHOWN)
        room_for_good = max(shown - len(to_mend), 1)
        good = goes_well[:room_for_good]
        return [*to_mend[: shown - len(good)], *good]

    # What is still in the name of who has left.

    def _deals_to_hand_over(self, rep: str) -> Iterator[Line]:
        pipeline = open_pipeline(self.context)
        places = pipeline.of(Scope("rep", rep))
        if not len(places):
            return
        largest = int(pipeline.in_order(places, pipeline.amount)[0])
        sums = pipeline.sums(places)
        amount = three_digits(sums.amount, self.context.policy.decimals)
        facts: dict[str, Fact] = {"count": sums.count, "amount": amount}
        yield {
            "sign": ATTENTION,
            "says": Message("page.talk.hand-over-deals", facts),
            "because": Message("page.talk.hand-over-deals-ask", {"table": "Deals"}),
            "count": sums.count,
            "amount": sums.amount,
            "table": "Deals",
            "row_key": pipeline.cell(largest, "deal_id"),
        }

    def _customers_to_hand_over(self, rep: str) -> Iterator[Line]:
        customers = self._customers_of.get(rep, ())
        if not customers:
            return
        yield {
            "sign": ATTENTION,
            "says": Message("page.talk.hand-over-customers", {"count": len(customers)}),
            "because": Message("page.talk.hand-over-customers-ask", {"table": "Customers"}),
            "count": len(customers),
            "table": "Customers",
            "row_key": customers[0]["customer_id"],
        }

    @cached_property
    def _customers_of(self) -> dict[Any, list[Record]]:
        """By owner the rows of Customers, as they stand there."""
        customers = self.context.tables["Customers"][["customer_id", "owner_id"]]
        return by_rep(records_of(customers), "owner_id")

    # Deals that closed lately.

    @cached_property
    def _closed(self) -> dict[Any, list[Record]]:
        """By rep the deals that were won or lost in the last 30 days, the largest first."""
        context = self.context
        deals = known_deals(context.tables["Deals"], stage_codes(context.policy))
        frame = deals.frame.assign(is_won=deals.is_won, is_lost=deals.is_lost)
        since = context.today - pd.Timedelta(days=_LATELY)
        is_closed = frame["is_won"] | frame["is_lost"]
        lately = frame[is_closed & (frame["closed_on"] > since) & frame["amount"].notna()]
        in_order = lately.sort_values(["amount", "deal_id"], ascending=[False, True])
        return by_rep(records_of(in_order))

    def _lost(self, rep: str) -> Iterator[Line]:
        yield from self._largest(rep, "is_lost", "lost", BEHIND)

    def _won(self, rep: str) -> Iterator[Line]:
        yield from self._largest(rep, "is_won", "won", GOOD)

    def _largest(self, rep: str, flag: str, kind: str, sign: str) -> Iterator[Line]:
        deal = next((row for row in self._closed.get(rep, ()) if row[flag]), None)
        if deal is None:
            return
        amount = three_digits(int(deal["amount"]), self.context.policy.decimals)
        facts: dict[str, Fact] = {"amount": amount, "day": deal["closed_on"].date()}
        yield {
            "sign": sign,
            "says": Message(f"page.talk.{kind}", facts),
            "because": Message(f"page.talk.{kind}-ask", {"name": self._deal_name(deal)}),
            "subject": self._deal_name(deal),
            "amount": int(deal["amount"]),
            "on": deal["closed_on"],
            "table": "Deals",
            "row_key": deal["deal_id"],
        }

    def _deal_name(self, deal: Record) -> str | None:
        return self.context.name_of("Deals", str(deal["deal_id"]))

    # Measures that luck does not explain.

    @cached_property
    def _score_lines(self) -> dict[Any, list[Record]]:
        """By rep the measures of the running year whose goal lies outside their range.

        `distance` is above 0 where the range is on the good side of the goal, below 0 where it is on
        the bad side; in parts of the goal. The farthest first.
        """
        context = self.context
        lines = measures_of_the_year(context)
        # Goals have a line of their own.
        is_measure = lines["metric"] != GOALS
        known = lines[is_measure & (lines["goal"] > 0) & lines["low"].notna()]
        lower_is_better = {row.metric for row in context.policy.metrics if row.better == "lower"}
        side = known["metric"].isin(lower_is_better).map({True: -1.0, False: 1.0})
        is_above, is_below = known["low"] > known["goal"], known["high"] < known["goal"]
        part = (known["value"] / known["goal"] - 1).where(is_above | is_below)
        beyond = known.assign(distance=part * side, size=part.abs()).dropna(subset=["distance"])
        in_order = beyond.sort_values(["size", "metric"], ascending=[False, True])
        return by_rep(records_of(in_order))

    def _measures(self, rep: str, *, is_good: bool) -> Iterator[Line]:
        own = [row for row in self._score_lines.get(rep, ()) if (row["distance"] > 0) == is_good]
        for row in own[:_MEASURES]:
            kind = "rate" if row["metric"] in SHARES else "number"
            metric = f"metrics={row['metric']}"
            said = shown_value(self.context, row["metric"])
            value: dict[str, Fact] = {"metric": metric, "value": said(float(row["value"]))}
            goal: dict[str, Fact] = {"goal": said(float(row["goal"]))}
            well = "well" if is_good else "behind"
            ending = f"{well}{goal_kind(self.context, str(row['metric']))}"
            yield {
                "sign": GOOD if is_good else BEHIND,
                "says": Message(f"page.talk.measure-{kind}", value),
                "because": Message(f"page.talk.measure-{kind}-{ending}", goal),
                "number": float(row["value"]),
                "table": "ScorecardLines",
                "row_key": f"{row['period']}|{rep}|{row['metric']}",
            }

    @cached_property
    def _cards(self) -> dict[Any, list[Record]]:
        """By rep the score card of the running year, where a metric would lift it."""
        cards = self.context.tables["Scorecard"]
        of_year = cards[(cards["period"] == self.context.year) & cards["helps_most"].notna()]
        return by_rep(records_of(of_year))

    def _would_help(self, rep: str) -> Iterator[Line]:
        """The metric that would lift the score most, unless it is named already."""
        named = [row for row in self._score_lines.get(rep, ()) if row["distance"] < 0]
        metrics_named = {row["metric"] for row in named[:_MEASURES]}
        for card in self._cards.get(rep, ()):
            if card["helps_most"] in metrics_named:
                continue
            facts: dict[str, Fact] = {"metric": f"metrics={card['helps_most']}"}
            points: dict[str, Fact] = {"points": round(float(card["helps_by"]), 1)}
            yield {
                "sign": ATTENTION,
                "says": Message("page.talk.helps", facts),
                "because": Message("page.talk.helps-ask", points),
                "number": float(card["helps_by"]),
                "table": "Scorecard",
                "row_key": f"{card['period']}|{rep}",
            }

    # The pipeline.

    def _coverage(self, rep: str) -> Iterator[Line]:
        alert = alerts_of(self.context, "coverage-low").get(rep)
        if alert is None:
            return
        forecast = self.figures.forecast(Scope("rep", rep), self.context.quarter)
        coverage = float(forecast.get("coverage") or 0.0)
        facts: dict[str, Fact] = {"coverage": coverage, "period": self.context.quarter}
        yield {
            "sign": BEHIND,
            "says": Message("page.talk.coverage", facts),
            "because": step_of_coverage(alert),
            "number": coverage,
            "table": "Forecast",
            "row_key": alert["row_key"],
        }

    @cached_property
    def _deal_alerts(self) -> dict[Any, list[Record]]:
        """By rep the alerts about his open deals, the largest first."""
        alerts = self.context.tables["Alerts"]
        of_deals = alerts[(alerts["table"] == "Deals") & alerts["kind"].isin(_OF_DEALS)]
        in_order = of_deals.sort_values(["amount", "row_key"], ascending=[False, True])
        return by_rep(records_of(in_order), "who")

    def _deals(self, rep: str) -> Iterator[Line]:
        """A line per kind: how many deals, and the largest by name."""
        own = self._deal_alerts.get(rep, ())
        for kind in _OF_DEALS:
            of_kind = [alert for alert in own if alert["kind"] == kind]
            if not of_kind:
                continue
            largest = of_kind[0]
            key = str(largest["row_key"])
            name = largest["row_name"] or self.context.name_of("Deals", key)
            facts: dict[str, Fact] = {"count": len(of_kind), "kind": f"alerts={kind}"}
            size = "one" if len(of_kind) == 1 else "many"
            yield {
                "sign": ATTENTION,
                "says": Message(f"page.talk.deals-{size}", facts),
                "because": Message("page.talk.deals-ask", {"name": name}),
                "subject": name,
                "count": len(of_kind),
                "table": "Deals",
                "row_key": key,
            }

    # What goes well.

    def _best_month(self, rep: str) -> Iterator[Line]:
        """The month that is just over, where it brought more than each of the five before it."""
        context = self.context
        months = [next_month(context.month, -step) for step in range(1, _MONTHS + 1)]
        sold = [
            int(self.figures.attained(Scope("rep", rep), month).get("actual") or 0)
            for month in months
        ]
        newest, *earlier = sold
        if newest <= max(earlier) or not any(earlier):
            return
        amount = three_digits(newest, context.policy.decimals)
        yield {
            "sign": GOOD,
            "says": Message("page.talk.month", {"period": months[0], "amount": amount}),
            "because": Message("page.talk.month-ask"),
            "amount": newest,
            "table": "Attainment",
        }

    def _courses(self, rep: str) -> Iterator[Line]:
        """Courses, where every one that he took was passed and none is open."""
        if rep not in self._reps_with_courses or rep in self._reps_with_gaps:
            return
        yield {
            "sign": GOOD,
            "says": Message("page.talk.courses"),
            "because": Message("page.talk.courses-ask"),
            "table": "Training",
        }

    @cached_property
    def _reps_with_courses(self) -> frozenset[str]:
        training = self.context.tables["Training"]
        return frozenset(training.loc[training["completed_on"].notna(), "rep_id"])

    @cached_property
    def _reps_with_gaps(self) -> frozenset[str]:
        return frozenset(self.context.tables["TrainingGaps"]["rep_id"])
