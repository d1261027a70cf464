"""Which settings make no sense, so that a verb which needs them has to refuse?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from salesbook.domain.checks.currencies import rate_faults
from salesbook.domain.checks.setting_values import value_faults
from salesbook.domain.checks.stage_checks import stage_faults
from salesbook.domain.pay.brackets import (
    PayBracket,
    PayScheme,
    bracket_cliffs,
    bracket_problems,
    by_family,
    falling_rates,
)
from salesbook.messages import Fact, Finding, Message, Severity
from salesbook.money import to_text
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables import TABLES
from salesbook.tables.lists import list_text
from salesbook.tables.settings import Bracket


def check_settings(policy: Policy) -> list[Finding]:
    """Find what makes no sense in the settings, in order of the tables of the Settings sheet.

    An error is what a verb that needs the table refuses; a warning is doubtful, yet can be
    calculated with. `row_key` is the key of the setting, `row` is not known here. A settings table
    without rows is judged only where a verb cannot do without it (TierRules, Stages).
    """
    return [finding for check in _CHECKS for finding in check(policy)]


def _product_faults(policy: Policy) -> Iterator[Finding]:
    """Each product stands once, however its name is written."""
    first_spelling: dict[str, str] = {}
    for row in policy.products:
        name = row.product
        other = first_spelling.setdefault(fold_name(name), name)
        if other != name:
            yield _warning("product-twice", "Products", "product", name, other=other)


def _metric_faults(policy: Policy) -> Iterator[Finding]:
    """Some metric weighs something, and no goal or scale that is divided by is 0."""
    if policy.metrics and not any(row.weight for row in policy.metrics):
        first = policy.metrics[0].metric
        yield _error("weights-all-zero", "Metrics", "weight", first, "0")

    for row in policy.metrics:
        if row.goal == 0:
            yield _error("metric-goal-zero", "Metrics", "goal", row.metric, "0")
        if row.scale == 0:
            yield _error("metric-scale-zero", "Metrics", "scale", row.metric, "0")


def _grade_faults(policy: Policy) -> Iterator[Finding]:
    """Grades by falling score: each its own start, the lowest from 0."""
    if not policy.grades:
        return
    counts = Counter(row.from_score for row in policy.grades)
    for row in policy.grades:
        if counts[row.from_score] > 1:
            score = f"{row.from_score:g}"
            yield _error("grade-twice", "Grades", "from_score", row.grade, score)

    lowest = policy.grades[-1]
    if lowest.from_score > 0:
        score = f"{lowest.from_score:g}"
        yield _warning("grades-gap", "Grades", "from_score", lowest.grade, score)


def _level_faults(policy: Policy) -> Iterator[Finding]:
    """Each level has a rank of its own: the next one is where a rep is promoted to."""
    counts = Counter(row.rank for row in policy.levels)
    for row in policy.levels:
        if counts[row.rank] > 1:
            yield _error("level-twice", "Levels", "rank", row.level, str(row.rank))


def _tier_faults(policy: Policy) -> Iterator[Finding]:
    """Tiers by rising share: at least one, each its own share, the last 100 %."""
    if not policy.tier_rules:
        yield Finding("tiers-missing", "error", "TierRules")
        return

    counts = Counter(row.up_to_share for row in policy.tier_rules)
    for row in policy.tier_rules:
        if counts[row.up_to_share] > 1:
            share = _percent(row.up_to_share)
            yield _error("tier-share-twice", "TierRules", "up_to_share", row.tier, share)

    for row in policy.tier_rules:
        unknown = [name for name in row.needs if name not in TABLES["Customers"].field_names]
        if unknown:
            typed = list_text(row.needs)
            yield _warning(
                "tier-needs-unknown", "TierRules", "needs", row.tier, typed, name=list_text(unknown)
            )

    # Customers beyond the last share would be in no tier.
    last = policy.tier_rules[-1]
    if last.up_to_share < 1:
        share = _percent(last.up_to_share)
        yield _error("tier-share-last", "TierRules", "up_to_share", last.tier, share)


def bracket_faults(policy: Policy) -> Iterator[Finding]:
    """Brackets of each plan and start can be paid by."""
    families = {fold_name(row.family) for row in policy.products if row.family}
    in_order = sorted(policy.brackets, key=lambda row: (row.plan, row.valid_from))
    for _, rows in groupby(in_order, key=lambda row: (row.plan, row.valid_from)):
        tables = by_family(list(rows))
        for brackets in tables.values():
            yield from _table_faults(brackets, policy.decimals)
        yield from _basis_faults(tables)
        yield from _rate_faults(tables)
        yield from _family_faults(tables, families)


def _table_faults(brackets: Sequence[Bracket], decimals: int) -> Iterator[Finding]:
    """The brackets of one product family: they rise, and only the last has cap, draw, override."""
    steps = tuple(PayBracket(row.from_rate, row.pay_rate, row.kind) for row in brackets)
    problems = bracket_problems(PayScheme(steps, brackets[-1].cap))
    for problem in problems:
        yield _bracket_fault(brackets, problem, "error")

    # Steps that cannot be paid by have no cliffs to speak of.
    if not problems:
        for cliff in bracket_cliffs(steps):
            yield _bracket_fault(brackets, cliff, "warning")

    for row in brackets[:-1]:
        yield from _ignored_amounts(row, decimals)

    # Below a gate there is a bracket that goes on paying; below the first there is none.
    first = brackets[0]
    if first.gate_rate:
        found = _percent(first.gate_rate)
        yield _error(
            "gate-first", "Brackets", "gate_rate", _bracket_key(first), found, plan=first.plan
        )


def _ignored_amounts(row: Bracket, decimals: int) -> Iterator[Finding]:
    """A cap, draw or override above the last bracket, which counts for nothing there."""
    key = _bracket_key(row)
    for field, amount in (("cap", row.cap), ("draw", row.draw)):
        if amount is not None:
            shown = to_text(amount, decimals)
            yield _warning(f"{field}-not-last", "Brackets", field, key, shown, plan=row.plan)
    if row.override_rate is not None:
        shown = _percent(row.override_rate)
        yield _warning("override-not-last", "Brackets", "override_rate", key, shown, plan=row.plan)


def _basis_faults(tables: Mapping[str, Sequence[Bracket]]) -> Iterator[Finding]:
    """A table goes by one basis, and pieces are counted by all tables of a plan or by none."""
    rows = [row for brackets in tables.values() for row in brackets]
    counts_pieces = any(row.basis == "quantity" for row in rows)
    for brackets in tables.values():
        for row in brackets:
            expected = brackets[0].basis
            if counts_pieces and row.basis != "quantity":
                expected = "quantity"
            if row.basis != expected:
                facts: dict[str, Fact] = {
                    "plan": row.plan,
                    "basis": f"Brackets.basis={expected}",
                }
                key = _bracket_key(row)
                yield _error("basis-differs", "Brackets", "basis", key, row.basis, **facts)


def _rate_faults(tables: Mapping[str, Sequence[Bracket]]) -> Iterator[Finding]:
    """Rates do not fall where a plan has gates, families, or another basis than revenue."""
    rows = [row for brackets in tables.values() for row in brackets]
    has_gate = any(row.gate_rate for row in rows)
    pays_averages = len(tables) > 1 or any(row.family or row.basis != "revenue" for row in rows)
    if not (has_gate or pays_averages):
        return
    for brackets in tables.values():
        steps = [PayBracket(row.from_rate, row.pay_rate, row.kind) for row in brackets]
        for problem in falling_rates(steps):
            yield _bracket_fault(brackets, problem, "error")


def _family_faults(
    tables: Mapping[str, Sequence[Bracket]], families: Collection[str]
) -> Iterator[Finding]:
    """Some product is of each family, and the other products have brackets of their own."""
    for family, brackets in tables.items():
        first = brackets[0]
        if family and family not in families:
            key = _bracket_key(first)
            yield _error("family-unknown", "Brackets", "family", key, first.family, plan=first.plan)

    # Nothing may be meant, and then 0 % says so.
    if "" not in tables:
        first = next(iter(tables.values()))[0]
        key = _bracket_key(first)
        yield _warning(
            "family-rest-missing", "Brackets", "family", key, first.family, plan=first.plan
        )

    # A draw is one sum for the whole plan.
    draws = {row.draw for row in (brackets[-1] for brackets in tables.values()) if row.draw}
    if len(draws) > 1:
        last = max((brackets[-1] for brackets in tables.values()), key=lambda row: row.draw or 0)
        yield _warning("draw-twice", "Brackets", "draw", _bracket_key(last), "", plan=last.plan)


_ABOUT_PAY_RATE: Final = ("pay-falls", "pay-jumps", "bracket-negative", "rates-fall")
"""Problems whose wrong cell is what is paid; the others' is where the bracket begins."""


