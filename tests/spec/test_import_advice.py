"""What an import tells people to do cures what it is told about."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesbook.book.importing import reason_text
from salesbook.intake.options import ImportOptions
from salesbook.intake.telling.typed_options import command_for_gaps, command_for_rejects
from salesbook.labels import LANGUAGES
from tests.spec.import_tables import draft, gaps, new_rows, problems

SHOPIFY = (
    "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem sku,Subtotal,Billing Name,Billing Company,Shipping Name,Employee\n"
)


def shop_order(
    number: int, person: str, company: str, shipped_to: str = "", email: str = ""
) -> str:
    return (
        f"#{number},{email},paid,2026-05-01 10:00:00 +0200,1,Cup,8.00,CUP,8.00,"
        f"{person},{company},{shipped_to},\n"
    )


def test_an_error_in_a_text_file_may_be_left_blank(tmp_path):
    """There is no formula to correct: the advice is an option, and the option works."""
    text = "Customer ID,Name,Source\nC7,Moss,#N/A\nC8,Reed,Web\n"
    done = draft(tmp_path, text, "Customers")
    assert gaps(done) == [(2, "source", "error-in-file")]
    reason = done.with_gaps[0].gaps[0][2]
    for language in LANGUAGES:
        assert '--value source:"#N/A"=' in reason_text(reason, language)

    done = draft(tmp_path, text, "Customers", words={("source", "#N/A"): ""})
    assert gaps(done) == []
    assert [row.get("source") for row in new_rows(done)] == [None, "Web"]


def test_an_error_in_a_setting_costs_no_row_if_the_user_says_so(tmp_path):
    """People are paid by settings: a cell of them is left blank by nobody but the user."""
    text = "Product,Family,Price\nCup,#N/A,5.00\n"
    assert problems(draft(tmp_path, text, "Products")) == [(2, "Family", "error-in-file")]
    done = draft(tmp_path, text, "Products", words={("family", "#N/A"): ""})
    assert [row.get("family") for row in new_rows(done)] == [None]


def test_an_error_where_a_value_is_needed_asks_for_the_value(tmp_path):
    text = "Customer ID,Name\nC7,#REF!\n"
    assert problems(draft(tmp_path, text, "Customers"))[0] == (2, "Name", "error-in-needed")


def test_a_buyer_without_a_company_is_called_by_name(tmp_path):
    """Row by row: a shop's column of companies is nearly empty, and the order is somebody's."""
    text = (
        SHOPIFY
        + shop_order(1, "Ann Moss", "Acme")
        + shop_order(2, "Hill", "")
        + shop_order(3, "", "", "Eve Reed")
        + shop_order(4, "", "", "", "a@acme.com")
    )
    done = draft(tmp_path, text, "Orders", add_missing=True)
    customers = [row["customer_id"] for row in new_rows(done)]
    assert problems(done) == []
    assert customers[:2] == ["C1", "C2"]
    assert customers[3] == "C1"
    note = next(note for note in done.notes + done.source.notes if note.code == "import.instead")
    assert note.params["others"] == ("Billing Name (1)", "Shipping Name (1)", "Email (1)")


@pytest.mark.parametrize("has_column", [True, False])
def test_a_shop_that_names_no_rep_is_one_itself(tmp_path, has_column):
    """Nobody fills a cell in each row of an export: --add-missing is the cure, and it works."""
    text = SHOPIFY + shop_order(1, "Ann Moss", "Acme")
    if not has_column:
        text = text.replace(",Employee", "").replace(",\n", "\n")
    done = draft(tmp_path, text, "Orders")
    assert problems(done) == [(2, "rep_id", "no-seller")]
    assert done.no_column == ()
    reason = done.rejected[0].faults[0][1]
    assert all("--add-missing" in reason_text(reason, language) for language in LANGUAGES)
    assert len(new_rows(draft(tmp_path, text, "Orders", add_missing=True))) == 1


def test_the_commands_for_what_was_not_taken_have_its_options():
    """Of gaps, which have the workbook's headers, none that names the file's."""
    options = ImportOptions(
        "Deals",
        columns={"amount": "How much"},
        words={("status", "On Hold"): "open"},
        date_order="dmy",
        add_missing=True,
        replace=True,
    )
    book, file = Path("My book.xlsm"), Path("deals.gaps.csv")
    assert command_for_gaps(book, file, options) == (
        'salesbook import "My book.xlsm" "deals.gaps.csv" --into Deals'
        ' --value "status:On Hold=open" --date-order dmy --add-missing'
    )
    assert command_for_rejects(book, file, options) == (
        'salesbook import "My book.xlsm" "deals.gaps.csv" --into Deals --column "amount=How much"'
        ' --value "status:On Hold=open" --date-order dmy --add-missing'
    )
