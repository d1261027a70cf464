"""Do the stages of every pipeline lead from a first open stage to won or lost?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from salesbook.messages import Fact, Finding, Severity
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables import TABLES
from salesbook.tables.lists import list_text
from salesbook.tables.settings import Stage

_KINDS: Final = ("open", "won", "lost")


def stage_faults(policy: Policy) -> Iterator[Finding]:
    """Say what keeps a pipeline from being read as a sequence of stages, pipeline by pipeline."""
    if not policy.stages:
        yield Finding("stages-missing", "error", "Stages")
    for pipeline in policy.pipelines():
        stages = policy.stages_of(pipeline)
        yield from _kind_faults(pipeline, stages)
        yield from _rank_faults(policy.open_stages(pipeline))
        yield from _guessed_order(pipeline, stages)
        yield from _name_faults(stages)
        yield from _need_faults(stages)


def needed_fields(stage: Stage) -> list[str]:
    """The fields of Deals that a stage needs; a name that means none is the settings' own fault."""
    return [name for name in stage.needs if name in TABLES["Deals"].field_names]


def standards(policy: Policy) -> dict[tuple[str, str], list[str]]:
    """The fields of Deals that a deal must have filled, by pipeline and stage.

    A deal that is further on has passed the stages before: what an open stage needs, the later open
    ones need, too. A closed stage needs what it names itself, for a lost deal may have been lost
    before anybody knew the rest.
    """
    fields: dict[tuple[str, str], list[str]] = {}
    for pipeline in policy.pipelines():
        so_far: dict[str, None] = {}
        for stage in policy.open_stages(pipeline):
            so_far |= dict.fromkeys(needed_fields(stage))
            fields[pipeline, stage.stage] = list(so_far)
        for stage in policy.stages_of(pipeline):
            fields.setdefault((pipeline, stage.stage), needed_fields(stage))
    return fields


def _kind_faults(pipeline: str, stages: Sequence[Stage]) -> Iterator[Finding]:
    """A pipeline has open stages, one that means won and one that means lost."""
    for kind in _KINDS:
        of_kind = [stage for stage in stages if stage.kind == kind]
        if not of_kind:
            # No row lacks anything; the pipeline's first one stands for all of them.
            yield Finding(
                "stage-kind-missing",
                "error",
                "Stages",
                field="kind",
                row_key=f"{pipeline}|{stages[0].stage}",
                params={"pipeline": pipeline, "kind": f"Stages.kind={kind}"},
            )

    for kind in ("won", "lost"):
        of_kind = [stage for stage in stages if stage.kind == kind]
        for stage in of_kind[1:]:
            yield _finding("stage-kind-twice", "warning", stage, "kind", kind=f"Stages.kind={kind}")


def _rank_faults(stages: Sequence[Stage]) -> Iterator[Finding]:
    """Several open stages need ranks, each its own; they are the order of the funnel."""
    if len(stages) < 2:
        return
    stages_by_rank = defaultdict(list)
    for stage in stages:
        stages_by_rank[stage.rank].append(stage)

    for stage in stages:
        if stage.rank is None:
            yield _finding("stage-rank-missing", "error", stage, "rank")
            continue
        same_rank = stages_by_rank[stage.rank]
        others = [other.stage for other in same_rank if other is not stage]
        if others:
            yield _finding("stage-rank-twice", "error", stage, "rank", other=tuple(others))


def _guessed_order(pipeline: str, stages: Sequence[Stage]) -> Iterator[Finding]:
    """An order that an import guessed is to be confirmed: once for a pipeline, at its first such stage."""
    guessed = [stage for stage in stages if stage.guessed_from is not None]
    if not guessed:
        return
    first = guessed[0]
    yield Finding(
        "stage-order-guessed",
        "warning",
        "Stages",
        field="guessed_from",
        row_key=f"{pipeline}|{first.stage}",
        found=_shown(first.guessed_from),
        params={
            "pipeline": pipeline,
            "order": " > ".join(stage.stage for stage in stages),
            "column": "Stages.guessed_from",
        },
    )


def _name_faults(stages: Sequence[Stage]) -> Iterator[Finding]:
    """A name, present or earlier, leads to one stage."""
    stage_of_name: dict[str, str] = {}
    for stage in stages:
        other = stage_of_name.setdefault(fold_name(stage.stage), stage.stage)
        if other != stage.stage:
            yield _finding("stage-name-twice", "error", stage, "stage", other=other)

    # Earlier names come after all present ones, which go before them.
    for stage in stages:
        for earlier_name in map(fold_name, stage.was):
            other = stage_of_name.setdefault(earlier_name, stage.stage)
            if other != stage.stage:
                yield _finding(
                    "stage-was-twice", "warning", stage, "was", name=earlier_name, other=other
                )


def _need_faults(stages: Sequence[Stage]) -> Iterator[Finding]:
    for stage in stages:
        unknown = [name for name in stage.needs if name not in TABLES["Deals"].field_names]
        if unknown:
            yield _finding(
                "stage-needs-unknown", "warning", stage, "needs", name=list_text(unknown)
            )


def _finding(code: str, severity: Severity, stage: Stage, field: str, **params: Fact) -> Finding:
    return Finding(
        code,
        severity,
        "Stages",
        field=field,
        row_key=f"{stage.pipeline}|{stage.stage}",
        found=_shown(getattr(stage, field)),
        params={"pipeline": stage.pipeline, **params},
    )


def _shown(value: Any) -> str:
    """A setting as it is typed."""
    if value is None:
        return ""
    return list_text(value) if isinstance(value, tuple) else str(value)
