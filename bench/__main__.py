"""Measure speed and memory: `python dev.py bench [--sizes 1000 10000] [--full] [--repeats 3]
[--write]`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path

from bench.measure import Figure, best, made, part, program, salesbook
from bench.report import page
from bench.steplist import STEPS

ROOT = Path(__file__).resolve().parents[1]
AS_OF = ("--as-of", "2026-06-30")
FREELY = 10_000
"""Above so many deals openpyxl and all the pairs of steps take many minutes: only with --full."""

Named = Iterator[tuple[str, Figure]]


def copied(book: Path, target: Path) -> str:
    """A copy that a measurement may change."""
    return str(shutil.copy(book, target))


def commands(place: Path, repeats: int) -> Named:
    """What a user waits for whatever the size of the book."""
    book = str(place / "small.xlsm")
    salesbook("new", book, "--sample", "--quiet")
    yield "--help", best(lambda: salesbook("--help"), repeats + 2)
    yield "usage error", best(lambda: salesbook("refresh", codes=(2,)), repeats + 2)
    yield (
        "validate, sample book",
        best(lambda: salesbook("validate", book, codes=(0, 1)), repeats + 2),
    )


def whole(files: dict[str, Path], place: Path, repeats: int) -> Named:
    """Whole commands on one size."""

    def copy(name: str) -> str:
        return copied(files[name], place / files[name].name)

    yield "refresh, first", best(lambda: salesbook("refresh", copy("book"), *AS_OF), repeats)
    after = Path(copied(place / files["book"].name, place / "after.xlsm"))
    yield (
        "refresh, again",
        best(lambda: salesbook("refresh", copied(after, place / "again.xlsm"), *AS_OF), repeats),
    )
    next_day = ("--as-of", "2026-07-01")
    yield (
        "refresh, next day",
        best(lambda: salesbook("refresh", copied(after, place / "next.xlsm"), *next_day), repeats),
    )
    for table, csv in (("Deals", str(files["deals_csv"])), ("Orders", str(files["orders_csv"]))):
        words = (csv, "--into", table, *AS_OF)

        def one(words: tuple[str, ...] = words) -> Figure:
            return salesbook("import", copy("hollow_book"), *words)

        yield f"import of the {table.lower()}", best(one, repeats)
    yield (
        "validate, 1 % bad cells",
        best(lambda: salesbook("validate", copy("spoilt_book"), *AS_OF, codes=(1,)), repeats),
    )


def steps(files: dict[str, Path], place: Path, repeats: int, *, with_pairs: bool) -> Named:
    """Each step of the first refresh, alone and with the next."""
    alone = [(name, name) for name in STEPS]
    for first, last in [*alone, *pairwise(STEPS)] if with_pairs else alone:
        name = first if first == last else f"{first} + {last}"

        def one(first: str = first, last: str = last) -> Figure:
            return part("steps", copied(files["book"], place / "steps.xlsm"), first, last)

        yield name, best(one, repeats)


def peers(files: dict[str, Path], place: Path, repeats: int, *, with_openpyxl: bool) -> Named:
    """Others on the same file, in the same run."""

    def one(kind: str) -> Figure:
        return part(kind, copied(files["book"], place / "peer.xlsm"))

    for kind in ("copy", "inflate", "best_reader", "import_pandas"):
        yield kind, best(partial(one, kind), repeats)
    lines = str(files["orders_csv"])
    yield "pandas_way", best(lambda: part("pandas_way", lines), repeats)
    if shutil.which("soffice"):
        formulas = copied(files["formulas_book"], place / "formulas.xlsx")
        words = ["soffice", f"-env:UserInstallation=file://{place}/profile", "--headless"]
        words += ["--convert-to", "xlsx", "--outdir", str(place / "calculated"), str(formulas)]
        program(words)
        yield "libreoffice", best(lambda: program(words), repeats)
    if with_openpyxl:
        yield "openpyxl_way", one("openpyxl_way")


def main() -> None:
    """Measure, print, and keep the figures; write the page of all that is kept."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--sizes", nargs="*", type=int, default=[1_000, 10_000, 100_000], metavar="DEALS"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--full",
        action="store_true",
        help="openpyxl and pairs of steps at every size: half an hour",
    )
    parser.add_argument(
        "--only",
        nargs="*",
        choices=["commands", "whole", "steps", "peers"],
        default=["commands", "whole", "steps", "peers"],
    )
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path(tempfile.gettempdir()) / "salesbook-bench.json",
        help="where figures are kept between runs",
    )
    asked = parser.parse_args()
    kept = json.loads(asked.keep.read_text()) if asked.keep.exists() else {}
    with tempfile.TemporaryDirectory() as name:
        for group, deals, figures in _measured(asked, Path(name)):
            for what, figure in figures:
                kept.setdefault(group, {}).setdefault(what, {})[str(deals)] = asdict(figure)
                took = f"{figure.wall:8.2f} s  {figure.cpu:8.2f} s CPU  {figure.megabytes:6.0f} MB"
                print(f"{group:9} {deals:>7} {what:28} {took}", flush=True)
                asked.keep.write_text(json.dumps(kept, indent=1))
    if asked.write:
        (ROOT / "docs" / "performance.md").write_text(page(kept), encoding="utf-8")


def _measured(asked: argparse.Namespace, place: Path) -> Iterator[tuple[str, int, Named]]:
    if "commands" in asked.only:
        yield "commands", 0, commands(place, asked.repeats)
    for deals in asked.sizes:
        files, repeats = made(deals), 1 if deals > 10_000 else asked.repeats
        if "whole" in asked.only:
            yield "whole", deals, whole(files, place, repeats)
        if "steps" in asked.only:
            yield (
                "steps",
                deals,
                steps(files, place, repeats, with_pairs=asked.full or deals <= FREELY),
            )
        if "peers" in asked.only:
            with_openpyxl = asked.full or deals <= FREELY
            yield "peers", deals, peers(files, place, repeats, with_openpyxl=with_openpyxl)


if __name__ == "__main__":
    main()
