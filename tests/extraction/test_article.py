"""Articles and the sources of their bodies; galleries, videos and lists are turned away."""

# ruff: noqa: E501 - markup reads worse when it is broken
from __future__ import annotations

import pytest

from crawler.extraction.rules import Rules
from crawler.items import Rejected
from tests.extraction.pages import PROSE, SIDEBAR, TITLE, html, kept, ld, paragraphs, read
from tests.shared import SHARED, needs_shared

OG = '<meta property="og:type" content="article">'
FLAT = " ".join(PROSE[:2]) + " Baca juga: Judul Lain " + " ".join(PROSE[2:])


def reason(source: str | bytes, url: str = "https://contoh.id/read/1/a", **rules: object) -> str:
    with pytest.raises(Rejected) as caught:
        read(source, Rules(**rules), url)  # type: ignore[arg-type]
    return caught.value.reason


@pytest.mark.parametrize(
    ("body", "head", "source"),
    [
        (f"<div class=isi>{paragraphs()}</div>", "", "css:.isi"),
        (f"<div itemprop=articleBody>{paragraphs()}</div>", "", "itemprop"),
        (f"<section itemprop='articleBody text'>{paragraphs()}</section>", "", "itemprop"),
        (f"<div>{paragraphs()}</div>", ld(articleBody=FLAT), "density"),
        ("<div id=app></div>", ld(articleBody="\n".join(PROSE)), "jsonld"),
        (f"<div class=isi></div><div itemprop=articleBody>{paragraphs()}</div>", "", "itemprop"),
        (f"<div itemprop=articleBody></div><div>{paragraphs()}</div>", "", "density"),
        (f"<meta itemprop=articleBody content='x'><div>{paragraphs()}</div>", "", "density"),
    ],
)  # fmt: skip
def test_body_comes_from_the_best_source(body: str, head: str, source: str) -> None:
    article = read(html(body, head=head), Rules(name="contoh", body=".isi"))
    assert kept(article) == PROSE
    assert article.body_source == source


def test_head_of_the_page_inside_a_guessed_body_is_no_text() -> None:
    column = (
        f"<div class=kolom><div>Tekno</div><h1>{TITLE}</h1><div>Kamis, 14 September 2023 | 10:15 WIB</div>"
        f"{paragraphs()}</div>"
    )
    article = read(f"<html><head><title>{TITLE}</title>{OG}</head><body>{column}</body></html>")
    assert kept(article) == PROSE


def test_everything_of_a_body_stays_in_the_blocks() -> None:
    markup = f"<div class=isi>{paragraphs()}<div class=share-box>Bagikan</div><p hidden>Rahasia</p></div>"
    article = read(html(markup), Rules(name="contoh", body=".isi"))
    assert {b.text: b.rule for b in article.blocks if b.rule} == {
        "Bagikan": "markup:share-box".replace("-box", ""),
        "Rahasia": "markup:hidden",
    }


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://foto.contoh.id/musik/konser-1", ""),
        ("https://contoh.id/foto/artis/1/potret", ""),
        ("https://finance.contoh.id/readfoto/2016/02/23/1/gardu", ""),
        ("https://contoh.id/berita/inpicture/nasional/16/02/23/x", ""),
        ("https://contoh.id/read/1/a", f'<meta property="og:title" content="Foto : {TITLE}">'),
        ("https://contoh.id/read/1/a", f'<meta property="og:title" content="In Picture: {TITLE}">'),
    ],
)
def test_galleries_are_turned_away(url: str, head: str) -> None:
    assert reason(html(f"<div>{paragraphs()}</div>", head=head), url) == "gallery"


@pytest.mark.parametrize(
    "url", ["https://20.contoh.id/detikflash/1", "https://contoh.id/video/1/a"]
)
def test_videos_are_turned_away(url: str) -> None:
    assert reason(html(f"<div>{paragraphs()}</div>"), url) == "video"


def test_a_slug_about_photos_is_no_gallery() -> None:
    url = "https://contoh.id/read/1/foto-baterai-natrium-beredar"
    assert read(html(f"<div>{paragraphs()}</div>"), url=url).title == TITLE


def test_long_text_among_photos_is_an_article() -> None:
    body = f"<div class=isi>{paragraphs(PROSE * 4)}</div>"
    assert read(html(body), Rules(name="contoh", body=".isi"), "https://contoh.id/foto/1/a").title


@pytest.mark.parametrize(
    "source",
    [
        f"<html><body>{SIDEBAR}</body></html>",
        "<html><body><h1>Hasil pencarian</h1><p>Tidak ada.</p></body></html>",
        html("<div class=isi><p>Memuat...</p></div>"),
        "<p>kalimat yang terpo",
        html("", title="Beranda"),
    ],
)
def test_page_without_a_body_is_no_article(source: str) -> None:
    assert reason(source) == "not_article"


