"""The sentence that answers "will we make the number?", drawn from chances of month, quarter, year."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest

from salesbook.expressions import Number
from salesbook.labels import messages
from salesbook.money import exact, round_half_away
from salesbook.pages.common import chance_shown
from salesbook.pages.lines.answers import answer
from salesbook.pages.lines.context import WHOLE_COMPANY
from salesbook.pages.lines.periods import chance_left
from salesbook.reports.numbers import Numbers
from tests.unit.test_expressions import value

DAY = dt.date(2026, 11, 29)
CONTEXT = SimpleNamespace(
    as_of=DAY, first_month=1, month="2026-11", policy=SimpleNamespace(decimals=2)
)


def period(
    sold: int, target: int, chance: float, landing: int, best: int | None = None
) -> dict[str, object]:
    """Amounts in whole units, kept in cents; `best` is the upper end of the range."""
    sign = "✓" if chance >= 0.6 else "●" if chance >= 0.3 else "▼"
    return {
        "high": (landing if best is None else best) * 100,
        "on": pd.Timestamp(2026, 12, 31),
        "sold": sold * 100,
        "target": target * 100,
        "middle": landing * 100,
        "chance_rate": chance,
        "sign": sign,
    }


def said(month, quarter, year, context=CONTEXT) -> list[tuple[str, str]]:
    figures = SimpleNamespace(
        line=lambda scope, span: {"2026-11": month, "FY2026-Q4": quarter, "FY2026": year}[span]
    )
    lines = answer(context, figures, WHOLE_COMPANY, "2026-11")
    return [(str(line["sign"]), messages.sentence(line["says"], "en")) for line in lines]


SOLD = period(sold=120, target=100, chance=1.0, landing=130)


@pytest.mark.parametrize(
    ("chance", "sign", "sentence"),
    [
        (0.95, "✓", "Year 2026 will almost certainly reach its target."),
        (0.94, "✓", "Year 2026 will probably reach its target."),
        (0.80, "✓", "Year 2026 will probably reach its target."),
        (0.79, "✓", "Year 2026 should reach its target."),
        (0.60, "✓", "Year 2026 should reach its target."),
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
            "Q4 2026 should reach its target.",
        ),
        (
            "▼",
            "Year 2026 will almost certainly miss, by about 400: 400 still to sell, "
            "about 0 in sight.",
        ),
    ]


def test_no_period_that_fails_is_kept_quiet_about():
    """Of the longest it is said by how much, of the others that they fail, too."""
    fails = period(sold=600, target=1_000, chance=0.01, landing=650)
    lines = said(fails, fails, fails)
    assert [sign for sign, _ in lines] == ["▼", "▼"]
    both = "November 2026 and Q4 2026 will almost certainly miss their targets."
    assert lines[0][1] == both
    assert lines[1][1].startswith("Year 2026 will almost certainly miss, by about 350:")

    unlikely = period(sold=600, target=1_000, chance=0.2, landing=950)
    lines = said(SOLD, fails, unlikely)
    assert "Q4 2026 will almost certainly miss, by about 350" in lines[1][1]
    assert "Year 2026 will probably miss by about 50" in lines[0][1]


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


def test_a_line_of_several_sentences_has_the_sign_of_the_worst():
    """A tick before "will miss" is the opposite of what the line says."""
    likely = period(sold=80, target=100, chance=0.64, landing=110)
    unlikely = period(sold=200, target=1_000, chance=0.2, landing=600)
    hopeless = period(sold=600, target=3_000, chance=0.01, landing=1_000)
    first, last = said(unlikely, likely, hopeless)
    assert first == (
        "▼",
        "Q4 2026 should reach its target. November 2026 will probably miss by about 400: "
        "800 still to sell, about 400 in sight.",
    )
    assert last[0] == "▼"

    either = period(sold=200, target=1_000, chance=0.4, landing=900)
    assert [sign for sign, _ in said(either, likely, hopeless)] == ["●", "▼"]


def with_deals(*rows: tuple[str, str, int]) -> SimpleNamespace:
    """Open deals that are expected on a day with an amount."""
    deals = pd.DataFrame(rows, columns=["deal_id", "expected_on", "amount"])
    deals["expected_on"] = pd.to_datetime(deals["expected_on"])
    return SimpleNamespace(
        **vars(CONTEXT), counted_deals=deals, name_of=lambda table, key: f"{table} {key}"
    )


def test_what_hangs_on_one_deal_is_not_called_nothing_in_sight():
    """The middle outcome is nothing, one in ten brings 60,000: the largest deal that is due decides."""
    quarter = period(sold=0, target=50_000, chance=0.11, landing=0, best=60_000)
    deals = (("d1", "2026-12-20", 60_000_00), ("d2", "2026-12-01", 9_000_00))
    later = ("d3", "2027-01-09", 90_000_00)
    assert said(SOLD, SOLD, quarter, with_deals(*deals, later))[1:] == [
        (
            "▼",
            "Year 2026 will probably miss by about 50,000: 50,000 still to sell, which hangs on "
            "few deals, most of all Deals d1 (60,000).",
        )
    ]
    assert said(SOLD, SOLD, quarter, with_deals(later))[1:] == [
        (
            "▼",
            "Year 2026 will probably miss by about 50,000: 50,000 still to sell; no large deal is "
            "due, though 1 in 10 outcomes still brings 60,000 or more.",
        )
    ]


@pytest.mark.parametrize(
    ("chance", "is_settled", "shown"),
    [
        (0.0, False, "<1%"),
        (0.0, True, "0%"),
        (0.004, False, "<1%"),
        (0.005, False, "1%"),
        (0.994, False, "99%"),
        (0.995, False, ">99%"),
        (1.0, False, ">99%"),
        (1.0, True, "100%"),
    ],
)
def test_no_chance_is_called_none_or_certain_while_it_is_open(chance, is_settled, shown):
    """In reports, and by the formula of the pages in every cell that shows one."""
    left = chance_left(chance, is_settled=is_settled)
    assert Numbers("en", "USD").chance(left) == shown
    cell = value(chance_shown(Number(left)))
    if not isinstance(cell, str):
        cell = f"{round_half_away(exact(cell) * 100)}%"
    assert cell == shown
