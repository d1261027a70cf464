"""What runs note of open deals, what that says of moves, and what moved a period's forecast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from salesbook.domain import funnel
from salesbook.domain.outcome import Outcome
from salesbook.domain.pipeline.forecast.table import forecast_periods
from tests.drawn_tables import SEEDS, day
from tests.pipeline_book import FEWER, deal, draw, policy, records

MONDAY, WEDNESDAY, FRIDAY = (dt.date(2026, 11, number) for number in (23, 25, 27))
MEMORY = ("StageHistory", "DealHistory", "ForecastHistory")

Row = dict[str, Any]


def run(rows: list[Row], as_of: dt.date, before: Outcome | None = None, **tables: Any) -> Outcome:
    """The verb, with the records of the run before."""
    memory = {name: before.tables[name] for name in MEMORY} if before else {}
    return funnel.run(draw(as_of=as_of, Deals=rows, **memory, **tables))


def runs(*days: tuple[dt.date, list[Row]], **tables: Any) -> Outcome:
    """Several runs, one after the other; the last one's outcome."""
    outcome = None
    for as_of, rows in days:
        outcome = run(rows, as_of, outcome, **tables)
    assert outcome is not None
    return outcome


def an_offer(deal_id: str = "d1", stage: str = "Offer", **fields: Any) -> Row:
    usual = {"amount": 1000, "expected_on": "2026-12-18", "created_on": "2026-10-01"}
    return deal(deal_id, stage, **usual | fields)


def moves(outcome: Outcome) -> list[tuple[Any, ...]]:
    return records(
        outcome.tables["DealScores"], "deal_id", "moved_on", "amount_before", "expected_before"
    )


def notes(outcome: Outcome) -> list[tuple[Any, ...]]:
    return records(outcome.tables["DealHistory"], "deal_id", "noticed_on", "amount", "expected_on")


def changes(outcome: Outcome, period: str, slice_kind: str = "all") -> list[tuple[Any, ...]]:
    table = outcome.tables["ForecastChanges"]
    rows = table[(table["period"] == period) & (table["slice_kind"] == slice_kind)]
    return records(rows, "kind", "deals", "amount", "largest_id")


# What is noted.


def test_a_first_run_notes_nothing_for_stage_history_says_it():
    outcome = run([an_offer()], MONDAY)
    assert notes(outcome) == []
    assert moves(outcome) == [("d1", None, None, None)]


def test_a_pushed_date_is_noted_with_the_day_of_the_run_and_told_with_what_it_was():
    pushed = an_offer(expected_on="2027-01-13")
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [pushed]))
    assert notes(outcome) == [("d1", WEDNESDAY, 1000, dt.date(2027, 1, 13))]
    assert moves(outcome) == [("d1", WEDNESDAY, None, dt.date(2026, 12, 18))]


def test_a_change_stays_told_on_later_days_with_its_own_day():
    pushed = an_offer(expected_on="2027-01-13")
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [pushed]), (FRIDAY, [pushed]))
    assert moves(outcome) == [("d1", WEDNESDAY, None, dt.date(2026, 12, 18))]


def test_only_the_last_change_is_told():
    outcome = runs(
        (MONDAY, [an_offer()]),
        (WEDNESDAY, [an_offer(expected_on="2027-01-13")]),
        (FRIDAY, [an_offer(expected_on="2027-01-13", amount=900)]),
    )
    assert moves(outcome) == [("d1", FRIDAY, 1000, None)]


def test_what_was_blank_before_shows_as_a_move_without_what_it_was():
    outcome = runs(
        (MONDAY, [an_offer(expected_on=None, amount=None)]),
        (WEDNESDAY, [an_offer()]),
    )
    assert moves(outcome) == [("d1", WEDNESDAY, None, None)]


def test_a_second_run_of_the_day_changes_nothing():
    pushed = an_offer(expected_on="2027-01-13")
    first = runs((MONDAY, [an_offer()]), (WEDNESDAY, [pushed]))
    again = run([pushed], WEDNESDAY, first)
    for name in ("DealHistory", "DealScores", "ForecastChanges"):
        pd.testing.assert_frame_equal(first.tables[name], again.tables[name])


def test_a_slip_of_the_pen_mended_on_the_same_day_leaves_no_trace():
    mistyped = an_offer(amount=100_000)
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [mistyped]), (WEDNESDAY, [an_offer()]))
    assert notes(outcome) == []
    assert moves(outcome) == [("d1", None, None, None)]


def test_what_changes_with_the_stage_is_a_move_and_noted_once_in_stage_history():
    in_talks = an_offer(stage="Talks", expected_on="2027-01-13")
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [in_talks]))
    assert notes(outcome) == []
    assert moves(outcome) == [("d1", WEDNESDAY, None, dt.date(2026, 12, 18))]


def test_a_deal_that_is_closed_is_noted_no_more():
    won = an_offer(stage="Won", closed_on="2026-11-24", amount=5000)
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [won]), (FRIDAY, [won | {"amount": 1}]))
    assert notes(outcome) == []
    assert outcome.tables["DealScores"].empty


