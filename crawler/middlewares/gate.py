"""The gate on every request, redirects and robots.txt among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import CannotResolveHostError
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.error import DNSLookupError

from crawler.manners import OffOutletError
from crawler.middlewares.resolver import PrivateAddressError, PublicResolver
from crawler.sources.gate import Gate

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.statscollectors import StatsCollector


class PlainRedirectMiddleware(RedirectMiddleware):
    """Scrapy's redirects, without a ValueError for a Location that cannot be taken apart."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        try:
            return super().process_response(request, response)
        except ValueError as error:
            location = (response.headers.get("Location") or b"").decode("latin-1")
            self.crawler.stats.inc_value("wartatek/gate/bad_link")
            raise OffOutletError("bad_link", location) from error


class GateMiddleware:
    """Stops requests to anything but public hosts of the outlet, before all other middlewares.

    The spider asks for nothing else; this is for redirects, and for whatever slips past the spider.
    """

    def __init__(
        self,
        gate: Gate,
        article: re.Pattern[str],
        stats: StatsCollector,
        resolver: PublicResolver | None = None,
        proxies: frozenset[str] = frozenset(),
    ) -> None:
        """
        :param article: the outlet's article_url
        :param resolver: None where no name is resolved: a newsroom plays all hosts
        :param proxies: schemes whose requests go to a proxy, which resolves the names
        """
        self.gate = gate
        self.article = article
        self.stats = stats
        self.resolver = resolver
        self.proxies = proxies

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        from twisted.internet import reactor

        spider, settings = crawler.spidercls, crawler.settings
        assert crawler.stats
        gate = Gate.of(getattr(spider, "allowed_domains", ()), getattr(spider, "sources", ()))
        newsroom = settings["NEWSROOM"]
        proxied = settings.getbool("HTTPPROXY_ENABLED")
        return cls(
            gate,
            re.compile(getattr(spider, "article_url", "")),
            crawler.stats,
            None if newsroom else PublicResolver.from_crawler(crawler, reactor),
            frozenset(getproxies() if proxied else ()),
        )

    async def process_request(self, request: Request) -> None:
        if reason := self._refusal(request):
            self._stop(request, reason)
        if self.resolver and not self._is_proxied(request):
            lookup = self.resolver.getHostByName(urlparse_cached(request).hostname or "")
            try:
                await maybe_deferred_to_future(lookup)
            except PrivateAddressError as error:
                self._stop(request, "private_address", str(error))
            except DNSLookupError as error:
                raise CannotResolveHostError(str(error)) from error

    def _refusal(self, request: Request) -> str:
        if not request.meta.get("redirect_times"):
            return self.gate.refusal(request.url)
        if request.meta.get("dont_obey_robotstxt"):  # as robots.txt itself has
            return self.gate.robots_refusal(request.url)
        if "waiting" in request.cb_kwargs:
            is_followed = self.gate.follows(request.url, self.article)
        else:  # a list
            is_followed = not self.gate.refusal(request.url)
        return "" if is_followed else "offsite_redirect"

    def _is_proxied(self, request: Request) -> bool:
        if "proxy" in request.meta:
            return bool(request.meta["proxy"])
        url = urlparse_cached(request)
        return url.scheme in self.proxies and not proxy_bypass(url.hostname or "")

    def _stop(self, request: Request, reason: str, evidence: str = "") -> None:
        self.stats.inc_value(f"wartatek/gate/{reason}")
        raise OffOutletError(reason, evidence or request.url)
