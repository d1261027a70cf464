"""The verbs and the buttons as data: from here come commands, macros, ribbon, callbacks and docs.

A verb is one `Action`, with its words in `labels`: `help` of cli.toml, and per button `button` and
`look` of macros.toml, `titles` and `whats` of ribbon.toml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

from salesbook.progress import counted, tell

if TYPE_CHECKING:
    import pandas as pd

    from salesbook.domain.customers.calls_done import CallsTakenUp
    from salesbook.domain.outcome import Outcome, Patch, Task
    from salesbook.domain.past.at import Past
    from salesbook.messages import Finding, Message


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be asked of a verb: `--publish` on the command line, a press in Excel.

    Its help is a word of cli.toml, `help.<flag>` unless `help` names another.
    """

    name: str
    """Its field of `book.report.Options`; or, where only the command line goes by it, its own."""
    flag: str
    """As it is typed, such as `--publish`."""
    takes: Literal[
        "nothing", "day", "month", "year", "text", "id", "ids", "rest", "rows", "table", "file"
    ] = "nothing"
    """What is typed after it; an option that takes nothing is on or off, ids may be said again.

    `rest` and `rows` are no options but what stands on the line by itself: keys, numbers of rows.
    """
    goes_with: str = ""
    """Name of the option without which this one means nothing; one without the other is refused."""
    help: str = ""
    """Its word, where the same flag of another verb says something else."""

    @property
    def help_name(self) -> str:
        """The word of cli.toml that says what it is for."""
        return self.help or self.flag.removeprefix("--").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Button:
    """One button of the ribbon, with its macro, its callback in VBA and its copies on sheets.

    Buttons stand in the order of `BUTTONS`; a group stands where its first button does.
    """

    name: str
    """Its id in the ribbon and the key of its words."""
    group: str
    """The ribbon's group, a word of `groups` in ribbon.toml."""
    icon: str
    """A picture that Office has built in (`imageMso`)."""
    keytip: str
    """What is typed for it after Alt and the tab's own letters."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the verb that a press asks for; the day is always today."""
    look_at: str = ""
    """The table that its message leads to, with the word `look` of macros.toml."""
    selects: str = ""
    """The table of whose rows those count that are selected; their keys go into the option `into`.

    Where that option takes rows, their numbers in the sheet go there.
    """
    into: str = ""
    asks: str = ""
    """The option whose text a press asks for, in a box with the word `ask` of macros.toml."""
    sheets: tuple[str, ...] = ()
    """Sheets that repeat it: those on which somebody has just typed, or looks at a result."""
    is_small: bool = False
    enabled_by: str = ""
    """The function in SalesbookDesk.bas that says whether it may be pressed; missing: always."""
    reads: tuple[str, ...] = ()
    """What its tip says it reads: tables, or words of `places` in ribbon.toml.

    Missing: what its verb reads and the settings.
    """
    writes: tuple[str, ...] = ()
    """What its tip says it writes; missing: what its verb writes and RunLog."""
    macro_name: str = ""
    """Where its name is no name in Python."""
    action: str = ""
    """The verb that it presses, filled in by `BUTTONS`; none for a button that is no verb."""

    @property
    def macro(self) -> str:
        """The function of `salesbook.macros` that a press calls."""
        return self.macro_name or self.name


AS_OF: Final = Option("as_of", "--as-of", takes="day")
_OUT: Final = Option("out", "--out", takes="file")
_YES: Final = Option("yes", "--yes")
_STRICT: Final = Option("strict", "--strict")
_USUAL: Final = (AS_OF, _OUT, _YES, _STRICT)


