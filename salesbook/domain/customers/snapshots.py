"""Who stood in which tier on an earlier day, and how much of that does TierHistory have to keep?

Everybody's tier on every day of a run would be millions of rows in a year, and most say what the
day before said. So the *last day of each month* that had a run is kept whole, for 24 months; every
other day keeps only the customers whose tier or buying stage differs from the day before it, and a
customer who is no longer there is kept as `gone`. From these rows the whole of any day can be told.

A day on which nothing changed keeps one row all the same: else nobody could tell that there was a
run, and a run that looks back would be compared with the wrong day.

Rows from before there were buying stages say nothing of changes: such days are whole, and stay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.frames import empty_frame, frame_of, sorted_by_key

_WHOLE_MONTHS: Final = 24
"""Months, the newest included, whose last day is kept whole."""
_GONE: Final = "gone"
_TABLE: Final = "TierHistory"


@dataclass(frozen=True)
class TierPast:
    """TierHistory as the days that it tells of."""

    rows: pd.DataFrame

    @cached_property
    def days(self) -> list[pd.Timestamp]:
        """Days with a snapshot, oldest first."""
        return sorted(self.rows["as_of"].unique())

    @cached_property
    def before_stages(self) -> frozenset[pd.Timestamp]:
        """Days whose rows know no buying stages: they are whole."""
        with_stage = self.rows.loc[self.rows["buying_stage"].notna(), "as_of"]
        return frozenset(self.days).difference(with_stage.unique())

    @cached_property
    def whole_days(self) -> frozenset[pd.Timestamp]:
        """Days that have a row for every customer."""
        return self.before_stages | last_of_months(self.days)

    def last_before(self, day: pd.Timestamp) -> pd.Timestamp | None:
        """The newest day before a day; None where there is none."""
        return max((other for other in self.days if other < day), default=None)

    def on(self, day: pd.Timestamp | None) -> pd.DataFrame:
        """Everybody as of a day: a row per customer, each the newest that tells of him.

        Nobody where there is no day.
        """
        if day is None:
            return empty_frame(_TABLE)
        is_told = self.rows["as_of"] <= day
        start = max((whole for whole in self.whole_days if whole <= day), default=None)
        if start is not None:
            # Who is not in a whole snapshot was not there on that day.
            is_told &= self.rows["as_of"] >= start
        told = self.rows[is_told].sort_values("as_of", kind="stable")
        newest = told.drop_duplicates("customer_id", keep="last")
        is_there = (newest["buying_stage"] != _GONE).fillna(True)
        return newest[is_there]


def last_of_months(days: Iterable[pd.Timestamp]) -> frozenset[pd.Timestamp]:
    """The last of the days in each month, for 24 months counted from the newest."""
    last_by_month: dict[int, pd.Timestamp] = {}
    for day in sorted(days):
        last_by_month[_month_number(day)] = day
    newest = max(last_by_month, default=0)
    return frozenset(day for month, day in last_by_month.items() if month > newest - _WHOLE_MONTHS)


def _month_number(day: pd.Timestamp) -> int:
    return int(day.year) * 12 + int(day.month)


def tiers_before(history: pd.DataFrame, as_of: dt.date) -> pd.Series[str]:
    """The tier of each customer in the newest snapshot of an earlier day, by customer."""
    past = TierPast(history)
    everybody = past.on(past.last_before(pd.Timestamp(as_of)))
    return everybody.set_index("customer_id")["tier"]


def with_snapshot(history: pd.DataFrame, tiers: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Put a day's tiers into TierHistory, in place of an earlier snapshot of the same day.

    What can be told of any other day stays the same, whether it comes before or after.

    Args:
        tiers: CustomerTiers of the day.

    Returns: TierHistory by key, thinned as the module says.
    """
    past = TierPast(history)
    day = pd.Timestamp(as_of)
    days = sorted({*past.days, day})
    following = min((other for other in days if other > day), default=None)
    is_before_stages = past.before_stages - {day}

    whole_days = is_before_stages | last_of_months(days)
    if following in is_before_stages:
        # A workbook that has no column for buying stages cannot say that a customer is gone.
        whole_days |= {day}

    everybody_on: Mapping[pd.Timestamp, pd.DataFrame] = {day: _snapshot(tiers, day, days[-1])}
    to_write = {day, *(past.whole_days - whole_days)}
    if following is not None and following not in whole_days:
        # Its changes were counted from another day until now.
        to_write.add(following)

    parts = [history[~history["as_of"].isin(to_write)]]
    for written in sorted(to_write):
        earlier = max((other for other in days if other < written), default=None)
        now = everybody_on[written] if written in everybody_on else past.on(written)
        before = everybody_on[earlier] if earlier in everybody_on else past.on(earlier)
        rows = now if written in whole_days else _changes(before, now)
        parts.append(_dated(rows, written, _made_on(past, written, everybody_on)))
    both = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return sorted_by_key(_TABLE, both)


def _snapshot(tiers: pd.DataFrame, day: pd.Timestamp, newest: pd.Timestamp) -> pd.DataFrame:
    """A day's tiers as rows of TierHistory; `newest` is the newest day that has a snapshot."""
    columns = {name: tiers[name] for name in ("customer_id", "tier", "value", "buying_stage")}
    days = pd.Series(day, index=tiers.index)
    made_on = pd.Series(newest, index=tiers.index)
    return frame_of(_TABLE, {"as_of": days, "made_on": made_on, **columns})


def _changes(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The customers of a day who are not as on the day before it, and those who are gone.

    Where nobody changed, the first customer by key, so that the day can be seen to have had a run.
    """
    is_same = _standings(now).isin(_standings(before))
    is_gone = ~before["customer_id"].isin(now["customer_id"])
    gone = before[is_gone].assign(value=0, buying_stage=_GONE)
    gone = gone.astype(dict(now.dtypes))
    changed = pd.concat([now[~is_same], gone]) if len(gone) else now[~is_same]
    if len(changed):
        return changed
    return now.sort_values("customer_id").head(1)


def _standings(rows: pd.DataFrame) -> pd.Series[str]:
    """Customer, tier and buying stage as one text; a sign that nobody types keeps them apart."""
    stages = rows["buying_stage"].fillna("")
    return rows["customer_id"] + "\x1f" + rows["tier"] + "\x1f" + stages


def _made_on(
    past: TierPast, day: pd.Timestamp, new: Mapping[pd.Timestamp, pd.DataFrame]
) -> pd.Timestamp:
    """When a day's snapshot was made; a day that does not say so was made on its day."""
    rows = new[day] if day in new else past.rows[past.rows["as_of"] == day]
    made_on = rows["made_on"].max()
    return day if pd.isna(made_on) else made_on


def _dated(rows: pd.DataFrame, day: pd.Timestamp, made_on: pd.Timestamp) -> pd.DataFrame:
    """Rows, some of them told by earlier days, as a day's own."""
    dates = {"as_of": pd.Series(day, index=rows.index), "made_on": pd.Series(made_on, rows.index)}
    return rows.assign(**{name: column.astype("datetime64[us]") for name, column in dates.items()})
