"""What do the formulas of a workbook show, as an independent reader finds it in the file?"""

from __future__ import annotations

import datetime as dt
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

Place = tuple[str, str]
"""A sheet and a cell."""


def formula_places(path: Path) -> list[Place]:
    """Every cell of a workbook that holds a formula, found in the bytes of its sheets."""
    with zipfile.ZipFile(path) as package:
        workbook = package.read("xl/workbook.xml").decode()
        targets = dict(
            re.findall(
                r'<Relationship Id="([^"]+)"[^>]*Target="([^"]+)"',
                package.read("xl/_rels/workbook.xml.rels").decode(),
            )
        )
        places = []
        for name, key in re.findall(r'<sheet name="([^"]*)"[^>]*r:id="([^"]+)"', workbook):
            content = package.read("xl/" + targets[key]).decode()
            cells = re.findall(
                r'<c r="([A-Z]+\d+)"(?:[^>]*[^>/])?>(?:(?!</c>).)*?<f[ >]', content, re.DOTALL
            )
            places += [(name, cell) for cell in cells]
    return places


def shown(path: Path, places: list[Place]) -> dict[Place, Any]:
    """What these cells show; nothing and an empty text are one."""
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    found: dict[Place, Any] = {}
    for sheet in {sheet for sheet, _ in places}:
        # Some programs leave out how far a sheet reaches.
        book[sheet].reset_dimensions()
        cells = {
            cell.coordinate: cell.value
            for row in book[sheet].iter_rows()
            for cell in row
            if cell.value is not None
        }
        for place in places:
            if place[0] == sheet:
                found[place] = _plain(cells.get(place[1], ""))
    return found


def _plain(value: Any) -> Any:
    """Days as numbers: a program that saves a workbook anew may give a cell another format."""
    if isinstance(value, dt.datetime):
        return (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    return value


def differences(one: Mapping[Place, Any], other: Mapping[Place, Any]) -> list[tuple[Any, ...]]:
    """The cells that do not show the same; of numbers the last digits do not count."""
    return [
        (*place, one[place], other[place])
        for place in one
        if one[place] != other[place] and not _are_close(one[place], other[place])
    ]


def _are_close(one: Any, other: Any) -> bool:
    are_numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return are_numbers and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
