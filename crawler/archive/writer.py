"""The archive of a run: pages as they were served, in WARC 1.1 files.

A file grows in `open/`, on a local disk, and moves to `archive/` when the rows that name its pages
are published: files there are finished, and a reparse of them finds those rows. Every record is a
gzip member of its own, so that a file that a kill leaves behind is whole up to the last page, and
any record can be read by its offset.
"""

from __future__ import annotations

import fcntl
import os
import re
import zlib
from dataclasses import dataclass
from http.client import responses
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastwarc import WarcRecord, WarcRecordType
from isal import igzip

from output.private import make_private, private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from typing import BinaryIO

    from output.filesystem import Root

ARCHIVE = "archive"
OPEN = "open"
MAX_BYTES = 512 << 20
LISTED = "application/vnd.wartatek.listed+json"
"""Content-Type of the metadata record that holds an article's id and candidate."""
_LEVEL = 2  # of igzip: a sixth of the time of zlib's level 4, 8 % larger (real pages)
_HELD_BACK = {  # headers of the body as it was sent, coded; the body is kept without a coding
    b"content-encoding",
    b"content-length",
    b"transfer-encoding",
}

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response.

    :param body: without any coding
    :param listed: the article's id and candidate, as JSON, for a later reading of the page
    """

    url: str
    fetched_at: datetime
    asked: Headers
    status: int
    served: Headers
    body: bytes
    listed: bytes = b""
    ip_address: str = ""


class Archive:
    """The archive of the pages of an outlet's run.

    :param folder: a local folder, where unfinished files grow
    """

    def __init__(
        self, root: Root, folder: Path, outlet: str, run_id: str, max_bytes: int = MAX_BYTES
    ) -> None:
        self.root = root
        self.folder = folder
        self.outlet = outlet
        self.run_id = run_id
        self.max_bytes = max_bytes
        self._file: BinaryIO | None = None
        self._path = Path()
        self._files = 0
        self._full: list[Path] = []
        self._due: list[Path] = []

    def keep(self, page: Exchange) -> dict[str, Any]:
        """Append `page`; return the value of the row's column `archive`.

        :raises OSError: the disk is full; nothing of the page was kept.
        """
        if self._file and self._file.tell() >= self.max_bytes:
            self._end_file()
        file = self._file or self._begin()
        start = file.tell()
        before, response = _members(page)
        try:
            _write(file, before + response)
        except OSError:
            file.truncate(start)
            file.seek(start)
            raise
        name = f"{ARCHIVE}/outlet={self.outlet}/{self._path.name}"
        return {"file": name, "offset": start + len(before)}

    def sync(self) -> None:
        """Write kept pages through to the disk, before rows that name them are published."""
        if self._file:
            os.fsync(self._file.fileno())

    def release(self) -> None:
        """Move files to the finished files that were full at the call before.

        The caller has published rows before each call: those of pages that were on their way then
        are published now.

        :raises OSError: files stay where they are, for the next run to finish.
        """
        while self._due:
            _publish(self.root, self.outlet, self._due[0])
            del self._due[0]
        self._due, self._full = self._full, []

    def finish(self) -> None:
        """Move all files, also the one that grows, to the finished files.

        :raises OSError: as `release`.
        """
        self._end_file()
        self.release()
        self.release()

    def _end_file(self) -> None:
        if self._file:
            file, self._file = self._file, None
            self._full.append(self._path)
            with file:
                os.fsync(file.fileno())

    def close(self) -> None:
        """Leave the file that grows to the next run."""
        if self._file:
            self._file.close()
            self._file = None

    def _begin(self) -> BinaryIO:
        make_private(self.folder.parent, self.folder)
        self._path = self.folder / f"{self.run_id}-{self._files:05}.warc.gz"
        self._files += 1
        # Without a buffer, a kill leaves what was written.
        file = open(self._path, "xb", buffering=0, opener=private)  # noqa: SIM115
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file = file
        _write(file, _warcinfo(self._path.name))
        return file


def recover(root: Root, folder: Path, outlet: str) -> list[Path]:
    """Cut torn last records off the files that dead runs of `outlet` left in `folder`, and move the
    files to the finished ones; return the paths that the files had."""
    recovered = []
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # its run is alive
                continue
            file.truncate(_whole(file))
            os.fsync(file.fileno())
            if file.seek(0, os.SEEK_END):
                _publish(root, outlet, path)
            else:
                path.unlink()
        recovered.append(path)
    return recovered


def open_folder(location: str, outlet: str) -> Path:
    """Return the folder of the unfinished files of `outlet`, below the local folder `location`."""
    return Path(location) / OPEN / f"outlet={outlet}"


def _publish(root: Root, outlet: str, path: Path) -> None:
    if root.local:
        make_private(Path(root.at(ARCHIVE)), Path(root.at(ARCHIVE, f"outlet={outlet}")))
    root.publish_file(f"{ARCHIVE}/outlet={outlet}/{path.name}", path)


def _whole(file: BinaryIO) -> int:
    """Return the offset at which the last whole gzip member of `file` ends."""
    end = 0
    file.seek(0)
    member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    while chunk := file.read(1 << 20):
        while chunk:
            try:
                member.decompress(chunk)
            except zlib.error:
                return end
            if not member.eof:
                break
            chunk = member.unused_data
            end = file.tell() - len(chunk)
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
    return end


# -- records


def _members(page: Exchange) -> tuple[bytes, bytes]:
    """Return `page` as gzip members: the records before the response, and the response."""
    response = _new(WarcRecordType.response, page)
    response.headers["Content-Type"] = "application/http; msgtype=response"
    if page.ip_address:
        response.headers["WARC-IP-Address"] = page.ip_address
    served = [*_renamed(page.served), (b"Content-Length", b"%d" % len(page.body))]
    reason = responses.get(page.status, "").encode()
    head = _message(b"HTTP/1.1 %d %s" % (page.status, reason), served)
    response.set_bytes_content(head + page.body)

    request = _new(WarcRecordType.request, page, response.record_id)
    request.headers["Content-Type"] = "application/http; msgtype=request"
    target = re.sub(r"^https?://[^/?#]*", "", page.url) or "/"
    request.set_bytes_content(_message(b"GET %s HTTP/1.1" % target.encode(), page.asked))
    before = _member(request)
    if page.listed:
        metadata = _new(WarcRecordType.metadata, page, response.record_id)
        metadata.headers["Content-Type"] = LISTED
        metadata.set_bytes_content(page.listed)
        before += _member(metadata)
    return before, _member(response)


def _new(kind: WarcRecordType, page: Exchange, concurrent_to: str | None = None) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind)
    record.record_date = page.fetched_at
    record.headers["WARC-Target-URI"] = page.url
    if concurrent_to:
        record.headers["WARC-Concurrent-To"] = concurrent_to
    return record


def _message(first: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return an HTTP message's head; a line break in a value becomes a blank."""
    lines = [first, *(name + b": " + value for name, value in headers)]
    return b"\r\n".join(re.sub(rb"[\r\n]+", b" ", line) for line in lines) + b"\r\n\r\n"


def _renamed(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    """Yield `headers` as Common Crawl keeps them beside a body without coding."""
    for name, value in headers:
        held = name.lower() in _HELD_BACK
        yield (b"X-Crawler-" + name if held else name), value


def _warcinfo(name: str) -> bytes:
    record = WarcRecord()
    record.init_headers(WarcRecordType.warcinfo)
    record.headers["WARC-Filename"] = name
    record.headers["Content-Type"] = "application/warc-fields"
    record.set_bytes_content(
        b"software: Wartatek\r\nformat: WARC File Format 1.1\r\nrobots: classic\r\n"
    )
    return _member(record)


def _member(record: WarcRecord) -> bytes:
    content = BytesIO()
    record.write(content, checksum_data=True)
    return igzip.compress(content.getvalue(), _LEVEL, mtime=0)


def _write(file: BinaryIO, content: bytes) -> None:
    left = memoryview(content)
    while left:  # a disk that is about to be full takes a part
        left = left[file.write(left) :]
