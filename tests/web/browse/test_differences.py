"""The changes between two captures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.web.browse.differences import Span, changes, difference


def test_changed_words_are_marked_inside_their_paragraph():
    [same, changed] = changes(
        ["Tetap.", "Harga naik lima persen."], ["Tetap.", "Harga naik enam persen."]
    )
    assert [span.kind for span in same] == ["same"]
    assert [(span.kind, span.text) for span in changed] == [
        ("same", "Harga naik "),
        ("gone", "lima"),
        ("new", "enam"),
        ("same", " persen."),
    ]


def test_another_paragraph_is_not_the_old_one_changed():
    kinds = [
        [span.kind for span in one]
        for one in changes(["Soal gempa bumi."], ["Harga ponsel naik tajam"])
    ]
    assert kinds == [["gone"], ["new"]]


TEXTS = st.lists(st.text(alphabet="ab c", min_size=1).map(str.strip).filter(bool), max_size=5)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_restored_from_the_changes(before, after):
    """Without what is new it is the old text, without what is gone the new one."""
    found = changes(before, after)
    for other, texts in (("new", before), ("gone", after)):
        kept = ["".join(span.text for span in one if span.kind != other) for one in found]
        assert sorted(filter(None, kept)) == sorted(texts)


def test_a_paragraph_is_paired_with_the_one_that_it_was():
    """A copy that drops the first of two paragraphs and edits the second has lost one, not two."""
    old = ["Pabrik itu dibuka hari Senin.", "Dua ratus orang bekerja di sana sejak awal bulan."]
    new = ["Dua ratus orang kini bekerja di sana sejak awal bulan."]
    assert [[span.kind for span in one] for one in changes(old, new)] == [
        ["gone"],
        ["same", "new", "same"],
    ]


def test_a_difference_counts_words_and_folds_what_is_the_same():
    found = difference(
        ["A b c.", "Tetap.", "Satu dua tiga."], ["A b c.", "Tetap.", "Satu dua lima."]
    )
    assert [(one.is_same, len(one.paragraphs)) for one in found.stretches] == [
        (True, 2),
        (False, 1),
    ]
    assert dict(found.words) == {"same": 6, "gone": 1, "new": 1}
    assert (found.changed, found.share) == (1, 2 / 14)


def test_the_share_of_a_difference_is_none_of_equal_texts_and_all_of_others():
    assert difference(["Sama."], ["Sama."]).share == 0
    assert difference([], []).share == 0
    assert difference(["Satu."], ["Lain sama sekali."]).share == 1


def test_long_stretches_of_unlike_paragraphs_are_paired_in_order():
    old, new = ([f"{name} {n}" for n in range(201)] for name in ("satu dua", "satu dua tiga"))
    found = changes(old, new)
    assert len(found) == 201 and found[0][0] == Span("same", "satu dua ")


def test_two_paragraphs_of_thousands_of_words_are_not_compared_word_by_word():
    old, new = " ".join(["kata"] * 3000), " ".join(["kata"] * 3001)
    assert [[span.kind for span in one] for one in changes([old], [new])] == [["gone"], ["new"]]
