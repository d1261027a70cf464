"""Tables drawn in a test as rows, made into the frames that a verb is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from salesbook.frames import frame_from_rows
from salesbook.tables import TABLES, Role

Rows = Sequence[Mapping[str, Any]]
VERB_TABLES = tuple(name for name, spec in TABLES.items() if spec.role is not Role.SETTING)


def frames_of(
    drawn: Mapping[str, Rows | pd.DataFrame], names: Iterable[str] = VERB_TABLES
) -> dict[str, pd.DataFrame]:
    """A frame for every table named, empty where nothing is drawn."""
    unknown = drawn.keys() - set(names)
    if unknown:
        raise KeyError(unknown)
    return {name: _frame(name, drawn.get(name, ())) for name in names}


def _frame(name: str, body: Rows | pd.DataFrame) -> pd.DataFrame:
    if isinstance(body, pd.DataFrame):
        return body
    # Most tables of a task are empty, and making forty of them takes as long as many a verb.
    # pandas copies on write: a test that writes into its frame changes no other's.
    return frame_from_rows(name, body) if body else _empty(name).copy(deep=False)


@cache
def _empty(name: str) -> pd.DataFrame:
    return frame_from_rows(name, ())


def day(text: str) -> dt.date:
    """A day as it is written in a test: `2026-06-30`."""
    return dt.date.fromisoformat(text)
