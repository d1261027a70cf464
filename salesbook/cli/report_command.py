"""Which command sends what the workbook says? `report`: a file per company, team or rep, or ten lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from salesbook.cli.answers import answer, work_is_done
from salesbook.cli.options import BOOK, PATH, Common, common_options, help_text, option, together
from salesbook.errors import UsageError

if TYPE_CHECKING:
    from salesbook.book.report_files import Format

_FORMATS: Final[tuple[Format, ...]] = ("html", "pdf", "pptx", "text")
_FORMAT_OPTIONS: Final = together(
    *(option(f"--{name}", name, help_name=f"report_{name}", is_flag=True) for name in _FORMATS)
)


@click.command("report", help=help_text("report"))
@BOOK
@option(
    "--for",
    "kind",
    help_name="report_for",
    type=click.Choice(["company", "team", "rep"]),
    default="company",
)
@option("--who", help_name="report_who", metavar="NAME")
@option("--period", help_name="report_period", metavar="PERIOD")
@_FORMAT_OPTIONS
@option("--out", help_name="report_out", metavar="PATH", type=PATH)
@option("--split-by", help_name="report_split_by", type=click.Choice(["rep"]))
@common_options
def report(book: Path, common: Common, **asked: Any) -> None:
    """Make reports of what the workbook says."""
    from salesbook.book.reporting import ReportRequest, report_on_file
    from salesbook.cli.documents import reports_document

    request = ReportRequest(
        kind=asked["kind"],
        who=asked["who"],
        period=asked["period"],
        form=_format(asked),
        out=asked["out"],
        by_rep=asked["split_by"] is not None,
        language=common.lang,
    )
    reports = report_on_file(book, request)

    with work_is_done():
        answer(
            common,
            reports.language,
            document=lambda: reports_document(reports),
            words=lambda terminal: terminal.reports(reports),
        )


def _format(asked: Mapping[str, Any]) -> Format:
    """The one format that is asked for; HTML where none is. Raises: UsageError."""
    wanted = [name for name in _FORMATS if asked[name]]
    if len(wanted) > 1:
        flags = " ".join(f"--{name}" for name in wanted)
        raise UsageError("report-one-format", where=flags)
    return wanted[0] if wanted else "html"
