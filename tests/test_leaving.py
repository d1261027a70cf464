"""How a command ends: everything printed, everything that waits for the end done, nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = """
import atexit, os, sys
class Large:
    def __del__(self):
        os.write(2, b"taken apart")
sys.large = Large()
atexit.register(lambda: print("at the end"))
from salesbook.cli import main
main()
"""


def child(*words: str, stdout: object = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, its output kept back as it is on the way to a file."""
    quiet = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        [sys.executable, "-c", _CHILD, *words],
        stdout=stdout,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=quiet,
    )


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["show", "none.xlsm", "Deals"], 10)])
def test_a_command_prints_all_and_does_what_waits_for_the_end(words: list[str], code: int) -> None:
    done = child(*words)
    assert done.returncode == code
    assert done.stdout.endswith("at the end\n")
    assert bool(done.stderr) is (code != 0)


def test_what_a_run_held_is_left_to_the_system() -> None:
    """Freeing a large book's cells one by one takes seconds, and the system frees them at once."""
    assert "taken apart" not in child("--version").stderr


def test_a_closed_output_is_no_success() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = child("--version", stdout=writer)
    os.close(writer)
    assert done.returncode != 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_under_the_output_is_no_success() -> None:
    with Path("/dev/full").open("w") as full:
        done = child("--version", stdout=full)
    assert done.returncode != 0
    assert "No space left" in done.stderr
