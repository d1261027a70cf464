"""From which day to which was each deal in each stage, as far as typed days and runs tell?

Two things tell where a deal was: a day that somebody typed, and a run that saw it there. Between two
runs a deal may have moved without a day, or passed stages that no run saw. To leave such stages out
would keep the long ones only; so each of them, and each move without a day, gets its share of the
time between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.arrays import Days, Flags, Floats, Ints
from salesbook.domain.pipeline.stages.codes import UNKNOWN, KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries

_DAY: Final = "datetime64[D]"
_WHOLE: Final = 0.9
"""Share of the visits that are over whose days must be known for them to be a whole history."""
_TOO_MANY_OPEN: Final = 2.0
"""More open deals than so many times what the closed ones let expect: most closed ones are missing.
"""


@dataclass(frozen=True)
class Visits:
    """One row per time that a deal was in an open stage, by deal and in order of time.

    Days are numbers that count through, with fractions where a day was shared out.
    """

    deal: Ints
    code: Ints
    start: Floats
    """Day on which the deal entered; nan where nothing says."""
    end: Floats
    """Day on which it left, `as_of` while it is there; nan where nothing says."""
    left: Flags
    """False where the deal is still there."""
    seen_from: Floats
    """Day from which on the visit would have been known however short it had been."""
    gap: Floats
    """Days between the runs that `start` or `end` was guessed from; 0 where both were typed."""


def noted_by_runs(history: pd.DataFrame) -> pd.Series[Any]:
    """The days on which runs wrote rows of StageHistory.

    What another system noted on its day was seen by no run, and says nothing of any other deal.
    """
    return history.loc[history["source"] != "imported", "noticed_on"]


def run_days(tables: Sequence[pd.Series[Any]], *, as_of: dt.date) -> Days:
    """The days of all runs that left a trace, up to `as_of`, which is a run itself.

    Args:
        tables: columns that hold a run's day: `noted_by_runs` of StageHistory, `as_of` of
            ForecastHistory. A run that noticed nothing stands in the second only.
    """
    today = np.array([as_of], dtype=_DAY)
    noted = [column.dropna().to_numpy().astype(_DAY) for column in tables]
    days = np.unique(np.concatenate([today, *noted]))
    return np.asarray(days[days <= today[0]])


def visits_of(
    deals: KnownDeals, known: Entries, codes: StageCodes, runs: Days, *, as_of: dt.date
) -> Visits:
    """Tell when each deal was in each open stage, up to `as_of`.

    A day is known where it was typed (`stage_since`, `closed_on`, for the first stage `created_on`).
    Days that are not share the time in which they must lie: from the last day on which the deal is
    known to have been in the stage before, to the next typed day, or to the run that first saw it
    after. In a gap of g days a deal that passed j stages unseen leaves the first one after
    g/(j+2), stays g/(j+2) in each, and has been in the last one for g/(j+2) when it is seen. That
    is done only between two runs, the first of which knew the deal or came before it was created;
    of a deal that was found with a past nobody knows more than its typed days.

    A visit counts from its first day if it would be known however short it had been: of a deal that
    an earlier run knew, or that was created after that run; and one that was over when the deal
    was found, of which both days were typed. Of the stage in which a deal was found nothing is
    known until that day: had it left sooner, it would have been found in another one, or never;
    unless the run found the stage's whole history, see `_in_whole_histories`.

    What another system logged is known day by day: no stage lies unseen between two logged moves,
    and a visit counts from its first day, or from the day on which the first deal of its pipeline
    was closed: of those that were closed before, nobody knows how many are missing.

    Source: seen in S1 on day 0, in S3 on day 7: S2 from 2 1/3 to 4 2/3.
    """
    rows = _with_unseen(_Rows.of(deals, known, codes, runs, as_of), deals, codes)
    start, window = _starts(rows)

    goes_on = rows.is_last()
    today = float(_number(np.datetime64(as_of, "D")))
    next_start = np.append(start[1:], today)[: len(start)]
    next_window = np.append(window[1:], 0.0)[: len(window)]
    end = np.where(goes_on, today, next_start)
    gap = np.maximum(window, np.where(goes_on, 0.0, next_window))

    seen_from = _seen_from(rows, start)
    is_whole = _in_whole_histories(rows, end - start, rows.noticed - end, gap, codes)
    seen_from = np.where(is_whole, start, seen_from)
    first_end = _first_end(rows, codes, today)
    seen_from = np.where(rows.is_logged, np.fmax(seen_from, first_end), seen_from)

    is_open = codes.are_open(rows.code)
    return Visits(
        deal=rows.deal[is_open],
        code=rows.code[is_open],
        start=start[is_open],
        end=end[is_open],
        left=~goes_on[is_open],
        seen_from=seen_from[is_open],
        gap=gap[is_open],
    )


@dataclass(frozen=True)
class _Rows:
    """Entries up to a day, with what the runs say of each; days as numbers, nan where missing."""

    deal: Ints
    code: Ints
    typed: Floats
    """Day of the entry where somebody typed it."""
    noticed: Floats
    """Run that wrote the row."""
    run_before: Floats
    """Newest run before that one."""
    is_seen: Flags
    """True where that run saw the deal in this stage; else the deal had passed it before."""
    is_undated: Flags
    """True where nobody typed when the deal was created."""
    is_logged: Flags
    """True where another system noted the move."""

    @classmethod
    def of(
        cls, deals: KnownDeals, known: Entries, codes: StageCodes, runs: Days, as_of: dt.date
    ) -> _Rows:
        """The entries of all deals; those after `as_of` have not happened."""
        rows = np.flatnonzero(known.entered <= np.datetime64(as_of, "D"))
        deal, code, noticed = known.deal[rows], known.code[rows], known.noticed[rows]
        entered = known.entered[rows]

        is_logged = known.logged[rows]
        is_first, is_last_of_run = _edges(deal, noticed)
        # A log that goes on before the run's day says that the run did not see the deal there.
        next_logged = np.append(is_logged[1:] & ~is_first[1:], False)[: len(deal)]
        next_entered = np.append(entered[1:], np.datetime64("NaT", "D"))[: len(deal)]
        is_left_before = next_logged & (next_entered <= noticed)
        created = deals.days("created_on")[deal]
        is_first_stage = codes.are_open(code) & (codes.place[code] == 0)
        is_creation = is_first & is_first_stage & (entered == created)
        is_typed = known.certain[rows] | is_creation

        place = np.searchsorted(runs, noticed, "left") - 1
        earlier_runs = np.append(_number(runs), np.nan)  # at -1 there is none
        return cls(
            deal=deal,
            code=code,
            typed=np.where(is_typed, _number(entered), np.nan),
            noticed=_number(noticed),
            run_before=earlier_runs[place],
            is_seen=is_last_of_run & ~is_logged & ~is_left_before,
            is_undated=np.isnat(created),
            is_logged=is_logged,
        )

    def found_by(self) -> Floats:
        """Per row: the run that wrote the deal's first row."""
        first_row = np.flatnonzero(self.is_first())
        deal_number = np.cumsum(self.is_first()) - 1
        found_by: Floats = self.noticed[first_row][deal_number]
        return found_by

    def is_first(self) -> Flags:
        """True on each deal's first row."""
        differs = self.deal[1:] != self.deal[:-1]
        return np.append(True, differs)[: len(self.deal)]

    def is_last(self) -> Flags:
        """True on each deal's last row."""
        differs = self.deal[1:] != self.deal[:-1]
        return np.append(differs, True)[: len(self.deal)]


