"""What tier says of potential, wishes, tier by stage, segments and months, on customers drawn here."""

from dataclasses import replace
from random import Random

import pandas as pd
import pytest
from hypothesis import given

from salesbook.actions import ACTIONS
from salesbook.domain.tier import run
from salesbook.tables.settings import Product
from tests.drawn_tables import FEW, SEEDS, day
from tests.spec.test_tier import AS_OF, POLICY, deal, order, task, touch

CARS = (
    Product(product="Corolla", family="Toyota", list_price=150_000_00),
    Product(product="Camry", family="Toyota", list_price=220_000_00),
    Product(product="Yaris", family="Toyota", list_price=90_000_00),
    Product(product="Golf", family="Volkswagen", list_price=180_000_00),
    Product(product="Supra", family="Toyota", list_price=140_000_00, active=False),
)
OF_CUSTOMERS = (
    "CustomerPotential",
    "TierMatrix",
    "TierMonths",
    "Segments",
    "RfmGrid",
    "Pareto",
    "BoughtTogether",
    "BuyingTest",
)


def tables(policy=POLICY, **parts):
    return run(task(policy, **parts)).tables


def potential(policy=POLICY, **parts):
    return tables(policy, **parts)["CustomerPotential"].set_index("customer_id")


def customer(key, **typed):
    return {"customer_id": key, **typed}


def codes(message):
    return [message.code, *(more.code for more in message.more)]


def test_potential_is_the_larger_of_budget_and_best_months():
    """100 in the year before, 30 in this one: a budget of 80 is less than was bought, one of 150 more."""
    orders = [
        order(f"O{key}{at}", key, amount, on)
        for key in ("C1", "C2")
        for at, (amount, on) in enumerate(
            [(60, "2025-01-10"), (40, "2025-05-10"), (30, "2026-02-01")]
        )
    ]
    customers = [customer("C1", budget=80), customer("C2", budget=150)]
    rows = potential(customers=customers, Orders=orders)
    told = rows[["value", "potential", "potential_from", "gap", "reached_rate"]]
    assert told.loc["C1"].tolist() == [30, 100, "best-months", -70, pytest.approx(0.3)]
    assert told.loc["C2"].tolist() == [30, 150, "budget", -120, pytest.approx(0.2)]


def test_the_best_months_run_from_day_to_day():
    """60 on 20 January and 40 on 10 January after are within twelve months; on 20 January they are not."""
    orders = [
        order("O1", "C1", 60, "2024-01-20"),
        order("O2", "C1", 40, "2025-01-10"),
        order("O3", "C2", 60, "2024-01-20"),
        order("O4", "C2", 40, "2025-01-20"),
    ]
    rows = potential(customers=["C1", "C2"], Orders=orders)
    assert rows["potential"].tolist() == [100, 60]


def test_who_has_neither_is_judged_by_his_industry_or_not_at_all():
    """Ten of the foods industry bring 10 to 100: half of them 55 or more; of steel nobody buys."""
    buying = [customer(f"C{at:02}", industry="Foods") for at in range(1, 11)]
    others = [customer("P1", industry="Foods"), customer("P2", industry="Steel"), customer("P3")]
    orders = [order(f"O{at}", f"C{at:02}", 10 * at) for at in range(1, 11)]
    rows = potential(customers=[*buying, *others], Orders=orders)
    assert rows.loc["P1", ["potential", "potential_from"]].tolist() == [55, "peers"]
    assert codes(rows.loc["P1", "because"]) == ["potential.peers"]
    for key in ("P2", "P3"):
        assert rows.loc[key, ["potential", "gap", "reached_rate"]].isna().all()
        assert codes(rows.loc[key, "because"]) == ["potential.unknown"]


def test_a_budget_a_thousand_times_the_usual_one_does_not_count():
    """Else one slip of the finger stands for more than everybody else; 900 times is believed."""
    customers = [customer(f"C{at}", budget=100) for at in range(9)]
    customers += [customer("D1", budget=90_000), customer("D2", budget=100_000)]
    rows = potential(customers=customers)
    assert rows.loc["D1", "potential"] == 90_000
    assert rows.loc["D2", ["potential", "gap"]].isna().all()
    assert codes(rows.loc["D2", "because"]) == ["potential.unknown", "potential.budget-unlikely"]


