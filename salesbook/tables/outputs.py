"""The tables that salesbook writes; each is owned by one verb, RunLog and ParkedNotes by every run."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Le

from salesbook.labels import known_names
from salesbook.tables.base import (
    BEGINS,
    PLANNED,
    RECORDED,
    REPEATS,
    YOURS,
    ActionName,
    AlertName,
    Balance,
    CandidateRef,
    Count,
    CourseRef,
    CustomerFields,
    CustomerRef,
    Date,
    DateTime,
    Days,
    DealFields,
    DealRef,
    FieldName,
    FindingCode,
    Flag,
    Id,
    Is,
    Kind,
    LeadRef,
    LeftInTables,
    MetricName,
    MetricNames,
    Money,
    NameOf,
    Number,
    OpeningRef,
    OrderRef,
    Part,
    PayRule,
    Period,
    PipelineName,
    Position,
    Ratio,
    RepRef,
    Role,
    Row,
    ScopeRef,
    Sentence,
    Share,
    Since,
    Switch,
    TableName,
    Text,
    Year,
    happens,
)

OUT = Role.OUTPUT
SliceKind = Literal["all", "team", "rep", "source", "product", "pipeline"]
FunnelSlice = Literal["all", "team", "rep", "source", "product", "tier", "pipeline"]
"""As SliceKind, and by the tier of the customer."""
FeedbackSlice = Literal["all", "team", "rep", "tier"]
"""As SliceKind, by who answers for it, and by the tier of the customer."""
SpanName = Annotated[str, Is(Kind.ID, choices=known_names("spans"))]
"""A period, or `all`."""
ScopeKind = Literal["company", "team", "rep"]
Channel = Literal["phone", "email", "message", "visit"]
TeamName = Annotated[str, Is(Kind.ID, choices=("no-team",))]
"""A team, or ours for those who are in none."""
Unit = Literal["count", "money", "percent", "days"]
"""What a number of several measures is; money in the currency's units, percent as 25 for a quarter."""

ChanceBin = Literal[
    "all",
    "to-10",
    "to-20",
    "to-30",
    "to-40",
    "to-50",
    "to-60",
    "to-70",
    "to-80",
    "to-90",
    "to-100",
]
"""Tenths of a chance, by their upper end."""
PlanMetric = Literal["revenue", "orders", "new_customers", "quantity"]
LeadSourceName = Annotated[str, Is(Kind.ID, choices=("all", "no-source"))]
"""Where leads came from; ours for all of them, and for those of which nobody says."""


class Check(
    Row,
    table="Checks",
    key=("severity", "code", "table", "row_key", "field"),
    role=OUT,
    part=Part.SYSTEM,
    shown=True,
):
    """One row per finding, in sheet order."""

    severity: Literal["error", "warning"]
    code: FindingCode
    table: TableName
    row_key: Id = ""
    """Blank where the finding is about the table as a whole."""
    row_name: Annotated[Text | None, NameOf("row_key"), Since("0.3.0")] = None
    field: FieldName = ""
    sheet: Text | None = None
    cell: Text | None = None
    found: Text | None = None
    expected: Sentence
    advice: Sentence
    cell_count: Annotated[Count | None, Since("0.3.0")] = None
    """Cells that the row stands for: 1, or how many more of its kind there are; blank: 1."""


class CheckMark(
    Row,
    table="CheckMarks",
    key=("mark",),
    role=OUT,
    part=Part.SYSTEM,
    since="0.3.0",
    is_technical=True,
):
    """One row per cell that its sheet colours, errors and warnings apart; at most 2,000."""

    mark: Id
    """Severity, table, header of the column and key of the row, as the sheet's rule joins them."""


class Duplicate(
    Row, table="Duplicates", key=("table", "left_id", "right_id"), role=OUT, part=Part.CUSTOMERS
):
    """One row per pair of rows that look alike; left is the smaller key."""

    table: TableName
    left_id: Id
    left_name: Annotated[Text | None, NameOf("left_id"), Since("0.3.0")] = None
    right_id: Id
    right_name: Annotated[Text | None, NameOf("right_id"), Since("0.3.0")] = None
    score: Share
    because: Sentence


class PlannedTarget(
    Row,
    table="TargetPlan",
    key=("period", "rep_id", "metric"),
    role=OUT,
    part=Part.TARGETS,
    is_record=True,
):
    """One row per month, rep and metric of the plan."""

    period: Period
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    metric: PlanMetric
    team: Text | None = None
    amount: Balance
    locked: Flag
    status: Literal["draft", "published"]
    version: Position
    published_on: Annotated[Date | None, BEGINS] = None
    carried: Balance | None = None
    """After a re-split: the part that makes up for months gone; the year's quota does not hold it
    twice.
    """
    in_force: Balance | None = None
    """On a draft: the published amount that holds until the draft is published."""
    carried_in_force: Balance | None = None
    """On a draft: the carried part of that."""
    weighed_by: Annotated[Text | None, Since("0.3.0")] = None
    """Targets of the rep or the team that were only weights of this one, as `R07 = 1050.00`."""
    weighed_in_force: Annotated[Text | None, Since("0.3.0")] = None
    """On a draft: those of the plan that holds."""


class PlanChange(
    Row,
    table="PlanChanges",
    key=("period", "rep_id", "metric"),
    role=OUT,
    part=Part.TARGETS,
    since="0.3.0",
):
    """One row per target in which the draft differs from what is published; none without a draft."""

    period: Period
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    metric: PlanMetric
    before: Balance | None = None
    """What is published; blank where nothing is."""
    after: Balance
    because: Sentence


class ProposedTarget(
    Row,
    table="Proposal",
    key=("year", "scope_kind", "scope", "metric"),
    role=OUT,
    part=Part.TARGETS,
    since="0.3.0",
):
    """One row per fiscal year not over, scope and metric: what the target may be, and why."""

    year: Year
    scope_kind: ScopeKind
    scope: ScopeRef
    scope_name: Annotated[Text | None, NameOf("scope")] = None
    metric: PlanMetric
    before: Balance | None = None
    """Sold in the year before; where that is not over, in the last twelve whole months."""
    top_down: Balance | None = None
    """What was sold before × (1 + market) × (1 + strategy)."""
    bottom_up: Balance | None = None
    """Sold already, and what capacity, pipeline and repeat business bring."""
    gap: Balance | None = None
    """Bottom-up − top-down."""
    sold: Balance | None = None
    capacity: Balance | None = None
    pipeline: Balance | None = None
    """Missing for metrics that a deal does not state."""
    repeat: Balance | None = None
    floor: Balance | None = None
    """Missing, as `stretch` and the chances, with too few own months."""
    target: Balance | None = None
    stretch: Balance | None = None
    most: Balance | None = None
    """What one year in ten reaches: a target beyond it is out of reach; missing as `floor`."""
    in_reach_rate: Share | None = None
    """Chance to reach the target that is proposed."""
    floor_rate: Share | None = None
    stretch_rate: Share | None = None
    top_down_rate: Share | None = None
    because: Sentence
    take: Annotated[Flag | None, YOURS] = None


class QuotaChecked(
    Row,
    table="QuotaCheck",
    key=("year", "rep_id", "metric"),
    role=OUT,
    part=Part.TARGETS,
    since="0.3.0",
):
    """One row per fiscal year not over, rep with a quota, and metric."""

    year: Year
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    metric: PlanMetric
    quota: Balance
    potential: Balance | None = None
    """His bottom-up of Proposal."""
    quota_rate: Ratio | None = None
    """Quota ÷ potential."""
    chance_rate: Share | None = None
    """Chance to reach the quota; missing with too few own months, and of a year that runs."""
    overloaded: Flag
    change_to_even: Balance | None = None
    """What to add to the quota, as part of the smallest change that evens all."""
    because: Sentence


class CushionRow(
    Row,
    table="Cushion",
    key=("year", "metric", "pass_through_rate"),
    role=OUT,
    part=Part.TARGETS,
    since="0.3.0",
):
    """One row per fiscal year not over, metric, and part of a raise that attainment loses."""

    year: Year
    metric: PlanMetric
    chance_rate: Share
    """Chance asked for."""
    pass_through_rate: Share
    cushion_rate: Ratio | None = None
    """What to add to the quotas still open so that the target is reached with that chance."""
    reached_rate: Share | None = None
    """Chance with the quotas as they are; missing for the running year, which Forecast tells."""
    because: Sentence