@dataclass(frozen=True, slots=True)
class Action:
    """One verb: a command, a macro, and the buttons that press it."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    must_have: tuple[str, ...] = ()
    """Tables of `writes` without which the verb would seem to have done what is lost."""
    needs: tuple[str, ...] = ()
    """Settings tables whose errors refuse the verb."""
    rests_on: tuple[str, ...] = ()
    """Settings tables of which only what cannot be read refuses the verb.

    It would calculate without them.
    """
    keys: tuple[str, ...] = ()
    """Keys of the Policy table that the verb goes by; an error in one refuses it."""
    own_columns_of: tuple[str, ...] = ()
    """Tables of which the verb also looks at the columns of the user's own."""
    as_they_stand: tuple[str, ...] = ()
    """Tables of which the verb takes what lies ahead into account, for it plans that."""
    steps: tuple[str, ...] = ()
    """Verbs this one consists of, in order; empty for a verb of its own."""
    options: tuple[Option, ...] = _USUAL
    """What the command takes besides the options that every command has."""
    is_strict: bool = False
    """True where findings that are errors end the command with 1 even without `--strict`."""
    shows_first: bool = False
    """True where the verb shows what it would do and writes nothing, unless `yes` is said."""
    keeps_checks: bool = False
    """True for a verb that looks for nothing new: Checks stays as it is but for what it takes out."""
    buttons: tuple[Button, ...] = ()
    shown_on: str = ""
    """Where a manager sees the result: a page, a word of `sheets` in book.toml, or a table.

    A sheet that is in sight from the first day, in a book of a small team, too.
    """

    def run(self, task: Task) -> Outcome:
        """Calculate, unless settings that the verb goes by make no sense; pure.

        A verb of several steps passes the gate once, with all that its steps go by, so that its
        refusal counts every setting to be mended. No verb sees what comes later than the day of the
        run: it is taken out here, once for all steps.

        Raises: SettingsError, and what the verb itself refuses.
        """
        from salesbook.domain.checks.calendar_years import unknown_years
        from salesbook.domain.past.entered_ahead import entered_ahead

        on_the_day, past = self.on_the_day(task)
        # Once for all steps, and before any of them: each counts the calls that are noted now.
        calls = self._calls_taken_up(on_the_day)
        if calls is not None:
            on_the_day = calls.task
        outcome = self._calculate(on_the_day)
        # Said here once for all verbs: none can go by an unknown year and forget to say so.
        findings = (*outcome.findings, *unknown_years(on_the_day))
        if not self.keeps_checks:
            findings = (*findings, *entered_ahead(on_the_day))
        outcome = replace(
            outcome, findings=findings, later=past.later, first_later=past.first_later
        )
        if calls is None:
            return outcome
        return replace(
            outcome,
            findings=(*calls.findings, *outcome.findings),
            patches={**calls.patches, **outcome.patches},
            taken_up=calls.taken_up,
            answer=(*calls.answer, *outcome.answer),
        )

    def on_the_day(self, task: Task) -> tuple[Task, Past]:
        """The task without what comes later than its day, and what that is.

        Whoever asks what the verb would find, and writes nothing, goes through this door as well.

        Raises: SettingsError where settings that the verb goes by make no sense.
        """
        from salesbook.domain.gate import refuse_faults
        from salesbook.domain.past.at import at
        from salesbook.domain.past.merged import with_living_ids
        from salesbook.domain.past.own_columns import own_then

        refuse_faults(task, needs=self.needs, rests_on=self.rests_on, keys=self.keys)
        tell("calculating")
        past = at(
            task.tables,
            task.policy,
            task.as_of,
            as_they_stand=self.as_they_stand,
            looks_back=task.looks_back,
        )
        own = {
            name: own_then(frame, task.tables[name], past.tables[name], task.policy)
            for name, frame in task.own.items()
        }
        tables = with_living_ids(past.tables, task.merged_ids)
        return replace(task, tables=tables, whole=task.tables, own=own), past

    def _calls_taken_up(self, task: Task) -> CallsTakenUp | None:
        """What people typed on the call list, for a verb that reads it; else None."""
        from salesbook.domain.customers.calls_done import CALL_LIST, take_up_calls

        if CALL_LIST not in self.reads:
            return None
        return take_up_calls(task, may_write="Activities" in self.writes)

    def _calculate(self, task: Task) -> Outcome:
        """Only here is the verb's module, and pandas with it, imported."""
        if self.steps:
            steps = counted("calculating", self.steps)
            return _outcome_of([ACTIONS[name]._calculate(task) for name in steps])
        module = import_module(f"salesbook.domain.{self.name}")
        outcome: Outcome = module.run(task)
        return outcome


