"""Settings that make no sense are found; those of a plain company are not."""

import datetime as dt

import pytest

from salesbook.domain.checks.settings_checks import check_settings
from salesbook.policy import Policy
from salesbook.tables.settings import (
    Bracket,
    Grade,
    Level,
    Metric,
    Product,
    RampStep,
    Rules,
    SeasonWeight,
    Spiff,
    Stage,
    TierRule,
)

STAGES = (
    Stage(stage="New", rank=1),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
TIERS = (
    TierRule(tier="A", up_to_share=0.8, touch_days=14),
    TierRule(tier="B", up_to_share=0.95, touch_days=30),
    TierRule(tier="C", up_to_share=1, touch_days=90),
)


def policy(**settings):
    rules = Rules(**settings.pop("rules", {}))
    return Policy(**({"stages": STAGES, "tier_rules": TIERS, "rules": rules} | settings))


def bracket(from_rate, pay_rate, kind="marginal", **more):
    day = dt.date(2026, 1, 1)
    return Bracket(
        plan="P", valid_from=day, from_rate=from_rate, pay_rate=pay_rate, kind=kind, **more
    )


def tier(name, share):
    return TierRule(tier=name, up_to_share=share, touch_days=1)


def test_rates_may_fall_in_a_plan_that_pays_by_revenue_alone():
    """It still pays more for more sales, and nothing is paid by averages."""
    assert check_settings(policy(brackets=(bracket(0, 0.1), bracket(1, 0.05)))) == []


def test_a_plain_company_has_no_fault():
    plain = policy(
        products=(Product(product="X"),),
        metrics=(Metric(metric="revenue", weight=1, goal=5),),
        grades=(Grade(grade="A", from_score=90), Grade(grade="B", from_score=0)),
        levels=(Level(level="L1", rank=1), Level(level="L2", rank=2)),
        brackets=(bracket(0, 0.05), bracket(1, 0.1, cap=100)),
        ramp=(RampStep(month=1, share=0.2), RampStep(month=2, share=1)),
        season=(SeasonWeight(month=1, weight=2),),
    )
    assert check_settings(plain) == []


@pytest.mark.parametrize(
    ("settings", "code", "row_key"),
    [
        ({"rules": {"currency": "XXQ"}}, "currency-unknown", "currency"),
        ({"rules": {"calendar": "QQ"}}, "calendar-unknown", "calendar"),
        ({"stages": ()}, "stages-missing", ""),
        ({"stages": STAGES[1:]}, "stage-kind-missing", "main|Won"),
        ({"stages": STAGES[:2]}, "stage-kind-missing", "main|New"),
        (
            {"stages": (*STAGES, Stage(stage="Lost 2", kind="lost"))},
            "stage-kind-twice",
            "main|Lost 2",
        ),
        ({"stages": (*STAGES, Stage(stage="Odd"))}, "stage-rank-missing", "main|Odd"),
        (
            {"stages": (*STAGES, Stage(stage="LOST", kind="open", rank=2))},
            "stage-name-twice",
            "main|LOST",
        ),
        (
            {"stages": (*STAGES, Stage(stage="Odd", rank=2, was="Lost, Old"))},
            "stage-was-twice",
            "main|Odd",
        ),
        (
            {"stages": (*STAGES, Stage(stage="Odd", rank=2, needs="amount, shoe size"))},
            "stage-needs-unknown",
            "main|Odd",
        ),
        ({"products": (Product(product="X y"), Product(product="x Y"))}, "product-twice", "x Y"),
        ({"metrics": (Metric(metric="revenue", weight=0),)}, "weights-all-zero", "revenue"),
        ({"metrics": (Metric(metric="revenue", weight=1, goal=0),)}, "metric-goal-zero", "revenue"),
        ({"grades": (Grade(grade="A", from_score=60),)}, "grades-gap", "A"),
        ({"tier_rules": ()}, "tiers-missing", ""),
        ({"tier_rules": (tier("A", 0.5), tier("B", 0.9))}, "tier-share-last", "B"),
        ({"brackets": (bracket(0.1, 0.05),)}, "brackets-start", "P|2026-01-01|0.1"),
        (
            {"brackets": (bracket(0, 0.05), bracket(1, 0.01, "whole"))},
            "pay-falls",
            "P|2026-01-01|1.0",
        ),
        (
            {"brackets": (bracket(0, 0.05), bracket(1, 0.1, "whole"))},
            "pay-jumps",
            "P|2026-01-01|1.0",
        ),
        (
            {"brackets": (bracket(0, 0.05, cap=5), bracket(1, 0.1))},
            "cap-not-last",
            "P|2026-01-01|0.0",
        ),
        (
            {"brackets": (bracket(0, 0.05, draw=5), bracket(1, 0.1))},
            "draw-not-last",
            "P|2026-01-01|0.0",
        ),
        (
            {"brackets": (bracket(0, 0.05, override_rate=0.01), bracket(1, 0.1))},
            "override-not-last",
            "P|2026-01-01|0.0",
        ),
        ({"brackets": (bracket(0, 0.05, gate_rate=1),)}, "gate-first", "P|2026-01-01|0.0"),
        (
            {"brackets": (bracket(0, 0.05), bracket(1, 0.04, gate_rate=1))},
            "rates-fall",
            "P|2026-01-01|1.0",
        ),
        (
            {"brackets": (bracket(0, 0.05, basis="net"), bracket(1, 0.1))},
            "basis-differs",
            "P|2026-01-01|1.0",
        ),
        (
            {"brackets": (bracket(0, 0.05), bracket(0, 0.1, family="Softwear"))},
            "family-unknown",
            "P|2026-01-01|0.0|Softwear",
        ),
        (
            {
                "products": (Product(product="X", family="Software"),),
                "brackets": (bracket(0, 0.05, family="software"),),
            },
            "family-rest-missing",
            "P|2026-01-01|0.0|software",
        ),
        (
            {
                "products": (Product(product="X", family="Software"),),
                "brackets": (bracket(0, 0.05, draw=1), bracket(0, 0.1, family="Software", draw=2)),
            },
            "draw-twice",
            "P|2026-01-01|0.0|Software",
        ),
        (
            {
                "spiffs": (
                    Spiff(
                        spiff="S",
                        amount=1,
                        valid_from=dt.date(2026, 2, 1),
                        valid_to=dt.date(2026, 1, 1),
                    ),
                )
            },
            "date-before",
            "S",
        ),
        ({"ramp": (RampStep(month=1, share=0.1), RampStep(month=3, share=1))}, "ramp-gap", "3"),
        (
            {"season": tuple(SeasonWeight(month=month, weight=0) for month in range(1, 13))},
            "weights-all-zero",
            "1",
        ),
    ],
)
def test_one_wrong_setting_is_one_finding(settings, code, row_key):
    [finding] = check_settings(policy(**settings))
    assert (finding.code, finding.row_key) == (code, row_key)


def test_two_open_stages_of_one_rank_are_both_named():
    findings = check_settings(policy(stages=(*STAGES, Stage(stage="Again", rank=1))))
    assert [(f.code, f.row_key, f.params["other"]) for f in findings] == [
        ("stage-rank-twice", "main|New", ("Again",)),
        ("stage-rank-twice", "main|Again", ("New",)),
    ]
