"""In which order does a deal's log stand between the rows that the workbook has of it?

A run notes where it sees a deal, and guesses what lay before; the log of another system knows. So
what was guessed gives way to the log, and what somebody typed, or an earlier file said, stays.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from salesbook.cells.base import Value

Source = Literal["imported", "inferred"]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A stage that a deal entered, as a file says it."""

    stage: str
    day: dt.date
    noticed: dt.date
    """Day on which it was noted: that of the entry, unless the file itself says a later one."""
    source: Source = "imported"
    values: Mapping[str, Value] = field(default_factory=dict)
    """Amount, expected day and rep as of that day, those that are known."""


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """A row of the deal that the workbook has."""

    position: int
    seq: int
    stage: str
    day: dt.date
    noticed: dt.date
    source: str

    @property
    def is_guess(self) -> bool:
        """Whether a run filled it in without having a day for it."""
        return self.source == "inferred"


@dataclass(slots=True)
class Placed:
    """One row of the deal after the import: of the file, of the workbook, or of both."""

    entry: int | None
    """Place of the log's entry."""
    known: KnownEntry | None
    stage: str
    day: dt.date


@dataclass(frozen=True)
class Fitted:
    """What becomes of a deal's rows."""

    rows: list[Placed]
    """All of them, in the order of their days: the first gets seq 1."""
    gone: list[KnownEntry]
    """Guesses that give way."""
    same_stay: dict[int, KnownEntry]
    """By place in the log, entries that a row tells already, with another day, which stays."""


def fit_together(
    log: Sequence[LogEntry], known: Sequence[KnownEntry], place: Callable[[str], int]
) -> Fitted:
    """Put a deal's log between the rows that the workbook has of it.

    - An entry with the stage and day of a row is that row.
    - An entry beside a row of the same stage, with no other stage between, is the same stay with
      another day: the row stays as it is. Time zones and days typed later make such pairs.
    - A guess gives way, unless a run saw the deal there after the log ends.
    - Entries of one day keep the log's order. A row of that day goes by its stage's place among them.

    Doing it again with what came of it changes nothing.

    Args:
        log: by time; no two neighbours are of one stage.
        known: the deal's rows, in any order.
        place: of a stage in its pipeline.
    """
    in_order = sorted(known, key=lambda row: (row.day, row.seq))
    kept = [row for row in in_order if not row.is_guess]
    guesses = sorted((row for row in known if row.is_guess), key=lambda row: row.seq)

    pairs = _equal_pairs(log, [*kept, *guesses])
    matched = {row.position for row in pairs.values()}
    rows = [
        Placed(number, pairs.get(number), entry.stage, entry.day)
        for number, entry in enumerate(log)
    ]
    _insert(rows, [row for row in kept if row.position not in matched], place)
    same_stay = _take_out_same_stays(rows)

    left_guesses = [row for row in guesses if row.position not in matched]
    gone = _place_guesses(rows, left_guesses, _last_of_runs(known), log)
    return Fitted(rows, gone, same_stay)


def _equal_pairs(
    log: Sequence[LogEntry], candidates: Sequence[KnownEntry]
) -> dict[int, KnownEntry]:
    """Rows by place of the log's entry that says the same; each row is one entry at most."""
    rows_of: dict[tuple[bool, str, dt.date], deque[KnownEntry]] = {}
    for row in candidates:
        rows_of.setdefault((row.is_guess, row.stage, row.day), deque()).append(row)
    pairs = {}
    for number, entry in enumerate(log):
        rows = rows_of.get((entry.source == "inferred", entry.stage, entry.day))
        if rows:
            pairs[number] = rows.popleft()
    return pairs


def _insert(rows: list[Placed], others: Sequence[KnownEntry], place: Callable[[str], int]) -> None:
    """Put rows of the workbook between those of the log, by day, then by the stage's place."""
    start = 0
    for other in others:
        position = start
        while position < len(rows) and not _goes_before(other, rows[position], place):
            position += 1
        rows.insert(position, Placed(None, other, other.stage, other.day))
        # The workbook's own rows keep their order.
        start = position + 1


def _goes_before(known: KnownEntry, row: Placed, place: Callable[[str], int]) -> bool:
    if row.day != known.day:
        return row.day > known.day
    return place(row.stage) > place(known.stage)


def _take_out_same_stays(rows: list[Placed]) -> dict[int, KnownEntry]:
    """Take out each entry of the log beside a row of the same stage that is no other entry."""
    same_stay: dict[int, KnownEntry] = {}
    taken: set[int] = set()
    for row in list(rows):
        if row.entry is None or row.known is not None:
            continue
        at = next(number for number, other in enumerate(rows) if other is row)
        for beside in (*rows[max(at - 1, 0) : at], *rows[at + 1 : at + 2]):
            known = beside.known if beside.entry is None else None
            if known is None or known.position in taken or known.stage != row.stage:
                continue
            same_stay[row.entry] = known
            taken.add(known.position)
            del rows[at]
            break
    return same_stay


def _last_of_runs(known: Sequence[KnownEntry]) -> set[int]:
    """Positions of the rows that say where a run saw the deal: the last one of each run."""
    last: dict[dt.date, KnownEntry] = {}
    for row in sorted(known, key=lambda row: row.seq):
        last[row.noticed] = row
    return {row.position for row in last.values()}


def _place_guesses(
    rows: list[Placed], guesses: Sequence[KnownEntry], seen: set[int], log: Sequence[LogEntry]
) -> list[KnownEntry]:
    """Keep guesses of runs that saw the deal in another stage after its log ends.

    Up to its end the log knows better. What was guessed to lie before such a sighting has no day
    that could be told from the others, and is found out anew.

    Returns: the guesses that give way.
    """
    end = max((entry.day for entry in log), default=dt.date.min)
    gone = []
    for guess in guesses:
        at = len(rows)
        while at and rows[at - 1].day > guess.day:
            at -= 1
        is_sighting = guess.position in seen and guess.noticed > end and guess.day > end
        is_elsewhere = at == 0 or rows[at - 1].stage != guess.stage
        is_told_next = at < len(rows) and rows[at].stage == guess.stage
        if is_sighting and is_elsewhere and not is_told_next:
            rows.insert(at, Placed(None, guess, guess.stage, guess.day))
        else:
            gone.append(guess)
    return gone
