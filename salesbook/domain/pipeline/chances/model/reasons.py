"""Why is a deal more or less likely to be won than its stage says? The three largest reasons in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.chances.model.additive import chance_of, log_odds_of
from salesbook.domain.pipeline.chances.model.columns import Column
from salesbook.domain.pipeline.chances.model.deal_model import DealModel, Rows
from salesbook.domain.pipeline.chances.model.known_columns import AMOUNT, REP, STAGE
from salesbook.messages import Fact, Message

_MOST: Final = 3
_SAME: Final = 0.9
"""Correlation of two columns' terms over closed deals from which on they say the same."""
_LEAST_POINTS: Final = 0.005
"""A reason that moves the chance by less is none."""


class Group(NamedTuple):
    """Terms that are told as one reason."""

    terms: tuple[int, ...]
    names: tuple[str, ...]
    is_pair: bool
    usual: float
    """The mean of their sum over closed deals."""


class Shown(NamedTuple):
    """How values are shown in a sentence."""

    rep_names: Mapping[str, str]
    """By key."""
    decimals: int
    """Of the currency."""


def groups_of(model: DealModel, rows: Rows) -> list[Group]:
    """Put terms together that say the same of closed deals; a pair is a reason of its own.

    What its stage says of a deal is no reason for its difference from the stage's rate.
    """
    parts = model.parts(rows.columns)
    weight = rows.weight / rows.weight.sum()
    means = [float((weight * part).sum()) for part in parts]
    is_reason = [term.names != (STAGE,) for term in model.terms]
    singles = [
        place for place, term in enumerate(model.terms) if is_reason[place] and not term.is_pair
    ]
    groups = [
        Group(tuple(places), _names(model, places), False, sum(means[place] for place in places))
        for places in _alike(singles, parts)
    ]
    pairs = [
        Group((place,), term.names, True, means[place])
        for place, term in enumerate(model.terms)
        if term.is_pair
    ]
    return [*groups, *pairs]


def _names(model: DealModel, places: Sequence[int]) -> tuple[str, ...]:
    return tuple(model.terms[place].names[0] for place in places)


def _alike(places: Sequence[int], parts: Sequence[Floats]) -> list[list[int]]:
    """Places of terms that go together, each with the first one that it goes with."""
    groups: list[list[int]] = []
    for place in places:
        for group in groups:
            if _goes_with(parts[place], parts[group[0]]):
                group.append(place)
                break
        else:
            groups.append([place])
    return groups


def _goes_with(part: Floats, other: Floats) -> bool:
    spread = float(part.std() * other.std())
    if not spread > 0:
        return False
    return float(((part - part.mean()) * (other - other.mean())).mean()) / spread >= _SAME


def reasons_of(
    model: DealModel,
    groups: Sequence[Group],
    columns: Sequence[Column],
    stage_rate: Floats,
    shown: Shown,
) -> list[Message]:
    """Say in words why each deal's chance is another than its stage's.

    A reason is a term less its mean over closed deals; what it is worth is by how much the chance
    would be another without it.

    Args:
        columns: what is known of the deals, one row per deal.
        stage_rate: the rate of each deal's stage.
    """
    parts = model.parts(columns)
    size = len(stage_rate)
    chance = chance_of(log_odds_of(stage_rate) + sum(parts, start=np.zeros(size)))
    effects = np.zeros((len(groups), size))
    for row, group in enumerate(groups):
        beyond = sum((parts[place] for place in group.terms), start=np.zeros(size)) - group.usual
        effects[row] = chance - chance_of(log_odds_of(chance) - beyond)

    largest: Ints = np.argsort(-np.abs(effects), axis=0, kind="stable")[:_MOST].T
    column_of = {column.name: column for column in columns}
    messages = []
    for deal in range(size):
        told = [
            _reason(groups[row], float(effects[row, deal]), column_of, deal, shown)
            for row in largest[deal].tolist()
            if abs(effects[row, deal]) >= _LEAST_POINTS
        ]
        facts: dict[str, Fact] = {
            "chance": float(chance[deal]),
            "rate": float(stage_rate[deal]),
        }
        code = "score.model" if told else "score.model-usual"
        messages.append(Message(code, facts, tuple(told)))
    return messages


def _reason(
    group: Group,
    effect: float,
    column_of: Mapping[str, Column],
    deal: int,
    shown: Shown,
) -> Message:
    points = f"{100 * effect:+.0f}".replace("-", "−")
    facts: dict[str, Fact] = {"columns": group.names, "points": points}
    if group.is_pair:
        return Message("score.because-together", facts)
    if len(group.names) > 1:
        return Message("score.because-alike", facts)

    column = column_of[group.names[0]]
    if column.numbers is not None:
        number = float(column.numbers[deal])
        if np.isnan(number):
            return Message("score.because-blank", facts)
        if column.name == AMOUNT:
            amount = Decimal(round(number)).scaleb(-shown.decimals)
            return Message("score.because-amount", {**facts, "amount": amount})
        return Message("score.because-number", {**facts, "number": number})
    if column.words is None or column.words[deal] < 0:
        return Message("score.because-blank", facts)
    word = column.vocabulary[int(column.words[deal])]
    if column.name == REP:
        word = shown.rep_names.get(word, word)
    return Message("score.because-word", {**facts, "word": (word,)})
