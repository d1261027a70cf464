"""What doctor --json says can be sent to a helper: codes and facts of the set-up, and no names."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.book.template import template_bytes
from salesbook.cli.app import run
from salesbook.labels import LANGUAGES
from salesbook.setup import book_rules, excel_rules, python_rules, start_rules, wps_rules
from salesbook.setup.doctor import SetupCheck, checks_of
from salesbook.setup.faults import Place
from salesbook.setup.sendable import HIDDEN, sendable_document
from salesbook.setup.trial import Started
from tests.setup.computers import APP, SETTINGS, answered, mac, windows
from tests.setup.test_situations import CHOICE, ON_WINDOWS, RULES, WPS

SECRET = st.text("qzjkßÄ安娜销", min_size=4, max_size=9)
"""A name whose letters stand together in no word of ours, so that finding it means something."""
SPACED = st.builds("{}{}{}".format, SECRET, st.sampled_from(["", " ", ".", " - ", "'"]), SECRET)
ENDED = st.sampled_from(["exit", "missing", "error", "refused", "fine"])


def document(machine, place=None, language="en"):
    looks = [look for rule in RULES for look in rule(machine, place)]
    return sendable_document(list(checks_of(looks, language)), machine, language)


def told(machine, place=None, language="en"):
    return json.dumps(document(machine, place, language), ensure_ascii=False)


def started_badly(how, secret):
    return {
        "exit": Started(1, complained=f"File C:\\{secret}\\a.py\nLicenceError: {secret}"),
        "missing": answered(module="udfs", missing=secret, error=f"No module named {secret}"),
        "error": answered(module="udfs", error=f"ImportError: {secret} is broken"),
        "refused": Started(complained=f"[WinError 5] denied: '{secret}'", refusal="denied"),
        "fine": answered(salesbook=secret, xlwings=secret),
    }[how]


@given(
    user=SECRET,
    folder=SPACED,
    book=SPACED,
    host=SECRET,
    how=ENDED,
    where=st.sampled_from(
        [
            "C:\\Users\\{user}\\{folder}\\",
            "D:\\{folder}\\",
            "\\\\{host}\\{folder}\\",
            "C:\\Users\\{user}\\OneDrive - {folder}\\",
            "https://{host}.sharepoint.com/{folder}/",
            "",
        ]
    ),
    language=st.sampled_from(LANGUAGES),
)
def test_no_name_gets_through(user, folder, book, host, how, where, language):
    """Neither of the user, nor of the computer, a folder or a workbook, whatever is wrong."""
    place = where.format(user=user, folder=folder, host=host)
    python = f"C:\\Users\\{user}\\{folder}\\Scripts\\python.exe"
    machine = dataclasses.replace(
        windows(),
        python=python,
        home=f"C:\\Users\\{user}",
        started=started_badly(how, folder),
        environment={"PYTHONHOME": python, "USERNAME": user, "SESSIONNAME": f"ICA-{host}#1"},
        texts={f"C:\\Users\\{user}\\.xlwings\\xlwings.conf": f'"INTERPRETER_WIN","{python}"\n'},
        files={python},
        packages={"xlwings": f"0.37.8+{user}", "pywin32": user},
        package_folder=f"C:\\Users\\{user}\\AppData\\Roaming\\Python",
    )
    machine.values[CHOICE] = {"ProgId": f"ET.{user}"}
    machine.values[APP] = {"": f"C:\\{folder}\\{user}.exe"}
    machine.values[r"HKCU\Software\Microsoft\Command Processor"] = {"AutoRun": f"echo {user}"}
    settings = SETTINGS | {"CONDA PATH": f"C:\\{user}", "SALESBOOK_XLWINGS": user}
    text = told(machine, Place(f"{place}{book}.xlsm", settings), language)
    for secret in (user, folder, book, host):
        assert json.dumps(secret, ensure_ascii=False)[1:-1] not in text
        assert secret not in text


@given(user=SECRET, folder=SPACED)
def test_no_name_of_a_mac_gets_through(user, folder):
    python = f"/Users/{user}/{folder}/bin/python3"
    conf = f"/Users/{user}/Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
    machine = dataclasses.replace(
        mac(),
        home=f"/Users/{user}",
        python=python,
        texts={conf: f'"INTERPRETER_MAC","{python}"\n'},
        files=set(),
    )
    text = told(machine, Place(f"/Volumes/{folder}/{user}.xlsm", SETTINGS))
    assert user not in text
    assert folder not in text


def test_what_matters_of_a_path_is_said():
    python = r"C:\Users\Ann\my sales\安娜\python.exe"
    machine = dataclasses.replace(windows(), python=python)
    (path,) = [one for one in document(machine)["checks"] if one["code"] == "path-letters"]
    assert path["facts"]["python"] == {
        "path": "~/…/python.exe",
        "place": "home",
        "synced": False,
        "spaces": True,
        "ascii": False,
        "in_code_page": False,
        "length": len(python),
    }
    assert path["message"].count("~/…/python.exe") == 1


@pytest.mark.parametrize("fault", ON_WINDOWS)
def test_every_fault_keeps_its_code_and_sentences(fault):
    machine, place = ON_WINDOWS[fault]
    checks = {one["code"]: one for one in document(machine, place)["checks"]}
    assert checks[fault]["message"]
    assert checks[fault]["advice"]
    assert not {"Ann", "安娜", "Team", "stranger"} & set(told(machine, place).split("\\"))


def test_a_sentence_of_unknown_facts_is_left_out():
    checks = [SetupCheck("bad-cell", False, "Ann Meyer's row 7", "ask Ann")]
    (check,) = sendable_document(checks, windows(), "en")["checks"]
    assert (check["code"], check["ok"], check["facts"]) == ("bad-cell", False, {})
    assert "Ann" not in json.dumps(check)


def test_the_computer_is_described_by_kind_alone():
    machine = windows()
    office = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
    machine.values[office] = {"VersionToReport": "16.0.17928.20114", "Platform": "x64"}
    machine.values[r"HKLM\SYSTEM\CurrentControlSet\Control\Nls\CodePage"] = {"ACP": "936"}
    machine.environment["SESSIONNAME"] = "ICA-tcp#3"
    computer = document(machine)["computer"]
    assert (computer["excel"], computer["excel_kind"]) == ("16.0.17928.20114", "x64")
    assert (computer["code_page"], computer["session"]) == ("936", "citrix")
    assert (computer["system"], computer["xlwings"]) == ("windows", "0.37.8")


def test_a_command_is_told_by_its_program():
    machine = windows()
    machine.values[APP] = {"": WPS}
    (excel,) = [one for one in document(machine)["checks"] if one["code"] == "excel"]
    assert excel["facts"]["path"]["path"] == f"{HIDDEN}/et.exe"


def test_the_command_tells_no_name_of_a_real_workbook(tmp_path, capsys):
    folder = tmp_path / "Müller AG 销售"
    folder.mkdir()
    book = folder / "Quarter of Zoltan.xlsm"
    book.write_bytes(template_bytes("en"))
    assert run(["doctor", str(book), "--json", "--lang", "en"]) == 0
    text = capsys.readouterr().out
    answer = json.loads(text)
    assert {"code", "ok", "message", "advice", "facts"} == answer["checks"][0].keys()
    assert {"workbook", "not-held", "backups"} <= {one["code"] for one in answer["checks"]}
    broken = folder / "Zoltan broken.xlsm"
    broken.write_bytes(b"Zoltan")
    assert run(["doctor", str(broken), "--json", "--lang", "en"]) == 1
    text += capsys.readouterr().out
    for name in ("Müller", "M\\u00fc", "销售", "Zoltan", "Quarter", str(tmp_path), tmp_path.name):
        assert name not in text


def test_all_rules_are_told():
    """A rule that is added is among those that the law above looks at."""
    modules = (python_rules, start_rules, excel_rules, wps_rules, book_rules)
    assert sorted(map(id, RULES)) == sorted(id(rule) for one in modules for rule in one.RULES)
