"""Which amount, expected day and rep did runs see on each deal, and since when?

StageHistory notes them when a deal enters a stage. What changes while it stays there is noted in
DealHistory, on the day of the run that sees it. Together they say what any earlier day knew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Floats, Ints
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.frames import frame_of

_DAY: Final = "datetime64[D]"
_NEVER: Final = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Values:
    """Amount (minor units) and expected day of some deals; missing is nan and NaT."""

    amount: Floats
    expected: Days

    def at(self, rows: Ints | Flags) -> Values:
        """Those of these rows."""
        return Values(self.amount[rows], self.expected[rows])

    def differ(self, other: Values) -> Flags:
        """True where one of the two is another; what is missing in both is the same."""
        same_amount = (self.amount == other.amount) | (
            np.isnan(self.amount) & np.isnan(other.amount)
        )
        same_day = (self.expected == other.expected) | (
            np.isnat(self.expected) & np.isnat(other.expected)
        )
        differ: Flags = ~(same_amount & same_day)
        return differ


@dataclass(frozen=True)
class Notes:
    """One row per deal and day on which something was noted of it, by deal and day."""

    deal: Ints
    """The deal's place in KnownDeals."""
    noticed: Days
    values: Values

    def before(self, day: dt.date) -> Notes:
        """Without what was noted on that day and later."""
        rows = self.noticed < np.datetime64(day, "D")
        return Notes(self.deal[rows], self.noticed[rows], self.values.at(rows))

    def last(self, size: int) -> tuple[Flags, Values]:
        """Per deal: whether anything is noted, and what was noted last.

        Args: size is the number of deals.
        """
        is_noted = np.zeros(size, dtype=bool)
        amount, expected = np.full(size, np.nan), np.full(size, _NEVER)

        # Of several rows of a deal the last one stays.
        is_noted[self.deal] = True
        amount[self.deal] = self.values.amount
        expected[self.deal] = self.values.expected
        return is_noted, Values(amount, expected)


def present_values(deals: KnownDeals) -> Values:
    """What Deals says today."""
    amount = deals.frame["amount"].to_numpy(dtype=np.float64, na_value=np.nan)
    return Values(amount, deals.days("expected_on"))


def notes_of(deals: KnownDeals, stage_history: pd.DataFrame, deal_history: pd.DataFrame) -> Notes:
    """Put together what both histories say of the deals at hand.

    Rows of StageHistory that were filled in later say nothing: what a deal was worth in a stage that
    it had left before anybody looked is not known. Of several notes of one day the last one stands:
    that of DealHistory, which later runs of the day make.
    """
    # A log that tells only whose a deal was says nothing of the other two.
    is_of_run = stage_history["source"] != "imported"
    says_something = stage_history[["amount", "expected_on"]].notna().any(axis=1)
    says_something |= stage_history["rep_id"].notna() & is_of_run
    entered = stage_history[says_something]
    parts = [
        _rows(deals, entered, entered["seq"].to_numpy(dtype=np.int64)),
        _rows(deals, deal_history, np.full(len(deal_history), np.iinfo(np.int64).max)),
    ]
    deal, noticed, order, amount, expected = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )

    in_order = np.lexsort((order, noticed, deal))
    deal, noticed = deal[in_order], noticed[in_order]
    is_last_of_day = np.append((deal[1:] != deal[:-1]) | (noticed[1:] != noticed[:-1]), True)[
        : len(deal)
    ]
    rows = in_order[is_last_of_day]
    return Notes(
        deal[is_last_of_day], noticed[is_last_of_day], Values(amount[rows], expected[rows])
    )


def _rows(
    deals: KnownDeals, history: pd.DataFrame, order: Ints
) -> tuple[Ints, Days, Ints, Floats, Days]:
    """Rows of a history as arrays, those of deals that are not known left out."""
    known_ids = pd.Index(deals.frame["deal_id"])
    deal = np.asarray(known_ids.get_indexer(pd.Index(history["deal_id"])), dtype=np.int64)
    rows = np.flatnonzero(deal >= 0)
    part = history.iloc[rows]
    return (
        deal[rows],
        part["noticed_on"].to_numpy().astype(_DAY),
        order[rows],
        part["amount"].to_numpy(dtype=np.float64, na_value=np.nan),
        part["expected_on"].to_numpy().astype(_DAY),
    )


def noted_today(
    deals: KnownDeals,
    stage_history: pd.DataFrame,
    deal_history: pd.DataFrame,
    *,
    as_of: dt.date,
) -> pd.DataFrame:
    """Bring DealHistory up to date: a row for each open deal of which something is another.

    What an earlier run of the same day noted there gives way, so that a second run with the same
    deals leaves what the first one did, and one with a slip of the pen mended leaves no trace of it.

    Args:
        stage_history: with this run's own rows.
        deal_history: its rows up to `as_of`.

    Returns: DealHistory, rows of earlier days as they were, then today's by deal.
    """
    day = pd.Timestamp(as_of)
    earlier = deal_history[deal_history["noticed_on"] < day].reset_index(drop=True)
    is_noted, noted = notes_of(deals, stage_history, earlier).last(len(deals))
    present = present_values(deals)
    owner = _last_owners(deals, stage_history, earlier)
    # Rows of runs that noted no rep say nothing of whose the deal was.
    changed_hands = owner.notna() & (owner != deals.frame["rep_id"].reset_index(drop=True))
    is_another = present.differ(noted) | changed_hands.to_numpy(dtype=bool)
    changed = np.flatnonzero(deals.is_open & is_noted & is_another)
    if not len(changed):
        return earlier

    part = deals.frame.iloc[changed]
    new = frame_of(
        "DealHistory",
        {
            "deal_id": part["deal_id"],
            "noticed_on": np.full(len(changed), np.datetime64(as_of, "us")),
            "amount": part["amount"],
            "expected_on": part["expected_on"],
            "rep_id": part["rep_id"],
        },
    )
    return pd.concat([earlier, new], ignore_index=True)


