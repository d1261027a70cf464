"""What should somebody act on today?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import pandas as pd

# Imported for their rules, which register themselves.
from salesbook.domain.alerts import (  # noqa: F401
    agreed,
    customers,
    deals,
    numbers,
    plans,
    slices,
    standards,
    team,
)
from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.forgotten import ToContact
from salesbook.domain.alerts.log import LATE_ALERT, LOG, ActionLog
from salesbook.domain.alerts.rate_moved import RateMoves
from salesbook.domain.alerts.rows import AlertRow, alerts_frame
from salesbook.domain.alerts.rules import RULES
from salesbook.domain.alerts.stakes import Stakes


def find_alerts(context: AlertContext, moves: RateMoves) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the Alerts table, one row per thing to act on, and bring the action log up to date.

    See each kind's rule for when it is. Who has left or is still to come is never asked to do
    something: his manager is, or nobody by name. What the log notes are alerts, and of what stands in
    it late steps are alerts again: so these come last.

    Returns: Alerts, and ActionLog with its rows noticed by the day of the run.
    """
    stakes = Stakes(context)
    alerts = [*_alerts(context, RULES.keys() - {LATE_ALERT}, stakes)]
    known = ActionLog(context, alerts_frame(alerts), moves, context.merged_ids)
    log = known.up_to_date(context.tables[LOG])
    late = _alerts(replace(context, actions=log), {LATE_ALERT}, stakes)
    return alerts_frame([*alerts, *late]), log


def _alerts(
    context: AlertContext, kinds: Collection[str], stakes: Stakes
) -> Iterator[tuple[str, AlertRow]]:
    """The alerts of some kinds, each with its kind."""
    to_contact = ToContact(context.tables)
    for kind, rule in RULES.items():
        if kind not in kinds:
            continue
        rows = list(to_contact.of_kind(kind, rule(context)))
        for row, at_stake in zip(rows, stakes.of_kind(kind, rows), strict=True):
            yield kind, replace(row, who=context.responsible(row.who), at_stake=at_stake)
