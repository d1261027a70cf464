"""How is a workbook kept before a run changes it, whichever face runs it?"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from salesbook.book.backups import Backups, Kept, is_backup
from salesbook.book.first_rows import tables_first_filled
from salesbook.book.page_values import ReadForPages, store_page_values
from salesbook.book.tabs import settle_tabs
from salesbook.errors import CannotWrite, NothingToUndo
from salesbook.hosts.package import Disk, PackageHost, open_package
from salesbook.labels import code_of_choice, field_of_header
from salesbook.messages import Message
from salesbook.progress import tell
from salesbook.store import KEEP, Annotation, Cell, Host, NewCell, TableCells, TableWrite
from salesbook.tables.settings import Rules

if TYPE_CHECKING:
    from salesbook.book.undo import PastRun

_LOG: Final = "RunLog"
_PRIVATE: Final = 0o600


class KeptBook:
    """A workbook file as a host that keeps the state before its run.

    Made by `open_book`, which holds the lock.
    """

    def __init__(self, package: PackageHost) -> None:
        self.package = package
        self.kept: Kept | None = None
        """What became of the state before, once it was saved; None where it was not to be kept."""
        self.page_notes: tuple[Message, ...] = ()
        """What to say, once it was saved, of pages that could not be calculated."""
        self._run: RunToKeep | None = None
        self._read = ReadForPages()
        self._written: set[str] = set()

    def table_codes(self) -> tuple[str, ...]:
        """Codes of the tables that are there."""
        return self.package.table_codes()

    def read(self, table: str) -> TableCells:
        """One table's raw cells."""
        cells = self.package.read(table)
        if table not in self._written:
            self._read.remember(cells)
        return cells

    def headers(self, table: str) -> Sequence[str]:
        """One table's headers."""
        return self.package.headers(table)

    def annotations(self, table: str) -> Sequence[Annotation]:
        """What people put on the rows of one table."""
        return self.package.annotations(table)

    def losses(self, write: TableWrite) -> Sequence[Annotation]:
        """What a write could not take along though its row stays."""
        return self.package.losses(write)

    def named_columns(self, headers: Collection[str]) -> frozenset[str]:
        """Those headers that some formula of the workbook names."""
        return self.package.named_columns(headers)

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Stage these bodies, and that results which come to be are seen; the file changes only on
        `save`.
        """
        self._run = self._run or RunToKeep.of(self.read, self.table_codes(), writes)
        first_filled = tables_first_filled(self.read, writes)
        self.package.write(writes)
        for write in writes:
            self._written.add(write.table)
            self._read.forget(write.table)
        settle_tabs(self.package, self.package.read, first_filled)

    def keep(self) -> None:
        """Have the state before kept though no write of a table tells that anything changes."""
        self._run = self._run or RunToKeep.now(self.read, self.table_codes())

    def save(self, out: Path | None = None, *, over: bool = False) -> None:
        """Put what was staged on disk, with what the pages show, and the state before among the
        backups.
        """
        tell("saving")
        if self.package.is_changed:
            self.page_notes = store_page_values(self.package, self._read)
        self.package.save(out, over=over, keeping=self._keeping if self._run else None)

    @contextlib.contextmanager
    def _keeping(self, before: bytes) -> Iterator[None]:
        if self._run is None:
            yield
            return

        def fill(path: Path) -> None:
            self.package.disk.write(path, before, _PRIVATE)

        backups = Backups(self.package.path, self.package.disk)
        with self._run.keeping(backups, fill) as kept:
            yield
        self.kept = kept


class KeptStates:
    """The backups of a workbook as what an undo asks for."""

    def __init__(self, backups: Backups) -> None:
        self._backups = backups

    @contextlib.contextmanager
    def before(self, run: PastRun) -> Iterator[Host]:
        """Open the state before a run.

        Raises: NothingToUndo where there is none, or somebody changed it.
        """
        backups = self._backups.before(run.at)
        if not backups:
            raise NothingToUndo("no-backup")
        whole = next((backup for backup in backups if backup.is_whole()), None)
        if whole is None:
            raise NothingToUndo("damaged-backup", where=str(backups[0].path))
        with open_package(whole.path, for_writing=False) as package:
            yield package


@contextlib.contextmanager
def open_book(
    path: str | Path, *, wait: float = 10.0, for_writing: bool, disk: Disk | None = None
) -> Iterator[KeptBook]:
    """Open a workbook file as `open_package` does, with what a run does to it kept.

    Raises: CannotWrite for writing into a backup, and whatever `open_package` refuses.
    """
    if for_writing and is_backup(Path(os.path.realpath(path))):
        # An undo of the workbook itself would no longer find the state that it goes back to.
        raise CannotWrite("is-a-backup", where=str(path))
    with open_package(path, wait=wait, for_writing=for_writing, disk=disk) as package:
        yield KeptBook(package)


class RunToKeep:
    """A run that is about to change more of a workbook than its log."""

    def __init__(self, at: dt.datetime, megabytes: int) -> None:
        self.at = at
        self.megabytes = megabytes

    @classmethod
    def of(
        cls,
        read: Callable[[str], TableCells],
        codes: Sequence[str],
        writes: Sequence[TableWrite],
    ) -> RunToKeep | None:
        """The run that these writes are of; None where they change nothing but the log."""
        others = [write for write in writes if write.table != _LOG]
        if not any(changes_something(read(write.table), write) for write in others):
            return None

        log = next((write for write in writes if write.table == _LOG), None)
        # A workbook without a log keeps its states too; they are for people to open.
        at = (log and _newest_moment(log)) or dt.datetime.now()
        return cls(at.replace(microsecond=0), _megabytes_of(read, codes))

    @classmethod
    def now(cls, read: Callable[[str], TableCells], codes: Sequence[str]) -> RunToKeep:
        """A run at this moment."""
        return cls(dt.datetime.now().replace(microsecond=0), _megabytes_of(read, codes))

    def keeping(
        self, backups: Backups, fill: Callable[[Path], None]
    ) -> AbstractContextManager[Kept]:
        """Keep what `fill` writes as the state before this run, unless the run fails."""
        return backups.keeping(self.at, fill, megabytes=self.megabytes)


def changes_something(now: TableCells, write: TableWrite) -> bool:
    """Whether a write changes any cell of a table, as far as that can be told without reading more.

    A table without rows shows one blank row, which stays.
    """
    if write.new_headers or write.gone_headers or write.annotations:
        return True
    if any(_gives_a_value(column) for column in write.columns.values()):
        return True
    if not write.sources and now.row_count <= 1:
        typed = _typed_columns(now)
        return any(cell not in (None, "") for column in typed for cell in column)
    return list(write.sources) != list(range(now.row_count))


def _gives_a_value(column: Sequence[NewCell]) -> bool:
    return any(cell is not KEEP for cell in column)


def _typed_columns(cells: TableCells) -> Iterator[Sequence[Cell]]:
    for header, column in zip(cells.headers, cells.columns, strict=True):
        if header not in cells.calculated:
            yield column


def _newest_moment(log: TableWrite) -> dt.datetime | None:
    """The moment of the run whose row this write adds: the newest in its column."""
    for header, column in log.columns.items():
        if field_of_header(_LOG, header, ("at",)) != "at":
            continue
        moments = [cell for cell in column if isinstance(cell, dt.datetime)]
        return max(moments, default=None)
    return None


def _megabytes_of(read: Callable[[str], TableCells], codes: Sequence[str]) -> int:
    """What the states that are kept may take together."""
    megabytes = _megabytes(read("Policy")) if "Policy" in codes else None
    return Rules().backup_megabytes if megabytes is None else megabytes


def _megabytes(settings: TableCells) -> int | None:
    """What the setting `backup_megabytes` says; None where it is missing or makes no sense.

    A run that could not read its settings otherwise may still be undone.
    """
    columns: dict[str | None, Sequence[Cell]] = {}
    for header, column in zip(settings.headers, settings.columns, strict=True):
        columns.setdefault(field_of_header("Policy", header, ("key", "value")), column)

    for key, value in zip(columns.get("key", ()), columns.get("value", ()), strict=False):
        if code_of_choice("Policy.key", str(key), ("backup_megabytes",)) != "backup_megabytes":
            continue
        try:
            megabytes = int(float(str(value)))
        except ValueError:
            return None
        return megabytes if megabytes >= 0 else None
    return None
