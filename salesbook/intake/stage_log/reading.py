"""What does a log say of one deal: which stages it entered, and what it was worth on which day?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from salesbook.cells.base import Value
from salesbook.intake.rows import FileRow
from salesbook.intake.stage_log.sequence import LogEntry

VALUES: Final[tuple[str, ...]] = ("amount", "expected_on", "rep_id")
"""What a deal was on a day, beside its stage."""
_BEFORE: Final = {"amount": "_amount_before", "expected_on": "_expected_before"}
"""By field, what a log says that it was until the row's day."""
MOMENT: Final = "_moment"
"""Under which a row keeps the time of its day, for moves of one day go by that."""

State = tuple[Value | None, ...]
"""The values of `VALUES`."""


@dataclass
class DealLog:
    """The log of one deal."""

    entries: list[LogEntry] = field(default_factory=list)
    """By time; no two neighbours are of one stage."""
    rows: list[FileRow] = field(default_factory=list)
    """The file's row of each entry."""
    continued: list[tuple[FileRow, int]] = field(default_factory=list)
    """Rows that say the stage of the entry before once more, or none; with the place of that entry,
    -1 where there is none.
    """
    notes: dict[dt.date, State] = field(default_factory=dict)
    """What became of amount, expected day and rep while the deal stayed in a stage, by day."""
    note_of_row: dict[int, dt.date] = field(default_factory=dict)
    """By a row's identity, the day on which it is noted."""
    before: LogEntry | None = None
    """The stage that the first entry names as the one before it, where its day can be told."""
    never_moved_from: str = ""
    """The present stage of a deal of which a log of fields has changes, and no move."""

    @property
    def stage(self) -> str:
        """That in which the deal is after what was read so far; blank where none is known."""
        if self.entries:
            return self.entries[-1].stage
        return self.before.stage if self.before else self.never_moved_from


@dataclass(frozen=True)
class LogFacts:
    """What is known of a deal whose log is read, and of the log as a whole."""

    deal: Mapping[str, Value]
    """The deal as Deals has it."""
    is_of_fields: bool
    """Whether the log has a row for each changed field, so that none means no change."""
    tracked: Collection[str]
    """Fields of which the log notes any change."""
    first_stage: str
    """Of the deal's pipeline; blank where it has no open stage."""
    is_open: Callable[[str], bool]
    """Whether a deal in that stage is open."""


def read_deal_log(rows: Sequence[FileRow], facts: LogFacts) -> DealLog:
    """Read the rows of one deal.

    A row of the stage in which the deal is already enters none: its amount, expected day and rep are
    what they became meanwhile. What a row leaves blank is as it was before.

    Args:
        rows: by time.
    """
    state = _first_state(rows, facts)
    log = DealLog(before=_stage_before(rows, state, facts))
    if facts.is_of_fields and _first_move(rows) is None:
        log.never_moved_from = str(facts.deal.get("stage", ""))
    noted: State = state
    for group in _by_moment(rows):
        # At one moment first what it was worth: the entry then shows it.
        for row in group:
            state = _after(state, row)
        for row in _chained(group, log.stage):
            stage = row.values.get("stage")
            if stage is None or stage == log.stage:
                log.continued.append((row, len(log.entries) - 1))
                continue
            log.entries.append(_entry(row, state))
            log.rows.append(row)
            noted = state
        stays_open = log.stage != "" and facts.is_open(log.stage)
        if state != noted and stays_open and _can_be_noted(state):
            day = _day(group[-1])
            log.notes[day] = state
            log.note_of_row.update((id(row), day) for row in group)
            noted = state
    return log


def _first_state(rows: Sequence[FileRow], facts: LogFacts) -> State:
    """What the deal was before the first row.

    A change says what it was until then. In a log of fields that notes changes of this one, a deal
    without any has always been what it is.
    """
    return tuple(_first_value(name, rows, facts) for name in VALUES)


def _first_value(name: str, rows: Sequence[FileRow], facts: LogFacts) -> Value | None:
    before = _BEFORE.get(name, "")
    for row in rows:
        if before in row.values:
            return row.values[before]
        if name in row.values:
            return None
    has_always_been = facts.is_of_fields and name in facts.tracked
    return facts.deal.get(name) if has_always_been else None


def _after(state: State, row: FileRow) -> State:
    return tuple(row.values.get(name, old) for name, old in zip(VALUES, state, strict=True))


