"""Whole crawls inside the test process, over real HTTP on loopback."""

from __future__ import annotations

import os
import runpy
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor

from crawler.runs.outcomes import Outcomes
from tests.places import CHECKOUT

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from crawler.items import Article
    from crawler.newsroom import Newsroom
    from crawler.spider import NewsSpider


@dataclass
class Crawl:
    """What a crawl left behind."""

    outcomes: Outcomes
    stored: list[Article]
    dropped: list[tuple[Article, Exception]]

    @property
    def stats(self) -> dict[str, Any]:
        return self.outcomes.stats

    def assert_every_url_has_one_outcome(self) -> None:
        assert self.outcomes.count("listed") == self.outcomes.settled, self.stats


def project_settings(newsroom: str, out: Path, **more: Any) -> Settings:
    """The project's settings as they are with NEWSROOM in the environment."""
    with mock.patch.dict(os.environ, NEWSROOM=newsroom, OUTPUT_DIR=str(out)):
        values = runpy.run_path(str(CHECKOUT / "crawler" / "settings.py"))
    settings = Settings()
    settings.setdict({k: v for k, v in values.items() if k.isupper()}, priority="project")
    settings.setdict(more, priority="cmdline")
    return settings


def crawl(
    outlet: type[NewsSpider],
    room: Newsroom,
    out: Path,
    arguments: dict[str, str] | None = None,
    **settings: Any,
) -> Crawl:
    """Crawl `outlet` from `room` into the dataset at `out`."""
    crawler = Crawler(outlet, project_settings(room.url, out, **settings))
    stored: list[Article] = []
    dropped: list[tuple[Article, Exception]] = []

    def keep(item: Article) -> None:
        stored.append(item)

    def drop(item: Article, exception: Exception) -> None:
        dropped.append((item, exception))

    crawler.signals.connect(keep, signal=signals.item_scraped)
    crawler.signals.connect(drop, signal=signals.item_dropped)
    _loop().run_until_complete(crawler.crawl_async(**(arguments or {})))
    return Crawl(Outcomes(crawler.stats.get_stats()), stored, dropped)


def stop_reactor() -> None:
    """End the threads of the reactor, if a crawl has started it."""
    reactor = sys.modules.get("twisted.internet.reactor")
    if reactor is not None and reactor.threadpool is not None:
        reactor.threadpool.stop()


def _loop() -> asyncio.AbstractEventLoop:
    """The reactor's loop. A reactor runs once in a process; so started, it serves many crawls."""
    asyncio_reactor()
    from twisted.internet import reactor

    if not reactor.running:
        reactor.startRunning(installSignalHandlers=False)
    return reactor._asyncioEventloop


def asyncio_reactor() -> None:
    """Install the reactor that Scrapy runs on, if no crawl has installed it."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
