"""Commission brackets: the pay curve, its cliffs and its parts."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.pay.brackets import (
    Kind,
    PayBracket,
    PayScheme,
    bracket_cliffs,
    bracket_problems,
    pay,
    pays,
)
from salesbook.messages import Message
from salesbook.money import exact, round_half_away

MARGINAL = PayScheme(
    (PayBracket(0, 0.06), PayBracket(1, 0.08), PayBracket(1.25, 0.10), PayBracket(1.5, 0.12))
)
WHOLE = PayScheme(
    (PayBracket(0, 0.05, "whole"), PayBracket(0.5, 0.10, "whole"), PayBracket(1, 0.20, "marginal"))
)


def test_marginal_brackets_pay_each_slice_at_its_rate() -> None:
    """comish.online: quota 375,000, sales 500,000 → 22,500 + 7,500 + 3,125."""
    assert pay(MARGINAL, 500_000_00, 375_000_00) == 33_125_00


@pytest.mark.parametrize(
    ("sales", "due"),
    [(15_000, 750), (40_000, 4_700), (16_499, 824.95), (16_500, 1_650), (33_000, 3_300), (0, 0)],
)
def test_whole_brackets_pay_on_all_sales(sales: int, due: float) -> None:
    """excelforum 861932: quota 33,000; 5 %, from 50 % 10 % on all,
    20 % on the excess above 100 %.
    """
    assert pay(WHOLE, sales * 100, 33_000_00) == round(due * 100)


def test_a_cliff_is_named_with_the_pay_on_both_sides() -> None:
    """At half the quota of 33,000 the pay leaps from 825 to 1,650."""
    facts = {"bracket": 2, "from_rate": 0.5, "before_rate": 0.025, "after_rate": 0.05}
    assert bracket_cliffs(WHOLE.brackets) == [Message("pay-jumps", facts)]
    assert bracket_cliffs(MARGINAL.brackets) == []


def test_a_bracket_holds_its_start_and_not_its_end() -> None:
    scheme = PayScheme((PayBracket(0, 0.10, "whole"), PayBracket(1, 0.20, "whole")))
    assert pay(scheme, 99_999, 100_000) == 10_000
    assert pay(scheme, 100_000, 100_000) == 20_000


def test_nothing_is_paid_above_the_cap() -> None:
    assert pay(PayScheme(MARGINAL.brackets, cap=30_000_00), 500_000_00, 375_000_00) == 30_000_00


def test_refunds_above_sales_take_back_at_the_first_rate() -> None:
    assert pay(MARGINAL, -1_000_00, 375_000_00) == -60_00


@pytest.mark.parametrize("quota", [None, 0])
def test_without_a_quota_nobody_is_paid_by_parts_of_it(quota: int | None) -> None:
    assert pay(MARGINAL, 500_000_00, quota) is None


@pytest.mark.parametrize(
    ("brackets", "code", "bracket"),
    [
        ([], "brackets-empty", None),
        ([PayBracket(0.1, 0.05)], "brackets-start", 1),
        ([PayBracket(0, 0.05), PayBracket(0.5, 0.06), PayBracket(0.5, 0.07)], "brackets-rise", 3),
        ([PayBracket(0, 0.05), PayBracket(0.5, -0.01)], "bracket-negative", 2),
        ([PayBracket(0, 0.10, "whole"), PayBracket(0.5, 0.05, "whole")], "pay-falls", 2),
        (
            [PayBracket(0, 0.10), PayBracket(0.5, 0.20), PayBracket(1, 0.14, "whole")],
            "pay-falls",
            3,
        ),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_the_place(
    brackets: list[PayBracket], code: str, bracket: int | None
) -> None:
    scheme = PayScheme(tuple(brackets))
    problems = bracket_problems(scheme)
    assert [(code, bracket)] == [
        (problem.code, problem.params.get("bracket")) for problem in problems
    ]


def test_a_negative_cap_is_refused() -> None:
    assert [one.code for one in bracket_problems(PayScheme(WHOLE.brackets, cap=-1))] == [
        "cap-negative"
    ]


kinds: st.SearchStrategy[Kind] = st.sampled_from(["marginal", "whole"])
any_brackets = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 40), kinds), min_size=1, max_size=5
).map(
    lambda steps: tuple(
        PayBracket(sum(step for step, _, _ in steps[1 : at + 1]) / 20, rate / 100, kind)
        for at, (_, rate, kind) in enumerate(steps)
    )
)


def by_slices(scheme: PayScheme, sales: int, quota: int) -> Fraction:
    """The rule read aloud: walk down from the bracket that is reached, each slice paid at its own
    rate.
    """
    starts = [exact(bracket.from_rate) * quota for bracket in scheme.brackets]
    reached = max((at for at, start in enumerate(starts) if start <= sales), default=0)
    due, upto = Fraction(0), Fraction(sales)
    for at in range(reached, -1, -1):
        on_all = at == 0 or scheme.brackets[at].kind == "whole"
        due += (upto if on_all else upto - starts[at]) * exact(scheme.brackets[at].pay_rate)
        if on_all:
            break
        upto = starts[at]
    return due


@given(
    any_brackets,
    st.integers(-(10**6), 10**7),
    st.integers(1, 10**7),
    st.none() | st.integers(0, 10**5),
)
def test_the_pay_covers_each_sale_once(
    brackets: tuple[PayBracket, ...], sales: int, quota: int, cap: int | None
) -> None:
    due = round_half_away(by_slices(PayScheme(brackets), sales, quota))
    assert pay(PayScheme(brackets, cap), sales, quota) == (due if cap is None else min(due, cap))


@given(
    any_brackets,
    st.lists(st.tuples(st.integers(-(10**6), 10**8), st.integers(-5, 10**7)), max_size=6),
)
def test_a_column_is_paid_as_each_of_its_rows(
    brackets: tuple[PayBracket, ...], cases: list[tuple[int, int]]
) -> None:
    scheme = PayScheme(brackets)
    columns = [sales for sales, _ in cases], [quota for _, quota in cases]
    assert pays(scheme, *columns) == [pay(scheme, *case) for case in cases]


@given(any_brackets)
def test_a_cliff_is_one_more_sale_that_lifts_the_pay(brackets: tuple[PayBracket, ...]) -> None:
    """With a quota so large that a unit of sales counts for next to nothing."""
    quota = 20 * 10**9
    named = {message.params["bracket"] for message in bracket_cliffs(brackets)}
    for number in range(2, len(brackets) + 1):
        start = round_half_away(exact(brackets[number - 1].from_rate) * quota)
        before, after = (pay(PayScheme(brackets), sales, quota) for sales in (start - 1, start))
        assert before is not None
        assert after is not None
        rise = after - before
        assert (rise > 1) == (number in named)


@given(
    any_brackets, st.integers(1, 10**6), st.lists(st.integers(0, 3 * 10**6), min_size=2, max_size=9)
)
def test_a_plan_without_problems_never_pays_less_for_more(
    brackets: tuple[PayBracket, ...], quota: int, sales: list[int]
) -> None:
    scheme = PayScheme(brackets)
    if not bracket_problems(scheme):
        due = [pay(scheme, one, quota) or 0 for one in sorted(sales)]
        assert due == sorted(due)


@given(any_brackets)
def test_a_fall_is_one_at_the_place_it_names(brackets: tuple[PayBracket, ...]) -> None:
    scheme = PayScheme(brackets)
    for problem in bracket_problems(scheme):
        assert problem.code == "pay-falls"
        before, after = problem.params["before_rate"], problem.params["after_rate"]
        assert isinstance(before, float)
        assert isinstance(after, float)
        assert after < before
