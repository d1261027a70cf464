"""What a verb is given and what it gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, TypeVar

import pandas as pd

from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.frames import Tables
from salesbook.messages import Finding, Message
from salesbook.policy import Policy

_T = TypeVar("_T")

RUNNING_YEAR: Final = 0
"""As the year that is asked for: the fiscal year that the day of the run falls in."""


@dataclass(frozen=True)
class Task:
    """Everything a verb may look at.

    `tables` holds a frame for every table the verb reads, empty where the workbook has no rows:
    unusable rows left out, keys unique, references resolved to keys, settings in `policy` instead.
    `Action.run` takes out of them what comes later than `as_of` before a verb sees them.
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
    year: int | None = None
    """Fiscal year of which `split` plans anew what is not over; see also RUNNING_YEAR."""
    looks_back: bool = False
    """Whether there was a run as of a later day in this workbook."""
    own: Tables = field(default_factory=dict)
    """By table the columns of the user's own, for a verb that asks for them: numbers or words by
    header, the index as that of the table's frame."""
    whole: Tables = field(default_factory=dict)
    """The tables as they stand in the workbook, whatever their days; see `as_it_stands`."""
    take: str | None = None
    """Whose proposed target `propose` writes into Targets: company, a team, or a rep."""
    take_marked: bool = False
    """Whether it writes those that are marked in Proposal."""
    leads: tuple[str, ...] = ()
    """Leads that `convert` makes deals of, as somebody named them."""
    leaver: str = ""
    """Who hands over in `reassign`, as somebody named him."""
    successors: tuple[str, ...] = ()
    """Who take over; nobody named: the leaver's team."""
    with_plan: bool = False
    """Whether targets of months to come, and who is led by the leaver, go along."""
    keep: str | None = None
    """The row that stays when `merge` makes one of several, as somebody typed its id."""
    merged: tuple[str, ...] = ()
    """Those that go into it."""
    merge_table: str | None = None
    """The table that they are of, where somebody says it."""
    duplicates: tuple[tuple[str, str, str], ...] = ()
    """Pairs of Duplicates that `merge` settles: table and both keys."""
    merged_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By table: the row that stands for each id which was merged away. References that people type
    are resolved already; whoever looks up an id in a history asks here."""
    rows: tuple[int, ...] = ()
    """Rows of Checks whose warnings `waive` accepts, by their number in the sheet."""
    first_row: int = 0
    """The number that the first row of Checks has there."""
    code: str | None = None
    """The kind of warning of which `waive` accepts all."""
    _gathered: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What several verbs of a run look up, by what it is."""

    def once(self, what: str, gather: Callable[[], _T]) -> _T:
        """What several verbs of a run look up, gathered when the first of them asks for it.

        Args: what is gathered, in words that no other caller says.
        """
        if what not in self._gathered:
            self._gathered[what] = gather()
        gathered: _T = self._gathered[what]
        return gathered

    def as_it_stands(self, table: str) -> pd.DataFrame:
        """A table with what comes later, too: for who writes a record, and keeps every row of it."""
        return self.whole.get(table, self.tables[table])

    @property
    def records(self) -> Tables:
        """The tables that say which months are closed and what they paid, as they stand."""
        names = ("Periods", "Commission", "Statements")
        return {name: self.as_it_stands(name) for name in names}

    def with_what_comes_later(self) -> Task:
        """The same task with every table as it stands: for who judges whether a day can be meant."""
        return replace(self, tables={**self.tables, **self.whole})

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
    words: Mapping[str, Message] = field(default_factory=dict)
    """By field of text what all new rows say there, in the language of the workbook."""
    leaving: Mapping[int, int | None] = field(default_factory=dict)
    """Rows that go, by the frame's index: each with the row that takes over what people have in
    columns of their own on it, or None where it is parked."""
    can_wait: bool = False
    """Whether a workbook that lacks the table goes without it, as without a result."""


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
class ConvertedLead:
    """A lead that became a deal of a customer."""

    lead_id: str
    customer_id: str
    is_new_customer: bool
    deal_id: str
    rep_id: str


@dataclass(frozen=True)
class HandedOver:
    """What one rep takes over from another."""

    rep_id: str
    name: str
    customers: int
    deals: int
    tasks: int
    amount: Decimal
    """Of the deals, in the currency's units."""
    hours_before: float
    """A week, of what was promised before and after."""
    hours_after: float
    hours_available: float
    rows: tuple[tuple[str, str, str], ...]
    """Table, key and field of each cell that names him now."""


@dataclass(frozen=True)
class MergedRows:
    """Rows that became one, or would."""

    table: str
    keep: str
    merged: tuple[str, ...]
    taken: Mapping[str, str]
    """By field that the row which stays takes from another: the key of that one."""
    lost: tuple[tuple[str, str], ...]
    """Key and field of what goes, for the row that stays says otherwise."""
    moved: Mapping[str, int]
    """By table how many rows name the row that stays then."""
    left: Mapping[str, tuple[str, ...]]
    """By table the keys of rows that go, for they would say a second time what another says."""
    open_amount: Decimal
    """Of deals: by how much the open pipeline falls."""
    pay_before: Decimal | None
    pay_after: Decimal | None
    """Of reps: pay of the months that are not closed."""


@dataclass(frozen=True)
class WaivedWarning:
    """A warning that somebody accepted."""

    table: str
    row_key: str
    field: str
    code: str


@dataclass(frozen=True)
class Outcome:
    """What a verb found: whole new bodies of results, changes of single cells elsewhere, findings."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    patches: Mapping[str, Patch] = field(default_factory=dict)
    """By table that people type into: what changes there."""
    closed: ClosedMonth | None = None
    later: Mapping[str, int] = field(default_factory=dict)
    """By table that people type into: rows of which something comes later than the run's day."""
    first_later: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the same tables: the keys of the first few of these rows."""
    taken_up: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """By table of results: rows, by the frame's index, of which something that people typed into fields
    of theirs has become rows of other tables."""
    answer: Sequence[Message] = ()
    """What somebody who asked for it wants to know first, a sentence each."""
    details: Sequence[Message] = ()
    """What somebody who is asked whether it shall be done wants to see besides, line by line."""
    converted: Sequence[ConvertedLead] = ()
    left_leads: Sequence[tuple[str, str]] = ()
    """Leads that were to be converted and were not, each with the code of the reason."""
    handed_over: Sequence[HandedOver] = ()
    """What each successor gets, of `reassign`."""
    merged: Sequence[MergedRows] = ()
    waived: Sequence[WaivedWarning] = ()
