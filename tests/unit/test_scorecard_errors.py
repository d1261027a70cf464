"""How far luck moves what a rep did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from salesbook.domain.team.credited import CreditedSales, credited_sales
from salesbook.domain.team.errors_of_counts import (
    ANY_ANSWER_DEVIATION,
    rate_error,
    survey_error,
    weekly_variance,
)
from salesbook.domain.team.shuffles import stand_out
from salesbook.domain.team.windows import Window

REPS = ("a", "b", "c")
ALL = np.arange(3)
EQUAL = np.full(3, 100.0)


def month(number: int) -> Window:
    start = dt.date(2026, number, 1)
    end = dt.date(2026, number + 1, 1) - dt.timedelta(days=1)
    return Window(f"2026-{number:02d}", start, end, (f"2026-{number:02d}",), is_year=False)


def sales(
    *rows: tuple[str, str | None, str | None, float], on: str = "2026-01-10"
) -> CreditedSales:
    """Credits of rep, deal, customer and amount; each its own order."""
    reps, deals, customers, amounts = zip(*rows, strict=True)
    lines = pd.DataFrame(
        {
            "on": np.full(len(rows), np.datetime64(on, "us")),
            "order_id": [f"o{number}" for number in range(len(rows))],
            "refund_of": pd.Series([None] * len(rows), dtype="str"),
            "deal_id": pd.Series(deals, dtype="str"),
            "customer_id": pd.Series(customers, dtype="str"),
        }
    )
    places = np.array([REPS.index(rep) for rep in reps])
    return credited_sales(lines, np.array(amounts, dtype=np.float64), places, len(REPS))


def errors(credits: CreditedSales, quotas: Sequence[float] = EQUAL, number: int = 1):
    found = credits.errors(month(number), ALL, np.array(quotas, dtype=np.float64), credits.values)
    return found.tolist()


def test_luck_of_all_falls_to_each_by_quota():
    """A one deal of 100, B two of 50, C none, quotas 100 each: M2 15,000, se 70.7 for each.

    C is 1.41 errors below the median, no rank; by the own squares C would be certainly last.
    Source: by hand, as is the second: quotas of 100, 100, 200 give C half of M2.
    """
    credits = sales(("a", "d1", None, 100), ("b", "d2", None, 50), ("b", "d3", None, 50))
    assert errors(credits) == pytest.approx([70.7107] * 3, abs=1e-3)
    assert errors(credits, (100, 100, 200)) == pytest.approx([61.24, 61.24, 86.60], abs=0.01)
    assert (0 - 100) / errors(credits)[2] == pytest.approx(-1.414, abs=1e-3)


def test_what_luck_moves_as_one_is_the_deal_then_the_customer_then_the_order():
    """Two orders of a deal or of a customer are one of 100; of nobody, two of 50."""
    of_deal = sales(("a", "d1", "c1", 50), ("a", "d1", "c2", 50))
    of_customer = sales(("a", None, "c1", 50), ("a", None, "c1", 50))
    of_nobody = sales(("a", None, None, 50), ("a", None, None, 50))
    assert errors(of_deal)[0] == errors(of_customer)[0] == pytest.approx((10_000 / 3) ** 0.5)
    assert errors(of_nobody)[0] == pytest.approx((5_000 / 3) ** 0.5)


def test_a_month_of_few_sales_borrows_from_the_year():
    """Nothing sold in February: January's luck, for February's 28 of the 50 days since the first
    sale.
    """
    credits = sales(("a", "d1", None, 100))
    assert errors(credits, number=2)[0] == pytest.approx((10_000 * 28 / 50 / 3) ** 0.5)
    assert errors(sales(("a", "d1", None, 0))) == [0, 0, 0]


def test_amounts_above_the_90th_percentile_are_cut_and_the_share_kept_is_told():
    """Nine of 100 and one of 1,000: the percentile is 190; kept are 1,090 of 1,900."""
    rows = [("a", f"d{number}", None, 100.0) for number in range(9)]
    credits = sales(*rows, ("b", "d9", None, 600.0), ("c", "d9", None, 400.0))
    cut = credits.cut(month(1))
    assert cut.kept == pytest.approx((900 + 190) / 1900)
    assert cut.values[-2:].tolist() == pytest.approx([114.0, 76.0])
    assert cut.values[:9].tolist() == [100.0] * 9
    nine = sales(*rows[:8], ("b", "d9", None, 1000.0))
    assert nine.cut(month(1)).kept == 1.0


def test_a_rates_error_is_the_teams():
    """0 of 5 and 5 of 5 at a team's 50 %: √(0.25 / 15), neither certain."""
    error = rate_error(np.array([0.5, 0.5]), np.array([5.0, 5.0]), few=10)
    assert error.tolist() == pytest.approx([0.1291] * 2, abs=1e-4)


