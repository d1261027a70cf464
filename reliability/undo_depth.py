"""Does `undo --to N` put back the very state before each of the last runs, and nothing else?"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from figures.results import Figures, Result, none_of
from reliability import runs
from reliability.books import day, new_book
from reliability.hand import Hand
from reliability.marks import POINTS, REMARK, key_headers, own_columns
from reliability.seen import MAIN, Body, SeenBook, bodies
from reliability.undos import WRITERS
from reliability.words import told

_RUNS = 8
"""Runs in a row on one book."""
_MOST_KEPT = 20
_FILES = {
    "customers.csv": "Name,Company\nZoe Zoo,Zoo Ltd\nYan Yak,Yak Ltd\n",
    "leads.csv": "Received at,Name,Company\n2026-06-01 09:00,Zoe Zoo,Zoo Ltd\n",
    "deals.csv": "Deal name,Customer,Rep,Stage,Amount\nPens,New Customer,New Rep,Lead,500\n",
}
Found = tuple[int, list[str]]
"""How often something was tried, and what was wrong."""


def run(work: Path, *, seeds: int = 4, kills: int = 20, names: tuple[str, ...] = ()) -> Result:
    """Try every case."""
    tried: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {}
    for name, (case, times) in CASES.items():
        if names and name not in names:
            continue
        for seed in range({"seeds": seeds, "once": 1, "kills": kills}[times]):
            folder = work / "undo-depth" / str(seed)
            count, faults = case(folder, seed)
            tried[name] += count
            wrong.setdefault(name, []).extend(faults)
            shutil.rmtree(folder, ignore_errors=True)
    rows = [(name, tried[name], len(wrong[name])) for name in wrong]
    faults = [f"{name}: {fault}" for name, found in wrong.items() for fault in found]
    return Result(
        *told("undo_depth", runs=_RUNS),
        (Figures(("case", "tries", "failures"), tuple(rows)),),
        (none_of("the very state before, or refused by name", faults, of=sum(tried.values())),),
    )


class Past:
    """A book, and what its tables held before each of its runs."""

    def __init__(self, folder: Path, seed: int, count: int = _RUNS, rows: str = "few") -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.book = new_book(folder / "book", rows)
        self.chance = Random(seed)
        self.before: list[dict[str, Body]] = []
        self.wrong: list[str] = []
        for name, text in _FILES.items():
            (folder / name).write_text(text, "utf-8")
        for number in range(1, count + 1):
            self._run(folder, self.chance.choice(tuple(WRITERS)), number)
        if not self.before:
            # Every draw found all as it was; there must be something to take back.
            self._run(folder, "tier", count + 1)

    def _run(self, folder: Path, writer: str, number: int) -> None:
        words = [*WRITERS[writer]]
        if "--as-of" in words:
            words[words.index("--as-of") + 1] = day(number)
        place = [folder / str(word) if str(word).endswith(".csv") else word for word in words[1:]]
        content = bodies(self.book)
        done = runs.salesbook(words[0], self.book, *place)
        # A run that finds all as it is changes the log alone, and is none to take back; a plan that
        # is to be published has to be split first, or the run is refused.
        if bodies(self.book) != content:
            self.before.append(content)
        if done.has_traceback:
            self.wrong.append(f"{writer} exits {done.code}")

    def copy(self, folder: Path) -> Path:
        """The book with all that lies beside it, at another place."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.book.parent, folder)
        return folder / self.book.name


def _undo(book: Path, *words: object) -> runs.Done:
    return runs.salesbook("undo", book, *words, "--yes", "--json")


def _differ(book: Path, wanted: dict[str, Body]) -> str:
    """Name the tables that are not as wanted."""
    found = bodies(book)
    names = [name for name in wanted if found.get(name) != wanted[name]]
    return f"not restored: {', '.join(names)}" if names else ""


def every_depth(folder: Path, seed: int, count: int = _RUNS) -> Found:
    """Take back 1, 2, 3 ... runs at once, each time from the newest state."""
    past = Past(folder, seed, count)
    wrong = list(past.wrong)
    for number in range(1, len(past.before) + 1):
        # Beside the book, under its name: backups belong to a path.
        book = past.copy(folder / "turn")
        done = _undo(book, "--to", number)
        fault = _differ(book, past.before[-number]) if done.code == 0 else f"exit {done.code}"
        wrong += (
            [f"--to {number} of {len(past.before)}: {fault} {done.err[-150:]}"] if fault else []
        )
    return len(past.before), wrong


