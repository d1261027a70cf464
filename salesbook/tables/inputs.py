"""The tables that people type into: targets, people, customers and process.

Every date says what it tells of its row, so that a run as of an earlier day knows what was not yet
there: `BEGINS`, `happens`, `PLANNED` or `RECORDED`.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from annotated_types import Ge, Le

from salesbook.tables.base import (
    BEGINS,
    PLANNED,
    RECORDED,
    Amount,
    CandidateRef,
    CourseRef,
    CustomerRef,
    Date,
    DateTime,
    Days,
    DealRef,
    FieldName,
    FindingCode,
    Flag,
    GoalRef,
    Id,
    Is,
    Kind,
    Measure,
    MetricName,
    Money,
    Month,
    Named,
    Number,
    OpeningRef,
    OrderRef,
    Part,
    Period,
    PipelineName,
    Position,
    Price,
    ProductRef,
    RepRef,
    Row,
    ScopeRef,
    Share,
    Since,
    StageIn,
    StageRef,
    Switch,
    TableName,
    Text,
    Year,
    happens,
)

TargetMetric = Literal["revenue", "orders", "new_customers", "quantity"]
Score10 = Annotated[float, Is(Kind.NUMBER), Ge(0), Le(10)]
Capacity = Annotated[float, Is(Kind.RATE), Ge(0)]


class Target(
    Row,
    table="Targets",
    key=("year", "scope_kind", "scope", "metric"),
    part=Part.TARGETS,
    shown=True,
):
    """One row per fiscal year, scope and metric."""

    year: Year
    scope_kind: Literal["company", "team", "rep"]
    scope: ScopeRef = "company"
    """A team's name or a rep; blank for the company."""
    metric: TargetMetric = "revenue"
    floor: Measure | None = None
    target: Measure
    stretch: Measure | None = None
    binding: Flag | None = None
    basis: Text | None = None
    owner_id: RepRef | None = None
    note: Text | None = None


class TargetMonth(
    Row,
    table="TargetMonths",
    key=("year", "scope_kind", "scope", "metric", "month"),
    part=Part.TARGETS,
    since="0.3.0",
):
    """One row per month of a target; `month` is the calendar month, `year` the fiscal year.

    Months that are not fixed are weights of the season of their target; fixed ones are hard sums.
    """

    year: Year
    scope_kind: Literal["company", "team", "rep"]
    scope: ScopeRef = "company"
    """As in Targets: a team's name or a rep; blank for the company."""
    metric: TargetMetric = "revenue"
    month: Month
    amount: Measure
    fixed: Flag | None = None


Growth = Annotated[float, Is(Kind.RATE), Ge(-1)]


class OutlookRow(
    Row,
    table="Outlook",
    key=("year", "scope_kind", "scope", "metric"),
    part=Part.TARGETS,
    since="0.3.0",
):
    """One row per fiscal year and scope: what the market and the company's strategy will change."""

    year: Year
    scope_kind: Literal["company", "team", "rep"]
    scope: ScopeRef = "company"
    """As in Targets: a team's name or a rep; blank for the company."""
    metric: TargetMetric = "revenue"
    market_rate: Growth | None = None
    strategy_rate: Growth | None = None
    note: Text | None = None


class Lock(
    Row, table="Locks", key=("year", "rep_id", "month", "metric", "kind"), part=Part.TARGETS
):
    """One row per fixed or bounded cell of the plan; `month` is the calendar month."""

    year: Year
    rep_id: RepRef
    month: Month
    metric: TargetMetric = "revenue"
    kind: Literal["lock", "min", "max"] = "lock"
    amount: Measure


class Rep(Row, table="Reps", key=("rep_id",), part=Part.PEOPLE, shown=True):
    """One row per sales person."""

    rep_id: Id
    name: Text
    team: Text | None = None
    manager_id: RepRef | None = None
    role: Text | None = None
    level: Text | None = None
    hired_on: Annotated[Date | None, BEGINS] = None
    left_on: Annotated[Date | None, happens()] = None
    capacity_rate: Capacity | None = None
    plan: Text | None = None
    email: Text | None = None


class Assignment(Row, table="Assignments", key=("rep_id", "valid_from"), part=Part.PEOPLE):
    """One row per dated change of a rep; a blank field stays as it was."""

    rep_id: RepRef
    valid_from: Annotated[Date, BEGINS]
    team: Text | None = None
    role: Text | None = None
    manager_id: RepRef | None = None
    plan: Text | None = None
    capacity_rate: Capacity | None = None


