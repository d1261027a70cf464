"""Foreign workbooks: values, formats, sheets, and what is refused before it is parsed."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from salesbook.cells.base import CellOptions
from salesbook.errors import AmbiguousFile, ColumnMissing, NotAWorkbook, UnsafeFile, UsageError
from salesbook.intake.columns.headers import map_headers
from salesbook.intake.file.sources import read_source
from salesbook.intake.file.spreadsheets.shown import read_format
from salesbook.intake.foreign import SourceOptions
from salesbook.intake.rows import read_rows
from salesbook.store import CellError


def saved(tmp_path, sheets, formats=(), name="file.xlsx"):
    """A workbook of sheets with rows; formats by sheet, cell."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for title, cell, code in formats:
        book[title][cell].number_format = code
    path = tmp_path / name
    book.save(path)
    return path


def read(path, into="Deals", **options):
    return read_source(path, into, SourceOptions(**options))


HEADERS = ["Deal name", "Amount", "Created on", "Partner share"]


def test_cells_come_with_their_types(tmp_path):
    """Numbers, dates, texts and errors arrive as such; a workbook may be called .csv."""
    rows = [HEADERS, ["A", 12.5, dt.datetime(2024, 3, 5), 0.25], ["#", "#N/A", "2024-03-06", None]]
    found = read(saved(tmp_path, {"Data": rows}, name="export.csv"))
    assert found.sheet == "Data"
    assert found.rows[0].cells == ("A", 12.5, dt.date(2024, 3, 5), 0.25)
    assert found.rows[1].cells == ("#", CellError("#N/A"), "2024-03-06", None)


def test_a_share_shown_in_percent_is_clear_and_other_money_is_refused(tmp_path):
    """12 shown as 1200 % is no slip of the reader's; $ in a book of yuan is one of many others."""
    rows = [HEADERS, ["A", 5.0, None, 1.5], ["B", 5.0, None, 1.5], ["C", 0.1, None, None]]
    formats = [
        ("S", "D2", "0%"),
        ("S", "B2", '"$"#,##0.00'),
        ("S", "B3", "[$¥-804]#,##0"),
        ("S", "B4", "0.0%"),
    ]
    found = read(saved(tmp_path, {"S": rows}, formats))
    mapped = map_headers("Deals", found.headers, {})
    first, second, third = read_rows(found, mapped, "Deals", CellOptions(currency="CNY"))
    assert first.values["partner_share"] == 1.5
    assert [(where, reason.code) for where, reason in first.faults] == [
        ("Amount", "currency-unclear")
    ]
    assert [(where, reason.code) for where, reason in second.faults] == [
        ("Partner share", "rate-unclear")
    ]
    assert second.values["amount"] == 500
    assert [reason.code for _, reason in third.faults] == ["number-is-percent"]


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("General", ""),
        ("0.00%", "%"),
        ('0"%"', ""),
        ('"$"#,##0.00', "$"),
        ("[$€-407] #,##0.00", "€"),
        ("[$-409]d-mmm-yy", ""),
        ('_("¥"* #,##0.00_);_("¥"* (#,##0.00)', "¥"),
        ("[Red]0.00", ""),
        ('#,##0"元"', "元"),
        ('#,##0" pcs"', ""),
        ('#,##0" cup"', ""),
        ('#,##0" CUP"', "CUP"),
        ("$#,##0", "$"),
    ],
)
def test_number_formats_say_percent_or_currency(code, meaning):
    assert read_format(code).meaning_of(1.0) == meaning


def test_the_only_sheet_with_known_headers_is_read(tmp_path):
    path = saved(tmp_path, {"Notes": [["hello"]], "Export": [["Title line"], HEADERS, ["A", 1]]})
    found = read(path)
    assert (found.sheet, found.above, found.rows[0].number) == ("Export", ("Title line",), 3)


def test_two_sheets_that_could_be_meant_need_the_option(tmp_path):
    path = saved(tmp_path, {"2023": [HEADERS, ["A", 1]], "2024": [HEADERS, ["B", 2]]})
    with pytest.raises(AmbiguousFile) as refused:
        read(path)
    sheets, option = refused.value.params["sheets"], refused.value.params["option"]
    assert (sheets, option) == (("2023", "2024"), "--sheet")
    assert read(path, sheet="2024").rows[0].cells[0] == "B"
    assert read(path, sheet="1").rows[0].cells[0] == "A"
    with pytest.raises(AmbiguousFile, match="no-such-sheet"):
        read(path, sheet="2025")


def test_options_that_make_no_sense_for_the_kind_of_file(tmp_path):
    with pytest.raises(UsageError, match="option-not-for-workbook"):
        read(saved(tmp_path, {"S": [HEADERS]}), encoding="utf-8")
    text = tmp_path / "a.csv"
    text.write_text("Deal name\nA\n")
    with pytest.raises(UsageError, match="option-not-for-text"):
        read(text, sheet="S")


def test_what_looks_like_an_escape_and_is_none_stays_text(tmp_path):
    """Excel writes the text `_x003D_1` as `_x005F_x003D_1`,
    and a control character as an escape.
    """
    path = tmp_path / "escapes.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row, text in enumerate(["Deal name", "_x003D_1+1", "a_x0041_", "two\x07bells"]):
            sheet.write_string(row, 0, text)
    assert [row.cells[0] for row in read(path).rows] == ["_x003D_1+1", "a_x0041_", "two\x07bells"]


def test_a_formula_without_a_value_is_no_blank_cell(tmp_path):
    """openpyxl and others write formulas without values: such a cell is an error, not missing."""
    found = read(saved(tmp_path, {"S": [HEADERS, ["A", "=1+1", None, None]]}))
    assert found.rows[0].cells[1] == CellError("#NOT-CALCULATED!")


