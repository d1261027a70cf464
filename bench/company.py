"""What does a company of so many deals have in its tables? Made-up rows, the same for the same
size.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from bench.steplist import AS_OF
from salesbook.frames import Tables, frame_of

_NOW: Final = np.datetime64(AS_OF, "D")
_YEARS: Final = 3
_PRODUCTS: Final = tuple(f"Product {letter}" for letter in "ABCDEFGHIJ")
_STAGES: Final = ("Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
_STAGE_SHARES: Final = (0.12, 0.10, 0.10, 0.08, 0.22, 0.38)
_INDUSTRIES: Final = ("Retail", "Machines", "Food", "Health", "Logistics", "Software")
_REASONS: Final = ("Price", "Competitor", "No budget", "No answer")
_SYLLABLES: Final = (
    "al be cor da el fan gri hol in jo kal lum mar nor os pel qua ros sil tor ul ven wes yar zen"
).split()

Random = np.random.Generator
Words = npt.NDArray[Any]


def company(deals: int) -> dict[str, pd.DataFrame]:
    """A frame per input table: 10 % as many customers as deals, 2 × orders, 3 × activities, a team
    in scale.

    40 % of the deals are open, 22 % won, 38 % lost, over three years; a few leads, answers and
    payments besides.
    """
    chance = np.random.default_rng(deals)
    reps = _reps(max(6, min(300, deals // 150)))
    customers = _customers(chance, deals // 10, reps)
    sold = _deals(chance, deals, customers)
    orders = _orders(chance, deals * 2, customers, sold)
    return {
        "Products": frame_of("Products", {"product": _PRODUCTS, "active": [True] * len(_PRODUCTS)}),
        "Reps": reps,
        "Customers": customers,
        "Deals": sold,
        "Orders": orders,
        "Payments": _payments(orders),
        "Activities": _activities(chance, deals * 3, sold),
        "Feedback": _feedback(chance, deals // 20, customers),
        "Leads": _leads(chance, deals // 5, reps),
        "Targets": _targets(reps, orders),
        "TargetPlan": _plan(reps, orders),
        "Reviews": _reviews(chance, reps),
    }


def _keys(letter: str, count: int) -> Words:
    return np.array([f"{letter}{number:06d}" for number in range(1, count + 1)], dtype=object)


def _days(chance: Random, count: int, most: int) -> npt.NDArray[np.datetime64]:
    """Days before the run date, up to so many."""
    return _NOW - chance.integers(0, most, count)


def _moments(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    return days.astype("datetime64[us]")


def _pick(chance: Random, values: tuple[str, ...], count: int, shares: Any = None) -> Words:
    return np.array(values, dtype=object)[chance.choice(len(values), count, p=shares)]


def _blanked(values: Any, kept: npt.NDArray[np.bool_]) -> Any:
    """The values, missing where they are not kept."""
    if values.dtype.kind == "M":
        return np.where(kept, _moments(values), np.datetime64("NaT"))
    return np.where(kept, values, None)


def _reps(count: int) -> pd.DataFrame:
    keys = _keys("R", count)
    teams = [f"Team {number % max(2, count // 12) + 1}" for number in range(count)]
    return frame_of(
        "Reps",
        {
            "rep_id": keys,
            "name": [f"Rep {_word(number)}" for number in range(count)],
            "team": teams,
            "role": ["hunter" if number % 2 else "farmer" for number in range(count)],
            "level": ["Junior"] * count,
            "hired_on": np.array([_NOW - 400 - number * 7 for number in range(count)]).astype(
                "datetime64[us]"
            ),
            "plan": ["Standard"] * count,
        },
    )


def _word(number: int) -> str:
    """A made-up word, another for each number."""
    found = ""
    for _ in range(3):
        number, place = divmod(number * 7 + 3, len(_SYLLABLES))
        found += _SYLLABLES[place]
    return f"{found}{number}".capitalize()


def _customers(chance: Random, count: int, reps: pd.DataFrame) -> pd.DataFrame:
    keys = _keys("C", count)
    names = _names(chance, count)
    created = _days(chance, count, 365 * _YEARS)
    return frame_of(
        "Customers",
        {
            "customer_id": keys,
            "name": [
                f"{name} {key[-3:]}" for name, key in zip(_names(chance, count), keys, strict=True)
            ],
            "company": [
                f"{name} {kind}"
                for name, kind in zip(
                    names, _pick(chance, ("Ltd", "GmbH", "Inc"), count), strict=True
                )
            ],
            "industry": _pick(chance, _INDUSTRIES, count),
            "region": _pick(chance, ("North", "South", "East", "West"), count),
            "owner_id": reps["rep_id"].to_numpy(dtype=object)[chance.integers(0, len(reps), count)],
            "phone": [
                f"+1 212 {number:07d}" for number in chance.integers(2_000_000, 9_999_999, count)
            ],
            "email": [
                f"{key.lower()}@{name.split()[0].lower()}.example"
                for key, name in zip(keys, names, strict=True)
            ],
            "channel": _pick(chance, ("phone", "email", "message", "visit"), count),
            "budget": chance.integers(10, 900, count) * 10_000,
            "created_on": _moments(created),
            "updated_on": _moments(np.minimum(created + chance.integers(0, 500, count), _NOW)),
        },
    )


def _names(chance: Random, count: int) -> list[str]:
    """Names of two made-up words of three syllables."""
    parts = np.array(_SYLLABLES)[chance.integers(0, len(_SYLLABLES), (count, 6))].tolist()
    return [f"{a}{b}{c} {d}{e}{f}".title() for a, b, c, d, e, f in parts]


def _deals(chance: Random, count: int, customers: pd.DataFrame) -> pd.DataFrame:
    at = chance.integers(0, len(customers), count)
    stages = _pick(chance, _STAGES, count, _STAGE_SHARES)
    closed, lost = np.isin(stages, ["Won", "Lost"]), stages == "Lost"
    age = np.where(closed, chance.integers(60, 365 * _YEARS, count), chance.integers(1, 120, count))
    created = _NOW - age
    ended = np.minimum(created + chance.integers(5, 120, count), _NOW)
    since = np.where(closed, ended, created + (age * chance.random(count)).astype(int))
    products = _pick(chance, _PRODUCTS, count)
    return frame_of(
        "Deals",
        {
            "deal_id": _keys("D", count),
            "name": [
                f"{product} for {who}"
                for product, who in zip(products, customers["company"].to_numpy()[at], strict=True)
            ],
            "customer_id": customers["customer_id"].to_numpy(dtype=object)[at],
            "rep_id": customers["owner_id"].to_numpy(dtype=object)[at],
            "product": products,
            "source": _pick(chance, ("Web", "Referral", "Fair", "Call"), count),
            "stage": stages,
            "amount": chance.integers(1, 400, count) * 25_000,
            "created_on": _moments(created),
            "stage_since": _moments(since),
            "expected_on": _moments(
                np.where(closed, ended, _NOW + chance.integers(-5, 150, count))
            ),
            "closed_on": _blanked(ended, closed),
            "lost_stage": _blanked(_pick(chance, _STAGES[:4], count), lost),
            "lost_reason": _blanked(_pick(chance, _REASONS, count), lost),
            "next_step": _blanked(_pick(chance, ("Call", "Visit", "Send offer"), count), ~closed),
            "next_on": _blanked(_NOW + chance.integers(-3, 21, count), ~closed),
        },
    )


def _orders(
    chance: Random, count: int, customers: pd.DataFrame, deals: pd.DataFrame
) -> pd.DataFrame:
    """One order per won deal, the rest repeat orders."""
    won = deals[deals["stage"] == "Won"]
    at, more = chance.integers(0, len(customers), count - len(won)), count - len(won)
    ordered = np.concatenate(
        [won["closed_on"].to_numpy(), _moments(_days(chance, more, 365 * _YEARS))]
    )
    days = ordered.astype("datetime64[D]")
    paid = days + 40 < _NOW
    return frame_of(
        "Orders",
        {
            "order_id": _keys("O", count),
            "line_no": np.ones(count, dtype=int),
            "deal_id": [*won["deal_id"], *[None] * more],
            "customer_id": [*won["customer_id"], *customers["customer_id"].to_numpy()[at]],
            "rep_id": [*won["rep_id"], *customers["owner_id"].to_numpy()[at]],
            "product": _pick(chance, _PRODUCTS, count),
            "quantity": chance.integers(1, 9, count).astype(float),
            "ordered_on": ordered,
            "amount": np.concatenate(
                [won["amount"].to_numpy(dtype=int), chance.integers(1, 300, more) * 10_000]
            ),
            "due_on": _moments(days + 30),
            "delivered_on": _blanked(days + 7, days + 7 <= _NOW),
            "status": np.where(paid, "paid", np.where(days + 7 <= _NOW, "delivered", "placed")),
        },
    )


def _payments(orders: pd.DataFrame) -> pd.DataFrame:
    """Every fourth paid order's payment: most companies keep these elsewhere."""
    paid = orders[orders["status"] == "paid"].iloc[::4]
    return frame_of(
        "Payments",
        {
            "payment_id": _keys("P", len(paid)),
            "order_id": paid["order_id"],
            "paid_on": paid["due_on"],
            "amount": paid["amount"],
        },
    )


