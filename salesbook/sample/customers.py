"""Who buys from the sample company, who was visited, and what do customers say?"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Final

from salesbook.labels import Language
from salesbook.sample.people import LEFT, SELLERS, left_on, person, team_of
from salesbook.sample.world import Fields, World, add_keys, key, spread

CUSTOMERS: Final = 150
_CHANNELS: Final = ("phone", "email", "message", "visit")
_AREAS: Final[Mapping[Language, tuple[str, str]]] = {
    "en": ("202", "303"),
    "zh-CN": ("0000", "0001"),
}
_SELLING_CONTACTS: Final = ("visit", "phone", "email", "message", "demo")
_CARING_CONTACTS: Final = ("visit", "phone", "message", "service")
_SCORES: Final = (1, 0, 0, 1, 1, 2, 4, 8, 12, 14, 10)
"""How often a survey gives each score from 0 to 10."""


def add_customers(world: World) -> None:
    """Fill Customers; the last one looks like the first."""
    world.rows["Customers"] = [_customer(world, number) for number in range(1, CUSTOMERS + 1)]


def size_of(customer_id: str) -> float:
    """How large a customer is: a few make most of the sales."""
    number = int(customer_id[1:])
    # 37 has no factor in common with 150, so each customer has a rank of his own, in mixed order.
    rank = number * 37 % CUSTOMERS
    return 6.0 / (1 + rank / 6) + 0.15


def _customer(world: World, number: int) -> Fields:
    words, chance = world.words, world.chance(f"customer {number}")
    customer_id = key("C", number)
    company, industry = company_of(world, number)
    owner = _owner(chance)
    created = world.start + dt.timedelta(days=chance.randint(-500, 600))
    days_known = (world.as_of - created).days
    updated = created + dt.timedelta(days=chance.randint(0, days_known))
    return {
        "customer_id": customer_id,
        "name": person(world, 30 + number),
        "company": company,
        "industry": industry,
        "region": words.regions[team_of(owner)],
        "owner_id": owner,
        "phone": _phone(world, number),
        "email": f"office@{_domain(number)}.example",
        "channel": spread(chance, _CHANNELS, (4, 3, 2, 1)),
        "needs": chance.choice(words.needs),
        **_wishes(world, number),
        "budget": _budget(world, chance, customer_id),
        "buying_on": _perhaps_in(world, chance, 0.4, 10, 200),
        "urgency": chance.choice(words.urgencies) if chance.random() < 0.6 else None,
        "source": spread(chance, words.sources, (4, 2, 3, 2, 1)),
        "created_on": created,
        "updated_on": updated,
        "contract_end_on": _perhaps_in(world, chance, 0.3, -60, 400),
    }


def _wishes(world: World, number: int) -> Fields:
    """What some customers said that it is for and what they like; one in three minds the price."""
    words, chance = world.words, world.chance(f"wishes {number}")
    wishes: Fields = {"purpose": None, "preference": None, "price_sensitive": None}
    if chance.random() < 0.5:
        wishes["purpose"] = chance.choice(words.purposes)
    if chance.random() < 0.35:
        families = sorted({family for _, family in words.products})
        wishes["preference"] = chance.choice(families)
        wishes["price_sensitive"] = chance.random() < 0.3
    return wishes


def _phone(world: World, number: int) -> str:
    """A number of its own for each customer: a hundred in the first area, then the next."""
    areas = _AREAS[world.language]
    hundreds, rest = divmod(number - 1, 100)
    return world.words.phone.format(area=areas[hundreds], number=100 + rest)


def _budget(world: World, chance: random.Random, customer_id: str) -> int:
    """What a customer of that size can spend, in full hundreds."""
    amount = round(6000 * size_of(customer_id) * chance.uniform(0.8, 3))
    return world.money(amount // 100 * 100)


def _perhaps_in(
    world: World, chance: random.Random, likely: float, soonest: int, latest: int
) -> dt.date | None:
    """A day so many days from the run date, or none."""
    if chance.random() >= likely:
        return None
    return world.as_of + dt.timedelta(days=chance.randint(soonest, latest))


def company_of(world: World, number: int) -> tuple[str, str]:
    """A company's name and its industry; no two share stem and trade."""
    words = world.words
    # All stems with the first ending, then all with the next; trades move on by one each time.
    ending_index, stem_index = divmod(number - 1, len(words.stems))
    trade_index = (ending_index + number - 1) % len(words.trades)

    name = words.stems[stem_index] + words.endings[ending_index]
    trade, industry = words.trades[trade_index]
    space = " " if world.language == "en" else ""
    return f"{name}{space}{trade}{words.legal}", industry


def _domain(number: int) -> str:
    """The English name of the company, in both languages."""
    ending_index, stem_index = divmod(number - 1, len(_STEMS))
    return f"{_STEMS[stem_index]}-{_ENDINGS[ending_index]}"


_STEMS: Final = tuple(
    "harbor maple cedar granite silver amber willow falcon summit prairie coral juniper copper meadow raven "
    "aspen birch canyon dover ember fable glacier hazel indigo jasper kestrel lantern marble nimbus "
    "orchard".split()
)
_ENDINGS: Final = ("light", "crest", "field", "brook", "gate")


