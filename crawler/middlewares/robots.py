"""Ask politely: one slot per outlet, robots.txt by RFC 9309, Retry-After, blocks respected."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.url import url_is_from_any_domain
from twisted.internet.defer import Deferred

from crawler.extraction.urls import canonical_url
from crawler.manners import BlockedError, OffOutletError, RobotsError, is_challenge, retry_after
from crawler.spider import NewsSpider

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.state.outlet_state import Memory

logger = logging.getLogger(__name__)

OK, ACCEPTED, NOT_MODIFIED = 200, 202, 304
FORBIDDEN, TOO_MANY_REQUESTS, UNAVAILABLE = 403, 429, 503


class SlotMiddleware:
    """One download slot per outlet, whatever its hosts: the outlet is who bears the load."""

    def __init__(self, slot: str) -> None:
        self.slot = slot

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.spidercls.name)

    def process_request(self, request: Request) -> None:
        request.meta["download_slot"] = self.slot


class Refusal(RobotParser):
    """Stands for a robots.txt that could not be read: nothing is allowed (RFC 9309, 2.3.1.4)."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        return cls()

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        return False


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy takes a robots.txt that fails for "all allowed"; RFC 9309 says so of 4xx only.

    5xx, 429, 202, a challenge, a timeout or no connection: nothing is fetched from that host in
    this run. Any other 4xx: there is no robots.txt, all is allowed.
    """

    async def robot_parser(self, request: Request) -> RobotParser | None:
        # Of the requests that wait for one robots.txt, Scrapy gives it to the first and None, which
        # means "all allowed", to the others: a Deferred hands its result on only once.
        await super().robot_parser(request)
        parser = self._parsers[urlparse_cached(request).netloc]
        assert not isinstance(parser, Deferred)
        return parser

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if isinstance(rp, Refusal):
            raise RobotsError("robots_unavailable")
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsError("robots") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status in (TOO_MANY_REQUESTS, ACCEPTED):
            raise RobotsError(f"robots.txt answers {response.status}")
        if response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        logger.warning("robots.txt of %s: %s; nothing is fetched from it", netloc, exc)
        self._stats.inc_value("robotstxt/unavailable")
        waiting = self._parsers[netloc]
        assert isinstance(waiting, Deferred)
        self._parsers[netloc] = refusal = Refusal()
        waiting.callback(refusal)


class BlockMiddleware:
    """Sees that a host refuses us, and then leaves it alone, in later runs too.

    A challenge or a 429 that outlasts its retries is said to us and to all; a 403 may be one
    article's own, so three in a row are taken for the host's.
    """

    FORBIDDEN_IN_A_ROW = 3

    def __init__(self, memory: Memory, longest_wait: float) -> None:
        """:param longest_wait: seconds of Retry-After that are sat out within a run."""
        self.memory = memory
        self.longest_wait = longest_wait
        self._forbidden: dict[str, int] = {}
        self._serving: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert isinstance(crawler.spider, NewsSpider)
        return cls(crawler.spider.memory, crawler.settings.getfloat("RETRY_AFTER_MAX"))

    def process_request(self, request: Request) -> None:
        host = urlparse_cached(request).netloc
        if block := self.memory.blocked(host):
            raise BlockedError(f"{host} is left alone: {block.reason}", block.until)

    def process_response(self, request: Request, response: Response) -> Response:
        host = urlparse_cached(request).netloc
        about_robots = urlparse_cached(request).path == "/robots.txt"
        wait = retry_after(response, datetime.now(UTC)) or 0.0
        if is_challenge(response):
            self._leave_alone(host, f"challenge ({response.status})", wait)
        if response.status == TOO_MANY_REQUESTS:
            self._leave_alone(host, "429 Too Many Requests", wait)
        if response.status == UNAVAILABLE and wait > self.longest_wait:
            self._leave_alone(host, "503 Service Unavailable", wait)
        if response.status == ACCEPTED and not response.body:
            self._leave_alone(host, "202 without a page", wait)
        if response.status == FORBIDDEN and not about_robots:
            self._forbidden[host] = self._forbidden.get(host, 0) + 1
            if self._forbidden[host] >= self.FORBIDDEN_IN_A_ROW:
                self._leave_alone(host, "403 Forbidden, three in a row", wait)
            raise BlockedError(f"{host}: 403 Forbidden")
        self._forbidden[host] = 0
        if host not in self._serving and not about_robots:
            self._serving.add(host)
            self.memory.served(host)
        return response

    def _leave_alone(self, host: str, reason: str, wait: float) -> None:
        block = self.memory.refused(host, reason, timedelta(seconds=wait))
        logger.warning("%s blocks us (%s); left alone until %s", host, reason, block.until)
        raise BlockedError(f"{host}: {reason}", block.until)


class ConditionalMiddleware:
    """Asks only for what has changed, where an earlier answer said how to ask (RFC 9110, 13).

    Requests say in meta["changed_only"] whether they are for a `list` or an `article`. A body that
    we have read before is a 304 too, whatever the server says of it.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        assert isinstance(crawler.spider, NewsSpider)
        return cls(crawler.spider.memory)

    def process_request(self, request: Request) -> None:
        if not (kind := request.meta.get("changed_only")):
            return
        request.meta["handle_httpstatus_list"] = [NOT_MODIFIED]
        if known := self.memory.validators(request.url, is_list=kind == "list"):
            request.meta["body_hash"] = known.body_hash
            if known.etag:
                request.headers["If-None-Match"] = known.etag
            if known.last_modified:
                request.headers["If-Modified-Since"] = known.last_modified

    def process_response(self, request: Request, response: Response) -> Response:
        body_hash = request.meta.get("body_hash")
        if response.status == OK and body_hash == sha256(response.body).digest():
            return response.replace(status=NOT_MODIFIED)
        return response