def _activities(chance: Random, count: int, deals: pd.DataFrame) -> pd.DataFrame:
    at = chance.integers(0, len(deals), count)
    created = deals["created_on"].to_numpy().astype("datetime64[D]")[at]
    done = np.minimum(created + chance.integers(0, 120, count), _NOW)
    return frame_of(
        "Activities",
        {
            "activity_id": _keys("A", count),
            "done_on": _moments(done),
            "rep_id": deals["rep_id"].to_numpy(dtype=object)[at],
            "customer_id": deals["customer_id"].to_numpy(dtype=object)[at],
            "deal_id": _blanked(
                deals["deal_id"].to_numpy(dtype=object)[at], chance.random(count) < 0.7
            ),
            "kind": _pick(chance, ("visit", "phone", "email", "message", "demo"), count),
            "outcome": _pick(chance, ("Interested", "No answer", "Wants an offer", "Later"), count),
        },
    )


def _feedback(chance: Random, count: int, customers: pd.DataFrame) -> pd.DataFrame:
    received = _moments(_days(chance, count, 365)) + np.timedelta64(9, "h")
    return frame_of(
        "Feedback",
        {
            "feedback_id": _keys("F", count),
            "customer_id": customers["customer_id"].to_numpy(dtype=object)[
                chance.integers(0, len(customers), count)
            ],
            "received_at": received,
            "kind": _pick(chance, ("survey", "complaint"), count, (0.8, 0.2)),
            "score": chance.integers(4, 11, count).astype(float),
            "answered_at": received + chance.integers(1, 30, count) * np.timedelta64(1, "h"),
        },
    )


