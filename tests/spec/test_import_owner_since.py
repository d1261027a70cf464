"""From which day does an owner have the customers that a file brings?

The public pool spares whoever has just got a customer: nobody neglects in one day a thousand customers
whose last contact was a year ago.
"""

from __future__ import annotations

import datetime as dt

from tests.spec.import_tables import AS_OF, book, counts, draft, imported, new_rows


def test_new_customers_are_their_owners_from_the_day_of_the_import(tmp_path):
    done = draft(tmp_path, "Name,Owner\nZed Ltd,Ann\nYak Ltd,\n", "Customers")
    zed, yak = new_rows(done)
    assert (zed["owner_id"], zed["owner_since"]) == ("R1", AS_OF)
    assert "owner_since" not in yak


def test_a_day_that_the_file_tells_stays(tmp_path):
    text = "Name,Owner,Owner since\nZed Ltd,Ann,2024-05-01\n"
    (zed,) = new_rows(draft(tmp_path, text, "Customers"))
    assert zed["owner_since"] == dt.date(2024, 5, 1)


def test_another_owner_begins_anew_and_the_same_one_goes_on(tmp_path):
    acme = {"customer_id": "C1", "name": "Acme", "owner_id": "R1"}
    hill = {"customer_id": "C2", "name": "Hill", "owner_id": "R1"}
    now = book({"Customers": [acme, hill]})
    done = draft(tmp_path, "Customer ID,Name,Owner\nC1,Acme,Bo\nC2,Hill,Ann\n", "Customers", now)
    assert counts(done) == {"read": 2, "updated": 1, "unchanged": 1}
    rows = imported(now, done).table("Customers").rows
    assert (rows[0]["owner_id"], rows[0]["owner_since"]) == ("R2", AS_OF)
    assert "owner_since" not in rows[1]


def test_the_same_file_again_changes_nothing(tmp_path):
    text = "Customer ID,Name,Owner\nC9,Zed Ltd,Ann\n"
    now = book()
    after = imported(now, draft(tmp_path, text, "Customers", now))
    assert counts(draft(tmp_path, text, "Customers", after)) == {"read": 1, "unchanged": 1}


def test_customers_that_an_import_of_deals_adds_have_no_owner_to_spare(tmp_path):
    text = "Deal name,Customer,Rep,Stage\nRenewal,Zed Ltd,Ann,Lead\n"
    done = draft(tmp_path, text, "Deals", add_missing=True)
    (added,) = new_rows(done, "Customers")
    assert ("owner_since" in added) == ("owner_id" in added)
