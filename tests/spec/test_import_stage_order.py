"""Stages that nobody put in order: the file shows one, and it is marked as a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.domain.checks.stage_checks import stage_faults
from tests.spec.import_tables import book, draft, imported, problems

DEALS = [{"deal_id": "D1", "name": "Old", "rep_id": "R1", "stage": "Lead"}]


def stages_after(tmp_path, text, now=None, **options):
    """Stages of the main pipeline in order, as `name:kind:guessed from`, after an import."""
    now = now or book()
    done = draft(tmp_path, text, "Deals", now, add_missing=True, **options)
    after = imported(now, done)
    stages = sorted(after.policy.stages_of("main"), key=lambda stage: stage.rank or 0)
    return [f"{stage.stage}:{stage.kind}:{stage.guessed_from or ''}" for stage in stages]


def test_ranks_of_the_other_system_decide_first(tmp_path):
    text = (
        "Deal ID,Rep,Stage,StageSortOrder,Probability\n"
        "1,Ann,Zeta,1,90\n2,Ann,Alpha,2,10\n3,Ann,Closed Won,3,100\n4,Ann,Closed Lost,4,0\n"
    )
    assert stages_after(tmp_path, text) == [
        "Zeta:open:rank",
        "Alpha:open:rank",
        "Closed Won:won:rank",
        "Closed Lost:lost:rank",
    ]


@pytest.mark.parametrize("shares", [("10", "80"), ("10%", "80%"), ("0.1", "0.8")])
def test_else_probabilities_do(tmp_path, shares):
    text = f"Deal ID,Rep,Stage,Probability\n1,Ann,Zeta,{shares[0]}\n2,Ann,Alpha,{shares[1]}\n"
    assert stages_after(tmp_path, text)[:2] == ["Zeta:open:probability", "Alpha:open:probability"]


def test_else_how_old_deals_were_when_they_came_into_a_stage(tmp_path):
    """Three deals a stage: fewer may have been anything."""
    rows = [("Zeta", day, day + 1) for day in (1, 2, 3)]
    rows += [("Alpha", day, day + 20) for day in (1, 2, 3)]
    lines = [
        f"{number},Ann,{stage},2026-03-{created:02},2026-03-{since:02}"
        for number, (stage, created, since) in enumerate(rows)
    ]
    head = "Deal ID,Rep,Stage,Created on,Stage since"
    assert stages_after(tmp_path, "\n".join([head, *lines]))[:2] == [
        "Zeta:open:dates",
        "Alpha:open:dates",
    ]
    fewer = "\n".join([head, *lines[1:]])
    assert stages_after(tmp_path, fewer)[:2] == ["Alpha:open:name", "Zeta:open:name"]


def test_else_their_names_with_numbers_by_their_value(tmp_path):
    text = "Deal ID,Rep,Stage\n1,Ann,10-Close\n2,Ann,2-Develop\n3,Ann,1-Qualify\n"
    assert stages_after(tmp_path, text)[:3] == [
        "1-Qualify:open:name",
        "2-Develop:open:name",
        "10-Close:open:name",
    ]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Closed Won", "won"),
        ("closedwon", "won"),
        ("赢单", "won"),
        ("已成交", "won"),
        ("Gewonnen", "won"),
        ("Closed Lost to Competition", "lost"),
        ("输单-价格", "lost"),
        ("丢单", "lost"),
        ("Wonderful", "open"),
        ("谈判", "open"),
    ],
)
def test_words_for_won_and_lost_are_known_in_both_languages(tmp_path, word, kind):
    text = f"Deal ID,Rep,Stage\n1,Ann,{word}\n2,Ann,Contact\n"
    assert f"{word}:{kind}:name" in stages_after(tmp_path, text)


def test_a_probability_says_won_or_lost_where_no_word_does(tmp_path):
    """100 % is won; 0 % is lost only where deals ended, since a first stage may have 0 % too."""
    text = (
        "Deal ID,Rep,Stage,Probability,Lost reason\n"
        "1,Ann,Fresh,0,\n2,Ann,Signed,100,\n3,Ann,Gone,0,Price\n4,Ann,Talk,50,\n"
    )
    assert stages_after(tmp_path, text) == [
        "Fresh:open:probability",
        "Talk:open:probability",
        "Signed:won:probability",
        "Gone:lost:probability",
    ]


def test_a_stage_whose_deals_have_a_chance_is_open_whatever_it_is_called(tmp_path):
    """签约 is won for most, and a step before payment for some."""
    text = "Deal ID,Rep,Stage,Probability\n1,Ann,签约,90\n2,Ann,接触,10\n3,Ann,回款,100\n"
    assert stages_after(tmp_path, text)[:3] == [
        "接触:open:probability",
        "签约:open:probability",
        "回款:won:probability",
    ]


def test_a_pipeline_in_use_keeps_its_stages_and_takes_the_others_between(tmp_path):
    """Its own stages are as somebody put them: they bear no mark."""
    now = book({"Deals": DEALS})
    text = "Deal ID,Rep,Stage,Probability\n1,Ann,Lead,10\n2,Ann,Demo,30\n3,Ann,Offer,60\n"
    assert stages_after(tmp_path, text, now) == [
        "Lead:open:",
        "Demo:open:probability",
        "Offer:open:",
        "Won:won:",
        "Lost:lost:",
    ]


def test_deals_can_end_in_a_pipeline_of_which_the_file_shows_no_end(tmp_path):
    """A fresh workbook's won and lost stages stay where the file has none."""
    text = "Deal ID,Rep,Stage\n1,Ann,Contact\n"
    assert stages_after(tmp_path, text) == ["Contact:open:name", "Won:won:", "Lost:lost:"]


