"""What may go wrong on a user's Monday that no other section tries? One function each says what was
lost.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from figures.results import Figures, Result, none_of
from reliability import peer, runs
from reliability.books import content, day, debris, listing, new_book
from reliability.monday_faults import NO_LOCKS, bent
from reliability.words import told
from salesbook.labels import LANGUAGES

_AS_OF = ("--as-of", day(), "--json")
_VERBS = ("validate", "split", "score", "tier", "funnel", "refresh")


def run(work: Path) -> Result:
    """Live through every Monday."""
    rows = []
    for number, (name, live) in enumerate(MONDAYS.items()):
        folder = work / "mondays" / str(number)
        folder.mkdir(parents=True)
        rows.append((name, live(folder) or "nothing lost"))
    wrong = [f"{name}: {found}" for name, found in rows if found != "nothing lost"]
    return Result(
        *told("mondays"),
        (Figures(("what happens", "what became of it"), tuple(rows)),),
        (none_of("no row, cent or file lost without a word", wrong, of=len(rows)),),
    )


def _rows(book: Path, table: str) -> Any:
    return runs.salesbook("show", book, table, "--json").document["rows"]


def _untouched(book: Path, before: bytes, *files: str) -> str:
    if book.read_bytes() != before:
        return "the book changed"
    others = debris(book, *files)
    return f"debris {others}" if others else ""


def _interrupted(folder: Path, times: int = 40) -> str:
    chance = random.Random(5)
    for turn in range(times):
        book = new_book(folder / str(turn))
        before = book.read_bytes()
        running = runs.starting(
            "refresh",
            book,
            *_AS_OF,
            setting=runs.Setting(disturb=("reliability.kills:tell_of_save", None)),
        )
        if turn % 2:
            running.await_word(120)
        time.sleep(chance.uniform(0, 0.05 if turn % 2 else 1.5))
        running.interrupt()
        done = running.done()
        is_saved = book.read_bytes() != before
        if is_saved is not (done.code == 0) or debris(book):
            return (
                f"turn {turn}: exit {done.code}, saved: {is_saved}, {sorted(listing(book.parent))}"
            )
        shutil.rmtree(book.parent)
    return ""


def _little_memory(folder: Path) -> str:
    for megabytes in (150, 180, 200, 220, 240, 260, 280):
        book = new_book(folder / str(megabytes), "sample")
        before = book.read_bytes()
        done = runs.salesbook(
            "refresh", book, *_AS_OF, setting=runs.Setting(address_space=megabytes << 20)
        )
        wrong = _untouched(book, before) if done.code else ""
        if wrong:
            return f"{megabytes} MB: exit {done.code}, {wrong}"
    return ""


def _no_locks(folder: Path) -> str:
    for number in NO_LOCKS:
        book = new_book(folder / str(number))
        before = book.read_bytes()
        setting = runs.Setting(disturb=("reliability.monday_faults:without_locks", number))
        done = runs.salesbook("tier", book, *_AS_OF, setting=setting)
        wrong = _untouched(book, before) if done.code else ""
        if wrong or done.code not in (0, 18) or runs.salesbook("tier", book, *_AS_OF).code:
            return f"{errno.errorcode[number]}: exit {done.code}, {wrong}"
    return ""


def _clock(folder: Path) -> str:
    book = new_book(folder / "book")
    setting = runs.Setting(disturb=("reliability.monday_faults:clock_ahead", 400))
    runs.salesbook("refresh", book, *_AS_OF, setting=setting)
    ahead = content(book)
    runs.salesbook(
        "import", book, _file(folder, "Name,Company\nZoe Zoo,Zoo Ltd\n"), "--into", "Customers"
    )
    if content(book) == ahead:
        return "the import wrote nothing"
    done = runs.salesbook("undo", book, "--json")
    return "" if done.code == 0 and content(book) == ahead else f"undo exits {done.code}"


def _file(folder: Path, text: str) -> Path:
    path = folder / "file.csv"
    path.write_text(text, "utf-8")
    return path


def _conflict_copy(folder: Path) -> str:
    book = new_book(folder)
    copy = book.with_name("Sales-DESKTOP-7F3K.xlsm")
    shutil.copy(book, copy)
    kept = copy.read_bytes()
    done = runs.salesbook("refresh", book, *_AS_OF)
    return (
        ""
        if done.code == 0 and copy.read_bytes() == kept
        else f"exit {done.code}, or the copy changed"
    )


_NOTHING_TO_UNDO = 22


def _empty(folder: Path) -> str:
    for language in LANGUAGES:
        book = folder / f"{language}.xlsm"
        runs.salesbook("new", book, "--lang", language)
        for verb in _VERBS:
            before = content(book)
            codes = (
                runs.salesbook(verb, book, *_AS_OF).code,
                runs.salesbook("undo", book, "--json").code,
            )
            # A run that changes nothing has nothing to take back, and an undo says so.
            is_right = codes in ((0, 0), (0, _NOTHING_TO_UNDO))
            if not is_right or content(book) != before:
                return f"{language} {verb}: exits {codes}, or undo left something"
    return ""


def _leap_day(folder: Path) -> str:
    book = new_book(folder)
    customer, rep = _rows(book, "Customers")[0]["customer_id"], _rows(book, "Reps")[0]["rep_id"]
    text = f"Order ID,Customer,Rep,Amount,Ordered on\nLEAP,{customer},{rep},290.29,29.02.2028\n"
    runs.salesbook("import", book, _file(folder, text), "--into", "Orders", "--date-order", "dmy")
    kept = [
        (row["ordered_on"], row["amount"])
        for row in _rows(book, "Orders")
        if row["order_id"] == "LEAP"
    ]
    codes = [runs.salesbook(verb, book, "--as-of", "2028-02-29", "--json").code for verb in _VERBS]
    return (
        ""
        if kept == [("2028-02-29", 290.29)] and set(codes) <= {0, 1}
        else f"{kept}, exits {codes}"
    )


def _amounts(folder: Path) -> str:
    book = new_book(folder)
    customer, rep = _rows(book, "Customers")[0]["customer_id"], _rows(book, "Reps")[0]["rep_id"]
    typed = (
        "-5.01",
        "0.01",
        "9999999999999.99",
        "-9999999999999.99",
        "10000000000000.01",
        "9999999999999999",
    )
    lines = "".join(
        f"A{n},{customer},{rep},{amount},2026-01-02\n" for n, amount in enumerate(typed)
    )
    file = _file(folder, f"Order ID,Customer,Rep,Amount,Ordered on\n{lines}")
    done = runs.salesbook("import", book, file, "--into", "Orders", "--json").document
    found = {row["order_id"]: f"{row['amount']:.2f}" for row in _rows(book, "Orders")}
    shown = [found.get(f"A{n}") for n in range(len(typed))]
    wanted = [*typed[:4], None, None]
    return (
        "" if shown == wanted and done["rejected"] == 2 else f"{shown}, {done['rejected']} rejected"
    )


def _names(folder: Path) -> str:
    """Emoji, and letters with their accents apart, as Macs write them; then told as others write
    them.
    """
    book = new_book(folder)
    people = {
        "Jose\u0301 Garci\u0301a": "José García",
        "😀 Ann 👩\u200d👧": "😀 Ann 👩\u200d👧",
        "𠮷田": "𠮷田",
    }
    runs.salesbook("import", book, _file(folder, "Name\n" + "\n".join(people)), "--into", "Reps")
    reps = {row["name"]: row["rep_id"] for row in _rows(book, "Reps")}
    lines = "".join(f"X{n},{name},5\n" for n, name in enumerate(people.values()))
    file = _file(folder, f"Deal name,Rep,Amount,Stage\n{lines}".replace(",5\n", ",5,Won\n"))
    runs.salesbook("import", book, file, "--into", "Deals", "--json")
    deals = {row["name"]: row["rep_id"] for row in _rows(book, "Deals")}
    found = [deals.get(f"X{n}") for n in range(len(people))]
    return (
        ""
        if None not in found and found == list(reps.values())[-3:]
        else f"{found} of {list(reps)[-3:]}"
    )


def _other_savers(folder: Path) -> str:
    plain = new_book(folder / "plain", "sample")
    runs.salesbook("refresh", plain, *_AS_OF)
    wanted = content(plain)
    books = [new_book(folder / "openpyxl", "sample")]
    peer.save_in_place(str(books[0]))
    if shutil.which("soffice"):
        home = f"-env:UserInstallation=file://{folder}/profile"
        words = ["soffice", "--headless", home, "--convert-to", "xlsm:Calc MS Excel 2007 VBA XML"]
        source = new_book(folder / "source", "sample")
        subprocess.run(
            [*words, "--outdir", str(folder / "office"), str(source)], capture_output=True
        )
        books.append(folder / "office" / source.name)
    for book in books:
        done = runs.salesbook("refresh", book, *_AS_OF)
        if done.code or content(book) != wanted:
            return f"{book.parent.name}: exit {done.code}, or other results"
    return ""


def _named(bend: str, code: str) -> Callable[[Path], str]:
    """A book bent so that something would be missed: Checks must name it."""

    def live(folder: Path) -> str:
        book = new_book(folder)
        bent(bend, book)
        done = runs.salesbook("validate", book, *_AS_OF)
        found = {row["code"] for row in _rows(book, "Checks")} if done.code in (0, 1) else set()
        return "" if code in found else f"exit {done.code}, not named"

    return live


def _refused(bend: str, exits: int) -> Callable[[Path], str]:
    def live(folder: Path) -> str:
        book = new_book(folder)
        bent(bend, book)
        before = book.read_bytes()
        done = runs.salesbook("refresh", book, *_AS_OF)
        return _untouched(book, before) if done.code == exits else f"exit {done.code}"

    return live


def _mended_rejects(folder: Path) -> str:
    book = new_book(folder)
    file = _file(folder, "Deal name,Stage\nA,nowhere\n")
    mine = file.with_name("file.rejects.csv")
    mine.write_text("mended by hand", "utf-8")
    done = runs.salesbook("import", book, file, "--into", "Deals", "--json")
    return (
        ""
        if done.code == 3 and mine.read_text("utf-8") == "mended by hand"
        else f"exit {done.code}"
    )


def _own_book(folder: Path) -> str:
    book = new_book(folder)
    before = content(book)
    done = runs.salesbook("import", book, book, "--into", "Customers", "--json")
    return "" if content(book) == before else f"exit {done.code}, the tables changed"


def _output_full(folder: Path) -> str:
    book = new_book(folder)
    before = book.read_bytes()
    setting = runs.Setting(disturb=("reliability.monday_faults:output_full", None))
    done = runs.salesbook("refresh", book, *_AS_OF, setting=setting)
    is_true = (book.read_bytes() != before) is (done.code == 0)
    return "" if is_true and not done.has_traceback else f"exit {done.code}: {done.err[-100:]}"


def _extra_rights(folder: Path) -> str:
    """The file's own attributes, such as tags, stay with the name."""
    book = new_book(folder)
    try:
        os.setxattr(book, "user.tag", b"mine")
    except OSError:
        return ""
    runs.salesbook("tier", book, *_AS_OF)
    return "" if "user.tag" in os.listxattr(book) else "the file's attributes are gone"


MONDAYS: dict[str, Callable[[Path], str]] = {
    "Ctrl-C at 40 random moments of `refresh`, half of them in the save": _interrupted,
    "seven sizes of memory that are or may be too small": _little_memory,
    "a network drive that knows no locks, in three ways": _no_locks,
    "a clock that jumped 400 days back after a run": _clock,
    "a conflict copy beside the book": _conflict_copy,
    "no row in any table, every verb and its undo, both languages": _empty,
    "a leap day as day of an order and of the runs": _leap_day,
    "amounts that are negative, of 15 and of 16 digits": _amounts,
    "emoji, rare letters, accents apart in names": _names,
    "a book saved by openpyxl, and by LibreOffice": _other_savers,
    "an amount by a formula whose value the file lacks": _named("formula", "formula-without-value"),
    "an order typed right below the table": _named("below", "row-below-table"),
    "the column Amount renamed": _named("renamed", "column-not-there"),
    "the key column deleted": _refused("key deleted", 14),
    "two tables of one name": _refused("twins", 10),
    "rejects mended by hand, then the file imported again": _mended_rejects,
    "the book imported into itself": _own_book,
    "standard output on a full disk": _output_full,
    "a file with attributes of its own": _extra_rights,
}
