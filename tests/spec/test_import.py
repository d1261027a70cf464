"""What an import does with the rows of a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from salesbook.errors import UnsafeFile, UsageError
from salesbook.intake.telling.rejects import rejects_text
from salesbook.policy import Policy
from salesbook.tables.settings import Stage
from tests.spec.import_tables import (
    STAGES,
    book,
    counts,
    draft,
    gaps,
    imported,
    new_rows,
    problems,
)

DAY = dt.date


def test_deals_come_in_by_name_of_rep_customer_and_stage(tmp_path):
    """References become keys, names in any case; dates and money are typed."""
    done = draft(
        tmp_path,
        "Deal ID,Deal name,Account Name,Opportunity Owner,Stage,Amount,Created Date\n"
        'D1,Pumps,ACME,ann,offer,"$1,234.50",2026-03-05\n',
        "Deals",
    )
    assert new_rows(done) == [
        {
            "deal_id": "D1",
            "name": "Pumps",
            "customer_id": "C1",
            "rep_id": "R1",
            "stage": "Offer",
            "amount": 123450,
            "created_on": DAY(2026, 3, 5),
        }
    ]


def test_a_close_date_is_expected_while_the_deal_is_open(tmp_path):
    done = draft(
        tmp_path,
        "Deal ID,Rep,Stage,Close Date\nD1,Ann,Lead,2026-09-01\nD2,Ann,Won,2026-06-01\n",
        "Deals",
    )
    first, second = new_rows(done)
    assert (first["expected_on"], "closed_on" in first) == (DAY(2026, 9, 1), False)
    assert (second["closed_on"], "expected_on" in second) == (DAY(2026, 6, 1), False)


def test_an_engage_date_is_when_a_deal_entered_its_last_open_stage(tmp_path):
    """For a closed deal too: since then it was in the stage from which it was closed."""
    text = (
        "opportunity_id,sales_agent,deal_stage,engage_date,close_date\n"
        "D1,Ann,Offer,2026-01-02,\n"
        "D2,Ann,Won,2026-01-02,2026-02-02\n"
    )
    first, second = new_rows(draft(tmp_path, text, "Deals"))
    assert first["created_on"] == first["stage_since"] == second["created_on"] == DAY(2026, 1, 2)
    assert second["stage_since"] == DAY(2026, 1, 2)


def test_a_status_beside_the_stage_closes_the_deal(tmp_path):
    """Pipedrive keeps a lost deal in the stage where it was lost."""
    text = (
        "Deal - Title,Deal - Owner,Deal - Stage,Deal - Status\n"
        "A,Ann,Offer,Lost\n"
        "B,Ann,Lead,Open\n"
        "C,Bo,Lead,Won\n"
    )
    lost, still_open, won = new_rows(draft(tmp_path, text, "Deals"))
    assert (lost["stage"], lost["lost_stage"]) == ("Lost", "Offer")
    assert still_open["stage"] == "Lead"
    assert (won["stage"], "lost_stage" in won) == ("Won", False)


def test_unknown_reps_customers_and_stages_reject_their_rows(tmp_path):
    """Each with its code and, where one is near, the name that may be meant;
    the good row goes in.
    """
    text = (
        "Deal ID,Rep,Customer,Stage\n"
        "D1,Anne,Acme,Lead\n"
        "D2,Ann,Nobody,Lead\n"
        "D3,Ann,Acme,Dreaming\n"
        "D4,Ann,Acme,Lead\n"
    )
    done = draft(tmp_path, text, "Deals")
    assert problems(done) == [
        (2, "rep_id", "unknown-rep"),
        (3, "customer_id", "unknown-customer"),
        (4, "stage", "unknown-stage"),
    ]
    assert done.rejected[0].faults[0][1].params["nearest"] == "Ann"
    assert counts(done) == {"read": 4, "new": 1, "rejected": 3}


def test_unknown_products_and_deals_reject_nothing(tmp_path):
    """Whether they exist is for `validate` to say."""
    done = draft(
        tmp_path,
        "Order,Customer,Rep,Product,Date,Amount,Deal\nO1,Acme,Ann,GTXPro,2026-01-02,5,D9\n",
        "Orders",
    )
    row = new_rows(done)[0]
    assert (row["product"], row["deal_id"]) == ("GTXPro", "D9")


def test_add_missing_adds_reps_and_customers_once(tmp_path):
    """Keys go on from those there are; what looks like another system's key is kept as key."""
    text = "Deal ID,Owner,Customer,Stage\nD1,Cy,New Co,Lead\nD2,Cy,New Co,Lead\nD3,005A0001,Acme,Lead\n"
    done = draft(tmp_path, text, "Deals", add_missing=True)
    assert done.added == {"Customers": 1, "Reps": 2}
    assert new_rows(done, "Reps") == [
        {"rep_id": "R0003", "name": "Cy"},
        {"rep_id": "005A0001", "name": "005A0001"},
    ]
    assert [row["customer_id"] for row in new_rows(done)] == ["C0003", "C0003", "C1"]


