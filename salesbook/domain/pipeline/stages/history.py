"""When did each deal enter each stage? Deals are compared with what is known, and what changed is
added.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Ints
from salesbook.domain.pipeline.stages.backfill import Added, backfill_rows
from salesbook.domain.pipeline.stages.codes import LOST, OPEN, UNKNOWN, KnownDeals, StageCodes
from salesbook.frames import frame_of
from salesbook.messages import Finding

_DAY: Final = "datetime64[D]"


def append_history(
    history: pd.DataFrame, deals: KnownDeals, codes: StageCodes, *, as_of: dt.date
) -> tuple[pd.DataFrame, list[Finding]]:
    """Add to StageHistory what the deals show beyond it; no row that is there changes.

    A deal whose stage is not its last known one gets a row: entered on `stage_since`, else on
    `closed_on` in a closed stage, else on `as_of`. A `stage_since` that the last known stage was
    already entered on is a date that nobody renewed and counts as missing. A deal without history
    is filled back by `backfill_rows`. A stage that was renamed is no change.

    Returns: StageHistory, its old rows first and as they were, then new ones by deal and seq; and a
    warning instead of new rows where history knows a day later than `as_of`.
    """
    old = history.reset_index(drop=True)
    latest = old["noticed_on"].max()
    if pd.notna(latest) and latest > pd.Timestamp(as_of):
        return old, [_older_run(as_of, latest.date())]
    known = entries_of(history, deals, codes)
    seq, last_code, last_day = _last_known(known, len(deals))
    new = np.flatnonzero(seq == 0)
    changed = np.flatnonzero((seq > 0) & (last_code != deals.code))
    added = backfill_rows(deals, new, codes, as_of=as_of).joined(
        _changes(deals, changed, seq[changed], last_day[changed], as_of)
    )
    if not len(added.deal):
        return old, []
    return pd.concat([old, _frame(added, deals, codes, as_of)], ignore_index=True), []


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
    certain: Flags
    """False where the row was inferred."""

    def is_last(self) -> Flags:
        """True on each deal's last row."""
        return np.append(self.deal[1:] != self.deal[:-1], True)[: len(self.deal)]


def entries_of(history: pd.DataFrame, deals: KnownDeals, codes: StageCodes) -> Entries:
    """Read StageHistory for the deals at hand."""
    place = pd.Index(deals.frame["deal_id"]).get_indexer(pd.Index(history["deal_id"]))
    rows = np.flatnonzero(place >= 0)
    seq = history["seq"].to_numpy(dtype=np.int64)[rows]
    order = np.lexsort((seq, place[rows]))
    rows, seq = rows[order], seq[order]
    deal = np.asarray(place, dtype=np.int64)[rows]
    part = history.iloc[rows]
    return Entries(
        deal=deal,
        seq=seq,
        code=codes.codes_of(deals.pipe[deal], part["stage"]),
        entered=part["entered_on"].to_numpy().astype(_DAY),
        noticed=part["noticed_on"].to_numpy().astype(_DAY),
        certain=(part["source"] != "inferred").to_numpy(dtype=bool),
    )


def _last_known(known: Entries, size: int) -> tuple[Ints, Ints, Days]:
    """Per deal: last seq (0 without history), its stage and its day."""
    seq = np.zeros(size, dtype=np.int64)
    code = np.full(size, UNKNOWN, dtype=np.int64)
    day = np.full(size, "NaT", dtype=_DAY)
    last = known.is_last()
    seq[known.deal[last]] = known.seq[last]
    code[known.deal[last]] = known.code[last]
    day[known.deal[last]] = known.entered[last]
    return seq, code, day


def _changes(deals: KnownDeals, which: Ints, seq: Ints, last_day: Days, as_of: dt.date) -> Added:
    """One row for each of these deals: the stage it is in now."""
    part = deals.frame.iloc[which]
    since = part["stage_since"].to_numpy().astype(_DAY)
    day = np.where(since == last_day, np.datetime64("NaT"), since).astype(_DAY)
    closed_on = part["closed_on"].to_numpy().astype(_DAY)
    day = np.where(np.isnat(day) & (deals.kind[which] != OPEN), closed_on, day)
    day = np.where(np.isnat(day), np.datetime64(as_of), day).astype(_DAY)
    certain = np.ones(len(which), dtype=bool)
    return Added(which, seq + 1, deals.code[which], day, certain, current=certain)


def _frame(added: Added, deals: KnownDeals, codes: StageCodes, as_of: dt.date) -> pd.DataFrame:
    order = np.lexsort((added.seq, added.deal))
    part = deals.frame.iloc[added.deal[order]].reset_index(drop=True)
    now = pd.Series(added.current[order])
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
            "amount": part["amount"].where(now),
            "expected_on": part["expected_on"].where(now),
            "rep_id": part["rep_id"].where(now),
        },
    )


def lost_places(deals: KnownDeals, known: Entries, codes: StageCodes) -> Ints:
    """Per deal, where it stands: the place of its open stage; of a lost deal the place it was lost
    from.

    A lost deal's place is that of `lost_stage`, else of its last known open stage, else of the
    highest open stage. A won deal stands behind all open stages.
    """
    place = codes.place[deals.code].copy()
    lost = deals.kind == LOST
    place[lost] = codes.open_count[deals.pipe[lost]] - 1
    seen = (known.code != UNKNOWN) & (codes.kind[known.code] == OPEN)
    last = np.full(len(deals), UNKNOWN, dtype=np.int64)
    last[known.deal[seen]] = codes.place[known.code[seen]]
    place = np.where(lost & (last != UNKNOWN), last, place)
    typed = lost & (deals.lost_code != UNKNOWN)
    return np.where(typed, codes.place[deals.lost_code], place)
