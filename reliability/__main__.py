"""Run the reliability sections by name, all without one, print their tables and write
docs/reliability.md.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
import time
from pathlib import Path

from figures.results import Result
from reliability import fuzz
from reliability.page import PAGE, SECTIONS


def main() -> int:
    """Run what was asked for. Returns: 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(PAGE.order))
    parser.add_argument("--minutes", type=float, default=3.0, help="for fuzz, all targets together")
    parser.add_argument("--no-page", action="store_true", help="print only")
    asked = parser.parse_args()
    unknown = set(asked.sections) - set(PAGE.order)
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
            PAGE.write({name: results[name]})
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