def test_nobody_is_added_for_a_rejected_row(tmp_path):
    done = draft(
        tmp_path, "Deal ID,Owner,Stage\nD1,Ann,Lead\nD1,Cy,Lead\n", "Deals", add_missing=True
    )
    assert problems(done) == [(3, "deal_id", "key-repeated")]
    assert done.added == {}


def test_stages_are_added_in_the_order_of_the_option(tmp_path):
    """In a pipeline without deals the option says all stages there are; others make way."""
    text = "Deal ID,Rep,Stage\nD1,Ann,Prospecting\nD2,Ann,Won\n"
    done = draft(tmp_path, text, "Deals", stages="Prospecting>Engaging>Won|Lost", add_missing=True)
    assert [(row["stage"], row["rank"], row["kind"]) for row in new_rows(done, "Stages")] == [
        ("Prospecting", 1, "open"),
        ("Engaging", 2, "open"),
        ("Won", 3, "won"),
        ("Lost", 4, "lost"),
    ]
    assert done.added == {"Stages": 2}


def test_a_pipeline_in_use_keeps_its_stages(tmp_path):
    now = book({"Deals": [{"deal_id": "D0", "rep_id": "R1", "stage": "Offer"}]})
    text = "Deal ID,Rep,Stage\nD1,Ann,Prospecting\n"
    done = draft(tmp_path, text, "Deals", now, stages="Prospecting>Lead>Won|Lost", add_missing=True)
    stages = imported(now, done).table("Stages").rows.values()
    ranks = {row["stage"]: row["rank"] for row in stages}
    assert ranks == {"Prospecting": 1, "Lead": 2, "Offer": 3, "Won": 4, "Lost": 5}


def test_added_stages_hold_nothing_that_nobody_typed(tmp_path):
    """A stage that an import adds needs no field and had no other name; one that stays keeps its."""
    kept = Stage(stage="Offer", rank=1, needs="amount, product", was="Quote, Bid")
    stages = (kept, *STAGES[2:])
    deal = {"deal_id": "D0", "rep_id": "R1", "stage": "Offer"}
    rows = {"Deals": [deal], "Stages": [stage.filled_fields() for stage in stages]}
    now = replace(book(rows), policy=Policy(stages=stages))
    text = "Deal ID,Rep,Stage\nD1,Ann,Prospecting\n"
    done = draft(tmp_path, text, "Deals", now, stages="Prospecting>Won|Lost", add_missing=True)
    after = {row["stage"]: row for row in imported(now, done).table("Stages").rows.values()}
    assert (after["Offer"]["needs"], after["Offer"]["was"]) == ("amount, product", "Quote, Bid")
    assert after["Prospecting"].keys().isdisjoint({"needs", "was"})


def test_without_add_missing_the_option_adds_nothing(tmp_path):
    done = draft(
        tmp_path, "Deal ID,Rep,Stage\nD1,Ann,Prospecting\n", "Deals", stages="Prospecting>Won|Lost"
    )
    assert problems(done) == [(2, "stage", "unknown-stage")]


@pytest.mark.parametrize(
    "text", [">", "A", "A>B", "A>Won|", "A>>Won|Lost", "A>a>Won|Lost", "Won|Lost"]
)
def test_an_order_of_stages_that_makes_no_sense_is_refused(tmp_path, text):
    with pytest.raises(UsageError, match="bad-stages"):
        draft(tmp_path, "Deal ID,Stage\nD1,Lead\n", "Deals", stages=text, add_missing=True)


