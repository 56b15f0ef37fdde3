"""One article has one address and one id; what is no public address has none."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.extraction.urls import (
    absolute,
    article_id,
    canonical_url,
    house_of,
    registered_domain,
    split_url,
)

CANONICAL = {
    # tracking, fragments, scheme, case, port
    "http://WWW.Kontan.co.id:80/news/ponsel?utm_source=x&fbclid=1&ref=home#atas": (
        "https://www.kontan.co.id/news/ponsel"
    ),
    "https://tirto.id/ponsel-lipat-gAbC?source=rss&amp;utm_medium=feed": (
        "https://tirto.id/ponsel-lipat-gAbC"
    ),
    # all pages in one
    "https://industri.kontan.co.id/news/ponsel?page=all": "https://industri.kontan.co.id/news/ponsel",
    "https://inet.detik.com/gadget/d-123/ponsel?single=1": "https://inet.detik.com/gadget/d-123/ponsel",
    "https://tekno.sindonews.com/read/1/207/ponsel?showpage=all": (
        "https://tekno.sindonews.com/read/1/207/ponsel"
    ),
    "https://www.inews.id/techno/gadget/ponsel/all": "https://www.inews.id/techno/gadget/ponsel",
    # one of its pages
    "https://www.suara.com/tekno/ponsel?page=2": "https://www.suara.com/tekno/ponsel",
    "https://selular.id/2026/07/ponsel-lipat-baru/2/": (
        "https://selular.id/2026/07/ponsel-lipat-baru"
    ),
    # AMP
    "https://inet.detik.com/gadget/d-123/ponsel/amp": "https://inet.detik.com/gadget/d-123/ponsel",
    "https://www.merdeka.com/amp/teknologi/ponsel.html": "https://www.merdeka.com/teknologi/ponsel.html",
    "https://selular.id/2026/07/ponsel/?amp": "https://selular.id/2026/07/ponsel",
    "https://amp.tekno.kompas.com/read/1/ponsel": "https://tekno.kompas.com/read/1/ponsel",
    # mobile hosts
    "https://m.liputan6.com/tekno/read/1/ponsel": "https://www.liputan6.com/tekno/read/1/ponsel",
    "https://m.kontan.co.id/news/ponsel": "https://www.kontan.co.id/news/ponsel",
    "https://m.inet.detik.com/d-1/ponsel": "https://inet.detik.com/d-1/ponsel",
    # spelling
    "https://tekno.republika.co.id/berita//q7a/ponsel/": (
        "https://tekno.republika.co.id/berita/q7a/ponsel"
    ),
    "https://a.id/%7euser/%c3%a9/../caf\u00e9 baru?b=2&a=%2f": "https://a.id/~user/caf%C3%A9%20baru?a=%2F&b=2",
    "//www.suara.com/tekno/ponsel": "https://www.suara.com/tekno/ponsel",
    "https://kumparan.com": "https://kumparan.com/",
}
KEPT = [
    "https://m.co.id/a",  # a name of its own, not a mobile host
    "https://www.merdeka.com/all",
    "https://www.merdeka.com/teknologi/all",
    "https://www.cnnindonesia.com/teknologi/12",  # no slug before it: an id
    "https://a.id/index.php?page=detail",
    "https://a.id/?p=123",
    "https://www.liputan6.com/amp/4611435/ponsel",
]
REFUSED = [
    "",
    "javascript:void(0)",
    "data:text/html,ponsel",
    "file:///etc/passwd",
    "ftp://a.id/x",
    "mailto:redaksi@a.id",
    "https:///x",
    "https://localhost/x",
    "https://redaksi/x",
    "https://printer.local/x",
    "https://db.internal/x",
    "https://127.0.0.1/x",
    "https://192.168.1.1/x",
    "https://8.8.8.8/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0x7f.1/x",
    "https://0177.0.0.1/x",
    "https://127.1/x",
    "https://１２７。0。0。1/x",
    "https://[::1]/x",
    "https://[fe80::1/x",
    "https://budi@a.id/x",
    "https://a.id:99999/x",
    "https://a.id\\@127.0.0.1/x",
    "https://a.id/" + "x" * 2000,
    "https://a.id/" + "é" * 500,
]


@pytest.mark.parametrize("url", CANONICAL)
def test_all_ways_to_an_article_have_one_canonical_url(url: str) -> None:
    assert canonical_url(url) == CANONICAL[url]


@pytest.mark.parametrize("url", KEPT)
def test_what_looks_like_noise_but_tells_articles_apart(url: str) -> None:
    assert canonical_url(url) == url


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_that_is_not_public_has_no_canonical_url(url: str) -> None:
    assert canonical_url(url) is None


def test_a_relative_link_is_resolved_against_its_page() -> None:
    base = "https://tekno.kompas.com/indeks/2026"
    assert canonical_url("/read/1/ponsel", base) == "https://tekno.kompas.com/read/1/ponsel"
    assert canonical_url("javascript:void(0)", base) is None


HOSTS = st.sampled_from(["a.id", "m.a.id", "amp.m.a.co.id", "m.co.id", "127.0.0.1", "Ä.id", "a"])
SEGMENTS = st.lists(
    st.sampled_from(
        ["amp", "all", "2", "12", "a-b-c", "..", ".", "", "%2e%2e", "%zz", "é", "x.html"]
    )
)
QUERY = st.lists(
    st.sampled_from(
        ["page=all", "page=x", "amp", "amp;amp;a=1", "b=%7e", "utm_a=1", "%75tm_a=1", ""]
    )
)


@given(HOSTS, SEGMENTS, QUERY)
def test_the_canonical_url_of_a_canonical_url_is_the_same(
    host: str, path: list[str], query: list[str]
) -> None:
    once = canonical_url(f"https://{host}/{'/'.join(path)}?{'&'.join(query)}")
    assert once is None or canonical_url(once) == once


@given(st.text(), st.text())
@example("https://\ud800.id/", "")
@example("https://a.id/\ud800", "")
def test_no_text_breaks_canonical_url(url: str, base: str) -> None:
    once = canonical_url(url, base)
    assert once is None or canonical_url(once) == once


BROKEN = [
    "https://[::1/x",
    "//[",
    "http://]x[",
    "https://a.id:99999999/x",
    "https://a.id:x/",
    "https://a\u2100.id/x",  # the sign for "account of" holds a slash under NFKC
]


@pytest.mark.parametrize("url", BROKEN)
def test_a_url_that_cannot_be_taken_apart_has_no_parts(url: str) -> None:
    assert not any(split_url(url))
    assert absolute("https://a.id/", url)


@given(st.text(alphabet=st.sampled_from("ahtps:/[]@.?#%\\ \t\n0129\u2100\uff0f\ud800é")), st.text())
def test_no_text_breaks_the_helpers_for_urls(url: str, base: str) -> None:
    parts = split_url(absolute(base, url))
    assert parts.port is None or 0 <= parts.port < 65536
    assert parts.hostname != ""
    registered_domain(url)
    house_of(url)


@given(st.text())
def test_an_address_of_any_tail_is_stable(tail: str) -> None:
    once = canonical_url(f"https://www.kontan.co.id/news/{tail}")
    assert once is None or canonical_url(once) == once


DETIK = re.compile(r"/d-(?P<id>\d+)/")
KONTAN = re.compile(r"kontan\.co\.id/news/")


@pytest.mark.parametrize(
    "url",
    [
        "https://inet.detik.com/gadget/d-8123/ponsel-lipat",
        "https://inet.detik.com/gadget/d-8123/ponsel-lipat/amp?tag_from=wp",
        "https://m.detik.com/inet/gadget/d-8123/ponsel?single=1",
    ],
)
def test_the_outlets_own_id_wherever_the_article_was_met(url: str) -> None:
    assert article_id("detikinet", url, DETIK) == "detikinet:8123"


def test_an_own_id_of_several_segments_stays_one_word() -> None:
    pattern = re.compile(r"/read/(?P<id>\d{4}/\d\d/\d\d/\d+)/")
    url = "https://tekno.kompas.com/read/2026/07/24/10260057/ponsel"
    assert article_id("kompastekno", url, pattern) == "kompastekno:2026-07-24-10260057"


def test_without_an_own_id_every_way_to_the_article_gives_the_same() -> None:
    ways = (
        "https://www.kontan.co.id/news/ponsel-lipat",
        "http://kontan.co.id/news/ponsel-lipat?utm_source=rss",
        "https://m.kontan.co.id/news/ponsel-lipat/amp",
        "https://amp.kontan.co.id/news/ponsel-lipat?page=all#isi",
    )
    ids = {article_id("kontan", way, KONTAN) for way in ways}
    assert len(ids) == 1
    assert re.fullmatch(r"kontan:[0-9a-f]{16}", ids.pop())
    other = article_id("kontan", "https://industri.kontan.co.id/news/ponsel-lipat", KONTAN)
    assert other not in {article_id("kontan", way, KONTAN) for way in ways}


@pytest.mark.parametrize(
    ("url", "house"),
    [
        ("https://tekno.kompas.com/read/1", "kompas"),
        ("https://www.kontan.co.id", "kontan"),
        ("http://voi.id:80/a", "voi"),
        ("https://www.rri.co.id/iptek/1", "rri"),
        ("", ""),
        ("ftp://kompas.com/", ""),
    ],
)
def test_what_an_outlet_is_called_in_its_host(url: str, house: str) -> None:
    assert house_of(url) == house


def test_the_registered_domain_of_hosts_and_urls() -> None:
    assert registered_domain("https://www.kontan.co.id/rss?x=1") == "kontan.co.id"
    assert registered_domain("inet.detik.com") == "detik.com"
    assert registered_domain("https://127.0.0.1:8000/") == "127.0.0.1"
    assert registered_domain("javascript:void(0)") == "javascript:void(0)"
    assert registered_domain("https://[") == ""
    assert registered_domain("co.id") == "co.id"
    assert registered_domain("inet.warta.example") == "warta.example"
