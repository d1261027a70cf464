"""How good were past forecasts, do they lean, and what are commits worth then?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.arithmetic.calendar import next_month
from salesbook.domain.pipeline.forecast.accuracy import scored_forecasts, span_of, with_bias
from salesbook.domain.pipeline.forecast.bias import COMMIT, LANDING, biases, forecast_bias
from salesbook.domain.pipeline.forecast.calls import with_calls
from salesbook.domain.pipeline.forecast.table import number_of_month
from salesbook.frames import frame_from_rows
from tests.drawn_tables import day
from tests.pipeline_book import records

AS_OF = dt.date(2026, 6, 30)


def snapshot(as_of: str, period: str, **fields: Any) -> dict[str, Any]:
    """A forecast of 80 to 120, made on its day; nothing closed, 100 committed."""
    usual = {"slice_kind": "all", "slice": "all", "closed": 0, "commit": 100, "best_case": 0}
    usual |= {"pipeline": 0, "weighted": 0, "p10": 80, "p50": 100, "p90": 120}
    row = usual | {"as_of": day(as_of), "made_on": day(as_of), "period": period} | fields
    return row


def sold(*sales: tuple[str, int], rep: str = "ann", team: str = "North") -> pd.DataFrame:
    """Lines of what was sold, by month."""
    return pd.DataFrame(
        {
            "what": "closed",
            "month": [number_of_month(month) for month, _ in sales],
            "amount": [amount for _, amount in sales],
            "all": "all",
            "team": team,
            "rep": rep,
        }
    )


def scored(history: list[dict[str, Any]], lines: pd.DataFrame, **options: Any) -> pd.DataFrame:
    frame = frame_from_rows("ForecastHistory", history)
    return scored_forecasts(frame, lines, **({"as_of": AS_OF, "start_month": 1} | options))


def months(count: int, last: str = "2026-05") -> list[str]:
    return [next_month(last, -back) for back in range(count - 1, -1, -1)]


def before(month: str) -> str:
    """The last day before a month."""
    return (span_of(month, 1).first - dt.timedelta(days=1)).isoformat()


def judged_months(came_in: list[int], **fields: Any) -> pd.DataFrame:
    """ForecastAccuracy of months that were each forecast the day before."""
    names = months(len(came_in))
    history = [snapshot(before(month), month, **fields) for month in names]
    return scored(history, sold(*zip(names, came_in, strict=True)))


def test_a_month_that_is_over_is_scored_by_what_came_in():
    table = scored([snapshot("2026-04-30", "2026-05")], sold(("2026-05", 90), ("2026-04", 7)))
    names = ("period", "made", "came_in", "inside", "came_in_rate", "commit_total")
    assert records(table, *names) == [("2026-05", "before", 90, True, 0.9, 100)]


@pytest.mark.parametrize(
    ("came_in", "inside"), [(79, False), (80, True), (120, True), (121, False)]
)
def test_the_ends_of_the_range_belong_to_it(came_in, inside):
    table = scored([snapshot("2026-04-30", "2026-05")], sold(("2026-05", came_in)))
    assert records(table, "inside") == [(inside,)]


def test_a_period_that_runs_is_not_scored_until_its_last_day_is_over():
    history = [snapshot("2026-05-31", "2026-06"), snapshot("2026-03-31", "FY2026-Q2")]
    lines = sold(("2026-06", 90))
    assert scored(history, lines, as_of=dt.date(2026, 6, 29)).empty
    assert len(scored(history, lines)) == 2


def test_a_forecast_that_was_made_later_proves_nothing():
    """A run that looked back knew what nobody knew then; of old books nobody knows it."""
    late = snapshot("2026-04-30", "2026-05", made_on=day("2026-06-15"))
    unknown = snapshot("2026-04-30", "2026-05", made_on=None)
    assert scored([late], sold(("2026-05", 90))).empty
    assert scored([unknown], sold(("2026-05", 90))).empty


def test_a_second_run_of_the_day_says_the_same():
    """The first one's snapshot is of a month that is over with that day."""
    assert scored([snapshot("2026-06-30", "2026-06")], sold(("2026-06", 90))).empty


