"""Where does each thing of the Pipeline board stand?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from salesbook.expressions import Expression, Text, Word, call
from salesbook.pages.common import (
    DASH,
    amount_text,
    chance_shown,
    date_text,
    framed,
    if_,
    is_number,
    landing_word,
    unit_in_brackets,
)
from salesbook.pages.lines.pipeline_board import STUCK, TRACK
from salesbook.pages.page import Page
from salesbook.pages.pipeline_board import MOVES, STAGES, TRUSTED, pipeline_board
from salesbook.sheets.board import (
    COLUMNS,
    SIGN_COLUMN,
    SIGN_LOOK,
    SPACER_PIXELS,
    TWO_LINES,
    Barred,
    Board,
    Line,
    ListColumn,
    PlacedChart,
)
from salesbook.sheets.look import Look, Shows, number

_TILE: Final = 14
_GUTTER: Final = 1
_LEFT: Final = 37
_RIGHT: Final = 36

_SMALL: Final = Look(size=9.5)
_DEALS: Final = (
    ListColumn(
        "subject", "deal", 16, Look(tone="accent", size=9, indent=1, wrap=True), is_link=True
    ),
    ListColumn("rep", "rep", 7, _SMALL),
    ListColumn("stage", "stage", 6, _SMALL),
    ListColumn("amount", "amount", 5, number("money", size=9.5)),
    ListColumn("rate", "win_rate", 4, number("rate", size=9.5)),
    ListColumn("on", "due_on", 5, number("day", size=9.5)),
    ListColumn("expected", "this_quarter", 6, number("money", size=9.5, bold=True)),
    SIGN_COLUMN,
    ListColumn("says", "in_stage", 9, _SMALL, is_signed=True),
    ListColumn("next_step", "next_step", 10, Look(size=9, wrap=True)),
    ListColumn("marks", "", 1, SIGN_LOOK, is_sign=True),
    ListColumn("next_on", "on", 3, number("date", size=9.5), is_signed=True),
)
_EXPECTED_AT: Final = 43
"""Columns left of what a deal brings in the quarter."""
_STAGES: Final = (
    ListColumn("stage", "stage", 8, Look(size=9.5, indent=1)),
    ListColumn("count", "open", 3, number("count", size=9.5)),
    ListColumn("amount", "amount", 6, number("money", size=9.5)),
    ListColumn("sign", "", 1, SIGN_LOOK),
    ListColumn("rate", "go_on", 4, number("rate", size=9.5, bold=True), is_signed=True),
    ListColumn("range", "range", 5, Look(size=9, tone="muted", align="right"), said="range"),
    ListColumn("number", "median_days", 4, number("days", size=9.5)),
    ListColumn("limit_days", "stuck_after", 3, number("days", size=9.5)),
    ListColumn("count_down", "stuck", 3, number("count", size=9.5)),
)
_MOVED: Final = (
    SIGN_COLUMN,
    ListColumn("says", "change", 6, Look(size=9.5), is_signed=True),
    ListColumn("count", "deals", 3, number("count", size=9.5)),
    ListColumn("amount", "amount", 6, number("money", size=9.5), is_signed=True),
    ListColumn(
        "subject", "largest", 13, Look(tone="accent", size=9, indent=1, wrap=True), is_link=True
    ),
    ListColumn("moved_days", "from_to", 7, Look(size=8.5, tone="muted"), said="days"),
)


class _Tile(NamedTuple):
    """What a tile says; what it shows as text is an amount."""

    caption: Expression
    figure: Expression
    shows: Shows
    below: Expression
    sign: Expression | None = None


def pipeline_board_sheet() -> Board:
    """Lay the page out."""
    page = pipeline_board()
    board = Board(page)
    board.head(Word("sheets.pipeline_board"), page.selectors)
    has_deals = _has_deals(page)
    no_forecast = Word("pages.pipeline_board.no_forecast")
    first_step = Word("pages.pipeline_board.first_step")
    board.answer("answer", if_(has_deals, no_forecast, first_step), "attention")
    _tiles(board)
    _deals(board)
    _stages(board)
    _moved_and_ahead(board)
    return board


def _has_deals(page: Page) -> Expression:
    """Whether any deal is open."""
    return (page.has_line("stuck_sum") + page.has_line("track_sum")) > 0


# Tiles.


def _tiles(board: Board) -> None:
    """Landing, chance, open pipeline, coverage, stuck: caption, number, and a line below."""
    page, first = board.page, board.begin_tiles()
    landing, target = page.cell("tile", 0, "middle"), page.cell("tile", 0, "target")
    low, high = page.cell("tile", 0, "low"), page.cell("tile", 0, "high")
    has_target = is_number(landing) * is_number(target)
    reached = call("ROUND", landing / target * 100, 0).then("%")
    of_target = reached.then(Word("pages.pipeline_board.of"), amount_text(target))
    span = if_(is_number(low), Text(" · ").then(amount_text(low), "–", amount_text(high)), "")
    has_both = has_target.equals(1)
    lands_or_ended = landing_word("pipeline_board", landing, page.cell("tile", 0, "sold"), low)
    lands = _Tile(
        caption=board.once_run(
            page.cell("tile", 0, "says").then(" ", lands_or_ended),
            Word("pages.pipeline_board.landing_first"),
        ),
        figure=landing,
        shows="text",
        below=if_(has_both, call("IFERROR", of_target, "").then(span), ""),
        sign=if_(has_both, if_(landing >= target, "▲", "▼"), ""),
    )

    sold = call("N", page.cell("tile", 0, "sold"))
    missing = call("MAX", 0, call("N", target) - sold)
    to_go = framed("pages.pipeline_board.sold", amount_text(sold)).then(
        framed("pages.pipeline_board.missing", amount_text(missing))
    )
    chance = _Tile(
        caption=Word("pages.pipeline_board.chance"),
        figure=page.cell("tile", 0, "chance_rate"),
        shows="rate",
        below=if_(is_number(target), to_go, ""),
        sign=page.cell("tile", 0, "sign"),
    )

    def of_list(word: str, listed: str, name: str, shows: Shows, below: str = "because") -> _Tile:
        caption, figure = Word(f"pages.pipeline_board.{word}"), page.cell(listed, 0, name)
        return _Tile(caption, figure, shows, page.cell(listed, 0, below))

    open_deals = of_list("open", "open", "amount", "text", "says")
    coverage = of_list("coverage", "open", "number", "times")
    late = of_list("stuck", "attention", "count", "count")
    tiles = (
        lands,
        chance,
        open_deals,
        coverage._replace(sign=page.cell("open", 0, "sign")),
        late._replace(sign=page.cell("attention", 0, "sign")),
    )
    for place, tile in enumerate(tiles):
        _tile(board, first, place, tile)
    board.leave_tiles(first, (22, 36, 22))


def _tile(board: Board, first: int, place: int, tile: _Tile) -> None:
    """One tile; an empty book has a dash for its figure."""
    left = place * (_TILE + _GUTTER)
    caption = Look(fill="panel", size=9, tone="muted", indent=1)
    board.put(left, _TILE, tile.caption, caption, row=first)
    big = Look(shows=tile.shows, fill="panel", size=20, bold=True, indent=1, shrink=True)
    is_amount = tile.shows == "text"
    figure = chance_shown(tile.figure) if tile.shows == "rate" else tile.figure
    number_shown = amount_text(tile.figure) if is_amount else figure
    shown = if_(is_number(tile.figure), number_shown, DASH)
    board.put(left, _TILE, board.once_run(shown, DASH), big, row=first + 1)

    width, mark = 0, None
    if tile.sign is not None:
        width, look = 2, Look(fill="panel", size=9.5, bold=True, align="right")
        mark = board.sign(left, width, tile.sign, look, row=first + 2)
    below = Look(fill="panel", size=8.5, tone="muted", indent=0 if width else 1, shrink=True)
    board.put(left + width, _TILE - width, tile.below, below, row=first + 2, signed_by=mark)
    board.edge(first, left, _TILE, mark)


# Open deals.


class _BandHead(NamedTuple):
    """What stands at the left end of a band."""

    sign: Expression
    words: Expression


def _deals(board: Board) -> None:
    """Deals to be decided, then those on track; each with what all of them come to."""
    page = board.page
    has_deals = _has_deals(page)
    none_open = if_(page.has_line("open"), Word("pages.pipeline_board.no_deals"), "")
    note = if_(has_deals, Word("pages.pipeline_board.deals_note"), none_open)
    board.title(
        0,
        COLUMNS,
        board.word_with("open", "deals"),
        title_width=20,
        note=note,
        link=("pages.pipeline_board.deals_link", "Deals"),
    )
    board.next_row()
    board.list_heads(0, _DEALS, "open")
    board.next_row(22)

    first = board.row
    nothing_late = _BandHead(
        if_(has_deals, "✓", ""), if_(has_deals, Word("pages.pipeline_board.nothing_late"), "")
    )
    decide = _BandHead(Text("⚠"), Word("pages.pipeline_board.decide"))
    _band(board, "stuck", decide, nothing_late)
    _lines(board, "stuck", STUCK)
    on_track = _BandHead(Text("✓"), Word("pages.pipeline_board.on_track"))
    _band(board, "track", on_track, _BandHead(Text(""), Text("")))
    _lines(board, "track", TRACK)
    board.barred.append(Barred(first, board.row - 1, _EXPECTED_AT + 2))
    board.next_row(SPACER_PIXELS)


def _band(board: Board, band: str, head: _BandHead, otherwise: _BandHead) -> None:
    """The head of a band: what it holds at the left, what that comes to at the right."""
    page, listed = board.page, f"{band}_sum"
    is_there = page.has_line(listed)
    look = Look(size=9.5, bold=True)
    sign = if_(is_there, head.sign, otherwise.sign)
    mark = board.sign(0, 2, sign, replace(look, align="right"))
    board.put(2, 30, if_(is_there, head.words, otherwise.words), look, signed_by=mark)
    sums = Look(size=9, tone="muted", align="right")
    board.put(32, COLUMNS - 32, page.cell(listed, 0, "says"), sums)
    board.lined.append((board.row, board.row, 2, COLUMNS + 1))
    board.next_row()


def _lines(board: Board, band: str, size: int) -> None:
    """A band's deals, and how many more there are."""
    page, first = board.page, board.begin_tiles()
    for place in range(size):
        board.list_line(0, _DEALS, band, place)
        board.next_row(TWO_LINES)
    board.hairlines((first, board.row - 1), 0, COLUMNS)
    more = page.link(f"{band}_sum", 0, "because")
    board.put(0, 40, more, Look(tone="accent", size=9, indent=1))
    board.next_row()


