"""What a proposal says of itself: what it consists of, why it falls short, how likely it is."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from salesbook.domain.proposals.levels import Levels
from salesbook.domain.proposals.outlook import Growth
from salesbook.domain.proposals.span import YEAR_OF_MONTHS, Span
from salesbook.messages import Fact, Message, joined
from salesbook.money import three_digits
from salesbook.tables.base import is_of_money


def too_few_months(months: int) -> Message:
    """Why nothing is proposed at all."""
    return Message("proposal.few-months", {"months": months, "needed": YEAR_OF_MONTHS})


class Grown(NamedTuple):
    """What was typed of growth, and what of the top-down comes of the market alone."""

    growth: Growth
    by_market: int


class ProposalWords:
    """The sentences about one row."""

    def __init__(self, metric: str, decimals: int) -> None:
        self._is_money = is_of_money(metric)
        self._decimals = decimals

    def amount(self, units: int) -> Decimal:
        """An amount as sentences say it: money to three digits, a count as it is."""
        return three_digits(units, self._decimals) if self._is_money else Decimal(units)

    def because(
        self, row: Any, top_down: int | None, span: Span, grown: Grown, levels: Levels
    ) -> Message:
        """Top-down, bottom-up, the gap with what it consists of, and how likely it is.

        Args:
            row: has `parts.PARTS`, `parts.BEFORE` and `bottom_up`.
            top_down: None for who was not there in the year before.
        """
        sentences = [*self._top_down(row, top_down, span, grown.growth), *self._bottom_up(row)]
        if top_down is not None:
            sentences += self._gap(row, top_down, grown.by_market)
        sentences += self._chances(levels)
        return joined(sentences)

    def _top_down(
        self, row: Any, top_down: int | None, span: Span, growth: Growth
    ) -> Iterator[Message]:
        if top_down is None:
            yield Message("proposal.no-year-before")
            return
        facts: dict[str, Fact] = {
            "amount": self.amount(top_down),
            "before": self.amount(row.before),
            "first": span.before[0],
            "last": span.before[-1],
        }
        if not growth.is_typed:
            yield Message("proposal.no-outlook", facts)
            return
        rates: dict[str, Fact] = {
            "market": growth.market or 0.0,
            "strategy": growth.strategy or 0.0,
        }
        yield Message("proposal.top-down", {**facts, **rates})

    def _bottom_up(self, row: Any) -> Iterator[Message]:
        yield Message("proposal.bottom-up", {"amount": self.amount(row.bottom_up)})
        for part in ("sold", "capacity", "pipeline", "repeat"):
            amount = getattr(row, part)
            if amount:
                yield Message(f"proposal.{part}", {"amount": self.amount(amount)})

    def _gap(self, row: Any, top_down: int, by_market: int) -> Iterator[Message]:
        """What the gap consists of; its parts add up to it."""
        gap = row.bottom_up - top_down
        if gap == 0:
            yield Message("proposal.gap-none")
            return
        side = "below" if gap < 0 else "above"
        yield Message(f"proposal.gap-{side}", {"amount": self.amount(abs(gap))})
        by_strategy = top_down - row.before - by_market
        repeat = row.sold_repeat + row.repeat - row.before_repeat
        fresh = gap - repeat + by_market + by_strategy
        parts = (
            ("market", by_market),
            ("strategy", by_strategy),
            ("fresh", fresh),
            ("again", repeat),
        )
        for name, amount in parts:
            if amount:
                more = "more" if amount > 0 else "less"
                yield Message(f"proposal.{name}-{more}", {"amount": self.amount(abs(amount))})

    def _chances(self, levels: Levels) -> Iterator[Message]:
        if levels.floor is None:
            yield Message("proposal.few-own-months", {"needed": YEAR_OF_MONTHS})
        elif levels.in_reach_rate is None:
            yield Message("proposal.forecast-says", {"table": "Forecast"})
        elif levels.top_down_rate is not None:
            yield Message("proposal.chance", {"rate": levels.top_down_rate})
