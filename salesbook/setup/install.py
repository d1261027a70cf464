"""How does Excel on this computer come to start salesbook? Settings are written, a workbook is put
down.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from salesbook.labels import Language, word
from salesbook.labels.messages import fill
from salesbook.setup.conf import merged, odd_lines, settings_of
from salesbook.setup.doctor import Check, checks_of
from salesbook.setup.machine import Machine, ThisMachine, conf_path, script_path
from salesbook.setup.python_rules import interpreter_key, path_letters, store_python


class WritableMachine(Machine, Protocol):
    """A computer whose files the installer may write."""

    def write(self, path: str, text: str) -> None:
        """Write a file whole or not at all; what was there stays beside it as .bak."""

    def copy(self, source: str, target: str) -> None:
        """Copy a file, making its folder."""


def install(
    where: Path | None, language: Language, machine: WritableMachine | None = None
) -> list[Check]:
    """Tell Excel where Python is, and put a fresh workbook into a folder or under a name, if asked.

    Doing it again changes nothing. Returns: what was done, and what stands in the way.
    Raises: CannotWrite where the workbook cannot be made.
    """
    found = machine or ThisMachine()
    done = list(_excel(found, language))
    if where is not None:
        done.append(_book(where, language))
    if found.system != "linux" and all(check.ok for check in done):
        done.append(_say("next", language, tab=word("ribbon", "tab", language)))
    return done


def _say(code: str, language: Language, **facts: Any) -> Check:
    return Check(code, True, fill(word("setup", f"install.{code}", language), facts, language))


def _excel(machine: WritableMachine, language: Language) -> Iterator[Check]:
    if machine.system == "linux":
        yield Check("no-excel-here", True, word("setup", "no_excel_here", language))
        return
    looks = [
        look for rule in (path_letters, store_python) for look in rule(machine, None) if look.fault
    ]
    if looks:
        yield from checks_of(looks, language)
        return
    yield from _conf(machine, language)
    if machine.system == "mac":
        path = script_path(machine)
        machine.copy(machine.package_file(path.name), str(path))
        yield _say("script-copied", language, path=path)


def _conf(machine: WritableMachine, language: Language) -> Iterator[Check]:
    path = str(conf_path(machine))
    text = machine.text(path)
    key = interpreter_key(machine)
    facts = {"python": machine.python, "conf": path}
    if text and settings_of(text).get(key) == machine.python and not odd_lines(text):
        yield _say("conf-same", language, **facts)
        return
    newline = "\r\n" if machine.system == "windows" else "\n"
    machine.write(path, merged(text or "", {key: machine.python}, newline))
    yield _say("conf-written", language, **facts)
    if text:
        yield _say("conf-backup", language, backup=f"{path}.bak")


def _book(where: Path, language: Language) -> Check:
    """A fresh workbook, made here and so without the mark of the web; one that is there stays."""
    from salesbook.book.files import new_file
    from salesbook.book.template import FILES

    book = where if where.suffix.lower() == ".xlsm" else where / FILES[language]
    if book.exists():
        return _say("book-there", language, book=book)
    book.parent.mkdir(parents=True, exist_ok=True)
    new_file(book, language)
    return _say("book-made", language, book=book)
