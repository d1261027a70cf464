"""In which order alerts stand: how much money hangs on each, times the chance that it changes something."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings

from salesbook.domain import funnel
from salesbook.domain.alerts.stakes import GUESSES, _Closed, lost_part, never_paid
from tests.drawn_tables import SEEDS, day
from tests.pipeline_book import STAGES, deal, draw, policy, records


def closed(*groups: tuple[int, int, int, int, int]) -> _Closed:
    """Per group: its number, deals in the state and won of these, others and won of these."""
    parts = [
        (np.full(size, group), np.full(size, state), np.arange(size) < won)
        for group, in_state, state_won, others, others_won in groups
        for size, won, state in ((in_state, state_won, True), (others, others_won, False))
    ]
    group, state, won = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Closed(group, state.astype(bool), won.astype(bool))


def test_without_closed_deals_it_is_the_guess():
    nothing = np.zeros(0, dtype=bool)
    assert lost_part(_Closed(np.zeros(0, dtype=np.int64), nothing, nothing), 0.3) == 0.3


def test_of_few_deals_it_is_drawn_towards_the_guess():
    """20 of 80 won in the state, 60 of 120 of the others: half as often. (80·0.5 + 20·0.3)/100."""
    assert lost_part(closed((0, 80, 20, 120, 60)), 0.3) == pytest.approx(0.46)


def test_deals_are_compared_within_their_stage():
    """In each stage the state makes no difference, though more late deals are in it and are won."""
    same = closed((0, 10, 2, 90, 18), (1, 90, 72, 10, 8))
    assert lost_part(same, 0.0) == pytest.approx(0.0)


def test_a_state_in_which_more_deals_are_won_is_no_reason_to_hurry():
    assert lost_part(closed((0, 200, 150, 200, 50)), 0.3) == 0.0


@settings(deadline=None)
@given(seed=SEEDS)
def test_it_is_a_part(seed):
    random = Random(seed)
    groups = []
    for group in range(random.randint(1, 3)):
        state, others = random.randint(0, 20), random.randint(0, 20)
        groups.append((group, state, random.randint(0, state), others, random.randint(0, others)))
    assert 0 <= lost_part(closed(*groups), random.random()) <= 1


def test_with_many_deals_it_is_what_the_deals_show():
    random = np.random.default_rng(3)
    in_state = random.random(20_000) < 0.4
    won = random.random(20_000) < np.where(in_state, 0.18, 0.3)
    found = lost_part(_Closed(np.zeros(20_000, dtype=np.int64), in_state, won), 0.1)
    assert found == pytest.approx(0.4, abs=0.04)


def alerts(rows, **tables):
    return funnel.run(draw(Deals=list(rows), **tables)).tables["Alerts"]


TYPED = policy(
    tuple(
        stage.model_copy(update={"win_rate": rate})
        for stage, rate in zip(STAGES, (0.1, 0.4, 0.8, None, None), strict=True)
    )
)


def test_money_at_stake_is_amount_times_win_rate_times_what_the_state_costs():
    """No deal is closed: 10,000 × 40 % × 0.3."""
    found = alerts([deal("a", "Offer", amount=10_000, expected_on="2026-06-01")], settings=TYPED)
    assert records(found, "kind", "amount", "at_stake") == [("close-date-passed", 10_000, 1_200)]


def test_the_order_goes_by_what_is_at_stake_and_not_by_how_severe_the_kind_is():
    rows = [
        deal("small", "Offer", amount=1_000, expected_on="2026-06-01", category="commit"),
        deal("large", "Offer", amount=50_000, expected_on="2026-06-01"),
        deal("late", "Talks", amount=30_000, expected_on="2026-06-01"),
        deal("unsized", "Talks", expected_on="2026-06-01"),
    ]
    found = alerts(rows, settings=TYPED)
    assert list(found["row_key"]) == ["late", "large", "small", "unsized"]
    assert list(found["severity"]) == ["medium", "medium", "high", "medium"]


def lead(key, status="new", **more):
    return {
        "lead_id": key,
        "name": key,
        "status": status,
        "received_at": day("2026-06-01"),
        "rep_id": "ann",
        **more,
    }


LATE_DEAL = deal("a", "Talks", amount=10_000, expected_on="2026-06-01")


def test_of_what_no_money_is_known_the_most_severe_stands_first_behind_the_rest():
    found = alerts([LATE_DEAL], settings=TYPED, Leads=[lead("l")])
    assert records(found, "kind", "at_stake") == [
        ("close-date-passed", 2_400),
        ("lead-waiting", None),
    ]


def test_a_lead_is_worth_what_leads_bring_on_average():
    """One of four brought 100,000: 25,000 × 0.3."""
    was_won = deal("w", "Won", amount=100_000, closed_on="2026-06-01")
    met = {"first_contact_at": day("2026-06-01")}
    leads = [
        lead("l"),
        lead("won", "converted", deal_id="w", **met),
        *(lead(f"out{number}", "rejected", **met) for number in range(3)),
    ]
    found = alerts([LATE_DEAL, was_won], settings=TYPED, Leads=leads)
    assert records(found, "row_key", "at_stake")[0] == ("l", 7_500)


def test_a_complaint_is_worth_what_its_customer_buys_in_a_year():
    """60,000 in twelve months × 0.2; of the order before them nothing."""
    orders = [
        {"order_id": f"o{number}", "line_no": 1, "ordered_on": day(on), "customer_id": "c1",
         "rep_id": "ann", "amount": 60_000, "status": "paid", "delivered_on": day(on)}
        for number, on in enumerate(["2026-01-05", "2024-01-05"])
    ]  # fmt: skip
    complaint = {
        "feedback_id": "f",
        "customer_id": "c1",
        "kind": "complaint",
        "received_at": day("2026-06-01"),
    }
    found = alerts([LATE_DEAL], settings=TYPED, Orders=orders, Feedback=[complaint])
    assert records(found, "row_key", "at_stake") == [("f", 12_000), ("a", 2_400)]


def test_the_longer_money_is_overdue_the_more_of_it_is_at_stake():
    parts = [never_paid(days) for days in range(0, 800, 10)]
    assert parts == sorted(parts)
    assert (parts[0], never_paid(30), never_paid(31), parts[-1]) == (0.1, 0.1, 0.2, 1.0)


def test_a_deal_left_out_of_the_forecast_has_nothing_at_stake():
    rows = [deal("a", "Offer", amount=10, expected_on="2026-06-01", category="omitted")]
    assert records(alerts(rows, settings=TYPED), "row_key", "at_stake") == [("a", None)]


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_no_more_is_at_stake_than_a_deal_brings_and_the_order_of_rows_is_nothing(seed):
    random = Random(seed)
    rows = [
        deal(
            f"d{number}",
            random.choice(["Lead", "Offer", "Talks"]),
            amount=random.choice([None, random.randint(0, 10**7)]),
            expected_on=random.choice([None, "2026-05-01", "2026-07-01"]),
            next_step=random.choice([None, "call"]),
        )
        for number in range(random.randint(1, 12))
    ]
    found = funnel.run(draw(Deals=rows, settings=TYPED)).tables
    brings = dict(records(found["DealScores"], "deal_id", "expected_amount"))
    shuffled = random.sample(rows, len(rows))
    again = alerts(shuffled, settings=TYPED)
    shown = ("kind", "row_key", "at_stake")
    assert records(found["Alerts"], *shown) == records(again, *shown)
    for kind, row_key, at_stake in records(again, *shown):
        if kind in GUESSES and at_stake is not None:
            assert 0 <= at_stake <= brings[row_key]


def test_what_this_books_closed_deals_show_replaces_the_guess():
    """Of 60 deals that stayed beyond the limit of 10 days 6 were won, of 60 others 54."""
    rows, history = [], []
    for number in range(120):
        is_slow = number < 60
        is_won = (number % 60 < 6) if is_slow else (number % 60 < 54)
        left = "2026-02-10" if is_slow else "2026-01-06"
        stage = "Won" if is_won else "Lost"
        lost_from = None if is_won else "Offer"
        rows.append(deal(f"c{number:03}", stage, closed_on=left, lost_stage=lost_from))
        days = [("Offer", "2026-01-01"), (stage, left)]
        history += [
            {
                "deal_id": f"c{number:03}",
                "seq": seq,
                "stage": name,
                "entered_on": day(on),
                "noticed_on": day(on),
                "source": "typed",
            }
            for seq, (name, on) in enumerate(days, start=1)
        ]
    rows.append(deal("open", "Offer", amount=10_000, stage_since="2026-06-01"))
    limited = tuple(
        stage.model_copy(update={"limit_days": 10.0} if stage.stage == "Offer" else {})
        for stage in STAGES
    )
    found = funnel.run(
        draw(Deals=rows, StageHistory=history, settings=policy(limited, stuck_deals=100))
    )
    [(kind, at_stake)] = records(found.tables["Alerts"], "kind", "at_stake")
    [rate] = found.tables["DealScores"]["win_rate"].tolist()
    assert kind == "deal-stuck"
    part = (60 * (1 - 6 / 54) + 20 * 0.3) / 80
    assert at_stake == pytest.approx(10_000 * rate * part, abs=1)
