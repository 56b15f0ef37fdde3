"""robots.txt of a stranger: cut at whole lines, and refused where its groups are too many."""

from __future__ import annotations

import pytest
from scrapy.robotstxt import ProtegoRobotParser

from crawler.manners import RobotsError
from crawler.middlewares.robots import MAX_SIZE, bounded
from tests.costs import seconds_of

URL = "https://warta.example.co.id"
RULE = "Disallow: /arsip-lama/"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_robots_txt_is_cut_behind_a_whole_line(end: str):
    head = f"User-agent: *{end}Disallow: /cari{end}"
    for more in range(len(RULE)):  # the cut goes through each byte of a rule
        filler = "#" * (MAX_SIZE - len(head) - len(end) - more)
        kept = bounded(f"{head}{filler}{end}{RULE}{end}{RULE}".encode())
        assert kept == f"{head}{filler}{end}".encode()
        rules = ProtegoRobotParser(kept, None)
        assert not rules.allowed(f"{URL}/cari?q=cip", "Wartatek")
        assert rules.allowed(f"{URL}/a", "Wartatek")


def test_a_robots_txt_of_a_single_long_line_is_read_as_empty():
    assert bounded(b"Disallow: /" + b"a" * MAX_SIZE) == b""


def test_a_robots_txt_of_the_greatest_size_is_read_whole():
    body = (RULE.encode() + b"\n") * 22_000
    assert bounded(body[:MAX_SIZE]) == body[:MAX_SIZE]


def agents(count: int) -> str:
    return "".join(f"User-agent: bot{n}\n" for n in range(count))


REAL = {
    "agents with a rule each": "".join(f"User-agent: bot{n}\nDisallow: /\n" for n in range(900)),
    "many agents of a group": agents(300) + "Disallow: /\n" * 300,
    "many rules": "User-agent: *\n" + "".join(f"Disallow: /{n}/\n" for n in range(20_000)),
    "comments between": f"{agents(99)}# catatan\n\n{agents(99)}" + "# a\nAllow: /\n" * 900,
}


@pytest.mark.parametrize("name", REAL)
def test_a_robots_txt_as_outlets_write_them_is_read_whole(name: str):
    assert bounded(REAL[name].encode()) == REAL[name].encode()


HOSTILE = {
    "agents, then rules": agents(22_000) + "Allow: /\n" * 10_000,
    "the same agents twice": agents(13_000) * 2,
    "no colons": agents(22_000).replace(":", "") + "Allow /\n" * 10_000,
    "another spelling": agents(22_000).replace("r-a", "r \t a") + "Allow: /\n" * 10_000,
    "sitemaps between": agents(9_000).replace("\n", "\nSitemap: /a\n") + "Allow: /\n" * 9_000,
    "lines of Unicode": (agents(9_000) + "\u00a0Allow: /\n" * 9_000).replace("\n", "\u2028"),
    "misspelt rules": agents(22_000) + "Diasllow: /\n" * 10_000,
    "rules in between": "".join(agents(4_000) + "Allow: /\n" * 3_000 for _ in range(4)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_group_of_too_many_agents_and_rules_is_refused_soon(name: str):
    body = HOSTILE[name].encode()

    def refused() -> None:
        with pytest.raises(RobotsError, match="rules for its user agents"):
            bounded(body)

    assert seconds_of(refused) < 5  # 0.1, where nothing else runs


@pytest.mark.parametrize(
    "rules",
    [
        "Disallow: /" + "*a" * 60 + "*b$\n",
        "Disallow: /?" + "&a=*" * 60 + "\n",
        "Disallow: " + "*" * 99,
        "Disallow: /" + "%41" * 99 + "$\n",
        "Crawl-delay: 1e309\n",
        "Request-rate: 1/" + "9" * 99 + "\n",
    ],
    ids=range(6),
)
def test_half_a_megabyte_of_any_rule_costs_little(rules: str):
    body = ("User-agent: *\n" + rules * (MAX_SIZE // len(rules) + 1)).encode()

    def ask() -> None:
        parser = ProtegoRobotParser(bounded(body), None)
        parser.allowed(f"{URL}/{'a' * 1_900}", "Wartatek")
        parser.crawl_delay("Wartatek")

    assert seconds_of(ask) < 10  # 0.6, where nothing else runs
