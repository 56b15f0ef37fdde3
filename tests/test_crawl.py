"""Crawls of a newsroom: articles into the dataset, and every failure on their way."""

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.newsroom import Newsroom
from crawler.sources import Feed, Listing
from output.dataset import open_dataset, read
from spiders.kontan import KontanSpider
from spiders.mediaindonesia import MediaIndonesiaSpider
from tests.crawls import crawl
from tests.moment import newsroom

ONE_BY_ONE = {"CONCURRENT_REQUESTS": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}  # as on the web
SEPTEMBER = {"since": "2023-09-01", "until": "2023-09-30"}
ARTICLE = r"^/teknologi/\d{5,}/"


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom(seed=3, outlets=["kontan", "mediaindonesia"], recent=8, past=6) as served:
        yield served


def test_a_crawl_stores_technology_and_counts_every_other_article(room: Newsroom, tmp_path: Path):
    done = crawl(KontanSpider, room, tmp_path)
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.count("stored") == len(done.stored) > 3
    assert done.outcomes.judgement()[0] == "healthy"
    for article in done.stored:
        assert article.article_id and article.article_id.startswith("kontan:")
        assert article.discovered_via and ":https://" in article.discovered_via
        assert article.title == room.truth(article.url).title


def test_a_crawl_describes_the_dataset(room: Newsroom, tmp_path: Path):
    crawl(KontanSpider, room, tmp_path)
    described = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    assert {resource["path"] for resource in described["resources"]} == {
        name for name in ("articles", "rejects", "runs", "clusters") if (tmp_path / name).is_dir()
    }


def test_a_second_run_downloads_no_stored_article(room: Newsroom, tmp_path: Path):
    first = crawl(MediaIndonesiaSpider, room, tmp_path)
    room.requests.clear()
    second = crawl(MediaIndonesiaSpider, room, tmp_path)
    second.assert_every_url_has_one_outcome()
    assert first.outcomes.count("stored")
    paths = {f"https://{asked.host}{asked.path}" for asked in room.requests}
    assert not paths & {article.url for article in first.stored}


def test_a_window_in_the_past_stores_its_days_only(room: Newsroom, tmp_path: Path):
    done = crawl(KontanSpider, room, tmp_path, SEPTEMBER)
    done.assert_every_url_has_one_outcome()
    assert done.stored
    days = {article.published_at.strftime("%Y-%m") for article in done.stored}
    assert days == {"2023-09"}
    assert not [asked for asked in room.requests if "/rss" in asked.path or "search" in asked.path]


def test_a_file_of_urls_is_asked_for_in_place_of_the_lists(room: Newsroom, tmp_path: Path):
    """With robots.txt and the gate before every request, and nothing that is stored already."""
    *_, first, last = [url for url in room.urls("mediaindonesia") if "/teknologi/" in url]
    others = ["https://mediaindonesia.com/indeks", "https://koran.example/teknologi/1/a", "", "#"]
    named = tmp_path / "urls"
    named.write_text("\n".join([first, f"{last}?utm_source=x", last, *others]))
    done = crawl(MediaIndonesiaSpider, room, tmp_path / "out", {"urls": str(named)})
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.judgement()[0] == "healthy"
    paths = [urlsplit(url).path for url in (first, last)]
    asked = [asked.path for asked in room.requests]
    assert asked[0] == "/robots.txt"
    assert sorted(path.partition("?")[0] for path in asked[1:]) == sorted(paths)
    assert {article.discovered_via for article in done.stored} == {"urls"}
    assert done.outcomes.count("listed") == 4
    assert done.outcomes.by("skipped").keys() >= {"not_an_article"}
    room.requests.clear()
    again = crawl(MediaIndonesiaSpider, room, tmp_path / "out", {"urls": str(named)})
    again.assert_every_url_has_one_outcome()
    assert [asked.path for asked in room.requests if asked.path in paths] == []


