"""What a list of steps and of people who need help says, so that nobody has to guess what is meant."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from salesbook.labels import sentence
from salesbook.messages import Message
from salesbook.pages.lines import todo
from salesbook.pages.lines.context import WHOLE_COMPANY
from salesbook.pages.lines.helping import RepPace, cause_of
from salesbook.pages.lines.todo import Step

COMPANY = SimpleNamespace(
    policy=SimpleNamespace(decimals=2, tier_rules=(SimpleNamespace(tier="A", up_to_share=0.8),)),
    # No quota is too high.
    once=lambda _what, _gather: {},
)


def step(kind: str, name: str, amount: int | None = None, who: str | None = None) -> Step:
    line = {"sign": "●", "says": Message("page.todo.deal-stuck"), "subject": name, "rep": who}
    return Step((1, 0, 0, 0), kind, ("Deals", name), (WHOLE_COMPANY,), amount, line)


@pytest.mark.parametrize(
    ("steps", "en"),
    [
        (
            [step("deal-stuck", "A", 5_00, "Wei"), step("deal-stuck", "B", 1_200_00, "Yang")],
            "2 steps of one kind: Deal stuck; the largest is B, 1,200 (Yang)",
        ),
        (
            [step("deal-stuck", "A", 1_200_00), step("deal-stuck", "B", 5_00)],
            "2 steps of one kind: Deal stuck; the largest is A, 1,200",
        ),
        (
            [step("lead-waiting", "A", who="Wei"), step("lead-waiting", "B", who="Yang")],
            "2 steps of one kind: Lead waiting; begin with A (Wei)",
        ),
        (
            [step("lead-waiting", "A"), step("lead-waiting", "B")],
            "2 steps of one kind: Lead waiting; begin with A",
        ),
    ],
)
def test_a_line_that_stands_for_many_names_the_largest(steps: list[Step], en: str) -> None:
    """With name, amount and who acts: "agree the next step" alone has no object."""
    line = todo._sum_of(COMPANY, steps[0], steps).line
    assert sentence(line["because"], "en") == en


@pytest.mark.parametrize(
    ("kinds", "en"),
    [
        (
            ["deal-stuck", "deal-stuck", "call"],
            "3 steps: 2 from alerts, 1 more late call of tier A",
        ),
        (["deal-stuck", "talk", "talk"], "3 steps: 1 from alerts, 2 talks"),
    ],
)
def test_the_number_of_steps_says_what_is_counted(kinds: list[str], en: str) -> None:
    counted = todo._counted(COMPANY, [step(kind, str(place)) for place, kind in enumerate(kinds)])
    assert (counted["count"], sentence(counted["says"], "en")) == (3, en)


def pace(rate: float, low: float | None, high: float | None) -> RepPace:
    return RepPace("r1", round(rate * 100_00), 100_00, low, high)


@pytest.mark.parametrize(
    ("pace_of_rep", "code", "en"),
    [
        (
            pace(0.09, 0.0, 1.19),
            "page.why.few-no-deal",
            "Too few deals to tell: luck alone leaves 0% to 119% of pace; no deal that counts is "
            "due this year",
        ),
        (
            pace(0.09, None, None),
            "page.why.new-no-deal",
            "Too early to tell; no deal that counts is due this year",
        ),
        (
            pace(0.80, 0.6, 1.0),
            "page.why.luck-no-deal",
            "Within the normal swing; no deal that counts is due this year",
        ),
        (
            pace(0.40, 0.2, 0.6),
            "page.why.unknown-no-deal",
            "No open deal that counts is due this year",
        ),
    ],
)
def test_a_swing_that_holds_everything_is_not_called_normal(
    monkeypatch: Any, pace_of_rep: RepPace, code: str, en: str
) -> None:
    """9 % of pace within 0 % to 119 % is not fine: nobody can tell yet."""
    for name in ("worst_metric", "largest_open_deal"):
        monkeypatch.setattr(f"salesbook.pages.lines.helping.{name}", lambda context, rep: None)
    cause = cause_of(COMPANY, pace_of_rep)
    assert (cause.code, sentence(cause, "en")) == (code, en)


@pytest.mark.parametrize(
    ("pace_of_rep", "is_far_behind"),
    [
        (pace(0.07, 0.0, 1.19), True),
        (pace(0.40, 0.2, 1.0), True),
        (pace(0.80, 0.6, 1.0), False),
    ],
)
def test_far_behind_is_said_beside_that_it_may_be_luck(
    monkeypatch: Any, pace_of_rep: RepPace, is_far_behind: bool
) -> None:
    """Under half of pace nothing is called a normal swing, on no page, though the sign stays ●."""
    for name in ("worst_metric", "largest_open_deal"):
        monkeypatch.setattr(f"salesbook.pages.lines.helping.{name}", lambda context, rep: None)
    assert (pace_of_rep.sign, pace_of_rep.is_far_behind) == ("●", is_far_behind)
    assert ("Within the normal swing" in sentence(cause_of(COMPANY, pace_of_rep), "en")) != (
        is_far_behind
    )
