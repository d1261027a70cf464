"""Where does each thing of the Team board stand?"""

from __future__ import annotations

from typing import Final

from salesbook.expressions import Expression, Word, call
from salesbook.pages.common import DASH, amount_text, if_, is_number
from salesbook.pages.page import Page
from salesbook.pages.team_board import (
    COURSES,
    PEOPLE,
    RANGE_END,
    ROWS,
    TALKS,
    TEAMS,
    team_board,
)
from salesbook.sheets.board import (
    COLUMNS,
    ROW_PIXELS,
    SIGN_COLUMN,
    SIGN_LOOK,
    SPACER_PIXELS,
    TWO_LINES,
    Board,
    Line,
    ListColumn,
    PlacedChart,
    PlacedSpark,
    Rule,
    sheet_columns,
)
from salesbook.sheets.look import Bar, Look, Tone, number

_TILE: Final = 17
_GUTTER: Final = 2
_LEFT: Final = 49

_TALKS: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "rep", 9, Look(tone="accent"), is_link=True),
    ListColumn("rate", "of_pace", 4, number("rate", bold=True), is_signed=True),
    ListColumn("because", "why", 18, Look(size=9, indent=1, wrap=True)),
    ListColumn("says", "do", 16, Look(size=9, wrap=True)),
)
_TEAMS: Final = (
    ListColumn("subject", "team", 7, Look(size=9.5)),
    ListColumn("rate", "of_pace", 5, number("rate"), bar=Bar(2)),
    ListColumn("sold", "sold", 6, number("money", size=9.5)),
    ListColumn("count_up", "ahead", 3, Look(shows="up", size=9.5, align="right", tone="good")),
    ListColumn("count_down", "behind", 3, Look(shows="down", size=9.5, align="right", tone="bad")),
)
_SEATS: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "seat", 7, Look(tone="accent", size=9.5), is_link=True),
    ListColumn("team", "team", 4, Look(size=9.5)),
    ListColumn("number", "applied", 3, number("count", size=9.5)),
    ListColumn("count_up", "screened", 4, number("count", size=9.5)),
    ListColumn("count_down", "met", 3, number("count", size=9.5)),
    ListColumn("count", "offer", 3, number("count", size=9.5)),
    ListColumn("because", "timing", 14, Look(size=8.5, tone="muted", indent=1, wrap=True)),
    ListColumn("says", "do", 9, Look(size=8.5, wrap=True)),
)
_COURSES: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "rep", 8, Look(tone="accent", size=9.5), is_link=True),
    ListColumn("word", "course", 7, Look(size=9.5)),
    ListColumn("on", "due_by", 4, number("day", size=8.5, tone="muted")),
    ListColumn("days", "days_late", 3, number("days", size=9.5), is_signed=True),
)

_RANGE: Final = 12
_HALF_RANGE: Final = _RANGE // 2
"""Columns up to 100% of pace."""
_COLUMNS: Final = (
    ("subject", "rep", 9),
    ("team", "team", 5),
    ("sold", "sold", 5),
    ("due", "due", 5),
    ("sign", "", 2),
    ("rate", "of_pace", 4),
    ("range", "range", _RANGE),
    ("months", "twelve_months", 4),
    ("share", "win_rate_period", 3),
    ("share_range", "", 3),
    ("number", "activity", 3),
    ("survey", "survey", 3),
    ("score", "score", 3),
    ("rank", "rank", 2),
    ("word", "grade", 4),
    ("amount", "pay", 5),
    ("count", "late_courses", 2),
)
_LOOKS: Final = {
    "team": Look(size=9, tone="muted"),
    "sold": number("money", size=9.5),
    "due": number("money", size=9.5, tone="muted"),
    "rate": number("rate", bold=True),
    "share": number("rate", size=9.5),
    "share_range": Look(size=8, tone="muted"),
    "number": number("decimal", size=9.5),
    "survey": number("decimal", size=9.5),
    "score": number("count", size=9.5),
    "rank": number("count", size=9.5, bold=True),
    "word": Look(size=9.5, align="center"),
    "amount": number("exact", size=9.5),
    "count": number("count", size=9.5),
}
_MARKED: Final = {"share": 1, "number": 2, "count": 3}
"""Measures that the line's `marks` may mark, by their place in it."""
_TABLE_HEAD: Final = 32
_KIND, _FIRST_MARK = 0, 1
"""Helper columns: whether a line is a rep's; then one for each measure that may be marked."""


