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
from udfs.cells import (
    CellRange,
    Codes,
    day_numbers,
    day_of,
    errors_of,
    refuse_errors,
    single_day,
    texts,
)
from udfs.errors import SheetError
from udfs.tables import choices, columns, needed_texts

_KINDS = ("open", "won", "lost")


def funnel(deals: CellRange, history: CellRange, stages: CellRange, as_of: CellRange) -> Objects:
    """Count per stage the deals that entered it, and what became of them.

    Args:
        deals: of Deals: deal_id, stage, lost_stage; a deal in a stage that `stages` lacks is left
            out.
        history: of StageHistory: deal_id, stage, entered_on, or in order without it; one blank cell
            where there is none: then a deal entered every stage up to its own. A deal with a later
            row than `as_of` counts where it was then, one with later rows alone not at all.
        stages: of Stages, in order: stage, kind (open if blank, won, lost).
        as_of: the day for which deals are compared with their history.

    Returns: a row per row of `stages`: entered, advanced, lost, open, rate to date, rate of the
        resolved, the bounds of the final rate, Wilson's interval of the resolved at 80 %. A closed
        stage has only the deals that entered it.

    Source: 10 entered, 6 advanced, 2 lost, 2 open → 60 %, 75 %, 60 to 80 %, 0.524 to 0.891.
    """
    policy = _policy(stages)
    codes = stage_codes(policy)
    deals_known, counts = _counts(deals, history, codes, single_day(as_of))
    table = _table(counts, policy.rules.interval_level)

    # Nobody goes on from a closed stage: it has the deals that entered it, and no rates.
    in_stage = np.bincount(deals_known.code, minlength=codes.count).astype(np.float64)
    is_closed = codes.kind != OPEN
    table[is_closed] = np.nan
    table[is_closed, 0] = in_stage[is_closed]

    rows = [codes.names[0][fold_name(stage.stage)] for stage in policy.stages]
    return numeric(table[rows])


def _policy(stages: CellRange) -> Policy:
    """Settings with these stages alone. Raises: SheetError without any, or for one named twice."""
    table = columns(stages, "Stages", ("stage", "kind"), 1)
    names = needed_texts(table["stage"])
    kinds = choices(table.get("kind"), "Stages.kind", _KINDS, len(names))
    are_different = len({name.casefold() for name in names}) == len(names)
    if not names or not are_different:
        raise SheetError

    rows = []
    for rank, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1):
        rows.append(Stage.model_validate({"stage": name, "rank": rank, "kind": kind}))
    return Policy(rules=Rules(), stages=tuple(rows))


def _counts(
    deals: CellRange, history: CellRange, codes: StageCodes, as_of: dt.date
) -> tuple[KnownDeals, Counts]:
    """The deals in known stages, and how many entered each stage and went where.

    Raises: SheetError for a deal that is listed twice.
    """
    table = columns(deals, "Deals", ("deal_id", "stage", "lost_stage"), 2)
    rows = pd.DataFrame(_texts_of(table), dtype=object)
    rows = rows[rows["deal_id"].notna()]
    if rows["deal_id"].duplicated().any():
        raise SheetError

    entries = _entries(history)
    is_later = entries["day"] > day_of(as_of)
    rows = _as_they_were(rows, entries[~is_later], entries[is_later])
    known = known_deals(frame_of("Deals", dict(rows.items())), codes)
    typed_history = frame_of("StageHistory", _history(entries[~is_later], as_of))
    full_history = append_history(typed_history, known, codes, as_of=as_of)
    passages = passages_of(known, entries_of(full_history, known, codes), codes, skipped="all")

    all_deals = Cut("all", (ALL,), np.zeros(len(known), dtype=np.int64))
    return known, counts_of(passages, known, codes, all_deals)


def _texts_of(table: Mapping[str, CellRange]) -> dict[str, list[str | None]]:
    for cells in table.values():
        refuse_errors(errors_of(cells))
    return {name: texts(cells) for name, cells in table.items()}


def _as_they_were(deals: pd.DataFrame, known: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """The deals of the day: with later rows each is in its last known stage, if it has any yet."""
    moved_later = deals["deal_id"].isin(later["deal_id"])
    last = known.drop_duplicates("deal_id", keep="last").set_index("deal_id")["stage"]
    stage = last.reindex(deals["deal_id"]).set_axis(deals.index)
    then = deals.assign(stage=deals["stage"].mask(moved_later, stage))
    if "lost_stage" in then:
        then = then.assign(lost_stage=then["lost_stage"].mask(moved_later))
    return then[~(moved_later & stage.isna())]


def _entries(history: CellRange) -> pd.DataFrame:
    """Rows of StageHistory in the order of entering, days as numbers; none for one blank cell."""
    if history.size == 1:
        return pd.DataFrame({"deal_id": [], "stage": [], "day": []})
    table = columns(history, "StageHistory", ("deal_id", "stage", "entered_on"), 2)
    typed = _texts_of({name: table[name] for name in ("deal_id", "stage")})
    entered = np.zeros(len(typed["stage"]))
    if "entered_on" in table:
        column = day_numbers(table["entered_on"])
        refuse_errors(column.errors)
        entered = np.nan_to_num(column.values.ravel())

    rows = pd.DataFrame({**typed, "day": entered})
    return rows.dropna().sort_values("day", kind="stable")


def _history(rows: pd.DataFrame, as_of: dt.date) -> dict[str, Any]:
    """The columns of StageHistory."""
    # What counts here is the order alone: all days are that of the run.
    run_day = np.full(len(rows), np.datetime64(as_of, "us"))
    return {
        "deal_id": rows["deal_id"],
        "seq": rows.groupby("deal_id").cumcount() + 1,
        "stage": rows["stage"],
        "entered_on": run_day,
        "noticed_on": run_day,
        "source": np.full(len(rows), "typed", dtype=object),
    }


def _table(counts: Counts, level: float) -> Floats:
    """The answer's columns for every stage, in the order that `funnel` tells."""
    advanced, lost, still_open = (state[0] for state in counts.states)
    resolved = advanced + lost
    entered = resolved + still_open
    low, high = wilson(advanced, resolved, level)
    return np.stack(
        [
            _floats(entered),
            _floats(advanced),
            _floats(lost),
            _floats(still_open),
            ratio(advanced, entered),
            ratio(advanced, resolved),
            # The final rate is between both: none of the open ones go on, or all of them.
            ratio(advanced, entered),
            ratio(advanced + still_open, entered),
            low,
            high,
        ],
        axis=1,
    )


def _floats(counts: Codes) -> Floats:
    return counts.astype(np.float64)
