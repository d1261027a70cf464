"""A real CRM export, as a user would bring it in: 8,800 deals of a hardware seller.

The files lie beside the checkout where somebody put them; nothing of them is part of salesbook.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from salesbook.cli.app import run

FILES = Path(__file__).resolve().parents[2] / "shared" / "data" / "maven_crm"
AS_OF = "2017-12-31"

pytestmark = pytest.mark.skipif(
    not FILES.is_dir(), reason="the practice export is not beside the checkout"
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export imported with four commands and refreshed."""
    path = tmp_path_factory.mktemp("maven") / "Sales.xlsm"
    files = path.parent
    imports = {
        "accounts": "Customers",
        "sales_teams": "Reps",
        "products": "Products",
        "sales_pipeline": "Deals",
    }
    for name in imports:
        (files / f"{name}.csv").write_bytes((FILES / f"{name}.csv").read_bytes())
    assert run(["new", str(path), "--lang", "en"]) == 0
    stages = ["--stages", "Prospecting>Engaging>Won|Lost", "--add-missing"]
    for name, table in imports.items():
        more = stages if table == "Deals" else []
        assert run(["import", str(path), str(files / f"{name}.csv"), "--into", table, *more]) == 0
    assert run(["refresh", str(path), "--as-of", AS_OF]) == 0
    return path


@pytest.fixture
def show(book: Path, capsys: pytest.CaptureFixture[str]):
    def rows(table: str) -> list[dict[str, Any]]:
        capsys.readouterr()
        assert run(["show", str(book), table, "--json"]) == 0
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["rows"]
        return found

    return rows


def test_every_deal_is_in_with_its_stage_and_money(show):
    """8,800 deals by stage, and the value won to the cent."""
    deals = show("Deals")
    assert Counter(deal["stage"] for deal in deals) == {
        "Won": 4238,
        "Lost": 2473,
        "Engaging": 1589,
        "Prospecting": 500,
    }
    assert sum(deal["amount"] or 0 for deal in deals) == 10_005_534
    assert sum(deal["amount"] for deal in deals if deal["stage"] == "Won") == 10_005_534


def test_the_funnel_knows_what_is_still_open(show):
    """4,238 of 6,711 resolved deals were won; of all that entered, between 51 and 70 %."""
    row = next(
        row for row in show("Funnel") if row["slice_kind"] == "all" and row["stage"] == "Engaging"
    )
    counts = [row[name] for name in ("entered", "advanced", "lost", "open")]
    assert counts == [8300, 4238, 2473, 1589]
    assert row["rate"] == pytest.approx(4238 / 8300)
    assert row["resolved_rate"] == pytest.approx(4238 / 6711)
    assert (row["bound_low"], row["bound_high"]) == pytest.approx((4238 / 8300, 5827 / 8300))


def test_time_in_stage_counts_open_deals_as_still_there(show):
    """The plain mean of closed deals, 48 days,
    hides that half of all deals take 69 days or more.
    """
    row = next(
        row
        for row in show("StageTimes")
        if row["slice_kind"] == "all" and row["stage"] == "Engaging"
    )
    assert (row["count"], row["open"], row["median_days"], row["p80_days"]) == (8300, 1589, 69, 122)
    assert row["naive_mean_days"] == pytest.approx(47.99, abs=0.01)


def test_what_is_wrong_with_the_export_is_named(show):
    """A misspelt product in 1,480 deals, 2,473 lost deals without a reason, managers who are no
    reps.
    """
    codes: Counter[str] = Counter()
    for check in show("Checks"):
        codes[check["code"]] += check["cell_count"]
    assert codes["unknown-product"] == 1480
    assert codes["lost-without-reason"] == 2473
    assert codes["unknown-manager"] == 35
    assert not [check for check in show("Checks") if check["severity"] == "error"]


def test_deals_without_account_and_agents_without_deals(show):
    """1,425 deals name no account; 5 of 35 agents have no deal."""
    deals = show("Deals")
    assert sum(deal["customer_id"] is None for deal in deals) == 1425
    assert len({rep["rep_id"] for rep in show("Reps")} - {deal["rep_id"] for deal in deals}) == 5


def test_open_deals_older_than_the_longest_won_one(show):
    """They are the deals that nobody closed: on the last day of the export,
    older than any success.
    """
    deals = show("Deals")

    def age(deal: dict[str, Any], until: str) -> int:
        return (dt.date.fromisoformat(until) - dt.date.fromisoformat(deal["created_on"])).days

    longest = max(age(deal, deal["closed_on"]) for deal in deals if deal["stage"] == "Won")
    older = [
        deal
        for deal in deals
        if deal["stage"] in ("Engaging", "Prospecting")
        and deal["created_on"]
        and age(deal, AS_OF) > longest
    ]
    assert longest == 138
    assert len(older) == 1291
