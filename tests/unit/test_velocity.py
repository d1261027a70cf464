"""Velocity and coverage."""

import math

from salesbook.domain.pipeline.forecast.velocity import coverage, required_coverage, velocity


def test_forty_deals_at_a_quarter_worth_25000_in_90_days():
    assert round(float(velocity(40, 0.25, 25_000, 90)), 2) == 2777.78
    assert math.isnan(velocity(40, 0.25, 25_000, 0))


def test_coverage_is_of_what_is_missing():
    assert coverage(300, 40, 100) == 5
    assert math.isnan(coverage(300, 100, 100))
    assert math.isnan(coverage(300, 0, math.nan))
    assert coverage([300, 60], 40, [100, 100]).tolist() == [5, 1]


def test_required_coverage():
    assert round(required_coverage(0.3, 0.2), 9) == 3.5
    assert math.isnan(required_coverage(0.3, 0))
