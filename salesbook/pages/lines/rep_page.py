"""How is one rep doing, and what should the next talk be about?

Lists of the Rep page, each for every rep, of the running fiscal year:

- `rep_choices`: of the company; who can be chosen: on top who needs help most, whoever that is, then
  everybody by name; `word` is the id.
- `rep-header`: `subject` the name, `says` team, role, level and manager, `because` when he left.
- `rep-answer`: how far he is, with its sign; then why, where he is behind.
- `tile-pace`: `rate` sold of what was due, `sold`, `due`, `rate_low` and `rate_high` what luck alone
  leaves open, `says` that in words, `because` the grade.
- `tile-landing`: `middle` of the year, `low` and `high`, `target`, `chance_rate`, `amount` what is
  short; both sentences say it.
- `tile-coverage`: `number` times what the quarter lacks is open, `amount` open, `target` what it lacks.
- `tile-pay`: `amount` paid so far this year, `says` which part of what was sold, `because` the month.
- `rep-months`: two lines of twelve months of the fiscal year, sold and target, `word` the year; blank
  before he joined.
- `pay`, `pay-total`: see `pay`; `training`: see `training`; `talk`: see `talk`; `own-pipeline`: see there.

His calls are the list `calls`, what he has to do today the list `today` of the scope; what to put in
order about his customers `upkeep`, and whom others may take soon `pool`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesbook.domain.arithmetic.calendar import month_of
from salesbook.domain.team.staff import NO_TEAM
from salesbook.messages import Fact, Message, joined
from salesbook.money import rounds_to_all, rounds_to_none, three_digits, whole_percent
from salesbook.pages.lines import helping, own_pipeline, pay, talk, training
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope
from salesbook.pages.lines.grades import graded
from salesbook.pages.lines.line import (
    AHEAD,
    ATTENTION,
    BEHIND,
    GOOD,
    MONTH_FIELDS,
    Line,
    ListLines,
    present,
    whole,
)
from salesbook.pages.lines.periods import PeriodFigures, period_figures, sign_of_chance

PAGE: Final = "RepPage"
_ABOUT_LUCK: Final = ("page.why.luck-", "page.why.few-", "page.why.new-")


def lists(context: PageContext) -> Iterator[ListLines]:
    """All lists of the page."""
    figures = period_figures(context)
    yield ListLines(PAGE, "rep_choices", WHOLE_COMPANY, _choices(context))

    talks = talk.Talks(context, figures)
    pipelines = own_pipeline.OwnPipelines(context)
    statements = pay.Pay(context)
    courses = training.TrainingOfReps(context)
    for rep in context.shown_reps:
        scope = Scope("rep", rep)
        pace = helping.pace_of(context, figures, rep)
        yield ListLines(PAGE, "rep-header", scope, [_header(context, rep)])
        yield ListLines(PAGE, "rep-answer", scope, _answer(context, figures, rep, pace))
        yield from _tiles(context, figures, scope, pace)
        yield ListLines(PAGE, "rep-months", scope, _months(context, figures, scope))
        yield ListLines(PAGE, "talk", scope, talks.lines(rep))
        yield from pipelines.lists(scope, PAGE)
        yield from statements.lists(scope, PAGE)
        yield from courses.lists(scope, PAGE)


def _choices(context: PageContext) -> list[Line]:
    """Who needs help most, a choice that stays when it is another; then everybody by name.

    Where nobody needs help, it is the first by name.
    """
    by_name = sorted(context.shown_reps, key=lambda rep: (context.rep_name(rep) or "", rep))
    if not by_name:
        return []
    behind = helping.reps_of(context, WHOLE_COMPANY).shown
    most = behind[0].rep_id if behind else by_name[0]
    first: Line = {"says": Message("page.rep.most"), "word": most}
    return [first, *({"subject": context.rep_name(rep), "word": rep} for rep in by_name)]


def _header(context: PageContext, rep: str) -> Line:
    row = context.reps.loc[rep]
    team = None if row["team"] == NO_TEAM else row["team"]
    role = context.staff.on_day(context.as_of)["role"].get(rep)
    known = [str(part) for part in (team, role, row["level"]) if present(part) is not None]
    manager = context.rep_name(row["manager_id"])
    about = " · ".join(known)
    says: Message | str | None = about or None
    if manager is not None:
        kind = "about-reports" if known else "reports"
        says = Message(f"page.rep.{kind}", {"known": about, "manager": manager})
    left_on = present(row["left_on"])
    has_left = left_on is not None and left_on <= context.today
    return {
        "subject": context.rep_name(rep),
        "team": team,
        "says": says,
        "because": Message("page.rep.left", {"day": left_on.date()}) if has_left else None,
        "table": "Reps",
        "row_key": rep,
    }


def _answer(
    context: PageContext, figures: PeriodFigures, rep: str, pace: helping.RepPace | None
) -> list[Line]:
    """Where he stands, a rank only where it is beyond luck; and why, where he is behind."""
    if pace is None:
        sold = int(figures.attained(Scope("rep", rep), context.year).get("actual") or 0)
        amount = three_digits(sold, context.policy.decimals)
        return [{"says": Message("page.rep.no-target", {"period": context.year, "amount": amount})}]
    if not pace.is_judged:
        return [{"says": Message("page.answer.no-sales")}]

    facts: dict[str, Fact] = {"rate": whole_percent(pace.rate)}
    kind = {BEHIND: "behind", AHEAD: "ahead", ATTENTION: "watched"}.get(pace.sign or "", "on-pace")
    card = _card(context, rep)
    rank = whole(card.get("rank"))
    more = () if rank is None else (Message("page.rep.rank", {"rank": rank}),)
    cause = helping.cause_of(context, pace) if pace.sign in (BEHIND, ATTENTION) else None
    is_said_below = cause is not None and cause.code.startswith(_ABOUT_LUCK)
    if kind == "watched" and (is_said_below or pace.is_too_early):
        # Where the cause says that it is luck, once is enough; where nobody can tell yet, a swing
        # that holds everything is not called normal.
        kind = "watched-plain"
    if pace.sign == ATTENTION and pace.is_far_behind:
        kind = "watched-far"
    says = Message(f"page.rep.{kind}", facts, more)
    lines: list[Line] = [{"sign": pace.sign or GOOD, "says": says, "rate": pace.rate}]
    if cause is not None:
        lines.append({"says": cause})
    return lines


def _card(context: PageContext, rep: str) -> dict[str, Any]:
    """The rep's score card of the running year; empty where there is none."""

    def gather() -> dict[str, dict[Any, Any]]:
        scorecard = context.tables["Scorecard"]
        of_year = scorecard[scorecard["period"] == context.year]
        return dict(zip(of_year["rep_id"], of_year.to_dict("records"), strict=True))

    return context.once("score cards of the running year", gather).get(rep, {})


