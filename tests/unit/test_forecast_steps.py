"""The steps of a forecast, one by one, with figures that follow by hand from their rules."""

import numpy as np
import pytest

from salesbook.domain.pipeline.forecast.amounts import mixed_pool, pool_of
from salesbook.domain.pipeline.forecast.closing import closing_chance
from salesbook.domain.pipeline.forecast.open_deals import OpenMoney, drawn_rates, sum_draws
from salesbook.domain.pipeline.forecast.outlook import Figures
from salesbook.domain.pipeline.forecast.parts import shrunk_parts
from salesbook.domain.pipeline.forecast.remaining import Awaited
from salesbook.domain.pipeline.forecast.repeat import (
    month_factors,
    months_of_days,
    trend,
    unevenness,
)
from salesbook.domain.pipeline.forecast.replay import (
    Correction,
    Replays,
    corrections_of,
    seeded,
)
from salesbook.domain.pipeline.forecast.slips import (
    DEFAULT_HAZARDS,
    EDGES,
    SlipTable,
    drawn_hazards,
    hazard_counts,
    slip_table,
)
from salesbook.domain.pipeline.forecast.to_come import drawn_cycle, won_days
from salesbook.domain.pipeline.forecast.windows import Window
from tests.pipeline_book import AS_OF

DEFAULTS = DEFAULT_HAZARDS[None, :]
AT_0_TO_15 = int(np.searchsorted(EDGES, 1.0))
NOBODY = Awaited(np.zeros(0, dtype=np.int64), np.zeros(0), 1.0, np.zeros(0))


def flags(*values):
    return np.array(values, dtype=bool)


def test_six_reach_a_bin_two_close_in_it_and_an_open_one_ends_in_it():
    """Risk 6 + 0.5 - 0.25 = 6.25; with the default 0.4 for four deals the hazard is 0.351."""
    table = slip_table(
        entry=np.full(7, -10.0),
        end=np.array([5.0, 9, 20, 20, 20, 20, 8]),
        weight=np.array([1.0] * 6 + [0.5]),
        closed=flags(1, 1, 1, 1, 1, 1, 0),
    )
    assert (table.events[AT_0_TO_15], table.risk[AT_0_TO_15]) == (2, 6.25)
    closed, stayed = hazard_counts(table, DEFAULT_HAZARDS)
    hazard = closed / (closed + stayed)
    assert hazard[AT_0_TO_15] == pytest.approx(0.351, abs=5e-4)


def test_who_is_watched_from_within_a_bin_counts_for_half_of_it():
    table = slip_table(np.array([4.0]), np.array([9.0]), np.array([1.0]), flags(1))
    assert (table.events[AT_0_TO_15], table.risk[AT_0_TO_15]) == (1, 1)
    later = slip_table(np.array([4.0]), np.array([20.0]), np.array([1.0]), flags(1))
    assert later.risk[AT_0_TO_15] == 0.5


def test_beyond_the_edges_days_count_and_not_deals():
    """Two years overdue are 36 chances to close within 15 days, not one."""
    table = slip_table(np.array([180.0]), np.array([720.0]), np.array([1.0]), flags(0))
    assert (table.events[-1], table.risk[-1]) == (0, 36)
    early = slip_table(np.array([-210.0]), np.array([-60.0]), np.array([1.0]), flags(1))
    assert (early.events[0], early.risk[0]) == (1, 11)


def test_who_closes_on_the_expected_day_was_not_late():
    table = slip_table(np.array([-20.0]), np.array([0.0]), np.array([1.0]), flags(1))
    assert table.events[AT_0_TO_15 - 1] == 1


def test_hazards_are_drawn_around_what_was_counted():
    """With a hundred events of 250 the default has no say, and draws scatter as Beta does."""
    events = np.where(DEFAULT_HAZARDS == 0.4, 100.0, 0.0)
    table = SlipTable(events, np.where(events > 0, 250.0, 0.0))
    drawn = drawn_hazards(table, np.random.default_rng(1), 4000)
    assert drawn[:, AT_0_TO_15].mean() == pytest.approx(0.4, abs=0.01)
    assert drawn[:, AT_0_TO_15].std() == pytest.approx(np.sqrt(0.24 / 255), rel=0.1)
    assert drawn[:, AT_0_TO_15 + 1].std() > 0.1


