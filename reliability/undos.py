"""Does `undo` put back what a run or import wrote, or say by name why it does not?"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import shutil
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from figures.results import Figures, Goal, Result, none_of
from reliability import runs
from reliability.books import backups_of, book_bytes, content, day, debris, new_book, parts
from reliability.words import told
from salesbook.book.backups import Backups
from salesbook.hosts.package import Disk, open_package
from salesbook.store import TableWrite

_AS_OF = ("--as-of", day(1), "--json")
_YEAR = day(1)[:4]
_FILES = {
    "customers.csv": "Name,Company\nZoe Zoo,Zoo Ltd\nYan Yak,Yak Ltd\n",
    "leads.csv": "Received at,Name,Company\n2026-06-01 09:00,Zoe Zoo,Zoo Ltd\n",
    "deals.csv": "Deal name,Customer,Rep,Stage,Amount\nPens,New Customer,New Rep,Lead,500\n",
}
WRITERS: dict[str, tuple[object, ...]] = {
    "validate": ("validate", *_AS_OF),
    "split": ("split", *_AS_OF, "--year", _YEAR),
    "split --publish": ("split", *_AS_OF, "--publish"),
    "score": ("score", *_AS_OF),
    "tier": ("tier", *_AS_OF),
    "funnel": ("funnel", *_AS_OF),
    "refresh": ("refresh", *_AS_OF),
    "import": ("import", "customers.csv", "--into", "Customers", "--json"),
    "import --add-missing": ("import", "deals.csv", "--into", "Deals", "--add-missing", "--json"),
    "import --replace": (
        "import",
        "leads.csv",
        "--into",
        "Leads",
        "--replace",
        "--yes",
        "--json",
    ),
}


def run(
    work: Path,
    *,
    writers: tuple[str, ...] = tuple(WRITERS),
    depths: int = 30,
    turns: int = 120,
    kills: int = 40,
) -> Result:
    """Undo after every writer, in every situation; then in depth, over months, and killed."""
    rows: list[tuple[str, ...]] = []
    wrong: list[str] = []
    count = 0
    for writer in writers:
        made = Written(work / f"undos-{len(rows)}", writer)
        found = [made.wrong or _tried(work / "undos", made, case) for case in CASES]
        count += len(found)
        wrong += [f"{writer}, {name}: {one}" for name, one in zip(CASES, found, strict=True) if one]
        rows.append((writer, *(one or "✓" for one in found)))
    deep = _in_depth(work / "undos-deep", depths)
    thinned, most = _thinned(work / "undos-thinned", turns)
    killed, at_work = _killed_while_keeping(work / "undos-killed", kills)
    tries: tuple[tuple[object, ...], ...] = (
        ("undo --to N, N and what was typed drawn at random", depths, len(deep)),
        (f"runs over {turns // 2} days: most backups {most}", turns, len(thinned)),
        (f"killed while keeping or thinning: {at_work} were at work", kills, len(killed)),
    )
    return Result(
        *told("undos"),
        (
            Figures(("undo after", *CASES), tuple(rows)),
            Figures(("in depth", "tries", "wrong"), tries),
        ),
        (
            none_of("restored, or refused by name", wrong, of=count),
            none_of("every depth restores just what it says, or refuses by name", deep, of=depths),
            none_of("what is thinned is ours and old, and two always stay", thinned, of=turns),
            none_of("a kill leaves whole backups, and what the next run sweeps", killed, of=kills),
            Goal("kills hit keeping", at_work * 2 > kills or not kills, str(at_work)),
        ),
    )


class Written:
    """A book that a writer has written, with its backup, and what its tables held before."""

    def __init__(self, folder: Path, writer: str) -> None:
        self.book = new_book(folder)
        for name, text in _FILES.items():
            (folder / name).write_text(text, "utf-8")
        if writer == "split --publish":
            runs.salesbook(WRITERS["split"][0], self.book, *WRITERS["split"][1:])
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
    """The second one takes back the first."""
    after = content(book)
    return _undo(book, 0) or _undo(book, 0) or _same(content(book), after)


def _typed_into_result(book: Path, before: dict[str, Any], written: list[str]) -> str:
    """Into a table that the run changed; what stands in another is nothing that an undo would touch."""
    after = content(book)
    changed = (name for name in written if _rows(after[name]) != _rows(before[name]))
    table = next((name for name in changed if _type(book, name)), "")
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
    backups_of(book)[0].path.unlink()
    return _undo(book, 22)


def _other_backup(book: Path, _: dict[str, Any], __: list[str]) -> str:
    """The backup is whole, and another state of the book: somebody gave it the other's name."""
    newest = backups_of(book)[0]
    newest.path.unlink()
    with Backups(book).keeping(
        newest.at, lambda path: Disk().write(path, book.read_bytes(), 0o600), megabytes=500
    ):
        pass
    return _undo(book, 22)


def _damaged_backup(book: Path, _: dict[str, Any], __: list[str]) -> str:
    backups_of(book)[0].path.write_bytes(b"PK\x03\x04 no zip")
    return _undo(book, 22)


CASES: dict[str, Callable[[Path, dict[str, Any], list[str]], str]] = {
    "at once": _at_once,
    "twice: the second brings it back": _twice,
    "typed into a result (23)": _typed_into_result,
    "typed elsewhere": _typed_elsewhere,
    "saved by another program": _saved_by_excel,
    "backup gone (22)": _without_backup,
    "backup of another state (22)": _other_backup,
    "backup damaged (22)": _damaged_backup,
}


