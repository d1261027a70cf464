"""What the verb `funnel` promises of all its tables together."""

import datetime as dt
from random import Random

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from salesbook.actions import ACTIONS
from salesbook.domain import funnel
from salesbook.frames import DTYPES
from salesbook.policy import Policy
from salesbook.tables import TABLES
from tests.drawn_tables import FEW, SEEDS
from tests.pipeline_book import AS_OF, day, deal, draw

MEMORY = ("StageHistory", "ForecastHistory")

STAGE_NAMES = ["Lead", "Offer", "Talks", "Won", "Lost", "Limbo"]


def a_day(random):
    """A day around the day of the run, or none."""
    days = random.randint(0, 486)
    return random.choice([None, day("2025-09-01") + dt.timedelta(days=days)])


def a_deal(number, random):
    return {
        "deal_id": f"d{number}",
        "stage": random.choice(STAGE_NAMES),
        "lost_stage": random.choice([None, "Lead", "Offer"]),
        "rep_id": random.choice(["ann", "bob"]),
        "source": random.choice([None, "web"]),
        "pipeline": random.choice([None, "main", "other"]),
        "amount": random.choice([None, 0, random.randint(0, 10**6)]),
        "category": random.choice([None, "commit", "omitted"]),
        "created_on": a_day(random),
        "stage_since": a_day(random),
        "expected_on": a_day(random),
        "closed_on": a_day(random),
        "next_on": a_day(random),
    }


def a_pipeline(seed):
    random = Random(seed)
    return [a_deal(number, random) for number in range(random.randint(1, 40))]


DEALS = SEEDS.map(a_pipeline)


def assert_same(left, right):
    for name, frame in left.tables.items():
        pd.testing.assert_frame_equal(frame, right.tables[name])
    assert list(left.findings) == list(right.findings)


def test_it_writes_the_tables_it_declares_with_their_types():
    """Also from an empty book, and without any stages."""
    for task in (
        draw(),
        draw(settings=Policy(), Deals=[deal("a", "Lead")]),
        draw(Deals=[deal("a", "Lead")]),
    ):
        outcome = funnel.run(task)
        assert set(outcome.tables) == set(ACTIONS["funnel"].writes)
        for name, frame in outcome.tables.items():
            expected = {spec.name: DTYPES[spec.kind] for spec in TABLES[name].fields}
            assert {field: str(dtype) for field, dtype in frame.dtypes.items()} == expected


def test_without_stages_it_says_so_once():
    outcome = funnel.run(draw(settings=Policy(), Deals=[deal("a", "Lead"), deal("b", "Won")]))
    assert [finding.code for finding in outcome.findings] == ["no-stages"]
    assert all(frame.empty for frame in outcome.tables.values())


@FEW
@given(DEALS)
def test_running_twice_changes_nothing(deals):
    """What the first run wrote is input to the second."""
    outcome = funnel.run(draw(Deals=deals))
    again = draw(Deals=deals, **{name: outcome.tables[name] for name in MEMORY})
    assert_same(outcome, funnel.run(again))


@FEW
@given(DEALS, st.integers(0, 99).map(Random))
def test_the_order_of_rows_does_not_matter(deals, random):
    history = funnel.run(draw(Deals=deals, as_of=AS_OF - dt.timedelta(days=40))).tables[
        "StageHistory"
    ]
    moved = [row | {"stage": "Talks"} for row in deals]
    outcome = funnel.run(draw(Deals=moved, StageHistory=history))
    random.shuffle(moved)
    order = list(range(len(history)))
    random.shuffle(order)
    shuffled = funnel.run(draw(Deals=moved, StageHistory=history.iloc[order]))
    for name in ("Funnel", "StageTimes", "Forecast", "Alerts"):
        pd.testing.assert_frame_equal(outcome.tables[name], shuffled.tables[name])


@FEW
@given(DEALS)
def test_keys_are_unique_and_every_row_has_what_it_needs(deals):
    outcome = funnel.run(draw(Deals=deals))
    for name, frame in outcome.tables.items():
        spec = TABLES[name]
        assert not frame.duplicated(list(spec.key)).any()
        required = [field.name for field in spec.fields if field.required]
        assert frame[required].notna().all(axis=None)


def test_a_deal_that_moves_is_followed_from_run_to_run():
    """Seen in Lead in May, in Offer in June, won in July."""
    table = None
    runs = [
        ("2026-05-31", {"stage": "Lead", "created_on": "2026-05-20"}),
        ("2026-06-30", {"stage": "Offer", "created_on": "2026-05-20", "stage_since": "2026-06-10"}),
        ("2026-07-31", {"stage": "Won", "created_on": "2026-05-20", "closed_on": "2026-07-04"}),
    ]
    for as_of, fields in runs:
        rows = [deal("d", **fields)]
        tables = {} if table is None else {"StageHistory": table}
        outcome = funnel.run(draw(Deals=rows, as_of=day(as_of), **tables))
        table = outcome.tables["StageHistory"]
    assert list(table["stage"]) == ["Lead", "Offer", "Won"]
    assert list(table["entered_on"].dt.date) == [
        day("2026-05-20"),
        day("2026-06-10"),
        day("2026-07-04"),
    ]
    # It passed Talks between the run of 30 June and the closing on 4 July: two days for each.
    times = outcome.tables["StageTimes"].iloc[:3]
    assert list(times["naive_mean_days"]) == [21, 22, 2]


def test_an_older_run_keeps_the_history_and_warns():
    history = funnel.run(draw(Deals=[deal("d", "Lead")])).tables["StageHistory"]
    before = draw(
        Deals=[deal("d", "Offer")], StageHistory=history, as_of=AS_OF - dt.timedelta(days=1)
    )
    outcome = ACTIONS["funnel"].run(before)
    pd.testing.assert_frame_equal(outcome.tables["StageHistory"], history)
    assert outcome.findings[0].code == "run-older-than-history"
