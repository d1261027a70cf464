"""The macros between formulas and Python: made from the functions, every error a real one, whole
columns cut to what they hold.
"""

from __future__ import annotations

import pytest
import pyvbaanalysis
from pyopenvba.apps.excel import ExcelApplication

from udfs import FUNCTIONS
from udfs.errors import FIRST, LAST, NOT_AVAILABLE, VALUE_ERROR
from workbook.build.udf_wrappers import PATH, that_ask_ours, wrappers
from workbook.build.vba import sources

CELLS = PATH.parent / "SalesbookCells.bas"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
PYTHON = """
Public Function CallUDF(ByVal script As String, ByVal name As String, args As Variant) As Variant
    Dim table(0 To 2, 0 To 1) As Variant
    Dim place As Long
    Sizes = ""
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
    Case "SALES_SPLIT", "SALES_FORECAST", "SALES_SCORE"
        For place = LBound(args) To UBound(args)
            Sizes = Sizes & SizeOf(args(place)) & " "
        Next place
        CallUDF = Sizes
    Case Else: CallUDF = UBound(args) + 1
    End Select
End Function
"""
BRIDGE = """
Public Sizes As String
Public IsThere As Boolean

Public Function PythonForCell() As Object
    If Not IsThere Then Exit Function
    Set PythonForCell = New FakePython
End Function
Public Sub ForgetIfGone(server As Object)
End Sub
Public Function CallingCell() As Object
    Set CallingCell = ThisWorkbook.Worksheets(1).Range("A1")
End Function
Public Sub LetBeThere(there As Boolean)
    IsThere = there
End Sub
Public Function SizeOf(Optional cells As Variant) As String
    If IsMissing(cells) Then
        SizeOf = "missing"
    ElseIf IsObject(cells) Then
        SizeOf = "object"
    ElseIf IsArray(cells) Then
        SizeOf = UBound(cells, 1) & "x" & UBound(cells, 2) & ":" & cells(UBound(cells, 1), 1)
    Else
        SizeOf = "one:" & cells
    End If
End Function
Public Function Handed(ByVal name As String, ByVal first As String, ByVal second As String) As String
    Dim sheet As Worksheet
    Set sheet = ThisWorkbook.Worksheets(1)
    Select Case name
    Case "SALES_FORECAST": Handed = SALES_FORECAST(sheet.Range(first), sheet.Range(second))
    Case "SALES_SPLIT": Handed = SALES_SPLIT(100, sheet.Range(first))
    Case "SALES_SCORE": Handed = SALES_SCORE(sheet.Range(first), sheet.Range(second), 1, 2)
    End Select
    Handed = Trim(Handed)
End Function
"""


@pytest.fixture(scope="module")
def macros() -> ExcelApplication:
    """The modules in memory, with a Python that answers by the function's name."""
    app = ExcelApplication()
    app.add_workbook()
    text = CELLS.read_text(encoding="ascii")
    assert "Application.Caller" in text
    app.add_module(text.replace("Application.Caller", "CallingCell"), name="SalesbookCells")
    app.add_module(PATH.read_text(encoding="ascii"), name="xlwings_udfs")
    app.add_module(PYTHON, name="FakePython", kind="class")
    app.add_module(BRIDGE, name="Bridge")
    app.run("LetBeThere", True)
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


def test_the_modules_have_no_fault_that_the_analyser_knows(tmp_path) -> None:
    paths = []
    for name, text in sources().items():
        suffix = "cls" if name in {"Dictionary", "ThisWorkbook"} else "bas"
        paths.append(tmp_path / f"{name}.{suffix}")
        paths[-1].write_text(text, encoding="ascii")
    found = pyvbaanalysis.analyze_loose_files(paths)
    ours = {"xlwings_udfs", "SalesbookCells", "SalesbookPython", "SalesbookWindows"}
    assert ours <= found.keys()
    assert {name: found[name] for name in ours if found[name]} == {}


def test_macros_and_python_agree_on_which_numbers_are_errors() -> None:
    text = CELLS.read_text(encoding="ascii")
    assert f"FIRST_ERROR As Long = {FIRST}\n" in text
    assert f"LAST_ERROR As Long = {LAST}\n" in text
    zero = int(text.partition("ERROR_ZERO As Long = ")[2].split()[0])
    assert f"NO_PYTHON As Long = {NOT_AVAILABLE + zero}\n" in text
    assert f"WRONG_VALUE As Long = {VALUE_ERROR + zero}\n" in text


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
    with pytest.raises(ValueError, match="0 functions"):
        that_ask_ours("Function SALES_ABC(values)\nEnd Function\n")


def test_without_python_every_function_says_not_available(macros: ExcelApplication) -> None:
    macros.run("LetBeThere", False)
    try:
        assert shown(macros.run("SALES_ABC", 1)) == "Error 2042"
        assert shown(macros.run("SALES_NPS", 1)) == "Error 2042"
    finally:
        macros.run("LetBeThere", True)


@pytest.fixture(scope="module")
def filled(macros: ExcelApplication) -> ExcelApplication:
    """A: 5 values with a gap, the last in row 6. B: 3 values. D: one value in row 9. G1:J1: a row."""
    sheet = macros.sheet("Sheet1")
    for cell, value in {
        "A1": "Amount",
        "A2": 1,
        "A3": 2,
        "A5": 4,
        "A6": 5,
        "B1": "Chance",
        "B2": 0.5,
        "B3": 0.6,
        "D9": 7,
        "G1": 1,
        "J1": 4,
    }.items():
        sheet.set_value(cell, value)
    return macros


@pytest.mark.parametrize(
    ("name", "first", "second", "handed"),
    [
        # A whole column counts down to its last filled row; D, which is longer, changes nothing.
        ("SALES_SPLIT", "A:A", "", "one:100 6x1:5 missing"),
        ("SALES_SPLIT", "A2:A1048576", "", "one:100 5x1:5 missing"),
        ("SALES_SPLIT", "A:B", "", "one:100 6x2:5 missing"),
        # Columns that belong together keep one length, that of the longest.
        ("SALES_FORECAST", "A:A", "B:B", "6x1:5 6x1: missing"),
        ("SALES_FORECAST", "B:B", "A:A", "6x1: 6x1:5 missing"),
        ("SALES_FORECAST", "A:A", "D:D", "9x1: 9x1:7 missing"),
        ("SALES_FORECAST", "A2:A1048576", "B2:B1048576", "5x1:5 5x1: missing"),
        # A range that ends anywhere else is what somebody wanted, blanks and all.
        ("SALES_SPLIT", "A1:A8", "", "one:100 8x1: missing"),
        ("SALES_FORECAST", "A1:A6", "B:B", "6x1:5 3x1:0.6 missing"),
        # A column that holds nothing is one blank cell.
        ("SALES_SPLIT", "M:M", "", "one:100 one: missing"),
        ("SALES_SPLIT", "A20:A1048576", "", "one:100 one: missing"),
        ("SALES_SPLIT", "A2", "", "one:100 one:1 missing"),
        # Whole rows likewise, and both: the whole sheet.
        ("SALES_SPLIT", "G1:XFD1", "", "one:100 1x4:1 missing"),
        ("SALES_SPLIT", "G:XFD", "", "one:100 1x4:1 missing"),
    ],
)
def test_whole_columns_are_handed_over_as_far_as_they_are_filled(
    filled: ExcelApplication, name: str, first: str, second: str, handed: str
) -> None:
    assert filled.run("Handed", name, first, second or "A1") == handed
