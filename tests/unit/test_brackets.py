"""Commission brackets: the pay curve, its cliffs and its parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.domain.pay.brackets import (
    Bracket,
    Cliff,
    Kind,
    PayLine,
    PayPlan,
    bracket_problems,
    checked_plan,
    cliffs,
    pay,
    pay_curve,
    pay_lines,
)
from salesbook.errors import SettingsError

MARGINAL = PayPlan((Bracket(0, 0.06), Bracket(1, 0.08), Bracket(1.25, 0.10), Bracket(1.5, 0.12)))
WHOLE = PayPlan((Bracket(0, 0.05, "whole"), Bracket(0.5, 0.10, "whole"), Bracket(1, 0.20, "marginal")))


def test_marginal_brackets_pay_each_slice_at_its_rate() -> None:
    """comish.online: quota 375,000, sales 500,000 → 22,500 + 7,500 + 3,125."""
    assert pay(MARGINAL, 500_000_00, 375_000_00) == 33_125_00
    assert pay_lines(MARGINAL, 500_000_00, 375_000_00) == [
        PayLine(1, "marginal", 375_000_00, 0.06, 22_500_00),
        PayLine(2, "marginal", 93_750_00, 0.08, 7_500_00),
        PayLine(3, "marginal", 31_250_00, 0.10, 3_125_00),
    ]


@pytest.mark.parametrize(
    ("sales", "due"),
    [(15_000, 750), (40_000, 4_700), (16_499, 824.95), (16_500, 1_650), (33_000, 3_300), (0, 0)],
)
def test_whole_brackets_pay_on_all_sales(sales: int, due: float) -> None:
    """excelforum 861932: quota 33,000; 5 %, from 50 % 10 % on all, 20 % on the excess above 100 %."""
    assert due == pay(WHOLE, sales * 100, 33_000_00) / 100


def test_a_slice_above_a_whole_bracket_starts_from_what_that_bracket_pays() -> None:
    assert pay_lines(WHOLE, 40_000_00, 33_000_00) == [
        PayLine(2, "whole", 33_000_00, 0.10, 3_300_00),
        PayLine(3, "marginal", 7_000_00, 0.20, 1_400_00),
    ]


def test_a_cliff_is_named_with_the_pay_on_both_sides() -> None:
    assert cliffs(WHOLE, 33_000_00) == [Cliff(0.5, 16_500_00, 825_00, 1_650_00)]
    assert cliffs(MARGINAL, 375_000_00) == []


def test_a_bracket_holds_its_start_and_not_its_end() -> None:
    plan = PayPlan((Bracket(0, 0.10, "whole"), Bracket(1, 0.20, "whole")))
    assert pay(plan, 99_999, 100_000) == 10_000
    assert pay(plan, 100_000, 100_000) == 20_000


def test_a_cap_takes_off_what_is_above_it_on_a_line_of_its_own() -> None:
    plan = PayPlan(MARGINAL.brackets, cap=30_000_00)
    assert pay(plan, 500_000_00, 375_000_00) == 30_000_00
    assert pay_lines(plan, 500_000_00, 375_000_00)[-1] == PayLine(3, "cap", 0, 0.0, -3_125_00)


def test_refunds_above_sales_take_back_at_the_first_rate() -> None:
    assert pay(MARGINAL, -1_000_00, 375_000_00) == -60_00


@pytest.mark.parametrize("quota", [None, 0])
def test_without_a_quota_the_first_rate_pays_for_all(quota: int | None) -> None:
    assert pay(MARGINAL, 500_000_00, quota) == 30_000_00


def test_the_curve_shows_the_pay_by_attainment() -> None:
    curve = pay_curve(WHOLE, 33_000_00, [0, 0.49, 0.5, 1.0, 1.5])
    assert curve == [(0, 0), (0.49, 80_850), (0.5, 165_000), (1.0, 330_000), (1.5, 660_000)]


@pytest.mark.parametrize(
    ("brackets", "code", "bracket"),
    [
        ([], "brackets-empty", None),
        ([Bracket(0.1, 0.05)], "brackets-start", 1),
        ([Bracket(0, 0.05), Bracket(0.5, 0.06), Bracket(0.5, 0.07)], "brackets-rise", 3),
        ([Bracket(0, 0.05), Bracket(0.5, -0.01)], "bracket-negative", 2),
        ([Bracket(0, 0.10, "whole"), Bracket(0.5, 0.05, "whole")], "pay-falls", 2),
        ([Bracket(0, 0.10), Bracket(0.5, 0.20), Bracket(1, 0.14, "whole")], "pay-falls", 3),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_the_place(
    brackets: list[Bracket], code: str, bracket: int | None
) -> None:
    plan = PayPlan(tuple(brackets))
    problems = bracket_problems(plan)
    assert [(code, bracket)] == [(problem.code, problem.params.get("bracket")) for problem in problems]
    with pytest.raises(SettingsError) as refusal:
        checked_plan(plan, name="hunter")
    assert (refusal.value.code, refusal.value.params["plan"]) == (code, "hunter")


def test_a_plan_that_may_pay_is_handed_back() -> None:
    assert checked_plan(WHOLE) is WHOLE


def test_a_negative_cap_is_refused() -> None:
    assert [one.code for one in bracket_problems(PayPlan(WHOLE.brackets, cap=-1))] == ["cap-negative"]


kinds: st.SearchStrategy[Kind] = st.sampled_from(["marginal", "whole"])
any_brackets = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 40), kinds), min_size=1, max_size=5).map(
    lambda steps: tuple(
        Bracket(sum(step for step, _, _ in steps[1 : at + 1]) / 20, rate / 100, kind)
        for at, (_, rate, kind) in enumerate(steps)
    )
)


@given(any_brackets, st.integers(-(10**6), 10**7), st.integers(0, 10**7), st.none() | st.integers(0, 10**5))
def test_lines_add_up_to_the_pay_and_cover_each_sale_once(
    brackets: tuple[Bracket, ...], sales: int, quota: int, cap: int | None
) -> None:
    plan = PayPlan(brackets, cap)
    lines = pay_lines(plan, sales, quota)
    assert sum(line.pay for line in lines) == pay(plan, sales, quota)
    assert sum(line.base for line in lines) == sales


@given(any_brackets, st.integers(1, 10**6), st.lists(st.integers(0, 3 * 10**6), min_size=2, max_size=9))
def test_a_plan_without_problems_never_pays_less_for_more(
    brackets: tuple[Bracket, ...], quota: int, sales: list[int]
) -> None:
    plan = PayPlan(brackets)
    if not bracket_problems(plan):
        pays = [pay(plan, one, quota) for one in sorted(sales)]
        assert pays == sorted(pays)


@given(any_brackets)
def test_a_fall_is_one_at_the_place_it_names(brackets: tuple[Bracket, ...]) -> None:
    plan = PayPlan(brackets)
    for problem in bracket_problems(plan):
        assert problem.code == "pay-falls"
        before, after = problem.params["before_rate"], problem.params["after_rate"]
        assert isinstance(before, float)
        assert isinstance(after, float)
        assert after < before
