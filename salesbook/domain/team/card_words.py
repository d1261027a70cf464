"""What does a score card say in words: how sure is the score, and why is there a grade or none?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from salesbook.domain.team.grading import ENOUGH_CASES, LEAST_WEIGHT, GradeGiven
from salesbook.domain.team.marks import Marks
from salesbook.domain.team.shuffles import StandOut
from salesbook.messages import Fact, Message
from salesbook.money import three_digits, to_decimal
from salesbook.policy import Policy

_SURE: Final = 10.0
"""A metric is well known where luck moves it by fewer points."""


@dataclass(frozen=True)
class Card:
    """A rep's marks in a period, and what they are held against."""

    marks: Marks
    place: int
    """The rep's place in `marks`."""
    scores: Mapping[str, float]
    """Points of the metrics that are there."""
    given: GradeGiven
    luck: StandOut
    before: Marks | None
    """Of the period before."""
    place_before: int | None


def because(card: Card, policy: Policy) -> Message:
    """Say what the score is, how sure it is, and what else is known where it earns no grade."""
    if math.isnan(float(card.marks.total[card.place])):
        return Message("score-nothing")

    first, *more = _sentences(card, policy)
    return Message(first.code, first.params, tuple(more))


def _sentences(card: Card, policy: Policy) -> Iterator[Message]:
    yield _place_in_team(card, policy)
    yield from _best_seller(card, policy)
    yield from _beyond_luck(card)
    yield from _metrics(card)

    error = float(card.marks.error[card.place])
    yield Message("card.luck", {"points": _points(error)})
    yield from _counted_otherwise(card)
    yield from _about_grade(card)
    if card.given.grade is None:
        yield from _instead_of_a_grade(card, policy)


def _place_in_team(card: Card, policy: Policy) -> Message:
    """The score, and the rank or why there is none."""
    marks, place = card.marks, card.place
    rank = marks.ranks[place]
    facts: dict[str, Fact] = {"score": float(marks.total[place])}
    if rank.reason == "few":
        closed = int(marks.closed[place])
        return Message("card.few-deals", {**facts, "closed": closed, "few": policy.rules.few})
    if rank.reason == "middle":
        return Message("card.near-median", facts)
    return Message("card.ranked", {**facts, "rank": rank.rank, "count": rank.count})


def _best_seller(card: Card, policy: Policy) -> Iterator[Message]:
    """The largest sum of a month is a fact, whatever luck had to do with it."""
    best_sold = int(card.marks.best_sold[card.place])
    if best_sold:
        yield Message("card.best-seller", {"amount": to_decimal(best_sold, policy.decimals)})


def _beyond_luck(card: Card) -> Iterator[Message]:
    """Who stands out by more than what chance makes of equals."""
    if card.luck.ahead[card.place]:
        yield Message("card.ahead")
    if card.luck.behind[card.place]:
        yield Message("card.behind")


def _metrics(card: Card) -> Iterator[Message]:
    """Which metric is highest and which lowest; a single one is not both."""
    scores = card.scores
    if len(scores) > 1:
        highest = max(scores, key=lambda metric: scores[metric])
        lowest = min(scores, key=lambda metric: scores[metric])
        facts = {"best": f"Metrics.metric={highest}", "worst": f"Metrics.metric={lowest}"}
        yield Message("card.metrics", facts)


def _counted_otherwise(card: Card) -> Iterator[Message]:
    """The score that counts, where it is another than the one shown."""
    compared = float(card.marks.compared[card.place])
    shown = float(card.marks.total[card.place])
    if round(compared) != round(shown):
        grade_is_of_period = card.given.grade is not None and card.given.year_until is None
        code = "card.uncut" if grade_is_of_period else "card.uncut-period"
        yield Message(code, {"score": _points(compared)})


def _about_grade(card: Card) -> Iterator[Message]:
    """What the grade goes by, or why there is none."""
    given = card.given
    if given.reason == "goals":
        facts: dict[str, Fact] = {"share": _whole_percent(given.real_weight), "least": LEAST_WEIGHT}
        yield Message("card.no-goals", facts)
        return
    if given.year_until is not None:
        yield Message(
            "card.year",
            {
                "day": given.year_until,
                "score": _points(given.compared),
                "closed": int(card.marks.cases[card.place]),
                "needed": ENOUGH_CASES,
            },
        )
    if given.reason == "wide":
        yield Message("card.wide", {"best": given.best, "worst": given.worst})


def _instead_of_a_grade(card: Card, policy: Policy) -> Iterator[Message]:
    """What is known all the same: money, the chance to be on goal, the trend, what is sure."""
    marks, place = card.marks, card.place
    yield _sold(card, policy)

    chance = float(marks.chances_on_goal[place])
    if not math.isnan(chance) and card.given.reason != "goals":
        yield Message("card.chance", {"chance": _whole_percent(chance)})

    yield from _trend(card)

    sure = [
        name
        for name, points in zip(marks.metrics, marks.errors[:, place].tolist(), strict=True)
        if points < _SURE and name in card.scores
    ]
    if sure:
        names = "|".join(sorted(sure))
        yield Message("card.sure", {"points": _SURE, "metrics": f"Metrics.metric={names}"})


def _sold(card: Card, policy: Policy) -> Message:
    sold = int(card.marks.sold[card.place])
    quota = int(card.marks.quota[card.place])
    facts: dict[str, Fact] = {"sold": three_digits(sold, policy.decimals)}
    if quota <= 0:
        return Message("card.sold", facts)
    return Message("card.sold-of-quota", {**facts, "quota": three_digits(quota, policy.decimals)})


def _trend(card: Card) -> Iterator[Message]:
    """How the score moved since the period before, where both rest on the same metrics."""
    before, place_before = card.before, card.place_before
    if before is None or place_before is None:
        return
    had_score = {
        name
        for name, share in zip(before.metrics, before.shares[:, place_before].tolist(), strict=True)
        if share > 0
    }
    has_score = {
        name
        for name, share in zip(
            card.marks.metrics, card.marks.shares[:, card.place].tolist(), strict=True
        )
        if share > 0
    }
    if had_score != has_score:
        return

    change = float(card.marks.compared[card.place]) - float(before.compared[place_before])
    error = math.hypot(float(card.marks.error[card.place]), float(before.error[place_before]))
    facts: dict[str, Fact] = {"period": before.window.period, "points": _points(abs(change))}
    # Two-sided, for a score may move either way.
    beyond_luck = abs(change) > NormalDist().inv_cdf(0.975) * error
    if not beyond_luck:
        facts["points"] = _points(change)
        yield Message("card.trend-luck", facts)
    elif change > 0:
        yield Message("card.trend-up", facts)
    else:
        yield Message("card.trend-down", facts)


def _points(value: float) -> float:
    """Points as a sentence says them: whole from 10 on, with one decimal below."""
    return float(round(value)) if abs(value) >= _SURE else round(value, 1)


def _whole_percent(share: float) -> float:
    """A share of few cases is no surer than a percent."""
    return round(share, 2)
