"""Parts of a body lifted out of a row, and put back to the letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from output.lifted import Cut, lift, published_hash, restored
from output.schema import content_hash
from tests.output.rows import article


def row(*paragraphs, **columns):
    body = "\n\n".join(paragraphs)
    words = sum(p.count(" ") + 1 for p in paragraphs)
    return article(paragraphs=list(paragraphs), body=body, word_count=words, **columns)


def test_a_sentence_is_lifted_out_of_a_paragraph():
    before = row("Satu dua. Tiga empat. Lima enam.", "Tujuh.")
    after = lift(before, [Cut(0, 10, 21, "recurs:3")])
    assert after["paragraphs"] == ["Satu dua. Lima enam.", "Tujuh."]
    assert after["body"] == "Satu dua. Lima enam.\n\nTujuh."
    assert after["word_count"] == 5
    assert after["removed"][-1] == {"rule": "recurs:3", "text": "Tiga empat."}
    assert after["content_hash"] == content_hash(after["title"], after["body"])
    assert published_hash(after) == before["content_hash"] == after["published_hash"]


def test_a_paragraph_goes_with_its_kind():
    before = row("Satu.", "Dua.", "Tiga.", kinds=["paragraph", "quote", "list_item"])
    after = lift(before, [Cut(1, 0, 4, "recurs:3")])
    assert after["kinds"] == ["paragraph", "list_item"]
    assert restored(after)["kinds"] == before["kinds"]


def test_a_row_of_which_nothing_is_lifted_is_left_as_it_is():
    before = row("Satu.", "Dua.")
    assert restored(before) is before
    assert lift(before, []) is before
    assert published_hash(before) == before["content_hash"]


WORDS = st.lists(st.sampled_from("satu dua. tiga empat! Lima".split()), min_size=1, max_size=9)


@given(st.lists(WORDS, min_size=1, max_size=6), st.data())
def test_what_was_lifted_is_put_back_to_the_letter(words, data):
    before = row(*(" ".join(each) for each in words))
    cuts = []
    for number, each in enumerate(words):
        taken = data.draw(st.lists(st.booleans(), min_size=len(each), max_size=len(each)))
        if all(taken) and number == 0:
            continue  # something is left
        start = 0
        spans = []
        for word, is_taken in zip(each, taken, strict=True):
            if is_taken and spans and spans[-1][1] + 1 == start:
                spans[-1][1] = start + len(word)
            elif is_taken:
                spans.append([start, start + len(word)])
            start += len(word) + 1
        cuts += [Cut(number, a, b, "recurs:3") for a, b in spans]
    after = lift(before, cuts)
    back = restored(after)
    assert {name: back[name] for name in before} == before
    assert sorted(each["text"] for each in after["removed"][1:]) == sorted(
        before["paragraphs"][cut.paragraph][cut.start : cut.end] for cut in cuts
    )
    assert all("  " not in text and text.strip() == text for text in after["paragraphs"])


@pytest.mark.parametrize("glued", ["Satu.Dua tiga.Empat", "Satu. Dua tiga.Empat"])
def test_a_glued_part_leaves_a_blank_and_is_put_back_without(glued):
    start = glued.index("Dua")
    before = row(glued)
    after = lift(before, [Cut(0, start, start + 9, "known-headline")])
    assert after["paragraphs"] == ["Satu. Empat"]
    assert restored(after)["paragraphs"] == [glued]
