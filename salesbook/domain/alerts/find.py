"""What should somebody act on today?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

# Imported for their rules, which register themselves.
from salesbook.domain.alerts import customers, deals, numbers, slices, standards, team  # noqa: F401
from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow, alerts_frame
from salesbook.domain.alerts.rules import RULES
from salesbook.domain.alerts.stakes import Stakes


def find_alerts(context: AlertContext) -> pd.DataFrame:
    """Make the Alerts table, one row per thing to act on; see each kind's rule for when it is.

    Who has left or is still to come is never asked to do something: his manager is, or nobody by
    name.
    """
    stakes = Stakes(context)
    alerts: list[tuple[str, AlertRow]] = []
    for kind, rule in RULES.items():
        rows = list(rule(context))
        for row, at_stake in zip(rows, stakes.of_kind(kind, rows), strict=True):
            who_can_act = context.responsible(row.who)
            alerts.append((kind, replace(row, who=who_can_act, at_stake=at_stake)))

    return alerts_frame(alerts)
