"""How likely does an open deal close within some days, if it is won at all?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesbook.arrays import Floats
from salesbook.domain.pipeline.forecast.slips import BIN_DAYS, EDGES


def closing_chance(
    hazards: Floats, days_to_expected: npt.ArrayLike, horizon: npt.ArrayLike
) -> Floats:
    """Give the chance that a deal that is won closes within the horizon.

    q = 1 - S(h - e) / S(-e), where e is the days from today to the expected one (negative when
    overdue) and S(x) the share that is still open x days after the expected day. Within a bin S
    falls by an equal factor a day; after the last edge, and before the first, for ever so.

    Args:
        hazards: a row per draw, a column per bin of `slips`.
        days_to_expected: e, one per deal.
        horizon: h, days from today; one for all deals, or one per deal.

    Returns: a row per draw, a column per deal.

    Source: overdue by 20 days, defaults, 30 days: 1 - 0.75² = 0.4375. Due in 10 days:
        1 - 0.7^(2/3) 0.6 0.75^(1/3) = 0.570.
    """
    expected = np.asarray(days_to_expected, dtype=np.float64)
    so_far = _cumulative_hazard(hazards, -expected)
    by_then = _cumulative_hazard(hazards, np.asarray(horizon) - expected)
    return np.asarray(-np.expm1(so_far - by_then), dtype=np.float64)


def _cumulative_hazard(hazards: Floats, slip: Floats) -> Floats:
    """-log S at each slip, 0 at the first edge; a row per draw."""
    per_day = -np.log1p(-hazards) / BIN_DAYS
    within = per_day[:, 1:-1] * BIN_DAYS
    at_edges = np.concatenate(
        [np.zeros((len(hazards), 1)), np.cumsum(within, axis=1)], axis=1
    )  # a column per edge

    # Bin k begins at edge k - 1; the first one is counted back from the first edge.
    bin_of = np.searchsorted(EDGES, slip, side="right")
    edge = np.maximum(bin_of - 1, 0)
    beyond_edge = slip - EDGES[edge]
    return np.asarray(at_edges[:, edge] + per_day[:, bin_of] * beyond_edge, dtype=np.float64)
