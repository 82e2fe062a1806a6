"""When two strings count as the same text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfr import Normalizer

NORMALIZERS = [
    Normalizer(form, space, casing)
    for form in ("NFC", "NFKC", "none")
    for space in ("fold", "keep")
    for casing in ("keep", "fold")
]


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ({}, "e\u0301", "é"),
        ({}, "  a \t b\n\nc ", "a b c"),
        ({}, "a\u00a0b\u3000c", "a b c"),
        ({}, "Kevin", "Kevin"),
        ({}, "\ufb01", "\ufb01"),
        ({}, "", ""),
        ({}, " \n ", ""),
        ({"unicode_form": "NFKC"}, "\ufb01 ①", "fi 1"),
        ({"unicode_form": "none"}, "e\u0301", "e\u0301"),
        ({"space": "keep"}, " a  b\n", " a  b\n"),
        ({"casing": "fold"}, "STRASSE Straße", "strasse strasse"),
        ({"casing": "fold", "space": "keep"}, " A ", " a "),
    ],
)
def test_a_text_is_brought_to_the_form_that_was_asked_for(options, text, expected):
    assert expected == Normalizer(**options)(text)


def test_the_default_composes_folds_space_and_keeps_case():
    assert Normalizer("NFC", "fold", "keep") == Normalizer()


@pytest.mark.parametrize("normalize", NORMALIZERS, ids=repr)
@given(text=st.text())
def test_a_normal_form_is_its_own_normal_form(normalize, text):
    once = normalize(text)
    assert once == normalize(once)


@given(st.text())
def test_the_default_is_composition_and_white_space(text):
    assert " ".join(unicodedata.normalize("NFC", text).split()) == Normalizer()(text)


@given(st.text(), st.text())
def test_texts_that_differ_in_white_space_alone_are_the_same(a, b):
    assert Normalizer()(f"{a} {b}") == Normalizer()(f"\n{a}\t \u00a0{b}\r\n")


def test_a_normalizer_is_a_frozen_value():
    assert {Normalizer(), Normalizer()} == {Normalizer()}
    with pytest.raises(AttributeError):
        Normalizer().space = "keep"
