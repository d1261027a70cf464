"""What is wrong with the set-up, and which sentence cures it?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from salesbook import __version__
from salesbook.errors import SalesbookError
from salesbook.labels import Language, sentence, sheet_name, word
from salesbook.labels.errors import error_advice, error_message
from salesbook.labels.messages import fill
from salesbook.setup import book_rules, excel_rules, python_rules, start_rules, wps_rules
from salesbook.setup.faults import Look, Place
from salesbook.setup.machine import Machine, ThisMachine
from salesbook.store import Cell, CellError

if TYPE_CHECKING:
    from salesbook.book.session import Session
    from salesbook.hosts.package import PackageHost

_FAR_DOWN: Final = 100_000
"""A sheet row: dropdowns that end above it are not as they were built."""
CONF_SHEET: Final = "xlwings.conf"
_MOST_SETTINGS: Final = 100
"""Rows of that sheet that are looked at."""
_PACKAGES: Final = ("xlwings", "openpyxl", "pandas", "pydantic", "python-calamine")


@dataclass(frozen=True, slots=True)
class Said:
    """A check's sentences before their facts are filled in, so that they can be told without names."""

    message: str
    advice: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetupCheck:
    """One thing that was looked at."""

    code: str
    ok: bool
    """True also for a remark: things work, and there is something to know."""
    message: str
    advice: str = ""
    said: Said | None = field(default=None, compare=False)
    """None where only the sentence is known."""


def said_check(code: str, ok: bool, said: Said, language: Language) -> SetupCheck:
    """A check with its facts filled in."""
    message = fill(said.message, dict(said.facts), language)
    advice = fill(said.advice, dict(said.facts), language)
    return SetupCheck(code, ok, message, advice, said)


def examine(
    book: Path | None, language: Language, *, machine: Machine | None = None, open_book: str = ""
) -> list[SetupCheck]:
    """Look at the installation and, if given, at a workbook; nothing is changed.

    Args: open_book is the path or address of a workbook that Excel holds, in place of `book`.
    """
    name = str(book.absolute()) if book else open_book
    place = Place(name, settings_in(Path(name))) if name else None

    computer = machine or ThisMachine()
    # Where Excel asks, the Python that answers is the one that Excel starts.
    is_asked_by_excel = bool(open_book)
    checks = [
        *_installation(language),
        *_excel(computer, place, language, with_start=not is_asked_by_excel),
    ]
    if book:
        checks += _workbook(book, language)
    return checks


def checks_of(looks: Iterable[Look], language: Language) -> Iterator[SetupCheck]:
    """Looks in words; a remark is no fault."""
    for look in looks:
        if not look.fault:
            said = Said(word("setup", f"fine.{look.check}", language), facts=look.facts)
            yield said_check(look.check, True, said, language)
            continue

        message = word("setup", f"fault.{look.fault}.message", language)
        cure = word("setup", f"fault.{look.fault}.cure", language)
        yield said_check(look.fault, look.is_remark, Said(message, cure, look.facts), language)


def _excel(
    machine: Machine, place: Place | None, language: Language, *, with_start: bool
) -> Iterator[SetupCheck]:
    start = start_rules.RULES if with_start else ()
    rules = (*python_rules.RULES, *start, *excel_rules.RULES, *wps_rules.RULES, *book_rules.RULES)
    if machine.system == "linux":
        said = Said(word("setup", "no_excel_here", language))
        yield said_check("no-excel-here", True, said, language)
        rules = book_rules.ANYWHERE

    for rule in rules:
        yield from checks_of(rule(machine, place), language)


def settings_in(book: Path) -> Mapping[str, str]:
    """What a workbook's own sheet xlwings.conf says, by key in capitals; nothing without one."""
    try:
        return _settings_in(book)
    except Exception:  # whatever is wrong with the file is said when its tables are read
        return {}


def _settings_in(book: Path) -> dict[str, str]:
    from salesbook.hosts.package import MAX_FILE_BYTES, Archive, ForeignWorkbook, read_ordinary

    if not book.is_file() or book.stat().st_size > MAX_FILE_BYTES:
        return {}
    workbook = ForeignWorkbook(Archive(read_ordinary(book), book.name), book.name)
    names = [tab.name for tab in workbook.tabs]
    if CONF_SHEET not in names:
        return {}

    place = names.index(CONF_SHEET)
    sheet = workbook.cells(place, lambda _: False, first_rows=_MOST_SETTINGS)
    settings = {}
    for row_number in range(1, len(sheet.rows) + 1):
        key = _setting_text(sheet.cell(row_number, 0))
        if key:
            settings[key.upper()] = _setting_text(sheet.cell(row_number, 1))
    return settings


def _setting_text(cell: Cell) -> str:
    """What stands in a cell of the sheet; a number without the decimals that it has not."""
    if cell is None or isinstance(cell, CellError):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _checked(
    code: str, name: str, language: Language, *, ok: bool = True, cure: str = "", **facts: Any
) -> SetupCheck:
    said = Said(word("cli", f"doctor.{name}", language), cure, facts)
    return said_check(code, ok, said, language)


