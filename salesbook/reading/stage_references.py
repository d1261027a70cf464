"""Which pipeline and stage does a typed name mean, by its name now or before it was renamed?"""

from __future__ import annotations

import pandas as pd

from salesbook.names.folding import fold_name, nearest_names
from salesbook.policy import MAIN_PIPELINE, Policy
from salesbook.reading.resolution import Fault, Resolution
from salesbook.tables import TABLES


def resolve_pipelines(resolution: Resolution, policy: Policy) -> None:
    """Give pipelines typed in another case or width their names of Stages; nothing without Stages."""
    if resolution.table != "Deals" or not policy.stages:
        return
    typed = resolution.frame["pipeline"].dropna()
    name_by_folded = {fold_name(name): name for name in policy.pipelines()}
    names = {text: name_by_folded.get(fold_name(text)) for text in typed.unique()}

    spelled_otherwise = {text: name for text, name in names.items() if name and text != name}
    if spelled_otherwise:
        column = resolution.frame["pipeline"].replace(spelled_otherwise)
        resolution.replace("pipeline", column)

    unknown = Fault("unknown-pipeline", "error", {"known": tuple(policy.pipelines())})
    faults = {text: unknown for text, name in names.items() if name is None}
    resolution.note("pipeline", typed, faults)


def resolve_stages(resolution: Resolution, policy: Policy, deals: pd.DataFrame | None) -> None:
    """Replace stages by their current names; nothing without Stages.

    The deal's pipeline decides which stages there are; a stage in a pipeline that Stages lacks is
    not judged, for the pipeline is what is wrong.

    Args:
        deals: tells the pipelines of a DealTeam's deals.
    """
    table = resolution.table
    stage_fields = [spec.name for spec in TABLES[table].fields if spec.ref == "Stages"]
    if not stage_fields or not policy.stages:
        return
    pipelines = _pipeline_of_rows(table, resolution.frame, deals)
    for field_name in stage_fields:
        typed_column = resolution.frame[field_name]
        current_column = typed_column
        for pipeline in policy.pipelines():
            typed = typed_column[pipelines == pipeline].dropna()
            renamed, faults = _look_up(set(typed.unique()), policy, pipeline)
            if renamed:
                is_in_pipeline = current_column.index.isin(typed.index)
                current_column = current_column.where(
                    ~is_in_pipeline, current_column.replace(renamed)
                )
            resolution.note(field_name, typed, faults)
        if (current_column != typed_column).any():
            resolution.replace(field_name, current_column)


def _pipeline_of_rows(
    table: str, frame: pd.DataFrame, deals: pd.DataFrame | None
) -> pd.Series[str]:
    if table == "Deals":
        return frame["pipeline"].fillna(MAIN_PIPELINE)
    if deals is None:
        return pd.Series(MAIN_PIPELINE, index=frame.index, dtype="str")
    pipeline_by_deal = deals.drop_duplicates("deal_id").set_index("deal_id")["pipeline"]
    return frame["deal_id"].map(pipeline_by_deal).fillna(MAIN_PIPELINE)


def _look_up(
    typed: set[str], policy: Policy, pipeline: str
) -> tuple[dict[str, str], dict[str, Fault]]:
    """Current names of typed stages that are called otherwise; what is wrong with unknown ones."""
    names = policy.stage_names(pipeline)
    unknown = {text for text in typed if fold_name(text) not in names}
    nearest = nearest_names(unknown, names)
    faults = {
        text: Fault("unknown-stage", "error", {"pipeline": pipeline, "nearest": nearest.get(text)})
        for text in unknown
    }
    current_names = {text: names[fold_name(text)] for text in typed - unknown}
    renamed = {text: name for text, name in current_names.items() if text != name}
    return renamed, faults
