"""Every form in which outlets have written a body comes out as the same paragraphs."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import pytest

from crawler.extraction.rules import Rules
from crawler.items import Rejected
from tests.extraction.pages import PROSE, TITLE, html, kept, paragraphs, read

BR = "<br><br>".join(PROSE)
RULES = Rules(name="contoh", body=(".isi",))
FORMS = {
    "p": f"<div class=isi>{paragraphs()}</div>",
    "div": "<div class=isi>" + "".join(f"<div>{t}</div><div><br></div>" for t in PROSE) + "</div>",
    "bare text and br br": f"<div class=isi><br><br>{BR}</div>",
    "one p with br": f"<div class=isi><p>{BR}<br><br></p></div>",
    "one p with single br": f"<div class=isi><p>{'<br/>'.join(PROSE)}</p></div>",
    "br with blanks between": "<div class=isi>" + " <br />&nbsp;<br />\n".join(PROSE) + "</div>",
    "first bare, then p": f"<div class=isi>{PROSE[0]}<br><br>{paragraphs(PROSE[1:])}</div>",
    "several containers": "".join(f"<div class=isi><p>{t}</p></div>" for t in PROSE),
    "nested containers": f"<div class=isi>{paragraphs(PROSE[:2])}<div class=isi>{paragraphs(PROSE[2:])}</div></div>",
    "unclosed p": "<div class=isi>" + "".join(f"<p>{t}" for t in PROSE) + "</div>",
    "p in p": "<div class=isi><p><p>" + "</p><p><p>".join(PROSE) + "</p></p></div>",
    "section in section": f"<div class=isi><section><div>{paragraphs()}</div></section></div>",
    "span around all": f"<div class=isi><span style='font-size:14px'>{paragraphs()}</span></div>",
    "unclosed b and font": "<div class=isi>" + "".join(f"<p><font>{t}</p>" for t in PROSE) + "</div>",
    "table as layout": f"<div class=isi><table><tr><td>{paragraphs()}</td></tr></table></div>",
    "comments and scripts between": "<div class=isi>"
    + "<!-- iklan --><script>document.write('<p>Beli sekarang juga di sini</p>')</script>".join(
        f"<p>{t}</p>" for t in PROSE
    )
    + "</div>",
    "empty paragraphs": "<div class=isi>" + "<p>&nbsp;</p><p></p>".join(f"<p>{t}</p>" for t in PROSE) + "</div>",
    "never closed": f"<div class=isi>{paragraphs()}",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_form_with_a_selector(form: str) -> None:
    article = read(html(FORMS[form]) if form != "never closed" else FORMS[form], RULES)
    assert kept(article) == PROSE
    assert article.body_source == "css:.isi"


@pytest.mark.parametrize("form", [form for form in FORMS if form != "never closed"])
def test_form_without_any_rule(form: str) -> None:
    assert kept(read(html(FORMS[form]))) == PROSE


def test_older_template_falls_through_to_its_own_selector() -> None:
    rules = Rules(name="contoh", body=(".isi-baru", ".isi"))
    assert read(html(FORMS["p"]), rules).body_source == "css:.isi"


def test_selector_that_no_longer_matches_is_seen_in_body_source() -> None:
    article = read(html(FORMS["p"]), Rules(name="contoh", body=(".hilang",)))
    assert article.body_source == "density"
    assert kept(article) == PROSE


def test_inline_tags_join_without_a_space() -> None:
    text = "Usaha <em>catering</em>nya tumbuh<b>,</b> kata <a href='/x'>Wul<i>an</i></a>\n <u>kemarin</u>."
    article = read(html(f"<div class=isi><p>{text}</p>{paragraphs()}</div>"), RULES)
    assert kept(article)[0] == "Usaha cateringnya tumbuh, kata Wulan kemarin."


def test_links_stand_where_their_text_stands() -> None:
    text = "&nbsp; Ia membaca <a href='/tag/baterai'> laporan baterai </a>, lalu <a href='x.html'>pulang</a>."
    block = read(html(f"<div class=isi><p>{text}</p>{paragraphs()}</div>"), RULES).blocks[0]
    assert [(a.text, block.text[a.start : a.end]) for a in block.anchors] == [
        ("laporan baterai", "laporan baterai"),
        ("pulang", "pulang"),
    ]
    assert block.anchors[0].url == "https://tekno.contoh.id/tag/baterai"


def test_sentence_torn_by_an_advert_is_one_paragraph() -> None:
    torn = (
        "<p>Harga baterai natrium diperkirakan turun lagi pada semester depan "
        "<div class=ads-slot>Pasang iklan di sini</div>karena pasokan garam melimpah.</p>"
    )
    article = read(html(f"<div class=isi>{torn}{paragraphs()}</div>"), RULES)
    assert kept(article)[0].endswith("semester depan karena pasokan garam melimpah.")
    assert [b.rule for b in article.blocks if b.text == "Pasang iklan di sini"] == ["markup:ads"]


def test_advert_inside_a_line_does_not_split_it() -> None:
    line = "Harga turun <span hidden>pasang iklan</span>lagi bulan depan, kata pedagang di Glodok."
    article = read(html(f"<div class=isi><p>{line}</p>{paragraphs()}</div>"), RULES)
    assert kept(article)[0] == "Harga turun lagi bulan depan, kata pedagang di Glodok."


def test_hidden_pages_are_part_of_the_article() -> None:
    hidden = "".join(
        f'<div class="paging-content" data-paging_num="{n}" style="display:none">'
        f"<h2 class='title-paging'>Bagian {n} Pembahasan</h2>{paragraphs(PROSE[n:])}</div>"
        for n in (2, 3)
    )
    article = read(html(f"<div class=isi>{paragraphs(PROSE[:2])}{hidden}</div>"), RULES)
    assert kept(article) == [
        *PROSE[:2],
        "Bagian 2 Pembahasan",
        *PROSE[2:],
        "Bagian 3 Pembahasan",
        *PROSE[3:],
    ]


@pytest.mark.parametrize(
    "markup",
    [
        "<h4 class=hide>Ringkasan yang tidak dilihat pembaca berdiri di sini.</h4>",
        "<p style='display: none'>Ringkasan yang tidak dilihat pembaca berdiri di sini.</p>",
        "<div hidden><p>Ringkasan yang tidak dilihat pembaca berdiri di sini.</p></div>",
        "<span class='d-none'>Ringkasan yang tidak dilihat pembaca berdiri di sini.</span>",
        "<div class='sr-only'><p>Ringkasan yang tidak dilihat pembaca berdiri di sini.</p></div>",
        "<p class='lead visually-hidden'>Ringkasan yang tidak dilihat pembaca berdiri di sini.</p>",
        "<p class='d-block d-lg-none'>Ringkasan yang tidak dilihat pembaca berdiri di sini.</p>",
        "<p class='md:hidden'>Ringkasan yang tidak dilihat pembaca berdiri di sini.</p>",
        "<div aria-hidden=true>Ringkasan yang tidak dilihat pembaca berdiri di sini.</div>",
    ],
)
def test_what_is_hidden_is_taken_out_and_kept_with_its_rule(markup: str) -> None:
    article = read(html(f"<div class=isi>{markup}{paragraphs()}</div>"), RULES)
    assert kept(article) == PROSE
    assert [b.rule for b in article.blocks if b.text.startswith("Ringkasan")] == ["markup:hidden"]


@pytest.mark.parametrize(
    "marked",
    ["class='d-none d-md-block'", "class='hidden lg:flex'", "class='overflow-hidden'", "aria-hidden=false"],
)  # fmt: skip
def test_what_a_wide_screen_shows_is_the_article_s(marked: str) -> None:
    shown = f"<p>{PROSE[0]}</p><p {marked}>{PROSE[1]}</p>{paragraphs(PROSE[2:])}"
    assert kept(read(html(f"<div class=isi>{shown}</div>"), RULES)) == PROSE
    assert kept(read(html(f"<div class=isi {marked}>{paragraphs()}</div>"), RULES)) == PROSE


def test_the_most_of_a_body_is_the_article_s_though_it_is_marked_as_no_content() -> None:
    shown = f"<p>{PROSE[0]}</p><div aria-hidden=true>{paragraphs(PROSE[1:])}</div>"
    assert kept(read(html(f"<div class=isi>{shown}</div>"), RULES)) == PROSE


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<div class='baca-juga'><ul><li><a href=/a>Judul Berita yang Lain</a></li></ul></div>", "promo"),
        ("<table class=linksisip><tr><td><a href=/a>Judul Berita yang Lain</a></td></tr></table>", "promo"),
        ("<p class=baca><a href=/a>Judul Berita yang Lain</a></p>", "promo"),
        ("<div class='berita-terkait'><a href=/a>Judul Berita yang Lain</a></div>", "promo"),
        ("<div class='share-box'>Judul Berita yang Lain</div>", "widget"),
        ("<aside>Judul Berita yang Lain</aside>", "widget"),
        ("<figure><img src=/f.jpg><figcaption>Judul Berita yang Lain</figcaption></figure>", "caption"),
        ("<div class='photo__caption'>Judul Berita yang Lain</div>", "caption"),
        ("<div><img src=/f.jpg></div><div><br></div><div><em>Judul Berita yang Lain</em></div>", "caption"),
        ("<blockquote class='twitter-tweet'><p>Judul Berita yang Lain</p></blockquote>", "embed"),
    ],
)  # fmt: skip
def test_markup_tells_what_is_not_the_text(markup: str, kind: str) -> None:
    article = read(
        html(f"<div class=isi>{paragraphs(PROSE[:2])}{markup}{paragraphs(PROSE[2:])}</div>"), RULES
    )
    assert kept(article) == PROSE
    (block,) = [b for b in article.blocks if b.text == "Judul Berita yang Lain"]
    assert (block.kind, bool(block.rule)) == (kind, True)


@pytest.mark.parametrize(
    "name", ["baca-content", "article-content-wrap", "content-share-less", "tagihan", "adsorpsi"]
)
def test_names_that_only_resemble_junk_are_text(name: str) -> None:
    rules = Rules(name="contoh", body=(".isi",))
    markup = f"<div class=isi><div class='{name}'>{paragraphs()}</div></div>"
    assert kept(read(html(markup), rules)) == PROSE


def test_junk_selectors_and_the_body_end_name_the_rule() -> None:
    rules = Rules(name="contoh", body=(".isi",), junk=(".kotak",), body_end="#akhir")
    markup = (
        f"<div class=isi>{paragraphs()}<div class=kotak>Kotak khusus</div>"
        "<div id=akhir></div><p>Ikuti saluran kami di aplikasi pesan.</p></div>"
    )
    article = read(html(markup), rules)
    assert kept(article) == PROSE
    assert [b.rule for b in article.blocks[-2:]] == ["contoh:.kotak", "contoh:#akhir"]


def test_headings_lists_and_quotes_are_told_apart() -> None:
    markup = (
        f"<h2>Cara kerja</h2><p>{PROSE[0]}</p><ol><li>Garam dilarutkan</li><li>Sel dikeringkan</li></ol>"
        f"<blockquote><p>Ini baru awal.</p></blockquote><p><strong>Harga jual</strong></p><p>{PROSE[1]}</p>"
    )
    blocks = read(html(f"<div class=isi>{markup}</div>"), RULES).blocks
    assert [(b.kind, b.bold) for b in blocks] == [
        ("heading", True),
        ("paragraph", False),
        ("list_item", False),
        ("list_item", False),
        ("quote", False),
        ("paragraph", True),
        ("paragraph", False),
    ]


def test_heading_that_nothing_follows_is_no_text() -> None:
    article = read(html(f"<div class=isi>{paragraphs()}<h2>Infografis Baterai</h2></div>"), RULES)
    assert kept(article) == PROSE
    assert article.blocks[-1].rule == "markup:trailing-heading"


def test_marks_are_those_of_all_elements_up_to_the_body() -> None:
    markup = f"<div class='Luar' id=Kotak><p class=dalam><a class=tautan href=/a>{PROSE[0]}</a></p></div>"
    block = read(html(f"<div class=isi>{markup}{paragraphs()}</div>"), RULES).blocks[0]
    assert block.marks == {"luar", "kotak", "dalam", "tautan"}


def test_lower_case_items_are_not_glued_together() -> None:
    items = ["tepung sagu dua ratus gram", "gula aren seperlunya saja", "air hangat"]
    article = read(html(f"<div class=isi>{paragraphs()}{paragraphs(items)}</div>"), RULES)
    assert kept(article) == PROSE + items


@pytest.mark.parametrize(
    "around",
    [
        "<div class=isi>{0}</div><div class=iklan></div><div class=isi><div>{1}</div></div>",
        "<section class=awal>{0}</section><section class=lanjut>{1}</section>",
        "<div>{0}</div><div>{1}</div>",
        "<div class=pembuka>{1}</div><div class=isi>{0}</div>",
    ],
)  # fmt: skip
def test_parts_of_the_text_beside_each_other_are_all_the_article(around: str) -> None:
    first = [
        f"{text} Bagian {n} dari laporan itu terbit hari Kamis." for n in range(2) for text in PROSE
    ]
    second = [f"{text} Lanjutannya terbit pada hari Jumat." for text in PROSE[:3]]
    body = around.format(paragraphs(first), paragraphs(second))
    article = read(html(f"<main>{body}</main>"))
    assert sorted(kept(article)) == sorted(first + second)


@pytest.mark.parametrize(
    "beside",
    ["<div><p>Redaksi tidak bertanggung jawab atas isi komentar yang dikirim oleh para pembaca situs ini.</p></div>",
     "<div class=komentar><p>{0}</p><p>{1}</p></div>", "<div><a href=/1><p>{0}</p></a><a href=/2><p>{1}</p></a></div>"],
)  # fmt: skip
def test_what_else_is_beside_the_text_is_not(beside: str) -> None:
    foreign = beside.format(*(f"Kabar lain yang panjang: {text}" for text in PROSE))
    article = read(html(f"<main><div class=isi>{paragraphs()}</div>{foreign}</main>"))
    assert kept(article) == PROSE


ADVERT = "<p>Ramuan sederhana ini dicoba ribuan orang di rumah, dan hasilnya terlihat dalam dua minggu saja.</p>"


def test_nothing_below_the_advertisers_line_is_the_article() -> None:
    line = "<p>Konten di bawah ini disajikan oleh Advertiser. Redaksi tidak terlibat.</p>"
    article = read(
        html(f"<div class=isi>{paragraphs()}{line}<h4>Rahasia Kulit Sehat</h4>{ADVERT}</div>")
    )
    assert kept(article) == PROSE
    assert {"markup:advertiser"} == {block.rule for block in article.blocks if block.rule}


@pytest.mark.parametrize(
    "link",
    ["<a rel='sponsored nofollow' href=/x>{0}</a>", "<p><a rel=sponsored href=/x><b>Toko Mitra Kami Memberi Diskon</b></a></p>"],
)  # fmt: skip
def test_a_paid_link_of_its_own_is_an_advert(link: str) -> None:
    article = read(html(f"<div class=isi>{paragraphs()}{link.format(ADVERT)}</div>"))
    assert kept(article) == PROSE


def test_a_paid_link_inside_a_sentence_stays() -> None:
    text = "Ponsel itu dijual di <a rel=sponsored href=/x>toko resminya</a> dengan harga dua juta rupiah."
    article = read(html(f"<div class=isi>{paragraphs()}<p>{text}</p></div>"))
    assert "toko resminya" in kept(article)[-1]


def test_of_bodies_below_headlines_of_their_own_the_headline_s_is_the_article() -> None:
    rules = Rules(name="contoh", body="div.isi")
    other = [f"Kabar lain: {text}" for text in PROSE]
    appended = f"<section><h1>Kabar Lain yang Dimuat Saat Digulir</h1><div class=isi>{paragraphs(other)}</div></section>"
    own = f"<section><h1>{TITLE}</h1><div class=isi>{paragraphs()}</div></section>"
    for stories in (own + appended, appended + own):
        page = f"<html><head><title>{TITLE}</title></head><body>{stories}</body></html>"
        assert kept(read(page, rules)) == PROSE
    halves = f"<h1>{TITLE}</h1><div class=isi>{paragraphs(PROSE[:2])}</div><div class=isi>{paragraphs(PROSE[2:])}</div>"
    assert kept(read(f"<html><body>{halves}<h1>Kanal</h1></body></html>", rules)) == PROSE


def test_an_article_titled_as_photos_is_an_article_with_six_paragraphs() -> None:
    texts = [
        f"{text} Laporan itu terbit pada hari Kamis pekan lalu."
        for text in [*PROSE, PROSE[0] + " Lagi."]
    ]
    title = "FOTO: Melihat Pabrik Baterai Natrium di Cikarang"
    assert kept(read(html(f"<div class=isi>{paragraphs(texts)}</div>", title=title))) == texts
    with pytest.raises(Rejected, match="gallery"):
        read(html(f"<div class=isi>{paragraphs(texts[:2])}</div>", title=title))


@pytest.mark.parametrize("mark", "•·▪➤✓")
def test_the_mark_of_a_list_item_goes(mark: str) -> None:
    items = f"<p>{mark} Layar <a href=/l>enam inci</a></p><ul><li>{mark} Baterai besar</li></ul>"
    article = read(html(f"<div class=isi>{paragraphs()}{items}</div>"))
    assert kept(article)[-2:] == ["Layar enam inci", "Baterai besar"]
    first, second = article.blocks[-2:]
    assert [first.kind, second.kind] == ["list_item", "list_item"]
    assert first.text[first.anchors[0].start : first.anchors[0].end] == "enam inci"
