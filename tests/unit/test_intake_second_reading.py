"""A workbook whose links are damaged is read in another way, and a dangerous one is not."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from salesbook.errors import NotAWorkbook, SalesbookError
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import ForeignTable, SourceOptions

ROWS = (
    ("Order No", "Order date", "Amount", "Paid"),
    ("00017", dt.datetime(2026, 1, 5), 12.5, 0.25),
    ("A2", dt.datetime(2026, 1, 6), -3, None),
)


def saved(path: Path) -> Path:
    """A sound workbook with texts, dates, money in euros, and one hidden row."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    sheet["C2"].number_format = '#,##0.00 "€"'
    sheet["D2"].number_format = "0%"
    sheet["D3"] = "=1/4"
    sheet.row_dimensions[3].hidden = True
    book.save(path)
    return path


def with_part(path: Path, name: str, content: bytes | None) -> Path:
    """The workbook with one part changed, or without it."""
    with zipfile.ZipFile(path) as package:
        parts = {member: package.read(member) for member in package.namelist()}
    if content is None:
        del parts[name]
    else:
        parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for member, part in parts.items():
            package.writestr(member, part)
    return path


def read(path: Path) -> ForeignTable:
    return read_source(path, "Orders", SourceOptions())


def notes(table: ForeignTable) -> list[str]:
    return [note.code for note in table.notes]


@pytest.mark.parametrize("content", [b"", b"<Relationships", b"no xml at all"])
def test_a_workbook_with_damaged_links_is_read_and_told(tmp_path, content):
    """Cells, formats and hidden rows as in the sound one."""
    sound = read(saved(tmp_path / "sound.xlsx"))
    damaged = read(with_part(saved(tmp_path / "damaged.xlsx"), "_rels/.rels", content))
    assert [row.cells for row in damaged.rows] == [row.cells for row in sound.rows]
    assert damaged.formats == sound.formats
    assert damaged.hidden_taken == sound.hidden_taken == 1
    assert "import.workbook-damaged" in notes(damaged)
    assert "import.workbook-damaged" not in notes(sound)


def test_a_sheet_that_is_spoiled_itself_is_refused(tmp_path):
    """Half of its rows would look like all of them."""
    path = saved(tmp_path / "spoiled.xlsx")
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    with_part(path, "xl/worksheets/sheet1.xml", sheet[: len(sheet) // 2])
    with pytest.raises(NotAWorkbook) as refused:
        read(path)
    assert refused.value.code == "damaged-workbook"


def test_what_defines_entities_is_read_by_nobody(tmp_path):
    """They may name files of this machine, or grow without end."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    path = saved(tmp_path / "evil.xlsx")
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    evil = entity + sheet.replace("<v>12.5</v>", "<v>&e;</v>")
    with_part(path, "xl/worksheets/sheet1.xml", evil.encode("utf-16"))
    with_part(path, "_rels/.rels", b"")
    with pytest.raises(SalesbookError):
        read(path)


def test_a_lone_cell_far_out_takes_no_memory(tmp_path):
    """Only damaged ones come here, and those are refused."""
    path = saved(tmp_path / "far.xlsx")
    book = openpyxl.load_workbook(path)
    book["Sheet"]["XFD1048576"] = 1
    book.save(path)
    with_part(path, "_rels/.rels", b"")
    with pytest.raises(SalesbookError):
        read(path)


@pytest.mark.parametrize("index", ["abc", "-7", "7.5", "99999999999999999999"])
def test_a_text_cell_that_names_no_text_is_not_the_first_of_all(tmp_path, index):
    """The reader would put the first text of the workbook there: a header as a customer."""
    for damages in ({}, {"_rels/.rels": b""}):
        path = tmp_path / "lost.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate((("Order No", "Amount"), ("A1", 5), ("A2", 6))):
                sheet.write_row(number, 0, row)
        with zipfile.ZipFile(path) as package:
            content = package.read("xl/worksheets/sheet1.xml").decode()
        broken = content.replace('t="s"><v>2</v>', f't="s"><v>{index}</v>', 1)
        assert broken != content
        for name, part in {"xl/worksheets/sheet1.xml": broken.encode(), **damages}.items():
            with_part(path, name, part)
        with pytest.raises(SalesbookError):
            read(path)
