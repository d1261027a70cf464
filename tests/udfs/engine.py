"""A formula engine that calculates the built workbook with our functions registered."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import formualizer

from salesbook.labels import Language
from udfs import FUNCTIONS
from udfs.errors import NOT_AVAILABLE, VALUE_ERROR
from workbook.build.book import build_book

_ERRORS = {"Na": NOT_AVAILABLE, "Value": VALUE_ERROR, "Div": -2146826281, "Name": -2146826259}
_KINDS = {code: kind for kind, code in _ERRORS.items()}
_WITH_MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def without_macros(content: bytes) -> bytes:
    """The workbook as .xlsx, which is what the engine reads with its tables."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(made, "w") as plain:
        for name in package.namelist():
            part = package.read(name)
            if name.startswith("xl/vbaProject") or name.startswith("customUI"):
                continue
            if name == "[Content_Types].xml":
                part = re.sub(
                    rb'<Default Extension="bin"[^>]*/>', b"", part.replace(_WITH_MACROS, _PLAIN)
                )
            if name.endswith(".rels"):
                part = re.sub(rb"<Relationship [^>]*(vbaProject|customUI)[^>]*/>", b"", part)
            plain.writestr(name, part)
    return made.getvalue()


def opened(
    language: Language, folder: Path, rows: Mapping[str, Any] | None = None
) -> formualizer.Workbook:
    """The built workbook in the engine."""
    path = folder / f"{language}.xlsx"
    path.write_bytes(without_macros(build_book(language, rows)))
    book = formualizer.load_workbook(str(path), backend="umya")
    for name, function in FUNCTIONS.items():
        book.register_function(name, _callback(function))
    return book


def _callback(function: Callable[..., Any]) -> Callable[..., Any]:
    def called(*args: Any) -> Any:
        answer = function(
            *(
                [[_in(cell) for cell in row] for row in arg] if isinstance(arg, list) else _in(arg)
                for arg in args
            )
        )
        return [[_out(cell) for cell in row] for row in answer]

    return called


def _in(cell: Any) -> Any:
    if isinstance(cell, list):
        return [_in(one) for one in cell]
    return _ERRORS.get(cell["kind"], VALUE_ERROR) if isinstance(cell, dict) else cell


def _out(cell: Any) -> Any:
    return {"type": "Error", "kind": _KINDS.get(cell, "Value")} if type(cell) is int else cell
