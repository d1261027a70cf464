"""Tables drawn in a test as rows, made into the frames that a verb is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
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
    bodies = {name: drawn.get(name, ()) for name in names}
    return {
        name: body if isinstance(body, pd.DataFrame) else frame_from_rows(name, body)
        for name, body in bodies.items()
    }


def day(text: str) -> dt.date:
    """A day as it is written in a test: `2026-06-30`."""
    return dt.date.fromisoformat(text)
