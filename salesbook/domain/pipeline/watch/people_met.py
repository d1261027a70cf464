"""Who was met at the customer's for each deal, and which deals hang on one person?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.names.folding import fold_name

ENOUGH_CONTACTS: Final = 3
"""Contacts after which it says something that nobody else was met: first ones are always with one."""
_BETWEEN_NAMES: Final = r"[,;、，；/&]"


def hangs_on_one(met: pd.DataFrame) -> pd.Series[bool]:
    """Of which deals enough contacts name somebody, and all of them the same person."""
    is_single: pd.Series[bool] = (met["people"] == 1) & (met["contacts"] >= ENOUGH_CONTACTS)
    return is_single


def people_met(
    deals: pd.DataFrame, activities: pd.DataFrame, until: pd.Series[Any]
) -> pd.DataFrame:
    """Count who was met for each deal up to a day.

    A contact with the deal's customer that names no deal counts for the deal. One that names nobody
    counts for none. People are told apart by their names, written large or small.

    Args:
        deals: rows of Deals.
        activities: rows of Activities.
        until: by row of `deals` the last day that counts; blank takes every day.

    Returns: by row of `deals`, `contacts` that name somebody, `people` whom they name, and `person`,
        the first of them, missing where nobody is named.
    """
    named = _named(activities)
    rows = deals.assign(row=np.arange(len(deals)), until=until)
    met = pd.concat(
        [
            rows[["row", "until", key]].merge(
                named[named["of"] == key], left_on=key, right_on="key"
            )
            for key in ("deal_id", "customer_id")
        ]
    )
    met = met[~(met["done_on"] > met["until"])].sort_values(["row", "done_on", "place"])
    by_row = met.groupby("row")
    found = pd.DataFrame(
        {
            "contacts": by_row["place"].nunique(),
            "people": by_row["who"].nunique(),
            "person": by_row["person"].first(),
        }
    ).reindex(rows["row"])
    counts = found[["contacts", "people"]].fillna(0).astype("int64")
    return counts.assign(person=found["person"]).set_axis(deals.index)


def _named(activities: pd.DataFrame) -> pd.DataFrame:
    """A row per contact and person in it: of which deal, else of which customer."""
    named = activities[activities["contact"].notna()]
    is_of_deal = named["deal_id"].notna()
    contacts = pd.DataFrame(
        {
            "place": np.arange(len(named)),
            "of": np.where(is_of_deal, "deal_id", "customer_id"),
            "key": named["deal_id"].where(is_of_deal, named["customer_id"]),
            "done_on": named["done_on"],
            "person": named["contact"].str.split(_BETWEEN_NAMES),
        }
    )
    people = contacts.explode("person", ignore_index=True)
    people["person"] = people["person"].str.strip()
    people = people[people["person"].fillna("").ne("") & people["key"].notna()]
    return people.assign(who=people["person"].map(fold_name))
