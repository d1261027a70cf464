"""The house: rooms, their floors, and the way of a deal through them, from the imports as they are."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "salesbook"
MOST_CLIMBS = 2


def room_of(module: str) -> str:
    """The folder or file right under salesbook/ in which a module stands."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


@cache
def rooms() -> dict[str, frozenset[str]]:
    """By room: the rooms whose modules it imports, when they are loaded or later."""
    taken: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        room = room_of(".".join(parts))
        if room.startswith("__"):
            continue
        imports = taken.setdefault(room, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imports |= {room_of(name) for name in imported(node) if name.startswith("salesbook.")}
        imports.discard(room)
    return {room: frozenset(others & taken.keys()) for room, others in taken.items()}


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module == "salesbook":
        return [f"salesbook.{alias.name}" for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


@cache
def floor(room: str) -> int:
    """A room stands one floor above the highest room that it imports; a circle never ends."""
    return 1 + max((floor(other) for other in rooms()[room]), default=0)


def way(page: str, heading: str) -> list[str]:
    """The rooms that a section of a document walks through, in order: one a numbered step."""
    section = (ROOT / "docs" / page).read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1]
    steps = re.findall(
        r"^\d+\. \*\*`salesbook/(\w+)(?:/|\.py)", section.split("\n## ")[0], re.MULTILINE
    )
    assert len(steps) > 4
    return steps


def test_no_room_needs_a_room_that_needs_it():
    """Every room has a floor."""
    for room in rooms():
        assert floor(room) < 20


def test_a_deals_way_from_cell_to_forecast_climbs_at_most_twice():
    """As docs/architecture.md tells it: from the cell up to its meaning, up to the verb, then down."""
    steps = way("architecture.md", "A deal on its way")
    assert steps[0] == steps[-1] == "hosts"
    climbs = [(here, there) for here, there in pairwise(steps) if floor(there) > floor(here)]
    assert len(climbs) <= MOST_CLIMBS, climbs


def test_both_languages_tell_the_same_way():
    assert way("architecture.zh-CN.md", "一笔商机的路") == way(
        "architecture.md", "A deal on its way"
    )


def floors_told(page: str) -> dict[str, int]:
    """The floor of each room as a document's table tells it."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    told: dict[str, int] = {}
    for row in re.findall(r"^\| (\d+) \| (.*?) \|", text, re.MULTILINE):
        for name in re.findall(r"`(?:salesbook/)?(\w+)(?:/|\.py)`", row[1]):
            told[name] = int(row[0])
    return told


@pytest.mark.parametrize("page", ["architecture.md", "architecture.zh-CN.md"])
def test_every_room_is_on_the_map_on_its_floor(page):
    floors = {room: floor(room) for room in rooms()}
    assert floors_told(page) == floors
