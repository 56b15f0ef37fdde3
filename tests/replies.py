"""Responses as a source gets them, without a crawl."""

from __future__ import annotations

from scrapy import Request
from scrapy.http import Response


def reply(
    url: str, body: str | bytes, *, date: str = "Fri, 20 Nov 2026 03:00:00 GMT", **meta: object
) -> Response:
    """What the server at `url` answered at `date`, by its own clock."""
    content = body.encode() if isinstance(body, str) else body
    request = Request(url, meta=dict(meta))
    return Response(url, headers={"Date": date}, body=content, request=request)
