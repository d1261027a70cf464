"""Which calls of the call list were made, and which activities do they become?

People work the call list where they read it: they type that a call is done, and its result. The next
run makes an activity of it, once. An activity's key names the customer and the day on which the call
was due, so that the same call cannot become two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from salesbook.domain.outcome import Patch, Task
from salesbook.domain.team.staff import Staff, staff_of_run
from salesbook.frames import frame_from_rows
from salesbook.messages import Fact, Finding, Message
from salesbook.tables import TABLES

CALL_LIST: Final = "CallList"
_ACTIVITIES: Final = "Activities"
_CALL: Final = "call"
"""Before the customer and the day in the key of an activity that comes from the call list."""
_RESULT_ALONE: Final = "result-without-done"
_USUAL_KIND: Final = "phone"
"""What a call is where the list says no channel."""


@dataclass(frozen=True)
class CallsTakenUp:
    """What became of the calls that were typed as done."""

    task: Task
    """With the new activities, and without what was typed of these calls."""
    patches: dict[str, Patch] = field(default_factory=dict)
    taken_up: dict[str, frozenset[int]] = field(default_factory=dict)
    """By table: the rows, by the frame's index, of the calls that are activities now."""
    findings: tuple[Finding, ...] = ()
    answer: tuple[Message, ...] = ()


def activity_key(customer_id: str, due_on: dt.date) -> str:
    """The key of the activity that a call becomes: `call:C019:2026-06-08`."""
    return f"{_CALL}:{customer_id}:{due_on.isoformat()}"


def begun_calls(task: Task) -> pd.DataFrame:
    """Rows of the call list on which somebody has typed something, in every field of CallList.

    Returns: these rows with the column `is_unsettled`: true for a call that was typed as done and is
        no activity yet, and for one of which the typed cells cannot be read. A result alone says of
        no call that it was made.
    """
    calls = _dated(task)
    yours = list(TABLES[CALL_LIST].yours)
    is_unreadable = calls.index.isin(_rows_with_faults(task, *yours))
    is_done = calls["done"].fillna(False).astype("bool")
    begun = calls.assign(is_unsettled=is_done | is_unreadable)
    return begun[begun[yours].notna().any(axis=1) | is_unreadable]


def _dated(task: Task) -> pd.DataFrame:
    """The call list; a call that somebody added was due on the day of the run."""
    calls = task.tables[CALL_LIST]
    due_on = calls["due_on"].fillna(pd.Timestamp(task.as_of))
    return calls.assign(due_on=due_on, days_late=calls["days_late"].fillna(0))


def _rows_with_faults(task: Task, *fields: str) -> set[int | None]:
    """Rows of the call list of which some of these cells cannot be used."""
    return {
        finding.row
        for finding in task.found
        if finding.table == CALL_LIST and finding.field in fields
    }


def take_up_calls(task: Task, *, may_write: bool) -> CallsTakenUp:
    """Make an activity of each call that was typed as done, dated the day of the run.

    A run that looks back makes none: it would date today's call on a day gone. What it finds typed
    waits on its row for a run of today.

    Args:
        may_write: whether the run may add activities; one that may not only says what is wrong.
    """
    staff = staff_of_run(task)
    calls = _dated(task)
    done = calls[calls["done"].fillna(False).astype("bool")]

    findings = [*_results_alone(task)]
    activities: list[dict[str, object]] = []
    taken_up: list[int] = []
    known_keys = _known_activities(task)
    customers = task.tables["Customers"].set_index("customer_id")
    for row, call in zip(done.index, done.to_dict("records"), strict=True):
        listed_id = str(call["customer_id"])
        key = activity_key(listed_id, call["due_on"].date())
        # Somebody called who was merged into another customer since the list was made.
        customer_id = task.merged_ids.get("Customers", {}).get(listed_id, listed_id)
        if customer_id not in customers.index:
            findings.append(_fault("call-of-unknown-customer", customer_id))
            continue
        if key in known_keys:
            findings.append(_fault("call-is-activity", customer_id, activity=key))
            continue
        rep_id = _who_called(call["rep_id"], customers.at[customer_id, "owner_id"], staff, task)
        if rep_id is None:
            findings.append(_fault("call-by-nobody", customer_id))
            continue
        channel = call["channel"]
        activities.append(
            {
                "activity_id": key,
                "done_on": task.as_of,
                "rep_id": rep_id,
                "customer_id": customer_id,
                "kind": _USUAL_KIND if pd.isna(channel) else channel,
                "outcome": None if pd.isna(call["result"]) else call["result"],
            }
        )
        taken_up.append(int(row))

    unchanged = CallsTakenUp(task, findings=tuple(findings))
    if not may_write:
        return unchanged
    # What nothing became of is said where what became of the others is.
    left = tuple(_left_on_the_list(task, findings))
    unchanged = replace(unchanged, answer=left)
    if not activities:
        return unchanged
    if task.looks_back:
        facts: dict[str, Fact] = {"count": len(activities), "day": task.as_of}
        return replace(unchanged, answer=(Message("calls-wait-for-today", facts), *left))

    activities.sort(key=lambda activity: str(activity["activity_id"]))
    new_rows = frame_from_rows(_ACTIVITIES, activities)
    return CallsTakenUp(
        _with_activities(task, new_rows, taken_up),
        {_ACTIVITIES: Patch(new_rows)},
        {CALL_LIST: frozenset(taken_up)},
        tuple(findings),
        (Message("calls-noted", {"count": len(activities)}), *left),
    )