_TARGETS = ("Targets", "TargetMonths", "Outlook", "Locks", "Periods")
_TEAM = ("Reps", "Assignments", "Reviews", "Goals", "OneToOnes")
_HIRING = ("Openings", "Candidates", "CandidateHistory", "InterviewScores", "Courses", "Training")
_CUSTOMERS = ("Customers", "Activities", "Feedback")
_PROCESS = ("Leads", "Deals", "DealTeam", "Orders", "Payments", "Initiatives")

_SPLIT = Action(
    "split",
    shown_on="target_board",
    reads=(
        "Targets",
        "TargetMonths",
        "Locks",
        "Periods",
        "Reps",
        "Assignments",
        "Orders",
        "Deals",
        "Customers",
        "TargetPlan",
    ),
    writes=("TargetPlan", "PlanChanges"),
    must_have=("TargetPlan",),
    needs=("Ramp", "Season"),
    # A plan is of the months to come, with who joins, moves or leaves in them; and it must keep
    # every plan that was published, whenever that was.
    as_they_stand=("Reps", "Assignments", "TargetPlan"),
    rests_on=("Holidays", "Stages"),
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "sales_source",
        "orders_from",
        "split_by",
        "split_blend_rate",
        "split_unit",
        "season_from",
        "season_years",
    ),
    options=(
        AS_OF,
        _YES,
        Option("publish", "--publish"),
        Option("year", "--year", takes="year"),
        Option("resplit", "--resplit", goes_with="resplit_from"),
        Option("resplit_from", "--from", takes="month", goes_with="resplit"),
    ),
    buttons=(
        Button(
            "split",
            group="targets",
            icon="PivotTableInsert",
            keytip="S",
            look_at="TargetPlan",
            sheets=("Targets",),
        ),
        Button(
            "resplit",
            group="targets",
            icon="CalculateNow",
            keytip="A",
            # The fiscal year that today falls in: `domain.outcome.RUNNING_YEAR`.
            options={"year": 0},
            look_at="TargetPlan",
        ),
        Button(
            "publish",
            group="targets",
            icon="FileMarkAsFinal",
            keytip="P",
            options={"publish": True},
            look_at="TargetPlan",
            sheets=("TargetPlan",),
            enabled_by="HasDraft",
            reads=("TargetPlan",),
            writes=("TargetPlan", "PlanChanges", "RunLog"),
        ),
    ),
)
_PROPOSE = Action(
    "propose",
    shown_on="target_board",
    reads=(
        "Targets",
        "Outlook",
        "Reps",
        "Assignments",
        "Orders",
        "Deals",
        "StageHistory",
        "DealHistory",
        "Activities",
        "TierHistory",
        "ForecastHistory",
        "TargetPlan",
        # Which rows somebody marked to be taken.
        "Proposal",
    ),
    writes=("Targets", "Proposal"),
    own_columns_of=("Deals",),
    rests_on=("Holidays", "Stages", "Ramp", "Season"),
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "sales_source",
        "orders_from",
        "few",
        "funnel_rule",
        "prior_deals",
        "season_from",
        "season_years",
    ),
    options=(
        AS_OF,
        _YES,
        Option("take", "--take", takes="text"),
        Option("year", "--year", takes="year", help="propose_year"),
    ),
    buttons=(
        Button(
            "propose",
            group="targets",
            icon="WhatIfAnalysisMenu",
            keytip="O",
            options={"take_marked": True},
            look_at="Proposal",
            sheets=("Proposal",),
            is_small=True,
        ),
    ),
)
_VALIDATE = Action(
    "validate",
    shown_on="Checks",
    reads=(
        *_TARGETS,
        *_TEAM,
        *_HIRING,
        *_CUSTOMERS,
        *_PROCESS,
        "TargetPlan",
        "CallList",
        "ActionLog",
        "Waivers",
        "ImportMaps",
        "Aliases",
    ),
    writes=("Checks", "CheckMarks", "Duplicates"),
    is_strict=True,
    buttons=(
        # Whatever a verb finds leads to Checks already, so this one looks at nothing else.
        Button("validate", group="data", icon="DataValidation", keytip="V", sheets=("Checks",)),
    ),
)
_WAIVE = Action(
    "waive",
    shown_on="Checks",
    # The findings of a kind that Checks has no room for are found once more.
    reads=(*_VALIDATE.reads, "Checks"),
    writes=("Waivers", "Checks", "CheckMarks"),
    must_have=("Waivers", "Checks"),
    keeps_checks=True,
    options=(
        AS_OF,
        Option("rows", "ROW", takes="rows"),
        Option("code", "--code", takes="text"),
        Option("reason", "--reason", takes="text", help="waive_reason"),
    ),
    buttons=(
        Button(
            "waive",
            group="data",
            icon="ReviewNewComment",
            keytip="Y",
            look_at="Checks",
            selects="Checks",
            into="rows",
            asks="reason",
            sheets=("Checks",),
            is_small=True,
        ),
    ),
)
_SCORE = Action(
    "score",
    shown_on="team_board",
    reads=(
        *_TARGETS,
        "Reps",
        "Assignments",
        "Reviews",
        "Goals",
        *_HIRING,
        *_CUSTOMERS,
        "Deals",
        "Orders",
        "Payments",
        "StageHistory",
        "DealHistory",
        "TierHistory",
        "ForecastHistory",
        "TargetPlan",
        "Commission",
        "Statements",
        "Awards",
        # Which rows somebody marked there is his own, and stays.
        "Proposal",
    ),
    own_columns_of=("Deals",),
    writes=(
        "Attainment",
        "Proposal",
        "QuotaCheck",
        "Cushion",
        "Scorecard",
        "ScorecardLines",
        "Commission",
        "Statements",
        "CandidateHistory",
        "PayCurve",
        "PlanCost",
        "Awards",
        "Readiness",
        "HiringFunnel",
        "CandidateScores",
        "InterviewPower",
        "CapacityPlan",
        "TrainingGaps",
        "TrainingProgress",
        "TrainingEffect",
    ),
    needs=("Metrics", "Grades", "Brackets", "Spiffs", "AwardRules"),
    # A spiff's product is known by its name in Products; who is hired or trained is judged after the
    # ramp.
    rests_on=("Holidays", "Products", "Stages", "Ramp", "Levels", "Season"),
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "sales_source",
        "orders_from",
        "commission_period",
        "commission_basis",
        "interval_level",
        "few",
        "rank_chance",
        "funnel_rule",
        "prior_deals",
        "season_from",
        "season_years",
        "split_unit",
    ),
    buttons=(
        Button(
            "score",
            group="team",
            icon="ConditionalFormattingIconSetsGallery",
            keytip="C",
            look_at="Scorecard",
            sheets=("Scorecard",),
        ),
    ),
)
_CLOSE = Action(
    "close",
    shown_on="team_board",
    reads=(
        "Periods",
        "Reps",
        "Assignments",
        "Deals",
        "Orders",
        "Payments",
        "TargetPlan",
        "Commission",
        "Statements",
        "Awards",
    ),
    writes=("Periods", "Commission", "Statements", "Awards"),
    needs=("Brackets", "Spiffs", "AwardRules"),
    rests_on=("Products", "Stages"),
    keys=(
        "currency",
        "fiscal_year_start",
        "sales_source",
        "orders_from",
        "commission_period",
        "commission_basis",
    ),
    options=(
        AS_OF,
        Option("period", "--period", takes="month"),
        Option("reopen", "--reopen", takes="month", goes_with="reason"),
        Option("reason", "--reason", takes="text", goes_with="reopen"),
    ),
    # In Excel a month is closed by a row in Periods and the button Score: a button would have to ask
    # which month, and a slip of the mouse would close it.
)
_TIER = Action(
    "tier",
    shown_on="CallList",
    reads=(
        "Customers",
        "Orders",
        "Deals",
        "Activities",
        "Feedback",
        "Reps",
        "Assignments",
        "TierHistory",
        "CustomerHistory",
        # What people typed on it: calls that are done become activities.
        "CallList",
    ),
    writes=(
        "Activities",
        "CustomerTiers",
        "CustomerPotential",
        "TierMatrix",
        "TierMonths",
        "Segments",
        "RfmGrid",
        "Pareto",
        "BoughtTogether",
        "BuyingTest",
        "CallList",
        "TouchLoad",
        "CustomerCare",
        "PoolPreview",
        "FeedbackStats",
        "FeedbackDue",
        "CustomersAtRisk",
        "TierHistory",
        "Freshness",
        "CustomerHistory",
    ),
    needs=("TierRules",),
    # A product is of a family, and may suit a customer.
    rests_on=("Holidays", "Stages", "Products"),
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "working_hours",
        "sales_source",
        "orders_from",
        "interval_level",
        "few",
        "tier_months",
        "abc_rule",
        "rfm_rule",
        "rfm_recency_cuts",
        "rfm_frequency_cuts",
        "rfm_money_cuts",
        "magnitude_factor",
        "dormant_factor",
        "p_alive_low",
        "fresh_days",
        "touch_minutes",
        "visit_hours_a_week",
        "pool_days",
        "pool_spare_days",
        "pool_cooloff_days",
        "pool_pick_limit",
        "contract_notice_days",
        "answer_limit_hours",
        "resolve_limit_hours",
        "complaint_repeat_days",
        "survey_after_days",
        "survey_after_complaint_days",
        "survey_rest_days",
    ),
    buttons=(
        Button(
            "tier",
            group="customers",
            icon="SortDescendingExcel",
            keytip="T",
            look_at="CallList",
            sheets=("CustomerTiers", "CallList"),
        ),
    ),
)
_MERGE = Action(
    "merge",
    shown_on="Customers",
    reads=(
        "Customers",
        "Deals",
        "Reps",
        "Leads",
        *_TARGETS,
        "Assignments",
        "Reviews",
        "Goals",
        "OneToOnes",
        "Candidates",
        "Training",
        "Activities",
        "Feedback",
        "DealTeam",
        "Orders",
        "Payments",
        "Initiatives",
        # What closed months paid, and which targets are published, stands under the ids of then.
        "TargetPlan",
        "Commission",
        "Statements",
        "Awards",
        "Duplicates",
        "Waivers",
        "CheckMarks",
        "Aliases",
    ),
    writes=(
        "Customers",
        "Deals",
        "Reps",
        "Leads",
        "Targets",
        "TargetMonths",
        "Outlook",
        "Locks",
        "Assignments",
        "Reviews",
        "Goals",
        "OneToOnes",
        "Candidates",
        "Training",
        "Activities",
        "Feedback",
        "DealTeam",
        "Orders",
        "Initiatives",
        "Duplicates",
        "Waivers",
        "CheckMarks",
        "Aliases",
    ),
    must_have=("Aliases",),
    # A row that lies ahead names somebody, too.
    as_they_stand=(
        "Customers",
        "Deals",
        "Reps",
        "Leads",
        *_TARGETS,
        "Assignments",
        "Reviews",
        "Goals",
        "OneToOnes",
        "Candidates",
        "Training",
        "Activities",
        "Feedback",
        "DealTeam",
        "Orders",
        "Payments",
        "Initiatives",
        "TargetPlan",
        "Commission",
        "Statements",
        "Awards",
        "Waivers",
    ),
    # What the merge of two reps does to their pay.
    rests_on=("Stages", "Products", "Brackets", "Spiffs", "AwardRules"),
    keys=(
        "currency",
        "fiscal_year_start",
        "sales_source",
        "orders_from",
        "commission_period",
        "commission_basis",
    ),
    options=(
        AS_OF,
        Option("keep", "--keep", takes="id", help="keep_id"),
        Option("merged", "ID...", takes="rest"),
        Option("merge_table", "--table", takes="table", help="merge_table"),
        Option("yes", "--yes", help="merge_yes"),
    ),
    shows_first=True,
    buttons=(
        Button(
            "merge",
            group="customers",
            icon="MergeCells",
            keytip="M",
            look_at="Aliases",
            selects="Duplicates",
            into="duplicates",
            sheets=("Duplicates",),
        ),
    ),
)
_FUNNEL = Action(
    "funnel",
    shown_on="pipeline_board",
    reads=(
        "Deals",
        "DealTeam",
        "StageHistory",
        "DealHistory",
        "Leads",
        "Activities",
        "Orders",
        "Payments",
        "Customers",
        "Feedback",
        "TierHistory",
        "Reps",
        "Assignments",
        "OneToOnes",
        "Initiatives",
        "TargetPlan",
        "ForecastHistory",
        # What people agreed on, and did, of what was advised.
        "ActionLog",
    ),
    own_columns_of=("Deals",),
    writes=(
        "StageHistory",
        "DealHistory",
        "Funnel",
        "Leaks",
        "LossReasons",
        "StageTimes",
        "DealOrders",
        "DealScores",
        "ModelTests",
        "Forecast",
        "ForecastHistory",
        "ForecastChanges",
        "ForecastAccuracy",
        "ForecastBias",
        "ProcessReview",
        "RepEfficiency",
        "LeadSources",
        "LeadsDue",
        "RepDays",
        "OrderStages",
        "Receivables",
        "PlanResults",
        "Alerts",
        "ActionLog",
    ),
    needs=("Stages",),
    # A deal's customer is in a tier.
    rests_on=("Holidays", "TierRules"),
    keys=(
        "currency",
        "fiscal_year_start",
        "weekend",
        "calendar",
        "working_hours",
        "sales_source",
        "orders_from",
        "interval_level",
        "few",
        "funnel_rule",
        "stuck_quantile",
        "stuck_deals",
        "leak_deals",
        "prior_deals",
        "forecast_months",
        "quiet_days",
        "visit_workdays",
        "answer_limit_hours",
        "resolve_limit_hours",
        "pool_days",
        "pool_spare_days",
        "tier_months",
        "abc_rule",
    ),
    buttons=(
        Button(
            "funnel",
            group="pipeline",
            icon="Filter",
            keytip="F",
            look_at="Alerts",
            sheets=("Funnel", "Forecast"),
        ),
    ),
)