@pytest.mark.parametrize(("days", "chance"), [(-20, 0.4375), (10, 0.570), (-400, 0.4375)])
def test_the_chance_to_close_within_30_days_by_the_defaults(days, chance):
    """Overdue by 20 days: 1 - 0.75²; due in 10: 1 - 0.7^(2/3) 0.6 0.75^(1/3)."""
    assert closing_chance(DEFAULTS, [days], 30)[0, 0] == pytest.approx(chance, abs=5e-4)


def test_a_deal_closes_once():
    """The chances of all months add up to that of the time they make up."""
    ends = [0, 31, 61, 92]
    by_end = [closing_chance(DEFAULTS, [45], end)[0, 0] if end else 0.0 for end in ends]
    assert np.all(np.diff(by_end) > 0)
    assert by_end[-1] < 1


def test_deals_to_come_of_thirty_in_ninety_days():
    """Rate 0.25, hazard 0.02 a day, 30 days: 30.5 / 90 * 0.25 * 7.441 = 0.630 deals."""
    days = won_days(np.full((1, 13), 0.02), 30.0)[0]
    assert days == pytest.approx(7.441, abs=5e-4)
    assert 30.5 / 90 * 0.25 * days == pytest.approx(0.630, abs=5e-4)


def test_the_days_to_winning_are_those_of_the_data_where_there_are_some():
    events, days = np.full(13, 200.0), np.full(13, 10_000.0)
    drawn = drawn_cycle(events, days, np.random.default_rng(2), 500)
    assert drawn.mean() == pytest.approx(0.02, rel=0.02)


def test_amounts_are_those_of_won_deals_the_more_the_more_there_are():
    """Ten won deals of 100 beside open ones of 300: half and half."""
    pool = mixed_pool(np.full(10, 100.0), np.full(5, 300.0))
    assert pool.mean == pytest.approx(200)
    assert mixed_pool(np.zeros(0), np.full(5, 300.0)).mean == 300


def test_sums_of_amounts_have_the_mean_and_spread_of_their_pool():
    random = np.random.default_rng(3)
    pool = pool_of(np.array([100.0, 300.0]))
    for count in (2, 50):
        sums = pool.sums(np.full(4000, count), random)
        assert sums.mean() == pytest.approx(200 * count, rel=0.02)
        assert sums.std() == pytest.approx(100 * np.sqrt(count), rel=0.05)


def test_the_level_of_ten_amounts_is_in_doubt_and_that_of_thousands_is_not():
    random = np.random.default_rng(4)
    few = pool_of(np.tile([50.0, 150.0], 5)).level_draws(random, 4000)
    assert (few.mean(), few.std()) == pytest.approx((1, np.sqrt(0.25 / 20)), rel=0.05)
    assert pool_of(np.tile([50.0, 150.0], 5000)).level_draws(random, 4000).std() < 0.006


def test_rates_are_as_uncertain_as_their_closed_deals_leave_them():
    """Beta with mean 0.3627 and concentration 2.909 + 5; a sure rate stays what it is."""
    rates = np.array([0.3627, 1.0, np.nan])
    drawn = drawn_rates(rates, np.array([2.909, 0, 0]), np.random.default_rng(5), 4000)
    spread = np.sqrt(0.3627 * 0.6373 / (2.909 + 6))
    assert (drawn[:, 0].mean(), drawn[:, 0].std()) == pytest.approx((0.3627, spread), rel=0.03)
    assert set(drawn[:, 1]) == {1.0}
    assert set(drawn[:, 2]) == {0.0}


def money_of(amounts, code=0, days=20.0, random=None):
    random = random or np.random.default_rng(6)
    size = 2000
    rates = np.array([0.3, 0.6])
    return OpenMoney(
        place=np.arange(len(amounts)),
        amount=np.asarray(amounts, dtype=np.float64),
        code=np.full(len(amounts), code),
        days_to_expected=np.full(len(amounts), days),
        awaited=NOBODY,
        rates=rates,
        rate_draws=drawn_rates(rates, np.array([20.0, 20.0]), random, size),
        hazards=drawn_hazards(SlipTable(np.zeros(18), np.zeros(18)), random, size),
        wait=0.0,
    )


