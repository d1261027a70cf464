"""Which settings does a workbook hold, and which cannot be read?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

import pandas as pd

from salesbook.messages import Finding
from salesbook.policy import Policy, read_policy
from salesbook.reading.table import ReadTable, read_table
from salesbook.store import TableCells
from salesbook.tables import TABLES, Role
from salesbook.tables.ages import has_since
from salesbook.tables.settings import Rules

SETTING_TABLES = tuple(name for name, spec in TABLES.items() if spec.role is Role.SETTING)
_ONLY_SHOWN = frozenset({"Products.list_price", "Products.cost", "Products.active"})
"""Fields that no verb calculates with."""
_REMEMBERED: Final = 8
"""Workbooks of other settings that one process keeps in mind."""


@dataclass(frozen=True)
class _Said:
    """A settings table as it stands; two are equal where each cell says the same."""

    cells: TableCells = field(compare=False)
    place: TableCells
    """All but the cells: headers, first row, and what the file says of the columns."""
    texts: tuple[tuple[str, ...], ...]
    """The cells as Python writes them, by which 1, 1.0, true and "1" differ."""


def read_settings(
    read: Callable[[str], TableCells], codes: Collection[str]
) -> tuple[Policy, dict[str, ReadTable]]:
    """Read the settings tables that are there, Policy first.

    Its currency types the others, and the version that it records says which of them are ours.

    What cannot be read is among the policy's faults, so that a verb that rests on it can refuse.

    A command asks for the settings of its workbook several times, and they are mostly the same:
    what they mean is worked out once.
    """
    policy_table = _said(read("Policy")) if "Policy" in codes else None
    rules = _rules(policy_table)
    others = tuple(
        _said(read(name))
        for name in SETTING_TABLES
        if name in codes and name != "Policy" and has_since(rules.made_with, TABLES[name].since)
    )
    policy, tables = _settings(policy_table, others)
    return policy, dict(tables)


def _said(cells: TableCells) -> _Said:
    texts = tuple(tuple(map(repr, column)) for column in (*cells.columns, cells.below))
    return _Said(cells, replace(cells, columns=(), below=()), texts)


@lru_cache(maxsize=_REMEMBERED)
def _policy_table(said: _Said) -> ReadTable:
    return read_table(said.cells, currency="USD")


@lru_cache(maxsize=_REMEMBERED)
def _rules(policy_table: _Said | None) -> Rules:
    tables = {} if policy_table is None else {"Policy": _policy_table(policy_table)}
    return read_policy(_rows(tables)).rules


@lru_cache(maxsize=_REMEMBERED)
def _settings(
    policy_table: _Said | None, others: tuple[_Said, ...]
) -> tuple[Policy, Mapping[str, ReadTable]]:
    """The settings as one value, and their tables as read."""
    tables: dict[str, ReadTable] = {}
    if policy_table is not None:
        tables["Policy"] = _policy_table(policy_table)
    rules = _rules(policy_table)
    for said in others:
        tables[said.cells.table] = read_table(
            said.cells, currency=rules.currency, made_with=rules.made_with
        )
    policy = read_policy(_rows(tables))
    unreadable = [
        finding
        for table in tables.values()
        for finding in table.findings
        if _matters(table, finding)
    ]
    return replace(policy, faults=(*unreadable, *policy.faults)), tables


def _rows(tables: Mapping[str, ReadTable]) -> dict[str, Sequence[tuple[int, Mapping[str, Any]]]]:
    return {name: _table_rows(table.frame) for name, table in tables.items()}


def _table_rows(frame: pd.DataFrame) -> list[tuple[int, Mapping[str, Any]]]:
    columns = {str(name): _plain(frame[name]) for name in frame.columns}
    return [
        (int(row), {name: values[place] for name, values in columns.items()})
        for place, row in enumerate(frame.index)
    ]


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Python's own values, which pydantic knows, for pandas' scalars; None for what is missing."""
    values = [
        value.date() if isinstance(value, pd.Timestamp) else value
        for value in column.astype("object").tolist()
    ]
    is_missing = column.isna().tolist()
    return [None if missing else value for value, missing in zip(values, is_missing, strict=True)]


def _matters(table: ReadTable, finding: Finding) -> bool:
    """True for an error that changes what is calculated; a Policy row without a value does not."""
    if finding.severity != "error" or f"{finding.table}.{finding.field}" in _ONLY_SHOWN:
        return False
    if finding.table != "Policy" or finding.row is None or "value" not in table.headers:
        return True
    value = table.column(table.headers["value"])[finding.row]
    return value is not None and bool(str(value).strip())
