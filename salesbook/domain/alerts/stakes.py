"""How much money hangs on what an alert asks for?

The order of a day's work: money at stake × the chance that it changes something. The money is what a
deal brings on average, its amount × its win rate; what is owed; what a customer buys in a year, or a
lead brings on average; what leaks in a quarter. The chance, of deals, is how much seldomer deals in
that state are won than others, as the book's own closed deals show. Of few of them it is drawn towards
a guess; of states that nobody can tell of closed deals any more it is the guess. So this puts a list in order
and promises nothing: whoever cures the state cures the reason for it only sometimes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.deals import PUSHED_OFTEN
from salesbook.domain.alerts.rows import AlertRow
from salesbook.domain.pipeline.stages.stuck import is_stuck
from salesbook.domain.pipeline.watch.people_met import ENOUGH_CONTACTS, hangs_on_one
from salesbook.money import times_rate

GUESSES: Final[Mapping[str, float]] = {
    "deal-stuck": 0.3,
    "close-date-passed": 0.3,
    "deal-pushed": 0.3,
    "big-deal-quiet": 0.3,
    "deal-quiet": 0.3,
    "next-step-overdue": 0.2,
    "no-next-step": 0.2,
    "needs-missing": 0.1,
    "stage-role": 0.1,
    "deal-size-unusual": 0.1,
    "deal-single-contact": 0.2,
}
"""Part of the win rate that a deal in that state has lost: steps of a tenth, for nobody knows better."""
_OF_AMOUNTS: Final[Mapping[str, float]] = {"order-undelivered": 0.1, "worst-leak": 0.1}
"""Part of an order that is cancelled where nobody looks after it; part of a leak that somebody who
looks after it stops. Guesses as well."""
_UNPAID: Final = "order-unpaid"
_NEVER_PAID: Final = ((30, 0.1), (90, 0.2), (180, 0.4), (365, 0.7), (None, 1.0))
"""Part of what is owed that is never paid where nobody asks for it, up to so many days overdue: steps
as allowances for bad debts have them. Guesses."""
_OF_CUSTOMERS: Final[Mapping[str, float]] = {
    "complaint-unanswered": 0.2,
    "complaint-unresolved": 0.1,
    "customer-untouched": 0.1,
}
"""Part of what a customer buys that is lost where nobody looks after him."""
_OF_LEADS: Final[Mapping[str, float]] = {"lead-waiting": 0.3}
"""Part of what a lead brings that is lost while it waits."""
_GUESS_COUNTS: Final = 20
"""Closed deals in a state that its guess counts for."""
_MOST: Final = 1.0


@dataclass(frozen=True)
class _Closed:
    """Closed deals of which a state can be told, each at one stage or more."""

    group: Ints
    """What they are compared within: a stage, or a pipeline."""
    was_in_state: Flags
    was_won: Flags


@dataclass(frozen=True)
class Stakes:
    """What hangs on each alert of a run."""

    context: AlertContext

    def of_kind(self, kind: str, rows: Sequence[AlertRow]) -> list[int | None]:
        """What hangs on each alert of a kind, in minor units; None where it is nobody's open money."""
        if kind == _UNPAID:
            return _money([row.amount for row in rows], [never_paid(row.days or 0) for row in rows])
        if kind in _OF_AMOUNTS:
            return _money([row.amount for row in rows], [_OF_AMOUNTS[kind]] * len(rows))
        if kind in _OF_CUSTOMERS:
            worths = [self._customer_worth(row) for row in rows]
            return _money(worths, [_OF_CUSTOMERS[kind]] * len(rows))
        if kind in _OF_LEADS:
            return _money([self.context.lead_worth] * len(rows), [_OF_LEADS[kind]] * len(rows))
        if kind not in GUESSES:
            return [None] * len(rows)
        worth = [self._worth.get(row.row_key, (None, 0.0)) for row in rows]
        lost = self.lost_part(kind)
        return _money([amount for amount, _ in worth], [win_rate * lost for _, win_rate in worth])

    def _customer_worth(self, row: AlertRow) -> int | None:
        """What the customer of a row of Customers or Feedback buys in a year; None where nothing."""
        key = row.row_key if row.table == "Customers" else self._complained.get(row.row_key, "")
        return self.context.customer_values.get(key) or None

    @cached_property
    def _complained(self) -> dict[str, str]:
        """By row of Feedback the customer."""
        feedback = self.context.tables["Feedback"]
        return dict(zip(feedback["feedback_id"], feedback["customer_id"], strict=True))

    @cached_property
    def _worth(self) -> dict[str, tuple[int | None, float]]:
        """Amount and win rate of the open deals that the forecast counts on."""
        scores = self.context.scores
        counted = scores[scores["expected_amount"].notna()]
        amount_of = self.context.deals.frame.set_index("deal_id")["amount"]
        amounts = amount_of.reindex(counted["deal_id"]).astype("int64").tolist()
        pairs: Iterable[tuple[int | None, float]] = zip(
            amounts, counted["win_rate"].astype("float64").tolist(), strict=True
        )
        return dict(zip(counted["deal_id"].tolist(), pairs, strict=True))

    def lost_part(self, kind: str) -> float:
        """By which part deals in that state are won seldomer than others, 0 to 1."""
        return self._lost_parts[kind]

    @cached_property
    def _lost_parts(self) -> dict[str, float]:
        tell: Mapping[str, Callable[[], _Closed]] = {
            "deal-stuck": self._stuck,
            "close-date-passed": self._passed,
            "deal-pushed": self._pushed,
            "deal-single-contact": self._with_single_contact,
        }
        parts = dict(GUESSES)
        for kind, closed_deals in tell.items():
            parts[kind] = lost_part(closed_deals(), GUESSES[kind])
        return parts

    def _stuck(self) -> _Closed:
        """Stays of closed deals, by stage: those beyond its limit, and those that left before it."""
        context, stays = self.context, self.context.stays
        is_closed = stays.left & ~context.deals.is_open[stays.deal]
        has_limit = ~np.isnan(context.stage_limits[stays.code])
        part = stays.part(is_closed & has_limit)
        return _Closed(
            group=part.code,
            was_in_state=is_stuck(part.days, context.stage_limits[part.code]),
            was_won=context.deals.is_won[part.deal],
        )

    def _passed(self) -> _Closed:
        """Closed deals: those whose day passed while they were open, as runs knew it by then."""
        deals, notes = self.context.deals, self.context.notes
        closed_on = deals.days("closed_on")
        known_before = notes.noticed < closed_on[notes.deal]
        expected = np.full(len(deals), "NaT", dtype="datetime64[D]")
        # Notes stand by day, and of several assigned to one deal the last one stays.
        expected[notes.deal[known_before]] = notes.values.expected[known_before]
        is_known = ~deals.is_open & ~np.isnat(expected)
        return _Closed(
            group=deals.pipe[is_known],
            was_in_state=(closed_on > expected)[is_known],
            was_won=deals.is_won[is_known],
        )

    def _pushed(self) -> _Closed:
        """Closed deals that runs saw while they were open, those put off several times among them."""
        deals, notes = self.context.deals, self.context.notes
        closed_on = deals.days("closed_on")
        was_seen = np.zeros(len(deals), dtype=bool)
        was_seen[notes.deal[notes.noticed < closed_on[notes.deal]]] = True
        is_known = ~deals.is_open & was_seen
        return _Closed(
            group=deals.pipe[is_known],
            was_in_state=self.context.pushes.count[is_known] >= PUSHED_OFTEN,
            was_won=deals.is_won[is_known],
        )

    def _with_single_contact(self) -> _Closed:
        """Closed deals of which enough contacts name somebody, those with one person among them."""
        deals, met = self.context.deals, self.context.met
        is_known = ~deals.is_open & (met["contacts"] >= ENOUGH_CONTACTS).to_numpy(dtype=bool)
        return _Closed(
            group=deals.pipe[is_known],
            was_in_state=hangs_on_one(met).to_numpy(dtype=bool)[is_known],
            was_won=deals.is_won[is_known],
        )