# Stages and the funnel beside them.


def _stages(board: Board) -> None:
    """How deals pass the stages; beside each how many reached it, as a bar."""
    page = board.page
    right = COLUMNS - _RIGHT
    board.title(0, 20, board.word_with("stages", "stages"))
    leak_look = Look(size=9, bold=True)
    mark = board.sign(20, 2, page.cell("leak", 0, "sign"), SIGN_LOOK)
    board.put(22, COLUMNS - 34, page.cell("leak", 0, "says"), leak_look, signed_by=mark)
    board.link(COLUMNS - 12, 12, "pages.pipeline_board.stages_link", "Funnel")
    board.next_row()

    board.list_heads(0, _STAGES, "stages")
    head = Look(size=9, bold=True, tone="muted")
    board.put(right, _RIGHT, board.word_with("stages", "reached"), head)
    board.fill_head(right, _RIGHT, "stages")
    board.next_row(22)

    first = board.row
    for place in range(STAGES):
        said = {
            "range": _range(page, place),
            "stage": _stage(page, place),
        }
        board.list_line(0, _STAGES, "stages", place, said)
        _reached(board, right, place)
        board.next_row()
    board.hairlines((first, board.row - 1), 0, _LEFT)
    board.barred.append(Barred(first, board.row - 1, right + 2 + 8))
    board.put(0, COLUMNS, page.cell("leak", 0, "because"), Look(size=9, tone="muted", wrap=True))
    board.next_row(TWO_LINES)
    board.put(0, COLUMNS, page.cell("leak", 1, "says"), Look(size=9, bold=True))
    board.next_row()
    board.next_row(SPACER_PIXELS)


