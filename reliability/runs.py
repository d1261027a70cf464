"""How does a command fare in a process of its own? Forked warm; limited, killed or disturbed."""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

PRELOAD = [
    "pandas",
    "openpyxl",
    "rich.table",
    "salesbook.cli.app",
    "salesbook.book.files",
    "salesbook.book.importing",
    "salesbook.cli.terminal",
    "salesbook.domain.validate",
    "reliability.runs",
]
CRASHED = 99
"""Exit code of a task that raised what it should not."""


@dataclass(frozen=True)
class Done:
    """What became of a process."""

    code: int
    """Exit code; negative for the signal that ended it."""
    out: str = ""
    err: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    """Processor seconds, which a busy machine does not lengthen."""
    megabytes: float = 0.0
    """Most memory it held, interpreter and libraries included; 0 where it died."""
    answer: Any = None
    """What a task returned."""

    @property
    def has_traceback(self) -> bool:
        """True where a user would have seen our entrails, or was told of a bug."""
        is_told = "Traceback (most recent call last)" in self.out + self.err
        return is_told or self.code in (70, CRASHED, -6, -11)

    @property
    def document(self) -> Any:
        """The JSON document on stdout; None where there is none."""
        with contextlib.suppress(ValueError):
            return json.loads(self.out)
        return None

    @property
    def error_code(self) -> str:
        """The code of a refusal told as JSON."""
        return (
            str(self.document["error"]["code"])
            if self.document and "error" in self.document
            else ""
        )


@dataclass(frozen=True)
class Setting:
    """Under which circumstances a process runs."""

    user: int | None = None
    """Run as this user and not as root."""
    folder: Path | None = None
    address_space: int | None = None
    """Bytes of memory it may map."""
    disturb: tuple[str, Any] | None = None
    """A function, as `module:name`, that bends the process before the task, and what to give it."""
    environment: Mapping[str, str] = field(default_factory=dict)


class Running:
    """A process that was started and not yet awaited."""

    def __init__(self, task: str, args: tuple[Any, ...], setting: Setting) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="run-")
        folder = Path(self.scratch.name)
        folder.chmod(0o777)
        self.said, said = _context().Pipe(duplex=False)
        self.process: BaseProcess = _context().Process(
            target=_within, args=(task, args, setting, folder, said)
        )
        self.started = time.perf_counter()
        self.process.start()
        said.close()

    def await_word(self, seconds: float) -> bool:
        """Wait until the process says that it is where it was to be killed. Returns: whether it
        did.
        """
        with contextlib.suppress(EOFError):
            return self.said.poll(seconds) and self.said.recv() == "now"
        return False

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()

    def interrupt(self) -> None:
        """Press Ctrl-C, if it still runs."""
        if self.process.pid and self.process.is_alive():
            os.kill(self.process.pid, signal.SIGINT)

    def done(self, seconds: float = 120.0) -> Done:
        """Wait for its end; one that takes too long is killed."""
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        answer: dict[str, Any] = {}
        with contextlib.suppress(EOFError, OSError):
            while self.said.poll():
                word = self.said.recv()
                answer = word if isinstance(word, dict) else answer
        self.said.close()
        texts = [_text(Path(self.scratch.name) / name) for name in ("out", "err")]
        self.scratch.cleanup()
        code = self.process.exitcode
        self.process.close()
        return Done(-9 if code is None else code, texts[0], texts[1], **answer)


def start(task: str, *args: Any, setting: Setting | None = None) -> Running:
    """Start `module:name` with arguments in a process of its own."""
    return Running(task, args, setting or Setting())


def call(task: str, *args: Any, setting: Setting | None = None, seconds: float = 120.0) -> Done:
    """Run a task to its end."""
    return start(task, *args, setting=setting).done(seconds)


def salesbook(*words: object, setting: Setting | None = None, seconds: float = 120.0) -> Done:
    """Run a command of the command line to its end."""
    return call(
        "reliability.runs:command", [str(word) for word in words], setting=setting, seconds=seconds
    )


def starting(*words: object, setting: Setting | None = None) -> Running:
    """Start a command of the command line."""
    return start("reliability.runs:command", [str(word) for word in words], setting=setting)


def command(words: list[str]) -> int:
    """Run the command line within this process. Returns: its exit code."""
    from salesbook.cli.app import run
    from salesbook.interrupts import ends_with_its_save

    ends_with_its_save()
    return run(words)


@cache
def cold_start() -> float:
    """Processor seconds that a new interpreter needs until a refusal; the least of three."""
    words = [sys.executable, "-m", "salesbook", "show", "none.xlsm", "Deals"]
    root = Path(__file__).resolve().parents[1]
    found = []
    for _ in range(3):
        before = _children()
        subprocess.run(words, cwd=root, capture_output=True)
        found.append(_children() - before)
    return min(found)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    return context


def _named(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


say: Connection | None = None
"""In a child: the line to who started it."""


def now() -> None:
    """Tell who started this process that the moment has come."""
    if say:
        with contextlib.suppress(OSError):
            say.send("now")


def _within(
    task: str, args: tuple[Any, ...], setting: Setting, folder: Path, said: Connection
) -> None:
    """Do a task in the child: its words go to files, its figures and answer to who started it."""
    global say
    say = said
    for number, name in ((1, "out"), (2, "err")):
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o666)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    os.environ.update({"XDG_STATE_HOME": str(folder), **setting.environment})
    _settle(setting)
    started = time.perf_counter()
    try:
        answer = _named(task)(*args)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(CRASHED)
    seconds = time.perf_counter() - started
    code = answer if task.endswith(":command") else 0
    sys.stdout.flush()
    sys.stderr.flush()
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / 1024,
    }
    with contextlib.suppress(OSError):
        said.send({**figures, "answer": None if code else answer})
    os._exit(code)


def _settle(setting: Setting) -> None:
    """Take on the circumstances."""
    if setting.address_space:
        resource.setrlimit(resource.RLIMIT_AS, (setting.address_space, setting.address_space))
    if setting.disturb:
        _named(setting.disturb[0])(setting.disturb[1])
    if setting.folder:
        os.chdir(setting.folder)
    if setting.user is not None:
        os.setgroups([])
        os.setgid(setting.user)
        os.setuid(setting.user)


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""
