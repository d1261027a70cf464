"""What a verb is given and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

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
class Outcome:
    """What a verb found: whole new bodies of tables it writes, and findings."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
