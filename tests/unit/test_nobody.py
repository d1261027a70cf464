"""What people type to fill a field identifies nobody; what is only short or odd does."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.names.contact_data import mail_address, persons_address, phone_numbers
from salesbook.names.nobody import is_nobodys_name
from tests.unit.test_duplicates import customers, pairs

NOBODY: Final = (
    "Test|TEST|(Unknown)|Walk-in|walk_in  customer|散客|零售客戶|n/a|N/A|-|???|無|测试客户|Público en general"
    "|- none -|Ｔｅｓｔ|te\u200bst"
).split("|")
SOMEBODY: Final = "Testa|Ann Test|Nan|Na|Null GmbH|Cash Converters|Guest & Sons|王无".split("|")


@pytest.mark.parametrize("name", NOBODY)
def test_names_of_nobody(name):
    assert is_nobodys_name(name)


@pytest.mark.parametrize("name", SOMEBODY)
def test_names_of_somebody(name):
    assert not is_nobodys_name(name)


NOBODYS_ADDRESSES: Final = (
    "test@test.com noemail@shop.com no-email@x.org x@x.com info@example.com a@a.de TEST1@Test.com"
    " none@none.com no.reply@crm.io asdf@asdf.com xxx@xxx.com n/a noemail123@gmail.com user@example.org"
    " test@foo.invalid"
).split()
SOMEBODYS_ADDRESSES: Final = (
    "info@acme.com kim@finch.example kim.vale@example.com acme@acme.com 123456@qq.com test@acme.com"
    " na@acme.com x@acme.com li.na@163.com ibm@ibm.com"
).split()


@pytest.mark.parametrize("address", NOBODYS_ADDRESSES)
def test_addresses_of_nobody(address):
    assert persons_address(address) is None


@pytest.mark.parametrize("address", SOMEBODYS_ADDRESSES)
def test_addresses_of_somebody(address):
    """A company's `info@` is a mailbox that several may share, yet of that company."""
    assert persons_address(address) == mail_address(address) == address


NOBODYS_NUMBERS: Final = (
    "0000000000|000-000-0000|000 000 0000|1234567890|0123456789|123-456-7890|12345678|11111111111"
    "|+1 111 111 1111|13800138000|+86 138 0013 8000|9876543210|n/a|无"
).split("|")
SOMEBODYS_NUMBERS: Final = "+44 20 7946 0000|13888888888|2345678|555-0100 200|18612345678".split(
    "|"
)


@pytest.mark.parametrize("number", NOBODYS_NUMBERS)
def test_numbers_of_nobody(number):
    assert phone_numbers(number) == frozenset()


@pytest.mark.parametrize("number", SOMEBODYS_NUMBERS)
def test_numbers_of_somebody(number):
    assert len(phone_numbers(number)) == 1


@given(st.text(max_size=6), st.text(max_size=6))
def test_no_text_breaks_the_lists(local, domain):
    """Whatever stands in a cell, it is somebody's or nobody's."""
    assert persons_address(f"{local}@{domain}.com") in (None, mail_address(f"{local}@{domain}.com"))
    is_nobodys_name(local)


@pytest.mark.parametrize(
    "shared",
    [
        {"email": "noemail@shop.com"},
        {"phone": "1234567890"},
        {"email": "test@test.com"},
        {"name": "散客"},
    ],
)
def test_sharing_what_is_nobodys_is_no_look_alike(shared):
    assert pairs(customers(shared, shared)) == []
