"""What was agreed with a rep, and what has he earned? Talks, goals, awards, the next level.

Lines of the list `talk`, see there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day
from salesbook.domain.team.goals import GOALS
from salesbook.messages import Fact, Message
from salesbook.money import whole_percent
from salesbook.pages.lines.context import PageContext
from salesbook.pages.lines.line import ATTENTION, BEHIND, GOOD, LATE, Line, present
from salesbook.pages.lines.scoped import Record, by_rep, records_of

_LATEST_AWARDS: Final = 1


@dataclass(frozen=True)
class Agreed:
    """What Goals, OneToOnes, Awards and Readiness say of every rep."""

    context: PageContext

    def last_talk(self, rep: str) -> Iterator[Line]:
        """What was agreed in the last talk, what became of it, and when the next one is due."""

        def gather() -> dict[Any, list[Record]]:
            talks = self.context.tables["OneToOnes"]
            held = talks[talks["held_on"] <= self.context.today]
            newest = held.sort_values(["rep_id", "held_on"]).drop_duplicates("rep_id", keep="last")
            return by_rep(records_of(newest))

        for talk in self.context.once("last talks", gather).get(rep, ()):
            held, next_on = talk["held_on"].date(), present(talk["next_on"])
            agreed, became = present(talk["agreed"]), present(talk["done"])
            kind = "last" if agreed is None else "last-agreed"
            is_overdue = next_on is not None and next_on < self.context.today
            yield {
                "sign": LATE if is_overdue else None,
                "says": Message(f"page.talk.{kind}", {"day": held, "agreed": agreed}),
                "because": _became_and_next(
                    became, None if next_on is None else next_on.date(), is_overdue=is_overdue
                ),
                "on": talk["held_on"],
                "next_on": next_on,
                "table": "OneToOnes",
                "row_key": f"{rep}|{held.isoformat()}",
            }

    def goals(self, rep: str) -> Iterator[Line]:
        """How far he is with the goals of the running periods, and which of them is due first."""
        running = self._goals.get(rep, ())
        if not running:
            return
        reached = self._reached.get(rep)
        first = running[0]
        due_on = present(first["due_on"])
        is_overdue = due_on is not None and due_on < self.context.today
        says = self._how_many(running)
        if reached is not None:
            says = Message("page.talk.goals", {"share": whole_percent(reached)})
        next_goal: dict[str, Fact] = {"goal": first["goal"]}
        kind = "goals-next"
        if due_on is not None:
            kind = "goals-overdue" if is_overdue else "goals-due"
            next_goal["day"] = due_on.date()
        yield {
            "sign": BEHIND if is_overdue else ATTENTION,
            "says": says,
            "because": Message(f"page.talk.{kind}", next_goal),
            "number": reached,
            "count": len(running),
            "table": "Goals",
            "row_key": str(first["goal_id"]),
        }

    def _how_many(self, running: Sequence[Record]) -> Message:
        """How many goals run; where some are due and nobody has typed what came of them, these."""
        today = self.context.today
        typed = [goal for goal in running if pd.isna(goal["metric"]) or pd.isna(goal["target"])]
        late = [goal for goal in typed if pd.isna(goal["result"]) and goal["due_on"] < today]
        if late:
            return Message("page.talk.goals-late", {"count": len(late)})
        return Message("page.talk.goals-open", {"count": len(running)})

    @property
    def _goals(self) -> dict[Any, list[Record]]:
        """By rep the goals without parts whose period runs and which are not reached, first due first.

        Of those that are measured only their period tells whether they are over.
        """

        def gather() -> dict[Any, list[Record]]:
            goals, start = self.context.tables["Goals"], self.context.first_month
            has_parts = goals["goal_id"].isin(goals["parent_id"].dropna())
            day = self.context.as_of
            runs = goals["period"].map(
                lambda period: first_day(period, start) <= day <= last_day(period, start)
            )
            is_typed = goals["metric"].isna() | goals["target"].isna()
            is_reached = is_typed & (goals["result"] >= goals["target"].fillna(1.0)).fillna(False)
            is_open = ~has_parts & runs.astype(bool) & ~is_reached
            in_order = goals[is_open].sort_values(["due_on", "goal_id"], na_position="last")
            return by_rep(records_of(in_order))

        return self.context.once("goals of running periods", gather)

    @property
    def _reached(self) -> dict[Any, float]:
        """By rep what the score card says of his goals: of the month, else quarter, else year."""

        def gather() -> dict[Any, float]:
            lines = self.context.tables["ScorecardLines"]
            of_goals = lines[(lines["metric"] == GOALS) & lines["value"].notna()]
            reached: dict[Any, float] = {}
            for period in (self.context.year, self.context.quarter, self.context.month):
                of_period = of_goals[of_goals["period"] == period]
                reached |= dict(zip(of_period["rep_id"], of_period["value"], strict=True))
            return reached

        return self.context.once("what of the goals is reached", gather)

    def ready(self, rep: str) -> Iterator[Line]:
        """The next level, where he is ready for it, or may be."""

        def gather() -> dict[Any, list[Record]]:
            readiness = self.context.tables["Readiness"]
            return by_rep(records_of(readiness[readiness["ready"].isin(["yes", "not-sure"])]))

        for row in self.context.once("ready for the next level", gather).get(rep, ()):
            kind = "ready" if row["ready"] == "yes" else "ready-not-sure"
            yield {
                "sign": GOOD,
                "says": Message(f"page.talk.{kind}", {"level": row["next_level"]}),
                "because": Message(f"page.talk.{kind}-ask"),
                "table": "Readiness",
                "row_key": rep,
            }

    def awards(self, rep: str) -> Iterator[Line]:
        """The award that he won last in the running fiscal year."""

        def gather() -> dict[Any, list[Record]]:
            awards, start = self.context.tables["Awards"], self.context.first_month
            ends = awards["period"].map(lambda period: last_day(period, start))
            since = first_day(self.context.year, start)
            is_recent = (ends >= since) & (ends <= self.context.as_of)
            recent = awards.assign(ends=ends)[is_recent.to_numpy(dtype=bool)]
            in_order = recent.sort_values(
                ["ends", "period", "award"], ascending=[False, True, True]
            )
            return by_rep(records_of(in_order))

        for row in self.context.once("awards of the year", gather).get(rep, ())[:_LATEST_AWARDS]:
            facts: dict[str, Fact] = {
                "award": f"Awards.award={row['award']}",
                "period": row["period"],
            }
            yield {
                "sign": GOOD,
                "says": Message("page.talk.award", facts),
                "because": Message("page.talk.award-ask"),
                "table": "Awards",
                "row_key": f"{row['period']}|{row['award']}|{rep}",
            }


def _became_and_next(became: str | None, next_on: Any, *, is_overdue: bool) -> Message:
    """What became of it, and when the next talk is due, as far as either is known."""
    known = "unknown" if became is None else "became"
    when = "" if next_on is None else "-overdue" if is_overdue else "-next"
    return Message(f"page.talk.{known}{when}", {"became": became, "day": next_on})
