"""Whatever a file holds, importing it again changes nothing, and the order of its rows decides nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spec.import_tables import book, counts, draft, imported, problems

CELLS = {
    "Deals": (
        ("Deal ID", ["", "", "D1", "D2"]),
        ("Deal name", ["", "Pumps", "pumps"]),
        ("Customer", ["", "Acme", "Hill"]),
        ("Created on", ["", "2026-01-02"]),
        ("Rep", ["Ann", "Bo"]),
        ("Stage", ["Lead", "Offer"]),
        ("Amount", ["", "5", "6"]),
    ),
    "Customers": (
        ("Customer ID", ["", "", "", "C1", "C9"]),
        ("Name", ["", "Acme", "Acme Inc", "Hill", "Ann", "Test"]),
        ("Company", ["", "Hill Ltd"]),
        ("Email", ["", "a@acme.com", "n/a", "b@acme.com"]),
        ("Phone", ["", "+1 555 010 2030", "1234567890", "555 010 2030"]),
        ("City", ["", "Rome", "Bari"]),
    ),
    "Reps": (
        ("Rep ID", ["", "", "R1"]),
        ("Name", ["Ann", "Bo", "ann", "Unknown"]),
        ("Email", ["", "ann@x.com", "bo@x.com"]),
        ("Team", ["", "North", "South"]),
    ),
    "Leads": (
        ("Lead ID", ["", "L1"]),
        ("Name", ["", "Kim", "Vale", "Test"]),
        ("Received on", ["", "2026-01-02"]),
        ("Rep", ["", "Ann"]),
    ),
    "Activities": (
        ("Activity ID", ["", "", "A1"]),
        ("Date", ["2026-01-02", "2026-01-03"]),
        ("Rep", ["Ann", "R1"]),
        ("Customer", ["", "Acme"]),
        ("Type", ["Call"]),
        ("Notes", ["", "hello"]),
    ),
    "Orders": (
        ("Order", ["", "", "O1", "O2"]),
        ("Customer", ["Acme"]),
        ("Rep", ["Ann", "Bo"]),
        ("Date", ["2026-01-02"]),
        ("Product", ["", "A"]),
        ("Amount", ["5", "6"]),
    ),
    "Payments": (
        ("Payment ID", ["", "P1"]),
        ("Order", ["O1", "O2"]),
        ("Date", ["2026-01-02", "2026-01-03"]),
        ("Amount", ["5", "6"]),
    ),
}
"""By table: headers with what stands in their cells; few words, so that rows often share them."""


@st.composite
def files(draw):
    """A table and the rows of a file for it, with keys in some rows or in none."""
    table = draw(st.sampled_from(sorted(CELLS)))
    columns = CELLS[table]
    if draw(st.booleans()):
        columns = columns[1:]
    rows = draw(st.lists(st.tuples(*(st.sampled_from(cells) for _, cells in columns)), max_size=7))
    return table, [header for header, _ in columns], rows


def text_of(headers, rows):
    return "\n".join(",".join(cells) for cells in [headers, *rows]) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("who")


@settings(max_examples=60, deadline=None)
@given(file=files(), before=files(), always_new=st.booleans(), seed=st.integers(0, 999))
def test_a_file_imported_again_changes_nothing(folder, file, before, always_new, seed):
    """In any order of its rows, with and without keys, whatever the workbook held before."""
    table, headers, rows = file
    now = book()
    if before[0] == table:
        now = imported(now, draft(folder, text_of(before[1], before[2]), table, now))

    first = draft(folder, text_of(headers, rows), table, now, always_new=always_new)
    after = imported(now, first)
    shuffled = list(rows)
    # Of two rows with one key the first counts, so that there the order decides.
    if "key-repeated" not in {code for *_, code in problems(first)}:
        random.Random(seed).shuffle(shuffled)
    again = draft(folder, text_of(headers, shuffled), table, after, always_new=always_new)
    assert counts(again).get("new", 0) == counts(again).get("updated", 0) == 0
    assert again.changes == ()
    assert again.accepted == first.accepted


@settings(max_examples=40, deadline=None)
@given(file=files(), seed=st.integers(0, 999))
def test_the_order_of_the_rows_changes_no_count(folder, file, seed):
    """Rows with one key twice aside: there the first one counts."""
    table, headers, rows = file
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    now = book()
    one = draft(folder, text_of(headers, rows), table, now)
    other = draft(folder, text_of(headers, shuffled), table, now)
    if "key-repeated" in {code for *_, code in problems(one)}:
        return
    assert counts(one) == counts(other)
