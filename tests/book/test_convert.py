"""A lead becomes a customer and a deal: on the command line, by the button, and back again."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesbook import macros
from salesbook.actions import ACTIONS
from salesbook.book.files import new_file
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.cli.app import run
from salesbook.domain.outcome import Outcome
from salesbook.errors import SettingsError, UndoLosesTyping, UsageError
from salesbook.hosts.excel import ExcelHost
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language, sentence
from salesbook.labels.errors import error_message
from salesbook.macros import press
from salesbook.store import TableWrite, column_letters
from salesbook.tables import TABLES
from tests.book.drawn import Drawn, book, table, undo_last
from tests.drawn_tables import frames_of
from tests.engines.fake_excel import open_fake
from tests.pipeline_book import AS_OF, deal, draw, policy

Row = dict[str, Any]
REPS: list[Row] = [
    {"rep_id": "ann", "name": "Ann", "manager_id": "max"},
    {"rep_id": "bo", "name": "Bo"},
    {"rep_id": "gone", "name": "Gil", "manager_id": "max", "left_on": dt.date(2026, 5, 1)},
    {"rep_id": "max", "name": "Max"},
]


def lead(lead_id: str, name: str, **fields: Any) -> Row:
    received = {"received_at": dt.datetime(2026, 6, 1, 9)}
    return {"lead_id": lead_id, "name": name, "rep_id": "ann", "status": "new"} | received | fields


def converted(*asked: str, as_of: dt.date = AS_OF, **tables: Any) -> Outcome:
    settings = tables.pop("settings", policy())
    frames = frames_of({"Reps": REPS, **tables}, ACTIONS["convert"].reads)
    task = replace(draw(as_of=as_of, settings=settings), tables=frames, leads=asked)
    return ACTIONS["convert"].run(task)


def said(outcome: Outcome) -> list[str]:
    return [message.code.removeprefix("convert.") for message in outcome.answer]


def test_a_lead_becomes_a_customer_and_a_deal_in_the_first_stage() -> None:
    found = lead("L1", "Kim Vale", company="Acme", email="kim@acme.test", source="web")
    outcome = converted("L1", Leads=[found])
    (customer,) = outcome.patches["Customers"].new_rows.to_dict("records")
    names = ("customer_id", "name", "company", "email", "source", "owner_id")
    made = ["C0001", "Kim Vale", "Acme", "kim@acme.test", "web", "ann"]
    assert [customer[name] for name in names] == made
    (new,) = outcome.patches["Deals"].new_rows.to_dict("records")
    fields = ("deal_id", "name", "customer_id", "rep_id", "source", "pipeline", "stage")
    began = ["D0001", "Kim Vale", "C0001", "ann", "web", "main", "Lead"]
    assert [new[name] for name in fields] == began
    assert (new["created_on"], new["stage_since"]) == (pd.Timestamp(AS_OF),) * 2
    assert pd.isna(new["amount"])
    # The lead names both, so that everything can be traced from it.
    assert outcome.patches["Leads"].cells == {
        0: {"customer_id": "C0001", "deal_id": "D0001", "status": "converted"}
    }
    assert said(outcome) == ["new"]


CUSTOMERS = [
    {"customer_id": "C7", "name": "Kim Vale", "company": "Acme", "email": "kim@acme.test"},
    {"customer_id": "C8", "name": "Bea Holm", "phone": "+1 202 555 0143", "owner_id": "bo"},
]


@pytest.mark.parametrize(
    ("who", "customer"),
    [
        ({"name": "K. Vale", "email": "KIM@acme.test"}, None),
        ({"name": "Kim Vale", "email": "KIM@acme.test"}, "C7"),
        ({"name": "Vale, Kim", "email": "kim@acme.test"}, "C7"),
        ({"name": "Bea Holm", "phone": "1 202 5550143"}, "C8"),
        ({"name": "kim vale", "company": "ACME"}, "C7"),
        ({"name": "Kim Vale", "company": "Other"}, None),
        ({"name": "Kim Vale", "company": "Acme", "email": "other@acme.test"}, None),
    ],
)
def test_a_customer_is_known_again_as_an_import_knows_one(who: Row, customer: str | None) -> None:
    outcome = converted("L1", Leads=[lead("L1", **who)], Customers=CUSTOMERS)
    new_customers = outcome.patches["Customers"].new_rows
    (made,) = outcome.converted
    assert made.is_new_customer == (customer is None) == (len(new_customers) == 1)
    assert made.customer_id == (
        customer or "C0009" if customer else new_customers["customer_id"][0]
    )


def test_a_lead_that_names_its_customer_is_asked_nothing_more() -> None:
    named = lead("L1", "Somebody else", customer_id="C8")
    assert converted("L1", Leads=[named], Customers=CUSTOMERS).converted[0].customer_id == "C8"


def test_two_leads_of_one_run_may_be_one_customer() -> None:
    """Whichever is named first: the one that came in first makes the customer."""
    leads = [
        lead("L2", "Kim Vale", email="kim@acme.test", received_at=dt.datetime(2026, 6, 2)),
        lead("L1", "Kim Vale", email="kim@acme.test"),
    ]
    for asked in (("L1", "L2"), ("L2", "L1")):
        outcome = converted(*asked, Leads=leads)
        assert [made.lead_id for made in outcome.converted] == ["L1", "L2"]
        assert [made.customer_id for made in outcome.converted] == ["C0001", "C0001"]
        assert [made.is_new_customer for made in outcome.converted] == [True, False]
        assert len(outcome.patches["Customers"].new_rows) == 1


def test_what_may_be_several_customers_is_left_for_a_person_to_decide() -> None:
    twins = [{"customer_id": key, "name": "Kim Vale"} for key in ("C1", "C2")]
    outcome = converted("L1", Leads=[lead("L1", "Kim Vale")], Customers=twins)
    assert (said(outcome), outcome.patches) == (["several"], {})
    assert outcome.left_leads == (("L1", "convert.several"),)
    # The advice cures it.
    named = lead("L1", "Kim Vale", customer_id="C2")
    assert converted("L1", Leads=[named], Customers=twins).converted[0].customer_id == "C2"


def test_a_lead_is_a_deal_only_once() -> None:
    done = lead("L1", "Kim", deal_id="d", status="converted")
    outcome = converted("L1", Leads=[done], Deals=[deal("d", "Offer")])
    assert (said(outcome), outcome.patches) == (["already"], {})


def test_a_rejected_lead_stays_one_and_a_converted_one_without_deal_gets_it() -> None:
    leads = [lead("L1", "Kim", status="rejected"), lead("L2", "Bea", status="converted")]
    outcome = converted("L1", "L2", Leads=leads)
    assert said(outcome) == ["rejected", "new"]
    assert [made.lead_id for made in outcome.converted] == ["L2"]


@pytest.mark.parametrize(
    ("typed", "customer", "rep"),
    [("ann", "C7", "ann"), (None, "C8", "bo"), ("gone", "C8", "max"), (None, "C7", None)],
)
def test_the_deal_is_the_leads_reps_else_the_owners_and_of_who_left_the_managers(
    typed: str | None, customer: str, rep: str | None
) -> None:
    found = lead("L1", "Kim", rep_id=typed, customer_id=customer)
    outcome = converted("L1", Leads=[found], Customers=CUSTOMERS)
    assert [made.rep_id for made in outcome.converted] == ([rep] if rep else [])
    if rep is None:
        assert said(outcome) == ["no-rep"]


def test_look_alikes_and_open_deals_of_the_customer_are_told() -> None:
    leads = [lead("L1", "Acme Ltd"), lead("L2", "Bea Holm", customer_id="C8")]
    alike = [*CUSTOMERS, {"customer_id": "C9", "name": "ACME"}]
    deals = [deal("d1", "Offer", customer_id="C8"), deal("d2", "Won", customer_id="C8")]
    outcome = converted("L1", "L2", Leads=leads, Customers=alike, Deals=deals)
    first, second = outcome.answer
    assert [part.code for part in first.more] == ["convert.alike"]
    assert first.more[0].params["customers"] == ("C7", "C9")
    assert [(part.code, part.params["deals"]) for part in second.more] == [
        ("convert.has-deals", ("d1",))
    ]
    for language in LANGUAGES:
        assert all("{" not in sentence(message, language) for message in outcome.answer)


def test_leads_are_found_by_key_or_by_a_name_that_only_one_has() -> None:
    leads = [lead("L1", "Kim"), lead("L2", "Bea"), lead("L3", "Bea")]
    assert converted("kim", Leads=leads).converted[0].lead_id == "L1"
    for asked, code in ((("Bea",), "ambiguous-name"), (("L9",), "no-such-lead")):
        with pytest.raises(UsageError) as refusal:
            converted(*asked, Leads=leads)
        assert refusal.value.code == code
    with pytest.raises(UsageError):
        converted(Leads=leads)


def test_one_lead_that_is_not_there_leaves_all_as_they_are() -> None:
    with pytest.raises(UsageError):
        converted("L1", "L9", Leads=[lead("L1", "Kim")])


def test_without_an_open_stage_a_deal_has_no_place_to_begin() -> None:
    with pytest.raises(SettingsError) as refusal:
        converted("L1", Leads=[lead("L1", "Kim")], settings=policy(stages=()))
    assert refusal.value.exit_code == 15


def lead_cells_kept(outcome: Outcome) -> bool:
    """Whether nothing was written: neither a row nor a cell."""
    return outcome.patches == {} and outcome.converted == ()


@pytest.mark.parametrize("name", ["customer_id", "deal_id"])
def test_what_was_typed_is_not_replaced_where_it_names_nothing(name: str) -> None:
    """A customer C999 that is not there stays, as an unknown rep does; so does a deal."""
    known = {"Customers": CUSTOMERS, "Deals": [deal("d", "Offer")]}
    outcome = converted("L1", Leads=[lead("L1", "Kim Vale", **{name: "X999"})], **known)
    table = name.removesuffix("_id")
    assert (said(outcome), lead_cells_kept(outcome)) == ([f"{table}-missing"], True)


def test_a_row_that_begins_later_is_named_and_not_replaced() -> None:
    """A run as of an earlier day sees neither; it makes no second customer and no second deal."""
    later = AS_OF + dt.timedelta(days=3)
    customers = [*CUSTOMERS, {"customer_id": "C9", "name": "New", "created_on": later}]
    deals = [deal("d", "Offer", created_on=later)]
    leads = [lead("L1", "Kim", customer_id="C9"), lead("L2", "Bea", deal_id="d")]
    outcome = converted("L1", "L2", Leads=leads, Customers=customers, Deals=deals)
    assert (said(outcome), lead_cells_kept(outcome)) == (["customer-later", "deal-later"], True)


def test_a_rejected_lead_of_a_deal_is_that_deal() -> None:
    done = lead("L1", "Kim", deal_id="d", status="rejected")
    outcome = converted("L1", Leads=[done], Deals=[deal("d", "Offer")])
    assert (said(outcome), lead_cells_kept(outcome)) == (["already-rejected"], True)


def test_refusals_come_before_what_was_converted() -> None:
    leads = [lead(f"L{number}", f"Kim {number}") for number in range(12)]
    leads.append(lead("L99", "Rex", status="rejected"))
    outcome = converted(*(row["lead_id"] for row in leads), Leads=leads)
    assert said(outcome)[:2] == ["rejected", "new"]


def test_a_lead_of_later_is_called_so() -> None:
    late = lead("L1", "Kim", received_at=dt.datetime.combine(AS_OF, dt.time(9)) + dt.timedelta(3))
    for typed in ("L1", "kim"):
        with pytest.raises(UsageError) as refusal:
            converted(typed, Leads=[late, lead("L2", "Bea")])
        assert refusal.value.code == "lead-comes-later"


# --- in a workbook --------------------------------------------------------------------------------

DAY = dt.date(2026, 6, 12)


def drawn(language: Language = "en") -> Any:
    rows: Drawn = {
        "lead_id": ["L001", "L002", "L003"],
        "name": ["Kim", "Bea", "Zoe"],
        "received_at": [dt.datetime(2026, 6, day, 9) for day in (1, 2, 3)],
        "rep_id": ["R1", "Ann", "R1"],
    }
    reps: Drawn = {"rep_id": ["R1"], "name": ["Ann"]}
    return book(
        table("Leads", rows, language=language),
        table("Reps", reps, language=language),
        language=language,
    )


def test_new_keys_go_on_from_those_that_stand_even_in_rows_that_cannot_be_used() -> None:
    """A customer without a name is left out by every verb, and keeps its key."""
    host = drawn()
    host.write([])
    standing = table("Customers", {"customer_id": ["C041", "C042"], "name": ["Old", None]})
    host = book(
        standing,
        *(host.read(code) for code in ("Leads", "Reps")),
    )
    report = run_action(host, "convert", Options(DAY, leads=("L001",)))
    assert report.converted[0].customer_id == "C043"


def test_the_funnel_counts_a_converted_lead_and_its_deal() -> None:
    host = drawn()
    run_action(host, "convert", Options(DAY, leads=("L001", "L002")))
    run_action(host, "funnel", Options(DAY))
    (everything,) = Session(host).frame("LeadSources").query("source == 'all'").to_dict("records")
    assert (everything["leads"], everything["converted"]) == (3, 2)
    assert Session(host).frame("LeadsDue")["lead_id"].tolist() == ["L003"]
    # Saying it again changes nothing.
    again = run_action(host, "convert", Options(DAY, leads=("L001",)))
    assert [message.code for message in again.answer] == ["convert.already"]
    assert len(Session(host).frame("Deals")) == 2


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("convert") / "book.xlsm"
    new_file(path, "en", sample_as_of=DAY)
    return path


def frames(path: Path) -> dict[str, pd.DataFrame]:
    with open_package(path, for_writing=False) as package:
        session = Session(package)
        return {name: session.frame(name) for name in ("Leads", "Customers", "Deals")}


def open_leads(path: Path) -> list[str]:
    leads = frames(path)["Leads"]
    return [str(key) for key in leads[leads["status"] == "new"]["lead_id"]]


def asked(path: Path, keys: Sequence[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    options = [part for key in keys for part in ("--lead", key)]
    command = ["convert", str(path), *options, "--as-of", DAY.isoformat(), "--json"]
    exit_code = run(command)
    return {"exit": exit_code, **json.loads(capsys.readouterr().out)}


def test_the_command_converts_in_one_write_and_undo_takes_it_back(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    before, keys = frames(path), open_leads(path)[:2]
    document = asked(path, keys, capsys)
    assert document["exit"] == 0
    assert {made["lead_id"] for made in document["converted"]} == set(keys)
    assert document["left"] == []

    after = frames(path)
    assert len(after["Deals"]) == len(before["Deals"]) + 2
    leads = after["Leads"].set_index("lead_id").loc[keys]
    assert set(leads["deal_id"]) == {made["deal_id"] for made in document["converted"]}
    assert set(leads["status"]) == {"converted"}
    assert run(["undo", str(path), "--yes", "-q"]) == 0
    for name, frame in frames(path).items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_a_name_that_is_no_leads_is_refused_with_the_nearest(
    sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    document = asked(path, ["L01O"], capsys)
    assert document["exit"] == 2
    assert "L010" in document["error"]["message"]


def pressed(
    path: Path, address: str, sheet: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, ExcelHost]:
    """Select cells, press the button, and give what it says."""
    monkeypatch.setattr(press, "today", lambda: DAY)
    excel_book, model = open_fake(path)
    excel_book.set_mock_caller()
    model.program.selected = (model, sheet, address)
    macros.convert()
    return model.program.alerts[-1], ExcelHost(excel_book)


def test_the_button_converts_the_rows_in_which_cells_are_selected(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two areas; a row that is a deal already is told, as on the command line."""
    path = Path(shutil.copy(sample, tmp_path))
    keys = open_leads(path)[:2]
    with open_package(path, for_writing=False) as package:
        cells = package.read("Leads")
    row_of = {key: cells.first_row + place for place, key in enumerate(cells.columns[0])}
    first, second = (row_of[key] for key in keys)
    address = f"$C${first}:$D${first},$A${second},$B${row_of['L001']}"
    told, host = pressed(path, address, cells.sheet, monkeypatch)
    assert "L001" in told
    assert "already" in told
    leads = Session(host).frame("Leads").set_index("lead_id")
    assert leads.loc[keys, "deal_id"].notna().all()
    assert (Session(host).frame("Leads")["status"] == "converted").sum() == 62


