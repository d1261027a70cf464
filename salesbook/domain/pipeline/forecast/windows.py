"""Which days is a sum of money drawn for?"""

from __future__ import annotations

from dataclasses import dataclass

DRAWS = 2000
"""Draws of a forecast, B."""


@dataclass(frozen=True, order=True)
class Window:
    """The days after one and up to another, both counted from the day of the forecast."""

    after: float
    until: float

    def moved(self, days: float) -> Window:
        """The window as many days later, not before the day of the forecast."""
        return Window(max(self.after + days, 0.0), max(self.until + days, 0.0))

    @property
    def days(self) -> float:
        """How many days it has."""
        return self.until - self.after