_CONVERT = Action(
    "convert",
    shown_on="Deals",
    reads=("Leads", "Customers", "Deals", "Reps", "Assignments"),
    writes=("Leads", "Customers", "Deals"),
    must_have=("Leads", "Customers", "Deals"),
    needs=("Stages",),
    options=(AS_OF, _YES, Option("leads", "--lead", takes="ids")),
    buttons=(
        Button(
            "convert",
            group="pipeline",
            icon="NameCreateFromSelection",
            keytip="L",
            look_at="Deals",
            selects="Leads",
            into="leads",
            sheets=("Leads",),
        ),
    ),
)


_REASSIGN = Action(
    "reassign",
    shown_on="Customers",
    reads=(
        "Customers",
        "Deals",
        "DealTeam",
        "Leads",
        "Feedback",
        "Initiatives",
        "Activities",
        "Orders",
        "Reps",
        "Assignments",
        "TargetPlan",
    ),
    # The last three only where the plan goes along.
    writes=(
        "Customers",
        "Deals",
        "DealTeam",
        "Leads",
        "Feedback",
        "Initiatives",
        "Assignments",
        "TargetPlan",
        "PlanChanges",
    ),
    must_have=("Customers", "Deals"),
    needs=("Stages",),
    # Who knows what a customer takes of a week goes by its tier.
    rests_on=("TierRules",),
    keys=(
        "currency",
        "fiscal_year_start",
        "sales_source",
        "orders_from",
        "tier_months",
        "abc_rule",
        "touch_minutes",
        "visit_hours_a_week",
    ),
    # Whatever stands in the book has to go to somebody, also what begins or ends only later.
    as_they_stand=("Customers", "Deals", "DealTeam", "Leads", "Feedback", "Initiatives"),
    shows_first=True,
    options=(
        AS_OF,
        Option("yes", "--yes", help="reassign_yes"),
        Option("leaver", "--from", takes="text", help="reassign_from"),
        Option("successors", "--to", takes="ids", help="reassign_to"),
        Option("with_plan", "--with-plan"),
    ),
    buttons=(
        Button(
            "reassign",
            group="team",
            icon="ReviewShareWorkbook",
            keytip="N",
            look_at="Customers",
            selects="Reps",
            into="leaver",
            sheets=("Reps",),
        ),
    ),
)


