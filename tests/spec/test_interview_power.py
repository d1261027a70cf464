"""Whether a criterion of interviews says anything about what somebody sells later."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from salesbook.domain.people.interview_power import correlation_range, interview_power
from salesbook.frames import frame_from_rows
from tests.spec.score_tables import at, day, order, planned, policy_of, rows_of, scored
from tests.spec.test_hiring_funnel import OPENINGS, applicant

Row = dict[str, Any]
RAMP = [{"month": month, "share": share} for month, share in enumerate((0.25, 0.5, 1, 1), start=1)]


def drawn(scores: dict[str, list[float]], attained: list[float]) -> pd.DataFrame:
    """InterviewPower of hires by their scores in each criterion and their attainment."""
    keys = [f"a{n:03d}" for n in range(len(attained))]
    people = [applicant(key, "hired", hired_rep_id=f"r{key}") for key in keys]
    rows = [
        {"candidate_id": key, "criterion": criterion, "interviewer": "i", "score": score}
        for criterion, values in scores.items()
        for key, score in zip(keys, values, strict=True)
    ]
    return interview_power(
        frame_from_rows("InterviewScores", rows),
        frame_from_rows("Candidates", people),
        frame_from_rows("Openings", OPENINGS),
        {f"r{key}": value for key, value in zip(keys, attained, strict=True)},
    )


def test_the_correlation_is_spearmans_and_equal_scores_share_a_rank():
    """Source: scipy.stats.spearmanr, as an independent computation."""
    chance = np.random.default_rng(5)
    scores = chance.integers(1, 6, 25).astype(float).tolist()
    attained = (chance.normal(1, 0.3, 25) + np.array(scores) / 20).tolist()
    row = at(drawn({"drive": scores}, attained))
    assert row["correlation"] == pytest.approx(stats.spearmanr(scores, attained).statistic)


def test_the_range_is_fishers():
    """r = 0.5 of 28 pairs: atanh 0.5493, error √(1.125 / 25) = 0.2121; at 95 % ± 0.4158.

    Source: by hand.
    """
    low, high = correlation_range(0.5, 28, 0.05)
    assert low == pytest.approx(math.tanh(0.549306 - 1.959964 * math.sqrt(1.125 / 25)), abs=1e-6)
    assert high == pytest.approx(math.tanh(0.549306 + 1.959964 * math.sqrt(1.125 / 25)), abs=1e-6)


def test_a_strong_relation_tells_and_with_few_hires_nothing_is_said():
    attained = [0.5 + n / 20 for n in range(24)]
    rising = [float(n // 3) for n in range(24)]
    assert at(drawn({"drive": rising}, attained))["verdict"] == "tells"
    falling = at(drawn({"drive": rising[::-1]}, attained))
    assert (falling["verdict"], falling["because"].code) == ("tells", "interview-tells-against")
    few = at(drawn({"drive": rising[:9]}, attained[:9]))
    assert (few["verdict"], few["correlation"], few["low"]) == ("too-few", None, None)
    alike = at(drawn({"drive": [7.0] * 24}, attained))
    assert (alike["verdict"], alike["because"].code) == ("too-few", "interview-all-alike")


def test_no_relation_among_a_dozen_is_too_few_and_among_many_it_tells_nothing():
    """A dozen hires leave a correlation of 0.4 open, 200 do not."""
    for count, verdict in ((12, "too-few"), (200, "tells-nothing")):
        attained = [float(n % 2) for n in range(count)]
        scores = [float(n // 2 % 2) for n in range(count)]
        row = at(drawn({"drive": scores}, attained))
        assert abs(row["correlation"]) < 0.01
        assert row["verdict"] == verdict


def test_more_criteria_need_a_stronger_relation():
    """The same hires and scores: beside nine others the range of the first is wider."""
    chance = np.random.default_rng(2)
    attained = chance.normal(1, 0.3, 20).tolist()
    others = {f"x{n}": chance.normal(6, 1, 20).tolist() for n in range(9)}
    first = {"drive": chance.normal(6, 1, 20).tolist()}
    alone, among = (at(drawn(s, attained), criterion="drive") for s in (first, first | others))
    assert among["low"] < alone["low"] < alone["high"] < among["high"]


def test_where_no_criterion_says_anything_at_most_one_book_in_ten_names_one():
    """Four criteria in whole points from 1 to 10, 12 or 30 hires, attainment by chance alone.

    Of 400 books each; a share of 10 % has an error of 1.5 points.
    """
    chance = np.random.default_rng(20261130)
    for hires in (12, 30):
        named = criteria = 0
        for _ in range(400):
            scores = {name: chance.integers(4, 11, hires).astype(float).tolist() for name in "wxyz"}
            table = drawn(scores, chance.lognormal(0, 0.4, hires).tolist())
            tells = int((table["verdict"] == "tells").sum())
            named += tells > 0
            criteria += tells
        assert named / 400 <= 0.14
        assert criteria / 1600 <= 0.05


def test_a_criterion_that_truly_tells_is_found_with_enough_hires():
    """A correlation of 0.6 among 40 hires, beside three criteria that say nothing."""
    chance = np.random.default_rng(7)
    found = 0
    for _ in range(100):
        skill = chance.normal(0, 1, 40)
        scores = {name: chance.normal(6, 1, 40).tolist() for name in "xyz"}
        scores["drive"] = (6 + 0.6 * skill + 0.8 * chance.normal(0, 1, 40)).tolist()
        table = drawn(scores, np.exp(0.3 * skill).tolist())
        found += at(table, criterion="drive")["verdict"] == "tells"
    assert found >= 85


# --- through the verb: who counts, and by which months ----------------------------------------------


def hired_in(month: str, **rep: object) -> dict[str, Any]:
    """A book with one hire, planned 100 a month, who sells 100 in each of twelve months from 2025-05.

    The ramp has two months before the full share: hired on 2025-03-01, his year is May to April.
    """
    months = [f"2025-{n:02d}" for n in range(1, 13)] + [f"2026-{n:02d}" for n in range(1, 13)]
    sold = [period for period in months if "2025-05" <= period <= "2026-04"]
    first = {"rep_id": "r1", "name": "Ann", "role": "hunter", "hired_on": day(month)}
    return {
        "Reps": [{**first, **rep}],
        "TargetPlan": planned("r1", dict.fromkeys(months, 100)),
        "Orders": [order(f"o{n}", "r1", f"{period}-10", 80) for n, period in enumerate(sold)],
        "Openings": OPENINGS,
        "Candidates": [applicant("a", "hired", hired_rep_id="r1")],
        "InterviewScores": [
            {"candidate_id": "a", "criterion": "drive", "interviewer": "i", "score": 7.0}
        ],
    }


@pytest.mark.parametrize(
    ("month", "as_of", "rep", "hires"),
    [
        ("2025-03-01", "2026-04-30", {}, 1),
        ("2025-03-01", "2026-04-29", {}, 0),
        ("2025-03-16", "2026-04-30", {}, 0),
        ("2025-03-16", "2026-05-31", {}, 1),
        ("2025-03-01", "2026-04-30", {"left_on": dt.datetime(2026, 4, 15)}, 0),
        ("2024-09-01", "2026-04-30", {}, 0),
    ],
    ids=["over", "not-over", "hired-late", "a-month-later", "left", "no-plan-then"],
)
def test_a_hire_counts_with_twelve_full_months_after_the_ramp(month, as_of, rep, hires):
    """Who starts after the 15th begins a month later, who left has no year, nor who had no quota."""
    found = scored(as_of, policy_of(Ramp=RAMP), **hired_in(month, **rep)).tables["InterviewPower"]
    assert rows_of(found, "role", "criterion", "hires", "verdict") == [
        ("hunter", "drive", hires, "too-few")
    ]
