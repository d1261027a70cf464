"""How good would each model have been? It learns from deals closed before, and is held to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.chances.model.additive import chance_of
from salesbook.domain.pipeline.chances.model.deal_model import (
    DealModel,
    Rows,
    fit_additive,
    fit_pairs,
)

Name = Literal["rate", "additive", "pairs", "bayes"]
BLOCKS: Final = 5
FEWEST_CLOSED: Final = 200
FEWEST_OF_A_KIND: Final = 20
"""Won deals, and lost ones, without which no column can be told from luck."""
_STANDARD_ERRORS: Final = 2.0
_LEAST_CHANCE: Final = 1e-4
"""A chance is never taken as surer, where its logarithm is."""


@dataclass(frozen=True)
class Fold:
    """What was learned from the deals that were closed before a day."""

    learned_until: float
    """The last day of which closings were known."""
    additive: DealModel
    pairs: DealModel

    def model(self, name: Name) -> DealModel | None:
        """The model of that name; None for the stage's rate, which needs none."""
        return {"additive": self.additive, "pairs": self.pairs}.get(name)


@dataclass(frozen=True)
class Trial:
    """What each model said of deals that it had not learned from, and what became of them."""

    tested: Ints
    """Rows of the closed deals that were tested, block by block."""
    won: Floats
    weight: Floats
    """Add up to 1."""
    base: Floats
    """The share won of all deals that were closed before, whatever their stage."""
    said: Mapping[Name, Floats]
    """By model its chance of each deal."""
    folds: Sequence[Fold]
    trained_to: float
    """The last day that the first block was learned from."""
    tested_to: float

    def __len__(self) -> int:
        return len(self.tested)

    def brier(self, chance: Floats) -> float:
        """Mean square of what was said less what came."""
        return float((self.weight * (chance - self.won) ** 2).sum())

    def log_loss(self, chance: Floats) -> float:
        """Mean of the negative logarithm of the chance of what came."""
        clipped = np.clip(chance, _LEAST_CHANCE, 1 - _LEAST_CHANCE)
        surprise = -np.where(self.won > 0, np.log(clipped), np.log1p(-clipped))
        return float((self.weight * surprise).sum())

    def gain(self, name: Name, over: Name) -> tuple[float, float]:
        """By how much a model's Brier score is below another's, with its standard error.

        Both are held to the same deals, so that what makes a deal hard for both does not count.
        """
        better = (self.said[over] - self.won) ** 2 - (self.said[name] - self.won) ** 2
        gain = float((self.weight * better).sum())
        error = float(np.sqrt((self.weight**2 * (better - gain) ** 2).sum()))
        return gain, error


def chosen_of(trial: Trial | None) -> Name:
    """The simplest model that no richer one beats by more than two standard errors."""
    chosen: Name = "rate"
    if trial is None:
        return chosen
    for richer in ("additive", "pairs"):
        if stands_out(*trial.gain(richer, chosen)):
            chosen = richer
    return chosen


def stands_out(gain: float, error: float) -> bool:
    """Whether a gain is more than luck would make it."""
    return gain > _STANDARD_ERRORS * error


def is_enough(won: Floats) -> bool:
    """Whether there are closed deals enough to tell any model from the stage's rate."""
    wins = float(won.sum())
    of_rarer = min(wins, len(won) - wins)
    return len(won) >= FEWEST_CLOSED and of_rarer >= FEWEST_OF_A_KIND


@dataclass(frozen=True)
class Past:
    """What can be told of closed deals as of the days before they closed."""

    closed: Floats
    """The day on which each was closed; -inf where nobody knows."""
    offset_at: Callable[[float], Floats]
    """Gives log odds of each deal's stage by what was closed by the end of a day."""
    weights: Callable[[Flags], Floats]
    """Gives the weights of some deals, where no others are known."""
    bayes_at: Callable[[Flags, Ints], Floats]
    """Gives the chance by naive Bayes of some deals, learned from others."""


def tried(rows: Rows, past: Past, cuts: Sequence[float] = ()) -> Trial | None:
    """Cut closed deals into five blocks by their days, and test each on what was learned before it.

    Days are not cut. Deals of which nobody knows when they were closed are learned from and not
    tested. A block is tested from 20 won and 20 lost deals before it on.

    Args:
        rows: closed deals, whatever their order; their offsets are not looked at.
        cuts: first days of other blocks to test.

    Returns: None where no block can be tested.
    """
    closed = past.closed
    days = np.sort(closed[np.isfinite(closed)])
    if not len(days):
        return None
    # One part more than blocks: the first one is only learned from.
    evenly = days[[len(days) * part // (BLOCKS + 1) for part in range(1, BLOCKS + 1)]]
    first_days = np.unique(np.array(cuts) if cuts else evenly)
    ends = np.append(first_days[1:], days[-1] + 1)

    folds, parts = [], []
    for first_day, next_day in zip(first_days.tolist(), ends.tolist(), strict=True):
        is_before = closed < first_day
        tested = np.flatnonzero((closed >= first_day) & (closed < next_day))
        wins = rows.won[is_before].sum()
        of_rarer = min(wins, is_before.sum() - wins)
        offset = past.offset_at(first_day - 1)
        if of_rarer < FEWEST_OF_A_KIND or not len(tested) or not np.isfinite(offset).all():
            continue
        then = replace(rows, offset=offset)
        before = replace(then.part(is_before), weight=past.weights(is_before))
        fold, said = _block(before, then.part(tested), first_day - 1)
        said["bayes"] = past.bayes_at(is_before, tested)
        share = float(np.average(before.won, weights=before.weight))
        folds.append(fold)
        parts.append((tested, np.full(len(tested), share), said))
    return _put_together(rows, closed, folds, parts) if folds else None


def _block(before: Rows, after: Rows, learned_until: float) -> tuple[Fold, dict[Name, Floats]]:
    additive = fit_additive(before)
    pairs = fit_pairs(before, additive)
    size = len(after)
    said: dict[Name, Floats] = {
        "rate": chance_of(after.offset),
        "additive": chance_of(after.offset + additive.shift(after.columns, size)),
        "pairs": chance_of(after.offset + pairs.shift(after.columns, size)),
    }
    return Fold(learned_until, additive, pairs), said


def _put_together(
    rows: Rows,
    closed: Floats,
    folds: list[Fold],
    parts: list[tuple[Ints, Floats, dict[Name, Floats]]],
) -> Trial:
    tested = np.concatenate([part[0] for part in parts])
    weight = rows.weight[tested]
    names = parts[0][2]
    return Trial(
        tested=tested,
        won=rows.won[tested],
        weight=weight / weight.sum(),
        base=np.concatenate([part[1] for part in parts]),
        said={name: np.concatenate([part[2][name] for part in parts]) for name in names},
        folds=folds,
        trained_to=folds[0].learned_until,
        tested_to=float(closed[tested].max()),
    )
