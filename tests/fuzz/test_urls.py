"""URLs of a stranger: nothing is raised, nothing takes long, and the gate and Twisted agree."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import strategies as st
from scrapy import Request
from twisted.web.client import URI

from crawler.extraction.urls import (
    absolute,
    article_id,
    canonical_url,
    house_of,
    public_address,
    registered_domain,
    split_url,
)
from crawler.items import Rejected
from crawler.outlets.reader import read_page
from crawler.sources import Feed
from crawler.sources.gate import Gate
from tests.commands.test_extract import hostile
from tests.costs import seconds_of
from tests.fuzz.fuzzing import MOST, fuzz

LONGEST = 8_000
"""Characters of a URL; a page that prints it in each of twelve places has 100 KB."""
ARTICLE = re.compile(r"/(?P<id>\d+)/")
GATE = Gate.of(["warta.example.co.id"], [Feed("https://feeds.example.com/warta")])

# fmt: off
MARKS = [
    "http", "https", "HTTPS", "ftp", "file", "data", "javascript", ":", "//", "/", "\\", "@", "?",
    "#", "&", "=", "%", "%2f", "%00", "%40", "%5c", ".", "..", "[", "]", "[::1]", "::ffff:", ":80",
    ":443", ":8443", ":99999999", ":x", " ", "\t", "\n", "\r", "\0", "\u2100", "\uff0f", "\u3002",
    "\uff0e", "\u00ad", "\u200b", "\ud800", "\u00df", "xn--", "xn--a", "127.0.0.1", "2130706433",
    "0x7f.1", "0177.1", "localhost", "intranet", "warta.example.co.id", "WARTA.example.co.id.",
    "feeds.example.com", "co.id", "user:secret", "teknologi", "2023", "page=2", "amp", "a" * 300,
]
# fmt: on
PARTS = st.tuples(
    st.sampled_from(MARKS) | st.text(max_size=3), st.sampled_from([1, 1, 1, 1, 2, 50, 3000])
).map(lambda part: part[0] * part[1])
URLS = st.tuples(
    st.sampled_from(["", "https://", "https://warta.example.co.id", "//"]),
    st.lists(PARTS, max_size=12).map("".join),
).map(lambda parts: "".join(parts)[:LONGEST])


def take_apart(url: str) -> None:
    def everywhere() -> None:
        parts = split_url(absolute("https://warta.example.co.id/1", url))
        assert parts.port is None or 0 <= parts.port < 65536
        for read in (registered_domain, house_of, public_address):
            read(url)
        article_id("warta", url, ARTICLE)
        once = canonical_url(url)
        assert once is None or canonical_url(once) == once

    assert seconds_of(everywhere) < MOST


def ask(url: str) -> None:
    try:
        sent = Request(url).url
    except ValueError:  # Scrapy takes it for no URL, and asks for nothing
        return
    if GATE.refusal(sent):
        return
    there = URI.fromBytes(sent.encode("ascii"))
    host = there.host.decode("ascii").lower()
    assert host == "feeds.example.com" or registered_domain(host) == "example.co.id"
    assert there.port == {b"http": 80, b"https": 443}[there.scheme]


def print_on_a_page(url: str) -> None:
    def read() -> None:
        with suppress(Rejected):
            read_page(hostile(url).encode("utf-8", "replace"), "https://warta.example.co.id/1")

    assert seconds_of(read) < MOST


@pytest.mark.trial
@pytest.mark.parametrize("check", [take_apart, ask, print_on_a_page])
def test_no_url_of_a_stranger_raises_an_error_or_leaves_the_outlet(check):
    assert fuzz(URLS, check) > 500
