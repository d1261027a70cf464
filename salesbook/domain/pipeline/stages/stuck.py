"""Which open deals have been in their stage for too long?"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.domain.pipeline.stages.history import Entries

_ONE_DAY: Final = np.timedelta64(1, "D")


def days_in_stage(deals: KnownDeals, known: Entries, *, as_of: dt.date) -> Floats:
    """Days that each open deal has been in its present stage, all visits together; nan if closed.

    An edit of the deal does not start the count anew. Where the day of the present visit is only
    inferred, a `stage_since` typed later takes its place, unless it is still that of the stage
    before, or lies before a logged day of it.
    """
    today = np.datetime64(as_of, "D")
    is_last = known.is_last()
    end = np.minimum(known.ends(as_of), today)

    since = deals.days("stage_since")[known.deal]
    before, is_logged_before = np.roll(known.entered, 1), np.roll(known.logged, 1)
    is_left_over = known.follows() & ((since == before) | (is_logged_before & (since < before)))
    is_typed_later = is_last & ~known.certain & ~np.isnat(since) & ~is_left_over
    start = np.where(is_typed_later, since, known.entered)
    days = np.maximum((end - start) / _ONE_DAY, 0.0)

    in_present_stage = known.code == deals.code[known.deal]
    deal, visit_days = known.deal[in_present_stage], days[in_present_stage]
    total = np.bincount(deal, visit_days, len(deals))

    # A deal whose last row is another stage has no row of its present one: nothing was measured.
    is_recorded = np.zeros(len(deals), dtype=bool)
    is_present_row = in_present_stage & is_last
    is_recorded[known.deal[is_present_row]] = True
    return np.where(is_recorded & deals.is_open, total, np.nan)


def is_stuck(days: Floats, limits: Floats) -> Flags:
    """True where the days exceed the limit; false where either is missing."""
    with np.errstate(invalid="ignore"):
        exceeds: Flags = days > limits
    return exceeds
