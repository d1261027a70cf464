"""Which settings make no sense, so that a verb which needs them has to refuse?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final

from salesbook.domain.checks.setting_values import value_faults
from salesbook.domain.checks.stage_checks import stage_faults
from salesbook.domain.pay.brackets import (
    PayBracket,
    PayScheme,
    bracket_cliffs,
    bracket_problems,
)
from salesbook.messages import Finding, Message, Severity
from salesbook.money import currency_decimals, to_text
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables.settings import Bracket


def check_settings(policy: Policy) -> list[Finding]:
    """Find what makes no sense in the settings, in order of the tables of the Settings sheet.

    An error is what a verb that needs the table refuses; a warning is doubtful, yet can be
    calculated with. `row_key` is the key of the setting, `row` is not known here. A settings table
    without rows is judged only where a verb cannot do without it (TierRules, Stages).
    """
    return [finding for check in _CHECKS for finding in check(policy)]


def _product_faults(policy: Policy) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for product in policy.products:
        other = seen.setdefault(fold_name(product.product), product.product)
        if other != product.product:
            yield _warning("product-twice", "Products", "product", product.product, other=other)


def _metric_faults(policy: Policy) -> Iterator[Finding]:
    if policy.metrics and not any(metric.weight for metric in policy.metrics):
        first = policy.metrics[0].metric
        yield Finding(
            "weights-all-zero", "error", "Metrics", field="weight", row_key=first, found="0"
        )
    for metric in policy.metrics:
        for field, value in (("goal", metric.goal), ("scale", metric.scale)):
            if value == 0:
                code = f"metric-{field}-zero"
                yield Finding(
                    code, "error", "Metrics", field=field, row_key=metric.metric, found="0"
                )


def _grade_faults(policy: Policy) -> Iterator[Finding]:
    """Grades by falling score: each its own start, the lowest from 0."""
    counts = Counter(grade.from_score for grade in policy.grades)
    for grade in policy.grades:
        if counts[grade.from_score] > 1:
            found = f"{grade.from_score:g}"
            yield Finding(
                "grade-twice",
                "error",
                "Grades",
                field="from_score",
                row_key=grade.grade,
                found=found,
            )
    if policy.grades and policy.grades[-1].from_score > 0:
        last = policy.grades[-1]
        yield _warning("grades-gap", "Grades", "from_score", last.grade, f"{last.from_score:g}")


def _level_faults(policy: Policy) -> Iterator[Finding]:
    counts = Counter(level.rank for level in policy.levels)
    for level in policy.levels:
        if counts[level.rank] > 1:
            found = str(level.rank)
            yield Finding(
                "level-twice", "error", "Levels", field="rank", row_key=level.level, found=found
            )


def _tier_faults(policy: Policy) -> Iterator[Finding]:
    """Tiers by rising share: at least one, each its own share, the last 100 %."""
    if not policy.tier_rules:
        yield Finding("tiers-missing", "error", "TierRules")
        return
    counts = Counter(rule.up_to_share for rule in policy.tier_rules)
    for rule in policy.tier_rules:
        if counts[rule.up_to_share] > 1:
            found = _percent(rule.up_to_share)
            yield Finding(
                "tier-share-twice",
                "error",
                "TierRules",
                field="up_to_share",
                row_key=rule.tier,
                found=found,
            )
    last = policy.tier_rules[-1]
    if last.up_to_share < 1:
        found = _percent(last.up_to_share)
        yield Finding(
            "tier-share-last",
            "error",
            "TierRules",
            field="up_to_share",
            row_key=last.tier,
            found=found,
        )


def _bracket_faults(policy: Policy) -> Iterator[Finding]:
    for _, rows in groupby(policy.brackets, key=lambda row: (row.plan, row.valid_from)):
        brackets = list(rows)
        steps = tuple(PayBracket(row.from_rate, row.pay_rate, row.kind) for row in brackets)
        problems = bracket_problems(PayScheme(steps, brackets[-1].cap))
        for problem in problems:
            yield _bracket_fault(brackets, problem, "error")
        for cliff in () if problems else bracket_cliffs(steps):
            yield _bracket_fault(brackets, cliff, "warning")
        decimals = currency_decimals(policy.rules.currency)
        for row in brackets[:-1]:
            for field, amount in (("cap", row.cap), ("draw", row.draw)):
                if amount is not None:
                    found, key = to_text(amount, decimals), _bracket_key(row)
                    yield _warning(
                        f"{field}-not-last", "Brackets", field, key, found, plan=row.plan
                    )


def _bracket_fault(brackets: Sequence[Bracket], problem: Message, severity: Severity) -> Finding:
    at = brackets[int(str(problem.params.get("bracket", 1))) - 1]
    field = (
        "pay_rate"
        if problem.code in ("pay-falls", "pay-jumps", "bracket-negative")
        else "from_rate"
    )
    return Finding(
        problem.code,
        severity,
        "Brackets",
        field=field,
        row_key=_bracket_key(at),
        found=_percent(getattr(at, field)),
        params={"plan": at.plan, "valid_from": at.valid_from, **problem.params},
    )


def _bracket_key(row: Bracket) -> str:
    return f"{row.plan}|{row.valid_from.isoformat()}|{row.from_rate}"


def _spiff_faults(policy: Policy) -> Iterator[Finding]:
    products = {product.product for product in policy.products}
    for spiff in policy.spiffs:
        if spiff.valid_to < spiff.valid_from:
            found = spiff.valid_to.isoformat()
            yield Finding(
                "date-before",
                "error",
                "Spiffs",
                field="valid_to",
                row_key=spiff.spiff,
                found=found,
                params={"field": "Spiffs.valid_from", "earlier": spiff.valid_from},
            )
        if spiff.product and products and spiff.product not in products:
            yield _warning(
                "unknown-product", "Spiffs", "product", spiff.spiff, spiff.product, nearest=None
            )


def _ramp_faults(policy: Policy) -> Iterator[Finding]:
    """Months since hire count from 1 without a gap."""
    for expected, step in enumerate(policy.ramp, start=1):
        if step.month != expected:
            found = str(step.month)
            yield Finding(
                "ramp-gap",
                "error",
                "Ramp",
                field="month",
                row_key=str(step.month),
                found=found,
                params={"month": expected},
            )
            return


def _season_faults(policy: Policy) -> Iterator[Finding]:
    weights = {row.month: 1.0 if row.weight is None else row.weight for row in policy.season}
    if len(weights) == 12 and not any(weights.values()):
        yield Finding("weights-all-zero", "error", "Season", field="weight", row_key="1", found="0")


def _warning(
    code: str, table: str, field: str, row_key: str, found: str = "", **params: str | None
) -> Finding:
    return Finding(
        code,
        "warning",
        table,
        field=field,
        row_key=row_key,
        found=found or row_key,
        params=params,
    )


def _percent(share: float) -> str:
    return f"{share * 100:g}%"


_CHECKS: Final[Sequence[Callable[[Policy], Iterator[Finding]]]] = (
    value_faults,
    stage_faults,
    _product_faults,
    _metric_faults,
    _grade_faults,
    _level_faults,
    _tier_faults,
    _bracket_faults,
    _spiff_faults,
    _ramp_faults,
    _season_faults,
)
