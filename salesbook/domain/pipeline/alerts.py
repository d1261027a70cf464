"""What should somebody act on today?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.domain.pipeline import alerts_deals, alerts_numbers, alerts_team
from salesbook.domain.pipeline.alert_rows import AlertRow, Desk, alerts_frame
from salesbook.domain.pipeline.stage_codes import LOST, WON, KnownDeals, StageCodes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Watched:
    """What the funnel found out about deals and stages."""

    deals: KnownDeals
    codes: StageCodes
    days: Floats
    """Per deal: days in its stage; nan where closed."""
    limits: Floats
    """Per stage: days after which a deal is stuck; nan where nothing says."""
    learned: npt.NDArray[np.bool_]
    """Per stage: the limit comes from won deals."""
    funnel: pd.DataFrame
    forecast: pd.DataFrame


def find_alerts(desk: Desk, watched: Watched) -> pd.DataFrame:
    """Make the Alerts table, one row per thing to act on; see each kind for its rule."""
    deals, codes = watched.deals, watched.codes
    at_work = alerts_deals.open_deals(deals, codes, watched.days, watched.limits)
    won = deals.frame[deals.kind == WON]
    rows: list[AlertRow] = [
        *alerts_deals.stuck_deals(desk, at_work, watched.learned),
        *alerts_deals.passed_close_dates(desk, at_work),
        *alerts_deals.next_steps(desk, at_work),
        *alerts_deals.unmet_needs(at_work, codes),
        *alerts_deals.quiet_big_deals(desk, at_work),
        *alerts_team.late_deliveries(desk),
        *alerts_team.late_payments(desk),
        *alerts_team.waiting_leads(desk),
        *alerts_team.reps_without_visits(desk),
        *alerts_numbers.worst_leaks(desk, watched.funnel),
        *alerts_numbers.thin_coverage(desk, watched.forecast, won, int((deals.kind == LOST).sum())),
    ]
    return alerts_frame(rows)
