"""How can a button's run be taken back? The tables it wrote are kept as they were, in a file."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from salesbook.hosts.memory import MemoryHost
from salesbook.store import Cell, CellError, TableCells

_VERSION: Final = 1
_MOST_BOOKS: Final = 20


class UndoFile:
    """The state of one workbook's tables before its last run.

    Each press of a button is a Python process of its own, so the state lies in a file: one per
    workbook, in the user's own folder, readable by the user alone.
    """

    def __init__(self, book: str) -> None:
        # A path may be longer than a file's name may be, and hold signs that a name may not.
        path = os.path.normcase(book).encode("utf-8", "surrogatepass")
        name = hashlib.blake2b(path, digest_size=12).hexdigest()
        self._path = _folder() / f"{name}.json"
        self._new = self._path.with_suffix(".new")

    def keep(self, tables: Sequence[TableCells]) -> bool:
        """Write tables aside for `take_new`. Returns: False where the disk refuses."""
        document = {"version": _VERSION, "tables": [_table_document(cells) for cells in tables]}
        try:
            self._new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
                json.dump(document, file, ensure_ascii=False)
        except OSError:
            self.drop_new()
            return False
        return True

    def take_new(self) -> None:
        """The run is done: from now on undo returns to what was put aside last, or to nothing."""
        try:
            if self._new.exists():
                self._new.replace(self._path)
                self._leave_newest()
        except OSError:
            # An older state would undo two runs at once.
            self.forget()

    def drop_new(self) -> None:
        """The run came to nothing: undo still returns to what it returned to before."""
        with contextlib.suppress(OSError):
            self._new.unlink(missing_ok=True)

    def forget(self) -> None:
        """Nothing can be undone any more."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def before(self) -> MemoryHost | None:
        """The tables as they were; None where nothing was kept, or by another version of ours."""
        try:
            document = json.loads(self._path.read_text(encoding="utf-8", errors="surrogatepass"))
            if document["version"] != _VERSION:
                return None
            return MemoryHost([_cells(table) for table in document["tables"]])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _leave_newest(self) -> None:
        """Forget the workbooks that were run longest ago."""
        files = list(self._path.parent.glob("*.json"))
        files.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[_MOST_BOOKS:]:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path("salesbook", appauthor=False) / "undo"


def _table_document(cells: TableCells) -> dict[str, Any]:
    return {
        "table": cells.table,
        "sheet": cells.sheet,
        "headers": cells.headers,
        "columns": [[_json_cell(cell) for cell in column] for column in cells.columns],
        "first_row": cells.first_row,
        "first_column": cells.first_column,
        "epoch_1904": cells.epoch_1904,
        "calculated": sorted(cells.calculated),
    }


def _cells(document: dict[str, Any]) -> TableCells:
    columns = ([_cell(value) for value in column] for column in document["columns"])
    # The other names are those of the fields, and their values what JSON knows.
    changed = {
        "headers": tuple(document["headers"]),
        "columns": tuple(columns),
        "calculated": frozenset(document["calculated"]),
    }
    return TableCells(**{**document, **changed})


def _json_cell(cell: Cell) -> Any:
    """A cell as JSON knows it; what JSON lacks is a document with one name."""
    if isinstance(cell, dt.datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"day": cell.isoformat()}
    if isinstance(cell, CellError):
        return {"error": cell.code}
    return cell


def _cell(value: Any) -> Cell:
    if not isinstance(value, dict):
        plain: Cell = value
        return plain
    if "moment" in value:
        return dt.datetime.fromisoformat(value["moment"])
    if "day" in value:
        return dt.date.fromisoformat(value["day"])
    return CellError(value["error"])