def _stage(page: Page, place: int) -> Expression:
    """A stage by name, or the words for what stands in its place."""
    stage = page.cell("stages", place, "stage")
    return if_(stage.equals(""), page.cell("stages", place, "says"), stage)


def _range(page: Page, place: int) -> Expression:
    """From where to where the rate may be, in whole percent."""
    low, high = (page.cell("stages", place, name) for name in ("rate_low", "rate_high"))
    shown = call("ROUND", low * 100, 0).then("–", call("ROUND", high * 100, 0), "%")
    return if_(is_number(low), call("IFERROR", shown, ""), "")


def _reached(board: Board, left: int, place: int) -> None:
    """How many deals reached a stage; in the last line how many were won."""
    page = board.page
    stage, is_all = page.cell("stages", place, "stage"), page.cell("stages", place, "says")
    won = if_(is_all.equals(""), "", Word("pages.pipeline_board.won"))
    reached = page.cell("stages", place, "count_up")
    rate = if_(
        stage.equals(""), page.cell("stages", place, "share"), page.cell("stages", place, "rate")
    )
    board.put(
        left,
        8,
        if_(is_number(reached), if_(stage.equals(""), won, stage), ""),
        Look(size=9, align="right", indent=1),
    )
    board.put(left + 8, 16, reached, Look(shows="count", size=9, bold=True, align="left"))
    words = if_(
        stage.equals(""), Word("pages.pipeline_board.of_all"), Word("pages.pipeline_board.go_on")
    )
    percent = call("ROUND", call("N", rate) * 100, 0).then("%", words)
    mark = page.cell("stages", place, "sign")
    sign = board.sign(left + 24, 2, mark, Look(size=9, bold=True, align="right"))
    board.put(
        left + 26,
        10,
        if_(is_number(rate), percent, ""),
        Look(size=9, tone="muted"),
        signed_by=sign,
    )