class ClosedPeriod(Row, table="Periods", key=("period",), part=Part.TARGETS):
    """One row per closed month; one with `reopened_on` is open until it is closed again."""

    period: Period
    closed_on: Annotated[Date | None, RECORDED] = None
    closed_by: Text | None = None
    reopened_on: Annotated[Date | None, RECORDED, Since("0.3.0")] = None
    reason: Annotated[Text | None, Since("0.3.0")] = None


class Review(Row, table="Reviews", key=("rep_id", "period"), part=Part.PEOPLE):
    """One row per rep and appraisal period; scores on the metric's own scale, blank is not zero."""

    rep_id: RepRef
    period: Period
    attitude: Amount | None = None
    self_score: Amount | None = None
    peer_score: Amount | None = None
    goal: Text | None = None
    note: Text | None = None


class Goal(Row, table="Goals", key=("goal_id",), part=Part.PEOPLE, since="0.3.0"):
    """One row per goal that was agreed with a rep; a goal with others below it is as far as they are.

    With a metric and a target it is read from the facts; any other from `result`.
    """

    goal_id: Id
    rep_id: RepRef
    period: Period
    parent_id: GoalRef | None = None
    """The goal that it is a part of, maybe of another rep; blank: of none."""
    goal: Text
    metric: MetricName | None = None
    target: Amount | None = None
    """In the unit of the metric's value; without a metric in that of the result."""
    due_on: Annotated[Date | None, PLANNED] = None
    result: Amount | None = None
    """How much is reached, in the unit of the target; without one 1 is all of it. Blank is missing."""
    weight: Amount | None = None
    """What it counts for beside the other parts of its parent; blank: 1."""


class OneToOne(Row, table="OneToOnes", key=("rep_id", "held_on"), part=Part.PEOPLE, since="0.3.0"):
    """One row per talk with a rep."""

    rep_id: RepRef
    held_on: Annotated[Date, BEGINS]
    agreed: Text | None = None
    next_on: Annotated[Date | None, PLANNED] = None
    done: Text | None = None
    """What became of it, in people's own words; blank: nothing is known of it."""


class Opening(Row, table="Openings", key=("opening_id",), part=Part.PEOPLE, switch=Switch.HIRING):
    """One row per vacancy."""

    opening_id: Id
    team: Text
    role: Text
    opened_on: Annotated[Date, BEGINS]
    needed_by: Annotated[Date | None, PLANNED] = None
    filled_on: Annotated[Date | None, happens()] = None
    must_have: Text | None = None


CandidateStage = Literal[
    "applied", "screened", "interviewed", "offered", "hired", "rejected", "withdrawn"
]


class Candidate(
    Row, table="Candidates", key=("candidate_id",), part=Part.PEOPLE, switch=Switch.HIRING
):
    """One row per applicant."""

    candidate_id: Id
    opening_id: OpeningRef
    name: Text
    channel: Text
    cost: Price | None = None
    applied_on: Annotated[Date, BEGINS]
    stage: Annotated[CandidateStage, StageIn("CandidateHistory")] = "applied"
    hired_rep_id: Annotated[RepRef | None, Named()] = None


class CandidateStep(
    Row,
    table="CandidateHistory",
    key=("candidate_id", "seq"),
    part=Part.PEOPLE,
    switch=Switch.HIRING,
):
    """One row per stage that an applicant reached."""

    candidate_id: CandidateRef
    seq: Position
    stage: CandidateStage
    entered_on: Annotated[Date, BEGINS]


class InterviewScore(
    Row,
    table="InterviewScores",
    key=("candidate_id", "criterion", "interviewer"),
    part=Part.PEOPLE,
    switch=Switch.HIRING,
):
    """One row per score given in an interview."""

    candidate_id: CandidateRef
    criterion: Id
    interviewer: Id
    score: Amount
    weight: Amount | None = None


class Course(Row, table="Courses", key=("course_id",), part=Part.PEOPLE, switch=Switch.TRAINING):
    """One row per course."""

    course_id: Id
    title: Text
    kind: Literal["onboarding", "ongoing", "career"] = "ongoing"
    for_role: Text | None = None
    due_days: Days | None = None
    pass_score: Amount | None = None
    valid_from: Annotated[Date | None, BEGINS, Since("0.3.0")] = None
    """The first day on which it could be taken: who came before is not asked for it any earlier."""


