"""The verb `score`: how are targets, people, pay, hiring and training going?"""

from __future__ import annotations

from salesbook.domain.outcome import Outcome, Task
from salesbook.domain.pay.closing import closing_of
from salesbook.domain.pay.curve import pay_curves
from salesbook.domain.pay.month_errors import without_errors
from salesbook.domain.pay.plan_cost import plan_costs
from salesbook.domain.pay.settling import pay_to_date
from salesbook.domain.people.hiring import hiring_of
from salesbook.domain.people.training import training_of
from salesbook.domain.proposals.tables import proposals_of
from salesbook.domain.sales.credit import credits_of_run
from salesbook.domain.targets.attainment import attain, monthly
from salesbook.domain.targets.in_force import no_published_plan, plan_in_force
from salesbook.domain.team.readiness import readiness
from salesbook.domain.team.scorecard import appraise
from salesbook.domain.team.sources import Sources
from salesbook.domain.team.staff import staff_of_run


def run(task: Task) -> Outcome:
    """Write how everybody stands against target, what people are paid, and what may be asked next.

    In CandidateHistory it notes which stage applicants have reached.

    Only the published plan counts. Without one there are still actuals, appraisals of what needs no
    target, hiring and training; targets are 0, no commission is due, and a finding says so.

    Raises: SettingsError where Metrics, Grades or a setting that is needed make no sense, or the
        brackets of a plan that some rep has.
    """
    tables, policy, as_of = task.tables, task.policy, task.as_of
    start_month = policy.rules.fiscal_year_start
    staff = staff_of_run(task)

    # What was sold and planned is found once; everything below goes by it.
    credits = credits_of_run(task)
    target_plan = plan_in_force(tables["TargetPlan"])
    plans_pieces = bool((target_plan["metric"] == "quantity").any())
    facts = monthly(credits.lines, target_plan, staff, with_pieces=plans_pieces)

    attainment = attain(
        facts, tables["Targets"], as_of=as_of, start_month=start_month, calendar=task.calendar
    )
    sources = Sources(task, facts, staff, credits.lines)
    scorecard, scorecard_lines, about_metrics = appraise(sources, as_of=as_of)
    typed = closing_of(task.records, start_month=start_month, as_of=as_of)
    closing = without_errors(task, typed)
    pay = pay_to_date(task, closing, credits, target_plan, staff)
    curves = pay_curves(task, target_plan, staff, pay.due.sales)
    costs = plan_costs(task, target_plan, staff, pay)
    hiring = hiring_of(task, facts, target_plan)
    training = training_of(sources, as_of=as_of)
    ahead = proposals_of(task, facts, credits.lines, target_plan)
    return Outcome(
        {
            "Attainment": attainment,
            "Scorecard": scorecard,
            "ScorecardLines": scorecard_lines,
            "Commission": pay.lines,
            "Statements": pay.statements,
            "Awards": pay.awards,
            "Readiness": readiness(sources, as_of=as_of),
            "PayCurve": curves,
            "PlanCost": costs,
            **hiring.tables,
            **training,
            **ahead.tables,
        },
        (
            *no_published_plan(task),
            *closing.findings,
            *credits.findings,
            *about_metrics,
            *pay.findings,
            *ahead.findings,
        ),
        patches=hiring.patches,
    )