class Attained(
    Row,
    table="Attainment",
    key=("period", "scope_kind", "scope", "metric"),
    role=OUT,
    part=Part.TARGETS,
    newest_first=True,
):
    """One row per period (month, quarter, year), scope and metric."""

    period: Period
    scope_kind: ScopeKind
    scope: ScopeRef
    scope_name: Annotated[Text | None, NameOf("scope"), Since("0.3.0")] = None
    metric: PlanMetric
    target: Balance | None = None
    actual: Balance
    gap: Balance | None = None
    rate: Ratio | None = None
    floor: Balance | None = None
    stretch: Balance | None = None
    per_workday_needed: Balance | None = None
    due: Annotated[Balance | None, Since("0.3.0")] = None
    """What of the target should have been reached by the day of the run."""


class Score(
    Row,
    table="Scorecard",
    key=("period", "rep_id"),
    role=OUT,
    part=Part.PEOPLE,
    newest_first=True,
):
    """One row per rep and appraisal period."""

    period: Period
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    score: Number | None = None
    low: Number | None = None
    high: Number | None = None
    rank: Position | None = None
    grade: Id | None = None
    """Blank where half of the weight lacks goals of its own, or chance reaches over three grades."""
    grade_score: Annotated[Number | None, Since("0.3.0")] = None
    """The score that the grade, or its range, goes by: often of four quarters, and never capped."""
    grade_range: Annotated[Sentence | None, Since("0.3.0")] = None
    """What the grade may be by chance, "B to D", where that is more than two neighbouring grades."""
    missing: MetricNames | None = None
    moved: Annotated[Sentence | None, Since("0.3.0")] = None
    """What changed since the period before by more than chance; blank without a score."""
    helps_most: Annotated[MetricName | None, Since("0.3.0")] = None
    """The metric that would lift the score most if it alone reached its goal; blank: all did."""
    helps_by: Annotated[Number | None, Since("0.3.0")] = None
    """Points that the score would gain by it."""
    because: Sentence


class ScoreLine(
    Row,
    table="ScorecardLines",
    key=("period", "rep_id", "metric"),
    role=OUT,
    part=Part.PEOPLE,
    newest_first=True,
):
    """One row per rep, appraisal period and metric."""

    period: Period
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    metric: MetricName
    value: Number | None = None
    goal: Number | None = None
    score: Number | None = None
    weight: Number
    low: Number | None = None
    high: Number | None = None


class CommissionLine(
    Row,
    table="Commission",
    key=("period", "rep_id", "line"),
    role=OUT,
    part=Part.PEOPLE,
    is_record=True,
):
    """One row per paid line; a rep's lines of a period add up to the statement."""

    period: Annotated[Period, BEGINS]
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    line: Position
    order_id: OrderRef | None = None
    base: Money
    rate: Number | None = None
    amount: Money
    plan: Id
    rule: PayRule
    because: Sentence
    family: Annotated[Text | None, Since("0.3.0")] = None
    """Product family whose brackets paid; blank where the plan has none for it."""
    sold: Annotated[Money | None, Since("0.3.0")] = None
    """Revenue behind a base that is net of cost; blank where the base is the revenue."""
    quantity: Annotated[Number | None, Since("0.3.0")] = None
    """Pieces, where the brackets count these."""


class Statement(
    Row,
    table="Statements",
    key=("period", "rep_id"),
    role=OUT,
    part=Part.PEOPLE,
    since="0.3.0",
    is_record=True,
):
    """One row per month and rep: what the lines of Commission come to."""

    period: Annotated[Period, BEGINS]
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    plan: Id | None = None
    """Name of the pay scheme on the month's last day; blank for who has none."""
    sold: Money
    quota: Money | None = None
    attainment_rate: Ratio | None = None
    earned: Money
    award: Money
    drawn: Money
    """Advanced on the draw; negative where an advance came back."""
    paid: Money
    debt: Money
    closed: Flag


class PayCurvePoint(
    Row,
    table="PayCurve",
    key=("plan", "valid_from", "attainment_rate"),
    role=OUT,
    part=Part.PEOPLE,
    since="0.3.0",
):
    """One row per plan, day its brackets begin, and part of the quota, from 0 to 150 %."""

    plan: Id
    valid_from: Date
    """Of the brackets in force on the day of the run, and of those to come."""
    attainment_rate: Ratio
    quota: Money | None = None
    """Of the rep in the middle; blank where the plan counts pieces."""
    sold: Money | None = None
    """The least that reaches this part of the quota."""
    pay: Money | None = None
    """Blank where what is sold decides about it, and nothing was."""
    next_unit_rate: Ratio | None = None
    """Part of the next sale that is paid."""
    jumps: Flag
    because: Sentence | None = None
    """On the first row, what the curve is drawn for; where the pay jumps or falls, from what to what."""


class PlanCostRow(
    Row,
    table="PlanCost",
    key=("plan", "valid_from", "scope_kind", "scope", "year"),
    role=OUT,
    part=Part.PEOPLE,
    since="0.3.0",
):
    """One row per plan, day its brackets begin, and rep, and one for all: last year run through it."""

    plan: Id
    valid_from: Date
    scope_kind: Literal["company", "rep"]
    scope: ScopeRef
    scope_name: Annotated[Text | None, NameOf("scope")] = None
    year: Year
    sold: Money | None = None
    quota: Money | None = None
    """Blank where there was none, or the plan counts pieces."""
    paid_then: Money | None = None
    """Without awards."""
    would_pay: Money | None = None
    """Blank for who had no quota to be paid by."""
    difference: Money | None = None
    """What the plan would have paid more."""
    because: Sentence | None = None


class Award(
    Row,
    table="Awards",
    key=("period", "award", "rep_id"),
    role=OUT,
    part=Part.PEOPLE,
    since="0.3.0",
    is_record=True,
):
    """One row per period that is over, award and rep who won it; several who did equally well share.

    What a closed month has given stands.
    """

    period: Period
    """A month, quarter or fiscal year; which of them have come, a run says by its closed months."""
    award: Literal["best-seller", "best-newcomer", "most-new-customers", "ahead-of-luck"]
    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    kind: Literal["money", "praise", "benefit", "promotion"]
    amount: Money | None = None
    """What Commission pays the rep for it; blank where nothing is paid."""
    because: Sentence


class Readiness(Row, table="Readiness", key=("rep_id",), role=OUT, part=Part.PEOPLE, since="0.3.0"):
    """One row per rep who is at work."""

    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    level: Text | None = None
    next_level: Text | None = None
    """The level above; blank on the highest, and where the rep's own is not known."""
    score: Number | None = None
    """Of the last twelve whole months; blank where there is none."""
    months: Count | None = None
    """Whole months of service; blank where nobody knows since when."""
    ready: Literal["yes", "not-sure", "no"]
    """Not sure is who has what it takes, but with a score that the normal swing explains."""
    missing: Sentence | None = None
    """What the next level still asks for, or why nobody can say."""


class HiringStep(
    Row,
    table="HiringFunnel",
    key=("scope_kind", "scope"),
    role=OUT,
    part=Part.PEOPLE,
    switch=Switch.HIRING,
):
    """One row per opening, role or channel, and one for all."""

    scope_kind: Literal["all", "opening", "role", "channel"]
    scope: ScopeRef
    scope_name: Annotated[Text | None, NameOf("scope"), Since("0.3.0")] = None
    applied: Count
    screened: Count
    interviewed: Count
    offered: Count
    hired: Count
    rejected: Count
    withdrawn: Count
    decided: Annotated[Count | None, Since("0.3.0")] = None
    """Applications that are over: hired, turned down, withdrawn, or the opening is filled."""
    screened_rate: Annotated[Share | None, Since("0.3.0")] = None
    """Of the applicants of whom it is known whether they were screened; so the rates below."""
    interviewed_rate: Annotated[Share | None, Since("0.3.0")] = None
    offered_rate: Annotated[Share | None, Since("0.3.0")] = None
    accepted_rate: Annotated[Share | None, Since("0.3.0")] = None
    """Hired, of those with an offer."""
    screened_days: Annotated[Days | None, Since("0.3.0")] = None
    """Median days from application to it; so the days below."""
    interviewed_days: Annotated[Days | None, Since("0.3.0")] = None
    offered_days: Annotated[Days | None, Since("0.3.0")] = None
    days_to_hire: Days | None = None
    yield_rate: Annotated[Share | None, Since("0.3.0")] = None
    """Hired, of the applications that are decided."""
    yield_low: Annotated[Share | None, Since("0.3.0")] = None
    yield_high: Annotated[Share | None, Since("0.3.0")] = None
    cost_per_hire: Money | None = None
    cost_low: Annotated[Money | None, Since("0.3.0")] = None
    cost_high: Annotated[Money | None, Since("0.3.0")] = None
    because: Annotated[Sentence | None, Since("0.3.0")] = None
    """What the hires say, or why they are too few to say anything."""


