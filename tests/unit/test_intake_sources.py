"""Text files in every dialect, and files that are not what their name says."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import time
from pathlib import Path

import pytest

from salesbook.errors import (
    AmbiguousFile,
    ColumnMissing,
    NotAWorkbook,
    PasswordProtected,
    UsageError,
)
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import SourceOptions
from tests.spec.import_tables import draft

SIMPLE = (
    ["商机编号", "商机名称", "客户名称", "预计金额"],
    ["A1", "换屏, 第二期", "北京；华\n信", "1,200"],
    ["A2", '3" 管 | 大', "海通", "5"],
)
TRADITIONAL = (
    ["商機編號", "商機名稱", "客戶名稱", "預計金額"],
    ["A1", "換屏, 第二期", "臺北；華\n信", "1,200"],
    ["A2", '3" 管 | 大', "海通", "5"],
)
ENGLISH = (
    ["Opportunity ID", "Opportunity Name", "Account Name", "Amount"],
    ["A1", "Screens, part two", "Smith; Sons\nLtd", "1,200"],
    ["A2", '3" pipe | large', "Hill", "5"],
)
CONTENT = {
    "utf-8": ENGLISH,
    "utf-8-sig": SIMPLE,
    "utf-16": SIMPLE,
    "utf-16-le": ENGLISH,
    "gb18030": SIMPLE,
    "cp950": TRADITIONAL,
    "ascii": ENGLISH,
}
DIALECTS = list(itertools.product(CONTENT, ",;\t|", ("minimal", "all"), ("\r\n", "\n")))


def read(tmp_path: Path, data: bytes | str, name: str = "file.csv", into: str = "Deals", **options):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_source(path, into, SourceOptions(**options))


def written(rows, delimiter, quotes, line_end):
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quotes == "all" else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=line_end).writerows(rows)
    return out.getvalue()


def cells(table):
    return [list(row.cells) for row in table.rows]


def faults(table):
    return [row.fault.code if row.fault else None for row in table.rows]


@pytest.mark.parametrize(("encoding", "delimiter", "quotes", "line_end"), DIALECTS)
def test_every_dialect_gives_the_same_cells(tmp_path, encoding, delimiter, quotes, line_end):
    """Encoding, delimiter, quotes and line ends are found out; every cell is what was written."""
    rows = CONTENT[encoding]
    found = read(tmp_path, written(rows, delimiter, quotes, line_end).encode(encoding))
    assert list(found.headers) == rows[0]
    assert cells(found) == [[cell.replace("\r\n", "\n") for cell in row] for row in rows[1:]]
    assert found.delimiter == delimiter


def test_there_are_enough_dialects():
    assert len(DIALECTS) >= 60


def test_bytes_that_fit_several_encodings_are_refused_by_the_option(tmp_path):
    """`Müller` under plain headers may be Windows-1252 or Chinese: the user says which."""
    data = "Opportunity Name,Amount\nMüller,5\n".encode("cp1252")
    with pytest.raises(AmbiguousFile) as refused:
        read(tmp_path, data)
    assert (refused.value.code, refused.value.params["option"]) == (
        "encoding-unclear",
        "--encoding",
    )
    assert cells(read(tmp_path, data, encoding="cp1252")) == [["Müller", "5"]]


def test_an_encoding_that_does_not_fit_is_refused(tmp_path):
    with pytest.raises(AmbiguousFile, match="encoding-does-not-fit"):
        read(tmp_path, "商机名称,金额\n".encode("gb18030"), encoding="utf-8")
    with pytest.raises(UsageError, match="no-such-encoding"):
        read(tmp_path, "Amount\n5\n", encoding="klingon")


def test_a_separator_line_decides(tmp_path):
    """Excel's own `sep=;` line is no header."""
    found = read(tmp_path, "sep=;\r\nOpportunity Name;Amount\r\na,b;5\r\n")
    assert cells(found) == [["a,b", "5"]]
    assert found.rows[0].number == 3


def test_titles_above_and_blank_lines_are_no_rows(tmp_path):
    """The header row is the one with known headers; rows keep their line numbers."""
    found = read(tmp_path, "Report: pipeline\nAs of,today\n\nDeal name,Amount\n\nA,1\n , \nB,2\n")
    assert found.above == ("Report: pipeline", "As of today")
    assert [(row.number, row.cells) for row in found.rows] == [(6, ("A", "1")), (8, ("B", "2"))]


def test_a_short_row_is_missing_its_last_cells_and_a_long_one_is_rejected(tmp_path):
    """Nothing is shifted: cells beyond the headers reject their row unless they are blank."""
    found = read(tmp_path, "Deal name,Amount,Stage\nA,1\nB,2,Won,more\nC,3,Won,,\n")
    assert cells(found)[0] == ["A", "1", None]
    assert faults(found) == [None, "row-too-long", None]
    assert found.rows[1].cells == ("B", "2", "Won", "more")


def test_a_totals_row_is_rejected(tmp_path):
    """Whatever the language; a customer called Total is none."""
    text = (
        "Deal name,Customer,Stage,Amount\nA,X,Won,1\nTotal,X,Won,2\n合计,,,3\nGrand Total (2),,,3\n"
    )
    assert faults(read(tmp_path, text)) == [None, None, "totals-row", "totals-row"]


