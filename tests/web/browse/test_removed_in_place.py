"""Where removed fragments had stood."""

from __future__ import annotations

from crawler.web.browse.removed_in_place import in_place, text_of

PARAGRAPHS = ["Alinea pertama berita ini.", "Alinea kedua berita ini."]
PROMO = {"rule": "baca-juga:promo", "text": "Baca juga: Kabar lain"}


def shown(paragraphs, removed, page):
    body, beside = in_place(paragraphs, removed, page)
    return [piece.text for piece in body], [piece.text for piece in beside]


def test_a_fragment_stands_between_its_paragraphs():
    page = "Menu Alinea pertama\n berita ini. Baca juga:  Kabar lain Alinea kedua berita ini. Kaki"
    body, beside = shown(PARAGRAPHS, [PROMO], page)
    assert body == [PARAGRAPHS[0], PROMO["text"], PARAGRAPHS[1]]
    assert beside == []


def test_the_same_words_in_the_menu_above_are_not_the_fragment():
    page = " ".join([PROMO["text"], *PARAGRAPHS, PROMO["text"]])
    body, _ = shown(PARAGRAPHS, [PROMO], page)
    assert body == [*PARAGRAPHS, PROMO["text"]]


def test_a_fragment_taken_twice_stands_in_two_places():
    page = " ".join([PARAGRAPHS[0], PROMO["text"], PARAGRAPHS[1], PROMO["text"]])
    body, _ = shown(PARAGRAPHS, [PROMO, PROMO], page)
    assert body == [PARAGRAPHS[0], PROMO["text"], PARAGRAPHS[1], PROMO["text"]]


LEAD = "Perahu listrik buatan warga pesisir mulai diuji di teluk. Uji itu memakan tiga hari."
BODY = [LEAD, "Baterainya cukup untuk sekali melaut."]
BYLINE = {"rule": "byline-labels", "text": "Reporter: Sari Wulan"}
DATELINE = {"rule": "dateline-site", "text": "contoh.id -"}


def test_a_dateline_opens_its_paragraph_whatever_repeats_that_above():
    said = "Perahu listrik buatan warga pesisir mulai diuji di teluk"
    page = f"contoh.id - Teknologi {said} {said}. Reporter: Sari Wulan contoh.id - {BODY[0]}"
    body, _ = shown(BODY, [BYLINE, DATELINE], f"{page} {BODY[1]} (c) contoh.id - semua hak")
    assert body == [BYLINE["text"], DATELINE["text"], *BODY]


def test_a_dateline_stands_before_a_lone_paragraph():
    page = f"{LEAD} contoh.id - {LEAD} Ikuti contoh.id - di mana saja"
    assert shown([LEAD], [DATELINE], page) == ([DATELINE["text"], LEAD], [])


def test_a_summary_below_the_first_paragraph_stays_there():
    summary = {"rule": "contoh:.summary", "text": LEAD.partition(". ")[0] + "."}
    page = f"contoh.id - {LEAD} {summary['text']} {BODY[1]}"
    body, _ = shown(BODY, [DATELINE, summary], page)
    assert body == [DATELINE["text"], LEAD, summary["text"], BODY[1]]


def test_a_dateline_s_words_amid_the_body_are_not_the_dateline():
    body = ["Jalan tol itu dibuka kemarin pagi.", "Jalan itu jalur Jakarta-Bandung yang lama."]
    dateline = {"rule": "dateline-city", "text": "JAKARTA -"}
    page = f"Jalan tol itu dibuka JAKARTA - {body[0]} Jalan itu jalur Jakarta-Bandung yang lama."
    assert shown(body, [dateline], page)[0] == ["JAKARTA -", *body]


def test_a_headline_below_is_not_the_one_in_a_promo():
    related = [{"rule": "contoh:.related", "text": text} for text in ("Terkait", "Kabar lain")]
    page = f"{PARAGRAPHS[0]} Baca juga: Kabar lain {PARAGRAPHS[1]} Terkait Kabar lain"
    body, _ = shown(PARAGRAPHS, [PROMO, *related], page)
    assert body == [PARAGRAPHS[0], PROMO["text"], PARAGRAPHS[1], "Terkait", "Kabar lain"]


def test_what_the_page_does_not_show_is_beside():
    body, beside = shown(PARAGRAPHS, [PROMO], " ".join(PARAGRAPHS))
    assert (body, beside) == (PARAGRAPHS, [PROMO["text"]])


def test_without_a_page_only_the_ends_are_known():
    removed = [
        PROMO,
        {"rule": "dateline-city", "text": "JAKARTA -"},
        {"rule": "signoff-codes", "text": "(AB/CD)"},
    ]
    body, beside = shown(PARAGRAPHS, removed, None)
    assert body == ["JAKARTA -", *PARAGRAPHS, "(AB/CD)"]
    assert beside == [PROMO["text"]]


def test_a_page_that_holds_other_words_places_nothing():
    assert shown(PARAGRAPHS, [PROMO], "Halaman lain sama sekali") == (PARAGRAPHS, [PROMO["text"]])


def test_the_words_of_a_page_are_without_scripts():
    assert text_of("<p>Isi</p><script>bukan isi</script>").split() == ["Isi"]
