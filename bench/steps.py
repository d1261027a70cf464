"""How long does each step of a `refresh` take, alone and with the next? Runs in a process of its
own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from bench.steplist import AS_OF, STEPS


def run(book: Path, first: str, last: str) -> tuple[float, float]:
    """Do all steps up to `last`. Returns: wall and CPU seconds from the start of `first` on."""
    state: dict[str, Any] = {"book": book}
    started = (perf_counter(), process_time())
    from salesbook.book.session import collecting_nothing

    with ExitStack() as stack, collecting_nothing():
        state["stack"] = stack
        for name in STEPS[: STEPS.index(last) + 1]:
            if name == first:
                started = (perf_counter(), process_time())
            _DO.get(name, _compute)(state, name)
        return perf_counter() - started[0], process_time() - started[1]


def _open(state: dict[str, Any], _: str) -> None:
    from salesbook.hosts.package import open_package

    state["host"] = state["stack"].enter_context(open_package(state["book"], for_writing=True))


def _cells(state: dict[str, Any], _: str) -> None:
    from salesbook.actions import ACTIONS

    refresh = ACTIONS["refresh"]
    tables = dict.fromkeys((*refresh.reads, *refresh.writes))
    state["cells"] = [state["host"].read(table) for table in tables]


def _frames(state: dict[str, Any], _: str) -> None:
    from salesbook.actions import ACTIONS
    from salesbook.book.report import Options
    from salesbook.book.session import Session

    refresh, session = ACTIONS["refresh"], Session(state["host"])
    state["task"], state["found"] = session.task(
        refresh.reads, Options(AS_OF), writes=refresh.writes
    )
    state["session"], state["cells"] = session, None
    state["outcomes"] = []


def _compute(state: dict[str, Any], verb: str) -> None:
    from salesbook.actions import ACTIONS

    state["outcomes"].append(ACTIONS[verb].run(state["task"]))


def _plan(state: dict[str, Any], step: str) -> None:
    from salesbook.actions import ACTIONS
    from salesbook.book.run import prepare_writes as plan
    from salesbook.domain.outcome import Outcome

    tables = {
        name: frame for outcome in state["outcomes"] for name, frame in outcome.tables.items()
    }
    findings = [finding for outcome in state["outcomes"] for finding in outcome.findings]
    outcome = Outcome(tables, findings)
    state["planned"], *_ = plan(
        state["session"], ACTIONS["refresh"].writes, outcome, state["found"]
    )


def _write(state: dict[str, Any], _: str) -> None:
    state["host"].write([one.write for one in state["planned"]])


def _save(state: dict[str, Any], _: str) -> None:
    state["host"].save()


_DO: Final[dict[str, Callable[[dict[str, Any], str], None]]] = {
    "open": _open,
    "cells": _cells,
    "frames": _frames,
    "plan": _plan,
    "write": _write,
    "save": _save,
}
