"""The verbs on a workbook file: lock it, run, save it in one step."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from salesbook.book.report import Options, Report
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.book.undo import undo_last
from salesbook.errors import CannotWrite, NoSuchTable, NotAWorkbook, NothingToUndo, UsageError
from salesbook.hosts.package import backup_path, open_package
from salesbook.labels import Language, table_of_name
from salesbook.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd


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
        if table is None or not session.has(table):
            raise NoSuchTable("no-such-table", where=str(book), table=name)
        session.table(table)
        return session, table


def undo_file(book: Path, as_of: dt.date, *, wait: float) -> Report:
    """Take back the last run or import. Raises: NothingToUndo, UndoLosesTyping."""
    backup = backup_path(Path(os.path.realpath(book)))
    with contextlib.ExitStack() as stack:
        host = stack.enter_context(open_package(book, wait=wait, for_writing=True))
        if not backup.exists():
            raise NothingToUndo("nothing-to-undo", where=str(book))
        try:
            before = stack.enter_context(open_package(backup, for_writing=False))
        except NotAWorkbook as damaged:
            raise NothingToUndo("damaged-backup", where=str(backup)) from damaged
        report = undo_last(host, before, as_of)
        host.save()
    return report


def new_file(
    book: Path, language: Language, *, sample_as_of: dt.date | None = None
) -> dict[str, int]:
    """Copy the built workbook of a language, with sample rows where a date for them is given.

    Returns: rows by table. Raises: CannotWrite where something is there already; UsageError for
        another kind of file, which Excel would not open.
    """

    from salesbook.book.template import template_bytes
    from salesbook.sample.tables import sample_tables

    if not os.path.lexists(book):
        _refuse_other_kind(book, ".xlsm")
    _put_new(book, template_bytes(language))
    if sample_as_of is None:
        return {}
    try:
        with _gone_on_failure(book):
            return _fill(book, sample_tables(language, sample_as_of))
    finally:
        backup_path(Path(os.path.realpath(book))).unlink(missing_ok=True)


def _refuse_other_kind(book: Path, kind: str) -> None:
    if book.suffix.lower() != kind.lower():
        raise UsageError("other-kind-of-file", where=str(book), found=book.name, expected=kind)


def _put_new(book: Path, data: bytes) -> None:
    """Make a file that was not there, whole or not at all. Raises: CannotWrite."""
    try:
        with book.open("xb") as file, _gone_on_failure(book):
            file.write(data)
            file.flush()
    except FileExistsError:
        raise CannotWrite("already-there", where=str(book)) from None
    except OSError as error:
        raise CannotWrite(
            "cannot-write", where=str(book), found=error.strerror or str(error)
        ) from error


@contextlib.contextmanager
def _gone_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _fill(book: Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    with open_package(book, for_writing=True) as host:
        session = Session(host)
        writes = [session.prepared_write(name, frame).write for name, frame in tables.items()]
        host.write(writes)
        host.save()
    return {name: len(frame) for name, frame in tables.items()}