def test_a_pipeline_that_the_workbook_lacks_is_made_with_its_stages(tmp_path):
    text = "Deal ID,Rep,Pipeline,Stage\n1,Ann,Partners,Contact\n2,Ann,Partners,Won\n"
    now = book()
    done = draft(tmp_path, text, "Deals", now, add_missing=True)
    assert problems(done) == []
    stages = imported(now, done).policy.stages_of("Partners")
    assert [(stage.stage, stage.kind) for stage in stages] == [
        ("Contact", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]


def test_nothing_is_guessed_where_the_user_says_the_order_or_adds_nothing(tmp_path):
    text = "Deal ID,Rep,Stage\n1,Ann,Contact\n"
    said = stages_after(tmp_path, text, stages="Contact>Deal>Won|Lost")
    assert said == ["Contact:open:", "Deal:open:", "Won:won:", "Lost:lost:"]
    assert problems(draft(tmp_path, text, "Deals")) == [(2, "stage", "unknown-stage")]


def test_a_known_stage_of_a_fresh_workbook_leaves_all_as_it_is(tmp_path):
    text = "Deal ID,Rep,Stage\n1,Ann,offer\n"
    assert stages_after(tmp_path, text) == ["Lead:open:", "Offer:open:", "Won:won:", "Lost:lost:"]


def test_a_guess_is_a_finding_until_it_is_confirmed(tmp_path):
    """Once a pipeline, with the order that was guessed; emptying the column confirms it."""
    now = book()
    after = imported(
        now,
        draft(tmp_path, "Deal ID,Rep,Stage\n1,Ann,B\n2,Ann,A\n", "Deals", now, add_missing=True),
    )
    guessed = [one for one in stage_faults(after.policy) if one.code == "stage-order-guessed"]
    assert [(one.severity, one.field, one.row_key) for one in guessed] == [
        ("warning", "guessed_from", "main|A")
    ]
    assert guessed[0].params["order"] == "A > B > Won > Lost"

    stages = [stage.model_copy(update={"guessed_from": None}) for stage in after.policy.stages]
    confirmed = replace(after.policy, stages=tuple(stages))
    assert list(stage_faults(confirmed)) == []


names = st.lists(
    st.text("abcdefgh 12", min_size=1, max_size=6).map(str.strip).filter(bool),
    min_size=1,
    max_size=6,
    unique_by=lambda name: " ".join(name.split()),
)


@settings(max_examples=20, deadline=None)
@given(words=names, order=st.randoms(use_true_random=False), has_deals=st.booleans())
def test_every_stage_is_there_once_and_the_order_does_not_hang_on_the_rows(
    tmp_path_factory, words, order, has_deals
):
    """Law: each stage of the file is in the pipeline exactly once, ranks are 1, 2, 3 ..., none of
    a pipeline in use is lost or changes its kind, and shuffled rows give the same stages.
    """
    tmp_path = tmp_path_factory.mktemp("stages")
    now = book({"Deals": DEALS} if has_deals else None)
    lines = [f"{number},Ann,{word},{number * 10}" for number, word in enumerate(words, start=1)]
    head = "Deal ID,Rep,Stage,Probability"
    stages = stages_after(tmp_path, "\n".join([head, *lines]), now)
    shuffled = list(lines)
    order.shuffle(shuffled)
    assert stages_after(tmp_path, "\n".join([head, *shuffled]), now) == stages

    folded = [" ".join(stage.rsplit(":", 2)[0].split()) for stage in stages]
    assert len(set(folded)) == len(folded)
    assert {" ".join(word.split()) for word in words} <= set(folded)
    if has_deals:
        assert {"Lead:open:", "Offer:open:", "Won:won:", "Lost:lost:"} <= set(stages)