def test_a_limit_bounds_the_downloads(room: Newsroom, tmp_path: Path):
    done = crawl(MediaIndonesiaSpider, room, tmp_path, {"limit": "3"})
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.count("fetched") == 3
    assert done.outcomes.by("skipped")["limit"] > 0


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "status", "status": 404}, "failed/http_404"),
        ({"kind": "status", "status": 500}, "failed/http_500"),
        ({"kind": "cut"}, "failed/cut_off"),
        ({"kind": "redirect", "location": "https://iklan.example.com/"}, "failed/offsite_redirect"),
        ({"kind": "redirect", "location": "http://127.0.0.1:9/"}, "failed/offsite_redirect"),
        ({"kind": "redirect_loop"}, "failed/redirect_loop"),
        ({"kind": "gzip_bomb"}, "failed/too_large"),
        ({"kind": "endless"}, "failed/too_large"),
        ({"kind": "empty"}, "rejected/empty_page"),
        ({"kind": "too_deep"}, "rejected/too_deep"),
        ({"kind": "challenge", "status": 202}, "blocked"),
        ({"kind": "status", "status": 403}, "blocked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_article_that_fails_has_one_counted_outcome(
    room: Newsroom, tmp_path: Path, fault, outcome: str
):
    """All articles of the section fail alike: nothing crashes, nothing is uncounted."""
    room.fail(path=ARTICLE, **fault)
    done = crawl(MediaIndonesiaSpider, room, tmp_path, DOWNLOAD_MAXSIZE=2_000_000, RETRY_TIMES=1)
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.count(outcome) > 3, done.stats
    assert done.outcomes.judgement()[0] == "unhealthy"


@pytest.mark.parametrize("kind", ["stall", "drip"])
def test_an_article_that_times_out_fails_alone(room: Newsroom, tmp_path: Path, kind: str):
    [victim, *_] = [url for url in room.urls("mediaindonesia") if "/teknologi/" in url]
    room.fail(kind, path=victim.removeprefix("https://mediaindonesia.com"))
    done = crawl(MediaIndonesiaSpider, room, tmp_path, DOWNLOAD_TIMEOUT=4, RETRY_TIMES=0)
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.count("failed/timeout") == 1
    assert done.outcomes.count("stored") > 3


@pytest.mark.parametrize("kind", ["not_a_feed", "empty_feed", "stale_feed", "self_links"])
def test_a_bad_feed_is_named_and_other_sources_are_read(room: Newsroom, tmp_path: Path, kind):
    room.fail(kind, path="^/feed")
    done = crawl(MediaIndonesiaSpider, room, tmp_path)
    problems = done.outcomes.source_problems()
    assert {"source": "feed:https://mediaindonesia.com/feed", "reason": kind} in problems
    assert done.outcomes.count("stored") > 3


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 429},
        {"kind": "challenge", "status": 202},
        {"kind": "challenge", "status": 200},
        {"kind": "cut"},
    ],
    ids=["503", "429", "202", "200 with a challenge", "cut off"],
)
def test_an_unreadable_robots_txt_allows_nothing(room: Newsroom, tmp_path: Path, fault):
    room.fail(path="^/robots.txt", **fault)
    done = crawl(MediaIndonesiaSpider, room, tmp_path, RETRY_TIMES=1)
    assert {asked.path for asked in room.requests} == {"/robots.txt"}
    assert done.outcomes.judgement()[0] == "unhealthy"


def test_the_first_500_kib_of_robots_txt_count(room: Newsroom, tmp_path: Path):
    filler = "# catatan\n" * 60_000
    room.world.robots["mediaindonesia"] = f"User-agent: *\n{filler}Disallow: /\n"
    assert crawl(MediaIndonesiaSpider, room, tmp_path / "behind").stored
    room.world.robots["mediaindonesia"] = f"User-agent: *\nDisallow: /\n{filler}"
    assert not crawl(MediaIndonesiaSpider, room, tmp_path / "before").stored


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_absent_robots_txt_allows_all(room: Newsroom, tmp_path: Path, status: int):
    room.fail("status", path="^/robots.txt", status=status)
    assert crawl(MediaIndonesiaSpider, room, tmp_path).stored


def test_a_host_that_challenges_is_asked_for_one_article_only(room: Newsroom, tmp_path: Path):
    room.fail("challenge", path=ARTICLE, status=403)
    crawl(MediaIndonesiaSpider, room, tmp_path, **ONE_BY_ONE)
    assert sum(re.search(ARTICLE, asked.path) is not None for asked in room.requests) == 1


