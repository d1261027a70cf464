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

_OURS: Final = "ModelTests.column="
"""Begins the names of our own columns, as sentences show a choice: a column of the user's own may be
called `rep` or `tier`."""
STAGE: Final = f"{_OURS}stage"
AMOUNT: Final = f"{_OURS}amount"
SOURCE: Final = f"{_OURS}source"
PRODUCT: Final = f"{_OURS}product"
REP: Final = f"{_OURS}rep"
TIER: Final = f"{_OURS}tier"
_WORDS: Final = {"source": SOURCE, "product": PRODUCT, "rep_id": REP}
"""Fields of Deals that say a word, with the name of the column."""
_LATELY: Final = 30.0
"""Days over which it is counted how often somebody was in touch."""
_DAY: Final = "datetime64[D]"
MAY_COME_WITH_CLOSING: Final = (AMOUNT, SOURCE, PRODUCT, TIER)
"""Columns of ours that people may fill only when a deal closes, for all that the list says."""


@dataclass(frozen=True)
class Amounts:
    """What deals were thought to be worth, from day to day."""

    noted: Dated
    amount: Floats
    """Of each note in the order of `noted`, and nan at the end."""
    otherwise: Floats
    """Per deal: where nothing was noted by the day."""

    @classmethod
    def of(cls, deals: KnownDeals, notes: Notes) -> Amounts:
        """Read it from what runs noted.

        Before the first note stands what that said, if the deal was open then; else what Deals says.
        """
        noticed = _numbers(notes.noticed)
        noted = Dated(notes.deal, noticed)
        closed = np.nan_to_num(_numbers(deals.days("closed_on")), nan=np.inf)
        otherwise = present_values(deals).amount.copy()
        first = np.flatnonzero(np.append(True, notes.deal[1:] != notes.deal[:-1])[: len(noticed)])
        first = first[noticed[first] < closed[notes.deal[first]]]
        otherwise[notes.deal[first]] = notes.values.amount[first]
        return cls(noted, np.append(notes.values.amount[noted.order], np.nan), otherwise)

    def on(self, place: Ints, day: Floats) -> Floats:
        """The amount of each deal on a day, as it was noted last; an amount of 0 is none."""
        row = self.noted.last(place, day)
        amount = np.where(row >= 0, self.amount[row], self.otherwise[place])
        return np.where(amount > 0, amount, np.nan)


@dataclass(frozen=True)
class DealRecord:
    """Everything from which it can be told how a deal stood on any day."""

    words: Sequence[Column]
    """Of our own fields, of all deals."""
    created: Floats
    amounts: Amounts
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
        frame = deals.frame
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
            words=[_words(name, frame[field]) for field, name in _WORDS.items()],
            created=_numbers(frame["created_on"]),
            amounts=Amounts.of(deals, notes),
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
        place, day = moments.place, moments.day
        return [
            Column(STAGE, False, words=moments.code, vocabulary=_numbered(moments.code)),
            Column(f"{_OURS}days_in_stage", False, numbers=moments.age),
            Column(f"{_OURS}days_open", False, numbers=_not_negative(day - self.created[place])),
            Column(AMOUNT, False, numbers=self.amounts.on(place, day)),
            *(column.part(place) for column in self.words),
            Column(TIER, False, words=self._tiers(place, day), vocabulary=self.tier_names),
            *self._contacts(place, day),
            *(column.part(place) for column in self.own),
        ]

    def _tiers(self, place: Ints, day: Floats) -> Ints:
        """The tier that each deal's customer had the day before; one won deal more raises it later.

        What a run of the day itself found may come before this one or after it.
        """
        row = self.tiers.last(self.customer[place], day - 1)
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
            Column(f"{_OURS}contacts", False, numbers=np.where(is_logged, lately, np.nan)),
            Column(f"{_OURS}quiet_days", False, numbers=np.where(is_logged, day - last, np.nan)),
        ]


def _words(name: str, column: pd.Series[Any]) -> Column:
    numbers, names = pd.factorize(column, sort=True)
    return Column(
        name, False, words=np.asarray(numbers, dtype=np.int64), vocabulary=tuple(map(str, names))
    )


def shown_name(name: str) -> str:
    """A column in a cell that says which was found: ours by its code."""
    return name.removeprefix(_OURS)


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
