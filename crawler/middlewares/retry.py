"""Retries that wait as long as the server asks."""

from __future__ import annotations

from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import CannotResolveHostError

from crawler.manners import is_challenge, retry_after
from output import clock

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


class PoliteRetryMiddleware(RetryMiddleware):
    """Scrapy's retries; after a 429 or 503 the whole outlet waits as Retry-After asks.

    A response that asks for more than RETRY_AFTER_MAX seconds is not retried in this run.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if is_challenge(response):  # a retry would meet the same wall
            return response
        if response.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            settings = self.crawler.settings
            seconds = retry_after(response, clock.now())
            if seconds is None:
                seconds = settings.getfloat("RETRY_AFTER_DEFAULT")
            if seconds > settings.getfloat("RETRY_AFTER_MAX"):
                return response
            self._pause(request.meta["download_slot"], seconds)
        return super().process_response(request, response)

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | Response | None:
        if isinstance(exception, CannotResolveHostError):  # the system has tried several times
            return None
        return super().process_exception(request, exception)

    def _pause(self, key: str, seconds: float) -> None:
        """Send nothing from the slot `key` for `seconds`."""
        slot = self.crawler.engine.downloader.slots.get(key)
        if slot is None or not seconds:
            return
        slot.delay = max(slot.delay, 0.001)  # a slot with delay 0 ignores `lastseen`
        slot.lastseen = max(slot.lastseen, monotonic() + seconds)