def test_one_forecast_counts_for_each_part_of_a_period():
    """Before it the newest one, in each third the first one; long before it none."""
    days = ["2026-03-20", "2026-04-10", "2026-04-28", "2026-05-01", "2026-05-08", "2026-05-15"]
    table = scored([snapshot(made, "2026-05") for made in days], sold(("2026-05", 90)))
    assert [(made, str(as_of)) for as_of, made in records(table, "as_of", "made")] == [
        ("before", "2026-04-28"),
        ("first-third", "2026-05-01"),
        ("second-third", "2026-05-15"),
    ]


def test_a_team_and_a_rep_are_scored_by_their_own_sales():
    history = [
        snapshot("2026-04-30", "2026-05", slice_kind=kind, slice=name)
        for kind, name in (("team", "North"), ("team", "South"), ("rep", "ann"))
    ]
    table = scored(history, sold(("2026-05", 90)))
    assert records(table, "slice", "came_in") == [("North", 90), ("South", 0), ("ann", 90)]


def test_a_quarter_adds_its_months_up():
    lines = sold(("2026-01", 10), ("2026-03", 20), ("2026-04", 40))
    table = scored([snapshot("2025-12-31", "FY2026-Q1")], lines)
    assert records(table, "came_in") == [(30,)]


def test_periods_count_not_snapshots():
    """Twenty forecasts of one month that all missed are one miss."""
    days = [f"2026-04-{number:02d}" for number in range(5, 25)]
    table = scored([snapshot(made, "2026-05") for made in days], sold(("2026-05", 10)))
    bias = forecast_bias(table, level=0.8)
    assert set(bias["periods"]) == {1}
    assert set(bias["verdict"]) == {"too-few"}


def test_a_landing_that_is_always_missed_is_told():
    """Seven of seven: 2/128 is under 10 % / 3 kinds of slice / 2 rows; six of six is not."""
    bias = forecast_bias(judged_months([70] * 7), level=0.8)
    names = ("measure", "periods", "more", "less", "came_in_rate", "verdict")
    assert records(bias, *names) == [
        ("landing", 7, 0, 7, 0.7, "too-high"),
        ("commit", 7, 0, 7, 0.7, "too-high"),
    ]
    assert set(forecast_bias(judged_months([70] * 6), level=0.8)["verdict"]) == {"too-few"}


def test_under_six_periods_the_row_says_how_many_it_takes():
    bias = forecast_bias(judged_months([70] * 5), level=0.8)
    because = bias["because"].iloc[0]
    assert (because.code, because.params["periods"], because.params["needed"]) == (
        "bias-few-periods",
        5,
        6,
    )


def test_a_book_without_such_forecasts_says_so_once():
    bias = forecast_bias(scored([], sold()), level=0.8)
    assert records(bias, "slice_kind", "periods", "verdict") == [("all", 0, "too-few")]
    assert bias["because"].iloc[0].code == "bias-none-yet"


def test_inside_is_counted_with_its_range():
    """5 of 7 inside: Wilson at 80 %."""
    table = judged_months([70, 70, 90, 100, 110, 115, 120])
    row = forecast_bias(table, level=0.8).iloc[0]
    assert (row["inside"], row["inside_rate"]) == (5, pytest.approx(5 / 7))
    assert (row["inside_low"], row["inside_high"]) == pytest.approx((0.4717, 0.8737), abs=0.001)


def test_of_nothing_forecast_and_nothing_sold_nothing_is_counted():
    table = judged_months([0] * 8, p10=0, p50=0, p90=0, commit=0)
    assert forecast_bias(table, level=0.8)["because"].iloc[0].code == "bias-none-yet"


def test_what_came_of_nothing_said_counts_as_more():
    table = judged_months([50] * 8, p10=0, p50=0, p90=60, commit=0)
    row = forecast_bias(table, level=0.8).iloc[0]
    assert (row["more"], row["verdict"]) == (8, "too-low")
    assert pd.isna(row["came_in_rate"])