def _left_on_the_list(task: Task, findings: Sequence[Finding]) -> Iterator[Message]:
    """Say how many calls could not be noted, with the first reason, and which have only a result."""
    faults = [finding for finding in findings if finding.severity == "error"]
    # A second row of one customer is not read: what is typed on it becomes nothing.
    unreadable = [
        finding
        for finding in task.found
        if finding.table == CALL_LIST and finding.field in ("done", "customer_id")
    ]
    if faults or unreadable:
        first = (faults or unreadable)[0]
        facts: dict[str, Fact] = {"count": len(faults) + len(unreadable), "list": CALL_LIST}
        reason = Message(f"{first.code}.advice", {**first.params, "found": first.found})
        yield Message("calls-not-noted", facts, more=(reason,))
    alone = sum(finding.code == _RESULT_ALONE for finding in findings)
    if alone:
        yield Message("calls-without-done", {"count": alone, "list": CALL_LIST})


def _results_alone(task: Task) -> Iterator[Finding]:
    """Say of each result without a word on whether the call was made that nothing becomes of it.

    A word that cannot be read is one; what is wrong with it is said already.
    """
    calls = task.tables[CALL_LIST]
    has_a_word = calls["done"].notna() | calls.index.isin(_rows_with_faults(task, "done"))
    says_nothing = calls["result"].notna() & ~has_a_word
    for call in calls[says_nothing].to_dict("records"):
        yield Finding(
            _RESULT_ALONE,
            "warning",
            CALL_LIST,
            field="done",
            row_key=str(call["customer_id"]),
            found=str(call["result"]),
        )


def _known_activities(task: Task) -> set[str]:
    """Keys of all activities, those of later days and those that cannot be used among them."""
    keys = set(task.as_it_stands(_ACTIVITIES)["activity_id"].dropna())
    left_out = task.left_out.get(_ACTIVITIES)
    if left_out is not None and not left_out.empty:
        keys |= set(left_out["activity_id"].dropna())
    return keys


def _fault(code: str, customer_id: str, **facts: str) -> Finding:
    """Why a call that was typed as done is no activity yet; its row is found by its key."""
    return Finding(
        code,
        "error",
        CALL_LIST,
        field="done",
        row_key=customer_id,
        found=customer_id,
        params={"customer": customer_id, **facts},
    )


def _who_called(listed: object, owner: object, staff: Staff, task: Task) -> str | None:
    """Who made a call: who stands beside it in the list, else who can act for the customer's owner.

    None where Team has neither.
    """
    if isinstance(listed, str) and listed in staff.ids:
        return listed
    if not isinstance(owner, str) or owner not in staff.ids:
        return None
    return staff.who_calls([owner], task.as_of)[owner]


def _with_activities(task: Task, new_rows: pd.DataFrame, taken_up: list[int]) -> Task:
    """The task as if these activities had stood in the workbook, and nothing on the calls' rows.

    A run says the same as the next one of the same day, which reads them from the workbook.
    """
    as_they_stand = task.as_it_stands(_ACTIVITIES)
    first_row = int(as_they_stand.index.max()) + 1 if len(as_they_stand) else 0
    placed = new_rows.set_index(pd.RangeIndex(first_row, first_row + len(new_rows)))

    tables = {
        **task.tables,
        _ACTIVITIES: pd.concat([task.tables[_ACTIVITIES], placed]),
        CALL_LIST: task.tables[CALL_LIST].drop(index=taken_up),
    }
    whole = {**task.whole, _ACTIVITIES: pd.concat([as_they_stand, placed])}
    return replace(task, tables=tables, whole=whole)
