"""Do score cards tell apart whom only luck divides, and do they find who is truly better?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final

import numpy as np

from figures.results import Figures, Goal, Result
from honesty.teams import GOALS, JANUARY, Plan, Team, ranked_by_own_errors, team
from honesty.verdicts import (
    INTERVALS,
    Bounds,
    Said,
    Tally,
    calibrated,
    cover_goals,
    mean_of,
    number,
    within,
)
from honesty.words import told
from salesbook.arrays import Floats
from salesbook.domain.team.appraisal import ON_GOAL
from salesbook.domain.team.marks import Marks, luck_of, mark
from salesbook.domain.team.shuffles import StandOut

ATTAINMENT: Final = (("attainment", 50.0),)
WIN_RATE: Final = (("win_rate", 15.0),)
WITH_WIN_RATE: Final = (*ATTAINMENT, *WIN_RATE)
EVERYTHING: Final = (*WITH_WIN_RATE, ("activity", 20.0), ("satisfaction", 15.0))
EQUALS: Final = (
    Plan(10, ATTAINMENT, equal_quotas=True),
    Plan(10, ATTAINMENT),
    Plan(25, ATTAINMENT),
    Plan(60, ATTAINMENT),
    Plan(10, WITH_WIN_RATE),
    Plan(40, WITH_WIN_RATE),
    Plan(25, WIN_RATE),
    Plan(10, EVERYTHING),
    Plan(40, EVERYTHING),
    Plan(25, ATTAINMENT, reps=5),
    Plan(25, ATTAINMENT, reps=40),
)
"""Teams of reps who are alike."""
BETTER: Final = tuple(
    Plan(deals, ATTAINMENT, better=better) for better in (1.5, 2.0, 3.0) for deals in (10, 25, 40)
)
"""Teams whose first rep is better."""
UNLIKE: Final = (
    Plan(10, ATTAINMENT, skill_sd=0.3, quota_sd=0.15),
    Plan(40, ATTAINMENT, skill_sd=0.15, quota_sd=0.15),
    Plan(40, ATTAINMENT, skill_sd=0.3, quota_sd=0.15),
    Plan(40, ATTAINMENT, skill_sd=0.6, quota_sd=0.15),
    Plan(40, EVERYTHING, skill_sd=0.3, quota_sd=0.15),
)
"""Teams in which everybody differs from everybody."""

RANKED: Final = Bounds(most=0.12)
NAMED: Final = Bounds(most=0.10)
FOUND: Final = Bounds(least=0.8)
RIGHT: Final = Bounds(least=0.9)
_BARS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Between these said chances are put together."""
_WORDS: Final = {
    "attainment": "attainment",
    "win_rate": "win rate",
    "activity": "activity",
    "satisfaction": "satisfaction",
}


