"""How Python is started and reached, and what people see where it cannot be: the macros run in memory."""

from __future__ import annotations

import re

import pytest

from salesbook.labels import word
from tests.workbook.macro_book import started
from workbook.build.conf_sheet import SETTINGS, WHY_NO_PYTHON, macro_texts

NOT_AVAILABLE = "Error 2042"
DRIVE = """
Public Sub LetFare(what As String, value As Variant)
    Select Case what
    Case "HasEnded": HasEnded = value
    Case "IsForbidden": IsForbidden = value
    Case "HasNoLibrary": HasNoLibrary = value
    Case "TheirWayWorks": TheirWayWorks = value
    Case "IsGone": IsGone = value
    Case "IsAutomated": IsAutomated = value
    Case "IsEscPressed": IsEscPressed = value
    Case "LooksUntilThere": LooksUntilThere = value: Looks = 0
    Case "Note": Note = value
    Case "Interpreter": ToldInterpreter = value
    Case "BesideInterpreter": BesideInterpreter = value
    Case "SwitchInBook": SwitchInBook = value
    Case "SwitchOfUser": SwitchOfUser = value
    End Select
End Sub

Public Function Seen(what As String) As Variant
    Select Case what
    Case "Starts": Seen = Starts
    Case "Started": Seen = Started
    Case "Looks": Seen = Looks
    Case "Log": Seen = Log
    Case "Note": Seen = Note
    Case "SettingsRead": Seen = SettingsRead
    Case "Presses": Seen = Presses
    Case "Caller": Seen = Caller
    End Select
End Function

Public Function Cell() As Variant
    Cell = Answer("SALES_ABC", Array(1))
End Function

Public Sub OpenBook()
    Application.Run "ThisWorkbook.Workbook_Open"
End Sub

Public Sub ChangeConf(ByVal sheet As String)
    Application.Run "ThisWorkbook.Workbook_SheetChange", ThisWorkbook.Worksheets(sheet), _
        ThisWorkbook.Worksheets(sheet).Range("B2")
End Sub
"""


def excel(language="en", **fares):
    """A workbook in an Excel whose Python fares as told."""
    app = started(language, DRIVE)
    for what, value in fares.items():
        app.run("LetFare", what, value)
    return app


def cell(app):
    return str(app.run("Cell"))


def said(app):
    ((_, text, *_),) = app.dialogs
    return text


def test_opening_starts_python_and_waits_for_nothing():
    app = excel()
    app.run("OpenBook")
    assert app.run("Seen", "Starts") == 1
    assert app.run("Seen", "Looks") == 0
    assert "wait" not in app.run("Seen", "Log")
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Starts") == 1
    assert app.run("Seen", "Presses") == 1
    assert app.dialogs == []


def test_the_command_starts_a_python_without_window_that_ends_with_its_excel():
    """It names no workbook, whose path could be of any length and hold a command's signs."""
    app = excel()
    app.run("OpenBook")
    assert app.run("Seen", "Started") == (
        r'"C:\team\Scripts\pythonw.exe" -P -c "import sys; sys.tracebacklimit = 0; '
        r"from salesbook.macros.server import stay_awake; stay_awake('{GUID-0}', 4711)" + '"'
    )


@pytest.mark.parametrize(
    "fares",
    [{"HasNoLibrary": True}, {"IsForbidden": True}, {"HasEnded": True}],
    ids=lambda fares: next(iter(fares)),
)
def test_opening_says_nothing_where_python_does_not_start(fares):
    app = excel(**fares)
    app.run("OpenBook")
    assert app.dialogs == []
    assert app.run("Seen", "Presses") == 0


@pytest.mark.parametrize("switch", ["SwitchInBook", "SwitchOfUser"])
def test_starting_when_opened_can_be_switched_off(switch):
    app = excel(**{switch: "False"})
    app.run("OpenBook")
    assert app.run("Seen", "Starts") == 0
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Starts") == 1
    assert dict(SETTINGS)["SALESBOOK_START_PYTHON"] == "True"


def test_a_program_that_opens_the_workbook_starts_no_python():
    app = excel(IsAutomated=True)
    app.run("OpenBook")
    assert app.run("Seen", "Starts") == 0


