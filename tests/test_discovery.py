"""Outlets whose declared lists are gone: the run finds others and says so, unless refused."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from crawler.outlets.registry import load_spiders, project_settings
from crawler.terminal.progress import OutcomeTable
from tests.crawls import crawl
from tests.moment import newsroom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crawler.newsroom import Newsroom
    from tests.crawls import Crawl

OUTLETS = ["cnnindonesia", "detikinet", "mediaindonesia", "selular"]
SPIDERS = load_spiders(project_settings({}))


@pytest.fixture(scope="module")
def served() -> Iterator[Newsroom]:
    with newsroom(seed=7, outlets=OUTLETS, recent=8, past=2) as room:
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


def gone(room: Newsroom, host: str, path: str) -> None:
    room.fail("status", host=host, path=path, status=404)


def assert_healed(done: Crawl, found: str) -> None:
    """The run stores articles from `found`, counts the list, and says so in its judgement."""
    assert len(done.stored) > 2
    assert {article.discovered_via for article in done.stored} == {found}
    assert done.outcomes.by("discovered") == {found: 1}
    url = found.partition(":")[2]
    said = f"{len(done.stored)} stored; found {url}, not declared"
    assert done.outcomes.judgement() == ("healthy", said)
    done.assert_every_url_has_one_outcome()


def test_a_feed_that_moved_on_its_host_is_found_on_the_home_page(room, run):
    old, new = "mediaindonesia.com/feed", "mediaindonesia.com/rss/all.xml"
    room.fail("renamed", path=old, location=new, status=404)
    gone(room, "mediaindonesia.com", r"/teknologi/20|sitemap")
    done = run("mediaindonesia")
    assert_healed(done, f"feed:https://{new}")


def test_a_feed_that_redirects_on_its_host_is_followed_without_a_search(room, run):
    room.fail("renamed", path="mediaindonesia.com/feed", location="mediaindonesia.com/rss/all.xml")
    done = run("mediaindonesia")
    assert done.stored
    assert done.outcomes.by("discovered") == {}
    assert "/" not in [asked.path for asked in room.requests]


def test_a_feed_that_moved_to_a_sibling_host_is_found_after_that_hosts_robots_txt(room, run):
    room.fail("renamed", path="inet.detik.com/rss", location="rss.detik.com/inet", status=404)
    gone(room, "inet.detik.com", "/indeks|/sitemap")
    assert_healed(run("detikinet"), "feed:https://rss.detik.com/inet")
    there = [asked.path for asked in room.requests if asked.host == "rss.detik.com"]
    assert there == ["/robots.txt", "/inet"]


def test_a_feed_that_became_a_page_is_made_up_for_by_the_links_of_the_home_page(room, run):
    room.fail("not_a_feed", host="selular.id", path="/feed/")
    gone(room, "selular.id", "/page/")
    assert_healed(run("selular"), "listing:https://selular.id/")


def test_a_sitemap_that_robots_txt_names_serves_where_all_lists_are_gone(room, run):
    room.world.robots["selular"] = (
        "User-agent: *\nAllow: /\nSitemap: https://elsewhere.example/sitemap.xml\n"
        "Sitemap: https://selular.id/news-sitemap.xml\n"
    )
    gone(room, "selular.id", r"^/(?!robots|news-sitemap|\d{4}/)")
    assert_healed(run("selular"), "sitemap:https://selular.id/news-sitemap.xml")
    assert {asked.host for asked in room.requests} == {"selular.id"}
    assert "/" not in [asked.path for asked in room.requests]


@pytest.mark.parametrize(
    "line",
    [
        "SITEMAP: https://selular.id/news-sitemap.xml",
        "Sitemap:/news-sitemap.xml",
        "sitemap: news-sitemap.xml # berita",
        "Sitemap: https://peta.selular.id/news-sitemap.xml",
    ],
)
def test_a_sitemap_line_is_read_in_capitals_relative_and_of_another_host(room, run, line):
    room.world.robots["selular"] = f"{line}\nUser-agent: *\nAllow: /\n"
    url = "https://peta.selular.id" if "peta" in line else "https://selular.id"
    if "peta" in line:
        room.fail("moved", path="selular.id/news", location="peta.selular.id/news")
    gone(room, "selular.id", r"^/(?!robots|news-sitemap|\d{4}/)")
    done = run("selular")
    [found] = done.outcomes.by("discovered")
    assert found.startswith(f"sitemap:{url}")
    assert_healed(done, found)


def test_a_sitemap_index_in_gzip_that_robots_txt_names_is_read(room, run):
    room.world.robots["selular"] = "Sitemap: https://selular.id/peta.xml.gz\n"
    child = "<sitemap><loc>https://selular.id/news-sitemap.xml</loc></sitemap>"
    index = gzip.compress(f"<sitemapindex>{child}</sitemapindex>".encode())
    gone(room, "selular.id", r"^/(?!robots|news-sitemap|peta|\d{4}/)")
    room.fail("replaced", host="selular.id", path="^/peta.xml.gz$", body=index)
    assert_healed(run("selular"), "sitemap:https://selular.id/peta.xml.gz")


@pytest.mark.parametrize("status", [202, 403, 503])
def test_a_home_page_behind_a_challenge_ends_the_search(room, run, status):
    room.fail("challenge", host="mediaindonesia.com", path="^/$", status=status)
    gone(room, "mediaindonesia.com", r"/feed|/teknologi/20|sitemap")
    done = run("mediaindonesia")
    assert done.stored == []
    asked = [asked.path for asked in room.requests]
    assert asked.count("/") == 1
    assert "/teknologi" not in asked


def test_a_new_host_whose_robots_txt_refuses_us_ends_the_search(room, run):
    room.fail("renamed", path="inet.detik.com/rss", location="rss.detik.com/inet", status=404)
    gone(room, "inet.detik.com", "/indeks|/sitemap")
    room.fail("replaced", host="rss.detik.com", path="^/robots", body=b"User-agent: *\nDisallow: /")
    done = run("detikinet")
    assert [asked.path for asked in room.requests if asked.host == "rss.detik.com"] == [
        "/robots.txt"
    ]
    assert done.outcomes.by("discovered") == {}
    assert done.outcomes.judgement()[0] == "unhealthy"


def test_the_links_of_the_technology_section_serve_where_no_feed_is_named(room, run):
    gone(room, "mediaindonesia.com", r"/feed|/teknologi/20|sitemap")
    done = run("mediaindonesia")
    assert_healed(done, "listing:https://mediaindonesia.com/teknologi")
    assert all("/teknologi/" in article.url for article in done.stored)


def test_a_feed_that_only_the_section_names_is_found(room, run):
    old, new = "www.cnnindonesia.com/teknologi/rss", "www.cnnindonesia.com/teknologi/umpan"
    room.fail("renamed", path=old, location=new, status=404)
    gone(room, "www.cnnindonesia.com", r"/indeks|sitemap|^/rss")
    assert_healed(run("cnnindonesia"), f"feed:https://{new}")


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        ("status", {"path": "/feed", "status": 403}),
        ("status", {"path": "/feed", "status": 429}),
        ("challenge", {"path": "/feed", "status": 202}),
    ],
)
def test_a_list_that_is_refused_ends_the_search(room, run, fault, where):
    room.fail(fault, host="mediaindonesia.com", **where)
    gone(room, "mediaindonesia.com", r"/teknologi/20|sitemap")
    done = run("mediaindonesia")
    assert done.stored == []
    asked = {asked.path for asked in room.requests}
    assert "/" not in asked and "/teknologi" not in asked
    assert done.outcomes.judgement()[0] == "unhealthy"


def test_lists_that_robots_txt_refuses_end_the_search(room, run):
    room.world.robots["selular"] = (
        "User-agent: *\nDisallow: /feed\nDisallow: /page\nSitemap: https://selular.id/news-sitemap.xml"
    )
    assert run("selular").stored == []
    assert {asked.path for asked in room.requests} == {"/robots.txt"}


def test_nothing_is_looked_for_while_a_declared_list_names_an_article(room, run):
    gone(room, "selular.id", "/feed/")
    assert run("selular").stored
    assert "/" not in [asked.path for asked in room.requests]


def test_the_command_line_names_what_was_found(capsys):
    class Stats:
        def get_stats(self):
            return {
                "wartatek/discovered/feed:https://selular.id/umpan": 1,
                "wartatek/judgement": "healthy",
            }

    class Crawler:
        _stats = Stats()

    OutcomeTable({"selular": Crawler()}).complain()
    assert capsys.readouterr().err == "selular: found https://selular.id/umpan, not declared\n"
