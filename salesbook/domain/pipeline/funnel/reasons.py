"""Why were deals lost, and at which stage?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.pipeline.funnel.slices import NONE, Cut
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.history import Entries, standing_places
from salesbook.frames import frame_of
from salesbook.names.folding import fold_name

NO_REASON: Final = "none-given"
"""Deals that were lost without a word."""
OTHERS: Final = "others"
"""Reasons that are too seldom for a row of their own."""
_MOST: Final = 12
"""Reasons that have rows of their own: more would be a list of single cases."""


def loss_reasons(
    deals: KnownDeals, known: Entries, codes: StageCodes, cuts: Sequence[Cut]
) -> pd.DataFrame:
    """Make LossReasons: lost deals by slice, the stage they were lost from, and the reason typed.

    Each deal counts once, at the stage of `standing_places`. A reason is one whatever its case and
    the blanks around it, and is shown as most people type it. Deals without a reason are counted as
    such, for they are often the most; the twelve most frequent reasons of the workbook have rows of
    their own.

    Returns: slices by kind and name, in each by stage, the most frequent reason first.
    """
    lost = np.flatnonzero(deals.is_lost)
    place = standing_places(deals, known, codes)[lost]
    # In a pipeline without open stages a deal is lost from nowhere.
    lost, place = lost[place >= 0], place[place >= 0]
    code = codes.first[deals.pipe[lost]] + place
    reasons = _named(deals.frame["lost_reason"].iloc[lost])
    rows = pd.DataFrame(
        {"code": code, "reason": reasons, "amount": deals.amount[lost].astype(np.int64)}
    )

    parts = [_of_cut(rows, cut, lost, codes) for cut in cuts]
    whole = pd.concat(parts, ignore_index=True)
    return frame_of("LossReasons", {str(name): whole[name] for name in whole.columns})


def _named(typed: pd.Series[Any]) -> list[str]:
    """The reason of each lost deal as rows are called."""
    texts = ["" if pd.isna(text) else str(text).strip() for text in typed]
    frame = pd.DataFrame({"text": texts, "folded": [fold_name(text) for text in texts]})
    told = frame[frame["folded"] != ""]

    spellings = told.groupby(["folded", "text"]).size().rename("size").reset_index()
    in_order = spellings.sort_values(["size", "text"], ascending=[False, True])
    name_of = in_order.drop_duplicates("folded").set_index("folded")["text"].to_dict()

    sizes = told.groupby("folded").size().rename("size").reset_index()
    frequent = sizes.sort_values(["size", "folded"], ascending=[False, True])["folded"]
    # One more than there is room for may take the place of "others" itself.
    shown = set(frequent.head(_MOST if len(frequent) > _MOST + 1 else _MOST + 1))

    names = []
    for folded in frame["folded"]:
        if not folded:
            names.append(NO_REASON)
        else:
            names.append(str(name_of[folded]) if folded in shown else OTHERS)
    return names


def _of_cut(rows: pd.DataFrame, cut: Cut, lost: Any, codes: StageCodes) -> pd.DataFrame:
    """Rows of one kind of slice."""
    slice_of = cut.slice_of[lost]
    sliced = rows.assign(slice_of=slice_of)[slice_of != NONE]
    grouped = sliced.groupby(["slice_of", "code", "reason"])["amount"]
    summed = grouped.agg(deals="size", amount="sum").reset_index()
    summed = summed.sort_values(
        ["slice_of", "code", "deals", "reason"], ascending=[True, True, False, True]
    )
    names = np.array(cut.names, dtype=object)
    stages = np.array([stage.stage for stage in codes.stages], dtype=object)
    pipelines = np.array(codes.pipelines, dtype=object)
    code = summed["code"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "slice_kind": np.full(len(summed), cut.kind, dtype=object),
            "slice": names[summed["slice_of"].to_numpy(dtype=np.int64)],
            "pipeline": pipelines[codes.pipe[code]],
            "stage": stages[code],
            "reason": summed["reason"].to_numpy(dtype=object),
            "deals": summed["deals"].to_numpy(),
            "amount": summed["amount"].to_numpy(),
        }
    )
