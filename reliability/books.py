"""Which workbooks are the fault runs made on? The built template with all or a few of the sample's
rows.
"""

from __future__ import annotations

import datetime as dt
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from salesbook.book.backups import Backup, Backups
from salesbook.book.files import run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.book.template import template_bytes
from salesbook.hosts.package import open_package
from salesbook.sample.tables import SAMPLE_AS_OF, sample_tables
from salesbook.tables import TABLES

ROOT = Path(__file__).resolve().parents[1]
CORPUS = next(
    (found for above in ROOT.parents if (found := above / "shared" / "data" / "corpus").is_dir()),
    ROOT / "corpus",
)
"""Others' test files, where somebody has put them beside the project; they are not part of it."""
AS_OF = SAMPLE_AS_OF
BOOK = "Sales.xlsm"
_FEW_CUSTOMERS = 12


def book_bytes(rows: str = "few") -> bytes:
    """A workbook with a published plan in which `refresh` never ran; rows: `none`, `few` or
    `sample`.
    """
    return _made(rows)


@cache
def _made(rows: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / BOOK
        path.write_bytes(template_bytes("en"))
        if rows != "none":
            fill(path, sample_tables("en") if rows == "sample" else _few())
            for options in (Options(AS_OF), Options(AS_OF, publish=True)):
                run_on_file(path, "split", options, wait=0)
        return path.read_bytes()


def new_book(folder: Path, rows: str = "few", name: str = BOOK) -> Path:
    """Put such a workbook into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(book_bytes(rows))
    return path


def fill(path: Path, tables: Mapping[str, Any]) -> None:
    """Write frames into a workbook's tables."""
    with open_package(path, for_writing=True) as host:
        session = Session(host)
        host.write([session.prepared_write(name, frame).write for name, frame in tables.items()])
        host.save()


def backups_of(book: Path) -> list[Backup]:
    """The earlier states of a book that lie beside it, newest first."""
    return [one for one in Backups(book).all() if one.path.parent.parent == book.parent]


def forget_backups(book: Path) -> None:
    """Have a book that nobody ever ran."""
    shutil.rmtree(book.with_name(f"{book.stem} backups"), ignore_errors=True)


def debris(book: Path, *wanted: str) -> set[str]:
    """What lies in a book's folder, or among its backups, and is neither the book's nor wanted."""
    folder = book.with_name(f"{book.stem} backups")
    others = set(listing(book.parent)) - {book.name, folder.name, *wanted}
    if folder.is_dir():
        ours = {one.path.name for one in backups_of(book) if one.is_whole()}
        others |= {path.name for path in folder.iterdir()} - ours
    return others


def _few() -> dict[str, Any]:
    """The sample's rows that belong to a dozen customers, or to none."""
    tables = sample_tables("en")
    customers = set(tables["Customers"]["customer_id"][:_FEW_CUSTOMERS])
    deals = tables["Deals"]["deal_id"][tables["Deals"]["customer_id"].isin(customers)]
    kept = {}
    for name, frame in tables.items():
        for field, keys in (("customer_id", customers), ("deal_id", set(deals))):
            if field in frame and name not in ("Targets", "Products"):
                frame = frame[frame[field].isna() | frame[field].isin(keys)]
        kept[name] = frame[:300].reset_index(drop=True)
    return kept


def content(path: Path, *, without: tuple[str, ...] = ("RunLog",)) -> dict[str, list[list[Any]]]:
    """Every table's cells by table, but those of the run log."""
    with open_package(path, for_writing=False) as host:
        codes = [code for code in host.table_codes() if code in TABLES and code not in without]
        return {code: [list(column) for column in host.read(code).columns] for code in codes}


def listing(folder: Path) -> dict[str, str]:
    """Every file of a folder with a mark of what it holds."""
    return {one.name: _mark(one) for one in sorted(folder.iterdir())}


def _mark(path: Path) -> str:
    if path.is_symlink():
        return f"link to {path.readlink()}"
    return blake2b(path.read_bytes(), digest_size=8).hexdigest() if path.is_file() else "no file"


def members(path: Path) -> dict[str, bytes]:
    """Every member's bytes as they lie in the file: header, name, compressed content."""
    data = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as package:
        for one in package.infolist():
            name_size, extra_size = struct.unpack_from("<2H", data, one.header_offset + 26)
            end = one.header_offset + 30 + name_size + extra_size + one.compress_size
            found[one.filename] = data[one.header_offset : end]
    return found


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a package, inflated."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def day(offset: int = 0) -> str:
    """The day of the runs, or one some days later, as the command line takes it."""
    return (AS_OF + dt.timedelta(days=offset)).isoformat()