def test_the_library_is_looked_for_beside_python_and_one_folder_up():
    app = excel()
    app.run("ClickOnRefresh")
    folders = re.findall(r"library (.*?)xlwings", app.run("Seen", "Log"))
    assert folders == ["C:\\team\\Scripts\\", "C:\\team\\"]


def test_a_press_hands_over_the_workbook_first():
    app = excel()
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Caller") == "xlwings._xlwindows.BOOK_CALLER=Sales & Co.xlsm"


def test_a_press_waits_for_a_python_that_is_on_its_way():
    app = excel(LooksUntilThere=3)
    app.run("OpenBook")
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Presses") == 1
    assert app.run("Seen", "Log").count("wait;") == 2
    assert app.run("Seen", "Starts") == 1


def test_esc_ends_the_wait_without_a_message():
    app = excel(LooksUntilThere=1000, IsEscPressed=True)
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Presses") == 0
    assert app.dialogs == []


def test_while_python_works_esc_is_its_own():
    app = excel()
    app.run("ClickOnRefresh")
    assert re.findall(r"esc [a-z ]+", app.run("Seen", "Log")) == ["esc ends", "esc as usual"]


def test_one_python_serves_all_workbooks_of_an_excel():
    """The note says whose process, which name, since when, and of which Python."""
    note = "4711|{OTHER}| 1.5|C:\\team\\Scripts\\pythonw.exe"
    app = excel(Note=note)
    app.run("OpenBook")
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Starts") == 0
    assert app.run("Seen", "Presses") == 1


@pytest.mark.parametrize(
    "note",
    [
        "99|{OTHER}| 1.5|C:\\team\\Scripts\\pythonw.exe",
        "4711|{OTHER}| 1.5|C:\\other\\pythonw.exe",
        "what",
    ],
)
def test_a_python_of_another_excel_or_place_is_not_asked(note):
    app = excel(Note=note)
    app.run("OpenBook")
    assert app.run("Seen", "Starts") == 1
    assert app.run("Seen", "Note").startswith("4711|{GUID-0}|")


def test_a_noted_python_that_is_gone_is_started_anew():
    app = excel(Note="4711|{OTHER}| 1.5|C:\\team\\Scripts\\pythonw.exe", LooksUntilThere=2)
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Starts") == 1
    assert app.run("Seen", "Presses") == 1


def test_a_python_that_somebody_ended_is_started_anew():
    app = excel()
    app.run("ClickOnRefresh")
    app.run("LetFare", "LooksUntilThere", 1)
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Starts") == 2
    assert app.run("Seen", "Presses") == 2


def test_a_python_that_ended_at_work_is_not_asked_again():
    """Windows has several errors for it, of which xlwings' library knows one."""
    app = excel(IsGone=True)
    app.run("ClickOnRefresh")
    app.run("LetFare", "IsGone", False)
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Starts") == 2
    assert len(app.dialogs) == 1


def test_where_it_cannot_start_beside_excel_xlwings_own_way_is_taken():
    """With /C: the library notices at once when Python ends. With /K it would wait two minutes."""
    app = excel(IsForbidden=True, TheirWayWorks=True)
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Presses") == 1
    assert 'cmd.exe  /C ""python"' in app.run("Seen", "Log")
    assert "/K" not in app.run("Seen", "Log")