def test_refunds_take_from_what_was_bought():
    orders = [
        order("O1", "C1", 100, "2025-08-01", product="Golf"),
        order("O2", "C1", -100, "2025-09-01", refund_of="O1", product="Golf"),
        order("O3", "C1", 20, "2025-10-01", product="Corolla"),
    ]
    row = potential(replace(POLICY, products=CARS), Orders=orders).loc["C1"]
    assert (row["potential"], row["bought"]) == (20, "Toyota")


def test_a_car_buyer_has_a_budget_a_use_and_a_favourite_brand():
    """Toyotas up to 200,000 that are on sale, the dearest first; for who minds the price the cheapest."""
    wishes = {"preference": "toyota", "purpose": "Family of five", "budget": 200_000_00}
    customers = [
        customer("C1", **wishes),
        customer("C2", **wishes, price_sensitive=True),
        customer("C3", preference="Golf、Tesla"),
        customer("C4", preference="Tesla", budget=1),
        customer("C5", budget=200_000_00),
    ]
    rows = potential(replace(POLICY, products=CARS), customers=customers)
    suiting = ["Corolla, Yaris", "Yaris, Corolla", "Golf", "", ""]
    assert rows["suiting"].fillna("").tolist() == suiting
    assert rows.loc["C1", "purpose"] == "Family of five"
    assert codes(rows.loc["C1", "because"]) == ["potential.budget", "potential.suits-the-budget"]
    assert codes(rows.loc["C4", "because"]) == [
        "potential.budget",
        "potential.nothing-suits-the-budget",
    ]
    assert codes(rows.loc["C3", "because"]) == ["potential.unknown", "potential.suits"]
    assert codes(rows.loc["C5", "because"]) == ["potential.budget"]


@pytest.mark.parametrize(
    ("on", "parts", "said"),
    [
        ("2026-08-15", {}, "potential.buys-soon"),
        ("2026-06-30", {}, "potential.buys-soon"),
        ("2026-12-15", {}, None),
        ("2026-08-15", {"Deals": [deal("D1", "C1")]}, None),
        ("2026-05-01", {}, "potential.day-passed"),
        ("2026-05-01", {"Orders": [order("O1", "C1", 5, "2026-04-01")]}, "potential.day-passed"),
        ("2026-05-01", {"Orders": [order("O1", "C1", 5, "2026-05-20")]}, None),
    ],
)
def test_whoever_names_a_day_is_asked_about_it(on, parts, said):
    """Within 90 days and without a deal, or when the day has gone without an order."""
    row = potential(customers=[customer("C1", buying_on=day(on))], **parts).loc["C1"]
    moments = {"potential.buys-soon", "potential.day-passed"}
    assert set(codes(row["because"])) & moments == ({said} if said else set())


def test_what_is_bought_is_told_by_family_most_money_first():
    """A product without a family, or that Products does not know, stands for itself."""
    orders = [
        order("O1", "C1", 10, product="Golf"),
        order("O2", "C1", 30, product="Corolla"),
        order("O3", "C1", 5, product="Yaris"),
        order("O4", "C1", 20, product="Bicycle"),
        order("O5", "C1", 99),
    ]
    row = potential(replace(POLICY, products=CARS), Orders=orders).loc["C1"]
    assert row["bought"] == "Toyota, Bicycle, Volkswagen"


