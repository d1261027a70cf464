"""How do the figures read? One Markdown page, each figure with how it was made."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from bench.steplist import STEPS

Kept = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]
_PATCH_SECONDS: Final = 0.2
_WORDS: Final = {
    "copy": "floor: copy the file",
    "inflate": "floor: inflate every part",
    "best_reader": "floor: inflate and parse every sheet with calamine, no checks, no types",
    "import_pandas": "floor: import pandas",
    "libreoffice": "LibreOffice: load, calculate the funnel's COUNTIFS and SUMIFS of every rep, save",
    "pandas_way": "pandas: read the order lines' CSV, write it with XlsxWriter; no types, no checks",
    "openpyxl_way": "openpyxl: load, the same `refresh` on the same frames, set the cells, save",
}
_STEP_NOTES: Final = {
    "open": "the zip's directory and the parts that say where tables lie",
    "cells": "raw cells of all tables that `refresh` reads or writes",
    "frames": "typed frames, references resolved, findings",
    "plan": "new cells, compared with the old ones, and their fingerprints",
    "write": "XML of the changed sheets, read again strictly",
    "save": "compress, write beside, sync, keep the backup, replace",
}


def page(kept: Kept) -> str:
    """The whole page."""
    sizes = sorted({int(size) for size in kept.get("whole", {}).get("refresh, first", {})})
    parts = [
        _head(),
        _commands(kept),
        _against(kept, sizes),
        _whole(kept, sizes),
        _steps(kept, sizes),
    ]
    parts += [_pairs(kept, sizes), _peers(kept, sizes), _left()]
    return "\n\n".join(parts) + "\n"


def _head() -> str:
    return f"""# How fast is it?

Made by `python dev.py bench --full --write`. Each figure is a process of its own on a fresh copy of the
book; the best of 2 runs or more (of 1 at 100,000 deals), since whatever disturbs only ever adds. CPU
seconds add up all cores; memory is the process's peak. A command's time is all of it, from starting Python
to the end, with bytecode as an installation leaves it.

A book of *n* deals has n/10 customers, 2 n orders, 3 n activities, n/5 leads, n/20 answers, a payment for
every fourth paid order and one rep per 150 deals (6 to 300); 40 % of its deals are open, 22 % won, 38 % lost.
It is the built workbook, filled by salesbook itself, its texts then moved into the shared strings as Excel
saves them; rows are drawn at random with a fixed seed (`bench/company.py`).

Machine: {_machine()}. Times on other machines differ; ratios and growth hardly do."""


def _machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip()
            for line in info.read_text().splitlines()
            if "model name" in line
        ]
        model = names[0] if names else model
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )


def _commands(kept: Kept) -> str:
    goals = {"--help": 0.15, "usage error": 0.2, "validate, sample book": 1.0}
    rows = [
        (
            f"`{name}`" if name.startswith("-") else name,
            _seconds(one),
            f"{goals[name]:.2f} s",
            f"{one['megabytes']:.0f} MB",
        )
        for name, sizes in kept.get("commands", {}).items()
        for one in sizes.values()
    ]
    return "## What every command costs\n\n" + _table(("", "wall", "goal", "memory"), rows)


def _against(kept: Kept, sizes: Sequence[int]) -> str:
    """The goals: times openpyxl's time, times the best parts' time, memory."""
    rows = []
    for size in sizes:
        first, again = (
            _one(kept, "whole", f"refresh, {when}", size) for when in ("first", "again")
        )
        way, best = _one(kept, "peers", "openpyxl_way", size), _best_parts(kept, size)
        faster = (_ratios(way, first), _ratios(way, again), _ratios(first, best))
        rows.append((f"{size:,}", _cell(first), _cell(again), _cell(way), _cell(best), *faster))
    figures = ("deals", "`refresh`, first", "again", "openpyxl way", "best parts")
    names = (*figures, "openpyxl ÷ first", "openpyxl ÷ again", "first ÷ best parts")
    return f"""## Against openpyxl and against the best that could be

*Best parts*: parse every sheet with calamine, import pandas, and {_PATCH_SECONDS} s to patch the package;
nothing is typed, checked or calculated in it. *openpyxl way*: `load_workbook`, the same verbs on the same
frames, every output cell set, `save` (which besides loses what openpyxl does not know). Ratios are of wall
time, then of CPU time, which a busy machine disturbs less.

