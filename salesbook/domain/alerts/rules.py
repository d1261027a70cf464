"""Which kinds of alert are there, and which rule finds each?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from salesbook.domain.alerts.context import AlertContext
from salesbook.domain.alerts.rows import AlertRow

AlertRule = Callable[[AlertContext], Iterator[AlertRow]]

RULES: Final[dict[str, AlertRule]] = {}
"""The rule of each kind, in the order in which the modules of `alerts` register them."""


def alert(kind: str) -> Callable[[AlertRule], AlertRule]:
    """Register the function below as the rule that finds alerts of this kind.

    Here and in the labels are the only places that name a kind: `[choices.alerts]` has its name,
    `[alert.<kind>]` its sentences. A test fails while one of the two is missing.

    Raises: ValueError where the kind has a rule already.
    """

    def register(rule: AlertRule) -> AlertRule:
        if kind in RULES:
            raise ValueError(f"two rules for alert {kind}")
        RULES[kind] = rule
        return rule

    return register
