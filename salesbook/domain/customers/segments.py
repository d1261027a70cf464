"""Which of ten kinds is a customer of, by how recently, how often and for how much he bought?

The kinds and their bands are those of R's rfm package, so that whoever knows it finds his customers
again. A customer is of the first kind whose three bands hold his scores. Ten of the 125 codes are in
none: who buys often for very little, and who bought once for much some time ago; they are `others`.

Source: rfm 0.3.0, documentation of `rfm_segment`.
"""

from __future__ import annotations

from itertools import product
from typing import Final, NamedTuple

import pandas as pd

OTHERS: Final = "others"


class _Band(NamedTuple):
    """The least and the greatest score, both included."""

    least: int
    most: int

    def holds(self, score: int) -> bool:
        """Whether a score is within."""
        return self.least <= score <= self.most


class _Segment(NamedTuple):
    """A kind of customer by its bands of recency, frequency and money."""

    name: str
    recency: _Band
    frequency: _Band
    money: _Band

    def holds(self, scores: tuple[int, int, int]) -> bool:
        """Whether a customer with these scores is within all three bands."""
        recency, frequency, money = scores
        return (
            self.recency.holds(recency)
            and self.frequency.holds(frequency)
            and self.money.holds(money)
        )


_SEGMENTS: Final = (
    _Segment("champions", _Band(5, 5), _Band(5, 5), _Band(5, 5)),
    _Segment("potential-loyalist", _Band(3, 5), _Band(3, 5), _Band(2, 5)),
    _Segment("loyal", _Band(2, 4), _Band(2, 4), _Band(2, 4)),
    _Segment("promising", _Band(3, 4), _Band(1, 3), _Band(3, 5)),
    _Segment("new-customers", _Band(4, 5), _Band(1, 3), _Band(1, 5)),
    _Segment("cannot-lose", _Band(1, 2), _Band(3, 4), _Band(4, 5)),
    _Segment("at-risk", _Band(1, 2), _Band(2, 5), _Band(4, 5)),
    _Segment("need-attention", _Band(1, 3), _Band(3, 5), _Band(3, 5)),
    _Segment("about-to-sleep", _Band(2, 3), _Band(1, 3), _Band(1, 4)),
    _Segment("lost", _Band(1, 1), _Band(1, 5), _Band(1, 5)),
)
"""In the order in which they are tried."""

_SCORES: Final = range(1, 6)


def _segment_of(scores: tuple[int, int, int]) -> str:
    """The first segment that holds these scores."""
    return next((segment.name for segment in _SEGMENTS if segment.holds(scores)), OTHERS)


SEGMENT_OF_CODE: Final = {
    f"{recency}{frequency}{money}": _segment_of((recency, frequency, money))
    for recency, frequency, money in product(_SCORES, repeat=3)
}
"""The segment of each of the 125 codes of three scores, as `rfm_codes` gives them."""


def segments_of(codes: pd.Series[str]) -> pd.Series[str]:
    """The segment of each code; missing where there is none."""
    return codes.map(SEGMENT_OF_CODE).astype("str")