{_table(names, rows)}"""


def _ratios(one: Mapping[str, float] | None, other: Mapping[str, float] | None) -> str:
    if not one or not other:
        return "–"
    return f"{one['wall'] / other['wall']:.1f} × ({one['cpu'] / other['cpu']:.1f} × CPU)"


def _best_parts(kept: Kept, size: int) -> dict[str, float] | None:
    parts = [_one(kept, "peers", name, size) for name in ("best_reader", "import_pandas")]
    known = [part for part in parts if part]
    if len(known) < len(parts):
        return None
    sums = {name: sum(part[name] for part in known) + _PATCH_SECONDS for name in ("wall", "cpu")}
    return sums | {"megabytes": max(part["megabytes"] for part in known)}


def _whole(kept: Kept, sizes: Sequence[int]) -> str:
    rows = list(_rows(kept, "whole", list(kept.get("whole", {})), sizes))
    return f"""## Whole commands

*First*: no verb has run in the book yet. *Again*: the same day, nothing changed. *Next day*: one day later,
so that every age moves. *Import*: the same deals, and their order lines, from CSV into a book that holds
only products, team and customers.

{_table(_heads("command", sizes), rows)}

An import of the order lines beside what pandas takes to move them from the CSV into a workbook of their own:

{_imports(kept, sizes)}"""


def _imports(kept: Kept, sizes: Sequence[int]) -> str:
    """What checking and looking up costs beside merely moving the cells."""
    rows = []
    for size in sizes:
        ours = _one(kept, "whole", "import of the orders", size)
        way = _one(kept, "peers", "pandas_way", size)
        rows.append((f"{size:,}", _cell(ours), _cell(way), _ratios(ours, way)))
    return _table(("deals", "`import` of the orders", "pandas way", "import ÷ pandas"), rows)


def _steps(kept: Kept, sizes: Sequence[int]) -> str:
    rows = list(_rows(kept, "steps", list(STEPS), sizes))
    notes = "\n".join(f"- `{name}`: {note}" for name, note in _STEP_NOTES.items())
    return f"""## Steps of the first `refresh`, each alone

{notes}

Memory is that of the whole process up to the step.

{_table(_heads("step", sizes), rows)}"""


def _pairs(kept: Kept, sizes: Sequence[int]) -> str:
    names = [name for name in kept.get("steps", {}) if " + " in name]
    return f"## Steps in pairs\n\n{_table(_heads('steps', sizes), list(_rows(kept, 'steps', names, sizes)))}"


def _peers(kept: Kept, sizes: Sequence[int]) -> str:
    rows = list(_rows(kept, "peers", list(_WORDS), sizes))
    return f"## Peers and floors\n\n{_table(_heads('', sizes), [(_WORDS[name], *rest) for name, *rest in rows])}"


def _left() -> str:
    return (Path(__file__).with_name("left.md")).read_text(encoding="utf-8").rstrip()


def _heads(what: str, sizes: Sequence[int]) -> tuple[str, ...]:
    growth = [f"growth {a:,} → {b:,}" for a, b in pairwise(sizes)]
    return (what, *(f"{size:,}" for size in sizes), *growth)


def _rows(
    kept: Kept, group: str, names: Sequence[str], sizes: Sequence[int]
) -> Iterator[tuple[str, ...]]:
    """Per name: wall, CPU and memory at each size, and the exponents of growth of the wall time."""
    for name in names:
        figures = kept.get(group, {}).get(name)
        if not figures:
            continue
        walls = [figures.get(str(size), {}).get("wall", math.nan) for size in sizes]
        cells = [_cell(figures.get(str(size))) for size in sizes]
        pairs = zip(pairwise(walls), pairwise(sizes), strict=True)
        growth = [_exponent(b / a, d / c) for (a, b), (c, d) in pairs]
        yield (name, *cells, *growth)


def _exponent(times: float, size_times: float) -> str:
    """1 is linear: ten times the rows take ten times as long."""
    return "–" if math.isnan(times) else f"{math.log(times) / math.log(size_times):.2f}"


def _cell(one: Mapping[str, float] | None) -> str:
    return f"{_s(one['wall'])} ({one['cpu']:.2f} CPU, {one['megabytes']:.0f} MB)" if one else "–"


def _one(kept: Kept, group: str, name: str, size: int) -> Mapping[str, float] | None:
    return kept.get(group, {}).get(name, {}).get(str(size))


def _seconds(one: Mapping[str, float]) -> str:
    return _s(one["wall"])


def _s(seconds: float) -> str:
    return "–" if math.isnan(seconds) else f"{seconds:.2f} s"


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
