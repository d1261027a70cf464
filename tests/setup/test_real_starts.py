"""A Python that cannot serve Excel is started for real, and the one thing in its way is named."""

from __future__ import annotations

import re
import sys
import venv
from pathlib import Path

import pytest

from salesbook.labels import LANGUAGES
from salesbook.macros import server
from salesbook.setup import start_rules
from salesbook.setup.doctor import checks_of
from salesbook.setup.faults import Place
from salesbook.setup.machine import ThisMachine, conf_path
from salesbook.setup.start_rules import NEEDED, NEEDED_OF_OURS, starts

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts stand for interpreters")


@pytest.fixture
def told_to_start(tmp_path, monkeypatch):
    """A computer whose xlwings.conf names a Python."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def machine(python):
        here = ThisMachine()
        here.home = str(tmp_path / "home")
        here.write({str(conf_path(here)): f'"INTERPRETER_WIN","{python}"\n'})
        return here

    return machine


def script(folder, text, mode=0o755):
    path = folder / "python3"
    path.write_text(text)
    path.chmod(mode)
    return path


def look(machine, place=None):
    (only,) = starts(machine, place)
    return only


def test_this_python_has_all_that_a_press_imports(told_to_start):
    found = look(told_to_start(sys.executable))
    assert found.fault == ""
    assert found.facts["version"] == sys.version.split()[0]


def test_an_empty_environment_lacks_xlwings_and_the_cure_installs_it_there(
    told_to_start, tmp_path, monkeypatch
):
    monkeypatch.delenv("PYTHONPATH")
    home = tmp_path / "an empty one"
    venv.create(home, symlinks=True)
    machine = told_to_start(home / "bin" / "python")
    found = look(machine)
    assert (found.fault, found.facts["module"]) == ("module-missing", "xlwings")
    (check,) = checks_of([found], "en")
    assert check.advice.endswith(f'"{home}/bin/python" -m pip install xlwings')


@pytest.mark.parametrize(
    ("text", "mode", "fault"),
    [
        ("#!/bin/sh\necho 'no licence' >&2\nexit 1\n", 0o755, "python-ended"),
        ("#!/bin/sh\nexit 0\n", 0o755, "python-ended"),
        ("#!/bin/sh\nexit 0\n", 0o644, "python-blocked"),
        ("#!/no/such/interpreter\n", 0o755, "python-broken"),
        ("\x7fELF is no program", 0o755, "python-other-kind"),
        ("#!/bin/sh\necho 'Unknown option: -P' >&2\nexit 2\n", 0o755, "python-old"),
    ],
)
def test_what_is_no_python_is_told_apart(told_to_start, tmp_path, text, mode, fault):
    assert look(told_to_start(script(tmp_path, text, mode))).fault == fault


def test_one_that_sleeps_is_ended_with_what_it_started(told_to_start, tmp_path, monkeypatch):
    monkeypatch.setattr(start_rules, "LONGEST_SECONDS", 0.5)
    pid = tmp_path / "pid"
    sleeper = script(tmp_path, f"#!/bin/sh\nsleep 300 &\necho $! > '{pid}'\nwait\n")
    assert look(told_to_start(sleeper)).fault == "python-slow"
    state = Path(f"/proc/{pid.read_text().strip()}/stat")
    assert not state.exists() or " Z " in state.read_text()


def test_a_module_that_cannot_be_loaded_is_named(told_to_start, tmp_path, monkeypatch):
    """A file of xlwings that was cut short, say by an antivirus program."""
    broken = tmp_path / "modules"
    broken.mkdir()
    (broken / "xlwings.py").write_text("def half(")
    monkeypatch.setenv("PYTHONPATH", f"{broken}:{ROOT}")
    found = look(told_to_start(sys.executable))
    assert (found.fault, found.facts["module"]) == ("module-broken", "xlwings")


def test_the_workbook_of_another_version_is_told_of_another_python(told_to_start, tmp_path):
    other = script(
        tmp_path,
        '#!/bin/sh\necho \'salesbook-trial:{"python":"3.11.1","bits":64,"salesbook":"0.1.0",'
        '"book":"0","xlwings":"0.30.1"}\'\n',
    )
    place = Place("/x/b.xlsm", {"SALESBOOK_BOOK": "1", "SALESBOOK_XLWINGS": "0.37.8"})
    assert look(told_to_start(other), place).fault == "python-not-of-book"
    assert look(told_to_start(other)).fault == "python-other-version"


def test_no_python_is_started_that_only_a_workbook_names(told_to_start, tmp_path):
    """A workbook that came by mail could name any program."""
    ran = tmp_path / "ran"
    strange = script(tmp_path, f"#!/bin/sh\ntouch '{ran}'\n")
    machine = told_to_start("")
    settings = {"INTERPRETER_WIN": str(strange), "INTERPRETER": str(strange)}
    assert list(starts(machine, Place(str(tmp_path / "b.xlsm"), settings))) == []
    assert not ran.exists()


def test_a_file_in_the_current_folder_is_not_imported(told_to_start, tmp_path, monkeypatch):
    (tmp_path / "xlwings.py").write_text("raise SystemExit('a stranger ran')")
    monkeypatch.chdir(tmp_path)
    assert look(told_to_start(sys.executable)).fault == ""


def test_all_that_a_press_imports_is_tried():
    """Whatever the macros load is among the modules that are tried."""
    macros = "".join(path.read_text("utf-8") for path in (ROOT / "workbook/vba").iterdir())
    called = set(re.findall(r"(?:from|import) (salesbook[\w.]+|udfs)", macros))
    assert called | set(server._NEEDED_FIRST) <= set(NEEDED_OF_OURS)
    assert {"pythoncom", "win32api", "win32event"} <= set(NEEDED["windows"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_guards_do_names_them(language):
    from tests.setup.test_situations import ON_WINDOWS

    for fault in ("python-blocked", "python-slow", "python-ended", "module-blocked"):
        (found,) = starts(*ON_WINDOWS[fault])
        (check,) = checks_of([found], language)
        assert "Citrix" in check.advice
        assert ("antivirus" if language == "en" else "杀毒软件") in check.advice
