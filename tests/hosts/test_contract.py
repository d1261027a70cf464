"""What every host does: read a table's raw cells and take a new body for it, all or nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from salesbook.errors import CannotWrite, ColumnMissing, NoSuchTable
from salesbook.hosts.memory import MemoryHost
from salesbook.store import KEEP, CellError, Host, TableWrite
from tests.hosts.books import HEADERS, ROWS
from tests.hosts.conftest import values


def column(host: Host, header: str) -> list[object]:
    return values(host.read("Deals"))[header]


def test_codes(host: Host) -> None:
    """The codes of the tables that are there, as the workbook writes them."""
    assert host.table_codes() == ("Deals",)


def test_read(host: Host) -> None:
    """A table comes with its headers, its place and one raw value per body row, None for blanks."""
    found = host.read("Deals")
    assert (found.table, found.sheet, found.headers) == ("Deals", "Pipeline", HEADERS)
    assert (found.first_row, found.first_column, found.row_count) == (3, 2, 3)
    expected = [[row[at] for row in ROWS] for at in range(len(HEADERS))]
    assert [list(cells) for cells in found.columns] == expected
    assert [type(value) for value in found.columns[4]] == [bool, bool, type(None)]


def test_codes_are_found_in_any_case(host: Host) -> None:
    """Table codes are the same in capitals and small letters, as in Excel."""
    assert host.read("dEALS") == host.read("Deals")


def test_no_such_table(host: Host) -> None:
    """A table that is not there is refused by name."""
    with pytest.raises(NoSuchTable) as caught:
        host.read("Orders")
    assert (caught.value.code, caught.value.params["table"]) == ("no-such-table", "Orders")
    with pytest.raises(NoSuchTable):
        host.write([TableWrite("Orders", {}, [])])


def test_write_in_place(host: Host) -> None:
    """Columns that a write names are replaced; the others stay."""
    host.write([TableWrite("Deals", {"name": ["A", "B", "C"]}, [0, 1, 2])])
    assert column(host, "name") == ["A", "B", "C"]
    assert column(host, "amount") == [1200.5, -3, None]


def test_keep(host: Host) -> None:
    """KEEP leaves a cell as it is in the row's source."""
    host.write([TableWrite("Deals", {"name": [KEEP, "new", KEEP]}, [0, 1, 2])])
    assert column(host, "name") == ["Anna & Co", "new", None]


def test_reorder(host: Host) -> None:
    """Columns that nobody names follow their row to its new place; rows that no one names go."""
    host.write([TableWrite("Deals", {"deal_id": ["D3", "D1"]}, [2, 0])])
    assert host.read("Deals").row_count == 2
    assert column(host, "closed_on") == [dt.datetime(2026, 2, 1, 13, 30), dt.date(2026, 1, 31)]
    assert column(host, "name") == [None, "Anna & Co"]


def test_one_source_twice(host: Host) -> None:
    """Two rows may come from one."""
    host.write([TableWrite("Deals", {"deal_id": ["D1", "D1b"]}, [0, 0])])
    assert column(host, "name") == ["Anna & Co", "Anna & Co"]
    assert column(host, "deal_id") == ["D1", "D1b"]


def test_grow(host: Host) -> None:
    """New rows are blank where nobody gives a value."""
    host.write([TableWrite("Deals", {"deal_id": [KEEP] * 3 + ["D4"]}, [0, 1, 2, None])])
    assert column(host, "deal_id") == ["D1", "D2", "D3", "D4"]
    assert column(host, "amount") == [1200.5, -3, None, None]


def test_grow_far(host: Host) -> None:
    """A table can grow to many times its size."""
    host.write([TableWrite("Deals", {"amount": list(range(2000))}, [None] * 2000)])
    assert column(host, "amount") == list(range(2000))
    assert column(host, "name") == [None] * 2000


def test_no_rows(host: Host) -> None:
    """A table without rows keeps one blank row."""
    host.write([TableWrite("Deals", {"deal_id": []}, [])])
    assert values(host.read("Deals")) == {header: [None] for header in HEADERS}
    host.write([TableWrite("Deals", {"deal_id": ["X"]}, [None])])
    assert column(host, "deal_id") == ["X"]


TEXTS = [
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "{=1}",
        "http://x.example",
        "#N/A",
        "TRUE",
    ),
    *(
        "'quoted",
        " spaces ",
        "line\nbreak",
        "a\tb",
        "cr\r\nlf",
        "_x000D_",
        "_x005F_x000D_",
        "\x01\x1f\x7f",
    ),
    *("<b>&amp;</b>", '"quotes"', "]]>", "客户 😀", "00123", "1e5", "x" * 32_767),
]


def test_texts_stay_texts(host: Host) -> None:
    """Text is written as text, whatever it looks like, and comes back letter by letter."""
    host.write([TableWrite("Deals", {"name": TEXTS}, [None] * len(TEXTS))])
    assert column(host, "name") == TEXTS


def test_kinds_of_values(host: Host) -> None:
    """Every kind of raw value comes back as what it was."""
    given = [
        True,
        False,
        0,
        -7,
        1.1,
        1e300,
        5e-324,
        123456789012345,
        CellError("#N/A"),
        CellError("#DIV/0!"),
    ]
    host.write([TableWrite("Deals", {"amount": given}, [None] * len(given))])
    assert column(host, "amount") == given
    assert [type(value) is bool for value in column(host, "amount")] == [
        type(value) is bool for value in given
    ]


