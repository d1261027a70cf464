"""For each way in which Excel and Python fail to meet: the fault is found, alone, with its cure in
words.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from salesbook.labels import LANGUAGES, words
from salesbook.setup import book_rules, excel_rules, python_rules, start_rules, wps_rules
from salesbook.setup.doctor import checks_of
from salesbook.setup.faults import Place
from salesbook.setup.trial import Started
from tests.setup.computers import (
    APP,
    BOOK,
    CONF,
    DLL,
    MAC_CONF,
    MAC_SCRIPT,
    PYTHON,
    PYTHONW,
    SETTINGS,
    TRUSTED,
    answered,
    mac,
    windows,
)

RULES = (
    *python_rules.RULES,
    *start_rules.RULES,
    *excel_rules.RULES,
    *wps_rules.RULES,
    *book_rules.RULES,
)
SECURITY = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0\Excel\Security"
OPTIONS = r"HKCU\Software\Microsoft\Office\16.0\Excel\Options"
DISABLED = r"HKCU\Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
GUARD = (
    r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
)
STORE_PYTHON = r"C:\Users\Ann\AppData\Local\Microsoft\WindowsApps\python.exe"
CHOICE = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.xlsm\UserChoice"
WPS = r'"C:\Program Files (x86)\Kingsoft\WPS Office\12.1.0\office6\et.exe" /Automation'
CHINESE = r"C:\Users\安娜\销售\.venv\Scripts\python.exe"


def looks(machine, place):
    return [look for rule in RULES for look in rule(machine, place)]


def faults(machine, place=None):
    return [look.fault for look in looks(machine, place) if look.fault]


def place(name=BOOK, **settings):
    return Place(name, SETTINGS | {key.replace("_", " "): value for key, value in settings.items()})


def with_(machine, **changes):
    return dataclasses.replace(machine, **changes)


def with_value(key, name, value):
    machine = windows()
    machine.values[key] = {name: value}
    return machine


def with_text(path, text):
    machine = windows()
    machine.texts[path] = text
    return machine


def with_wps(path=WPS, folder="CLSID", classes=r"HKLM\SOFTWARE\Classes"):
    """Windows answers with it whoever asks for Excel."""
    machine = windows()
    machine.values[rf"{classes}\Excel.Application\CLSID"] = {"": "{1234}"}
    machine.values[rf"{classes}\{folder}\{{1234}}\LocalServer32"] = {"": path}
    return machine


def started(what):
    return with_(windows(), started=what)


def moved(python):
    """Installed elsewhere, and all that goes with it."""
    folder = python.rpartition("\\")[0]
    return with_(
        windows(),
        python=python,
        files={python, f"{folder}\\pythonw.exe", f"{folder}\\xlwings64-0.37.8.dll"},
        texts={CONF: f'"INTERPRETER_WIN","{python}"\r\n'},
    )


STRANGE_HOME = r"C:\Users\张三"
STRANGE_FOLDERS = r"%VENV%\Scripts;C:\Users\Ann\sales\.venv"
USERS_PATH = r"HKCU\Environment"
ALL_USERS_PATH = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"


def strange_home(path="", path_of_all=""):
    """A user called by letters that an English Windows has no code page for."""
    conf = STRANGE_HOME + r"\.xlwings\xlwings.conf"
    return with_(
        windows(),
        home=STRANGE_HOME,
        texts={conf: f'"INTERPRETER_WIN","{PYTHON}"\r\n'},
        # A terminal in which the environment is activated has it in a PATH of its own.
        environment={"PATH": STRANGE_FOLDERS, "VENV": r"C:\Users\Ann\sales\.venv"},
        values=windows().values
        | {USERS_PATH: {"Path": path}, ALL_USERS_PATH: {"Path": path_of_all}},
    )


ON_WINDOWS = {
    "interpreter-unnamed": (with_text(CONF, '"PYTHONPATH",""\r\n'), None),
    "interpreter-gone": (with_(windows(), files={PYTHONW, DLL}), None),
    "interpreter-other": (
        with_(windows(), python=r"C:\Python312\python.exe"),
        None,
    ),
    "conf-odd": (with_text(CONF, f'"INTERPRETER_WIN","{PYTHON}"\r\n\r\n\r\n'), None),
    "conf-beside": (with_text(r"C:\Sales\xlwings.conf", '"PYTHONPATH","C:\\stranger"'), place()),
    "path-letters": (moved(CHINESE), None),
    "path-signs": (moved(r"C:\100%\python.exe"), None),
    "store-python": (moved(STORE_PYTHON), None),
    "dll-missing": (with_(windows(), files={PYTHON, PYTHONW}), None),
    "dll-of-user": (
        with_(
            windows(),
            files={PYTHON, PYTHONW},
            package_folder=r"C:\Users\Ann\AppData\Roaming\Python\Python312\site-packages\xlwings",
        ),
        None,
    ),
    "pythonw-missing": (with_(windows(), files={PYTHON, DLL}), None),
    "conf-letters": (strange_home(), None),
    "bridge-missing": (with_(windows(), packages={"xlwings": "0.37.8"}), None),
    "python-variables": (with_(windows(), environment={"PYTHONHOME": r"C:\Python27"}), None),
    "no-excel": (with_(windows(), values={}), None),
    "store-excel": (
        with_value(
            APP, "", r"C:\Program Files\WindowsApps\Microsoft.Office.Desktop_16\Office16\EXCEL.EXE"
        ),
        None,
    ),
    "macros-policy": (with_value(POLICY, "VBAWarnings", 3), None),
    "macros-off": (with_value(SECURITY, "VBAWarnings", 4), None),
    "defender-programs": (with_value(GUARD, "D4F940AB-401B-4EFC-AADC-AD5F3C50688A", "1"), None),
    "defender-calls": (with_value(GUARD, "92E97FA1-2EDF-4476-BDD6-9DD0B4DDDC7B", 1), None),
    "cmd-disabled": (
        with_value(r"HKCU\Software\Policies\Microsoft\Windows\System", "DisableCMD", 2),
        None,
    ),
    "cmd-autorun": (
        with_value(r"HKCU\Software\Microsoft\Command Processor", "AutoRun", "conda_hook.bat"),
        None,
    ),
    "add-in": (with_value(OPTIONS, "OPEN", r'"C:\Users\Ann\xlwings.xlam"'), None),
    "disabled-item": (
        with_value(DISABLED, "1A2B", b"\x01\x00\x00\x00" + BOOK.lower().encode("utf-16-le")),
        place(),
    ),
    "mark-of-the-web": (
        with_text(f"{BOOK}:Zone.Identifier", "[ZoneTransfer]\r\nZoneId=3\r\n"),
        place(),
    ),
    "not-trusted": (windows(), place(r"D:\Sales\Team.xlsm")),
    "network-folder": (windows(), place(r"\\server\sales\Team.xlsm")),
    "cloud-address": (windows(), place("https://firm.sharepoint.com/sites/x/Team.xlsm")),
    "cloud-folder": (windows(), place(r"C:\Sales\OneDrive - Firm\Team.xlsm")),
    "xlwings-version": (windows(), Place(BOOK, SETTINGS | {"SALESBOOK_XLWINGS": "0.30.1"})),
    "macros-version": (windows(), Place(BOOK, SETTINGS | {"SALESBOOK_BOOK": "0"})),
    "debugging": (windows(), place(DEBUG_UDFS="True")),
    "conda": (windows(), place(CONDA_PATH=r"C:\conda")),
    "workbook-folder": (windows(), Place(BOOK, SETTINGS | {"ADD_WORKBOOK_TO_PYTHONPATH": "True"})),
    "python-broken": (started(Started(refusal="missing")), None),
    "python-other-kind": (started(Started(refusal="wrong-kind")), None),
    "python-blocked": (
        started(Started(complained="[WinError 1260] blocked", refusal="denied")),
        None,
    ),
    "python-slow": (started(Started(None, seconds=60.0)), None),
    "python-old": (started(Started(2, complained="Unknown option: -P\nusage: python")), None),
    "python-ended": (started(Started(3221225781, complained="")), None),
    "module-missing": (
        started(answered(module="pythoncom", missing="pywintypes", error="No module")),
        None,
    ),
    "module-other-kind": (
        started(
            answered(module="win32api", error="ImportError: %1 is not a valid Win32 application.")
        ),
        None,
    ),
    "module-blocked": (
        started(
            answered(
                module="udfs", error="ImportError: DLL load failed: 应用程序控制策略已阻止此文件。"
            )
        ),
        None,
    ),
    "module-broken": (started(answered(module="udfs", error="SyntaxError: null bytes")), None),
    "python-not-of-book": (started(answered(xlwings="0.30.1")), place()),
    "python-other-version": (started(answered(salesbook="0.0.1")), None),
    "wps-opens": (with_value(CHOICE, "ProgId", "ET.Xlsm.6"), None),
    "wps-as-excel": (with_wps(), None),
    "own-interpreter": (windows(), Place(BOOK, SETTINGS | {"INTERPRETER_WIN": PYTHON})),
}


def mac_with(python):
    """Installed elsewhere, and all that goes with it."""
    return with_(
        mac(),
        python=python,
        files=mac().files | {python},
        texts={MAC_CONF: f'"INTERPRETER_MAC","{python}"\n'},
    )


MAC_BOOKS = {
    "book-signs-mac": ("/Users/ann/A$B/Team.xlsm", "/Users/ann/a=b.xlsm", "/Users/ann/`x`.xlsm"),
    "book-letters-mac": ("/Users/ann/销售管理.xlsm", "/Users/ann/Auszu\u0308ge.xlsm"),
    "": ("/Users/ann/销售 & co/Team & Co's.xlsm", "/Users/ann/SalesManagement.zh-CN.xlsm"),
}
ON_A_MAC = {
    "path-signs-mac": mac_with("/Users/ann/Library/Application Support/pipx/bin/python"),
    "path-letters-mac": mac_with("/Users/ann/销售/bin/python"),
    "interpreter-unnamed": with_(mac(), texts={}),
    "bridge-missing": with_(mac(), packages={"xlwings": "0.37.8", "appscript": "1.4.0"}),
    "mac-script": with_(mac(), files=mac().files - {MAC_SCRIPT}),
    "no-excel": with_(mac(), files={mac().python, MAC_SCRIPT}),
    "conf-odd": with_(mac(), texts={MAC_CONF: f'\n"INTERPRETER_MAC","{mac().python}"\n'}),
}


@pytest.mark.parametrize("fault", ON_WINDOWS)
def test_a_fault_on_windows_is_found_and_no_other(fault):
    machine, where = ON_WINDOWS[fault]
    assert faults(machine, where) == [fault]


@pytest.mark.parametrize("fault", ON_A_MAC)
def test_a_fault_on_a_mac_is_found_and_no_other(fault):
    assert faults(ON_A_MAC[fault]) == [fault]


def test_where_all_is_well_no_fault_is_found():
    assert faults(windows(), place()) == []
    assert faults(mac(), Place("/Users/ann/Sales/Team.xlsm", SETTINGS)) == []


@pytest.mark.parametrize(
    ("fault", "name"), [(fault, name) for fault, names in MAC_BOOKS.items() for name in names]
)
def test_a_name_that_a_mac_does_not_hand_on_is_found(fault, name):
    assert faults(mac(), Place(name, SETTINGS)) == ([fault] if fault else [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such shell")
@pytest.mark.parametrize("sign", " '$&`|;<>(){!#~%,+=@^")
def test_the_shell_starts_each_python_that_is_not_named_at_fault(sign, tmp_path):
    """As xlwings' AppleScript writes it: the interpreter without quotes."""
    python = tmp_path / f"a{sign}b" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho started\n")
    python.chmod(0o755)
    done = subprocess.run(["sh", "-c", f"{python} -B"], capture_output=True, text=True)
    is_fault = "path-signs-mac" in faults(mac_with(str(python)))
    # A brace alone is a letter; with a comma some shells make two words of it.
    assert is_fault is (done.stdout != "started\n" or sign == "{")


