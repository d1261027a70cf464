"""A result with more rows than a sheet takes leaves out its oldest days, and says so before."""

from __future__ import annotations

import pandas as pd
import pytest

from salesbook.frames import frame_from_rows
from salesbook.labels import LANGUAGES, sentence
from salesbook.messages import Message
from salesbook.tables import TABLES
from salesbook.tables.base import Kind, Role
from salesbook.writing.limits import within_limit
from tests.drawn_tables import day


def history(*days: str) -> pd.DataFrame:
    rows = [
        {"as_of": day(text), "customer_id": f"C{place}", "tier": "A", "value": 1}
        for place, text in enumerate(days)
    ]
    return frame_from_rows("TierHistory", rows)


DAYS = ("2026-06-03", "2026-06-01", "2026-06-02", "2026-06-02", "2026-06-01")


def test_what_fits_stays_and_is_not_spoken_of():
    frame = history(*DAYS)
    kept, findings = within_limit("TierHistory", frame, most=9, nearly=5)
    assert kept is frame
    assert findings == []


def test_what_nearly_fills_the_sheet_is_told_before_anything_goes():
    kept, (finding,) = within_limit("TierHistory", history(*DAYS), most=5, nearly=4)
    assert len(kept) == 5
    assert finding.code == "result-nearly-full"


@pytest.mark.parametrize(
    ("most", "left"), [(4, ["C0", "C2", "C3"]), (3, ["C0", "C2", "C3"]), (2, ["C0"])]
)
def test_the_oldest_days_go_as_a_whole_and_are_counted(most, left):
    """Half a day's snapshot would tell of customers that were not there."""
    kept, (finding,) = within_limit("TierHistory", history(*DAYS), most=most, nearly=1)
    assert kept["customer_id"].tolist() == left
    assert finding.params == {"count": 5 - len(left), "most": most}


def test_one_day_that_is_too_much_keeps_what_fits():
    kept, _ = within_limit("TierHistory", history(*["2026-06-01"] * 4), most=3)
    assert kept["customer_id"].tolist() == ["C1", "C2", "C3"]


def test_a_result_without_days_keeps_its_first_rows():
    calls = frame_from_rows(
        "Duplicates",
        [
            {"table": "Customers", "left_id": f"C{at}", "right_id": "D", "score": 0.9}
            for at in range(4)
        ],
    )
    kept, (finding,) = within_limit("Duplicates", calls, most=3)
    assert kept["left_id"].tolist() == ["C0", "C1", "C2"]
    assert finding.code == "result-thinned"


def test_what_only_grows_knows_its_days():
    for spec in TABLES.values():
        if spec.dated_by:
            assert spec.role is Role.OUTPUT
            assert spec.field(spec.dated_by).kind in (Kind.DATE, Kind.DATETIME)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["result-nearly-full", "result-thinned"])
def test_both_languages_say_it(code, language):
    for part in ("expected", "advice"):
        assert sentence(Message(f"{code}.{part}", {"count": 7, "most": 900_000}), language)