def _type(book: Path, table: str) -> bool:
    """Type into a table's first row, as a person does in Excel."""
    with open_package(book, for_writing=True) as host:
        cells = host.read(table)
        if not cells.row_count:
            return False
        header = next(one for one in cells.headers[1:] if one not in cells.calculated)
        column = list(cells.columns[cells.headers.index(header)])
        column[0] = "typed by hand"
        host.write([TableWrite(table, {header: column}, list(range(cells.row_count)))])
        host.save()
    return True


def _same(after: dict[str, Any], before: dict[str, Any]) -> str:
    """Name the tables that are not what they were; a blank row is no row."""
    differ = [name for name in before if _rows(after.get(name)) != _rows(before[name])]
    return f"not restored: {', '.join(differ)}" if differ else ""


def _rows(columns: Any) -> list[tuple[Any, ...]]:
    rows = list(zip(*columns, strict=True)) if columns else []
    return [row for row in rows if any(cell is not None for cell in row)]


def _in_depth(folder: Path, tries: int) -> list[str]:
    """Run some verbs, with typing or without, and take back some of them. Returns: what was wrong.

    Each table must be what it was before the first of these runs that changed it.
    """
    chance = random.Random(2026)
    wrong: list[str] = []
    for number in range(tries):
        book = new_book(folder / str(number))
        states = [content(book)]
        for verb in chance.sample(("validate", "score", "tier", "funnel"), chance.randint(2, 4)):
            runs.salesbook(verb, book, *_AS_OF)
            if content(book) != states[-1]:
                states.append(content(book))
        depth = chance.randint(1, len(states) - 1)
        typed = chance.random() < 0.4 and _type(book, _changed(states[-2], states[-1]))
        before = book.read_bytes()
        done = runs.salesbook("undo", book, "--to", depth, "--json")
        if typed:
            is_refused = done.code == 23 and book.read_bytes() == before
            wrong += [] if is_refused else [f"{number}: typed, exit {done.code}"]
        elif done.code or _same(content(book), states[-1 - depth]):
            differs = _same(content(book), states[-1 - depth])
            wrong.append(f"{number}: exit {done.code} {done.error_code} {differs}")
        shutil.rmtree(book.parent)
    return wrong


def _changed(before: dict[str, Any], after: dict[str, Any]) -> str:
    """A table that the last run changed and that has rows."""
    return next(name for name in after if before[name] != after[name] and _rows(after[name]))


def _thinned(folder: Path, turns: int) -> tuple[list[str], int]:
    """Keep two states a day, with files of somebody else's among them, in little room.

    Returns: what was wrong, and the most backups that there were.
    """
    book = new_book(folder)
    backups, most = Backups(book), 0
    mine = book.with_name("Sales backups") / "2020-01-01 08.00.00 0123456789abcdef.xlsm"
    wrong: list[str] = []
    day_one = dt.datetime(2026, 1, 1, 9)
    for turn in range(turns):
        at = day_one + dt.timedelta(hours=12 * turn)
        data = book_bytes() + turn.to_bytes(4, "big")
        megabytes = 500 if turn < turns // 2 else 1
        fill = partial(_write, data)
        with backups.keeping(at, fill, megabytes=megabytes):
            pass
        if not turn:
            mine.write_bytes(b"somebody else's")
        ours = [one for one in backups_of(book) if one.path != mine]
        most = max(most, len(ours))
        fits = sum(one.size for one in ours) <= megabytes * 1_000_000 or len(ours) == 2
        is_right = mine.read_bytes() == b"somebody else's" and fits and ours[0].at == at
        if not is_right or (megabytes == 500 and len(ours) < min(turn + 1, 20)):
            wrong.append(f"turn {turn}: {len(ours)} backups")
    return wrong, most


def _write(data: bytes, path: Path) -> None:
    Disk().write(path, data, 0o600)


def keep_for_ever(path: str, first: int) -> None:
    """Keep one state after another until somebody ends this process."""
    for turn in itertools.count(first):
        at = dt.datetime(2026, 1, 1) + dt.timedelta(hours=7 * turn)
        data = book_bytes() + turn.to_bytes(4, "big")
        with Backups(path).keeping(at, partial(_write, data), megabytes=2):
            runs.now()


def _killed_while_keeping(folder: Path, kills: int) -> tuple[list[str], int]:
    """Kill a process that does nothing but keep and thin. Returns: what was wrong, and how many
    processes had begun.
    """
    chance = random.Random(17)
    book = new_book(folder)
    wrong: list[str] = []
    turn = at_work = 0
    for number in range(kills):
        running = runs.start("reliability.undos:keep_for_ever", str(book), turn)
        at_work += running.await_word(60)
        time.sleep(chance.uniform(0, 0.08))
        running.kill()
        running.done()
        found = backups_of(book)
        left = {name for name in debris(book) if not name.startswith(".~salesbook-")}
        if left or len(found) < min(2, number + 1) or not all(one.is_whole() for one in found):
            wrong.append(f"{number}: {len(found)} backups, {left}")
        turn = int.from_bytes(found[0].path.read_bytes()[-4:], "big") + 1 if found else 0
    with Backups(book).keeping(dt.datetime(2030, 1, 1), partial(_write, book_bytes()), megabytes=2):
        pass
    return wrong + [f"not swept: {name}" for name in debris(book)], at_work
