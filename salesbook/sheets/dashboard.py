"""Where does each thing of the Dashboard stand?"""

from __future__ import annotations

from typing import Final

from salesbook.expressions import Expression, Text, Word
from salesbook.pages.common import (
    DASH,
    amount_or,
    amount_text,
    chance_shown,
    date_text,
    fact,
    framed,
    if_,
    is_number,
    landing_word,
    unit_in_brackets,
)
from salesbook.pages.dashboard import CHANGES, STEPS, TILES, dashboard, to_go
from salesbook.pages.lines.line import FEWEST_SNAPSHOTS
from salesbook.pages.page import Page
from salesbook.sheets.board import (
    COLUMNS,
    SIGN_COLUMN,
    SPACER_PIXELS,
    TWO_LINES,
    Board,
    Line,
    ListColumn,
    PlacedChart,
)
from salesbook.sheets.look import Align, Bar, Look, Tone, number

_TILE: Final = 24
_GUTTER: Final = 1
_LEFT: Final = 49
"""Columns of the wide block beside the narrow one."""
_HALF: Final = 36

_HELP: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "rep", 8, Look(tone="accent"), is_link=True),
    ListColumn("team", "team", 4, Look()),
    ListColumn("sold", "sold", 5, number("money")),
    ListColumn("due", "due", 5, number("money", tone="muted")),
    ListColumn("rate", "of_pace", 4, number("rate", bold=True), is_signed=True, bar=Bar(3)),
    ListColumn("months", "twelve_months", 5, Look(indent=1), said="spark"),
    ListColumn("because", "why", 16, Look(size=9, indent=1, wrap=True)),
)
_CHANGED: Final = (
    SIGN_COLUMN,
    ListColumn("says", "change", 5, Look(bold=True), is_signed=True),
    ListColumn("because", "what", 17, Look(size=8.5, wrap=True)),
)
_TODAY: Final = (
    SIGN_COLUMN,
    ListColumn("says", "do", 14, Look(bold=True, size=9.5, wrap=True)),
    ListColumn("subject", "about", 14, Look(tone="accent", size=9, wrap=True), is_link=True),
    ListColumn("customer", "customer", 10, Look(size=9, wrap=True)),
    ListColumn("rep", "who", 7, Look(size=9.5)),
    ListColumn("amount", "amount", 5, number("money")),
    ListColumn("because", "because", 17, Look(size=9, tone="muted", indent=1, wrap=True)),
    ListColumn("since_on", "since", 5, number("day", tone="muted", size=9)),
)


def dashboard_sheet() -> Board:
    """Lay the page out."""
    page = dashboard()
    board = Board(page)
    board.head(Word("sheets.dashboard"), page.selectors)
    board.answer("answer", board.first_step("target", "sales", "refresh"))
    _tiles(board)
    _people_and_changes(board)
    _today(board)
    _charts(board)
    sold_by = fact("sold")
    dot = if_(sold_by.equals(""), "", " · ")
    board.put(
        0,
        COLUMNS,
        sold_by.then(dot, board.once_run(Word("pages.dashboard.footnote"))),
        Look(tone="muted", size=8),
    )
    board.next_row()
    return board


def _tiles(board: Board) -> None:
    """Three tiles: name and days left; landing and chance; a bar; sold, target, to go, range."""
    page, first = board.page, board.begin_tiles()
    for place in range(TILES):
        board.row = first
        _tile(board, page, place, place * (_TILE + _GUTTER))
    board.leave_tiles(first, (22, 36, 44, 16, 20))


def _tile(board: Board, page: Page, place: int, left: int) -> None:
    tile = f"tile{place}"
    sign = page.cell(tile, 0, "sign")
    days = page.cell(tile, 0, "days")
    chance, landing = page.cell(tile, 0, "chance_rate"), page.cell(tile, 0, "middle")
    top = Look(fill="panel", size=9.5, bold=True, indent=1)
    not_yet = Word(f"pages.dashboard.tile{place}")
    board.put(left, 14, board.once_run(page.cell(tile, 0, "says"), not_yet), top)
    left_text = if_(is_number(days), days_left(days), "")
    board.put(
        left + 14,
        10,
        left_text,
        Look(fill="panel", size=8.5, tone="muted", align="right", indent=1),
    )

    board.next_row()
    shown = board.once_run(amount_or(landing, ""), DASH)
    board.put(left, 8, shown, Look(fill="panel", size=20, bold=True, indent=1, shrink=True))
    sold, low = page.cell(tile, 0, "sold"), page.cell(tile, 0, "low")
    amount_word = if_(is_number(landing), landing_word("dashboard", landing, sold, low), "")
    board.put(left + 8, 4, amount_word, Look(fill="panel", size=8.5, tone="muted"))
    chance_word = if_(is_number(chance), Word("pages.dashboard.chance"), "")
    board.put(left + 12, 5, chance_word, Look(fill="panel", size=8.5, tone="muted", align="right"))
    mark = board.sign(left + 17, 2, sign, Look(fill="panel", size=16, bold=True, align="right"))
    board.edge(board.row - 1, left, _TILE, mark)
    board.put(
        left + 19,
        5,
        chance_shown(chance),
        Look(shows="rate", fill="panel", size=18, bold=True, align="right", indent=1),
        signed_by=mark,
    )

    board.next_row()
    board.put(left, _TILE, None, Look(fill="panel"))
    board.charts.append(
        PlacedChart(
            board.row,
            left + 2,
            _TILE,
            44,
            "stacked_bar",
            "",
            (
                Line(page.name(f"{tile}.sold"), "bar", "accent"),
                Line(
                    page.name(f"{tile}.to_come"),
                    "bar",
                    "light",
                    errors=(page.name(f"{tile}.over"), page.name(f"{tile}.under")),
                ),
                Line(page.name(f"{tile}.target"), "bar", "grey"),
            ),
            gap=20,
            says="pages.dashboard.tile_chart",
        )
    )

    low, high = page.cell(tile, 0, "low"), page.cell(tile, 0, "high")
    span = if_(is_number(low), amount_text(low).then("–", amount_text(high)), "")
    sold, target = page.cell(tile, 0, "sold"), page.cell(tile, 0, "target")
    figures: tuple[tuple[str, int, Expression, Align], ...] = (
        ("sold", 5, amount_or(sold, ""), "left"),
        ("target", 5, amount_or(target), "left"),
        ("to_go", 4, to_go(page, place), "left"),
        ("range", 10, span, "right"),
    )
    board.next_row()
    column = left
    for word, width, _, align in figures:
        marked = {"sold": "■ ", "target": "■ "}.get(word, "")
        tone: Tone = "accent" if word == "sold" else "muted"
        shown = board.once_run(Text(marked).then(Word(f"pages.heads.{word}")))
        board.put(
            column, width, shown, Look(fill="panel", size=8, tone=tone, align=align, indent=1)
        )
        column += width
    board.next_row()
    column = left
    for _, width, said, align in figures:
        look = Look(fill="panel", size=9.5, bold=True, align=align, indent=1, shrink=True)
        board.put(column, width, board.once_run(said), look)
        column += width


