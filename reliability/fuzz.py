"""Does anything but a refusal come out of the readers, however odd the bytes? Coverage-guided, by
atheris.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from figures.results import Figures, Goal, Result, none_of
from reliability.books import ROOT
from reliability.fuzz_targets import HEADERS, TARGETS
from reliability.words import told

_RUNS = re.compile(rb"Done (\d+) runs|stat::number_of_executed_units: (\d+)")
_COVER = re.compile(rb"cov: (\d+)")
_PULSE = re.compile(rb"^#(\d+)", re.MULTILINE)
WHAT = {
    "cells": "a cell, and a column of cells, as any kind under any options",
    "csv": "a file of any bytes into one of six tables, planned to the end",
    "package": "a workbook with damaged parts or a damaged zip: read, grown, emptied",
    "spreadsheet": "such a workbook as somebody else's: all of its sheets",
}
_ROWS = (
    b'Anna,Acme,a@b.co,+1 555 0100,"1,200"\n"=1+1",B,,,12.5OO\n',
    b"D1;A;Acme;Won;1.200,50;05.03.2026\nD2;B;;Lost;;\nTotal;;;;5;\n",
    b"1\tAcme\t\xa5 1,234\t2026-02-30\n2\t\t(5)\t5/3/26\n",
    "华信,2026年3月5日,拜访\n,昨天,\n".encode("gb18030"),
    b'Bo,"open\nquote,5\n',
)


@dataclass
class Fuzzed:
    """What became of one target."""

    target: str
    seconds: float = 0.0
    runs: int = 0
    cover: int = 0
    crashes: list[str] = field(default_factory=list)


def fuzz(target: str, seconds: float, folder: Path) -> Fuzzed:
    """Fuzz a target for so long; after a crash it goes on, with what it learnt."""
    corpus = folder / f"corpus-{target}"
    if not corpus.exists():
        corpus.mkdir(parents=True)
        for number, seed in enumerate(_seeds(target)):
            (corpus / f"seed-{number}").write_bytes(seed)
    done = Fuzzed(target)
    end = time.monotonic() + seconds
    while time.monotonic() < end - 1 and len(done.crashes) < 20:
        _round(done, end - time.monotonic(), corpus, folder)
    return done


def _round(done: Fuzzed, seconds: float, corpus: Path, folder: Path) -> None:
    started = time.monotonic()
    before = {path.name for path in folder.glob(f"{done.target}-crash-*")}
    options = [
        "-len_control=0",
        "-max_len=800",
        "-rss_limit_mb=1500",
        "-timeout=20",
        "-print_final_stats=1",
    ]
    words = [
        f"-max_total_time={max(1, int(seconds))}",
        f"-artifact_prefix={folder}/{done.target}-",
        *options,
    ]
    module = [sys.executable, "-m", "reliability.fuzz_targets", done.target]
    nice = ["nice", "-n", "15"] if shutil.which("nice") else []
    ended = subprocess.run(
        [*nice, *module, *words, str(corpus)], cwd=ROOT, capture_output=True, env=_quiet()
    )
    done.seconds += time.monotonic() - started
    done.runs += max(
        [int(a or b) for a, b in _RUNS.findall(ended.stderr)] + _numbers(_PULSE, ended.stderr)
    )
    done.cover = max([done.cover, *_numbers(_COVER, ended.stderr)])
    found = {path.name for path in folder.glob(f"{done.target}-*")} - before
    crashes = sorted(name for name in found if "-corpus" not in name)
    if ended.returncode:
        done.crashes.append(
            f"{', '.join(crashes) or 'no file'}: {_last_words(ended.stdout + ended.stderr)}"
        )


def _numbers(pattern: re.Pattern[bytes], data: bytes) -> list[int]:
    return [int(found) for found in pattern.findall(data)] or [0]


def _last_words(data: bytes) -> str:
    """The exception of a crash."""
    lines = data.decode("utf-8", "replace").splitlines()
    said = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Interrupt)\b", line)]
    said += [line for line in lines if "ERROR: libFuzzer" in line]
    return (said or lines[-1:] or [""])[0][:200]


def _quiet() -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "ignore"}


def _seeds(target: str) -> Iterator[bytes]:
    """Inputs to start from; the fuzzer's choices are read from their ends."""
    chance = random.Random(target)
    if target == "csv":
        for number, rows in enumerate(_ROWS):
            for end in (b"", b"\x01", b"\x03\x01"):
                yield rows + end + bytes([number])
        yield from (head + row for head in HEADERS.values() for row in _ROWS)
    else:
        yield from (chance.randbytes(size) for size in (20, 60, 120, 200, 400) for _ in range(6))


def section(done: list[Fuzzed]) -> Result:
    """Say what the fuzzing found."""
    rows = [
        (
            one.target,
            WHAT[one.target],
            f"{one.seconds / 60:.0f}",
            one.runs,
            one.cover,
            len(one.crashes),
        )
        for one in done
    ]
    return Result(
        *told("fuzz"),
        (
            Figures(
                ("target", "what it is given", "minutes", "executions", "edges covered", "crashes"),
                tuple(rows),
            ),
        ),
        (
            none_of("nothing but a refusal", [text for one in done for text in one.crashes]),
            Goal("an hour in all", sum(one.seconds for one in done) >= 3540, _minutes(done)),
        ),
    )


def _minutes(done: list[Fuzzed]) -> str:
    return f"{sum(one.seconds for one in done) / 60:.0f} minutes"


def run(minutes: float, folder: Path, targets: tuple[str, ...] = tuple(TARGETS)) -> Result:
    """Fuzz each target for its share of the minutes; the inputs of crashes are kept, and where is
    said.
    """
    done = [fuzz(target, minutes * 60 / len(targets), folder) for target in targets]
    found = [path for path in folder.iterdir() if path.is_file()]
    if found:
        kept = Path(tempfile.mkdtemp(prefix="salesbook-fuzz-"))
        for path in found:
            shutil.copy(path, kept)
        sys.stdout.write(f"inputs of crashes are kept in {kept}\n")
    return section(done)
