"""Which stage does a file's word mean, and what do stages that the workbook lacks do to its
pipeline?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from salesbook.errors import UsageError
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables.settings import Stage

StageKind = Literal["open", "won", "lost"]


@dataclass(frozen=True, slots=True)
class StageOrder:
    """Stages as the option names them: `A>B>Won|Lost`."""

    open: tuple[str, ...]
    won: str
    lost: tuple[str, ...]

    def kinds(self) -> list[tuple[str, StageKind]]:
        """Every stage with its kind, in order."""
        found: list[tuple[str, StageKind]] = [(name, "open") for name in self.open]
        return [*found, (self.won, "won"), *((name, "lost") for name in self.lost)]


def parse_stages(text: str) -> StageOrder:
    """Read `Prospecting>Engaging>Won|Lost`: open stages in order, then the won one, then the lost
    ones.

    Raises: UsageError.
    """
    *steps, end = (part.strip() for part in text.replace("＞", ">").replace("｜", "|").split(">"))
    ends = [part.strip() for part in end.split("|")]
    names = [*steps, *ends]
    if (
        not steps
        or len(ends) < 2
        or not all(names)
        or len({fold_name(name) for name in names}) < len(names)
    ):
        raise UsageError("bad-stages", where="--stages", found=text)
    return StageOrder(tuple(steps), ends[0], tuple(ends[1:]))


@dataclass
class StageBook:
    """The stages of all pipelines, as they are and as the import adds to them.

    The order is applied to a pipeline that lacks one of its stages. Where no deal is in the
    pipeline yet, it says all there is: stages of a fresh workbook that it does not name make way.
    Elsewhere its stages go before those that it does not name.
    """

    policy: Policy
    order: StageOrder | None
    unused: frozenset[str] = frozenset()
    """Pipelines in which no deal is."""
    _stages: dict[str, list[Stage]] = field(default_factory=dict)
    _found: dict[tuple[str, str], Stage | None] = field(default_factory=dict)
    added: int = 0
    """Stages that the workbook lacked."""

    def of(self, pipeline: str) -> list[Stage]:
        """A pipeline's stages, the order applied."""
        if pipeline not in self._stages:
            own = list(self.policy.stages_of(pipeline))
            known = {fold_name(stage.stage) for stage in own}
            lacking = (
                [name for name, _ in self.order.kinds() if fold_name(name) not in known]
                if self.order
                else []
            )
            self.added += len(lacking)
            self._stages[pipeline] = self._applied(pipeline, own) if lacking else own
        return self._stages[pipeline]

    def find(self, pipeline: str, typed: str) -> Stage | None:
        """The stage that a word means, by its name now or an earlier one."""
        if (pipeline, typed) not in self._found:
            self._found[pipeline, typed] = self._look_up(pipeline, typed)
        return self._found[pipeline, typed]

    def _look_up(self, pipeline: str, typed: str) -> Stage | None:
        wanted = fold_name(typed)
        stages = self.of(pipeline)
        by_name = (stage for stage in stages if fold_name(stage.stage) == wanted)
        by_past = (stage for stage in stages if wanted in map(fold_name, stage.was))
        return next(by_name, None) or (next(by_past, None) if wanted else None)

    def last(self, pipeline: str, kind: StageKind) -> Stage | None:
        """The stage in which every won or lost deal of a pipeline is; None where there is not
        exactly one.
        """
        stages = [stage for stage in self.of(pipeline) if stage.kind == kind]
        return stages[0] if len(stages) == 1 else None

    def all_stages(self) -> list[Stage]:
        """The stages of every pipeline as they are to be."""
        pipelines = dict.fromkeys([*self.policy.pipelines(), *self._stages])
        return [stage for pipeline in pipelines for stage in self.of(pipeline)]

    def _applied(self, pipeline: str, own: Sequence[Stage]) -> list[Stage]:
        known = {fold_name(stage.stage): stage for stage in own}
        kinds = self.order.kinds() if self.order else []
        named = [
            known.get(fold_name(name), Stage(pipeline=pipeline, stage=name)).model_copy(
                update={"kind": kind}
            )
            for name, kind in kinds
        ]
        names = {fold_name(name) for name, _ in kinds}
        rest = (
            []
            if pipeline in self.unused
            else [one for one in own if fold_name(one.stage) not in names]
        )
        ranked = sorted([*named, *rest], key=lambda stage: stage.kind != "open")
        return [
            stage.model_copy(update={"rank": rank}) for rank, stage in enumerate(ranked, start=1)
        ]
