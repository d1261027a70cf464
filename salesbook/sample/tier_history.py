"""In which tier was each customer at the end of the last months? As if `tier` had run then."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Final

from salesbook.domain.customers.purchases import months_before
from salesbook.domain.customers.tiers import stand_values
from salesbook.sample.world import Fields, World

_MONTHS: Final = 6
_VALUE_MONTHS: Final = 12
_TIERS: Final = (("A", 0.8), ("B", 0.95), ("C", 1.0))
"""The tiers of a new workbook, each with the share of all value up to which it goes."""


def add_tier_history(world: World) -> None:
    """Fill TierHistory, the oldest month first.

    Without buying stages, as earlier versions kept it: who moved is told from the tiers alone.
    """
    world.rows["TierHistory"] = []
    for months_ago in reversed(range(_MONTHS)):
        last_day = world.month_start(months_ago) - dt.timedelta(days=1)
        world.rows["TierHistory"] += _of_day(world, last_day)


def _of_day(world: World, day: dt.date) -> list[Fields]:
    customers = [
        str(row["customer_id"]) for row in world.rows["Customers"] if row["created_on"] <= day
    ]
    after = months_before(day, _VALUE_MONTHS)
    bought: Counter[str] = Counter()
    for line in world.rows["Orders"]:
        if after < line["ordered_on"] <= day:
            bought[line["customer_id"]] += line["amount"]

    values = [bought[customer] for customer in customers]
    standings = stand_values(values, [share for _, share in _TIERS])
    return [
        {"as_of": day, "customer_id": customer, "tier": _TIERS[place][0], "value": value}
        for customer, place, value in zip(customers, standings.tiers, values, strict=True)
    ]
