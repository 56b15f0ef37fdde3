from datetime import UTC, datetime
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import StatsCollector

from crawler.items import Article, Rejected
from crawler.runs.manifest import Outcomes, PoliteThrottle, RunManifest, Tally

SETTINGS = {
    "AUTOTHROTTLE_ENABLED": True,
    "DOWNLOAD_DELAY": 0.5,
    "DOWNLOAD_DELAY_JITTER": 0.25,
    "ROBOTSTXT_USER_AGENT": "Wartatek",
}
FLOOR = 4.0  # Crawl-delay 3 with a quarter of jitter below it


def throttle(**more: Any) -> tuple[PoliteThrottle, SimpleNamespace]:
    """The extension over a downloader of which only slots and their settings are looked at."""
    downloader = SimpleNamespace(slots={}, per_slot_settings={}, _delay=0.0)
    crawler = SimpleNamespace(
        settings=Settings(SETTINGS | more), engine=SimpleNamespace(downloader=downloader)
    )
    crawler.signals = SignalManager(crawler)
    extension = PoliteThrottle(crawler)  # type: ignore[arg-type]
    extension._spider_opened(None)  # type: ignore[arg-type]
    return extension, downloader


def robots(extension: PoliteThrottle, seconds: int) -> None:
    text = f"User-agent: *\nCrawl-delay: {seconds}\n"
    request = Request("https://warta.example.co.id/rss", meta={"download_slot": "warta"})
    extension._robots_parsed(ProtegoRobotParser(text.encode(), None), request)


def answer(extension: PoliteThrottle, slot: Slot, latency: float = 0.01) -> None:
    extension._adjust_delay(slot, latency, Response("https://warta.example.co.id/", body=b"x"))


def test_a_crawl_delay_is_a_floor_that_fast_answers_do_not_lower():
    extension, downloader = throttle()
    slot = downloader.slots["warta"] = Slot(1, 0.5, 0.25)
    robots(extension, 3)
    for _ in range(50):
        answer(extension, slot)
    assert slot.delay == FLOOR
    assert min(slot.download_delay() for _ in range(1000)) >= 3.0


def test_the_throttle_still_rises_above_the_floor():
    extension, downloader = throttle()
    slot = downloader.slots["warta"] = Slot(1, 0.5, 0.25)
    robots(extension, 3)
    answer(extension, slot, latency=20.0)
    assert slot.delay == 20.0


def test_the_strictest_robots_txt_of_an_outlets_hosts_counts():
    extension, _ = throttle()
    for seconds in (3, 1):
        robots(extension, seconds)
    assert extension.floor == FLOOR


def test_a_robots_txt_without_crawl_delay_changes_nothing():
    extension, downloader = throttle()
    request = Request("https://warta.example.co.id/", meta={"download_slot": "warta"})
    extension._robots_parsed(ProtegoRobotParser(b"User-agent: *\nAllow: /\n", None), request)
    assert downloader.per_slot_settings == {}


def test_the_floor_outlives_a_slot_that_was_idle_for_a_minute(monkeypatch: pytest.MonkeyPatch):
    """Scrapy drops slots that were idle for 60 s, with the delay that was set on them."""
    extension, _ = throttle()
    downloader = Downloader.__new__(Downloader)
    downloader.slots, downloader.per_slot_settings = {}, {}
    downloader._delay, downloader._jitter = 0.5, 0.25
    downloader.ip_concurrency, downloader.domain_concurrency = 0, 1
    downloader._slot_gc_loop = object()  # type: ignore[assignment]
    extension.crawler.engine.downloader = downloader
    robots(extension, 3)
    request = Request("https://warta.example.co.id/", meta={"download_slot": "warta"})
    _, slot = downloader._get_slot(request)
    assert slot.delay == FLOOR
    slot.lastseen = monotonic()
    later = slot.lastseen + 61 + FLOOR
    monkeypatch.setattr("scrapy.core.downloader.monotonic", lambda: later)
    downloader._slot_gc()
    assert downloader.slots == {}
    _, anew = downloader._get_slot(request)
    assert anew is not slot
    assert anew.delay == FLOOR


def outcomes(**counts: int | str) -> Outcomes:
    return Outcomes({f"wartatek/{k.replace('__', '/')}": v for k, v in counts.items()})


LISTED = {"sources__feed:x__listed": 20}


@pytest.mark.parametrize(
    ("counts", "judgement", "detail"),
    [
        ({**LISTED, "stored": 3, "failed__http_404": 9}, "healthy", "3 stored"),
        ({**LISTED, "revised": 1}, "healthy", "1 stored"),
        ({**LISTED, "skipped__known": 20}, "healthy", "nothing new"),
        ({**LISTED, "rejected__off_topic": 5}, "healthy", "nothing new"),
        ({**LISTED, "rejected__gallery": 1}, "healthy", "nothing new"),
        ({**LISTED, "rejected__not_article": 5}, "unhealthy", "5 not_article"),
        ({**LISTED, "failed__timeout": 2, "blocked": 1}, "unhealthy", "2 timeout, 1 blocked"),
        ({"sources__feed:x__stale_feed": 1}, "unhealthy", "feed:x stale_feed"),
        ({}, "unhealthy", "none was asked"),
        ({**LISTED, "stored": 3, "store_error": "disk full"}, "unhealthy", "disk full"),
    ],
)
def test_the_judgement(counts: dict[str, Any], judgement: str, detail: str):
    found, why = outcomes(**counts).judgement()
    assert (found, detail in why) == (judgement, True), why


@pytest.mark.parametrize(
    ("counts", "judgement", "detail"),
    [
        ({**LISTED, "failed__unfinished": 17}, "interrupted", "0 stored, 17 left to the next run"),
        ({**LISTED, "stored": 3}, "interrupted", "3 stored, 0 left to the next run"),
        ({}, "interrupted", "0 stored, 0 left to the next run"),
        ({**LISTED, "store_error": "disk full"}, "unhealthy", "cannot store: disk full"),
    ],
)
def test_an_interrupted_run_is_not_judged_by_what_it_had_no_time_for(counts, judgement, detail):
    assert outcomes(**counts).judgement(interrupted=True) == (judgement, detail)


def test_outcomes_add_up():
    found = outcomes(stored=2, unchanged=1, blocked=1, skipped__known=4, failed__dns=3)
    assert found.settled == 11
    assert found.by("failed") == {"dns": 3}
    assert found.count("skipped") == 4


def test_a_tally_of_what_was_stored():
    tally = Tally()
    early, late = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2))
    tally.add(Article(outlet="w", url="u", title="T", body="B", published_at=late, body_source="a"))
    tally.add(Article(outlet="w", url="u", title="T", published_at=early, body_source="a"))
    rates = {rate["field"]: rate["rate"] for rate in tally.fill_rates()}
    assert (rates["title"], rates["body"], rates["authors"]) == (1.0, 0.5, 0.0)
    assert tally.shares() == [{"source": "a", "share": 1.0}]
    assert tally.newest == late


def test_rejects_are_counted_by_reason_and_other_drops_are_not(tmp_path):
    crawler = SimpleNamespace(settings=Settings({"STATS_DUMP": False}))
    stats = StatsCollector(crawler)  # type: ignore[arg-type]
    manifest = RunManifest(stats, str(tmp_path), "run")
    manifest.item_dropped(Rejected("off_topic"))
    manifest.item_dropped(ValueError())
    assert Outcomes(stats.get_stats()).by("rejected") == {"off_topic": 1}