def test_a_run_that_looks_back_keeps_every_note_and_adds_none():
    pushed, later = an_offer(expected_on="2027-01-13"), an_offer(expected_on="2027-02-01")
    newest = runs((MONDAY, [an_offer()]), (FRIDAY, [pushed]))
    memory = {name: newest.tables[name] for name in MEMORY}
    back = funnel.run(
        replace(
            draw(
                as_of=WEDNESDAY,
                Deals=[later],
                **{name: frame[_until(name, frame, WEDNESDAY)] for name, frame in memory.items()},
            ),
            whole=memory,
            looks_back=True,
        )
    )
    pd.testing.assert_frame_equal(back.tables["DealHistory"], newest.tables["DealHistory"])


def _until(name: str, frame: pd.DataFrame, last: dt.date) -> pd.Series[bool]:
    field = "as_of" if name == "ForecastHistory" else "noticed_on"
    return frame[field] <= pd.Timestamp(last)


# What moved a period's forecast.


QUARTER, DECEMBER, NEXT_MONTH, YEAR = "FY2026-Q4", "2026-12", "2027-01", "FY2026"


def test_a_deal_pushed_into_the_next_quarter_left_this_one_and_came_into_its_month():
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [an_offer(expected_on="2027-01-13")]))
    assert changes(outcome, QUARTER) == [("pushed", 1, -1000, "d1")]
    assert changes(outcome, DECEMBER) == [("pushed", 1, -1000, "d1")]
    assert changes(outcome, NEXT_MONTH) == [("pushed-in", 1, 1000, "d1")]
    table = outcome.tables["ForecastChanges"]
    days = records(table[table["period"] == QUARTER], "before_on", "now_on")
    assert set(days) == {(dt.date(2026, 12, 18), dt.date(2027, 1, 13))}


def test_a_deal_pulled_forward_is_seen_from_both_months():
    january = an_offer(expected_on="2027-01-13")
    outcome = runs((MONDAY, [january]), (WEDNESDAY, [an_offer()]))
    assert changes(outcome, QUARTER) == [("pulled-in", 1, 1000, "d1")]
    assert changes(outcome, NEXT_MONTH) == [("pulled-out", 1, -1000, "d1")]


def test_a_move_within_the_period_is_none():
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [an_offer(expected_on="2026-12-28")]))
    assert changes(outcome, QUARTER) == []


def test_an_overdue_deal_stands_in_the_running_month():
    """It was due in October and is now due in November: for the month and the quarter no change."""
    overdue = an_offer(expected_on="2026-10-20")
    outcome = runs((MONDAY, [overdue]), (WEDNESDAY, [an_offer(expected_on="2026-11-30")]))
    assert outcome.tables["ForecastChanges"].empty


@pytest.mark.parametrize(("amount", "kind", "by"), [(1500, "grown", 500), (400, "shrunk", -600)])
def test_another_amount_grows_or_shrinks_the_period(amount, kind, by):
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [an_offer(amount=amount)]))
    assert changes(outcome, QUARTER) == [(kind, 1, by, "d1")]


def test_won_lost_and_new_deals_are_told_with_the_largest():
    others = [an_offer("d2", amount=300), an_offer("d3", amount=700), an_offer("d4", amount=50)]
    outcome = runs(
        (MONDAY, [an_offer(), *others]),
        (
            WEDNESDAY,
            [
                an_offer(stage="Won", closed_on="2026-11-24", amount=1100),
                *(
                    other | {"stage": "Lost", "closed_on": day("2026-11-25")}
                    for other in others[:2]
                ),
                others[2],
                an_offer("d5", amount=80, created_on="2026-11-24"),
            ],
        ),
    )
    assert changes(outcome, QUARTER) == [
        ("won", 1, 1100, "d1"),
        ("new", 1, 80, "d5"),
        ("lost", 2, -1000, "d3"),
    ]


def test_a_deal_closed_before_the_snapshot_and_typed_after_it_still_moved_the_forecast():
    late = an_offer(stage="Won", closed_on="2026-11-20")
    assert changes(runs((MONDAY, [an_offer()]), (WEDNESDAY, [late])), QUARTER) == [
        ("won", 1, 1000, "d1")
    ]


def test_old_deals_that_are_imported_today_are_no_news():
    old = deal("d9", "Won", amount=9, closed_on="2026-10-05", created_on="2026-09-01")
    outcome = runs((MONDAY, [an_offer()]), (WEDNESDAY, [an_offer(), old]))
    assert outcome.tables["ForecastChanges"].empty


def test_a_deal_left_out_of_the_forecast_moves_it_not():
    rows = [an_offer(category="omitted")]
    outcome = runs((MONDAY, rows), (WEDNESDAY, [an_offer(category="omitted", amount=1)]))
    assert outcome.tables["ForecastChanges"].empty


