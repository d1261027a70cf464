"""What does a score card say in words: how sure is the score, and why is there a grade or none?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from salesbook.domain.team.appraisal import grade_of
from salesbook.domain.team.card_moves import metrics_present, score_change, shown_points
from salesbook.domain.team.grading import ENOUGH_CASES, LEAST_WEIGHT, GradeGiven
from salesbook.domain.team.marks import Marks
from salesbook.domain.team.shuffles import StandOut
from salesbook.messages import Fact, Message, joined
from salesbook.money import three_digits, to_decimal, whole_percent
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
        return joined([Message("score-nothing"), *_too_few_for_a_rate(card, policy)])

    return joined(_sentences(card, policy))


def _sentences(card: Card, policy: Policy) -> Iterator[Message]:
    yield from _grade_by_another_score(card, policy)
    yield _place_in_team(card, policy)
    yield from _best_seller(card, policy)
    yield from _beyond_luck(card)
    yield from _metrics(card)

    yield _normal_swing(card)
    if card.given.grade is None or card.given.year_until is not None:
        yield from _counted_otherwise(card)
    yield from _about_grade(card)
    if card.given.grade is None:
        yield from _instead_of_a_grade(card, policy)


def _grade_by_another_score(card: Card, policy: Policy) -> Iterator[Message]:
    """Begin with the grade where it goes by another score than the one beside it.

    An A beside 66 points reads as an error until it is said that the year is at 112.
    """
    given = card.given
    if given.grade is None:
        return
    if given.year_until is not None:
        yield Message("card.grade-year", {"grade": given.grade, **_graded_over_a_year(card)})
        if math.floor(given.shown) != given.graded_score:
            yield Message("card.uncut-year", {"score": given.graded_score})
        return

    # A hair between the two scores is worth a sentence only where a grade begins there.
    shown = float(card.marks.total[card.place])
    would_be_another = grade_of(shown, policy.grades) != given.grade
    if would_be_another or _counts_otherwise(card):
        yield Message("card.uncut", {"grade": given.grade, "score": given.graded_score})


def _graded_over_a_year(card: Card) -> dict[str, Fact]:
    """What the four quarters come to, and why they are graded instead of the period."""
    return {
        "day": card.given.year_until,
        "score": card.given.graded_score,
        "closed": int(card.marks.cases[card.place]),
        "needed": ENOUGH_CASES,
    }


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
    """Which metric is highest and which lowest; where all have the same points none is."""
    scores = card.scores
    if len(set(scores.values())) > 1:
        highest = max(scores, key=lambda metric: scores[metric])
        lowest = min(scores, key=lambda metric: scores[metric])
        facts = {"best": f"Metrics.metric={highest}", "worst": f"Metrics.metric={lowest}"}
        yield Message("card.metrics", facts)


def _normal_swing(card: Card) -> Message:
    """Between which scores luck alone may leave the rep: the range that the row shows."""
    marks, place = card.marks, card.place
    low, high = float(marks.total_low[place]), float(marks.total_high[place])
    return Message("card.range", {"low": shown_points(low), "high": shown_points(high)})


def _too_few_for_a_rate(card: Card, policy: Policy) -> Iterator[Message]:
    """Why a win rate alone gives no score."""
    closed = int(card.marks.closed[card.place])
    if card.marks.ranks[card.place].reason == "few" and closed:
        yield Message("card.few-for-rate", {"closed": closed, "few": policy.rules.few})


def _counted_otherwise(card: Card) -> Iterator[Message]:
    """The score that counts, where it is another than the one shown."""
    if _counts_otherwise(card):
        is_graded = card.given.year_until is None and not math.isnan(card.given.graded_score)
        compared = shown_points(float(card.marks.compared[card.place]))
        # The same number as in the column beside the grade, where that goes by the same score.
        points = card.given.graded_score if is_graded else compared
        yield Message("card.uncut-period", {"score": points})


def _counts_otherwise(card: Card) -> bool:
    """Say whether rank and grade go by another score than the one shown."""
    compared = float(card.marks.compared[card.place])
    shown = float(card.marks.total[card.place])
    return round(compared) != round(shown)


def _about_grade(card: Card) -> Iterator[Message]:
    """Why there is no grade."""
    given = card.given
    if given.reason == "goals":
        facts: dict[str, Fact] = {"share": whole_percent(given.real_weight), "least": LEAST_WEIGHT}
        if given.year_until is not None:
            # What is missing may be another metric than in the row, which is of the period.
            yield Message("card.no-goals-year", {**facts, "day": given.year_until})
            return
        yield Message("card.no-goals", facts)
        return
    if given.grade is None and given.year_until is not None:
        yield Message("card.year", _graded_over_a_year(card))
    if given.reason == "wide":
        yield Message("card.wide", {"best": given.best, "worst": given.worst})


def _instead_of_a_grade(card: Card, policy: Policy) -> Iterator[Message]:
    """What is known all the same: money, the chance to be on goal, the trend, what is sure."""
    marks, place = card.marks, card.place
    yield _sold(card, policy)

    chance = float(marks.chances_on_goal[place])
    if not math.isnan(chance) and card.given.reason != "goals":
        yield Message("card.chance", {"chance": whole_percent(chance)})

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
    facts["quota"] = three_digits(quota, policy.decimals)
    window = card.marks.window
    if window.is_running:
        return Message("card.sold-of-due", {**facts, "day": window.end})
    return Message("card.sold-of-quota", facts)


def _trend(card: Card) -> Iterator[Message]:
    """How the score moved since the period before, where both rest on the same metrics."""
    before, place_before = card.before, card.place_before
    if before is None or place_before is None:
        return
    if metrics_present(card.marks, card.place) != metrics_present(before, place_before):
        return

    change, beyond_luck = score_change(card.marks, card.place, before, place_before)
    facts: dict[str, Fact] = {"period": before.window.period, "points": shown_points(abs(change))}
    if not beyond_luck:
        facts["points"] = shown_points(change)
        yield Message("card.trend-luck", facts)
    elif change > 0:
        yield Message("card.trend-up", facts)
    else:
        yield Message("card.trend-down", facts)
