"""On how few customers does the business rest, who are they, and what is to be done about them?

Lists of the company, for its customers as one: fifths and tenths of a handful say nothing.

- `matters`: up to four lines; `says` on how few it rests, what to do about the best tier, and about who
  bought for much and stopped. A click leads to the row that says it.
- `pareto`: a line per tenth of the customers of value, the largest first; `share` what it brings of
  all, `rate` what it brings with those before it, `amount`, `word` up to which per cent it goes.
- `rfm`: a line for each of 25 places, recency 5 first, there frequency 1 first; `count` customers,
  blank where there is none, `amount` what they have bought.
- `tier-months`: a line per month end that is known, the oldest first; `word` its month, `count_up` and
  `count_down` who rose and fell since the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.messages import Fact, Message, joined
from salesbook.money import three_digits
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext
from salesbook.pages.lines.line import ATTENTION, Line, ListLines, as_said
from salesbook.pages.lines.scoped import Record, records_of

_TENTHS: Final = 10
_SCORES: Final = 5
_MONTHS: Final = 12
_SEGMENTS_TO_WIN_BACK: Final = ("cannot-lose", "at-risk")
_STAGES_OF_THE_BEST: Final = ("dormant", "customer")
"""Of these buying stages the best tier's advice is shown, who went quiet before who is late."""


def lists(context: PageContext, page: str) -> Iterator[ListLines]:
    """All lists; none before the first run of `tier`."""
    if context.tables["CustomerTiers"].empty:
        return
    yield ListLines(page, "matters", WHOLE_COMPANY, list(_matters(context)))
    yield ListLines(page, "pareto", WHOLE_COMPANY, _pareto(context))
    yield ListLines(page, "rfm", WHOLE_COMPANY, _rfm(context))
    yield ListLines(page, "tier-months", WHOLE_COMPANY, _tier_months(context))


def _matters(context: PageContext) -> Iterator[Line]:
    months = context.tables["TierMonths"]
    if len(months):
        newest = records_of(months.sort_values("as_of").tail(1))[0]
        row_key = f"{newest['as_of'].date()}"
        yield from _said(as_said(newest["because"]), None, "TierMonths", row_key)

    matrix = context.tables["TierMatrix"]
    best = context.policy.tier_rules[0].tier if context.policy.tier_rules else None
    of_best = matrix[matrix["tier"] == best].set_index("buying_stage")
    for stage in _STAGES_OF_THE_BEST:
        if stage in of_best.index:
            do = as_said(of_best.at[stage, "do"])
            yield from _said(do, ATTENTION, "TierMatrix", f"{best}|{stage}")
    yield from _to_win_back(context)


def _to_win_back(context: PageContext) -> Iterator[Line]:
    """Who bought for much and stopped: how many, how much, and what to do."""
    segments = context.tables["Segments"].set_index("segment")
    for segment in _SEGMENTS_TO_WIN_BACK:
        if segment not in segments.index:
            continue
        row: Any = segments.loc[segment]
        facts: dict[str, Fact] = {
            "segment": f"Segments.segment={segment}",
            "count": int(row["customers"]),
            "amount": three_digits(int(row["monetary"]), context.policy.decimals),
        }
        parts = [Message("page.matters.segment", facts), as_said(row["do"])]
        said = joined(part for part in parts if part is not None)
        yield from _said(said, ATTENTION, "Segments", segment)


def _said(says: Message | None, sign: str | None, table: str, row_key: str) -> Iterator[Line]:
    """A line of a sentence that is still ours."""
    if says is not None:
        yield {"sign": sign, "says": says, "table": table, "row_key": row_key}


def _pareto(context: PageContext) -> list[Line]:
    pareto = records_of(context.tables["Pareto"].sort_values("tenth"))
    return [
        {
            "word": f"{row['tenth'] * 100 // _TENTHS}%",
            "amount": row["value"],
            "count": row["customers"],
            "share": row["value_rate"],
            "rate": row["reached_rate"],
        }
        for row in pareto
    ]


def _rfm(context: PageContext) -> list[Line]:
    cells: dict[tuple[int, int], Record] = {
        (int(row["recency"]), int(row["frequency"])): row
        for row in records_of(context.tables["RfmGrid"])
    }
    if not cells:
        return []
    scores = range(1, _SCORES + 1)
    places = [(recency, frequency) for recency in reversed(scores) for frequency in scores]
    return [_rfm_line(cells.get(place)) for place in places]


def _rfm_line(cell: Record | None) -> Line:
    return {} if cell is None else {"count": cell["customers"], "amount": cell["monetary"]}


def _tier_months(context: PageContext) -> list[Line]:
    months = context.tables["TierMonths"].sort_values("as_of")
    with_moves = months[months["up"].notna()].tail(_MONTHS)
    return [
        {
            "word": pd.Timestamp(row["as_of"]).strftime("%y-%m"),
            "on": row["as_of"],
            "count_up": row["up"],
            "count_down": row["down"],
        }
        for row in records_of(with_moves)
    ]
