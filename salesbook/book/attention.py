"""What of a run's result should somebody look at first: which kinds of finding, which alerts?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from salesbook.domain.outcome import Outcome
from salesbook.messages import Finding, Message
from salesbook.money import to_decimal
from salesbook.writing.checks import Places, found_as_read
from salesbook.writing.row_names import RowNames

_MOST_ALERTS: Final = 3
_SEVERITIES: Final = ("error", "warning")


@dataclass(frozen=True, slots=True)
class FindingKind:
    """All findings of one code in one column, which are put right in one way."""

    first: Finding
    count: int
    cell: str | None
    """The cell of the first; None for a finding about a whole table."""
    found: str = ""
    """What was found there, as people read it."""
    about: str = ""
    """The row of the first: its key, or in words where that has several parts or is a setting."""


@dataclass(frozen=True, slots=True)
class UrgentAlert:
    """One of the first rows of Alerts, with names for its keys."""

    kind: str
    about: str | None
    """What people call the deal, order, customer or lead; None where it is about none."""
    rep: str | None
    amount: Decimal | None
    because: Message


@dataclass(frozen=True, slots=True)
class Attention:
    """What to look at first, the most important first."""

    kinds: tuple[FindingKind, ...] = ()
    """Errors before warnings, and of either what there is most of."""
    alerts: tuple[UrgentAlert, ...] = ()
    alert_count: int = 0
    """Alerts in all."""


NOTHING: Final = Attention()


def attention_of(
    outcome: Outcome,
    findings: Sequence[Finding],
    names: RowNames,
    places: Places,
    *,
    decimals: int,
) -> Attention:
    """Find what of an outcome somebody should look at first.

    Args:
        findings: as the run reports them.
        names: of the workbook's rows.
        places: where its rows stand once the run has written.
        decimals: of the currency.
    """
    alerts = outcome.tables.get("Alerts")
    if alerts is None:
        return Attention(_kinds(findings, names, places))
    # Verbs give keys alone: names are looked up when a table is written, and for its first rows now.
    first = names.filled("Alerts", alerts.head(_MOST_ALERTS))
    urgent = tuple(_urgent(row, decimals) for row in first.itertuples())
    return Attention(_kinds(findings, names, places), urgent, len(alerts))


def _kinds(findings: Sequence[Finding], names: RowNames, places: Places) -> tuple[FindingKind, ...]:
    by_kind: dict[tuple[str, str, str, str | None], list[Finding]] = {}
    for finding in findings:
        kind = (finding.severity, finding.code, finding.table, finding.field)
        by_kind.setdefault(kind, []).append(finding)

    kinds = []
    for alike in by_kind.values():
        first = alike[0]
        cell = places.cell_of(first.table, first.row, first.row_key, first.field)
        about = _about(first, names)
        kinds.append(FindingKind(first, len(alike), cell, found_as_read(first), about))
    # Python's sort leaves equals in the order in which the run found them.
    kinds.sort(key=lambda kind: (_SEVERITIES.index(kind.first.severity), -kind.count))
    return tuple(kinds)


def _about(finding: Finding, names: RowNames) -> str:
    key = finding.row_key
    if "|" not in key and finding.table != "Policy":
        return key
    return names.shown(finding.table, [key]).get(key, key)


def _urgent(alert: Any, decimals: int) -> UrgentAlert:
    return UrgentAlert(
        kind=alert.kind,
        about=None if pd.isna(alert.row_name) else alert.row_name,
        rep=None if pd.isna(alert.who_name) else alert.who_name,
        amount=None if pd.isna(alert.amount) else to_decimal(int(alert.amount), decimals),
        because=alert.because,
    )