def _leads(chance: Random, count: int, reps: pd.DataFrame) -> pd.DataFrame:
    received = _moments(_days(chance, count, 365)) + np.timedelta64(10, "h")
    return frame_of(
        "Leads",
        {
            "lead_id": _keys("L", count),
            "name": _names(chance, count),
            "source": _pick(chance, ("Web", "Referral", "Fair"), count),
            "received_at": received,
            "rep_id": reps["rep_id"].to_numpy(dtype=object)[chance.integers(0, len(reps), count)],
            "first_contact_at": received + chance.integers(1, 50, count) * np.timedelta64(1, "h"),
            "status": _pick(chance, ("contacted", "qualified", "rejected"), count),
        },
    )


def _monthly(reps: pd.DataFrame, orders: pd.DataFrame) -> int:
    """A round quota per rep and month, a little above what was sold."""
    return int(orders["amount"].sum() / (_YEARS * 12 * len(reps)) * 1.1 // 100_000 * 100_000)


def _targets(reps: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    total = _monthly(reps, orders) * 12 * len(reps)
    row = {
        "year": 2026,
        "scope_kind": "company",
        "scope": "company",
        "metric": "revenue",
        "target": total,
    }
    return frame_of("Targets", {name: [value] for name, value in row.items()})


def _plan(reps: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    size, quota = len(reps), _monthly(reps, orders)
    return frame_of(
        "TargetPlan",
        {
            "period": [f"2026-{month:02d}" for month in range(1, 13) for _ in range(size)],
            "rep_id": [*reps["rep_id"]] * 12,
            "metric": ["revenue"] * size * 12,
            "team": [*reps["team"]] * 12,
            "amount": [quota] * size * 12,
            "locked": [False] * size * 12,
            "status": ["published"] * size * 12,
            "version": [1] * size * 12,
            "published_on": [pd.Timestamp(2026, 1, 2)] * size * 12,
        },
    )


def _reviews(chance: Random, reps: pd.DataFrame) -> pd.DataFrame:
    return frame_of(
        "Reviews",
        {
            "rep_id": reps["rep_id"],
            "period": ["FY2026-Q2"] * len(reps),
            "attitude": chance.integers(5, 11, len(reps)) / 2,
        },
    )


def rows_in(tables: Tables) -> int:
    """Rows of all tables together."""
    return sum(map(len, tables.values()))
