"""Which VBA project does a workbook carry? Made of `workbook/vba`, `BUTTONS` and xlwings, without Excel."""

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
from pyopenvba.cfb import CFB

from workbook.build import callbacks

SOURCES: Final = Path(__file__).resolve().parent.parent / "vba"
BOOK_CODE_NAME: Final = "ThisWorkbook"
_XLWINGS: Final = ("xlwings.bas", "addin/Dictionary.cls")
"""Of the installed package, whose version is pinned: the module names its DLL by version."""

# The name of a function that formulas can call: `Function SALES_ABC(values)` → `SALES_ABC`.
_FUNCTION: Final = re.compile(r"^(?:Public )?Function (\w+)", re.MULTILINE)
_NO_COMPILED_CODE: Final = bytes.fromhex("CC61 FFFF 00 0000")
"""The stream _VBA_PROJECT as whoever writes a project without p-code must write it: a mark, the
version 0xFFFF that no VBA has, and nothing of a cache. With a real version there Excel may take
what follows for code that it has compiled itself. Source: [MS-OVBA] 2.3.4.1.
"""


def sources() -> dict[str, str]:
    """The text of every module by name, xlwings' own included.

    ThisWorkbook's has no header, because every workbook has that module already.

    Raises: ValueError for a module that holds more than ASCII: VBA keeps text in one code page
        only.
    """
    modules = own_sources()
    for name in _XLWINGS:
        path = xlwings_folder() / name
        modules[path.stem] = _with_crlf(path.read_text(encoding="utf-8"))

    foreign = [name for name, text in modules.items() if not text.isascii()]
    if foreign:
        raise ValueError(f"not ASCII: {', '.join(foreign)}")
    return modules


def own_sources() -> dict[str, str]:
    """The text of our own modules by name: those of `workbook/vba` and the callbacks.

    By name, files `.bas` first: the project's bytes depend on the order.
    """
    standard = {callbacks.MODULE: callbacks.callbacks()} | _texts("*.bas")
    classes = _texts("*.cls")

    modules = {}
    for kind in (standard, classes):
        for name in sorted(kind):
            modules[name] = _with_crlf(kind[name])
    return modules


def _texts(pattern: str) -> dict[str, str]:
    """The files of `workbook/vba` that a pattern names, by name without suffix."""
    return {path.stem: path.read_text(encoding="utf-8") for path in SOURCES.glob(pattern)}


def xlwings_folder() -> Path:
    """Where the installed xlwings is; it is not imported."""
    from importlib.metadata import distribution

    return Path(str(distribution("xlwings").locate_file("xlwings")))


def worksheet_functions() -> set[str]:
    """Names of the functions of ours that formulas can call."""
    names = {name for text in own_sources().values() for name in _FUNCTION.findall(text)}
    return {name for name in names if name.startswith("SALES_")}


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
            return _without_compiled_code(package.read("xl/vbaProject.bin"))


def _without_compiled_code(project: bytes) -> bytes:
    container = CFB.from_bytes(project)
    container.write_stream_in_storage("VBA", "_VBA_PROJECT", _NO_COMPILED_CODE)
    rebuilt: bytes = container.to_bytes()
    return rebuilt


def _add_modules(book: ExcelFile, modules: Mapping[str, str]) -> None:
    for name, text in modules.items():
        if name == BOOK_CODE_NAME:
            book.set_module(name, text)
            continue
        # An exported class begins with `VERSION 1.0 CLASS`, a standard module with its name.
        is_class = text.startswith("VERSION ")
        kind = VBAModuleKind.other if is_class else VBAModuleKind.standard
        book.vba_project().add_module(name, text, kind=kind)


def _stand_in(sheet_code_names: Sequence[str]) -> bytes:
    package = io.BytesIO()
    with xlsxwriter.Workbook(package, {"in_memory": True}) as book:
        book.set_vba_name(BOOK_CODE_NAME)
        for name in sheet_code_names:
            book.add_worksheet().set_vba_name(name)
    return package.getvalue()


def _with_crlf(text: str) -> str:
    """The text with the line ends that VBA wants."""
    return "\r\n".join(text.splitlines()) + "\r\n"
