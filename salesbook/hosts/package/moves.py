"""What becomes of a cell that a new body keeps, moves, or shares a formula with others?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from salesbook.errors import CannotWrite
from salesbook.hosts.package import formulas
from salesbook.hosts.package.cellxml import placed
from salesbook.hosts.package.parts import Calculation
from salesbook.hosts.package.refs import Area, cell_name
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.xmlscan import attribute, attributes, plain, with_attribute

_FORMULA = re.compile(rb"<((?:[\w.-]+:)?)f((?:\s[^>]*?)?)(?:/>|>(.*?)</\1f\s*>)", re.DOTALL)


def has_formula(cell: bytes) -> bool:
    """Say whether a cell is calculated."""
    return (b"<f" in cell or b":f" in cell) and _FORMULA.search(cell) is not None


def moved(cell: bytes, sheet: str, start: tuple[int, int], row: int) -> bytes:
    """Give a cell to another row of its column.

    Raises: CannotWrite where its formula cannot go along with certainty.
    """
    old_row, column = start
    found = _FORMULA.search(cell)
    if found:
        kind, text = attribute(b"<f" + found[2] + b">", b"t"), plain((found[3] or b"").decode())
        if kind not in (None, "normal", "array"):
            raise _stuck(sheet, start, text)
        try:
            new = formulas.moved(text, old_row, row) if formulas.has_cell_references(text) else text
        except formulas.UnsureError:
            raise _stuck(sheet, start, text) from None
        tag = b"<" + found[1] + b"f" + found[2] + b">"
        if kind == "array":
            tag = with_attribute(tag, b"ref", cell_name(row, column))
        formula = tag + escape(new).encode() + b"</" + found[1] + b"f>"
        if new != text or kind == "array":
            cell = cell[: found.start()] + formula + cell[found.end() :]
    return placed(cell, cell_name(row, column))


def _stuck(sheet: str, start: tuple[int, int], formula: str) -> CannotWrite:
    return CannotWrite(
        "formula-cannot-move", where=f"{sheet}!{cell_name(*start)}", formula=formula[:200]
    )


@dataclass(frozen=True, slots=True)
class Calculated:
    """A calculated column's cells in new rows:
    its formula and what the first body row makes of it.
    """

    calculation: Calculation
    first: bytes
    first_row: int
    column: int
    sheet: str

    def cell(self, row: int, style: int, prefix: bytes) -> bytes:
        """Write the column's formula into a new row, without a cached value.

        Raises: CannotWrite.
        """
        text = self.calculation.formula
        if _may_name_cells(text):
            text = self._own_formula(row)
        name = cell_name(row, self.column)
        start = f'<c r="{name}"' + (f' s="{style}"' if style else "")
        kind = ""
        if self.calculation.is_array:
            kind = f' t="array" ref="{name}"'
            marker = attribute(self.first[: self.first.find(b">") + 1], b"cm")
            start += f' cm="{marker}"' if marker else ""
        whole = f"{start}><f{kind}>{escape(text)}</f></c>".encode()
        return (
            re.sub(rb"<(/?)([cf])(?=[\s/>])", lambda tag: b"<" + tag[1] + prefix + tag[2], whole)
            if prefix
            else whole
        )

    def _own_formula(self, row: int) -> str:
        """Take the formula from the first body row,
        since the column's own names cells relatively.
        """
        found = _FORMULA.search(self.first)
        text = plain((found[3] or b"").decode()) if found else ""
        try:
            if not text:
                raise formulas.UnsureError(self.calculation.formula)
            return formulas.moved(text, self.first_row, row)
        except formulas.UnsureError:
            raise _stuck(
                self.sheet, (self.first_row, self.column), text or self.calculation.formula
            ) from None


def _may_name_cells(formula: str) -> bool:
    try:
        return formulas.has_cell_references(formula)
    except formulas.UnsureError:
        return True


def refuse_wide_arrays(rows: SheetRows, touched: Area) -> None:
    """Refuse to write into part of a formula that fills several cells.

    Raises: CannotWrite.
    """
    for tag in re.findall(
        rb"<%bf\s[^>]*\bt\s*=\s*[\"'](?:array|dataTable)[\"'][^>]*>" % rows.prefix, rows.data
    ):
        area = Area.parse(attribute(tag, b"ref") or "")
        if area and not area.is_one_cell and area.meets(touched):
            raise CannotWrite("array-formula", where=f"{rows.sheet}!{area}")


def unshare(rows: SheetRows, area: Area, old_rows: Iterable[int]) -> None:
    """Write out the shared formulas of a table, if one stands in the rows that are about to change.

    Raises: CannotWrite where cells outside the table depend on a formula inside.
    """
    if b"shared" not in rows.data:
        return
    inside = range(area.left, area.right + 1)
    if not any(
        _is_shared(rows.row(number).cells.get(column, b""))
        for number in old_rows
        for column in inside
    ):
        return
    masters, members = _groups(rows)
    for group, places in members.items():
        ours = [place for place in places if area.contains(Area(*place, *place))]
        if not ours:
            continue
        master = masters.get(group)
        if not master or (len(ours) < len(places) and master[0] in ours):
            raise CannotWrite("shared-formula", where=f"{rows.sheet}!{cell_name(*ours[0])}")
        for place in ours:
            _write_out(rows, place, *master)


def _is_shared(cell: bytes) -> bool:
    found = _FORMULA.search(cell)
    return found is not None and attribute(b"<f" + found[2] + b">", b"t") == "shared"


Place = tuple[int, int]


def _groups(rows: SheetRows) -> tuple[dict[str, tuple[Place, str]], dict[str, list[Place]]]:
    """Find every shared formula: where it is written, and all cells that use it, by group."""
    masters: dict[str, tuple[Place, str]] = {}
    members: dict[str, list[Place]] = {}
    for number in rows.numbers:
        if b"shared" not in rows.xml(number):
            continue
        for column, cell in rows.row(number).cells.items():
            found = _FORMULA.search(cell)
            told = attributes(b"<f" + found[2] + b">") if found else {}
            if not found or told.get("t") != "shared":
                continue
            group = told.get("si", "")
            members.setdefault(group, []).append((number, column))
            if found[3]:
                masters[group] = ((number, column), plain(found[3].decode()))
    return masters, members


def _write_out(rows: SheetRows, place: Place, master: Place, formula: str) -> None:
    row, column = place
    try:
        text = formulas.copied(formula, row - master[0], column - master[1])
    except formulas.UnsureError:
        raise _stuck(rows.sheet, place, formula) from None
    cells = rows.edit(row).cells
    new = b"<%bf>%b</%bf>" % (rows.prefix, escape(text).encode(), rows.prefix)
    cells[column] = _FORMULA.sub(lambda _: new, cells[column], count=1)
