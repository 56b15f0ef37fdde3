"""Requests go to public hosts of the outlet, in whatever spelling a list names another host."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawler.outlets.registry import load_spiders, project_settings
from crawler.sources import Feed, Window
from crawler.sources.gate import Gate
from tests.moment import NOW

GATE = Gate.of(["warta.example.co.id"], [Feed("https://feeds.example.com/warta")])
NO_PUBLIC_HOST = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://::ffff:127.0.0.1/",
    "http://[fe80::1%25eth0]/",
    "http://8.8.8.8/",
    "http://localhost/",
    "http://intranet/",
    "http://intranet./",
    "http://printer.local/",
    "http://db.internal/",
    "http://warta.example.co.id./",
    "http://\uff11\uff12\uff17\u3002\uff10\u3002\uff10\u3002\uff11/",
    "http://127%2e0%2e0%2e1/",
    "http://%31%32%37.0.0.1/",
    "https://redaksi@warta.example.co.id/",
    "https://redaksi:rahasia@warta.example.co.id/",
    "https://@warta.example.co.id/",
    "https://warta.example.co.id@127.0.0.1/",
    "https://warta.example.co.id\\@127.0.0.1/",
    "https://127.0.0.1\\.warta.example.co.id/",
    "https://127.0.0.1%2f.warta.example.co.id/",
    "https://127.0.0.1%00.warta.example.co.id/",
    "https://127.0.0.1#@.warta.example.co.id:x/",
    "https://warta.example.co.id:x/",
    "https://warta.example.co.id:/",
    "https://warta.example.co.id:99999999/",
    "https:///warta.example.co.id/",
    "https:warta.example.co.id/",
    "//warta.example.co.id/",
    "ftp://warta.example.co.id/x",
    "s3://warta.example.co.id/x",
    "file:///etc/hostname",
    "file://warta.example.co.id/etc/hostname",
    "data:text/html,warta",
    "javascript:void(0)",
    "about:blank",
    "http://[::1",
    "//[",
    "",
]


@pytest.mark.parametrize("url", NO_PUBLIC_HOST)
def test_a_url_without_a_public_host_is_refused_everywhere(url: str):
    assert GATE.refusal(url) == GATE.page_refusal(url) == GATE.robots_refusal(url) == "bad_link"


@pytest.mark.parametrize("url", NO_PUBLIC_HOST)
def test_a_request_in_the_form_that_scrapy_gives_it_is_refused(url: str):
    try:
        request = Request(url)
    except ValueError:  # Scrapy itself takes it for no URL
        return
    # Scrapy takes some for an address of the outlet, and sends the request there.
    assert GATE.refusal(request.url) or request.url.startswith("https://warta.example.co.id/")


@pytest.mark.parametrize(
    ("url", "lists", "pages", "robots"),
    [
        ("https://warta.example.co.id/x", "", "", ""),
        ("HTTP://WARTA.EXAMPLE.CO.ID/x", "", "", ""),
        ("https://warta.example.co.id:443", "", "", ""),
        ("http://warta.example.co.id:80?x", "", "", ""),
        ("https://m.warta.example.co.id/x", "", "", ""),
        ("https://www.warta.example.co.id/x", "", "", ""),
        ("https://sitemap.example.co.id/x", "", "offsite", ""),
        ("https://feeds.example.com/warta", "", "", ""),
        ("https://lain.example.com/", "offsite", "offsite", ""),
        ("https://warta.example.co.id.penipu.example/", "offsite", "offsite", ""),
        ("https://penipuexample.co.id/", "offsite", "offsite", ""),
        ("https://co.id/", "offsite", "offsite", ""),
        ("https://warta.example.co.id:8443/", "other_port", "other_port", "other_port"),
        ("http://warta.example.co.id:443/", "other_port", "other_port", "other_port"),
        ("https://warta.example.co.id:22/", "other_port", "other_port", "other_port"),
    ],
)
def test_lists_pages_and_robots_txt_are_held_to_the_outlet(url, lists, pages, robots):
    found = GATE.refusal(url), GATE.page_refusal(url), GATE.robots_refusal(url)
    assert found == (lists, pages, robots)


WWW = Gate(["www.warta.id"])
READ = re.compile(r"warta\.id/read/\d+/")


@pytest.mark.parametrize(
    ("url", "linked", "followed"),
    [
        ("https://warta.id/read/1/x", "", True),
        ("https://warta.id/masuk", "", True),  # on a declared domain, the page decides
        ("https://m.warta.id/read/1/x", "offsite", True),
        ("https://tekno.warta.id/read/1/x?page=all", "offsite", True),
        ("https://tekno.warta.id/", "offsite", False),
        ("https://akun.warta.id/masuk?ke=https://www.warta.id/read/1/x", "offsite", False),
        ("https://akun.warta.id/masuk#warta.id/read/1/x", "offsite", False),
        ("https://lain.id/warta.id/read/1/x", "offsite", False),
        ("https://tekno.warta.id:8443/read/1/x", "other_port", False),
    ],
)
def test_an_article_may_move_on_the_registered_domain_to_an_articles_address(url, linked, followed):
    assert (WWW.page_refusal(url), WWW.follows(url, READ)) == (linked, followed)


@given(
    st.text(
        st.sampled_from("htps:/[]@.?#%\\ \t\n0127xewarta-id\u2100\uff0f\u3002\u00e9"), max_size=60
    )
)
def test_a_request_that_the_gate_lets_out_goes_to_the_outlet(tail: str):
    """The host is read once more, by hand, from the form that Scrapy sends."""
    try:
        url = Request(f"https:{tail}").url
    except ValueError:
        return
    if GATE.refusal(url) == "":
        host = url.removeprefix("https://").split("/")[0].split("?")[0].split("#")[0]
        assert host.removesuffix(":443").lower().endswith(("example.co.id", "feeds.example.com"))


def test_every_list_that_an_outlet_declares_may_be_asked_for():
    windows = (Window(), Window(NOW.date(), NOW.date()))
    for spider in load_spiders(project_settings({})).values():
        gate = Gate.of(spider.allowed_domains, spider.sources)
        for request in (r for s in spider.sources for w in windows for r in s.requests(w)):
            assert (request.url, gate.refusal(request.url)) == (request.url, "")
