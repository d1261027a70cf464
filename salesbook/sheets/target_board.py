"""Where does each thing of the Target board stand?"""

from __future__ import annotations

from typing import Final

from salesbook.expressions import Expression, Figure, Text, Word, call
from salesbook.pages.common import chance_shown, framed, if_, is_number
from salesbook.pages.lines.line import MONTH_FIELDS
from salesbook.pages.page import Page
from salesbook.pages.target_board import (
    FAULTS,
    MONTHS,
    PROPOSALS,
    ROWS,
    measured,
    share_of_plan,
    target_board,
)
from salesbook.sheets.board import (
    COLUMNS,
    SIGN_COLUMN,
    SIGN_LOOK,
    SPACER_PIXELS,
    Board,
    Line,
    ListColumn,
    Placed,
    PlacedChart,
    Rule,
    sheet_columns,
)
from salesbook.sheets.look import Bar, Look, number

_TILE: Final = 24
_GUTTER: Final = 1
_HALF: Final = 36

_WORDS: Final = "pages.target_board"
_NAME: Final = 9
_MONTH: Final = 4
_YEAR: Final = 6
_SIGN: Final = 2
_PACE: Final = COLUMNS - _NAME - MONTHS * _MONTH - _YEAR - _SIGN
_YEAR_LEFT: Final = _NAME + MONTHS * _MONTH
_CHART_ROWS: Final = 4
_PLAN_ROW: Final = 19
_SOLD_ROW: Final = 17

_MARKS, _KIND = 0, 1
"""Helper columns: one sign per month, and what a row is."""

_FAULTS: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "about", 9, Look(tone="accent", size=9.5), is_link=True),
    ListColumn("says", "mend", 25, Look(size=9)),
)
_LOCKS: Final = (
    SIGN_COLUMN,
    ListColumn("subject", "rep", 10, Look(tone="accent", size=9.5), is_link=True),
    ListColumn("says", "month", 8, Look(size=9.5)),
    ListColumn("because", "lock", 6, Look(size=9.5)),
    ListColumn("amount", "amount", 6, number("money", size=9.5)),
    ListColumn("target", "in_plan", 5, number("money", tone="muted", size=9.5)),
)


def target_board_sheet() -> Board:
    """Lay the page out."""
    page = target_board()
    board = Board(page)
    board.head(Word("sheets.target_board"), page.selectors)
    board.answer("answer", board.first_step("target", "sales", "refresh"))
    _tiles(board)
    _proposal(board)
    _faults_and_locks(board)
    _matrix(board)
    return board


def _if_year(page: Page, said: Expression) -> Expression:
    """Something that is there only with a plan or a target."""
    return if_(page.has_line("year"), said, "")


def _tiles(board: Board) -> None:
    """Target and whether it adds up; sold, pace and what is to go; landing, range and chance."""
    page, first = board.page, board.begin_tiles()

    def figure(name: str) -> Expression:
        return page.cell("year", 0, name)

    def counted(name: str, one: str, more: str) -> Expression:
        word = if_(figure(name).equals(1), Word(f"{_WORDS}.{one}"), Word(f"{_WORDS}.{more}"))
        return figure(name).then(word)

    sums = counted("count", "rep", "reps").then(counted("count_up", "team", "teams"))
    off = measured(page, figure("amount")).then(Word("pages.target_board.off"))
    is_off = is_number(figure("amount"))
    rate = figure("rate")
    of_pace = if_(
        is_number(rate),
        framed("pages.target_board.of_pace", call("ROUND", rate * 100, 0).then("%")),
        "",
    )
    to_go = framed("pages.target_board.to_go", measured(page, figure("expected")))
    low, high = figure("low"), figure("high")
    span = measured(page, low).then(" – ", measured(page, high), Word("pages.target_board.range"))
    tiles = (
        ("target", figure("target"), if_(is_off, off, sums), figure("says")),
        ("sold", figure("sold"), of_pace.then(to_go), Text("")),
        ("landing", figure("middle"), if_(is_number(low), span, ""), Text("")),
    )
    for place, (word, amount, beneath, aside) in enumerate(tiles):
        left = place * (_TILE + _GUTTER)
        board.row = first
        top = Look(fill="panel", size=9.5, bold=True, indent=1)
        board.put(left, 12, Word(f"pages.target_board.tile_{word}"), top)
        beside = Look(fill="panel", size=8.5, tone="muted", align="right", indent=1)
        board.put(left + 12, 12, _if_year(page, aside), beside)

        board.next_row()
        big = Look(fill="panel", size=20, bold=True, indent=1, shrink=True)
        board.put(left, 14, measured(page, amount), big)
        mark: Placed | None = None
        if word == "landing":
            mark = _chance(board, page, left + 14)
        else:
            board.put(left + 14, 10, None, Look(fill="panel"))

        board.next_row()
        if word == "target":
            sign = Look(fill="panel", size=9.5, bold=True, align="right")
            mark = board.sign(left, 2, figure("sign"), sign)
            board.put(left + 2, _TILE - 2, _if_year(page, beneath), Look(fill="panel", size=9.5))
        else:
            plain = Look(fill="panel", size=9.5, indent=1)
            board.put(left, _TILE, _if_year(page, beneath), plain)
        board.edge(first, left, _TILE, mark)
    board.leave_tiles(first, (24, 38, 26))


