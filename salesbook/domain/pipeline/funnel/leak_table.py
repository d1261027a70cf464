"""Which leaks are told, in words: what each costs a quarter, who stands behind it, what to do?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.pipeline.funnel.behind import Behind
from salesbook.domain.pipeline.funnel.stages import Counts
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message, joined, some_of
from salesbook.money import round_half_away, three_digits
from salesbook.names.loss_reasons import kind_of_loss
from salesbook.policy import Policy

_MOST_NAMES: Final = 5
_MANY_DEALS: Final = 10_000
"""From so many deals on a tenth of a percent says something."""
ALERT: Final = "alert.worst-leak"
"""Whose sentences these are: what an alert says of a leak is what the table says."""


@dataclass(frozen=True)
class LeakTable:
    """What the rows are made with: the stages, the people, the settings."""

    codes: StageCodes
    staff: Staff
    policy: Policy

    def frame(
        self,
        counts: Sequence[Counts],
        leaks: Mapping[str, Mapping[str, Floats]],
        behind: Mapping[tuple[str, int, int], Behind],
    ) -> pd.DataFrame:
        """Make the table Leaks: one row per slice and stage where a leak is named, by key."""
        part_of = {part.cut.kind: part for part in counts}
        rows = [
            self._row(part_of[kind], (number, code), leaks[kind], who)
            for (kind, number, code), who in behind.items()
            if not self._says_all_again(kind)
        ]
        return sorted_by_key("Leaks", frame_from_rows("Leaks", rows))

    def _says_all_again(self, kind: str) -> bool:
        """A single pipeline holds all deals, and its leak is theirs."""
        return kind == "pipeline" and len(self.codes.pipelines) == 1

    def _row(
        self, part: Counts, cell: tuple[int, int], leak: Mapping[str, Floats], behind: Behind
    ) -> dict[str, Any]:
        number, code = cell
        stage = self.codes.stages[code].stage
        advanced, lost, _ = (int(state[cell]) for state in part.states)
        value, low, high = (
            round_half_away(float(leak[name][cell]))
            for name in ("leak_value", "leak_low", "leak_high")
        )
        facts = {
            "stage": stage,
            **self._rates(part, cell),
            "amount": self._about(value),
            "least": self._about(low),
            "most": self._about(high),
        }
        why = [*self._who(part, behind, value), self._why(part, behind)]
        reason = behind.reason
        return {
            "slice_kind": part.cut.kind,
            "slice": part.cut.names[number],
            "pipeline": self.codes.pipelines[self.codes.pipe[code]],
            "stage": stage,
            "leak_value": value,
            "leak_low": low,
            "leak_high": high,
            "decided": float(leak["decided"][cell]),
            "rate": advanced / (advanced + lost),
            "benchmark_rate": float(np.clip(leak["benchmark"][cell], 0, 1)),
            "worst": bool(leak["worst"][cell]),
            "reason": reason.reason if reason else None,
            "reason_share": reason.share if reason else None,
            "others_share": reason.share_of_others if reason else None,
            "because": joined([Message("leak.because", facts), *why]),
            "do": advice(stage, behind),
        }

    def _rates(self, part: Counts, cell: tuple[int, int]) -> dict[str, Fact]:
        """The share that advances of those decided, with its range."""
        advanced, lost, still_open = (int(state[cell]) for state in part.states)
        resolved = advanced + lost
        low, high = wilson(advanced, resolved, self.policy.rules.interval_level)
        return {
            name: whole_percent(rate, resolved + still_open)
            for name, rate in (("rate", advanced / resolved), ("low", low), ("high", high))
        }

    def _about(self, minor: int) -> Decimal:
        return three_digits(minor, self.policy.decimals)

    def _who(self, part: Counts, behind: Behind, value: int) -> list[Message]:
        """Who stands behind a leak of many; of one's own nobody has to be told whose it is.

        Where others do better than the yardstick, they miss more than all do together.
        """
        if behind.kind == part.cut.kind:
            return []
        is_of_reps = behind.kind == "rep"
        names = [self.staff.name_of(name) if is_of_reps else name for name in behind.names]
        facts: dict[str, Fact] = {"names": some_of(names, _MOST_NAMES)}
        theirs = round_half_away(behind.value)
        if theirs > value:
            return [Message("leak.behind-more", {**facts, "amount": self._about(theirs)})]
        return [Message("leak.behind", facts)]

    def _why(self, part: Counts, behind: Behind) -> Message:
        """What they lose to, or why that cannot be told."""
        if behind.reason is not None:
            facts: dict[str, Fact] = {
                "reason": behind.reason.reason,
                "share": behind.reason.share,
                "others": behind.reason.share_of_others,
            }
            return Message("leak.reason", facts)
        if not behind.names:
            return Message("leak.nobody-alone")
        few = self.policy.rules.few
        counts: dict[str, Fact] = {"count": behind.reasons, "others": behind.reasons_of_others}
        if min(behind.reasons, behind.reasons_of_others) < few:
            return Message("leak.few-reasons", {**counts, "few": few})
        whose = "own" if behind.kind == part.cut.kind else "theirs"
        return Message(f"leak.same-reasons-{whose}", {"count": behind.reasons})


def whole_percent(share: float, deals: int) -> float:
    """A share in whole percent, as the Dashboard shows it; of fewer deals more would be noise."""
    return float(share) if deals >= _MANY_DEALS else round_half_away(float(share) * 100) / 100


def advice(stage: str, behind: Behind) -> Message:
    """One thing to do: what fits the reason, where one is told apart; else to learn from the best."""
    if behind.reason is None:
        return Message(f"{ALERT}.do", {"stage": stage})
    kind = kind_of_loss(behind.reason.reason)
    if not kind:
        return Message(f"{ALERT}.do-reason", {"stage": stage, "reason": behind.reason.reason})
    return Message(f"{ALERT}.do-{kind}", {"stage": stage})
