"""A sitemap index of a stranger: a crawl sends nothing to any host that is not the outlet's."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import pytest
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import TextResponse
from scrapy.resolver import CachingThreadedResolver, dnscache

from crawler.middlewares.resolver import PublicResolver
from crawler.newsroom.handler import NewsroomHandler, loopback
from crawler.runs.outcomes import OUTCOMES
from crawler.sources import Sitemap
from crawler.sources.gate import Gate
from output.dataset import open_dataset
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.crawls import Crawl, asyncio_reactor, crawl, project_settings
from tests.moment import newsroom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawler.newsroom import Newsroom

OUTLET = "https://mediaindonesia.com"
TWO_FACED = "http://dua-muka.mediaindonesia.com/peta.xml"
"""A host of the outlet, with a public and a private address."""
NAMED = {
    "http://127.0.0.1/peta.xml": "bad_link",
    "http://127.0.0.1:{port}/peta.xml": "bad_link",
    "http://localhost:{port}/peta.xml": "bad_link",
    "http://169.254.169.254/latest/meta-data/": "bad_link",
    "http://[::1]/peta.xml": "bad_link",
    "http://[::1]:{port}/peta.xml": "bad_link",
    "http://[::ffff:127.0.0.1]/peta.xml": "bad_link",
    "http://[::ffff:127.0.0.1]:{port}/peta.xml": "bad_link",
    "http://0.0.0.0/peta.xml": "bad_link",
    "http://0.0.0.0:{port}/peta.xml": "bad_link",
    "http://100.64.0.1/peta.xml": "bad_link",
    "http://2130706433/peta.xml": "bad_link",
    "http://2130706433:{port}/peta.xml": "bad_link",
    "http://0x7f.1/peta.xml": "bad_link",
    "http://0x7f.1:{port}/peta.xml": "bad_link",
    "http://0177.0.0.1:{port}/peta.xml": "bad_link",
    "http://127.1:{port}/peta.xml": "bad_link",
    "http://10.0.0.1/peta.xml": "bad_link",
    "http://intranet/peta.xml": "bad_link",
    "https://mediaindonesia.com:{port}/peta.xml": "other_port",
    "https://redaksi@mediaindonesia.com/peta.xml": "bad_link",
    "https://mediaindonesia.com@127.0.0.1:{port}/peta.xml": "bad_link",
    "https://lain.example.com/peta.xml": "offsite",
    "https://mediaindonesia.com.lain.example/peta.xml": "offsite",
    "ftp://mediaindonesia.com/peta.xml": "bad_link",
    "data:text/xml,peta": "bad_link",
    "file://{file}": "bad_link",
}
"""Every child of the index but the two-faced host, and the reason why it is not asked for."""


class Trap:
    """A server on 127.0.0.1 that counts connections, and answers none of them."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.hits = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:  # the server was closed
                return
            self.hits += 1
            connection.close()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


class OutletOrWorld(NewsroomHandler):
    """A handler that lets the newsroom play the outlet, and sends all other requests out.

    A URL without a port goes to the trap's, so that a host on loopback is reached by it.
    """

    index = ""
    port = 0
    room = ""
    log: ClassVar[list[str]] = []

    def __init__(self, crawler) -> None:
        HTTP11DownloadHandler.__init__(self, crawler)
        self._disconnect_timeout = 10
        self._address = loopback(self.room)

    async def download_request(self, request):
        self.log.append(request.url)
        if request.url == f"{OUTLET}/jebakan.xml":
            return TextResponse(request.url, body=self.index.encode())
        if request.url.startswith(f"{OUTLET}/"):
            return await super().download_request(request)
        if request.url.startswith("https://lain.example.com/"):  # no packet goes there
            return TextResponse(request.url, body=b"User-agent: *\nAllow: /\n")
        scheme, _, rest = request.url.partition("://")
        host, _, path = rest.partition("/")
        there = request.replace(url=f"{scheme}://{host.partition(':')[0]}:{self.port}/{path}")
        return await HTTP11DownloadHandler.download_request(self, there)


class TrappedSpider(MediaIndonesiaSpider):
    """The outlet, with a sitemap index that a stranger wrote."""

    sources = (Sitemap(f"{OUTLET}/jebakan.xml"), *MediaIndonesiaSpider.sources)


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom(seed=5, outlets=["mediaindonesia"], recent=8, past=0, older=0) as served:
        yield served


@pytest.fixture
def trap() -> Iterator[Trap]:
    server = Trap()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _names(monkeypatch) -> Iterator[None]:
    """Resolve the two-faced host to loopback first, then to a public address; nothing else."""
    resolve = socket.getaddrinfo

    def look_up(name, port, *rest, **more):
        if name == "dua-muka.mediaindonesia.com":
            answers = ("127.0.0.1", "8.8.8.8")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in answers]
        if name == "mediaindonesia.com":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("104.18.0.1", 0))]
        if name == "lain.example.com":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("104.18.0.2", 0))]
        return resolve(name, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "gethostbyname", lambda name: look_up(name, None)[0][4][0])
    dnscache.clear()
    yield
    dnscache.clear()


@pytest.fixture
def handler(room, trap):
    OutletOrWorld.log.clear()
    OutletOrWorld.port, OutletOrWorld.room = trap.port, room.url
    return OutletOrWorld


