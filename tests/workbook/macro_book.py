"""A built workbook whose macros run in memory,
with stand-ins for xlwings and for what only Windows has.
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

_XLWINGS = """Attribute VB_Name = "xlwings"
Option Explicit
Public Const XLWINGS_VERSION As String = "0.0.0"
Public SettingsRead As Long
Public ToldInterpreter As String
Public BesideInterpreter As String
Public SwitchInBook As String
Public SwitchOfUser As String

Public Function GetConfig(configKey As String, Optional default As String = "", _
                          Optional source As String = "") As Variant
    SettingsRead = SettingsRead + 1
    GetConfig = default
    If configKey = "INTERPRETER_WIN" Then GetConfig = "C:\\team\\Scripts\\python.exe"
    If configKey = "INTERPRETER_WIN" And Len(ToldInterpreter) > 0 Then GetConfig = ToldInterpreter
    If configKey = "INTERPRETER_WIN" And source <> "user" And Len(BesideInterpreter) > 0 Then _
        GetConfig = BesideInterpreter
    If source = "sheet" And Len(SwitchInBook) > 0 Then GetConfig = SwitchInBook
    If source = "user" And Len(SwitchOfUser) > 0 Then GetConfig = SwitchOfUser
End Function

Public Function XLPyCommand()
    XLPyCommand = "cmd.exe  /K " & Chr(34) & Chr(34) & "python" & Chr(34)
End Function

Public Function CreateGUID() As String
    CreateGUID = "GUID-" & Starts
End Function

Public Function WScript() As Object
    Set WScript = New StandInShell
End Function
"""
"""What our macros ask xlwings for."""
_WINDOWS = """Attribute VB_Name = "SalesbookWindows"
Option Explicit
Public Handed As String
Public Presses As Long
Public Caller As String
Public Log As String
Public Starts As Long
Public Looks As Long
Public LooksUntilThere As Long
Public IsForbidden As Boolean
Public HasEnded As Boolean
Public HasNoLibrary As Boolean
Public TheirWayWorks As Boolean
Public IsGone As Boolean
Public IsEscPressed As Boolean
Public IsAutomated As Boolean
Public Note As String
Public Started As String
Public Cells As Long

Public Function ExcelsProcess() As Long
    ExcelsProcess = 4711
End Function

Public Function OpenedByAPerson() As Boolean
    OpenedByAPerson = Not IsAutomated
End Function

Public Sub LetEscEnd(ByVal isWaiting As Boolean)
    Log = Log & IIf(isWaiting, "esc ends;", "esc as usual;")
End Sub

Public Sub CalculateEverything()
    Log = Log & "calculate;"
End Sub

Public Sub WaitALittle()
    If IsEscPressed Then Err.Raise 18, , "User interrupt occurred"
    Log = Log & "wait;"
End Sub

Public Function LibraryIsLoaded(ByVal path As String) As Boolean
    Log = Log & "library " & path & ";"
    LibraryIsLoaded = Not HasNoLibrary And InStr(path, "Scripts") = 0
End Function

Public Function StartedBeside(ByVal command As String) As Object
    Starts = Starts + 1
    Log = Log & "start;"
    Started = command
    If IsForbidden Then Err.Raise 70, , "Permission denied"
    Set StartedBeside = New StandInProcess
End Function

Public Function Reaches(ByVal key As String, ByRef server As Variant) As Boolean
    Looks = Looks + 1
    If Left$(key, 1) = "{" Then
        Reaches = Looks > LooksUntilThere And Not IsForbidden And Not HasEnded
        server = "No command specified in the configuration, cannot autostart server"
    Else
        Log = Log & key & ";"
        Reaches = TheirWayWorks
        server = "Could not create Python process."
    End If
    If Reaches Then Set server = New StandInPython
End Function

Public Function Kept(ByVal name As String) As String
    Kept = Note
End Function

Public Sub Keep(ByVal name As String, ByVal value As String)
    Note = value
End Sub

Public Sub Say(ByVal text As String, ByVal kind As Long)
    MsgBox text, kind, "salesbook"
End Sub
"""
"""An Excel on Windows: how its Python fares is set by a test."""
_PROCESS = """Option Explicit

Public Property Get Status() As Long
    If HasEnded Then Status = 1
End Property

Public Property Get StdErr() As Object
    Set StdErr = Me
End Property

Public Function ReadAll() As String
    ReadAll = "ModuleNotFoundError: No module named 'pandas'"
End Function
"""
_PYTHON = """Option Explicit

Public Function Module(name As String) As String
    Module = name
End Function

Public Sub SetAttr(target As String, name As String, value As Object)
    Caller = target & "." & name & "=" & value.Name
End Sub

Public Sub Exec(code As String)
    Presses = Presses + 1
    Handed = code
    If IsGone Then Err.Raise 462, , "The remote server machine does not exist"
End Sub

Public Function Len(ByVal value As Variant) As Long
    If IsGone Then Err.Raise 462, , "The remote server machine does not exist"
    Len = 1
End Function

Public Function CallUDF(ByVal script As String, ByVal name As String, args As Variant) As Variant
    Cells = Cells + 1
    CallUDF = Cells
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
_REPLACED = (
    ("SalesbookDesk", "Application.MacroOptions", "RecordOptions"),
    ("SalesbookCells", "TypeOf Application.Caller Is Range", "True"),
)
"""What the interpreter of macros has not."""
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
            for name in ("xlwings", "xlwings_udfs", "SalesbookWindows"):
                project.delete_module(name)
            project.add_module("xlwings", _XLWINGS.replace("\n", "\r\n"))
            project.add_module("SalesbookWindows", _WINDOWS.replace("\n", "\r\n"))
            for name, excels, ours in _REPLACED:
                source = project.get_module(name).source
                assert excels in source
                file.set_module(name, source.replace(excels, ours))
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
    for name, text in (
        ("StandInShell", _SHELL),
        ("StandInProcess", _PROCESS),
        ("StandInPython", _PYTHON),
    ):
        app.add_module(text, name=name, kind="class")
    names = re.findall(r"^Sub (On\w+)\(control", sources()["Salesbook"], re.MULTILINE)
    clicks = "".join(f"Public Sub Click{name}(): {name} Nothing: End Sub\n" for name in names)
    app.add_module(_DRIVER + clicks + drive, name="Driver")
    return app