def never_paid(days: float) -> float:
    """Part of what is owed that is never paid after so many days overdue where nobody asks for it."""
    return next(part for most, part in _NEVER_PAID if most is None or days <= most)


def _money(amounts: Sequence[int | None], parts: Sequence[float]) -> list[int | None]:
    """Parts of amounts, rounded once; None of none."""
    if not amounts:
        return []
    money, _ = times_rate([amount or 0 for amount in amounts], list(parts))
    return [
        None if amount is None else part
        for amount, part in zip(amounts, money.tolist(), strict=True)
    ]


def lost_part(closed: _Closed, guess: float) -> float:
    """By which part deals in a state are won seldomer than others of their group, 0 to 1.

    The ratio of both win rates is that of Mantel and Haenszel: each group compares its own deals, so
    that a state which is frequent in late stages does not look good for that alone. It is drawn
    towards the guess as if 20 more deals in that state had shown it; and no state makes deals better.

    Source: N. Mantel and W. Haenszel, Statistical aspects of the analysis of data from retrospective
        studies of disease, 1959, as risk ratio.
    """
    groups = int(closed.group.max(initial=-1)) + 1
    in_state, won = closed.was_in_state, closed.was_won

    def count(rows: Flags) -> Floats:
        return np.bincount(closed.group[rows], minlength=groups).astype(np.float64)

    state, others = count(in_state), count(~in_state)
    state_won, others_won = count(in_state & won), count(~in_state & won)
    both = np.maximum(state + others, 1)
    expected = float((others_won * state / both).sum())
    if not expected:
        return guess
    ratio = float((state_won * others / both).sum()) / expected

    # Only deals that have others beside them in their group show anything.
    shown = float(state[others > 0].sum())
    part = (shown * (1 - ratio) + _GUESS_COUNTS * guess) / (shown + _GUESS_COUNTS)
    return min(max(part, 0.0), _MOST)
