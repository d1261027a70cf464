"""Where does each thing of the Rep page stand?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from salesbook.expressions import Expression, Text, Word
from salesbook.pages.common import DASH, amount_or, framed, if_, unit_in_brackets
from salesbook.pages.rep_page import (
    CALLS,
    COURSES,
    DEALS,
    PAY_MONTHS,
    POOL,
    STEPS,
    TALK,
    UPKEEP,
    rep_page,
)
from salesbook.sheets.board import (
    COLUMNS,
    SIGN_COLUMN,
    SPACER_PIXELS,
    TWO_LINES,
    Board,
    Line,
    ListColumn,
    PlacedChart,
    width_of,
)
from salesbook.sheets.look import Look, Shows, number

_GUTTER: Final = 1
_THREE_LINES: Final = 47
"""Pixels of a line of the talk: what was agreed is a sentence that somebody typed."""
_HALF: Final = 36
_TILES: Final[tuple[tuple[str, str, Shows, int], ...]] = (
    ("tile_pace", "rate", "rate", 18),
    ("tile_landing", "middle", "text", 17),
    ("tile_coverage", "number", "times", 18),
    ("tile_pay", "amount", "exact", 18),
)
"""List, the field that is large, how it is shown (an amount as text), and columns."""
_NAME: Final = Look(tone="accent", size=9, wrap=True)
_TEXT: Final = Look(size=9.5, shrink=True)
_LONG: Final = Look(size=9, wrap=True)
_SMALL: Final = Look(size=9, tone="muted", indent=1, wrap=True)

_TALK: Final = (
    SIGN_COLUMN,
    ListColumn("says", "", 14, Look(bold=True, size=9, wrap=True), is_link=True),
    ListColumn("because", "", 21, _LONG),
)
_DEALS: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "deal", 15, _NAME, is_link=True),
    ListColumn("customer", "customer", 11, _LONG),
    ListColumn("stage", "stage", 7, _TEXT),
    ListColumn("amount", "amount", 6, number("money", size=9.5)),
    ListColumn("rate", "win_rate", 4, number("rate", size=9.5), blank=DASH),
    ListColumn("says", "in_stage", 9, Look(size=9, indent=1, shrink=True), is_signed=True),
    ListColumn("on", "expected", 5, number("day", size=9.5)),
    ListColumn("next_step", "next_step", 11, replace(_LONG, indent=1), blank=DASH),
    ListColumn("next_on", "on", 4, number("date", size=9.5, tone="muted")),
)
_CALLS: Final = (
    SIGN_COLUMN,
    ListColumn("tier", "tier", 3, Look(size=9.5, bold=True, indent=1)),
    ListColumn("subject", "contact", 10, _NAME, is_link=True),
    ListColumn("customer", "customer", 12, _LONG),
    ListColumn("phone", "phone", 9, _TEXT),
    ListColumn("channel", "by", 5, _TEXT),
    ListColumn("since_on", "call_on", 5, number("day", size=9.5)),
    ListColumn("days", "late", 3, number("days", size=9.5), is_signed=True),
    ListColumn("because", "last_word", 9, replace(_LONG, indent=1), blank=DASH),
    ListColumn("amount", "open_deal", 6, number("money", size=9.5), blank=DASH),
    ListColumn("says", "next_step", 10, _SMALL, blank=DASH),
)
_TODAY: Final = (
    SIGN_COLUMN,
    ListColumn("says", "do", 17, Look(bold=True, size=9.5, wrap=True)),
    ListColumn("subject", "about", 17, _NAME, is_link=True),
    ListColumn("customer", "customer", 12, _LONG),
    ListColumn("amount", "amount", 6, number("money", size=9.5)),
    ListColumn("because", "because", 20, _SMALL),
)
_UPKEEP: Final = (
    SIGN_COLUMN,
    ListColumn("says", "", 41, replace(_NAME, indent=1), is_link=True),
)
_POOL: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "customer", 15, _NAME, is_link=True),
    ListColumn("amount", "value", 8, number("money", size=9.5)),
    ListColumn("days", "in_days", 5, number("days", bold=True, size=9.5), is_signed=True),
)
_UPKEEP_WIDTH: Final = width_of(_UPKEEP)
_PAY: Final = (
    ListColumn("says", "month", 11, _TEXT),
    ListColumn("sold", "pay_base", 6, number("money", size=9.5)),
    ListColumn("target", "quota", 6, number("money", tone="muted", size=9.5)),
    ListColumn("rate", "attained", 4, number("rate", size=9.5)),
    ListColumn("expected", "earned", 6, number("exact", size=9.5)),
    ListColumn("amount", "paid", 6, number("exact", bold=True, size=9.5)),
    SIGN_COLUMN,
    ListColumn("because", "status", 4, Look(size=9), is_signed=True),
)
# The total's own sentence, which basis pay goes by, stands beside the title: it has the room.
_PAY_TOTAL: Final = tuple(
    replace(column, look=replace(column.look, bold=True))
    for column in _PAY
    if column.field != "because"
)
_PAY_WIDTH: Final = width_of(_PAY)
_TRAINING: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "course", 13, _NAME, is_link=True),
    ListColumn("on", "due_by", 5, number("day", size=9)),
    ListColumn("says", "result", 8, Look(size=9.5, indent=1), is_signed=True),
)


def rep_page_sheet() -> Board:
    """Lay the page out."""
    page = rep_page()
    board = Board(page)
    name = page.cell("header", 0, "subject")
    about = page.cell("header", 0, "says")
    left_on = page.cell("header", 0, "because")
    title = if_(name.equals(""), Word("sheets.rep_page"), name)
    dot = if_(left_on.equals(""), "", Text("  ·  ").then(left_on))
    board.head(title, page.selectors, note=about.then(dot))
    board.answer("answer", board.first_step("reps", "refresh"))
    _tiles(board)
    _months_and_talk(board)
    _deals(board)
    _calls(board)
    _customers(board)
    _today(board)
    _pay_and_training(board)
    return board


def _or_nothing(board: Board, listed: str, note: Expression, word: str) -> Expression:
    """A note beside a list; where the list is empty, and somebody is chosen, that there is none."""
    return if_(board.page.has_line(listed), note, board.word_with("header", word))


def _tiles(board: Board) -> None:
    """Pace, landing, coverage and pay: a name, a large figure, two short sentences."""
    page, first, left = board.page, board.begin_tiles(), 0
    for listed, field, shows, width in _TILES:
        board.row = first
        top = Look(fill="panel", size=9.5, bold=True, indent=1)
        board.put(left, width, Word(f"pages.rep_page.{listed}"), top)
        board.next_row()
        look = Look(shows=shows, fill="panel", size=20, bold=True, shrink=True)
        value = page.cell(listed, 0, field, DASH, blank="")
        if shows == "text":
            value = amount_or(page.cell(listed, 0, field), value)
        if listed == "tile_pay":
            board.put(left, width, value, replace(look, indent=1))
            board.edge(first, left, width, tone="line")
        else:
            sign_look = Look(fill="panel", size=16, bold=True, align="right")
            mark = board.sign(left, 3, page.cell(listed, 0, "sign"), sign_look)
            board.put(left + 3, width - 3, value, look, signed_by=mark)
            board.edge(first, left, width, mark)
        board.next_row()
        board.put(
            left,
            width,
            page.cell(listed, 0, "says"),
            Look(fill="panel", size=9, indent=1, shrink=True),
        )
        board.next_row()
        look = Look(fill="panel", size=8.5, tone="muted", indent=1, shrink=True)
        board.put(left, width, page.cell(listed, 0, "because"), look)
        left += width + _GUTTER
    board.leave_tiles(first, (22, 36, 20, 20))


def _months_and_talk(board: Board) -> None:
    page, right = board.page, _HALF + _GUTTER
    unit = unit_in_brackets()
    title = if_(page.has_line("months"), Word("pages.rep_page.months").then(unit), "")
    board.put(0, 24, title, Look(size=11.5, bold=True))
    board.legend(26, (("■", "sold", 4), ("—", "target", 5)), page.has_line("months"))
    board.title(
        right,
        COLUMNS - right,
        board.word_with("header", "talk"),
        note=_or_nothing(board, "talk", board.word_with("talk", "talk_note"), "talk_none"),
    )
    board.next_row()
    board.charts.append(
        PlacedChart(
            board.row,
            2,
            _HALF,
            TALK * _THREE_LINES + 22,
            "column",
            page.name("months.label"),
            (
                Line(page.name("months.sold"), "column", "accent", labels="all"),
                Line(page.name("months.target"), "line", "ink", labels="last"),
            ),
            label_format='[=0]"";[<100]0.0;#,##0',
            says="pages.rep_page.months",
        )
    )
    first = board.row
    for place in range(TALK):
        board.list_line(right, _TALK, "talk", place)
        board.next_row(_THREE_LINES)
    board.hairlines((first, first + TALK - 1), right, COLUMNS - right)
    board.next_row(22)
    board.next_row(SPACER_PIXELS)


def _deals(board: Board) -> None:
    page = board.page
    board.title(
        0,
        COLUMNS,
        board.word_with("header", "deals"),
        note=_or_nothing(board, "deals", page.cell("deals_total", 0, "says"), "deals_none"),
        link=("pages.rep_page.deals_link", "Deals"),
    )
    board.next_row()
    board.lists_beside(((0, _DEALS, "deals"),), DEALS, TWO_LINES)
    _rest(board, "deals_rest")


def _rest(board: Board, listed: str) -> None:
    look = Look(size=9, tone="accent", indent=1)
    board.put(0, COLUMNS, board.page.link(listed, 0, "says"), look)
    board.next_row(20)
    board.next_row(SPACER_PIXELS)


def _calls(board: Board) -> None:
    board.title(
        0,
        COLUMNS,
        board.word_with("header", "calls"),
        note=_or_nothing(board, "calls", board.word_with("calls", "calls_note"), "calls_none"),
        link=("pages.rep_page.calls_link", "CallList"),
    )
    board.next_row()
    board.lists_beside(((0, _CALLS, "calls"),), CALLS, TWO_LINES)
    _rest(board, "calls_rest")


def _customers(board: Board) -> None:
    """What to put in order about his customers, and whom others may take soon."""
    page, right = board.page, _UPKEEP_WIDTH + _GUTTER
    board.title(
        0,
        _UPKEEP_WIDTH,
        board.word_with("header", "upkeep"),
        note=_or_nothing(board, "upkeep", Text(""), "upkeep_none"),
        link=("pages.rep_page.fresh_link", "Freshness"),
    )
    free = page.cell("pool_total", 0, "says")
    board.title(
        right,
        COLUMNS - right,
        board.word_with("header", "pool"),
        note=_or_nothing(board, "pool_total", free, "pool_none"),
        title_width=7,
        link=("pages.rep_page.pool_link", "PoolPreview"),
        link_width=7,
    )
    board.next_row()
    board.list_heads(right, _POOL, "pool")
    board.next_row(22)
    first = board.row
    for place in range(max(UPKEEP, POOL)):
        board.list_line(0, _UPKEEP, "upkeep", place)
        board.list_line(right, _POOL, "pool", place)
        board.next_row()
    board.hairlines((first, first + UPKEEP - 1), 0, _UPKEEP_WIDTH)
    board.hairlines((first, first + POOL - 1), right, COLUMNS - right)
    board.next_row(SPACER_PIXELS)


def _today(board: Board) -> None:
    page = board.page
    note = framed("pages.rep_page.today_note", page.cell("today_count", 0, "says"))
    board.title(
        0,
        COLUMNS,
        board.word_with("header", "today"),
        note=_or_nothing(board, "today", note, "today_none"),
        link=("pages.rep_page.today_link", "Alerts"),
    )
    board.next_row()
    board.lists_beside(((0, _TODAY, "today"),), STEPS, TWO_LINES)
    board.next_row(SPACER_PIXELS)


def _pay_and_training(board: Board) -> None:
    """What he was paid, and the courses that he has to take."""
    right = _PAY_WIDTH + _GUTTER
    basis = board.page.cell("pay_total", 0, "because")
    pay_note = framed("pages.rep_page.pay_note", basis)
    board.title(
        0,
        _PAY_WIDTH,
        board.word_with("header", "pay"),
        note=_or_nothing(board, "pay", pay_note, "pay_none"),
        link=("pages.rep_page.pay_link", "Commission"),
    )
    board.title(
        right,
        COLUMNS - right,
        board.word_with("header", "training"),
        note=_or_nothing(board, "training", Text(""), "training_none"),
        link=("pages.rep_page.training_link", "Training"),
        link_width=8,
    )
    board.next_row()
    first = board.row + 1
    board.list_heads(0, _PAY, "pay")
    board.list_heads(right, _TRAINING, "training")
    board.next_row(22)
    for place in range(max(PAY_MONTHS + 1, COURSES)):
        if place < PAY_MONTHS:
            board.list_line(0, _PAY, "pay", place)
        elif place == PAY_MONTHS:
            board.list_line(0, _PAY_TOTAL, "pay_total", 0)
        if place < COURSES:
            board.list_line(right, _TRAINING, "training", place)
        board.next_row(TWO_LINES)
    board.hairlines((first, first + PAY_MONTHS), 0, _PAY_WIDTH)
    board.hairlines((first, first + COURSES - 1), right, COLUMNS - right)
