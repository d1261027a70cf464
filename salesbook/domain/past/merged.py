"""Whose tiers are those of a customer who was merged into another one?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook.frames import Tables

_HISTORY: Final = "TierHistory"
_GONE: Final = "gone"


def with_living_ids(tables: Tables, merged_ids: Mapping[str, Mapping[str, str]]) -> Tables:
    """Have TierHistory speak of the customers who are there, for who looks them up.

    A customer with a history of his own has that: his value was never the sum of both. One without
    any, known until then under ids that were merged away, has that of the first of these. What is
    written keeps its ids.

    Args:
        merged_ids: by table, the row that stands for each id.
    """
    living_by_old = merged_ids.get("Customers", {})
    if not living_by_old or _HISTORY not in tables:
        return tables

    history = tables[_HISTORY]
    known = set(history["customer_id"])
    first_by_living: dict[str, str] = {}
    for old_id in sorted(living_by_old.keys() & known):
        if living_by_old[old_id] not in known:
            first_by_living.setdefault(living_by_old[old_id], old_id)
    if not first_by_living:
        return tables

    new_by_old = {old_id: living for living, old_id in first_by_living.items()}
    is_followed = history["customer_id"].isin(new_by_old.keys())
    # That the old id is gone says nothing of the customer, who is there.
    stays = ~(is_followed & (history["buying_stage"] == _GONE).fillna(False))
    renamed = history["customer_id"].mask(is_followed, history["customer_id"].map(new_by_old))
    return {**tables, _HISTORY: history.assign(customer_id=renamed.astype("str"))[stays]}
