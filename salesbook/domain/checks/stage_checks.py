"""Do the stages of every pipeline lead from a first open stage to won or lost?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from salesbook.messages import Finding, Severity
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables import TABLES
from salesbook.tables.lists import list_text
from salesbook.tables.settings import Stage


def stage_faults(policy: Policy) -> Iterator[Finding]:
    """Say what keeps a pipeline from being read as a sequence of stages, pipeline by pipeline."""
    if not policy.stages:
        yield Finding("stages-missing", "error", "Stages")
    for pipeline in policy.pipelines():
        stages = policy.stages_of(pipeline)
        yield from _kind_faults(pipeline, stages)
        yield from _rank_faults(policy.open_stages(pipeline))
        yield from _name_faults(stages)
        yield from _need_faults(stages)


def needed_fields(stage: Stage) -> list[str]:
    """The fields of Deals that a stage needs; a name that means none is the settings' own fault."""
    return [name for name in stage.needs if name in TABLES["Deals"].field_names]


def _kind_faults(pipeline: str, stages: Sequence[Stage]) -> Iterator[Finding]:
    counts = Counter(stage.kind for stage in stages)
    for kind in ("open", "won", "lost"):
        if not counts[kind]:
            yield Finding(
                "stage-kind-missing",
                "error",
                "Stages",
                field="kind",
                row_key=f"{pipeline}|{stages[0].stage}",
                params={"pipeline": pipeline, "kind": f"Stages.kind={kind}"},
            )
    for kind in ("won", "lost"):
        for stage in [stage for stage in stages if stage.kind == kind][1:]:
            yield _finding("stage-kind-twice", "warning", stage, "kind", kind=f"Stages.kind={kind}")


def _rank_faults(stages: Sequence[Stage]) -> Iterator[Finding]:
    """Several open stages need ranks, each its own; they are the order of the funnel."""
    if len(stages) < 2:
        return
    counts = Counter(stage.rank for stage in stages)
    for stage in stages:
        if stage.rank is None:
            yield _finding("stage-rank-missing", "error", stage, "rank")
        elif counts[stage.rank] > 1:
            others = [
                other.stage for other in stages if other.rank == stage.rank and other is not stage
            ]
            yield _finding("stage-rank-twice", "error", stage, "rank", other=", ".join(others))


def _name_faults(stages: Sequence[Stage]) -> Iterator[Finding]:
    """A name, present or earlier, leads to one stage."""
    owners: dict[str, str] = {}
    for stage in stages:
        other = owners.setdefault(fold_name(stage.stage), stage.stage)
        if other != stage.stage:
            yield _finding("stage-name-twice", "error", stage, "stage", other=other)
    for stage in stages:
        for earlier_name in map(fold_name, stage.was):
            other = owners.setdefault(earlier_name, stage.stage)
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


def _finding(code: str, severity: Severity, stage: Stage, field: str, **params: str) -> Finding:
    value = getattr(stage, field)
    return Finding(
        code,
        severity,
        "Stages",
        field=field,
        row_key=f"{stage.pipeline}|{stage.stage}",
        found=list_text(value) if isinstance(value, tuple) else str("" if value is None else value),
        params={"pipeline": stage.pipeline, **params},
    )