def _tiles(
    context: PageContext, figures: PeriodFigures, scope: Scope, pace: helping.RepPace | None
) -> Iterator[ListLines]:
    yield ListLines(PAGE, "tile-pace", scope, [_pace(context, figures, scope, pace)])
    landing = _landing(context, figures, scope)
    if landing is not None:
        yield ListLines(PAGE, "tile-landing", scope, [landing])
    coverage = _coverage(context, figures, scope)
    if coverage is not None:
        yield ListLines(PAGE, "tile-coverage", scope, [coverage])


def _pace(
    context: PageContext, figures: PeriodFigures, scope: Scope, pace: helping.RepPace | None
) -> Line:
    sold = whole(figures.attained(scope, context.year).get("actual"))
    if pace is None:
        return {"sold": sold, "says": Message("page.rep.no-plan")}
    decimals = context.policy.decimals
    facts: dict[str, Fact] = {
        "sold": three_digits(pace.sold, decimals),
        "due": three_digits(pace.due, decimals),
    }
    return {
        "sign": pace.sign,
        "rate": pace.rate,
        "sold": pace.sold,
        "due": pace.due,
        "rate_low": pace.low,
        "rate_high": pace.high,
        "says": Message("page.rep.tile-pace", facts),
        "because": _luck_and_grade(context, scope.key, pace),
    }


