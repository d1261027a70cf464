"""How does Excel on this computer come to start salesbook? By settings and a workbook put down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from salesbook.errors import CannotWrite
from salesbook.labels import Language, word
from salesbook.labels.messages import fill
from salesbook.setup.book_rules import name_on_mac
from salesbook.setup.conf import merged, odd_lines, settings_of
from salesbook.setup.doctor import SetupCheck, checks_of
from salesbook.setup.faults import Place
from salesbook.setup.machine import Machine, ThisMachine, conf_path, script_path
from salesbook.setup.python_rules import home_letters, interpreter_key, path_letters, store_python


class WritableMachine(Machine, Protocol):
    """A computer whose files the installer may write."""

    def write(self, texts: Mapping[str, str]) -> None:
        """Write all these files by path, or none; what was there stays beside each as .bak."""


def install(
    where: Path | None, language: Language, machine: WritableMachine | None = None
) -> list[SetupCheck]:
    """Tell Excel where Python is, and put a fresh workbook into a folder or under a name, if asked.

    Doing it again changes nothing. Returns: what was done, and what stands in the way.
    Raises: CannotWrite where the settings or the workbook cannot be written.
    """
    computer = machine or ThisMachine()
    checks = list(_excel(computer, language))
    if where is not None:
        checks += _book(where, language, computer)

    has_excel = computer.system != "linux"
    if has_excel and all(check.ok for check in checks):
        checks.append(_say("next", language, tab=word("ribbon", "tab", language)))
    return checks


def _say(code: str, language: Language, **facts: Any) -> SetupCheck:
    return SetupCheck(code, True, fill(word("setup", f"install.{code}", language), facts, language))


def _excel(machine: WritableMachine, language: Language) -> Iterator[SetupCheck]:
    if machine.system == "linux":
        yield SetupCheck("no-excel-here", True, word("setup", "no_excel_here", language))
        return

    # A Python that Excel cannot start is not worth writing down.
    looks = [
        *path_letters(machine, None),
        *store_python(machine, None),
        *home_letters(machine, None),
    ]
    faults = [look for look in looks if look.fault]
    if faults:
        yield from checks_of(faults, language)
        return

    # Settings without their script, or a script without settings, would be half an installation.
    texts: dict[str, str] = {}
    checks = list(_conf(machine, language, texts))
    if machine.system == "mac":
        path = script_path(machine)
        script = machine.text(machine.package_file(path.name)) or ""
        if machine.text(str(path)) != script:
            texts[str(path)] = script
        checks.append(_say("script-copied", language, path=path))

    machine.write(texts)
    yield from checks


def _conf(
    machine: WritableMachine, language: Language, texts: dict[str, str]
) -> Iterator[SetupCheck]:
    """Name this Python in the user's xlwings.conf, unless that says so already.

    Args: texts is filled with what is to be written, by path.
    """
    path = str(conf_path(machine))
    text = machine.text(path) or ""
    key = interpreter_key(machine)
    facts = {"python": machine.python, "conf": path}

    is_named = settings_of(text).get(key) == machine.python
    if is_named and not odd_lines(text):
        yield _say("conf-same", language, **facts)
        return

    newline = "\r\n" if machine.system == "windows" else "\n"
    texts[path] = merged(text, {key: machine.python}, newline)
    yield _say("conf-written", language, **facts)
    if text:
        yield _say("conf-backup", language, backup=f"{path}.bak")


def _book(where: Path, language: Language, machine: Machine) -> Iterator[SetupCheck]:
    """A fresh workbook, made here and so without the mark of the web; one that is there stays."""
    from salesbook.book.files import new_file
    from salesbook.book.template import FILES

    book = where if where.suffix.lower() == ".xlsm" else where / FILES[language]
    # A workbook whose buttons can do nothing is not worth making.
    faults = [look for look in name_on_mac(machine, Place(str(book.absolute()))) if look.fault]
    if faults:
        yield from checks_of(faults, language)
        return
    try:
        is_there = book.exists()
        book.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(where=str(book.parent), found=error.strerror or str(error)) from error

    if not is_there:
        new_file(book, language)
    yield _say("book-there" if is_there else "book-made", language, book=book)
