"""The page of rules says of each finding how severe it is: as the findings themselves do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from salesbook import labels
from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.tables import TABLES
from tests.book.drawn import book, table
from workbook.build.rules_found import rules_found

EITHER = {"currency-unknown", "more-of-a-kind", "reference-left-out"}
"""The first hangs on the table that names the currency, the second on what it counts, the third on the
field that refers."""


def test_every_kind_of_finding_has_its_severity() -> None:
    rules = rules_found()
    assert set(rules) == set(labels.known_names("findings"))
    assert {code for code, rule in rules.items() if not rule.severity} <= EITHER


def test_places_are_columns_that_there_are() -> None:
    for rule in rules_found().values():
        for place in rule.places:
            name, _, field = place.partition(".")
            assert not field or field in TABLES[name].field_names


def test_what_a_dirty_book_is_told_is_as_severe_as_the_page_says(tmp_path: Path) -> None:
    """Of the sample and of a book in which much is wrong."""
    path = tmp_path / "book.xlsm"
    day = dt.date(2026, 6, 12)
    new_file(path, "en", sample_as_of=day)
    findings = list(run_on_file(path, "refresh", Options(day), wait=5).findings)

    deals = {
        "deal_id": ["D1", "D2", None, "D3"],
        "rep_id": ["Nobody", "R1", "R1", "R1"],
        "stage": ["Won", "Lost", "Lead", "Lead"],
        "amount": ["１２３", "x", 5.0, -5.0],
        "closed_on": [None, "2026-13-01", None, 46190.0],
        "created_on": [46190.0, 20.0, 46190.0, 99_999.0],
        "partner_id": ["R1", None, None, "R1"],
        "product": ["Unknown", None, None, None],
    }
    reps = {"rep_id": ["R1", "r1"], "name": ["Ann", "Bo"], "manager_id": ["R1", "gone"]}
    brackets = {
        "plan": ["P", "P", "Q"],
        "valid_from": [46023.0] * 3,
        "from_rate": [0.0, 0.5, 0.2],
        "pay_rate": [0.1, -0.1, 0.1],
        "kind": ["Whole", "Whole", None],
    }
    host = book(table("Deals", deals), table("Reps", reps), table("Brackets", brackets))
    findings += run_action(host, "validate", Options(dt.date(2026, 6, 30))).findings

    rules = rules_found()
    told = {(finding.code, finding.severity) for finding in findings}
    assert len(told) > 20
    for code, severity in told:
        assert rules[code].severity in (severity, ""), code