def test_even_misses_are_no_leaning_only_where_the_range_is_narrow():
    narrow = forecast_bias(judged_months([95, 105] * 12), level=0.8)
    assert set(narrow["verdict"]) == {"no-difference"}
    wide = forecast_bias(judged_months([40, 190] * 12), level=0.8)
    assert set(wide["verdict"]) == {"too-few"}


@given(st.lists(st.integers(0, 300), min_size=1, max_size=24))
def test_a_bias_is_told_where_the_range_of_the_middle_leaves_1_out(came_in):
    row = forecast_bias(judged_months(came_in), level=0.8).iloc[0]
    is_told = row["verdict"] in ("too-high", "too-low")
    leaves_out = bool(row["low"] > 1 or row["high"] < 1)
    assert is_told == leaves_out


@given(st.lists(st.integers(0, 300), min_size=1, max_size=24), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(came_in, random):
    names = months(len(came_in))
    history = [snapshot(before(month), month) for month in names]
    lines = sold(*zip(names, came_in, strict=True))
    shuffled = random.sample(history, len(history))
    pd.testing.assert_frame_equal(
        scored(history, lines), scored(shuffled, lines.sample(frac=1, random_state=1))
    )


def test_the_bias_of_its_length_stands_beside_each_landing():
    table = judged_months([70] * 7)
    told = with_bias(table, biases(forecast_bias(table, level=0.8), LANDING))
    assert records(told, "bias") == [(pytest.approx(-0.3),)] * 7


def forecast(**fields: Any) -> pd.DataFrame:
    usual = {"slice_kind": "all", "slice": "all", "closed": 50, "commit": 100, "best_case": 150}
    usual |= {"pipeline": 200, "weighted": 0, "p10": 80, "p50": 100, "p90": 120}
    return frame_from_rows("Forecast", [usual | {"period": "2026-07"} | fields])


def called(
    table: pd.DataFrame, rates: dict[tuple[str, str, str], float] | None = None
) -> pd.DataFrame:
    return with_calls(table, rates or {}, as_of=AS_OF, start_month=1)


def test_categories_stand_single_and_cumulative():
    """rules.md: single 50, 100, 150, 200 → cumulative commit 150, best case 300, open 450."""
    table = called(forecast())
    assert records(table, "commit_total", "best_case_total", "open_total") == [(150, 300, 450)]


@pytest.mark.parametrize(
    ("commit", "verdict"), [(71, "above"), (70, "within"), (30, "within"), (29, "below"), (0, None)]
)
def test_a_call_is_held_beside_the_range(commit, verdict):
    """80 to 120 is the range, 50 is closed."""
    assert records(called(forecast(commit=commit)), "commit_verdict") == [(verdict,)]


def test_without_a_range_nothing_is_said_of_a_call():
    table = called(forecast(p10=None, p50=None, p90=None))
    assert records(table, "commit_verdict") == [(None,)]


def test_commits_are_worth_what_such_commits_came_in_at():
    """Closed and committed 150, of which usually 70 % come in: 105."""
    rates = {("all", "all", "month"): 0.7}
    assert records(called(forecast(), rates), "commit_expected") == [(105,)]
    assert records(called(forecast(period="FY2026-Q3"), rates), "commit_expected") == [(None,)]


@pytest.mark.parametrize(
    ("as_of", "applies"), [("2026-07-10", True), ("2026-07-12", False), ("2026-05-30", False)]
)
def test_a_late_call_is_not_corrected_by_early_ones(as_of, applies):
    rates = {("all", "all", "month"): 0.7}
    table = with_calls(forecast(), rates, as_of=day(as_of), start_month=1)
    assert bool(table["commit_expected"].notna().iloc[0]) is applies


def test_the_landing_stays_as_it_is():
    """Its level is learned by replay: to correct it here would count one error twice."""
    table = called(forecast(), {("all", "all", "month"): 0.7})
    assert records(table, "p10", "p50", "p90") == [(80, 100, 120)]


def test_only_a_bias_that_is_told_is_used():
    few = forecast_bias(judged_months([70] * 6), level=0.8)
    assert biases(few, COMMIT) == {}
    told = forecast_bias(judged_months([70] * 7), level=0.8)
    assert biases(told, COMMIT) == {("all", "all", "month"): 0.7}
