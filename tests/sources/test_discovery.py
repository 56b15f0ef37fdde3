"""The search for lists: where it looks, step by step, on pages as outlets write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sources import Feed, Listing, Sitemap, Window
from crawler.sources.discovery import MOST_FEEDS, MOST_SECTIONS, MOST_SITEMAPS, Search
from crawler.sources.gate import Gate
from tests.replies import reply

if TYPE_CHECKING:
    from crawler.sources import Source

HOME = "https://www.warta.id/"
ARTICLE = re.compile(r"warta\.id/[a-z-]+/read/\d+/")
RSS = "application/rss+xml"


def page(body: str = "", *, head: str = "") -> str:
    return f"<!doctype html><html><head><title>Warta</title>{head}</head><body>{body}</body></html>"


def feed(href: str, kind: str = RSS, rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}">'


def links(*hrefs: str) -> str:
    return "".join(f'<a href="{href}">Kabar</a>' for href in hrefs)


def searched(
    pages: dict[str, str | bytes],
    *,
    technology: str | None = "/tekno/",
    domains: tuple[str, ...] = ("www.warta.id",),
    declared: tuple[str, ...] = (),
    sitemaps: tuple[str, ...] = (),
) -> tuple[list[str], list[Source]]:
    """Return the pages that a search asks for, and the lists that it finds; no list is of use."""
    pattern = None if technology is None else re.compile(technology)
    search = Search(Gate(domains), ARTICLE, pattern, declared, [*sitemaps])
    asked: list[str] = []
    found: list[Source] = []
    for step in search.steps():
        found += [*step.lists, *(source for source, _ in step.taken)]
        asked += step.pages
        for url in step.pages:
            if url in pages:
                search.take(reply(url, pages[url]))
    return asked, found


@pytest.mark.parametrize(
    "named",
    [
        feed("https://www.warta.id/umpan/tekno"),
        feed("/umpan/tekno"),
        feed("umpan/tekno#atas"),
        feed("  /umpan/tekno\n"),
        '<base href="https://www.warta.id/umpan/">' + feed("tekno"),
        '<base href="/umpan/">' + feed("tekno"),
        feed("/umpan/tekno", "application/atom+xml"),
        feed("/umpan/tekno", "Application/RSS+XML; charset=utf-8"),
        feed("/umpan/tekno", "text/xml"),
        feed("/umpan/tekno", rel="Alternate home"),
        feed("/komentar/umpan") + feed("/umpan/tekno"),
        feed("/comments/feed/") + feed("/umpan/tekno"),
        feed("/oembed?url=x", "application/json+oembed") + feed("/umpan/tekno"),
        feed("/en/", "text/html") + feed("/umpan/tekno"),
        feed("/gaya.css", "text/css", "stylesheet") + feed("/umpan/tekno"),
        feed("https://lain.example/rss") + feed("/umpan/tekno"),
        feed("//feeds.feedburner.com/warta") + feed("/umpan/tekno"),
    ],
)
def test_a_feed_that_a_page_names_is_found_however_it_is_written(named: str):
    _, found = searched({HOME: page(head=named)})
    assert found == [Feed("https://www.warta.id/umpan/tekno")]


def test_a_feed_on_a_sibling_host_is_found_and_one_elsewhere_is_not():
    head = feed("https://rss.warta.id/tekno") + feed("https://warta.id.penipu.example/rss")
    assert searched({HOME: page(head=head)})[1] == [Feed("https://rss.warta.id/tekno")]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/tekno/">Tekno</a>',
        '<a href="/tekno"><img src="/t.svg" alt=""></a>',
        '<a href="/tekno" aria-label="Tekno"><svg></svg></a>',
        '<a href="https://www.warta.id/tekno?ref=menu#isi"></a>',
        '<base href="https://www.warta.id/tekno/"><a href=".">Tekno</a>',
        '<a href="/masuk?ke=/tekno/">Masuk</a><a href="/tekno">Tekno</a>',
        '<a href="/tekno/read/1/a">Kabar</a><a href="/tekno">Tekno</a>',
        '<a href="https://lain.example/tekno/">Mitra</a><a href="/tekno">Tekno</a>',
    ],
)
def test_the_technology_section_is_found_by_any_link_of_the_home_page(link: str):
    asked, _ = searched({HOME: page(link)})
    assert [url.rstrip("/") for url in asked] == [HOME.rstrip("/"), "https://www.warta.id/tekno"]


def test_a_section_gives_its_feed_and_then_its_links_to_articles():
    section = page(
        '<nav><a class="m" href="/bola/">Bola</a></nav><div class="kotak">'
        '<h3 class="judul x:y"><a href="/tekno/read/1/a">A</a></h3><a href="/penulis/1">P</a>'
        '<h3 class="judul"><a href="/tekno/read/2/b">B</a></h3></div>',
        head=feed("/tekno/umpan"),
    )
    url = "https://www.warta.id/tekno"
    asked, found = searched({HOME: page(links("/tekno")), url: section})
    assert asked == [HOME, url]
    assert found == [Feed("https://www.warta.id/tekno/umpan"), Listing(url, links="h3.judul a")]
    [_, listing] = found
    listed = [one.url for one in listing.parse(reply(url, section), Window())]
    assert [address[-1] for address in listed] == ["a", "b"]


def test_the_links_of_a_page_whose_articles_have_no_class_in_common_are_all_taken():
    body = '<div class="a"><a href="/tekno/read/1/a">A</a></div>' + links("/tekno/read/2/b")
    _, [listing] = searched({HOME: page(body)}, technology=None)
    assert listing == Listing(HOME, links="a")


@pytest.mark.parametrize("technology", ["", None, r"//www\."])
def test_the_home_page_is_the_section_of_an_outlet_without_another(technology: str | None):
    asked, found = searched({HOME: page(links("/tekno/read/1/a"))}, technology=technology)
    assert asked == [HOME]
    assert found == [Listing(HOME, links="a")]


@pytest.mark.parametrize(
    "content", ["0;url=/beranda", "1; URL='https://www.warta.id/beranda'", '0, url="beranda"']
)
def test_a_home_page_that_leads_elsewhere_at_once_is_followed(content: str):
    refresh = f"<meta http-equiv='Refresh' content=\"{content}\">".replace('""', '"')
    if '"beranda"' in content:
        refresh = f"<meta http-equiv='Refresh' content='{content}'>"
    there = "https://www.warta.id/beranda"
    asked, found = searched({HOME: page(head=refresh), there: page(head=feed("/umpan"))})
    assert asked == [HOME, there]
    assert found == [Feed("https://www.warta.id/umpan")]


@pytest.mark.parametrize(
    "content", ["600", "600;url=/beranda", "0;url=/", "0;url=https://lain.example/", "besok"]
)
def test_a_page_that_reloads_or_leads_elsewhere_later_is_read_as_it_is(content: str):
    refresh = f'<meta http-equiv="refresh" content="{content}">'
    asked, found = searched({HOME: page(head=refresh + feed("/umpan"))})
    assert asked == [HOME]
    assert "lain.example" in content or found == [Feed("https://www.warta.id/umpan")]


def test_sitemaps_of_robots_txt_come_first_and_those_of_news_before_all():
    named = ("https://www.warta.id/peta.xml", "https://cdn.warta.id/news.xml", "https://lain.id/x")
    _, found = searched({HOME: page(head=feed("/umpan"))}, sitemaps=named)
    assert found == [
        Sitemap("https://cdn.warta.id/news.xml"),
        Sitemap("https://www.warta.id/peta.xml"),
        Feed("https://www.warta.id/umpan"),
    ]


def test_declared_lists_are_not_asked_again():
    declared = ("https://www.warta.id/umpan", "https://www.warta.id/peta.xml")
    _, found = searched(
        {HOME: page(head=feed("/umpan"))}, declared=declared, sitemaps=(declared[1],)
    )
    assert found == []


def test_a_page_that_names_hundreds_of_lists_has_a_few_asked_for():
    head = "".join(feed(f"/umpan/{number}") for number in range(300))
    body = links(*(f"/tekno/{number}/" for number in range(300)))
    maps = tuple(f"https://www.warta.id/peta/{number}.xml" for number in range(300))
    asked, found = searched({HOME: page(body, head=head)}, sitemaps=maps)
    assert len(asked) == 1 + MOST_SECTIONS
    assert len(found) == MOST_FEEDS + MOST_SITEMAPS


@pytest.mark.parametrize("body", [b"", b" ", b"\0\xff", b"<div>" * 30_000, b"{}", b"<a href>"])
def test_a_home_page_that_cannot_be_read_ends_the_search_without_a_list(body: bytes):
    asked, found = searched({HOME: body})
    assert (asked, found) == ([HOME], [])


@given(st.text(st.sampled_from("<>\"'=/: abhreflinkmtx[]%?#&;0"), max_size=200))
def test_no_markup_breaks_the_search_or_leads_it_off_the_registered_domain(text: str):
    head = (
        f"<meta http-equiv=refresh content='{text}'><link rel=alternate type={RSS} href='{text}'>"
    )
    asked, found = searched(
        {HOME: page(f"<a href='{text}'>x</a>{text}", head=head)}, technology=None
    )
    for url in (*asked, *(source.url for source in found)):
        assert not Gate(["www.warta.id"]).refusal(url)
