from __future__ import annotations

from datetime import timedelta

import pytest
from scrapy import Request
from scrapy.http import Response

from crawler.manners import BlockedError
from crawler.middlewares.blocking import FORBIDDEN_IN_A_ROW, BlockingMiddleware
from crawler.state.index import open_index
from crawler.state.refusals import Refusals
from tests.output.rows import NOON

ARTICLE = Request("https://warta.example.co.id/tekno/1/kabar")
ROBOTS = Request("https://warta.example.co.id/robots.txt")
LONGEST_WAIT = 300.0


@pytest.fixture
def middleware(tmp_path):
    with open_index(tmp_path, tmp_path) as index:
        refusals = Refusals(index.db, clock=lambda: NOON)
        yield BlockingMiddleware(refusals, LONGEST_WAIT)


def answer(
    middleware: BlockingMiddleware, status: int, request: Request = ARTICLE, **headers: str
) -> Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Response(request.url, status=status, headers=sent, body=b"<p>Kabar.</p>")
    return middleware.process_response(request, response)


def test_forbidden_articles_in_a_row_are_a_refusal_by_the_host(middleware):
    for _ in range(FORBIDDEN_IN_A_ROW - 1):
        with pytest.raises(BlockedError) as one_page:
            answer(middleware, 403)
        assert one_page.value.until is None
        middleware.process_request(ARTICLE)
    with pytest.raises(BlockedError) as whole_host:
        answer(middleware, 403)
    assert whole_host.value.until == NOON + timedelta(hours=1)
    with pytest.raises(BlockedError, match="403 Forbidden, three in a row"):
        middleware.process_request(ARTICLE)


def test_a_served_article_between_forbidden_articles_is_no_refusal_by_the_host(middleware):
    for _ in range(2 * FORBIDDEN_IN_A_ROW):
        with pytest.raises(BlockedError):
            answer(middleware, 403)
        answer(middleware, 200)
    middleware.process_request(ARTICLE)


def test_a_forbidden_robots_txt_is_no_refusal(middleware):
    for _ in range(FORBIDDEN_IN_A_ROW):
        assert answer(middleware, 403, ROBOTS).status == 403
    middleware.process_request(ARTICLE)


def test_a_503_refuses_the_host_only_if_it_asks_for_more_than_the_longest_wait(middleware):
    assert answer(middleware, 503, Retry_After=f"{LONGEST_WAIT:.0f}").status == 503
    with pytest.raises(BlockedError) as refused:
        answer(middleware, 503, Retry_After="7200")
    assert refused.value.until == NOON + timedelta(hours=2)


def test_a_host_that_serves_again_starts_with_a_first_refusal(middleware):
    with pytest.raises(BlockedError):
        answer(middleware, 429)
    answer(middleware, 200)
    with pytest.raises(BlockedError) as refused:
        answer(middleware, 429)
    assert refused.value.until == NOON + timedelta(hours=1)
