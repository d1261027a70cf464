"""What a leak costs a quarter, who stands behind it, what they lose to, and what to do about it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain import funnel
from salesbook.domain.pipeline.funnel.behind import chance_of_so_many
from salesbook.domain.pipeline.funnel.leak import _range_of_money
from salesbook.domain.pipeline.funnel.pace import QUARTER_DAYS, pace_of
from salesbook.domain.pipeline.funnel.stages import passages_of
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.frames import empty_frame
from salesbook.labels import sentence
from salesbook.money import three_digits
from salesbook.names.loss_reasons import kind_of_loss
from tests.pipeline_book import AS_OF, deal, draw, numbered, policy

REPS = [{"rep_id": f"r{number}", "name": f"Rep {number}", "team": "South"} for number in range(6)]
YEAR_DAYS = 365


def paced(*rows):
    deals, codes = numbered(list(rows))
    history = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
    known = entries_of(history, deals, codes)
    passages = passages_of(deals, known, codes, skipped="any")
    return pace_of(passages, deals, known, codes, as_of=AS_OF), codes


def lost(number, days_ago, **fields):
    day = AS_OF - dt.timedelta(days=days_ago)
    return deal(f"d{number:03}", "Lost", lost_stage="Lead", closed_on=day, **fields)


def test_forty_deals_of_a_year_are_ten_a_quarter():
    rows = [lost(number, 9 * number) for number in range(40)]
    old = [lost(number, 800) for number in range(100, 130)]
    pace, _ = paced(*rows, *old)
    assert pace.is_recent.sum() == 40
    assert pace.is_recent.sum() / pace.quarters == pytest.approx(10)


def test_a_book_of_ten_days_is_not_blown_up_to_a_quarter():
    pace, _ = paced(*[lost(number, number) for number in range(10)])
    assert pace.quarters == pytest.approx(1)
    assert pace.is_recent.all()


def test_a_closed_deal_without_a_day_was_decided_on_no_day():
    """The day on which an import first saw it is not the day on which it was lost."""
    pace, _ = paced(lost(1, 5), deal("d9", "Lost", lost_stage="Lead"))
    assert pace.is_recent.sum() == 1
    none, _ = paced(deal("d9", "Lost", lost_stage="Lead"))
    assert np.isnan(none.quarters)


def test_an_open_deal_has_left_the_stages_before_on_the_day_of_the_next():
    since = AS_OF - dt.timedelta(days=20)
    pace, codes = paced(deal("d1", "Offer", stage_since=since, created_on="2026-01-05"))
    lead = codes.names[0]["lead"]
    left = pace.days[(pace.passages.code == lead)]
    assert left.tolist() == [float(np.datetime64(since, "D").astype(int))]


@given(
    gap=st.floats(0.001, 0.6),
    part=st.floats(0.01, 0.99),
    log_width=st.floats(0.0, 2.5),
)
def test_a_named_leak_has_a_range_above_nothing_around_its_money(gap, part, log_width):
    """Where the gap is sure to be one, no doubt about money makes it none."""
    low, high = _range_of_money(np.array([gap]), np.array([gap * part]), np.array([log_width]))
    assert 0 < low[0] <= gap <= high[0]
    alone = _range_of_money(np.array([gap]), np.array([gap * part]), np.array([0.0]))
    assert alone[0][0] == pytest.approx(gap - gap * part)
    assert low[0] <= alone[0][0] + 1e-12
    assert high[0] >= alone[1][0] - 1e-12


def test_fishers_tea():
    """Source: R. A. Fisher, The Design of Experiments: 4 of 4 cups, chance 1 in 70."""
    assert chance_of_so_many(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert chance_of_so_many(3, 4, 1, 4) == pytest.approx(17 / 70)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Price", "price"),
        ("Too expensive", "price"),
        ("价格太高", "price"),
        ("No budget this year", "budget"),
        ("没有预算", "budget"),
        ("Went to a competitor", "competitor"),
        ("竞争对手", "competitor"),
        ("No decision", "decision"),
        ("未作决定", "decision"),
        ("Missing feature", "fit"),
        ("功能不足", "fit"),
        ("no answer", "silence"),
        ("交期太长", "delivery"),
        ("Benefits", ""),
        ("other", ""),
    ],
)
def test_a_reason_is_known_by_its_words(reason, kind):
    assert kind_of_loss(reason) == kind


def book(*, worse_reason: str, size: int = 90):
    """Six reps; the first one gets a quarter past Lead, the others two thirds; a year of deals."""
    random = np.random.default_rng(11)
    rows = []
    for rep in range(6):
        for number in range(size):
            goes_on = random.random() < (0.2 if rep == 0 else 0.65)
            is_won = goes_on and random.random() < 0.7
            usual = ("Price", "Competitor", "No budget")[number % 3]
            reason = worse_reason if rep == 0 and number % 4 else usual
            closed = AS_OF - dt.timedelta(days=int(random.integers(0, 364)))
            ending = {} if is_won else {"lost_stage": "Talks" if goes_on else "Lead"}
            if not is_won:
                ending["lost_reason"] = reason
            rows.append(
                deal(
                    f"d{rep}{number:03}",
                    "Won" if is_won else "Lost",
                    rep_id=f"r{rep}",
                    amount=100_000,
                    closed_on=closed,
                    **ending,
                )
            )
    return draw(Deals=rows, Reps=REPS, settings=policy(funnel_rule="any"))


def leak_of(task, kind, name):
    table = funnel.run(task).tables["Leaks"]
    rows = table[(table["slice_kind"] == kind) & (table["slice"] == name)]
    (row,) = rows.to_dict("records")
    return row


def test_who_loses_by_price_is_told_so_and_what_to_do():
    task = book(worse_reason="Price")
    row = leak_of(task, "rep", "r0")
    assert row["stage"] == "Lead"
    assert row["reason"] == "Price"
    assert row["reason_share"] > 0.7 > 0.45 > row["others_share"]
    assert 0 < row["leak_low"] < row["leak_value"] < row["leak_high"]
    assert row["do"].code == "alert.worst-leak.do-price"
    # 90 deals in a year; each that goes on brings 0.7 x 1,000.
    assert row["decided"] == pytest.approx(90 * QUARTER_DAYS / YEAR_DAYS, rel=0.02)
    gap = row["leak_value"] / (row["decided"] * 0.7 * 100_000)
    assert 0.3 < gap < row["benchmark_rate"] - row["rate"] + 0.05


def test_the_company_is_told_who_stands_behind_its_leak():
    row = leak_of(book(worse_reason="Price"), "all", "all")
    text = sentence(row["because"], "en")
    assert "Behind it: Rep 0." in text
    assert "a quarter" in text
    assert "“Price” is the reason of" in text


def test_the_same_reasons_name_none():
    """Who loses more loses more for every reason; that is no reason."""
    rows = book(worse_reason="Price").tables["Deals"]
    order = np.random.default_rng(5).permutation(len(rows))
    is_lost = rows["lost_reason"].notna().to_numpy()
    reasons = np.array(["Price", "Competitor", "No budget"])[order % 3]
    rows = rows.assign(lost_reason=pd.Series(np.where(is_lost, reasons, None), dtype="str"))
    row = leak_of(draw(Deals=rows, Reps=REPS, settings=policy(funnel_rule="any")), "rep", "r0")
    assert pd.isna(row["reason"])
    assert row["do"].code == "alert.worst-leak.do"
    assert row["because"].more[-1].code == "leak.same-reasons-own"


def test_a_part_that_misses_more_than_the_whole_is_said_to():
    """The last rep does better than the yardstick asks for, which makes up for some of the first."""
    rows = book(worse_reason="Price").tables["Deals"]
    of_best = rows[(rows["rep_id"] == "r5") & (rows["stage"] == "Won")].head(50)
    more = of_best.assign(deal_id=of_best["deal_id"] + "more")
    deals = pd.concat([rows, more], ignore_index=True)
    leaks = funnel.run(draw(Deals=deals, Reps=REPS, settings=policy(funnel_rule="any"))).tables
    at_lead = leaks["Leaks"][leaks["Leaks"]["stage"] == "Lead"].set_index(["slice_kind", "slice"])
    whole, part = at_lead.loc[("all", "all")], at_lead.loc[("rep", "r0")]
    behind = next(said for said in whole["because"].more if said.code.startswith("leak.behind"))
    assert part["leak_value"] > whole["leak_value"] > 0
    assert behind.code == "leak.behind-more"
    assert behind.params["amount"] == three_digits(int(part["leak_value"]), 2)


def test_few_reasons_say_so_with_the_number():
    rows = book(worse_reason="Price").tables["Deals"]
    keep = (rows["rep_id"] != "r0") | (rows["deal_id"] < "d0009")
    rows = rows.assign(lost_reason=rows["lost_reason"].where(keep))
    row = leak_of(draw(Deals=rows, Reps=REPS, settings=policy(funnel_rule="any")), "rep", "r0")
    told = row["because"].more[-1]
    assert told.code == "leak.few-reasons"
    assert 0 < told.params["count"] < told.params["few"] == 10


def test_the_alert_says_what_the_table_says():
    tables = funnel.run(book(worse_reason="Price")).tables
    alerts = tables["Alerts"]
    leaks = tables["Leaks"][tables["Leaks"]["worst"]].set_index(["slice_kind", "slice"])
    worst = alerts[alerts["kind"] == "worst-leak"]
    assert len(worst)
    for alert in worst.to_dict("records"):
        kind, name, *_ = alert["row_key"].split("|")
        leak = leaks.loc[(kind, name)]
        assert alert["table"] == "Leaks"
        assert alert["amount"] == leak["leak_value"]
        assert alert["because"].params == leak["because"].params
        assert alert["do"] == leak["do"]


def test_leaks_and_funnel_agree_and_order_does_not_matter():
    task = book(worse_reason="Price")
    tables = funnel.run(task).tables
    key = ["slice_kind", "slice", "pipeline", "stage"]
    names = ["leak_value", "leak_low", "leak_high", "worst"]
    named = tables["Funnel"][(tables["Funnel"]["leak_low"] > 0).fillna(False)]
    # Of a single pipeline all is said already.
    named = named[named["slice_kind"] != "pipeline"]
    pd.testing.assert_frame_equal(
        named.sort_values(key)[[*key, *names]].reset_index(drop=True),
        tables["Leaks"][[*key, *names]],
    )
    turned = draw(
        Deals=task.tables["Deals"].iloc[::-1].reset_index(drop=True),
        Reps=REPS,
        settings=policy(funnel_rule="any"),
    )
    pd.testing.assert_frame_equal(funnel.run(turned).tables["Leaks"], tables["Leaks"])
