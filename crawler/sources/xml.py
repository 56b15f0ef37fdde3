"""Lists in XML, read entry by entry: feeds and sitemaps as outlets write them.

Each entry is cut out of the bytes and parsed by itself, so that a broken entry costs itself alone,
and a list takes the memory of a single entry. No document type is read, so a document has no
entities of its own to expand.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from lxml import etree

from crawler.extraction.page.charset import decode
from crawler.sources.candidate import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_REFERENCES = 1_000_000
"""Signs `&` in a list: twenty in each of 50,000 entries."""
MAX_COMMENTS = 600_000
"""Comments, CDATA and processing instructions in a list: twelve in each of 50,000 entries."""
MAX_ENTRY = 1024 * 1024
"""Bytes of an entry without its long texts; a sitemap's URL with 1,000 pictures has 500 KB."""
MAX_TEXT = 4000
"""Bytes of a text or a tag; a longer one is an article or an attack, no field of a candidate."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\0", "utf-16-le"),  # without a mark
    (b"\0<", "utf-16-be"),
)
_CHUNK = 1024 * 1024  # bytes decoded at a time
_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,100}encoding\s{0,4}=\s{0,4}[\"']([\w.:-]{1,40})")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(rb"<([A-Za-z_][\w.:-]*)[^<>]*>")
_NO_ELEMENT = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
_COMMENT_OR_CDATA = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_BEFORE_LONG_TEXT = re.compile(rb"(<[^<>]*>)[^<]{%d,}" % MAX_TEXT)
_NO_TAG = re.compile(rf"<(?!/?[A-Za-z_][^<>]{{0,{MAX_TEXT}}}>)")
_LONE = re.compile(r"&(?!#(?:[0-9]{1,9}|[xX][0-9A-Fa-f]{1,8});|[A-Za-z][A-Za-z0-9]{0,40};)")
_UNUSUAL = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(\w{1,9})|(\w{1,41}));")
_SURROGATES = range(0xD800, 0xE000)
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2
_QUOTES = {'"': "&quot;", "'": "&apos;"}
PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "video": "http://www.google.com/schemas/sitemap-video/1.1",
}
"""The usual prefixes, which some outlets do not declare."""
_PARSER = etree.XMLParser(
    encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False
)


class EntryList:
    """The entries of a list in XML, to be iterated once.

    `root` is the local name of the outermost element, in lower case; "" where there is none.
    """

    def __init__(self, body: bytes, names: tuple[str, ...], most: int) -> None:
        """`names` are the local names of an entry's element, in lower case.

        :param most: signs `<` that the list may have, two for each element with a text
        :raises SourceError: when `body` has more of them, or more than MAX_COMMENTS or
            MAX_REFERENCES.
        """
        self._body = _ascii_based(body)
        self._names = names
        declared = _ENCODING.match(self._body)
        self._label = f"charset={declared[1].decode()}" if declared else None
        counts = {sign: self._body.count(sign) for sign in (b"<", b"<!", b"<?", b"&")}
        if (
            counts[b"<"] > most
            or counts[b"<!"] + counts[b"<?"] > MAX_COMMENTS
            or counts[b"&"] > MAX_REFERENCES
        ):
            raise SourceError("too_many_nodes", f"{counts}")
        self._root = root = self._outermost()
        self.root = split_tag(root[1].decode("latin-1"))[1] if root else ""
        self._is_cut_off = root is not None and not root[0].endswith(b"/>")
        self._unread = 0

    def __iter__(self) -> Iterator[Any]:
        """Yield each entry as an lxml element without comments and entities."""
        for around, cut in self._cuts():
            element = self._parsed(around, cut)
            if element is None:
                self._unread += 1
            else:
                yield element

    def end(self, read: int, bad: int = 0) -> None:
        """Report a list that was not read whole, after the last of its `read` entries.

        :param bad: the entries among them that cannot be used
        :raises SourceError: when the end of the list is missing, or an entry is broken.
        """
        if self._is_cut_off:
            raise SourceError("cut_off", f"after {read} entries")
        if bad + self._unread:
            raise SourceError("bad_entries", f"{bad + self._unread} of {read + self._unread}")

    def _outermost(self) -> re.Match[bytes] | None:
        """Return the first start tag behind the declaration, comments and the document type."""
        place = self._body.find(b"<")
        while place >= 0:
            opening = next((o for o in _NO_ELEMENT if self._body.startswith(o, place)), None)
            doctype = _DOCTYPE.match(self._body, place)
            if opening:
                place = self._body.find(_NO_ELEMENT[opening], place)
            elif doctype:
                place = doctype.end()
            else:
                return _TAG.match(self._body, place)
            place = self._body.find(b"<", place) if place >= 0 else -1
        return None

    def _cuts(self) -> Iterator[tuple[str, bytes]]:
        """Yield the start tags around each entry, and the bytes of the entry to its end tag."""
        if self._root is None:
            return
        root = around = self._text(self._root[0][:MAX_TEXT])
        start, name = 0, b""  # of the entry that is open
        for tag in self._tags(self._root):
            # An entry without an end tag ends where the next entry begins.
            if name and (tag["outer"] or tag["inner"] == name):
                yield around, self._body[start : tag.start()]
                name = b""
            if tag["outer"]:
                self._is_cut_off = False
                return
            whole = None if name or tag["end"] else _TAG.match(self._body, tag.start())
            if whole is None:
                continue
            if whole[1].lower().endswith(b"channel"):
                around = root + self._text(whole[0][:MAX_TEXT])
            elif whole[0].endswith(b"/>"):
                yield around, whole[0]
            else:
                start, name = whole.start(), whole[1]

    def _tags(self, root: re.Match[bytes]) -> Iterator[re.Match[bytes]]:
        """Yield the beginning of each tag of an entry or a channel, and the list's end tag."""
        names = b"|".join(name.encode() for name in (*self._names, "channel"))
        sign = re.compile(
            rb"<(?:!--|\?|!\[CDATA\[|/(?P<outer>%b)(?=[\s>])"
            rb"|(?P<end>/?)(?P<inner>(?:[\w.-]+:)?(?:%b))(?=[\s/>]))" % (re.escape(root[1]), names),
            re.IGNORECASE,
        )
        place = root.end()
        while found := sign.search(self._body, place):
            place = found.end()
            closing = _NO_ELEMENT.get(found[0].upper())
            if closing is None:
                yield found
            elif (end := self._body.find(closing, place)) >= 0:
                place = end + len(closing)
            else:
                return

    def _text(self, part: bytes) -> str:
        return mended(decode(part, self._label))

    def _parsed(self, around: str, cut: bytes) -> Any:
        """Return the element of the entry in `cut`; None where it cannot be read."""
        cut = _BEFORE_LONG_TEXT.sub(rb"\1", _COMMENT_OR_CDATA.sub(_as_text, cut))
        if len(cut) > MAX_ENTRY:
            return None
        try:
            element = etree.fromstring((around + self._text(cut)).encode(), _PARSER)
        except etree.XMLSyntaxError:
            return None
        while element is not None and split_tag(element.tag)[1] not in self._names:
            element = element[0] if len(element) else None
        return element


