"""What StageHistory learns from the deals."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain import funnel
from salesbook.domain.pipeline.stages.history import append_history, with_all_entries
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.tables.settings import Stage
from tests.pipeline_book import AS_OF, FEWER, STAGES, day, deal, draw, numbered, policy, records

SHOWN = ("deal_id", "seq", "stage", "entered_on", "source")


def history_of(rows, history=None, as_of=AS_OF, settings=None):
    deals, codes = numbered(rows, settings)
    whole = empty_frame("StageHistory") if history is None else history
    is_known = (whole[["entered_on", "noticed_on"]] <= pd.Timestamp(as_of)).all(axis="columns")
    before = whole[is_known]
    after = append_history(before, deals, codes, as_of=as_of)
    return with_all_entries(whole, before, after, as_of=as_of)


def entry(deal_id, seq, stage, entered_on, noticed_on="2026-05-31", source="typed"):
    return {
        "deal_id": deal_id,
        "seq": seq,
        "stage": stage,
        "entered_on": day(entered_on),
        "noticed_on": day(noticed_on),
        "source": source,
    }


def test_an_open_deal_passed_all_stages_up_to_its_own():
    rows = [deal("d", "Talks", created_on="2026-01-10", stage_since="2026-03-01", amount=500)]
    history, findings = history_of(rows)
    assert records(history, *SHOWN) == [
        ("d", 1, "Lead", day("2026-01-10"), "inferred"),
        ("d", 2, "Offer", day("2026-01-10"), "inferred"),
        ("d", 3, "Talks", day("2026-03-01"), "typed"),
    ]
    assert records(history, "amount", "rep_id", "noticed_on")[2] == (500, "ann", AS_OF)
    assert findings == []


def test_a_won_deal_passed_every_open_stage():
    rows = [deal("d", "Won", created_on="2026-01-10", closed_on="2026-04-01")]
    assert records(history_of(rows)[0], *SHOWN) == [
        ("d", 1, "Lead", day("2026-01-10"), "inferred"),
        ("d", 2, "Offer", day("2026-01-10"), "inferred"),
        ("d", 3, "Talks", day("2026-01-10"), "inferred"),
        ("d", 4, "Won", day("2026-04-01"), "typed"),
    ]


def test_a_lost_deal_passed_the_stages_up_to_the_one_it_was_lost_at():
    rows = [
        deal("a", "Lost", created_on="2026-01-10", closed_on="2026-04-01", lost_stage="Offer"),
        deal("b", "Lost", created_on="2026-01-10", closed_on="2026-04-01"),
    ]
    history = history_of(rows)[0]
    assert list(history["stage"]) == ["Lead", "Offer", "Lost", "Lead", "Offer", "Talks", "Lost"]


def test_a_stage_since_before_the_closing_is_the_day_of_the_last_open_stage():
    rows = [
        deal("d", "Won", created_on="2026-01-10", stage_since="2026-03-01", closed_on="2026-04-01")
    ]
    assert records(history_of(rows)[0], *SHOWN)[2:] == [
        ("d", 3, "Talks", day("2026-03-01"), "typed"),
        ("d", 4, "Won", day("2026-04-01"), "typed"),
    ]


def test_the_first_stage_is_known_from_creation_and_a_later_one_without_a_day_is_not():
    rows = [deal("a", "Lead", created_on="2026-01-10"), deal("b", "Offer", created_on="2026-01-10")]
    assert records(history_of(rows)[0], *SHOWN) == [
        ("a", 1, "Lead", day("2026-01-10"), "typed"),
        ("b", 1, "Lead", day("2026-01-10"), "inferred"),
        ("b", 2, "Offer", AS_OF, "inferred"),
    ]


def test_a_change_is_entered_on_stage_since_else_closing_else_the_day_of_the_run():
    history = frame_from_rows(
        "StageHistory", [entry(name, 1, "Lead", "2026-01-10") for name in "abc"]
    )
    rows = [
        deal("a", "Offer", stage_since="2026-06-05"),
        deal("b", "Lost", closed_on="2026-06-07"),
        deal("c", "Talks"),
    ]
    new = history_of(rows, history)[0].iloc[3:]
    assert records(new, *SHOWN) == [
        ("a", 2, "Offer", day("2026-06-05"), "typed"),
        ("b", 2, "Lost", day("2026-06-07"), "typed"),
        ("c", 2, "Talks", AS_OF, "inferred"),
    ]


def test_a_stage_since_that_nobody_renewed_counts_as_missing():
    history = frame_from_rows(
        "StageHistory", [entry(name, 1, "Lead", "2026-01-10") for name in "ab"]
    )
    rows = [
        deal("a", "Won", stage_since="2026-01-10", closed_on="2026-06-07"),
        deal("b", "Offer", stage_since="2026-01-10"),
    ]
    assert list(history_of(rows, history)[0]["entered_on"].dt.date[2:]) == [
        day("2026-06-07"),
        AS_OF,
    ]


def test_a_date_that_nobody_renewed_counts_as_missing_at_the_second_move_too():
    """Lead since January was typed; that it is an Offer a run saw in May; the date stands still."""
    history = frame_from_rows(
        "StageHistory",
        [
            entry("a", 1, "Lead", "2026-01-10"),
            entry("a", 2, "Offer", "2026-05-04", source="inferred"),
            entry("b", 1, "Lead", "2026-01-10"),
            entry("b", 2, "Offer", "2026-05-04"),
        ],
    )
    rows = [deal(name, "Talks", stage_since="2026-01-10") for name in "ab"]
    new = history_of(rows, history)[0].iloc[4:]
    assert records(new, *SHOWN) == [
        ("a", 3, "Talks", AS_OF, "inferred"),
        ("b", 3, "Talks", AS_OF, "inferred"),
    ]


def test_no_stage_begins_before_the_guessed_day_of_the_one_before():
    history = frame_from_rows(
        "StageHistory",
        [
            entry("a", 1, "Lead", "2026-01-10"),
            entry("a", 2, "Offer", "2026-05-04", source="inferred"),
        ],
    )
    rows = [deal("a", "Talks", stage_since="2026-04-20")]
    new = history_of(rows, history)[0].iloc[2:]
    assert records(new, *SHOWN) == [("a", 3, "Talks", day("2026-05-04"), "inferred")]


def test_a_closed_deal_was_closed_on_its_closing_day_whatever_stage_was_noted_last():
    """It moved to another stage and was closed from there, both since the last run."""
    history = frame_from_rows("StageHistory", [entry("a", 1, "Lead", "2026-01-10")])
    rows = [deal("a", "Won", stage_since="2026-06-02", closed_on="2026-06-07")]
    new = history_of(rows, history)[0].iloc[1:]
    assert records(new, *SHOWN) == [("a", 2, "Won", day("2026-06-07"), "typed")]


def test_old_rows_stay_in_place_and_as_they_were():
    history = frame_from_rows(
        "StageHistory", [entry("z", 2, "Offer", "2026-02-02"), entry("z", 1, "Lead", "2026-01-01")]
    )
    full = history_of([deal("z", "Talks"), deal("a", "Lead")], history)[0]
    pd.testing.assert_frame_equal(full.iloc[:2], history)
    assert records(full.iloc[2:], "deal_id", "seq") == [("a", 1), ("z", 3)]


def test_a_renamed_stage_is_no_change():
    stages = (Stage(stage="Prospect", rank=1, kind="open", was="Lead, Old"), *STAGES[1:])
    history = frame_from_rows("StageHistory", [entry("d", 1, "lead", "2026-01-10")])
    full = history_of([deal("d", "Prospect")], history, settings=policy(stages))[0]
    assert len(full) == 1


def test_a_run_for_an_earlier_day_adds_nothing_and_warns():
    history = frame_from_rows(
        "StageHistory", [entry("d", 1, "Lead", "2026-01-10", noticed_on="2026-07-01")]
    )
    full, findings = history_of([deal("d", "Won", closed_on="2026-06-01")], history)
    pd.testing.assert_frame_equal(full, history)
    assert [finding.code for finding in findings] == ["run-older-than-history"]


def test_deals_in_an_unknown_stage_have_no_history():
    assert len(history_of([deal("d", "Limbo"), deal("e", "Lead", pipeline="elsewhere")])[0]) == 0


def test_a_deal_that_comes_back_gets_a_new_row():
    history = frame_from_rows(
        "StageHistory", [entry("d", 1, "Lead", "2026-01-10"), entry("d", 2, "Offer", "2026-02-10")]
    )
    full = history_of([deal("d", "Lead", stage_since="2026-03-10")], history)[0]
    assert records(full, "seq", "stage") == [(1, "Lead"), (2, "Offer"), (3, "Lead")]


dates = st.one_of(st.none(), st.dates(day("2026-01-01"), day("2026-06-30")))
drawn = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(["Lead", "Offer", "Talks", "Won", "Lost", "Limbo"]),
        "lost_stage": st.sampled_from([None, "Lead", "Offer", "Nowhere"]),
        "created_on": dates,
        "stage_since": dates,
        "closed_on": dates,
    }
)


def with_ids(drawn_deals):
    return [{"deal_id": f"d{at}", "rep_id": "ann", **row} for at, row in enumerate(drawn_deals)]


@FEWER
@given(st.lists(drawn, max_size=8), st.randoms())
def test_days_never_run_backwards_and_order_of_rows_does_not_matter(drawn_deals, random):
    rows = with_ids(drawn_deals)
    history, _ = history_of(rows)
    backwards = history.groupby("deal_id")["entered_on"].diff() < pd.Timedelta(0)
    assert not backwards.any()
    random.shuffle(rows)
    pd.testing.assert_frame_equal(history, history_of(rows)[0])


@FEWER
@given(st.lists(drawn, max_size=6), st.lists(drawn, max_size=6))
def test_running_twice_adds_nothing_and_later_runs_only_append(before, after):
    first, _ = history_of(with_ids(before), as_of=day("2026-05-31"))
    second, _ = history_of(with_ids(after), first)
    pd.testing.assert_frame_equal(second.iloc[: len(first)], first)
    pd.testing.assert_frame_equal(history_of(with_ids(after), second)[0], second)
    assert not second.duplicated(["deal_id", "seq"]).any()


def test_a_deal_that_a_run_saw_before_it_was_created_has_the_id_of_another():
    """The lost deal of May was typed over with a new one of June."""
    history = [
        entry("a", 1, "Lead", "2026-05-04", noticed_on="2026-05-04"),
        entry("a", 2, "Lost", "2026-05-20", noticed_on="2026-05-20"),
        entry("b", 1, "Lead", "2026-06-05", noticed_on="2026-06-05"),
    ]
    rows = [
        deal("a", "Lead", created_on="2026-06-01", stage_since="2026-06-01"),
        deal("b", "Lead", created_on="2026-06-01"),
    ]
    found = [
        finding
        for finding in funnel.run(draw(Deals=rows, StageHistory=history)).findings
        if finding.code == "seen-before-created"
    ]
    assert [(one.row_key, one.field, one.found) for one in found] == [
        ("a", "created_on", "2026-06-01")
    ]
    assert found[0].params["day"] == day("2026-05-04")
