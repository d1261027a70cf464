"""xlwings' own macros, run in memory on the built workbook: which Python they start, and what it is
told.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
from pyopenvba import ExcelFile
from pyopenvba.apps.excel import ExcelApplication

from salesbook import macros
from salesbook.book.template import template_bytes
from salesbook.setup.conf import merged
from workbook.build.vba import sources

PYTHON = r"C:\Users\Ann & Co\.venv\Scripts\python.exe"
USERS_CONF = '"PYTHONPATH","C:\\stranger"\r\n"CONDA PATH","C:\\conda"\r\n"DEBUG UDFS","True"\r\n'
SYSTEM = {
    "WScript": "Set WScript = New StandInSystem",
    "CreateGUID": 'CreateGUID = "GUID"',
    "GetConfigFilePath": 'GetConfigFilePath = Users & "xlwings.conf"',
    "FileExistsOnWindows": "FileExistsOnWindows = InStr(FileSpec, Users) > 0",
    "GetConfigFromFile": "GetConfigFromFile = UsersSetting(sName, sValue)",
}
"""What needs Windows, and what stands in for it."""
LIBRARY = {
    "If LoadLibrary(": "If StandInLoad(",
    "If 0 <> XLPyDLLActivateAuto(XLPy, XLPyCommand, 1) Then": (
        "Set XLPy = StandInServer(XLPyCommand()): If False Then"
    ),
}
"""Calls of xlwings' library, and what stands in for it."""
WINDOWS = """Attribute VB_Name = "SalesbookWindows"
Option Explicit

Public Function ExcelsProcess() As Long
    ExcelsProcess = 4711
End Function

Public Function OpenedByAPerson() As Boolean
    OpenedByAPerson = True
End Function

Public Sub LetEscEnd(ByVal isWaiting As Boolean)
End Sub

Public Sub CalculateEverything()
End Sub

Public Sub WaitALittle()
End Sub

Public Function LibraryIsLoaded(ByVal path As String) As Boolean
    LibraryIsLoaded = True
End Function

Public Function StartedBeside(ByVal command As String) As Object
    Log = Log & command & vbLf
    Set StartedBeside = New StandInSystem
End Function

Public Function Reaches(ByVal key As String, ByRef server As Variant) As Boolean
    Set server = New StandInSystem
    Reaches = True
End Function

Public Function Kept(ByVal name As String) As String
End Function

Public Sub Keep(ByVal name As String, ByVal value As String)
End Sub

Public Sub Say(ByVal text As String, ByVal kind As Long)
    MsgBox text, kind, "salesbook"
End Sub
"""
STAND_IN = """Option Explicit
Public Function ExpandEnvironmentStrings(text As String) As String
    ExpandEnvironmentStrings = text
End Function
Public Function Environment(kind As String) As Object
    Set Environment = Me
End Function
Public Property Let Item(name As String, value As String)
    Log = Log & name & "=" & value & vbLf
End Property
Public Function Module(name As String) As String
    Module = name
End Function
Public Sub SetAttr(target As String, name As String, value As Object)
    Log = Log & target & "." & name & "=" & value.Name & vbLf
End Sub
Public Sub Exec(code As String)
    Log = Log & code & vbLf
End Sub
Public Property Get Status() As Long
End Property
Public Function CallUDF(ByVal script As String, ByVal name As String, args As Variant, _
                        Optional book As Variant, Optional caller As Variant) As Variant
    CallUDF = 7#
End Function
"""
DRIVER = """Attribute VB_Name = "Driver"
Option Explicit
Public Log As String
Public Const Users As String = "\\.xlwings\\"
Public Function UsersSetting(sName As String, sValue As String) As Boolean
    Select Case UCase(sName)
{cases}
    End Select
End Function
Public SettingsAsked As Long
Public SheetReads As Long
Public Function StandInLoad(path As String) As Long
    StandInLoad = 1
End Function
Public Function StandInServer(command As String) As Object
    Set StandInServer = New StandInSystem
End Function
Public Function AskedBy(who As String) As String
    Dim answer As Variant
    SettingsAsked = 0
    SheetReads = 0
    If who = "xlwings" Then answer = XLPy.CallUDF("udfs", "SALES_ABC", Array(1))
    If who = "ours" Then answer = SALES_ABC(1)
    AskedBy = answer & " " & SettingsAsked & " " & SheetReads
End Function
Public Function SettingOf(key As String) As String
    SettingOf = GetConfig(key, "nothing")
End Function
Public Function CommandOf() As String
    CommandOf = XLPyCommand
End Function
Public Function Pressed() As String
    Log = ""
    OnRefresh Nothing
    Pressed = Log
End Function
"""


