"""What do real deals say: of ranges, of ranks, of leaks, and of what came after?"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from figures.results import Figures, Result
from honesty.data import VARIABLE, real
from honesty.leaks import NAMED, Funnel, are_named
from honesty.pipelines import AS_OF, dates, deals_frame, lost_stages, one_stage, read_rates
from honesty.rates import LEVEL, holds_now
from honesty.score_cards import ATTAINMENT, RANKED
from honesty.teams import JANUARY, ClosedDeals, Plan, month_of_team, ranked_by_own_errors
from honesty.verdicts import Bounds, Tally, cover_goals, within
from honesty.words import told
from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.team.marks import luck_of, mark
from salesbook.frames import frame_of

_FILE: Final = ("maven_crm", "sales_pipeline.csv")
_CLOSED: Final = (20, 50, 200)
_OF_TEAM: Final = 300
_REPS: Final = 12
_YEAR: Final = 365
_CUT: Final = dt.date(2017, 9, 30)
"""What was closed until then is what a manager knew; the rest is what came."""
_LATER: Final = Bounds(least=0.7)


@dataclass(frozen=True)
class RealDeals:
    """Closed deals of a hardware seller."""

    agent: Any
    product: Any
    amount: Ints
    is_won: Flags
    days: Floats
    """From engaging to closing."""
    closed: Any
    """Days on which they were closed."""

    def __len__(self) -> int:
        return len(self.agent)

    @property
    def rate_now(self) -> float:
        """The share won of the days that all deals were open: that of deals open on any one day."""
        return float(self.days[self.is_won].sum() / self.days.sum())


def read(path: Path) -> RealDeals:
    """Read the deals that were won or lost."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["close_date"]]
    engaged = np.array([row["engage_date"] for row in rows], dtype="datetime64[D]")
    closed = np.array([row["close_date"] for row in rows], dtype="datetime64[D]")
    return RealDeals(
        agent=np.array([row["sales_agent"] for row in rows]),
        product=np.array([row["product"] for row in rows]),
        amount=np.array([100 * int(float(row["close_value"] or 0)) for row in rows]),
        is_won=np.array([row["deal_stage"] == "Won" for row in rows]),
        days=(closed - engaged).astype(np.float64),
        closed=closed,
    )


@dataclass(frozen=True)
class RateCell:
    """Books made of so many real deals at random."""

    closed: int
    now: Tally
    funnel: Tally
    common: Tally


def rate_cells(deals: RealDeals, books: int, seed: int) -> Iterator[RateCell]:
    """Draw deals at random; the truth is what all of them say."""
    for place, closed in enumerate(_CLOSED):
        cell = RateCell(closed, Tally(), Tally(), Tally())
        for book in range(books):
            random = np.random.default_rng([seed, place, book])
            drawn = random.choice(len(deals), closed, replace=False)
            ended = -random.uniform(0, 300, closed)
            is_won = deals.is_won[drawn]
            frame = deals_frame(
                stage=np.where(is_won, "Won", "Lost"),
                created_on=dates(ended - deals.days[drawn], day_zero=AS_OF),
                closed_on=dates(ended, day_zero=AS_OF),
            )
            rates = read_rates(frame, one_stage()).rates
            cell.now.add(holds_now(rates, deals.rate_now))
            truth = deals.is_won.mean()
            low, high = wilson(is_won.sum(), closed, LEVEL)
            cell.funnel.add(low <= truth <= high)
            # The common way takes the rate of all that closed for that of what is open.
            cell.common.add(low <= deals.rate_now <= high)
        yield cell


@dataclass(frozen=True)
class DealtOut:
    """Real deals that were dealt out to reps at random, so that all are alike."""

    ranked: Tally
    by_own_errors: Tally
    with_one_ahead: Tally
    with_leak: Tally


