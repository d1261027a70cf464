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
)


def sample_tables(language: Language, as_of: dt.date = SAMPLE_AS_OF) -> dict[str, pd.DataFrame]:
    """A frame for every input table of a company of 12 sellers and 3 managers, as of a day.

    The rows fit together except for a handful of mistakes, one of a kind, that show what the checks
    say.
    """
    world = World(language, as_of)
    for step in _STEPS:
        step(world)
    _plant_mistakes(world)
    return {name: frame_from_rows(name, world.rows[name]) for name in TABLES if name in world.rows}


def _plant_mistakes(world: World) -> None:
    """What somebody gets wrong in every real workbook."""
    deals, customers = world.rows["Deals"], world.rows["Customers"]
    orders = [
        row for row in world.rows["Orders"] if row["status"] == "paid" and not row.get("refund_of")
    ]
    won = [deal for deal in deals if deal["stage"] == world.stage("won")]
    lost = [deal for deal in deals if deal["stage"] == world.stage("lost")]
    still_open = [deal for deal in deals if deal["closed_on"] is None and deal["rep_id"] != LEFT]
    still_open[3]["product"] = world.words.typo
    won[-2]["closed_on"] = None
    lost[-5]["lost_reason"] = None
    orders[-60]["delivered_on"] = orders[-60]["ordered_on"] - dt.timedelta(days=6)
    customers[40]["budget"] = world.money(30_000_000)
    still_open[12]["expected_on"] = world.ago(40)
    _look_alike(customers[0], customers[-1])


def _look_alike(first: Fields, twin: Fields) -> None:
    """The same company entered twice, by two people, in two spellings."""
    twin |= {name: first[name] for name in ("name", "email", "industry", "region", "owner_id")}
    twin["company"] = str(first["company"]).replace(" ", "  ").upper()
