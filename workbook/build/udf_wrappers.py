"""Which macros stand between formulas and Python? One per worksheet function, by xlwings' own
generator.

The module bears the name under which xlwings imports functions, so that importing them again
replaces it and leaves no function twice. Each macro hands its arguments to `Answer` in
SalesbookCells.bas. What xlwings writes there would look for Python anew in every cell, hand over
whole columns with a million blank rows, and put an error's text into the cell, where SUM would pass
it by.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import udfs
from udfs.worksheet import declare
from workbook.build.windows import windows_xlwings

NAME: Final = "xlwings_udfs"
PATH: Final = Path(__file__).resolve().parent.parent / "vba" / f"{NAME}.bas"
_HEAD: Final = f'''Attribute VB_Name = "{NAME}"
' Made by `python dev.py build`; do not edit.
Option Explicit

'''
# A whole function of xlwings' → its head, its name and its arguments.
_FUNCTION: Final = re.compile(
    r"^(?P<head>Function (?P<name>\w+)\(.*\))\n"
    r"(?:.*\n)*?"
    r".*XLPy\.CallUDF\(\"udfs\", \"(?P=name)\", (?P<arguments>Array\(.*\))\)\n"
    r"(?:.*\n)*?"
    r"    (?P=name) = Err\.Description\n"
    r"End Function$",
    re.MULTILINE,
)


def wrappers() -> str:
    """The text of the module."""
    generated = io.StringIO()
    functions = udfs.FUNCTIONS.values()
    with windows_xlwings() as windows:
        try:
            for function in functions:
                declare(function, windows.decorators)
            windows.udfs.generate_vba_wrapper("udfs", udfs, generated, SimpleNamespace(Name=""))
        finally:
            # Elsewhere than on Windows the functions bear no declaration; leave none behind.
            for function in functions:
                vars(function).pop("__xlfunc__", None)
    return _HEAD + that_ask_ours(generated.getvalue())


def that_ask_ours(generated: str) -> str:
    """xlwings' macros with one line each: the function's arguments go to `Answer`.

    Raises: ValueError where the generator writes something else than it did.
    """
    text, functions = _FUNCTION.subn(
        r'\g<head>\n    \g<name> = Answer("\g<name>", \g<arguments>)\nEnd Function', generated
    )
    if functions != len(udfs.FUNCTIONS) or "XLPy" in text:
        raise ValueError(f"{functions} functions of {len(udfs.FUNCTIONS)}")
    return text.rstrip() + "\n"


def main() -> None:
    """Write the module beside the others."""
    PATH.write_text(wrappers(), encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
