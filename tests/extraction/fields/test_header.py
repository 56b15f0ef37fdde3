"""Headline, times and people: what a reader sees, against metadata that lies in known ways."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import pytest

from crawler.extraction.rules import Rules
from tests.extraction.pages import NOW, TITLE, html, ld, paragraphs, read

BODY = f"<div class=isi>{paragraphs()}</div>"
OG = '<meta property="og:type" content="article">'
SHOWN = "<div class=tanggal>Kamis, 14 September 2023 | 10:15 WIB</div>"


@pytest.mark.parametrize(
    "head",
    [
        "",
        f'<meta property="og:title" content="{TITLE} | Contoh Tekno">',
        f'<meta property="og:title" content="{TITLE[:40]}...">',
        ld(headline=TITLE),
        ld(headline="Contoh"),
        f"<title>{TITLE} : Contoh Teknologi</title>",
    ],
)
def test_visible_headline_is_the_title(head: str) -> None:
    assert read(html(BODY, head=head)).title == TITLE


@pytest.mark.parametrize("tag", ["h2", "div itemprop=headline"])
def test_first_heading_may_be_the_channel(tag: str) -> None:
    page = html(f"<{tag}>{TITLE}</{tag.split()[0]}>{BODY}", title="Teknologi").replace(
        "<title>Teknologi - Contoh", f"<title>{TITLE} - Contoh"
    )
    assert read(page).title == TITLE


@pytest.mark.parametrize(
    "stated",
    [
        "Harga Garam Naik - Contoh.id",
        "Harga Garam Naik | Contoh Tekno",
        "Harga Garam Naik : Contoh",
        "Harga Garam Naik - Tekno - Contoh",
    ],
)
def test_site_name_is_cut_where_no_headline_is_shown(stated: str) -> None:
    page = f"<html><head>{OG}<title>{stated}</title></head><body>{BODY}</body></html>"
    assert read(page).title == "Harga Garam Naik"


def test_dashes_of_a_headline_stay() -> None:
    stated = "Harga Garam - Apa Sebabnya Naik Tiga Kali"
    page = f"<html><head>{OG}<title>{stated}</title></head><body>{BODY}</body></html>"
    assert read(page).title == stated


WIB = "2023-09-14T10:15:00+07:00"


@pytest.mark.parametrize(
    ("head", "header", "expected", "source"),
    [
        ("", SHOWN, WIB, "visible"),
        (ld(datePublished="2023-09-14T10:15:42+07:00"), SHOWN, "2023-09-14T10:15:42+07:00", "jsonld"),
        (ld(datePublished="2023-09-14T10:15:42+07:00"), "", "2023-09-14T10:15:42+07:00", "jsonld"),
        (ld(datePublished="2023-09-14T03:15:00Z"), SHOWN, WIB, "jsonld"),
        # lies: a UTC label or an American zone on a WIB clock, a time after the visible one
        (ld(datePublished="2023-09-14T10:15:00Z"), SHOWN, WIB, "visible"),
        (ld(datePublished="2023-09-14T10:15:00-07:00"), "", WIB, "jsonld"),
        (ld(datePublished="2023-09-14T10:15:00-07:00"), SHOWN, WIB, "visible"),
        (ld(datePublished="2023-09-14T12:40:00+07:00"), SHOWN, WIB, "visible"),
        ('<meta name=datePublished content="2014-07-13T20:07:27">', SHOWN, WIB, "visible"),
        ('<meta property="article:published_time" content="2023-09-14T10:15:00+0700">', "", WIB, "meta:article:published_time"),
        ('<meta name=publishdate content="2023/09/14 10:15:00">', "", WIB, "meta:publishdate"),
        ("", "<p>Penulis: Rara</p><div>Tekno</div><span>14/9/2023 10:15</span>", WIB, "visible"),
        ("", "<time>Jum'at, 15 Sep 2023</time><b>14 September 2023 10.15 WIB</b>", WIB, "visible"),
        ("", "<span>Diperbarui 14 September 2023, 18:00 WIB</span><span>Terbit 14 Sep 2023, 10:15 WIB</span>", WIB, "visible"),
        ("", "<span>Kamis, 14 September 2023</span> <span>10:15 WIB</span>", WIB, "visible"),
    ],
)  # fmt: skip
def test_published(head: str, header: str, expected: str, source: str) -> None:
    article = read(html(BODY, head=head, header=header))
    assert article.published_at is not None
    assert (article.published_at.isoformat()[:19], article.published_source) == (
        expected[:19] if "Z" not in str(article.published_raw) else "2023-09-14T03:15:00",
        source,
    )


def test_date_before_the_headline_is_found_too() -> None:
    page = html(BODY).replace("<h1>", f"{SHOWN}<h1>")
    article = read(page)
    assert article.published_at is not None
    assert article.published_at.isoformat() == WIB
    assert article.published_raw == "Kamis, 14 September 2023 | 10:15 WIB"


def test_a_clock_that_proved_to_be_wib_is_so_for_the_change_too() -> None:
    head = ld(datePublished="2023-09-14T10:15:00Z", dateModified="2023-09-14T19:30:00Z")
    article = read(html(BODY, head=head, header=SHOWN))
    assert article.modified_at is not None
    assert article.modified_at.isoformat() == "2023-09-14T19:30:00+07:00"


def test_utc_that_would_be_the_future_is_wib() -> None:
    head = ld(datePublished="2026-11-22T09:30:00Z")  # fetched at 10:00 WIB
    article = read(html(BODY, head=head))
    assert article.published_at is not None
    assert article.published_at < NOW


def test_distrusted_zone_and_selector() -> None:
    rules = Rules(
        name="contoh", body=".isi", published=(".baru", ".tanggal"), distrust=frozenset({"zone"})
    )
    head = ld(datePublished="2023-09-14T10:15:09+00:00")
    article = read(html(BODY, head=head, header=SHOWN), rules)
    assert article.published_at is not None
    assert article.published_at.isoformat() == WIB
    assert article.published_source == "css:.tanggal"


def test_date_that_cannot_be_read_is_kept_as_printed() -> None:
    article = read(html(BODY, head=ld(datePublished="segera")))
    assert (article.published_at, article.published_raw) == (None, "segera")


def test_dates_of_teasers_and_prose_are_not_the_articles() -> None:
    teaser = "<div class=teaser><time itemprop=datePublished datetime=2020-01-01T01:00:00Z>x</time></div>"
    assert read(html(BODY + teaser * 3), url="https://contoh.id/a").published_at is None


@pytest.mark.parametrize(
    ("head", "header", "footer", "authors", "editors"),
    [
        (ld(author={"name": "Rara Ayu"}), "", "", ["Rara Ayu"], []),
        (ld(author=[{"name": "Rara Ayu"}, {"name": "Danu S"}]), "", "", ["Rara Ayu", "Danu S"], []),
        ("", "<div>Penulis: Rara Ayu | Editor: Danu Satria</div>", "", ["Rara Ayu"], ["Danu Satria"]),
        ("", "<span>Reporter :</span><a>Rara Ayu</a>", "", ["Rara Ayu"], []),
        ("", "Oleh <a>Rara Ayu</a>", "", ["Rara Ayu"], []),
        ("", "", "<table><tr><td>Penulis</td><td>: Kontributor Klaten, Rara Ayu</td></tr><tr><td>Editor</td><td>: Danu Satria</td></tr></table>", ["Rara Ayu"], ["Danu Satria"]),
        ("", "<div class=red>Rep: C31/ <span>Red: Danu Satria</span></div>", "", ["C31"], ["Danu Satria"]),
        ("", "<div class=author-2>Rara Ayu</div>", "", ["Rara Ayu"], []),
        ("", "<a rel=author href=/p/1>Rara Ayu</a>", "", ["Rara Ayu"], []),
        ("", "<div class=namerep>Rara Ayu, <span>Jurnalis</span></div>", "", ["Rara Ayu"], []),
        ("", "", "<ul><li><span>Rara Ayu</span><span class=item-role>Author</span></li><li><span>Danu</span><span class=item-role>Editor</span></li></ul>", ["Rara Ayu"], ["Danu"]),
        # JSON-LD that names the editor, the site or a machine
        (ld(author={"name": "Danu Satria"}), "<div class=author-2>Rara Ayu</div>", "<div>Editor : <a>Danu Satria</a></div>", ["Rara Ayu"], ["Danu Satria"]),
        (ld(author={"name": "Danu Satria"}), "", "<div>Editor: Danu Satria</div>", [], ["Danu Satria"]),
        (ld(author={"name": "Contoh.id"}), "", "", [], []),
        (ld(author={"name": "Admin"}), "", "", [], []),
        ('<meta name=author content="contoh.id developer">', "", "", [], []),
        ('<meta name=author content="PT. Contoh Media Baru - CONTOH.co.id">', "", "", [], []),
        ('<meta name=author content="Redaksi">', "", "", [], []),
        ('<meta name=author content="Rara Ayu">', "", "", ["Rara Ayu"], []),
        ('<meta name=content_author content="Rara Ayu"><meta name=content_editor content="Danu Satria">' + ld(author={"name": "Danu Satria"}), "", "", ["Rara Ayu"], ["Danu Satria"]),
        (ld(author={"name": "Rara Ayu"}, publisher={"name": "Rara Ayu"}), "", "", [], []),
    ],
)  # fmt: skip
def test_people(
    head: str, header: str, footer: str, authors: list[str], editors: list[str]
) -> None:
    article = read(html(BODY + footer, head=head, header=header))
    assert (article.authors, article.editors) == (authors, editors)


def test_name_in_bold_as_the_last_line_is_the_author() -> None:
    page = html(f"<div class=isi>{paragraphs()}<p><strong>RARA AYU</strong></p></div>")
    assert read(page).authors == ["RARA AYU"]


def test_selectors_for_people() -> None:
    rules = Rules(name="contoh", body=".isi", byline=(".baru", ".penulis"), editor=".sunting")
    header = "<div class=penulis>Rara Ayu - detikInet</div><p class=sunting>Editor: Danu</p>"
    article = read(html(BODY, header=header), rules)
    assert (article.authors, article.editors) == (["Rara Ayu"], ["Danu"])


def test_section_tags_description_language_and_paywall() -> None:
    head = (
        ld(description="Ringkas.", isAccessibleForFree="False")
        + '<script type="application/ld+json">{"@type":"BreadcrumbList","itemListElement":['
        '{"name":"Contoh"},{"name":"Tekno"},{"item":{"name":"Energi"}}]}</script>'
    )
    tags = "<div class=tags><a href='/tag/baterai'>#baterai</a><a href='/tag/natrium'># natrium</a></div>"
    article = read(html(BODY + tags, head=head))
    assert (article.section, article.tags) == ("Energi", ["baterai", "natrium"])
    assert (article.description, article.language, article.paywalled) == ("Ringkas.", "id", True)


def test_keywords_are_the_tags_where_none_are_shown() -> None:
    head = '<meta name=keywords content="baterai, natrium,, baterai">'
    assert read(html(BODY, head=head)).tags == ["baterai", "natrium"]


@pytest.mark.parametrize(
    ("caption", "text", "credit"),
    [
        ("Baterai natrium. (Foto: Rara Ayu/Contoh)", "Baterai natrium.", "Rara Ayu/Contoh"),
        ("Baterai natrium (ANTARA FOTO/Rara)", "Baterai natrium", "ANTARA FOTO/Rara"),
        ("Baterai natrium. ©2023 Contoh.id", "Baterai natrium.", "©2023 Contoh.id"),
        ("Baterai dirakit di Cikarang, Kamis (14/9)", "Baterai dirakit di Cikarang, Kamis (14/9)", None),
        ("Baterai natrium", "Baterai natrium", None),
    ],
)  # fmt: skip
def test_caption_and_credit_of_the_main_image(caption: str, text: str, credit: str | None) -> None:
    head = '<meta property="og:image" content="/foto/a.jpg">'
    teaser = (
        "<a href=/lain><figure><img src=/b.jpg><figcaption>Kabar lain</figcaption></figure></a>"
    )
    figure = f"<figure><img src=/foto/a.jpg><figcaption>{caption}</figcaption></figure>"
    image = read(html(figure + BODY + teaser, head=head)).images[0]
    assert (image.url, image.caption, image.credit) == (
        "https://tekno.contoh.id/foto/a.jpg",
        text,
        credit,
    )


BYLINE = "<div>Rara Ayu</div><div>Kamis, 14 September 2023 10:15 WIB</div>"


@pytest.mark.parametrize(
    "stated",
    ["Harga Baterai Motor 2023, Spesifikasi Lengkap dan Ulasan", "Contoh - Kabar Teknologi Tepercaya", "Contoh"],
)  # fmt: skip
def test_an_only_h1_above_byline_and_date_is_the_headline(stated: str) -> None:
    head = f'<title>{stated}</title><meta property="og:title" content="{stated}">'
    page = f"<html><head>{head}</head><body><h1 class=text-3xl>Natrium Murah</h1>{BYLINE}{BODY}</body></html>"
    article = read(page)
    assert (article.title, article.authors) == ("Natrium Murah", ["Rara Ayu"])
    assert article.published_at is not None
    assert article.published_at.isoformat() == WIB


@pytest.mark.parametrize(
    "logo",
    [
        '<h1><a href="/">Kabar Tentang Dunia Gawai dan Gim</a></h1>',
        '<a href="https://tekno.contoh.id/"><h1>Kabar Tentang Dunia Gawai dan Gim</h1></a>',
        '<h1 id=logo><a href="https://tekno.contoh.id"><span>Kabar Tentang Dunia Gawai dan Gim</span></a></h1>',
    ],
)
def test_a_link_to_the_root_is_the_masthead(logo: str) -> None:
    head = f"<title>{TITLE} | Kabar Tentang Dunia Gawai dan Gim</title>{OG}"
    page = f"<html><head>{head}</head><body>{logo}<h2>{TITLE}</h2>{BYLINE}{BODY}</body></html>"
    assert read(page).title == TITLE
    slogan = '<title>Contoh - Cepat</title><meta property="og:title" content="Contoh - Cepat">'
    page = page.replace(head, slogan).replace("<h2>", "<h2 class=judul>")
    assert read(page).title == TITLE


def test_a_headline_of_two_words() -> None:
    page = f"<html><head><title>Natrium Murah - Contoh</title></head><body><h1>Natrium Murah</h1>{BODY}</body></html>"
    article = read(page)
    assert article.title == "Natrium Murah"


@pytest.mark.parametrize("label", ["TAGS", "Tags:", "More Tag", "Tag Terkait", "Topik"])
def test_the_label_of_the_tags_is_no_tag(label: str) -> None:
    tags = f"<ul class=t><li><a href=/tag/x rel=tag>{label}</a></li><li><a rel=tag href=/tag/n>natrium</a></li></ul>"
    assert read(html(BODY + tags)).tags == ["natrium"]


def test_keywords_of_the_site_are_no_tags() -> None:
    site = '<meta name=keywords content="kabar terkini, gosip, resep, zodiak, cuaca">'
    assert read(html(BODY, head=site)).tags == []