def _bracket_fault(brackets: Sequence[Bracket], problem: Message, severity: Severity) -> Finding:
    number = int(str(problem.params.get("bracket", 1)))
    row = brackets[number - 1]
    field = "pay_rate" if problem.code in _ABOUT_PAY_RATE else "from_rate"
    return Finding(
        problem.code,
        severity,
        "Brackets",
        field=field,
        row_key=_bracket_key(row),
        found=_percent(getattr(row, field)),
        params={"plan": row.plan, "valid_from": row.valid_from, **problem.params},
    )


def _bracket_key(row: Bracket) -> str:
    key = f"{row.plan}|{row.valid_from.isoformat()}|{row.from_rate}"
    return f"{key}|{row.family}" if row.family else key


def _spiff_faults(policy: Policy) -> Iterator[Finding]:
    """A spiff does not end before it begins, and its product is one that is sold."""
    products = {row.product for row in policy.products}
    for row in policy.spiffs:
        if row.valid_to < row.valid_from:
            yield _error(
                "date-before",
                "Spiffs",
                "valid_to",
                row.spiff,
                row.valid_to.isoformat(),
                field="Spiffs.valid_from",
                earlier=row.valid_from,
            )

        # Without a list of products any name may be one.
        is_unknown = bool(row.product) and row.product not in products
        if products and is_unknown:
            yield _warning(
                "unknown-product", "Spiffs", "product", row.spiff, row.product, nearest=None
            )


