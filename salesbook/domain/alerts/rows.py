"""What an alert consists of before it becomes a row: pieces that all kinds of alert share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.frames import Tables, frame_of
from salesbook.messages import Fact, Message
from salesbook.money import currency_decimals, to_decimal
from salesbook.policy import Policy

Severity = Literal["high", "medium", "low"]
_SEVERITIES: Final = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Desk:
    """What every kind of alert looks at."""

    tables: Tables
    policy: Policy
    as_of: dt.date

    @cached_property
    def today(self) -> pd.Timestamp:
        """The day of the run as pandas has it."""
        return pd.Timestamp(self.as_of)

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Work days of this year and the last."""
        return WorkCalendar.of_policy(self.policy, (self.as_of.year - 1, self.as_of.year))

    @cached_property
    def _decimals(self) -> int:
        return currency_decimals(self.policy.rules.currency)

    def money(self, minor: float) -> Decimal:
        """Minor units as a message shows them."""
        return to_decimal(int(minor), self._decimals)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert; money is minor units, None is missing."""

    kind: str
    table: str
    row_key: str
    severity: Severity
    facts: dict[str, Fact]
    """Params of the sentence that says why."""
    who: str | None = None
    since_on: Any = None
    days: float | None = None
    amount: int | None = None
    reason: str = "because"
    """Which of the kind's sentences says why."""
    advice: dict[str, Fact] | None = None
    """Params of the sentence that says what to do, if it has any."""


def alerts_frame(rows: Sequence[AlertRow]) -> pd.DataFrame:
    """Make the Alerts table: most severe first, then by money, the most first, then by key."""
    ordered = sorted(rows, key=_order)
    since = [row.since_on for row in ordered]
    return frame_of(
        "Alerts",
        {
            "kind": [row.kind for row in ordered],
            "table": [row.table for row in ordered],
            "row_key": [row.row_key for row in ordered],
            "severity": [row.severity for row in ordered],
            "who": [row.who for row in ordered],
            "since_on": np.array(since, dtype="datetime64[us]") if since else since,
            "days": [row.days for row in ordered],
            "amount": [row.amount for row in ordered],
            "because": [Message(f"alert.{row.kind}.{row.reason}", row.facts) for row in ordered],
            "do": [Message(f"alert.{row.kind}.do", row.advice or {}) for row in ordered],
        },
    )


def _order(row: AlertRow) -> tuple[int, bool, int, str, str, str]:
    return (
        _SEVERITIES[row.severity],
        row.amount is None,
        -(row.amount or 0),
        row.kind,
        row.table,
        row.row_key,
    )


def text_or_none(value: Any) -> str | None:
    """A cell's text; None where it is missing."""
    return None if pd.isna(value) else str(value)


def whole_or_none(value: Any) -> int | None:
    """A cell's whole number; None where it is missing."""
    return None if pd.isna(value) else int(value)
