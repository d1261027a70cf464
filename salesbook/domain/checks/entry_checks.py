"""How is a wrong cell named: which row, which field, what was found?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.frames import row_keys
from salesbook.messages import Fact, Finding, Severity
from salesbook.money import currency_decimals, to_decimal, to_text
from salesbook.tables import TABLES, Kind


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
    rows = wrong.index[wrong.fillna(False).astype(bool)]
    if rows.empty:
        return
    frame = task.tables[table].loc[rows]
    keys = row_keys(table, frame)
    columns = {
        name: fact.loc[rows].tolist() for name, fact in facts.items() if isinstance(fact, pd.Series)
    }
    fixed = {name: fact for name, fact in facts.items() if not isinstance(fact, pd.Series)}
    found = _shown_values(task, table, field, frame)
    for at, row in enumerate(rows):
        params: dict[str, Fact] = {
            **fixed,
            **{name: _fact(values[at]) for name, values in columns.items()},
        }
        yield Finding(
            code,
            severity,
            table,
            row=int(row),
            field=field,
            row_key=keys[row],
            found=found[row],
            params=params,
        )


def _fact(value: Any) -> Fact:
    known: Fact = value.date() if isinstance(value, pd.Timestamp) else value
    return known if pd.notna(value) else None


def _shown_values(task: Task, table: str, field: str, rows: pd.DataFrame) -> pd.Series[str]:
    """A column as a reader of the findings knows it: dates ISO, money with decimals,
    missing blank.
    """
    column, kind = rows[field], TABLES[table].field(field).kind
    if kind is Kind.DATE:
        return column.dt.strftime("%Y-%m-%d").astype("str").fillna("")
    if kind is Kind.DATETIME:
        return column.dt.strftime("%Y-%m-%d %H:%M").astype("str").fillna("")
    decimals = currency_decimals(task.policy.rules.currency)
    if kind is Kind.MONEY:
        return (
            column.map(lambda minor: to_text(minor, decimals), na_action="ignore")
            .astype("str")
            .fillna("")
        )
    if kind is Kind.MEASURE:
        shown = ["" if amount is None else str(amount) for amount in _measures(task, field, rows)]
        return pd.Series(shown, index=column.index, dtype="str")
    return column.astype("str").fillna("")


def _measures(task: Task, field: str, rows: pd.DataFrame) -> list[Decimal | None]:
    """A column of measures as amounts: money in the currency for revenue,
    whole counts otherwise.
    """
    return [
        None
        if pd.isna(value)
        else amount_of(task, value)
        if metric == "revenue"
        else Decimal(int(value))
        for value, metric in zip(rows[field], rows["metric"], strict=True)
    ]


def amount_of(task: Task, minor: int) -> Decimal:
    """Minor units as an amount of the workbook's currency."""
    return to_decimal(int(minor), currency_decimals(task.policy.rules.currency))


def has_rows(task: Task, *tables: str) -> bool:
    """True where the task holds all these tables and each has a row."""
    return all(table in task.tables and len(task.tables[table]) > 0 for table in tables)


def one_per_cell(findings: Iterable[Finding]) -> list[Finding]:
    """Keep the first finding of each cell, an error before a warning, in the order of the sheets.

    Findings about a table as a whole are kept one per code.
    """
    kept: dict[tuple[str, str, int | None, str | None, str], Finding] = {}
    for finding in sorted(findings, key=lambda one: one.severity != "error"):
        code = finding.code if finding.row is None else ""
        kept.setdefault((finding.table, finding.row_key, finding.row, finding.field, code), finding)
    return sorted(kept.values(), key=_place)


_TABLE_ORDER: Mapping[str, int] = {name: at for at, name in enumerate(TABLES)}


def _place(finding: Finding) -> tuple[int, int, int, str]:
    names = TABLES[finding.table].field_names
    row = -1 if finding.row is None else finding.row
    column = names.index(finding.field) if finding.field in names else -1
    return _TABLE_ORDER[finding.table], row, column, finding.row_key
