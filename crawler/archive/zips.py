"""Zip files of unknown origin, opened within bounds: a WACZ, a page that SingleFile compressed."""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO
from zipfile import BadZipFile, ZipFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipInfo

MAGIC = b"PK\x03\x04"
MAX_DIRECTORY = 8 << 20
"""Bytes of the directory of a zip file, which is read whole; that of a WACZ has a few entries."""
_TAIL = (1 << 16) + 22 + 76  # bytes: a comment, and the records that end a zip file, zip64 or not


@contextmanager
def opened_zip(source: BinaryIO) -> Iterator[ZipFile]:
    """Open the zip file in `source`.

    :raises OSError: there is none, or it is damaged, encrypted, packed in an unknown way or has an
        enormous directory; also where the body of the `with` meets that.
    """
    try:
        if _directory_size(source) > MAX_DIRECTORY:
            raise OSError("broken zip: its directory is enormous")
        with ZipFile(source) as archive:
            yield archive
    # RuntimeError: a password is needed. NotImplementedError: a way of packing, a part of several.
    except (BadZipFile, RuntimeError, ValueError, EOFError, zlib.error, struct.error) as error:
        raise OSError(f"broken zip: {error}") from error


def unpacked(archive: ZipFile, info: ZipInfo, most: int) -> bytes:
    """Return the content of the file `info` of `archive`.

    :raises OSError: the content has over `most` bytes, whatever size is stated.
    """
    with archive.open(info) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(f"{info.filename[:200]} has over {most:,} bytes")
    return content


def _directory_size(source: BinaryIO) -> int:
    """Return the stated bytes of the directory, 0 without a zip file's end."""
    end = source.seek(0, os.SEEK_END)
    source.seek(max(0, end - _TAIL))
    tail = source.read(_TAIL)
    sizes = [0]
    for signature, place, form in ((b"PK\x05\x06", 12, "<L"), (b"PK\x06\x06", 40, "<Q")):
        at = tail.rfind(signature)
        field = tail[at + place : at + place + struct.calcsize(form)] if at >= 0 else b""
        if len(field) == struct.calcsize(form) and field != b"\xff" * len(field):
            sizes += struct.unpack(form, field)
    return max(sizes)
