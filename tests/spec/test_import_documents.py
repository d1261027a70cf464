"""Files that say customer and day of an order once: the lines under it are its lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.intake.columns.systems import system_of
from salesbook.intake.documents import as_meant
from salesbook.intake.foreign import ForeignTable, RawRow
from tests.spec.import_tables import draft, new_rows, problems

SHOPIFY = (
    "Name",
    "Financial Status",
    "Subtotal",
    "Created at",
    "Billing Name",
    "Lineitem quantity",
    "Lineitem price",
    "Lineitem name",
    "Lineitem discount",
)
ERPNEXT = "ID,Customer,Date,Status,Created By,Item Code (Items),Quantity (Items),Amount (Items)\n"


def shop(*rows: tuple[object, ...]) -> ForeignTable:
    """A Shopify file of these rows."""
    return ForeignTable(SHOPIFY, tuple(RawRow(at, row) for at, row in enumerate(rows, start=2)))


def amounts(source: ForeignTable) -> list[str | None]:
    """The amounts that the lines of a Shopify file have."""
    meant = as_meant(source, system_of(SHOPIFY), "Orders", 2)
    at = meant.headers.index("Lineitem total")
    return [row.cells[at] for row in meant.rows]


def test_a_line_without_head_belongs_to_the_order_above(tmp_path):
    text = (
        ERPNEXT
        + "S1,Acme,2026-05-30,Completed,Ann,P1,1,10\n,,,,,P2,1,20\nS2,Hill,2026-05-31,,Bo,P3,1,5\n"
    )
    rows = new_rows(draft(tmp_path, text, "Orders"))
    assert [(row["order_id"], row["customer_id"], row["line_no"]) for row in rows] == [
        ("S1", "C1", 1),
        ("S1", "C1", 2),
        ("S2", "C2", 1),
    ]


def test_a_line_with_some_head_of_its_own_is_no_line_of_the_order_above(tmp_path):
    """Another customer under a blank number is a row that lacks its number."""
    text = ERPNEXT + "S1,Acme,2026-05-30,,Ann,P1,1,10\n,Hill,2026-05-31,,Bo,P2,1,20\n"
    done = draft(tmp_path, text, "Orders")
    assert [row["order_id"] for row in new_rows(done)] == ["S1"]
    assert problems(done) == [(3, "order_id", "order-without-key")]


def test_a_blank_first_line_has_no_order_to_belong_to(tmp_path):
    text = ERPNEXT + ",,,,,P2,1,20\nS1,Acme,2026-05-30,,Ann,P1,1,10\n"
    done = draft(tmp_path, text, "Orders")
    assert {line for line, _, _ in problems(done)} == {2}
    assert [row["order_id"] for row in new_rows(done)] == ["S1"]


def test_other_files_are_left_alone(tmp_path):
    """A blank cell in a list of nobody's system is a blank cell."""
    text = "Order number,Customer,Rep,Order date,Amount\nS1,Acme,Ann,2026-05-30,10\n,,,,20\n"
    done = draft(tmp_path, text, "Orders")
    assert [row["order_id"] for row in new_rows(done)] == ["S1"]


def test_a_discount_of_the_whole_order_is_shared_by_its_lines():
    """62.95 + 37.95 less 10.09: the lines come to 90.81."""
    source = shop(
        ("#1", "paid", "90.81", "2026-05-01", "Ann", "1", "62.95", "A", "0"),
        ("#1", "", "", "", "", "1", "37.95", "B", "0"),
    )
    assert amounts(source) == ["56.65", "34.16"]


def test_more_than_the_lines_come_to_is_no_discount():
    """Where lines are missing from the file, the others keep what they are worth."""
    source = shop(("#1", "paid", "90.81", "2026-05-01", "Ann", "1", "62.95", "A", "0"))
    assert amounts(source) == ["62.95"]


def test_a_price_that_cannot_be_read_gives_no_amount():
    source = shop(
        ("#1", "paid", "50", "2026-05-01", "Ann", "1", "ask", "A", "0"),
        ("#1", "", "", "", "", "2", "30", "B", "0"),
    )
    assert amounts(source) == [None, "60.00"]


