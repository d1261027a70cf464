"""Which row of the workbook is a row of a file without keys, and which rows are two?"""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    assert reason.params["keys"] == "D1, D2"


def test_a_row_that_another_one_is_by_its_key_is_nobody_elses(tmp_path):
    """D1 is in the file under its key, so that the deal without key is another one."""
    text = "Deal ID," + DEALS + "D1,Renewal,Acme,2026-03-01,Ann,Lead,5\n"
    done = draft(tmp_path, text + ",Renewal,Acme,2026-03-01,Ann,Lead,9\n", "Deals", deals(5))
    assert counts(done) == {"read": 2, "unchanged": 1, "new": 1}


def test_an_update_tells_old_and_new(tmp_path):
    done = draft(tmp_path, of_deals(6), "Deals", deals(5))
    (update,) = done.updates
    assert (update.key, update.field, update.old, update.new) == (("D1",), "amount", 500, 600)
    assert update.row.number == 2


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
    """The workbook has two, the file three, told apart by a column that no field takes."""
    text = "Date,Rep,Customer,Type,Notes,Line\n" + "".join(
        f"2026-01-02,Ann,Acme,Call,hello,{number}\n" for number in range(3)
    )
    done = draft(tmp_path, text, "Activities", calls(2))
    assert counts(done) == {"read": 3, "unchanged": 2, "new": 1}


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


CELLS = {
    "Deals": (
        ("Deal ID", ["", "", "D1", "D2"]),
        ("Deal name", ["", "Pumps", "pumps"]),
        ("Customer", ["", "Acme", "Hill"]),
        ("Created on", ["", "2026-01-02"]),
        ("Rep", ["Ann", "Bo"]),
        ("Stage", ["Lead", "Offer"]),
        ("Amount", ["", "5", "6"]),
    ),
    "Customers": (
        ("Customer ID", ["", "", "", "C1", "C9"]),
        ("Name", ["", "Acme", "Acme Inc", "Hill", "Ann", "Test"]),
        ("Company", ["", "Hill Ltd"]),
        ("Email", ["", "a@acme.com", "n/a", "b@acme.com"]),
        ("Phone", ["", "+1 555 010 2030", "1234567890", "555 010 2030"]),
        ("City", ["", "Rome", "Bari"]),
    ),
    "Reps": (
        ("Rep ID", ["", "", "R1"]),
        ("Name", ["Ann", "Bo", "ann", "Unknown"]),
        ("Email", ["", "ann@x.com", "bo@x.com"]),
        ("Team", ["", "North", "South"]),
    ),
    "Leads": (
        ("Lead ID", ["", "L1"]),
        ("Name", ["", "Kim", "Vale", "Test"]),
        ("Received on", ["", "2026-01-02"]),
        ("Rep", ["", "Ann"]),
    ),
    "Activities": (
        ("Activity ID", ["", "", "A1"]),
        ("Date", ["2026-01-02", "2026-01-03"]),
        ("Rep", ["Ann", "R1"]),
        ("Customer", ["", "Acme"]),
        ("Type", ["Call"]),
        ("Notes", ["", "hello"]),
    ),
    "Orders": (
        ("Order", ["", "", "O1", "O2"]),
        ("Customer", ["Acme"]),
        ("Rep", ["Ann", "Bo"]),
        ("Date", ["2026-01-02"]),
        ("Product", ["", "A"]),
        ("Amount", ["5", "6"]),
    ),
    "Payments": (
        ("Payment ID", ["", "P1"]),
        ("Order", ["O1", "O2"]),
        ("Date", ["2026-01-02", "2026-01-03"]),
        ("Amount", ["5", "6"]),
    ),
}
"""By table: headers with what stands in their cells; few words, so that rows often share them."""


@st.composite
def files(draw):
    """A table and the rows of a file for it, with keys in some rows or in none."""
    table = draw(st.sampled_from(sorted(CELLS)))
    columns = CELLS[table]
    if draw(st.booleans()):
        columns = columns[1:]
    rows = draw(st.lists(st.tuples(*(st.sampled_from(cells) for _, cells in columns)), max_size=7))
    return table, [header for header, _ in columns], rows


