"""Codings of an archived body: all are taken off, and no header makes them countless."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO

import pytest
from fastwarc.warc import HeaderMap

from crawler.archive.encodings import CodingError, decoded
from tests.costs import seconds_of

PAGE = b"<html><body>Menara baru.</body></html>"
MOST = 16 << 20


def headers(coding: str) -> HeaderMap:
    made = HeaderMap()
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n"
    made.parse(BytesIO(head.encode()))
    return made


@pytest.mark.parametrize("times", [1, 2, 3])
def test_all_codings_of_a_body_are_taken_off(times: int) -> None:
    body = PAGE
    for _ in range(times):
        body = gzip.compress(body)
    assert decoded(body, headers(", ".join(["gzip"] * times)), MOST) == PAGE


def test_countless_codings_of_a_body_are_refused_at_once() -> None:
    body = bytes(range(256)) * 40_000
    for _ in range(50):
        body = zlib.compress(body, 0, wbits=31)

    def refused() -> None:
        with pytest.raises(CodingError):
            decoded(body, headers(", ".join(["gzip"] * 50)), MOST)

    assert seconds_of(refused) < 0.5  # at once; 50 bodies of 10 MB take a second
