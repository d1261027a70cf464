"""A proposal becomes a target: on the command line, by its mark, and back again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from salesbook.actions import ACTIONS
from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.cli.app import app
from salesbook.errors import UsageError
from salesbook.hosts.package import open_package
from tests.spec.score_tables import at, scored, task_of
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
    from dataclasses import replace

    return replace(task, take=take, year=year)


def test_without_take_nothing_but_the_proposal_is_written():
    outcome = taken(None)
    assert list(outcome.tables) == ["Proposal"]
    assert not outcome.patches
    assert [message.code for message in outcome.answer] == ["propose.proposed"] * 3


def test_the_verb_proposes_what_score_does():
    scores = scored("2026-12-31", plain(), **BOOK).tables["Proposal"]
    pd.testing.assert_frame_equal(taken(None).tables["Proposal"], scores)


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


# --- in a workbook --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("propose") / "book.xlsm"
    new_file(path, "en", sample_as_of=DAY)
    return path


def targets(book: Path) -> pd.DataFrame:
    with open_package(book, for_writing=False) as package:
        return Session(package).frame("Targets")


def copy_of(book: Path, folder: Path) -> Path:
    other = folder / book.name
    other.write_bytes(book.read_bytes())
    return other


def test_the_command_writes_one_target_and_undo_takes_it_back(sample: Path, tmp_path: Path):
    book = copy_of(sample, tmp_path)
    before = targets(book)
    command = ["propose", str(book), "--take", "Company", "--as-of", DAY.isoformat(), "--json"]
    answer = CliRunner().invoke(app, command, catch_exceptions=False)
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["written"]["Targets"] == len(before) + 1

    taken_row = at(targets(book), year=2027, scope_kind="company", metric="revenue")
    assert taken_row["floor"] < taken_row["target"] < taken_row["stretch"]
    undone = CliRunner().invoke(app, ["undo", str(book), "--yes", "-q"], catch_exceptions=False)
    assert undone.exit_code == 0
    pd.testing.assert_frame_equal(targets(book), before)


def test_rows_that_are_marked_are_taken_by_the_button_once(sample: Path, tmp_path: Path):
    """As the button does: what is marked becomes a target, and the mark goes."""
    book = copy_of(sample, tmp_path)
    run_on_file(book, "propose", Options(DAY), wait=1)
    with open_package(book, for_writing=True) as package:
        session = Session(package)
        proposal = session.table("Proposal").frame
        is_north = (proposal["year"] == 2027) & (proposal["scope"] == "North")
        marked = proposal.assign(take=is_north.astype("boolean").mask(~is_north))
        package.write([session.prepared_write("Proposal", marked).write])
        package.save()
    run_on_file(book, "propose", Options(DAY, take_marked=True), wait=1)
    new = targets(book)
    assert list(new.loc[new["year"] == 2027, "scope"]) == ["North"]
    with open_package(book, for_writing=False) as package:
        assert Session(package).frame("Proposal")["take"].notna().sum() == 0