IN_THE_FILE = {"code-names-lost", "table-styles-lost", "dropdowns-lost"}
"""Faults of the workbook itself, whatever the computer: see tests/book/test_saved_elsewhere.py."""


def test_every_fault_has_a_situation_and_every_sentence_a_use():
    """Words and rules are the same set; nothing is said that no rule finds."""
    situations = {*ON_WINDOWS, *ON_A_MAC, *MAC_BOOKS, *IN_THE_FILE} - {""}
    assert situations == words("setup", "en")["fault"].keys()
    fine = {
        look.check
        for machine, where in (
            (windows(), place()),
            (mac(), Place("/Users/ann/Team.xlsm", SETTINGS)),
            (strange_home(STRANGE_FOLDERS), place()),
        )
        for look in looks(machine, where)
        if not look.fault
    }
    assert fine | {"saved"} == words("setup", "en")["fine"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fault", ON_WINDOWS)
def test_each_is_said_with_its_cure(fault, language):
    """Every fact that a sentence needs is there; only a remark leaves the exit code alone."""
    machine, where = ON_WINDOWS[fault]
    (check,) = [one for one in checks_of(looks(machine, where), language) if one.code == fault]
    assert check.advice
    assert "{" not in check.message + check.advice
    remarks = {"add-in", "not-trusted", "cloud-folder", "own-interpreter"}
    assert check.ok is (fault in remarks)


def test_a_trusted_folder_may_be_named_by_a_variable():
    machine = with_(windows(), environment={"Home": "C:\\Users\\Ann"})
    machine.values[TRUSTED] = {"Path": "%HOME%\\Sales", "AllowSubFolders": 1}
    assert faults(machine, place(r"C:\Users\Ann\Sales\North\Team.xlsm")) == []
    machine.values[TRUSTED] = {"Path": "%HOME%\\Sales"}
    assert faults(machine, place(r"C:\Users\Ann\Sales\North\Team.xlsm")) == ["not-trusted"]


def test_a_strange_home_does_no_harm_where_windows_finds_python_itself():
    assert faults(strange_home(STRANGE_FOLDERS)) == []
    assert faults(strange_home(STRANGE_FOLDERS.split(";")[0])) == ["conf-letters"]
    # Another Python comes first in the PATH of all users.
    older = strange_home(STRANGE_FOLDERS, r"C:\Old")
    older.files.add(r"C:\Old\pythonw.exe")
    assert faults(older) == ["conf-letters"]
    assert faults(with_(strange_home(), code_page="gbk")) == []


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration", "Platform"),
        (r"HKLM\SOFTWARE\Microsoft\Office\16.0\Outlook", "Bitness"),
    ],
)
def test_an_excel_of_32_bits_loads_the_library_of_32_bits(key, name):
    machine = with_value(key, name, "x86")
    assert faults(machine) == ["dll-missing"]
    machine.files.add(DLL.replace("64-", "32-"))
    assert faults(machine) == []


