"""Is the same thing shown alike wherever it is shown: a chance, and how late a call is?"""

import pytest

from salesbook.expressions import Calculation, Number
from salesbook.expressions.values import from_cells
from salesbook.pages.common import chance_shown
from salesbook.pages.lines.lateness import LATE_FROM, VERY_LATE_FROM, sign_of_days
from salesbook.pages.lines.rep_page import _chance
from salesbook.reports.numbers import Numbers


@pytest.mark.parametrize(
    ("chance", "shown"),
    [
        (0.0, "0%"),
        (0.0049, "<1%"),
        (0.005, "1%"),
        (0.008, "1%"),
        (0.5, "50%"),
        (0.992, "99%"),
        (0.9949, "99%"),
        (0.995, ">99%"),
        (1.0, "100%"),
    ],
)
def test_a_chance_is_called_hardly_and_nearly_alike_on_every_page(chance, shown):
    calculation = Calculation(lambda *_: from_cells([]), {}, {}, "en")
    of_cell = calculation.value(chance_shown(Number(chance))).cell()
    # A number is shown by its cell's format, a word is what stands there.
    assert of_cell == (shown if shown in ("<1%", ">99%") else chance)
    assert Numbers("en", "USD").chance(chance) == shown
    kinds = {"<1%": "page.rep.chance-hardly", ">99%": "page.rep.chance-nearly"}
    assert _chance(chance, None).code == kinds.get(shown, "page.rep.chance")


@pytest.mark.parametrize("days", [0, LATE_FROM, LATE_FROM + 1, VERY_LATE_FROM, VERY_LATE_FROM + 1])
def test_how_late_a_call_is_has_one_sign(days):
    """On the boards, the Rep page and the call list."""
    expected = "⚠" if days > 60 else "●" if days > 30 else None
    assert sign_of_days(days) == expected