@pytest.mark.parametrize(
    ("fares", "code", "reason"),
    [
        ({"HasNoLibrary": True}, "python_missing", r"C:\team\Scripts\pythonw.exe"),
        ({"IsForbidden": True}, "python_ended", "Permission denied"),
        ({"HasEnded": True}, "python_ended", "No module named 'pandas'"),
        ({"IsGone": True}, "python_gone", "The remote server machine does not exist"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_press_says_what_is_wrong_in_one_message(language, fares, code, reason):
    app = excel(language, **fares)
    app.run("ClickOnRefresh")
    text = said(app)
    assert word("ribbon", code, language) in text
    assert reason in text
    assert (word("ribbon", "not_started", language) in text) == (code != "python_gone")


def test_a_python_that_is_named_beside_the_workbook_is_never_started():
    """xlwings would take the file beside a workbook that came by mail for more than the user's own."""
    app = excel(BesideInterpreter=r"C:\mail\python.exe", IsForbidden=True, TheirWayWorks=True)
    app.run("OpenBook")
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Started").startswith('"C:\\team')
    assert "cmd.exe" not in app.run("Seen", "Log")
    assert app.run("Seen", "Presses") == 0
    assert word("ribbon", "python_ended", "en") in said(app)


def test_a_mac_is_told_of_a_file_beside_the_workbook_that_names_another_python():
    assert excel().run("NamesAnother", "INTERPRETER_WIN") is False
    app = excel(BesideInterpreter="/mail/python")
    assert app.run("NamesAnother", "INTERPRETER_WIN") is True
    assert word("ribbon", "conf_beside", "zh-CN") in dict(macro_texts("zh-CN")).values()


def test_every_reason_stands_in_the_workbook():
    assert set(WHY_NO_PYTHON) <= dict(macro_texts("en")).keys()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_reasons_name_what_bars_a_python_on_company_computers(language):
    antivirus = {"en": "ntivirus", "zh-CN": "杀毒软件"}[language]
    for code in ("python_ended", "python_silent"):
        assert antivirus in word("ribbon", code, language)
        assert "Citrix" in word("ribbon", code, language)


def test_after_one_failed_start_cells_say_so_at_once():
    app = excel(HasEnded=True)
    assert cell(app) == NOT_AVAILABLE
    before = app.run("Seen", "Starts"), app.run("Seen", "Looks"), app.run("Seen", "SettingsRead")
    assert [cell(app) for _ in range(50)] == [NOT_AVAILABLE] * 50
    assert before == (
        app.run("Seen", "Starts"),
        app.run("Seen", "Looks"),
        app.run("Seen", "SettingsRead"),
    )
    assert app.dialogs == []


def test_a_failed_press_is_remembered_by_cells_too():
    app = excel(HasEnded=True)
    app.run("ClickOnRefresh")
    looks = app.run("Seen", "Looks")
    assert cell(app) == NOT_AVAILABLE
    assert app.run("Seen", "Looks") == looks


def test_cells_answer_again_after_a_press_that_succeeds():
    app = excel(HasEnded=True)
    assert cell(app) == NOT_AVAILABLE
    app.run("LetFare", "HasEnded", False)
    assert cell(app) == NOT_AVAILABLE
    app.run("ClickOnRefresh")
    # Excel is asked to work out anew what had to say #N/A, once.
    assert app.run("Seen", "Log").count("calculate;") == 1
    assert [cell(app), cell(app)] == ["1", "2"]
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Log").count("calculate;") == 1


def test_cells_try_again_after_check_set_up():
    app = excel(HasEnded=True)
    assert cell(app) == NOT_AVAILABLE
    app.run("ClickOnCheckSetup")
    app.run("LetFare", "HasEnded", False)
    assert cell(app) == NOT_AVAILABLE
    app.run("ClickOnCheckSetup")
    assert cell(app) != NOT_AVAILABLE


def test_cells_read_the_settings_once_for_all():
    app = excel()
    cell(app)
    settings = app.run("Seen", "SettingsRead")
    assert 0 < settings <= 3
    for _ in range(100):
        cell(app)
    assert app.run("Seen", "SettingsRead") == settings


@pytest.mark.parametrize(("sheet", "more"), [("xlwings.conf", True), ("Start", False)])
def test_settings_are_read_again_once_their_sheet_changes(sheet, more):
    app = excel()
    cell(app)
    settings = app.run("Seen", "SettingsRead")
    app.run("ChangeConf", sheet)
    cell(app)
    assert (app.run("Seen", "SettingsRead") > settings) is more


def test_a_press_goes_by_the_python_that_is_set_now():
    app = excel()
    app.run("ClickOnRefresh")
    app.run("LetFare", "Interpreter", r"D:\new\python.exe")
    app.run("ClickOnRefresh")
    assert app.run("Seen", "Started").startswith(r'"D:\new\pythonw.exe"')
    assert app.run("Seen", "Starts") == 2
