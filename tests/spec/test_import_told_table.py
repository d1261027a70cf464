"""Without `--into` the headers tell the table, or the refusal names those it may be."""

from __future__ import annotations

from contextlib import suppress

import pytest

from salesbook import labels
from salesbook.errors import AmbiguousFile, ColumnMissing
from salesbook.intake.book_now import takes_imports
from salesbook.intake.options import ImportOptions
from salesbook.intake.told_table import table_of_file, table_weights
from salesbook.tables import TABLES

IMPORTED = [name for name in TABLES if takes_imports(name)]


def told(tmp_path, text):
    """The table that a file tells."""
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    return table_of_file(path, ImportOptions())


@pytest.mark.parametrize("language", labels.LANGUAGES)
@pytest.mark.parametrize("table", IMPORTED)
def test_a_sheet_of_ours_tells_its_table_or_that_it_does_not(tmp_path, table, language):
    """What was copied out of a workbook of ours never goes into another table unasked."""
    headers = [labels.header(table, name, language) for name in TABLES[table].field_names]
    path = tmp_path / "file.csv"
    path.write_text(",".join(f'"{header}"' for header in headers) + "\n", encoding="utf-8")
    with suppress(AmbiguousFile, ColumnMissing):
        assert table_of_file(path, ImportOptions()) == table


@pytest.mark.parametrize(
    "table", ["Deals", "Customers", "Orders", "Payments", "Activities", "Leads"]
)
@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_the_lists_that_people_import_most_are_told(tmp_path, table, language):
    headers = [labels.header(table, name, language) for name in TABLES[table].field_names]
    assert told(tmp_path, ",".join(f'"{header}"' for header in headers) + "\n") == table


def test_thin_evidence_tells_nothing(tmp_path):
    with pytest.raises(AmbiguousFile) as refused:
        told(tmp_path, "Name,Email\nAnn,a@x.com\n")
    assert refused.value.exit_code == 21
    assert "Customers" in refused.value.params["choices"]


def test_a_tie_names_the_tables_that_it_is_between(tmp_path):
    """Charges of Stripe are orders, or payments of invoices: nobody but the user knows."""
    text = "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer Email,Invoice ID\n"
    with pytest.raises(AmbiguousFile) as refused:
        told(tmp_path, text)
    assert set(refused.value.params["choices"]) == {"Orders", "Payments"}


def test_a_table_that_lacks_a_column_that_it_needs_is_not_told():
    """A list with stages and amounts, but nobody who sells, is no list of deals."""
    assert "Deals" not in table_weights(["Deal name", "Stage", "Amount", "Close date"])
