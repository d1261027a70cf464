"""Which seats are open, how far are their applicants, and are there enough people for the plan?"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.domain.people.hiring_funnel import usual_days
from salesbook.domain.targets.capacity import BEYOND, PARTLY, capacity_standing
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away
from salesbook.pages.lines.context import COMPANY, PageContext, Scope
from salesbook.pages.lines.line import ATTENTION, Line, present

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
    usual = _usual(context, str(seat.role))
    accepted = _accepted(context).get(str(seat.opening_id))
    next_step = _next_step(applied, screened, met, offered)
    if accepted is not None:
        next_step = _starts(accepted)
    is_late = False
    if needed_by is not None:
        days_left = (needed_by - context.today).days
        still_takes = max((usual.days or 0) - days_gone, 0)
        if accepted is not None:
            # The search is over; what counts is when he comes.
            still_takes = (accepted - context.today).days if present(accepted) else 0
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
        "limit_days": usual.days,
        "because": _timing(needed_by, days_gone, usual),
        "says": next_step,
        "table": "Openings",
        "row_key": str(seat.opening_id),
    }


def _accepted(context: PageContext) -> dict[str, pd.Timestamp]:
    """By opening for which somebody is hired: the day on which he starts, missing if nobody knows."""

    def gather() -> dict[str, pd.Timestamp]:
        candidates, reps = (context.with_to_come(name) for name in ("Candidates", "Reps"))
        # Before his first day nobody of the team is named beside an applicant.
        rep_of = dict(zip(candidates["candidate_id"], candidates["hired_rep_id"], strict=True))
        starts = dict(zip(reps["rep_id"], reps["hired_on"], strict=True))
        then = context.tables["Candidates"]
        hired = then[then["stage"] == "hired"].sort_values("candidate_id")
        pairs = zip(hired["opening_id"], hired["candidate_id"], strict=True)
        return {str(opening): starts.get(rep_of.get(key), pd.NaT) for opening, key in pairs}

    return context.once("accepted openings", gather)


def _starts(day: pd.Timestamp) -> Message:
    if present(day) is None:
        return Message("page.team.seat.accepted")
    return Message("page.team.seat.starts", {"day": day.date()})


def _funnel(context: PageContext, kind: str, scope: str) -> dict[str, int]:
    """How many applicants reached each stage; empty where nobody has applied."""
    funnel = context.tables["HiringFunnel"]
    rows = funnel[(funnel["scope_kind"] == kind) & (funnel["scope"] == scope)]
    if rows.empty:
        return {}
    return {stage: int(rows[stage].iloc[0]) for stage in _STAGES}


class _Usual(NamedTuple):
    """How long a search takes, as CapacityPlan reckons it."""

    days: int | None
    """None before the first hire."""
    base: str
    """Of which searches: `role` or `usual` for all; empty without days."""


def _usual(context: PageContext, role: str) -> _Usual:
    days = usual_days(context.tables["HiringFunnel"])
    for name, base in ((role, "role"), ("all", "usual")):
        if name in days:
            return _Usual(round_half_away(days[name]), base)
    return _Usual(None, "")


def _timing(needed_by: pd.Timestamp | None, days_gone: int, usual: _Usual) -> Message:
    facts: dict[str, Fact] = {"gone": days_gone, "usual": usual.days}
    ending = f"-{usual.base}" if usual.base else ""
    if needed_by is None:
        return Message(f"page.team.open-since{ending}", facts)
    return Message(f"page.team.needed-by{ending}", {**facts, "day": needed_by.date()})


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
    """Which team is short of people, when, and what closes that; None where nobody knows.

    It says what the rows of CapacityPlan say: of several teams that which is short first, by most.
    Where none is short beyond the swing, which team's openings have to be filled, else which is near.
    """
    plan = context.tables["CapacityPlan"]
    if scope.kind != COMPANY:
        plan = plan[plan["team"] == scope.key]
    known = plan[plan["needed"].notna()]
    if known.empty:
        return None
    figures = zip(known["have"], known["coming"], known["needed"], known["low"], strict=True)
    standing = pd.Series([capacity_standing(*row) for row in figures], index=known.index)
    until = {"until": str(known["period"].max())}

    short = known[standing == "short"]
    if not short.empty:
        return _shortage(known, short)
    filled = known[standing == "filled"]
    if not filled.empty:
        # Openings alone make it enough: what lacks without them.
        lacks = filled.assign(gap=filled["have"] - filled["needed"])
        return Message("page.team.capacity-filled", _worst(lacks))
    near = known[standing == "near"]
    if not near.empty:
        return Message("page.team.capacity-near", until | _worst(near))
    return Message("page.team.capacity-enough", until)


def _worst(rows: pd.DataFrame) -> dict[str, Fact]:
    """The team and month with the largest gap, and how large it is."""
    row = rows.sort_values(["gap", "period", "team"]).iloc[0]
    return {
        "team": f"CapacityPlan.team={row['team']}",
        "period": str(row["period"]),
        # People come whole.
        "short": math.ceil(-float(row["gap"])),
    }


def _shortage(known: pd.DataFrame, short: pd.DataFrame) -> Message:
    """When a team is short and what closes that, and how many teams are short besides."""
    team = short.sort_values(["period", "gap", "team"])["team"].iloc[0]
    months = short[short["team"] == team].sort_values("period")
    first = str(months["period"].iloc[0])
    all_later = known[(known["team"] == team) & (known["period"] >= first)]
    facts: dict[str, Fact] = {
        **_worst(months),
        "period": first,
        "last": str(months["period"].iloc[-1]),
        "count": len(months),
    }
    kind = "in" if len(months) == 1 else "from" if len(months) == len(all_later) else "within"

    more = [_closing(months)]
    others = short["team"].nunique() - 1
    if others:
        more.append(Message("page.team.capacity-others", {"count": others}))
    return Message(f"page.team.capacity-short-{kind}", facts, tuple(more))


def _closing(short: pd.DataFrame) -> Message:
    """What the short months of a team say of hiring: it is one answer for all of them."""
    helped = short[short["more_hires"].notna()]
    if helped.empty:
        said = [part for reason in short["because"] for part in _parts(reason)]
        beyond = next((part for part in said if part.code == BEYOND), None)
        if beyond is not None:
            return Message("page.team.capacity-beyond-hiring", beyond.params)
        return Message("page.team.capacity-too-late")
    row = helped.iloc[0]
    facts: dict[str, Fact] = {"count": int(row["more_hires"]), "day": row["fill_by"].date()}
    if any(part.code == PARTLY for part in _parts(row["because"])):
        return Message("page.team.capacity-partly", facts)
    if row["period"] == short["period"].iloc[0]:
        return Message("page.team.capacity-closed", facts)
    return Message("page.team.capacity-closed-from", facts | {"then": str(row["period"])})


def _parts(reason: object) -> tuple[Message, ...]:
    """What a reason of CapacityPlan says after its first sentence."""
    return reason.more if isinstance(reason, Message) else ()
