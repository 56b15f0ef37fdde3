"""An add-on of Scrapy that sends a crawl to the newsroom, wherever its address was set."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

HANDLERS = dict.fromkeys(("http", "https"), "crawler.newsroom.handler.NewsroomHandler")
SETTINGS = {
    "CONCURRENT_REQUESTS": 8,  # nobody is to be spared on loopback
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_DELAY": 0.0,
    "AUTOTHROTTLE_START_DELAY": 0.0,
    "AUTOTHROTTLE_MAX_DELAY": 0.0,  # default 60: only Crawl-delay still counts
    "RETRY_AFTER_DEFAULT": 0,
}
"""The settings of a crawl that goes to the newsroom, in place of the project's."""


class NewsroomAddon:
    """The settings of the newsroom, while NEWSROOM is set in the environment or by -s."""

    def update_settings(self, settings: BaseSettings) -> None:
        if settings["NEWSROOM"]:
            settings.setdict(SETTINGS, priority="project")
            handlers = settings.getdict("DOWNLOAD_HANDLERS") | HANDLERS
            settings.set("DOWNLOAD_HANDLERS", handlers, priority="project")
