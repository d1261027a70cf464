"""What always holds for pay plans with gates, families, pieces, net of cost and overrides."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from random import Random
from typing import Any

import pandas as pd
from hypothesis import given, settings

from salesbook.domain import score
from salesbook.domain.outcome import Task
from salesbook.domain.pay.brackets import PayBracket, PayScheme, bracket_problems, falling_rates
from salesbook.domain.pay.lines import Tally, lines_of
from salesbook.domain.pay.rates import REST, Basis, Counted, Rates, RateTable
from salesbook.domain.pay.terms import Terms
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.team.staff import Staff
from salesbook.money import round_half_away
from tests.drawn_tables import SEEDS
from tests.spec.score_tables import FLAT, day, order, planned, policy_of, rows_of, task_of
from tests.udfs.com import NA
from udfs import FUNCTIONS

FAMILIES = (REST, "app", "box")
BASES: tuple[Basis, ...] = ("revenue", "net")


def a_scheme(random: Random) -> PayScheme:
    """One to four brackets whose rates rise, as plans with gates or families need."""
    brackets: list[PayBracket] = []
    start = 0.0
    for rate in sorted(random.sample(range(0, 31), random.randint(1, 4))):
        kind = "marginal" if random.random() < 0.6 else "whole"
        brackets.append(PayBracket(start, rate / 100, kind))
        start = round(start + random.choice([0.1, 0.25, 0.5, 1.0]), 2)
    scheme = PayScheme(tuple(brackets))
    assert not bracket_problems(scheme)
    assert not falling_rates(scheme.brackets)
    return scheme


def some_rates(random: Random) -> Rates:
    """One to three rate tables, all of them by pieces or none."""
    by_pieces = random.random() < 0.25
    tables = {}
    for family in (REST, *random.sample(FAMILIES[1:], random.randint(0, 2))):
        basis = "quantity" if by_pieces else random.choice(BASES)
        tables[family] = RateTable(a_scheme(random), family, basis)
    return Rates(tables)


def a_sale(random: Random, *, refund: bool = False) -> Counted:
    revenue = random.randint(0, 40_000)
    sale = Counted(revenue, random.randint(0, revenue), random.randint(0, 30) * 1000)
    return Counted().less(sale) if refund else sale


def a_month(random: Random, number: int) -> dict[tuple[str, str], Counted]:
    """Orders of one month, some of them refunds."""
    orders = range(random.randint(0, 4))
    return {
        (f"o{number}-{place}", random.choice(FAMILIES)): a_sale(
            random, refund=random.random() < 0.3
        )
        for place in orders
    }


def terms_of(rates: Rates, quota: int) -> Terms:
    return Terms("p", "2020-01-01", rates, quota)


def total(months: list[dict[tuple[str, str], Counted]]) -> dict[str, Counted]:
    progress: dict[str, Counted] = {}
    for month in months:
        for (_, family), counted in month.items():
            progress[family] = progress.get(family, Counted()).plus(counted)
    return progress


@given(SEEDS)
@settings(max_examples=40)
def test_steps_come_to_what_the_whole_pays(seed: int):
    """Month by month or at once: to the cent, whatever is sold and taken back of what family."""
    random = Random(seed)
    terms = terms_of(some_rates(random), random.randint(1, 100_000))
    months = [a_month(random, number) for number in range(5)]
    tally = Tally()
    lines = [line for month in months for line in lines_of(month, terms, tally, decimals=2)]
    assert sum(line.amount for line in lines) == terms.pay(total(months)) == tally.paid
    # In any order.
    backwards = Tally()
    for month in reversed(months):
        lines_of(month, terms, backwards, decimals=2)
    assert backwards.paid == tally.paid


@given(SEEDS)
@settings(max_examples=40)
def test_families_of_equal_rates_pay_what_one_table_does(seed: int):
    """Also with cents that each family alone would round otherwise."""
    random = Random(seed)
    scheme, quota = a_scheme(random), random.randint(1, 100_000)
    basis = random.choice([*BASES, "quantity"])
    one = Rates({REST: RateTable(scheme, REST, basis)})
    many = Rates({family: RateTable(scheme, family, basis) for family in FAMILIES})
    progress = total([a_month(random, number) for number in range(4)])
    assert many.pay(progress, quota) == one.pay(progress, quota)


@given(SEEDS)
@settings(max_examples=40)
def test_selling_more_never_pays_less(seed: int):
    """Of whatever family, by whatever basis, where nothing has been taken back."""
    random = Random(seed)
    rates, quota = some_rates(random), random.randint(1, 100_000)
    progress = {family: a_sale(random) for family in FAMILIES}
    more = dict(progress)
    family = random.choice(FAMILIES)
    more[family] = more[family].plus(a_sale(random))
    assert rates.pay(more, quota) >= rates.pay(progress, quota)


def sold_since(random: Random, before: dict[str, Counted]) -> dict[str, Counted]:
    """The same and some sales more."""
    return {family: counted.plus(a_sale(random)) for family, counted in before.items()}


@given(SEEDS)
@settings(max_examples=40)
def test_no_rate_pays_anew_what_others_have_paid(seed: int):
    """Of what was sold before, only how far it leads towards the quota counts: no rate of the plan
    times what was sold since is exceeded, and the first sale finds the pay at nothing."""
    random = Random(seed)
    rates, quota = some_rates(random), random.randint(1, 100_000)
    before = {family: a_sale(random) for family in FAMILIES}
    after = sold_since(random, before)
    highest = 0.0
    for family in rates.tables:
        table = rates.tables[family]
        bases = rates.by_table(after), rates.by_table(before)
        base = table.base(bases[0][family].less(bases[1][family]))
        highest += base * max(bracket.pay_rate for bracket in table.scheme.brackets)
    assert 0 <= rates.pay_since(after, before, quota) <= round(highest) + 1
    assert rates.pay_since(before, before, quota) == 0
    assert rates.pay_since(after, {}, quota) == rates.pay(after, quota)


@given(SEEDS)
@settings(max_examples=40)
def test_selling_more_never_pays_less_in_a_plan_that_began_later(seed: int):
    """Up to half a unit that is rounded twice; also where a rate is lower than the one before it."""
    random = Random(seed)
    rates, quota = some_rates(random), random.randint(1, 100_000)
    if len(rates.tables) == 1:
        falling = PayScheme(
            (PayBracket(0.0, 0.01), PayBracket(0.5, 0.2), PayBracket(1.0, 0.11, "whole"))
        )
        rates = random.choice([rates, Rates({REST: RateTable(falling)})])
    before = {family: a_sale(random) for family in FAMILIES}
    after = sold_since(random, before)
    more = sold_since(random, after)
    assert rates.pay_since(more, before, quota) >= rates.pay_since(after, before, quota) - 1


@given(SEEDS)
@settings(max_examples=40)
def test_marginal_brackets_go_on_where_the_plan_before_ended(seed: int):
    """To the cent: there is no rate that a later sale could lift."""
    random = Random(seed)
    marginal = PayScheme(
        tuple(PayBracket(b.from_rate, b.pay_rate) for b in a_scheme(random).brackets),
        cap=random.choice([None, 3_000]),
    )
    rates, quota = Rates({REST: RateTable(marginal)}), random.randint(1, 100_000)
    before = {family: a_sale(random) for family in FAMILIES}
    after = sold_since(random, before)
    paid_before = rates.pay(before, quota)
    assert rates.pay_since(after, before, quota) == rates.pay(after, quota) - paid_before
    assert rates.pay_since(before, after, quota) >= paid_before - rates.pay(after, quota)


@given(SEEDS)
@settings(max_examples=40)
def test_a_shut_gate_never_pays_more(seed: int):
    """Nor does what is sold after it was shut, beyond what it would have brought."""
    random = Random(seed)
    rates, quota = some_rates(random), random.randint(1, 100_000)
    gated = Rates(
        {
            family: RateTable(
                table.scheme,
                family,
                table.basis,
                tuple(0.0 if place == 0 else 0.8 for place in range(len(table.scheme.brackets))),
            )
            for family, table in rates.tables.items()
        }
    )
    shut = gated.shut(79, 100)
    assert gated.shut(80, 100).tables == gated.tables
    before = {family: a_sale(random) for family in FAMILIES}
    after = {family: counted.plus(a_sale(random)) for family, counted in before.items()}
    assert shut.pay(after, quota) <= rates.pay(after, quota)


REP_IDS = ("r1", "r2", "r3", "m1", "m2")
MONTHS = ("2026-01", "2026-02", "2026-03")
AS_OF = "2026-03-20"
PRODUCTS = [
    {"product": "App", "family": "App", "cost": 7},
    {"product": "Box", "family": "Box", "cost": 900},
    {"product": "Fix"},
]
RATES = ((0.0, 0.03), (0.5, 0.05), (1.0, 0.11))


def brackets_of(plan: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {**FLAT, "plan": plan, "from_rate": start, "pay_rate": rate, **more}
        for start, rate in RATES
    ]


def gated(plan: str, **more: Any) -> list[dict[str, Any]]:
    first, *others = brackets_of(plan, **more)
    return [first, *({**row, "gate_rate": 0.9} for row in others)]


BRACKETS = [
    *brackets_of("families", family="App"),
    *brackets_of("families", basis="net", kind="whole"),
    *gated("gated"),
    *brackets_of("pieces", basis="quantity"),
    *brackets_of("lead"),
]
BRACKETS[-1] = {**BRACKETS[-1], "override_rate": 0.013}
PLANS = ("families", "gated", "pieces", "lead", "lead")


def policy_with(brackets: Any = BRACKETS, **rules: str) -> Any:
    rows = [{"key": key, "value": value} for key, value in rules.items()]
    return policy_of(Brackets=brackets, Products=PRODUCTS, Policy=rows)


def an_order(number: int, random: Random) -> dict[str, Any]:
    refund = number > 3 and random.random() < 0.25
    on = day("2026-01-01") + dt.timedelta(days=random.randint(0, 85))
    return order(
        f"o{number:02}",
        random.choice(REP_IDS),
        on.date().isoformat(),
        random.randint(0, 20_000),
        product=random.choice(["App", "Box", "Fix", None]),
        quantity=random.choice([None, 1.0, 2.5, 12.0]),
        partner_id=random.choice([None, *REP_IDS]),
        partner_share=random.choice([None, 0.3, 0.5]),
        refund_of=f"o{random.randint(0, 3):02}" if refund else None,
        status=random.choice([None, None, "cancelled", "paid"]),
    )


def a_book(seed: int, policy: Any = None, **tables: Any) -> Task:
    """Three reps and two managers, a move between these, orders of all products and refunds."""
    random = Random(seed)
    reps = [
        {"rep_id": rep, "name": rep, "plan": plan, "manager_id": random.choice(["m1", "m2"])}
        for rep, plan in zip(REP_IDS, PLANS, strict=True)
    ]
    moves = [
        {"rep_id": "r1", "valid_from": day("2026-02-10"), "manager_id": "m2"},
        {"rep_id": "r2", "valid_from": day("2026-03-01"), "manager_id": "m1"},
    ]
    quotas = [
        *(row for rep in REP_IDS for row in planned(rep, dict.fromkeys(MONTHS, 20_000))),
        *planned("r3", dict.fromkeys(MONTHS, 20), metric="quantity"),
    ]
    # An order of each month's first day that stays, so that the cut-over does not move.
    first = order("o-first", "r1", "2026-01-01", 5_000, product="App")
    orders = [first, *(an_order(number, random) for number in range(random.randint(15, 35)))]
    facts = {"Reps": reps, "Assignments": moves, "TargetPlan": quotas, "Orders": orders}
    return task_of(AS_OF, policy or policy_with(), **{**facts, **tables})


def commission_of(task: Task) -> pd.DataFrame:
    return score.run(task).tables["Commission"]


def shown(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return rows_of(frame, *frame.columns)


@given(SEEDS)
@settings(max_examples=2)
def test_order_of_rows_is_irrelevant(seed: int):
    """Every table and the settings shuffled, and every basis of when an order counts."""
    random = Random(seed)
    basis = random.choice(["booking", "invoice", "cash"])
    payments = [
        {
            "payment_id": f"p{number}",
            "order_id": f"o{random.randint(0, 14):02}",
            "paid_on": day("2026-01-05") + dt.timedelta(days=random.randint(0, 70)),
            "amount": random.randint(1, 9_000),
        }
        for number in range(20)
    ]
    task = a_book(seed, policy_with(commission_basis=basis), Payments=payments)
    mixed = {}
    for name, frame in task.tables.items():
        places = list(range(len(frame)))
        random.shuffle(places)
        mixed[name] = frame.iloc[places]
    brackets = random.sample(BRACKETS, len(BRACKETS))
    other = Task(mixed, policy_with(brackets, commission_basis=basis), task.as_of)
    assert shown(commission_of(other)) == shown(commission_of(task))


@given(SEEDS)
@settings(max_examples=2)
def test_closing_months_and_running_again_changes_no_line(seed: int):
    """Each run reads what the one before it wrote."""
    period = Random(seed).choice(["month", "quarter", "year"])
    task = a_book(seed, policy_with(commission_period=period))
    first = commission_of(task)
    written = first
    for closed in (("2026-01",), ("2026-01", "2026-02"), ("2026-02",)):
        periods = task_of(AS_OF, Periods=[{"period": month} for month in closed]).tables["Periods"]
        tables = {**task.tables, "Commission": written, "Periods": periods}
        written = commission_of(Task(tables, task.policy, task.as_of))
        assert shown(written) == shown(first), closed


@given(SEEDS, SEEDS)
@settings(max_examples=2)
def test_late_changes_settle_to_the_cent(seed: int, later: int):
    """What becomes of the orders of a closed January: in all, what is due in all is paid."""
    before, after = a_book(seed), a_book(later)
    reps = {name: before.tables[name] for name in ("Reps", "Assignments")}
    first = commission_of(before)
    periods = task_of(AS_OF, Periods=[{"period": "2026-01"}]).tables["Periods"]
    tables = {**after.tables, **reps}
    settled = commission_of(
        Task({**tables, "Commission": first, "Periods": periods}, before.policy, before.as_of)
    )
    fresh = commission_of(Task(tables, before.policy, before.as_of))
    assert _own_pay(settled) == _own_pay(fresh)


def _own_pay(commission: pd.DataFrame) -> dict[str, int]:
    """What each rep is paid for his own sales; an override is rounded by the statement."""
    own = commission[~commission["rule"].str.startswith("override")]
    sums = own.groupby("rep_id")["amount"].sum()
    return {rep: int(sums.get(rep, 0)) for rep in REP_IDS}


@given(SEEDS)
@settings(max_examples=2)
def test_an_override_is_its_rate_of_what_the_team_is_credited_with(seed: int):
    """By month, of whoever was the manager on the day of the sale; added up here from the orders."""
    task = a_book(seed)
    lines = credits_of(task.tables, task.policy, as_of=task.as_of).lines
    staff = Staff(task.tables["Reps"], task.tables["Assignments"])
    manager = staff.on(lines["rep_id"], lines["on"])["manager_id"]
    counts = manager.notna() & (manager != lines["rep_id"])
    credits = lines[counts].groupby([manager[counts], "month"])["amount"].sum()
    found = commission_of(task)
    overrides = found[found["rule"].str.startswith("override:")]
    paid = overrides.groupby(["rep_id", "period"])["amount"].sum()
    for (who, month), amount in credits.items():
        due = round_half_away(Fraction(13, 1000) * int(amount))
        assert paid.get((who, month), 0) == due


@given(SEEDS)
@settings(max_examples=2)
def test_a_gate_never_pays_more(seed: int):
    """Over months, quarters and the year, what a rep has been paid by the end of the period."""
    period = Random(seed).choice(["month", "quarter", "year"])
    without = [{**row, "gate_rate": None} for row in BRACKETS]
    paid = []
    for brackets in (BRACKETS, without):
        frame = commission_of(a_book(seed, policy_with(brackets, commission_period=period)))
        paid.append(frame[frame["rep_id"] == "r2"]["amount"].sum())
    assert paid[0] <= paid[1]


SHAPES = [
    [(0.0, 0.05, "marginal"), (1.0, 0.1, "marginal")],
    [(0.0, 0.05, "whole"), (0.5, 0.1, "whole"), (1.0, 0.2, "marginal")],
    [(0.0, 0.12, "marginal"), (0.8, 0.04, "marginal"), (1.1, 0.2, "whole")],
    [(0.0, 0.0, "marginal"), (0.333, 0.0775, "marginal")],
]


@given(SEEDS)
@settings(max_examples=3)
def test_the_verb_and_the_function_answer_alike(seed: int):
    """Whatever the brackets, the amounts and the quota, also where that is 0 or missing: a function
    that answers #N/A is a rep who is paid nothing."""
    random = Random(seed)
    steps = random.choice(SHAPES)
    cap = random.choice([None, None, random.randint(0, 5_000)])
    brackets = [
        {**FLAT, "from_rate": start, "pay_rate": rate, "kind": kind} for start, rate, kind in steps
    ]
    brackets[-1]["cap"] = cap
    reps = [{"rep_id": f"r{number}", "name": "x", "plan": "std"} for number in range(20)]
    sales = {rep["rep_id"]: random.randint(-3_000, 60_000) for rep in reps}
    quotas = {rep: random.choice([None, 0, random.randint(1, 30_000)]) for rep in sales}
    orders = [order(f"o-{rep}", rep, "2026-01-10", amount) for rep, amount in sales.items()]
    plan = [
        row
        for rep, quota in quotas.items()
        if quota is not None
        for row in planned(rep, {"2026-01": quota})
    ]
    task = task_of(
        "2026-01-31", policy_of(Brackets=brackets), Reps=reps, Orders=orders, TargetPlan=plan
    )
    paid = commission_of(task).groupby("rep_id")["amount"].sum()

    table = [list(step) for step in steps]
    if cap is not None:
        table = [[*step, None] for step in table]
        table[-1][-1] = cap / 100
    amounts = [[sales[rep] / 100] for rep in sales]
    of_reps = [[None if quotas[rep] is None else quotas[rep] / 100] for rep in sales]
    answers = FUNCTIONS["SALES_COMMISSION"](amounts, of_reps, table)
    for rep, (answer,) in zip(sales, answers, strict=True):
        is_paid = bool(quotas[rep])
        assert (answer == NA) is not is_paid
        assert (rep in paid.index) is (is_paid and sales[rep] != 0)
        if is_paid:
            assert round(answer * 100) == paid.get(rep, 0)
