"""How do the figures of `forecasts` read, and are their goals met?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from figures.results import Figures, Goal, Result
from honesty.forecasts import PERIODS, TYPED, WATCHED, Cell, cells
from honesty.verdicts import INTERVALS, WORST_CELL, Bounds, cover_goals, mean_of, percent
from honesty.words import told

_RATIO = Bounds(0.85, 1.15)


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    every = list(cells(books, seed))
    title, how = told("forecasts", books=books)
    headers = (
        "book",
        "win rates",
        "open",
        "closed",
        "period",
        "P10 to P90 hold what came",
        "goal",
        "weighted sum, as if normal",
        "as periods before",
        "mean of what came",
    )
    table = Figures(headers, tuple(_row(cell) for cell in every))
    return Result(title, how, (table,), tuple(_goals(every)))


def _row(cell: Cell) -> tuple[object, ...]:
    situation = cell.situation
    return (
        situation.watched,
        situation.typed,
        situation.still_open,
        situation.closed,
        cell.period,
        percent(cell.coverage),
        WORST_CELL.verdict(cell.coverage),
        percent(mean_of(map(float, cell.weighted))),
        percent(mean_of(map(float, cell.resampled))),
        percent(cell.ratio),
    )


def _goals(every: Sequence[Cell]) -> Iterator[Goal]:
    for watched in WATCHED:
        for typed in TYPED:
            of_kind = [
                cell
                for cell in every
                if (cell.situation.watched, cell.situation.typed) == (watched, typed)
            ]
            shares = [cell.coverage for cell in of_kind]
            # Who types the truth makes ranges wider than they need be.
            bounds = Bounds(least=INTERVALS.least) if typed == "typed right" else INTERVALS
            yield from cover_goals(f"80 % ranges, {watched}, {typed}", shares, bounds)
            ratio = mean_of(cell.ratio for cell in of_kind)
            yield Goal(
                f"the mean, {watched}, {typed} ({_RATIO} of what came)",
                _RATIO.hold(ratio),
                percent(ratio),
            )
    for period, *_ in PERIODS:
        shares = [cell.coverage for cell in every if cell.period == period]
        yield from cover_goals(f"80 % ranges of a {period}, all kinds", shares)
