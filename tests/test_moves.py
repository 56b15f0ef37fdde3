"""Outlets whose hosts have moved: redirects on the registered domain are followed to articles."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from crawler.outlets.registry import load_spiders, project_settings
from crawler.sources import Feed, Listing, Sitemap
from tests.crawls import crawl
from tests.moment import newsroom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crawler.newsroom import Newsroom
    from tests.crawls import Crawl

SPIDERS = load_spiders(project_settings({}))


@pytest.fixture(scope="module")
def served() -> Iterator[Newsroom]:
    outlets = ["detikinet", "inews", "liputan6", "selular"]
    with newsroom(seed=7, outlets=outlets, recent=8, past=2) as room:
        yield room


@pytest.fixture
def room(served: Newsroom) -> Iterator[Newsroom]:
    yield served
    served.recover()
    served.world.robots.clear()
    served.requests.clear()


@pytest.fixture
def run(room: Newsroom, tmp_path: Path) -> Callable[[str], Crawl]:
    return lambda outlet: crawl(SPIDERS[outlet], room, tmp_path)


def assert_all_are_read_at(host: str, done: Crawl, room: Newsroom) -> None:
    """Every article was read at `host`, whose robots.txt was asked for first."""
    assert len(done.stored) > 2
    assert done.outcomes.by("failed") == {}
    done.assert_every_url_has_one_outcome()
    assert {article.url.split("/")[2] for article in done.stored} == {host}
    assert next(asked.path for asked in room.requests if asked.host == host) == "/robots.txt"


@pytest.mark.parametrize("kind", ["moved", "renamed"])
@pytest.mark.parametrize(
    ("outlet", "old", "new"),
    [
        ("liputan6", "www.liputan6.com", "liputan6.com"),
        ("inews", "www.inews.id", "inews.id"),
        ("selular", "//selular.id", "//www.selular.id"),
    ],
)
def test_articles_are_read_where_www_was_dropped_or_added(room, run, outlet, old, new, kind):
    # The old host redirects, or its lists name the new host too.
    room.fail(kind, path=old.removeprefix("//"), location=new.removeprefix("//"))
    assert_all_are_read_at(new.removeprefix("//"), run(outlet), room)


def test_articles_are_read_on_the_mobile_host_that_their_addresses_lead_to(room, run):
    room.fail("moved", path="selular.id/20", location="m.selular.id/20")
    assert_all_are_read_at("m.selular.id", run("selular"), room)


def test_a_feed_is_read_on_the_sibling_host_that_it_redirects_to(room, run, caplog):
    room.fail("moved", path="inet.detik.com/rss", location="rss.detik.com/inet")
    room.fail("status", host="inet.detik.com", path="/indeks|/sitemap", status=404)
    done = run("detikinet")
    assert {article.discovered_via for article in done.stored} == {
        "feed:https://inet.detik.com/rss"
    }
    there = [asked.path for asked in room.requests if asked.host == "rss.detik.com"]
    assert there == ["/robots.txt", "/inet"]
    said = "feed:https://inet.detik.com/rss was redirected to https://rss.detik.com/inet"
    assert said in [record.getMessage() for record in caplog.records]


def test_articles_are_read_on_a_sibling_host_if_article_url_takes_the_address(room, run):
    room.fail("moved", path="inet.detik.com", location="news.detik.com")
    assert_all_are_read_at("news.detik.com", run("detikinet"), room)


def test_the_article_keeps_its_id_when_its_host_moves(room, run, tmp_path):
    before = {article.article_id for article in run("liputan6").stored}
    room.fail("moved", path="www.liputan6.com", location="liputan6.com")
    after = crawl(SPIDERS["liputan6"], room, tmp_path / "again")
    assert {article.article_id for article in after.stored} == before


@pytest.mark.parametrize(
    "wall",
    [
        "https://connect.detik.com/login",
        "https://connect.detik.com/login?next=https://inet.detik.com/gadget/d-7654321/berita",
        "https://connect.detik.com/?u=%2Fd-7654321%2F",
        "https://www.detik.com/",
    ],
)
def test_a_page_elsewhere_on_the_registered_domain_is_not_followed(room, run, wall):
    room.fail("redirect", host="inet.detik.com", path="/d-", location=wall)
    done = run("detikinet")
    assert done.stored == []
    assert done.outcomes.by("failed").keys() == {"offsite_redirect"}
    assert {asked.host for asked in room.requests} == {"inet.detik.com"}


def test_a_new_host_whose_robots_txt_refuses_us_is_left_alone(room, run):
    room.fail("moved", path="selular.id/20", location="arsip.selular.id/20")
    room.fail("status", host="arsip.selular.id", path="^/robots.txt$", status=503)
    done = run("selular")
    there = {asked.path for asked in room.requests if asked.host == "arsip.selular.id"}
    assert there == {"/robots.txt"}
    assert done.outcomes.by("failed").keys() == {"robots_unavailable"}


def test_lists_that_are_redirected_to_one_page_are_all_accounted_for(room, tmp_path):
    class MovedSpider(SPIDERS["selular"]):
        sources = (
            Feed("https://selular.id/lama"),
            Listing("https://selular.id/arsip", links="a"),
            Listing("https://selular.id/terbaru", links="a"),
        )

    for path in ("/lama", "/arsip", "/terbaru"):
        room.fail("redirect", path=f"^{path}$", location="https://selular.id/", status=301)
    done = crawl(MovedSpider, room, tmp_path)
    problems = {each["source"]: each["reason"] for each in done.outcomes.source_problems()}
    assert problems.keys() >= {source.label for source in MovedSpider.sources}
    assert list(problems.values()).count("same_list") == 2


def test_three_thousand_children_of_an_index_starve_no_article(room, tmp_path):
    class VastSpider(SPIDERS["selular"]):
        sources = (Sitemap("https://selular.id/peta.xml"), *SPIDERS["selular"].sources)

    def document(root: str, entry: str, urls: list[str]) -> bytes:
        entries = "".join(f"<{entry}><loc>{url}</loc></{entry}>" for url in urls)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return f'<{root} xmlns="{space}">{entries}</{root}>'.encode()

    children = [f"https://selular.id/peta/{number}.xml" for number in range(3000)]
    old = document("urlset", "url", ["https://selular.id/2019/01/artikel-lama-dari-arsip/"])
    room.fail("replaced", path="^/peta.xml", body=document("sitemapindex", "sitemap", children))
    room.fail("replaced", path="^/peta/", body=old)
    one_by_one = {"CONCURRENT_REQUESTS": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}  # as on the web
    done = crawl(VastSpider, room, tmp_path, **one_by_one)
    paths = [asked.path for asked in room.requests]
    lists = [number for number, path in enumerate(paths) if path.startswith("/peta/")]
    articles = [number for number, path in enumerate(paths) if re.match(r"/\d{4}/", path)]
    assert len(lists) == 20
    assert min(articles) < max(lists)  # articles are asked for while lists are being read
    assert len(done.stored) > 2
    done.assert_every_url_has_one_outcome()


@pytest.mark.parametrize(("redirects", "is_read"), [(5, True), (6, False)])
def test_a_robots_txt_is_found_behind_five_redirects_and_counts_as_missing_behind_more(
    room, run, caplog, redirects, is_read
):
    """RFC 9309, 2.3.1.2; the rules at the end would refuse everything."""
    hops = ["/robots.txt", *(f"/robots-{n}.txt" for n in range(redirects))]
    for here, there in pairwise(hops):
        room.fail("redirect", path=f"^{re.escape(here)}$", location=there)
    room.fail("replaced", path=f"^{re.escape(hops[-1])}$", body=b"User-agent: *\nDisallow: /\n")
    done = run("selular")
    assert (not done.stored) is is_read
    asked = [asked.path for asked in room.requests]
    assert (hops[-1] in asked) is is_read
    assert ("over five redirects" in caplog.text) is not is_read