def _owner(chance: random.Random) -> str:
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
    add_keys(rows, "activity_id", "A")
    world.rows["Activities"] = rows


def _along(world: World, deal: Fields) -> list[Fields]:
    """Contacts from a deal's first day to its last, every one to three weeks."""
    chance = world.chance(f"contacts {deal['deal_id']}")
    people = world.chance(f"people {deal['deal_id']}")
    buyers = _buyers(world, people)
    about = {name: deal[name] for name in ("rep_id", "customer_id", "deal_id")}
    end = min(deal["closed_on"] or world.as_of, world.as_of)
    if deal["rep_id"] == LEFT:
        end = min(end, left_on(world))

    rows = []
    day = deal["created_on"]
    while day <= end:
        kind = spread(chance, _SELLING_CONTACTS, (3, 5, 3, 2, 1))
        met = {"contact": people.choice(buyers)}
        rows.append(_contact(world, chance, day, kind) | about | met)

        following = world.workday(day + dt.timedelta(days=chance.randint(7, 24)))
        if following == day:
            following += dt.timedelta(days=7)
        day = following
    return rows


def _buyers(world: World, people: random.Random) -> list[str]:
    """Whom a seller meets: of some deals always the same person."""
    words = world.words
    return [
        words.person.format(first=people.choice(words.firsts), last=people.choice(words.lasts))
        for _ in range(people.choice((1, 2, 3)))
    ]


def _care(world: World, customer: Fields) -> list[Fields]:
    """Calls on a customer: large ones often, some forgotten for months."""
    chance = world.chance(f"care {customer['customer_id']}")
    customer_id = customer["customer_id"]
    about = {"rep_id": customer["owner_id"], "customer_id": customer_id}
    is_large = size_of(customer_id) > 1.5
    days_between = 45 if is_large else 110

    known_since = max(customer["created_on"], world.start)
    day = known_since + dt.timedelta(days=chance.randint(5, days_between))
    days_silent = chance.choice((0, 0, 0, 20, 90, 200))
    end = world.as_of - dt.timedelta(days=days_silent)

    rows = []
    while day <= end:
        done = world.workday(day)
        kind = spread(chance, _CARING_CONTACTS, (2, 5, 3, 1))
        if done <= end:
            rows.append(_contact(world, chance, done, kind) | about)
        days = round(days_between * chance.uniform(0.6, 1.5))
        day += dt.timedelta(days=days)
    return rows


def _contact(world: World, chance: random.Random, day: dt.date, kind: str) -> Fields:
    """A contact; after one of the last weeks something may still have to follow."""
    words = world.words
    *outcomes, solved = words.outcomes
    is_recent = day > world.as_of - dt.timedelta(days=20)
    has_next_step = is_recent and chance.random() < 0.5

    contact: Fields = {
        "done_on": day,
        "kind": kind,
        "outcome": solved if kind == "service" else chance.choice(outcomes),
        "next_step": None,
        "next_on": None,
    }
    if has_next_step:
        contact["next_step"] = chance.choice(words.steps)
        days_ahead = chance.randint(10, 24)
        contact["next_on"] = world.workday(day + dt.timedelta(days=days_ahead))
    return contact


def add_feedback(world: World) -> None:
    """Fill Feedback: surveys with mixed scores, complaints answered mostly in time."""
    world.rows["Feedback"] = [_feedback(world, number) for number in range(1, 121)]


def _feedback(world: World, number: int) -> Fields:
    chance = world.chance(f"feedback {number}")
    customer = chance.choice(world.rows["Customers"])
    kind = spread(chance, ("survey", "complaint", "visit"), (7, 3, 2))

    # Evenly back over a year, but nobody says anything before being a customer.
    longest_ago = min((world.as_of - customer["created_on"]).days, 400)
    days_ago = min(round(number * 3.2), longest_ago)
    day = world.ago(days_ago)
    received = world.moment(day, chance.randint(9, 16), chance.choice((0, 10, 25, 40)))

    row: Fields = {
        "feedback_id": key("F", number),
        "customer_id": customer["customer_id"],
        "received_at": received,
        "kind": kind,
        "owner_id": customer["owner_id"],
    }
    if kind == "survey":
        row["score"] = spread(chance, range(11), _SCORES)
        row["comment"] = chance.choice(world.words.praise)
        return row
    if kind == "visit":
        solved = world.words.outcomes[-1]
        return row | {"comment": solved, "answered_at": received, "resolved_at": received}
    return row | _complaint(world, chance, received)


def _complaint(world: World, chance: random.Random, received: dt.datetime) -> Fields:
    """What was wrong and, unless that is still to come, when and how it was mended."""
    text, action = chance.choice(world.words.complaints)
    answered = received + dt.timedelta(hours=chance.choice((1, 2, 4, 20, 30, 72)))
    tonight = world.moment(world.as_of, 18)
    if answered > tonight:
        return {"comment": text}

    resolved = answered + dt.timedelta(hours=chance.choice((3, 24, 50)))
    return {
        "comment": text,
        "answered_at": answered,
        "resolved_at": resolved,
        "action_taken": action,
    }
