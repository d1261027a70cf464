"""How the package host finds parts by the many spellings of their names that other programs use."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reliability.books import members, parts
from salesbook.errors import UnsafeFile
from salesbook.hosts.package import open_package
from salesbook.store import KEEP, TableWrite
from tests.hosts.books import bend, changed_parts, plain_book, zipped
from tests.hosts.conftest import values

BOOK_LINKS = "xl/_rels/workbook.xml.rels"
Rename = Callable[[str], str]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return plain_book(tmp_path / "Book.xlsx")


def renamed(path: Path, in_zip: Rename, in_target: Rename) -> Path:
    """Rename the first sheet, its relations, its table and the styles, where they lie and where
    they are named.
    """
    content = parts(path)
    ours = ("sheet1.xml", "table1.xml", "styles.xml")

    def member(name: str) -> str:
        return in_zip(name) if any(part in name for part in ours) else name

    def target(match: re.Match[bytes]) -> bytes:
        name = match[2].decode()
        is_ours = any(name.endswith(part) for part in ours)
        return match[1] + (in_target(name) if is_ours else name).encode() + match[3]

    new = {}
    for name, data in content.items():
        if name.endswith(".rels"):
            data = re.sub(rb'(Target=")([^"]*)(")', target, data)
        elif name == "[Content_Types].xml":
            data = re.sub(rb'(PartName=")([^"]*)(")', target, data)
        new[member(name)] = data
    path.write_bytes(zipped(new.items()))
    return path


def encoded(name: str) -> str:
    return re.sub(r"(sheet|table|styles)(?=\d|\.)", r"\1%20%E8%A1%A8", name)


def plain(name: str) -> str:
    return re.sub(r"(sheet|table|styles)(?=\d|\.)", "\\1 表", name)


SPELLINGS: dict[str, tuple[Rename, Rename]] = {
    "encoded in both, as the standard has it": (encoded, encoded),
    "encoded where it is named only": (plain, encoded),
    "encoded in the zip only": (encoded, plain),
    "encoded in neither": (plain, plain),
    "an encoded letter": (lambda name: name, lambda name: name.replace("e", "%65")),
    "case differs": (str.upper, str.lower),
    "backslashes": (lambda name: name, lambda name: name.replace("/", "\\")),
    "a roundabout way": (
        lambda name: name,
        lambda name: re.sub(r"(\w+\.xml)$", r"./x/../\1", name),
    ),
    "a fragment": (lambda name: name, lambda name: name + "#A1"),
    "a percent sign that encodes nothing": (
        lambda name: name.replace("sheet", "100% sheet"),
        lambda name: name.replace("sheet", "100% sheet"),
    ),
    "a number sign in a name": (
        lambda name: name.replace("sheet", "sheet#"),
        lambda name: name.replace("sheet", "sheet#"),
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_parts_are_found_and_written_under_any_spelling(spelling: str, book: Path) -> None:
    """Whatever way a program spells a part, its table is read, written and read again, and no
    member is renamed, added or lost.
    """
    renamed(book, *SPELLINGS[spelling])
    before = members(book)
    with open_package(book, for_writing=True) as host:
        assert values(host.read("Deals"))["deal_id"] == ["D1", "D2", "D3"]
        host.write([TableWrite("Deals", {"name": [KEEP, "k", KEEP, "n"]}, [0, 1, 2, None])])
        host.save()

    after = members(book)
    assert list(after) == list(before)
    assert len(changed_parts(before, after)) == 2
    with open_package(book, for_writing=False) as host:
        assert values(host.read("Deals"))["name"] == ["Anna & Co", "k", None, "n"]


def test_the_calc_chain_goes_under_any_spelling(book: Path) -> None:
    """A chain whose name is encoded goes with its relation and its content type."""
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    name = b"/xl/calc%20chain.xml"
    kind = b'<Override PartName="%b" ContentType="x/calcChain+xml"/></Types>' % name
    link = (
        f'<Relationship Id="c" Type="{links}" Target="calc%20chain.xml"/></Relationships>'.encode()
    )
    old = parts(book)
    edits = {
        "xl/calc%20chain.xml": b'<calcChain xmlns="%b"><c r="H4" i="1"/></calcChain>' % main,
        "[Content_Types].xml": lambda data: data.replace(b"</Types>", kind),
        BOOK_LINKS: lambda data: data.replace(b"</Relationships>", link),
    }
    bend(book, edits)
    with open_package(book, for_writing=True) as host:
        host.write([TableWrite("Deals", {"name": ["k"]}, [0])])
        host.save()

    new = parts(book)
    assert new.keys() == old.keys()
    for holder in ("[Content_Types].xml", BOOK_LINKS):
        assert new[holder] == old[holder]


def test_two_spellings_of_one_part(book: Path) -> None:
    """A part that is there twice, plain and encoded, is refused: readers would differ."""
    bend(book, {"xl/worksheets/%73heet1.xml": b"<worksheet/>"})
    with pytest.raises(UnsafeFile) as caught, open_package(book, for_writing=False):
        pass
    assert caught.value.code == "duplicate-members"