def _back_and_forth(folder: Path, seed: int) -> Found:
    """Take back some runs, then the undo itself."""
    past = Past(folder, seed, 4)
    newest = bodies(past.book)
    number = past.chance.randint(1, max(1, len(past.before)))
    done = _undo(past.book, "--to", number)
    wrong = [f"--to {number}: exit {done.code}"] if done.code else []
    done = _undo(past.book)
    fault = _differ(past.book, newest) if done.code == 0 else f"exit {done.code} {done.err[-150:]}"
    return 1, wrong + ([f"undo of --to {number}: {fault}"] if fault else [])


def _one_by_one(folder: Path, seed: int) -> Found:
    """An undo is a run: asked twice, it comes back to where it was, or has nothing to take back."""
    past = Past(folder, seed, 3)
    newest = bodies(past.book)
    codes = [_undo(past.book).code, _undo(past.book).code]
    wanted = newest if codes[1] == 0 else past.before[-1]
    fault = _differ(past.book, wanted)
    return 1, [] if codes in ([0, 0], [0, 22]) and not fault else [f"exits {codes}: {fault}"]


def _typed_into_result(folder: Path, seed: int) -> Found:
    """Somebody typed into a table that a run wrote: refused by name, untouched."""
    past = Past(folder, seed, 1)
    for verb in ("tier", "funnel"):
        runs.salesbook(verb, past.book, "--as-of", day(9))
    _type(past.book, "CustomerTiers")
    state = past.book.read_bytes()
    done = _undo(past.book, "--to", 2)
    is_named = "CustomerTiers" in done.out + done.err or "Tiers" in done.out + done.err
    is_good = done.code == 23 and is_named and past.book.read_bytes() == state
    return 1, [] if is_good else [f"exit {done.code}, {done.err[-150:]}"]


def _typed_elsewhere(folder: Path, seed: int) -> Found:
    """Somebody typed into a table that no run wrote: restored, and the typing stays."""
    past = Past(folder, seed, 2)
    runs.salesbook("tier", past.book, "--as-of", day(9))
    wanted = bodies(past.book)
    runs.salesbook("tier", past.book, "--as-of", day(40))
    _type(past.book, "Products")
    typed = bodies(past.book)["Products"]
    done = _undo(past.book)
    fault = _differ(past.book, wanted | {"Products": typed})
    return 1, [] if done.code == 0 and not fault else [f"exit {done.code}, {fault}"]


def _recalculated(folder: Path, seed: int) -> Found:
    """44 formulas of the user's, calculated anew by Excel after the run: formulas afterwards too."""
    past = Past(folder, seed, 1, "sample")
    runs.salesbook("refresh", past.book, "--as-of", day(1))
    hand = Hand(past.book)
    own_columns(hand, "CallList")
    for row in hand.book.rows("CallList")[:44]:
        # No two alike: nothing that could be filled down.
        formula = f"=LEN(A{row.number})+{row.number}*RAND()"
        hand.type("CallList", row.number, REMARK, formula)
    hand.save()
    wanted = _relative(past.book)
    runs.salesbook("tier", past.book, "--as-of", day(30))
    hand = Hand(past.book)
    sheet = hand.book.tables["CallList"].sheet
    for formula in list(hand.tree(sheet).iter(f"{MAIN}f")):
        stored = formula.getparent().find(f"{MAIN}v")
        if stored is not None:
            stored.text = "0.123"
    hand.save()
    done = _undo(past.book)
    found = _relative(past.book)
    lost = [key for key, formula in wanted.items() if found.get(key) != formula]
    wrong = [f"exit {done.code} {done.err[-150:]}"] if done.code else []
    return len(wanted), wrong + [f"{key}: {found.get(key)}" for key in lost]


