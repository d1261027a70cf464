"""Does `undo` put back what a run or import wrote, or say by name why it does not?"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reliability import runs
from reliability.books import book_bytes, content, day, new_book, parts
from reliability.results import Figures, Result, none_of, told
from salesbook.hosts.package import backup_path, open_package
from salesbook.store import TableWrite

_AS_OF = ("--as-of", day(1), "--json")
_FILES = {
    "customers.csv": "Name,Company\nZoe Zoo,Zoo Ltd\nYan Yak,Yak Ltd\n",
    "deals.csv": "Deal name,Customer,Rep,Stage,Amount\nPens,New Customer,New Rep,Lead,500\n",
}
WRITERS: dict[str, tuple[object, ...]] = {
    "validate": ("validate", *_AS_OF),
    "split": ("split", *_AS_OF),
    "split --publish": ("split", *_AS_OF, "--publish"),
    "score": ("score", *_AS_OF),
    "tier": ("tier", *_AS_OF),
    "funnel": ("funnel", *_AS_OF),
    "refresh": ("refresh", *_AS_OF),
    "import": ("import", "customers.csv", "--into", "Customers", "--json"),
    "import --add-missing": ("import", "deals.csv", "--into", "Deals", "--add-missing", "--json"),
    "import --replace": (
        "import",
        "customers.csv",
        "--into",
        "Leads",
        "--replace",
        "--yes",
        "--json",
    ),
}


def run(work: Path, *, writers: tuple[str, ...] = tuple(WRITERS)) -> Result:
    """Undo after every writer, in every situation."""
    rows: list[tuple[str, ...]] = []
    wrong: list[str] = []
    count = 0
    for writer in writers:
        made = Written(work / f"undos-{len(rows)}", writer)
        found = [made.wrong or _tried(work / "undos", made, case) for case in CASES]
        count += len(found)
        wrong += [f"{writer}, {name}: {one}" for name, one in zip(CASES, found, strict=True) if one]
        rows.append((writer, *(one or "✓" for one in found)))
    return Result(
        *told("undos"),
        (Figures(("undo after", *CASES), tuple(rows)),),
        (none_of("restored, or refused by name", wrong, of=count),),
    )


class Written:
    """A book that a writer has written, with its backup, and what its tables held before."""

    def __init__(self, folder: Path, writer: str) -> None:
        self.book = new_book(folder)
        for name, text in _FILES.items():
            (folder / name).write_text(text, "utf-8")
        if writer == "split --publish":
            runs.salesbook("split", self.book, *_AS_OF)
        self.before = content(self.book)
        words = WRITERS[writer]
        place = [folder / str(word) if str(word).endswith(".csv") else word for word in words[1:]]
        done = runs.salesbook(words[0], self.book, *place)
        said = done.document or {}
        self.written = [*said.get("written", {}), *([said["table"]] if "table" in said else [])]
        self.wrong = ""
        if done.code not in (0, 1):
            self.wrong = f"{writer} exits {done.code}: {done.err[-200:]}"
        elif content(self.book) == self.before:
            self.wrong = f"{writer} wrote nothing"


def _tried(folder: Path, made: Written, case: str) -> str:
    """Bend a copy of a written book as the case says, undo. Returns: what was wrong."""
    shutil.copytree(made.book.parent, folder)
    wrong = CASES[case](folder / made.book.name, made.before, made.written)
    shutil.rmtree(folder)
    return wrong


def _undo(book: Path, expected: int) -> str:
    state = book.read_bytes()
    done = runs.salesbook("undo", book, "--json")
    if done.code != expected:
        return f"undo exits {done.code} {done.error_code}"
    return "refused, yet changed" if expected and book.read_bytes() != state else ""


def _at_once(book: Path, before: dict[str, Any], _: list[str]) -> str:
    return _undo(book, 0) or _same(content(book), before)


def _twice(book: Path, _: dict[str, Any], __: list[str]) -> str:
    return _undo(book, 0) or _undo(book, 22)


def _typed_into_result(book: Path, _: dict[str, Any], written: list[str]) -> str:
    table = next((name for name in written if _type(book, name)), "")
    return _undo(book, 23) if table else "nothing to type into"


def _typed_elsewhere(book: Path, before: dict[str, Any], written: list[str]) -> str:
    table = next(name for name in ("Products", "Feedback", "Reps") if name not in written)
    _type(book, table)
    wrong = _undo(book, 0)
    after = content(book)
    typed = after.pop(table) != before[table]
    rest = {name: cells for name, cells in before.items() if name != table}
    return wrong or _same(after, rest) or ("" if typed else "the typing is lost")


def _saved_by_excel(book: Path, before: dict[str, Any], _: list[str]) -> str:
    """Another program packs the same parts anew, as every save of Excel does."""
    held = parts(book)
    with zipfile.ZipFile(book, "w", zipfile.ZIP_STORED) as package:
        for name, data in reversed(held.items()):
            package.writestr(name, data)
    return _undo(book, 0) or _same(content(book), before)


def _without_backup(book: Path, _: dict[str, Any], __: list[str]) -> str:
    backup_path(book).unlink()
    return _undo(book, 22)


def _other_backup(book: Path, _: dict[str, Any], __: list[str]) -> str:
    """The backup is another state of the book: older by a run."""
    runs.salesbook("validate", book, "--as-of", day(2))
    backup_path(book).write_bytes(book_bytes())
    return _undo(book, 22)


def _damaged_backup(book: Path, _: dict[str, Any], __: list[str]) -> str:
    backup_path(book).write_bytes(b"PK\x03\x04 no zip")
    return _undo(book, 10)


CASES: dict[str, Callable[[Path, dict[str, Any], list[str]], str]] = {
    "at once": _at_once,
    "twice": _twice,
    "typed into a result (23)": _typed_into_result,
    "typed elsewhere": _typed_elsewhere,
    "saved by another program": _saved_by_excel,
    "backup gone (22)": _without_backup,
    "backup of another state (22)": _other_backup,
    "backup damaged (10)": _damaged_backup,
}


def _type(book: Path, table: str) -> bool:
    """Type into a table's first row, as a person does in Excel: the backup stays as it is."""
    kept = backup_path(book).read_bytes()
    with open_package(book, for_writing=True) as host:
        cells = host.read(table)
        if not cells.row_count:
            return False
        header = next(one for one in cells.headers[1:] if one not in cells.calculated)
        column = list(cells.columns[cells.headers.index(header)])
        column[0] = "typed by hand"
        host.write([TableWrite(table, {header: column}, list(range(cells.row_count)))])
        host.save()
    backup_path(book).write_bytes(kept)
    return True


def _same(after: dict[str, Any], before: dict[str, Any]) -> str:
    """Name the tables that are not what they were; a blank row is no row."""
    differ = [name for name in before if _rows(after.get(name)) != _rows(before[name])]
    return f"not restored: {', '.join(differ)}" if differ else ""


def _rows(columns: Any) -> list[tuple[Any, ...]]:
    rows = list(zip(*columns, strict=True)) if columns else []
    return [row for row in rows if any(cell is not None for cell in row)]
