"""Whose target is a row of a file: a rep's, a team's, or the company's?

A list of targets rarely says so in two columns as Targets does. It has a column of reps, or of
teams, or both, or names of all kinds in one; a row of totals is the target of a team or of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from salesbook import labels
from salesbook.cells.base import Reason, Value
from salesbook.intake.book_now import BookNow
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.people.register import NameRegister
from salesbook.intake.rows import FileRow
from salesbook.names.folding import fold_name, nearest_names
from salesbook.names.totals import says_total

SCOPED: Final = ("Targets", "TargetMonths")
"""Tables whose rows are about the company, a team or a rep."""
_COMPANY_WORDS: Final = ("company", "whole company", "all", "公司", "全公司", "公司合计", "全体")
_TOTAL_BEHIND: Final = re.compile(
    r"(?P<name>.+?)[\s:：_-]*(?:sub ?)?(?:totals?|合计|小计|总计|汇总|團隊合計)|"
    r"(?:sub ?)?totals?(?: of| for|:)?\s+(?P<name2>.+)",
    re.IGNORECASE,
)
"""`North Total`, `North: subtotal`, `华东小计`, `Total North`."""


_SAYING: Final = frozenset(("scope_kind", "scope", "_rep", "_team"))
"""Columns that may say whom a row is about."""


def tell_scopes(
    rows: Iterable[FileRow], header_map: HeaderMap, book: BookNow, register: NameRegister
) -> HeaderMap:
    """Say of every row whom it is about, or reject it.

    A file with no column that might say so is about the company.

    Args:
        register: the reps.

    Returns: the map, which knows that the scope is filled.
    """
    has_column = any(column.field in _SAYING for column in header_map.columns)
    only_company = not has_column and not header_map.not_taken
    teller = ScopeTeller(book, register, only_company=only_company)
    for row in rows:
        teller.tell(row)
    return replace(header_map, made=header_map.made | {"scope_kind", "scope"})


class ScopeTeller:
    """Says of rows of targets whom they are about, from what their columns hold."""

    def __init__(self, book: BookNow, register: NameRegister, *, only_company: bool) -> None:
        """Args:
        register: the reps.
        only_company: the file has no column that may say whom a row is about.
        """
        self._register = register
        self._only_company = only_company
        self._company_words = {fold_name(word) for word in _COMPANY_WORDS}
        for language in labels.LANGUAGES:
            word = labels.choice("Targets.scope_kind", "company", language)
            self._company_words.add(fold_name(word))
        teams = {str(row["team"]) for row in book.table("Reps").rows.values() if "team" in row}
        self._teams = {fold_name(team): team for team in sorted(teams, reverse=True)}
        """Teams as they are spelled, by folded name."""

    def tell(self, row: FileRow) -> None:
        """Fill `scope_kind` and `scope`, or reject the row; what the file itself says stays."""
        rep = str(row.values.pop("_rep", ""))
        team = str(row.values.pop("_team", ""))
        if row.faults or "scope_kind" in row.values:
            if row.values.get("scope_kind") == "company":
                row.values["scope"] = "company"
            return

        name = str(row.values.pop("scope", ""))
        if rep and not self._is_of_all(rep):
            self._rep_or_team(row, rep, team)
        elif team and not self._is_of_all(team):
            _put(row, "team", self._team(self._without_total(team)))
        elif name and not self._is_of_all(name):
            self._anybody(row, name)
        elif name or rep or team or self._only_company:
            _put(row, "company", "company")
        else:
            row.reject("scope", "no-scope")

    def _is_of_all(self, text: str) -> bool:
        return says_total(text) or fold_name(text) in self._company_words

    def _without_total(self, text: str) -> str:
        """The name in `North Total`, where the whole is no name by itself."""
        match = _TOTAL_BEHIND.fullmatch(text.strip())
        if match is None or fold_name(text) in self._teams:
            return text
        return (match["name"] or match["name2"]).strip()

    def _team(self, text: str) -> str:
        return self._teams.get(fold_name(text), text)

    def _rep_or_team(self, row: FileRow, text: str, team: str) -> None:
        """A word under a header for reps: a rep, unless it is none and a team is called so."""
        bare = self._without_total(text)
        is_rep = not self._register.is_unknown(text)
        if not is_rep and fold_name(bare) in self._teams:
            _put(row, "team", self._team(bare))
            return
        more: dict[str, Value] | None = {"team": team} if team else None
        self._put_rep(row, text, more)

    def _anybody(self, row: FileRow, text: str) -> None:
        """A word under a header that says no kind: whoever is called so, if only one is."""
        bare = self._without_total(text)
        is_team = fold_name(bare) in self._teams
        is_rep = not self._register.is_unknown(text)
        if is_team and is_rep:
            row.reject("scope", "scope-of-two", found=text)
        elif is_team:
            _put(row, "team", self._team(bare))
        elif is_rep:
            self._put_rep(row, text, None)
        else:
            known = {**{fold_name(name): name for name in self._teams.values()}}
            nearest = nearest_names([text], known).get(text)
            row.reject("scope", "unknown-scope", found=text, nearest=nearest)

    def _put_rep(self, row: FileRow, text: str, more: dict[str, Value] | None) -> None:
        key = self._register.find_or_add(text, more)
        if isinstance(key, Reason):
            row.faults += (("scope", self._register.refusal(key)),)
        else:
            _put(row, "rep", key)


def _put(row: FileRow, kind: str, scope: str) -> None:
    row.values["scope_kind"] = kind
    row.values["scope"] = scope


def scoped_rows(rows: Iterable[FileRow]) -> dict[str, list[int]]:
    """Numbers of the file's rows by the kind of their scope."""
    by_kind: dict[str, list[int]] = {}
    for row in rows:
        if not row.faults:
            by_kind.setdefault(str(row.values.get("scope_kind")), []).append(row.number)
    return by_kind
