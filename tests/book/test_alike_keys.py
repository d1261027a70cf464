"""Which keys are named because Excel would take them for one, and which are left in peace."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.frames import empty_frame
from salesbook.names.folding import fold_name
from salesbook.reading.alike_keys import alike_keys
from salesbook.tables import TABLES, Role
from tests.book.drawn import book, table

TODAY = dt.date(2026, 6, 30)
ALIKE = ("key-alike", "key-spelled-two-ways")


def named(*tables):
    """The keys that a run names, each with the key and the row that it is like."""
    report = run_action(book(*tables), "validate", Options(TODAY))
    return [
        (finding.table, finding.row_key, finding.params["other"], finding.params["place"])
        for finding in report.findings
        if finding.code in ALIKE
    ]


def customers(*keys):
    return table("Customers", {"customer_id": [*keys], "name": [f"Company {key}" for key in keys]})


def orders(*lines):
    keys, numbers = zip(*lines, strict=True)
    return table(
        "Orders",
        {
            "order_id": list(keys),
            "line_no": list(numbers),
            "customer_id": ["C1"] * len(lines),
            "rep_id": ["R1"] * len(lines),
            "ordered_on": [dt.date(2026, 5, 5)] * len(lines),
            "amount": [10.0] * len(lines),
        },
    )


def test_keys_that_differ_in_case_alone_are_named_with_both_rows():
    """`c001` is named beside `C001`, which stands in row 6 of the sheet."""
    assert named(customers("c001", "C002", "C001")) == [("Customers", "c001", "C001", "6")]


def test_the_order_of_the_rows_decides_nothing():
    """The same key is named whichever comes first; only the row of the other differs."""
    assert named(customers("C001", "C002", "c001")) == [("Customers", "c001", "C001", "4")]


@pytest.mark.parametrize("keys", [("C001", "C001"), ("C001", "Ｃ００１"), ("C001", " C001 ")])
def test_what_is_read_as_one_key_is_a_duplicate_and_nothing_else(keys):
    """Keys are read trimmed and narrow, so that such rows have one key already."""
    report = run_action(book(customers(*keys)), "validate", Options(TODAY))
    codes = [finding.code for finding in report.findings if finding.table == "Customers"]
    assert codes == ["duplicate-key"]


def test_accents_and_spaces_tell_keys_apart():
    """MATCH tells `é` from `e`, and `C 1` from `C1`."""
    assert named(customers("Café", "Cafe", "C1", "C 1")) == []


def test_references_in_another_case_are_no_keys():
    """Who types `r1` into a month's lock means R1, and there is one R1."""
    reps = table("Reps", {"rep_id": ["R1"], "name": ["Ann"]})
    locks = {
        "year": [2026, 2026],
        "rep_id": ["R1", "r1"],
        "month": [1, 2],
        "metric": ["revenue"] * 2,
        "kind": ["lock"] * 2,
        "amount": [5.0, 6.0],
    }
    assert named(reps, table("Locks", locks)) == []


def test_an_order_spelled_in_two_ways_is_named_once():
    """Lines 1 and 2 of one order and line 3 of `o1`: two orders here, one to Excel."""
    found = named(orders(("O1", 1), ("O1", 2), ("o1", 3), ("o1", 4), ("O2", 1)))
    assert found == [("Orders", "o1|3", "O1", "4")]


def test_lines_of_one_number_are_named_line_by_line():
    """Both rows could be the same line, typed twice."""
    assert named(orders(("O1", 1), ("o1", 1))) == [("Orders", "o1|1", "O1|1", "4")]


def test_settings_are_judged_as_well():
    """Two grades that differ in case; products have a finding of their own."""
    grades = table("Grades", {"grade": ["a", "A"], "from_score": [50.0, 0.0]})
    products = table("Products", {"product": ["Box", "box"]})
    assert named(grades, products) == [("Grades", "a", "A", "5")]


def test_once_one_row_is_gone_references_in_either_case_lead_to_the_other():
    """The advice, tried: delete one of the rows, and deals of both are the other's."""
    deals = {
        "deal_id": ["D1", "D2"],
        "customer_id": ["c001", "C001"],
        "rep_id": ["R1", "R1"],
        "stage": ["New", "New"],
    }
    both = book(customers("c001", "C001"), table("Deals", deals))
    task, _ = Session(both).task(("Customers", "Deals"), Options(TODAY))
    assert task.tables["Deals"]["customer_id"].tolist() == ["c001", "C001"]

    one = book(customers("C001"), table("Deals", deals))
    task, found = Session(one).task(("Customers", "Deals"), Options(TODAY))
    assert task.tables["Deals"]["customer_id"].tolist() == ["C001", "C001"]
    assert not {finding.code for finding in found} & set(ALIKE)


KEYS = st.lists(
    st.text("aAbB éÉß１1", min_size=1, max_size=3).map(str.strip).filter(bool),
    min_size=1,
    max_size=6,
    unique=True,
)


@given(KEYS)
def test_named_are_all_keys_but_the_first_of_each_folded_form(keys):
    """As many are named as there are keys more than folded forms, and each with one like it."""
    frame = pd.DataFrame({name: [None] * len(keys) for name in TABLES["Customers"].field_names})
    frame["customer_id"] = pd.Series(keys, dtype="str")
    found = list(alike_keys("Customers", frame, 4))
    assert len(found) == len(keys) - len({fold_name(key) for key in keys})
    for finding in found:
        other = keys[int(finding.params["place"]) - 4]
        assert fold_name(other) == fold_name(finding.row_key)
        assert other == finding.params["other"] < finding.row_key


@pytest.mark.parametrize("name", [name for name, spec in TABLES.items() if spec.key])
def test_a_table_without_rows_has_no_alike_keys(name):
    """Nor has a table of ours, whose keys nobody types."""
    assert not list(alike_keys(name, empty_frame(name), 4))
    if TABLES[name].role is Role.OUTPUT:
        frame = pd.DataFrame({key: ["a", "A"] for key in TABLES[name].field_names})
        assert not list(alike_keys(name, frame, 4))


@pytest.mark.parametrize("letter", ["A", "客"])
def test_a_hundred_thousand_keys_take_no_time(letter):
    """Under a fifth of a second, where reading such a table takes several."""
    frame = empty_frame("Activities").reindex(range(100_000))
    keys = letter + pd.Series(np.arange(100_000)).astype("str")
    frame["activity_id"] = keys.astype("str")
    start = time.process_time()
    assert not list(alike_keys("Activities", frame, 4))
    assert time.process_time() - start < 0.2
