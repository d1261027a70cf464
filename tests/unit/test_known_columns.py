"""What was known of a deal on a day, and on which day a closed one is looked at."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from salesbook.domain.pipeline.chances.model.known_columns import (
    DealRecord,
    own_columns,
    shown_name,
)
from salesbook.domain.pipeline.chances.model.moments import (
    Arrivals,
    closed_moments,
    lots_of,
    weights_of,
)
from salesbook.domain.pipeline.moves.notes import notes_of
from salesbook.domain.pipeline.now import PipelineNow, pipeline_now
from tests.drawn_tables import FEW, SEEDS, day
from tests.pipeline_book import AS_OF, deal, draw

OPEN_NAMES = ("Lead", "Offer", "Talks")


def number(text: str) -> float:
    return float(np.datetime64(text, "D").astype(np.int64))


def entry(deal_id: str, seq: int, stage: str, entered: str, **fields):
    noticed = fields.pop("noticed", entered)
    typed = {"entered_on": day(entered), "noticed_on": day(noticed), "source": "typed"}
    return {"deal_id": deal_id, "seq": seq, "stage": stage, **typed, **fields}


def known_at(on: str, code: int = 0, **tables):
    """By name: the value of the first deal's columns on a day."""
    task = draw(**tables)
    now = pipeline_now(task)
    deals = now.pipeline.deals
    notes = notes_of(deals, now.pipeline.history, task.tables["DealHistory"])
    record = DealRecord.of(deals, notes, task.tables, [])
    place = np.array([0])
    moments = Arrivals(now.visits, now.passages).moments(place, np.array([code]), number(on))
    return {shown_name(column.name): value_of(column) for column in record.columns_at(moments)}


def value_of(column):
    if column.numbers is not None:
        return None if np.isnan(column.numbers[0]) else column.numbers[0].item()
    return column.vocabulary[column.words[0]] if column.words[0] >= 0 else None


WON = deal("a", "Won", created_on="2026-01-01", closed_on="2026-03-01", amount=900)


def test_an_amount_is_what_was_noted_last_by_the_day_and_not_what_it_closed_at():
    history = [
        entry("a", 1, "Lead", "2026-01-01", amount=500),
        entry("a", 2, "Offer", "2026-02-01", amount=700),
        entry("a", 3, "Won", "2026-03-01", amount=900),
    ]
    tables = {"Deals": [WON], "StageHistory": history}
    assert known_at("2026-01-15", **tables)["amount"] == 500
    assert known_at("2026-02-15", **tables)["amount"] == 700


def test_before_the_first_note_stands_what_that_said_unless_it_came_with_closing():
    noted = [entry("a", 1, "Lead", "2026-01-01", noticed="2026-02-10", amount=500)]
    closing = [entry("a", 1, "Won", "2026-03-01", amount=700)]
    assert known_at("2026-01-15", Deals=[WON], StageHistory=noted)["amount"] == 500
    assert known_at("2026-01-15", Deals=[WON], StageHistory=closing)["amount"] == 900


def test_an_amount_of_nothing_is_no_amount():
    assert known_at("2026-01-15", Deals=[{**WON, "amount": 0}])["amount"] is None


def test_contacts_count_up_to_the_day():
    def contact(number, on):
        fields = {"rep_id": "ann", "deal_id": "a", "kind": "phone"}
        return {"activity_id": str(number), "done_on": day(on), **fields}

    days = ("2026-01-05", "2026-01-20", "2026-02-01", "2026-02-20")
    tables = {"Deals": [WON], "Activities": [contact(*pair) for pair in enumerate(days)]}
    known = known_at("2026-02-10", **tables)
    assert (known["contacts"], known["quiet_days"]) == (2, 9)
    known = known_at("2026-01-10", **tables)
    assert (known["contacts"], known["quiet_days"]) == (1, 5)
    # Nobody kept a log by then: that is not the same as nobody having called.
    known = known_at("2026-01-02", **tables)
    assert (known["contacts"], known["quiet_days"]) == (None, None)


def test_a_customers_tier_is_that_of_the_day():
    """The won deal itself makes an A customer of him."""

    def snapshot(on, tier):
        return {"as_of": day(on), "customer_id": "c", "tier": tier, "value": 1}

    tables = {
        "Deals": [{**WON, "customer_id": "c"}],
        "TierHistory": [snapshot("2026-01-10", "C"), snapshot("2026-03-10", "A")],
    }
    assert known_at("2026-02-01", **tables)["tier"] == "C"
    assert known_at("2026-01-05", **tables)["tier"] is None