def test_empty_text_is_blank(host: Host) -> None:
    """An empty text reads as a blank cell."""
    host.write([TableWrite("Deals", {"name": ["", None, "x"]}, [0, 1, 2])])
    assert column(host, "name") == [None, None, "x"]


def test_dates(host: Host) -> None:
    """Dates come back as dates in columns that showed none before, and numbers as numbers in date
    columns.
    """
    days = [
        dt.date(2026, 3, 5),
        dt.datetime(2026, 3, 5, 23, 59, 59),
        dt.date(1900, 1, 1),
        dt.date(9999, 12, 31),
    ]
    numbers = [46000, 1.5, 0, -1]
    formats = {"amount": "yyyy-mm-dd"}
    host.write(
        [
            TableWrite(
                "Deals", {"amount": days, "closed_on": numbers}, [0, None, None, None], formats
            )
        ]
    )
    assert column(host, "amount") == days
    assert column(host, "closed_on") == numbers


def test_unknown_column(host: Host) -> None:
    """A column that is not there is refused by name and nothing is written."""
    with pytest.raises(ColumnMissing) as caught:
        host.write([TableWrite("Deals", {"name": ["x"], "colour": ["red"]}, [None])])
    assert caught.value.params["column"] == "colour"
    assert column(host, "name") == ["Anna & Co", "=1+1", None]


def test_all_or_nothing(host: Host) -> None:
    """One write that cannot be done stops all of them."""
    good = TableWrite("Deals", {"name": ["x"]}, [None])
    with pytest.raises(NoSuchTable):
        host.write([good, TableWrite("Orders", {}, [])])
    assert column(host, "name") == ["Anna & Co", "=1+1", None]


def test_contradictions_are_bugs(host: Host) -> None:
    """Columns of unequal length, rows that never were, or a table named twice are the caller's
    mistakes.
    """
    for writes in (
        [TableWrite("Deals", {"name": ["a", "b"]}, [0])],
        [TableWrite("Deals", {}, [3])],
        [TableWrite("Deals", {}, [0]), TableWrite("deals", {}, [1])],
    ):
        with pytest.raises(ValueError, match=r"."):
            host.write(writes)
    assert column(host, "deal_id") == ["D1", "D2", "D3"]


def test_writing_twice(host: Host) -> None:
    """A second write starts from what the first one left."""
    host.write([TableWrite("Deals", {"name": ["a", "b"]}, [2, 1])])
    host.write([TableWrite("Deals", {"deal_id": ["Z", KEEP, KEEP]}, [None, 0, 1])])
    assert column(host, "deal_id") == ["Z", "D3", "D2"]
    assert column(host, "name") == [None, "a", "b"]


def test_new_columns(host: Host) -> None:
    """Columns come right of the table, with cells for new rows and old ones; KEEP leaves blanks."""
    since = dt.date(2026, 1, 31)
    given = {"deal_id": [KEEP, KEEP, KEEP, "D4"], "Since": [since, KEEP, "later", 1]}
    host.write([TableWrite("Deals", given, [0, 1, 2, None], new_headers=("Since",))])
    assert host.headers("Deals") == (*HEADERS, "Since")
    assert column(host, "Since") == [since, None, "later", 1]
    assert column(host, "deal_id") == ["D1", "D2", "D3", "D4"]
    assert column(host, "name") == ["Anna & Co", "=1+1", None, None]


def test_no_room_for_new_columns(host: Host) -> None:
    """What stands right of the table is not written over, and nothing else is written either."""
    before = host.read("Deals")
    if type(host) is MemoryHost:
        return  # a table that is in memory alone has nothing beside it
    given = {"deal_id": ["X"], "Chance": [1], "Since": [2]}
    write = TableWrite("Deals", given, [0], new_headers=("Chance", "Since"))
    with pytest.raises(CannotWrite) as caught:
        host.write([write])
    assert (caught.value.code, caught.value.where) == ("cells-right-in-the-way", "Pipeline!H3")
    assert host.read("Deals") == before


def test_last_columns_go(host: Host) -> None:
    """Columns at the table's end go with what stands in them; the others keep their cells."""
    write = TableWrite("Deals", {"name": ["A", KEEP, KEEP]}, [0, 1, 2], gone_headers=("ok",))
    host.write([write])
    assert host.headers("Deals") == HEADERS[:-1]
    assert column(host, "name") == ["A", "=1+1", None]
    host.write([TableWrite("Deals", {"ok": [KEEP, 3, KEEP]}, [0, 1, 2], new_headers=("ok",))])
    assert column(host, "ok") == [None, 3, None]


def test_columns_come_with_their_cells_or_not_at_all(host: Host) -> None:
    """A write that is refused for its cells leaves no column behind."""
    write = TableWrite("Deals", {"Chance": [1], "nonsense": [2]}, [0], new_headers=("Chance",))
    before = host.read("Deals")
    with pytest.raises(ColumnMissing):
        host.write([write])
    assert host.read("Deals") == before