def team_board_sheet() -> Board:
    """Lay the page out."""
    page = team_board()
    board = Board(page)
    board.head(Word("sheets.team_board"), page.selectors)
    board.answer("answer", board.first_step("target", "sales", "refresh"))
    _tiles(board)
    _talks_and_teams(board)
    _hiring_and_training(board)
    _table(board)
    return board


def _if_there(page: Page, said: Expression) -> Expression:
    """Something that is there only with people."""
    return if_(page.has_line("tiles"), said, "")


def _tiles(board: Board) -> None:
    """Pace of the scope, clearly behind, clearly ahead, and pay."""
    page, first = board.page, board.begin_tiles()

    def figure(place: int, name: str) -> Expression:
        return page.cell("tiles", place, name)

    sold = amount_text(figure(0, "sold"))
    due = figure(0, "due")
    of_due = if_(is_number(due), Word("pages.team_board.of_due").then(amount_text(due)), "")
    share, closed = figure(3, "because"), figure(3, "says")
    pay_text = if_(share.equals(""), closed, share.then(" · ", closed))
    tiles: tuple[tuple[str, str, Expression, Expression], ...] = (
        ("pace", "rate", figure(0, "rate"), sold.then(of_due)),
        ("behind", "count", figure(1, "count"), figure(1, "says")),
        ("ahead", "count", figure(2, "count"), figure(2, "says")),
        ("pay", "exact", figure(3, "amount"), pay_text),
    )
    for place, (word, shows, value, beneath) in enumerate(tiles):
        left = place * (_TILE + _GUTTER)
        board.row = first
        top = Look(fill="panel", size=9.5, bold=True, indent=1)
        board.put(left, _TILE, Word(f"pages.team_board.tile_{word}"), top)
        board.next_row()
        big = Look(shows=shows, fill="panel", size=20, bold=True, indent=1)  # type: ignore[arg-type]
        shown = if_(is_number(value), value, DASH)
        if word in ("behind", "ahead"):
            sign = "▼" if word == "behind" else "▲"
            mark = board.sign(
                left,
                2,
                if_(call("N", value) > 0, sign, ""),
                Look(fill="panel", size=16, bold=True, align="right"),
            )
            board.put(left + 2, 4, shown, big, signed_by=mark)
            board.edge(first, left, _TILE, mark, tone="line")
            of_all = Look(fill="panel", size=9.5, tone="muted")
            board.put(left + 6, _TILE - 6, figure(place, "because"), of_all)
        else:
            board.put(left, _TILE, shown, big)
            board.edge(first, left, _TILE, tone="accent" if word == "pace" else "line")
        board.next_row()
        plain = Look(fill="panel", size=9, indent=1, shrink=True)
        board.put(left, _TILE, _if_there(page, beneath), plain)
    board.leave_tiles(first, (24, 38, 26))


def _talks_and_teams(board: Board) -> None:
    page = board.page
    right = _LEFT + 1
    title = _if_there(page, Word("pages.team_board.talks"))
    # Of nobody who is judged nobody is behind either, which is no good news.
    is_judged = is_number(page.cell("tiles", 1, "count"))
    nobody = if_(is_judged, Word("pages.team_board.no_talks"), "")
    note = if_(page.has_line("talks"), Word("pages.team_board.talks_note"), nobody)
    board.title(0, _LEFT, title, title_width=10, note=_if_there(page, note))
    board.title(
        right,
        COLUMNS - right,
        _if_there(page, Word("pages.team_board.teams")),
        title_width=6,
        note=_if_there(page, Word("pages.team_board.teams_note")),
    )
    board.next_row()
    lists = ((0, _TALKS, "talks"), (right, _TEAMS, "teams"))
    board.lists_beside(lists, max(TALKS, TEAMS), TWO_LINES)
    board.next_row(SPACER_PIXELS)


