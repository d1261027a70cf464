"""BG/NBD: the authors' worked example, and a fit that finds what made the data."""

import math

import numpy as np
import pytest

from salesbook.domain.customers.bgnbd import Parameters, Purchases, expected_purchases, fit, p_alive

CDNOW = Parameters(r=0.243, alpha=4.414, a=0.793, b=2.426)


def customer(x, last, age):
    return Purchases(np.array([float(x)]), np.array([float(last)]), np.array([float(age)]))


def test_the_authors_customer():
    two_repeats = customer(2, 30.43, 38.86)
    assert expected_purchases(two_repeats, CDNOW, 39).round(3).tolist() == [1.226]
    assert p_alive(two_repeats, CDNOW).round(4).tolist() == [0.7266]


def test_one_time_buyers_are_left_blank():
    assert math.isnan(p_alive(customer(0, 0, 38.86), CDNOW)[0])


def test_nothing_more_is_expected_in_no_time():
    assert expected_purchases(customer(2, 30, 38), CDNOW, 0).tolist() == [0]


def test_more_silence_makes_life_less_likely():
    chances = [p_alive(customer(5, last, 50), CDNOW)[0] for last in (50, 40, 20, 5)]
    assert chances == sorted(chances, reverse=True)


def test_expectation_is_smooth_where_the_formula_divides_by_zero():
    near = [
        expected_purchases(customer(2, 30, 38), Parameters(0.5, 4, a, 2), 39)[0]
        for a in (0.99, 1, 1.01)
    ]
    assert near == sorted(near, reverse=True)
    assert near[0] == pytest.approx(near[2], rel=0.05)


def simulated(size, model, seed):
    """Customers as the model has them: buying days until they stop or time is up."""
    draw = np.random.default_rng(seed)
    rows = []
    for _ in range(size):
        age = draw.uniform(20, 80)
        rate, stop = draw.gamma(model.r) / model.alpha, draw.beta(model.a, model.b)
        x, last = 0, 0.0
        while draw.random() >= (stop if x or last else 0):
            step = draw.exponential(1 / rate)
            if last + step > age:
                break
            x, last = x + 1, last + step
            if draw.random() < stop:
                break
        rows.append((x, last, age))
    return Purchases(*(np.array(column, dtype=float) for column in zip(*rows, strict=True)))


def test_a_fit_is_at_least_as_likely_as_the_truth_and_near_it_in_what_it_says():
    truth = Parameters(r=0.8, alpha=6, a=0.9, b=3)
    data = simulated(1500, truth, seed=5)
    model = fit(data, least_repeaters=10)
    some = data.repeats > 0
    assert np.abs(p_alive(data, model)[some] - p_alive(data, truth)[some]).mean() < 0.08


def test_too_few_repeat_buyers_fit_nothing():
    assert fit(simulated(12, CDNOW, seed=1), least_repeaters=10) is None
    assert fit(Purchases(np.array([]), np.array([]), np.array([])), least_repeaters=1) is None
