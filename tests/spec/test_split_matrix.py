"""A split adds up over people and months, keeps every constraint, or says which ones clash."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.targets.spread.clashes import find_clashes, is_feasible, smallest_release
from salesbook.domain.targets.spread.problem import Constraint, Grid, SplitRequest
from salesbook.domain.targets.spread.rounding import round_matrix
from salesbook.domain.targets.spread.solver import SplitResult, split_matrix
from salesbook.errors import SettingsError, SplitInfeasible


def company(amount: int) -> Constraint:
    return Constraint("company", amount, "company")


def cell(kind: Any, row: int, month: int, amount: int) -> Constraint:
    return Constraint(kind, amount, f"R{row}|{month}", row=row, month=month)


def month(at: int, amount: int) -> Constraint:
    return Constraint("month", amount, f"m{at}", month=at)


def request(
    *constraints: Constraint,
    weights: list[float],
    season: list[float],
    unit: int = 1,
    teams: list[int] | None = None,
) -> SplitRequest:
    """Everybody follows the season, except in months of which a constraint says they are away."""
    pattern = np.tile(np.array(season, dtype=np.float64), (len(weights), 1))
    for one in constraints:
        if one.kind == "employment":
            pattern[one.row, list(one.months)] = 0
    team = np.array(teams or [0] * len(weights), dtype=np.int64)
    keys = tuple(f"R{row}" for row in range(len(weights)))
    grid = Grid(len(season), int(team.max()) + 1, team)
    return SplitRequest(grid, keys, weights, pattern, season, constraints, unit)


def test_one_person_gets_the_year_by_largest_remainders() -> None:
    plan = split_matrix(request(company(1_000_000), weights=[1], season=[1] * 12))
    assert plan.amounts.tolist() == [[83_334] * 4 + [83_333] * 8]


def test_rows_and_columns_add_up_and_follow_weights_and_season() -> None:
    plan = split_matrix(request(company(1200), weights=[2, 1], season=[1, 2, 3]))
    assert plan.amounts.tolist() == [[133, 267, 400], [67, 133, 200]]
    assert plan.amounts.sum(axis=0).tolist() == [200, 400, 600]
    assert plan.amounts.sum(axis=1).tolist() == [800, 400]


def test_a_lock_stays_and_the_others_make_room() -> None:
    plan = split_matrix(
        request(company(400), cell("lock", 0, 0, 30), weights=[1, 1], season=[1, 1])
    )
    assert plan.amounts.tolist() == [[30, 170], [170, 30]]
    assert plan.moved_months == ()


def test_months_move_only_where_people_cannot_reach_them() -> None:
    """Nobody is there in the first month: the other months share its part, and each says so."""
    away = [Constraint("employment", 0, f"R{row}", row=row, months=(0,)) for row in range(2)]
    plan = split_matrix(request(company(300), *away, weights=[1, 1], season=[1, 1, 1]))
    assert plan.amounts.tolist() == [[0, 75, 75], [0, 75, 75]]
    assert [(one.index, one.wanted, one.planned) for one in plan.moved_months] == [
        (0, 100, 0),
        (1, 100, 150),
        (2, 100, 150),
    ]


def test_fixed_months_move_people_where_weights_stand_in_the_way() -> None:
    """The second person is there in one month of three, but weighs as much as the first."""
    away = Constraint("employment", 0, "R1", row=1, months=(0, 1))
    months = [month(at, 100) for at in range(3)]
    plan = split_matrix(request(company(300), away, *months, weights=[1, 1], season=[1, 1, 1]))
    assert plan.amounts.sum(axis=0).tolist() == [100, 100, 100]
    assert plan.amounts[1].tolist()[:2] == [0, 0]
    assert [(one.index, one.wanted) for one in plan.moved_people] == [(0, 150), (1, 150)]


def test_a_fixed_team_and_a_fixed_person_keep_their_totals() -> None:
    fixed = [Constraint("team", 500, "north", team=0), Constraint("rep", 123, "R2", row=2)]
    plan = split_matrix(
        request(company(1000), *fixed, weights=[1, 1, 1, 1], season=[1, 1], teams=[0, 0, 1, 1])
    )
    assert plan.amounts.sum(axis=1).tolist() == [250, 250, 123, 377]


def test_the_unit_shrinks_to_what_is_fixed_and_names_what_broke_it() -> None:
    plan = split_matrix(
        request(company(1200), cell("lock", 0, 0, 150), weights=[1, 1], season=[1, 1], unit=100)
    )
    assert plan.unit == 50
    assert [one.key for one in plan.unit_breakers] == ["R0|0"]
    assert (plan.amounts % 50 == 0).all()


def test_bounds_shrink_the_unit_only_where_they_must() -> None:
    loose = request(company(1200), cell("min", 0, 0, 150), weights=[1, 1], season=[1, 1], unit=100)
    assert split_matrix(loose).unit == 100
    narrow = [cell("min", 0, 0, 150), cell("max", 0, 0, 180)]
    plan = split_matrix(request(company(1200), *narrow, weights=[1, 1], season=[1, 1], unit=100))
    assert plan.unit == 10
    assert [one.kind for one in plan.unit_breakers] == ["min", "max"]


def test_a_month_without_season_stays_empty_unless_a_bound_needs_it() -> None:
    plan = split_matrix(request(company(100), weights=[1, 1], season=[0, 1]))
    assert plan.amounts.tolist() == [[0, 50], [0, 50]]
    plan = split_matrix(request(company(100), cell("max", 0, 1, 20), weights=[1, 1], season=[0, 1]))
    assert plan.amounts.tolist() == [[30, 20], [0, 50]]


def test_a_clash_is_named_with_what_to_give_up() -> None:
    """A lock above its month's fixed sum, and minima above their person's fixed total."""
    parts = [
        company(1000),
        month(0, 300),
        month(1, 700),
        cell("lock", 0, 0, 500),
        Constraint("rep", 100, "R1", row=1),
        cell("min", 1, 0, 60),
        cell("min", 1, 1, 60),
    ]
    with pytest.raises(SplitInfeasible) as refusal:
        split_matrix(request(*parts, weights=[1, 1, 1], season=[1, 1]))
    clashes = [
        {(one["kind"], one["key"]) for one in clash} for clash in refusal.value.params["clashes"]
    ]
    assert {("lock", "R0|0"), ("month", "m0")} in clashes
    assert {("rep", "R1"), ("min", "R1|0"), ("min", "R1|1")} in clashes
    assert [one["key"] for one in refusal.value.params["release"]] == ["R1|0", "R0|0"]


def test_a_team_without_people_clashes_by_itself() -> None:
    grid = Grid(1, 2, np.array([0]))
    assert find_clashes(grid, [company(5), Constraint("team", 3, "south", team=1)]) == [
        (Constraint("team", 3, "south", team=1),)
    ]


problems = st.integers(1, 5).flatmap(
    lambda rows: st.integers(1, 4).flatmap(
        lambda months: st.tuples(
            st.just((rows, months)),
            st.lists(st.integers(0, 2), min_size=rows, max_size=rows),
            st.lists(
                st.one_of(
                    st.builds(
                        cell,
                        st.sampled_from(["lock", "min", "max"]),
                        st.integers(0, rows - 1),
                        st.integers(0, months - 1),
                        st.integers(0, 30),
                    ),
                    st.builds(month, st.integers(0, months - 1), st.integers(0, 60)),
                    st.builds(
                        lambda row, amount: Constraint("rep", amount, f"R{row}", row=row),
                        st.integers(0, rows - 1),
                        st.integers(0, 60),
                    ),
                    st.builds(
                        lambda team, amount: Constraint("team", amount, f"T{team}", team=team),
                        st.integers(0, 2),
                        st.integers(0, 90),
                    ),
                    st.builds(
                        lambda row, gone: Constraint(
                            "employment", 0, f"E{row}", row=row, months=tuple(gone)
                        ),
                        st.integers(0, rows - 1),
                        st.sets(st.integers(0, months - 1), min_size=1),
                    ),
                ),
                max_size=9,
                unique_by=lambda one: (one.kind, one.key),
            ),
            st.integers(0, 120),
            st.lists(st.integers(0, 4), min_size=rows, max_size=rows),
            st.lists(st.integers(0, 4), min_size=months, max_size=months),
            st.sampled_from([1, 1, 5, 10]),
        )
    )
)


def drawn(problem: Any) -> SplitRequest:
    (_, _), teams, constraints, total, weights, season, unit = problem
    made = request(
        company(total), *constraints, weights=weights, season=season, unit=unit, teams=teams
    )
    grid = Grid(made.grid.months, 3, made.grid.team)
    return SplitRequest(grid, made.keys, weights, made.pattern, season, made.constraints, unit)


def part_of(grid: Grid, one: Constraint) -> Flags:
    """The cells that a sum adds up, or that a bound holds for."""
    people = {"rep": np.arange(grid.rows) == one.row, "team": grid.team == one.team}
    rows = people.get(one.kind, (np.arange(grid.rows) == one.row) | (one.row < 0))
    months = np.arange(grid.months)
    columns = np.isin(months, one.months) if one.months else (months == one.month) | (one.month < 0)
    cells: Flags = rows[:, None] & columns[None, :]
    return cells


def as_program(grid: Grid, constraints: tuple[Constraint, ...]) -> dict[str, Any]:
    """The same constraints for scipy's solver: one variable per cell."""
    low, high = np.zeros((grid.rows, grid.months)), np.full((grid.rows, grid.months), np.inf)
    sums, totals = [], []
    for one in constraints:
        if one.kind in ("lock", "min"):
            low[one.row, one.month] = max(low[one.row, one.month], one.amount)
        if one.kind in ("lock", "max"):
            high[one.row, one.month] = min(high[one.row, one.month], one.amount)
        if one.kind == "employment":
            high[one.row, list(one.months)] = 0
        if one.kind in ("rep", "team", "month", "company"):
            sums.append(part_of(grid, one).ravel())
            totals.append(one.amount)
    bounds = list(zip(low.ravel(), high.ravel(), strict=True))
    if (low > high).any():
        return {"A_eq": np.zeros((1, low.size)), "b_eq": [1], "bounds": [(0, 0)] * low.size}
    program = {"bounds": bounds}
    return program | ({"A_eq": np.array(sums), "b_eq": totals} if sums else {})


