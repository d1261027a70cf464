"""What becomes of a cell that a new body keeps, moves, or that shares a formula with others?

A formula that many cells share, or that fills an area, does not survive that its rows are sorted: so
the first are written out cell by cell, and the second are refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container
from dataclasses import dataclass
from xml.sax.saxutils import escape

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.formulas import (
    Carrying,
    ColumnFormula,
    TableFormulas,
    UnsureError,
    relative,
)
from salesbook.hosts.package.cellxml import placed
from salesbook.hosts.package.parts import Calculation, TablePart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.sheet_formulas import Place, SheetFormulas
from salesbook.hosts.package.xmlscan import (
    attribute,
    plain,
    replaced,
    start_tag,
    with_attribute,
)

_FORMULA = re.compile(rb"<((?:[\w.-]+:)?)f((?:\s[^>]*?)?)(?:/>|>(.*?)</\1f\s*>)", re.DOTALL)
"""Matches a cell's formula, `<f>A2*2</f>` or `<x:f t="shared" si="0"/>`.

Groups: the prefix, the attributes, the text.
"""


def has_formula(cell: bytes) -> bool:
    """Say whether a cell is calculated."""
    may_have_one = b"<f" in cell or b":f" in cell
    return may_have_one and _FORMULA.search(cell) is not None


def _formula_tag(formula: re.Match[bytes]) -> bytes:
    """Give a formula's start tag, without a slash."""
    return b"<" + formula[1] + b"f" + formula[2] + b">"


def _formula_kind(formula: re.Match[bytes]) -> str | None:
    """Say what a formula is: normal, array, shared, dataTable; None where it does not say."""
    return attribute(_formula_tag(formula), b"t")


def _formula_text(formula: re.Match[bytes] | None) -> str:
    return plain((formula[3] or b"").decode()) if formula else ""


def moved(cell: bytes, name: str, text: str | None) -> bytes:
    """Give a cell to another row of its column, or leave it in its own.

    Args:
        name: its new reference.
        text: what its formula reads there; None where it has none, or keeps it to the letter.
    """
    formula = _FORMULA.search(cell) if text is not None else None
    if formula and text is not None:
        tag = _formula_tag(formula)
        is_array = _formula_kind(formula) == "array"
        if is_array:
            tag = with_attribute(tag, b"ref", name)
        if is_array or text != _formula_text(formula):
            closing = b"</" + formula[1] + b"f>"
            cell = replaced(cell, formula, tag + escape(text).encode() + closing)

    return placed(cell, name)


@dataclass(frozen=True, slots=True)
class Calculated:
    """A calculated column's cells in new rows."""

    formula: ColumnFormula
    column: int
    is_array: bool
    metadata: str | None
    """The `cm` of its cells: Excel made an array of the formula by itself, and shows no braces."""

    def cell(self, row: int, style: int, prefix: bytes) -> bytes | None:
        """Write the column's formula into a new row, without a cached value.

        Returns: None where it would name cells that no sheet has.
        """
        try:
            text = self.formula.at(row)
        except UnsureError:
            return None

        name = cell_name(row, self.column)
        cell_attributes = f' r="{name}"'
        if style:
            cell_attributes += f' s="{style}"'

        formula_attributes = ""
        if self.is_array:
            formula_attributes = f' t="array" ref="{name}"'
            if self.metadata:
                cell_attributes += f' cm="{self.metadata}"'

        p = prefix.decode()
        formula = f"<{p}f{formula_attributes}>{escape(text)}</{p}f>"
        return f"<{p}c{cell_attributes}>{formula}</{p}c>".encode()


def new_formulas(
    rows: SheetRows,
    table: TablePart,
    formulas: TableFormulas,
    carrying: Carrying,
    arrays: Container[Place],
) -> dict[str, Calculated]:
    """Say what new rows calculate, by header.

    Args:
        formulas: those of the table as it was read.
        arrays: the places of the sheet's array formulas.
    """
    calculated: dict[str, Calculated] = {}
    for header in formulas.calculated:
        column = table.area.left + table.headers.index(header)
        formula = formulas.columns.get(header)
        if formula:
            texts = formulas.texts[header]
            example = next(row for row, text in texts.items() if formula.reads(text, row))
            cell = rows.as_read(example).cells.get(column, b"")
            metadata = attribute(start_tag(cell), b"cm") if cell else None
            is_array = (example, column) in arrays
            new_formula = carrying.column(formula)
            calculated[header] = Calculated(new_formula, column, is_array, metadata)
            continue

        declared = _declared(table.calculations[header])
        if declared:
            is_array = table.calculations[header].is_array
            calculated[header] = Calculated(declared, column, is_array, None)

    return calculated


def _declared(calculation: Calculation) -> ColumnFormula | None:
    """Read the formula that a table part gives for a column of which no cell is filled.

    One that names cells is relative to a row that nobody knows, and no use.
    """
    row = 1
    try:
        formula = relative(calculation.formula, row)
    except UnsureError:
        return None
    names_rows = any(isinstance(piece, int) for piece in formula.pieces)
    return None if names_rows else formula


def refuse_wide_arrays(rows: SheetRows, touched: Area) -> None:
    """Refuse to write into part of a formula that fills several cells.

    Raises: CannotWrite.
    """
    # Matches <f t="array" ref="C2:C9"> and <f ref='B2:D9' t='dataTable' ...>
    wide = re.compile(rb"<%bf\s[^>]*\bt\s*=\s*[\"'](?:array|dataTable)[\"'][^>]*>" % rows.prefix)
    for tag in wide.findall(rows.data):
        area = Area.parse(attribute(tag, b"ref") or "")
        if area and not area.is_one_cell and area.meets(touched):
            raise CannotWrite("array-formula", where=f"{rows.sheet}!{area}")


def unshare(rows: SheetRows, area: Area, found: SheetFormulas, old_rows: Collection[int]) -> None:
    """Write out the shared formulas of a table, if one stands in the rows that are about to change.

    So they are in cells outside the table that share them: the master may go, or read differently.

    Raises: CannotWrite where the file does not say what they read.
    """
    for members in found.groups.values():
        ours = [place for place in members if area.contains(Area.one_cell(*place))]
        if not any(row in old_rows for row, _ in ours):
            continue
        for place in members:
            if place in found.unreadable:
                raise CannotWrite("shared-formula", where=f"{rows.sheet}!{cell_name(*place)}")
            _write_out(rows, place, found.texts[place])


def _write_out(rows: SheetRows, place: Place, text: str) -> None:
    """Give a cell the formula that it shared as its own."""
    row, column = place
    new = b"<%bf>%b</%bf>" % (rows.prefix, escape(text).encode(), rows.prefix)
    cells = rows.edit(row).cells
    cells[column] = _FORMULA.sub(lambda _: new, cells[column], count=1)
