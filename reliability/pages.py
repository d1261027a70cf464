"""Does a program that calculates a saved workbook anew find what is stored in it, in every cell with
a formula?
"""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import openpyxl

from figures.results import Figures, Result, none_of
from reliability.words import told
from salesbook.book.files import new_file, run_on_file, undo_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language
from salesbook.sample.tables import sample_tables
from salesbook.sheets import CHART_DATA, boards, code_name
from workbook.build.office import convert_all

DAYS: Final = ("2025-02-15", "2025-09-30", "2026-03-31", "2026-07-10", "2026-11-29")
"""Two years of the sample; it is made as of the last one."""
_FOUR: Final = ("Reps", "Customers", "Deals", "Orders")
_PAGES: Final = re.compile(
    b'codeName="(?:%s)"' % b"|".join(code_name(code).encode() for code in (CHART_DATA, *boards()))
)
_HEAD_BYTES: Final = 4000
_CELL: Final = re.compile(r'<c r="([A-Z]+\d+)"(?:[^>]*[^>/])?>(?:(?!</c>).)*?<f[ >]', re.DOTALL)
"""Matches a cell that holds a formula."""

Place = tuple[str, str]
"""A sheet and a cell."""


def run(work: Path) -> Result:
    """Save workbooks in many states, calculate each anew in LibreOffice, compare all formulas."""
    rows: list[tuple[Any, ...]] = []
    wrong: list[str] = []
    compared = 0
    for language in LANGUAGES:
        books = list(_states(work / language, language))
        anew = convert_all([path for _, path in books], "xlsx", work / language)
        fresh = books[0][1]
        for (state, path), made in zip(books, anew, strict=True):
            places = formula_places(path)
            calculated = shown(made, places)
            different = differences(shown(path, places), calculated)
            # What everybody saw who does not calculate, when a run stored nothing.
            unstored = differences(shown(fresh, places), calculated)
            rows.append((language, state, len(places), len(different), len(unstored)))
            wrong += [f"{language} {state} {sheet}!{cell}" for sheet, cell, *_ in different]
            compared += len(places)
    headers = ("language", "state", "formulas", "stored otherwise", "if nothing were stored")
    return Result(
        *told("pages"),
        (Figures(headers, tuple(rows)),),
        (none_of("every formula shows what LibreOffice calculates", wrong, of=compared),),
    )


def _states(folder: Path, language: Language) -> Iterator[tuple[str, Path]]:
    """Workbooks with their names, the new one first."""
    folder.mkdir(parents=True)
    last = dt.date.fromisoformat(DAYS[-1])
    new, sample, four = (folder / f"{name}.xlsm" for name in ("new", "sample", "four"))
    new_file(new, language)
    yield "new", new

    new_file(sample, language, sample_as_of=last)
    yield "with sample, nothing run", Path(shutil.copy(sample, folder / "unrun.xlsm"))
    run_on_file(sample, "split", Options(last, publish=True), wait=5)
    for day in DAYS:
        run_on_file(sample, "refresh", Options(dt.date.fromisoformat(day), yes=True), wait=5)
        yield f"refreshed as of {day}", Path(shutil.copy(sample, folder / f"{day}.xlsm"))
    undo_file(sample, last, wait=5)
    yield "the last refresh undone", sample

    new_file(four, language)
    with open_package(four, for_writing=True) as package:
        session = Session(package)
        frames = sample_tables(language, last)
        writes = [session.prepared_write(name, frames[name]).write for name in _FOUR]
        package.write(writes)
        package.save()
    run_on_file(four, "refresh", Options(last), wait=5)
    yield "four tables, refreshed", four


def choose(path: Path, code_name: str, cell: str, text: str) -> None:
    """Choose in a selector, as somebody would in Excel; the sheet is known by its name in macros."""
    wanted = f'codeName="{code_name}"'.encode()
    made = f't="inlineStr"><is><t>{escape(text)}</t></is></c>'
    with zipfile.ZipFile(path) as package:
        content = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in content.items():
            if wanted in part[:_HEAD_BYTES]:
                # Matches `<c r="BK1" s="3" t="s"><v>9</v></c>`, and what an earlier choice left.
                cell_xml = rf'(<c r="{cell}"(?: s="\d+")?)[^>]*>(?:<v>\d*</v>|<is>.*?</is>)</c>'
                part = re.sub(cell_xml.encode(), rb"\1 " + made.encode(), part, count=1)
            package.writestr(name, part)


def formula_places(path: Path) -> list[Place]:
    """Every cell of a workbook that holds a formula, found in the bytes of its sheets."""
    with zipfile.ZipFile(path) as package:
        workbook = package.read("xl/workbook.xml").decode()
        links = package.read("xl/_rels/workbook.xml.rels").decode()
        targets = dict(re.findall(r'<Relationship Id="([^"]+)"[^>]*Target="([^"]+)"', links))
        places = []
        for name, key in re.findall(r'<sheet name="([^"]*)"[^>]*r:id="([^"]+)"', workbook):
            content = package.read("xl/" + targets[key]).decode()
            places += [(name, cell) for cell in _CELL.findall(content)]
    return places


def shown(path: Path, places: list[Place]) -> dict[Place, Any]:
    """What these cells show, as openpyxl finds it; nothing and an empty text are one."""
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


def page_parts(parts: Mapping[str, bytes]) -> set[str]:
    """The parts of a workbook in which a run stores what pages show: their sheets and charts."""
    sheets = {
        name
        for name, content in parts.items()
        if name.startswith("xl/worksheets/sheet") and _PAGES.search(content[:_HEAD_BYTES])
    }
    drawings = {one for sheet in sheets for one in _related(parts, sheet, "drawings")}
    charts = {one for drawing in drawings for one in _related(parts, drawing, "charts")}
    return sheets | charts


def _related(parts: Mapping[str, bytes], source: str, folder: str) -> set[str]:
    place, _, name = source.rpartition("/")
    links = parts.get(f"{place}/_rels/{name}.rels", b"").decode()
    return {f"xl/{folder}/{one}" for one in re.findall(rf'/{folder}/(\w+\.xml)"', links)}


def without_values(content: bytes) -> bytes:
    """A page's sheet or chart without what its formulas show; all else must stay."""
    content = re.sub(rb"<c:(num|str)Cache>.*?</c:\1Cache>", b"", content, flags=re.DOTALL)
    content = re.sub(rb"(</f>|<f [^>]*/>)<v(?: [^>]*)?>[^<]*</v>", rb"\1", content)
    return re.sub(rb'(<c r="[A-Z]+\d+"(?: s="\d+")?) t="\w+"(><f)', rb"\1\2", content)
