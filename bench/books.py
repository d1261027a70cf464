"""Where are the workbooks that are measured? Made once per size from the built template,
then kept.
"""

from __future__ import annotations

import random
import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Final

from bench.company import company
from bench.peers import funnel_formulas
from salesbook import labels
from salesbook.book.session import Session
from salesbook.book.template import template_bytes
from salesbook.hosts.package import open_package
from salesbook.store import NewCell, TableWrite
from salesbook.tables import TABLES, Kind

_TYPED: Final = ("Customers", "Deals", "Orders", "Activities")
_JUNK: Final = ("tbc", "12,5OO", "31.13.2025", "?", "see note", "-")
_NOT_SPOILT: Final = (Kind.TEXT, Kind.MESSAGE)

_INLINE: Final = re.compile(rb' t="inlineStr"><is>(.*?)</is></c>', re.DOTALL)
_STRINGS: Final = re.compile(rb"(<sst [^>]*?)(?: count=[^>]*)?>.*(</sst>)", re.DOTALL)


def folder() -> Path:
    """The place of the made books: a new one whenever the template or the maker changes."""
    makers = b"".join(
        Path(__file__).with_name(name).read_bytes() for name in ("books.py", "company.py")
    )
    mark = blake2b(template_bytes("en") + makers, digest_size=6).hexdigest()
    place = Path(tempfile.gettempdir()) / f"salesbook-bench-{mark}"
    place.mkdir(exist_ok=True)
    return place


def all_of(deals: int) -> dict[str, Path]:
    """Every file that is measured at one size."""
    made = (book, spoilt_book, hollow_book, deals_csv, orders_csv, formulas_book)
    return {make.__name__: make(deals) for make in made}


def formulas_book(deals: int) -> Path:
    """The funnel as formulas, for LibreOffice."""
    path = folder() / f"{deals}-formulas.xlsx"
    return path if path.exists() else funnel_formulas(deals, path)


def book(deals: int) -> Path:
    """A workbook of so many deals in which no verb has run yet."""
    return _made(f"{deals}.xlsm", deals, spoil=0.0)


def spoilt_book(deals: int) -> Path:
    """The same with junk in 1 % of the cells that hold a key, number, date or choice."""
    return _made(f"{deals}-spoilt.xlsm", deals, spoil=0.01)


def hollow_book(deals: int) -> Path:
    """The same without its deals, orders and what hangs on them: for an import."""
    return _made(f"{deals}-hollow.xlsm", deals, spoil=0.0, only=("Products", "Reps", "Customers"))


def deals_csv(deals: int) -> Path:
    """The deals of a book as a CSV file with the sheet's headers."""
    return _csv(f"{deals}.csv", deals, "Deals")


def orders_csv(deals: int) -> Path:
    """The order lines of a book as a CSV file with the sheet's headers."""
    return _csv(f"{deals}-orders.csv", deals, "Orders")


def _csv(name: str, deals: int, table: str) -> Path:
    path = folder() / name
    if not path.exists():
        frame = company(deals)[table]
        frame["amount"] = frame["amount"] / 100
        headers = {name: labels.header(table, name, "en") for name in frame.columns}
        frame.rename(columns=headers).to_csv(path, index=False)
    return path


def _made(name: str, deals: int, *, spoil: float, only: Sequence[str] = ()) -> Path:
    path = folder() / name
    if path.exists():
        return path
    fresh = path.with_name(f"new-{name}")
    fresh.write_bytes(template_bytes("en"))
    with open_package(fresh, for_writing=True) as host:
        session = Session(host)
        writes = []
        for table, frame in company(deals).items():
            if not only or table in only:
                write = session.prepared_write(table, frame).write
                writes.append(_spoilt(write, spoil) if spoil and table in _TYPED else write)
        host.write(writes)
        host.save()
    _share_strings(fresh)
    fresh.rename(path)
    return path


def _share_strings(path: Path) -> None:
    """Move the texts of all cells into the shared strings, where Excel keeps them when it saves."""
    with zipfile.ZipFile(path) as package:
        parts = {info: package.read(info) for info in package.infolist()}
    table = next(info for info in parts if info.filename == "xl/sharedStrings.xml")
    texts = dict.fromkeys(re.findall(rb"<si>(.*?)</si>", parts[table], re.DOTALL))
    places = {text: place for place, text in enumerate(texts)}

    def shared(cell: re.Match[bytes]) -> bytes:
        return b' t="s"><v>%d</v></c>' % places.setdefault(cell[1], len(places))

    for info in parts:
        if info.filename.startswith("xl/worksheets/sheet"):
            parts[info] = _INLINE.sub(shared, parts[info])
    strings = b"".join(b"<si>%b</si>" % text for text in places)
    parts[table] = _STRINGS.sub(lambda found: found[1] + b">" + strings + found[2], parts[table])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for info, content in parts.items():
            package.writestr(info, content, zipfile.ZIP_DEFLATED)


def _spoilt(write: TableWrite, share: float) -> TableWrite:
    """The write with junk in some cells that hold something."""
    chance = random.Random(write.table)
    columns: dict[str, Sequence[NewCell]] = {}
    kinds = {
        labels.header(write.table, one.name, "en"): one.kind for one in TABLES[write.table].fields
    }
    for header, cells in write.columns.items():
        spoils = kinds[header] not in _NOT_SPOILT
        columns[header] = [
            chance.choice(_JUNK)
            if spoils and cell is not None and chance.random() < share
            else cell
            for cell in cells
        ]
    return replace(write, columns=columns)
