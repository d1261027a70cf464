"""What an import rejected, mended and imported, comes in as if it had been right at once."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.intake.file.our_columns import title
from salesbook.intake.file.read_as import NOTHING, ReadAs, understood, written
from salesbook.intake.telling.rejects import gaps_text, rejects_text
from tests.spec.import_tables import book, counts, draft, gaps, imported, new_rows, problems


def rejects_of(done):
    return rejects_text(done, lambda reason: reason.code)


def gaps_of(done):
    return gaps_text(done, lambda reason: reason.code, "en")


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("mended")


# What the whole file proved.

NUMBERS = st.sampled_from(["1.500,50", "2,5", "1,250", "3.500", "12,25", "7"])
DAYS = st.sampled_from(["03/04/2026", "25/12/2025", "11/10/2025", "12/01/2026"])
LINES = st.lists(st.tuples(DAYS, NUMBERS, NUMBERS, st.booleans()), min_size=1, max_size=6)


def orders_text(lines, *, wrong):
    """Orders with decimal commas, days before months; some with a rep whom nobody knows."""
    out = ["Order;Date;Customer;Rep;Quantity;Amount"]
    for number, (day, quantity, amount, is_wrong) in enumerate(lines):
        rep = "Zedd" if wrong and is_wrong else "Bo"
        out.append(f"O{number};{day};Acme;{rep};{quantity};{amount}")
    return "\n".join(out) + "\n"


@settings(max_examples=40, deadline=None)
@given(lines=LINES)
def test_mended_rejects_come_in_as_if_they_had_been_right_at_once(folder, lines):
    """The same numbers and days, though the rows that proved the comma are in the file no more."""
    lines = [("25/12/2025", "2,5", "1.500,50", False), *lines]
    now = book()
    at_once = imported(now, draft(folder, orders_text(lines, wrong=False), "Orders", now))

    done = draft(folder, orders_text(lines, wrong=True), "Orders", now)
    after = imported(now, done)
    if done.rejected:
        mended = rejects_of(done).replace("Zedd", "Bo")
        again = draft(folder, mended, "Orders", after)
        assert counts(again) == {"read": len(done.rejected), "new": len(done.rejected)}
        after = imported(after, again)
        assert draft(folder, mended, "Orders", after).changes == ()

    def in_order(book_now):
        return sorted(map(str, book_now.table("Orders").rows.values()))

    assert in_order(after) == in_order(at_once)


def test_a_mended_gap_is_read_with_the_comma_of_its_file(folder):
    """`1.500,50` proves the comma; a mended `3,500` is three and a half."""
    text = "Deal ID;Deal name;Customer;Rep;Stage;Amount;Probability;Expected on\n"
    text += "D1;Pumps;Acme;Ann;Lead;1.500,50;;25/12/2026\n"
    text += "D2;Pipes;Acme;Ann;Lead;2,5;;31/02/2026\n"
    now = book()
    done = draft(folder, text, "Deals", now)
    assert [field for _, field, _ in gaps(done)] == ["expected_on"]
    mended = gaps_of(done).replace("31/02/2026", "03/04/2026")
    again = draft(folder, mended, "Deals", imported(now, done))
    assert [dict(change.changes) for change in again.changes] == [
        {1: {"expected_on": dt.date(2026, 4, 3)}}
    ]


def test_discounts_stay_per_cents_where_the_file_proved_it(folder):
    """10 in the file says that a discount of 1 is one per cent; alone it could be all of the price."""
    text = "Order,Date,Customer,Rep,Quantity,Price,Discount\n"
    text += "O1,2026-01-02,Acme,Ann,2,100,10\nO2,2026-01-02,Acme,Zedd,2,100,1\n"
    now = book()
    how = {"amount_from": "Quantity*Price*(1-Discount)"}
    done = draft(folder, text, "Orders", now, **how)
    again = draft(folder, rejects_of(done).replace("Zedd", "Bo"), "Orders", now, **how)
    assert [row["amount"] for row in new_rows(again)] == [198_00]


def test_what_the_user_said_of_decimals_holds_for_the_mended_rows(folder):
    """`--decimal comma` need not be said again."""
    text = "Order;Date;Customer;Rep;Amount\nO1;2026-01-02;Acme;Ann;2,125\nO2;2026-01-02;Acme;Zedd;3,125\n"
    done = draft(folder, text, "Orders", decimal="comma")
    again = draft(folder, rejects_of(done).replace("Zedd", "Bo"), "Orders")
    assert [row["amount"] for row in new_rows(again)] == [3_13]


def test_a_file_that_proved_nothing_leaves_its_rejects_as_open_as_it_was(folder):
    """An import never guesses: `2.125` alone stays a cell with two readings."""
    text = "Order;Date;Customer;Rep;Amount\nO1;2026-01-02;Acme;Zedd;2.125\n"
    done = draft(folder, text, "Orders")
    again = draft(folder, rejects_of(done).replace("Zedd", "Bo"), "Orders")
    assert [code for *_, code in problems(again)] == ["number-ambiguous"]


@given(
    how=st.dictionaries(
        st.text("ab c#(€)", min_size=1).map(str.strip).filter(bool),
        st.builds(
            ReadAs,
            decimal=st.sampled_from([None, "point", "comma"]),
            rates=st.sampled_from([None, "percent", "share", "bare-unclear"]),
        )
        | st.builds(
            ReadAs,
            order=st.sampled_from(["dmy", "mdy", "ymd"]),
            styles=st.sampled_from([".", "/", "./"]),
        ),
        max_size=3,
    )
)
def test_what_a_file_says_of_its_columns_is_understood_as_it_was_meant(how):
    """Whatever is written can be read again; of two files that differ nothing is taken."""
    said = {name: column for name, column in how.items() if column != NOTHING}
    assert understood([written(how)]) == said
    assert understood(["Amount=comma", "Amount=point"]) == {}


# Rows of their own.

DEALS = "Deal name,Customer,Rep,Stage,Amount\n"


def test_a_mended_row_never_overwrites_a_row_of_its_own_file(folder):
    """The other deal of that name is in the workbook by now; a person says which is meant."""
    now = book()
    done = draft(
        folder, DEALS + "Renewal,Acme,Ann,Won,100\nRenewal,Acme,Bo,Lead,2OO\n", "Deals", now
    )
    now = imported(now, done)
    mended = rejects_of(done).replace("2OO", "200")

    asked = draft(folder, mended, "Deals", now)
    assert [code for *_, code in problems(asked)] == ["ambiguous-deal"]
    assert asked.changes == ()

    told = draft(folder, mended, "Deals", now, always_new=True)
    assert counts(told) == {"read": 1, "new": 1}
    now = imported(now, told)
    for always_new in (True, False):
        again = draft(folder, mended, "Deals", now, always_new=always_new)
        assert counts(again) == {"read": 1, "unchanged": 1}


def test_a_row_that_nothing_of_the_workbook_may_be_needs_no_word(folder):
    """It comes in under its own key, once, however often the file is imported."""
    now = book()
    done = draft(folder, DEALS + "Renewal,Acme,Ann,Won,100\nPumps,Acme,Bo,Lead,2OO\n", "Deals", now)
    now = imported(now, done)
    mended = rejects_of(done).replace("2OO", "200")
    again = draft(folder, mended, "Deals", now)
    assert counts(again) == {"read": 1, "new": 1}
    now = imported(now, again)
    assert counts(draft(folder, mended, "Deals", now)) == {"read": 1, "unchanged": 1}


PAYMENTS = "Date,Customer,Rep,Product,Amount\n"


@settings(max_examples=40, deadline=None)
@given(amounts=st.lists(st.sampled_from(["5.00", "5.OO", "6.00", "6.OO"]), min_size=1, max_size=5))
def test_no_money_is_lost_or_counted_twice_by_mending(folder, amounts):
    """Right at once, and mended with `--new`, come to the same sum; and only once."""
    line = "2026-01-02,Acme,Ann,A,"
    wrong = PAYMENTS + "".join(f"{line}{amount}\n" for amount in amounts)
    now = book()
    done = draft(folder, wrong, "Orders", now)
    now = imported(now, done)
    if done.rejected:
        mended = rejects_of(done).replace("OO", "00")
        asked = draft(folder, mended, "Orders", now)
        assert not any(change.changes for change in asked.changes)
        assert asked.unchanged == 0
        for _ in range(2):
            told = draft(folder, mended, "Orders", now, always_new=True)
            assert len(told.rejected) == 0
            now = imported(now, told)
    sums = sum(row["amount"] for row in now.table("Orders").rows.values())
    assert sums == sum(int(amount[0]) * 100 for amount in amounts)


def test_a_row_keeps_its_own_key_from_one_rejects_file_to_the_next(folder):
    """A row that is mended wrongly and rejected again is still the same row."""
    done = draft(folder, DEALS + "Renewal,Acme,Zedd,Won,1OO\n", "Deals")
    again = draft(folder, rejects_of(done).replace("Zedd", "Ann"), "Deals")
    keys = [rows_of(rejects_of(one))[0][title("own_key", "en")] for one in (done, again)]
    assert keys[0] == keys[1] != ""


# Rows that are no data.


def test_totals_and_notes_of_the_rejects_stay_no_data(folder):
    """Importing all of a rejects file adds no customer called Total."""
    text = "Name,City,Phone,Budget\nA1,Rome,1,1\nB2,Bari,2,1\n,Bari,,9\nTotal,,,2\n\nSource: CRM export\n"
    done = draft(folder, text, "Customers")
    codes = [code for *_, code in problems(done)]
    assert codes[1:] == ["totals-row", "note-row"]
    mended = rejects_of(done).replace(",,Bari", ",C3,Bari")
    again = draft(folder, mended, "Customers")
    assert [code for *_, code in problems(again)][-2:] == ["totals-row", "note-row"]
    assert not {"Total", "Source: CRM export"} & {row.get("name") for row in new_rows(again)}
    assert [row[title("read_as", "en")] for row in rows_of(rejects_of(again))][-2:] == [
        "totals-row",
        "note-row",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Budget\nA1,100\nB2,200\nTotal,300\n",
        "Name,Budget\nA1,100\nB2,200\nTotal,301\n",
        "Name,Budget,Since,City\nA1,100,2026-01-31,Rome\nB2,200,2026-01-31,Bari\nTotal,300,2026-01-31,All\n",
        "Name;Budget;City\nA1;1,5;Rome\nB2;2,5;Bari\nSumme;4,0;Alle\n",
    ],
)
def test_a_last_row_that_sums_the_others_is_no_customer(folder, text):
    """As full as the others, it begins with the word alone, and its number is their sum."""
    done = draft(folder, text, "Customers")
    assert [code for *_, code in problems(done)] == ["totals-row"]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Budget,City\nA1,100,Rome\nB2,200,Bari\nTotal,250,Turin\n",
        "Name,Budget\nTotal Energies,300\nA1,100\nTotal Energies SA,400\n",
        "Name,City\nA1,Rome\nTotal,Bari\n",
    ],
)
def test_a_customer_called_total_is_one_where_nothing_speaks_for_a_sum(folder, text):
    """A word alone proves nothing."""
    done = draft(folder, text, "Customers")
    assert not done.rejected


# Lines of orders.

ORDERS = "Order,Customer,Rep,Date,Product,Amount\n"


@pytest.fixture
def two_lines(folder):
    """A workbook with an order of two lines, A for 5 and B for 7."""
    now = book()
    text = ORDERS + "O9,Acme,Ann,2026-01-02,A,5\nO9,Acme,Ann,2026-01-02,B,7\n"
    return imported(now, draft(folder, text, "Orders", now))


def test_a_further_line_of_an_order_overwrites_none(folder, two_lines):
    """A file with fewer lines than the workbook may hold one more line, or one that changed."""
    text = ORDERS + "O9,Acme,Ann,2026-01-09,C,9\n"
    asked = draft(folder, text, "Orders", two_lines)
    assert [code for *_, code in problems(asked)] == ["natural-key-ambiguous"]
    told = draft(folder, text, "Orders", two_lines, always_new=True)
    assert [row["line_no"] for row in new_rows(told)] == [3]
    after = imported(two_lines, told)
    assert counts(draft(folder, text, "Orders", after)) == {"read": 1, "unchanged": 1}


def test_a_file_of_whole_orders_changes_all_their_lines(folder, two_lines):
    """Order and status say nothing of lines: every line of the order is paid."""
    done = draft(folder, "Order,Status\nO9,paid\n", "Orders", two_lines)
    assert counts(done) == {"read": 1, "updated": 1}
    after = imported(two_lines, done)
    assert [row["status"] for row in after.table("Orders").rows.values()] == ["paid", "paid"]
    assert draft(folder, "Order,Status\nO9,paid\n", "Orders", after).changes == ()


def test_a_line_without_its_number_is_not_the_first_of_several(folder, two_lines):
    """In a file that numbers lines, a blank number beside several lines is a missing key."""
    text = "Order,Line,Customer,Rep,Date,Product,Amount\n"
    text += (
        "O9,,Acme,Ann,2026-01-09,C,9\nO8,1,Acme,Ann,2026-01-09,C,9\nO7,,Acme,Ann,2026-01-09,C,9\n"
    )
    done = draft(folder, text, "Orders", two_lines)
    assert problems(done) == [(2, "line_no", "missing-key")]
    assert counts(done)["new"] == 2


# Names that nobody has.


@pytest.mark.parametrize(
    "text", ["Name,Email\nUnknown,a@acme.com\n", "Customer ID,Name\nC1,Test\n"]
)
def test_a_placeholder_never_replaces_a_real_name(folder, text):
    """Acme stays Acme, by mailbox and by key; and it is told."""
    done = draft(folder, text, "Customers")
    assert counts(done) == {"read": 1, "unchanged": 1}
    assert done.changes == ()
    assert "import.nobodys-names" in [note.code for note in done.notes]