def test_notes_under_the_table_are_rejected(tmp_path):
    """What stands alone after a blank line or a total is no row; a last row of one cell that does
    not is.
    """
    head = "Deal name,Customer,Stage,Amount\nA,X,Won,1\n"
    found = read(tmp_path, f"{head}\n\nConfidential - do not distribute\nCopyright\n")
    assert faults(found) == [None, "note-row", "note-row"]
    assert faults(read(tmp_path, f"{head}B,,,\n")) == [None, None]


def test_an_open_quote_spoils_only_its_own_line(tmp_path):
    """The rows after a quote that is never closed are read; nothing is swallowed."""
    found = read(tmp_path, 'Deal name,Amount,Stage\n"A,1,Won\nB,2,Won\n"C",3,Won\n')
    assert faults(found) == ["quote-unclosed", None, None]
    assert cells(found)[1:] == [["B", "2", "Won"], ["C", "3", "Won"]]


def test_two_open_quotes_do_not_make_one_cell_of_the_rows_between(tmp_path):
    found = read(tmp_path, 'Deal name,Amount,Stage\n"A,1,Won\nB,2,Won\nC,3,Won"\nD,4,Won\n')
    assert cells(found)[-1] == ["D", "4", "Won"]
    assert "quote-unclosed" in faults(found)
    assert all(
        fault or "\n" not in str(row)
        for fault, row in zip(faults(found), cells(found), strict=True)
    )


def test_text_wrapped_for_excel_is_bare(tmp_path):
    """`="00123"` and `'=1+1` are texts in disguise."""
    found = read(tmp_path, 'Deal ID,Deal name\n"=""00123""",\'=1+1\n')
    assert cells(found) == [["00123", "=1+1"]]


def test_no_known_header_is_refused_with_what_there_is(tmp_path):
    with pytest.raises(ColumnMissing) as refused:
        read(tmp_path, "foo,bar\n1,2\n")
    assert refused.value.params["headers"] == ("foo", "bar")


def test_a_data_row_is_never_taken_for_the_headers(tmp_path):
    """Under unknown headers a row that happens to hold known words is no header row."""
    with pytest.raises(ColumnMissing):
        read(tmp_path, "foo,bar,baz\nowner,Source,3\n1,2,3\n")


def test_headers_named_by_the_user_are_known(tmp_path):
    found = read(tmp_path, "title\nfoo,bar\n1,2\n", headers=("foo",))
    assert found.headers == ("foo", "bar")


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [
        (b"", NotAWorkbook, "empty-file"),
        (b"<html><table><tr><td>Amount", NotAWorkbook, "html-as-workbook"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", NotAWorkbook, "html-as-workbook"),
        (b"<?xml version='1.0'?><Workbook/>", NotAWorkbook, "xml-as-workbook"),
        (b"%PDF-1.7", NotAWorkbook, "no-table-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), NotAWorkbook, "damaged-workbook"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            PasswordProtected,
            "password-protected",
        ),
        (b"PK\x03\x04 cut off", NotAWorkbook, "damaged-workbook"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path, data, error, code):
    with pytest.raises(error) as refused:
        read(tmp_path, data, name="export.xls")
    assert refused.value.code == code


def test_a_file_that_is_not_there_is_a_users_mistake(tmp_path):
    with pytest.raises(UsageError, match="no-such-file"):
        read_source(tmp_path / "none.csv", "Deals", SourceOptions())


@pytest.mark.parametrize(
    "data", [b"\x00" * 50, b"\xff\xfe", b"\x80\x81\x82,\xff", b'"' * 99, b"\r\r\r", b"Amount\x00"]
)
def test_odd_bytes_are_read_or_refused(tmp_path, data):
    """Nothing but a refusal of ours comes out of damaged bytes."""
    with contextlib.suppress(NotAWorkbook, ColumnMissing, AmbiguousFile):
        read(tmp_path, data)


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "cp437"])
def test_headers_in_ascii_prove_no_encoding(tmp_path, encoding):
    """That one candidate is left says nothing: its names would be wrong without a word."""
    text = "Opportunity ID,Account Name,Amount\nA1,Forêt & Söhne,1\nA2,Tête de pont,2\n"
    with pytest.raises(AmbiguousFile) as asked:
        read(tmp_path, text.encode(encoding))
    assert asked.value.code == "encoding-unclear"
    assert {"mac_roman", "cp850"} <= set(asked.value.params["choices"])
    told = read(tmp_path, text.encode(encoding), encoding=encoding)
    assert cells(told)[0][1] == "Forêt & Söhne"


def test_a_refusal_is_not_as_long_as_the_file(tmp_path):
    """A line of a million characters is no headers, and is not said again."""
    for data in ("x" * 1_000_000, ",".join(["7" * 40_000] * 30)):
        with pytest.raises(ColumnMissing) as refused:
            read(tmp_path, data)
        assert len(str(refused.value.params["headers"])) < 2_000


def test_thousands_of_columns_take_no_minutes(tmp_path):
    """Time grows with the columns, and not with their square."""

    def seconds(count):
        headers = ["Deal ID", "Rep", "Stage", *(f"Own {number}" for number in range(count))]
        text = f"{','.join(headers)}\nD1,Ann,Lead{',' * count}\n"
        before = time.process_time()
        draft(tmp_path, text, "Deals")
        return time.process_time() - before

    seconds(100)
    assert seconds(4_000) < 12 * seconds(1_000) + 1