def _chance(board: Board, page: Page, left: int) -> Placed:
    """The chance to reach the target, in the colour of its sign, which it gives back."""
    chance = page.cell("year", 0, "chance_rate")
    word = if_(is_number(chance), Word("pages.dashboard.chance"), "")
    board.put(left, 4, word, Look(fill="panel", size=8.5, tone="muted", align="right"))
    sign = page.cell("answer", 1, "sign")
    shown = if_(is_number(chance), sign, "")
    mark = board.sign(left + 4, 2, shown, Look(fill="panel", size=14, bold=True, align="right"))
    look = Look(shows="rate", fill="panel", size=16, bold=True, align="right", indent=1)
    board.put(left + 6, 4, chance_shown(chance), look, signed_by=mark)
    return mark


def _proposal(board: Board) -> None:
    """What may be asked for beside what is: a line each, as wide as the page."""
    page = board.page
    shown = page.has_line("proposal")
    title = if_(shown, Word(f"{_WORDS}.proposal"), "")
    board.title(0, COLUMNS, title, link=(f"{_WORDS}.proposal_link", "Proposal"))
    board.next_row()
    for place in range(PROPOSALS):
        sign = page.cell("proposal", place, "sign")
        mark = board.sign(0, _SIGN, sign, Look(size=9.5, bold=True, align="right"))
        says = page.cell("proposal", place, "says")
        board.put(_SIGN, COLUMNS - _SIGN, says, Look(size=9.5), signed_by=mark)
        board.next_row()
    board.next_row(SPACER_PIXELS)


def _faults_and_locks(board: Board) -> None:
    page = board.page
    right = COLUMNS - _HALF - 1
    faults, locks = (page.cell(f"{name}-count", 0, "count") for name in ("faults", "locks"))
    # What Checks says of targets, of whatever year and measure, is no part of the list but is told.
    checked = Figure("common.about_targets")
    in_checks = if_(checked > 0, framed(f"{_WORDS}.in_checks", checked), "")
    nothing = if_(checked > 0, in_checks, Word(f"{_WORDS}.no_faults"))
    listed = faults.then(if_(checked > 0, Text(" · ").then(in_checks), ""))
    board.title(
        0,
        _HALF,
        _if_year(page, Word("pages.target_board.faults")),
        note=_if_year(page, if_(faults.equals(0), nothing, listed)),
        link=("pages.target_board.checks_link", "Checks"),
    )
    board.title(
        right,
        COLUMNS - right,
        _if_year(page, Word("pages.target_board.locks")),
        note=_if_year(
            page, if_(locks.equals(0), Word("pages.target_board.no_locks"), locks.then(""))
        ),
        link=("pages.target_board.locks_link", "Locks"),
    )
    board.next_row()
    board.lists_beside(((0, _FAULTS, "faults"), (right, _LOCKS, "locks")), FAULTS)
    board.next_row(SPACER_PIXELS)


