"""The verbs on a workbook file: lock it, run, save it in one step."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from salesbook.book.report import Options, Report
from salesbook.book.run import run_action
from salesbook.book.saved_elsewhere import save_notes
from salesbook.book.session import Session
from salesbook.book.undo import undo_last
from salesbook.errors import CannotWrite, NoSuchTable, NotAWorkbook, NothingToUndo, UsageError
from salesbook.hosts.package import backup_path, open_package
from salesbook.labels import Language, table_of_name
from salesbook.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd


_DRAFTS: Final = ".salesbook-"
"""How the folder is called in which a new workbook is made, until it is whole."""
_DRAFT: Final = "New.xlsm"


def run_on_file(
    book: Path, action: str, options: Options, *, wait: float, out: Path | None = None
) -> Report:
    """Run one verb and save the workbook, or a copy of it with the results.

    Raises: SalesbookError of any kind; then no file changed.
    """
    if out is not None:
        _refuse_other_kind(out, book.suffix)
    in_place = out is None or os.path.realpath(out) == os.path.realpath(book)
    with open_package(book, wait=wait, for_writing=in_place) as host:
        report = run_action(host, action, options)
        report = replace(report, notes=(*report.notes, *save_notes(host)))
        host.save(out)
    return report


def table_of_book(book: Path, name: str) -> tuple[Session, str]:
    """Find one table of a workbook by its code, or its sheet's name in any language.

    Returns: the session that holds the table, and its code.

    Raises: NoSuchTable.
    """
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        table = table_of_name(name, TABLES)
        if table is None:
            raise NoSuchTable("no-such-table", where=str(book), table=name)
        session.refuse_without(table, where=str(book))
        session.table(table)
        return session, table


def undo_file(book: Path, as_of: dt.date, *, wait: float) -> Report:
    """Take back the last run or import.

    Raises: NothingToUndo; UndoLosesTyping where somebody has changed what it wrote.
    """
    backup = backup_path(Path(os.path.realpath(book)))
    with contextlib.ExitStack() as stack:
        # The lock comes first: a run that is still writing makes the backup that is wanted here.
        host = stack.enter_context(open_package(book, wait=wait, for_writing=True))
        if not backup.exists():
            raise NothingToUndo("nothing-to-undo", where=str(book))

        try:
            before = stack.enter_context(open_package(backup, for_writing=False))
        except NotAWorkbook as damaged:
            raise NothingToUndo("damaged-backup", where=str(backup)) from damaged

        report = undo_last(host, before, as_of)
        report = replace(report, notes=save_notes(host))
        host.save()
    return report


def new_file(
    book: Path, language: Language, *, sample_as_of: dt.date | None = None
) -> dict[str, int]:
    """Copy the built workbook of a language, with sample rows where a day for them is given.

    The file is made in a folder of its own beside its place and comes to its name when it is whole,
    in one step: a command that is killed leaves no half workbook. Nothing that was there before is
    overwritten or deleted.

    Returns: rows by table.

    Raises: CannotWrite where something is there already; UsageError for another kind of file, which
        Excel would not open.
    """
    from salesbook.book.template import template_bytes

    if os.path.lexists(book):
        raise CannotWrite("already-there", where=str(book))
    _refuse_other_kind(book, ".xlsm")
    try:
        with tempfile.TemporaryDirectory(prefix=_DRAFTS, dir=book.parent) as folder:
            draft = Path(folder) / _DRAFT
            _write_new(draft, template_bytes(language))
            rows = {}
            if sample_as_of is not None:
                from salesbook.sample.tables import sample_tables

                rows = _fill(draft, sample_tables(language, sample_as_of))
            _move_to_free_name(draft, book)
    except FileExistsError:
        raise CannotWrite("already-there", where=str(book)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(book), found=reason) from error
    return rows


def _refuse_other_kind(book: Path, kind: str) -> None:
    if book.suffix.lower() != kind.lower():
        raise UsageError("other-kind-of-file", where=str(book), found=book.name, expected=kind)


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file down to the medium."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move_to_free_name(draft: Path, book: Path) -> None:
    """Give a finished file its name, in one step, unless something has that name.

    Renaming would do on Windows, which refuses a name that is taken; elsewhere it overwrites, so a
    second name is given and the first one goes with its folder.

    Raises: FileExistsError; OSError.
    """
    if os.name == "nt":
        draft.rename(book)
        return
    try:
        book.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:
        # A file system without second names: the name is taken by an empty file first.
        book.open("xb").close()
        draft.replace(book)


def _fill(book: Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Write the tables into a new workbook. Returns: rows by table."""
    with open_package(book, for_writing=True) as host:
        session = Session(host)
        writes = [session.prepared_write(name, frame).write for name, frame in tables.items()]
        host.write(writes)
        host.save()
    return {name: len(frame) for name, frame in tables.items()}
