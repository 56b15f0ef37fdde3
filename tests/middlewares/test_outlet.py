from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.manners import OffOutletError
from crawler.middlewares.outlet import CharsetMiddleware, OutletMiddleware

OUTLET = OutletMiddleware(["warta.example.co.id"])


@pytest.mark.parametrize(
    "url",
    [
        "https://iklan.example.com/",
        "https://warta.example.co.id.penipu.example/",
        "http://127.0.0.1/tekno/1/kabar",
        "file:///etc/hostname",
    ],
)
def test_a_redirect_off_the_outlet_is_not_followed(url: str):
    with pytest.raises(OffOutletError):
        OUTLET.process_request(Request(url, meta={"redirect_times": 1}))
    OUTLET.process_request(Request(url))  # no redirect


def test_a_redirect_within_the_outlet_is_followed():
    url = "https://m.warta.example.co.id/tekno/1/kabar"
    OUTLET.process_request(Request(url, meta={"redirect_times": 1}))


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
