"""The jobs for Windows and Mac name what is there: no such machine runs these tests."""

from __future__ import annotations

import py_compile
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from salesbook.book.template import FILES
from salesbook.labels import words
from tests.doctor_without_excel import EXPECTED, MUST_BE_FINE, wrong

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ROOT / ".github/workflows/windows-and-mac.yml"
COMMANDS = re.findall(r"^\s+run: (python .*)$", WORKFLOW.read_text("utf-8"), re.MULTILINE)


def test_there_are_commands():
    assert len(COMMANDS) == 6


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_names_what_is_there(command):
    module = re.match(r"python -m (\w+)", command)
    script = re.match(r"python (tests/\w+\.py)", command)
    program = re.match(r'python -c "(.*)"$', command)
    if module:
        assert find_spec(module[1])
    elif script:
        py_compile.compile(str(ROOT / script[1]), doraise=True)
    else:
        assert program
        subprocess.run([sys.executable, "-c", program[1]], cwd=ROOT, check=True)


def test_what_is_installed_has_its_tests_and_the_workbook_its_name():
    text = WORKFLOW.read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(re.findall(r"\.\[(\w+)\]", text)) <= set(project["optional-dependencies"])
    assert f"/{FILES['en']}" in text
    assert "\t" not in text


def test_doctors_answer_is_judged():
    fine = [{"code": code, "ok": True} for code in MUST_BE_FINE]
    assert wrong([*fine, {"code": "no-excel", "ok": False}]) == ""
    assert "dll-missing" in wrong([*fine, {"code": "dll-missing", "ok": False}])
    assert "start" in wrong([check for check in fine if check["code"] != "start"])
    known = words("setup", "en")
    assert known["fault"].keys() >= EXPECTED
    assert {*known["fine"], "workbook"} >= MUST_BE_FINE
