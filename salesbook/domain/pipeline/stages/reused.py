"""Which deals carry the history of another one, since their ID was given twice?"""

from __future__ import annotations

import numpy as np

from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.domain.pipeline.stages.history import Entries
from salesbook.messages import Finding

_DAY = "datetime64[D]"


def seen_before_created(deals: KnownDeals, known: Entries) -> list[Finding]:
    """Name deals that a run saw before the day on which they say that they were created.

    Whoever types a new deal over an old one, or gives its ID again, leaves the new one the old one's
    stages, days and amounts. Another reason is a wrong day of creation.
    """
    first = np.full(len(deals), np.datetime64("NaT"), dtype=_DAY)
    # Entries stand by deal and seq, and of several assigned to one deal the last one stays.
    first[known.deal[::-1]] = known.noticed[::-1]
    created = deals.days("created_on")
    return [
        Finding(
            "seen-before-created",
            "warning",
            "Deals",
            row=int(deals.frame.index[place]),
            field="created_on",
            row_key=str(deals.frame["deal_id"].iloc[place]),
            found=str(created[place]),
            params={"day": first[place].item()},
        )
        for place in np.flatnonzero(first < created).tolist()
    ]
