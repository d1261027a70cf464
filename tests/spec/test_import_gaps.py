"""What an import does with cells that cannot be read, words that nobody knows, and equal lines."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import UsageError
from salesbook.intake.columns.optional import may_stay_blank
from salesbook.intake.file.mended import titles_of_gaps
from salesbook.intake.telling.reasons import Loss
from salesbook.intake.telling.rejects import dropped_text, gaps_text
from salesbook.tables import TABLES, Role
from tests.spec.import_tables import (
    book,
    counts,
    draft,
    gaps,
    imported,
    new_rows,
    problems,
)

DAY = dt.date


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gaps")


def gaps_file(done) -> str:
    return gaps_text(done, lambda reason: reason.code, "en")


def reasons(done) -> list[tuple[str, str, str, int, int]]:
    return [
        (entry.loss.value, entry.field, entry.code, entry.count, entry.first_row)
        for entry in done.reasons
    ]


DEALS = "Deal ID,Deal name,Rep,Stage,Amount,Expected on,Created on\n"


def test_an_optional_cell_that_cannot_be_read_costs_no_row(tmp_path):
    """The field stays blank, is counted, and the other cells of the row come in."""
    done = draft(tmp_path, f"{DEALS}D1,Pumps,Ann,Lead,5,soon,2026-02-30\n", "Deals")
    assert counts(done) == {"read": 1, "new": 1}
    assert done.gaps == 2
    assert gaps(done) == [
        (2, "expected_on", "date-unreadable"),
        (2, "created_on", "date-impossible"),
    ]
    assert new_rows(done)[0].keys() == {"deal_id", "name", "rep_id", "stage", "amount"}


def test_what_the_workbook_holds_stays_where_a_cell_cannot_be_read(tmp_path):
    now = book()
    first = draft(tmp_path, f"{DEALS}D1,Pumps,Ann,Lead,5,2026-09-30,\n", "Deals", now)
    again = draft(tmp_path, f"{DEALS}D1,Pumps,Ann,Lead,5,soon,\n", "Deals", imported(now, first))
    assert (counts(again), again.changes) == ({"read": 1, "unchanged": 1}, ())


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("Amount", "12x", "number-unreadable"),
        ("Status", "Ready", "choice-unknown"),
        ("Refund of", "#REF!", "error-in-needed"),
        ("Partner", "#N/A", "error-in-needed"),
        ("Partner share", "half", "number-unreadable"),
    ],
)
def test_what_decides_money_costs_its_row(tmp_path, header, cell, code):
    """Blank it would say something wrong: an order of an unknown status would count as placed."""
    amount = "" if header == "Amount" else ",Amount"
    text = f"Order,Customer,Rep,Date{amount},{header}\nO1,Acme,Ann,2026-01-02{amount and ',5'},{cell}\n"
    done = draft(tmp_path, text, "Orders")
    assert problems(done) == [(2, header, code)]
    assert (done.gaps, done.accepted) == (0, 0)


def test_the_day_of_a_closed_deal_costs_its_row_and_that_of_an_open_one_does_not(tmp_path):
    """One column is both; which it is the stage says."""
    text = "Deal ID,Rep,Stage,Close Date\nD1,Ann,Lead,?!\nD2,Ann,Won,?!\nD3,Ann,Lead,2026-01-05\n"
    done = draft(tmp_path, text, "Deals")
    assert gaps(done) == [(2, "expected_on", "date-unreadable")]
    assert problems(done) == [(3, "Close Date", "date-unreadable")]


def test_what_names_a_row_without_key_costs_it_where_it_may_be_one_that_is_there(tmp_path):
    """Its deal may have been created on that very day; beside no such deal it is a new one."""
    known = {"deal_id": "D1", "name": "Pumps", "customer_id": "C1", "rep_id": "R1", "stage": "Lead"}
    now = book({"Deals": [known | {"created_on": DAY(2026, 1, 5)}]})
    text = "Deal name,Customer,Rep,Stage,Created on\n{},Acme,Ann,Lead,2026-02-30\n"
    done = draft(tmp_path, text.format("Pumps"), "Deals", now)
    assert problems(done) == [(2, "Created on", "date-impossible")]
    done = draft(tmp_path, text.format("Valves"), "Deals", now)
    assert gaps(done) == [(2, "created_on", "date-impossible")]
    again = draft(tmp_path, text.format("Valves"), "Deals", imported(now, done))
    assert counts(again) == {"read": 1, "unchanged": 1}


def test_no_key_and_no_required_field_and_no_setting_may_stay_blank():
    for table, spec in TABLES.items():
        for field in spec.fields:
            if field.key or field.required or spec.role is Role.SETTING:
                assert not may_stay_blank(table, field.name)
    assert may_stay_blank("Leads", "status")
    assert not may_stay_blank("Deals", "_deleted")


def test_an_unknown_owner_of_a_customer_is_a_gap_and_with_add_missing_none(tmp_path):
    """Who looks after a customer can be filled in later; whom a deal is about cannot."""
    text = "Customer ID,Name,Owner\nC9,New,Zoe\n"
    done = draft(tmp_path, text, "Customers")
    assert gaps(done) == [(2, "owner_id", "unknown-rep")]
    assert gaps(draft(tmp_path, text, "Customers", add_missing=True)) == []
    deal = draft(tmp_path, "Deal ID,Rep,Customer,Stage\nD1,Ann,Nobody,Lead\n", "Deals")
    assert problems(deal) == [(2, "customer_id", "unknown-customer")]


GAP_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "D1", "D2", "=D3"]),
        st.sampled_from(["Pumps", "Valves", "Tubes", "-1+1"]),
        st.sampled_from(["2026-09-30", "soon", "?", "", "=1+1"]),
        st.sampled_from(["2026-01-02", "2026-02-30", "x", ""]),
    ),
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(rows=GAP_ROWS)
def test_the_mended_gaps_fill_the_blank_fields_and_change_nothing_else(folder, rows):
    """Every row of the gaps file is found by its key, also one that the import made."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows((key, name, "Ann", "Lead", "5", *days) for key, name, *days in rows)
    now = book()
    done = draft(folder, DEALS + out.getvalue(), "Deals", now)
    after = imported(now, done)
    if not done.with_gaps:
        return

    unmended = draft(folder, gaps_file(done), "Deals", after)
    assert unmended.changes == ()
    assert (unmended.gaps, unmended.rejected) == (done.gaps, ())

    header, *lines = csv.reader(io.StringIO(gaps_file(done)))
    blank = [
        [not cell or place < len(titles_of_gaps("en")) + 1 for place, cell in enumerate(line)]
        for line in lines
    ]
    mended = [
        [cell if stays else "2026-03-03" for cell, stays in zip(line, keeps, strict=True)]
        for line, keeps in zip(lines, blank, strict=True)
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *mended])
    again = draft(folder, out.getvalue(), "Deals", after)
    assert (counts(again).get("updated"), again.gaps) == (len(done.with_gaps), 0)
    changed = [values for change in again.changes for values in change.changes.values()]
    assert sum(map(len, changed)) == done.gaps
    assert {str(day) for values in changed for day in values.values()} == {"2026-03-03"}


