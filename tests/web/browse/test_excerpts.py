from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.web.browse.excerpts import ExcerptPart, excerpt, marked, wanted
from output.search_query import Phrase, Word
from output.word_forms import root_of

LONG = "Kalimat pembuka yang panjang. " * 40


def text_of(pieces):
    return "".join(piece.text for piece in pieces)


def found_in(pieces):
    return [piece.text for piece in pieces if piece.found]


def begun(*words):
    return [wanted(Word(word, begins=True)) for word in words]


def test_words_are_marked_that_begin_so_in_any_case():
    pieces = marked("Gawai baru: gawainya dua, bukan sepergawaian.", begun("gawai", "dua"))
    assert found_in(pieces) == ["Gawai", "gawainya", "dua"]
    assert pieces[1] == ExcerptPart(" baru: ")


def test_the_place_is_shown_where_most_words_stand():
    body = f"Roket di awal.\n\n{LONG}Lalu roket dan satelit bersama. {LONG}"
    pieces = excerpt(body, begun("roket", "satelit"))
    assert found_in(pieces) == ["roket", "satelit"]
    shown = text_of(pieces)
    assert shown.startswith("…") and shown.endswith("…") and len(shown) < 260
    assert "Kalimat pembuka yang panjang. Lalu roket dan satelit bersama. Kalimat" in shown


def test_what_is_short_is_shown_whole():
    assert text_of(excerpt("Satu roket.\n\nDua.", begun("roket"))) == "Satu roket. Dua."


def test_without_a_word_there_is_no_excerpt():
    assert excerpt("Satu roket.", begun("satelit")) == excerpt("Satu roket.", []) == []
    assert marked("Satu roket.", []) == [ExcerptPart("Satu roket.")]


@given(st.text(), st.lists(st.from_regex(r"[a-z]{1,3}", fullmatch=True)))
def test_no_letter_is_lost_or_made_up(text, words):
    assert text_of(marked(text, begun(*words))) == text
    for part in text_of(excerpt(text, begun(*words))).split("…"):
        assert part.strip() in " ".join(text.split())


def test_forms_exact_words_and_phrases_are_marked():
    text = "Dia membeli kota itu; pembelian Café, kota besar."
    bought = wanted(Word("dibeli"), [root_of("dibeli")])
    assert found_in(marked(text, [bought])) == ["membeli", "pembelian"]
    assert found_in(marked(text, [wanted(Word("beli", exact=True))])) == []
    assert found_in(marked(text, [wanted(Phrase(("kota", "besar")))])) == ["kota besar"]
    assert found_in(marked(text, [wanted(Word("cafe"))])) == ["Café"]


def test_words_that_stand_far_apart_are_shown_in_excerpts_of_their_own():
    text = f"Roket di awal. {LONG}Satelit di tengah. {LONG}Antena di akhir."
    pieces = excerpt(text, begun("roket", "satelit", "antena"))
    assert found_in(pieces) == ["Roket", "Satelit", "Antena"]
    assert len(text_of(pieces)) < 800
