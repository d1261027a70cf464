"""What changed since the newest snapshot of an earlier day: won, lost, slipped, new risks, landing?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from salesbook.domain.pipeline.moves.notes import snapshot_before
from salesbook.domain.pipeline.moves.standing import standing_since
from salesbook.domain.pipeline.stages.history import entries_of
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.pages.lines.context import PageContext, Scope, slice_of
from salesbook.pages.lines.line import AHEAD, BEHIND, GOOD, LATE, Line, ListLines
from salesbook.pages.lines.periods import PeriodFigures

_RISKS: Final = ("close-date-passed", "next-step-overdue")
"""Kinds of alert that begin on a day that they name."""


def lists(
    context: PageContext, figures: PeriodFigures, scope: Scope, page: str
) -> Iterator[ListLines]:
    """The lists `changed` and `changed-since`; none where no earlier day has a snapshot."""
    since = snapshot_before(context.tables["ForecastHistory"], context.as_of)
    if since is None:
        return
    yield ListLines(page, "changed-since", scope, [{"on": since}])
    yield ListLines(page, "changed", scope, list(_lines(context, figures, scope, since)))


def _lines(
    context: PageContext, figures: PeriodFigures, scope: Scope, since: pd.Timestamp
) -> Iterator[Line]:
    closed = _closed_since(context, since)
    for sign, kind, is_won in ((GOOD, "won", True), (BEHIND, "lost", False)):
        deals = _of_scope(context, closed[closed["is_won"] == is_won], scope)
        if len(deals):
            yield _deals_line(context, sign, kind, deals)

    slipped = _slipped(context, scope)
    if slipped is not None:
        yield slipped

    risks = _of_scope(context, _new_risks(context, since), scope)
    if len(risks):
        yield _deals_line(context, LATE, "risk", risks)

    moved = _landing_line(context, figures, scope, since)
    if moved is not None:
        yield moved


def _of_scope(context: PageContext, deals: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    if scope.kind == "company":
        return deals
    team = deals["rep_id"].map(context.team_of)
    return deals[team == scope.key] if scope.kind == "team" else deals[deals["rep_id"] == scope.key]


def _closed_since(context: PageContext, since: pd.Timestamp) -> pd.DataFrame:
    """Deals that were closed since the snapshot; with `is_won`."""

    def gather() -> pd.DataFrame:
        deals = context.deals
        entries = entries_of(context.tables["StageHistory"], deals, context.stages)
        standing = standing_since(deals, entries, context.stages, since)
        return deals.frame.assign(is_won=deals.is_won)[standing.closed_since]

    return context.once(f"deals closed since {since}", gather)


def _slipped(context: PageContext, scope: Scope) -> Line | None:
    """Open deals that are expected in a later month than before, or in none any more."""
    changes = context.tables["ForecastChanges"]
    kind, key = slice_of(scope)
    is_ours = (changes["slice_kind"] == kind) & (changes["slice"] == key)
    # Seen from its month a deal that moved to a later one has left; quarters and years hold the same
    # deals again.
    is_month = ~changes["period"].str.startswith("FY")
    pushed = changes[is_ours & is_month & (changes["kind"] == "pushed")]
    if pushed.empty:
        return None

    amounts = _amounts(context)
    largest: Any = max(
        pushed.itertuples(), key=lambda row: (amounts.get(row.largest_id, 0), row.largest_id)
    )
    count, amount = int(pushed["deals"].sum()), -int(pushed["amount"].sum())
    facts: dict[str, Fact] = {
        "count": count,
        "amount": three_digits(amount, context.policy.decimals),
        "name": context.name_of("Deals", largest.largest_id),
        "before": _day(largest.before_on),
        "now": _day(largest.now_on),
    }
    size = "one" if count == 1 else "many"
    return {
        "sign": BEHIND,
        "says": Message("page.changed.slipped"),
        "because": Message(f"page.changed.slipped-{size}", facts),
        "subject": context.name_of("Deals", largest.largest_id),
        "count": count,
        "amount": amount,
        "table": "Deals",
        "row_key": largest.largest_id,
    }


def _amounts(context: PageContext) -> dict[str, int]:
    """By deal the amount of those that are open."""

    def gather() -> dict[str, int]:
        deals = context.open_deals
        return dict(zip(deals["deal_id"], deals["amount"].fillna(0).astype(int), strict=True))

    return context.once("amounts of open deals", gather)


def _day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else value.date()


def _new_risks(context: PageContext, since: pd.Timestamp) -> pd.DataFrame:
    """Open deals of which a day passed since the snapshot that should not have, and none before."""
    alerts = context.tables["Alerts"]
    first_on = alerts[alerts["kind"].isin(_RISKS)].groupby("row_key")["since_on"].min()
    deals = context.open_deals
    return deals[deals["deal_id"].isin(first_on.index[first_on >= since])]


def _deals_line(context: PageContext, sign: str, kind: str, deals: pd.DataFrame) -> Line:
    """How many and how much; the largest by name, which the line leads to."""
    amount = int(deals["amount"].fillna(0).sum())
    in_order = deals.sort_values(["amount", "deal_id"], ascending=[False, True])
    largest: Any = next(in_order.itertuples())
    facts: dict[str, Fact] = {
        "count": len(deals),
        "amount": three_digits(amount, context.policy.decimals),
        "name": context.name_of("Deals", largest.deal_id),
    }
    size = "one" if len(deals) == 1 else "many"
    return {
        "sign": sign,
        "says": Message(f"page.changed.{kind}"),
        "because": Message(f"page.changed.deals-{size}", facts),
        "subject": context.name_of("Deals", largest.deal_id),
        "count": len(deals),
        "amount": amount,
        "table": "Deals",
        "row_key": largest.deal_id,
    }


def _landing_line(
    context: PageContext, figures: PeriodFigures, scope: Scope, since: pd.Timestamp
) -> Line | None:
    """How the year's landing moved; None where either day has none, or it stayed where it was."""
    kind, key = slice_of(scope)
    history = context.tables["ForecastHistory"]
    is_ours = (history["slice_kind"] == kind) & (history["slice"] == key)
    then = history[is_ours & (history["period"] == context.year) & (history["as_of"] == since)]
    now = figures.line(scope, context.year)["middle"]
    if then.empty or pd.isna(then["p50"].iloc[0]) or now is None:
        return None

    before, decimals = int(then["p50"].iloc[0]), context.policy.decimals
    shown_before, shown_now = three_digits(before, decimals), three_digits(now, decimals)
    if shown_before == shown_now:
        return None
    return {
        "sign": AHEAD if now > before else BEHIND,
        "says": Message("page.changed.landing"),
        "because": Message(
            "page.changed.landing-moved",
            {"period": context.year, "before": shown_before, "now": shown_now},
        ),
        "amount": now - before,
        "table": "Forecast",
    }
