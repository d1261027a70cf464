"""The short form of splits that cannot be made, and the judge itself, which must see."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from reliability import splits
from salesbook.errors import SplitInfeasible


def test_named_clashes_are_ones_and_the_way_out_works() -> None:
    """Of eight refused years; the long form has 200."""
    found = splits.verdicts(8)
    assert [fault for verdict in found for fault in verdict.faults] == []
    assert sum(verdict.members for verdict in found) > 16


def test_a_fixed_month_above_the_year_gives_up_the_year_with_it() -> None:
    """October is fixed at 100 in a year of 40, which so comes to 100: without October it is 40 again,
    and the others' locks have no room in it."""
    seed = 30
    year = splits.drawn(Random(seed))
    refusal = year.refusal()
    assert refusal is not None
    given_up = {(one["kind"], one["key"]) for one in refusal.params["release_list"]}
    assert {("company", "FY2026"), ("month", "2026-10")} <= given_up
    assert splits.judged(seed, year, refusal).faults == ()


def test_the_judge_sees_what_is_no_clash_is_too_large_or_does_not_help() -> None:
    year = splits.drawn(Random(0))
    seed = 0
    while (refusal := year.refusal()) is None:
        seed += 1
        year = splits.drawn(Random(seed))
    clashes = refusal.params["clash_list"]

    def faults(**params: object) -> tuple[str, ...]:
        wrong = SplitInfeasible(refusal.code, **{**refusal.params, **params})
        return splits.judged(seed, year, wrong).faults

    assert "no clash" in faults(clash_list=[clashes[0][1:]])[0]
    further = {
        "kind": "max",
        "key": f"{year.reps[0]['rep_id']} 2026-12",
        "amount": 9e6,
        "text": "x",
    }
    assert "more than needed" in faults(clash_list=[[*clashes[0], further]])[0]
    assert "does not help" in faults(release_list=[])[0]
    assert replace(year, locks=[]).reps == year.reps
