"""Conditional GET: only changed lists and articles are downloaded (RFC 9110, section 13)."""

from __future__ import annotations

from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING

from crawler.middlewares.state import state_of

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.state.validators import PageValidators


class ConditionalMiddleware:
    """Sends the validators of an earlier answer with requests that have meta["changed_only"].

    meta["changed_only"] is `list` or `article`. A 200 whose body has the hash of the earlier body
    becomes a 304, since many servers ignore validators.
    """

    def __init__(self, validators: PageValidators) -> None:
        self.validators = validators

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(state_of(crawler).validators)

    def process_request(self, request: Request) -> None:
        if not (kind := request.meta.get("changed_only")):
            return
        request.meta["handle_httpstatus_list"] = [HTTPStatus.NOT_MODIFIED]
        if known := self.validators.find(request.url, is_list=kind == "list"):
            request.meta["body_hash"] = known.body_hash
            if known.etag:
                request.headers["If-None-Match"] = known.etag
            if known.last_modified:
                request.headers["If-Modified-Since"] = known.last_modified

    def process_response(self, request: Request, response: Response) -> Response:
        body_hash = request.meta.get("body_hash")
        if response.status == HTTPStatus.OK and body_hash == sha256(response.body).digest():
            return response.replace(status=HTTPStatus.NOT_MODIFIED)
        return response
