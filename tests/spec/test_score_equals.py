"""Reps who are alike are hardly ever told apart: whole books of equals, drawn with a seed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from salesbook.domain.sales.credit import credits_of
from salesbook.domain.targets.attainment import monthly
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.team.marks import luck_of, mark
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.staff import Staff
from salesbook.domain.team.windows import Window
from salesbook.frames import frame_of
from tests.spec.score_tables import policy_of, task_of

REPS = [f"r{number:02}" for number in range(12)]
BOOKS = 50
WIN_RATE = 0.3
JANUARY = Window("2026-01", dt.date(2026, 1, 1), dt.date(2026, 1, 31), ("2026-01",), is_year=False)
METRICS = [
    {"metric": "attainment", "weight": 50.0, "goal": 1.0},
    {"metric": "win_rate", "weight": 15.0},
]


def equals(random: Any, deals: int, better: float = 1.0) -> Sources:
    """A January of 12 reps with unlike quotas, and deals and sales in proportion to them.

    Args:
        deals: closed by a rep on average.
        better: how many times as many the first rep closes.
    """
    quotas = random.uniform(0.5, 2.0, len(REPS))
    skill = np.where(np.arange(len(REPS)) == 0, better, 1.0)
    counts = np.maximum(1, random.poisson(deals * skill * quotas / quotas.mean()))
    rep = np.repeat(np.array(REPS), counts)
    closed = np.datetime64("2026-01-01") + random.integers(0, 31, rep.size).astype("timedelta64[D]")
    amounts = 100_000 * np.exp(random.normal(0, 0.8, rep.size))
    is_won = random.random(rep.size) < WIN_RATE
    expected = 100_000 * np.exp(0.8**2 / 2) * deals * WIN_RATE * quotas / quotas.mean()

    names = [f"d{number}" for number in range(rep.size)]
    tables = {
        "Deals": {
            "deal_id": names,
            "rep_id": rep,
            "stage": np.where(is_won, "Won", "Lost"),
            "closed_on": closed.astype("datetime64[us]"),
            "amount": amounts.astype("int64"),
        },
        "TargetPlan": {
            "period": ["2026-01"] * len(REPS),
            "rep_id": REPS,
            "metric": ["revenue"] * len(REPS),
            "amount": expected.astype("int64"),
            "locked": [False] * len(REPS),
            "status": ["published"] * len(REPS),
            "version": [1] * len(REPS),
        },
        "Reps": {"rep_id": REPS, "name": REPS, "team": ["North"] * len(REPS)},
    }
    frames = {name: frame_of(name, columns) for name, columns in tables.items()}
    task = task_of("2026-01-31", policy_of(Metrics=METRICS), **frames)
    staff = Staff(task.tables["Reps"], task.tables["Assignments"])
    credits = credits_of(task.tables, task.policy, as_of=task.as_of)
    facts = monthly(credits.lines, plan_in_force(task.tables["TargetPlan"]), staff)
    calendar = task.calendar
    return Sources(task.tables, task.policy, facts, staff, calendar, credits.lines)


def test_of_equals_at_most_12_of_100_are_ranked_and_hardly_any_called_best():
    """At a one-sided chance of 0.95 it is 10 by design; before, 94 to 100 were. The ranges, at a
    level of 0.8, hold what all of them truly are, 100, in about 80 of 100 cases.
    """
    random = np.random.default_rng(20261129)
    ranked = appraised = with_best = covered = 0
    for book in range(BOOKS):
        sources = equals(random, deals=(10, 40)[book % 2])
        marks = mark(sources, JANUARY)
        assert marks is not None
        ranked += sum(rank.rank is not None for rank in marks.ranks)
        appraised += len(marks.ranks)
        with_best += luck_of(sources, marks).ahead.any()
        covered += ((marks.low <= 100) & (marks.high >= 100)).sum()
    assert ranked / appraised <= 0.12
    assert with_best / BOOKS <= 0.12
    assert 0.75 <= covered / appraised <= 0.9


def test_who_is_three_times_as_good_is_found():
    """With 40 closed deals in the month the first rep is ranked, and ahead by more than luck, in
    most books.
    """
    random = np.random.default_rng(20261130)
    ranked = ahead = 0
    for _ in range(10):
        sources = equals(random, deals=40, better=3.0)
        marks = mark(sources, JANUARY)
        assert marks is not None
        ranked += marks.ranks[0].rank == 1
        ahead += luck_of(sources, marks).ahead[0]
    assert ranked >= 8
    assert ahead >= 7
