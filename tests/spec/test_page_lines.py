"""The lists that pages show: complete, in order, the same figures as in the tables they come from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.hosts.package import open_package
from salesbook.pages.lines import PAGE_TABLES, page_lines, todo
from salesbook.pages.lines.context import PageContext
from salesbook.pages.lines.line import BEHIND, block_of
from salesbook.reading.references import resolve_references
from salesbook.writing.row_names import RowNames

DAY = dt.date(2026, 11, 29)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> PageContext:
    """The sample with a published plan, refreshed on two days, as its tables stand."""
    path = tmp_path_factory.mktemp("lines") / "Book.xlsm"
    new_file(path, "en", sample_as_of=DAY)
    run_on_file(path, "split", Options(dt.date(2026, 1, 5), publish=True), wait=5)
    run_on_file(path, "refresh", Options(dt.date(2026, 11, 22)), wait=5)
    run_on_file(path, "refresh", Options(DAY), wait=5)
    return context_of(path)


def context_of(path: Path) -> PageContext:
    with open_package(path, for_writing=False) as package:
        session = Session(package)
        frames = {name: session.frame(name) for name in PAGE_TABLES}
        tables, _ = resolve_references(frames, session.policy)
        calendar = WorkCalendar.of_policy(session.policy)
        names = RowNames(lambda name: tables[name]).shown
        return PageContext(tables, session.policy, DAY, calendar, names)


@pytest.fixture(scope="module")
def lines(context: PageContext) -> pd.DataFrame:
    return page_lines(context)


def of_list(
    lines: pd.DataFrame, name: str, scope: str = "company", period: str = ""
) -> pd.DataFrame:
    is_ours = (lines["list"] == name) & (lines["scope"] == scope) & (lines["period"] == period)
    return lines[is_ours]


def test_the_lines_of_a_list_stand_below_each_other_in_their_order(lines):
    """A page finds the first and takes those below it."""
    for block, rows in lines.groupby("block", sort=False):
        places = rows.index.to_list()
        assert places == list(range(places[0], places[0] + len(places))), block
        assert rows["place"].to_list() == list(range(1, len(rows) + 1)), block
    key = ["page", "list", "scope_kind", "scope", "period", "place"]
    assert not lines.duplicated(key).any()


def test_a_block_names_list_scope_and_period(lines, context):
    for row in lines.itertuples():
        scope = next(s for s in context.scopes if s == (row.scope_kind, row.scope))
        assert row.block == block_of(row.list, scope, row.period or None)


def test_a_period_says_what_attainment_and_forecast_say(lines, context):
    """Sold, due and target of every scope and period; landing, range and chance where it still runs."""
    attained = context.tables["Attainment"]
    revenue = attained[attained["metric"] == "revenue"].set_index(["scope_kind", "scope", "period"])
    forecast = context.tables["Forecast"].set_index(["slice_kind", "slice", "period"])
    compared = 0
    for line in lines[lines["list"] == "period"].itertuples():
        key = (line.scope_kind, line.scope, line.period)
        if key in revenue.index:
            row = revenue.loc[key]
            for field, other in (("sold", "actual"), ("target", "target"), ("due", "due")):
                mine, theirs = getattr(line, field), row[other]
                assert (pd.isna(mine) and pd.isna(theirs)) or mine == theirs, (key, field)
                compared += 1
        slice_key = ("all", "all", line.period) if line.scope_kind == "company" else key
        if slice_key in forecast.index and line.days > 0:
            row = forecast.loc[slice_key]
            assert line.middle == row["p50"]
            # Where all outcomes are alike there is no range to speak of.
            is_open = row["p10"] < row["p90"]
            assert pd.isna(line.low) is not is_open
            assert not is_open or (line.low, line.high) == (row["p10"], row["p90"])
            compared += 3
    assert compared > 500


def test_what_is_due_adds_up_over_people_and_months(context):
    """To the cent: company, teams and reps; a quarter is its months."""
    attained = context.tables["Attainment"]
    revenue = attained[(attained["metric"] == "revenue") & attained["due"].notna()]
    for period, rows in revenue.groupby("period"):
        by_kind = rows.groupby("scope_kind")["due"].sum()
        assert by_kind["company"] == by_kind["team"] == by_kind["rep"], period
    company = revenue[revenue["scope_kind"] == "company"].set_index("period")["due"]
    assert company["FY2026-Q4"] == company[["2026-10", "2026-11", "2026-12"]].sum()
    assert company["FY2026"] == company[[f"FY2026-Q{quarter}" for quarter in range(1, 5)]].sum()


def test_no_subject_stands_twice_among_the_steps_of_a_day(lines, context):
    """And a rep's list holds five at most, all of his own."""
    for scope in context.scopes:
        steps = of_list(lines, "today", scope.key)
        subjects = list(zip(steps["table"], steps["row_key"], strict=True))
        assert len(subjects) == len(set(subjects))
        assert len(steps) <= (5 if scope.kind == "rep" else 10)
        if scope.kind == "rep":
            assert set(steps["rep"].dropna()) <= {context.rep_name(scope.key)}


