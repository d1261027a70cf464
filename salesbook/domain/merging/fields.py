"""What does a row say that several rows became: whose fields win, and what gives way?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesbook.names.contact_data import phone_numbers
from salesbook.names.folding import fold_name
from salesbook.tables import TABLES

_EARLIEST: Final[Mapping[str, tuple[str, ...]]] = {
    "Customers": ("created_on",),
    "Deals": ("created_on",),
    "Leads": ("received_at",),
}
"""Days of which the first holds: known is known since then."""
_LATEST: Final[Mapping[str, tuple[str, ...]]] = {"Customers": ("updated_on",)}
_SUMMED: Final[Mapping[str, tuple[str, ...]]] = {"Leads": ("cost",)}
"""What was paid for each of the rows."""
_PHONES: Final[Mapping[str, tuple[str, ...]]] = {"Customers": ("phone",), "Leads": ("phone",)}
"""Cells that may hold several numbers: none of them is lost."""
_BETWEEN_PHONES: Final = " / "

_BLANK_MEANS: Final[Mapping[str, tuple[str, ...]]] = {
    # Still here, always been here, works full time: a blank is an answer.
    "Reps": ("hired_on", "left_on", "capacity_rate"),
    # Where a deal stands is one decision, with all that hangs on it. No partner: it is shared with nobody.
    "Deals": (
        *("pipeline", "stage", "stage_since", "closed_on", "lost_stage", "lost_reason"),
        *("partner_id", "partner_share"),
        # Without one the stage says how sure the deal is.
        "category",
    ),
}
"""Fields that keep what the row that stays says, a blank included."""

_TOGETHER: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    # Since when he is the owner is a day of this owner.
    "Customers": (("owner_id", "owner_since"),),
    "Deals": (
        ("amount", "original_amount", "original_currency"),
        ("next_step", "next_on"),
    ),
    # What became of a lead is one story.
    "Leads": (("customer_id", "deal_id", "status", "first_contact_at"),),
}
"""Fields that mean something only together: they come from one row."""

_UNTOUCHED_LEAD: Final = "new"


@dataclass(frozen=True)
class FieldTaken:
    """A field that the row which stays takes from another, or both make together."""

    field: str
    source: str
    """Key of the row that it comes from."""
    value: object


@dataclass(frozen=True)
class FieldLost:
    """What a row said that goes, where the one which stays says something else."""

    field: str
    source: str
    value: object
    kept: object


@dataclass
class MergedFields:
    """What becomes of the fields of a group's rows."""

    values: dict[str, object]
    """All that the row which stays says then."""
    changes: dict[str, object] = field(default_factory=dict)
    taken: list[FieldTaken] = field(default_factory=list)
    lost: list[FieldLost] = field(default_factory=list)


def merged_fields(
    table: str, rows: Mapping[str, Mapping[str, Any]], order: Sequence[str]
) -> MergedFields:
    """Say what the first of several rows says once the others have gone into it.

    What it says itself stays. A field in which it says nothing takes what the next row says there.
    Days of which the first counts are the first day, telephone numbers are put beside each other,
    and what was paid for leads adds up. Where a blank is an answer it stays one.

    Args:
        rows: what each row says, by key; blank fields left out.
        order: keys, the row that stays first.
    """
    keep, *others = order
    kept = dict(rows[keep])
    merged = MergedFields(dict(kept))
    groups = _TOGETHER.get(table, ())
    grouped = {name for group in groups for name in group}
    for name in _own_fields(table):
        if name not in grouped:
            _merge_field(merged, table, name, rows, others)
    for group in groups:
        _merge_together(merged, table, group, rows, others)

    merged.changes = {
        name: value for name, value in merged.values.items() if kept.get(name) != value
    }
    merged.changes |= {name: None for name in kept if name not in merged.values}
    for key in others:
        _note_lost(merged, table, key, rows[key])
    return merged


def _own_fields(table: str) -> list[str]:
    spec = TABLES[table]
    return [name for name in spec.field_names if name not in spec.key]


def _merge_field(
    merged: MergedFields,
    table: str,
    name: str,
    rows: Mapping[str, Mapping[str, Any]],
    others: Sequence[str],
) -> None:
    said = [(key, rows[key][name]) for key in others if name in rows[key]]
    if not said or name in _BLANK_MEANS.get(table, ()):
        return
    before = merged.values.get(name)
    texts = [value for _, value in said]
    now = _said_together(table, name, texts if before is None else [before, *texts])
    if now != before:
        merged.values[name] = now
        source = next((key for key, value in said if value == now), said[0][0])
        merged.taken.append(FieldTaken(name, source, now))


def _said_together(table: str, name: str, values: Sequence[Any]) -> Any:
    """What several rows say in a field, the row that stays first."""
    if name in _EARLIEST.get(table, ()):
        return min(values)
    if name in _LATEST.get(table, ()):
        return max(values)
    if name in _SUMMED.get(table, ()):
        return sum(values)
    if name in _PHONES.get(table, ()):
        return _all_numbers(values)
    return values[0]


def _all_numbers(cells: Sequence[str]) -> str:
    """The first cell, and of the others those that hold a number which is not there yet."""
    text, *more = cells
    known = set(phone_numbers(text))
    for cell in more:
        numbers = phone_numbers(cell)
        if numbers - known:
            text = f"{text}{_BETWEEN_PHONES}{cell}"
            known |= numbers
    return text


def _merge_together(
    merged: MergedFields,
    table: str,
    group: Sequence[str],
    rows: Mapping[str, Mapping[str, Any]],
    others: Sequence[str],
) -> None:
    """Take the fields of a group from one row: the first that says any of them."""
    if _says(table, group, merged.values):
        return
    for key in others:
        if not _says(table, group, rows[key]):
            continue
        for name in group:
            before = merged.values.pop(name, None)
            if name in rows[key]:
                merged.values[name] = rows[key][name]
            if name in rows[key] and rows[key][name] != before:
                merged.taken.append(FieldTaken(name, key, rows[key][name]))
        return


def _says(table: str, group: Sequence[str], row: Mapping[str, Any]) -> bool:
    """Whether a row says anything in these fields; a lead that nobody has touched says nothing."""
    if table == "Leads":
        has_become = any(name in row for name in group if name != "status")
        return has_become or row.get("status", _UNTOUCHED_LEAD) != _UNTOUCHED_LEAD
    return any(name in row for name in group)


def _note_lost(merged: MergedFields, table: str, key: str, row: Mapping[str, Any]) -> None:
    """Note what a row said that no row says any more."""
    for name in _own_fields(table):
        if name not in row or name in _SUMMED.get(table, ()):
            continue
        now = merged.values.get(name)
        if not _is_said(table, name, row[name], now):
            merged.lost.append(FieldLost(name, key, row[name], now))


def _is_said(table: str, name: str, value: Any, now: object) -> bool:
    if name in _PHONES.get(table, ()) and isinstance(now, str):
        numbers = phone_numbers(value)
        return numbers <= phone_numbers(now) if numbers else value in now
    is_a_first_or_last = name in (*_EARLIEST.get(table, ()), *_LATEST.get(table, ()))
    if is_a_first_or_last:
        return True
    if isinstance(value, str) and isinstance(now, str):
        return fold_name(value) == fold_name(now)
    return bool(value == now)
