"""The Python that a workbook starts serves its Excel, ends with it, and stops at nobody's full pipe."""

from __future__ import annotations

import subprocess
import sys
import textwrap

WINDOWS = """
import sys, threading, types

class Process:
    ended = threading.Event()

def open_process(rights, inherit, number):
    if number != 4711:
        raise OSError("there is no such process")
    assert (rights, inherit) == (0x100000, False)
    return Process

api = types.ModuleType("win32api")
api.OpenProcess = open_process
events = types.ModuleType("win32event")
events.INFINITE = -1
events.WaitForSingleObject = lambda process, time: process.ended.wait()
sys.modules |= {"win32api": api, "win32event": events}

import xlwings
from salesbook.macros import server
"""
"""The few things of pywin32 that are asked for; Excel's process is number 4711."""


def ran(story: str, seconds: float = 30) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WINDOWS + textwrap.dedent(story)],
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def test_it_serves_under_the_name_it_was_given_and_ends_with_excel():
    done = ran("""
        import time
        said = open(1, "w", closefd=False)

        def serve(name):
            print("served " + name, file=said, flush=True)
            threading.Timer(0.2, Process.ended.set).start()
            time.sleep(60)

        xlwings.serve = serve
        server.stay_awake("{GUID}", 4711)
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "served {GUID}\n", "")


def test_what_it_prints_goes_nowhere():
    """Excel reads nothing of it: a pipe of 4 kilobytes would be full and stop it."""
    done = ran("""
        xlwings.serve = lambda name: print("x" * 1_000_000)
        server.stay_awake("{GUID}", 4711)
    """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_keeps_it_from_serving_is_said_in_one_line():
    """As the workbook's macro has it: `sys.tracebacklimit = 0`, for a message box shows it."""
    for story in (
        "server.stay_awake('{GUID}', 99)",
        "xlwings.serve = lambda name: open('/no/such/file'); server.stay_awake('{GUID}', 4711)",
    ):
        done = ran("sys.tracebacklimit = 0\n" + story)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "no such" in done.stderr.lower()


def test_what_the_first_press_needs_is_loaded_meanwhile():
    done = ran("""
        def serve(name):
            for thread in threading.enumerate():
                if thread.name == "get-ready":
                    thread.join()
            if not {"pandas", "udfs", "salesbook.book.run"} <= sys.modules.keys():
                raise LookupError("something is missing")

        xlwings.serve = serve
        server.stay_awake("{GUID}", 4711)
    """)
    assert (done.returncode, done.stderr) == (0, "")