def _luck_and_grade(context: PageContext, rep: str, pace: helping.RepPace) -> Message | None:
    """Within which bounds luck alone leaves the pace, and which grade the score card gives."""
    card = _card(context, rep)
    grade = graded(card.get("grade"), card.get("grade_range"), card.get("grade_score"))
    parts = []
    if pace.low is not None and pace.high is not None:
        parts.append(
            Message(
                "page.rep.luck", {"low": whole_percent(pace.low), "high": whole_percent(pace.high)}
            )
        )
    if grade is not None:
        parts.append(Message("page.rep.graded", grade.params))
    return joined(parts) if parts else None


def _landing(context: PageContext, figures: PeriodFigures, scope: Scope) -> Line | None:
    line = figures.line(scope, context.year)
    if line["middle"] is None:
        return None
    decimals = context.policy.decimals
    landing, target, chance = line["middle"], line["target"], line["chance_rate"]
    result: dict[str, Any] = {
        name: line[name] for name in ("middle", "low", "high", "target", "chance_rate", "expected")
    }
    if line["low"] is not None and line["high"] is not None:
        facts: dict[str, Fact] = {
            "low": three_digits(line["low"], decimals),
            "high": three_digits(line["high"], decimals),
        }
        kind = "tile-landing-alone"
        if target is not None:
            kind, facts["target"] = "tile-landing", three_digits(target, decimals)
        result["says"] = Message(f"page.rep.{kind}", facts)
    elif target is not None:
        facts = {"target": three_digits(target, decimals)}
        result["says"] = Message("page.rep.tile-landing-plain", facts)
    if target is not None and chance is not None:
        short = max(target - landing, 0)
        result |= {"sign": sign_of_chance(chance), "amount": short}
        result["because"] = _chance(chance, three_digits(short, decimals) if short else None)
    return result


def _chance(chance: float, short: Any) -> Message:
    """A chance of few draws is never said to be none or certain; what is settled is."""
    kind = "chance"
    if rounds_to_none(chance):
        kind = "chance-hardly"
    elif rounds_to_all(chance):
        kind = "chance-nearly"
    more = (Message("page.rep.short", {"amount": short}),) if short is not None else ()
    return Message(f"page.rep.{kind}", {"chance": whole_percent(chance)}, more)


def _coverage(context: PageContext, figures: PeriodFigures, scope: Scope) -> Line | None:
    """How much is open for what the quarter still lacks; None where it lacks nothing."""
    forecast = figures.forecast(scope, context.quarter)
    if not forecast:
        return None
    decimals = context.policy.decimals
    coverage, gap = present(forecast.get("coverage")), whole(forecast.get("gap"))
    open_amount = sum(whole(forecast[name]) or 0 for name in ("commit", "best_case", "pipeline"))
    line: dict[str, Any] = {"number": coverage, "amount": open_amount}
    facts: dict[str, Fact] = {
        "amount": three_digits(open_amount, decimals),
        "period": context.quarter,
    }
    if gap is None:
        return {**line, "says": Message("page.rep.tile-open", facts)}
    if gap >= 0:
        return {**line, "sign": GOOD, "says": Message("page.rep.tile-reached", facts)}

    facts["to_go"] = three_digits(-gap, decimals)
    alert = talk.alerts_of(context, "coverage-low").get(scope.key)
    kind = "tile-coverage" if open_amount else "tile-nothing-open"
    line |= {"target": -gap, "says": Message(f"page.rep.{kind}", facts)}
    if alert is None:
        return line
    sign = ATTENTION if coverage else BEHIND
    return {**line, "sign": sign, "because": talk.step_of_coverage(alert)}


def _months(context: PageContext, figures: PeriodFigures, scope: Scope) -> list[Line]:
    """What was sold and planned in each month of the fiscal year; blank where he was not there."""
    first, last = context.staff.employment.get(scope.key, (None, None))
    sold: dict[str, Any] = {"says": Message("page.rep.sold"), "word": context.year}
    target: dict[str, Any] = {"says": Message("page.rep.target"), "word": context.year}
    for field, month in zip(MONTH_FIELDS, context.months_of_this_year, strict=True):
        joined_later = first is not None and month < month_of(first)
        left_before = last is not None and month > month_of(last)
        if joined_later or left_before:
            continue
        attained = figures.attained(scope, month)
        target[field] = whole(attained.get("target"))
        if month <= context.month:
            sold[field] = whole(attained.get("actual")) or 0
    return [sold, target]
