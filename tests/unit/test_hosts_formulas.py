"""What copying does to a formula's references."""

from __future__ import annotations

import pytest

from salesbook.hosts.formulas import UnsureError, copied


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("A1+$A1+A$1+$A$1", "B3+$A3+B$1+$A$1"),
        ("Other!A1:A2", "Other!B3:B4"),
        ('"A1"&T[A1]', '"A1"&T[A1]'),
    ],
)
def test_copied(formula: str, expected: str) -> None:
    """Copying shifts every relative reference, as a shared formula does."""
    assert copied(formula, 2, 1) == expected


@pytest.mark.parametrize("formula", ["A1", "A:A", "1:1"])
def test_not_copied(formula: str) -> None:
    """A reference that would leave the sheet, or whole rows and columns, are not guessed."""
    with pytest.raises(UnsureError):
        copied(formula, -1, -1)
