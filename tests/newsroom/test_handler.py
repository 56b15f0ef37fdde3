from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from crawler.manners import loopback
from tests.crawls import _loop
from tests.moment import newsroom

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response

    from crawler.newsroom import Newsroom

HANDLER = "crawler.newsroom.handler.NewsroomHandler"
FEED = "https://mediaindonesia.com/feed"


class Reader(Spider):
    """A spider that requests `urls` and keeps the responses."""

    name = "reader"

    def __init__(self, urls: list[str], meta: dict[str, Any]) -> None:
        super().__init__()
        self.urls = urls
        self.meta = meta
        self.came: list[Response] = []
        self.failed: list[str] = []

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            yield Request(url, meta=dict(self.meta), errback=self.fail)

    def parse(self, response: Response) -> None:
        self.came.append(response)

    def fail(self, failure: Any) -> None:
        self.failed.append(repr(failure.value))


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    outlets = ["mediaindonesia", "kontan"]
    with newsroom(seed=1, outlets=outlets, recent=4, compress=True) as served:
        yield served


def read(address: str, *urls: str, meta: dict[str, Any] | None = None, **settings: Any) -> Reader:
    values = {
        "NEWSROOM": address,
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER},
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "RETRY_ENABLED": False,
    }
    crawler = Crawler(Reader, Settings(values | settings))
    _loop().run_until_complete(crawler.crawl_async(urls=list(urls), meta=meta or {}))
    assert isinstance(crawler.spider, Reader)
    return crawler.spider


def test_responses_come_back_under_their_real_urls(room: Newsroom):
    article = room.urls("kontan")[0]
    reader = read(room.url, FEED, article, f"{article}?page=all")
    assert {response.url for response in reader.came} == {FEED, article, f"{article}?page=all"}
    (page,) = (response for response in reader.came if response.url == article)
    assert room.truth(article).title in page.text  # unpacked: the newsroom compresses
    assert page.request.meta["download_latency"] > 0
    assert page.request.meta["download_slot"].endswith("kontan.co.id")


def test_the_host_header_is_the_outlets_and_a_proxy_is_ignored(room: Newsroom):
    before = len(room.requests)
    reader = read(room.url, FEED, meta={"proxy": "http://127.0.0.1:9"})
    assert not reader.failed
    (asked,) = room.requests[before:]
    assert (asked.host, asked.path) == ("mediaindonesia.com", "/feed")
    assert "proxy-authorization" not in asked.headers


def test_robots_txt_is_the_outlets_own(room: Newsroom):
    closed = "https://www.kontan.co.id/search/indeks?kanal=industri"
    reader = read(room.url, closed, "https://www.kontan.co.id/", ROBOTSTXT_OBEY=True)
    assert [response.url for response in reader.came] == ["https://www.kontan.co.id/"]
    assert "Forbidden by robots.txt" in reader.failed[0]


def test_redirects_are_followed_under_real_urls(room: Newsroom):
    article = room.urls("kontan")[1]
    fault = room.fail("redirect", path="^/lama$", location=article)
    reader = read(room.url, "https://www.kontan.co.id/lama")
    fault.times = 0
    assert [response.url for response in reader.came] == [article]


def test_a_stalled_server_costs_the_timeout(room: Newsroom):
    fault = room.fail("stall", path="^/diam$")
    reader = read(room.url, "https://www.kontan.co.id/diam", DOWNLOAD_TIMEOUT=0.2)
    fault.times = 0
    assert "Timeout" in reader.failed[0]


@pytest.mark.parametrize(
    "address", ["http://192.0.2.1:80", "http://example.com:80", "", "http://127.0.0.1", "kabar"]
)
def test_an_address_that_is_not_loopback_is_refused(address: str):
    with pytest.raises(ValueError, match="must be on this machine"):
        loopback(address)
    reader = read(address, FEED)
    assert not reader.came
    assert "must be on this machine" in reader.failed[0]


@pytest.mark.parametrize("address", ["http://127.0.0.1:80", "localhost:80", "http://[::1]:80"])
def test_loopback_addresses_are_accepted(address: str):
    assert loopback(address) == address.removeprefix("http://")
