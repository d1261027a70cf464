"""Which row does a typed reference mean: the one with that key, or the only one with that name?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.frames import Tables, later_twins, row_keys, texts_of
from salesbook.messages import Finding, Severity
from salesbook.names.folding import fold_name, keys_by_name, nearest_names
from salesbook.policy import Policy
from salesbook.reading.stage_references import Fault, Faults, resolve_pipelines, resolve_stages
from salesbook.tables import TABLES, Role

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "Reps": ("rep_id", "name"),
    "Customers": ("customer_id", "name", "company"),
    "Deals": ("deal_id", "name"),
    "Orders": ("order_id",),
    "Products": ("product",),
    "Openings": ("opening_id",),
    "Candidates": ("candidate_id", "name"),
    "Courses": ("course_id", "title"),
}
"""Per table that others refer to: its key, then the fields that may name a row, best first."""


@dataclass(frozen=True)
class Directory:
    """The rows of one table that a reference may mean."""

    table: str
    frame: pd.DataFrame

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys as they stand in the table."""
        return frozenset(texts_of(self.frame[_NAMES[self.table][0]]))

    @cached_property
    def _levels(self) -> list[dict[str, tuple[str, ...]]]:
        keys = self.frame[_NAMES[self.table][0]].tolist()
        return [
            keys_by_name(zip(self.frame[name].tolist(), keys, strict=True))
            for name in _NAMES[self.table]
        ]

    def find(self, typed: str) -> tuple[str, ...]:
        """Keys of the rows that the text may mean: one, several of one name, or none."""
        folded = fold_name(typed)
        return next((level[folded] for level in self._levels if folded in level), ())

    @cached_property
    def suggestions(self) -> dict[str, str]:
        """Names to suggest, by folded name."""
        name = _NAMES[self.table][1] if len(_NAMES[self.table]) > 1 else _NAMES[self.table][0]
        return {fold_name(text): text for text in sorted(self.frame[name].dropna().unique())}

    def unknown(self) -> str:
        """The code of a finding for a reference that means no row."""
        return f"unknown-{self.table.removesuffix('s').lower()}"


