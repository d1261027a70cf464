"""Rows are merged in a workbook: shown, done, taken back, and remembered by every verb after it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesbook import macros
from salesbook.book.files import new_file
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.selecting.people import rows_about
from salesbook.book.session import Session
from salesbook.cli.app import run
from salesbook.errors import NoSuchTable
from salesbook.hosts.memory import MemoryHost
from salesbook.hosts.package import open_package
from salesbook.labels import LANGUAGES, Language
from salesbook.macros import press
from salesbook.reading.references import RowsByName
from tests.book.drawn import book, table
from tests.engines.fake_excel import open_fake

DAY = dt.date(2026, 6, 12)
TOUCHED = (
    "Customers",
    "Orders",
    "Deals",
    "Activities",
    "Leads",
    "Feedback",
    "Duplicates",
    "Aliases",
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("merge") / "book.xlsm"
    new_file(path, "en", sample_as_of=DAY)
    assert run(["validate", str(path), "--as-of", DAY.isoformat(), "-q"]) in (0, 1)
    return path


@pytest.fixture
def path(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sample, tmp_path))


def frames(path: Path) -> dict[str, pd.DataFrame]:
    with open_package(path, for_writing=False) as package:
        session = Session(package)
        return {name: session.frame(name) for name in TOUCHED}


def asked(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    exit_code = run(["merge", str(path), *words, "--as-of", DAY.isoformat(), "--json"])
    return {"exit": exit_code, **json.loads(capsys.readouterr().out)}


def test_without_yes_nothing_is_written(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    document = asked(path, capsys, "--keep", "C001", "C150")
    assert (document["exit"], document["applied"], document["written"]) == (0, False, {})
    (merge,) = document["merged"]
    assert (merge["table"], merge["keep"], merge["merged"]) == ("Customers", "C001", ["C150"])
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == [path]


def test_yes_does_it_in_one_write_and_undo_takes_it_back(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = frames(path)
    named = int((before["Orders"]["customer_id"] == "C150").sum())
    document = asked(path, capsys, "--keep", "C001", "C150", "--yes")
    assert document["applied"]
    assert document["merged"][0]["moved"].get("Orders", 0) == named

    after = frames(path)
    assert "C150" not in set(after["Customers"]["customer_id"])
    assert after["Aliases"]["old_id"].tolist() == ["C150"]
    assert not (after["Duplicates"]["right_id"] == "C150").any()
    assert after["Orders"]["amount"].sum() == before["Orders"]["amount"].sum()

    # Whoever names it again learns where it went.
    again = asked(path, capsys, "--keep", "C002", "C150")
    assert (again["exit"], again["error"]["code"]) == (2, "merge-already")

    assert run(["undo", str(path), "--yes", "-q"]) == 0
    for name, frame in frames(path).items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)


def test_merges_in_a_chain_are_undone_from_the_newest_on(path: Path) -> None:
    """Of two merges the second is taken back alone; the first alone is not, for the second rests on it."""
    day = ["--as-of", DAY.isoformat(), "-q", "--yes"]
    before = frames(path)
    assert run(["merge", str(path), "--keep", "C002", "C001", *day]) == 0
    between = frames(path)
    assert run(["merge", str(path), "--keep", "C003", "C002", *day]) == 0
    assert frames(path)["Aliases"][["old_id", "new_id"]].values.tolist() == [
        ["C001", "C002"],
        ["C002", "C003"],
    ]
    assert run(["undo", str(path), "--yes", "-q"]) == 0
    for name, frame in frames(path).items():
        pd.testing.assert_frame_equal(frame, between[name], obj=name)
    assert run(["undo", str(path), "--to", "3", "--yes", "-q"]) == 0
    for name, frame in frames(path).items():
        pd.testing.assert_frame_equal(frame, before[name], obj=name)


@pytest.mark.parametrize("answer", ["ok", "cancel"])
def test_the_button_shows_the_plan_of_the_selected_pairs_and_does_it_once_somebody_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    with open_package(path, for_writing=False) as package:
        cells = package.read("Duplicates")
    monkeypatch.setattr(press, "today", lambda: DAY)
    excel_book, model = open_fake(path)
    excel_book.set_mock_caller()
    row = cells.first_row
    model.program.selected = (model, cells.sheet, f"$A${row}:$B${row}")
    model.program.answers = [answer]
    macros.merge()

    plan = model.program.alerts[0]
    assert "C001" in plan
    assert "Merge them so?" in plan
    from salesbook.hosts.excel import ExcelHost

    customers = Session(ExcelHost(excel_book)).frame("Customers")
    left = {"C001", "C150"} & set(customers["customer_id"])
    # The one that most rows name stays, which in the sample is the one with the larger key.
    assert left == ({"C150"} if answer == "ok" else {"C001", "C150"})


# --- what comes after -----------------------------------------------------------------------------


def drawn(language: Language = "en", **more: Any) -> Any:
    customers = {
        "customer_id": ["C1", "C2", "C3"],
        "name": ["Acme", "ACME Inc", "Other"],
        "owner_id": ["R1", "R1", "R1"],
    }
    reps = {"rep_id": ["R1"], "name": ["Ann"]}
    rules = {"tier": ["A", "B"], "up_to_share": [0.8, 1.0], "touch_days": [7.0, 30.0]}
    tables = {
        "TierRules": table("TierRules", rules, language=language),
        "Customers": table(
            "Customers", customers, language=language, own={"VIP": [None, "yes", None]}
        ),
        "Reps": table("Reps", reps, language=language),
        "Aliases": table("Aliases", {}, language=language),
        **{name: table(name, columns, language=language) for name, columns in more.items()},
    }
    return book(*tables.values(), language=language)


ORDER = {
    "order_id": ["O1"],
    "customer_id": ["C2"],
    "rep_id": ["R1"],
    "ordered_on": [dt.date(2026, 5, 4)],
    "amount": [100.0],
}


def merge(host: Any, keep: str, *goes: str) -> Any:
    return run_action(host, "merge", Options(DAY, keep=keep, merged=goes, yes=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_former_id_or_name_that_somebody_types_still_finds_its_customer(
    language: Language,
) -> None:
    host = drawn(language, Orders=ORDER)
    merge(host, "C1", "C2")
    assert Session(host).frame("Orders")["customer_id"].tolist() == ["C1"]
    for typed in ("C2", "c2", "acme  inc"):
        later = book(
            *(host.read(name) for name in host.table_codes() if name != "Orders"),
            table("Orders", {**ORDER, "customer_id": [typed]}, language=language),
            language=language,
        )
        task, findings = Session(later).task(("Orders", "Customers"), Options(DAY))
        assert task.tables["Orders"]["customer_id"].tolist() == ["C1"]
        assert [finding.code for finding in findings] == []


def test_what_people_have_in_columns_of_their_own_goes_along() -> None:
    host = drawn()
    merge(host, "C1", "C2")
    cells = host.read("Customers")
    assert cells.columns[cells.headers.index("VIP")] == ["yes", None]


def test_an_id_that_was_merged_and_is_typed_anew_is_that_row_and_is_told() -> None:
    host = drawn(Checks={}, Duplicates={})
    merge(host, "C1", "C2")
    customers = {"customer_id": ["C1", "C2"], "name": ["Acme", "Somebody else"]}
    later = book(
        *(host.read(name) for name in host.table_codes() if name != "Customers"),
        table("Customers", customers),
    )
    report = run_action(later, "validate", Options(DAY))
    (finding,) = [finding for finding in report.findings if finding.code == "merged-id-again"]
    assert (finding.row_key, finding.params["into"]) == ("C2", "C1")
    # Both advices cure it: merged again, or under an id of its own.
    merge(later, "C1", "C2")
    assert Session(later).frame("Aliases")["old_id"].tolist() == ["C2"]
    again = run_action(later, "validate", Options(DAY))
    assert "merged-id-again" not in {finding.code for finding in again.findings}


def test_a_call_on_the_list_of_somebody_who_was_merged_is_noted_for_who_stays() -> None:
    calls = {
        "customer_id": ["C2"],
        "rep_id": ["R1"],
        "due_on": [dt.date(2026, 6, 10)],
        "channel": ["Phone"],
        "done": ["Yes"],
    }
    host = drawn(CallList=calls, Activities={}, CustomerTiers={}, TierHistory={}, TouchLoad={})
    merge(host, "C1", "C2")
    run_action(host, "tier", Options(DAY))
    activities = Session(host).frame("Activities")
    assert activities[["activity_id", "customer_id"]].values.tolist() == [
        ["call:C2:2026-06-10", "C1"],
    ]


def test_a_customer_has_the_tiers_of_whom_he_was_known_as_and_history_keeps_its_ids() -> None:
    history = {
        "as_of": [dt.date(2026, 5, 31)],
        "customer_id": ["C2"],
        "tier": ["A"],
        "value": [100.0],
        "buying_stage": ["Customer"],
    }
    host = drawn(
        TierHistory=history,
        Orders=ORDER,
        Activities={},
        CustomerTiers={},
        CallList={},
        TouchLoad={},
    )
    merge(host, "C1", "C2")
    run_action(host, "tier", Options(DAY))
    session = Session(host)
    tiers = session.frame("CustomerTiers").set_index("customer_id")
    assert tiers.loc["C1", ["tier", "moved"]].tolist() == ["A", "same"]
    kept = session.frame("TierHistory")
    assert kept.loc[kept["as_of"] == "2026-05-31", "customer_id"].tolist() == ["C2"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # The other system still sends both: what was decided stands, and what is new comes in.
        (["C1,Acme,,North", "C2,ACME Inc,ann@acme.test,South"], ("Acme", "ann@acme.test", "North")),
        (["C2,ACME Inc,ann@acme.test,South", "C1,Acme,,North"], ("Acme", "ann@acme.test", "North")),
        (["C2,ACME Inc,ann@acme.test,South"], ("Acme", "ann@acme.test", "South")),
    ],
)
def test_an_import_of_a_merged_id_makes_no_row_of_it_again(
    path: Path, tmp_path: Path, rows: list[str], expected: tuple[str, ...]
) -> None:
    path.unlink()
    assert run(["new", str(path), "-q"]) == 0
    first = tmp_path / "first.csv"
    first.write_text("Customer ID,Name\nC1,Acme\nC2,ACME Inc\n")
    assert run(["import", str(path), str(first), "--into", "Customers", "-q"]) == 0
    assert run(["merge", str(path), "--keep", "C1", "C2", "--yes", "-q"]) == 0

    file = tmp_path / "again.csv"
    file.write_text("\n".join(["Customer ID,Name,E-mail,Region", *rows]) + "\n")
    assert run(["import", str(path), str(file), "--into", "Customers", "-q"]) == 0
    customers = frames(path)["Customers"]
    assert customers["customer_id"].tolist() == ["C1"]
    assert tuple(customers[["name", "email", "region"]].iloc[0]) == expected

    orders = tmp_path / "orders.csv"
    orders.write_text("Order ID,Customer,Rep,Ordered on,Amount\nO1,C2,Ann,2026-05-04,100\n")
    assert run(["import", str(path), str(orders), "--into", "Orders", "--add-missing", "-q"]) == 0
    assert frames(path)["Orders"]["customer_id"].tolist() == ["C1"]


def merged_by_import(path: Path, tmp_path: Path) -> None:
    """Ada of Maplelight Foods (C2) went into Oakhill (C1); C3 is somebody else."""
    path.unlink()
    assert run(["new", str(path), "-q"]) == 0
    first = tmp_path / "first.csv"
    rows = [
        "Customer ID,Name,Company,Phone,E-mail",
        "C1,Bo Reyes,Oakhill Ltd,,bo@oakhill.test",
        "C2,Ada Lockhart,Maplelight Foods,020 7946 0018,ada@maple.test",
        "C3,Cy Dune,Tall Trees,,",
    ]
    first.write_text("\n".join(rows) + "\n")
    assert run(["import", str(path), str(first), "--into", "Customers", "-q"]) == 0
    assert run(["merge", str(path), "--keep", "C1", "C2", "--yes", "-q"]) == 0


def test_an_import_and_a_sheet_know_a_merged_customer_by_all_that_he_was_called(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By id, name and company: a purchase of his never makes him anew, nor is it left out."""
    merged_by_import(path, tmp_path)
    calls = ("C2", "c2", "Ada Lockhart", "Lockhart, Ada", "maplelight  foods", "Oakhill Ltd", "C1")
    orders = tmp_path / "orders.csv"
    lines = [f'O{at},"{who}",Ann,2026-05-04,100' for at, who in enumerate(calls)]
    orders.write_text("\n".join(["Order ID,Customer,Rep,Ordered on,Amount", *lines]) + "\n")
    words = ["--into", "Orders", "--add-missing", "-q"]
    assert run(["import", str(path), str(orders), *words]) == 0
    assert set(frames(path)["Orders"]["customer_id"]) == {"C1"}
    assert len(frames(path)["Customers"]) == 2

    with open_package(path, for_writing=False) as package:
        former = Session(package).former_rows["Customers"]
    typed = RowsByName("Customers", frames(path)["Customers"], former)
    assert [typed.find(who) for who in calls if who != "Lockhart, Ada"] == [("C1",)] * 6
    # A row without an id that is called and reached as he was is he, and changes nothing of him.
    again = tmp_path / "again.csv"
    head = "Name,Company,Phone,E-mail,Region"
    again.write_text(f"{head}\nAda Lockhart,Maplelight Foods,020 7946 0018,ada@maple.test,East\n")
    capsys.readouterr()
    assert run(["import", str(path), str(again), "--into", "Customers"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    customers = frames(path)["Customers"].set_index("customer_id")
    assert len(customers) == 2
    assert customers.loc["C1", ["name", "email", "region"]].tolist() == [
        "Bo Reyes",
        "bo@oakhill.test",
        "East",
    ]
    # Name, company and e-mail say otherwise and were not taken; that is said.
    assert "C2 went into C1 by a merge" in told
    assert "says otherwise: 3." in told


def test_whoever_is_asked_for_under_a_former_id_is_shown() -> None:
    host = drawn(Orders=ORDER)
    merge(host, "C1", "C2")
    session = Session(host)
    for asked in ("C2", "ACME Inc"):
        assert rows_about(session, "Orders", asked).tolist() == [True]


def test_a_verb_of_its_own_says_how_much_of_checks_it_did_not_look_for() -> None:
    """Else whoever validates after a refresh takes what only a refresh finds for mended."""
    row = {"severity": ["warning"], "code": ["target-out-of-reach"], "table": ["Targets"]}
    row |= {"row_key": ["2026|team|North"], "field": ["amount"], "expected": ["x"]}
    host = drawn(Checks=row | {"advice": ["y"], "found": ["1"]}, Duplicates={})
    notes = run_action(host, "validate", Options(DAY)).notes
    (told,) = [note for note in notes if note.code == "book.listed-no-more"]
    assert told.params["count"] == 1
    again = run_action(host, "validate", Options(DAY)).notes
    assert "book.listed-no-more" not in {note.code for note in again}


def test_who_is_called_as_a_merged_customer_and_reached_otherwise_is_asked_about(
    path: Path, tmp_path: Path
) -> None:
    """He may be somebody else of that name: neither swallowed nor made anew in silence."""
    merged_by_import(path, tmp_path)
    again = tmp_path / "again.csv"
    again.write_text("Name,Company,E-mail\nAda Lockhart,Maplelight Foods,al@elsewhere.test\n")
    assert run(["import", str(path), str(again), "--into", "Customers", "-q"]) == 3
    assert len(frames(path)["Customers"]) == 2
    assert "C1" in (tmp_path / "again.rejects.csv").read_text()


def test_a_book_of_before_says_what_would_add_the_table() -> None:
    whole = drawn()
    host = MemoryHost([whole.read(name) for name in whole.table_codes() if name != "Aliases"])
    with pytest.raises(NoSuchTable) as refusal:
        merge(host, "C1", "C2")
    assert refusal.value.params["table"] == "Aliases"
