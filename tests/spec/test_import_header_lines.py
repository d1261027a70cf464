"""Headers over two lines of which some stand only in the first, and columns without a header."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.headers import columns_of_header, typed_header
from tests.spec.wide_files import book, draft, rows_of

EUROS = book(currency="EUR")
LINES = (
    "Order no.,Order date,Customer,,Sales rep,Net amount,Tax,Status,\n,,No.,Name,,(k EUR),(EUR),,\n"
)
ROW = "S1,2026-01-05,C0,Acme,Ann Lee,1.5,2,Open,\n"


def test_a_second_line_of_names_and_units_belongs_to_the_headers(tmp_path: Path) -> None:
    """The customer is his name and not his number, and the unit counts for its column."""
    drafted = draft(tmp_path, LINES + ROW, into="Orders", now=EUROS, add_missing=True)
    [row] = rows_of(drafted, "Orders")
    assert drafted.read == 1
    assert row["amount"] == 1_500_00
    [customer] = rows_of(drafted, "Customers")
    assert customer["name"] == "Acme"


def test_a_rep_over_name_alone_is_the_rep(tmp_path: Path) -> None:
    lines = (
        "Order,Order,Customer,Customer,Sales rep,Net amount\nID,Date,ID,Name,Name,(EUR)\n"
        "S1,2026-01-05,C0,Acme,Ann Lee,1.5\n"
    )
    drafted = draft(tmp_path, lines, into="Orders", now=EUROS, add_missing=True)
    [row] = rows_of(drafted, "Orders")
    assert (row["rep_id"], row["amount"]) == ("R1", 1_50)


def test_a_line_of_units_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Taken for a row of the table it would be lost with its unit."""
    lines = "Order no.,Order date,Customer,Rep,Amount\nx,y,z,w,(k EUR)\nS1,2026-01-05,A,Ann Lee,1\n"
    with pytest.raises(AmbiguousFile) as refused:
        draft(tmp_path, lines, into="Orders", now=EUROS, add_missing=True)
    assert refused.value.code == "header-line-unclear"


def test_a_column_without_a_header_is_named_by_its_place(tmp_path: Path) -> None:
    """What a dry run offers, `--column ordered_on="#2"`, works."""
    text = "Order no,,Customer,Rep,Amount\nS1,2026-01-05,Acme,Ann Lee,12\n"
    drafted = draft(
        tmp_path, text, into="Orders", now=EUROS, add_missing=True, columns={"ordered_on": "#2"}
    )
    [row] = rows_of(drafted, "Orders")
    assert str(row["ordered_on"])[:10] == "2026-01-05"


def test_a_place_counts_all_columns_and_a_name_those_called_so() -> None:
    headers = ("", "A", "", "A")
    names = [typed_header(column, headers) for column in range(4)]
    assert names == ["#1", "A#1", "#3", "A#2"]
    assert [columns_of_header(name, headers) for name in names] == [[0], [1], [2], [3]]
    assert columns_of_header("#0", headers) == columns_of_header("#5", headers) == []


def test_a_place_counts_within_the_table_that_is_taken(tmp_path: Path) -> None:
    """Another table above has columns without a header too."""
    other = "Rep,,Team,Email\nAnn Lee,x,North,a@b.example\n\n"
    text = f"{other}Order no,,Customer,Rep,Amount\nS1,2026-01-05,Acme,Ann Lee,12\n"
    drafted = draft(
        tmp_path, text, into="Orders", now=EUROS, add_missing=True, columns={"ordered_on": "#2"}
    )
    assert drafted.accepted == 1