def test_an_interpreter_that_only_the_old_setting_names_counts():
    assert faults(with_text(CONF, f'"INTERPRETER","{PYTHON}"\r\n')) == []


@pytest.mark.parametrize(
    ("key", "name", "kind", "is_wps"),
    [
        (CHOICE, "ProgId", "KET.Workbook.9", True),
        (CHOICE, "ProgId", "Excel.SheetMacroEnabled.12", False),
        (f"{CHOICE}Latest\\ProgId", "ProgId", "WPS.Xlsm.6", True),
        (r"HKCU\Software\Classes\.xlsm", "", "ET.Xlsm.6", True),
        (r"HKLM\SOFTWARE\Classes\.xlsm", "", "ET.Xlsm.6", True),
        (r"HKLM\SOFTWARE\Classes\.xlsm", "", "Excel.SheetMacroEnabled.12", False),
        (CHOICE, "ProgId", "Etsy.Viewer", False),
    ],
)
def test_who_opens_a_workbook_is_looked_up_as_windows_does(key, name, kind, is_wps):
    assert faults(with_value(key, name, kind)) == (["wps-opens"] if is_wps else [])


def test_what_the_user_chose_wins_over_the_computers_choice():
    machine = with_value(CHOICE, "ProgId", "Excel.SheetMacroEnabled.12")
    machine.values[r"HKLM\SOFTWARE\Classes\.xlsm"] = {"": "ET.Xlsm.6"}
    assert faults(machine) == []