def possible(grid: Grid, constraints: tuple[Constraint, ...]) -> bool:
    program = as_program(grid, constraints)
    return bool(linprog(np.zeros(grid.rows * grid.months), **program).status == 0)


def planned(made: SplitRequest) -> SplitResult | None:
    try:
        return split_matrix(made)
    except SplitInfeasible:
        return None


@given(problems)
@settings(max_examples=60, deadline=None)
def test_a_split_exists_exactly_where_a_solver_finds_one(problem: Any) -> None:
    made = drawn(problem)
    assert is_feasible(made.grid, made.constraints) == possible(made.grid, made.constraints)


@given(problems)
@settings(max_examples=40, deadline=None)
def test_all_sums_are_exact_and_all_constraints_kept(problem: Any) -> None:
    made = drawn(problem)
    plan = planned(made)
    if plan is None:
        return
    for one in made.constraints:
        amount = int(plan.amounts[part_of(made.grid, one)].sum())
        if one.kind == "min":
            assert amount >= one.amount
        elif one.kind == "max":
            assert amount <= one.amount
        else:
            assert amount == one.amount
    assert (plan.amounts >= 0).all()
    assert (np.abs(plan.amounts - plan.fractions) < plan.unit).all()
    locked = {(one.row, one.month) for one in made.constraints if one.kind == "lock"}
    for row, column in np.ndindex(*plan.amounts.shape):
        assert (row, column) in locked or plan.amounts[row, column] % plan.unit == 0


