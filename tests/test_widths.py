"""Every word of the sample can be read: no cell is cut off by its neighbour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from salesbook.cli.app import run
from salesbook.tables import TABLES
from workbook.build.look import shown_length

NOBODY_READS = {"CheckMarks", "PageLines"}
"""The hidden table that pages look their lines up in."""
DAY = "2026-06-30"


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def book(request, tmp_path_factory, sample_book) -> Path:
    """The sample, planned and refreshed."""
    path = tmp_path_factory.mktemp("widths") / "Sample.xlsm"
    sample_book(request.param, dt.date.fromisoformat(DAY), path)
    assert run(["split", str(path), "--publish", "--as-of", DAY, "-q"]) == 0
    assert run(["refresh", str(path), "--as-of", DAY, "-q"]) in (0, 1)
    return path


def widths_of(sheet: Worksheet) -> dict[int, float]:
    """The width of each column, in characters."""
    spans = sheet.column_dimensions.values()
    return {
        column: span.width for span in spans for column in range(span.min or 1, (span.max or 1) + 1)
    }


def cut_off(sheet: Worksheet, area: str) -> Iterator[str]:
    """Texts that are longer than their column and are not wrapped."""
    first, head, last, end = range_boundaries(area)
    widths = widths_of(sheet)
    rows = sheet.iter_rows(min_row=head + 1, max_row=end, min_col=first, max_col=last)
    for cell in chain.from_iterable(rows):
        if isinstance(cell.value, str) and not cell.alignment.wrap_text:
            room = widths[cell.column] - cell.alignment.indent
            if shown_length(cell.value) > room:
                yield f"{sheet.title}!{cell.coordinate}: {cell.value} ({room:.0f})"


def test_no_text_of_the_sample_is_cut_off(book):
    workbook = openpyxl.load_workbook(book)
    sheet_of = {name: sheet for sheet in workbook for name in sheet.tables}
    read = [name for name in TABLES if name in sheet_of and name not in NOBODY_READS]
    areas = [(sheet_of[name], sheet_of[name].tables[name].ref) for name in read]
    assert not [found for sheet, area in areas for found in cut_off(sheet, area)]