def _number(days: npt.ArrayLike) -> Any:
    """Days since 1970; nan where missing."""
    in_days = np.asarray(days).astype(_DAY)
    return np.where(np.isnat(in_days), np.nan, in_days.astype(np.int64).astype(np.float64))


def _edges(deal: Ints, noticed: Days) -> tuple[Flags, Flags]:
    """True on each deal's first row, and on the last row of each run for a deal."""
    size = len(deal)
    is_other_deal = deal[1:] != deal[:-1]
    is_other_run = is_other_deal | (noticed[1:] != noticed[:-1])
    return np.append(True, is_other_deal)[:size], np.append(is_other_run, True)[:size]


def _with_unseen(rows: _Rows, deals: KnownDeals, codes: StageCodes) -> _Rows:
    """Put in the stages that a deal must have passed between two rows, without a day."""
    unseen = _unseen_counts(rows, deals, codes)
    copies = np.repeat(np.arange(len(rows.deal)), unseen + 1)
    first_copy = np.cumsum(unseen + 1) - (unseen + 1)
    step = np.arange(len(copies)) - first_copy[copies]

    is_unseen = step > 0
    # A stage that was passed unseen came to light in the run that wrote the next row.
    told_by = np.where(is_unseen, np.minimum(copies + 1, max(len(rows.deal) - 1, 0)), copies)
    return _Rows(
        deal=rows.deal[copies],
        code=rows.code[copies] + step,
        typed=np.where(is_unseen, np.nan, rows.typed[copies]),
        noticed=rows.noticed[told_by],
        run_before=rows.run_before[told_by],
        is_seen=rows.is_seen[copies] & ~is_unseen,
        is_undated=rows.is_undated[copies],
        is_logged=rows.is_logged[copies] & ~is_unseen,
    )


