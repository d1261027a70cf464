"""Is a month better than the twelve before it? The rule alone, on drawn months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from salesbook.domain.pipeline.review.rule import Months, compared, has_enough

YEAR = [25.0, 36.0] * 6
COUNTS = st.integers(0, 400).map(float)


def counts(*months: float) -> Months:
    """One case of whole numbers, month by month."""
    row = np.array([months], dtype=np.float64)
    return Months(row, row, row)


def rates(hits: list[float], cases: list[float]) -> Months:
    total = np.array([hits], dtype=np.float64)
    return Months(np.array([cases], dtype=np.float64), total, total)


@pytest.mark.parametrize(("month", "is_up"), [(58.0, False), (59.0, True)])
def test_one_month_needs_more_than_the_bar(month, is_up):
    """rules.md: 25 and 36 in turn, 20 measures: |√x − 5.5| > 2.117, x ≥ 59."""
    found = compared("count", counts(*YEAR, month), 1, 20)
    assert bool(found.is_up[0]) is is_up
    assert found.usual_high[0] == pytest.approx((5.5 + 2.117) ** 2, abs=0.01)
    assert found.usual_low[0] == pytest.approx((5.5 - 2.117) ** 2 - 3 / 8, abs=0.01)
    assert found.before[0] == 30.5


def test_three_months_need_less():
    """√(1/3 + 1/12) instead of √(1 + 1/12): 5.5 + 1.313, so that 46.4 a month is the bar."""
    assert not compared("count", counts(*YEAR, 46, 46, 46), 3, 20).is_up[0]
    assert compared("count", counts(*YEAR, 47, 47, 47), 3, 20).is_up[0]


def test_a_change_that_is_told_has_a_range_without_0():
    found = compared("count", counts(*YEAR, 100), 1, 20)
    assert 0 < found.change_low[0] < found.value[0] - found.before[0] < found.change_high[0]
    fallen = compared("count", counts(*YEAR, 4), 1, 20)
    assert fallen.is_down[0]
    assert fallen.change_high[0] < 0


def test_alike_months_leave_luck_its_part():
    """By their own spread, which is 0, any other month would be a surprise."""
    found = compared("count", counts(*[30.0] * 12, 36), 1, 20)
    assert not found.is_up[0]
    assert found.usual_high[0] == pytest.approx(
        (np.sqrt(30) + 3.0233 / 2 * np.sqrt(13 / 12)) ** 2, abs=0.01
    )


def test_none_of_a_usual_three_is_no_fall():
    """e⁻³ is 5 %, and of a usual 8 it is 0.03 %."""
    assert not compared("count", counts(*[3.0] * 12, 0), 1, 20).is_down[0]
    assert compared("count", counts(*[8.0] * 12, 0), 1, 20).is_down[0]


def test_no_difference_needs_that_half_more_would_have_shown():
    many, few = counts(*[400.0] * 13), counts(*[9.0] * 13)
    assert compared("count", many, 1, 20).would_show[0]
    assert not compared("count", few, 1, 20).would_show[0]


def test_money_moves_by_the_size_of_its_sales():
    """√x moves by ½ √(Σ a² / Σ a): ten sales of 100 are as uncertain as ten of 1, times √100."""
    total = np.full((1, 13), 1000.0)
    small = Months(np.full((1, 13), 10.0), total, np.full((1, 13), 10 * 100.0**2))
    found = compared("money", small, 1, 1)
    half = 1.96 * 0.5 * np.sqrt(100) * np.sqrt(13 / 12)
    assert np.sqrt(found.usual_high[0]) == pytest.approx(np.sqrt(1000) + half, abs=0.01)
    large = Months(np.ones((1, 13)), total, np.full((1, 13), 1000.0**2))
    assert compared("money", large, 1, 1).usual_high[0] > 2 * found.usual_high[0]


def test_the_mean_of_a_month_is_as_sure_as_its_cases():
    """Days of 20 and 40 in turn, n a month: √30 moves by 10 / (2 √(30 n))."""

    def of(cases: float) -> Months:
        count = np.full((1, 13), cases)
        return Months(count, 30 * count, (20.0**2 + 40.0**2) / 2 * count)

    wide, narrow = compared("mean", of(10), 1, 1), compared("mean", of(1000), 1, 1)
    assert wide.value[0] == narrow.value[0] == 30
    half = 1.96 * 10 / 2 / np.sqrt(30 * 10) * np.sqrt(13 / 12)
    assert np.sqrt(wide.usual_high[0]) == pytest.approx(np.sqrt(30) + half, abs=0.01)
    assert narrow.usual_high[0] < wide.usual_high[0]


def test_a_rate_needs_cases_in_every_month():
    twelve = [10.0] * 12
    assert has_enough("rate", rates([3.0] * 13, [*twelve, 5.0]), 1)[0]
    assert not has_enough("rate", rates([3.0] * 13, [*twelve, 4.0]), 1)[0]
    assert not has_enough("rate", rates([0.0] * 13, [0.0, *twelve]), 1)[0]
    assert not has_enough("rate", rates([1.0] * 13, [4.0] * 12 + [5.0]), 1)[0]


def test_none_of_eight_at_a_usual_third_is_no_proof():
    """0.7⁸ is 6 %: the plain arcsine would call it worse at 20 measures."""
    months = rates([30.0] * 12 + [0.0], [100.0] * 12 + [8.0])
    assert not compared("rate", months, 1, 20).is_down[0]
    assert compared("rate", rates([30.0] * 12 + [0.0], [100.0] * 12 + [20.0]), 1, 20).is_down[0]


@given(arrays.arrays(np.float64, 13, elements=COUNTS), st.randoms(use_true_random=False))
def test_the_order_of_the_year_before_does_not_matter(months, random):
    shuffled = list(months[:12])
    random.shuffle(shuffled)
    one, other = (
        compared("count", counts(*year, months[12]), 1, 20) for year in (months[:12], shuffled)
    )
    assert one.usual_high == pytest.approx(other.usual_high)
    assert one.is_up == other.is_up


@given(
    arrays.arrays(np.float64, 13, elements=COUNTS), st.integers(1, 300), st.sampled_from([1, 20])
)
def test_more_is_never_worse_and_more_looked_at_never_surer(months, more, looked_at):
    found = compared("count", counts(*months), 1, looked_at)
    raised = compared("count", counts(*months[:12], months[12] + more), 1, looked_at)
    assert not (found.is_up[0] and not raised.is_up[0])
    assert not (raised.is_down[0] and not found.is_down[0])
    careful = compared("count", counts(*months), 1, 10 * looked_at)
    assert not (careful.is_up[0] and not found.is_up[0])
    assert careful.usual_high[0] >= found.usual_high[0]


@given(arrays.arrays(np.float64, 13, elements=COUNTS))
def test_what_is_told_lies_outside_of_the_swing_and_nothing_else(months):
    found = compared("count", counts(*months), 1, 20)
    is_told = bool(found.is_up[0] or found.is_down[0])
    outside = (
        found.value[0] > found.usual_high[0] + 1e-6 or found.value[0] < found.usual_low[0] - 1e-6
    )
    assert is_told == bool(outside)
    assert is_told == (found.change_low[0] > 1e-6 or found.change_high[0] < -1e-6)
