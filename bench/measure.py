"""What does a program take? Wall and CPU seconds and peak memory of a process of its own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

_AS_INSTALLED = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
"""An installed package has its bytecode; a first run writes it here too."""


@dataclass(frozen=True)
class Figure:
    """One measurement: the best of its repeats by wall time."""

    wall: float
    cpu: float
    megabytes: float


def program(words: Sequence[str], *, codes: Sequence[int] = (0,)) -> Figure:
    """Run a program to its end.

    Raises: RuntimeError where it ends with another exit code than expected.
    """
    with tempfile.TemporaryFile() as out:
        started = perf_counter()
        child = os.posix_spawnp(
            words[0],
            list(words),
            _AS_INSTALLED,
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), stream) for stream in (1, 2)],
        )
        _, status, used = os.wait4(child, 0)
        wall = perf_counter() - started
        if os.waitstatus_to_exitcode(status) not in codes:
            out.seek(0)
            raise RuntimeError(f"{' '.join(words)}: {out.read().decode(errors='replace')[-2000:]}")
    return Figure(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def salesbook(*words: str, codes: Sequence[int] = (0,)) -> Figure:
    """Run a command of salesbook as its user does."""
    return program([str(Path(sys.executable).with_name("salesbook")), *words], codes=codes)


def part(*words: str) -> Figure:
    """Run `bench.child`, which times one part of its work itself; memory is the whole process's."""
    with tempfile.TemporaryDirectory() as place:
        told = Path(place) / "told.json"
        used = program([sys.executable, "-m", "bench.child", str(told), *words])
        wall, cpu = json.loads(told.read_text())
    return Figure(wall, cpu, used.megabytes)


def made(deals: int) -> dict[str, Path]:
    """The files of one size. Made in another process: a child's peak memory is never below its
    parent's.
    """
    with tempfile.TemporaryDirectory() as place:
        told = Path(place) / "told.json"
        program([sys.executable, "-m", "bench.child", str(told), "make", str(deals)])
        return {name: Path(path) for name, path in json.loads(told.read_text()).items()}


def best(measure: Callable[[], Figure], repeats: int) -> Figure:
    """The quickest of some runs: what disturbs only ever adds."""
    return min((measure() for _ in range(repeats)), key=lambda figure: figure.wall)
