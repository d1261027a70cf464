"""Which VBA project does a workbook carry? Made of `workbook/vba` and of xlwings, without Excel."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import xlsxwriter
from pyopenvba import ExcelFile, VBAModuleKind

SOURCES: Final = Path(__file__).resolve().parent.parent / "vba"
BOOK_CODE_NAME: Final = "ThisWorkbook"
_XLWINGS: Final = ("xlwings.bas", "addin/Dictionary.cls")
"""Of the installed package, whose version is pinned: the module names its DLL by version."""
_FUNCTION: Final = re.compile(r"^(?:Public )?Function (\w+)", re.MULTILINE)


def sources() -> dict[str, str]:
    """The text of every module by name, xlwings' own included; ThisWorkbook's has no header.

    Raises: ValueError for a module that holds more than ASCII: VBA keeps text in one code page
    only.
    """
    found = {
        path.stem: path for path in sorted(SOURCES.glob("*.bas")) + sorted(SOURCES.glob("*.cls"))
    }
    found |= {Path(name).stem: xlwings_folder() / name for name in _XLWINGS}
    texts = {name: _with_crlf(path) for name, path in found.items()}
    foreign = [name for name, text in texts.items() if not text.isascii()]
    if foreign:
        raise ValueError(f"not ASCII: {', '.join(foreign)}")
    return texts


def xlwings_folder() -> Path:
    """Where the installed xlwings is; it is not imported."""
    from importlib.metadata import distribution

    return Path(str(distribution("xlwings").locate_file("xlwings")))


def worksheet_functions() -> set[str]:
    """Names of the functions of ours that formulas can call."""
    return {
        name
        for text in sources().values()
        for name in _FUNCTION.findall(text)
        if name.startswith("SALES_")
    }


def vba_project(sheet_code_names: Sequence[str]) -> bytes:
    """The vbaProject.bin of a workbook with these sheets.

    A stand-in workbook with the same code names gets the project first, because a project lists its
    workbook's sheets.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stand-in.xlsm"
        path.write_bytes(_stand_in(sheet_code_names))
        with ExcelFile(path) as book:
            book.add_vba_project()
            _add_modules(book, sources())
            book.save()
        with zipfile.ZipFile(path) as package:
            return package.read("xl/vbaProject.bin")


def _add_modules(book: ExcelFile, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if name == BOOK_CODE_NAME:
            book.set_module(name, text)
        else:
            is_class = text.startswith("VERSION ")
            kind = VBAModuleKind.other if is_class else VBAModuleKind.standard
            book.vba_project().add_module(name, text, kind=kind)


def _stand_in(sheet_code_names: Sequence[str]) -> bytes:
    memory = io.BytesIO()
    with xlsxwriter.Workbook(memory, {"in_memory": True}) as book:
        book.set_vba_name(BOOK_CODE_NAME)
        for name in sheet_code_names:
            book.add_worksheet().set_vba_name(name)
    return memory.getvalue()


def _with_crlf(source: Path) -> str:
    return "\r\n".join(source.read_text(encoding="utf-8").splitlines()) + "\r\n"