@pytest.mark.parametrize(("address", "sheet"), [("$A$1", "Leads"), ("$A$9", "Pipeline")])
def test_where_no_row_of_leads_is_selected_the_button_says_so(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, sheet: str
) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    told, host = pressed(path, address, sheet, monkeypatch)
    assert "no row of Leads is selected" in told
    assert len(Session(host).frame("Deals")) == 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_undo_names_the_cell_that_was_typed_since(language: Language) -> None:
    """The run wrote cells of the row itself: of all that differ the one that was typed is named."""
    host = drawn(language)
    before = drawn(language)
    run_action(host, "convert", Options(AS_OF, leads=("L001",)))
    read = Session(host).table("Leads")
    header = read.headers["name"]
    names = [*read.column(header)]
    names[1] = "Bea Holm"
    host.write([TableWrite("Leads", {header: names}, list(range(len(names))))])
    with pytest.raises(UndoLosesTyping) as refusal:
        undo_last(host, before, AS_OF)
    sheet = Session(host).table("Leads").cells.sheet
    assert refusal.value.where == f"{sheet}!B5"


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [("received_at", "the 31st", "lead-cell-unusable"), ("name", None, "lead-cell-blank")],
)
def test_a_lead_that_is_left_out_is_called_so_with_its_cell(
    field: str, typed: str | None, code: str
) -> None:
    """It stands in Leads: nobody is told that no lead is called so."""
    columns: dict[str, list[Any]] = {
        "lead_id": ["X01", "X09"],
        "name": ["Kim", "Bea"],
        "received_at": ["2026-06-13 09:00", "2026-06-14 09:00"],
        "status": ["New", "New"],
    }
    columns[field][1] = typed
    host = book(table("Leads", columns))
    with pytest.raises(UsageError) as refusal:
        run_action(host, "convert", Options(AS_OF, leads=("X09",)))
    assert refusal.value.code == code
    letters = column_letters(1 + TABLES["Leads"].field_names.index(field))
    assert refusal.value.where == f"Leads!{letters}5"
    for language in LANGUAGES:
        assert "X09" in error_message(refusal.value, language)