def test_a_workbook_with_1904_dates(tmp_path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(HEADERS)
    book.active.append(["A", 1, 43894, None])
    path = tmp_path / "mac.xlsx"
    book.save(path)
    found = read(path)
    rows = read_rows(found, map_headers("Deals", found.headers, {}), "Deals", CellOptions())
    assert found.epoch_1904
    assert rows[0].values["created_on"] == dt.date(2024, 3, 5)


def repacked(path, change):
    """The workbook with parts changed by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    path.write_bytes(out.getvalue())
    return path


def test_entities_and_sparse_sheets_are_refused_before_parsing(tmp_path):
    """Entity bombs, and a cell in the last corner of the sheet."""
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    path = saved(tmp_path, {"S": [HEADERS, ["A", 1]]})
    with pytest.raises(UnsafeFile):
        read(repacked(path, lambda name, data: doctype + data if "sheet1" in name else data))
    path = saved(tmp_path, {"S": [HEADERS, ["A", 1]]})
    with pytest.raises(UnsafeFile):
        read(
            repacked(
                path,
                lambda name, data: data.replace(b'r="B2"', b'r="XFD1048576"').replace(
                    b'row r="2"', b'row r="1048576"'
                ),
            )
        )


def test_a_million_formats_are_refused_before_parsing(tmp_path):
    path = saved(tmp_path, {"S": [HEADERS, ["A", 1]]})
    many = (
        b"".join(b'<xf numFmtId="%d"/>' % (n * n % 997) for n in range(1_000_000)) + b"</cellXfs>"
    )
    with pytest.raises(UnsafeFile, match="part-too-large"):
        read(repacked(path, lambda _, data: data.replace(b"</cellXfs>", many)))


def test_damaged_parts_are_refused(tmp_path):
    path = saved(tmp_path, {"S": [HEADERS, ["A", 1]]})
    with pytest.raises(NotAWorkbook):
        read(repacked(path, lambda name, data: data[:-40] if "sheet1" in name else data))
    path = saved(tmp_path, {"S": [HEADERS, ["A", 1]]})
    with pytest.raises(NotAWorkbook):
        read(repacked(path, lambda name, data: b"<x/>" if name == "xl/workbook.xml" else data))


def with_states(path, hidden_sheets=(), hidden_rows=()):
    """The workbook with sheets hidden, and rows of its first sheet."""
    book = openpyxl.load_workbook(path)
    for name in hidden_sheets:
        book[name].sheet_state = "hidden"
    for row in hidden_rows:
        book.worksheets[0].row_dimensions[row].hidden = True
    book.save(path)
    return path


def test_hidden_rows_are_taken_and_counted(tmp_path):
    """By default nothing that a filter hides is lost, and somebody says so."""
    rows = [["Title"], HEADERS, ["A", 1], ["B", 2], ["C", 3]]
    path = with_states(saved(tmp_path, {"S": rows}), hidden_rows=(1, 4))
    found = read(path)
    assert [row.cells[0] for row in found.rows] == ["A", "B", "C"]
    # A hidden title is no row.
    assert (found.hidden_taken, found.hidden_left) == (1, 0)
    assert read(path, hidden="take").hidden_taken == 1


def test_hidden_rows_are_left_where_the_user_says_so(tmp_path):
    """Then they are no rows of the file; a hidden header row still holds the headers."""
    rows = [HEADERS, ["A", 1], ["B", 2], ["C", 3]]
    path = with_states(saved(tmp_path, {"S": rows}), hidden_rows=(1, 3))
    found = read(path, hidden="leave")
    assert [(row.number, row.cells[0]) for row in found.rows] == [(2, "A"), (4, "C")]
    assert (found.hidden_taken, found.hidden_left) == (0, 1)
    text = tmp_path / "a.csv"
    text.write_text("Deal name\nA\n")
    with pytest.raises(UsageError, match="option-not-for-text"):
        read(text, hidden="leave")


def test_a_hidden_sheet_is_never_chosen_unasked(tmp_path):
    """Nobody sees what it holds; by its name or number it is read."""
    sheets = {"Cover": [["Welcome"]], "Old": [HEADERS, ["A", 1]]}
    path = with_states(saved(tmp_path, sheets), ["Old"])
    with pytest.raises(AmbiguousFile) as refused:
        read(path)
    assert (refused.value.code, refused.value.params["choices"]) == ("hidden-sheet", ("Old",))
    assert read(path, sheet="old").rows[0].cells[0] == "A"


def test_a_hidden_sheet_does_not_stand_in_the_way_of_the_one_that_is_shown(tmp_path):
    sheets = {"Old": [HEADERS, ["A", 1]], "New": [HEADERS, ["B", 1]]}
    assert read(with_states(saved(tmp_path, sheets), ["Old"])).sheet == "New"


def test_blank_sheets_are_no_choice(tmp_path):
    """Excel once gave each workbook three sheets: the other two ask nobody anything."""
    sheets = {"Sheet1": [["Alpha", "Beta"], [1, 2]], "Sheet2": [], "Sheet3": [[None]]}
    with pytest.raises(ColumnMissing) as refused:
        read(saved(tmp_path, sheets))
    assert refused.value.params["headers"] == ("Alpha", "Beta")


def test_only_the_first_rows_of_a_sheet_decide_which_is_read(tmp_path):
    """A word that is a header stands for none far down in a sheet."""
    sheets = {"Log": [["x"]] * 60 + [HEADERS], "Deals": [HEADERS, ["A", 1]]}
    assert read(saved(tmp_path, sheets)).sheet == "Deals"