def test_the_matrix_says_one_thing_of_each_tier_and_stage():
    """A late A customer is called, a quiet one won back; a rich prospect could rise."""
    orders = [
        order("O1", "C1", 100),
        order("O2", "C2", 90, "2025-08-01"),
        order("O3", "C3", 1, "2026-06-20"),
    ]
    touches = [touch("A1", "C1", "2026-06-01"), touch("A3", "C3", "2026-06-28")]
    customers = [
        "C1",
        customer("C2", created_on=day("2025-08-01")),
        "C3",
        customer("P1", budget=500),
        customer("P2"),
        customer("P3"),
    ]
    matrix = tables(
        customers=customers,
        Orders=orders,
        Activities=touches,
        Deals=[deal("D1", "P3", amount=40)],
    )["TierMatrix"]
    told = {
        (row.tier, row.buying_stage): (row.customers, row.late, row.could_rise, row.do.code)
        for row in matrix.itertuples()
    }
    assert told == {
        ("A", "customer"): (1, 1, 0, "matrix.call"),
        ("A", "dormant"): (1, 1, 0, "matrix.win-back"),
        ("C", "customer"): (1, 0, 0, "matrix.keep"),
        ("C", "intent"): (1, 0, 0, "matrix.first-order"),
        ("C", "prospect"): (2, 0, 1, "matrix.grow"),
    }
    assert matrix["customers"].sum() == 6
    assert matrix["value"].sum() == 191
    assert matrix["value_rate"].sum() == pytest.approx(1)
    assert matrix.iloc[0][["offer", "tier"]].tolist() == ["Early access", "A"]
    assert matrix.iloc[-1]["to_gain"] == 500


def test_months_tell_who_moved_and_on_whom_the_business_rests():
    """End of April: A, B. Now C1 fell, C3 came and C2 is gone; earlier days of a month tell nothing."""
    history = [
        {
            "as_of": day(on),
            "customer_id": key,
            "tier": tier,
            "value": value,
            "buying_stage": "customer",
        }
        for on, key, tier, value in [
            ("2026-04-30", "C1", "A", 80),
            ("2026-04-30", "C2", "B", 20),
            ("2026-06-10", "C1", "B", 1),
        ]
    ]
    orders = [order("O1", "C1", 5), order("O3", "C3", 95)]
    months = tables(customers=("C1", "C3"), Orders=orders, TierHistory=history)["TierMonths"]
    assert months["as_of"].dt.date.tolist() == [day("2026-04-30"), AS_OF]
    before, now = months.to_dict("records")
    assert (before["value"], before["largest_rate"], before["half_count"]) == (100, 0.8, 1)
    assert pd.isna(before["up"])
    assert (now["up"], now["down"], now["came"], now["gone"]) == (0, 1, 1, 1)
    assert (now["buyers"], now["largest_rate"], now["ten_rate"]) == (2, 0.95, 1.0)


def test_tenths_and_segments_add_up_to_everybody():
    """Twenty customers of value and one without: two in each tenth, the largest first."""
    keys = [f"C{at:02}" for at in range(20)]
    orders = [
        order(f"O{key}", key, 100 + at, f"2026-0{1 + at % 6}-11") for at, key in enumerate(keys)
    ]
    made = tables(customers=[*keys, "P"], Orders=orders)
    pareto, segments, grid = made["Pareto"], made["Segments"], made["RfmGrid"]
    assert pareto["customers"].tolist() == [2] * 10
    assert pareto["value"].iloc[0] == 119 + 118
    assert pareto["reached_rate"].iloc[-1] == pytest.approx(1)
    assert segments["customers"].sum() == grid["customers"].sum() == 20
    total = sum(100 + at for at in range(20))
    assert segments["monetary"].sum() == grid["monetary"].sum() == pareto["value"].sum() == total
    assert segments["do"].map(lambda message: message.code).tolist() == [
        f"segment.{name}" for name in segments["segment"]
    ]


def test_money_that_went_back_is_in_every_total():
    """C1 bought for 100, C2 got back 30 of what nobody entered: 70 in all, here as there."""
    orders = [order("O1", "C1", 100, "2026-02-01"), order("R1", "C2", -30, "2026-03-01")]
    customers = [customer("C1"), customer("C2", budget=60)]
    made = tables(customers=customers, Orders=orders)
    tiers = made["CustomerTiers"].set_index("customer_id")
    assert tiers["value"].tolist() == tiers["monetary"].tolist() == [100, -30]
    matrix, month = made["TierMatrix"], made["TierMonths"].iloc[-1]
    assert matrix["value"].sum() == month["value"] == 70
    assert matrix["value_rate"].sum() == pytest.approx(1)
    # The curve and the concentration are about those who bring something.
    assert (made["Pareto"]["value"].sum(), month["largest_rate"]) == (100, 1.0)
    potential = made["CustomerPotential"].set_index("customer_id").loc["C2"]
    assert (potential["gap"], pd.isna(potential["reached_rate"])) == (-90, True)


