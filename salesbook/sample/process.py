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
_LEAK: Final = (2, 2, 0.38)
"""The third team loses most of its deals at the third stage: what Funnel is to find."""
_CONVERTED: Final = 60
_LEADS: Final = 90
_STATUSES: Final = ("new", "contacted", "qualified", "rejected")
"""Of leads that became no deal."""
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
    all_days = (world.as_of - world.start).days
    days_in = round(share * all_days - 4)
    return world.workday(world.start + dt.timedelta(days=days_in))


def _add_deal(world: World, number: int, created: dt.date) -> None:
    """Add a deal with its history; each draw of chance comes in the order of these lines."""
    words, chance = world.words, world.chance(f"deal {number}")
    # Large customers buy more often.
    customers = [row for row in world.rows["Customers"] if _may_buy(row, created)]
    weights = [size_of(row["customer_id"]) + 0.5 for row in customers]
    customer = spread(chance, customers, weights)
    customer_id = customer["customer_id"]

    rep = customer["owner_id"]
    if created < left_on(world) and chance.random() < 0.07:
        rep = LEFT

    product = spread(chance, range(8), _WANTED)
    product_name, _ = words.products[product]
    company, _ = company_of(world, int(customer_id[1:]))
    pieces = max(1, round(size_of(customer_id) * chance.uniform(0.7, 3.0)))
    steps, end = _walk(world, chance, rep, created)
    stage, stage_since = steps[-1]
    source = spread(chance, words.sources, (4, 2, 3, 2, 2))
    after_discount = chance.choice((1, 1, 0.95, 0.9))

    deal: Fields = {
        "deal_id": key("D", number),
        "name": words.deal.format(product=product_name, company=company),
        "customer_id": customer_id,
        "rep_id": rep,
        "product": product_name,
        "source": source,
        "pipeline": "main",
        "stage": world.stage(stage),
        "amount": world.money(PRICES[product] * pieces * after_discount),
        "created_on": created,
        "stage_since": stage_since,
        "expected_on": end,
    }
    is_shared = number % 9 == 0 and rep not in (LEFT, NEW)
    if is_shared:
        deal |= {"partner_id": _partner(rep), "partner_share": 0.3}
    world.rows["Deals"].append(deal | _ending(world, chance, steps, end))
    world.rows["StageHistory"] += _history(world, deal, steps)


def _may_buy(customer: Fields, created: dt.date) -> bool:
    return bool(customer["created_on"] <= created)


def _partner(rep: str) -> str:
    """A colleague of the same team."""
    # Teams go round by three, so every third rep is of the same team.
    number = int(rep[1:])
    next_of_team = number + 3 if number + 3 <= 14 else number - 3
    if key("R", next_of_team, 2) == LEFT:
        next_of_team = number + 6
    return key("R", next_of_team, 2)


def _walk(
    world: World, chance: random.Random, rep: str, created: dt.date
) -> tuple[list[tuple[str, dt.date]], dt.date]:
    """The stages a deal enters up to the run date, each with its day; its end, or the expected."""
    steps = [("lead", created)]
    day = created
    for place, following in enumerate((*STAGES[1:], "won")):
        days = max(1, round(_DAYS[place] * chance.lognormvariate(0, 0.6)))
        day = world.workday(day + dt.timedelta(days=days))
        goes_on = chance.random() < _chance_to_go_on(rep, place)

        # The stage is left after the run date, so the deal is still in it.
        if day > world.as_of:
            usual_days_ahead = sum(_DAYS[place + 1 :])
            days_ahead = round(usual_days_ahead * chance.uniform(0.3, 1.1))
            return steps, day + dt.timedelta(days=days_ahead)
        # Nobody has moved the deals of the rep who left.
        if rep == LEFT and day > left_on(world):
            return steps, day + dt.timedelta(days=60)

        if not goes_on:
            return [*steps, ("lost", day)], day
        steps.append((following, day))
    return steps, day


def _chance_to_go_on(rep: str, place: int) -> float:
    """Chance that a rep's deal leaves a stage forwards."""
    leaking_team, leaking_place, leaking_chance = _LEAK
    if place == leaking_place and team_of(rep) == leaking_team:
        return leaking_chance
    # Reps differ by up to 7.5 % to either side.
    skill = 1 + (int(rep[1:]) * 13 % 7 - 3) / 40
    return _GO_ON[place] * skill


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

    # A few next steps are overdue, and a few late deals are promised.
    days_ahead = chance.randint(1, 21) if chance.random() > 0.06 else -chance.randint(3, 12)
    is_promised = outcome == "negotiation" and chance.random() < 0.3
    return {
        "closed_on": None,
        "category": "commit" if is_promised else None,
        "next_step": chance.choice(world.words.steps),
        "next_on": world.workday(world.as_of + dt.timedelta(days=days_ahead)),
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
    deals = world.rows["Deals"]
    since = world.as_of - dt.timedelta(days=400)
    recent = [deal for deal in deals if deal["created_on"] > since]

    # Each customer's first deal of the time: going backwards, the earliest one stays.
    first_deal = {deal["customer_id"]: deal for deal in reversed(recent)}
    converted = list(first_deal.values())[:_CONVERTED]
    leads = [_lead(world, number, deal) for number, deal in enumerate(converted)]
    leads += [_lead(world, number, None) for number in range(_CONVERTED, _LEADS)]
    world.rows["Leads"] = leads

    helped = [deal for deal in recent[::25] if deal["rep_id"] not in (LEFT, NEW)]
    stage = world.stage("proposal")
    world.rows["DealTeam"] = [
        {"deal_id": deal["deal_id"], "stage": stage, "rep_id": _partner(deal["rep_id"])}
        for deal in helped
    ]


def _lead(world: World, number: int, deal: Fields | None) -> Fields:
    """A lead that became a deal, or that did not."""
    chance = world.chance(f"lead {number}")
    day = deal["created_on"] if deal else world.ago(chance.randint(0, 90))
    received = world.moment(day, chance.randint(9, 14), chance.choice((5, 20, 45)))
    status = "converted" if deal else spread(chance, _STATUSES, (3, 3, 2, 4))

    called = None
    if status != "new":
        hours_later = chance.choice((1, 1, 2, 3, 26, 50))
        called = received + dt.timedelta(hours=hours_later)
    if called and called.date() > world.as_of:
        called = None

    lead: Fields = {
        "lead_id": key("L", number + 1),
        "source": deal["source"] if deal else chance.choice(world.words.sources),
        "cost": world.money(chance.choice((0, 15, 40, 60))),
        "received_at": received,
        "first_contact_at": called,
        "status": status,
    }
    if deal is None:
        rep_number = chance.choice((4, 5, 6, 8, 9, 10))
        return lead | {"name": person(world, 500 + number), "rep_id": key("R", rep_number, 2)}

    customers = {row["customer_id"]: row for row in world.rows["Customers"]}
    customer = customers[deal["customer_id"]]
    same = {name: deal[name] for name in ("rep_id", "customer_id", "deal_id")}
    return lead | same | {"name": customer["name"]}
