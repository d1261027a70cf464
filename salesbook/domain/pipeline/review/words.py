"""How is a comparison said, in cells and in a sentence?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from salesbook.domain.pipeline.review.added_up import NO_STAGE
from salesbook.domain.pipeline.review.happened import Happened
from salesbook.domain.pipeline.review.rule import FEWEST, MONTHS_BEFORE, Comparison
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away, three_digits_alike, to_float

_PERCENT: Final = 100.0
_TENTHS: Final = 10


@dataclass(frozen=True)
class Words:
    """What turns numbers of a review into cells."""

    decimals: int
    """Of the book's currency."""
    codes: StageCodes

    def number(self, value: float, unit: str) -> float | None:
        """A value as its cell shows it: money in the currency's units, a rate in points of a hundred."""
        if not np.isfinite(value):
            return None
        if unit == "money":
            return to_float(round_half_away(value), self.decimals)
        return float(value) * _PERCENT if unit == "percent" else float(value)

    def stage(self, code: int) -> Mapping[str, str]:
        """Pipeline and stage of a row; none for a measure of no single stage."""
        if code == NO_STAGE:
            return {"pipeline": "", "stage": ""}
        stage = self.codes.stages[code]
        return {"pipeline": self.codes.pipelines[self.codes.pipe[code]], "stage": stage.stage}


class Case(NamedTuple):
    """One measure of one slice, and what there is to say of it."""

    events: Happened
    stage: int
    """Number of its stage; NO_STAGE for a measure of no single one."""
    comparison: Comparison | None
    """None where there is too little to compare."""
    place: int
    """Of the case in the comparison."""
    months_before: int | None
    """Whole months known before, where those are too few."""
    cases: tuple[float, float, float]
    """In a month of the period, in one of those before, and in the one of these with the fewest."""


def row_of(case: Case, words: Words) -> dict[str, Any]:
    """The cells of one case but for its period and slice."""
    events, comparison, place = case.events, case.comparison, case.place
    row: dict[str, Any] = {
        "measure": events.measure,
        **words.stage(case.stage),
        "unit": events.unit,
        "verdict": "too-few",
    }
    if case.months_before is not None:
        facts: dict[str, Fact] = {"months": case.months_before, "needed": MONTHS_BEFORE}
        return {**row, "because": Message("review-months", facts)}
    if comparison is None:
        now, before, fewest = (_tenths(cases) for cases in case.cases)
        facts = {"cases": now, "before": before, "fewest": fewest, "needed": FEWEST}
        return {**row, "because": Message("review-few-cases", facts)}

    numbers = {
        "value": comparison.value[place],
        "before": comparison.before[place],
        "change": comparison.value[place] - comparison.before[place],
        "low": comparison.change_low[place],
        "high": comparison.change_high[place],
    }
    cells = {name: words.number(number, events.unit) for name, number in numbers.items()}
    cells["moved_rate"] = float(comparison.moved_rate[place])
    verdict, way = _verdict(events, comparison, place)
    facts = _facts(comparison, place, events.unit, words.decimals, is_down=way == "down")
    because = Message(f"review-{way}-{_form(events)}", facts)
    return {**row, **cells, "verdict": verdict, "because": because}


def _verdict(events: Happened, comparison: Comparison, place: int) -> tuple[str, str]:
    """The verdict, and which way the value went: up, down, same, or few where nobody can tell."""
    if comparison.is_up[place]:
        return ("better" if events.higher_is_better else "worse"), "up"
    if comparison.is_down[place]:
        return ("worse" if events.higher_is_better else "better"), "down"
    if comparison.would_show[place]:
        return "no-difference", "same"
    return "too-few", "few"


def _form(events: Happened) -> str:
    """Which words a value is said in: a sum is one of a month, the mean of a deal is not."""
    is_mean_of_money = events.unit == "money" and events.quantity == "mean"
    return "size" if is_mean_of_money else events.unit


def _facts(
    comparison: Comparison, place: int, unit: str, decimals: int, *, is_down: bool
) -> dict[str, Fact]:
    """What the sentence names: value, before, the range of the change, and the normal swing."""
    low, high = comparison.change_low[place], comparison.change_high[place]
    if is_down:
        low, high = -high, -low
    numbers = {
        "value": comparison.value[place],
        "before": comparison.before[place],
        "low": low,
        "high": high,
        "least": comparison.usual_low[place],
        "most": comparison.usual_high[place],
    }
    if unit == "money":
        minor = [round_half_away(float(number)) for number in numbers.values()]
        # Alike, for they are differences of each other, and by the larger of the two compared.
        larger = max(minor[:2], key=abs)
        _, *said = three_digits_alike(decimals, larger, *minor)
        return dict(zip(numbers, said, strict=True))
    if unit == "percent":
        # Points of the change, whole; the rates themselves are shown as shares.
        points = {name: round_half_away(numbers[name] * _PERCENT) for name in ("low", "high")}
        return {**{name: float(number) for name, number in numbers.items()}, **points}
    return {name: _tenths(number) for name, number in numbers.items()}


def _tenths(number: float) -> float:
    return round_half_away(float(number) * _TENTHS) / _TENTHS