@given(problems)
@settings(max_examples=40, deadline=None)
def test_the_fractions_keep_the_patterns_proportions_where_they_are_free(problem: Any) -> None:
    """Nearest by Kullback and Leibler: of free cells, x11·x22 / x12·x21 is the pattern's."""
    made = drawn(problem)
    plan = planned(made)
    if plan is None or any(one.kind in ("min", "max", "employment") for one in made.constraints):
        return
    free = (plan.fractions > 1e-3) & (made.pattern > 0)
    for one in made.constraints:
        if one.kind == "lock":
            free[one.row, one.month] = False
    for (i, k), (j, m) in (
        (rows, columns)
        for rows in combinations(range(free.shape[0]), 2)
        for columns in combinations(range(free.shape[1]), 2)
    ):
        if free[np.ix_([i, k], [j, m])].all():
            x, p = plan.fractions, made.pattern
            cross = x[i, j] * x[k, m] * p[i, m] * p[k, j]
            assert cross == pytest.approx(x[i, m] * x[k, j] * p[i, j] * p[k, m], rel=1e-6)


@given(problems)
@settings(max_examples=40, deadline=None)
def test_soft_months_move_no_more_money_than_they_must(problem: Any) -> None:
    made = drawn(problem)
    if any(one.kind == "month" for one in made.constraints) or made.unit > 1:
        return
    plan = planned(made)
    if plan is None or not plan.moved_months:
        return
    people = tuple(
        Constraint("rep", int(total), f"R{row}", row=row)
        for row, total in enumerate(plan.amounts.sum(axis=1))
    )
    rest = tuple(
        one for one in made.constraints if one.kind in ("lock", "min", "max", "employment")
    )
    program = as_program(made.grid, people + rest)
    cells, months = plan.amounts.size, plan.amounts.shape[1]
    wanted = plan.amounts.sum(axis=0)
    for one in plan.moved_months:
        wanted[one.index] = one.wanted
    per_month = np.tile(np.eye(months), (1, made.grid.rows))
    over = np.hstack([np.vstack([per_month, -per_month]), np.vstack([-np.eye(months)] * 2)])
    least = linprog(
        np.append(np.zeros(cells), np.ones(months)),
        A_ub=over,
        b_ub=np.append(wanted, -wanted),
        A_eq=np.hstack([program["A_eq"], np.zeros((len(program["b_eq"]), months))]),
        b_eq=program["b_eq"],
        bounds=program["bounds"] + [(0, None)] * months,
    )
    moved = sum(abs(one.planned - one.wanted) for one in plan.moved_months)
    assert moved <= least.fun + months