def _award_faults(policy: Policy) -> Iterator[Finding]:
    """An award does not end before it begins, and has an amount where, and only where, it is money."""
    for row in policy.award_rules:
        key = f"{row.award}|{row.period_kind}|{row.valid_from.isoformat()}"
        if row.valid_to is not None and row.valid_to < row.valid_from:
            yield _error(
                "date-before",
                "AwardRules",
                "valid_to",
                key,
                row.valid_to.isoformat(),
                field="AwardRules.valid_from",
                earlier=row.valid_from,
            )
        if row.kind == "money" and not row.amount:
            yield _warning("award-without-amount", "AwardRules", "amount", key, "")
        if row.kind != "money" and row.amount:
            amount = to_text(row.amount, policy.decimals)
            yield _warning("award-not-in-money", "AwardRules", "amount", key, amount)


def _ramp_faults(policy: Policy) -> Iterator[Finding]:
    """Months since hire count from 1 without a gap; the first gap is named."""
    for expected, row in enumerate(policy.ramp, start=1):
        if row.month != expected:
            month = str(row.month)
            yield _error("ramp-gap", "Ramp", "month", month, month, month=expected)
            return


def _season_faults(policy: Policy) -> Iterator[Finding]:
    """Some month of the year has a weight; a blank one weighs 1, as does a month left out."""
    weights = {row.month: 1.0 if row.weight is None else row.weight for row in policy.season}
    is_whole_year = len(weights) == 12
    if is_whole_year and not any(weights.values()):
        yield _error("weights-all-zero", "Season", "weight", "1", "0")


def _error(code: str, table: str, column: str, row_key: str, found: str, **params: Fact) -> Finding:
    return Finding(code, "error", table, field=column, row_key=row_key, found=found, params=params)


def _warning(
    code: str, table: str, column: str, row_key: str, found: str | None = "", **params: Fact
) -> Finding:
    """A warning about a row; what was found is its key where nothing else is given."""
    return Finding(
        code,
        "warning",
        table,
        field=column,
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
    bracket_faults,
    _spiff_faults,
    _award_faults,
    rate_faults,
    _ramp_faults,
    _season_faults,
)
