"""What holds for any argument: no exception leaves a function, and no text stands in a numeric
answer.
"""

from __future__ import annotations

import datetime as dt
import inspect
import logging
from decimal import Decimal
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.domain.arithmetic.allocation import allocate
from tests.udfs.com import DIV0, LEFT_OUT, NA, SPILL
from udfs import ANSWERS, FUNCTIONS
from udfs.errors import is_error

IN_WORDS = frozenset(
    (
        "SALES_GRADE",
        "SALES_ABC",
        "SALES_RFM",
        "SALES_SEGMENT",
        "SALES_TIER",
        "SALES_CHECK",
        "SALES_STUCK",
    )
)

CELL = st.one_of(
    st.floats(),
    st.floats(0, 1),
    st.integers(0, 60_000).map(float),
    st.none(),
    st.booleans(),
    st.sampled_from(
        [
            "",
            "x",
            "higher",
            "number",
            "key",
            "2026-07",
            "1,234",
            "Lead",
            "dmy",
            "won",
            "５",
            "00123",
        ]
    ),
    st.sampled_from([DIV0, NA, SPILL, LEFT_OUT, 0, 7]),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2100, 1, 1)),
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9
    ),
    st.text(max_size=6),
)


@st.composite
def arguments(draw: st.DrawFn) -> Any:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    if (rows, columns) == (1, 1):
        return draw(CELL)
    return tuple(tuple(draw(CELL) for _ in range(columns)) for _ in range(rows))


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_argument_gives_cells(name: str, data: st.DataObject) -> None:
    count = len(inspect.signature(ANSWERS[name]).parameters)
    given_cells = [data.draw(arguments()) for _ in range(count)]
    with mock.patch.object(
        logging.getLogger("udfs.worksheet"), "exception", side_effect=AssertionError
    ):
        answer = FUNCTIONS[name](*given_cells)
    assert len({len(row) for row in answer}) == 1
    for cell in (cell for row in answer for cell in row):
        if is_error(cell):
            continue
        if name in IN_WORDS:
            assert isinstance(cell, str | bool)
        else:
            assert type(cell) is float
            assert np.isfinite(cell)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(-(10**7), 10**7),
    st.lists(st.one_of(st.integers(0, 100).map(float), st.floats(0, 1e6)), min_size=1, max_size=8),
    st.sampled_from([1, 100, 10_000]),
)
def test_columns_are_split_as_the_domain_splits(
    total: int, weights: list[float], unit: int
) -> None:
    if any(weights):
        found = FUNCTIONS["SALES_SPLIT"](total / 100, [[weight] for weight in weights], unit / 100)
        expected = [[part / 100] for part in allocate(total, weights, unit=unit)]
        assert found == expected


def test_decimals_are_numbers() -> None:
    assert FUNCTIONS["SALES_VELOCITY"](Decimal(4), 0.5, 10.0, 2.0) == [[10.0]]
