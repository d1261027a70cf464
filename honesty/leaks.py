"""Is a leak named where there is none, and where there is one?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from figures.results import Figures, Goal, Result
from honesty.pipelines import AS_OF, MEAN_AMOUNT, STAGES, amounts, dates, deals_frame, lost_stages
from honesty.verdicts import INTERVALS, Bounds, Tally, cover_goals, mean_of, within
from honesty.words import told
from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.pipeline.funnel.behind import Behind, who_stands_behind
from salesbook.domain.pipeline.funnel.leak import leaks_of
from salesbook.domain.pipeline.funnel.pace import QUARTER_DAYS, Pace, pace_of
from salesbook.domain.pipeline.funnel.slices import cuts_of
from salesbook.domain.pipeline.funnel.stages import Counts, Passages, counts_of, passages_of
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes, known_deals, stage_codes
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.frames import empty_frame, frame_of
from salesbook.policy import Policy
from salesbook.tables.settings import Rules

_FIRST: Final = 0.5
"""True chance to get past the first stage."""
_THIRD: Final = 0.7
_OPEN: Final = 0.2
_DAYS: Final = 365
"""Days over which its deals were decided."""
_REASONS: Final = ("Price", "Competitor", "No budget", "No decision")
_REASON_CHANCES: Final = (0.3, 0.3, 0.2, 0.2)
_MOST_OF_THEM: Final = 0.5
_TEAMS: Final = 3
_SOURCES: Final = np.array(["fair", "referral", "web", "phone"])
_PRODUCTS: Final = np.array(["small", "medium", "large"])
_LEVEL: Final = 0.95
"""Of the intervals of the common way: a slice is said to be worse where they do not overlap."""
_POLICY: Final = Policy(stages=STAGES, rules=Rules(funnel_rule="any"))
NAMED: Final = Bounds(most=0.10)
FOUND: Final = Bounds(least=0.8)


@dataclass(frozen=True)
class Company:
    """What a pipeline is like."""

    deals: int
    reps: int = 8
    worse: float = 0.0
    """By how much half of the reps are less likely to get a deal past the second stage."""
    spread: float = 0.0
    """Standard deviation of the reps' true chances there."""
    advance: float = 0.6
    """True chance to get a deal past the second stage."""
    single: float = 0.0
    """By how much the last rep alone is less likely to get a deal past it."""
    more_of_one: float = 0.0
    """How much more often those who are worse lose for the first reason."""


EQUALS: Final = (
    Company(200, reps=4),
    Company(400),
    Company(1000),
    Company(3000, reps=12),
    Company(3000, reps=40),
)
SPREAD: Final = tuple(
    Company(deals, reps=12, spread=spread) for spread in (0.05, 0.1) for deals in (600, 2000)
)
WORSE: Final = tuple(
    Company(deals, worse=worse) for worse in (0.15, 0.25, 0.35) for deals in (1000, 3000)
)

SINGLE: Final = tuple(
    Company(deals, reps=reps, single=0.2, advance=0.5)
    for deals, reps in ((400, 4), (1000, 8), (2000, 8), (3000, 12))
)
"""One rep gets 30 % past the second stage, everybody else 50 %."""
REASONS: Final = tuple(Company(3000, worse=0.25, more_of_one=more) for more in (0.0, 0.2, 0.4))


@dataclass
class Cell:
    """What came out over many books of one kind of company."""

    company: Company
    named: Tally = field(default_factory=Tally)
    """Books in which any slice of any kind has a leak anywhere."""
    apart: Tally = field(default_factory=Tally)
    """Books in which the common way finds one."""
    found: Tally = field(default_factory=Tally)
    """Books in which half of those who are worse or more have their leak named."""
    wrong_stage: Tally = field(default_factory=Tally)
    """Named leaks of reps that are at another stage than the one where they are worse."""
    covered: Tally = field(default_factory=Tally)
    """Leaks of reps, named or not, whose range holds the true money."""
    covered_gaps: Tally = field(default_factory=Tally)
    """The same of reps below the yardstick."""
    single_found: Tally = field(default_factory=Tally)
    """Books in which the one rep who is worse is named."""
    reasoned: Tally = field(default_factory=Tally)
    """Books in which any leak is said to have a reason."""
    right_reason: Tally = field(default_factory=Tally)
    """Reasons told that are the one which those who are worse have more often."""


