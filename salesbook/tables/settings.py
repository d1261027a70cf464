"""The small tables of the Settings sheet: how this company sells."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, Field

from salesbook.tables.base import (
    Amount,
    Count,
    CustomerFields,
    Date,
    Days,
    DealFields,
    Flag,
    Id,
    Is,
    Kind,
    MetricName,
    Month,
    Names,
    Part,
    PipelineName,
    Position,
    Price,
    ProductRef,
    Ratio,
    Role,
    Row,
    Share,
    Since,
    Text,
)
from salesbook.tables.values import (
    FallingCuts,
    FirstMonth,
    RisingCuts,
    TouchMinutes,
    Weekend,
    WorkingHours,
)

At01 = Annotated[float, Ge(0), Le(1)]
AtLeast0 = Annotated[float, Ge(0)]
ExchangeRate = Annotated[float, Is(Kind.NUMBER), Ge(1e-9)]
GateRate = Annotated[float, Is(Kind.RATE), Ge(0), Le(2)]
"""Part of the quota of the year to date; 80 where 80 % was meant is beyond it, and refused."""


def _read(text: str) -> Any:
    """A default as people type it, read like any other value of the setting."""
    return Field(default=text)


class Rules(BaseModel):
    """Every key of the Policy table with its type and its default; nothing else holds a default."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, validate_default=True)

    currency: str = "USD"
    language: Literal["en", "zh-CN"] = "en"
    number_style: Literal["plain", "thousands", "wan"] = "plain"
    fiscal_year_start: Annotated[int, Ge(1), Le(12)] = 1
    weekend: Weekend = _read("sat,sun")
    calendar: str = ""
    """Country code of a public-holiday calendar; blank: weekends and the Holidays table only."""
    working_hours: WorkingHours = _read("09:00-18:00")
    split_by: Literal["equal", "history", "capacity", "potential"] = "equal"
    split_blend_rate: At01 = 1.0
    """Share of the chosen weights; the rest is split equally."""
    split_unit: Annotated[float, Ge(0)] = 1.0
    """Money unit of plan amounts, in the currency; 0: its smallest coin."""
    season_from: Literal["typed", "history", "workdays"] = "typed"
    season_years: Annotated[int, Ge(1)] = 3
    """Years of history that make a season fully trusted; fewer are shrunk towards 1."""
    sales_source: Literal["auto", "orders", "deals"] = "auto"
    """What counts as sold; auto: won deals until the month of the first order, orders from then on."""
    orders_from: FirstMonth = ""
    """Month from which orders count where sales_source is auto; blank: that of the first order."""
    commission_period: Literal["month", "quarter", "year"] = "year"
    """Period to date on which brackets are read."""
    commission_basis: Literal["booking", "invoice", "cash"] = "booking"
    interval_level: Annotated[float, Ge(0.5), Le(0.99)] = 0.8
    few: Annotated[int, Ge(1)] = 10
    """Closed deals under which a rate is not ranked."""
    rank_chance: Annotated[float, Ge(0.5), Le(1)] = 0.95
    """One-sided chance that a ranked rep really is above, or below, the middle; 0.9 would rank 20 %
    of reps who are alike.
    """
    tier_months: Annotated[int, Ge(1)] = 12
    abc_rule: Literal["before", "including"] = "before"
    rfm_rule: Literal["quintiles", "fixed"] = "quintiles"
    rfm_recency_cuts: RisingCuts = _read("1,3,6,9")
    """Months since the last order up to which the score is 5, 4, 3, 2."""
    rfm_frequency_cuts: FallingCuts = _read("40,30,20,10")
    rfm_money_cuts: FallingCuts = _read("50000,20000,10000,5000")
    dormant_factor: AtLeast0 = 3.0
    p_alive_low: At01 = 0.2
    duplicate_score: At01 = 0.88
    touch_minutes: TouchMinutes = _read("phone 15, email 10, message 5, visit 90")
    """What a touch takes on each channel, with the way to it."""
    visit_hours_a_week: Annotated[float, Ge(1), Le(168)] = 20.0
    """Hours that a rep has in a full week for the touches of the call list."""
    pool_days: Annotated[int, Ge(1)] = 90
    pool_spare_days: Annotated[int, Ge(0)] = 30
    """Days that a customer stays with whoever has just got him, touched or not."""
    pool_cooloff_days: Annotated[int, Ge(0)] = 30
    """Days after which who lost a customer may have him again."""
    pool_pick_limit: Annotated[int, Ge(0)] = 5
    """Customers of the public pool that one rep is advised to take at a time."""
    contract_notice_days: Annotated[int, Ge(0)] = 60
    """Days before its end from which a contract is to be talked about."""
    fresh_days: Annotated[int, Ge(1)] = 180
    """Days without a change after which a customer's entry is old."""
    answer_limit_hours: AtLeast0 = 24.0
    resolve_limit_hours: AtLeast0 = 72.0
    complaint_repeat_days: Annotated[int, Ge(0)] = 90
    """Days after the end of a complaint in which another one of the customer is a repeated one."""
    survey_after_days: Annotated[int, Ge(0)] = 14
    """Days after a delivery from which the customer is to be asked how content he is."""
    survey_after_complaint_days: Annotated[int, Ge(0)] = 7
    """Days after a complaint was settled from which he is to be asked."""
    survey_rest_days: Annotated[int, Ge(1)] = 90
    """Days in which nobody is asked twice, and after which an occasion to ask has passed."""
    funnel_rule: Literal["all", "any"] = "all"
    stuck_quantile: At01 = 0.8
    stuck_deals: Annotated[int, Ge(1)] = 20
    """Won deals under which the stage's limit_days decides instead."""
    leak_deals: Annotated[int, Ge(1)] = 30
    """Resolved deals that a slice needs to be a yardstick."""
    quiet_days: Annotated[int, Ge(1)] = 30
    """Days without activity after which a large open deal is named."""
    visit_workdays: Annotated[int, Ge(1)] = 5
    """Work days without a visit after which a rep is named."""
    prior_deals: Annotated[int, Ge(1)] = 10
    """Closed deals that a typed win rate of a stage counts for."""
    forecast_months: Annotated[int, Ge(1), Le(24)] = 6
    magnitude_factor: Annotated[float, Ge(2)] = 1000.0
    earliest_year: Annotated[int, Ge(1900)] = 1990
    years_ahead: Annotated[int, Ge(1)] = 10
    made_with: str = ""
    """Version of salesbook that the workbook's tables and columns are of; blank: before 0.3.0.

    Kept by us: a new workbook and an upgraded one say so themselves.
    """
    backup_megabytes: Annotated[int, Ge(0)] = 500
    """What the kept earlier states of the workbook may take together; two always stay."""


