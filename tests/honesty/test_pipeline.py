"""Rates, stays and leaks keep what they promise: short forms of the honesty runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from honesty import differences, lead_sources, leaks, rates, stage_times
from honesty.histories import TRUE_MEDIAN, TRUE_P80
from salesbook.domain.pipeline.chances import win_rates
from salesbook.domain.pipeline.funnel import differences as told_apart
from salesbook.domain.pipeline.funnel import leak
from salesbook.domain.pipeline.leads import sources
from salesbook.domain.pipeline.stages import visits

SEED = 20261129
WEEKLY = [
    situation
    for situation in stage_times.SITUATIONS
    if situation.every == 7 and situation.began > 100
]
UNLIKE_STAYS = rates.Situation(200, "untyped", (30.0, 15.0))
EQUALS = leaks.Company(1000)


def test_over_many_books_medians_after_an_import_are_true():
    """Weekly runs for eight weeks after imports of four kinds; from age 0 they would be 18."""
    medians, p80s = [], []
    for cell in stage_times.cells(3, SEED, WEEKLY):
        median = stage_times.mean_of_known(cell.medians)
        assert abs(median - TRUE_MEDIAN) < 2.5, cell.situation
        medians.append(median)
        p80s.append(stage_times.mean_of_known(cell.p80s))
    assert abs(np.mean(medians) - TRUE_MEDIAN) < 1.0
    assert abs(np.mean(p80s) - TRUE_P80) < 3.0


def test_counting_stays_from_their_first_day_would_show(monkeypatch):
    """The rule broken on purpose: what an import finds open is the slow part."""
    monkeypatch.setattr(visits, "_seen_from", lambda rows, start: start)
    opens_only = [s for s in WEEKLY if s.since == 0 and not s.has_log]
    (cell,) = stage_times.cells(3, SEED, opens_only)
    assert stage_times.mean_of_known(cell.medians) > 1.1 * TRUE_MEDIAN


def test_a_log_of_open_deals_counted_from_first_days_would_show(monkeypatch):
    """The rule broken on purpose: who was closed before the first closing there is, is missing."""
    monkeypatch.setattr(visits, "_first_end", lambda rows, *rest: np.full(len(rows.deal), -np.inf))
    opens_only = [s for s in WEEKLY if s.since == 0 and s.has_log]
    (cell,) = stage_times.cells(3, SEED, opens_only)
    assert stage_times.mean_of_known(cell.medians) > 1.1 * TRUE_MEDIAN


def unlike_stays() -> rates.Cell:
    return next(rates.cells(30, SEED, [UNLIKE_STAYS]))


def test_over_many_books_the_rate_now_is_that_of_the_deals_that_are_open():
    """Won deals stay twice as long, so that of the open ones more are won than of those that enter."""
    cell = unlike_stays()
    assert abs(cell.ratio - 1) < 0.1
    assert cell.covered.share >= 0.65
    assert cell.common.share < 0.3


def test_rates_that_forget_the_days_would_show(monkeypatch):
    """The rule broken on purpose: each deal counts for one, however long it stayed."""
    monkeypatch.setattr(win_rates, "stay_weights", lambda days, *rest: np.ones(len(days)))
    assert unlike_stays().covered.share < 0.5


def test_a_typed_rate_is_believed_until_the_deals_contradict_it():
    situations = [rates.Situation(200, kind, (20.0, 20.0)) for kind in rates.TYPED[1:]]
    right, wrong = rates.cells(12, SEED, situations)
    assert right.contradicted.share <= 0.25
    assert wrong.contradicted.share >= 0.75
    assert wrong.covered.share >= 0.5


def test_of_books_of_equals_at_most_one_in_ten_names_a_leak():
    """Before, the first screen pointed at somebody nearly always; two intervals apart do in half."""
    cell = next(leaks.cells(40, SEED, [EQUALS]))
    assert cell.named.share <= 0.12
    assert cell.apart.share > 0.2


def test_leaks_without_the_test_for_chance_would_show(monkeypatch):
    """The rule broken on purpose: whoever is below the better ones has a leak."""
    always = leak._if_told_apart

    def told_apart(stick, bar):
        return always(stick, np.inf)

    monkeypatch.setattr(leak, "_if_told_apart", told_apart)
    assert next(leaks.cells(20, SEED, [EQUALS])).named.share > 0.12


def test_a_leak_that_is_there_is_found_and_its_range_holds_it():
    worse = next(leaks.cells(8, SEED, [leaks.Company(3000, worse=0.25)]))
    assert worse.found.share >= 0.8
    assert worse.covered.share >= 0.6


def test_of_books_of_equals_hardly_any_calls_somebody_weak_or_slow():
    """A list of intervals does in more than half."""
    cell = next(differences.cells(40, SEED, [differences.Company(1000)]))
    assert cell.both.share <= 0.1
    assert cell.intervals.share > 0.3


def test_verdicts_without_an_allowance_for_all_that_is_compared_would_show(monkeypatch):
    """The rule broken on purpose: each comparison is taken for the only one."""
    monkeypatch.setattr(told_apart, "bar_for", lambda comparisons, false_alarms: 0.05)
    cell = next(differences.cells(15, SEED, [differences.Company(1000)]))
    assert cell.both.share > 0.5


def test_a_rep_at_30_percent_among_others_at_50_is_found_with_enough_deals():
    worse = differences.Company(4000, rate=0.3, slower=2.0)
    cell = next(differences.cells(8, SEED, [worse]))
    assert cell.weak.share >= 0.8
    assert cell.slow.share >= 0.8


def test_slices_that_may_differ_are_not_said_to_have_no_leak():
    """600 deals of 12 reps show hardly anything; "0 to 0" would hold the truth in half of cases."""
    cell = next(leaks.cells(20, SEED, [leaks.Company(600, reps=12, spread=0.1)]))
    assert cell.covered.share >= 0.7


YOUNG = lead_sources.Situation(1500, 0.3, is_young=True)


def test_a_young_source_that_is_like_the_others_is_seldom_called_otherwise():
    (cell,) = lead_sources.cells(20, SEED, [YOUNG])
    assert cell.false.share <= 0.15
    assert cell.common.share >= 0.2, "by won of decided it would be"
    assert cell.covered.share >= 0.7


def test_counting_leads_that_had_no_time_as_failures_would_show(monkeypatch):
    """The rule broken on purpose: every lead is old enough."""
    monkeypatch.setattr(sources, "age_in_days", lambda leads, as_of: pd.Series(9999, leads.index))
    (cell,) = lead_sources.cells(20, SEED, [YOUNG])
    assert cell.false.share >= 0.4


def test_a_source_that_wins_twice_as_often_is_found_and_makes_no_other_bad():
    (cell,) = lead_sources.cells(20, SEED, [lead_sources.Situation(3000, 0.2, 2.0)])
    assert cell.found.share >= 0.9
    # 5 % by design; against the pool with the good one in it 60 % would be called worse.
    assert cell.false.share <= 0.25
