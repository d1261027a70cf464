"""Tiers by share of value: the two published readings, ties, and values that are none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.domain.customers.tiers import stand_values

SHARES = (0.8, 0.95, 1.0)


def tiers(values, rule="before", shares=SHARES):
    return "".join("ABCDE"[at] for at in stand_values(values, shares, rule).tiers)


@pytest.mark.parametrize(
    ("values", "rule", "expected"),
    [
        ([50, 30, 10, 6, 4], "before", "AABBC"),
        ([50, 30, 10, 6, 4], "including", "ABBCC"),
        ([4, 50, 6, 30, 10], "before", "CABAB"),
        ([7], "before", "A"),
        ([7], "including", "A"),
        ([7, 0, -3], "including", "ACC"),
        ([0], "before", "C"),
        ([-5, -5], "before", "CC"),
        ([], "before", ""),
        ([10] * 10, "before", "A" * 10),
        ([80, 15, 5], "including", "BBC"),
        ([79, 16, 5], "including", "ABC"),
        ([80, 15, 5], "before", "ABC"),
    ],
)
def test_a_value_falls_into_the_tier_of_its_share(values, rule, expected):
    assert tiers(values, rule) == expected


def test_there_may_be_any_number_of_tiers():
    assert tiers([50, 30, 10, 6, 4], shares=(0.5, 0.8, 0.9, 0.95, 1)) == "ABCDE"
    assert tiers([1, 2, 0], shares=(1.0,)) == "AAA"


VALUES = st.lists(st.integers(-50, 1_000_000_000_000), max_size=30)


@settings(max_examples=100, deadline=None)
@given(
    values=VALUES,
    rule=st.sampled_from(["before", "including"]),
    order=st.randoms(use_true_random=False),
)
def test_equal_values_share_a_tier_larger_ones_are_no_worse_and_order_does_not_matter(
    values, rule, order
):
    found = dict(zip(values, tiers(values, rule), strict=True))
    shuffled = values.copy()
    order.shuffle(shuffled)
    assert [found[value] for value in shuffled] == list(tiers(shuffled, rule))
    ranked = [found[value] for value in sorted(found, reverse=True)]
    assert ranked == sorted(ranked)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.integers(1, 10**6), min_size=1, max_size=30))
def test_the_largest_value_is_always_in_the_first_tier_by_the_share_before_it(values):
    assert tiers(values)[values.index(max(values))] == "A"
