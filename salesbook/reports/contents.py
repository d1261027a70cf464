"""Which lists stand in which report, with which columns? A list of PageLines is one entry here.

To bring a list into reports, add its `ListBlock` to LISTS, where it should stand, and the words
`lists.<list>` to reports.toml of both languages. All faces then show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Form = Literal[
    "text",
    "sentence",
    "sign",
    "choice",
    "money",
    "pay",
    "percent",
    "number",
    "count",
    "day",
    "pace",
    "months",
]
"""How a cell is written: `money` without decimals, `pay` with all of them, `pace` as a share with a
bar behind it, `months` as twelve small columns."""

NUMBERS: Final[frozenset[Form]] = frozenset(
    {"money", "pay", "percent", "number", "count", "day", "pace"}
)
"""Forms whose cells stand at the right, so that digits stand below each other."""

DASHBOARD: Final = "Dashboard"
EVERYBODY: Final = ("company", "team", "rep")
LEADERS: Final = ("company", "team")


@dataclass(frozen=True)
class ListColumn:
    """One column of a list."""

    field: str
    """Of PageLines; of the form `months` it stands for all twelve."""
    form: Form = "text"
    width: float = 1.0
    heading: str = ""
    """A word of reports.toml, `columns.<heading>`; missing: what the workbook calls the field."""
    kinds: tuple[str, ...] = EVERYBODY
    """Whose reports have it: in a rep's own report the rep's name says nothing."""
    owner: str = ""
    """Of the form `choice`: the field whose words the codes have, such as `Scorecard.grade`."""


@dataclass(frozen=True)
class ListBlock:
    """One list of a report."""

    list: str
    columns: tuple[ListColumn, ...]
    page: str = DASHBOARD
    """The page whose list it is."""
    kinds: tuple[str, ...] = EVERYBODY
    of_period: bool = False
    """Whether it depends on the period that the report is of; else it is today's."""
    caption: str = ""
    """A list of one line, of which `count` or `on` goes into the word `captions.<caption>`."""
    rest: str = ""
    """A list of one line that says what this one leaves out."""
    on_slides: bool = True


SIGN: Final = ListColumn("sign", "sign", 0.25, heading="sign")

LISTS: Final[tuple[ListBlock, ...]] = (
    ListBlock(
        "help",
        (
            SIGN,
            ListColumn("subject", width=1.7, heading="rep"),
            ListColumn("sold", "money"),
            ListColumn("due", "money"),
            ListColumn("rate", "pace", heading="pace"),
            ListColumn("m01", "months", 1.1, heading="months"),
            ListColumn("because", "sentence", 3.0),
        ),
        kinds=LEADERS,
        rest="help-rest",
    ),
    ListBlock(
        "changed",
        (
            SIGN,
            ListColumn("says", "sentence", 1.0, heading="what"),
            ListColumn("because", "sentence", 4.0, heading="which"),
        ),
        kinds=LEADERS,
        caption="changed-since",
    ),
    ListBlock(
        "today",
        (
            SIGN,
            ListColumn("says", "sentence", 2.0, heading="to_do"),
            ListColumn("subject", width=2.0),
            ListColumn("customer", width=1.5),
            ListColumn("rep", width=1.2, kinds=LEADERS),
            ListColumn("amount", "money", 0.8),
            ListColumn("because", "sentence", 2.4),
            ListColumn("since_on", "day", 0.9),
        ),
        caption="today-count",
    ),
)
"""Every list that reports show beside the answer, the tiles and the charts, in this order."""
