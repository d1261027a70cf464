"""The Target board and the Team board show their lists, as stored and as LibreOffice calculates them."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from reliability.pages import choose, differences, formula_places, shown
from salesbook.book.files import new_file, run_on_file
from salesbook.book.report import Options
from salesbook.book.session import Session
from salesbook.hosts.package import open_package
from salesbook.labels import word
from salesbook.pages.lines.line import MONTH_FIELDS
from salesbook.sheets import boards, code_name
from workbook.build.office import convert_all, office

DAY = dt.date(2026, 11, 29)
CHOICES = (
    {},
    {"target_board.team": "South", "team_board.team": "West", "team_board.period": "This month"},
    {"target_board.measure": "New customers", "team_board.period": "October 2026"},
    {"target_board.year": "Year 2026", "target_board.team": "gone", "team_board.team": "North"},
)
"""What stands in selectors, by page and selector; the first choice in all others."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with a published plan, refreshed."""
    path = tmp_path_factory.mktemp("boards") / "Book.xlsm"
    new_file(path, "en", sample_as_of=DAY)
    run_on_file(path, "split", Options(dt.date(2026, 1, 5), publish=True), wait=5)
    run_on_file(path, "refresh", Options(DAY), wait=5)
    return path


def chosen_book(results: Path, path: Path, choices: dict[str, str]) -> Path:
    """The workbook with other choices, saved once more so that their values are stored."""
    shutil.copy(results, path)
    for code, board in boards().items():
        for chosen in board.chosen:
            text = choices.get(f"{code}.{chosen.selector.name}")
            if text is not None:
                choose(path, code_name(code), chosen.address.replace("$", ""), text)
    if choices:
        run_on_file(path, "tier", Options(DAY), wait=5)
    return path


def lines(path: Path, block: str) -> list[dict[str, object]]:
    with open_package(path, for_writing=False) as package:
        frame = Session(package).frame("PageLines")
    return frame[frame["block"] == block].to_dict("records")


def cells(path: Path, code: str) -> dict[str, object]:
    """What an independent reader finds in the formulas of a page, by their names."""
    found = shown(path, formula_places(path))
    tab = word("book", f"sheets.{code}", "en")
    return {
        cell.name: found.get((tab, cell.address.replace("$", "")))
        for cell in boards()[code].placed
        if cell.is_formula
    }


def test_the_matrix_shows_plan_and_sales_of_each_line(results, tmp_path):
    """Of the team that is chosen: twelve months and the year, the plan above what was sold."""
    path = chosen_book(results, tmp_path / "South.xlsm", CHOICES[1])
    seen = cells(path, "target_board")
    plan = lines(path, "target-plan-revenue|team|South|FY2026")
    sold = lines(path, "target-sold-revenue|team|South|FY2026")
    assert len(plan) > 3
    at = {
        (cell.row, cell.column): seen[cell.name]
        for cell in boards()["target_board"].placed
        if cell.is_formula
    }
    rows = [row for row, column in at if column == 2 and at[row, 2] == plan[0]["subject"]]
    (first,) = [row for row in rows if isinstance(at.get((row, 11)), int | float)]
    for place, (planned, came_in) in enumerate(zip(plan, sold, strict=True)):
        for line, below in ((planned, 0), (came_in, 1)):
            for month, field in enumerate(MONTH_FIELDS):
                cell = at[first + 2 * place + below, 11 + 4 * month]
                amount = line[field]
                if pd.isna(amount):
                    assert cell in (None, "")
                else:
                    assert cell == pytest.approx(int(amount) / 100)


@pytest.mark.libreoffice
@pytest.mark.skipif(office() is None, reason="LibreOffice is not installed")
def test_libreoffice_calculates_what_the_boards_store(results, tmp_path):
    """Every formula, for several choices of year, team, measure and period."""
    books = [
        chosen_book(results, tmp_path / f"Chosen{number}.xlsm", choices)
        for number, choices in enumerate(CHOICES)
    ]
    for path, made in zip(books, convert_all(books, "xlsx", tmp_path), strict=True):
        places = formula_places(path)
        assert len(places) > 2000
        assert differences(shown(path, places), shown(made, places)) == []
