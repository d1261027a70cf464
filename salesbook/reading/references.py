"""Which row does a typed reference mean: the one with that key, or the only one with that name?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pandas as pd

from salesbook.frames import Tables, later_twins, row_keys, texts_of
from salesbook.messages import Fact, Finding, Severity, some_of
from salesbook.names.folding import fold_name, keys_by_name, nearest_names
from salesbook.names.merged_ids import FormerRow, keys_with_former
from salesbook.policy import Policy
from salesbook.reading.resolution import Fault, Resolution
from salesbook.reading.stage_references import resolve_pipelines, resolve_stages
from salesbook.reading.table import ReadTable
from salesbook.tables import TABLES, Role

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "Reps": ("rep_id", "name"),
    "Customers": ("customer_id", "name", "company"),
    "Deals": ("deal_id", "name"),
    "Orders": ("order_id",),
    "Products": ("product",),
    "Goals": ("goal_id", "goal"),
    "Openings": ("opening_id",),
    "Candidates": ("candidate_id", "name"),
    "Courses": ("course_id", "title"),
}
"""Per table that others refer to: its key, then the fields that may name a row, best first."""
_SCOPED: Final = ("Targets", "TargetMonths")
"""Tables whose rows are about the company, a team or a rep."""
FormerRows = Mapping[str, Sequence[FormerRow]]
_NONE_MERGED: Final[FormerRows] = {}
_NONE_LEFT_OUT: Final[Mapping[str, Mapping[str, str]]] = {}
_SHOWN_KEYS: Final = 3
"""Keys that a finding about an ambiguous name lists."""


@dataclass(frozen=True)
class RowsByName:
    """The rows of one table that a reference may mean."""

    table: str
    frame: pd.DataFrame
    former: Sequence[FormerRow] = ()
    """Rows that were merged away: what they were called means the row that stands for them."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """By the folded key or name of a row that stands there and cannot be used: the cell that keeps it out."""

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys as they stand in the table."""
        return frozenset(texts_of(self.frame[_NAMES[self.table][0]]))

    @cached_property
    def _keys_by_folded_name(self) -> list[dict[str, tuple[str, ...]]]:
        """Keys by folded name, for the key itself and each field that may name a row, best first."""
        key_field, *name_fields = _NAMES[self.table]
        keys = self.frame[key_field].tolist()
        # An id that stands on a row means that row, however it is written.
        former_ids = {fold_name(row.old_id): (row.living_id,) for row in self.former}
        levels = [former_ids | keys_by_name(zip(keys, keys, strict=True))]
        for field_name in name_fields:
            names = self.frame[field_name].tolist()
            bearers = keys_by_name(zip(names, keys, strict=True))
            levels.append(keys_with_former(bearers, field_name, self.former))
        return levels

    def find(self, typed: str) -> tuple[str, ...]:
        """Keys of the rows that the text may mean: one, several of one name, or none."""
        folded = fold_name(typed)
        for keys_of_name in self._keys_by_folded_name:
            if folded in keys_of_name:
                return keys_of_name[folded]
        return ()

    @cached_property
    def suggestions(self) -> dict[str, str]:
        """Names to suggest, by folded name: those that people call a row by, else its key."""
        key_field, *name_fields = _NAMES[self.table]
        shown = self.frame[name_fields[0] if name_fields else key_field]
        return {fold_name(text): text for text in sorted(shown.dropna().unique())}

    def fault(
        self, field_name: str, keys: tuple[str, ...], nearest: str | None, typed: str
    ) -> Fault:
        """What is wrong with a reference that means several rows, or none."""
        if keys:
            shown = some_of(keys, _SHOWN_KEYS)
            return Fault("ambiguous-reference", "error", {"table": self.table, "keys": shown})
        cell = self.left_out.get(fold_name(typed))
        if cell is not None:
            # Whoever adds the row once more, as is said of an unknown one, has it twice.
            is_manager = field_name == "manager_id"
            facts: dict[str, Fact] = {"table": self.table, "cell": cell}
            return Fault("reference-left-out", "warning" if is_manager else "error", facts)
        if field_name == "manager_id":
            # Lists of sellers often lack their managers; nobody's sales hang on it.
            return Fault("unknown-manager", "warning", {"nearest": nearest})
        severity: Severity = "warning" if self.table == "Products" else "error"
        code = f"unknown-{self.table.removesuffix('s').lower()}"
        return Fault(code, severity, {"nearest": nearest})


def names_left_out(read: ReadTable) -> dict[str, str]:
    """By folded key and name of each row that cannot be used: the cell that keeps it out, as `B41`.

    A row whose key another one has too is none of them: the key leads to that one.
    """
    fields = _NAMES.get(read.spec.name)
    if fields is None or read.left_out.empty:
        return {}
    cell_of_row: dict[int, str] = {}
    for finding in read.findings:
        if finding.row is not None and finding.severity == "error":
            cell_of_row.setdefault(finding.row, read.address(finding.row, finding.field))
    names: dict[str, str] = {}
    # The key is told before a name that happens to be the same.
    for field_name in fields:
        for row, text in read.left_out[field_name].dropna().items():
            cell = cell_of_row.get(int(str(row)))
            if cell:
                names.setdefault(fold_name(str(text)), cell)
    return names


