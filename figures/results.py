"""What does a section of a page say? Figures, how they were made, and goals met or not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figures:
    """One table of a page."""

    headers: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: str = ""
    is_folded: bool = False
    """True for a long table that a reader opens by its title."""

    def markdown(self) -> str:
        """Draw it."""
        table = [_line(self.headers), _line(["---"] * len(self.headers)), *map(_line, self.rows)]
        if self.is_folded:
            return "\n".join(
                [f"<details><summary>{self.title}</summary>", "", *table, "", "</details>"]
            )
        return "\n".join([f"**{self.title}**", "", *table] if self.title else table)


@dataclass(frozen=True)
class Goal:
    """Something that must hold, and whether it did."""

    text: str
    met: bool
    found: str = ""
    """What was found instead."""

    def markdown(self) -> str:
        """Say it in one line."""
        return f"- {'✓' if self.met else '✗'} {self.text}" + (
            f": {self.found}" if self.found else ""
        )


@dataclass(frozen=True)
class Result:
    """A section of the page."""

    title: str
    how: str
    """How the figures were made, and what they do not show."""
    figures: tuple[Figures, ...]
    goals: tuple[Goal, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def misses(self) -> list[str]:
        """Goals that were not met."""
        return [f"{goal.text} {goal.found}".strip() for goal in self.goals if not goal.met]

    def markdown(self) -> str:
        """Draw the section."""
        blocks = [f"## {self.title}", self.how, *(one.markdown() for one in self.figures)]
        blocks += ["\n".join(goal.markdown() for goal in self.goals), *self.notes]
        return "\n\n".join(block for block in blocks if block)


def none_of(text: str, found: Iterable[object], *, of: int | None = None) -> Goal:
    """Make the goal that something never happened; what was found is listed, at most five."""
    seen = [str(one) for one in found]
    count = f"{len(seen)} of {of}" if of is not None else str(len(seen))
    shown = "; ".join(seen[:5]) + ("; …" if len(seen) > 5 else "")
    return Goal(
        text, not seen, f"{count} ({shown})" if seen else (f"0 of {of}" if of is not None else "")
    )


def section_words(texts: Path, section: str, **facts: Any) -> tuple[str, str]:
    """Say a section's title and how its figures were made.

    Args:
        texts: a TOML file with `title` and `how` of each section.
        facts: what the words have in braces.
    """
    words = tomllib.loads(texts.read_text("utf-8"))[section]
    return words["title"], words["how"].strip().format(**facts)


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(value: Any) -> str:
    text = f"{value:.2f}" if isinstance(value, float) else "" if value is None else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
