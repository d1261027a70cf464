"""What settings mean is worked out once, and again for each cell that says something else."""

from __future__ import annotations

from typing import Any

import pytest

from salesbook.labels import header
from salesbook.reading.settings import read_settings
from salesbook.store import TableCells


def policy_table(value: Any, first_row: int = 2) -> TableCells:
    headers = (header("Policy", "key", "en"), header("Policy", "value", "en"))
    columns = (["fiscal_year_start"], [value])
    return TableCells("Policy", "Settings", headers, columns, first_row=first_row, first_column=1)


def test_the_same_settings_are_read_once():
    """A command asks several times; the cells are others, and say the same."""
    one, first = read_settings(lambda _: policy_table(4), {"Policy"})
    other, second = read_settings(lambda _: policy_table(4), {"Policy"})
    assert other is one
    assert second["Policy"] is first["Policy"]
    # Each asker may add tables to what it was given.
    assert second is not first


@pytest.mark.parametrize("value", [1, 1.0, True, "1", None, "4"])
def test_values_that_only_compare_equal_are_read_each_for_itself(value):
    """1, 1.0 and TRUE are equal in Python, and different cells."""
    for before in (1, 1.0, True, "1", None, "4"):
        read_settings(lambda _, before=before: policy_table(before), {"Policy"})
    _, tables = read_settings(lambda _: policy_table(value), {"Policy"})
    assert repr(tables["Policy"].cells.columns[1]) == repr([value])


def test_findings_name_the_row_where_the_table_stands_now():
    """A table that was moved down is read anew."""
    read_settings(lambda _: policy_table("often"), {"Policy"})
    _, tables = read_settings(lambda _: policy_table("often", first_row=9), {"Policy"})
    assert tables["Policy"].address(0, "value") == "B9"
