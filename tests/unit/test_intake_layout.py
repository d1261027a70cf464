"""Files in the shapes in which people and programs leave them: where is the table?

Made-up values in the layouts of Salesforce reports, QuickBooks and Kingdee lists, SAP lists, DATEV
files and Excel subtotals.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from openpyxl import Workbook

from salesbook.errors import AmbiguousFile, ColumnMissing, SalesbookError, UsageError
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import ForeignTable, SourceOptions
from salesbook.intake.options import parse_delimiter
from tests.spec.import_tables import counts, draft, new_rows

HEAD = "Order number,Customer,Rep,Order date,Amount\n"
ROWS = "O1,Acme,Ann,2026-01-02,5\nO2,Hill,Bo,2026-01-03,6\n"
HEADERS = ("Order number", "Customer", "Rep", "Order date", "Amount")
CELLS = [("O1", "Acme", "Ann", "2026-01-02", "5"), ("O2", "Hill", "Bo", "2026-01-03", "6")]
LETTERS = {"order_id": "A", "customer_id": "B", "rep_id": "C", "ordered_on": "D", "amount": "E"}


def read(folder: Path, text: str, into: str = "Orders", **options) -> ForeignTable:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return read_source(path, into, SourceOptions(**options))


def sound(table: ForeignTable) -> list[tuple]:
    return [row.cells for row in table.rows if row.fault is None]


def faults(table: ForeignTable) -> list[tuple[int, str]]:
    return [(row.number, row.fault.code) for row in table.rows if row.fault]


def apart(table: ForeignTable, kind: str) -> list[int]:
    return [part.first for part in table.apart if part.kind == kind]


# Headers over two lines.


@pytest.mark.parametrize(
    ("upper", "lower", "headers"),
    [
        (
            "Order,,Customer,,Amount,",
            "Number,Date,Name,City,Net,Gross",
            ("Order Number", "Order Date", "Customer Name", "Customer City", "Amount Net", "Amount Gross"),
        ),
        (
            "Order number,Customer,Amount,,Order date",
            ",,Net,Gross,",
            ("Order number", "Customer", "Amount Net", "Amount Gross", "Order date"),
        ),
        (
            "Order number,Customer,Amount,Order date",
            ",,(EUR),",
            ("Order number", "Customer", "Amount (EUR)", "Order date"),
        ),
    ],
)  # fmt: skip
def test_headers_over_two_lines_are_one(tmp_path, upper, lower, headers):
    """A group over its columns, columns under a group, and units under their headers."""
    width = len(headers)
    table = read(tmp_path, f"{upper}\n{lower}\n{','.join('123456'[:width])}\n")
    assert table.headers == headers
    assert sound(table) == [tuple("123456"[:width])]
    assert apart(table, "header") == [1, 2]


def test_a_group_is_named_only_where_it_helps(tmp_path):
    """`City` is known alone; `Name` is known with its group."""
    text = "Customer,,Amount,\nName,City,Net,Gross\nAcme,Rom,5,6\n"
    assert read(tmp_path, text, "Customers").headers == ("Customer Name", "City", "Net", "Gross")


def test_a_row_of_texts_is_no_second_line_of_headers(tmp_path):
    """A customer with a remark in a column without a name stays a row."""
    table = read(tmp_path, "Name,City,\nAcme,Rom,good\nHill,Ulm,\n", "Customers")
    assert sound(table) == [("Acme", "Rom", "good"), ("Hill", "Ulm", "")]


def test_a_title_of_two_cells_is_no_group(tmp_path):
    table = read(tmp_path, f"Region,North\n{HEAD}{ROWS}")
    assert table.headers == HEADERS
    assert table.above == ("Region North",)


# Where the table begins and ends.


def test_a_table_from_b2_has_no_column_before_it(tmp_path):
    """In a sheet as in text: the blank column is neither taken nor told."""
    sheet = Workbook()
    for row, cells in enumerate([HEADERS, *CELLS], start=2):
        for column, cell in enumerate(cells, start=2):
            sheet.active.cell(row, column, cell)
    sheet.save(tmp_path / "file.xlsx")
    table = read_source(tmp_path / "file.xlsx", "Orders", SourceOptions())
    assert [cells[1:] for cells in sound(table)] == CELLS
    text = "".join(f",{line}\n" for line in f"\n{HEAD}{ROWS}".splitlines())
    assert [cells[1:] for cells in sound(read(tmp_path, text))] == CELLS
    assert draft(tmp_path, text, "Orders", add_missing=True).not_taken == ()


def test_headers_repeated_on_each_page_are_no_rows(tmp_path):
    """With the title over them; they are told with their count."""
    text = f"Sales, page 1\n{HEAD}{ROWS}Sales, page 2\n{HEAD}O3,Acme,Ann,2026-01-05,7\n"
    table = read(tmp_path, text.replace("Sales, page", "Sales page"))
    assert [cells[0] for cells in sound(table)] == ["O1", "O2", "O3"]
    assert (apart(table, "header"), apart(table, "title")) == ([2, 6], [1, 5])
    assert [(note.code, note.params["count"]) for note in table.notes] == [
        ("import.headers-again", 1)
    ]


def test_headers_repeated_but_for_a_cell_are_headers(tmp_path):
    """Somebody has pasted the headers over a record and left its name; a record has no such cells."""
    again = HEAD.replace(HEAD.split(",")[0], "O9", 1)
    table = read(tmp_path, f"{HEAD}{ROWS}{again}O3,Acme,Ann,2026-01-05,7\n")
    assert [cells[0] for cells in sound(table)] == ["O1", "O2", "O3"]
    assert [(note.code, note.params["count"]) for note in table.notes] == [
        ("import.headers-again", 1)
    ]


def test_a_record_that_is_called_like_a_header_stays_one(tmp_path):
    """A customer may be called Customer."""
    customer = HEAD.split(",")[1]
    record = f"O3,{customer},Ann,2026-01-05,7\n"
    table = read(tmp_path, f"{HEAD}{ROWS}{record}")
    assert [cells[0] for cells in sound(table)] == ["O1", "O2", "O3"]


def test_a_row_of_one_cell_over_repeated_headers_stays_a_row(tmp_path):
    """Unless it stands over the first headers as well, it may be a customer."""
    table = read(
        tmp_path, "Name,City,Phone\nAcme,Rom,1\nHill,,\nName,City,Phone\nBo,Ulm,2\n", "Customers"
    )
    assert [cells[0] for cells in sound(table)] == ["Acme", "Hill", "Bo"]


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        (f"Total,,,,11\n{HEAD}{ROWS}", []),
        (f"Total,2,2,2,11\n{HEAD}{ROWS}", []),
        (f"{HEAD}Total,,,,11\n{ROWS}", [2]),
        (f"{HEAD}O1,Acme,Ann,2026-01-02,5\n,Acme Total,,,5\nO2,Hill,Bo,2026-01-03,6\n,Hill Total,,,6\n", [3, 5]),
        (f"{HEAD}{ROWS}Total for Acme,,,,11\nTOTAL,,,,11\n".replace("O1", "Acme"), [4, 5]),
        (f"{HEAD}{ROWS}*,,,,11\n**,,,,11\n", [4, 5]),
        (f"{HEAD}{ROWS}小计,,,,11\n合计,,,,11\n", [4, 5]),
    ],
)  # fmt: skip
def test_sums_above_between_and_below_are_no_rows(tmp_path, text, totals):
    """Of Excel's subtotals, QuickBooks, SAP and Kingdee."""
    table = read(tmp_path, text)
    assert len(sound(table)) == 2
    assert faults(table) == [(number, "totals-row") for number in totals]


