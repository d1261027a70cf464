"""How many deals entered each stage, and what became of them?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Objects
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.pipeline.funnel.slices import ALL, Cut
from salesbook.domain.pipeline.funnel.stages import Counts, counts_of, passages_of, ratio
from salesbook.domain.pipeline.stages.codes import (
    OPEN,
    KnownDeals,
    StageCodes,
    known_deals,
    stage_codes,
)
from salesbook.domain.pipeline.stages.history import append_history, entries_of
from salesbook.frames import frame_of
from salesbook.names.folding import fold_name
from salesbook.policy import Policy
from salesbook.tables.settings import Rules, Stage
from udfs.answers import numeric
from udfs.cells import Block, Codes, day_numbers, day_of, errors_of, one_day, refuse_errors, texts
from udfs.errors import SheetError
from udfs.tables import choices, columns, needed_texts

_KINDS = ("open", "won", "lost")


def funnel(deals: Block, history: Block, stages: Block, as_of: Block) -> Objects:
    """Count per stage the deals that entered it, and what became of them.

    Args:
        deals: of Deals: deal_id, stage, lost_stage; a deal in a stage that `stages` lacks is left
            out.
        history: of StageHistory: deal_id, stage, entered_on, or in order without it; one blank cell
            where there is none: then a deal entered every stage up to its own.
        stages: of Stages, in order: stage, kind (open if blank, won, lost).
        as_of: the day for which deals are compared with their history.

    Returns: a row per row of `stages`: entered, advanced, lost, open, rate to date, rate of the
        resolved, the bounds of the final rate, Wilson's interval of the resolved at 80 %. A closed
        stage has only the deals that entered it.

    Source: 10 entered, 6 advanced, 2 lost, 2 open → 60 %, 75 %, 60 to 80 %, 0.524 to 0.891.
    """
    policy = _policy(stages)
    codes = stage_codes(policy)
    known, counts = _counts(deals, history, codes, one_day(as_of))
    rows = [codes.names[0][name] for name in _names(policy)]
    closed_count = np.bincount(known.code, minlength=codes.count).astype(np.float64)
    table = _table(counts, policy.rules.interval_level)
    is_open = codes.kind == OPEN
    table[~is_open] = np.nan
    table[~is_open, 0] = closed_count[~is_open]
    return numeric(table[rows])


def _policy(stages: Block) -> Policy:
    table = columns(stages, "Stages", ("stage", "kind"), 1)
    names = needed_texts(table["stage"])
    kinds = choices(table.get("kind"), "Stages.kind", _KINDS, len(names))
    made = [
        Stage.model_validate({"stage": name, "rank": rank, "kind": kind})
        for rank, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1)
    ]
    if not made or len({stage.stage.casefold() for stage in made}) < len(made):
        raise SheetError
    return Policy(rules=Rules(), stages=tuple(made))


def _names(policy: Policy) -> list[str]:
    return [fold_name(stage.stage) for stage in policy.stages]


def _counts(
    deals: Block, history: Block, codes: StageCodes, as_of: dt.date
) -> tuple[KnownDeals, Counts]:
    table = columns(deals, "Deals", ("deal_id", "stage", "lost_stage"), 2)
    made = _texts_of(table)
    keep = [bool(key) for key in made["deal_id"]]
    rows = {
        name: [one for one, kept in zip(cells, keep, strict=True) if kept]
        for name, cells in made.items()
    }
    if len(set(rows["deal_id"])) < len(rows["deal_id"]):
        raise SheetError
    known = known_deals(frame_of("Deals", rows), codes)
    past, _ = append_history(
        frame_of("StageHistory", _history(history, as_of)), known, codes, as_of=as_of
    )
    entries = entries_of(past, known, codes)
    passages = passages_of(known, entries, codes, skipped="all")
    cut = Cut("all", (ALL,), np.zeros(len(known), dtype=np.int64))
    return known, counts_of(passages, known, codes, cut)


def _texts_of(table: Mapping[str, Block]) -> dict[str, list[str | None]]:
    for block in table.values():
        refuse_errors(errors_of(block))
    return {name: texts(block) for name, block in table.items()}


def _history(history: Block, as_of: dt.date) -> dict[str, Any]:
    """Rows of StageHistory in the order in which deals entered their stages; none for one blank
    cell.
    """
    if history.size == 1:
        return {}
    table = columns(history, "StageHistory", ("deal_id", "stage", "entered_on"), 2)
    made = _texts_of({name: table[name] for name in ("deal_id", "stage")})
    entered = np.zeros(len(made["stage"]))
    if "entered_on" in table:
        column = day_numbers(table["entered_on"])
        refuse_errors(column.errors)
        entered = np.nan_to_num(column.values.ravel())
    frame = pd.DataFrame({"deal_id": made["deal_id"], "stage": made["stage"], "day": entered})
    frame = frame[frame["day"] <= day_of(as_of)].dropna().sort_values("day", kind="stable")
    return {
        "deal_id": frame["deal_id"],
        "seq": frame.groupby("deal_id").cumcount() + 1,
        "stage": frame["stage"],
        "entered_on": np.full(len(frame), np.datetime64(as_of, "us")),
        "noticed_on": np.full(len(frame), np.datetime64(as_of, "us")),
        "source": np.full(len(frame), "typed", dtype=object),
    }


def _table(counts: Counts, level: float) -> Floats:
    advanced, lost, still = (state[0] for state in counts.states)
    entered, resolved = advanced + lost + still, advanced + lost
    low, high = wilson(advanced, resolved, level)
    return np.stack(
        [
            *(_floats(part) for part in (entered, advanced, lost, still)),
            ratio(advanced, entered),
            ratio(advanced, resolved),
            ratio(advanced, entered),
            ratio(advanced + still, entered),
            low,
            high,
        ],
        axis=1,
    )


def _floats(part: Codes) -> Floats:
    return part.astype(np.float64)
