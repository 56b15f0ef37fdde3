"""The pages in WARC files: our own and other people's, whole or damaged."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from fastwarc import ArchiveIterator, WarcRecordType
from fastwarc.warc import HeaderMap

from crawler.archive.encodings import CodingError, decoded
from crawler.archive.writer import ARCHIVE, LISTED
from crawler.extraction.urls import canonical_url
from output import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastwarc import WarcRecord

    from output.filesystem import Root

MAX_BYTES = 16 << 20
"""The largest page, as in a crawl (DOWNLOAD_MAXSIZE), and the largest record looked into."""
_FAR = 1 << 30
_PAGES = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.revisit)
_ABOUT_PAGES = (WarcRecordType.request, WarcRecordType.warcinfo)
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
_BLOCK = 1 << 20
_MOST_FALSE = 10_000  # places that look like a record's beginning; in noise, one in 16 MB does
_MOST_BROKEN = 1000  # records in a row; what follows is taken for no WARC, since looking takes long
_MOST_BAD = 10_000  # in all
_ONE_DAY = timedelta(days=1)
_FIRST = datetime(1991, 8, 6, tzinfo=UTC)  # there was no web before
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
    """The record at `position` is not as long as it says, or too long to be read to its end, so the
    next one must be looked for. Without a reason it is counted already."""

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
    start = broken = bad = 0
    counted = False  # of an error between two records, which is met again where the second begins
    while True:
        last, reason = -1, "damaged"
        try:
            for position, page in _settled(source, _pages(source, start, find, counts)):
                last, broken = position, 0
                if page:
                    yield page
            return
        except BrokenFrameError as error:
            last, reason, met_again = error.position, str(error), False
        except OSError:
            met_again = counted and last < 0
        broken, bad = broken + bool(reason), bad + bool(reason)
        enough = broken > _MOST_BROKEN or bad > _MOST_BAD
        found = None if enough else next_record(source, max(start, last) + 1)
        if found is None and not reason and _is_whole(source, last):
            return
        if reason or found is None:
            counts["", f"bad/{reason}" if found is not None else "bad/cut_off"] += 1
        if met_again:
            counts["", "bad/damaged"] -= 1
        if found is None:
            return
        start, counted = found, reason == "damaged" and not met_again


def _settled(
    source: BinaryIO, pages: Iterator[tuple[int, Capture | None]]
) -> Iterator[tuple[int, Capture | None]]:
    """`pages`, each when what follows it shows that it was as long as it said.

    :raises OSError, BrokenFrameError: as `pages`; or the last one was longer.
    """
    held: tuple[int, Capture | None] | None = None
    try:
        for position, page in pages:
            if held:
                yield held
            held = position, page
    except OSError:
        if held and held[1] and not _ends_before_next(source, held[0]):
            raise BrokenFrameError("length", held[0]) from None
        if held:
            yield held
        raise
    except BrokenFrameError:
        if held:
            yield held
        raise
    if held:
        yield held


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
        elif record.record_type not in _ABOUT_PAGES:
            counts["", "skipped/other_record"] += 1
        if record.content_length > MAX_BYTES:  # whatever it says: only its neighbours matter
            raise BrokenFrameError("", position)
        record.reader.consume()
        if record.reader.tell() < record.content_length or "Content-Length" not in record.headers:
            raise BrokenFrameError("length", position)
        yield position, page
    if position < 0 and start == 0 and source.seek(0, os.SEEK_END):
        raise BrokenFrameError("damaged", 0)


def _is_whole(source: BinaryIO, position: int) -> bool:
    """Whether the record at `position` is as long as it says, or longer than anybody looks."""
    source.seek(position)
    for record in ArchiveIterator(source, parse_http=False):
        read = record.reader.consume(_FAR)
        return bool(read == min(_FAR, record.content_length))
    return False


def _ends_before_next(source: BinaryIO, position: int) -> bool:
    """Whether the record at `position` has nothing behind it in its gzip member or, in a file
    without any, before the next record; else it is longer than it says."""
    end = next_record(source, position + 1)
    source.seek(position)
    piece = source.read(min(MAX_BYTES, (end or position + MAX_BYTES) - position))
    if piece.startswith(b"\x1f\x8b"):
        try:
            piece = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(piece, 2 * MAX_BYTES)
        except zlib.error:
            return True
    try:
        return sum(1 for _ in ArchiveIterator(BytesIO(piece), parse_http=False)) == 1
    except OSError:
        return False


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
    date = record.record_date
    if date is None or not _FIRST <= date <= clock.now() + _ONE_DAY:
        raise BadRecordError("date")  # one to come would be the latest capture for ever
    if "WARC-Truncated" in record.headers or "WARC-Segment-Number" in record.headers:
        raise BadRecordError("truncated")
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
    return Capture(url, date, body, kind, record.stream_pos, listed, outlet)


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
    try:
        return headers, decoded(body, headers, MAX_BYTES)
    except CodingError as error:
        raise BadRecordError(str(error)) from None


def _check_digest(record: WarcRecord, block: bytes) -> None:
    """:raises BadRecordError: the block is not what was written, e.g. by a lying Content-Length."""
    name, _, stated = (record.headers.get("WARC-Block-Digest") or "").partition(":")
    if (make := _DIGESTS.get(name.lower().replace("-", ""))) and stated:
        digest = make(block, usedforsecurity=False)
        if stated.upper() != base64.b32encode(digest.digest()).decode().rstrip("=") and (
            stated.lower() != digest.hexdigest()
        ):
            raise BrokenFrameError("digest", record.stream_pos)
