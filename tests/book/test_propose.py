"""A proposal becomes a target: on the command line, by its mark, and back again."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from salesbook.actions import ACTIONS
from salesbook.book.files import new_file
from salesbook.book.report import Options
from salesbook.book.run import run_action
from salesbook.book.session import Session
from salesbook.cli.app import app
from salesbook.errors import UsageError
from salesbook.hosts.memory import MemoryHost
from salesbook.hosts.package import open_package
from salesbook.labels import header
from salesbook.store import TableWrite
from salesbook.tables import TABLES
from tests.book.drawn import book, table
from tests.spec.score_tables import at, planned, scored, task_of
from tests.spec.test_proposals import months_back, plain, rep, steady

DAY = dt.date(2026, 6, 12)
BOOK: dict[str, Any] = {
    "Reps": [rep("r1", name="Ann"), rep("r2", name="Bo", team="S"), rep("r3", name="Bo")],
    "Orders": [
        line
        for name in ("r1", "r2", "r3")
        for line in steady(name, months_back("2027-01-01", 24), 1_000)
    ],
}


def taken(take: str | None, year: int | None = None, **tables: Any) -> Any:
    task = task_of("2026-12-31", plain(), **{**BOOK, **tables})
    return ACTIONS["propose"].run(_asked(task, take, year))


def _asked(task: Any, take: str | None, year: int | None) -> Any:
    return replace(task, take=take, year=year)


def test_without_take_nothing_but_the_proposal_is_written():
    outcome = taken(None)
    assert list(outcome.tables) == ["Proposal"]
    assert not outcome.patches
    assert [message.code for message in outcome.answer] == ["propose.proposed"] * 3


IN_PIECES = [
    {
        "year": 2027,
        "scope_kind": "company",
        "scope": "company",
        "metric": "quantity",
        "target": 90,
    }
]


PLANNED = planned("r1", {"2026-12": 5}, metric="quantity")


@pytest.mark.parametrize(("targets", "plan"), [([], []), (IN_PIECES, []), (IN_PIECES, PLANNED)])
def test_the_verb_proposes_what_score_does(
    targets: list[dict[str, Any]], plan: list[dict[str, Any]]
):
    """Of pieces too, which Attainment counts only where a plan is in pieces."""
    tables = {**BOOK, "Targets": targets, "TargetPlan": plan}
    tables["Orders"] = [{**line, "quantity": 2.0} for line in BOOK["Orders"]]
    scores = scored("2026-12-31", plain(), **tables).tables["Proposal"]
    proposed = taken(None, **tables).tables["Proposal"]
    pd.testing.assert_frame_equal(proposed, scores)
    if targets:
        of_company = at(scores, year=2027, scope="company", metric="quantity")
        assert of_company["bottom_up"] == 3 * 12 * 2


@pytest.mark.parametrize(("typed", "scope"), [("company", "company"), ("s", "S"), ("ann", "r1")])
def test_a_scope_is_named_as_people_call_it(typed: str, scope: str):
    new_row = taken(typed).patches["Targets"].new_rows.iloc[0]
    proposal = at(taken(None).tables["Proposal"], year=2027, scope=scope, metric="revenue")
    assert (new_row["year"], new_row["scope"], new_row["metric"]) == (2027, scope, "revenue")
    for level in ("floor", "target", "stretch"):
        assert new_row[level] == proposal[level]


@pytest.mark.parametrize(
    ("typed", "year", "code"),
    [
        ("Bo", None, "ambiguous-name"),
        ("Bob", None, "no-such-scope"),
        ("Ann", 2040, "no-proposal-of-year"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed: str, year: int | None, code: str):
    with pytest.raises(UsageError) as refusal:
        taken(typed, year)
    assert (refusal.value.code, refusal.value.exit_code) == (code, 2)


def test_where_nothing_is_proposed_nothing_is_taken():
    few = {"Orders": steady("r1", months_back("2027-01-01", 5), 1_000)}
    with pytest.raises(UsageError) as refusal:
        taken("company", None, **few)
    assert refusal.value.code == "nothing-proposed"


@pytest.mark.parametrize("take", [None, "company"])
def test_a_typed_target_of_which_nothing_is_proposed_is_no_proposal(take: str | None):
    """A first year: the target is typed, and there are too few months to propose another."""
    typed = [
        {
            "year": year,
            "scope_kind": "company",
            "scope": "company",
            "metric": "revenue",
            "target": 5,
        }
        for year in (2026, 2027)
    ]
    few = {"Orders": steady("r1", months_back("2027-01-01", 5), 1_000), "Targets": typed}
    if take is None:
        assert taken(None, None, **few).tables["Proposal"]["target"].isna().all()
        return
    with pytest.raises(UsageError) as refusal:
        taken(take, None, **few)
    assert refusal.value.code in ("nothing-proposed", "no-proposal-of-year")


def test_an_empty_book_is_told_that_there_is_nothing_to_propose_from():
    empty = {"Reps": [], "Orders": []}
    (said,) = taken(None, None, **empty).answer
    assert said.code == "propose.nothing-yet"
    with pytest.raises(UsageError) as refusal:
        taken("company", None, **empty)
    assert refusal.value.code == "nothing-proposed"


def test_a_target_that_is_there_keeps_all_but_its_levels():
    row = {
        "year": 2027,
        "scope_kind": "company",
        "scope": "company",
        "metric": "revenue",
        "target": 5,
        "note": "board",
    }
    patch = taken("company", 2027, Targets=[row]).patches["Targets"]
    assert patch.new_rows.empty
    assert set(patch.cells[0]) == {"floor", "target", "stretch"}


def of_2027(kind: str, scope: str, target: int, *, binding: bool | None = None) -> dict[str, Any]:
    row = {"year": 2027, "scope_kind": kind, "scope": scope, "metric": "revenue"}
    return {**row, "target": target, "binding": binding}


@pytest.mark.parametrize(
    ("others", "binds"),
    [
        ([], True),
        ([of_2027("company", "company", 9_000_000)], True),
        ([of_2027("company", "company", 9_000_000), of_2027("team", "N", 8_999_999)], True),
        ([of_2027("company", "company", 9_000_000), of_2027("team", "N", 1, binding=True)], False),
        ([of_2027("company", "company", 1)], False),
        ([of_2027("team", "S", 5)], True),
        ([of_2027("company", "company", 9_000_000), of_2027("team", "S", 5)], False),
    ],
    ids=[
        "alone",
        "room",
        "the other yields",
        "the other cannot",
        "no room",
        "alone as typed",
        "weight",
    ],
)
def test_a_target_taken_is_kept_by_a_split_or_said_to_be_a_weight(
    others: list[dict[str, Any]], binds: bool
):
    """South of two teams; a target that stands keeps its word in Binding, and that is said, too."""
    outcome = taken("s", 2027, Targets=others)
    patch = outcome.patches["Targets"]
    said = [message.code for message in outcome.answer]
    assert ("propose.as-weight" not in said) == binds
    for cell in patch.new_rows["binding"]:
        assert (not pd.isna(cell) and bool(cell)) == binds


def test_what_is_taken_is_what_a_split_gives():
    """Taken for South and split: South gets the very amount, and the company its own."""
    typed = of_2027("company", "company", 9_000_000)
    row = taken("s", 2027, Targets=[typed]).patches["Targets"].new_rows.iloc[0].dropna().to_dict()
    task = task_of("2026-12-31", plain(), **{**BOOK, "Targets": [typed, row]})
    plan = ACTIONS["split"].run(task).tables["TargetPlan"]
    assert plan.groupby("team")["amount"].sum()["S"] == row["target"]
    assert plan["amount"].sum() == 9_000_000


def test_a_target_taken_says_where_it_is_from_and_who_answers_for_it():
    """The team's manager, the rep himself, and whoever manages all, where that is one person."""
    boss = rep("r0", name="Cy", team="S", role="manager")
    reps = [boss, rep("r1", name="Ann", manager_id="r0"), rep("r2", team="S", manager_id="r0")]
    for typed, owner in (("company", "r0"), ("s", "r0"), ("ann", "r1")):
        patch = taken(typed, 2027, Reps=reps).patches["Targets"]
        assert patch.new_rows.iloc[0]["owner_id"] == owner, typed
        assert patch.words["basis"].code == "propose.basis"
    nobody = taken("company", 2027).patches["Targets"].new_rows.iloc[0]
    assert pd.isna(nobody["owner_id"])