def cells(books: int, seed: int, companies: Sequence[Company]) -> Iterator[Cell]:
    """Draw so many books of each kind of company."""
    for place, company in enumerate(companies):
        cell = Cell(company)
        for book in range(books):
            _add_book(cell, np.random.default_rng([seed, place, book]))
        yield cell


def _add_book(cell: Cell, random: np.random.Generator) -> None:
    drawn = draw(random, cell.company)
    leaks = drawn.funnel.leaks()

    named = {kind: are_named(leak) for kind, leak in leaks.items()}
    cell.named.add(any(flags.any() for flags in named.values()))
    cell.apart.add(any(_apart(counts) for counts in drawn.funnel.counts))

    second = 1
    of_reps = named["rep"]
    low, high = leaks["rep"]["leak_low"][:, second], leaks["rep"]["leak_high"][:, second]
    truth = drawn.true_leaks
    is_told = ~np.isnan(low)
    holds = (low <= truth) & (high >= truth)
    cell.covered.add(holds[is_told])
    cell.covered_gaps.add(holds[is_told & (truth > 0)])
    told = [behind.reason.reason for behind in drawn.funnel.behind(leaks) if behind.reason]
    cell.reasoned.add(bool(told))
    if cell.company.more_of_one:
        cell.right_reason.add([reason == _REASONS[0] for reason in told])
    if cell.company.single:
        cell.single_found.add(of_reps[-1, second])
    if cell.company.worse:
        cell.found.add(of_reps[drawn.worse, second].mean() >= _MOST_OF_THEM)
        cell.wrong_stage.add(np.nonzero(of_reps)[1] != second)


@dataclass(frozen=True)
class Funnel:
    """What the verb `funnel` counts of a book's deals."""

    deals: KnownDeals
    codes: StageCodes
    passages: Passages
    counts: list[Counts]
    pace: Pace

    @classmethod
    def of(cls, frame: pd.DataFrame, reps: pd.DataFrame) -> Funnel:
        """Count deals of which only the last stage is known."""
        codes = stage_codes(_POLICY)
        deals = known_deals(frame, codes)
        history = append_history(empty_frame("StageHistory"), deals, codes, as_of=AS_OF)
        known = entries_of(history, deals, codes)
        passages = passages_of(deals, known, codes, skipped=_POLICY.rules.funnel_rule)
        counts = [counts_of(passages, deals, codes, cut) for cut in cuts_of(deals, reps, codes)]
        pace = pace_of(passages, deals, known, codes, as_of=AS_OF)
        return cls(deals, codes, passages, counts, pace)

    def leaks(self) -> dict[str, dict[str, Floats]]:
        """What closing gaps would bring, by kind of slice."""
        return leaks_of(self.counts, self.pace, self.deals, self.codes, _POLICY.rules)

    def behind(self, leaks: Mapping[str, Mapping[str, Floats]]) -> list[Behind]:
        """Who stands behind each leak of it that is named, and why."""
        found = who_stands_behind(
            self.counts, leaks, self.passages, self.deals, few=_POLICY.rules.few
        )
        return list(found.values())


@dataclass(frozen=True)
class Drawn:
    """A book's funnel, and what is true of it."""

    funnel: Funnel
    worse: Flags
    """Per rep, in the order of their names."""
    true_leaks: Floats
    """Per rep: what the gap to the better ones costs at the second stage, in minor units."""


def are_named(leak: Mapping[str, Floats]) -> Flags:
    """Where a leak is told: there its money is above 0, and so is the range's lower end."""
    flags: Flags = np.nan_to_num(leak["leak_low"]) > 0
    return flags


