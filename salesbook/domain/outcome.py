"""What a verb is given and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.frames import Tables
from salesbook.messages import Finding
from salesbook.policy import Policy


@dataclass(frozen=True)
class Task:
    """Everything a verb may look at.

    `tables` holds a frame for every table the verb reads, empty where the workbook has no rows:
    unusable rows left out, keys unique, references resolved to keys, settings in `policy` instead.
    """

    tables: Tables
    policy: Policy
    as_of: dt.date
    publish: bool = False
    resplit_from: str | None = None
    """Period from which `split` plans anew."""
    period: str | None = None
    """Month that `close` closes."""
    reopen: str | None = None
    """Month that `close` opens again."""
    reason: str | None = None
    """Why it opens it."""
    user: str = ""
    """Who asked."""
    found: Sequence[Finding] = ()
    """What reading the tables found."""
    left_out: Tables = field(default_factory=dict)
    """By table the rows that cannot be used, typed as far as they can be read."""

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Which days are worked: the one calendar of the run, which notes what it is asked for.

        A verb that made one of its own would count on years that nobody knows yet, and not say so.
        """
        return WorkCalendar.of_policy(self.policy)

    @property
    def asked_calendar(self) -> WorkCalendar | None:
        """The calendar where a verb has gone by it; None where none has."""
        return vars(self).get("calendar")


@dataclass(frozen=True)
class Patch:
    """What a verb changes in a table that people type into: nothing else there is touched."""

    new_rows: pd.DataFrame
    """Rows to append."""
    cells: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    """New values by field, by the frame's index of the row."""
    needs: Sequence[str] = ()
    """Fields without whose columns the patch would say nothing."""


PAY_AMOUNTS: Final = ("sold", "earned", "award", "drawn", "paid", "debt")
"""The amounts of a statement, in the order in which they are shown."""


@dataclass(frozen=True)
class RepPay:
    """A rep's statement of one month, amounts in the currency's units."""

    rep_id: str
    name: str
    sold: Decimal
    earned: Decimal
    award: Decimal
    drawn: Decimal
    paid: Decimal
    debt: Decimal


@dataclass(frozen=True)
class ClosedMonth:
    """A month that was closed, or opened again, and what it pays."""

    period: str
    is_reopened: bool
    reps: tuple[RepPay, ...]
    """Everybody with a statement, by key."""


@dataclass(frozen=True)
class Outcome:
    """What a verb found: whole new bodies of results, changes of single cells elsewhere, findings."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    patches: Mapping[str, Patch] = field(default_factory=dict)
    """By table that people type into: what changes there."""
    closed: ClosedMonth | None = None
