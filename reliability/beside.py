"""Does what people put beside our rows outlive every verb: each kind of mark, rows that go and come?"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from figures.results import Figures, Result, none_of
from reliability import peer, runs
from reliability.books import day, fill, new_book
from reliability.hand import Hand
from reliability.marks import KINDS, Ledger, broken_columns, key_headers, own_columns
from reliability.seen import SeenBook
from reliability.words import told
from salesbook.labels import header
from salesbook.sample.tables import sample_tables

_RUNS: dict[str, tuple[str, ...]] = {
    "tier": ("CallList", "CustomerTiers"),
    "score": ("Scorecard", "Commission"),
    "funnel": ("Alerts", "Forecast"),
    "validate": ("Checks", "Duplicates"),
    "split": ("TargetPlan",),
    "refresh": ("CallList", "Scorecard", "Alerts"),
}
"""Tables whose rows are marked, by the verb that writes them."""
_THINNED = ("Deals", "Orders", "Activities", "Leads")
"""Tables that people type, of which rows are taken away and put back, so that results go and come."""
_STATES = ((False, 1), (True, 2), (False, 8), (True, 9))
"""Whether rows are taken away before a run, and its day. Marks are put where they are: then more is
overdue, so that results go when all calls are there again, and come back.
"""
_MAY_WAIT = "tier, customers deleted"
"""Where marks may stay parked though their row is there."""
PEER = "openpyxl: the rows of tier"


class Tries:
    """How often each kind of mark was looked for after which command, and what was wrong."""

    def __init__(self) -> None:
        self.tried: Counter[tuple[str, str]] = Counter()
        self.failed: Counter[tuple[str, str]] = Counter()
        self.wrong: list[str] = []

    def judge(self, name: str, book: SeenBook, ledger: Ledger) -> None:
        """Look for every mark."""
        waiting = [] if name == _MAY_WAIT else ledger.misplaced(book)
        faults = [*ledger.strayed(book), *waiting]
        self.tried.update((mark.kind, name) for mark in ledger.marks)
        self.failed.update((mark.kind, name) for mark, _ in faults)
        self.wrong += [f"{name}: {mark}: {fault}" for mark, fault in faults]

    def cells(self, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """One line per kind: failures of tries under each command."""
        return tuple((kind, *(self._cell(kind, column) for column in columns)) for kind in KINDS)

    def _cell(self, kind: str, column: str) -> str:
        tried = self.tried[kind, column]
        return f"{self.failed[kind, column]} of {tried}" if tried else ""


def run(
    work: Path,
    *,
    seeds: int = 3,
    verbs: Sequence[str] = tuple(_RUNS),
    cases: Sequence[str] = (
        "import",
        "import --replace",
        "tier, customers deleted",
        "undo of tier",
    ),
    peer_too: bool = True,
) -> Result:
    """Mark rows, run every verb while rows go and come back, and look for the marks."""
    tries, theirs = Tries(), Tries()
    extra: list[str] = []
    for seed in range(seeds):
        for verb in verbs:
            extra += _verb(work / "beside", verb, seed, tries)
        for name in cases:
            extra += _CASES[name](work / "beside", name, seed, tries)
    if peer_too:
        _peer(work / "beside-peer", theirs)
    columns = (*verbs, *cases)
    rows = [(*line, theirs._cell(line[0], PEER)) for line in tries.cells(columns)]
    count = sum(tries.tried.values())
    return Result(
        *told("beside"),
        (Figures(("failures of tries", *columns, PEER), tuple(rows)),),
        (
            none_of("every mark at its row or parked, once, and back with its row", tries.wrong, of=count),
            none_of("nothing on rows where nobody put it, nothing that Excel would repair", extra),
        ),
    )  # fmt: skip


def _marked(folder: Path, tables: Sequence[str], seed: int) -> tuple[Path, Ledger]:
    """A book with results, on whose rows people have put something of every kind."""
    shutil.rmtree(folder, ignore_errors=True)
    book = new_book(folder, "sample")
    _thin(book, seed)
    runs.salesbook("refresh", book, "--as-of", day(), "-q")
    hand = Hand(book)
    ledger, chance = Ledger(), Random(seed)
    for table in tables:
        own_columns(hand, table)
    for table in tables:
        for kind in KINDS:
            # On the call list four of each: 44 remarks.
            for _ in range(4 if table == "CallList" else 2):
                ledger.put(hand, table, kind, chance)
    hand.save()
    return book, ledger


def _verb(folder: Path, verb: str, seed: int, tries: Tries) -> list[str]:
    """Run a verb while rows of its results go, and when they come back."""
    tables = _RUNS[verb]
    book, ledger = _marked(folder, tables, seed)
    extra = []
    for is_thinned, later in _STATES:
        _thin(book, seed if is_thinned else None)
        done = runs.salesbook(verb, book, "--as-of", day(later), "--json")
        name = f"{verb}, seed {seed}"
        refused = _refusal(name, done)
        extra += refused or _look(name, book, ledger, tables, tries)
    return extra


def _look(name: str, book: Path, ledger: Ledger, tables: Sequence[str], tries: Tries) -> list[str]:
    """Judge a book. Returns: what is on it that nobody put there, or that Excel would repair."""
    seen = SeenBook(book)
    tries.judge(name.partition(", seed")[0], seen, ledger)
    found = ledger.strangers(seen) + broken_columns(seen, tables, ledger) + seen.harmed_comments()
    return [f"{name}: {one}" for one in found]


def _refusal(name: str, done: runs.Done) -> list[str]:
    is_good = done.code in (0, 1) and not done.has_traceback
    return [] if is_good else [f"{name}: exit {done.code} {done.error_code} {done.err[-150:]}"]


def _thin(book: Path, seed: int | None, tables: Sequence[str] = _THINNED) -> None:
    """Take away some rows of what people typed, or with None have all of them again."""
    frames = {}
    for table in tables:
        frame = sample_tables("en")[table]
        if seed is not None:
            frame = frame.sample(frac=0.6, random_state=seed).reset_index(drop=True)
        frames[table] = frame
    fill(book, frames)


def _import(folder: Path, name: str, seed: int, tries: Tries) -> list[str]:
    """Marks on customers, then an import that changes some and adds others."""
    tables = ("Customers",)
    book, ledger = _marked(folder, tables, seed)
    keys = [mark.key[0] for mark in ledger.marks[::3]]
    lines = [f"{key},Renamed {key}" for key in keys] + [f"N{n},New {n}" for n in range(5)]
    file = folder / "customers.csv"
    file.write_text("\n".join(["Customer ID,Name", *lines]) + "\n", "utf-8")
    done = runs.salesbook("import", book, file, "--into", "Customers", "--json")
    extra = _refusal(name, done)
    return extra + _look(name, book, ledger, tables, tries)


def _replace(folder: Path, name: str, seed: int, tries: Tries) -> list[str]:
    """Marks on leads, then an import that replaces all of them, and one that brings them back."""
    tables = ("Leads",)
    book, ledger = _marked(folder, tables, seed)
    extra = []
    leads = sample_tables("en")["Leads"]
    fields = ("lead_id", "name", "received_at", "status")
    for part in (leads.sample(frac=0.5, random_state=seed), leads):
        file = folder / "leads.csv"
        headers = [header("Leads", field, "en") for field in fields]
        part[list(fields)].to_csv(file, index=False, header=headers)
        done = runs.salesbook(
            "import", book, file, "--into", "Leads", "--replace", "--yes", "--json"
        )
        extra += _refusal(name, done)
        extra += _look(name, book, ledger, tables, tries)
    return extra


def _deleted(folder: Path, name: str, seed: int, tries: Tries) -> list[str]:
    """Customers are deleted and typed again: nobody knows whether an id still means the same one, so
    what was put on their rows may stay parked, but is not lost.
    """
    tables = _RUNS["tier"]
    book, ledger = _marked(folder, tables, seed)
    extra = []
    for gone in (seed, None):
        _thin(book, gone, ("Customers",))
        extra += _refusal(name, runs.salesbook("tier", book, "--as-of", day(1), "--json"))
        extra += _look(name, book, ledger, tables, tries)
    return extra


def _undo(folder: Path, name: str, seed: int, tries: Tries) -> list[str]:
    """A run by which rows go is taken back: their marks are where they were."""
    tables = _RUNS["tier"]
    book, ledger = _marked(folder, tables, seed)
    before = SeenBook(book)
    _thin(book, None)
    extra = _refusal(name, runs.salesbook("tier", book, "--as-of", day(1), "--json"))
    extra += _refusal(name, runs.salesbook("undo", book, "--json"))
    extra += _look(name, book, ledger, tables, tries)
    after = SeenBook(book)
    for table in tables:
        old, new = (_body(seen, table) for seen in (before, after))
        differ = [
            f"{one} is now {other}" for one, other in zip(old, new, strict=False) if one != other
        ]
        if old != new:
            extra.append(f"{name}: {table} is not what it was: {len(new)} rows, {differ[:1]}")
    return extra


def _body(book: SeenBook, table: str) -> list[tuple[Any, ...]]:
    keys = key_headers(book.tables[table])
    return [
        (
            row.key(keys),
            {k: v for k, v in row.values.items() if k not in row.formulas},
            row.formulas,
        )
        for row in book.rows(table)
    ]


_CASES: dict[str, Callable[[Path, str, int, Tries], list[str]]] = {
    "import": _import,
    "import --replace": _replace,
    _MAY_WAIT: _deleted,
    "undo of tier": _undo,
}


def _peer(folder: Path, tries: Tries) -> None:
    """Have openpyxl put the very rows of a `tier` into a copy of the book, as a script would."""
    tables = _RUNS["tier"]
    book, ledger = _marked(folder, tables, 0)
    copy = Path(shutil.copy(book, folder / "Theirs.xlsm"))
    _thin(book, None)
    runs.salesbook("tier", book, "--as-of", day(1), "-q")
    ours = SeenBook(book)
    bodies = {}
    for table in tables:
        columns = [one for one in ours.tables[table].headers if not one.startswith("My ")]
        bodies[ours.tables[table].sheet_name, table] = [
            [row.values.get(one) for one in columns] for row in ours.rows(table)
        ]
    peer.put_rows(str(copy), bodies)
    tries.judge(PEER, SeenBook(copy), ledger)
