"""How may a cell of a page look? A few properties by meaning; the build has fonts and colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal[
    "ink", "muted", "accent", "good", "attention", "bad", "paper", "line", "middle", "light", "grey"
]
Align = Literal["left", "right", "center"]
Shows = Literal[
    "text",
    "money",
    "exact",
    "rate",
    "count",
    "days",
    "span",
    "date",
    "day",
    "decimal",
    "times",
    "error",
    "signed",
    "up",
    "down",
]
"""What a cell shows: `money` in whole units, `exact` to the coin as people are paid, `times` as 3.8×,
`span` as 30 d, `error` as ± 9%, `date` without its year and `day` with it, `signed` as +22, `up` and
`down` how many went there, a dash for none."""


@dataclass(frozen=True, slots=True)
class Look:
    """The looks of one cell."""

    shows: Shows = "text"
    tone: Tone = "ink"
    size: float = 10
    bold: bool = False
    align: Align = "left"
    fill: Literal["", "panel", "band", "head"] | Tone = ""
    left: Tone | None = None
    """A thick line at the left."""
    bottom: bool = False
    """A hairline below."""
    indent: int = 0
    wrap: bool = False
    shrink: bool = False
    """Whether a text that is too long is written smaller; numbers always are."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A data bar in a cell, from 0 to its end."""

    end: float


def number(shows: Shows, *, tone: Tone = "ink", size: float = 10, bold: bool = False) -> Look:
    """The look of a number: at the right of its cell."""
    return Look(shows=shows, align="right", tone=tone, size=size, bold=bold)