def _entry(row: FileRow, state: State) -> LogEntry:
    day = _day(row)
    noticed = row.values.get("noticed_on")
    is_later = isinstance(noticed, dt.date) and noticed > day
    return LogEntry(
        stage=str(row.values["stage"]),
        day=day,
        noticed=noticed if is_later else day,  # type: ignore[arg-type]
        source="inferred" if row.values.get("source") == "inferred" else "imported",
        values=_known(state),
    )


def _can_be_noted(state: State) -> bool:
    """Whether amount and day are both known: in DealHistory a blank says that there is none."""
    amount, expected_on, _ = state
    return amount is not None and expected_on is not None


def _stage_before(rows: Sequence[FileRow], state: State, facts: LogFacts) -> LogEntry | None:
    """The stage from which the log's first entry came, since the deal was created.

    Deals are created in the first stage, so that the day is that stage's own; of another stage it is
    a guess: the log may begin later than the deal.

    Args:
        state: what the deal was before the first row.
    """
    created = facts.deal.get("created_on")
    first = _first_move(rows)
    if first is None or not isinstance(created, dt.date):
        return None
    stage = first.values.get("_from")
    begins_there = stage is not None and stage != first.values["stage"]
    if not begins_there or created > _day(rows[0]):
        return None
    return LogEntry(
        stage=str(stage),
        day=created,
        noticed=created,
        source="imported" if stage == facts.first_stage else "inferred",
        values=_known(state),
    )


def _first_move(rows: Sequence[FileRow]) -> FileRow | None:
    """The first row that enters a stage; of one moment that which no other of it leads to."""
    for group in _by_moment(rows):
        moves = [row for row in group if "stage" in row.values]
        if moves:
            entered = {row.values["stage"] for row in moves}
            begins = (row for row in moves if row.values.get("_from") not in entered)
            return next(begins, moves[0])
    return None


def _known(state: State) -> dict[str, Value]:
    return {name: value for name, value in zip(VALUES, state, strict=True) if value is not None}


# In which order things happened.


def in_order_of_time(
    rows: Sequence[FileRow], place: Callable[[str], int], *, is_newest_first: bool
) -> list[FileRow]:
    """Rows of one deal by time; those of one moment in the order of the file.

    Args:
        rows: in the file's order.
        place: of a stage in the deal's pipeline: it decides between days of one line of the file,
            which stand there in the order of columns.
        is_newest_first: whether the file begins with the newest rows.
    """
    sign = -1 if is_newest_first else 1

    def key(row: FileRow) -> tuple[Any, ...]:
        seq = row.values.get("seq", 0)
        return _moment(row), seq, sign * row.number, place(str(row.values.get("stage", "")))

    return sorted(rows, key=key)


def begins_with_newest(rows_of_deals: Collection[Sequence[FileRow]]) -> bool:
    """Whether the deals' rows, in the file's order, go back in time more often than forwards."""
    forwards = backwards = 0
    for rows in rows_of_deals:
        for row, following in pairwise(rows):
            forwards += _moment(row) < _moment(following)
            backwards += _moment(row) > _moment(following)
    return backwards > forwards


def _by_moment(rows: Sequence[FileRow]) -> list[list[FileRow]]:
    groups: list[list[FileRow]] = []
    for row in rows:
        if groups and _moment(groups[-1][0]) == _moment(row):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _chained(rows: Sequence[FileRow], stage: str) -> list[FileRow]:
    """Rows of one moment so that each begins in the stage where the one before it ended.

    Where none says so, the order is as given.
    """
    if len(rows) == 1 or not any("_from" in row.values for row in rows):
        return list(rows)
    left, chained = list(rows), []
    while left:
        following = next((row for row in left if row.values.get("_from") == stage), left[0])
        left.remove(following)
        chained.append(following)
        stage = str(following.values.get("stage", stage))
    return chained


def _moment(row: FileRow) -> dt.datetime:
    moment = row.values.get(MOMENT)
    if isinstance(moment, dt.datetime):
        return moment
    day = _day(row)
    return dt.datetime(day.year, day.month, day.day)


def _day(row: FileRow) -> dt.date:
    day = row.values["entered_on"]
    if not isinstance(day, dt.date):
        raise TypeError(f"a day of {type(day).__name__}")
    return day
