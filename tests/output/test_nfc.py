"""The composed form of texts, which many marks in a row do not make dear."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from output.nfc import MOST_MARKS, nfc
from output.schema import content_hash
from tests.growth import MOST, TIMES, growth

MARKS = "\u0301\u0316"
"""Two marks, of which the second is sorted before the first."""


@given(
    st.text(st.sampled_from("aeKé\u0301\u0316\u0323\u05b0\u0f71\uac00\u1100\u1161你"), max_size=60)
)
def test_few_marks_in_a_row_are_composed_as_unicode_says(text: str) -> None:
    if (
        max(
            map(len, "".join("m" if unicodedata.combining(c) else " " for c in text).split()),
            default=0,
        )
        <= MOST_MARKS
    ):
        assert nfc(text) == unicodedata.normalize("NFC", text)


@given(st.text(st.sampled_from("aé\u0301\u0316\u0344你"), max_size=300))
def test_the_composed_form_of_a_composed_text_is_the_same(text: str) -> None:
    assert nfc(nfc(text)) == nfc(text)


@pytest.mark.parametrize("row", [MARKS, MARKS[:1], "\u0344", "\u05b0\u05b1", "\u0e38\u0e48"])
def test_no_mark_is_lost_in_a_long_row(row: str) -> None:
    composed = nfc(f"a{row * 100}b")
    kept = sorted(unicodedata.normalize("NFD", composed).replace("\u034f", ""))
    assert kept == sorted(unicodedata.normalize("NFD", f"a{row * 100}b"))


@pytest.mark.parametrize("text", [MARKS, "a" + MARKS, "\u0f71\u0f72", "你", "\uac00"])
def test_the_cost_of_composing_grows_with_the_text(text: str) -> None:
    def cost(count: int):
        return lambda: (nfc(text * count), content_hash(None, text * count))

    assert growth(cost(300_000), cost(TIMES * 300_000)) <= MOST
