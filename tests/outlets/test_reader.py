"""From bytes and a URL to an article: the rules are the outlet's, and no judgement is a crawl's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.utils.project import get_project_settings

from crawler.items import Rejected
from crawler.newsroom.world import World
from crawler.outlets.documents import Document
from crawler.outlets.reader import DocumentReader, read_page
from tests.extraction.pages import TITLE, paragraphs

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
PROSE = "Kapal penarik kabel laut berangkat dari pelabuhan pada subuh hari dengan dua puluh awak. "
PAGE = f"""<html><head><meta property="og:type" content="article"></head><body>
<h1>Kabel laut ditarik</h1>
<div class="isi"><p>{PROSE * 3}</p><p>{PROSE * 2}</p></div></body></html>"""


@pytest.fixture(scope="module")
def world() -> World:
    return World(seed=4, outlets=["kontan", "mediaindonesia"], recent=4, past=0, older=0, now=NOW)


@pytest.mark.parametrize("outlet", ["kontan", "mediaindonesia"])
def test_a_page_is_read_by_the_rules_of_the_outlet_at_its_url(world: World, outlet: str) -> None:
    url = next(url for url in world.urls(outlet) if world.truth(url).kind == "article")
    host, _, path = url.removeprefix("https://").partition("/")
    article = read_page(world.answer(host, f"/{path}").body, url, fetched_at=NOW)
    assert article.outlet == outlet
    assert article.title == world.truth(url).title
    assert article.body_source and article.body_source.startswith("css:")
    assert article.article_id and article.article_id.startswith(f"{outlet}:")
    assert article.fetched_at == NOW


def test_the_page_of_an_unknown_outlet_is_read_by_the_defaults() -> None:
    article = read_page(PAGE.encode(), "https://koran.example.com/berita/kabel-laut-ditarik-lagi")
    assert (article.outlet, article.title) == ("generic", "Kabel laut ditarik")
    assert len(article.paragraphs) == 2


def test_a_page_without_an_article_raises_rejected() -> None:
    with pytest.raises(Rejected) as caught:
        read_page(b"<h1>Indeks</h1>", "https://www.kontan.co.id/")
    assert caught.value.reason == "not_article"


def test_a_page_about_anything_but_technology_is_read() -> None:
    source = PAGE.replace("Kabel laut ditarik", "Pasar ikan dibuka").replace("kabel", "ikan")
    article = read_page(source.encode(), "https://nasional.kontan.co.id/news/pasar-ikan-dibuka")
    assert article.outlet == "kontan"
    assert article.topics == []


@pytest.mark.parametrize("stated", ["http://[", "http://x@kontan.co.id/", "http://127.0.0.1/a"])
def test_a_page_that_states_a_broken_address_is_read_by_the_defaults(stated: str) -> None:
    head = f'<head><link rel="canonical" href="{stated}">'
    page = Document(PAGE.replace("<head>", head).encode(), "html")
    url = "https://koran.example.com/berita/kabel-laut-ditarik-lagi"
    article = DocumentReader(get_project_settings()).read(page, url=url, fetched_at=NOW)
    assert article.outlet == "generic"


def test_a_page_without_a_url_is_read_by_the_rules_of_the_address_that_it_states() -> None:
    head = (
        '<head><link rel="canonical" href="https://nasional.kontan.co.id/news/kabel-baru-datang">'
    )
    page = Document(PAGE.replace("<head>", head).encode(), "html")
    assert DocumentReader(get_project_settings()).read(page, fetched_at=NOW).outlet == "kontan"


def test_a_page_that_states_its_wayback_capture_is_of_that_address_and_time():
    """Saved from the Wayback Machine, whose links name the capture, without the address."""
    address = "https://mediaindonesia.com/teknologi/274278532/baterai-natrium-mulai-dirakit"
    stated = f"https://web.archive.org/web/20230517032200/{address}"
    html = (
        f"<html><head><title>{TITLE}</title><link rel=canonical href='{stated}'></head>"
        f"<body><h1>{TITLE}</h1><article>{paragraphs()}</article></body></html>"
    )
    article = read_page(html.encode(), "")
    assert (article.url, article.outlet) == (address, "mediaindonesia")
    assert article.fetched_at == datetime(2023, 5, 17, 3, 22, tzinfo=UTC)
