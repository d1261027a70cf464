"""A built workbook whose macros run in memory,
with a stand-in where RunPython would start Python.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from pyopenvba import ExcelFile
from pyopenvba.apps.excel import ExcelApplication

from salesbook.book.template import template_bytes
from salesbook.labels import Language
from workbook.build.vba import sources

_STAND_IN = """Attribute VB_Name = "xlwings"
Option Explicit
Public Handed As String
Public Presses As Long
Public Breaks As Boolean

Public Function RunPython(PythonCommand As String)
    Presses = Presses + 1
    Handed = PythonCommand
    If Breaks Then Err.Raise 53, , "File not found: xlwings64.dll"
End Function

Public Function WScript() As Object
    Set WScript = New StandInShell
End Function
"""
_SHELL = """Option Explicit

Public Function Environment(kind As String) As StandInShell
    If kind <> "PROCESS" Then Err.Raise 5
    Set Environment = Me
End Function

Public Property Let Item(name As String, value As String)
    Variables = Variables & name & "=" & value & ";"
End Property
"""
_DRIVER = """Attribute VB_Name = "Driver"
Option Explicit
Public Variables As String

Public Function HandedOver() As String
    HandedOver = Handed
End Function

Public Function PressCount() As Long
    PressCount = Presses
End Function

Public Function SetVariables() As String
    SetVariables = Variables
End Function

Public Sub BreakPython()
    Breaks = True
End Sub

Public Sub RecordOptions(Macro, Description, Category, Optional ArgumentDescriptions)
    Debug.Print Macro & "|" & Category & "|" & Description
    If Not IsMissing(ArgumentDescriptions) Then Debug.Print Join(ArgumentDescriptions, "|")
End Sub

Public Function PublishEnabled() As Boolean
    Dim enabled As Variant
    IsPublishEnabled Nothing, enabled
    PublishEnabled = enabled
End Function
"""
_PAGE = re.compile(
    rb'codeName="Sheet(?:Dashboard|TargetBoard|TeamBoard|RepPage|PipelineBoard|CustomerBoard|ChartData)"'
)
_CELLS = re.compile(rb"<sheetData>.*</sheetData>", re.DOTALL)


@cache
def _with_stand_ins(language: Language) -> bytes:
    """The workbook's file, the modules that would start Python replaced."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Book.xlsm"
        path.write_bytes(template_bytes(language))
        with ExcelFile(path) as file:
            project = file.vba_project()
            for name in {"xlwings", "xlwings_udfs"} & set(project.module_names()):
                project.delete_module(name)
            project.add_module("xlwings", _STAND_IN.replace("\n", "\r\n"))
            desk = project.get_module("SalesbookDesk")
            file.set_module(
                "SalesbookDesk", desk.source.replace("Application.MacroOptions", "RecordOptions")
            )
            file.save()
        return _without_page_cells(path.read_bytes())


def _without_page_cells(book: bytes) -> bytes:
    """The file without the cells of pages and of what charts draw.

    No macro reads one, and they are what takes longest to open.
    """
    thinned = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as full, zipfile.ZipFile(thinned, "w") as thin:
        for part in full.infolist():
            content = full.read(part)
            if _PAGE.search(content):
                content = _CELLS.sub(b"<sheetData/>", content)
            thin.writestr(part, content)
    return thinned.getvalue()


def started(language: Language, drive: str = "") -> ExcelApplication:
    """The workbook, opened where macros run in memory; `drive` is VBA of the test's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Sales & Co.xlsm"
        path.write_bytes(_with_stand_ins(language))
        app = ExcelApplication.open(path)
    app.add_module(_SHELL, name="StandInShell", kind="class")
    names = re.findall(r"^Sub (On\w+)\(control", sources()["Salesbook"], re.MULTILINE)
    clicks = "".join(f"Public Sub Click{name}(): {name} Nothing: End Sub\n" for name in names)
    app.add_module(_DRIVER + clicks + drive, name="Driver")
    return app