def draw(random: np.random.Generator, company: Company) -> Drawn:
    """Draw deals that advance with the true chances, by reps, teams, sources and products.

    Half of the reps are worse at the second stage where the company says so; the yardstick, the
    upper quartile, is then the rate of the better half.
    """
    size = company.deals
    rep = random.integers(0, company.reps, size)
    is_worse_rep = np.arange(company.reps) % 2 == 1
    second = company.advance - np.where(is_worse_rep, company.worse, 0.0)
    second[-1] -= company.single
    second = np.clip(second + company.spread * random.normal(0, 1, company.reps), 0.05, 0.95)
    advance = np.column_stack([np.full(size, _FIRST), second[rep], np.full(size, _THIRD)])

    # The first stage that a deal does not get past; 3 if it is won.
    stays_behind = random.random((size, 3)) > advance
    reached = np.where(stays_behind.any(axis=1), stays_behind.argmax(axis=1), 3)
    is_open = random.random(size) < _OPEN
    # Who is open is in any of the stages on the way.
    last_stage = np.minimum(reached, 2)
    on_the_way = np.floor(random.random(size) * (last_stage + 1)).astype(np.int64)
    names = np.array([stage.stage for stage in STAGES])
    at_stage = names[np.where(is_open, on_the_way, last_stage)]
    closed_as = np.where(reached == 3, "Won", "Lost")
    day = np.floor(-random.uniform(0, _DAYS, size))

    rep_ids = np.array([f"r{number:02}" for number in range(company.reps)])
    frame = deals_frame(
        rep_id=rep_ids[rep],
        source=_SOURCES[random.integers(0, len(_SOURCES), size)],
        product=_PRODUCTS[random.integers(0, len(_PRODUCTS), size)],
        stage=np.where(is_open, at_stage, closed_as),
        lost_stage=lost_stages(at_stage, ~is_open & (reached < 3)),
        lost_reason=_reasons(random, is_worse_rep[rep], ~is_open & (reached < 3), company),
        amount=amounts(random, size),
        stage_since=dates(np.where(is_open, day, np.nan), day_zero=AS_OF),
        closed_on=dates(np.where(is_open, np.nan, day), day_zero=AS_OF),
    )
    teams = [f"team {number % _TEAMS}" for number in range(company.reps)]
    reps = frame_of("Reps", {"rep_id": rep_ids, "name": rep_ids, "team": teams})

    funnel = Funnel.of(frame, reps)
    return Drawn(funnel, is_worse_rep, _true_leaks(company, second))


def _true_leaks(company: Company, rates: Floats) -> Floats:
    """The true gap x the deals usually decided a quarter x what one more that advances brings.

    The gap is to the upper quartile of the true rates. Decided at the second stage is who gets
    there and is closed, or stands in the third one.
    """
    gap = np.maximum(np.quantile(rates, 0.75) - rates, 0.0)
    there = company.deals / company.reps * _FIRST
    decided = there * (1 - _OPEN + _OPEN * rates / 3)
    leaks: Floats = gap * decided * QUARTER_DAYS / _DAYS * _THIRD * MEAN_AMOUNT
    return leaks


def _reasons(
    random: np.random.Generator, is_worse: Flags, is_lost: Flags, company: Company
) -> pd.Series[Any]:
    """Why deals were lost: everybody for the same reasons, but the worse ones where that is asked."""
    chances = np.array(_REASON_CHANCES)
    of_worse = chances.copy()
    of_worse[0] += company.more_of_one
    of_worse /= of_worse.sum()
    limits = np.where(is_worse[:, None], np.cumsum(of_worse), np.cumsum(chances))
    number = (random.random((len(is_lost), 1)) > limits).sum(axis=1)
    names = np.array(_REASONS, dtype=object)[np.minimum(number, len(_REASONS) - 1)]
    return pd.Series(np.where(is_lost, names, None), dtype="str")


