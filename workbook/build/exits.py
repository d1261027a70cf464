"""With which exit codes may a refusal of each code end a command? As the sources raise them."""

from __future__ import annotations

import ast
from collections import defaultdict
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
_REFUSALS: Final = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, SalesbookError)
}


@cache
def exits_by_code() -> dict[str, tuple[int, ...]]:
    """Exit codes by refusal code, rising; settings at fault refuse under their findings' codes."""
    exits: defaultdict[str, set[int]] = defaultdict(set)
    for refusal in _REFUSALS.values():
        exits[refusal.default_code].add(refusal.exit_code)

    for path in sorted(_SOURCES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for code, refusal in _raised(tree):
            exits[code].add(refusal.exit_code)

    for subject in _OF_SETTINGS:
        for code in words(subject, "en"):
            exits[code].add(SettingsError.exit_code)
    return {code: tuple(sorted(numbers)) for code, numbers in exits.items()}


def _raised(tree: ast.AST) -> Iterator[tuple[str, type[SalesbookError]]]:
    """Each code with the kind of refusal that is made of it, as in `LockedFile("held", ...)`.

    Several codes where a condition chooses: `LockedFile("held" if busy else "locked")`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _of_own_kind(node)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        refusal = _REFUSALS.get(node.func.id)
        if refusal is None or not node.args:
            continue
        for part in ast.walk(node.args[0]):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                yield part.value, refusal


def _of_own_kind(kind: ast.ClassDef) -> Iterator[tuple[str, type[SalesbookError]]]:
    """The codes that a kind of refusal beside `errors.py` gives to `super().__init__`."""
    bases = [base.id for base in kind.bases if isinstance(base, ast.Name)]
    refusals = [_REFUSALS[base] for base in bases if base in _REFUSALS]
    for node in ast.walk(kind):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "super().__init__":
            continue
        code = node.args[0] if node.args else None
        if isinstance(code, ast.Constant):
            yield from ((str(code.value), refusal) for refusal in refusals)
