"""What does the sample company sell? Deals from lead to end with every stage they entered."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from salesbook.sample.customers import company_of, size_of
from salesbook.sample.people import LEFT, NEW, left_on, person, team_of
from salesbook.sample.world import STAGES, Fields, World, key, spread

DEALS: Final = 400
PRICES: Final = (2900, 7800, 29_800, 2100, 5800, 9600, 4500, 3600)
COSTS: Final = (700, 1900, 7800, 600, 1500, 3300, 2700, 1200)
_WANTED: Final = (6, 7, 3, 5, 5, 3, 3, 4)
_GO_ON: Final = (0.82, 0.77, 0.72, 0.78)
"""Chance to leave a stage forwards."""
_LEAK: Final = (2, 0.38)
"""The third team loses most of its deals at the third stage: what Funnel is to find."""
_DAYS: Final = (15, 24, 34, 22)
"""Usual days in a stage."""


def add_deals(world: World) -> None:
    """Fill Deals and StageHistory, oldest deal first."""
    chance = world.chance("deal dates")
    starts = sorted(_start(world, chance) for _ in range(DEALS))
    world.rows["Deals"], world.rows["StageHistory"] = [], []
    for number, created in enumerate(starts, start=1):
        _add_deal(world, number, created)


def _start(world: World, chance: random.Random) -> dt.date:
    """More deals lately than two years ago, none at weekends."""
    share = chance.random() ** 0.7
    return world.workday(
        world.start + dt.timedelta(days=round(share * (world.as_of - world.start).days - 4))
    )


def _add_deal(world: World, number: int, created: dt.date) -> None:
    deal_id, words = key("D", number), world.words
    chance = world.chance(f"deal {number}")
    customers = [row for row in world.rows["Customers"] if _may_buy(row, created)]
    customer = spread(chance, customers, [size_of(row["customer_id"]) + 0.5 for row in customers])
    rep = customer["owner_id"]
    if created < left_on(world) and chance.random() < 0.07:
        rep = LEFT
    product = spread(chance, range(8), _WANTED)
    size = size_of(customer["customer_id"])
    pieces = max(1, round(size * chance.uniform(0.7, 3.0)))
    steps, end = _walk(world, chance, rep, created)
    outcome = steps[-1][0]
    deal: Fields = {
        "deal_id": deal_id,
        "name": words.deal.format(
            product=words.products[product][0],
            company=company_of(world, int(customer["customer_id"][1:]))[0],
        ),
        "customer_id": customer["customer_id"],
        "rep_id": rep,
        "product": words.products[product][0],
        "source": spread(chance, words.sources, (4, 2, 3, 2, 2)),
        "pipeline": "main",
        "stage": world.stage(outcome),
        "amount": world.money(PRICES[product] * pieces * chance.choice((1, 1, 0.95, 0.9))),
        "created_on": created,
        "stage_since": steps[-1][1],
        "expected_on": end,
    }
    if number % 9 == 0 and rep not in (LEFT, NEW):
        deal |= {"partner_id": _partner(rep), "partner_share": 0.3}
    world.rows["Deals"].append(deal | _ending(world, chance, steps, end))
    world.rows["StageHistory"] += _history(world, deal, steps)


def _may_buy(customer: Fields, created: dt.date) -> bool:
    return bool(customer["created_on"] <= created)


def _partner(rep: str) -> str:
    """A colleague of the same team."""
    number = int(rep[1:])
    other = number + 3 if number + 3 <= 14 else number - 3
    return key("R", other if key("R", other, 2) != LEFT else number + 6, 2)


def _walk(
    world: World, chance: random.Random, rep: str, created: dt.date
) -> tuple[list[tuple[str, dt.date]], dt.date]:
    """The stages a deal enters up to the run date, each with its day; its end, or the expected."""
    steps, day = [("lead", created)], created
    skill = 1 + (int(rep[1:]) * 13 % 7 - 3) / 40
    for place, stage in enumerate(STAGES):
        days = max(1, round(_DAYS[place] * chance.lognormvariate(0, 0.6)))
        day = world.workday(day + dt.timedelta(days=days))
        go_on = _LEAK[1] if place == 2 and team_of(rep) == _LEAK[0] else _GO_ON[place] * skill
        on = chance.random() < go_on
        if day > world.as_of:
            later = day + dt.timedelta(
                days=round(sum(_DAYS[place + 1 :]) * chance.uniform(0.3, 1.1))
            )
            return steps, later
        if rep == LEFT and day > left_on(world):
            return steps, day + dt.timedelta(days=60)
        if not on:
            return [*steps, ("lost", day)], day
        following = STAGES[place + 1] if place < 3 else "won"
        steps.append((following, max(day, steps[-1][1])))
        if stage == "negotiation":
            break
    return steps, day


def _ending(
    world: World, chance: random.Random, steps: list[tuple[str, dt.date]], end: dt.date
) -> Fields:
    """What a deal says about its end, or about the next step while it is open."""
    outcome, day = steps[-1]
    if outcome == "won":
        return {"closed_on": day}
    if outcome == "lost":
        reason = spread(chance, world.words.lost, (5, 4, 2, 3, 1))
        return {"closed_on": day, "lost_stage": world.stage(steps[-2][0]), "lost_reason": reason}
    ahead = chance.randint(1, 21) if chance.random() > 0.06 else -chance.randint(3, 12)
    category = "commit" if outcome == "negotiation" and chance.random() < 0.3 else None
    return {
        "closed_on": None,
        "category": category,
        "next_step": chance.choice(world.words.steps),
        "next_on": world.workday(world.as_of + dt.timedelta(days=ahead)),
    }


def _history(world: World, deal: Fields, steps: list[tuple[str, dt.date]]) -> list[Fields]:
    return [
        {
            "deal_id": deal["deal_id"],
            "seq": seq,
            "stage": world.stage(stage),
            "entered_on": day,
            "noticed_on": day,
            "source": "typed",
            "amount": deal["amount"],
            "expected_on": deal["expected_on"],
            "rep_id": deal["rep_id"],
        }
        for seq, (stage, day) in enumerate(steps, start=1)
    ]


def add_leads(world: World) -> None:
    """Fill Leads and DealTeam: who came in, how fast somebody called, and what became of it."""
    since = world.as_of - dt.timedelta(days=400)
    recent = [deal for deal in world.rows["Deals"] if deal["created_on"] > since]
    firsts = list({deal["customer_id"]: deal for deal in reversed(recent)}.values())
    world.rows["Leads"] = [_lead(world, number, deal) for number, deal in enumerate(firsts[:60])]
    world.rows["Leads"] += [_lead(world, number, None) for number in range(60, 90)]
    world.rows["DealTeam"] = [
        {
            "deal_id": deal["deal_id"],
            "stage": world.stage("proposal"),
            "rep_id": _partner(deal["rep_id"]),
        }
        for deal in recent[::25]
        if deal["rep_id"] not in (LEFT, NEW)
    ]


def _lead(world: World, number: int, deal: Fields | None) -> Fields:
    chance = world.chance(f"lead {number}")
    day = deal["created_on"] if deal else world.ago(chance.randint(0, 90))
    received = world.at(day, chance.randint(9, 14), chance.choice((5, 20, 45)))
    status = (
        "converted"
        if deal
        else spread(chance, ("new", "contacted", "qualified", "rejected"), (3, 3, 2, 4))
    )
    called = (
        None
        if status == "new"
        else received + dt.timedelta(hours=chance.choice((1, 1, 2, 3, 26, 50)))
    )
    customers = {row["customer_id"]: row for row in world.rows["Customers"]}
    who = customers[deal["customer_id"]]["name"] if deal else person(world, 500 + number)
    return {
        "lead_id": key("L", number + 1),
        "name": who,
        "source": deal["source"] if deal else chance.choice(world.words.sources),
        "cost": world.money(chance.choice((0, 15, 40, 60))),
        "received_at": received,
        "rep_id": deal["rep_id"] if deal else f"R{chance.choice((4, 5, 6, 8, 9, 10)):02d}",
        "first_contact_at": called if called is None or called.date() <= world.as_of else None,
        "status": status,
        "customer_id": deal["customer_id"] if deal else None,
        "deal_id": deal["deal_id"] if deal else None,
    }