@contextmanager
def resolving_by(resolver: type[CachingThreadedResolver]) -> Iterator[None]:
    """Let all connections of this process resolve names by `resolver`, as Scrapy's process does."""
    asyncio_reactor()
    from twisted.internet import reactor

    before = reactor.nameResolver
    made = resolver(reactor, cache_size=100, timeout=20)
    made.excepted = frozenset({"127.0.0.1"})  # the newsroom
    made.install_on_reactor()
    try:
        yield
    finally:
        reactor.installNameResolver(before)


def index_of(urls) -> str:
    children = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{children}</sitemapindex>'


def trapped(room: Newsroom, folder: Path, **settings) -> Crawl:
    """Crawl the trapped outlet as if the newsroom were the web, whose names are resolved."""
    handlers = dict.fromkeys(("http", "https"), OutletOrWorld)
    more = {"NEWSROOM": "", "DOWNLOAD_HANDLERS": handlers, "RETRY_ENABLED": False}
    more |= {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, **settings}
    return crawl(TrappedSpider, room, folder, **more)


def test_nothing_that_a_strangers_index_names_is_asked_for(room, tmp_path, trap, handler):
    secret = tmp_path / "rahasia.xml"
    secret.write_text(index_of([f"{OUTLET}/teknologi/99999/rahasia"]))
    given = {url.format(port=trap.port, file=secret): reason for url, reason in NAMED.items()}
    handler.index = index_of([*given, TWO_FACED])
    with resolving_by(PublicResolver):
        done = trapped(room, tmp_path / "data")
    done.assert_every_url_has_one_outcome()
    print(*handler.log, sep="\n")  # the request log
    assert [url for url in handler.log if not url.startswith(f"{OUTLET}/")] == []
    assert not [url for url in handler.log if "rahasia" in url]
    assert trap.hits == 0
    for reason in ("bad_link", "other_port", "offsite"):
        assert done.outcomes.by("skipped")[reason] >= [*given.values()].count(reason)
    assert done.stats["wartatek/gate/private_address"] == 1
    assert done.outcomes.count("stored") > 2  # the other lists are read
    [row] = open_dataset(tmp_path / "data", "runs").to_table().to_pylist()
    assert row["listed"] + row["resumed"] == sum(map(row.get, OUTCOMES))
    index = f"sitemap:{OUTLET}/jebakan.xml"
    assert {"source": index, "reason": "private_address"} in row["source_problems"]


@pytest.mark.parametrize(
    ("resolver", "is_reached"), [(CachingThreadedResolver, True), (PublicResolver, False)]
)
def test_without_the_gate_the_resolver_alone_keeps_the_crawl_off_the_trap(
    room, tmp_path, trap, handler, monkeypatch, resolver, is_reached
):
    """With Scrapy's own resolver the trap is reached: no test passes by accident."""
    for name in ("refusal", "page_refusal", "robots_refusal"):
        monkeypatch.setattr(Gate, name, lambda self, url: "")
    handler.index = index_of([TWO_FACED])
    middlewares = project_settings(room.url, tmp_path)["DOWNLOADER_MIDDLEWARES"].copy_to_dict()
    del middlewares["crawler.middlewares.gate.GateMiddleware"]
    with resolving_by(resolver):
        trapped(room, tmp_path / "data", DOWNLOADER_MIDDLEWARES=middlewares)
    assert any("dua-muka" in url for url in handler.log)
    assert (trap.hits > 0) is is_reached


@pytest.mark.parametrize(
    ("location", "followed"),
    [
        ("https://lain.example.com/robots.txt", True),
        ("http://127.0.0.1/robots.txt", False),
        ("http://[::ffff:127.0.0.1]/robots.txt", False),
        ("https://lain.example.com:8443/robots.txt", False),
    ],
)
def test_robots_txt_alone_may_be_redirected_to_another_public_host(
    room, tmp_path, trap, handler, location, followed
):
    room.fail("redirect", path=r"^/robots\.txt$", location=location)
    handler.index = index_of([])
    with resolving_by(PublicResolver):
        trapped(room, tmp_path / "data")
    assert (location in handler.log) is followed
    assert trap.hits == 0


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "//[",
        "http://mediaindonesia.com:99999999/",
        "http://mediaindonesia.com:x/",
        "http://[fe80::1%25eth0]/",
        "http://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://2130706433:{port}/",
        "http://redaksi@mediaindonesia.com/",
        "file:///etc/hostname",
        TWO_FACED,
    ],
)
def test_a_redirect_to_anything_but_the_outlet_is_a_counted_failure(
    room, tmp_path, trap, handler, location
):
    """Of lists and articles; nothing is logged as a bug of ours."""
    there = location.format(port=trap.port)
    room.fail("redirect", path=r"^/(?!robots|teknologi/20)", location=there)
    handler.index = index_of([])
    with resolving_by(PublicResolver):
        done = trapped(room, tmp_path / "data")
    done.assert_every_url_has_one_outcome()
    assert [url for url in handler.log if not url.startswith(f"{OUTLET}/")] == []
    assert trap.hits == 0
    assert done.outcomes.count("stored") == 0
    assert done.outcomes.count("failed") > 0
    assert "log_count/ERROR" not in done.stats


@pytest.mark.parametrize("location", ["http://[::1", "http://mediaindonesia.com:99999999/"])
def test_a_robots_txt_redirected_to_no_address_allows_nothing(
    room, tmp_path, trap, handler, location
):
    room.fail("redirect", path=r"^/robots\.txt$", location=location)
    handler.index = index_of([])
    with resolving_by(PublicResolver):
        done = trapped(room, tmp_path / "data")
    assert done.stats["robotstxt/unavailable"] == 1
    assert done.outcomes.count("stored") == 0
    assert "log_count/ERROR" not in done.stats
