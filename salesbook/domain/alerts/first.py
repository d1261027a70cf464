"""Which alerts come first? The order in which pages name steps, and in which steps are logged."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import pandas as pd

from salesbook.domain.alerts.rows import Rank, rank_of

MANY: Final = 20
"""A kind with more steps than that is one line with their number and sum."""


def first_alerts(alerts: pd.DataFrame, about: tuple[str, ...], most: int) -> list[dict[str, Any]]:
    """The first alerts about rows of some tables, of each row one, as a list of steps shows them.

    A kind of which there are many is one line of such a list, for nobody works through it: it takes
    one of the places, and none of its alerts is given back.
    """
    wanted = alerts[alerts["table"].isin(about)].to_dict("records")
    wanted.sort(key=_place)

    of_row: dict[tuple[str, str], dict[str, Any]] = {}
    for alert in wanted:
        of_row.setdefault((alert["table"], alert["row_key"]), alert)
    sizes = Counter(alert["kind"] for alert in of_row.values())

    first: list[dict[str, Any]] = []
    lines: set[tuple[str, str]] = set()
    for (table, row_key), alert in of_row.items():
        if len(lines) == most:
            break
        if sizes[alert["kind"]] > MANY:
            lines.add(("", alert["kind"]))
        else:
            lines.add((table, row_key))
            first.append(alert)
    return first


def _place(alert: dict[Any, Any]) -> tuple[Rank, str, str, str]:
    at_stake, amount = (
        None if pd.isna(alert[name]) else int(alert[name]) for name in ("at_stake", "amount")
    )
    rank = rank_of(alert["severity"], at_stake, amount)
    return rank, alert["kind"], alert["table"], alert["row_key"]
