"""All pages of a WARC file, however damaged: a scan that goes on behind each break."""

from __future__ import annotations

import os
import re
import zlib
from collections import Counter
from enum import Enum, auto
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from fastwarc import WarcRecordType

from crawler.archive.containers import warcs_in
from crawler.archive.reader import (
    MAX_BYTES,
    ArchivedPage,
    BadRecordError,
    BrokenFrameError,
    NoPageError,
    page_in,
    records,
    url_of,
)
from crawler.archive.writer import ARCHIVE, LISTED
from crawler.extraction.urls import canonical_url
from output.filesystem import open_file

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from fastwarc import WarcRecord

    from output.filesystem import Root

Counts = Counter[tuple[str, str]]
"""Records by outlet ("": not known) and by what became of them."""

_FAR = 1 << 30  # bytes of a record that are read to see whether the record is whole
_PAGES = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.revisit)
_ABOUT_PAGES = (WarcRecordType.request, WarcRecordType.warcinfo)
_BLOCK = 1 << 20
_MOST_FALSE = 10_000  # places that look like a record's beginning; in noise, one in 16 MB does
_MOST_BROKEN = 1000  # records in a row; what follows is taken for no WARC, since looking takes long
_MOST_BAD = 10_000  # in all
_BOUNDARY = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|WARC/1\.[01]\r?\n")


def read_pages(
    source: BinaryIO, find: Callable[[str], str], counts: Counts
) -> Iterator[ArchivedPage]:
    """Yield the HTML pages of the outlets that are looked for, in the order of the file.

    Other records of those outlets are counted: `skipped/<reason>` where the record is fine,
    `bad/<reason>` where it is not. After a bad record the scan goes on at the next that can be
    found; `bad/cut_off` says that there was none, or too many bad ones in a row.

    :param source: seekable
    :param find: gives the outlet of a URL; "" for a URL that is not looked for
    """
    return _Scan(source, find, counts).pages()


def first_page(path: str) -> ArchivedPage | None:
    """Return the first page in the WARC or WACZ file at `path`, a URI too; None without a page.

    :raises OSError, pa.ArrowInvalid: the file cannot be read.
    """
    with open_file(path) as source:
        pages = (page for _, warc in warcs_in(source) for page in read_pages(warc, str, Counts()))
        return next(pages, None)


def find_page(root: Root, outlet: str, url: str) -> ArchivedPage | None:
    """Return the last page of the article at `url` in the archive of `outlet`."""
    wanted = canonical_url(url)

    def is_it(kept: str) -> str:
        return outlet if canonical_url(kept) == wanted else ""

    files = sorted(root.files(f"{ARCHIVE}/outlet={outlet}"), key=lambda info: info.path)
    for info in reversed(files):
        with root.open_file(info.path) as source:
            if pages := list(read_pages(source, is_it, Counter())):
                return pages[-1]
    return None


class _State(Enum):
    READING = auto()
    BEHIND_DAMAGE = auto()  # which is counted; no record was read since
    ENDED = auto()


class _Break(NamedTuple):
    """A place that cannot be read on from.

    :param position: of the last record that was read; -1 without a record
    :param reason: the word to count; None: the record is counted already
    :param is_known: the break is the other end of damage that is counted already
    """

    position: int
    reason: str | None
    is_known: bool = False


