"""What is wrong with the set-up, and which sentence cures it?"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from salesbook import __version__
from salesbook.errors import SalesbookError
from salesbook.labels import Language, sheet_name, word
from salesbook.labels.errors import error_advice, error_message
from salesbook.labels.messages import fill
from salesbook.setup import book_rules, excel_rules, python_rules
from salesbook.setup.faults import Look, Place
from salesbook.setup.machine import Machine, ThisMachine

CONF_SHEET = "xlwings.conf"
_PACKAGES = ("xlwings", "openpyxl", "pandas", "pydantic", "python-calamine")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    code: str
    ok: bool
    message: str
    advice: str = ""

    def document(self) -> dict[str, Any]:
        """The check for programs."""
        return asdict(self)


def examine(
    book: Path | None, language: Language, *, machine: Machine | None = None, open_book: str = ""
) -> list[Check]:
    """Look at the installation and, if given, at a workbook; nothing is changed.

    Args: open_book is the path or address of a workbook that Excel holds, in place of `book`.
    """
    name = str(book.absolute()) if book else open_book
    place = Place(name, settings_in(Path(name))) if name else None
    return [
        *_installation(language),
        *_excel(machine or ThisMachine(), place, language),
        *(_workbook(book, language) if book else ()),
    ]


def checks_of(looks: Iterable[Look], language: Language) -> Iterator[Check]:
    """Looks in words; a remark is no fault."""
    for look in looks:
        facts = dict(look.facts)
        if look.fault:
            message, cure = (
                word("setup", f"fault.{look.fault}.{part}", language)
                for part in ("message", "cure")
            )
            yield Check(
                look.fault,
                look.is_remark,
                fill(message, facts, language),
                fill(cure, facts, language),
            )
        else:
            yield Check(
                look.check,
                True,
                fill(word("setup", f"fine.{look.check}", language), facts, language),
            )


def _excel(machine: Machine, place: Place | None, language: Language) -> Iterator[Check]:
    if machine.system == "linux":
        yield Check("no-excel-here", True, word("setup", "no_excel_here", language))
        rules = book_rules.ANYWHERE
    else:
        rules = (*python_rules.RULES, *excel_rules.RULES, *book_rules.RULES)
    yield from checks_of((look for rule in rules for look in rule(machine, place)), language)


def settings_in(book: Path) -> Mapping[str, str]:
    """What a workbook's own sheet of settings says, by key in capitals;
    nothing where it has none.
    """
    from openpyxl import load_workbook

    from salesbook.hosts.package.guards import MAX_FILE_BYTES
    from salesbook.intake.workbooks import refuse_harmful

    try:
        if not book.is_file() or book.stat().st_size > MAX_FILE_BYTES:
            return {}
        data = book.read_bytes()
        refuse_harmful(data, book.name)
        with contextlib.closing(
            load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        ) as opened:
            if CONF_SHEET not in opened.sheetnames:
                return {}
            rows = opened[CONF_SHEET].iter_rows(max_row=100, max_col=2, values_only=True)
            return {str(key).upper(): str(value or "") for key, value in rows if key}
    except Exception:  # whatever is wrong with the file is said when its tables are read
        return {}


def _say(name: str, language: Language, **facts: Any) -> str:
    return fill(word("cli", f"doctor.{name}", language), facts, language)


def _installation(language: Language) -> Iterator[Check]:
    yield Check(
        "python",
        sys.version_info >= (3, 11),
        _say("python", language, version=sys.version.split()[0]),
    )
    yield Check("package", True, _say("package", language, version=__version__))
    for name in _PACKAGES:
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Check(
                name,
                False,
                _say("dependency", language, package=name, version="–"),
                f"pip install {name}",
            )
            continue
        yield Check(name, True, _say("dependency", language, package=name, version=found))


def _workbook(book: Path, language: Language) -> Iterator[Check]:
    from salesbook.book.session import Session
    from salesbook.hosts.package import backup_path, open_package
    from salesbook.tables import TABLES

    try:
        with open_package(book, for_writing=False) as host:
            session = Session(host)
            rows = sum(session.table(name).rows_in for name in TABLES if session.has(name))
            missing = [sheet_name(name, language) for name in TABLES if not session.has(name)]
            yield Check(
                "workbook",
                True,
                _say("book_ok", language, book=book, tables=len(TABLES) - len(missing), rows=rows),
            )
            if missing:
                yield Check(
                    "tables",
                    False,
                    _say("missing_tables", language, book=book, tables=", ".join(missing)),
                )
            yield _plan(session, language)
        yield _holder(book, language)
    except SalesbookError as refused:
        yield Check(
            refused.code,
            False,
            f"{book}: {error_message(refused, language)}",
            error_advice(refused, language),
        )
        return
    backup = backup_path(book)
    found = backup.exists()
    yield Check("backup", True, _say("backup" if found else "no_backup", language, path=backup))


def _plan(session: Any, language: Language) -> Check:
    status = set(session.frame("TargetPlan")["status"])
    word_of = (
        "plan_none" if not status else "plan_published" if "published" in status else "plan_draft"
    )
    return Check(word_of.replace("_", "-"), True, _say(word_of, language))


def _holder(book: Path, language: Language) -> Check:
    """Whether a run could write now: take the lock a run takes, and let it go."""
    from salesbook.hosts.package import open_package

    with open_package(book, wait=0, for_writing=True):
        return Check("not-held", True, _say("not_held", language))