def _all_of(actions: tuple[Action, ...], *, of: str) -> tuple[str, ...]:
    """What one field of several verbs names, each once, in the order of the verbs."""
    return tuple(dict.fromkeys(name for action in actions for name in getattr(action, of)))


_STEPS = (_VALIDATE, _SCORE, _TIER, _FUNNEL)
_REFRESH = Action(
    "refresh",
    shown_on="dashboard",
    reads=_all_of(_STEPS, of="reads"),
    own_columns_of=_all_of(_STEPS, of="own_columns_of"),
    writes=_all_of(_STEPS, of="writes"),
    needs=_all_of(_STEPS, of="needs"),
    rests_on=_all_of(_STEPS, of="rests_on"),
    keys=_all_of(_STEPS, of="keys"),
    steps=tuple(action.name for action in _STEPS),
    buttons=(
        Button(
            "refresh",
            group="report",
            icon="RefreshAll",
            keytip="R",
            look_at="Alerts",
            sheets=("start", "Alerts"),
        ),
    ),
)

ACTIONS: Final[Mapping[str, Action]] = {
    action.name: action
    for action in (
        _VALIDATE,
        _WAIVE,
        _PROPOSE,
        _SPLIT,
        _SCORE,
        _CLOSE,
        _TIER,
        _MERGE,
        _CONVERT,
        _REASSIGN,
        _FUNNEL,
        _REFRESH,
    )
}
"""Every verb by name. `waive`, `propose`, `split`, `close`, `merge`, `convert` and `reassign` are no part of
`refresh`: what is accepted, targets, quotas, what is paid for good and what people typed change only on
purpose."""

