"""Without `--into` the headers tell the table, or the refusal names those it may be."""

from __future__ import annotations

from contextlib import suppress

import pytest

from salesbook import labels
from salesbook.errors import AmbiguousFile, ColumnMissing
from salesbook.intake.book_now import takes_imports
from salesbook.intake.columns.headers import map_headers
from salesbook.intake.options import ImportOptions
from salesbook.intake.told_table import table_of_file
from salesbook.labels.errors import error_message
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


def test_headers_of_its_own_tell_a_table_although_a_column_is_missing(tmp_path):
    """The import then says which column it lacks; another table would take the rows for its own."""
    assert told(tmp_path, "Deal name,Stage,Amount,Close date\n") == "Deals"


@pytest.mark.parametrize(
    ("table", "headers"),
    [
        ("Deals", "Id,AccountId,Name,StageName,Amount,CloseDate"),
        ("Deals", "Name,StageName,CloseDate,Amount"),
        ("Customers", "Id,AccountId,FirstName,LastName,Email,Phone"),
        ("Customers", "Account ID,Account Name,Industry,Phone"),
        ("Orders", "Order ID,Customer,Order date,Amount"),
        ("Orders", "customer_id,order_date,revenue"),
        (
            "Orders",
            "ORDERNUMBER,QUANTITYORDERED,SALES,ORDERDATE,STATUS,CUSTOMERNAME,PHONE,CITY,COUNTRY",
        ),
    ],
)
def test_a_list_tells_its_table_whoever_sells(tmp_path, table, headers):
    assert told(tmp_path, headers + "\n") == table


@pytest.mark.parametrize("others", ["", ",Email", ",Phone,City", ",Email,Phone,City,Country"])
def test_a_file_with_dated_amounts_is_no_list_of_people(tmp_path, others):
    """However much it says of the customers, each of its rows is an order."""
    headers = f"Customer,Company,Order date,Revenue{others}\n"
    taken: set[str] = set()
    with suppress(AmbiguousFile):
        taken = {told(tmp_path, headers)}
    assert taken <= {"Orders"}


def test_people_with_a_company_may_be_leads_or_customers(tmp_path):
    with pytest.raises(AmbiguousFile) as refused:
        told(tmp_path, "FirstName,LastName,Company\nAnn,Lee,Acme\n")
    assert {"Leads", "Customers"} <= set(refused.value.params["choices"])


def test_words_of_leads_are_seen_in_the_column_itself(tmp_path):
    text = "FirstName,LastName,Company,Status,Email,Phone\n"
    text += "Ann,Lee,Acme,Unqualified,a@x.com,123\nKim,Vale,Bolt,Working - Contacted,k@x.com,456\n"
    with pytest.raises(AmbiguousFile) as refused:
        told(tmp_path, text)
    assert refused.value.params["choices"][0] == "Leads"


def test_a_list_of_months_may_be_targets(tmp_path):
    with pytest.raises(AmbiguousFile) as refused:
        told(tmp_path, "year,month,region,target_revenue\n2026,1,North,100\n")
    assert {"Targets", "TargetMonths"} <= set(refused.value.params["choices"])


def test_where_nothing_is_known_orders_and_targets_are_offered(tmp_path):
    with pytest.raises(AmbiguousFile) as refused:
        told(tmp_path, "Name,Colour\nAnn,red\n")
    assert {"Orders", "Targets", "TargetMonths"} <= set(refused.value.params["choices"])


def test_tables_are_called_as_their_sheets(tmp_path):
    with pytest.raises(AmbiguousFile) as refused:
        told(tmp_path, "FirstName,LastName,Company\n")
    for language in labels.LANGUAGES:
        message = error_message(refused.value, language)
        assert labels.sheet_name("Leads", language) in message


def mapped_fields(headers):
    """What `map_headers` takes for customers, by header."""
    mapped = map_headers("Customers", headers, {})
    return {column.header: column.field for column in mapped.columns}


@pytest.mark.parametrize(
    "others",
    [
        ["Id", "FirstName", "LastName"],
        ["Guid", "Name"],
        ["First Name", "Last Name"],
        ["StageName", "Name"],
    ],
)
@pytest.mark.parametrize("reference", ["AccountId", "Account ID", "Company ID"])
def test_the_account_of_a_contact_is_not_his_number(others, reference):
    """A contact must never rename the account that he belongs to."""
    assert mapped_fields([reference, *others]).get(reference) != "customer_id"


def test_the_number_of_an_account_is_its_own():
    assert mapped_fields(["Account ID", "Account Name", "Phone"])["Account ID"] == "customer_id"
