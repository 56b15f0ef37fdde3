"""The pages in WARC files: our own and other people's, whole or damaged."""

from __future__ import annotations

import base64
import hashlib
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
_BOUNDARY = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|WARC/1\.[01]\r\n")


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as it was served. `listed`: what its list said of it, in archives of ours."""

    url: str
    fetched_at: datetime
    body: bytes
    content_type: str | None
    offset: int
    listed: bytes = b""


class BadRecordError(Exception):
    """The record cannot be read; the message is one stable word."""


class BrokenFrameError(BadRecordError):
    """The record at `position` is not as long as it says, so the next one must be looked for."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


def read_captures(
    source: BinaryIO, wanted: Callable[[str], bool], counts: Counter[str]
) -> Iterator[Capture]:
    """The HTML pages whose URL is `wanted`, in the order of the file.

    All other records are counted: `skipped/<why>` for those that are fine, `bad/<why>` for those
    that are not. After a bad one it goes on at the next that can be found; `bad/cut_off` says
    that there was none.

    :param source: seekable
    """
    start = 0
    counted = False  # of an error between two records, which is met again where the second begins
    while True:
        last, reason = -1, "damaged"
        try:
            for position, page in _pages(source, start, wanted, counts):
                last = position
                if page:
                    yield page
            return
        except BrokenFrameError as error:
            last, reason, met_again = error.position, str(error), False
        except OSError:
            met_again = counted and last < 0
        found = next_record(source, max(start, last) + 1)
        counts[f"bad/{reason}" if found is not None else "bad/cut_off"] += 1
        if met_again:
            counts["bad/damaged"] -= 1
        if found is None:
            return
        start, counted = found, reason == "damaged" and not met_again


def _pages(
    source: BinaryIO, start: int, wanted: Callable[[str], bool], counts: Counter[str]
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
            try:
                page = _page(record, wanted, counts, listed)
            except BrokenFrameError:
                raise
            except BadRecordError as error:
                counts[f"bad/{error}"] += 1
            listed = b""
        yield position, page
    if position >= 0:
        _check_end(source, position)


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
        return _page(record, lambda url: True, Counter(), b"")
    return None


def find_capture(root: Root, outlet: str, url: str) -> Capture | None:
    """The page of the article at `url`, as it was kept last in the archive of `outlet`."""
    wanted = canonical_url(url)
    files = sorted(root.files(f"{ARCHIVE}/outlet={outlet}"), key=lambda info: info.path)
    for info in reversed(files):
        with root.open_file(info.path) as source:
            found = read_captures(source, lambda kept: canonical_url(kept) == wanted, Counter())
            if captures := list(found):
                return captures[-1]
    return None


def next_record(source: BinaryIO, start: int) -> int | None:
    """Where the first record from `start` on begins; None if there is none."""
    source.seek(start)
    tail, position = b"", start
    while block := source.read(_BLOCK):
        window = tail + block
        for match in _BOUNDARY.finditer(window):
            place = position - len(tail) + match.start()
            if _begins_record(source, place):
                return place
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


def _page(
    record: WarcRecord, wanted: Callable[[str], bool], counts: Counter[str], listed: bytes
) -> Capture | None:
    """The page in `record`, None if it is none or not wanted, which is counted.

    :raises BadRecordError: it cannot be read.
    """
    if record.record_type == WarcRecordType.revisit:
        counts["skipped/revisit"] += 1
        return None
    try:
        url = (record.headers.get_bytes(b"WARC-Target-URI") or b"").decode().strip("<> ")
    except UnicodeDecodeError:
        raise BadRecordError("url") from None
    if not wanted(url):
        return None
    if record.content_length > MAX_BYTES:
        raise BadRecordError("too_large")
    if record.record_date is None:
        raise BadRecordError("date")
    block = record.reader.read()
    if "Content-Length" not in record.headers or len(block) < record.content_length:
        raise BrokenFrameError("length", record.stream_pos)
    _check_digest(record, block)
    headers, body = HeaderMap(), block
    if record.record_type == WarcRecordType.response:
        head, _, body = block.partition(b"\r\n\r\n")
        try:
            headers.parse(BytesIO(head + b"\r\n\r\n"))
        except OSError:
            raise BadRecordError("http") from None
        if headers.status_code is None:
            raise BadRecordError("http")
        if headers.status_code != 200:
            counts["skipped/status"] += 1
            return None
        body = _decoded(body, headers)
    kind = headers.get("Content-Type")
    if kind and not kind.lower().startswith(("text/html", "application/xhtml+xml")):
        counts["skipped/not_html"] += 1
        return None
    return Capture(url, record.record_date, body, kind, record.stream_pos, listed)


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