def test_a_customer_whose_name_ends_like_a_sum_stays(tmp_path):
    """`Best Total` is a sum only under rows of a group Best."""
    table = read(
        tmp_path, "Name,Email,City,Budget\nAcme,a@x.com,Rom,1\nBest Total,,,5\n", "Customers"
    )
    assert len(sound(table)) == 2


def test_a_salesforce_report_ends_with_notes(tmp_path):
    """As its details-only export has them, each a line of its own after blank ones."""
    foot = "\n\nOpen orders\nCopyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\n"
    foot += "Confidential Information - Do Not Distribute\nGenerated By: Ann 1/2/2026\n"
    table = read(tmp_path, f"{HEAD}{ROWS}{foot}")
    assert sound(table) == CELLS
    assert {code for _, code in faults(table)} == {"note-row"}


def test_a_row_of_one_cell_after_a_record_of_two_lines_is_no_note(tmp_path):
    """Nothing is blank between them."""
    table = read(tmp_path, 'Name,City,Phone,Needs\nA,Rom,1,"x\ny"\nHill,,,\n', "Customers")
    assert faults(table) == []


def test_a_sap_list_has_lines_of_dashes(tmp_path):
    """They are rules; the bars at the ends of its lines make no columns."""
    rule = "-" * 30
    lines = [rule, "|Order number|Customer|Amount|", rule, "|O1|Acme|5|", "|O2|Hill|6|", rule]
    table = read(tmp_path, "\n".join(["Report", "", *lines, "|*||11|", rule]) + "\n")
    assert [cells[1:] for cells in sound(table)] == [("O1", "Acme", "5"), ("O2", "Hill", "6")]
    assert apart(table, "rule") == [3, 5, 8, 10]
    assert faults(table) == [(9, "totals-row")]


