"""Who is asked to do something, in any book?"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pandas as pd
from hypothesis import given, settings

from salesbook.domain import funnel
from tests.drawn_tables import SEEDS
from tests.pipeline_book import STAGES, deal, draw

Row = dict[str, Any]

REP_IDS = ("r1", "r2", "r3", "r4", "r5")
TEAMS = {"r1": "N", "r2": "N", "r3": "S", "r4": "S", "r5": None}
YEAR_START = dt.date(2026, 1, 1)


def a_book(seed: int) -> tuple[dict[str, list[Row]], dt.date]:
    """People who come and go, their deals, orders and customers, and a plan; and a day."""
    random = Random(seed)
    as_of = YEAR_START + dt.timedelta(days=random.randint(30, 364))

    def some_day(first: int = 0, last: int = 400) -> dt.date:
        return YEAR_START + dt.timedelta(days=random.randint(first, last))

    reps = [
        {
            "rep_id": rep,
            "name": rep,
            "team": TEAMS[rep],
            "manager_id": random.choice([None, *REP_IDS]),
            "hired_on": random.choice([None, None, some_day()]),
            "left_on": random.choice([None, None, some_day()]),
        }
        for rep in REP_IDS
    ]
    deals = []
    for number in range(random.randint(5, 40)):
        stage = random.choice([stage.stage for stage in STAGES])
        created = some_day(-200, 300)
        closed = created + dt.timedelta(days=random.randint(1, 90))
        is_closed = stage in ("Won", "Lost")
        deals.append(
            deal(
                f"d{number}",
                stage,
                rep_id=random.choice([*REP_IDS, "gone"]),
                customer_id=random.choice([None, "c1"]),
                amount=random.randint(1, 90_000),
            )
            | {
                "created_on": created,
                "closed_on": closed if is_closed else None,
                "expected_on": random.choice([None, some_day()]),
                "next_on": random.choice([None, some_day()]),
            }
        )
    orders = [
        {
            "order_id": f"o{number}",
            "line_no": 1,
            "customer_id": "c1",
            "rep_id": random.choice(REP_IDS),
            "amount": random.randint(1, 50_000),
            "ordered_on": some_day(),
            "due_on": some_day(),
        }
        for number in range(random.choice([0, 5]))
    ]
    plan = [
        {
            "period": f"2026-{month:02}",
            "rep_id": rep,
            "metric": "revenue",
            "amount": random.randint(0, 30_000),
            "carried": random.choice([None, None, random.randint(-3_000, 3_000)]),
            "locked": False,
            "status": "published",
            "version": 1,
        }
        for month in range(1, 13)
        for rep in REP_IDS
        if random.random() < 0.8
    ]
    visits = [
        {
            "activity_id": f"a{number}",
            "rep_id": random.choice(REP_IDS),
            "done_on": some_day(),
            "kind": "visit",
        }
        for number in range(5)
    ]
    customers = [{"customer_id": "c1", "name": "C", "owner_id": random.choice(REP_IDS)}]
    tables = {"Reps": reps, "Deals": deals, "Orders": orders, "TargetPlan": plan}
    return {**tables, "Activities": visits, "Customers": customers}, as_of


def is_away(rep: Row, as_of: dt.date) -> bool:
    hired_on, left_on = rep["hired_on"], rep["left_on"]
    return (hired_on is not None and hired_on > as_of) or (left_on is not None and left_on < as_of)


@given(SEEDS)
@settings(max_examples=4)
def test_nobody_is_asked_for_what_he_cannot_do(seed: int):
    """Who has left or is still to come is asked nothing, and nobody for pipeline in his place; nor
    is who has sold what was due until now in this quarter or year, each month that has begun in
    full, nor anybody after the last day of the quarter.
    """
    book, as_of = a_book(seed)
    tables = funnel.run(draw(as_of=as_of, **book)).tables
    found, forecast = tables["Alerts"], tables["Forecast"]
    away = {rep["rep_id"] for rep in book["Reps"] if is_away(rep, as_of)}
    assert not away & set(found["who"].dropna())

    thin = found[found["kind"] == "coverage-low"]
    slices = [tuple(key.split("|")) for key in thin["row_key"]]
    assert not {name for _, kind, name in slices if kind == "rep"} & away

    month = forecast["period"].iloc[0] if len(forecast) else ""
    assert month in ("", f"{as_of:%Y-%m}")
    quarter_of_as_of = (as_of.month - 1) // 3
    for period, kind, name in slices:
        assert period == f"FY2026-Q{quarter_of_as_of + 1}"
        for first_month in (1, 3 * quarter_of_as_of + 1):
            due = due_to_date(book, as_of, first_month, kind, name)
            if due:
                assert sold_to_date(tables, book, as_of, first_month, kind, name) < due


def due_to_date(
    book: dict[str, list[Row]], as_of: dt.date, first: int, kind: str, name: str
) -> int:
    """Targets of the months from the first to the running one, of the company, a team or a rep."""
    months = {f"2026-{month:02}" for month in range(first, as_of.month + 1)}
    return sum(
        row["amount"]
        for row in book["TargetPlan"]
        if row["period"] in months
        and (kind == "all" or name == (row["rep_id"] if kind == "rep" else TEAMS[row["rep_id"]]))
    )


def sold_to_date(
    tables: dict[str, pd.DataFrame],
    book: dict[str, list[Row]],
    as_of: dt.date,
    first: int,
    kind: str,
    name: str,
) -> int:
    """What Forecast has as sold in the fiscal year, or in the quarter."""
    period = "FY2026" if first == 1 and as_of.month > 3 else f"FY2026-Q{(as_of.month - 1) // 3 + 1}"
    forecast = tables["Forecast"]
    is_row = (forecast["period"] == period) & (forecast["slice_kind"] == kind)
    return int(forecast.loc[is_row & (forecast["slice"] == name), "closed"].sum())
