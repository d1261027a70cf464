"""What did the tables of a book hold on an earlier day, as far as their dates tell?

The rule is each field's own: it stands beside the field in `salesbook.tables`, as `BEGINS`,
`happens`, `PLANNED` or `RECORDED`. What no date tells (amounts, owners, targets, settings) is
today's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.arithmetic.calendar import year_of_month
from salesbook.domain.past.days import begins_later, fields_that, is_later
from salesbook.domain.past.known_customers import known_by_deeds
from salesbook.domain.past.stages import candidates_then, deals_then
from salesbook.frames import Tables, row_keys
from salesbook.messages import some_of
from salesbook.policy import Policy
from salesbook.tables import TABLES, FieldSpec, Role
from salesbook.tables.base import DayKind

_BY_THE_PLAN: Final = "TargetPlan"
"""The table whose rows begin together: by year and metric."""
_MOST_NAMED: Final = 3
"""Rows of a table that a note names by key."""


@dataclass(frozen=True)
class Past:
    """A book as it stood on a day."""

    tables: Tables
    """Each table without what came later, its index as it was."""
    later: Mapping[str, int]
    """By table that people type into: rows that begin later or to which something happens later."""
    first_later: Mapping[str, tuple[str, ...]]
    """By the same tables: the keys of the first few of these rows."""


def at(
    tables: Tables,
    policy: Policy,
    day: dt.date,
    *,
    as_they_stand: Collection[str] = (),
    looks_back: bool = False,
) -> Past:
    """Take out of every table what had not come yet on a day.

    - A row that begins later is not there. A plan begins on the day of its first publication: what a
      re-split made of it since is today's amount of the same plan.
    - What happened later is blank, with the fields that hang on it: an order delivered later is
      placed, a deal closed or moved later stands where StageHistory had it on that day, else in its
      first open stage.
    - A reference to a row that is not there yet is blank, where naming it is what made that row.
    - A customer with whom something happened up to the day was known, whatever his day of entry says:
      that day is blank then.
    - Days that people plan may lie ahead, and stay.

    Doing it twice changes nothing. Where nothing lies ahead the frames themselves are given back.

    Args:
        tables: whole tables by name. Where Deals is among them, StageHistory ought to be:
            `needs_history` says when.
        policy: the settings, which are today's.
        day: the last day that counts.
        as_they_stand: tables of which also what lies ahead counts, for the verb plans it.
        looks_back: whether runs of later days have left their mark in the book, as StageHistory
            tells by itself. A deal that has moved on without a date was then where the history has
            it.
    """
    there: dict[str, pd.DataFrame] = {}
    later: dict[str, Flags] = {}
    for name, frame in tables.items():
        later[name] = np.zeros(len(frame), dtype=bool)
        there[name] = frame
        if name not in as_they_stand:
            later[name] = _not_there_yet(name, frame, policy, day)
            if name == "Customers":
                is_known = known_by_deeds(frame, tables, day)
                later[name] = later[name] & ~is_known
                frame = _taken_back(frame, is_known, ("created_on",), "", ())
            there[name] = _without(frame, later[name])

    then = dict(there)
    for name, frame in there.items():
        if name not in as_they_stand:
            then[name] = _as_it_was(name, frame, there, tables, day)

    if "Deals" in then and "Deals" not in as_they_stand:
        looks_back |= "StageHistory" in later and bool(later["StageHistory"].any())
        then["Deals"] = deals_then(there, then["Deals"], policy, day, looks_back=looks_back)
    if "Candidates" in then and "Candidates" not in as_they_stand:
        then["Candidates"] = candidates_then(then["Candidates"], tables, there, day)
    rows_later = _rows_later(tables, then)
    counts = {name: len(rows) for name, rows in rows_later.items()}
    first = {name: _first_keys(name, tables[name], rows) for name, rows in rows_later.items()}
    return Past(then, counts, first)


def needs_history(tables: Tables, day: dt.date, *, looks_back: bool) -> bool:
    """Whether only StageHistory can tell where some deal stood on a day.

    It is a long table, which most verbs never look at as of today.
    """
    if "Deals" not in tables or "StageHistory" in tables:
        return False
    deals = tables["Deals"]
    moves = fields_that(TABLES["Deals"], DayKind.HAPPENS)
    return looks_back or any(
        bool(is_later(deals[field.name], field.kind, day).any()) for field in moves
    )


def _not_there_yet(name: str, frame: pd.DataFrame, policy: Policy, day: dt.date) -> Flags:
    later = begins_later(frame, TABLES[name], day)
    if name != _BY_THE_PLAN or not later.any():
        return later

    # A re-split in November publishes November and December anew. Without them the year's target
    # would lack two months, which nobody had planned so on any day.
    start = policy.rules.fiscal_year_start
    year = frame["period"].map(lambda month: year_of_month(month, start))
    begun = frame["published_on"].notna() & ~later
    plans_begun = set(zip(year[begun], frame.loc[begun, "metric"], strict=True))
    has_begun = [plan in plans_begun for plan in zip(year, frame["metric"], strict=True)]
    return np.asarray(later & ~np.array(has_begun, dtype=bool))


def _without(frame: pd.DataFrame, rows: Flags) -> pd.DataFrame:
    return frame[~rows] if rows.any() else frame


def _as_it_was(
    name: str, frame: pd.DataFrame, there: Tables, tables: Tables, day: dt.date
) -> pd.DataFrame:
    """One table's rows before what happened to them later."""
    was = frame
    for field in fields_that(TABLES[name], DayKind.HAPPENS):
        if field.day is not None:
            rows = is_later(frame[field.name], field.kind, day)
            blanks = (field.name, *field.day.blanks)
            was = _taken_back(was, rows, blanks, field.day.was, field.day.ends)
    for field in TABLES[name].fields:
        if field.named is not None:
            rows = _names_later(frame[field.name], field, there, tables)
            was = _taken_back(was, rows, (field.name,), field.named.was, field.named.ends)
    return was