class TrainingRecord(
    Row, table="Training", key=("rep_id", "course_id"), part=Part.PEOPLE, switch=Switch.TRAINING
):
    """One row per rep and course taken."""

    rep_id: RepRef
    course_id: CourseRef
    enrolled_on: Annotated[Date, BEGINS]
    completed_on: Annotated[Date | None, happens("score")] = None
    score: Amount | None = None


class Customer(Row, table="Customers", key=("customer_id",), part=Part.CUSTOMERS, shown=True):
    """One row per customer."""

    customer_id: Id
    name: Text
    company: Text | None = None
    industry: Text | None = None
    region: Text | None = None
    owner_id: RepRef | None = None
    phone: Text | None = None
    email: Text | None = None
    channel: Literal["phone", "email", "message", "visit"] | None = None
    needs: Text | None = None
    purpose: Annotated[Text | None, Since("0.3.0")] = None
    """What it is for."""
    preference: Annotated[Text | None, Since("0.3.0")] = None
    """Brands, families or products that he likes, commas between."""
    budget: Price | None = None
    price_sensitive: Annotated[Flag | None, Since("0.3.0")] = None
    buying_on: Annotated[Date | None, PLANNED] = None
    urgency: Text | None = None
    source: Text | None = None
    created_on: Annotated[Date | None, BEGINS] = None
    updated_on: Annotated[Date | None, happens()] = None
    contract_end_on: Annotated[Date | None, PLANNED] = None
    owner_since: Annotated[Date | None, happens(), Since("0.3.0")] = None
    """From which day the owner has him: who has just got a customer does not lose him at once."""


class Activity(Row, table="Activities", key=("activity_id",), part=Part.CUSTOMERS, shown=True):
    """One row per contact."""

    activity_id: Id
    done_on: Annotated[Date, BEGINS]
    rep_id: RepRef
    customer_id: CustomerRef | None = None
    deal_id: DealRef | None = None
    kind: Literal["visit", "phone", "email", "message", "demo", "service"]
    outcome: Text | None = None
    next_step: Text | None = None
    next_on: Annotated[Date | None, PLANNED] = None
    contact: Annotated[Text | None, Since("0.3.0")] = None
    """With whom at the customer's; several names apart by commas or semicolons."""


class FeedbackItem(Row, table="Feedback", key=("feedback_id",), part=Part.CUSTOMERS):
    """One row per survey answer, complaint or after-sales visit."""

    feedback_id: Id
    customer_id: CustomerRef
    received_at: Annotated[DateTime, BEGINS]
    kind: Literal["survey", "complaint", "visit"]
    score: Score10 | None = None
    comment: Text | None = None
    owner_id: RepRef | None = None
    answered_at: Annotated[DateTime | None, happens("action_taken")] = None
    resolved_at: Annotated[DateTime | None, happens("action_taken")] = None
    action_taken: Text | None = None


_CONTACTED: Final = ("contacted", "qualified", "rejected", "converted")
"""What a lead may be once somebody was in contact with it."""


class Lead(Row, table="Leads", key=("lead_id",), part=Part.PROCESS):
    """One row per lead."""

    lead_id: Id
    name: Text
    source: Text | None = None
    cost: Price | None = None
    received_at: Annotated[DateTime, BEGINS]
    rep_id: RepRef | None = None
    first_contact_at: Annotated[DateTime | None, happens(was="new", ends=_CONTACTED)] = None
    status: Literal["new", "contacted", "qualified", "rejected", "converted"] = "new"
    customer_id: Annotated[CustomerRef | None, Named()] = None
    deal_id: Annotated[DealRef | None, Named(was="contacted", ends=("converted",))] = None
    company: Annotated[Text | None, Since("0.3.0")] = None
    phone: Annotated[Text | None, Since("0.3.0")] = None
    email: Annotated[Text | None, Since("0.3.0")] = None
    """By these and the name a conversion knows a customer again."""


