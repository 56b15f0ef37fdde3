"""Saved files of unknown kind: HTML or plain text, gzipped or not, recognised by content."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 20_000_000
"""Bytes of the largest file to read; an article page has 0.1 MB."""

_MARKUP = re.compile(
    rb"<(?:!doctype|html|head|body|meta|script|article|div|p|span|h[1-6])\b[^<]*>", re.IGNORECASE
)


class UnreadableError(Exception):
    """The file cannot be read as a document; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class Document:
    """A saved page, with `body` in the page's own charset, or a text."""

    body: bytes
    kind: Literal["html", "text"]

    @classmethod
    def load(cls, path: Path) -> Document:
        """Return the document in the file at `path`.

        :raises UnreadableError: missing, unreadable, or as `of` says
        """
        try:
            with path.open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error
        return cls.of(body)

    @classmethod
    def of(cls, body: bytes) -> Document:
        """Return the document in `body`, which may be gzipped.

        :raises UnreadableError: too large, broken gzip, or not a text of any kind
        """
        if body.startswith(b"\x1f\x8b"):
            body = _gunzip(body)
        if len(body) > MAX_BYTES:
            raise UnreadableError(f"larger than {MAX_BYTES:,} bytes")
        if body.startswith((b"\xff\xfe", b"\xfe\xff")):
            body = body.decode("utf-16", "replace").encode()
        if b"\0" in body[:4096]:
            raise UnreadableError("neither HTML nor text: it holds null bytes")
        head = body[:65_536].lstrip(b"\xef\xbb\xbf \t\r\n")
        # A text may hold a stray tag.
        markup = head.startswith(b"<") or len(_MARKUP.findall(head, 0, 65_536)) >= 3
        return cls(body, "html" if markup else "text")


def _gunzip(body: bytes) -> bytes:
    try:
        with gzip.open(BytesIO(body)) as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"broken gzip: {error}") from error
