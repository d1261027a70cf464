"""Which part of a table is shown: whose rows, which of them, how many, and which columns?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from salesbook.book.selecting.conditions import (
    Condition,
    read_condition,
    rows_that_hold,
    value_like,
)
from salesbook.book.selecting.fields import field_asked_for
from salesbook.book.selecting.people import rows_about
from salesbook.book.session import Session
from salesbook.errors import UsageError
from salesbook.reading.table import ReadTable
from salesbook.tables import FieldSpec

_BETWEEN_COLUMNS: Final = re.compile("[,，、]")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for, as typed; all of it must hold of a row."""

    top: int | None = None
    """The first rows only, in the order of the sheet."""
    top_of: str = ""
    """The field of whose every value `top` rows are wanted; blank: `top` rows of the table."""
    who: str | None = None
    """A rep, customer, deal or team: by name, by id, or as `Wang Wei (R07)`."""
    where: tuple[str, ...] = ()
    """`FIELD=VALUE` each. Of several about one field, one must hold."""
    columns: tuple[str, ...] = ()
    """Fields, by code or header, also several in one text with commas between them."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A table with the rows and fields that were asked for."""

    read: ReadTable
    """The table; its frame holds only the rows that were asked for."""
    rows_left_out: int
    """Rows that could not be used, in the whole table."""
    fields: tuple[FieldSpec, ...]
    """The fields to show, in the order asked for; else in the order of the sheet."""
    rows_in_all: int
    """Usable rows of the table, asked for or not."""
    rows_matching: int
    """Those that are as asked for, shown or not."""
    names_columns: bool
    """Whether somebody named the columns: then each is shown, filled or not."""
    nearest: tuple[str, ...] = ()
    """Where no row holds a word that is asked for: those that may be meant."""


def select(session: Session, table: str, wanted: Wanted) -> Selection:
    """Find what somebody asks for.

    Raises: UsageError for a field that the table does not have, a value that the field cannot hold,
        and a name that nobody or several have; each names what may be meant.
    """
    read = session.table(table)
    conditions = [read_condition(session, table, text) for text in wanted.where]
    fields = _fields(read, wanted.columns)

    frame = read.frame
    if wanted.who is not None:
        frame = frame[rows_about(session, table, wanted.who)]
    for same_field in _by_field(conditions).values():
        holds = [rows_that_hold(session, table, frame, condition) for condition in same_field]
        is_wanted = holds[0]
        for other in holds[1:]:
            is_wanted = is_wanted | other
        frame = frame[is_wanted]
    matching = len(frame)
    if wanted.top is not None and wanted.top_of:
        frame = frame[frame.groupby(wanted.top_of).cumcount() < wanted.top]
    elif wanted.top is not None:
        frame = frame.iloc[: wanted.top]
    return Selection(
        read=replace(read, frame=frame),
        rows_left_out=read.rows_skipped,
        fields=fields,
        rows_in_all=len(read.frame),
        rows_matching=matching,
        names_columns=bool(wanted.columns),
        nearest=_nearest(session, table, conditions) if frame.empty else (),
    )


def _nearest(session: Session, table: str, conditions: list[Condition]) -> tuple[str, ...]:
    nearest = (value_like(session, table, condition) for condition in conditions)
    return tuple(chain.from_iterable(nearest))


def _fields(read: ReadTable, asked: tuple[str, ...]) -> tuple[FieldSpec, ...]:
    """The fields that are asked for, each once; all of the table where none is.

    Raises: UsageError.
    """
    if not asked:
        return read.spec.fields
    typed = [name.strip() for text in asked for name in _BETWEEN_COLUMNS.split(text)]
    fields = [field_asked_for(read.spec.name, name, where="--columns") for name in typed if name]
    if not fields:
        known = tuple(read.spec.field_names)
        raise UsageError("no-columns", where="--columns", fields=known)
    return tuple(dict.fromkeys(fields))


def _by_field(conditions: list[Condition]) -> dict[str, list[Condition]]:
    grouped: dict[str, list[Condition]] = {}
    for condition in conditions:
        grouped.setdefault(condition.field.name, []).append(condition)
    return grouped
