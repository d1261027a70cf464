"""How a statement falls to its orders, and how a draw is recovered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.pay.brackets import PayBracket, PayScheme
from salesbook.domain.pay.draw import draw_line
from salesbook.domain.pay.lines import Tally, lines_of
from salesbook.domain.pay.rates import REST, Counted, Rates, RateTable
from salesbook.domain.pay.terms import Terms

AMOUNTS = st.integers(-(10**9), 10**9).filter(bool)


def paid_with_draw(gross: list[int], draw: int) -> list[tuple[int, int]]:
    """What each month pays, and what is owed after it."""
    months, owed = [], 0
    for earned in gross:
        line = draw_line(earned, draw, owed, scheme="std", decimals=2)
        owed += line.amount if line else 0
        months.append((earned + (line.amount if line else 0), owed))
    return months


def test_recoverable_draw():
    """Draw 2,000: what the third month is short of it comes back from the fourth and fifth."""
    paid, owed = zip(*paid_with_draw([2750, 3000, 1500, 2375, 3000, 2750], 2000), strict=True)
    assert paid == (2750, 3000, 2000, 2000, 2875, 2750)
    assert owed == (0, 0, 500, 125, 0, 0)


@given(st.lists(st.integers(-(10**6), 10**7), max_size=24), st.integers(1, 10**6))
def test_a_draw_changes_when_money_is_paid_and_not_how_much(gross: list[int], draw: int):
    months = paid_with_draw(gross, draw)
    assert all(pays >= draw and owed >= 0 for pays, owed in months)
    assert sum(pays for pays, _ in months) == sum(gross) + (months[-1][1] if months else 0)
    assert all(pays == draw for pays, owed in months if owed)


@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=3), AMOUNTS, max_size=12),
    st.integers(1, 10**10),
    st.integers(0, 10**10),
    st.sampled_from(["marginal", "whole"]),
)
def test_lines_add_up_to_what_the_pay_rises_by(
    bases: dict[str, int], quota: int, before: int, kind: str
):
    """To the cent, whatever is sold and taken back, and each order has one line."""
    scheme = PayScheme(
        (PayBracket(0.0, 0.05, kind), PayBracket(0.5, 0.07, kind), PayBracket(1.0, 0.1, kind)),
        cap=10**9,
    )  # type: ignore[arg-type]
    terms = Terms("p", "2020-01-01", Rates({REST: RateTable(scheme)}), quota)
    tally = Tally({REST: Counted(before)}, terms.pay({REST: Counted(before)}))
    items = {(order, REST): Counted(base) for order, base in bases.items()}
    lines = lines_of(items, terms, tally, decimals=2)
    after = {REST: Counted(before + sum(bases.values()))}
    due = terms.pay(after)
    assert sum(line.amount for line in lines) == due - terms.pay({REST: Counted(before)})
    assert sorted((line.order_id, line.base) for line in lines) == sorted(bases.items())
    assert (tally.progress, tally.paid) == (after, due)
