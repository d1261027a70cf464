"""Allocation: parts that add up to their total."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.arithmetic.allocation import (
    allocate,
    allocate_within,
    effective_unit,
    hold_and_change,
)
from salesbook.errors import SettingsError

weights_of_any_kind = st.lists(
    st.one_of(st.integers(0, 10**6), st.floats(0, 1e6), st.decimals(0, 1000, places=3)),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (1_000_000, [1] * 12, [83_334] * 4 + [83_333] * 8),
        (7, [50, 30, 20], [4, 2, 1]),
        (10, [0.1, 0.2, 0.7], [1, 2, 7]),
        (5, [0.1 + 0.2, 0.3], [3, 2]),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
        (5, [0, 1], [0, 5]),
    ],
)
def test_the_largest_remainders_get_what_is_left(
    total: int, weights: list[float], expected: list[int]
) -> None:
    assert expected == allocate(total, weights)


def test_sixty_seats_for_fifteen_states() -> None:
    """The populations of 1790, from Virginia to Delaware, as electowiki divides 60 seats among
    them.
    """
    people = "630560 475327 432879 353523 331589 278514 236841 206236 179570 141822 85533 70835 68705 68446 55540"
    assert allocate(60, [int(one) for one in people.split()]) == [
        11,
        8,
        7,
        6,
        6,
        5,
        4,
        3,
        3,
        2,
        1,
        1,
        1,
        1,
        1,
    ]


def test_keys_decide_ties_whatever_the_order() -> None:
    assert allocate(100, [1, 1, 1], keys=["c", "a", "b"]) == [33, 34, 33]


def test_parts_are_whole_in_the_unit() -> None:
    assert allocate(1_000_000, [1, 1, 1], unit=10_000) == [340_000, 330_000, 330_000]


def test_a_total_that_is_not_whole_is_split_in_the_largest_unit_in_which_it_is() -> None:
    assert effective_unit(100, 1_000_005) == 5
    assert allocate(1_000_005, [1, 1], unit=100) == [500_005, 500_000]


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        ([0, 0], "weights-zero"),
        ([], "weights-zero"),
        ([1, -1], "weight-negative"),
        ([float("nan")], "weight-unreadable"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights: list[float], code: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        allocate(5, weights)
    assert refusal.value.code == code


def test_a_unit_of_nothing_is_refused() -> None:
    with pytest.raises(SettingsError) as refusal:
        allocate(5, [1], unit=0)
    assert refusal.value.code == "unit-not-positive"


@given(st.integers(-(10**15), 10**15), weights_of_any_kind, st.sampled_from([1, 7, 100, 10_000]))
def test_no_unit_is_lost_and_every_part_is_its_share_rounded_down_or_up(
    total: int, weights: list[float], unit: int
) -> None:
    if not any(weights):
        return
    parts = allocate(total, weights, unit=unit)
    step = effective_unit(unit, total)
    assert total == sum(parts)
    for part, weight in zip(parts, weights, strict=True):
        assert part % step == 0
        assert abs(part - total * Fraction(weight) / sum(map(Fraction, weights))) < step * (
            1 + Fraction(1, 10**6)
        ) + abs(total) * Fraction(1, 10**13)


@given(
    st.integers(0, 1000),
    st.dictionaries(st.text("abc", min_size=1), st.integers(1, 9), min_size=1),
    st.randoms(),
)
def test_the_order_of_weights_is_irrelevant(
    total: int, weights: dict[str, int], random: object
) -> None:
    keys = list(weights)
    shuffled = sorted(keys, key=lambda _: random.random())  # type: ignore[attr-defined]
    first = dict(zip(keys, allocate(total, [weights[key] for key in keys], keys=keys), strict=True))
    second = dict(
        zip(
            shuffled,
            allocate(total, [weights[key] for key in shuffled], keys=shuffled),
            strict=True,
        )
    )
    assert first == second


def test_bounds_push_the_rest_to_the_others_in_proportion() -> None:
    assert allocate_within(100, [1, 1, 2], [(0, None), (40, None), (0, None)]) == [20, 40, 40]
    assert allocate_within(100, [1, 1, 2], [(0, None), (0, None), (0, 20)]) == [40, 40, 20]


def test_who_has_no_weight_gets_only_what_nobody_else_can_take() -> None:
    assert allocate_within(100, [1, 0, 0], [(0, 60), (0, None), (0, None)]) == [60, 20, 20]
    assert allocate_within(100, [0, 0], [(0, None), (0, None)]) == [50, 50]


def test_bounds_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(SettingsError) as refusal:
        allocate_within(100, [1, 1], [(0, 20), (0, 30)])
    assert refusal.value.params == {"total": 100, "least": 0, "most": 50}


bounded_parts = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=8
)


@given(bounded_parts, st.floats(0, 1))
def test_bounded_parts_add_up_keep_bounds_and_stay_in_proportion(
    parts: list[tuple[int, int, int]], place: float
) -> None:
    weights = [weight for weight, _, _ in parts]
    lower = [low for _, low, _ in parts]
    upper = [low + width for _, low, width in parts]
    total = sum(lower) + int(place * (sum(upper) - sum(lower)))
    result = allocate_within(total, weights, list(zip(lower, upper, strict=True)))
    assert total == sum(result)
    assert all(low <= part <= high for low, part, high in zip(lower, result, upper, strict=True))
    free = [
        at
        for at, part in enumerate(result)
        if lower[at] < part - 1 and part + 1 < upper[at] and weights[at]
    ]
    for one in free:
        for two in free:
            assert Fraction(result[one] - 1, weights[one]) <= Fraction(
                result[two] + 1, weights[two]
            )


def test_held_values_stay_when_the_sum_changes() -> None:
    """Anaplan's breakback with a hold."""
    assert hold_and_change([10, 20, 30], [False, True, False], 100) == [20, 20, 60]


def test_free_values_that_are_all_zero_become_equal() -> None:
    assert hold_and_change([0, 20, 0], [False, True, False], 120) == [50, 20, 50]


@pytest.mark.parametrize(
    ("held", "code"), [([True, True], "nothing-free"), ([True, False], "held-above-total")]
)
def test_a_change_that_the_holds_forbid_is_refused(held: list[bool], code: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        hold_and_change([50, 10], held, 40)
    assert refusal.value.code == code