def test_a_kind_of_another_name_is_known_by_its_program():
    machine = with_value(CHOICE, "ProgId", "Applications.Sheets")
    command = r"HKLM\SOFTWARE\Classes\Applications.Sheets\shell\open\command"
    machine.values[command] = {"": WPS.replace("/Automation", '"%1"')}
    assert faults(machine) == ["wps-opens"]


def test_excels_own_place_is_told_from_a_taken_one():
    """A 32-bit WPS, one that is installed for one user, and Excel itself."""
    numbered = r"HKLM\SOFTWARE\Classes\TypeLib\{00020813-0000-0000-C000-000000000046}"
    with_library = with_wps(r"C:\Program Files\Microsoft Office\Office16\EXCEL.EXE")
    of_wps = r"C:\Program Files\Kingsoft\WPS Office\office6\etapi.dll"
    with_library.values[rf"{numbered}\1.9\0\win64"] = {"": of_wps}
    assert faults(with_library) == ["wps-as-excel"]
    assert faults(with_wps(folder=r"WOW6432Node\CLSID")) == ["wps-as-excel"]
    assert faults(with_wps(classes=r"HKCU\Software\Classes")) == ["wps-as-excel"]
    mine = r"C:\Users\Ann\AppData\Local\Kingsoft\WPS Office\ksolaunch.exe"
    assert faults(with_wps(mine)) == ["wps-as-excel"]
    assert faults(with_wps(r"C:\Program Files\Microsoft Office\Office16\EXCEL.EXE")) == []


def test_a_workbook_names_the_python_of_a_mac_alone():
    """On Windows the macros start what the user's own file names, and leave the rest unread."""
    elsewhere = r"C:\Other\python.exe"
    on_windows = Place(BOOK, SETTINGS | {"INTERPRETER_WIN": elsewhere})
    assert python_rules.interpreter(windows(), on_windows) == PYTHON
    on_a_mac = Place(BOOK, SETTINGS | {"INTERPRETER_MAC": "/opt/other/python3"})
    assert python_rules.interpreter(mac(), on_a_mac) == "/opt/other/python3"
    assert python_rules.interpreter(mac(), None) == mac().python