def test_money_comes_first_among_the_steps(lines, context):
    """That on which most hangs first; nothing hangs on people and calls."""
    alerts = context.tables["Alerts"].dropna(subset=["at_stake"])
    hangs_on = alerts.groupby(["table", "row_key"])["at_stake"].max().to_dict()
    steps = of_list(lines, "today")
    # A line that stands for many has the place of the first of them, and no row of its own.
    steps = steps[steps["table"] != "Alerts"].itertuples()
    stakes = [hangs_on.get((step.table, step.row_key), 0) for step in steps]
    assert stakes == sorted(stakes, reverse=True)
    assert stakes[0] > 0


def test_who_needs_help_is_who_is_behind(lines, context):
    """Beyond luck first, then under 95 %; the range of luck is that of the score card."""
    helped = of_list(lines, "help")
    assert 0 < len(helped) <= 4
    card = context.tables["ScorecardLines"]
    of_year = card[(card["period"] == "FY2026") & (card["metric"] == "attainment")]
    high = dict(zip(of_year["rep_id"], of_year["high"], strict=True))
    for row in helped.itertuples():
        assert (row.sign == BEHIND) is (high[row.row_key] < 1)
        assert row.rate < 0.95 or row.sign == BEHIND
        assert row.rate == pytest.approx(row.sold / row.due)
        of_card = of_year.set_index("rep_id").loc[row.row_key, "value"]
        assert row.rate == pytest.approx(of_card, rel=1e-4)


def test_a_team_shows_its_own_people_alone(lines, context):
    for team in context.teams:
        assert set(of_list(lines, "help", team)["team"]) <= {team}


def test_what_changed_counts_the_deals_since_the_snapshot(lines, context):
    """Won and lost since the newest earlier day; by hand from Deals."""
    (since,) = of_list(lines, "changed-since")["on"]
    assert since == pd.Timestamp(2026, 11, 22)
    deals = context.tables["Deals"]
    stages = {stage.stage: stage.kind for stage in context.policy.stages}
    closed = deals[(deals["closed_on"] > since) & (deals["closed_on"] <= pd.Timestamp(DAY))]
    kinds = closed["stage"].map(stages)
    changed = of_list(lines, "changed")
    said = {row.says.code: row for row in changed.itertuples()}
    for kind in ("won", "lost"):
        expected = closed[kinds == kind]
        row = said.get(f"page.changed.{kind}")
        assert (0 if row is None else row.count) == len(expected)
        if row is not None:
            assert row.amount == expected["amount"].sum()
    assert len(changed) <= 5


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=3)
def test_the_order_of_rows_in_the_sheets_changes_nothing(context, lines, seed):
    """Ties go by key."""
    shuffled = {
        name: frame.sample(frac=1, random_state=seed) if len(frame) else frame
        for name, frame in context.tables.items()
        # Alerts and histories have an order of their own, which says something.
        if name != "StageHistory"
    }
    tables = {**context.tables, **shuffled}
    other = PageContext(tables, context.policy, context.as_of, context.calendar, context.names)
    pd.testing.assert_frame_equal(page_lines(other), lines)


def test_an_empty_book_has_no_lists_but_what_can_be_chosen(tmp_path):
    path = tmp_path / "Book.xlsm"
    new_file(path, "en")
    lines = page_lines(context_of(path))
    of_all_pages = {"periods", "teams", "reps", "today-count", "period", "answer"}
    of_boards = {"target_years", "target_measures", "target-months", "target-answer-revenue"}
    of_team = {"team_periods", "team-answer", "team-seats-count", "team-courses-count"}
    assert set(lines["list"]) <= of_all_pages | of_boards | of_team
    assert lines["sold"].isna().all()


def test_an_alert_is_as_red_on_the_dashboard_as_on_its_own_sheet(context):
    """⚠ is what Alerts calls high, ● all else, of whatever kind."""
    alerts = context.tables["Alerts"]
    only_one = alerts[~alerts.duplicated(["table", "row_key"], keep=False)]
    severity = {(row.table, row.row_key): row.severity for row in only_one.itertuples()}
    steps = [step for step in todo._of_alerts(context) if step.subject in severity]
    signs = {(severity[step.subject] == "high", step.line["sign"]) for step in steps}
    assert signs == {(True, "⚠"), (False, "●")}
