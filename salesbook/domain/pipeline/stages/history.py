"""When did each deal enter each stage? What Deals shows beyond the history is added to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Ints
from salesbook.domain.pipeline.stages.backfill import Added, backfill_rows
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals, StageCodes
from salesbook.frames import frame_of
from salesbook.messages import Finding

_DAY: Final = "datetime64[D]"


def append_history(
    history: pd.DataFrame, deals: KnownDeals, codes: StageCodes, *, as_of: dt.date
) -> pd.DataFrame:
    """Add to StageHistory what the deals show beyond it; no row that is there changes.

    A deal whose stage is not its last known one gets a row: entered on `stage_since`, else on
    `closed_on` in a closed stage, else on `as_of`, which is inferred, for the deal moved on any day
    since the run before. A `stage_since` no later than the newest one of an earlier stage is a date
    that nobody renewed and counts as missing; so does one before `closed_on`, which is the day of
    the stage that the deal was closed from, and one before a logged move. A deal without history is
    filled back by `backfill_rows`. A stage that was renamed is no change.

    Returns: StageHistory, its old rows first and as they were, then new ones by deal and seq.
    """
    old = history.reset_index(drop=True)
    last = _Last.of(entries_of(history, deals, codes), len(deals))
    is_new = last.seq == 0
    has_moved = ~is_new & (last.code != deals.code)

    backfilled = backfill_rows(deals, np.flatnonzero(is_new), codes, as_of=as_of)
    moved = np.flatnonzero(has_moved)
    changes = _changes(deals, moved, last.at(moved), as_of)
    added = backfilled.joined(changes)
    if not len(added.deal):
        return old
    return pd.concat([old, _frame(added, deals, codes, as_of)], ignore_index=True)


def with_all_entries(
    whole: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, *, as_of: dt.date
) -> tuple[pd.DataFrame, list[Finding]]:
    """Say what StageHistory is to hold after a run: every row that it held, and the run's new ones.

    A run as of a day before the newest entry was noticed adds none: what it finds out rests on what
    the deals say today, and would stand between rows that were noted when things happened.

    Args:
        whole: StageHistory as it stands.
        before: its rows up to the day of the run.
        after: what `append_history` made of those.
        as_of: the day of the run.

    Returns: StageHistory, and a warning where nothing could be added.
    """
    stays = whole.reset_index(drop=True)
    if len(whole) == len(before):
        return after, []
    newest = whole["noticed_on"].max()
    if newest > pd.Timestamp(as_of):
        return stays, [_older_run(as_of, newest.date())]

    # An entry of a later day that was noticed by now: its deal has its row already.
    later = ~whole.index.isin(before.index)
    new = after.iloc[len(before) :]
    new = new[~new["deal_id"].isin(whole.loc[later, "deal_id"])]
    return pd.concat([stays, new], ignore_index=True), []


def _older_run(as_of: dt.date, latest: dt.date) -> Finding:
    params: dict[str, Any] = {"as_of": as_of, "latest": latest}
    return Finding(
        "run-older-than-history", "warning", "StageHistory", found=str(as_of), params=params
    )


@dataclass(frozen=True)
class Entries:
    """StageHistory in numbers, by deal and seq; rows of deals that are not known are left out."""

    deal: Ints
    """The deal's place in KnownDeals."""
    seq: Ints
    code: Ints
    """The stage's number in the deal's present pipeline; UNKNOWN where that has no such stage."""
    entered: Days
    noticed: Days
    """Day of the run that wrote the row; of a logged one the day on which it was noted elsewhere."""
    certain: Flags
    """False where the row was inferred."""
    logged: Flags
    """True where another system noted the move when it happened: no run saw the deal there."""

    def is_last(self) -> Flags:
        """True on each deal's last row."""
        is_followed_by_other = self.deal[1:] != self.deal[:-1]
        return np.append(is_followed_by_other, True)[: len(self.deal)]

    def follows(self) -> Flags:
        """True on each row that another one of its deal comes before."""
        is_same_deal = self.deal[1:] == self.deal[:-1]
        return np.append(False, is_same_deal)[: len(self.deal)]

    def ends(self, as_of: dt.date) -> Days:
        """Per row: the day the deal left the stage, that of its next row; `as_of` on its last."""
        today = np.datetime64(as_of, "D")
        next_entered = np.append(self.entered[1:], today)[: len(self.deal)]
        return np.where(self.is_last(), today, next_entered)


def entries_of(history: pd.DataFrame, deals: KnownDeals, codes: StageCodes) -> Entries:
    """Read StageHistory for the deals at hand."""
    known_ids = pd.Index(deals.frame["deal_id"])
    deal_of_row = np.asarray(known_ids.get_indexer(pd.Index(history["deal_id"])), dtype=np.int64)
    seq_of_row = history["seq"].to_numpy(dtype=np.int64)

    # A row whose deal is not known has -1; the others go by deal, then by seq.
    rows = np.flatnonzero(deal_of_row >= 0)
    in_order = np.lexsort((seq_of_row[rows], deal_of_row[rows]))
    rows = rows[in_order]
    deal = deal_of_row[rows]
    part = history.iloc[rows]

    return Entries(
        deal=deal,
        seq=seq_of_row[rows],
        code=codes.codes_of(deals.pipe[deal], part["stage"]),
        entered=part["entered_on"].to_numpy().astype(_DAY),
        noticed=part["noticed_on"].to_numpy().astype(_DAY),
        certain=(part["source"] != "inferred").to_numpy(dtype=bool),
        logged=(part["source"] == "imported").to_numpy(dtype=bool),
    )