def _last_owners(
    deals: KnownDeals, stage_history: pd.DataFrame, deal_history: pd.DataFrame
) -> pd.Series[Any]:
    """Whose each deal was when that was last noted; missing where it never was."""
    columns = ["deal_id", "noticed_on", "rep_id"]
    entered = stage_history[[*columns, "seq"]]
    # As in `notes_of`, what DealHistory notes on a day stands over what StageHistory does.
    changed = deal_history[columns].assign(seq=np.iinfo(np.int64).max)
    noted = pd.concat([entered, changed], ignore_index=True).dropna(subset=["rep_id"])
    in_order = noted.sort_values(["noticed_on", "seq"], kind="stable")
    last = in_order.drop_duplicates("deal_id", keep="last").set_index("deal_id")["rep_id"]
    return last.reindex(deals.frame["deal_id"]).reset_index(drop=True)


def with_all_notes(
    whole: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, *, looks_back: bool
) -> pd.DataFrame:
    """Say what DealHistory is to hold after a run: every row of another day, and the run's own.

    A run that looks back notes nothing: amounts and expected days are today's on any day, and were
    not those of the day that it looks back to.

    Args:
        whole: DealHistory as it stands.
        before: its rows up to the day of the run.
        after: what `noted_today` made of those.
        looks_back: whether there was a run as of a later day.
    """
    stays = whole.reset_index(drop=True)
    if looks_back or len(whole) != len(before):
        return stays
    return after


@dataclass(frozen=True)
class Moves:
    """Per deal: when a run first saw what it is now, and what it was before."""

    moved_on: Days
    """NaT where nothing is known to have changed."""
    before: Values
    """Missing where nothing changed."""


def moves_of(notes: Notes, size: int) -> Moves:
    """Tell the last change of each deal.

    Args:
        notes: of all days, today's among them.
        size: the number of deals.
    """
    moved_on = np.full(size, _NEVER)
    amount, expected = np.full(size, np.nan), np.full(size, _NEVER)
    if len(notes.deal):
        is_same_deal = notes.deal[1:] == notes.deal[:-1]
        row = np.arange(1, len(notes.deal))
        has_changed = notes.values.at(row).differ(notes.values.at(row - 1))
        later = row[is_same_deal & has_changed]

        # Of several changes of a deal the last one stays.
        deal = notes.deal[later]
        moved_on[deal] = notes.noticed[later]
        amount[deal] = notes.values.amount[later - 1]
        expected[deal] = notes.values.expected[later - 1]
    return Moves(moved_on, Values(amount, expected))


@dataclass(frozen=True)
class Pushes:
    """Per deal: how often its expected day was put off, as far as runs saw it."""

    count: Ints
    first_expected: Days
    """The day before the first time; NaT where it never was."""
    last_on: Days
    """Day of the run that saw the last time."""


def pushes_of(notes: Notes, size: int) -> Pushes:
    """Count the times that each deal's expected day was moved to a later one.

    Args:
        notes: of all days, today's among them.
        size: the number of deals.
    """
    count = np.zeros(size, dtype=np.int64)
    first_expected, last_on = np.full(size, _NEVER), np.full(size, _NEVER)
    if len(notes.deal):
        row = np.arange(1, len(notes.deal))
        is_same_deal = notes.deal[1:] == notes.deal[:-1]
        # A missing day compares as false: who enters one for the first time puts nothing off.
        later = row[is_same_deal & (notes.values.expected[1:] > notes.values.expected[:-1])]
        deal = notes.deal[later]
        count = np.bincount(deal, minlength=size).astype(np.int64)
        # Of several assigned to one deal the last one stays, so the first one goes backwards.
        first_expected[deal[::-1]] = notes.values.expected[later[::-1] - 1]
        last_on[deal] = notes.noticed[later]
    return Pushes(count, first_expected, last_on)


def snapshot_before(history: pd.DataFrame, as_of: dt.date) -> Any:
    """The newest day before a day of which the forecast was kept; None where there is none.

    Args: history is ForecastHistory.
    """
    days = history["as_of"]
    earlier = days[days < pd.Timestamp(as_of)]
    return None if earlier.empty else earlier.max()


def notes_begin_by(history: pd.DataFrame, snapshot: pd.Timestamp) -> bool:
    """Whether a run noted amounts and days on the day of a snapshot.

    One that was made before there was DealHistory, or by a run that looked back to that day, noted
    none: what differs from the notes before may have changed long before.
    """
    of_day = history.loc[history["as_of"] == snapshot, "made_on"]
    return bool((of_day == snapshot).any())
