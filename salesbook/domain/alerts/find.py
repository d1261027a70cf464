"""What should somebody act on today?"""

from __future__ import annotations

import pandas as pd

# Imported for their rules, which register themselves.
from salesbook.domain.alerts import customers, deals, numbers, team  # noqa: F401
from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, alerts_frame
from salesbook.domain.alerts.rules import RULES


def find_alerts(context: AlertContext) -> pd.DataFrame:
    """Make the Alerts table, one row per thing to act on; see each kind's rule for when it is."""
    alerts: list[tuple[str, AlertRow]] = []
    for kind, rule in RULES.items():
        alerts += [(kind, row) for row in rule(context)]

    return alerts_frame(alerts)
