"""What does every sheet look like? PNG pictures of both workbooks, empty and filled.

`python -m workbook.build.pictures [folder] [--kinds ...]` needs LibreOffice and pdftoppm; pictures
go to ./pictures. Without kinds: empty and with the sample, which is quick.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import xlsxwriter

from salesbook.book.files import run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.book.template import template_bytes
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language
from salesbook.sample.tables import SAMPLE_AS_OF, sample_tables
from salesbook.tables import TABLES, Role
from workbook.build import look
from workbook.build.canvas import Canvas
from workbook.build.office import PAGE_PER_SHEET, convert
from workbook.build.sheets import sheet_layouts

_KINDS: Final = ("empty", "sample", "one-row", "large")
_LARGE: Final = ("Customers", "Deals", "Orders")
_MANY: Final = 5_000
_DOTS: Final = 84
_FRONT: Final = 3
"""Start, Dashboard and Settings."""
_ROWS: Final = 28
_WIDEST: Final = 1900
_TALLEST: Final = 1300


def main(arguments: Sequence[str]) -> int:
    """Draw every sheet of both workbooks into `<folder>/<language>/<kind>/`."""
    parser = argparse.ArgumentParser(prog="pictures")
    parser.add_argument("folder", nargs="?", default="pictures", type=Path)
    parser.add_argument("--kinds", nargs="+", choices=_KINDS, default=_KINDS[:2])
    options = parser.parse_args(arguments)
    for language in LANGUAGES:
        for kind in options.kinds:
            folder = options.folder / language / kind
            sys.stdout.write(f"{folder}: {len(draw(language, folder, kind))} pictures\n")
    return 0


def draw(language: Language, folder: Path, kind: str) -> list[Path]:
    """Draw each sheet of one workbook, hidden sheets too, in the order of their tabs.

    The sheets in front show the whole workbook; each table shows its first rows, because a page
    that holds thousands is drawn too small to read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    codes = _codes(language)
    with tempfile.TemporaryDirectory() as scratch_name:
        scratch = Path(scratch_name)
        book = scratch / "book.xlsm"
        book.write_bytes(template_bytes(language))
        if kind == "empty":
            return _pages(convert(book, PAGE_PER_SHEET, scratch), folder, codes)

        _replace(book, _rows(kind, language))
        run_on_file(book, "split", Options(SAMPLE_AS_OF, publish=True), wait=5)
        run_on_file(book, "refresh", Options(SAMPLE_AS_OF), wait=5)
        front = _pages(convert(book, PAGE_PER_SHEET, scratch), folder, codes[:_FRONT])

        _shorten(book)
        tables = _pages(convert(book, PAGE_PER_SHEET, scratch), folder, codes, _FRONT)
        return [*front, *tables]


def _rows(kind: str, language: Language) -> dict[str, pd.DataFrame]:
    """The sample; its first row of every table; or its large tables repeated under new keys."""
    frames = sample_tables(language, SAMPLE_AS_OF)
    if kind == "one-row":
        return {name: frame.head(1) for name, frame in frames.items()}
    if kind == "large":
        return frames | {name: _repeated(frames[name], TABLES[name].key[0]) for name in _LARGE}
    return frames


def _repeated(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    rounds = -(-_MANY // len(frame))
    parts = [frame.assign(**{key: frame[key] + f"-{turn}"}) for turn in range(1, rounds)]
    return pd.concat([frame, *parts], ignore_index=True).head(_MANY)


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


def _pages(pdf: Path, folder: Path, codes: Sequence[str], skip: int = 0) -> list[Path]:
    """Turn the pages from `skip` on into pictures, one page per sheet."""
    crop = ["-x", "0", "-y", "0", "-W", str(_WIDEST), "-H", str(_TALLEST)]
    pictures = []
    for number, code in enumerate(codes[skip:], start=skip + 1):
        stem = folder / f"{number:02d}-{code}"
        page = ["-f", str(number), "-l", str(number), "-singlefile"]
        command = ["pdftoppm", *page, "-r", str(_DOTS), *crop, "-png", str(pdf), str(stem)]
        subprocess.run(command, check=True)
        pictures.append(stem.with_suffix(".png"))
    return pictures


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
