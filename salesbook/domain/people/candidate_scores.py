"""How did applicants do in their interviews, and is the first truly ahead of the second?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.intervals import z_of
from salesbook.domain.people.hiring_funnel import ENDS
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message, joined
from salesbook.tables.lists import list_text

_NUMBERS: Final = ("weight", "mean", "count", "min", "max")


def candidate_scores(
    scores: pd.DataFrame,
    candidates: pd.DataFrame,
    openings: pd.DataFrame,
    *,
    level: float,
) -> pd.DataFrame:
    """Give each interviewed applicant a weighted mean, and a place among those for the same opening.

    - Of a criterion counts the mean over its interviewers: that three judged it does not make it
      weigh three times as much.
    - A criterion weighs for all applicants of an opening the same, else they could not be compared:
      the mean of the weights typed for that opening, else for its role; 1 where nobody typed any.
    - A criterion that others of the opening were judged by and this one not is named as missing, and
      its weight is shared out among the rest.
    - `spread` is how far interviewers are apart: highest less lowest, by criterion that at least two
      judged, weighted; missing where nobody was judged twice.
    - The place counts those who are still in the running, and whoever was hired.

    How sure a mean is follows from how interviewers of the opening differ about the same applicant and
    criterion, pooled over all applicants (of the role, where the opening has no such pair). Two means
    differ by more than that leaves open only where they are further apart than the normal range of
    their difference at `level`.

    Returns: CandidateScores, by key; no rows for who was not interviewed or whose opening is unknown.
    """
    judged = _judged(scores, candidates, openings)
    if judged.empty:
        return frame_from_rows("CandidateScores", [])
    cards_by_opening: dict[str, list[_Card]] = {}
    for card in _cards(judged):
        cards_by_opening.setdefault(card.opening_id, []).append(card)

    rows = []
    differ = _disagreement(judged)
    for opening_id, cards in cards_by_opening.items():
        variance = differ.get(opening_id, differ.get(("role", cards[0].role)))
        rows += list(_rows(cards, variance, z_of(level)))
    return sorted_by_key("CandidateScores", frame_from_rows("CandidateScores", rows))


def _judged(scores: pd.DataFrame, candidates: pd.DataFrame, openings: pd.DataFrame) -> pd.DataFrame:
    """Scores with opening, role and stage of the applicant and the weight of the criterion."""
    people = candidates[["candidate_id", "opening_id", "stage"]]
    roles = openings[["opening_id", "role"]]
    judged = scores.merge(people, on="candidate_id").merge(roles, on="opening_id")
    # Means depend on the order of their terms in the last digit.
    judged = judged.sort_values(["candidate_id", "criterion", "interviewer"], ignore_index=True)

    of_opening = judged.groupby(["opening_id", "criterion"])["weight"].transform("mean")
    of_role = judged.groupby(["role", "criterion"])["weight"].transform("mean")
    return judged.assign(weight=of_opening.fillna(of_role).fillna(1.0))


class _Card(NamedTuple):
    """One applicant: criteria in order of their names, with a place in each array."""

    candidate_id: str
    opening_id: str
    role: str
    stage: str
    criteria: tuple[str, ...]
    weights: Floats
    means: Floats
    counts: Floats
    """Interviewers of each criterion."""
    ranges: Floats
    """Highest less lowest score of each criterion."""
    interviewers: int

    @property
    def score(self) -> float:
        """The weighted mean; of criteria that all weigh 0 there is none."""
        total = float(self.weights.sum())
        return float(self.weights @ self.means) / total if total else math.nan

    @property
    def spread(self) -> float | None:
        """How far interviewers are apart; None where no criterion has two."""
        weights = np.where(self.counts > 1, self.weights, 0.0)
        total = float(weights.sum())
        return float(weights @ self.ranges) / total if total else None

    def error(self, variance: float) -> float:
        """Standard error of the score where interviewers differ by that variance."""
        total = float(self.weights.sum())
        variances = self.weights**2 * variance / self.counts
        return math.sqrt(float(variances.sum())) / total if total else math.nan

    @property
    def is_running(self) -> bool:
        return self.stage not in ENDS


def _cards(judged: pd.DataFrame) -> Iterator[_Card]:
    """Everybody who was judged, by key."""
    facts = ["candidate_id", "opening_id", "role", "stage", "criterion", "weight"]
    found = judged.groupby(facts, sort=False)["score"].agg(["mean", "count", "min", "max"])
    found = found.reset_index()
    people = judged.groupby("candidate_id", sort=False)["interviewer"].nunique()
    first = np.flatnonzero(~found["candidate_id"].duplicated())
    columns = {name: found[name].to_numpy(dtype=np.float64) for name in _NUMBERS}
    ranges = columns["max"] - columns["min"]
    texts = found[facts[:5]].to_numpy(dtype=object)
    for start, end in zip(first, [*first[1:], len(found)], strict=True):
        candidate_id, opening_id, role, stage, _ = (str(text) for text in texts[start])
        yield _Card(
            candidate_id,
            opening_id,
            role,
            stage,
            tuple(str(criterion) for criterion in texts[start:end, 4]),
            columns["weight"][start:end],
            columns["mean"][start:end],
            columns["count"][start:end],
            ranges[start:end],
            int(people[candidate_id]),
        )


def _disagreement(judged: pd.DataFrame) -> dict[str | tuple[str, str], float]:
    """By how much interviewers differ about the same applicant and criterion, as a variance.

    By opening, and by role under ("role", role); only where some pair was judged twice.
    """
    scores = judged.groupby(["candidate_id", "criterion"], sort=False)["score"]
    count = scores.transform("count")
    rows = judged.assign(
        squares=(judged["score"] - scores.transform("mean")) ** 2,
        # Each of the n scores of a group brings its part of n - 1.
        freedom=(count - 1) / count,
    )
    variances: dict[str | tuple[str, str], float] = {}
    for column in ("role", "opening_id"):
        sums = rows.groupby(column)[["squares", "freedom"]].sum()
        for key, squares, freedom in zip(sums.index, sums["squares"], sums["freedom"], strict=True):
            if round(freedom, 6) >= 1:
                name = str(key) if column == "opening_id" else ("role", str(key))
                variances[name] = float(squares) / float(freedom)
    return variances


def _rows(cards: list[_Card], variance: float | None, z: float) -> Iterator[dict[str, Any]]:
    """The rows of an opening."""
    criteria = {criterion for card in cards for criterion in card.criteria}
    running = [card for card in cards if card.is_running and not math.isnan(card.score)]
    # Equal scores share a place, so that keys decide nothing.
    in_order = sorted(running, key=lambda card: -card.score)
    for card in cards:
        missing = sorted(criteria - set(card.criteria))
        rank = None
        if card in running:
            rank = 1 + sum(other.score > card.score for other in running)
        yield {
            "candidate_id": card.candidate_id,
            "opening_id": card.opening_id,
            "role": card.role,
            "stage": card.stage,
            "score": None if math.isnan(card.score) else card.score,
            "interviewers": card.interviewers,
            "spread": card.spread,
            "rank": rank,
            "missing": list_text(missing) or None,
            "because": _reason(card, in_order, variance, z, missing),
        }


def _reason(
    card: _Card, in_order: list[_Card], variance: float | None, z: float, missing: list[str]
) -> Message:
    """Where an applicant stands beside the best, and what weakens the comparison."""
    more = []
    if card.interviewers == 1:
        more.append(Message("candidate-one-interviewer"))
    if missing:
        more.append(Message("candidate-not-judged", {"criteria": list_text(missing)}))
    return joined([_standing(card, in_order, variance, z), *more])


def _standing(card: _Card, in_order: list[_Card], variance: float | None, z: float) -> Message:
    if not card.is_running:
        return Message("candidate-out")
    if len(in_order) < 2 or card not in in_order:
        return Message("candidate-alone")
    is_best = card.score == in_order[0].score
    other = in_order[1] if is_best else in_order[0]
    apart = abs(card.score - other.score)
    facts: dict[str, Fact] = {"points": round(apart, 2), "count": len(in_order)}
    side = "first" if is_best else "behind"
    if variance is None:
        return Message(f"candidate-{side}-unknown", facts)
    error = math.hypot(card.error(variance), other.error(variance))
    if apart > z * error:
        return Message(f"candidate-{side}-clearly", facts)
    return Message(f"candidate-{side}-near", facts)