def test_importing_again_updates_by_key_and_blanks_nothing(tmp_path):
    """The second file changes what it says, leaves what it leaves empty, and repeats the rest."""
    now = book()
    first = draft(
        tmp_path,
        "Deal ID,Rep,Stage,Amount,Next step\nD1,Ann,Lead,5,call\nD2,Bo,Lead,6,visit\n",
        "Deals",
        now,
    )
    after = imported(now, first)
    second = draft(
        tmp_path,
        "Deal ID,Rep,Stage,Amount,Next step\nD1,Ann,Offer,,\nD2,Bo,Lead,6,\n",
        "Deals",
        after,
    )
    assert counts(second) == {"read": 2, "updated": 1, "unchanged": 1}
    assert [dict(change.changes) for change in second.changes] == [{0: {"stage": "Offer"}}]


def test_customers_without_keys_are_known_by_mail_phone_or_name_and_company(tmp_path):
    text = "Name,Company,Email,Phone\nAcme Inc,,A@ACME.COM,\nH,,,0015550102030\nHill,Hill Ltd,,\nHill,Other,,\n"
    done = draft(tmp_path, text, "Customers")
    assert counts(done) == {"read": 4, "updated": 1, "unchanged": 1, "new": 2}
    assert [row["name"] for row in new_rows(done)] == ["H", "Hill"]
    assert [(alike.row.number, alike.key) for alike in done.alike_rows] == [(3, ("C2",))]


def test_a_name_with_another_mail_is_another_customer(tmp_path):
    """Suggest, never merge: the look-alike is for `validate` to name."""
    done = draft(tmp_path, "Name,Email\nAcme,b@acme.com\n", "Customers")
    assert counts(done) == {"read": 1, "new": 1}


@pytest.mark.parametrize(
    ("known", "imported_phone"),
    [
        ("+49 30 1234567", "030 1234567"),
        ("030 1234567", "0043 (0)30 1234567"),
        ("+1 555 010 2030", "15550102030"),
        ("+86 10 6552 9988 转 801", "(010) 65529988 转 801"),
        ("030 1234567; 0171 2223334", "0171 2223334 / +49 30 1234567"),
    ],
)
def test_a_phone_is_the_same_however_it_is_typed(tmp_path, known, imported_phone):
    now = book({"Customers": [{"customer_id": "C1", "name": "Acme", "phone": known}]})
    done = draft(tmp_path, f"Name,Phone\nAcme Inc,{imported_phone}\n", "Customers", now)
    assert counts(done) == {"read": 1, "updated": 1}


@pytest.mark.parametrize(
    ("known", "imported_phone"),
    [
        ("+49 30 1234567", "+44 30 1234567"),
        ("010-65529988 转 801", "010-65529988 转 802"),
        ("010-65529988", "010-65529988 转 802"),
        ("030 1234567; 0171 2223334", "030 1234567; 0172 5556667"),
        ("030 1234567; 0171 2223334", "030 1234567"),
        ("0000000", "0000000"),
    ],
)
def test_a_shared_switchboard_does_not_make_two_people_one(tmp_path, known, imported_phone):
    now = book({"Customers": [{"customer_id": "C1", "name": "Ann", "phone": known}]})
    text = f"Name,Phone\nBo,{imported_phone}\nCy,\n"
    assert counts(draft(tmp_path, text, "Customers", now)) == {"read": 2, "new": 2}


def test_of_one_name_an_extension_or_a_further_number_is_no_other_customer(tmp_path):
    now = book({"Customers": [{"customer_id": "C1", "name": "Ann", "phone": "010-65529988"}]})
    for phone in ("+86 10 65529988 转 802", "010-65529988；138 1234 5678"):
        done = draft(tmp_path, f"Name,Phone\nAnn,{phone}\n", "Customers", now)
        assert counts(done) == {"read": 1, "updated": 1}


def test_rows_that_differ_are_no_repeats_whatever_they_share(tmp_path):
    """Neither one phone nor one name makes one row of two: the file has two, so there are two."""
    text = "Name,Phone\nDora,030 1234567\nDora GmbH,+49 30 1234567\n"
    now = book()
    done = draft(tmp_path, text, "Customers", now)
    assert counts(done) == {"read": 2, "new": 2}
    again = draft(tmp_path, text, "Customers", imported(now, done))
    assert counts(again) == {"read": 2, "unchanged": 2}


def test_a_number_of_two_countries_customers_is_for_a_person_to_decide(tmp_path):
    rows = [
        {"customer_id": "C1", "name": "Ann", "phone": "+49 30 1234567"},
        {"customer_id": "C2", "name": "Ann", "phone": "+44 30 1234567"},
    ]
    done = draft(tmp_path, "Name,Phone\nANN,030 1234567\n", "Customers", book({"Customers": rows}))
    assert problems(done) == [(2, "customer_id", "natural-key-ambiguous")]


