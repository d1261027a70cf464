"""Exports as other systems write them, and what becomes of them:
made-up values under real headers.
"""

from __future__ import annotations

import datetime as dt

import pytest

from honesty.data import data_folder
from salesbook.intake.draft import draft_import
from salesbook.intake.options import ImportOptions
from tests.spec.import_tables import book, counts, draft, imported, new_rows, problems

MAVEN = data_folder() / "maven_crm"


def test_a_salesforce_object_export(tmp_path):
    """Ids as references, an empty reference as zeros, times with the day,
    0 and 1 for no and yes.
    """
    now = book({"Reps": [{"rep_id": "0055g00000A1bcDAAR", "name": "Ann"}]})
    text = (
        '"Id","IsDeleted","AccountId","Name","StageName","Amount","CloseDate","ForecastCategory",'
        '"CurrencyIsoCode","OwnerId","CreatedDate","LastStageChangeDate","IsWon"\n'
        '"0065g00000Abc12AAB","0","000000000000000AAA","Pumps","Offer","22700.0","2026-09-30 00:00:00",'
        '"BestCase",'
        '"USD","0055g00000A1bcDAAR","2026-01-05 08:12:44","2026-03-01 10:00:00","0"\n'
        '"0065g00000Abc13AAB","1","","Gone","Lost","","2026-02-01 00:00:00","Closed",'
        '"USD","0055g00000A1bcDAAR",'
        '"2026-01-05 08:12:44","",""\n'
    )
    done = draft(tmp_path, text, "Deals", now)
    assert new_rows(done) == [
        {
            "deal_id": "0065g00000Abc12AAB",
            "name": "Pumps",
            "stage": "Offer",
            "amount": 2270000,
            "category": "best_case",
            "rep_id": "0055g00000A1bcDAAR",
            "created_on": dt.date(2026, 1, 5),
            "stage_since": dt.date(2026, 3, 1),
            "expected_on": dt.date(2026, 9, 30),
        }
    ]
    assert problems(done) == [(3, "", "row-deleted")]
    assert done.not_taken == ("IsWon",)


def test_a_salesforce_report_with_pounds_and_british_dates(tmp_path):
    """The dates' order follows from the column; money in pounds needs a workbook in pounds."""
    text = (
        "Opportunity Name,Account Name,Opportunity Owner,Stage,Amount,"
        "Probability (%),Close Date,Created Date\n"
        'Pumps,Acme,Ann,Won,"£120,000",100,23/04/2026,13/01/2026\n'
        "Grand Totals (1 records),,,,£120000,,,\n"
        "Confidential Information - Do Not Distribute,,,,,,,\n"
    )
    done = draft(tmp_path, text, "Deals", book(currency="GBP"))
    assert new_rows(done)[0] | {"deal_id": ""} == {
        "deal_id": "",
        "name": "Pumps",
        "customer_id": "C1",
        "rep_id": "R1",
        "stage": "Won",
        "amount": 12000000,
        "closed_on": dt.date(2026, 4, 23),
        "created_on": dt.date(2026, 1, 13),
    }
    assert problems(done) == [(3, "", "totals-row"), (4, "", "note-row")]
    dollars = draft(tmp_path, text, "Deals")
    assert (2, "Amount", "currency-unclear") in problems(dollars)


def test_a_zoho_export(tmp_path):
    """`15 Apr, 2021 00:02:00` and `$22,700.00`."""
    text = (
        "Potential Name,Potential Owner,Created Time,Closing Date,Amount,Stage,Forecast Type,Age in Days\n"
        'Pumps,Ann,"15 Apr, 2021 00:02:00","30 Jun, 2021","$22,700.00",Offer,Commit,76\n'
    )
    row = new_rows(draft(tmp_path, text, "Deals"))[0]
    assert (row["created_on"], row["expected_on"]) == (dt.date(2021, 4, 15), dt.date(2021, 6, 30))
    assert (row["amount"], row["category"]) == (2270000, "commit")


def test_a_hubspot_export_with_semicolons_a_mark_and_line_breaks(tmp_path):
    """The pipeline's name is known by case alone; a line break in a cell stays."""
    text = (
        "\ufeffRecord ID;Deal Name;Deal Stage;Close Date;Deal owner;Amount;Pipeline;Create Date;Next step\n"
        '9876543210;"Pumps";Offer;2026-09-30 12:00;Ann;1500.5;MAIN;2026-01-05 09:30;"call\nthen visit"\n'
    )
    row = new_rows(draft(tmp_path, text, "Deals"))[0]
    assert (row["deal_id"], row["pipeline"], row["next_step"]) == (
        "9876543210",
        "main",
        "call\nthen visit",
    )
    assert (row["amount"], row["expected_on"]) == (150050, dt.date(2026, 9, 30))


