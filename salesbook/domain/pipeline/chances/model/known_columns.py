"""What was known of a deal on a day while it was open? Our own fields, by a list that says so.

Never looked at are `closed_on`, `lost_stage`, `lost_reason` and whatever else comes with closing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.chances.model.columns import Column
from salesbook.domain.pipeline.chances.model.moments import Dated, Moments
from salesbook.domain.pipeline.moves.notes import Notes, present_values
from salesbook.domain.pipeline.stages.codes import KnownDeals

STAGE: Final = "stage"
_WORDS: Final = {"source": "source", "product": "product", "rep_id": "rep"}
"""Fields of Deals that say a word, with the code of the column."""
_LATELY: Final = 30.0
"""Days over which it is counted how often somebody was in touch."""
_DAY: Final = "datetime64[D]"
MAY_COME_WITH_CLOSING: Final = ("amount", "source", "product", "tier")
"""Columns of ours that people may fill only when a deal closes, for all that the list says."""


@dataclass(frozen=True)
class DealRecord:
    """Everything from which it can be told how a deal stood on any day."""

    deals: KnownDeals
    notes: Notes
    """Amounts as runs saw them."""
    activities: Dated
    first_activity: float
    """The day from which on somebody kept a log; nan where nobody does."""
    customer: Ints
    """Per deal: the number of its customer in TierHistory, -1 where that has none."""
    tiers: Dated
    tier_words: Ints
    """Per row of `tiers`: the number of the tier."""
    tier_names: tuple[str, ...]
    own: Sequence[Column]
    """Columns of the user's own, of all deals."""

    @classmethod
    def of(
        cls,
        deals: KnownDeals,
        notes: Notes,
        tables: Mapping[str, pd.DataFrame],
        own: Sequence[Column],
    ) -> DealRecord:
        """Read it from Activities and TierHistory."""
        known_ids = pd.Index(deals.frame["deal_id"])
        done = tables["Activities"]
        deal = np.asarray(known_ids.get_indexer(pd.Index(done["deal_id"])), dtype=np.int64)
        day = _numbers(done["done_on"])
        is_of_deal = (deal >= 0) & ~np.isnan(day)

        history = tables["TierHistory"]
        customer_of_row, customers = pd.factorize(history["customer_id"], sort=True)
        words, names = pd.factorize(history["tier"], sort=True)
        own_customer = pd.Index(customers).get_indexer(pd.Index(deals.frame["customer_id"]))
        return cls(
            deals=deals,
            notes=notes,
            activities=Dated(deal[is_of_deal], day[is_of_deal]),
            first_activity=float(day[is_of_deal].min()) if is_of_deal.any() else np.nan,
            customer=np.asarray(own_customer, dtype=np.int64),
            tiers=Dated(np.asarray(customer_of_row, dtype=np.int64), _numbers(history["as_of"])),
            tier_words=np.asarray(words, dtype=np.int64),
            tier_names=tuple(map(str, names)),
            own=own,
        )

    def columns_at(self, moments: Moments) -> list[Column]:
        """What was known of each deal at its moment.

        Of the user's own columns nobody has noted what stood there earlier: what stands there now
        counts, which is why `screening` looks at them.
        """
        frame = self.deals.frame
        place, day = moments.place, moments.day
        created = _numbers(frame["created_on"])[place]
        columns = [
            Column(STAGE, False, words=moments.code, vocabulary=_numbered(moments.code)),
            Column("days_in_stage", False, numbers=moments.age),
            Column("days_open", False, numbers=_not_negative(day - created)),
            Column("amount", False, numbers=self._amounts(place, day)),
            *(_words(code, frame[field]).part(place) for field, code in _WORDS.items()),
            Column("tier", False, words=self._tiers(place, day), vocabulary=self.tier_names),
            *self._contacts(place, day),
            *(column.part(place) for column in self.own),
        ]
        return columns

    def _amounts(self, place: Ints, day: Floats) -> Floats:
        """What each deal was thought to be worth; an amount of 0 is none.

        The last note up to the day. Without one the first that was made before the deal closed, and
        without that what Deals says.
        """
        noticed = _numbers(self.notes.noticed)
        noted = Dated(self.notes.deal, noticed)
        closed = np.nan_to_num(_numbers(self.deals.days("closed_on")), nan=np.inf)

        amount = present_values(self.deals).amount[place].copy()
        is_first = np.append(True, self.notes.deal[1:] != self.notes.deal[:-1])
        first = np.flatnonzero(is_first[: len(noticed)])
        was_open = noticed[first] < closed[self.notes.deal[first]]
        first_of_deal = np.full(len(self.deals), -1, dtype=np.int64)
        first_of_deal[self.notes.deal[first[was_open]]] = first[was_open]

        row = noted.last(place, day)
        note = np.where(row >= 0, noted.order[np.maximum(row, 0)], -1) if len(noticed) else row
        note = np.where(note >= 0, note, first_of_deal[place])
        if len(noticed):
            amount = np.where(note >= 0, self.notes.values.amount[np.maximum(note, 0)], amount)
        return np.where(amount > 0, amount, np.nan)

    def _tiers(self, place: Ints, day: Floats) -> Ints:
        """The tier that each deal's customer had by then; one won deal more raises it later."""
        row = self.tiers.last(self.customer[place], day)
        if not len(self.tier_words):
            return np.full(len(place), -1, dtype=np.int64)
        return np.where(row >= 0, self.tier_words[self.tiers.order[np.maximum(row, 0)]], -1)

    def _contacts(self, place: Ints, day: Floats) -> list[Column]:
        """How often somebody was in touch lately, and how long ago last."""
        is_logged = day >= self.first_activity
        known_day = np.nan_to_num(day)
        lately = self.activities.count(place, known_day - _LATELY, known_day)
        last = self.activities.days(self.activities.last(place, day))
        return [
            Column("contacts", False, numbers=np.where(is_logged, lately, np.nan)),
            Column("quiet_days", False, numbers=np.where(is_logged, day - last, np.nan)),
        ]


def _words(code: str, column: pd.Series[Any]) -> Column:
    numbers, names = pd.factorize(column, sort=True)
    return Column(
        code, False, words=np.asarray(numbers, dtype=np.int64), vocabulary=tuple(map(str, names))
    )


def _numbered(codes: Ints) -> tuple[str, ...]:
    """A vocabulary for numbers that need none."""
    return tuple(map(str, range(int(codes.max(initial=-1)) + 1)))


def own_columns(own: pd.DataFrame, deals: KnownDeals) -> list[Column]:
    """The user's own columns of Deals, in the order of their headers.

    Args: own has numbers or words by header, its index the rows of Deals.
    """
    rows = own.reindex(deals.frame.index)
    columns = []
    for header in sorted(rows.columns):
        values = rows[header]
        if pd.api.types.is_float_dtype(values.dtype):
            numbers = values.to_numpy(dtype=np.float64)
            columns.append(Column(header, True, numbers=numbers))
        else:
            columns.append(_as_own(_words(header, values)))
    return columns


def _as_own(column: Column) -> Column:
    return Column(column.name, True, words=column.words, vocabulary=column.vocabulary)


def _not_negative(days: Floats) -> Floats:
    return np.where(days >= 0, days, np.nan)


def _numbers(days: Any) -> Floats:
    """Days since 1970; nan where missing."""
    in_days = np.asarray(days).astype(_DAY)
    return np.where(np.isnat(in_days), np.nan, in_days.astype(np.int64).astype(np.float64))