def test_a_mail_address_is_the_same_with_a_name_around_it(tmp_path):
    done = draft(tmp_path, "Name,Email\nAcme Inc,Ann Lee <A@Acme.com>\n", "Customers")
    assert counts(done) == {"read": 1, "updated": 1}


def test_reps_refer_to_managers_of_the_same_file(tmp_path):
    """The manager's row may come later; a manager who is nowhere stays as written or is added."""
    text = "Name,Manager,Team\nCy,Di,North\nDi,,North\nEd,Flo,South\n"
    done = draft(tmp_path, text, "Reps")
    assert problems(done) == []
    assert [row.get("manager_id") for row in new_rows(done)] == ["R0004", None, "Flo"]
    added = draft(tmp_path, text, "Reps", add_missing=True)
    assert new_rows(added)[-1] == {"rep_id": "R0006", "name": "Flo", "role": "manager"}


def test_who_refers_to_a_rejected_row_is_rejected_too(tmp_path):
    """Di's manager may be either of two: her row waits, and so does that of who reports to her."""
    twins = [{"rep_id": "R8", "name": "Flo"}, {"rep_id": "R9", "name": "Flo"}]
    done = draft(tmp_path, "Name,Manager\nCy,Di\nDi,Flo\n", "Reps", book({"Reps": twins}))
    assert problems(done) == [
        (2, "manager_id", "refers-to-rejected"),
        (3, "manager_id", "name-not-unique"),
    ]


def test_activities_without_keys_are_known_by_their_content(tmp_path):
    """The same file twice adds nothing; a next step typed meanwhile changes nothing."""
    now = book()
    text = (
        "Date,Rep,Customer,Type,Notes,Next step\n"
        "2026-01-02,Ann,Acme,Call,hello,\n"
        "2026-01-03,Ann,Acme,Meeting,hi,\n"
    )
    after = imported(now, draft(tmp_path, text, "Activities", now))
    assert [row["kind"] for row in after.table("Activities").rows.values()] == ["phone", "visit"]
    after.table("Activities").frame.loc[0, "next_step"] = "send offer"
    assert counts(draft(tmp_path, text, "Activities", after)) == {"read": 2, "unchanged": 2}


def test_lines_of_an_order_are_numbered_by_their_place(tmp_path):
    text = (
        "订单 Id,客户名称,销售员,订单日期,产品名称,销售额\n"
        "O1,Acme,Ann,2026/1/2,A,10\nO1,Acme,Ann,2026/1/2,B,20\nO2,Acme,Ann,2026/1/3,A,5\n"
    )
    now = book()
    done = draft(tmp_path, text, "Orders", now)
    assert [(row["order_id"], row["line_no"]) for row in new_rows(done)] == [
        ("O1", 1),
        ("O1", 2),
        ("O2", 1),
    ]
    assert counts(draft(tmp_path, text, "Orders", imported(now, done))) == {
        "read": 3,
        "unchanged": 3,
    }


def test_rows_with_new_keys_that_look_like_rows_there_are_counted(tmp_path):
    """As after a first import whose file had its keys under a header that nobody knew."""
    text = "Customer ID,Name,Email\nK1,Anna,A@acme.com\nK2,New,n@new.com\nC2,Hill,h@hill.com\n"
    done = draft(tmp_path, text, "Customers")
    assert counts(done) == {"read": 3, "new": 2, "updated": 1}
    assert done.look_alikes == 1
    assert draft(tmp_path, text, "Customers", imported(book(), done)).look_alikes == 0


def test_an_order_comes_in_with_all_its_lines_or_none(tmp_path):
    """Lines that have their place as number: a mended one, imported alone, would replace line 1."""
    text = "Order,Customer,Rep,Date,Amount\n{}O2,Acme,Ann,2026-01-03,5\n"
    lines = "O1,Acme,Ann,2026-01-02,10\nO1,Acme,Ann,2026-01-02,{}\nO1,Acme,Ann,2026-01-02,30\n"
    now = book()
    done = draft(tmp_path, text.format(lines.format("2O")), "Orders", now)
    assert problems(done) == [
        (2, "order_id", "order-incomplete"),
        (3, "Amount", "number-letters"),
        (4, "order_id", "order-incomplete"),
    ]
    header, *_ = text.split("\n")
    again = draft(tmp_path, f"{header}\n{lines.format('20')}", "Orders", imported(now, done))
    assert [(row["line_no"], row["amount"]) for row in new_rows(again)] == [
        (1, 1000),
        (2, 2000),
        (3, 3000),
    ]


