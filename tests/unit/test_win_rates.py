"""Win rates by their names, and per stage."""

import math

import pytest

from salesbook.domain.pipeline.chances.win_rates import (
    stage_win_rates,
    win_rate_by_amount,
    win_rate_by_count,
)
from salesbook.domain.pipeline.funnel.stages import passages_of
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.frames import empty_frame
from salesbook.tables.settings import Stage
from tests.pipeline_book import AS_OF, STAGES, deal, numbered, policy


def rates_of(rows, settings=None, few=10):
    deals, codes = numbered(rows, settings)
    history, _ = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
    passages = passages_of(deals, entries_of(history, deals, codes), codes, skipped="all")
    return stage_win_rates(passages, deals, codes, few=few)


def test_by_count_and_by_amount():
    assert round(win_rate_by_count(8, 3), 4) == 0.7273
    assert round(win_rate_by_amount(1300, 600), 4) == 0.6842
    assert math.isnan(win_rate_by_count(0, 0))


def test_a_learned_rate_is_drawn_to_the_pipelines():
    """Overall 1 of 4; past Lead 1 of 2: (1 + 10 x 0.25) / (2 + 10)."""
    rows = [deal("w", "Won"), deal("l", "Lost", lost_stage="Offer")]
    rows += [deal(name, "Lost", lost_stage="Lead") for name in "ab"]
    rates, findings = rates_of(rows)
    assert rates[:3] == pytest.approx([0.25, 3.5 / 12, 3.5 / 11])
    assert rates[3:].tolist() == [1, 0]
    assert findings == []


def test_a_typed_rate_counts_as_it_is():
    stages = (Stage(stage="Lead", rank=1, kind="open", win_rate=0.1), *STAGES[1:])
    assert rates_of([deal("w", "Won")], policy(stages))[0][0] == 0.1


def test_without_closed_deals_a_stage_in_use_has_no_rate_and_says_so():
    rates, findings = rates_of([deal("a", "Lead")])
    assert math.isnan(rates[0])
    assert [(finding.code, finding.row_key) for finding in findings] == [
        ("no-win-rate", "main|Lead")
    ]
