"""Workbooks of other programs' test suites: read, patched or refused, never harmed. Skipped where
absent.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reliability.books import parts
from salesbook.errors import SalesbookError
from salesbook.hosts.package import open_package
from salesbook.store import KEEP, TableWrite
from tests.hosts.books import changed_parts

FOLDER = Path(
    os.environ.get("SALESBOOK_CORPUS") or Path(__file__).parents[3] / "shared/data/corpus"
)
FILES = sorted(path for path in FOLDER.glob("*.xls*")) if FOLDER.is_dir() else []


@pytest.mark.skipif(not FILES, reason="needs the corpus of workbooks")
@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_corpus(source: Path, tmp_path: Path) -> None:
    """Every file is read, or refused with a reason; a table in it grows without loss elsewhere."""
    path = tmp_path / ("Book" + source.suffix)
    shutil.copyfile(source, path)
    path.chmod(0o644)
    before = path.read_bytes()
    try:
        with open_package(path, for_writing=True) as host:
            tables = [host.read(code) for code in host.table_codes()]
            for cells in tables:
                rows = cells.row_count
                column = [KEEP] * rows + ["new"]
                host.write(
                    [TableWrite(cells.table, {cells.headers[0]: column}, [*range(rows), None])]
                )
            host.save()
    except SalesbookError:
        assert path.read_bytes() == before
        return
    if not tables:
        assert path.read_bytes() == before
        return
    allowed = (
        "xl/worksheets/",
        "xl/tables/",
        "xl/workbook.xml",
        "xl/_rels/workbook",
        "[Content",
        "xl/calcChain",
    )
    assert all(name.startswith(allowed) for name in changed_parts(parts(source), parts(path)))
    with open_package(path, for_writing=False) as host:
        for cells in tables:
            again = host.read(cells.table)
            assert again.row_count == cells.row_count + 1
            assert again.columns[0][-1] == "new"
            old = [column[:-1] for column in map(list, again.columns)]
            assert [list(column) for column in cells.columns] == old
