"""Commands that are named work as somebody types them in the shell he is in."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from salesbook.cli import started
from salesbook.cli.started import as_started

BIN = Path(sys.executable).parent
PROGRAM = BIN / "salesbook"


@pytest.fixture(autouse=True)
def _fresh():
    started._program.cache_clear()
    yield
    started._program.cache_clear()


def make_bin(folder: Path) -> Path:
    """A folder of programs with a salesbook in it."""
    program = folder / "bin" / "salesbook"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (folder / "bin" / "python").touch()
    return program


@pytest.mark.skipif(os.name == "nt", reason="a shell of Windows quotes otherwise")
@pytest.mark.parametrize("folder", ["env", "my env"])
def test_a_program_that_is_not_on_the_path_is_named_by_its_file(tmp_path, monkeypatch, folder):
    """From this folder on; quoted where a shell would part it."""
    program = make_bin(tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr(sys, "argv", [str(program)])
    said = as_started("Not as meant? salesbook undo b.xlsm")
    *_, typed, command, _ = shlex.split(said)
    assert (tmp_path / typed).samefile(program)
    assert (typed, command) == (f"{folder}/bin/salesbook", "undo")


def test_a_program_on_the_path_has_its_name(tmp_path, monkeypatch):
    """As after an installation."""
    program = make_bin(tmp_path)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(sys, "argv", [str(program)])
    text = "结果不对？salesbook undo b.xlsm"
    assert as_started(text) == text


def test_only_commands_change(tmp_path, monkeypatch):
    """Not the name in a sentence, a version, a path or a package."""
    program = make_bin(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr(sys, "argv", [str(program)])
    for text in (
        "salesbook 0.3.0",
        "Excel starts one, but salesbook is in another",
        "pip install salesbook",
        "see /opt/salesbook undo",
    ):
        assert as_started(text) == text
    assert as_started("运行：salesbook refresh b") == "运行：bin/salesbook refresh b"


def test_the_workbook_of_the_command_is_named(tmp_path, monkeypatch):
    """As it was typed; where there is none the word stays that stands for it."""
    monkeypatch.chdir(tmp_path)
    advice = "Close that one first: salesbook close BOOK --period 2026-10. BOOK is a name."
    monkeypatch.setattr(sys, "argv", ["salesbook", "close", "no.xlsm"])
    assert as_started(advice) == advice

    (tmp_path / "our sales.xlsm").touch()
    monkeypatch.setattr(sys, "argv", ["salesbook", "close", "our sales.xlsm"])
    said = as_started(advice)
    assert said.endswith("--period 2026-10. BOOK is a name.")
    _, _, command = said.partition(": ")
    assert shlex.split(command)[1:4] == ["close", "our sales.xlsm", "--period"]


@pytest.mark.skipif(not PROGRAM.is_file(), reason="salesbook is not installed as a program")
def test_what_the_demo_prints_can_be_typed(tmp_path):
    """Started by its file, without its folder on PATH, as by dev.py."""
    path = os.pathsep.join(
        part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != BIN
    )
    environment = {**os.environ, "PATH": path}
    book = tmp_path / "b.xlsm"
    told = subprocess.run(
        [str(PROGRAM), "new", str(book)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=True,
    ).stderr
    command = told.strip().rpartition("run: ")[2]
    assert " refresh " in command
    ran = subprocess.run(shlex.split(command), capture_output=True, env=environment, check=False)
    assert ran.returncode in (0, 1)
