"""Does what is expected of customers come true? Tried on the last half year, which the model has not seen.

The models are fitted to the purchases up to a day that has gone, and asked for the time since. Only
where that came true are purchases expected of anybody in the time ahead.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.arithmetic.intervals import z_of
from salesbook.domain.customers.alive import Purchases, expected_purchases, fit_bg_nbd, fit_models
from salesbook.domain.customers.purchases import DAYS_A_WEEK, buying_histories, purchases_until
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.messages import Fact, Message

WEEKS_AHEAD: Final = 26
"""For so long purchases are expected, and the last so many weeks are held out."""
_LEAST_WEEKS: Final = 8
"""In a shorter time a rhythm of purchases does not show."""
_MOST_REPEATS: Final = 7
"""Customers who had bought again so often or oftener are one class."""
_ALLOWED: Final = 0.2
"""So far off the sum may be: nobody plans by purchases to the last one."""
_SURE: Final = 0.95
"""How sure it must be that the sum is farther off, before the model is not used."""
_WIDEST: Final = 0.5
"""Where luck alone moves the sum by more than this part, nothing can be tested."""


@dataclass(frozen=True)
class BuyingTest:
    """What came of the test."""

    table: pd.DataFrame
    """BuyingTest; without rows where nobody has bought."""
    holds: bool
    """Whether the models may be asked for the time ahead."""


def buying_test(lines: pd.DataFrame, as_of: dt.date, few: int, level: float) -> BuyingTest:
    """Hold the last weeks against what the purchases before them let expect.

    Held out are 26 weeks, or a third of the time since the first purchase where that is less.

    How far luck moves a sum is taken from the customers themselves: the root of the sum of their
    squared deviations, for they buy independently. The sum of all may be a fifth off; beyond that, for
    sure, the model is not used. Customers who bought once or twice and those who buy every week are
    told apart, so that errors which cancel show.

    Args:
        lines: as `purchase_lines` gives them.
        few: customers who have bought again, under which nothing is fitted.
        level: of the range in which a class of customers may lie by luck.

    Returns: BuyingTest: a row for all customers, and one for each number of repeat purchases before.
    """
    bought = lines[lines["bought"]]
    if bought.empty:
        return BuyingTest(empty_frame("BuyingTest"), holds=False)

    weeks = _weeks_held_out(bought, as_of)
    cut = as_of - dt.timedelta(weeks=weeks)
    before = lines[lines["on"] <= pd.Timestamp(cut)]
    if weeks < _LEAST_WEEKS or not before["bought"].any():
        return _untested(Message("buying.too-young", {"weeks": _LEAST_WEEKS}))

    histories = buying_histories(before)
    seen = purchases_until(histories, cut)
    models = fit_models(seen, few)
    if isinstance(models, str):
        return _untested(Message("buying.few-repeaters", {"few": few}))

    rate = np.divide(seen.repeats, seen.age, out=np.zeros_like(seen.age), where=seen.age > 0)
    trial = _Trial(
        repeats=np.minimum(seen.repeats, _MOST_REPEATS).astype(np.int64),
        bought=_bought_since(bought, cut, histories.index),
        expected=models.expected(seen, weeks),
        textbook=_by_the_textbook(seen, weeks),
        as_before=rate * weeks,
    )
    verdict = _verdict(trial, weeks)
    rows = [{"repeats": "all", **trial.sums(level), **verdict}, *_classes(trial, level)]
    return BuyingTest(frame_from_rows("BuyingTest", rows), verdict["verdict"] == "holds")


def _by_the_textbook(seen: Purchases, weeks: int) -> Floats:
    """What BG/NBD expects of each customer; nan where it cannot be fitted."""
    model = fit_bg_nbd(seen)
    if model is None:
        return np.full(seen.repeats.size, np.nan)
    return expected_purchases(seen, model, weeks)


def _weeks_held_out(bought: pd.DataFrame, as_of: dt.date) -> int:
    """Whole weeks: the usual, or a third of all that is known."""
    days_known = (pd.Timestamp(as_of) - bought["on"].min()).days
    third: int = days_known // (3 * DAYS_A_WEEK)
    return min(WEEKS_AHEAD, third)


def _untested(because: Message) -> BuyingTest:
    """The one row that says why there is no test."""
    row = {"repeats": "all", "verdict": "too-few", "because": because}
    return BuyingTest(frame_from_rows("BuyingTest", [row]), holds=False)


def _bought_since(bought: pd.DataFrame, cut: dt.date, customers: pd.Index[Any]) -> Floats:
    """Purchases of each of these customers after a day; those of one day are one."""
    since = bought[bought["on"] > pd.Timestamp(cut)]
    days = since.groupby("customer_id")["on"].nunique()
    return np.asarray(days.reindex(customers, fill_value=0), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What was expected of each customer in the time held out, and what he did; parallel arrays."""

    repeats: Ints
    """The class: repeat purchases before the time held out."""
    bought: Floats
    expected: Floats
    textbook: Floats
    """What BG/NBD expects."""
    as_before: Floats
    """What it would be if everybody went on as he did."""

    def of_class(self, repeats: int) -> _Trial:
        """Only the customers of a class."""
        chosen = self.repeats == repeats
        return _Trial(
            self.repeats[chosen],
            self.bought[chosen],
            self.expected[chosen],
            self.textbook[chosen],
            self.as_before[chosen],
        )

    def luck(self) -> float:
        """How far luck moves the sum of these customers: one standard error."""
        return math.sqrt(float(((self.bought - self.expected) ** 2).sum()))

    def sums(self, level: float) -> dict[str, Any]:
        """The fields of these customers' row."""
        expected = float(self.expected.sum())
        either_way = z_of(level) * self.luck()
        return {
            "customers": self.repeats.size,
            "bought": int(self.bought.sum()),
            "expected": expected,
            "low": max(0.0, expected - either_way),
            "high": expected + either_way,
            "textbook": float(self.textbook.sum()),
            "as_before": float(self.as_before.sum()),
        }


def _verdict(trial: _Trial, weeks: int) -> Mapping[str, Any]:
    """Whether the sum of all came true, in a word and in a sentence."""
    expected, bought = float(trial.expected.sum()), float(trial.bought.sum())
    facts: dict[str, Fact] = {"weeks": weeks, "bought": int(bought), "expected": round(expected)}
    if expected <= 0:
        return {"verdict": "too-few", "because": Message("buying.none-expected", facts)}

    off = bought / expected - 1
    either_way = z_of(_SURE) * trial.luck() / expected
    facts |= {"off": abs(off), "luck": either_way}
    if abs(off) - either_way > _ALLOWED:
        verdict = "too-low" if off > 0 else "too-high"
    elif either_way > _WIDEST:
        verdict = "too-few"
    else:
        verdict = "holds"
    return {"verdict": verdict, "because": Message(f"buying.{verdict}", facts)}


def _classes(trial: _Trial, level: float) -> Iterator[dict[str, Any]]:
    """A row for each number of repeat purchases that some customer had."""
    for repeats in np.unique(trial.repeats).tolist():
        name = f"{repeats}+" if repeats == _MOST_REPEATS else str(repeats)
        yield {"repeats": name, **trial.of_class(repeats).sums(level)}
