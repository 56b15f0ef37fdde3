"""Bodies as they come over HTTP: in chunks and compressed, both bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import StopDownload

from crawler.archive.encodings import CodingError, has_coding

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

MAX_PIECES = 20_000
"""Chunks or packets of a body; DOWNLOAD_MAXSIZE comes in 12,000 packets of 1,400 bytes."""
MAX_MEMBERS = 100
"""Members of a gzip body, or frames of a zstd body; servers send a single one."""
_MEMBERS = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x2a\x4d\x18")
"""Beginnings of a gzip member, of a zstd frame, and of a zstd frame without content."""


class TransferMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression, corrected: a body without the coding in its header is read as it is.

    A body of more than MAX_PIECES or MAX_MEMBERS is refused: Scrapy takes 20 seconds of CPU for as
    many as fit into DOWNLOAD_MAXSIZE.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware = super().from_crawler(crawler)
        crawler.signals.connect(middleware.bytes_received, signals.bytes_received)
        return middleware

    def bytes_received(self, request: Request) -> None:
        """Count a piece of the body that answers `request`.

        :raises StopDownload: after MAX_PIECES.
        """
        pieces = request.meta["pieces"] = request.meta.get("pieces", 0) + 1
        if pieces > MAX_PIECES:
            raise StopDownload(fail=True)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        """Return `body` without `encoding`.

        :raises CodingError: when it has too many members.
        """
        if not has_coding(body, encoding.decode("latin-1")):
            return body
        if max(map(body.count, _MEMBERS)) > MAX_MEMBERS:
            raise CodingError("coding")
        return HttpCompressionMiddleware._decode(body, encoding, max_size)