def test_one_survey_answer_is_not_certain():
    """Nor are two equal ones; with many, it is the pooled deviation over √answers."""
    answers = np.array([1.0, 4.0, 0.0])
    alone = survey_error(0.0, 0, answers, few=10)
    assert alone.tolist() == pytest.approx(
        [ANY_ANSWER_DEVIATION, ANY_ANSWER_DEVIATION / 2, ANY_ANSWER_DEVIATION]
    )
    assert survey_error(0.0, 1, answers, few=10)[0] > 2.7
    assert survey_error(80.0, 20, answers, few=10).tolist() == [2.0, 1.0, 2.0]


def weekly(counts: Sequence[Sequence[int]], last_day: str = "2200-01-01") -> float:
    """The variance of weekly counts, the newest week first, up to 2026-03-29."""
    end = np.datetime64("2026-03-29")
    days, reps = [], []
    for rep, of_rep in enumerate(counts):
        for week, count in enumerate(of_rep):
            days += [end - 7 * week - 6] * count
            reps += [rep] * count
    first = np.full(len(counts), np.datetime64("1900-01-01"))
    last = np.full(len(counts), np.datetime64(last_day))
    window = (end - 6, end)
    return weekly_variance(np.array(days), np.array(reps), (first, last), window)


def test_a_counts_error_comes_from_how_weeks_differ_within_reps():
    """8 and 12 and 10 a week: variance 4; a rep who does twice as much adds no variance."""
    assert weekly([(8, 12, 10)]) == pytest.approx(4.0)
    assert weekly([(8, 12, 10), (20, 20, 20)]) == pytest.approx(2.0)


def test_weeks_of_too_short_a_time_vary_as_counts_at_random_do():
    """One week of 9: variance 9; weeks after somebody left are no weeks of his."""
    assert weekly([(9,)]) == pytest.approx(9.0)
    assert weekly([(0, 12, 8)], last_day="2026-03-22") == pytest.approx(8.0)


def test_of_equals_hardly_anybody_stands_out():
    """Best and weakest of 12 alike: at most 10 % of 200 teams have one, each way."""
    random = np.random.default_rng(7)
    ahead = behind = 0
    for _ in range(200):
        deals = np.exp(random.normal(0, 0.8, 120))
        sold = np.bincount(random.integers(0, 12, 120), weights=deals, minlength=12)
        luck = stand_out(sold, np.full(12, 1.0), deals)
        ahead += luck.ahead.any()
        behind += luck.behind.any()
    assert ahead <= 20
    assert behind <= 20


def test_who_sells_three_times_as_much_stands_out_and_keeps_doing_so():
    """The same book always gets the same answer; quotas in proportion make equals of them."""
    deals = np.ones(260)
    sold = np.array([20.0] * 10 + [60.0])
    luck = stand_out(sold, np.ones(11), deals)
    assert luck.ahead.tolist() == [False] * 10 + [True]
    assert not luck.behind.any()
    assert stand_out(sold, np.ones(11), deals).ahead.tolist() == luck.ahead.tolist()
    fair = stand_out(sold, sold, deals)
    assert not (fair.ahead | fair.behind).any()


def test_many_deals_are_drawn_as_a_whole_and_give_the_same_answer():
    """Just below and just above 20 deals a rep: the bars are within 10 % of each other."""
    amounts = np.exp(np.random.default_rng(3).normal(0, 0.8, 20 * 30))
    sold = np.full(30, amounts.sum() / 30)
    steps = np.linspace(1.0, 2.0, 101)

    def bar(deals) -> float:
        """The least share above the others at which the first rep stands out."""
        for step in steps:
            raised = sold * np.where(np.arange(30) == 0, step, 1.0)
            if stand_out(raised, np.ones(30), deals).ahead[0]:
                return float(step) - 1
        return float("inf")

    assert bar(np.append(amounts, 1e-9)) == pytest.approx(bar(amounts), rel=0.1)
