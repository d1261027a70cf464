"""What all rows of a file have in common is said once: `--column rep_id="=Ann"`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbook.errors import ColumnMissing, UsageError
from salesbook.intake.options import parse_columns
from tests.spec.import_tables import book, counts, draft, new_rows, problems

HEAD = "Order No,Order date,Customer,Amount\n"
ORDER = HEAD + "1,2026-01-05,Acme,5\n2,2026-01-06,Hill,7\n"


def test_a_value_of_all_rows_is_read_as_a_cell_is(tmp_path):
    """A name becomes its key, a date a date; the sum is the file's."""
    said = {"rep_id": "=Ann", "due_on": "=31 Jan 2026"}
    done = draft(tmp_path, ORDER, "Orders", columns=said)
    assert counts(done) == {"read": 2, "new": 2}
    assert {row["rep_id"] for row in new_rows(done)} == {"R1"}
    assert {str(row["due_on"]) for row in new_rows(done)} == {"2026-01-31"}
    assert done.totals is not None
    assert done.totals.accepted == 12


@pytest.mark.parametrize(
    ("said", "code"),
    [({"rep_id": "=Zoe"}, "unknown-rep"), ({"status": "=Perhaps"}, "choice-unknown")],
)
def test_a_value_that_means_nothing_rejects_as_a_cell_does(tmp_path, said, code):
    """Nobody is invented; with --add-missing a rep is."""
    done = draft(tmp_path, ORDER, "Orders", columns={"rep_id": "=Ann", **said})
    assert [reason for *_, reason in problems(done)] == [code, code]
    if "status" not in said:
        added = draft(tmp_path, ORDER, "Orders", columns=said, add_missing=True)
        assert added.added == {"Reps": 1}


def test_a_value_goes_before_the_files_own_column(tmp_path):
    """Who says it for all rows means it for all."""
    text = HEAD.replace("Amount", "Amount,Rep") + "1,2026-01-05,Acme,5,Bo\n"
    done = draft(tmp_path, text, "Orders", columns={"rep_id": "=Ann"})
    assert [row["rep_id"] for row in new_rows(done)] == ["R1"]
    assert "Rep" in done.not_taken


def test_a_header_is_still_a_header(tmp_path):
    """One that the file lacks is refused, and no field is no field."""
    with pytest.raises(ColumnMissing):
        draft(tmp_path, ORDER, "Orders", columns={"rep_id": "Ann"})
    with pytest.raises(UsageError):
        draft(tmp_path, ORDER, "Orders", columns={"seller": "=Ann"})


def test_the_option_is_read_with_and_without_quotes():
    """A shell takes the quotes away, a file of commands does not."""
    assert parse_columns(["rep_id==Ann Lee", 'stage="=Won"', "amount="]) == {
        "rep_id": "=Ann Lee",
        "stage": "=Won",
        "amount": "",
    }


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(1, 99), st.sampled_from(["Acme", "Hill", ""])), max_size=8),
    rep=st.sampled_from(["Ann", "Bo", "R2", "Zoe"]),
)
def test_it_is_as_if_the_column_stood_in_the_file(tmp_path_factory, rows, rep):
    """Same rows, same reasons, same sums as with a column of that value."""
    folder = tmp_path_factory.mktemp("law")
    lines = [f"{n},2026-01-05,{customer},{amount}" for n, (amount, customer) in enumerate(rows, 1)]
    without = "\n".join([HEAD.strip(), *lines, ""])
    beside = "\n".join([f"{HEAD.strip()},Rep", *(f"{line},{rep}" for line in lines), ""])
    said = draft(folder, without, "Orders", book(), columns={"rep_id": f"={rep}"})
    written = draft(folder, beside, "Orders", book())
    assert counts(said) == counts(written)
    assert new_rows(said) == new_rows(written)
    assert [code for *_, code in problems(said)] == [code for *_, code in problems(written)]
