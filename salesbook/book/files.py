"""The verbs on a workbook file: lock it, run, save it in one step."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from salesbook.actions import ACTIONS
from salesbook.book.backups import Backups
from salesbook.book.elsewhere import (
    Elsewhere,
    is_same_file,
    refuse_name_of_ours,
    refuse_place,
)
from salesbook.book.keeping import KeptStates, open_book
from salesbook.book.page_values import store_page_values
from salesbook.book.report import Options, Report
from salesbook.book.run import run_action
from salesbook.book.saved_elsewhere import save_notes
from salesbook.book.session import Session, unknown_table
from salesbook.book.undo import Obstacle, PastRun, Undo, past_runs
from salesbook.book.unlisted import with_unlisted_told
from salesbook.errors import CannotWrite, SalesbookError, UsageError
from salesbook.frames import empty_frame
from salesbook.hosts.package import Disk, is_companion, open_package, refuse_taken
from salesbook.labels import Language, table_of_name
from salesbook.progress import counted, tell
from salesbook.tables import TABLES
from salesbook.writing.body import RowChanges

if TYPE_CHECKING:
    import pandas as pd


_DRAFTS: Final = ".salesbook-"
"""How the folder is called in which a new workbook is made, until it is whole."""
_DRAFT: Final = "New.xlsm"
_HOURS_OF_A_DRAFT: Final = 24
"""A new workbook takes seconds: a folder as old as that was left by a command that was killed."""


def run_on_file(
    book: Path, action: str, options: Options, *, wait: float, out: Elsewhere | None = None
) -> Report:
    """Run one verb and save the workbook, or a copy of it with the results.

    Raises: SalesbookError of any kind; then no file changed.
    """
    if out and is_same_file(out.path, book):
        out = None
    if out:
        _refuse_other_kind(out.path, book.suffix)
        refuse_place(out)
        # Another file gets what it was on that day, and this one keeps what it is today.
        options = replace(options, yes=True)

    if ACTIONS[action].shows_first and not options.yes:
        with open_package(book, for_writing=False) as package:
            return run_action(package, action, options)

    with open_book(book, wait=wait, for_writing=out is None) as host:
        report = run_action(host, action, options)
        report = replace(report, notes=(*report.notes, *save_notes(host.package)))
        if out:
            host.save(out.path, over=out.may_replace)
        else:
            host.save()
    report = with_unlisted_told(report, out.path if out else book)
    return replace(report, kept=host.kept, notes=(*report.notes, *host.page_notes))


def table_of_book(book: Path, name: str) -> tuple[Session, str]:
    """Find one table of a workbook by its code, or its sheet's name in any language.

    Returns: the session that holds the table, and its code.

    Raises: NoSuchTable.
    """
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        table = table_of_name(name, TABLES)
        if table is None:
            raise unknown_table(name, where=str(book))
        session.refuse_without(table, where=str(book))
        session.table(table)
        return session, table


@dataclass(frozen=True)
class Standing:
    """A past run, and whether it can be taken back with all later ones."""

    run: PastRun
    obstacle: Obstacle | None


def undo_list(book: Path) -> tuple[list[Standing], Language]:
    """Every run that changed something, newest first, and the workbook's language.

    Raises: SalesbookError where the workbook cannot be read.
    """
    with open_package(book, for_writing=False) as host:
        undo = Undo(host, KeptStates(Backups(host.path)), str(book))
        standings = [Standing(run, undo.obstacle(run.number)) for run in undo.runs]
        return standings, undo.session.language


def newest_run(book: Path) -> dt.datetime | None:
    """The moment of the newest run, as it stands now; None where the workbook tells of none.

    That nothing can be read is for the undo itself to say.
    """
    with contextlib.suppress(SalesbookError), open_package(book, for_writing=False) as host:
        runs = past_runs(Session(host).frame("RunLog"))
        return runs[0].at if runs else None
    return None


def undo_file(
    book: Path,
    as_of: dt.date,
    *,
    wait: float,
    number: int = 1,
    announce: Callable[[Sequence[PastRun], Language], None] = lambda *_: None,
) -> Report:
    """Take back the last runs and imports, from the newest to that number.

    Args: announce is told, while the workbook is held and before anything is changed, what would be
        taken back; what it raises stops the undo.

    Raises: NothingToUndo; UndoLosesTyping where somebody has changed what they wrote.
    """
    # The lock comes first: a run that is still writing makes the backup that is wanted here.
    with open_book(book, wait=wait, for_writing=True) as host:
        undo = Undo(host, KeptStates(Backups(host.package.path)), str(book))
        announce(undo.ready(number), undo.session.language)
        report = undo.take_back(number, as_of)
        host.save()
        notes = save_notes(host.package)
    return replace(report, kept=host.kept, notes=(*report.notes, *notes, *host.page_notes))


def new_file(
    book: Path,
    language: Language,
    *,
    sample_as_of: dt.date | None = None,
    settings: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Copy the built workbook of a language, with sample rows where a day for them is given.

    The file is made in a folder of its own beside its place and comes to its name when it is whole,
    in one step: a command that is killed leaves no half workbook. Nothing that was there before is
    overwritten or deleted.

    Args:
        settings: values by key of Policy that differ from the template's.

    Returns: rows by table.

    Raises: CannotWrite where something is there already, or only runs write;
        UsageError for another kind of file, which Excel would not open.
    """
    from salesbook.book.template import template_bytes

    refuse_name_of_ours(book)
    refuse_taken(book)
    _refuse_other_kind(book, ".xlsm")
    _sweep_drafts(book.parent)
    try:
        with tempfile.TemporaryDirectory(prefix=_DRAFTS, dir=book.parent) as folder:
            draft = Path(folder) / _DRAFT
            _write_new(draft, template_bytes(language))
            if settings:
                _set(draft, settings)
            rows = {}
            if sample_as_of is not None:
                from salesbook.sample.tables import sample_tables

                rows = _fill(draft, sample_tables(language, sample_as_of))
            Disk().give_name(draft, book)
    except FileExistsError:
        raise CannotWrite("already-there", where=str(book)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotWrite("cannot-write", where=str(book), found=reason) from error
    return rows


def _sweep_drafts(folder: Path) -> None:
    """Remove what commands left that were killed a day ago or longer, as far as it is ours."""
    oldest = time.time() - _HOURS_OF_A_DRAFT * 3600
    for left in folder.glob(f"{_DRAFTS}????????"):
        with contextlib.suppress(OSError):
            if left.is_symlink() or left.stat().st_mtime > oldest:
                continue
            files = list(left.iterdir())
            if all(file.name == _DRAFT or is_companion(file) for file in files):
                for file in files:
                    file.unlink()
                left.rmdir()


def _refuse_other_kind(book: Path, kind: str) -> None:
    if book.suffix.lower() != kind.lower():
        raise UsageError("other-kind-of-file", where=str(book), found=book.name, expected=kind)


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file down to the medium."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _set(book: Path, settings: Mapping[str, str]) -> None:
    """Write settings into a new workbook, whose Policy has a row for every key."""
    with open_package(book, for_writing=True) as host:
        session = Session(host)
        keys = session.table("Policy").frame["key"]
        changes = {
            int(position): {"value": settings[key]}
            for position, key in keys.items()
            if key in settings
        }
        row_changes = RowChanges(empty_frame("Policy"), changes)
        host.write([session.prepared_changes("Policy", row_changes).write])
        store_page_values(host)
        host.save()


def _fill(book: Path, tables: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Write the tables into a new workbook. Returns: rows by table."""
    with open_package(book, for_writing=True) as host:
        session = Session(host)
        writes = [
            session.prepared_write(name, tables[name]).write for name in counted("writing", tables)
        ]
        tell("saving")
        host.write(writes)
        store_page_values(host)
        host.save()
    return {name: len(frame) for name, frame in tables.items()}
