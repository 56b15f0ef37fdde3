from __future__ import annotations

import gzip
import zlib

import pytest
from scrapy import Request
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from crawler.archive.encodings import CodingError
from crawler.middlewares import transfer
from crawler.middlewares.transfer import TransferMiddleware
from tests.costs import seconds_of

URL = "https://warta.example.co.id/robots.txt"
RULES = b"User-agent: *\nDisallow: /cari\n"


def read(body: bytes, coding: str) -> bytes:
    middleware = TransferMiddleware.from_crawler(get_crawler())
    response = Response(URL, body=body, headers={"Content-Encoding": coding})
    return middleware.process_response(Request(URL), response).body


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, deflate"])
def test_a_body_without_the_coding_in_its_header_is_read_as_it_is(coding: str):
    assert read(RULES, coding) == RULES


def test_a_compressed_body_is_read():
    assert read(gzip.compress(RULES), "gzip") == RULES
    assert read(zlib.compress(RULES), "deflate") == RULES
    assert read(gzip.compress(RULES) + gzip.compress(RULES), "gzip") == RULES * 2


def test_a_gzip_body_of_countless_members_is_refused_at_once():
    body = gzip.compress(b"\n") * 700_000

    def refused() -> None:
        with pytest.raises(CodingError):
            read(body, "gzip")

    assert seconds_of(refused) < 1


def test_a_body_in_countless_chunks_is_refused():
    middleware = TransferMiddleware.from_crawler(get_crawler())
    request = Request(URL)
    for _ in range(transfer.MAX_PIECES):
        middleware.bytes_received(request)
    with pytest.raises(StopDownload):
        middleware.bytes_received(request)