def test_a_pipedrive_export_with_excel_serials(tmp_path):
    """Dates as `45631.0`; lost deals stay in the stage where they were lost, with a status beside
    it.
    """
    text = (
        "Deal - Title,Deal - Value,Deal - Currency of value,Organization,Deal - Owner,Deal - Stage,"
        "Deal - Status,"
        "Deal - Expected close date,Deal - Creation date,Deal - Closed on,Deal - Lost reason\n"
        "Pumps,45000,USD,Acme,Ann,Offer,Lost,,45600.0,45631.0,Price\n"
    )
    row = new_rows(draft(tmp_path, text, "Deals"))[0]
    assert (row["stage"], row["lost_stage"], row["lost_reason"]) == ("Lost", "Offer", "Price")
    assert (row["created_on"], row["closed_on"]) == (dt.date(2024, 11, 4), dt.date(2024, 12, 5))


def test_a_chinese_export(tmp_path):
    """Units in headers and cells, dates with 年月日, words for choices."""
    text = (
        "商机编号,商机名称,客户名称,负责人,销售阶段,预计金额（万元）,预计成交日期,创建时间\n"
        "SJ-001,水泵,Acme,Ann,Offer,１.５,2026年9月30日,2026/1/5 9:30\n"
    )
    row = new_rows(draft(tmp_path, text, "Deals", book(currency="CNY")))[0]
    assert (row["amount"], row["expected_on"]) == (1500000, dt.date(2026, 9, 30))


def test_chinese_visits(tmp_path):
    text = "拜访日期,拜访人,客户名称,拜访方式,拜访结果,下次跟进时间\n2026年3月5日,Ann,Acme,上门,谈妥,2026.3.12\n"
    row = new_rows(draft(tmp_path, text, "Activities"))[0]
    assert (row["kind"], row["next_on"], row["outcome"]) == ("visit", dt.date(2026, 3, 12), "谈妥")


def test_people_of_a_company_keep_their_own_names(tmp_path):
    """First and last name make the name; the company is the company's."""
    text = (
        "Record ID,First Name,Last Name,Email,Company name\n"
        "1,Eve,Moss,e@x.com,X Ltd\n2,小明,王,w@x.com,X Ltd\n"
    )
    rows = new_rows(draft(tmp_path, text, "Customers"))
    assert [(row["name"], row["company"]) for row in rows] == [
        ("Eve Moss", "X Ltd"),
        ("王小明", "X Ltd"),
    ]


@pytest.mark.skipif(not MAVEN.is_dir(), reason="the practice data is not here")
def test_the_practice_data_comes_in_whole():
    """Four files in the order of the readme; importing them again changes nothing."""
    now = book({"Reps": [], "Customers": []})
    stages = "Prospecting>Engaging>Won|Lost"
    files = {
        "accounts": "Customers",
        "sales_teams": "Reps",
        "products": "Products",
        "sales_pipeline": "Deals",
    }
    for again in (False, True):
        for name, table in files.items():
            options = ImportOptions(table, stages=stages, add_missing=True)
            done = draft_import(MAVEN / f"{name}.csv", options, now)
            assert done.rejected == ()
            assert set(counts(done)) == {"read", "unchanged" if again else "new"}
            now = imported(now, done)
    assert len(now.table("Deals").rows) == 8800
    assert len(now.table("Reps").rows) == 35 + 6


@pytest.mark.parametrize("header", ["closed_at", "Closed date", "close_at"])
def test_a_deal_closed_on_the_day_that_trackers_write(tmp_path, header):
    """Of an open deal it says nothing of a closing day that was."""
    text = f"Deal ID,Rep,Customer,Stage,Amount,{header}\n"
    text += "D1,Ann,Acme,Won,5,2026-03-04\nD2,Ann,Acme,Lead,5,2026-09-04\n"
    won, still_open = new_rows(draft(tmp_path, text, "Deals"))
    assert won["closed_on"].isoformat() == "2026-03-04"
    assert "closed_on" not in still_open


def test_what_chinese_shops_sold_is_a_quantity(tmp_path):
    text = "订单编号,客户,负责人,订单日期,产品,销量,金额\nO1,Acme,Ann,2026-03-04,Cup,3,15\n"
    assert new_rows(draft(tmp_path, text, "Orders"))[0]["quantity"] == 3
