"""Does doctor find nothing wrong on a machine where Excel alone is missing?

Run on Windows or a Mac, after install: `python tests/doctor_without_excel.py BOOK`.
"""

from __future__ import annotations

import json
import subprocess
import sys

EXPECTED = {"no-excel", "network-folder", "python-variables", "cmd-autorun"}
"""Faults that a borrowed machine may have; none of them is of salesbook's making."""
MUST_BE_FINE = {"interpreter", "start", "path", "workbook"}


def main(words: list[str]) -> None:
    """Print what doctor says. Raises: SystemExit where it finds another fault, or looked too little."""
    done = subprocess.run(
        [sys.executable, "-m", "salesbook", "doctor", *words, "--json"],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    problem = wrong(json.loads(done.stdout)["checks"])
    if problem:
        raise SystemExit(problem)


def wrong(checks: list[dict[str, object]]) -> str:
    """What is wrong with doctor's answer; nothing where it is as it should be."""
    faults = {str(check["code"]) for check in checks if not check["ok"]} - EXPECTED
    unseen = MUST_BE_FINE - {str(check["code"]) for check in checks if check["ok"]}
    return f"faults: {sorted(faults)}, not looked at: {sorted(unseen)}" if faults | unseen else ""


if __name__ == "__main__":
    main(sys.argv[1:])