@dataclass
class Cell:
    """What came out over many months of teams of one kind."""

    plan: Plan
    ranked: Tally = field(default_factory=Tally)
    by_own_errors: Tally = field(default_factory=Tally)
    """Ranked the common way."""
    ahead: Tally = field(default_factory=Tally)
    """Books in which anybody is said to be ahead beyond the normal swing."""
    behind: Tally = field(default_factory=Tally)
    covered: Tally = field(default_factory=Tally)
    """Ranges by which reps are graded that hold what the rep is truly worth."""
    covered_as_shown: Tally = field(default_factory=Tally)
    """The same of the ranges that cards show, cut like the score beside them."""
    lines: dict[str, Tally] = field(default_factory=dict)
    """The same of each metric's range."""
    first_ranked: Tally = field(default_factory=Tally)
    first_ahead: Tally = field(default_factory=Tally)
    right_side: Tally = field(default_factory=Tally)
    """Ranked reps who truly are on that side of the middle."""
    top_is_best: Tally = field(default_factory=Tally)
    """Books in which who sold most against quota is the one who is best."""
    said: Said = field(default_factory=lambda: Said(_BARS))
    """Chances to be above goal, as cards say them."""
    said_by_error: Said = field(default_factory=lambda: Said(_BARS))
    """The common way: how far the score is from the goal, over its error."""

    def add(self, drawn: Team, marks: Marks, luck: StandOut) -> None:
        """Count one month."""
        has_rank = np.array([rank.rank is not None for rank in marks.ranks])
        self.ranked.add(has_rank)
        self.by_own_errors.add(ranked_by_own_errors(drawn.sold, drawn.squares, drawn.quotas))
        self.ahead.add(luck.ahead.any())
        self.behind.add(luck.behind.any())

        truth = self._true_scores(drawn)
        self.covered.add((marks.low <= truth) & (marks.high >= truth))
        self.covered_as_shown.add((marks.total_low <= truth) & (marks.total_high >= truth))
        for place, metric in enumerate(marks.metrics):
            true_value = GOALS[metric] * (drawn.skills if metric == "attainment" else 1.0)
            holds = (marks.lows[place] <= true_value) & (marks.highs[place] >= true_value)
            is_known = ~np.isnan(marks.values[place])
            self.lines.setdefault(metric, Tally()).add(holds[is_known])

        self.first_ranked.add(marks.ranks[0].rank == 1)
        self.first_ahead.add(luck.ahead[0])
        is_above = marks.compared > np.median(marks.compared)
        is_truly_above = truth > np.median(truth)
        self.right_side.add((is_above == is_truly_above)[has_rank])
        self.top_is_best.add(np.argmax(drawn.sold / drawn.quotas) == np.argmax(drawn.skills))
        is_above_goal = truth > ON_GOAL
        self.said.add(marks.chances_on_goal, is_above_goal)
        by_error = [
            NormalDist(ON_GOAL, error).cdf(score)
            for score, error in zip(marks.compared, marks.error, strict=True)
        ]
        self.said_by_error.add(by_error, is_above_goal)

    def _true_scores(self, drawn: Team) -> Floats:
        """What each rep's score would be if luck did nothing; skill shows in attainment alone."""
        weights = dict(self.plan.weights)
        share = weights.get("attainment", 0.0) / sum(weights.values())
        truth: Floats = ON_GOAL * (1 + share * (drawn.skills - 1))
        return truth


