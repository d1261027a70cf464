"""What should somebody act on today?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.alerts import customers, deals, numbers, team
from salesbook.domain.alerts.rows import AlertRow, Desk, alerts_frame
from salesbook.domain.pipeline.stages.codes import LOST, WON, KnownDeals, StageCodes


@dataclass(frozen=True)
class Watched:
    """What the funnel found out about deals and stages."""

    deals: KnownDeals
    codes: StageCodes
    days: Floats
    """Per deal: days in its stage; nan where closed."""
    limits: Floats
    """Per stage: days after which a deal is stuck; nan where nothing says."""
    learned: Flags
    """Per stage: the limit comes from won deals."""
    funnel: pd.DataFrame
    forecast: pd.DataFrame


def find_alerts(desk: Desk, watched: Watched) -> pd.DataFrame:
    """Make the Alerts table, one row per thing to act on; see each kind for its rule."""
    known, codes = watched.deals, watched.codes
    at_work = deals.open_deals(known, codes, watched.days, watched.limits)
    won = known.frame[known.kind == WON]
    rows: list[AlertRow] = [
        *deals.stuck_deals(desk, at_work, watched.learned),
        *deals.passed_close_dates(desk, at_work),
        *deals.next_steps(desk, at_work),
        *deals.unmet_needs(at_work, codes),
        *deals.quiet_big_deals(desk, at_work),
        *team.late_deliveries(desk),
        *team.late_payments(desk),
        *team.reps_without_visits(desk),
        *customers.waiting_leads(desk),
        *customers.waiting_complaints(desk),
        *customers.untouched_customers(desk),
        *numbers.worst_leaks(desk, watched.funnel),
        *numbers.thin_coverage(desk, watched.forecast, won, int((known.kind == LOST).sum())),
    ]
    return alerts_frame(rows)
