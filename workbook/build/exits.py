"""With which exit codes may a refusal of each code end a command? As the sources raise them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import salesbook
from salesbook import errors
from salesbook.errors import SalesbookError, SettingsError
from salesbook.labels import words

_SOURCES: Final = Path(str(salesbook.__file__)).parent
_OF_SETTINGS: Final = ("findings", "findings_cells", "findings_settings")
"""Findings that a cell of a settings table may have."""
_LEAVES: Final = {
    name: leaf
    for name, leaf in vars(errors).items()
    if isinstance(leaf, type) and issubclass(leaf, SalesbookError)
}


@cache
def exits_by_code() -> dict[str, tuple[int, ...]]:
    """Exit codes by refusal code, rising; settings at fault refuse under their findings' codes."""
    found: dict[str, set[int]] = {leaf.default_code: {leaf.exit_code} for leaf in _LEAVES.values()}
    for path in sorted(_SOURCES.rglob("*.py")):
        for code, leaf in _raised(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(code, set()).add(leaf.exit_code)
    for subject in _OF_SETTINGS:
        for code in words(subject, "en"):
            found.setdefault(code, set()).add(SettingsError.exit_code)
    return {code: tuple(sorted(exits)) for code, exits in found.items()}


def _raised(tree: ast.AST) -> Iterator[tuple[str, type[SalesbookError]]]:
    """Each code with the kind of refusal that is made of it; several where a condition chooses."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _LEAVES
        ):
            for part in ast.walk(node.args[0]) if node.args else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, _LEAVES[node.func.id]
