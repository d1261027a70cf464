"""How far applicants get, how fast, through which channel and at what cost."""

from __future__ import annotations

import datetime as dt
import math
from random import Random
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given

from salesbook.domain.people.hiring_funnel import LADDER
from salesbook.policy import read_policy
from tests.drawn_tables import FEW, SEEDS
from tests.spec.score_tables import at, day, scored

APPLIED = dt.datetime(2026, 1, 10)
OPENINGS = [{"opening_id": "v1", "team": "North", "role": "hunter", "opened_on": day("2026-01-01")}]
Row = dict[str, Any]


def applicant(key: str, stage: str = "applied", **more: object) -> Row:
    fixed = {"opening_id": "v1", "name": key, "channel": "web", "applied_on": APPLIED}
    return {"candidate_id": key, "stage": stage, **fixed, **more}


def way(key: str, *steps: tuple[str, int]) -> list[Row]:
    """History of an applicant: stages and the days after applying."""
    return [
        {
            "candidate_id": key,
            "seq": seq,
            "stage": stage,
            "entered_on": APPLIED + dt.timedelta(days=days),
        }
        for seq, (stage, days) in enumerate(steps, start=1)
    ]


def funnel(
    candidates: list[Row],
    history: list[Row],
    openings: list[Row] = OPENINGS,
    as_of: str = "2026-04-30",
) -> pd.DataFrame:
    tables: dict[str, Any] = {
        "Openings": openings,
        "Candidates": candidates,
        "CandidateHistory": history,
    }
    return scored(as_of, **tables).tables["HiringFunnel"]


def test_rates_count_whose_outcome_is_known_and_days_come_from_history():
    """Ten applicants: six screened, two turned down before, two still waiting.

    Of the eight whose screening is decided six were screened, 75 %. Of the six, three were
    interviewed, one withdrew before, two wait: 3 of 4. Two offers, one interviewed waits: 2 of 2.
    One accepted and one declined: 1 of 2. Screened after 2, 4, 6, 8, 10 and 30 days: the median is 7.
    Decided are two turned down, one gone, one hired, one who declined: 1 hire of 5.

    Source: by hand.
    """
    days = (2, 4, 6, 8, 10, 30)
    candidates = [applicant(f"r{n}", "rejected") for n in range(2)]
    candidates += [applicant(f"w{n}") for n in range(2)]
    history: list[Row] = []
    ends: tuple[tuple[tuple[str, int], ...], ...] = (
        (("interviewed", 20), ("offered", 30), ("hired", 50)),
        (("interviewed", 22), ("offered", 40), ("withdrawn", 41)),
        (("interviewed", 24),),
        (("withdrawn", 12),),
        (),
        (),
    )
    for number, (screened, more) in enumerate(zip(days, ends, strict=True)):
        steps = (("applied", 0), ("screened", screened), *more)
        history += way(f"s{number}", *steps)
        candidates.append(applicant(f"s{number}", steps[-1][0]))
    whole = at(funnel(candidates, history), scope_kind="all")
    assert [whole[stage] for stage in LADDER] == [10, 6, 3, 2, 1]
    assert whole["screened_rate"] == 6 / 8
    assert whole["interviewed_rate"] == 3 / 4
    assert whole["offered_rate"] == 1.0
    assert whole["accepted_rate"] == 1 / 2
    assert (whole["screened_days"], whole["interviewed_days"], whole["offered_days"]) == (7, 22, 35)
    assert (whole["decided"], whole["yield_rate"], whole["days_to_hire"]) == (5, 0.2, 50)


def test_the_yield_of_a_channel_has_wilsons_interval_at_the_level_of_the_book():
    """6 hires of 8 decided, at 0.8: 0.524 to 0.891. The ninth waits, and counts in neither.

    Source: rules.md, as for the funnel of deals.
    """
    candidates = [applicant(f"h{n}", "hired") for n in range(6)]
    candidates += [applicant("a", "rejected"), applicant("b", "withdrawn"), applicant("c")]
    row = at(funnel(candidates, []), scope_kind="channel", scope="web")
    assert (row["decided"], row["hired"], row["yield_rate"]) == (8, 6, 0.75)
    assert round(row["yield_low"], 3) == 0.524
    assert round(row["yield_high"], 3) == 0.891
    assert row["because"].code == "hiring-yield"

    wider = read_policy({"Policy": ((0, {"key": "interval_level", "value": "0.95"}),)})
    tables: dict[str, Any] = {"Openings": OPENINGS, "Candidates": candidates}
    at_95 = scored("2026-04-30", wider, **tables).tables["HiringFunnel"]
    assert at(at_95, scope_kind="channel")["yield_low"] < row["yield_low"]


def test_only_history_knows_an_end_that_nobody_typed():
    """His own stage still says screened, the last row of his history that he withdrew."""
    candidates = [applicant("a", "screened")]
    history = way("a", ("applied", 0), ("screened", 3), ("withdrawn", 9))
    row = at(funnel(candidates, history), scope_kind="all")
    assert (row["screened"], row["withdrawn"], row["decided"]) == (1, 1, 1)
    assert row["because"].code == "hiring-nobody"


