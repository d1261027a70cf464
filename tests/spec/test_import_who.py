"""Which row of the workbook is a row of a file without keys, and which rows are two?"""

from __future__ import annotations

import datetime as dt

import pytest

from tests.spec.import_tables import book, counts, draft, imported, new_rows, problems

DEAL = {"name": "Renewal", "customer_id": "C1", "created_on": dt.date(2026, 3, 1), "rep_id": "R1"}
DEALS = "Deal name,Customer,Created on,Rep,Stage,Amount\n"


def deals(*amounts):
    """A workbook with deals of one name, customer and day."""
    rows = [
        {**DEAL, "deal_id": f"D{number}", "stage": "Lead", "amount": amount * 100}
        for number, amount in enumerate(amounts, start=1)
    ]
    return book({"Deals": rows})


def of_deals(*amounts):
    """A file with such deals, without keys."""
    return DEALS + "".join(f"Renewal,Acme,2026-03-01,Ann,Lead,{amount}\n" for amount in amounts)


def test_ten_deals_of_one_name_and_day_are_ten(tmp_path):
    """As Zoho exports them: nothing but the amount tells them apart."""
    done = draft(tmp_path, of_deals(*range(1, 11)), "Deals")
    assert counts(done) == {"read": 10, "new": 10}
    assert len({row["deal_id"] for row in new_rows(done)}) == 10


@pytest.mark.parametrize(
    ("there", "in_file", "expected"),
    [
        ((5,), (6,), {"read": 1, "updated": 1}),
        ((5,), (5,), {"read": 1, "unchanged": 1}),
        ((5, 6), (6,), {"read": 1, "unchanged": 1}),
        ((5, 6), (5, 6, 7), {"read": 3, "unchanged": 2, "new": 1}),
        ((5,), (5, 6), {"read": 2, "unchanged": 1, "new": 1}),
        ((5, 6), (7,), {"read": 1, "rejected": 1}),
        ((5, 6), (5, 7), {"read": 2, "unchanged": 1, "rejected": 1}),
        ((5,), (6, 7), {"read": 2, "rejected": 2}),
    ],
)
def test_one_and_one_is_an_update_and_what_several_leave_open_is_asked(
    tmp_path, there, in_file, expected
):
    """Equal content pairs go first. What is left may be a row that is left, or a new one."""
    done = draft(tmp_path, of_deals(*in_file), "Deals", deals(*there))
    assert counts(done) == expected
    assert {code for *_, code in problems(done)} <= {"ambiguous-deal"}


def test_what_may_be_one_of_several_becomes_new_where_the_user_says_so(tmp_path):
    now = deals(5, 6)
    done = draft(tmp_path, of_deals(5, 7), "Deals", now, always_new=True)
    assert counts(done) == {"read": 2, "unchanged": 1, "new": 1}
    again = draft(tmp_path, of_deals(5, 7), "Deals", imported(now, done), always_new=True)
    assert counts(again) == {"read": 2, "unchanged": 2}


def test_a_rejected_deal_names_the_rows_that_it_may_be(tmp_path):
    done = draft(tmp_path, of_deals(7), "Deals", deals(5, 6))
    (_, reason), *_ = done.rejected[0].faults
    assert reason.params["keys"] == ("D1", "D2")


def test_a_row_that_another_one_is_by_its_key_is_nobody_elses(tmp_path):
    """D1 is in the file under its key, so that the deal without key is another one."""
    text = "Deal ID," + DEALS + "D1,Renewal,Acme,2026-03-01,Ann,Lead,5\n"
    done = draft(tmp_path, text + ",Renewal,Acme,2026-03-01,Ann,Lead,9\n", "Deals", deals(5))
    assert counts(done) == {"read": 2, "unchanged": 1, "new": 1}


ACTIVITIES = "Date,Rep,Customer,Type,Notes\n"
CALL = "2026-01-02,Ann,Acme,Call,hello\n"


def calls(count):
    rows = [
        {
            "activity_id": f"A{number}",
            "done_on": dt.date(2026, 1, 2),
            "rep_id": "R1",
            "customer_id": "C1",
            "kind": "phone",
            "outcome": "hello",
        }
        for number in range(1, count + 1)
    ]
    return book({"Activities": rows})


def test_as_many_rows_are_new_as_the_file_has_more_of_one_content(tmp_path):
    """The workbook has two and the file three equal ones: one is new, and then none."""
    now = calls(2)
    text = ACTIVITIES + CALL * 3
    done = draft(tmp_path, text, "Activities", now)
    assert counts(done) == {"read": 3, "unchanged": 2, "new": 1}
    again = draft(tmp_path, text, "Activities", imported(now, done))
    assert counts(again) == {"read": 3, "unchanged": 3}


def test_a_letter_with_its_accent_is_no_change(tmp_path):
    """A Mac writes an accent as a character of its own."""
    now = book()
    text = ACTIVITIES + "2026-01-02,Ann,Acme,Call,Caf{}\n"
    after = imported(now, draft(tmp_path, text.format("é"), "Activities", now))
    again = draft(tmp_path, text.format("e\u0301"), "Activities", after)
    assert counts(again) == {"read": 1, "unchanged": 1}


