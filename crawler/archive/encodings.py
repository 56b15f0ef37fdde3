"""Content and transfer codings of HTTP bodies, taken off where a body still has them.

A tool that archives pages may have taken a coding off and left the header that names it.
"""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from fastwarc.stream_io import BrotliReader, WarcReader, ZstdReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastwarc.warc import HeaderMap

_MOST_CODINGS = 10  # of one body, each of which may unpack it to its greatest size
_MOST_MEMBERS = 100  # of one gzip body


class CodingError(Exception):
    """There is no whole body; the message is a stable word."""


def decoded(body: bytes, headers: HeaderMap, most: int) -> bytes:
    """Return `body` without those codings in `headers` that it still has.

    :param most: bytes that the returned body may have
    :raises CodingError: a coding is broken, unknown, or hides more than `most` bytes; or the body
        is shorter than its Content-Length.
    """
    named = f"{headers.get('Content-Encoding') or ''},{headers.get('Transfer-Encoding') or ''}"
    codings = [word.strip().lower() for word in named.split(",") if word.strip()]
    if len(codings) > _MOST_CODINGS:
        raise CodingError("coding")
    announced = headers.get("Content-Length") or ""
    if not codings and announced.isdecimal() and len(body) < int(announced[:20]):
        raise CodingError("truncated")
    for coding in reversed(codings):
        if coding == "identity":
            continue
        if coding not in _CODINGS:
            raise CodingError("coding")
        has_it, take_off = _CODINGS[coding]
        if not has_it(body):
            continue
        try:
            body = take_off(body, most)
        except (OSError, zlib.error):
            raise CodingError("coding") from None
        if len(body) > most:
            raise CodingError("too_large")
    return body


def has_coding(body: bytes, coding: str) -> bool:
    """Return True if `body` begins as `coding` does; False too for an unknown coding."""
    return coding in _CODINGS and bool(_CODINGS[coding][0](body))


def _inflated(body: bytes, most: int, bits: int = zlib.MAX_WBITS | 32) -> bytes:
    """Return the content of gzip, of one or more members, or of zlib."""
    parts: list[bytes] = []
    room = most + 1
    while len(parts) < _MOST_MEMBERS:
        stream = zlib.decompressobj(bits)
        parts.append(stream.decompress(body, room))
        room -= len(parts[-1])
        if room and not stream.eof:
            raise OSError("cut off")
        body = stream.unused_data
        if not room or not _GZIP.match(body):
            return b"".join(parts)
    raise OSError("too many members")


def _deflated(body: bytes, most: int) -> bytes:
    """Return the content of zlib, or of the bare stream that some servers send instead."""
    try:
        return _inflated(body, most)
    except (OSError, zlib.error):
        return _inflated(body, most, -zlib.MAX_WBITS)


def _unchunked(body: bytes, most: int) -> bytes:
    """Return the content of chunks (RFC 9112, section 7.1) without extensions and trailers."""
    parts: list[bytes] = []
    place = 0
    while size := _CHUNK.match(body, place):
        start = size.end()
        place = start + int(size[1], 16)
        if place == start:
            return b"".join(parts)
        parts.append(body[start:place])
        place += 2
    raise OSError("cut off")


def _by(reader: Callable[[BinaryIO], WarcReader]) -> Callable[[bytes, int], bytes]:
    return lambda body, most: reader(BytesIO(body)).read(most + 1)


_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_GZIP = re.compile(rb"\x1f\x8b")
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd")
_BINARY = re.compile(rb"x[^<]|[^\0-\x08\x0e-\x1a\x1c-\x1f]{0,1023}[\0-\x08\x0e-\x1a\x1c-\x1f]")
"""Beginnings that no HTML has: the first byte of zlib, or control characters in the first KB."""
_CODINGS: dict[str, tuple[Callable[[bytes], object], Callable[[bytes, int], bytes]]] = {
    "chunked": (_CHUNK.match, _unchunked),
    "gzip": (_GZIP.match, _inflated),
    "x-gzip": (_GZIP.match, _inflated),
    "deflate": (_BINARY.match, _deflated),
    "br": (_BINARY.match, _by(BrotliReader)),
    "zstd": (_ZSTD.match, _by(ZstdReader)),
}
