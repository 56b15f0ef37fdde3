"""A download handler that sends every request of a crawl to the newsroom."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import NotConfigured

from crawler.manners import loopback

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class NewsroomHandler(HTTP11DownloadHandler):
    """Serves http and https, in DOWNLOAD_HANDLERS while the setting NEWSROOM holds an address.

    A request keeps the Host header, a response gets the real URL; proxies are ignored.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._disconnect_timeout = 10  # seconds, default 1: a busy machine takes longer to close
        try:
            self._address = loopback(crawler.settings["NEWSROOM"] or "")
        except ValueError as error:
            raise NotConfigured(str(error)) from error

    async def download_request(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        there = request.replace(
            url=urlunsplit(("http", self._address, parts.path, parts.query, ""))
        )
        there.headers["Host"] = parts.netloc
        there.headers.pop("Proxy-Authorization", None)
        there.meta.pop("proxy", None)
        response = await super().download_request(there)
        request.meta["download_latency"] = there.meta["download_latency"]  # AutoThrottle reads it
        return response.replace(url=request.url)
