"""Tables drawn in a test as rows, made into the frames that a verb is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import hypothesis
import pandas as pd
from hypothesis import strategies as st

from salesbook.frames import frame_from_rows
from salesbook.tables import TABLES, Role

Rows = Sequence[Mapping[str, Any]]
# A verb takes as long for one row as for forty, so that its laws are tried on few books with many
# rows. Hypothesis makes most of a handful of examples as simple as can be, empty tables and equal
# rows; drawn by a seed, each of them is full.
SEEDS = st.integers(0, 2**32 - 1)
FEW = hypothesis.settings(
    max_examples=max(hypothesis.settings.default.max_examples // 12, 5), deadline=None
)

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
