"""Is a deal open, won or lost?"""

from __future__ import annotations

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
        kind = {stage.stage: stage.kind for stage in policy.stages_of(pipeline)}
        names = policy.stage_names(pipeline)
        typed = {
            text: names.get(fold_name(text)) for text in deals[field][within].dropna().unique()
        }
        by_name = {text: kind[name] for text, name in typed.items() if name is not None}
        kinds = kinds.mask(within, deals[field].map(by_name).astype("str"))
    return kinds
