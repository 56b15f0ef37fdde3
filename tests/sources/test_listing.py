import gzip
from datetime import UTC, date, datetime, timedelta

import pytest
from scrapy import Request

from crawler.sources import Candidate, Listing, SourceError, Window
from output import clock
from output.clock import WIB
from tests.growth import MOST, TIMES, growth
from tests.replies import reply
from tests.shared import SHARED, needs_shared

HOME = "https://warta.example.co.id"
PRESENT = Window()


def item(number: int, when: str = "", title: str = "Kabar gawai") -> str:
    return f"""<article><a href="/tekno/{number}/kabar"><img src="{number}.jpg"></a>
    <h3><a href="/tekno/{number}/kabar">{title} {number}</a></h3>
    <div class="date">{when}</div></article>"""


def page(*items: str) -> str:
    menu = '<nav><a href="/">Beranda</a></nav>'
    return f"<html><body>{menu}<main>{''.join(items)}</main></body></html>"


def parsed(
    source: Listing, body: str, window: Window = PRESENT, url: str = f"{HOME}/tekno", **meta: object
) -> tuple[list[Candidate], list[Request]]:
    found = list(source.parse(reply(url, body, **meta), window))
    candidates = [item for item in found if isinstance(item, Candidate)]
    return candidates, [item for item in found if isinstance(item, Request)]


def asked(source: Listing, window: Window = PRESENT) -> list[str]:
    return [request.url for request in source.requests(window)]


def test_a_listing_gives_a_candidate_per_article_titled_by_the_headline():
    candidates, _ = parsed(Listing(f"{HOME}/tekno", links="article a"), page(item(1), item(2)))
    assert [c.url for c in candidates] == [f"{HOME}/tekno/1/kabar", f"{HOME}/tekno/2/kabar"]
    assert [c.title for c in candidates] == ["Kabar gawai 1", "Kabar gawai 2"]


def test_links_are_selected_by_the_element_around_them_too():
    candidates, _ = parsed(Listing(f"{HOME}/tekno", links="article h3"), page(item(1)))
    assert [c.title for c in candidates] == ["Kabar gawai 1"]


def test_every_candidate_of_a_listing_gets_the_time_beside_it():
    source = Listing(f"{HOME}/tekno", links="article a", date=".date")
    body = page(item(1, "Jumat, 20 Nov 2026 09:15 WIB"), item(2), item(3, "2 jam yang lalu"))
    first, second, third = parsed(source, body)[0]
    assert first.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
    assert second.published is None
    assert third.published == datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "stamp",
    [
        '<span class="date" d-time="1795140900">tadi</span>',
        '<time class="date" datetime="2026-11-20T09:15:00+07:00">kemarin</time>',
        '<span class="date" title="Jumat, 20 Nov 2026 09:15 WIB">7 menit yang lalu</span>',
    ],
)
def test_a_time_in_an_attribute_beats_its_words(stamp: str):
    source = Listing(f"{HOME}/tekno", links="h3 a", date=".date")
    body = page(item(1).replace('<div class="date"></div>', stamp))
    [candidate] = parsed(source, body)[0]
    assert candidate.published == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)


def test_placeholders_in_the_url_of_a_listing_are_filled():
    day = Window(since=date(2023, 9, 1), until=date(2023, 9, 2))
    assert asked(Listing(f"{HOME}/tekno/{{page}}", links="a")) == [f"{HOME}/tekno/1"]
    assert asked(Listing(f"{HOME}/tekno/{{page}}", links="a", first=0)) == [f"{HOME}/tekno/0"]
    assert asked(Listing(f"{HOME}/tekno/20/{{offset}}", links="a")) == [f"{HOME}/tekno/20/0"]
    us = Listing(f"{HOME}/indeks?page={{page}}&date={{day:%m/%d/%Y}}", links="a")
    assert asked(us, day) == [
        f"{HOME}/indeks?page=1&date=09/02/2023",
        f"{HOME}/indeks?page=1&date=09/01/2023",
    ]
    split = Listing(
        f"{HOME}/indeks?tanggal={{day:%d}}&bulan={{day:%m}}&tahun={{day:%Y}}", links="a"
    )
    assert asked(split, day)[0] == f"{HOME}/indeks?tanggal=02&bulan=09&tahun=2023"


def test_the_present_of_a_daily_index_is_today_and_yesterday():
    today = clock.now().astimezone(WIB).date()
    days = [f"{HOME}/{day}" for day in (today, today - timedelta(days=1))]
    assert asked(Listing(f"{HOME}/{{day:%Y-%m-%d}}", links="a")) == days


def test_a_listing_walks_on_by_page_and_by_offset():
    body = page(item(1), item(2))
    _, [second] = parsed(Listing(f"{HOME}/tekno/{{page}}", links="article a"), body)
    assert second.url == f"{HOME}/tekno/2"
    assert second.meta["continues"]
    source = Listing(f"{HOME}/tekno/20/{{offset}}", links="article a")
    _, [third] = parsed(source, body, index_page=2)
    assert third.url == f"{HOME}/tekno/20/40"


def test_a_daily_listing_walks_on_within_its_day():
    source = Listing(f"{HOME}/{{day:%Y-%m-%d}}/{{page}}", links="article a")
    window = Window(since=date(2023, 9, 1), until=date(2023, 9, 2))
    _, [second] = parsed(source, page(item(1)), window, index_page=1, index_day=date(2023, 9, 2))
    assert second.url == f"{HOME}/2023-09-02/2"


