"""Where does each thing of the Customer board stand?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from salesbook.expressions import Expression, Text, Word
from salesbook.pages.common import DASH, amount_text, date_text, framed, if_, is_number
from salesbook.pages.customer_board import (
    ASK,
    CALLS,
    LEAVING,
    MATTERS,
    MOVES,
    POOL,
    SCORES,
    TIERS,
    UPKEEP,
    customer_board,
)
from salesbook.sheets.board import (
    COLUMNS,
    SIGN_COLUMN,
    SIGN_LOOK,
    SPACER_PIXELS,
    TWO_LINES,
    Board,
    Line,
    ListColumn,
    PlacedChart,
    sheet_columns,
    width_of,
)
from salesbook.sheets.look import Bar, Look, Shows, number

_TILE: Final = 14
_GUTTER: Final = 1
_HALF: Final = COLUMNS // 2
_NAME: Final = Look(tone="accent", size=9, wrap=True)
_TEXT: Final = Look(size=9.5, shrink=True)
_LONG: Final = Look(size=9, wrap=True)
_DAY: Final = number("date", tone="muted", size=9)

_CALLS: Final = (
    ListColumn("subject", "contact", 9, _NAME, is_link=True),
    ListColumn("customer", "customer", 11, _LONG),
    ListColumn("tier", "tier", 2, Look(size=9.5, bold=True)),
    ListColumn("rep", "rep", 8, _TEXT),
    ListColumn("phone", "phone", 8, _TEXT),
    ListColumn("channel", "by", 4, _TEXT),
    SIGN_COLUMN,
    ListColumn("days", "late", 2, number("days", bold=True, size=9.5), is_signed=True),
    ListColumn("because", "last_word", 8, replace(_LONG, indent=1), blank=DASH),
    ListColumn("on", "on", 4, _DAY),
    ListColumn("amount", "open_deal", 5, number("money", size=9.5), blank=DASH),
    ListColumn("says", "next_step", 11, replace(_LONG, indent=1), blank=DASH),
)
_TIERS: Final = (
    ListColumn("tier", "tier", 3, Look(bold=True)),
    ListColumn("count", "customers", 5, number("count")),
    ListColumn("amount", "value", 7, number("money")),
    ListColumn("share", "share", 4, number("rate"), bar=Bar(1)),
    ListColumn("days", "every", 5, number("span")),
    SIGN_COLUMN,
    ListColumn("rate", "on_time", 3, number("rate", bold=True), is_signed=True),
)
_TIER_MOVES: Final = (
    ListColumn("count_up", "up", 4, number("up", bold=True)),
    ListColumn("count_down", "down", 4, number("down", bold=True)),
)
_TIERS_WIDTH: Final = width_of((*_TIERS, *_TIER_MOVES))
_LEAVING: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "customer", 11, _NAME, is_link=True),
    ListColumn("rep", "rep", 7, _TEXT),
    ListColumn("amount", "value", 5, number("money")),
    ListColumn("days", "silent", 4, number("span"), blank=DASH),
    ListColumn("limit_days", "usually", 4, number("span", tone="muted"), blank=DASH),
    ListColumn(
        "chance_rate", "still_buys", 3, number("rate", bold=True), is_signed=True, blank=DASH
    ),
)
_MOVES: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "customer", 11, _NAME, is_link=True),
    ListColumn("word", "move", 5, Look(bold=True), is_signed=True),
    ListColumn("amount", "value", 6, number("money")),
)
_FEEDBACK: Final = (
    ListColumn("tier", "tier", 3, Look(bold=True)),
    ListColumn("count", "answers", 4, number("count")),
    ListColumn("number", "nps", 3, number("signed", bold=True), blank=DASH),
    ListColumn("because", "range", 7, Look(size=9, tone="muted", align="right"), blank=DASH),
    ListColumn("share", "satisfied", 5, number("rate"), blank=DASH),
    SIGN_COLUMN,
    ListColumn("word", "in_time", 4, Look(align="right", bold=True), is_signed=True, blank=DASH),
)
_POOL: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "customer", 9, _NAME, is_link=True),
    ListColumn("rep", "rep", 6, _TEXT),
    ListColumn("amount", "value", 4, number("money")),
    ListColumn("days", "in_days", 3, number("days", bold=True), is_signed=True),
)
_ASK: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "customer", 9, _NAME, is_link=True),
    ListColumn("rep", "rep", 6, _TEXT),
    ListColumn("says", "because", 7, Look(size=9, indent=1, shrink=True), is_signed=True),
)
_SENTENCE: Final = (
    SIGN_COLUMN,
    ListColumn("says", "", _HALF - 2, replace(_NAME, indent=1), is_link=True),
)
_THIRD: Final = width_of(_POOL)
_FEEDBACK_WIDTH: Final = width_of(_FEEDBACK)
_RFM_LABEL: Final = 6
_RFM_PLACE: Final = 3
_CHART_PIXELS: Final = 176


def customer_board_sheet() -> Board:
    """Lay the page out."""
    page = customer_board()
    board = Board(page)
    board.head(Word("sheets.customer_board"), page.selectors)
    board.answer("answer", board.first_step("customers", "refresh"))
    _tiles(board)
    _calls(board)
    _tiers_and_leaving(board)
    _matters_and_upkeep(board)
    _moves_and_pool(board)
    _feedback(board)
    _shape(board)
    return board


def _tiles(board: Board) -> None:
    """Calls, the best tier, who may leave, who moved, and whether customers recommend us."""
    first = board.begin_tiles()
    tiles = (_tile_calls, _tile_late, _tile_leaving, _tile_moves, _tile_nps)
    for place, tile in enumerate(tiles):
        board.row = first
        tile(board, place * (_TILE + _GUTTER))
    board.leave_tiles(first, (22, 34, 22))


def _tile_head(board: Board, left: int, title: Expression) -> None:
    top = Look(fill="panel", size=9.5, bold=True, indent=1)
    board.put(left, _TILE, title, top)
    board.next_row()


def _tile_note(board: Board, left: int, said: Expression) -> None:
    board.next_row()
    note = Look(fill="panel", size=8.5, tone="muted", indent=1, shrink=True)
    board.put(left, _TILE, said, note)


def _large(size: float = 20) -> Look:
    return Look(shows="count", fill="panel", size=size, bold=True, indent=1)


def _tile_calls(board: Board, left: int) -> None:
    page = board.page
    _tile_head(board, left, Word("pages.customer_board.calls"))
    board.edge(board.row - 1, left, _TILE)
    board.put(left, _TILE, page.cell("tile_calls", 0, "count", DASH), _large())
    _tile_note(board, left, page.cell("tile_calls", 0, "says"))


def _tile_late(board: Board, left: int) -> None:
    page = board.page
    tier = page.cell("tile_late", 0, "tier")
    named = framed("pages.customer_board.late", tier)
    _tile_head(board, left, if_(tier.equals(""), Word("pages.customer_board.late_best"), named))
    board.put(left, 5, page.cell("tile_late", 0, "count", DASH), _large())
    sign = board.sign(
        left + 5,
        2,
        page.cell("tile_late", 0, "sign"),
        Look(fill="panel", size=11, bold=True, align="right"),
    )
    board.edge(board.row - 1, left, _TILE, sign)
    board.put(
        left + 7,
        _TILE - 7,
        page.cell("tile_late", 0, "share"),
        Look(shows="rate", fill="panel", size=11, bold=True),
        signed_by=sign,
    )
    _tile_note(board, left, page.cell("tile_late", 0, "says"))


def _tile_leaving(board: Board, left: int) -> None:
    page = board.page
    _tile_head(board, left, Word("pages.customer_board.leaving"))
    amount = page.cell("leaving_total", 0, "amount")
    board.put(left, 4, page.cell("leaving_total", 0, "count", DASH), _large())
    sign = board.sign(
        left + 4,
        2,
        page.cell("leaving_total", 0, "sign"),
        Look(fill="panel", size=11, bold=True, align="right"),
    )
    board.edge(board.row - 1, left, _TILE, sign)
    worth = if_(is_number(amount), amount_text(amount), "")
    board.put(left + 6, _TILE - 6, worth, Look(fill="panel", size=11, bold=True), signed_by=sign)
    _tile_note(board, left, page.cell("leaving_total", 0, "says"))


def _tile_moves(board: Board, left: int) -> None:
    page = board.page
    _tile_head(board, left, Word("pages.customer_board.tier_moves"))
    board.edge(board.row - 1, left, _TILE)
    ways: tuple[tuple[int, str, Shows], ...] = (
        (0, "count_up", "up"),
        (_TILE // 2, "count_down", "down"),
    )
    for step, name, shows in ways:
        look = Look(shows=shows, fill="panel", size=16, bold=True, indent=1)
        board.put(left + step, _TILE // 2, page.cell("tier_moves_total", 0, name, DASH), look)
    _tile_note(board, left, page.cell("tier_moves_total", 0, "says"))


def _tile_nps(board: Board, left: int) -> None:
    page = board.page
    _tile_head(board, left, Word("pages.customer_board.nps"))
    board.edge(board.row - 1, left, _TILE)
    look = Look(shows="signed", fill="panel", size=20, bold=True, indent=1)
    board.put(left, _TILE, page.cell("feedback_total", 0, "number", DASH), look)
    count = page.cell("feedback_total", 0, "count")
    because = page.cell("feedback_total", 0, "because")
    since_on = page.cell("feedback_total", 0, "since_on")
    since = framed("pages.customer_board.answers_since", date_text(since_on))
    answers = count.then(since, Word("pages.customer_board.answers"), because)
    _tile_note(board, left, if_(is_number(count), answers, Word("pages.customer_board.no_answers")))


def _calls(board: Board) -> None:
    page = board.page
    board.title(
        0,
        COLUMNS,
        board.word_with("calls", "call_list"),
        note=board.word_with("calls", "call_list_note"),
        title_width=10,
        link=("pages.customer_board.calls_link", "CallList"),
    )
    board.next_row()
    board.lists_beside(((0, _CALLS, "calls"),), CALLS, TWO_LINES)
    board.put(0, _HALF, page.link("calls_rest", 0, "says"), Look(size=9, tone="accent"))
    mark = board.sign(_HALF, 2, page.cell("owed", 0, "sign"), SIGN_LOOK)
    owed = Look(size=9, tone="accent")
    board.put(_HALF + 2, COLUMNS - _HALF - 2, page.link("owed", 0, "says"), owed, signed_by=mark)
    board.next_row()
    board.next_row(SPACER_PIXELS)


def _tiers_and_leaving(board: Board) -> None:
    """Tiers with who moved beside them, all customers first; at the right who may be leaving."""
    page = board.page
    right, moves_left = _TIERS_WIDTH + _GUTTER, width_of(_TIERS)
    board.title(
        0,
        _TIERS_WIDTH,
        board.word_with("tiers", "tiers"),
        note=page.cell("tiers_total", 0, "says"),
        title_width=13,
    )
    board.title(
        right,
        COLUMNS - right,
        board.word_with("leaving_total", "leaving"),
        note=if_(
            page.has_line("leaving"),
            Word("pages.customer_board.leaving_note"),
            page.cell("leaving_total", 0, "because"),
        ),
        title_width=10,
        link=("pages.customer_board.tiers_link", "CustomerTiers"),
        link_width=6,
    )
    board.next_row()
    board.list_heads(0, _TIERS, "tiers")
    board.list_heads(moves_left, _TIER_MOVES, "tiers")
    board.list_heads(right, _LEAVING, "leaving")
    board.next_row(22)

    first = board.row
    board.put(0, _TIERS[0].width, board.word_with("tiers_total", "all"), Look(bold=True))
    board.list_line(_TIERS[0].width, _TIERS[1:], "tiers_total", 0)
    board.list_line(moves_left, _TIER_MOVES, "tier_moves_total", 0)
    for place in range(max(TIERS + 1, LEAVING)):
        if 0 < place <= TIERS:
            board.list_line(0, _TIERS, "tiers", place - 1)
            board.list_line(moves_left, _TIER_MOVES, "tier_moves", place - 1)
        if place < LEAVING:
            board.list_line(right, _LEAVING, "leaving", place)
        else:
            rest = page.link("leaving_rest", 0, "says")
            board.put(right, COLUMNS - right, rest, Look(size=9, tone="accent"))
        board.next_row()
    board.hairlines((first, first + TIERS), 0, _TIERS_WIDTH)
    board.hairlines((first, first + LEAVING - 1), right, COLUMNS - right)
    board.next_row(SPACER_PIXELS)


def _matters_and_upkeep(board: Board) -> None:
    """On whom the business rests and what to do about them; at the right what to put in order."""
    right, alike = _HALF, board.page.fact("alike")
    board.title(
        0,
        _HALF - _GUTTER,
        board.word_with("matters", "matters"),
        note=board.word_with("matters", "of_all"),
        title_width=10,
        link=("pages.customer_board.matrix_link", "TierMatrix"),
    )
    board.title(
        right,
        COLUMNS - right,
        board.word_with("tiers", "upkeep"),
        note=if_(alike > 0, framed("pages.customer_board.alike", alike), ""),
        title_width=10,
        link=("pages.customer_board.duplicates_link", "Duplicates"),
        link_width=8,
    )
    board.next_row()
    first = board.row
    for place in range(UPKEEP):
        if place < MATTERS:
            board.list_line(0, _SENTENCE, "matters", place)
        board.list_line(right, _SENTENCE, "upkeep", place)
        board.next_row(TWO_LINES)
    board.hairlines((first, first + MATTERS - 1), 0, _HALF - _GUTTER)
    board.hairlines((first, first + UPKEEP - 1), right, COLUMNS - right)
    board.next_row(SPACER_PIXELS)


def _moves_and_pool(board: Board) -> None:
    """Who moved between tiers in the period, whom to ask for feedback, whom others may take soon."""
    page = board.page
    middle, right = _THIRD + _GUTTER, COLUMNS - _THIRD
    since = page.cell("tier_moves_total", 0, "since_on")
    has_since = is_number(since)
    since_day = Word("pages.customer_board.since").then(date_text(since))
    nobody = Word("pages.customer_board.nobody").then(since_day)
    board.title(
        0,
        _THIRD,
        board.word_with("tiers", "moves"),
        note=if_(
            has_since,
            if_(page.has_line("moves"), since_day, nobody),
            board.word_with("tiers", "moves_first"),
        ),
        title_width=8,
    )
    board.title(
        middle,
        _THIRD,
        board.word_with("tiers", "ask"),
        note=if_(page.has_line("ask"), "", board.word_with("tiers", "ask_none")),
        title_width=12,
        link=("pages.customer_board.ask_link", "FeedbackDue"),
        link_width=6,
    )
    free = page.cell("pool_total", 0, "says")
    board.title(
        right,
        _THIRD,
        board.word_with("tiers", "pool"),
        note=if_(
            page.has_line("pool_total"),
            if_(free.equals(""), board.word_with("pool", "pool_note"), free),
            board.word_with("tiers", "pool_none"),
        ),
        title_width=8,
        link=("pages.customer_board.pool_link", "PoolPreview"),
        link_width=5,
    )
    board.next_row()
    board.list_heads(0, _MOVES, "moves")
    board.list_heads(middle, _ASK, "ask")
    board.list_heads(right, _POOL, "pool")
    board.next_row(22)
    first = board.row
    for place in range(max(MOVES, ASK, POOL)):
        board.list_line(0, _MOVES, "moves", place)
        board.list_line(middle, _ASK, "ask", place)
        board.list_line(right, _POOL, "pool", place)
        board.next_row()
    rest = Look(size=9, tone="accent")
    board.put(0, _THIRD, page.link("moves_rest", 0, "says"), rest)
    board.put(middle, _THIRD, page.link("ask_rest", 0, "says"), rest)
    board.put(right, _THIRD, page.link("pool_rest", 0, "says"), rest)
    board.next_row()
    board.hairlines((first, first + MOVES - 1), 0, _THIRD)
    board.hairlines((first, first + ASK - 1), middle, _THIRD)
    board.hairlines((first, first + POOL - 1), right, _THIRD)
    board.next_row(SPACER_PIXELS)


def _feedback(board: Board) -> None:
    """What customers answered, and how that changed quarter by quarter."""
    page = board.page
    right = _FEEDBACK_WIDTH + _GUTTER
    begin, end = (page.cell("feedback_total", 0, name) for name in ("since_on", "on"))
    none = board.word_with("tiers", "no_answers")
    days = if_(is_number(begin), date_text(begin).then(" – ", date_text(end)), none)
    board.title(
        0,
        _FEEDBACK_WIDTH,
        board.word_with("tiers", "feedback"),
        note=days,
        title_width=8,
        link=("pages.customer_board.feedback_link", "Feedback"),
        link_width=7,
    )
    board.title(
        right,
        COLUMNS - right,
        board.word_with("nps", "quarters"),
        note=page.cell("nps_change", 0, "says"),
        title_width=8,
    )
    board.next_row()
    board.list_heads(0, _FEEDBACK, "feedback_total")
    board.charts.append(_nps_chart(board, right))
    board.next_row(22)

    first = board.row
    board.put(0, _FEEDBACK[0].width, board.word_with("feedback_total", "all"), Look(bold=True))
    board.list_line(_FEEDBACK[0].width, _FEEDBACK[1:], "feedback_total", 0)
    board.next_row()
    for place in range(TIERS):
        board.list_line(0, _FEEDBACK, "feedback", place)
        board.next_row()
    board.hairlines((first, first + TIERS), 0, _FEEDBACK_WIDTH)
    _waiting(board, 0)
    board.next_row()
    board.next_row(SPACER_PIXELS)


def _shape(board: Board) -> None:
    """What each tenth of the customers brings, how recently and often they buy, who rose and fell."""
    page = board.page
    middle, right = _THIRD + _GUTTER, 2 * (_THIRD + _GUTTER)
    all_customers = board.word_with("pareto", "of_all")
    board.title(0, _THIRD, board.word_with("pareto", "pareto"), note=all_customers, title_width=15)
    board.title(
        middle,
        _THIRD,
        board.word_with("rfm", "rfm"),
        note=board.word_with("rfm", "rfm_note"),
        title_width=11,
        link=("pages.customer_board.segments_link", "Segments"),
        link_width=6,
    )
    board.title(
        right,
        _THIRD,
        board.word_with("pareto", "tier_months"),
        note=if_(
            page.has_line("tier_months"),
            board.word_with("pareto", "of_all"),
            board.word_with("pareto", "moves_first"),
        ),
        title_width=12,
    )
    board.next_row()
    board.charts.append(_pareto_chart(board, 0))
    board.charts.append(_tier_months_chart(board, right))
    _rfm_grid(board, middle)
    board.next_row(SPACER_PIXELS)


def _rfm_grid(board: Board, left: int) -> None:
    """Customers by how recently (rows) and how often (columns) they bought; the more, the darker."""
    page = board.page
    head = Look(size=8.5, tone="muted", align="center")
    for frequency in range(1, SCORES + 1):
        word = {1: "rfm_seldom", SCORES: "rfm_often"}.get(frequency)
        shown = page.has_line("rfm")
        said = if_(shown, Word(f"pages.customer_board.{word}") if word else str(frequency), "")
        place = left + _RFM_LABEL + _RFM_PLACE * (frequency - 1)
        board.put(place, _RFM_PLACE, said, head)
    board.next_row(20)
    first = board.row
    for step in range(SCORES):
        recency = SCORES - step
        word = {1: "rfm_long_ago", SCORES: "rfm_lately"}.get(recency)
        label = (
            board.word_with("rfm", word) if word else if_(page.has_line("rfm"), str(recency), "")
        )
        board.put(left, _RFM_LABEL, label, Look(size=8.5, tone="muted", align="right", indent=1))
        for frequency in range(SCORES):
            cell = page.cell("rfm", step * SCORES + frequency, "count", blank="")
            place = left + _RFM_LABEL + _RFM_PLACE * frequency
            board.put(place, _RFM_PLACE, cell, Look(shows="count", align="center", size=9.5))
        board.next_row(30)
    columns = sheet_columns(left + _RFM_LABEL, _RFM_PLACE * SCORES)
    board.heated.append((first, board.row - 1, *columns))


def _pareto_chart(board: Board, left: int) -> PlacedChart:
    page = board.page
    lines = (
        Line(page.name("pareto.share"), "column", "accent", labels="all"),
        Line(page.name("pareto.rate"), "line", "ink", labels="ends"),
    )
    return PlacedChart(
        board.row,
        left + 2,
        _THIRD,
        _CHART_PIXELS,
        "column",
        page.name("pareto.label"),
        lines,
        label_format="0%;;",
        says="pages.customer_board.pareto",
        # Above the last point its label needs room.
        end=1.15,
    )


def _tier_months_chart(board: Board, left: int) -> PlacedChart:
    page = board.page
    lines = (
        Line(page.name("months.count_up"), "column", "good", labels="all"),
        Line(page.name("months.count_down"), "column", "bad", labels="all"),
    )
    return PlacedChart(
        board.row,
        left + 2,
        _THIRD,
        _CHART_PIXELS,
        "column",
        page.name("months.label"),
        lines,
        label_format='"▲ "0;"▼ "0;',
        is_two_sided=True,
        says="pages.customer_board.tier_months",
    )


def _waiting(board: Board, left: int) -> None:
    """The complaint that has waited longest, by the customer's name."""
    page = board.page
    sign = page.cell("feedback_waiting", 0, "sign")
    mark = board.sign(left, 2, sign, SIGN_LOOK)
    look = Look(tone="accent", size=9, shrink=True)
    board.put(left + 2, 11, page.link("feedback_waiting", 0, "subject"), look)
    rep = page.cell("feedback_waiting", 0, "rep")
    said = page.cell("feedback_waiting", 0, "says")
    named = said.then(if_(rep.equals(""), "", Text(" (").then(rep, ")")))
    board.put(
        left + 13,
        COLUMNS - left - 13,
        if_(said.equals(""), "", named),
        Look(size=9),
        signed_by=mark,
    )


def _nps_chart(board: Board, left: int) -> PlacedChart:
    page = board.page
    line = Line(page.name("quarters.nps"), "line", "accent", labels="all")
    return PlacedChart(
        board.row,
        left + 2,
        COLUMNS - left,
        166,
        "line",
        page.name("quarters.label"),
        (line,),
        label_format='+0;"−"0;0',
        says="pages.customer_board.quarters",
    )