def test_many_deals_by_mean_and_variance_are_as_deal_by_deal():
    """The same 60 deals, as one slice of 60 and as two of 30 that are added up."""
    amounts = 1000 * np.exp(np.random.default_rng(7).normal(0, 0.8, 60))
    money = money_of(amounts)
    window, nobody = Window(0.0, 31.0), np.zeros(0, dtype=np.int64)
    whole = money.draws(window, np.zeros(60, dtype=np.int64), nobody, [seeded(AS_OF, "a")])[0]
    halves = money.draws(
        window, np.arange(60) % 2, nobody, [seeded(AS_OF, "b"), seeded(AS_OF, "c")]
    ).sum(axis=0)
    levels = [0.1, 0.5, 0.9]
    assert np.quantile(whole, levels) == pytest.approx(np.quantile(halves, levels), rel=0.1)
    of_deals, _ = money.expected(window)
    assert whole.mean() == pytest.approx(of_deals.sum(), rel=0.03)
    assert halves.mean() == pytest.approx(of_deals.sum(), rel=0.03)


def test_two_shares_of_one_deal_come_in_together():
    money = money_of([1000.0])
    halves = money.credited(np.array([0, 0]), np.array([0.4, 0.6]), *2 * (np.zeros(0, dtype=int),))
    both = np.zeros(2, dtype=np.int64)
    drawn = halves.draws(Window(0, 31), both, np.zeros(0, dtype=np.int64), [seeded(AS_OF, "x")])
    assert set(np.unique(drawn)) == {0.0, 1000.0}


def test_sums_drawn_by_mean_and_variance_are_never_negative():
    drawn = sum_draws(np.full(4000, 10.0), np.full(4000, 400.0), np.random.default_rng(8))
    assert drawn.min() >= 0
    assert (drawn.mean(), drawn.std()) == pytest.approx((10, 20), rel=0.1)


def test_an_order_that_is_awaited_comes_by_the_usual_day_with_the_usual_share():
    """60,000 not ordered yet, four fifths of won money ordered, 20 days left: half in 10 days."""
    awaited = Awaited(np.array([0]), np.array([60_000.0]), 0.8, np.array([20.0]))
    assert awaited.closing_chance(10)[0] == 0.5
    assert awaited.closing_chance(31)[0] == 1


def test_a_season_is_drawn_to_none_the_more_the_fewer_orders_there_are():
    """f = 1 + w (f^ - 1), w = t / (t + 12 / N): N 240, factors alternating 0.5 and 1.5."""
    months = 2025 * 12 + np.arange(12)
    counts = np.tile([10.0, 30.0], 6)
    by_luck = 12 / 240
    beyond = np.tile([0.5, 1.5], 6).var(ddof=1) - by_luck
    weight = beyond / (beyond + by_luck)
    factors, spread = month_factors(counts, np.ones(12), months)
    assert factors[0] == pytest.approx(1 - 0.5 * weight)
    assert spread == pytest.approx(np.sqrt(weight * by_luck))

    few, doubt = month_factors(counts / 10, np.ones(12), months)
    assert (few[0], doubt) == (1.0, 0.0)


def test_less_than_a_year_says_nothing_of_a_season():
    factors, spread = month_factors(np.array([1.0, 99]), np.ones(2), np.array([24000, 24001]))
    assert (set(factors), spread) == ({1.0}, 0.0)


def test_months_that_differ_by_more_than_luck_are_uneven():
    """(10 + chi²) / (10 + df): chi² = 2 * 20² / 30 of two months; and never less than luck."""
    found = unevenness(np.array([10.0, 50.0]), np.array([30.0, 30.0]))
    assert found == pytest.approx((10 + 2 * 400 / 30) / 11)
    assert unevenness(np.full(12, 30.0), np.full(12, 30.0)) == 1


def test_a_trend_needs_two_years_and_is_drawn_to_none():
    """From 100 to 150 a year, 250 orders: 1 + 0.5 * 250 / 350."""
    two_years = np.repeat([100 / 12, 150 / 12], 12)
    assert trend(two_years) == pytest.approx(1 + 0.5 * 250 / 350)
    assert trend(two_years[1:]) == 1
    assert trend(np.repeat([1.0, 100.0], 12)) == 1.4


