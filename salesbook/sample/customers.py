"""Who buys from the sample company, who was visited, and what do customers say?"""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from salesbook.sample.people import LEFT, SELLERS, left_on, person, team_of
from salesbook.sample.world import Fields, World, key, spread

CUSTOMERS: Final = 150
_CHANNELS: Final = ("phone", "email", "message", "visit")


def add_customers(world: World) -> None:
    """Fill Customers; the last one looks like the first."""
    world.rows["Customers"] = [_customer(world, number) for number in range(1, CUSTOMERS + 1)]


def size_of(customer_id: str) -> float:
    """How large a customer is: a few make most of the sales."""
    number = int(customer_id[1:])
    return 6.0 / (1 + (number * 37 % CUSTOMERS) / 6) + 0.15


def _customer(world: World, number: int) -> Fields:
    words, chance = world.words, world.chance(f"customer {number}")
    company, industry = company_of(world, number)
    owner = _owner(number, chance)
    created = world.start + dt.timedelta(days=chance.randint(-500, 600))
    touched = created + dt.timedelta(days=chance.randint(0, (world.as_of - created).days))
    slot = number - 1
    return {
        "customer_id": key("C", number),
        "name": person(world, 30 + number),
        "company": company,
        "industry": industry,
        "region": words.regions[team_of(owner)],
        "owner_id": owner,
        "phone": words.phone.format(area=("0000", "0001")[slot // 100], number=100 + slot % 100)
        if world.language == "zh-CN"
        else words.phone.format(area=(202, 303)[slot // 100], number=100 + slot % 100),
        "email": f"office@{_domain(number)}.example",
        "channel": spread(chance, _CHANNELS, (4, 3, 2, 1)),
        "needs": chance.choice(words.needs),
        "budget": world.money(
            round(6000 * size_of(key("C", number)) * chance.uniform(0.8, 3)) // 100 * 100
        ),
        "buying_on": world.as_of + dt.timedelta(days=chance.randint(10, 200))
        if chance.random() < 0.4
        else None,
        "urgency": chance.choice(words.urgencies) if chance.random() < 0.6 else None,
        "source": spread(chance, words.sources, (4, 2, 3, 2, 1)),
        "created_on": created,
        "updated_on": touched,
        "contract_end_on": world.as_of + dt.timedelta(days=chance.randint(-60, 400))
        if chance.random() < 0.3
        else None,
    }


def company_of(world: World, number: int) -> tuple[str, str]:
    """A company's name and its industry; no two share stem and trade."""
    words, slot = world.words, number - 1
    stem, group = words.stems[slot % 30], slot // 30
    trade, industry = words.trades[(group + slot) % 5]
    name = stem + words.endings[group]
    joined = f"{name} {trade}" if world.language == "en" else f"{name}{trade}"
    return joined + words.legal, industry


def _domain(number: int) -> str:
    slot = number - 1
    return f"{_STEMS[slot % 30]}-{_ENDINGS[slot // 30]}"


_STEMS: Final = tuple(
    "harbor maple cedar granite silver amber willow falcon summit prairie coral juniper copper meadow raven "
    "aspen birch canyon dover ember fable glacier hazel indigo jasper kestrel lantern marble nimbus "
    "orchard".split()
)
_ENDINGS: Final = ("light", "crest", "field", "brook", "gate")


def _owner(number: int, chance: random.Random) -> str:
    """Sellers share the customers; the newest has few, the one who left has none."""
    sellers = [rep for rep in SELLERS if rep != LEFT]
    weights = [4.0] * (len(sellers) - 1) + [1.0]
    return spread(chance, sellers, weights)


def add_activities(world: World) -> None:
    """Fill Activities: contacts along every deal, and care of customers who have none."""
    rows: list[Fields] = []
    for deal in world.rows["Deals"]:
        rows += _along(world, deal)
    for customer in world.rows["Customers"]:
        rows += _care(world, customer)
    rows.sort(key=lambda row: (row["done_on"], row["customer_id"], row["kind"]))
    for number, row in enumerate(rows, start=1):
        row["activity_id"] = key("A", number, 4)
    world.rows["Activities"] = rows


def _along(world: World, deal: Fields) -> list[Fields]:
    chance = world.chance(f"contacts {deal['deal_id']}")
    end = min(deal["closed_on"] or world.as_of, world.as_of)
    if deal["rep_id"] == LEFT:
        end = min(end, left_on(world))
    day, rows = deal["created_on"], []
    while day <= end:
        kind = spread(chance, ("visit", "phone", "email", "message", "demo"), (3, 5, 3, 2, 1))
        about = {name: deal[name] for name in ("rep_id", "customer_id", "deal_id")}
        rows.append(_contact(world, chance, day, kind) | about)
        day = world.workday(day + dt.timedelta(days=chance.randint(7, 24)))
        if day == rows[-1]["done_on"]:
            day += dt.timedelta(days=7)
    return rows


def _care(world: World, customer: Fields) -> list[Fields]:
    """Calls on a customer: large ones often, some forgotten for months."""
    chance = world.chance(f"care {customer['customer_id']}")
    rhythm = 45 if size_of(customer["customer_id"]) > 1.5 else 110
    day = max(customer["created_on"], world.start) + dt.timedelta(days=chance.randint(5, rhythm))
    end = world.as_of - dt.timedelta(days=chance.choice((0, 0, 0, 20, 90, 200)))
    rows = []
    while day <= end:
        done = world.workday(day)
        kind = spread(chance, ("visit", "phone", "message", "service"), (2, 5, 3, 1))
        if done <= end:
            about = {"rep_id": customer["owner_id"], "customer_id": customer["customer_id"]}
            rows.append(_contact(world, chance, done, kind) | about)
        day += dt.timedelta(days=round(rhythm * chance.uniform(0.6, 1.5)))
    return rows


def _contact(world: World, chance: random.Random, day: dt.date, kind: str) -> Fields:
    words = world.words
    open_step = day > world.as_of - dt.timedelta(days=20) and chance.random() < 0.5
    return {
        "done_on": day,
        "kind": kind,
        "outcome": words.outcomes[5] if kind == "service" else chance.choice(words.outcomes[:5]),
        "next_step": chance.choice(words.steps) if open_step else None,
        "next_on": world.workday(day + dt.timedelta(days=chance.randint(10, 24)))
        if open_step
        else None,
    }


def add_feedback(world: World) -> None:
    """Fill Feedback: surveys with mixed scores, complaints answered mostly in time."""
    world.rows["Feedback"] = [_feedback(world, number) for number in range(1, 121)]


def _feedback(world: World, number: int) -> Fields:
    chance = world.chance(f"feedback {number}")
    customer = chance.choice(world.rows["Customers"])
    kind = spread(chance, ("survey", "complaint", "visit"), (7, 3, 2))
    earliest = (
        world.as_of - max(customer["created_on"], world.as_of - dt.timedelta(days=400))
    ).days
    day = world.workday(world.as_of - dt.timedelta(days=min(round(number * 3.2), earliest)))
    received = world.at(day, chance.randint(9, 16), chance.choice((0, 10, 25, 40)))
    row: Fields = {
        "feedback_id": key("F", number),
        "customer_id": customer["customer_id"],
        "received_at": received,
        "kind": kind,
        "owner_id": customer["owner_id"],
    }
    if kind == "survey":
        score = spread(chance, range(11), (1, 0, 0, 1, 1, 2, 4, 8, 12, 14, 10))
        return row | {"score": score, "comment": chance.choice(world.words.praise)}
    text, action = chance.choice(world.words.complaints)
    if kind == "visit":
        return row | {
            "comment": world.words.outcomes[5],
            "answered_at": received,
            "resolved_at": received,
        }
    answered = received + dt.timedelta(hours=chance.choice((1, 2, 4, 20, 30, 72)))
    if answered > world.at(world.as_of, 18):
        return row | {"comment": text}
    return row | {
        "comment": text,
        "answered_at": answered,
        "resolved_at": answered + dt.timedelta(hours=chance.choice((3, 24, 50))),
        "action_taken": action,
    }