def test_the_gaps_file_says_thousands_where_the_file_does(tmp_path):
    """A mended `1.5` under `预算（万元）` is 15,000 here too."""
    now = book(currency="CNY")
    done = draft(tmp_path, "客户编号,客户名称,预算（万元）\nC9,甲,约一点五\n", "Customers", now)
    text = gaps_file(done)
    assert text.splitlines()[0].endswith("Budget (万元)")
    after = imported(now, done)
    mended = draft(tmp_path, text.replace("约一点五", "1.5"), "Customers", after)
    assert [dict(change.changes) for change in mended.changes] == [{2: {"budget": 1_500_000}}]


def test_a_column_of_other_words_is_not_the_field_that_its_header_says(tmp_path):
    """Zoho's "Forecast Type" holds Open, Won and Lost: no row is lost, and it is told."""
    text = "Deal ID,Rep,Stage,Forecast Type\nD1,Ann,Lead,Open\nD2,Ann,Lead,Won\n"
    done = draft(tmp_path, text, "Deals")
    assert (counts(done), done.gaps) == ({"read": 2, "new": 2}, 0)
    assert done.not_taken == ("Forecast Type",)
    assert reasons(done) == [("column", "category", "column-not-field", 2, 2)]
    assert dict(done.reasons[0].words) == {"Open": 1, "Won": 1}


def test_one_known_word_makes_the_column_the_field_and_the_others_gaps(tmp_path):
    text = "Deal ID,Rep,Stage,Forecast Type\nD1,Ann,Lead,Commit\nD2,Ann,Lead,Won\n"
    done = draft(tmp_path, text, "Deals")
    assert gaps(done) == [(3, "category", "choice-unknown")]


def test_the_next_best_column_is_taken_where_the_best_holds_something_else(tmp_path):
    text = (
        "Deal ID,Rep,Stage,Forecast Category,Forecast Type\n"
        "D1,Ann,Lead,North,Commit\nD2,Ann,Lead,South,Omitted\n"
    )
    done = draft(tmp_path, text, "Deals")
    assert [row["category"] for row in new_rows(done)] == ["commit", "omitted"]
    assert done.not_taken == ("Forecast Category",)