@given(problems)
@settings(max_examples=50, deadline=None)
def test_clashes_are_irreducible_and_the_release_is_smallest(problem: Any) -> None:
    made = drawn(problem)
    if possible(made.grid, made.constraints):
        return
    clashes = find_clashes(made.grid, made.constraints)
    named = [one for clash in clashes for one in clash]
    assert len(named) == len(set(named))
    for clash in clashes:
        assert not possible(made.grid, clash)
        for one in clash:
            assert possible(made.grid, tuple(other for other in clash if other != one))
    assert possible(made.grid, tuple(one for one in made.constraints if one not in named))
    release = smallest_release(made.grid, made.constraints, clashes)
    assert possible(made.grid, tuple(one for one in made.constraints if one not in release))
    can_go = [one for one in made.constraints if one.kind != "employment"]
    for fewer in combinations(can_go, len(release) - 1):
        assert not is_feasible(made.grid, [one for one in made.constraints if one not in fewer])


def rounded(fractions: Floats, row_sums: list[int], column_sums: list[int]) -> Ints:
    """Round a matrix whose cells have no bounds but 0, each row with its own sum."""
    free = np.full(fractions.shape, 10**9)
    sums = np.array(row_sums), np.array(column_sums)
    return round_matrix(
        fractions, np.zeros_like(free), free, group=np.arange(len(fractions)), sums=sums
    )


def least_distance(fractions: Floats, row_sums: list[int], column_sums: list[int]) -> float:
    """How far the nearest whole matrix is, squared, by scipy's solver.

    It need not be told to look for whole numbers: corners of a transportation problem are whole.
    """
    floors = np.floor(fractions)
    parts = fractions - floors
    rows, columns = fractions.shape
    cells = np.arange(fractions.size).reshape(fractions.shape)
    sums = np.zeros((rows + columns, fractions.size))
    for row in range(rows):
        sums[row, cells[row]] = 1
    for column in range(columns):
        sums[rows + column, cells[:, column]] = 1
    left = np.concatenate([row_sums - floors.sum(axis=1), column_sums - floors.sum(axis=0)])
    best = linprog((1 - 2 * parts).ravel(), A_eq=sums, b_eq=left, bounds=(0, 1))
    return float((parts**2).sum() + best.fun)


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_no_whole_matrix_with_these_sums_is_nearer(row_sums: list[int], season: list[int]) -> None:
    total = sum(row_sums)
    column_sums = allocate(total, season)
    fractions = np.outer(row_sums, column_sums) / total
    whole = rounded(fractions, row_sums, column_sums)
    assert whole.sum(axis=1).tolist() == row_sums
    assert whole.sum(axis=0).tolist() == column_sums
    distance = float(((whole - fractions) ** 2).sum())
    assert distance == pytest.approx(least_distance(fractions, row_sums, column_sums), abs=1e-4)


def test_ties_are_broken_by_place() -> None:
    """Each of two equal people has one unit for two equal months: the upper one makes way."""
    halves = np.full((2, 2), 0.5)
    assert rounded(halves, [1, 1], [1, 1]).tolist() == [[0, 1], [1, 0]]
    assert rounded(np.full((1, 4), 0.5), [2], [1, 1, 0, 0]).tolist() == [[1, 1, 0, 0]]


def test_amounts_beyond_64_bits_are_refused() -> None:
    for amount in (2**60, 2**63, 2**80):
        with pytest.raises(SettingsError) as refusal:
            split_matrix(request(company(amount), weights=[1], season=[1] * 12))
        assert refusal.value.code == "amount-too-large"


def test_a_thousand_people_are_split_to_the_cent() -> None:
    rng = np.random.default_rng(7)
    season = rng.uniform(0.5, 1.5, 12).tolist()
    locks = [
        cell("lock", row, int(rng.integers(12)), int(rng.integers(10**7)))
        for row in range(0, 1000, 9)
    ]
    total = 1_234_567_890_123
    plan = split_matrix(
        request(company(total), *locks, weights=rng.uniform(1, 2, 1000).tolist(), season=season)
    )
    assert plan.amounts.sum() == total
    assert (np.abs(plan.amounts - plan.fractions) < 1).all()
