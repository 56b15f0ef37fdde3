"""Every outlet: declaration, robots.txt, lists, and the articles on its pages."""

from __future__ import annotations

import ast
import gzip
import inspect
import json
import re
import statistics
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.utils.project import get_project_settings

from crawler.extraction.urls import canonical_url
from crawler.items import Rejected
from crawler.middlewares.robots import OwnRules, with_token
from crawler.outlets.documents import Document
from crawler.outlets.fixture import expectation
from crawler.outlets.reader import DocumentReader
from crawler.outlets.registry import load_spiders
from crawler.sources import Candidate, Feed, Listing, Window
from tests.replies import reply
from tests.shared import SHARED, needs_shared

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.sources import Source
    from crawler.spider import NewsSpider

SETTINGS = get_project_settings()
SPIDERS = load_spiders(SETTINGS)
URLS = tomllib.loads((Path(__file__).parent / "outlet_urls.toml").read_text("utf-8"))
FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*/*.html"))
DEAD = {"broken", "dead", "stale", "blocked"}

each_spider = pytest.mark.parametrize("spider", SPIDERS.values(), ids=SPIDERS)


def lines(spider: type[NewsSpider]) -> int:
    """Return the number of lines in the file of `spider` that are not blank."""
    source = Path(inspect.getfile(spider)).read_text("utf-8")
    return sum(bool(line.strip()) for line in source.splitlines())


def expected_of(fixture: Path) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads(fixture.with_suffix(".json").read_text("utf-8"))
    return expected


def addresses(source: Source) -> list[str]:
    """Return the URLs that `source` asks for; of a listing, a day's first and third page."""
    day = date(2026, 7, 24)
    if not isinstance(source, Listing):
        return [source.url]
    return [source.url.format(page=n, offset=n * source.step, day=day) for n in (1, 3)]


# -- the declaration


@each_spider
def test_an_outlet_has_example_urls(spider: type[NewsSpider]) -> None:
    assert spider.name in URLS, (
        f"tests/outlet_urls.toml: add [{spider.name}.articles] and [{spider.name}.others]"
        " (docs/add-an-outlet.md, step 6)"
    )


@pytest.mark.parametrize("name", URLS)
def test_example_urls_have_their_outlet(name: str) -> None:
    assert name in SPIDERS, (
        f"tests/outlet_urls.toml has URLs of {name}: write spiders/{name}.py, or remove them"
    )


@each_spider
def test_a_spider_is_a_declaration(spider: type[NewsSpider]) -> None:
    (definition,) = (
        node
        for node in ast.parse(Path(inspect.getfile(spider)).read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    )
    assert not [node for node in definition.body if isinstance(node, ast.FunctionDef)]
    assert 8 <= lines(spider) <= 30
    assert spider.__module__ == f"spiders.{spider.name}"
    assert spider.__name__.removesuffix("Spider").lower() == spider.name
    assert spider.__doc__ is not None
    assert len(spider.__doc__) > 40  # room to say what is peculiar to the site
    assert spider.publisher
    assert spider.status in ("verified", "modelled", "refused", "permission", "blocked")


def test_half_the_spiders_are_shorter_than_twenty_lines() -> None:
    assert statistics.median(lines(spider) for spider in SPIDERS.values()) < 20


@each_spider
def test_sources_are_the_outlets_own_and_alive(spider: type[NewsSpider]) -> None:
    assert bool(spider.sources) == (spider.status != "refused")
    for source in spider.sources:
        assert source.status not in DEAD
        # Another host of the same site, as lapi.kumparan.com, may serve lists.
        site = ".".join(spider.allowed_domains[0].removeprefix("www.").split(".")[-2:])
        assert all(site in url.split("/")[2] for url in addresses(source))


@each_spider
def test_article_url_matches_the_example_articles_and_no_other_page(
    spider: type[NewsSpider],
) -> None:
    examples = URLS[spider.name]
    for url, number in examples["articles"].items():
        match = re.search(spider.article_url, canonical_url(url) or "")
        assert match, url
        assert (match.groupdict().get("id") or "") == number
    for url in examples["others"]["urls"]:
        assert not re.search(spider.article_url, canonical_url(url) or ""), url


@each_spider
def test_the_technology_section_holds_the_outlets_technology_sources(
    spider: type[NewsSpider],
) -> None:
    """A section that matches no article of its own fixtures is a typing error."""
    if spider.technology:
        urls = [expected_of(p)["url"] for p in FIXTURES if p.parent.name == spider.name]
        assert any(re.search(spider.technology, canonical_url(url) or "") for url in urls)


# -- robots.txt

ROBOTS_FILES = {"detikinet": "detik", "kompastekno": "kompas", "pikiranrakyat": "pikiran-rakyat"}
# Rules of 2026 that are stricter than the robots.txt files of 2024 in ../shared.
NEWER_ROBOTS = {
    "merdeka": ["/*?", "*index"],
    "tirto": ["*?next*"],
    "idntimes": ["/*?", "/search", "/ajax/", "/v1"],
    "suara": ["/loadmoredetail?"],
    "jawapos": ["/search", "/api/", "/fonts/"],
    "okezone": ["/more/", "/mmore/"],
    "tribunnews": ["/api/", "/posts/", "/ajax/", "/json/", "/search", "/tag/", "/topic/"],
    "beritasatu": ["/tag/", "/search/", "/widget", "/network/"],
    "kontan": ["/search/"],
    "republika": ["/"],
}


def asked_for(spider: type[NewsSpider]) -> list[str]:
    """Return the URLs, in every form, of lists and articles that a crawl of `spider` asks for."""
    articles = [f"{url}{spider.whole}" for url in URLS[spider.name]["articles"]]
    return [url for source in spider.sources for url in addresses(source)] + (
        articles if spider.sources else []
    )


def refusals(robots: str, spider: type[NewsSpider]) -> list[str]:
    agent = SETTINGS["ROBOTSTXT_USER_AGENT"]
    rules = OwnRules(with_token(robots.encode(), agent), None)
    return [url for url in asked_for(spider) if not rules.allowed(url, agent)]


@pytest.mark.parametrize("name", NEWER_ROBOTS)
def test_no_url_of_an_outlet_is_refused_by_the_robots_txt_of_2026(name: str) -> None:
    robots = "\n".join(["User-agent: *", *(f"Disallow: {path}" for path in NEWER_ROBOTS[name])])
    assert refusals(robots, SPIDERS[name]) == []


@needs_shared
@each_spider
def test_no_url_of_an_outlet_is_refused_by_a_saved_robots_txt(spider: type[NewsSpider]) -> None:
    path = SHARED / "robots" / f"{ROBOTS_FILES.get(spider.name, spider.name)}.txt"
    if not path.exists():
        pytest.skip("its robots.txt is not in ../shared")
    assert refusals(path.read_text("utf-8"), spider) == []


# -- real lists


def listed(source: Source, response: Response) -> list[Candidate]:
    return [c for c in source.parse(response, Window()) if isinstance(c, Candidate)]


@needs_shared
@pytest.mark.parametrize(
    ("feed", "name", "items"),
    [
        ("detik-2015", "detikinet", 20),
        ("antaranews-2015", "antara", 20),
        ("republika-2015", "republika", 10),
    ],
)
def test_real_feeds_list_articles(feed: str, name: str, items: int) -> None:
    body = (SHARED / "feeds" / f"{feed}.xml").read_bytes()
    url = f"http://{SPIDERS[name].allowed_domains[0]}/rss"
    found = listed(Feed(url), reply(url, body, date="Thu, 05 Nov 2015 09:00:00 GMT"))
    assert len(found) == items
    for candidate in found:
        match = re.search(SPIDERS[name].article_url, canonical_url(candidate.url) or "")
        assert match and match["id"]
        assert candidate.title
        assert candidate.published and candidate.published.date() == date(2015, 11, 5)


@needs_shared
def test_the_real_detik_feed_tells_its_technology_apart() -> None:
    body = (SHARED / "feeds" / "detik-2015.xml").read_bytes()
    spider, url = SPIDERS["detikinet"], "http://rss.detik.com/"
    found = listed(Feed(url), reply(url, body, date="Thu, 05 Nov 2015 09:00:00 GMT"))
    technology = [c.url for c in found if re.search(spider.technology or "-", c.url)]
    guids = re.findall(rb"<guid[^>]*>(http://inet\.[^<]+)<", body)
    assert technology == [guid.decode() for guid in guids]


@needs_shared
@pytest.mark.parametrize(
    ("section", "name", "links", "articles", "technology"),
    [
        ("cnnindonesia-home-2024-03", "cnnindonesia", "article a", 56, 4),
        ("detik-news-indeks-2024-10", "detikinet", "h3.media__title a", 15, 0),
        ("kompas-indeks-2016", "kompastekno", "h3 a", 10, 1),
        ("liputan6-2016", "liputan6", "a", 95, 7),
        ("merdeka-home-2020-10", "merdeka", "a", 92, 3),
        ("okezone-2015", "okezone", "a", 22, 1),
        ("tempo-2015", "tempotekno", "a", 41, 0),
        ("viva-2016", "viva", "ul.indexlist a", 20, 0),
        (
            "kumparan-2024",
            "kumparan",
            "a",
            1,
            0,
        ),  # a script fills it; the footer links a single one
    ],
)
def test_real_sections_list_articles(
    section: str, name: str, links: str, articles: int, technology: int
) -> None:
    spider = SPIDERS[name]
    url = f"https://{spider.allowed_domains[0]}/"
    body = gzip.decompress((SHARED / "sections" / f"{section}.html.gz").read_bytes())
    urls = [c.url for c in listed(Listing(url, links), reply(url, body))]
    urls = [url for url in urls if re.search(spider.article_url, url)]
    assert len(urls) == articles
    assert sum(bool(re.search(spider.technology or "-", url)) for url in urls) == technology


@needs_shared
def test_the_real_detik_index_gives_the_time_of_each_article() -> None:
    (listing,) = (s for s in SPIDERS["detikinet"].sources if isinstance(s, Listing))
    page = SHARED / "sections" / "detik-news-indeks-2024-10.html.gz"
    body = gzip.decompress(page.read_bytes())
    day = date(2024, 10, 4)
    found = listed(listing, reply("https://news.detik.com/indeks", body, index_day=day))
    assert found
    assert all(c.published and c.published.date() == day for c in found)


# -- pages

READER = DocumentReader(SETTINGS)
each_fixture = pytest.mark.parametrize(
    "path", FIXTURES, ids=lambda path: f"{path.parent.name}-{path.stem}"
)


@each_spider
def test_an_outlet_has_a_fixture_that_its_own_rules_read(spider: type[NewsSpider]) -> None:
    mine = [path for path in FIXTURES if path.parent.name == spider.name]
    assert mine, f"keep a page: .venv/bin/python -m scrapy snapshot {spider.name} URL"
    newest = max(mine, key=lambda path: path.stem)
    if spider.body:  # type: ignore[attr-defined]
        assert expected_of(newest)["body_source"] != "density"


@each_fixture
def test_a_fixture_becomes_its_article(path: Path) -> None:
    expected = expected_of(path)
    url, fetched_at = expected.pop("url"), datetime.fromisoformat(expected.pop("fetched_at"))
    page = Document(path.read_bytes(), "html")
    article = READER.read(page, url=url, outlet=path.parent.name, fetched_at=fetched_at)
    assert expectation(article) == expected


@each_fixture
def test_a_fixture_is_complete_small_and_one_of_the_outlets_pages(path: Path) -> None:
    expected = expected_of(path)
    name, outlet = f"{path.parent.name}/{path.stem}.json", path.parent.name
    for field in ("title", "paragraphs", "published_at", "authors"):
        assert expected[field] or field in URLS[outlet].get("absent", ()), (
            f"{name}: {field} is empty. Mend the rule in spiders/{outlet}.py or, if the outlet"
            f" prints none, add two lines to tests/outlet_urls.toml:\n[{outlet}]\n"
            f'absent = ["{field}"]'
        )
    assert len(" ".join(expected["paragraphs"])) > 250, f"{name}: take a longer article"
    assert path.stat().st_size < 60_000, f"{path.name}: cut from it what is not the article"
    article_url = SPIDERS[outlet].article_url
    assert re.search(article_url, canonical_url(expected["url"]) or "")


@pytest.mark.parametrize("outlet", [name for name in URLS if "absent" in URLS[name]])
def test_a_field_that_is_declared_absent_is_in_no_fixture_of_the_outlet(outlet: str) -> None:
    mine = [expected_of(path) for path in FIXTURES if path.parent.name == outlet]
    assert not [field for field in URLS[outlet]["absent"] if all(page[field] for page in mine)]


PAGES = {
    "antaranews": "antara",
    "detik": "detikinet",
    "kompas": "kompastekno",
    "tempo": "tempotekno",
}
REAL = sorted((SHARED / "pages").glob("*/*.html.gz"))


