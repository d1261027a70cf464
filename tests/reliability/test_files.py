"""The short form of the hostile files: refused in words, left as they were. A fuzzer's finds come
here.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from reliability import fuzz, fuzz_targets, hostile, injection, secrets
from reliability.books import CORPUS, new_book
from reliability.hostile_files import hostile_files

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="each file meets a process that may die"
)


def test_hostile_files_are_refused_untouched(tmp_path: Path) -> None:
    """No traceback, no change, whatever the file is."""
    (tmp_path / "made").mkdir()
    some = [
        path for at, path in enumerate(hostile_files(tmp_path / "made", bombs=False)) if at % 5 == 0
    ]
    assert len(some) > 10
    assert [
        one.name for path in some if (one := hostile._tried(tmp_path, path, "show")).wrong
    ] == []


@pytest.mark.skipif(not CORPUS.is_dir(), reason="others' test files are not beside the project")
def test_others_files_are_refused_untouched(tmp_path: Path) -> None:
    """The test files of other readers, damaged and whole: none is ours."""
    some = hostile._corpus(tmp_path / "corpus")[::12]
    tried = [hostile._tried(tmp_path, path, "refresh") for path in some]
    assert [one.name for one in tried if one.wrong or one.taken] == []


def test_hostile_texts_stay_text_in_a_workbook(tmp_path: Path) -> None:
    """Nothing is live, and every text is what it was."""
    from reliability import runs
    from reliability.payloads import PAYLOADS

    book = new_book(tmp_path)
    file = injection._file(tmp_path / "c.csv", ["Name", "Company"], [[p, "Acme"] for p in PAYLOADS])
    done = runs.salesbook("import", book, file, "--into", "Customers", "--json")
    assert done.code == 0
    assert (injection._live(book), injection._altered(injection._shown(book), "csv")) == ([], [])


def test_hostile_texts_stay_text_in_the_rejects_file(tmp_path: Path) -> None:
    assert injection._rejects(tmp_path)[1:] == ([], [])


def test_a_bug_leaves_no_customer_in_the_log(tmp_path: Path) -> None:
    place = "salesbook.book.files:run_on_file"
    assert secrets._tried(tmp_path, place, ("validate",)) == ([], True)


@pytest.mark.parametrize("target", list(fuzz_targets.TARGETS))
def test_the_fuzzers_targets_hold_on_its_seeds(target: str) -> None:
    """Nothing but refusals, and readings of the right type, on what the fuzzer starts from."""
    atheris = pytest.importorskip("atheris", reason="pip install salesbook[fuzz]")
    chance = random.Random(3)
    for seed in [*fuzz._seeds(target), *(chance.randbytes(90) for _ in range(30))]:
        fuzz_targets.TARGETS[target](atheris.FuzzedDataProvider(seed))
