"""What was asked of a run, and what did it do?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from salesbook.book.attention import NOTHING, Attention
from salesbook.book.backups import Kept
from salesbook.domain.outcome import (
    ClosedMonth,
    ConvertedLead,
    HandedOver,
    MergedRows,
    WaivedWarning,
)
from salesbook.labels import Language
from salesbook.messages import Finding, Message


@dataclass(frozen=True)
class Options:
    """What a user may ask of a verb."""

    as_of: dt.date
    publish: bool = False
    resplit_from: str | None = None
    period: str | None = None
    reopen: str | None = None
    reason: str | None = None
    yes: bool = False
    """Whether results of a run as of a later day may give way to those of this one."""
    year: int | None = None
    take: str | None = None
    """Whose proposed target is to be written into Targets, as somebody typed it."""
    take_marked: bool = False
    leads: tuple[str, ...] = ()
    """Leads to be converted, by key or name."""
    leaver: str = ""
    """Who hands over what he has in hand, by key or name."""
    successors: tuple[str, ...] = ()
    """Who take it over, by key or name."""
    with_plan: bool = False
    """Whether targets and the people whom he leads go along."""
    keep: str | None = None
    """The row that stays when others are merged into it."""
    merged: tuple[str, ...] = ()
    merge_table: str | None = None
    duplicates: tuple[tuple[str, str, str], ...] = ()
    """Pairs of Duplicates to be merged."""
    rows: tuple[int, ...] = ()
    """Rows of Checks whose warnings are to be accepted, by their number in the sheet."""
    code: str | None = None
    """The kind of warning to be accepted, by its word or its code."""


@dataclass(frozen=True)
class Report:
    """What a run did, in counts."""

    action: str
    as_of: dt.date
    rows: dict[str, dict[str, int]]
    written: dict[str, int]
    findings: tuple[Finding, ...]
    seconds: float
    language: Language
    answer: tuple[Message, ...] = ()
    """What the verb itself says of its result, a sentence each."""
    details: tuple[Message, ...] = ()
    """What a preview lists besides, line by line."""
    notes: tuple[Message, ...] = ()
    """What else to know of the workbook: no fault of its rows, and nothing that stopped the run."""
    has_checks: bool = True
    """False where the workbook lacks the table that would name each finding."""
    closed: ClosedMonth | None = None
    """The month that the run closed or opened again."""
    converted: tuple[ConvertedLead, ...] = ()
    left_leads: tuple[tuple[str, str], ...] = ()
    """Leads that were to be converted and stay leads, each with the code of the reason."""
    handed_over: tuple[HandedOver, ...] = ()
    """What each successor gets."""
    merged: tuple[MergedRows, ...] = ()
    """Rows that were made one; that would be, in a preview."""
    is_preview: bool = False
    """Whether the run only showed what it would do: nothing is written, not even into the log."""
    waived: tuple[WaivedWarning, ...] = ()
    kept: Kept | None = None
    """What became of the workbook's state before; None where nothing changed but the log."""
    digest: tuple[str, ...] = ()
    """What the Dashboard says of the result, line by line; none where the run makes no pages."""
    attention: Attention = NOTHING
    """What of the result somebody should look at first."""
    unlisted: pd.DataFrame | None = None
    """Rows like those of Checks for errors of which it lists only some; None where it lists all."""

    @property
    def would_do_something(self) -> bool:
        """Whether a preview shows anything to agree to."""
        return bool(self.handed_over or self.merged)

    @property
    def errors(self) -> int:
        """Findings that are errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Findings that are warnings."""
        return len(self.findings) - self.errors
