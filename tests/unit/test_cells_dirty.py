"""Dirty cells in families: each is understood or refused with a reason, none is silently wrong."""

from __future__ import annotations

import pytest

from reliability.dirty_cells import FAMILIES, NONE, No
from salesbook.cells.base import Reason
from salesbook.cells.field import parse_cell

CASES = [
    pytest.param(
        case[0],
        kind,
        case[2] if len(case) > 2 else NONE,
        case[1],
        id=f"{family}-{position}-{str(case[0])[:20]!r}",
    )
    for family, (kind, cases) in FAMILIES.items()
    for position, case in enumerate(cases)
]


@pytest.mark.parametrize(("cell", "kind", "options", "expected"), CASES)
def test_a_dirty_cell_is_understood_or_refused(cell, kind, options, expected):
    """Every cell of the table gives the value or the refusal beside it, of the right type."""
    found = parse_cell(cell, kind, options)
    if isinstance(expected, No):
        assert isinstance(found, Reason)
        assert found.code == expected
    else:
        assert (found, type(found)) == (expected, type(expected))


def test_there_are_enough_of_them():
    """At least 150 cells in 12 families, some in each language."""
    assert len(CASES) >= 150
    assert len(FAMILIES) >= 12
