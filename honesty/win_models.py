"""Does the win rate of single deals keep what it says, and is a model used only where it helps?"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from figures.results import Figures, Goal, Result
from honesty.data import VARIABLE, real
from honesty.deal_books import DealBook, draw_book
from honesty.deal_files import DealFile, draw_file, task_of
from honesty.pipelines import deals_frame, one_stage
from honesty.verdicts import Tally, cover_goals, number, percent
from honesty.words import told
from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.additive import chance_of
from salesbook.domain.pipeline.chances.model.columns import Column
from salesbook.domain.pipeline.chances.model.deal_model import Rows, fit_additive, fit_pairs
from salesbook.domain.pipeline.chances.model.known_columns import shown_name
from salesbook.domain.pipeline.chances.model.model_tests import MODELS
from salesbook.domain.pipeline.chances.model.trial import Trial, chosen_of
from salesbook.domain.pipeline.chances.model.win_model import ClosedDeals, WinModel, win_model
from salesbook.domain.pipeline.forecast.make import make_forecast
from salesbook.domain.pipeline.now import PipelineNow, pipeline_now

_FILE: Final = ("maven_crm", "sales_pipeline.csv")
_CUT: Final = dt.date(2017, 8, 31)
"""Learned from what was closed until then, tested on what came."""
_SIZE: Final = 78_000
_LEARNED: Final = 0.7
_NOISE_SIZES: Final = (220, 400, 800, 2000)
"""Deals of books whose columns say nothing."""
_ALL_COLUMNS: Final = 0.090
_WITHOUT_LATE: Final = 0.135
_NO_WORSE: Final = 0.0003
_QUARTER: Final = "FY2026-Q3"
"""The quarter after the day of all simulated books."""
_TENTHS: Final = 10
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Split:
    """Brier scores of deals that were held out at random, by who foretold them."""

    base: float
    plain: float
    additive: float
    pairs: float
    best: float
    """Of the true chances: nobody can do better but by luck."""


def random_split(file: DealFile, left_out: Sequence[str], best: Floats, seed: int) -> Split:
    """Learn from seven of ten closed deals by lot, and foretell the others."""
    closed = ClosedDeals.of(file.task)
    rows = closed.rows(left_out)
    is_learned = np.random.default_rng(seed).random(len(rows)) < _LEARNED
    # Each deal counts alike, as in the file that this one is shaped like.
    alike = Rows(rows.columns, rows.offset, rows.won, np.ones(len(rows)))
    before, after = alike.part(is_learned), alike.part(~is_learned)
    additive = fit_additive(before)
    pairs = fit_pairs(before, additive)
    true_chance = best[closed.moments.place][~is_learned]

    def brier(chance: Floats) -> float:
        return float(np.mean((chance - after.won) ** 2))

    size = len(after)
    return Split(
        base=brier(np.full(size, before.won.mean())),
        plain=brier(plain_logistic(before, after)),
        additive=brier(chance_of(after.offset + additive.shift(after.columns, size))),
        pairs=brier(chance_of(after.offset + pairs.shift(after.columns, size))),
        best=brier(true_chance),
    )


def plain_logistic(before: Rows, after: Rows) -> Floats:
    """The common way: logistic regression, numbers in straight lines and a flag per word."""
    learned, asked = _design(before.columns), _design(after.columns)
    weights = np.zeros(learned.shape[1])
    for _ in range(8):
        chance = chance_of(learned @ weights)
        curvature = learned.T @ (learned * (chance * (1 - chance))[:, None])
        slope = learned.T @ (before.won - chance) - weights
        weights += np.linalg.solve(curvature + np.eye(len(weights)), slope)
    return chance_of(asked @ weights)


def _design(columns: Sequence[Column]) -> Floats:
    size = len(columns[0].is_filled)
    parts = [np.ones((size, 1))]
    for column in columns:
        if column.numbers is not None:
            if column.is_own:
                parts.append(np.nan_to_num(column.numbers)[:, None])
        elif column.is_own and column.words is not None:
            flags = np.zeros((size, len(column.vocabulary)))
            has_word = np.flatnonzero(column.words >= 0)
            flags[has_word, column.words[has_word]] = 1
            parts.append(flags)
    return np.hstack(parts)


@dataclass
class NoiseCell:
    """Books of one size whose columns say nothing."""

    size: int
    books: int = 0
    chosen: int = 0
    """Books in which a model was chosen all the same."""
    worse: list[float] = field(default_factory=list)
    """Per book: how much further from the truth, in Brier score, than the stage's rate."""


