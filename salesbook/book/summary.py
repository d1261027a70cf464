"""Which lines does a result consist of, in what order, whichever face says them?

A face has its own words for each line (cli.toml, macros.toml) and names sheets as its user sees
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from salesbook.labels import sentence
from salesbook.messages import some_of

if TYPE_CHECKING:
    from salesbook.book.backups import Kept
    from salesbook.book.forgetting.forget import Forgotten, NamedPlace
    from salesbook.book.importing import ImportResult
    from salesbook.book.report import Report
    from salesbook.book.upgrade import Upgrade
    from salesbook.intake.telling.reasons import Say

_IMPORT_COUNTS: Final = (
    "read",
    "accepted",
    "new",
    "updated",
    "unchanged",
    "rejected",
    "duplicates",
)

REASON_CODES: Final = ("reason_row", "reason_field", "reason_column", "more_reasons")
"""Lines that say why something was not taken."""

IDENTITY_CODES: Final = ("added_alike_before", "look_alikes_before", "nobodys_contacts")
"""Lines of a dry run that say who may be somebody else."""

_MOST_REASONS: Final = 5
"""Reasons that a face tells; after the first few nobody reads on."""


_LOOK_AT_ALL: Final = frozenset({"validate", "refresh"})
"""Verbs that read every table."""
_MOST_PLACES: Final = 60
"""Cells that a line names for people to look at one by one; JSON has all."""
_MOST_FILES: Final = 12
_LONGEST_WORD: Final = 40
"""Characters of a sentence about somebody by which it is known again."""
_MOST_SHOWN: Final = 3
"""Rows or names that a line lists; JSON and the workbook have all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a result: a word of the face, and the facts that fill it."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    sheets: Mapping[str, str] = field(default_factory=dict)
    """Facts that are tables, which each face names by the sheet that its user should click."""


def findings_lines(report: Report) -> list[Line]:
    """Say how many findings a run has, and where each stands with its cell and what to do."""
    if not report.findings:
        # Another run, of what this one did not read, may have found something.
        return [Line("clean" if report.action in _LOOK_AT_ALL else "clean_here")]

    counts = Line("findings", {"errors": report.errors, "warnings": report.warnings})
    if not report.has_checks:
        return [counts, Line("no_checks", sheets={"sheet": "Checks"})]
    if "Checks" in report.written:
        return [counts, Line("see_checks", sheets={"sheet": "Checks"})]
    # Only a verb that writes Checks leaves the findings on a sheet.
    return [counts, Line("run_validate")]


def backup_lines(kept: Kept | None) -> list[Line]:
    """Say of the state before a run what somebody must know: nothing most of the time."""
    if kept is None:
        return []
    if kept.path is None:
        return [Line("not_kept", {"reason": kept.reason})]
    if kept.new_folder:
        return [Line("kept_elsewhere", {"folder": kept.new_folder})]
    return []


def import_counts(result: ImportResult) -> dict[str, int]:
    """What became of a file's rows, by word, in the order in which it is read."""
    return {name: getattr(result, name) for name in _IMPORT_COUNTS}


def import_remarks(result: ImportResult, say: Say = sentence) -> list[Line]:
    """What else somebody should know of an import, most important for the workbook first.

    Args:
        say: puts what is to be done into the face's words.
    """
    lines = [
        Line("added", {"table": table, "count": count}) for table, count in result.added.items()
    ]
    lines.extend(_identity_lines(result))
    if result.came_along:
        own_headers = [own_header for _, own_header in result.came_along]
        lines.append(Line("came_along", {"columns": tuple(own_headers)}))
    if result.not_taken:
        headers = tuple(result.not_taken)
        lines.append(Line("not_taken", {"headers": headers, "first": result.not_taken[0]}))
    lines.extend(_beside_lines(result))
    lines.extend(_equal_lines(result))
    lines.extend(_reason_lines(result, say))
    if result.rejects_file:
        facts = {"path": result.rejects_file, "command": result.rejects_command}
        lines.append(Line("rejects_file", facts))
    if result.gaps:
        lines.append(Line("gaps", {"count": result.gaps}))
    if result.gaps_file:
        facts = {"path": result.gaps_file, "command": result.gaps_command}
        lines.append(Line("gaps_file", facts))
    if result.dropped_file:
        lines.append(Line("dropped_file", {"path": result.dropped_file}))
    if result.dry_run:
        lines.append(Line("dry_run"))
    return lines