class Deal(Row, table="Deals", key=("deal_id",), part=Part.PROCESS, shown=True):
    """One row per opportunity."""

    deal_id: Id
    name: Text | None = None
    customer_id: CustomerRef | None = None
    rep_id: RepRef
    partner_id: RepRef | None = None
    partner_share: Share | None = None
    product: ProductRef | None = None
    source: Text | None = None
    pipeline: PipelineName | None = None
    """Blank: `main`."""
    stage: Annotated[StageRef, StageIn("StageHistory")]
    amount: Price | None = None
    category: Literal["commit", "best_case", "pipeline", "omitted"] | None = None
    created_on: Annotated[Date | None, BEGINS] = None
    stage_since: Annotated[Date | None, happens()] = None
    expected_on: Annotated[Date | None, PLANNED] = None
    closed_on: Annotated[Date | None, happens()] = None
    lost_stage: StageRef | None = None
    lost_reason: Text | None = None
    next_step: Text | None = None
    next_on: Annotated[Date | None, PLANNED] = None
    original_amount: Annotated[Number | None, Since("0.3.0")] = None
    """In `original_currency`, in its units; blank: in the workbook's own."""
    original_currency: Annotated[Id | None, Since("0.3.0")] = None


class DealTeamMember(Row, table="DealTeam", key=("deal_id", "stage"), part=Part.PROCESS):
    """One row per deal and stage that somebody other than the deal's rep works on."""

    deal_id: DealRef
    stage: StageRef
    rep_id: RepRef


_DELIVERED: Final = ("delivered", "invoiced", "paid")
"""What an order line may be once it was delivered; a cancelled one may never have been."""


class OrderLine(Row, table="Orders", key=("order_id", "line_no"), part=Part.PROCESS, shown=True):
    """One row per order line; a refund is a line with a negative amount."""

    order_id: Id
    line_no: Position = 1
    deal_id: DealRef | None = None
    customer_id: CustomerRef
    rep_id: RepRef
    partner_id: RepRef | None = None
    partner_share: Share | None = None
    product: ProductRef | None = None
    quantity: Number | None = None
    ordered_on: Annotated[Date, BEGINS]
    amount: Money
    refund_of: OrderRef | None = None
    due_on: Annotated[Date | None, PLANNED] = None
    delivered_on: Annotated[Date | None, happens(was="placed", ends=_DELIVERED)] = None
    status: Literal["placed", "delivered", "invoiced", "paid", "cancelled"] | None = None
    original_amount: Annotated[Number | None, Since("0.3.0")] = None
    """In `original_currency`, in its units; blank: in the workbook's own."""
    original_currency: Annotated[Id | None, Since("0.3.0")] = None


class Payment(Row, table="Payments", key=("payment_id",), part=Part.PROCESS):
    """One row per payment received."""

    payment_id: Id
    order_id: OrderRef
    paid_on: Annotated[Date, BEGINS]
    amount: Money
    original_amount: Annotated[Number | None, Since("0.3.0")] = None
    """In `original_currency`, in its units; blank: in the workbook's own."""
    original_currency: Annotated[Id | None, Since("0.3.0")] = None


class Initiative(Row, table="Initiatives", key=("plan", "step"), part=Part.PROCESS):
    """One row per step of the sales plan."""

    plan: Id
    step: Id
    owner_id: RepRef | None = None
    start_on: Annotated[Date | None, PLANNED] = None
    due_on: Annotated[Date, PLANNED]
    done_on: Annotated[Date | None, happens("result", "lesson")] = None
    budget: Price | None = None
    result: Text | None = None
    lesson: Annotated[Text | None, Since("0.3.0")] = None
    """What the next plan should do otherwise, or again."""


class Waiver(Row, table="Waivers", key=("table", "row_key", "field", "code"), part=Part.SYSTEM):
    """One row per warning that somebody accepted."""

    table: TableName
    row_key: Id = ""
    """Blank where the warning is about the table as a whole."""
    field: FieldName = ""
    code: FindingCode
    value_hash: Text | None = None
    """What was found, or a short fingerprint of it; blank accepts whatever stands there."""
    reason: Text
    by: Text
    on: Annotated[Date, RECORDED]


class ImportMap(
    Row,
    table="ImportMaps",
    key=("source", "table", "header", "word", "field"),
    part=Part.SYSTEM,
    since="0.3.0",
):
    """One row per column of a kind of file, or per word in one, of which somebody said what it is.

    An import writes them and goes by them the next time; a row that is changed or deleted counts.
    """

    source: Text
    """What the file is called, and after `#` which headers it has: see `intake.maps`."""
    table: TableName
    header: Text
    """As it stands in the file; `*` for all that go into no field."""
    word: Text = ""
    """Blank where the row is about the column as a whole."""
    field: FieldName = ""
    """Where the column goes, also a column of the user's own; blank: nowhere."""
    code: Text | None = None
    """What the word means; blank: nothing, so that the cell counts as blank."""
    used_on: Annotated[Date | None, RECORDED] = None
