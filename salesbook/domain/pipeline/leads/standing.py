"""How far has each lead come: contacted, qualified, a deal, won, or out?"""

from __future__ import annotations

import datetime as dt
from typing import Final

import numpy as np
import pandas as pd

from salesbook.domain.pipeline.stages.codes import KnownDeals
from salesbook.domain.sales.deals_of_leads import later_namers
from salesbook.frames import Tables
from salesbook.money import round_half_away

NEW: Final = "new"
_CONTACTED: Final = ("contacted", "qualified", "rejected", "converted")
_QUALIFIED: Final = ("qualified", "converted")


def lead_standing(tables: Tables, deals: KnownDeals) -> pd.DataFrame:
    """Say of each lead how far it has come.

    A lead's deal is the one that it names (`deal_id`): what became of other deals with the same source
    is told by Funnel. A lead without a status is new; one that names a deal is converted, whatever
    its status says.

    Returns: Leads with the flags `contacted`, `qualified`, `converted`, `won`, `out` (rejected, or its
        deal is lost), `open` (neither won nor out), `waits` (nobody was in touch), the deal's
        `won_amount` in minor units, and `won_days` from its coming in to the day it was won, nan where
        that is not known. Leads that name one deal all have it: see `with_deals_once`.
    """
    leads = tables["Leads"].reset_index(drop=True)
    status = leads["status"].fillna(NEW)
    place = pd.Index(deals.frame["deal_id"]).get_indexer(pd.Index(leads["deal_id"]))
    names_deal = leads["deal_id"].notna().to_numpy()
    # A deal whose stage Settings lack has no place, and is neither won nor lost.
    is_known = place >= 0
    won = is_known & deals.is_won[place] if len(deals) else np.zeros(len(leads), dtype=bool)
    lost = is_known & deals.is_lost[place] if len(deals) else np.zeros(len(leads), dtype=bool)
    amount = np.where(won, deals.amount[place], 0) if len(deals) else np.zeros(len(leads))
    closed = pd.Series(pd.NaT, index=leads.index, dtype="datetime64[us]")
    if len(deals):
        of_lead = deals.frame["closed_on"].to_numpy()[place]
        closed = closed.mask(won, pd.Series(of_lead, index=leads.index))

    converted = names_deal | (status == "converted").to_numpy()
    qualified = converted | status.isin(_QUALIFIED).to_numpy()
    touched = leads["first_contact_at"].notna().to_numpy()
    contacted = touched | qualified | status.isin(_CONTACTED).to_numpy()
    out = lost | (~converted & (status == "rejected").to_numpy())
    return leads.assign(
        contacted=contacted,
        qualified=qualified,
        converted=converted,
        won=won,
        out=out,
        open=~won & ~out,
        waits=~contacted,
        won_amount=amount.astype("int64"),
        won_days=(closed - leads["received_at"].dt.normalize()).dt.days.astype("float64"),
    )


def with_deals_once(leads: pd.DataFrame) -> pd.DataFrame:
    """Leave each won deal to the first of these leads that names it.

    The others are converted still, and bring nothing: money that came once is counted once.

    Args: leads is what `lead_standing` gives, or some rows of it.
    """
    again = later_namers(leads)
    if not again.any():
        return leads
    return leads.assign(won=leads["won"] & ~again, won_amount=leads["won_amount"].where(~again, 0))


def lead_worth(leads: pd.DataFrame) -> int | None:
    """What a lead brings on average, in minor units: of those that became a won deal or nothing.

    Args: leads is what `lead_standing` gives.

    Returns: None where nothing is known of any.
    """
    is_over = ~leads["open"]
    if not is_over.any():
        return None
    brought = with_deals_once(leads)["won_amount"]
    return round_half_away(float(brought[is_over].mean()))


def age_in_days(leads: pd.DataFrame, as_of: dt.date) -> pd.Series[int]:
    """Whole days since each lead came in."""
    return (pd.Timestamp(as_of) - leads["received_at"].dt.normalize()).dt.days
