"""In which stage was a deal, or an applicant, on an earlier day?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags
from salesbook.domain.past.days import is_later
from salesbook.domain.pipeline.stages.codes import LOST, OPEN, UNKNOWN, StageCodes, stage_codes
from salesbook.frames import Tables
from salesbook.policy import Policy
from salesbook.tables import Kind

_LOST_FIELDS: Final = ("lost_stage", "lost_reason")
_FIRST_OF_CANDIDATES: Final = "applied"


def deals_then(
    there: Tables, dated: pd.DataFrame, policy: Policy, day: dt.date, *, looks_back: bool
) -> pd.DataFrame:
    """Put deals that moved later back into the stage of the day.

    A deal has moved later where it was closed later, or entered its stage later. Where runs of later
    days knew it (`looks_back`), one that an earlier run had seen stands where that run saw it too,
    unless a typed day up to `day` says that it had moved since.

    The stage is that of the deal's last row of StageHistory, with its day; without any row the
    first open stage, whose day is that of the deal. In a stage that is not lost nothing is lost.

    Args:
        there: the book without rows that begin later: Deals with all its dates, StageHistory where
            there is one.
        dated: Deals with later dates blanked.
        policy: the settings, for the stages.
        day: the last day that counts.
        looks_back: whether a run of a later day has been there.
    """
    deals = there["Deals"]
    closed_later = is_later(deals["closed_on"], Kind.DATE, day)
    moved_later = is_later(deals["stage_since"], Kind.DATE, day)
    if not (looks_back or closed_later.any() or moved_later.any()):
        return dated

    codes = stage_codes(policy)
    if not codes.count:
        return dated
    pipes = codes.pipes_of(deals["pipeline"])
    present = codes.codes_of(pipes, deals["stage"])
    is_closed = (present != UNKNOWN) & (codes.kind[present] != OPEN)
    closed_by_then = is_closed & dated["closed_on"].notna().to_numpy()

    last = _last_rows(there.get("StageHistory"), deals["deal_id"])
    moved = (is_closed & closed_later) | (moved_later & ~closed_by_then)
    if looks_back:
        moved |= _moved_without_a_day(dated, last, codes, present) & ~closed_by_then
    if not moved.any():
        return dated
    return _put_back(dated, moved, last, codes)


def _last_rows(history: pd.DataFrame | None, deal_ids: pd.Series[Any]) -> pd.DataFrame:
    """The last known stage of each deal, its day and whether that was typed; missing without any."""
    fields = ["stage", "entered_on", "source"]
    if history is None or history.empty:
        none = {"stage": "str", "entered_on": "datetime64[us]", "source": "str"}
        columns = {name: pd.Series(None, deal_ids.index, dtype=kind) for name, kind in none.items()}
        return pd.DataFrame(columns, index=deal_ids.index)
    in_order = history.sort_values(["deal_id", "seq"], kind="stable")
    last = in_order.drop_duplicates("deal_id", keep="last").set_index("deal_id")
    return last[fields].reindex(deal_ids).set_axis(deal_ids.index)


def _moved_without_a_day(
    deals: pd.DataFrame, last: pd.DataFrame, codes: StageCodes, present: Any
) -> Flags:
    """Deals that a run up to the day saw in another stage, and that no typed day moved since."""
    pipes = codes.pipes_of(deals["pipeline"])
    was_seen = last["stage"].notna().to_numpy(dtype=bool)
    is_elsewhere = codes.codes_of(pipes, last["stage"]) != present

    # The day of the stage before still stands there where whoever moved the deal left it.
    typed_since = (deals["stage_since"] > last["entered_on"]).to_numpy(dtype=bool)
    moved: Flags = was_seen & is_elsewhere & ~typed_since
    return moved


def _put_back(
    deals: pd.DataFrame, moved: Flags, last: pd.DataFrame, codes: StageCodes
) -> pd.DataFrame:
    pipes = codes.pipes_of(deals["pipeline"])
    names = np.array([stage.stage for stage in codes.stages], dtype=object)
    has_open = (pipes != UNKNOWN) & (codes.open_count[pipes] > 0)
    first_open = pd.Series(names[codes.first[pipes]], deals.index, dtype="str").where(has_open)

    # In a pipeline that the settings lack there is no first stage: the deal takes no part anyway.
    stage = last["stage"].fillna(first_open).fillna(deals["stage"]).astype("str")
    code = codes.codes_of(pipes, stage)
    kind = codes.kind[code]
    # A stage that the settings lack is neither open nor closed, and has no day of closing.
    is_closed = (code != UNKNOWN) & (kind != OPEN)
    is_lost = (code != UNKNOWN) & (kind == LOST)

    day = last["entered_on"]
    typed_day = day.where(last["source"] != "inferred")
    columns = {
        "stage": deals["stage"].mask(moved, stage),
        "stage_since": deals["stage_since"].mask(moved, typed_day),
        "closed_on": deals["closed_on"].mask(moved, day.where(is_closed)),
    }
    for name in _LOST_FIELDS:
        columns[name] = deals[name].mask(moved & ~is_lost)
    return deals.assign(**columns)


def candidates_then(
    candidates: pd.DataFrame, tables: Tables, there: Tables, day: dt.date
) -> pd.DataFrame:
    """Put applicants who moved later back into the stage of the day.

    That is the stage of their last row of CandidateHistory, else the first one. Who has no later row
    is where he is today, except that nobody was hired for an opening before it was filled.

    Args:
        candidates: the applicants of that day.
        tables: the whole book.
        there: the book without rows that begin later.
        day: the last day that counts.
    """
    if "CandidateHistory" not in tables:
        return candidates
    everything, history = tables["CandidateHistory"], there["CandidateHistory"]
    has_later_row = everything.loc[~everything.index.isin(history.index), "candidate_id"]
    moved = candidates["candidate_id"].isin(has_later_row)

    hired_by_then = history.loc[history["stage"] == "hired", "candidate_id"]
    openings = tables.get("Openings")
    if openings is not None:
        filled_later = is_later(openings["filled_on"], Kind.DATE, day)
        is_later_opening = candidates["opening_id"].isin(openings.loc[filled_later, "opening_id"])
        was_hired = candidates["candidate_id"].isin(hired_by_then)
        moved |= is_later_opening & (candidates["stage"] == "hired") & ~was_hired
    if not moved.any():
        return candidates

    in_order = history.sort_values(["candidate_id", "seq"], kind="stable")
    last = in_order.drop_duplicates("candidate_id", keep="last").set_index("candidate_id")["stage"]
    stage = last.reindex(candidates["candidate_id"]).set_axis(candidates.index)
    stage = candidates["stage"].mask(moved, stage.fillna(_FIRST_OF_CANDIDATES))
    is_unhired = moved & (stage != "hired")
    return candidates.assign(stage=stage, hired_rep_id=candidates["hired_rep_id"].mask(is_unhired))
