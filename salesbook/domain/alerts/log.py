"""Which steps were advised, what did people agree on, and what became of it?

A log of all alerts would be thousands of rows that nobody reads. Logged are the steps that somebody is
shown: the first ten of the Dashboard's list and the worst leaks. Each is noticed once, and again only
after it was over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.first import first_alerts
from salesbook.domain.alerts.rate_moved import RateMoves
from salesbook.frames import frame_from_rows
from salesbook.messages import Message

LOG: Final = "ActionLog"
LEAK: Final = "worst-leak"
LATE_ALERT: Final = "action-late"
_FIRST: Final = 10
"""Steps of the Dashboard's list, and leaks, that are logged on a day."""
_NAMED: Final = ("Reps", "Customers", "Deals", "Orders", "Leads", "Feedback")
"""Tables whose rows are somebody or something: those that a list of steps is about."""
_AGAIN: Final = dt.timedelta(days=90)
"""After something was done about it nobody is told the same for a quarter: it has to work first."""
_STATES: Final = ("late", "agreed", "advised", "done", "over")
"""In the order in which they are shown."""

_Row = dict[str, Any]


@dataclass(frozen=True)
class ActionLog:
    """What the log is brought up to date with."""

    context: AlertContext
    alerts: pd.DataFrame
    """Alerts of today, without those about the log itself."""
    moves: RateMoves
    merged_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By table: the row that stands for each id which was merged away. The log keeps its ids."""

    def up_to_date(self, known: pd.DataFrame) -> pd.DataFrame:
        """The log as of today: late ones first, then what is agreed, advised, done and over.

        Args: known are its rows that had been noticed by today.
        """
        rows = [self._now(row) for row in _records(known)]
        rows += list(self._new(rows))
        rows.sort(key=_place)
        return frame_from_rows(LOG, rows)

    @cached_property
    def _standing(self) -> set[tuple[str, str, str]]:
        """What alerts say today."""
        columns = (self.alerts[name] for name in ("kind", "table", "row_key"))
        return set(zip(*columns, strict=True))

    @cached_property
    def _deal_places(self) -> Mapping[str, int]:
        ids = self.context.deals.frame["deal_id"]
        return {deal_id: place for place, deal_id in enumerate(ids)}

    @cached_property
    def _tests(self) -> int:
        """Leaks about which something was done: their rates are looked at together."""
        known = self.context.tables[LOG]
        return int(((known["kind"] == LEAK) & known["done_on"].notna()).sum())

    def _now(self, row: _Row) -> _Row:
        """A row with its state, and what became of it by today."""
        if row["settled_on"] is not None:
            return row
        if row["kind"] == LEAK and row["done_on"] is not None:
            done_on = row["done_on"]
            became = self.moves.since(str(row["row_key"]), done_on, self._tests)
            return {**row, "state": "done", "became": became}

        end = self._end(row)
        if end is not None:
            state = "done" if row["done_on"] is not None else "over"
            return {**row, "state": state, "settled_on": self.context.as_of, "became": end}
        return {**row, "state": self._open_state(row), "became": self._so_far(row)}

    def _open_state(self, row: _Row) -> str:
        if row["done_on"] is not None:
            return "done"
        if row["due_on"] is not None and row["due_on"] < self.context.as_of:
            return "late"
        is_agreed = row["agreed_on"] is not None or row["due_on"] is not None
        return "agreed" if is_agreed else "advised"

    def _so_far(self, row: _Row) -> Message | None:
        if row["done_on"] is not None:
            return Message("action.done-stands", {"day": row["done_on"]})
        if self._open_state(row) == "late":
            return Message("action.late", {"days": (self.context.as_of - row["due_on"]).days})
        return None

    def _end(self, row: _Row) -> Message | None:
        """How it ended; None while it has not."""
        closing = self._closing(row)
        if closing is not None:
            return closing
        if row["kind"] is None or self._subject(row) in self._standing:
            # A step that somebody added himself hangs on no alert.
            return None
        is_agreed = row["agreed_on"] is not None or row["due_on"] is not None
        if row["kind"] == LEAK and is_agreed:
            # What was agreed about a leak is to be done, though by luck the gap is hidden today.
            return None
        moved = self._move(row)
        if moved is not None:
            return moved
        return Message("action.no-longer", {"kind": f"alerts={row['kind']}"})

    def _closing(self, row: _Row) -> Message | None:
        """That the deal was won or lost."""
        place = self._place_of_deal(row)
        if place is None:
            return None
        deals = self.context.deals
        closed_on = _day(deals.frame["closed_on"].iloc[place]) or self.context.as_of
        if deals.is_won[place]:
            return Message("action.won", {"day": closed_on})
        if not deals.is_lost[place]:
            return None
        reason = deals.frame["lost_reason"].iloc[place]
        if pd.isna(reason):
            return Message("action.lost", {"day": closed_on})
        return Message("action.lost-for", {"day": closed_on, "reason": str(reason)})

    def _move(self, row: _Row) -> Message | None:
        """That the deal has come to another stage since."""
        place = self._place_of_deal(row)
        if place is None:
            return None
        deals = self.context.deals
        since = _day(deals.frame["stage_since"].iloc[place])
        if since is None or since <= row["noticed_on"]:
            return None
        stage = self.context.codes.stages[int(deals.code[place])].stage
        return Message("action.moved", {"stage": stage, "day": since})

    def _place_of_deal(self, row: _Row) -> int | None:
        _, table, key = self._subject(row)
        return self._deal_places.get(key) if table == "Deals" else None

    def _subject(self, row: _Row) -> tuple[Any, Any, Any]:
        """What a row is about today: of a row that was merged the one that it went into."""
        table, key = row["table"], row["row_key"]
        return row["kind"], table, self.merged_ids.get(table, {}).get(key, key)

    def _new(self, rows: list[_Row]) -> Iterator[_Row]:
        """Rows for steps that are shown today and have none that speaks of them."""
        spoken_of = {self._subject(row) for row in rows if not self._may_come_again(row)}
        today = self.context.as_of
        for alert in self._shown():
            about = (alert["kind"], alert["table"], alert["row_key"])
            if about in spoken_of:
                continue
            yield {
                "action_id": f"{alert['kind']}:{alert['row_key']}:{today.isoformat()}",
                "noticed_on": today,
                "kind": alert["kind"],
                "table": alert["table"],
                "row_key": alert["row_key"],
                "who": None if pd.isna(alert["who"]) else alert["who"],
                "amount": None if pd.isna(alert["amount"]) else int(alert["amount"]),
                "because": alert["because"],
                "do": alert["do"],
                **dict.fromkeys(("agreed_on", "due_on", "done_on", "result", "settled_on")),
                "state": "advised",
                "became": None,
            }

    def _shown(self) -> Iterator[_Row]:
        """The alerts that somebody is shown first: steps of the day, and leaks."""
        yield from first_alerts(self.alerts, _NAMED, _FIRST)
        leaks = self.alerts[self.alerts["kind"] == LEAK]
        # Alerts stand in order: most severe first, then by money.
        yield from leaks.head(_FIRST).to_dict("records")

    def _may_come_again(self, row: _Row) -> bool:
        today = self.context.as_of
        if row["settled_on"] is not None:
            return bool(row["settled_on"] < today)
        return row["done_on"] is not None and row["done_on"] + _AGAIN < today


def _records(frame: pd.DataFrame) -> Iterator[_Row]:
    """The rows as plain values: days as days, missing as None."""
    for row in frame.to_dict("records"):
        yield {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if isinstance(value, np.generic) else value


def _day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else value.date()


def _place(row: _Row) -> tuple[int, int, int, str]:
    """Where a row stands: by state, the newest first, then what is most at stake."""
    newest_first = -row["noticed_on"].toordinal()
    most_first = -(row["amount"] or 0)
    return (_STATES.index(row["state"]), newest_first, most_first, str(row["action_id"]))