def _unseen_counts(rows: _Rows, deals: KnownDeals, codes: StageCodes) -> Ints:
    """Per row: how many open stages the deal passed between it and the deal's next row, unseen."""
    size = len(rows.deal)
    if not size:
        return np.zeros(0, dtype=np.int64)

    next_row = np.minimum(np.arange(size) + 1, size - 1)
    next_code = rows.code[next_row]
    place = codes.place[rows.code]
    next_place = codes.place[next_code]  # of a won stage: behind all open ones

    # A lost deal got as far as the stage it was lost from; where that is blank, no further.
    lost_code = deals.lost_code[rows.deal]
    lost_behind = np.where(lost_code != UNKNOWN, codes.place[lost_code] + 1, 0)
    next_is_open = codes.are_open(next_code)
    next_is_won = codes.are_won(next_code)
    reached = np.where(next_is_open | next_is_won, next_place, lost_behind)

    # What one run wrote of a deal is its whole history, as it was typed; so is what a log has.
    is_other_run = (rows.noticed[next_row] != rows.noticed) & ~rows.is_logged[next_row]
    goes_on = ~rows.is_last() & codes.are_open(rows.code) & (next_code != UNKNOWN)
    return np.where(goes_on & is_other_run, np.maximum(reached - place - 1, 0), 0)


def _starts(rows: _Rows) -> tuple[Floats, Floats]:
    """Per row: the day of the entry, and the days of the gap in which it was guessed (0: typed).

    Consecutive entries without a day share one gap.
    """
    size = len(rows.deal)
    start, window = rows.typed.copy(), np.zeros(size)
    is_missing = np.isnan(start)
    if not is_missing.any():
        return start, window

    # A run that saw the deal in between parts two gaps.
    is_first = rows.is_first()
    follows = np.append(False, is_missing[:-1] & ~rows.is_seen[:-1]) & ~is_first
    first = np.flatnonzero(is_missing & ~follows)
    group = np.cumsum(is_missing & ~follows) - 1
    members = np.flatnonzero(is_missing)
    group_of = group[members]
    count = np.bincount(group_of, minlength=len(first))
    last = first + count - 1

    opens, is_between_runs = _gap_starts(rows, first, is_first)
    closes = _gap_ends(rows, last)
    opens = np.minimum(opens, closes)
    opens = np.where(is_between_runs, opens, np.nan)

    share = (members - first[group_of] + 1) / (count[group_of] + 1)
    length = (closes - opens)[group_of]
    start[members] = opens[group_of] + share * length
    window[members] = length
    return start, window


def _gap_starts(rows: _Rows, first: Ints, is_first: Flags) -> tuple[Floats, Flags]:
    """Per gap: its first day, and whether it lies between two runs."""
    before = np.maximum(first - 1, 0)
    run_before = rows.run_before[first]
    begins_deal = is_first[first]

    # The run before still saw the deal where it was. Not seen there, it was entered on a typed day.
    # A log says the same of its deals, until its last day.
    was_seen = (rows.is_seen[before] | rows.is_logged[before]) & ~begins_deal
    logged_until = np.fmax(_log_ends(rows, rows.noticed[first]), rows.typed[before])
    until = np.where(rows.is_logged[before], np.fmax(run_before, logged_until), run_before)
    opens = np.where(was_seen, until, rows.typed[before])
    opens = np.where(begins_deal, run_before, opens)

    is_new_undated = begins_deal & rows.is_undated[first] & ~np.isnan(run_before)
    with np.errstate(invalid="ignore"):
        is_new_dated = ~begins_deal & (opens >= run_before)
    return opens, was_seen | is_new_undated | is_new_dated