def test_without_a_snapshot_of_an_earlier_day_nothing_is_told():
    assert run([an_offer()], MONDAY).tables["ForecastChanges"].empty


def test_a_snapshot_of_before_there_were_notes_tells_nothing():
    """`made_on` came with the notes: what is another since may have changed long before."""
    first = run([an_offer()], MONDAY)
    first.tables["ForecastHistory"]["made_on"] = pd.NaT
    second = run([an_offer(amount=5000)], WEDNESDAY, first)
    assert second.tables["ForecastChanges"].empty
    third = run([an_offer(amount=6000)], FRIDAY, second)
    assert changes(third, QUARTER) == [("grown", 1, 1000, "d1")]


def test_teams_and_reps_have_their_own_rows():
    staff = [
        {"rep_id": "ann", "name": "Ann", "team": "North"},
        {"rep_id": "bob", "name": "Bob", "team": "North"},
        {"rep_id": "cy", "name": "Cy"},
    ]
    before = [an_offer("d1"), an_offer("d2", rep_id="bob"), an_offer("d3", rep_id="cy")]
    after = [row | {"amount": 1500} for row in before]
    outcome = runs((MONDAY, before), (WEDNESDAY, after), Reps=staff)
    table = outcome.tables["ForecastChanges"]
    of_quarter = table[table["period"] == QUARTER]
    assert records(of_quarter, "slice_kind", "slice", "deals", "amount") == [
        ("all", "all", 3, 1500),
        ("team", "North", 2, 1000),
        ("team", "no-team", 1, 500),
        ("rep", "ann", 1, 500),
        ("rep", "bob", 1, 500),
        ("rep", "cy", 1, 500),
    ]


def a_world(random: Random) -> list[Row]:
    return [
        deal(
            f"d{number}",
            random.choice(["Lead", "Offer", "Talks"]),
            amount=random.choice([None, random.randint(0, 1000)]),
            expected_on=_some_day(random),
            created_on="2026-10-01",
            category=random.choice([None, None, "omitted"]),
            rep_id=random.choice(["ann", "bob"]),
        )
        for number in range(random.randint(1, 12))
    ]


def _some_day(random: Random) -> dt.date | None:
    return random.choice([None, dt.date(2026, 9, 1) + dt.timedelta(days=random.randint(0, 300))])


def some_days_later(rows: Iterable[Row], random: Random) -> list[Row]:
    """The same deals, some of them moved, closed, and new ones among them."""
    later = []
    for row in rows:
        happens = random.choice(["nothing", "move", "size", "close", "advance"])
        if happens == "move":
            row = row | {"expected_on": _some_day(random)}
        if happens == "size":
            row = row | {"amount": random.choice([None, random.randint(0, 1000)])}
        if happens == "close":
            row = row | {
                "stage": random.choice(["Won", "Lost"]),
                "closed_on": dt.date(2026, 11, random.randint(1, 25)),
            }
        if happens == "advance":
            row = row | {"stage": "Talks", "amount": random.randint(0, 1000)}
        later.append(row)
    new = [row | {"deal_id": f"n{row['deal_id']}"} for row in a_world(random)[:3]]
    return later + new


def _open_money(rows: Iterable[Row], first: int, last: int) -> int:
    """What is open in the months of a period, counted from the rows themselves."""
    total = 0
    for row in rows:
        takes_part = row["stage"] not in ("Won", "Lost") and row["category"] != "omitted"
        if takes_part and row["amount"] and not pd.isna(row["expected_on"]):
            on = row["expected_on"]
            month = max(on.year * 12 + on.month - 1, 2026 * 12 + 10)
            total += row["amount"] if first <= month <= last else 0
    return total


@given(SEEDS)
@FEWER
def test_changes_account_for_all_that_is_open_in_a_period(seed):
    """Open now is open before, plus all changes but those won, less what was open of these."""
    random = Random(seed)
    # Without any deal that is expected on some day there is no forecast, and so no snapshot.
    before = [an_offer("anchor", category=None), *a_world(random)]
    after = some_days_later(before, random)
    outcome = runs((MONDAY, before), (WEDNESDAY, after))
    table = outcome.tables["ForecastChanges"]
    won = {row["deal_id"] for row in after if row["stage"] == "Won"}
    for period, first, last in forecast_periods(WEDNESDAY, policy().rules):
        for slice_kind, name in (("all", "all"), ("rep", "ann"), ("rep", "bob")):
            rows = table[
                (table["period"] == period)
                & (table["slice_kind"] == slice_kind)
                & (table["slice"] == name)
            ]
            own_before, own_after = (
                [row for row in world if name in ("all", row["rep_id"])]
                for world in (before, after)
            )
            was_won = [row for row in own_before if row["deal_id"] in won]
            moved = int(rows.loc[rows["kind"] != "won", "amount"].sum())
            was_open = _open_money(own_before, first, last)
            closed = _open_money(was_won, first, last)
            assert _open_money(own_after, first, last) == was_open + moved - closed
            assert (rows["deals"] > 0).all()
