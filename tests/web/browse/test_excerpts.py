from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.web.browse.excerpts import ExcerptPart, excerpt, marked

LONG = "Kalimat pembuka yang panjang. " * 40


def text_of(pieces):
    return "".join(piece.text for piece in pieces)


def found_in(pieces):
    return [piece.text for piece in pieces if piece.found]


def test_words_are_marked_that_begin_so_in_any_case():
    pieces = marked("Gawai baru: gawainya dua, bukan sepergawaian.", ["gawai", "dua"])
    assert found_in(pieces) == ["Gawai", "gawainya", "dua"]
    assert pieces[1] == ExcerptPart(" baru: ")


def test_the_place_is_shown_where_most_words_stand():
    body = f"Roket di awal.\n\n{LONG}Lalu roket dan satelit bersama. {LONG}"
    pieces = excerpt(body, ["roket", "satelit"])
    assert found_in(pieces) == ["roket", "satelit"]
    shown = text_of(pieces)
    assert shown.startswith("…") and shown.endswith("…") and len(shown) < 260
    assert "Kalimat pembuka yang panjang. Lalu roket dan satelit bersama. Kalimat" in shown


def test_what_is_short_is_shown_whole():
    assert text_of(excerpt("Satu roket.\n\nDua.", ["roket"])) == "Satu roket. Dua."


def test_without_a_word_there_is_no_excerpt():
    assert excerpt("Satu roket.", ["satelit"]) == excerpt("Satu roket.", []) == []
    assert marked("Satu roket.", []) == [ExcerptPart("Satu roket.")]


@given(st.text(), st.lists(st.text(min_size=1, max_size=3).map(str.lower)))
def test_no_letter_is_lost_or_made_up(text, words):
    assert text_of(marked(text, words)) == text
    assert text_of(excerpt(text, words)).strip("…") in " ".join(text.split())
