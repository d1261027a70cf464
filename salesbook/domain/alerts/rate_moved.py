"""Did a stage's rate move after something was done about it?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags
from salesbook.domain.arithmetic.intervals import shrink_rates, wilson
from salesbook.domain.pipeline.funnel.pace import Pace
from salesbook.domain.pipeline.funnel.slices import Cut
from salesbook.domain.pipeline.funnel.stages import ADVANCED
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.messages import Fact, Message

_FALSE_ALARMS: Final = 0.05
"""Chance that any of the actions that are looked at together is said to have moved a rate."""
_DAYS: Final = 365
"""Days before and after it that are compared."""
_PICKED: Final = ("rep", "team", "source", "product")
"""Kinds of which a slice was picked because it was low: a part of that was bad luck."""


@dataclass(frozen=True)
class RateMoves:
    """Which deals were decided where and when."""

    pace: Pace
    cuts: Sequence[Cut]
    codes: StageCodes
    as_of: dt.date
    few: int

    def since(self, leak_key: str, done_on: dt.date, tests: int) -> Message:
        """Compare the rate of a leak's stage in the year before a day with that since then.

        A slice that was picked because it was low comes up by itself: a part of what made it low was
        bad luck. So its rate of before is drawn towards that of its kind, as far as these differ by
        no more than chance. The range of the difference is Newcombe's, with allowance for all actions
        that are looked at together (Bonferroni).

        Args:
            leak_key: of a row of Leaks.
            tests: how many actions are looked at.

        Source: R. G. Newcombe, Interval estimation for the difference between independent
            proportions, Statistics in Medicine 1998 (method 10); simulation, tests/honesty.
        """
        found = self._cell(leak_key)
        if found is None:
            return Message("action.rate-unknown")
        cut, number, code = found
        day = float(np.datetime64(done_on, "D").astype(np.int64))
        at_stage = self.pace.passages.code == code
        days = self.pace.days
        with np.errstate(invalid="ignore"):
            is_before = at_stage & (days > day - _DAYS) & (days <= day)
            is_after = at_stage & (days > day) & (days <= day + _DAYS)
        advanced_before, decided_before = self._counts(cut, number, is_before)
        advanced, decided = self._counts(cut, number, is_after)
        counts: dict[str, Fact] = {"count": int(decided), "few": self.few}
        if decided < self.few or decided_before < self.few:
            return Message("action.rate-few", counts)

        level = 1 - _FALSE_ALARMS / max(tests, 1)
        a, b = self._drawn(cut, is_before) if cut.kind in _PICKED else (0.0, 0.0)
        before = (advanced_before + a) / (decided_before + a + b)
        low_before, high_before = wilson(advanced_before + a, decided_before + a + b, level)
        rate = advanced / decided
        low_after, high_after = wilson(advanced, decided, level)
        difference = rate - before
        low = difference - math.hypot(rate - low_after, high_before - before)
        high = difference + math.hypot(high_after - rate, before - low_before)

        facts: dict[str, Fact] = {
            "before": advanced_before / decided_before,
            "after": rate,
            "count": int(decided),
            "low": 100 * low,
            "high": 100 * high,
        }
        if low > 0:
            return Message("action.rate-up", facts)
        return Message("action.rate-down" if high < 0 else "action.rate-unclear", facts)

    def _cell(self, leak_key: str) -> tuple[Cut, int, int] | None:
        """The slice and the stage that a key of Leaks names; None where it names none any more."""
        kind, _, rest = leak_key.partition("|")
        cut = next((cut for cut in self.cuts if cut.kind == kind), None)
        if cut is None:
            return None
        for code in self.codes.open_codes().tolist():
            end = f"|{self.codes.pipelines[self.codes.pipe[code]]}|{self.codes.stages[code].stage}"
            name = rest.removesuffix(end)
            if rest.endswith(end) and name in cut.names:
                return cut, cut.names.index(name), code
        return None

    def _counts(self, cut: Cut, number: int, rows: Flags) -> tuple[float, float]:
        """Advanced and decided deals of a slice among some passages."""
        passages = self.pace.passages
        rows = rows & (cut.slice_of[passages.deal] == number)
        return float((passages.state[rows] == ADVANCED).sum()), float(rows.sum())

    def _drawn(self, cut: Cut, rows: Flags) -> tuple[float, float]:
        """The deals that advanced and were lost for which the rate of all slices of a kind counts."""
        passages = self.pace.passages
        slice_of = cut.slice_of[passages.deal]
        rows = rows & (slice_of >= 0)
        decided = np.bincount(slice_of[rows], minlength=len(cut.names))
        is_advanced = rows & (passages.state == ADVANCED)
        advanced = np.bincount(slice_of[is_advanced], minlength=len(cut.names))
        has_any = decided > 0
        _, a, b = shrink_rates(advanced[has_any], decided[has_any])
        return a, b
