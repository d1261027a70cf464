"""Rows that must not count: payments that have not come in, activities that nobody has done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.intake.columns.header_meanings import choice_aliases
from tests.spec.import_tables import draft, new_rows, problems

PAYMENTS = "Payment number,Order number,Payment date,Amount,{header}\n"


def payments(folder, rows, header="Payment status", **options):
    """The draft of a list of payments with these amounts and statuses."""
    lines = [
        f"P{number},O{number},2026-03-04,{amount},{status}\n"
        for number, (amount, status) in enumerate(rows, start=1)
    ]
    text = PAYMENTS.format(header=header) + "".join(lines)
    return draft(folder, text, "Payments", **options)


@pytest.mark.parametrize(
    "header",
    [
        "Status",
        "PaymentStatus",
        "Payment status",
        "Financial Status",
        "支付状态",
        "付款状态",
        "回款状态",
    ],
)
def test_only_money_that_came_in_counts(tmp_path, header):
    """The status of a payment decides, whatever its column is called."""
    done = payments(
        tmp_path, [(100, "Paid"), (20, "Failed"), (3, "Refunded"), (4, "Pending")], header
    )
    assert [row["amount"] for row in new_rows(done)] == [10000]
    assert problems(done) == [
        (3, header, "payment-failed"),
        (4, header, "payment-refunded"),
        (5, header, "payment-pending"),
    ]
    assert done.totals.accepted == 100


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("已到账", ""),
        ("成功", ""),
        ("Cleared", ""),
        ("settled", ""),
        ("未付款", "payment-pending"),
        ("失败", "payment-failed"),
    ],
)
def test_words_of_a_status(tmp_path, word, code):
    expected = [(2, "Payment status", code)] if code else []
    assert problems(payments(tmp_path, [(100, word)])) == expected


@given(
    st.lists(
        st.tuples(
            st.integers(1, 9999),
            st.sampled_from(sorted(choice_aliases("Payments._status").items())),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_total_is_what_came_in(tmp_path_factory, rows):
    """Each word of the list counts as its code says, and no other money is in the total."""
    folder = tmp_path_factory.mktemp("payments")
    done = payments(folder, [(amount, word) for amount, (word, _) in rows])
    received = sum(amount for amount, (_, code) in rows if code == "paid")
    assert done.totals.accepted == received
    assert done.accepted + len(done.rejected) == len(rows)


def test_money_paid_back_is_a_negative_payment(tmp_path):
    """The advice for a refund: with a negative amount it is taken."""
    done = payments(tmp_path, [(100, "Paid"), (-30, "Refunded")])
    assert [row["amount"] for row in new_rows(done)] == [10000, -3000]


def test_an_unknown_status_is_listed_and_can_be_said(tmp_path):
    """Even where no word of the column is known, nothing counts as received unasked."""
    rows = [(100, "Banked"), (20, "Bounced back")]
    done = payments(tmp_path, rows)
    assert [code for *_, code in problems(done)] == ["choice-unknown"] * 2
    entry = done.reasons[0]
    assert (entry.field, dict(entry.words)) == ("_status", {"Banked": 1, "Bounced back": 1})

    said = {("status", "Banked"): "paid", ("status", "Bounced back"): "failed"}
    done = payments(tmp_path, rows, words=said)
    assert [row["amount"] for row in new_rows(done)] == [10000]
    assert problems(done) == [(3, "Payment status", "payment-failed")]


def test_a_known_word_may_be_said_otherwise(tmp_path):
    """The advice for a pending payment whose money is there."""
    done = payments(tmp_path, [(100, "Pending")], words={("status", "Pending"): "paid"})
    assert len(new_rows(done)) == 1


def test_a_payment_without_its_status_beside_others(tmp_path):
    done = payments(tmp_path, [(100, "Paid"), (20, "")])
    assert problems(done) == [(3, "Payment status", "payment-without-status")]
    assert len(new_rows(payments(tmp_path, [(100, ""), (20, "")]))) == 2
    done = payments(tmp_path, [(100, "Paid"), (20, "")], ignored=frozenset(["status"]))
    assert len(new_rows(done)) == 2


# Activities.

ACTIVITIES = """\
Date,Rep,Customer,Kind,{header}
2026-03-04,Ann,Acme,Call,{first}
2026-03-05,Bo,Hill,Call,{second}
"""


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("Completed", "True", "False"),
        ("Is completed", "yes", "no"),
        ("Completed", "1", "0"),
        ("Status", "Completed", "In Progress"),
        ("Status", "Completed", "Not Started"),
        ("是否完成", "是", "否"),
        ("状态", "已完成", "进行中"),
    ],
)
def test_what_is_still_to_do_is_not_done(tmp_path, header, yes, no):
    """Whatever the column is called that says it."""
    text = ACTIVITIES.format(header=header, first=yes, second=no)
    done = draft(tmp_path, text, "Activities")
    assert len(new_rows(done)) == 1
    assert problems(done) == [(3, "", "activity-not-done")]


def test_what_is_after_today_is_not_done(tmp_path):
    """Nothing has taken place after the day of the import; on that day itself it may have."""
    text = "Date,Rep,Customer,Kind\n2026-07-31,Ann,Acme,Call\n2026-08-01,Bo,Hill,Call\n"
    done = draft(tmp_path, text, "Activities")
    assert len(new_rows(done)) == 1
    assert problems(done) == [(3, "done_on", "activity-not-yet")]
