"""Win rates by their names, and how likely a deal is won that enters a stage or is in it now."""

import datetime as dt
import math

import numpy as np
import pytest

from salesbook.domain import funnel
from salesbook.domain.pipeline.chances.win_rates import (
    stage_rates,
    stay_weights,
    win_rate_by_amount,
    win_rate_by_count,
)
from salesbook.domain.pipeline.funnel.stages import passages_of
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.domain.pipeline.stages.times import stays_of
from salesbook.domain.pipeline.stages.visits import run_days, visits_of
from salesbook.frames import empty_frame
from salesbook.tables.settings import Stage
from tests.pipeline_book import AS_OF, STAGES, day, deal, draw, numbered, policy

CLOSED_STAGES = STAGES[3:]


def rates_of(rows, settings=None, prior_deals=10):
    """The rates after one run over these deals, and what was found."""
    deals, codes = numbered(rows, settings)
    history = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
    known = entries_of(history, deals, codes)
    passages = passages_of(deals, known, codes, skipped="all")
    runs = run_days([history["noticed_on"]], as_of=AS_OF)
    stays = stays_of(visits_of(deals, known, codes, runs, as_of=AS_OF), codes)
    return stage_rates(passages, stays, deals, codes, prior_deals=prior_deals)


def one_stage(typed=None):
    """A pipeline of a single open stage."""
    return policy((Stage(stage="Lead", rank=1, kind="open", win_rate=typed), *CLOSED_STAGES))


def closed(won, lost):
    """So many won and lost deals, of whose days nothing is known."""
    return [
        *(deal(f"w{number}", "Won") for number in range(won)),
        *(deal(f"l{number}", "Lost") for number in range(lost)),
    ]


def lasted(deal_id, stage, days):
    """A closed deal that was in the only open stage for so many days."""
    created = day("2026-06-01") - dt.timedelta(days=days)
    return deal(deal_id, stage, created_on=str(created), closed_on="2026-06-01")


def test_by_count_and_by_amount():
    assert round(win_rate_by_count(8, 3), 4) == 0.7273
    assert round(win_rate_by_amount(1300, 600), 4) == 0.6842
    assert math.isnan(win_rate_by_count(0, 0))


@pytest.mark.parametrize(
    ("typed", "won", "lost", "rate"),
    [(0.25, 3, 0, 5.5 / 13), (None, 3, 0, 0.92), (0.10, 10, 30, 0.22), (0.25, 0, 0, 0.25)],
)
def test_a_rate_is_what_deals_say_and_a_prior(typed, won, lost, rate):
    """Typed 0.25, 3 of 3; untyped, the same alone; typed 0.10, 10 of 40; typed and nothing closed.

    With no days known, deals that are in the stage now are those that entered.
    """
    rates, _ = rates_of(closed(won, lost), one_stage(typed))
    assert rates.entering[0] == pytest.approx(rate)
    assert rates.now[0] == pytest.approx(rate)
    assert rates.weight[0] == won + lost


def test_an_untyped_rate_is_drawn_to_the_pipelines():
    """Overall 1 of 4, a third: past Lead 1 of 2, drawn by two deals; won and lost stages are sure."""
    rows = [deal("w", "Won"), deal("l", "Lost", lost_stage="Offer")]
    rows += [deal(name, "Lost", lost_stage="Lead") for name in "ab"]
    rates, findings = rates_of(rows)
    prior = 2 * (1 + 1) / (4 + 2)
    assert rates.entering[:3] == pytest.approx(
        [(1 + prior) / (4 + 2), (1 + prior) / (2 + 2), (1 + prior) / (1 + 2)]
    )
    assert rates.entering[3:].tolist() == rates.now[3:].tolist() == [1, 0]
    assert findings == []


def test_a_typed_rate_weighs_as_many_deals_as_the_setting_says():
    rates, _ = rates_of(closed(3, 0), one_stage(0.25), prior_deals=1)
    assert rates.entering[0] == pytest.approx(3.25 / 4)


