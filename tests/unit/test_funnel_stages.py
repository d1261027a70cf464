"""Counting deals through stages."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from salesbook.domain import funnel
from salesbook.domain.pipeline.funnel.leak import chance_alike, leaks_of
from salesbook.domain.pipeline.funnel.pace import pace_of
from salesbook.domain.pipeline.funnel.slices import cuts_of
from salesbook.domain.pipeline.funnel.stages import counts_of, funnel_frame, passages_of
from salesbook.domain.pipeline.stages.codes import known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.frames import empty_frame, frame_from_rows, frame_of
from salesbook.labels import sentence
from salesbook.tables.settings import Rules
from tests.drawn_tables import SEEDS
from tests.pipeline_book import AS_OF, day, deal, draw, numbered, policy, records


def all_rows(outcome):
    table = outcome.tables["Funnel"]
    return table[(table["slice_kind"] == "all") & (table["period"] == "all")]


def history(*stages, deal_id="d"):
    return [
        {
            "deal_id": deal_id,
            "seq": at + 1,
            "stage": stage,
            "entered_on": day(f"2026-01-{at + 1:02d}"),
            "noticed_on": day("2026-05-31"),
            "source": "typed",
        }
        for at, stage in enumerate(stages)
    ]


def counts_of_deal(*stages, rule="all", **fields):
    outcome = funnel.run(
        draw(
            Deals=[deal("d", stages[-1], **fields)],
            StageHistory=history(*stages),
            settings=policy(funnel_rule=rule),
        )
    )
    return records(all_rows(outcome), "stage", "entered", "advanced", "lost", "open")


def test_ten_entered_six_advanced_two_lost_two_open():
    rows = [deal(f"w{at}", "Offer") for at in range(6)]
    rows += [deal(f"l{at}", "Lost", lost_stage="Lead") for at in range(2)]
    rows += [deal(f"o{at}", "Lead") for at in range(2)]
    row = all_rows(funnel.run(draw(Deals=rows))).iloc[0]
    assert (row["entered"], row["advanced"], row["lost"], row["open"]) == (10, 6, 2, 2)
    shown = ["rate", "resolved_rate", "bound_low", "bound_high", "wilson_low", "wilson_high"]
    assert [round(row[name], 3) for name in shown] == [0.6, 0.75, 0.6, 0.8, 0.524, 0.891]


def test_a_skipped_stage_counts_by_the_setting():
    assert counts_of_deal("Lead", "Talks")[1] == ("Offer", 0, 0, 0, 0)
    assert counts_of_deal("Lead", "Talks", rule="any")[1] == ("Offer", 1, 1, 0, 0)


def test_a_deal_that_went_back_counts_once_and_is_open_where_it_was():
    assert counts_of_deal("Lead", "Offer", "Lead") == [
        ("Lead", 1, 0, 0, 1),
        ("Offer", 1, 0, 0, 1),
        ("Talks", 0, 0, 0, 0),
    ]


def test_a_lost_deal_without_lost_stage_was_lost_from_its_last_known_stage():
    assert counts_of_deal("Lead", "Offer", "Lost") == [
        ("Lead", 1, 1, 0, 0),
        ("Offer", 1, 0, 1, 0),
        ("Talks", 0, 0, 0, 0),
    ]


def test_a_won_deal_that_skipped_stages_counts_where_it_was():
    assert counts_of_deal("Lead", "Won") == [
        ("Lead", 1, 1, 0, 0),
        ("Offer", 0, 0, 0, 0),
        ("Talks", 0, 0, 0, 0),
    ]


def test_slices_come_in_order_and_blank_ones_not_at_all():
    rows = [deal("a", "Lead", source="web"), deal("b", "Lead", rep_id="bob")]
    reps = [{"rep_id": "ann", "name": "Ann", "team": "North"}, {"rep_id": "bob", "name": "Bob"}]
    table = funnel.run(draw(Deals=rows, Reps=reps)).tables["Funnel"]
    first = table[(table["stage"] == "Lead") & (table["period"] == "all")]
    assert records(first, "slice_kind", "slice", "entered") == [
        ("all", "all", 2),
        ("team", "North", 1),
        ("rep", "ann", 1),
        ("rep", "bob", 1),
        ("source", "web", 1),
        ("pipeline", "main", 2),
    ]


def said_of(stage, outcome):
    """What the row of all deals says of a stage, as people read it."""
    rows = all_rows(outcome).set_index("stage")
    because = rows.loc[stage, "because"]
    return None if pd.isna(because) else sentence(because, "en")


def test_a_stage_that_nobody_was_in_says_so():
    """Put between two others it stands empty; counted under `any` are deals that went past it."""
    past = {"Deals": [deal("d", "Talks")], "StageHistory": history("Lead", "Talks")}
    empty = funnel.run(draw(**past))
    assert said_of("Offer", empty) == "No deal has entered this stage yet."
    assert (said_of("Lead", empty), said_of("Talks", empty)) == (None, None)
    counted = funnel.run(draw(**past, settings=policy(funnel_rule="any")))
    assert said_of("Offer", counted) == (
        "No deal has entered this stage yet; those counted here went past it."
    )


def test_a_stage_that_came_later_says_since_when_the_history_has_it():
    """Six deals were past it before the first one that stood there; four may as well have skipped it."""
    for count, said in (
        (6, "The history has this stage from 2026-01-03 on; 6 deals were past it before."),
        (4, None),
    ):
        names = [f"d{at}" for at in range(count)]
        rows = [row for name in names for row in history("Lead", "Talks", deal_id=name)]
        later = [
            {**row, "entered_on": day("2026-01-03")} for row in history("Offer", deal_id="new")
        ]
        deals = [*(deal(name, "Talks") for name in names), deal("new", "Offer")]
        outcome = funnel.run(draw(Deals=deals, StageHistory=[*rows, *later]))
        assert said_of("Offer", outcome) == said
        of_others = outcome.tables["Funnel"]
        is_all = (of_others["slice_kind"] == "all") & (of_others["period"] == "all")
        assert of_others.loc[~is_all, "because"].isna().all()


def test_no_deals_give_the_stages_with_nothing_in_them():
    rows = all_rows(funnel.run(draw()))
    assert list(rows["entered"]) == [0, 0, 0]
    assert rows[["rate", "resolved_rate", "wilson_low"]].isna().all(axis=None)


def a_path(random):
    """The stages that a deal went through, and the stage that it says it was lost in."""
    stages = ["Lead", "Offer", "Talks", "Won", "Lost", "Gone"]
    lost_stage = random.choice([None, "Lead", "Offer", "Talks"])
    return random.choices(stages, k=random.randint(1, 6)), lost_stage


@pytest.mark.parametrize("rule", ["all", "any"])
@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_entered_is_advanced_and_lost_and_open(seed, rule):
    random = Random(seed)
    paths = [a_path(random) for _ in range(random.randint(5, 40))]
    rows = [deal(f"d{at}", path[-1], lost_stage=lost) for at, (path, lost) in enumerate(paths)]
    lines = [
        line for at, (path, _) in enumerate(paths) for line in history(*path, deal_id=f"d{at}")
    ]
    deals, codes = numbered(rows)
    known = entries_of(frame_from_rows("StageHistory", lines), deals, codes)
    passages = passages_of(deals, known, codes, skipped=rule)
    pairs = list(zip(passages.deal.tolist(), passages.code.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert set(passages.state.tolist()) <= {0, 1, 2}
    table = funnel.run(
        draw(Deals=rows, StageHistory=lines, settings=policy(funnel_rule=rule))
    ).tables["Funnel"]
    table = table[table["period"] == "all"]
    assert (table["entered"] == table["advanced"] + table["lost"] + table["open"]).all()


def test_a_rep_far_below_the_others_is_a_leak():
    random = np.random.default_rng(7)
    rates = np.array([0.15] + [0.6] * 9)
    table = _simulated(random, rates)
    leaks = table[(table["slice"] == "r0") & table["worst"]]
    assert list(leaks["stage"]) == ["Lead"]
    assert (leaks["leak_low"] > 0).all()
    assert (leaks["leak_value"].between(leaks["leak_low"], leaks["leak_high"])).all()


def _simulated(random, rates, size=80):
    rep = np.repeat(np.arange(len(rates)), size)
    on = random.random((3, len(rep))) < np.stack(
        [rates[rep], np.full(len(rep), 0.6), np.full(len(rep), 0.7)]
    )
    lost_at = np.where(~on[0], "Lead", np.where(~on[1], "Offer", np.where(~on[2], "Talks", None)))
    columns = {
        "deal_id": [f"d{at:04d}" for at in range(len(rep))],
        "rep_id": [f"r{number}" for number in rep],
        "stage": np.where(lost_at == None, "Won", "Lost"),  # noqa: E711 (an array's elements are compared)
        "lost_stage": lost_at,
        "amount": np.full(len(rep), 1000),
        "closed_on": np.full(len(rep), np.datetime64(AS_OF, "us")),
    }
    codes = stage_codes(policy())
    deals = known_deals(frame_of("Deals", columns), codes)
    full = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
    known = entries_of(full, deals, codes)
    passages = passages_of(deals, known, codes, skipped="all")
    return table_of(passages, known, deals, codes)


def table_of(passages, known, deals, codes):
    pace = pace_of(passages, deals, known, codes, as_of=AS_OF)
    counts = [
        counts_of(passages, deals, codes, cut) for cut in cuts_of(deals, empty_frame("Reps"), codes)
    ]
    return funnel_frame(counts, leaks_of(counts, pace, deals, codes, Rules()), codes, level=0.8)


def test_chance_that_groups_are_alike():
    """Chi-squared 8 with 1 degree of freedom has p 0.0047."""
    assert chance_alike(np.array([60.0, 40.0]), np.array([100.0, 100.0])) == pytest.approx(
        0.0047, abs=0.0006
    )
    assert chance_alike(np.array([5.0, 5.0]), np.array([10.0, 10.0])) > 0.9


def test_the_frame_of_deals_is_not_changed():
    task = draw(Deals=[deal("b", "Lead"), deal("a", "Won", amount=5)])
    before = {name: frame.copy() for name, frame in task.tables.items()}
    funnel.run(task)
    for name, frame in task.tables.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_history_of_deals_that_are_gone_counts_for_nothing():
    deals, codes = numbered([deal("d", "Lead")])
    full = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
    assert len(entries_of(full, numbered([])[0], codes).deal) == 0
