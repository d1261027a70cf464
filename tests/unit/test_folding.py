"""Names that are written differently and are one, and names that are alike and are two."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbook.cells.base import clean_text, plain_text
from salesbook.labels.words import fold
from salesbook.names.chinese import simplified
from salesbook.names.folding import fold_name
from salesbook.names.invisible import has_invisible, without_invisible, without_marks

FORMS = ("NFC", "NFD", "NFKC", "NFKD")
AWKWARD = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs",)),
        st.sampled_from("iIıİßẞſςσΣＡａﬁŉǰΐ·\u0307\u0345\u0301\u200b\u200d\u2068龍龙萬万薴苧ｶﾞ각"),
    ),
    max_size=8,
)


@given(AWKWARD)
def test_a_folded_name_is_its_own_fold(text):
    assert fold_name(fold_name(text)) == fold_name(text)


@given(AWKWARD, st.sampled_from(FORMS))
def test_all_unicode_forms_of_a_name_fold_alike(text, form):
    """A Mac writes NFD, everybody else NFC; PDF and full-width keyboards what NFKC makes plain."""
    assert fold_name(unicodedata.normalize(form, text)) == fold_name(text)


def test_every_single_character_folds_to_its_own_fold_in_all_forms():
    """Characters alone, and behind an `i`, from which a dot is taken."""
    codes = [*range(0xD800), *range(0xE000, 0x20000), *range(0x2F800, 0x2FA20)]
    letters = list(map(chr, codes))
    # One word a character: the white space between them keeps the characters apart.
    text = " ".join(f"i{letter}" for letter in letters if not letter.isspace())
    folded = fold_name(text)
    assert fold_name(folded) == folded
    assert all(fold_name(unicodedata.normalize(form, text)) == folded for form in FORMS)


def test_capital_and_small_letters_of_every_script_fold_alike():
    letters = [chr(code) for code in range(sys.maxunicode) if not 0xD800 <= code < 0xE000]
    different = [
        letter
        for letter in letters
        if letter != letter.upper() and fold_name(letter) != fold_name(letter.upper())
    ]
    assert different == []


@given(AWKWARD, st.data())
def test_what_nobody_sees_makes_no_other_name(text, data):
    place = data.draw(st.integers(0, len(text)))
    sign = data.draw(
        st.sampled_from("\u200b\u200c\u200d\u200e\u2066\u2069\u00ad\ufeff\ufe0f\u034f")
    )
    # Between a letter and its accent a joiner parts what belongs together, which is another text.
    before, behind = text[:place], text[place:]
    if behind and unicodedata.combining(unicodedata.normalize("NFKD", behind)[0]):
        return
    assert fold_name(before + sign + behind) == fold_name(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İstanbul Tekstil", "istanbul tekstil"),
        ("ISPARTA GÜL", "Isparta Gül"),
        ("ışık", "IŞIK"),
        ("Straße AG", "STRASSE AG"),
        ("Café Zoë", "Cafe\u0301 Zoe\u0308"),
        ("ＡＣＭＥ　Ｌｔｄ", "Acme ltd"),
        ("ｱｻﾋ ﾋﾞｰﾙ", "アサヒ ビール"),
        ("長江實業", "长江实业"),
        ("臺灣積體電路", "台湾积体电路"),
        ("刘 思远", "刘思远"),
        ("王\u3000 伟", "王伟"),
        ("上海 东方 ABC", "上海东方 ABC"),
        ("\ufb01nch", "finch"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("O\u2019Neil", "O'Neil"),
        ("Finch\u200d\u2009Ltd", "\u202aFinch Ltd\u202c"),
        ("می\u200cخواهم", "میخواهم"),
    ],
)
def test_ways_to_write_one_name(one, other):
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pené", "Pene"),
        ("Müller", "Muller"),
        ("Müller", "Mueller"),
        ("GTXPro", "GTX Pro"),
        ("Łódź", "Lodz"),
        ("王伟", "王玮"),
        ("Иванов", "Ivanov"),
        ("Store 12", "Store 13"),
        ("AB", "A-B"),
        ("ABC 东方", "ABC东方"),
    ],
)
def test_names_that_are_only_alike_stay_two(one, other):
    """Whether they are one person a look-alike asks; nothing is taken for granted."""
    assert fold_name(one) != fold_name(other)


LETTERS = st.text("abcdeéöñстр王伟李 -'.&1", min_size=1, max_size=10)


@given(LETTERS, LETTERS)
def test_two_names_of_plain_letters_fold_together_only_if_they_are_equal(one, other):
    """Small letters in their usual form have nothing that a fold may take away but white space: all of
    it between Chinese characters, elsewhere what is more than one."""
    one_form, other_form = (
        re.sub(
            "(?<=[王伟李]) (?=[王伟李])", "", " ".join(unicodedata.normalize("NFC", text).split())
        )
        for text in (one, other)
    )
    assert (fold_name(one) == fold_name(other)) == (one_form == other_form)


def test_each_traditional_character_has_one_simplified_form():
    """The table leads to its end at once, and never changes a character that is simplified."""
    text = "".join(chr(code) for code in range(0x3400, 0x30000))
    assert simplified(simplified(text)) == simplified(text)
    assert simplified("鉅大国际 Acme é") == "钜大国际 Acme é"
    assert sum(map(str.__ne__, text, simplified(text))) > 3000


def test_labels_and_headers_fold_characters_as_names_do():
    assert fold("\u2066客戶 名稱\u2069") == fold("客户名称")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("\u2068Finch\u2069 Ltd\u200e", "Finch Ltd"),
        ("Finch\u200d Ltd\ufe0f", "Finch Ltd"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        (
            "Team \U0001f468\u200d\U0001f469\u200d\U0001f467",
            "Team \U0001f468\u200d\U0001f469\u200d\U0001f467",
        ),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("1\ufe0f\u20e3 Shop", "1\ufe0f\u20e3 Shop"),
        ("re\u00adport", "report"),
    ],
)
def test_a_stored_text_keeps_what_changes_how_it_looks(typed, stored):
    assert clean_text(typed) == stored
    assert clean_text(stored) == stored


@given(AWKWARD)
def test_nothing_invisible_is_left_where_a_number_or_a_key_is_read(text):
    assert not has_invisible(without_invisible(text))
    assert not has_invisible(plain_text(text))
    assert without_marks(without_marks(text)) == without_marks(text)
