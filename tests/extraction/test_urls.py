"""One article has one address and one id; what is no public address has none."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.extraction.urls import (
    absolute,
    article_address,
    article_id,
    canonical_url,
    captured,
    house_of,
    registered_domain,
    split_url,
    stated_address,
)
from tests.costs import seconds_of

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


TRACKING = """srsltid=x0 mtm_campaign=rss pk_source=a xtor=RSS-1 at_medium=b _hsenc=c mibextid=d
    ved=e usqp=f rss guccounter=1 CMP=g amp_markup=1 noamp=mobile wt_zmc=never.seen""".split()
UZONE = re.compile(r"uzone\.id/[a-z0-9]+(?:-[a-z0-9]+){3,}/?$")
KUMPARAN = re.compile(r"kumparan\.com/[^/]+/[a-z0-9-]+-(?P<id>\d\d[A-Za-z0-9]{9})$")


@pytest.mark.parametrize("parameter", TRACKING)
def test_a_parameter_that_article_url_does_not_match_changes_no_id(parameter: str) -> None:
    pages = (
        ("kontan", "https://www.kontan.co.id/news/ponsel-lipat", KONTAN),
        ("uzone", "https://uzone.id/ponsel-lipat-paling-murah", UZONE),
        ("kumparan", "https://kumparan.com/kumparantech/ponsel-lipat-21AbCdEfGhI", KUMPARAN),
        ("detikinet", "https://inet.detik.com/gadget/d-8123/ponsel", DETIK),
    )
    for outlet, page, pattern in pages:
        listed = f"{page}?{parameter}&another=1"
        assert article_id(outlet, listed, pattern) == article_id(outlet, page, pattern)
        assert article_address(listed, pattern) == page


def test_parameters_that_article_url_matches_tell_articles_apart() -> None:
    php = re.compile(r"contoh\.example/baca\.php\?(?:kanal=\w+&)?nomor=\d+$")
    base = "https://contoh.example/baca.php"
    assert article_address(f"{base}?srsltid=x&nomor=7", php) == f"{base}?nomor=7"
    ids = {article_id("contoh", f"{base}?nomor={n}&ved={n}", php) for n in (7, 8)}
    assert len(ids) == 2
    assert article_address(f"{base}?nomor=tujuh", php) is None
    own = re.compile(r"contoh\.example/baca(?:\.php\?.*?nomor=(?P<id>\d+))?")
    assert article_id("contoh", f"{base}?ved=1&nomor=7", own) == "contoh:7"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://warta.id/berita/1-a", "https://www.warta.id/berita/1-a"),
        ("https://m.warta.id/berita/1-a?x=1", "https://www.warta.id/berita/1-a"),
        ("https://tekno.warta.id/berita/1-a", None),
        ("https://www.tekno.warta.id/berita/1-a", None),
        ("https://id/berita/1-a", None),
    ],
)
def test_an_article_has_the_address_that_article_url_takes_with_www_or_without(url, address):
    assert article_address(url, re.compile(r"//www\.warta\.id/berita/\d+-")) == address
    assert article_address(address or url, re.compile(r"//warta\.id/berita/\d+-")) == (
        address and address.replace("www.", "")
    )


def test_an_address_of_an_unknown_outlet_keeps_its_parameters() -> None:
    assert article_address("https://a.id/?p=123", re.compile("")) == "https://a.id/?p=123"


def test_a_query_of_very_many_parameters_takes_no_long_time() -> None:
    query = "&".join(f"p{number}" for number in range(400))
    listed = f"https://www.kontan.co.id/berita/?{query}"
    assert article_address(listed, KONTAN) is None


@pytest.mark.parametrize(
    ("stated", "believed"),
    [
        ("https://www.kontan.co.id/news/ponsel-lipat?srsltid=x", True),
        ("/news/ponsel-lipat", True),
        ("https://industri.kontan.co.id/news/ponsel-lipat", True),
        ("https://www.kontan.co.id/", False),
        ("https://www.kontan.co.id/industri", False),
        ("https://www.kontan.co.id/penulis/wati", False),
        ("https://www.kontan.example/news/ponsel-lipat", False),
        ("https://penipu.example/www.kontan.co.id/news/ponsel-lipat", False),
        ("{{ canonical }}", False),
        ("javascript:void(0)", False),
    ],
)
def test_a_stated_address_is_believed_when_it_is_an_article_of_the_outlet(stated, believed) -> None:
    page = "https://industri.kontan.co.id/news/ponsel-lipat"
    pattern = re.compile(r"//[a-z]+\.kontan\.co\.id/news/[a-z0-9-]+")
    assert bool(stated_address(stated, page, pattern)) == believed


@pytest.mark.parametrize(
    ("path", "believed"),
    [("/", False), ("/tekno", False), ("/2020/10/x.html", True), ("/harga-ponsel-turun", True)],
)
def test_the_stated_address_of_an_unknown_outlet_is_deeper_than_a_section(path, believed) -> None:
    page = "https://www.contoh.example/2020/10/harga-ponsel-turun.html"
    stated = f"https://www.contoh.example{path}"
    assert bool(stated_address(stated, page, re.compile(""))) == believed


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


WAYBACK = "https://web.archive.org/web/20230517032200"
CAPTURED = "https://tekno.kompas.com/read/2023/05/17/10220037/sensor-tanah"


@pytest.mark.parametrize(
    "url",
    [
        f"{WAYBACK}/{CAPTURED}",
        f"{WAYBACK}id_/{CAPTURED}",
        f"{WAYBACK}if_/http://tekno.kompas.com:80/read/2023/05/17/10220037/sensor-tanah",
        f"//web.archive.org/web/20230517032200im_/{CAPTURED}",
        f"/web/20230517032200js_/{CAPTURED}",
        f"{WAYBACK}/https:/tekno.kompas.com/read/2023/05/17/10220037/sensor-tanah",
        f"http://web.archive.org/web/20240101000000/{WAYBACK}/{CAPTURED}",
        f"{WAYBACK}/{CAPTURED.removeprefix('https://')}",
        f"{WAYBACK}/{CAPTURED.replace(':', '%3A').replace('/', '%2F')}",
        f"https://wayback.archive-it.org/1234/20230517032200/{CAPTURED}",
        f"https://wayback.archive-it.org/all/20230517032200mp_/{CAPTURED}",
        f"http://localhost:8080/warta/20230517032200mp_/{CAPTURED}",
        f"https://archive.ph/20230517032200/{CAPTURED}",
    ],
)
def test_an_address_of_the_wayback_machine_is_that_of_the_captured_page(url: str) -> None:
    address, at = captured(url)
    assert at == datetime(2023, 5, 17, 3, 22, tzinfo=UTC)
    assert canonical_url(address) == canonical_url(url) == CAPTURED
    assert canonical_url(absolute("https://www.kompas.com/", url)) == CAPTURED


@pytest.mark.parametrize(
    "url",
    [
        "https://warta.example.com/web/2023/desain-web",
        "https://web.archive.org/web/2023*/https://kompas.com",
        f"https://warta.example.com/?u={WAYBACK}/{CAPTURED}",
        f"https://warta.example.com/bagikan/{CAPTURED}",
        "https://warta.example.com/web/20230517032200/www.kompas.com/",
    ],
)
def test_another_address_with_a_folder_web_is_left_as_it_is(url: str) -> None:
    assert captured(url) == (url, None)


def test_a_wayback_address_with_a_part_of_a_time_has_no_instant() -> None:
    assert captured(f"https://web.archive.org/web/2023/{CAPTURED}") == (CAPTURED, None)


def test_a_wayback_time_that_cannot_be_is_no_time() -> None:
    assert captured(f"/web/20231399000000/{CAPTURED}") == (CAPTURED, None)


def test_a_wayback_address_wrapped_ten_thousand_times_takes_no_long_time() -> None:
    wrapped = f"{WAYBACK}/" * 10_000 + CAPTURED
    assert seconds_of(lambda: captured(wrapped)) < 0.5
    assert captured(wrapped)[0] == CAPTURED