SettingKey = Annotated[str, Is(Kind.CHOICE, choices=tuple(Rules.model_fields))]


class Setting(Row, table="Policy", key=("key",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per setting; `Rules` knows every key."""

    key: SettingKey
    value: Text | None = None
    note: Text | None = None


class Stage(
    Row,
    table="Stages",
    key=("pipeline", "stage"),
    role=Role.SETTING,
    part=Part.SETTINGS,
    shown=True,
):
    """One row per stage of a pipeline."""

    pipeline: PipelineName = "main"
    stage: Id
    rank: Position | None = None
    kind: Literal["open", "won", "lost"] = "open"
    win_rate: Share | None = None
    limit_days: Days | None = None
    needs: DealFields = ()
    """Deal fields that must be filled for a deal to be in this stage; what names none, as typed."""
    owner_role: Text | None = None
    category: Literal["commit", "best_case", "pipeline", "omitted"] | None = None
    was: Names = ()
    """Earlier names of the stage."""
    guessed_from: Annotated[
        Literal["rank", "probability", "dates", "name"] | None, Since("0.3.0")
    ] = None
    """What an import took the stage's place from; blanking it confirms the place."""


class Product(
    Row, table="Products", key=("product",), role=Role.SETTING, part=Part.SETTINGS, shown=True
):
    """One row per product."""

    product: Id
    family: Text | None = None
    list_price: Price | None = None
    cost: Price | None = None
    active: Flag | None = None


class Metric(
    Row, table="Metrics", key=("metric",), role=Role.SETTING, part=Part.SETTINGS, shown=True
):
    """One row per appraisal metric."""

    metric: MetricName
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


class TierRule(
    Row, table="TierRules", key=("tier",), role=Role.SETTING, part=Part.SETTINGS, shown=True
):
    """One row per customer tier, best first by `up_to_share`."""

    tier: Id
    up_to_share: Share
    touch_days: Days
    channel: Literal["phone", "email", "message", "visit"] | None = None
    offer: Text | None = None
    open_deal_days: Annotated[Days | None, Since("0.3.0")] = None
    """Rhythm while a deal is open; blank: `touch_days`."""
    dormant_days: Annotated[Days | None, Since("0.3.0")] = None
    """Rhythm of customers who are dormant; blank: `touch_days`."""
    survey_days: Annotated[Days | None, Since("0.3.0")] = None
    """Days from one question to the next how content they are; blank: only after an occasion."""
    needs: Annotated[CustomerFields, Since("0.3.0")] = ()
    """Fields of Customers that must be filled for a customer of this tier."""


class Bracket(
    Row,
    table="Brackets",
    key=("plan", "valid_from", "from_rate", "family"),
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
    draw: Price | None = None
    """On the last bracket: least money per rep and month, an advance on later months that earn
    more.
    """
    gate_rate: Annotated[GateRate | None, Since("0.3.0")] = None
    """This bracket and those above pay only in months in which the year to date is at least at this
    part of its quota.
    """
    override_rate: Annotated[Share | None, Since("0.3.0")] = None
    """On the last bracket: part of what the reps of a manager are credited with."""
    family: Annotated[Text, Since("0.3.0")] = ""
    """Family of the products that the bracket is for; blank: those that no other bracket names."""
    basis: Annotated[Literal["revenue", "quantity", "net"], Since("0.3.0")] = "revenue"
    """What is counted against the quota, and what the rate is paid on: revenue; pieces, paid on
    revenue; revenue, paid on what is left of it after the products' cost.
    """


class Rate(
    Row,
    table="Rates",
    key=("currency", "valid_from"),
    role=Role.SETTING,
    part=Part.SETTINGS,
    since="0.3.0",
    shown=True,
):
    """One row per currency and day from which its rate holds."""

    currency: Id
    valid_from: Date
    rate: ExchangeRate
    """Of one unit, in the workbook's currency."""


class Spiff(Row, table="Spiffs", key=("spiff",), role=Role.SETTING, part=Part.SETTINGS, shown=True):
    """One row per extra payment."""

    spiff: Id
    product: ProductRef | None = None
    event: Literal["order", "new_customer"] | None = None
    amount: Price
    valid_from: Date
    valid_to: Date


class AwardRule(
    Row,
    table="AwardRules",
    key=("award", "period_kind", "valid_from"),
    role=Role.SETTING,
    part=Part.SETTINGS,
    since="0.3.0",
    shown=True,
):
    """One row per award and kind of period, from a day on."""

    award: Literal["best-seller", "best-newcomer", "most-new-customers", "ahead-of-luck"]
    period_kind: Literal["month", "quarter", "year"] = "month"
    valid_from: Date
    """For periods that begin on this day or later; the newest row of an award holds."""
    kind: Literal["money", "praise", "benefit", "promotion"] = "praise"
    amount: Price | None = None
    """Of money: what all winners of a period are paid together, through Commission."""
    valid_to: Date | None = None
    """For periods that end by this day; blank: no end."""


class RampStep(
    Row, table="Ramp", key=("month",), role=Role.SETTING, part=Part.SETTINGS, shown=True
):
    """One row per month since hire; the last row holds for all later months."""

    month: Position
    share: Share


class SeasonWeight(
    Row, table="Season", key=("month",), role=Role.SETTING, part=Part.SETTINGS, shown=True
):
    """One row per calendar month; a blank weight is 1."""

    month: Month
    weight: Amount | None = None


class Holiday(
    Row, table="Holidays", key=("day",), role=Role.SETTING, part=Part.SETTINGS, shown=True
):
    """One row per day that is not what its weekday says."""

    day: Date
    kind: Literal["off", "work"] = "off"
    name: Text | None = None