def _relative(book: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    """The user's formulas of the call list by key, each as it reads in row 1."""
    seen = SeenBook(book)
    keys = key_headers(seen.tables["CallList"])
    return {
        row.key(keys): (
            row.formulas.get(REMARK, "").replace(f"A{row.number})", "A1)"),
            row.formulas.get(POINTS, ""),
        )
        for row in seen.rows("CallList")
    }


def _retention(folder: Path, _: int) -> Found:
    """30 runs in a day, and a file of the user's among the backups: the last 20 can be taken back."""
    past = Past(folder, 0, 0)
    stranger = b"my own copy"
    own = past.book.with_name("Sales.backup.xlsm")
    own.write_bytes(stranger)
    before = []
    for number in range(30):
        if number == 1:
            beside = past.book.with_name("Sales backups")
            if beside.is_dir():
                (beside / "mine.xlsm").write_bytes(stranger)
        before.append(bodies(past.book))
        runs.salesbook("tier", past.book, "--as-of", day(number), "-q")
    wrong = []
    files = list(past.book.with_name("Sales backups").glob("*"))
    kept = [path for path in files if path.name != "mine.xlsm"]
    if not 2 <= len(kept) <= _MOST_KEPT + 1:
        wrong.append(f"{len(kept)} kept")
    mine = past.book.with_name("Sales backups") / "mine.xlsm"
    for path in (own, mine):
        if not path.exists() or path.read_bytes() != stranger:
            wrong.append(f"{path.name}, which is the user's, is gone or changed")
    done = _undo(past.book, "--to", _MOST_KEPT)
    fault = _differ(past.book, before[-_MOST_KEPT]) if done.code == 0 else f"exit {done.code}"
    wrong += [f"--to {_MOST_KEPT}: {fault}"] if fault else []
    state = past.book.read_bytes()
    done = _undo(past.book, "--to", 29)
    if done.code not in (22, 23) or past.book.read_bytes() != state:
        wrong.append(f"--to 29, which is no longer kept: exit {done.code}")
    return 34, wrong


def _killed(folder: Path, seed: int) -> Found:
    """A run is killed at a random moment: what was kept can be taken back, and nothing is left over."""
    past = Past(folder, seed, 2)
    state = past.book.read_bytes()
    chance = Random(seed)
    in_save = runs.Setting(disturb=("reliability.kills:tell_of_save", None))
    running = runs.starting("refresh", past.book, "--as-of", day(20), "-q", setting=in_save)
    if seed % 2:
        running.await_word(60)
    time.sleep(chance.uniform(0, 0.08 if seed % 2 else 1.2))
    running.kill()
    running.done()
    wanted = past.before[-1:] if past.book.read_bytes() == state else []
    wrong = []
    done = runs.salesbook("undo", past.book, "--list", "--json")
    if done.code not in (0, 22) or done.has_traceback:
        wrong.append(f"--list after the kill: exit {done.code}")
    now = bodies(past.book)
    if runs.salesbook("tier", past.book, "--as-of", day(21), "-q").code not in (0, 1):
        wrong.append("the next run fails")
    done = _undo(past.book)
    fault = _differ(past.book, now) if done.code == 0 else f"exit {done.code}"
    wrong += [f"undo of the next run: {fault}"] if fault else []
    if wanted:
        done = _undo(past.book, "--to", 3)
        fault = _differ(past.book, wanted[0]) if done.code == 0 else f"exit {done.code}"
        wrong += [f"undo of the run before: {fault}"] if fault else []
    wrong += [f"left over: {path.name}" for path in past.book.parent.rglob("*") if "~" in path.name]
    return 1, wrong


def _type(book: Path, table: str) -> None:
    """Type into the second column of a table's first row."""
    hand = Hand(book)
    row = hand.book.rows(table)[0]
    hand.type(table, row.number, hand.book.tables[table].headers[1], "typed by hand")
    hand.save()


CASES: dict[str, tuple[Callable[[Path, int], Found], str]] = {
    f"`undo --to N`, N from 1 to {_RUNS}, after as many random runs and imports": (
        every_depth,
        "seeds",
    ),
    "the undo of an `undo --to N`": (_back_and_forth, "seeds"),
    "`undo` twice": (_one_by_one, "seeds"),
    "somebody typed into a result: 23, by name, untouched": (_typed_into_result, "seeds"),
    "somebody typed into another table: restored, the typing stays": (_typed_elsewhere, "seeds"),
    "own formulas, calculated anew after the run: formulas they stay": (_recalculated, "once"),
    "30 runs in a day: the last 20 kept, no file of the user's touched": (_retention, "once"),
    "a run killed at a random moment, half of them in the save": (_killed, "kills"),
}
