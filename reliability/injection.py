"""Does a hostile text stay text on every way in and out, and the same text?"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

from figures.results import Figures, Goal, Result, none_of
from reliability import runs
from reliability.books import day, new_book, parts
from reliability.payloads import PAYLOADS, STARTS_FORMULA, TOKENS
from reliability.words import told
from salesbook.hosts.package import open_package
from salesbook.labels import field_of_header
from salesbook.store import KEEP, NewCell, TableWrite
from salesbook.tables import TABLES

_TEXT = re.compile(rb"<t(?: [^>]*)?>[^<]*</t>")
_PLAIN_NUMBER = re.compile(r"[-+]?[\d.,]*\d%?")
MOST_UNITS = 32_767
TYPED = {"Deals": "Deal name", "Customers": "Name"}
"""Texts that result tables and findings quote, by table."""
Finding = tuple[str, list[str], list[str]]
"""A way, what was live on it, what was not the same text."""


def run(work: Path) -> Result:
    """Send every payload along every way."""
    found: list[Finding] = []
    for kind in ("csv", "xlsx"):
        book = new_book(work / kind)
        file = _file(
            book.parent / f"customers.{kind}", ["Name", "Company"], [[p, "Acme"] for p in PAYLOADS]
        )
        done = runs.salesbook("import", book, file, "--into", "Customers", "--json")
        if done.code:
            found.append((f"import from {kind}", [f"exit {done.code}"], []))
        found.append((f"import from {kind}: cells", _live(book), _altered(_shown(book), kind)))
        runs.salesbook("refresh", book, "--as-of", day(), "-q")
        found.append((f"import from {kind}: result tables", _live(book), []))
        found.append((f"import from {kind}: openpyxl reads", _formulas(book), []))
        found.append(
            ("table in the terminal", _odd(runs.salesbook("show", book, "Customers").out), [])
        )
    found += [
        _typed(work / "typed"),
        _rejects(work / "rejects"),
        _headers(work / "headers"),
        _messages(work / "messages"),
    ]
    rows = [(way, len(PAYLOADS), len(live), len(altered)) for way, live, altered in found]
    return Result(
        *told("injection", count=len(PAYLOADS)),
        (Figures(("way", "payloads", "live", "not the same text"), tuple(rows)),),
        (
            Goal("at least 40 payloads", len(PAYLOADS) >= 40, str(len(PAYLOADS))),
            none_of("nothing live", [f"{way}: {one}" for way, live, _ in found for one in live]),
            none_of(
                "no value corrupted", [f"{way}: {one}" for way, _, other in found for one in other]
            ),
        ),
    )


def _file(path: Path, headers: list[str], rows: list[list[str]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([headers, *rows])
        return path
    with xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet()
        for down, row in enumerate([headers, *rows]):
            for right, text in enumerate(row):
                sheet.write_string(down, right, text[:MOST_UNITS])
    return path


def _live(book: Path) -> list[str]:
    """Tokens that stand anywhere in the package but in the text of a cell."""
    found = []
    for name, data in parts(book).items():
        rest = _TEXT.sub(b"", data)
        found += [f"{token} in {name}" for token in TOKENS if token.encode() in rest]
    return found


def _formulas(book: Path) -> list[str]:
    """Cells that openpyxl takes for formulas or links."""
    held = openpyxl.load_workbook(book)
    cells = (cell for sheet in held.worksheets for row in sheet.iter_rows() for cell in row)
    return [
        cell.coordinate
        for cell in cells
        if (cell.data_type == "f" and "zq" in str(cell.value))
        or "zq" in str(getattr(cell.hyperlink, "target", ""))
    ]


def _shown(book: Path) -> list[str]:
    rows: Any = runs.salesbook("show", book, "Customers", "--json").document["rows"]
    return [str(row["name"]) for row in rows]


def visible(text: str) -> str:
    """A text without controls, zero-width characters and space around it; one kind of line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf")
    )
    return "".join(" " if char.isspace() and char != "\n" else char for char in kept).strip()


def _altered(names: Iterable[str], kind: str) -> list[str]:
    """Payloads that came in as something else. Too long a text must not come in, cut or whole."""
    seen = {visible(name) for name in names}
    lost = []
    for payload in PAYLOADS:
        bare = payload[1:] if payload.startswith("'=") else payload
        bare = bare[2:-1] if re.fullmatch(r'="[^"]*"', bare) else bare
        wanted = {visible(payload), visible(bare)} if kind == "csv" else {visible(payload)}
        is_in = bool(wanted & seen)
        if len(payload) > MOST_UNITS:
            if kind == "csv" and (is_in or any(name.startswith("too long") for name in seen)):
                lost.append(payload[:30])
        elif not is_in:
            lost.append(repr(payload[:40]))
    return lost