def test_an_order_is_not_whole_without_a_line_that_has_too_many_cells(tmp_path):
    text = "Order,Customer,Rep,Date,Amount\nO1,Acme,Ann,2026-01-02,1,2\nO1,Acme,Ann,2026-01-02,3\n"
    assert [code for _, _, code in problems(draft(tmp_path, text, "Orders"))] == [
        "row-too-long",
        "order-incomplete",
    ]


def test_a_row_equal_to_an_earlier_one_is_the_same_row(tmp_path):
    """Full width and spaces at the ends do not make two rows of one."""
    text = "Deal ID,Rep,Stage,Amount\nD1,Ann,Lead,5\nD1,Ann,Lead,５ \nD1,Ann,Lead,6\n"
    done = draft(tmp_path, text, "Deals")
    assert counts(done) == {"read": 3, "new": 1, "unchanged": 1, "rejected": 1}
    assert done.repeated == 1
    assert done.totals.accepted == 5
    dropped = draft(tmp_path, text, "Deals", drop_equal=True)
    assert counts(dropped) == {"read": 3, "new": 1, "duplicates": 1, "rejected": 1}
    assert problems(done) == [(4, "deal_id", "key-repeated")]


def test_a_cell_that_decides_money_rejects_its_row_when_it_cannot_be_read(tmp_path):
    """The other cell of the row that cannot be read is told with it, to be mended at once."""
    text = 'Deal ID,Rep,Stage,Amount,Created on\nD1,Ann,Lead,"12,5OO",2026-02-30\nD2,Ann,Lead,5,2026-02-28\n'
    done = draft(tmp_path, text, "Deals")
    assert problems(done) == [(2, "Amount", "number-letters")]
    told = rejects_text(done, lambda reason: reason.code).splitlines()[1]
    assert told.startswith("2,Amount; Created on,number-letters date-impossible,,,D1")


def test_a_new_row_that_no_verb_could_use_is_rejected(tmp_path):
    """A deal without owner or stage would be left out by every verb, and its money with it."""
    done = draft(
        tmp_path,
        "Deal ID,Deal name,Rep,Stage,Amount\nD1,,Ann,,5\n,,Ann,Lead,6\nD2,,,Lead,7\n",
        "Deals",
    )
    assert problems(done) == [
        (2, "stage", "missing-required"),
        (3, "deal_id", "no-natural-key"),
        (4, "rep_id", "missing-required"),
    ]
    assert done.totals
    assert (done.totals.accepted, done.totals.rejected) == (Decimal(0), Decimal(18))


@pytest.mark.parametrize("amount", ["", "N/A", "-"])
def test_an_order_without_amount_is_rejected(tmp_path, amount):
    text = f"Order,Customer,Rep,Date,Amount\nO1,Acme,Ann,2026-01-02,{amount}\nO2,Acme,Ann,2026-01-02,5\n"
    assert problems(draft(tmp_path, text, "Orders")) == [(2, "amount", "missing-required")]


def test_a_row_that_is_there_needs_only_what_changes(tmp_path):
    """What the file leaves out stays as it is in the table."""
    now = book({"Deals": [{"deal_id": "D1", "rep_id": "R1", "stage": "Lead"}]})
    done = draft(tmp_path, "Deal ID,Amount\nD1,5\n", "Deals", now)
    assert counts(done) == {"read": 1, "updated": 1}


def test_a_key_or_required_value_out_of_its_range_rejects_its_row(tmp_path):
    """Such a row would be left out; line 0 would even become line 1."""
    text = "Order,Line,Customer,Rep,Date,Amount\nO1,0,Acme,Ann,2026-01-02,5\nO1,1,Acme,Ann,2026-01-02,5\n"
    assert problems(draft(tmp_path, text, "Orders")) == [(2, "line_no", "below-minimum")]


