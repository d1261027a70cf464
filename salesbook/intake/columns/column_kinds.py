"""How are the cells of a file's column read: as which kind, and with which words?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from salesbook.cells.base import CellOptions
from salesbook.cells.field import options_for
from salesbook.intake.columns.header_meanings import choice_aliases
from salesbook.intake.columns.headers import MappedColumn
from salesbook.tables import TABLES, Kind

STEERING: Final[Mapping[str, Kind]] = {
    "_status": Kind.CHOICE,
    "_deleted": Kind.FLAG,
    "_currency": Kind.TEXT,
    "_first_name": Kind.TEXT,
    "_last_name": Kind.TEXT,
    "_rep": Kind.TEXT,
    "_team": Kind.TEXT,
    "_from": Kind.TEXT,
    "_changed": Kind.TEXT,
    "_amount_before": Kind.MONEY,
    "_expected_before": Kind.DATE,
}
"""Columns that are no field of a table; `rows` says what each does."""


def how_to_read(table: str, mapped: MappedColumn, options: CellOptions) -> tuple[Kind, CellOptions]:
    """Say of which kind a column's cells are, and what field and header add to the options."""
    owner = f"{table}.{mapped.field}"
    if mapped.field in STEERING:
        choices = choice_aliases(owner)
        return STEERING[mapped.field], replace(options, owner=owner, choices=choices)

    spec = TABLES[table].field(mapped.field)
    field_options = options_for(owner, spec, options)

    # The workbook's own labels go before what other systems mean by the same word.
    choices = dict(field_options.choices)
    if spec.choices:
        for word, code in choice_aliases(owner).items():
            choices.setdefault(word, code)
    return spec.kind, replace(
        field_options, choices=choices, scale=mapped.scale, percent=mapped.percent
    )