class CandidateScore(
    Row,
    table="CandidateScores",
    key=("candidate_id",),
    role=OUT,
    part=Part.PEOPLE,
    switch=Switch.HIRING,
    since="0.3.0",
):
    """One row per applicant who was interviewed."""

    candidate_id: CandidateRef
    candidate_name: Annotated[Text | None, NameOf("candidate_id")] = None
    opening_id: OpeningRef
    role: Text | None = None
    stage: Literal[
        "applied", "screened", "interviewed", "offered", "hired", "rejected", "withdrawn"
    ]
    score: Number | None = None
    """Weighted mean over criteria, each the mean over its interviewers."""
    interviewers: Count
    spread: Number | None = None
    """How far interviewers are apart about the same criterion; blank where each has one."""
    rank: Position | None = None
    """Among those of the opening who are in the running; equal scores share a place."""
    missing: Text | None = None
    """Criteria by which others of the opening were judged and this one was not."""
    because: Sentence


class InterviewCriterion(
    Row,
    table="InterviewPower",
    key=("role", "criterion"),
    role=OUT,
    part=Part.PEOPLE,
    switch=Switch.HIRING,
    since="0.3.0",
):
    """One row per role and criterion: does it say anything about what a hire sells later?"""

    role: Id
    criterion: Id
    hires: Count
    """Hires with a score and a first full year after the ramp."""
    correlation: Number | None = None
    """Of the ranks of score and attainment: 1 the same order, -1 the opposite, 0 none."""
    low: Number | None = None
    high: Number | None = None
    verdict: Literal["tells", "too-few", "tells-nothing"]
    because: Sentence


class CapacityMonth(
    Row,
    table="CapacityPlan",
    key=("period", "team"),
    role=OUT,
    part=Part.PEOPLE,
    switch=Switch.HIRING,
    since="0.3.0",
):
    """One row per month of the next twelve and team: are there enough people for the plan?

    In full reps; who is on the ramp or part-time counts as a part of one.
    """

    period: Period
    team: TeamName
    needed: Number | None = None
    """The month's target over what a full rep sells in such a month."""
    low: Number | None = None
    high: Number | None = None
    have: Number
    coming: Number
    """What open openings bring, filled as they usually are."""
    gap: Number | None = None
    """Have less needed."""
    more_hires: Count | None = None
    """Further hires that close what is missing."""
    fill_by: Date | None = None
    """The latest day for them."""
    because: Sentence


class TrainingGap(
    Row,
    table="TrainingGaps",
    key=("rep_id", "course_id"),
    role=OUT,
    part=Part.PEOPLE,
    switch=Switch.TRAINING,
):
    """One row per rep and course that is due, late or failed."""

    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    course_id: CourseRef
    course_title: Annotated[Text | None, NameOf("course_id"), Since("0.3.0")] = None
    due_on: Date | None = None
    days_late: Count
    because: Sentence


class TrainingStanding(
    Row,
    table="TrainingProgress",
    key=("scope_kind", "scope", "kind"),
    role=OUT,
    part=Part.PEOPLE,
    switch=Switch.TRAINING,
    since="0.3.0",
):
    """One row per role or level and kind of course, one for all, and one per new rep's onboarding."""

    scope_kind: Literal["all", "role", "level", "rep"]
    scope: ScopeRef
    scope_name: Annotated[Text | None, NameOf("scope")] = None
    kind: Literal["onboarding", "ongoing", "career"]
    people: Count
    """Who has such a course to take."""
    courses: Count
    """Courses to take, each rep's by itself: passed, due, late and failed add up to them."""
    passed: Count
    due: Count
    """To be passed by a day to come, or without one."""
    late: Count
    """Not passed after their day."""
    failed: Count
    """To be taken again, and not late yet."""
    passed_rate: Share
    next_due_on: Date | None = None
    because: Sentence


class CourseEffect(
    Row,
    table="TrainingEffect",
    key=("course_id", "metric"),
    role=OUT,
    part=Part.PEOPLE,
    switch=Switch.TRAINING,
    since="0.3.0",
):
    """One row per course that somebody has completed, and metric."""

    course_id: CourseRef
    course_title: Annotated[Text | None, NameOf("course_id")] = None
    metric: MetricName
    trained: Count
    """Reps with three months before and after it, beyond the ramp."""
    untrained: Count
    """Reps who had not taken it by then, with the same months."""
    difference: Number | None = None
    """How much more the trained changed; points of a hundred for attainment and win rate."""
    low: Number | None = None
    high: Number | None = None
    verdict: Literal["helps", "harms", "no-difference", "too-few"]
    because: Sentence


Tier = Id
Score5 = Annotated[int, Is(Kind.COUNT), Ge(1), Le(5)]
SegmentName = Annotated[str, Is(Kind.ID, choices=known_names("segments"))]
BuyingStage = Literal["prospect", "intent", "customer", "dormant"]


class CustomerTier(
    Row,
    table="CustomerTiers",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
):
    """One row per customer."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id"), Since("0.3.0")] = None
    value: Money
    tier: Tier
    recency_days: Days | None = None
    frequency: Count
    monetary: Money
    rfm: Id | None = None
    """Three digits, recency, frequency and money, 5 best; blank without an order."""
    segment: Annotated[SegmentName | None, Since("0.3.0")] = None
    """What the three digits make of the customer; blank without an order."""
    buying_stage: BuyingStage
    p_alive: Share | None = None
    expected_purchases: Annotated[Number | None, Since("0.3.0")] = None
    """In the next 26 weeks; blank where BuyingTest does not show that it holds."""
    last_touch_on: Date | None = None
    next_touch_on: Date | None = None
    days_stale: Days | None = None
    moved: Literal["up", "down", "same", "new"] | None = None
    """Since the newest snapshot of an earlier day; nothing where there is none."""
    offer: Text | None = None
    because: Sentence


class CustomerPotentialRow(
    Row,
    table="CustomerPotential",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per customer: what he could buy, what he wants, what he has, what may come next."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id")] = None
    rep_id: RepRef | None = None
    """Who takes care of him; who can act for an owner that has left."""
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    tier: Tier
    buying_stage: BuyingStage
    value: Money
    potential: Money | None = None
    potential_from: Literal["budget", "best-months", "peers"] | None = None
    gap: Money | None = None
    """Value less potential."""
    reached_rate: Ratio | None = None
    """Value of potential."""
    open_amount: Money | None = None
    needs: Text | None = None
    purpose: Text | None = None
    preference: Text | None = None
    budget: Money | None = None
    price_sensitive: Flag | None = None
    urgency: Text | None = None
    buying_on: Date | None = None
    bought: Text | None = None
    """Families that he has bought, most money first."""
    next_family: Text | None = None
    """The likeliest that he does not have, by BoughtTogether."""
    suiting: Text | None = None
    """Products that he likes and can pay."""
    because: Sentence


class TierCell(
    Row,
    table="TierMatrix",
    key=("tier", "buying_stage"),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per tier and buying stage that has customers: what to do about them."""

    tier: Tier
    buying_stage: BuyingStage
    customers: Count
    value: Money
    value_rate: Ratio | None = None
    """Of the value of all customers together."""
    open_amount: Money
    late: Count
    """Customers whose next touch is overdue."""
    could_rise: Count
    """Customers who could bring what somebody of a better tier does."""
    to_gain: Money
    """What these could buy beyond what they do."""
    offer: Text | None = None
    do: Sentence