def shingles(paragraphs: list[str]) -> set[tuple[str, ...]]:
    words = " ".join(paragraphs).split()
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def without_marks(label: dict[str, Any]) -> list[str]:
    """Return the labelled paragraphs without their dateline and sign-off."""
    body = "\n".join(label["paragraphs"])
    for mark in (label["dateline"], label["signoff"]):
        body = body.replace(mark, "") if mark else body
    return body.split("\n")


@needs_shared
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.name[:20]}")
def test_a_saved_page_is_read_by_the_rules_of_its_outlet(path: Path) -> None:
    label = json.loads(
        (SHARED / "pages" / "gold" / f"{path.parent.name}__{path.name[:-8]}.json").read_text(
            "utf-8"
        )
    )
    outlet = PAGES.get(path.parent.name, path.parent.name)
    page = Document(gzip.decompress(path.read_bytes()), "html")
    fetched_at = datetime(2026, 11, 22, tzinfo=UTC)
    if label["kind"] != "article":
        with pytest.raises(Rejected):
            READER.read(page, outlet=outlet, fetched_at=fetched_at)
        return
    article = READER.read(page, outlet=outlet, fetched_at=fetched_at)
    assert article.body_source and article.body_source.startswith("css:")
    assert article.title == label["title"]
    assert article.published_at
    assert article.published_at.replace(second=0) == datetime.fromisoformat(label["published_at"])
    assert (article.authors, article.editors) == (label["authors"], label["editors"])
    true, got = shingles(without_marks(label)), shingles(article.paragraphs)
    assert len(true & got) / max(len(true), len(got)) > 0.97
