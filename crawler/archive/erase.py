"""Removal of pages from the archive, while all other records keep their offsets.

An article's records are overwritten by an empty record of exactly the same length.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from fastwarc import ArchiveIterator, WarcRecord, WarcRecordType

from crawler.archive.scanner import next_record, record_behind
from crawler.archive.writer import ARCHIVE, LISTED
from output.private import make_private, private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from output.filesystem import Root

_NAMED = 0x08  # the flag of a gzip member whose header holds a file name (RFC 1952, 2.3.1)


class Erased(NamedTuple):
    """The number of pages that were erased, and the damaged files, which may hold more."""

    pages: int
    damaged: list[str]


class _Found(NamedTuple):
    """A record in its file.

    :param start: offset of the record
    :param page: record id of the response that the record belongs to
    :param article_id: of the article, in a record that names it
    """

    start: int
    page: str
    article_id: str


def erase(root: Root, folder: Path, outlet: str, article_id: str) -> Erased:
    """Erase all pages of the article from the finished files of `outlet`.

    A file is replaced whole or not at all; a second call erases pages that a kill left over.

    :param folder: a local folder, where the new file is made
    :raises OSError: a file cannot be read or replaced.
    """
    pages, damaged = 0, []
    for info in root.files(f"{ARCHIVE}/outlet={outlet}"):
        with root.open_file(info.path) as source:
            records, whole = _records(source)
            its = {record.page for record in records if record.article_id == article_id}
            if its:
                stretches = _stretches(records, its, source.seek(0, os.SEEK_END))
                staged = _without(source, stretches, folder / f"{info.base_name}.erased")
                root.publish_file(root.relative(info.path), staged)
        pages += len(its)
        if not whole:
            damaged.append(root.relative(info.path))
    return Erased(pages, damaged)


def _records(source: BinaryIO) -> tuple[list[_Found], bool]:
    """Return all records that can be found, and whether nothing between them is damaged."""
    found: list[_Found] = []
    start: int | None = 0
    last = 0
    whole = True
    while start is not None:
        source.seek(start)
        try:
            last = start
            found.extend(_read(source))
            last = max(last, found[-1].start if found else 0)
            start = record_behind(source, last)
        except (OSError, ValueError):
            whole = False
            last = max(last, found[-1].start if found else 0)
            start = next_record(source, last + 1)
    return found, whole


def _read(source: BinaryIO) -> Iterator[_Found]:
    for record in ArchiveIterator(source, parse_http=False):
        page = record.headers.get("WARC-Concurrent-To") or record.record_id or ""
        article_id = ""
        if record.headers.get("Content-Type") == LISTED:
            article_id = json.loads(record.reader.read())["article_id"]
        yield _Found(record.stream_pos, page, article_id)


def _stretches(records: list[_Found], pages: set[str], size: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of the file with the records of `pages`, which are side by side."""
    ends = [*(record.start for record in records[1:]), size]
    pairs = zip(records, ends, strict=True)
    for theirs, stretch in groupby(pairs, key=lambda pair: pair[0].page in pages):
        if theirs:
            (first, end), *more = stretch
            yield first.start, more[-1][1] if more else end


def _without(source: BinaryIO, stretches: Iterable[tuple[int, int]], target: Path) -> Path:
    """Copy `source` to the file `target` on disk, with empty records in the `stretches`."""
    make_private(target.parent)
    source.seek(0)
    with open(target, "wb", opener=private) as file:
        shutil.copyfileobj(source, file, 1 << 20)
        for start, end in stretches:
            file.seek(start)
            file.write(nothing(end - start))
        file.flush()
        os.fsync(file.fileno())
    return target


def nothing(length: int) -> bytes:
    """Return an empty record, as a gzip member of exactly `length` bytes.

    :raises ValueError: `length` is too short for any record.
    """
    blanks = length
    while (excess := len(member := gzip.compress(_blank(blanks), 0, mtime=0)) - length) > 0:
        blanks -= excess  # stored, not compressed: so many bytes fewer, and a block's head at times
        if blanks < 0:
            raise ValueError(f"no record is as short as {length} bytes")
    if excess == 0:
        return member
    name = b"-" * (-excess - 1) + b"\0"
    return member[:3] + bytes([_NAMED]) + member[4:10] + name + member[10:]


def _blank(blanks: int) -> bytes:
    record = WarcRecord()
    record.init_headers(WarcRecordType.metadata)
    record.headers["Content-Type"] = "text/plain"
    record.set_bytes_content(b" " * blanks)
    buffer = BytesIO()
    record.write(buffer, checksum_data=True)
    return buffer.getvalue()