def test_a_window_is_parted_into_its_months():
    """From 15 June 2026 to 31 July: half of June, all of July."""
    june_15 = 20619.0
    months, parts = months_of_days(june_15, june_15 + 46)
    assert (months - 2026 * 12).tolist() == [5, 6]
    assert parts.tolist() == [0.5, 1.0]


def replays(came, mean, deviation):
    return Replays(*(np.asarray(values, dtype=np.float64) for values in (came, mean, deviation)))


def test_a_forecast_made_again_gives_level_and_width():
    """c = (20 + 2 * 10) / (30 + 20), e = (y - c mean) / (c sd), f² = (sum e² + 6) / (J + 6)."""
    came = np.array([2.0, 6, 12])
    found = corrections_of({"month": replays(came, [10] * 3, [2] * 3)})["month"]
    errors = (came - 8) / 1.6
    assert found.level == pytest.approx(0.8)
    assert found.width == pytest.approx(np.sqrt(((errors**2).sum() + 6) / 9))


def test_months_and_quarters_have_one_level():
    """(20 + 20 + 60 + 180) / (30 + 20 + 90 + 180): each length with two of its means as a prior."""
    found = corrections_of(
        {
            "month": replays([2, 6, 12], [10] * 3, [2] * 3),
            "quarter": replays([60], [90], [10]),
        }
    )
    assert found["month"].level == found["quarter"].level == pytest.approx(280 / 320)
    assert found["month"].width != found["quarter"].width


def test_forecasts_that_were_right_change_nothing():
    found = corrections_of({"month": replays([10] * 6, [10] * 6, [5] * 6)})
    assert found == {"month": Correction(1.0, 1.0)}


def test_a_forecast_that_could_not_be_tried_is_left_as_it_is():
    assert corrections_of({"month": replays([], [], [])}) == {"month": Correction(1.0, 1.0)}


def test_draws_are_moved_and_widened_around_their_mean():
    """max(0, c mean + f c (draw - mean)) with c 0.5, f 2, mean 10."""
    drawn = Correction(0.5, 2.0).applied(np.array([2.0, 10, 20]), 10.0)
    assert drawn.tolist() == [0.0, 5.0, 15.0]


def test_a_rep_is_drawn_to_the_average_by_how_many_deals_are_usual():
    """Own 30 and 0, few 10: 15 are usual, so that each counts by three fifths; the mean is 15."""
    own = np.array([30.0, 0.0])
    blend = np.array([0.6 * 30 + 0.4 * 15, 0.4 * 15])
    assert shrunk_parts(own, own, 10) == pytest.approx(blend / blend.sum())
    by_hand = np.array([6.5, 3.5, 2.0]) / 12
    assert shrunk_parts(np.array([9.0, 3.0, 0.0]), np.array([9.0, 3.0, 0.0]), 4) == pytest.approx(
        by_hand
    )


def test_who_was_not_there_is_an_average_rep_and_who_had_nothing_in_a_year_is_not():
    """Of 40 a year each: one who came today gets as much as they, one without any a fifth of it."""
    own, was_there = np.array([40.0, 40.0, 0.0]), np.array([1.0, 1.0, 0.0])
    assert shrunk_parts(own, own, 10, was_there) == pytest.approx(np.full(3, 1 / 3))
    parts = shrunk_parts(own, own, 10)
    assert parts[2] < parts[0] / 4
    assert shrunk_parts(np.zeros(3), np.zeros(3), 10) == pytest.approx(np.full(3, 1 / 3))


def test_the_chance_is_the_share_of_draws_that_reach_the_target():
    nothing = np.zeros(2)
    figures = Figures(nothing, nothing, nothing, np.array([[0.0, 1, 2, 3], [5, 5, 5, 5]]))
    assert figures.chance_of(np.array([2.0, np.nan])).tolist() == pytest.approx(
        [0.5, np.nan], nan_ok=True
    )
    assert figures.chance_of(np.array([-1.0, 6.0])).tolist() == [1.0, 0.0]


def test_random_numbers_hang_on_the_day_and_the_name_alone():
    first, again = (seeded(AS_OF, "rep|ann").random(3) for _ in range(2))
    assert first.tolist() == again.tolist()
    assert first.tolist() != seeded(AS_OF, "rep|bob").random(3).tolist()
