"""Bytes to text: what a page really is, whatever its labels say."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = tuple(mark for mark, _ in _BOMS)
_CHARSET = re.compile(r"charset\s{0,4}=\s{0,4}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_LABEL_WINDOW = 4096  # the standard looks at 1024 bytes; old pages carry scripts before the label
_UTF8_PAIR = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def decode(body: bytes, content_type: str | None = None, encoding: str = "utf-8") -> str:
    """`body` as text; bytes that mean nothing become U+FFFD, never an error.

    A byte order mark wins, then UTF-8 if that is what the bytes are (old pages say iso-8859-1 and
    are UTF-8), then the header, the page's own label, and `encoding`, the outlet's.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode(_single_byte(body, content_type, encoding) or "utf-8", "replace")


def as_utf8(body: bytes, content_type: str | None = None, encoding: str = "utf-8") -> bytes:
    """`body` in UTF-8 without a mark: itself, as nearly all pages are."""
    if not body.startswith(_MARKS):
        try:
            body.decode()
        except UnicodeDecodeError:
            pass
        else:
            return body
    return decode(body, content_type, encoding).encode("utf-8", "replace")


def _single_byte(body: bytes, content_type: str | None, encoding: str) -> str | None:
    """The encoding that the labels name, unless the bytes are UTF-8 with a few broken ones."""
    pairs = len(_UTF8_PAIR.findall(body))
    if pairs and pairs >= body.decode("utf-8", "replace").count("\ufffd"):
        return None
    head = body[:_LABEL_WINDOW].decode("latin-1")
    for label in (_CHARSET.search(content_type or ""), _CHARSET.search(head)):
        if label and (name := _known(label[1])):
            return name
    return _known(encoding) or "cp1252"


def _known(label: str) -> str | None:
    """Python's name for `label`; None for UTF-8, which the bytes are not, and for unknown ones."""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    if name.startswith(("utf", "idna", "punycode", "unicode", "raw")):
        return None
    # The WHATWG reading of latin-1 and ASCII, which is what browsers do.
    return "cp1252" if name in {"iso8859-1", "ascii"} else name
