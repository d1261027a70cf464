"""What decided an amount of pay: the reason of a line names it, with the numbers to add up."""

from __future__ import annotations

from typing import Any

from salesbook import labels
from salesbook.labels import LANGUAGES
from tests.spec.test_pay_plans import BEHIND, GATED, HIGH, LOW, MONTHLY, dollars, lines_of, out_of


def reasons(as_of: str, brackets: Any, orders: Any, **more: Any) -> list[str]:
    """The sentences of Ann's lines, in English; each must be read back as what it was made of."""
    said = []
    for (message,) in lines_of(out_of(as_of, brackets, orders, **more), "because"):
        for language in LANGUAGES:
            sentence = labels.sentence(message, language)
            read = labels.message_of(sentence)
            assert read is not None, sentence
            codes = [message.code, *(part.code for part in message.more)]
            assert [read.code, *(part.code for part in read.more)] == codes, sentence
        said.append(labels.sentence(message, "en"))
    return said


def test_a_cap_says_what_the_sale_would_have_given():
    """Ann's 100,000 give 5,000; of her next 40,000 the cap of 7,000 leaves 2,000 of 3,000.

    The rate is that of the brackets, 7.5 % on average, and not the 5 % that the cap leaves of it.
    """
    orders = [
        dollars("A", "2026-01-10", 100_000),
        dollars("B", "2026-02-10", 40_000),
        dollars("C", "2026-03-10", 10_000),
    ]
    first, second, third = reasons("2026-03-31", [LOW, {**HIGH, "cap": 700_000}], orders)
    assert "cap" not in first
    assert second.startswith("40,000.00 × 7.5% on average: ")
    assert second.endswith(
        "The cap of 7,000.00 per commission period is reached: 2,000.00 instead of 3,000.00."
    )
    assert third.startswith("10,000.00 × 10%: plan std, the bracket from 100% of quota")
    assert third.endswith(
        "The cap of 7,000.00 per commission period is reached: 0.00 instead of 1,000.00."
    )


def test_each_order_of_a_month_says_its_own_part_of_the_cap():
    """10,000 and 30,000 would give 500 and 1,500; a cap of 1,000 gives each the half of it."""
    orders = [dollars("A", "2026-01-10", 10_000), dollars("B", "2026-01-11", 30_000)]
    first, second = reasons("2026-01-31", [{**LOW, "cap": 100_000}], orders)
    assert "× 5%: " in first
    assert first.endswith("is reached: 250.00 instead of 500.00.")
    assert second.endswith("is reached: 750.00 instead of 1,500.00.")


def test_a_refund_beyond_the_cap_says_why_it_takes_nothing_back():
    """100,000 at 5 % with a cap of 4,000: what comes back, 10,000, leaves the pay where it is."""
    orders = [dollars("A", "2026-01-10", 100_000), dollars("R", "2026-02-10", -10_000)]
    _, back = reasons("2026-02-28", [{**LOW, "cap": 400_000}], orders)
    assert back.startswith("Taken back: -10,000.00 × 5%")
    assert back.endswith("is reached: 0.00 instead of -500.00.")


def test_a_cap_of_a_family_is_said_of_its_lines_alone():
    """Software is capped at 1,000; what else is sold is paid in full and says nothing of a cap."""
    products = [
        {"product": "app", "family": "Software"},
        {"product": "box", "family": "Hardware"},
    ]
    brackets = [{**LOW, "family": "Software", "cap": 100_000}, {**LOW, "pay_rate": 0.02}]
    orders = [
        dollars("A", "2026-01-10", 50_000, product="app"),
        dollars("B", "2026-01-10", 40_000, product="box"),
    ]
    said = reasons("2026-01-31", brackets, orders, Products=products)
    capped = [sentence for sentence in said if "cap" in sentence]
    assert len(said) == 2
    assert len(capped) == 1
    assert capped[0].startswith("50,000.00 × 5%")
    assert capped[0].endswith("is reached: 1,000.00 instead of 2,500.00.")


def test_a_plan_without_cap_says_nothing_of_one():
    said = reasons("2026-03-31", GATED, BEHIND)
    assert not [sentence for sentence in said if "cap" in sentence]


def test_a_gate_that_is_shut_is_named_where_it_decides():
    """February sells 140 % of its month, the year is at 95 % of its quota: 5 % and no more.

    January does not come as far as the gated bracket, and in March the gate is open.
    """
    first, second, third = reasons("2026-03-31", GATED, BEHIND, policy=MONTHLY)
    assert second.endswith(
        "The bracket from 100% does not pay yet: "
        "the year to date is at 95% of its quota, under the gate of 100%."
    )
    assert "gate" not in first + third


def test_a_bracket_on_all_sales_says_that_it_decides_about_earlier_ones():
    """59,000 at 5 %, then 2,000 more: 10 % on all 61,000 from half the quota on, so 3,150 for 2,000."""
    brackets = [LOW, {**HIGH, "from_rate": 0.5, "kind": "whole"}]
    orders = [
        dollars("A", "2026-01-10", 59_000),
        dollars("B", "2026-02-10", 2_000),
        dollars("C", "2026-03-10", 2_000),
        dollars("R", "2026-04-10", -5_000),
    ]
    first, entered, inside, left = reasons("2026-04-30", brackets, orders)
    assert entered.startswith("2,000.00 × 157.5% on average")
    for sentence in (entered, left):
        assert sentence.endswith(
            "The bracket from 50% pays 10% on all sales of the period under this plan: "
            "these sales decide about earlier ones, too."
        )
    assert "earlier" not in first + inside
