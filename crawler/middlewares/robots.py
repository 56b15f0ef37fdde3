"""robots.txt by RFC 9309."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from crawler.manners import (
    LONGEST_CRAWL_DELAY,
    UNREACHABLE,
    BlockedError,
    RobotsError,
    failure_reason,
)
from output import clock

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)


PUT_OFF = timedelta(days=1)
"""Time after which an article of an outlet that was put off is asked for again."""
MAX_SIZE = 500 * 1024
"""Bytes of robots.txt that are read, as RFC 9309, section 2.5, allows."""
MAX_RULES = 1_000_000
"""Rules of robots.txt, each counted for every user agent of its group, as the parser keeps them, in
100 bytes each; a hundred agents with a hundred rules have 10,000."""
_AGENT = re.compile(r"user[\s-]*agent\b", re.IGNORECASE)
_RULE = re.compile(r"d[a-z]{3,4}llow|d[a-z]{3}llaw|allow|crawl|request|visit", re.IGNORECASE)


class _Quiet(logging.Filter):
    """Drops Scrapy's traceback of a robots.txt that no host answers; `_robots_error` says so."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return error is None or _cause(error) not in UNREACHABLE


logging.getLogger(RobotsTxtMiddleware.__module__).addFilter(_Quiet())


def _cause(error: BaseException) -> str:
    return failure_reason(Failure(error))  # type: ignore[no-untyped-call]


def bounded(body: bytes) -> bytes:
    """Return the first MAX_SIZE bytes of robots.txt, up to the last whole line: half a rule is
    another rule.

    :raises RobotsError: when its groups make more than MAX_RULES.
    """
    if len(body) > MAX_SIZE:
        body = body[: max(body.rfind(end, 0, MAX_SIZE) for end in (b"\n", b"\r")) + 1]
    rules = agents = 0
    is_open = False  # further user agents are of the same group
    lines = (line.partition("#")[0].strip() for line in body.decode("utf-8", "ignore").splitlines())
    for line in filter(None, lines):
        if _AGENT.match(line):
            agents = agents + 1 if is_open else 1
            is_open = True
        elif _RULE.match(line):
            is_open = False
        rules += agents
    if rules > MAX_RULES:
        raise RobotsError(f"it has {rules:,} rules for its user agents")
    return body


_AGENT_LINE = re.compile(r"\s*user[\s-]*agent(?:\s*:\s*|\s+)([^#]*)", re.IGNORECASE)
_OTHERS = "-"  # a name that is found in no product token but of the same sign


class OwnRules(ProtegoRobotParser):
    """The rules of the groups that name us, else of `*`.

    Protego compares names as they are, by prefix: `war` would mean us, and `Wartatek/0.1.0` not.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        named = with_token(robotstxt_body, crawler.settings["ROBOTSTXT_USER_AGENT"])
        return cls(named, crawler.spider)


def with_token(body: bytes, token: str) -> bytes:
    """Return the robots.txt `body` with the product token alone in the lines that name `token`.

    A line names the token by the whole word, in any case (RFC 9309, 2.2.1), with a version behind
    it, or within a User-Agent header as an outlet copies it from its log.
    """
    ours = re.compile(
        rf"(?<![\w@./:+-]){re.escape(token)}(?![a-z_-]|\.[a-z])", re.IGNORECASE | re.ASCII
    )
    lines = []
    for line in body.decode("utf-8-sig", "ignore").splitlines():
        if found := _AGENT_LINE.match(line):
            names = found[1].split()
            name = "*" if names[:1] == ["*"] else token if ours.search(found[1]) else _OTHERS
            line = f"User-agent: {name}" if names else "User-agent:"
        lines.append(line)
    return "\n".join(lines).encode()


class NothingAllowed(RobotParser):
    """The rules of a robots.txt that could not be read (RFC 9309, 2.3.1.4), and the cause."""

    def __init__(self, cause: str = "") -> None:
        self.cause = cause

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        return cls()

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        return False


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, corrected: it takes every robots.txt that fails for "all allowed".

    RFC 9309 says so of 4xx only. After 5xx, 429, 202, a challenge, a timeout or a failed
    connection, nothing is fetched from that host in this run. After any other 4xx, all is allowed.
    More than five redirects may count as a missing robots.txt (2.3.1.2), and do: they hide no rule
    that anybody could read. After a Crawl-delay over LONGEST_CRAWL_DELAY, nothing more is fetched
    from the outlet: `wartatek/crawl_delay` has its seconds.
    """

    async def robot_parser(self, request: Request) -> RobotParser | None:
        # Of the requests that wait for the same robots.txt, Scrapy gives its rules to the first
        # and None, which means "all allowed", to the others: a Deferred has its result only once.
        await super().robot_parser(request)
        parser = self._parsers[urlparse_cached(request).netloc]
        assert not isinstance(parser, Deferred)
        return parser

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if isinstance(rp, NothingAllowed):
            raise RobotsError("robots_unavailable", rp.cause)
        self._keep_delay(rp, request)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsError("robots") from error

    def _keep_delay(self, rp: RobotParser | None, request: Request) -> None:
        """Put the outlet off if a robots.txt of its hosts asks for too long a Crawl-delay."""
        asked = rp.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"]) if rp else None
        if asked and asked > LONGEST_CRAWL_DELAY:
            self._stats.max_value("wartatek/crawl_delay", asked)
        if delay := self._stats.get_value("wartatek/crawl_delay"):
            host = urlparse_cached(request).netloc
            reason = f"robots.txt asks for {delay:g} s between requests"
            raise BlockedError(host, reason, clock.now() + PUT_OFF)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        status = response.status
        if status >= 500 or status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.ACCEPTED):
            raise RobotsError(f"it answers {status}")
        if status >= 400:
            response = response.replace(body=b"")
        else:
            response = response.replace(body=bounded(response.body))
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        waiting = self._parsers[netloc]
        assert isinstance(waiting, Deferred)
        if (cause := _cause(exc)) == "redirect_loop":
            logger.warning("robots.txt of %s: over five redirects; it counts as missing", netloc)
            self._parsers[netloc] = none = OwnRules.from_crawler(self.crawler, b"")
            waiting.callback(none)
            return
        logger.warning("robots.txt of %s: %s; nothing is fetched from it", netloc, exc)
        self._stats.inc_value("robotstxt/unavailable")
        if cause in UNREACHABLE:
            self._stats.inc_value(f"wartatek/unreachable/{cause}")
        self._parsers[netloc] = rules = NothingAllowed(UNREACHABLE.get(cause, str(exc)))
        waiting.callback(rules)