def test_a_datev_file_begins_with_its_settings(tmp_path):
    """A line as wide as the table, and no headers."""
    settings = '"EXTF";510;21;"Orders";7;20240130\n'
    table = read(tmp_path, settings + (HEAD + ROWS).replace(",", ";"))
    assert sound(table) == CELLS


# Several tables in one file.

CUSTOMERS = "Customers\nName,City,Phone\nAcme,Rom,1\nHill,Ulm,2\n"


@pytest.mark.parametrize(
    "text", [f"{CUSTOMERS}\nOrders\n{HEAD}{ROWS}", f"{HEAD}{ROWS}\n{CUSTOMERS}"]
)
def test_of_two_tables_under_one_another_the_one_that_is_meant_is_read(tmp_path, text):
    table = read(tmp_path, text)
    assert sound(table) == CELLS
    assert [note.code for note in table.notes] == ["import.other-table"]
    customers = read(tmp_path, text, "Customers")
    assert sound(customers) == [("Acme", "Rom", "1"), ("Hill", "Ulm", "2")]


BESIDE = (
    "Order number,Customer,Rep,Order date,Amount,,Name,City,Phone\n"
    "O1,Acme,Ann,2026-01-02,5,,Acme,Rom,77\nO2,Hill,Bo,2026-01-03,6,,,,\n"
)


def test_of_two_tables_side_by_side_the_one_that_is_meant_is_read(tmp_path):
    """The columns keep their places; rows that only the other table has are none."""
    assert sound(read(tmp_path, BESIDE)) == CELLS
    assert [cells[6:] for cells in sound(read(tmp_path, BESIDE, "Customers"))] == [
        ("Acme", "Rom", "77")
    ]


def test_a_blank_column_between_groups_parts_no_tables(tmp_path):
    table = read(tmp_path, "Order number,Customer,,Order date,Amount\nO1,Acme,,2026-01-02,5\n")
    assert sound(table) == [("O1", "Acme", "", "2026-01-02", "5")]


TWICE = f"{HEAD}{ROWS}\nOrder date,Amount,Customer,Rep,Order number\n2026-01-04,7,Acme,Ann,O9\n"
TWICE_BESIDE = "".join(
    f"{left},,{right}\n"
    for left, right in zip(
        (HEAD + ROWS).splitlines(),
        [HEAD.strip(), "O9,Acme,Ann,2026-01-04,7", ",,,,"],
        strict=True,
    )
)


