"""Hosts that refuse us are left alone, in later runs too."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from scrapy.utils.httpobj import urlparse_cached

from crawler.manners import BlockedError, is_challenge, retry_after
from crawler.middlewares.state import state_of
from output import clock

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.state.refusals import Refusals

logger = logging.getLogger(__name__)

FORBIDDEN_IN_A_ROW = 3
"""403s without any other answer between them: so many are the host's, fewer a single article's."""


class BlockingMiddleware:
    """Notices that a host refuses us, and asks that host for nothing until the refusal is over.

    A challenge, or a 429 that outlasts its retries, refuses the whole host at once.
    """

    def __init__(self, refusals: Refusals, longest_wait: float) -> None:
        """:param longest_wait: seconds of Retry-After that a run waits for."""
        self.refusals = refusals
        self.longest_wait = longest_wait
        self._forbidden: dict[str, int] = {}
        self._serving: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(state_of(crawler).refusals, crawler.settings.getfloat("RETRY_AFTER_MAX"))

    def process_request(self, request: Request) -> None:
        host = urlparse_cached(request).netloc
        if refusal := self.refusals.current(host):
            raise BlockedError(host, f"left alone after {refusal.reason}", refusal.until)

    def process_response(self, request: Request, response: Response) -> Response:
        url = urlparse_cached(request)
        # Also of a robots.txt that redirects to another name.
        is_robots = url.path == "/robots.txt" or request.meta.get("dont_obey_robotstxt")
        wait = retry_after(response, clock.now()) or 0.0
        if reason := self._host_refuses(response, wait):
            self._leave_alone(url.netloc, reason, wait)
        if response.status == HTTPStatus.FORBIDDEN and not is_robots:
            self._count_forbidden(url.netloc, wait)
            raise BlockedError(url.netloc, "403 Forbidden")
        self._forbidden[url.netloc] = 0
        if url.netloc not in self._serving and not is_robots:
            self._serving.add(url.netloc)
            self.refusals.served(url.netloc)
        return response

    def _host_refuses(self, response: Response, wait: float) -> str | None:
        """Return the reason for which the whole host refuses us, None where it serves us."""
        status = response.status
        if is_challenge(response):
            return f"challenge ({status})"
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return "429 Too Many Requests"
        if status == HTTPStatus.SERVICE_UNAVAILABLE and wait > self.longest_wait:
            return "503 Service Unavailable"
        if status == HTTPStatus.ACCEPTED and not response.body:
            return "202 without a page"
        return None

    def _count_forbidden(self, host: str, wait: float) -> None:
        self._forbidden[host] = self._forbidden.get(host, 0) + 1
        if self._forbidden[host] >= FORBIDDEN_IN_A_ROW:
            self._leave_alone(host, "403 Forbidden, three in a row", wait)

    def _leave_alone(self, host: str, reason: str, wait: float) -> None:
        refusal = self.refusals.add(host, reason, timedelta(seconds=wait))
        logger.warning("%s blocks us (%s); left alone until %s", host, reason, refusal.until)
        raise BlockedError(host, reason, refusal.until)
