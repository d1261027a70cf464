"""What does every sheet look like? PNG pictures of both workbooks, empty and filled.

`python -m workbook.build.pictures [folder] [--kinds ...]` needs LibreOffice and pdftoppm; pictures
go to ./pictures. Without kinds: empty and with the sample, which is quick. With `--docs`: the
pictures that the pages of docs/ show, of the sample on its fixed day.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final
from unittest.mock import patch

import pandas as pd
import xlsxwriter
from PIL import Image

from bench.company import company
from bench.steplist import AS_OF as LARGE_AS_OF
from salesbook.book.files import run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.book.template import template_bytes
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language
from salesbook.sample.tables import SAMPLE_AS_OF, sample_tables
from salesbook.sheets import boards
from salesbook.tables import TABLES, Role
from workbook.build import look
from workbook.build.canvas import Canvas
from workbook.build.office import PAGE_PER_SHEET, convert
from workbook.build.sheets import sheet_layouts

_KINDS: Final = ("empty", "sample", "one-row", "four-tables", "large")
_FOUR_TABLES: Final = ("Targets", "Reps", "Customers", "Deals")
"""As far as somebody gets who tries salesbook for an hour."""
_LARGE_DEALS: Final = 9_000
"""So many deals are a company of 60 reps."""
_DOTS: Final = 84
_ROWS: Final = 28
_WIDEST: Final = 1900
_TALLEST: Final = 1_900
_DOCS: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures"
_TABLES_IN_DOCS: Final = ("TargetPlan", "CallList")
"""Shown in docs/ beside every board."""
_COLOURS: Final = 96
"""So few keep a picture in docs/ under 100 kB, and nobody sees the difference."""


def main(arguments: Sequence[str]) -> int:
    """Draw every sheet of both workbooks into `<folder>/<language>/<kind>/`."""
    parser = argparse.ArgumentParser(prog="pictures")
    parser.add_argument("folder", nargs="?", default="pictures", type=Path)
    parser.add_argument("--kinds", nargs="+", choices=_KINDS, default=_KINDS[:2])
    parser.add_argument("--docs", action="store_true")
    options = parser.parse_args(arguments)
    if options.docs:
        for language in LANGUAGES:
            sys.stdout.write("".join(f"{path}\n" for path in draw_for_docs(language)))
        return 0
    for language in LANGUAGES:
        for kind in options.kinds:
            folder = options.folder / language / kind
            sys.stdout.write(f"{folder}: {len(draw(language, folder, kind))} pictures\n")
    return 0


def draw_for_docs(language: Language) -> list[Path]:
    """Draw every board and the tables that docs/ shows, such as `call-list.en.png`."""
    codes = (*boards(), *_TABLES_IN_DOCS)
    # The pages say when they were calculated: the same picture whenever it is drawn.
    on_that_morning = dt.datetime.combine(SAMPLE_AS_OF, dt.time(8))
    drawn = []
    with (
        patch("salesbook.book.run_log.now", return_value=on_that_morning),
        tempfile.TemporaryDirectory() as scratch,
    ):
        for picture in draw(language, Path(scratch), "sample", codes):
            code = picture.stem.partition("-")[2]
            name = re.sub(r"(?<=[a-z])(?=[A-Z])|_", "-", code).lower()
            path = _DOCS / f"{name}.{language}.png"
            with Image.open(picture) as image:
                few_colours = image.quantize(_COLOURS, dither=Image.Dither.NONE)
                few_colours.save(path, optimize=True)
            drawn.append(path)
    return drawn


def draw(language: Language, folder: Path, kind: str, wanted: Collection[str] = ()) -> list[Path]:
    """Draw each sheet of one workbook, hidden sheets too, in the order of their tabs.

    Args:
        wanted: codes of the sheets to draw; none is all.

    The sheets in front show the whole workbook; each table shows its first rows, because a page
    that holds thousands is drawn too small to read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    codes = _codes(language)
    page_of = {code: page for page, code in enumerate(codes, start=1)}
    chosen = {code: page for code, page in page_of.items() if not wanted or code in wanted}
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        book = scratch / "book.xlsm"
        book.write_bytes(template_bytes(language))
        if kind == "empty":
            return _pages(convert(book, PAGE_PER_SHEET, scratch), folder, chosen)

        as_of = LARGE_AS_OF if kind == "large" else SAMPLE_AS_OF
        _replace(book, _rows(kind, language))
        run_on_file(book, "split", Options(as_of, publish=True), wait=5)
        run_on_file(book, "refresh", Options(as_of), wait=5)
        whole = {code: page for code, page in chosen.items() if code not in TABLES}
        front = _pages(convert(book, PAGE_PER_SHEET, scratch), folder, whole)

        _shorten(book)
        short = {code: page for code, page in chosen.items() if code in TABLES}
        tables = _pages(convert(book, PAGE_PER_SHEET, scratch), folder, short)
        return [*front, *tables]


def _rows(kind: str, language: Language) -> dict[str, pd.DataFrame]:
    """The sample, its first row of every table, four of its tables, or a company of 60 reps."""
    if kind == "large":
        return company(_LARGE_DEALS)
    frames = sample_tables(language, SAMPLE_AS_OF)
    if kind == "one-row":
        return {name: frame.head(1) for name, frame in frames.items()}
    if kind == "four-tables":
        return {name: frames[name] for name in _FOUR_TABLES}
    return frames


def _replace(book: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    """Put other rows into tables of a file."""
    with open_package(book, for_writing=True) as host:
        session = Session(host)
        host.write([session.prepared_write(name, frame).write for name, frame in frames.items()])
        host.save()


def _shorten(book: Path) -> None:
    """Leave the first rows of every table."""
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        tables = {
            name: session.frame(name)
            for name, spec in TABLES.items()
            if spec.role is not Role.SETTING
        }
    _replace(
        book, {name: frame.head(_ROWS) for name, frame in tables.items() if len(frame) > _ROWS}
    )


def _codes(language: Language) -> list[str]:
    """The sheets' codes in order, for file names that read the same in both languages."""
    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as stand_in:
        stand_in.add_worksheet()
        canvas = Canvas(stand_in, language, look.CURRENCIES[language])
        return [layout.code for layout in sheet_layouts(canvas)]


def _pages(pdf: Path, folder: Path, pages: Mapping[str, int]) -> list[Path]:
    """Turn pages into pictures; a page is a sheet, by its code."""
    crop = ["-x", "0", "-y", "0", "-W", str(_WIDEST), "-H", str(_TALLEST)]
    pictures = []
    for code, number in pages.items():
        stem = folder / f"{number:02d}-{code}"
        page = ["-f", str(number), "-l", str(number), "-singlefile"]
        command = ["pdftoppm", *page, "-r", str(_DOTS), *crop, "-png", str(pdf), str(stem)]
        subprocess.run(command, check=True)
        pictures.append(stem.with_suffix(".png"))
    return pictures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
