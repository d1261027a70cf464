"""How severe is each kind of finding, and where can it stand? Read from the code that finds it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from salesbook import labels
from salesbook.tables import TABLES

_PACKAGE: Final = Path(labels.__file__).resolve().parents[1]
_ROOMS: Final = ("cells", "domain", "reading", "writing", "policy.py")
"""Where findings are made; the words and the faces only repeat their codes."""
_SEVERITIES: Final = ("error", "warning")
_BY_NAME: Final[Mapping[str, str]] = {
    "flag": "warning",
    "_warning": "warning",
    "_error": "error",
    "_before": "error",
    "Reason": "error",
    "CellFault": "error",
}
"""What a function says of the severity where a call of it says nothing."""


_ERRORS_BESIDES: Final = frozenset(
    """
    bracket-negative brackets-empty brackets-rise brackets-start cap-negative cuts-fall
    cuts-rise hours-unreadable minutes-unreadable month-unreadable nobody-to-plan pay-falls
    rates-fall unknown-candidate unknown-course unknown-customer unknown-deal unknown-goal
    unknown-opening unknown-order unknown-rep weekend-unreadable
    """.split()
)
_WARNINGS_BESIDES: Final = frozenset(
    """
    cap-not-last draft-differs draw-not-last leaders-not-planned pay-jumps published-differs
    resplit-above-target result-without-done split-months-moved split-people-moved
    split-unit-smaller unknown-level unknown-plan
    """.split()
)
"""Codes that reach their finding by more than one call, so that no single one says both."""


@dataclass
class Rule:
    """What the code says of one kind of finding."""

    severities: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    """`Table.field`, or a table alone; none where any table may have it."""

    @property
    def severity(self) -> str:
        """The severity where there is one; blank where it hangs on the case."""
        return next(iter(self.severities)) if len(self.severities) == 1 else ""


@cache
def rules_found() -> Mapping[str, Rule]:
    """Every kind of finding that Checks may name, by code."""
    rules = {code: Rule() for code in labels.known_names("findings")}
    for room in _ROOMS:
        path = _PACKAGE / room
        for module in [path] if path.is_file() else sorted(path.rglob("*.py")):
            tree = ast.parse(module.read_text(encoding="utf-8"))
            helpers = _helpers(tree)
            for scope in ast.walk(tree):
                if isinstance(scope, ast.FunctionDef):
                    _learn_in(scope, helpers, rules)
    for severity, codes in (("error", _ERRORS_BESIDES), ("warning", _WARNINGS_BESIDES)):
        for code in codes:
            rules[code].severities |= {severity}
    return rules


def _helpers(tree: ast.Module) -> dict[str, frozenset[str]]:
    """By function that makes a finding of a code it is given: what it says itself, as texts."""
    found: dict[str, frozenset[str]] = {}
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        usual = [*function.args.defaults, *(one for one in function.args.kw_defaults if one)]
        says = {text for default in usual for text in _texts(default, {}) if text in _SEVERITIES}
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and _name(call) == "Finding":
                says |= {text for text in _said(call, {}) if text not in ("value", "")}
        found[function.name] = frozenset(says)
    return found


def _learn_in(
    scope: ast.FunctionDef, helpers: Mapping[str, frozenset[str]], rules: Mapping[str, Rule]
) -> None:
    """Note what the calls of one function say of the kinds of finding that they name."""
    names: dict[str, list[str]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names.setdefault(node.targets[0].id, []).extend(_texts(node.value, {}))
    calls = [node for node in ast.walk(scope) if isinstance(node, ast.Call)]
    inner = {id(one) for call in calls if _name(call) == "CellFault" for one in call.args}
    for call in calls:
        # What a fault of a cell is stands beside its reason.
        if id(call) not in inner:
            _learn(call, _said(call, names), helpers, rules)


def _learn(
    call: ast.Call,
    said: list[str],
    helpers: Mapping[str, frozenset[str]],
    rules: Mapping[str, Rule],
) -> None:
    codes = [text for text in said if text in rules]
    name = _name(call)
    by_helper = helpers.get(name, frozenset())
    severities = {text for text in said if text in _SEVERITIES}
    if not severities:
        severities = {text for text in by_helper if text in _SEVERITIES}
    if not severities and name in _BY_NAME:
        severities = {_BY_NAME[name]}

    places = {text for text in said if _is_place(text)}
    known = [*said, *sorted(by_helper)]
    tables = [text for text in known if text in TABLES]
    if tables and not places:
        fields = [text for text in known if text in TABLES[tables[0]].field_names]
        places = {f"{tables[0]}.{fields[0]}" if fields else tables[0]}
    for code in codes:
        rules[code].severities |= severities
        rules[code].places |= places if severities else set()


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _said(call: ast.Call, names: Mapping[str, list[str]]) -> list[str]:
    """The texts that a call is given, those of a cell's reason among them."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    texts = [text for argument in given for text in _texts(argument, names)]
    for argument in given:
        if isinstance(argument, ast.Call) and _name(argument) == "Reason":
            texts += _said(argument, names)
    return texts


def _texts(node: ast.expr, names: Mapping[str, list[str]]) -> Iterator[str]:
    """The texts that an argument may be: itself, either side of a choice, or what it was called."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name):
        yield from names.get(node.id, ())
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body, names), *_texts(node.orelse, names))


def _is_place(text: str) -> bool:
    table, point, name = text.partition(".")
    return bool(point) and table in TABLES and name in TABLES[table].field_names
