"""What does a page say, for whoever has no sheet before him? Its lists, as a report words them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from salesbook import labels
from salesbook.labels import LANGUAGES, Language
from salesbook.names.folding import fold_name
from salesbook.reports.compose import left_out
from salesbook.reports.contents import LISTS
from salesbook.reports.target_board import PAGE as TARGET_BOARD
from salesbook.reports.target_board import target_board_of

if TYPE_CHECKING:
    from salesbook.book.reporting import Described, ScopeKind
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

_BEGINS_WITH_YEAR: Final = ("TeamBoard",)
"""Pages on whose sheet the running year is chosen until somebody chooses another period."""


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
    matrix: Sequence[Table] = ()
    """One table with ever fewer columns, of which the first that fits is shown; none on most pages."""


def page_named(name: str) -> str | None:
    """The page that somebody names by its code, or by its sheet in any language; None for none."""
    by_name = {fold_name(page): page for page in PAGES}
    for page, code in PAGES.items():
        for language in LANGUAGES:
            sheet = labels.word("book", f"sheets.{code}", language)
            by_name[fold_name(sheet)] = page
    return by_name.get(fold_name(name))


def show_page(
    book: Path, page: str, who: str | None, language: Language | None, top: int | None = None
) -> PageShown:
    """Word one page of a workbook.

    Args:
        who: the rep or team whose page it is; missing: the company, of a rep's page who needs help
            most.
        top: how many lines of each list are shown at most, without its sums; missing: all.

    Raises: SalesbookError; UsageError for somebody whom nobody knows.
    """
    from salesbook.book.reporting import report_described

    described = report_described(
        book, who, _kinds(page), language, of_year=page in _BEGINS_WITH_YEAR
    )
    shown = _page_shown(page, described)
    if top is None:
        return shown
    words = described.composer.words
    return replace(
        shown,
        tables=[table.cut(top, lambda count: left_out(words, count)) for table in shown.tables],
        # Of the matrix each line has two rows: the plan, and what was sold.
        matrix=[
            table.cut(2 * top, lambda count: left_out(words, count // 2)) for table in shown.matrix
        ],
    )


def _kinds(page: str) -> tuple[ScopeKind, ...]:
    """Whose page it can be."""
    if page == _REP_PAGE:
        return ("rep",)
    kinds_of_lists = {kind for block in LISTS if block.page == page for kind in block.kinds}
    return ("rep", "team") if "rep" in kinds_of_lists else ("team",)


def _page_shown(page: str, described: Described) -> PageShown:
    report = described.report
    sheet = labels.word("book", f"sheets.{PAGES[page]}", described.language)
    shown = PageShown(
        title=f"{sheet} · {report.title}",
        facts=report.facts,
        answer=(),
        tiles=(),
        tables=(),
        language=described.language,
    )
    if page == TARGET_BOARD:
        board = target_board_of(described.composer)
        return replace(
            shown,
            answer=board.answer,
            tiles=board.tiles,
            tables=board.tables,
            matrix=board.matrix,
        )
    of_page = {block.list for block in LISTS if block.page == page}
    begins_with_tiles = page in _WITH_TILES
    return replace(
        shown,
        answer=report.answer if begins_with_tiles else (),
        tiles=report.tiles if begins_with_tiles else (),
        tables=[
            table for table in described.composer.tables(of_pages=True) if table.name in of_page
        ],
    )
