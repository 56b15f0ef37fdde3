"""The small inputs of ../shared/cases, each with the right value that stands beside it."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from protego import Protego
from scrapy.utils.project import get_project_settings

from crawler.extraction.indonesian.dates import parse_date
from crawler.extraction.page.charset import as_utf8
from crawler.middlewares.robots import with_token
from crawler.outlets.documents import Document
from crawler.outlets.reader import DocumentReader
from crawler.reparse.job import Job, Result
from crawler.reparse.task import reparse
from crawler.sources import Feed, Sitemap, SourceError, Window
from output.dataset import latest, read
from tests.datasets import library_of, row, write
from tests.replies import reply
from tests.shared import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CASES = SHARED / "cases"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="the small inputs (../shared/cases) are not here"
)
NOW = datetime(2024, 5, 31, 3, tzinfo=UTC)


def right(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "right.json").read_text())["right"]


def address(folder: Path) -> str | None:
    """The URL that the case's command gives, None where it gives none."""
    words = shlex.split((folder / "RUN.txt").read_text())
    return words[words.index("--url") + 1] if "--url" in words else None


PAGES = sorted(CASES.glob("*/input.html")) if CASES.is_dir() else []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.parent.name)
def test_a_page_has_the_right_values(page):
    reader = DocumentReader(get_project_settings())
    article = reader.read(Document(page.read_bytes(), "html"), url=address(page.parent))
    for name, value in right(page.parent).items():
        if name == "paragraphs":
            assert len(article.paragraphs) == value
        elif name == "body begins":
            assert (article.body or "").startswith(value)
        elif name == "C1":
            assert value in (article.body or "")
            assert not re.search(r"[\x80-\x9f]", article.body or "")
        elif name == "body lacks":
            assert not [words for words in value if words in (article.body or "")]
        elif name == "published_source":
            assert article.published_source == f"{value} (day)"
        else:
            found = getattr(article, name)
            assert (found.isoformat() if isinstance(found, datetime) else found) == value


def lines(name: str) -> list[str]:
    return (CASES / name / "input.txt").read_text().splitlines()


def test_abbreviated_distances_are_read_as_the_long_ones():
    read_as = {text: parse_date(text, now=NOW) for text in lines("22-relative-abbreviated")}
    assert [text for text, date in read_as.items() if date is None] == ["3 jam"]  # no distance
    for short, long in (("thn", "tahun"), ("bln", "bulan")):
        assert read_as[f"4 {short} lalu"] == read_as[f"4 {long} lalu"]


def test_a_zone_that_is_printed_is_never_taken_for_none():
    hours = {"UT": 3, "SGT": 19, "JST": 18, "CET": 2, "00:00": 3, "+00": 3}
    for text in lines("23-zones"):
        found = parse_date(text, now=NOW)
        assert found is not None, text
        assert found.instant.astimezone(UTC).hour == hours[text.split()[-1]], text


@pytest.mark.parametrize(
    ("line", "clock"), list(enumerate(["18:29", "18:29", "18:29", "18:29", "20:00", "14:53"]))
)
def test_clock_before_the_day_and_parts_of_the_day_are_read(line, clock):
    found = parse_date(lines("24-clock-first-and-dayparts")[line], now=NOW)
    assert found is not None
    assert f"{found.instant:%H:%M}" == clock


@pytest.mark.parametrize(
    "label", "windows-31j x-sjis x-gbk windows-949 koi8 x-mac-roman x-cp1251".split()
)
def test_labels_are_those_of_browsers(label):
    from webencodings import lookup

    encoding = lookup(label)
    assert encoding is not None
    text = "<p>" + ("\u0444\u044f" if "1251" in label or "koi8" in label else "\u00e9 \u4e00")
    body = encoding.codec_info.encode(text, "ignore")[0]
    assert (
        as_utf8(body, f"text/html; charset={label}").decode() == encoding.codec_info.decode(body)[0]
    )


def listed(source: Feed | Sitemap, path: Path) -> tuple[list[Any], str]:
    """What the source lists, and the reason of its problem, "" without one."""
    found: list[Any] = []
    try:
        served = reply(source.url, path.read_bytes(), date="Wed, 01 May 2024 03:00:00 GMT")
        found.extend(source.parse(served, Window()))
    except SourceError as error:
        return found, error.reason
    return found, ""


@pytest.mark.parametrize("name", ["input.xml", "surrogate.xml", "srsname.xml"])
def test_a_feed_that_a_parser_raises_over_lists_its_entries_or_says_why_not(name):
    feed = Feed("https://www.contohberita.id/rss")
    path = CASES / "42-feedparser-raises" / name
    found, problem = listed(feed, path)
    assert len(found) == path.read_bytes().count(b"<item>") or problem


def test_raw_ampersands_cost_no_address_and_no_headline():
    sitemap = Sitemap("https://www.contohberita.id/sitemap.xml")
    found, problem = listed(sitemap, CASES / "47-raw-ampersand/input.xml")
    assert (found[0].url, problem) == (
        "https://www.contohberita.id/index.php?mib=berita.detail&id=123456",
        "",
    )
    assert found[1].url.endswith("/triciclo-1\u00c2\u00ba-tico")
    assert found[2].title == "AT&T dan Q&A: Apple \u2013 Google"
    assert found[2].tags == ["R&D", "5G"]
    [child], _ = listed(sitemap, CASES / "47-raw-ampersand/index.xml")
    assert child.url.endswith("?yyyy=2024&mm=05&dd=01")


def test_a_cut_off_sitemap_is_said_to_be_cut_off():
    found, problem = listed(
        Sitemap("https://www.contohberita.id/sitemap.xml"), CASES / "50-cut-off-sitemap/input.xml"
    )
    assert (len(found), problem) == (2, "cut_off")


@pytest.mark.parametrize(("name", "allowed"), [("robots.txt", False), ("prefix.txt", True)])
def test_robots_txt_means_us_by_our_token_alone(name, allowed):
    body = with_token((CASES / "55-robots-own-name" / name).read_bytes(), "Wartatek")
    rules = Protego.parse(body.decode())
    assert rules.can_fetch("https://www.contohberita.id/tekno/1", "Wartatek") is allowed


def reparsed(folder: Path, warc: Path, **job: Any) -> Result:
    """What a reparse of `warc` into the dataset at `folder` counts."""
    return reparse(Job(str(folder), "reparse-1", **job), [str(warc)])


def test_articles_with_one_canonical_stay_apart(tmp_path):
    reparsed(tmp_path, CASES / "57-canonical-is-home/input.warc")
    assert (read(tmp_path).num_rows, latest(tmp_path).num_rows) == (4, 4)


def test_heads_with_bare_line_feeds_are_read(tmp_path):
    result = reparsed(tmp_path, CASES / "60-warc-lf-http/input.warc", outlets=("kontan",))
    assert result.counts["pages"] == 2


@pytest.mark.parametrize("asked", ["cafe", "caf\u00e9", "cafe\u0301", "CAF\u00c9"])
def test_accents_and_forms_of_letters_are_folded(tmp_path, asked, ask):
    assert ask(asked) == {"kontan:1", "kontan:2"}


@pytest.fixture
def ask(tmp_path) -> Callable[[str], set[str]]:
    from output.search import Question

    titles = ["Caf\u00e9 Robot Dibuka", "Cafe\u0301 Kedua Menyusul"]
    write(tmp_path, kontan=[row(1, title=titles[0]), row(2, title=titles[1])])
    library = library_of(tmp_path)
    return lambda words: {one["article_id"] for one in library.search(Question(words)).articles}