def noise_cells(books: int, seed: int, sizes: Sequence[int] = _NOISE_SIZES) -> Iterator[NoiseCell]:
    """Draw books in which nothing but luck tells deals apart."""
    for place, size in enumerate(sizes):
        cell = NoiseCell(size)
        for book in range(books):
            random = np.random.default_rng([seed, place, book])
            file = draw_file(random, size, signal=0.0)
            win = win_model(file.task)
            now = ClosedDeals.of(file.task).now
            deals = now.pipeline.deals
            still_open = deals.is_open
            given = win.chances(now)[still_open]
            of_stage = now.rates.now[deals.code[still_open]]
            truth = file.chance[still_open]
            cell.books += 1
            cell.chosen += win.chosen != "rate"
            further = np.mean((given - truth) ** 2) - np.mean((of_stage - truth) ** 2)
            cell.worse.append(float(further) if still_open.any() else 0.0)
        yield cell


@dataclass
class LandingCell:
    """Books of one kind: what a quarter brought beside what was forecast the day before."""

    name: str
    inside: Tally = field(default_factory=Tally)
    """Quarters that ended within P10 to P90 of the forecast."""
    of_stages: Tally = field(default_factory=Tally)
    """The same of forecasts that go by the stages' rates."""
    chosen: Tally = field(default_factory=Tally)
    ratio: list[float] = field(default_factory=list)
    """Middle of the forecast over what came."""
    ratio_of_stages: list[float] = field(default_factory=list)
    width: list[float] = field(default_factory=list)
    """Width of the range over that of the stages' forecast."""
    gain: list[float] = field(default_factory=list)
    """By how much the Brier score of the open deals is below that of their stages' rates."""


_LANDINGS: Final = (("columns that tell", 1500, 1.0), ("columns of noise", 1500, 0.0))


def landing_cells(books: int, seed: int) -> Iterator[LandingCell]:
    """Forecast the quarter ahead of books of which it is known what it brings."""
    for place, (name, size, signal) in enumerate(_LANDINGS):
        cell = LandingCell(name)
        for number_of_book in range(books):
            random = np.random.default_rng([seed, place, number_of_book])
            _add_landing(cell, draw_book(random, size, signal=signal))
        yield cell


def _add_landing(cell: LandingCell, book: DealBook) -> None:
    now, win = pipeline_now(book.task), win_model(book.task)
    cell.chosen.add(win.chosen != "rate")
    chance = win.chances(now)[book.is_open]
    of_stage = now.rates.now[now.pipeline.deals.code[book.is_open]]
    won = book.won[book.is_open]
    cell.gain.append(float(np.mean((of_stage - won) ** 2 - (chance - won) ** 2)))

    low, middle, high = _landing(book.task, now, win)
    stage_low, stage_middle, stage_high = _landing(book.task, now, replace(win, learned=None))
    cell.inside.add(low <= book.came <= high)
    cell.of_stages.add(stage_low <= book.came <= stage_high)
    cell.ratio.append(middle / book.came)
    cell.ratio_of_stages.append(stage_middle / book.came)
    cell.width.append((high - low) / (stage_high - stage_low))