def test_a_listing_walks_three_pages_of_the_present_and_all_of_the_past():
    source = Listing(f"{HOME}/tekno/{{page}}", links="article a")
    assert parsed(source, page(item(1)), PRESENT, index_page=3)[1] == []
    past = Window(since=date(2023, 9, 1))
    assert len(parsed(source, page(item(1)), past, index_page=300)[1]) == 1


def test_a_listing_ends_at_an_empty_page_and_at_the_window_s_start():
    source = Listing(f"{HOME}/tekno/{{page}}", links="article a", date=".date")
    past = Window(since=date(2023, 9, 1), until=date(2023, 9, 30))
    assert parsed(source, page(), past, index_page=9) == ([], [])
    newer, older = "Minggu, 1 Okt 2023 10:00 WIB", "Kamis, 31 Agt 2023 23:59 WIB"
    assert len(parsed(source, page(item(1, newer)), past)[1]) == 1
    assert len(parsed(source, page(item(1, newer), item(2, older)), past)[1]) == 1
    assert parsed(source, page(item(1, older)), past)[1] == []


def test_a_listing_without_placeholders_does_not_walk():
    assert parsed(Listing(f"{HOME}/tekno", links="article a"), page(item(1)))[1] == []


def test_a_front_page_is_not_asked_for_the_past():
    front = Listing(f"{HOME}/tekno", links="article a")
    past = Window(date(2023, 9, 1), date(2023, 9, 30))
    yesterday = clock.now().astimezone(WIB).date() - timedelta(days=1)
    assert not front.has_past
    assert list(front.requests(past)) == []
    assert [one.url for one in front.requests(Window(yesterday))] == [front.url]
    for further in ("/tekno/{page}", "/tekno/{offset}", "/{day:%Y}"):
        assert Listing(HOME + further, links="a").has_past


def test_odd_links_of_a_listing_are_candidates_as_printed():
    hrefs = ["javascript:void(0)", "//lain.example.com/x", "http://[rusak", "file:///etc/hostname"]
    links = "".join(f'<p><a href="{href}">x</a></p>' for href in hrefs)
    candidates, _ = parsed(Listing(f"{HOME}/tekno", links="p a"), f"<body>{links}</body>")
    assert [c.url for c in candidates] == [hrefs[0], "https://lain.example.com/x", *hrefs[2:]]


def test_anchors_within_the_page_are_no_candidates():
    body = '<body><p><a href="#atas">x</a><a>y</a><a href="">z</a></p></body>'
    with pytest.raises(SourceError, match="empty_index"):
        parsed(Listing(f"{HOME}/tekno", links="p a"), body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (page(), "empty_index"),
        ("", "empty_page"),
        ("<div>" * 5000, "too_deep"),
    ],
)
def test_a_page_that_is_no_index_is_named(body: str, reason: str):
    with pytest.raises(SourceError) as caught:
        parsed(Listing(f"{HOME}/tekno", links="article a"), body)
    assert caught.value.reason == reason


@needs_shared
@pytest.mark.parametrize(
    ("name", "url", "links", "stamp", "least", "pattern"),
    [
        (
            "detik-news-indeks-2024-10",
            "https://news.detik.com/indeks",
            "h3.media__title a",
            "span[d-time]",
            16,
            "/d-",
        ),
        ("kompas-indeks-2016", "http://indeks.kompas.com/", "h3 a", "", 10, "/read/"),
        ("liputan6-2016", "http://www.liputan6.com/indeks", "h4 a", "time", 10, "/read/"),
        ("viva-2016", "http://www.viva.co.id/indeks", "a", "", 20, "/read/"),
        ("tempo-2015", "http://www.tempo.co/", "a", "", 20, "/read/news/"),
        ("okezone-2015", "http://www.okezone.com/", "a", "", 20, "/read/"),
        ("merdeka-home-2020-10", "https://www.merdeka.com/", "a", "", 20, "html"),
        ("kumparan-2024", "https://kumparan.com/", "a", "", 10, "kumparan.com/"),
        ("cnnindonesia-home-2024-03", "https://www.cnnindonesia.com/", "article a", "", 20, "/20"),
    ],
)
def test_saved_real_index_pages_are_read(
    name: str, url: str, links: str, stamp: str, least: int, pattern: str
):
    body = gzip.decompress((SHARED / "sections" / f"{name}.html.gz").read_bytes())
    response = reply(url, body, date="Fri, 04 Oct 2024 12:40:00 GMT")
    found = Listing(url, links, stamp).parse(response, PRESENT)
    articles = [c for c in found if isinstance(c, Candidate) and pattern in c.url]
    assert len(articles) >= least
    assert sum(c.title is not None for c in articles) >= least
    if stamp:
        assert sum(c.published is not None for c in articles) >= least


HOSTILE = {
    "links in an element": lambda n: "".join(f"<a href=/{i}>Kabar</a>" for i in range(n)),
    "links beside a time": lambda n: item(1, "kapan-kapan") * (n // 4),
    "times around a link": lambda n: "<div>" * 99 + item(1) + "<b class=date>x</b>" * n,
    "deep links": lambda n: ("<div>" * 99 + item(1) + "</div>" * 99) * (n // 99),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_cost_of_a_listing_grows_with_its_length(kind: str):
    source = Listing(f"{HOME}/tekno", links="a", date=".date")
    small, large = (page(HOSTILE[kind](count)) for count in (5_000, TIMES * 5_000))
    assert growth(lambda: parsed(source, small), lambda: parsed(source, large)) <= MOST + 1
