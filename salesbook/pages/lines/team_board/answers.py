"""Who is clearly ahead or behind, and what was paid? The answer, the tiles, and whom to talk to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from salesbook.domain.arithmetic.calendar import months_in
from salesbook.messages import Fact, Message
from salesbook.money import whole_percent
from salesbook.pages.lines.helping import (
    RepPace,
    cause_of,
    largest_open_deal,
    worst_metric,
)
from salesbook.pages.lines.line import AHEAD, ATTENTION, BEHIND, GOOD, Line
from salesbook.pages.lines.pay import share_of_base
from salesbook.pages.lines.team_board.standing import FAR_BELOW, Standing
from salesbook.pages.lines.without_target import why_no_target

_MOST_ANSWERS: Final = 2
_MOST_TALKS: Final = 5
_DAYS_OF_STEP: Final = 20
"""Working days, about a month, in which visits and calls are to be raised to their goal."""
_STEP_OF_METRIC: Final = {
    "win_rate": "win-rate",
    "activity": "activity",
    "activities": "activity",
    "satisfaction": "satisfaction",
}
"""What a manager does about the measure that lies farthest below its goal."""


def answer(standing: Standing) -> list[Line]:
    """Who differs by more than luck explains; before there are figures, the next step."""
    missing = _what_is_missing(standing)
    if missing is not None:
        return [missing]

    lines: list[Line] = []
    if standing.behind:
        lines.append({"sign": BEHIND, "says": _named(standing, "behind", standing.behind)})
    if standing.ahead:
        lines.append({"sign": AHEAD, "says": _named(standing, "ahead", standing.ahead)})
    others = len(standing.paces) - len(standing.behind) - len(standing.ahead)
    far = _far_behind(standing)
    if not lines:
        return [_alike(standing, others), *far]
    if others:
        # The sentence goes with the last one: it is no answer of its own.
        rest = Message("page.team.rest", {"count": others})
        last = lines[-1]["says"]
        more = (rest, *_watched(standing))
        lines[-1] = {**lines[-1], "says": Message(last.code, last.params, more)}
    return [*lines, *far][:_MOST_ANSWERS]


def _watched(standing: Standing) -> tuple[Message, ...]:
    """How many of those who are not clearly behind are behind: the Dashboard names them, too."""
    count = len(standing.watched)
    return (Message("page.team.watched", {"count": count}),) if count else ()


def _far_behind(standing: Standing) -> list[Line]:
    """That somebody sold next to nothing is plain, though luck may be why: both are said."""
    count = len(standing.far_behind)
    if not count:
        return []
    return [{"sign": ATTENTION, "says": Message("page.team.far-behind", {"count": count})}]


def _alike(standing: Standing, count: int) -> Line:
    """Nobody stands out; which is no good news where somebody, or all together, are behind."""
    rate, watched = standing.total.rate, _watched(standing)
    sign = ATTENTION if watched else GOOD
    if rate is None or rate >= FAR_BELOW:
        return {"sign": sign, "says": Message("page.team.alike", {"count": count}, watched)}
    facts: dict[str, Fact] = {"count": count, "rate": whole_percent(rate)}
    return {"sign": ATTENTION, "says": Message("page.team.alike-behind", facts, watched)}


def _what_is_missing(standing: Standing) -> Line | None:
    context = standing.context
    if not len(context.reps):
        return {"says": Message("page.team.no-reps"), "table": "Reps"}
    if not standing.paces:
        says = why_no_target(context, standing.scope, standing.period, "page.team.no-plan")
        return {"says": says, "table": "Targets"}
    if not context.has_begun:
        return {"says": Message("page.team.no-sales"), "table": "Orders"}
    return None


def _named(standing: Standing, kind: str, paces: Sequence[RepPace]) -> Message:
    """Up to two by name, more as a number with the first two."""
    names: dict[str, Fact] = {
        f"name_{place}": standing.context.rep_name(pace.rep_id)
        for place, pace in enumerate(paces[:2], start=1)
    }
    if len(paces) <= 2:
        return Message(f"page.team.{kind}-{len(paces)}", names)
    return Message(f"page.team.{kind}-many", {**names, "count": len(paces)})


def tiles(standing: Standing) -> list[Line]:
    """Four lines: pace of the scope, clearly behind, clearly ahead, and pay."""
    total, base = standing.total, standing.pay_base
    share = None
    if total.pay and base > 0:
        share = share_of_base(total.pay, base, standing.context.policy)
    return [
        {"sold": total.sold, "due": total.due, "rate": total.rate},
        _beyond_luck(standing, standing.behind),
        _beyond_luck(standing, standing.ahead),
        {
            "amount": total.pay,
            "because": share,
            "says": _closed_to(standing),
        },
    ]


def _beyond_luck(standing: Standing, paces: Sequence[RepPace]) -> Line:
    """How many of all, and who; nothing where nobody can be judged."""
    judged = sum(pace.is_judged for pace in standing.paces.values())
    if not judged:
        return {}
    return {
        "count": len(paces),
        "says": _rates(standing, paces),
        "because": Message("page.team.of-all", {"count": judged}),
    }


def _rates(standing: Standing, paces: Sequence[RepPace]) -> Message:
    """The first two with their pace."""
    if not paces:
        all_alike = not standing.behind and not standing.ahead
        return Message("page.team.names-0" if all_alike else "page.team.names-none")
    facts: dict[str, Fact] = {}
    for place, pace in enumerate(paces[:2], start=1):
        facts[f"name_{place}"] = standing.context.rep_name(pace.rep_id)
        facts[f"rate_{place}"] = whole_percent(pace.rate)
    return Message(f"page.team.names-{min(len(paces), 2)}", facts)


def _closed_to(standing: Standing) -> Message:
    """The newest month of the period whose statements are closed."""
    statements = standing.context.tables["Statements"]
    months = months_in(standing.period, standing.context.first_month)
    is_closed = statements["closed"].fillna(False).astype(bool)
    closed = statements.loc[is_closed & statements["period"].isin(months), "period"]
    if closed.empty:
        return Message("page.team.none-closed")
    return Message("page.team.closed-to", {"period": str(closed.max())})


def talks(standing: Standing) -> list[Line]:
    """Whom to talk to first, why, and what to do: as on the Dashboard who needs help.

    First who is behind by more than luck explains, then who is behind though it may be luck.
    """
    asked = [*standing.behind, *standing.watched][:_MOST_TALKS]
    causes = [(pace, cause_of(standing.context, pace)) for pace in asked]
    return [
        {
            "sign": pace.sign,
            "subject": standing.context.rep_name(pace.rep_id),
            "team": standing.context.team_of(pace.rep_id),
            "rate": pace.rate,
            "because": cause,
            "says": _step(standing, pace.rep_id, cause),
            "table": "Reps",
            "row_key": pace.rep_id,
        }
        for pace, cause in causes
    ]


def _step(standing: Standing, rep: str, cause: Message) -> Message:
    """What cures the cause that is said beside it, by the cause's own figures."""
    context = standing.context
    heavier: dict[str, Fact] = {}
    if "quota" in cause.params:
        heavier = {"quota": cause.params["quota"]}

    worst = worst_metric(context, rep)
    if worst is not None:
        kind = _STEP_OF_METRIC.get(worst["metric"], "talk")
        facts: dict[str, Fact] = {}
        if kind == "activity":
            goal, value = float(worst["goal"]), float(worst["value"])
            facts["count"] = max(math.ceil((goal - value) * _DAYS_OF_STEP), 1)
        also = (Message("page.team.do.also-quota", heavier),) if heavier else ()
        return Message(f"page.team.do.{kind}", facts, also)
    if heavier:
        return Message("page.team.do.quota", heavier)
    has_deal = largest_open_deal(context, rep) is not None
    return Message("page.team.do.deal" if has_deal else "page.team.do.pipeline")