ORDERS = "Order,Customer,Rep,Date,Product,Amount\n"


def order(*amounts):
    return ORDERS + "".join(f"O1,Acme,Ann,2026-01-02,,{amount}\n" for amount in amounts)


def test_the_lines_of_an_order_are_the_same_in_any_order(tmp_path):
    """Without line numbers a line is known by what it says, not by where it stands."""
    now = book()
    after = imported(now, draft(tmp_path, order(10, 20, 30), "Orders", now))
    shuffled = draft(tmp_path, order(30, 10, 20), "Orders", after)
    assert counts(shuffled) == {"read": 3, "unchanged": 3}


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        ((10, 25, 30), {2: 2500}),
        ((5, 10, 20, 30), {}),
        ((10, 20, 30, 40), {}),
        ((30,), {}),
    ],
)
def test_a_line_that_changed_takes_the_number_of_the_one_it_replaces(tmp_path, again, expected):
    now = book()
    after = imported(now, draft(tmp_path, order(10, 20, 30), "Orders", now))
    done = draft(tmp_path, order(*again), "Orders", after)
    numbers = {position + 1 for change in done.changes for position in change.changes}
    assert numbers == set(expected)
    assert [row["line_no"] for row in new_rows(done)] == ([4] if len(again) == 4 else [])


PLACEHOLDERS = ["n/a", "N/A", "none", "null", "-", "无", "暂无"]


@pytest.mark.parametrize("word", [*PLACEHOLDERS, "test@test.com", "noemail@shop.com", "x@x.com"])
def test_a_shared_placeholder_for_a_mailbox_makes_nobody_one(tmp_path, word):
    text = f"Name,Company,Email\nAda Finch,Finch Ltd,{word}\nBo Marsh,Marsh Oy,{word}\n"
    now = book()
    done = draft(tmp_path, text, "Customers", now)
    assert counts(done) == {"read": 2, "new": 2}
    assert done.look_alikes == 0
    other = f"Name,Company,Email\nCy Dale,Dale SA,{word}\n"
    assert counts(draft(tmp_path, other, "Customers", imported(now, done))) == {"read": 1, "new": 1}


@pytest.mark.parametrize("number", [*PLACEHOLDERS, "000-000-0000", "1234567890", "11111111111"])
def test_a_shared_placeholder_for_a_telephone_makes_nobody_one(tmp_path, number):
    text = f"Name,Company,Phone\nDee Rook,Rook BV,{number}\nEli Stone,Stone AG,{number}\n"
    assert counts(draft(tmp_path, text, "Customers")) == {"read": 2, "new": 2}


def test_customers_without_a_name_of_their_own_go_by_all_they_say(tmp_path):
    """Two walk-in customers are two if anything tells them apart; the file again adds none."""
    text = "Name,City\nWalk-in,Rome\nWalk-in,Bari\n散客,\n"
    now = book()
    done = draft(tmp_path, text, "Customers", now)
    assert counts(done) == {"read": 3, "new": 3}
    after = imported(now, done)
    assert counts(draft(tmp_path, text, "Customers", after)) == {"read": 3, "unchanged": 3}
    changed = draft(tmp_path, "Name,City\nWalk-in,Pisa\n", "Customers", after)
    assert counts(changed) == {"read": 1, "new": 1}


@pytest.mark.parametrize("shared", ["ivy@crane.example", "+44 20 7946 0000"])
def test_a_shared_mailbox_or_switchboard_renames_nobody(tmp_path, shared):
    """Another name on it is another customer, and it is told of whom it reminds."""
    field = "email" if "@" in shared else "phone"
    known = {"customer_id": "C1", "name": "Ivy Crane", "company": "Crane Ltd", field: shared}
    now = book({"Customers": [known]})
    text = f"Name,Company,{field}\nJon Teal,Crane Ltd,{shared}\n"
    done = draft(tmp_path, text, "Customers", now)
    assert counts(done) == {"read": 1, "new": 1}
    assert [alike.key for alike in done.alike_rows] == [("C1",)]
    after = imported(now, done)
    assert counts(draft(tmp_path, text, "Customers", after)) == {"read": 1, "unchanged": 1}


@pytest.mark.parametrize(
    "spelling", ["IVY CRANE", "Crane, Ivy", "Ivy\u200d Crane", "Ivy Crane Ltd"]
)
def test_another_way_to_write_the_name_is_no_other_customer(tmp_path, spelling):
    known = {"customer_id": "C1", "name": "Ivy Crane", "email": "ivy@crane.example"}
    text = f'Name,Email\n"{spelling}",ivy@crane.example\n'
    done = draft(tmp_path, text, "Customers", book({"Customers": [known]}))
    assert counts(done).keys() <= {"read", "updated", "unchanged"}
