"""Closed deals with many columns of a company's own, of which the truth is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from honesty.pipelines import AS_OF, dates, deals_frame, one_stage
from salesbook.actions import ACTIONS
from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.additive import chance_of
from salesbook.frames import empty_frame, frame_of

_DAYS: Final = 900.0
"""Over which deals were created."""
_LIFE: Final = 60.0
"""Mean days from creation to closing, of won and of lost ones."""
_BASE: Final = -2.2
"""Log odds of a deal of which nothing speaks for or against."""
_STRENGTH: Final = 0.62
"""How much columns say, so that the true chances foretell as well as the best ever did on the real file."""
_LEVELS: Final = (3, 5, 12, 40, 300)
"""Different words of the columns of words."""
_LATE_NUMBERS: Final = (1.03, 0.69, 0.46)
"""How far apart the means of won and lost deals are in columns known at closing, in their spreads."""
_LATE_WORDS: Final = ((0.5, 0.2), (0.6, 0.45), (0.35, 0.2), (0.8, 0.7))
"""Share of won and of lost deals that have the first of two words, in columns known at closing."""


@dataclass(frozen=True)
class DealFile:
    """A book, and what is true of its deals in the order of their keys."""

    task: Task
    won: Flags
    chance: Floats
    """By all that is known while a deal is open."""
    chance_at_closing: Floats
    """By that and what is only known at closing."""
    late: tuple[str, ...]
    """Columns that are filled in at closing only."""


def draw_file(random: np.random.Generator, size: int, *, signal: float = 1.0) -> DealFile:
    """Draw deals with ten columns known while they are open and seven known at closing only.

    Numbers raise the odds in straight lines, in waves and in valleys; two columns say something only
    together; one of each kind says nothing. Those known at closing follow the outcome.

    Args: signal is how much all of it counts; 0 makes every column noise.
    """
    numbers = random.normal(size=(size, 5))
    words = [random.integers(0, levels, size) for levels in _LEVELS]
    log_odds = _BASE + signal * _STRENGTH * _spoken(random, numbers, words)
    if not signal:
        log_odds = np.full(size, -1.0)
    chance = chance_of(log_odds)
    won = random.random(size) < chance

    created = -random.uniform(0, _DAYS, size)
    closed = created + random.exponential(_LIFE, size)
    is_open = closed > 0
    late, beyond = _late(random, won, is_open, signal)
    own: dict[str, pd.Series[Any]] = {
        f"number {place}": pd.Series(np.round(numbers[:, place], 2)) for place in range(5)
    }
    for place, word in enumerate(words):
        names = np.array([f"{level:03}" for level in range(_LEVELS[place])])
        own[f"word {place}"] = pd.Series(names[word], dtype="str")
    task = _task(created, closed, won, pd.DataFrame({**own, **late}))
    return DealFile(task, won, chance, chance_of(log_odds + beyond), tuple(late))


def _spoken(random: np.random.Generator, numbers: Floats, words: list[Ints]) -> Floats:
    """What columns say of each deal, the last one of each kind nothing."""
    said = np.sin(2 * numbers[:, 0]) * 1.3 + 1.1 * numbers[:, 1] + 0.9 * np.abs(numbers[:, 2])
    said = said + 1.2 * numbers[:, 3] * (words[0] == 0)
    for word, levels in list(zip(words, _LEVELS, strict=True))[:4]:
        said = said + random.normal(0, 0.9, levels)[word]
    return np.asarray(said, dtype=np.float64)


def _late(
    random: np.random.Generator, won: Flags, is_open: Flags, signal: float
) -> tuple[Mapping[str, pd.Series[Any]], Floats]:
    """Columns that are typed at closing, and by how much they move the log odds of one who sees them."""
    beyond = np.zeros(len(won))
    columns: dict[str, pd.Series[Any]] = {}
    for place, apart in enumerate(_LATE_NUMBERS):
        number = random.normal(signal * apart * (won - 0.5), 1.0)
        beyond += signal * apart * number
        columns[f"late number {place}"] = pd.Series(np.where(is_open, np.nan, number))
    for place, (of_won, of_lost) in enumerate(_LATE_WORDS):
        of_won = of_won if signal else of_lost
        has_first = random.random(len(won)) < np.where(won, of_won, of_lost)
        first, second = np.log(of_won / of_lost), np.log((1 - of_won) / (1 - of_lost))
        beyond += np.where(has_first, first, second)
        named = pd.Series(np.where(has_first, "yes", "no"), dtype="str")
        columns[f"late word {place}"] = named.mask(is_open)
    return columns, beyond


def _task(created: Floats, closed: Floats, won: Flags, own: pd.DataFrame) -> Task:
    is_open = closed > 0
    frame = deals_frame(
        stage=np.where(is_open, "Lead", np.where(won, "Won", "Lost")),
        created_on=dates(np.floor(created), day_zero=AS_OF),
        closed_on=dates(np.where(is_open, np.nan, np.floor(closed)), day_zero=AS_OF),
    )
    return task_of({"Deals": frame}, own, as_of=AS_OF)


def task_of(
    tables: Mapping[str, pd.DataFrame], own: pd.DataFrame, *, as_of: dt.date, policy: Any = None
) -> Task:
    """Make the task of the verb `funnel` on a book with these tables, and columns of its own."""
    reps = frame_of("Reps", {"rep_id": ["r00"], "name": ["Ann"], "team": ["North"]})
    all_tables = {name: empty_frame(name) for name in ACTIONS["funnel"].reads}
    all_tables |= {"Reps": reps, **tables}
    return Task(all_tables, policy or one_stage(), as_of, own={"Deals": own})
