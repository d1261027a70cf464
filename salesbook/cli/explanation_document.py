"""What does a program get of a dry run's explanation? Codes and values, in any language the same."""

from __future__ import annotations

import datetime as dt
from typing import Any

from salesbook.cells.base import Value
from salesbook.intake.telling.explain.explanation import (
    ColumnTaken,
    Decision,
    Example,
    Explanation,
    FieldChange,
    LinesApart,
    NameFound,
    NamesFound,
)
from salesbook.intake.telling.questions import Question
from salesbook.messages import Message
from salesbook.money import to_decimal
from salesbook.tables import TABLES, Kind

_MOST_NAMES = 1_000
"""Names of one table that a document lists; `count` and `unknown` count all."""
_MOST_CHANGES = 1_000


def explanation_document(explanation: Explanation, table: str) -> dict[str, Any]:
    """A dry run's explanation; docs/importing.md says what each part means."""
    decimals = explanation.decimals
    return {
        "source": {
            "encoding": explanation.encoding or None,
            "delimiter": explanation.delimiter or None,
            "sheet": explanation.sheet or None,
            "above": list(explanation.above),
            "hidden_taken": explanation.hidden_taken,
            "hidden_left": explanation.hidden_left,
            "apart": [_apart(apart) for apart in explanation.apart],
        },
        "columns": [_column(column, decimals) for column in explanation.columns],
        "not_taken": [
            {
                "header": column.header,
                "column": column.column + 1,
                "filled": column.filled,
                "example": column.example or None,
            }
            for column in explanation.not_taken
        ],
        "decisions": [_decision(decision) for decision in explanation.decisions],
        "names": [_names(found) for found in explanation.names],
        "dates": [
            {
                "field": dates.field,
                "first": dates.first.isoformat(),
                "last": dates.last.isoformat(),
            }
            for dates in explanation.dates
        ],
        "changes": {
            "count": len(explanation.changes),
            "fields": [
                _change(change, table, decimals) for change in explanation.changes[:_MOST_CHANGES]
            ],
        },
    }


def _apart(apart: LinesApart) -> dict[str, Any]:
    return {
        "kind": apart.kind,
        "count": apart.count,
        "first": [{"row": line.row, "text": line.text} for line in apart.first],
    }


def _column(column: ColumnTaken, decimals: int) -> dict[str, Any]:
    return {
        "header": column.header,
        "column": column.column + 1,
        "field": column.field,
        "only": column.only or None,
        "why": column.why,
        "remembered_on": column.remembered_on.isoformat() if column.remembered_on else None,
        "scale": column.scale,
        "currency": column.currency or None,
        "percent": column.percent,
        "filled": column.filled,
        "unreadable": column.unreadable,
        "examples": [_example(example, column.kind, decimals) for example in column.examples],
    }


def _example(example: Example, kind: Kind, decimals: int) -> dict[str, Any]:
    reason = example.reason.code if example.reason else None
    value = None if example.value is None else plain_value(example.value, kind, decimals)
    return {"cell": example.cell, "value": value, "reason": reason, "count": example.count or None}


def plain_value(value: Value, kind: Kind, decimals: int) -> Any:
    """A value as JSON knows it: money in currency units, dates ISO."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if kind is Kind.MONEY:
        return float(to_decimal(int(value), decimals))
    return value


def _change(change: FieldChange, table: str, decimals: int) -> dict[str, Any]:
    is_ours = not change.is_own and not change.is_money
    kind = TABLES[table].field(change.field).kind if is_ours else Kind.TEXT
    kind = Kind.MONEY if change.is_money else kind
    old, new = (
        None if value is None else plain_value(value, kind, decimals)
        for value in (change.old, change.new)
    )
    return {"key": change.key, "field": change.field, "old": old, "new": new}


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "what": decision.what,
        "value": decision.value,
        "headers": list(decision.headers),
        "why": decision.why,
        "proofs": [{"row": proof.row, "cell": proof.cell} for proof in decision.proofs],
    }


def _names(found: NamesFound) -> dict[str, Any]:
    return {
        "table": found.table,
        "count": len(found.names),
        "unknown": found.count("unknown", "not-unique"),
        "names": [_name(name) for name in found.names[:_MOST_NAMES]],
    }


def _name(name: NameFound) -> dict[str, Any]:
    return {
        "typed": name.typed,
        "rows": name.rows,
        "state": name.state,
        "key": name.key or None,
        "name": name.name or None,
        "nearest": name.nearest or None,
    }


def question_document(question: Question) -> dict[str, Any]:
    """Something that a file leaves open, with the options that answer it."""
    return {
        "code": question.code,
        "facts": _facts(question.words),
        "answers": [
            {"option": choice.typed, "facts": _facts(choice.words)}
            for choice in question.choices
            if choice.typed
        ],
    }


def _facts(words: Message) -> dict[str, Any]:
    return {name: plain_fact(fact) for name, fact in words.params.items()}


def plain_fact(fact: object) -> Any:
    """A fact of a sentence as JSON has it: names as one text."""
    if isinstance(fact, tuple):
        return ", ".join(fact)
    is_json = isinstance(fact, str | int | float | bool) or fact is None
    return fact if is_json else str(fact)
