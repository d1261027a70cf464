"""The table ModelTests: how good is each model on deals that it had not learned from?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.pipeline.chances.model.deal_model import FEWEST_FOR_PAIRS
from salesbook.domain.pipeline.chances.model.trial import (
    FEWEST_CLOSED,
    FEWEST_OF_A_KIND,
    Name,
    Trial,
    stands_out,
)
from salesbook.domain.pipeline.chances.model.win_model import WinModel
from salesbook.frames import frame_from_rows
from salesbook.messages import Message

MODELS: Final[tuple[Name, ...]] = ("rate", "additive", "pairs", "bayes")
_BINS: Final = 10


def why_the_rate(win: WinModel) -> Message:
    """Why the stage's rate is all that is gone by."""
    closed = win.won + win.lost
    if closed < FEWEST_CLOSED:
        return Message("model.too-few-closed", {"closed": closed, "few": FEWEST_CLOSED})
    if min(win.won, win.lost) < FEWEST_OF_A_KIND:
        facts = {"won": win.won, "lost": win.lost, "few": FEWEST_OF_A_KIND}
        return Message("model.too-few-of-a-kind", facts)
    if win.trial is None:
        return Message("model.no-days", {"few": FEWEST_OF_A_KIND})
    return Message("model.no-gain", {"deals": len(win.trial)})


def model_tests(win: WinModel, *, level: float) -> pd.DataFrame:
    """Make the table: per model a row for the test as a whole, then one per tenth of the chance.

    Deals count for the days that they were open, as in the stages' rates.

    Args: level is that of the intervals.
    """
    trial = win.trial
    if trial is None:
        only = {
            "model": "rate",
            "bin": "all",
            "deals": win.won + win.lost,
            "chosen": True,
            "because": why_the_rate(win),
        }
        return frame_from_rows("ModelTests", [only] if win.won + win.lost else [])

    rows: list[dict[str, Any]] = []
    over: Name = "rate"
    for model in MODELS:
        if model == "pairs" and _has_no_pairs(trial):
            rows.append(_without_pairs(win, trial))
            continue
        whole, gain = _whole(win, trial, model, over, level)
        rows.append(whole)
        rows.extend(_bins(trial, model, chosen=model == win.chosen, level=level))
        # What is richer still has to beat the best one so far.
        if model in ("additive", "pairs") and gain:
            over = model
    return frame_from_rows("ModelTests", rows)


def _has_no_pairs(trial: Trial) -> bool:
    """Whether no block had a pair of columns that tells, so that there is nothing to hold to deals."""
    return not any(term.is_pair for fold in trial.folds for term in fold.pairs.terms)


def _without_pairs(win: WinModel, trial: Trial) -> dict[str, Any]:
    closed = win.won + win.lost
    why = Message("model.no-pairs")
    if closed < FEWEST_FOR_PAIRS:
        why = Message("model.too-few-for-pairs", {"closed": closed, "few": FEWEST_FOR_PAIRS})
    return {"model": "pairs", "bin": "all", "deals": len(trial), "chosen": False, "because": why}


def _whole(
    win: WinModel, trial: Trial, model: Name, over: Name, level: float
) -> tuple[dict[str, Any], bool]:
    said = trial.said[model]
    everything = np.ones(len(trial), dtype=bool)
    row = _row(trial, model, "all", everything, level=level)
    row |= {
        "trained_to": _day(trial.trained_to),
        "tested_to": _day(trial.tested_to),
        "brier": trial.brier(said),
        "base_brier": trial.brier(trial.base),
        "log_loss": trial.log_loss(said),
        "chosen": model == win.chosen,
    }
    if model == "rate":
        is_used = win.chosen == "rate"
        row["because"] = why_the_rate(win) if is_used else Message("model.beaten")
        return row, False

    compared_with: Name = "rate" if model == "bayes" else over
    gain, error = trial.gain(model, compared_with)
    better = stands_out(gain, error)
    row |= {"gain": gain, "gain_error": error}
    row["because"] = _verdict(model, compared_with, gain, error, better=better)
    return row, better


def _verdict(model: Name, over: Name, gain: float, error: float, *, better: bool) -> Message:
    facts = {
        "other": f"ModelTests.model={over}",
        "gain": f"{gain:.4f}".replace("-", "−"),
        "error": f"{error:.4f}",
    }
    if model == "bayes":
        return Message("model.for-comparison", facts)
    return Message("model.gains" if better else "model.gains-nothing", facts)


def _bins(trial: Trial, model: Name, *, chosen: bool, level: float) -> list[dict[str, Any]]:
    """Deals by the chance that they were given: did as many come in as was said?"""
    tenth = np.clip(np.floor(trial.said[model] * _BINS), 0, _BINS - 1).astype(np.int64)
    return [
        _row(trial, model, f"to-{10 * (place + 1)}", tenth == place, level=level)
        | {"chosen": chosen}
        for place in range(_BINS)
        if (tenth == place).any()
    ]


def _row(trial: Trial, model: Name, bin_code: str, rows: Any, *, level: float) -> dict[str, Any]:
    weight, won = trial.weight[rows], trial.won[rows]
    happened = float(np.average(won, weights=weight))
    # As many deals of equal weight as say as much as these.
    as_sure_as = _equal(weight)
    low, high = wilson(happened * as_sure_as, as_sure_as, level)
    return {
        "model": model,
        "bin": bin_code,
        "deals": int(rows.sum()),
        "predicted": float(np.average(trial.said[model][rows], weights=weight)),
        "happened": happened,
        "low": float(low),
        "high": float(high),
    }


def _equal(weight: Floats) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum())


def _day(number: float) -> Any:
    return np.datetime64(int(number), "D").astype("datetime64[us]").item()