@pytest.mark.parametrize("text", [TWICE, TWICE_BESIDE])
def test_two_tables_that_fit_are_asked_for(tmp_path, text):
    """Equal headers are counted through the file: `Amount#2` is in the second table."""
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, text, "Orders")
    assert refused.value.code == "two-tables"
    for number, orders in ((1, ["O1", "O2"]), (2, ["O9"])):
        done = draft(
            tmp_path, text, "Orders", add_missing=True, columns={"amount": f"Amount#{number}"}
        )
        assert [row["order_id"] for row in new_rows(done)] == orders


def test_rows_without_headers_over_headers_are_no_titles(tmp_path):
    """A row in the middle that reads like headers takes no rows away."""
    with pytest.raises(ColumnMissing):
        read(tmp_path, f"{ROWS}{ROWS}{HEAD}{ROWS}")


# Files without headers, and headers that do not fit the rows.


def test_a_file_without_headers_is_read_by_letters(tmp_path):
    """The refusals say how, one after the other."""
    with pytest.raises(ColumnMissing, match="headerless"):
        draft(tmp_path, ROWS, "Orders")
    with pytest.raises(AmbiguousFile, match="columns-without-names"):
        draft(tmp_path, ROWS, "Orders", has_headers=False)
    done = draft(tmp_path, ROWS, "Orders", has_headers=False, columns=LETTERS, add_missing=True)
    assert counts(done) == {"read": 2, "new": 2}
    assert [row["amount"] for row in new_rows(done)] == [500, 600]


def test_headers_are_no_row_whatever_the_user_says(tmp_path):
    done = draft(
        tmp_path, HEAD + ROWS, "Orders", has_headers=False, columns=LETTERS, add_missing=True
    )
    assert counts(done) == {"read": 2, "new": 2}


def test_a_day_or_an_amount_heads_no_column(tmp_path):
    """`Email` is a header that is known, and here a kind of activity."""
    with pytest.raises(ColumnMissing, match="headerless"):
        read(tmp_path, "2026-03-02,Kim,Email,hello\n2026-03-03,Kim,Call,x\n", "Activities")


@pytest.mark.parametrize(
    "months",
    [
        "2026-01-01,2026-02-01,2026-03-01",
        "01.01.2026,01.02.2026,01.03.2026",
        "2026-01,2026-02,2026-03",
    ],
)
def test_months_may_head_columns(tmp_path, months):
    """As first days, too, where there are several."""
    table = read(tmp_path, f"Metric,{months}\nrevenue,1,2,3\n", "Targets")
    assert table.headers == ("Metric", *months.split(","))


def test_rows_that_are_counted_have_one_cell_more(tmp_path):
    """As R writes row names: the first column has no header."""
    table = read(tmp_path, "Customer,City\n1,Acme,Rom\n2,Hill,Ulm\n", "Customers")
    assert sound(table) == [("Acme", "Rom"), ("Hill", "Ulm")]
    assert [note.code for note in table.notes] == ["import.index-column"]


@pytest.mark.parametrize("more", ["more", "50"])
def test_rows_with_one_cell_more_are_refused(tmp_path, more):
    """`1,50` without quotes, or a header that is missing: nobody can tell."""
    with pytest.raises(AmbiguousFile, match="header-too-short"):
        read(tmp_path, HEAD + ROWS.replace("\n", f",{more}\n"))


def test_a_column_without_a_name_is_told(tmp_path):
    text = HEAD.replace("\n", ",\n") + ROWS.replace("\n", ",x\n")
    done = draft(tmp_path, text, "Orders", add_missing=True)
    assert (done.not_taken, counts(done)) == (("#6",), {"read": 2, "new": 2})


