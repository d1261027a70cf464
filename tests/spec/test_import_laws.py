"""What holds for every import: nothing is lost, nothing is done twice, order does not matter, all
is said.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.cells.base import Reason
from salesbook.intake.file.sources import read_source
from salesbook.intake.foreign import SourceOptions
from salesbook.intake.telling.rejects import harmless, rejects_text
from salesbook.labels import LANGUAGES
from salesbook.labels.messages import fill, templates
from salesbook.labels.words import words
from tests.spec.import_tables import book, counts, draft, imported, new_rows, problems

HEADERS = ("Deal ID", "Deal name", "Customer", "Rep", "Stage", "Amount", "Created on")
ROWS = st.tuples(
    st.sampled_from(["", "D1", "D2", "D3", "D4"]),
    st.sampled_from(["", "Pumps", "Valves", "=1+1"]),
    st.sampled_from(["", "Acme", "hill", "Nobody"]),
    st.sampled_from(["", "Ann", "R2", "Zed"]),
    st.sampled_from(["", "Lead", "won", "Dreaming"]),
    st.sampled_from(["", "5", "1,234.50", "12,5OO", "0", "-3", "1.5k"]),
    st.sampled_from(["", "2026-01-02", "03/04/2026", "2026-02-30"]),
)
FILES = st.lists(ROWS, max_size=9)


def text_of(rows, headers=HEADERS):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headers, *rows])
    return out.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("import")


@settings(max_examples=60, deadline=None)
@given(rows=FILES, add=st.booleans())
def test_rows_and_amounts_are_conserved(folder, rows, add):
    """Every row read is accepted, rejected or a duplicate, and so is every amount that could be
    read.
    """
    done = draft(folder, text_of(rows), "Deals", add_missing=add)
    filled = [row for row in rows if any(row)]
    assert done.read == len(filled) == done.accepted + len(done.rejected) + done.duplicates
    assert done.accepted == done.new + done.updated + done.unchanged
    readable = {"5": "5", "1,234.50": "1234.5", "0": "0", "-3": "-3", "1.5k": "1500"}
    total = sum((Decimal(readable.get(row[5], "0")) for row in filled), Decimal(0))
    assert done.totals
    assert (
        done.totals.read
        == total
        == sum((done.totals.accepted, done.totals.rejected, done.totals.duplicates))
    )
    money = sum(row.get("amount", 0) for row in new_rows(done))
    assert money == done.totals.accepted * 100


@settings(max_examples=30, deadline=None)
@given(rows=FILES)
def test_importing_twice_changes_nothing(folder, rows):
    """A second import of the same file finds everything as it is, and rejects the same rows."""
    now, text = book(), text_of(rows)
    first = draft(folder, text, "Deals", now, add_missing=True)
    again = draft(folder, text, "Deals", imported(now, first), add_missing=True)
    assert again.changes == ()
    assert again.unchanged == first.accepted
    assert problems(again) == problems(first)


@settings(max_examples=20, deadline=None)
@given(
    rows=st.lists(ROWS, max_size=7, unique_by=(lambda row: row[0], lambda row: row[1:])),
    seed=st.randoms(),
)
def test_the_order_of_rows_does_not_matter(folder, rows, seed):
    """Rows with different keys give the same deals in any order (keys that are made aside)."""
    keyed = [row for row in rows if row[0]]
    shuffled = list(keyed)
    seed.shuffle(shuffled)
    one, other = (draft(folder, text_of(some), "Deals") for some in (keyed, shuffled))
    assert counts(one) == counts(other)
    assert sorted(map(str, new_rows(one))) == sorted(map(str, new_rows(other)))


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(ROWS, max_size=9, unique=True))
def test_rejected_rows_can_be_imported_again_as_they_were(folder, rows):
    """The rejects file holds the cells as they came; importing it rejects them for the same
    reasons.
    """
    done = draft(folder, text_of(rows), "Deals")
    repeated = [
        row for row in done.rejected if any(r.code == "key-repeated" for _, r in row.faults)
    ]
    if repeated or not done.rejected:
        return
    rejects = rejects_text(done, lambda reason: reason.code)
    again = draft(folder, rejects, "Deals")
    assert [row.cells for row in again.rejected] == [row.cells for row in done.rejected]
    assert [codes for *_, codes in problems(again)] == [codes for *_, codes in problems(done)]


PAYLOADS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "＝1+1",
    "＋1",
    "－1+1",
    "＠SUM(1)",
    "|calc",
    "%0A=1",
    "\n=1+1",
    "-2+3+cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_the_rejects_file_is_a_formula(tmp_path, payload):
    """Whatever a file holds, a spreadsheet shows it as text, and a second import reads what was
    there.
    """
    done = draft(tmp_path, text_of([("D1", payload, "", "Zed", "Lead", "5", "")]), "Deals")
    path = tmp_path / "rejects.csv"
    path.write_text(
        rejects_text(done, lambda reason: reason.code), encoding="utf-8-sig", newline=""
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r\n＝＋－＠|%" and cell]
    found = read_source(path, "Deals", SourceOptions())
    assert found.headers == done.source.headers
    assert found.rows[0].cells[1] == payload


@pytest.mark.parametrize("number", ["-5", "+5", "-1,234.50", "-12%"])
def test_a_negative_number_needs_no_apostrophe(number):
    assert harmless(number) == number


REASONS = [
    Reason("row-too-long", {"cells": 5, "headers": 4}),
    Reason("quote-unclosed"),
    Reason("totals-row"),
    Reason("note-row"),
    Reason("row-deleted"),
    Reason("missing-key"),
    Reason("no-natural-key", {"fields": "name"}),
    Reason("natural-key-ambiguous", {"key": "Acme", "keys": ("C1", "C2")}),
    Reason("ambiguous-deal", {"key": "Pumps / C1", "keys": ("D1",)}),
    Reason("key-repeated", {"key": "D1", "row": 2}),
    Reason("refers-to-rejected", {"key": "R1"}),
    Reason("name-not-unique", {"found": "Wang", "keys": ("C1", "C2")}),
    Reason("unknown-rep", {"found": "Zed", "nearest": ""}),
    Reason("unknown-customer", {"found": "Zed", "nearest": "Zen"}),
    Reason("unknown-stage", {"found": "X", "pipeline": "main", "nearest": None}),
    Reason("unknown-pipeline", {"found": "X", "known": ("main",)}),
    Reason("no-closing-stage", {"found": "won", "pipeline": "main"}),
    Reason("money-other-currency", {"currency": "€", "expected": "USD"}),
    Reason("number-unit-twice"),
    Reason("date-incomplete", {"found": "May"}),
    Reason("date-maybe-swapped", {"found": "2024-01-02"}),
]


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(reason, language):
    known = {**templates(language), **_words(language)}
    assert all(
        fill(known[f"{reason.code}.{part}"], reason.params, language)
        for part in ("expected", "advice")
    )


def _words(language):
    codes = words("findings_import", language).items()
    return {f"{code}.{part}": text for code, parts in codes for part, text in parts.items()}