_IMPORT = Button(
    "import",
    group="data",
    icon="GetExternalDataFromText",
    keytip="I",
    sheets=("Reps", "Customers", "Deals", "Orders", "Activities"),
    reads=("chosen_file",),
    writes=("shown_sheet",),
    macro_name="import_file",
)
_REPORT = Button(
    # Groups and buttons have their ids together, and there is a group called report.
    "make_report",
    group="report",
    icon="FilePrintPreview",
    keytip="E",
    sheets=("start",),
    reads=("pages",),
    writes=("report_file",),
)
_WHAT_IF = Button(
    "what_if",
    group="pipeline",
    icon="GoalSeek",
    keytip="W",
    reads=("Deals", "StageHistory", "Orders", "TargetPlan"),
    writes=("nothing",),
)
_UNDO = Button(
    "undo",
    group="report",
    icon="Undo",
    keytip="U",
    is_small=True,
    reads=("kept",),
    writes=("written_last",),
)
_CHECK_SETUP = Button(
    "check_setup",
    group="report",
    icon="ErrorChecking",
    keytip="K",
    sheets=("start",),
    is_small=True,
    reads=("computer",),
    writes=("nothing",),
)


def _buttons() -> Iterator[Button]:
    """Every button in the order of the work; what a button that is no verb does say the macros."""
    yield _IMPORT
    for action in ACTIONS.values():
        for button in action.buttons:
            yield replace(button, action=action.name)
        if action.name == "funnel":
            yield _WHAT_IF
    yield _REPORT
    yield _UNDO
    yield _CHECK_SETUP


BUTTONS: Final[Mapping[str, Button]] = {button.name: button for button in _buttons()}
"""Every button by name, in the order of the ribbon."""


def _outcome_of(outcomes: list[Outcome]) -> Outcome:
    """What the steps of a verb found together, on the same inputs.

    What one writes the next does not see, so their order is free.
    """
    from salesbook.domain.outcome import Outcome

    tables: dict[str, pd.DataFrame] = {}
    patches: dict[str, Patch] = {}
    findings: dict[Finding, None] = {}
    answer: list[Message] = []
    for outcome in outcomes:
        tables.update(outcome.tables)
        patches.update(outcome.patches)
        answer.extend(outcome.answer)
        # Several verbs may find the same; a dict keeps each once, where it was found first.
        findings.update(dict.fromkeys(outcome.findings))
    return Outcome(tables=tables, findings=tuple(findings), patches=patches, answer=tuple(answer))