def test_the_same_command_means_the_same_year_until_somebody_types_a_target_of_his_own():
    """Taken once, 2027 is still the year of the next command; a typed target moves it to 2028."""
    row = taken("company").patches["Targets"].new_rows.iloc[0].dropna().to_dict()
    for scope in ("company", "s"):
        again = taken(scope, None, Targets=[row]).patches["Targets"]
        years = {*again.new_rows["year"], *([2027] if again.cells else [])}
        assert years <= {2027}
    typed = taken("company", None, Targets=[{**row, "target": 5}]).patches["Targets"]
    assert typed.new_rows["year"].tolist() == [2028]


# --- in a workbook --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("propose") / "book.xlsm"
    new_file(path, "en", sample_as_of=DAY)
    return path


def targets(path: Path) -> pd.DataFrame:
    with open_package(path, for_writing=False) as package:
        return Session(package).frame("Targets")


def copy_of(path: Path, folder: Path) -> Path:
    other = folder / path.name
    other.write_bytes(path.read_bytes())
    return other


def test_the_command_writes_one_target_and_undo_takes_it_back(sample: Path, tmp_path: Path):
    path = copy_of(sample, tmp_path)
    before = targets(path)
    command = ["propose", str(path), "--take", "Company", "--as-of", DAY.isoformat(), "--json"]
    answer = CliRunner().invoke(app, command, catch_exceptions=False)
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["written"]["Targets"] == len(before) + 1

    taken_row = at(targets(path), year=2027, scope_kind="company", metric="revenue")
    assert taken_row["floor"] < taken_row["target"] < taken_row["stretch"]
    assert taken_row["basis"] == "proposal of 2026-06-12"
    undone = CliRunner().invoke(app, ["undo", str(path), "--yes", "-q"], catch_exceptions=False)
    assert undone.exit_code == 0
    pd.testing.assert_frame_equal(targets(path), before)


