"""The outlet's own domains and encoding, held on every request and response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.utils.url import url_is_from_any_domain

from crawler.extraction.urls import canonical_url
from crawler.manners import OffOutletError

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class OutletMiddleware:
    """Follows no redirect off the outlet: to login walls, advertisers or private hosts.

    Requests of the spider itself pass; only redirected requests are checked.
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
