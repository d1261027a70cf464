"""When did what a customer's entry says last change, whatever date somebody typed beside it?"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.frames import frame_of
from salesbook.tables import TABLES
from salesbook.tables.lists import list_text

CUSTOMER_HISTORY: Final = "CustomerHistory"
_NOT_CONTENT: Final = frozenset({"customer_id", "created_on", "updated_on", "owner_id"})
"""Typed dates are what is not gone by; and a customer who is handed over is known no better for it."""
_CONTENT: Final = tuple(
    name for name in TABLES["Customers"].field_names if name not in _NOT_CONTENT
)
_PRINT_BYTES: Final = 2
"""Of the fingerprint of one entry: of 65,000 changes one would go unseen."""


def with_changes_noted(
    whole: pd.DataFrame, customers: pd.DataFrame, as_of: dt.date, *, looks_back: bool
) -> pd.DataFrame:
    """Bring CustomerHistory up to date: a row for each customer whose entry is another than before.

    A customer who is seen for the first time has a row, too, without changed fields: nobody knows
    when his entry became what it is. A run of the same day makes that day's rows anew. One that
    looks back adds none, for what stands there now was noticed on a later day.

    Args:
        whole: CustomerHistory as it stands in the workbook.
        customers: Customers.

    Returns: CustomerHistory, rows of other days as they were, then today's by customer.
    """
    if looks_back:
        return whole
    day = pd.Timestamp(as_of)
    today = _compared(whole, customers, as_of)
    is_worth_a_row = (today["is_new"] | today["is_changed"]).to_numpy(dtype=bool)
    noted = today[is_worth_a_row].sort_index()
    new_rows = frame_of(
        CUSTOMER_HISTORY,
        {
            "customer_id": noted.index.to_series(),
            "noticed_on": pd.Series(day, index=noted.index),
            "changed_fields": noted["changed_fields"],
            "content": noted["content"],
        },
    )
    of_other_days = whole[whole["noticed_on"] != day]
    return pd.concat([of_other_days, new_rows], ignore_index=True)


def last_changes(history: pd.DataFrame, customers: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """When each customer's entry last changed, as far as it is known on the day.

    Args:
        history: CustomerHistory up to the day; of the day itself nothing is gone by.
        customers: Customers.

    Returns: by customer `changed_on` and `changed_fields` (missing where no change was ever seen),
        `seen_on` (since when it is watched: the first look at it, or the day it was entered).
    """
    day = pd.Timestamp(as_of)
    before = history[history["noticed_on"] < day].sort_values(["customer_id", "noticed_on"])
    first_seen = before.groupby("customer_id")["noticed_on"].min()
    changes = before[before["changed_fields"].notna()]
    last = changes.drop_duplicates("customer_id", keep="last").set_index("customer_id")

    today = _compared(history, customers, as_of)
    changed_now = today["is_changed"]
    keys = today.index
    changed_on = last["noticed_on"].reindex(keys).astype("datetime64[us]").mask(changed_now, day)
    was_changed = last["changed_fields"].reindex(keys).astype("str")
    changed_fields = today["changed_fields"].where(changed_now, was_changed)

    created_on = customers.set_index("customer_id")["created_on"].reindex(keys)
    seen_on = first_seen.reindex(keys).astype("datetime64[us]").fillna(day)
    # Before he was entered nothing can have changed; he may have been entered long before.
    watched_since = created_on.where(created_on < seen_on, seen_on)
    return pd.DataFrame(
        {
            "changed_on": changed_on,
            "changed_fields": changed_fields,
            "seen_on": watched_since.astype("datetime64[us]"),
        },
        index=keys,
    )


def _compared(history: pd.DataFrame, customers: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Each customer's entry beside the newest one that an earlier day saw.

    Returns: by customer `content`, `is_new`, `is_changed`, `changed_fields`.
    """
    prints = _prints(customers)
    content = _content(prints)
    earlier = history[history["noticed_on"] < pd.Timestamp(as_of)]
    newest = (
        earlier.sort_values("noticed_on")
        .drop_duplicates("customer_id", keep="last")
        .set_index("customer_id")["content"]
    )
    before = newest.reindex(content.index).astype("str")
    is_new = before.isna()
    is_changed = ~is_new & (before != content)
    changed_fields = pd.Series(pd.NA, index=content.index, dtype="str")
    for key in content.index[is_changed.to_numpy(dtype=bool)]:
        changed_fields[key] = list_text(_fields_apart(before[key], content[key]))
    return pd.DataFrame(
        {
            "content": content,
            "is_new": is_new,
            "is_changed": is_changed,
            "changed_fields": changed_fields,
        },
        index=content.index,
    )


def _prints(customers: pd.DataFrame) -> pd.DataFrame:
    """A short fingerprint of each filled cell that says something of the customer."""
    by_customer = customers.set_index("customer_id")
    return pd.DataFrame(
        {name: _prints_of(by_customer[name]) for name in _CONTENT}, index=by_customer.index
    )


def _prints_of(column: pd.Series[Any]) -> pd.Series[str]:
    """Fingerprints of a column; blank where nothing stands there. Equal values are printed once."""
    places, values = pd.factorize(column.astype("str"))
    prints = np.array([*(_print(str(value)) for value in values), ""], dtype=object)
    # A missing value has place -1, and so the last of the prints.
    return pd.Series(prints[places], index=column.index, dtype="str")


def _print(value: str) -> str:
    text = " ".join(value.split())
    return hashlib.blake2b(text.encode(), digest_size=_PRINT_BYTES).hexdigest()


def _content(prints: pd.DataFrame) -> pd.Series[str]:
    """All fingerprints of an entry as one text, such as `name=0a1b phone=2c3d`; blanks say nothing.

    Fields stand with their names, so that a field which a release adds is no change while it is
    blank.
    """
    texts = [
        " ".join(f"{name}={mark}" for name, mark in zip(_CONTENT, marks, strict=True) if mark)
        for marks in zip(*(prints[name].tolist() for name in _CONTENT), strict=True)
    ]
    return pd.Series(texts, index=prints.index, dtype="str")


def _fields_apart(before: str, now: str) -> list[str]:
    """The fields in which two entries differ, in the order of the sheet."""
    marks_before, marks_now = _marks(before), _marks(now)
    return [name for name in _CONTENT if marks_before.get(name) != marks_now.get(name)]


def _marks(content: str) -> dict[str, str]:
    return dict(mark.split("=", 1) for mark in content.split())