def test_a_deal_that_stays_long_is_met_more_often():
    """Won after 10 and 20 days, lost after 5 and 5, typed 0.25: r 0.75, m 2.909."""
    rows = [lasted("a", "Won", 10), lasted("b", "Won", 20)]
    rows += [lasted("c", "Lost", 5), lasted("d", "Lost", 5)]
    rates, _ = rates_of(rows, one_stage(0.25))
    assert rates.weight[0] == pytest.approx(2.909, abs=0.001)
    assert rates.now[0] == pytest.approx(0.3627, abs=0.0001)
    assert rates.entering[0] == pytest.approx((2 + 2.5) / 14)


def test_the_forecast_goes_by_the_rate_of_deals_that_are_in_the_stage_now():
    rows = [lasted("a", "Won", 10), lasted("b", "Won", 20)]
    rows += [lasted("c", "Lost", 5), lasted("d", "Lost", 5)]
    rows.append(deal("o", "Lead", amount=1_000_000, expected_on="2026-06-30"))
    forecast = funnel.run(draw(Deals=rows, settings=one_stage(0.25))).tables["Forecast"]
    assert forecast["weighted"].iloc[0] == 362_676


def test_a_stay_counts_for_six_times_the_median_at_most():
    code, is_won = np.zeros(5, dtype=np.int64), np.array([True, False, True, False, False])
    days = np.array([10.0, 10.0, 500.0, 10.0, 0.0])
    assert stay_weights(days, code, is_won, 1).tolist() == [10, 10, 60, 10, 0.5]


def test_deals_of_unknown_days_count_like_the_known_ones_with_their_outcome():
    """Drawn by ten to the mean of all, 20: won (30 + 10 x 20) / 11, lost (10 + 10 x 20) / 11."""
    code, is_won = np.zeros(4, dtype=np.int64), np.array([True, True, False, False])
    days = np.array([30.0, np.nan, 10.0, np.nan])
    weights = stay_weights(days, code, is_won, 1)
    assert weights == pytest.approx([30, 230 / 11, 10, 210 / 11])


def test_where_no_days_are_known_each_deal_counts_for_one():
    code, is_won = np.zeros(2, dtype=np.int64), np.array([True, False])
    assert stay_weights(np.array([np.nan, np.nan]), code, is_won, 1).tolist() == [1, 1]


def test_deals_typed_in_when_they_closed_still_count():
    rates, _ = rates_of([lasted("a", "Won", 0), lasted("b", "Lost", 0)], one_stage())
    assert rates.now[0] == pytest.approx(0.5)


def test_without_closed_deals_a_stage_in_use_has_no_rate_and_says_so():
    rates, findings = rates_of([deal("a", "Lead")])
    assert math.isnan(rates.entering[0])
    assert math.isnan(rates.now[0])
    assert [(finding.code, finding.row_key) for finding in findings] == [
        ("no-win-rate", "main|Lead")
    ]


def test_a_typed_rate_that_the_deals_contradict_is_named():
    """10 of 40 were won: at 95 % the true rate lies between 14.1 and 40.2 %."""
    _, findings = rates_of(closed(10, 30), one_stage(0.10))
    assert [(finding.code, finding.row_key, finding.found) for finding in findings] == [
        ("win-rate-off", "main|Lead", "10%")
    ]
    assert findings[0].params == {
        "stage": "Lead",
        "won": 10,
        "closed": 40,
        "low": 0.141,
        "high": 0.402,
    }


@pytest.mark.parametrize("typed", [0.141, 0.25, 0.402, None])
def test_a_typed_rate_in_the_range_that_was_named_is_not(typed):
    """Whoever follows the advice is rid of the finding, also by typing one end as it was shown."""
    assert rates_of(closed(10, 30), one_stage(typed))[1] == []
