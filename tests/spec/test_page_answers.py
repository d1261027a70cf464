"""The sentence that answers "will we make the number?", drawn from chances of month, quarter, year."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from salesbook.labels import messages
from salesbook.pages.lines.answers import answer
from salesbook.pages.lines.context import WHOLE_COMPANY

DAY = dt.date(2026, 11, 29)
CONTEXT = SimpleNamespace(
    as_of=DAY, first_month=1, month="2026-11", policy=SimpleNamespace(decimals=2)
)


def period(sold: int, target: int, chance: float, landing: int) -> dict[str, object]:
    """Amounts in whole units, kept in cents."""
    sign = "✓" if chance >= 0.6 else "●" if chance >= 0.3 else "▼"
    return {
        "sold": sold * 100,
        "target": target * 100,
        "middle": landing * 100,
        "chance_rate": chance,
        "sign": sign,
    }


def said(month, quarter, year) -> list[tuple[str, str]]:
    figures = SimpleNamespace(
        line=lambda scope, span: {"2026-11": month, "FY2026-Q4": quarter, "FY2026": year}[span]
    )
    lines = answer(CONTEXT, figures, WHOLE_COMPANY, "2026-11")
    return [(str(line["sign"]), messages.sentence(line["says"], "en")) for line in lines]


SOLD = period(sold=120, target=100, chance=1.0, landing=130)


@pytest.mark.parametrize(
    ("chance", "sign", "sentence"),
    [
        (0.95, "✓", "Year 2026 will almost certainly reach its target."),
        (0.94, "✓", "Year 2026 will more likely than not reach its target."),
        (0.60, "✓", "Year 2026 will more likely than not reach its target."),
        (0.59, "●", "Year 2026 can go either way."),
        (0.30, "●", "Year 2026 can go either way."),
        (
            0.29,
            "▼",
            "Year 2026 will probably miss by about 50: 400 still to sell, about 350 in sight.",
        ),
        (
            0.05,
            "▼",
            "Year 2026 will almost certainly miss, by about 50: 400 still to sell, "
            "about 350 in sight.",
        ),
    ],
)
def test_the_words_follow_the_chance(chance, sign, sentence):
    year = period(sold=600, target=1_000, chance=chance, landing=950)
    assert said(SOLD, SOLD, year)[1:] == [(sign, sentence)]


def test_what_is_sold_already_is_no_matter_of_chance():
    year = period(sold=600, target=1_000, chance=1.0, landing=950)
    assert said(SOLD, SOLD, year)[0] == (
        "✓",
        "November 2026 and Q4 2026 have reached their targets.",
    )


def test_sure_likely_and_open_are_said_in_two_sentences_the_worst_by_itself():
    sure = period(sold=90, target=100, chance=0.99, landing=110)
    likely = period(sold=200, target=300, chance=0.7, landing=310)
    unlikely = period(sold=600, target=1_000, chance=0.01, landing=600)
    assert said(sure, likely, unlikely) == [
        (
            "✓",
            "November 2026 will almost certainly reach its target. "
            "Q4 2026 will more likely than not reach its target.",
        ),
        (
            "▼",
            "Year 2026 will almost certainly miss, by about 400: 400 still to sell, "
            "about 0 in sight.",
        ),
    ]


def test_each_amount_is_rounded_by_itself_and_the_sentence_still_adds_up():
    """47,456 to sell of which 46,204 are missed: not 47,400, which no page shows."""
    year = period(sold=7_544, target=55_000, chance=0.01, landing=8_796)
    assert said(SOLD, SOLD, year)[1:] == [
        (
            "▼",
            "Year 2026 will almost certainly miss, by about 46,200: 47,500 still to sell, "
            "about 1,300 in sight.",
        )
    ]