def text_of(headers, rows):
    return "\n".join(",".join(cells) for cells in [headers, *rows]) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("who")


@settings(max_examples=60, deadline=None)
@given(file=files(), before=files(), always_new=st.booleans(), seed=st.integers(0, 999))
def test_a_file_imported_again_changes_nothing(folder, file, before, always_new, seed):
    """In any order of its rows, with and without keys, whatever the workbook held before."""
    table, headers, rows = file
    now = book()
    if before[0] == table:
        now = imported(now, draft(folder, text_of(before[1], before[2]), table, now))

    first = draft(folder, text_of(headers, rows), table, now, always_new=always_new)
    after = imported(now, first)
    shuffled = list(rows)
    # Of two rows with one key the first counts, so that there the order decides.
    if "key-repeated" not in {code for *_, code in problems(first)}:
        random.Random(seed).shuffle(shuffled)
    again = draft(folder, text_of(headers, shuffled), table, after, always_new=always_new)
    assert counts(again).get("new", 0) == counts(again).get("updated", 0) == 0
    assert again.changes == ()
    assert again.accepted == first.accepted


@settings(max_examples=40, deadline=None)
@given(file=files(), seed=st.integers(0, 999))
def test_the_order_of_the_rows_changes_no_count(folder, file, seed):
    """Rows with one key twice aside: there the first one counts."""
    table, headers, rows = file
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    now = book()
    one = draft(folder, text_of(headers, rows), table, now)
    other = draft(folder, text_of(headers, shuffled), table, now)
    if "key-repeated" in {code for *_, code in problems(one)}:
        return
    assert counts(one) == counts(other)
    assert len(one.updates) == len(other.updates)


KIM = {"rep_id": "R1", "name": "Kim Vale", "email": "kim@finch.example"}
BO = {"rep_id": "R2", "name": "Bo Chan", "email": "bo@finch.example"}


def owned_by(*owners):
    return "Order,Customer,Rep,Date,Amount\n" + "".join(
        f'O{number},Acme,"{owner}",2026-01-02,5\n' for number, owner in enumerate(owners, start=1)
    )


@pytest.mark.parametrize(
    "spelling",
    [
        "kim@finch.example",
        "KIM@FINCH.EXAMPLE",
        "Vale, Kim",
        "kim vale",
        "R1",
        "Kim Vale (R1)",
        "Kim Vale (kim@finch.example)",
        "Kim Vale <kim@finch.example>",
        "kim@finch.example (Kim Vale)",
        "Kim Vale - Sales",
        "Kim Vale (Sales)",
        "Kim Vale | North",
        "K. Vale (kim@finch.example)",
        "Ｋｉｍ\u3000Ｖａｌｅ（kim@finch.example）",
        "Vale, Kim (R1)",
        "Kim\u200b Vale",
        "mailto:kim@finch.example",
    ],
)
def test_a_rep_is_known_however_a_system_writes_its_users(tmp_path, spelling):
    now = book({"Reps": [KIM, BO]})
    done = draft(tmp_path, owned_by(spelling), "Orders", now)
    assert [row["rep_id"] for row in new_rows(done)] == ["R1"], problems(done)


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Bo Chan (kim@finch.example)", "name-not-unique"),
        ("Kim Vale / Bo Chan", "name-not-unique"),
        ("Bob Jones (kim@finch.example)", "unknown-rep"),
        ("Kim Vale (kim@other.example)", "unknown-rep"),
        ("Bob Jones (R1)", "unknown-rep"),
        ("vale@finch.example", "unknown-rep"),
        ("Kim", "unknown-rep"),
    ],
)
def test_whom_two_parts_of_a_text_contradict_is_nobody(tmp_path, spelling, code):
    """A name and another one's address are a question, not an answer."""
    now = book({"Reps": [KIM, BO]})
    done = draft(tmp_path, owned_by(spelling), "Orders", now)
    assert [found for *_, found in problems(done)] == [code]


