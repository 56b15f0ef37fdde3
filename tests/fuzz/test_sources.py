"""Feeds, sitemaps and robots.txt of a stranger: nothing is raised, and nothing takes long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st
from scrapy.robotstxt import ProtegoRobotParser

from crawler.manners import RobotsError
from crawler.middlewares.robots import bounded
from crawler.sources import Candidate, Feed, Sitemap, Source, SourceError, Window
from crawler.sources.gate import Gate
from crawler.sources.wanted import Wanted
from tests.fuzz.fuzzing import fuzz, is_soon_done
from tests.replies import reply

if TYPE_CHECKING:
    from collections.abc import Sequence

URL = "https://warta.example.co.id/daftar"
ARTICLE = re.compile(r"/(?P<id>\d+)")

# fmt: off
MARKS = [
    "<", ">", "</", "/>", "&", "&amp;", "&#55357;", "&#1114112;", "&ndash;", "<!--", "-->",
    "<![CDATA[", "<![cdata[", "]]>", "â€", "\x80", "\u0301", "\u0316",
    "<?xml version='1.0' encoding='", "hex", "utf-16", "'?>", "<!DOCTYPE x [",
    "]>", "a.", "=''", " xmlns='u'", " xml:base='//['", "http://[::1", "javascript:",
    " xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'", "\0", "\ufffe", "\U0001f600",
    "https://warta.example.co.id/1", "20 Nov", "2026-11-20T09:15:00+07:00", "99:99", "+99:99",
]
FEED = [
    "rss", "channel", "item", "title", "link", "guid", "pubDate", "category", "feed", "entry", "id",
    "updated", "dc:date", "media:title", "rdf:RDF", "author", "content:encoded", "keywords",
]
SITEMAP = [
    "urlset", "sitemapindex", "url", "sitemap", "loc", "lastmod", "news:news", "news:title",
    "news:keywords", "news:publication_date", "image:loc", "video:publication_date",
]
ROBOTS = [
    "User-agent:", "Disallow:", "Allow:", "Crawl-delay:", "Request-rate:", "Visit-time:",
    "Sitemap:", "*", "/", "$", "%41", "%", "\n", "\r", " ", "#", "1/0", "9" * 400, "-1", "a",
    "Wartatek", "\nUser-agent: ", "\nDisallow: /", "\ufeff", "\0", "http://[",
]
# fmt: on


def documents(names: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Return documents of tags, marks and any text, whole, cut off, and with parts repeated."""
    tags = st.sampled_from([f"<{name}>" for name in names] + [f"</{name}>" for name in names])
    word = tags | st.sampled_from(MARKS) | st.text(max_size=20)
    part = st.tuples(word, st.sampled_from([1, 1, 1, 2, 50, 3000])).map(lambda p: p[0] * p[1])
    body = st.lists(part, max_size=40).map("".join)
    rooted = st.tuples(st.sampled_from(names), body).map(lambda r: f"<{r[0]}>{r[1]}</{r[0]}>")
    encoding = st.sampled_from(["utf-8", "utf-8", "utf-16", "utf-32", "latin-1"])
    return st.tuples(body | rooted, encoding).map(
        lambda pair: pair[0].encode(pair[1], "replace")[:100_000]
    )


def read(source: Source, body: bytes) -> None:
    wanted = Wanted("warta", Gate(["warta.example.co.id"]), ARTICLE, None, Window(), lambda _: None)
    try:
        for found in source.parse(reply(URL, body), Window()):
            if isinstance(found, Candidate):
                wanted.decide(found)
                assert Candidate.from_json(found.to_json()) == found
    except SourceError:
        pass


@pytest.mark.trial
@pytest.mark.parametrize(
    ("source", "names"), [(Feed(URL), FEED), (Sitemap(URL), SITEMAP)], ids=["feed", "sitemap"]
)
def test_no_list_raises_or_takes_long(source: Source, names: list[str]):
    def check(body: bytes) -> None:
        assert is_soon_done(lambda: read(source, body))

    fuzz(documents(names), check)


@pytest.mark.trial
def test_no_robots_txt_raises_or_takes_long():
    part = st.sampled_from(ROBOTS) | st.text(max_size=10)
    line = st.tuples(part, st.sampled_from([1, 1, 1, 3, 500])).map(lambda p: p[0] * p[1])
    texts = st.lists(line, max_size=60).map(lambda lines: "".join(lines).encode("utf-8", "replace"))

    def allowed(body: bytes) -> None:
        try:
            rules = ProtegoRobotParser(bounded(body[:100_000]), None)
        except RobotsError:
            return
        rules.allowed(URL + "/a" * 200, "Wartatek")
        rules.crawl_delay("Wartatek")

    def check(body: bytes) -> None:
        assert is_soon_done(lambda: allowed(body))

    fuzz(texts, check)
