"""Is a deal open, won or lost?"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from salesbook.names.folding import fold_name
from salesbook.policy import MAIN_PIPELINE, Policy


def stage_kinds(deals: pd.DataFrame, policy: Policy, field: str = "stage") -> pd.Series[str]:
    """The kind (open, won, lost) of the stage that a field names, also by an earlier name.

    Missing where Settings has no such stage.
    """
    pipelines = deals["pipeline"].fillna(MAIN_PIPELINE)
    kinds = pd.Series(None, index=deals.index, dtype="str")
    for pipeline in policy.pipelines():
        within = pipelines == pipeline

        # Folding a name is slow, and many deals share few names.
        typed_names = deals[field][within].dropna().unique()
        kind_of = _kinds_by_typed_name(typed_names, pipeline, policy)
        of_pipeline = deals[field].map(kind_of).astype("str")
        kinds = kinds.mask(within, of_pipeline)
    return kinds


def _kinds_by_typed_name(
    typed_names: Iterable[str], pipeline: str, policy: Policy
) -> dict[str, str]:
    """The kind of the stage that each name stands for; none for a name that means no stage."""
    kind_of_stage = {stage.stage: str(stage.kind) for stage in policy.stages_of(pipeline)}
    present_name_of = policy.stage_names(pipeline)

    kind_of = {}
    for typed in typed_names:
        present_name = present_name_of.get(fold_name(typed))
        if present_name is not None:
            kind_of[typed] = kind_of_stage[present_name]
    return kind_of