def _identity_lines(result: ImportResult) -> list[Line]:
    """Who among the added and the new may be somebody else, and what told nobody apart."""
    lines: list[Line] = []
    # Before anything is written there is nothing to undo.
    when = "_before" if result.dry_run else ""
    for table in result.added:
        pairs = [
            f"{alike.name} → {alike.known_key} {alike.known_name}"
            for alike in result.alike_additions
            if alike.table == table
        ]
        if pairs:
            facts = {"table": table, "count": len(pairs), "found": some_of(pairs, _MOST_SHOWN)}
            lines.append(Line(f"added_alike{when}", facts))

    rows = [
        f"{alike.row.number} → {'|'.join(map(str, alike.key))} ({alike.words})"
        for alike in result.alike_rows
    ]
    if rows:
        lines.append(
            Line(f"look_alikes{when}", {"count": len(rows), "found": some_of(rows, _MOST_SHOWN)})
        )

    for name, count in result.nobodys_contacts.items():
        lines.append(Line("nobodys_contacts", {"field": f"{result.table}.{name}", "count": count}))
    return lines


def _equal_lines(result: ImportResult) -> list[Line]:
    """What became of rows that equal an earlier one of the file."""
    lines = []
    if result.equal_lines and result.equal_total is None:
        lines.append(Line("equal_lines", {"count": result.equal_lines}))
    elif result.equal_lines:
        facts = {"count": result.equal_lines, "total": f"{result.equal_total:,}"}
        lines.append(Line("equal_lines_total", facts))
    if result.repeated:
        lines.append(Line("repeated", {"count": result.repeated}))
    return lines


def _reason_lines(result: ImportResult, say: Say) -> list[Line]:
    """Why rows and fields were not taken, the most frequent reasons first."""
    from salesbook.intake.telling.reasons import reason_facts

    lines = [
        Line(f"reason_{entry.loss}", reason_facts(entry, result.table, result.language, say))
        for entry in result.reasons[:_MOST_REASONS]
    ]
    more = len(result.reasons) - _MOST_REASONS
    if more > 0:
        lines.append(Line("more_reasons", {"count": more}))
    return lines


def _beside_lines(result: ImportResult) -> list[Line]:
    """What became of things that people had put on rows, one line for each kind of fate."""
    found_by_code: dict[str, list[str]] = {}
    for finding in result.beside:
        found_by_code.setdefault(finding.code, []).append(finding.found)
    return [
        Line(code.replace("-", "_"), {"count": len(found), "found": tuple(found)})
        for code, found in found_by_code.items()
    ]


def forget_lines(result: Forgotten) -> list[Line]:
    """Say where a customer stands, what becomes of it, and what is left for people to do."""
    from salesbook import labels

    customer, key = result.customer_id, result.key
    facts = {"customer": customer, "key": key, "book": result.book}
    was_left = not result.rows
    lines = [Line("left" if was_left else "shown" if result.is_preview else "done", facts)]
    if result.is_preview:
        lines += [Line("for_good"), Line("figures")]

    def counted(rows: Mapping[str, int]) -> tuple[str, ...]:
        return tuple(
            f"{labels.sheet_name(table, result.language)} {count}" for table, count in rows.items()
        )

    if result.rows:
        lines.append(Line("rows", {"tables": counted(result.rows)}))
    if result.gone:
        lines.append(Line("gone", {"tables": counted(result.gone)}))
    if result.remarks:
        lines.append(Line("remarks", {"count": result.remarks}))
    if result.open_deals:
        deals = {"count": result.open_deals, "amount": result.open_amount, "key": key}
        lines.append(Line("open_deals", deals))
    if result.open_complaints:
        code = "open_complaints_would" if result.is_preview else "open_complaints"
        lines.append(Line(code, {"count": result.open_complaints}))
    if result.backups:
        code = "backups_would" if result.is_preview else "backups"
        lines.append(Line(code, {"count": len(result.backups)}))
    lines += _left_to_people(result)
    lines.append(Line("do_it" if result.is_preview else "then_refresh", facts))
    return lines