def test_an_article_is_retried_after_the_seconds_of_retry_after(room: Newsroom, tmp_path: Path):
    room.fail("status", path=ARTICLE, status=429, retry_after=1, times=1)
    done = crawl(MediaIndonesiaSpider, room, tmp_path, **ONE_BY_ONE)
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.count("blocked") == 0
    first, second, *_ = (a for a in room.requests if re.search(ARTICLE, a.path))
    assert second.time - first.time >= 1.0


def test_a_url_that_robots_txt_refuses_is_not_asked_for(room: Newsroom, tmp_path: Path):
    class Curious(KontanSpider):
        sources = tuple(
            Listing(f"https://www.kontan.co.id/search/{n}", links="a") for n in range(4)
        )

    done = crawl(Curious, room, tmp_path)
    assert {asked.path for asked in room.requests} == {"/robots.txt"}
    assert [problem["reason"] for problem in done.outcomes.source_problems()] == ["robots"] * 4


def test_rows_name_their_run_and_the_run_s_row_counts_them(room: Newsroom, tmp_path: Path):
    done = crawl(KontanSpider, room, tmp_path)
    rows = read(tmp_path).to_pylist()
    assert {row["run_id"] for row in rows} == {done.stats["wartatek/run_id"]}
    [run] = open_dataset(tmp_path, "runs").to_table().to_pylist()
    assert run["run_id"] == done.stats["wartatek/run_id"]
    assert run["stored"] == len(rows)
    assert run["listed"] == run["skipped"] + run["stored"] + run["rejected"] + run["failed"]
    assert {rate["field"]: rate["rate"] for rate in run["fill_rates"]}["title"] == 1.0
    assert run["judgement"] == "healthy"


def test_a_bug_in_a_callback_is_a_counted_failure(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("crawler.spider.extract", broken)
    done = crawl(MediaIndonesiaSpider, room, tmp_path)
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.count("failed/callback_error") > 3
    assert done.outcomes.judgement()[0] == "unhealthy"


def test_a_bug_in_the_reading_of_a_list_is_a_problem_of_that_source(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*args: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Feed, "parse", fail)
    done = crawl(MediaIndonesiaSpider, room, tmp_path)
    problem = {"source": "feed:https://mediaindonesia.com/feed", "reason": "callback_error"}
    assert problem in done.outcomes.source_problems()
    done.assert_every_url_has_one_outcome()


def test_a_run_that_is_cut_short_counts_unfinished_articles(room: Newsroom, tmp_path: Path):
    room.fail("stall", path=ARTICLE)
    done = crawl(MediaIndonesiaSpider, room, tmp_path, CLOSESPIDER_TIMEOUT=1.0, DOWNLOAD_TIMEOUT=2)
    done.assert_every_url_has_one_outcome()
    assert done.outcomes.count("failed/unfinished") + done.outcomes.count("failed/timeout") > 3


def test_an_outlet_with_a_crawl_delay_over_two_minutes_is_put_off_and_named(room, tmp_path):
    crawl(KontanSpider, room, tmp_path, {"limit": "1"})  # articles wait for the next run
    room.world.robots["kontan"] = "User-agent: *\nCrawl-delay: 121\n"
    done = crawl(KontanSpider, room, tmp_path)
    assert done.outcomes.judgement()[0] == "put_off"
    assert done.stats["wartatek/judgement"] == "put_off"
    assert "asks for 121 s between requests" in done.stats["wartatek/detail"]
    assert done.stats["elapsed_time_seconds"] < 60
    assert {name for name in done.stats if "failed/" in name} == set()
    assert done.stats["robotstxt/response_count"] == done.stats["downloader/response_count"]
    [_, run] = open_dataset(tmp_path, "runs").to_table().sort_by("started_at").to_pylist()
    assert run["judgement"] == "put_off"
    assert {problem["reason"] for problem in run["source_problems"]} == {"blocked"}
    state = sqlite3.connect(tmp_path / "state.db")
    with contextlib.closing(state):
        tries = state.execute("SELECT DISTINCT tries FROM pending").fetchall()
    assert {*tries} <= {(0,)}, "being put off is no try"
