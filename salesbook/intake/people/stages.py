"""Which stage does a file's word mean, and where in the pipeline do unknown stages go?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from salesbook.errors import UsageError
from salesbook.messages import Message
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables.settings import Stage

StageKind = Literal["open", "won", "lost"]
GuessedFrom = Literal["rank", "probability", "dates", "name"]
"""What an order of stages was learned from."""


@dataclass(frozen=True, slots=True)
class StageOrder:
    """Stages as the option names them: `A>B>Won|Lost`."""

    open: tuple[str, ...]
    won: str
    lost: tuple[str, ...]

    def kinds(self) -> list[tuple[str, StageKind]]:
        """Every stage with its kind, in order."""
        kinds: list[tuple[str, StageKind]] = [(name, "open") for name in self.open]
        kinds.append((self.won, "won"))
        kinds.extend((name, "lost") for name in self.lost)
        return kinds


@dataclass(frozen=True, slots=True)
class LearnedOrder:
    """The whole order of one pipeline as a file shows it: a guess until somebody confirms it."""

    stages: tuple[tuple[str, StageKind], ...]
    """Every stage with its kind, in order."""
    guessed_from: GuessedFrom


def parse_stages(text: str) -> StageOrder:
    """Read `Prospecting>Engaging>Won|Lost`: open stages in order, the won one, then the lost ones.

    Raises: UsageError.
    """
    plain = text.replace("＞", ">").replace("｜", "|")
    *steps, ends = _parts(plain, ">")
    won, *lost = _parts(ends, "|")

    names = [*steps, won, *lost]
    different_names = {fold_name(name) for name in names}
    has_blank = not all(names)
    has_twins = len(different_names) < len(names)
    if not steps or not lost or has_blank or has_twins:
        raise UsageError("bad-stages", where="--stages", found=text)
    return StageOrder(tuple(steps), won, tuple(lost))


def _parts(text: str, sign: str) -> list[str]:
    return [part.strip() for part in text.split(sign)]


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
    learned: Mapping[str, LearnedOrder] = field(default_factory=dict)
    """By pipeline, orders that the file shows where nobody says one."""
    _stages: dict[str, list[Stage]] = field(default_factory=dict)
    """By pipeline, the order applied."""
    _by_word: dict[tuple[str, str], Stage | None] = field(default_factory=dict)
    """What was looked up so far, by pipeline and word."""
    added: int = 0
    """Stages that the workbook lacked."""

    def of(self, pipeline: str) -> list[Stage]:
        """A pipeline's stages, the order applied."""
        if pipeline not in self._stages:
            known = list(self.policy.stages_of(pipeline))
            lacking = self._lacking(pipeline, known)
            self.added += len(lacking)
            self._stages[pipeline] = self._in_order(pipeline, known) if lacking else known
        return self._stages[pipeline]

    def _lacking(self, pipeline: str, known: Sequence[Stage]) -> list[str]:
        """Stages of the order that a pipeline does not have."""
        known_names = {fold_name(stage.stage) for stage in known}
        wanted = self._wanted(pipeline)
        return [name for name, _ in wanted if fold_name(name) not in known_names]

    def _wanted(self, pipeline: str) -> Sequence[tuple[str, StageKind]]:
        """The stages that a pipeline is to have, in their order; none where it stays as it is."""
        if self.order is not None:
            return self.order.kinds()
        learned = self.learned.get(pipeline)
        return learned.stages if learned else ()

    def makes(self, pipeline: str) -> bool:
        """Whether a pipeline that Stages lacks is made."""
        return bool(self._wanted(pipeline))

    def find(self, pipeline: str, typed: str) -> Stage | None:
        """The stage that a word means, by its name now or an earlier one."""
        if (pipeline, typed) not in self._by_word:
            self._by_word[pipeline, typed] = self._look_up(pipeline, typed)
        return self._by_word[pipeline, typed]

    def _look_up(self, pipeline: str, typed: str) -> Stage | None:
        wanted = fold_name(typed)
        stages = self.of(pipeline)
        for stage in stages:
            if fold_name(stage.stage) == wanted:
                return stage
        for stage in stages:
            if wanted and wanted in map(fold_name, stage.was):
                return stage
        return None

    def last(self, pipeline: str, kind: StageKind) -> Stage | None:
        """Find the only won, or lost, stage of a pipeline; None where there is not exactly one."""
        stages = [stage for stage in self.of(pipeline) if stage.kind == kind]
        return stages[0] if len(stages) == 1 else None

    def guesses(self) -> tuple[Message, ...]:
        """Say of every pipeline whose order was guessed what it is now, and by what."""
        return tuple(
            Message(
                "book.stages-guessed",
                {
                    "pipeline": pipeline,
                    "by": f"Stages.guessed_from={learned.guessed_from}",
                    "order": " > ".join(stage.stage for stage in self.of(pipeline)),
                    "table": "Stages",
                },
            )
            for pipeline, learned in self.learned.items()
            if pipeline in self._stages
        )

    def all_stages(self) -> list[Stage]:
        """The stages of every pipeline as they are to be."""
        pipelines = dict.fromkeys([*self.policy.pipelines(), *self._stages])
        return [stage for pipeline in pipelines for stage in self.of(pipeline)]

    def _in_order(self, pipeline: str, known: Sequence[Stage]) -> list[Stage]:
        """A pipeline's stages with those of the order, ranked from 1, open ones first."""
        kinds = self._wanted(pipeline)
        learned = None if self.order else self.learned.get(pipeline)
        guessed_from = learned.guessed_from if learned else None
        by_name = {fold_name(stage.stage): stage for stage in known}
        ordered: list[Stage] = []
        for name, kind in kinds:
            added = Stage(pipeline=pipeline, stage=name, guessed_from=guessed_from)
            stage = by_name.get(fold_name(name), added)
            ordered.append(stage.model_copy(update={"kind": kind}))

        # Stages of a fresh workbook make way; where deals are in them, they stay behind.
        if pipeline not in self.unused:
            named = {fold_name(name) for name, _ in kinds}
            ordered += [stage for stage in known if fold_name(stage.stage) not in named]

        ordered.sort(key=lambda stage: stage.kind != "open")
        return [
            stage.model_copy(update={"rank": rank}) for rank, stage in enumerate(ordered, start=1)
        ]
