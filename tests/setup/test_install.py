"""The installer tells Excel where Python is, keeps what else the user set, and can be run again."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.book.template import FILES, template_bytes
from salesbook.cli.app import run
from salesbook.errors import CannotWrite
from salesbook.labels import LANGUAGES
from salesbook.setup.conf import merged, odd_lines, settings_of
from salesbook.setup.doctor import examine, settings_in
from salesbook.setup.install import install
from salesbook.setup.machine import ThisMachine
from tests.setup.computers import BOOK, CONF, MAC_CONF, MAC_PYTHON, MAC_SCRIPT, PYTHON, mac, windows

KEYS = st.sampled_from(
    ["INTERPRETER_WIN", "interpreter_win", "PYTHONPATH", "LICENSE_KEY", "Show Console"]
)
VALUES = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters='"'), max_size=12)
LINES = st.one_of(
    st.builds('"{}","{}"'.format, KEYS, VALUES), st.just(""), st.just("half a line"), st.just('"A"')
)


def codes(checks):
    return [check.code for check in checks]


def test_on_windows_the_interpreter_is_written_for_excel_to_read():
    computer = windows()
    computer.texts.clear()
    assert codes(install(None, "en", computer)) == ["conf-written", "next"]
    assert computer.texts == {CONF: f'"INTERPRETER_WIN","{PYTHON}"\r\n'}


def test_on_a_mac_the_script_is_put_where_excel_looks():
    computer = mac()
    computer.texts.clear()
    computer.files.discard(MAC_SCRIPT)
    assert codes(install(None, "zh-CN", computer)) == ["conf-written", "script-copied", "next"]
    assert computer.texts[MAC_CONF] == f'"INTERPRETER_MAC","{MAC_PYTHON}"\n'
    assert MAC_SCRIPT in computer.texts


def test_what_else_the_user_set_stays_and_the_old_text_is_kept():
    computer = windows()
    old = '"LICENSE_KEY","abc"\r\n"Interpreter_Win","C:\\old\\python.exe"\r\n\r\n"PYTHONPATH","D:\\mine"\r\n'
    computer.texts[CONF] = old
    assert codes(install(None, "en", computer)) == ["conf-written", "conf-backup", "next"]
    assert computer.texts[CONF] == (
        f'"LICENSE_KEY","abc"\r\n"Interpreter_Win","{PYTHON}"\r\n"PYTHONPATH","D:\\mine"\r\n'
    )
    assert computer.texts[f"{CONF}.bak"] == old


def test_a_second_time_changes_nothing():
    computer = windows()
    computer.texts.clear()
    install(None, "en", computer)
    before = dict(computer.texts)
    assert codes(install(None, "en", computer)) == ["conf-same", "next"]
    assert computer.texts == before


def test_a_python_that_excel_cannot_start_is_not_written():
    computer = windows()
    computer.texts.clear()
    computer.python = r"C:\Users\Ann\AppData\Local\Microsoft\WindowsApps\python.exe"
    (check,) = install(None, "en", computer)
    assert (check.code, check.ok, computer.texts) == ("store-python", False, {})


@given(st.lists(LINES, max_size=8))
def test_merging_keeps_every_other_line_and_is_done_once(lines):
    text = "\r\n".join(lines)
    made = merged(text, {"INTERPRETER_WIN": PYTHON}, "\r\n")
    assert settings_of(made)["INTERPRETER_WIN"] == PYTHON
    others = [line for line in lines if line.strip() and "interpreter_win" not in line.lower()]
    assert [line for line in made.splitlines() if "interpreter_win" not in line.lower()] == others
    assert "" not in made.splitlines()
    assert merged(made, {"INTERPRETER_WIN": PYTHON}, "\r\n") == made


def test_odd_lines_are_those_that_hold_no_pair():
    assert odd_lines('"A","b"\n\n"C"\n"D",""\n') == ["", '"C"']


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fresh_workbook_is_put_into_a_folder_once(language, tmp_path):
    folder = tmp_path / "new one"
    book = folder / FILES[language]
    assert codes(install(folder, language)) == ["no-excel-here", "book-made"]
    assert book.read_bytes() == template_bytes(language)
    book.write_bytes(b"typed into")
    assert codes(install(folder, language)) == ["no-excel-here", "book-there"]
    assert book.read_bytes() == b"typed into"


def test_a_name_for_the_workbook_is_taken(tmp_path):
    install(tmp_path / "Team 销售.xlsm", "en")
    assert (tmp_path / "Team 销售.xlsm").is_file()


def test_the_command_says_what_it_did(tmp_path, capsys):
    assert run(["install", str(tmp_path), "--json", "--lang", "en"]) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert codes_of(checks) == ["no-excel-here", "book-made"]


def codes_of(checks):
    return [check["code"] for check in checks]


def test_doctor_exits_with_1_when_something_needs_a_cure(tmp_path, capsys):
    assert run(["doctor", "--json"]) == 0
    assert run(["doctor", str(tmp_path / "missing.xlsm"), "--json"]) == 1
    capsys.readouterr()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_built_workbook_says_its_versions_and_runs_nothing_beside_it(language, tmp_path):
    book = tmp_path / FILES[language]
    book.write_bytes(template_bytes(language))
    found = settings_in(book)
    assert found["SALESBOOK_XLWINGS"] == ThisMachine().package("xlwings")
    assert found["ADD_WORKBOOK_TO_PYTHONPATH"] == "False"
    assert found["USE UDF SERVER"] == "True"
    assert found["PYTHONPATH"]
    assert not {"INTERPRETER_WIN", "INTERPRETER_MAC", "INTERPRETER"} & found.keys()
    assert "versions" in codes(examine(book, "en"))


def test_a_file_that_is_no_workbook_has_no_settings(tmp_path):
    book = tmp_path / "no.xlsm"
    book.write_bytes(b"no workbook")
    assert settings_in(book) == {}


def test_settings_are_not_read_from_a_book_that_may_harm(tmp_path, monkeypatch):
    """A part with entities is refused before any reader of workbooks parses it."""
    book = tmp_path / "harmful.xlsm"
    with (
        zipfile.ZipFile(io.BytesIO(template_bytes("en"))) as old,
        zipfile.ZipFile(book, "w") as new,
    ):
        for name in old.namelist():
            doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if name == "xl/styles.xml" else b""
            new.writestr(name, doctype + old.read(name))
    monkeypatch.setattr(
        "salesbook.hosts.package.foreign.opened", lambda *_, **__: pytest.fail("it was parsed")
    )
    assert settings_in(book) == {}
    assert settings_in(tmp_path) == {}


def test_checks_of_a_whole_windows_computer(tmp_path):
    """The doctor's list for a computer where all is well, and for one where the DLL was taken."""
    assert all(check.ok for check in examine(None, "en", machine=windows(), open_book=BOOK))
    computer = windows()
    computer.files.discard(r"C:\Users\Ann\sales\.venv\xlwings64-0.37.8.dll")
    assert [check.code for check in examine(None, "en", machine=computer) if not check.ok] == [
        "dll-missing"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="the file system spells paths otherwise")