@pytest.mark.parametrize(
    "last",
    [
        "Summe,,,,6.00",
        ",,,Gesamt:,6",
        "Total général,,,,6",
        "Итого,,,,6",
        "合計,,,,6",
        "Totaal 2026,,,,9",
        ",,,,6",
    ],
)
def test_a_totals_row_is_no_order_in_any_language(tmp_path, last):
    """By its word, or by its number being the sum of the rows above."""
    rows = "".join(f"O{n},Acme,Ann,2026-01-02,{n}\n" for n in (1, 2, 3))
    done = draft(tmp_path, f"Order,Customer,Rep,Date,Amount\n{rows}{last}\n", "Orders")
    assert [code for _, _, code in problems(done)] == ["totals-row"]
    assert done.totals
    assert done.totals.accepted == 6


def test_a_sum_under_a_word_that_nobody_knows_is_no_customer(tmp_path):
    text = "Name,Email,City,Budget\nA,a@x.com,Rom,1\nB,b@x.com,Rom,2\nC,c@x.com,Rom,3\n{}\n"
    done = draft(tmp_path, text.format("Yhteensä,,,6"), "Customers")
    assert problems(done) == [(5, "", "totals-row")]
    for customer in ("Yhteensä,,,7", "Total Energies,,,7", "D,d@x.com,,6"):
        assert problems(draft(tmp_path, text.format(customer), "Customers")) == []


def test_amounts_are_conserved(tmp_path):
    """Read = accepted + rejected + duplicates, in money as in rows."""
    text = "Deal ID,Rep,Stage,Amount\nD1,Ann,Lead,10.50\nD1,Ann,Lead,10.50\nD2,Zed,Lead,3\nD3,Bo,Lead,1\n"
    done = draft(tmp_path, text, "Deals")
    assert done.totals
    assert (done.totals.read, done.totals.accepted) == (Decimal("25.00"), Decimal("11.50"))
    assert (done.totals.rejected, done.totals.duplicates) == (Decimal("3.00"), Decimal("10.50"))


def test_replace_leaves_only_the_files_rows_under_their_old_keys(tmp_path):
    now = book()
    done = draft(
        tmp_path, "Name,Email\nAcme,a@acme.com\nNew,n@new.com\n", "Customers", now, replace=True
    )
    after = imported(now, done).table("Customers").rows.values()
    assert [(row["customer_id"], row["name"]) for row in after] == [
        ("C1", "Acme"),
        ("C0003", "New"),
    ]


def test_money_of_another_currency_without_a_rate_is_rejected(tmp_path):
    """By the sign in the cell, the header, or a column of its own."""
    text = (
        "Deal ID,Rep,Stage,Amount,CurrencyIsoCode\n"
        "D1,Ann,Lead,€5,\nD2,Ann,Lead,5,EUR\nD3,Ann,Lead,$5,USD\nD4,Ann,Lead,,EUR\n"
    )
    done = draft(tmp_path, text, "Deals")
    assert [line for line, _, code in problems(done) if code == "no-exchange-rate"] == [2, 3]
    by_header = draft(
        tmp_path, "Deal ID,Rep,Stage,Amount (EUR)\nD1,Ann,Lead,5\nD2,Ann,Lead,\n", "Deals"
    )
    assert problems(by_header) == [(2, "amount", "no-exchange-rate")]


def test_a_unit_in_the_header_counts(tmp_path):
    done = draft(tmp_path, "Deal ID,Rep,Stage,Amount (k)\nD1,Ann,Lead,1.5\n", "Deals")
    assert new_rows(done)[0]["amount"] == 150000


def test_rows_that_the_other_system_deleted_are_rejected(tmp_path):
    done = draft(tmp_path, "Id,IsDeleted,StageName,Rep\nD1,1,Lead,Ann\nD2,0,Lead,Ann\n", "Deals")
    assert problems(done) == [(2, "", "row-deleted")]


def test_columns_share_the_decimal_sign_that_one_of_them_proves(tmp_path):
    """Where amounts prove the comma, a single `1,5` beside them is no puzzle, and `1,234` is no
    1234.
    """
    text = (
        "Order;Customer;Rep;Date;Amount;Quantity\n"
        "O1;Acme;Ann;2026-01-02;{};1,5\nO2;Acme;Ann;2026-01-02;7;1,234\n"
    )
    read = new_rows(draft(tmp_path, text.format("1.234,50"), "Orders"))
    assert [(row["amount"], row["quantity"]) for row in read] == [(123450, 1.5), (700, 1.234)]
    left_open = draft(tmp_path, text.format("3"), "Orders")
    assert gaps(left_open) == [(2, "quantity", "number-ambiguous")]


