"""Every table of a workbook has an id and a name of its own: else Excel repairs the file. From bytes."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter

import pytest
from lxml import etree

from salesbook.book.files import new_file
from salesbook.book.template import template_bytes
from salesbook.cli.app import run
from salesbook.labels import LANGUAGES
from salesbook.tables import TABLES
from tests.released.make import FOLDER

TABLE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}table"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/table"


def table_roots(package):
    """The root of every table part by the part's name, whatever the part is called."""
    with zipfile.ZipFile(io.BytesIO(package)) as book:
        parts = {name: book.read(name) for name in book.namelist() if name.endswith(".xml")}
    roots = {name: etree.fromstring(content) for name, content in parts.items()}
    return {name: root for name, root in roots.items() if root.tag == TABLE}


def targets(package):
    """How often sheets name each table part."""
    named = Counter()
    with zipfile.ZipFile(io.BytesIO(package)) as book:
        for name in book.namelist():
            if re.fullmatch(r"xl/worksheets/_rels/.*\.rels", name):
                for relation in etree.fromstring(book.read(name)):
                    if relation.get("Type") == RELATION:
                        place = posixpath.join("xl/worksheets", relation.get("Target"))
                        named[posixpath.normpath(place)] += 1
    return named


def check(package):
    roots = table_roots(package)
    assert roots.keys() == targets(package).keys()
    assert set(targets(package).values()) == {1}
    for what in ("id", "name", "displayName"):
        values = [root.get(what) for root in roots.values()]
        # Excel takes names alike for one, whatever their case.
        twice = [value for value, n in Counter(map(str.lower, values)).items() if n > 1]
        assert twice == [], what
    assert all(re.fullmatch(r"[1-9]\d*", root.get("id")) for root in roots.values())
    for root in roots.values():
        columns = root.find("{*}tableColumns")
        for what in ("id", "name"):
            values = [column.get(what).lower() for column in columns]
            assert len(values) == len(set(values)) == int(columns.get("count"))
    assert TABLES.keys() <= {root.get("displayName") for root in roots.values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_new_workbook(language):
    check(template_bytes(language))


@pytest.mark.parametrize("book", sorted(FOLDER.glob("*.xlsm")), ids=lambda path: path.stem)
def test_of_a_workbook_of_before_that_was_upgraded(book, tmp_path):
    out = tmp_path / "New.xlsm"
    assert run(["upgrade", str(book), "--out", str(out)]) == 0
    check(out.read_bytes())


def test_of_a_workbook_that_was_filled(tmp_path):
    path = tmp_path / "Sample.xlsm"
    new_file(path, "zh-CN")
    assert run(["refresh", str(path)]) == 0
    check(path.read_bytes())


def test_two_tables_of_one_id_would_be_seen():
    package = template_bytes("en")
    twice = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(twice, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/tables/table2.xml":
                content = content.replace(b' id="2"', b' id="1"', 1)
            new.writestr(entry, content)
    with pytest.raises(AssertionError):
        check(twice.getvalue())
