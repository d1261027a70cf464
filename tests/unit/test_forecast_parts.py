"""Which part of what is to come falls to each product."""

from __future__ import annotations

import pandas as pd
import pytest

from salesbook.domain.pipeline.forecast.parts import parts_by_field

NO_DEALS = pd.Series([], dtype="str")


def parts(*rows: tuple[str | None, int]) -> dict[str, float]:
    orders = pd.DataFrame(rows, columns=["product", "amount"])
    return parts_by_field(NO_DEALS, orders, "product").repeats.to_dict()


def test_products_get_what_they_brought():
    assert parts(("Guard", 300), ("Flow", 100)) == {"Guard": 0.75, "Flow": 0.25}


def test_orders_without_a_product_keep_their_part():
    assert parts(("Guard", 300), (None, 100)) == {"Guard": 0.75}


@pytest.mark.parametrize("refund", [-4_500, -100_000])
def test_a_product_that_was_only_taken_back_gives_the_others_no_more_than_there_is(refund):
    shared = parts(("Guard", 300_000), ("Flow", 100_000), ("Set-up", refund))
    assert shared == {"Guard": 0.75, "Flow": 0.25, "Set-up": 0.0}
