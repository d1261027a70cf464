"""A real browser for tests: Chromium without a window, spoken to through two pipes.

Chromium's own protocol needs neither a driver nor a library: each message is JSON with a zero byte
behind it, on the handles 3 and 4 (`--remote-debugging-pipe`).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 60


@cache
def program() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


needs_browser = pytest.mark.skipif(program() is None, reason="there is no Chromium on this machine")


@dataclass
class Page:
    """A page as it was shown: what it asked for, what it complained of, and the page itself."""

    browser: Browser
    session: str
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def evaluate(self, script: str) -> Any:
        answer = self.browser.call(
            "Runtime.evaluate",
            self.session,
            expression=script,
            returnByValue=True,
            awaitPromise=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self, path: Path) -> None:
        """The whole page, as long as it is."""
        answer = self.browser.call(
            "Page.captureScreenshot", self.session, captureBeyondViewport=True
        )
        path.write_bytes(base64.b64decode(answer["data"]))


class Browser:
    def __init__(self, process: subprocess.Popen[bytes], send: int, receive: int) -> None:
        self._process = process
        self._send = send
        self._receive = receive
        self._left = b""
        self._number = 0
        self._pages: dict[str, Page] = {}

    def open(self, path: Path, width: int, height: int = 800) -> Page:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        page = self._pages[attached["sessionId"]] = Page(self, attached["sessionId"])
        for part in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{part}.enable", page.session)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            page.session,
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        # As on a telephone: a scroll bar lies over the page and takes nothing of its width.
        self.call("Emulation.setScrollbarsHidden", page.session, hidden=True)
        self.call("Page.navigate", page.session, url=path.resolve().as_uri())
        self._wait_for("Page.loadEventFired", page.session)
        return page

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == message["id"]:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def _wait_for(self, event: str, session: str) -> None:
        while True:
            message = self._next()
            if message.get("method") == event and message.get("sessionId") == session:
                return

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            part = os.read(self._receive, 1 << 20)
            assert part, "the browser has ended"
            self._left += part
        first, _, self._left = self._left.partition(b"\0")
        message = json.loads(first)
        self._note(message)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        page = self._pages.get(message.get("sessionId", ""))
        if page is None:
            return
        params = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            page.asked.append(params["request"]["url"])
        elif message.get("method") in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            page.said.append(json.dumps(params))
        elif message.get("method") == "Log.entryAdded":
            page.said.append(params["entry"]["text"])


@contextmanager
def started() -> Iterator[Browser]:
    """A browser that ends with the block."""
    to_browser, send = os.pipe()
    receive, from_browser = os.pipe()
    # Neither may be 3 or 4 already: one of the two would be written over before it is read.
    low = (to_browser, from_browser)
    to_browser, from_browser = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in low)
    for end in low:
        os.close(end)
    with tempfile.TemporaryDirectory() as home:
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={home}",
            "--remote-debugging-pipe",
        )
        handles = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        # The shell puts the pipes on the handles on which Chromium expects them.
        process = subprocess.Popen(
            ["bash", "-c", handles, "bash", str(program()), *options],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        browser = Browser(process, send, receive)
        try:
            yield browser
        finally:
            browser.call("Browser.close")
            process.wait(_SECONDS)
            os.close(send)
            os.close(receive)
