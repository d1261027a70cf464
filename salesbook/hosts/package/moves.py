"""What becomes of a cell that a new body keeps, moves, or that shares a formula with others?

A formula may say one thing for many cells. `<f t="shared" ref="C2:C9" si="0">B2*2</f>` stands in
one of them, the master; the others only say `<f t="shared" si="0"/>` and mean the master's formula,
shifted. And `<f t="array" ref="C2:C9">` fills all of an area. Neither survives that its rows are
sorted, so the first are written out cell by cell, and the second are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from salesbook.errors import CannotWrite
from salesbook.hosts import formulas
from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.cellxml import placed
from salesbook.hosts.package.parts import Calculation
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.xmlscan import (
    attribute,
    attributes,
    plain,
    replaced,
    start_tag,
    with_attribute,
)

_FORMULA = re.compile(rb"<((?:[\w.-]+:)?)f((?:\s[^>]*?)?)(?:/>|>(.*?)</\1f\s*>)", re.DOTALL)
"""Matches a cell's formula, `<f>A2*2</f>` or `<x:f t="shared" si="0"/>`.

Groups: the prefix, the attributes, the text.
"""
_SHOWN_OF_FORMULA = 200
"""So much of a formula is shown in a refusal."""

Place = tuple[int, int]
"""A cell's row and column."""


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


def moved(cell: bytes, sheet: str, start: Place, row: int) -> bytes:
    """Give a cell to another row of its column.

    Raises: CannotWrite where its formula cannot go along with certainty.
    """
    old_row, column = start
    new_name = cell_name(row, column)
    formula = _FORMULA.search(cell)
    if not formula:
        return placed(cell, new_name)

    kind = _formula_kind(formula)
    text = _formula_text(formula)
    if kind not in (None, "normal", "array"):
        raise _stuck(sheet, start, text)

    new_text = text
    try:
        if formulas.has_cell_references(text):
            new_text = formulas.moved(text, old_row, row)
    except formulas.UnsureError:
        raise _stuck(sheet, start, text) from None

    is_array = kind == "array"
    if new_text != text or is_array:
        tag = _formula_tag(formula)
        if is_array:
            tag = with_attribute(tag, b"ref", new_name)
        closing = b"</" + formula[1] + b"f>"
        cell = replaced(cell, formula, tag + escape(new_text).encode() + closing)

    return placed(cell, new_name)


def _stuck(sheet: str, place: Place, formula: str) -> CannotWrite:
    where = f"{sheet}!{cell_name(*place)}"
    return CannotWrite("formula-cannot-move", where=where, formula=formula[:_SHOWN_OF_FORMULA])


@dataclass(frozen=True, slots=True)
class Calculated:
    """A calculated column's cells in new rows."""

    calculation: Calculation
    first: bytes
    """What the first body row makes of it."""
    first_row: int
    column: int
    sheet: str

    def cell(self, row: int, style: int, prefix: bytes) -> bytes:
        """Write the column's formula into a new row, without a cached value.

        Raises: CannotWrite.
        """
        text = self.calculation.formula
        if _may_name_cells(text):
            text = self._text_from_first_row(row)

        name = cell_name(row, self.column)
        cell_attributes = f' r="{name}"'
        if style:
            cell_attributes += f' s="{style}"'

        formula_attributes = ""
        if self.calculation.is_array:
            formula_attributes = f' t="array" ref="{name}"'
            # cm says that Excel made an array of the formula by itself, and shows no braces.
            cell_metadata = attribute(start_tag(self.first), b"cm") if self.first else None
            if cell_metadata:
                cell_attributes += f' cm="{cell_metadata}"'

        p = prefix.decode()
        formula = f"<{p}f{formula_attributes}>{escape(text)}</{p}f>"
        return f"<{p}c{cell_attributes}>{formula}</{p}c>".encode()

    def _text_from_first_row(self, row: int) -> str:
        """Take the formula from the first body row, since the column's own may name cells.

        The column's own is relative to a row that nobody knows.
        """
        text = _formula_text(_FORMULA.search(self.first))
        first_place = (self.first_row, self.column)
        if not text:
            raise _stuck(self.sheet, first_place, self.calculation.formula)

        try:
            return formulas.moved(text, self.first_row, row)
        except formulas.UnsureError:
            raise _stuck(self.sheet, first_place, text) from None


def _may_name_cells(formula: str) -> bool:
    try:
        return formulas.has_cell_references(formula)
    except formulas.UnsureError:
        return True


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


@dataclass(frozen=True, slots=True)
class _SharedFormula:
    """A formula that several cells share."""

    text: str
    master: Place


def unshare(rows: SheetRows, area: Area, old_rows: Iterable[int]) -> None:
    """Write out the shared formulas of a table, if one stands in the rows that are about to change.

    Raises: CannotWrite where cells outside the table depend on a formula inside.
    """
    if b"shared" not in rows.data or not _any_shared(rows, area, old_rows):
        return

    formulas_by_group, members_by_group = _shared_formulas(rows)
    for group, members in members_by_group.items():
        ours = [place for place in members if area.contains(Area.one_cell(*place))]
        if not ours:
            continue
        formula = formulas_by_group.get(group)
        has_others = len(ours) < len(members)
        if not formula or (has_others and formula.master in ours):
            raise CannotWrite("shared-formula", where=f"{rows.sheet}!{cell_name(*ours[0])}")
        for place in ours:
            _write_out(rows, place, formula)


def _any_shared(rows: SheetRows, area: Area, numbers: Iterable[int]) -> bool:
    for number in numbers:
        cells = rows.row(number).cells
        for column in area.columns:
            formula = _FORMULA.search(cells.get(column, b""))
            if formula and _formula_kind(formula) == "shared":
                return True
    return False


def _shared_formulas(
    rows: SheetRows,
) -> tuple[dict[str, _SharedFormula], dict[str, list[Place]]]:
    """Find every shared formula of a sheet, and all cells that use it, by group."""
    formulas_by_group: dict[str, _SharedFormula] = {}
    members_by_group: dict[str, list[Place]] = {}
    for number in rows.numbers:
        if b"shared" not in rows.xml(number):
            continue
        for column, cell in rows.row(number).cells.items():
            formula = _FORMULA.search(cell)
            if not formula or _formula_kind(formula) != "shared":
                continue
            place = (number, column)
            group = attributes(_formula_tag(formula)).get("si", "")
            members_by_group.setdefault(group, []).append(place)
            if formula[3]:
                formulas_by_group[group] = _SharedFormula(_formula_text(formula), place)

    return formulas_by_group, members_by_group


def _write_out(rows: SheetRows, place: Place, formula: _SharedFormula) -> None:
    """Give a cell the formula that it shared as its own."""
    row, column = place
    master_row, master_column = formula.master
    try:
        text = formulas.copied(formula.text, row - master_row, column - master_column)
    except formulas.UnsureError:
        raise _stuck(rows.sheet, place, formula.text) from None

    new = b"<%bf>%b</%bf>" % (rows.prefix, escape(text).encode(), rows.prefix)
    cells = rows.edit(row).cells
    cells[column] = _FORMULA.sub(lambda _: new, cells[column], count=1)