def _matrix(board: Board) -> None:
    """Title with its legend, the chart over the months, then people and months."""
    legend = board.word_with("plan", "legend")
    title = board.word_with("plan", "matrix")
    board.title(
        0,
        COLUMNS,
        title,
        title_width=13,
        note=legend,
        link=("pages.target_board.plan_link", "TargetPlan"),
    )
    board.next_row()
    _caption(board)
    _chart(board)
    _heads(board)
    first = board.row
    for place in range(ROWS):
        _row(board, place)
    _rules(board, first, board.row - 1)


def _caption(board: Board) -> None:
    """What a draft changes, how to see people, and what months carry: one muted line."""
    page = board.page
    carried = page.cell("plan", 0, "amount")
    makes_up = measured(page, carried).then(Word("pages.target_board.carried"))
    ask_less = measured(page, call("ABS", carried)).then(Word("pages.target_board.carried_less"))
    carries = if_(is_number(carried), if_(carried > 0, makes_up, ask_less), "")
    draft = page.cell("draft", 0, "says")
    hint = page.cell("hint", 0, "says")
    mark = board.sign(0, 2, page.cell("draft", 0, "sign"), Look(size=9, bold=True, align="right"))
    said = if_(draft.equals(""), if_(hint.equals(""), carries, hint), draft)
    board.put(2, COLUMNS - 2, said, Look(size=8.5, tone="muted"), signed_by=mark)
    board.next_row(18)


def _chart(board: Board) -> None:
    """Plan and sold of the first row, each pair over its month; below, sold in percent of the plan."""
    page = board.page
    has_rows = page.has_line("plan")
    for row, word in enumerate(("plan", "sold"), start=board.row + 1):
        board.legend(0, (("■", word, _NAME),), has_rows, row=row)
    board.charts.append(
        PlacedChart(
            board.row,
            _NAME + 2,
            MONTHS * _MONTH,
            _CHART_ROWS * 20,
            "column",
            page.name("chart.label"),
            (
                Line(page.name("chart.plan"), "column", "grey"),
                Line(page.name("chart.sold"), "column", "accent"),
            ),
            gap=60,
            says="pages.target_board.chart",
            edge_to_edge=True,
        )
    )
    for _ in range(_CHART_ROWS):
        board.next_row(20)
    board.put(0, _NAME, board.word_with("plan", "of_plan"), Look(size=8, tone="muted"))
    for month in range(MONTHS):
        look = Look(shows="rate", size=8, tone="muted", align="center")
        board.put(_NAME + month * _MONTH, _MONTH, share_of_plan(page, month), look)
    board.next_row(16)


def _heads(board: Board) -> None:
    """The months, the running one in the accent."""
    page = board.page
    has_rows = page.has_line("plan")
    look = Look(size=9, bold=True, tone="muted")
    at_right = Look(size=9, bold=True, tone="muted", align="right")
    board.put(0, _NAME, if_(has_rows, Word("pages.heads.rep"), ""), look)
    for month in range(MONTHS):
        name = if_(has_rows, page.cell("months", month, "says"), "")
        board.put(_NAME + month * _MONTH, _MONTH, name, at_right)
    board.put(_YEAR_LEFT, _YEAR, if_(has_rows, Word("pages.heads.year"), ""), at_right)
    pace = if_(has_rows, Word("pages.heads.of_pace"), "")
    board.put(_YEAR_LEFT + _YEAR, _SIGN + _PACE, pace, at_right)
    helper = board.helper(_MARKS, page.cell("year", 0, "days"))
    months = sheet_columns(_NAME, MONTHS * _MONTH)
    board.rules.append(
        Rule(
            (board.row, board.row),
            months,
            helper.column,
            step=_MONTH,
            is_place=True,
            tone="paper",
            fill="accent",
        )
    )
    board.fill_head(0, COLUMNS, "plan")
    board.next_row(22)


