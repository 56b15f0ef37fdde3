"""The rules of a robots.txt that are meant for us."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request

from crawler.middlewares.robots import OwnRules, with_token
from spiders.selular import SelularSpider
from tests.crawls import crawl
from tests.moment import newsroom

TOKEN = "Wartatek"
PAGE = "https://warta.example.co.id/teknologi/1"


def rules(text: str | bytes) -> OwnRules:
    body = text.encode() if isinstance(text, str) else text
    return OwnRules(with_token(body, TOKEN), None)


@pytest.mark.parametrize(
    "line",
    [
        "User-agent: Wartatek",
        "User-agent: wartatek",
        "User-agent: WARTATEK",
        "USER-AGENT:Wartatek # pengambil berita",
        "  user-agent :  Wartatek  ",
        "User-agent Wartatek",
        "User agent: Wartatek",
        "Useragent: Wartatek",
        "User-agent: Wartatek/0.1.0",
        "User-agent: Wartatek/1.*",
        "User-agent: Wartatek 0.1.0",
        "User-agent: Wartatek2",
        "User-agent: Wartatek*",
        "User-agent: *Wartatek*",
        "User-agent: Mozilla/5.0 (compatible; Wartatek/0.1.0; +redaksi@warta.example.co.id)",
        "\ufeffUser-agent: Wartatek",
        "User-agent: Wartatek\nUser-agent: war",
        "User-agent: war\r\nUser-agent: Wartatek",
        "User-agent: war\rUser-agent: Wartatek/2",
    ],
)
def test_a_group_that_names_us_is_for_us(line: str):
    assert not rules(f"{line}\nDisallow: /\n\nUser-agent: *\nAllow: /\n").allowed(PAGE, TOKEN)
    assert rules(f"User-agent: *\nDisallow: /\n\n{line}\nAllow: /\n").allowed(PAGE, TOKEN)


@pytest.mark.parametrize(
    "line",
    [
        "User-agent: war",
        "User-agent: w",
        "User-agent: Wartate",
        "User-agent: Wartatek-News",
        "User-agent: Wartatek_News",
        "User-agent: WartatekBot",
        "User-agent: MyWartatek",
        "User-agent: My-Wartatek/1.0",
        "User-agent: tek",
        "User-agent: -",
        "User-agent: Mozilla/5.0",
        "User-agent: LainBot/1.0 (+https://wartatek.id/bot)",
        "User-agent: LainBot (+lapor@wartatek.id; bot@Wartatek.org)",
        "User-agent: LainBot # bukan Wartatek",
        "User-agent:",
    ],
)
def test_a_group_of_another_name_is_not_for_us(line: str):
    assert rules(f"{line}\nDisallow: /\n\nUser-agent: *\nAllow: /\n").allowed(PAGE, TOKEN)
    assert not rules(f"User-agent: *\nDisallow: /\n\n{line}\nAllow: /\n").allowed(PAGE, TOKEN)


def test_groups_that_name_us_are_combined():
    text = (
        "User-agent: Wartatek\nDisallow: /a\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /\n\n"
        "User-agent: wartatek/0.1.0\nDisallow: /teknologi\n"
    )
    found = rules(text)
    host = "https://warta.example.co.id"
    assert [found.allowed(f"{host}{path}", TOKEN) for path in ("/a", "/b", "/teknologi/1")] == [
        False,
        True,
        False,
    ]
    assert found.crawl_delay(TOKEN) == 7


def test_everybody_is_named_by_a_star_with_words_behind_it():
    assert not rules("User-agent: * # semua\nDisallow: /\n").allowed(PAGE, TOKEN)
    assert not rules("User-agent: * semua\nDisallow: /\n").allowed(PAGE, TOKEN)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_robots_txt(body: bytes):
    rules(body).allowed(Request(PAGE).url, TOKEN)


@pytest.mark.parametrize(
    ("name", "is_refused"), [("Wartatek/0.1.0", True), ("wartatek", True), ("war", False)]
)
def test_a_crawl_obeys_the_group_of_its_own_name_alone(tmp_path, name: str, is_refused: bool):
    with newsroom(seed=3, outlets=["selular"], recent=3, past=0, older=0) as room:
        room.world.robots["selular"] = (
            f"User-agent: {name}\nDisallow: /\n\nUser-agent: *\nAllow: /\n"
        )
        done = crawl(SelularSpider, room, tmp_path)
        assert ({asked.path for asked in room.requests} == {"/robots.txt"}) is is_refused
        assert bool(done.stored) is not is_refused
