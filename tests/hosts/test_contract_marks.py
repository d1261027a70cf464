"""What every host does with what people put on rows: it goes where its row goes, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from salesbook.errors import NoSuchTable
from salesbook.store import KEEP, Annotation, Host, Mark, TableWrite
from tests.hosts.conftest import values
from tests.hosts.marked_books import HEADERS, MARKS, THREAD, marked_table

ALL_ROWS = range(6)


def marks_of(host: Host) -> set[Annotation]:
    found = host.annotations("Deals")
    assert len(set(found)) == len(found)
    return set(found)


def went(way: dict[int, int]) -> set[Annotation]:
    """The marks as they are after old rows went to new ones."""
    return {
        replace(mark, row=way[mark.row])
        for mark in MARKS
        if mark.row is not None and mark.row in way
    }


def test_everything_is_told(marked: Host) -> None:
    """By row, then by column; a header's note and one beside the table are none of it."""
    assert tuple(marked.annotations("Deals")) == MARKS
    assert marked.read("Deals") == marked_table()


def test_no_such_table(marked: Host) -> None:
    with pytest.raises(NoSuchTable):
        marked.annotations("Orders")
    with pytest.raises(NoSuchTable):
        marked.losses(TableWrite("Orders", {}, []))


def test_a_write_in_place_leaves_everything(marked: Host) -> None:
    """A value that changes takes nothing away from its row."""
    marked.write([TableWrite("Deals", {"amount": [9.0] * 6}, ALL_ROWS)])
    assert marks_of(marked) == set(MARKS)


def test_everything_follows_its_row(marked: Host) -> None:
    """Up, down and past each other; the values typed over a calculated column as well."""
    marked.write([TableWrite("Deals", {}, [5, 4, 3, 2, 1, 0])])
    assert marks_of(marked) == went({row: 5 - row for row in ALL_ROWS})
    assert values(marked.read("Deals"))["double"][4] == "DO NOT CALL"
    assert values(marked.read("Deals"))["key"] == ["K5", "K4", "K3", "K2", "K1", "K0"]


def test_a_row_that_goes_takes_all_with_it(marked: Host) -> None:
    """Whatever comes into its place has none of it."""
    marked.write([TableWrite("Deals", {}, [3, 5])])
    assert marks_of(marked) == went({3: 0, 5: 1})
    marked.write([TableWrite("Deals", {"key": ["N"]}, [None])])
    assert marks_of(marked) == set()


def test_a_new_row_has_nothing(marked: Host) -> None:
    """Neither above, between nor below rows that have something, whatever they look like."""
    write = TableWrite(
        "Deals",
        {"key": ["N0", KEEP, "N1", KEEP, KEEP, "N2", "N3"]},
        [None, 4, None, 0, 2, None, None],
    )
    marked.write([write])
    assert marks_of(marked) == went({4: 1, 0: 3, 2: 4})


def test_a_table_that_is_emptied_and_filled_has_nothing(marked: Host) -> None:
    marked.write([TableWrite("Deals", {}, [])])
    assert marks_of(marked) == set()
    marked.write([TableWrite("Deals", {"key": [f"N{row}" for row in range(9)]}, [None] * 9)])
    assert marks_of(marked) == set()


NEW_MARKS = [
    Annotation(0, "own", Mark.NOTE, "line one\nzwei & <drei>"),
    Annotation(1, "key", Mark.THREAD, THREAD),
    Annotation(1, "own", Mark.FORMULA, '=SUM($A$1:$A$2)+LEN("B3")'),
    Annotation(2, "key", Mark.COLOUR, "#123456"),
    Annotation(2, "key", Mark.HEIGHT, "33.75"),
    Annotation(2, "amount", Mark.LINK, "mailto:a@example.com"),
    Annotation(3, "amount", Mark.LINK, "#Other!B2"),
]


def test_what_was_parked_is_put_back(marked: Host) -> None:
    """On new rows and on old ones, beside what stands there."""
    columns = {"key": [KEEP, "N1", "N2", "N3"]}
    marked.write([TableWrite("Deals", columns, [0, None, None, None], annotations=NEW_MARKS)])
    assert marks_of(marked) == went({0: 0}) | set(NEW_MARKS)


def test_what_was_put_follows_its_row_again(marked: Host) -> None:
    """As if a person had put it there."""
    columns = {"key": [KEEP, "N1", "N2", "N3", KEEP, KEEP, KEEP, KEEP]}
    sources = [0, None, None, None, 2, 3, 4, 5]
    marked.write([TableWrite("Deals", columns, sources, annotations=NEW_MARKS)])
    marked.write([TableWrite("Deals", {}, [7, 3, 2, 1, 0, 4])])
    way = {0: 4, 1: 3, 2: 2, 3: 1}
    new = {replace(mark, row=way[mark.row]) for mark in NEW_MARKS if mark.row is not None}
    assert marks_of(marked) == went({0: 4, 2: 5, 5: 0}) | new


def test_a_loss_is_only_what_stays_and_is_kept(marked: Host) -> None:
    """Nothing here names other rows, so nothing is lost, wherever rows go."""
    assert list(marked.losses(TableWrite("Deals", {}, [4, 3]))) == []


def test_headers_are_the_tables(marked: Host) -> None:
    assert {mark.header for mark in marked.annotations("Deals")} == set(HEADERS)