def _row(board: Board, place: int) -> None:
    """A row of the matrix: the plan, and below it what was sold."""
    page = board.page
    plain, below = board.row, board.row + 1

    subject, says = page.cell("plan", place, "subject"), page.cell("plan", place, "says")
    name = if_(subject.equals(""), says, page.link("plan", place, "subject"))
    board.put(0, _NAME, name, Look(size=9.5), row=plain)
    kind = page.cell("plan", place, "word")
    reps = page.cell("plan", place, "count")
    reps_word = if_(reps.equals(1), Word(f"{_WORDS}.rep_alone"), Word(f"{_WORDS}.reps_alone"))
    with_plan = reps.then(reps_word)
    sold_word = Word("pages.legends.sold")
    beneath = if_(
        kind.equals("team"), with_plan, if_(kind.equals("rep"), _state(page, place), sold_word)
    )
    beneath = if_(kind.equals(""), "", beneath)
    board.put(0, _NAME, beneath, Look(size=8, tone="muted"), row=below)

    for month, field in enumerate(MONTH_FIELDS):
        left = _NAME + month * _MONTH
        board.put(left, _MONTH, page.cell("plan", place, field), number("money", size=9), row=plain)
        muted = number("money", size=8.5, tone="muted")
        board.put(left, _MONTH, page.cell("sold", place, field), muted, row=below)
    year = number("money", size=9, bold=True)
    board.put(_YEAR_LEFT, _YEAR, page.cell("plan", place, "target"), year, row=plain)
    muted = number("money", size=8.5, tone="muted")
    board.put(_YEAR_LEFT, _YEAR, page.cell("sold", place, "sold"), muted, row=below)

    left = _YEAR_LEFT + _YEAR
    mark = board.sign(left, _SIGN, page.cell("plan", place, "sign"), SIGN_LOOK, row=plain, height=2)
    board.put(
        left + _SIGN,
        _PACE,
        page.cell("plan", place, "rate"),
        number("rate", size=9.5),
        row=plain,
        signed_by=mark,
        bar=Bar(2),
    )
    board.helper(_MARKS, page.cell("plan", place, "marks"), row=plain)
    board.helper(_MARKS, page.cell("sold", place, "marks"), row=below)
    board.helper(_KIND, kind, row=plain)
    board.helper(_KIND, if_(kind.equals(""), "", kind.then("-below")), row=below)
    board.next_row(_PLAN_ROW)
    board.next_row(_SOLD_ROW)


def _state(page: Page, place: int) -> Expression:
    """Beneath a rep's name: that he has no plan, or what the second line says."""
    says = page.cell("plan", place, "says")
    return if_(says.equals(""), Word("pages.legends.sold"), says)


def _rules(board: Board, first: int, last: int) -> None:
    """Locks, months far from the plan, and company and teams in their fills."""
    rows = (first, last)
    months = sheet_columns(_NAME, MONTHS * _MONTH)
    marks, kind = board.helper_column(_MARKS), board.helper_column(_KIND)

    # A bound stands behind the plan, which it is not: 10,019 ≤ what is typed in Locks.
    for sign, before, after in (("=", "=", ""), (">", "", "≥"), ("<", "", "≤")):
        board.rules.append(
            Rule(
                rows,
                months,
                marks,
                sign,
                _MONTH,
                tone="accent",
                bold=True,
                fill="lock",
                before=before,
                after=after,
            )
        )
    for sign, tone in (("●", "attention"), ("▲", "good"), ("▼", "bad")):
        board.rules.append(
            Rule(rows, months, marks, sign, _MONTH, tone=tone, bold=True, before=sign)  # type: ignore[arg-type]
        )

    whole = sheet_columns(0, COLUMNS)
    for word, fill in (("company", "band"), ("team", "panel")):
        of_plan = Rule(rows, whole, kind, word, bold=True, fill=fill, is_of_rows=True)  # type: ignore[arg-type]
        below = Rule(
            rows,
            whole,
            kind,
            f"{word}-below",
            fill=fill,  # type: ignore[arg-type]
            bottom=True,
            is_of_rows=True,
        )
        board.rules += [of_plan, below]
    for word in ("rep", "more", "moved"):
        below = Rule(rows, whole, kind, f"{word}-below", bottom=True, is_of_rows=True)
        board.rules.append(below)
