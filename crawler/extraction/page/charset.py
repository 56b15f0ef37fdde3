"""The text of a page's bytes, by the bytes first and by labels last; composed, and mended."""

from __future__ import annotations

import codecs
import re

import webencodings

from output.nfc import nfc

MAX_MENDED = 200_000
"""Characters of a document that ftfy mends, at up to 5 microseconds each; a page of an article has
20,000 outside its scripts."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARKS = tuple(mark for mark, _ in _BOMS)
_CHARSET = re.compile(r"charset\s{0,4}=\s{0,4}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_LABEL_WINDOW = 4096  # bytes; the standard reads 1024, but old pages have scripts before the label
_BROKEN = 4  # bytes that may be broken for each sound pair, on a page that says it is UTF-8
_UTF8_PAIR = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


# By the first byte: UTF-8 that was read as cp1252 and written again ("â€", "Ã©", "Â\xa0"); and C1
# controls.
_WRONG = {
    b"\xc3": re.compile(rb"\xc3(?:\xa2\xe2\x82\xac|[\x82\x83][\xc2\xc6\xe2])"),
    b"\xc2": re.compile(rb"\xc2[\x80-\x9f]"),
}
_SEGMENT = re.compile(r"[^<>]+")
_WRONG_TEXT = re.compile(r"â€|[ÂÃ][\u0080-\u00bfƒ€„†‡ˆ‰‹Œ‘’“”•–—˜™›œŸ]|[\x80-\x9f]")
_LOST_QUOTE = re.compile(r"â€(?=[\s.,;:!?)a-zA-Z0-9]|$)")  # the last byte of "”" is not in cp1252
_MARKS_ALONE = (b"\xcc", b"\xcd")  # first bytes of U+0300 to U+036F, combining marks
# Decoders of the standard that Python knows under wider names.
_WIDER = {"shift_jis": "cp932", "euc_kr": "cp949", "gbk": "gb18030"}


def decode(
    body: bytes,
    content_type: str | None = None,
    encoding: str = "utf-8",
    most: int = MAX_MENDED,
) -> str:
    """Return `body` as text in NFC, mended by `mend`; undecodable bytes become U+FFFD.

    A byte order mark wins, then UTF-8 if the bytes are valid (old pages in UTF-8 are labelled
    iso-8859-1), then the header, the page's own label, and the outlet's `encoding`.

    :param most: characters that are mended; 0: the text is not composed either
    """
    text = _decoded(body, content_type, encoding)
    if not most:
        return text
    return nfc(mend(text, most) if _is_broken(body) else text)


def is_plain(body: bytes) -> bool:
    """Return whether `body` has nothing to mend and, in UTF-8, nothing to compose."""
    return body.isascii() or not (any(map(body.__contains__, _MARKS_ALONE)) or _is_broken(body))


def _is_broken(body: bytes) -> bool:
    """Return whether `body` holds UTF-8 that was encoded twice, or C1 controls."""
    if body.isascii():
        return False
    return any(_begins(wrong, first, body) for first, wrong in _WRONG.items())


def _begins(pattern: re.Pattern[bytes], first: bytes, body: bytes) -> bool:
    """Return whether `pattern` matches at any byte `first`: ten times as fast as a search."""
    at = body.find(first)
    while at >= 0:
        if pattern.match(body, at):
            return True
        at = body.find(first, at + 1)
    return False


def mend(text: str, most: int = MAX_MENDED) -> str:
    """Return `text` with twice-encoded UTF-8 and C1 controls mended, between tags.

    ftfy leaves a segment as it is that is not valid UTF-8 once mended. Segments behind the first
    `most` characters that need mending stay as they are.
    """
    import ftfy  # here: of a thousand pages a few need it

    left = most

    def mended(segment: re.Match[str]) -> str:
        nonlocal left
        if len(segment[0]) > left or not _WRONG_TEXT.search(segment[0]):
            return segment[0]
        left -= len(segment[0])
        found = _LOST_QUOTE.sub("”", ftfy.fix_encoding(_LOST_QUOTE.sub("â€\x9d", segment[0])))
        return ftfy.fixes.fix_c1_controls(found)

    return _SEGMENT.sub(mended, text)


def _decoded(body: bytes, content_type: str | None, encoding: str) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode(_single_byte(body, content_type, encoding) or "utf-8", "replace")


def as_utf8(body: bytes, content_type: str | None = None, encoding: str = "utf-8") -> bytes:
    """Return `body` as `decode` does, in UTF-8; nearly always `body` itself."""
    if body.isascii():
        return body
    if is_plain(body) and not body.startswith(_MARKS):
        try:
            body.decode()
        except UnicodeDecodeError:
            pass
        else:
            return body
    return decode(body, content_type, encoding).encode("utf-8", "replace")


def _single_byte(body: bytes, content_type: str | None, encoding: str) -> str | None:
    """Return the encoding of the labels; None for UTF-8 with a few broken bytes."""
    head = body[:_LABEL_WINDOW].decode("latin-1")
    labels = (_CHARSET.search(content_type or ""), _CHARSET.search(head))
    labelled = any(label and label[1].lower() in ("utf-8", "utf8") for label in labels)
    pairs = len(_UTF8_PAIR.findall(body))
    least = body.decode("utf-8", "replace").count("\ufffd")
    if pairs and pairs >= (least / _BROKEN if labelled else least):
        return None
    for label in labels:
        if label and (name := _known(label[1])):
            return name
    return _known(encoding) or "cp1252"


def _known(label: str) -> str | None:
    """Return Python's name for `label` in the table of the WHATWG; None for UTF-8, proved wrong."""
    found = webencodings.lookup(label)
    name = found.codec_info.name if found else ""
    if not name or name.startswith(("utf", "x-")):
        return None
    return _WIDER.get(name, name)
