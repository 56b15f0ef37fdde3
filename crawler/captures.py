"""The pages in WARC files: our own and other people's, whole or damaged."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from fastwarc import ArchiveIterator, WarcRecordType
from fastwarc.stream_io import BrotliReader, ChunkedReader, WarcReader, ZstdReader
from fastwarc.warc import HeaderMap

from crawler.archive import ARCHIVE, LISTED
from crawler.extraction.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from fastwarc import WarcRecord

    from output.filesystem import Root

MAX_BYTES = 16 << 20
"""The largest page, as in a crawl (DOWNLOAD_MAXSIZE), and the largest record looked into."""
_PAGES = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.revisit)
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
_BLOCK = 1 << 20
_MOST_FALSE = 10_000  # places that look like a record's beginning; in noise, one in 16 MB does
_MOST_BROKEN = 1000  # records in a row; what follows is taken for no WARC, since looking takes long
_BOUNDARY = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|WARC/1\.[01]\r\n")


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as it was served. `listed`: what its list said of it, in archives of ours;
    `outlet`: as whoever looked for it calls its outlet."""

    url: str
    fetched_at: datetime
    body: bytes
    content_type: str | None
    offset: int
    listed: bytes = b""
    outlet: str = ""


Counts = Counter[tuple[str, str]]
"""How many pages of an outlet ("": not known) came to what end."""


class NoPageError(Exception):
    """The record is fine, but holds no page; the message is one stable word."""


class BadRecordError(Exception):
    """The record cannot be read; the message is one stable word."""


class BrokenFrameError(BadRecordError):
    """The record at `position` is not as long as it says, so the next one must be looked for."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


def read_captures(
    source: BinaryIO, find: Callable[[str], str], counts: Counts
) -> Iterator[Capture]:
    """The HTML pages of the outlets that are looked for, in the order of the file.

    Their other records are counted: `skipped/<why>` for those that are fine, `bad/<why>` for those
    that are not. After a bad one it goes on at the next that can be found; `bad/cut_off` says
    that there was none, or too many bad ones in a row.

    :param source: seekable
    :param find: the outlet whose page a URL is; "": it is not looked for
    """
    start = broken = 0
    counted = False  # of an error between two records, which is met again where the second begins
    while True:
        last, reason = -1, "damaged"
        try:
            for position, page in _pages(source, start, find, counts):
                last, broken = position, 0
                if page:
                    yield page
            return
        except BrokenFrameError as error:
            last, reason, met_again = error.position, str(error), False
        except OSError:
            met_again = counted and last < 0
        broken += 1
        found = next_record(source, max(start, last) + 1) if broken <= _MOST_BROKEN else None
        counts["", f"bad/{reason}" if found is not None else "bad/cut_off"] += 1
        if met_again:
            counts["", "bad/damaged"] -= 1
        if found is None:
            return
        start, counted = found, reason == "damaged" and not met_again


def _pages(
    source: BinaryIO, start: int, find: Callable[[str], str], counts: Counts
) -> Iterator[tuple[int, Capture | None]]:
    """For each record from `start` on, its position and the page that it holds.

    :raises OSError, BrokenFrameError: the next record cannot be found from here.
    """
    source.seek(start)
    position, listed = -1, b""
    for record in ArchiveIterator(source, parse_http=False):
        position, page = record.stream_pos, None
        if record.record_type == WarcRecordType.metadata:
            listed = _listed(record)
        elif record.record_type in _PAGES:
            page = _page_looked_for(record, find, counts, listed)
            listed = b""
        yield position, page
    if position >= 0:
        _check_end(source, position)
    elif start == 0 and source.seek(0, os.SEEK_END):
        raise BrokenFrameError("damaged", 0)


def _check_end(source: BinaryIO, position: int) -> None:
    """:raises BrokenFrameError: the last record, at `position`, is cut off."""
    source.seek(position)
    for record in ArchiveIterator(source, parse_http=False):
        if "Content-Length" not in record.headers or (
            record.reader.consume() < record.content_length
        ):
            raise BrokenFrameError("length", position)


def read_capture(source: BinaryIO, offset: int) -> Capture | None:
    """The page whose record begins at `offset`.

    :raises OSError, BadRecordError: there is none that can be read.
    """
    source.seek(offset)
    for record in ArchiveIterator(source, WarcRecordType.response, parse_http=False):
        try:
            return _page(record, _url(record))
        except NoPageError:
            return None
    return None


def find_capture(root: Root, outlet: str, url: str) -> Capture | None:
    """The page of the article at `url`, as it was kept last in the archive of `outlet`."""
    wanted = canonical_url(url)

    def is_it(kept: str) -> str:
        return outlet if canonical_url(kept) == wanted else ""

    files = sorted(root.files(f"{ARCHIVE}/outlet={outlet}"), key=lambda info: info.path)
    for info in reversed(files):
        with root.open_file(info.path) as source:
            if captures := list(read_captures(source, is_it, Counter())):
                return captures[-1]
    return None


def next_record(source: BinaryIO, start: int) -> int | None:
    """Where the first record from `start` on begins; None if there is none, or if too much looks
    like one and is none."""
    source.seek(start)
    tail, position, left = b"", start, _MOST_FALSE
    while block := source.read(_BLOCK):
        window = tail + block
        for match in _BOUNDARY.finditer(window):
            place = position - len(tail) + match.start()
            if _begins_record(source, place):
                return place
            left -= 1
            if not left:
                return None
        position += len(block)
        tail = window[-16:]
        source.seek(position)
    return None


def _begins_record(source: BinaryIO, place: int) -> bool:
    source.seek(place)
    head = source.read(4096)
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 16)
        except zlib.error:
            return False
    return head.startswith((b"WARC/1.", b"\x28\xb5\x2f\xfd"))


def _listed(record: WarcRecord) -> bytes:
    if record.headers.get("Content-Type") != LISTED or record.content_length > _BLOCK:
        return b""
    return record.reader.read()


def _page_looked_for(
    record: WarcRecord, find: Callable[[str], str], counts: Counts, listed: bytes
) -> Capture | None:
    """The page in `record`; None if it is none or not looked for, which is counted.

    :raises BrokenFrameError: the record is not as long as it says.
    """
    outlet = ""
    try:
        url = _url(record)
        outlet = find(url)
        return _page(record, url, listed, outlet) if outlet else None
    except BrokenFrameError:
        raise
    except NoPageError as reason:
        counts[outlet, f"skipped/{reason}"] += 1
    except BadRecordError as reason:
        counts[outlet, f"bad/{reason}"] += 1
    return None


def _url(record: WarcRecord) -> str:
    """:raises BadRecordError: it is no text."""
    try:
        return (record.headers.get_bytes(b"WARC-Target-URI") or b"").decode().strip("<> ")
    except UnicodeDecodeError:
        raise BadRecordError("url") from None


def _page(record: WarcRecord, url: str, listed: bytes = b"", outlet: str = "") -> Capture:
    """The page in `record`.

    :raises NoPageError, BadRecordError: there is none; it cannot be read.
    """
    if record.record_type == WarcRecordType.revisit:
        raise NoPageError("revisit")
    if record.content_length > MAX_BYTES:
        raise BadRecordError("too_large")
    if record.record_date is None:
        raise BadRecordError("date")
    block = record.reader.read()
    stated = record.headers.get("Content-Length") or "none"
    length = str(record.content_length)
    if (stated.strip().lstrip("0") or "0") != length or len(block) < record.content_length:
        raise BrokenFrameError("length", record.stream_pos)
    _check_digest(record, block)
    headers, body = HeaderMap(), block
    if record.record_type == WarcRecordType.response:
        headers, body = _response(block)
    kind = headers.get("Content-Type")
    if kind and not kind.lower().startswith(("text/html", "application/xhtml+xml")):
        raise NoPageError("not_html")
    return Capture(url, record.record_date, body, kind, record.stream_pos, listed, outlet)


def _response(block: bytes) -> tuple[HeaderMap, bytes]:
    """The headers and the body, without any coding, of an HTTP response.

    :raises NoPageError, BadRecordError: it is an error; it cannot be read.
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
    return headers, _decoded(body, headers)


