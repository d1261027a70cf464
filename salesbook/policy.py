"""How this company sells: the Settings tables as one typed value."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from salesbook import labels
from salesbook.errors import SettingsError
from salesbook.messages import Fact, Finding
from salesbook.money import currency_decimals
from salesbook.names.folding import fold_name
from salesbook.tables import TABLES, Role
from salesbook.tables.settings import (
    AwardRule,
    Bracket,
    Grade,
    Holiday,
    Level,
    Metric,
    Product,
    RampStep,
    Rate,
    Rules,
    SeasonWeight,
    Spiff,
    Stage,
    TierRule,
)
from salesbook.tables.values import VALUE_FAULTS, weekend_code

MAIN_PIPELINE: Final = "main"
"""The pipeline that a blank means."""

SettingRows = Mapping[str, Sequence[tuple[int, Mapping[str, Any]]]]
"""Per settings table: position in the table and the typed fields of each usable row; None is
missing.
"""


@dataclass(frozen=True)
class Policy:
    """Every setting that a verb may need.

    Money is in minor units of `rules.currency`. Tables keep the sheet's rows in order of their keys
    or ranks, so that a sorted sheet changes nothing.
    """

    rules: Rules = field(default_factory=Rules)
    stages: tuple[Stage, ...] = ()
    products: tuple[Product, ...] = ()
    metrics: tuple[Metric, ...] = ()
    grades: tuple[Grade, ...] = ()
    levels: tuple[Level, ...] = ()
    tier_rules: tuple[TierRule, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    spiffs: tuple[Spiff, ...] = ()
    award_rules: tuple[AwardRule, ...] = ()
    rates: tuple[Rate, ...] = ()
    ramp: tuple[RampStep, ...] = ()
    season: tuple[SeasonWeight, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    faults: tuple[Finding, ...] = ()
    """What could not be used: unreadable cells and rows of all settings tables, and Policy values
    that the setting does not take; those name their key in `row_key`."""

    def refuse_faults(self, faults: Sequence[Finding]) -> None:
        """Stop a verb that needs settings which make no sense.

        Raises: SettingsError about the first fault, with the number of all.
        """
        errors = [fault for fault in faults if fault.severity == "error"]
        if errors:
            first = errors[0]
            raise SettingsError(
                first.code,
                where=f"{first.table} {first.row_key}".strip(),
                about=first,
                count=len(errors),
            )

    @property
    def decimals(self) -> int:
        """Decimals of the currency: what money in minor units is divided by, as a power of ten."""
        return currency_decimals(self.rules.currency)

    def pipelines(self) -> tuple[str, ...]:
        """Names of the pipelines, `main` first."""
        names = sorted(
            {stage.pipeline for stage in self.stages},
            key=lambda name: (name != MAIN_PIPELINE, name),
        )
        return tuple(names)

    def stages_of(self, pipeline: str) -> tuple[Stage, ...]:
        """One pipeline's stages by rank: open ones, then won, then lost."""
        return tuple(stage for stage in self.stages if stage.pipeline == pipeline)

    def open_stages(self, pipeline: str) -> tuple[Stage, ...]:
        """One pipeline's open stages by rank."""
        return tuple(stage for stage in self.stages_of(pipeline) if stage.kind == "open")

    def stage_names(self, pipeline: str) -> dict[str, str]:
        """Current names of a pipeline's stages by folded name, earlier names included.

        A current name goes before another stage's earlier one.
        """
        stages = self.stages_of(pipeline)
        names = {fold_name(stage.stage): stage.stage for stage in reversed(stages)}
        for stage in stages:
            for earlier_name in stage.was:
                names.setdefault(fold_name(earlier_name), stage.stage)
        names.pop("", None)
        return names


_KIND_ORDER: Final = {"open": 0, "won": 1, "lost": 2}
_NO_RANK: Final = 10**6
"""A stage without a rank comes after those that have one."""


