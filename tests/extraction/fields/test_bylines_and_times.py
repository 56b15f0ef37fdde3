"""Bylines and times in the forms that outlets print, with dates of teasers around."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

from datetime import datetime

import pytest

from crawler.extraction.rules import Rules
from output.clock import WIB
from tests.extraction.pages import TITLE, html, ld, paragraphs, read

TEASERS = "".join(
    f"<div class=it><a href=/x/{i}>Kabar Lain yang Dibicarakan {i}</a><span>2{i}/10/2026 1{i}:0{i}</span></div>"
    for i in range(1, 6)
)
BODY = f"<div class=isi>{paragraphs()}</div>"
PRINTED = "<p>Kamis, 14 September 2023 10:15 WIB</p>"
TIME = datetime(2023, 9, 14, 10, 15, tzinfo=WIB)
SINTA, BAGUS = ["Sinta Lestari"], ["Bagus Wirata"]
STATED = ld(headline=TITLE, datePublished="2023-09-14T10:15:00+07:00")

BYLINES = {
    "labels in a table": ("<table><tr><td>Penulis</td><td>: <b>Sinta Lestari</b></td></tr><tr><td>Editor</td><td>: <b>Bagus Wirata</b></td></tr></table>", SINTA, BAGUS),
    "names before roles": ("<p class=n>Sinta Lestari</p><p class=r>Penulis</p><p class=n>Bagus Wirata</p><p class=r>Editor</p>", SINTA, BAGUS),
    "roles before names": ("<span>Reporter</span><a href=/p/1><b>Sinta Lestari</b></a><span>Editor</span><a href=/p/2><b>Bagus Wirata</b></a>", SINTA, BAGUS),
    "a role as a heading": ("<div class=reporter><h4>Reporter</h4> <h4>Sinta Lestari</h4></div>", SINTA, []),
    "a name, what she is, the day": ("<div class=journalist><a>Sinta Lestari</a>, Jurnalis-<span>Kamis, 14 September 2023 |10:15 WIB</span></div>", SINTA, []),
    "two names in links": ("<div>Oleh : <a>Sinta Lestari</a>, <a>Bagus Wirata</a></div>", SINTA + BAGUS, []),
    "a name and a code": ("<div>Oleh : <a>Sinta Lestari</a> / <a>BW</a></div>", [*SINTA, "BW"], []),
    "a name and a section": ("<span class=author>Sinta Lestari | Teknologi</span>", SINTA, []),
    "a name and a profession": ("<div class=byline><a>Sinta Lestari</a> <span>Content Writer</span></div>", SINTA, []),
    "a name before an update": ("<div class=author-box><span class=author-name>Sinta Lestari <time>Diperbarui 14 Sep 2023, 11:30 WIB</time></span></div>", SINTA, []),
    "both roles at once": ("<p>Redaktur &amp; Reporter : Sinta Lestari</p>", SINTA, SINTA),
    "labels without colons on two lines": ("<p>Penulis Sinta Lestari</p><p>Editor Bagus Wirata</p>", SINTA, BAGUS),
    "a name before the outlet's host": (f"<p>Sinta Lestari - kabarcontoh.com</p>{PRINTED}", SINTA, []),
    "a name behind the outlet's host": ("<span class=author>Kabarcontoh.com-Sinta Lestari</span>", SINTA, []),
    "a link to write to the author": ("<div class=penulis>Sinta Lestari <a href=#>Kirim email ke penulis</a></div>", SINTA, []),
    "an account": ("<div class=author>Sinta Lestari (@sinta_l)</div>", SINTA, []),
    "an account below the name": (f"<p>Sinta Lestari</p><p>(@sinta_l)</p>{PRINTED}", SINTA, []),
    "a badge": ("<div class=author><span>Verified</span>Sinta Lestari</div>", SINTA, []),
    "a contributor's place": (f"<p>Sinta Lestari (Kontributor Bali)</p><p>Editor Bagus Wirata</p>{PRINTED}", SINTA, BAGUS),
    "a day behind the name": ("<div class=byline>Oleh Sinta Lestari pada 14 September</div>", SINTA, []),
    "written by, and the time": ("<p>Ditulis oleh Sinta Lestari, Kamis 14 September 2023, 10:15 WIB</p>", SINTA, []),
    "a station": ("<div class=author>Sinta Lestari, Kabar Contoh TV</div>", SINTA, []),
    "an agency beside a name": ("<p>Penulis: Sinta Lestari, Reuters</p>", SINTA, []),
    "an agency alone": ("<span class=author>AFP</span>", [], []),
    "an agency with its country": ("<p>Reporter: VOA Indonesia</p>", [], []),
    "an organisation": ("<div class=author>Australian Broadcasting Corporation</div>", [], []),
    "a heading behind a label": ("<div>Author</div><h4>TOPIK POPULER</h4>", [], []),
    "a link of a topic": ("<a class=author href=/t/fb>Facebook</a>", [], []),
    "a table of contents": ("<div class=author-box>Daftar Isi</div>", [], []),
    "a city": ("<span class=author itemprop=author>Jakarta</span>", [], []),
    "nobody": ("<div class=byline>by <a rel=author>admin</a></div>", [], []),
}  # fmt: skip


@pytest.mark.parametrize("form", BYLINES)
def test_byline(form: str) -> None:
    header, authors, editors = BYLINES[form]
    article = read(html(BODY + TEASERS, header=header + PRINTED))
    assert (article.authors, article.editors) == (authors, editors)
    assert article.published_at == TIME


def test_name_in_front_of_the_time() -> None:
    header = "<div>Sinta Lestari • 14 September 2023 10:15</div>"
    assert read(html(BODY, header=header)).authors == SINTA


def test_outlet_as_author_is_left_out_whatever_its_spacing() -> None:
    head = ld(headline=TITLE, author={"@type": "Person", "name": "Kabar Contoh"})
    head += '<meta name="dtk:author" content="Sinta Lestari">'
    page = html(BODY, head=head, header=PRINTED)
    assert read(page, Rules(name="kabarcontoh")).authors == SINTA
    assert read(page, url="https://kabarcontoh.com/read/1/a").authors == SINTA


TIMES = {
    "only in JSON-LD": ("", STATED),
    "in JSON-LD, the day on the page": ("<p>14 September 2023</p>", STATED),
    "in a meta tag": ("", '<meta itemprop=datePublished content="2023-09-14 10:15:00">'),
    "in the only time element": ("<time datetime='2023-09-14T10:15:00+07:00'>14 September 2023</time>", ""),
}  # fmt: skip


@pytest.mark.parametrize("form", TIMES)
def test_time_of_a_teaser_is_never_the_article_s(form: str) -> None:
    header, head = TIMES[form]
    assert read(html(BODY + TEASERS, header=header, head=head)).published_at == TIME


def test_no_time_rather_than_a_teaser_s() -> None:
    head = "<meta property=og:type content=article>"
    assert read(html(BODY + TEASERS, head=head), url="https://contoh.id/a").published_at is None


DAY = datetime(2023, 9, 14, tzinfo=WIB)


@pytest.mark.parametrize(
    ("header", "url", "source"),
    [
        ("<p>Sinta Lestari - 14 September 2023</p>", "https://contoh.id/a", "visible (day)"),
        ("<span>by Sinta Lestari</span><span>September 14, 2023</span>", "https://contoh.id/a", "visible (day)"),
        ("", "https://contoh.id/read/2023/09/14/12/a", "url (day)"),
        ("", "https://contoh.id/tekno/20230914000000-37-12/a", "url"),
    ],
)  # fmt: skip
def test_the_day_alone_is_better_than_no_time(header: str, url: str, source: str) -> None:
    article = read(html(BODY + TEASERS, header=header), url=url)
    assert (article.published_at, article.published_source) == (DAY, source)
    assert not header or article.authors == SINTA


def test_a_day_in_the_text_is_not_when_it_was_published() -> None:
    text = (
        "<p>Pabrik itu berdiri sejak 5 Mei 2011 di Cikarang, kata direkturnya kepada wartawan.</p>"
    )
    assert read(html(text + BODY), url="https://contoh.id/a").published_at is None


def test_time_below_a_headline_that_is_no_heading() -> None:
    page = html(BODY + TEASERS, header=PRINTED).replace("<h1>", "<div>").replace("</h1>", "</div>")
    assert read(page).published_at == TIME


@pytest.mark.parametrize(
    ("head", "header", "source"),
    [
        ('<meta name="dc.date" content="2023-09-14">', "", "meta:dc.date (day)"),
        ('<meta property="article:published_time" content="14/09/2023">', "", "meta:article:published_time (day)"),
        (ld(datePublished="14 September 2023"), "", "jsonld (day)"),
        ("", "<time datetime=2023-09-14>kemarin</time>", "itemprop (day)"),
        ("", "<meta itemprop=datePublished content=2023-09-14>", "meta:datepublished (day)"),
    ],
)  # fmt: skip
def test_metadata_that_states_a_day_alone(head: str, header: str, source: str) -> None:
    article = read(html(BODY, head=head, header=header), url="https://contoh.id/a")
    assert (article.published_at, article.published_source) == (DAY, source)
    assert article.zone_assumed


def test_a_clock_on_the_page_is_better_than_the_day_in_metadata() -> None:
    head = '<meta name="dc.date" content="2023-09-14">'
    article = read(html(BODY, head=head, header=PRINTED), url="https://contoh.id/a")
    assert (article.published_at, article.published_source) == (TIME, "visible")


@pytest.mark.parametrize("ago", ["3 jam yang lalu", "2 hari lalu", "Kemarin, 10:30", "Baru saja"])
def test_a_distance_on_the_page_is_no_better_than_the_time_in_metadata(ago: str) -> None:
    rules, header = Rules(name="contoh", published="time"), f"<time>{ago}</time>"
    stated = html(BODY, head=ld(headline=TITLE, datePublished=TIME.isoformat()), header=header)
    article = read(stated, rules, url="https://contoh.id/a")
    assert (article.published_at, article.published_source) == (TIME, "jsonld")
    alone = read(html(BODY, header=header), rules, url="https://contoh.id/a")
    assert (alone.published_source or "").startswith("css:time")


@pytest.mark.parametrize(
    "unseen",
    [
        '<script>var server = "2023-09-16 11:20:31"</script>',
        '<script type="application/json">{"now":"2023-09-16 11:20:31"}</script>',
        "<style>/* 16 September 2023 11:20 WIB */</style>",
        "<div hidden><span>16 September 2023</span><p>11:20 WIB</p></div>",
        '<p style="color:red;display: none">16 September 2023 11:20 WIB</p>',
        "<noscript>16 September 2023 11:20 WIB</noscript>",
    ],
)
def test_what_no_reader_sees_is_no_visible_time(unseen: str) -> None:
    article = read(html(BODY, header=unseen + PRINTED), url="https://contoh.id/a")
    assert (article.published_at, article.published_source) == (TIME, "visible")
    assert read(html(BODY, header=unseen), url="https://contoh.id/a").published_at is None


def test_a_date_that_all_other_clues_contradict_is_a_teaser_s() -> None:
    beside = "<div class=kartu><b>Kabar Lain</b> <i>12 September 2023 09:30 WIB</i></div>"
    head = ld(datePublished="2023-09-14T10:15:00+07:00")
    url = "https://contoh.id/read/2023/09/14/12/a"
    rules = Rules(name="contoh", published=".kartu i")
    for given in (Rules(), rules):
        article = read(html(BODY, head=head, header=beside), given, url=url)
        assert (article.published_at, article.published_source) == (TIME, "jsonld")
    # A single other clue may be the wrong one.
    alone = read(html(BODY, head=head, header=beside), rules, url="https://contoh.id/a")
    assert alone.published_source == "css:.kartu i"


def test_hatom_of_a_page_without_a_time_of_publication() -> None:
    header = '<abbr class="updated" title="2023-09-14T10:15:00+07:00">3 tahun lalu</abbr>'
    assert read(html(BODY, header=header), url="https://contoh.id/a").published_at == TIME


@pytest.mark.parametrize("zone", ["HST", "XYZ", "BRT"])
def test_a_time_in_an_unknown_zone_is_no_time(zone: str) -> None:
    head = ld(datePublished=f"Thu, 14 Sep 2023 10:15:00 {zone}")
    article = read(html(BODY, head=head), url="https://contoh.id/a")
    assert (article.published_at, article.published_raw) == (
        None,
        f"Thu, 14 Sep 2023 10:15:00 {zone}",
    )
    head += '<meta name="pubdate" content="2023-09-14 10:15">'
    assert read(html(BODY, head=head), url="https://contoh.id/a").published_at == TIME


def test_a_change_before_the_publication_is_none() -> None:
    head = ld(datePublished="2023-09-14T10:15:00+07:00", dateModified="2023-09-14T09:58:00+07:00")
    assert read(html(BODY, head=head)).modified_at is None


def test_an_agency_in_metadata_is_no_author_but_a_source() -> None:
    article = read(html(BODY, head=ld(author=[{"name": "Rara Ayu"}, {"name": "Reuters"}])))
    assert (article.authors, article.agencies) == (["Rara Ayu"], ["Reuters"])


def test_the_author_in_the_meta_tag_byl() -> None:
    assert read(html(BODY, head='<meta name="byl" content="By Rara Ayu">')).authors == ["Rara Ayu"]


def test_a_piece_of_the_headline_is_no_author() -> None:
    page = html(
        BODY, header=PRINTED, title="Sagara Elektronik dan Rara Ayu Buka Pabrik di Cikarang"
    )
    assert (
        read(page.replace(" dan Rara", "</h1><h1> dan Rara"), url="https://contoh.id/a").authors
        == []
    )


def test_a_time_of_the_own_rule_that_data_and_address_contradict_is_not_believed_and_counted() -> (
    None
):
    rules = Rules(name="contoh", body=".isi", published=".kartu time")
    card = "<div class=kartu><time>12 Maret 2023, 09:12 WIB</time></div>"
    shown = f"{card}<div class=isi>{paragraphs()}</div>"
    stated = ld(headline=TITLE, datePublished="2023-09-14T10:15:00+07:00")
    article = read(html(shown, head=stated), rules)
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2023-09-14T10:15:00+07:00"
    assert article.contradicted == ["published"]
    right = ld(headline=TITLE, datePublished="2023-03-12T09:12:00+07:00")
    assert read(html(shown, head=right), rules).contradicted == []
    assert read(html(f"<div class=isi>{paragraphs()}</div>", head=stated), rules).contradicted == []


@pytest.mark.parametrize(
    "byline",
    [
        "<p>Oleh Sinta Lestari pada 14 September 2023 10:15</p>",
        f"<p>Sinta Lestari - liputan6.com</p>{PRINTED}",
        f"<p class=author><span>Terverifikasi</span>Sinta Lestari</p>{PRINTED}",
        f"<p class=author>Sinta Lestari<span>Jurnalis Utama</span></p>{PRINTED}",
    ],
)
def test_a_day_a_house_or_a_badge_beside_a_name_is_no_part_of_it(byline: str) -> None:
    clean = ld(headline=TITLE, author={"@type": "Person", "name": "Sinta Lestari"})
    assert read(html(BODY, header=byline, head=clean)).authors == SINTA
    if "author" not in byline:
        assert read(html(BODY, header=byline)).authors == SINTA
