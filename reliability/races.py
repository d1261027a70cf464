"""Is anything lost when two runs write the same workbook at once?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from figures.results import Figures, Goal, Result, none_of
from reliability import peer, runs
from reliability.books import content, debris, new_book
from reliability.words import told


def run(work: Path, *, races: int = 100, peer_races: int = 10) -> Result:
    """Race two imports of one customer each; every other time the second does not wait."""
    ours = [_race(work / "races" / str(turn), turn % 2 == 0) for turn in range(races)]
    theirs = [_peer_race(work / "races-peer" / str(turn)) for turn in range(peer_races)]
    good = ("both in, one waited", "one in, the other told who holds it")
    rows = [_row("salesbook import", ours), _row("openpyxl: load, append, save in place", theirs)]
    return Result(
        *told("races"),
        (
            Figures(
                (
                    "",
                    "races",
                    "both updates in",
                    "one in, the other refused by name",
                    "an update or the book lost",
                ),
                tuple(rows),
            ),
        ),
        (
            none_of("no update lost", [one for one in ours if one not in good], of=races),
            Goal(
                "they really met",
                good[1] in ours or races < 4,
                f"{ours.count(good[1])} refused by name",
            ),
        ),
    )


def _row(name: str, found: list[str]) -> tuple[object, ...]:
    counts = Counter(found)
    both, one = counts["both in, one waited"], counts["one in, the other told who holds it"]
    return name, len(found), both, one, len(found) - both - one


def _race(folder: Path, is_patient: bool) -> str:
    book = new_book(folder)
    names = ("Alpha Racing", "Beta Racing")
    wait = "20" if is_patient else "0"
    running = []
    for name in names:
        file = folder / f"{name}.csv"
        file.write_text(f"Name,Company\n{name},{name} Ltd\n", "utf-8")
        words = ("import", book, file, "--into", "Customers", "--json", "--wait", wait)
        running.append(runs.starting(*words))
    done = [one.done() for one in running]
    found = _verdict(book, names, done, is_patient)
    others = debris(book, *(f"{name}.csv" for name in names))
    return f"debris {others}" if others else found


def _verdict(book: Path, names: tuple[str, str], done: list[runs.Done], is_patient: bool) -> str:
    cells = {
        cell for column in content(book)["Customers"] for cell in column if isinstance(cell, str)
    }
    for name, one in zip(names, done, strict=True):
        if (one.code == 0) is not (name in cells):
            return f"exit {one.code}, yet {name} is {'in' if name in cells else 'lost'}"
    codes = sorted(one.code for one in done)
    if codes == [0, 0]:
        return "both in, one waited"
    refused = next(one for one in done if one.code)
    if codes == [0, 16] and not is_patient and "salesbook" in refused.err:
        return "one in, the other told who holds it"
    return f"exits {codes}: {refused.err[:120]}"


def _peer_race(folder: Path) -> str:
    book = new_book(folder)
    names = ("Alpha Racing", "Beta Racing")
    running = [runs.start("reliability.peer:append_customer", str(book), name) for name in names]
    done = [one.done() for one in running]
    if not peer.is_whole(book):
        return "book lost"
    found = peer.customers(book)
    lost = [
        name for name, one in zip(names, done, strict=True) if one.code == 0 and name not in found
    ]
    return f"{len(lost)} lost" if lost or any(one.code for one in done) else "both in, one waited"
