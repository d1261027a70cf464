"""What holds for any argument: no exception leaves a function, and no text stands in a numeric answer."""

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
from salesbook.domain.pay.brackets import Bracket, PayPlan, bracket_problems, pay
from tests.udfs.com import DIV0, LEFT_OUT, NA, SPILL
from udfs import ANSWERS, FUNCTIONS
from udfs.errors import is_error
from udfs.shares import hamilton, pays

IN_WORDS = frozenset(("SALES_GRADE", "SALES_ABC", "SALES_RFM", "SALES_TIER", "SALES_CHECK", "SALES_STUCK"))

CELL = st.one_of(
    st.floats(),
    st.floats(0, 1),
    st.integers(0, 60_000).map(float),
    st.none(),
    st.booleans(),
    st.sampled_from(
        ["", "x", "higher", "number", "key", "2026-07", "1,234", "Lead", "dmy", "won", "５", "00123"]
    ),
    st.sampled_from([DIV0, NA, SPILL, LEFT_OUT, 0, 7]),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2100, 1, 1)),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
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
    with mock.patch.object(logging.getLogger("udfs.worksheet"), "exception", side_effect=AssertionError):
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
def test_columns_are_split_as_the_domain_splits(total: int, weights: list[float], unit: int) -> None:
    if any(weights):
        assert hamilton(total, np.array(weights), unit=unit) == allocate(total, weights, unit=unit)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 300), st.integers(0, 40), st.sampled_from(["marginal", "whole"])),
        max_size=4,
        unique_by=lambda step: step[0],
    ),
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(-(10**6), 10**8), st.integers(0, 10**7)), min_size=1, max_size=6),
    st.one_of(st.none(), st.integers(0, 10**6)),
)
def test_columns_are_paid_as_the_domain_pays(
    steps: list[tuple[int, int, Any]], first: int, cases: list[tuple[int, int]], cap: int | None
) -> None:
    brackets = [Bracket(0, first / 100), *(Bracket(a / 100, b / 100, kind) for a, b, kind in sorted(steps))]
    plan = PayPlan(tuple(brackets), cap)
    if not bracket_problems(plan):
        found = pays(plan, [sales for sales, _ in cases], [quota for _, quota in cases])
        assert found == [pay(plan, sales, quota) for sales, quota in cases]


def test_decimals_are_numbers() -> None:
    assert FUNCTIONS["SALES_VELOCITY"](Decimal(4), 0.5, 10.0, 2.0) == [[10.0]]
