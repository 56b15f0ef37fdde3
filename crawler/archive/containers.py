"""The WARC files in a file: the file itself, or those inside a WACZ.

The form of a WACZ: https://specs.webrecorder.net/wacz/1.1.1/
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from typing import TYPE_CHECKING, BinaryIO, Literal, cast
from zipfile import ZIP_STORED

from crawler.archive.reader import beginning
from crawler.archive.zips import MAGIC, opened_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile, ZipInfo

ARC = "it is an ARC file: `warcio recompress FILE.arc.gz FILE.warc.gz` makes a WARC of it"
_WARC_INSIDE = re.compile(r"(?:\A|/)archive/[^/]+\.warc(?:\.gz)?\Z")
_LOCAL_HEAD = 30  # bytes of a file's own head in a zip, before its name
MAX_UNPACKED = 4 << 30
"""Bytes of a WARC file that a WACZ holds compressed; the form asks to store it as it is."""

Kind = Literal["warc", "wacz", "arc", ""]


def kind_of(source: BinaryIO) -> Kind:
    """Return the form of the archive in `source`, by content alone; "" for any other
    file, also where Zstandard compressed it."""
    source.seek(0)
    head = beginning(source)
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(b"filedesc://"):
        return "arc"
    return "wacz" if head.startswith(MAGIC) and _is_wacz(source) else ""


def warcs_in(source: BinaryIO) -> Iterator[tuple[int, BinaryIO]]:
    """Yield the WARC files in `source`, each with the offset at which it begins in `source`.

    A WARC file that a WACZ holds compressed has the offset 0: no offset leads to its records.

    :raises OSError: the WACZ is damaged, or `source` is an ARC file.
    """
    kind = kind_of(source)
    if kind == "arc":
        raise OSError(ARC)
    if kind != "wacz":
        source.seek(0)
        yield 0, source
        return
    with opened_zip(source) as archive:
        for info in _warcs(archive):
            if info.compress_type == ZIP_STORED:
                start = _start(source, info)
                part = io.BufferedReader(_Part(source, start, info.file_size))
                yield start, cast("BinaryIO", part)
            else:
                with tempfile.TemporaryFile() as file:
                    _unpack(archive, info, file)
                    yield 0, cast("BinaryIO", file)


def _is_wacz(source: BinaryIO) -> bool:
    try:
        with opened_zip(source) as archive:
            return bool(_warcs(archive))
    except OSError:
        return False


def _warcs(archive: ZipFile) -> list[ZipInfo]:
    return [info for info in archive.infolist() if _WARC_INSIDE.search(info.filename)]


def _start(source: BinaryIO, info: ZipInfo) -> int:
    """Return the offset in `source` of the content of `info`, behind a head of its own."""
    source.seek(info.header_offset)
    head = source.read(_LOCAL_HEAD)
    if not head.startswith(MAGIC) or len(head) < _LOCAL_HEAD:
        raise OSError(f"broken zip: {info.filename[:200]} is not where it should be")
    lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    return info.header_offset + _LOCAL_HEAD + lengths


def _unpack(archive: ZipFile, info: ZipInfo, file: io.BufferedRandom) -> None:
    if info.file_size > MAX_UNPACKED:  # zipfile reads no more than is stated
        raise OSError(f"{info.filename[:200]} has over {MAX_UNPACKED:,} bytes")
    with archive.open(info) as packed:
        shutil.copyfileobj(packed, file, 1 << 20)
    file.seek(0)


class _Part(io.RawIOBase):
    """The `size` bytes of a file from `start` on, as a file."""

    def __init__(self, source: BinaryIO, start: int, size: int) -> None:
        self._source = source
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._source.seek(self._start + self._at)
        content = self._source.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)