def read_policy(rows: SettingRows) -> Policy:
    """Make the policy of a workbook's settings tables; a table that is absent or empty stays empty.

    A Policy value that cannot be read leaves its default in force and becomes a fault.
    """
    rules, faults = _read_rules(rows.get("Policy", ()))
    models: dict[str, list[Any]] = {}
    for name, spec in TABLES.items():
        if spec.role is Role.SETTING and name != "Policy":
            models[name] = [spec.row(**_typed(fields)) for _, fields in rows.get(name, ())]
    return Policy(
        rules=rules,
        stages=tuple(sorted(models["Stages"], key=_stage_order)),
        products=_sorted(models["Products"], "product"),
        metrics=_sorted(models["Metrics"], "metric"),
        grades=tuple(sorted(models["Grades"], key=lambda row: (-row.from_score, row.grade))),
        levels=_sorted(models["Levels"], "rank", "level"),
        tier_rules=_sorted(models["TierRules"], "up_to_share", "tier"),
        brackets=_sorted(models["Brackets"], "plan", "valid_from", "family", "from_rate"),
        spiffs=_sorted(models["Spiffs"], "spiff"),
        award_rules=_sorted(models["AwardRules"], "award", "period_kind", "valid_from"),
        rates=_sorted(models["Rates"], "currency", "valid_from"),
        ramp=_sorted(models["Ramp"], "month"),
        season=_sorted(models["Season"], "month"),
        holidays=_sorted(models["Holidays"], "day"),
        faults=tuple(faults),
    )


def _stage_order(stage: Stage) -> tuple[bool, str, int, int, str]:
    """Main pipeline first; in each the open stages by rank, then won, then lost."""
    is_other_pipeline = stage.pipeline != MAIN_PIPELINE
    kind = _KIND_ORDER[stage.kind]
    return (is_other_pipeline, stage.pipeline, kind, stage.rank or _NO_RANK, stage.stage)


def _sorted(models: list[Any], *names: str) -> tuple[Any, ...]:
    return tuple(sorted(models, key=lambda row: tuple(getattr(row, name) for name in names)))


def _typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Only what somebody typed: a missing field takes the model's default."""
    return {name: value for name, value in fields.items() if value is not None}


def _read_rules(rows: Sequence[tuple[int, Mapping[str, Any]]]) -> tuple[Rules, list[Finding]]:
    """The values of Policy, each tried by itself, so that one that fails spoils no other."""
    values: dict[str, Any] = {}
    faults: list[Finding] = []
    for position, fields in rows:
        key, text = fields["key"], fields.get("value")
        if text is None:
            continue
        value = setting_code(key, str(text).strip())
        try:
            Rules.model_validate({key: value})
        except ValidationError as refused:
            faults.append(_value_fault(position, key, str(text), refused))
        else:
            values[key] = value
    return Rules.model_validate(values), faults


def _value_fault(position: int, key: str, text: str, refused: ValidationError) -> Finding:
    """Why a setting's value cannot be read; the default stays in force."""
    reason = refused.errors()[0]["type"]
    default = default_setting(key)
    params: dict[str, Fact]
    if reason in VALUE_FAULTS:
        params = {"default": str(default)}
    else:
        reason = "bad-setting"
        params = {
            "expected": f"Policy.{key}={expected_setting(key)}",
            "default": f"Policy.{key}={default}",
        }
    return Finding(
        reason, "error", "Policy", position, "value", row_key=key, found=text, params=params
    )


def setting_code(key: str, text: str) -> str:
    """A choice's code for its label in either language; other values as typed, `5%` as 0.05."""
    annotation = Rules.model_fields[key].annotation
    if get_origin(annotation) is Literal:
        return labels.code_of_choice(f"Policy.{key}", text, get_args(annotation)) or text
    if key == "weekend":
        with contextlib.suppress(PydanticCustomError):
            return weekend_code(text)
    if text.endswith("%") and annotation is float:
        try:
            return str(float(text[:-1]) / 100)
        except ValueError:
            return text
    if annotation is int and text.endswith(".0"):
        return text[:-2]
    return text


def default_setting(key: str) -> object:
    """The value a setting has when its row is blank or absent."""
    return Rules.model_fields[key].default


def expected_setting(key: str) -> str:
    """What a setting takes, for a finding: its choices `a|b`, or type and bounds `int:1:12`."""
    info = Rules.model_fields[key]
    if get_origin(info.annotation) is Literal:
        return "|".join(get_args(info.annotation))
    low = next((f"{mark.ge:g}" for mark in info.metadata if isinstance(mark, Ge)), "")
    high = next((f"{mark.le:g}" for mark in info.metadata if isinstance(mark, Le)), "")
    kind = info.annotation.__name__ if info.annotation in (int, float) else "str"
    return ":".join([kind, low, high])
