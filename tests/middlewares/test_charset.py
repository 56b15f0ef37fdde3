from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.middlewares.charset import CharsetMiddleware


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("text/html", "text/html; charset=windows-1252"),
        ("text/html; charset=UTF-8", "text/html; charset=UTF-8"),
        ("application/xml", "application/xml"),
    ],
)
def test_the_outlet_s_encoding_is_named_where_the_header_names_none(sent: str, read: str):
    response = Response("https://warta.example.co.id/", headers={"Content-Type": sent})
    middleware = CharsetMiddleware("windows-1252")
    answered = middleware.process_response(Request(response.url), response)
    assert answered.headers["Content-Type"] == read.encode()