def _hiring_and_training(board: Board) -> None:
    page = board.page
    right = _LEFT + 1
    seats, courses = page.cell("seats-count", 0, "count"), page.cell("courses-count", 0, "count")
    seats_note = if_(
        seats.equals(0),
        Word("pages.team_board.no_seats"),
        seats.then(Word("pages.team_board.open_seats")),
    )
    board.title(
        0,
        _LEFT,
        _if_there(page, Word("pages.team_board.hiring")),
        title_width=6,
        note=_if_there(page, seats_note),
        link=("pages.team_board.hiring_link", "Openings"),
    )
    late = courses.then(
        Word("pages.team_board.courses_late"), page.cell("courses-count", 0, "says")
    )
    training_note = if_(courses.equals(0), Word("pages.team_board.no_courses"), late)
    board.title(
        right,
        COLUMNS - right,
        _if_there(page, Word("pages.team_board.training")),
        title_width=5,
        note=_if_there(page, training_note),
        link=("pages.team_board.training_link", "TrainingGaps"),
        link_width=8,
    )
    board.next_row()
    # When somebody has to be hired is a sentence: in one line it was too small to read.
    board.lists_beside(((0, _SEATS, "seats"), (right, _COURSES, "courses")), COURSES, TWO_LINES)
    beneath = Look(size=9, shrink=True)
    board.put(0, _LEFT, page.cell("seats-count", 0, "says"), beneath)
    board.put(right, COLUMNS - right, page.cell("courses-count", 0, "because"), beneath)
    board.next_row()
    for place in range(PEOPLE):
        # Awards and readiness, one line each, where there is something to say.
        look = Look(size=9.5, indent=1, wrap=True)
        board.put(0, COLUMNS, page.link("people", place, "says"), look)
        board.next_row(TWO_LINES)
    board.next_row(SPACER_PIXELS)


def _table(board: Board) -> None:
    """Title, heads, the total on top, then the reps, each with his range."""
    page = board.page
    board.title(
        0,
        COLUMNS,
        _if_there(page, Word("pages.team_board.table")),
        title_width=8,
        note=_if_there(page, Word("pages.team_board.table_note")),
        link=("pages.team_board.table_link", "Scorecard"),
    )
    board.next_row()
    footnote = _if_there(page, Word("pages.team_board.footnote"))
    board.put(0, COLUMNS, footnote, Look(size=8, tone="muted"))
    board.next_row(18)
    _table_heads(board)
    _total(board)
    first = board.row
    _range_chart(board, first)
    for place in range(ROWS):
        _rep(board, place)
    _rules(board, first, board.row - 1)


def _left_of(field: str) -> int:
    """Where a column of the table begins."""
    left = 0
    for name, _, width in _COLUMNS:
        if name == field:
            return left
        left += width
    raise KeyError(field)


def _table_heads(board: Board) -> None:
    page = board.page
    for field, head, width in _COLUMNS:
        left = _left_of(field)
        if field == "range":
            _scale(board, left)
        elif head:
            is_text = field in ("subject", "team")
            look = Look(
                size=8.5,
                bold=True,
                tone="muted",
                align="left" if is_text else "center" if field in ("months", "word") else "right",
                wrap=True,
            )
            said = _if_there(page, Word(f"pages.heads.{head}"))
            if field == "share":
                width += 2
            board.put(left, width, said, look)
    board.fill_head(0, COLUMNS, "reps")
    board.next_row(_TABLE_HEAD)


def _scale(board: Board, left: int) -> None:
    """The scale of the ranges: half the plan, the plan, half as much again."""
    page = board.page
    for place, text in enumerate(("50%", "100%", "150%")):
        look = Look(size=8, tone="muted", align="center", bold=text == "100%")
        column = left + round((place + 1) * _HALF_RANGE / 2) - 1
        board.put(
            column,
            3 if text == "100%" else 2,
            _if_there(page, call("IF", call("TRUE"), text)),
            look,
        )


def _total(board: Board) -> None:
    """The total of everybody, shown or not."""
    page = board.page
    bold = Look(size=9.5, bold=True)
    for field, _, width in _COLUMNS:
        left = _left_of(field)
        if field == "subject":
            name = page.cell("total", 0, "subject")
            board.put(left, width, if_(name.equals(""), page.cell("total", 0, "says"), name), bold)
        elif field in ("sold", "due", "rate", "amount", "count"):
            base = _LOOKS[field]
            look = Look(shows=base.shows, align="right", size=9.5, bold=True, tone=base.tone)
            board.put(left, width, page.cell("total", 0, field), look)
    helper = board.helper(_KIND, if_(page.has_line("total"), "total", ""))
    row = (board.row, board.row)
    board.rules.append(
        Rule(row, sheet_columns(0, COLUMNS), helper.column, "total", fill="panel", bottom=True)
    )
    board.next_row()


