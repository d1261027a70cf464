"""Run the reliability sections by name, all without one, print their tables and write
docs/reliability.md.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
import time
from pathlib import Path

from reliability import fuzz, page
from reliability.results import Result

SECTIONS = (
    "kills",
    "disks",
    "races",
    "held",
    "kept",
    "zoo",
    "beside",
    "patches",
    "undos",
    "undo_depth",
    "months",
    "ages",
    "mondays",
    "pages",
    "hostile",
    "injection",
    "secrets",
    "cells",
    "dialects",
    "conservation",
)
ORDER = (*SECTIONS[:-3], "fuzz", *SECTIONS[-3:])


def main() -> int:
    """Run what was asked for. Returns: 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(ORDER))
    parser.add_argument("--minutes", type=float, default=3.0, help="for fuzz, all targets together")
    parser.add_argument("--no-page", action="store_true", help="print only")
    asked = parser.parse_args()
    unknown = set(asked.sections) - set(ORDER)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    results = {}
    for name in asked.sections or SECTIONS:
        started = time.perf_counter()
        results[name] = _run(name, asked.minutes)
        print(
            f"{results[name].markdown()}\n\n{name}: {time.perf_counter() - started:.0f} s\n",
            flush=True,
        )
        if not asked.no_page:
            page.write({name: results[name]}, ORDER)
    return int(any(result.misses for result in results.values()))


def _run(name: str, minutes: float) -> Result:
    with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
        Path(folder).chmod(0o755)
        if name == "fuzz":
            return fuzz.run(minutes, Path(folder))
        result: Result = importlib.import_module(f"reliability.{name}").run(Path(folder))
        return result


if __name__ == "__main__":
    raise SystemExit(main())
