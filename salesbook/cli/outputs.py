"""What becomes of words that nobody takes? A closed or full output undoes no work."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from salesbook.errors import CannotWrite


class _Closed(io.TextIOBase):
    """A stdout that was closed before the command began."""

    missed = False

    def write(self, text: str) -> int:
        """Refuse the words, as the system would."""
        self.missed = True
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    def flush(self) -> None:
        """Fail where words were missed."""
        if self.missed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare_outputs() -> None:
    """Make both outputs fit to be written to, whatever the command was started with.

    What is closed is taken by the null device: else the next file opened would have its number, and
    get what a library prints.
    """
    # The system gives the lowest number that is free, so this ends once 0, 1 and 2 are taken.
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)

    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 it stays open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a Windows pipe knows few letters


def lost_output() -> CannotWrite | None:
    """Why what was printed is lost; None where it is not, or where its reader has had enough."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _print_no_more()
    except OSError as error:
        _print_no_more()
        return CannotWrite("cannot-write", where="stdout", found=error.strerror or str(error))
    return None


def _print_no_more() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 it stays open to the end


@contextlib.contextmanager
def printing(*, done: bool) -> Iterator[None]:
    """Print what a command has to say; a reader that has had enough is no error.

    Args: done where the work is saved by then: words that are lost are told, and undo nothing.
    Raises: CannotWrite where what is lost is all that was asked for.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _print_no_more()
    except OSError as error:
        _print_no_more()
        found = error.strerror or str(error)
        if not done:
            raise CannotWrite("cannot-write", where="stdout", found=found) from error
        say(f"stdout: {found}")


def say(text: str) -> None:
    """Print one line on stderr; where it takes none, nothing else suffers."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
