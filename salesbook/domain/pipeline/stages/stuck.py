"""Which open deals have been in their stage for too long?"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats
from salesbook.domain.pipeline.stages.codes import OPEN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries

_ONE_DAY: Final = np.timedelta64(1, "D")


def days_in_stage(
    deals: KnownDeals, known: Entries, codes: StageCodes, *, as_of: dt.date
) -> Floats:
    """Days that each open deal has been in its present stage, all its visits together; nan for
    closed ones.

    An edit of the deal does not start the count anew. Where the day of the present visit is only
    inferred, a `stage_since` typed later takes its place.
    """
    today = np.datetime64(as_of, "D")
    last = known.is_last()
    until = np.where(last, today, np.append(known.entered[1:], today)[: len(last)])
    since = deals.frame["stage_since"].to_numpy().astype("datetime64[D]")[known.deal]
    start = np.where(last & ~known.certain & ~np.isnat(since), since, known.entered)
    here = known.code == deals.code[known.deal]
    days = np.maximum((np.minimum(until, today) - start) / _ONE_DAY, 0.0)
    total = np.bincount(known.deal[here], days[here], len(deals))
    seen = np.zeros(len(deals), dtype=bool)
    seen[known.deal[here & last]] = True
    return np.where(seen & (codes.kind[deals.code] == OPEN), total, np.nan)


def is_stuck(days: Floats, limits: Floats) -> Flags:
    """True where the days exceed the limit; false where either is missing."""
    with np.errstate(invalid="ignore"):
        found: Flags = days > limits
    return found
