"""No function of salesbook or of the worksheet functions is there for tests alone."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from salesbook.actions import ACTIONS

ROOT = Path(__file__).resolve().parent.parent
OURS = ("salesbook", "udfs")
"""Packages whose functions somebody must use."""
USERS = (*OURS, "workbook", "dev.py")
"""Where a use counts. Tests are left out: that is the point."""
CALLED_BY_NAME = {
    "salesbook.macros": "workbook/vba/*.bas",
    "salesbook.macros.server": "workbook/vba/*.bas",
    "salesbook.cli.app": "pyproject.toml",
}
"""Modules whose functions files call by their names: macros, and the command itself."""

WAITING = {
    "salesbook.domain.arithmetic.allocation.hold_and_change": (
        "editing one target while others are held: the page on which targets are edited"
    ),
    "salesbook.domain.arithmetic.intervals.chance_above": (
        "how sure it is that a rate is above a bar: the page of the funnel"
    ),
    "salesbook.domain.arithmetic.survival.aalen_johansen": (
        "won and lost as competing exits of a stage: the page of the funnel"
    ),
    "salesbook.domain.pipeline.chances.win_rates.StageRates.certainty": (
        "how sure a stage's rate is: what the forecast draws it by"
    ),
    "salesbook.domain.pipeline.chances.win_rates.win_rate_by_amount": (
        "win rate by money beside that by count: the report on the pipeline"
    ),
    "salesbook.hosts.memory.MemoryHost": "the reference that every host is held against",
}
"""Functions that only tests use today, each with the part of the work that will use it."""

_NOT_REGISTERING = {
    "cache",
    "cached_property",
    "classmethod",
    "contextmanager",
    "dataclass",
    "lru_cache",
    "overload",
    "property",
    "staticmethod",
}
"""Decorators under which a function still has to be called by somebody; others hand it on."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass
class Uses:
    """What the code refers to."""

    names: set[str] = field(default_factory=set)
    """Dotted names of what is imported, or reached through an imported module."""
    attributes: set[str] = field(default_factory=set)
    """Attributes of anything else: how methods are called."""
    passed_on: dict[str, str] = field(default_factory=dict)
    """Dotted names under which a package passes something on, with where that stands."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def trees_of(folders: tuple[str, ...]) -> dict[str, tuple[bool, ast.Module]]:
    """Every module by name: whether it is a package's own file, and its tree."""
    paths = [
        path
        for folder in folders
        for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
    ]
    return {module_name(path): (path.name == "__init__.py", tree_of(path)) for path in paths}


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def bound_names(module: ast.Module) -> dict[str, str]:
    """Dotted names of what is imported, by the name that it has in the module."""
    bound = {}
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name] = alias.name
    return bound


def add_uses(uses: Uses, name: str, module: ast.Module, *, is_package: bool) -> None:
    """Note what one module refers to, but for what a function says of itself."""
    bound = bound_names(module)
    referred = set()
    for node in outside_itself(module):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            referred.add(node.id)
            uses.names.add(bound.get(node.id, f"{name}.{node.id}"))
        elif isinstance(node, ast.Attribute):
            uses.attributes.add(node.attr)
            if isinstance(node.value, ast.Name) and node.value.id in bound:
                uses.names.add(f"{bound[node.value.id]}.{node.attr}")

    # A package's own file imports for others; whether they use it is seen there.
    if is_package:
        for local_name, origin in bound.items():
            if local_name not in referred:
                uses.passed_on[f"{name}.{local_name}"] = origin


def outside_itself(module: ast.Module) -> Iterator[ast.AST]:
    """All nodes but the names by which a function or class of the module refers to itself."""
    for part in module.body:
        # A method of the same name is another thing, and its names count.
        own_name = part.name if isinstance(part, Definition) else None
        for node in ast.walk(part):
            if not (isinstance(node, ast.Name) and node.id == own_name):
                yield node


def all_uses() -> Uses:
    uses = Uses()
    for name, (is_package, module) in trees_of(USERS).items():
        add_uses(uses, name, module, is_package=is_package)

    # What is passed on by a package may be passed on by the package around it.
    for _ in range(3):
        uses.names |= {origin for alias, origin in uses.passed_on.items() if alias in uses.names}
    return uses


def called_by_name() -> set[str]:
    """Dotted names of functions that are no name in Python where they are called."""
    called = {f"salesbook.domain.{action.name}.run" for action in ACTIONS.values()}
    for module, pattern in CALLED_BY_NAME.items():
        for file in ROOT.glob(pattern):
            words = re.findall(r"\w+", file.read_text("utf-8"))
            called |= {f"{module}.{word}" for word in words}
    return called


def is_registered(definition: Definition) -> bool:
    """True where a decorator takes the function and gives it to whoever calls it."""
    for decorator in definition.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        last = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if last not in _NOT_REGISTERING:
            return True
    return False


def definitions(module: ast.Module) -> Iterator[tuple[str, Definition, bool]]:
    """Functions, classes and methods, with their names and whether they are methods."""
    for node in module.body:
        if not isinstance(node, Definition):
            continue
        if not node.name.startswith("__"):  # Python itself calls those
            yield node.name, node, False
        for part in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(part, ast.FunctionDef) and not part.name.startswith("__"):
                yield f"{node.name}.{part.name}", part, True


def unused(uses: Uses, called: set[str]) -> list[str]:
    """Dotted names of what nothing but tests refers to."""
    dead = []
    for module, (_, tree) in trees_of(OURS).items():
        for name, definition, is_method in definitions(tree):
            dotted = f"{module}.{name}"
            is_used = definition.name in uses.attributes if is_method else dotted in uses.names
            if not (is_used or dotted in called or is_registered(definition)):
                dead.append(dotted)
    return sorted(dead)


def test_nothing_is_there_for_tests_alone() -> None:
    """Whoever adds a function that nothing calls says here what for, or takes it away."""
    assert unused(all_uses(), called_by_name()) == sorted(WAITING)


def test_a_function_that_only_calls_itself_is_named() -> None:
    """Calls by itself, by tests and by functions of the same name elsewhere do not count."""
    module = ast.parse(
        "def used(): ...\ndef again(): return again()\ndef name(): ...\nused()\nother.name\n"
    )
    uses = Uses()
    add_uses(uses, "salesbook.made_up", module, is_package=False)
    names = [f"salesbook.made_up.{name}" for name, _, _ in definitions(module)]
    assert [name for name in names if name not in uses.names] == [
        "salesbook.made_up.again",
        "salesbook.made_up.name",
    ]