def _installation(language: Language) -> Iterator[SetupCheck]:
    """Python and the packages that salesbook needs, each with its version."""
    is_new_enough = sys.version_info >= (3, 11)
    python = sys.version.split()[0]
    yield _checked("python", "python", language, ok=is_new_enough, version=python)
    yield _checked("package", "package", language, version=__version__)

    for name in _PACKAGES:
        try:
            installed = version(name)
        except PackageNotFoundError:
            facts: dict[str, Any] = {"package": name, "version": "–"}
            cure = f"pip install {name}"
            yield _checked(name, "dependency", language, ok=False, cure=cure, **facts)
        else:
            yield _checked(name, "dependency", language, package=name, version=installed)


def _workbook(book: Path, language: Language) -> Iterator[SetupCheck]:
    """Can the workbook be read, is it whole, how far is its plan, and could a run write now?"""
    from salesbook.book.session import Session
    from salesbook.hosts.package import open_package

    try:
        with open_package(book, for_writing=False) as host:
            session = Session(host)
            yield from _tables(book, session, language)
            yield from checks_of(saved_elsewhere(host, language), language)
            yield _plan(session, language)
        yield _holder(book, language)
    except SalesbookError as refusal:
        message = f"{book}: {error_message(refusal, language)}"
        yield SetupCheck(refusal.code, False, message, error_advice(refusal, language))
    # Also of a workbook that is damaged: it is when they are wanted.
    yield _backups(book, language)


def _backups(book: Path, language: Language) -> SetupCheck:
    """How many earlier states of the workbook are kept, and where."""
    from salesbook.book.backups import Backups

    backups = Backups(book.absolute()).all()
    if not backups:
        return _checked("backups", "no_backups", language)
    newest = backups[0]
    facts: dict[str, Any] = {
        "count": len(backups),
        "at": newest.at.isoformat(" "),
        "folder": newest.path.parent,
    }
    return _checked("backups", "backups", language, book=book, **facts)


def _tables(book: Path, session: Session, language: Language) -> Iterator[SetupCheck]:
    """How many of our tables the workbook has, which it lacks, and what an upgrade would add."""
    from salesbook.tables import TABLES
    from salesbook.tables.ages import has_since

    there = [name for name in TABLES if session.has(name)]
    rows = sum(session.table(name).rows_in for name in there)
    facts: dict[str, Any] = {"book": book, "tables": len(there), "rows": rows}
    yield _checked("workbook", "book_ok", language, **facts)

    # A table that came after the workbook was made is not missed.
    expected = [name for name in TABLES if has_since(session.made_with, TABLES[name].since)]
    missing = [sheet_name(name, language) for name in expected if name not in there]
    if missing:
        cure = word("cli", "doctor.missing_tables_cure", language)
        lacks: dict[str, Any] = {"book": book, "tables": tuple(missing)}
        yield _checked("tables", "missing_tables", language, ok=False, cure=cure, **lacks)
        return

    for note in session.lacking().notes():
        yield SetupCheck("older", True, sentence(note, language))


def saved_elsewhere(host: PackageHost, language: Language) -> Iterator[Look]:
    """What another program than Excel left out when it saved the workbook."""
    from salesbook.book.saved_elsewhere import lost_elsewhere
    from salesbook.tables import TABLES

    lost = lost_elsewhere(host.last_save())
    if lost is None:
        yield Look("saved")
        return

    program = lost.program or word("setup", "another_program", language)
    if lost.sheets:
        facts = {"program": program, "sheets": lost.sheets}
        yield Look("saved", "code-names-lost", facts)
    if lost.tables:
        yield Look("saved", "table-styles-lost", {"program": program, "tables": lost.tables})

    # A built workbook's dropdowns reach far below its rows, so that they hold for new ones.
    ends = {code: row for code, row in host.dropdown_ends().items() if code in TABLES}
    short = {code: row for code, row in ends.items() if 0 < row < _FAR_DOWN}
    if short or not any(ends.values()):
        facts = {
            "program": program,
            "sheets": len(short or ends),
            "row": max(short.values(), default=0),
        }
        yield Look("saved", "dropdowns-lost", facts)


def _plan(session: Session, language: Language) -> SetupCheck:
    """Whether there is a plan, and whether it is frozen."""
    statuses = set(session.frame("TargetPlan")["status"])
    if not statuses:
        name = "plan_none"
    elif "published" in statuses:
        name = "plan_published"
    else:
        name = "plan_draft"
    return _checked(name.replace("_", "-"), name, language)


def _holder(book: Path, language: Language) -> SetupCheck:
    """Whether a run could write now: take the lock a run takes, and let it go."""
    from salesbook.hosts.package import open_package

    with open_package(book, wait=0, for_writing=True):
        return _checked("not-held", "not_held", language)
