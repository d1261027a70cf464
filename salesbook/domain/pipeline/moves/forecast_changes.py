"""What moved the forecast of a period since the newest snapshot of an earlier day?

An open deal stands in the month in which it is expected, one that is overdue in the month of the
run. Seen from one period a deal comes in or goes out in one way:

- `new`: it was not open on the day of the snapshot;
- `pulled-in`, `pushed-in`: its day was later, or none, and earlier;
- `grown`, `shrunk`: it stays, and its amount is another;
- `pushed`, `pulled-out`: its day is later now, or none, and earlier;
- `lost`, and `won`, which ends the doubt.

So what is open in a period is what was open in it, plus all of these but `won`, less what was open
of those that were won. Amounts are whole deals; a forecast counts each at its chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Floats, Ints
from salesbook.domain.arithmetic.calendar import month_of
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.forecast.basis import Pipeline, stage_categories
from salesbook.domain.pipeline.forecast.table import Span, forecast_periods, number_of_month
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.domain.pipeline.moves.notes import (
    Notes,
    Values,
    notes_begin_by,
    present_values,
    snapshot_before,
)
from salesbook.domain.pipeline.moves.standing import Standing, standing_since
from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of

KINDS: Final = (
    "won",
    "new",
    "pulled-in",
    "pushed-in",
    "grown",
    "shrunk",
    "pulled-out",
    "pushed",
    "lost",
)
"""In the order in which they are shown."""
NO_MONTH: Final = -1
"""The month of a deal that is not expected on any day, or not open."""
_SLICES: Final = ("all", "team", "rep")


@dataclass(frozen=True)
class DealChanges:
    """Per deal: its part in the forecast on the day of the snapshot and today."""

    amount_before: Floats
    amount: Floats
    """Minor units, 0 where missing."""
    month_before: Ints
    """Months since year 0 in which it stood as open; NO_MONTH where it did not."""
    month: Ints
    won_month: Ints
    """The month in which it was won since the snapshot, else NO_MONTH."""
    was_open: Flags
    is_open: Flags
    """Of open deals those that take part in the forecast."""
    lost_since: Flags
    expected_before: Days
    expected: Days

    @property
    def has_moved(self) -> Flags:
        """True where the expected day is another, or there is one now and was none, or the reverse."""
        has_none = np.isnat(self.expected_before) & np.isnat(self.expected)
        moved: Flags = (self.expected_before != self.expected) & ~has_none
        return moved

    def rows_of(self, kind: str, first: int, last: int) -> tuple[Ints, Floats]:
        """The deals of a kind in the period of these months, and what each adds or takes."""
        was_in = (self.month_before >= first) & (self.month_before <= last)
        is_in = (self.month >= first) & (self.month <= last)
        stayed_open = self.was_open & self.is_open
        came, went = stayed_open & is_in & ~was_in, stayed_open & was_in & ~is_in
        grew = self.amount - self.amount_before
        from_earlier = (self.month_before != NO_MONTH) & (self.month_before < first)
        to_earlier = (self.month != NO_MONTH) & (self.month < first)

        by_kind = {
            "won": ((self.won_month >= first) & (self.won_month <= last), self.amount),
            "new": (self.is_open & ~self.was_open & is_in, self.amount),
            "pulled-in": (came & ~from_earlier, self.amount),
            "pushed-in": (came & from_earlier, self.amount),
            "grown": (stayed_open & was_in & is_in & (grew > 0), grew),
            "shrunk": (stayed_open & was_in & is_in & (grew < 0), grew),
            "pulled-out": (went & to_earlier, -self.amount_before),
            "pushed": (went & ~to_earlier, -self.amount_before),
            "lost": (self.lost_since & was_in, -self.amount_before),
        }
        rows, amount = by_kind[kind]
        place = np.flatnonzero(rows)
        return place, amount[place]


def deal_changes(
    pipeline: Pipeline, standing: Standing, notes: Notes, *, since: pd.Timestamp, as_of: dt.date
) -> DealChanges:
    """Compare each deal with what the snapshot's run knew of it.

    Args:
        standing: what became of the deals since the snapshot.
        notes: of all days.
        since: the snapshot's day.
    """
    deals, codes = pipeline.deals, pipeline.codes
    present = present_values(deals)
    was_noted, noted = notes.before((since + pd.Timedelta(days=1)).date()).last(len(deals))
    # A deal that a run met and noted nothing of was then what it is now.
    before = Values(
        np.where(was_noted, noted.amount, present.amount),
        np.where(was_noted, noted.expected, present.expected).astype("datetime64[D]"),
    )

    category = deals.frame["category"].fillna(stage_categories(codes, deals.code, deals.frame))
    takes_part = (category != "omitted").to_numpy(dtype=bool)
    was_open, is_open = standing.was_open & takes_part, deals.is_open & takes_part
    won_since = deals.is_won & standing.closed_since
    this_month = number_of_month(month_of(as_of))
    return DealChanges(
        amount_before=np.nan_to_num(before.amount),
        amount=np.nan_to_num(present.amount),
        month_before=_months(before.expected, was_open, this_month),
        month=_months(present.expected, is_open, this_month),
        won_month=_months(standing.closed_on, won_since, 0),
        was_open=was_open,
        is_open=is_open,
        lost_since=deals.is_lost & standing.closed_since & was_open,
        expected_before=before.expected,
        expected=present.expected,
    )


def _months(days: Days, rows: Flags, earliest: int) -> Ints:
    """Months since year 0, not before the earliest; NO_MONTH for other rows and missing days."""
    has_day = rows & ~np.isnat(days)
    since_1970 = days.astype("datetime64[M]").astype(np.int64)
    return np.where(has_day, np.maximum(since_1970 + 1970 * 12, earliest), NO_MONTH)


def forecast_changes(task: Task, pipeline: Pipeline, notes: Notes) -> pd.DataFrame:
    """Make the table ForecastChanges; empty where no snapshot says what was before.

    A deal is its rep's, and counts for the team that the rep has on the day of the run.

    Args: notes are those of all days up to the run's.

    Returns: by period in the order of Forecast, slice and kind.
    """
    tables, as_of, deals = task.tables, task.as_of, pipeline.deals
    history = tables["ForecastHistory"]
    since = snapshot_before(history, as_of)
    if since is None or not notes_begin_by(history, since):
        return frame_of("ForecastChanges", {})
    standing = standing_since(deals, pipeline.known, pipeline.codes, since)
    changes = deal_changes(pipeline, standing, notes, since=since, as_of=as_of)

    slices = _slices(deals, Staff(tables["Reps"], tables["Assignments"]), as_of)
    spans = forecast_periods(as_of, task.policy.rules)
    parts = [part for span in spans for part in _of_period(changes, span, deals, slices)]
    if not parts:
        return frame_of("ForecastChanges", {})
    return frame_of(
        "ForecastChanges",
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
    )


def _slices(deals: KnownDeals, staff: Staff, as_of: dt.date) -> pd.DataFrame:
    reps = deals.frame["rep_id"]
    today = pd.Series(pd.Timestamp(as_of), index=reps.index)
    columns = {"all": ALL, "team": staff.teams(reps, today), "rep": reps}
    return pd.DataFrame(columns, index=reps.index).reset_index(drop=True)


def _of_period(
    changes: DealChanges, span: Span, deals: KnownDeals, slices: pd.DataFrame
) -> Iterator[dict[str, Any]]:
    """Rows of one period, by kind of slice."""
    period, first, last = span
    found = []
    for order, kind in enumerate(KINDS):
        place, amount = changes.rows_of(kind, first, last)
        if len(place):
            found.append(
                pd.DataFrame({"order": order, "kind": kind, "place": place, "amount": amount})
            )
    if not found:
        return

    rows = pd.concat(found, ignore_index=True)
    deal_id = deals.frame["deal_id"].to_numpy(dtype=object)
    has_moved = changes.has_moved
    # Deals stand by key: of several of one size the first one leads.
    rows = rows.assign(size=rows["amount"].abs()).sort_values(
        ["size", "place"], ascending=[False, True], kind="stable"
    )
    for slice_kind in _SLICES:
        named = rows.assign(slice=slices[slice_kind].to_numpy()[rows["place"]])
        grouped = named[named["slice"].notna()].groupby(["slice", "order"], sort=True)
        summed = grouped.agg(
            kind=("kind", "first"),
            deals=("place", "size"),
            amount=("amount", "sum"),
            largest=("place", "first"),
        ).reset_index()
        if summed.empty:
            continue
        largest = summed["largest"].to_numpy(dtype=np.int64)
        shows_days = has_moved[largest] & (summed["kind"] != "new").to_numpy(dtype=bool)
        yield {
            "period": np.full(len(summed), period, dtype=object),
            "slice_kind": np.full(len(summed), slice_kind, dtype=object),
            "slice": summed["slice"].to_numpy(dtype=object),
            "kind": summed["kind"].to_numpy(dtype=object),
            "deals": summed["deals"].to_numpy(),
            "amount": summed["amount"].astype(np.int64).to_numpy(),
            "largest_id": deal_id[largest],
            "before_on": _shown(changes.expected_before[largest], shows_days),
            "now_on": _shown(changes.expected[largest], shows_days),
        }


def _shown(days: Days, rows: Flags) -> Days:
    return np.where(rows, days, np.datetime64("NaT")).astype("datetime64[us]")
