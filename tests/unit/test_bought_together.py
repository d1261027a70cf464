"""Families that the same customers buy: exact chances, and nothing where only luck is at work."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.domain.customers.bought_together import (
    bought_together,
    family_weights,
    next_families,
    pairs_of,
    sums_without_each,
    symmetric_sums,
)
from salesbook.domain.customers.families import Baskets

weights_drawn = st.lists(st.floats(0.05, 8), min_size=2, max_size=6).map(np.array)


def baskets(has):
    customers = pd.Index([f"C{at:04}" for at in range(len(has))])
    names = tuple("ABCDEFGH"[: has.shape[1]])
    return Baskets(customers, names, has, pd.Series(dtype="str"))


def market(seed, customers=1500, families=6, *, pull=0.0):
    """Some buy much and some little, and families are not equally popular.

    `pull` is the chance with which who has the first family takes the second as well.
    """
    draw = np.random.default_rng(seed)
    much, popular = draw.normal(-1, 1.2, customers), draw.normal(0, 0.8, families)
    has = draw.random((customers, families)) < 1 / (1 + np.exp(-(much[:, None] + popular)))
    has[:, 1] |= has[:, 0] & (draw.random(customers) < pull)
    return has


@given(weights_drawn)
def test_symmetric_sums_are_those_of_all_choices(weights):
    """Counted out: every way to choose r of them."""
    by_hand = [
        sum(np.prod(chosen) for chosen in combinations(weights, size))
        for size in range(weights.size + 1)
    ]
    assert symmetric_sums(weights) == pytest.approx(by_hand)
    for left_out, sums in enumerate(sums_without_each(weights)):
        assert sums == pytest.approx(symmetric_sums(np.delete(weights, left_out)))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_weights_give_each_family_the_buyers_that_it_has(seed):
    """By the chances that the weights stand for, summed over customers of each size."""
    has = market(seed, 200, 5)
    of_size = np.bincount(has.sum(axis=1), minlength=6).astype(float)
    buyers = has.sum(axis=0).astype(float)
    weights = family_weights(buyers, of_size)
    chances = weights[:, None] * sums_without_each(weights) / symmetric_sums(weights)[1:]
    assert (chances * of_size[1:]).sum(axis=1) == pytest.approx(buyers, rel=1e-4)


def test_of_three_families_alike_each_two_meet_in_a_third_of_who_has_two():
    """By hand: 90 customers with two of three, 30 of each kind: 30 expected of each pair."""
    rows = [(1, 1, 0), (1, 0, 1), (0, 1, 1)] * 30
    pairs = list(pairs_of(np.array(rows, dtype=bool)))
    assert [(pair.both, round(pair.expected, 6)) for pair in pairs] == [(30, 30.0)] * 3
    assert [pair.chance for pair in pairs] == [1.0] * 3


def test_who_has_all_or_one_says_nothing_of_two():
    rows = [(1, 1, 1)] * 40 + [(1, 0, 0)] * 40 + [(0, 0, 0)] * 40
    assert [pair.expected for pair in pairs_of(np.array(rows, dtype=bool))] == [40.0] * 3


def test_a_family_that_draws_another_is_found_and_suggested():
    has = market(1, 4000, pull=0.35)
    found = bought_together(baskets(has), 10, 0.8)
    called = found.table[found.table["verdict"] == "together"]
    assert set(zip(called["family"], called["next_family"], strict=True)) == {
        ("A", "B"),
        ("B", "A"),
    }
    row = called[called["family"] == "A"].iloc[0]
    assert row["both"] == int((has[:, 0] & has[:, 1]).sum())
    assert row["low"] < row["rate"] < row["high"]
    assert row["base_rate"] < row["low"]

    names, reasons = next_families(baskets(has), found, frozenset("ABCDEF"))
    for customer, (name, reason) in enumerate(zip(names, reasons, strict=True)):
        lacks = {"B"} if has[customer, 0] and not has[customer, 1] else set()
        lacks |= {"A"} if has[customer, 1] and not has[customer, 0] else set()
        assert {name} == lacks if lacks else name is None
        assert (reason is None) is (name is None)


def test_nothing_is_suggested_that_is_not_on_sale():
    has = market(1, 4000, pull=0.35)
    found = bought_together(baskets(has), 10, 0.8)
    names, _ = next_families(baskets(has), found, frozenset("ACDEF"))
    assert set(names) == {None, "A"}


def test_much_buyers_buy_everything_and_that_is_no_bond():
    """Forty markets without bonds: a pair is called in hardly any; by plain rates in nearly all."""
    called = plain = 0
    for seed in range(40):
        has = market(seed)
        pairs = list(pairs_of(has))
        called += min(pair.chance for pair in pairs) * len(pairs) <= 0.05
        rates = has.mean(axis=0)
        plain += any(
            pair.both > 1.3 * rates[pair.left] * rates[pair.right] * len(has) for pair in pairs
        )
    assert called <= 5
    assert plain >= 35


def test_families_with_a_handful_of_buyers_are_not_compared():
    has = np.zeros((50, 3), dtype=bool)
    has[:30, 0] = has[20:, 1] = has[:9, 2] = True
    table = bought_together(baskets(has), 10, 0.8).table
    assert set(table["family"]) == {"A", "B"}
    assert bought_together(baskets(has[:5]), 10, 0.8).table.empty


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_customers_does_not_matter(seed):
    has = market(seed, 300, pull=0.3)
    shuffled = np.random.default_rng(seed).permutation(has)
    first = bought_together(baskets(has), 10, 0.8).table
    pd.testing.assert_frame_equal(first, bought_together(baskets(shuffled), 10, 0.8).table)
