"""A verb is refused for a setting that it goes by, and for no other."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest

from salesbook.actions import ACTIONS
from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.domain.gate import refusing_faults
from salesbook.domain.outcome import Task
from salesbook.errors import SettingsError
from salesbook.hosts.package import open_package
from salesbook.messages import Finding
from salesbook.policy import Policy, read_policy
from salesbook.tables import TABLES, Role
from salesbook.tables.settings import Bracket, Rules, Stage
from tests.drawn_tables import frames_of

AS_OF = dt.date(2026, 6, 30)
STAGES = (
    Stage(stage="New", rank=1),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)
SINGLE_VERBS = [name for name, action in ACTIONS.items() if not action.steps]
FIELDS = {
    "stages": "Stages",
    "products": "Products",
    "metrics": "Metrics",
    "grades": "Grades",
    "levels": "Levels",
    "tier_rules": "TierRules",
    "brackets": "Brackets",
    "spiffs": "Spiffs",
    "award_rules": "AwardRules",
    "rates": "Rates",
    "ramp": "Ramp",
    "season": "Season",
    "holidays": "Holidays",
}
"""Settings table by field of the policy."""


class WatchedRules:
    """Rules that note which of them is asked for."""

    def __init__(self, rules: Rules, asked: set[str]) -> None:
        self._rules, self._asked = rules, asked

    def __getattr__(self, name: str):
        if name in Rules.model_fields:
            self._asked.add(name)
        return getattr(self._rules, name)


class WatchedPolicy(Policy):
    """A policy that notes which of its tables is asked for."""

    def __getattribute__(self, name: str):
        if name in FIELDS:
            object.__getattribute__(self, "tables_asked").add(FIELDS[name])
        return object.__getattribute__(self, name)


def watched(policy: Policy) -> tuple[Policy, set[str], set[str]]:
    """The policy, and two sets that fill while it is used: keys of Policy, and tables."""
    keys: set[str] = set()
    tables: set[str] = set()
    spy = WatchedPolicy.__new__(WatchedPolicy)
    object.__setattr__(spy, "tables_asked", tables)
    for field in fields(Policy):
        object.__setattr__(spy, field.name, getattr(policy, field.name))
    object.__setattr__(spy, "rules", WatchedRules(policy.rules, keys))
    return spy, keys, tables


@pytest.fixture(scope="module")
def sample_tasks(tmp_path_factory) -> dict[str, Task]:
    """The task of each verb on the sample workbook, its targets split and published."""
    book = tmp_path_factory.mktemp("gate") / "Sample.xlsm"
    new_file(book, "en", sample_as_of=AS_OF)
    run_on_file(book, "split", Options(AS_OF, publish=True), wait=1)
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        asked = {
            "close": Options(AS_OF, period="2026-05"),
            "convert": Options(AS_OF, leads=("L001",)),
            "reassign": Options(AS_OF, leaver="R05"),
            # Only of reps the merge says what it does to pay.
            "merge": Options(AS_OF, keep="R04", merged=("R02",)),
        }
        return {
            name: session.task(ACTIONS[name].reads, asked.get(name, Options(AS_OF)))[0]
            for name in SINGLE_VERBS
        }


THROUGH_REFERENCES = {"score": {"Products"}, "close": {"Products"}, "merge": {"Products"}}
"""Settings that a verb goes by in that names typed elsewhere were made keys with them."""
VARIANTS = [
    {},
    {"rfm_rule": "fixed", "split_by": "potential", "split_blend_rate": 0.5},
    {"split_by": "history", "season_from": "history", "calendar": "CN"},
    {"split_by": "capacity", "season_from": "workdays", "commission_period": "quarter"},
]
"""Settings that lead a verb down other ways."""


@pytest.mark.parametrize(
    "verb", [name for name in SINGLE_VERBS if name not in ("validate", "waive")]
)
def test_an_action_states_every_setting_that_its_verb_reads_and_no_other(verb, sample_tasks):
    """`validate` looks at all settings and is refused for none; `waive` looks as it does."""
    action, task = ACTIONS[verb], sample_tasks[verb]
    keys_read: set[str] = set()
    tables_read: set[str] = set()
    for variant in VARIANTS:
        rules = Rules.model_validate({**task.policy.rules.model_dump(), **variant})
        policy, keys, tables = watched(replace(task.policy, rules=rules))
        module = __import__(f"salesbook.domain.{verb}", fromlist=["run"])
        module.run(replace(task, policy=policy))
        keys_read |= keys
        tables_read |= tables
    assert keys_read == set(action.keys)
    assert tables_read | THROUGH_REFERENCES.get(verb, set()) == {*action.needs, *action.rests_on}


def task_of(verb: str, policy: Policy, **rows) -> Task:
    return Task(frames_of(rows, ACTIONS[verb].reads), policy, AS_OF)


def refusing(verb: str, policy: Policy, **rows) -> list[str]:
    action = ACTIONS[verb]
    faults = refusing_faults(
        task_of(verb, policy, **rows),
        needs=action.needs,
        rests_on=action.rests_on,
        keys=action.keys,
    )
    return [fault.code for fault in faults if fault.severity == "error"]


@pytest.mark.parametrize("verb", SINGLE_VERBS)
@pytest.mark.parametrize("key", sorted(Rules.model_fields))
def test_a_bad_value_refuses_the_verbs_that_go_by_it_alone(verb, key):
    """`split` does not go by `answer_limit_hours`, and is not refused for it."""
    fault = Finding("bad-setting", "error", "Policy", 0, "value", row_key=key, found="?")
    rules = Rules(rfm_rule="fixed")
    good = read_policy({"TierRules": [(0, {"tier": "A", "up_to_share": 1.0, "touch_days": 9})]})
    before = refusing(verb, replace(good, rules=rules))
    after = refusing(verb, replace(good, rules=rules, faults=(fault,)))
    assert (after != before) is (key in ACTIONS[verb].keys)


@pytest.mark.parametrize("verb", SINGLE_VERBS)
def test_a_key_that_cannot_be_read_may_be_any(verb):
    fault = Finding("choice-unknown", "error", "Policy", 0, "key", row_key="", found="curency")
    # A verb that goes by no key is not refused for one that cannot be read.
    goes_by_keys = bool(ACTIONS[verb].keys) and verb != "validate"
    assert ("choice-unknown" in refusing(verb, Policy(faults=(fault,)))) is goes_by_keys


def test_cuts_refuse_only_where_they_part_scores():
    """Quintiles need no cuts."""
    fault = Finding("cuts-fall", "error", "Policy", 0, "value", row_key="rfm_money_cuts")
    assert "cuts-fall" not in refusing("tier", Policy(faults=(fault,)))
    fixed = Policy(rules=Rules(rfm_rule="fixed"), faults=(fault,))
    assert "cuts-fall" in refusing("tier", fixed)


def test_brackets_refuse_only_where_somebody_is_paid_by_them():
    """A plan that nobody has may be unfinished."""
    late = Bracket(plan="P", valid_from=dt.date(2026, 1, 1), from_rate=0.5, pay_rate=0.1)
    policy = Policy(brackets=(late,))
    assert "brackets-start" not in refusing("score", policy, Reps=[{"rep_id": "R", "plan": "Q"}])
    assert "brackets-start" in refusing("score", policy, Reps=[{"rep_id": "R", "plan": "P"}])
    moved = [{"rep_id": "R", "valid_from": AS_OF, "plan": "P"}]
    assert "brackets-start" in refusing("score", policy, Reps=[{"rep_id": "R"}], Assignments=moved)


def test_every_settings_table_is_known_to_this_test():
    settings = {name for name, spec in TABLES.items() if spec.role is Role.SETTING}
    assert settings == {*FIELDS.values(), "Policy"}


def test_a_verb_of_steps_counts_all_that_its_steps_refuse():
    """One refusal says how many settings are to be mended, not those of its first step."""
    refresh = ACTIONS["refresh"]
    faults = tuple(
        Finding("bad-setting", "error", "Policy", row, "value", row_key=key, found="?")
        for row, key in enumerate(["tier_months", "rank_chance", "pool_days"])
    )
    tiers = [(0, {"tier": "A", "up_to_share": 1.0, "touch_days": 9})]
    policy = replace(read_policy({"TierRules": tiers}), stages=STAGES, faults=faults)
    with pytest.raises(SettingsError) as refused:
        refresh.run(Task(frames_of({}, refresh.reads), policy, AS_OF))
    assert refused.value.params["count"] == 3
