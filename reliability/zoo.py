"""Does every foreign feature of a workbook outlive every verb, byte for byte?"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from figures.results import Figures, Goal, Result, none_of
from reliability import peer, runs
from reliability.books import day, forget_backups, members, new_book, parts
from reliability.pages import page_parts, without_values
from reliability.words import told
from reliability.zoo_book import NOTE, TABLE, Zoo, book_parts, part_relations
from reliability.zoo_parts import CELLS, FEATURES
from salesbook.hosts.package import open_package
from salesbook.sheets import note_sheets

_CHAIN = {"xl/calcChain.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
_ONLY = {
    "xl/workbook.xml": rb'<calcPr[^>]*/>| state="hidden"',
    "[Content_Types].xml": rb"<Override [^>]*calcChain[^>]*/>",
    "xl/_rels/workbook.xml.rels": rb"<Relationship [^>]*calcChain[^>]*/>",
}
"""What alone may differ in the book-wide parts."""
_BESIDE_ROWS = frozenset(["comments", "threadedComment", "vmlDrawing"])
"""The kinds of a sheet's parts in which what people put on rows has its places."""
_SPANS = re.compile(rb' ref="[^"]*"')
TOKENS = (
    [f.token for f in FEATURES] + [f"zoo-{name}".encode() for name, _ in CELLS] + [b"zoo-own-sheet"]
)
SPARED = frozenset(
    "drawing-with-shapes-and-text-boxes pivot-table pivot-cache notes external-link custom-properties".split()
)
"""Features whose stand-ins openpyxl stumbles over: not tried with it."""
NEW_CUSTOMERS = "Name,Company\nZoe Zoo,Zoo Ltd\n"


def run(work: Path, *, rows: str = "few") -> Result:
    """Run every verb on the zoo and compare all parts before and after."""
    zoo = make(work / "zoo", rows)
    tried = [(name, *_tried(work / "zoo-verbs", zoo, words)) for name, words in verbs(work)]
    beyond = [f"{name}: {one}" for name, _, _, found in tried for one in found]
    count = len(parts(zoo))
    table = [(name, count, changed, len(found)) for name, changed, _, found in tried]
    lost, tried_by_peer, gone = _peer(work / "zoo-peer", zoo)
    table.append(("openpyxl: load, save", count, 0, gone))
    return Result(
        *told("zoo", features=len(TOKENS), parts=count),
        (
            Figures(
                ("", "parts", "changed as the manual says", "changed or gone beyond that"),
                tuple(table),
            ),
            Figures(
                ("", "features", "lost"),
                (
                    ("salesbook", len(TOKENS), _lost(work, zoo)),
                    ("openpyxl", tried_by_peer, f"{len(lost)}: {', '.join(lost)}"),
                ),
            ),
        ),
        (
            none_of("no part changed beyond the manual's list", beyond, of=count * len(tried)),
            none_of("a user's notes follow their rows", [n for n, _, notes, _ in tried if notes]),
            Goal("every verb ran", all(changed for _, changed, _, _ in tried)),
        ),
    )


def make(folder: Path, rows: str = "few") -> Path:
    """A book with results in it, and the zoo."""
    book = new_book(folder, rows)
    runs.salesbook("refresh", book, "--as-of", day(), "-q")
    forget_backups(book)
    Zoo(book).settle()
    return book


def verbs(work: Path) -> Iterator[tuple[str, Callable[[Path], runs.Done]]]:
    """Every way to write a workbook, by name."""
    words: dict[str, tuple[object, ...]] = {
        name: (name, "--as-of", day(1))
        for name in ("validate", "score", "tier", "funnel", "refresh")
    }
    words["split"] = ("split", "--as-of", day(1))
    words["split --publish"] = ("split", "--as-of", day(1), "--publish")
    words["refresh --out"] = ("refresh", "--as-of", day(1), "--out")
    for name, said in words.items():
        yield name, partial(_verb, said)
    file = work / "zoo.csv"
    file.write_text(NEW_CUSTOMERS, "utf-8")
    yield "import", partial(_import, file)
    yield "import, then undo", partial(_undone, file)


def _verb(words: tuple[object, ...], book: Path) -> runs.Done:
    if words[-1] != "--out":
        return runs.salesbook(words[0], book, *words[1:], "--json")
    done = runs.salesbook(words[0], book, *words[1:], book.with_name("Out.xlsm"), "--json")
    book.with_name("Out.xlsm").replace(book)
    return done


def _import(file: Path, book: Path) -> runs.Done:
    return runs.salesbook("import", book, file, "--into", "Customers", "--json")


def _undone(file: Path, book: Path) -> runs.Done:
    _import(file, book)
    return runs.salesbook("undo", book, "--json")


def _tried(
    folder: Path, zoo: Path, verb: Callable[[Path], runs.Done]
) -> tuple[int, list[str], list[str]]:
    """Run a verb on a copy. Returns: allowed changes, notes that strayed, parts changed beyond the
    list.
    """
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copy(zoo, folder))
    done = verb(copy)
    if done.code not in (0, 1):
        return 0, [], [f"exit {done.code} {done.err[-200:]}"]
    changed = _changed(zoo, copy)
    allowed = _allowed(copy, done)
    beyond = sorted(changed - allowed) + _harmed_inside(zoo, copy, changed & allowed)
    strayed = _strayed_notes(copy)
    shutil.rmtree(folder)
    return len(changed & allowed), strayed, beyond


