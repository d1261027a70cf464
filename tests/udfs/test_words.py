"""What is said about functions: complete, short enough for Excel, the same in both languages, and
true.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from salesbook.labels import LANGUAGES, words
from udfs import ANSWERS
from udfs.checks import KINDS
from workbook.build.conf_sheet import function_texts

LONGEST = 255
RESERVED = frozenset(
    "any as byref byval case date each else end in open print string to then".split()
)
"""Words that VBA takes for itself."""


@pytest.fixture(params=LANGUAGES)
def told(request: pytest.FixtureRequest) -> dict[str, Any]:
    return words("functions", request.param)


def test_every_function_and_argument_is_described_in_order(told: dict[str, Any]) -> None:
    described = {name: list(one["arguments"]) for name, one in told["functions"].items()}
    assert list(described) == list(ANSWERS)
    assert described == {
        name: list(inspect.signature(answer).parameters) for name, answer in ANSWERS.items()
    }


def test_descriptions_fit_into_the_function_wizard(told: dict[str, Any]) -> None:
    texts = [
        text
        for one in told["functions"].values()
        for text in (one["text"], *one["arguments"].values())
    ]
    assert [text for text in texts if len(text) > LONGEST] == []


def test_there_is_a_word_for_every_kind_of_check(told: dict[str, Any]) -> None:
    assert tuple(told["kinds"]) == KINDS


def test_examples_call_the_function_they_stand_for(told: dict[str, Any]) -> None:
    assert [
        name for name, one in told["functions"].items() if f"{name}(" not in one["example"]
    ] == []


def test_arguments_are_names_that_vba_allows() -> None:
    names = {name for answer in ANSWERS.values() for name in inspect.signature(answer).parameters}
    assert names & RESERVED == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_tells_the_wizard_of_every_function(language: Any) -> None:
    assert [row[0] for row in function_texts(language)] == list(ANSWERS)
