"""What does every sheet look like? PNG pictures of both workbooks, empty and with the sample.

`python -m workbook.build.pictures [folder]` needs LibreOffice and pdftoppm; pictures go to ./pictures.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import xlsxwriter

from salesbook.book.files import new_file, run_on_file
from salesbook.book.sample import SAMPLE_AS_OF
from salesbook.book.session import Options, Session, planned_write
from salesbook.book.template import template_bytes
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language
from salesbook.tables import TABLES, Role
from workbook.build import look
from workbook.build.canvas import Canvas
from workbook.build.office import PAGE_PER_SHEET, convert
from workbook.build.sheets import sheet_plans

_DOTS: Final = 84
_FRONT: Final = 3
"""Start, Dashboard and Settings."""
_ROWS: Final = 28
_WIDEST: Final = 1900
_TALLEST: Final = 1300


def main(arguments: Sequence[str]) -> int:
    """Draw every sheet of both workbooks into `<folder>/<language>/<empty or sample>/`."""
    folder = Path(arguments[0] if arguments else "pictures")
    for language in LANGUAGES:
        for kind in ("empty", "sample"):
            drawn = draw(language, folder / language / kind, sample=kind == "sample")
            sys.stdout.write(f"{folder / language / kind}: {len(drawn)} pictures\n")
    return 0


def draw(language: Language, folder: Path, *, sample: bool) -> list[Path]:
    """Draw each sheet of one workbook, hidden sheets too, in the order of their tabs.

    The sheets in front show the whole workbook; each table shows its first rows, because a page that holds
    thousands is drawn too small to read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        book = Path(scratch) / "book.xlsm"
        if not sample:
            book.write_bytes(template_bytes(language))
            return _pages(convert(book, PAGE_PER_SHEET, Path(scratch)), folder, _codes(language))
        new_file(book, language, sample_as_of=SAMPLE_AS_OF)
        run_on_file(book, "split", Options(SAMPLE_AS_OF, publish=True), wait=5)
        run_on_file(book, "refresh", Options(SAMPLE_AS_OF), wait=5)
        whole = _pages(convert(book, PAGE_PER_SHEET, Path(scratch)), folder, _codes(language)[:_FRONT])
        _shorten(book)
        return [
            *whole,
            *_pages(convert(book, PAGE_PER_SHEET, Path(scratch)), folder, _codes(language), _FRONT),
        ]


def _shorten(book: Path) -> None:
    """Leave the first rows of every table."""
    with open_package(book, for_writing=True) as host:
        session = Session(host)
        tables = {name: session.frame(name) for name, spec in TABLES.items() if spec.role is not Role.SETTING}
        host.write(
            [
                planned_write(session, name, frame.head(_ROWS)).write
                for name, frame in tables.items()
                if len(frame) > _ROWS
            ]
        )
        host.save()


def _codes(language: Language) -> list[str]:
    """The sheets' codes in order, for file names that read the same in both languages."""
    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as stand_in:
        stand_in.add_worksheet()
        return [plan.code for plan in sheet_plans(Canvas(stand_in, language, look.CURRENCIES[language]))]


def _pages(pdf: Path, folder: Path, codes: Sequence[str], skip: int = 0) -> list[Path]:
    """Turn the pages from `skip` on into pictures, one page per sheet."""
    drawn = []
    for number, code in list(enumerate(codes, start=1))[skip:]:
        stem = folder / f"{number:02d}-{code}"
        page = ["-f", str(number), "-l", str(number), "-singlefile"]
        size = ["-r", str(_DOTS), "-x", "0", "-y", "0", "-W", str(_WIDEST), "-H", str(_TALLEST)]
        subprocess.run(["pdftoppm", *page, *size, "-png", str(pdf), str(stem)], check=True)
        drawn.append(stem.with_suffix(".png"))
    return drawn


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
