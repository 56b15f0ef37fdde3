"""Charsets, broken JSON-LD and the metadata of a page."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import json

import pytest

from crawler.extraction.page.charset import as_utf8, decode
from crawler.extraction.page.jsonld import named, text, things
from crawler.extraction.page.page import Page, parse_html
from crawler.items import Rejected
from tests.costs import seconds_of
from tests.extraction.pages import html, ld, page, paragraphs, read
from tests.growth import MOST, TIMES, growth

WORDS = "Kafé “Tujuh” di Bandung – harga Rp10.000"


@pytest.mark.parametrize(
    ("body", "header", "encoding"),
    [
        (WORDS.encode(), None, "utf-8"),
        (b"\xef\xbb\xbf" + WORDS.encode(), "text/html; charset=iso-8859-1", "utf-8"),
        (WORDS.encode("utf-16"), None, "utf-8"),
        (WORDS.encode("cp1252"), "text/html; charset=ISO-8859-1", "utf-8"),
        (b'<meta charset="windows-1252">' + WORDS.encode("cp1252"), None, "utf-8"),
        (WORDS.encode("cp1252"), None, "cp1252"),
        (WORDS.encode("cp1252"), "text/html; charset=utf-8", "utf-8"),
        (b"<meta charset=iso-8859-1>" + WORDS.encode(), "text/html; charset=latin1", "cp1252"),
        (WORDS.encode("cp1252"), "text/html; charset=tidak-ada", "utf-8"),
    ],
)
def test_charset_is_what_the_bytes_are(body: bytes, header: str | None, encoding: str) -> None:
    assert decode(body, header, encoding).endswith(WORDS)


def test_a_few_broken_bytes_do_not_make_utf8_latin() -> None:
    body = WORDS.encode() * 3 + b"\xe2\x80" + b" akhir"
    assert decode(body, "text/html; charset=iso-8859-1") == WORDS * 3 + "\ufffd akhir"


TWICE = "Kafé “Tujuh”".encode().decode("cp1252", "replace").replace("\ufffd", "\x9d")
BROKEN = ["â€", "Ã©", "Ã", "\x80", "\x80 a", "â€ “", "Â\xa0", "ðŸ˜€", "\u0301\u0316", TWICE]


@pytest.mark.parametrize("unit", [*BROKEN, "a", "kata ", "é", "<p>a</p>"])
def test_the_cost_of_mending_grows_with_the_page(unit: str) -> None:
    def mended(size: int):
        body = f"<p>{TWICE}</p>{unit * (size // len(unit))}".encode()
        return lambda: as_utf8(body)

    assert growth(mended(20_000), mended(TIMES * 20_000)) <= MOST


@pytest.mark.parametrize("unit", BROKEN)
def test_a_large_page_of_broken_characters_is_mended_in_part(unit: str) -> None:
    body = f"<p>{TWICE}</p><p>{unit * (3_000_000 // len(unit))}</p>".encode()
    assert seconds_of(lambda: as_utf8(body)) < 10  # 1, where nothing else runs
    assert as_utf8(body).startswith("<p>Kafé “Tujuh”</p>".encode())


@pytest.mark.parametrize("body", [b"", b"  \n ", "\ufeff".encode()])
def test_empty_page_is_rejected(body: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        Page(body, "https://contoh.id/")
    assert caught.value.reason == "empty_page"


def test_truncated_page_parses() -> None:
    assert parse_html(b"<html><body><div><p>Kalimat yang terpo").css_first("p") is not None


@pytest.mark.parametrize(
    "script",
    [
        '{"@type":"NewsArticle","headline":"Harga Garam"}',
        '\n//<![CDATA[\n{"@type":"NewsArticle","headline":"Harga Garam"}\n//]]>\n',
        '<!-- {"@type":"NewsArticle","headline":"Harga Garam"} -->',
        '{"@type":"NewsArticle","headline":"Harga\tGaram",}',
        '{"@type":"NewsArticle",\n"description":"kata "siapa" itu",\n"headline":"Harga Garam"\n}',
        '{"@type":"NewsArticle","description":"pak\\\'e \\x","headline":"Harga Garam"};',
        '[[{"@type":"NewsArticle","headline":"Harga\\nGaram"}]]',
        '{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle","headline":"Harga Garam"}]}',
        '{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"Harga Garam"}}',
    ],
)
def test_json_ld_is_read_even_if_it_is_broken(script: str) -> None:
    found = things([script])
    assert text(found[-1]["headline"]) == "Harga Garam"


@pytest.mark.parametrize("script", ["", "{", "bukan json", "[" * 5000, '{"@type":', "null", "7"])
def test_json_ld_beyond_mending_is_skipped(script: str) -> None:
    assert things([script, '{"@type":"Person"}']) == [{"@type": "Person"}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Dua  kata ", "Dua kata"),
        (["Pertama", "Kedua"], "Pertama"),
        ({"@type": "Person", "name": "Rara"}, "Rara"),
        ([{"name": ["Rara"]}], "Rara"),
        (None, ""),
        ([], ""),
        (7, "7"),
    ],
)
def test_property_as_text(value: object, expected: str) -> None:
    assert text(value) == expected


def test_article_is_the_first_thing_that_is_one() -> None:
    head = (
        '<script type="application/ld+json">{"@type":"WebPage","headline":"Salah"}</script>'
        + ld(headline="Benar")
        + ld(headline="Kedua")
    )
    assert page(html("", head=head)).article["headline"] == "Benar"


def test_first_meta_of_a_name_wins_and_empty_ones_do_not_count() -> None:
    head = (
        '<meta name="Author" content=""><meta name=AUTHOR content=" Rara  Ayu "><meta name=author content=X>'
        '<meta property="og:title" content="Judul">'
    )
    meta = page(html("", head=head)).meta
    assert (meta["author"], meta["og:title"]) == ("Rara Ayu", "Judul")


def test_own_urls_are_absolute_and_best_first() -> None:
    head = (
        '<link rel=canonical href="https://contoh.id/a"><meta property="og:url" content="/b">'
        + ld(mainEntityOfPage={"@id": "https://contoh.id/c"}, url=json.dumps(None))
    )
    assert page(html("", head=head)).own_urls() == ["https://contoh.id/a", "https://contoh.id/c"]


def test_json_ld_references_are_followed_across_scripts() -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "author": [{"@id": "#/orang/1"}], "editor": "#/orang/2"},
            {"@type": "Person", "@id": "#/orang/1", "name": "Rara Ayu"},
        ]
    }
    other = {"@type": "Person", "@id": "#/orang/2", "name": "Danu Satria"}
    article = things([json.dumps(graph), json.dumps(other)])[0]
    assert named(article["author"]) == ["Rara Ayu"]
    assert named(article["editor"]) == ["Danu Satria"]


@pytest.mark.parametrize(
    "value",
    ["https://contoh.id/author/rara-ayu", {"@id": "https://contoh.id/#/orang/1"}, "#rara", "_:b0", "/penulis/rara"],
)  # fmt: skip
def test_the_address_of_a_person_is_no_name(value: object) -> None:
    assert named([value, {"name": "Rara Ayu"}]) == ["Rara Ayu"]


def test_a_reference_to_nothing_and_a_thing_that_refers_to_itself_do_no_harm() -> None:
    lost = {"@type": "NewsArticle", "@id": "#a", "author": {"@id": "#a"}, "editor": {"@id": "#x"}}
    (article,) = things([json.dumps(lost)])
    assert (named(article["author"]), named(article["editor"])) == ([], [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Gawai &amp; Gim", "Gawai & Gim"), ("Pok&eacute;mon", "Pokémon"), ("R&D", "R&D"), ("a&#8217;s", "a’s")],
)  # fmt: skip
def test_entities_inside_json_ld_are_decoded(value: str, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_text_that_was_encoded_twice_is_mended(encoding: str) -> None:
    words = (
        "Kafé di Bandung: Pokémon, não"
        if encoding == "latin-1"
        else "“Kami senang” – Kafé’s, bukan"
    )
    twice = words.encode().decode(encoding, "ignore").encode()
    assert decode(b"<p>" + twice + b"</p>") == f"<p>{words}</p>"
    assert as_utf8(b"<p>" + twice + b"</p>").decode() == f"<p>{words}</p>"


def test_a_closing_quote_whose_last_byte_was_lost_is_mended() -> None:
    assert (
        decode("<p>â€œKami senang,â€ kata Rara â€“ direktur</p>".encode())
        == "<p>“Kami senang,” kata Rara – direktur</p>"
    )


def test_only_the_broken_part_of_a_page_is_mended() -> None:
    source = "<p>“Baru” – Ünal Â© 2019</p><b>CafÃ©</b><i>SÃO PAULO, ÂNGELA</i>"
    assert (
        decode(source.encode()) == "<p>“Baru” – Ünal © 2019</p><b>Café</b><i>SÃO PAULO, ÂNGELA</i>"
    )


def test_c1_controls_are_the_characters_of_cp1252() -> None:
    assert decode("<p>\x93baru\x94 \x96 pabrik</p>".encode()) == "<p>“baru” – pabrik</p>"


def test_combining_marks_are_composed() -> None:
    decomposed = "Rene\u0301 Ayu di Kafe\u0301"
    assert decode(decomposed.encode()) == "René Ayu di Kafé"
    assert as_utf8(decomposed.encode()).decode() == "René Ayu di Kafé"


def test_a_name_with_combining_marks_is_a_name() -> None:
    article = read(html("<p>Penulis: Rene\u0301 Ayu</p><div>" + paragraphs() + "</div>"))
    assert article.authors == ["René Ayu"]


def test_utf8_with_some_broken_bytes_stays_utf8() -> None:
    body = "Kafé di Bandung ".encode() + b"\xff \xfe \xe9"
    assert decode(body, "text/html; charset=utf-8").startswith("Kafé di Bandung")


@pytest.mark.parametrize(
    ("label", "codec"),
    [("windows-31j", "cp932"), ("x-sjis", "cp932"), ("shift-jis", "cp932"), ("x-gbk", "gbk"), ("gb2312", "gbk"),
     ("windows-949", "cp949"), ("ks_c_5601-1987", "cp949")],
)  # fmt: skip
def test_labels_that_browsers_know(label: str, codec: str) -> None:
    words = {"cp932": "①日本語", "gbk": "中文字", "cp949": "똠한국어"}[codec]
    assert decode(words.encode(codec), f"text/html; charset={label}") == words


@pytest.mark.parametrize(
    ("label", "codec", "words"),
    [("koi8", "koi8-r", "Привет"), ("x-mac-roman", "mac-roman", "Kafé"), ("x-cp1251", "cp1251", "Привет"), ("iso-8859-9", "cp1254", "“Işık”")],
)  # fmt: skip
def test_single_byte_labels_that_browsers_know(label: str, codec: str, words: str) -> None:
    assert decode(words.encode(codec), f"text/html; charset={label}") == words
