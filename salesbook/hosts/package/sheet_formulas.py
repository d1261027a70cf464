"""Which formulas does a sheet hold, each as it reads in its own cell?

A formula may say one thing for many cells. `<f t="shared" ref="C2:C9" si="0">B2*2</f>` stands in
one of them, the master; the others only say `<f t="shared" si="0"/>` and mean the master's formula,
shifted. And `<f t="array" ref="C2:C9">` fills all of an area from its first cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from salesbook.hosts.area import Area, column_number
from salesbook.hosts.formulas import TableFormulas, UnsureError, copied, relative
from salesbook.hosts.package.parts import TablePart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.xmlscan import attribute, plain
from salesbook.store import TableCells

_USUAL_REFERENCE = re.compile(rb'r="([A-Z]{1,3})([0-9]{1,7})"')
"""Matches the attribute with which nearly every program begins a cell: `r="B2"`."""

Place = tuple[int, int]
"""A cell's row and column."""


@dataclass(frozen=True, slots=True)
class SheetFormulas:
    """The formulas of one sheet."""

    texts: dict[Place, str] = field(default_factory=dict)
    """As each reads in its cell, without `=`."""
    arrays: set[Place] = field(default_factory=set)
    """The cells whose formula is an array's."""
    groups: dict[str, list[Place]] = field(default_factory=dict)
    """The cells that share a formula, by the group's key."""
    unreadable: set[Place] = field(default_factory=set)
    """Members of a group whose formula cannot be told."""

    def of_table(self, table: TablePart, cells: TableCells) -> TableFormulas:
        """Hold the formulas of a table's body against what its cells hold."""
        body = table.body
        texts: dict[str, dict[int, str]] = {}
        for (row, column), text in sorted(self.texts.items()):
            if body.contains(Area.one_cell(row, column)):
                header = table.headers[column - body.left]
                texts.setdefault(header, {})[row] = text
        return TableFormulas(cells, texts, frozenset(table.calculations))


def read_formulas(rows: SheetRows) -> SheetFormulas:
    """Find all formulas of a sheet."""
    found = SheetFormulas()
    masters: dict[str, tuple[Place, str]] = {}
    for place, tag, text in _formulas(rows):
        # Nearly no formula has attributes.
        kind = attribute(tag, b"t") if tag else None
        if kind == "shared":
            group = attribute(tag, b"si") or ""
            found.groups.setdefault(group, []).append(place)
            if text:
                masters[group] = (place, text)
            continue
        if kind == "array":
            found.arrays.add(place)
        if kind != "dataTable":
            found.texts[place] = text

    for group, members in found.groups.items():
        _resolve(found, members, masters.get(group))

    return found


def _resolve(found: SheetFormulas, members: list[Place], master: tuple[Place, str] | None) -> None:
    """Say what the formula that cells share reads in each of them."""
    for row, column in members:
        if master is None:
            found.unreadable.add((row, column))
            continue
        (master_row, master_column), text = master
        try:
            in_column = copied(text, 0, column - master_column)
            found.texts[row, column] = relative(in_column, master_row).at(row)
        except UnsureError:
            found.unreadable.add((row, column))


def _formulas(rows: SheetRows) -> Iterator[tuple[Place, bytes, str]]:
    """Go through the cells that have a formula: their place, its start tag if it says more than
    its name, and its text.
    """
    if not rows.may_hold(b"f"):
        return

    p = rows.prefix
    # Matches <c r="C2" s="1"><f>A2*2</f> and <c r="C3"><f t="shared" si="0"/>. Groups: the cell's
    # attributes, the formula's, its text.
    cell = re.compile(
        rb"<%bc\s([^<>]*)>\s*<%bf((?:\s[^<>]*?)?)(?:/>|>([^<]*)</%bf\s*>)" % (p, p, p)
    )
    for match in cell.finditer(rows.data, *rows.span):
        place = _place(match[1])
        if place is None:
            yield from _careful_formulas(rows)
            return
        tag = b"<f" + match[2] + b">" if match[2] else b""
        yield place, tag, plain((match[3] or b"").decode())


def _place(cell_attributes: bytes) -> Place | None:
    usual = _USUAL_REFERENCE.match(cell_attributes)
    if usual:
        return int(usual[2]), column_number(usual[1].decode())
    reference = attribute(b"<c " + cell_attributes + b">", b"r")
    area = Area.parse(reference or "")
    return (area.top, area.left) if area else None


def _careful_formulas(rows: SheetRows) -> Iterator[tuple[Place, bytes, str]]:
    """Go through a sheet in which cells do not say where they stand."""
    formula = re.compile(rb"<%bf((?:\s[^<>]*?)?)(?:/>|>([^<]*)</%bf\s*>)" % ((rows.prefix,) * 2))
    for number in rows.numbers:
        for column, cell in rows.row(number).cells.items():
            match = formula.search(cell)
            if match:
                tag = b"<f" + match[1] + b">" if match[1] else b""
                yield (number, column), tag, plain((match[2] or b"").decode())
