"""What all tests share."""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("SALESBOOK_HYPOTHESIS", "quick"))

# Commands that tests start find compiled modules, as in an installation: without them each start
# compiles all of salesbook anew, which takes longer than what most of them do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Backups of books that a test cannot keep beside them lie in no user's own folder.
_STATE = tempfile.TemporaryDirectory(prefix="salesbook-state-")
os.environ["XDG_STATE_HOME"] = _STATE.name

# The build and the tests need lxml and defusedxml, salesbook does not: openpyxl reads as it does
# where neither is installed.
os.environ |= {"OPENPYXL_LXML": "False", "OPENPYXL_DEFUSEDXML": "False"}

_MOST_SECONDS = 60


class Printed:
    """What a command printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def salesbook(capsys: pytest.CaptureFixture[str]) -> Callable[..., Printed]:
    """Run a command as a terminal does."""
    from salesbook.cli.app import run

    def call(*words: object) -> Printed:
        code = run([str(word) for word in words])
        return Printed(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def sample_book(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, dt.date, Path], Path]:
    """A function that puts the sample workbook of a language and day at a path.

    The sample is made once for all tests, as `new --sample` makes it.
    """
    from salesbook.book.files import new_file

    @functools.cache
    def made(language: str, day: dt.date) -> Path:
        book = tmp_path_factory.mktemp("sample") / "Sample.xlsm"
        new_file(book, language, sample_as_of=day)
        return book

    def put(language: str, day: dt.date, path: Path) -> Path:
        return Path(shutil.copy(made(language, day), path))

    return put


@pytest.fixture
def in_time() -> Iterator[None]:
    """Fail a test that waits for a pipe, which it would do for good."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def give_up(*_: object) -> None:
        raise TimeoutError(f"it took longer than {_MOST_SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(_MOST_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
