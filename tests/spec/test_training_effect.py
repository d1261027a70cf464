"""Whether reps do better after a course than those who have not taken it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from salesbook.domain.arithmetic.calendar import last_whole_months, next_month
from salesbook.domain.people.training_effect import (
    Measured,
    _quantile,
    training_effect,
)
from salesbook.frames import frame_from_rows
from tests.drawn_tables import day
from tests.spec.score_tables import at, order, planned, policy_of, scored

NONE = 10**6
MONTHS = 24
PERIODS = [next_month("2024-01", step) for step in range(MONTHS)]
COURSE = frame_from_rows("Courses", [{"course_id": "k", "title": "Talks", "kind": "ongoing"}])
Floats = np.ndarray[Any, Any]


def effect(values: Floats, taken: list[int], course: str = "k") -> dict[str, Any]:
    """The one row about attainment of reps by month, with the place of the month of completion."""
    return at(effects({course: taken}, values))


def effects(taken_by_course: dict[str, list[int]], values: Floats) -> pd.DataFrame:
    ids = [f"r{n:03d}" for n in range(len(values))]
    courses = [{"course_id": key, "title": key, "kind": "ongoing"} for key in taken_by_course]
    training = [
        {
            "rep_id": ids[place],
            "course_id": course,
            "enrolled_on": day("2023-06-01"),
            "completed_on": day(f"{next_month(PERIODS[0], month)}-15"),
        }
        for course, taken in taken_by_course.items()
        for place, month in enumerate(taken)
        if month != NONE
    ]
    wholes = np.where(np.isnan(values), np.nan, 1.0)
    return training_effect(
        frame_from_rows("Courses", courses),
        frame_from_rows("Training", training),
        ids,
        PERIODS[: values.shape[1]],
        [Measured("attainment", values, wholes, 100.0)],
    )


def test_the_difference_is_that_of_the_changes_in_the_same_months():
    """All sell 1.0 until month 9 and 1.5 afterwards; five take the course in month 10 and reach 1.7.

    Before and after alone would call it 0.7; the others rose by 0.5 without it: 0.2, 20 points.

    Source: by hand.
    """
    values = np.ones((12, MONTHS))
    values[:, 11:] = 1.5
    values[:5, 11:] = 1.7
    row = effect(values, [10] * 5 + [NONE] * 7)
    assert row["difference"] == pytest.approx(20.0)
    assert (row["trained"], row["untrained"]) == (5, 7)


def test_who_was_trained_before_is_no_comparison_and_the_month_itself_counts_on_no_side():
    """Five untrained stay at 1; five trained long ago rise by 3 in the same months: not counted.

    In the month of completion everybody is at the course and sells nothing: that counts nowhere.
    """
    values = np.ones((15, MONTHS))
    values[5:10, 12:] = 4.0
    values[:5, 11:] = 1.3
    values[:5, 10] = 0.0
    row = effect(values, [10] * 5 + [-4] * 5 + [NONE] * 5)
    assert row["difference"] == pytest.approx(30.0)
    assert (row["trained"], row["untrained"]) == (5, 5)


def test_who_takes_it_later_is_compared_until_then():
    """Six take it in month 6, six in month 16; the second half is the comparison of the first."""
    values = np.ones((12, MONTHS))
    values[:6, 7:] = 1.2
    row = effect(values, [6] * 6 + [16] * 6)
    # The first six count; the second find nobody left who has not taken it.
    assert (row["trained"], row["untrained"]) == (6, 6)
    assert row["difference"] == pytest.approx(20.0)


def test_months_that_are_missing_keep_a_rep_out():
    """On the ramp, on leave, or gone: nan in one of the six months."""
    values = np.ones((12, MONTHS))
    values[0, 8] = np.nan
    row = effect(values, [10] * 5 + [NONE] * 7)
    assert (row["trained"], row["verdict"]) == (4, "too-few")
    assert row["because"].params == {"trained": 4, "untrained": 7, "needed": 5}
    assert row["difference"] is None


def test_the_quantile_is_students():
    """Source: scipy.stats.t, as an independent computation."""
    for error, freedom in ((0.1, 10), (0.02, 20), (0.01, 60)):
        assert _quantile(error, freedom) == pytest.approx(
            stats.t.ppf(1 - error / 2, freedom), rel=0.01
        )


def test_the_last_month_counts_once_it_is_over():
    assert last_whole_months(day("2026-03-30"), 2) == ("2026-01", "2026-02")
    assert last_whole_months(day("2026-03-31"), 2) == ("2026-02", "2026-03")


# --- companies whose truth is known ---------------------------------------------------------------


def company(chance: np.random.Generator, reps: int, *, spread: float = 0.5) -> Floats:
    """Attainment by rep and month: reps differ, months go up and down for all, the rest is luck."""
    skill = chance.lognormal(0, 0.25, (reps, 1))
    months = chance.lognormal(0, 0.2, (1, MONTHS))
    luck = chance.lognormal(-(spread**2) / 2, spread, (reps, MONTHS))
    values: Floats = skill * months * luck
    return values


def some_taken(chance: np.random.Generator, reps: int) -> list[int]:
    """Half of the reps take the course, in some month of the middle year."""
    taken = np.full(reps, NONE)
    taken[: reps // 2] = chance.integers(5, 18, reps // 2)
    return [int(month) for month in chance.permutation(taken)]


def test_without_an_effect_at_most_one_company_in_ten_is_told_of_one():
    """Three courses that do nothing, with 12, 24 and 60 reps; 100 companies each."""
    chance = np.random.default_rng(20261130)
    for reps in (12, 24, 60):
        named = 0
        for _ in range(100):
            taken = {f"k{n}": some_taken(chance, reps) for n in range(3)}
            table = effects(taken, company(chance, reps))
            named += bool(table["verdict"].isin(["helps", "harms"]).any())
        assert named <= 14


def test_who_sends_the_weakest_of_a_quarter_is_not_told_that_it_helped():
    """In month 10 go those who sold least in the three months before; the course does nothing.

    They come back by themselves. The plain difference in differences says that the course helps in
    most of these companies; with reps who began alike compared as well hardly ever.
    """
    chance = np.random.default_rng(3)
    named = uneven = 0
    for _ in range(100):
        values = company(chance, 40)
        before = values[:, 7:10].sum(axis=1)
        weakest = before <= np.sort(before)[15]
        row = effect(values, [10 if is_weak else NONE for is_weak in weakest])
        named += row["verdict"] == "helps"
        uneven += row["because"].code == "effect-uneven"
    assert named <= 10
    assert uneven >= 20


def test_a_large_effect_is_found_with_enough_reps():
    """40 % more after the course, 60 reps: found in most companies, and hardly ever with 12."""
    chance = np.random.default_rng(4)
    found = {12: 0, 60: 0}
    for reps in found:
        for _ in range(60):
            values, taken = company(chance, reps), some_taken(chance, reps)
            for rep, month in enumerate(taken):
                values[rep, month + 1 :] *= 1.4 if month != NONE else 1.0
            found[reps] += effect(values, taken)["verdict"] == "helps"
    assert found[60] >= 48
    assert found[12] < found[60]


def test_no_effect_among_many_reps_is_said_to_be_none():
    chance = np.random.default_rng(5)
    verdicts = []
    for _ in range(10):
        taken = some_taken(chance, 200)
        verdicts.append(effect(company(chance, 200, spread=0.3), taken)["verdict"])
    assert verdicts.count("no-difference") >= 8


def test_the_order_of_rows_and_of_courses_is_nothing():
    chance = np.random.default_rng(6)
    values = company(chance, 20)
    taken = {"k1": some_taken(chance, 20), "k2": some_taken(chance, 20)}
    table = effects(taken, values)
    turned = effects({name: taken[name] for name in ("k2", "k1")}, values)
    pd.testing.assert_frame_equal(table, turned)


# --- through the verb -------------------------------------------------------------------------------


def test_the_verb_measures_reps_beyond_the_ramp_by_quota_deals_and_calls():
    """Twelve reps, six of them trained in October 2025: 130 of 100 from November on, else 100."""
    months = [f"2025-{n:02d}" for n in range(1, 13)] + ["2026-01", "2026-02", "2026-03"]
    ids = [f"r{n:02d}" for n in range(13)]
    # The thirteenth was hired in May and is on the ramp until August.
    reps = [{"rep_id": key, "name": key, "role": "hunter"} for key in ids]
    reps[12]["hired_on"] = day("2025-05-01")  # type: ignore[assignment]
    plan = [row for key in ids for row in planned(key, dict.fromkeys(months, 10_000))]
    orders = [
        order(
            f"{key}{month}",
            key,
            f"{month}-10",
            13_000 if key < "r06" and month > "2025-10" else 10_000,
        )
        for key in ids
        for month in months
    ]
    training = [
        {
            "rep_id": key,
            "course_id": "k",
            "enrolled_on": day("2025-09-01"),
            "completed_on": day("2025-10-15"),
        }
        for key in [*ids[:6], ids[12]]
    ]
    tables: dict[str, Any] = {
        "Reps": reps,
        "TargetPlan": plan,
        "Orders": orders,
        "Courses": COURSE,
        "Training": training,
    }
    ramp = policy_of(Ramp=[{"month": n, "share": n / 4} for n in range(1, 5)])
    table = scored("2026-03-31", ramp, **tables).tables["TrainingEffect"]
    row = at(table, metric="attainment")
    assert (row["course_id"], row["trained"], row["untrained"]) == ("k", 6, 6)
    assert row["difference"] == pytest.approx(30.0)
    assert table["metric"].tolist() == ["activity", "attainment", "win_rate"]
    assert at(table, metric="win_rate")["verdict"] == "too-few"
