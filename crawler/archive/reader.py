"""The page in a WARC record: of our own archives and other people's, whole or damaged."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from fastwarc import ArchiveIterator, WarcRecordType
from fastwarc.warc import HeaderMap

from crawler.archive.encodings import CodingError, decoded
from output import clock

if TYPE_CHECKING:
    from fastwarc import WarcRecord

MAX_BYTES = 16 << 20
"""Bytes of the largest page, as in a crawl (DOWNLOAD_MAXSIZE), and of the largest record that is
looked into."""
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
_ONE_DAY = timedelta(days=1)
_FIRST = datetime(1991, 8, 6, tzinfo=UTC)  # there was no web before
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page as a server sent it.

    :param offset: of the record in its file
    :param listed: the article's id and candidate, as JSON, in archives of ours
    :param outlet: the name that the reader's caller has for the page's outlet
    """

    url: str
    fetched_at: datetime
    body: bytes
    content_type: str | None
    offset: int
    listed: bytes = b""
    outlet: str = ""


class NoPageError(Exception):
    """The record is fine, but holds no page; the message is a stable word."""


class BadRecordError(Exception):
    """The record cannot be read; the message is a stable word."""


class BrokenFrameError(BadRecordError):
    """The record at `position` is not as long as its Content-Length, or too long to be read to its
    end, so the next record must be looked for. Without a reason the record is counted already."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


def read_page(source: BinaryIO, offset: int) -> ArchivedPage | None:
    """Return the page whose record begins at `offset`; None if the record holds no page.

    :raises OSError, BadRecordError: the record cannot be read, or there is none.
    """
    source.seek(offset)
    for record in ArchiveIterator(source, WarcRecordType.response, parse_http=False):
        try:
            return page_in(record, url_of(record))
        except NoPageError:
            return None
    return None


def url_of(record: WarcRecord) -> str:
    """Return the URL of `record`.

    :raises BadRecordError: the URL is no UTF-8.
    """
    try:
        return (record.headers.get_bytes(b"WARC-Target-URI") or b"").decode().strip("<> ")
    except UnicodeDecodeError:
        raise BadRecordError("url") from None


def page_in(record: WarcRecord, url: str, listed: bytes = b"", outlet: str = "") -> ArchivedPage:
    """Return the page in `record`.

    :raises NoPageError: the record holds none.
    :raises BadRecordError: the record cannot be read.
    """
    if record.record_type == WarcRecordType.revisit:
        raise NoPageError("revisit")
    if record.content_length > MAX_BYTES:
        raise BadRecordError("too_large")
    date = _date(record)
    if "WARC-Truncated" in record.headers or "WARC-Segment-Number" in record.headers:
        raise BadRecordError("truncated")
    headers, body = HeaderMap(), _block(record)
    if record.record_type == WarcRecordType.response:
        headers, body = _response(body)
    kind = headers.get("Content-Type")
    if kind and not kind.lower().startswith(_HTML):
        raise NoPageError("not_html")
    return ArchivedPage(url, date, body, kind, record.stream_pos, listed, outlet)


def _date(record: WarcRecord) -> datetime:
    """:raises BadRecordError: the date is missing or cannot be; a date to come would make the page
    the latest capture for ever."""
    date = record.record_date
    if date is None or not _FIRST <= date <= clock.now() + _ONE_DAY:
        raise BadRecordError("date")
    return date


def _block(record: WarcRecord) -> bytes:
    """:raises BrokenFrameError: the block is not as long as its Content-Length, or another."""
    block = record.reader.read()
    stated = (record.headers.get("Content-Length") or "none").strip().lstrip("0") or "0"
    if stated != str(record.content_length) or len(block) < record.content_length:
        raise BrokenFrameError("length", record.stream_pos)
    _check_digest(record, block)
    return block


def _response(block: bytes) -> tuple[HeaderMap, bytes]:
    """Return the headers and the body, without any coding, of an HTTP response.

    :raises NoPageError: the server answered with an error.
    :raises BadRecordError: the response cannot be read.
    """
    headers = HeaderMap()
    head, _, body = block.partition(b"\r\n\r\n")
    try:
        headers.parse(BytesIO(head + b"\r\n\r\n"))
    except OSError:
        raise BadRecordError("http") from None
    if headers.status_code is None:
        raise BadRecordError("http")
    if headers.status_code != 200:
        raise NoPageError("status")
    try:
        return headers, decoded(body, headers, MAX_BYTES)
    except CodingError as error:
        raise BadRecordError(str(error)) from None


def _check_digest(record: WarcRecord, block: bytes) -> None:
    """:raises BrokenFrameError: the block has another hash than WARC-Block-Digest."""
    name, _, stated = (record.headers.get("WARC-Block-Digest") or "").partition(":")
    if (make := _DIGESTS.get(name.lower().replace("-", ""))) and stated:
        digest = make(block, usedforsecurity=False)
        if stated.upper() != base64.b32encode(digest.digest()).decode().rstrip("=") and (
            stated.lower() != digest.hexdigest()
        ):
            raise BrokenFrameError("digest", record.stream_pos)
