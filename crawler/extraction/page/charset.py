"""The text of a page's bytes, by the bytes first and by labels last."""

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
_LABEL_WINDOW = 4096  # bytes; the standard reads 1024, but old pages have scripts before the label
_UTF8_PAIR = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def decode(body: bytes, content_type: str | None = None, encoding: str = "utf-8") -> str:
    """Return `body` as text; undecodable bytes become U+FFFD.

    A byte order mark wins, then UTF-8 if the bytes are valid (old pages in UTF-8 are labelled
    iso-8859-1), then the header, the page's own label, and the outlet's `encoding`.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode(_single_byte(body, content_type, encoding) or "utf-8", "replace")


def as_utf8(body: bytes, content_type: str | None = None, encoding: str = "utf-8") -> bytes:
    """Return `body` in UTF-8 without a byte order mark; nearly always `body` itself."""
    if not body.startswith(_MARKS):
        try:
            body.decode()
        except UnicodeDecodeError:
            pass
        else:
            return body
    return decode(body, content_type, encoding).encode("utf-8", "replace")


def _single_byte(body: bytes, content_type: str | None, encoding: str) -> str | None:
    """Return the encoding of the labels; None for UTF-8 with a few broken bytes."""
    pairs = len(_UTF8_PAIR.findall(body))
    if pairs and pairs >= body.decode("utf-8", "replace").count("\ufffd"):
        return None
    head = body[:_LABEL_WINDOW].decode("latin-1")
    for label in (_CHARSET.search(content_type or ""), _CHARSET.search(head)):
        if label and (name := _known(label[1])):
            return name
    return _known(encoding) or "cp1252"


def _known(label: str) -> str | None:
    """Return Python's name for `label`; None for an unknown label, and for UTF-8, proved wrong."""
    try:
        b"-".decode(label)  # LookupError of a codec that is no encoding, as "hex"
        name = codecs.lookup(label).name
    except (LookupError, UnicodeError):
        return None
    if name.startswith(("utf", "idna", "punycode", "unicode", "raw")):
        return None
    # Browsers read latin-1 and ASCII as cp1252 (WHATWG Encoding).
    return "cp1252" if name in {"iso8859-1", "ascii"} else name