def _typed(folder: Path) -> Finding:
    """Payloads that people typed into the texts of the tables: after every verb, and as JSON."""
    book = new_book(folder, "sample")
    texts = [payload for payload in PAYLOADS if len(payload) <= MOST_UNITS]
    with open_package(book, for_writing=True) as host:
        for table, header in TYPED.items():
            cells = host.read(table)
            column: list[NewCell] = [*texts, *[KEEP] * (cells.row_count - len(texts))]
            host.write([TableWrite(table, {header: column}, list(range(cells.row_count)))])
        host.save()
    live = []
    for verb in ("split", "refresh"):
        runs.salesbook(verb, book, "--as-of", day(), "-q")
        live += _live(book)
    live += _formulas(book)
    altered = []
    for table, header in TYPED.items():
        done = runs.salesbook("show", book, table, "--json")
        field = field_of_header(table, header, TABLES[table].field_names)
        told_texts = {visible(str(row[field])) for row in done.document["rows"]}
        altered += [f"{table}: {text[:40]!r}" for text in texts if visible(text) not in told_texts]
        live += _odd(runs.salesbook("show", book, table).out)
    return "typed into tables, split, refresh, shown", live, altered


def _rejects(folder: Path) -> Finding:
    """The rejects file holds every payload harmless, and another import reads it as it was."""
    book = new_book(folder)
    rows = [[f"Deal {n}", "nobody knows this", payload] for n, payload in enumerate(PAYLOADS)]
    file = _file(folder / "deals.csv", ["Deal name", "Stage", "Note"], rows)
    runs.salesbook("import", book, file, "--into", "Deals", "--json")
    with (folder / "deals.rejects.csv").open(encoding="utf-8-sig", newline="") as opened:
        cells = [row[-1] for row in csv.reader(opened)][1:]
    live = [
        repr(c[:30])
        for c in cells
        if c[:1] in STARTS_FORMULA and c and not _PLAIN_NUMBER.fullmatch(c)
    ]
    back = [cell[1:] if cell[:1] == "'" and cell[1:2] in STARTS_FORMULA else cell for cell in cells]
    same = {visible(text) for cell in back for text in (cell, f"'{cell}", f'="{cell}"')}
    return "rejects file", live, [repr(p[:40]) for p in PAYLOADS if visible(p) not in same]


def _headers(folder: Path) -> Finding:
    """Payloads as headers of columns that are not taken: told, in the rejects file, in the
    terminal.
    """
    book = new_book(folder)
    headers = ["Deal name", "Stage", *(payload[:200] for payload in PAYLOADS)]
    file = _file(
        folder / "deals.csv", headers, [["A", "nobody knows this", *["x"] * len(PAYLOADS)]]
    )
    done = runs.salesbook("import", book, file, "--into", "Deals")
    with (folder / "deals.rejects.csv").open(encoding="utf-8-sig", newline="") as opened:
        cells = next(csv.reader(opened))
    live = [repr(cell[:30]) for cell in cells if cell and cell[0] in STARTS_FORMULA]
    return "headers of a file", live + _odd(done.out + done.err) + _live(book), []


def _messages(folder: Path) -> Finding:
    """Payloads as words of a command and names of files: what is said about them."""
    book = new_book(folder)
    live = []
    for payload in PAYLOADS:
        word = payload[:60].replace("\x00", "").replace("/", "_")
        file = folder / f"{word}.csv"
        file.write_text("Name\nAnna\n", "utf-8")
        for words in (
            ("show", book, word),
            ("import", book, file, "--into", "Customers", "--dry-run"),
        ):
            done = runs.salesbook(*words, setting=runs.Setting(folder=folder))
            live += _odd(done.out + done.err)
            live += [done.err[-100:]] if done.has_traceback else []
    return "messages about words and files", live, []


def _odd(text: str) -> list[str]:
    """Control characters that a terminal would obey."""
    odd = {char for char in text if unicodedata.category(char) == "Cc" and char not in "\n\t"}
    odd |= {char for char in text if char in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"}
    return sorted(map(repr, odd))
