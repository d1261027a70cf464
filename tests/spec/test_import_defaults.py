"""What rows say by what their file leaves out, and which of them are no activities yet."""

from __future__ import annotations

import datetime as dt

from tests.spec.import_tables import draft, new_rows, problems


def test_a_list_of_calls_is_one_of_calls(tmp_path):
    """Zoho writes nowhere what its module says; another file must say it."""
    calls = "Call Owner,Related To,Call Start Time,Call Result\nAnn,Acme,2026-03-04 09:30:00,Interested\n"
    row = new_rows(draft(tmp_path, calls, "Activities"))[0]
    assert (row["kind"], row["done_on"]) == ("phone", dt.date(2026, 3, 4))

    notes = "Date,Rep,Customer,Outcome\n2026-03-04,Ann,Acme,Interested\n"
    assert problems(draft(tmp_path, notes, "Activities")) == [(2, "kind", "no-column")]


def test_what_all_rows_are_needs_no_column(tmp_path):
    """Where every call is rejected for its rep, nobody is asked which column says that it is one."""
    calls = (
        "Call Owner,Related To,Call Start Time,Call Result\nNobody,Acme,2026-03-04 09:30:00,No\n"
    )
    done = draft(tmp_path, calls, "Activities")
    assert problems(done) == [(2, "rep_id", "unknown-rep")]
    assert done.no_column == ()


def test_a_task_that_nobody_has_done_is_no_activity(tmp_path):
    text = (
        "Subject,Due Date,Status,Task Owner,Type\n"
        "Call Acme,2026-03-04,Completed,Ann,Call\nCall Hill,2026-12-24,Not Started,Ann,Call\n"
    )
    done = draft(tmp_path, text, "Activities")
    assert len(new_rows(done)) == 1
    assert problems(done) == [(3, "", "activity-not-done")]


def test_a_status_elsewhere_is_not_the_tasks(tmp_path):
    """进行中 in a list of visits is the customer's, or the deal's."""
    text = "跟进时间,跟进人,客户名称,跟进方式,状态\n2026-03-05,Ann,Acme,电话,进行中\n"
    assert problems(draft(tmp_path, text, "Activities")) == []


def test_somebody_without_a_name_is_called_by_his_address(tmp_path):
    """HubSpot keeps people of whom it knows the address alone."""
    text = "Record ID,First Name,Last Name,Email\n1,,,info@x.com\n2,Eve,Moss,eve@x.com\n"
    names = [row["name"] for row in new_rows(draft(tmp_path, text, "Customers"))]
    assert names == ["info@x.com", "Eve Moss"]


def test_a_company_without_a_name_stays_without(tmp_path):
    """A list that is none of people has its name in one column, and must fill it."""
    text = "Customer ID,Name,Email\nC9,,info@x.com\n"
    assert problems(draft(tmp_path, text, "Customers")) == [(2, "name", "missing-required")]