@pytest.mark.parametrize(
    "url",
    [
        "https://contoh.id/",
        "https://contoh.id/indeks/tekno?page=2",
        "https://contoh.id/tag/baterai",
        "https://contoh.id/search?q=x",
        "https://contoh.id/tentang-kami",
        "https://contoh.id/page/pedoman-media-siber",
    ],
)
def test_addresses_that_are_no_articles(url: str) -> None:
    assert reason(html(f"<div>{paragraphs()}</div>"), url) == "not_article"


def test_article_id_and_canonical_url() -> None:
    head = '<link rel=canonical href="https://m.contoh.id/read/77/judul?utm_source=x">'
    rules = Rules(name="contoh", body=".isi", article_url=r"/read/(?P<id>\d+)/")
    article = read(html(f"<div class=isi>{paragraphs()}</div>", head=head), rules, "")
    assert article.article_id == "contoh:77"
    assert article.canonical_url == "https://www.contoh.id/read/77/judul"
    assert article.url == "https://m.contoh.id/read/77/judul?utm_source=x"


def test_page_that_names_no_address_has_no_id() -> None:
    article = read(html(f"<div>{paragraphs()}</div>"), url="")
    assert (article.article_id, article.canonical_url) == (None, None)


@needs_shared
def test_index_pages_are_no_articles() -> None:
    import gzip

    for path in sorted((SHARED / "sections").glob("*.gz")):
        assert reason(gzip.decompress(path.read_bytes()), "") == "not_article", path.name


KONTAN = Rules(name="kontan", article_url=r"//[a-z]+\.kontan\.co\.id/news/[a-z0-9-]+")
LISTED = "https://www.kontan.co.id/news/ponsel-lipat-turun-harga"


def stating(canonical: str, more: str = "") -> str:
    """Return an article's page that states `canonical`."""
    return html(paragraphs(), head=f'{OG}<link rel="canonical" href="{canonical}">{more}')


@pytest.mark.parametrize(
    "canonical",
    [
        "https://www.kontan.co.id/",
        "https://www.kontan.co.id/rubrik/teknologi",
        "https://www.kontan.co.id/penulis/wati",
        "https://lain.example/news/ponsel-lipat-turun-harga",
        "{{ url }}",
    ],
)
def test_a_canonical_that_is_no_article_of_the_outlet_is_not_believed(canonical: str) -> None:
    others = [f"{LISTED}-{number}" for number in range(3)]
    read_all = [read(stating(canonical), KONTAN, url) for url in others]
    assert [article.canonical_url for article in read_all] == others
    assert len({article.article_id for article in read_all}) == 3


def test_the_address_of_the_page_gives_the_id_whatever_the_page_states() -> None:
    moved = "https://industri.kontan.co.id/news/ponsel-lipat-turun-harga"
    article = read(stating(moved), KONTAN, f"{LISTED}?srsltid=x0")
    assert article.canonical_url == moved
    assert article.article_id == read(stating(LISTED), KONTAN, LISTED).article_id


def test_another_of_the_addresses_that_a_page_states_is_taken_in_place_of_the_home_page() -> None:
    own = '<meta property="og:url" content="https://www.contoh.example/2020/10/ponsel-turun.html">'
    page = stating("https://www.contoh.example/", own)
    article = read(page, Rules(), "https://www.contoh.example/2020/10/ponsel-turun.html?x=1")
    assert article.canonical_url == "https://www.contoh.example/2020/10/ponsel-turun.html"
    author = read(
        stating("https://www.contoh.example/penulis/wati-sari-dewi"),
        Rules(),
        "https://www.contoh.example/a/b-c-d",
    )
    assert author.canonical_url == "https://www.contoh.example/a/b-c-d"


TEASERS = "".join(
    f"<div><h3><a href=/read/{i}/x>Kabar Nomor {i} dari Pabrik Baterai di Cikarang</a></h3><p>{text}</p></div>"
    for i, text in enumerate(PROSE)
)


@pytest.mark.parametrize(
    "head",
    ["", '<meta property="og:type" content="article"><meta property="og:title" content="Contoh">'],
)
@pytest.mark.parametrize("top", ["", "<h1><a href=/read/9>Kabar Nomor 9 di Atas Daftar</a></h1>"])
def test_a_list_of_headlines_with_teasers_is_no_article(head: str, top: str) -> None:
    page = f"<html><head><title>Contoh</title>{head}</head><body>{top}<main>{TEASERS}</main></body></html>"
    with pytest.raises(Rejected, match="not_article"):
        read(page, url="")


def test_headlines_below_an_own_headline_do_not_turn_an_article_away() -> None:
    assert read(html(f"<main>{paragraphs()}{TEASERS}</main>"), url="").title == TITLE


@pytest.mark.parametrize(
    "url",
    [
        "https://dinas.contoh.go.id/index.php/berita/231-judul",
        "https://contoh.id/index.php?read=12",
    ],
)
def test_an_index_php_with_a_number_is_an_article(url: str) -> None:
    assert read(html(f"<div class=isi>{paragraphs()}</div>"), url=url).title == TITLE
