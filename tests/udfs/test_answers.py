"""Each function on the published and hand-worked examples, called as plain Python."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.udfs.com import DIV0, NA, VALUE
from udfs import FUNCTIONS


def rows(name: str, *args: Any) -> Any:
    return FUNCTIONS[name](*args)


def one(name: str, *args: Any) -> Any:
    ((value,),) = rows(name, *args)
    return value


def column(name: str, *args: Any) -> list[Any]:
    return [row[0] for row in rows(name, *args)]


def down(*values: Any) -> list[list[Any]]:
    return [[value] for value in values]


def near(*values: float) -> Any:
    return pytest.approx(list(values), abs=5e-4)


MONTHS = [[dt.date(2026, month, 1) for month in range(1, 13)]]
TIERED = [[0, 0.06], [1, 0.08], [1.25, 0.1], [1.5, 0.12]]
RETROACTIVE = [[0, 0.05, "whole"], [0.5, 0.1, "whole"], [1, 0.2, "marginal"]]


def test_a_split_adds_up_and_keeps_the_shape_of_the_weights() -> None:
    assert rows("SALES_SPLIT", 100, [[1, 1, 1]]) == [[34, 33, 33]]
    assert column("SALES_SPLIT", 1_000_000, down(*[1] * 12)) == [83_334] * 4 + [83_333] * 8
    assert column("SALES_SPLIT", 7, down(50, 30, 20)) == [4, 2, 1]


def test_a_split_takes_cents_units_and_totals_that_are_not_whole_in_them() -> None:
    assert column("SALES_SPLIT", 100, down(1, 1, 1), 0.01) == [33.34, 33.33, 33.33]
    assert column("SALES_SPLIT", 100_000, down(1, 1, 1), 10_000) == [40_000, 30_000, 30_000]
    assert sum(column("SALES_SPLIT", 100.5, down(1, 1, 1))) == 100.5
    assert column("SALES_SPLIT", -10, down(1, 1, None)) == [-5, -5, 0]


def test_a_split_that_cannot_be_is_an_error() -> None:
    assert one("SALES_SPLIT", 100, down(0, 0)) == VALUE
    assert one("SALES_SPLIT", 100, down(1, -1)) == VALUE
    assert one("SALES_SPLIT", 100, down(1, "2")) == VALUE
    assert one("SALES_SPLIT", None, down(1, 2)) == NA
    assert one("SALES_SPLIT", 100, down(1, 2), 0) == VALUE


def test_a_ramp_gives_what_a_new_rep_carries_in_the_first_year() -> None:
    ramp = down(10_000, 20_000, 30_000, 45_000)
    january, july = rows("SALES_RAMP", down(dt.date(2026, 1, 1), dt.date(2026, 7, 1)), MONTHS, ramp)
    assert (sum(january), sum(july)) == (465_000, 195_000)
    assert one("SALES_RAMP", None, "2026-01", ramp) == 45_000
    assert one("SALES_RAMP", dt.date(2026, 1, 16), "2026-01", ramp) == 0


def test_a_ramp_table_may_skip_months() -> None:
    assert rows("SALES_RAMP", dt.date(2026, 1, 1), MONTHS, [[1, 0.5], [4, 1]])[0][:5] == [
        0.5,
        0.5,
        0.5,
        1,
        1,
    ]


def test_attainment_is_actual_over_target() -> None:
    assert one("SALES_ATTAINMENT", 24_000, 30_000) == 0.8
    assert column("SALES_ATTAINMENT", down(None, 5, DIV0, "5"), down(10, 0, 1, 1)) == [
        0,
        NA,
        DIV0,
        VALUE,
    ]


def test_a_score_is_a_weighted_mean_of_what_is_there() -> None:
    assert one("SALES_SCORE", [[5, 3]], [[100, 100]], [[30, 70]], "higher") == pytest.approx(3.6)
    assert one(
        "SALES_SCORE", down(5, 3), down(100, 100), down(30, 70), "越高越好"
    ) == pytest.approx(3.6)
    assert one("SALES_SCORE", [[5, 3]], [[100, 100]], [[30, 70]], "best") == VALUE
    values = [[120, 10], [60, None], [None, None]]
    assert column("SALES_SCORE", values, [[100, 5]], [[1, 1]], [["higher", "lower"]]) == [
        85,
        60,
        NA,
    ]
    assert column("SALES_SCORE", down(50, 100, 200), None, 1, "higher") == [50, 100, 120]


def test_a_grade_is_the_highest_reached() -> None:
    grades = [["A", 90], ["B", 75], ["C", 50]]
    assert column("SALES_GRADE", down(95, 90, 75, 49, None), grades) == ["A", "A", "B", NA, NA]


def test_commission_by_brackets() -> None:
    assert one("SALES_COMMISSION", 500_000, 375_000, TIERED) == 33_125
    assert column("SALES_COMMISSION", down(15_000, 40_000, -100), 33_000, RETROACTIVE) == [
        750,
        4_700,
        -5,
    ]
    assert column("SALES_COMMISSION", down(100, 100), down(None, 0), TIERED) == [NA, NA]
    capped = [[0, 0.1, "marginal", None], [1, 0.2, "marginal", 15]]
    assert one("SALES_COMMISSION", 1_000, 100, capped) == 15


def test_a_pay_curve_pays_where_parts_of_the_quota_are_reached() -> None:
    """excelforum 861932; half a cent more than the place is what is paid for."""
    rates = down(0, 0.45, 0.5, 1.2)
    assert column("SALES_PAY_CURVE", rates, 33_000, RETROACTIVE) == [0, 742.5, 1_650, 4_620]
    assert column("SALES_PAY_CURVE", down(1, 1), down(100, 300), TIERED) == [6, 18]
    # A third of 100.00 is 33.34 at least, of which 6 % are 2.00.
    assert one("SALES_PAY_CURVE", 1 / 3, 100, TIERED) == 2
    assert column("SALES_PAY_CURVE", down(1, None, -0.1, "x"), 100, TIERED) == [6, NA, VALUE, VALUE]
    assert column("SALES_PAY_CURVE", down(1, 1), down(None, 0), TIERED) == [NA, NA]
    assert one("SALES_PAY_CURVE", 1, 100, [[0, 0.2, "whole"], [0.5, 0.1, "whole"]]) == VALUE


def test_pace_is_what_is_sold_of_what_was_due() -> None:
    """June 2026: 22 work days, 11 of them up to Monday the 15th."""
    june = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    assert one("SALES_PACE", 6_000, 10_000, *june, dt.date(2026, 6, 15)) == pytest.approx(1.2)
    # The 15th is off: 10 of 21 days are gone.
    off = dt.date(2026, 6, 15)
    assert one("SALES_PACE", 6_000, 21_000, *june, off, off) == pytest.approx(0.6)
    ends = down(dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 9))
    assert column("SALES_PACE", down(5_000, 5_000, None), 10_000, *june, ends) == [NA, 0.5, 0]
    assert column("SALES_PACE", 5, down(None, 0, -1), *june, dt.date(2026, 6, 15)) == [NA, NA, NA]
    assert one("SALES_PACE", 5, 10, june[1], june[0], june[1]) == VALUE
    assert column("SALES_PACE", down("x", 5), 10, *june, june[1]) == [VALUE, 0.5]


def test_brackets_that_make_no_sense_pay_nothing_and_are_explained() -> None:
    falling = [[0, 0.2, "whole"], [0.5, 0.1, "whole"]]
    assert one("SALES_COMMISSION", 100, 100, falling) == VALUE
    assert one("SALES_COMMISSION", 100, 100, [[0.5, 0.1]]) == VALUE
    said = column("SALES_CHECK", falling, "brackets")
    assert said == ["", said[1]]
    assert said[1].startswith("Expected pay that nowhere falls")


def test_abc_by_the_share_of_larger_values() -> None:
    assert column("SALES_ABC", down(50, 30, 10, 6, 4)) == ["A", "A", "B", "B", "C"]
    assert column("SALES_ABC", down(7)) == ["A"]
    assert column("SALES_ABC", down(10, 0, None, -1)) == ["A", "C", NA, "C"]


def test_rfm_by_fixed_cuts_and_by_fifths() -> None:
    cuts = [[1, 3, 6, 9], [40, 30, 20, 10], [50_000, 20_000, 10_000, 5_000]]
    customers = down(*["Ann"] * 12, *["Bob"] * 35)
    dates = down(*[dt.date(2008, 5, 9)] * 12, *[dt.date(2007, 11, 3)] * 35)
    amounts = down(*[500] * 12, *[40_000 / 35] * 35)
    found = column("SALES_RFM", customers, dates, amounts, dt.date(2008, 7, 15), cuts)
    assert (found[0], found[-1], len(set(found))) == ("422", "244", 2)
    late = column("SALES_RFM", down("Ann", "Ann"), down(46_000, 46_100), down(1, 1), 46_050)
    # A single customer is above no threshold of his own orders and money.
    assert late == ["511", NA]


def test_segments_of_codes_in_either_language() -> None:
    codes = down("555", "144", 412, None, "251", DIV0)
    in_english = ["Champions", "Can't lose them", "New customers", NA, "Others", DIV0]
    assert column("SALES_SEGMENT", codes) == in_english
    assert column("SALES_SEGMENT", down("555", "321"), "中文") == ["冠军客户", "即将沉睡"]
    assert column("SALES_SEGMENT", down("555", "666", "55"), "en") == ["Champions", VALUE, VALUE]
    assert one("SALES_SEGMENT", "555", "French") == VALUE


def test_the_chance_to_buy_again_by_published_parameters() -> None:
    published = [[0.243, 4.414, 0.793, 2.426]]
    assert one("SALES_ALIVE", 2, 30.43, 38.86, published) == pytest.approx(0.7266, abs=5e-5)
    several = column(
        "SALES_ALIVE", down(2, 0, None, 2, 1.5), down(30.43, 0, 3, 40, 9), 38.86, published
    )
    assert several == [pytest.approx(0.7266, abs=5e-5), NA, NA, VALUE, VALUE]
    assert one("SALES_ALIVE", 2, 30.43, 38.86, [[0.243, 4.414, 0.793]]) == VALUE
    assert one("SALES_ALIVE", 2, 30.43, 38.86, [[0.243, 4.414, 0, 2.426]]) == VALUE


def test_the_chance_to_buy_again_is_fitted_to_the_customers_given() -> None:
    """Forty bought every other week and half of them stopped a year ago; of nine nothing is told."""
    lasts = [50.0] * 20 + [4.0] * 20
    often = [25.0] * 20 + [2.0] * 20
    chances = column("SALES_ALIVE", down(*often), down(*lasts), down(*[52.0] * 40))
    assert min(chances[:20]) > 0.8 > 0.2 > max(chances[20:])
    assert column("SALES_ALIVE", down(*often[:9]), down(*lasts[:9]), down(*[52.0] * 9)) == [NA] * 9


def test_tiers_by_own_rules() -> None:
    rules = [["tier", "up_to_share"], ["Silver", 1], ["Gold", 0.6]]
    assert column("SALES_TIER", down(50, 30, 20), rules) == ["Gold", "Gold", "Silver"]
    assert one("SALES_TIER", down(50, 30), [["Gold", 0.6]]) == VALUE


def test_the_next_touch_falls_on_a_work_day() -> None:
    friday, monday = dt.date(2026, 7, 3), 46_209
    assert one("SALES_NEXT_TOUCH", friday, 1) == monday
    assert one("SALES_NEXT_TOUCH", friday, 1, dt.date(2026, 7, 6)) == monday + 1
    assert one("SALES_NEXT_TOUCH", friday, 1, [[dt.date(2026, 7, 4), "work"]]) == monday - 2
    assert one("SALES_NEXT_TOUCH", friday, 1, [[dt.date(2026, 7, 4), "sometimes"]]) == VALUE


def test_net_promoter_score() -> None:
    assert one("SALES_NPS", down(10, 9, 9, 8, 7, 7, 6, 3, 10, 0, None)) == 10
    assert one("SALES_NPS", down(None, None)) == NA
    assert one("SALES_NPS", down(10, 11)) == VALUE
    assert one("SALES_NPS", down(10, DIV0)) == DIV0


def test_work_days_include_both_ends() -> None:
    july = (dt.date(2026, 7, 1), dt.date(2026, 7, 31))
    assert one("SALES_WORKDAYS", *july) == 23
    assert one("SALES_WORKDAYS", *july, down(dt.date(2026, 7, 3), dt.date(2026, 7, 4))) == 22
    assert column("SALES_WORKDAYS", down(july[1], july[0], None), july[0]) == [0, 1, NA]


def test_a_funnel_counts_open_deals_as_neither_won_nor_lost() -> None:
    deals = [[f"D{at}", "Offer", None] for at in range(6)]
    deals += [
        ["L1", "Lost", "Lead"],
        ["L2", "Lost", "Lead"],
        ["O1", "Lead", None],
        ["O2", "Lead", None],
    ]
    stages = [["Lead"], ["Offer"], ["Lost"]]
    kinds = [[stage, kind] for [stage], kind in zip(stages, ("open", "open", "lost"), strict=True)]
    lead, _, lost = rows("SALES_FUNNEL", deals, None, kinds, dt.date(2026, 7, 1))
    assert lead == near(10, 6, 2, 2, 0.6, 0.75, 0.6, 0.8, 0.524, 0.891)
    assert lost == [2, *[NA] * 9]


def test_a_funnel_finds_columns_by_their_headers_and_knows_history() -> None:
    deals = [["Amount", "Stage", "Deal ID"], [5, "Offer", "D1"]]
    history = [["商机", "阶段", "进入日期"], ["D1", "Offer", 46_010], ["D1", "Lead", 46_000]]
    stages = [["Lead", "open"], ["Demo", "open"], ["Offer", "open"]]
    entered = column("SALES_FUNNEL", deals, history, stages, dt.date(2026, 7, 1))
    assert entered == [1, 0, 1]


def test_a_funnel_of_an_earlier_day_knows_nothing_of_later_rows() -> None:
    """On the 8th two deals are open, won on the 10th; one that begins on the 12th is not there."""
    deals = [["D1", "Won"], ["D2", "Won"], ["D3", "Won"]]
    history = [["D1", "Lead", 46_001], ["D1", "Won", 46_010]]
    history += [["D2", "Lead", 46_001], ["D2", "Offer", 46_005], ["D2", "Won", 46_010]]
    history += [["D3", "Lead", 46_012], ["D3", "Won", 46_015]]
    stages = [["Lead", "open"], ["Offer", "open"], ["Won", "won"]]
    lead, offer, won = rows("SALES_FUNNEL", deals, history, stages, 46_008)
    assert lead[:4] == [2, 1, 0, 1]
    assert offer[:4] == [1, 0, 0, 1]
    assert won[0] == 0


def test_stage_days_count_deals_that_are_still_there() -> None:
    entered = down(46_000, 46_000, 46_000, 46_006, 46_001)
    left = down(46_002, 46_004, 46_006, None, None)
    assert one("SALES_STAGE_DAYS", entered, left, 46_010) == 6
    assert one("SALES_STAGE_DAYS", entered, left, 46_010, 0.8) == NA
    assert one("SALES_STAGE_DAYS", entered, left, 45_000) == NA


def test_stuck_is_longer_than_the_stage_allows() -> None:
    stages, limits = (
        down("lead", "Offer", "Won", None),
        [["Lead", 14], ["Offer", 30], ["Won", None]],
    )
    assert column("SALES_STUCK", stages, 46_000, limits, 46_020) == [True, False, NA, NA]


def test_win_rates_by_count_and_amount_with_an_interval_if_asked() -> None:
    assert one("SALES_WIN_RATE", 8, 3) == pytest.approx(0.7273, abs=5e-5)
    assert one("SALES_WIN_RATE", 1_300, 600) == pytest.approx(0.6842, abs=5e-5)
    assert rows("SALES_WIN_RATE", 6, 2, 0.8)[0] == near(0.75, 0.524, 0.891)
    assert rows("SALES_WIN_RATE", down(6, 0), down(2, 0), 0.8)[1] == [NA] * 3
    assert len(rows("SALES_WIN_RATE", [[6, 1]], [[2, 1]], 0.8)) == 3


def test_a_prior_draws_few_deals_to_it():
    """rules.md: typed 0.25, 3 of 3 → 5.5/13; typed 0.10, 10 of 40 → 11/50. Nothing closed: the prior."""
    assert one("SALES_WIN_RATE", 3, 0, None, 0.25) == pytest.approx(5.5 / 13)
    assert one("SALES_WIN_RATE", 10, 30, None, 0.1) == pytest.approx(0.22)
    assert one("SALES_WIN_RATE", 0, 0, None, 0.1) == pytest.approx(0.1)
    assert one("SALES_WIN_RATE", 3, 0, None, 0.25, 2) == pytest.approx(3.5 / 5)
    assert column("SALES_WIN_RATE", down(3, 0), down(0, 0), None, down(0.25, 0.1)) == near(
        5.5 / 13, 0.1
    )


def test_a_prior_makes_a_rate_no_surer():
    """6 of 8 with a prior of 75 %: the same rate, and the interval of 8½ deals, not of 18."""
    rate, low, high = rows("SALES_WIN_RATE", 6, 2, 0.8, 0.75)[0]
    _, alone_low, alone_high = rows("SALES_WIN_RATE", 6, 2, 0.8)[0]
    assert rate == 0.75
    assert alone_low < low < alone_low + 0.01
    assert alone_high - 0.01 < high < alone_high


def test_a_prior_that_makes_no_sense_is_an_error():
    assert one("SALES_WIN_RATE", 3, 0, None, 1.5) == VALUE
    assert one("SALES_WIN_RATE", 3, 0, None, 0.25, 0) == VALUE
    assert one("SALES_WIN_RATE", 3, 0, None, None, 5) == 1


def test_the_landing_is_what_is_closed_and_the_middle_of_what_is_open():
    assert one("SALES_LANDING", 50_000, down(100_000, 100_000), down(0.5, 0.5)) == 150_000
    assert rows("SALES_LANDING", 50, down(100, 100), down(0.5, 0.5), [[0.1, 0.5, 0.9]]) == [
        [50, 150, 250]
    ]
    assert one("SALES_LANDING", 0, 100_000, 0.4) == 0
    assert one("SALES_LANDING", None, 100_000, 0.6) == 100_000
    assert one("SALES_LANDING", down(1, 2), 100_000, 0.6) == VALUE
    assert one("SALES_LANDING", 50, down(100, -1), down(0.5, 0.5)) == VALUE
    assert one("SALES_LANDING", "x", 100, 0.5) == VALUE
    assert one("SALES_LANDING", 50, 100, 0.5, 1) == VALUE


def test_a_forecast_is_weighted_or_a_quantile() -> None:
    assert one("SALES_FORECAST", 100_000, 0.5) == 50_000
    assert rows("SALES_FORECAST", down(100, 100), down(0.5, 0.5), [[0.1, 0.5, 0.9]]) == [
        [0, 100, 200]
    ]
    assert one("SALES_FORECAST", down(100, -1), down(0.5, 0.5)) == VALUE
    assert one("SALES_FORECAST", 100, 50) == VALUE


def test_velocity_and_coverage() -> None:
    assert one("SALES_VELOCITY", 40, 0.25, 25_000, 90) == pytest.approx(2_777.78, abs=5e-3)
    assert one("SALES_VELOCITY", 40, 0.25, 25_000, 0) == NA
    assert one("SALES_COVERAGE", 300_000, 40_000, 160_000) == 2.5
    assert one("SALES_COVERAGE", 300_000, 160_000, 160_000) == NA


def test_numbers_as_people_type_them() -> None:
    typed = down("1.2万", "¥1,234", "(5)", "12%", "１２３", "12,5OO", None, 7, DIV0)
    assert column("SALES_NUMBER", typed) == [12_000, 1_234, -5, 0.12, 123, VALUE, NA, 7, DIV0]
    assert column("SALES_NUMBER", down("1.234,50", "2,5")) == [1_234.5, 2.5]
    assert column("SALES_NUMBER", down("1,234.50", "1,234", "1.234,5")) == [1_234.5, VALUE, 1_234.5]


def test_dates_as_people_type_them() -> None:
    assert one("SALES_DATE", "2024年3月5日") == 45_356
    assert one("SALES_DATE", "05/03/2024") == VALUE
    assert one("SALES_DATE", "05/03/2024", "dmy") == 45_356
    assert column("SALES_DATE", down("05/03/2024", "25/12/2024")) == [45_356, 45_651]
    assert column("SALES_DATE", down(dt.date(2024, 3, 5), None, "x")) == [45_356, NA, VALUE]


def test_a_check_says_why_in_the_language_of_its_kind() -> None:
    (fine,), (wrong,) = rows("SALES_CHECK", down("100", "12,5OO"), "number")
    assert (fine, wrong) == (
        "",
        "Expected a number; letters stand for digits, perhaps 12,500. Type digits instead of letters.",
    )
    assert one("SALES_CHECK", "12,5OO", "数字").startswith("应为数字")
    assert column("SALES_CHECK", down("a", None, "a", "b"), "key")[3] == ""
    assert all(column("SALES_CHECK", down("a", None, "a"), "编号"))
    assert column("SALES_CHECK", down(0, 0), "weights")[0]
    assert column("SALES_CHECK", down(1, -1), "weights")[1]
    assert one("SALES_CHECK", 1, "colour") == VALUE