def test_days_in_stage_and_since_creation_are_those_of_the_day():
    history = [
        entry("a", 1, "Lead", "2026-01-01"),
        entry("a", 2, "Offer", "2026-02-01"),
        entry("a", 3, "Won", "2026-03-01"),
    ]
    known = known_at("2026-02-15", code=1, Deals=[WON], StageHistory=history)
    assert (known["days_in_stage"], known["days_open"]) == (14, 45)


def a_book(seed: int) -> PipelineNow:
    """Deals with a history of their own, some of which have no days."""
    random = np.random.default_rng(seed)
    rows, history = [], []
    for place in range(40):
        key = f"d{place:02}"
        created = AS_OF - dt.timedelta(days=int(random.integers(30, 400)))
        steps = int(random.integers(0, 3))
        entered = created
        history.append(entry(key, 1, "Lead", str(created)))
        for step in range(steps):
            entered += dt.timedelta(days=int(random.integers(0, 10)))
            history.append(entry(key, step + 2, OPEN_NAMES[step + 1], str(entered)))
        closed = entered + dt.timedelta(days=int(random.integers(0, 10)))
        won = bool(random.random() < 0.5)
        fields = {"created_on": str(created), "closed_on": str(closed)}
        if random.random() < 0.2:
            history = [row for row in history if row["deal_id"] != key]
            fields = {}
        lost = {} if won else {"lost_stage": OPEN_NAMES[steps]}
        rows.append(deal(key, "Won" if won else "Lost", **fields, **lost))
    return pipeline_now(draw(Deals=rows, StageHistory=history))


@given(SEEDS)
@FEW
def test_a_closed_deal_is_looked_at_on_a_day_of_its_life_in_a_stage_that_it_was_in(seed):
    now = a_book(seed)
    deals, visits = now.pipeline.deals, now.visits
    moments, days = closed_moments(deals, now.passages, visits)
    assert len(moments) == len(deals)
    created = deals.days("created_on").astype(np.float64)
    closed = deals.days("closed_on").astype(np.float64)
    for row, place in enumerate(moments.place):
        entered = set(now.passages.code[now.passages.deal == place])
        assert moments.code[row] in entered
        if np.isnat(deals.days("created_on")[place]):
            continue
        assert created[place] <= moments.day[row] <= closed[place]
        assert 0 <= moments.age[row] <= moments.day[row] - created[place]
        # Visits of no day count for half a day; stages that may have been skipped for none.
        assert 0 < days[row] <= closed[place] - created[place] + 0.5 * len(entered)


@given(SEEDS)
@FEW
def test_weights_add_up_to_as_many_deals_as_they_are_as_sure_as(seed):
    random = np.random.default_rng(seed)
    size = int(random.integers(1, 200))
    days = random.exponential(30, size)
    days[random.random(size) < 0.2] = np.nan
    weight = weights_of(days, np.zeros(size, dtype=np.int64), random.random(size) < 0.5, 1)
    assert (weight > 0).all()
    assert weight.sum() == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    assert weight.sum() <= size + 1e-9


def test_lots_are_even_and_the_same_on_every_machine():
    lots = lots_of([f"D{number:05}" for number in range(20_000)])
    assert np.histogram(lots, bins=10, range=(0, 1))[0].min() > 1_850
    # Neighbours have nothing to do with each other.
    assert abs(np.corrcoef(lots[1:], lots[:-1])[0, 1]) < 0.03
    assert lots_of(["D1", "商机"]).tolist() == pytest.approx([0.70048198, 0.26985060])


def test_own_columns_follow_their_deals():
    task = draw(Deals=[deal("b", "Lead"), deal("a", "Lead"), deal("x", "no such stage")])
    deals = pipeline_now(task).pipeline.deals
    own = pd.DataFrame(
        {"Seats": [2.0, np.nan, 9.0], "Region": pd.Series(["N", "S", "W"], dtype="str")}
    )
    region, seats = own_columns(own, deals)
    assert (region.name, seats.name) == ("Region", "Seats")
    assert [region.vocabulary[word] for word in region.words] == ["S", "N"]
    assert seats.numbers.tolist() == pytest.approx([np.nan, 2.0], nan_ok=True)