def _range_chart(board: Board, first: int) -> None:
    """One bar a rep over the rows of the table: the range that luck leaves, and in it the pace."""
    page = board.page
    series = (
        ("before", "unseen"),
        ("under", "light"),
        ("alike", "accent"),
        ("ahead", "good"),
        ("behind", "bad"),
        ("over", "light"),
    )
    board.charts.append(
        PlacedChart(
            first,
            _left_of("range") + 2,
            _RANGE,
            ROWS * ROW_PIXELS,
            "stacked_bar",
            "",
            tuple(Line(page.name(f"range.{name}"), "bar", tone) for name, tone in series),  # type: ignore[arg-type]
            gap=30,
            says="pages.team_board.chart",
            edge_to_edge=True,
            end=RANGE_END,
        )
    )


def _rep(board: Board, place: int) -> None:
    page = board.page
    mark = None
    for field, _, width in _COLUMNS:
        left = _left_of(field)
        if field == "subject":
            name, says = page.cell("reps", place, "subject"), page.cell("reps", place, "says")
            shown = if_(name.equals(""), says, page.link("reps", place, "subject"))
            board.put(left, width, shown, Look(size=9.5, tone="accent"))
        elif field == "sign":
            mark = board.sign(left, width, page.cell("reps", place, "sign"), SIGN_LOOK)
        elif field == "rate":
            rate = page.cell("reps", place, "rate")
            board.put(left, width, rate, _LOOKS[field], signed_by=mark)
        elif field == "range":
            for half in range(2):
                at = left + half * _HALF_RANGE
                board.put(at, _HALF_RANGE, None, Look())
        elif field == "months":
            board.sparks.append(PlacedSpark(board.row, left + 2, page.name(f"reps{place}.months")))
            board.put(left, width, None, Look())
        else:
            board.put(left, width, _said_in(page, place, field), _LOOKS[field])
    kind = if_(page.cell("reps", place, "subject").equals(""), "", "rep")
    shown_kind = if_(page.has_line("reps", place), if_(kind.equals(""), "counted", kind), "")
    board.helper(_KIND, shown_kind)
    marks = page.cell("reps", place, "marks")
    for number_of_mark in _MARKED.values():
        board.helper(_FIRST_MARK + number_of_mark - 1, call("MID", marks, number_of_mark, 1))
    board.next_row()


def _said_in(page: Page, place: int, field: str) -> Expression:
    """What a cell of a rep's line says that is neither drawn nor a link."""
    if field == "share_range":
        return _share_range(page, place)
    value = page.cell("reps", place, field)
    if field != "word":
        return value
    nobody = page.cell("reps", place, "subject").equals("")
    return if_(nobody, "", if_(value.equals(""), page.cell("reps", place, "says"), value))


def _share_range(page: Page, place: int) -> Expression:
    """Between what the win rate may truly be: 0 of 3 is 0% to 35%, which no ± says."""
    low, high = (page.cell("reps", place, f"share_{end}") for end in ("low", "high"))
    ends = call("FIXED", low * 100, 0).then("–", call("FIXED", high * 100, 0), "%")
    return if_(is_number(low), ends, "")


def _rules(board: Board, first: int, last: int) -> None:
    """Hairlines, the line at 100% of pace, and what needs a look."""
    rows = (first, last)
    hundred = sheet_columns(_left_of("range") + _HALF_RANGE, 1)
    kind = board.helper_column(_KIND)
    board.rules.append(Rule(rows, hundred, kind, "rep", left=True, bottom=True))
    for word in ("rep", "counted"):
        tone: Tone | None = "muted" if word == "counted" else None
        board.rules.append(
            Rule(
                rows, sheet_columns(0, COLUMNS), kind, word, bottom=True, tone=tone, is_of_rows=True
            )
        )
    for field, place in _MARKED.items():
        width = next(width for name, _, width in _COLUMNS if name == field)
        helper = board.helper_column(_FIRST_MARK + place - 1)
        board.rules.append(
            Rule(
                rows,
                sheet_columns(_left_of(field), width),
                helper,
                "●",
                tone="attention",
                bold=True,
                before="●",
                shows=_LOOKS[field].shows,
            )
        )