def _names_later(column: pd.Series[Any], field: FieldSpec, there: Tables, tables: Tables) -> Flags:
    """True where a reference names a row that is in the book and not there yet."""
    table = field.ref or ""
    if table not in tables or len(tables[table]) == len(there[table]):
        return np.zeros(len(column), dtype=bool)
    key = TABLES[table].key[0]
    to_come = set(tables[table][key]) - set(there[table][key])
    names_one: Flags = column.isin(to_come).to_numpy(dtype=bool)
    return names_one


def _taken_back(
    frame: pd.DataFrame, rows: Flags, blanks: tuple[str, ...], was: str, ends: tuple[str, ...]
) -> pd.DataFrame:
    """Blank fields of some rows, and give their `status` back the word of before."""
    if not rows.any():
        return frame
    changed = {name: frame[name].mask(rows) for name in blanks}
    if was:
        status = frame["status"]
        changed["status"] = status.mask(rows & status.isin(ends).to_numpy(dtype=bool), was)
    return frame.assign(**changed)


def _rows_later(tables: Tables, then: Tables) -> dict[str, pd.Index]:
    """Rows of each table that people type into which come later, or were something else."""
    rows_later = {}
    for name, frame in tables.items():
        was = then[name]
        if TABLES[name].role is not Role.INPUT or was is frame:
            continue
        stood = frame.loc[was.index]
        differs = np.zeros(len(was), dtype=bool)
        for column in frame.columns:
            old, new = stood[column], was[column]
            differs |= (old.notna() & (new.isna() | (new != old).fillna(True))).to_numpy(bool)
        is_there = frame.index.isin(was.index)
        is_changed = frame.index.isin(was.index[differs])
        rows = frame.index[~is_there | is_changed]
        if len(rows):
            rows_later[name] = rows
    return rows_later


def _first_keys(table: str, frame: pd.DataFrame, rows: pd.Index) -> tuple[str, ...]:
    """The keys of the first few rows, by key, with a sign where there are more."""
    keys = row_keys(table, frame.loc[rows])
    return some_of(sorted(str(key) for key in keys), _MOST_NAMED)