def _log_ends(rows: _Rows, runs: Floats) -> Floats:
    """The last day that a log tells of, up to each run: what had moved by then would be in it."""
    logged = np.unique(rows.typed[rows.is_logged])
    if not len(logged):
        return np.full(len(runs), np.nan)
    place = np.searchsorted(logged, runs, "right") - 1
    return np.where(place >= 0, logged[place], np.nan)


def _gap_ends(rows: _Rows, last: Ints) -> Floats:
    """Per gap: the run that saw the deal in the last of its stages, or the typed day after it."""
    size = len(rows.deal)
    after = np.minimum(last + 1, size - 1)
    goes_on = ~rows.is_last()[last]
    next_typed = np.where(goes_on, rows.typed[after], np.nan)
    return np.where(rows.is_seen[last], rows.noticed[last], next_typed)


def _seen_from(rows: _Rows, start: Floats) -> Floats:
    """Per row: the day from which on the visit would be known, see `Visits.seen_from`."""
    first_row = np.flatnonzero(rows.is_first())
    deal_number = np.cumsum(rows.is_first()) - 1
    deal_start = start[first_row][deal_number]

    was_known = rows.noticed > rows.found_by()
    with np.errstate(invalid="ignore"):
        is_created_since = deal_start >= rows.run_before
    is_from_start = was_known | is_created_since | ~rows.is_seen
    return np.where(is_from_start, start, rows.noticed)


def _in_whole_histories(
    rows: _Rows, days: Floats, over_since: Floats, gap: Floats, codes: StageCodes
) -> Flags:
    """True for visits in which a run found deals whose stage it knows the whole history of.

    Some imports bring what is open and a few closed deals, others all there ever was. In the first
    a deal that was found after 20 days in its stage stands for others that had left sooner and are
    not there; in the second those others are there too, and to count it from its age on would leave
    the quick ones only. A run found the whole history of a stage where of nearly all deals that
    had left it the days are known, and these are as many as the open ones let expect: on any day
    λ μ deals are in a stage that λ enter a day for μ days each. Where the open ones are more than
    twice that, most closed ones are missing.

    Args:
        days: days of each visit.
        over_since: days from its end to the run that found the deal.
        gap: as in `Visits`.

    Source: J. D. C. Little, A proof for the queuing formula L = λ W, Operations Research 1961.
    """
    is_of_run = codes.are_open(rows.code) & ~rows.is_logged
    is_found = is_of_run & (rows.noticed == rows.found_by())
    is_over = is_found & ~rows.is_seen
    is_known = is_over & ~np.isnan(days) & (gap == 0)
    is_open = is_found & rows.is_seen

    run_and_stage = np.column_stack([rows.noticed, rows.code])
    is_whole = np.zeros(len(rows.deal), dtype=bool)
    if not is_known.any():
        return is_whole

    for run, code in np.unique(run_and_stage[is_known], axis=0):
        in_group = (rows.noticed == run) & (rows.code == code)
        known = in_group & is_known
        over_count, known_count = (in_group & is_over).sum(), known.sum()
        if known_count < _WHOLE * over_count:
            continue

        # Half of the visits that ended in a period ended in its second half.
        period = 2 * np.median(over_since[known])
        expected = known_count / max(period, 1.0) * days[known].mean()
        if (in_group & is_open).sum() <= _TOO_MANY_OPEN * expected:
            is_whole |= in_group & is_open
    return is_whole


def _first_end(rows: _Rows, codes: StageCodes, today: float) -> Floats:
    """Per row: the day on which the first deal of its pipeline with a log was closed, else today.

    A list of the deals that are open, and of those that were closed since some day, lacks the ones
    that were closed before. What had been in the pipeline by then is there only if it stayed.
    """
    has_log = np.zeros(rows.deal.max(initial=0) + 1, dtype=bool)
    has_log[rows.deal[rows.is_logged]] = True
    is_end = (rows.code != UNKNOWN) & ~codes.are_open(rows.code) & has_log[rows.deal]
    days = np.where(np.isnan(rows.typed), rows.noticed, rows.typed)

    first = np.full(len(codes.pipelines) + 1, today)
    pipe = np.where(rows.code == UNKNOWN, len(codes.pipelines), codes.pipe[rows.code])
    np.minimum.at(first, pipe[is_end], days[is_end])
    return np.asarray(first[pipe], dtype=np.float64)
