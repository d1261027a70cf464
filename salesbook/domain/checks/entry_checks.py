"""How is a wrong cell named: which row, which field, what was found?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.frames import row_keys
from salesbook.messages import Fact, Finding, Severity
from salesbook.money import to_decimal, to_text
from salesbook.tables import TABLES, Kind, is_of_money


def flag(
    task: Task,
    place: str,
    wrong: pd.Series[bool],
    code: str,
    severity: Severity = "warning",
    **facts: Fact | pd.Series[Any],
) -> Iterator[Finding]:
    """Name the cells of one field in the rows that are wrong.

    Args:
        place: `Table.field`.
        wrong: true where the row's cell is wrong, by the frame's index; missing is not wrong.
        facts: the finding's params; a column gives each row its own.
    """
    table, _, field = place.partition(".")
    is_wrong = wrong.fillna(False).astype(bool)
    rows = wrong.index[is_wrong]
    if rows.empty:
        return

    frame = task.tables[table].loc[rows]
    keys = row_keys(table, frame)
    shown = _shown_values(task, table, field, frame)

    fixed_facts: dict[str, Fact] = {}
    facts_by_row: dict[str, list[Any]] = {}
    for name, fact in facts.items():
        if isinstance(fact, pd.Series):
            facts_by_row[name] = fact.loc[rows].tolist()
        else:
            fixed_facts[name] = fact

    for place_in_rows, row in enumerate(rows):
        own_facts = {name: _fact(values[place_in_rows]) for name, values in facts_by_row.items()}
        yield Finding(
            code,
            severity,
            table,
            row=int(row),
            field=field,
            row_key=keys[row],
            found=shown[row],
            params={**fixed_facts, **own_facts},
        )


def _fact(value: Any) -> Fact:
    if pd.isna(value):
        return None
    fact: Fact = value.date() if isinstance(value, pd.Timestamp) else value
    return fact


def _shown_values(task: Task, table: str, field: str, rows: pd.DataFrame) -> pd.Series[str]:
    """A column as findings show it: dates ISO, money with decimals, missing blank."""
    column = rows[field]
    kind = TABLES[table].field(field).kind
    if kind is Kind.DATE:
        return _texts(column.dt.strftime("%Y-%m-%d"))
    if kind is Kind.DATETIME:
        return _texts(column.dt.strftime("%Y-%m-%d %H:%M"))
    if kind is Kind.MONEY:
        decimals = task.policy.decimals
        return _texts(column.map(lambda minor: to_text(minor, decimals), na_action="ignore"))
    if kind is Kind.MEASURE:
        measures = zip(column, rows["metric"], strict=True)
        shown = [
            "" if pd.isna(value) else str(measure_of(task, value, metric))
            for value, metric in measures
        ]
        return pd.Series(shown, index=column.index, dtype="str")
    return _texts(column)


def _texts(column: pd.Series[Any]) -> pd.Series[str]:
    return column.astype("str").fillna("")


def amount_of(task: Task, minor: int) -> Decimal:
    """Minor units as an amount of the workbook's currency."""
    return to_decimal(int(minor), task.policy.decimals)


def measure_of(task: Task, measure: int, metric: str) -> Decimal:
    """A measure of a metric as people see it: an amount of the currency, or a whole count."""
    return amount_of(task, measure) if is_of_money(metric) else Decimal(int(measure))


def amounts_of(task: Task, minor: pd.Series[Any], rows: Iterable[Any]) -> pd.Series[Any]:
    """Amounts in the currency in these rows of a column, by its index; missing elsewhere."""
    amounts = {row: amount_of(task, minor[row]) for row in rows}
    return pd.Series(amounts, index=minor.index, dtype="object")


def has_rows(task: Task, *tables: str) -> bool:
    """True where the task holds all these tables and each has a row."""
    return all(table in task.tables and len(task.tables[table]) > 0 for table in tables)


def one_per_cell(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the first finding of each cell, an error before a warning: errors, then warnings, each in
    the order of the sheets.

    Findings about a table as a whole are kept one per code.
    """
    kept: dict[tuple[str, str, int | None, str | None, str], Finding] = {}
    errors_first = sorted(findings, key=lambda finding: finding.severity != "error")
    for finding in errors_first:
        code = finding.code if finding.row is None else ""
        cell = (finding.table, finding.row_key, finding.row, finding.field, code)
        kept.setdefault(cell, finding)
    return sorted(kept.values(), key=_place)


_TABLE_ORDER: Mapping[str, int] = {name: place for place, name in enumerate(TABLES)}


def _place(finding: Finding) -> tuple[bool, int, int, int, str]:
    """Errors first; then where it stands in the workbook, a table as a whole before its first row."""
    names = TABLES[finding.table].field_names
    row = -1 if finding.row is None else finding.row
    column = names.index(finding.field) if finding.field in names else -1
    is_warning = finding.severity != "error"
    return is_warning, _TABLE_ORDER[finding.table], row, column, finding.row_key
