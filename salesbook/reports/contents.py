"""Which lists stand in which report, with which columns? A list of PageLines is one entry here.

To bring a list into reports, add its `ListBlock` to LISTS, where it should stand, and the words
`lists.<list>` to reports.toml of both languages. All faces then show it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
REP_PAGE: Final = "RepPage"
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
    otherwise: str = ""
    """The field, a sentence, that stands in for it where it is blank.

    Once in a row: where it says whose row it is, it does not stand in for a grade as well.
    """
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
    of: Literal["today", "period", "year", "period-or-year"] = "today"
    """Whether it is today's, of the period that the report is of, or of the fiscal year around it; of
    the year, too, where the period is a month of which nearly nothing is gone."""
    total: str = ""
    """A list of one line that stands below the others, in the same columns."""
    caption: str = ""
    """A list of one line, of which `count` or `on` goes into the word `captions.<caption>`."""
    is_to_date: bool = False
    """Whether its figures are those of the running year, whatever period the report is of."""
    rest: str = ""
    """A list of one line that says what this one leaves out, in its field `rest_field`."""
    rest_field: str = "says"
    counts: Literal["", "all", "rest"] = ""
    """What `count` of the caption or the rest counts: all lines of the list, or those not shown."""
    on_slides: bool = True
    in_reports: bool = True
    """Whether it stands in reports too, not on its page alone."""
    is_ranked: bool = False
    """Whether it goes from the best to the worst."""


SIGN: Final = ListColumn("sign", "sign", 0.25, heading="sign")
_REP: Final = ListColumn("rep", width=1.2, kinds=LEADERS)
_BECAUSE: Final = ListColumn("because", "sentence", 2.4)
_STAGE: Final = ListColumn("stage", width=1.0)
_DUE_ON: Final = ListColumn("on", "day", heading="due_on")

ANSWERS: Final = {
    "company": (DASHBOARD, "answer", True),
    "team": (DASHBOARD, "answer", True),
    "rep": (REP_PAGE, "rep-answer", False),
}
"""By whose report it is: the page and list of its first sentences, and whether a period has its own."""

_DASHBOARD: Final = (
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
        is_to_date=True,
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
            ListColumn("subject", width=2.0, heading="about"),
            ListColumn("customer", width=1.5),
            # Who has to act, as Alerts calls it: of a deal who works on it, not always its rep.
            replace(_REP, heading="who"),
            ListColumn("amount", "money", 0.8),
            _BECAUSE,
            ListColumn("since_on", "day", 0.9),
        ),
        caption="today-count",
        counts="all",
    ),
)
_REP_PAGE: Final = (
    # A report goes to the rep: what a manager may ask in the next talk is no part of it.
    ListBlock(
        "talk",
        (
            SIGN,
            ListColumn("says", "sentence", 1.6, heading="what"),
            ListColumn("because", "sentence", 2.4, heading="ask"),
        ),
        page=REP_PAGE,
        kinds=("rep",),
        in_reports=False,
    ),
    ListBlock(
        "pay",
        (
            ListColumn("says", "sentence", 1.6, heading="month"),
            ListColumn("sold", "money", heading="pay_base"),
            ListColumn("target", "money", heading="quota"),
            ListColumn("rate", "percent", heading="attained"),
            ListColumn("expected", "pay", heading="earned"),
            ListColumn("amount", "pay", heading="paid"),
            ListColumn("because", "sentence", 1.4, heading="status"),
        ),
        page=REP_PAGE,
        kinds=("rep",),
        total="pay-total",
    ),
    ListBlock(
        # Of the period that is asked for, each line of Commission.
        "statement",
        (
            ListColumn("says", "sentence", 1.0, heading="month"),
            ListColumn("subject", width=1.0, heading="order"),
            ListColumn("expected", "pay", heading="base"),
            ListColumn("because", "sentence", 4.0, heading="why"),
            ListColumn("amount", "pay", heading="line_pay"),
        ),
        page=REP_PAGE,
        kinds=("rep",),
        of="period",
        total="statement-total",
        on_slides=False,
    ),
    ListBlock(
        "own-pipeline",
        (
            SIGN,
            ListColumn("subject", width=2.0, heading="deal"),
            ListColumn("customer", width=1.5),
            _STAGE,
            ListColumn("amount", "money"),
            _DUE_ON,
            ListColumn("next_step", width=1.4),
            ListColumn("next_on", "day"),
            ListColumn("because", "sentence", 1.6),
        ),
        page=REP_PAGE,
        kinds=("rep",),
        rest="own-pipeline-rest",
        counts="rest",
    ),
    ListBlock(
        "training",
        (
            SIGN,
            ListColumn("subject", width=2.0, heading="course"),
            ListColumn("says", "sentence", 2.0, heading="status"),
            ListColumn("on", "day", heading="due_by"),
        ),
        page=REP_PAGE,
        kinds=("rep",),
        on_slides=False,
    ),
)
_TEAM: Final = (
    ListBlock(
        "team-reps",
        (
            SIGN,
            ListColumn("subject", width=1.7, heading="rep", otherwise="says"),
            ListColumn("team"),
            ListColumn("sold", "money"),
            ListColumn("due", "money"),
            ListColumn("rate", "pace", heading="pace"),
            ListColumn("m01", "months", 1.1, heading="months"),
            ListColumn("word", heading="grade", otherwise="says"),
            ListColumn("amount", "pay", heading="pay"),
        ),
        page="TeamBoard",
        kinds=LEADERS,
        of="period-or-year",
        total="team-total",
        is_ranked=True,
    ),
    ListBlock(
        "team-people",
        (SIGN, ListColumn("says", "sentence", 5.0, heading="what")),
        page="TeamBoard",
        kinds=LEADERS,
        on_slides=False,
    ),
)
_PIPELINE: Final = (
    ListBlock(
        "stuck",
        (
            SIGN,
            ListColumn("subject", width=2.0, heading="deal"),
            ListColumn("customer", width=1.5),
            _REP,
            _STAGE,
            ListColumn("amount", "money"),
            _DUE_ON,
            ListColumn("says", "sentence", 2.2, heading="why"),
        ),
        page="PipelineBoard",
        kinds=LEADERS,
        rest="stuck-sum",
        counts="all",
    ),
    ListBlock(
        "leak",
        (
            SIGN,
            ListColumn("says", "sentence", 2.0, heading="what"),
            ListColumn("because", "sentence", 4.0, heading="why"),
        ),
        page="PipelineBoard",
        kinds=LEADERS,
        on_slides=False,
    ),
    ListBlock(
        "review",
        (ListColumn("says", "sentence", 5.0, heading="what"),),
        page="PipelineBoard",
        kinds=("company",),
        on_slides=False,
    ),
    ListBlock(
        "moved",
        (
            SIGN,
            ListColumn("says", "sentence", 1.4, heading="what"),
            ListColumn("count", "count", heading="deals"),
            ListColumn("amount", "money"),
            ListColumn("subject", width=2.4, heading="largest"),
        ),
        page="PipelineBoard",
        kinds=LEADERS,
        of="period",
        on_slides=False,
    ),
    ListBlock(
        "stages",
        (
            SIGN,
            ListColumn("stage", width=1.6, otherwise="says"),
            ListColumn("count", "count", heading="open_deals"),
            ListColumn("amount", "money"),
            ListColumn("count_down", "count", heading="stuck"),
            ListColumn("rate", "percent", heading="went_on"),
            ListColumn("number", "number", heading="median_days"),
        ),
        page="PipelineBoard",
        kinds=LEADERS,
        on_slides=False,
    ),
)
_CUSTOMERS: Final = (
    ListBlock(
        "calls",
        (
            SIGN,
            ListColumn("subject", width=1.4, heading="contact"),
            ListColumn("customer", width=1.6),
            ListColumn("phone", width=1.3),
            _REP,
            ListColumn("since_on", "day", heading="call_on"),
            ListColumn("because", "sentence", 1.6, heading="last_word"),
            ListColumn("says", "sentence", 1.8, heading="next"),
        ),
        page="CustomerBoard",
        rest="calls-rest",
        counts="rest",
    ),
    ListBlock(
        "leaving",
        (
            SIGN,
            ListColumn("subject", width=2.0, heading="customer"),
            _REP,
            ListColumn("tier", width=0.6),
            ListColumn("amount", "money", heading="value"),
            ListColumn("days", "number", heading="silent_days"),
            ListColumn("limit_days", "number", heading="usual_days"),
        ),
        page="CustomerBoard",
        kinds=LEADERS,
        rest="leaving-rest",
        counts="rest",
    ),
    ListBlock(
        "tiers",
        (
            SIGN,
            ListColumn("tier", otherwise="says"),
            ListColumn("count", "count", heading="customers"),
            ListColumn("amount", "money", heading="value"),
            ListColumn("share", "percent", heading="share"),
            ListColumn("number", "number", heading="waiting"),
            ListColumn("rate", "percent", heading="on_time"),
        ),
        page="CustomerBoard",
        kinds=LEADERS,
        on_slides=False,
    ),
    ListBlock(
        "upkeep",
        (SIGN, ListColumn("says", "sentence", 6.0)),
        page="CustomerBoard",
        on_slides=False,
    ),
    ListBlock(
        "ask",
        (
            SIGN,
            ListColumn("subject", width=2.0, heading="customer"),
            _REP,
            ListColumn("says", "sentence", 2.0),
            ListColumn("on", "day"),
        ),
        page="CustomerBoard",
        rest="ask-rest",
        counts="rest",
        on_slides=False,
    ),
    ListBlock(
        "pool",
        (
            SIGN,
            ListColumn("subject", width=2.0, heading="customer"),
            _REP,
            ListColumn("amount", "money", heading="value"),
            ListColumn("days", "number", heading="in_days"),
        ),
        page="CustomerBoard",
        rest="pool-rest",
        counts="rest",
        on_slides=False,
    ),
    ListBlock(
        "matters",
        (SIGN, ListColumn("says", "sentence", 6.0)),
        page="CustomerBoard",
        kinds=("company",),
        on_slides=False,
    ),
)

LISTS: Final[tuple[ListBlock, ...]] = (
    *_DASHBOARD,
    *_REP_PAGE,
    *_TEAM,
    *_PIPELINE,
    *_CUSTOMERS,
)
"""Every list that reports show beside the answer, the tiles and the charts, in this order.

A page whose lists a workbook does not have yet is left out.
"""