def test_the_real_machine_writes_whole_files_and_keeps_the_old_one(tmp_path):
    machine = ThisMachine()
    path = tmp_path / "deep" / "xlwings.conf"
    machine.write({str(path): "one"})
    machine.write({str(path): "two"})
    assert machine.text(str(path)) == "two"
    assert machine.text(f"{path}.bak") == "one"
    assert sorted(one.name for one in path.parent.iterdir()) == ["xlwings.conf", "xlwings.conf.bak"]
    assert machine.registry(r"HKCU\Software") is None
    assert (machine.registry_names("HKCU"), machine.registry_keys("HKCU")) == ([], [])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other pipes")
@pytest.mark.parametrize("ending", ["", ".bak", ".new"])
@pytest.mark.usefixtures("in_time")
def test_the_real_machine_waits_for_no_pipe(tmp_path, ending):
    """What is no file is refused by name, and the settings stay as they are."""
    machine, path = ThisMachine(), tmp_path / "xlwings.conf"
    if ending:
        path.write_text("one")
    pipe = Path(f"{path}{ending}")
    os.mkfifo(pipe)
    with pytest.raises(CannotWrite, match="device-not-file") as refused:
        machine.write({str(path): "two"})
    assert refused.value.where == str(pipe)
    assert machine.text(str(path)) == ("one" if ending else None)


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("had_settings", [False, True])
def test_a_refused_write_leaves_all_as_it_was(step, had_settings, tmp_path, monkeypatch):
    """Excel's folders on a Mac may refuse any write: the first, the last, or one between."""
    machine, conf, script = ThisMachine(), tmp_path / "data" / "conf", tmp_path / "scripts" / "a"
    if had_settings:
        machine.write({str(conf): "old", str(script): "old"})
    steps = 0

    def refusing(method):
        def refused(self, *arguments, **named):
            nonlocal steps
            steps += 1
            if steps == step + 1:
                raise PermissionError(1, "Operation not permitted", str(self))
            return method(self, *arguments, **named)

        return refused

    for name in ("mkdir", "write_bytes", "replace"):
        monkeypatch.setattr(Path, name, refusing(getattr(Path, name)))
    with pytest.raises(CannotWrite, match="setup-not-written") as refusal:
        machine.write({str(conf): "new", str(script): "new"})
    assert refusal.value.exit_code == 18
    assert refusal.value.where in (str(conf), str(script))
    old = "old" if had_settings else None
    assert (machine.text(str(conf)), machine.text(str(script))) == (old, old)
    assert not list(tmp_path.rglob("*.new"))


def test_a_workbook_is_not_made_under_a_name_that_a_mac_hands_on_wrongly(tmp_path):
    book = tmp_path / "销售管理.xlsm"
    assert "book-letters-mac" in codes(install(book, "zh-CN", mac()))
    assert not book.exists()


def test_python_as_excel_starts_it_runs_no_file_lying_about(tmp_path):
    """With the settings of the built workbook,
    a `salesbook` in the current folder is not imported.
    """
    stranger = tmp_path / "salesbook"
    stranger.mkdir()
    (stranger / "__init__.py").write_text("raise SystemExit('a stranger ran')")
    start = (
        "import xlwings.utils; xlwings.utils.prepare_sys_path('{added};b.xlsm;b.xlsm;;;;{path}');"
        "import salesbook; print(salesbook.__file__)"
    )
    for added, path, safe, is_stranger in (
        ("false", "%systemroot%", "1", False),
        ("false", "", "", True),
    ):
        done = subprocess.run(
            [sys.executable, "-B", "-c", start.format(added=added, path=path)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONSAFEPATH": safe},
        )
        assert ("a stranger ran" in done.stderr) is is_stranger
        assert (str(Path(__file__).parents[2] / "salesbook") in done.stdout) is not is_stranger
