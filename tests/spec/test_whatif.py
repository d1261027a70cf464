"""What would come in if more deals passed a stage, or sooner, or if more leads came?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given

from salesbook.domain import funnel
from salesbook.domain.pipeline.forecast.whatif import moved_draws
from salesbook.domain.whatif import Asked, WhatIf, what_if
from salesbook.errors import UsageError
from salesbook.tables.settings import Stage
from tests.drawn_tables import FEW, SEEDS
from tests.pipeline_book import STAGES, day, deal, draw, policy

AS_OF = day("2026-05-10")
TARGETS = [
    {
        "period": f"2026-{month:02}",
        "rep_id": "ann",
        "metric": "revenue",
        "team": "North",
        "amount": 400_000,
        "status": "published",
        "version": 1,
        "published_on": day("2026-01-01"),
    }
    for month in range(1, 13)
]
REPS = [{"rep_id": "ann", "name": "Ann", "team": "North"}]


def some_deals(random: Random, *, open_deals: int, closed: int) -> list[dict[str, object]]:
    rows = []
    for number in range(closed):
        created = AS_OF - dt.timedelta(days=random.randint(40, 400))
        closed_on = min(AS_OF, created + dt.timedelta(days=random.randint(5, 90)))
        is_won = random.random() < 0.4
        rows.append(
            deal(
                f"c{number:03}",
                "Won" if is_won else "Lost",
                amount=random.randint(20_000, 200_000),
                created_on=created,
                closed_on=closed_on,
                lost_stage=None if is_won else random.choice(["Lead", "Offer", "Talks"]),
                lost_reason=None if is_won else "Price",
            )
        )
    for number in range(open_deals):
        rows.append(
            deal(
                f"o{number:03}",
                random.choice(["Lead", "Offer", "Talks"]),
                amount=random.randint(20_000, 200_000),
                created_on=AS_OF - dt.timedelta(days=random.randint(0, 80)),
                expected_on=AS_OF + dt.timedelta(days=random.randint(-20, 200)),
            )
        )
    return rows


def book(seed: int = 1, *, open_deals: int = 15, closed: int = 60, **more):
    rows = some_deals(Random(seed), open_deals=open_deals, closed=closed)
    more.setdefault("settings", policy(funnel_rule="any"))
    return draw(Deals=rows, Reps=REPS, TargetPlan=TARGETS, as_of=AS_OF, **more)


def a_book(seed: int):
    """Books with few open deals, which are drawn one by one, and with many."""
    random = Random(seed)
    return book(seed, open_deals=random.choice([0, 3, 15, 80]), closed=random.choice([8, 40, 150]))


def middles(answer: WhatIf) -> list[tuple[int, int]]:
    assert answer.periods
    return [(period.today.p50, period.then.p50) for period in answer.periods]


@FEW
@given(seed=SEEDS)
def test_as_things_are_it_is_the_forecast_to_the_cent(seed):
    """One truth: what stands beside the changes is what the table Forecast says."""
    task = a_book(seed)
    table = funnel.run(task).tables["Forecast"]
    table = table[table["slice_kind"] == "all"].set_index("period")
    answer = what_if(task, Asked(leads=25))
    for period in answer.periods:
        row = table.loc[period.period]
        assert (period.today.p10, period.today.p50, period.today.p90) == (
            row["p10"],
            row["p50"],
            row["p90"],
        )
        assert period.today.chance_rate == pytest.approx(row["chance_rate"])
        assert (period.closed, period.target) == (row["closed"], row["target"])


@FEW
@given(seed=SEEDS)
def test_no_change_changes_nothing(seed):
    answer = what_if(a_book(seed), Asked(stage="Offer", rate=0.0, days=0.0, leads=0.0))
    for period in answer.periods:
        assert period.then == period.today


@FEW
@given(seed=SEEDS)
def test_what_helps_never_lowers_a_landing_and_what_harms_never_raises_it(seed):
    """Every quantile, not the middle alone: each future keeps its luck."""
    random = Random(seed)
    task = a_book(seed)
    stage = random.choice(["Lead", "Offer", "Talks"])
    rate = 100 * (what_if(task, Asked(stage=stage, days=0)).rate or 0.0)
    up = random.choice([None, 0.0, 0.1, 1.0])
    days = random.choice([0.0, 1.0, 10.0, 40.0])
    leads = random.choice([None, 1, 20, 100])
    helps = Asked(
        stage,
        rate=None if up is None or not rate else up * (100 - rate),
        days=-days,
        leads=leads,
    )
    for period in what_if(task, helps).periods:
        assert period.then.p10 >= period.today.p10
        assert period.then.p50 >= period.today.p50
        assert period.then.p90 >= period.today.p90
        assert period.then.chance_rate >= period.today.chance_rate
    harms = Asked(
        stage,
        rate=None if up is None or not rate else -up * rate,
        days=days,
        leads=None if leads is None else -leads,
    )
    for period in what_if(task, harms).periods:
        assert period.then.p10 <= period.today.p10
        assert period.then.p50 <= period.today.p50
        assert period.then.p90 <= period.today.p90


def test_the_same_question_has_the_same_answer():
    asked = Asked(stage="Offer", rate=5, days=-3, leads=20)
    assert what_if(book(3), asked) == what_if(book(3), asked)


def test_a_deal_that_has_passed_the_stage_gains_nothing():
    """Without new deals all that can gain is one that is open, and it stands beyond Lead."""
    rows = some_deals(Random(4), open_deals=0, closed=60)
    rows += [
        deal(
            f"o{number}", "Talks", amount=100_000, expected_on="2026-05-20", created_on="2026-05-01"
        )
        for number in range(60)
    ]
    settings = policy(funnel_rule="any")
    task = draw(Deals=rows, Reps=REPS, as_of=AS_OF, settings=settings)
    alone = what_if(task, Asked(leads=-100)).periods
    passed = what_if(task, Asked(stage="Lead", rate=5, days=-20, leads=-100)).periods
    assert [period.then for period in passed] == [period.then for period in alone]
    there = what_if(task, Asked(stage="Talks", rate=5, leads=-100)).periods
    assert there[-1].then.p50 > alone[-1].then.p50


def test_a_fifth_more_leads_bring_a_fifth_more_new_business():
    """No open deal and nothing sold: what comes in is new, and all of it grows by a fifth on average."""
    task = book(5, open_deals=0, closed=150)
    table = funnel.run(task).tables["Forecast"]
    year = table[(table["slice_kind"] == "all") & (table["period"] == "FY2026")].iloc[0]
    answer = what_if(task, Asked(leads=20)).periods[-1]
    gain = answer.then.p50 - answer.today.p50
    assert gain == pytest.approx(0.2 * year["to_come"], rel=0.15)


def test_a_tenth_more_that_pass_are_a_tenth_more_of_what_comes():
    """All open deals are in Lead, and so is what is to come: where a tenth more pass it, a tenth more
    comes in beyond what is sold."""
    rows = some_deals(Random(6), open_deals=0, closed=120)
    rows += [
        deal(
            f"o{number}",
            "Lead",
            amount=100_000,
            created_on="2026-04-01",
            expected_on=AS_OF + dt.timedelta(days=30 + number),
        )
        for number in range(60)
    ]
    task = draw(Deals=rows, Reps=REPS, as_of=AS_OF, settings=policy(funnel_rule="any"))
    rate = what_if(task, Asked(stage="Lead", days=0)).rate
    assert rate is not None
    up = 100 * rate * 0.1
    answer = what_if(task, Asked(stage="Lead", rate=up)).periods[-1]
    assert answer.then.p50 - answer.closed == pytest.approx(
        1.1 * (answer.today.p50 - answer.closed), rel=0.02
    )


def test_one_rate_has_its_share_of_one_pipeline():
    """A stage of another pipeline moves only what comes in there."""
    stages = (
        *STAGES,
        *(replace_pipeline(stage, "renewal") for stage in STAGES),
    )
    rows = some_deals(Random(7), open_deals=0, closed=100)
    rows = [
        row | ({"pipeline": "renewal"} if number % 4 == 0 else {})
        for number, row in enumerate(rows)
    ]
    task = draw(Deals=rows, Reps=REPS, as_of=AS_OF, settings=policy(stages, funnel_rule="any"))
    gains = {}
    for stage in ("main/Offer", "renewal/Offer"):
        rate = what_if(task, Asked(stage=stage, days=0)).rate
        assert rate is not None
        year = what_if(task, Asked(stage=stage, rate=100 * rate * 0.1)).periods[-1]
        gains[stage] = year.then.p50 - year.today.p50
    assert gains["main/Offer"] > 1.8 * gains["renewal/Offer"] > 0


def replace_pipeline(stage: Stage, pipeline: str) -> Stage:
    return stage.model_copy(update={"pipeline": pipeline})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Asked(), "whatif-nothing"),
        (Asked(rate=5), "whatif-which-stage"),
        (Asked(days=-3, leads=10), "whatif-which-stage"),
        (Asked(stage="Offer"), "whatif-stage-alone"),
        (Asked(stage="Offer", rate=101), "whatif-beyond"),
        (Asked(stage="Offer", days=-400), "whatif-beyond"),
        (Asked(leads=-101), "whatif-beyond"),
        (Asked(leads=float("nan")), "whatif-beyond"),
        (Asked(stage="Offer", rate=90), "whatif-rate-beyond"),
        (Asked(stage="Offer", rate=-90), "whatif-rate-beyond"),
        (Asked(stage="Ofer", rate=5), "whatif-no-stage"),
        (Asked(stage="Won", rate=5), "whatif-no-stage"),
    ],
)
def test_nonsense_is_refused(asked, code):
    with pytest.raises(UsageError) as refused:
        what_if(book(), asked)
    assert refused.value.code == code


def test_a_mistyped_stage_is_answered_with_the_nearest():
    with pytest.raises(UsageError) as refused:
        what_if(book(), Asked(stage="Ofer", rate=5))
    assert refused.value.params["nearest"] == ("Offer",)
    assert refused.value.params["known"] == ("Lead", "Offer", "Talks")


def test_a_stage_that_nobody_has_passed_has_no_rate_to_raise():
    task = draw(Deals=[deal("a", "Lead")], Reps=REPS, as_of=AS_OF)
    with pytest.raises(UsageError) as refused:
        what_if(task, Asked(stage="Lead", rate=5))
    assert refused.value.code == "whatif-no-rate"


def test_a_name_of_two_pipelines_asks_which():
    stages = (*STAGES, *(replace_pipeline(stage, "renewal") for stage in STAGES))
    task = book(settings=policy(stages, funnel_rule="any"))
    with pytest.raises(UsageError) as refused:
        what_if(task, Asked(stage="Offer", rate=5))
    assert refused.value.code == "whatif-several-stages"
    for known in refused.value.params["known"]:
        assert what_if(task, Asked(stage=known, days=-1)).stage == "Offer"


def test_without_anything_to_go_by_it_says_so():
    answer = what_if(draw(as_of=AS_OF), Asked(leads=20))
    assert answer.periods == ()
    assert answer.because is not None
    assert answer.because.code == "forecast.no-sales"


def test_moved_draws_have_the_moments_that_they_are_given():
    """Gamma sums of shape 4 are given twice the mean and thrice the variance, in the same order."""
    random = np.random.default_rng(1)
    mean, variance = np.full(20_000, 100.0), np.full(20_000, 2500.0)
    draws = random.gamma(mean**2 / variance, variance / mean)
    moved = moved_draws(draws, (mean, variance), (2 * mean, 3 * variance))
    assert moved.mean() == pytest.approx(200, rel=0.01)
    assert moved.var() == pytest.approx(7500, rel=0.05)
    assert (np.argsort(moved) == np.argsort(draws)).all()
    assert (moved_draws(draws, (mean, variance), (mean, variance)) == draws).all()


def test_the_order_of_rows_does_not_matter():
    task = book(8)
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in task.tables.items()}
    asked = Asked(stage="Lead", rate=3, leads=10)
    assert what_if(replace(task, tables=turned), asked) == what_if(task, asked)
