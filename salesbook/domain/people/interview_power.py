"""Does a criterion of interviews say anything about what somebody sells later?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import last_day, next_month
from salesbook.domain.targets.ramp import first_month, months_on_ramp
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message

MONTHS: Final = 12
"""Months after the ramp by which a hire is judged."""
FEWEST_HIRES: Final = 10
"""Below this a correlation is not even worth looking at."""
FALSE_ALARM: Final = 0.10
"""Chance that any criterion at all is said to tell where none does."""
WORTH_KNOWING: Final = 0.4
"""A correlation that good interviews reach: structured ones come to about 0.42.

Where the range that chance leaves still holds it, nobody may say that a criterion tells nothing.

Source: P. Sackett and others, Revisiting meta-analytic estimates of validity in personnel
selection, Journal of Applied Psychology 2022.
"""


class _Found(NamedTuple):
    """What hires say about one criterion of one role."""

    role: str
    criterion: str
    hires: int
    correlation: float | None
    """Missing where there are too few, or all had the same score."""


def interview_power(
    scores: pd.DataFrame,
    candidates: pd.DataFrame,
    openings: pd.DataFrame,
    attainment: Mapping[str, float],
) -> pd.DataFrame:
    """Compare what interviewers said of those who were hired with what they sold against quota.

    By role and criterion: Spearman's correlation of a hire's score, the mean over his interviewers,
    with his attainment. A criterion *tells* where the range that chance leaves the correlation does
    not hold 0; it *tells nothing* where the range is too narrow for one worth knowing; else there
    are too few hires. All criteria are looked at together, so that the range of each is as wide as
    makes the chance of any false alarm 10 % (Bonferroni).

    Those hired are the best of those interviewed, among whom a criterion tells less than it told
    among all: one that tells nothing here need not be useless in an interview.

    Args:
        attainment: of each hire with a full first year after the ramp, see `first_year_attainment`.

    Returns: InterviewPower, by key; a row for each criterion that was judged for a role.

    Source: for the range, Fisher's transformation with the standard error
        √((1 + r² / 2) / (n - 3)): D. Bonett and T. Wright, Sample size requirements for estimating
        Pearson, Kendall and Spearman correlations, Psychometrika 2000.
    """
    hires = _hires(scores, candidates, openings, attainment)
    found = [
        _Found(str(role), str(criterion), len(group), _correlation(group))
        for (role, criterion), group in hires.groupby(["role", "criterion"])
    ]
    # Criteria that were judged, though nobody hired by them has a year behind him.
    known = {(one.role, one.criterion) for one in found}
    judged = scores.merge(candidates[["candidate_id", "opening_id"]], on="candidate_id")
    judged = judged.merge(openings[["opening_id", "role"]], on="opening_id")
    pairs = set(zip(judged["role"], judged["criterion"], strict=True)) - known
    found += [_Found(role, criterion, 0, None) for role, criterion in pairs]

    looked_at = sum(one.correlation is not None for one in found)
    rows = [_row(one, looked_at) for one in found]
    return sorted_by_key("InterviewPower", frame_from_rows("InterviewPower", rows))


def _hires(
    scores: pd.DataFrame,
    candidates: pd.DataFrame,
    openings: pd.DataFrame,
    attainment: Mapping[str, float],
) -> pd.DataFrame:
    """By hire and criterion: role, score and attainment; only hires whose attainment is known."""
    hired = candidates[candidates["hired_rep_id"].notna()]
    known = hired.assign(attainment=hired["hired_rep_id"].map(attainment))
    known = known[known["attainment"].notna()]
    people = known[["candidate_id", "opening_id", "attainment"]].merge(
        openings[["opening_id", "role"]], on="opening_id"
    )
    # Sums depend on the order of their terms in the last digit.
    in_order = scores.sort_values(["candidate_id", "criterion", "interviewer"])
    means = in_order.groupby(["candidate_id", "criterion"], as_index=False)["score"].mean()
    return means.merge(people, on="candidate_id").sort_values(["candidate_id", "criterion"])


def _correlation(hires: pd.DataFrame) -> float | None:
    """Spearman's: Pearson's of the ranks, equal values sharing theirs."""
    if len(hires) < FEWEST_HIRES:
        return None
    ranks = hires[["score", "attainment"]].rank().to_numpy(dtype=np.float64)
    centred: Floats = ranks - ranks.mean(axis=0)
    score, attained = centred.T
    size = math.sqrt(float(score @ score) * float(attained @ attained))
    return float(score @ attained) / size if size else None


def _row(found: _Found, looked_at: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "role": found.role,
        "criterion": found.criterion,
        "hires": found.hires,
        "verdict": "too-few",
    }
    facts: dict[str, Fact] = {"hires": found.hires, "needed": FEWEST_HIRES}
    if found.correlation is None:
        has_enough = found.hires >= FEWEST_HIRES
        code = "interview-all-alike" if has_enough else "interview-too-few"
        return {**row, "because": Message(code, facts)}

    low, high = correlation_range(found.correlation, found.hires, FALSE_ALARM / looked_at)
    facts |= {"low": round(low, 2), "high": round(high, 2)}
    row |= {"correlation": found.correlation, "low": low, "high": high}
    if low > 0 or high < 0:
        code = "interview-tells" if low > 0 else "interview-tells-against"
        return {**row, "verdict": "tells", "because": Message(code, facts)}
    if low > -WORTH_KNOWING and high < WORTH_KNOWING:
        because = Message("interview-tells-nothing", facts)
        return {**row, "verdict": "tells-nothing", "because": because}
    return {**row, "because": Message("interview-unclear", facts)}


def correlation_range(correlation: float, pairs: int, error: float) -> tuple[float, float]:
    """The range of a rank correlation that misses the truth with the chance `error`, both sides."""
    z = NormalDist().inv_cdf(1 - error / 2)
    # A correlation of 1 among a dozen pairs is no proof of a perfect one.
    middle = math.atanh(min(max(correlation, -0.999), 0.999))
    spread = math.sqrt((1 + correlation**2 / 2) / (pairs - 3))
    return math.tanh(middle - z * spread), math.tanh(middle + z * spread)


def first_year_attainment(
    facts: pd.DataFrame, reps: pd.DataFrame, *, ramp: Sequence[float], as_of: dt.date
) -> dict[str, float]:
    """By rep: sold of quota in the first twelve months after the ramp.

    Only of whom all twelve are over by `as_of`, each with a quota, and who was there throughout:
    three good months and a year are not the same thing.

    Args:
        facts: as `attainment.monthly` gives them.
        ramp: shares by month since hire.
    """
    revenue = facts[facts["metric"] == "revenue"]
    sums = revenue.groupby(["rep_id", "month"])[["quota", "actual"]].sum()
    by_cell: dict[tuple[str, str], tuple[int, int]] = {
        (str(rep), str(month)): (int(quota), int(actual))
        for (rep, month), quota, actual in zip(
            sums.index, sums["quota"], sums["actual"], strict=True
        )
    }
    found = {}
    for rep in reps[reps["hired_on"].notna()].itertuples():
        year, month = first_month(rep.hired_on.date())
        start = next_month(f"{year:04d}-{month:02d}", months_on_ramp(ramp))
        months = [next_month(start, step) for step in range(MONTHS)]
        end = last_day(months[-1], 1)
        has_left = pd.notna(rep.left_on) and rep.left_on.date() < end
        if end > as_of or has_left:
            continue
        cells = [by_cell.get((str(rep.rep_id), period), (0, 0)) for period in months]
        if all(quota > 0 for quota, _ in cells):
            sold = sum(actual for _, actual in cells)
            found[str(rep.rep_id)] = sold / sum(quota for quota, _ in cells)
    return found