def test_delimiters_at_the_end_of_rows_are_no_cells(tmp_path):
    assert sound(read(tmp_path, HEAD + ROWS.replace("\n", ",\n"))) == CELLS
    assert sound(read(tmp_path, (HEAD + ROWS).replace("\n", ",,\n"))) == CELLS


def test_headers_without_a_cell_in_any_row_are_told(tmp_path):
    table = read(tmp_path, HEAD.replace("\n", ",Status\n") + ROWS)
    assert [(note.code, note.params["headers"]) for note in table.notes] == [
        ("import.rows-shorter", ("Status",))
    ]


# What stands between cells, and around them.


@pytest.mark.parametrize(
    "text",
    [
        'Customer, City, Phone\n"Acme, Ltd", "Rom", 1\n',
        "'Customer','City','Phone'\n'Acme, Ltd','Rom','1'\n",
        "Customer,City,Phone\n'Acme, Ltd','Rom',1\n",
        '"Customer,City,Phone"\n"""Acme, Ltd"",Rom,1"\n',
        'Customer City Phone\n"Acme, Ltd" Rom 1\n',
        "Customer     City   Phone\n-------------------------\nAcme, Ltd    Rom    1\n",
        "Customer    City   Phone\nAcme, Ltd   Rom        1\n",
        "sep=;\nCustomer;City;Phone\nAcme, Ltd;Rom;1\n",
        "sep=\t\nCustomer\tCity\tPhone\nAcme, Ltd\tRom\t1\n",
    ],
)
def test_blanks_and_quotes_of_all_kinds_give_the_same_cells(tmp_path, text):
    assert sound(read(tmp_path, text, "Customers")) == [("Acme, Ltd", "Rom", "1")]


def test_backslashes_escape_quotes_where_the_file_shows_it(tmp_path):
    r"""`\"` as MySQL writes it; in `"C:\"` the backslash is the last letter of a cell."""
    text = '"Name","Needs"\n"Acme","a \\"big\\", big one"\n"Hill","C:\\\\x"\n'
    assert sound(read(tmp_path, text, "Customers")) == [
        ("Acme", 'a "big", big one'),
        ("Hill", "C:\\x"),
    ]
    text = '"Name","Needs"\n"Acme","C:\\"\n"Hill","x"\n'
    assert sound(read(tmp_path, text, "Customers")) == [("Acme", "C:\\"), ("Hill", "x")]


def test_an_apostrophe_at_the_head_of_a_name_is_no_quote(tmp_path):
    table = read(tmp_path, "Name,City\nA,'s-Hertogenbosch\nB,'s-Gravenhage\n", "Customers")
    assert sound(table) == [("A", "'s-Hertogenbosch"), ("B", "'s-Gravenhage")]


@pytest.mark.parametrize("delimiter", [None, " "])
def test_blanks_that_may_be_within_headers_are_refused(tmp_path, delimiter):
    """`Order number Customer Amount` may be three headers or four."""
    with pytest.raises(AmbiguousFile, match="blanks-in-headers"):
        read(tmp_path, "Order number Customer Amount\nO1 Acme 5\n", delimiter=delimiter)


def test_what_crosses_a_gap_between_columns_spoils_its_line(tmp_path):
    """Under the table, since there it makes no gap narrower."""
    text = "Name         City\nAcme Ltd     Rom\n\nHill and Sons International  Ulm\n"
    assert faults(read(tmp_path, text, "Customers")) == [(4, "row-not-aligned")]


def test_any_character_may_be_the_delimiter(tmp_path):
    text = (HEAD + ROWS).replace(",", "~")
    assert sound(read(tmp_path, text, delimiter="~")) == CELLS
    assert [parse_delimiter(word) for word in ("tab", "space", ";", None)] == ["\t", " ", ";", None]
    for word in ("foo", "a", '"', ""):
        with pytest.raises(UsageError, match="bad-delimiter"):
            parse_delimiter(word)


# Records over several lines.


