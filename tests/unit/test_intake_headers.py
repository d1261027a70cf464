"""Headers of other systems, of our own in both languages, and of the user's choice."""

from __future__ import annotations

import pytest

from salesbook import labels
from salesbook.errors import AmbiguousFile, ColumnMissing, UsageError
from salesbook.intake.columns.header_meanings import choice_aliases, known_headers
from salesbook.intake.columns.headers import WhatIsBelow, map_headers
from salesbook.tables import TABLES, Role

ALL_THE_SAME = WhatIsBelow(same=lambda left, right: True)
IMPORTED = [name for name, spec in TABLES.items() if spec.role is not Role.OUTPUT]


def mapped(table, headers, **wanted):
    found = map_headers(table, headers, wanted)
    return {
        f"{one.field}@{one.only}".strip("@"): one.header for one in found.columns
    }, found.not_taken


@pytest.mark.parametrize("table", IMPORTED)
@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_our_own_headers_are_all_known(table, language):
    """Every label of every table is taken into its own field, in both languages."""
    spec = TABLES[table]
    taken, left = mapped(table, [labels.header(table, name, language) for name in spec.field_names])
    assert taken == {name: labels.header(table, name, language) for name in spec.field_names}
    assert left == ()


SALESFORCE = "Id,IsDeleted,AccountId,Name,StageName,Amount,Probability,CloseDate,NextStep,OwnerId,CreatedDate"
ZOHO = "Potential Name,Potential Owner,Created Time,Closing Date,Amount,Expected Revenue,Stage,Forecast Type"
HUBSPOT = "Record ID,Deal Name,Deal Stage,Close Date,Deal Owner,Amount,Pipeline,Create Date,Associated Company"
PIPEDRIVE = "Deal - Title,Deal - Value,Organization,Deal - Owner,Deal - Stage,Deal - Status,Deal - Lost reason"
MAVEN = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"
CHINESE = "商机编号,商机名称,客户名称,负责人,销售阶段,预计金额（万元）,预计成交日期,创建时间"
TRADITIONAL = "商機編號,商機名稱,客戶名稱,負責人,銷售階段,預計金額,預計成交日期,創建時間"


@pytest.mark.parametrize(
    "headers", [SALESFORCE, ZOHO, HUBSPOT, PIPEDRIVE, MAVEN, CHINESE, TRADITIONAL]
)
def test_the_usual_systems_say_who_what_where_and_how_much(headers):
    """Rep, stage and amount are found in each export, and the name or the key of the deal."""
    taken, _ = mapped("Deals", headers.split(","))
    assert {"rep_id", "stage", "amount", "customer_id"} <= set(taken) | {"customer_id"}
    assert {"deal_id", "name"} & set(taken)


def test_a_date_may_mean_two_fields():
    """Salesforce's close date is the expected one while the deal is open."""
    taken, left = mapped("Deals", SALESFORCE.split(","))
    assert taken["expected_on@open"] == taken["closed_on@closed"] == "CloseDate"
    assert left == ("Probability",)


def test_our_own_label_goes_before_an_alias():
    taken, left = mapped("Deals", ["Total Amount", "Amount", "Deal name"])
    assert taken == {"amount": "Amount", "name": "Deal name"}
    assert left == ("Total Amount",)


def test_the_users_word_goes_before_all():
    taken, left = mapped("Deals", ["Amount", "TCV", "Deal name"], amount="tcv")
    assert taken["amount"] == "TCV"
    assert left == ("Amount",)
    assert mapped("Deals", ["TCV", "Deal name"], **{"金额": "TCV"})[0]["amount"] == "TCV"


def test_two_equal_headers_need_the_option():
    """`Amount#2` names the second of two."""
    headers = ["Deal name", "Amount", "Amount"]
    with pytest.raises(AmbiguousFile) as refused:
        map_headers("Deals", headers, {})
    assert refused.value.params == {
        "field": "amount",
        "option": "--column",
        "choices": ("Amount#1", "Amount#2"),
    }
    found = map_headers("Deals", headers, {"amount": "Amount#2"})
    assert next(one.column for one in found.columns if one.field == "amount") == 2
    assert map_headers("Deals", headers, {}, below=ALL_THE_SAME).has("amount")


def test_a_wrong_option_is_refused():
    with pytest.raises(UsageError, match="no-such-field"):
        map_headers("Deals", ["Amount"], {"colour": "Amount"})
    with pytest.raises(ColumnMissing, match="header-missing"):
        map_headers("Deals", ["Amount"], {"name": "Nom"})


@pytest.mark.parametrize(
    ("header", "scale", "currency"),
    [
        ("金额（万元）", 10_000, "元"),
        ("Amount (EUR)", 1, "EUR"),
        ("Amount (GEL)", 1, "GEL"),
        ("Amount (all)", 0, ""),
        ("Amount (Top)", 0, ""),
        ("Amount (k)", 1000, ""),
        ("Amount ('000)", 1000, ""),
        ("Amount [$M]", 0, ""),
        ("Amount (net)", 0, ""),
        ("预计金额(元)", 1, "元"),
    ],
)
def test_a_unit_in_the_header_is_taken_or_the_column_is_not(header, scale, currency):
    """Scale 0: not taken, for what the brackets say is not understood."""
    found = [
        one
        for one in map_headers("Deals", [header, "Deal name"], {}).columns
        if one.field == "amount"
    ]
    assert [(one.scale, one.currency) for one in found] == ([(scale, currency)] if scale else [])


@pytest.mark.parametrize("table", IMPORTED)
def test_aliases_name_fields_that_exist(table):
    fields = set(TABLES[table].field_names)
    names = {meaning.field for meanings in known_headers(table).values() for meaning in meanings}
    assert {name for name in names if not name.startswith("_")} <= fields


@pytest.mark.parametrize(
    "owner", ["Deals.category", "Activities.kind", "Orders.status", "Leads.status"]
)
def test_words_for_choices_lead_to_codes(owner):
    table, field = owner.split(".")
    assert set(choice_aliases(owner).values()) <= {*TABLES[table].field(field).choices, ""}