def dealt_out(deals: RealDeals, books: int, seed: int) -> DealtOut:
    """Deal real deals out to reps at random, and see who is told apart."""
    found = DealtOut(Tally(), Tally(), Tally(), Tally())
    plan = Plan(_OF_TEAM // _REPS, ATTAINMENT, reps=_REPS)
    for book in range(books):
        random = np.random.default_rng([seed, book])
        drawn = random.choice(len(deals), _OF_TEAM, replace=False)
        rep = random.integers(0, _REPS, _OF_TEAM)
        closed = ClosedDeals(rep, deals.is_won[drawn], deals.amount[drawn])
        won = np.where(deals.is_won, deals.amount, 0)
        quotas = np.full(_REPS, won.mean() * _OF_TEAM / _REPS)
        month = month_of_team(random, plan, closed, skills=np.ones(_REPS), quotas=quotas)
        marks = mark(month.sources, JANUARY)
        if marks is not None:
            found.ranked.add([rank.rank is not None for rank in marks.ranks])
            found.with_one_ahead.add(luck_of(month.sources, marks).ahead.any())
        found.by_own_errors.add(ranked_by_own_errors(month.sold, month.squares, month.quotas))
        found.with_leak.add(_has_leak(random, deals))
    return found


def _has_leak(random: np.random.Generator, deals: RealDeals) -> bool:
    """Whether any leak is named where all closed deals are dealt out to the agents at random."""
    agent = random.permutation(deals.agent)
    frame = deals_frame(
        rep_id=agent,
        product=random.permutation(deals.product),
        stage=np.where(deals.is_won, "Won", "Lost"),
        lost_stage=lost_stages(np.full(len(deals), "Lead"), ~deals.is_won),
        amount=deals.amount,
        closed_on=dates(-(np.arange(len(deals)) % _YEAR), day_zero=AS_OF),
    )
    names = np.unique(agent)
    reps = frame_of("Reps", {"rep_id": names, "name": names, "team": ["North"] * len(names)})
    leaks = Funnel.of(frame, reps).leaks()
    return any(are_named(leak).any() for leak in leaks.values())


def same_side_later(deals: RealDeals) -> tuple[Tally, Tally]:
    """Rank real agents by what they closed until a day, and see on which side they stand after it.

    Returns: of those who were ranked, and of all as the common way ranks them.
    """
    agents, rep = np.unique(deals.agent, return_inverse=True)
    is_early = deals.closed <= np.datetime64(_CUT)
    won = np.where(deals.is_won, deals.amount, 0).astype(np.float64)
    early = np.bincount(rep[is_early], won[is_early], len(agents))
    late = np.bincount(rep[~is_early], won[~is_early], len(agents))

    plan = Plan(1, ATTAINMENT, reps=len(agents))
    closed = ClosedDeals(rep[is_early], deals.is_won[is_early], deals.amount[is_early])
    quotas = np.full(len(agents), early.mean())
    random = np.random.default_rng(0)
    month = month_of_team(random, plan, closed, skills=np.ones(len(agents)), quotas=quotas)
    marks = mark(month.sources, JANUARY)
    is_same = (early > np.median(early)) == (late > np.median(late))
    ours, common = Tally(), Tally()
    common.add(is_same)
    if marks is not None:
        has_rank = np.array([rank.rank is not None for rank in marks.ranks])
        ours.add(is_same[has_rank])
    return ours, common


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    path = real(*_FILE)
    title, how = told("real_deals", books=books, team=_OF_TEAM, reps=_REPS, variable=VARIABLE)
    if path is None:
        return Result(title, how, (), (), ("The deals are not there: nothing was tried.",))

    deals = read(path)
    rates = list(rate_cells(deals, books, seed))
    dealt = dealt_out(deals, books, seed + 1)
    ours, common = same_side_later(deals)
    figures = (_rate_table(rates), _dealt_table(dealt), _later_table(ours, common))
    goals = (
        *cover_goals("80 % ranges of Funnel", [cell.funnel.share for cell in rates]),
        *cover_goals("80 % ranges of the rate now", [cell.now.share for cell in rates]),
        within(
            "of reps are ranked whose deals were dealt out at random", dealt.ranked.share, RANKED
        ),
        within("of such books name a leak", dealt.with_leak.share, NAMED),
        within("of real reps who were ranked stand on that side later", ours.share, _LATER),
    )
    return Result(title, how, figures, goals)


def _rate_table(cells: list[RateCell]) -> Figures:
    headers = (
        "closed deals",
        "Funnel's range holds the rate of all",
        "our range holds the rate now",
        "Funnel's range taken for the rate now",
    )
    rows = [(cell.closed, str(cell.funnel), str(cell.now), str(cell.common)) for cell in cells]
    return Figures(headers, tuple(rows), "Win rates of samples")


def _dealt_table(dealt: DealtOut) -> Figures:
    headers = ("ranked", "ranked by own errors", "books with one ahead", "books with a leak")
    row = (dealt.ranked, dealt.by_own_errors, dealt.with_one_ahead, dealt.with_leak)
    return Figures(headers, (tuple(map(str, row)),), "Dealt out at random")


def _later_table(ours: Tally, common: Tally) -> Figures:
    headers = ("", "reps", "on the same side of the middle later")
    rows = (
        ("ranked by us", ours.cases, str(ours)),
        ("all, as a list by sales ranks them", common.cases, str(common)),
    )
    return Figures(headers, rows, "Ranked until September, and what came until December")
