"""A company as the sample's, with a few of its customers and all that is theirs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from salesbook.book.files import new_file
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.labels import Language
from salesbook.sample.tables import sample_tables

CUSTOMERS = 20
_KNOWN_BY = {
    "Customers": "customer_id",
    "Feedback": "customer_id",
    "Activities": "customer_id",
    "Orders": "customer_id",
    "Deals": "customer_id",
    "DealTeam": "deal_id",
    "StageHistory": "deal_id",
    "Payments": "order_id",
}
"""The field that says whose a row is, each after the table that has the ids."""


def small_tables(language: Language, day: dt.date) -> dict[str, pd.DataFrame]:
    """Every input table of the sample, without the rows of most customers."""
    tables = sample_tables(language, day)
    kept = {"customer_id": set(tables["Customers"]["customer_id"][:CUSTOMERS])}
    for name, field in _KNOWN_BY.items():
        rows = tables[name][tables[name][field].isin(kept[field])]
        tables[name] = rows.reset_index(drop=True)
        if name in ("Orders", "Deals"):
            own = "order_id" if name == "Orders" else "deal_id"
            kept[own] = set(rows[own])
    return tables


def small_company(path: Path, language: Language, day: dt.date) -> Path:
    """Make a workbook of it, on which nothing has run."""
    new_file(path, language)
    with open_package(path, for_writing=True) as package:
        session = Session(package)
        writes = [
            session.prepared_write(name, frame).write
            for name, frame in small_tables(language, day).items()
        ]
        package.write(writes)
        package.save()
    return path