# What moved the forecast, and the months ahead.


def _moved_and_ahead(board: Board) -> None:
    page, right = board.page, COLUMNS - _RIGHT
    since = page.cell("moved_head", 0, "since_on")
    moved = framed("pages.pipeline_board.moved", date_text(since))
    not_yet = board.once_run(Word("pages.pipeline_board.moved_first"))
    title = if_(is_number(since), moved, not_yet)
    board.put(0, 22, title, Look(size=11.5, bold=True))
    mark = board.sign(
        22, 2, page.cell("moved_head", 0, "sign"), Look(size=9, bold=True, align="right")
    )
    landing = page.cell("moved_head", 0, "says")
    board.put(24, 13, landing, Look(size=8.5, tone="muted", shrink=True), signed_by=mark)
    _legend(board, right)
    board.next_row()

    board.list_heads(0, _MOVED, "moved")
    _chart(board, right)
    board.next_row(22)
    first = board.row
    for place in range(MOVES):
        board.list_line(0, _MOVED, "moved", place, {"days": _from_to(page, place)})
        board.next_row(TWO_LINES)
    board.hairlines((first, board.row - 1), 0, _LEFT)
    footnote = if_(page.has_line("moved"), Word("pages.pipeline_board.footnote"), "")
    board.put(0, COLUMNS, footnote, Look(tone="muted", size=8))
    board.next_row()
    _proof(board)


def _proof(board: Board) -> None:
    """What people committed to beside the forecast, and how such figures did before."""
    page = board.page
    mark = board.sign(0, 2, page.cell("commit", 0, "sign"), SIGN_LOOK)
    board.put(2, COLUMNS - 2, page.cell("commit", 0, "says"), Look(size=9), signed_by=mark)
    board.next_row()
    for place in range(TRUSTED):
        said = page.cell("trust", place, "says")
        board.put(0, COLUMNS, said, Look(tone="muted", size=8, shrink=True))
        board.next_row()


def _from_to(page: Page, place: int) -> Expression:
    """From which day to which one the largest deal moved."""
    before, now = (page.cell("moved", place, name) for name in ("since_on", "on"))
    days = date_text(before).then(" → ", if_(is_number(now), date_text(now), DASH))
    return if_(is_number(before), call("IFERROR", days, ""), "")


def _legend(board: Board, left: int) -> None:
    """The title of the chart, and what its colours mean."""
    has_months = board.page.has_line("month0")
    unit = unit_in_brackets()
    title = if_(has_months, Word("pages.pipeline_board.ahead").then(unit), "")
    board.put(left, 13, title, Look(size=11.5, bold=True))
    marks = (
        ("■", "sold", 4),
        ("■", "open_deals", 6),
        ("■", "new_and_repeat", 8),
        ("—", "target", 5),
    )
    board.legend(left + 13, marks, has_months)


def _chart(board: Board, left: int) -> None:
    page = board.page
    board.charts.append(
        PlacedChart(
            board.row,
            left + 2,
            _RIGHT,
            22 + MOVES * TWO_LINES,
            "stacked",
            page.name("ahead.label"),
            (
                Line(page.name("ahead.sold"), "column", "accent"),
                Line(page.name("ahead.open"), "column", "middle"),
                Line(page.name("ahead.new"), "column", "light"),
                Line(page.name("ahead.landing"), "unseen_line", "ink", labels="all"),
                Line(page.name("ahead.target"), "mark", "ink"),
            ),
            says="pages.pipeline_board.ahead",
        )
    )
