"""Which deals were open on the day of a snapshot, and which have been closed since?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries

_DAY: Final = "datetime64[D]"


@dataclass(frozen=True)
class Standing:
    """Per deal: what the runs up to a snapshot knew of it, and whether it was closed since."""

    was_open: Flags
    was_closed: Flags
    """Neither is true of a deal that no run had met by then."""
    closed_on: Days
    """Of a closed deal the day typed, else that of its last stage; NaT where nothing tells."""
    closed_since: Flags


def standing_since(
    deals: KnownDeals, known: Entries, codes: StageCodes, snapshot: pd.Timestamp
) -> Standing:
    """Tell what became of each deal since a snapshot.

    Closed since is a deal that is closed now and that a run up to the snapshot saw open, whatever
    closing day was typed later; of one that no run had met, the closing day decides, so that years
    of old deals that are imported today are no news.

    Args:
        known: StageHistory of the deals, this run's rows among them.
        snapshot: its day.
    """
    day = snapshot.to_datetime64().astype(_DAY)
    size = len(deals)

    # Entries stand by seq, and of several assigned to one deal the last one stays.
    seen = known.noticed <= day
    code = np.full(size, UNKNOWN, dtype=np.int64)
    code[known.deal[seen]] = known.code[seen]
    was_met = np.zeros(size, dtype=bool)
    was_met[known.deal[seen]] = True
    # A stage that the Settings lack by now was an open one: it is those that people rename.
    was_closed = was_met & (code != UNKNOWN) & ~codes.are_open(code)
    was_open = was_met & ~was_closed

    last_entered = np.full(size, "NaT", dtype=_DAY)
    last_entered[known.deal] = known.entered
    typed = deals.days("closed_on")
    closed_on = np.where(np.isnat(typed), last_entered, typed).astype(_DAY)

    is_closed = ~deals.is_open
    closed_since = is_closed & (was_open | (~was_met & (closed_on > day)))
    return Standing(was_open, was_closed, closed_on, closed_since)