def drawn_book() -> MemoryHost:
    """A workbook of two reps who each sold the same in 24 months."""
    months = months_back("2027-01-01", 24)
    lines = [line for name in ("r1", "r2") for line in steady(name, months, 1_000)]
    fields = ("order_id", "line_no", "rep_id", "customer_id", "ordered_on")
    orders = {field: [line[field] for line in lines] for field in fields}
    reps = {"rep_id": ["r1", "r2"], "name": ["Ann", "Bo"], "team": ["N", "S"]}
    return book(
        table("Reps", reps),
        table("Orders", {**orders, "amount": [line["amount"] / 100 for line in lines]}),
        table("Targets", {"year": [], "target": []}),
        table("Proposal", {field: [] for field in TABLES["Proposal"].field_names}),
    )


def column(host: MemoryHost, code: str, field: str) -> list[Any]:
    cells = host.read(code)
    return list(cells.columns[cells.headers.index(header(code, field, "en"))])


def test_rows_that_are_marked_are_taken_by_the_button():
    """As the button does: what is marked becomes a target, and no second row of it."""
    host = drawn_book()
    run_action(host, "propose", Options(dt.date(2026, 12, 31)))
    scopes = column(host, "Proposal", "scope")
    years = column(host, "Proposal", "year")
    marks = ["Yes" if cell == ("N", 2027) else None for cell in zip(scopes, years, strict=True)]
    rows = list(range(len(marks)))
    host.write([TableWrite("Proposal", {header("Proposal", "take", "en"): marks}, rows)])

    report = run_action(host, "propose", Options(dt.date(2026, 12, 31), take_marked=True))
    assert [message.code for message in report.answer] == ["propose.taken", "propose.then-split"]
    assert column(host, "Targets", "binding")[-1] == "Yes"
    assert [cell for cell in column(host, "Targets", "scope") if cell] == ["N"]
    # The mark is his who typed it: it stays, and the next press renews the target.
    assert [mark for mark in column(host, "Proposal", "take") if mark] == ["Yes"]
    run_action(host, "propose", Options(dt.date(2026, 12, 31), take_marked=True))
    assert [cell for cell in column(host, "Targets", "scope") if cell] == ["N"]


def test_without_a_mark_the_button_says_what_to_do():
    report = run_action(drawn_book(), "propose", Options(dt.date(2026, 12, 31), take_marked=True))
    assert report.answer[-1].code == "propose.mark-first"
