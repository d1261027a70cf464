"""Is it said that something helped where nothing was done? And where it did help?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest

from honesty.pipelines import AS_OF, STAGES, dates, deals_frame, lost_stages
from honesty.verdicts import Tally
from salesbook.domain.alerts.rate_moved import RateMoves
from salesbook.domain.pipeline.funnel.leak import leaks_of
from salesbook.domain.pipeline.funnel.pace import pace_of
from salesbook.domain.pipeline.funnel.slices import cuts_of
from salesbook.domain.pipeline.funnel.stages import counts_of, passages_of
from salesbook.domain.pipeline.stages.codes import known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.frames import empty_frame, frame_of
from salesbook.policy import Policy
from salesbook.tables.settings import Rules

POLICY = Policy(stages=STAGES, rules=Rules(funnel_rule="any"))
CODES = stage_codes(POLICY)
REPS = 8
A_YEAR = 120
"""Deals of each rep."""
BOOKS = 25


@dataclass
class Drawn:
    """Two years of deals; day 0 is the one on which something was done."""

    rep: np.ndarray
    day: np.ndarray
    luck: np.ndarray
    rate: np.ndarray

    @classmethod
    def of(cls, seed: int, worse: float) -> Drawn:
        """The last rep is worse at the first stage by so much."""
        random = np.random.default_rng(seed)
        size = REPS * A_YEAR * 2
        rep = random.integers(0, REPS, size)
        rate = np.where(np.arange(REPS) == REPS - 1, 0.5 - worse, 0.5)[rep]
        day = np.floor(random.uniform(-365, 365, size))
        return cls(rep, day, random.random((2, size)), rate)

    def moves(self, until: int, lifted: np.ndarray, lift: float):
        """What a run of a day knows, and the leaks of reps at the first stage."""
        rows = self.day <= until
        rate = np.where(np.isin(self.rep, lifted) & (self.day > 0), self.rate + lift, self.rate)
        goes_on = (self.luck[0] < rate)[rows]
        is_won = goes_on & (self.luck[1] < 0.6)[rows]
        ids = np.array([f"r{number}" for number in range(REPS)])
        frame = deals_frame(
            rep_id=ids[self.rep[rows]],
            stage=np.where(is_won, "Won", "Lost"),
            lost_stage=lost_stages(np.where(goes_on, "Offer", "Lead"), ~is_won),
            amount=np.full(rows.sum(), 1000),
            closed_on=dates(self.day[rows], day_zero=AS_OF),
        )
        as_of = AS_OF + dt.timedelta(days=until)
        deals = known_deals(frame, CODES)
        history = append_history(empty_frame("StageHistory"), deals, CODES, as_of=as_of)
        known = entries_of(history, deals, CODES)
        passages = passages_of(deals, known, CODES, skipped="any")
        reps = frame_of("Reps", {"rep_id": ids, "name": ids, "team": ["North"] * REPS})
        cuts = cuts_of(deals, reps, CODES)
        pace = pace_of(passages, deals, known, CODES, as_of=as_of)
        counts = [counts_of(passages, deals, CODES, cut) for cut in cuts]
        leaks = leaks_of(counts, pace, deals, CODES, POLICY.rules)
        named = np.flatnonzero(np.nan_to_num(leaks["rep"]["leak_low"][:, 0]) > 0)
        return RateMoves(pace, cuts, CODES, as_of, POLICY.rules.few), named


def told(lift: float, books: int = BOOKS) -> Tally:
    """Of the books in which some rep's leak was named: those in which it is said that it helped."""
    tally = Tally()
    for seed in range(books):
        drawn = Drawn.of(seed, worse=0.2)
        _, named = drawn.moves(0, np.zeros(0), 0.0)
        if not len(named):
            continue
        moves, _ = drawn.moves(365, named, lift)
        codes = [
            moves.since(f"rep|r{rep}|main|Lead", AS_OF, len(named)).code for rep in named.tolist()
        ]
        tally.add("action.rate-up" in codes)
    return tally


def test_where_nothing_was_done_it_is_seldom_said_that_it_helped():
    """Those who were picked for being low come up by themselves; 120 books: 6.7 %, ± 2.6."""
    assert told(0.0).share <= 0.15


def test_twenty_points_more_are_found():
    assert told(0.2, BOOKS // 2).share >= 0.7


def test_a_slice_that_is_gone_has_no_rate():
    moves, _ = Drawn.of(1, worse=0.0).moves(0, np.zeros(0), 0.0)
    assert moves.since("rep|nobody|main|Lead", AS_OF, 1).code == "action.rate-unknown"
    assert moves.since("planet|mars|main|Lead", AS_OF, 1).code == "action.rate-unknown"
    assert moves.since("rep|r1|main|Gone", AS_OF, 1).code == "action.rate-unknown"
    assert moves.since("rep|r1|main|Lead", AS_OF, 1).code == "action.rate-few"


@pytest.mark.parametrize("rate", [0.3, 0.7])
def test_a_company_is_not_drawn_to_anything(rate):
    """All deals are no group that was picked."""
    drawn = Drawn.of(2, worse=0.0)
    drawn.rate[:] = np.where(drawn.day > 0, rate, 0.5)
    moves, _ = drawn.moves(365, np.zeros(0), 0.0)
    found = moves.since("all|all|main|Lead", AS_OF, 1)
    assert found.code == ("action.rate-up" if rate > 0.5 else "action.rate-down")
    assert found.params["after"] == pytest.approx(rate, abs=0.05)