def test_a_mailbox_that_two_reps_share_is_neither(tmp_path):
    reps = [{**KIM, "email": "sales@finch.example"}, {**BO, "email": "sales@finch.example"}]
    text = owned_by("sales@finch.example", "Bo Chan (sales@finch.example)")
    done = draft(tmp_path, text, "Orders", book({"Reps": reps}))
    assert problems(done) == [(2, "rep_id", "name-not-unique")]
    assert [row["rep_id"] for row in new_rows(done)] == ["R2"]


@pytest.mark.parametrize("typed", ["Acme (North)", "Acme - North", "Acme (C2)", "Bob (C1)"])
def test_what_stands_beside_a_customers_name_may_make_it_another(tmp_path, typed):
    text = f"Order,Customer,Rep,Date,Amount\nO1,{typed},Ann,2026-01-02,5\n"
    assert [code for *_, code in problems(draft(tmp_path, text, "Orders"))] == ["unknown-customer"]


def test_a_customer_is_known_by_name_and_key_together(tmp_path):
    text = "Order,Customer,Rep,Date,Amount\nO1,ACME Inc (C1),Ann,2026-01-02,5\n"
    assert [row["customer_id"] for row in new_rows(draft(tmp_path, text, "Orders"))] == ["C1"]


SPELLINGS = ["Kim Vale", "Vale, Kim", "Kim Vale (kim@x.org)", "kim@x.org", "KIM VALE", "Bo Chan"]


@settings(max_examples=30, deadline=None)
@given(owners=st.lists(st.sampled_from(SPELLINGS), min_size=1, max_size=6), seed=st.randoms())
def test_added_reps_do_not_hang_on_the_order_of_the_rows(folder, owners, seed):
    """Whoever comes first in the file, the same spellings are the same rep."""
    now = book({"Reps": []})
    shuffled = list(owners)
    seed.shuffle(shuffled)
    added = []
    for some in (owners, shuffled):
        done = draft(folder, owned_by(*some), "Orders", now, add_missing=True)
        assert done.accepted == len(some)
        added.append(done.added["Reps"])
        again = draft(folder, owned_by(*some), "Orders", imported(now, done), add_missing=True)
        assert again.changes == ()
    assert added[0] == added[1]


def test_an_added_rep_has_the_name_and_the_address_that_the_file_says(tmp_path):
    text = owned_by("kim@x.org", "Kim Vale", "Kim Vale (kim@x.org)", "cy2@x.org")
    done = draft(tmp_path, text, "Orders", book({"Reps": []}), add_missing=True)
    assert new_rows(done, "Reps") == [
        {"rep_id": "R0001", "name": "Kim Vale", "email": "kim@x.org"},
        {"rep_id": "R0002", "name": "cy2@x.org", "email": "cy2@x.org"},
    ]
    assert [row["rep_id"] for row in new_rows(done)] == ["R0001", "R0001", "R0001", "R0002"]


@pytest.mark.parametrize(
    "typed",
    [
        "Kim Vales",
        "K. Vale",
        "Vale",
        "Kim Vale (kim@other.example)",
        "kim.vale@x.org",
        "Bob (kim@finch.example)",
    ],
)
def test_an_added_rep_that_looks_like_a_known_one_is_told(tmp_path, typed):
    """By name, as a short form or a slip, or by an address that the known one has."""
    done = draft(tmp_path, owned_by(typed), "Orders", book({"Reps": [KIM, BO]}), add_missing=True)
    assert [(alike.table, alike.known_key) for alike in done.alike_additions] == [("Reps", "R1")]


def test_an_added_rep_like_nobody_is_told_of_nobody(tmp_path):
    text = owned_by("Cy Dale", "Di Wu")
    done = draft(tmp_path, text, "Orders", book({"Reps": [KIM, BO]}), add_missing=True)
    assert done.alike_additions == ()
