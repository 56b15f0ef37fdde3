"""Saved files of unknown kind: a page, a text, a page as a browser packed it, an archive."""

from __future__ import annotations

import glob
import gzip
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crawler.archive.containers import kind_of, warcs_in
from crawler.archive.scanner import Counts, read_pages
from crawler.outlets.saved_page import SavedPage, SavedPageError, page_in, with_notes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import BinaryIO

MAX_BYTES = 20_000_000
"""Bytes of the largest page or text to read; an article page has 0.1 MB."""
MAX_PACKED = 100_000_000
"""Bytes of the largest file with a page and its pictures."""

_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|meta|script|article|div|p|span|h[1-6])\b[^<]*>", re.IGNORECASE
)


_ENDINGS = {
    *("", ".html", ".htm", ".xhtml", ".mhtml", ".mht", ".webarchive"),
    *(".txt", ".gz", ".zip", ".warc", ".zst", ".wacz"),
}
"""Endings of the files that are read in a folder: pictures and scripts lie beside pages."""


class UnreadableError(Exception):
    """The file cannot be read as a document; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class Document:
    """A saved page, with `body` in the page's own charset, or a text.

    :param url: the address that the file tells, "" without any
    :param fetched_at: the time of the capture that the file tells
    :param content_type: of the response, where the file tells it
    """

    body: bytes
    kind: Literal["html", "text"]
    url: str = ""
    fetched_at: datetime | None = None
    content_type: str | None = None

    @classmethod
    def load(cls, path: Path) -> Document:
        """Return the document in the file at `path`.

        :raises UnreadableError: missing, unreadable, or as `of` says
        """
        try:
            with path.open("rb") as file:
                return cls.of(file.read(MAX_PACKED + 1))
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error

    @classmethod
    def of(cls, body: bytes) -> Document:
        """Return the document in `body`, which may be gzipped, or packed by a browser.

        :raises UnreadableError: too large, broken gzip, or not a text of any kind
        """
        if body.startswith(b"\x1f\x8b"):
            body = _gunzip(body)
        if len(body) > MAX_PACKED:
            raise UnreadableError(f"larger than {MAX_PACKED:,} bytes")
        try:
            page = page_in(body, MAX_BYTES) or SavedPage(body)
        except SavedPageError as error:
            raise UnreadableError(str(error)) from None
        if len(page.body) > MAX_BYTES:
            raise UnreadableError(f"larger than {MAX_BYTES:,} bytes")
        return cls._plain(page)

    @classmethod
    def all_in(cls, path: Path) -> Iterator[Document]:
        """Yield the documents in the file at `path`: the pages of an archive, else a single one.

        :raises UnreadableError: as `load`; at the end, if records of the archive cannot be read.
        """
        try:
            with path.open("rb") as file:
                if kind_of(file):
                    yield from cls._archived(file)
                    return
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error
        yield cls.load(path)

    @classmethod
    def _archived(cls, file: BinaryIO) -> Iterator[Document]:
        counts: Counts = Counter()
        for _, warc in warcs_in(file):
            for page in read_pages(warc, lambda url: "page", counts):
                yield cls(page.body, "html", page.url, page.fetched_at, page.content_type)
        if bad := [f"{name[4:]} {n}" for (_, name), n in counts.items() if n and "bad/" in name]:
            raise UnreadableError(f"bad records: {', '.join(bad)}")

    @classmethod
    def _plain(cls, page: SavedPage) -> Document:
        body, content_type = page.body, page.content_type
        if body.startswith((b"\xff\xfe", b"\xfe\xff")):
            body, content_type = body.decode("utf-16", "replace").encode(), None
        if b"\0" in body[:4096]:
            raise UnreadableError("neither HTML nor text: it holds null bytes")
        head = body[:65_536].lstrip(b"\xef\xbb\xbf \t\r\n")
        # A text may hold a stray tag.
        if not (head.startswith(b"<") or len(_MARKUP.findall(head, 0, 65_536)) >= 3):
            return cls(body, "text")
        page = with_notes(SavedPage(body, page.url, page.fetched_at, content_type))
        return cls(page.body, "html", page.url, page.fetched_at, page.content_type)


def files_at(name: str) -> list[Path]:
    """Return the files that `name` names: a file, all pages and texts below a folder, or a pattern.

    :raises UnreadableError: there is none.
    """
    place = Path(name)
    if place.is_dir():
        found = [path for path in sorted(place.rglob("*")) if _is_a_page(path.relative_to(place))]
        found = [path for path in found if path.is_file()]
    elif not place.exists() and glob.has_magic(name):
        found = sorted(Path(place.anchor).glob(str(place.relative_to(place.anchor))))
    else:
        return [place]
    if not found:
        raise UnreadableError("there is no saved page")
    return found


def _is_a_page(path: Path) -> bool:
    """Return whether a file of a folder may be a page, and not a part of a page beside it."""
    if any(part.startswith(".") or part.endswith("_files") for part in path.parts):
        return False
    return path.suffix.lower() in _ENDINGS


def _gunzip(body: bytes) -> bytes:
    try:
        with gzip.open(BytesIO(body)) as file:
            return file.read(MAX_PACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"broken gzip: {error}") from error
