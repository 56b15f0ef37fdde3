"""The page in a WARC record: of our own archives and other people's, whole or damaged."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from fastwarc import ArchiveIterator, WarcRecordType
from fastwarc.warc import HeaderMap

from crawler.archive.encodings import CodingError, decoded
from crawler.archive.wayback import without_toolbar
from crawler.extraction.urls import captured
from output import clock
from output.origin import SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastwarc import WarcRecord

    from output.origin import Origin

MAX_BYTES = 16 << 20
"""Bytes of the largest page, as in a crawl (DOWNLOAD_MAXSIZE), and of the largest record that is
looked into."""
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
_ONE_DAY = timedelta(days=1)
_FIRST = datetime(1991, 8, 6, tzinfo=UTC)  # there was no web before
_HEAD = 512  # bytes that tell the kind of a file
_LINE_FEED = re.compile(rb"WARC/\d\.\d\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page as a server sent it.

    :param offset: of the record in its file
    :param listed: the article's id and candidate, as JSON, in archives of ours
    :param outlet: the name that the reader's caller has for the page's outlet
    :param origin: newsroom where a newsroom of ours served the page, web elsewhere
    """

    url: str
    fetched_at: datetime
    body: bytes
    content_type: str | None
    offset: int
    listed: bytes = b""
    outlet: str = ""
    origin: Origin = "web"


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
    for record in records(source, offset, WarcRecordType.response):
        try:
            return page_in(record, url_of(record))
        except NoPageError:
            return None
    return None


def records(
    source: BinaryIO, offset: int, kinds: WarcRecordType = WarcRecordType.any_type
) -> Iterator[WarcRecord]:
    """Return an iterator of the records of `kinds` from `offset` on.

    Heads whose lines end in a bare LF are read where the first head does so: the lenient reading
    that they need takes damage for records.
    """
    source.seek(offset)
    is_lenient = _LINE_FEED.match(beginning(source)) is not None
    source.seek(offset)
    return ArchiveIterator(source, kinds, parse_http=False, quirks_mode=is_lenient)


def beginning(source: BinaryIO) -> bytes:
    """Return the first bytes from the position of `source` on, decompressed where gzipped."""
    head = source.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    except zlib.error:
        return b""


def url_of(record: WarcRecord) -> str:
    """Return the URL of the page in `record`, which may be a capture of the Wayback Machine.

    :raises BadRecordError: the URL is no UTF-8.
    """
    return captured(_target(record))[0]


def _target(record: WarcRecord) -> str:
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
    body = without_toolbar(body)
    kind = headers.get("Content-Type")
    if kind and not kind.lower().startswith(_HTML):
        raise NoPageError("not_html")
    origin: Origin = "newsroom" if headers.get("Server") == SERVER else "web"
    return ArchivedPage(url, date, body, kind, record.stream_pos, listed, outlet, origin)


def _date(record: WarcRecord) -> datetime:
    """:raises BadRecordError: the date is missing or cannot be; a date to come would make the page
    the latest capture for ever. A capture of the Wayback Machine has its own date."""
    _, moment = captured(_target(record))
    moment = moment or record.record_date or _day(record.headers.get("WARC-Date") or "")
    if moment is None or not _FIRST <= moment <= clock.now() + _ONE_DAY:
        raise BadRecordError("date")
    return moment


def _day(text: str) -> datetime | None:
    """Return the beginning of a day, as WARC 1.1 (section 5.4) lets a date be cut off, in UTC."""
    try:
        return datetime.combine(date.fromisoformat(text.strip()), datetime.min.time(), UTC)
    except ValueError:
        return None


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
    head, body = _head_and_body(block)
    try:
        headers.parse(BytesIO(head))
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


def _head_and_body(block: bytes) -> tuple[bytes, bytes]:
    """Return the head of an HTTP message, its lines ended by CRLF, and the body.

    A bare LF ends a line too (RFC 9112, section 2.2).
    """
    end = _HEAD_END.search(block)
    if end is None:
        return block + b"\r\n\r\n", b""
    head = block[: end.start()]
    if end[0] != b"\r\n\r\n":
        head = re.sub(rb"\r?\n", b"\r\n", head)
    return head + b"\r\n\r\n", block[end.end() :]


def _check_digest(record: WarcRecord, block: bytes) -> None:
    """:raises BrokenFrameError: the block has another hash than WARC-Block-Digest."""
    name, _, stated = (record.headers.get("WARC-Block-Digest") or "").partition(":")
    if (make := _DIGESTS.get(name.lower().replace("-", ""))) and stated:
        digest = make(block, usedforsecurity=False)
        if stated.upper() != base64.b32encode(digest.digest()).decode().rstrip("=") and (
            stated.lower() != digest.hexdigest()
        ):
            raise BrokenFrameError("digest", record.stream_pos)