def cells(books: int, seed: int, plans: Sequence[Plan]) -> Iterator[Cell]:
    """Draw so many months of each kind of team and appraise them."""
    for place, plan in enumerate(plans):
        cell = Cell(plan)
        for book in range(books):
            drawn = team(np.random.default_rng([seed, place, book]), plan)
            marks = mark(drawn.sources, JANUARY)
            if marks is not None:
                cell.add(drawn, marks, luck_of(drawn.sources, marks))
        yield cell


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    equals = list(cells(books, seed, EQUALS))
    better = list(cells(max(books // 3, 1), seed + 1, BETTER))
    unlike = list(cells(books, seed + 2, UNLIKE))
    title, how = told("score_cards", books=books, better=max(books // 3, 1))
    figures = (_equals_table(equals), _power_table(better), _chances_table(unlike))
    goals = (*_equals_goals(equals), *_power_goals(better), *_chance_goals(unlike))
    return Result(title, how, figures, goals)


def _equals_table(equals: Sequence[Cell]) -> Figures:
    """Reps who are alike."""
    rows = [
        (
            _team_words(cell.plan),
            cell.plan.deals,
            str(cell.ranked),
            RANKED.verdict(cell.ranked.share),
            str(cell.by_own_errors),
            str(cell.ahead),
            str(cell.behind),
            str(cell.covered),
            str(cell.covered_as_shown),
            "; ".join(f"{_WORDS[name]} {tally}" for name, tally in cell.lines.items()),
        )
        for cell in equals
    ]
    headers = (
        "12 reps who are alike",
        "closed deals each",
        "ranked",
        "goal",
        "ranked by own errors",
        "books with one ahead",
        "behind",
        "range holds the truth",
        "range as shown holds it",
        "ranges of the metrics hold it",
    )
    return Figures(headers, tuple(rows), "All are alike")


def _team_words(plan: Plan) -> str:
    """Which metrics count, and what is unlike the usual team."""
    words = ", ".join(_WORDS[name] for name, _ in plan.weights)
    if plan.reps != Plan(1).reps:
        words += f"; {plan.reps} reps"
    return f"{words}; equal quotas" if plan.equal_quotas else words


def _equals_goals(equals: Sequence[Cell]) -> Iterator[Goal]:
    worst = max(cell.ranked.share for cell in equals)
    mean = mean_of(cell.ranked.share for cell in equals)
    yield within("of equals are ranked, on average over kinds of teams", mean, RANKED)
    yield within("of equals are ranked, in the worst kind of team", worst, RANKED)
    for word, part in (("ahead", "ahead"), ("behind", "behind")):
        share = mean_of(getattr(cell, part).share for cell in equals)
        yield within(f"of books of equals have one {word} beyond the normal swing", share, NAMED)

    by_attainment = [cell for cell in equals if cell.plan.weights == ATTAINMENT]
    scores = [cell.covered.share for cell in by_attainment]
    yield from cover_goals("80 % ranges of a score by attainment", scores)
    # Errors of metrics of the same deals are added up, which makes their ranges wider on purpose.
    scores = [cell.covered.share for cell in equals if cell.plan.weights != ATTAINMENT]
    yield from cover_goals("80 % ranges of a score by more", scores, Bounds(least=INTERVALS.least))
    # Cut at 120 like the score, whose ends hold all that is beyond them: wider, never narrower.
    scores = [cell.covered_as_shown.share for cell in equals]
    yield from cover_goals("80 % ranges as cards show them", scores, Bounds(least=INTERVALS.least))
    for name, word in _WORDS.items():
        shares = [cell.lines[name].share for cell in equals if name in cell.lines]
        yield from cover_goals(f"80 % ranges of {word}", shares)


def _power_table(better: Sequence[Cell]) -> Figures:
    """The first of twelve closes more deals than the others."""
    rows = [
        (
            f"{cell.plan.better:g} times",
            cell.plan.deals,
            str(cell.first_ranked),
            str(cell.first_ahead),
            str(cell.top_is_best),
        )
        for cell in better
    ]
    headers = (
        "one closes as many deals",
        "the others close",
        "is ranked first",
        "is ahead beyond the normal swing",
        "has sold most against quota",
    )
    return Figures(headers, tuple(rows), "One of 12 is better")


def _power_goals(better: Sequence[Cell]) -> Iterator[Goal]:
    clearest = [cell for cell in better if cell.plan == BETTER[-1]]
    for cell in clearest:
        words = f"who closes {cell.plan.better:g} times as many, {cell.plan.deals} by the others,"
        yield within(f"{words} is ranked first", cell.first_ranked.share, FOUND)
        yield within(f"{words} is ahead beyond the normal swing", cell.first_ahead.share, FOUND)


def _chances_table(unlike: Sequence[Cell]) -> Figures:
    """What came true of chances that cards say."""
    rows = [
        (
            _team_words(cell.plan),
            f"{cell.plan.skill_sd:g}",
            cell.plan.deals,
            str(cell.right_side),
            *cell.said.cells(),
            number(100 * cell.said.most_off()),
            number(100 * cell.said_by_error.most_off()),
        )
        for cell in unlike
    ]
    headers = (
        "everybody differs",
        "sigma of skills",
        "closed deals each",
        "ranked, and truly on that side",
        *unlike[0].said.headers(),
        "most off, in points",
        "by score and error alone",
    )
    return Figures(headers, tuple(rows), "The chance to be above goal: said → came true")


def _chance_goals(unlike: Sequence[Cell]) -> Iterator[Goal]:
    yield calibrated("the chance to be above goal comes true", [cell.said for cell in unlike])
