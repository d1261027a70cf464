"""How do deals pass each stage, and which one loses most? From Funnel, StageTimes and Leaks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.pipeline.funnel.stages import ALL_TIME
from salesbook.domain.pipeline.stages.codes import StageCodes
from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import COMPANY, PageContext, Scope, slice_of
from salesbook.pages.lines.line import BEHIND, Line, as_said, present
from salesbook.pages.lines.open_pipeline import OpenPipeline

MOST_STAGES: Final = 7
"""Lines that the page has room for."""


@dataclass(frozen=True)
class StageLines:
    """The lines of every scope."""

    context: PageContext
    pipeline: OpenPipeline

    @cached_property
    def _funnel(self) -> dict[tuple[str, str], dict[tuple[str, str], Any]]:
        """Rows of Funnel of all time by slice, then by pipeline and stage."""
        table = self.context.tables["Funnel"]
        # In a workbook of before there were periods the column is missing.
        return self._by_slice(table[table["period"].fillna(ALL_TIME) == ALL_TIME])

    @cached_property
    def _times(self) -> dict[tuple[str, str], dict[tuple[str, str], Any]]:
        return self._by_slice(self.context.tables["StageTimes"])

    @cached_property
    def _leaks(self) -> dict[tuple[str, str], dict[tuple[str, str], Any]]:
        return self._by_slice(self.context.tables["Leaks"])

    def _by_slice(self, table: pd.DataFrame) -> dict[tuple[str, str], dict[tuple[str, str], Any]]:
        table = table[table["slice_kind"].isin(["all", "team", "rep"])]
        by_slice: dict[tuple[str, str], dict[tuple[str, str], Any]] = {}
        for row in table.to_dict("records"):
            stages = by_slice.setdefault((row["slice_kind"], row["slice"]), {})
            stages[row["pipeline"], row["stage"]] = row
        return by_slice

    def lines(self, scope: Scope) -> list[Line]:
        """The open stages of the pipelines in which the scope has deals, in order; then all of them.

        What has no room on the page is one line before that.
        """
        funnel = self._funnel.get(slice_of(scope), {})
        codes = self.context.stages
        shown = [
            code
            for code in codes.open_codes().tolist()
            if (codes.pipelines[codes.pipe[code]], codes.stages[code].stage) in funnel
        ]
        several = len({int(codes.pipe[code]) for code in shown}) > 1
        rest: list[int] = []
        if len(shown) > MOST_STAGES:
            shown, rest = shown[: MOST_STAGES - 1], shown[MOST_STAGES - 1 :]
        lines = [self._line(scope, code, several=several) for code in shown]
        if rest:
            facts: dict[str, Fact] = {"count": len(rest)}
            others = {"says": Message("page.pipeline.other-stages", facts)}
            lines.append({**others, **self._open(scope, rest)})
        return [*lines, *self._all(scope)]

    def _line(self, scope: Scope, code: int, *, several: bool) -> Line:
        codes = self.context.stages
        key = (codes.pipelines[codes.pipe[code]], codes.stages[code].stage)
        passed = self._funnel[slice_of(scope)][key]
        times = self._times.get(slice_of(scope), {}).get(key, {})
        return {
            "sign": BEHIND if passed["worst"] is True else None,
            "stage": " · ".join(key) if several else key[1],
            **self._open(scope, [code]),
            "count_up": int(passed["entered"]),
            "rate": present(passed["resolved_rate"]),
            "rate_low": present(passed["wilson_low"]),
            "rate_high": present(passed["wilson_high"]),
            "number": present(times.get("median_days")),
            "limit_days": present(times.get("limit_days")),
            "table": "Funnel",
        }

    def _open(self, scope: Scope, stage_codes: list[int]) -> dict[str, int]:
        """Deals that are open in some stages today."""
        places = self.pipeline.of(scope)
        code = self.pipeline.deals["code"].to_numpy()[places]
        places = places[np.isin(code, stage_codes)]
        sums = self.pipeline.sums(places)
        stuck = int(self.pipeline.stuck[places].sum())
        return {"count": sums.count, "amount": sums.amount, "count_down": stuck}

    def leak(self, scope: Scope) -> list[Line]:
        """The stage that costs a scope most, with what and why; then one thing to do."""
        for row in self._leaks.get(slice_of(scope), {}).values():
            if row["worst"] is True:
                says = Message("page.pipeline.leak", {"stage": row["stage"]})
                return [
                    {"sign": BEHIND, "says": says, "because": as_said(row["because"])},
                    {"says": as_said(row["do"]), "table": "Leaks"},
                ]
        return []

    def _all(self, scope: Scope) -> list[Line]:
        """All open deals, and how many were won of those that reached the first stage."""
        funnel = self._funnel.get(slice_of(scope), {})
        if not funnel:
            return []
        places = self.pipeline.of(scope)
        sums = self.pipeline.sums(places)
        won = self._won(scope)
        first_stages = _first_stages(self.context.stages)
        entered = sum(int(funnel[key]["entered"]) for key in first_stages if key in funnel)
        return [
            {
                "says": Message("page.pipeline.all-stages"),
                "count": sums.count,
                "amount": sums.amount,
                "count_down": int(self.pipeline.stuck[places].sum()),
                "count_up": won,
                "share": won / entered if entered else None,
            }
        ]

    @cached_property
    def _won_by_rep(self) -> dict[str, int]:
        deals = self.context.deals
        counts: dict[str, int] = deals.frame["rep_id"][deals.is_won].value_counts().to_dict()
        return counts

    def _won(self, scope: Scope) -> int:
        """Deals that were won."""
        if scope.kind == COMPANY:
            return int(self.context.deals.is_won.sum())
        if scope.kind == "rep":
            return self._won_by_rep.get(scope.key, 0)
        in_team = [
            count
            for rep, count in self._won_by_rep.items()
            if self.context.team_of(rep) == scope.key
        ]
        return sum(in_team)


def _first_stages(codes: StageCodes) -> list[tuple[str, str]]:
    """The first open stage of each pipeline, as Funnel names it."""
    return [
        (pipeline, codes.stages[codes.first[pipe]].stage)
        for pipe, pipeline in enumerate(codes.pipelines)
    ]