def test_a_lead_of_an_unknown_status_is_taken(tmp_path):
    text = "Lead ID,Name,Status,Created\nL1,A,Pre Qualified,2026-01-05\nL2,B,Contacted,2026-01-05\n"
    done = draft(tmp_path, text, "Leads")
    assert gaps(done) == [(2, "status", "choice-unknown")]
    assert counts(done) == {"read": 2, "new": 2}


def test_the_words_of_other_systems_are_known(tmp_path):
    """Zoho, ERPNext, Shopify, 金蝶."""
    words = {
        "Created": "placed",
        "Approved": "placed",
        "已审核": "placed",
        "Fulfilled": "delivered",
        "Closed": "delivered",
        "已关闭": "delivered",
        "Invoiced": "invoiced",
        "Void": "cancelled",
        "Cancelled": "cancelled",
        "作废": "cancelled",
    }
    lines = [f"O{place},Acme,Ann,2026-01-02,5,{word}" for place, word in enumerate(words)]
    text = "Order,Customer,Rep,Date,Amount,Status\n" + "\n".join(lines)
    done = draft(tmp_path, text, "Orders")
    assert [row["status"] for row in new_rows(done)] == list(words.values())


ORDERS = "Order,Customer,Rep,Date,Amount,Status\nO1,Acme,Ann,2026-01-02,5,{}\nO2,Acme,Ann,2026-01-02,5,{}\n"


@pytest.mark.parametrize("name", ["status", "Status", "状态", "STATUS"])
@pytest.mark.parametrize("code", ["delivered", "Delivered", "已交付"])
def test_the_user_says_what_a_word_means(tmp_path, name, code):
    """By the field's name or label, by code or label; the word in any case."""
    done = draft(
        tmp_path, ORDERS.format("Ready", "READY "), "Orders", words={(name, "ready"): code}
    )
    assert [row["status"] for row in new_rows(done)] == ["delivered", "delivered"]


def test_a_word_may_mean_nothing(tmp_path):
    done = draft(tmp_path, ORDERS.format("tbd", "paid"), "Orders", words={("status", "tbd"): ""})
    assert [row.get("status") for row in new_rows(done)] == [None, "paid"]


def test_a_word_of_the_steering_status_of_deals(tmp_path):
    text = "Deal ID,Rep,Stage,Status\nD1,Ann,Lead,Gewonnen\nD2,Ann,Lead,Offen\n"
    said = {("status", "Gewonnen"): "won", ("status", "Offen"): "open"}
    done = draft(tmp_path, text, "Deals", words=said)
    assert [row["stage"] for row in new_rows(done)] == ["Won", "Lead"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({("colour", "red"): "paid"}, "no-such-field"),
        ({("status", "Ready"): "ready"}, "no-such-value"),
        ({("amount", "none"): "nothing"}, "no-such-value"),
    ],
)
def test_a_meaning_that_no_field_can_hold_is_refused(tmp_path, words, code):
    with pytest.raises(UsageError, match=code):
        draft(tmp_path, ORDERS.format("Ready", "Ready"), "Orders", words=words)


def test_an_ignored_field_and_one_without_header_are_not_taken(tmp_path):
    for options in ({"ignored": frozenset(["Status"])}, {"columns": {"status": ""}}):
        done = draft(tmp_path, ORDERS.format("Ready", "Ready"), "Orders", **options)
        assert [row.get("status") for row in new_rows(done)] == [None, None]
        assert done.not_taken == ("Status",)


def test_a_field_that_is_ignored_and_named_is_refused(tmp_path):
    options = {"ignored": frozenset(["status"]), "columns": {"Status": "Status"}}
    with pytest.raises(UsageError, match="named-and-ignored"):
        draft(tmp_path, ORDERS.format("Ready", "Ready"), "Orders", **options)


def test_reasons_are_counted_by_field_with_the_first_row(tmp_path):
    """The most frequent first; a row counts once for each of its reasons."""
    text = (
        "Order,Customer,Rep,Date,Amount,Status\n"
        "O1,Acme,Zoe,2026-01-02,5,\nO2,Acme,Ann,2026-01-02,5,Ready\n"
        "O3,Acme,Ann,2026-01-02,x,Steady\nO4,Acme,Ann,2026-01-02,6,Ready\n"
    )
    done = draft(tmp_path, text, "Orders")
    assert reasons(done) == [
        ("row", "status", "choice-unknown", 3, 3),
        ("row", "rep_id", "unknown-rep", 1, 2),
        ("row", "amount", "number-unreadable", 1, 4),
    ]
    assert done.reasons[0].words.most_common() == [("Ready", 2), ("Steady", 1)]


