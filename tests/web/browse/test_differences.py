"""The changes between two captures."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.web.browse.differences import changes


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
