"""Whom does a file mean by a word: a rep's address, a name in another order, a name and its key?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spec.import_tables import book, draft, imported, new_rows, problems


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("named")


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
