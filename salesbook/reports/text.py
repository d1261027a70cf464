"""How does a report read in a message? Ten lines that can be pasted into an e-mail or a chat."""

from __future__ import annotations

from salesbook.reports.description import Report


def text_of(report: Report) -> bytes:
    """Make the text, a line each, without any mark-up."""
    return "".join(f"{line}\n" for line in report.digest).encode()