class TierMonth(
    Row, table="TierMonths", key=("as_of",), role=OUT, part=Part.CUSTOMERS, since="0.3.0"
):
    """One row per end of month with a snapshot, and one for the day of the run."""

    as_of: Date
    customers: Count
    buyers: Count
    """Customers of value."""
    value: Money
    largest_rate: Share | None = None
    ten_rate: Share | None = None
    half_count: Count | None = None
    """So few customers bring half of the value."""
    up: Count | None = None
    """Since the row before; blank in the first one, as the three that follow."""
    down: Count | None = None
    came: Count | None = None
    gone: Count | None = None
    because: Sentence


class SegmentSum(
    Row, table="Segments", key=("segment",), role=OUT, part=Part.CUSTOMERS, since="0.3.0"
):
    """One row per segment of customers that has any."""

    segment: SegmentName
    customers: Count
    orders: Count
    monetary: Money
    order_average: Money | None = None
    value_rate: Ratio | None = None
    """Of the money of all segments."""
    do: Sentence


class RfmCell(
    Row,
    table="RfmGrid",
    key=("recency", "frequency"),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per score of recency and of frequency that some customer has."""

    recency: Score5
    frequency: Score5
    customers: Count
    monetary: Money


class ParetoTenth(
    Row, table="Pareto", key=("tenth",), role=OUT, part=Part.CUSTOMERS, since="0.3.0"
):
    """One row per tenth of the customers of value, the largest first."""

    tenth: Position
    customers: Count
    value: Money
    value_rate: Share
    reached_rate: Share
    """Up to and including this tenth."""


class FamilyPair(
    Row,
    table="BoughtTogether",
    key=("family", "next_family"),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per two product families, in both directions: are they bought by the same customers?"""

    family: Id
    next_family: Id
    buyers: Count
    """Customers who have bought the first."""
    both: Count
    rate: Share
    """Of the buyers of the first who have the second, too."""
    low: Share
    high: Share
    base_rate: Share
    """What it would be by how many families they buy and how often the second is bought."""
    verdict: Literal["together", "no-difference"]
    because: Sentence


class BuyingTested(
    Row, table="BuyingTest", key=("repeats",), role=OUT, part=Part.CUSTOMERS, since="0.3.0"
):
    """One row per number of repeat purchases, and one for all: did what was expected come true?

    Of the last 26 weeks, from what was bought before them.
    """

    repeats: Annotated[str, Is(Kind.ID, choices=REPEATS)]
    """How often customers had bought again before the time tested; `7+` is so often or oftener."""
    customers: Count | None = None
    bought: Count | None = None
    """Purchases in the time tested; those of one day are one."""
    expected: Number | None = None
    low: Number | None = None
    """Range in which luck alone puts the purchases."""
    high: Number | None = None
    textbook: Number | None = None
    """What BG/NBD expects."""
    as_before: Number | None = None
    """What it would be if everybody went on at the rate at which he bought."""
    verdict: Literal["holds", "too-low", "too-high", "too-few"] | None = None
    """Of all customers: whether purchases are expected of anybody."""
    because: Sentence | None = None


class TierSnapshot(
    Row,
    table="TierHistory",
    key=("as_of", "customer_id"),
    role=OUT,
    part=Part.CUSTOMERS,
    switch=Switch.HISTORIES,
    is_record=True,
    dated_by="as_of",
):
    """One row per run date and customer; of days gone, customers whose tier or stage changed."""

    as_of: Annotated[Date, BEGINS]
    customer_id: CustomerRef
    tier: Tier
    value: Money
    buying_stage: Annotated[Literal[BuyingStage, "gone"] | None, Since("0.3.0")] = None
    """`gone`: not among the customers any more on that day; blank: not known, from before 0.3.0."""
    made_on: Annotated[Date | None, Since("0.3.0"), RECORDED] = None
    """The newest day that had a snapshot when the row was made: after `as_of`, one made later."""


class ForecastScored(
    Row,
    table="ForecastAccuracy",
    key=("as_of", "period", "slice_kind", "slice"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per period that is over, slice, and part of the period in which a forecast was made.

    Only forecasts made on their day count, not those that a later run looked back to.
    """

    as_of: Date
    period: Period
    slice_kind: Literal["all", "team", "rep"]
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    made: Literal["before", "first-third", "second-third", "last-third"]
    """How far the period had gone."""
    commit_total: Money
    """What people had closed and committed."""
    p10: Money | None = None
    p50: Money | None = None
    p90: Money | None = None
    came_in: Money
    """What was sold in the whole period, as Attainment has it."""
    inside: Flag | None = None
    """Whether that lies within p10 to p90; blank without a range."""
    came_in_rate: Ratio | None = None
    """Of p50; blank without a positive one."""
    bias: Ratio | None = None
    """By how much the slice's landings usually miss; blank while that is not told apart from 0."""


class ForecastLeaning(
    Row,
    table="ForecastBias",
    key=("slice_kind", "slice", "period_kind", "measure"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per slice, length of period and measure: do its forecasts lean to one side?

    Each period counts once, by the last forecast before it, else the first one in its first third.
    """

    slice_kind: Literal["all", "team", "rep"]
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    period_kind: Literal["month", "quarter"]
    measure: Literal["landing", "commit"]
    periods: Count
    more: Count
    """Periods in which more came in."""
    less: Count
    came_in_rate: Ratio | None = None
    """Middle of the periods: came in of what was said."""
    low: Ratio | None = None
    """Range of that middle, as wide as the many comparisons ask for; blank: too few periods."""
    high: Ratio | None = None
    inside: Count | None = None
    """Periods within p10 to p90; blank for commits."""
    inside_rate: Share | None = None
    inside_low: Share | None = None
    inside_high: Share | None = None
    verdict: Literal["too-high", "too-low", "no-difference", "too-few"]
    because: Sentence


class RepEfficient(
    Row,
    table="RepEfficiency",
    key=("rep_id", "measure"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per rep at work and measure, of the last twelve whole months."""

    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    measure: Literal["sold_per_activity", "win_rate", "average_deal", "cycle_days"]
    unit: Unit
    count: Count
    """Activities, closed deals or won deals that the value rests on."""
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    peers: Number | None = None
    """Of all reps together."""
    verdict: Literal["better", "worse", "no-difference", "too-few"]
    because: Sentence


class Reviewed(
    Row,
    table="ProcessReview",
    key=("period", "measure", "slice_kind", "slice", "pipeline", "stage"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per measure of the last whole month and fiscal quarter, beside the year before it."""

    period: Period
    measure: Literal[
        "sold",
        "orders",
        "new_customers",
        "deals_created",
        "deals_won",
        "win_rate",
        "average_deal",
        "cycle_days",
        "stage_rate",
        "stage_days",
        "leads",
        "answered_rate",
        "activities",
    ]
    slice_kind: Literal["all", "team", "rep"]
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    pipeline: PipelineName = ""
    stage: Id = ""
    """Both blank for a measure of no single stage."""
    unit: Unit
    value: Number | None = None
    before: Number | None = None
    """Of a usual month among the twelve before."""
    change: Number | None = None
    """Value less before."""
    low: Number | None = None
    """Range of the change; 0 lies outside of it where the verdict is better or worse."""
    high: Number | None = None
    moved_rate: Ratio | None = None
    """How far it moved, as a part of what chance may move it; above 1 it is told."""
    verdict: Literal["better", "worse", "no-difference", "too-few"]
    because: Sentence


class Call(
    Row,
    table="CallList",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
    shown=True,
    occasion="due_on",
):
    """One row per customer to be called this week, the most important first.

    People may add a row for a call that was not due: then only the customer has to be there.
    """

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id"), Since("0.3.0")] = None
    contact: Annotated[Text | None, Since("0.3.0")] = None
    """Whom to ask for."""
    tier: Tier | None = None
    rep_id: RepRef | None = None
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    channel: Channel | None = None
    phone: Annotated[Text | None, Since("0.3.0")] = None
    due_on: Date | None = None
    """Blank on a row that somebody added: the call was made on the day of the run."""
    days_late: Count | None = None
    last_word: Annotated[Text | None, Since("0.3.0")] = None
    """Outcome of the latest activity that has one."""
    last_word_on: Annotated[Date | None, Since("0.3.0")] = None
    open_amount: Annotated[Money | None, Since("0.3.0")] = None
    """Of all open deals; blank: there is none."""
    next_step: Annotated[Text | None, Since("0.3.0")] = None
    next_on: Annotated[Date | None, Since("0.3.0")] = None
    call_on: Annotated[Date | None, Since("0.3.0")] = None
    """Day of this week on which there is time for it; blank: the call is made, or nobody's."""
    done: Annotated[Flag | None, YOURS, Since("0.3.0")] = None
    """Yes: the next run makes an activity of the call."""
    result: Annotated[Text | None, YOURS, Since("0.3.0")] = None
    """What came out of it: the outcome of that activity."""
    because: Sentence | None = None
    value: Annotated[Money | None, Since("0.3.0")] = None
    p_alive: Annotated[Share | None, Since("0.3.0")] = None
    buying_on: Annotated[Date | None, Since("0.3.0")] = None
    deal_id: Annotated[DealRef | None, Since("0.3.0")] = None
    """The largest open deal, whose next step it is."""
    deal_name: Annotated[Text | None, NameOf("deal_id"), Since("0.3.0")] = None
    complaint_id: Annotated[Id | None, Since("0.3.0")] = None
    """A complaint of the customer that nobody has answered yet."""


class TouchWeek(
    Row,
    table="TouchLoad",
    key=("rep_id", "week"),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per rep and week, this one and the three to come: do the touches fit the hours?"""

    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    week: Date
    """Its first day."""
    touches: Count
    promised_hours: Number
    available_hours: Number
    load_rate: Ratio | None = None
    """Promised of available; blank without available hours."""
    listed: Count | None = None
    """Of this week: calls that are due and stand on the call list."""
    waiting: Count | None = None
    """Of this week: calls that are due and wait, for the hours do not suffice."""
    relax_tier: Tier | None = None
    """Of this week, where the promised touches never fit: the tier to be called less often first."""
    relax_days: Days | None = None
    """The rhythm with which the tier would fit; blank: not even without its touches would the others."""
    because: Sentence | None = None
    """Of this week: whether the rhythms fit in the long run, and what to do where they do not."""


class CareRow(
    Row,
    table="CustomerCare",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per customer who was given a service or has a contract, the soonest end first."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id")] = None
    rep_id: RepRef | None = None
    """The owner, or who acts for him; blank: nobody is in charge."""
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    services: Count
    """Services and after-sales visits of the last `tier_months` months."""
    last_service_on: Date | None = None
    """Of all services, however long ago; blank: none is known."""
    days_since: Days | None = None
    contract_end_on: Date | None = None
    days_left: Days | None = None
    """Until the contract ends; blank: it has ended, or there is none."""
    open_amount: Money | None = None
    """Of all open deals; blank: there is none."""
    value: Money
    because: Sentence


class PoolRow(
    Row,
    table="PoolPreview",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per customer who is free, or will be within four weeks if nobody calls; soonest first."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id")] = None
    rep_id: RepRef | None = None
    """Who would lose him: the owner."""
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    free_on: Date
    """First day on which somebody else may take him."""
    days_left: Count
    """0: he is free already."""
    since_on: Date
    """Day of the last touch, or from which on the owner has him."""
    value: Money
    again_on: Date
    """First day on which who lost him may have him again."""
    suggested_id: RepRef | None = None
    """Who could take one that is free; blank: he is not free yet, or nobody has room."""
    suggested_name: Annotated[Text | None, NameOf("suggested_id")] = None
    because: Sentence


class FeedbackCounted(
    Row,
    table="FeedbackStats",
    key=("period", "slice_kind", "slice"),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per period and slice with feedback; a month looks at the 90 days that end with it."""

    period: Period
    slice_kind: FeedbackSlice
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    from_on: Date
    """First day that counts."""
    to_on: Date
    """Last day that counts."""
    answers: Count
    """Surveys with a score."""
    unanswered: Count
    """Surveys without one: asked, and no answer yet."""
    csat: Share | None = None
    """Answers of 7 to 10 of all; blank, as the scores that follow, under five answers."""
    csat_low: Share | None = None
    csat_high: Share | None = None
    nps: Number | None = None
    """Per cent of answers 9 and 10 less per cent of 0 to 6."""
    nps_low: Number | None = None
    nps_high: Number | None = None
    complaints: Count
    unsettled: Count
    """Complaints that are not resolved."""
    repeated: Count
    """Complaints of who had complained before and not been content for long."""
    answered_in_time_rate: Share | None = None
    """In time, or with time left, of those whose days can be meant; blank without any."""
    answered_in_time_low: Share | None = None
    answered_in_time_high: Share | None = None
    late_answers: Count
    answer_hours_median: Number | None = None
    """Working hours, of those answered."""
    resolved_in_time_rate: Share | None = None
    resolved_in_time_low: Share | None = None
    resolved_in_time_high: Share | None = None
    late_resolutions: Count
    resolve_hours_median: Number | None = None
    """Working hours, of those resolved."""
    resolved: Count
    unwritten: Count
    """Resolved complaints of which nobody wrote what was done."""
    because: Sentence


class AskRow(
    Row,
    table="FeedbackDue",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per customer to be asked how content he is, the most telling occasion first."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id")] = None
    rep_id: RepRef | None = None
    """Who asks: the owner, or who acts for him."""
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    tier: Tier
    occasion: Literal["after-complaint", "delivered", "rhythm"]
    since_on: Date | None = None
    """Day of the delivery, or on which the complaint was settled; by rhythm that of the last survey."""
    order_id: OrderRef | None = None
    """The order that was delivered."""
    feedback_id: Id | None = None
    """The complaint that was settled."""
    asked_on: Date | None = None
    """Day of the last survey; blank: never asked."""
    due_on: Date
    contact: Text | None = None
    channel: Channel | None = None
    phone: Text | None = None
    email: Text | None = None
    value: Money
    because: Sentence


class RiskRow(
    Row,
    table="CustomersAtRisk",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per customer with a sign that he may leave, those with two signs first."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id")] = None
    rep_id: RepRef | None = None
    """The owner, or who acts for him."""
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    tier: Tier
    signs: Literal["both", "feedback", "orders"]
    value: Money
    """What is at stake: what his tier rests on."""
    open_amount: Money | None = None
    """Of all open deals; blank: there is none."""
    score: Annotated[Number | None, Ge(0), Le(10)] = None
    """The latest of the last `tier_months`."""
    score_on: Date | None = None
    complaints_open: Count
    complaints_late: Count
    """Of the last 90 days: answered or resolved later than the limits, or late already."""
    complaints_repeated: Count
    """Of the last 90 days."""
    orders_recent: Count | None = None
    """Days on which he bought of late; blank: he bought too seldom to tell."""
    orders_expected: Number | None = None
    """At his rhythm before."""
    because: Sentence
    do: Sentence


class FreshEntry(
    Row,
    table="Freshness",
    key=("customer_id",),
    role=OUT,
    part=Part.CUSTOMERS,
    since="0.3.0",
):
    """One row per customer whose entry is old or incomplete, by rep, those worth most first."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id")] = None
    rep_id: RepRef | None = None
    """Who mends it: the owner; of one who left his manager."""
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    place: Position
    """Among the rep's: the first five are what he mends first."""
    worth: Money
    """What hangs on the entry: the customer's value and his open deals."""
    missing_fields: CustomerFields | None = None
    deal_id: DealRef | None = None
    """The largest open deal that lacks what its stage needs."""
    deal_name: Annotated[Text | None, NameOf("deal_id")] = None
    deal_fields: DealFields | None = None
    changed_on: Date | None = None
    """Day of the run that saw the last change; blank: none was seen."""
    changed_fields: CustomerFields | None = None
    days_stale: Days
    because: Sentence


class CustomerNote(
    Row,
    table="CustomerHistory",
    key=("customer_id", "noticed_on"),
    role=OUT,
    part=Part.CUSTOMERS,
    switch=Switch.HISTORIES,
    since="0.3.0",
    is_record=True,
    dated_by="noticed_on",
):
    """One row per customer and day on which a run saw his entry for the first time, or saw another."""

    customer_id: CustomerRef
    noticed_on: Annotated[Date, BEGINS]
    changed_fields: CustomerFields | None = None
    """Blank where it was seen for the first time."""
    content: Text
    """A short fingerprint of each field that was filled."""


class StageEntry(
    Row,
    table="StageHistory",
    key=("deal_id", "seq"),
    role=OUT,
    part=Part.PROCESS,
    switch=Switch.HISTORIES,
    is_record=True,
    dated_by="entered_on",
    takes_files=True,
):
    """One row per stage that a deal entered, oldest first.

    Runs only ever append rows. A file of what another system noted is put between them by its days;
    then rows that a run had guessed give way.
    """

    deal_id: DealRef
    seq: Position
    stage: Id
    entered_on: Annotated[Date, BEGINS]
    noticed_on: Annotated[Date, BEGINS]
    source: Literal["typed", "imported", "inferred"]
    amount: Money | None = None
    expected_on: Annotated[Date | None, PLANNED] = None
    rep_id: RepRef | None = None


class FunnelStage(
    Row,
    table="Funnel",
    key=("slice_kind", "slice", "pipeline", "stage", "period"),
    role=OUT,
    part=Part.PROCESS,
):
    """One row per slice, open stage and period: distinct deals that entered it, what became of them.

    The period `all` follows each deal from its beginning to today; in a month or year stands what
    happened in it.
    """

    slice_kind: FunnelSlice
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice"), Since("0.3.0")] = None
    pipeline: PipelineName
    stage: Id
    period: Annotated[SpanName, Since("0.3.0")] = "all"
    entered: Count
    advanced: Count
    lost: Count
    open: Count
    rate: Share | None = None
    resolved_rate: Share | None = None
    bound_low: Share | None = None
    bound_high: Share | None = None
    wilson_low: Share | None = None
    wilson_high: Share | None = None
    amount: Money
    leak_value: Money | None = None
    leak_low: Money | None = None
    leak_high: Money | None = None
    worst: Flag
    verdict: Annotated[
        Literal["weaker", "stronger", "no-difference", "too-few"] | None, Since("0.3.0")
    ] = None
    """Of its decided deals against those of all others of its kind, all that is compared allowed for."""
    because: Annotated[Sentence | None, Since("0.3.0")] = None
    """Of all deals together: that nobody was in the stage yet, or since when the history has it."""


class LossReason(
    Row,
    table="LossReasons",
    key=("slice_kind", "slice", "pipeline", "stage", "reason"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per slice, stage and reason: lost deals by the stage that they were lost from."""

    slice_kind: FunnelSlice
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    pipeline: PipelineName
    stage: Id
    reason: Annotated[str, Is(Kind.ID, choices=known_names("loss_reasons"))]
    """As it is typed, or one of ours: without a word, and seldom ones together."""
    deals: Count
    amount: Money


class LeakRow(
    Row,
    table="Leaks",
    key=("slice_kind", "slice", "pipeline", "stage"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per slice and stage where more than chance is lost: what it costs, why, what to do."""

    slice_kind: SliceKind
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    pipeline: PipelineName
    stage: Id
    leak_value: Money
    """A quarter: what the rate of the better slices would bring."""
    leak_low: Money
    leak_high: Money
    decided: Number
    """Deals of the slice that the stage decides a quarter."""
    rate: Share
    benchmark_rate: Share
    """What the better slices reach."""
    worst: Flag
    """On the stage that surely costs the slice most."""
    reason: Text | None = None
    """What those behind it lose to more often than the others, by more than chance."""
    reason_share: Share | None = None
    others_share: Share | None = None
    because: Sentence
    do: Sentence


class StageTime(
    Row,
    table="StageTimes",
    key=("slice_kind", "slice", "pipeline", "stage"),
    role=OUT,
    part=Part.PROCESS,
):
    """One row per slice and open stage: how long deals stay, open ones counted as still there."""

    slice_kind: FunnelSlice
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice"), Since("0.3.0")] = None
    pipeline: PipelineName
    stage: Id
    count: Count
    open: Count
    median_days: Days | None = None
    p80_days: Days | None = None
    naive_mean_days: Days | None = None
    limit_days: Days | None = None
    verdict: Annotated[
        Literal["slower", "quicker", "no-difference", "too-few"] | None, Since("0.3.0")
    ] = None
    """Of its days against those of all others of its kind, all that is compared allowed for."""


class DealOrder(
    Row, table="DealOrders", key=("deal_id",), role=OUT, part=Part.PROCESS, since="0.3.0"
):
    """One row per won deal that an order names: what was ordered of it, and at which discount."""

    deal_id: DealRef
    deal_name: Annotated[Text | None, NameOf("deal_id"), Since("0.3.0")] = None
    rep_id: RepRef | None = None
    rep_name: Annotated[Text | None, NameOf("rep_id"), Since("0.3.0")] = None
    customer_id: CustomerRef | None = None
    customer_name: Annotated[Text | None, NameOf("customer_id"), Since("0.3.0")] = None
    closed_on: Date | None = None
    amount: Money | None = None
    ordered: Money
    """Order lines that are neither cancelled nor refunds."""
    orders: Count
    discount_rate: Ratio | None = None
    """Part of the amount that was not ordered; blank under a half: more orders may be coming."""


class DealScore(
    Row, table="DealScores", key=("deal_id",), role=OUT, part=Part.PROCESS, since="0.3.0"
):
    """One row per open deal: how likely it is won, what it brings, and whether it moved."""

    deal_id: DealRef
    deal_name: Annotated[Text | None, NameOf("deal_id")] = None
    stage_rate: Share | None = None
    """Of the deals now in its stage; blank where nothing tells."""
    model_rate: Share | None = None
    """Of a model of its own fields; blank while none is better than the stage's rate."""
    win_rate: Share | None = None
    """The one that is used."""
    expected_amount: Money | None = None
    """Amount × win rate; blank without either, and for a deal left out of the forecast."""
    quarter_amount: Money | None = None
    """What it brings in the running fiscal quarter on average, its part of `open_expected`."""
    expected_close_on: Date | None = None
    """The day by which it is closed as likely as not, if it is won."""
    days_in_stage: Days | None = None
    limit_days: Days | None = None
    moved_on: Date | None = None
    """The day of the run that first saw its present amount or expected day."""
    amount_before: Money | None = None
    """What the amount was before; blank where it was blank, or the same."""
    expected_before: Date | None = None
    """As `amount_before`, of the expected day."""
    because: Sentence


class ModelTest(
    Row, table="ModelTests", key=("model", "bin"), role=OUT, part=Part.PROCESS, since="0.3.0"
):
    """One row per model and bin of its chance: what it said of deals closed later, and what came."""

    model: Literal["rate", "additive", "pairs", "bayes"]
    bin: ChanceBin
    """`all`: the test as a whole; else deals of which the model said a chance in that tenth."""
    deals: Count
    """Deals tested; of a test that could not be made, the closed ones."""
    predicted: Share | None = None
    """Mean of what was said; deals count for the days that they were open."""
    happened: Share | None = None
    """Share that was won, counted alike."""
    low: Share | None = None
    high: Share | None = None
    trained_to: Annotated[Date | None, RECORDED] = None
    """Last day of the closings from which the first of five blocks was foretold."""
    tested_to: Annotated[Date | None, RECORDED] = None
    brier: Number | None = None
    """Mean square of chance less outcome; 0 would be certain and right, 0.25 is a coin's."""
    base_brier: Number | None = None
    """The same of the share won of all deals closed before, whatever their stage."""
    log_loss: Number | None = None
    gain: Number | None = None
    """By how much its Brier score is below that of the model it has to beat."""
    gain_error: Number | None = None
    """Standard error of that, of the same deals."""
    chosen: Flag
    because: Sentence | None = None


class DealNote(
    Row,
    table="DealHistory",
    key=("deal_id", "noticed_on"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
    is_record=True,
    dated_by="noticed_on",
):
    """One row per open deal and day on which a run saw another amount, expected day or rep.

    What they were when the deal entered its stage stands in StageHistory.
    """

    deal_id: DealRef
    noticed_on: Annotated[Date, BEGINS]
    amount: Money | None = None
    expected_on: Annotated[Date | None, PLANNED] = None
    rep_id: RepRef | None = None
    """Whose deal it was; blank in rows of runs that did not note it."""


class LeadSource(
    Row, table="LeadSources", key=("source",), role=OUT, part=Part.PROCESS, since="0.3.0"
):
    """One row per source of leads, and one for all: what became of them, and what one won costs."""

    source: LeadSourceName
    leads: Count
    contacted: Count
    qualified: Count
    """Those that became more among them."""
    converted: Count
    won: Count
    """Leads whose own deal is won."""
    open: Count
    """Neither won, lost nor rejected yet."""
    won_amount: Money
    """Of the won deals."""
    cost: Money | None = None
    """Of those leads of which it is known; blank: of none."""
    cost_per_won: Money | None = None
    """Of leads old enough: cost of a lead divided by `rate`; blank while none is won."""
    cost_low: Money | None = None
    cost_high: Money | None = None
    answer_hours_median: Number | None = None
    """Working hours until half of the leads were contacted, those still waiting counted in."""
    in_time_rate: Share | None = None
    """Contacted within the limit, of the leads of which that is decided."""
    old_enough: Count
    """Leads that came in so long ago that most which are won would be by now."""
    rate: Share | None = None
    """Of those, the part that was won within that time."""
    low: Share | None = None
    high: Share | None = None
    verdict: Literal["better", "worse", "no-difference", "too-few"] | None = None
    """Beside all other sources together; blank where there are none."""
    because: Sentence


class LeadDue(Row, table="LeadsDue", key=("lead_id",), role=OUT, part=Part.PROCESS, since="0.3.0"):
    """One row per lead that nobody has contacted yet, longest wait first, with who could take it."""

    lead_id: LeadRef
    lead_name: Annotated[Text | None, NameOf("lead_id")] = None
    source: Text | None = None
    received_at: DateTime
    waited_hours: Number
    """Working hours up to the end of the day of the run."""
    late: Flag
    """Longer than the limit."""
    rep_id: RepRef | None = None
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    suggested_id: RepRef | None = None
    """Blank where the lead has a rep who is at work, or nobody is free for it."""
    suggested_name: Annotated[Text | None, NameOf("suggested_id")] = None
    because: Sentence


class ForecastRow(
    Row,
    table="Forecast",
    key=("period", "slice_kind", "slice"),
    role=OUT,
    part=Part.PROCESS,
):
    """One row per period and slice; categories are single, not cumulative."""

    period: Period
    slice_kind: SliceKind
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice"), Since("0.3.0")] = None
    closed: Money
    commit: Money
    best_case: Money
    pipeline: Money
    weighted: Money
    p10: Money | None = None
    """Missing, as `p50` and `p90`, where there is nothing to go by."""
    p50: Money | None = None
    p90: Money | None = None
    target: Money | None = None
    gap: Money | None = None
    coverage: Number | None = None
    open_expected: Annotated[Money | None, Since("0.3.0")] = None
    """What comes in of open deals on average, slips counted."""
    to_come: Annotated[Money | None, Since("0.3.0")] = None
    """What comes in of deals that nobody has entered yet."""
    repeat: Annotated[Money | None, Since("0.3.0")] = None
    """What comes in of orders without a deal."""
    chance_rate: Annotated[Share | None, Since("0.3.0")] = None
    """Chance to reach the target."""
    because: Annotated[Sentence | None, Since("0.3.0")] = None
    """Why cells are empty."""
    coverage_needed: Annotated[Number | None, Since("0.3.0")] = None
    """The coverage that the running fiscal quarter needs; blank in other periods."""
    commit_total: Annotated[Money | None, Since("0.3.0")] = None
    """Cumulative: closed and commit."""
    best_case_total: Annotated[Money | None, Since("0.3.0")] = None
    """Cumulative: closed, commit and best case."""
    open_total: Annotated[Money | None, Since("0.3.0")] = None
    """Cumulative: all that is open, without what is closed."""
    commit_verdict: Annotated[Literal["above", "within", "below"] | None, Since("0.3.0")] = None
    """Where `commit_total` lies beside p10 to p90; blank where nothing is committed, or no range."""
    commit_expected: Annotated[Money | None, Since("0.3.0")] = None
    """`commit_total` at what such commits came in at; blank while that is not told apart from 1."""


class ForecastChange(
    Row,
    table="ForecastChanges",
    key=("period", "slice_kind", "slice", "kind"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per period, slice and kind of change since the newest snapshot of an earlier day."""

    period: Period
    slice_kind: Literal["all", "team", "rep"]
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    kind: Literal[
        "won",
        "new",
        "pulled-in",
        "pushed-in",
        "grown",
        "shrunk",
        "pulled-out",
        "pushed",
        "lost",
    ]
    deals: Count
    amount: Money
    """Of whole deals; negative where it left the period."""
    largest_id: DealRef
    """The deal with the most of it."""
    largest_name: Annotated[Text | None, NameOf("largest_id")] = None
    before_on: Date | None = None
    """When that one was expected before; blank where its day did not change."""
    now_on: Date | None = None


class ForecastSnapshot(
    Row,
    table="ForecastHistory",
    key=("as_of", "period", "slice_kind", "slice"),
    role=OUT,
    part=Part.PROCESS,
    switch=Switch.HISTORIES,
    is_record=True,
    dated_by="as_of",
):
    """One row per run date, period and slice; days gone thin out."""

    as_of: Annotated[Date, BEGINS]
    period: Period
    slice_kind: SliceKind
    slice: ScopeRef
    closed: Money
    commit: Money
    best_case: Money
    pipeline: Money
    weighted: Money
    p10: Money | None = None
    p50: Money | None = None
    p90: Money | None = None
    target: Money | None = None
    gap: Money | None = None
    coverage: Number | None = None
    made_on: Annotated[Date | None, Since("0.3.0"), RECORDED] = None
    """The newest day that had a snapshot when the row was made: after `as_of`, one made later."""


class RepDay(
    Row,
    table="RepDays",
    key=("rep_id", "day"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per rep and work day of the last weeks: what was done, against what was planned."""

    rep_id: RepRef
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    day: Date
    visits: Count
    calls: Count
    other: Count
    orders_amount: Money
    """Sold on the day and credited to the rep."""
    planned: Count | None = None
    """Next steps that were planned for the day; blank in a book that plans none."""
    kept: Count | None = None
    """Those of them that were taken on the day, or on the day before."""
    visits_followed: Count
    """Visits after which something happened with the customer within two weeks."""
    no_log: Flag
    """Nothing was logged on a day that the rep worked."""


class Receivable(
    Row, table="Receivables", key=("customer_id",), role=OUT, part=Part.PROCESS, since="0.3.0"
):
    """One row per customer who owes for delivered orders, by how long it is overdue."""

    customer_id: CustomerRef
    customer_name: Annotated[Text | None, NameOf("customer_id")] = None
    rep_id: RepRef | None = None
    """Who can ask for it: the customer's owner, else the rep of the oldest order."""
    rep_name: Annotated[Text | None, NameOf("rep_id")] = None
    not_due: Money
    """Orders without a due day among them: they are never called late."""
    to_30: Money
    to_60: Money
    to_90: Money
    over_90: Money
    credit: Money
    """Paid beyond what the orders come to: to be set off or paid back."""
    total: Money
    """What is owed less the credit."""
    oldest_due_on: Date | None = None
    """Of what is overdue."""


class OrderStage(
    Row,
    table="OrderStages",
    key=("period", "slice_kind", "slice", "status"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per running period, slice and status: how far the orders of the period have come."""

    period: Period
    slice_kind: Literal["all", "rep"]
    slice: ScopeRef
    slice_name: Annotated[Text | None, NameOf("slice")] = None
    status: Literal["placed", "delivered", "invoiced", "paid", "refunded", "cancelled"]
    orders: Count
    amount: Money
    """Of whole lines, whoever shares their credit; negative for refunds."""
    late: Count
    """Orders past their due day that are not delivered, or not paid."""
    late_amount: Money
    """What is not delivered, or not paid, of these."""


class PlanResult(
    Row,
    table="PlanResults",
    key=("plan", "step"),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
):
    """One row per step of a sales plan, and one per plan: is it in time, what did it bring?"""

    plan: Id
    step: Id = ""
    """Blank on the row of the plan as a whole."""
    owner_id: RepRef | None = None
    """Who can act: who has left is followed by his manager."""
    owner_name: Annotated[Text | None, NameOf("owner_id")] = None
    state: Literal["planned", "running", "late", "done"]
    due_on: Date
    """Of a plan: of its next step that is open, else of its last one."""
    days_late: Count | None = None
    """How late it is, or was done."""
    steps: Count
    done: Count
    late: Count
    budget: Money | None = None
    leads: Count | None = None
    """Leads whose source names the step, or the plan; blank where no lead or deal does."""
    deals: Count | None = None
    """Deals of these leads, and deals whose own source names it; each once."""
    won: Count | None = None
    won_amount: Money | None = None
    because: Sentence


class Alert(
    Row,
    table="Alerts",
    key=("kind", "table", "row_key"),
    role=OUT,
    part=Part.PROCESS,
):
    """One row per thing to act on: who waits for us, then what most money hangs on, then the rest."""

    kind: AlertName
    table: TableName
    row_key: Id = ""
    row_name: Annotated[Text | None, NameOf("row_key"), Since("0.3.0")] = None
    severity: Literal["high", "medium", "low"]
    who: RepRef | None = None
    who_name: Annotated[Text | None, NameOf("who"), Since("0.3.0")] = None
    since_on: Date | None = None
    days: Days | None = None
    amount: Money | None = None
    at_stake: Annotated[Money | None, Since("0.3.0")] = None
    """Expected money of the deal × how much seldomer deals in its state are won: for the order."""
    because: Sentence
    do: Sentence
    sheet: Text | None = None
    cell: Text | None = None


class ActionStep(
    Row,
    table="ActionLog",
    key=("action_id",),
    role=OUT,
    part=Part.PROCESS,
    since="0.3.0",
    is_record=True,
    dated_by="noticed_on",
):
    """One row per step that was advised, and what became of it; late and agreed ones first."""

    action_id: Id
    noticed_on: Annotated[Date, BEGINS]
    """The day of the run that first advised it."""
    state: Literal["late", "agreed", "advised", "done", "over"] | None = None
    table: TableName | None = None
    row_key: Id = ""
    row_name: Annotated[Text | None, NameOf("row_key")] = None
    who: RepRef | None = None
    who_name: Annotated[Text | None, NameOf("who")] = None
    amount: Money | None = None
    """At stake when it was noticed."""
    do: Sentence | None = None
    agreed_on: Annotated[Date | None, YOURS, happens()] = None
    due_on: Annotated[Date | None, YOURS, PLANNED] = None
    done_on: Annotated[Date | None, YOURS, happens("result")] = None
    result: Annotated[Text | None, YOURS] = None
    became: Sentence | None = None
    """What the book tells of it: won, lost, moved on, the rate of a stage before and after."""
    settled_on: Annotated[Date | None, RECORDED] = None
    """The day of the run that found it over; from then on the row stays as it is."""
    kind: AlertName | None = None
    because: Sentence | None = None


class PageLine(
    Row,
    table="PageLines",
    key=("page", "list", "scope_kind", "scope", "period", "place"),
    role=OUT,
    part=Part.SYSTEM,
    since="0.3.0",
    is_technical=True,
):
    """One row per line of a page's list, for one company, team or rep; pages look them up.

    Which of the cells a line fills is its list's own; `salesbook.pages.lines` says it list by list.
    """

    block: Text
    """The list with its scope and period, by which a page finds its first line."""
    page: Text
    list: Text
    scope_kind: ScopeKind
    scope: Text
    period: Text = ""
    """Blank for a list that is today's, whatever period is chosen."""
    place: Position
    """From 1; the lines of a list stand below each other, in this order."""
    sign: Text | None = None
    """▲ ✓ good, ● → attention, ▼ ⚠ bad."""
    subject: Text | None = None
    """Whom or what the line is about, as people call it; it leads to its row."""
    says: Sentence | None = None
    """What happened, or what to do."""
    because: Sentence | None = None
    customer: Text | None = None
    rep: Text | None = None
    team: Text | None = None
    stage: Text | None = None
    tier: Id | None = None
    metric: PlanMetric | None = None
    """What the line's amounts count; blank is revenue."""
    amount: Balance | None = None
    expected: Balance | None = None
    sold: Balance | None = None
    due: Balance | None = None
    """What should have been sold by now."""
    target: Balance | None = None
    low: Balance | None = None
    middle: Balance | None = None
    high: Balance | None = None
    rate: Ratio | None = None
    rate_low: Ratio | None = None
    rate_high: Ratio | None = None
    chance_rate: Ratio | None = None
    share: Ratio | None = None
    share_low: Ratio | None = None
    """The range of the share that luck alone leaves open."""
    share_high: Ratio | None = None
    score: Number | None = None
    survey: Number | None = None
    """What customers answered, on the scale of surveys."""
    rank: Position | None = None
    days: Days | None = None
    limit_days: Days | None = None
    number: Number | None = None
    count: Count | None = None
    count_up: Count | None = None
    count_down: Count | None = None
    on: Annotated[Date | None, PLANNED] = None
    since_on: Annotated[Date | None, PLANNED] = None
    next_step: Text | None = None
    next_on: Annotated[Date | None, PLANNED] = None
    phone: Text | None = None
    channel: Literal["phone", "email", "message", "visit"] | None = None
    word: Text | None = None
    """A word of its table, such as a grade or a tier."""
    marks: Text | None = None
    """One sign per month: `=`, `>` or `<` where the plan's cell is locked, else a dot."""
    m01: Balance | None = None
    m02: Balance | None = None
    m03: Balance | None = None
    m04: Balance | None = None
    m05: Balance | None = None
    m06: Balance | None = None
    m07: Balance | None = None
    m08: Balance | None = None
    m09: Balance | None = None
    m10: Balance | None = None
    m11: Balance | None = None
    m12: Balance | None = None
    table: TableName | None = None
    """The table that holds the row to which the line leads; empty where it leads nowhere."""
    row_key: Id | None = None
    sheet: Text | None = None
    cell: Text | None = None


class Alias(
    Row,
    table="Aliases",
    key=("table", "old_id"),
    role=OUT,
    part=Part.SYSTEM,
    since="0.3.0",
    is_record=True,
    dated_by="on",
):
    """One row per row that was merged into another one: histories keep its id, and here is who it is."""

    table: TableName
    old_id: Id
    old_name: Text | None = None
    """What it was called; a reference that is typed so still leads somewhere."""
    old_company: Text | None = None
    """Of a customer: the company that it was called by, which still leads there as well."""
    new_id: Id
    """The row that it went into. Where that was merged in its turn, the next row of Aliases tells."""
    new_name: Annotated[Text | None, NameOf("new_id")] = None
    on: Annotated[Date, RECORDED]
    otherwise: Sentence | None = None
    """What it said that the row which stayed says otherwise."""


class ParkedNote(
    Row,
    table="ParkedNotes",
    key=("table", "row_key", "column", "what", "seq"),
    role=OUT,
    part=Part.SYSTEM,
    since="0.3.0",
    is_record=True,
    dated_by="parked_on",
):
    """One row per thing that somebody put on a row of a table, while that row is gone.

    It comes back with its row, into empty cells only, within 400 days.
    """

    table: TableName
    row_key: Id
    """`#` and its row in the sheet for a row without a key: it cannot return."""
    name: Text | None = None
    """Whom or what the key meant on that day, by name: nothing returns to another one's row."""
    column: Text
    """The column's header as it stood in the sheet; the first one for a row's height."""
    what: Literal["value", "formula", "note", "thread", "colour", "link", "height"]
    seq: Position = 1
    """2 and more where the cell of a row that is gone had the like parked before."""
    content: Text
    """As a person would type it: a text that looks like a number begins with an apostrophe, a
    formula is in R1C1 style, which says the same in any row."""
    parked_on: Annotated[Date, RECORDED]


class Run(
    Row, table="RunLog", key=("at",), role=OUT, part=Part.SYSTEM, is_record=True, dated_by="at"
):
    """One row per run that wrote."""

    at: Annotated[DateTime, RECORDED]
    action: ActionName
    as_of: Annotated[Date | None, RECORDED] = None
    seconds: Number
    rows_in: Count
    rows_out: Count
    findings: Count
    user: Text | None = None
    version: Id
    input_hash: Id | None = None
    """Blank for an undo, which looks at no input."""
    written: LeftInTables | None = None
    """What undo needs: each table written, with a hash of what it held afterwards."""
    orders_from: Annotated[Date | None, Since("0.3.0"), RECORDED] = None
    """The first day on which order lines counted as sold; blank where won deals count on every day,
    or the settings say that only one of the two counts."""
