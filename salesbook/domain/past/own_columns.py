"""Which of the user's own columns could have been known on an earlier day?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesbook.domain.pipeline.chances.model.known_columns import own_columns
from salesbook.domain.pipeline.chances.model.screening import come_with_closing
from salesbook.domain.pipeline.stages.codes import known_deals, stage_codes
from salesbook.policy import Policy


def own_then(
    own: pd.DataFrame, deals: pd.DataFrame, deals_then: pd.DataFrame, policy: Policy
) -> pd.DataFrame:
    """Leave out columns of Deals that are filled in when a deal closes, where some closed later.

    No date tells when a cell of such a column was typed, so that it stands as it does today. A deal
    that is put back among the open ones still has in it what it got when it closed: to a run as of
    that day the column would seem known while deals are open, and tell it their outcome. The deals
    that are open today show that it is not.

    Args:
        own: numbers or words by header.
        deals: Deals as it stands.
        deals_then: Deals as of the day.
    """
    if deals_then is deals or own.empty:
        return own
    today = known_deals(deals, stage_codes(policy))
    is_open = np.flatnonzero(today.is_open)
    is_closed = np.flatnonzero(~today.is_open)
    columns = own_columns(own, today)
    late = come_with_closing(
        [column.part(is_closed) for column in columns], [column.part(is_open) for column in columns]
    )
    return own.drop(columns=late)