def _apart(counts: Counts) -> bool:
    """Say whether intervals of two slices of a kind do not overlap at some stage.

    The common way: look at all slices and stages, and point at the one that is lowest.
    """
    advanced, lost, _ = counts.states
    resolved = advanced + lost
    low, high = wilson(advanced, resolved, _LEVEL)
    is_enough = resolved >= Rules().leak_deals
    highest_low = np.where(is_enough, low, -np.inf).max(axis=0, initial=-np.inf)
    lowest_high = np.where(is_enough, high, np.inf).min(axis=0, initial=np.inf)
    return bool((highest_low > lowest_high).any())


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    equals = list(cells(books, seed, EQUALS))
    worse = list(cells(max(books // 4, 1), seed + 1, WORSE))
    title, how = told("leaks", books=books, worse=max(books // 4, 1))
    spread = list(cells(max(books // 3, 1), seed + 2, SPREAD))
    single = list(cells(max(books // 3, 1), seed + 3, SINGLE))
    reasons = list(cells(max(books // 4, 1), seed + 4, REASONS))
    figures = (
        _equals_table(equals),
        _worse_table(worse),
        _single_table(single),
        _reasons_table(reasons),
        _spread_table(spread),
    )
    goals = (
        *_equals_goals(equals),
        *_worse_goals(worse),
        *_reason_goals(reasons),
        *_range_goals([*worse, *spread]),
    )
    return Result(title, how, figures, goals)


def _equals_table(equals: Sequence[Cell]) -> Figures:
    rows = [
        (
            cell.company.deals,
            cell.company.reps,
            str(cell.named),
            NAMED.verdict(cell.named.share),
            str(cell.apart),
            "100 %",
        )
        for cell in equals
    ]
    headers = (
        "deals",
        "reps",
        "books with a leak",
        "goal",
        "two 95 % intervals apart",
        "somebody below the best",
    )
    return Figures(headers, tuple(rows), "All are alike")


def _equals_goals(equals: Sequence[Cell]) -> Iterator[Goal]:
    mean = mean_of(cell.named.share for cell in equals)
    worst = max(cell.named.share for cell in equals)
    yield within("of books of equals name a leak, on average", mean, NAMED)
    yield within("of books of equals name a leak, in the worst cell", worst, NAMED)


def _worse_table(worse: Sequence[Cell]) -> Figures:
    rows = [
        (
            f"{100 * cell.company.worse:.0f} points",
            cell.company.deals,
            str(cell.found),
            str(cell.wrong_stage),
            str(cell.covered),
            str(cell.apart),
        )
        for cell in worse
    ]
    headers = (
        "half of 8 reps are worse by",
        "deals",
        "most of them are named",
        "named at another stage",
        "range holds the true money",
        "two 95 % intervals apart",
    )
    return Figures(headers, tuple(rows), "Half are worse at the second stage")


def _worse_goals(worse: Sequence[Cell]) -> Iterator[Goal]:
    clearest = next(cell for cell in worse if cell.company == WORSE[-1])
    points = f"{100 * clearest.company.worse:.0f} points"
    words = f"of books with {clearest.company.deals} deals name who is worse by {points}"
    yield within(words, clearest.found.share, FOUND)
    wrong = mean_of(cell.wrong_stage.share for cell in worse)
    yield within("of the leaks named are at another stage", wrong, NAMED)


def _single_table(single: Sequence[Cell]) -> Figures:
    rows = [
        (
            cell.company.deals,
            cell.company.reps,
            f"{cell.company.deals * _FIRST / cell.company.reps:.0f}",
            str(cell.single_found),
            str(cell.named),
            str(cell.apart),
        )
        for cell in single
    ]
    headers = (
        "deals",
        "reps",
        "deals of each there",
        "the one is named",
        "any leak is named",
        "two 95 % intervals apart",
    )
    return Figures(headers, tuple(rows), "One rep at 30 %, the others at 50 %")


def _reasons_table(reasons: Sequence[Cell]) -> Figures:
    rows = [
        (_one_reason(cell.company), str(cell.found), str(cell.reasoned), str(cell.right_reason))
        for cell in reasons
    ]
    headers = (
        "one reason among the losses of the worse half",
        "most of them are named",
        "books with a reason",
        "which is the right one",
    )
    return Figures(headers, tuple(rows), "Why they lose")


def _one_reason(company: Company) -> str:
    usual = _REASON_CHANCES[0]
    more = (usual + company.more_of_one) / (1 + company.more_of_one)
    return f"{100 * more:.0f} % instead of {100 * usual:.0f}"


def _reason_goals(reasons: Sequence[Cell]) -> Iterator[Goal]:
    alike, *_, clearest = reasons
    words = "of books in which all lose for the same reasons name one"
    yield within(words, alike.reasoned.share, NAMED)
    words = f"of books with {_one_reason(clearest.company)} name a reason"
    yield within(words, clearest.reasoned.share, FOUND)
    right = "of the reasons named are the right one"
    yield within(right, clearest.right_reason.share, Bounds(least=0.95))


def _spread_table(spread: Sequence[Cell]) -> Figures:
    rows = [
        (
            f"{100 * cell.company.spread:.0f} points",
            cell.company.deals,
            str(cell.named),
            str(cell.covered),
            str(cell.covered_gaps),
        )
        for cell in spread
    ]
    headers = (
        "true rates of 12 reps spread by",
        "deals",
        "books with a leak",
        "range holds the true money",
        "of those with a gap",
    )
    return Figures(headers, tuple(rows), "Everybody differs")


def _range_goals(cells: Sequence[Cell]) -> Iterator[Goal]:
    # Where there is no gap, every range that begins at 0 holds it.
    shares = [cell.covered.share for cell in cells]
    yield from cover_goals("80 % ranges of a leak", shares, Bounds(least=INTERVALS.least))
