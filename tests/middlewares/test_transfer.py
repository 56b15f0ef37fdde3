from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import threading
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
from tests.places import CHECKOUT

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


ASK = """
import json, sys, time
import scrapy
from scrapy.crawler import CrawlerProcess
from crawler.manners import failure_reason

class Asking(scrapy.Spider):
    name = "asking"

    async def start(self):
        self.begin = time.process_time()
        yield scrapy.Request(sys.argv[1], callback=self.end, errback=self.failed)

    def end(self, response, answer="read"):
        print(json.dumps([answer, time.process_time() - self.begin]))

    def failed(self, failure):
        self.end(None, failure_reason(failure))

transfer = {"crawler.middlewares.transfer.TransferMiddleware": 590}
process = CrawlerProcess(
    {"DOWNLOADER_MIDDLEWARES": transfer, "RETRY_ENABLED": False, "LOG_LEVEL": "ERROR"}
)
process.crawl(Asking)
process.start()
"""


def test_chunks_of_single_bytes_cost_little():
    """Scrapy takes 24 seconds of CPU for three million chunks."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(60)

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            try:
                for _ in range(300):
                    connection.sendall(b"1\r\n\n\r\n" * 10_000)
                connection.sendall(b"0\r\n\r\n")
            except ConnectionError:  # the client has heard enough
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    url = f"http://127.0.0.1:{server.getsockname()[1]}/robots.txt"
    command = [sys.executable, "-c", ASK, url]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True, timeout=120)
    thread.join()
    server.close()
    answer, seconds = json.loads(done.stdout)
    assert answer == "too_large"
    assert seconds < 5  # 0.3, where nothing else runs