def test_a_quoted_cell_may_hold_lines_with_delimiters(tmp_path):
    """As wide as the headers, and none of its lines like the other rows."""
    text = (
        'Activity Date,Assigned,Type,Comments\n2026-03-02,Kim,Call,"Wants\nnew price, shorter terms,'
        ' later delivery, a demo"\n2026-03-04,Kim,Visit,"3 sites:\nLeeds, York, Hull, Ripon"\n'
    )
    table = read(tmp_path, text, "Activities")
    assert [(row.number, row.last_line, row.fault) for row in table.rows] == [
        (2, 3, None),
        (4, 5, None),
    ]


def test_two_stray_quotes_of_two_rows_make_no_cell(tmp_path):
    """The record is as wide as the headers, but its second line has a number where the others do."""
    text = 'Name,Budget,City\nA,"1,Rom\nB,2",Ulm\nC,3,Rom\n'
    table = read(tmp_path, text, "Customers")
    assert faults(table) == [(2, "quote-unclosed")]
    assert [cells[0] for cells in sound(table)] == ["B", "C"]


# Bytes that are no UTF-8.

ORDERS = "Order number,Customer\nSO-1,Müller AG\nSO-2,A – B Ltd\n"


def spoiled(other: str, good: str, bad: str) -> bytes:
    """UTF-8 in which one text is in another encoding."""
    before, after = ORDERS.replace("A – B", good).split(bad)
    return before.encode() + bad.encode(other) + after.encode()


@pytest.mark.parametrize(
    ("other", "good", "bad"), [("windows-1252", "A – B", "–"), ("gb18030", "北京 信 ü ö ä", "信")]
)
@pytest.mark.parametrize("encoding", [None, "utf-8"])
def test_a_stray_byte_names_its_line_and_what_cures_it(tmp_path, other, good, bad, encoding):
    """Following the advice leaves every other line as it is."""
    data = spoiled(other, good, bad)
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    with pytest.raises(AmbiguousFile) as refused:
        read_source(path, "Orders", SourceOptions(encoding=encoding))
    facts = refused.value.params
    assert (refused.value.code, facts["line"]) == ("stray-bytes", 3)
    assert bad in facts["reading"]
    advised = facts["option"].removeprefix("--encoding ")
    table = read_source(path, "Orders", SourceOptions(encoding=advised))
    assert sound(table) == [("SO-1", "Müller AG"), ("SO-2", f"{good} Ltd")]


def test_a_mark_of_utf_8_does_not_hide_a_stray_byte(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"\xef\xbb\xbf" + spoiled("windows-1252", "A – B", "–"))
    with pytest.raises(AmbiguousFile, match="stray-bytes"):
        read_source(path, "Orders", SourceOptions())
    table = read_source(path, "Orders", SourceOptions(encoding="utf-8+windows-1252"))
    assert table.headers == ("Order number", "Customer")


def test_a_byte_of_no_encoding_is_to_be_mended(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(ORDERS.encode().replace("–".encode(), b"\x81"))
    with pytest.raises(AmbiguousFile, match="stray-bytes-unknown"):
        read_source(path, "Orders", SourceOptions())


@pytest.mark.parametrize("encoding", ["utf-8+klingon", "utf-8+"])
def test_an_encoding_that_nobody_knows_is_refused(tmp_path, encoding):
    with pytest.raises(UsageError, match="no-such-encoding"):
        read(tmp_path, ORDERS, encoding=encoding)


def test_no_layout_is_a_fault_of_ours(tmp_path):
    """Odd files are read or refused."""
    for text in (
        "\n\n,,,\n",
        "-----\n",
        "Name\n",
        "sep=;\n",
        "sep=,",
        "a\n" * 50,
        '"',
        "'",
        " ",
        "\\",
    ):
        for options in ({}, {"has_headers": False}, {"delimiter": " "}):
            with contextlib.suppress(SalesbookError):
                read(tmp_path, text, **options)
