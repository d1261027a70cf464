"""The macros between formulas and Python: made from the functions, and every error a real one."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyvbaanalysis
import xlwings
from pyopenvba.apps.excel import ExcelApplication

from udfs import FUNCTIONS
from workbook.build.udf_wrappers import PATH, with_real_errors, wrappers

PYTHON = """
Public Function CallUDF(ByVal script As String, ByVal name As String, args As Variant, _
                        Optional book As Variant, Optional caller As Variant) As Variant
    Dim table(0 To 2, 0 To 1) As Variant
    Select Case name
    Case "SALES_NPS": Err.Raise 1000, , "No Python here"
    Case "SALES_CHECK": Err.Raise 1000, , "No Python here"
    Case "SALES_ABC"
        table(0, 0) = 1.5: table(0, 1) = CLng(-2146826246)
        table(1, 0) = "A": table(1, 1) = CLng(-2146826273)
        table(2, 0) = -2146826273#: table(2, 1) = True
        CallUDF = table
    Case "SALES_GRADE": CallUDF = Array("B", CLng(-2146826246))
    Case "SALES_DATE": CallUDF = CLng(-2146826281)
    Case Else: CallUDF = UBound(args) + 1
    End Select
End Function
"""
BRIDGE = """
Public Function XLPy() As Object
    Set XLPy = New FakePython
End Function
Public Function CallingCell() As Object
    Set CallingCell = ThisWorkbook.Worksheets(1).Range("A1")
End Function
"""


@pytest.fixture(scope="module")
def macros() -> ExcelApplication:
    """The module in memory, with a Python that answers by the function's name."""
    app = ExcelApplication()
    app.add_workbook()
    source = PATH.read_text(encoding="ascii")
    source = source.replace("Application.Caller", "CallingCell").replace("Excel.Range", "Range")
    app.add_module(source, name="xlwings_udfs")
    app.add_module(PYTHON, name="FakePython", kind="class")
    app.add_module(BRIDGE, name="Bridge")
    return app


def shown(value: object) -> object:
    return (
        [shown(one) for one in value]
        if isinstance(value, list)
        else str(value)
        if "Error" in str(value)
        else value
    )


def test_the_module_is_up_to_date() -> None:
    assert PATH.read_text(encoding="ascii") == wrappers()


def test_the_module_has_no_fault_that_the_analyser_knows() -> None:
    bridge = Path(xlwings.__file__).parent / "xlwings.bas"
    found = pyvbaanalysis.analyze_loose_files([PATH, bridge])
    assert found[PATH.stem] == []


def test_every_function_is_there_with_its_arguments() -> None:
    text = PATH.read_text(encoding="ascii")
    assert "Function SALES_SPLIT(total, weights, Optional unit)" in text
    assert "Function SALES_CHECK(range, kind)" in text
    assert all(f"\nFunction {name}(" in text for name in FUNCTIONS)


def test_numbers_that_stand_for_errors_become_errors_and_others_stay(
    macros: ExcelApplication,
) -> None:
    found = shown(macros.run("SALES_ABC", 1))
    assert found == [[1.5, "Error 2042"], ["A", "Error 2015"], [-2146826273.0, True]]


def test_a_row_and_a_single_value_are_mapped_too(macros: ExcelApplication) -> None:
    assert shown(macros.run("SALES_GRADE", 1, 2)) == ["B", "Error 2042"]
    assert shown(macros.run("SALES_DATE", "x")) == "Error 2007"
    assert macros.run("SALES_VELOCITY", 1, 2, 3, 4) == 4


@pytest.mark.parametrize("call", [("SALES_NPS", 1), ("SALES_CHECK", 1, "number")])
def test_what_python_raises_becomes_an_error_and_no_text(
    macros: ExcelApplication, call: tuple[object, ...]
) -> None:
    assert shown(macros.run(*call)) == "Error 2015"


def test_another_generator_is_noticed() -> None:
    with pytest.raises(ValueError, match="0 calls"):
        with_real_errors("Function SALES_ABC(values)\nEnd Function\n")