def _left_to_people(result: Forgotten) -> Iterator[Line]:
    """What no command takes out, with its places: it is for people to read and decide."""
    from salesbook import labels

    if result.alike:
        sheets = [labels.sheet_name(row.table, result.language) for row in result.alike]
        rows = tuple(
            f"{sheet} {row.cell} ({row.key})" if row.key else f"{sheet} {row.cell}"
            for sheet, row in zip(sheets, result.alike, strict=True)
        )
        code = "alike" if result.is_preview else "alike_stay"
        yield Line(code, {"rows": rows, "customer": result.customer_id})
    if result.shared:
        words = tuple(f"{word} ({key})" for word, key in result.shared.items())
        yield Line("shared", {"words": words})
    yield from named_places(result.also_in)
    if result.changed_backups:
        paths = some_of([str(path) for path in result.changed_backups], _MOST_SHOWN)
        yield Line("changed_backups", {"files": paths})
    if result.files:
        files = some_of([path.name for path in result.files], _MOST_FILES)
        yield Line("files", {"files": files})
    yield Line("elsewhere")


def named_places(also_in: Sequence[NamedPlace]) -> Iterator[Line]:
    """The places in which his words stay, a line for each word."""
    by_word: dict[str, dict[str, None]] = {}
    for place in also_in:
        trace = place.trace
        shown = "!".join(filter(None, (trace.sheet, trace.cell))) or trace.part
        by_word.setdefault(place.word, {})[shown] = None
    if not by_word:
        return
    yield Line("also_in", {"count": sum(map(len, by_word.values()))})
    for word, places in by_word.items():
        is_long = len(word) > _LONGEST_WORD
        facts = {
            "word": f"{word[:_LONGEST_WORD]}…" if is_long else word,
            "places": tuple(places)[:_MOST_PLACES],
            "more": len(places) - _MOST_PLACES,
        }
        yield Line("also_in_word" if len(places) <= _MOST_PLACES else "also_in_many", facts)


def upgrade_lines(upgrade: Upgrade) -> list[Line]:
    """Say what an upgrade added and changed, most important for the workbook first."""
    from salesbook import __version__, labels

    language = upgrade.language
    facts = {"book": upgrade.book, "version": __version__}
    if upgrade.is_current:
        return [Line("nothing", facts)]

    renewal = upgrade.renewal
    before = upgrade.made_with or labels.word("cli", "upgrade.unknown", language)
    lines = [Line("done", {**facts, "before": before})]

    tables = [labels.sheet_name(table, language) for table in renewal.tables]
    colon = labels.word("cli", "error.colon", language)
    columns = [
        f"{labels.sheet_name(table, language)}{colon}{head}" for table, head in renewal.columns
    ]
    settings = [labels.choice("Policy.key", key, language) for key in upgrade.settings]
    renamed = [f"{old} → {new}" for _, old, new in renewal.renamed]
    called = [f"{old} → {new}" for _, old, new in renewal.new_headers]
    kept = [f"{old} → {new}" for old, new in renewal.kept_sheets]
    facts_by_code = {"renamed": "columns", "called": "columns", "kept": "sheets"}
    for code, names in (
        ("tables", tables),
        ("columns", columns),
        ("settings", settings),
        ("renamed", renamed),
        ("called", called),
        ("sheets", renewal.sheets),
        ("kept", kept),
    ):
        if names:
            fact = facts_by_code.get(code, code)
            lines.append(Line(code, {fact: tuple(names)}))
    if renewal.macros or renewal.ribbon or renewal.code_names:
        lines.append(Line("macros"))
    looks = {
        "rules": renewal.rules,
        "notes": renewal.notes,
        "styles": renewal.styles,
        "views": renewal.views,
        "buttons": renewal.buttons,
        "formulas": renewal.formulas,
    }
    if any(looks.values()):
        lines.append(Line("looks", looks))
    if upgrade.macros_folder:
        lines.append(Line("own_macros", {"path": upgrade.macros_folder}))
    return lines
