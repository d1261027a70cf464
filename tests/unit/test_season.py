"""Season and ramp: how a year's work spreads over its months."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.targets.ramp import employed_months, ramp_shares
from salesbook.domain.targets.season import (
    FLAT,
    season_as_typed,
    season_from_history,
    season_from_workdays,
)
from salesbook.errors import SettingsError

YEAR = [(2026, month) for month in range(1, 13)]


def history(*januaries: int) -> dict[tuple[int, int], float]:
    """Years in which January sells so much and the other months so that the mean of all is 100."""
    mean = sum(januaries) / len(januaries)
    rest = (1200 - mean) / 11
    return {
        (2020 + year, month): january if month == 1 else rest
        for year, january in enumerate(januaries)
        for month in range(1, 13)
    }


def test_a_month_weighs_its_mean_against_the_mean_of_all() -> None:
    season = season_from_history(history(110, 120, 130), enough_years=3)
    assert season[0] == pytest.approx(1.2)
    assert sum(season) == pytest.approx(12)


def test_few_years_are_drawn_towards_one() -> None:
    assert season_from_history(history(130), enough_years=3)[0] == pytest.approx(1.1)
    assert season_from_history(history(130, 130), enough_years=3)[0] == pytest.approx(1.2)


def test_a_month_never_seen_weighs_one() -> None:
    assert season_from_history({(2025, 1): 50, (2025, 2): 150}, enough_years=1) == (
        0.5,
        1.5,
        *FLAT[2:],
    )


def test_no_history_is_a_flat_season() -> None:
    assert season_from_history({}, enough_years=3) == FLAT
    assert season_from_history({(2025, 1): 0}, enough_years=3) == FLAT


def test_a_month_of_refunds_weighs_nothing() -> None:
    assert season_from_history({(2025, 1): -50, (2025, 2): 250}, enough_years=1)[0] == 0


def test_days_worked_make_a_season() -> None:
    season = season_from_workdays([24] + [12] * 11)
    assert season == pytest.approx((24 / 13, *[12 / 13] * 11))


def test_a_blank_month_weighs_one_as_typed() -> None:
    assert season_as_typed({1: 2.0, 2: None, 3: float("nan")}) == (2.0, *FLAT[1:])


@pytest.mark.parametrize(
    ("weights", "code"),
    [({1: -1.0}, "season-negative"), (dict.fromkeys(range(1, 13), 0.0), "season-zero")],
)
def test_a_season_that_makes_no_sense_is_refused(weights: dict[int, float], code: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        season_as_typed(weights)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("hired_on", "total"),
    [
        (dt.date(2026, 1, 1), 465_000),
        (dt.date(2026, 7, 1), 195_000),
        (dt.date(2026, 7, 15), 195_000),
        (dt.date(2026, 7, 16), 150_000),
        (dt.date(2025, 12, 16), 465_000),
        (dt.date(2027, 1, 1), 0),
        (None, 540_000),
    ],
)
def test_a_ramp_counts_from_the_month_of_hire(hired_on: dt.date | None, total: int) -> None:
    assert sum(ramp_shares(YEAR, hired_on=hired_on, ramp=[10_000, 20_000, 30_000, 45_000])) == total


def test_without_a_ramp_everybody_carries_all() -> None:
    assert ramp_shares(YEAR[:3], hired_on=dt.date(2026, 2, 1), ramp=[]) == [0, 1, 1]


def test_who_leaves_by_the_fifteenth_counts_until_the_month_before() -> None:
    dates = {"hired_on": dt.date(2026, 2, 20), "left_on": dt.date(2026, 5, 15)}
    assert employed_months(YEAR[:6], **dates) == [False, False, True, True, False, False]
    assert employed_months(YEAR[:2], hired_on=None, left_on=None) == [True, True]
    assert employed_months(
        [(2026, 12), (2027, 1)], hired_on=None, left_on=dt.date(2027, 1, 10)
    ) == [
        True,
        False,
    ]


@given(st.lists(st.integers(0, 10**9), min_size=12, max_size=60), st.integers(1, 5))
def test_a_season_of_full_years_keeps_the_mean(sales: list[int], enough: int) -> None:
    full = sales[: len(sales) // 12 * 12]
    totals = {(2000 + at // 12, at % 12 + 1): sale for at, sale in enumerate(full)}
    season = season_from_history(totals, enough_years=enough)
    assert sum(season) == pytest.approx(12)
    assert min(season) >= 0
