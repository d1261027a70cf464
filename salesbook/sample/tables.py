"""What does a made-up company's workbook hold? The same rows for the same date, always."""

from __future__ import annotations

import datetime as dt
from typing import Final

import pandas as pd

from salesbook.frames import frame_from_rows
from salesbook.labels import Language
from salesbook.sample.customers import add_activities, add_customers, add_feedback
from salesbook.sample.orders import add_orders
from salesbook.sample.people import LEFT, add_hiring, add_people, add_training
from salesbook.sample.process import add_deals, add_leads
from salesbook.sample.targets import add_days_off, add_initiatives, add_products, add_targets
from salesbook.sample.tier_history import add_tier_history
from salesbook.sample.world import Fields, World
from salesbook.tables import TABLES

SAMPLE_AS_OF: Final = dt.date(2026, 6, 12)
"""The day that documents and pictures of the sample are calculated for."""

_STEPS: Final = (
    add_products,
    add_days_off,
    add_people,
    add_customers,
    add_deals,
    add_orders,
    add_activities,
    add_feedback,
    add_leads,
    add_targets,
    add_initiatives,
    add_hiring,
    add_training,
    add_tier_history,
)


def sample_tables(language: Language, as_of: dt.date = SAMPLE_AS_OF) -> dict[str, pd.DataFrame]:
    """Make every input table of a company of 12 sellers and 3 managers, as of a day.

    The rows fit together except for a handful of mistakes, each of another kind, that show what the
    checks say.

    Returns: frames by table; tables that the sample leaves empty are not there.
    """
    world = World(language, as_of)
    for step in _STEPS:
        step(world)
    _plant_mistakes(world)
    _put_open_deals_first(world)
    return {name: frame_from_rows(name, world.rows[name]) for name in TABLES if name in world.rows}


def _plant_mistakes(world: World) -> None:
    """What somebody gets wrong in every real workbook; which rows have it is of no importance."""
    deals = world.rows["Deals"]
    won = [deal for deal in deals if deal["stage"] == world.stage("won")]
    lost = [deal for deal in deals if deal["stage"] == world.stage("lost")]
    still_open = [deal for deal in deals if deal["closed_on"] is None and deal["rep_id"] != LEFT]

    misspelt, overdue = still_open[3], still_open[12]
    misspelt["product"] = world.words.typo
    overdue["expected_on"] = world.ago(40)

    won_without_day, lost_without_reason = won[-2], lost[-5]
    won_without_day["closed_on"] = None
    lost_without_reason["lost_reason"] = None

    paid = [row for row in world.rows["Orders"] if row["status"] == "paid"]
    paid_orders = [row for row in paid if not row.get("refund_of")]
    delivered_too_soon = paid_orders[-60]
    day_ordered = delivered_too_soon["ordered_on"]
    delivered_too_soon["delivered_on"] = day_ordered - dt.timedelta(days=6)

    customers = world.rows["Customers"]
    too_rich = customers[40]
    too_rich["budget"] = world.money(30_000_000)
    _look_alike(customers[0], customers[-1])


def _put_open_deals_first(world: World) -> None:
    """Let the sheet open on what can still be won; deals that are over follow, newest first."""
    closed_stages = {world.stage("won"), world.stage("lost")}

    def place(deal: Fields) -> tuple[bool, int]:
        is_over = deal["stage"] in closed_stages
        day = deal["stage_since"] if is_over else deal["expected_on"]
        return is_over, -day.toordinal() if is_over else day.toordinal()

    world.rows["Deals"].sort(key=place)


def _look_alike(first: Fields, twin: Fields) -> None:
    """The same company entered twice, by two people, in two spellings."""
    for name in ("name", "email", "industry", "region", "owner_id"):
        twin[name] = first[name]
    company = str(first["company"])
    twin["company"] = company.replace(" ", "  ").upper()