def resolve_references(
    tables: Tables, policy: Policy
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Replace references typed as unique names by keys.

    A reference is its row's key, or a name that only one row has; case, width and amount of white
    space do not count, and keys go before names. One that means several rows, or none, stays as
    typed. Only tables that people type into are looked at, and only references to tables at hand:
    `tables`, and Products and Stages of the policy unless they are empty. An unknown product is a
    warning, for the row still counts in full; any other is an error.

    Returns: the tables, new frames where something was replaced; findings in order of tables,
    fields and rows. Of rows whose keys became the same all but the first by content are left out,
    with a finding.
    """
    directories = _directories(tables, policy)
    resolved = dict(tables)
    findings: list[Finding] = []
    ordered = [name for name in TABLES if name in tables and TABLES[name].role is Role.INPUT]
    for table in ordered:
        columns, faults = _resolve_table(table, tables[table], directories)
        frame = tables[table].assign(**columns) if columns else tables[table]
        for resolve in (resolve_pipelines, resolve_stages):
            more_columns, more_faults = resolve(table, frame, policy, resolved.get("Deals"))
            frame = frame.assign(**more_columns) if more_columns else frame
            columns, faults = columns | more_columns, [*faults, *more_faults]
        findings += _findings(table, frame, faults)
        if columns.keys() & set(TABLES[table].key):
            frame, twice = _without_twins(table, frame)
            findings += twice
        resolved[table] = frame
    return resolved, findings


def _directories(tables: Tables, policy: Policy) -> dict[str, Directory]:
    found = {name: Directory(name, tables[name]) for name in _NAMES if name in tables}
    if policy.products and "Products" not in found:
        names = pd.Series([product.product for product in policy.products], dtype="str")
        found["Products"] = Directory("Products", pd.DataFrame({"product": names}))
    return found


def _resolve_table(
    table: str, frame: pd.DataFrame, directories: Mapping[str, Directory]
) -> tuple[dict[str, pd.Series[str]], Faults]:
    """New columns where names became keys, and what is wrong with the other references."""
    columns: dict[str, pd.Series[str]] = {}
    faults: Faults = []
    for spec in TABLES[table].fields:
        if spec.ref is None or spec.ref not in directories:
            continue
        rows = frame[spec.name]
        _resolve_column(spec.name, rows, directories[spec.ref], columns, faults)
    if table == "Targets" and "Reps" in directories:
        of_reps = frame["scope"].where(frame["scope_kind"] == "rep")
        _resolve_column("scope", of_reps, directories["Reps"], columns, faults)
        typed = columns["scope"].fillna(frame["scope"]) if "scope" in columns else frame["scope"]
        scopes = _whole_scopes(typed, frame["scope_kind"], directories["Reps"].frame["team"])
        if not scopes.equals(frame["scope"]):
            columns["scope"] = scopes
    return columns, faults


def _whole_scopes(
    typed: pd.Series[str], kinds: pd.Series[str], known: pd.Series[str]
) -> pd.Series[str]:
    """Scopes of targets: one company, whatever it was called, and teams spelled as the reps have
    them.
    """
    names = known.dropna().unique()
    spelled = {fold_name(team): team for team in sorted(names, reverse=True)}
    teams = {text: spelled.get(fold_name(text), text) for text in typed.dropna().unique()}
    teams |= {team: team for team in names}
    scopes = typed.where(kinds != "company", "company")
    return scopes.where(kinds != "team", typed.map(teams).fillna(typed)).astype("str")


def _resolve_column(
    field: str,
    typed: pd.Series[str],
    directory: Directory,
    columns: dict[str, pd.Series[str]],
    faults: Faults,
) -> None:
    """Look up what is no key; add a new column where something was found, and faults where not."""
    odd = texts_of(typed) - directory.keys
    if not odd:
        return
    doubtful = typed[typed.isin(odd)]
    found = {text: directory.find(text) for text in doubtful.unique()}
    keys = {text: rows[0] for text, rows in found.items() if len(rows) == 1}
    if keys:
        columns[field] = typed.where(~typed.isin(keys.keys()), typed.map(keys)).astype("str")
    unknown = [text for text, rows in found.items() if not rows]
    nearest = nearest_names(unknown, directory.suggestions) if unknown else {}
    wrong = {
        text: _fault(field, directory, rows, nearest.get(text))
        for text, rows in found.items()
        if len(rows) != 1
    }
    left = doubtful[doubtful.isin(wrong.keys())]
    faults += [(row, field, text, wrong[text]) for row, text in left.items()]


def _fault(field: str, directory: Directory, rows: tuple[str, ...], nearest: str | None) -> Fault:
    if rows:
        shown = ", ".join(rows[:3]) + (" …" if len(rows) > 3 else "")
        return Fault("ambiguous-reference", "error", {"table": directory.table, "keys": shown})
    if field == "manager_id":
        return Fault("unknown-manager", "warning", {"nearest": nearest})
    severity: Severity = "warning" if directory.table == "Products" else "error"
    return Fault(directory.unknown(), severity, {"nearest": nearest})


def _findings(table: str, frame: pd.DataFrame, faults: Faults) -> list[Finding]:
    if not faults:
        return []
    keys = row_keys(table, frame)
    return [
        Finding(
            fault.code,
            fault.severity,
            table,
            row=row,
            field=field,
            row_key=keys[row],
            found=text,
            params=fault.params,
        )
        for row, field, text, fault in faults
    ]


def _without_twins(table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out rows whose key, now that names are keys, another row has: all but the first by
    content.
    """
    keys = row_keys(table, frame)
    twice = later_twins(frame, keys)
    if not twice:
        return frame, []
    names = TABLES[table].key
    field = next(
        (name for name in names if TABLES[table].field(name).ref or name == "scope"), names[0]
    )
    findings = [
        Finding(
            "duplicate-key",
            "error",
            table,
            row=row,
            field=field,
            row_key=keys[row],
            found=keys[row],
        )
        for row in twice
    ]
    return frame.drop(index=twice), findings