def test_a_required_column_that_is_missing_is_known_once_for_the_file(tmp_path):
    text = (
        "Order,Customer,Date,Amount,Seller number\nO1,Acme,2026-01-02,5,7\nO2,Acme,2026-01-02,5,8\n"
    )
    done = draft(tmp_path, text, "Orders")
    assert done.no_column == ("rep_id",)
    assert reasons(done) == [("row", "rep_id", "no-column", 2, 2)]
    assert done.reasons[0].reason.params["free"] == ("Seller number",)


def test_rows_that_are_there_do_without_a_required_column(tmp_path):
    now = book({"Deals": [{"deal_id": "D1", "rep_id": "R1", "stage": "Lead"}]})
    done = draft(tmp_path, "Deal ID,Amount\nD1,5\nD2,6\n", "Deals", now)
    assert counts(done) == {"read": 2, "updated": 1, "rejected": 1}
    assert done.no_column == ()
    assert {code for _, _, code in problems(done)} == {"no-column"}


LINE = "Acme,Ann,2026-01-02,5\n"


def test_equal_lines_of_an_order_are_lines_of_their_own(tmp_path):
    """An invoice lists an item twice: dropped, its money would be lost."""
    text = "Order,Customer,Rep,Date,Amount\n" + f"O1,{LINE}" * 2 + f"O2,{LINE}"
    done = draft(tmp_path, text, "Orders")
    assert counts(done) == {"read": 3, "new": 3}
    assert [(row["order_id"], row["line_no"]) for row in new_rows(done)] == [
        ("O1", 1),
        ("O1", 2),
        ("O2", 1),
    ]
    assert (done.equal_lines, done.totals.equal_lines, done.totals.accepted) == (1, 5, 15)


def test_equal_lines_can_be_dropped_and_are_listed(tmp_path):
    text = "Order,Customer,Rep,Date,Amount\n" + f"O1,{LINE}" * 2
    done = draft(tmp_path, text, "Orders", drop_equal=True)
    assert counts(done) == {"read": 2, "new": 1, "duplicates": 1}
    assert (done.totals.accepted, done.totals.duplicates) == (5, 5)
    assert dropped_text(done).splitlines() == [
        "Row,Order,Customer,Rep,Date,Amount",
        "3,O1,Acme,Ann,2026-01-02,5",
    ]


def test_a_row_with_its_key_is_the_same_row_however_often_it_comes(tmp_path):
    text = "Order,Line,Customer,Rep,Date,Amount\n" + f"O1,1,{LINE}" * 3
    done = draft(tmp_path, text, "Orders")
    assert counts(done) == {"read": 3, "new": 1, "unchanged": 2}
    assert (done.repeated, done.equal_lines, done.totals.accepted) == (2, 0, 5)


def test_a_repeat_of_a_rejected_row_is_rejected_with_it(tmp_path):
    text = "Deal ID,Rep,Stage\nD1,Zoe,Lead\nD1,Zoe,Lead\n"
    done = draft(tmp_path, text, "Deals")
    assert problems(done) == [(2, "rep_id", "unknown-rep"), (3, "rep_id", "unknown-rep")]


CALLS = st.lists(
    st.tuples(
        st.sampled_from(["2026-01-02", "2026-01-03"]),
        st.sampled_from(["Call", "Visit"]),
        st.sampled_from(["", "hello", "next on ?"]),
        st.sampled_from(["", "2026-02-02", "someday"]),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(first=CALLS, second=CALLS)
def test_a_file_without_keys_adds_what_the_workbook_has_too_few_of(folder, first, second):
    """Of each content, new = max(0, count in the file - count in the workbook); so the same file
    again adds nothing.
    """
    now = book()
    header = "Date,Rep,Type,Notes,Next step on\n"

    def text_of(rows):
        return header + "".join(f"{day},Ann,{kind},{note},{on}\n" for day, kind, note, on in rows)

    after = imported(now, draft(folder, text_of(first), "Activities", now))
    again = draft(folder, text_of(first), "Activities", after)
    assert (counts(again).get("unchanged", 0), again.changes) == (len(first), ())

    # Content is what was read: a day that cannot be read is blank.
    def content(row):
        day, kind, note, on = row
        return day, kind, note, "" if on == "someday" else on

    held = [content(row) for row in first]
    wanted = [content(row) for row in second]
    done = draft(folder, text_of(second), "Activities", after)
    assert done.rejected == ()
    assert done.accepted == len(second)
    exact = sum(max(0, wanted.count(one) - held.count(one)) for one in set(wanted))
    # A row that leaves a cell blank may be one that holds more: never more than that is new.
    assert done.new <= exact


def test_dry_reasons_name_what_was_lost():
    """The words of the JSON answer are a contract."""
    assert [loss.value for loss in Loss] == ["row", "field", "column"]
