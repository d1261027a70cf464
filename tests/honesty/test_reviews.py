"""A month in which nothing changed is hardly ever called so, and reps who are alike hardly ever apart.

The short form of `python -m honesty reviews`.
"""

from __future__ import annotations

import numpy as np

from honesty.reviews import Company, cells, efficient, leaning
from salesbook.domain.pipeline.forecast import bias
from salesbook.domain.pipeline.review import rule

SEED = 20261130
EQUALS = (Company(20), Company(100, season=0.2), Company(20, length=3))


def test_where_nothing_changed_hardly_anything_is_told():
    """20 measures; the common way, outside of the usual 80 %, finds something nearly every month."""
    for cell in cells(40, SEED, EQUALS):
        assert cell.alarms.share <= 0.125
        assert cell.by_intervals.share >= 0.5


def test_without_allowance_for_many_measures_it_would_show(monkeypatch):
    """The rule broken on purpose: each measure as if it were the only one."""
    monkeypatch.setattr(rule, "FALSE_ALARM", 20 * rule.FALSE_ALARM)
    monkeypatch.setattr(rule, "student_quantile", lambda level, freedom: 1.796)
    monkeypatch.setattr(rule, "z_of", lambda level: 1.645)
    assert next(cells(20, SEED, EQUALS)).alarms.share > 0.3


def test_a_real_change_is_found_where_there_are_enough():
    cell = next(cells(8, SEED, [Company(300, length=3, change=0.7)]))
    assert cell.found["count"].share >= 0.9
    assert cell.found["rate"].share >= 0.6


def test_commits_that_do_not_lean_are_hardly_ever_called_so_and_halves_are_found():
    random = np.random.default_rng(SEED)
    alike = [leaning(random, 24, 12, 1.0).hits > 0 for _ in range(30)]
    assert np.mean(alike) <= 0.15
    assert leaning(random, 24, 12, 0.5).share >= 0.5


def test_periods_without_allowance_for_many_reps_would_show(monkeypatch):
    monkeypatch.setattr(bias, "FALSE_ALARM", 12.0)
    random = np.random.default_rng(SEED)
    assert np.mean([leaning(random, 24, 12, 1.0).hits > 0 for _ in range(20)]) > 0.3


def test_reps_who_are_alike_are_hardly_ever_named_and_one_three_times_as_good_is():
    named = [efficient(np.random.default_rng([SEED, book]), 20, 1.0) for book in range(12)]
    assert sum(bool(reps) for reps in named) <= 4
    found = [efficient(np.random.default_rng([SEED, book]), 80, 3.0) for book in range(3)]
    assert all("r00" in reps for reps in found)
