"""What an alert consists of before it becomes a row of the table, and in which order rows stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from salesbook.frames import frame_of
from salesbook.messages import Fact, Message

Severity = Literal["high", "medium", "low"]
SEVERITIES: Final = {"high": 0, "medium": 1, "low": 2}
Rank = tuple[int, int, int, int]
"""Where something to act on stands among the others: the lowest comes first."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One thing to act on; money is minor units, None is missing. Its rule knows its kind."""

    table: str
    row_key: str
    severity: Severity
    facts: dict[str, Fact]
    """Params of the sentence that says why."""
    who: str | None = None
    since_on: Any = None
    days: float | None = None
    amount: int | None = None
    at_stake: int | None = None
    """What the order goes by, see `stakes`; its rule leaves it to `find_alerts`."""
    reason: str = "because"
    """Which of the kind's sentences says why."""
    advice: dict[str, Fact] | None = None
    """Params of the sentence that says what to do, if it has any."""
    action: str = "do"
    """Which of the kind's sentences says what to do."""


def alerts_frame(alerts: Iterable[tuple[str, AlertRow]]) -> pd.DataFrame:
    """Make the Alerts table, in an order in which one can work through it.

    See `rank_of`; equal ones stand by kind and key.

    Args: alerts are pairs of a kind and a row of it, in any order.
    """
    ordered = sorted(alerts, key=_order)
    kinds = [kind for kind, _ in ordered]
    rows = [row for _, row in ordered]

    since = [row.since_on for row in rows]
    because = [Message(f"alert.{kind}.{row.reason}", row.facts) for kind, row in ordered]
    what_to_do = [Message(f"alert.{kind}.{row.action}", row.advice or {}) for kind, row in ordered]

    return frame_of(
        "Alerts",
        {
            "kind": kinds,
            "table": [row.table for row in rows],
            "row_key": [row.row_key for row in rows],
            "severity": [row.severity for row in rows],
            "who": [row.who for row in rows],
            "since_on": np.array(since, dtype="datetime64[us]") if since else since,
            "days": [row.days for row in rows],
            "amount": [row.amount for row in rows],
            "at_stake": [row.at_stake for row in rows],
            "because": because,
            "do": what_to_do,
        },
    )


def rank_of(severity: str, at_stake: int | None, amount: int | None) -> Rank:
    """Where an alert stands, on its sheet as on the pages.

    First what money hangs on, the most first, however severe its kind is: a small deal that is stuck
    for long can wait for a large one whose day has passed, and for the complaint of a large customer.
    Then the rest, most severe first.
    """
    urgency, size = SEVERITIES[severity], -(amount or 0)
    return (0, -at_stake, urgency, size) if at_stake is not None else (1, urgency, size, 0)


def _order(alert: tuple[str, AlertRow]) -> tuple[Rank, str, str, str]:
    kind, row = alert
    return rank_of(row.severity, row.at_stake, row.amount), kind, row.table, row.row_key


def text_or_none(value: Any) -> str | None:
    """A cell's text; None where it is missing."""
    return None if pd.isna(value) else str(value)


def whole_or_none(value: Any) -> int | None:
    """A cell's whole number; None where it is missing."""
    return None if pd.isna(value) else int(value)
