"""How far can the forecast and the win rates be trusted, and what got better or worse?

Lists of the Pipeline board. From Forecast, ForecastBias, ModelTests and ProcessReview:

- `commit`, for the company and every team: what is closed and committed in the running quarter beside the
  range of the forecast; none where nobody commits anything. `amount` is its sum, `low` to `high` the range.
- `trust`, for the company: how win rates of deals did on deals that closed later, and whether landings of
  months that are over leant to one side.
- `review`, for the company: the last month beside the year before it, in at most ten lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from salesbook.domain.pipeline.review.report import review_lines
from salesbook.frames import sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope, slice_of
from salesbook.pages.lines.line import ATTENTION, Line, ListLines, as_said, whole
from salesbook.pages.lines.periods import is_in_sight, period_figures

_VERDICT_OF_ALL: Final = "all"
"""The bin of ModelTests that holds a test as a whole."""


def proof_lists(context: PageContext, page: str) -> Iterator[ListLines]:
    """The lists of every scope that has something to say; none of single reps."""
    commits = _commits(context)
    for scope in context.scopes:
        row = commits.get(slice_of(scope))
        if scope.kind != "rep" and row is not None and _matters(context, scope, row):
            yield ListLines(page, "commit", scope, [_commit(context, row)])

    trusted = [said for said in (_win_rates(context), _landings(context)) if said is not None]
    yield ListLines(page, "trust", WHOLE_COMPANY, [{"says": said} for said in trusted])

    # Somebody may have sorted the sheet.
    review = sorted_by_key("ProcessReview", context.tables["ProcessReview"])
    if not review.empty:
        names = {rep: context.rep_name(rep) or rep for rep in context.tables["Reps"]["rep_id"]}
        lines = [{"says": line} for line in review_lines(review, names)]
        yield ListLines(page, "review", WHOLE_COMPANY, lines)


def _commits(context: PageContext) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows of Forecast for the running quarter in which something is committed, by slice."""
    forecast = context.tables["Forecast"]
    is_asked = (forecast["period"] == context.quarter) & forecast["commit_verdict"].notna()
    rows = forecast[is_asked].to_dict("records")
    return {(row["slice_kind"], row["slice"]): row for row in rows}


def _matters(context: PageContext, scope: Scope, row: dict[str, Any]) -> bool:
    """Whether commits are worth a word: that they are few is none where the target is covered."""
    if row["commit_verdict"] != "below":
        return True
    target = whole(row["target"])
    is_covered = target is not None and int(row["commit_total"]) >= target
    chance = period_figures(context).line(scope, context.quarter)["chance_rate"]
    return not is_covered and not is_in_sight(chance)


def _commit(context: PageContext, row: dict[str, Any]) -> Line:
    decimals = context.policy.decimals
    total, low, high = (int(row[name]) for name in ("commit_total", "p10", "p90"))
    facts: dict[str, Fact] = {
        "period": context.quarter,
        "amount": three_digits(total, decimals),
        "low": three_digits(low, decimals),
        "high": three_digits(high, decimals),
    }
    expected = whole(row["commit_expected"])
    more: tuple[Message, ...] = ()
    if expected is not None:
        more = (
            Message("page.pipeline.commit-expected", {"amount": three_digits(expected, decimals)}),
        )
    verdict = str(row["commit_verdict"])
    return {
        "sign": None if verdict == "within" else ATTENTION,
        "says": Message(f"page.pipeline.commit-{verdict}", facts, more),
        "amount": total,
        "low": low,
        "high": high,
    }


def _win_rates(context: PageContext) -> Message | None:
    """What the test of the model in use came to."""
    tests = context.tables["ModelTests"]
    used = tests[(tests["bin"] == _VERDICT_OF_ALL) & (tests["chosen"] == True)]  # noqa: E712
    return None if used.empty else as_said(used["because"].iloc[0])


def _landings(context: PageContext) -> Message | None:
    """Whether the company's landings of months leant to one side."""
    bias = context.tables["ForecastBias"]
    is_company = (bias["slice_kind"] == "all") & (bias["measure"] == "landing")
    months = bias[is_company & (bias["period_kind"] == "month")]
    return None if months.empty else as_said(months["because"].iloc[0])