def _landing(task: Task, now: PipelineNow, win: WinModel) -> tuple[float, float, float]:
    """P10, P50 and P90 of the quarter that begins tomorrow, which the deals' own months stand for."""
    table = make_forecast(task, now, win).table
    is_quarter = (table["period"] == _QUARTER) & (table["slice_kind"] == "all")
    [row] = table.loc[is_quarter, ["p10", "p50", "p90"]].to_numpy(dtype=np.float64).tolist()
    return row[0], row[1], row[2]


@dataclass(frozen=True)
class Real:
    """A back-test on real deals."""

    trial: Trial
    left_out: tuple[str, ...]


def real_trial(path: Path, cut: dt.date = _CUT) -> Real | None:
    """Learn from the deals of a hardware seller closed by a day, and hold it to those closed later."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["engage_date"]]
    names = {"Won": "Won", "Lost": "Lost", "Engaging": "Lead"}
    frame = deals_frame(
        stage=[names[row["deal_stage"]] for row in rows],
        rep_id=[row["sales_agent"] for row in rows],
        product=[row["product"] for row in rows],
        amount=[
            100 * int(float(row["close_value"])) if row["close_value"] else None for row in rows
        ],
        created_on=np.array([row["engage_date"] for row in rows], dtype="datetime64[us]"),
        closed_on=np.array([row["close_date"] or "NaT" for row in rows], dtype="datetime64[us]"),
    )
    own = pd.DataFrame(
        {"Account": pd.Series([row["account"] or None for row in rows], dtype="str")}
    )
    last = max(row["close_date"] for row in rows)
    as_of = dt.date.fromisoformat(last)
    task = task_of({"Deals": frame}, own, as_of=as_of, policy=one_stage())
    left_out = tuple(sorted(win_model(task).left_out))
    closed = ClosedDeals.of(task)
    first_later = float((np.datetime64(cut) + 1).astype(np.int64))
    trial = closed.tried(closed.rows(left_out), cuts=(first_later,))
    return None if trial is None else Real(trial, left_out)


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    file = draw_file(np.random.default_rng(seed), _SIZE)
    screened = tuple(sorted(win_model(file.task).left_out))
    known = random_split(file, file.late, file.chance, seed)
    with_late = random_split(file, (), file.chance_at_closing, seed)
    noise = list(noise_cells(books, seed + 1))
    path = real(*_FILE)
    maven = real_trial(path) if path else None

    title, how = told("win_models", books=books, size=_SIZE, variable=VARIABLE, cut=str(_CUT))
    landings = list(landing_cells(books, seed + 2))
    figures = [_split_table(known, with_late), _noise_table(noise), _landing_table(landings)]
    worst = max(max(cell.worse, default=0.0) for cell in noise)
    goals = [
        _at_most("Brier score with all columns", with_late.pairs, _ALL_COLUMNS),
        _at_most("Brier score without those known at closing", known.pairs, _WITHOUT_LATE),
        Goal(
            "columns known at closing are left out, and no other",
            screened == tuple(sorted(file.late)),
            f"{len(screened)} of {len(file.late)}",
        ),
        _at_most("on noise, in the worst book, worse than the stage's rate by", worst, _NO_WORSE),
        *cover_goals("80 % ranges of the quarter ahead", [cell.inside.share for cell in landings]),
    ]
    notes = []
    if maven is None:
        notes.append("The real deals are not there: nothing was tried on them.")
    else:
        figures += [_trial_table(maven), _calibration_table(maven.trial)]
        best = min(maven.trial.brier(maven.trial.said[name]) for name in ("rate", "additive"))
        of_chosen = maven.trial.brier(maven.trial.said[chosen_of(maven.trial)])
        # The simplest that is as good: what luck moves must not decide.
        goals.append(
            _at_most(
                "on real deals, what is chosen is worse than the best by", of_chosen - best, 0.001
            )
        )
    return Result(title, how, tuple(figures), tuple(goals), tuple(notes))


def _at_most(text: str, value: float, most: float) -> Goal:
    return Goal(f"{text} (≤ {most:.4g})", value <= most + _TOLERANCE, number(value, 4))


def _split_table(known: Split, with_late: Split) -> Figures:
    headers = ("held out at random", "without what is known at closing", "with all columns")
    names = (
        ("one rate for all", "base"),
        ("plain logistic regression", "plain"),
        ("sum of columns", "additive"),
        ("sum with pairs", "pairs"),
        ("the true chances", "best"),
    )
    rows = [
        (text, number(getattr(known, name), 4), number(getattr(with_late, name), 4))
        for text, name in names
    ]
    return Figures(
        headers, tuple(rows), "Brier scores of simulated deals with 17 columns of their own"
    )


def _noise_table(cells: Sequence[NoiseCell]) -> Figures:
    headers = (
        "deals",
        "books",
        "a model is chosen",
        "worse than the stage's rate: mean",
        "worst book",
    )
    rows = [
        (
            cell.size,
            cell.books,
            percent(cell.chosen / cell.books),
            number(float(np.mean(cell.worse)), 5),
            number(max(cell.worse), 5),
        )
        for cell in cells
    ]
    return Figures(headers, tuple(rows), "Columns of pure noise")


def _landing_table(cells: Sequence[LandingCell]) -> Figures:
    headers = (
        "books",
        "a model is chosen",
        "better on open deals, Brier",
        "P10 to P90 holds what came",
        "by the stages' rates",
        "middle over what came",
        "by the stages' rates ",
        "width over that",
    )
    rows = [
        (
            f"{cell.chosen.cases}, {cell.name}",
            str(cell.chosen),
            number(float(np.mean(cell.gain)), 4),
            str(cell.inside),
            str(cell.of_stages),
            number(float(np.mean(cell.ratio)), 2),
            number(float(np.mean(cell.ratio_of_stages)), 2),
            number(float(np.mean(cell.width)), 2),
        )
        for cell in cells
    ]
    return Figures(headers, tuple(rows), "Forecasts that go by the chance of each deal")


def _trial_table(maven: Real) -> Figures:
    trial = maven.trial
    headers = (
        "real deals",
        "Brier",
        "each deal alike",
        "one rate for all",
        "log loss",
        "gain",
        "error of it",
    )
    rows = []
    for name in MODELS:
        gain, error = trial.gain(name, "rate")
        said = trial.said[name]
        is_first = name == "rate"
        rows.append(
            (
                name,
                number(trial.brier(said), 4),
                number(float(np.mean((said - trial.won) ** 2)), 4),
                number(trial.brier(trial.base), 4),
                number(trial.log_loss(said), 4),
                "" if is_first else number(gain, 4),
                "" if is_first else number(error, 4),
            )
        )
    left_out = ", ".join(map(shown_name, maven.left_out)) or "nothing"
    title = (
        f"{len(trial)} deals closed after {_CUT}; chosen: {chosen_of(trial)}; left out: {left_out}"
    )
    return Figures(headers, tuple(rows), title)


def _calibration_table(trial: Trial) -> Figures:
    headers = ("chance given", *(f"{name}: deals, said, came" for name in MODELS))
    rows = []
    for tenth in range(_TENTHS):
        cells = [_tenth(trial, trial.said[name], tenth) for name in MODELS]
        if any(cells):
            rows.append((f"{10 * tenth} to {10 * (tenth + 1)} %", *cells))
    return Figures(headers, tuple(rows), "The same deals by the chance that they were given")


def _tenth(trial: Trial, said: Floats, tenth: int) -> str:
    places: Ints = np.clip(np.floor(said * _TENTHS), 0, _TENTHS - 1).astype(np.int64)
    rows: Flags = places == tenth
    if not rows.any():
        return ""
    weight = trial.weight[rows]
    expected = float(np.average(said[rows], weights=weight))
    came = float(np.average(trial.won[rows], weights=weight))
    return f"{int(rows.sum())}, {percent(expected)}, {percent(came)}"