@lru_cache(maxsize=1000)  # tags; a list has few
def split_tag(tag: str) -> tuple[str, str]:
    """Return the namespace of an lxml `tag`, "" without any, and its local name in lower case.

    A prefix that the document does not declare has its usual namespace.
    """
    if tag.startswith("{"):
        space, _, name = tag[1:].partition("}")
        return space, name.lower()
    prefix, _, name = tag.rpartition(":")
    return PREFIXES.get(prefix, prefix), name.lower()


def text_of(element: Any) -> str:
    """Return the text in `element`, at most MAX_TEXT characters."""
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return text[:MAX_TEXT].strip()


def mended(text: str) -> str:
    """Return `text` with each `&` and `<` escaped that begins no reference and no tag.

    The references of HTML become characters. Characters that XML forbids become U+FFFD; the two
    halves of a character outside the basic plane, as two references, become that character.
    """
    if "&" in text:
        text = _PAIR.sub(_joined, _UNUSUAL.sub(_character, _LONE.sub("&amp;", text)))
    return _FORBIDDEN.sub("\ufffd", _NO_TAG.sub("&lt;", text))


def _character(reference: re.Match[str]) -> str:
    number, name = reference.groups()
    if name:
        return escape(html5.get(f"{name};", reference[0]), _QUOTES)
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    character = chr(code) if code in _SURROGATES else unescape(reference[0])
    return escape(character, _QUOTES)


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _as_text(found: re.Match[bytes]) -> bytes:
    """Return CDATA as plain text, and nothing for comments and processing instructions."""
    return found[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;") if found[1] else b""


def _ascii_based(body: bytes) -> bytes:
    """Return `body` in an encoding in which `<` and `&` are single bytes: UTF-8 for wide ones."""
    for mark, encoding in _BOMS:
        if not body.startswith(mark):
            continue
        if encoding == "utf-8":
            return body[len(mark) :]
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        text = bytearray()
        for start in range(0, len(body), _CHUNK):
            piece = decoder.decode(body[start : start + _CHUNK]).removeprefix("\ufeff")
            text += piece.encode("utf-8", "replace")
        return bytes(text)
    return body