def with_stand_ins(text):
    """The module of xlwings, its few functions that ask Windows replaced, and directives in plain
    form.
    """
    for name, body in SYSTEM.items():
        text, count = re.subn(
            rf"(^(?:Public )?Function {name}\b[^\r\n]*\r\n).*?(^End Function)",
            lambda match, body=body: f"{match[1]}    {body}\r\n{match[2]}",
            text,
            flags=re.MULTILINE | re.DOTALL,
        )
        assert count == 1, name
    # VBA compares a text with a truth value; the interpreter refuses to.
    text = text.replace(
        'GetConfig("SHOW CONSOLE", False) = True', 'CBool(GetConfig("SHOW CONSOLE", False))'
    )
    for theirs, ours in LIBRARY.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    for name, counter in (("GetConfig", "SettingsAsked"), ("GetConfigFromSheet", "SheetReads")):
        text, count = re.subn(
            rf"(?m)^(Function {name}\(.*\r\n)", rf"\1    {counter} = {counter} + 1\r\n", text
        )
        assert count == 1, name
    return re.sub(r"(?m)^(\s*#[^\r\n]*?)[ \t]+'[^\r\n]*", r"\1", text)


@pytest.fixture(scope="module")
def excel(tmp_path_factory):
    """The workbook in an Excel whose user has settings of his own, some of them harmful."""
    path = tmp_path_factory.mktemp("book") / "Team.xlsm"
    path.write_bytes(template_bytes("zh-CN"))
    with ExcelFile(path) as file:
        file.set_module("xlwings", with_stand_ins(sources()["xlwings"]))
        project = file.vba_project()
        project.delete_module("SalesbookWindows")
        project.add_module("SalesbookWindows", WINDOWS.replace("\n", "\r\n"))
        cells = project.get_module("SalesbookCells").source
        file.set_module(
            "SalesbookCells", cells.replace("TypeOf Application.Caller Is Range", "True")
        )
        file.save()
    app = ExcelApplication.open(path)
    lines = merged(USERS_CONF, {"INTERPRETER_WIN": PYTHON}, "\n").splitlines()
    cases = "\n".join(
        f"        Case {line.partition(',')[0]}: sValue = {line.partition(',')[2]}: UsersSetting = True"
        for line in lines
    )
    app.add_module(STAND_IN, name="StandInSystem", kind="class")
    app.add_module(DRIVER.replace("{cases}", cases), name="Driver")
    return app


@cache
def settings():
    from workbook.build.conf_sheet import SETTINGS

    return dict(SETTINGS)


def test_the_workbooks_settings_win_over_the_users(excel):
    assert {key: excel.run("SettingOf", key) for key in settings()} == settings()


def test_the_interpreter_is_the_users(excel):
    assert excel.run("SettingOf", "INTERPRETER_WIN") == PYTHON


def test_xlwings_own_way_names_the_interpreter_and_no_strangers_folder(excel):
    """The second way to start Python; ours runs nothing that lies in a folder, by `-P`."""
    command = excel.run("CommandOf")
    assert command.startswith(f'cmd.exe  /K ""{PYTHON}" -B -c "')
    assert command.count(" /K ") == 1
    assert r"prepare_sys_path(\"False;" in command
    assert command.endswith(
        r""";;;;%SystemRoot%\");import xlwings; xlwings.serve('$(CLSID)')""" + '""'
    )
    assert "stranger" not in command
    assert "conda" not in command


def test_a_press_goes_to_the_python_that_stays_awake(excel):
    """The calling workbook is handed over first, then the command."""
    said = excel.run("Pressed").splitlines()
    assert said[0] == "PYTHONSAFEPATH=1"
    assert said[-2:] == [
        "xlwings._xlwindows.BOOK_CALLER=Team.xlsm",
        "from salesbook import macros; macros.refresh()",
    ]
    assert "refresh" in macros.__all__


def test_xlwings_asks_for_settings_again_in_every_cell_and_we_do_not(excel):
    """Per cell: how many settings, and how often the whole sheet xlwings.conf is read for them."""
    assert excel.run("AskedBy", "xlwings") == "7 14 28"
    excel.run("AskedBy", "ours")
    assert excel.run("AskedBy", "ours") == "7 0 0"
