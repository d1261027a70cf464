"""Which macros stand between formulas and Python? One per worksheet function, by xlwings' own
generator.

The module bears the name under which xlwings imports functions, so that importing them again
replaces it and leaves no function twice. xlwings' macros put an error's text into the cell, where
SUM would pass it by; here it becomes a real error of Excel, and so does every number that stands
for one in an answer.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import udfs
from udfs.errors import FIRST, LAST
from udfs.worksheet import declare
from workbook.build.windows import windows_xlwings

NAME: Final = "xlwings_udfs"
PATH: Final = Path(__file__).resolve().parent.parent / "vba" / f"{NAME}.bas"
_ZERO: Final = 2146828288
"""CVErr wants 2015 where an answer holds -2146826273."""
_HEAD: Final = f'''Attribute VB_Name = "{NAME}"
' Made by `python dev.py build`; do not edit.
#Const App = "Microsoft Excel"
Option Explicit

'''
_TAIL: Final = f"""Private Function WithErrors(ByVal answer As Variant) As Variant
    ' Python's numbers are Doubles; a Long stands for an error.
    Dim row As Long
    Dim column As Long
    Dim hasColumns As Boolean
    If Not IsArray(answer) Then
        WithErrors = WithError(answer)
        Exit Function
    End If
    hasColumns = IsTable(answer)
    For row = LBound(answer, 1) To UBound(answer, 1)
        If hasColumns Then
            For column = LBound(answer, 2) To UBound(answer, 2)
                answer(row, column) = WithError(answer(row, column))
            Next column
        Else
            answer(row) = WithError(answer(row))
        End If
    Next row
    WithErrors = answer
End Function

Private Function WithError(ByVal cell As Variant) As Variant
    WithError = cell
    If VarType(cell) = vbLong Then
        If cell >= {FIRST} And cell <= {LAST} Then WithError = CVErr(cell + {_ZERO})
    End If
End Function

Private Function IsTable(ByRef answer As Variant) As Boolean
    On Error GoTo OneRow
    IsTable = UBound(answer, 2) >= LBound(answer, 2)
OneRow:
End Function
"""


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
    return _HEAD + with_real_errors(generated.getvalue()) + _TAIL


def with_real_errors(generated: str) -> str:
    """xlwings' macros with errors as Excel has them; an argument may be called `range`.

    Raises: ValueError where the generator writes something else than it did.
    """
    # `SALES_ABC = XLPy.CallUDF("udfs", ...)` → `SALES_ABC = WithErrors(XLPy.CallUDF(...))`
    text, calls = re.subn(
        r"(= )(XLPy\.CallUDF\(.*\))$", r"\1WithErrors(\2)", generated, flags=re.MULTILINE
    )
    # `SALES_ABC = Err.Description` → an error that SUM does not pass by.
    text, failures = re.subn(r"= Err\.Description$", "= CVErr(2015)", text, flags=re.MULTILINE)
    # Where an argument is called `range`, `Range` alone would mean that.
    text, callers = re.subn(
        r"Application\.Caller Is Range ", "Application.Caller Is Excel.Range ", text
    )

    count = len(udfs.FUNCTIONS)
    if (calls, failures, callers) != (2 * count, count, count):
        raise ValueError(
            f"{calls} calls, {failures} failures and {callers} callers of {count} functions"
        )
    return text


def main() -> None:
    """Write the module beside the others."""
    PATH.write_text(wrappers(), encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
