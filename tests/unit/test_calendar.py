"""Which days are worked, and who says so when nobody knows yet."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesbook.domain
from salesbook.actions import ACTIONS
from salesbook.domain.arithmetic.calendar import WorkCalendar, last_known_year
from salesbook.domain.outcome import Task
from salesbook.policy import Policy
from salesbook.tables.settings import Holiday, Metric, Rules, Stage, TierRule
from tests.drawn_tables import day, frames_of

KNOWN = last_known_year("CN")
"""The last year that the State Council has published, as far as the library has it."""
NEXT = KNOWN + 1
DAYS = st.dates(dt.date(2015, 1, 1), dt.date(KNOWN + 2, 12, 31))


def holidays_of(year: int, days: int) -> tuple[Holiday, ...]:
    return tuple(Holiday(day=dt.date(year, 10, number)) for number in range(1, days + 1))


def policy(country: str = "CN", *, holidays: tuple[Holiday, ...] = (), **rules) -> Policy:
    return Policy(
        rules=Rules(calendar=country, **rules),
        stages=(
            Stage(stage="New", rank=1),
            Stage(stage="Won", kind="won"),
            Stage(stage="Lost", kind="lost"),
        ),
        tier_rules=(TierRule(tier="A", up_to_share=1, touch_days=30),),
        metrics=(Metric(metric="visits", weight=1, goal=1),),
        holidays=holidays,
    )


@settings(max_examples=20)
@given(st.sampled_from(["", "CN", "US"]), DAYS, st.integers(300, 500), st.booleans())
def test_a_span_has_as_many_work_days_as_days_that_are_worked(country, start, length, typed):
    """Across years, make-up days, and what a team typed against its country."""
    free = (Holiday(day=start), Holiday(day=start + dt.timedelta(days=400), kind="work"))
    calendar = WorkCalendar.of_policy(policy(country, holidays=free if typed else ()))
    days = [start + dt.timedelta(days=step) for step in range(length)]
    worked = sum(calendar.is_workday(one) for one in days)
    assert calendar.count(start, start + dt.timedelta(days=length - 1)) == worked


@given(st.lists(DAYS, max_size=5))
def test_a_calendar_says_which_years_it_was_asked_for_in_vain(days):
    """Only those beyond what is known, each with the latest day asked for."""
    calendar = WorkCalendar.of_policy(policy())
    for one in days:
        calendar.is_workday(one)
    beyond = [one for one in days if one.year > KNOWN]
    assert calendar.unknown_years() == {
        year: max(one for one in beyond if one.year == year)
        for year in sorted({one.year for one in beyond})
    }


def test_a_year_that_lies_within_a_span_is_asked_for():
    """From December to January two years on: two years are unknown, one of them whole."""
    calendar = WorkCalendar.of_policy(policy())
    calendar.count(dt.date(KNOWN, 12, 1), dt.date(NEXT + 1, 1, 15))
    assert calendar.unknown_years() == {
        NEXT: dt.date(NEXT, 12, 31),
        NEXT + 1: dt.date(NEXT + 1, 1, 15),
    }


@pytest.mark.parametrize("country", ["", "US", "DE"])
def test_without_a_country_and_with_one_whose_law_names_the_days_all_is_known(country):
    """Nobody has to publish anything for the year after next."""
    calendar = WorkCalendar.of_policy(policy(country))
    calendar.count(dt.date(2026, 1, 1), dt.date(2035, 12, 31))
    assert calendar.unknown_years() == {}


def verbs_at(as_of: dt.date, rules: Policy, **rows) -> dict[str, list]:
    """What each verb says of the calendar."""
    rows.setdefault(
        "Reps", [{"rep_id": "R1", "name": "Ann", "team": "N", "hired_on": day("2020-01-01")}]
    )
    found = {}
    for name, action in ACTIONS.items():
        if name in ("convert", "merge", "reassign", "waive"):
            # They ask no calendar, and want somebody or something to be named.
            continue
        drawn = {name: rows[name] for name in action.reads if name in rows}
        last_month = (as_of.replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")
        period = last_month if name == "close" else None
        task = Task(frames_of(drawn, action.reads), rules, as_of, period=period)
        outcome = action.run(task)
        found[name] = [one for one in outcome.findings if one.code == "calendar-year-unknown"]
    return found


TARGET = {"year": NEXT, "scope_kind": "company", "scope": "company", "metric": "revenue"}
ROWS = {
    "Customers": [{"customer_id": "C1", "name": "Acme", "created_on": day("2020-01-01")}],
    "Targets": [TARGET | {"target": 120_000}],
    "Activities": [
        {
            "activity_id": "A1",
            "done_on": day(f"{NEXT}-01-05"),
            "rep_id": "R1",
            "kind": "visit",
            "customer_id": "C1",
        }
    ],
}


def test_every_verb_that_went_by_an_unknown_year_says_so_once():
    """In January of a year that is not known: all but those which ask for no work day."""
    found = verbs_at(dt.date(NEXT, 1, 9), policy(season_from="workdays"), **ROWS)
    assert {name: len(findings) for name, findings in found.items()} == {
        "validate": 0,
        "propose": 1,
        "split": 1,
        "score": 1,
        "tier": 1,
        "funnel": 1,
        "close": 0,
        "refresh": 1,
    }
    about_tier = found["tier"][0]
    assert about_tier.params == {
        "country": "CN",
        "until": str(KNOWN),
        "year": str(NEXT),
        "day": dt.date(NEXT, 2, 7),
    }


def test_a_verb_that_stayed_within_the_known_years_says_nothing():
    """In March the next touch is in April; only the plan of the next year asks for its days."""
    rows = ROWS | {"Activities": [ROWS["Activities"][0] | {"done_on": day(f"{KNOWN}-03-05")}]}
    found = verbs_at(dt.date(KNOWN, 3, 9), policy(season_from="workdays"), **rows)
    assert {name for name, findings in found.items() if findings} == {"split"}


def test_a_split_that_goes_by_no_work_days_says_nothing():
    """Its season is typed: nobody asked the calendar."""
    found = verbs_at(dt.date(KNOWN, 3, 9), policy(season_from="typed"), **ROWS)
    assert not found["split"]


@pytest.mark.parametrize(("days", "verbs"), [(6, 6), (7, 0)])
def test_once_the_days_off_are_typed_nothing_is_said(days, verbs):
    """The advice, tried: seven days off of the year, as many as there are festivals.

    A company's own outing does not pass for a whole year's calendar.
    """
    typed = policy(season_from="workdays", holidays=holidays_of(NEXT, days))
    found = verbs_at(dt.date(NEXT, 1, 9), typed, **ROWS)
    assert sum(map(bool, found.values())) == verbs


def test_no_verb_makes_a_calendar_of_its_own():
    """One of its own would ask for unknown years, and nobody would say so."""
    makers = set()
    folder = Path(salesbook.domain.__file__).parent
    for path in folder.rglob("*.py"):
        calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))))
        if any(
            isinstance(node, ast.Call) and ast.unparse(node.func).startswith("WorkCalendar")
            for node in calls
        ):
            makers.add(path.name)
    assert makers == {"outcome.py"}
