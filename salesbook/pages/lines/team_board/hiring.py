"""Which seats are open, how far are their applicants, and are there enough people for the plan?"""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, Line, present, whole

MOST_SEATS: Final = 3
_STAGES: Final = ("applied", "screened", "interviewed", "offered")


def seat_lines(context: PageContext, scope: Scope) -> list[Line]:
    """All open seats of a scope, that which is needed first on top."""
    openings = context.tables["Openings"]
    has_begun = openings["opened_on"] <= context.today
    is_open = openings["filled_on"].isna() | (openings["filled_on"] > context.today)
    seats = openings[has_begun & is_open]
    if scope.kind != COMPANY:
        seats = seats[seats["team"] == scope.key]
    in_order = seats.sort_values(["needed_by", "opened_on", "opening_id"], na_position="last")
    return [_line(context, seat) for seat in in_order.itertuples()]


def _line(context: PageContext, seat: Any) -> Line:
    """One seat: `number` applied, `count_up` were screened, `count_down` met, `count` have an offer."""
    funnel = _funnel(context, "opening", str(seat.opening_id))
    applied, screened, met, offered = (funnel.get(stage, 0) for stage in _STAGES)
    needed_by = present(seat.needed_by)
    days_gone = (context.today - seat.opened_on).days
    usual_days = _usual_days(context, str(seat.role))
    is_late = False
    if needed_by is not None:
        days_left = (needed_by - context.today).days
        still_takes = max((usual_days or 0) - days_gone, 0)
        is_late = days_left < still_takes or days_left < 0
    return {
        "sign": ATTENTION if is_late else None,
        "subject": seat.role,
        "team": seat.team,
        "number": applied,
        "count_up": screened,
        "count_down": met,
        "count": offered,
        "on": needed_by,
        "since_on": seat.opened_on,
        "days": days_gone,
        "limit_days": usual_days,
        "because": _timing(needed_by, days_gone, usual_days),
        "says": _next_step(applied, screened, met, offered),
        "table": "Openings",
        "row_key": str(seat.opening_id),
    }


def _funnel(context: PageContext, kind: str, scope: str) -> dict[str, int]:
    """How many applicants reached each stage; empty where nobody has applied."""
    funnel = context.tables["HiringFunnel"]
    rows = funnel[(funnel["scope_kind"] == kind) & (funnel["scope"] == scope)]
    if rows.empty:
        return {}
    return {stage: int(rows[stage].iloc[0]) for stage in _STAGES}


def _usual_days(context: PageContext, role: str) -> int | None:
    """Days from application to hire for such a role, else for all; None before the first hire."""
    funnel = context.tables["HiringFunnel"]
    for kind, scope in (("role", role), ("all", "all")):
        rows = funnel[(funnel["scope_kind"] == kind) & (funnel["scope"] == scope)]
        if not rows.empty and present(rows["days_to_hire"].iloc[0]) is not None:
            return whole(rows["days_to_hire"].iloc[0])
    return None


def _timing(needed_by: pd.Timestamp | None, days_gone: int, usual_days: int | None) -> Message:
    facts: dict[str, Fact] = {"gone": days_gone, "usual": usual_days}
    if needed_by is None:
        kind = "open-since" if usual_days is None else "open-since-usual"
        return Message(f"page.team.{kind}", facts)
    facts["day"] = needed_by.date()
    kind = "needed-by" if usual_days is None else "needed-by-usual"
    return Message(f"page.team.{kind}", facts)


def _next_step(applied: int, screened: int, met: int, offered: int) -> Message:
    """What brings the seat nearest to being filled."""
    if offered:
        return Message("page.team.seat.offered", {"count": offered})
    if met:
        return Message("page.team.seat.met", {"count": met})
    if screened:
        return Message("page.team.seat.screened", {"count": screened})
    if applied:
        return Message("page.team.seat.applied", {"count": applied})
    return Message("page.team.seat.nobody")


def seats_count(context: PageContext, scope: Scope, seats: list[Line]) -> Line:
    """How many seats are open; in `says` whether there are enough people for the plan."""
    said = _capacity(context, scope)
    count: Line = {"count": len(seats)}
    return {**count, "says": said} if said else count


def _capacity(context: PageContext, scope: Scope) -> Message | None:
    """From when on which team is short of people, and what closes that; None where nobody knows.

    Of several teams that which is short first, by most; a gap that chance explains is none.
    """
    plan = context.tables["CapacityPlan"]
    if scope.kind != COMPANY:
        plan = plan[plan["team"] == scope.key]
    known = plan[plan["needed"].notna()]
    if known.empty:
        return None
    short = known[known["have"] < known["low"]]
    if short.empty:
        return Message("page.team.capacity-enough", {"period": str(known["period"].max())})

    in_order = short.sort_values(["period", "gap", "team"])
    first = in_order.iloc[0]
    teams = short["team"].nunique()
    facts: dict[str, Fact] = {
        "period": str(first["period"]),
        "team": f"CapacityPlan.team={first['team']}",
        "short": round(-float(first["gap"]), 1),
    }
    of_team = in_order[in_order["team"] == first["team"]]
    more = (Message("page.team.capacity-others", {"count": teams - 1}),) if teams > 1 else ()
    closing = _closing(of_team)
    return Message(f"page.team.capacity-{closing.code}", {**facts, **closing.params}, more)


def _closing(short: pd.DataFrame) -> Message:
    """What closes the gap of a team, by its short months: the fewest hires, and from when on."""
    still_short = short[short["gap"] + short["coming"] < 0]
    if still_short.empty or not still_short["more_hires"].notna().any():
        return Message("short" if len(still_short) else "filled")
    by_hires = still_short[still_short["more_hires"].notna()]
    best = by_hires.sort_values(["more_hires", "period"]).iloc[0]
    facts: dict[str, Fact] = {
        "count": int(best["more_hires"]),
        "day": best["fill_by"].date(),
        "then": str(best["period"]),
    }
    is_at_once = best["period"] == short["period"].iloc[0]
    return Message("closed" if is_at_once else "closed-from", facts)