class _Scan:
    """A scan of a file, from break to break."""

    def __init__(self, source: BinaryIO, find: Callable[[str], str], counts: Counts) -> None:
        self.source = source
        self.find = find
        self.counts = counts
        self.state = _State.READING
        self.start = 0
        self.broken_in_a_row = 0
        self.broken = 0

    def pages(self) -> Iterator[ArchivedPage]:
        while self.state is not _State.ENDED:
            broken = yield from self._read()
            if broken is None:
                self.state = _State.ENDED
            else:
                self._pass(broken)

    def _read(self) -> Generator[ArchivedPage, None, _Break | None]:
        """Yield pages from `start` on; return the break that ends them, None at the file's end."""
        last = -1
        try:
            for position, page in self._settled():
                last, self.broken_in_a_row = position, 0
                if page:
                    yield page
        except BrokenFrameError as error:
            return _Break(error.position, str(error) or None)
        except OSError:
            return _Break(last, "damaged", self.state is _State.BEHIND_DAMAGE and last < 0)
        return None

    def _pass(self, broken: _Break) -> None:
        """Count a break, and go on at the next record behind it."""
        if broken.reason:
            self.broken_in_a_row += 1
            self.broken += 1
        found = self._next_behind(broken)
        if broken.is_known:
            self.counts["", "bad/damaged"] -= 1  # and counted again below
        if found is None:
            if broken.reason or not _is_whole(self.source, broken.position):
                self.counts["", "bad/cut_off"] += 1
            self.state = _State.ENDED
            return
        if broken.reason:
            self.counts["", f"bad/{broken.reason}"] += 1
        is_damage = broken.reason == "damaged" and not broken.is_known
        self.state = _State.BEHIND_DAMAGE if is_damage else _State.READING
        self.start = found

    def _next_behind(self, broken: _Break) -> int | None:
        if self.broken_in_a_row > _MOST_BROKEN or self.broken > _MOST_BAD:
            return None
        return next_record(self.source, max(self.start, broken.position) + 1)

    def _settled(self) -> Iterator[tuple[int, ArchivedPage | None]]:
        """Yield the records, each when the next shows that the record was as long as it says.

        :raises OSError, BrokenFrameError: as `_records`; or the last record was longer.
        """
        held: tuple[int, ArchivedPage | None] | None = None
        try:
            for record in self._records():
                if held:
                    yield held
                held = record
        except OSError:
            if held and held[1] and not _ends_before_next(self.source, held[0]):
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

    def _records(self) -> Iterator[tuple[int, ArchivedPage | None]]:
        """Yield the offset of each record from `start` on, and the page in it, if looked for.

        :raises OSError, BrokenFrameError: the next record cannot be reached from here.
        """
        position, listed = -1, b""
        for record in records(self.source, self.start):
            position, page = record.stream_pos, None
            if record.record_type == WarcRecordType.metadata:
                listed = _listed(record)
            elif record.record_type in _PAGES:
                page, listed = self._page_looked_for(record, listed), b""
            elif record.record_type not in _ABOUT_PAGES:
                self.counts["", "skipped/other_record"] += 1
            _check_length(record)
            yield position, page
        if position < 0 and self.start == 0 and self.source.seek(0, os.SEEK_END):
            raise BrokenFrameError("" if _is_empty_member(self.source) else "damaged", 0)
        last = max(position, self.start)
        if record_behind(self.source, last) is not None:
            raise BrokenFrameError("", last)

    def _page_looked_for(self, record: WarcRecord, listed: bytes) -> ArchivedPage | None:
        """Return the page in `record`; None, counted, if there is none, or not looked for.

        :raises BrokenFrameError: the record is not as long as its Content-Length.
        """
        outlet = ""
        try:
            url = url_of(record)
            outlet = self.find(url)
            return page_in(record, url, listed, outlet) if outlet else None
        except BrokenFrameError:
            raise
        except NoPageError as reason:
            self.counts[outlet, f"skipped/{reason}"] += 1
        except BadRecordError as reason:
            self.counts[outlet, f"bad/{reason}"] += 1
        return None


def _check_length(record: WarcRecord) -> None:
    """Read to the end of `record`.

    :raises BrokenFrameError: the record is not as long as its Content-Length, or too long.
    """
    if record.content_length > MAX_BYTES:  # `page_in` has counted it
        raise BrokenFrameError("", record.stream_pos)
    record.reader.consume()
    if record.reader.tell() < record.content_length or "Content-Length" not in record.headers:
        raise BrokenFrameError("length", record.stream_pos)


def _listed(record: WarcRecord) -> bytes:
    if record.headers.get("Content-Type") != LISTED or record.content_length > _BLOCK:
        return b""
    return record.reader.read()


def _is_whole(source: BinaryIO, position: int) -> bool:
    """Return whether the record at `position` is as long as its Content-Length, up to _FAR."""
    for record in records(source, position):
        read = record.reader.consume(_FAR)
        return bool(read == min(_FAR, record.content_length))
    return False


def _ends_before_next(source: BinaryIO, position: int) -> bool:
    """Return whether the record at `position` is alone in its gzip member or, in a file without
    members, before the next record; a record that is not is longer than its Content-Length."""
    end = next_record(source, position + 1)
    source.seek(position)
    piece = source.read(min(MAX_BYTES, (end or position + MAX_BYTES) - position))
    if piece.startswith(b"\x1f\x8b"):
        try:
            piece = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(piece, 2 * MAX_BYTES)
        except zlib.error:
            return True
    try:
        return sum(1 for _ in records(BytesIO(piece), 0)) == 1
    except OSError:
        return False


def record_behind(source: BinaryIO, position: int) -> int | None:
    """Return the offset of a record behind the record at `position`, after which the iterator of a
    gzip file ended, or None: it ends at an empty member, as bgzip writes, wherever that is."""
    place: int | None = position
    while place is not None:
        source.seek(place)
        if source.read(2) != b"\x1f\x8b":  # of a record stored in its member without compression
            if place == position:
                return None
        elif place > position:
            return place
        place = next_record(source, place + 1)
    return None


def _is_empty_member(source: BinaryIO) -> bool:
    """Return whether the file begins with a gzip member that holds nothing."""
    source.seek(0)
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        return member.decompress(source.read(4096), 1) == b"" and member.eof
    except zlib.error:
        return False


def next_record(source: BinaryIO, start: int) -> int | None:
    """Return the offset of the first record from `start` on; None without a record, or after
    _MOST_FALSE places that only look like a record."""
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
