"""Which VBA project does a workbook carry? Made from the text in `workbook/vba`, without Excel."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import xlsxwriter
from pyopenvba import ExcelFile

SOURCES: Final = Path(__file__).resolve().parent.parent / "vba"
BOOK_CODE_NAME: Final = "ThisWorkbook"


def vba_project(sheet_code_names: Sequence[str]) -> bytes:
    """The vbaProject.bin of a workbook with these sheets, holding every module of `workbook/vba`.

    A stand-in workbook with the same code names gets the project first, because a project lists its
    workbook's sheets.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stand-in.xlsm"
        path.write_bytes(_stand_in(sheet_code_names))
        with ExcelFile(path) as book:
            book.add_vba_project()
            for source in sorted(SOURCES.glob("*.bas")):
                book.vba_project().add_module(source.stem, _with_crlf(source))
            book.save()
        with zipfile.ZipFile(path) as package:
            return package.read("xl/vbaProject.bin")


def _stand_in(sheet_code_names: Sequence[str]) -> bytes:
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        book.set_vba_name(BOOK_CODE_NAME)
        for name in sheet_code_names:
            book.add_worksheet().set_vba_name(name)
    return memory.getvalue()


def _with_crlf(source: Path) -> str:
    return "\r\n".join(source.read_text(encoding="utf-8").splitlines()) + "\r\n"
