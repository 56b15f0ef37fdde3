"""Pace: a single download slot per outlet, and never faster than its robots.txt asks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.extensions.throttle import AutoThrottle

from crawler.manners import LONGEST_CRAWL_DELAY

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class SlotMiddleware:
    """Puts all requests of an outlet in a single download slot: its hosts may share a machine."""

    def __init__(self, slot: str) -> None:
        self.slot = slot

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.spidercls.name)

    def process_request(self, request: Request) -> None:
        request.meta["download_slot"] = self.slot


class PoliteThrottle(AutoThrottle):
    """AutoThrottle above a floor: the longest Crawl-delay of the outlet's robots.txt files.

    Scrapy's own lowers the delay after fast answers, and drops it with a slot that was idle for
    60 s.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.floor = 0.0
        crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)

    def _robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"])
        if not delay or delay > LONGEST_CRAWL_DELAY:  # then nothing more is asked for
            return
        # The jitter shortens delays too: the shortest must still be the Crawl-delay.
        jitter = self.crawler.settings.getfloat("DOWNLOAD_DELAY_JITTER")
        self.floor = max(self.floor, delay / (1 - jitter))
        logger.info("robots.txt asks for %g s between requests", delay)
        downloader, key = self.crawler.engine.downloader, request.meta["download_slot"]
        downloader.per_slot_settings[key] = {"delay": max(self.floor, downloader._delay)}
        if slot := downloader.slots.get(key):
            slot.delay = max(slot.delay, self.floor)

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        slot.delay = max(slot.delay, self.floor)
