"""The VBA project's bytes are as [MS-OVBA] wants them of one that nothing has compiled, and can be
signed. They are read with olefile, which has no part in writing them.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache

import olefile
import pytest

from salesbook.book.template import template_bytes
from salesbook.labels import LANGUAGES
from workbook.build.vba import sources

both = pytest.mark.parametrize("language", LANGUAGES)


@cache
def parts(language):
    with zipfile.ZipFile(io.BytesIO(template_bytes(language))) as package:
        return {name: package.read(name) for name in package.namelist()}


@cache
def streams(language):
    with olefile.OleFileIO(io.BytesIO(parts(language)["xl/vbaProject.bin"])) as project:
        assert project.parsing_issues == []
        return {"/".join(path): project.openstream(path).read() for path in project.listdir()}


def decrypted(text):
    """What a property of the project says: [MS-OVBA] 2.4.3.3."""
    seed, version, key, *others = bytes.fromhex(text.strip('"'))
    last, before, plain = key, version, seed ^ key
    said = []
    for byte in others:
        plain = byte ^ (before + plain) & 0xFF
        last, before = byte, last
        said.append(plain)
    ignored = (seed & 6) // 2
    length = int.from_bytes(bytes(said[ignored : ignored + 4]), "little")
    data = bytes(said[ignored + 4 :])
    assert len(data) == length
    return data


@both
def test_no_version_of_vba_may_take_anything_for_its_own_compiled_code(language):
    """[MS-OVBA] 2.3.4.1: 0x61CC, version 0xFFFF, three bytes, and no cache behind them."""
    assert streams(language)["VBA/_VBA_PROJECT"] == b"\xcc\x61\xff\xff\x00\x00\x00"
    assert [name for name in streams(language) if "__SRP_" in name] == []


@both
def test_every_module_begins_with_its_text(language):
    """2.3.4.3: no cache before it. 2.4.1: 1, then a chunk of two bytes' length whose mark is 0b011."""
    ours = {f"VBA/{name}" for name in sources()}
    assert ours <= streams(language).keys()
    for name, stream in streams(language).items():
        if name.startswith("VBA/") and name not in {"VBA/_VBA_PROJECT", "VBA/dir"}:
            assert stream[0] == 1, name
            header = int.from_bytes(stream[1:3], "little")
            assert header >> 12 & 0b111 == 0b011, name


@both
def test_nothing_stands_in_the_way_of_a_signature(language):
    """No signature of before, no password, nothing hidden from who looks at what he signs."""
    assert [name for name in parts(language) if "ignature" in name] == []
    assert b"ignature" not in parts(language)["[Content_Types].xml"]
    project = streams(language)["PROJECT"].decode("ascii")
    keys = dict(line.split("=", 1) for line in project.splitlines() if "=" in line)
    assert decrypted(keys["CMG"]) == b"\0\0\0\0"  # protected by nobody
    assert decrypted(keys["DPB"]) == b"\0"  # no password
    assert decrypted(keys["GC"]) == b"\xff"  # visible
    assert parts(language)["_rels/.rels"].count(b"digital-signature") == 0