def resolve_references(
    tables: Tables,
    policy: Policy,
    former: FormerRows = _NONE_MERGED,
    left_out: Mapping[str, Mapping[str, str]] = _NONE_LEFT_OUT,
) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    """Replace references typed as unique names by keys.

    A reference is its row's key, or a name that only one row has; case, width and amount of white
    space do not count, and keys go before names. One that means several rows, or none, stays as
    typed. Only tables that people type into are looked at, and only references to tables at hand:
    `tables`, and Products and Stages of the policy unless they are empty. An unknown product is a
    warning, for the row still counts in full; any other is an error. What was merged into another
    row means that one.

    Args:
        former: by table, the rows that were merged away.
        left_out: by table, what `RowsByName.left_out` says.

    Returns: the tables, new frames where something was replaced; findings in order of tables,
        fields and rows. Of rows whose keys became the same all but the first by content are left
        out, with a finding.
    """
    rows_by_name = _rows_by_name(tables, policy, former, left_out)
    resolved = dict(tables)
    findings: list[Finding] = []
    for table, spec in TABLES.items():
        if table not in tables or spec.role is not Role.INPUT:
            continue
        resolution = Resolution(table, tables[table])
        _resolve_keys(resolution, rows_by_name)
        _resolve_scopes(resolution, rows_by_name)
        resolve_pipelines(resolution, policy)
        resolve_stages(resolution, policy, resolved.get("Deals"))
        findings += resolution.findings()

        frame = resolution.frame
        if resolution.changed & set(spec.key):
            frame, repeated_keys = _without_twins(table, frame)
            findings += repeated_keys
        resolved[table] = frame
    return resolved, findings


def _rows_by_name(
    tables: Tables,
    policy: Policy,
    former: FormerRows,
    left_out: Mapping[str, Mapping[str, str]],
) -> dict[str, RowsByName]:
    by_table = {
        table: RowsByName(table, tables[table], former.get(table, ()), left_out.get(table, {}))
        for table in _NAMES
        if table in tables
    }
    if policy.products and "Products" not in by_table:
        products = pd.Series([product.product for product in policy.products], dtype="str")
        by_table["Products"] = RowsByName("Products", pd.DataFrame({"product": products}))
    return by_table


def _resolve_keys(resolution: Resolution, rows_by_name: Mapping[str, RowsByName]) -> None:
    """Look up every field that refers to a table at hand."""
    for spec in TABLES[resolution.table].fields:
        rows = rows_by_name.get(spec.ref or "")
        if rows is not None:
            _resolve_column(resolution, spec.name, resolution.frame[spec.name], rows)


def _resolve_scopes(resolution: Resolution, rows_by_name: Mapping[str, RowsByName]) -> None:
    """Scopes of targets: a rep's key, a team as the reps spell it, one word for the company."""
    if resolution.table not in _SCOPED or "Reps" not in rows_by_name:
        return
    reps = rows_by_name["Reps"]
    kinds = resolution.frame["scope_kind"]
    typed = resolution.frame["scope"]

    _resolve_column(resolution, "scope", typed.where(kinds == "rep"), reps)
    scopes = resolution.frame["scope"].fillna(
        typed
    )  # reps are resolved, others missing or as typed
    scopes = scopes.where(kinds != "company", "company")
    scopes = scopes.where(kinds != "team", _spelled_teams(scopes, reps.frame["team"]))
    scopes = scopes.astype("str")
    if not scopes.equals(typed):
        resolution.replace("scope", scopes)


def _spelled_teams(typed: pd.Series[str], teams: pd.Series[str]) -> pd.Series[str]:
    """Teams as the reps have them; one that no rep has stays as typed."""
    known = teams.dropna().unique()
    # Of two spellings in Team the first in alphabetical order stands for both.
    spelling = {fold_name(team): team for team in sorted(known, reverse=True)}
    names = {text: spelling.get(fold_name(text), text) for text in typed.dropna().unique()}
    names |= {team: team for team in known}
    return typed.map(names).fillna(typed)


def _resolve_column(
    resolution: Resolution, field_name: str, typed: pd.Series[str], rows: RowsByName
) -> None:
    """Look up what is no key; note what is wrong where that leads to no row, or to several."""
    not_keys = texts_of(typed) - rows.keys
    if not not_keys:
        return
    doubtful = typed[typed.isin(not_keys)]
    matches = {text: rows.find(text) for text in doubtful.unique()}

    key_of = {text: keys[0] for text, keys in matches.items() if len(keys) == 1}
    if key_of:
        resolution.replace(field_name, typed.where(~typed.isin(key_of.keys()), typed.map(key_of)))

    unknown = [text for text, keys in matches.items() if not keys]
    nearest = nearest_names(unknown, rows.suggestions) if unknown else {}
    faults = {
        text: rows.fault(field_name, keys, nearest.get(text), text)
        for text, keys in matches.items()
        if len(keys) != 1
    }
    resolution.note(field_name, doubtful, faults)


def _without_twins(table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out rows whose key, now that names are keys, another row has, each with a finding."""
    keys = row_keys(table, frame)
    twins = later_twins(frame, keys)
    if not twins:
        return frame, []
    spec = TABLES[table]
    # The finding leads to the field in which a name became a key.
    may_be_named = (name for name in spec.key if spec.field(name).ref or name == "scope")
    field_name = next(may_be_named, spec.key[0])
    findings = [
        Finding(
            "duplicate-key",
            "error",
            table,
            row=row,
            field=field_name,
            row_key=keys[row],
            found=keys[row],
        )
        for row in twins
    ]
    return frame.drop(index=twins), findings
