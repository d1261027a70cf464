"""What does the sample company want? Products, days off, targets, locks and sales steps."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Final

from salesbook.sample.people import LEFT, NEW, team_of
from salesbook.sample.process import COSTS, PRICES
from salesbook.sample.world import CURRENCY_UNIT, Fields, World

_GROWTH: Final = 1.15
_MARKET_GROWTH: Final = 0.04
_STRATEGY_GROWTH: Final = 0.06
_STEP: Final = 10_000 * CURRENCY_UNIT
_DAYS_OFF: Final = ((1, 2), (4, 3), (6, 19), (9, 4), (10, 16), (12, 24))
"""Month and day; moved off the weekend."""


def add_products(world: World) -> None:
    """Fill Products and the fixed bonus on one of them."""
    world.rows["Products"] = [
        {
            "product": product,
            "family": family,
            "list_price": world.money(price),
            "cost": world.money(cost),
            "active": True,
        }
        for (product, family), price, cost in zip(world.words.products, PRICES, COSTS, strict=True)
    ]
    world.rows["Spiffs"] = [
        {
            "spiff": world.words.spiff,
            "product": world.words.products[5][0],
            "event": "order",
            "amount": world.money(100),
            "valid_from": world.month_start(2),
            "valid_to": world.month_start(-1) - dt.timedelta(days=1),
        }
    ]


def add_days_off(world: World) -> None:
    """Fill Holidays with the company's own days off, from the year before last to the next."""
    this_year = world.as_of.year
    named_days = list(zip(_DAYS_OFF, world.words.days_off, strict=True))
    rows: list[Fields] = []
    for year in range(this_year - 2, this_year + 2):
        for (month, day), name in named_days:
            day_off = world.workday(dt.date(year, month, day))
            rows.append({"day": day_off, "kind": "off", "name": name})
    world.rows["Holidays"] = rows


def add_targets(world: World) -> None:
    """Fill Targets, last year and 15 % more by team in round sums, with months and two locks."""
    year, words = world.as_of.year, world.words
    sold = _sales_by_team(world)
    teams = [_round_up(sold[team] * _GROWTH) for team in range(3)]
    total = sum(teams)
    common = {"year": year, "metric": "revenue", "owner_id": "R01"}
    world.rows["Targets"] = [
        {
            **common,
            "scope_kind": "company",
            "scope": "company",
            "floor": _round_up(total * 0.9),
            "target": total,
            "stretch": _round_up(total * 1.1),
            "binding": True,
            "basis": words.basis[0],
        },
        *(
            {
                **common,
                "scope_kind": "team",
                "scope": words.teams[team],
                "target": teams[team],
                "binding": True,
                "basis": words.basis[1],
                "owner_id": f"R{team + 1:02d}",
            }
            for team in range(3)
        ),
        {
            "year": year,
            "scope_kind": "company",
            "scope": "company",
            "metric": "new_customers",
            "target": 36,
            "binding": True,
            "owner_id": "R01",
        },
    ]
    world.rows["Outlook"] = [
        {
            "year": year + 1,
            "scope_kind": "company",
            "scope": "company",
            "metric": "revenue",
            "market_rate": _MARKET_GROWTH,
            "strategy_rate": _STRATEGY_GROWTH,
            "note": words.outlook,
        },
        {
            "year": year + 1,
            "scope_kind": "team",
            "scope": words.teams[1],
            "metric": "revenue",
            "market_rate": _MARKET_GROWTH / 2,
        },
    ]
    # Three new customers a month, whatever the season: that is how the sample's company counts them.
    new_customers = {"year": year, "scope_kind": "company", "metric": "new_customers", "amount": 3}
    world.rows["TargetMonths"] = [
        {**new_customers, "scope": "company", "month": month} for month in range(1, 13)
    ]
    lock = {"year": year, "metric": "revenue", "kind": "lock"}
    world.rows["Locks"] = [
        {**lock, "rep_id": "R05", "month": 8, "amount": _round_up(total / 300)},
        {**lock, "rep_id": NEW, "month": 12, "kind": "max", "amount": _round_up(total / 80)},
    ]


def _sales_by_team(world: World) -> Counter[int]:
    """Last calendar year's sales of each team, without those of the rep who left."""
    last_year = world.as_of.year - 1
    sums: Counter[int] = Counter()
    for row in world.rows["Orders"]:
        is_of_year = row["ordered_on"].year == last_year
        if is_of_year and row["rep_id"] != LEFT:
            sums[team_of(row["rep_id"])] += row["amount"]
    return sums


def _round_up(amount: float) -> int:
    return -int(-amount // _STEP) * _STEP


_STARTS: Final = ((1, 12), (2, 9), (3, 2), (5, 4), (6, 1), (10, 5))
_DUE: Final = ((2, 20), (3, 13), (4, 30), (7, 31), (9, 30), (12, 18))


def add_initiatives(world: World) -> None:
    """Fill Initiatives: the year's sales steps, done ones with their result."""
    plan = world.words.plan_name.format(year=world.as_of.year)
    world.rows["Initiatives"] = [
        _step(world, plan, number, words) for number, words in enumerate(world.words.initiatives)
    ]


def _step(world: World, plan: str, number: int, words: tuple[str, str, str]) -> Fields:
    name, result, lesson = words
    year = world.as_of.year
    due = dt.date(year, *_DUE[number])
    is_done = bool(result) and due <= world.as_of
    three_days_early = due - dt.timedelta(days=3)
    return {
        "plan": plan,
        "step": name,
        "owner_id": f"R{number % 3 + 1:02d}",
        "start_on": dt.date(year, *_STARTS[number]),
        "due_on": due,
        "done_on": three_days_early if is_done else None,
        "budget": world.money(2500 * (number % 3)),
        "result": result if is_done else None,
        "lesson": lesson if is_done and lesson else None,
    }