def test_a_book_without_customers_makes_empty_tables():
    made = tables(customers=())
    assert {
        name: len(made[name]) for name in OF_CUSTOMERS if name != "TierMonths"
    } == dict.fromkeys([name for name in OF_CUSTOMERS if name != "TierMonths"], 0)
    assert made["TierMonths"]["because"].iloc[0].code == "months.no-value"


def drawn(seed):
    """A small market with refunds, deals, wishes and history."""
    chance = Random(seed)
    keys = [f"C{at:02}" for at in range(30)]
    products = [row.product for row in CARS] + ["Bicycle", None]

    def some_day():
        return f"202{chance.randint(4, 6)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"

    orders = [
        order(f"O{at:03}", chance.choice(keys), chance.randint(-20, 300), some_day())
        | {"product": chance.choice(products)}
        for at in range(150)
    ]
    customers = [
        customer(
            key,
            industry=chance.choice(["Foods", "Steel", None]),
            budget=chance.choice([None, 500, 5000]),
            preference=chance.choice([None, "Toyota", "Golf"]),
            buying_on=chance.choice([None, day("2026-07-15"), day("2026-05-01")]),
            created_on=day("2024-01-01"),
        )
        for key in keys
    ]
    deals = [deal(f"D{at}", chance.choice(keys), amount=chance.randint(1, 900)) for at in range(9)]
    history = [
        {"as_of": day(on), "customer_id": key, "tier": chance.choice("ABC"), "value": 7}
        | {"buying_stage": "customer"}
        for on in ("2026-03-31", "2026-05-31")
        for key in keys
    ]
    return {"customers": customers, "Orders": orders, "Deals": deals, "TierHistory": history}


@FEW
@given(SEEDS)
def test_the_order_of_rows_does_not_matter(seed):
    rows = drawn(seed)
    policy = replace(POLICY, products=CARS)
    turned = {name: list(reversed(part)) for name, part in rows.items()}
    first, second = tables(policy, **rows), tables(replace(policy, products=CARS[::-1]), **turned)
    for name in OF_CUSTOMERS:
        pd.testing.assert_frame_equal(first[name], second[name])


@FEW
@given(SEEDS)
def test_what_comes_later_changes_nothing(seed):
    """A run as of a day says the same on a book that ends there."""
    rows = drawn(seed)
    policy = replace(POLICY, products=CARS)
    whole = ACTIONS["tier"].run(task(policy, **rows)).tables
    until = {**rows, "Orders": [row for row in rows["Orders"] if row["ordered_on"] <= AS_OF]}
    cut = ACTIONS["tier"].run(task(policy, **until)).tables
    for name in OF_CUSTOMERS:
        pd.testing.assert_frame_equal(whole[name], cut[name])


@FEW
@given(SEEDS)
def test_the_tables_do_not_contradict_each_other(seed):
    made = tables(replace(POLICY, products=CARS), **drawn(seed))
    tiers, potential_, matrix = made["CustomerTiers"], made["CustomerPotential"], made["TierMatrix"]
    assert potential_["customer_id"].tolist() == tiers["customer_id"].tolist()
    assert potential_["value"].tolist() == tiers["value"].tolist()
    known = potential_[potential_["potential"].notna()]
    assert (known["potential"] >= known["value"]).all()
    assert (known["value"] - known["potential"] == known["gap"]).all()
    assert matrix["value"].sum() == tiers["value"].sum()
    assert matrix["customers"].sum() == len(tiers) == made["TierMonths"]["customers"].iloc[-1]
    if len(made["Pareto"]):
        assert made["Pareto"]["value"].sum() == made["TierMonths"]["value"].iloc[-1]
