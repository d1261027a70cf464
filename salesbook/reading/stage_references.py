"""Which pipeline and stage does a typed name mean: a current name,
or one from before a renaming?
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from salesbook.messages import Fact, Severity
from salesbook.names.folding import fold_name, nearest_names
from salesbook.policy import MAIN_PIPELINE, Policy
from salesbook.tables import TABLES


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a reference; a finding without its place."""

    code: str
    severity: Severity
    params: dict[str, Fact] = field(default_factory=dict, hash=False)


Faults = list[tuple[int, str, str, Fault]]
"""Row, field, what was typed, and what is wrong with it."""
Columns = dict[str, "pd.Series[str]"]


def resolve_pipelines(
    table: str, frame: pd.DataFrame, policy: Policy, _: pd.DataFrame | None
) -> tuple[Columns, Faults]:
    """Give pipelines typed in another case or width their names of Stages;
    nothing without Stages.
    """
    if table != "Deals" or not policy.stages:
        return {}, []
    typed = frame["pipeline"].dropna()
    known = {fold_name(name): name for name in policy.pipelines()}
    names = {text: known[fold_name(text)] for text in typed.unique() if fold_name(text) in known}
    changed = {text: name for text, name in names.items() if text != name}
    columns = {"pipeline": frame["pipeline"].replace(changed)} if changed else {}
    unknown = Fault("unknown-pipeline", "error", {"known": ", ".join(policy.pipelines())})
    wrong = typed[~typed.isin(names.keys())]
    return columns, [(row, "pipeline", text, unknown) for row, text in wrong.items()]


def resolve_stages(
    table: str, frame: pd.DataFrame, policy: Policy, deals: pd.DataFrame | None
) -> tuple[Columns, Faults]:
    """Replace stages by their current names; nothing without Stages.

    The deal's pipeline decides which stages there are; a stage in a pipeline that Stages lacks is
    not judged, for the pipeline is what is wrong.

    Args: deals tells the pipelines of a DealTeam's deals.
    """
    fields = [spec.name for spec in TABLES[table].fields if spec.ref == "Stages"]
    if not fields or not policy.stages:
        return {}, []
    pipelines = _pipelines(table, frame, deals)
    columns: Columns = {}
    faults: Faults = []
    for name in fields:
        current = frame[name]
        for pipeline in policy.pipelines():
            typed = frame[name][pipelines == pipeline].dropna()
            known, wrong = _look_up(set(typed.unique()), policy, pipeline)
            if known:
                current = current.where(~current.index.isin(typed.index), current.replace(known))
            left = typed[typed.isin(wrong.keys())]
            faults += [(row, name, text, wrong[text]) for row, text in left.items()]
        if (current != frame[name]).any():
            columns[name] = current.astype("str")
    return columns, faults


def _pipelines(table: str, frame: pd.DataFrame, deals: pd.DataFrame | None) -> pd.Series[str]:
    if table == "Deals":
        return frame["pipeline"].fillna(MAIN_PIPELINE)
    if deals is None:
        return pd.Series(MAIN_PIPELINE, index=frame.index, dtype="str")
    by_deal = deals.drop_duplicates("deal_id").set_index("deal_id")["pipeline"]
    return frame["deal_id"].map(by_deal).fillna(MAIN_PIPELINE)


def _look_up(
    typed: set[str], policy: Policy, pipeline: str
) -> tuple[dict[str, str], dict[str, Fault]]:
    """Current names of typed stages that are called otherwise,
    and what is wrong with unknown ones.
    """
    names = policy.stage_names(pipeline)
    unknown = {text for text in typed if fold_name(text) not in names}
    nearest = nearest_names(unknown, names)
    wrong = {
        text: Fault("unknown-stage", "error", {"pipeline": pipeline, "nearest": nearest.get(text)})
        for text in unknown
    }
    known = {text: names[fold_name(text)] for text in typed - unknown}
    return {text: name for text, name in known.items() if text != name}, wrong
