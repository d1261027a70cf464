"""What moving and copying do to a formula's references."""

from __future__ import annotations

import pytest

from salesbook.hosts.formulas import UnsureError, copied, has_cell_references, moved


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("B3*2", "B9*2"),
        ("$B3+C$1+$D$4", "$B9+C$1+$D$4"),
        ('"B3"&B3', '"B3"&B9'),
        ("SUM(B3:D3)", "SUM(B9:D9)"),
        ("LOG10(B3)+A3B", "LOG10(B9)+A3B"),
        ("Deals[[#This Row],[B3]]+B3", "Deals[[#This Row],[B3]]+B9"),
        ("Deals[a'[3']]+b3", "Deals[a'[3']]+B9"),
        ("'B3 x'!$A$1+B3", "'B3 x'!$A$1+B9"),
        ("SUM(A:A)/B3", "SUM(A:A)/B9"),
        ("[1]Sheet!$A$1", "[1]Sheet!$A$1"),
    ],
)
def test_moved(formula: str, expected: str) -> None:
    """References to the formula's own row go along; text, names, columns and fixed cells stay."""
    assert moved(formula, 3, 9) == expected


@pytest.mark.parametrize(
    "formula", ["B2", "B3:B4", "Other!B3", "Other!$B$3:B3", "3:3", "$3:$3", "[1]S!B3"]
)
def test_not_moved(formula: str) -> None:
    """What names other rows, or other sheets relatively, is not guessed."""
    with pytest.raises(UnsureError):
        moved(formula, 3, 9)


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


def test_cell_references() -> None:
    """Column names, functions and defined names are no places."""
    assert not has_cell_references('SUM(T[A1])+LOG10(2)+Rate_1+"A1"')
    assert all(map(has_cell_references, ["A1", "$A$1", "S!A1", "3:4", "IF(a1,1,2)"]))