def days_left(days: Expression) -> Expression:
    """How many working days are left, in words."""
    one, more = (framed(f"pages.dashboard.{word}", days) for word in ("day_left", "days_left"))
    return if_(days.equals(1), one, more)


def _people_and_changes(board: Board) -> None:
    page = board.page
    right = _LEFT + _GUTTER
    board.title(
        0,
        _LEFT,
        board.word_with("help_rest", "help"),
        note=page.cell("help_rest", 0, "says"),
        link=("pages.dashboard.help_link", "Scorecard"),
    )
    since = page.cell("changed_since", 0, "on")
    changed = framed("pages.dashboard.changed", date_text(since))
    title = if_(is_number(since), changed, board.once_run(Word("pages.dashboard.changed_first")))
    board.title(
        right,
        COLUMNS - right,
        title,
        link=("pages.dashboard.changed_link", "Forecast"),
        link_width=7,
    )
    board.next_row()
    board.lists_beside(((0, _HELP, "help"), (right, _CHANGED, "changed")), CHANGES, TWO_LINES)
    board.next_row(SPACER_PIXELS)


def _today(board: Board) -> None:
    page = board.page
    counted = page.cell("today_count", 0, "says")
    title = board.word_with("today_count", "today")
    note = if_(page.has_line("today_count"), framed("pages.dashboard.today_note", counted), "")
    board.title(0, COLUMNS, title, note=note, link=("pages.dashboard.today_link", "Alerts"))
    board.next_row()
    board.lists_beside(((0, _TODAY, "today"),), STEPS, TWO_LINES)
    board.next_row(SPACER_PIXELS)


def _charts(board: Board) -> None:
    page = board.page
    unit = unit_in_brackets()
    has_months = page.has_line("month0")
    right = COLUMNS - _HALF
    months = if_(has_months, Word("pages.dashboard.months").then(unit), "")
    board.put(0, 22, months, Look(size=11.5, bold=True))
    board.legend(22, (("■", "sold", 4), ("■", "to_come", 5), ("—", "target", 5)), has_months)
    has_landing = page.has_line("landing", FEWEST_SNAPSHOTS - 1)
    landing = if_(page.has_line("landing"), Word("pages.dashboard.landings").then(unit), "")
    board.put(right, 22, landing, Look(size=11.5, bold=True))
    board.legend(
        right + 22, (("■", "landing", 4), ("■", "range", 5), ("—", "target", 5)), has_landing
    )
    board.next_row()

    board.charts.append(
        PlacedChart(
            board.row,
            2,
            _HALF,
            196,
            "stacked",
            page.name("months.label"),
            (
                Line(page.name("months.sold"), "column", "accent"),
                Line(page.name("months.to_come"), "column", "light"),
                Line(page.name("months.end"), "unseen_line", "ink", labels="all"),
                Line(page.name("months.target"), "line", "ink", labels="last"),
            ),
            says="pages.dashboard.months",
        )
    )
    board.charts.append(
        PlacedChart(
            board.row,
            right + 2,
            _HALF,
            196,
            "line",
            page.name("landing.on"),
            (
                Line(
                    page.name("landing.middle"),
                    "line",
                    "accent",
                    labels="ends",
                    errors=(page.name("landing.over"), page.name("landing.under")),
                    band=True,
                ),
                Line(page.name("landing.target"), "line", "ink", labels="last"),
            ),
            of_days=True,
            says="pages.dashboard.landings",
        )
    )
    # The chart's place is empty until it has enough to draw.
    too_few = board.word_with("landing", "landings_few")
    note = if_(has_landing, "", too_few)
    board.put(right, _HALF, note, Look(size=8.5, tone="muted"))
    for _ in range(8):
        board.next_row()
    board.next_row(SPACER_PIXELS)
