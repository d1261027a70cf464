"""Whom does a typed name mean, and which rows of a table are about them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.book.session import Session
from salesbook.errors import UsageError
from salesbook.messages import some_of
from salesbook.names.folding import fold_name
from salesbook.names.nearest import nearest_known
from salesbook.reading.references import RowsByName, resolve_references
from salesbook.tables import TABLES

NAMED_TABLES: Final = ("Reps", "Customers", "Deals", "Candidates", "Courses", "Openings", "Orders")
"""Tables whose rows somebody may be asked for by name."""
_PEOPLE: Final = ("Reps", "Customers", "Candidates", "")
"""Those who go before deals, courses, openings and orders of the same name; blank for teams."""
_TEAM: Final = "team"
_KIND_OF_TABLE: Final = {"Reps": "rep", "Openings": "opening"}
"""What `scope_kind` and `slice_kind` say where `scope` and `slice` hold a key of the table."""
_SCOPES: Final = ("scope", "slice")
_KEYS_OF_ANY_TABLE: Final = ("row_key", "left_id", "right_id")
"""Fields that hold a key of the table that the row's `table` names."""
_NAME_WITH_KEY: Final = re.compile(r"(?P<name>.*)[(（](?P<key>[^()（）]+)[)）]\s*", re.DOTALL)
"""`Wang Wei (R07)`, as a name is shown that two share."""
_MOST_CANDIDATES: Final = 10


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Somebody or something that rows are about."""

    table: str
    """One of NAMED_TABLES, or blank for a team."""
    key: str
    """A key of the table; of a team its name."""


def rows_about(session: Session, table: str, typed: str) -> Flags:
    """Which rows of a table are about the rep, customer, deal or team of a name or id.

    Raises: UsageError where the table is about nobody, where nobody has the name, and where several
        have it.
    """
    if not _is_about_somebody(table):
        raise UsageError("about-nobody", where="--who", table=table)
    subject = _subject(session, table, typed)
    frame = session.table(table).frame
    is_about: Flags = np.zeros(len(frame), dtype=bool)
    for column in _columns_about(session, table, frame, subject.table):
        is_about = is_about | (column == subject.key).fillna(False).to_numpy(dtype=bool)
    return is_about


def key_of_name(session: Session, table: str, typed: str) -> str | None:
    """The key of the row that a name or id means; None where no row has it, or none can be asked for.

    Raises: UsageError where several have it.
    """
    if table not in NAMED_TABLES or not session.has(table):
        return None
    subjects = _subjects_in(session, table, typed)
    if len(subjects) > 1:
        raise _ambiguous(session, typed, subjects, where="--where")
    return subjects[0].key if subjects else None


def resolved_column(
    session: Session, table: str, field_name: str, frame: pd.DataFrame
) -> pd.Series[Any]:
    """A field of some rows, references that were typed as names replaced by keys."""
    referred = {field.ref for field in TABLES[table].fields if field.ref in NAMED_TABLES}
    tables = {name: session.frame(name) for name in referred if name}
    resolved, _ = resolve_references({**tables, table: frame}, session.policy, session.former_rows)
    # A row that turned out to be another's twin is left out there; it is shown as it is typed.
    return resolved[table][field_name].reindex(frame.index).fillna(frame[field_name])


def _subject(session: Session, table: str, typed: str) -> Subject:
    """The only one that a name can mean in a table's rows.

    Raises: UsageError.
    """
    asked = [name for name in NAMED_TABLES if session.has(name) and _is_about(table, name)]
    subjects = [subject for name in asked for subject in _subjects_in(session, name, typed)]
    teams = _teams(session) if _is_about_teams(table) else {}
    if fold_name(typed) in teams:
        subjects.append(Subject("", teams[fold_name(typed)]))
    # Many deals are called as their customer is: who asks for Acme means the company.
    people = [subject for subject in subjects if subject.table in _PEOPLE]
    subjects = people or subjects

    if not subjects:
        known = {shown: shown for name in asked for shown in names_in(session, name)}
        known |= {team: team for team in teams.values()}
        nearest = tuple(nearest_known(typed, known))
        facts = {"found": typed, "table": table}
        if nearest:
            raise UsageError("unknown-name", where="--who", **facts, nearest=nearest)
        names = some_of(sorted(set(known.values())), _MOST_CANDIDATES)
        raise UsageError("unlike-any-name", where="--who", **facts, names=names)
    if len(subjects) > 1:
        raise _ambiguous(session, typed, subjects, where="--who")
    return subjects[0]


def _ambiguous(session: Session, typed: str, subjects: list[Subject], *, where: str) -> UsageError:
    shown = [_shown(session, subject) for subject in subjects]
    candidates = some_of(shown, _MOST_CANDIDATES)
    return UsageError("ambiguous-name", where=where, found=typed, candidates=candidates)


def _subjects_in(session: Session, table: str, typed: str) -> list[Subject]:
    """The rows of one table that a text may mean; a key goes before names."""
    # Who asks for a row that was merged away is shown the one that stands for it.
    rows = RowsByName(table, session.frame(table), session.former_rows.get(table, ()))
    keys = rows.find(typed)
    with_key = _NAME_WITH_KEY.fullmatch(typed)
    if not keys and with_key:
        of_name = rows.find(with_key["name"].strip())
        wanted = fold_name(with_key["key"])
        keys = tuple(key for key in of_name if fold_name(key) == wanted)
    return [Subject(table, key) for key in keys]


def names_in(session: Session, table: str) -> Iterator[str]:
    """What people call the rows of a table."""
    yield from RowsByName(table, session.frame(table)).suggestions.values()


def _shown(session: Session, subject: Subject) -> str:
    """`Wang Wei (R07)`; of a team its name."""
    if not subject.table:
        return subject.key
    name = session.row_names.name_of(subject.table, subject.key)
    return f"{name} ({subject.key})" if name != subject.key else name


def _teams(session: Session) -> dict[str, str]:
    """Teams by folded name, as the reps have them."""
    teams = session.frame("Reps")["team"].dropna().unique()
    return {fold_name(team): team for team in sorted(teams)}


def _is_about_somebody(table: str) -> bool:
    return _is_about_teams(table) or any(_is_about(table, name) for name in NAMED_TABLES)


def _is_about_teams(table: str) -> bool:
    return any(
        field.name == _TEAM or (field.name == f"{scope}_kind" and _TEAM in field.choices)
        for field in TABLES[table].fields
        for scope in _SCOPES
    )


def _is_about(table: str, subject_table: str) -> bool:
    """Whether rows of a table can be about rows of another; a table is about its own rows."""
    fields = TABLES[table].fields
    kind = _KIND_OF_TABLE.get(subject_table)
    return (
        table == subject_table
        or any(field.ref == subject_table for field in fields)
        or any(field.name in _KEYS_OF_ANY_TABLE for field in fields)
        or any(
            kind in field.choices
            for field in fields
            if field.name in [f"{scope}_kind" for scope in _SCOPES]
        )
    )


def _columns_about(
    session: Session, table: str, frame: pd.DataFrame, subject_table: str
) -> Iterator[pd.Series[Any]]:
    """The columns of a table that may hold a subject's key, blank where they hold another's."""
    spec = TABLES[table]
    names = spec.field_names
    kind = _KIND_OF_TABLE.get(subject_table) if subject_table else _TEAM
    for field in spec.fields:
        if subject_table and field.ref == subject_table:
            yield resolved_column(session, table, field.name, frame)
        is_own_key = table == subject_table and field.name == spec.key[0]
        is_team = not subject_table and field.name == _TEAM
        if is_own_key or is_team:
            yield frame[field.name]

        of_kind = f"{field.name}_kind"
        if field.name in _SCOPES and of_kind in names and kind is not None:
            yield resolved_column(session, table, field.name, frame).where(frame[of_kind] == kind)
        if subject_table and field.name in _KEYS_OF_ANY_TABLE and "table" in names:
            yield frame[field.name].where(frame["table"] == subject_table)
