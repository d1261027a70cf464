"""The verb `score`: how are targets, people, pay, hiring and training going?"""

from __future__ import annotations

from salesbook.domain.arithmetic.calendar import WorkCalendar, fiscal_year_of, months_of_year
from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.pay.commission import commission
from salesbook.domain.people.hiring_funnel import hiring_funnel
from salesbook.domain.people.training_gaps import training_gaps
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.targets.attainment import attain, monthly
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.team.scorecard import appraise
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.staff import Staff
from salesbook.messages import Finding


def run(task: Task) -> Outcome:
    """Write Attainment, Scorecard, ScorecardLines, Commission, HiringFunnel and TrainingGaps.

    Only the published plan counts. Without one there are still actuals, appraisals of what needs no
    target, hiring and training; targets are 0, no commission is due, and a finding says so.

    Raises: SettingsError where Metrics, Grades or a setting that is needed make no sense, or the
        brackets of a plan that some rep has.
    """
    tables, policy, as_of = task.tables, task.policy, task.as_of
    staff = Staff(tables["Reps"], tables["Assignments"])
    credits = credits_of(tables, policy, as_of=as_of)
    plan = plan_in_force(tables["TargetPlan"])
    facts = monthly(credits.lines, plan, staff)
    start = policy.rules.fiscal_year_start
    calendar = WorkCalendar.of_policy(policy, {as_of.year - 1, as_of.year, as_of.year + 1})
    attainment = attain(facts, tables["Targets"], as_of=as_of, start_month=start, calendar=calendar)
    sources = Sources(tables, policy, facts, staff, calendar)
    scorecard, lines, about_metrics = appraise(sources, as_of=as_of)
    paid, about_pay = commission(task, credits, plan, staff)
    hired = hiring_funnel(
        tables["Openings"], tables["Candidates"], tables["CandidateHistory"], as_of=as_of
    )
    gaps = training_gaps(tables["Courses"], tables["Training"], tables["Reps"], staff, as_of=as_of)
    return Outcome(
        {
            "Attainment": attainment,
            "Scorecard": scorecard,
            "ScorecardLines": lines,
            "Commission": paid,
            "HiringFunnel": hired,
            "TrainingGaps": gaps,
        },
        (*_unplanned(task), *credits.findings, *about_metrics, *about_pay),
    )


def _unplanned(task: Task) -> list[Finding]:
    """Say that the fiscal year has no published plan."""
    start = task.policy.rules.fiscal_year_start
    year = fiscal_year_of(task.as_of, start)
    months = months_of_year(year, start)
    if plan_in_force(task.tables["TargetPlan"])["period"].isin(months).any():
        return []
    facts = {"year": str(year)}
    return [Finding("plan-not-published", "warning", "TargetPlan", field="status", params=facts)]