def test_a_mended_line_gets_its_amount():
    """A rejected order comes back with the column of its amounts, blank where there was none."""
    source = shop(("#1", "paid", "50", "2026-05-01", "Ann", "2", "ask", "A", "0"))
    system = system_of(SHOPIFY)
    rejected = as_meant(source, system, "Orders", 2)
    (row,) = rejected.rows
    mended = replace(row, cells=tuple("25" if cell == "ask" else cell for cell in row.cells))
    again = as_meant(replace(rejected, rows=(mended,)), system, "Orders", 2)
    assert again.rows[0].cells[-1] == "50.00"


def test_an_amount_before_a_discount_is_counted_after_it():
    """Zoho's sum of lines stands before the discount of the order; one that cannot be read is no 0."""
    headers = ("SO Number", "Sub Total", "Discount", "Grand Total")
    source = ForeignTable(
        headers,
        (
            RawRow(2, ("1", "1,200.00", "200", "1100")),
            RawRow(3, ("2", "500", "", "550")),
            RawRow(4, ("3", "500", "ten", "540")),
        ),
    )
    meant = as_meant(source, system_of(headers), "Orders", 2)
    assert [row.cells[-1] for row in meant.rows] == ["1000.00", "500", None]
    assert as_meant(meant, system_of(meant.headers), "Orders", 2) == meant


def test_false_of_odoo_is_nothing_but_in_a_column_of_flags():
    headers = ("name", "user_id", "stage_id", "active")
    source = ForeignTable(
        headers,
        (RawRow(2, ("False", "Ann", "New", "False")), RawRow(3, ("A", "Bo", "New", "True"))),
    )
    meant = as_meant(source, system_of(headers), "Deals", 2)
    assert [row.cells for row in meant.rows] == [
        (None, "Ann", "New", "False"),
        ("A", "Bo", "New", "True"),
    ]


def test_a_shop_sells_itself_only_where_somebody_may_be_added(tmp_path):
    """Nobody is credited with what a file gives to nobody, unless it may add the shop as one."""
    text = ",".join(SHOPIFY) + "\n#1,paid,10,2026-05-01,Acme,1,10,A,0\n"
    assert problems(draft(tmp_path, text, "Orders")) == [(2, "rep_id", "no-seller")]
    done = draft(tmp_path, text, "Orders", add_missing=True)
    assert [row["name"] for row in new_rows(done, "Reps")] == ["Shopify"]


prices = st.decimals(min_value=0, max_value=5000, places=2)
order_lines = st.lists(st.tuples(st.integers(1, 20), prices), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(lines=order_lines, share=st.integers(0, 100))
def test_lines_add_up_to_what_the_order_comes_to(lines, share):
    """Law: the lines' amounts come to the order's sum to the cent, and no line is more than its
    price, nor below nothing.
    """
    whole = sum((quantity * price for quantity, price in lines), Decimal(0))
    subtotal = (whole * share / 100).quantize(Decimal("0.01"))
    rows = [
        ("#1", "paid", str(subtotal), "2026-05-01", "Ann", str(quantity), str(price), "A", "0")
        for quantity, price in lines
    ]
    parts = [Decimal(str(amount)) for amount in amounts(shop(*rows))]
    assert sum(parts) == subtotal
    for part, (quantity, price) in zip(parts, lines, strict=True):
        assert 0 <= part <= quantity * price + Decimal("0.01")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["#1", "#2", ""]), max_size=8))
def test_what_is_filled_in_once_stays(numbers):
    """Law: no row is lost or moved, no filled cell changes, and a second time changes nothing."""
    rows = [
        (
            number,
            "paid" if number and number not in numbers[:at] else "",
            "",
            "",
            "",
            "1",
            "2",
            "A",
            "0",
        )
        for at, number in enumerate(numbers)
    ]
    source = shop(*rows)
    system = system_of(SHOPIFY)
    once = as_meant(source, system, "Orders", 2)
    assert as_meant(once, system, "Orders", 2) == once
    assert [row.number for row in once.rows] == [row.number for row in source.rows]
    for before, after in zip(source.rows, once.rows, strict=True):
        assert all(new == old for old, new in zip(before.cells, after.cells, strict=False) if old)
