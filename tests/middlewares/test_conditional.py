from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.middlewares.conditional import ConditionalMiddleware
from crawler.state.index import open_index
from crawler.state.validators import PageValidators
from tests.output.rows import NOON

URL = "https://warta.example.co.id/rss"
BODY = b"<rss/>"
MODIFIED = "Fri, 20 Nov 2026 03:05:00 GMT"


@pytest.fixture
def middleware(tmp_path):
    """Give the middleware over the validators of a list that was read before."""
    with open_index(tmp_path, tmp_path) as index:
        validators = PageValidators(index.db, clock=lambda: NOON)
        headers = {"ETag": '"1"', "Last-Modified": MODIFIED}
        read = Response(URL, headers=headers, body=BODY, request=Request(URL))
        validators.keep_response(read)
        yield ConditionalMiddleware(validators)


def test_a_request_for_changes_carries_the_validators_of_the_earlier_answer(middleware):
    request = Request(URL, meta={"changed_only": "list"})
    middleware.process_request(request)
    assert request.headers["If-None-Match"] == b'"1"'
    assert request.headers["If-Modified-Since"] == MODIFIED.encode()
    assert request.meta["handle_httpstatus_list"] == [304]


def test_a_plain_request_carries_no_validators(middleware):
    request = Request(URL)
    middleware.process_request(request)
    assert not request.headers
    assert middleware.process_response(request, Response(URL, body=BODY)).status == 200


@pytest.mark.parametrize(("body", "status"), [(BODY, 304), (b"<rss></rss>", 200)])
def test_an_answer_with_the_earlier_body_becomes_a_304(middleware, body: bytes, status: int):
    request = Request(URL, meta={"changed_only": "list"})
    middleware.process_request(request)
    assert middleware.process_response(request, Response(URL, body=body)).status == status