@dataclass(frozen=True)
class _Last:
    """What the history says of each deal last."""

    seq: Ints
    """0 without history."""
    code: Ints
    day: Days
    typed_day: Days
    """The newest day that was typed for any of its stages; missing where none was."""

    @classmethod
    def of(cls, known: Entries, size: int) -> _Last:
        seq = np.zeros(size, dtype=np.int64)
        code = np.full(size, UNKNOWN, dtype=np.int64)
        day = np.full(size, "NaT", dtype=_DAY)

        is_last = known.is_last()
        deal = known.deal[is_last]
        seq[deal] = known.seq[is_last]
        code[deal] = known.code[is_last]
        day[deal] = known.entered[is_last]

        # As a number a missing day is the smallest of all.
        typed = np.full(size, "NaT", dtype=_DAY).astype(np.int64)
        days = known.entered[known.certain].astype(np.int64)
        np.maximum.at(typed, known.deal[known.certain], days)
        return cls(seq, code, day, typed.astype(_DAY))

    def at(self, places: Ints) -> _Last:
        """Of these deals."""
        return _Last(self.seq[places], self.code[places], self.day[places], self.typed_day[places])


def _changes(deals: KnownDeals, moved: Ints, last: _Last, as_of: dt.date) -> Added:
    """One row for each deal that moved: the stage it is in now."""
    since = deals.days("stage_since")[moved]
    closed_on = deals.days("closed_on")[moved]
    is_closed = ~deals.is_open[moved]

    # The day of an earlier stage still stands there: whoever moved the deal left it as it was.
    is_left_over = since <= last.typed_day
    is_left_over |= (since == last.day) | (is_closed & (since < closed_on))
    day = np.where(is_left_over, np.datetime64("NaT"), since).astype(_DAY)
    day = np.where(np.isnat(day) & is_closed, closed_on, day).astype(_DAY)

    # No stage begins before the one before it, even where the day of that was guessed.
    is_too_early = ~is_closed & (day < last.day)
    day = np.where(is_too_early, last.day, day).astype(_DAY)

    is_missing = np.isnat(day)
    return Added(
        deal=moved,
        seq=last.seq + 1,
        code=deals.code[moved],
        day=np.where(is_missing, np.datetime64(as_of), day).astype(_DAY),
        certain=~is_missing & ~is_too_early,
        current=np.ones(len(moved), dtype=bool),
    )


def _frame(added: Added, deals: KnownDeals, codes: StageCodes, as_of: dt.date) -> pd.DataFrame:
    """Rows of StageHistory, by deal and seq.

    What the deal is worth, when it is expected and whose it is are noted with its present stage
    only: what they were in earlier stages nobody knows.
    """
    order = np.lexsort((added.seq, added.deal))
    part = deals.frame.iloc[added.deal[order]].reset_index(drop=True)
    is_current = pd.Series(added.current[order])
    names = np.array([stage.stage for stage in codes.stages], dtype=object)

    return frame_of(
        "StageHistory",
        {
            "deal_id": part["deal_id"],
            "seq": added.seq[order],
            "stage": names[added.code[order]],
            "entered_on": added.day[order].astype("datetime64[us]"),
            "noticed_on": np.full(len(order), np.datetime64(as_of, "us")),
            "source": np.where(added.certain[order], "typed", "inferred"),
            "amount": part["amount"].where(is_current),
            "expected_on": part["expected_on"].where(is_current),
            "rep_id": part["rep_id"].where(is_current),
        },
    )


def standing_places(deals: KnownDeals, known: Entries, codes: StageCodes) -> Ints:
    """Per deal, the place where it stands: that of its open stage, or the one it was lost from.

    A lost deal's place is that of `lost_stage`, else of its last known open stage, else of the
    highest open stage. A won deal stands behind all open stages.
    """
    is_lost = deals.is_lost
    present = codes.place[deals.code]
    highest_open = codes.open_count[deals.pipe] - 1

    # Entries stand by seq, and of several assigned to one deal the last one stays.
    is_open_row = codes.are_open(known.code)
    last_open = np.full(len(deals), UNKNOWN, dtype=np.int64)
    last_open[known.deal[is_open_row]] = codes.place[known.code[is_open_row]]

    place = np.where(is_lost, highest_open, present)
    place = np.where(is_lost & (last_open != UNKNOWN), last_open, place)
    names_lost_stage = is_lost & (deals.lost_code != UNKNOWN)
    return np.where(names_lost_stage, codes.place[deals.lost_code], place)