def _check_digest(record: WarcRecord, block: bytes) -> None:
    """:raises BadRecordError: the block is not what was written, e.g. by a lying Content-Length."""
    name, _, stated = (record.headers.get("WARC-Block-Digest") or "").partition(":")
    if (make := _DIGESTS.get(name.lower().replace("-", ""))) and stated:
        digest = make(block, usedforsecurity=False)
        if stated.upper() != base64.b32encode(digest.digest()).decode().rstrip("=") and (
            stated.lower() != digest.hexdigest()
        ):
            raise BrokenFrameError("digest", record.stream_pos)


def _inflated(body: bytes) -> bytes:
    """gzip or zlib."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        found = stream.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise OSError(str(error)) from error
    if not stream.eof and len(found) <= MAX_BYTES:
        raise OSError("cut off")
    return found


def _by(reader: Callable[[BinaryIO], WarcReader]) -> Callable[[bytes], bytes]:
    return lambda body: reader(BytesIO(body)).read(MAX_BYTES + 1)


_CODINGS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "chunked": (b"", _by(ChunkedReader)),
    "gzip": (b"\x1f\x8b", _inflated),
    "x-gzip": (b"\x1f\x8b", _inflated),
    "deflate": (b"\x78", _inflated),
    "br": (b"", _by(BrotliReader)),
    "zstd": (b"\x28\xb5\x2f\xfd", _by(ZstdReader)),
}
"""How the bytes of each coding begin, if that tells, and what takes it off a page."""


def _decoded(body: bytes, headers: HeaderMap) -> bytes:
    """`body` without the codings that its headers name, as far as it has them: tools that take
    them off leave the headers as they were.

    :raises BadRecordError: a coding is broken, unknown, or hides more than a page.
    """
    named = f"{headers.get('Content-Encoding') or ''},{headers.get('Transfer-Encoding') or ''}"
    for coding in reversed([word.strip().lower() for word in named.split(",") if word.strip()]):
        if coding == "identity":
            continue
        if coding not in _CODINGS:
            raise BadRecordError("coding")
        magic, take_off = _CODINGS[coding]
        if not body.startswith(magic):
            continue
        try:
            body = take_off(body)
        except OSError:
            if magic:
                raise BadRecordError("coding") from None
        if len(body) > MAX_BYTES:
            raise BadRecordError("too_large")
    return body