def test_a_columns_own_decimal_sign_goes_before_the_files(tmp_path):
    """Two columns that differ decide nothing for a third, and each is read its own way."""
    text = (
        "Order;Customer;Rep;Date;Amount;Quantity;Partner share\n"
        "O1;Acme;Ann;2026-01-02;1.234,50;1.5;1.234\nO2;Acme;Ann;2026-01-02;7,05;2.25;\n"
    )
    done = draft(tmp_path, text, "Orders")
    assert problems(done) == [(2, "Partner share", "number-ambiguous")]
    assert [(row["amount"], row["quantity"]) for row in new_rows(done)] == [(705, 2.25)]


def test_the_column_decides_the_order_of_dates_or_the_option_does(tmp_path):
    text = "Deal ID,Rep,Stage,Created on\nD1,Ann,Lead,03/04/2026\nD2,Ann,Lead,{}\n"
    by_column = draft(tmp_path, text.format("25/04/2026"), "Deals")
    assert new_rows(by_column)[0]["created_on"] == DAY(2026, 4, 3)
    left_open = draft(tmp_path, text.format("04/05/2026"), "Deals")
    assert [code for _, _, code in problems(left_open)] == ["date-ambiguous", "date-ambiguous"]
    by_option = draft(tmp_path, text.format("04/05/2026"), "Deals", date_order="mdy")
    assert new_rows(by_option)[0]["created_on"] == DAY(2026, 3, 4)


def test_targets_take_money_or_counts_by_their_metric(tmp_path):
    text = (
        "Fiscal year,Scope kind,Scope,Metric,Target\n"
        "2026,company,,revenue,1000.5\n"
        "2026,rep,R1,orders,12\n"
        "2026,rep,R2,orders,1.5\n"
    )
    done = draft(tmp_path, text, "Targets")
    assert [row["target"] for row in new_rows(done)] == [100050, 12]
    assert problems(done) == [(4, "target", "number-not-whole")]


def test_only_tables_that_people_type_take_imports(tmp_path):
    with pytest.raises(UsageError, match="output-table"):
        draft(tmp_path, "Score\n5\n", "Scorecard")


def test_a_text_that_no_cell_holds_leaves_its_field_blank(tmp_path):
    """As Excel counts: 20,000 emoji are 40,000 characters."""
    emoji = "\U0001f600" * 20_000
    text = f"Name,Company\nAnn,{emoji}\nBo,Acme\n"
    done = draft(tmp_path, text, "Customers")
    assert gaps(done) == [(2, "company", "text-too-long")]
    assert done.with_gaps[0].gaps[0][2].params == {"length": 40_000, "most": 32_767}
    assert counts(done) == {"read": 2, "new": 2}


def test_a_file_that_no_sheet_can_hold_is_refused_before_its_cells_are_read(tmp_path, monkeypatch):
    """At once, and not after a minute's work."""
    monkeypatch.setattr("salesbook.intake.usable.MOST_ROWS", 3)
    monkeypatch.setattr("salesbook.intake.draft.read_rows", None)
    with pytest.raises(UnsafeFile) as refused:
        draft(tmp_path, "Name\n" + "A\n" * 4, "Customers")
    assert (refused.value.code, refused.value.params["rows"]) == ("file-too-long", 4)


def test_a_file_of_which_only_the_keys_are_understood_is_refused(tmp_path):
    """The rows are there already: taking them as unchanged would lose what the file says of them."""
    now = book()
    done = draft(tmp_path, "Customer No,Potenzial\nC1,5\nC2,6\n", "Customers", now)
    assert (done.unchanged, len(done.rejected), done.no_column) == (0, 2, ("name",))
    assert done.changes == ()


@pytest.mark.parametrize(
    ("into", "header", "field"),
    [
        ("Targets", "年度目标(万元)", "target"),
        ("Targets", "全年目标(万元)", "target"),
        ("Targets", "Annual target", "target"),
        ("Customers", "所在省份", "region"),
        ("Customers", "年采购预算(万元)", "budget"),
        ("Reps", "直属领导", "manager_id"),
        ("Reps", "级别", "level"),
    ],
)
def test_ordinary_headers_of_other_lists_are_known(tmp_path, into, header, field):
    key = {"Targets": "Year", "Customers": "Customer No", "Reps": "Employee ID"}[into]
    done = draft(tmp_path, f"{key},{header}\n1,2\n", into)
    assert done.header_map.field_of(header) == field