class PoliteRetryMiddleware(RetryMiddleware):
    """Retries, but a 429 or 503 only after what Retry-After asks, for the whole outlet.

    A longer wait than RETRY_AFTER_MAX is not sat out in this run: the response goes on as it is.
    """

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        if is_challenge(response):  # asking again would be asking the wall
            return response
        if response.status in (TOO_MANY_REQUESTS, UNAVAILABLE):
            settings = self.crawler.settings
            seconds = retry_after(response, datetime.now(UTC))
            if seconds is None:
                seconds = settings.getfloat("RETRY_AFTER_DEFAULT")
            if seconds > settings.getfloat("RETRY_AFTER_MAX"):
                return response
            self._pause(request.meta["download_slot"], seconds)
        return super().process_response(request, response)

    def _pause(self, key: str, seconds: float) -> None:
        """Let nothing go out of the slot for that long; the slot counts from when it last sent."""
        slot = self.crawler.engine.downloader.slots.get(key)
        if slot is None or not seconds:
            return
        slot.delay = max(slot.delay, 0.001)  # a slot without any delay does not look at the clock
        slot.lastseen = max(slot.lastseen, monotonic() + seconds)


class OutletMiddleware:
    """Keeps redirects on the outlet: elsewhere are login walls, advertisers and private hosts.

    What a spider asks for itself is its own business; only where a server sends us is looked at.
    """

    def __init__(self, domains: list[str]) -> None:
        self.domains = domains

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(list(getattr(crawler.spidercls, "allowed_domains", ())))

    def process_request(self, request: Request) -> None:
        if not request.meta.get("redirect_times"):
            return
        public = canonical_url(request.url) is not None
        if not public or not url_is_from_any_domain(request.url, self.domains):
            raise OffOutletError(f"redirected to {request.url}")


class CharsetMiddleware:
    """Names the outlet's encoding where a page's header does not: guessing costs 2 ms a page."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(getattr(crawler.spidercls, "encoding", "utf-8"))

    def process_response(self, request: Request, response: Response) -> Response:
        kind = response.headers.get("Content-Type") or b""
        if kind.startswith(b"text/html") and b"charset" not in kind.lower():
            response.headers["Content-Type"] = kind + f"; charset={self.encoding}".encode()
        return response
