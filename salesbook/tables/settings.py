"""The small tables of the Settings sheet: how this company sells."""

from __future__ import annotations

from typing import Literal

from salesbook.tables.base import (
    Amount,
    Count,
    Date,
    Days,
    Flag,
    Id,
    Month,
    Part,
    Position,
    Price,
    ProductRef,
    Ratio,
    Role,
    Row,
    Share,
    Text,
)


class Setting(Row, table="Policy", key=("key",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per setting; `salesbook.policy.Rules` knows every key, its type and its default."""

    key: Id
    value: Text | None = None
    note: Text | None = None


class Stage(Row, table="Stages", key=("pipeline", "stage"), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per stage of a pipeline."""

    pipeline: Id = "main"
    stage: Id
    rank: Position | None = None
    kind: Literal["open", "won", "lost"] = "open"
    win_rate: Share | None = None
    limit_days: Days | None = None
    needs: Text | None = None
    """Deal fields that must be filled for a deal to be in this stage, comma between."""
    owner_role: Text | None = None
    category: Literal["commit", "best_case", "pipeline", "omitted"] | None = None
    was: Text | None = None
    """Earlier names of the stage, comma between."""


class Product(Row, table="Products", key=("product",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per product."""

    product: Id
    family: Text | None = None
    list_price: Price | None = None
    cost: Price | None = None
    active: Flag | None = None


class Metric(Row, table="Metrics", key=("metric",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per appraisal metric."""

    metric: Id
    weight: Amount
    goal: Amount | None = None
    better: Literal["higher", "lower"] = "higher"
    scale: Amount | None = None
    """Highest value on the metric's own scale; blank: no scale."""
    valid_from: Date | None = None


class Grade(Row, table="Grades", key=("grade",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per appraisal grade."""

    grade: Id
    from_score: Amount


class Level(Row, table="Levels", key=("level",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per career level."""

    level: Id
    rank: Position
    needs_score: Amount | None = None
    needs_months: Count | None = None


class TierRule(Row, table="TierRules", key=("tier",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per customer tier, best first by `up_to_share`."""

    tier: Id
    up_to_share: Share
    touch_days: Days
    channel: Literal["phone", "email", "message", "visit"] | None = None
    offer: Text | None = None


class Bracket(
    Row,
    table="Brackets",
    key=("plan", "valid_from", "from_rate"),
    role=Role.SETTING,
    part=Part.SETTINGS,
    shown=True,
):
    """One row per bracket of a commission plan."""

    plan: Id
    valid_from: Date
    from_rate: Ratio
    """Share of the quota at which the bracket begins; the first is 0."""
    pay_rate: Share
    kind: Literal["marginal", "whole"] = "marginal"
    cap: Price | None = None
    """On the last bracket: most money per rep and period."""


class Spiff(Row, table="Spiffs", key=("spiff",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per extra payment."""

    spiff: Id
    product: ProductRef | None = None
    event: Literal["order", "new_customer"] | None = None
    amount: Price
    valid_from: Date
    valid_to: Date


class RampStep(Row, table="Ramp", key=("month",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per month since hire; the last row holds for all later months."""

    month: Position
    share: Share


class SeasonWeight(Row, table="Season", key=("month",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per calendar month; a blank weight is 1."""

    month: Month
    weight: Amount | None = None


class Holiday(Row, table="Holidays", key=("day",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per day that is not what its weekday says."""

    day: Date
    kind: Literal["off", "work"] = "off"
    name: Text | None = None
