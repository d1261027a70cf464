"""What does a page say, for whoever has no sheet before him? Its lists, as a report words them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from salesbook import labels
from salesbook.labels import LANGUAGES, Language
from salesbook.names.folding import fold_name
from salesbook.reports.contents import LISTS

if TYPE_CHECKING:
    from salesbook.book.reporting import ScopeKind
    from salesbook.reports.description import Remark, Table, Tile

PAGES: Final = {
    "Dashboard": "dashboard",
    "TargetBoard": "target_board",
    "TeamBoard": "team_board",
    "RepPage": "rep_page",
    "PipelineBoard": "pipeline_board",
    "CustomerBoard": "customer_board",
}
"""By the name that a command knows a page by, and PageLines too, the code of its sheet.

Written down, since to lay the pages out takes a second; a test holds it to them.
"""
_REP_PAGE: Final = "RepPage"
_WITH_TILES: Final = ("Dashboard", _REP_PAGE)
"""Pages that begin with whether the number will be made."""


@dataclass(frozen=True)
class PageShown:
    """One page in words."""

    title: str
    facts: str
    """As of which day it is, and what it was made of."""
    answer: Sequence[Remark]
    tiles: Sequence[Tile]
    tables: Sequence[Table]
    language: Language


def page_named(name: str) -> str | None:
    """The page that somebody names by its code, or by its sheet in any language; None for none."""
    by_name = {fold_name(page): page for page in PAGES}
    for page, code in PAGES.items():
        for language in LANGUAGES:
            sheet = labels.word("book", f"sheets.{code}", language)
            by_name[fold_name(sheet)] = page
    return by_name.get(fold_name(name))


def is_worded(page: str) -> bool:
    """Whether a page can be told in words; of the others a command shows the lines."""
    return page in _WITH_TILES or any(block.page == page for block in LISTS)


def show_page(book: Path, page: str, who: str | None, language: Language | None) -> PageShown:
    """Word one page of a workbook.

    Args:
        who: the rep or team whose page it is; missing: the company, of a rep's page who needs help
            most.

    Raises: SalesbookError; UsageError for somebody whom nobody knows.
    """
    from salesbook.book.reporting import report_described

    kinds: tuple[ScopeKind, ...] = ("rep",) if page == _REP_PAGE else ("rep", "team")
    described = report_described(book, who, kinds, language)
    of_page = {block.list for block in LISTS if block.page == page}
    report = described.report
    begins_with_tiles = page in _WITH_TILES
    sheet = labels.word("book", f"sheets.{PAGES[page]}", described.language)
    return PageShown(
        title=f"{sheet} · {report.title}",
        facts=report.facts,
        answer=report.answer if begins_with_tiles else (),
        tiles=report.tiles if begins_with_tiles else (),
        tables=[table for table in report.tables if table.name in of_page],
        language=described.language,
    )
