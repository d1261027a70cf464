"""The short form of honesty's section on customers who are typed twice."""

from __future__ import annotations

import pytest

from honesty import look_alikes
from salesbook.domain.checks import alike_customers

SEED = 7


@pytest.fixture(scope="module")
def cells():
    return {cell.kind: cell for cell in look_alikes.cells(2, SEED)}


@pytest.mark.parametrize("kind", ["English", "Chinese"])
def test_pairs_that_are_named_are_one_and_those_that_are_one_are_named(cells, kind):
    assert cells[kind].right.share >= 0.95
    assert cells[kind].found.share >= 0.9
    assert cells[kind].found.cases >= 400


@pytest.mark.parametrize("kind", ["English", "Chinese"])
def test_contacts_of_one_company_who_are_asked_about_are_that(cells, kind):
    assert cells[kind].asked_right.share >= 0.95
    assert cells[kind].asked_right.cases >= 300


def test_names_alone_would_name_wrong_pairs_and_miss_right_ones(cells):
    english = cells["English"]
    assert english.plain_right.share < 0.9 < english.right.share
    for cell in cells.values():
        assert cell.plain_found.share < cell.found.share


def test_nothing_that_speaks_against_a_pair_would_show(monkeypatch):
    """The rule broken on purpose: colleagues are one for their domain, whatever they are called."""
    monkeypatch.setattr(alike_customers, "_DOUBT", 0.0)
    (english, _) = look_alikes.cells(1, SEED)
    assert english.right.share < 0.8
