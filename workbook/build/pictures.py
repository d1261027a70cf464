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
from salesbook.book.session import Options
from salesbook.book.template import template_bytes
from salesbook.labels import LANGUAGES, Language
from workbook.build import look
from workbook.build.canvas import Canvas
from workbook.build.office import PAGE_PER_SHEET, convert
from workbook.build.sheets import sheet_plans

_DOTS: Final = 72
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
    """Draw each sheet of one workbook, cropped to what a large screen shows; hidden sheets too."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        book = Path(scratch) / "book.xlsm"
        if sample:
            new_file(book, language, sample_as_of=SAMPLE_AS_OF)
            run_on_file(book, "split", Options(SAMPLE_AS_OF, publish=True), wait=5)
            run_on_file(book, "refresh", Options(SAMPLE_AS_OF), wait=5)
        else:
            book.write_bytes(template_bytes(language))
        return _pages(convert(book, PAGE_PER_SHEET, Path(scratch)), folder, _codes(language))


def _codes(language: Language) -> list[str]:
    """The sheets' codes in order, for file names that read the same in both languages."""
    with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as stand_in:
        stand_in.add_worksheet()
        return [plan.code for plan in sheet_plans(Canvas(stand_in, language, look.CURRENCIES[language]))]


def _pages(pdf: Path, folder: Path, codes: Sequence[str]) -> list[Path]:
    drawn = []
    for number, code in enumerate(codes, start=1):
        stem = folder / f"{number:02d}-{code}"
        page = ["-f", str(number), "-l", str(number), "-singlefile"]
        size = ["-r", str(_DOTS), "-x", "0", "-y", "0", "-W", str(_WIDEST), "-H", str(_TALLEST)]
        subprocess.run(["pdftoppm", *page, *size, "-png", str(pdf), str(stem)], check=True)
        drawn.append(stem.with_suffix(".png"))
    return drawn


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
