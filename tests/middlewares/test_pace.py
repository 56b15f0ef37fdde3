"""The pace of an outlet's requests."""

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

from crawler.middlewares.pace import PoliteThrottle

SETTINGS = {
    "AUTOTHROTTLE_ENABLED": True,
    "DOWNLOAD_DELAY": 0.5,
    "DOWNLOAD_DELAY_JITTER": 0.25,
    "ROBOTSTXT_USER_AGENT": "Wartatek",
}
FLOOR = 4.0  # Crawl-delay 3 with a quarter of jitter below it


def throttle(**more: Any) -> tuple[PoliteThrottle, SimpleNamespace]:
    """Return the extension over a downloader that has only slots and their settings."""
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


def test_a_crawl_delay_of_two_minutes_is_kept_and_a_longer_slows_nothing_down():
    extension, _ = throttle(DOWNLOAD_DELAY_JITTER=0)
    robots(extension, 120)
    assert extension.floor == 120
    robots(extension, 121)  # the outlet is put off: nothing more is asked for
    assert extension.floor == 120


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
    _, second = downloader._get_slot(request)
    assert second is not slot
    assert second.delay == FLOOR