def test_a_filled_place_decides_all_who_still_stand_there():
    """Nobody told those who were not taken; the place is gone all the same."""
    candidates = [applicant("a", "hired"), applicant("b", "interviewed"), applicant("c")]
    filled = [{**OPENINGS[0], "filled_on": day("2026-03-01")}]
    assert at(funnel(candidates, [], filled), scope_kind="all")["decided"] == 3
    assert at(funnel(candidates, []), scope_kind="all")["decided"] == 1


def test_a_day_before_the_application_says_nothing():
    history = way("a", ("screened", -4), ("interviewed", 6))
    row = at(funnel([applicant("a", "interviewed")], history), scope_kind="all")
    assert (row["screened"], row["screened_days"], row["interviewed_days"]) == (1, None, 6)


def test_cost_per_hire_by_equal_costs_is_as_uncertain_as_the_hires():
    """12 applicants at 100 each, 3 hired: 400 per hire. The error of its logarithm is √(1/3 - 1/12)
    with n / (n - 1), √(0.25 × 12 / 11) = 0.522; at 0.8 the factor is e^(1.2816 × 0.522) = 1.953.

    Source: by hand.
    """
    candidates = [applicant(f"h{n}", "hired", cost=10_000) for n in range(3)]
    candidates += [applicant(f"r{n}", "rejected", cost=10_000) for n in range(9)]
    row = at(funnel(candidates, []), scope_kind="all")
    factor = math.exp(1.2815516 * math.sqrt(0.25 * 12 / 11))
    assert row["cost_per_hire"] == 40_000
    assert abs(row["cost_low"] - 40_000 / factor) <= 1
    assert abs(row["cost_high"] - 40_000 * factor) <= 1


def test_a_fee_that_only_hires_cost_leaves_nothing_to_chance():
    candidates = [applicant(f"h{n}", "hired", cost=90_000) for n in range(3)]
    candidates += [applicant(f"r{n}", "rejected") for n in range(9)]
    row = at(funnel(candidates, []), scope_kind="all")
    assert (row["cost_low"], row["cost_per_hire"], row["cost_high"]) == (90_000, 90_000, 90_000)


def test_under_three_hires_no_range_of_cost_is_given_and_why_is_said():
    candidates = [applicant(f"h{n}", "hired", cost=10_000) for n in range(2)]
    row = at(funnel([*candidates, applicant("r", "rejected")], []), scope_kind="all")
    assert (row["cost_per_hire"], row["cost_low"], row["cost_high"]) == (10_000, None, None)
    assert row["because"].code == "hiring-few"


def test_nobody_decided_has_no_yield():
    row = at(funnel([applicant("a"), applicant("b")], []), scope_kind="all")
    assert (row["decided"], row["yield_rate"], row["screened_rate"]) == (0, None, None)
    assert row["because"].code == "hiring-undecided"


def a_search(random: Random) -> tuple[list[Row], list[Row], list[Row]]:
    """Three places with forty applicants, some with history and some without."""
    openings = [
        {
            "opening_id": f"v{n}",
            "team": "North",
            "role": random.choice(["hunter", "farmer"]),
            "opened_on": day("2025-12-01"),
            "filled_on": random.choice([None, day("2026-03-01")]),
        }
        for n in range(3)
    ]
    candidates, history = [], []
    for number in range(40):
        key = f"a{number:02d}"
        steps = list(LADDER[: random.randrange(1, 6)])
        if steps[-1] != "hired" and random.random() < 0.5:
            steps.append(random.choice(["rejected", "withdrawn"]))
        days = sorted(random.randrange(60) for _ in steps)
        candidates.append(
            applicant(
                key,
                random.choice([steps[-1], steps[-1], "applied"]),
                opening_id=f"v{random.randrange(3)}",
                channel=random.choice(["web", "friend"]),
                cost=random.choice([None, 100, 5_000]),
            )
        )
        if random.random() < 0.7:
            history += way(key, *zip(steps, days, strict=True))
    return openings, candidates, history


@given(SEEDS)
@FEW
def test_what_always_holds_of_a_funnel(seed: int):
    """Stages never grow; rates and intervals contain each other; scopes add up; order is nothing."""
    random = Random(seed)
    openings, candidates, history = a_search(random)
    table = funnel(candidates, history, openings)
    for row in table.to_dict("records"):
        steps = [row[stage] for stage in LADDER]
        assert steps == sorted(steps, reverse=True)
        assert row["hired"] <= row["decided"] <= row["applied"]
        if not pd.isna(row["yield_rate"]):
            assert row["yield_low"] <= row["yield_rate"] <= row["yield_high"]
        if not pd.isna(row["cost_low"]):
            assert row["cost_low"] <= row["cost_per_hire"] <= row["cost_high"]
        days = [row[name] for name in ("screened_days", "interviewed_days", "offered_days")]
        assert all(pd.isna(value) or value >= 0 for value in days)

    counts = [*LADDER, "rejected", "withdrawn", "decided"]
    sums = table.groupby("scope_kind")[counts].sum()
    assert np.ptp(sums.to_numpy(dtype=float), axis=0).max() == 0

    random.shuffle(candidates)
    random.shuffle(history)
    again = funnel(candidates, history, openings)
    pd.testing.assert_frame_equal(table, again)
