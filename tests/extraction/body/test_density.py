"""Pages of no known template: the article is found among teasers, glossaries and articles."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import pytest

from crawler.items import Rejected
from tests.extraction.pages import PROSE, TITLE, html, kept, paragraphs, read

SUMMARY = "Warga di tiga kecamatan menyambut rencana itu karena selama ini mereka harus naik ke bukit untuk menelepon keluarga. Dinas setempat berjanji menyelesaikannya tahun depan."
TEASER = f"<div class=k2><h3><a href=/read/9/lain>Operator Bangun Menara Baru di Daerah Terpencil</a></h3><p>{SUMMARY}</p></div>"
LINKS = "".join(f"<a href=/k/{i}>Kanal {i}</a> " for i in range(60))
OTHER = "".join(f"<p>{i}. {SUMMARY} {SUMMARY}</p>" for i in range(12))
BODY = f"<div class=q1>{paragraphs()}</div>"

AROUND = {
    "summaries in a list": BODY + f"<div class=k1>{TEASER * 20}</div>",
    "a glossary far below": BODY + LINKS + f"<div class=k1>{OTHER}</div>",
    "legal prose far below": BODY + LINKS * 2 + f"<div><div>{OTHER}</div></div>",
    "prose in a box above the article's own": BODY,
    "an ad's word in a class around the body": f"<div class='detail detail__billboard'>{BODY}</div>" + TEASER * 5,
    "a share word in a class around the body": f"<div class='share-area'>{BODY}</div>" + TEASER,
}  # fmt: skip


@pytest.mark.parametrize("form", AROUND)
def test_article_is_found_among_other_prose(form: str) -> None:
    assert kept(read(html(AROUND[form]))) == PROSE


def test_prose_above_the_headline_is_not_the_article() -> None:
    notice = f"<div class=z1>{OTHER[:1500]}</div>"
    assert kept(read(html(BODY).replace("<div class=main>", notice + "<div class=main>"))) == PROSE


PARTS = {
    "a long list": f"<div class=q1><p>{PROSE[0]}</p><ul>{''.join(f'<li>{t}</li>' for t in PROSE[1:])}</ul></div>",
    "a long quotation": f"<div class=q1><p>{PROSE[0]}</p><blockquote>{paragraphs(PROSE[1:])}</blockquote></div>",
    "pages": f"<div class=q0><div class=hal id=hal-1>{paragraphs(PROSE[:1])}</div><div class=hal id=hal-2>{paragraphs(PROSE[1:])}</div></div>",
    "sections": f"<div class=q0><section class=s>{paragraphs(PROSE[:1])}</section><section class=s>{paragraphs(PROSE[1:])}</section></div>",
    "bare divs": f"<div class=q0><div>{PROSE[0]} {PROSE[1]}</div><div>{PROSE[2]}</div></div>",
}  # fmt: skip


@pytest.mark.parametrize("form", PARTS)
def test_no_part_of_the_text_is_taken_for_all_of_it(form: str) -> None:
    head = "<meta property=og:type content=article>"
    assert " ".join(kept(read(html(PARTS[form], head=head)))) == " ".join(
        PROSE[:3] if form == "bare divs" else PROSE
    )


def test_two_short_paragraphs_with_a_teaser_between_them() -> None:
    body = f"<div class=q1><p>{PROSE[0]}</p><p>Baca juga: <a href=/x>Menara Baru di Daerah</a></p><p>{PROSE[1]}</p></div>"
    found = kept(read(html(body, head="<meta property=og:type content=article>")))
    assert [text for text in found if not text.startswith("Baca juga")] == PROSE[:2]


def test_article_below_the_article_is_another_one() -> None:
    other = "".join(f"<p>{i}. {SUMMARY}</p>" for i in range(9))
    below = f"<div class=q2><h1>Operator Bangun Seribu Menara di Daerah Terpencil</h1><div class=q1>{other}</div></div>"
    assert kept(read(html(f"<div class=q2>{BODY}</div>{below}"))) == PROSE


def test_post_in_a_quotation_is_no_part_of_the_text() -> None:
    post = "<blockquote><p>Akhirnya!</p>— Warga (@warga) <a href=https://twitter.com/warga/status/1>14 September</a></blockquote>"
    body = f"<div class=q1>{paragraphs(PROSE[:2])}{post}{paragraphs(PROSE[2:])}</div>"
    assert kept(read(html(body))) == PROSE


def test_link_with_the_article_s_own_title_takes_no_text_with_it() -> None:
    body = f"<div class=q1>{paragraphs(PROSE[:3])}<p><a href=/ini>{TITLE}</a></p>{paragraphs(PROSE[3:])}</div>"
    assert kept(read(html(body))) == PROSE


def test_tag_link_in_a_sentence_is_not_the_list_of_tags() -> None:
    sentence = f"<p>{PROSE[0]} Bahannya <a href=/tag/natrium>natrium</a>, kata Wulan.</p>"
    head = "<meta name=keywords content='baterai, motor listrik'>"
    page = html(f"<div class=q1>{sentence}{paragraphs(PROSE[1:])}</div>", head=head)
    assert read(page).tags == ["baterai", "motor listrik"]


HOME = "https://contoh.id/"


def test_article_whose_template_gives_the_home_page_as_its_address() -> None:
    head = f"<meta property=og:url content={HOME}>"
    assert kept(read(html(BODY, head=head))) == PROSE


@pytest.mark.parametrize(
    "path", ["", "tekno", "author/sinta-lestari", "kanal/tekno?page=2", "tag/x"]
)
def test_listing_is_no_article_whatever_it_holds(path: str) -> None:
    with pytest.raises(Rejected, match="index"):
        read(html(BODY), url=HOME + path)
