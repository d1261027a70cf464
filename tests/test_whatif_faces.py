"""`salesbook whatif` and its button: what is asked, what is answered, and that nothing is written."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.book.whatif import WhatIfAnswer, number_typed, open_stages
from salesbook.cli.app import run
from salesbook.domain.whatif import Asked, Landing, PeriodThen
from salesbook.errors import UsageError
from salesbook.hosts.package import open_package
from salesbook.macros import what_if_boxes
from salesbook.macros.host import Cancelled

AS_OF = dt.date(2026, 6, 15)
DAY = ("--as-of", AS_OF.isoformat())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, sample_book: Any) -> Path:
    path = tmp_path_factory.mktemp("whatif") / "Sales.xlsm"
    sample: Path = sample_book("en", AS_OF, path)
    assert run(["split", str(sample), *DAY, "--quiet"]) == 0
    assert run(["split", str(sample), "--publish", *DAY, "--quiet"]) == 0
    assert run(["funnel", str(sample), *DAY, "--quiet"]) == 0
    return sample


def test_the_answer_stands_beside_the_forecast_and_nothing_is_written(book, salesbook):
    before = book.read_bytes()
    document = salesbook(
        "whatif", book, "--stage", "proposal", "--rate", "+5", "--days", "-3", "--leads", "+20",
        *DAY, "--json",
    ).document  # fmt: skip
    assert book.read_bytes() == before
    shown = salesbook("show", book, "Forecast", "--where", "slice_kind=all", "--json").document
    rows = {row["period"]: row for row in shown["rows"]}
    assert [period["period"] for period in document["periods"]] == [
        "2026-06",
        "FY2026-Q2",
        "FY2026",
    ]
    for period in document["periods"]:
        row = rows[period["period"]]
        assert {name: period["today"][name] for name in ("p10", "p50", "p90")} == {
            name: row[name] for name in ("p10", "p50", "p90")
        }
        assert period["target"] == row["target"]
        assert period["today"]["chance_rate"] == pytest.approx(row["chance_rate"])
        assert period["then"]["p50"] > period["today"]["p50"]
    assert document["asked"]["stage"] == "Proposal"
    assert document["stage_rate_then"] == pytest.approx(document["stage_rate"] + 0.05)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_its_words_name_each_period_and_what_is_assumed(book, salesbook, language):
    out = salesbook("whatif", book, "--leads", "20%", *DAY, "--lang", language).out
    lines = out.strip().splitlines()
    # The question; three periods with their chances; what it assumes.
    assert len(lines) == 1 + 3 * 2 + 2
    assert ("Chance to reach the target" if language == "en" else "达成目标的概率") in out
    assert "{" not in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "whatif-nothing"),
        (["--rate", "5"], "whatif-which-stage"),
        (["--stage", "Proposal"], "whatif-stage-alone"),
        (["--stage", "Propsal", "--rate", "5"], "whatif-no-stage"),
        (["--stage", "Proposal", "--rate", "80"], "whatif-rate-beyond"),
        (["--stage", "Proposal", "--rate", "five"], "bad-number"),
        (["--stage", "Proposal", "--days", "nan"], "bad-number"),
        (["--leads", "5000"], "whatif-beyond"),
    ],
)
def test_nonsense_is_refused_with_the_usage_code(book, salesbook, words, code):
    refused = salesbook("whatif", book, *words, *DAY, "--json")
    assert refused.code == 2
    assert refused.document["error"]["code"] == code
    assert "{" not in refused.err


@pytest.mark.parametrize(
    ("typed", "number"),
    [("+5", 5), ("5%", 5), ("－3", -3), ("−3", -3), ("２０", 20), (" 1.5 ", 1.5), ("+20 %", 20)],
)
def test_a_number_of_any_keyboard(typed, number):
    assert number_typed(typed) == number


@pytest.mark.parametrize("typed", ["", "five", "1,5", "inf", "--3"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(UsageError):
        number_typed(typed)


class Boxes:
    """A stand-in for Excel whose user types these answers, one a box; False closes a box."""

    def __init__(self, *answers: object) -> None:
        self.asked: list[str] = []
        self._answers: Iterator[object] = iter(answers)
        api = SimpleNamespace(InputBox=self._box)
        self.book = SimpleNamespace(app=SimpleNamespace(api=api))

    def _box(self, prompt: str, title: str, default: str, **more: int) -> object:
        assert more == {"Type": 2}
        assert title == "What if"
        self.asked.append(prompt)
        answer = next(self._answers)
        return default if answer is None else answer


class _Working:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def pressed(book: Path, *answers: object) -> tuple[str, list[str]]:
    """Press the button on a book; its box in the end, and what was asked."""
    boxes = Boxes(*answers)
    with open_package(book, for_writing=False) as host:
        host.language, host.book, host.working = "en", boxes.book, _Working
        return what_if_boxes.ask_what_if(host, AS_OF).text, boxes.asked


def test_the_button_asks_and_says_what_the_command_says(book, salesbook, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    text, asked = pressed(book, "3", "5", "-3", "20")
    command = ("--stage", "Proposal", "--rate", "5", "--days", "-3", "--leads", "20")
    assert text.split("\n") == salesbook("whatif", book, *command, *DAY).out.strip().split("\n")
    assert "3  Proposal" in asked[0]
    assert all("Proposal" in question for question in asked[1:3])
    assert len(text) < 1024 * 2


def test_a_blank_changes_nothing_and_a_name_does_as_well_as_a_number(book, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    named, _ = pressed(book, "proposal", "", "-3", "")
    numbered, _ = pressed(book, "３", "", "-3", "")
    assert named == numbered
    leads_alone, asked = pressed(book, "", "20")
    assert "What if 20% more new deals came in?" in leads_alone
    assert len(asked) == 2
    assert pressed(book, "", "")[0] == "Nothing is to change, so there is nothing to show."


def test_a_closed_box_cancels(book, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    for answers in ((False,), ("3", False), ("3", "5", False), ("3", "5", "-3", False)):
        with pytest.raises(Cancelled):
            pressed(book, *answers)


def test_what_the_button_refuses_names_no_option(book, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(UsageError) as refused:
        pressed(book, "3", "80", "", "")
    assert refused.value.code == "whatif-rate-beyond"
    assert refused.value.where == ""


def test_on_a_mac_the_question_is_an_argument(book, monkeypatch):
    """A stage's name may hold anything; as a part of the script it would be run."""
    commands: list[list[str]] = []
    answers = iter(["3\n", "5\n", "\n", "\n"])

    def asked(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, next(answers), "")

    monkeypatch.setattr(subprocess, "run", asked)
    monkeypatch.setattr(sys, "platform", "darwin")
    text, _ = pressed(book)
    assert "Proposal" in text
    for program, *words in commands:
        *lines, _question, _default = words
        assert program == "osascript"
        assert lines[::2] == ["-e"] * (len(lines) // 2)
        assert "Proposal" not in " ".join(lines)


def test_a_books_stages_are_listed_in_their_order(book):
    with open_package(book, for_writing=False) as host:
        assert open_stages(host) == ("Lead", "Qualified", "Proposal", "Negotiation")


LANDINGS = st.tuples(*[st.integers(0, 10**11)] * 3).map(
    lambda amounts: Landing(*sorted(amounts), chance_rate=0.5)
)


@given(LANDINGS, LANDINGS)
def test_the_difference_is_that_of_the_two_landings_as_they_are_said(today, then):
    period = PeriodThen("FY2026", 0, None, today, then)
    result = SimpleNamespace(periods=[period], because=None, assumes=[], stage="")
    answer = WhatIfAnswer(Asked(None, None, None, None), AS_OF, result, "en", 2)
    (said,) = answer.sentences()
    facts = said.params
    moved = facts["then"] - facts["today"]
    assert abs(moved) == facts["more"]
    assert facts["low_then"] <= facts["then"] <= facts["high_then"]
    exact = (then.p50 - today.p50) / 100
    assert float(moved) == pytest.approx(exact, abs=max(abs(exact) * 0.06, 1))
    assert said.code.endswith("same") == (today.p50 == then.p50)
