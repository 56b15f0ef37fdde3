"""The pages in WARC files: our own and other people's, whole or damaged."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from fastwarc import ArchiveIterator, WarcRecordType
from fastwarc.stream_io import BrotliReader, ChunkedReader, GzipReader, WarcReader, ZstdReader
from fastwarc.warc import HeaderMap

from crawler.archive import LISTED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from fastwarc import WarcRecord

MAX_BYTES = 16 << 20
"""The largest page, as in a crawl (DOWNLOAD_MAXSIZE), and the largest record looked into."""
_LOOKED_AT = (
    WarcRecordType.response
    | WarcRecordType.metadata
    | WarcRecordType.revisit
    | WarcRecordType.resource
)
_DIGESTS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
_BLOCK = 1 << 20
_BOUNDARY = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|WARC/1\.[01]\r\n")
_Reader = Callable[[BinaryIO], WarcReader]
_READERS: dict[str, tuple[bytes, _Reader]] = {
    "chunked": (b"", ChunkedReader),
    "gzip": (b"\x1f\x8b", GzipReader),
    "x-gzip": (b"\x1f\x8b", GzipReader),
    "deflate": (b"\x78", lambda inner: GzipReader(inner, zlib=True)),
    "br": (b"", BrotliReader),
    "zstd": (b"\x28\xb5\x2f\xfd", ZstdReader),
}
"""By coding: how its bytes begin, if that tells, and what reads them."""


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
    """The record is not as long as it says, so the next one must be looked for."""


def read_captures(
    source: BinaryIO, wanted: Callable[[str], bool], counts: Counter[str]
) -> Iterator[Capture]:
    """The HTML pages whose URL is `wanted`, in the order of the file.

    All other records are counted: `skipped/<why>` for those that are fine, `bad/<why>` for those
    that are not. After a bad one it goes on at the next that can be found; `bad/cut_off` says
    that there was none.

    :param source: seekable
    """
    start: int | None = 0
    while start is not None:
        source.seek(start)
        last = start
        try:
            listed = b""
            for record in ArchiveIterator(source, _LOOKED_AT, parse_http=False):
                last = record.stream_pos
                if record.record_type == WarcRecordType.metadata:
                    listed = _listed(record)
                    continue
                try:
                    page = _page(record, wanted, counts, listed)
                except BrokenFrameError:
                    raise
                except BadRecordError as error:
                    counts[f"bad/{error}"] += 1
                else:
                    if page:
                        yield page
                listed = b""
        except (OSError, BrokenFrameError) as error:
            start = next_record(source, last + 1)
            why = str(error) if isinstance(error, BrokenFrameError) else "damaged"
            counts["bad/cut_off" if start is None else f"bad/{why}"] += 1
        else:
            return


def read_capture(source: BinaryIO, offset: int) -> Capture | None:
    """The page whose record begins at `offset`.

    :raises OSError, BadRecordError: there is none that can be read.
    """
    source.seek(offset)
    for record in ArchiveIterator(source, WarcRecordType.response, parse_http=False):
        return _page(record, lambda url: True, Counter(), b"")
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
        raise BrokenFrameError("length")
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
            raise BrokenFrameError("digest")


def _decoded(body: bytes, headers: HeaderMap) -> bytes:
    """`body` without the codings that its headers name, as far as it has them: tools that take
    them off leave the headers as they were.

    :raises BadRecordError: a coding is broken, unknown, or hides more than a page.
    """
    named = f"{headers.get('Content-Encoding') or ''},{headers.get('Transfer-Encoding') or ''}"
    for coding in reversed([word.strip().lower() for word in named.split(",") if word.strip()]):
        if coding == "identity":
            continue
        if coding not in _READERS:
            raise BadRecordError("coding")
        magic, reader = _READERS[coding]
        if not body.startswith(magic):
            continue
        try:
            body = reader(BytesIO(body)).read(MAX_BYTES + 1)
        except OSError:
            if magic:
                raise BadRecordError("coding") from None
        if len(body) > MAX_BYTES:
            raise BadRecordError("too_large")
    return body