def _changed(before: Path, after: Path) -> set[str]:
    old, new = members(before), members(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _allowed(book: Path, done: runs.Done) -> set[str]:
    """What a run may change: parts of the tables it says it wrote and their sheets, and the
    book-wide few.
    """
    told_parts = book_parts(book)
    said = done.document
    written = {*said.get("written", {}), said.get("table"), "RunLog"}
    tables = [table for table in told_parts.tables.values() if table.code in written]
    ours = {part for table in tables for part in (table.part, table.sheet.part)}
    ours |= {
        relation.target
        for table in tables
        for relation in part_relations(book, table.sheet.part)
        if relation.kind in _BESIDE_ROWS
    }
    # Above results stands of which day they are, as every save knows.
    ours |= {t.sheet.part for t in told_parts.tables.values() if t.code in note_sheets()}
    return ours | page_parts(parts(book)) | _CHAIN | {"xl/workbook.xml", "xl/styles.xml"}


def _harmed_inside(before: Path, after: Path, changed: set[str]) -> list[str]:
    """What went wrong inside parts that may change: styles not appended to, elements after the
    cells lost.
    """
    old, new = parts(before), parts(after)
    harmed = []
    for name, growing in _ONLY.items():
        if name in changed and re.sub(growing, b"", old[name]) != re.sub(
            growing, b"", new.get(name, b"")
        ):
            harmed.append(f"{name}: more than the manual says")
    for name in changed & page_parts(new):
        if without_values(old[name]) != without_values(new[name]):
            harmed.append(f"{name}: more than what formulas show")
    if "xl/styles.xml" in changed and not _is_appended(old["xl/styles.xml"], new["xl/styles.xml"]):
        harmed.append("styles not appended to")
    for name in changed:
        if name.startswith("xl/tables/") and _SPANS.sub(b"", old[name]) != _SPANS.sub(
            b"", new[name]
        ):
            harmed.append(f"{name}: more than its size")
        is_beside_rows = b"commentList" in old[name] or b"ThreadedComments" in old[name]
        has_places = is_beside_rows or name.endswith(".vml")
        if has_places and _without_anchors(old[name]) != _without_anchors(new[name]):
            harmed.append(f"{name}: more than where notes stand")
        if name.startswith("xl/worksheets/") and _around(old[name]) != _around(new[name]):
            harmed.append(f"{name}: elements around the cells")
        harmed += [
            f"{name}: {t.decode()}"
            for t in TOKENS
            if t in old[name] and t not in new.get(name, b"")
        ]
    return harmed


def _without_anchors(part: bytes) -> bytes:
    """Notes, threads or their drawing without where they stand."""
    return re.sub(rb' ref="[^"]*"|<x:(Row|Anchor)>[^<]*<', b"", part)


def _is_appended(old: bytes, new: bytes) -> bool:
    formats = [
        re.findall(rb"<xf .*?(?:/>|</xf>)", data[data.index(b"<cellXfs") :]) for data in (old, new)
    ]
    return formats[1][: len(formats[0])] == formats[0]


def _around(sheet: bytes) -> bytes:
    """A sheet without its cells and without the places that grow with a table."""
    head, _, rest = sheet.partition(b"<sheetData")
    tail = rest.rpartition(b"</sheetData>")[2]
    return re.sub(rb' (?:sqref|ref)="[^"]*"', b"", head + tail)


def _strayed_notes(book: Path) -> list[str]:
    """Notes that stand beside another row's key."""
    with open_package(book, for_writing=False) as host:
        cells = host.read(TABLE)
    keys, notes = cells.columns[0], cells.columns[cells.headers.index(NOTE)]
    return [
        f"{key}: {note}"
        for key, note in zip(keys, notes, strict=True)
        if note != f"note on {key}" and key
    ]


def _lost(work: Path, zoo: Path) -> str:
    """Features that are in no part after a refresh."""
    copy = Path(shutil.copy(zoo, work / "lost.xlsm"))
    runs.salesbook("refresh", copy, "--as-of", day(1), "-q")
    whole = b"".join(parts(copy).values())
    lost = [token.decode() for token in TOKENS if token not in whole]
    return f"{len(lost)}{': ' if lost else ''}{', '.join(lost)}"


def _peer(folder: Path, zoo: Path) -> tuple[list[str], int, int]:
    """How openpyxl fares. Returns: features lost, features tried, parts changed or gone."""
    folder.mkdir()
    copy = Path(shutil.copy(zoo, folder))
    spared = [feature for feature in FEATURES if feature.name in SPARED]
    old = _without(copy, [part for feature in spared for part in (feature.part, *feature.more)])
    peer.save_in_place(str(copy))
    new = parts(copy)
    whole = b"".join([*new.values(), *(name.encode() for name in new)])
    tried = [token for token in TOKENS if token.decode().removeprefix("zoo-") not in SPARED]
    lost = [token.decode().removeprefix("zoo-") for token in tried if token not in whole]
    return lost, len(tried), len([name for name in old if old[name] != new.get(name)])


def _without(book: Path, parts_to_go: list[str]) -> dict[str, bytes]:
    """Take parts out of a book, with all that names them."""
    content = {name: data for name, data in parts(book).items() if name not in parts_to_go}
    for name in [one for one in content if one.endswith(".rels") or one == "[Content_Types].xml"]:
        for part in parts_to_go:
            pattern = rf'<(?:Relationship|Override) [^>]*"/{re.escape(part)}"[^>]*/>'.encode()
            content[name] = re.sub(pattern, b"", content[name])
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in content.items():
            package.writestr(name, data)
    return content
